/* current.h: the P that the calling thread holds, by way of its proc.
 *
 * Go answers this through the callback that __tsan_init gets (racecallbackthunk in
 * GOROOT/src/runtime/race_amd64.s), but faults when the thread holds no P.  That happens to
 * instrumented code between entersyscall and exitsyscall (runtime's TestPreemptionAfterSyscall).  The
 * thunk is three loads from g; their offsets are read from its code, and then done here.
 */
#ifndef GOMM_RT_CURRENT_H
#define GOMM_RT_CURRENT_H

#include "thread.h"

/* Once, before the others.  spare: used by threads without a P. */
void current_init(void (*callback)(uptr cmd, void *arg), struct proc *spare);

/* The proc of the current P; without a P the spare one, locked until current_leave.  May be NULL
 * only when memory ran out while a P was made. */
struct proc *current_enter(void);
void current_leave(const struct proc *p);

/* The spare proc, for a thread that may have no g. */
struct proc *current_spare(void);

#endif
