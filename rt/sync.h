/* sync.h: synchronisation objects: what a release at an address published, for who acquires there.
 *
 * Objects hang in lists of the 64-byte line that their address lies in (shadow.h, table lines).
 * A line's word is LINE_LOCK | index of the first object; the lock is held for a whole operation,
 * for atomics the memory operation included, so that clocks follow the order of the operations.
 */
#ifndef GOMM_RT_SYNC_H
#define GOMM_RT_SYNC_H

#include "shadow.h"
#include "thread.h"

#define LINE_LOCK 0x80000000u

struct sync {
    u64 addr;
    u32 next;  /* in the line's list */
    /* An acquire learns the clock, source, and, if epoch is not 0, goroutine g up to the end of that epoch.
       With an epoch, all is what one release by g published; who knows that much of g knows
       all of it, as g's releases with different clocks end different epochs. */
    u32 clock;
    union {
        struct {
            u32 g, epoch;
        };
        u64 pair; /* both, for who looks without the lock */
    };
    u32 source, source_epoch; /* as in struct thr: the clock need not say it */
};

extern struct arena syncs;

static inline struct sync *sync_at(u32 index)
{
    return (struct sync *)(void *)syncs.base + index;
}

/* The object of addr in the list that begins with head.  What of the list may be looked at without the lock is stored whole. */
static inline struct sync *sync_find(u32 head, uptr addr)
{
    for (struct sync *s; head != 0; head = s->next) {
        s = sync_at(head);
        if (LIKELY(s->addr == addr)) {
            return s;
        }
    }
    return NULL;
}

int sync_init(void);
void sync_drain(struct proc *p);

/* Is there nothing at addr that t does not know already?  Looks without the lock; 0 if in doubt.  What
 * was published before the call is seen: who publishes holds the lock, and it was free. */
int sync_known(const struct thr *t, uptr addr);

/* The same of the address that its line has first: is it t itself who released there last, or was nothing ever released in the line? */
static inline int sync_mine(const struct thr *t, const struct range *r, uptr addr)
{
    u32 head = atomic_load(shadow_line(r, addr));
    const struct sync *s = sync_at(head & ~LINE_LOCK);

    if (head == 0) {
        return 1;
    }
    if (head & LINE_LOCK || atomic_load_relaxed(&s->addr) != addr) {
        return 0;
    }

    u64 pair = atomic_load(&s->pair);

    return pair >> 32 != 0 && (u32)pair == thr_g(t);
}

void sync_acquire(struct proc *p, struct thr *t, uptr addr);
/* The object's clock becomes t's ... */
void sync_release(struct proc *p, struct thr *t, uptr addr);
/* ... or the join of both. */
void sync_release_merge(struct proc *p, struct thr *t, uptr addr);
/* An exchange: publishes what t knew, then t learns what was there before: the slot of a buffered
 * channel, where a send must not learn from the receive that it makes room for (runtime/chan.go,
 * racenotify; golang/go#37355). */
void sync_release_acquire(struct proc *p, struct thr *t, uptr addr);

/* Objects in [addr, addr+size) cease to exist. */
void sync_forget(struct proc *p, const struct range *r, uptr addr, uptr size);

/* For atomics: between lock and unlock the caller does the memory operation and calls the _held
 * functions. */
struct sync_line {
    u32 *line;
    u32 head;
    const struct range *range;
    uptr addr;
    struct sync *found; /* the object of addr, or NULL */
};
int sync_lock(struct sync_line *l, uptr addr);
/* The same of a line that the caller has locked already, by the bit. */
static inline void sync_locked(struct sync_line *l, uptr addr)
{
    l->range = shadow_range(addr);
    l->addr = addr;
    l->line = shadow_line(l->range, addr);
    l->head = atomic_load_relaxed(l->line) & ~LINE_LOCK;
    l->found = sync_find(l->head, addr);
}
void sync_acquire_held(struct proc *p, struct thr *t, struct sync_line *l);
void sync_release_held(struct proc *p, struct thr *t, struct sync_line *l);
static inline void sync_unlock(struct sync_line *l)
{
    atomic_store(l->line, l->head);
}

/* Has t released there last?  Then there is nothing to learn. */
static inline int sync_own(const struct sync *s, const struct thr *t)
{
    return s && s->epoch != 0 && s->g == thr_g(t);
}

/* For the only thread (alone.h): sync_release_held, if what t has heard of is there already; 0: it is still to be called. */
static inline int sync_release_only(struct sync *s, struct thr *t)
{
    if (UNLIKELY(!s || s->clock != t->clock)) {
        return 0;
    }

    u32 epoch = thr_release_only(t);

    if (UNLIKELY(epoch == 0)) {
        return 0;
    }
    s->source = t->source;
    s->source_epoch = t->source_epoch;
    atomic_store(&s->pair, (u64)epoch << 32 | thr_g(t));
    return 1;
}

#endif
