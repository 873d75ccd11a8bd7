/* decl.h: what declarations of packages (resolve.c) and of functions (decl.c) have in common.
 * Inside of types/; ownership and threading as in check.h. */
#ifndef GOMM_TYPES_DECL_H
#define GOMM_TYPES_DECL_H

#include "types/check.h"

/* Methods of a base type, in the order of the source: values of c->methods. */
struct method_list {
    struct obj **v;
    size_t n, cap;
};

/* A run of constant declarations. */
struct const_group {
    i64 first;        /* index of its first declaration; below 0: none */
    pos paren;        /* of the group's parenthesis */
    node last;        /* the one with type or values that the others repeat */
    node last_values; /* its VALUE_VALUES: where const_spec.values may point */
};

/* What a constant declaration means, repeated type and values put in. */
struct const_spec {
    i64 iota;
    node type;
    const node *values; /* valid until the next decl_const_spec of the group */
    u32 n_values;
    bool inherited;
};

/* n is the index-th declaration of its list; the group is that of the declaration before it. */
struct const_spec decl_const_spec(struct checker *c, struct const_group *g, node n, u32 index);
/* Are there as many values as names?  n: CONST_DECL or VAR_DECL. */
void decl_arity(struct checker *c, node n, const node *values, u32 n_values, bool inherited);

#endif
