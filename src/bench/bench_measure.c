/* bench_measure.c: the runs that it takes to know a benchmark. */
#include "bench/bench_measure.h"

#include <math.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/map.h"
#include "base/path.h"

const struct bench_series *bench_measured_series(const struct bench_measured *b, str unit)
{
    for (u32 i = 0; i < b->n_series; i++) {
        if (str_eq(b->series[i].unit, unit)) {
            return &b->series[i];
        }
    }
    return NULL;
}

/* Elements between slashes are regular expressions of their own (GOROOT/src/testing/match.go). */
str bench_measured_pattern(struct arena *a, str base)
{
    struct strbuf b = {0};
    str out;

    strbuf_putc(&b, '^');
    for (size_t i = 0; i < base.n; i++) {
        if (base.p[i] == '/') {
            strbuf_puts(&b, "$/^");
            continue;
        }
        if (str_find_byte(STR("\\.+*?()|[]{}^$"), base.p[i]) >= 0) {
            strbuf_putc(&b, '\\');
        }
        strbuf_putc(&b, base.p[i]);
    }
    strbuf_putc(&b, '$');
    out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return out;
}

/* ---- results of the first run ---- */

static void measure_value(struct arena *a, struct bench_measured *b, const struct bench_metric *m, u32 max)
{
    struct bench_series *s = (struct bench_series *)(uintptr_t)bench_measured_series(b, m->unit);

    if (!s) {
        enum { UNITS_MAX = 64 };
        if (!b->series) {
            b->series = ARENA_ARRAY(a, struct bench_series, UNITS_MAX);
        }
        if (b->n_series == UNITS_MAX) {
            return;
        }
        s = &b->series[b->n_series++];
        s->unit = str_dup(a, m->unit);
        s->v = ARENA_ARRAY(a, double, max);
    }
    if (s->n < max) {
        s->v[s->n++] = m->value;
    }
}

/* Whether "-N" at the end of this run's names is the number of processors: with GOMAXPROCS=1 there is none, and what looks
 * like it is the user's. */
static bool measure_is_procs(const struct bench_run *run, const struct bench_output *o, u32 procs)
{
    str list = run->cpu, one;
    u64 n;

    if (list.n > 0) {
        while (str_next_sep(&list, ',', &one)) {
            if (str_u64(str_trim(one), &n) && n == procs) {
                return true;
            }
        }
        return false;
    }
    for (size_t i = 0; i < o->results.n; i++) {
        if (o->results.v[i].procs != o->results.v[0].procs) {
            return false;
        }
    }
    return true;
}

static void measure_collect(struct arena *a, const struct bench_run *run, struct bench_measurements *out)
{
    const struct bench_output *o = &out->ran.out;
    struct strmap by_name = {0};
    u32 max = (u32)o->results.n;
    bool fresh;

    out->v = ARENA_ARRAY(a, struct bench_measured, o->results.n);
    for (size_t i = 0; i < o->results.n; i++) {
        const struct bench_result *r = &o->results.v[i];
        union map_val *at = strmap_put(&by_name, r->name, &fresh);
        if (fresh) {
            at->u = out->n++;
            bool split = measure_is_procs(run, o, r->procs);
            out->v[at->u] = (struct bench_measured){.package = run->bin->package, .name = str_dup(a, r->name),
                                                     .base = str_dup(a, split ? r->base : r->name),
                                                     .procs = split ? r->procs : 1,
                                                     .lines = ARENA_ARRAY(a, str, o->results.n)};
        }
        struct bench_measured *b = &out->v[at->u];
        b->lines[b->n_lines++] = str_dup(a, r->line);
        b->iterations = r->n;
        for (u32 k = 0; k < r->n_metrics; k++) {
            measure_value(a, b, &r->metrics[k], max);
        }
    }
    for (u32 i = 0; i < out->n; i++) {
        for (u32 k = 0; k < out->v[i].n_series; k++) {
            struct bench_series *s = &out->v[i].series[k];
            s->median = bench_median(s->v, s->n, BENCH_CONFIDENCE);
        }
    }
    strmap_release(&by_name);
}

/* ---- one benchmark ---- */

struct measure {
    struct arena *a;
    const struct bench_measure *m;
    struct argv env, args;
    const char *debug; /* the user's GODEBUG; NULL: none */
};

/* GODEBUG with one more setting; NULL: as the user has it. */
static void measure_debug(struct measure *q, const char *more)
{
    const char *comma = q->debug && *q->debug ? "," : "", *users = q->debug ? q->debug : "";

    if (more) {
        argv_setenv(&q->env, "GODEBUG", str_fmt(q->a, "%s%s%s", users, comma, more).p);
    } else {
        argv_setenv(&q->env, "GODEBUG", q->debug);
    }
}

static double measure_median(const struct bench_measured *b, str unit, double none)
{
    const struct bench_series *s = bench_measured_series(b, unit);

    return s ? s->median.median : none;
}

static void measure_trouble(struct measure *q, struct bench_measured *b, const struct bench_ran *ran, const char *what)
{
    const struct bench_output *o = &ran->out;

    if (b->trouble.n > 0 || proc_interrupted()) {
        return;
    }
    str text = o->failures.n > 0 ? str_trim(strbuf_str(&o->failures.v[0].text)) : str_trim(ran->err), first = {0};
    str_next_line(&text, &first);
    b->trouble = str_fmt(q->a, "%s: %.*s%s%.*s", what, STR_ARG(proc_status_text(q->a, &ran->proc)), first.n ? ": " : "",
                         STR_ARG(first));
}

/* Runs only this benchmark.  True if it ended well and gave a result. */
static bool measure_one(struct measure *q, struct bench_measured *b, str benchtime, const char *what, struct bench_ran *ran)
{
    struct bench_run r = q->m->run;
    struct err e;

    r.bench = bench_measured_pattern(q->a, b->base);
    r.benchtime = benchtime;
    r.cpu = str_fmt(q->a, "%u", b->procs);
    r.count = 1;
    r.no_benchmem = false;
    r.on_output = NULL;
    r.args = argv_get(&q->args);
    r.env = argv_get(&q->env);
    if (q->m->on_step) {
        q->m->on_step(q->m->ctx, str_fmt(q->a, "%.*s (%s)", STR_ARG(b->name), what));
    }
    if (!bench_run(q->a, &r, ran, &e)) {
        b->trouble = b->trouble.n ? b->trouble : str_fmt(q->a, "%s: %s", what, e.text);
        return false;
    }
    /* The name may have lost its "-1" or be ambiguous: one result is the one. */
    if (ran->proc.status != 0 || ran->out.failed || ran->out.results.n == 0) {
        measure_trouble(q, b, ran, what);
        return false;
    }
    return true;
}

static void measure_args(struct measure *q)
{
    argv_release(&q->args);
    if (q->m->args) {
        argv_push_all(&q->args, q->m->args);
    }
}

static bool measure_profile(struct measure *q, struct bench_measured *b, u64 n, struct pprof *p, double *bytes, double *allocs)
{
    str file = path_join(q->a, str_of(q->m->tmp), STR("mem.pprof"));
    struct bench_ran ran;
    struct err e;

    measure_args(q);
    argv_pushf(&q->args, "-test.memprofile=%.*s", STR_ARG(file));
    argv_push(&q->args, "-test.memprofilerate=1");
    io_remove(file.p, NULL);
    /* From the start: package initialisation runs before the flag is read, and would be sampled by chance. */
    measure_debug(q, "memprofilerate=1");
    bool ok = measure_one(q, b, str_fmt(q->a, "%llux", (unsigned long long)n), "allocations", &ran);
    if (ok) {
        const struct bench_result *r = &ran.out.results.v[ran.out.results.n - 1];
        ok = bench_result_get(r, STR("B/op"), bytes) && bench_result_get(r, STR("allocs/op"), allocs);
        if (!bench_pprof_read_file(q->a, file.p, p, &e)) {
            b->trouble = str_fmt(q->a, "allocations: %s", e.text);
            ok = false;
        }
    }
    measure_debug(q, NULL);
    bench_ran_release(&ran);
    return ok;
}

/* Iterations of the larger run: about a quarter of a second of it, so that chance averages out.  Recording an
 * allocation takes a few microseconds, most of which is its stack. */
static u64 measure_iterations(const struct bench_measured *b)
{
    enum { LEAST = 6, MOST = 300000 };
    double ns = measure_median(b, STR("ns/op"), 1e6), allocs = measure_median(b, STR("allocs/op"), 1);
    double n = 2e8 / (ns + allocs * 2500 + 1);

    return n < LEAST ? LEAST : n > MOST ? MOST : (u64)n;
}

static void measure_sites(struct measure *q, struct bench_measured *b)
{
    u64 n2 = measure_iterations(b), n1 = n2 / 3;
    double bytes[2] = {0, 0}, allocs[2] = {0, 0};
    struct err e;

    if (measure_median(b, STR("B/op"), 1) == 0 && measure_median(b, STR("allocs/op"), 1) == 0) {
        b->has_sites = true; /* none */
        return;
    }
    if (!measure_profile(q, b, n1, &b->few, &bytes[0], &allocs[0]) ||
        !measure_profile(q, b, n2, &b->profile, &bytes[1], &allocs[1])) {
        return;
    }
    if (!bench_sites(q->a, &b->few, n1, &b->profile, n2, q->m->own, q->m->n_own, &b->sites, &e)) {
        b->trouble = str_fmt(q->a, "allocations: %s", e.text);
        return;
    }
    b->has_sites = true;
    double n = (double)(n2 - n1);
    b->profiled_bytes = (bytes[1] * (double)n2 - bytes[0] * (double)n1) / n;
    b->profiled_allocs = (allocs[1] * (double)n2 - allocs[0] * (double)n1) / n;
}

static void measure_collector(struct measure *q, struct bench_measured *b)
{
    str file = path_join(q->a, str_of(q->m->tmp), STR("cpu.pprof"));
    struct bench_ran ran;
    struct pprof cpu;
    struct err e;

    measure_args(q);
    argv_pushf(&q->args, "-test.cpuprofile=%.*s", STR_ARG(file));
    io_remove(file.p, NULL);
    measure_debug(q, "gctrace=1");
    if (measure_one(q, b, q->m->run.benchtime, "collector", &ran)) {
        bench_gc_read(ran.err, &b->gc);
        b->has_gc = true;
        b->gc_seconds = (double)ran.proc.wall_ns / 1e9;
        b->gc_cpu_seconds = (double)(ran.proc.user_ns + ran.proc.sys_ns) / 1e9;
        if (bench_pprof_read_file(q->a, file.p, &cpu, &e)) {
            bench_time(&cpu, &b->time);
        } else {
            b->trouble = str_fmt(q->a, "processor time: %s", e.text);
        }
    }
    bench_ran_release(&ran);
    measure_debug(q, NULL);
}

bool bench_measure(struct arena *a, const struct bench_measure *m, struct bench_measurements *out, struct err *e)
{
    struct measure q = {.a = a, .m = m};

    *out = (struct bench_measurements){0};
    if (!bench_run(a, &m->run, &out->ran, e)) {
        return false;
    }
    measure_collect(a, &m->run, out);
    if (m->run.env) {
        argv_push_all(&q.env, m->run.env);
    } else {
        argv_env(&q.env);
    }
    const char *debug = argv_getenv(&q.env, "GODEBUG");
    q.debug = debug ? str_cstr(a, str_of(debug)) : NULL;
    for (u32 i = 0; i < out->n && !proc_interrupted(); i++) {
        if (!m->no_sites) {
            measure_sites(&q, &out->v[i]);
        }
        if (!m->no_gc && !proc_interrupted() && measure_median(&out->v[i], STR("allocs/op"), 1) > 0) {
            measure_collector(&q, &out->v[i]);
        }
    }
    out->interrupted = proc_interrupted() != 0;
    argv_release(&q.env);
    argv_release(&q.args);
    return true;
}
