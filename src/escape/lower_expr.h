/* lower_expr.h: what lower_expr.c, lower_literal.c, lower_conv.c, lower_call.c and lower_builtin.c offer each other.
 *
 * Ownership and threading: lower.h's. */
#ifndef GOMM_ESCAPE_LOWER_EXPR_H
#define GOMM_ESCAPE_LOWER_EXPR_H

#include "escape/lower.h"

static inline struct ir *lower_new(struct lower *l, enum ir_op op, pos at, struct type *t)
{
    return ir_new(l->u, op, at, l->inl, t);
}

/* The kind of what stands behind names and aliases; t may be NULL: TYPE_BASIC. */
static inline enum type_kind lower_kind(struct type *t)
{
    return t ? (enum type_kind)type_under(t)->kind : TYPE_BASIC;
}

/* lower_literal.c */
struct ir *lower_int(struct lower *l, pos at, i64 v); /* untyped */
struct ir *lower_composite(struct lower *l, node n);
struct ir *lower_runes(struct lower *l, pos at, struct type *t, struct ir *text); /* []rune("…") */

/* lower_expr.c */
struct ir *lower_unknown(struct lower *l, node x);
/* The same for what only stands in packages with errors, in other places than those of the errors. */
struct ir *lower_refused(struct lower *l, node x);
struct ir *lower_unary(struct lower *l, enum ir_op op, pos at, struct type *t, struct ir *x);
/* The receiver of method selector n with embedded fields, address or dereference (writer.recvExpr); *recv: the type
 * that it has then, as the checker has it. */
struct ir *lower_recv(struct lower *l, node n, struct type **recv);
/* A method as a function that takes the receiver first (reader.methodExpr).  recv as the checker has it. */
struct ir *lower_method(struct lower *l, pos at, struct type *recv, struct obj *method, struct ir **dict);
/* Of operands that can be combined: is the first assignable to the type of the second? */
bool lower_assignable_to(struct type *from, struct type *to);
/* The generic function that x (F, pkg.F, F[…], each in parentheses) speaks of, and in *x its NAME; NULL: it is none. */
struct obj *lower_generic(const struct file_info *file, node *x);
/* Type arguments that such a function was given or inferred; NULL: it is none. */
const struct type_list *lower_targs(struct lower *l, node x, struct obj **fun);
struct ir *lower_type_node(struct lower *l, struct type *t);

/* lower_conv.c */
/* T(x), T as the checker has it. */
struct ir *lower_conversion(struct lower *l, node call, struct type *t, node x);
/* Prepends statements to what an expression needs before it; names get a conversion around them (ir.InitExpr). */
struct ir *lower_init_expr(struct lower *l, struct ir_list *init, struct ir *x);
/* A new variable that has x's value; its declaration and assignment go to *init (reader.tempCopy). */
struct ir_name *lower_temp_copy(struct lower *l, pos at, struct ir *x, struct ir_list *init);

/* lower_old.c: n converted to t (substituted) where it is assigned to something of type t. */
struct ir *lower_old_assign(struct lower *l, struct ir *n, struct type *t);
/* Of the only value, if it is a call of several results, temporaries are made; the statement for that goes to *init. */
void lower_old_split(struct lower *l, struct ir_list *v, struct ir_list *init);
void lower_old_compare(struct lower *l, struct ir *cmp);
/* Places of what is assigned to elements; lit's elements are there, not converted yet. */
void lower_old_elems(struct lower *l, struct ir *lit, const pos *at);
static inline bool lower_is_old(const struct lower *l)
{
    return !l->u->profile->unified;
}

/* lower_builtin.c */
struct ir *lower_builtin(struct lower *l, node call, u32 id);

#endif
