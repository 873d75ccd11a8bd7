#include "driver/driver_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "base/quoted.h"
#include "driver/driver_runtime.h"
#include "driver/driver_toolexec.h"

static bool run_choose_patch(const char *flag, struct driver_choice *out, struct err *e)
{
    const char *said = flag ? flag : getenv("GOMM_PATCH");
    out->unpatched = said && strcmp(said, "off") == 0;
    if (!said || !said[0] || out->unpatched || strcmp(said, "on") == 0) {
        return true;
    }
    return err_set(e, "%s: want on or off, not %s", flag ? "-gomm.patch" : "GOMM_PATCH", said);
}

bool driver_choose_runtime(struct arena *a, const char *flag, const char *patch,
                           struct driver_choice *out, struct err *e)
{
    *out = (struct driver_choice){0};
    if (!run_choose_patch(patch, out, e)) {
        return false;
    }
    const char *from = flag ? "-gomm.runtime" : "GOMM_RUNTIME";
    const char *name = flag ? flag : getenv("GOMM_RUNTIME");
    if (!name || !name[0] || strcmp(name, "gomm") == 0) {
        return true;
    }
    if (strcmp(name, "stock") == 0) {
        out->stock = true;
        return true;
    }
    /* The links run in other directories. */
    str cwd, file;
    if (!io_cwd(a, &cwd, e)) {
        return false;
    }
    file = path_under(a, cwd, str_of(name));
    struct driver_runtime rt;
    if (!driver_runtime_load(a, str_cstr(a, file), &rt, e)) {
        return err_prefix(e, "%s: want stock, gomm or an object file: ", from);
    }
    out->file = str_cstr(a, file);
    return true;
}

/* The program that is running, by its name on disk. */
static bool run_self(struct arena *a, str *out, struct err *e)
{
    return io_real_path(a, "/proc/self/exe", out, e);
}

/* What stands between "toolexec" and the tool: which runtime, and the user's own program. */
static bool run_toolexec_words(struct arena *a, const struct driver_choice *c, str users, str *out,
                               struct err *e)
{
    str words[4], self;
    size_t n = 0, n_users = 0;
    str *user_words = NULL;
    if (users.n > 0 && !quoted_split(a, users, &user_words, &n_users, e)) {
        return err_prefix(e, "-toolexec: ");
    }
    if (n_users > 0 && run_self(a, &self, NULL) && str_eq(user_words[0], self)) {
        n_users = 0; /* an outer gomm's, through GOFLAGS: once is enough */
    }
    if (c->file) {
        words[n++] = str_fmt(a, "-runtime=%s", c->file);
    }
    if (c->unpatched) {
        words[n++] = STR("-patch=off");
    }
    if (c->verbose) {
        words[n++] = STR("-v");
    }
    if (n_users > 0) {
        words[n++] = str_fmt(a, "-chain=%zu", n_users);
    }
    if (!quoted_join(a, words, n, out, e)) {
        return false;
    }
    if (n_users > 0) {
        *out = str_fmt(a, "%.*s %.*s", STR_ARG(*out), STR_ARG(users));
    }
    return true;
}

bool driver_toolexec_flag(struct arena *a, const struct driver_choice *c, str users, str *out,
                          struct err *e)
{
    str words[2] = {{0}, STR_INIT("toolexec")}, self, rest;
    if (!run_self(a, &words[0], e) || !quoted_join(a, words, 2, &self, e) ||
        !run_toolexec_words(a, c, users, &rest, e)) {
        return false;
    }
    *out = rest.n > 0 ? str_fmt(a, "%.*s %.*s", STR_ARG(self), STR_ARG(rest)) : self;
    return true;
}

/* Environment in which go commands that the program or its tests start use gomm as well.  Of two
 * -toolexec in GOFLAGS the later one counts. */
static bool run_inherit(struct arena *a, const struct driver_go *go, const struct driver_choice *c,
                        str users, struct argv *env, struct err *e)
{
    str self, flag, words;
    if (!run_self(a, &self, e) || !quoted_join(a, &self, 1, &self, e)) {
        return false;
    }
    self = str_fmt(a, "-toolexec=%.*s", STR_ARG(self));
    if (!quoted_join(a, &self, 1, &flag, e) || !run_toolexec_words(a, c, users, &words, e)) {
        return err_prefix(e, "-gomm.inherit: ");
    }
    flag = str_fmt(a, "%.*s %.*s", STR_ARG(go->goflags), STR_ARG(flag));
    argv_setenv(env, "GOFLAGS", str_cstr(a, str_trim(flag)));
    argv_setenv(env, DRIVER_TOOLEXEC_ENV, str_cstr(a, words));
    return true;
}

static bool run_wants_inherit(const struct driver_scan *scan)
{
    const char *v = getenv("GOMM_INHERIT");
    return scan->inherit_set ? scan->inherit : v && v[0] && strcmp(v, "0") != 0;
}

bool driver_compose(struct arena *a, enum driver_verb verb, const struct driver_go *go,
                    const struct driver_choice *choice, const struct driver_scan *scan,
                    char *const *args, struct argv *argv, struct argv *env, struct err *e)
{
    bool inject = !choice->stock && !scan->race_off;
    bool on_command_line = scan->toolexec != SIZE_MAX;
    str users = scan->toolexec_value, toolexec = {0};
    if (inject) {
        if (!on_command_line) {
            driver_goflags_value(a, go->goflags, STR("toolexec"), &users);
        }
        if (!driver_toolexec_flag(a, choice, users, &toolexec, e)) {
            return false;
        }
        if (run_wants_inherit(scan) && !run_inherit(a, go, choice, users, env, e)) {
            return false;
        }
    }

    argv_push(argv, "go");
    argv_push(argv, driver_verb_name(verb));
    size_t i = 0;
    while (i < scan->n_chdir) {
        argv_push(argv, args[i++]); /* -C must stay the first flag */
    }
    argv_push(argv, "-race");
    if (inject && !on_command_line) {
        argv_pushf(argv, "-toolexec=%.*s", STR_ARG(toolexec));
    }
    for (; args[i]; i++) {
        if (inject && i == scan->toolexec) {
            argv_pushf(argv, "-toolexec=%.*s", STR_ARG(toolexec));
            i += scan->toolexec_next;
        } else if (!scan->drop[i]) {
            argv_push(argv, args[i]);
        }
    }
    return true;
}

static int run_fail(const struct err *e)
{
    fprintf(stderr, "gomm: %s\n", e->text);
    return BASE_EXIT_FAILURE;
}

int driver_become_go(enum driver_verb verb, char *const *args)
{
    struct arena a = {0};
    struct driver_scan scan;
    struct driver_go go;
    struct driver_choice choice;
    struct argv argv = {0}, env = {0};
    struct err e;
    if (!driver_scan_args(&a, verb, args, &scan, &e) || !driver_go_find(&a, scan.chdir, &go, &e) ||
        !driver_choose_runtime(&a, scan.runtime, scan.patch, &choice, &e)) {
        return run_fail(&e);
    }
    choice.verbose = scan.verbose;
    if (!choice.stock && !scan.race_off && !scan.help && !driver_go_supported(&go, &e)) {
        return run_fail(&e);
    }
    argv_env(&env);
    if (!driver_compose(&a, verb, &go, &choice, &scan, args, &argv, &env, &e)) {
        return run_fail(&e);
    }
    /* argv[0] is "go", as without gomm; the lookup finds the command that was asked. */
    proc_exec(argv_get(&argv), argv_get(&env), NULL, &e);
    return run_fail(&e);
}
