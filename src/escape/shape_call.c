/* shape_call.c: generic functions and methods of generic types where they are called or used as values.
 *
 * A call goes to the shaped function and passes a dictionary: the address of a global one where the type arguments are
 * known, else a word of the caller's own.  Used as a value, an instance is its wrapper, or a closure over the dictionary.
 * Source: GOROOT/src/cmd/compile/internal/noder/reader.go (funcInst, methodExpr, curry, methodExprWrap, syntheticClosure),
 * noder/writer.go (funcInst, methodExpr).
 */
#include "escape/lower_expr.h"
#include "escape/shape_int.h"

/* ---- dictionaries and callees ---- */

/* A dictionary that a word of this function's dictionary points to. */
static struct ir *dynamic_dict(struct lower *l, pos at)
{
    if (!l->u->profile->unified) {
        return shape_old_word(l, at);
    }
    struct ir *n = lower_new(l, IR_CONVNOP, at, shape_dict_type(l->u));

    n->x = lower_dict_word(l, at);
    return n;
}

static bool any_derived(struct lower *l, const struct type_list *targs)
{
    for (u32 i = 0; i < targs->n; i++) {
        if (shape_is_derived(l->u, targs->v[i])) {
            return true;
        }
    }
    return false;
}

/* The callee for these type arguments, as the checker has them; *dict: what it wants, an ADDR if that is constant. */
static struct ir_func *shaped_callee(struct lower *l, pos at, struct obj *generic, const struct type_list *targs,
                                     struct ir **dict)
{
    struct arena_scratch scratch = arena_scratch_begin(l->u->arena);
    struct type **v = ARENA_ARRAY(scratch.arena, struct type *, targs->n);
    bool derived = any_derived(l, targs);

    for (u32 i = 0; i < targs->n; i++) {
        v[i] = lower_subst(l, targs->v[i]);
    }
    struct shape_inst *inst = shape_inst_get(l->u, shape_origin(generic), v, targs->n, derived);
    arena_scratch_end(scratch);
    if (derived) {
        shape_need_dict(l, shape_origin(generic), targs);
        *dict = dynamic_dict(l, at);
        return inst->fn;
    }
    *dict = shape_static_dict(l->u, at, l->inl, inst->fn);
    return shape_inst_shaped(l->u, inst)->fn;
}

struct ir *shape_func_inst(struct lower *l, pos at, struct obj *o, const struct type_list *targs, struct ir **dict)
{
    return &shaped_callee(l, at, o, targs, dict)->name->n;
}

/* Where the dictionary has a method of a type parameter (writerDict.typeParamMethodExprIdx). */
static i64 method_word(struct lower *l, const struct type_param *p, const struct obj *method)
{
    struct shape_dict *d = l->env->dict;
    u64 key = (u64)p->index << 32 | method->name;

    for (size_t i = 0; d && i < d->methods.n; i++) {
        if (d->methods.v[i] == key) {
            return (i64)i;
        }
    }
    if (d) {
        vec_push_in(l->u->arena, &d->methods, key);
    }
    return d ? (i64)d->methods.n - 1 : 0;
}

/* A method of a type parameter: a function that the dictionary has the address of. */
static struct ir *param_method(struct lower *l, pos at, struct type *recv, struct obj *method)
{
    struct type_signature *sig = as_signature(lower_subst(l, method->type));
    struct ir *a = lower_new(l, IR_ADDR, at, shape_pointer_to(l->u, TYPE_OF(UINTPTR)));
    struct ir *n = lower_new(l, IR_CONVNOP, at, shape_func_type(l->u, sig, lower_subst(l, recv), false));

    a->x = lower_dict_word(l, at);
    if (l->u->profile->unified) {
        a->x->y = lower_int(l, at, method_word(l, as_param(recv), method));
        a->x->y->type = TYPE_OF(INT);
    }
    n->x = a;
    n->sel = method;
    n->p = as_param(recv);
    return n;
}

/* A method that needs no dictionary. */
static struct ir *plain_method(struct lower *l, pos at, struct type *recv, struct obj *method)
{
    struct type *t = lower_subst(l, recv);

    if (ir_is_interface(t)) {
        struct ir *n = lower_new(l, IR_METHEXPR, at, NULL);
        n->x = lower_type_node(l, t);
        n->sel = method;
        n->type = shape_func_type(l->u, as_signature(lower_subst(l, method->type)), t, false);
        return n;
    }
    return shape_method_node(l->u, at, l->inl, t, lower_func_of(l->u, shape_origin(method)));
}

struct ir *shape_method_expr(struct lower *l, pos at, struct type *recv, struct obj *method, struct ir **dict)
{
    struct type *t = type_unalias(recv);
    bool ptr;

    *dict = NULL;
    if (t->kind == TYPE_PARAM) {
        return param_method(l, at, t, method);
    }
    struct type_named *n = is_named(type_unalias(type_deref(t, &ptr)));
    if (!n || !shape_is_method(n, method) || type_under(&n->t)->kind == TYPE_INTERFACE) {
        return plain_method(l, at, recv, method);
    }
    struct ir_func *fn = shaped_callee(l, at, method, n->targs, dict);
    if (!l->u->profile->unified) {
        return &fn->name->n;
    }
    return shape_method_node(l->u, at, l->inl, fn->sig->recv->type, fn);
}

struct ir *shape_wrapped(struct lower *l, struct type *recv, struct ir_func *fn, struct ir **dict)
{
    *dict = fn->flags & IR_FUNC_SHAPED ? ir_new(l->u, IR_NIL, 0, l->inl, shape_dict_type(l->u)) : NULL;
    return shape_method_node(l->u, 0, l->inl, recv, fn);
}

/* ---- calls at the end of made-up functions ---- */

/* Several results of a call go through temporaries (typecheck.RewriteMultiValueCall). */
static void return_results(struct lower *l, pos at, u32 inl, struct ir *call, const struct type_tuple *results,
                           struct ir *ret)
{
    struct ir *as = ir_new(l->u, IR_AS2FUNC, at, inl, NULL);

    for (u32 i = 0; i < results->n; i++) {
        struct ir_name *tmp = ir_temp(l->u, l->fn, at, inl, results->vars[i]->type);
        struct ir *dcl = ir_new(l->u, IR_DCL, at, inl, NULL);
        dcl->x = &tmp->n;
        ir_push(l->u, &as->init, dcl);
        ir_push(l->u, &as->list, &tmp->n);
        ir_push(l->u, &ret->list, &tmp->n);
    }
    ir_push(l->u, &as->body, call);
    ir_push(l->u, &ret->init, as);
}

void shape_tail_call(struct lower *l, pos at, u32 inl, struct ir *fun, struct ir_list *args, struct ir_list *out)
{
    const struct type_signature *sig = as_signature(fun->type);
    u32 saved = l->inl;

    l->inl = inl;
    struct ir *call = lower_call_of(l, at, fun, args, (sig->t.flag & TYPE_FLAG_VARIADIC) != 0);
    l->inl = saved;
    if (sig->results->n == 0) {
        ir_push(l->u, out, call);
        return;
    }
    struct ir *ret = ir_new(l->u, IR_RETURN, at, inl, NULL);
    if (sig->results->n == 1) {
        ir_push(l->u, &ret->list, call);
    } else {
        return_results(l, at, inl, call, sig->results, ret);
    }
    ir_push(l->u, out, ret);
}

/* ---- closures over dictionaries ---- */

/* What the body of such a closure is made from. */
struct made_closure {
    struct ir *captured[3]; /* function, and what is passed to it before (curry), or its dictionary (wrap) */
    u32 n_captured;
    bool wrap;             /* methodExprWrap: the first argument is changed */
    bool deref, addr;
    const u32 *path;
    u32 n_path;
    pos at;
};

/* Only functions: they can be named inside of the closure. */
static bool is_safe(const struct ir *n)
{
    return n->op == IR_METHEXPR ||
           (n->op == IR_NAME && ((const struct ir_name *)(const void *)n)->class == IR_FUNC);
}

/* The receiver that the method wants, out of the closure's first parameter. */
static struct ir *wrapped_receiver(struct lower *l, const struct made_closure *c, struct ir *x)
{
    for (u32 i = 0; i < c->n_path; i++) {
        x = lower_field(l, c->at, x, c->path[i], true);
    }
    if (c->deref) {
        return lower_deref(l, c->at, x, true);
    }
    return c->addr ? lower_addr(l, c->at, x, true) : x;
}

static void made_closure_body(struct lower *l, pos at, u32 inl, struct ir_list *out)
{
    const struct made_closure *c = (l->inl_func ? l->inl_func : l->fn)->synthetic_ctx;
    struct ir *captured[3];
    struct ir_list args = {0};
    u32 next = 0, saved = l->inl;

    (void)at;
    (void)inl;
    for (u32 i = 0; i < c->n_captured; i++) {
        captured[i] = is_safe(c->captured[i]) ? c->captured[i] : &l->cvars[next++]->n;
    }
    l->inl = 0; /* positions are those of the source, also when it is inlined */
    u32 i = 0;
    if (c->wrap) {
        ir_push(l->u, &args, wrapped_receiver(l, c, &l->fn->params[i++]->n));
    }
    for (u32 k = 1; k < c->n_captured; k++) {
        ir_push(l->u, &args, captured[k]);
    }
    for (; i < l->fn->n_params; i++) {
        ir_push(l->u, &args, &l->fn->params[i]->n);
    }
    shape_tail_call(l, c->at, 0, captured[0], &args, out);
    l->inl = saved;
}

/* reader.syntheticClosure. */
static struct ir *make_closure(struct lower *l, const struct made_closure *from, struct type_signature *sig,
                               bool check_nil)
{
    struct made_closure *c = arena_dup(l->u->arena, from, sizeof *from);
    struct ir_func *fn = lower_closure_func(l, IR_CLOSURE, c->at, sig);
    struct ir_list init = {0};

    fn->flags |= IR_FUNC_WRAPPER | IR_FUNC_HAS_BODY;
    for (u32 i = 0; i < c->n_captured; i++) {
        struct ir *x = c->captured[i];
        if (is_safe(x)) {
            continue;
        }
        struct ir_name *tmp = lower_temp_copy(l, c->at, x, &init);
        lower_capture(l->u, fn, c->at, tmp);
        if (check_nil && i == 1 && ir_is_interface(x->type)) {
            struct ir *check = lower_new(l, IR_CHECKNIL, c->at, NULL);
            check->x = lower_new(l, IR_ITAB, c->at, TYPE_OF(UINTPTR));
            check->x->x = &tmp->n;
            ir_push(l->u, &init, check);
        }
    }
    fn->synthetic = made_closure_body;
    fn->synthetic_ctx = c;
    lower_synth_body(l, fn);
    ir_prepend(l->u, &fn->closure->init, &init);
    return fn->closure;
}

/* The type of fun without its parameters from `from` up to `to`. */
struct type_signature *shape_without_params(struct lower *l, struct ir *fun, u32 from, u32 to)
{
    const struct type_signature *sig = as_signature(fun->type);
    u32 n = sig->params->n - (to - from), k = 0;
    struct obj **v = ARENA_ARRAY(l->u->arena, struct obj *, n);

    for (u32 i = 0; i < sig->params->n; i++) {
        if (i < from || i >= to) {
            v[k++] = sig->params->vars[i];
        }
    }
    return type_new_signature(l->u->arena, NULL, type_new_tuple(l->u->arena, v, n), sig->results,
                              sig->t.flag & TYPE_FLAG_VARIADIC);
}

/* reader.curry: a function that calls fun with its first, and perhaps second, argument given. */
static struct ir *curry(struct lower *l, pos at, bool method, struct ir *fun, struct ir *arg0, struct ir *arg1)
{
    struct made_closure c = {.captured = {fun, arg0, arg1}, .n_captured = arg1 ? 3 : 2, .at = at};

    return make_closure(l, &c, shape_without_params(l, fun, 0, c.n_captured - 1), method);
}

struct ir *shape_func_value(struct lower *l, pos at, struct obj *o, const struct type_list *targs)
{
    struct ir *dict;
    struct ir_func *fn = shaped_callee(l, at, o, targs, &dict);

    if (!l->u->profile->unified) {
        return shape_old_func_value(l, at, fn, dict);
    }
    return dict->op == IR_ADDR ? &dict->func->name->n : curry(l, at, false, &fn->name->n, dict, NULL);
}

/* ---- methods as values ---- */

/* The method behind fun and its dictionary without one, NULL: the dictionary is not constant, or there is no method. */
static struct ir_func *static_method(const struct ir *fun, const struct ir *dict)
{
    if (fun->op != IR_METHEXPR || (dict && dict->op != IR_ADDR)) {
        return NULL;
    }
    return dict ? dict->func : fun->func;
}

struct ir *shape_method_value(struct lower *l, pos at, struct ir *recv, struct ir *fun, struct ir *dict)
{
    struct ir_func *fn = static_method(fun, dict);

    if (!l->u->profile->unified) {
        return shape_old_method_value(l, at, recv, fun, dict);
    }
    if (!fn && (fun->op != IR_METHEXPR || dict)) {
        return curry(l, at, true, fun, recv, dict);
    }
    struct ir *n = lower_new(l, IR_METHVALUE, at, NULL);
    if (shape_within(recv->type)) {
        struct ir *c = ir_new(l->u, IR_CONVNOP, recv->pos, recv->inl, as_signature(fun->type)->params->vars[0]->type);
        c->type = fn ? fn->sig->recv->type : c->type;
        c->x = recv;
        recv = c;
    }
    n->x = recv;
    n->sel = fun->sel;
    n->func = fn;
    n->type = &shape_without_params(l, fun, 0, dict ? 2 : 1)->t;
    lower_wrap_value(l, n);
    return n;
}

/* What a method's receiver is reached through: fields that are embedded, then a pointer or an address. */
static struct type *reach_receiver(struct type *t, struct obj *method, const u32 *path, u32 n_path,
                                   struct made_closure *c)
{
    for (u32 i = 0; i < n_path; i++) {
        bool ptr;
        t = as_struct(type_under(type_deref(t, &ptr)))->fields[path[i]]->type;
    }
    struct type *recv = as_signature(method->type)->recv->type, *u = type_unalias(t), *r = type_unalias(recv);
    c->deref = u->kind == TYPE_POINTER && type_identical(as_pointer(u)->elem, recv);
    c->addr = !c->deref && r->kind == TYPE_POINTER && type_identical(as_pointer(r)->elem, t);
    return c->deref || c->addr ? recv : t;
}

struct ir *shape_method_func(struct lower *l, pos at, struct type *t, struct obj *method, const u32 *path, u32 n_path)
{
    struct made_closure c = {.wrap = true, .path = path, .n_path = --n_path, .at = at};
    struct type *recv = reach_receiver(t, method, path, n_path, &c), *want = lower_subst(l, t);
    struct ir *dict, *fun = shape_method_expr(l, at, recv, method, &dict);
    struct ir_func *fn = static_method(fun, dict);
    bool as_is = n_path == 0 && !c.deref && !c.addr;

    if (!dict && as_is) {
        return fun;
    }
    if (!l->u->profile->unified && dict) {
        return shape_old_method_func(l, at, want, fun, dict, path, n_path);
    }
    if (fn && (as_is || !shape_within(want))) {
        return shape_method_node(l->u, at, l->inl, want, fn);
    }
    if (!dict && fun->op == IR_METHEXPR && !shape_within(want)) {
        /* of an embedded interface */
        struct ir *n = lower_new(l, IR_METHEXPR, at, NULL);
        n->x = lower_type_node(l, want);
        n->sel = fun->sel;
        n->type = shape_func_type(l->u, shape_without_params(l, fun, 0, 1), want, false);
        return n;
    }
    c.captured[0] = fun;
    c.captured[1] = dict;
    c.n_captured = dict ? 2 : 1;
    struct type_signature *rest = shape_without_params(l, fun, 0, dict ? 2 : 1);
    return make_closure(l, &c, as_signature(shape_func_type(l->u, rest, want, false)), false);
}
