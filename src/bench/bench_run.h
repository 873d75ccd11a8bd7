/* bench_run.h: builds test binaries, runs their benchmarks, and compares two of them.
 *
 *   bench_build → bench_run                     what one binary's benchmarks give
 *   bench_build twice → bench_compare           A B B A ..., paired, with a verdict for each benchmark and unit
 *
 * A test binary runs in the directory of its package, as under go test.  Ctrl-C ends what runs (proc.h);
 * what was read until then is in the result.
 *
 * Ownership: texts are in the arena given; a bench_ran owns its output until bench_ran_release.
 * Threading: no state; one run at a time, or the runs disturb each other.
 */
#ifndef GOMM_BENCH_RUN_H
#define GOMM_BENCH_RUN_H

#include "base/proc.h"
#include "bench/bench_parse.h"
#include "bench/bench_stats.h"

/* ---- building ---- */

struct bench_build {
    str go;            /* the go command; empty: "go" on PATH */
    const char *cwd;   /* where it runs; NULL: here */
    str package;       /* one package: an import path or ./dir */
    str overlay;       /* the JSON file of -overlay; empty: none */
    str tags, mod;     /* of -tags and -mod; empty: not given */
    char *const *args; /* further flags: -race, -toolexec=..., -gcflags=...; NULL: none */
    char *const *env;  /* NULL: ours */
    str dir;           /* the package's directory, absolute, if the caller knows it; else go list says it */
    u64 timeout_ms;    /* 0: none */
};

struct bench_binary {
    str path;    /* the file */
    str dir;     /* absolute: of the package */
    str package; /* import path */
};

enum bench_built {
    BENCH_BUILT,
    BENCH_NO_TESTS,    /* the package has no test files: there is no binary */
    BENCH_BUILD_FAILED /* of the user's code, or go could not be run */
};

/* Builds as `go test -c -o out`.  Unless the result is BENCH_BUILT, *e says in a line what it is;
 * *said (may be NULL) is all that go printed. */
enum bench_built bench_build(struct arena *a, const struct bench_build *b, const char *out, struct bench_binary *bin,
                             str *said, struct err *e);

/* From now on the binary is started by way of a program with arguments, as by go test's -exec ("chrt -r 1"): a script beside
 * it says how, and takes its place in bin.  An empty exec changes nothing. */
bool bench_through(struct arena *a, str exec, struct bench_binary *bin, struct err *e);

/* ---- running ---- */

struct bench_run {
    const struct bench_binary *bin;
    str bench;         /* -test.bench; empty: "." */
    str benchtime;     /* "100x", "1s"; empty: the default */
    str cpu;           /* "1,2"; empty: GOMAXPROCS */
    u32 count;         /* 0: 1 */
    bool no_benchmem;  /* without B/op and allocs/op, unless the benchmark reports them itself */
    str timeout;       /* -test.timeout; empty: "0", none */
    char *const *args; /* further flags of the binary, -test.*; NULL: none */
    char *const *env;  /* NULL: ours */
    u64 timeout_ms;    /* after which the binary is killed; 0: none */
    /* Called after each piece of output was read, for progress; returning false ends the run.  May be NULL. */
    bool (*on_output)(void *ctx, const struct bench_output *o);
    void *ctx;
};

struct bench_ran {
    struct bench_output out;
    struct proc_result proc; /* user_ns, switches, switches_forced ... of the process; out is not captured */
    str text;                /* its standard output */
    str err;                 /* its standard error */
    double others;           /* processors that other processes had busy meanwhile, on average; below 0: unknown */
};

/* False only if the binary could not be run.  That benchmarks fail is a result. */
bool bench_run(struct arena *a, const struct bench_run *r, struct bench_ran *out, struct err *e);
void bench_ran_release(struct bench_ran *r);

/* ---- comparing ---- */

/* Two binaries run in turns: A B, B A, A B ...  A pair during which the machine was busy with something
 * else is measured again, because of that and never because of its values. */
struct bench_compare_opts {
    struct bench_run a, b; /* the same selection of benchmarks.  With a benchtime such as "1000x" both do the same
                            * work, and the processes' user time can be compared too; count is 1 */
    u32 pairs;             /* wanted; 0: 10 */
    u32 pairs_max;         /* tried at most, disturbed ones with them; 0: three times as many */
    u64 budget_ms;         /* no new pair after that; 0: none */
    double max_others;     /* a run is disturbed if others had more processors busy; 0: 0.25; below 0: never */
    double max_forced;     /* or if it was forced off its processor more often per second; 0: 200; below 0: never */
    double confidence;     /* 0: 0.95 */
};

enum bench_verdict {
    BENCH_INCONCLUSIVE, /* not enough undisturbed pairs */
    BENCH_UNPROVEN,     /* measured well, and no difference was proven: "~" */
    BENCH_SAME,         /* every value of both is the same (allocs/op mostly) */
    BENCH_LESS,         /* B's values are smaller than A's */
    BENCH_MORE,
};
const char *bench_verdict_name(enum bench_verdict v); /* "inconclusive", "unproven", "same", "less", "more" */

/* One quantity of one benchmark.  Values at the same index are a pair; disturbed pairs are not among
 * them unless there were too few others (then the verdict is BENCH_INCONCLUSIVE, but for quantities that the
 * machine does not disturb: B/op and allocs/op count whatever happens). */
struct bench_delta {
    str name; /* "BenchmarkX/n=10-2"; for "user-ns" the whole process: empty */
    str unit; /* "ns/op"; "user-ns": processor time of the whole process in user mode */
    double *a, *b;
    u32 n;
    struct bench_median before, after; /* of a, of b */
    struct bench_paired paired;        /* b/a; if a or b has zeros, look at before and after instead */
    struct bench_median control;       /* ratio of neighbouring runs of the same binary: what chance alone does */
    enum bench_verdict verdict;
};

struct bench_compared {
    struct bench_delta *v; /* by benchmark in the order of A's output, then by unit as printed; "user-ns" last */
    u32 n;
    u32 tried, disturbed;  /* pairs */
    double others, forced; /* medians over all runs: processors busy with other things; times forced off, per second */
    bool interrupted;      /* Ctrl-C, or the budget is used up */
    str trouble;           /* a binary failed, lacked a benchmark or crashed: what it was; else empty */
};

/* False if a binary could not be run at all. */
bool bench_compare(struct arena *a, const struct bench_compare_opts *o, struct bench_compared *out, struct err *e);
/* That of a benchmark (its printed name, or its name without "-N") and unit; NULL if there is none. */
const struct bench_delta *bench_compared_get(const struct bench_compared *c, str name, str unit);

#endif
