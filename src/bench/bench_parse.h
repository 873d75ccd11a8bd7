/* bench_parse.h: what a test binary prints while it runs benchmarks, read as it comes.
 *
 * The form is Go's benchmark data format (golang.org/design/14313-benchmark-format), and around it what
 * package testing prints besides: failures, logs, the end.  A benchmark that prints something itself stands
 * in the middle of its own line (testing/benchmark.go prints the name before the run and the rest behind
 * it): the result is found nevertheless.
 *
 * Ownership: a bench_output owns all that is in it until bench_output_release.
 * Threading: one thread at a time.
 */
#ifndef GOMM_BENCH_PARSE_H
#define GOMM_BENCH_PARSE_H

#include "base/str.h"
#include "base/vec.h"

struct bench_metric {
    str unit; /* "ns/op", "B/op", "allocs/op", "MB/s", or what the benchmark reports */
    double value;
};

/* One line of results. */
struct bench_result {
    str name;    /* as printed: "BenchmarkSort/n=10-8" */
    str base;    /* without the number of processors: "BenchmarkSort/n=10" */
    u32 procs;   /* that number; 1 if there is none */
    str package; /* of the last "pkg:" line; empty if there was none */
    u64 n;       /* iterations */
    struct bench_metric *metrics;
    u32 n_metrics;
    str line; /* the same as benchstat reads it: one line, tabs between */
};

/* A benchmark or test that failed, with what it said. */
struct bench_failure {
    str name; /* "BenchmarkX-8"; empty: the binary as a whole (a panic, os.Exit) */
    str package;
    struct strbuf text;
};

struct bench_config {
    str key, value; /* "goos", "cpu": the last value of each key */
};

struct bench_output {
    struct arena arena;
    VEC(struct bench_result) results;
    VEC(struct bench_failure) failures;
    VEC(struct bench_config) config;
    VEC(str) logs;     /* what benchmarks logged ("--- BENCH:" and behind it) or printed, a line each */
    VEC(str) skipped;  /* names */
    bool passed;       /* PASS or ok was printed */
    bool failed;       /* FAIL was */
    bool panicked;
    str running;       /* the benchmark whose result is still to come; empty: none */
    /* inside */
    struct strbuf partial; /* of a line */
    str package;
    enum { BENCH_IN_NONE, BENCH_IN_FAILURE, BENCH_IN_LOG, BENCH_IN_PANIC } in;
};

void bench_output_init(struct bench_output *o);
void bench_output_release(struct bench_output *o);
/* More output; pieces may end anywhere. */
void bench_output_feed(struct bench_output *o, str piece);
/* No more comes. */
void bench_output_end(struct bench_output *o);

/* The value of a unit; false if it was not measured. */
bool bench_result_get(const struct bench_result *r, str unit, double *out);
/* The value of a configuration key, or empty. */
str bench_output_config(const struct bench_output *o, str key);
/* One line of results as others print it, without "pkg:" context; false if it is none. */
bool bench_parse_line(struct arena *a, str line, struct bench_result *out);

#endif
