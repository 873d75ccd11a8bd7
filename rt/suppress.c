/* suppress.c: see suppress.h. */
#include "suppress.h"

#include "flags.h"
#include "mem.h"
#include "os.h"
#include "text.h"

enum { RULES_MAX = 1024, FILE_MAX = 4 << 20 };

static struct rule {
    const char *pattern;
    u32 top;
} rules[RULES_MAX];
static u32 count;

static _Noreturn void fail(const char *path, const char *why)
{
    struct text t;

    text_init(&t);
    text_add(&t, "gomm: suppressions file ");
    text_add(&t, path);
    text_add(&t, why);
    text_flush(&t, 2);
    os_exit(flags.exitcode);
}

void suppress_init(const char *path)
{
    if (!path || !path[0]) {
        return;
    }

    int fd = os_open(path, OS_O_RDONLY | OS_O_CLOEXEC, 0);
    char *s = fd < 0 ? NULL : os_map(FILE_MAX);
    uptr n = 0;

    if (!s) {
        fail(path, ": cannot be read\n");
    }
    while (n < FILE_MAX - 1) {
        sptr r = os_read(fd, s + n, FILE_MAX - 1 - n);

        if (r < 0) {
            fail(path, ": cannot be read\n");
        }
        if (r == 0) {
            break;
        }
        n += (uptr)r;
    }
    if (n == FILE_MAX - 1) {
        fail(path, ": larger than 4 MB\n");
    }
    os_close(fd);
    while (*s) {
        char *line = s, *end;

        while (*s && *s != '\n') {
            s++;
        }
        end = s;
        if (*s) {
            s++;
        }
        while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) {
            end--;
        }
        *end = 0;
        while (*line == ' ' || *line == '\t') {
            line++;
        }

        int top = str_has_prefix(line, "race_top:");

        if (!top && !str_has_prefix(line, "race:")) {
            continue;
        }
        if (count == RULES_MAX) {
            fail(path, ": more than 1024 rules\n");
        }
        rules[count++] = (struct rule){line + (top ? 9 : 5), (u32)top};
    }
}

int suppress_any(void)
{
    return count != 0;
}

/* Does the pattern match from the start of s on?  To its end if the pattern ends in $. */
static int matches_here(const char *pattern, const char *s)
{
    const char *star = NULL, *resume = NULL;

    for (;;) {
        if (*pattern == 0) {
            return 1;
        }
        if (pattern[0] == '$' && pattern[1] == 0 && *s == 0) {
            return 1;
        }
        if (*pattern == '*') {
            star = ++pattern;
            resume = s;
            continue;
        }
        if (*s != 0 && *pattern == *s) {
            pattern++;
            s++;
            continue;
        }
        if (!star || *resume == 0) {
            return 0;
        }
        pattern = star;
        s = ++resume;
    }
}

static int matches(const char *pattern, const char *s)
{
    if (pattern[0] == '^') {
        return matches_here(pattern + 1, s);
    }
    for (;; s++) {
        if (matches_here(pattern, s)) {
            return 1;
        }
        if (*s == 0) {
            return 0;
        }
    }
}

int suppress_matches(const char *fn, const char *file, int top)
{
    for (u32 i = 0; i < count; i++) {
        if ((top || !rules[i].top) &&
            (matches(rules[i].pattern, fn) || matches(rules[i].pattern, file))) {
            return 1;
        }
    }
    return 0;
}
