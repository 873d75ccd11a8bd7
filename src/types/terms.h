/* terms.h: sets of types written as unions of terms T and ~t (Go spec, "General interfaces").
 *
 * T stands for itself alone, ~t for all types whose underlying type is t.  A set is either that of all types
 * or a list; no term: the empty set.  A list is normalised if its terms are disjoint in pairs; all results here
 * are if the arguments were (the algebra is that of GOROOT/src/cmd/compile/internal/types2/typeterm.go and termlist.go).
 *
 * Ownership: results are in the arena, or share an argument's list.  Threading: no state.
 */
#ifndef GOMM_TYPES_TERMS_H
#define GOMM_TYPES_TERMS_H

#include "types/types.h"

struct terms {
    struct type_term *v;
    u32 n;
    bool all; /* v is of no meaning */
};

#define TERMS_ALL ((struct terms){.all = true})

static inline bool terms_is_empty(struct terms x)
{
    return !x.all && x.n == 0;
}

bool term_disjoint(const struct type_term *x, const struct type_term *y);
bool term_includes(const struct type_term *x, struct type *t);
bool term_subset(const struct type_term *x, const struct type_term *y);

struct terms terms_normal(struct arena *a, const struct type_term *v, u32 n);
struct terms terms_union(struct arena *a, struct terms x, struct terms y);
struct terms terms_intersect(struct arena *a, struct terms x, struct terms y);
bool terms_includes(struct terms x, struct type *t);
bool terms_subset(struct terms x, struct terms y);
bool terms_equal(struct terms x, struct terms y);

#endif
