/* cmd_heap.h: what a running program allocated, by its heap profile (net/http/pprof's heap or allocs, runtime.WriteHeapProfile),
 * in the source that lies here.
 *
 * The program may have been built elsewhere: files are found by the import path in the names of functions.  It may have been
 * built of another version of the source: a function that does not begin where the profile says so is left out.
 *
 * Ownership: in the arena given.  Threading: no state.
 */
#ifndef GOMM_CMD_HEAP_H
#define GOMM_CMD_HEAP_H

#include "base/diag.h"
#include "bench/bench_sites.h"

struct load;
struct program;

struct cmd_heap {
    str name;                 /* the profile's, without directories */
    struct bench_sites sites; /* those of packages that match with the files as they are named here; sums of the whole run */
    double stale_bytes;       /* allocated in functions that begin elsewhere now: not among the sites */
};

/* Can it be used at all?  For those who are about to do much else first. */
bool cmd_heap_check(const char *path, struct err *e);
/* The user's own is what is in the modules of packages that match. */
bool cmd_heap_read(struct arena *a, const char *path, const struct load *l, const struct program *p, struct cmd_heap *out,
                   struct err *e);
/* What was allocated in the lines from .. to of a file, whatever did it there. */
double cmd_heap_bytes(const struct cmd_heap *h, str file, u32 from, u32 to);
/* "1.2 GB" */
str cmd_heap_size(struct arena *a, double bytes);
/* Of a finding: "mem.pprof  1.2 GB in 3.1e+06 objects (31 % of this profile)"; allocs below 0: not known. */
void cmd_heap_cost(const struct cmd_heap *h, double bytes, double allocs, struct finding_list *l, struct finding *f);

#endif
