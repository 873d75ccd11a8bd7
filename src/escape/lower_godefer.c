/* lower_godefer.c: go and defer become calls of closures without arguments and results.
 *
 *   defer f(x, y)   →   a, b := x, y; defer func() { f(a, b) }()
 *
 * The closure is made before inlining, so that f may be inlined into it.  Source: GOROOT/src/cmd/compile/internal/typecheck/
 * stmt.go, normalizeGoDeferCall.  Before Go 1.22 escape analysis does the like (flow_godefer.c).
 */
#include "base/vec.h"
#include "escape/lower.h"

typedef VEC(struct ir **) operands;

struct wrapping {
    struct lower *l;
    operands ops; /* to be evaluated where the statement stands */
};

static bool is_kind(const struct type *t, enum basic basic)
{
    return t->kind == TYPE_BASIC && t->basic == basic;
}

static void visit(struct wrapping *w, struct ir **argp);

static void visit_list(struct wrapping *w, struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        visit(w, &l->v[i]);
    }
}

static void visit_elements(struct wrapping *w, struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        struct ir *el = l->v[i];
        visit(w, el->op == IR_KEY ? &el->y : el->op == IR_STRUCTKEY ? &el->x : &l->v[i]);
    }
}

/* Notes *argp, or what of it cannot wait until the call. */
static void visit(struct wrapping *w, struct ir **argp)
{
    struct ir *arg = *argp;

    if (!arg) {
        return;
    }
    switch (arg->op) {
    case IR_LITERAL:
    case IR_NIL:
    case IR_METHEXPR:
    case IR_NEW: return;
    case IR_NAME:
        if (ir_as_name(arg)->class == IR_FUNC) {
            return;
        }
        break;
    case IR_ADDR:
        if (arg->x->op == IR_LINKSYMOFFSET) {
            return;
        }
        break;
    case IR_CONVNOP: /* uintptr(p): it is p that must stay alive */
        if (is_kind(type_under(arg->type), BASIC_UINTPTR) && is_kind(type_under(arg->x->type), BASIC_UNSAFE_POINTER)) {
            visit(w, &arg->x);
            return;
        }
        break;
    case IR_ARRAYLIT:
    case IR_SLICELIT:
    case IR_STRUCTLIT: visit_elements(w, &arg->list); return;
    default: break;
    }
    vec_push_in(w->l->u->arena, &w->ops, argp);
}

static void visit_call(struct wrapping *w, struct ir *call)
{
    switch (call->op) {
    case IR_CALLFUNC:
        visit(w, &call->x);
        visit_list(w, &call->list);
        break;
    case IR_CALLINTER:
        vec_push_in(w->l->u->arena, &w->ops, &call->x->x); /* first: it is checked for nil */
        visit_list(w, &call->list);
        break;
    case IR_APPEND:
    case IR_DELETE:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_RECOVER: visit_list(w, &call->list); break;
    case IR_COPY:
        visit(w, &call->x);
        visit(w, &call->y);
        break;
    case IR_CLEAR:
    case IR_CLOSE:
    case IR_PANIC: visit(w, &call->x); break;
    default: break;
    }
}

/* a, b := x, y; and a, b as the wrapper sees them in place of x, y. */
static void evaluate(struct wrapping *w, struct ir_func *wrapper, pos at, struct ir_list *out)
{
    struct lower *l = w->l;
    struct ir_unit *u = l->u;
    struct ir_func *outer = l->inl_caller ? l->inl_caller : l->fn;
    struct ir *as = ir_new(u, IR_AS2, at, l->inl, NULL);

    for (size_t i = 0; i < w->ops.n; i++) {
        struct ir *arg = *w->ops.v[i];
        bool own = arg->op != IR_NAME && arg->pos; /* a name's position is that of its declaration */
        pos p = own ? arg->pos : at;
        u32 inl = own ? arg->inl : l->inl;
        struct ir_name *tmp = ir_temp(u, outer, p, inl, arg->type);
        struct ir *dcl = ir_new(u, IR_DCL, p, inl, NULL);

        dcl->x = &tmp->n;
        ir_push(u, out, dcl);
        tmp->defn = as;
        ir_push(u, &as->list, &tmp->n);
        ir_push(u, &as->body, arg);
        *w->ops.v[i] = &lower_capture(u, wrapper, p, tmp)->n;
    }
    ir_push(u, out, as);
}

static bool is_normal(const struct ir *call)
{
    struct type_signature *s = call->op == IR_CALLFUNC && call->x->type ? is_signature(type_under(call->x->type)) : NULL;
    return s && call->list.n == 0 && s->params->n + s->results->n == 0;
}

struct ir *lower_go_defer(struct lower *l, enum ir_op op, pos at, struct ir *call, struct ir_list *out)
{
    struct ir_unit *u = l->u;

    if (!u->profile->godefer_early) {
        call->flags |= IR_GODEFER;
        return call;
    }
    ir_append(u, out, &call->init);
    call->init = (struct ir_list){0};
    if (is_normal(call)) {
        call->flags |= IR_GODEFER;
        return call;
    }
    struct wrapping w = {.l = l};
    struct type_tuple *none = type_new_tuple(u->arena, NULL, 0);
    struct ir_func *fn = lower_closure_func(l, op, at, type_new_signature(u->arena, NULL, none, none, false));

    fn->flags |= IR_FUNC_WRAPPER | IR_FUNC_HAS_BODY | IR_FUNC_LOWERED;
    visit_call(&w, call);
    if (w.ops.n) {
        evaluate(&w, fn, at, out);
        if (call->op == IR_CALLINTER) { /* a nil receiver panics here, not when it is called */
            struct ir *itab = ir_new(u, IR_ITAB, at, l->inl, TYPE_OF(UINTPTR)), *check = ir_new(u, IR_CHECKNIL, at, l->inl, NULL);
            itab->x = out->v[out->n - 1]->list.v[0];
            check->x = itab;
            ir_push(u, out, check);
        }
    }
    ir_push(u, &fn->body, call);

    struct ir *now = ir_new(u, IR_CALLFUNC, call->pos, call->inl, NULL);
    now->x = fn->closure;
    now->flags = IR_GODEFER;
    return now;
}
