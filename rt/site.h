/* site.h: where the small objects of the heap were allocated (table sites of shadow.h).
 *
 * Threading: entries are shared by objects that start within the same 32 bytes, and how a page's are to be read
 * by all of its objects.  They are of one span, from which one P allocates or one sweeper frees at a time
 * (runtime/mheap.go, mspan).
 */
#ifndef GOMM_RT_SITE_H
#define GOMM_RT_SITE_H

#include "shadow.h"

#define SITE_UNKNOWN 0x3fffffffu
enum { SITE_STARTS = 28 }; /* of an entry: see site.c */

int site_init(void);

/* [addr, addr + size), whole words, is one object from here on, allocated at this stack or
 * SITE_UNKNOWN; 0: it is no object. */
void site_set(const struct range *r, uptr addr, uptr size, u32 site);

/* Nothing starts in these entries.  Each is stored whole by half a vector as well, see words_run. */
static inline __attribute__((no_sanitize("thread"))) void site_clear(u32 *at, u32 *end)
{
    typedef u32 four __attribute__((vector_size(16), aligned(4), may_alias));

    for (; at + 4 <= end; at += 4) {
        *(four *)(void *)at = (four){0};
    }
    for (; at < end; at++) {
        atomic_store_relaxed(at, 0);
    }
}

/* As site_set, of whole units of a page that is not PAGE_FINE, from this offset in the range on; stack 0: not known. */
static inline void site_set_units(const struct range *r, uptr offset, uptr size, u32 stack)
{
    u32 *at = &r->sites[offset >> SITE_LOG];

    atomic_store(at, 1u << SITE_STARTS | stack);
    site_clear(at + 1, at + (size >> SITE_LOG));
}

/* An object ends here: what comes behind it is none, if nothing else is said.  (The first word of a page needs no such.) */
void site_end(const struct range *r, uptr addr);

/* The stack of the allocation that addr belongs to, 0: not known, or a large object
 * (PAGE_SITE). */
u32 site_of(uptr addr);
/* And where it starts, 0: not known. */
u32 site_find(uptr addr, uptr *base);

#endif
