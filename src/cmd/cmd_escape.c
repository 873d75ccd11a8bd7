/* gomm escape: what goes to the heap, and why: flags, loading, analysis; the outputs are in files of their own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/cmd_escape.h"
#include "load/load_version.h"

/* ---- which packages ---- */

bool cmd_escape_wanted(const struct cmd_escape *c, const struct load_package *p)
{
    return (p->matched || c->deps) && !cmd_show_repeated(&c->show, p);
}

bool cmd_escape_compiles(const struct cmd_escape *c, const struct load_package *p)
{
    return !c->broken[p->id];
}

/* ---- errors ---- */

static void escape_load_error(struct cmd_escape *c, const struct load_error *e)
{
    struct strbuf b = {0};
    c->load_errors += !e->warning;
    if (e->pos != 0) {
        cmd_show_span(&c->show, &b, sources_span(c->load->sources, e->pos));
    } else if (e->file.n > 0) {
        strbuf_printf(&b, "%.*s: ", STR_ARG(cmd_show_file(&c->show, e->file)));
    }
    strbuf_put(&b, e->text);
    fprintf(stderr, "%.*s\n", STR_ARG(strbuf_str(&b)));
    strbuf_release(&b);
}

static void escape_package_errors(struct cmd_escape *c, const struct load_package *l)
{
    const struct package *p = c->prog->pkgs[l->id];
    for (u32 i = 0; i < l->n_errors; i++) {
        escape_load_error(c, &l->errors[i]);
    }
    if (!p || p->n_errors == 0 || cmd_show_repeated(&c->show, l)) {
        return;
    }
    c->bad_packages++;
    fprintf(stderr, "# %.*s\n", STR_ARG(cmd_show_title(&c->show, l)));
    struct strbuf b = {0};
    for (u32 i = 0; i < p->n_errors; i++) {
        strbuf_reset(&b);
        if (p->errors[i].pos != 0) {
            cmd_show_span(&c->show, &b, sources_span(c->load->sources, p->errors[i].pos));
        }
        strbuf_put(&b, p->errors[i].text);
        fprintf(stderr, "%.*s\n", STR_ARG(strbuf_str(&b)));
    }
    strbuf_release(&b);
}

static bool escape_is_broken(const struct cmd_escape *c, const struct load_package *l)
{
    const struct package *p = c->prog->pkgs[l->id];
    bool broken = !p || p->n_errors > 0;
    for (u32 i = 0; i < l->n_errors; i++) {
        broken = broken || !l->errors[i].warning;
    }
    for (u32 i = 0; i < l->n_imports; i++) {
        broken = broken || (l->imports[i].pkg && c->broken[l->imports[i].pkg->id]);
    }
    return broken;
}

static void escape_errors(struct cmd_escape *c)
{
    c->broken = ARENA_ARRAY(&c->arena, bool, c->load->n_pkgs);
    for (u32 i = 0; i < c->load->n_errors; i++) {
        escape_load_error(c, &c->load->errors[i]);
    }
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        escape_package_errors(c, c->load->pkgs[i]); /* dependencies first */
        c->broken[i] = escape_is_broken(c, c->load->pkgs[i]);
    }
}

/* ---- the command ---- */

/* "1.19", "go1.26.8". */
static bool escape_version(const char *text, int *minor)
{
    str s = str_of(text), lang;
    u64 n;
    str_cut_prefix(&s, STR("go"));
    lang = load_gover_lang(s);
    if (!str_cut_prefix(&lang, STR("1.")) || !str_u64(lang, &n) || n > 1000) {
        return false;
    }
    *minor = (int)n;
    return true;
}

static struct escape_config escape_configure(const struct cmd_escape *c, int minor)
{
    return (struct escape_config){
        .go_minor = minor, /* 0: that of the Go that is there */
        .no_inline = c->no_inline,
        .deps = c->deps,
        .keep_units = !c->messages && !c->compare,
        .keep_flows = !c->messages && !c->compare,
    };
}

static void escape_find(struct cmd_escape *c, struct pool *pool, int minor, struct err *e)
{
    if (!c->precise) { /* which looks into what all packages do */
        struct escape_config config = escape_configure(c, minor);
        escape_cache_free(c->cache);
        c->cache = escape_cache_new(&config, (str){0});
        c->config.plan = c->cache ? escape_cache_plan : NULL;
        c->config.plan_ctx = c->cache;
    }
    c->load = load_packages(&c->config, c->patterns.v, c->patterns.n, pool, e);
    c->show = (struct cmd_show){&c->arena, c->cwd, c->load};
}

static bool escape_load(struct cmd_escape *c, u32 jobs, int minor, struct err *e)
{
    struct pool *pool = pool_new(jobs);
    escape_find(c, pool, minor, e);
    if (c->load && cmd_escape_cgo(c)) {
        load_free(c->load);
        escape_find(c, pool, minor, e);
    }
    if (c->load) {
        c->prog = check_load(c->load, pool, 0, 0);
    }
    pool_free(pool);
    return c->load != NULL;
}

static void escape_analyse(struct cmd_escape *c, int minor)
{
    struct escape_config config = escape_configure(c, minor);
    config.cache = c->cache;
    u64 start = base_now_ns();
    c->escape = escape_new(c->load, c->prog, &config);
    escape_run(c->escape);
    if (c->timing) {
        cmd_show_time(&c->show, "find", (double)c->load->ns_find / 1e6);
        cmd_show_time(&c->show, "parse", (double)c->load->ns_parse / 1e6);
        cmd_show_time(&c->show, "check", (double)c->prog->ns_check / 1e6);
        cmd_show_time(&c->show, "escape", (double)(base_now_ns() - start) / 1e6);
        if (c->cache) {
            struct escape_cache_count n = escape_cache_counted(c->cache);
            fprintf(stderr, "cache       %u of %u packages known, %u not read, %u new\n", n.hits, n.pkgs, n.unneeded,
                    n.written);
        }
    }
}

/* Is something else wanted than text? */
static bool escape_wants_report(const struct cmd_escape *c)
{
    const struct cmd_output *o = &c->output;
    return c->gate.update || o->json || o->sarif || o->github || o->html || o->store;
}

static int escape_main(struct cmd_escape *c, char *const *args, char *const *all_args)
{
    struct err e;
    u64 jobs = 0;
    int minor = 0;
    if (c->jobs && !str_u64(str_of(c->jobs), &jobs)) {
        return cmd_usage("escape", "invalid value \"%s\" for flag -j: want a number", c->jobs);
    }
    if (c->go && !escape_version(c->go, &minor)) {
        return cmd_usage("escape", "invalid value \"%s\" for flag -go: want a version such as 1.19", c->go);
    }
    if (c->messages && c->compare) {
        return cmd_usage("escape", "-m and -compare exclude each other");
    }
    if (c->chdir && chdir(c->chdir) != 0) {
        err_os(&e, errno, "chdir %s", c->chdir);
        return cmd_fail_err(&e);
    }
    if (!io_cwd(&c->arena, &c->cwd, &e) || !cmd_gate_known(&c->gate, "escape", all_args, c->cwd, &e)) {
        return cmd_fail_err(&e);
    }
    for (size_t i = 0; args[i]; i++) {
        vec_push_in(&c->arena, &c->patterns, str_of(args[i]));
    }
    if (c->patterns.n == 0) {
        vec_push_in(&c->arena, &c->patterns, STR("."));
    }
    c->n_asked = c->patterns.n;
    if (!escape_load(c, jobs > 1024 ? 1024 : (u32)jobs, minor, &e)) {
        return cmd_fail_err(&e);
    }
    escape_errors(c);
    escape_analyse(c, minor);
    int status = c->compare    ? cmd_escape_compare(c)
                 : c->messages ? cmd_escape_messages(c)
                 : c->precise ? cmd_escape_precise(c)
                 : escape_wants_report(c) ? cmd_escape_report(c)
                               : cmd_escape_text(c);
    if (!cmd_print(strbuf_str(&c->out)) || c->load_errors > 0) {
        return BASE_EXIT_FAILURE;
    }
    return status;
}

/* The program is at its end, and the system frees all of it at once.  Where leaks are looked for nothing is left. */
static void escape_end(struct cmd_escape *c)
{
    if (!ARENA_ASAN) {
        return;
    }
    if (c->escape) {
        escape_free(c->escape);
    }
    program_free(c->prog);
    load_free(c->load);
    escape_cache_free(c->cache);
    strbuf_release(&c->out);
    arena_release(&c->arena);
    mem_free(c);
}

int cmd_escape(char *const *args)
{
    struct cmd_escape *c = mem_zalloc(sizeof *c);
    enum { OWN_FLAGS = 17 };
    struct cmd_flag flags[OWN_FLAGS + CMD_OUTPUT_FLAGS + CMD_GATE_FLAGS] = {
        {"C", CMD_FLAG_STRING, &c->chdir},         {"tags", CMD_FLAG_STRING, &c->tags},
        {"mod", CMD_FLAG_STRING, &c->mod},         {"overlay", CMD_FLAG_STRING, &c->overlay},
        {"j", CMD_FLAG_STRING, &c->jobs},          {"go", CMD_FLAG_STRING, &c->go},
        {"m", CMD_FLAG_BOOL, &c->messages},        {"l", CMD_FLAG_BOOL, &c->no_inline},
        {"compare", CMD_FLAG_BOOL, &c->compare},   {"against", CMD_FLAG_STRING, &c->against},
        {"deps", CMD_FLAG_BOOL, &c->deps},         {"test", CMD_FLAG_BOOL, &c->test},
        {"time", CMD_FLAG_BOOL, &c->timing},       {"v", CMD_FLAG_BOOL, &c->verbose},
        {"why", CMD_FLAG_BOOL, &c->why},           {"all", CMD_FLAG_BOOL, &c->all},
        {"precise", CMD_FLAG_BOOL, &c->precise},
    };
    struct err e;
    cmd_output_flags(&c->output, flags + OWN_FLAGS);
    cmd_gate_flags(&c->gate, flags + OWN_FLAGS + CMD_OUTPUT_FLAGS, CMD_GATE_FLAGS);
    int status;
    int at = cmd_flags("escape", flags, ARRAY_LEN(flags), args, &status);
    cmd_output_begin(&c->report, &c->arena, "escape", args);
    if (at >= 0 && (!cmd_output_check(&c->output, &e) || !cmd_gate_check(&c->gate, &c->report, &e))) {
        status = cmd_usage("escape", "%s", e.text);
        at = -1;
    }
    if (at >= 0) {
        c->compare |= c->against != NULL;
        c->config = (struct load_config){
            .tags = str_of(c->tags),
            .mod = str_of(c->mod),
            .overlay = str_of(c->overlay),
            .tests = c->test,
            .bodies_of_deps = true,
            .comments = false,
        };
        cmd_escape_cgo_meanwhile(c);
        status = escape_main(c, args + at, args);
    }
    escape_end(c);
    return status;
}
