/* flow_int.h: the inside of escape analysis: places, holes, edges, batches.
 *
 *   flow.c         batches of functions: places of variables, closures, decisions and their messages
 *   flow_graph.c   places, holes, edges
 *   flow_expr.c    expressions
 *   flow_stmt.c    statements, assignments
 *   flow_call.c    calls, arguments, builtins
 *   flow_godefer.c go and defer as Go 1.19 to 1.21 wrap their calls
 *   flow_rule.c    what makes an assignment harmless, a size too large, an expression constant after all
 *   flow_solve.c   minimal dereferences between places
 *   flow_reach.c   from which of them nothing follows
 *   flow_tag.c     what parameters leak, and how -m says it
 *   flow_why.c     reasons
 *
 * Glossary
 *   place    struct flow_loc (gc: location): a variable or the storage of an expression.  Known by its number in the
 *            batch; 0 to 3 are no variables: FLOW_BLANK, …
 *   hole     where the value of an expression goes: a place, behind so many dereferences.
 *   edge     an assignment; belongs to its destination.
 *   batch    the functions of one component of the call graph, with their closures.
 */
#ifndef GOMM_ESCAPE_FLOW_INT_H
#define GOMM_ESCAPE_FLOW_INT_H

#include "base/vec.h"
#include "escape/flow.h"

enum { FLOW_BLANK_LOC, FLOW_HEAP_LOC, FLOW_MUTATOR_LOC, FLOW_CALLEE_LOC, FLOW_FIRST_LOC };

/* attrs (graph.go, locAttr).  Go 1.19 calls the absence of PERSISTS transient and knows neither MUTATES nor CALLS. */
enum flow_attr {
    FLOW_ESCAPES = 1,  /* its address goes where it cannot follow */
    FLOW_PERSISTS = 2, /* its address outlives the statement */
    FLOW_MUTATES = 4,  /* what is reached from it may be changed */
    FLOW_CALLS = 8,    /* closures reached from it may be called in unknown places */
    FLOW_ALL_ATTRS = 15,
};

enum flow_loc_flag {
    FLOW_CAPTURED = 1,
    FLOW_REASSIGNED = 2,
    FLOW_ADDRTAKEN = 4,
    FLOW_PARAM = 8,
    FLOW_RESULT = 16,
    FLOW_QUEUED = 32, /* in the solver's outer queue */
};

struct flow_loc {
    struct ir *n;          /* NULL: joins flows only */
    struct ir_func *fn;    /* around it; NULL of 0 to 3 */
    i32 depth;             /* of loops, where it was declared; 1 in no loop */
    u8 attrs;              /* enum flow_attr */
    u8 flags;              /* enum flow_loc_flag */
    u16 result;            /* FLOW_RESULT: its index + 1 */
    u32 leaks;             /* FLOW_PARAM: index in batch.leaks */
    /* the solver's, for the root whose generation is gen */
    i32 derefs;            /* minimal, at least -1 */
    u32 gen, queued;
    u32 first, n_edges;    /* in batch.edges */
    u32 dst, dst_edge;     /* the place before it on the path from the root, and the edge */
};

/* What a walk from a place may still do to those that it comes to. */
enum flow_reach {
    FLOW_REACH_PERSISTS = 1,
    FLOW_REACH_OUTLIVES = 2,
};

struct flow_edge {
    u32 src;
    i32 derefs;
};

/* An edge before all are there and can be sorted by destination. */
struct flow_arc {
    u32 dst;
    struct flow_edge edge;
};

struct flow_hole {
    u32 dst;
    i16 derefs;     /* at least -1 */
    bool addrtaken; /* the expression's address is taken, whether or not it is kept */
    const struct flow_reason *reasons;
};

struct flow_closure {
    struct flow_hole k; /* into the closure's own storage */
    struct ir *n;
};

/* A ring; its size is a power of two and enough for every place once. */
struct flow_queue {
    u32 *v;
    u32 mask, head, n;
};

/* Answers about types that were asked before: most are about few. */
enum { FLOW_TYPES = 1024 };

struct flow_type {
    struct type *type;
    bool pointers;
};

struct flow_batch {
    struct ir_unit *u;
    const struct escape_profile *p;
    bool keep;
    VEC(struct flow_loc) locs;
    VEC(struct flow_arc) arcs;
    VEC(const struct flow_reason *) arc_reasons; /* keep */
    VEC(struct flow_closure) closures;
    VEC(struct ir_leaks) leaks;
    struct flow_edge *edges;                     /* by destination; as added */
    const struct flow_reason **reasons;          /* keep: of edges */
    size_t cap_edges;
    struct flow_queue outer, inner;
    VEC(u32) outer_stack, inner_stack;           /* of versions without walk_deque */
    u32 gen;
    size_t steps;                                /* along edges, since flow_reach */
    u8 *reach;                                   /* by place: enum flow_reach; NULL: not yet asked */
    struct flow_type types[FLOW_TYPES]; /* by address */
};

/* The walk over one function. */
struct flow_fn {
    struct flow_batch *b;
    struct ir_func *fn;
    i32 depth; /* of loops around, from 1 */
};

/* ---- flow.c ---- */

void flow_walk_func(struct flow_batch *b, struct ir_func *fn);
/* Is fn analysed together with what is looked at now, so that its tags are not there yet?  (escape.inMutualBatch) */
static inline bool flow_in_batch(const struct ir_func *fn)
{
    return !(fn->flags & (IR_FUNC_IMPORTED | IR_FUNC_RUNTIME)) &&
           (fn->esc_state == IR_ESC_PLANNED || fn->esc_state == IR_ESC_STARTED);
}
static inline struct ir_name *flow_result(const struct ir_func *fn, u32 i)
{
    return fn->params ? fn->params[fn->n_recv + fn->n_params + i] : NULL;
}

/* ---- flow_graph.c ---- */

u32 flow_new_loc(struct flow_batch *b, struct ir_func *fn, i32 depth, struct ir *n, bool persists);
u32 flow_old_loc(struct flow_batch *b, struct ir_name *n); /* of its canonical variable */
static inline struct flow_loc *flow_loc_at(struct flow_batch *b, u32 loc)
{
    return &b->locs.v[loc];
}
static inline struct flow_hole flow_hole_of(u32 loc)
{
    return (struct flow_hole){.dst = loc};
}
#define FLOW_DISCARD flow_hole_of(FLOW_BLANK_LOC)
struct flow_hole flow_hole_note(struct flow_batch *b, struct flow_hole k, struct ir *where, const char *why);
struct flow_hole flow_hole_shift(struct flow_hole k, i32 delta);
struct flow_hole flow_hole_deref(struct flow_batch *b, struct flow_hole k, struct ir *where, const char *why);
struct flow_hole flow_hole_addr(struct flow_batch *b, struct flow_hole k, struct ir *where, const char *why);
/* Through an interface whose dynamic type is t. */
struct flow_hole flow_hole_dot_type(struct flow_batch *b, struct flow_hole k, struct type *t, struct ir *where,
                                    const char *why);
/* A hole that goes into each of ks. */
struct flow_hole flow_hole_tee(struct flow_fn *e, const struct flow_hole *ks, u32 n);
/* A hole that goes into k, some time later. */
struct flow_hole flow_hole_later(struct flow_fn *e, struct flow_hole k);
/* A place for n whose address goes into k; a hole into it. */
struct flow_hole flow_spill(struct flow_fn *e, struct flow_hole k, struct ir *n);
/* src's value goes into k. */
void flow_add(struct flow_batch *b, struct flow_hole k, u32 src);

/* ---- flow_expr.c ---- */

void flow_expr(struct flow_fn *e, struct flow_hole k, struct ir *n);
void flow_expr_skip_init(struct flow_fn *e, struct flow_hole k, struct ir *n);
void flow_discard(struct flow_fn *e, struct ir *n);
void flow_discards(struct flow_fn *e, const struct ir_list *l);
/* A uintptr in which a pointer may be hidden. */
void flow_unsafe_value(struct flow_fn *e, struct flow_hole k, struct ir *n);

/* ---- flow_stmt.c ---- */

void flow_stmt(struct flow_fn *e, struct ir *n);
void flow_stmts(struct flow_fn *e, const struct ir_list *l);
void flow_block(struct flow_fn *e, const struct ir_list *l); /* keeps e->depth */
/* Which labels are jumped back to: those of a body, not of closures or inlined calls in it. */
void flow_scan_labels(const struct ir_list *l);
/* Where an assignment to n puts its value. */
struct flow_hole flow_addr(struct flow_fn *e, struct ir *n);
void flow_assign_heap(struct flow_fn *e, struct ir *src, const char *why, struct ir *where);

/* ---- flow_call.c ---- */

/* ks: a hole for each result; NULL: they are not used. */
void flow_call(struct flow_fn *e, const struct flow_hole *ks, struct ir *call);
void flow_go_defer(struct flow_fn *e, struct ir *n);
/* The hole for an argument (with the receiver counted) of fn; NULL: not known. */
struct flow_hole flow_tag_hole(struct flow_fn *e, const struct flow_hole *ks, struct ir_func *fn, u32 param);
/* The function that `fun` certainly is; NULL: not known. */
struct ir_func *flow_callee(const struct flow_batch *b, struct ir *fun);
/* A new variable with n's value: its statements are put in init and walked. */
struct ir_name *flow_copy(struct flow_fn *e, pos pos, u32 inl, struct ir *n, struct ir_list *init);

/* ---- flow_godefer.c ---- */

void flow_go_defer_wrap(struct flow_fn *e, struct flow_hole k, struct ir *n);

/* ---- flow_rule.c ---- */

bool flow_is_self_assign(struct ir *dst, struct ir *src);
const char *flow_heap_reason(struct flow_batch *b, struct ir *n); /* NULL: none */
void flow_rewrite_literals(struct flow_batch *b, struct ir *n, struct ir_func *fn);
bool flow_is_reflect_data(struct flow_batch *b, struct ir *n); /* reflect.SliceHeader.Data, StringHeader.Data */
bool flow_has_pointers(struct flow_batch *b, struct type *t);

/* ---- flow_solve.c ---- */

void flow_solve(struct flow_batch *b);

/* ---- flow_reach.c ---- */

/* Finds out for all places, as things are now. */
void flow_reach(struct flow_batch *b);
/* After flow_reach: a walk from the root would change nothing, now and later on. */
bool flow_reach_nothing(const struct flow_batch *b, u32 root_id);

/* ---- flow_tag.c ---- */

extern const struct ir_leaks flow_no_leaks, flow_leaks_heap;
void flow_leak_add(struct ir_leaks *l, u32 what, i32 derefs);
void flow_tag_params(struct flow_batch *b, struct ir_func *fn);
void flow_note(struct ir_unit *u, enum ir_note_kind kind, struct ir *n, struct ir_func *fn);

/* ---- flow_why.c ---- */

/* keep only.  root gets src's address at once. */
void flow_log_direct(struct flow_batch *b, u32 root, u32 src, i32 derefs, const struct flow_reason *reasons);
/* By the solver's path. */
void flow_log_path(struct flow_batch *b, u32 root, u32 src);

#endif
