/* unify.h: finding types for type parameters such that two types become equal (unify.c), for infer.c.
 *
 * Glossary
 *   bound     a type parameter that the unifier looks for a type of; all others are types like any.
 *   handle    the place of a bound parameter's type.  Parameters that were found to be equal share one.
 *
 * Ownership: the caller's arrays.  Threading: one thread a unifier. */
#ifndef GOMM_TYPES_UNIFY_H
#define GOMM_TYPES_UNIFY_H

#include "types/check.h"

struct unifier {
    struct checker *c;
    const struct tparam_list *tparams;
    u32 *handle;         /* by index in tparams: an index in types */
    struct type **types; /* NULL: not known yet */
    u32 depth;
    bool interfaces; /* interfaces unify with what implements them (Go 1.21) */
};

enum {
    UNIFY_ASSIGN =
        1, /* as in an assignment: the types themselves may differ in name, their elements not */
    UNIFY_EXACT = 2, /* only identical types */
};

/* Room for n handles and types each; targs (n_targs, perhaps with NULLs) are what is known. */
void unify_init(struct unifier *u, struct checker *c, const struct tparam_list *tparams,
                u32 *handle, struct type **types, struct type *const *targs, u32 n_targs);
bool unify(struct unifier *u, struct type *x, struct type *y, u32 mode);
/* Index of t in tparams, below 0: it is no bound type parameter. */
i32 unify_bound(const struct unifier *u, struct type *t);

static inline struct type *unify_at(const struct unifier *u, u32 i)
{
    return u->types[u->handle[i]];
}

static inline void unify_set(struct unifier *u, u32 i, struct type *t)
{
    u->types[u->handle[i]] = t;
}

u32 unify_unknowns(const struct unifier *u);
/* Index of p in l, below 0: not in it. */
i32 tparam_index(const struct tparam_list *l, const struct type_param *p);

#endif
