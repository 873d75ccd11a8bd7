/* inline_deadlocals.c: assignments to local variables that nobody reads are dropped, if what is assigned is a name, a
 * constant, nil or a function literal.  So closures that have been inlined wherever they were called disappear.
 *
 * A function is looked at together with the literals in it, which become IR_FUNC_REACHED: what is dropped, is not.
 * An assignment whose right side does nothing is put aside: the right side is looked at when its variable turns out to
 * be read, and dropped when it does not.
 *
 * Source: GOROOT/src/cmd/compile/internal/deadlocals/deadlocals.go. */
#include "escape/inline.h"

struct assignment {
    struct ir **to, **what;
    u32 next; /* of the same variable: index + 1 */
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
            visit(d, *a.what);
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
                vec_push(&d->assigns, (struct assignment){to, what, 0});
                u32 at = base_u32(d->assigns.n);
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
    bool drop_blank = false;
    for (u32 i = 0; i < n->list.n && !drop_blank; i++) {
        drop_blank = !ir_is_blank(n->list.v[i]);
    }
    for (u32 i = 0; i < n->list.n; i++) {
        assign(d, &n->list.v[i], &n->body.v[i], drop_blank);
    }
}

static bool visit(void *ctx, struct ir *n)
{
    struct deadlocals *d = ctx;
    switch (n->op) {
    case IR_DCL: break;
    case IR_NAME: use(d, ir_as_name(n)); break;
    case IR_AS: assign(d, &n->x, &n->y, false); break;
    case IR_AS2: assign_list(d, n); break;
    case IR_CLOSURE:
        n->func->flags |= d->outermost ? IR_FUNC_REACHED : 0;
        ir_do_list(&n->init, visit, d);
        for (u32 i = 0; i < n->func->n_cvars; i++) {
            use(d, n->func->cvars[i]);
        }
        ir_do_list(&n->func->body, visit, d);
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

void inline_deadlocals(struct ir_unit *u)
{
    if (!u->profile->deadlocals) {
        return;
    }
    struct deadlocals d = {.u = u};
    struct ir_name *blank = ARENA_NEW(u->arena, struct ir_name);
    blank->n.op = IR_NAME;
    blank->text = STR("_");
    blank->flags = IR_NAME_BLANK;
    d.blank = &blank->n;
    d.zero = ir_new(u, IR_LITERAL, 0, 0, TYPE_OF(INT));
    d.zero->val = constant_int(u->arena, 0);
    for (size_t i = 0; i < u->funcs.n; i++) {
        struct ir_func *fn = u->funcs.v[i];
        if (!fn->closure || fn->n_cvars == 0) {
            d.outermost = !fn->parent || (fn->parent->flags & IR_FUNC_PKGINIT);
            ir_do_list(&fn->body, visit, &d);
            drop(&d);
        }
    }
    vec_release(&d.vars);
    vec_release(&d.assigns);
}
