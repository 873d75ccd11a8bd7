/* flow_call.c: calls, of functions and builtins (escape/call.go). */
#include "escape/flow_int.h"
#include "escape/lower.h"

static struct flow_hole heap_hole(void)
{
    return flow_hole_of(FLOW_HEAP_LOC);
}

/* Go before 1.22 does not track what changes what. */
static struct flow_hole mutator_hole(const struct flow_fn *e)
{
    return flow_hole_of(e->b->p->mutator_callee ? FLOW_MUTATOR_LOC : FLOW_BLANK_LOC);
}

static void argument(struct flow_fn *e, struct flow_hole k, struct ir *call, struct ir *arg)
{
    flow_expr(e, flow_hole_note(e->b, k, call, "call parameter"), arg);
}

static bool elements_have_pointers(struct flow_fn *e, struct ir *slice)
{
    if (!slice->type) {
        return true;
    }
    struct type *t = type_under(slice->type);
    return t->kind != TYPE_SLICE || flow_has_pointers(e->b, as_slice(t)->elem);
}

static bool yields_slice(struct ir *n)
{
    return n->type && type_under(n->type)->kind == TYPE_SLICE;
}

/* ---- arguments ---- */

struct ir_name *flow_copy(struct flow_fn *e, pos at, u32 inl, struct ir *n, struct ir_list *init)
{
    struct ir_unit *u = e->b->u;

    if (n->op != IR_NAME && n->pos) { /* a name's position is that of its declaration */
        at = n->pos;
        inl = n->inl;
    }
    struct ir_name *tmp = ir_temp(u, e->fn, at, inl, n->type);
    struct ir *dcl = ir_new(u, IR_DCL, at, inl, NULL), *as = ir_new(u, IR_AS, at, inl, NULL);
    dcl->x = as->x = &tmp->n;
    as->y = n;
    tmp->defn = as;
    ir_push(u, init, dcl);
    ir_push(u, init, as);
    flow_new_loc(e->b, e->fn, e->depth, &tmp->n, true);
    flow_stmt(e, dcl);
    flow_stmt(e, as);
    return tmp;
}

static bool is_kind(struct type *t, enum basic basic)
{
    if (!t) {
        return false;
    }
    struct type *u = type_under(t);
    return u->kind == TYPE_BASIC && u->basic == basic;
}

/* uintptr(p) for a function that is marked //go:uintptrescapes or keepalive: p goes to a variable of its own. */
static void keep_uintptr(struct flow_fn *e, struct ir *arg, struct ir *call, u32 pragma)
{
    if (arg->op != IR_CONVNOP || !is_kind(arg->type, BASIC_UINTPTR) ||
        !is_kind(arg->x->type, BASIC_UNSAFE_POINTER)) {
        return;
    }
    struct ir_name *tmp = flow_copy(e, arg->pos, arg->inl, arg->x, &call->init);
    struct flow_hole k = mutator_hole(e);

    arg->x = &tmp->n;
    if (pragma & IR_PRAGMA_UINTPTR_ESCAPES) {
        k = flow_hole_note(e->b, heap_hole(), arg, "//go:uintptrescapes");
    }
    flow_add(e->b, k, flow_old_loc(e->b, tmp));
    if (pragma & IR_PRAGMA_UINTPTR_KEEPALIVE) {
        tmp->flags |= IR_NAME_ADDRTAKEN;
    }
}

/* Arguments of variadic functions are elements of the slice literal that lowering has made of them. */
static void rewrite_argument(struct flow_fn *e, struct ir *arg, struct ir *call, const struct ir_func *fn)
{
    u32 pragma = fn->pragma & (IR_PRAGMA_UINTPTR_KEEPALIVE | IR_PRAGMA_UINTPTR_ESCAPES);
    if (!pragma) {
        return;
    }
    if (arg->op != IR_SLICELIT) {
        keep_uintptr(e, arg, call, pragma);
        return;
    }
    for (u32 i = 0; i < arg->list.n; i++) {
        struct ir *el = arg->list.v[i];
        keep_uintptr(e, el->op == IR_KEY ? el->y : el, call, pragma);
    }
}

struct flow_hole flow_tag_hole(struct flow_fn *e, const struct flow_hole *ks, struct ir_func *fn, u32 param)
{
    if (!fn) {
        return heap_hole();
    }
    if (flow_in_batch(fn)) {
        struct ir_name *n = fn->params && param < fn->n_recv + fn->n_params ? fn->params[param] : NULL;
        return n ? flow_hole_of(flow_old_loc(e->b, n)) : FLOW_DISCARD;
    }
    const struct ir_leaks *l = fn->tags && param < fn->n_recv + fn->n_params ? &fn->tags[param] : &flow_leaks_heap;
    struct flow_hole tag[LEAK_RESULT0 + 7];
    u32 n = 0;

    if (l->derefs[LEAK_HEAP] >= 0) {
        tag[n++] = flow_hole_shift(heap_hole(), l->derefs[LEAK_HEAP]);
    }
    if (l->derefs[LEAK_MUTATOR] >= 0) {
        tag[n++] = flow_hole_shift(flow_hole_of(FLOW_MUTATOR_LOC), l->derefs[LEAK_MUTATOR]);
    }
    if (l->derefs[LEAK_CALLEE] >= 0) {
        tag[n++] = flow_hole_shift(flow_hole_of(FLOW_CALLEE_LOC), l->derefs[LEAK_CALLEE]);
    }
    for (u32 i = 0; ks && i < e->b->p->leak_results; i++) {
        if (l->derefs[LEAK_RESULT0 + i] >= 0) {
            tag[n++] = flow_hole_shift(ks[i], l->derefs[LEAK_RESULT0 + i]);
        }
    }
    return flow_hole_tee(e, tag, n);
}

/* ---- calls of functions ---- */

struct ir_func *flow_callee(const struct flow_batch *b, struct ir *fun)
{
    for (struct ir *next; (next = ir_static_step(fun)); fun = next) {
        const struct ir_name *name = ir_as_name(fun);
        if (!b->p->unified && name && (name->flags & IR_NAME_CLOSUREVAR)) {
            return NULL; /* Go 1.19 does not see what the function around has put into it */
        }
    }
    return ir_static_callee(fun);
}

static bool has_non_string_pointers(struct flow_batch *b, struct type *t)
{
    if (!flow_has_pointers(b, t)) {
        return false;
    }
    struct type *u = type_under(t);
    switch (u->kind) {
    case TYPE_BASIC: return u->basic != BASIC_STRING;
    case TYPE_ARRAY: return has_non_string_pointers(b, as_array(u)->elem);
    case TYPE_STRUCT: {
        struct type_struct *s = as_struct(u);
        for (u32 i = 0; i < s->n; i++) {
            if (has_non_string_pointers(b, s->fields[i]->type)) {
                return true;
            }
        }
        return false;
    }
    default: return true;
    }
}

/* internal/abi.EscapeNonString[go.shape.T](dict, x): x is forced into the heap, but for strings. */
static bool is_escape_non_string(const struct ir_func *fn)
{
    return (fn->flags & IR_FUNC_SHAPED) && fn->pkg && str_is(fn->pkg->path, "internal/abi") &&
           str_has_prefix(fn->sym, STR("EscapeNonString[")) && fn->n_params == 2;
}

static struct flow_hole param_hole(struct flow_fn *e, const struct flow_hole *ks, struct ir *call,
                                   struct ir_func *fn, u32 param)
{
    if (fn && is_escape_non_string(fn)) {
        struct type *t = fn->params && fn->params[fn->n_recv + 1] ? fn->params[fn->n_recv + 1]->n.type : NULL;
        return t && has_non_string_pointers(e->b, t) ? heap_hole() : FLOW_DISCARD;
    }
    if (call->flags & IR_VARLIVE) {
        return FLOW_DISCARD; /* a KeepAlive that the compiler has put in */
    }
    return flow_tag_hole(e, ks, fn, param);
}

static void callee_expr(struct flow_fn *e, const struct flow_hole *ks, u32 n_ks, struct ir *call,
                        const struct ir_func *fn)
{
    struct flow_hole k = FLOW_DISCARD;

    if (!e->b->p->mutator_callee) {
        argument(e, k, call, call->x);
        return;
    }
    for (u32 i = 0; !fn && i < n_ks; i++) {
        if (ks[i].dst != FLOW_BLANK_LOC) {
            /* The results go somewhere, but whose results: a closure that comes here is called by who knows whom. */
            k = flow_hole_note(e->b, flow_hole_of(FLOW_CALLEE_LOC), call, "callee operand");
            break;
        }
    }
    flow_expr(e, k, call->x);
}

static u32 count_results(struct ir *call)
{
    if (!call->type) {
        return 0;
    }
    struct type_tuple *t = is_tuple(call->type);
    return t ? t->n : 1;
}

static void call_func(struct flow_fn *e, const struct flow_hole *ks, struct ir *call)
{
    struct ir_func *fn = NULL;
    u32 param = 0;

    if (call->op == IR_CALLFUNC) {
        if (call->x->op == IR_CLOSURE && !e->b->p->closure_results) {
            call->x->func->flags |= IR_FUNC_CALLED_HERE;
        }
        fn = flow_callee(e->b, call->x);
    }
    if (ks && fn && flow_in_batch(fn)) {
        for (u32 i = 0; i < fn->n_results; i++) {
            struct ir_name *r = flow_result(fn, i);
            flow_expr(e, ks[i], r ? &r->n : NULL);
        }
    }
    if (call->op == IR_CALLFUNC) {
        callee_expr(e, ks, ks ? count_results(call) : 0, call, fn);
    } else {
        argument(e, param_hole(e, ks, call, fn, 0), call, call->x->x);
        param = 1;
    }
    for (u32 i = 0; i < call->list.n; i++, param++) {
        struct ir *arg = call->list.v[i];
        if (fn && !(call->flags & IR_VARLIVE)) {
            rewrite_argument(e, arg, call, fn);
        }
        argument(e, param_hole(e, ks, call, fn, param), call, arg);
    }
}

static void inlined_call(struct flow_fn *e, const struct flow_hole *ks, struct ir *call)
{
    if (call->func->flags & IR_FUNC_GOTO) {
        flow_scan_labels(&call->body);
    }
    flow_stmts(e, &call->body);
    for (u32 i = 0; i < call->list.n; i++) {
        flow_expr(e, ks ? ks[i] : FLOW_DISCARD, call->list.v[i]);
    }
}

/* ---- builtins ---- */

/* The slice may be the result; or its elements go to a new one in the heap. */
static void append(struct flow_fn *e, const struct flow_hole *ks, struct ir *call)
{
    struct flow_batch *b = e->b;
    struct flow_hole result = ks ? ks[0] : FLOW_DISCARD, k = result;
    const struct ir_list *args = &call->list;

    if (b->p->mutator_callee) {
        k = flow_hole_tee(e, (struct flow_hole[]){k, flow_hole_of(FLOW_MUTATOR_LOC)}, 2);
    }
    if (elements_have_pointers(e, args->v[0])) {
        struct flow_hole old = flow_hole_deref(b, heap_hole(), call, "appendee slice");
        k = flow_hole_tee(e, (struct flow_hole[]){k, old}, 2);
    }
    argument(e, k, call, args->v[0]);
    if ((call->flags & IR_DDD) && args->n > 1) {
        k = FLOW_DISCARD;
        if (yields_slice(args->v[1]) && elements_have_pointers(e, args->v[1])) {
            k = flow_hole_deref(b, heap_hole(), call, "appended slice...");
        }
        argument(e, k, call, args->v[1]);
    } else {
        for (u32 i = 1; i < args->n; i++) {
            argument(e, heap_hole(), call, args->v[i]);
        }
    }
    if (b->p->append_location) {
        /* The new array.  It is never used twice, so that it counts as outside of all loops. */
        flow_loc_at(b, flow_spill(e, result, call).dst)->depth = 0;
    }
}

static void copy(struct flow_fn *e, struct ir *call)
{
    struct flow_hole k = FLOW_DISCARD;

    argument(e, mutator_hole(e), call, call->x);
    if (yields_slice(call->y) && elements_have_pointers(e, call->y)) {
        k = flow_hole_deref(e->b, heap_hole(), call, "copied slice");
    }
    argument(e, k, call, call->y);
}

void flow_call(struct flow_fn *e, const struct flow_hole *ks, struct ir *call)
{
    struct flow_hole k = ks ? ks[0] : FLOW_DISCARD;

    switch (call->op) {
    case IR_CALLFUNC:
    case IR_CALLINTER:
        lower_fix_variadic(e->b->u, call);
        call_func(e, ks, call);
        break;
    case IR_INLCALL: inlined_call(e, ks, call); break;
    case IR_APPEND: append(e, ks, call); break;
    case IR_COPY: copy(e, call); break;
    case IR_PANIC: argument(e, heap_hole(), call, call->x); break;
    case IR_COMPLEX:
        flow_discard(e, call->x);
        flow_discard(e, call->y);
        break;
    case IR_DELETE:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_RECOVER: flow_discards(e, &call->list); break;
    case IR_MIN:
    case IR_MAX:
        for (u32 i = 0; i < call->list.n; i++) {
            argument(e, k, call, call->list.v[i]);
        }
        break;
    case IR_LEN:
    case IR_CAP:
    case IR_REAL:
    case IR_IMAG:
    case IR_CLOSE: flow_discard(e, call->x); break;
    case IR_CLEAR: argument(e, mutator_hole(e), call, call->x); break;
    case IR_UNSAFESTRINGDATA:
    case IR_UNSAFESLICEDATA: argument(e, k, call, call->x); break;
    case IR_UNSAFEADD:
    case IR_UNSAFESLICE:
    case IR_UNSAFESTRING:
        argument(e, k, call, call->x);
        flow_discard(e, call->y);
        break;
    case IR_NIL: break; /* what stands for an expression that the checker refused, or for a call of C */
    default: BUG("unexpected call %s", ir_op_name(call->op));
    }
}

/* ---- go and defer ---- */

void flow_go_defer(struct flow_fn *e, struct ir *n)
{
    struct flow_hole k = heap_hole();

    if (n->op == IR_DEFER && e->depth == 1 && !n->y) {
        k = flow_hole_later(e, FLOW_DISCARD); /* it runs once, when the frame is still there */
    }
    if (e->b->p->godefer_early && n->x->op == IR_CALLFUNC) {
        flow_expr(e, k, n->x->x);
    } else {
        flow_go_defer_wrap(e, k, n);
    }
}
