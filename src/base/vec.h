/* vec.h: typed growable arrays.
 *
 *   VEC(struct edge) edges = {0};
 *   vec_push(&edges, e);
 *   for (size_t i = 0; i < edges.n; i++) use(&edges.v[i]);
 *   vec_release(&edges);
 *
 * Elements lie at v[0] .. v[n-1]; a zeroed vector is empty and ready for use.  Each VEC(T) is
 * a type of its own: name it with a typedef or inside a struct to pass it around.
 *
 * Ownership: the vector owns its memory until vec_release; with the _in forms the memory is
 * the arena's, grown parts are left behind there, and vec_release must not be called.
 * Pointers to elements are valid until the vector grows.  Threading: one thread at a time.
 */
#ifndef GOMM_BASE_VEC_H
#define GOMM_BASE_VEC_H

#include "base/arena.h"
#include "base/base.h"

#define VEC(T)         \
    struct {           \
        T *v;          \
        size_t n, cap; \
    }

/* Pushing one is frequent: whether there is room is asked where it stands. */
#define vec_full(vec) __builtin_expect((vec)->n >= (vec)->cap, 0)
#define vec_reserve(vec, extra) \
    ((vec)->v = vec_grow((vec)->v, (vec)->n, &(vec)->cap, (extra), sizeof(*(vec)->v)))
#define vec_push(vec, ...) \
    (vec_full(vec) ? (void)vec_reserve((vec), 1) : (void)0,       \
     (void)((vec)->v[(vec)->n] = (__VA_ARGS__)), (void)(vec)->n++)
/* n zeroed elements more; a pointer to the first. */
#define vec_extend(vec, extra)                                           \
    (vec_reserve((vec), (extra)), (vec)->n += (extra),                   \
     vec_zero((vec)->v, (vec)->n - (extra), (extra), sizeof(*(vec)->v)), \
     (vec)->v + (vec)->n - (extra))
#define vec_reserve_in(arena, vec, extra) \
    ((vec)->v = vec_grow_in((arena), (vec)->v, (vec)->n, &(vec)->cap, (extra), sizeof(*(vec)->v)))
#define vec_push_in(arena, vec, ...)                                                \
    (vec_full(vec) ? (void)vec_reserve_in((arena), (vec), 1) : (void)0,             \
     (void)((vec)->v[(vec)->n] = (__VA_ARGS__)), (void)(vec)->n++)

/* The last element, as an lvalue, and taking it off; the vector must not be empty. */
#define vec_last(vec) ((vec)->v[vec_index((vec)->n - 1, (vec)->n)])
#define vec_pop(vec)  ((vec)->v[(vec)->n = vec_index((vec)->n - 1, (vec)->n)])
/* An element whose index is checked. */
#define vec_at(vec, i) ((vec)->v[vec_index((i), (vec)->n)])

#define vec_reset(vec) ((void)((vec)->n = 0))
#define vec_release(vec) \
    (vec_drop((vec)->v), (void)((vec)->v = NULL), (void)((vec)->n = (vec)->cap = 0))

/* What the macros are made of. */
void *vec_grow(void *v, size_t n, size_t *cap, size_t extra, size_t size)
    __attribute__((returns_nonnull));
void *vec_grow_in(struct arena *a, void *v, size_t n, size_t *cap, size_t extra, size_t size)
    __attribute__((returns_nonnull));
void vec_drop(void *v);
void vec_zero(void *v, size_t from, size_t n, size_t size);

static inline size_t vec_index(size_t i, size_t n)
{
    if (__builtin_expect(i >= n, 0)) {
        BUG("index %zu of %zu elements", i, n);
    }
    return i;
}

#endif
