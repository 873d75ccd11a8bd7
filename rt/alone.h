/* alone.h: who is in the runtime, and stretches in which that can be one thread only.
 *
 * A thread that may change what threads share (words, cells, clocks, lists of synchronisation objects) is inside, from
 * proc_enter to proc_leave; the checks that end before (fast_amd64.S and what is said to need no proc) only read.
 * Most tests and much of every program have one thread that does something: it becomes the *only* one, and then changes
 * what is shared by plain loads and stores, which take a tenth of the time of instructions that lock.  Before
 * anybody else goes inside, that ends.  (Biased locking: K. Kawachiya, A. Koseki, T. Onodera, "Lock Reservation", OOPSLA 2002.)
 *
 * Who goes inside stores proc.inside and then loads alone.proc, without a fence between.  That is right because who changes
 * alone.proc has the kernel put a fence into all threads (membarrier) before it looks at proc.inside.
 *
 * A thread may also keep all others out for a moment (alone_stop).
 *
 * What those may see who are not inside stays as without all this: words and keys change by one store, a line that is
 * changed is marked as locked, a cell's version is odd meanwhile.
 */
#ifndef GOMM_RT_ALONE_H
#define GOMM_RT_ALONE_H

#include "thread.h"

struct alone {
    u32 inside; /* the only thread is inside: then this one is it, if it is inside */
    u32 due;    /* who leaves is to call alone_due */
    struct proc *proc __attribute__((aligned(64))); /* its; NULL: nobody's */
    /* The P (GOROOT/src/runtime/runtime2.go) whose proc that is; before proc is none, this is no P either.  So whoever loads proc first,
       and then finds its own P here, has its own proc. */
    const void *held;
} __attribute__((aligned(64)));
extern struct alone alone;

/* Once; without it nobody is ever the only one. */
void alone_init(void);
/* From proc_enter: perhaps p's thread can be the only one now; it is another one, which ends. */
void alone_begin(struct proc *p);
void alone_end(struct proc *p);

/* A P is about to lose its proc. */
void alone_held_end(void);

/* p's thread, which is outside, keeps all others out from now on, until alone_go.  0: somebody else is about to; -1: one of them does not leave. */
int alone_stop(const struct proc *p);
void alone_go(void);
/* p's thread has left, and there may be enough records that nothing names: looks for them (record.c). */
void alone_due(struct proc *p);

/* Every so many calls a thread looks whether others come in.  (The runtime's own tests are to see many stretches.) */
enum { ALONE_CALLS = __STDC_HOSTED__ ? 16 : 1024 };

static inline void proc_enter(struct proc *p)
{
    atomic_store_relaxed(&p->calls, p->calls + 1); /* first, see alone_end */
    atomic_store_relaxed(&p->inside, 1);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);

    const struct proc *who = atomic_load(&alone.proc);

    if (who == p) {
        atomic_store_relaxed(&alone.inside, 1);
    } else if (UNLIKELY(who != NULL)) {
        alone_end(p);
    } else if (UNLIKELY(p->calls % ALONE_CALLS == 0)) {
        alone_begin(p);
    }
}

/* The same for the only thread alone; 0: it is not, and proc_enter is still to be called.  (Then nothing is counted here mostly, or
 * proc_enter would see every other number only, and perhaps never one at which it looks whether others come in.) */
static inline int proc_enter_lean(struct proc *p)
{
    if (atomic_load_relaxed(&alone.proc) != p) {
        return 0;
    }
    atomic_store_relaxed(&p->calls, p->calls + 1);
    atomic_store_relaxed(&p->inside, 1);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return atomic_load(&alone.proc) == p;
}

static inline void proc_leave_lean(struct proc *p)
{
    atomic_store(&p->inside, 0);
}

static inline void proc_leave(struct proc *p)
{
    if (atomic_load_relaxed(&alone.inside)) {
        atomic_store_relaxed(&alone.inside, 0);
    }
    atomic_store(&p->inside, 0);
    if (UNLIKELY(atomic_load_relaxed(&alone.due) != 0)) {
        alone_due(p);
    }
}

static inline int is_alone(void)
{
    return atomic_load_relaxed(&alone.inside) != 0;
}

/* For threads inside: as atomic_cas of a word, a load and a store if that will do. */
static inline int inside_cas(u64 *word, u64 *old, u64 v)
{
    if (!is_alone()) {
        return atomic_cas(word, old, v);
    }

    u64 w = atomic_load_relaxed(word);

    if (w != *old) {
        *old = w;
        return 0;
    }
    atomic_store(word, v);
    return 1;
}

/* Adds n (modulo 2^32) to a count, returns what there was. */
static inline u32 inside_add(u32 *refs, u32 n)
{
    if (!is_alone()) {
        return atomic_add(refs, n);
    }

    u32 was = atomic_load_relaxed(refs);

    atomic_store_relaxed(refs, was + n);
    return was;
}

#endif
