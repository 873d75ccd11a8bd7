/* ir_scc.c: functions in the order of the static call graph, callees first.
 *
 * Tarjan's algorithm with the two changes of GOROOT/src/cmd/compile/internal/ir/scc.go: a closure is never the root
 * of a component, so that it comes with the function around it; and each function has two numbers, id (its own) and
 * id + 1 (where the search starts), so that a function that reaches itself can be told from one that does not.
 *
 * A function's edges are found when the search enters it, from its body as it is then; what is done with a component
 * may change the bodies of that component only.
 */
#include "escape/ir.h"
#include "escape/profile.h"

enum { SCC_DONE = 1u << 31 }; /* in ir_func.scc: its component has been given away */

/* What another walk knows of a function that this one, within a component of that one, enters. */
struct scc_saved {
    struct ir_func *fn;
    u32 scc;
};

struct scc {
    const struct ir_unit *u;
    u32 base; /* numbers up to here are of earlier walks */
    u32 *gen; /* the last number that was given out */
    ir_callees_fn *callees;
    void *callees_ctx;
    ir_component_fn *f;
    void *ctx;
    ir_funcs stack;
    VEC(struct scc_saved) saved;
    bool nested;
    struct arena *arena;
};

bool ir_is_closure(const struct ir_unit *u, const struct ir_func *fn)
{
    if (!fn->closure) {
        return false;
    }
    if (u->profile->closure_captures) {
        return fn->n_cvars > 0;
    }
    /* One that was inlined into the value of a package variable belongs to init, one that was written there does not. */
    return u->profile->unified || !fn->parent || !(fn->parent->flags & IR_FUNC_PKGINIT) || fn->closure->inl != 0;
}

static u32 visit(struct scc *s, struct ir_func *fn)
{
    if ((fn->scc & ~(u32)SCC_DONE) > s->base) {
        return fn->scc & SCC_DONE ? UINT32_MAX : fn->scc;
    }
    u32 id = ++*s->gen;
    u32 min = ++*s->gen;
    size_t at = s->stack.n;
    ir_funcs edges = {0};

    if (s->nested) {
        vec_push_in(s->arena, &s->saved, (struct scc_saved){fn, fn->scc});
    }
    fn->scc = id;
    vec_push_in(s->arena, &s->stack, fn);
    s->callees(s->callees_ctx, fn, s->arena, &edges);
    for (size_t i = 0; i < edges.n; i++) {
        u32 m = visit(s, edges.v[i]);
        min = m < min ? m : min;
    }
    if (min < id || ir_is_closure(s->u, fn)) {
        return min;
    }
    /* What is on the stack from fn on is a component. */
    for (size_t i = at; i < s->stack.n; i++) {
        s->stack.v[i]->scc |= SCC_DONE;
    }
    u32 n = (u32)(s->stack.n - at);
    s->stack.n = at;
    s->f(s->ctx, s->stack.v + at, n, min == id);
    return min;
}

void ir_visit_components(struct ir_unit *u, const ir_funcs *funcs, ir_callees_fn *callees, void *callees_ctx,
                         ir_component_fn *f, void *ctx)
{
    struct arena_scratch scratch = arena_scratch_begin(u->arena);
    struct scc s = {.u = u,
                    .base = u->scc_last,
                    .gen = &u->scc_last,
                    .callees = callees,
                    .callees_ctx = callees_ctx,
                    .f = f,
                    .ctx = ctx,
                    .nested = u->scc_depth > 0,
                    .arena = scratch.arena};

    BUG_IF(u->scc_last > SCC_DONE / 2);
    u->scc_depth++;
    for (size_t i = 0; i < funcs->n; i++) {
        if (!ir_is_closure(u, funcs->v[i])) {
            visit(&s, funcs->v[i]);
        }
    }
    for (size_t i = 0; i < s.saved.n; i++) {
        s.saved.v[i].fn->scc = s.saved.v[i].scc;
    }
    u->scc_depth--;
    arena_scratch_end(scratch);
}

/* The function of this unit that a node refers to: what makes an edge. */
struct ir_func *ir_edge_of(struct ir *n)
{
    struct ir_func *fn;

    switch (n->op) {
    case IR_NAME: {
        const struct ir_name *name = ir_as_name(n);
        fn = name->class == IR_FUNC ? name->func : NULL;
        break;
    }
    case IR_METHEXPR:
    case IR_METHVALUE:
    case IR_CLOSURE: fn = n->func; break;
    default: return NULL;
    }
    return fn && !(fn->flags & (IR_FUNC_IMPORTED | IR_FUNC_RUNTIME)) ? fn : NULL;
}

struct edges {
    struct arena *arena;
    ir_funcs *out;
};

static void add_edges(struct edges *e, struct ir *n);

static void add_list_edges(struct edges *e, const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        add_edges(e, l->v[i]);
    }
}

/* In the order of ir_do_children.  Written out, as every body is walked here once for each pass over the call graph. */
static void add_edges(struct edges *e, struct ir *n)
{
    if (!n || n->op == IR_LITERAL || n->op == IR_NIL || n->op == IR_TYPE) {
        return;
    }
    struct ir_func *fn = ir_edge_of(n);
    if (fn && (e->out->n == 0 || e->out->v[e->out->n - 1] != fn)) {
        vec_push_in(e->arena, e->out, fn);
    }
    if (n->op == IR_NAME) {
        return;
    }
    u32 has = ir_children[n->op];
    bool body_first = n->op == IR_IF || n->op == IR_INLCALL;

    add_list_edges(e, &n->init);
    if (has & IR_HAS_X) {
        add_edges(e, n->x);
    }
    if (has & IR_HAS_Y) {
        add_edges(e, n->y);
    }
    if (has & IR_HAS_Z) {
        add_edges(e, n->z);
    }
    if (has & IR_HAS_W) {
        add_edges(e, n->w);
    }
    if (body_first) {
        add_list_edges(e, &n->body);
    }
    if (has & IR_HAS_L) {
        add_list_edges(e, &n->list);
    }
    if ((has & IR_HAS_B) && !body_first) {
        add_list_edges(e, &n->body);
    }
}

void ir_find_callees(const struct ir_func *fn, struct arena *a, ir_funcs *out)
{
    struct edges e = {a, out};

    add_list_edges(&e, &fn->body);
}

static void body_callees(void *ctx, struct ir_func *fn, struct arena *a, ir_funcs *out)
{
    const struct ir_edges *known = fn->edges;
    struct edges e = {a, out};

    (void)ctx;
    if (!known) {
        ir_find_callees(fn, a, out);
        return;
    }
    for (size_t i = 0; i < known->v.n; i++) {
        if (known->v.v[i].fn) {
            vec_push_in(a, out, known->v.v[i].fn);
        }
        add_edges(&e, known->v.v[i].look);
    }
}

void ir_visit_bottom_up(struct ir_unit *u, const ir_funcs *funcs, ir_component_fn *f, void *ctx)
{
    ir_visit_components(u, funcs, body_callees, NULL, f, ctx);
}
