/* gomm typecheck: the front end by itself: the errors that the compiler would report. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/cmd_output.h"
#include "cmd/cmd_show.h"
#include "types/types.h"

struct typecheck {
    struct arena arena;
    struct cmd_output output;
    struct load_config config;
    const char *chdir, *tags, *mod, *overlay, *jobs;
    bool every; /* not only ten errors of a package */
    bool all;   /* type errors of packages with syntax errors too */
    bool deps, test, timing, race;
    str cwd;
    struct cmd_show show;
    struct load *load;
    struct program *prog;
    struct strbuf out;
    u32 bad_packages; /* with errors */
    u32 load_errors;
    bool *broken;         /* by load_package.id: it or what it imports has errors */
    struct report report; /* filled for everything but text */
};

/* The compiler stops after so many. */
enum { TYPECHECK_ERRORS = 10 };

/* ---- which errors, and in which words ---- */

/* As the go command shows names; foreign ones of GOROOT as the compiler does. */
static str typecheck_name(struct typecheck *t, str file, bool foreign)
{
    str root = t->load->config.goroot;
    if (foreign && path_is_abs(file) && root.n > 0 && path_is_below(file, root)) {
        return str_fmt(&t->arena, "$GOROOT%.*s", STR_ARG(str_from(file, root.n)));
    }
    return cmd_show_file(&t->show, file);
}

/* Text with names of files in it: those of the package as the go command shows them, those of GOROOT
 * as the compiler has them. */
static void typecheck_put_text(struct typecheck *t, str text, str dir)
{
    size_t done = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '/' || (i > 0 && text.p[i - 1] != ' ' && text.p[i - 1] != '\t')) {
            continue;
        }
        str file = str_from(text, i);
        i64 colon = str_find_byte(file, ':');
        if (colon <= 0 || str_find_byte(str_slice(file, 0, (size_t)colon), '\n') >= 0) {
            continue;
        }
        file.n = (size_t)colon;
        bool foreign = !path_is_below(file, dir);
        if (foreign && !path_is_below(file, t->load->config.goroot)) {
            continue;
        }
        strbuf_put(&t->out, str_slice(text, done, i));
        strbuf_put(&t->out, typecheck_name(t, file, foreign));
        done = i + file.n;
    }
    strbuf_put(&t->out, str_from(text, done));
}

static void typecheck_put_error(struct typecheck *t, const struct package *p,
                                const struct type_error *e)
{
    if (e->pos != 0) {
        cmd_show_span(&t->show, &t->out, sources_span(t->prog->sources, e->pos));
    } else {
        strbuf_puts(&t->out, "<unknown line number>: ");
    }
    typecheck_put_text(t, e->text, p->src ? p->src->dir : t->cwd);
    strbuf_putc(&t->out, '\n');
}

static int typecheck_cmp_u32(const void *x, const void *y)
{
    const u32 *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* The compiler reports what its parser finds alone if there are syntax errors, and the ten errors
 * that it finds first. */
struct typecheck_choice {
    bool syntax;
    u32 last;                     /* of type_error.order */
    const struct type_error *cut; /* the one at which it stops; NULL: none */
};

static struct typecheck_choice typecheck_choose(const struct typecheck *t, const struct package *p,
                                                const bool *again)
{
    struct typecheck_choice c = {.last = UINT32_MAX};
    for (u32 i = 0; i < p->n_errors; i++) {
        c.syntax = c.syntax || (!t->all && p->errors[i].syntax &&
                                str_has_prefix(p->errors[i].text, STR("syntax error")));
    }
    if (t->every || t->all) {
        return c;
    }
    u32 *orders = mem_array(p->n_errors, sizeof *orders), n = 0;
    for (u32 i = 0; i < p->n_errors; i++) {
        if ((p->errors[i].syntax || !c.syntax) && !again[i]) {
            orders[n++] = p->errors[i].order;
        }
    }
    if (n >= TYPECHECK_ERRORS) {
        qsort(orders, n, sizeof *orders, typecheck_cmp_u32);
        c.last = orders[TYPECHECK_ERRORS - 1];
        for (u32 i = 0; i < p->n_errors; i++) {
            if (p->errors[i].order == c.last) {
                c.cut = &p->errors[i];
            }
        }
    }
    mem_free(orders);
    return c;
}

static bool typecheck_chosen(const struct typecheck_choice *c, const struct type_error *e)
{
    return (e->syntax || !c->syntax) && e->order <= c->last;
}

static void typecheck_find(struct typecheck *t, const struct load_package *l, const char *code,
                           struct span s, str text)
{
    str first, rest;
    str_cut(text, STR("\n"), &first, &rest);
    struct finding_list *list = &t->report.findings;
    struct finding *f = finding_add(list, code, FINDING_ERROR, s, "%.*s", STR_ARG(first));
    f->package = l ? l->path : (str){0};
    for (str line; str_next_line(&rest, &line);) {
        finding_why(list, f, (struct span){0}, "%.*s", STR_ARG(str_trim(line)));
    }
}

static void typecheck_load_error(struct typecheck *t, const struct load_package *l,
                                 const struct load_error *e)
{
    struct span s = {0};
    str text = e->text;
    t->load_errors += !e->warning;
    if (!str_contains(text, e->remedy)) { /* the go command leaves that to the user */
        text = str_fmt(t->report.findings.arena, "%.*s\n\ttry: %.*s", STR_ARG(text),
                       STR_ARG(e->remedy));
    }
    if (e->pos != 0) {
        s = sources_span(t->load->sources, e->pos);
    } else {
        s.file = e->file;
    }
    typecheck_find(t, l, "LOAD01", s, text);
    if (e->pos != 0) {
        cmd_show_span(&t->show, &t->out, s);
    } else if (e->file.n > 0) {
        strbuf_printf(&t->out, "%.*s: ", STR_ARG(typecheck_name(t, e->file, false)));
    }
    strbuf_printf(&t->out, "%.*s\n", STR_ARG(text));
}

/* A variant of a package has the package's errors too. */
static bool typecheck_load_repeated(const struct load_package *l, const struct load_error *e)
{
    for (u32 i = 0; l->plain && l->plain != l && i < l->plain->n_errors; i++) {
        if (l->plain->errors[i].pos == e->pos && str_eq(l->plain->errors[i].text, e->text)) {
            return true;
        }
    }
    return false;
}

/* Nobody compiles a package that imports one with errors: what is wrong with it may follow from those. */
static bool typecheck_hindered(struct typecheck *t, const struct load_package *l)
{
    for (u32 i = 0; i < l->n_imports; i++) {
        if (l->imports[i].pkg && t->broken[l->imports[i].pkg->id]) {
            return true;
        }
    }
    return false;
}

static void typecheck_package(struct typecheck *t, const struct load_package *l)
{
    const struct package *p = t->prog->pkgs[l->id];
    bool hindered = typecheck_hindered(t, l) || l->n_errors > 0;
    t->broken[l->id] = hindered || p->n_errors > 0;
    for (u32 i = 0; i < l->n_errors; i++) {
        if (!typecheck_load_repeated(l, &l->errors[i])) {
            typecheck_load_error(t, l, &l->errors[i]);
        }
    }
    if ((hindered && !t->every && !t->all) || p->n_errors == 0 || cmd_show_repeated(&t->show, l)) {
        return;
    }
    t->bad_packages++;
    str title = cmd_show_title(&t->show, l);
    strbuf_printf(&t->out, "# %.*s\n", STR_ARG(title));
    const bool *again = errors_repeated(&t->arena, p);
    struct typecheck_choice c = typecheck_choose(t, p, again);
    for (u32 i = 0; i < p->n_errors; i++) {
        const struct type_error *e = &p->errors[i];
        if (again[i]) {
            continue;
        }
        if (typecheck_chosen(&c, e)) {
            typecheck_put_error(t, p, e);
        }
        struct span s = {0};
        if (e->pos != 0) {
            s = sources_span(t->prog->sources, e->pos);
        }
        typecheck_find(t, l, e->syntax ? "SYNTAX01" : "TYPE01", s, e->text);
    }
    if (c.cut) {
        if (c.cut->pos != 0) {
            cmd_show_span(&t->show, &t->out, sources_span(t->prog->sources, c.cut->pos));
        }
        strbuf_puts(&t->out, "too many errors\n");
    }
}

/* ---- the command ---- */

static int typecheck_run(struct typecheck *t, char *const *args)
{
    struct err e;
    u64 jobs = 0;
    if (t->jobs && !str_u64(str_of(t->jobs), &jobs)) {
        return cmd_usage("typecheck", "invalid value \"%s\" for flag -p: want a number", t->jobs);
    }
    if (t->chdir && chdir(t->chdir) != 0) {
        err_os(&e, errno, "chdir %s", t->chdir);
        return cmd_fail_err(&e);
    }
    if (!io_cwd(&t->arena, &t->cwd, &e)) {
        return cmd_fail_err(&e);
    }
    VEC(str) patterns = {0};
    for (size_t i = 0; args[i]; i++) {
        vec_push_in(&t->arena, &patterns, str_of(args[i]));
    }
    if (patterns.n == 0) {
        vec_push_in(&t->arena, &patterns, STR("."));
    }
    struct pool *pool = pool_new(jobs > 1024 ? 1024 : (u32)jobs);
    t->load = load_packages(&t->config, patterns.v, patterns.n, pool, &e);
    if (!t->load) {
        pool_free(pool);
        return cmd_fail_err(&e);
    }
    t->show = (struct cmd_show){&t->arena, t->cwd, t->load};
    if (t->timing) {
        cmd_show_time(&t->show, "find", (double)t->load->ns_find / 1e6);
        cmd_show_time(&t->show, "parse", (double)t->load->ns_parse / 1e6);
    }
    u32 deps = CHECK_NO_INFO | (t->deps ? 0 : CHECK_NO_BODIES);
    t->prog = check_load(t->load, pool, CHECK_NO_INFO, deps);
    pool_free(pool);
    if (t->timing) {
        cmd_show_time(&t->show, "check", (double)t->prog->ns_check / 1e6);
    }
    for (u32 i = 0; i < t->load->n_errors; i++) {
        typecheck_load_error(t, NULL, &t->load->errors[i]);
    }
    t->broken = ARENA_ARRAY(&t->arena, bool, t->load->n_pkgs);
    for (u32 i = 0; i < t->load->n_pkgs; i++) { /* dependencies first */
        typecheck_package(t, t->load->pkgs[i]);
    }
    int status = t->load_errors > 0    ? BASE_EXIT_FAILURE
                 : t->bad_packages > 0 ? BASE_EXIT_FINDINGS
                                       : BASE_EXIT_CLEAN;
    const struct cmd_output *o = &t->output;
    if (o->json || o->sarif || o->github || o->html || o->store) {
        struct report *r = &t->report;
        r->dir = t->cwd;
        r->go_version = t->load->go_version;
        r->goos = t->load->config.goos;
        r->goarch = t->load->config.goarch;
        r->status = status;
        finding_sort(&r->findings);
        finding_identify(&r->findings);
        return cmd_output_show(o, r) ? status : BASE_EXIT_FAILURE;
    }
    return cmd_print(strbuf_str(&t->out)) ? status : BASE_EXIT_FAILURE;
}

int cmd_typecheck(char *const *args)
{
    struct typecheck *t = mem_zalloc(sizeof *t);
    struct cmd_flag flags[CMD_OUTPUT_FLAGS + 12];
    size_t n = CMD_OUTPUT_FLAGS;
    cmd_output_flags(&t->output, flags);
    const struct cmd_flag own[] = {
        {"C", CMD_FLAG_STRING, &t->chdir}, {"tags", CMD_FLAG_STRING, &t->tags},
        {"mod", CMD_FLAG_STRING, &t->mod}, {"overlay", CMD_FLAG_STRING, &t->overlay},
        {"race", CMD_FLAG_BOOL, &t->race}, {"test", CMD_FLAG_BOOL, &t->test},
        {"deps", CMD_FLAG_BOOL, &t->deps}, {"e", CMD_FLAG_BOOL, &t->every},
        {"all", CMD_FLAG_BOOL, &t->all},   {"time", CMD_FLAG_BOOL, &t->timing},
        {"p", CMD_FLAG_STRING, &t->jobs},
    };
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        flags[n++] = own[i];
    }
    int status;
    int at = cmd_flags("typecheck", flags, n, args, &status);
    struct err e;
    if (at >= 0 && !cmd_output_check(&t->output, &e)) {
        status = cmd_usage("typecheck", "%s", e.text);
        at = -1;
    }
    if (at >= 0) {
        cmd_output_begin(&t->report, &t->arena, "typecheck", args);
        t->config = (struct load_config){
            .tags = str_of(t->tags),
            .mod = str_of(t->mod),
            .overlay = str_of(t->overlay),
            .race = t->race,
            .tests = t->test,
            .bodies_of_deps = t->deps,
        };
        status = typecheck_run(t, args + at);
    }
    program_free(t->prog);
    load_free(t->load);
    strbuf_release(&t->out);
    arena_release(&t->arena);
    mem_free(t);
    return status;
}
