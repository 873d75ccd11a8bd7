/* init.c: the order in which package variables are initialised, and cycles that have none.
 *
 * Go spec, "Package initialization"; which of several orders, and which cycle is reported, follows
 * GOROOT/src/cmd/compile/internal/types2/initorder.go: constants first, then what waits for the
 * fewest others, then the order of the source.  Edges through functions are found by a walk from
 * each variable instead of by taking functions out of the graph. */
#include <stdlib.h>

#include "types/check.h"

struct init_edge {
    u32 node, next; /* index + 1 of the next edge, 0: none */
};

struct init_graph {
    struct checker *c;
    u32 n;      /* an object's node is its order - 1 */
    u32 *waits; /* number of nodes that it still waits for */
    u32 *preds; /* first edge + 1 to those that wait for it */
    VEC(struct init_edge) edges;
    u32 *heap, n_heap; /* nodes still to come, the next one first */
    u32 *at;           /* place in the heap, UINT32_MAX: gone */
    bool *done;        /* its initialiser has been given out */
};

static struct obj *init_obj(const struct init_graph *g, u32 i)
{
    return g->c->objs.v[i];
}

static bool init_is_value(const struct obj *o)
{
    return o->kind == OBJ_CONST || o->kind == OBJ_VAR;
}

/* ---- the queue ---- */

static bool init_less(const struct init_graph *g, u32 x, u32 y)
{
    bool cx = init_obj(g, x)->kind == OBJ_CONST, cy = init_obj(g, y)->kind == OBJ_CONST;
    if (cx != cy) {
        return cx;
    }
    return g->waits[x] != g->waits[y] ? g->waits[x] < g->waits[y] : x < y;
}

static void init_put(struct init_graph *g, u32 place, u32 i)
{
    g->heap[place] = i;
    g->at[i] = place;
}

static void init_up(struct init_graph *g, u32 place)
{
    u32 i = g->heap[place];
    while (place > 0 && init_less(g, i, g->heap[(place - 1) / 2])) {
        init_put(g, place, g->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    init_put(g, place, i);
}

static void init_down(struct init_graph *g, u32 place)
{
    u32 i = g->heap[place];
    for (;;) {
        u32 child = 2 * place + 1;
        if (child >= g->n_heap) {
            break;
        }
        if (child + 1 < g->n_heap && init_less(g, g->heap[child + 1], g->heap[child])) {
            child++;
        }
        if (!init_less(g, g->heap[child], i)) {
            break;
        }
        init_put(g, place, g->heap[child]);
        place = child;
    }
    init_put(g, place, i);
}

static u32 init_pop(struct init_graph *g)
{
    u32 i = g->heap[0];
    u32 last = g->heap[--g->n_heap];
    if (g->n_heap > 0) {
        init_put(g, 0, last);
        init_down(g, 0);
    }
    g->at[i] = UINT32_MAX;
    return i;
}

/* ---- the graph ---- */

static void init_edges(struct init_graph *g)
{
    struct checker *c = g->c;
    u32 *seen = ARENA_ARRAY(c->tmp, u32, g->n);
    VEC(struct decl *) todo = {0};
    for (u32 i = 0; i < g->n; i++) {
        struct obj *o = init_obj(g, i);
        if (!init_is_value(o) || o->decl->deps.n == 0) {
            continue;
        }
        todo.n = 0;
        vec_push_in(c->tmp, &todo, o->decl);
        while (todo.n > 0) {
            struct decl *d = vec_pop(&todo);
            for (size_t k = 0; k < d->deps.n; k++) {
                struct obj *dep = d->deps.v[k];
                u32 j = dep->order - 1;
                if (seen[j] == i + 1) {
                    continue;
                }
                seen[j] = i + 1;
                if (!init_is_value(dep)) {
                    vec_push_in(c->tmp, &todo, dep->decl);
                    continue;
                }
                vec_push_in(c->tmp, &g->edges, (struct init_edge){i, g->preds[j]});
                g->preds[j] = base_u32(g->edges.n);
                g->waits[i]++;
            }
        }
    }
}

/* ---- cycles ---- */

static int init_cmp(const void *x, const void *y)
{
    const struct obj *const *a = x, *const *b = y;
    return (*a)->order < (*b)->order ? -1 : (*a)->order > (*b)->order;
}

struct init_step_back {
    struct obj *obj;
    struct obj **deps; /* sorted */
    size_t n, next;
};

static void init_report(struct checker *c, struct obj *const *cycle, size_t n)
{
    if (n == 1) {
        check_error(c, cycle[0]->pos, "initialization cycle: %s refers to itself",
                    s_name(c, cycle[0]));
        return;
    }
    struct check_msg m = {.n = 0};
    check_msg_add(c, &m, cycle[0]->pos, "initialization cycle for %s", s_name(c, cycle[0]));
    for (size_t i = 0; i < n; i++) {
        check_msg_add(c, &m, cycle[i]->pos, "%s refers to %s", s_name(c, cycle[i]),
                      s_name(c, cycle[(i + 1) % n]));
    }
    check_msg_report(c, &m);
}

static struct init_step_back init_enter(struct checker *c, struct obj *o)
{
    struct init_step_back s = {.obj = o, .n = o->decl->deps.n};
    s.deps = arena_dup(c->tmp, o->decl->deps.v, s.n * sizeof *s.deps);
    if (s.n > 1) {
        qsort(s.deps, s.n, sizeof *s.deps, init_cmp);
    }
    return s;
}

/* Looks for a way from o back to itself, dependencies in the order of the source; if there is none,
 * o only waits for a cycle. */
static void init_cycle(struct init_graph *g, struct obj *o)
{
    struct checker *c = g->c;
    bool *seen = ARENA_ARRAY(c->tmp, bool, g->n);
    VEC(struct init_step_back) path = {0};
    seen[o->order - 1] = true;
    vec_push_in(c->tmp, &path, init_enter(c, o));
    while (path.n > 0) {
        struct init_step_back *s = &path.v[path.n - 1];
        if (s->next == s->n) {
            path.n--;
            continue;
        }
        struct obj *dep = s->deps[s->next++];
        if (dep == o) {
            struct obj **cycle = ARENA_ARRAY(c->tmp, struct obj *, path.n);
            for (size_t i = 0; i < path.n; i++) {
                cycle[i] = path.v[i].obj;
            }
            init_report(c, cycle, path.n);
            return;
        }
        if (!seen[dep->order - 1]) {
            seen[dep->order - 1] = true;
            vec_push_in(c->tmp, &path, init_enter(c, dep));
        }
    }
}

/* ---- the order ---- */

static void init_emit(struct init_graph *g, u32 i)
{
    struct checker *c = g->c;
    struct obj *o = init_obj(g, i);
    struct decl *d = o->decl;
    if (o->kind != OBJ_VAR || !d->init || g->done[i]) {
        return;
    }
    struct init_step *s = &c->pkg->init[c->pkg->n_init++];
    s->file = d->file;
    s->rhs = d->init;
    if (!d->lhs) {
        s->lhs = ARENA_NEW(c->a, struct obj *);
        s->lhs[0] = o;
        s->n_lhs = 1;
        return;
    }
    s->lhs = d->lhs;
    s->n_lhs = d->n_lhs;
    for (u32 k = 0; k < d->n_lhs; k++) {
        if (d->lhs[k]->order != 0) {
            g->done[d->lhs[k]->order - 1] = true;
        }
    }
}

void init_order(struct checker *c)
{
    struct init_graph g = {.c = c, .n = base_u32(c->objs.n)};
    g.waits = ARENA_ARRAY(c->tmp, u32, g.n);
    g.preds = ARENA_ARRAY(c->tmp, u32, g.n);
    g.heap = ARENA_ARRAY(c->tmp, u32, g.n);
    g.at = ARENA_ARRAY(c->tmp, u32, g.n);
    g.done = ARENA_ARRAY(c->tmp, bool, g.n);
    init_edges(&g);
    u32 inits = 0;
    for (u32 i = 0; i < g.n; i++) {
        struct obj *o = init_obj(&g, i);
        g.at[i] = UINT32_MAX;
        inits += o->kind == OBJ_VAR && o->decl->init;
        /* What nothing waits for and what waits for nothing has no part in any cycle; a constant
           has no other part. */
        if (init_is_value(o) && (o->kind == OBJ_VAR || g.waits[i] > 0 || g.preds[i] != 0)) {
            init_put(&g, g.n_heap, i);
            init_up(&g, g.n_heap++);
        }
    }
    c->pkg->init = ARENA_ARRAY(c->a, struct init_step, inits);
    while (g.n_heap > 0) {
        u32 i = init_pop(&g);
        if (g.waits[i] > 0) {
            init_cycle(&g, init_obj(&g, i));
        }
        /* After an error the order means nothing, but the others' cycles are to be found. */
        for (u32 e = g.preds[i]; e != 0; e = g.edges.v[e - 1].next) {
            u32 p = g.edges.v[e - 1].node;
            g.waits[p]--;
            if (g.at[p] != UINT32_MAX) {
                init_up(&g, g.at[p]);
            }
        }
        init_emit(&g, i);
    }
}
