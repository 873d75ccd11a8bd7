/* walk.h: where a goroutine stands below the innermost function of its shadow stack: in functions of
 * package runtime, which tell nobody that they are entered.
 *
 * Threading: any; what is walked is the goroutine's own stack, on its own thread, or that of a
 * goroutine that waits.
 */
#ifndef GOMM_RT_WALK_H
#define GOMM_RT_WALK_H

#include "thread.h"

extern uptr racectx_offset; /* of g.racectx, found at run time; 0: not yet */

/* Where g keeps its racectx differs between versions of Go; t is what it keeps. */
void walk_find_racectx(const struct thr *t, const struct go_g *g);

/* The stack of what runs on g: the innermost frames of the goroutine's shadow stack,
 * and from there the return addresses down to the hook, found along frame pointers.  Only so
 * many frames, as these stacks are kept for ever, and recursion has no end of different ones.  0:
 * unknown (a chain of frame pointers that does not lead there). */
u32 walk_stack(struct proc *p, const struct thr *t, const struct go_g *g, uptr fp);

/* The same of a goroutine that waits, or that left its stack for its thread's. */
u32 walk_stack_parked(struct proc *p, const struct thr *t, const struct go_g *g);

#endif
