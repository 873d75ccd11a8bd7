/* gomm check: what goes to the heap in the packages that are checked. */
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/cmd_check_escape.h"
#include "escape/escape_assert.h"
#include "escape/escape_cache.h"

enum { CHECK_ESCAPES = 20 };

struct check_escapes {
    const struct cmd_check_escape *x;
    struct escape *e;
    struct program *prog;
    u32 n_wrong;
};

/* Larger ones first; of what is known only when it runs one cache line is assumed; last what hardly ever runs: panics,
 * errors that are made, initial values of package variables. */
static double check_weight(const struct escape_site *s)
{
    enum { UNKNOWN_SIZE = 64 };
    bool rare = s->cause == ESCAPE_PANIC || escape_site_is_error(s) || (s->fn && (s->fn->flags & IR_FUNC_PKGINIT));
    return rare ? 0 : s->size < 0 ? UNKNOWN_SIZE : (double)s->size;
}

/* Instances of other packages' generic functions are compiled with the package that asks for them: nobody who works on
 * this one can change what they do. */
static bool check_is_foreign(const struct ir_unit *u, const struct escape_site *s)
{
    return s->fn && s->fn->pkg && s->fn->pkg != u->pkg;
}

static void check_unit(struct check_escapes *c, struct ir_unit *u)
{
    struct finding_list *out = &c->x->report->findings;
    struct escape_site *v;
    u32 n;

    escape_sites(c->e, u, c->x->report->arena, &v, &n);
    escape_assertions(c->e, u, v, n, out);
    for (u32 i = 0; i < n; i++) {
        if (!v[i].free && !check_is_foreign(u, &v[i])) {
            escape_finding(c->e, u, &v[i], ESCAPE_SHORT, out)->weight = check_weight(&v[i]);
        }
    }
}

/* Errors of the package, when nobody else tells of them. */
static void check_tell(struct check_escapes *c, const struct load_package *lp, const struct package *k)
{
    struct report *r = c->x->report;
    bool wrong = k->n_errors > 0 || lp->n_errors > 0;
    struct report_package rp = {.path = str_dup(r->arena, lp->path), .status = wrong ? REPORT_BUILD_FAILED : REPORT_SKIPPED};

    vec_push_in(r->arena, &r->packages, rp);
    if (k->n_errors > 0) {
        struct span at = sources_span(c->prog->sources, k->errors[0].pos);
        report_note(r, "%.*s does not compile: %.*s: %.*s; gomm typecheck tells all", STR_ARG(lp->path),
                    STR_ARG(report_place(r, r->arena, at, (str){0})), STR_ARG(k->errors[0].text));
    } else if (lp->n_errors > 0) {
        report_note(r, "%.*s: %.*s", STR_ARG(lp->path), STR_ARG(lp->errors[0].text));
    }
}

static void check_escape_loaded(struct check_escapes *c, struct load *l, struct pool *pool, const struct escape_config *config)
{
    struct report *r = c->x->report;
    struct program *p = check_load(l, pool, 0, 0);

    c->prog = p;
    c->e = escape_new(l, p, config);
    escape_run(c->e);
    for (u32 i = 0; i < l->n_errors && c->x->alone; i++) {
        report_note(r, "%.*s", STR_ARG(l->errors[i].text));
    }
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct load_package *lp = l->pkgs[i];
        const struct package *k = p->pkgs[i];
        if (!lp->matched || lp->variant != LOAD_PLAIN) {
            continue;
        }
        if (c->x->alone && k) {
            check_tell(c, lp, k);
        }
        if (c->e->results[i].unit) {
            c->n_wrong += k->n_errors > 0;
            check_unit(c, c->e->results[i].unit);
        }
        for (u32 m = 0; k && k->n_errors == 0 && m < lp->n_files; m++) {
            cmd_gate_saw(c->x->gate, "ESC", str_dup(r->arena, lp->files[m].path), false);
        }
    }
    if (c->n_wrong > 0 && !c->x->alone) {
        report_note(r, "escape: %u package%s with errors, of which functions were left out", c->n_wrong, c->n_wrong == 1 ? "" : "s");
    }
    finding_keep(&r->findings, 0);
    escape_free(c->e);
    program_free(p);
}

/* ---- the largest ---- */

static bool is_shown_escape(const struct finding *f)
{
    return f->suppressed == FINDING_SHOWN && f->severity == FINDING_NOTE && str_has_prefix(f->code, STR("ESC"));
}

/* An inlined call may make several values in one place: they are one finding. */
static bool check_is_same(const struct finding *a, const struct finding *b)
{
    return is_shown_escape(b) && a->n_costs + b->n_costs == 0 && a->fix.title.n + b->fix.title.n == 0 && a->span.col > 0 &&
           a->span.line == b->span.line && a->span.col == b->span.col && str_eq(a->span.file, b->span.file);
}

/* The function, third field of what escape_finding makes the identity of. */
static str check_func(const struct finding *f)
{
    str rest = f->identity, field = {0};

    for (int i = 0; i < 3; i++) {
        str_next_sep(&rest, '\t', &field);
    }
    return field;
}

/* The first of n tells of all: of each what it is, and how it gets out. */
static void check_join(struct finding_list *l, struct finding *f, size_t n)
{
    struct finding_step *why = f->why;
    size_t n_why = f->n_why;
    str fn = check_func(f);

    f->why = NULL;
    f->n_why = 0;
    for (size_t i = 0; i < n; i++) {
        const struct finding_step *first = i == 0 ? why : f[i].why;
        bool known = i == 0 ? n_why > 0 : f[i].n_why > 0;
        finding_why(l, f, known ? first->span : (struct span){0}, "%.*s%s%.*s", STR_ARG(f[i].message), known ? ": " : "",
                    STR_ARG(known ? first->text : (str){0}));
        f->weight += i > 0 ? f[i].weight : 0;
        f[i].suppressed = i > 0 ? FINDING_HIDDEN : f->suppressed;
    }
    f->message = str_fmt(l->arena, "%zu values are allocated in the heap by this call, in %.*s", n, STR_ARG(fn));
}

void cmd_check_escape_join(struct report *r)
{
    struct finding_list *l = &r->findings;

    for (size_t i = 0, j; i < l->n; i = j) {
        for (j = i + 1; is_shown_escape(&l->v[i]) && j < l->n && check_is_same(&l->v[i], &l->v[j]); j++) {
        }
        if (j > i + 1) {
            check_join(l, &l->v[i], j - i);
        }
    }
}

static int check_cmp(const void *x, const void *y)
{
    const struct finding *const *a = x, *const *b = y;
    double heat = finding_heat(*a) - finding_heat(*b);

    if (heat != 0) {
        return heat > 0 ? -1 : 1;
    }
    return (*a)->weight != (*b)->weight ? ((*a)->weight > (*b)->weight ? -1 : 1) : (*a < *b ? -1 : 1);
}

void cmd_check_escape_largest(struct report *r)
{
    VEC(struct finding *) all = {0};

    for (size_t i = 0; i < r->findings.n; i++) {
        if (is_shown_escape(&r->findings.v[i])) {
            vec_push_in(r->arena, &all, &r->findings.v[i]);
        }
    }
    if (all.n <= CHECK_ESCAPES) {
        return;
    }
    qsort(all.v, all.n, sizeof(*all.v), check_cmp);
    for (size_t i = CHECK_ESCAPES; i < all.n; i++) {
        all.v[i]->suppressed = FINDING_HIDDEN;
    }
    report_note(r, "%zu values go to the heap, of which the %d %s are shown: gomm escape lists all", all.n, CHECK_ESCAPES,
                finding_heat(all.v[0]) > 0 ? "that cost most" : "largest");
}

void cmd_check_escape(const struct cmd_check_escape *x)
{
    struct report *r = x->report;
    struct check_escapes c = {.x = x};
    u64 start = base_now_ns();
    struct pool *pool = pool_new(0);
    struct err e;
    struct escape_config analysis = {.keep_units = true, .keep_flows = true};
    struct load_config loading = *x->config;

    analysis.cache = escape_cache_new(&analysis, (str){0});
    loading.plan = analysis.cache ? escape_cache_plan : NULL;
    loading.plan_ctx = analysis.cache;
    struct load *l = load_packages(&loading, x->patterns, x->n_patterns, pool, &e);
    if (l) {
        check_escape_loaded(&c, l, pool, &analysis);
        load_free(l);
    } else {
        report_note(r, "escape: %s", e.text);
    }
    escape_cache_free(analysis.cache);
    pool_free(pool);
    struct report_phase phase = {STR("escape"), (double)(base_now_ns() - start) / 1e9};
    vec_push_in(r->arena, &r->phases, phase);
}
