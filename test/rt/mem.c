/* mem.c: rt/mem.c; blocks are counted, and under AddressSanitizer they are libc's. */
#define mem_alloc mem_alloc_real
#define mem_free  mem_free_real
#include "../../rt/mem.c"
#undef mem_alloc
#undef mem_free

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rt_test.h"

#if defined(__SANITIZE_ADDRESS__)
#define OVER_LIBC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OVER_LIBC 1
#endif
#endif
#ifndef OVER_LIBC
#define OVER_LIBC 0
#endif
#if OVER_LIBC
#include <sanitizer/asan_interface.h>
#endif

void *mem_alloc(uptr size);
void mem_free(void *p, uptr size);

static u64 outstanding;

/* Under AddressSanitizer: libc's block instead.  The runtime's own is kept as long, so that memory runs
 * out as it does without; its address stands before libc's block, where nobody may look. */
enum { AHEAD = 64 };

static void *swap_in(void *real, uptr size)
{
#if OVER_LIBC
    u8 *p = calloc(1, AHEAD + size);

    if (!p) {
        rt_broken("the test has no memory");
    }
    *(void **)(void *)p = real;
    ASAN_POISON_MEMORY_REGION(p, AHEAD);
    return p + AHEAD;
#else
    (void)size;
    return real;
#endif
}

static void *swap_out(void *p)
{
#if OVER_LIBC
    u8 *start = (u8 *)p - AHEAD;
    void *real;

    ASAN_UNPOISON_MEMORY_REGION(start, AHEAD);
    real = *(void **)(void *)start;
    free(start);
    return real;
#else
    return p;
#endif
}

void *mem_alloc(uptr size)
{
    void *p = mem_alloc_real(size);

    if (!p) {
        return NULL;
    }
    __atomic_fetch_add(&outstanding, (u64)1 << block_log(size), __ATOMIC_RELAXED);
    return swap_in(p, size);
}

void mem_free(void *p, uptr size)
{
    if (p) {
        __atomic_fetch_sub(&outstanding, (u64)1 << block_log(size), __ATOMIC_RELAXED);
        mem_free_real(swap_out(p), size);
    }
}

void rt_broken(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fputs("broken: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}

void rt_marks_init(struct rt_marks *m, const struct arena *a)
{
    m->what = a->what;
    m->next = a->next;
    m->mark = calloc(a->next, 1);
}

void rt_mark(struct rt_marks *m, u32 index, u32 units, const char *as)
{
    for (u32 i = index; i < index + units; i++) {
        if (i == 0 || i >= m->next) {
            rt_broken("%s: %s %u lies outside of the arena", m->what, as, i);
        }
        if (m->mark[i]) {
            rt_broken("%s: %u is %s and something else", m->what, i, as);
        }
        m->mark[i] = 1;
    }
}

u32 rt_pool_next(const struct pool *p, u32 index)
{
    const u64 *free = (const u64 *)(const void *)p->free.base, *any = (const u64 *)(const void *)p->any.base;
    u32 end = free ? (u32)(p->free.committed / sizeof *free * 64) : 0;

    for (index++; index < end; index++) {
        if (index % 64 == 0 && (free[index / 64] != 0) != (any[index / 64 / 64] >> index / 64 % 64 & 1)) {
            rt_broken("%s: what is free from %u on, and whether there is any, differ", p->arena->what, index);
        }
        if (free[index / 64] >> index % 64 & 1) {
            return index;
        }
    }
    return 0;
}

void rt_mark_pool(struct rt_marks *m, const struct pool *p)
{
    u32 n = 0;

    for (u32 i = 0; (i = rt_pool_next(p, i)) != 0; n++) {
        rt_mark(m, i, p->stride, "free");
    }
    if (n != p->free_count) {
        rt_broken("%s: %u free ones of %u", m->what, n, p->free_count);
    }
}

void rt_mark_cache(struct rt_marks *m, const struct pool *p, const struct cache *c)
{
    for (u32 i = 0; i < c->count; i++) {
        rt_mark(m, c->index[i], p->stride, "in a cache");
    }
}

void rt_marks_done(struct rt_marks *m)
{
    for (u32 i = 1; i < m->next; i++) {
        if (!m->mark[i]) {
            rt_broken("%s: %u of %u is neither free nor in use", m->what, i, m->next);
        }
    }
    free(m->mark);
}

static u32 *roots;
static u32 root_count, root_cap;

static void add_root(u32 clock)
{
    if (root_count == root_cap) {
        root_cap = root_cap ? root_cap * 2 : 256;
        roots = realloc(roots, root_cap * sizeof *roots);
    }
    roots[root_count++] = clock;
}

u64 rt_block_size(uptr size)
{
    return (u64)1 << block_log(size);
}

void rt_check(const struct rt_world *w, struct rt_census *c)
{
    *c = (struct rt_census){.blocks = outstanding};
    root_count = 0;
    rt_check_words(w, c);
    rt_check_syncs(w, c, add_root);
    rt_check_thrs(c, add_root);
    rt_check_clocks(w, c, roots, root_count);
    rt_check_records(w, c);
}
