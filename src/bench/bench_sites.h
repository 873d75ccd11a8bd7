/* bench_sites.h: where a benchmark allocates: exact, out of two allocation profiles.
 *
 * With runtime.MemProfileRate = 1 a profile has every allocation of the process (GOROOT/src/runtime/malloc.go,
 * profilealloc), set-up and package testing's own with it.  Two runs with different fixed numbers of iterations
 * share all of that; what one iteration allocates is the difference of the profiles over the difference of the
 * numbers.  Bytes are those of size classes, as in B/op.  Objects below 16 bytes without pointers share blocks
 * of 16: the profile, and B/op, count the block when it is begun, and allocs/op counts each object
 * (runtime.MemStats.Mallocs), so allocs/op can be more than the sum over sites.
 *
 * Ownership: texts and arrays are in the arena given.  Threading: no state.
 */
#ifndef GOMM_BENCH_SITES_H
#define GOMM_BENCH_SITES_H

#include "bench/bench_pprof.h"

struct bench_frame {
    str func, file; /* "example.org/m/p.(*T).Make"; absolute as the compiler wrote it */
    u32 line;
    bool inlined;   /* into the next frame */
};

struct bench_site {
    struct bench_frame *stack; /* where it is allocated first, then its callers up to the first one of the user's
                                * own packages; if there is none only the first function.  Of several ways between
                                * the two ends one is told */
    u32 n_stack;
    u32 own;                   /* index of that frame; n_stack: there is none */
    str by;                    /* the part of the runtime that allocates for it, if it shows in profiles:
                                * "internal/runtime/maps.newTable"; its frames are not in stack */
    double bytes, allocs;      /* per iteration */
    u32 first;                 /* a sample of the second profile that it comes from */
};

struct bench_sites {
    struct bench_site *v; /* most bytes first; what may be chance is left out */
    u32 n;
    double bytes, allocs; /* per iteration: of all, those left out too */
    u64 n1, n2;           /* iterations of the two runs */
};

/* few and many: profiles of runs with n1 and n2 > n1 iterations of the same benchmark.  own: packages with these
 * import paths or below them are the user's. */
bool bench_sites(struct arena *a, const struct pprof *few, u64 n1, const struct pprof *many, u64 n2, const str *own,
                 u32 n_own, struct bench_sites *out, struct err *e);

/* All sites of one allocation profile, a running program's for example; bytes and allocs are sums (n1 and n2 are 0). */
bool bench_sites_all(struct arena *a, const struct pprof *p, const str *own, u32 n_own, struct bench_sites *out, struct err *e);

/* What is allocated per iteration in the lines from .. to of a file and in all that is called there. */
void bench_sites_below(const struct pprof *few, u64 n1, const struct pprof *many, u64 n2, str file, u32 from, u32 to,
                       double *bytes, double *allocs);

/* The import path in the name of a function as the linker writes it: "a/b.v2" of "a/b%2ev2.(*T).F". */
str bench_func_package(struct arena *a, str func);
/* Whether a package is path or below it, or its external test. */
bool bench_package_is_below(str package, str path);

/* ---- processor time ---- */

/* How much of a CPU profile is allocation and garbage collection. */
struct bench_time {
    u64 samples;       /* 0: nothing is known */
    u64 allocation;    /* in runtime.mallocgc and what it calls, assisting the collector included */
    u64 collection;    /* in the collector's own goroutines */
};
bool bench_time(const struct pprof *cpu, struct bench_time *out);

/* ---- the collector ---- */

/* Sums over the lines that GODEBUG=gctrace=1 prints (GOROOT/src/runtime/extern.go), without collections that
 * package testing forces. */
struct bench_gc {
    u32 cycles, forced;
    double pause_ms, pause_max_ms; /* both stops of the world of each cycle together */
    double cpu_ms;                 /* processor time, idle workers not counted */
};
void bench_gc_read(str text, struct bench_gc *out);

#endif
