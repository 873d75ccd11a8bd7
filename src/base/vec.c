/* vec.c: how vectors grow: by half, at least to 8. */
#include "base/vec.h"

#include <string.h>

#include "base/mem.h"

/* The capacity for n + extra elements; SIZE_MAX when that overflows. */
static size_t next_cap(size_t n, size_t cap, size_t extra)
{
    size_t need;

    if (!base_add(n, extra, &need)) {
        mem_exhausted(SIZE_MAX);
    }
    return base_max(base_max(need, 8), cap + cap / 2);
}

void *vec_grow(void *v, size_t n, size_t *cap, size_t extra, size_t size)
{
    if (v == NULL || extra > *cap - n) {
        *cap = next_cap(n, *cap, extra);
        v = mem_resize(v, *cap, size);
    }
    return v;
}

void *vec_grow_in(struct arena *a, void *v, size_t n, size_t *cap, size_t extra, size_t size)
{
    if (v == NULL || extra > *cap - n) {
        size_t bytes;
        void *bigger;

        *cap = next_cap(n, *cap, extra);
        if (!base_mul(*cap, size, &bytes)) {
            mem_exhausted(SIZE_MAX);
        }
        bigger = arena_alloc(a, bytes);
        if (n) {
            memcpy(bigger, v, n * size);
        }
        v = bigger;
    }
    return v;
}

void vec_drop(void *v)
{
    mem_free(v);
}

void vec_zero(void *v, size_t from, size_t n, size_t size)
{
    if (n) {
        memset((char *)v + from * size, 0, n * size);
    }
}
