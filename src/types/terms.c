/* terms.c: union, intersection and inclusion of terms and of lists of them.  All is quadratic; unions are
 * short, and bounded in typeset.c. */
#include "types/terms.h"

#include <string.h>

bool term_disjoint(const struct type_term *x, const struct type_term *y)
{
    struct type *tx = x->type, *ty = y->type;
    /* ~t meets every type that has t below it. */
    if (y->tilde) {
        tx = type_under(tx);
    }
    if (x->tilde) {
        ty = type_under(ty);
    }
    return !type_identical(tx, ty);
}

bool term_includes(const struct type_term *x, struct type *t)
{
    return type_identical(x->type, x->tilde ? type_under(t) : t);
}

bool term_subset(const struct type_term *x, const struct type_term *y)
{
    return !term_disjoint(x, y) && (!x->tilde || y->tilde);
}

struct terms terms_normal(struct arena *a, const struct type_term *v, u32 n)
{
    struct terms r = {.v = ARENA_ARRAY(a, struct type_term, n)};
    bool *gone = ARENA_ARRAY(a, bool, n);
    for (u32 i = 0; i < n; i++) {
        if (gone[i]) {
            continue;
        }
        struct type_term t = v[i];
        for (u32 j = i + 1; j < n; j++) {
            if (gone[j] || term_disjoint(&t, &v[j])) {
                continue;
            }
            gone[j] = true;
            if (v[j].tilde && !t.tilde) {
                t = v[j];
                j = i; /* the wider one may meet some of those passed over */
            }
        }
        r.v[r.n++] = t;
    }
    return r;
}

struct terms terms_union(struct arena *a, struct terms x, struct terms y)
{
    if (x.all || y.all) {
        return TERMS_ALL;
    }
    if (y.n == 0) {
        return x;
    }
    if (x.n == 0) {
        return y;
    }
    struct type_term *v = ARENA_ARRAY(a, struct type_term, (size_t)x.n + y.n);
    memcpy(v, x.v, x.n * sizeof(*v));
    memcpy(v + x.n, y.v, y.n * sizeof(*v));
    return terms_normal(a, v, x.n + y.n);
}

struct terms terms_intersect(struct arena *a, struct terms x, struct terms y)
{
    if (x.all) {
        return y;
    }
    if (y.all) {
        return x;
    }
    if (x.n == 0 || y.n == 0) {
        return (struct terms){0};
    }
    VEC(struct type_term) both = {0};
    for (u32 i = 0; i < x.n; i++) {
        for (u32 j = 0; j < y.n; j++) {
            if (!term_disjoint(&x.v[i], &y.v[j])) {
                /* Of ~t and T the narrower one. */
                vec_push_in(a, &both, !x.v[i].tilde || y.v[j].tilde ? x.v[i] : y.v[j]);
            }
        }
    }
    return terms_normal(a, both.v, base_u32(both.n));
}

bool terms_includes(struct terms x, struct type *t)
{
    if (x.all) {
        return true;
    }
    for (u32 i = 0; i < x.n; i++) {
        if (term_includes(&x.v[i], t)) {
            return true;
        }
    }
    return false;
}

static bool terms_cover(struct terms y, const struct type_term *x)
{
    for (u32 j = 0; j < y.n; j++) {
        if (term_subset(x, &y.v[j])) {
            return true;
        }
    }
    return false;
}

bool terms_subset(struct terms x, struct terms y)
{
    if (y.all) {
        return true;
    }
    if (x.all) {
        return false;
    }
    for (u32 i = 0; i < x.n; i++) {
        if (!terms_cover(y, &x.v[i])) {
            return false;
        }
    }
    return true;
}

bool terms_equal(struct terms x, struct terms y)
{
    return terms_subset(x, y) && terms_subset(y, x);
}
