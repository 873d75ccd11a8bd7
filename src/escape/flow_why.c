/* flow_why.c: why something escapes or leaks, kept and told (explainPath, explainFlow, explainLoc of escape/solve.go). */
#include "base/map.h"
#include "escape/flow_int.h"

struct flow_log {
    VEC(struct flow_why *) all;
    VEC(struct flow_why) flat; /* a copy for readers, made when asked for */
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

void flow_log_path(struct flow_batch *b, u32 root, u32 src, bool leaks, i32 derefs)
{
    struct flow_why *w = log_new(b, root, src);
    VEC(struct flow_step) steps = {0};

    w->leaks = leaks;
    w->derefs = leaks ? derefs : -1;
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
        vec_release(&u->flows->flat);
        map_release(&u->flows->first);
        map_release(&u->flows->last);
        u->flows = NULL;
    }
}

/* ---- readers ---- */

const struct flow_why *flow_reasons(const struct ir_unit *u, u32 *n)
{
    struct flow_log *log = u->flows;

    *n = log ? (u32)log->all.n : 0;
    if (!log) {
        return NULL;
    }
    for (size_t i = log->flat.n; i < log->all.n; i++) {
        vec_push(&log->flat, *log->all.v[i]);
    }
    return log->flat.v;
}

static const struct flow_why *find(const struct ir_unit *u, const void *n, bool leaks)
{
    union map_val *v = u->flows ? map_get(&u->flows->first, (u64)(uintptr_t)n) : NULL;
    const struct flow_why *w = v ? v->p : NULL;

    while (w && w->leaks != leaks) {
        w = w->next;
    }
    return w;
}

const struct flow_why *flow_why_heap(const struct ir_unit *u, const struct ir *n)
{
    return find(u, n, false);
}

const struct flow_why *flow_why_leak(const struct ir_unit *u, const struct ir_name *param)
{
    return find(u, &param->n, true);
}

static void write_place(struct strbuf *out, struct ir_unit *u, struct flow_place p)
{
    switch (p.kind) {
    case FLOW_HEAP: strbuf_puts(out, "{heap}"); break;
    case FLOW_TEMP: strbuf_puts(out, "{temp}"); break;
    case FLOW_NAME: ir_write(out, u, p.n); break;
    case FLOW_STORAGE:
        strbuf_puts(out, "{storage for ");
        ir_write(out, u, p.n);
        strbuf_putc(out, '}');
        break;
    }
}

static void write_step(struct strbuf *out, struct ir_unit *u, const struct flow_step *s, str at_n,
                       void (*at)(void *ctx, struct strbuf *out, pos pos), void *ctx)
{
    strbuf_printf(out, "%.*s:   flow: ", STR_ARG(at_n));
    write_place(out, u, s->dst);
    strbuf_puts(out, u->profile->walk_deque ? " ← " : " = ");
    if (s->derefs < 0) {
        strbuf_putc(out, '&');
    } else {
        strbuf_put_n(out, '*', (size_t)s->derefs);
    }
    write_place(out, u, s->src);
    strbuf_puts(out, ":\n");
    for (const struct flow_reason *r = s->reasons; r; r = r->next) {
        strbuf_printf(out, "%.*s:     from ", STR_ARG(at_n));
        ir_write(out, u, r->where);
        strbuf_printf(out, " (%s) at ", r->why);
        at(ctx, out, ir_outermost_pos(u, r->where->pos, r->where->inl));
        strbuf_putc(out, '\n');
    }
}

void flow_write_why(struct strbuf *out, struct ir_unit *u, const struct flow_why *w,
                    void (*at)(void *ctx, struct strbuf *out, pos pos), void *ctx)
{
    bool in = u->profile->walk_deque; /* messages name the function since then */
    struct strbuf place = {0};

    if (!w->n) {
        return;
    }
    at(ctx, &place, ir_outermost_pos(u, w->n->pos, w->n->inl));
    str at_n = strbuf_str(&place);
    strbuf_printf(out, "%.*s: ", STR_ARG(at_n));
    if (w->leaks) {
        strbuf_puts(out, "parameter ");
        ir_write(out, u, w->n);
        strbuf_puts(out, " leaks to ");
        write_place(out, u, w->root);
        if (in) {
            strbuf_printf(out, " for %.*s", STR_ARG(w->fn ? w->fn->sym : STR("")));
        }
        strbuf_printf(out, " with derefs=%d:\n", (int)w->derefs);
    } else {
        ir_write(out, u, w->n);
        strbuf_puts(out, " escapes to heap");
        if (in) {
            strbuf_printf(out, " in %.*s", STR_ARG(w->fn ? w->fn->sym : STR("")));
        }
        strbuf_puts(out, ":\n");
    }
    for (u32 i = 0; i < w->n_steps; i++) {
        write_step(out, u, &w->steps[i], at_n, at, ctx);
    }
    if (w->cut) {
        strbuf_printf(out, "%.*s:   warning: truncated explanation due to assignment cycle; see golang.org/issue/35518\n",
                      STR_ARG(at_n));
    }
    strbuf_release(&place);
}
