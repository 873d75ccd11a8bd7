/* fix_run.c: a package's candidates, together where that is enough. */
#include "fix/fix_run.h"

#include "base/path.h"

struct run {
    struct fix_run *r;
    const struct package *p;
    struct fix_done *done;
    str package;
    str *importers; /* in its module; known once something is tried that they may see */
    u32 n_importers;
    bool asked;
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

/* What importers see changes: the module's others must build and pass their tests too; *n 0: none does, or nobody of its
 * module can be there (std).  Importers elsewhere are not to be known. */
static bool run_importers(struct run *x, const u32 *v, u32 n, str **out, u32 *n_out, str *why)
{
    const struct load_module *m = x->p->src->module;
    bool seen = false;

    for (u32 i = 0; i < n; i++) {
        seen |= x->done[v[i]].c->api && !x->done[v[i]].c->identity;
    }
    *n_out = 0;
    if (!seen || !m) {
        return true;
    }
    if (!x->asked && !fix_verify_importers(x->r->verifier, m->path, x->package, &x->importers, &x->n_importers, why)) {
        return false;
    }
    x->asked = true;
    *out = x->importers;
    *n_out = x->n_importers;
    return true;
}

/* Do these, taken together, build and pass the tests? */
static bool run_holds(struct run *x, const u32 *v, u32 n, bool race, str *why)
{
    struct fix_edits e;
    struct fix_overlay o = {0};
    fix_files files;
    str *others = NULL;
    u32 n_others = 0;

    if (!run_join(x, v, n, &e)) {
        *why = STR("it changes what another one changes");
        return false;
    }
    bool ok = (race || run_importers(x, v, n, &others, &n_others, why)) && run_overlay(x, &e, &files, &o, why) &&
              (race || fix_verify_build(x->r->verifier, &x->package, 1, &o, why)) &&
              fix_verify_tests(x->r->verifier, &x->package, 1, &o, race, why);
    if (ok && n_others > 0 && !fix_verify_build(x->r->verifier, others, n_others, &o, why)) {
        *why = str_fmt(x->r->arena, "a package that imports it would have to change: %.*s", STR_ARG(*why));
        ok = false;
    }
    ok = ok && fix_verify_tests(x->r->verifier, others, n_others, &o, race, why);
    fix_overlay_remove(&o);
    return ok;
}

static void run_fail(struct run *x, u32 i, str why)
{
    x->done[i].result.outcome = proc_interrupted() ? FIX_INCONCLUSIVE : FIX_FAILED;
    x->done[i].result.text = proc_interrupted() ? STR("interrupted") : why;
}

static void run_put_aside(struct run *x, u32 i, str why, run_set *aside)
{
    x->done[i].result.outcome = FIX_UNMEASURED;
    x->done[i].result.text = why;
    vec_push_in(x->r->arena, aside, i);
}

/* Appends to *held those of v that hold together with what is in it, and says of the others why not: *aside gets those that
 * would hold alone. */
static void run_sieve(struct run *x, const u32 *v, u32 n, bool race, run_set *held, run_set *aside)
{
    struct arena *a = x->r->arena;
    size_t before = held->n;
    str why = {0};

    if (n == 0) {
        return;
    }
    for (u32 i = 0; i < n; i++) {
        vec_push_in(a, held, v[i]);
    }
    if (!proc_interrupted() && run_holds(x, held->v, (u32)held->n, race, &why)) {
        return;
    }
    held->n = before;
    if (n > 1 && !proc_interrupted()) {
        run_sieve(x, v, n / 2, race, held, aside);
        run_sieve(x, v + n / 2, n - n / 2, race, held, aside);
        return;
    }
    str alone = {0};
    if (n == 1 && before > 0 && !proc_interrupted() && run_holds(x, v, 1, race, &alone)) {
        run_put_aside(x, v[0], STR("it does not go together with another one"), aside);
        return;
    }
    for (u32 i = 0; i < n; i++) {
        run_fail(x, v[i], alone.n > 0 ? alone : why);
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

/* What the benchmarks of a package say of all its candidates together: only those that show something are worth more runs. */
struct run_bench {
    str made;             /* benchmarks that were made for it; empty: none */
    struct fix_extra extra;
    str *names;           /* that allocate less */
    u32 n;
    str why;              /* there are none */
};

/* Without the benchmark that the compiler complains of. */
static str run_made_without(struct run *x, str made, str why)
{
    str rest, number, after;
    u64 line;

    if (x->r->opts->progress) {
        str what = str_fmt(x->r->arena, "a made benchmark less: %.*s", STR_ARG(why));
        x->r->opts->progress(x->r->opts->ctx, what.p);
    }
    if (!str_cut(why, STR(FIX_BENCH_FILE ":"), &after, &rest) || !str_cut(rest, STR(":"), &number, &after) ||
        !str_u64(number, &line)) {
        return (str){0};
    }
    return fix_bench_without(x->r->arena, made, (u32)line);
}

static void run_probe(struct run *x, const run_set *held, struct run_bench *b)
{
    struct fix_proposal p = {.package = x->package, .gain = FIX_GAIN_ALLOCS, .bench = x->r->opts->bench};
    struct fix_edits e;
    fix_files files;

    b->why = STR("not measured: no benchmark shows a difference");
    if (held->n == 0 || !run_join(x, held->v, (u32)held->n, &e) || !fix_verify_files(x->r->verifier, &e, &files, &b->why)) {
        return;
    }
    for (int tries = 0; tries < 20 && b->made.n > 0 && !proc_interrupted(); tries++) {
        b->extra = (struct fix_extra){str_fmt(x->r->arena, "%.*s/" FIX_BENCH_FILE, STR_ARG(x->p->src->dir)), b->made};
        p.extra = &b->extra;
        p.n_extra = 1;
        str why = {0};
        if (fix_verify_probe(x->r->verifier, &p, &files, &b->names, &b->n, &why)) {
            return;
        }
        /* It does not build, or a call does not come to an end. */
        b->made = run_made_without(x, b->made, why);
    }
    b->made = (str){0};
    p.n_extra = 0;
    str why = {0};
    if (!fix_verify_probe(x->r->verifier, &p, &files, &b->names, &b->n, &why)) {
        b->why = str_fmt(x->r->arena, "not measured: %.*s", STR_ARG(why));
    }
}

/* "^(BenchmarkA|BenchmarkGommFix)$": of those that show something the package's own, and the made one if the candidate's
 * function is called there.  Empty: none. */
static str run_selection(struct run *x, const struct run_bench *b, str function)
{
    enum { MOST = 6 };
    struct arena *a = x->r->arena;
    str top[MOST + 1], made = str_fmt(a, "BenchmarkGommFix/%.*s/", STR_ARG(function));
    size_t n = 0;
    struct strbuf s = {0};

    for (u32 i = 0; i < b->n && n < MOST; i++) {
        str name, rest;
        if (str_has_prefix(b->names[i], STR("BenchmarkGommFix/")) &&
            (function.n == 0 || !str_has_prefix(b->names[i], made))) {
            continue;
        }
        str_cut(b->names[i], STR("/"), &name, &rest);
        bool again = false;
        for (size_t k = 0; k < n; k++) {
            again |= str_eq(top[k], name);
        }
        if (!again) {
            strbuf_printf(&s, "%s%.*s", n == 0 ? "^(" : "|", STR_ARG(name));
            top[n++] = name;
        }
    }
    strbuf_puts(&s, n > 0 ? ")$" : "");
    str text = str_dup(a, strbuf_str(&s));
    strbuf_release(&s);
    return text;
}

static void run_measure(struct run *x, u32 i, const struct run_bench *b)
{
    struct fix_result *r = &x->done[i].result;
    const struct fix_candidate *c = x->done[i].c;
    const struct file_info *f = &x->p->files[c->file];
    const struct obj *o = c->func ? info_obj(f, ast_at(f->ast, c->func)->a) : NULL;
    struct fix_proposal p = {.title = c->title, .edits = &c->edits, .package = x->package, .gain = FIX_GAIN_ALLOCS};

    p.bench = run_selection(x, b, o ? fix_bench_function(x->r->arena, x->p, o) : (str){0});
    if (p.bench.n == 0) {
        r->outcome = FIX_UNMEASURED;
        r->text = b->why;
        return;
    }
    p.extra = &b->extra;
    p.n_extra = b->made.n > 0;
    fix_verify_measure(x->r->verifier, &p, &r->files, r);
}

static void run_each(struct run *x, u32 i, const struct run_bench *b)
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
    run_measure(x, i, b);
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

static bool run_overlaps(struct run *x, u32 i, const run_set *others)
{
    bool overlaps = false;

    for (size_t k = 0; k < others->n; k++) {
        overlaps |= fix_edits_overlap(&x->done[i].c->edits, &x->done[others->v[k]].c->edits);
    }
    return overlaps;
}

static void run_confirmed(struct run *x, const run_set *confirmed, fix_files *files)
{
    run_set held = {0}, aside = {0};
    struct fix_edits e;
    str why;

    if (!x->r->opts->no_race) {
        run_sieve(x, confirmed->v, (u32)confirmed->n, true, &held, &aside);
    } else {
        held = *confirmed;
    }
    if (held.n > 0 && run_join(x, held.v, (u32)held.n, &e)) {
        fix_verify_files(x->r->verifier, &e, files, &why);
    }
}

/* Of several that change one thing the first is tried, together with all that was confirmed before; *todo becomes the others,
 * for another round. */
static void run_round(struct run *x, const fix_candidates *candidates, run_set *todo, run_set *confirmed)
{
    struct fix_run *r = x->r;
    run_set chosen = {0}, held = {0}, aside = {0};
    struct run_bench bench = {0};

    for (size_t i = 0; i < todo->n; i++) {
        u32 c = todo->v[i];
        if (run_overlaps(x, c, confirmed)) {
            x->done[c].result.text = STR("what was verified changes the same");
        } else if (run_overlaps(x, c, &chosen)) {
            run_put_aside(x, c, STR("it changes what another one changes"), &aside);
        } else {
            vec_push_in(r->arena, &chosen, c);
        }
    }
    for (size_t i = 0; i < confirmed->n; i++) {
        vec_push_in(r->arena, &held, confirmed->v[i]);
    }
    run_sieve(x, chosen.v, (u32)chosen.n, false, &held, &aside);
    if (held.n == confirmed->n) {
        *todo = aside;
        return;
    }
    run_set fresh = {.v = held.v + confirmed->n, .n = held.n - confirmed->n};
    if (!r->no_benchmarks) {
        bench.made = r->no_made_benchmarks ? (str){0} : fix_bench_text(r->arena, x->p, candidates->v, (u32)candidates->n);
        run_probe(x, &fresh, &bench);
    }
    for (size_t i = 0; i < fresh.n; i++) {
        u32 c = fresh.v[i];
        if (proc_interrupted()) {
            run_fail(x, c, (str){0});
            continue;
        }
        run_each(x, c, &bench);
        if (x->done[c].result.outcome == FIX_CONFIRMED) {
            vec_push_in(r->arena, confirmed, c);
        }
    }
    *todo = aside;
}

void fix_run_package(struct fix_run *r, const struct package *p, const fix_candidates *candidates, struct fix_done *done,
                     fix_files *files)
{
    enum { ROUNDS = 3 };
    struct run x = {.r = r, .p = p, .done = done, .package = p->src->path};
    run_set todo = {0}, confirmed = {0};

    *files = (fix_files){0};
    for (u32 i = 0; i < candidates->n; i++) {
        done[i] = (struct fix_done){.c = &candidates->v[i], .result = {.outcome = FIX_UNMEASURED}};
        vec_push_in(r->arena, &todo, i);
    }
    for (int round = 0; round < ROUNDS && todo.n > 0 && !proc_interrupted(); round++) {
        run_round(&x, candidates, &todo, &confirmed);
    }
    run_confirmed(&x, &confirmed, files);
}

void fix_run_release(struct fix_run *r)
{
    strmap_release(&r->elsewhere);
}
