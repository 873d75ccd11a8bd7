/* current.h: the P that the calling thread holds, by way of its proc.
 *
 * Go answers this through the callback that __tsan_init gets (racecallbackthunk in
 * GOROOT/src/runtime/race_amd64.s), but faults when the thread holds no P.  That happens to
 * instrumented code between entersyscall and exitsyscall (runtime's TestPreemptionAfterSyscall).
 * The thunk is three loads from g; their offsets are read from its code, and then done here.  A
 * thread that is in a system call uses the spare proc, whether it has lost its P already or not.
 *
 * Threading: current_init runs before all else.  From enter (or spare) to leave the proc is the
 * caller's alone; the pairs do not nest.
 */
#ifndef GOMM_RT_CURRENT_H
#define GOMM_RT_CURRENT_H

#include "thread.h"

/* spare: used by threads without a P. */
void current_init(void (*callback)(uptr cmd, void *arg), struct proc *spare);

/* The proc of the P that runs goroutine g, the calling thread's; NULL if it is not easily had. */
struct proc *current_of(const void *g);

/* The proc of the current P; without a P the spare one, locked until current_leave.  May be NULL
 * only when memory ran out while a P was made. */
struct proc *current_enter(void);
/* NULL is no proc and needs nothing. */
void current_leave(const struct proc *p);

/* The spare proc, for a thread that may have no g. */
struct proc *current_spare(void);

#endif
