/* flow.h: the flow of values between places: escape analysis proper.
 *
 * Source: GOROOT/src/cmd/compile/internal/escape (graph.go, expr.go, stmt.go, call.go, solve.go, leaks.go).
 *
 * Every variable and every expression that allocates is a place.  An assignment is an edge between places with the
 * number of dereferences that the value goes through: p = &q is -1, p = q is 0, p = *q is 1.  A place whose address
 * reaches one that lives longer than itself must be in the heap.
 *
 * With u->keep_flows the reasons stay: the paths on which something came to escape, in the words of -m=2.  They are
 * in the unit's arena.
 */
#ifndef GOMM_ESCAPE_FLOW_H
#define GOMM_ESCAPE_FLOW_H

#include "escape/ir.h"
#include "escape/profile.h"

/* Analyses the unit's functions, components of the call graph bottom-up: sets IR_ESCAPES/IR_ANALYSED of nodes and names,
 * the functions' tags, and gives the messages of -m.  The notes have no text: see flow_note_write. */
void flow_unit(struct ir_unit *u);
void flow_func(struct ir_unit *u, struct ir_func *fn); /* one that was made afterwards */

/* Frees what the unit keeps for the reasons; before the unit's arena. */
void flow_unit_release(struct ir_unit *u);

/* A note as -m words it, in the unit's arena: its text, or, of flow_unit's notes, what its kind and node say. */
void flow_note_write(struct strbuf *out, struct ir_unit *u, const struct ir_note *n);

/* ---- reasons ---- */

enum flow_place_kind {
    FLOW_HEAP,    /* globals, what pointers point to, arguments of unknown functions */
    FLOW_TEMP,    /* a place that nobody wrote: it joins or delays flows */
    FLOW_NAME,    /* a variable: n */
    FLOW_STORAGE, /* what the expression n allocates */
};

struct flow_place {
    enum flow_place_kind kind;
    struct ir *n; /* NULL: HEAP, TEMP */
};

/* Why a value flows: "from where (why)". */
struct flow_reason {
    const struct flow_reason *next;
    struct ir *where;
    const char *why; /* "assign", "call parameter", "captured by a closure", "too large for stack" … */
};

/* dst ← src, through derefs dereferences; -1: src's address. */
struct flow_step {
    struct flow_place dst, src;
    i32 derefs;
    const struct flow_reason *reasons; /* innermost first */
};

/* One decision: the address of n reaches root.  steps go from n to root. */
struct flow_why {
    struct ir *n;
    struct ir_func *fn; /* n's */
    struct flow_place root;
    struct flow_step *steps;
    u32 n_steps;
    bool cut;           /* the path met itself: the steps do not reach the root */
    const struct flow_why *next; /* of the same n, later */
};

/* Why n (a name or an allocating expression) is in the heap: the first reason; by next the others that are as direct.
 * NULL: it is not in the heap, or nobody knows (no keep_flows). */
const struct flow_why *flow_why_heap(const struct ir_unit *u, const struct ir *n);

#endif
