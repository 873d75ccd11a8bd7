/* mem.c: arenas, pools, blocks, and the string functions that the compiler expects. */
#include "mem.h"

#include "text.h"

enum { COMMIT_MIN = 64 << 10, COMMIT_MAX = 16 << 20 };

u32 rt_off;

void rt_exhausted(const char *what)
{
    if (atomic_xchg(&rt_off, 1) == 0) {
        static struct text t; /* nobody else comes here; on the stack of a goroutine there is no room */

        text_init(&t);
        text_add(&t, "gomm: out of memory for ");
        text_add(&t, what);
        text_add(&t, "; race detection stops here, the program goes on.\n"
                     "gomm: races from now on are NOT reported; give the program more memory "
                     "(ulimit -v, container limit) and run it again.\n");
        text_flush(&t, 2);
        text_free(&t);
    }
}

int arena_init(struct arena *a, const char *what, u32 unit, u32 limit)
{
    a->what = what;
    a->unit = unit;
    a->limit = limit;
    a->next = 1;
    a->base = os_reserve(ROUND_UP((uptr)unit * limit, 4096UL));
    return a->base ? 0 : -1;
}

/* Makes the first n units usable; 0, or -1 when memory ran out.  Under the arena's lock. */
static int arena_commit(struct arena *a, u32 n)
{
    uptr need = (uptr)n * a->unit;

    if (need > a->committed) {
        uptr step = a->committed / 4;

        step = step < COMMIT_MIN ? COMMIT_MIN : step > COMMIT_MAX ? COMMIT_MAX : step;

        uptr to = ROUND_UP(need + step, 4096UL);
        uptr end = ROUND_UP((uptr)a->limit * a->unit, 4096UL);

        to = to > end ? end : to;
        if (os_commit(a->base + a->committed, to - a->committed) != 0) {
            return -1;
        }
        a->committed = to;
    }
    return 0;
}

u32 arena_take(struct arena *a, u32 n)
{
    u32 first = 0;

    os_lock(&a->lock);
    if (n <= a->limit - a->next && arena_commit(a, a->next + n) == 0) {
        first = a->next;
        atomic_store_relaxed(&a->next, first + n);
    }
    os_unlock(&a->lock);
    return first;
}

/* The next u64 of free objects at or behind p->at, around the end; there are some. */
static u32 free_next(const struct pool *p)
{
    const u64 *any = (const u64 *)(const void *)p->any.base;
    u32 i = p->at / 64, end = (u32)(p->any.committed / sizeof *any);
    u64 left = any[i] & ~0UL << p->at % 64;

    while (left == 0) {
        i = i + 1 < end ? i + 1 : 0;
        left = any[i];
    }
    return i * 64 + (u32)__builtin_ctzl(left);
}

/* Fills an empty cache with up to CACHE_STEP free objects, returns how many.  They are neighbours as far as there are any: what is taken
 * in a row is mostly used and freed together, so it should share pages. */
static u32 free_take(struct pool *p, struct cache *c)
{
    u64 *free = (u64 *)(void *)p->free.base, *any = (u64 *)(void *)p->any.base;
    u32 n = p->free_count < CACHE_STEP ? p->free_count : CACHE_STEP;

    for (u32 i = n; i > 0;) {
        u32 at = p->at = free_next(p);
        u64 bits = free[at];

        for (; bits != 0 && i > 0; bits &= bits - 1) {
            c->index[--i] = at * 64 + (u32)__builtin_ctzl(bits); /* ascending when taken */
        }
        free[at] = bits;
        if (bits == 0) {
            any[at / 64] &= ~(1UL << at % 64);
        }
    }
    p->free_count -= n;
    return n;
}

u32 pool_refill(struct pool *p, struct cache *c)
{
    os_lock(&p->lock);

    u32 n = free_take(p, c);

    os_unlock(&p->lock);
    if (n == 0) {
        u32 first = arena_take(p->arena, CACHE_STEP * p->stride);

        if (first == 0) {
            rt_exhausted(p->arena->what);
            return 0;
        }
        for (n = 0; n < CACHE_STEP; n++) {
            c->index[n] = first + (CACHE_STEP - 1 - n) * p->stride; /* ascending when taken */
        }
    }
    c->count = n - 1;
    return c->index[n - 1];
}

void pool_drain(struct pool *p, struct cache *c, u32 keep)
{
    os_lock(&p->lock);
    if (!p->free.base) {
        u32 words = p->arena->limit / 64 + 1;

        arena_init(&p->free, p->arena->what, sizeof(u64), words);
        arena_init(&p->any, p->arena->what, sizeof(u64), words / 64 + 1);
    }
    if (c->count > keep) {
        u64 *free = (u64 *)(void *)p->free.base, *any = (u64 *)(void *)p->any.base;
        u32 n = c->count - keep, words = atomic_load_relaxed(&p->arena->next) / 64 + 1;

        if (free && any && arena_commit(&p->free, words) == 0 && arena_commit(&p->any, words / 64 + 1) == 0) {
            for (u32 i = 0; i < n; i++) { /* the oldest ones */
                u32 index = c->index[i];

                free[index / 64] |= 1UL << index % 64;
                any[index / 64 / 64] |= 1UL << index / 64 % 64;
            }
            p->free_count += n;
        } /* else they are lost, which is better than stopping */
        for (u32 i = 0; i < keep; i++) {
            c->index[i] = c->index[n + i];
        }
        c->count = keep;
    }
    os_unlock(&p->lock);
}

/* Blocks: one free list per power of two up to BLOCK_MAX, larger ones straight from the kernel. */
enum { BLOCK_MIN_LOG = 6, BLOCK_MAX_LOG = 16, BLOCK_CHUNK = 1 << 20 };

static struct {
    struct os_lock lock;
    void *free[BLOCK_MAX_LOG + 1];
    u8 *chunk, *chunk_end;
} blocks;

static u32 block_log(uptr size)
{
    u32 log = BLOCK_MIN_LOG;

    while (((uptr)1 << log) < size) {
        log++;
    }
    return log;
}

void *mem_alloc(uptr size)
{
    u32 log = block_log(size);
    uptr bytes = (uptr)1 << log;
    void *p;

    if (log > BLOCK_MAX_LOG) {
        p = os_map(bytes);
        if (!p) {
            rt_exhausted("a table");
        }
        return p;
    }
    os_lock(&blocks.lock);
    p = blocks.free[log];
    if (p) {
        blocks.free[log] = *(void **)p;
    } else {
        if (!blocks.chunk || (uptr)(blocks.chunk_end - blocks.chunk) < bytes) {
            blocks.chunk = os_map(BLOCK_CHUNK);
            blocks.chunk_end = blocks.chunk ? blocks.chunk + BLOCK_CHUNK : NULL;
        }
        if (blocks.chunk) {
            p = blocks.chunk;
            blocks.chunk += bytes;
        }
    }
    os_unlock(&blocks.lock);
    if (!p) {
        rt_exhausted("a table");
        return NULL;
    }
    memset(p, 0, bytes);
    return p;
}

void mem_free(void *p, uptr size)
{
    u32 log = block_log(size);

    if (!p) {
        return;
    }
    if (log > BLOCK_MAX_LOG) {
        os_unmap(p, (uptr)1 << log);
        return;
    }
    os_lock(&blocks.lock);
    *(void **)p = blocks.free[log];
    blocks.free[log] = p;
    os_unlock(&blocks.lock);
}

void *memset(void *p, int c, uptr n)
{
    void *d = p;

    __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
    return p;
}

void *memcpy(void *dst, const void *src, uptr n)
{
    void *d = dst;

    __asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
    return dst;
}

void *memmove(void *dst, const void *src, uptr n)
{
    u8 *d = dst;
    const u8 *s = src;

    if (d <= s || d >= s + n) {
        return memcpy(dst, src, n);
    }
    while (n-- > 0) {
        d[n] = s[n];
    }
    return dst;
}

int memcmp(const void *a, const void *b, uptr n)
{
    const u8 *x = a, *y = b;

    for (uptr i = 0; i < n; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

uptr str_len(const char *s)
{
    uptr n = 0;

    while (s[n] != 0) {
        n++;
    }
    return n;
}

int str_eq(const char *a, const char *b)
{
    uptr n = str_len(a);

    return n == str_len(b) && memcmp(a, b, n) == 0;
}

int str_has_prefix(const char *s, const char *prefix)
{
    for (; *prefix; s++, prefix++) {
        if (*s != *prefix) {
            return 0;
        }
    }
    return 1;
}
