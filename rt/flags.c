/* flags.c: see flags.h.  The syntax is the sanitizers': name=value, separated by blanks, commas or
 * colons, values optionally quoted; unknown names are passed over, and what is no option at all
 * ends the program, both as with the stock runtime. */
#include "flags.h"

#include <gomm/events.h>

#include "line.h"
#include "mem.h"
#include "os.h"
#include "text.h"

struct flags flags = {.exitcode = 66,
                      .atexit_sleep_ms = 1000,
                      .strip_prefix = "",
                      .sample = SAMPLE_ALL,
                      .sample_burst = 1000000,
                      .edges = FLAG_UNSET,
                      .share_window = 1000000};

/* The environment variable that is being parsed. */
static const char *variable = "GORACE";

static int is_space(char c)
{
    return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r';
}

static _Noreturn void malformed(const char *why, const char *what)
{
    struct text t;

    text_init(&t);
    text_add(&t, "gomm: ");
    text_add(&t, variable);
    text_add(&t, ": ");
    text_add(&t, why);
    text_add(&t, " \"");
    text_add(&t, what);
    text_add(&t, "\"\n");
    text_flush(&t, 2);
    os_exit(flags.exitcode);
}

static u64 number(const char *s)
{
    const char *p = s;
    u64 v = 0;

    while (*p >= '0' && *p <= '9') {
        v = v * 10 + (u64)(*p++ - '0');
    }
    if (p == s || *p) {
        malformed("invalid number", s);
    }
    return v;
}

static u32 boolean(const char *s)
{
    if (str_eq(s, "1") || str_eq(s, "yes") || str_eq(s, "true")) {
        return 1;
    }
    if (!str_eq(s, "0") && !str_eq(s, "no") && !str_eq(s, "false")) {
        malformed("invalid boolean", s);
    }
    return 0;
}

static void set(const char *name, const char *value)
{
    if (str_eq(name, "exitcode")) {
        flags.exitcode = (int)(value[0] == '-' ? 0 - number(value + 1) : number(value));
    } else if (str_eq(name, "halt_on_error")) {
        flags.halt_on_error = boolean(value);
    } else if (str_eq(name, "suppress_equal_stacks")) {
        flags.equal_stacks = !boolean(value);
    } else if (str_eq(name, "suppress_equal_addresses")) {
        flags.equal_addresses = !boolean(value);
    } else if (str_eq(name, "all_pairs")) {
        flags.all_pairs = boolean(value);
    } else if (str_eq(name, "atexit_sleep_ms")) {
        flags.atexit_sleep_ms = number(value);
        flags.sleep_asked = 1;
    } else if (str_eq(name, "log_path")) {
        flags.log_path = value;
    } else if (str_eq(name, "strip_path_prefix")) {
        flags.strip_prefix = value;
    } else if (str_eq(name, "suppressions")) {
        flags.suppressions = value;
    }
}

/* A number with up to three decimals, in thousandths; *end is what follows.  0: none, or too large. */
static u64 decimal(const char *s, const char **end)
{
    u64 v = 0, unit = 1000;

    for (; *s >= '0' && *s <= '9' && v < 1000000000000; s++) {
        v = v * 10 + 1000 * (u64)(*s - '0');
    }
    if (*s == '.') {
        for (s++; *s >= '0' && *s <= '9' && unit > 1; s++) {
            unit /= 10;
            v += unit * (u64)(*s - '0');
        }
    }
    *end = s;
    return v;
}

static u32 share(const char *s)
{
    const char *end;
    u64 v = decimal(s, &end);

    if (*s < '0' || *s > '9' || !str_eq(end, "%") || v > SAMPLE_ALL) {
        malformed("want a share of the time between 0% and 100%, as in sample=2%, not", s);
    }
    return (u32)v;
}

static u64 duration(const char *s)
{
    static const struct {
        const char *name;
        u64 ns;
    } unit[] = {{"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    const char *end;
    u64 v = decimal(s, &end);

    for (u32 i = 0; i < LENGTH(unit); i++) {
        if (str_eq(end, unit[i].name) && v <= 3600000) {
            v = v * unit[i].ns / 1000;
            if (v >= 10000 && v <= 60000000000) {
                return v;
            }
        }
    }
    malformed("want a time between 10us and 60s, as in burst=1ms, not", s);
}

static u32 share_mode(const char *s)
{
    if (str_eq(s, "") || str_eq(s, "only")) {
        return LINE_ONLY;
    }
    if (!str_eq(s, "check")) {
        malformed("share is share, share=only or share=check, not", s);
    }
    return LINE_CHECK;
}

static void set_own(const char *name, const char *value)
{
    if (str_eq(name, "sample")) {
        flags.sample = share(value);
    } else if (str_eq(name, "burst")) {
        flags.sample_burst = duration(value);
    } else if (str_eq(name, "seed")) {
        flags.sample_seed = number(value);
    } else if (str_eq(name, "share")) {
        flags.share = share_mode(value);
    } else if (str_eq(name, "window")) {
        flags.share_window = duration(value);
    } else if (str_eq(name, "edges")) {
        flags.edges = boolean(value);
    } else {
        malformed("there are the options share, window, sample, burst, seed and edges, not", name);
    }
}

/* Cuts s, which is ours, into names and values in place.  bare: the name that may stand without one, or NULL. */
static void parse(char *s, void (*set_one)(const char *name, const char *value), const char *bare)
{
    for (;;) {
        while (is_space(*s)) {
            s++;
        }
        if (!*s) {
            return;
        }

        char *name = s;

        while (*s && *s != '=' && !is_space(*s)) {
            s++;
        }
        if (*s != '=') {
            char *next = *s ? s + 1 : s;

            *s = 0;
            if (!bare || !str_eq(name, bare)) {
                malformed("expected '=' after", name);
            }
            set_one(name, "");
            s = next;
            continue;
        }
        *s++ = 0;

        char *value = s;

        if (*s == '\'' || *s == '"') {
            char quote = *s;

            value = ++s;
            while (*s && *s != quote) {
                s++;
            }
        } else {
            while (*s && !is_space(*s)) {
                s++;
            }
        }
        if (*s) {
            *s++ = 0;
        }
        set_one(name, value);
    }
}

static void parse_gorace(char *s)
{
    variable = "GORACE";
    parse(s, set, NULL);
}

/* Scripts call other things GOMM too, such as the file of the command: not to be taken for options. */
static int is_path(const char *s)
{
    while (*s && *s != '=' && *s != '/') {
        s++;
    }
    return *s == '/';
}

static void parse_gomm(char *s)
{
    variable = "GOMM";
    if (!is_path(s)) {
        parse(s, set_own, "share");
    }
}

void flags_init(void)
{
    int fd = os_open("/proc/self/environ", OS_O_RDONLY | OS_O_CLOEXEC, 0);
    uptr cap = 64 << 10, n = 0;
    char *env = NULL;

    if (fd < 0) {
        return;
    }
    for (;; cap *= 4) {
        char *more = os_map(cap);

        if (!more) {
            break;
        }
        if (env) {
            memcpy(more, env, n);
            os_unmap(env, cap / 4);
        }
        env = more;
        while (n < cap - 1) {
            sptr r = os_read(fd, env + n, cap - 1 - n);

            if (r <= 0) {
                break;
            }
            n += (uptr)r;
        }
        if (n < cap - 1) {
            break;
        }
    }
    os_close(fd);
    /* The strings stay mapped: flags point into them. */
    for (char *s = env, *next; s && s < env + n; s = next) {
        next = s + str_len(s) + 1; /* before parse cuts it */
        if (str_has_prefix(s, "GORACE=")) {
            parse_gorace(s + 7);
        } else if (str_has_prefix(s, "GOMM=")) {
            parse_gomm(s + 5);
        } else if (str_has_prefix(s, GOMM_EVENTS_ENV "=")) {
            flags.events = s + sizeof GOMM_EVENTS_ENV;
        }
    }
    if (flags.all_pairs && (flags.sample != SAMPLE_ALL || flags.share != LINE_OFF)) {
        variable = "GOMM";
        malformed("nothing is sampled or shared with GORACE", "all_pairs=1");
    }
}
