/* arena.c: chunks with a pointer that advances.
 *
 * Chunks double in size up to a limit; a request that is larger than that gets a chunk of its
 * own size.  Under AddressSanitizer the free part of each chunk is poisoned, so that reading
 * past an allocation or after a rewind is reported as if each had been malloc'ed.
 */
#include "base/arena.h"

#include <string.h>

#include "base/mem_block.h"
#include "base/mem.h"

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define arena_poison(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define arena_unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
/* A gap after each allocation, so that running over its end meets poison. */
enum { ARENA_GAP = 16 };
#else
#define arena_poison(p, n)   ((void)(p), (void)(n))
#define arena_unpoison(p, n) ((void)(p), (void)(n))
enum { ARENA_GAP = 0 };
#endif

enum {
    ARENA_ALIGN = 16,
    ARENA_ALIGN_MAX = 4096,
    ARENA_FIRST = 4096, /* small: most arenas hold one function's temporaries; chunks with their heads */
    ARENA_LARGE = 1 << 20, /* what chunks of arenas that hold megabytes grow to: one that a file does not fit into is left */
    ARENA_LIMIT = 1 << 16, /* half of it is lost at the end of an arena, and there are several for each package */
};

struct arena_chunk {
    struct arena_chunk *older;
    char *end;
    size_t used_before; /* bytes used in all older chunks */
    size_t pad_;        /* keeps data[] at 16 bytes */
    char data[];
};

_Static_assert(sizeof(struct arena_chunk) % ARENA_ALIGN == 0, "chunk data must stay aligned");

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void free_chunk(struct arena_chunk *c)
{
    arena_unpoison(c->data, (size_t)(c->end - c->data));
    mem_block_free(c, (size_t)(c->end - (char *)c));
}

void arena_release(struct arena *a)
{
    while (a->chunk) {
        struct arena_chunk *older = a->chunk->older;

        free_chunk(a->chunk);
        a->chunk = older;
    }
    arena_init(a);
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *c = a->chunk;

    if (!c) {
        return;
    }
    if ((size_t)(c->end - c->data) > ARENA_LIMIT) {
        arena_release(a); /* one exceptional request should not be held on to */
        return;
    }
    while (c->older) {
        struct arena_chunk *older = c->older;

        c->older = older->older;
        free_chunk(older);
    }
    c->used_before = 0;
    a->next = c->data;
    arena_poison(c->data, (size_t)(c->end - c->data));
}

/* Room for `need` bytes beyond what is there. */
static void add_chunk(struct arena *a, size_t need)
{
    size_t last = a->chunk ? (size_t)(a->chunk->end - (char *)a->chunk) : ARENA_FIRST / 2;
    size_t used = arena_used(a), limit = base_min(base_max(ARENA_LIMIT, used / 8), ARENA_LARGE);
    size_t total;
    struct arena_chunk *c;

    if (!base_add(need, sizeof(*c), &total)) {
        mem_exhausted(SIZE_MAX);
    }
    total = base_max(base_min(last * 2, limit), total);
    c = mem_block_alloc(&total);
    c->older = a->chunk;
    c->end = (char *)c + total;
    c->used_before = used;
    c->pad_ = 0;
    a->chunk = c;
    a->next = c->data;
    a->end = c->end;
    arena_poison(c->data, (size_t)(c->end - c->data));
}

/* Where the newest chunk has no room. */
static __attribute__((noinline)) void *alloc_slowly(struct arena *a, size_t size, size_t align)
{
    size_t need;

    BUG_IF(align == 0 || align > ARENA_ALIGN_MAX || (align & (align - 1)) != 0);
    if (!base_add(size, ARENA_GAP, &need) || !base_add(need, align, &need)) {
        mem_exhausted(SIZE_MAX);
    }
    /* `need` is generous by up to `align`; that only moves the start of a new chunk. */
    add_chunk(a, need);
    char *p = a->next + (-(uintptr_t)a->next & (align - 1));
    a->next = p + size + ARENA_GAP;
    arena_unpoison(p, size);
    return p;
}

static inline void *alloc(struct arena *a, size_t size, size_t align)
{
    size_t skip = (size_t)(-(uintptr_t)a->next & (align - 1)), room = (size_t)(a->end - a->next);

    if (__builtin_expect(size >= room || skip + ARENA_GAP > room - size, 0) || align > ARENA_ALIGN_MAX) {
        return alloc_slowly(a, size, align);
    }
    char *p = a->next + skip;
    a->next = p + size + ARENA_GAP;
    arena_unpoison(p, size);
    return p;
}

void *arena_alloc_aligned(struct arena *a, size_t size, size_t align)
{
    return alloc(a, size, align);
}

void *arena_alloc(struct arena *a, size_t size)
{
    return alloc(a, size, ARENA_ALIGN);
}

void *arena_array(struct arena *a, size_t n, size_t size, size_t align)
{
    size_t total;
    void *p;

    if (!base_mul(n, size, &total)) {
        mem_exhausted(SIZE_MAX);
    }
    p = alloc(a, total, align);
    memset(p, 0, total);
    return p;
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
    void *copy = alloc(a, size, ARENA_ALIGN);

    if (size) {
        memcpy(copy, p, size);
    }
    return copy;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->chunk, a->next};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    while (a->chunk != m.chunk) {
        struct arena_chunk *older;

        BUG_IF(a->chunk == NULL); /* the mark is of another arena, or was rewound over */
        older = a->chunk->older;
        free_chunk(a->chunk);
        a->chunk = older;
    }
    if (!a->chunk) {
        arena_init(a);
        return;
    }
    BUG_IF(m.next < a->chunk->data || m.next > a->chunk->end);
    a->next = m.next;
    a->end = a->chunk->end;
    arena_poison(a->next, (size_t)(a->end - a->next));
}

size_t arena_used(const struct arena *a)
{
    return a->chunk ? a->chunk->used_before + (size_t)(a->next - a->chunk->data) : 0;
}

/* Two are enough: at any depth the caller's result is wanted in at most one of them. */
static _Thread_local struct arena scratch[2];

struct arena_scratch arena_scratch_begin(const struct arena *avoid)
{
    struct arena *a = avoid == &scratch[0] ? &scratch[1] : &scratch[0];

    return (struct arena_scratch){a, arena_mark(a)};
}

void arena_scratch_end(struct arena_scratch s)
{
    if (s.mark.chunk == NULL && s.arena->chunk != NULL) {
        /* The outermost user keeps a chunk, or each call would malloc and free anew. */
        arena_reset(s.arena);
    } else {
        arena_rewind(s.arena, s.mark);
    }
}

void arena_scratch_release(void)
{
    arena_release(&scratch[0]);
    arena_release(&scratch[1]);
}
