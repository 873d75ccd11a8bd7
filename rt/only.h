/* only.h: atomic operations, acquires and releases of the only thread (alone.h) on what its goroutine alone has used lately.
 *
 * That is what most programs do most of the time, and it needs no general answer: the object is there, its last release is the
 * goroutine's own, so there is nothing to learn; the goroutine has learnt nothing since, so the object's clock stays; and the word has one
 * record, of an atomic operation of this goroutine's, that becomes the record of this one.  All else is left to abi.c, which does
 * it from where it is left.
 */
#ifndef GOMM_RT_ONLY_H
#define GOMM_RT_ONLY_H

#include "alone.h"
#include "current.h"
#include "edge.h"
#include "flags.h"
#include "record.h"
#include "shadow.h"
#include "sync.h"
#include "word.h"

/* An atomic operation that is inside, with its line locked. */
struct only {
    struct proc *p;
    const struct range *range;
    u32 *line, head;
    u32 stack; /* of the function that called the operation */
};

/* Is there nothing else to do about synchronisation than what the detector does? */
static inline int only_plain(const struct thr *t)
{
    return t && (rt_off | edge_on | atomic_load_relaxed(&fast_mode) | t->ignore_sync) == 0;
}

/* Goes inside and locks the line; 0: nothing has been done, as this is not the only thread or there is more to it. */
static inline __attribute__((always_inline)) int only_begin(struct only *o, struct thr *t, uptr callpc, uptr addr)
{
    o->p = current_quick();
    if (UNLIKELY(!o->p || !only_plain(t) || t->top == t->base)) {
        return 0;
    }
    o->stack = thr_stack_known(o->p, t);
    o->range = shadow_range(addr);
    if (UNLIKELY(o->stack == 0 || !o->range)) {
        return 0;
    }
    o->stack = proc_call_known(o->p, o->stack, callpc);
    if (UNLIKELY(o->stack == 0) || !proc_enter_lean(o->p)) {
        return 0;
    }
    o->line = shadow_line(o->range, addr);
    o->head = atomic_load_relaxed(o->line);
    atomic_store(o->line, o->head | LINE_LOCK); /* for who looks without being inside */
    return 1;
}

static inline void only_end(struct only *o)
{
    atomic_store(o->line, o->head);
    proc_leave_lean(o->p);
}

/* Has t released there last, and learnt nothing since that is not published there? */
static inline int only_own(const struct sync *s, const struct thr *t)
{
    return s && s->g == thr_g(t) && s->epoch != 0 && s->clock == t->clock;
}

/* Ends t's epoch and publishes it at an object whose clock is t's. */
static inline void only_publish(struct sync *s, struct thr *t, u32 epoch)
{
    s->source = t->source;
    s->source_epoch = t->source_epoch;
    atomic_store(&s->pair, (u64)epoch << 32 | thr_g(t));
}

/* The record of a word that only this atomic operation's goroutine has accessed, and only so, becomes the operation's. */
static inline int only_renew(struct proc *p, u32 id, u64 key, u64 spot, u8 how)
{
    struct record *x = record_at(id);

    if ((x->key ^ key) >> 33 != 0 || record_sort(x) != sort_make(p, how) || record_refs(x) != 1) {
        return 0;
    }
    if (record_spot(x) != spot) {
        u32 *slot = record_slot_of(p, spot);
        const struct record *s = record_at(*slot);

        if (*slot != id && (s->key == key || s->refs == 0)) {
            return 0;
        }
        *slot = id;
        x->stack = (u32)spot;
        x->pc = (int)(spot >> 32);
    }
    x->generation++;
    atomic_store(&x->key, key);
    return 1;
}

/* After an operation that has written: checks its access and releases; 0: nothing has been done. */
static inline __attribute__((always_inline)) int only_write(const struct only *o, struct thr *t, uptr addr, u32 size, uptr pc)
{
    const struct range *r = o->range;
    struct sync *s = sync_find(o->head, addr);
    u64 w = atomic_load_relaxed(&r->words[(addr - r->lo) >> 3]), key = atomic_load_relaxed(&t->key);
    sptr near = (sptr)(pc - (uptr)&record_anchor);
    u32 epoch = key_epoch(key);

    if (UNLIKELY(!only_own(s, t) || epoch >= EPOCH_LAST || flags.all_pairs || near != (int)near || addr % size != 0) ||
        w >> 48 != (u64)mask_of(addr & 7, size) << 8 ||
        !only_renew(o->p, word_record(w, 1), key - 1, spot_make(o->stack, (int)near), ACCESS_WRITE | ACCESS_ATOMIC)) {
        return 0;
    }
    atomic_store_relaxed(&t->key, key + 2); /* as thr_release_only */
    t->dirty = 0;
    t->since++;
    only_publish(s, t, epoch);
    return 1;
}

/* A load of what t released last itself: is it remembered already, or now?  0: nothing has been done. */
static inline int only_read(struct thr *t, const struct range *r, uptr callpc, uptr pc, uptr addr, u32 size)
{
    u64 w = atomic_load_relaxed(&r->words[(addr - r->lo) >> 3]);

    if (UNLIKELY(!only_plain(t) || addr % size != 0 || flags.all_pairs) || word_has_cell(w)) {
        return 0;
    }
    if (word_is_fast_atomic(w, atomic_load_relaxed(&t->key), mask_of(addr & 7, size))) {
        return 1;
    }

    struct proc *p = current_quick();
    u32 stack = p && t->top != t->base ? thr_stack_known(p, t) : 0;

    stack = stack != 0 ? proc_call_known(p, stack, callpc) : 0;
    if (stack == 0 || !proc_enter_lean(p)) {
        return 0;
    }

    int done = quick_atomic_read(p, t, r, addr, size, pc, stack);

    proc_leave_lean(p);
    return done;
}

/* An acquire at addr that learns nothing?  0: it is still to be done. */
static inline int only_acquire(const struct thr *t, uptr addr)
{
    const struct range *r = shadow_range(addr);

    if (UNLIKELY(!r || !only_plain(t))) {
        return 0;
    }
    if (sync_mine(t, r, addr)) {
        return 1;
    }

    struct proc *p = current_quick();

    if (UNLIKELY(!p) || !proc_enter_lean(p)) {
        return 0;
    }

    const struct sync *s = sync_find(atomic_load_relaxed(shadow_line(r, addr)), addr);
    int known = !s || (s->epoch != 0 && (s->g == thr_g(t) || thr_knows(t, s->g, s->epoch)));

    proc_leave_lean(p);
    return known;
}

/* A release at addr; 0: nothing has been done.  merge: what others have released there stays. */
static inline __attribute__((always_inline)) int only_release(struct thr *t, uptr addr, const int merge)
{
    struct proc *p = current_quick();
    const struct range *r = shadow_range(addr);

    if (UNLIKELY(!p || !r || !only_plain(t)) || !proc_enter_lean(p)) {
        return 0;
    }

    u32 *line = shadow_line(r, addr), head = atomic_load_relaxed(line), epoch = 0;
    struct sync *s = sync_find(head, addr);

    if (s && (merge ? only_own(s, t) : s->clock == t->clock)) {
        epoch = thr_release_only(t);
    }
    if (epoch != 0) {
        atomic_store(line, head | LINE_LOCK);
        only_publish(s, t, epoch);
        atomic_store(line, head);
    }
    proc_leave_lean(p);
    return epoch != 0;
}

#endif
