#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cmd/cmd.h"
#include "driver/driver_goflags.h"

int cmd_fail(const char *fmt, ...)
{
    va_list ap;
    fputs("gomm: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return BASE_EXIT_FAILURE;
}

int cmd_fail_err(const struct err *e)
{
    return cmd_fail("%s", e->text);
}

int cmd_usage(const char *name, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    const struct cmd *c = cmd_lookup(str_of(name));
    if (c) {
        fprintf(stderr, "\nusage: gomm %s", c->usage);
    }
    fprintf(stderr, "\nRun 'gomm help %s' for details.\n", name);
    return BASE_EXIT_FAILURE;
}

bool cmd_print(str text)
{
    struct err e;
    if (!io_write_fd(STDOUT_FILENO, "standard output", text, &e)) {
        cmd_fail_err(&e);
        return false;
    }
    return true;
}

static const struct cmd_flag *flag_lookup(const struct cmd_flag *flags, size_t n, str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_is(name, flags[i].name)) {
            return &flags[i];
        }
    }
    return NULL;
}

/* strconv.ParseBool. */
static bool flag_bool(str s, bool *out)
{
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (str_is(s, yes[i]) || str_is(s, no[i])) {
            *out = str_is(s, yes[i]);
            return true;
        }
    }
    return false;
}

int cmd_flag_take(const struct cmd_flag *flags, size_t n, char *const *args, size_t *i,
                  struct err *e)
{
    struct driver_flag f;
    if (!driver_flag_parse(args[*i], &f)) {
        return 0;
    }
    const struct cmd_flag *flag = flag_lookup(flags, n, f.name);
    if (!flag) {
        return 0;
    }
    if (flag->kind == CMD_FLAG_BOOL) {
        bool *to = flag->to;
        *to = true;
        if (f.has_value && !flag_bool(f.value, to)) {
            err_set(e, "invalid boolean value \"%.*s\" for -%.*s: parse error", STR_ARG(f.value),
                    STR_ARG(f.name));
            return -1;
        }
        (*i)++;
        return 1;
    }
    const char **to = flag->to;
    if (f.has_value) {
        *to = f.value.n > 0 ? f.value.p : "";
    } else if (args[*i + 1]) {
        *to = args[++*i];
    } else {
        err_set(e, "flag needs an argument: -%.*s", STR_ARG(f.name));
        return -1;
    }
    (*i)++;
    return 1;
}

/* Were the flags asked for?  Then they have been printed. */
static bool flags_asked(const struct cmd_flag *flags, size_t n, char *const *args)
{
    str typed = str_of(args[0] ? args[0] : "");
    if (!str_cut_prefix(&typed, STR(CMD_ASK_FLAGS))) {
        return false;
    }
    str_cut_prefix(&typed, STR("-"));
    for (size_t i = 0; i < n; i++) {
        if (str_has_prefix(str_of(flags[i].name), typed)) {
            printf("-%s%s\n", flags[i].name, flags[i].kind == CMD_FLAG_BOOL ? "" : "=");
        }
    }
    return true;
}

/* Flags of go test that the command takes besides: it is asked by giving it each. */
static void flags_asked_other(const struct cmd_flag *flags, size_t n, str typed,
                              int (*other)(void *ctx, char *const *args, size_t *i, struct err *e), void *ctx)
{
    enum driver_flag_kind kind;
    const char *name;
    str_cut_prefix(&typed, STR(CMD_ASK_FLAGS "-"));
    for (size_t i = 0; (name = driver_flag_at(DRIVER_TEST, i, &kind)) != NULL; i++) {
        char given[64];
        size_t at = 0;
        struct err e;
        bool value = kind == DRIVER_FLAG_VALUE;
        if (kind == DRIVER_FLAG_UNKNOWN || flag_lookup(flags, n, str_of(name)) || !str_has_prefix(str_of(name), typed)) {
            continue;
        }
        snprintf(given, sizeof(given), "-%s%s", name, value ? "=1" : "");
        if (other(ctx, (char *const[]){given, NULL}, &at, &e) != 0) {
            printf("-%s%s\n", name, value ? "=" : "");
        }
    }
}

/* Nobody took the flag (r == 0), or there was a mistake in it, *e: the help that it asks for, or what is wrong; -1. */
static int flags_wrong(const char *name, const char *arg, int r, struct err *e, int *status)
{
    struct driver_flag f;
    if (r == 0 && driver_flag_parse(arg, &f)) {
        if (str_is(f.name, "h") || str_is(f.name, "help")) {
            char *const topic[] = {(char *)(uintptr_t)name, NULL};
            *status = cmd_help(topic);
            return -1;
        }
        err_set(e, "flag provided but not defined: -%.*s", STR_ARG(f.name));
    }
    *status = cmd_usage(name, "%s", e->text);
    return -1;
}

int cmd_flags(const char *name, const struct cmd_flag *flags, size_t n, char *const *args,
              int *status)
{
    size_t i = 0;
    if (flags_asked(flags, n, args)) {
        *status = BASE_EXIT_CLEAN;
        return -1;
    }
    while (args[i]) {
        struct driver_flag f;
        struct err e;
        if (strcmp(args[i], "--") == 0) {
            return base_int(i + 1);
        }
        int r = cmd_flag_take(flags, n, args, &i, &e);
        if (r > 0) {
            continue;
        }
        if (r == 0 && !driver_flag_parse(args[i], &f)) {
            return base_int(i);
        }
        return flags_wrong(name, args[i], r, &e, status);
    }
    return base_int(i);
}

int cmd_flags_mixed(const char *name, const struct cmd_flag *flags, size_t n, char *const *args,
                    int (*other)(void *ctx, char *const *args, size_t *i, struct err *e), void *ctx, int *status)
{
    if (flags_asked(flags, n, args)) {
        flags_asked_other(flags, n, str_of(args[0]), other, ctx);
        *status = BASE_EXIT_CLEAN;
        return -1;
    }
    for (size_t i = 0; args[i];) {
        struct err e;
        const char *arg = args[i];
        int r = cmd_flag_take(flags, n, args, &i, &e);
        r = r != 0 ? r : other(ctx, args, &i, &e);
        if (r <= 0) {
            return flags_wrong(name, arg, r, &e, status);
        }
    }
    return 0;
}
