/* shape_old.c: instances as the compiler makes them before unified IR (Go 1.19).
 *
 * There are only shaped functions, with a dictionary as their first parameter, a number; where an instance or a method of
 * one is a value, a closure calls it.  Shapes are told apart by the place of their type parameter, too (go.shape.int_0).
 * A value of a shape becomes an interface of two words that are put together here.
 * Sources, of Go 1.19: GOROOT/src/cmd/compile/internal/noder/stencil.go (buildClosure, dictPass, convertUsingDictionary,
 * getDictionaryEntry), typecheck/subr.go (Shapify).
 */
#include "escape/lower_expr.h"
#include "escape/shape_int.h"

/* ---- dictionaries ---- */

struct ir *shape_old_word(struct lower *l, pos at)
{
    struct type *words = as_pointer(shape_words_type(l->u))->elem;
    struct ir *p = lower_new(l, IR_CONVNOP, at, TYPE_OF(UNSAFE_POINTER));
    struct ir *q = lower_new(l, IR_CONVNOP, at, shape_words_type(l->u));
    struct ir *d = lower_new(l, IR_DEREF, at, words), *n = lower_new(l, IR_INDEX, at, TYPE_OF(UINTPTR));

    p->x = &l->dict->n;
    q->x = p;
    d->x = q;
    n->x = d;
    n->y = lower_int(l, at, 0);
    n->y->type = TYPE_OF(UINTPTR);
    return n;
}

/* ---- interfaces ---- */

struct ir *shape_old_iface(struct lower *l, struct ir *conv)
{
    struct type *from = conv->x->type, *to = conv->type;
    bool empty = ir_is_empty_interface(to);

    if (ir_is_interface(from)) {
        conv->op = empty && ir_is_empty_interface(from) ? IR_CONVNOP : conv->op;
        return conv;
    }
    if (!shape_within(from) && (empty || !shape_within(to))) {
        return conv;
    }
    struct ir *data = ir_new(l->u, IR_CONVIFACE, conv->pos, conv->inl, TYPE_OF(UNSAFE_POINTER));
    struct ir *n = ir_new(l->u, IR_MAKEFACE, conv->pos, conv->inl, to);
    data->x = conv->x;
    n->x = shape_old_word(l, conv->pos);
    n->y = data;
    return n;
}

/* ---- values ---- */

/* In the value of a package variable, but for what was inlined there: that has the variables of its function. */
static bool in_pkginit(const struct lower *l)
{
    return !l->inl_caller && (l->fn->flags & IR_FUNC_PKGINIT);
}

static struct ir *assign_local(struct lower *l, pos at, struct ir *x, struct ir_list *init, struct ir_name **var)
{
    struct ir *as = lower_new(l, IR_AS, at, NULL);

    if (in_pkginit(l)) { /* a variable of the package */
        *var = ARENA_NEW(l->u->arena, struct ir_name);
        (*var)->n.op = IR_NAME;
        (*var)->n.pos = at;
        (*var)->n.type = x->type;
        (*var)->class = IR_GLOBAL;
        (*var)->text = STR(".rcvr0");
    } else {
        *var = ir_temp(l->u, l->fn, at, l->inl, x->type);
    }
    as->x = &(*var)->n;
    as->y = x;
    (*var)->defn = as;
    ir_push(l->u, init, as);
    return as;
}

/* What a closure around an instance is made from. */
struct old_closure {
    struct ir_func *target;
    struct ir *dict; /* constant; NULL: captured */
    bool receiver;   /* captured, too, or … */
    struct ir_name *global; /* kept in a variable of the package */
    bool wrap;       /* T.M: the first parameter leads to the receiver */
    bool deref;
    const u32 *path;
    u32 n_path;
    pos at;
};

static void old_closure_body(struct lower *l, pos at, u32 inl, struct ir_list *out)
{
    const struct old_closure *c = (l->inl_func ? l->inl_func : l->fn)->synthetic_ctx;
    struct ir_list args = {0};
    struct ir *dict = c->dict, *recv = NULL;
    u32 next = 0, i = 0;

    (void)at;
    (void)inl;
    if (!dict) {
        dict = &l->cvars[next++]->n;
    }
    if (c->receiver) {
        recv = c->global ? &c->global->n : &l->cvars[next++]->n;
    } else if (c->wrap) {
        recv = &l->fn->params[i++]->n;
        for (u32 k = 0; k < c->n_path; k++) {
            recv = lower_field(l, c->at, recv, c->path[k], true);
        }
        recv = c->deref && type_under(recv->type)->kind == TYPE_POINTER ? lower_deref(l, c->at, recv, true) : recv;
    }
    if (recv) {
        ir_push(l->u, &args, recv);
    }
    ir_push(l->u, &args, dict);
    for (; i < l->fn->n_params; i++) {
        ir_push(l->u, &args, &l->fn->params[i]->n);
    }
    shape_tail_call(l, c->at, l->inl, &c->target->name->n, &args, out);
}

/* buildClosure. */
static struct ir *build_closure(struct lower *l, const struct old_closure *from, struct ir *dict, struct ir *recv,
                                struct type_signature *sig)
{
    struct old_closure *c = arena_dup(l->u->arena, from, sizeof *from);
    struct ir_func *fn = lower_closure_func(l, IR_CLOSURE, c->at, sig);
    struct ir_list init = {0};
    struct ir_name *var;

    /* The inliner's copies are ordinary ones (inlsubst.closure). */
    fn->flags |= IR_FUNC_HAS_BODY | (l->inl_caller ? 0 : IR_FUNC_WRAPPER);
    c->dict = dict->op == IR_ADDR ? dict : NULL;
    c->receiver = recv != NULL;
    if (!in_pkginit(l)) {
        assign_local(l, c->at, dict, &init, &var);
    }
    if (!c->dict) {
        lower_capture(l->u, fn, c->at, var);
    }
    if (recv) {
        assign_local(l, c->at, recv, &init, &var);
        if (var->class == IR_GLOBAL) {
            c->global = var;
        } else {
            lower_capture(l->u, fn, c->at, var);
        }
    }
    fn->synthetic = old_closure_body;
    fn->synthetic_ctx = c;
    lower_synth_body(l, fn);
    ir_prepend(l->u, &fn->closure->init, &init);
    return fn->closure;
}

/* The type of an instance as a value: where its arguments are known, with them. */
static struct type_signature *value_sig(struct lower *l, struct ir_func *fn, const struct ir *dict, struct type *recv)
{
    struct type_signature *sig = dict->op == IR_ADDR ? dict->func->sig : fn->sig;

    return as_signature(shape_func_type(l->u, sig, recv, false));
}

struct ir *shape_old_func_value(struct lower *l, pos at, struct ir_func *fn, struct ir *dict)
{
    struct old_closure c = {.target = fn, .at = at};

    return build_closure(l, &c, dict, NULL, value_sig(l, fn, dict, NULL));
}

/* x.M where x's type is a type parameter: x becomes an interface of the constraint's type. */
static struct ir *bound_method(struct lower *l, pos at, struct ir *recv, struct ir *fun)
{
    const struct type_param *param = fun->p;
    struct type *bound = lower_subst(l, param->bound);
    struct ir *n = lower_new(l, IR_METHVALUE, at, &shape_without_params(l, fun, 0, 1)->t);
    struct ir *x = lower_new(l, ir_is_interface(recv->type) ? IR_DOTTYPE : IR_CONVIFACE, at, bound);

    x->x = recv;
    n->x = x->op == IR_DOTTYPE ? x : shape_old_iface(l, x);
    n->sel = fun->sel;
    return n;
}

struct ir *shape_old_method_value(struct lower *l, pos at, struct ir *recv, struct ir *fun, struct ir *dict)
{
    if (fun->op == IR_CONVNOP) {
        return bound_method(l, at, recv, fun);
    }
    struct ir_func *fn = fun->op == IR_NAME ? ((struct ir_name *)(void *)fun)->func : NULL;
    if (!fn || !dict) {
        struct ir *n = lower_new(l, IR_METHVALUE, at, &shape_without_params(l, fun, 0, 1)->t);
        n->x = recv;
        n->sel = fun->sel;
        n->func = fun->func;
        return n;
    }
    struct old_closure c = {.target = fn, .at = at};
    return build_closure(l, &c, dict, recv, value_sig(l, fn, dict, NULL));
}

struct ir *shape_old_method_func(struct lower *l, pos at, struct type *want, struct ir *fun, struct ir *dict,
                                 const u32 *path, u32 n_path)
{
    struct ir_func *fn = ((struct ir_name *)(void *)fun)->func;
    bool ptr;
    type_deref(type_unalias(fn->sig->recv->type), &ptr);
    struct old_closure c = {.target = fn, .wrap = true, .deref = !ptr, .path = path, .n_path = n_path, .at = at};

    return build_closure(l, &c, dict, NULL, value_sig(l, fn, dict, want));
}
