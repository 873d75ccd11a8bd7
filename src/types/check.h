/* check.h: the type checker's inside: its state, and what its files offer each other.
 *
 *   checker.c   a package from start to end, delayed actions, results of nodes, language versions
 *   errors.c    messages
 *   resolve.c   package scope, imports, methods to types, unused imports
 *   decl.c      declarations on demand, cycles among them; declaration statements
 *   init.c      initialisation order
 *   universe.c  predeclared objects, the program
 *   directive.c what the compiler checks of //go: directives; anoncycle.c: of interface literals;
 *               notinheap.c: of types that the collector must not know
 *   typexpr.c   type expressions; composite.c: struct, interface, function types
 *   type.c object.c predicate.c identical.c lookup.c typestring.c typeset.c validtype.c layout.c
 *               what types.h declares
 *   named.c subst.c instance.c infer.c unify.c mono.c   generics
 *   call.c selector.c   calls, instantiated functions; selectors
 *   builtin.c builtin_unsafe.c   builtin functions
 *   operand.c expr.c operator.c untyped.c convert.c index.c literal.c   expressions
 *   stmt.c assign.c range.c label.c terminate.c   statements
 *
 * The rules and their order follow the compiler's checker (GOROOT/src/cmd/compile/internal/types2), because
 * messages, and which of several possible ones appears, are to be the compiler's.
 *
 * Ownership: a checker lives while its package is checked; types and objects go to c->a (the package's arena),
 * everything else to c->tmp.  Threading: one thread a checker.
 */
#ifndef GOMM_TYPES_CHECK_H
#define GOMM_TYPES_CHECK_H

#include "types/types.h"

/* ---- state ---- */

/* A declaration at package level (also methods). */
struct decl {
    u32 file;         /* index in package.files */
    struct obj **lhs; /* of var a, b = f(): all of them; else NULL */
    u32 n_lhs;
    node type, init;  /* of constants and variables */
    bool inherited;   /* init is that of a constant above */
    bool body_later;  /* of a function: its body is left for check_body ... */
    bool body_wrong;  /* ... which has found an error in it */
    node tdecl, fdecl; /* TYPE_DECL, FUNC_DECL */
    const struct constant *iota; /* of constants */
    VEC(struct obj *) deps; /* in tmp: package level objects that init or the body refers to, perhaps twice */
    struct decl *last_user; /* the declaration that was the last to take up this one's object as its dependency */
};

/* What surrounds the construct that is being checked. */
struct env {
    struct decl *decl; /* the declaration whose initialiser or body it is; NULL */
    struct scope *scope;
    u32 file;
    u16 version;     /* minor; 0: any */
    const struct constant *iota; /* NULL outside of constant declarations */
    pos errpos;      /* of a constant with an inherited initialiser; 0 */
    bool in_tparams; /* inside a type parameter list */
    bool has_label;
    bool broken;     /* the function has syntax errors: the compiler says nothing of its branches */
    bool has_call;   /* a call or receive has been seen in this expression */
    struct type_signature *sig; /* of the function; NULL outside */
    struct map *panics; /* CALL nodes that call panic; of this function */
};

struct action {
    void (*fn)(struct checker *c, void *arg);
    void *arg;
    struct env env; /* restored around fn */
};

struct mono; /* mono.c */

struct checker {
    struct program *prog;
    struct package *pkg;
    struct arena *a;   /* the package's */
    struct arena *tmp; /* until the package is done */
    struct package *(*find)(void *ctx, str path);
    void *find_ctx;
    u32 flags; /* enum check_flags */

    struct env env;
    struct file_info *f; /* &pkg->files[env.file] */
    struct ast *ast;     /* f->ast */

    VEC(struct obj *) objs;  /* package level objects and methods, in the order of the source */
    VEC(struct obj *) imports; /* OBJ_PKG of all files */
    struct map methods;      /* base type name (struct obj *) -> struct method_list *, see resolve.c */
    VEC(struct action) delayed;
    VEC(struct obj *) path;  /* declarations being checked, outermost first */
    VEC(struct type *) cleanup; /* named types and interfaces to be completed at the end */
    VEC(struct type_error) errors;
    VEC(pos) hushed;         /* see package.hushed */
    struct map dot_imports;  /* see resolve.c */
    struct map instances;    /* type hash -> list of instances of this package (instance.c) */
    struct mono *mono;
    u32 next_tparam;
    u32 deep_instances; /* instance.c */
    bool too_large;     /* subst.c: it was said */
    node arg_fun;       /* what is called, while check_arg_context is a context */
    u32 order;
    u32 depth; /* of recursion over syntax, bounded by CHECK_DEPTH */
    bool in_parser; /* what is found now the compiler's parser finds */
    bool has_fake; /* a package that stands for another is imported: invalid things are no news */
};

enum { CHECK_DEPTH = 4000 };

static inline const struct ast_node *check_at(const struct checker *c, node n)
{
    return &c->ast->nodes[n];
}

static inline u32 check_kind(const struct checker *c, node n)
{
    return c->ast->nodes[n].kind;
}

static inline str check_name(const struct checker *c, name_id n)
{
    return intern_str(c->prog->names, n);
}

/* Switches to a file: env.file, f, ast, version, and (if scope) env.scope = its file scope. */
void check_enter_file(struct checker *c, u32 file);
/* env is replaced by *e, and f and ast with it. */
void check_set_env(struct checker *c, const struct env *e);
void check_later(struct checker *c, void (*fn)(struct checker *c, void *arg), void *arg);
/* Runs the actions from `top` on, also those that they add. */
void check_run_delayed(struct checker *c, size_t top);
/* Is the language version at least 1.minor?  And if not, an error "what requires go1.N or later". */
bool check_allow(const struct checker *c, u32 minor);
bool check_need(struct checker *c, pos at, u32 minor, const char *fmt, ...) BASE_PRINTF(4, 5);
/* Where the version comes from: the end of each message that says "requires go1.N or later". */
const char *check_version_remark(struct checker *c);

/* What a name stands for here, in the innermost scope that has it (*at, may be NULL); NULL: nothing. */
static inline struct obj *check_lookup(const struct checker *c, name_id name, struct scope **at)
{
    for (struct scope *s = c->env.scope; s; s = s->parent) {
        struct obj *o = scope_lookup(s, name);

        if (o) {
            if (at) {
                *at = s;
            }
            return o;
        }
    }
    return NULL;
}

/* ---- results of nodes (checker.c) ---- */

/* An expression under way. */
struct operand {
    u8 mode;    /* enum typed_mode; MODE_NONE: an error was reported */
    u8 builtin; /* enum builtin, with MODE_BUILTIN */
    node expr;  /* in c->ast; 0: none */
    struct type *type;
    const struct constant *val; /* with MODE_CONST */
};

void record_typed(struct checker *c, node x, u32 mode, struct type *t, const struct constant *val);
/* x and, if it is parenthesised, what is inside have the type (T, bool) or (T, error). */
void record_comma_ok(struct checker *c, node x, struct type *t, struct type *ok);
void record_def(struct checker *c, node name, struct obj *o); /* o may be NULL: package clause, t of x := y.(t) */
void record_use(struct checker *c, node name, struct obj *o);
void record_implicit(struct checker *c, node n, struct obj *o);
void record_selection(struct checker *c, node x, enum selection_kind kind, struct type *recv, struct obj *o,
                      const u32 *path, u32 n_path, bool indirect);
void record_scope(struct checker *c, node n, struct scope *s);
void record_instance(struct checker *c, node fun, const struct type_list *targs, struct type *t);

/* ---- messages (errors.c) ---- */

/* At most one error is reported for a line that follows from an earlier one: messages that speak of
 * "invalid type" or an invalid operand are dropped if there was an error before (types2/errors.go). */
void check_error(struct checker *c, pos at, const char *fmt, ...) BASE_PRINTF(3, 4) BASE_COLD;
void check_error_soft(struct checker *c, pos at, const char *fmt, ...) BASE_PRINTF(3, 4) BASE_COLD;
/* A message of several parts: the first has the position of the error, each further one becomes a line
 * "\tfile:line:col: text" below it. */
struct check_msg {
    pos at[8];
    str text[8];
    u32 n;
    u32 more; /* lines in the last part beyond its own */
    bool soft;
};
void check_msg_add(struct checker *c, struct check_msg *m, pos at, const char *fmt, ...) BASE_PRINTF(4, 5) BASE_COLD;
void check_msg_other(struct checker *c, struct check_msg *m, const struct obj *o); /* "other declaration of x" */
void check_msg_report(struct checker *c, struct check_msg *m);
/* For %s: C strings in c->tmp. */
const char *s_type(struct checker *c, struct type *t);
const char *s_types(struct checker *c, const struct type_list *l); /* "int, string" */
const char *s_operand(struct checker *c, const struct operand *x); /* operand.c */
const char *s_expr(struct checker *c, node x);
const char *s_obj(struct checker *c, const struct obj *o); /* as types2's ObjectString */
const char *s_name(struct checker *c, const struct obj *o);
const char *s_str(struct checker *c, str s);
const char *s_pos(struct checker *c, pos p); /* file:line:col */
const char *s_const(struct checker *c, const struct constant *v);
/* Where a message about a node or operand stands: its first byte. */
static inline pos at_node(const struct checker *c, node n)
{
    return ast_start(c->ast, n);
}
static inline pos at_operand(const struct checker *c, const struct operand *x)
{
    return x->expr ? ast_start(c->ast, x->expr) : 0;
}

/* ---- declarations (resolve.c, decl.c, init.c, universe.c) ---- */

void resolve_collect(struct checker *c);
void resolve_objects(struct checker *c); /* checks all that was collected */
void resolve_unused_imports(struct checker *c);
/* Stands for a package that cannot be had: every name is in it.  In p's arena, under its lock. */
struct package *resolve_fake_package(struct program *p, str path);
/* directive.c: how //go: directives are written; all else about them: //go:embed, //go:linkname, functions without bodies; of packages without errors. */
void check_directive_syntax(struct checker *c);
void check_directives(struct checker *c);
/* anoncycle.c: interfaces without names that contain themselves; of packages without errors. */
void check_anonymous_cycles(struct checker *c);
void check_not_in_heap(struct checker *c); /* notinheap.c, likewise */
/* layout.c: is a directive written before the type's declaration, as //go:notinheap was before Go 1.20? */
bool obj_has_pragma(const struct obj *o, str want);
/* Finds o's type if that has not been done; o may be of any package. */
void decl_object(struct checker *c, struct obj *o);
/* Checks the body of the function o, whose package is done. */
void decl_body(struct checker *c, struct obj *o);
/* Puts o into the scope (unless its name is _) and says where it is redeclared; name: its NAME or 0;
 * from: where it becomes visible, 0: everywhere. */
void decl_declare(struct checker *c, struct scope *s, node name, struct obj *o, pos from);
void decl_stmt(struct checker *c, u32 list);
/* Type parameters: declared in c's scope, with bounds.  *dst is set before the bounds are looked at, since they
 * may refer to what is being declared. */
void decl_tparams(struct checker *c, u32 list, const struct tparam_list **dst);
/* One of them, without a bound yet, declared in c's scope. */
struct type_param *decl_declare_tparam(struct checker *c, node name, pos from);
const struct tparam_list *decl_bind_tparams(struct checker *c, struct type_param **v, u32 n);
struct type_param *decl_new_tparam(struct checker *c, struct obj *o, struct type *bound);
/* c's declaration depends on o (initialisation order). */
void decl_depends(struct checker *c, struct obj *o);
/* Reports a cycle of objects, cycle[start] first. */
void decl_cycle_error(struct checker *c, struct obj **cycle, u32 n, u32 start);
u32 decl_first_in_source(struct obj *const *v, u32 n); /* index of the one that stands first */
void init_order(struct checker *c);

/* What any is an alias of; messages write this one as any, other empty interfaces as interface{}.  Predeclared
 * things with names are a program's (prog->any, error, comparable, iota, nil), since names are an interner's. */
extern struct type_interface universe_any_iface;

/* ---- type expressions (typexpr.c, composite.c) ---- */

/* x is a NAME; what it stands for. */
void check_ident(struct checker *c, struct operand *x, node n, bool want_type);
struct type *check_type(struct checker *c, node n);          /* any type, not generic */
struct type *check_var_type(struct checker *c, node n);      /* no constraint interface */
void check_no_constraint(struct checker *c, node n, struct type *t); /* later: t, which is n's, is none */
struct type *check_declared_type(struct checker *c, node n, struct obj *def); /* right side of def's declaration */
struct type *check_generic_type(struct checker *c, node n, str *why); /* not instantiated yet; TYPE_BAD with *why */
void check_not_generic(struct checker *c, node n, str why); /* of INDEX n: its operand is another type */
struct type_list check_type_list(struct checker *c, const node *v, u32 n);
void check_func_type(struct checker *c, struct type_signature *sig, node recv, u32 tparams, node ftype);
void check_struct_type(struct checker *c, struct type_struct *t, node n);
void check_interface_type(struct checker *c, struct type_interface *t, node n, struct obj *def);
struct type *check_union(struct checker *c, node n);
/* A constraint ~T or A|B, x: the interface that it stands for. */
struct type *check_implicit_interface(struct checker *c, node x);
i64 check_array_length(struct checker *c, node n); /* below 0: an error was reported */
/* *T's T; the parts of a receiver's type expression. */
void check_unpack_recv(struct checker *c, node type, bool *ptr, node *base, node **tparams, u32 *n_tparams);
/* Is t of finite size?  Reports the cycle if not (validtype.c). */
void check_valid_type(struct checker *c, struct type_named *t);
void check_direct_cycles(struct checker *c);
/* Has t a finite size?  Reports the cycle if not. */
bool check_finite_size(struct checker *c, struct type *t);
enum { TYPE_UNION_MAX = 100 }; /* terms; the compiler's limit */
/* The order in which the compiler keeps methods: exported before others, by name, by package path. */
int type_method_cmp(const struct obj *a, const struct obj *b, const struct intern *names);
void type_methods_sort(struct obj **v, u32 n, const struct intern *names);
/* Like type_set_of, reporting errors at pos; c may be NULL. */
struct type_set *type_set_compute(struct checker *c, pos at, struct type_interface *t);
bool type_set_is_empty(const struct type_set *s);
bool type_set_has_terms(const struct type_set *s);
bool type_set_is_methods_only(const struct type_set *s); /* an ordinary interface's */
bool type_set_is_comparable(struct type_set *s);
bool type_set_subset(const struct type_set *x, const struct type_set *y);
bool type_set_includes(const struct type_set *s, struct type *t);
struct obj *type_set_method(const struct type_set *s, const struct package *pkg, name_id name, bool fold, u32 *i);

/* ---- lookup and relations (lookup.c, predicate.c) ---- */

enum lookup_result { LOOKUP_FOUND, LOOKUP_NONE, LOOKUP_AMBIGUOUS, LOOKUP_NOT_ADDRESSABLE };

struct lookup {
    enum lookup_result result;
    struct obj *obj;
    u32 *path;
    u32 n_path;
    bool indirect;
};
struct lookup lookup_find(struct arena *a, struct type *t, bool addressable, const struct package *pkg,
                          name_id name, bool fold_case, const struct intern *names);
/* A method of t that v lacks, or has with another type (*wrong_type); NULL: none.  *why: the reason as the
 * compiler words it, in parentheses or not as it does. */
struct obj *lookup_missing_method(struct checker *c, struct type *v, struct type *t, bool is_static,
                                  bool (*equivalent)(void *ctx, struct type *x, struct type *y), void *ctx,
                                  str *why, bool *wrong_type);
/* The same as a predicate; also true where an error has made it impossible to say. */
bool lookup_has_all_methods(struct checker *c, struct type *v, struct type *t, bool is_static,
                            bool (*equivalent)(void *ctx, struct type *x, struct type *y), void *ctx,
                            str *why);
/* "type *T is pointer to interface, not interface", or of a type parameter; empty if t is neither. */
str lookup_iface_ptr_error(struct checker *c, struct type *t);
bool lookup_identical(void *ctx, struct type *x, struct type *y); /* for `equivalent` */
bool lookup_assertable(struct checker *c, struct type *v, struct type *t, str *why);
/* Index of the field, below 0: none. */
i32 lookup_field(const struct type_struct *s, const struct package *pkg, name_id name, bool fold,
                 const struct intern *names);
bool lookup_same_pkg(const struct package *a, const struct package *b);
/* The named type of another package that is a constraint only (decl.go's isImportedConstraint). */
bool type_is_imported_constraint(const struct checker *c, struct type *t);
/* A type parameter whose constraint nothing satisfies, as far as that has been computed. */
bool type_has_empty_set(struct type *t);
bool lookup_same_id(const struct obj *o, const struct package *pkg, name_id name, bool fold,
                    const struct intern *names);
/* v implements t (an interface); constraint: t bounds a type parameter. */
bool check_implements(struct checker *c, struct type *v, struct type *t, bool constraint, str *why);

/* ---- generics (named.c, subst.c, instance.c, infer.c, mono.c) ---- */

struct type_named *named_new(struct checker *c, struct obj *o, struct type *rhs);
/* Completes n's underlying type; n may be an instance. */
void named_resolve(struct type_named *n);
void named_add_method(struct checker *c, struct type_named *n, struct obj *m);
struct obj *named_find_method(struct type_named *n, const struct package *pkg, name_id name, bool fold,
                              const struct intern *names, u32 *index);
struct type_alias *alias_new(struct checker *c, struct obj *o, struct type *rhs);
/* c's package is done: completes what is in c->cleanup, so that all threads may read it from now on.  Named types
 * and aliases made by named_new, alias_new and instance_make are in there; type parameters, and interfaces whose
 * sets might still be missing, are put in by who makes them. */
void types_finish(struct checker *c);
static inline void check_cleanup(struct checker *c, struct type *t)
{
    vec_push_in(c->tmp, &c->cleanup, t);
}

struct subst_map {
    const struct tparam_list *from;
    struct type *const *to; /* NULLs: not replaced */
    u32 gen; /* of the instance that is being expanded; else 0 */
};
/* t with type parameters replaced; t itself if none occurs.  c may be NULL (completed packages). */
struct type *subst_type(struct checker *c, struct program *p, struct type *t, struct subst_map m, pos at);
/* Types of more parts are not made: a few doublings would make types that no walk comes to an end of. */
enum { SUBST_PARTS = 1 << 14 };
static inline u32 subst_size(const struct type *t)
{
    return t && t->size ? t->size : 1;
}
/* Is t, made of so many parts, too large?  That is reported, once. */
bool subst_too_large(struct checker *c, pos at, u64 size);
/* A variable or method of an instance: as o, but of that type. */
struct obj *obj_clone(struct arena *a, const struct obj *o, struct type *t);
/* orig (named, alias or signature) with type arguments; no check of constraints.  Equal ones give the same. */
struct type *instance_make(struct checker *c, struct program *p, pos at, struct type *orig,
                           const struct type_list *targs);
/* The same while an instance of that generation is expanded.  c NULL: the program's lock is held. */
struct type *instance_expand(struct checker *c, struct program *p, pos at, struct type *orig,
                             const struct type_list *targs, u32 gen);
/* Index of the first argument that does not satisfy its constraint and *why; -1: all do. */
i32 instance_verify(struct checker *c, pos at, const struct tparam_list *tparams, const struct type_list *targs,
                    str *why);
/* Too few or too many type arguments: reported, false. */
bool instance_check_count(struct checker *c, pos at, str name, u32 want, u32 got);
/* Type arguments for tparams, of which targs (n_targs, with NULL for unknown ones) are given, from arguments of
 * parameters params; untyped ones included.  reverse: NULL, or what messages call the only argument, which then is
 * the type that a function is assigned to.  NULL: failed, *m says why, unless that has been reported before. */
const struct type_list *infer_types(struct checker *c, pos at, const struct tparam_list *tparams,
                                    struct type *const *targs, u32 n_targs, struct type_tuple *params,
                                    struct operand *const *args, u32 n_args, const char *reverse,
                                    struct check_msg *m);
/* tparams renamed to new ones, and t with it, so that a function can be inferred inside itself. */
const struct tparam_list *infer_rename(struct checker *c, const struct tparam_list *tparams, struct type **t);
bool infer_is_parameterized(const struct tparam_list *tparams, struct type *t);
void mono_record_canon(struct checker *c, struct type_param *method, struct type_param *type);
void mono_record_instance(struct checker *c, pos at, const struct tparam_list *tparams,
                          const struct type_list *targs, const node *exprs, u32 n_exprs);
void mono_report(struct checker *c);

/* ---- calls (call.c, builtin.c) ---- */

enum expr_kind { EXPR_CONVERSION, EXPR_EXPRESSION, EXPR_STATEMENT };

/* What an expression is assigned to, for the inference of a generic function value's arguments. */
struct target {
    struct type_signature *sig;
    const char *desc;
};

enum expr_kind check_call(struct checker *c, struct operand *x, node call);
void check_selector(struct checker *c, struct operand *x, node n, bool want_type);
/* x[T1, T2]: NULL or (infer off) the type arguments so far. */
const struct type_list *check_func_inst(struct checker *c, const struct target *t, pos at, struct operand *x,
                                        node inst, bool infer);
/* Why t.sel, or (in_literal) field sel of a literal of t, is not there: alt is what a search that ignores case
 * has found, NULL: nothing (types2/errsupport.go). */
const char *check_lookup_error(struct checker *c, struct type *t, name_id sel, const struct obj *alt,
                               bool in_literal);
struct operand **check_expr_list(struct checker *c, const node *v, u32 n, u32 *n_out);
/* Evaluates for the sake of uses and errors inside. */
bool check_use(struct checker *c, const node *v, u32 n);
bool check_use_lhs(struct checker *c, const node *v, u32 n);

/* name, arguments at least, variadic, kind */
#define CHECK_BUILTINS(X)                         \
    X(APPEND, "append", 1, 1, EXPR_EXPRESSION)    \
    X(CAP, "cap", 1, 0, EXPR_EXPRESSION)          \
    X(CLEAR, "clear", 1, 0, EXPR_STATEMENT)       \
    X(CLOSE, "close", 1, 0, EXPR_STATEMENT)       \
    X(COMPLEX, "complex", 2, 0, EXPR_EXPRESSION)  \
    X(COPY, "copy", 2, 0, EXPR_STATEMENT)         \
    X(DELETE, "delete", 2, 0, EXPR_STATEMENT)     \
    X(IMAG, "imag", 1, 0, EXPR_EXPRESSION)        \
    X(LEN, "len", 1, 0, EXPR_EXPRESSION)          \
    X(MAKE, "make", 1, 1, EXPR_EXPRESSION)        \
    X(MAX, "max", 1, 1, EXPR_EXPRESSION)          \
    X(MIN, "min", 1, 1, EXPR_EXPRESSION)          \
    X(NEW, "new", 1, 0, EXPR_EXPRESSION)          \
    X(PANIC, "panic", 1, 0, EXPR_STATEMENT)       \
    X(PRINT, "print", 0, 1, EXPR_STATEMENT)       \
    X(PRINTLN, "println", 0, 1, EXPR_STATEMENT)   \
    X(REAL, "real", 1, 0, EXPR_EXPRESSION)        \
    X(RECOVER, "recover", 0, 0, EXPR_STATEMENT)   \
    X(ADD, "Add", 2, 0, EXPR_EXPRESSION)          \
    X(ALIGNOF, "Alignof", 1, 0, EXPR_EXPRESSION)  \
    X(OFFSETOF, "Offsetof", 1, 0, EXPR_EXPRESSION)\
    X(SIZEOF, "Sizeof", 1, 0, EXPR_EXPRESSION)    \
    X(SLICE, "Slice", 2, 0, EXPR_EXPRESSION)      \
    X(SLICE_DATA, "SliceData", 1, 0, EXPR_EXPRESSION)   \
    X(STRING, "String", 2, 0, EXPR_EXPRESSION)          \
    X(STRING_DATA, "StringData", 1, 0, EXPR_EXPRESSION) \
    X(ASSERT, "assert", 1, 0, EXPR_STATEMENT)     \
    X(TRACE, "trace", 0, 1, EXPR_EXPRESSION)

enum builtin {
#define X(name, text, n, variadic, kind) BUILTIN_##name,
    CHECK_BUILTINS(X)
#undef X
        BUILTIN_COUNT
};
struct builtin_info {
    const char *name;
    u8 n_args, variadic, kind;
};
extern const struct builtin_info builtin_table[BUILTIN_COUNT];
/* false, and x->mode MODE_NONE, after an error. */
bool check_builtin(struct checker *c, struct operand *x, node call, enum builtin id);

/* ---- expressions (expr.c, untyped.c, convert.c, index.c, literal.c, operand.c) ---- */

enum expr_kind check_raw_expr(struct checker *c, const struct target *t, struct operand *x, node n,
                              struct type *hint, bool allow_generic);
void check_expr(struct checker *c, const struct target *t, struct operand *x, node n); /* a single value */
void check_generic_expr(struct checker *c, struct operand *x, node n);
/* One expression that may give several values: an operand each; *comma_ok: two, of which the second is bool. */
struct operand **check_multi_expr(struct checker *c, node n, bool allow_comma_ok, u32 *n_out, bool *comma_ok);
void check_expr_hint(struct checker *c, struct operand *x, node n, struct type *hint);
void check_expr_or_type(struct checker *c, struct operand *x, node n, bool allow_generic);
void check_single_value(struct checker *c, struct operand *x);
void check_exclude(struct checker *c, struct operand *x, u32 modes); /* bits 1 << MODE_… */
/* A generic x is instantiated for the target, or an error. */
void check_non_generic(struct checker *c, const struct target *t, struct operand *x);
void check_comparison(struct checker *c, struct operand *x, struct operand *y, enum op op, bool switch_case);
/* n: 0 for lhs op= rhs, else the operation. */
void check_binary(struct checker *c, struct operand *x, node n, node lhs, node rhs, enum op op);
void check_binary_chain(struct checker *c, struct operand *x, node n);
void check_unary(struct checker *c, struct operand *x, node n); /* but *x */
/* Makes x and y have one type, if that can be; both invalid after an error. */
void check_match_types(struct checker *c, struct operand *x, struct operand *y);
void check_type_assertion(struct checker *c, node n, struct operand *x, struct type *t, bool type_switch);
struct type *check_chan_elem(struct checker *c, pos at, struct operand *x, bool recv);
void check_overflow(struct checker *c, struct operand *x, pos op_pos);

/* untyped.c */
void untyped_convert(struct checker *c, struct operand *x, struct type *target);
/* The type that x takes as target is; NULL: it cannot, *code is the reason's kind (enum untyped_fail). */
enum untyped_fail { UNTYPED_OK, UNTYPED_MISMATCH, UNTYPED_TRUNCATED, UNTYPED_OVERFLOW, UNTYPED_NO_NIL };
struct type *untyped_implicit(struct checker *c, struct operand *x, struct type *target,
                              const struct constant **val, enum untyped_fail *code);
void untyped_update(struct checker *c, node n, struct type *t, bool final);
/* n, which is constant and untyped still, has this value (in another representation). */
void untyped_update_val(struct checker *c, node n, const struct constant *val);
void untyped_invalid_conversion(struct checker *c, enum untyped_fail code, struct operand *x, struct type *target);
/* Does the constant fit the basic type; *rounded (may be NULL) gets it as that type holds it. */
bool const_representable(struct checker *c, const struct constant *v, struct type *basic,
                         const struct constant **rounded);
void check_representable(struct checker *c, struct operand *x, struct type *basic);

void check_conversion(struct checker *c, struct operand *x, struct type *t); /* convert.c */
bool operand_convertible(struct checker *c, struct operand *x, struct type *t, str *why);
/* Puts a line in front of the reason *why, unless why is NULL. */
void operand_why(struct checker *c, str *why, const char *fmt, ...) BASE_PRINTF(3, 4) BASE_COLD;
bool operand_assignable(struct checker *c, struct operand *x, struct type *t, str *why);
bool operand_is_nil(const struct operand *x);
/* The common underlying type of all of t's types, channel directions merged to the restricted one; t's own
 * underlying type if it is no type parameter.  cond (may be NULL) is asked for each type first, with NULLs if
 * there are no specific types; its result, if not NULL, is the reason.  NULL and *why (may be NULL) if there is
 * none (types2/under.go). */
typedef const char *type_cond(struct checker *c, void *ctx, struct type *t, struct type *under);
struct type *type_common(struct checker *c, struct type *t, type_cond *cond, void *ctx, const char **why);
const char *type_composite_text(struct type *t); /* "slice", "func" …; "" of basic types */
/* Untyped types are basic, and never behind an alias. */
static inline bool type_untyped(const struct type *t)
{
    return type_is_untyped(t);
}
bool check_index_expr(struct checker *c, struct operand *x, node n); /* true: it is a function instantiation */
void check_slice_expr(struct checker *c, struct operand *x, node n);
/* An index or length: its value, -1 if not constant; *t its type, TYPE_BAD after an error. */
i64 check_index(struct checker *c, node n, i64 max, struct type **t);
bool check_valid_index(struct checker *c, struct operand *x, const char *what, bool allow_negative);
void check_basic_lit(struct checker *c, struct operand *x, node n);
void check_func_lit(struct checker *c, struct operand *x, node n);
void check_composite_lit(struct checker *c, struct operand *x, node n, struct type *hint);

/* ---- statements (stmt.c, assign.c, range.c, label.c, terminate.c) ---- */

/* iota: of a constant declaration around a function literal, else NULL. */
void check_func_body(struct checker *c, struct decl *d, str name, struct type_signature *sig, node body,
                     const struct constant *iota);
void check_labels(struct checker *c, node body);
bool check_body_broken(const struct checker *c, node body); /* are there syntax errors in it? */
bool stmt_terminates(struct checker *c, node s);
void check_usage(struct checker *c, struct scope *s); /* unused variables */

/* The rest of a for statement with a range clause uses it for its body; ctx: see stmt.c. */
void check_stmt(struct checker *c, u32 ctx, node s);
void assign_stmt(struct checker *c, node s); /* =, :=, op=, ++ and -- */
/* For assign_operand: "argument to f", where f is what c->arg_fun says; written only when there is an error. */
extern const char check_arg_context[];
/* x is assigned to something of type t (NULL: x's own type is taken); context: "assignment", "argument" … */
void assign_operand(struct checker *c, struct operand *x, struct type *t, const char *context);
void assign_init_const(struct checker *c, struct obj *lhs, struct operand *x);
void assign_init_var(struct checker *c, struct obj *lhs, struct operand *x, const char *context);
void assign_init_vars(struct checker *c, struct obj *const *lhs, u32 n, const node *rhs, u32 n_rhs, node ret);
/* The type of what stands left of =; TYPE_BAD after an error, NULL for _. */
struct type *assign_lhs(struct checker *c, node lhs);
void assign_var(struct checker *c, node lhs, node rhs, struct operand *x, const char *context);
void assign_error(struct checker *c, const node *rhs, u32 n_rhs, u32 l, u32 r);
void check_range(struct checker *c, node for_stmt, u32 ctx);
/* "(int, string)" of operands or variables, for messages about their number. */
str assign_summary(struct checker *c, struct type *const *types, u32 n, bool variadic, bool dots);

#endif
