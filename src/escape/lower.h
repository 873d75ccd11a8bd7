/* lower.h: from checked syntax to IR.
 *
 * The compiler writes a checked body as a stream (noder/writer.go) and reads it back as IR, adding what its old type
 * checker adds (noder/reader.go, typecheck/); this does both in one walk over the tree.  A body is lowered once for its
 * function, and again for each call into which it is inlined, with its own variables and positions.
 *
 * struct lower is one such walk.
 */
#ifndef GOMM_ESCAPE_LOWER_H
#define GOMM_ESCAPE_LOWER_H

#include "escape/ir.h"
#include "escape/profile.h"
#include "escape/shape.h"

struct lower {
    struct ir_unit *u;
    struct ir_func *fn;      /* whose body this is; of an inlined body a stand-in whose names move to the caller */
    struct package *pkg;     /* of the source */
    struct file_info *file;
    const struct ast *ast;
    const struct shape_env *env; /* NULL: not generic */
    struct ir_name *dict;    /* dictionary parameter or closure variable; NULL */
    struct map vars;         /* obj → ir_name: locals seen so far (of this function; closure variables too) */
    struct ir_func *inl_caller; /* NULL: an ordinary body */
    struct ir_func *inl_func;
    u32 inl;                 /* of all nodes of this body; 0 */
    struct ir *inl_call;
    struct ir_label *retlabel;
    struct ir_name **retvars;
    bool delay_results;
    struct map labels;       /* name_id → ir_label */
    struct lower *outer;     /* of a closure's body: the walk of the function around; variables not found in vars are looked
                              * up there and become closure variables */
};

/* ---- functions: lower_func.c ---- */

/* The function that a declared function or method stands for, in this unit's eyes: of its own package, or an imported
 * one with tags and cost; made on first use.  Methods of instantiated types: see shape_instance. */
struct ir_func *lower_func_of(struct ir_unit *u, struct obj *o);
/* Names for receiver, parameters and results of fn, from its syntax or, without, its signature. */
void lower_declare(struct lower *l, struct ir_func *fn);
/* fn->body from its source. */
void lower_body(struct ir_unit *u, struct ir_func *fn);
/* All functions of the unit's package, in the compiler's order, with bodies; package initialisation; then u->todo. */
void lower_package(struct ir_unit *u);
void lower_todo(struct ir_unit *u);
/* Replaces a call by the body of its callee (unifiedInlineCall): an IR_INLCALL.  inl is the new entry of u->inl. */
struct ir *lower_inline(struct ir_unit *u, struct ir_func *caller, struct ir *call, struct ir_func *callee, u32 inl);
/* The variable o as seen from l->fn, a closure variable if it belongs to a function around. */
struct ir_name *lower_var(struct lower *l, struct obj *o, pos at);
struct ir_name *lower_global(struct ir_unit *u, struct obj *o);
/* Makes outer, a variable of the function around fn, a closure variable of fn. */
struct ir_name *lower_capture(struct ir_unit *u, struct ir_func *fn, pos at, struct ir_name *outer);
/* In a synthetic body (ir_source.synth): what stands for fn's i-th closure variable, the variable itself where the closure
 * is inlined. */
struct ir_name *lower_cvar(struct lower *l, struct ir_func *fn, u32 i);
/* fn's body by its synth, when its closure variables are there: closures that lower_closure_func made. */
void lower_synth_body(struct lower *l, struct ir_func *fn);
/* A function literal: CLOSURE node with func, closure variables captured, body lowered. */
struct ir *lower_func_lit(struct lower *l, node lit);
/* A closure that the compiler makes (curried methods, wrappers of go and defer, bodies of range-over-func loops): a new fn
 * in u->funcs with names for sig's parameters and results, parent, symbol and fn->closure (the CLOSURE node); the caller
 * captures (lower_capture) and sets its body or synth.  why: CLOSURE, RANGE, GO or DEFER, which its symbol tells. */
struct ir_func *lower_closure_func(struct lower *l, enum ir_op why, pos pos, struct type_signature *sig);

/* ---- statements: lower_stmt.c ---- */

void lower_stmts(struct lower *l, u32 list, struct ir_list *out);
void lower_stmt(struct lower *l, node s, struct ir_list *out);
void lower_block(struct lower *l, node block, struct ir_list *out);

/* ---- expressions: lower_expr.c, lower_call.c, lower_conv.c ---- */

struct ir *lower_expr(struct lower *l, node x);
/* x converted to t where it is assigned to something of type t, as writer.implicitConvExpr does: nothing is added where
 * the types are identical; t NULL: no conversion. */
struct ir *lower_assignable(struct lower *l, struct type *t, node x);
/* An implicit or explicit conversion (typecheck.Expr of an OCONV): CONVNOP, CONVIFACE, STR2BYTES …, LITERAL if x is one. */
struct ir *lower_convert(struct lower *l, pos pos, struct type *t, struct ir *x, bool implicit);
/* Right sides of an assignment, arguments of a call, results of a return: writer.multiExpr.  One call of several results
 * becomes an AS2 (in the first result's init) to temporaries.  dst(ctx, i): the type wanted, NULL: any. */
void lower_multi(struct lower *l, pos pos, const node *v, u32 n, struct type *(*dst)(void *ctx, u32 i), void *ctx,
                 struct ir_list *out);
/* The call CALL, conversion or builtin; also of go and defer statements (IR_GODEFER set by the statement). */
struct ir *lower_call(struct lower *l, node call);
/* x.f by index path (implicit embedded fields are IR_IMPLICIT), with dereferences where fields are pointers. */
struct ir *lower_field(struct lower *l, pos pos, struct ir *x, u32 index, bool implicit);
struct ir *lower_addr(struct lower *l, pos pos, struct ir *x, bool implicit); /* typecheck.NodAddr: marks names addrtaken, PTRLIT of literals */
struct ir *lower_deref(struct lower *l, pos pos, struct ir *x, bool implicit);
/* typecheck.Call of a function value with arguments as the reader makes them: FixVariadicCall, FixMethodCall. */
struct ir *lower_call_of(struct lower *l, pos pos, struct ir *fun, struct ir_list *args, bool ddd);
struct ir *lower_literal(struct lower *l, pos pos, struct type *t, const struct constant *v);
struct ir *lower_zero(struct lower *l, pos pos, struct type *t);
/* Type and place of a node with the environment's arguments put in. */
struct type *lower_type_of(struct lower *l, node x);
static inline pos lower_pos(const struct lower *l, node x)
{
    return l->ast->nodes[x].pos;
}

/* ---- generics: shape.c, shape_call.c ---- */

/* The function that a name with type arguments stands for, as a callee: fun and its dictionary argument. */
struct ir *shape_func_inst(struct lower *l, pos pos, struct obj *o, const struct type_list *targs, struct ir **dict);
/* The same as a value: a wrapper, or a closure over the dictionary (reader.curry). */
struct ir *shape_func_value(struct lower *l, pos pos, struct obj *o, const struct type_list *targs);
/* A method of a (possibly instantiated) type or type parameter as a callee that takes the receiver first: METHEXPR, or
 * for type parameters the function out of the dictionary; *dict: its dictionary argument or NULL. */
struct ir *shape_method_expr(struct lower *l, pos pos, struct type *recv, struct obj *method, struct ir **dict);
/* x.M as a value where M's type is instantiated: a closure over x and the dictionary. */
struct ir *shape_method_value(struct lower *l, pos pos, struct ir *recv, struct ir *fun, struct ir *dict);

/* ---- range over functions: rangefunc.c ---- */

/* for … range f { … } as the call of f with a closure (rangefunc/rewrite.go), appended to out. */
void lower_range_func(struct lower *l, node s, struct ir_list *out);

#endif
