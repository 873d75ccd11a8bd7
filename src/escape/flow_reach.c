/* flow_reach.c: from which roots a walk may still change something.
 *
 * Walks from all places cost time that is quadratic in the size of a batch, and in a large one nearly all of them change
 * nothing.  What a walk from a root that does not escape can do to a place l that it comes to is
 *
 *   1. l escapes or, a parameter, leaks, because the root outlives it: l is in a deeper loop of the root's function or in
 *      a closure in it, or the root is a result;
 *   2. l persists, because its address is in a root that persists;
 *   3. l mutates or calls, or leaks to what does, because the root does.
 *
 * The third need not be looked at: the walk that made the root so came through it without a dereference, hence to all
 * that its own walk comes to, and at no more dereferences.  For the others l is looked for from the other side: from all
 * places at once of which something could be changed, in sets: those that could persist, and for each function those that
 * it could outlive.  A place x that is found has a number r, the most dereferences at which a walk may come to x and still
 * find such an l in time: 0 behind the edge that takes l's address; and r - e for y behind an edge of e dereferences from
 * x to y, if that is not negative (a walk goes on from a negative number with 0).
 *
 * The answer stays true: places come to escape and to persist, never the other way, and walks end at those that escape.
 */
#include <string.h>

#include "escape/flow_int.h"

enum {
    REACH_LEVELS = 4, /* of r; the last one is for all that are larger: cycles could make it any number */
    REACH_SETS = 64,  /* looked for at once */
    REACH_PERSIST = 0, /* the set of those that could persist; others are functions' */
};

/* By r the sets from which one was found with that number or a larger one. */
struct reach_sets {
    u64 by_r[REACH_LEVELS];
};

struct reach {
    struct flow_batch *b;
    u32 *first; /* by source, in edges */
    struct flow_edge *edges; /* by source: src is the destination */
    struct reach_sets *at; /* by place */
    u32 *todo;             /* a ring of places, each on it once, whose sets have grown */
    bool *queued;
    u32 head, n_todo;
    u32 base;              /* the first set's number */
};

static void reach_put(struct reach *r, u32 loc, const struct reach_sets *s)
{
    struct reach_sets *at = &r->at[loc];
    u64 fresh = 0;

    for (u32 k = 0; k < REACH_LEVELS; k++) {
        fresh |= s->by_r[k] & ~at->by_r[k];
        at->by_r[k] |= s->by_r[k];
    }
    if (fresh && !r->queued[loc]) {
        u32 n = (u32)r->b->locs.n, end = r->head + r->n_todo++;
        r->queued[loc] = true;
        r->todo[end < n ? end : end - n] = loc;
    }
}

static u32 reach_level(i32 r)
{
    return r < 0 ? 0 : r < REACH_LEVELS ? (u32)r : REACH_LEVELS - 1;
}

static void reach_run(struct reach *r)
{
    struct flow_batch *b = r->b;

    while (r->n_todo) {
        u32 x = r->todo[r->head];
        struct reach_sets s, from = r->at[x];
        r->head = r->head + 1 < b->locs.n ? r->head + 1 : 0;
        r->n_todo--;
        r->queued[x] = false;
        if (flow_loc_at(b, x)->attrs & FLOW_ESCAPES) {
            continue;
        }
        for (u32 i = r->first[x]; i < r->first[x + 1]; i++) {
            const struct flow_edge *e = &r->edges[i];
            for (i32 k = 0; k < REACH_LEVELS; k++) {
                s.by_r[k] = from.by_r[reach_level(k + e->derefs)];
            }
            reach_put(r, e->src, &s);
        }
    }
}

/* Edges by source. */
static void reach_index(struct reach *r, struct arena *a)
{
    const struct flow_batch *b = r->b;
    size_t n = b->locs.n;

    r->first = ARENA_ARRAY(a, u32, n + 2); /* first[i + 1] is where i's next edge goes */
    r->edges = arena_alloc(a, b->arcs.n * sizeof *r->edges);
    for (size_t i = 0; i < b->arcs.n; i++) {
        r->first[b->arcs.v[i].edge.src + 2]++;
    }
    for (size_t i = 2; i < n + 2; i++) {
        r->first[i] += r->first[i - 1];
    }
    for (size_t i = 0; i < b->arcs.n; i++) {
        const struct flow_arc *arc = &b->arcs.v[i];
        r->edges[r->first[arc->edge.src + 1]++] = (struct flow_edge){arc->dst, arc->edge.derefs};
    }
}

/* ---- sets ---- */

/* Functions of which variables could be outlived have numbers; returns how many sets there are. */
static u32 reach_number(struct flow_batch *b)
{
    u32 n = REACH_PERSIST + 1;

    for (size_t i = FLOW_FIRST_LOC; i < b->locs.n; i++) {
        b->locs.v[i].fn->reach = 0;
    }
    for (size_t i = FLOW_FIRST_LOC; i < b->locs.n; i++) {
        const struct flow_loc *l = &b->locs.v[i];
        if (l->depth > 1 && !l->fn->reach) {
            l->fn->reach = n++;
        }
        for (struct ir_func *f = l->fn->closure ? l->fn->parent : NULL; f; f = f->parent) {
            if (!f->reach) {
                f->reach = n++; /* also where the function is in no batch or an earlier one's: nobody asks */
            }
        }
    }
    return n;
}

static u64 reach_bit(const struct reach *r, u32 set)
{
    return set >= r->base && set - r->base < REACH_SETS ? (u64)1 << (set - r->base) : 0;
}

static void reach_start(struct reach *r, u32 id)
{
    const struct flow_loc *l = flow_loc_at(r->b, id);
    u64 around = 0, own = l->depth > 1 ? reach_bit(r, l->fn->reach) : 0;

    if (l->attrs & FLOW_ESCAPES) {
        return;
    }
    if (!(l->attrs & FLOW_PERSISTS)) {
        own |= reach_bit(r, REACH_PERSIST);
    }
    for (const struct ir_func *f = l->fn->closure ? l->fn->parent : NULL; f; f = f->parent) {
        around |= reach_bit(r, f->reach);
    }
    if (around && (l->flags & FLOW_PARAM)) { /* leaks at any number of dereferences */
        reach_put(r, id, &(struct reach_sets){{around, around, around, around}});
    }
    for (u32 i = r->first[id]; (own | around) && i < r->first[id + 1]; i++) {
        if (r->edges[i].derefs < 0) {
            reach_put(r, r->edges[i].src, &(struct reach_sets){{own | around}});
        }
    }
}

void flow_reach(struct flow_batch *b)
{
    size_t n = b->locs.n;
    struct arena_scratch s = arena_scratch_begin(b->u->arena);
    struct reach r = {.b = b};

    if (!b->reach) {
        b->reach = ARENA_ARRAY(b->u->arena, u8, n);
    }
    memset(b->reach, 0, n);
    reach_index(&r, s.arena);
    r.at = ARENA_ARRAY(s.arena, struct reach_sets, n);
    r.todo = ARENA_ARRAY(s.arena, u32, n);
    r.queued = ARENA_ARRAY(s.arena, bool, n);
    for (u32 end = reach_number(b); r.base < end; r.base += REACH_SETS) {
        if (r.base > 0) {
            memset(r.at, 0, n * sizeof *r.at);
        }
        for (u32 i = FLOW_FIRST_LOC; i < n; i++) {
            reach_start(&r, i);
        }
        reach_run(&r);
        for (u32 i = FLOW_FIRST_LOC; i < n; i++) {
            u64 found = r.at[i].by_r[0];
            u32 fn = flow_loc_at(b, i)->fn->reach;
            b->reach[i] |= (u8)((found & reach_bit(&r, REACH_PERSIST) ? FLOW_REACH_PERSISTS : 0) |
                                (fn && (found & reach_bit(&r, fn)) ? FLOW_REACH_OUTLIVES : 0));
        }
    }
    arena_scratch_end(s);
}

bool flow_reach_nothing(const struct flow_batch *b, u32 root_id)
{
    const struct flow_loc *root = &b->locs.v[root_id];
    u32 may = FLOW_REACH_OUTLIVES | (root->attrs & FLOW_PERSISTS ? FLOW_REACH_PERSISTS : 0u);

    return root_id >= FLOW_FIRST_LOC && !(root->attrs & FLOW_ESCAPES) && !(root->flags & FLOW_RESULT) &&
           root->depth >= 1 && !(b->reach[root_id] & may);
}
