/* inline_int.h: what the parts of the inliner share.
 *
 *   inline.c        the two orders of work: devirtualising and inlining in turns (Go 1.22 and later), or inlining first
 *   inline_cost.c   what a function costs, whether it can be inlined, whether a call is worth it
 *   inline_devirt.c interface calls with one target
 *   inline_intrinsic.c  functions that the compiler's back end replaces
 *
 * A call that is inlined stays the same node: the IR_INLCALL is written over it.  So whoever points to it (assignments,
 * arguments, definitions of variables) sees what it became, as they do in the compiler by way of the parentheses that it
 * puts around each call while it inlines.
 */
#ifndef GOMM_ESCAPE_INLINE_INT_H
#define GOMM_ESCAPE_INLINE_INT_H

#include "escape/inline.h"

/* A call where inlining is tried. */
struct inline_site {
    struct ir *call;
    struct ir_func *callee; /* that it was resolved to; NULL: not yet */
    bool settled;           /* inlined, or never to be */
};

/* What is known of a function of the unit while the inliner works on it (ir_func.note). */
struct inline_fn {
    VEC(struct inline_site) sites; /* in the unit's arena */
    ir_funcs edges;      /* functions that it refers to, in order; the same */
    u32 uses;            /* of closures: calls that were resolved to it */
    bool scanned;        /* sites, edges and big are there */
    bool stale;          /* edges are to be found again */
    bool big;            /* inl.go: IsBigFunc */
    bool analysed;       /* its assignments are in devirt.assigns */
};

/* All assignments to a local variable of interface type. */
struct devirt_assign {
    struct type *type; /* a concrete type that is assigned; or */
    struct ir *node;   /* an expression; both NULL: anything */
};
struct devirt_var {
    VEC(struct devirt_assign) v; /* in the unit's arena */
    u32 seen;                    /* the last question in which it came up */
};

/* Where the intrinsics of packages asked for before stand. */
enum { INLINE_PKG_CACHE = 32 };
struct inline_pkg {
    const struct package *p;
    u32 table;
};
struct inline_pkg_cache {
    struct inline_pkg v[INLINE_PKG_CACHE];
};

struct inliner {
    struct ir_unit *u;
    u32 arch;         /* for inline_is_intrinsic */
    bool merge_loads; /* the architecture loads what is not aligned */
    bool quiet;       /* nothing is said of functions that can be inlined */
    struct inline_pkg_cache pkgs;
    struct map vars;  /* ir_name → struct devirt_var */
    struct map calls; /* call → struct devirt_ref: variables that get an interface from it */
    u32 question;
};

/* ---- what is counted ---- */

enum {
    INLINE_BUDGET = 80,
    INLINE_CALL_COST = 57,
    INLINE_THROW_COST = INLINE_BUDGET,
    INLINE_PANIC_COST = 1,
    INLINE_CLOSURE_COST = 15,
    INLINE_BIG_NODES = 5000,
    INLINE_BIG_MAX_COST = 20,
    INLINE_CALLED_ONCE_COST = 10 * INLINE_BUDGET,
};

/* Nodes that the compiler has and struct ir has not. */
static inline u32 inline_hidden_nodes(const struct ir *n)
{
    return n->op == IR_TYPESW && (n->flags & IR_DEF); /* the name of the variable in the guard */
}
/* a, b = f() is three statements and two variables since unified IR, and shall cost what it did before: the number of
 * nodes not to count.  Go 1.19 does not do it, but here it is done for all versions. */
i32 inline_multi_assign_credit(const struct ir *n);
static inline i32 inline_multi_assign_extra(const struct ir *n)
{
    return n->op == IR_AS2 ? inline_multi_assign_credit(n) : 0;
}

/* ---- what stands in a function ---- */

/* Under way through a body: edges, sites, size. */
struct inline_scan {
    struct ir_unit *u;
    struct inline_fn *f;
    i32 left; /* nodes until the function is big */
    bool edges;
};

static inline struct inline_fn *inline_note_of(struct ir_unit *u, struct ir_func *fn)
{
    if (!fn->note) {
        fn->note = ARENA_NEW(u->arena, struct inline_fn);
    }
    return fn->note;
}

static inline struct inline_scan inline_scan_begin(struct ir_unit *u, struct ir_func *fn)
{
    return (struct inline_scan){u, inline_note_of(u, fn), INLINE_BIG_NODES - 1, true}; /* the function itself is a node */
}

/* The calls of the compiler's struct CallExpr, which it puts in parentheses. */
static inline bool inline_is_call_expr(const struct ir *n)
{
    switch (n->op) {
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_APPEND:
    case IR_DELETE:
    case IR_GETG:
    case IR_GETCALLERSP:
    case IR_MIN:
    case IR_MAX:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_RECOVER: return true;
    default: return false;
    }
}

/* Of a node that is no IR_CALLSITE yet: before its children, and behind them. */
static inline void inline_scan_before(struct inline_scan *s, struct ir *n)
{
    if (s->edges) {
        struct ir_func *fn = ir_edge_of(n);
        if (fn && (s->f->edges.n == 0 || s->f->edges.v[s->f->edges.n - 1] != fn)) {
            vec_push_in(s->u->arena, &s->f->edges, fn);
        }
    }
    s->left += inline_multi_assign_extra(n) - 1 - (i32)inline_hidden_nodes(n);
    if (s->left <= 0) {
        s->f->big = true;
        s->left = 0;
    }
}

static inline void inline_scan_behind(struct inline_scan *s, struct ir *n)
{
    if (inline_is_call_expr(n)) {
        n->flags |= IR_CALLSITE;
        if ((n->op == IR_CALLFUNC && !(n->flags & (IR_NOINLINE | IR_GODEFER))) || n->op == IR_CALLINTER) {
            vec_push_in(s->u->arena, &s->f->sites, (struct inline_site){.call = n});
        }
    }
}

/* ---- inline.c ---- */

struct inline_fn *inline_fn_of(struct inliner *in, struct ir_func *fn);
/* Sites, edges and size of a function's body. */
struct inline_fn *inline_scan(struct inliner *in, struct ir_func *fn);
/* The function that a call certainly calls (inl.go, inlCallee); decide: if it is a closure, find out whether it can be
 * inlined. */
struct ir_func *inline_callee(struct inliner *in, struct ir_func *caller, struct ir *fun, bool decide);
/* ir.StaticValue, of the version. */
struct ir *inline_static_value(const struct ir_unit *u, struct ir *n);

/* A message whose text is made when it is wanted (flow_note_write): of NOTE_INLINING the IR_INLCALL says what was
 * inlined. */
void inline_note(struct ir_unit *u, enum ir_note_kind kind, pos pos, u32 inl, struct ir *call, struct ir_func *fn);

/* ---- inline_cost.c ---- */

/* Decides whether fn can be inlined, once (CanInline). */
void inline_decide(struct inliner *in, struct ir_func *fn);
/* May this call be replaced by callee's body (canInlineCallExpr)?  once: it is a closure's only call. */
bool inline_worth(const struct inliner *in, const struct ir *call, const struct ir_func *callee, bool big_caller,
                  bool once);
/* ---- inline_devirt.c ---- */

/* Makes an interface call whose target is known a direct one (devirtualize.StaticCall); true: it did. */
bool inline_devirt_call(struct inliner *in, struct ir_func *fn, struct ir *call);
/* call has become an inlined body in fn (State.InlinedCall). */
void inline_devirt_inlined(struct inliner *in, struct ir_func *fn, struct ir *call);
void inline_devirt_init(struct inliner *in);
void inline_devirt_release(struct inliner *in);

/* ---- inline_intrinsic.c ---- */

u32 inline_arch(str goarch, const struct escape_profile *p);
bool inline_can_merge_loads(str goarch, const struct escape_profile *p);
bool inline_is_intrinsic(struct inliner *in, const struct ir *call);

#endif
