/* edge.h: what goroutines did lately to synchronise, so that a report of a race can say which edge was
 * there and which is missing.
 *
 * Off unless an event file is written (GOMM_EVENTS) and nothing is sampled, or GOMM=edges=1 asks for it; then a
 * hook costs one compare with a word that never changes.  When on, each goroutine has a ring of its latest operations,
 * with their stacks; what a goroutine did that has ended is kept for the latest few thousand of them.
 *
 * An epoch here ends with each operation, acquires included, if it had accesses: so a record's
 * epoch tells between which two operations the access was.  (Ending epochs more often than need be
 * changes no verdict: thread.h.)
 *
 * Threading: a ring is written by who runs its goroutine, or makes it ready while it waits; read by
 * who reports a race, without stopping the writer: what may have been overwritten is left out.
 */
#ifndef GOMM_RT_EDGE_H
#define GOMM_RT_EDGE_H

#include "report.h"
#include "sync.h"
#include "text.h"
#include "thread.h"

/* abi_amd64.S knows the first four. */
enum edge_kind {
    EDGE_ACQUIRE,
    EDGE_RELEASE,
    EDGE_MERGE,
    EDGE_EXCHANGE,
    EDGE_LOAD,
    EDGE_STORE,
    EDGE_RMW,
    EDGE_GO,   /* go statement: addr is the number of the goroutine that starts */
    EDGE_START /* its other side: addr is its own number */
};

extern u32 edge_on;

/* After the flags are read, and the event file is open. */
void edge_init(void);

/* t's goroutine, which is g, enters its first function. */
void edge_start(struct thr *t, const struct go_g *g);
void edge_end(struct thr *t);
/* parent has started child at `stack`. */
void edge_go(struct proc *p, struct thr *parent, const struct thr *child, u32 stack);

/* Does what the hook of that kind does, and notes it; g, fp: what Go's registers held at the hook, so g
 * need not be t's goroutine. */
void edge_sync(struct proc *p, struct thr *t, uptr addr, enum edge_kind kind, const struct go_g *g,
               uptr fp);

/* The stack of an atomic operation by t, callpc on top: that of Go's hooks lacks the function that calls
 * sync/atomic's, as the wrappers between the two tell nobody that they are entered. */
u32 edge_atomic_stack(struct proc *p, struct thr *t, uptr callpc, uptr fp);

/* What an atomic operation finds, before its clocks change ... */
struct edge_before {
    u32 clock, peer, peer_epoch;
};
void edge_atomic_before(struct proc *p, struct thr *t, const struct sync_line *l,
                        struct edge_before *b);
/* ... and the operation itself, after. */
void edge_atomic(struct proc *p, struct thr *t, uptr addr, enum edge_kind kind,
                 const struct edge_before *b, u32 stack);

/* Adds member "sync" of a race event (gomm/events.h); t found the race. */
void edge_json(struct text *out, const struct thr *t, const struct race *r);

#endif
