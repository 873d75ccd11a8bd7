/* bench_measure.h: all that is measured of the benchmarks of one test binary: time, then where they allocate, then
 * what the collector does.
 *
 * Time comes from one run of all benchmarks, as under go test.  Everything else would disturb it and comes from
 * further runs, of one benchmark at a time.
 *
 * Ownership: everything is in the arena given.  Threading: one measurement at a time.
 */
#ifndef GOMM_BENCH_MEASURE_H
#define GOMM_BENCH_MEASURE_H

#include "bench/bench_run.h"
#include "bench/bench_sites.h"

/* Values of one unit, one for each run (-count). */
struct bench_series {
    str unit;
    double *v;
    u32 n;
    struct bench_median median;
};

struct bench_measured {
    str package, name, base; /* "BenchmarkX/n=10-2", without "-2" */
    u32 procs;
    struct bench_series *series;
    u32 n_series;
    str *lines; /* as package testing printed them */
    u32 n_lines;
    u64 iterations; /* of the last run */

    bool has_sites;
    struct bench_sites sites;
    double profiled_bytes, profiled_allocs; /* per iteration, as the runs with the profile printed them; for comparison */
    struct pprof few, profile; /* of the smaller and the larger run: bench_site.first is an index into the latter's samples */
    bool has_gc;
    struct bench_gc gc;
    double gc_seconds, gc_cpu_seconds; /* how long that run was, and its processor time */
    struct bench_time time;
    str trouble; /* why something of the above is missing; empty: nothing went wrong */
};

struct bench_measure {
    struct bench_run run; /* of all benchmarks; bin is set */
    char *const *args;    /* further flags of the other runs, as run.args is of this one; NULL: none */
    const str *own;       /* import paths of what is the user's own */
    u32 n_own;
    bool no_sites, no_gc;
    const char *tmp;      /* a directory for profiles */
    /* Told before each step, for progress: what is measured, and how much is done (0 .. 1).  May be NULL. */
    void (*on_step)(void *ctx, str what);
    void *ctx;
};

struct bench_measurements {
    struct bench_measured *v; /* in the order in which they ran */
    u32 n;
    struct bench_ran ran; /* the run for time: failures, logs, configuration; release it with bench_ran_release */
    bool interrupted;
};

/* False if the binary could not be run. */
bool bench_measure(struct arena *a, const struct bench_measure *m, struct bench_measurements *out, struct err *e);

/* The series of a unit; NULL if there is none. */
const struct bench_series *bench_measured_series(const struct bench_measured *b, str unit);
/* The pattern of -test.bench that selects just this benchmark. */
str bench_measured_pattern(struct arena *a, str base);

#endif
