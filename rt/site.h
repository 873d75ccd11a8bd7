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

int site_init(void);

/* [addr, addr + size), whole words, is one object from here on, allocated at this stack or
 * SITE_UNKNOWN; 0: it is no object. */
void site_set(const struct range *r, uptr addr, uptr size, u32 site);

/* An object ends here: what comes behind it is none, if nothing else is said.  (The first word of a page needs no such.) */
void site_end(const struct range *r, uptr addr);

/* The stack of the allocation that addr belongs to, 0: not known, or a large object
 * (PAGE_SITE). */
u32 site_of(uptr addr);
/* And where it starts, 0: not known. */
u32 site_find(uptr addr, uptr *base);

#endif
