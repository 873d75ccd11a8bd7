/* flow_godefer.c: go and defer up to Go 1.21, whose escape analysis wraps the call itself.
 *
 *   defer f(x, y)   →   x1, y1 := x, y; defer func() { f(x1, y1) }()
 *
 * The call is analysed as if it stood in the function around, with the copies as arguments; the copies are captured by
 * the closure.  Source: GOROOT/src/cmd/compile/internal/escape/call.go of Go 1.19 (goDeferStmt, rewriteArgument, wrapExpr).
 */
#include "escape/flow_int.h"
#include "escape/lower.h"

struct wrap {
    struct flow_fn *e;
    struct ir *call;
    struct ir_list *init;
    struct ir_func *fn;         /* the wrapper */
    const struct ir_func *callee; /* NULL: not known */
};

static struct ir_func *new_wrapper(struct flow_fn *e, struct ir *n)
{
    struct ir_unit *u = e->b->u;
    struct ir_func *fn = ARENA_NEW(u->arena, struct ir_func);

    fn->flags = IR_FUNC_WRAPPER | IR_FUNC_LOWERED | IR_FUNC_HAS_BODY;
    fn->pkg = e->fn->pkg;
    fn->sym = e->fn->sym;
    fn->pos = n->pos;
    fn->parent = e->fn;
    fn->closure = ir_new(u, IR_CLOSURE, n->pos, n->inl, NULL);
    fn->closure->func = fn;
    return fn;
}

static struct ir_name *capture(struct ir_unit *u, struct ir_func *fn, struct ir_name *tmp)
{
    struct ir_name *c = ARENA_NEW(u->arena, struct ir_name);

    *c = *tmp;
    c->n.loc = 0;
    c->n.init = (struct ir_list){0};
    c->curfn = fn;
    c->flags = IR_NAME_CLOSUREVAR;
    c->outer = tmp;
    c->next_dcl = NULL;
    struct ir_name **v = ARENA_ARRAY(u->arena, struct ir_name *, fn->n_cvars + 1u);
    for (u32 i = 0; i < fn->n_cvars; i++) {
        v[i] = fn->cvars[i];
    }
    v[fn->n_cvars++] = c;
    fn->cvars = v;
    return c;
}

/* *argp is evaluated now: into a variable that the wrapper captures. */
static struct ir_name *wrap_expr(struct wrap *w, pos at, u32 inl, struct ir **argp)
{
    struct ir_unit *u = w->e->b->u;
    struct ir_name *tmp = flow_copy(w->e, at, inl, *argp, w->init);

    if (w->call->op == IR_CALLINTER && argp == &w->call->x->x) {
        struct ir *itab = ir_new(u, IR_ITAB, at, inl, TYPE_OF(UINTPTR)), *check = ir_new(u, IR_CHECKNIL, at, inl, NULL);
        itab->x = &tmp->n;
        check->x = itab;
        ir_push(u, w->init, check); /* a nil receiver panics here, not when it is called */
    }
    flow_loc_at(w->e->b, flow_old_loc(w->e->b, tmp))->flags |= FLOW_CAPTURED;
    struct ir_name *c = capture(u, w->fn, tmp);
    *argp = &c->n;
    return c;
}

static bool is_kind(struct type *t, enum basic basic)
{
    return t && type_under(t)->kind == TYPE_BASIC && type_under(t)->basic == basic;
}

static void visit(struct wrap *w, pos at, u32 inl, struct ir **argp)
{
    struct ir *arg = *argp;
    u32 pragma = w->callee ? w->callee->pragma & (IR_PRAGMA_UINTPTR_KEEPALIVE | IR_PRAGMA_UINTPTR_ESCAPES) : 0;

    switch (arg->op) {
    case IR_LITERAL:
    case IR_NIL:
    case IR_METHEXPR: return; /* evaluated in the wrapper */
    case IR_NAME:
        if (ir_as_name(arg)->class == IR_FUNC) {
            return;
        }
        break;
    case IR_CONVNOP:
        if (pragma && is_kind(arg->type, BASIC_UINTPTR) && is_kind(arg->x->type, BASIC_UNSAFE_POINTER)) {
            struct ir_name *tmp = wrap_expr(w, arg->pos, arg->inl, &arg->x);
            if (pragma & IR_PRAGMA_UINTPTR_ESCAPES) {
                struct flow_hole k = flow_hole_note(w->e->b, flow_hole_of(FLOW_HEAP_LOC), arg, "//go:uintptrescapes");
                flow_add(w->e->b, k, flow_old_loc(w->e->b, tmp));
            }
            return;
        }
        break;
    default: break;
    }
    wrap_expr(w, at, inl, argp);
}

static void argument(struct wrap *w, struct flow_hole k, struct ir **argp)
{
    struct ir *arg = *argp;

    if (arg->op == IR_SLICELIT) {
        for (u32 i = 0; i < arg->list.n; i++) {
            struct ir **el = &arg->list.v[i];
            visit(w, arg->pos, arg->inl, (*el)->op == IR_KEY ? &(*el)->y : el);
        }
    } else {
        visit(w, w->call->pos, w->call->inl, argp);
    }
    flow_expr(w->e, flow_hole_note(w->e->b, k, w->call, "call parameter"), *argp);
}

static void call_func(struct wrap *w)
{
    struct flow_fn *e = w->e;
    struct ir *call = w->call;
    struct ir_func *fn = NULL;
    u32 param = 0;

    if (call->op == IR_CALLFUNC) {
        if (call->x->op == IR_CLOSURE) {
            call->x->func->flags |= IR_FUNC_CALLED_HERE;
        }
        fn = flow_callee(e->b, call->x);
        argument(w, FLOW_DISCARD, &call->x);
        w->callee = fn;
    } else {
        argument(w, flow_hole_of(FLOW_HEAP_LOC), &call->x->x);
        param = 1;
    }
    for (u32 i = 0; i < call->list.n; i++, param++) {
        argument(w, flow_tag_hole(e, NULL, fn, param), &call->list.v[i]);
    }
}

static void builtin(struct wrap *w)
{
    struct flow_batch *b = w->e->b;
    struct ir *call = w->call;
    struct flow_hole heap = flow_hole_of(FLOW_HEAP_LOC), k = FLOW_DISCARD;

    switch (call->op) {
    case IR_COPY:
        argument(w, FLOW_DISCARD, &call->x);
        if (call->y->type && type_under(call->y->type)->kind == TYPE_SLICE &&
            flow_has_pointers(b, as_slice(type_under(call->y->type))->elem)) {
            k = flow_hole_deref(b, heap, call, "copied slice");
        }
        argument(w, k, &call->y);
        break;
    case IR_PANIC: argument(w, heap, &call->x); break;
    case IR_CLOSE:
    case IR_CLEAR: argument(w, FLOW_DISCARD, &call->x); break;
    case IR_DELETE:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_RECOVER:
        for (u32 i = 0; i < call->list.n; i++) {
            argument(w, FLOW_DISCARD, &call->list.v[i]);
        }
        break;
    default: flow_call(w->e, NULL, call);
    }
}

static bool is_plain(const struct ir *call)
{
    if (call->op != IR_CALLFUNC || !call->x->type) {
        return false;
    }
    struct type_signature *s = is_signature(type_under(call->x->type));
    return s && s->params->n + s->results->n == 0 && call->list.n == 0;
}

void flow_go_defer_wrap(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    struct ir_unit *u = e->b->u;
    struct ir *call = n->x;
    struct ir_list before = call->init;

    call->init = (struct ir_list){0};
    flow_stmts(e, &n->init); /* the compiler walks them twice: as the statement's, and here */
    flow_stmts(e, &before);
    ir_append(u, &n->init, &before);
    if (is_plain(call)) {
        flow_expr(e, k, call->x);
        return;
    }
    struct wrap w = {.e = e, .call = call, .init = &n->init};
    w.fn = new_wrapper(e, n);
    if (call->op == IR_CALLFUNC || call->op == IR_CALLINTER) {
        lower_fix_variadic(u, call);
        call_func(&w);
    } else {
        builtin(&w);
    }
    ir_push(u, &w.fn->body, call);
    vec_push(&e->b->closures, (struct flow_closure){flow_spill(e, k, w.fn->closure), w.fn->closure});

    struct ir *now = ir_new(u, IR_CALLFUNC, call->pos, call->inl, NULL);
    now->flags = IR_GODEFER;
    now->x = w.fn->closure;
    n->x = now;
}
