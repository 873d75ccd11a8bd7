/* fix_measure.c: benchmarks before and after a change.
 *
 * First all benchmarks once, with few iterations, to see which of them the change concerns: numbers of allocations do
 * not depend on the machine's noise.  Those are then compared in pairs, with as many iterations as make a run long enough. */
#include <math.h>

#include "base/hash.h"
#include "base/io.h"
#include "fix/fix_verify_int.h"

enum {
    MEASURE_BENCHMARKS = 3, /* compared at most */
    MEASURE_RUN_MS = 50,
    MEASURE_PROBES = 100, /* iterations of the first look */
    MEASURE_CALIBRATIONS = 3,
};

struct measure {
    struct fix_verifier *v;
    const struct fix_proposal *p;
    struct fix_result *out;
    struct bench_binary before, after;
};

/* A benchmark that the change may concern. */
struct measure_pick {
    str base; /* its name without the number of processors */
    double ns;
    double gain; /* of what counts, before - after, as a share of before */
};
typedef VEC(struct measure_pick) measure_picks;

static enum bench_built measure_build_one(struct measure *m, const struct fix_overlay *o, struct bench_binary *bin,
                                          struct err *e)
{
    struct fix_verifier *v = m->v;
    str said;
    struct argv env = {0};
    struct bench_build b = {
        .go = v->o.go->path,
        .cwd = str_cstr(v->arena, v->o.cwd),
        .package = m->p->package,
        .overlay = o ? o->json : v->o.overlay,
        .tags = v->o.tags,
        .mod = v->o.mod,
        .timeout_ms = 600000,
    };

    if (!v->dir && !(v->dir = io_temp_dir("gomm-fix", e))) {
        return BENCH_BUILD_FAILED;
    }
    /* What vet says has been looked at before; commands that know no -vet leave it alone in GOFLAGS. */
    argv_env(&env);
    argv_setenv(&env, "GOFLAGS", str_fmt(v->arena, "%.*s -vet=off", STR_ARG(v->o.go->goflags)).p);
    b.env = argv_get(&env);
    str out = str_fmt(v->arena, "%s/%u.test", v->dir, v->n_binaries++);
    enum bench_built built = bench_build(v->arena, &b, str_cstr(v->arena, out), bin, &said, e);
    argv_release(&env);
    if (built == BENCH_BUILD_FAILED && said.n > 0) {
        err_set(e, "%.*s", STR_ARG(fix_verify_first_line(v->arena, said)));
    }
    if (built == BENCH_BUILT && !bench_through(v->arena, v->o.exec, bin, e)) {
        return BENCH_BUILD_FAILED;
    }
    return built;
}

static enum bench_built measure_build_over(struct measure *m, const fix_files *files, struct bench_binary *bin,
                                           struct err *e)
{
    struct fix_overlay o;

    if (files->n == 0 && m->p->n_extra == 0) {
        return measure_build_one(m, NULL, bin, e);
    }
    if (!fix_overlay_make(m->v->arena, files, m->p->extra, m->p->n_extra, m->v->o.overlay, m->v->o.cwd, &o, e)) {
        return BENCH_BUILD_FAILED;
    }
    enum bench_built built = measure_build_one(m, &o, bin, e);
    fix_overlay_remove(&o);
    return built;
}

/* The binary before the change is the same for all proposals that add the same files. */
static enum bench_built measure_before(struct measure *m, struct err *e)
{
    struct strbuf key = {0};
    fix_files none = {0};
    bool fresh;

    strbuf_put(&key, m->p->package);
    for (size_t i = 0; i < m->p->n_extra; i++) {
        strbuf_printf(&key, "\n%.*s\n%.*s", STR_ARG(m->p->extra[i].path), STR_ARG(m->p->extra[i].text));
    }
    union map_val *at = strmap_put(&m->v->binaries, strbuf_str(&key), &fresh);
    strbuf_release(&key);
    if (!fresh && at->p) {
        m->before = *(struct bench_binary *)at->p;
        return BENCH_BUILT;
    }
    enum bench_built built = measure_build_over(m, &none, &m->before, e);
    if (built == BENCH_BUILT) {
        at->p = arena_dup(m->v->arena, &m->before, sizeof m->before);
    }
    return built;
}

/* ---- which benchmarks ---- */

static bool measure_probe(struct measure *m, const struct bench_binary *bin, struct bench_ran *ran, struct err *e)
{
    str bench = m->p->bench.n > 0 ? m->p->bench : m->v->o.bench;
    char *args[] = {"-test.short", NULL};
    struct bench_run r = {
        .bin = bin,
        .bench = bench,
        .benchtime = str_fmt(m->v->arena, "%dx", MEASURE_PROBES),
        .timeout_ms = fix_verify_timeout(m->v),
        .args = m->v->o.short_tests ? args : NULL,
    };

    return bench_run(m->v->arena, &r, ran, e);
}

static const struct bench_result *probe_find(const struct bench_ran *ran, str name)
{
    for (size_t i = 0; i < ran->out.results.n; i++) {
        if (str_eq(ran->out.results.v[i].name, name)) {
            return &ran->out.results.v[i];
        }
    }
    return NULL;
}

/* Fewer allocations count most; bytes if those are the same.  What the runtime and package testing allocate meanwhile shows
 * as a few bytes of each of so few iterations. */
static double pick_gain(const struct bench_result *x, const struct bench_result *y)
{
    double a = 0, b = 0, c = 0, d = 0;

    bench_result_get(x, STR("allocs/op"), &a);
    bench_result_get(y, STR("allocs/op"), &b);
    bench_result_get(x, STR("B/op"), &c);
    bench_result_get(y, STR("B/op"), &d);
    if (a != b) {
        return a > 0 ? (a - b) / a : -b;
    }
    return fabs(c - d) < 8 || fabs(c - d) < 0.1 * c ? 0 : c > 0 ? 0.5 * (c - d) / c : -1;
}

static void pick_put(struct arena *a, measure_picks *picks, struct measure_pick p)
{
    vec_push_in(a, picks, p);
    for (size_t i = picks->n - 1; i > 0 && fabs(picks->v[i].gain) > fabs(picks->v[i - 1].gain); i--) {
        struct measure_pick t = picks->v[i];
        picks->v[i] = picks->v[i - 1];
        picks->v[i - 1] = t;
    }
}

/* Of the benchmarks that were made for a function the first that shows a difference counts, with the most ordinary values. */
static bool pick_has_function(const measure_picks *picks, str base)
{
    i64 slash = str_find_last_byte(base, '/');

    for (size_t i = 0; str_has_prefix(base, STR("BenchmarkGommFix/")) && i < picks->n; i++) {
        if (str_has_prefix(picks->v[i].base, str_slice(base, 0, (size_t)slash + 1))) {
            return true;
        }
    }
    return false;
}

static void measure_pick(struct measure *m, const struct bench_ran *x, const struct bench_ran *y, measure_picks *picks)
{
    for (size_t i = 0; i < x->out.results.n; i++) {
        const struct bench_result *r = &x->out.results.v[i], *s = probe_find(y, r->name);
        struct measure_pick p = {.base = str_dup(m->v->arena, r->base)};
        if (!s || !bench_result_get(r, STR("ns/op"), &p.ns)) {
            continue;
        }
        p.gain = pick_gain(r, s);
        if ((m->p->gain == FIX_GAIN_TIME || p.gain != 0) && !pick_has_function(picks, p.base)) {
            pick_put(m->v->arena, picks, p);
        }
    }
}

/* ---- comparing ---- */

/* "BenchmarkX/n=1" as an expression that selects it alone: parts are matched one by one. */
static str exactly(struct arena *a, str name)
{
    struct strbuf b = {0};

    strbuf_putc(&b, '^');
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c == '/') {
            strbuf_puts(&b, "$/^");
            continue;
        }
        if (str_find_byte(STR("\\.+*?()|[]{}^$"), c) >= 0) {
            strbuf_putc(&b, '\\');
        }
        strbuf_putc(&b, c);
    }
    strbuf_putc(&b, '$');
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* As many iterations as make a run long enough.  The probe's time is of few, cold ones, and may be many times that of the
 * rest: then a run would be so short that what else the process allocates shows in B/op.  So it is run until that is not so. */
static bool measure_iterations(struct measure *m, const struct measure_pick *pick, struct bench_run *run, struct err *e)
{
    double ms = (double)(m->v->o.run_ms > 0 ? m->v->o.run_ms : MEASURE_RUN_MS), ns = pick->ns;
    u64 n = 0;

    for (u32 i = 0; i < MEASURE_CALIBRATIONS; i++) {
        struct bench_ran ran;
        double times = ms * 1e6 / (ns > 0.2 ? ns : 0.2);
        u64 want = times < 1 ? 1 : times > 1e9 ? 1000000000 : (u64)times;
        if (want < n + n / 2) {
            break;
        }
        n = want;
        run->benchtime = str_fmt(m->v->arena, "%llux", (unsigned long long)n);
        if (!bench_run(m->v->arena, run, &ran, e)) {
            return false;
        }
        for (size_t k = 0; k < ran.out.results.n; k++) {
            if (str_eq(ran.out.results.v[k].base, pick->base)) {
                bench_result_get(&ran.out.results.v[k], STR("ns/op"), &ns);
            }
        }
        bench_ran_release(&ran);
    }
    return true;
}

static bool measure_compare(struct measure *m, const struct measure_pick *pick, struct bench_compared *c, struct err *e)
{
    struct arena *a = m->v->arena;
    struct bench_run run = {
        .bin = &m->before,
        .bench = exactly(a, pick->base),
        .timeout_ms = fix_verify_timeout(m->v),
    };

    if (!measure_iterations(m, pick, &run, e)) {
        return false;
    }
    struct bench_compare_opts o = {.a = run, .b = run, .pairs = m->v->o.pairs};

    o.a.bin = &m->before;
    o.b.bin = &m->after;
    if (m->p->gain == FIX_GAIN_ALLOCS) { /* which are counted right on a busy machine too: the time is only good to know */
        u32 pairs = o.pairs > 0 ? o.pairs : 10;
        o.pairs_max = pairs + pairs / 2;
    }
    o.budget_ms = 10 * fix_verify_timeout(m->v) / 20;
    return bench_compare(a, &o, c, e);
}

static void measure_delta(struct measure *m, const struct bench_delta *d)
{
    struct finding_delta f = {
        .name = d->unit,
        .before = d->before.median,
        .after = d->after.median,
        .p = d->paired.p,
        .n = d->n,
    };

    if (d->paired.left_out == 0 && isfinite(d->paired.ratio.low) && isfinite(d->paired.ratio.high)) {
        f.low = d->paired.ratio.low;
        f.high = d->paired.ratio.high;
    } else {
        f.p = d->paired.p_u;
    }
    vec_push_in(m->v->arena, &m->out->deltas, f);
}

static str number(struct arena *a, double v)
{
    return v >= 100 || v == floor(v) ? str_fmt(a, "%.0f", v) : str_fmt(a, "%.3g", v);
}

/* "ns/op 28.1 → 6.40 (0.21 … 0.25)"; "~" where nothing is proven. */
/* Is neither a gain proven nor that there is none worth having? */
static bool measure_is_wide(const struct bench_delta *t)
{
    return t->verdict == BENCH_UNPROVEN && t->paired.left_out == 0 && t->paired.ratio.low < 0.9;
}

static str measure_words(struct measure *m, const struct bench_compared *c, str name)
{
    static const char *const units[] = {"B/op", "allocs/op", "ns/op"};
    struct arena *a = m->v->arena;
    struct strbuf b = {0};

    strbuf_put(&b, name);
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        const struct bench_delta *d = bench_compared_get(c, name, str_of(units[i]));
        if (!d) {
            continue;
        }
        strbuf_printf(&b, "%s %.*s → %.*s %s", i == 0 ? ":" : ",", STR_ARG(number(a, d->before.median)),
                      STR_ARG(number(a, d->after.median)), units[i]);
        bool time = i == ARRAY_LEN(units) - 1;
        if (time && d->verdict == BENCH_UNPROVEN && measure_is_wide(d)) {
            strbuf_printf(&b, " (~: %.3g … %.3g, n=%u)", d->paired.ratio.low, d->paired.ratio.high, d->n);
        } else if (time && d->verdict == BENCH_UNPROVEN) {
            strbuf_puts(&b, " (~)");
        } else if (time && d->verdict == BENCH_INCONCLUSIVE) {
            strbuf_puts(&b, " (inconclusive: the machine was busy)");
        } else if (time && isfinite(d->paired.ratio.median)) {
            strbuf_printf(&b, " (× %.3g, %.3g … %.3g, n=%u, control %.3g … %.3g)", d->paired.ratio.median,
                          d->paired.ratio.low, d->paired.ratio.high, d->n, d->control.low, d->control.high);
        }
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* Is B slower by more than what a binary differs from itself? */
static bool measure_slower(const struct bench_delta *t)
{
    return t && t->verdict == BENCH_MORE && t->paired.ratio.low > 1.02 && t->paired.ratio.low > t->control.high;
}

/* Was it, on a machine too busy to tell whether that was the change? */
static bool measure_perhaps_slower(const struct bench_delta *t)
{
    return t && t->verdict == BENCH_INCONCLUSIVE && t->paired.ratio.low > 1.02;
}

static enum fix_outcome measure_judge(struct measure *m, const struct bench_compared *c, str name)
{
    const struct bench_delta *t = bench_compared_get(c, name, STR("ns/op"));
    const struct bench_delta *n = bench_compared_get(c, name, STR("allocs/op"));
    const struct bench_delta *b = bench_compared_get(c, name, STR("B/op"));

    if (m->p->gain == FIX_GAIN_TIME) {
        if (!t || t->verdict == BENCH_INCONCLUSIVE || measure_is_wide(t)) {
            return FIX_INCONCLUSIVE;
        }
        return t->verdict == BENCH_LESS ? FIX_CONFIRMED : FIX_NO_GAIN;
    }
    if (!n || !b || n->verdict == BENCH_INCONCLUSIVE) {
        return FIX_INCONCLUSIVE;
    }
    bool fewer = n->after.median < n->before.median && n->verdict == BENCH_LESS;
    bool less = b->after.median < b->before.median && b->verdict == BENCH_LESS && n->after.median <= n->before.median;
    if ((!fewer && !less) || measure_slower(t)) {
        return FIX_NO_GAIN;
    }
    return measure_perhaps_slower(t) ? FIX_INCONCLUSIVE : FIX_CONFIRMED;
}

/* Do both allocate the same after all?  Then the benchmark says nothing of the change. */
static bool measure_same(const struct bench_compared *c, str name)
{
    const struct bench_delta *n = bench_compared_get(c, name, STR("allocs/op"));
    const struct bench_delta *b = bench_compared_get(c, name, STR("B/op"));

    return n && b && n->before.median == n->after.median &&
           fabs(b->before.median - b->after.median) <= fmax(1, 0.02 * b->before.median);
}

static void measure_take(struct measure *m, const struct bench_compared *c, str name, enum fix_outcome o)
{
    m->out->outcome = o;
    m->out->benchmark = name;
    m->out->text = measure_words(m, c, name);
    m->out->deltas.n = 0;
    for (u32 k = 0; k < c->n; k++) {
        if (c->v[k].name.n > 0) {
            measure_delta(m, &c->v[k]);
        }
    }
}

/* The first benchmark that shows a difference counts, and of the others those that speak against it: all of them if it is
 * about allocations, none if it is about time, where each benchmark uses what was changed in its own way. */
static void measure_all(struct measure *m, const measure_picks *picks)
{
    bool allocs = m->p->gain == FIX_GAIN_ALLOCS, any = false;
    struct fix_result *out = m->out;
    struct err e;

    for (size_t i = 0; i < picks->n; i++) {
        struct bench_compared c;
        str name = picks->v[i].base;
        if (any && (!allocs || picks->v[i].gain > 0)) {
            continue; /* it gains there too */
        }
        fix_verify_say(m->v, "measuring %.*s", STR_ARG(name));
        bool ok = measure_compare(m, &picks->v[i], &c, &e);
        if (ok && allocs && measure_perhaps_slower(bench_compared_get(&c, name, STR("ns/op")))) {
            ok = measure_compare(m, &picks->v[i], &c, &e); /* others may have stopped disturbing */
        }
        if (!ok) {
            out->outcome = FIX_INCONCLUSIVE;
            out->text = str_dup(m->v->arena, str_of(e.text));
            return;
        }
        if (c.trouble.n > 0) {
            out->outcome = FIX_FAILED;
            out->text = str_fmt(m->v->arena, "%.*s fails: %.*s", STR_ARG(name), STR_ARG(c.trouble));
            return;
        }
        if (allocs && measure_same(&c, name)) {
            continue;
        }
        enum fix_outcome o = measure_judge(m, &c, name);
        if (!any || o == FIX_NO_GAIN) {
            measure_take(m, &c, name, o);
        }
        any = true;
        if (out->outcome != FIX_CONFIRMED) {
            return;
        }
    }
    if (!any) {
        out->outcome = FIX_UNMEASURED;
        out->text = STR("not measured: no benchmark shows a difference");
    }
}

static void measure_probed(struct measure *m, const struct bench_ran *x, const struct bench_ran *y)
{
    measure_picks picks = {0};
    bool failed = x->proc.status == 0 && y->proc.status != 0 && !proc_interrupted() && !y->proc.timed_out;

    if (failed) {
        m->out->outcome = FIX_FAILED;
        m->out->text = STR("a benchmark fails that did not");
        return;
    }
    measure_pick(m, x, y, &picks);
    picks.n = picks.n < MEASURE_BENCHMARKS ? picks.n : MEASURE_BENCHMARKS;
    if (picks.n > 0) {
        measure_all(m, &picks);
        return;
    }
    m->out->outcome = proc_interrupted() ? FIX_INCONCLUSIVE : FIX_UNMEASURED;
    m->out->text = proc_interrupted()           ? STR("interrupted")
                   : x->out.results.n == 0      ? STR("not measured: there is no benchmark")
                                                : STR("not measured: no benchmark shows a difference");
}

bool fix_verify_probe(struct fix_verifier *v, const struct fix_proposal *p, const fix_files *files, str **names, u32 *n,
                      str *why)
{
    struct fix_result unused = {0};
    struct measure m = {.v = v, .p = p, .out = &unused};
    struct bench_ran x = {0}, y = {0};
    struct err e = {0};
    measure_picks picks = {0};

    *n = 0;
    fix_verify_say(v, "building benchmarks of %.*s", STR_ARG(p->package));
    if (measure_before(&m, &e) != BENCH_BUILT || measure_build_over(&m, files, &m.after, &e) != BENCH_BUILT) {
        *why = str_dup(v->arena, str_of(e.text));
        return false;
    }
    fix_verify_say(v, "looking for benchmarks of %.*s that anything concerns", STR_ARG(p->package));
    bool ok = measure_probe(&m, &m.before, &x, &e);
    if (ok && measure_probe(&m, &m.after, &y, &e)) {
        measure_pick(&m, &x, &y, &picks);
        bench_ran_release(&y);
    } else {
        ok = false;
        *why = str_dup(v->arena, str_of(e.text));
    }
    bench_ran_release(&x);
    io_remove(m.after.path.p, NULL);
    *names = ARENA_ARRAY(v->arena, str, picks.n);
    for (size_t i = 0; i < picks.n; i++) {
        if (picks.v[i].gain > 0) {
            (*names)[(*n)++] = picks.v[i].base;
        }
    }
    return ok;
}

void fix_verify_measure(struct fix_verifier *v, const struct fix_proposal *p, const fix_files *files,
                        struct fix_result *out)
{
    struct measure m = {.v = v, .p = p, .out = out};
    struct bench_ran x = {0}, y = {0};
    struct err e = {0};

    fix_verify_say(v, "building benchmarks of %.*s", STR_ARG(p->package));
    enum bench_built built = measure_before(&m, &e);
    if (built != BENCH_BUILT) {
        out->outcome = FIX_UNMEASURED;
        out->text = str_fmt(v->arena, "not measured: %s", e.text);
        return;
    }
    if (measure_build_over(&m, files, &m.after, &e) != BENCH_BUILT) {
        out->outcome = FIX_FAILED;
        out->text = str_dup(v->arena, str_of(e.text));
        return;
    }
    fix_verify_say(v, "looking for benchmarks of %.*s that it concerns", STR_ARG(p->package));
    bool ok = measure_probe(&m, &m.before, &x, &e);
    if (ok && measure_probe(&m, &m.after, &y, &e)) {
        measure_probed(&m, &x, &y);
        bench_ran_release(&y);
    } else {
        out->outcome = FIX_INCONCLUSIVE;
        out->text = str_dup(v->arena, str_of(e.text));
    }
    if (ok) {
        bench_ran_release(&x);
    }
    io_remove(m.after.path.p, NULL);
}
