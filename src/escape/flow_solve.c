/* flow_solve.c: minimal dereferences between places, and what follows from them (escape/solve.go).
 *
 * From each place, as root, edges are walked backwards: what flows to it, and through how many dereferences at least.
 * There are negative edges, so this is Bellman-Ford with a work list; a place whose address reaches the root goes on
 * with 0, so that no cycle is negative.  Places whose attributes change are walked from again.
 *
 * The order of the work lists is the compiler's: with it the results of closures come to be lost, and leaks to results
 * to be leaks to the heap, at the same moments.
 */
#include <string.h>

#include "escape/flow_int.h"

/* Steps of walks, for each place and edge, after which needless ones are looked for (anew). */
enum { REACH_STEPS = 4 };

/* ---- work lists ---- */

static void queue_init(struct ir_unit *u, struct flow_queue *q, size_t n)
{
    size_t size = (size_t)q->mask + 1;
    if (!q->v || size < n + 1) {
        size = 64;
        while (size < n + 1) {
            size *= 2;
        }
        q->v = ARENA_ARRAY(u->arena, u32, size);
        q->mask = base_u32(size - 1);
    }
    q->head = q->n = 0;
}

static void push_front(struct flow_queue *q, u32 loc)
{
    q->head = (q->head - 1) & q->mask;
    q->v[q->head] = loc;
    q->n++;
}

static void push_back(struct flow_queue *q, u32 loc)
{
    q->v[(q->head + q->n) & q->mask] = loc;
    q->n++;
}

static u32 pop_front(struct flow_queue *q)
{
    u32 loc = q->v[q->head];
    q->head = (q->head + 1) & q->mask;
    q->n--;
    return loc;
}

static void enqueue(struct flow_batch *b, u32 loc)
{
    struct flow_loc *l = flow_loc_at(b, loc);

    if (l->flags & FLOW_QUEUED) {
        return;
    }
    l->flags |= FLOW_QUEUED;
    if (!b->p->walk_deque) {
        vec_push(&b->outer_stack, loc);
    } else if (l->attrs & FLOW_ESCAPES) {
        push_front(&b->outer, loc); /* its escape spreads sooner */
    } else {
        push_back(&b->outer, loc);
    }
}

/* ---- edges by destination ---- */

static void sort_arcs(struct flow_batch *b)
{
    size_t n = b->arcs.n;
    u32 at = 0;

    if (n > b->cap_edges) {
        b->cap_edges = 2 * n;
        b->edges = arena_alloc(b->u->arena, b->cap_edges * sizeof *b->edges);
        if (b->keep) {
            b->reasons = arena_alloc(b->u->arena, b->cap_edges * sizeof *b->reasons);
        }
    }
    for (size_t i = 0; i < n; i++) {
        b->locs.v[b->arcs.v[i].dst].n_edges++;
    }
    for (size_t i = 0; i < b->locs.n; i++) {
        struct flow_loc *l = &b->locs.v[i];
        l->first = at;
        at += l->n_edges;
        l->n_edges = 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct flow_loc *l = &b->locs.v[b->arcs.v[i].dst];
        u32 e = l->first + l->n_edges++;
        b->edges[e] = b->arcs.v[i].edge;
        if (b->keep) {
            b->reasons[e] = b->arc_reasons.v[i];
        }
    }
}

/* ---- one root ---- */

/* May what is stored in l survive what is stored in other's frame, or loop?  (batch.outlives) */
static bool outlives(struct flow_batch *b, u32 l_id, const struct flow_loc *other)
{
    const struct flow_loc *l = flow_loc_at(b, l_id);

    if (l->attrs & FLOW_ESCAPES) {
        return true;
    }
    if (l_id < FLOW_FIRST_LOC) {
        return false; /* mutator, callee: nothing is stored there */
    }
    if (l->flags & FLOW_RESULT) {
        /* Callers may do anything with a result; but all callers of a closure may be known, and a variable of a function
         * around it is then still there. */
        bool known = b->p->closure_results ? !(l->fn->flags & IR_FUNC_RESULTS_LOST)
                                           : (l->fn->flags & IR_FUNC_CALLED_HERE) != 0;
        return !(known && ir_contains_closure(other->fn, l->fn));
    }
    if (l->fn == other->fn) {
        return l->depth < other->depth;
    }
    return ir_contains_closure(l->fn, other->fn);
}

/* The parameter l leaks to the root (location.leakTo). */
static void leak_to(struct flow_batch *b, const struct flow_loc *l, const struct flow_loc *root, i32 derefs)
{
    struct ir_leaks *leaks = &b->leaks.v[l->leaks];

    if (!(root->attrs & FLOW_ESCAPES) && (root->flags & FLOW_RESULT) && root->fn == l->fn &&
        root->result <= b->p->leak_results) {
        flow_leak_add(leaks, LEAK_RESULT0 + root->result - 1u, derefs);
    } else {
        flow_leak_add(leaks, LEAK_HEAP, derefs);
    }
}

/* Nobody knows who calls the closure any more: its results flow wherever. */
static void lose_results(struct flow_batch *b, struct flow_loc *root)
{
    struct ir_func *fn = root->n->func;

    if (!flow_in_batch(fn) || (fn->flags & IR_FUNC_RESULTS_LOST)) {
        return;
    }
    fn->flags |= IR_FUNC_RESULTS_LOST;
    for (u32 i = 0; i < fn->n_results; i++) {
        struct ir_name *r = flow_result(fn, i);
        if (r && r->n.loc) {
            enqueue(b, r->n.loc);
        }
    }
}

/* Puts what flows to l, at `derefs` from the root, on the inner list where that is shorter than what was known. */
static void relax(struct flow_batch *b, u32 l_id, i32 derefs)
{
    const struct flow_loc *l = flow_loc_at(b, l_id);
    if (l->n_edges == 0) {
        return; /* there may be no edges at all */
    }
    const struct flow_edge *edges = b->edges + l->first;

    b->steps += l->n_edges;
    for (u32 i = 0, n = l->n_edges; i < n; i++) {
        struct flow_loc *src = flow_loc_at(b, edges[i].src);
        i32 d = derefs + edges[i].derefs;
        if ((src->attrs & FLOW_ESCAPES) || (src->gen == b->gen && src->derefs <= d)) {
            continue;
        }
        src->gen = b->gen;
        src->derefs = d;
        src->dst = l_id;
        src->dst_edge = i;
        if (!b->p->walk_deque) {
            vec_push(&b->inner_stack, edges[i].src);
        } else if (src->queued != b->gen) {
            src->queued = b->gen;
            push_back(&b->inner, edges[i].src);
        }
    }
}

/* l has come off the list; true: it escapes from now on. */
static bool visit(struct flow_batch *b, u32 root_id, u32 l_id)
{
    struct flow_loc *root = flow_loc_at(b, root_id), *l = flow_loc_at(b, l_id);
    bool address = l->derefs < 0;
    i32 derefs = address ? 0 : l->derefs;
    u8 attrs = 0;

    if (address) {
        if (outlives(b, root_id, l)) {
            if (b->keep && !(l->attrs & FLOW_ESCAPES)) {
                flow_log_path(b, root_id, l_id);
            }
            attrs = FLOW_ALL_ATTRS;
        } else if (root->attrs & FLOW_PERSISTS) {
            attrs = FLOW_PERSISTS;
        }
    }
    if (derefs == 0) {
        attrs |= root->attrs & (FLOW_MUTATES | FLOW_CALLS);
    }
    if (l->flags & FLOW_PARAM) {
        if (outlives(b, root_id, l)) {
            leak_to(b, l, root, derefs);
        }
        if (root->attrs & FLOW_MUTATES) {
            flow_leak_add(&b->leaks.v[l->leaks], LEAK_MUTATOR, derefs);
        }
        if (root->attrs & FLOW_CALLS) {
            flow_leak_add(&b->leaks.v[l->leaks], LEAK_CALLEE, derefs);
        }
    }
    if (attrs & ~l->attrs) {
        l->attrs |= attrs;
        enqueue(b, l_id);
        if (l->attrs & FLOW_ESCAPES) {
            return true;
        }
    }
    relax(b, l_id, derefs);
    return false;
}

/* The same as Go 1.19 to 1.21 do it: no mutators and callees, another order. */
static void visit_old(struct flow_batch *b, u32 root_id, u32 l_id)
{
    struct flow_loc *root = flow_loc_at(b, root_id), *l = flow_loc_at(b, l_id);
    bool address = l->derefs < 0;
    i32 derefs = address ? 0 : l->derefs;

    if (address && (root->attrs & FLOW_PERSISTS) && !(l->attrs & FLOW_PERSISTS)) {
        l->attrs |= FLOW_PERSISTS;
        enqueue(b, l_id);
    }
    if (outlives(b, root_id, l)) {
        if (l->flags & FLOW_PARAM) {
            leak_to(b, l, root, derefs);
        }
        if (address && !(l->attrs & FLOW_ESCAPES)) {
            if (b->keep) {
                flow_log_path(b, root_id, l_id);
            }
            l->attrs |= FLOW_ESCAPES;
            enqueue(b, l_id);
            return;
        }
    }
    relax(b, l_id, derefs);
}

/* Nothing comes of walking from here. */
static bool is_idle(const struct flow_loc *root)
{
    return root->n_edges == 0 && !(root->flags & FLOW_PARAM) && !(root->attrs & FLOW_CALLS);
}

/* When the walks have cost more than finding out which of them are needless. */
static bool is_needless(struct flow_batch *b, u32 root_id)
{
    size_t size = b->locs.n + b->arcs.n;

    if (b->steps > REACH_STEPS * size) {
        flow_reach(b);
        b->steps = 0;
    }
    return b->reach && flow_reach_nothing(b, root_id);
}

static void walk_one(struct flow_batch *b, u32 root_id)
{
    struct flow_loc *root = flow_loc_at(b, root_id);

    if (is_idle(root)) {
        return;
    }
    if (b->p->mutator_callee && (root->attrs & FLOW_CALLS) && root->n && root->n->op == IR_CLOSURE) {
        lose_results(b, root);
    }
    if (is_needless(b, root_id)) {
        return;
    }
    b->gen++;
    root->gen = b->gen;
    root->derefs = 0;
    root->dst = 0;
    if (b->p->walk_deque) {
        push_front(&b->inner, root_id);
        while (b->inner.n) {
            u32 l = pop_front(&b->inner);
            flow_loc_at(b, l)->queued = 0;
            visit(b, root_id, l);
        }
        return;
    }
    vec_push(&b->inner_stack, root_id);
    while (b->inner_stack.n) {
        u32 l = vec_pop(&b->inner_stack);
        if (b->p->mutator_callee) {
            visit(b, root_id, l);
        } else {
            visit_old(b, root_id, l);
        }
    }
}

/* ---- all roots ---- */

void flow_solve(struct flow_batch *b)
{
    size_t n = b->locs.n;

    sort_arcs(b);
    b->gen = 0;
    b->steps = 0;
    b->reach = NULL;
    if (!b->p->walk_deque) {
        for (size_t i = FLOW_FIRST_LOC; i < n; i++) {
            enqueue(b, (u32)i);
        }
        if (b->p->mutator_callee) {
            enqueue(b, FLOW_MUTATOR_LOC);
            enqueue(b, FLOW_CALLEE_LOC);
        }
        enqueue(b, FLOW_HEAP_LOC);
        while (b->outer_stack.n) {
            u32 root = vec_pop(&b->outer_stack);
            flow_loc_at(b, root)->flags &= (u8)~FLOW_QUEUED;
            walk_one(b, root);
        }
        return;
    }
    static const u32 last[] = {FLOW_MUTATOR_LOC, FLOW_CALLEE_LOC, FLOW_HEAP_LOC};
    queue_init(b->u, &b->outer, n);
    queue_init(b->u, &b->inner, n);
    for (size_t i = FLOW_FIRST_LOC; i < n + ARRAY_LEN(last); i++) {
        u32 loc = i < n ? (u32)i : last[i - n];
        push_front(&b->outer, loc);
        flow_loc_at(b, loc)->flags |= FLOW_QUEUED;
    }
    while (b->outer.n) {
        u32 root = pop_front(&b->outer);
        flow_loc_at(b, root)->flags &= (u8)~FLOW_QUEUED;
        walk_one(b, root);
    }
}
