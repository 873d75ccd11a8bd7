/* types.h: Go's types, objects, scopes and packages, and what type checking says of each expression.
 *
 * Glossary
 *   type      struct type and what begins with one; the kind says which.  Types are compared with
 *             type_identical, not by address, except basic types and declared (not instantiated) named types.
 *   alias     types.Alias of GOROOT/src/go/types: a node of its own in front of the type that it names.  Look at
 *             a type's kind only after type_unalias or type_under.
 *   object    what a name stands for: constant, type name, variable, function, package, label, builtin, nil.
 *   instance  a named type, alias or function with type arguments; orig is what was declared.
 *   typed     what the checker says of a node of a file: mode, type, and by the node's kind a constant, an object
 *             or a selection.
 *
 * Ownership: everything is in the arena of the package that made it, or in the program's; all live until
 * program_free.  Threading: a package is checked by one thread; when it is done its objects and types are
 * read by any.  What is completed lazily later (instances' underlying types and methods, type sets) is
 * completed under the program's lock and published with a release store of a state; callers need nothing.
 */
#ifndef GOMM_TYPES_TYPES_H
#define GOMM_TYPES_TYPES_H

#include "base/map.h"
#include "load/load.h"
#include "syntax/ast.h"
#include "types/constant.h"

struct type;
struct obj;
struct scope;
struct package;
struct program;

/* ---- types ---- */

enum type_kind {
    TYPE_BASIC,
    TYPE_ARRAY,
    TYPE_SLICE,
    TYPE_STRUCT,
    TYPE_POINTER,
    TYPE_TUPLE,
    TYPE_SIGNATURE,
    TYPE_UNION,
    TYPE_INTERFACE,
    TYPE_MAP,
    TYPE_CHAN,
    TYPE_NAMED,
    TYPE_PARAM,
    TYPE_ALIAS,
};

/* name, text, information */
#define TYPE_BASICS(X)                                                                     \
    X(INVALID, "invalid type", 0)                                                          \
    X(BOOL, "bool", INFO_BOOLEAN)                                                          \
    X(INT, "int", INFO_INTEGER)                                                            \
    X(INT8, "int8", INFO_INTEGER)                                                          \
    X(INT16, "int16", INFO_INTEGER)                                                        \
    X(INT32, "int32", INFO_INTEGER)                                                        \
    X(INT64, "int64", INFO_INTEGER)                                                        \
    X(UINT, "uint", INFO_INTEGER | INFO_UNSIGNED)                                          \
    X(UINT8, "uint8", INFO_INTEGER | INFO_UNSIGNED)                                        \
    X(UINT16, "uint16", INFO_INTEGER | INFO_UNSIGNED)                                      \
    X(UINT32, "uint32", INFO_INTEGER | INFO_UNSIGNED)                                      \
    X(UINT64, "uint64", INFO_INTEGER | INFO_UNSIGNED)                                      \
    X(UINTPTR, "uintptr", INFO_INTEGER | INFO_UNSIGNED)                                    \
    X(FLOAT32, "float32", INFO_FLOAT)                                                      \
    X(FLOAT64, "float64", INFO_FLOAT)                                                      \
    X(COMPLEX64, "complex64", INFO_COMPLEX)                                                \
    X(COMPLEX128, "complex128", INFO_COMPLEX)                                              \
    X(STRING, "string", INFO_STRING)                                                       \
    X(UNSAFE_POINTER, "Pointer", 0)                                                        \
    X(UNTYPED_BOOL, "untyped bool", INFO_BOOLEAN | INFO_UNTYPED)                           \
    X(UNTYPED_INT, "untyped int", INFO_INTEGER | INFO_UNTYPED)                             \
    X(UNTYPED_RUNE, "untyped rune", INFO_INTEGER | INFO_UNTYPED)                           \
    X(UNTYPED_FLOAT, "untyped float", INFO_FLOAT | INFO_UNTYPED)                           \
    X(UNTYPED_COMPLEX, "untyped complex", INFO_COMPLEX | INFO_UNTYPED)                     \
    X(UNTYPED_STRING, "untyped string", INFO_STRING | INFO_UNTYPED)                        \
    X(UNTYPED_NIL, "untyped nil", INFO_UNTYPED)                                            \
    X(BYTE, "byte", INFO_INTEGER | INFO_UNSIGNED) /* identical to uint8, printed as byte */ \
    X(RUNE, "rune", INFO_INTEGER)                 /* identical to int32 */

enum basic {
#define X(name, text, info) BASIC_##name,
    TYPE_BASICS(X)
#undef X
        BASIC_COUNT
};

enum basic_info {
    INFO_BOOLEAN = 1,
    INFO_INTEGER = 2,
    INFO_UNSIGNED = 4,
    INFO_FLOAT = 8,
    INFO_COMPLEX = 16,
    INFO_STRING = 32,
    INFO_UNTYPED = 64,
    INFO_ORDERED = INFO_INTEGER | INFO_FLOAT | INFO_STRING,
    INFO_NUMERIC = INFO_INTEGER | INFO_FLOAT | INFO_COMPLEX,
    INFO_CONST = INFO_BOOLEAN | INFO_NUMERIC | INFO_STRING,
};

struct type {
    u8 kind;  /* enum type_kind */
    u8 basic; /* enum basic, of TYPE_BASIC */
    u8 info;  /* enum basic_info, of TYPE_BASIC */
    u8 flag;  /* by kind: ast_dir of a channel, TYPE_FLAG_… */
    u32 size; /* of what substitution has made: the number of its parts, shared ones counted each time; else 0 */
};

enum {
    TYPE_FLAG_VARIADIC = 1,
    TYPE_FLAG_IMPLICIT = 2, /* interface{} around a constraint literal */
    TYPE_FLAG_IN_HEAP = 4,  /* of a named type: layout.c has found that it may lie there; atomic */
    TYPE_FLAG_PLAIN = 8,    /* of a named type: escape/shape_read.c has found that nothing instantiated is in it ... */
    TYPE_FLAG_FANCY = 16,   /* ... or that there is */
};

struct type_array {
    struct type t;
    struct type *elem;
    i64 len; /* below 0: unknown because of an error */
};

struct type_slice {
    struct type t;
    struct type *elem;
};

struct type_pointer {
    struct type t;
    struct type *elem;
};

struct type_struct {
    struct type t;
    u32 n;
    bool complete;
    struct obj **fields; /* OBJ_VAR with OBJ_FIELD */
    str *tags;           /* NULL: none has one; unquoted */
};

struct type_tuple {
    struct type t;
    u32 n;
    struct obj **vars;
};

struct type_list {
    u32 n;
    struct type **v;
};

/* Type parameters: each is a struct type_param. */
struct tparam_list {
    u32 n;
    struct type_param **v;
};

struct type_signature {
    struct type t;                 /* flag: TYPE_FLAG_VARIADIC; then the last parameter's type is a slice (or string) */
    struct obj *recv;              /* NULL: no method */
    struct type_tuple *params;     /* never NULL */
    struct type_tuple *results;    /* never NULL */
    const struct tparam_list *tparams;  /* NULL: none */
    const struct tparam_list *rparams;  /* of the receiver */
    struct scope *scope;           /* of the declaration, with the parameters; NULL of others */
    struct type_signature *plain;  /* atomic; a method's own without receiver, if it has been asked for (selector.c) */
};

struct type_term {
    struct type *type;
    bool tilde;
};

struct type_union {
    struct type t;
    u32 n;
    struct type_term *terms; /* as written */
};

struct type_interface {
    struct type t;             /* flag: TYPE_FLAG_IMPLICIT */
    u32 n_methods, n_embeds;
    struct obj **methods;      /* declared here, sorted by source */
    struct type **embeds;
    u32 *embed_pos;            /* NULL or n_embeds positions */
    bool complete;             /* all of the above is final */
    bool in_set;               /* its set is being computed (typeset.c) */
    struct package *pkg;
    struct type_set *set;      /* computed: type_set_of; predeclared interfaces, of no package, come with it */
};

struct type_map {
    struct type t;
    struct type *key, *elem;
};

struct type_chan {
    struct type t; /* flag: enum ast_dir */
    struct type *elem;
};

/* States of a named type or alias; they only grow. */
enum {
    NAMED_UNPACKED = 1, /* tparams and methods (of declared types) are there */
    NAMED_METHODS = 2,  /* all methods of an instance are expanded */
    NAMED_UNDER = 4,    /* underlying is final */
    NAMED_VALID = 8,    /* no invalid recursion: check_valid_type */
    NAMED_FINITE = 16,  /* finite size is known, and ... */
    NAMED_INFINITE = 32, /* ... it is not: check_finite_size */
};

struct type_named {
    struct type t;
    u32 state;             /* atomic, NAMED_… */
    struct obj *obj;       /* an instance has an object of its own: use named_obj */
    struct type_named *orig; /* itself, or what was instantiated */
    const struct type_list *targs;  /* NULL: no instance */
    const struct tparam_list *tparams; /* of the declaration */
    struct type *rhs;        /* the right side of the declaration, for cycles; may be a named type */
    struct type *underlying; /* valid with NAMED_UNDER */
    struct obj **methods;    /* in the order of the source; of an instance NULL where not expanded yet */
    u32 n_methods;
    struct checker *check;   /* that is still at work on it; NULL when done */
    u32 gen;                 /* of an instance: how many expansions of instances led to it (instance.c) */
    u32 vertex;              /* mono.c */
};

struct type_param {
    struct type t;
    u32 id;     /* unique in the program, in order of creation within a package */
    u32 index;  /* in its list */
    struct obj *obj;
    struct type *bound; /* any type; its underlying type's set is the constraint (type_param_iface) */
    struct type_param *canon; /* of a method's receiver: the receiver type's own, or NULL (mono.c) */
    u32 vertex;         /* mono.c */
};

struct type_alias {
    struct type t;
    struct obj *obj;
    struct type_alias *orig;
    const struct tparam_list *tparams;
    const struct type_list *targs;
    struct type *rhs;    /* as written: may be an alias */
    struct type *actual; /* not an alias; NULL while unknown */
};

/* All types that satisfy an interface: methods (in the order of type_method_cmp) and terms. */
struct type_set {
    struct obj **methods;
    u32 n_methods;
    bool comparable;         /* only meaningful if all_terms */
    bool all_terms;          /* no restriction; otherwise the normalised terms, none: empty set */
    struct type_term *terms;
    u32 n_terms;
};

/* Casts that check; t must not be an alias. */
#define TYPE_AS(name, K)                                             \
    static inline struct type_##name *as_##name(struct type *t)      \
    {                                                                \
        BUG_IF(t->kind != TYPE_##K);                                 \
        return (struct type_##name *)(void *)t;                      \
    }                                                                \
    static inline struct type_##name *is_##name(struct type *t)      \
    {                                                                \
        return t->kind == TYPE_##K ? (struct type_##name *)(void *)t : NULL; \
    }
TYPE_AS(array, ARRAY)
TYPE_AS(slice, SLICE)
TYPE_AS(struct, STRUCT)
TYPE_AS(pointer, POINTER)
TYPE_AS(tuple, TUPLE)
TYPE_AS(signature, SIGNATURE)
TYPE_AS(union, UNION)
TYPE_AS(interface, INTERFACE)
TYPE_AS(map, MAP)
TYPE_AS(chan, CHAN)
TYPE_AS(named, NAMED)
TYPE_AS(param, PARAM)
TYPE_AS(alias, ALIAS)

/* BYTE and RUNE have entries of their own for the sake of messages; their field basic says UINT8, INT32. */
extern struct type basic_types[BASIC_COUNT];
#define TYPE_OF(B) (&basic_types[BASIC_##B])
#define TYPE_BAD   TYPE_OF(INVALID)

struct type *type_new_array(struct arena *a, struct type *elem, i64 len);
struct type *type_new_slice(struct arena *a, struct type *elem);
struct type *type_new_pointer(struct arena *a, struct type *elem);
struct type *type_new_map(struct arena *a, struct type *key, struct type *elem);
struct type *type_new_chan(struct arena *a, enum ast_dir dir, struct type *elem);
struct type *type_new_struct(struct arena *a, struct obj **fields, u32 n, str *tags); /* borrowed */
struct type_tuple *type_new_tuple(struct arena *a, struct obj **vars, u32 n);        /* borrowed */
struct type_signature *type_new_signature(struct arena *a, struct obj *recv, struct type_tuple *params,
                                          struct type_tuple *results, bool variadic);

/* What stands behind aliases; the underlying type (Go spec, "Underlying types": of a type parameter its
 * constraint interface). */
struct type *type_unalias_slowly(struct type *t);
struct type *type_under_slowly(struct type *t);
static inline struct type *type_unalias(struct type *t)
{
    return t->kind == TYPE_ALIAS ? type_unalias_slowly(t) : t;
}
static inline struct type *type_under(struct type *t)
{
    return t->kind < TYPE_NAMED ? t : type_under_slowly(t);
}
/* The named type that t is, or NULL. */
struct type_named *type_named_of(struct type *t);
struct obj *named_obj(const struct type_named *n); /* of the declaration, also for instances */
/* Number of methods declared for it, and the i-th with the receiver's type arguments put in. */
u32 named_n_methods(struct type_named *n);
struct obj *named_method(struct type_named *n, u32 i);
const struct tparam_list *named_tparams(struct type_named *n); /* NULL: none */
struct type_interface *type_param_iface(struct type_param *p);
/* The set of an interface (typeset.c). */
struct type_set *type_set_of(struct type_interface *i);

/* Predicates; `all_` ones look at every type of a type parameter's set. */
bool type_is(struct type *t, u32 info);     /* its underlying type is basic, with one of these */
bool type_all(struct type *t, u32 info);
static inline bool type_is_untyped(const struct type *t)
{
    return t->kind == TYPE_BASIC && (t->info & INFO_UNTYPED);
}
bool type_is_interface(struct type *t);     /* underlying type, type parameters included */
static inline bool type_is_param(struct type *t)
{
    return type_unalias(t)->kind == TYPE_PARAM;
}
bool type_is_iface_not_param(struct type *t);
bool type_is_generic(struct type *t);       /* not instantiated */
bool type_has_name(struct type *t);         /* basic, named, type parameter */
bool type_has_nil(struct type *t);
bool type_is_valid(struct type *t);
bool type_is_not_in_heap(struct type *t);   /* is or has, outside of pointers, internal/runtime/sys.nih (notinheap.c) */
bool type_is_said_not_in_heap(struct type *t); /* the same of types declared with //go:notinheap, as before Go 1.20 */
bool type_identical(struct type *x, struct type *y);
bool type_identical_no_tags(struct type *x, struct type *y);
/* Equal for identical types. */
u64 type_hash(struct type *t);
/* Comparable with ==; dynamic: interfaces count.  If not, *why (may be NULL) says why in the compiler's words. */
bool type_comparable(struct type *t, bool dynamic, str *why, struct arena *a, const struct package *own);
struct type *type_default(struct type *t);  /* of untyped ones */
/* A generic type of checked packages with type arguments; their number must be right, else NULL.  Whether they
 * satisfy their constraints is not asked. */
struct type *type_instantiate(struct program *p, struct type *generic, struct type *const *targs, u32 n);
/* Pointer's element and true, or t and false. */
struct type *type_deref(struct type *t, bool *was_pointer);
/* Calls f(type, underlying) for every type of t's set, or t itself; stops and gives false when f does.  For a
 * type parameter without specific types f is called once, with NULLs. */
bool type_each(struct type *t, bool (*f)(void *ctx, struct type *t, struct type *under), void *ctx);

/* As messages write a type.  Own's types have no package before them; others the name (where two packages of
 * that name are about: the path, as the compiler does), the path, or always the name. */
enum type_qual { QUAL_NAME, QUAL_PATH, QUAL_SHORT };
void type_write(struct strbuf *out, struct type *t, const struct package *own, enum type_qual q);
enum { TYPE_WRITE_NO_NAMES = 1 /* of parameters */, TYPE_WRITE_PKG = 2 /* package of a private field */ };
/* Without the leading func; and [P any, Q *P]. */
void type_write_signature(struct strbuf *out, struct type_signature *s, const struct package *own,
                          enum type_qual q, u32 flags);
void type_write_tparams(struct strbuf *out, const struct tparam_list *l, const struct package *own,
                        enum type_qual q);
/* "p." before a name, or nothing. */
void type_write_pkg(struct strbuf *out, const struct package *p, const struct package *own, enum type_qual q);
str type_str(struct arena *a, struct type *t, const struct package *own);

/* ---- objects and scopes ---- */

enum obj_kind { OBJ_PKG, OBJ_CONST, OBJ_TYPE, OBJ_VAR, OBJ_FUNC, OBJ_LABEL, OBJ_BUILTIN, OBJ_NIL };

enum obj_var { VAR_PACKAGE, VAR_LOCAL, VAR_RECV, VAR_PARAM, VAR_RESULT, VAR_FIELD };

enum obj_flag {
    OBJ_EXPORTED = 1,
    OBJ_USED = 2,     /* a variable, package or label that something refers to */
    OBJ_EMBEDDED = 4, /* field */
    OBJ_DOT = 8,      /* came by a dot import */
    OBJ_PTR_RECV = 16,   /* method with a pointer receiver; valid before its signature */
    OBJ_HAS_PTR_RECV_SET = 32,
    OBJ_IS_ALIAS = 64, /* type name declared with = */
    OBJ_BROKEN = 128,
};

enum obj_color { OBJ_WHITE, OBJ_GREY, OBJ_BLACK }; /* type not known, being found, known */

struct obj {
    u8 kind;  /* enum obj_kind */
    u8 var;   /* enum obj_var */
    u8 flags; /* enum obj_flag */
    u8 color;
    name_id name;
    u32 pos;
    u32 scope_pos; /* visible from here on, in function scopes */
    u32 order;     /* of declaration in the package, from 1; 0: of no package scope */
    u32 func;      /* where escape/ has what it knows of a function (lower_func_known) */
    struct package *pkg; /* NULL: universe, labels */
    struct type *type;
    struct scope *parent;
    union {
        const struct constant *val;   /* OBJ_CONST */
        struct package *imported;     /* OBJ_PKG */
        struct obj *origin;           /* OBJ_VAR, OBJ_FUNC of an instance: what was declared; else NULL */
        u32 builtin;                  /* OBJ_BUILTIN */
    };
    struct decl *decl; /* of package level objects and methods; NULL of others */
};

struct scope_slot {
    name_id name;
    struct obj *obj;
};

/* Few names are searched in order, many through a table. */
struct scope {
    struct scope *parent;
    struct scope *child, *next; /* first child, next sibling, in reverse order of the source */
    struct scope_slot *slots;
    u32 n, cap;
    u32 *table; /* NULL, or a power of two of indices + 1 */
    u32 table_mask;
    u32 pos, end;
    u16 has; /* scope_bit of all names: most scopes have not what is looked for */
    bool is_func;
};
_Static_assert(sizeof(struct scope) == 64, "a line of the processor's caches");

struct scope *scope_new(struct arena *a, struct scope *parent, u32 pos, u32 end);
struct obj *scope_lookup(const struct scope *s, name_id name); /* here only */
/* Puts o in; returns the one that is there already under that name, NULL if o is in now.  Sets o->parent if it has none. */
struct obj *scope_insert(struct arena *a, struct scope *s, struct obj *o);

struct obj *obj_new(struct arena *a, enum obj_kind kind, u32 pos, struct package *pkg, name_id name,
                    struct type *type, const struct intern *names);

/* Where a declared function stands: its FUNC_DECL in package.files[file]; false: it is not declared in source. */
struct decl_place {
    u32 file;
    node decl;
};
bool obj_decl_place(const struct obj *o, struct decl_place *place);

/* ---- results ---- */

enum typed_mode {
    MODE_NONE,      /* not checked, or wrong */
    MODE_NOVALUE,   /* call without results */
    MODE_BUILTIN,
    MODE_TYPE,
    MODE_CONST,
    MODE_VAR,       /* addressable */
    MODE_MAPINDEX,  /* not addressable, assignable */
    MODE_VALUE,
    MODE_NIL,
    MODE_COMMAOK,   /* value, and an ok on demand */
    MODE_COMMAERR,
    MODE_CGOFUNC,
};

/* Where a selector leads: x.f, possibly through embedded fields. */
enum selection_kind { SELECT_FIELD, SELECT_METHOD, SELECT_METHOD_EXPR, SELECT_QUALIFIED };

struct selection {
    u8 kind;
    bool indirect; /* a pointer was followed on the way */
    struct type *recv;
    struct obj *obj;
    u32 n_path;
    u32 *path; /* field indices; the last is the field's or method's */
};

struct typed {
    struct type *type; /* NULL: none */
    union {
        const struct constant *val; /* constant expressions that are no NAME and no SELECTOR */
        struct obj *obj;            /* NAME: what it declares or uses; CASE: its implicit variable; IMPORT_DECL */
        struct selection *sel;      /* SELECTOR */
        struct scope *scope;        /* BLOCK, IF, FOR, SWITCH, CASE of no type switch, COMM, FUNC_TYPE */
        void *p;
    };
};

/* By node of one file. */
struct file_info {
    struct ast *ast;
    struct scope *scope;
    u16 version; /* minor language version: 21 for go1.21; 0: newest */
    bool range_func; /* there are loops over functions */
    struct typed *at;
    u8 *mode; /* enum typed_mode */
};

/* The constant that an expression is, NULL if it is none. */
const struct constant *info_const(const struct file_info *f, node n);
/* The object that a NAME, or the Sel of a SELECTOR, stands for. */
struct obj *info_obj(const struct file_info *f, node n);

struct instance_info {
    const struct type_list *targs;
    struct type *type;
};

/* Initialisation order of package variables (Go spec, "Package initialization"). */
struct init_step {
    struct obj **lhs;
    u32 n_lhs;
    u32 file; /* index in package.files */
    node rhs;
};

struct type_error {
    u32 pos;
    str text;  /* further lines begin with a tab */
    bool soft; /* does not hinder further checking: unused variables and imports */
    /* The compiler's parser has it: if the text of one begins with "syntax error", the compiler prints these only. */
    bool syntax;
    u32 order; /* in which it was found: the compiler stops after ten, then sorts */
};

struct package {
    struct program *prog;
    struct load_package *src; /* NULL: unsafe, or made by tests */
    str path, name;
    struct arena *arena;
    struct scope *scope;
    struct file_info *files;
    u32 n_files;
    struct package **imports; /* directly */
    u32 n_imports;
    u16 version;   /* minor language version */
    bool fake;     /* stands for one that could not be loaded, or for C: every name is there, silently */
    bool complete; /* checked, also if there were errors */
    bool tainted;  /* fake, wrong, or an importer of such: its types may be invalid without a word */
    struct checker *check; /* that is at work on it; NULL when done */
    struct type_error *errors; /* by position, files in the order of their first errors */
    u32 n_errors;
    u32 *hushed; /* where errors are that are not told of, as they follow from others */
    u32 n_hushed;
    struct init_step *init;
    u32 n_init;
    struct map instances; /* (file index << 32 | NAME node) -> struct instance_info * */
    struct package *next; /* in program.first */
    struct map *ambiguous; /* names (name_id) of several packages among the imports; NULL: not looked for yet */
};

/* By index of p->errors: an error that was found twice, as of a declaration that is checked for each of its names, and one of
 * the same words in the same line as the one that was found before it: the compiler shows it once (its base/print.go). */
bool *errors_repeated(struct arena *a, const struct package *p);

/* ---- layout ---- */

struct sizes {
    u8 ptr;    /* bytes of a pointer, int, uintptr */
    u8 align_max; /* of 8-byte scalars: 8, on 386 and arm 4 */
};

/* Size and alignment in bytes; size below 0: too large.  Generic types have none: BUG. */
i64 layout_size(const struct sizes *s, struct type *t);
i64 layout_align(const struct sizes *s, struct type *t);
/* Offsets of a struct's fields into off[n]. */
void layout_offsets(const struct sizes *s, struct type_struct *t, i64 *off);
/* Does the size depend on a type parameter? */
bool layout_varies(struct type *t);
/* Bytes up to the end of the last pointer; and a bit for each word that may hold a pointer, in bits[], which
 * has room for n words; bits beyond are dropped. */
i64 layout_ptrdata(const struct sizes *s, struct type *t);
void layout_ptrmap(const struct sizes *s, struct type *t, u64 *bits, u64 n);
struct sizes sizes_for(str goarch);

/* ---- programs ---- */

struct program {
    struct arena *arena;     /* under lock */
    struct intern *names;
    struct sources *sources;
    struct sizes sizes;
    struct scope *universe;  /* its objects belong to no package */
    struct type *any, *error, *comparable; /* predeclared: an alias, two named types */
    struct obj *error_method; /* Error of error */
    struct obj *iota, *nil;
    struct package *unsafe;
    struct package *first;   /* all of them, under lock */
    struct package **pkgs;   /* by load_package.id */
    u32 n_pkgs;
    u16 go_minor;            /* newest language version accepted */
    name_id blank;           /* of "_": set by program_new */
    u32 next_tparam;         /* atomic: ids of type parameters are given out in blocks */
    void *lock;              /* recursive mutex: program_lock */
    struct map instances;    /* made when their packages were complete, under lock (instance.c) */
    u32 deep_instances;      /* instance.c */
    u64 ns_check;
};

/* Around the lazy completion of what packages share, and every use of program.arena; may be nested. */
void program_lock(struct program *p);
void program_unlock(struct program *p);

struct program *program_new(struct intern *names, struct sources *sources, struct sizes sizes, u16 go_minor);
void program_free(struct program *p);
/* assert and trace, which Go's own tests of the checker use. */
void program_add_test_builtins(struct program *p);

enum check_flags {
    CHECK_NO_BODIES = 1, /* declarations only */
    CHECK_NO_INFO = 2,   /* keep no struct typed once the package is done */
    CHECK_FAKE_C = 4,    /* import "C" gives a fake package */
    CHECK_COMPLETE = 8,  /* functions must have bodies, as the compiler's -complete says */
    CHECK_LANGUAGE = 32, /* leave out what the compiler asks for beyond what its type checker does */
    CHECK_PARTIAL = 64,  /* it is known to be right: bodies are left for check_body, what needs them all is not looked at */
    CHECK_STD = 16,      /* a package of GOROOT, which may use directives that others may not */
};

/* Checks one package whose imports are checked.  find gives the package of an import path of a file, NULL if
 * there is none (an error is reported then).  Files' ASTs live as long as the program. */
struct package *check_package(struct program *p, str path, struct ast **files, u32 n, u16 version, u32 flags,
                              struct package *(*find)(void *ctx, str path), void *ctx);

/* Checks the body of a function that CHECK_PARTIAL has left, if that has not been done yet and there is one.  False: it is
 * wrong; nothing else is told of that. */
bool check_body(struct program *p, struct obj *o);

/* Checks all that was loaded, in parallel over the import graph; dependencies get deps_flags. */
struct program *check_load(struct load *l, struct pool *pool, u32 flags, u32 deps_flags);

/* ---- queries ---- */

/* The innermost expression, type, declaration or statement at a position. */
node query_node_at(const struct file_info *f, u32 pos);
/* The function (FUNC_DECL or FUNC_LIT) around a position, 0: none. */
node query_func_at(const struct file_info *f, u32 pos);
/* The function that a CALL calls when that is known; NULL for values and interface methods alike (*dynamic). */
struct obj *query_callee(const struct file_info *f, node call, bool *dynamic);
/* "p.T.f[i].g" of a selector or index expression, and its type. */
str query_path(struct arena *a, const struct package *p, const struct file_info *f, node x, struct type **type);
/* In words what an expression is: kind, type, size, where a field lies, what is called, where it was declared.  False if
 * nothing is known of it. */
bool query_describe(struct strbuf *out, struct arena *a, const struct package *p, const struct file_info *f, node n);
/* As the symbol table spells a function: "example.org/p.(*T).M", "p.f.func1". */
str query_symbol(struct arena *a, const struct package *p, const struct file_info *f, node func);
/* field, method, also promoted ones: NULL if there is none or it is ambiguous (lookup.c). */
struct obj *lookup_field_or_method(struct arena *a, struct type *t, bool addressable, const struct package *pkg,
                                   name_id name, struct selection *out);

#endif
