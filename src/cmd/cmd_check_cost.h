/* cmd_check_cost.h: the part of `gomm check` that tells what an escape costs: in benchmarks (-bench), in a running program
 * (-profile). */
#ifndef GOMM_CMD_CHECK_COST_H
#define GOMM_CMD_CHECK_COST_H

#include "cmd/cmd_bench.h"

struct cmd_check_cost {
    struct report *report;
    struct cmd_bench *bench; /* go, load, patterns, flags; its arena, and what it measures, must outlive the report */
    const char *profile;     /* a file; NULL: none */
    bool fix;                /* verify what gomm fix would change about those that cost most */
    bool api;                /* also what changes the API */
};

/* Gives costs to the report's escapes, and notes what no escape explains.
 * Without -bench and -profile nothing is done. */
void cmd_check_cost(const struct cmd_check_cost *x);
/* cmd_check_fix.c, after that: proposals for escapes with a cost.  With x->fix they are verified, and the findings have those
 * that held; otherwise a note counts them. */
void cmd_check_fix(const struct cmd_check_cost *x);

#endif
