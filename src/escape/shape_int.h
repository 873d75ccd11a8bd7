/* shape_int.h: what shape.c, shape_inst.c, shape_call.c and shape_read.c share.
 * Ownership: the unit's arena, except types and shapes: the program's.  Threading: shape_registry under program_lock.
 */
#ifndef GOMM_ESCAPE_SHAPE_INT_H
#define GOMM_ESCAPE_SHAPE_INT_H

#include "escape/escape.h"
#include "escape/lower.h"
#include "escape/shape.h"

/* ---- tables by address, in an arena ---- */

struct shape_memo_slot {
    const void *key; /* NULL: free */
    void *val;
};

/* ---- instances of a unit ---- */

/* One generic function or method with arguments: the shaped function, or the wrapper with the arguments as they are. */
struct shape_inst {
    struct shape_inst *next; /* same hash */
    struct obj *generic;
    u32 n;
    struct type **targs;
    struct type **given;     /* arguments as they were before they became shapes */
    struct type_named *recv; /* the method's type; NULL: the one with these arguments */
    struct ir_func *fn;
    bool is_shaped;
    bool queued; /* in u->todo, or done */
    struct shape_inst *shaped; /* of a wrapper: what it calls */
    struct ir_name *dict;      /* of a wrapper: the dictionary that it passes; NULL: not asked for yet */
};

/* What dictionaries of one generic function or type have, as its bodies ask for it: types, and dictionaries of others. */
struct shape_use {
    struct type_param **params; /* in terms of which it is written */
    struct type *type;          /* or … */
    struct obj *generic;        /* function, or method of the type */
    const struct type_list *targs;
};

struct shape_dict {
    VEC(struct shape_use) uses;
    VEC(u64) methods; /* of type parameters, by index << 32 | name: they come first in the dictionary */
    struct shape_memo seen;
};

/* A dictionary that is there: with arguments. */
struct shape_dict_inst {
    struct shape_dict_inst *next; /* same hash */
    struct shape_dict *dict;
    u32 n;
    struct type **targs;
    size_t done; /* of dict->uses */
    VEC(struct shape_env *) envs; /* by params */
};

/* A declared type with shapes for arguments, or a local one of a generic function. */
struct shape_named {
    struct shape_named *next; /* same hash */
    struct type_named *type;
    struct type **given; /* arguments as they were before they became shapes; NULL: as they are */
    bool forward; /* its underlying type is being made */
};

/* A type whose methods may need wrappers: an instance, a shape, a struct type without a name. */
struct shape_wrap {
    struct type *type;
    u64 hash;  /* of structs */
    bool have; /* another package makes them */
};

enum { SHAPE_OLD_INDEX = 16 }; /* type parameters with tables of their own */

enum { SHAPE_RECENT = 256 };

struct shape_unit {
    struct shape_memo insts;      /* hash → struct shape_inst * */
    VEC(struct shape_inst *) fresh; /* that may not be queued yet */
    struct shape_memo by_func;    /* ir_func → shape_inst */
    struct shape_memo basic, full; /* type → its shape, for parameters with a basic constraint and others */
    struct shape_memo old_basic[SHAPE_OLD_INDEX], old_full[SHAPE_OLD_INDEX]; /* the same by index (Go 1.19) */
    struct shape_memo named;      /* hash → struct shape_named * */
    struct shape_memo by_type;    /* type_named → its shape_named */
    struct shape_memo pointers;   /* type → pointer to it */
    struct shape_memo derived;    /* type → whether it mentions type parameters: 1 no, 2 yes */
    struct shape_memo local;      /* declared type → whether it is local to a generic function: 1 no, 2 yes */
    struct shape_memo_slot *spare; /* tables of MEMO_FIRST empty entries; the first one's val is the next table */
    struct type *dict_type;       /* *[N]uintptr */
    struct shape_memo dicts;      /* generic function or declared type (obj) → struct shape_dict * */
    struct shape_memo dict_insts; /* hash → struct shape_dict_inst * */
    VEC(struct shape_dict_inst *) all_dicts;
    size_t dict_news, dict_read;  /* uses and instances of dictionaries that came up; so many have been read */
    struct shape_memo read;       /* types that have been read */
    const struct type *recent[SHAPE_RECENT], *recent_imported[SHAPE_RECENT]; /* some of them, by address: not again here, or
                                   * not as imported either */
    struct shape_memo inlined;    /* functions whose bodies have, when they were inlined */
    struct shape_memo objects;    /* instances whose methods have */
    VEC(struct shape_wrap) wraps;
    struct shape_memo wrap_of;    /* named type → its index in wraps + 1 */
    u8 stays;                     /* bodies do until the inliner comes: 1 yes, 2 no, 0 not asked yet */
    bool imported;                /* what is being read was so by the package that declares it */
    bool plain;                   /* and nothing in it was instantiated so far (IR_FUNC_PLAIN) */
    VEC(struct type_named *) later; /* instances whose shaped types are still to be read */
};

struct shape_unit *shape_unit_of(struct ir_unit *u);
struct shape_inst *shape_inst_of(struct ir_unit *u, const struct ir_func *fn);
struct shape_inst *shape_inst_get(struct ir_unit *u, struct obj *generic, struct type *const *targs, u32 n, bool shaped);
/* The same with the arguments of a type, which are as they are to be. */
struct shape_inst *shape_inst_as_is(struct ir_unit *u, struct obj *method, struct type_named *recv, bool shaped);
/* Are there arguments within arguments as only an instantiation cycle makes them?  That is an error of the package that
 * declares o, the generic type or function. */
bool shape_is_endless(const struct obj *o, struct type *const *targs, u32 n);
/* A declared type with arguments; if one has a shape in it, with shapes for all.  NULL: wrong number. */
struct type *shape_instantiate(struct ir_unit *u, struct type_named *orig, struct type *const *targs, u32 n);
/* Type parameters of a generic function, or of a method's receiver; NULL: not generic. */
const struct tparam_list *shape_tparams(const struct obj *generic);
/* Does a method of an instance take the instance's type arguments? */
bool shape_is_method(const struct type_named *n, struct obj *method);
/* The declared method or function that an instance's is made from. */
struct obj *shape_origin(struct obj *o);
struct type *shape_pointer_to(struct ir_unit *u, struct type *elem);

/* A function's type as calls see it: recv (NULL: none) and the dictionary before its parameters; it has no receiver. */
struct type *shape_func_type(struct ir_unit *u, struct type_signature *sig, struct type *recv, bool dict);
struct type *shape_words_type(struct ir_unit *u); /* *[N]uintptr */
/* The address of the dictionary that a wrapper passes; its func is the wrapper. */
struct ir *shape_static_dict(struct ir_unit *u, pos at, u32 inl, struct ir_func *wrapper);
/* METHEXPR for fn, with recv as receiver. */
struct ir *shape_method_node(struct ir_unit *u, pos at, u32 inl, struct type *recv, struct ir_func *fn);
/* The body of a function that calls fun and returns what it returns (reader.syntheticTailCall). */
void shape_tail_call(struct lower *l, pos at, u32 inl, struct ir *fun, struct ir_list *args, struct ir_list *out);

/* The function or type that owns the dictionaries of a generic function or method. */
struct shape_dict *shape_dict_of(struct ir_unit *u, const struct obj *generic);
/* The dictionary with these arguments is used; what it has is read. */
void shape_use_dict(struct ir_unit *u, const struct obj *generic, struct type *const *targs, u32 n);
/* The function's dictionary must have a word for the dictionary of generic with these arguments. */
void shape_need_dict(struct lower *l, struct obj *generic, const struct type_list *targs);
/* The declared type of a method's receiver, NULL: none. */
struct type_named *shape_receiver(const struct obj *method, bool *ptr);
/* The compiler has come across it: its body is to be lowered. */
void shape_queue(struct ir_unit *u, struct shape_inst *inst);
struct shape_inst *shape_inst_shaped(struct ir_unit *u, struct shape_inst *wrapper);

/* fun's type without the parameters from `from` up to `to`. */
struct type_signature *shape_without_params(struct lower *l, struct ir *fun, u32 from, u32 to);

/* ---- before unified IR: shape_old.c ---- */

struct ir *shape_old_func_value(struct lower *l, pos at, struct ir_func *fn, struct ir *dict);
struct ir *shape_old_method_value(struct lower *l, pos at, struct ir *recv, struct ir *fun, struct ir *dict);
struct ir *shape_old_method_func(struct lower *l, pos at, struct type *want, struct ir *fun, struct ir *dict,
                                 const u32 *path, u32 n_path);

/* SHA-256 of n bytes, as cmd/internal/hash gives it: its first byte inverted. */
void shape_digest(const void *p, size_t n, u8 out[32]);

#endif
