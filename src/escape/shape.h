/* shape.h: instances of generic functions, as the compiler stencils them.
 *
 * An instance's body is read with an environment that maps type parameters to type arguments.  A function that is called
 * with type arguments [int] is the shaped instance F[go.shape.int], which takes a dictionary as its first parameter
 * (behind the receiver); a wrapper F[int] around it is made where it is used as a value.
 * Sources: GOROOT/src/cmd/compile/internal/noder/reader.go (shapify, funcInst, methodExpr, objIdx), unified.go.
 */
#ifndef GOMM_ESCAPE_SHAPE_H
#define GOMM_ESCAPE_SHAPE_H

#include "escape/ir.h"

struct lower;

/* Types seen → their substitutes; in the unit's arena (shape.c). */
struct shape_memo {
    struct shape_memo_slot *v;
    u32 n, mask;
};
/* The value of a key, NULL as long as none was put; valid until the next put. */
void *shape_memo_get(const struct shape_memo *m, const void *key);
void **shape_memo_put(struct arena *a, struct shape_memo *m, const void *key);
/* An empty table out of those that the unit got back, if there is one; m is done, and its room is for others. */
void shape_memo_reuse(struct ir_unit *u, struct shape_memo *m);
void shape_memo_give_back(struct ir_unit *u, struct shape_memo *m);

/* Type parameters → type arguments.  Both of the method's receiver and of the function itself; implicit ones of a
 * function around a local type come first. */
struct shape_env {
    u32 n;
    u32 n_func; /* of them are a function's: what types have that are declared in it; the rest are such a type's own */
    struct type_param **params;
    struct type **args;   /* shapes if shaped, else types without type parameters */
    bool shaped;
    struct shape_memo *memo;
    struct shape_dict *dict; /* what the function's dictionaries are to have (shape_read.c) */
};

/* t with the environment's arguments in place of its parameters; t itself if it has none.  env may be NULL.
 * Types are made in the program's arena: instances that all units share may have them as arguments. */
struct type *shape_subst(struct ir_unit *u, const struct shape_env *env, struct type *t);
/* Does t mention a type parameter (of the environment)?  Types declared within generic functions do. */
bool shape_is_derived(struct ir_unit *u, struct type *t);
/* The shape of a type argument for that parameter: named go.shape.T with T's underlying type; of pointers under a basic
 * constraint go.shape.*uint8 (noder/reader.go, shapify). */
struct type *shape_of(struct ir_unit *u, struct type *t, struct type_param *param);
struct type *shape_dict_type(struct ir_unit *u); /* of dictionary parameters */
bool shape_is(struct type *t);    /* is itself a shape */
bool shape_within(struct type *t); /* mentions one (types.Type.HasShape) */
/* The same type to the compiler, for which a shape is identical to the types of its underlying type
 * (types/identity.go, identical). */
bool shape_identical(struct type *x, struct type *y);

/* The instance of a generic function or method with these arguments; made on first use, its body is queued in u->todo
 * (shaped ones; unshaped are wrappers that call the shaped one).  targs are types without parameters, or shapes. */
struct ir_func *shape_instance(struct ir_unit *u, struct obj *generic, struct type *const *targs, u32 n, bool shaped);
/* The method of an instantiated receiver type (pointers are looked through), method as named_method gives it or as
 * declared: shaped if the type's arguments are shapes.  NULL: the type is not instantiated. */
struct ir_func *shape_method_of(struct ir_unit *u, struct type *recv, struct obj *method);
void shape_unit_release(struct ir_unit *u); /* before its arena */
/* "[go.shape.int,string]" as symbols spell it. */
void shape_write_targs(struct strbuf *out, struct ir_unit *u, struct type *const *targs, u32 n);

/* Before unified IR: a CONVIFACE in an instance (convertUsingDictionary), and an entry of the dictionary. */
struct ir *shape_old_iface(struct lower *l, struct ir *conv);
struct ir *shape_old_word(struct lower *l, pos pos);
/* fn, an instance of a method, as the callee of a wrapper: itself with recv as receiver; *dict: for a shaped one, whose
 * wrapper has a dictionary from elsewhere. */
struct ir *shape_wrapped(struct lower *l, struct type *recv, struct ir_func *fn, struct ir **dict);

/* ---- what the compiler's importer reads: shape_read.c ---- */

/* Types that are declared in the unit's package, or that a lowered body speaks of, are read with all that they mention;
 * each instantiated one brings instances of all its methods with it (u->todo), and wrappers (u->wrap). */
void shape_read_package(struct ir_unit *u);
void shape_read_func(struct ir_unit *u, struct ir_func *fn); /* its signature, variables and body */
/* The same of a body that is inlined, which has all names of callee's: read once. */
void shape_read_inlined(struct ir_unit *u, struct ir_func *callee, struct ir_func *body);
void shape_read_list(struct ir_unit *u, const struct ir_list *l);
void shape_read_type(struct ir_unit *u, struct type *t);
/* A declared function of the unit's package has been come across: its body is to be lowered, if that is not so already. */
void shape_queue_func(struct ir_unit *u, struct ir_func *fn);
/* Reads what has been put off until no body is being lowered (noder/unified.go, todoDicts); true: there was something. */
bool shape_read_more(struct ir_unit *u);
/* Puts struct types without a name that have embedded fields into u->wrap. */
void shape_read_wraps(struct ir_unit *u);
/* A type, as the checker has it, whose word the function's dictionary must have. */
void shape_need(struct lower *l, struct type *t);

#endif
