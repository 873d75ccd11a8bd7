/* precise_call.c: calls: arguments, results, and who is called.
 *
 * A function value's targets are what its slot points to: closures and functions as constants.  An interface value has a
 * slot for its type word; the dynamic types in it say which methods.  What is not known when the function ends because it
 * came in by a parameter is left to the callers (records).
 */
#include "escape/flow_int.h"
#include "escape/precise_int.h"

/* ---- results ---- */

static u32 n_results_of(const struct ir *call)
{
    if (!call->type) {
        return 0;
    }
    return call->type->kind == TYPE_TUPLE ? as_tuple(call->type)->n : 1;
}

static struct type *result_type(const struct ir *call, u32 i)
{
    return call->type->kind == TYPE_TUPLE ? as_tuple(call->type)->vars[i]->type : call->type;
}

static void make_results(struct precise_graph *g, struct precise_call *c, const struct precise_place *dst,
                         const struct ir *call)
{
    c->n_results = n_results_of(call);
    c->results = ARENA_ARRAY(&g->arena, u32, c->n_results + 1u);
    c->result_types = ARENA_ARRAY(g->st->arena, struct type *, c->n_results + 1u);
    for (u32 i = 0; i < c->n_results; i++) {
        c->result_types[i] = result_type(call, i);
        c->results[i] = precise_temp(g);
        if (precise_layout_of(g->st, c->result_types[i])->whole) {
            precise_collapse_obj(g, c->results[i]);
        }
        if (dst && dst[i].kind != PP_NOWHERE) {
            precise_copy_value(g, dst[i], precise_direct(c->results[i], 0), c->result_types[i]);
        }
    }
}

/* ---- arguments ---- */

static bool is_uintptr_of_pointer(const struct ir *n)
{
    if (n->op != IR_CONVNOP || !n->type || !n->x->type) {
        return false;
    }
    struct type *t = type_under(n->type), *x = type_under(n->x->type);
    return t->kind == TYPE_BASIC && t->basic == BASIC_UINTPTR && x->kind == TYPE_BASIC && x->basic == BASIC_UNSAFE_POINTER;
}

/* //go:uintptrescapes: pointers that come as numbers are pointers that escape. */
static void uintptr_escapes(struct precise_graph *g, struct ir *arg)
{
    if (is_uintptr_of_pointer(arg)) {
        precise_eval(g, precise_heap(PRECISE_UNSAFE_CAUSE), arg->x);
    } else if (arg->op == IR_SLICELIT) {
        for (u32 i = 0; i < arg->list.n; i++) {
            struct ir *el = arg->list.v[i];
            uintptr_escapes(g, el->op == IR_KEY ? el->y : el);
        }
    }
}

static void make_args(struct precise_graph *g, struct precise_call *c, const struct ir_list *args, const struct ir_func *fn)
{
    c->n_args = args->n;
    c->args = ARENA_ARRAY(&g->arena, u32, args->n + 1u);
    c->arg_types = ARENA_ARRAY(g->st->arena, struct type *, args->n + 1u);
    for (u32 i = 0; i < args->n; i++) {
        struct ir *a = args->v[i];
        c->arg_types[i] = a->type;
        c->args[i] = precise_temp(g);
        if (a->type && precise_layout_of(g->st, a->type)->whole) {
            precise_collapse_obj(g, c->args[i]);
        }
        if (fn && (fn->pragma & IR_PRAGMA_UINTPTR_ESCAPES)) {
            uintptr_escapes(g, a);
        }
        precise_eval(g, precise_direct(c->args[i], 0), a);
    }
}

/* ---- calls that are not known ---- */

static void sink_words(struct precise_graph *g, u32 obj, struct type *t, enum precise_cause cause)
{
    const struct precise_layout *l = t ? precise_layout_of(g->st, t) : NULL;

    for (u32 i = 0; l && i < l->n; i++) {
        precise_sink(g, precise_slot_at(g, obj, l->off[i]), cause);
    }
}

static void results_in_heap(struct precise_graph *g, const struct precise_call *c)
{
    for (u32 i = 0; i < c->n_results; i++) {
        precise_put_heap(g, precise_direct(c->results[i], 0), c->result_types[i]);
    }
}

void precise_unknown_call(struct precise_graph *g, struct precise_call *c, enum precise_cause cause)
{
    if (c->flags & PC_UNKNOWN) {
        return;
    }
    c->flags |= PC_UNKNOWN;
    for (u32 i = 0; i < c->n_args; i++) {
        sink_words(g, c->args[i], c->arg_types[i], cause);
    }
    if (c->kind == PC_METHOD) {
        precise_sink(g, c->data, cause);
    }
    results_in_heap(g, c);
}

/* The callers may know.  Own objects cannot wait for that: the answer must do for all callers. */
static void leave_to_callers(struct precise_graph *g, u32 id, enum precise_cause cause)
{
    struct precise_call *c = g->calls.v[id];
    u32 n = 0;

    if (c->flags & PC_PHANTOM) {
        return;
    }
    for (size_t i = 1; i < g->calls.n && !g->sum->closed; i++) {
        n += (g->calls.v[i]->flags & PC_PHANTOM) != 0;
    }
    g->sum->closed |= n >= PRECISE_RECORDS; /* for good, so that summaries only grow */
    if (g->sum->closed) {
        precise_unknown_call(g, c, cause);
        precise_sink(g, c->fun, cause); /* it may give back what it has captured */
        return;
    }
    c->flags |= PC_PHANTOM;
    for (u32 i = 0; i < c->n_args; i++) {
        const struct precise_layout *l = c->arg_types[i] ? precise_layout_of(g->st, c->arg_types[i]) : NULL;
        for (u32 k = 0; l && k < l->n; k++) {
            precise_own_sink(g, precise_slot_at(g, c->args[i], l->off[k]), cause);
        }
    }
    if (c->kind == PC_METHOD) {
        precise_own_sink(g, c->data, cause);
    }
    for (u32 i = 0; i < c->n_results; i++) {
        const struct precise_layout *l = precise_layout_of(g->st, c->result_types[i]);
        for (u32 k = 0; k < l->n; k++) {
            u32 s = precise_slot_at(g, c->results[i], l->off[k]);
            precise_add(g, s, precise_phantom(g, PR_RECORD, id << 8 | (i & 255), l->off[k], 1), 0);
        }
    }
}

/* ---- targets ---- */

static bool is_new_target(struct precise_graph *g, struct precise_call *c, const void *t)
{
    for (size_t i = 0; i < c->targets.n; i++) {
        if (c->targets.v[i] == t) {
            return false;
        }
    }
    if (c->targets.n >= PRECISE_TARGETS) {
        c->flags |= PC_MANY;
        precise_unknown_call(g, c, c->kind == PC_FUNC ? PRECISE_FUNC_VALUE_CAUSE : PRECISE_INTERFACE_CAUSE);
        if (c->kind == PC_FUNC) {
            precise_sink(g, c->fun, PRECISE_FUNC_VALUE_CAUSE);
        }
        return false;
    }
    vec_push(&c->targets, t);
    return true;
}

static u32 new_call(struct precise_graph *g, struct precise_call *c)
{
    u32 id = (u32)g->calls.n;
    vec_push(&g->calls, c);
    return id;
}

/* x.M as a value is called: x lies in it. */
static void call_method_value(struct precise_graph *g, struct precise_call *c, u32 obj)
{
    struct ir *n = g->objs.v[obj].n;
    struct type *t = n->x->type;

    if (n->func) {
        u32 recv = precise_temp(g);
        precise_copy_value(g, precise_direct(recv, 0), precise_direct(obj, 8), t);
        precise_apply(g, n->func, 0, c, recv);
        return;
    }
    struct precise_call *m = arena_dup(&g->arena, c, sizeof *c);
    m->targets.v = NULL;
    m->targets.n = m->targets.cap = 0;
    m->kind = PC_METHOD;
    m->flags = 0;
    m->level++;
    m->fun = precise_slot_at(g, obj, 8);
    m->data = precise_slot_at(g, obj, 16);
    m->method = n->sel;
    m->iface = t;
    u32 id = new_call(g, m);
    if (m->level > PRECISE_CALL_LEVELS || !n->sel) {
        precise_unknown_call(g, m, PRECISE_INTERFACE_CAUSE);
    } else {
        precise_call_use(g, id);
    }
}

static void resolve_func(struct precise_graph *g, u32 id, u32 obj)
{
    struct precise_call *c = g->calls.v[id];
    const struct precise_obj *o = &g->objs.v[obj];

    switch ((enum precise_kind)o->kind) {
    case PK_TYPE: return; /* beside it in a collapsed object */
    case PK_FUNC:
        if (is_new_target(g, c, o->p)) {
            precise_apply(g, o->p, 0, c, 0);
        }
        return;
    case PK_PHANTOM: leave_to_callers(g, id, PRECISE_FUNC_VALUE_CAUSE); return;
    case PK_SITE:
        if (o->n->op == IR_CLOSURE) {
            if (is_new_target(g, c, o->n)) {
                struct ir_func *fn = o->p;
                u32 context = precise_slot_at(g, precise_temp(g), 0);
                precise_add(g, context, obj, 0);
                precise_apply(g, fn, context, c, 0);
            }
            return;
        }
        if (o->n->op == IR_METHVALUE) {
            if (is_new_target(g, c, o->n)) {
                call_method_value(g, c, obj);
            }
            return;
        }
        break;
    default: break;
    }
    precise_unknown_call(g, c, PRECISE_FUNC_VALUE_CAUSE);
    if (o->kind != PK_HEAP) {
        precise_sink(g, c->fun, PRECISE_FUNC_VALUE_CAUSE);
    }
}

/* The receiver that a dynamic type's method wants, out of the interface's data word; 0: not known. */
static u32 receiver(struct precise_graph *g, const struct precise_call *c, struct type *t, const struct precise_method *m)
{
    struct precise_place at = {.kind = PP_BEHIND, .at = c->data};

    if (ir_is_direct_iface(g->u, t)) {
        const struct precise_layout *l = precise_layout_of(g->st, t);
        u32 tmp = precise_temp(g);
        precise_copy(g, precise_slot_at(g, tmp, l->n ? l->off[0] : 0), c->data, 0);
        at = precise_direct(tmp, 0);
    }
    for (u32 i = 0;; i++) {
        bool ptr, last = i + 1 >= m->sel.n_path;
        struct type *elem = type_deref(type_unalias(t), &ptr);
        if (last && ptr == m->ptr_recv) {
            break;
        }
        if (ptr) {
            at = (struct precise_place){.kind = PP_BEHIND,
                                        .at = at.kind == PP_DIRECT ? precise_slot_at(g, at.at, at.off) : 0,
                                        .off = 0};
            if (!at.at) {
                return 0;
            }
            t = elem;
        } else if (last) {
            /* &x of what is behind a pointer */
            if (at.kind != PP_BEHIND) {
                return 0;
            }
            u32 tmp = precise_temp(g);
            precise_copy(g, precise_slot_at(g, tmp, 0), at.at, at.off);
            return tmp;
        }
        if (last) {
            break;
        }
        struct type_struct *s = is_struct(type_under(t));
        if (!s || m->sel.path[i] >= s->n) {
            return 0;
        }
        at.off += precise_field_offset(g->st, t, m->sel.path[i]);
        t = s->fields[m->sel.path[i]]->type;
        if (type_unalias(t)->kind == TYPE_POINTER && at.kind == PP_BEHIND) {
            u32 tmp = precise_temp(g);
            precise_copy_value(g, precise_direct(tmp, 0), at, t);
            at = precise_direct(tmp, 0);
        }
    }
    u32 recv = precise_temp(g);
    precise_copy_value(g, precise_direct(recv, 0), at, t);
    return recv;
}

static void call_method(struct precise_graph *g, struct precise_call *c, struct precise_type *type)
{
    struct precise_method m;

    if (!is_new_target(g, c, type)) {
        return;
    }
    if (!precise_method_of(g->st, type->type, c->method, &m)) {
        return; /* its static type was another interface: it cannot be what is called */
    }
    u32 recv = m.fn ? receiver(g, c, type->type, &m) : 0;
    if (!recv || m.fn->n_recv + m.fn->n_params != c->n_args + 1) {
        precise_unknown_call(g, c, PRECISE_INTERFACE_CAUSE);
        return;
    }
    precise_apply(g, m.fn, 0, c, recv);
}

/* All that the program has of the interface; false: they are too many, or not known. */
static bool call_implementations(struct precise_graph *g, struct precise_call *c)
{
    const struct precise_targets *t = precise_targets_of(g->st, c->iface, c->method);

    if (t->open) {
        return false;
    }
    g->closed_world = true;
    for (u32 i = 0; i < t->n; i++) {
        call_method(g, c, t->v[i]);
    }
    return true;
}

static void resolve_method(struct precise_graph *g, u32 id, u32 obj)
{
    struct precise_call *c = g->calls.v[id];
    const struct precise_obj *o = &g->objs.v[obj];

    if (o->kind == PK_TYPE) {
        call_method(g, c, o->p);
        return;
    }
    if (o->kind == PK_PHANTOM) {
        if (!call_implementations(g, c)) {
            leave_to_callers(g, id, PRECISE_INTERFACE_CAUSE);
        }
    } else if (o->kind == PK_HEAP) {
        results_in_heap(g, c);
        vec_push(&g->waiting, id);
    } else {
        precise_unknown_call(g, c, PRECISE_INTERFACE_CAUSE);
    }
}

static bool may_lose(const struct precise_graph *g, u32 slot)
{
    const struct precise_slot *s = &g->slots.v[slot];

    for (u32 i = 0; i < s->n; i++) {
        const struct precise_obj *o = &g->objs.v[g->addrs.v[s->v[i].addr].obj];
        if ((precise_is_own(o) || o->kind == PK_PHANTOM) && !(o->flags & PO_ESCAPED)) {
            return true;
        }
    }
    return false;
}

/* Is anything passed that is not in the heap? */
static bool matters(const struct precise_graph *g, const struct precise_call *c)
{
    for (u32 i = 0; i < c->n_args; i++) {
        for (u32 s = g->objs.v[c->args[i]].slots; s; s = g->slots.v[s].next) {
            if (may_lose(g, s)) {
                return true;
            }
        }
    }
    return may_lose(g, c->data);
}

bool precise_wake(struct precise_graph *g)
{
    for (size_t i = 0; i < g->waiting.n; i++) {
        struct precise_call *c = g->calls.v[g->waiting.v[i]];
        if (!matters(g, c)) {
            continue;
        }
        g->waiting.v[i] = g->waiting.v[--g->waiting.n];
        if (!call_implementations(g, c)) {
            precise_unknown_call(g, c, PRECISE_INTERFACE_CAUSE);
        }
        return true;
    }
    return false;
}

void precise_resolve(struct precise_graph *g, u32 call, u32 obj, i32 off)
{
    (void)off;
    if (g->calls.v[call]->kind == PC_FUNC) {
        resolve_func(g, call, obj);
    } else {
        resolve_method(g, call, obj);
    }
}

/* ---- calls ---- */

/* The function that is named. */
static struct ir_func *named(const struct ir *x)
{
    if (x->op == IR_NAME) {
        const struct ir_name *n = (const struct ir_name *)(const void *)x;
        return n->class == IR_FUNC ? n->func : NULL;
    }
    return x->op == IR_METHEXPR ? x->func : NULL;
}

static void call_func(struct precise_graph *g, const struct precise_place *dst, struct ir *call)
{
    struct precise_call *c = ARENA_NEW(&g->arena, struct precise_call);
    struct ir_func *fn = call->op == IR_CALLFUNC ? named(call->x) : NULL;

    if (call->flags & IR_VARLIVE) {
        for (u32 i = 0; i < call->list.n; i++) {
            precise_discard(g, call->list.v[i]);
        }
        return;
    }
    c->pos = call->pos;
    c->inl = call->inl;
    c->origin = (u64)(uintptr_t)call;
    if (fn) {
        precise_stmts(g, &call->x->init);
        make_args(g, c, &call->list, fn);
        make_results(g, c, dst, call);
        precise_apply(g, fn, 0, c, 0);
        return;
    }
    u32 id = new_call(g, c);
    if (call->op == IR_CALLINTER) {
        struct ir *x = call->x->x;
        struct precise_place p;
        precise_stmts(g, &call->x->init);
        u32 tmp = precise_temp(g);
        p = precise_direct(tmp, 0);
        precise_eval(g, p, x);
        c->kind = PC_METHOD;
        c->fun = precise_slot_at(g, tmp, 0);
        c->data = precise_slot_at(g, tmp, g->st->e->prog->sizes.ptr);
        c->method = call->x->sel;
        c->iface = x->type;
    } else {
        c->kind = PC_FUNC;
        c->fun = precise_value(g, call->x, 0);
    }
    make_args(g, c, &call->list, NULL);
    make_results(g, c, dst, call);
    if (c->kind == PC_METHOD && !c->method) {
        precise_unknown_call(g, c, PRECISE_INTERFACE_CAUSE);
    } else {
        precise_call_use(g, id);
    }
}

void precise_call(struct precise_graph *g, const struct precise_place *dst, struct ir *call)
{
    pos at = g->pos;
    u32 inl = g->inl;

    if (call->pos) {
        g->pos = call->pos;
        g->inl = call->inl;
    }
    switch (call->op) {
    case IR_CALLFUNC:
    case IR_CALLINTER: call_func(g, dst, call); break;
    case IR_INLCALL:
        precise_stmts(g, &call->body);
        for (u32 i = 0; i < call->list.n; i++) {
            precise_eval(g, dst ? dst[i] : PRECISE_NOWHERE, call->list.v[i]);
        }
        break;
    default: precise_eval(g, dst ? dst[0] : PRECISE_NOWHERE, call); break;
    }
    g->pos = at;
    g->inl = inl;
}

/* ---- go and defer ---- */

static void all_to_heap(struct precise_graph *g, struct ir *call, enum precise_cause cause)
{
    precise_stmts(g, &call->init);
    if (call->op == IR_CALLFUNC) {
        precise_eval(g, precise_heap(cause), call->x);
    } else if (call->op == IR_CALLINTER) {
        precise_eval(g, precise_heap(cause), call->x->x);
    } else {
        precise_discard(g, call);
        return;
    }
    for (u32 i = 0; i < call->list.n; i++) {
        precise_eval(g, precise_heap(cause), call->list.v[i]);
    }
}

void precise_go_defer(struct precise_graph *g, struct ir *n)
{
    if (n->y) {
        precise_eval(g, precise_heap(PRECISE_DEFER_CAUSE), n->y);
    }
    if (n->op == IR_GO) {
        all_to_heap(g, n->x, PRECISE_GOROUTINE_CAUSE);
    } else if (g->depth > 1 || n->y) {
        all_to_heap(g, n->x, PRECISE_DEFER_CAUSE);
    } else {
        precise_stmts(g, &n->x->init);
        precise_call(g, NULL, n->x); /* once, while the frame is there */
    }
}
