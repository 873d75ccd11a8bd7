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

/* Where the thunk finds the proc. */
struct current_thunk {
    sptr tls;       /* of g, from FS; 0: the code is not as we know it, so it is called */
    u32 m, p, proc; /* offsets: g.m, m.p, p.raceprocctx */
};
extern struct current_thunk current_at;

/* m.oldp lies two words behind m.p (runtime2.go, Go 1.19 to 1.26). */
enum { OLDP_BEHIND_P = 16 };

/* The proc of the P that runs goroutine g, the calling thread's; NULL if it is not easily had. */
static inline struct proc *current_of(const void *g)
{
    if (UNLIKELY(current_at.tls == 0)) {
        return NULL;
    }

    const u8 *m = *(const u8 *const *)((const u8 *)g + current_at.m);
    const u8 *held = *(const u8 *const *)(m + current_at.p);

    /* In a system call the thread may still name its P, which others may take any moment (Go 1.26;
       proc.go, setBlockOnExitSyscall).  Then, and only then, oldp is set. */
    if (UNLIKELY(!held || *(const uptr *)(m + current_at.p + OLDP_BEHIND_P) != 0)) {
        return NULL;
    }
    return *(struct proc *const *)(held + current_at.proc);
}

static inline const u8 *current_g(void)
{
    const u8 *g;

    __asm__ volatile("movq %%fs:(%1), %0" : "=r"(g) : "r"(current_at.tls));
    return g;
}

/* The P that the calling thread holds, if p is its proc; else NULL. */
const void *current_held(const struct proc *p);

/* current_of for the calling thread's g. */
static inline struct proc *current_quick(void)
{
    return UNLIKELY(current_at.tls == 0) ? NULL : current_of(current_g());
}

/* The proc of the current P; without a P the spare one, locked until current_leave.  May be NULL
 * only when memory ran out while a P was made. */
struct proc *current_enter(void);
/* NULL is no proc and needs nothing. */
void current_leave(struct proc *p);

/* The same for a thread that may have no g. */
struct proc *current_any(void);

#endif
