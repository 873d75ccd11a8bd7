/* meet.h: accesses outside of bursts (sample.h): they meet what words remember, and leave nothing.
 *
 * A race with what is remembered is reported.  What is remembered and happened before is forgotten if a later access that
 * is remembered would have taken its place: so words are empty again after a burst, as far as they are written, and
 * an empty word costs nothing but a look.  Forgetting it is no loss for what is promised, see doc/sampling.md.
 */
#ifndef GOMM_RT_MEET_H
#define GOMM_RT_MEET_H

#include "shadow.h"

/* Neither this word nor the next remembers anything: a scalar has nothing to meet. */
static inline int meet_nothing(uptr addr)
{
    const struct range *r = shadow_range(addr);
    const u64 *word = r ? &r->words[(addr - r->lo) >> 3] : NULL;

    return !r || (atomic_load_relaxed(word) | atomic_load_relaxed(word + 1)) == 0;
}

/* Does the access, if that needs no lock and finds no race; 0 if it does or may, and then it is still to be done.
 * Takes less than 1.5 KB of stack. */
int meet_quick(const struct thr *t, uptr addr, uptr size, u8 kind);

/* Does it, called at pc in the function at the top of `stack`. */
void meet_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 stack);

#endif
