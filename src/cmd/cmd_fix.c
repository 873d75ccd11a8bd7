/* gomm fix: proposes changes that take values out of the heap, verifies each, prints or writes those that held. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/term.h"
#include "cmd/cmd.h"
#include "cmd/cmd_fix.h"
#include "cmd/cmd_heap.h"
#include "cmd/cmd_output.h"
#include "cmd/cmd_progress.h"
#include "cmd/cmd_show.h"
#include "fix/fix_pool.h"
#include "fix/fix_run.h"

struct fix_package {
    const struct package *pkg;
    fix_candidates candidates;
    struct fix_done *done;
    fix_files files; /* with all that were confirmed */
    double heat;     /* -profile: bytes of the hottest */
};

struct cmd_fix {
    struct arena arena;
    struct load_config config;
    const char *chdir, *tags, *mod, *overlay, *rule, *bench, *pairs, *profile;
    bool write, diff, all, api, short_tests, no_race, verbose, own, dry;
    struct cmd_output output;
    struct report report;
    VEC(str) patterns;
    str cwd;
    struct cmd_show show;
    struct driver_go go;
    struct load *load;
    struct program *prog;
    struct escape *escape;
    struct pool *pool;
    VEC(struct fix_package) packages;
    fix_remarks remarks; /* -all */
    const struct package *sited; /* whose sites these are: the one that was asked for last */
    struct escape_site *sites;
    u32 n_sites;
    struct cmd_heap heap; /* of -profile */
    size_t proposed, cold, only_api, confirmed, written;
    struct cmd_progress progress;
    u32 load_errors;
};

/* ---- progress ---- */

static void fix_progress(void *ctx, const char *what)
{
    struct cmd_fix *c = ctx;

    cmd_progress_show(&c->progress, "%s", what);
    if (!c->progress.on && c->verbose) {
        fprintf(stderr, "gomm: %s\n", what);
    }
}

/* ---- finding ---- */

static void fix_errors(struct cmd_fix *c)
{
    for (u32 i = 0; i < c->load->n_errors; i++) {
        const struct load_error *e = &c->load->errors[i];
        fprintf(stderr, "%.*s\n", STR_ARG(e->text));
        c->load_errors += !e->warning;
    }
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        const struct load_package *l = c->load->pkgs[i];
        for (u32 k = 0; l->matched && k < l->n_errors; k++) {
            fprintf(stderr, "%.*s: %.*s\n", STR_ARG(l->path), STR_ARG(l->errors[k].text));
            c->load_errors += !l->errors[k].warning;
        }
    }
}

const struct package *cmd_fix_variant(const struct load *l, const struct program *prog, const struct package *p,
                                      enum load_variant variant)
{
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct load_package *q = l->pkgs[i];
        bool own = q->variant == variant && q->for_test == p->src && (variant == LOAD_XTEST || q->plain == p->src);
        if (own) {
            return prog->pkgs[i];
        }
    }
    return NULL;
}

static double fix_heat(struct cmd_fix *c, const struct fix_candidate *k)
{
    const struct file_info *f = &k->pkg->files[k->file];
    struct span from = sources_span_raw(c->load->sources, k->from), to = sources_span_raw(c->load->sources, k->to);

    return cmd_heap_bytes(&c->heap, f->ast->src->path, from.line, to.line);
}

/* What the profile does not know goes; the hottest come first. */
static void fix_by_heat(struct cmd_fix *c, struct fix_package *p)
{
    fix_candidates *v = &p->candidates;
    double *heat = ARENA_ARRAY(&c->arena, double, v->n);
    size_t n = 0;

    for (size_t i = 0; i < v->n; i++) {
        struct fix_candidate k = v->v[i];
        double h = fix_heat(c, &k);
        if (h <= 0) {
            c->cold++;
            continue;
        }
        size_t at = n++;
        for (; at > 0 && heat[at - 1] < h; at--) {
            heat[at] = heat[at - 1];
            v->v[at] = v->v[at - 1];
        }
        heat[at] = h;
        v->v[at] = k;
    }
    v->n = n;
    p->heat = n > 0 ? heat[0] : 0;
}

/* What only -api would propose is told of, or who does not know the flag never hears of it. */
static void fix_count_api(struct cmd_fix *c, struct fix_find f, size_t found)
{
    struct arena scratch = {0};
    fix_candidates with = {0};

    f.arena = &scratch;
    f.api = true;
    f.out = &with;
    fix_find(&f);
    c->only_api += with.n > found ? with.n - found : 0;
    arena_release(&scratch);
}

static void fix_package_candidates(struct cmd_fix *c, const struct package *p)
{
    struct fix_package k = {.pkg = p};
    struct fix_find f = {
        .test = cmd_fix_variant(c->load, c->prog, p, LOAD_TEST),
        .xtest = cmd_fix_variant(c->load, c->prog, p, LOAD_XTEST),
        .arena = &c->arena, .pkg = p, .api = c->api, .rule = c->rule, .out = &k.candidates};

    if (!c->escape->results[p->src->id].unit) {
        return;
    }
    fix_find(&f);
    if (c->all && !c->rule) {
        fix_pool(&f, &c->remarks);
    }
    if (!c->api) {
        fix_count_api(c, f, k.candidates.n);
    }
    if (c->profile) {
        fix_by_heat(c, &k);
    }
    if (k.candidates.n > 0) {
        c->proposed += k.candidates.n;
        k.done = ARENA_ARRAY(&c->arena, struct fix_done, k.candidates.n);
        vec_push_in(&c->arena, &c->packages, k);
        for (size_t i = c->packages.n - 1; i > 0 && c->packages.v[i - 1].heat < k.heat; i--) {
            c->packages.v[i] = c->packages.v[i - 1];
            c->packages.v[i - 1] = k;
        }
    }
}

static bool fix_load(struct cmd_fix *c, struct err *e)
{
    struct escape_config analysis = {.keep_units = true, .keep_flows = true};

    c->load = load_packages(&c->config, c->patterns.v, c->patterns.n, c->pool, e);
    if (!c->load) {
        return false;
    }
    c->show = (struct cmd_show){&c->arena, c->cwd, c->load};
    fix_errors(c);
    c->prog = check_load(c->load, c->pool, 0, 0);
    c->escape = escape_new(c->load, c->prog, &analysis);
    escape_run(c->escape);
    if (c->profile && !cmd_heap_read(&c->arena, c->profile, c->load, c->prog, &c->heap, e)) {
        return false;
    }
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        const struct load_package *l = c->load->pkgs[i];
        const struct package *p = c->prog->pkgs[i];
        if (!l->matched || l->variant != LOAD_PLAIN || !p) {
            continue;
        }
        if (l->uses_cgo) {
            report_note(&c->report, "%.*s uses cgo and was left out", STR_ARG(l->path));
            continue;
        }
        if (p->n_errors > 0) {
            report_note(&c->report, "%.*s has errors and was left out: run gomm typecheck", STR_ARG(l->path));
            c->load_errors++;
            continue;
        }
        fix_package_candidates(c, p);
    }
    return true;
}

/* ---- verifying ---- */

static void fix_verify_all(struct cmd_fix *c)
{
    struct fix_verify_opts o = {
        .go = &c->go,
        .cwd = c->cwd,
        .tags = c->config.tags,
        .mod = c->config.mod,
        .overlay = c->config.overlay,
        .short_tests = c->short_tests,
        .no_race = c->no_race,
        .bench = c->bench && strcmp(c->bench, "none") != 0 ? str_of(c->bench) : (str){0},
        .progress = fix_progress,
        .ctx = c,
    };
    u64 pairs = 0;
    if (c->pairs && str_u64(str_of(c->pairs), &pairs)) {
        o.pairs = (u32)pairs;
    }
    struct fix_verifier *v = fix_verifier_new(&c->arena, &o);
    struct fix_run r = {
        .arena = &c->arena,
        .verifier = v,
        .opts = &o,
        .escape = c->escape,
        .pool = c->pool,
        .no_benchmarks = c->bench && strcmp(c->bench, "none") == 0,
        .no_made_benchmarks = c->own,
    };

    for (size_t i = 0; i < c->packages.n && !proc_interrupted(); i++) {
        struct fix_package *p = &c->packages.v[i];
        for (size_t k = 0; c->dry && k < p->candidates.n; k++) {
            p->done[k] = (struct fix_done){&p->candidates.v[k], {.outcome = FIX_UNMEASURED, .text = STR("not tried")}};
        }
        if (c->dry) {
            continue;
        }
        fix_run_package(&r, p->pkg, &p->candidates, p->done, &p->files);
    }
    fix_run_release(&r);
    fix_verifier_free(v);
    cmd_progress_erase(&c->progress);
}

/* ---- telling ---- */

/* What the package has in the heap; the analysis is asked once for all of its findings. */
static void fix_sites(struct cmd_fix *c, const struct package *p)
{
    if (c->sited != p) {
        c->sited = p;
        escape_sites(c->escape, c->escape->results[p->src->id].unit, &c->arena, &c->sites, &c->n_sites);
    }
}

/* The value in the heap that the fix is about: the first in its text. */
static bool fix_site(struct cmd_fix *c, const struct fix_candidate *k, struct escape_site *out)
{
    fix_sites(c, k->pkg);
    for (u32 i = 0; i < c->n_sites; i++) {
        const struct escape_site *s = &c->sites[i];
        u32 at = s->note->shown;
        bool made_here = s->n->op != IR_APPEND || k->keeps;
        if (!s->free && at >= k->from && at < k->to && made_here) {
            *out = *s;
            return true;
        }
    }
    return false;
}

static struct finding *fix_finding(struct cmd_fix *c, const struct fix_done *d)
{
    const struct fix_candidate *k = d->c;
    struct finding_list *l = &c->report.findings;
    struct ir_unit *u = c->escape->results[k->pkg->src->id].unit;
    struct span at = sources_span(c->load->sources, k->at);
    struct escape_site s;
    struct finding *f;

    if (fix_site(c, k, &s)) {
        f = escape_finding(c->escape, u, &s, ESCAPE_SHORT, l);
    } else {
        str what = k->what.n > 0 ? k->what
                   : k->keeps    ? STR("what grows here is allocated anew each time that it is full")
                                 : STR("what is called here allocates");
        f = finding_add(l, escape_cause_code(ESCAPE_OTHER), FINDING_NOTE, at, "%.*s", STR_ARG(what));
        f->package = k->pkg->path;
    }
    finding_why(l, f, at, "fix: %.*s", STR_ARG(k->argument));
    if (c->profile) {
        cmd_heap_cost(&c->heap, fix_heat(c, k), -1, l, f);
    }
    struct fix_proposal p = {.title = k->title, .edits = &k->edits, .package = k->pkg->path};
    fix_result_finding(&p, &d->result, c->cwd, l, f);
    return f;
}

/* Is the place within what a change would take out of the heap that was verified? */
static bool fix_is_cured(struct cmd_fix *c, const struct fix_remark *r, pos at)
{
    for (size_t i = 0; i < c->packages.n; i++) {
        const struct fix_package *p = &c->packages.v[i];
        for (size_t k = 0; k < p->candidates.n; k++) {
            const struct fix_candidate *d = &p->candidates.v[k];
            if (d->pkg == r->pkg && d->file == r->file && at >= d->from && at < d->to && p->done[k].c &&
                p->done[k].result.outcome == FIX_CONFIRMED) {
                return true;
            }
        }
    }
    return false;
}

/* What nothing better is known for; with a profile only where it is hot. */
static void fix_remark(struct cmd_fix *c, const struct fix_remark *r)
{
    struct finding_list *l = &c->report.findings;
    struct ir_unit *u = c->escape->results[r->pkg->src->id].unit;

    fix_sites(c, r->pkg);
    for (u32 i = 0; i < c->n_sites; i++) {
        const struct escape_site *s = &c->sites[i];
        double heat = c->profile ? cmd_heap_bytes(&c->heap, s->span.file, s->span.line, s->span.line) : 1;
        if (fix_pool_suits(r, s) && heat > 0 && !fix_is_cured(c, r, s->note->shown)) {
            struct finding *f = escape_finding(c->escape, u, s, ESCAPE_SHORT, l);
            finding_why(l, f, s->span, "%.*s", STR_ARG(r->text));
            if (c->profile) {
                cmd_heap_cost(&c->heap, heat, -1, l, f);
            }
            return;
        }
    }
}

static void fix_report(struct cmd_fix *c)
{
    size_t tally[FIX_FAILED + 1] = {0};

    for (size_t i = 0; i < c->packages.n; i++) {
        const struct fix_package *p = &c->packages.v[i];
        for (size_t k = 0; k < p->candidates.n; k++) {
            const struct fix_done *d = &p->done[k];
            if (!d->c) {
                tally[FIX_INCONCLUSIVE]++;
                continue;
            }
            tally[d->result.outcome]++;
            if (d->result.outcome == FIX_CONFIRMED || c->all || c->dry) {
                fix_finding(c, d);
            }
        }
    }
    for (size_t i = 0; i < c->remarks.n; i++) {
        fix_remark(c, &c->remarks.v[i]);
    }
    c->confirmed = tally[FIX_CONFIRMED];
    finding_sort(&c->report.findings);
    finding_identify(&c->report.findings);
    if (c->profile) {
        finding_sort_by(&c->report.findings, finding_cmp_weight);
    }
    if (c->cold > 0) {
        report_note(&c->report, "%zu more are about places that %.*s does not know", c->cold, STR_ARG(c->heap.name));
    }
    report_note(&c->report, "%zu proposed: %zu verified, %zu without gain, %zu not measured, %zu inconclusive, %zu failed%s",
                c->proposed, tally[FIX_CONFIRMED], tally[FIX_NO_GAIN], tally[FIX_UNMEASURED], tally[FIX_INCONCLUSIVE],
                tally[FIX_FAILED], c->all || c->proposed == tally[FIX_CONFIRMED] ? "" : " (-all shows them)");
    if (c->only_api > 0) {
        report_note(&c->report, "%zu more would change what importers see: -api tries them too", c->only_api);
    }
    if (proc_interrupted()) {
        report_note(&c->report, "interrupted: this is what was verified up to then; nothing was written");
    }
}

/* The verified ones as a patch, with what is known of each before it. */
static void fix_print_diff(struct cmd_fix *c, struct strbuf *out)
{
    for (size_t i = 0; i < c->report.findings.n; i++) {
        const struct finding *f = &c->report.findings.v[i];
        str file = cmd_show_file(&c->show, f->span.file);
        str before, last = f->n_why > 0 ? f->why[f->n_why - 1].text : (str){0};
        strbuf_printf(out, "# %.*s:%u:%u: %.*s: %.*s\n", STR_ARG(file), f->span.line, f->span.col, STR_ARG(f->code),
                      STR_ARG(f->message));
        if (f->fix.title.n == 0) {
            strbuf_printf(out, "#   %.*s\n", STR_ARG(last));
            continue;
        }
        str_cut(last, STR("fix: "), &before, &last);
        strbuf_printf(out, "#   %.*s: %.*s\n#   %s: %.*s\n", STR_ARG(f->fix.title), STR_ARG(last),
                      finding_verdict_name(f->check.verdict), STR_ARG(f->check.text));
    }
    for (size_t i = 0; i < c->packages.n; i++) {
        strbuf_put(out, fix_files_diff(&c->arena, c->cwd, &c->packages.v[i].files));
    }
    for (size_t i = 0; i < c->report.notes.n; i++) {
        fprintf(stderr, "gomm: %.*s\n", STR_ARG(c->report.notes.v[i]));
    }
}

/* All files of all packages, or none. */
static bool fix_write_all(struct cmd_fix *c, struct err *e)
{
    fix_files all = {0};

    for (size_t i = 0; i < c->packages.n; i++) {
        for (size_t k = 0; k < c->packages.v[i].files.n; k++) {
            vec_push_in(&c->arena, &all, c->packages.v[i].files.v[k]);
        }
    }
    if (all.n > 0 && !fix_write(&all, e)) {
        return false;
    }
    c->written = all.n;
    if (all.n > 0) {
        report_note(&c->report, "%zu file%s written", all.n, all.n == 1 ? "" : "s");
    }
    return true;
}

static int fix_show(struct cmd_fix *c)
{
    const struct cmd_output *o = &c->output;
    struct err e;

    if (c->write && !proc_interrupted() && !fix_write_all(c, &e)) {
        return cmd_fail_err(&e);
    }
    c->report.status = c->load_errors > 0                  ? BASE_EXIT_FAILURE
                       : c->confirmed > 0 && c->written == 0 ? BASE_EXIT_FINDINGS
                                                             : BASE_EXIT_CLEAN;
    bool report = c->write || o->text || o->json || o->sarif || o->github || o->html || o->store;
    bool ok = true;
    if (report && !c->diff) {
        ok = cmd_output_show(o, &c->report);
    } else {
        struct strbuf b = {0};
        fix_print_diff(c, &b);
        ok = cmd_print(strbuf_str(&b));
        strbuf_release(&b);
    }
    return ok ? c->report.status : BASE_EXIT_FAILURE;
}

/* ---- the command ---- */

static int fix_main(struct cmd_fix *c, char *const *args)
{
    struct err e;

    if (c->chdir && chdir(c->chdir) != 0) {
        err_os(&e, errno, "chdir %s", c->chdir);
        return cmd_fail_err(&e);
    }
    if (!io_cwd(&c->arena, &c->cwd, &e) || !driver_go_find(&c->arena, NULL, &c->go, &e)) {
        return cmd_fail_err(&e);
    }
    if (!c->go.asked) {
        return cmd_fail("go env: %.*s", STR_ARG(c->go.trouble));
    }
    for (size_t i = 0; args[i]; i++) {
        vec_push_in(&c->arena, &c->patterns, str_of(args[i]));
    }
    if (c->patterns.n == 0) {
        vec_push_in(&c->arena, &c->patterns, STR("."));
    }
    cmd_output_go(&c->report, &c->go);
    c->report.dir = c->cwd;
    c->pool = pool_new(0);
    if (!fix_load(c, &e)) {
        return cmd_fail_err(&e);
    }
    proc_hold();
    fix_verify_all(c);
    fix_report(c);
    return fix_show(c);
}

static void fix_quit(struct cmd_fix *c)
{
    if (c->escape) {
        escape_free(c->escape);
    }
    if (c->prog) {
        program_free(c->prog);
    }
    if (c->load) {
        load_free(c->load);
    }
    if (c->pool) {
        pool_free(c->pool);
    }
    arena_release(&c->arena);
    mem_free(c);
}

int cmd_fix(char *const *args)
{
    struct cmd_fix *c = mem_zalloc(sizeof *c);
    bool race = true;
    enum { OWN_FLAGS = 17 };
    struct cmd_flag flags[OWN_FLAGS + CMD_OUTPUT_FLAGS] = {
        {"C", CMD_FLAG_STRING, &c->chdir},       {"tags", CMD_FLAG_STRING, &c->tags},
        {"mod", CMD_FLAG_STRING, &c->mod},       {"overlay", CMD_FLAG_STRING, &c->overlay},
        {"rule", CMD_FLAG_STRING, &c->rule},     {"bench", CMD_FLAG_STRING, &c->bench},
        {"pairs", CMD_FLAG_STRING, &c->pairs},   {"w", CMD_FLAG_BOOL, &c->write},
        {"d", CMD_FLAG_BOOL, &c->diff},          {"all", CMD_FLAG_BOOL, &c->all},
        {"api", CMD_FLAG_BOOL, &c->api},         {"short", CMD_FLAG_BOOL, &c->short_tests},
        {"race", CMD_FLAG_BOOL, &race},          {"v", CMD_FLAG_BOOL, &c->verbose},
        {"own", CMD_FLAG_BOOL, &c->own},         {"n", CMD_FLAG_BOOL, &c->dry},
        {"profile", CMD_FLAG_STRING, &c->profile},
    };
    struct err e;
    cmd_output_flags(&c->output, flags + OWN_FLAGS);
    int status;
    int at = cmd_flags("fix", flags, ARRAY_LEN(flags), args, &status);
    if (at >= 0 && !cmd_output_check(&c->output, &e)) {
        status = cmd_usage("fix", "%s", e.text);
        at = -1;
    }
    if (at >= 0 && c->rule && !fix_rule_exists(c->rule)) {
        status = cmd_usage("fix", "invalid value \"%s\" for flag -rule: want %s", c->rule, FIX_RULES);
        at = -1;
    }
    if (at >= 0) {
        cmd_output_begin(&c->report, &c->arena, "fix", args);
        c->no_race = !race;
        c->progress.on = term_is_smart(STDERR_FILENO) && !c->verbose;
        c->config = (struct load_config){
            .tags = str_of(c->tags),
            .mod = str_of(c->mod),
            .overlay = str_of(c->overlay),
            .bodies_of_deps = true,
            .tests = true,
        };
        status = fix_main(c, args + at);
    }
    int sig = proc_interrupted();
    fix_quit(c);
    if (sig) {
        proc_die(sig);
    }
    return status;
}
