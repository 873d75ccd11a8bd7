/* eval_types.c: checks packages as it is told and prints their errors; for conformance.go.
 *
 * usage: eval_types [-builtins] GO_MINOR <commands
 *
 * Commands, a line each, their words separated by tabs:
 *   dep PATH VERSION FLAGS FILE...  a package that others import: checked without bodies, kept
 *   group NAME                      begins a group, packages that are checked in a process of
 *                                   their own, so that a crash or endless loop spoils no other
 *   pkg PATH VERSION FLAGS FILE...  a package of the group; it may import those before it,
 *                                   also as ./NAME, which is PATH test/NAME
 *   end                             runs the group
 *
 * VERSION is the minor language version, 0 the newest.  FLAGS: c gives a fake package for
 * import "C", e reports each syntax error even if there are several in a line, C checks as
 * -complete does; - is none.
 *
 * Answers, also with tabs:
 *   group NAME
 *   error PACKAGE KIND ORDER FILE LINE COL RELFILE RELLINE RELCOL TEXT
 *   done NAME
 *   crash NAME WHY
 *
 * KIND is syntax, soft or hard; ORDER that in which errors were found; RELFILE … go
 * by line directives; newlines and backslashes in TEXT are written \n and \\.  Errors of a dep
 * are answered under the group "dep".
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/intern.h"
#include "base/vec.h"
#include "types/types.h"

enum { SECONDS = 20, MEMORY_GB = 3 };

struct eval {
    struct arena arena;
    struct program *prog;
    VEC(struct package *) pkgs;
    VEC(str) group; /* command lines */
    str name;
    bool builtins; /* Go's tests of the type checker by itself */
};

_Noreturn static void fail(const char *what, str detail)
{
    fprintf(stderr, "eval_types: %s: %.*s\n", what, STR_ARG(detail));
    exit(2);
}

/* Later packages hide earlier ones: those of a group the deps. */
static struct package *find_path(struct eval *ev, str path)
{
    for (size_t i = ev->pkgs.n; i-- > 0;) {
        if (str_eq(ev->pkgs.v[i]->path, path)) {
            return ev->pkgs.v[i];
        }
    }
    return NULL;
}

static struct package *find(void *ctx, str path)
{
    struct eval *ev = ctx;
    struct package *p;
    str local = path;

    if (str_is(path, "unsafe")) {
        return ev->prog->unsafe;
    }
    if (str_cut_prefix(&local, STR("./"))) {
        return find_path(ev, str_fmt(&ev->arena, "test/%.*s", STR_ARG(local)));
    }
    p = find_path(ev, path);
    return p ? p : find_path(ev, str_fmt(&ev->arena, "vendor/%.*s", STR_ARG(path)));
}

static void print_text(str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n' || text.p[i] == '\\') {
            fputs(text.p[i] == '\n' ? "\\n" : "\\\\", stdout);
        } else {
            putchar(text.p[i]);
        }
    }
    putchar('\n');
}

static void print_errors(struct eval *ev, const struct package *p)
{
    for (u32 i = 0; i < p->n_errors; i++) {
        const struct type_error *e = &p->errors[i];
        struct span raw = sources_span_raw(ev->prog->sources, e->pos);
        struct span rel = sources_span(ev->prog->sources, e->pos);

        printf("error\t%.*s\t%s\t%u\t%.*s\t%u\t%u\t%.*s\t%u\t%u\t", STR_ARG(p->path),
               e->syntax ? "syntax"
               : e->soft ? "soft"
                         : "hard",
               e->order, STR_ARG(raw.file), raw.line, raw.col, STR_ARG(rel.file), rel.line,
               rel.col);
        print_text(e->text);
    }
}

static void check(struct eval *ev, str line)
{
    bool dep = str_has_prefix(line, STR("dep\t"));
    str command, path, version, flags, file;
    VEC(struct ast *) files = {0};
    u32 how = dep ? CHECK_NO_BODIES | CHECK_NO_INFO : 0, mode = dep ? PARSE_NO_BODIES : PARSE_ALL;
    struct package *p;
    struct err e;
    u64 minor;

    if (!str_next_sep(&line, '\t', &command) || !str_next_sep(&line, '\t', &path) ||
        !str_next_sep(&line, '\t', &version) || !str_next_sep(&line, '\t', &flags) ||
        !str_u64(version, &minor)) {
        fail("not understood", line);
    }
    how |= str_contains(flags, STR("c")) ? CHECK_FAKE_C : 0;
    how |= str_contains(flags, STR("C")) ? CHECK_COMPLETE : 0;
    how |= ev->builtins ? CHECK_LANGUAGE : 0;
    mode |= str_contains(flags, STR("e")) ? PARSE_EVERY_ERROR : 0;
    while (str_next_sep(&line, '\t', &file)) {
        struct source *src = sources_add_file(ev->prog->sources, str_dup(&ev->arena, file), &e);

        if (!src) {
            fail("cannot read", str_of(e.text));
        }
        vec_push(&files, parse_file(&ev->arena, ev->prog->names, src, mode));
    }
    p = check_package(ev->prog, path, files.v, (u32)files.n, (u16)minor, how, find, ev);
    vec_push(&ev->pkgs, p);
    print_errors(ev, p);
    vec_release(&files);
}

/* In a child; the parent says how it ended. */
static void run_group(struct eval *ev)
{
    int status;
    pid_t pid;

    printf("group\t%.*s\n", STR_ARG(ev->name));
    fflush(stdout);
    pid = fork();
    if (pid < 0) {
        fail("cannot fork", ev->name);
    }
    if (pid == 0) {
#ifndef __SANITIZE_ADDRESS__ /* whose shadow is larger than any limit */
        struct rlimit limit = {(rlim_t)MEMORY_GB << 30, (rlim_t)MEMORY_GB << 30};

        setrlimit(RLIMIT_AS, &limit);
#endif
        alarm(SECONDS);
        for (size_t i = 0; i < ev->group.n; i++) {
            check(ev, ev->group.v[i]);
        }
        fflush(stdout);
        _exit(0);
    }
    if (waitpid(pid, &status, 0) != pid) {
        fail("lost a child", ev->name);
    }
    if (WIFSIGNALED(status)) {
        printf("crash\t%.*s\t%s\n", STR_ARG(ev->name),
               WTERMSIG(status) == SIGALRM ? "no end within 20 s" : strsignal(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
        printf("crash\t%.*s\texit status %d\n", STR_ARG(ev->name), WEXITSTATUS(status));
    } else {
        printf("done\t%.*s\n", STR_ARG(ev->name));
    }
    vec_reset(&ev->group);
}

int main(int argc, char **argv)
{
    struct eval ev = {0};
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    u64 minor;
    int at = 1;

    if (at < argc && strcmp(argv[at], "-builtins") == 0) {
        ev.builtins = true;
        at++;
    }
    if (at + 1 != argc || !str_u64(str_of(argv[at]), &minor)) {
        fail("usage", STR("eval_types [-builtins] GO_MINOR <commands"));
    }
    ev.prog = program_new(intern_new(), sources_new(), sizes_for(STR("amd64")), (u16)minor);
    if (ev.builtins) {
        program_add_test_builtins(ev.prog);
    }
    printf("group\tdep\n");
    while ((len = getline(&line, &cap, stdin)) > 0) {
        str text = str_dup(&ev.arena, str_trim_right((str){line, (size_t)len}));

        if (str_has_prefix(text, STR("dep\t"))) {
            check(&ev, text);
        } else if (str_cut_prefix(&text, STR("group\t"))) {
            ev.name = text;
        } else if (str_has_prefix(text, STR("pkg\t"))) {
            vec_push(&ev.group, text);
        } else if (str_is(text, "end")) {
            run_group(&ev);
        } else {
            fail("not understood", text);
        }
    }
    free(line);
    fflush(stdout);
    return 0;
}
