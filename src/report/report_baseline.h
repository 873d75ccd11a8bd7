/* report_baseline.h: findings that are known: a text file that one may keep in the repository.
 *
 * A line for each identity (struct finding): its fields, between tabs, and how often it was there; sorted, so that
 * changes of the file read well.  There are no line numbers in it: moving code changes nothing.  What only runs show
 * (races, cache lines, measured allocations) is known however often it is seen; of what the source alone shows, more
 * of the same than the file has is new.
 *
 * Ownership: the arena given.  Threading: one thread.
 */
#ifndef GOMM_REPORT_BASELINE_H
#define GOMM_REPORT_BASELINE_H

#include "base/diag.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"

struct report_baseline {
    struct arena *arena;
    VEC(str) lines;     /* with their count */
    struct strmap left; /* identity → how many of the known ones were not met yet */
};

bool report_baseline_read(struct arena *a, const char *file, struct report_baseline *out, struct err *e);
void report_baseline_release(struct report_baseline *b);

/* Suppresses what is known. */
void report_baseline_apply(struct report_baseline *b, struct finding_list *l);

/* Writes what is not ignored.  Lines of old (may be NULL) whose class nobody has looked for are kept; the class is the
 * first field: "RACE01", "ESC". */
bool report_baseline_write(const char *file, const struct finding_list *l, const struct report_baseline *old,
                           bool (*looked)(void *ctx, str class), void *ctx, struct err *e);

#endif
