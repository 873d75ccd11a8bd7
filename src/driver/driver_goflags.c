#include "driver/driver_goflags.h"

#include <stdlib.h>
#include <string.h>

#include "base/quoted.h"

enum { IN_BUILD = 1, IN_RUN = 2, IN_TEST = 4, IN_ALL = 7 };

struct go_flag {
    const char *name;
    u8 in;
    bool is_bool;
    bool to_test; /* also known as -test.name */
};

static const struct go_flag go_flags[] = {
    /* common to build, run and test */
    {"C", IN_ALL, false, false},
    {"a", IN_ALL, true, false},
    {"asan", IN_ALL, true, false},
    {"asmflags", IN_ALL, false, false},
    {"buildmode", IN_ALL, false, false},
    {"buildvcs", IN_ALL, true, false},
    {"compiler", IN_ALL, false, false},
    {"cover", IN_ALL, true, false},
    {"covermode", IN_ALL, false, false},
    {"coverpkg", IN_ALL, false, false},
    {"debug-actiongraph", IN_ALL, false, false},
    {"debug-runtime-trace", IN_ALL, false, false},
    {"debug-trace", IN_ALL, false, false},
    {"gccgoflags", IN_ALL, false, false},
    {"gcflags", IN_ALL, false, false},
    {"installsuffix", IN_ALL, false, false},
    {"json", IN_ALL, true, false},
    {"ldflags", IN_ALL, false, false},
    {"linkshared", IN_ALL, true, false},
    {"mod", IN_ALL, false, false},
    {"modcacherw", IN_ALL, true, false},
    {"modfile", IN_ALL, false, false},
    {"msan", IN_ALL, true, false},
    {"n", IN_ALL, true, false},
    {"overlay", IN_ALL, false, false},
    {"p", IN_ALL, false, false},
    {"pgo", IN_ALL, false, false},
    {"pkgdir", IN_ALL, false, false},
    {"race", IN_ALL, true, false},
    {"tags", IN_ALL, false, false},
    {"toolexec", IN_ALL, false, false},
    {"trimpath", IN_ALL, true, false},
    {"v", IN_ALL, true, true},
    {"work", IN_ALL, true, false},
    {"x", IN_ALL, true, false},

    {"exec", IN_RUN | IN_TEST, false, false},
    {"i", IN_BUILD | IN_TEST, true, false},
    {"o", IN_BUILD | IN_TEST, false, false},

    {"artifacts", IN_TEST, true, true},
    {"bench", IN_TEST, false, true},
    {"benchmem", IN_TEST, true, true},
    {"benchtime", IN_TEST, false, true},
    {"blockprofile", IN_TEST, false, true},
    {"blockprofilerate", IN_TEST, false, true},
    {"c", IN_TEST, true, false},
    {"count", IN_TEST, false, true},
    {"coverprofile", IN_TEST, false, true},
    {"cpu", IN_TEST, false, true},
    {"cpuprofile", IN_TEST, false, true},
    {"failfast", IN_TEST, true, true},
    {"fullpath", IN_TEST, true, true},
    {"fuzz", IN_TEST, false, true},
    {"fuzzminimizetime", IN_TEST, false, true},
    {"fuzztime", IN_TEST, false, true},
    {"list", IN_TEST, false, true},
    {"memprofile", IN_TEST, false, true},
    {"memprofilerate", IN_TEST, false, true},
    {"mutexprofile", IN_TEST, false, true},
    {"mutexprofilefraction", IN_TEST, false, true},
    {"outputdir", IN_TEST, false, true},
    {"parallel", IN_TEST, false, true},
    {"run", IN_TEST, false, true},
    {"short", IN_TEST, true, true},
    {"shuffle", IN_TEST, false, true},
    {"skip", IN_TEST, false, true},
    {"timeout", IN_TEST, false, true},
    {"trace", IN_TEST, false, true},
    {"vet", IN_TEST, false, false},
};

static const struct {
    const char *name;
    u8 in;
} verbs[] = {
    [DRIVER_BUILD] = {"build", IN_BUILD},
    [DRIVER_RUN] = {"run", IN_RUN},
    [DRIVER_TEST] = {"test", IN_TEST},
};

const char *driver_verb_name(enum driver_verb verb)
{
    return verbs[verb].name;
}

const char *driver_flag_at(enum driver_verb verb, size_t i, enum driver_flag_kind *kind)
{
    if (i >= ARRAY_LEN(go_flags)) {
        return NULL;
    }
    *kind = !(go_flags[i].in & verbs[verb].in) ? DRIVER_FLAG_UNKNOWN
            : go_flags[i].is_bool             ? DRIVER_FLAG_BOOL
                                              : DRIVER_FLAG_VALUE;
    return go_flags[i].name;
}

enum driver_flag_kind driver_flag_kind(enum driver_verb verb, str name)
{
    bool test_form = verb == DRIVER_TEST && str_cut_prefix(&name, STR("test."));
    for (size_t i = 0; i < ARRAY_LEN(go_flags); i++) {
        const struct go_flag *f = &go_flags[i];
        if ((f->in & verbs[verb].in) && str_is(name, f->name) && (!test_form || f->to_test)) {
            return f->is_bool ? DRIVER_FLAG_BOOL : DRIVER_FLAG_VALUE;
        }
    }
    return DRIVER_FLAG_UNKNOWN;
}

bool driver_flag_parse(const char *arg, struct driver_flag *f)
{
    str s = str_of(arg);
    if (!str_cut_prefix(&s, STR("-"))) {
        return false;
    }
    str_cut_prefix(&s, STR("-"));
    if (s.n == 0 || s.p[0] == '-' || s.p[0] == '=') {
        return false;
    }
    *f = (struct driver_flag){0};
    f->has_value = str_cut(s, STR("="), &f->name, &f->value);
    return true;
}

/* strconv.ParseBool's words for false. */
static bool goflags_is_false(str s)
{
    return str_is(s, "0") || str_is(s, "f") || str_is(s, "F") || str_is(s, "false") ||
           str_is(s, "FALSE") || str_is(s, "False");
}

/* The -gomm. flags.  Returns how many arguments it takes, 0 on failure. */
static size_t scan_own(char *const *at, const struct driver_flag *f, struct driver_scan *out,
                       struct err *e)
{
    if (str_is(f->name, "gomm.inherit")) {
        out->inherit_set = true;
        out->inherit = !f->has_value || !goflags_is_false(f->value);
        return 1;
    }
    bool is_patch = str_is(f->name, "gomm.patch");
    const char **to = is_patch ? &out->patch : &out->runtime;
    if (!is_patch && !str_is(f->name, "gomm.runtime")) {
        err_set(e, "flag provided but not defined: -%.*s", STR_ARG(f->name));
        return 0;
    }
    if (f->has_value) {
        *to = f->value.p;
        return 1;
    }
    if (!at[1]) {
        err_set(e, "flag needs an argument: -%.*s", STR_ARG(f->name));
        return 0;
    }
    *to = at[1];
    return 2;
}

static void scan_known(enum driver_flag_kind kind, char *const *args, size_t i,
                       const struct driver_flag *f, struct driver_scan *out)
{
    if (str_is(f->name, "race")) {
        out->race_off = f->has_value && goflags_is_false(f->value);
    } else if (str_is(f->name, "v")) {
        out->verbose = !f->has_value || !goflags_is_false(f->value);
    } else if (str_is(f->name, "toolexec") && (f->has_value || args[i + 1])) {
        out->toolexec = i;
        out->toolexec_next = kind == DRIVER_FLAG_VALUE && !f->has_value;
        out->toolexec_value = f->has_value ? f->value : str_of(args[i + 1]);
    }
}

/* Where the scan of go test's arguments is: flags may stand before and behind the packages,
 * and belong to the go command or to the test binary (test/testflag.go, testFlags). */
struct scan_test {
    bool in_packages, had_packages, after_bare_flag;
};

/* Whether an argument that is no flag ends what the go command reads. */
static bool scan_positional(enum driver_verb verb, struct scan_test *t, bool after_bare_flag)
{
    if (verb != DRIVER_TEST) {
        return true;
    }
    if (!t->in_packages && t->had_packages) {
        return !after_bare_flag; /* perhaps the value of a flag of the test binary's */
    }
    t->in_packages = t->had_packages = true;
    return false;
}

static size_t scan_chdir(char *const *args, struct driver_scan *out)
{
    struct driver_flag f;
    if (!args[0] || !driver_flag_parse(args[0], &f) || !str_is(f.name, "C")) {
        return 0;
    }
    if (f.has_value) {
        out->chdir = f.value.p;
        return 1;
    }
    out->chdir = args[1];
    return args[1] ? 2 : 1;
}

bool driver_scan_args(struct arena *a, enum driver_verb verb, char *const *args,
                      struct driver_scan *out, struct err *e)
{
    size_t n = 0;
    while (args[n]) {
        n++;
    }
    *out = (struct driver_scan){.toolexec = SIZE_MAX, .drop = ARENA_ARRAY(a, bool, n + 1)};
    out->n_chdir = scan_chdir(args, out);
    struct scan_test t = {0};
    for (size_t i = out->n_chdir; i < n;) {
        struct driver_flag f;
        bool after_bare_flag = t.after_bare_flag;
        t.after_bare_flag = false;
        if (strcmp(args[i], "--") == 0) {
            break;
        }
        if (!driver_flag_parse(args[i], &f)) {
            if (scan_positional(verb, &t, after_bare_flag)) {
                break;
            }
            i++;
            continue;
        }
        t.in_packages = false;
        if (str_has_prefix(f.name, STR("gomm."))) {
            size_t taken = scan_own(&args[i], &f, out, e);
            if (taken == 0) {
                return false;
            }
            for (; taken > 0; taken--) {
                out->drop[i++] = true;
            }
            continue;
        }
        if (str_is(f.name, "h") || str_is(f.name, "help")) {
            out->help = true;
            break;
        }
        enum driver_flag_kind kind = driver_flag_kind(verb, f.name);
        if (kind == DRIVER_FLAG_UNKNOWN) {
            if (verb != DRIVER_TEST || str_is(f.name, "args")) {
                break; /* an error that go reports; or the rest is the test's */
            }
            t.had_packages = true;
            t.after_bare_flag = !f.has_value;
            i++;
            continue;
        }
        scan_known(kind, args, i, &f, out);
        i += kind == DRIVER_FLAG_VALUE && !f.has_value ? 2 : 1;
    }
    return true;
}

bool driver_goflags_value(struct arena *a, str goflags, str name, str *out)
{
    str *words;
    size_t n;
    bool found = false;
    if (!quoted_split(a, goflags, &words, &n, NULL)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct driver_flag f;
        if (driver_flag_parse(str_cstr(a, words[i]), &f) && str_eq(f.name, name) && f.has_value) {
            *out = f.value;
            found = true;
        }
    }
    return found;
}
