/* flow_why.c: why something escapes, kept for readers (explainPath of escape/solve.go). */
#include "base/map.h"
#include "escape/flow_int.h"

struct flow_log {
    VEC(struct flow_why *) all;
    struct map first, last;    /* node → its first and last */
};

static struct flow_place place_of(struct flow_batch *b, u32 loc)
{
    struct ir *n = flow_loc_at(b, loc)->n;
    struct flow_place p = {FLOW_TEMP, n};

    if (loc == FLOW_HEAP_LOC) {
        p.kind = FLOW_HEAP;
    } else if (n) {
        p.kind = n->op == IR_NAME ? FLOW_NAME : FLOW_STORAGE;
    }
    return p;
}

static struct flow_why *log_new(struct flow_batch *b, u32 root, u32 src)
{
    struct ir_unit *u = b->u;

    if (!u->flows) {
        u->flows = ARENA_NEW(u->arena, struct flow_log);
    }
    struct flow_why *w = ARENA_NEW(u->arena, struct flow_why);
    w->n = flow_loc_at(b, src)->n;
    w->fn = flow_loc_at(b, src)->fn;
    w->root = place_of(b, root);
    vec_push(&u->flows->all, w);
    if (w->n) {
        bool fresh;
        union map_val *v = map_put(&u->flows->last, (u64)(uintptr_t)w->n, &fresh);
        if (fresh) {
            map_put(&u->flows->first, (u64)(uintptr_t)w->n, NULL)->p = w;
        } else {
            ((struct flow_why *)v->p)->next = w;
        }
        v->p = w;
    }
    return w;
}

void flow_log_direct(struct flow_batch *b, u32 root, u32 src, i32 derefs, const struct flow_reason *reasons)
{
    /* Each time, also if src is in the heap already: it stays there as long as one of these is left. */
    struct flow_why *w = log_new(b, root, src);
    w->steps = ARENA_NEW(b->u->arena, struct flow_step);
    w->n_steps = 1;
    w->steps[0] = (struct flow_step){place_of(b, root), place_of(b, src), derefs, reasons};
}

/* The number of steps before a place is met again. */
static size_t first_turn(const struct flow_step *s, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (s[i].src.n == s[j].src.n && s[i].reasons == s[j].reasons) {
                return i;
            }
        }
    }
    return n;
}

void flow_log_path(struct flow_batch *b, u32 root, u32 src)
{
    struct flow_why *w = log_new(b, root, src);
    VEC(struct flow_step) steps = {0};

    while (src != root || steps.n == 0) {
        const struct flow_loc *l = flow_loc_at(b, src);
        if (l->dst == 0) {
            break;
        }
        if (steps.n > b->locs.n) { /* it turns in a circle: it was walked before something on it got shorter */
            steps.n = first_turn(steps.v, steps.n);
            w->cut = true;
            break;
        }
        u32 e = flow_loc_at(b, l->dst)->first + l->dst_edge;
        vec_push_in(b->u->arena, &steps,
                    (struct flow_step){place_of(b, l->dst), place_of(b, src), b->edges[e].derefs, b->reasons[e]});
        src = l->dst;
    }
    w->steps = steps.v;
    w->n_steps = (u32)steps.n;
}

void flow_unit_release(struct ir_unit *u)
{
    if (u->flows) {
        vec_release(&u->flows->all);
        map_release(&u->flows->first);
        map_release(&u->flows->last);
        u->flows = NULL;
    }
}

/* ---- readers ---- */

const struct flow_why *flow_why_heap(const struct ir_unit *u, const struct ir *n)
{
    const union map_val *v = u->flows ? map_get(&u->flows->first, (u64)(uintptr_t)n) : NULL;

    return v ? v->p : NULL;
}
