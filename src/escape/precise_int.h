/* precise_int.h: the inside of the precise engine: objects, slots, constraints, summaries.
 *
 *   precise.c          order of functions, recursion, verdicts
 *   precise_graph.c    objects, slots, what points where: the solver
 *   precise_expr.c     expressions to constraints
 *   precise_stmt.c     statements to constraints
 *   precise_call.c     calls: who is called, arguments, results
 *   precise_apply.c    a callee's summary put into its caller's graph
 *   precise_summary.c  what callers need to know of a function
 *   precise_type.c     where types have pointers; methods of dynamic types
 *   precise_why.c      ways, and what blocks the compiler
 *
 * Glossary
 *   object   what can be pointed to: a variable, the storage of an expression, the heap (all of it), a phantom, a type or
 *            function as a constant; or a temporary, which nothing points to.
 *   own      of objects: made by the function that is analysed, each time it is called.
 *   phantom  stands for what a parameter (or captured variable, or result of an unknown call) led to when the function was
 *            called; its children for what was in its fields.
 *   slot     one word of an object that may hold pointers; known by object and offset.  Elements of arrays share one.
 *   addr     an object and an offset into it, as a slot's contents; interned.
 *   use      what is to be done with each addr that a slot gets.
 *   sink     a slot whose contents must be in the heap.
 *
 * A graph belongs to one function and one round of its analysis.
 */
#ifndef GOMM_ESCAPE_PRECISE_INT_H
#define GOMM_ESCAPE_PRECISE_INT_H

#include "base/map.h"
#include "base/vec.h"
#include "escape/precise.h"

enum precise_kind {
    PK_NONE,
    PK_HEAP,
    PK_VAR,   /* own */
    PK_SITE,  /* own */
    PK_TEMP,
    PK_PHANTOM,
    PK_TYPE,
    PK_FUNC,
};

enum precise_obj_flag {
    PO_ESCAPED = 1,
    PO_COLLAPSED = 2, /* one slot only */
    PO_CONTENT = 4,   /* what is stored in it is in the heap, wherever it is itself */
    PO_RESULT = 8,    /* PK_VAR: goes to the caller */
    PO_DEEP = 16,     /* PK_PHANTOM: stands for all that is behind it too */
    PO_USED = 32,     /* PK_PHANTOM, while a summary is made */
};

/* Where a phantom comes from. */
enum precise_root { PR_CHILD, PR_PARAM, PR_CONTEXT, PR_RECORD };

struct precise_why {
    u8 cause;
    u32 slot;     /* in which it was found */
    pos pos;
    u32 inl;
};

struct precise_obj {
    u8 kind, flags;
    u8 root, level;   /* PK_PHANTOM */
    i32 depth;        /* of loops around */
    u32 slots;        /* first, by precise_slot.next */
    u32 parent;       /* PK_PHANTOM: object; parameter; call << 8 | result */
    i32 off;          /* PK_PHANTOM: of the slot that led to it */
    i64 size;         /* offsets beyond are a sign of unsafe code; below 0: not known */
    struct ir *n;     /* PK_VAR, PK_SITE */
    void *p;          /* PK_TYPE: struct precise_type; PK_FUNC: struct ir_func; PK_SITE: closure's function */
    struct precise_why why; /* PO_ESCAPED */
};

struct precise_entry {
    u32 addr;
    u32 from; /* the slot it came from; 0: here is where it begins */
    pos pos;
    u32 inl;
};

enum precise_slot_flag {
    PS_SINK = 1,
    PS_OWN_SINK = 2, /* for own objects only: contents are handed to the caller */
    PS_SEEDED = 4,   /* a phantom's: its child is there */
};

struct precise_slot {
    u32 obj;
    i32 off;
    u32 next;   /* of the same object */
    u32 uses;   /* first, by precise_use.next */
    u32 n, cap, done;
    struct precise_entry *v;
    u8 flags;
    u8 cause;   /* of PS_SINK, PS_OWN_SINK */
    bool queued;
    pos pos;
    u32 inl;
};

enum precise_use_kind { PU_COPY, PU_LOAD, PU_STORE, PU_COLLAPSE, PU_FUNC, PU_TYPE };

struct precise_use {
    u8 kind;
    u32 next;
    u32 other; /* slot; call */
    i32 off;
    pos pos;
    u32 inl;
};

struct precise_addr {
    u32 obj;
    i32 off;
};

/* Open addressing over u64 keys; emptied between graphs. */
struct precise_set {
    u64 *keys;
    u32 *vals;
    u32 mask, n;
};

/* Words of a type that may hold pointers; elements of arrays once. */
struct precise_layout {
    u32 n;
    bool whole; /* too many: the object is one slot */
    i32 off[];
};

/* A dynamic type. */
struct precise_type {
    struct type *type;
    bool open; /* generic, or declared in something generic: stands for many */
};

enum precise_call_kind { PC_FUNC, PC_METHOD };
enum precise_call_flag { PC_UNKNOWN = 1, PC_PHANTOM = 2, PC_MANY = 4 };

/* A call whose target the graph has to say. */
struct precise_call {
    u8 kind, flags;
    u8 level;           /* of summaries that led to it */
    pos pos;
    u32 inl;
    u32 fun;            /* PC_FUNC: slot of the function value; PC_METHOD: of the type word */
    u32 data;           /* PC_METHOD: slot of the data word */
    struct obj *method; /* PC_METHOD */
    struct type *iface;
    u32 *args;          /* objects (temporaries), without receiver of PC_METHOD */
    struct type **arg_types;
    u32 n_args;
    u32 *results;       /* objects */
    struct type **result_types;
    u32 n_results;
    VEC(const void *) targets;
    u32 record;         /* while a summary is made: its number + 1 */
    u64 origin;         /* the call where it was first open, and how */
};

/* ---- summaries ---- */

enum precise_sum_kind {
    SUM_BOTTOM, /* nothing known yet: nothing happens */
    SUM_GRAPH,
    SUM_TAGS,   /* what the gc engine's tags say */
};

enum precise_target_kind { PT_PHANTOM, PT_HEAP, PT_TYPE, PT_FUNC };

struct precise_target {
    u8 kind;
    u32 phantom;
    i32 off;
    void *p;
};

struct precise_phantom {
    u8 root;      /* enum precise_root */
    bool deep, escaped, collapsed;
    u8 cause;
    u32 parent;   /* phantom; parameter; record << 8 | result */
    i32 off;
    pos pos;
    u32 inl;
};

enum precise_effect_kind { PE_STORE, PE_RESULT, PE_FUN, PE_DATA, PE_ARG };

struct precise_effect {
    u8 kind;
    u32 dst;  /* phantom; result; record, record << 8 | argument */
    i32 off;
    struct precise_target target;
};

struct precise_record {
    u8 kind; /* enum precise_call_kind */
    struct obj *method;
    struct type *iface;
    struct type **arg_types, **result_types;
    u32 n_args, n_results;
    u64 origin;
};

enum precise_sum_state { SUM_NEW, SUM_ACTIVE, SUM_AGAIN, SUM_DONE };

struct precise_sum {
    u8 kind, state;
    bool used;      /* while active: somebody needed it */
    bool closed;    /* leaves no calls to its callers: there were too many */
    u32 index;      /* on the stack */
    u32 rounds;
    u64 hash;       /* of all below, in no order */
    struct ir_func *fn;
    struct ir_unit *unit;
    struct precise_phantom *phantoms;
    struct precise_effect *effects;
    struct precise_record *records;
    u32 n_phantoms, n_effects, n_records;
    struct precise_site *sites;
    u32 n_sites;
    bool closed_world; /* rests on the program's own implementations of an interface */
    struct precise_sum *next; /* on the stack */
};

/* ---- the work ---- */

struct precise_graph;

/* One place of a method of an interface: all types of the program that may stand behind it. */
struct precise_targets {
    struct precise_type **v;
    u32 n;
    bool open; /* too many, or not all are known */
};

struct precise_state {
    struct precise *p;
    struct escape *e;
    struct arena *arena;
    struct map sums;      /* ir_func → precise_sum */
    struct map layouts;   /* type → precise_layout */
    struct map types;     /* type → precise_type; identical ones share */
    struct map type_ids;  /* hash → first */
    struct map targets;   /* (interface method) → precise_targets */
    VEC(struct precise_type *) dynamic; /* that may stand behind interfaces */
    struct map by_method; /* name_id → VEC of dynamic, made on demand */
    bool dynamic_done;
    struct precise_sum *stack; /* being analysed, newest first */
    u32 n_stack;
    struct precise_graph *spare;
    struct precise_graph *current;
    u32 *low;             /* of the function that is being analysed: the oldest that it needs */
    bool changed;         /* in this round of a component */
};

struct precise_graph {
    struct precise_graph *next; /* spare */
    struct precise_state *st;
    struct ir_unit *u;
    struct ir_func *fn;
    struct arena arena;
    VEC(struct precise_obj) objs;
    VEC(struct precise_slot) slots;
    VEC(struct precise_use) uses;
    VEC(struct precise_addr) addrs;
    VEC(struct precise_call *) calls;
    VEC(u32) queue;
    VEC(u32) waiting; /* calls through interfaces from the heap, of which nothing may have come */
    struct precise_sum *sum;
    VEC(struct ir *) touched; /* whose loc is an object here */
    struct precise_set addr_ids, entries, edges, consts;
    u32 heap_slot;  /* holds the heap */
    u32 context;    /* phantom: the closure */
    u32 *phantom_of_param;
    i32 depth;
    pos pos;        /* of what is being walked */
    u32 inl;
    u64 steps;
    bool over;      /* too much: given up */
    bool closed_world;
};

enum {
    PRECISE_LEVELS = 3,        /* of phantoms behind each other */
    PRECISE_CALL_LEVELS = 3,   /* of unknown calls in summaries of summaries */
    PRECISE_WORDS = 64,        /* of one type told apart */
    PRECISE_SLOTS = 12000,
    PRECISE_STEPS = 100000,
    PRECISE_ROUNDS = 16,
    PRECISE_TARGETS = 8,      /* of a call */
    PRECISE_RECORDS = 6,
    PRECISE_PHANTOMS = 64,     /* in a summary */
    PRECISE_EFFECTS = 240,
    PRECISE_NEVER = INT32_MAX, /* depth of what holds nothing over time */
};

/* ---- precise_type.c ---- */

const struct precise_layout *precise_layout_of(struct precise_state *st, struct type *t);
bool precise_has_pointers(struct precise_state *st, struct type *t);
struct precise_type *precise_type_of(struct precise_state *st, struct type *t);
i32 precise_field_offset(struct precise_state *st, struct type *t, u32 field);
/* What may stand behind the interface. */
const struct precise_targets *precise_targets_of(struct precise_state *st, struct type *iface, struct obj *method);
/* How a dynamic type's method is reached. */
struct precise_method {
    struct ir_func *fn; /* NULL: not known */
    struct selection sel;
    bool ptr_recv;
};
bool precise_method_of(struct precise_state *st, struct type *t, struct obj *method, struct precise_method *out);
void precise_collect_types(struct precise_state *st);

/* ---- precise_graph.c ---- */

struct precise_graph *precise_graph_begin(struct precise_state *st, struct ir_unit *u, struct ir_func *fn);
void precise_graph_end(struct precise_graph *g);
void precise_graph_free(struct precise_graph *g);
u32 precise_new_obj(struct precise_graph *g, enum precise_kind kind, struct ir *n, i64 size);
u32 precise_temp(struct precise_graph *g);
u32 precise_slot_at(struct precise_graph *g, u32 obj, i32 off);
u32 precise_phantom(struct precise_graph *g, enum precise_root root, u32 parent, i32 off, u32 level);
u32 precise_const_type(struct precise_graph *g, struct precise_type *t);
u32 precise_const_func(struct precise_graph *g, struct ir_func *fn);
/* slot gets the address of obj + off. */
void precise_add(struct precise_graph *g, u32 slot, u32 obj, i32 off);
void precise_add_heap(struct precise_graph *g, u32 slot);
void precise_copy(struct precise_graph *g, u32 dst, u32 src, i32 shift);
void precise_load(struct precise_graph *g, u32 dst, u32 ptr, i32 off);
void precise_store(struct precise_graph *g, u32 ptr, i32 off, u32 src);
void precise_collapse(struct precise_graph *g, u32 slot);   /* what it points to */
void precise_sink(struct precise_graph *g, u32 slot, enum precise_cause cause);
void precise_own_sink(struct precise_graph *g, u32 slot, enum precise_cause cause);
void precise_call_use(struct precise_graph *g, u32 call);
void precise_escape(struct precise_graph *g, u32 obj, enum precise_cause cause, u32 slot, pos pos, u32 inl);
void precise_collapse_obj(struct precise_graph *g, u32 obj);
void precise_solve(struct precise_graph *g);
static inline bool precise_is_own(const struct precise_obj *o)
{
    return o->kind == PK_VAR || o->kind == PK_SITE;
}
u32 *precise_set_put(struct precise_set *s, u64 key, bool *fresh);

/* ---- precise_expr.c ---- */

/* Where something is, or is put. */
enum precise_place_kind { PP_NOWHERE, PP_DIRECT, PP_BEHIND, PP_HEAP };
struct precise_place {
    u8 kind;
    u8 cause;  /* PP_HEAP */
    u32 at;    /* PP_DIRECT: object; PP_BEHIND: slot of a pointer */
    i32 off;
};

void precise_eval(struct precise_graph *g, struct precise_place dst, struct ir *n);
void precise_discard(struct precise_graph *g, struct ir *n);
struct precise_place precise_place_of(struct precise_graph *g, struct ir *n); /* n's own, or that of a copy */
struct precise_place precise_destination(struct precise_graph *g, struct ir *n);
void precise_copy_value(struct precise_graph *g, struct precise_place dst, struct precise_place src, struct type *t);
void precise_put_heap(struct precise_graph *g, struct precise_place dst, struct type *t);
u32 precise_value(struct precise_graph *g, struct ir *n, i32 off); /* slot of a word of n's value */
void precise_unsafe_value(struct precise_graph *g, struct precise_place dst, struct ir *n);
void precise_put(struct precise_graph *g, struct precise_place dst, i32 off, u32 src, i32 shift);
void precise_from_interface(struct precise_graph *g, struct precise_place dst, struct ir *x, struct type *t);
u32 precise_var(struct precise_graph *g, struct ir_name *n);
i32 precise_capture_offset(struct precise_graph *g, const struct ir_func *fn, u32 i);
static inline struct precise_place precise_direct(u32 obj, i32 off)
{
    return (struct precise_place){.kind = PP_DIRECT, .at = obj, .off = off};
}
#define PRECISE_NOWHERE ((struct precise_place){0})
static inline struct precise_place precise_heap(enum precise_cause cause)
{
    return (struct precise_place){.kind = PP_HEAP, .cause = (u8)cause};
}

/* ---- precise_stmt.c ---- */

void precise_stmts(struct precise_graph *g, const struct ir_list *l);
void precise_body(struct precise_graph *g);

/* ---- precise_call.c ---- */

/* dst: places of results; NULL: they are not used. */
void precise_call(struct precise_graph *g, const struct precise_place *dst, struct ir *call);
void precise_go_defer(struct precise_graph *g, struct ir *n);
/* An addr in a call's function or type word. */
void precise_resolve(struct precise_graph *g, u32 call, u32 obj, i32 off);
void precise_unknown_call(struct precise_graph *g, struct precise_call *c, enum precise_cause cause);
/* Calls that waited, now that all is known: did anything happen? */
bool precise_wake(struct precise_graph *g);

/* ---- precise_apply.c ---- */

/* A function with a summary is called; context: slot of the closure, 0: none. */
void precise_apply(struct precise_graph *g, struct ir_func *fn, u32 context, const struct precise_call *c, u32 recv);

/* ---- precise_summary.c ---- */

void precise_summarise(struct precise_graph *g, struct precise_sum *s);

/* ---- precise.c ---- */

struct precise_sum *precise_sum_of(struct precise_state *st, struct ir_func *fn, struct ir_unit *u);
bool precise_is_opaque(const struct ir_func *fn);

/* ---- precise_why.c ---- */

void precise_steps(struct precise_graph *g, u32 obj, struct precise_site *s);
void precise_blocked(struct precise_state *st, struct precise_site *s);

#endif
