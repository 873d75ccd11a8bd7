/* inline_deadlocals.c: assignments to local variables that nobody reads are dropped, if what is assigned is a name, a
 * constant, nil or a function literal.  So closures that have been inlined wherever they were called disappear.
 *
 * A function is looked at together with the literals in it, which become IR_FUNC_REACHED: what is dropped, is not.
 * An assignment whose right side does nothing is put aside: the right side is looked at when its variable turns out to
 * be read, and dropped when it does not.
 *
 * On the way all functions' edges are found for the walk over the call graph that comes next (ir_visit_bottom_up).  There they
 * are wanted in the order of ir_do_children, here assignments are not visited in order: for what is put aside there is an
 * entry to be filled in.
 *
 * Source: GOROOT/src/cmd/compile/internal/deadlocals/deadlocals.go. */
#include "escape/inline.h"

struct assignment {
    struct ir **to, **what;
    u32 next; /* of the same variable: index + 1 */
    u32 edge; /* the entry of edges for the right side */
    struct ir_edges *edges; /* NULL: it is no edge */
};

struct variable {
    struct ir_name *name;
    u32 first, last; /* assignments put aside: index + 1 */
    bool used;
};

struct deadlocals {
    struct ir_unit *u;
    VEC(struct variable) vars; /* names know their own: n.loc is its index + 1 */
    VEC(struct assignment) assigns;
    struct ir *blank, *zero;
    struct ir_edges *edges; /* of the function that we are in; NULL: here they are found otherwise */
    struct ir_edge *fill;   /* the next edge goes here instead; NULL */
    bool outermost; /* the function is no literal, or one that initialises a package variable */
};

static bool visit(void *ctx, struct ir *n);

static bool is_local(const struct ir_name *n)
{
    return n->class == IR_AUTO || n->class == IR_PARAM;
}

static struct variable *variable_of(struct deadlocals *d, struct ir_name *n)
{
    if (n->n.loc == 0) {
        vec_push(&d->vars, (struct variable){.name = n});
        n->n.loc = base_u32(d->vars.n);
    }
    return &d->vars.v[n->n.loc - 1];
}

/* Begins to collect those of a function. */
static struct ir_edges *edges_of(struct deadlocals *d, struct ir_func *fn)
{
    struct ir_edges *e = fn->edges;

    if (!e) {
        e = fn->edges = ARENA_NEW(d->u->arena, struct ir_edges);
    }
    e->v.n = 0; /* literals are visited for themselves and within others */
    return e;
}

static void edge(struct deadlocals *d, struct ir *n)
{
    struct ir_func *fn = ir_edge_of(n);

    if (!fn) {
        return;
    }
    if (d->fill) {
        d->fill->fn = fn;
        d->fill = NULL;
    } else if (d->edges && (d->edges->v.n == 0 || vec_last(&d->edges->v).fn != fn)) {
        vec_push_in(d->u->arena, &d->edges->v, (struct ir_edge){.fn = fn});
    }
}

/* What stands before n is not visited here. */
static void edges_before(struct deadlocals *d, const struct ir *n)
{
    for (u32 i = 0; d->edges && i < n->init.n; i++) {
        if (n->init.v[i]->op != IR_DCL || n->init.v[i]->init.n) {
            vec_push_in(d->u->arena, &d->edges->v, (struct ir_edge){.look = n->init.v[i]});
        }
    }
}

static void use(struct deadlocals *d, struct ir_name *n)
{
    n = ir_canonical(n);
    if ((n->flags & IR_NAME_BLANK) || !is_local(n)) {
        return;
    }
    struct variable *v = variable_of(d, n);
    u32 i = v->first;
    v->used = true;
    v->first = v->last = 0;
    while (i) {
        struct assignment a = d->assigns.v[i - 1];
        if (*a.what) {
            struct ir_edges *edges = d->edges;
            d->edges = a.edges;
            d->fill = a.edges ? &a.edges->v.v[a.edge] : NULL;
            visit(d, *a.what);
            d->edges = edges;
        }
        i = a.next;
    }
}

static bool has_effects(const struct ir *n)
{
    if (!n) {
        return false;
    }
    return n->init.n > 0 ||
           (n->op != IR_NAME && n->op != IR_LITERAL && n->op != IR_NIL && n->op != IR_CLOSURE);
}

static u32 put_aside(struct deadlocals *d, struct ir **to, struct ir **what)
{
    struct assignment a = {.to = to, .what = what};

    if (d->edges && *what && ir_edge_of(*what)) {
        a.edges = d->edges;
        a.edge = base_u32(d->edges->v.n);
        vec_push_in(d->u->arena, &d->edges->v, (struct ir_edge){0});
    }
    vec_push(&d->assigns, a);
    return base_u32(d->assigns.n);
}

/* drop_blank: _ stands for nothing, else for an intended use. */
static void assign(struct deadlocals *d, struct ir **to, struct ir **what, bool drop_blank)
{
    struct ir_name *n = ir_as_name(*to);
    if (!n) {
        visit(d, *to);
    } else if (!has_effects(*what)) {
        n = ir_canonical(n);
        if (n->flags & IR_NAME_BLANK ? drop_blank : is_local(n)) {
            struct variable *v = variable_of(d, n);
            if (!v->used) {
                u32 at = put_aside(d, to, what);
                if (v->last) {
                    d->assigns.v[v->last - 1].next = at;
                } else {
                    v->first = at;
                }
                v->last = at;
                return;
            }
        }
    }
    if (*what) {
        visit(d, *what);
    }
}

static void assign_list(struct deadlocals *d, struct ir *n)
{
    struct ir_edges *edges = d->edges;
    bool drop_blank = false;

    for (u32 i = 0; i < n->list.n && d->edges; i++) {
        if (n->list.v[i]->op != IR_NAME) { /* what is in it comes before all right sides */
            vec_push_in(d->u->arena, &edges->v, (struct ir_edge){.look = n});
            d->edges = NULL;
        }
    }
    edges_before(d, n);
    for (u32 i = 0; i < n->list.n && !drop_blank; i++) {
        drop_blank = !ir_is_blank(n->list.v[i]);
    }
    for (u32 i = 0; i < n->list.n; i++) {
        assign(d, &n->list.v[i], &n->body.v[i], drop_blank);
    }
    d->edges = edges;
}

static void closure(struct deadlocals *d, struct ir *n)
{
    struct ir_edges *edges = d->edges;
    struct ir_func *fn = n->func;

    edge(d, n);
    fn->flags |= d->outermost ? IR_FUNC_REACHED : 0;
    ir_do_list(&n->init, visit, d);
    for (u32 i = 0; i < fn->n_cvars; i++) {
        use(d, fn->cvars[i]);
    }
    d->edges = edges_of(d, fn);
    ir_do_list(&fn->body, visit, d);
    d->edges = edges;
}

static bool visit(void *ctx, struct ir *n)
{
    struct deadlocals *d = ctx;
    switch (n->op) {
    case IR_DCL: edges_before(d, n); break;
    case IR_NAME:
        edge(d, n);
        use(d, ir_as_name(n));
        break;
    case IR_AS:
        edges_before(d, n);
        assign(d, &n->x, &n->y, false);
        break;
    case IR_AS2: assign_list(d, n); break;
    case IR_CLOSURE: closure(d, n); break;
    case IR_METHEXPR:
    case IR_METHVALUE:
        edge(d, n);
        ir_each_child(n, visit, d);
        break;
    default: ir_each_child(n, visit, d); break;
    }
    return false;
}

static void drop(struct deadlocals *d)
{
    for (size_t i = 0; i < d->vars.n; i++) {
        struct variable *v = &d->vars.v[i];
        for (u32 k = v->first; k; k = d->assigns.v[k - 1].next) {
            *d->assigns.v[k - 1].to = d->blank;
            *d->assigns.v[k - 1].what = d->zero;
        }
        if (v->first) {
            v->name->defn = NULL; /* it may be one of the statements that say nothing now */
        }
        v->name->n.loc = 0;
    }
    vec_reset(&d->vars);
    vec_reset(&d->assigns);
}

static struct deadlocals *begin(struct ir_unit *u)
{
    struct deadlocals *d = ARENA_NEW(u->arena, struct deadlocals);
    struct ir_name *blank = ARENA_NEW(u->arena, struct ir_name);

    blank->n.op = IR_NAME;
    blank->text = STR("_");
    blank->flags = IR_NAME_BLANK;
    d->u = u;
    d->blank = &blank->n;
    d->zero = ir_new(u, IR_LITERAL, 0, 0, TYPE_OF(INT));
    d->zero->val = constant_int(u->arena, 0);
    return d;
}

static void look_at(struct deadlocals *d, struct ir_func *fn)
{
    d->edges = edges_of(d, fn);
    d->outermost = !fn->parent || (fn->parent->flags & IR_FUNC_PKGINIT);
    ir_do_list(&fn->body, visit, d);
    drop(d);
    fn->flags |= IR_FUNC_DEADLOCALS;
}

void inline_deadlocals_early(struct ir_unit *u, struct ir_func *fn)
{
    u32 changes = IR_FUNC_LOOPVARS | IR_FUNC_LOOPVARS_IN | IR_FUNC_PKGINIT;

    if (!u->profile->deadlocals || fn->parent || (fn->flags & changes)) {
        return;
    }
    if (!u->dead) {
        u->dead = begin(u);
    }
    look_at(u->dead, fn);
}

void inline_deadlocals(struct ir_unit *u)
{
    if (!u->profile->deadlocals) {
        return;
    }
    struct deadlocals *d = u->dead ? u->dead : begin(u);
    for (size_t i = 0; i < u->funcs.n; i++) {
        struct ir_func *fn = u->funcs.v[i];
        if ((!fn->closure || fn->n_cvars == 0) && !(fn->flags & IR_FUNC_DEADLOCALS)) {
            look_at(d, fn);
        }
    }
    vec_release(&d->vars);
    vec_release(&d->assigns);
    u->dead = NULL;
}
