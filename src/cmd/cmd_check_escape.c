/* gomm check: what goes to the heap in the packages that are checked. */
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/cmd_check_escape.h"
#include "escape/escape_assert.h"
#include "escape/escape_cache.h"

/* A report of everything would bury the rest: `gomm escape` is for that. */
enum { CHECK_ESCAPES = 20 };

struct check_site {
    struct ir_unit *u;
    struct escape_site site;
};

struct check_sites {
    struct arena *arena;
    struct escape *e;
    VEC(struct check_site) all;
    struct finding_list *out;
};

/* Larger ones first; of what is known only when it runs one cache line is assumed; panics last. */
static i64 check_weight(const struct escape_site *s)
{
    enum { UNKNOWN_SIZE = 64 };
    return s->cause == ESCAPE_PANIC ? 0 : s->size < 0 ? UNKNOWN_SIZE : s->size;
}

static int check_site_cmp(const void *x, const void *y)
{
    const struct check_site *a = x, *b = y;
    i64 wa = check_weight(&a->site), wb = check_weight(&b->site);

    return wa != wb ? (wa > wb ? -1 : 1) : a->site.note->shown < b->site.note->shown ? -1 : 1;
}

static void check_collect(struct check_sites *c, struct ir_unit *u)
{
    struct escape_site *v;
    u32 n;

    escape_sites(c->e, u, c->arena, &v, &n);
    escape_assertions(c->e, u, v, n, c->out);
    for (u32 i = 0; i < n; i++) {
        if (!v[i].free) {
            vec_push_in(c->arena, &c->all, (struct check_site){u, v[i]});
        }
    }
}

static void check_sites_report(struct check_sites *c, struct report *r)
{
    size_t n = c->all.n;

    if (n > CHECK_ESCAPES) {
        qsort(c->all.v, n, sizeof *c->all.v, check_site_cmp);
        report_note(r, "%zu values go to the heap, of which the %d largest are shown: gomm escape lists all", n,
                    CHECK_ESCAPES);
        n = CHECK_ESCAPES;
    }
    for (size_t i = 0; i < n; i++) {
        escape_finding(c->e, c->all.v[i].u, &c->all.v[i].site, ESCAPE_SHORT, c->out);
    }
}

static void check_escape_loaded(struct report *r, struct load *l, struct pool *pool, const struct escape_config *config)
{
    struct program *p = check_load(l, pool, 0, 0);
    struct check_sites c = {.arena = r->arena, .out = &r->findings};

    c.e = escape_new(l, p, config);
    escape_run(c.e);
    u32 wrong = 0;
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct package *k = p->pkgs[i];
        if (l->pkgs[i]->matched && l->pkgs[i]->variant == LOAD_PLAIN && c.e->results[i].unit) {
            wrong += k->n_errors > 0;
            check_collect(&c, c.e->results[i].unit);
        }
    }
    if (wrong > 0) {
        report_note(r, "escape: %u package%s with errors, of which functions were left out", wrong, wrong == 1 ? "" : "s");
    }
    check_sites_report(&c, r);
    finding_keep(&r->findings, 0);
    escape_free(c.e);
    program_free(p);
}

void cmd_check_escape(struct report *r, const struct load_config *config, const str *patterns, size_t n)
{
    u64 start = base_now_ns();
    struct pool *pool = pool_new(0);
    struct err e;
    struct escape_config analysis = {.keep_units = true, .keep_flows = true};
    struct load_config loading = *config;

    analysis.cache = escape_cache_new(&analysis, (str){0});
    loading.plan = analysis.cache ? escape_cache_plan : NULL;
    loading.plan_ctx = analysis.cache;
    struct load *l = load_packages(&loading, patterns, n, pool, &e);
    if (l) {
        check_escape_loaded(r, l, pool, &analysis);
        load_free(l);
    } else {
        report_note(r, "escape: %s", e.text);
    }
    escape_cache_free(analysis.cache);
    pool_free(pool);
    struct report_phase phase = {STR("escape"), (double)(base_now_ns() - start) / 1e9};
    vec_push_in(r->arena, &r->phases, phase);
}
