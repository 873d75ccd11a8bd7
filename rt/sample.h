/* sample.h: checking a share of the time (GOMM=sample=…), for services that run long.
 *
 * The process is in a burst or outside of one, all its goroutines at once.  In a burst everything is as without
 * sampling.  Outside, plain and atomic accesses are not remembered; they still meet what bursts remembered (meet.h).
 * Synchronisation, allocation, goroutines and frames are followed always.  So nothing false is reported, and a race is
 * if its first access lay in a burst.  (Proportional detection: Bond, Coons, McKinley, "Pacer", PLDI 2010.)
 *
 * Bursts and pauses have exponential lengths, so that at each moment the process is in a burst with the same
 * probability, whatever was before: no rhythm of the program's falls in with ours.  Nothing wakes the runtime; goroutines
 * look at the processor's clock each SAMPLE_TICKS accesses of their own, and at the kernel's when by that it is time.
 */
#ifndef GOMM_RT_SAMPLE_H
#define GOMM_RT_SAMPLE_H

#include "shadow.h"

/* fast_amd64.S knows these, and that struct thr lies at multiples of 64. */
enum { SAMPLE_TICKS = 1024, SAMPLE_STRIPES = 64 };

/* Where fast_amd64.S looks while there is sampling; shadow_fast is empty then. */
extern struct fast_range sample_ranges[2];
/* By the processor's clock: when to think of a change of mode. */
extern u64 sample_until;
/* Accesses that goroutines were given to do, by mode; a range is as many as it has 256 bytes, and one.  Which of these a
 * goroutine adds to is a matter of its address: many cores must not meet in one cache line. */
extern struct sample_given {
    _Alignas(64) u64 n[FAST_MODES];
} sample_given[SAMPLE_STRIPES];

/* After flags_init, before memory is announced. */
void sample_init(void);

/* t has done what it was given. */
void sample_tick(struct thr *t);

/* t ends: it does not use the rest. */
void sample_end(const struct thr *t);

static inline int sample_on(void)
{
    return UNLIKELY(atomic_load_relaxed(&fast_mode) >= FAST_PAUSE) != 0;
}

/* Outside of a burst? */
static inline int sample_pause(void)
{
    return UNLIKELY(atomic_load_relaxed(&fast_mode) == FAST_PAUSE) != 0;
}

struct sample_seen {
    u64 ns, burst_ns, bursts; /* time in all, in bursts; how many */
    u64 accesses, sampled;    /* in all, in bursts */
};
struct sample_seen sample_seen(void);

/* Says what was looked at: a line for people; a member of a JSON object, with a comma before it. Nothing without
 * sampling. */
struct text;
void sample_text(struct text *t);
void sample_json(struct text *t);

#endif
