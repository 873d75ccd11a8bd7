/* bench_compare.c: two binaries in turns, and what may be said of the difference. */
#include <math.h>

#include "base/map.h"
#include "base/mem.h"
#include "bench/bench_run.h"

enum { COMPARE_PAIRS = 10, COMPARE_PAIRS_FACTOR = 3, COMPARE_PAIRS_LEAST = 6 };

/* Values of one benchmark and unit: of each pair that was tried. */
struct compare_series {
    str name, unit;
    double *v[2]; /* [pair]: NaN where it is missing */
};

struct compare {
    struct arena *arena;
    const struct bench_compare_opts *o;
    struct bench_compared *out;
    u32 want, max; /* pairs */
    VEC(struct compare_series) series;
    struct strmap by_name; /* name, tab, unit → index */
    bool *disturbed;       /* [pair] */
    double *others, *forced; /* [run] */
    u32 n_runs;
};

const char *bench_verdict_name(enum bench_verdict v)
{
    static const char *const names[] = {"inconclusive", "unproven", "same", "less", "more"};

    return names[v];
}

static struct compare_series *compare_series(struct compare *c, str name, str unit)
{
    bool fresh;
    str key = str_fmt(c->arena, "%.*s\t%.*s", STR_ARG(name), STR_ARG(unit));
    union map_val *at = strmap_put(&c->by_name, key, &fresh);

    if (fresh) {
        struct compare_series s = {.name = str_dup(c->arena, name), .unit = str_dup(c->arena, unit)};
        for (int side = 0; side < 2; side++) {
            s.v[side] = ARENA_ARRAY(c->arena, double, c->max);
            for (u32 i = 0; i < c->max; i++) {
                s.v[side][i] = NAN;
            }
        }
        at->u = c->series.n;
        vec_push(&c->series, s);
    }
    return &c->series.v[at->u];
}

static void compare_trouble(struct compare *c, int side, const struct bench_ran *ran)
{
    const struct bench_output *o = &ran->out;

    if (c->out->trouble.n > 0) {
        return;
    }
    if (o->failures.n > 0) {
        const struct bench_failure *f = &o->failures.v[0];
        str text = str_trim(strbuf_str(&f->text)), first;
        str_next_line(&text, &first);
        c->out->trouble = str_fmt(c->arena, "%s: %.*s%s%.*s", side ? "B" : "A", STR_ARG(f->name), f->name.n > 0 ? ": " : "",
                                  STR_ARG(first));
    } else {
        c->out->trouble = str_fmt(c->arena, "%s: %.*s", side ? "B" : "A", STR_ARG(proc_status_text(c->arena, &ran->proc)));
    }
}

static bool compare_is_disturbed(const struct compare *c, const struct bench_ran *ran, double forced)
{
    double others = c->o->max_others != 0 ? c->o->max_others : 0.25;
    double limit = c->o->max_forced != 0 ? c->o->max_forced : 200;

    return (others > 0 && ran->others > others) || (limit > 0 && forced > limit);
}

/* One run; false: no more are to be made. */
static bool compare_run(struct compare *c, u32 pair, int side, bool *started, struct err *e)
{
    struct bench_run r = side ? c->o->b : c->o->a;
    struct bench_ran ran;
    struct arena_scratch s = arena_scratch_begin(c->arena);
    bool good = false;

    r.count = 1;
    *started = bench_run(s.arena, &r, &ran, e);
    if (*started) {
        double seconds = (double)ran.proc.wall_ns / 1e9;
        double forced = seconds > 0 ? (double)ran.proc.switches_forced / seconds : 0;
        c->others[c->n_runs] = ran.others < 0 ? 0 : ran.others;
        c->forced[c->n_runs++] = forced;
        c->disturbed[pair] |= compare_is_disturbed(c, &ran, forced);
        for (size_t i = 0; i < ran.out.results.n; i++) {
            const struct bench_result *b = &ran.out.results.v[i];
            for (u32 k = 0; k < b->n_metrics; k++) {
                compare_series(c, b->name, b->metrics[k].unit)->v[side][pair] = b->metrics[k].value;
            }
        }
        good = ran.proc.status == 0 && !ran.out.failed;
        if (good) {
            compare_series(c, (str){0}, STR("user-ns"))->v[side][pair] = (double)ran.proc.user_ns;
        } else if (!proc_interrupted()) {
            compare_trouble(c, side, &ran);
        }
    }
    bench_ran_release(&ran);
    arena_scratch_end(s);
    return good;
}

/* Does the machine's noise not reach this quantity? */
static bool compare_is_count(str unit)
{
    return str_is(unit, "B/op") || str_is(unit, "allocs/op");
}

static bool compare_all_equal(const struct bench_delta *d)
{
    for (u32 i = 0; i < d->n; i++) {
        if (d->a[i] != d->a[0] || d->b[i] != d->a[0]) {
            return false;
        }
    }
    return d->n > 0;
}

/* Of neighbouring runs of one binary: pairs go A B, B A, so that B's of pairs 0 and 1 are neighbours, then A's of 1 and 2. */
static struct bench_median compare_control(struct compare *c, const struct compare_series *s, double want)
{
    double *ratio = mem_array(c->max, sizeof *ratio);
    size_t n = 0;

    for (u32 i = 0; i + 1 < c->out->tried; i++) {
        const double *v = s->v[i % 2 ? 0 : 1];
        if (v[i] > 0 && v[i + 1] > 0 && !c->disturbed[i] && !c->disturbed[i + 1]) {
            ratio[n++] = v[i + 1] / v[i];
        }
    }
    struct bench_median m = bench_median(ratio, n, want);
    mem_free(ratio);
    return m;
}

static enum bench_verdict compare_verdict(const struct bench_delta *d, bool enough, double want)
{
    double alpha = 1 - want;

    if (d->n < COMPARE_PAIRS_LEAST || !enough) {
        return BENCH_INCONCLUSIVE;
    }
    if (compare_all_equal(d)) {
        return BENCH_SAME;
    }
    if (d->paired.left_out > 0) { /* zeros have no ratio */
        if (d->paired.p_u >= alpha || d->before.median == d->after.median) {
            return BENCH_UNPROVEN;
        }
        return d->after.median < d->before.median ? BENCH_LESS : BENCH_MORE;
    }
    /* Both must say so: the interval is about the median, the test about all pairs. */
    if (d->paired.p >= alpha || (d->paired.ratio.low <= 1 && d->paired.ratio.high >= 1)) {
        return BENCH_UNPROVEN;
    }
    return d->paired.ratio.median < 1 ? BENCH_LESS : BENCH_MORE;
}

static void compare_delta(struct compare *c, const struct compare_series *s, struct bench_delta *d)
{
    double want = c->o->confidence > 0 ? c->o->confidence : BENCH_CONFIDENCE;
    u32 quiet = 0;

    for (u32 i = 0; i < c->out->tried; i++) {
        quiet += !c->disturbed[i] && !isnan(s->v[0][i]) && !isnan(s->v[1][i]);
    }
    bool count = compare_is_count(s->unit);
    bool enough = count || (quiet >= COMPARE_PAIRS_LEAST && quiet >= base_min(c->want, COMPARE_PAIRS));
    *d = (struct bench_delta){.name = s->name, .unit = s->unit};
    d->a = ARENA_ARRAY(c->arena, double, c->max);
    d->b = ARENA_ARRAY(c->arena, double, c->max);
    for (u32 i = 0; i < c->out->tried; i++) {
        if (isnan(s->v[0][i]) || isnan(s->v[1][i]) || (c->disturbed[i] && enough && !count)) {
            continue;
        }
        d->a[d->n] = s->v[0][i];
        d->b[d->n++] = s->v[1][i];
    }
    d->before = bench_median(d->a, d->n, want);
    d->after = bench_median(d->b, d->n, want);
    d->paired = bench_paired(d->a, d->b, d->n, want);
    d->control = compare_control(c, s, want);
    d->verdict = compare_verdict(d, enough, want);
}

static void compare_finish(struct compare *c)
{
    struct bench_compared *out = c->out;
    u32 n = 0;

    out->v = ARENA_ARRAY(c->arena, struct bench_delta, c->series.n);
    for (int process = 0; process < 2; process++) { /* what is said of the whole process comes last */
        for (size_t i = 0; i < c->series.n; i++) {
            if ((c->series.v[i].name.n == 0) == process) {
                compare_delta(c, &c->series.v[i], &out->v[n]);
                n += out->v[n].n > 0;
            }
        }
    }
    out->n = n;
    out->others = bench_median(c->others, c->n_runs, BENCH_CONFIDENCE).median;
    out->forced = bench_median(c->forced, c->n_runs, BENCH_CONFIDENCE).median;
    for (u32 i = 0; i < out->tried; i++) {
        out->disturbed += c->disturbed[i];
    }
}

bool bench_compare(struct arena *a, const struct bench_compare_opts *o, struct bench_compared *out, struct err *e)
{
    struct compare c = {.arena = a, .o = o, .out = out};
    u64 start = base_now_ns();
    u32 quiet = 0;
    bool started = true, go_on = true;

    *out = (struct bench_compared){0};
    c.want = o->pairs > 0 ? o->pairs : COMPARE_PAIRS;
    c.max = o->pairs_max > 0 ? o->pairs_max : c.want * COMPARE_PAIRS_FACTOR;
    c.max = c.max < c.want ? c.want : c.max;
    c.disturbed = ARENA_ARRAY(a, bool, c.max);
    c.others = ARENA_ARRAY(a, double, 2 * (size_t)c.max);
    c.forced = ARENA_ARRAY(a, double, 2 * (size_t)c.max);
    while (go_on && started && quiet < c.want && out->tried < c.max) {
        u32 pair = out->tried;
        if (o->budget_ms > 0 && base_now_ns() - start > o->budget_ms * 1000000) {
            out->interrupted = true;
            break;
        }
        int first = pair % 2 ? 1 : 0;
        go_on = compare_run(&c, pair, first, &started, e) && compare_run(&c, pair, !first, &started, e);
        if (proc_interrupted()) {
            out->interrupted = started = true;
            break;
        }
        out->tried++;
        quiet += !c.disturbed[pair];
    }
    if (started) {
        compare_finish(&c);
    }
    vec_release(&c.series);
    strmap_release(&c.by_name);
    return started;
}

const struct bench_delta *bench_compared_get(const struct bench_compared *c, str name, str unit)
{
    for (u32 i = 0; i < c->n; i++) {
        str mine = c->v[i].name;
        i64 dash = str_find_last_byte(mine, '-');
        bool is = str_eq(mine, name) || (dash > 0 && str_eq(str_slice(mine, 0, (size_t)dash), name));
        if (is && str_eq(c->v[i].unit, unit)) {
            return &c->v[i];
        }
    }
    return NULL;
}
