/* gomm check -fix: the proposals of gomm fix for escapes that cost something, verified. */
#include "base/term.h"
#include "cmd/cmd_check_cost.h"
#include "cmd/cmd_fix.h"
#include "fix/fix_run.h"

struct check_fix {
    const struct cmd_check_cost *x;
    struct arena *arena;
    struct load *load;
    size_t n_proposed, n_verified, n_api;
};

enum { FIX_PER_MILLE = 10 }; /* of a benchmark or a profile: what costs less is not tried */

/* The dearest escape that a proposal is about; NULL: none costs enough. */
static struct finding *fix_hottest(struct check_fix *c, const struct fix_candidate *k)
{
    struct finding_list *l = &c->x->report->findings;
    const struct source *src = k->pkg->files[k->file].ast->src;
    struct finding *best = NULL;

    for (size_t i = 0; i < l->n; i++) {
        struct finding *f = &l->v[i];
        if (finding_heat(f) * 1000 < FIX_PER_MILLE || !str_has_prefix(f->code, STR("ESC")) || !str_eq(f->span.file, src->path)) {
            continue;
        }
        u32 at = sources_pos(c->load->sources, src, f->span.line, f->span.col);
        if (at >= k->from && at < k->to && (!best || finding_heat(f) > finding_heat(best))) {
            best = f;
        }
    }
    return best;
}

static void fix_tell(struct check_fix *c, const struct fix_done *d, struct fix_run *r)
{
    struct finding *f = d->c && d->result.outcome == FIX_CONFIRMED ? fix_hottest(c, d->c) : NULL;
    struct fix_proposal p;

    if (!f || f->fix.title.n > 0) {
        return;
    }
    p = (struct fix_proposal){.title = d->c->title, .edits = &d->c->edits, .package = d->c->pkg->path};
    fix_result_finding(&p, &d->result, r->opts->cwd, &c->x->report->findings, f);
    c->n_verified++;
}

static void fix_one_package(struct check_fix *c, const struct package *p, struct fix_run *r)
{
    fix_candidates all = {0}, hot = {0};
    struct program *prog = cmd_bench_program(c->x->bench->escapes);
    struct fix_find find = {.arena = c->arena,
                            .pkg = p,
                            .test = cmd_fix_variant(c->load, prog, p, LOAD_TEST),
                            .xtest = cmd_fix_variant(c->load, prog, p, LOAD_XTEST),
                            .api = true,
                            .out = &all};
    fix_files files;

    fix_find(&find);
    for (size_t i = 0; i < all.n; i++) {
        const struct fix_candidate *k = &all.v[i];
        bool api = k->api || k->identity;
        if (!fix_hottest(c, k)) {
            continue;
        }
        if (api && !c->x->api) {
            c->n_api++;
            continue;
        }
        vec_push_in(c->arena, &hot, *k);
    }
    c->n_proposed += hot.n;
    if (!r || hot.n == 0) {
        return;
    }
    struct fix_done *done = ARENA_ARRAY(c->arena, struct fix_done, hot.n);
    fix_run_package(r, p, &hot, done, &files);
    for (size_t i = 0; i < hot.n; i++) {
        fix_tell(c, &done[i], r);
    }
}

static void fix_packages(struct check_fix *c, struct fix_run *r)
{
    struct escape *e = cmd_bench_escape(c->x->bench->escapes);

    for (u32 i = 0; i < c->load->n_pkgs && !proc_interrupted(); i++) {
        const struct load_package *l = c->load->pkgs[i];
        const struct package *p = e->prog->pkgs[i];
        if (l->matched && l->variant == LOAD_PLAIN && !l->uses_cgo && p && p->n_errors == 0 && e->results[i].unit) {
            fix_one_package(c, p, r);
        }
    }
}

static void fix_progress(void *ctx, const char *what)
{
    struct check_fix *c = ctx;
    cmd_bench_progress(c->x->bench, str_of(what));
}

static void fix_verified(struct check_fix *c)
{
    struct cmd_bench *b = c->x->bench;
    struct fix_verify_opts o = {
        .go = &b->go,
        .cwd = c->x->report->dir,
        .tags = b->load.tags,
        .mod = b->load.mod,
        .overlay = b->load.overlay,
        .bench = b->bench,
        .progress = fix_progress,
        .ctx = c,
    };
    struct pool *pool = pool_new(0);
    struct fix_verifier *v = fix_verifier_new(c->arena, &o);
    struct fix_run r = {.arena = c->arena, .verifier = v, .opts = &o, .escape = cmd_bench_escape(b->escapes), .pool = pool};

    fix_packages(c, &r);
    fix_run_release(&r);
    fix_verifier_free(v);
    pool_free(pool);
    cmd_bench_progress(b, (str){0});
}

void cmd_check_fix(const struct cmd_check_cost *x)
{
    struct check_fix c = {.x = x, .arena = &x->bench->arena, .load = cmd_bench_load(x->bench->escapes)};
    struct report *r = x->report;
    u64 start = base_now_ns();

    if (!x->fix) {
        fix_packages(&c, NULL);
        if (c.n_proposed + c.n_api > 0) {
            report_note(r, "gomm fix has %zu change%s to try for what costs most%s: -fix verifies %s here", c.n_proposed + c.n_api,
                        c.n_proposed + c.n_api == 1 ? "" : "s", c.n_proposed == 0 ? ", of the API (-api)" : "",
                        c.n_proposed + c.n_api == 1 ? "it" : "them");
        }
        return;
    }
    fix_verified(&c);
    struct report_phase phase = {STR("fixes"), (double)(base_now_ns() - start) / 1e9};
    vec_push_in(r->arena, &r->phases, phase);
    report_note(r, "fixes for what costs most: %zu tried, %zu verified", c.n_proposed, c.n_verified);
    if (c.n_api > 0) {
        report_note(r, "%zu more would change what importers see: -api tries %s", c.n_api, c.n_api == 1 ? "it" : "them");
    }
}
