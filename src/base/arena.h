/* arena.h: memory that dies together.
 *
 * An arena hands out memory by advancing a pointer through chunks; nothing is freed singly.
 * One arena per lifetime: per package, per command, or a scratch arena for a function's own
 * temporaries.  A zeroed struct arena is ready for use.
 *
 * Ownership: everything allocated belongs to the arena and ends with arena_release,
 * arena_reset or arena_rewind.  Threading: one thread at a time per arena; the scratch arenas
 * are the calling thread's own.
 */
#ifndef GOMM_BASE_ARENA_H
#define GOMM_BASE_ARENA_H

#include <string.h>

#include "base/base.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* newest first */
    char *next, *end;          /* the free part of the newest chunk */
};

/* A point to go back to.  Valid until the arena is rewound to an earlier one. */
struct arena_mark {
    struct arena_chunk *chunk;
    char *next;
};

void arena_init(struct arena *a);
void arena_release(struct arena *a); /* frees all; the arena is ready for use again */
void arena_reset(struct arena *a);   /* frees all but one chunk, for the next round */

/* Uninitialised memory, aligned to 16 bytes.  Size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));
/* Aligned to `align`, a power of two of at most 4096. */
void *arena_alloc_aligned(struct arena *a, size_t size, size_t align)
    __attribute__((returns_nonnull));
/* n zeroed elements; an overflow of n * size counts as memory exhausted. */
void *arena_array(struct arena *a, size_t n, size_t size, size_t align)
    __attribute__((returns_nonnull));
void *arena_dup(struct arena *a, const void *p, size_t size) __attribute__((returns_nonnull));

/* arena_alloc_aligned written out where it is called, for constant sizes. */
static inline __attribute__((always_inline, returns_nonnull)) void *arena_alloc_here(struct arena *a, size_t size,
                                                                                     size_t align)
{
    size_t skip = (size_t)(-(uintptr_t)a->next & (align - 1)), room = (size_t)(a->end - a->next);

    if (ARENA_ASAN || __builtin_expect(skip + size >= room, 0)) {
        return arena_alloc_aligned(a, size, align);
    }
    char *p = a->next + skip;
    a->next = p + size;
    return p;
}

/* Lengthens the newest allocation, which ends at `end`, if there is room behind it; multiples of 8 keep the next aligned. */
static inline bool arena_extend(struct arena *a, const void *end, size_t more)
{
    if (ARENA_ASAN || a->next != end || more >= (size_t)(a->end - a->next)) {
        return false;
    }
    a->next += more;
    return true;
}

static inline __attribute__((always_inline, returns_nonnull)) void *arena_new_here(struct arena *a, size_t size, size_t align)
{
    return memset(arena_alloc_here(a, size, align), 0, size);
}

/* One zeroed T, and n zeroed Ts. */
#define ARENA_NEW(a, T)      ((T *)arena_new_here((a), sizeof(T), _Alignof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_array((a), (n), sizeof(T), _Alignof(T)))

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* Bytes handed out since the start or the last reset, padding included. */
size_t arena_used(const struct arena *a);

/* Scratch memory of this thread: between begin and end, s.arena is the function's own.
 * `avoid` is the arena in which the caller wants its result (or NULL): the scratch arena is
 * another one, even if the caller's is itself a scratch arena further up the stack. */
struct arena_scratch {
    struct arena *arena;
    struct arena_mark mark;
};

struct arena_scratch arena_scratch_begin(const struct arena *avoid);
void arena_scratch_end(struct arena_scratch s);
/* Frees this thread's scratch arenas; a pool's threads do it when they end. */
void arena_scratch_release(void);

#endif
