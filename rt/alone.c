/* alone.c: see alone.h. */
#include "alone.h"

#include "current.h"
#include "flags.h"

/* A stretch that ended makes twice as many looks necessary before the next one, one that lasted so many half as many.
 * To begin and end one in vain takes the time of some hundred calls; with NEED_MAX that is once in 32,768 at most. */
enum { NEED_MAX = __STDC_HOSTED__ ? 1 : 32, LASTED = 64 };

#define ALONE_ENDS ((struct proc *)~0UL) /* alone.proc: at the moment */
#define ALONE_UNABLE ((struct proc *)~1UL) /* for ever: who comes in puts a fence itself */
#define HELD_NONE ((const void *)~0UL) /* alone.held: no P; not NULL, as a thread without a P has that */

struct alone alone = {.held = HELD_NONE};

static struct {
    struct os_lock lock;
    int able;
    u32 need;  /* looks that find nobody else, before somebody is the only one */
    u32 since; /* its calls then */
    struct proc *before; /* alone.proc, before somebody stopped all others */
    u32 stopped;
} state;

void alone_init(void)
{
    /* where cache lines are observed, accesses are checked outside too (line_quick.c) */
    state.able = flags.share == 0 && os_fences_init() == 0;
    state.need = 1;
    if (!state.able) {
        alone.proc = ALONE_UNABLE;
    }
}

/* What the others have done, all together. */
static u32 others(const struct proc *p, int *inside)
{
    u32 sum = 0;

    *inside = 0;
    for (u32 i = 0, n = proc_count(); i < n; i++) {
        const struct proc *q = proc_by_id((u16)i);

        if (q != p) {
            sum += atomic_load_relaxed(&q->calls);
            *inside |= atomic_load(&q->inside) != 0;
        }
    }
    return sum;
}

void alone_held_end(void)
{
    atomic_store(&alone.held, HELD_NONE);
}

void alone_begin(struct proc *p)
{
    int inside;
    u32 sum = others(p, &inside);

    p->quiet = sum == p->others && !inside ? p->quiet + 1 : 0;
    p->others = sum;
    if (!state.able || p->quiet < atomic_load_relaxed(&state.need) || !os_lock_try(&state.lock)) {
        return;
    }
    p->quiet = 0;
    if (!atomic_load_relaxed(&alone.proc)) { /* which changes under the lock only */
        const void *held = current_held(p);

        atomic_store(&alone.held, held ? held : HELD_NONE);
        atomic_store(&alone.proc, p);
        state.since = p->calls;
        os_fences();
        others(p, &inside);
        if (inside) { /* and may have seen that nobody was alone */
            atomic_store(&alone.proc, NULL);
        } else {
            atomic_store_relaxed(&alone.inside, 1);
        }
    }
    os_unlock(&state.lock);
}

/* Under the lock: nobody comes in. */
static void keep_out(void)
{
    alone_held_end();
    atomic_store(&alone.proc, ALONE_ENDS);
    os_fences();
}

/* Under the lock: q's thread is the only one no more when this is done. */
static void end(const struct proc *q)
{
    keep_out(); /* who comes in now waits for the lock, q too */

    /* It has left, or come in again and seen that.  If it had not seen it yet when it came in last, it had counted that
       call before. */
    u32 calls = atomic_load(&q->calls);

    for (u32 n = 0; atomic_load(&q->inside) != 0 && atomic_load(&q->calls) == calls; n++) {
        os_spin(n);
    }

    u32 lasted = (calls - state.since) / ALONE_CALLS, need = state.need;

    need = lasted < LASTED ? need * 2 : need / 2;
    atomic_store_relaxed(&state.need, need == 0 ? 1 : need > NEED_MAX ? NEED_MAX : need);
    atomic_store(&alone.proc, NULL);
}

void alone_end(struct proc *p)
{
    do {
        if (atomic_load_relaxed(&alone.proc) == ALONE_UNABLE) {
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            if (LIKELY(!atomic_load(&state.stopped))) {
                return;
            }
        }
        atomic_store(&p->inside, 0); /* nobody need wait for this one */
        os_lock(&state.lock);

        const struct proc *who = atomic_load_relaxed(&alone.proc);

        if (who && who != ALONE_UNABLE) {
            end(who);
        }
        os_unlock(&state.lock);
        atomic_store_relaxed(&p->inside, 1);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    } while (atomic_load(&alone.proc));
}

/* It is not worth more: who is inside for long reports a race, perhaps to a pipe that a thread empties which waits to come in. */
enum { STOP_SPINS = 1 << 16 };

int alone_stop(const struct proc *p)
{
    if (!os_lock_try(&state.lock)) {
        return 0;
    }
    state.before = atomic_load_relaxed(&alone.proc);
    if (state.before == p) {
        return 1; /* nobody else is inside, and who comes in waits for the lock */
    }
    if (state.before == ALONE_UNABLE) {
        atomic_store(&state.stopped, 1);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } else if (state.before) { /* who was not when p came in: p ends that when it comes in again */
        os_unlock(&state.lock);
        return 0;
    } else {
        keep_out();
    }
    for (u32 i = 0; i < proc_count(); i++) {
        const struct proc *q = proc_by_id((u16)i);

        for (u32 n = 0; q != p && atomic_load(&q->inside) != 0; n++) {
            if (n == STOP_SPINS) {
                alone_go();
                return -1;
            }
            os_spin(n);
        }
    }
    return 1;
}

void alone_go(void)
{
    atomic_store(&state.stopped, 0);
    atomic_store(&alone.proc, state.before);
    os_unlock(&state.lock);
}
