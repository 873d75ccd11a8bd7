/* gomm check: what escapes cost.  A site of a profile is looked up as in gomm bench (cmd_bench_escape.c); the decision that is
 * found there may be one about an inlined copy, in a test for example: then the escape of the function itself has the cost. */
#include "cmd/cmd_check_cost.h"

#include <stdlib.h>

#include "cmd/cmd_heap.h"

struct cost {
    size_t finding;
    str subject;
    double bytes, allocs, share; /* of the subject's bytes */
};

struct costs {
    const struct cmd_check_cost *x;
    struct arena *arena;
    struct strmap places; /* "file:line:col" → finding + 1 */
    VEC(struct cost) v;
    size_t first; /* of the subject at hand */
    double bytes, explained; /* of all benchmarks */
};

enum { COST_MOST = 3 }; /* subjects told of one finding */

static str cost_place(struct arena *a, struct span s)
{
    return str_fmt(a, "%.*s:%u:%u", STR_ARG(s.file), s.line, s.col);
}

static void cost_index(struct costs *c)
{
    const struct finding_list *l = &c->x->report->findings;

    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].severity == FINDING_NOTE && str_has_prefix(l->v[i].code, STR("ESC"))) {
            bool fresh;
            union map_val *at = strmap_put(&c->places, cost_place(c->arena, l->v[i].span), &fresh);
            at->u = fresh ? i + 1 : at->u;
        }
    }
}

static void cost_site(struct costs *c, str subject, const struct bench_site *s, double total)
{
    struct cmd_bench_reason r;

    cmd_bench_reason(c->x->bench, s, &r);
    union map_val *at = r.finding ? strmap_get(&c->places, cost_place(c->arena, r.finding->span)) : NULL;
    at = at || !r.finding ? at : strmap_get(&c->places, cost_place(c->arena, r.own));
    if (!at) {
        return;
    }
    c->explained += s->bytes / total;
    for (size_t i = c->first; i < c->v.n; i++) {
        if (c->v.v[i].finding == at->u - 1) {
            c->v.v[i].bytes += s->bytes;
            c->v.v[i].allocs += s->allocs;
            c->v.v[i].share += s->bytes / total;
            return;
        }
    }
    vec_push_in(c->arena, &c->v, (struct cost){at->u - 1, subject, s->bytes, s->allocs, s->bytes / total});
}

static void cost_sites(struct costs *c, str subject, const struct bench_sites *s)
{
    c->first = c->v.n;
    c->bytes += s->bytes > 0;
    for (u32 i = 0; i < s->n && s->bytes > 0; i++) {
        cost_site(c, subject, &s->v[i], s->bytes);
    }
}

static int cost_cmp(const void *x, const void *y)
{
    const struct cost *a = x, *b = y;

    if (a->finding != b->finding) {
        return a->finding < b->finding ? -1 : 1;
    }
    return a->share != b->share ? (a->share > b->share ? -1 : 1) : a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

static void cost_attach(struct costs *c, const struct cmd_heap *heap)
{
    struct finding_list *l = &c->x->report->findings;
    size_t told = 0;

    if (c->v.n == 0) {
        return;
    }
    qsort(c->v.v, c->v.n, sizeof(*c->v.v), cost_cmp);
    for (size_t i = 0; i < c->v.n; i++) {
        const struct cost *k = &c->v.v[i];
        struct finding *f = &l->v[k->finding];
        told = i > 0 && c->v.v[i - 1].finding == k->finding ? told + 1 : 0;
        if (told >= COST_MOST) {
            continue;
        }
        if (str_eq(k->subject, heap->name)) {
            cmd_heap_cost(heap, k->bytes, k->allocs, l, f);
            continue;
        }
        struct finding_cost *cost = finding_cost(l, f, k->subject);
        cost->share = k->share;
        finding_metric(l, cost, STR("B/op"), k->bytes);
        finding_metric(l, cost, STR("allocs/op"), k->allocs);
    }
}

/* ---- where costs come from ---- */

static void cost_benchmarks(struct costs *c)
{
    struct cmd_bench *b = c->x->bench;
    struct err e;
    u32 ran = 0, failed = 0;

    if (!cmd_bench_list(b, &e)) {
        report_note(c->x->report, "benchmarks: %s", e.text);
        return;
    }
    for (size_t i = 0; i < b->packages.n && !proc_interrupted(); i++) {
        struct cmd_bench_package *p = &b->packages.v[i];
        cmd_bench_package(b, p);
        failed += p->built == BENCH_BUILD_FAILED || (p->ran && p->m.ran.out.failed);
        for (u32 k = 0; p->ran && k < p->m.n; k++) {
            ran++;
            if (p->m.v[k].has_sites) {
                cost_sites(c, p->m.v[k].name, &p->m.v[k].sites);
            }
        }
    }
    if (ran == 0) {
        report_note(c->x->report, "no benchmarks ran that match %.*s", STR_ARG(b->bench));
    }
    if (failed > 0) {
        report_note(c->x->report, "benchmarks of %u package%s failed: gomm bench shows how", failed, failed == 1 ? "" : "s");
    }
    /* Each benchmark counts as much as the next. */
    if (c->bytes > 0 && c->explained < 0.9 * c->bytes) {
        report_note(c->x->report, "of what the benchmarks allocate %.0f %% is not of an escape told here: appends, maps, strings, tests, "
                                  "what other packages do; gomm bench tells of all",
                    100 * (1 - c->explained / c->bytes));
    }
}

static void cost_profile(struct costs *c, struct cmd_heap *heap)
{
    struct cmd_bench *b = c->x->bench;
    struct err e;
    double before = c->explained, total;

    if (!cmd_heap_read(c->arena, c->x->profile, cmd_bench_load(b->escapes), cmd_bench_program(b->escapes), heap, &e)) {
        report_note(c->x->report, "-profile: %s", e.text);
        return;
    }
    total = heap->sites.bytes;
    cost_sites(c, heap->name, &heap->sites);
    report_note(c->x->report, "%.*s: %.*s allocated, %.0f %% of it by what is told here", STR_ARG(heap->name),
                STR_ARG(cmd_heap_size(c->arena, total)), 100 * (c->explained - before));
    if (heap->stale_bytes > 0.01 * total) {
        report_note(c->x->report, "%.*s: %.0f %% of it is of functions that begin at other lines now: the program was built of other "
                                  "source, and they were left out",
                    STR_ARG(heap->name), 100 * heap->stale_bytes / total);
    }
}

void cmd_check_cost(const struct cmd_check_cost *x)
{
    struct cmd_bench *b = x->bench;
    struct costs c = {.x = x, .arena = &b->arena};
    struct cmd_heap heap = {0};
    u64 start = base_now_ns();

    if (b->bench.n == 0 && !x->profile) {
        return;
    }
    report_init(&b->report, &b->arena);
    b->no_gc = true;
    b->escapes = cmd_bench_escapes_new(b);
    for (size_t i = 0; i < b->report.notes.n; i++) {
        report_note(x->report, "%.*s", STR_ARG(b->report.notes.v[i]));
    }
    if (!b->escapes) {
        return;
    }
    cost_index(&c);
    if (b->bench.n > 0) {
        cost_benchmarks(&c);
        struct report_phase phase = {STR("benchmarks"), (double)(base_now_ns() - start) / 1e9};
        vec_push_in(x->report->arena, &x->report->phases, phase);
    }
    if (x->profile) {
        c.bytes = 0;
        cost_profile(&c, &heap);
    }
    cost_attach(&c, &heap);
    strmap_release(&c.places);
    cmd_check_fix(x);
}
