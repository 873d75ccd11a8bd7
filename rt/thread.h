/* thread.h: the contexts that Go hands to the hooks: struct thr for a goroutine (g.racectx), struct
 * proc for a P (p.raceprocctx).
 *
 * A thr belongs to the thread that runs its goroutine; the one field that others touch is key
 * (thr_everything).  A proc belongs to the thread that holds the P; as no hook can be preempted by
 * Go, a hook may use its P's proc without a lock.
 */
#ifndef GOMM_RT_THREAD_H
#define GOMM_RT_THREAD_H

#include "act.h"
#include "clock.h"
#include "mem.h"
#include "rt_types.h"

/* One entry of a goroutine's shadow stack. */
struct frame {
    u64 pc;    /* where the function returns to */
    u32 act;   /* its activation, with a reference, 0: not made yet */
    u32 depth; /* from its return address up to the goroutine stack's end, survives moves; or 0 */
};

/* THR_ACCESS: this epoch has accesses.  THR_KNOWS: the clock grew since the last release. */
enum { THR_ACCESS = 1, THR_KNOWS = 2 };

struct thr {
    /* goroutine << 33 | epoch << 1 | 1, so never 0: see cell.fast */
    u64 key;
    struct frame *top, *end, *base; /* top: the next free one */
    u32 clock;                      /* what this goroutine knows, its own releases included */
    u32 dirty;
    u32 ignore_sync; /* nesting */
    u32 self;        /* index of this thr */
    u32 prev, next;  /* list of all that live */
    u32 atomic_act; /* activation of the latest atomic operation, counted; usually the next one's */
};

/* What stays of a goroutine for reports, for ever. */
struct goroutine {
    u32 created;    /* stack of the go statement */
    u32 parent;     /* goroutine that made it */
    u32 first_name; /* the index under which it is known to the user (thr_renew) */
    u32 last_epoch; /* once it has finished */
};

struct memo {
    u64 key;
    u64 pc;
    u32 from, to; /* cells, each counted */
    u32 act;
    u32 seen; /* hash of the latest transition that belongs here and was not made a memo */
    u8 kind, mask;
};

enum { MEMOS = 256, SITES = 1024 };

struct proc {
    struct cache small, large; /* cells */
    struct cache nodes;        /* clock nodes */
    struct cache syncs;        /* synchronisation objects */
    struct cache acts;
    struct memo memo[MEMOS]; /* transitions of cells, see shadow.c */
    struct {
        u64 hash;
        u32 stack;
    } site[SITES]; /* allocation sites */
};

int thr_init(void);

static inline u32 thr_g(const struct thr *t)
{
    return (u32)(atomic_load_relaxed(&t->key) >> 33);
}

static inline u32 key_epoch(u64 key)
{
    return (u32)(key >> 1);
}

static inline u32 thr_epoch(const struct thr *t)
{
    return key_epoch(atomic_load_relaxed(&t->key));
}

/* Is the end of g's epoch e known to t? */
static inline int thr_knows(const struct thr *t, u32 g, u32 e)
{
    return e <= clock_get(t->clock, g);
}

/* A goroutine that knows what parent knows (parent may be NULL); created: stack of the statement.
 * NULL when memory ran out. */
struct thr *thr_start(struct proc *p, struct thr *parent, u32 created);
void thr_end(struct proc *p, struct thr *t);

/* Ends t's epoch if it may have accesses or new knowledge.  Afterwards t->clock holds all that a
 * release publishes, t's own past included.  Returns t's last ended epoch. */
u32 thr_release(struct proc *p, struct thr *t);

/* t learns of everything that has happened so far (finalizers; runtime/mfinal.go). */
void thr_everything(struct proc *p, struct thr *t);

void thr_push(struct thr *t, uptr pc, u32 depth);
/* Gives the frames from `to` on back. */
void thr_pop(struct thr *t, struct frame *to, struct cache *c);
/* The activation of the innermost frame, kept by it; 0: no frame. */
u32 thr_act(struct proc *p, struct thr *t);
/* The activation of an atomic operation called from callpc; kept until the next call. */
u32 thr_atomic_act(struct proc *p, struct thr *t, uptr callpc);

u32 thr_created(u32 g);
u32 thr_parent(u32 g);
/* The epoch that g is in, or ended in. */
u32 thr_epoch_of(u32 g);
/* The number that reports give to g. */
u32 thr_name(u32 g);
/* Calls f for each goroutine that lives, under the list's lock. */
void thr_each(void (*f)(const struct thr *t, void *arg), void *arg);

struct proc *proc_new(void);
void proc_free(struct proc *p);

#endif
