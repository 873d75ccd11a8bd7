/* ir.h: what escape analysis and inlining look at: functions as the compiler sees them behind its type checker.
 *
 * The shape of the IR decides what is inlined (its nodes are counted) and what escapes (its edges are walked), so
 * it is that of the compiler: operators, children and implicit nodes are those of
 * GOROOT/src/cmd/compile/internal/ir/node.go (the comments there say what each stands for), as they are after
 * noder/reader.go has read and typecheck has typechecked a body.
 *
 * Glossary
 *   node     struct ir: an expression or statement.  Which of x, y, z, w, list, body are children says IR_OPS.
 *   name     struct ir_name: a variable or function; a node too (IR_NAME), shared by all its uses.
 *   func     struct ir_func: a function, closure, method or one instance of a generic one.
 *   inl      where a node came from when it was inlined: an index into the unit's tree of inlined calls; 0: it stands
 *            where it was written.
 *   unit     one package while it is analysed: its functions, instances, closures.
 *   shape    type arguments of an instance, as the compiler groups them (go.shape.int): see shape.h.
 *
 * Ownership: bodies, names and closures are in the unit's arena and die with it.  struct ir_func of declared
 * functions, with all that importers read (signature, tags, inl), lives as long as the program.
 * Threading: a unit belongs to one thread; funcs of units that are done are read by any.
 */
#ifndef GOMM_ESCAPE_IR_H
#define GOMM_ESCAPE_IR_H

#include "types/types.h"

struct ir;
struct ir_name;
struct ir_func;
struct ir_unit;
struct lower;

/* Which fields are children, in the order in which they are visited (after init):
 * x y z w are nodes, l is list, b is body.  The comment says what they are. */
enum {
    IR_HAS_X = 1,
    IR_HAS_Y = 2,
    IR_HAS_Z = 4,
    IR_HAS_W = 8,
    IR_HAS_L = 16,
    IR_HAS_B = 32,
};
#define IR_X_  IR_HAS_X
#define IR_XY_ (IR_HAS_X | IR_HAS_Y)
#define IR_L_  IR_HAS_L
#define IR_XL_ (IR_HAS_X | IR_HAS_L)
#define IR_LB_ (IR_HAS_L | IR_HAS_B)

/* name, children, text (of operators between or before operands, or the op's name as messages write it) */
#define IR_OPS(X)                                                                            \
    X(XXX, 0, "")                                                                            \
    /* names and values */                                                                   \
    X(NAME, 0, "")       /* struct ir_name */                                                \
    X(TYPE, 0, "type")   /* type */                                                          \
    X(LITERAL, 0, "")    /* val, type (untyped possible); IR_REWRITTEN if not as written */  \
    X(NIL, 0, "nil")     /* of type */                                                       \
    /* expressions */                                                                        \
    X(ADD, IR_XY_, "+")                                                                      \
    X(SUB, IR_XY_, "-")                                                                      \
    X(OR, IR_XY_, "|")                                                                       \
    X(XOR, IR_XY_, "^")                                                                      \
    X(ADDSTR, IR_L_, "+")  /* list: strings */                                               \
    X(ADDR, IR_X_, "&")                                                                      \
    X(ANDAND, IR_XY_, "&&")                                                                  \
    X(OROR, IR_XY_, "||")                                                                    \
    X(APPEND, IR_L_, "append") /* list: arguments; IR_DDD */                                 \
    X(BYTES2STR, IR_X_, "")                                                                  \
    X(RUNES2STR, IR_X_, "")                                                                  \
    X(STR2BYTES, IR_X_, "")                                                                  \
    X(STR2RUNES, IR_X_, "")                                                                  \
    X(RUNESTR, IR_X_, "")                                                                    \
    X(SLICE2ARR, IR_X_, "")                                                                  \
    X(SLICE2ARRPTR, IR_X_, "")                                                               \
    X(CALLFUNC, IR_XL_, "")  /* x: function, list: arguments (of methods: receiver first); IR_DDD as written */ \
    X(CALLINTER, IR_XL_, "") /* x: DOTINTER */                                               \
    X(CAP, IR_X_, "cap")                                                                     \
    X(CLEAR, IR_X_, "clear")                                                                 \
    X(CLOSE, IR_X_, "close")                                                                 \
    X(CLOSURE, 0, "func literal") /* func; its body is not a child */                        \
    X(MAPLIT, IR_L_, "")    /* list of KEY */                                                \
    X(STRUCTLIT, IR_L_, "") /* list of STRUCTKEY */                                          \
    X(ARRAYLIT, IR_L_, "")  /* list, elements perhaps KEY */                                 \
    X(SLICELIT, IR_L_, "")  /* the same; num: its length */                                  \
    X(PTRLIT, IR_X_, "")    /* &x, a composite literal */                                    \
    X(CONV, IR_X_, "")                                                                       \
    X(CONVIFACE, IR_X_, "")                                                                  \
    X(CONVNOP, IR_X_, "")                                                                    \
    X(COPY, IR_XY_, "copy")                                                                  \
    X(DELETE, IR_L_, "delete")                                                               \
    X(DOT, IR_X_, "")      /* field: num its index in the struct; sel */                     \
    X(DOTPTR, IR_X_, "")   /* the same through a pointer */                                  \
    X(DOTINTER, IR_X_, "") /* sel: an interface's method */                                  \
    X(METHEXPR, IR_X_, "") /* x: TYPE; sel: the method; func if it has one; type takes the receiver first */ \
    X(METHVALUE, IR_X_, "") /* x.sel, not called; func: the method, NULL of interfaces */     \
    X(DOTTYPE, IR_X_, "")  /* x.(type) */                                                    \
    X(DOTTYPE2, IR_X_, "")                                                                   \
    X(DYNAMICDOTTYPE, IR_X_, "")                                                             \
    X(DYNAMICDOTTYPE2, IR_X_, "")                                                            \
    X(DYNAMICTYPE, 0, "")                                                                    \
    X(EQ, IR_XY_, "==")                                                                      \
    X(NE, IR_XY_, "!=")                                                                      \
    X(LT, IR_XY_, "<")                                                                       \
    X(LE, IR_XY_, "<=")                                                                      \
    X(GE, IR_XY_, ">=")                                                                      \
    X(GT, IR_XY_, ">")                                                                       \
    X(DEREF, IR_X_, "*")                                                                     \
    X(INDEX, IR_XY_, "")                                                                     \
    X(INDEXMAP, IR_XY_, "")                                                                  \
    X(KEY, IR_XY_, "")      /* x: y in a literal */                                          \
    X(STRUCTKEY, IR_X_, "") /* field num: x */                                               \
    X(LEN, IR_X_, "len")                                                                     \
    X(MAKECHAN, IR_X_, "make")  /* x: [size] */                                              \
    X(MAKEMAP, IR_X_, "make")   /* x: [size] */                                              \
    X(MAKESLICE, IR_XY_, "make") /* x: length, y: [capacity] */                              \
    X(MUL, IR_XY_, "*")                                                                      \
    X(DIV, IR_XY_, "/")                                                                      \
    X(MOD, IR_XY_, "%")                                                                      \
    X(LSH, IR_XY_, "<<")                                                                     \
    X(RSH, IR_XY_, ">>")                                                                     \
    X(AND, IR_XY_, "&")                                                                      \
    X(ANDNOT, IR_XY_, "&^")                                                                  \
    X(NEW, IR_X_, "new") /* x: TYPE; type: the pointer */                                    \
    X(NOT, IR_X_, "!")                                                                       \
    X(BITNOT, IR_X_, "^")                                                                    \
    X(PLUS, IR_X_, "+")                                                                      \
    X(NEG, IR_X_, "-")                                                                       \
    X(PANIC, IR_X_, "panic")                                                                 \
    X(PRINT, IR_L_, "print")                                                                 \
    X(PRINTLN, IR_L_, "println")                                                             \
    X(PAREN, IR_X_, "")                                                                      \
    X(SLICE, IR_HAS_X | IR_HAS_Y | IR_HAS_Z | IR_HAS_W, "") /* x[y:z:w], each of y z w perhaps NULL */ \
    X(SLICEARR, IR_HAS_X | IR_HAS_Y | IR_HAS_Z | IR_HAS_W, "")                               \
    X(SLICESTR, IR_HAS_X | IR_HAS_Y | IR_HAS_Z | IR_HAS_W, "")                               \
    X(SLICE3, IR_HAS_X | IR_HAS_Y | IR_HAS_Z | IR_HAS_W, "")                                 \
    X(SLICE3ARR, IR_HAS_X | IR_HAS_Y | IR_HAS_Z | IR_HAS_W, "")                              \
    X(RECOVER, IR_L_, "recover")                                                             \
    X(RECV, IR_X_, "<-")                                                                     \
    X(MIN, IR_L_, "min")                                                                     \
    X(MAX, IR_L_, "max")                                                                     \
    X(REAL, IR_X_, "real")                                                                   \
    X(IMAG, IR_X_, "imag")                                                                   \
    X(COMPLEX, IR_XY_, "complex")                                                            \
    X(UNSAFEADD, IR_XY_, "unsafe.Add")                                                       \
    X(UNSAFESLICE, IR_XY_, "unsafe.Slice")                                                   \
    X(UNSAFESLICEDATA, IR_X_, "unsafe.SliceData")                                            \
    X(UNSAFESTRING, IR_XY_, "unsafe.String")                                                 \
    X(UNSAFESTRINGDATA, IR_X_, "unsafe.StringData")                                          \
    X(INLCALL, IR_HAS_B | IR_HAS_L, "") /* body: the inlined body; list: result variables; func: what was inlined */ \
    X(MAKEFACE, IR_XY_, "")                                                                  \
    X(ITAB, IR_X_, "")                                                                       \
    X(IDATA, IR_X_, "")                                                                      \
    X(SPTR, IR_X_, "")                                                                       \
    X(CHECKNIL, IR_X_, "")                                                                   \
    X(LINKSYMOFFSET, 0, "") /* a static address: type words, itabs */                        \
    X(GETG, 0, "runtime.getg")                                                               \
    X(GETCALLERSP, 0, "")                                                                    \
    /* statements */                                                                         \
    X(AS, IR_XY_, "=")          /* x = [y]; IR_DEF: x := y, init has its DCL */              \
    X(AS2, IR_LB_, "=")         /* list = body */                                            \
    X(AS2DOTTYPE, IR_LB_, "=")                                                               \
    X(AS2FUNC, IR_LB_, "=")                                                                  \
    X(AS2MAPR, IR_LB_, "=")                                                                  \
    X(AS2RECV, IR_LB_, "=")                                                                  \
    X(SELRECV2, IR_LB_, "=")                                                                 \
    X(ASOP, IR_XY_, "")         /* x num= y; num: enum ir_op; IR_INCDEC */                   \
    X(DCL, IR_X_, "")           /* x: NAME */                                                \
    X(BLOCK, IR_L_, "")                                                                      \
    X(BREAK, 0, "break")        /* label */                                                  \
    X(CASE, IR_LB_, "case")     /* list: values or types; body; name: variable of a type switch */ \
    X(COMM, IR_HAS_X | IR_HAS_B, "case") /* x: [communication]; body */                      \
    X(CONTINUE, 0, "continue")                                                               \
    X(DEFER, IR_X_, "defer")    /* x: call; y, not a child: where a range function defers to */ \
    X(FALL, 0, "fallthrough")                                                                \
    X(FOR, IR_HAS_X | IR_HAS_Y | IR_HAS_B, "for") /* init; x: [condition]; y: [post]; body; IR_DISTINCT */ \
    X(GOTO, 0, "goto")                                                                       \
    X(IF, IR_HAS_X | IR_HAS_B | IR_HAS_L, "if") /* x: condition; body: then; list: else */   \
    X(LABEL, 0, "label")                                                                     \
    X(GO, IR_X_, "go")                                                                       \
    X(RANGE, IR_HAS_X | IR_HAS_Y | IR_HAS_Z | IR_HAS_B, "range") /* x; y: [key]; z: [value]; body; IR_DISTINCT */ \
    X(RETURN, IR_L_, "return")                                                               \
    X(SELECT, IR_L_, "select")  /* list of COMM */                                           \
    X(SEND, IR_XY_, "send")                                                                  \
    X(SWITCH, IR_XL_, "switch") /* x: [tag] or TYPESW; list of CASE */                       \
    X(TYPESW, IR_X_, "")        /* name.(type) of x; IR_DEF: with a variable */              \
    X(TAILCALL, IR_X_, "tailcall")                                                           \
    X(INLMARK, 0, "inlmark")

enum ir_op {
#define X(name, children, text) IR_##name,
    IR_OPS(X)
#undef X
        IR_OP_COUNT
};

enum ir_flag {
    IR_IMPLICIT = 1 << 0,  /* conversion, address or dereference that nobody wrote */
    IR_DEF = 1 << 1,
    IR_DDD = 1 << 2,       /* call whose last argument is a slice: f(x...), before and after FixVariadicCall */
    IR_INCDEC = 1 << 3,
    IR_DISTINCT = 1 << 4,  /* a loop with variables of each iteration */
    IR_GODEFER = 1 << 5,   /* the call of a go or defer statement: never inlined */
    IR_NOINLINE = 1 << 6,
    IR_REWRITTEN = 1 << 7, /* a literal that stands for another expression (its text is its value) */
    IR_ESCAPES = 1 << 8,   /* the analysis' answer: must be in the heap */
    IR_ANALYSED = 1 << 9,  /* it has a location: the answer means something */
    IR_VARLIVE = 1 << 10,  /* runtime.KeepAlive that testing.B.Loop put in (bloop) */
    IR_COMMAOK = 1 << 11,
};

struct ir_list {
    u32 n, cap;
    struct ir **v;
};

struct ir {
    u8 op;     /* enum ir_op */
    u8 pad;
    u16 flags; /* enum ir_flag */
    pos pos;   /* 0: made by the compiler ("<autogenerated>") */
    u32 inl;   /* index into ir_unit.inl; 0: not inlined */
    u32 num;   /* by op: index of a field, operator of ASOP */
    struct type *type; /* NULL: a statement, or no value.  Tuples of calls with several results */
    struct ir_list init; /* statements that run before */
    struct ir *x, *y, *z, *w;
    struct ir_list list, body;
    union {
        struct ir_func *func; /* CLOSURE, METHEXPR, METHVALUE, INLCALL */
        const struct constant *val; /* LITERAL */
        struct ir_name *name; /* CASE */
        struct ir_label *label; /* LABEL, GOTO, BREAK, CONTINUE */
        void *p;
    };
    struct obj *sel;     /* field or method of DOT…, METH…; of STRUCTKEY the field */
    struct flow_loc *loc; /* while escape analysis runs (flow.h) */
};

struct ir_label {
    str name;
    u32 state; /* for walkers */
};

enum ir_class { IR_AUTO, IR_PARAM, IR_RESULT, IR_GLOBAL, IR_FUNC };

enum ir_name_flag {
    IR_NAME_CLOSUREVAR = 1, /* stands in a closure for the variable outer */
    IR_NAME_BYVAL = 2,
    IR_NAME_ADDRTAKEN = 4,
    IR_NAME_TEMP = 8,       /* the compiler's own */
    IR_NAME_BLANK = 16,
    IR_NAME_REASSIGNED = 32, IR_NAME_NOTREASSIGNED = 64, /* answers of ir_reassigned, once asked */
    IR_NAME_INLFORMAL = 128,
    IR_NAME_INLLOCAL = 256,
    IR_NAME_DICT = 512,     /* the dictionary parameter of a shaped function */
    IR_NAME_READ = 1024,
};

struct ir_name {
    struct ir n; /* op IR_NAME: pos of the declaration, type */
    u8 class;    /* enum ir_class */
    u16 flags;   /* enum ir_name_flag */
    str text;    /* as messages write it: x, ~r0, .this, .autotmp_3; of functions with what the message wants: see func */
    struct obj *obj; /* NULL: temporary */
    struct ir_func *curfn; /* NULL: global */
    struct ir_func *func;  /* IR_FUNC */
    struct ir *defn;       /* the statement that declares and assigns it: AS, AS2…, RANGE, TYPESW (of a case's variable); NULL */
    struct ir_name *outer; /* IR_NAME_CLOSUREVAR: the variable in the function around */
    struct ir_name *next_dcl;
    u32 result;            /* IR_RESULT: its index */
};

/* Minimal dereferences of what flows from a parameter to ...: -1 none.  (escape/leaks.go) */
enum { LEAK_HEAP, LEAK_MUTATOR, LEAK_CALLEE, LEAK_RESULT0, LEAK_RESULTS = 5, LEAK_COUNT = LEAK_RESULT0 + 5 };
struct ir_leaks {
    i8 derefs[LEAK_RESULT0 + 7]; /* Go 1.19 has 7 results and no mutator or callee: see profile.h */
};

enum ir_pragma {
    IR_PRAGMA_NOINLINE = 1,
    IR_PRAGMA_NOESCAPE = 2,
    IR_PRAGMA_UINTPTR_ESCAPES = 4,
    IR_PRAGMA_UINTPTR_KEEPALIVE = 8,
    IR_PRAGMA_NORACE = 16,
    IR_PRAGMA_NOCHECKPTR = 32,
    IR_PRAGMA_YESWRITEBARRIERREC = 64,
    IR_PRAGMA_CGO_UNSAFE_ARGS = 128,
    IR_PRAGMA_NOSPLIT = 256,
    IR_PRAGMA_SYSTEMSTACK = 512,
    IR_PRAGMA_LINKNAMED = 1024, /* a //go:linkname speaks of it */
};

enum ir_func_flag {
    IR_FUNC_DUPOK = 1,   /* instance, or wrapper */
    IR_FUNC_WRAPPER = 2, /* made by the compiler around another function */
    IR_FUNC_PKGINIT = 4, /* initialises package variables */
    IR_FUNC_INL_CHECKED = 8,
    IR_FUNC_CAN_INLINE = 16,  /* inl_cost is valid */
    IR_FUNC_DELAY_RESULTS = 32,
    IR_FUNC_RESULTS_LOST = 64, /* a closure called in unknown places */
    IR_FUNC_RANGEBODY = 128,   /* the body of a range over a function */
    IR_FUNC_HAS_BODY = 256,    /* in Go */
    IR_FUNC_LOWERED = 512,     /* its body is there */
    IR_FUNC_BIG = 1024,
    IR_FUNC_SHAPED = 2048,     /* an instance whose type arguments are shapes; first argument (after the receiver) is the dictionary */
    IR_FUNC_INSTANCE = 4096,   /* an instance, shaped or not */
    IR_FUNC_RUNTIME = 8192,    /* a function of the runtime that only the compiler calls */
    IR_FUNC_IMPORTED = 16384,  /* declared in a unit that is done: tags are valid */
    IR_FUNC_TOP = 32768,       /* in ir_unit.funcs */
};

/* Where a function's code is: bodies are lowered again for each inlined call, as the compiler reads them again. */
struct ir_source {
    struct package *pkg;
    struct file_info *file;
    node decl;  /* FUNC_DECL or FUNC_LIT; 0: synthetic */
    node type;  /* FUNC_TYPE */
    node body;  /* BLOCK, 0: none */
    /* Of bodies that nobody wrote (wrappers, curried methods, bodies of range-over-func loops): appends the statements to
     * out.  l->fn has its names; it is called again for each inlined call, then l->fn is the stand-in and l->inl_func the
     * function itself.  Closure variables: lower_cvar.  NULL: decl and body say it. */
    void (*synth)(struct lower *l, struct ir_func *fn, void *ctx, struct ir_list *out);
    void *ctx;
};

enum ir_esc_state { IR_ESC_UNKNOWN, IR_ESC_PLANNED, IR_ESC_STARTED, IR_ESC_TAGGED };

struct ir_func {
    struct ir_name *name; /* class IR_FUNC; its n.type is the signature, receiver included, dictionary not */
    struct obj *obj;      /* of declared functions and methods; of instances the generic one */
    struct package *pkg;  /* where it was declared */
    struct ir_source src;
    str sym;              /* as the compiler's symbol spells it without the package: F, (*T).M, F.func1, F[go.shape.int] */
    pos pos;              /* of the declaration: of FUNC_DECL its "func"?  see ir_func_pos; of closures the literal */
    u32 flags;            /* enum ir_func_flag */
    u32 pragma;           /* enum ir_pragma */

    struct type_signature *sig;
    struct ir_name **params; /* receiver (if any), [dictionary], parameters; then results; NULL before it is declared */
    u32 n_recv, n_params, n_results; /* n_params with the dictionary */
    struct ir_leaks *tags;   /* n_recv + n_params; valid when state is IR_ESC_TAGGED or IR_FUNC_IMPORTED */
    bool *ddd_uintptr;

    struct ir_name *dcl, *last_dcl; /* all names of the body, by next_dcl, parameters and results first */
    struct ir_list body;
    struct ir *closure;        /* CLOSURE node; NULL: declared */
    struct ir_func *parent;    /* the function around a closure */
    struct ir_func *range_parent; /* of IR_FUNC_RANGEBODY */
    struct ir_name **cvars;    /* closure variables */
    u32 n_cvars;
    u32 n_closures, n_godefer, n_range; /* numbered so far, for symbols of closures */
    i32 inl_cost;
    u8 esc_state; /* enum ir_esc_state */
    const struct shape_env *env; /* type arguments that the body is read with; NULL: not generic (shape.h) */
    struct flow_batch *batch;
    u32 scc;      /* for the walk of strongly connected components */
    u32 label;    /* generated so far */
    u32 id;       /* in the unit, from 1 */
    void *note;   /* for the module that is at work on it */
};

/* One inlined call. */
struct ir_inl {
    u32 parent; /* 0: the call stands where it was written */
    pos pos;    /* of the call */
    struct ir_func *func; /* what was inlined */
    struct ir_func *caller;
};

typedef VEC(struct ir_func *) ir_funcs;

/* A message of -m, in the order in which it was given. */
struct ir_note {
    pos pos;
    u32 inl;      /* as of nodes: it is shown at the outermost call */
    u32 kind;     /* enum ir_note_kind */
    bool sorted;  /* collected and sorted by position; else printed at once */
    str text;
    struct ir *node; /* expression or name it is about; NULL */
    struct ir_func *func;
};

enum ir_note_kind {
    NOTE_CAN_INLINE,
    NOTE_INLINING,
    NOTE_DEVIRTUALIZING,
    NOTE_MOVED,        /* moved to heap: x */
    NOTE_ESCAPES,      /* x escapes to heap */
    NOTE_STAYS,        /* x does not escape */
    NOTE_LEAKING,      /* leaking param: x */
    NOTE_LEAKING_CONTENT,
    NOTE_LEAKING_RESULT,
    NOTE_PARAM_STAYS,
    NOTE_SELF_ASSIGN,
    NOTE_ZERO_COPY,
    NOTE_UINTPTR,
    NOTE_OTHER,
};

struct ir_unit {
    struct escape *all;      /* the program (escape.h) */
    const struct escape_profile *profile;
    struct program *prog;
    struct package *pkg;
    struct arena *arena;
    ir_funcs funcs;          /* in the compiler's order: declared, instances and closures as they come */
    ir_funcs inits;
    VEC(struct ir_inl) inl;  /* inl.v[0] is unused */
    VEC(struct ir_note) notes;
    struct map func_of;      /* obj → ir_func, of this unit and of imported ones; see escape_func */
    struct map globals;      /* obj → ir_name */
    struct strmap instances; /* symbol → ir_func (shape.h) */
    ir_funcs todo;           /* whose bodies are still to be lowered */
    u32 n_temps;
    bool no_inline;          /* -l */
    bool keep_flows;         /* edges remember why (for -why and reports) */
};

/* ---- ir.c ---- */

extern const u8 ir_children[IR_OP_COUNT];
extern const char *const ir_texts[IR_OP_COUNT];
const char *ir_op_name(enum ir_op op); /* "ADDSTR" */

struct ir *ir_new(struct ir_unit *u, enum ir_op op, pos pos, u32 inl, struct type *type);
void ir_push(struct ir_unit *u, struct ir_list *l, struct ir *n);
void ir_append(struct ir_unit *u, struct ir_list *l, const struct ir_list *more);
/* Statements before the ones that are there. */
void ir_prepend(struct ir_unit *u, struct ir_list *l, const struct ir_list *before);

static inline struct ir_name *ir_as_name(struct ir *n)
{
    return n && n->op == IR_NAME ? (struct ir_name *)(void *)n : NULL;
}

/* A new local of fn (class IR_AUTO unless changed), put at the end of its dcl. */
struct ir_name *ir_local(struct ir_unit *u, struct ir_func *fn, pos pos, u32 inl, str text, struct type *type);
struct ir_name *ir_temp(struct ir_unit *u, struct ir_func *fn, pos pos, u32 inl, struct type *type);
/* What stands behind closure variables (ir.Name.Canonical). */
struct ir_name *ir_canonical(struct ir_name *n);
bool ir_is_blank(const struct ir *n);

/* Calls f for n's children, init first, NULL ones left out; stops and gives true when f does (ir.DoChildren). */
bool ir_do_children(struct ir *n, bool (*f)(void *ctx, struct ir *n), void *ctx);
bool ir_do_list(const struct ir_list *l, bool (*f)(void *ctx, struct ir *n), void *ctx);
/* n and all below it, n first; bodies of closures are not below (ir.Any).  */
bool ir_any(struct ir *n, bool (*f)(void *ctx, struct ir *n), void *ctx);
bool ir_any_list(const struct ir_list *l, bool (*f)(void *ctx, struct ir *n), void *ctx);
/* Replaces each child by what f gives (ir.EditChildren). */
void ir_edit_children(struct ir *n, struct ir *(*f)(void *ctx, struct ir *n), void *ctx);
void ir_edit_list(struct ir_list *l, struct ir *(*f)(void *ctx, struct ir *n), void *ctx);

/* ir.OuterValue: x of x.f, x[i] (array), (x), and of conversions without effect. */
struct ir *ir_outer_value(struct ir *n);
/* ir.StaticValue: what n certainly is: through conversions without effect, inlined calls with one result, and local
 * variables that are assigned once. */
struct ir *ir_static_value(struct ir *n);
bool ir_reassigned(struct ir_name *n);
/* Marks the variables that statements below assign, other than by their own declaration; for every new body. */
void ir_scan_assigned(const struct ir_list *l);
/* ir.SameSafeExpr. */
bool ir_same_safe(struct ir *x, struct ir *y);
/* ir.StaticCalleeName: of METHEXPR the method, of a function's name itself, of CLOSURE its function; else NULL. */
struct ir_func *ir_static_callee(struct ir *n);
struct ir *ir_single_result(struct ir_unit *u, struct ir *inlcall);
/* A constant that fits an i64; false: none. */
bool ir_int_const(const struct ir *n, i64 *v);
bool ir_bool_const(const struct ir *n, bool *v);
/* Is fn c, or a closure within c at any depth? (ir.ContainsClosure: strictly within) */
bool ir_contains_closure(const struct ir_func *outer, const struct ir_func *inner);

/* Types as the compiler asks of them; t may be an alias or a shape. */
bool ir_has_pointers(struct ir_unit *u, struct type *t);
bool ir_is_direct_iface(struct ir_unit *u, struct type *t); /* its value is the interface's data word */
bool ir_is_interface(struct type *t);
bool ir_is_empty_interface(struct type *t);
i64 ir_size(struct ir_unit *u, struct type *t); /* bytes; below 0: too large */

void ir_note(struct ir_unit *u, enum ir_note_kind kind, bool sorted, pos pos, u32 inl, struct ir *about,
             struct ir_func *fn, const char *fmt, ...) BASE_PRINTF(8, 9);
/* Where the compiler says that a node is: the outermost call that it was inlined into, or itself. */
pos ir_outermost_pos(const struct ir_unit *u, pos pos, u32 inl);

/* A tree as text, for tests and for looking into it: one line a node, children indented. */
void ir_dump(struct strbuf *out, struct ir_unit *u, const struct ir_func *fn);

/* ---- ir_scc.c ---- */

/* ir.VisitFuncsBottomUp over the unit's functions: calls f for each strongly connected component of the static call
 * graph, callees first; recursive: more than one function, or one that calls itself. */
void ir_visit_bottom_up(struct ir_unit *u, const ir_funcs *funcs,
                        void (*f)(void *ctx, struct ir_func **v, u32 n, bool recursive), void *ctx);

/* ---- ir_print.c ---- */

/* An expression or statement as the compiler's messages write it (ir/fmt.go, %v). */
void ir_write(struct strbuf *out, struct ir_unit *u, struct ir *n);
str ir_text(struct ir_unit *u, struct ir *n); /* in the unit's arena */
void ir_write_type(struct strbuf *out, struct ir_unit *u, struct type *t);
/* As "can inline F" and "inlining call to F" spell it: pkg.F of other packages, (*T).M, F.func1. */
str ir_func_text(struct ir_unit *u, const struct ir_func *fn);

#endif
