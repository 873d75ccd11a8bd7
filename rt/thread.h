/* thread.h: the contexts that Go hands to the hooks: struct thr for a goroutine (g.racectx), struct
 * proc for a P (p.raceprocctx).
 *
 * A thr belongs to the thread that runs its goroutine; the one field that others touch is key
 * (thr_everything).  A proc belongs to the thread that holds the P; as no hook can be preempted by
 * Go, a hook may use its P's proc without a lock.
 *
 * What a goroutine knows: of each goroutine, the last epoch whose end it has heard of.  That is its clock, and
 * its source up to source_epoch; of itself it knows all.  Let P(g, e) be what g knew when its epoch e ended.
 *
 * 1. Knowledge is whole: who knows (g, e) knows P(g, e).  It comes from releases and go statements alone, which
 *    pass on all that their goroutine knows, and end another epoch if that is more than before (THR_KNOWS,
 *    thr_release).  Joins of what is whole are whole (release-merge).  CLOCK_ALL in a clock says no more than that
 *    the last epoch is known that a finished goroutine has ended (thr_end).  Who hears of everything hears of all
 *    that the others knew then (thr_everything, thr_hearing).
 * 2. The source has the clock: if source_epoch is not 0, all of clock is in P(source, source_epoch), so who knows
 *    (source, source_epoch) knows all that this goroutine has heard.  It starts with its parent's knowledge, all
 *    of it in the clock, and its parent as source; later sources come by acquires (sync.c, take).  Who gets
 *    something into its clock that the source may lack has no source any more (thr_renew, thr_everything, take).
 * 3. That two clocks are the same tree does not say that their owners know the same: the sources may differ.
 *
 * An object (sync.h) has what its releaser had, so 1 and 2 hold for it as well; a merge has no source.
 */
#ifndef GOMM_RT_THREAD_H
#define GOMM_RT_THREAD_H

#include "clock.h"
#include "goroutine.h"
#include "mem.h"
#include "rt_types.h"

/* One entry of a goroutine's shadow stack. */
struct frame {
    u64 pc;    /* where the function returns to */
    u32 stack; /* up to and with pc, 0: not asked for yet */
    u32 depth; /* from its return address up to the goroutine stack's end, survives moves; or 0 */
};

/* The first words of runtime.g (runtime2.go): the stack's bounds. */
struct go_g {
    uptr stack_lo, stack_hi;
};

/* THR_ACCESS: this epoch has accesses.  THR_KNOWS: the clock grew since the last release. */
enum { THR_ACCESS = 1, THR_KNOWS = 2 };

/* fast_amd64.S knows the first five fields and struct frame. */
struct thr {
    /* goroutine << 33 | epoch << 1 | 1, so never 0 */
    u64 key;
    /* top: the next free one; base[-1] is there and has depth 0; its pc is edge.c's */
    struct frame *top, *end, *base;
    int ticks; /* accesses until it looks at the clock (sample.h) */
    u32 clock; /* what this goroutine knows of others, but for source */
    u16 dirty;
    u16 since; /* epochs that it has ended since it learnt something, or fewer */
    u32 ignore_sync; /* nesting */
    u32 prev, next;  /* list of all that live */
    /* This goroutine knows source up to this epoch, which its clock need not say; who else does knows all of clock
       (2 above).  Epoch 0: there is no such source. */
    u32 source, source_epoch;
} __attribute__((aligned(64))); /* every hook writes to its own */

/* What the records of a word without a cell were, of the read and of the write; 0 where it names none. */
struct seen {
    u64 key[2], spot[2];
};

/* A transition of a word to a cell, see shadow.c. */
struct memo {
    u64 key;
    u64 from; /* the word; its cell, if it names one, is counted */
    struct seen seen;
    u32 to;          /* a cell, counted; 0: no memo */
    u32 spare, owed; /* references to `to` for words still to come; to `from`, of words that were it */
    u64 spot;
    u32 hash; /* of the latest transition that belongs here and was not made a memo */
    u8 kind, mask;
    u8 step; /* by how many references are counted at a time */
};

/* A transition of a word without a cell that came more than once: from one record of a slot to another, which are named here,
 * so these ids are of nothing else.  The other slot has its bytes in both, and its record is any of other_key, not joined. */
struct transition {
    u64 from, to; /* to 0: no step */
    u64 key;
    u64 other_key; /* 0: the other slot is empty */
    u64 spot;
    u32 hash; /* of the latest transition that belongs here */
    u8 mask;
};

/* What an access of the only thread (alone.h) made of a word, `from`, and will make of others that are the same.  All four records count as named
 * RECORD_MANY times, so they stay what they are until the next sweep (repeat_set in quick.c). */
struct repeat {
    u64 from, to;
    u64 way; /* spot_make of the access; in the place of RECORD_NAMES, which byte of the word it begins with */
    u64 key;
};

/* A record of an access, by its place in the code, see record.h. */
struct recent {
    u32 id, tag;
};

enum { CELL_SIZES = 5, STEPS_LOG = 10, STEPPED_LOG = 11, MEMOS = 256, MEMO_REFS = 64, SITES = 1024, RECENT_LOG = 10, JOIN_LOG = 10, CALLS_LOG = 14, REPEATS = 256 };

struct proc {
    u16 id;
    u32 inside, calls; /* its thread is in the runtime; how often that was so (alone.h) */
    u32 quiet, others; /* for alone_begin */
    u32 knower;        /* a goroutine, and until when it knows another: plain key of that epoch (quick.c); 0: not asked yet */
    u64 known;
    struct cache nodes;        /* clock nodes */
    struct cache syncs;        /* synchronisation objects */
    struct cache records;
    struct cache joined; /* records */
    struct recent recent[1u << RECENT_LOG]; /* records of accesses, see record.h */
    struct {
        u32 old, mine, to; /* each named here; to 0: nothing */
        u32 hash;            /* of the latest one that belongs here */
        u8 old_bytes, mine_bytes;
    } join[1u << JOIN_LOG]; /* see record_join */
    _Alignas(64) struct {
        u64 pc;
        u32 parent, stack;
    } call[1u << CALLS_LOG]; /* edges of the calling-context tree */
    struct repeat repeat[REPEATS];
    struct cache cells[CELL_SIZES];
    struct memo memo[MEMOS];
    struct transition step[1u << STEPS_LOG];
    u32 stepped[1u << STEPPED_LOG]; /* hashes of transitions that came once */
    struct {
        u64 hash;
        u32 stack;
    } site[SITES]; /* allocation sites */
    u32 untaken; /* the record that record_get made last; 0: none */
    struct proc *idle; /* next in the list of those that no P uses */
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
    return e <= clock_get(t->clock, g) || (g == t->source && e <= t->source_epoch);
}

/* Up to which epoch t knows g. */
static inline u32 thr_known(const struct thr *t, u32 g)
{
    u32 e = clock_get(t->clock, g);

    return g == t->source && e < t->source_epoch ? t->source_epoch : e;
}

/* t has learnt something in this epoch. */
static inline void thr_news(struct thr *t)
{
    t->dirty |= THR_KNOWS;
    t->since = 0;
}

/* Who knows t up to this epoch knows all that t has heard: later than that t has learnt nothing.  (Epochs that others
 * end, thr_everything, are not counted in since, so this may be too late an epoch, never one too early.) */
static inline u32 thr_news_epoch(const struct thr *t)
{
    return thr_epoch(t) - t->since;
}

/* The clock says all that t knows. */
void thr_write_down(struct proc *p, struct thr *t);

/* A goroutine that knows what parent knows (parent may be NULL); created: stack of the statement.
 * NULL when memory ran out. */
struct thr *thr_start(struct proc *p, struct thr *parent, u32 created);
void thr_end(struct proc *p, struct thr *t);

/* Ends t's epoch if it may have accesses or new knowledge.  Returns t's last ended epoch: it and
 * t->clock are what a release publishes. */
u32 thr_release(struct proc *p, struct thr *t);

/* Beyond it there is room for those that thr_everything ends in a goroutine that sleeps. */
#define EPOCH_LAST 0xf0000000u

/* The same for the only thread (alone.h); 0: not so simple. */
static inline u32 thr_release_only(struct thr *t)
{
    u32 epoch = thr_epoch(t);

    if (t->dirty == 0) {
        return epoch - 1;
    }
    if (UNLIKELY(epoch >= EPOCH_LAST)) {
        return 0;
    }
    atomic_store_relaxed(&t->key, t->key + 2);
    t->dirty = 0;
    t->since++; /* as thr_release */
    return epoch;
}

/* t learns of everything that has happened so far (finalizers; runtime/mfinal.go). */
void thr_everything(struct proc *p, struct thr *t);

/* Set while somebody learns of everything, goroutine by goroutine; nobody else learns meanwhile, but waits.  Else a
 * goroutine whose turn comes late could learn and release what another one has done after its own turn, and
 * that this release is known would not say that all of it is.  Asked with the line locked that there is to be learnt from. */
extern u32 thr_hearing;
void thr_heard(void);

/* 0 when memory ran out, and then the frame is not there. */
int thr_push(struct thr *t, uptr pc, u32 depth);
/* The stack of the innermost frame; 0: no frame. */
u32 thr_stack_slow(struct proc *p, struct thr *t);

static inline u32 thr_stack(struct proc *p, struct thr *t)
{
    u32 stack = t->top == t->base ? 0 : t->top[-1].stack;

    return LIKELY(stack != 0) ? stack : thr_stack_slow(p, t);
}

static inline u32 proc_call_slot(u32 parent, u64 pc)
{
    /* side by side as in stack.c, but no two children of one parent in each other's way, if it can be helped */
    return (8 * parent + (u32)(pc * 0x9e3779b97f4a7c15UL >> (64 - 5))) & ((1u << CALLS_LOG) - 2);
}

/* What p's table says of stack_push; 0: nothing.  An entry is in its slot, or in the one beside it. */
static inline u32 proc_call_known(const struct proc *p, u32 parent, u64 pc)
{
    u32 h = proc_call_slot(parent, pc);

    if (UNLIKELY(p->call[h].pc != pc || p->call[h].parent != parent)) {
        h++;
    }
    return LIKELY(p->call[h].pc == pc && p->call[h].parent == parent) ? p->call[h].stack : 0;
}

/* The stack of the innermost frame as far as p's table knows it; 0: it does not. */
static inline u32 thr_stack_known(struct proc *p, const struct thr *t)
{
    u32 stack = t->top[-1].stack;

    if (UNLIKELY(stack == 0)) {
        struct frame *f = t->top;

        while (f > t->base && f[-1].stack == 0) {
            f--;
        }
        stack = f > t->base ? f[-1].stack : 0;
        do {
            stack = proc_call_known(p, stack, f->pc);
            f->stack = stack;
            f++;
        } while (f < t->top && stack != 0);
    }
    return stack;
}

/* stack_push, by way of p's table. */
u32 proc_call(struct proc *p, u32 parent, u64 pc);

/* Of the context, given again when t has ended. */
u32 thr_index(const struct thr *t);
/* How many goroutines there have been. */
u32 thr_count(void);
u32 thr_created(u32 g);
u32 thr_parent(u32 g);
/* The epoch that g is in, or ended in. */
u32 thr_epoch_of(u32 g);
/* The number that reports give to g. */
u32 thr_name(u32 g);
/* Calls f for each goroutine that lives, under the list's lock. */
void thr_each(void (*f)(const struct thr *t, void *arg), void *arg);

struct proc *proc_new(void);
/* p keeps what it owns and may be given out again. */
void proc_free(struct proc *p);
struct proc *proc_by_id(u16 id);
/* Ids below have been given. */
u32 proc_count(void);

#endif
