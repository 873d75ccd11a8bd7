/* only.h: loads, acquires and releases of the only thread (alone.h) on what its goroutine alone has used lately; other atomic operations:
 * atomic_amd64.S, which says what that is.  What else there is is left to abi.c.
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

/* Is there nothing else to do about synchronisation than what the detector does? */
static inline int only_plain(const struct thr *t)
{
    return t && (rt_off | edge_on | atomic_load_relaxed(&fast_mode) | t->ignore_sync) == 0;
}

/* A load that has nothing to learn: is it remembered already, or now?  0: nothing has been done. */
static inline __attribute__((always_inline)) int only_read(struct thr *t, const struct range *r, uptr callpc, uptr pc, uptr addr, u32 size)
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
    int known = !s || sync_own(s, t) || (s->epoch != 0 && thr_knows(t, s->g, s->epoch));

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

    u32 *line = shadow_line(r, addr), head = atomic_load_relaxed(line);
    struct sync *s = sync_find(head, addr);

    atomic_store(line, head | LINE_LOCK); /* for who looks without being inside */

    int done = (!merge || sync_own(s, t)) && sync_release_only(s, t);

    atomic_store(line, head);
    proc_leave_lean(p);
    return done;
}

#endif
