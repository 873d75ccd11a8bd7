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
    struct shape_memo vars;  /* obj → ir_name: locals seen so far (of this function; closure variables too) */
    struct ir_func *inl_caller; /* NULL: an ordinary body */
    struct ir_func *inl_func;
    u32 inl;                 /* of all nodes of this body; 0 */
    struct ir *inl_call;
    struct ir_label *retlabel;
    struct ir_name **retvars;
    bool delay_results;
    bool returns_here;       /* return statements become what lower_return_inlined makes of them at once */
    struct map labels;       /* name_id → ir_label */
    pos base_pos;            /* before unified IR: where the compiler puts what nobody wrote (base.Pos) */
    struct ir_list before;   /* before unified IR: what lower_multi wants done first; callers move it to their init */
    struct map operands;     /* operands of conditions → what is left of them (static_bool); mostly empty */
    struct ir_name **cvars;  /* fn's closure variables; of an inlined closure what stands for them in the caller */
    struct lower *outer;     /* of a closure's body: the walk of the function around; variables not found in vars are looked
                              * up there and become closure variables */
};

/* ---- functions: lower_func.c ---- */

/* The function that a declared function or method stands for, in this unit's eyes: of its own package, or an imported
 * one with tags and cost; made on first use.  Methods of instantiated types: see shape_instance. */
struct ir_func *lower_func_of(struct ir_unit *u, struct obj *o);
/* The same if it has been asked for before, else NULL. */
struct ir_func *lower_func_known(const struct escape *e, const struct obj *o);
/* Names for receiver, parameters and results of fn, from its syntax or, without, its signature. */
void lower_declare(struct lower *l, struct ir_func *fn);
/* fn->body from its source. */
void lower_body(struct ir_unit *u, struct ir_func *fn);
/* All functions of the unit's package, in the compiler's order, with bodies; package initialisation; then u->todo. */
void lower_package(struct ir_unit *u);
void lower_todo(struct ir_unit *u);
/* A function that the compiler makes: no source, named for messages like sym. */
struct ir_func *lower_made_func(struct ir_unit *u, struct type_signature *sig, str sym);
/* In an inlined body results go to the result variables, then to the end of the body (reader.inlReturn). */
struct ir *lower_return_inlined(struct lower *l, struct ir_list *init, struct ir_list *results);
/* Replaces a call by the body of its callee (unifiedInlineCall): an IR_INLCALL.  inl is the new entry of u->inl.  What it
 * assigns is for the caller to find (ir_scan_assigned). */
struct ir *lower_inline(struct ir_unit *u, struct ir_func *caller, struct ir *call, struct ir_func *callee, u32 inl);
/* The variable o as seen from l->fn, a closure variable if it belongs to a function around. */
struct ir_name *lower_var(struct lower *l, struct obj *o, pos at);
struct ir_name *lower_global(struct ir_unit *u, struct obj *o);
/* A new variable of l->fn for the local object o. */
struct ir_name *lower_local(struct lower *l, struct obj *o);
/* A closure variable that is not yet in fn->cvars (the dictionary comes last). */
struct ir_name *lower_capture_later(struct ir_unit *u, struct ir_func *fn, pos at, struct ir_name *outer);
/* The signature of the function that is being lowered as it was written: types and objects of the source. */
struct type_signature *lower_signature(const struct lower *l);
/* Makes outer, a variable of the function around fn, a closure variable of fn. */
struct ir_name *lower_capture(struct ir_unit *u, struct ir_func *fn, pos at, struct ir_name *outer);
/* fn's body by its synthetic, when its closure variables are there: closures that lower_closure_func made. */
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

/* ---- go and defer: lower_godefer.c ---- */

/* The call of a go or defer statement made one without arguments and results (typecheck.normalizeGoDeferCall), or left
 * as it is where the version does that later: the statement's new x.  What must be evaluated before is put in out, which
 * becomes the statement's init. */
struct ir *lower_go_defer(struct lower *l, enum ir_op op, pos pos, struct ir *call, struct ir_list *out);

/* One initialisation of package variables. */
void lower_init_step(struct lower *l, const struct init_step *s, struct ir_list *out);
/* list = body: gives v, ok = m[k] and f() of several results their operators (typecheck/stmt.go, assign). */
void lower_settle_assign(struct ir *as);

/* ---- expressions: lower_expr.c, lower_call.c, lower_conv.c ---- */

struct ir *lower_expr(struct lower *l, node x);
/* x converted to t where it is assigned to something of type t, as writer.implicitConvExpr does: nothing is added where
 * the types are identical; t NULL: no conversion.  t as the checker has it, type parameters in it: before substitution. */
struct ir *lower_assignable(struct lower *l, struct type *t, node x);
/* An implicit or explicit conversion (typecheck.Expr of an OCONV): CONVNOP, CONVIFACE, STR2BYTES …, LITERAL if x is one. */
struct ir *lower_convert(struct lower *l, pos pos, struct type *t, struct ir *x, bool implicit);
/* Right sides of an assignment, arguments of a call, results of a return: writer.multiExpr.  One call of several results
 * becomes an AS2 (in the first result's init) to temporaries.  dst(ctx, i): the type wanted, NULL: any. */
void lower_multi(struct lower *l, pos pos, const node *v, u32 n, struct type *(*dst)(void *ctx, u32 i), void *ctx,
                 struct ir_list *out);
/* Before unified IR: expressions without conversions; then the conversions, each at base_pos, or where the value stands
 * if places (lower_old.c). */
void lower_old_exprs(struct lower *l, const node *v, u32 n, struct ir_list *out);
void lower_old_convert(struct lower *l, struct ir_list *v, struct type *(*dst)(void *ctx, u32 i), void *ctx, bool places);
/* Arguments for a ... parameter as one slice (typecheck.FixVariadicCall).  Before unified IR that is done when a call is
 * inlined or analysed; since then calls are made so. */
void lower_fix_variadic(struct ir_unit *u, struct ir *call);
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
/* The type of a node as the checker has it. */
static inline struct type *lower_type_raw(const struct lower *l, node x)
{
    return l->file->at[x].type;
}
static inline struct type *lower_subst(struct lower *l, struct type *t)
{
    if (l->env && t && !l->u->profile->unified) {
        shape_need(l, t); /* dictionaries have all types of the body (stencil.go, getInstInfo) */
    }
    return l->env && t ? shape_subst(l->u, l->env, t) : t;
}
/* The type that all of a type parameter's types have in common, NULL if there is none; of others the underlying type. */
struct type *lower_core(struct type *t);
/* A type as a value (reader.exprType): TYPE, or DYNAMICTYPE where it depends on type parameters.  t as the checker has
 * it; iface: the type of what is asserted, NULL: none. */
struct ir *lower_type_expr(struct lower *l, pos pos, struct type *iface, struct type *t);
enum ir_op lower_binary_op(u32 op); /* of enum op */
/* A word of the dictionary, as itself and as the pointer that type words are (reader.dictWord, rttiWord). */
struct ir *lower_dict_word(struct lower *l, pos pos);
struct ir *lower_rtti_word(struct lower *l, pos pos);
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
/* x.M as a value, fun and dict from shape_method_expr: METHVALUE, or where the dictionary is not a constant a closure over
 * x and the dictionary. */
struct ir *shape_method_value(struct lower *l, pos pos, struct ir *recv, struct ir *fun, struct ir *dict);
/* T.M as a value (exprMethodExpr), T and the method as written; path: the selection's, the last is the method. */
struct ir *shape_method_func(struct lower *l, pos pos, struct type *t, struct obj *method, const u32 *path, u32 n_path);

/* ---- range over functions: rangefunc.c ---- */

/* A package's files as they are lowered, by the index that decl.file and init_step.file give: p->files, but in those with
 * loops over functions the loops are calls already (rangefunc/rewrite.go).  Node ids are the same, there are more of them.
 * Called by the package's own unit before anything of it is lowered; by units of importers any time after. */
struct file_info *rangefunc_files(struct ir_unit *u, struct package *p);

/* ---- functions of the runtime: lower_runtime.c ---- */

/* The function "panicrangestate", "deferrangefunc", "KeepAlive" as a callee (typecheck.LookupRuntime).  In files made by
 * rangefunc_files a NAME whose object is OBJ_FUNC without package stands for the one of that name. */
struct ir *lower_runtime_name(struct ir_unit *u, const char *name);

/* ---- wrappers of methods: lower_wrapper.c ---- */

/* Makes those that matter, after inlining, and inlines into them. */
void lower_wrappers(struct ir_unit *u);
/* Notes which of them are made before that, before unified IR. */
void lower_wrappers_early(struct ir_unit *u);
/* The same before unified IR: when all else has been analysed, each by itself. */
void lower_wrappers_old(struct ir_unit *u);
/* A METHVALUE, whose function x.M-fm is one too. */
void lower_wrap_value(struct lower *l, struct ir *methvalue);

/* ---- package initialisation: lower_init.c ---- */

/* Moves large initialisers of map variables out of init, the function that initialises package variables, into functions
 * map.init.0 … of their own, which come behind it in u->funcs (staticinit.OutlineMapInits). */
void lower_outline_map_inits(struct ir_unit *u, struct ir_func *init);

#endif
