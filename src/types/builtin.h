/* builtin.h: a call of a builtin function under way; for builtin*.c only.
 *
 * Ownership and threading: the checker's (check.h); a call lives on the stack of check_builtin. */
#ifndef GOMM_TYPES_BUILTIN_H
#define GOMM_TYPES_BUILTIN_H

#include "types/check.h"

/* v[0] is also the operand in which the result is returned. */
struct builtin_call {
    node n, fun;
    const node *exprs; /* as written */
    u32 n_exprs;
    bool dots;
    enum builtin id;
    struct operand *v; /* evaluated arguments: may be more than were written */
    u32 len;
};

/* What a call gives: these set x and are true. */
static inline bool builtin_value(struct operand *x, struct type *t)
{
    x->mode = MODE_VALUE;
    x->type = t;
    return true;
}

static inline bool builtin_const(struct checker *c, struct operand *x, struct type *t, i64 val)
{
    x->mode = MODE_CONST;
    x->type = t;
    x->val = constant_int(c->a, val);
    return true;
}

static inline bool builtin_no_value(struct operand *x)
{
    x->mode = MODE_NOVALUE;
    return true;
}

/* Assigns x to a parameter; false after an error. */
static inline bool builtin_assign(struct checker *c, struct operand *x, struct type *t,
                                  const char *context)
{
    assign_operand(c, x, t, context);
    return x->mode != MODE_NONE;
}

/* builtin_unsafe.c: package unsafe's functions; Sizeof and Alignof; Offsetof.  False after an error. */
bool builtin_unsafe(struct checker *c, struct operand *x, const struct builtin_call *k);
bool builtin_sizeof(struct checker *c, struct operand *x, const struct builtin_call *k);
bool builtin_offsetof(struct checker *c, struct operand *x, const struct builtin_call *k);

#endif
