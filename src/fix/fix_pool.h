/* fix_pool.h: where a sync.Pool might help, in words.  No change is proposed: whether a pool pays depends on how often, and by
 * how many goroutines at once, the function is called where it matters, and whoever puts a value back promises that nobody
 * refers to it any more, which only the authors of what it is handed to can know.
 *
 * Ownership: in the arena given.  Threading: a package at a time.
 */
#ifndef GOMM_FIX_POOL_H
#define GOMM_FIX_POOL_H

#include "escape/escape_find.h"
#include "fix/fix_find.h"

struct fix_remark {
    const struct package *pkg;
    u32 file;
    pos at;    /* where the variable is declared */
    pos value; /* what it refers to and is made for it there: make, new or a literal; 0: none */
    str name;
    str text;
};
typedef VEC(struct fix_remark) fix_remarks;

/* The variables of f's package that have a value for the time of one call only: it is used here and handed to calls, but not
 * returned, stored, sent or captured, and no call's result could refer to it. */
void fix_pool(const struct fix_find *f, fix_remarks *out);
/* Is what is in the heap there the variable or its value, because of a callee or of its size, and not small? */
bool fix_pool_suits(const struct fix_remark *r, const struct escape_site *s);

#endif
