/* cmd_share_run.h: the runs behind `gomm share`: benchmarks as they are, and the same with the runtime looking at cache
 * lines.
 *
 * Ownership: everything is in the arena.  Threading: the main thread; nothing else should run meanwhile.
 */
#ifndef GOMM_CMD_SHARE_RUN_H
#define GOMM_CMD_SHARE_RUN_H

#include "bench/bench_run.h"
#include "driver/driver_run.h"
#include "report/report.h"
#include "share/share_find.h"

struct cmd_share_run {
    struct arena *arena;
    struct report *report; /* notes, failures and packages go there */
    const struct driver_go *go;
    const struct driver_choice *choice;
    str bench, run;        /* regexps; empty: all benchmarks; no tests unless there is no benchmark */
    str benchtime, cpu;    /* as go test's; empty: chosen */
    str tags, mod, overlay;
    str exec;              /* a program, with arguments, that runs the test binaries, as in go test; empty: none */
    bool quick;            /* only what shares lines: all benchmarks in one run, without native times */
    const char *dir;       /* temporary, for binaries and events */
    void (*progress)(void *ctx, const char *what, str package);
    void *ctx;
    VEC(struct share_seen) seen;
    u32 n_benchmarks;
};

/* One package: its import path and directory. */
void cmd_share_package(struct cmd_share_run *r, str path, str dir);

/* A benchmark that was seen, once more, built with another overlay. */
bool cmd_share_again(struct cmd_share_run *r, const struct share_seen *seen, str overlay, struct share_seen *out);

/* "^BenchmarkA$/^b$" for BenchmarkA/b. */
str cmd_share_exactly(struct arena *a, str name);

#endif
