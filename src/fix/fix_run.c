/* fix_run.c: a package's candidates, together where that is enough. */
#include "fix/fix_run.h"

#include "base/path.h"

struct run {
    struct fix_run *r;
    const struct package *p;
    struct fix_done *done;
    str package;
};

typedef VEC(u32) run_set;

static bool run_join(struct run *x, const u32 *v, u32 n, struct fix_edits *out)
{
    *out = (struct fix_edits){.arena = x->r->arena};
    for (u32 i = 0; i < n; i++) {
        if (!fix_edits_join(out, &x->done[v[i]].c->edits)) {
            return false;
        }
    }
    return true;
}

static bool run_overlay(struct run *x, const struct fix_edits *e, fix_files *files, struct fix_overlay *o, str *why)
{
    struct err err;

    if (!fix_verify_files(x->r->verifier, e, files, why)) {
        return false;
    }
    if (!fix_overlay_make(x->r->arena, files, NULL, 0, x->r->opts->overlay, x->r->opts->cwd, o, &err)) {
        *why = str_dup(x->r->arena, str_of(err.text));
        return false;
    }
    return true;
}

/* Do these, taken together, build and pass the tests? */
static bool run_holds(struct run *x, const u32 *v, u32 n, bool race, str *why)
{
    struct fix_edits e;
    struct fix_overlay o = {0};
    fix_files files;

    if (!run_join(x, v, n, &e)) {
        *why = STR("it changes what another one changes");
        return false;
    }
    bool ok = run_overlay(x, &e, &files, &o, why) && (race || fix_verify_build(x->r->verifier, &x->package, 1, &o, why)) &&
              fix_verify_tests(x->r->verifier, &x->package, 1, &o, race, why);
    fix_overlay_remove(&o);
    return ok;
}

static void run_fail(struct run *x, u32 i, str why)
{
    x->done[i].result.outcome = proc_interrupted() ? FIX_INCONCLUSIVE : FIX_FAILED;
    x->done[i].result.text = proc_interrupted() ? STR("interrupted") : why;
}

/* Appends those of v that hold to *out, and says of the others why not. */
static void run_sieve(struct run *x, const u32 *v, u32 n, bool race, run_set *out)
{
    str why = {0};

    if (n == 0) {
        return;
    }
    if (!proc_interrupted() && run_holds(x, v, n, race, &why)) {
        for (u32 i = 0; i < n; i++) {
            vec_push_in(x->r->arena, out, v[i]);
        }
        return;
    }
    if (n == 1 || proc_interrupted()) {
        for (u32 i = 0; i < n; i++) {
            run_fail(x, v[i], why);
        }
        return;
    }
    size_t before = out->n;
    run_sieve(x, v, n / 2, race, out);
    run_sieve(x, v + n / 2, n - n / 2, race, out);
    /* Each half holds; both together need not. */
    if (out->n - before < n && out->n > before && !proc_interrupted() &&
        !run_holds(x, out->v + before, (u32)(out->n - before), race, &why)) {
        for (size_t i = before + 1; i < out->n; i++) {
            run_fail(x, out->v[i], why);
        }
        out->n = before + 1;
    }
}

/* ---- one by one ---- */

static bool run_sees(struct run *x, const struct fix_candidate *c, const fix_files *files, str *why)
{
    struct fix_overlay o = {0};
    struct err err;

    if (!fix_overlay_make(x->r->arena, files, NULL, 0, x->r->opts->overlay, x->r->opts->cwd, &o, &err)) {
        *why = str_dup(x->r->arena, str_of(err.text));
        return false;
    }
    bool ok = fix_run_engine(x->r, c, &o, why) && fix_run_compiler(x->r, c, &o, why);
    fix_overlay_remove(&o);
    return ok;
}

/* The package's benchmarks first, then those that can be made. */
static void run_measure(struct run *x, u32 i, str made)
{
    struct fix_result *r = &x->done[i].result;
    const struct fix_candidate *c = x->done[i].c;
    struct arena *a = x->r->arena;
    struct fix_proposal p = {.title = c->title, .edits = &c->edits, .package = x->package, .gain = FIX_GAIN_ALLOCS};

    fix_verify_measure(x->r->verifier, &p, &r->files, r);
    const struct file_info *f = &x->p->files[c->file];
    const struct obj *o = c->func ? info_obj(f, ast_at(f->ast, c->func)->a) : NULL;
    str name = o ? fix_bench_function(a, x->p, o) : (str){0};
    if ((r->outcome != FIX_UNMEASURED && r->outcome != FIX_INCONCLUSIVE) || made.n == 0 || proc_interrupted() ||
        !str_contains(made, str_fmt(a, "\"%.*s/", STR_ARG(name)))) {
        return;
    }
    struct fix_extra extra = {str_fmt(a, "%.*s/" FIX_BENCH_FILE, STR_ARG(x->p->src->dir)), made};
    str expr = str_replace(a, name, STR("."), STR("\\."));
    p.bench = str_fmt(a, "^BenchmarkGommFix$/^%.*s$", STR_ARG(expr));
    p.extra = &extra;
    p.n_extra = 1;
    struct fix_result own = *r;
    *r = (struct fix_result){.diff = own.diff, .files = own.files};
    fix_verify_measure(x->r->verifier, &p, &own.files, r);
    if (r->outcome != FIX_CONFIRMED && own.outcome == FIX_INCONCLUSIVE) {
        *r = own;
    }
}

static void run_each(struct run *x, u32 i, str made)
{
    struct fix_result *r = &x->done[i].result;
    str why = {0};

    if (!fix_verify_files(x->r->verifier, &x->done[i].c->edits, &r->files, &why)) {
        run_fail(x, i, why);
        return;
    }
    r->diff = fix_files_diff(x->r->arena, x->r->opts->cwd, &r->files);
    r->outcome = FIX_UNMEASURED;
    r->text = STR("not measured");
    if (x->r->no_benchmarks) {
        return;
    }
    run_measure(x, i, made);
    if (r->outcome == FIX_CONFIRMED && !run_sees(x, x->done[i].c, &r->files, &why)) {
        r->outcome = FIX_NO_GAIN;
        r->text = why;
    }
    if (proc_interrupted() && r->outcome != FIX_CONFIRMED) {
        run_fail(x, i, (str){0});
    }
    struct fix_proposal p = {.title = x->done[i].c->title, .edits = &x->done[i].c->edits, .package = x->package};
    fix_verify_commands(x->r->verifier, &p, r);
}

static void run_confirmed(struct run *x, u32 n, fix_files *files)
{
    run_set confirmed = {0}, held = {0};
    struct fix_edits e;
    str why;

    for (u32 i = 0; i < n; i++) {
        if (x->done[i].result.outcome == FIX_CONFIRMED) {
            vec_push_in(x->r->arena, &confirmed, i);
        }
    }
    if (!x->r->opts->no_race && confirmed.n > 0) {
        run_sieve(x, confirmed.v, (u32)confirmed.n, true, &held);
    } else {
        held = confirmed;
    }
    if (held.n > 0 && run_join(x, held.v, (u32)held.n, &e)) {
        fix_verify_files(x->r->verifier, &e, files, &why);
    }
}

void fix_run_package(struct fix_run *r, const struct package *p, const fix_candidates *candidates, struct fix_done *done,
                     fix_files *files)
{
    struct run x = {r, p, done, p->src->path};
    run_set all = {0}, held = {0};
    u32 n = (u32)candidates->n;

    *files = (fix_files){0};
    for (u32 i = 0; i < n; i++) {
        done[i] = (struct fix_done){.c = &candidates->v[i], .result = {.outcome = FIX_UNMEASURED}};
        bool clash = false;
        for (size_t k = 0; k < all.n; k++) {
            clash |= fix_edits_overlap(&done[i].c->edits, &done[all.v[k]].c->edits);
        }
        if (clash) {
            done[i].result.text = STR("it changes what another one changes");
        } else {
            vec_push_in(r->arena, &all, i);
        }
    }
    run_sieve(&x, all.v, (u32)all.n, false, &held);
    str made = r->no_benchmarks || r->no_made_benchmarks ? (str){0}
                                                         : fix_bench_text(r->arena, p, candidates->v, n);
    for (size_t i = 0; i < held.n; i++) {
        if (!proc_interrupted()) {
            run_each(&x, held.v[i], made);
        } else {
            run_fail(&x, held.v[i], (str){0});
        }
    }
    run_confirmed(&x, n, files);
}

void fix_run_release(struct fix_run *r)
{
    strmap_release(&r->elsewhere);
}
