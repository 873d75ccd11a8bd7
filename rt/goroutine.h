/* goroutine.h: what stays of a goroutine for ever: for reports, and for clocks, which fold what is known whole.
 *
 * Indices come in order and are never given again, so this grows with the goroutines that there ever were.  It lies in
 * blocks of BLOCK goroutines.  When all of a block's have finished, and that is a while ago, the block is packed: runs of
 * goroutines with the same past, which those of a server are, cost a few bytes each run.
 *
 * Threading: goroutine_new and goroutine_finish take a lock; the others look without it, at any time.
 */
#ifndef GOMM_RT_GOROUTINE_H
#define GOMM_RT_GOROUTINE_H

#include "rt_types.h"

struct goroutine {
    u32 created;    /* stack of the go statement */
    u32 parent;     /* goroutine that made it */
    u32 first_name; /* the index under which it is known to the user (thr_renew) */
    u32 last_epoch; /* once it has finished: the one that it ended in */
};

enum { GOROUTINE_LEAF = 32 }; /* a leaf of a clock */

/* The latest blocks that are not packed, since clocks look at them often; tests lower it. */
extern u32 goroutine_recent;

int goroutine_init(void);

/* The next index, for a goroutine of this past (first_name 0: the index itself).  0 or -1, when memory ran out. */
int goroutine_new(const struct goroutine *past, u32 *g);
/* The index not given yet. */
u32 goroutine_next(void);

/* g has finished in epoch `end`; `last` was its last epoch with an access. */
void goroutine_finish(u32 g, u32 end, u32 last);
int goroutine_finished(u32 g);
struct goroutine goroutine_past(u32 g);

/* Have the GOROUTINE_LEAF goroutines from `first` on all finished, and is their last epoch with an access no later than
 * slot says? */
int goroutine_known(u32 first, const u32 *slot);

#endif
