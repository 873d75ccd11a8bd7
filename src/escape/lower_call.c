/* lower_call.c: calls of functions, methods and function values.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder (writer.expr's CallExpr, reader.expr's exprCall), typecheck (tcCall,
 * FixVariadicCall, MakeDotArgs, RewriteNonNameCall). */
#include "escape/lower_expr.h"

/* ---- typecheck.Call ---- */

/* nil if there are no such arguments. */
void lower_fix_variadic(struct ir_unit *u, struct ir *call)
{
    const struct type_signature *sig = call->x->type ? is_signature(type_under(call->x->type)) : NULL;

    if (!sig || !(sig->t.flag & TYPE_FLAG_VARIADIC) || (call->flags & IR_DDD)) {
        return;
    }
    u32 fixed = sig->params->n - 1;
    struct type *t = sig->params->vars[fixed]->type;
    struct ir_list *args = &call->list;
    call->flags |= IR_DDD;
    if (args->n == fixed) {
        ir_push(u, args, ir_new(u, IR_NIL, call->pos, call->inl, t));
        return;
    }
    struct ir *lit = ir_new(u, IR_SLICELIT, call->pos, call->inl, t);
    lit->flags |= IR_IMPLICIT;
    lit->len = args->n - fixed;
    lit->list.n = lit->list.cap = args->n - fixed;
    lit->list.v = arena_dup(u->arena, args->v + fixed, lit->len * sizeof *args->v);
    args->n = fixed;
    ir_push(u, args, lit);
}

/* Must it be evaluated before the call's arguments? (typecheck.callOrChan) */
static bool is_call_or_chan(void *ctx, struct ir *n)
{
    (void)ctx;
    switch ((enum ir_op)n->op) {
    case IR_APPEND:
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_CAP:
    case IR_CLEAR:
    case IR_CLOSE:
    case IR_COMPLEX:
    case IR_COPY:
    case IR_DELETE:
    case IR_IMAG:
    case IR_LEN:
    case IR_MAX:
    case IR_MIN:
    case IR_PANIC:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_REAL:
    case IR_RECOVER:
    case IR_RECV:
    case IR_UNSAFEADD:
    case IR_UNSAFESLICE:
    case IR_UNSAFESLICEDATA:
    case IR_UNSAFESTRING:
    case IR_UNSAFESTRINGDATA: return true;
    default: return false;
    }
}

/* f()(…) is t := f(); t(…); before unified IR also f().m(…) is t := f(); t.m(…). */
static void rewrite_operand(struct lower *l, struct ir *call, struct ir **at)
{
    if ((*at)->op == IR_NAME || (*at)->op == IR_METHEXPR || !ir_any(*at, is_call_or_chan, NULL)) {
        return;
    }
    struct ir_name *tmp = ir_temp(l->u, l->fn, call->pos, l->inl, (*at)->type);
    struct ir *as = lower_new(l, IR_AS, call->pos, NULL);
    if (lower_is_old(l)) {
        as->flags |= IR_DEF;
    } else {
        ir_push(l->u, &as->init, lower_unary(l, IR_DCL, call->pos, NULL, &tmp->n));
    }
    as->x = &tmp->n;
    as->y = *at;
    tmp->defn = as;
    *at = &tmp->n;
    ir_push(l->u, &call->init, as);
}

static void rewrite_callee(struct lower *l, struct ir *call)
{
    struct ir *fun = call->x;

    rewrite_operand(l, call, fun->op == IR_DOTINTER || fun->op == IR_METHVALUE ? &fun->x : &call->x);
}

static bool is_getg(const struct ir *fun)
{
    const struct ir_name *n = fun->op == IR_NAME ? (const struct ir_name *)(const void *)fun : NULL;

    return n && n->class == IR_FUNC && n->func && n->func->pkg && str_is(n->func->sym, "getg") &&
           str_is(n->func->pkg->path, "runtime");
}

struct ir *lower_call_of(struct lower *l, pos at, struct ir *fun, struct ir_list *args, bool ddd)
{
    const struct type_signature *sig = as_signature(type_under(fun->type));
    struct ir *call = lower_new(l, fun->op == IR_DOTINTER ? IR_CALLINTER : IR_CALLFUNC, at, NULL);

    call->x = fun;
    call->list = *args;
    call->flags |= ddd ? IR_DDD : 0;
    rewrite_callee(l, call);
    if (!lower_is_old(l)) {
        lower_fix_variadic(l->u, call);
    }
    if (sig->results->n == 1) {
        call->type = sig->results->vars[0]->type;
        if (is_getg(fun)) {
            call->op = IR_GETG;
        }
    } else if (sig->results->n > 1) {
        call->type = &sig->results->t;
    }
    return call;
}

/* ---- callees ---- */

/* x.M(…): the receiver is the first argument, but of interfaces. */
static struct ir *method_callee(struct lower *l, node sel, struct ir_list *args)
{
    const struct selection *s = l->file->at[sel].sel;
    pos at = lower_pos(l, sel);
    struct type *recv;
    struct ir *x = lower_recv(l, sel, &recv), *dict = NULL;

    if (type_is_interface(recv) && !type_is_param(recv)) {
        struct ir *dot = lower_unary(l, IR_DOTINTER, at, lower_type_of(l, sel), x);
        dot->sel = s->obj;
        return dot;
    }
    struct ir *fun = lower_method(l, at, recv, s->obj, &dict);
    if (lower_kind(x->type) == TYPE_INTERFACE && l->u->profile->unified) {
        ir_note(l->u, NOTE_OTHER, at, l->inl, NULL, l->fn, "imprecise interface call");
    }
    ir_push(l->u, args, x);
    if (dict) {
        ir_push(l->u, args, dict);
    }
    return fun;
}

static bool is_method_call(const struct lower *l, node fun)
{
    fun = ast_unparen(l->ast, fun);
    const struct selection *s = ast_kind(l->ast, fun) == AST_SELECTOR ? l->file->at[fun].sel : NULL;
    return s && s->kind == SELECT_METHOD;
}

static struct ir *callee(struct lower *l, node fun, struct ir_list *args)
{
    fun = ast_unparen(l->ast, fun);
    l->base_pos = lower_pos(l, fun);
    if (is_method_call(l, fun)) {
        return method_callee(l, fun, args);
    }
    struct obj *generic;
    const struct type_list *targs = lower_targs(l, fun, &generic);
    if (targs) {
        struct ir *dict = NULL, *f = shape_func_inst(l, lower_pos(l, fun), generic, targs, &dict);
        if (dict) {
            ir_push(l->u, args, dict);
        }
        return f;
    }
    return lower_expr(l, fun);
}

/* ---- calls ---- */

/* What arguments are converted to. */
struct params {
    const struct type_signature *sig;
    bool spread; /* the last parameter takes many */
};

static struct type *param_type(void *ctx, u32 i)
{
    const struct params *p = ctx;
    const struct type_tuple *t = p->sig->params;

    if (p->spread && i + 1 >= t->n) {
        return as_slice(type_under(t->vars[t->n - 1]->type))->elem;
    }
    return t->vars[i]->type;
}

/* Before unified IR; args: receiver and dictionary.  The receiver's call is made before those of arguments. */
static struct ir *old_call(struct lower *l, node call, struct ir *fun, const struct ir_list *args, struct params *p)
{
    const struct ast_node *e = ast_at(l->ast, call);
    bool dots = (e->flags & AST_FLAG_DOTS) != 0, method = is_method_call(l, e->a);
    struct ir_list rest = {0}, none = {0};

    lower_old_exprs(l, ast_list(l->ast, e->b), ast_list_len(l->ast, e->b), &rest);
    l->base_pos = e->pos;
    struct ir *c = lower_call_of(l, e->pos, fun, &none, dots);
    ir_append(l->u, &c->list, args);
    if (method && args->n) {
        rewrite_operand(l, c, &c->list.v[0]);
    }
    if (!dots) {
        lower_old_split(l, &rest, &c->init);
    }
    lower_old_convert(l, &rest, param_type, p, true);
    ir_append(l->u, &c->list, &rest);
    return c;
}

static struct ir *function_call(struct lower *l, node call)
{
    const struct ast_node *e = ast_at(l->ast, call);
    bool dots = (e->flags & AST_FLAG_DOTS) != 0;
    const node *v = ast_list(l->ast, e->b);
    u32 n = ast_list_len(l->ast, e->b);
    struct params p = {.sig = as_signature(lower_core(lower_type_raw(l, e->a)))};
    struct ir_list args = {0};

    p.spread = (p.sig->t.flag & TYPE_FLAG_VARIADIC) && !dots;
    struct ir *fun = callee(l, e->a, &args), *c;
    if (lower_is_old(l)) {
        c = old_call(l, call, fun, &args, &p);
    } else {
        lower_multi(l, e->pos, v, n, param_type, &p, &args);
        c = lower_call_of(l, e->pos, fun, &args, dots);
    }
    if (l->file->mode[call] == MODE_NOVALUE) {
        c->type = NULL;
    } else {
        c->type = lower_type_of(l, call);
    }
    return c;
}

struct ir *lower_call(struct lower *l, node call)
{
    const struct ast_node *e = ast_at(l->ast, call);

    l->base_pos = e->pos;
    switch ((enum typed_mode)l->file->mode[e->a]) {
    case MODE_NONE: return lower_unknown(l, call);
    case MODE_TYPE: return lower_conversion(l, call, lower_type_raw(l, e->a), ast_list(l->ast, e->b)[0]);
    case MODE_BUILTIN: {
        const struct obj *o = info_obj(l->file, ast_unparen(l->ast, e->a));
        return lower_builtin(l, call, o->builtin);
    }
    default: return function_call(l, call);
    }
}
