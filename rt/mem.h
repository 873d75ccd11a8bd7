/* mem.h: the runtime's own memory.
 *
 * arena   one reservation of address space cut into units of one size; a u32 index names a unit and
 *         0 names nothing.  Memory is committed as the arena grows and never moves.
 * pool    recycles objects of one size (a number of units) of an arena.
 * cache   a P's own few free objects of a pool, so that the common path takes no lock.
 * block   anything else: powers of two.
 *
 * Exhausted memory: the call returns 0 or NULL after rt_exhausted() has told the user once and has
 * turned detection off; callers leave everything as it was.
 */
#ifndef GOMM_RT_MEM_H
#define GOMM_RT_MEM_H

#include "os.h"
#include "rt_types.h"

struct arena {
    u8 *base;
    u32 unit;       /* bytes of a unit */
    u32 next;       /* units below are in use or in a pool */
    u32 limit;      /* units in all */
    uptr committed; /* bytes */
    struct os_lock lock;
    const char *what; /* for messages */
};

struct pool {
    struct arena *arena;
    u32 stride; /* units per object */
    struct os_lock lock;
    /* Units of both are u64: a bit for each unit of the arena, set if a free object begins there; one for each u64 of free that is not 0. */
    struct arena free, any;
    u32 free_count, at; /* at: index into free where the last one was found */
};

enum { CACHE_MAX = 128, CACHE_STEP = CACHE_MAX / 2, CACHE_AHEAD = 3 };

struct cache {
    u32 count;
    u32 index[CACHE_MAX];
};

/* Reserves `limit` units; 0, or -1 if the kernel gives no address space. */
int arena_init(struct arena *a, const char *what, u32 unit, u32 limit);

/* Takes n consecutive units that were never used; 0 if there are none. */
u32 arena_take(struct arena *a, u32 n);

static inline void *arena_at(const struct arena *a, u32 index)
{
    return a->base + (uptr)index * a->unit;
}

u32 pool_refill(struct pool *p, struct cache *c);
void pool_drain(struct pool *p, struct cache *c, u32 keep);

/* From a cache that is not empty.  What is given next is fetched ahead: it may have been free for long. */
static inline u32 cache_get(const struct arena *a, struct cache *c)
{
    c->count--;
    __builtin_prefetch(arena_at(a, c->index[c->count >= CACHE_AHEAD ? c->count - CACHE_AHEAD : 0]), 1);
    return c->index[c->count];
}

/* The index of an object with undefined contents, or 0. */
static inline u32 pool_get(struct pool *p, struct cache *c)
{
    return LIKELY(c->count != 0) ? cache_get(p->arena, c) : pool_refill(p, c);
}

static inline void pool_put(struct pool *p, struct cache *c, u32 index)
{
    if (UNLIKELY(c->count == CACHE_MAX)) {
        pool_drain(p, c, CACHE_MAX - CACHE_STEP);
    }
    c->index[c->count++] = index;
}

/* A zeroed block of at least `size` bytes, or NULL.  mem_free needs the same size. */
void *mem_alloc(uptr size);
void mem_free(void *p, uptr size);

/* Set once memory ran out: hooks do nothing more than the program needs. */
extern u32 rt_off;
void rt_exhausted(const char *what);

void *memset(void *p, int c, uptr n);
void *memcpy(void *dst, const void *src, uptr n);
void *memmove(void *dst, const void *src, uptr n);
int memcmp(const void *a, const void *b, uptr n);
uptr str_len(const char *s);
int str_eq(const char *a, const char *b);
int str_has_prefix(const char *s, const char *prefix);

#endif
