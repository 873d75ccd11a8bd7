/* inline_devirt.c: interface calls with one target become direct calls.
 *
 * Source: GOROOT/src/cmd/compile/internal/devirtualize/devirtualize.go (StaticCall, concreteType, State); Go 1.19
 * devirtualize.go (Call) and ir.StaticValue.
 *
 * Since Go 1.26 all assignments to a local variable of interface type are looked at: if they agree on one concrete type
 * (nil aside), calls through the variable have one target.  A function's assignments are collected when one of its
 * variables is asked about for the first time; bodies inlined later are added.  What a call returns counts as its
 * result type; when the call is inlined, as what its result variable gets.
 */
#include <string.h>

#include "escape/inline_int.h"
#include "escape/lower.h"

/* vars[var].v[index] is what `call` returns as its result'th result. */
struct devirt_ref {
    struct devirt_ref *next;
    struct ir_name *var;
    u32 index, result;
};

static u64 key(const void *p)
{
    return (u64)(uintptr_t)p;
}

void inline_devirt_init(struct inliner *in)
{
    in->vars = (struct map){0};
    in->calls = (struct map){0};
}

void inline_devirt_release(struct inliner *in)
{
    map_release(&in->vars);
    map_release(&in->calls);
}

/* ---- assignments ---- */

static struct devirt_var *var_of(struct inliner *in, struct ir_name *n)
{
    union map_val *v = map_put(&in->vars, key(n), NULL);

    if (!v->p) {
        v->p = ARENA_NEW(in->u->arena, struct devirt_var);
    }
    return v->p;
}

/* The variable that an assignment to x is remembered of, NULL: none. */
static struct ir_name *tracked(struct ir *x)
{
    struct ir_name *n = x && !ir_is_blank(x) ? ir_as_name(x) : NULL;

    if (!n || !n->curfn || !n->n.type || !ir_is_interface(n->n.type)) {
        return NULL;
    }
    n = ir_canonical(n);
    return n->class == IR_AUTO ? n : NULL;
}

static void assign(struct inliner *in, struct ir *to, struct ir *value, struct type *type)
{
    struct ir_name *n = tracked(to);

    if (!n || (value && value->op == IR_NIL)) {
        return;
    }
    if (type && ir_is_interface(type)) {
        type = NULL;
    }
    struct devirt_var *v = var_of(in, n);
    vec_push_in(in->u->arena, &v->v, (struct devirt_assign){type, value});
}

static struct type *result_type(const struct ir *call, u32 i)
{
    struct type *t = call->x->type ? type_under(call->x->type) : NULL;

    if (!t || t->kind != TYPE_SIGNATURE || i >= as_signature(t)->results->n) {
        return NULL;
    }
    return as_signature(t)->results->vars[i]->type;
}

static bool is_call(const struct ir *n)
{
    return n->op == IR_CALLFUNC || n->op == IR_CALLINTER;
}

/* to = a result of call. */
static void assign_result(struct inliner *in, struct ir *to, struct ir *call, u32 result)
{
    struct type *t = result_type(call, result);
    struct ir_name *n = tracked(to);

    assign(in, to, NULL, t);
    if (n && (!t || ir_is_interface(t))) {
        union map_val *first = map_put(&in->calls, key(call), NULL);
        struct devirt_ref *r = ARENA_NEW(in->u->arena, struct devirt_ref);
        *r = (struct devirt_ref){first->p, n, (u32)var_of(in, n)->v.n - 1, result};
        first->p = r;
    }
}

static void analyse_range(struct inliner *in, const struct ir *n)
{
    struct type *t = n->x->type ? type_under(n->x->type) : TYPE_BAD;

    if (t->kind == TYPE_POINTER) {
        t = type_under(as_pointer(t)->elem);
    }
    switch (t->kind) {
    case TYPE_ARRAY: assign(in, n->z, NULL, as_array(t)->elem); break;
    case TYPE_SLICE: assign(in, n->z, NULL, as_slice(t)->elem); break;
    case TYPE_CHAN: assign(in, n->y, NULL, as_chan(t)->elem); break;
    case TYPE_MAP:
        assign(in, n->y, NULL, as_map(t)->key);
        assign(in, n->z, NULL, as_map(t)->elem);
        break;
    default: break;
    }
}

static bool analyse(void *ctx, struct ir *n)
{
    struct inliner *in = ctx;

    switch (n->op) {
    case IR_AS:
        if (!n->y) {
            break;
        }
        if (is_call(n->y)) {
            assign_result(in, n->x, n->y, 0);
        } else {
            assign(in, n->x, n->y, NULL);
        }
        break;
    case IR_AS2:
        for (u32 i = 0; i < n->list.n && i < n->body.n; i++) {
            if (n->body.v[i]) {
                assign(in, n->list.v[i], n->body.v[i], NULL);
            }
        }
        break;
    case IR_AS2DOTTYPE: assign(in, n->list.v[0], n->body.v[0], NULL); break;
    case IR_AS2MAPR:
    case IR_AS2RECV:
    case IR_SELRECV2: assign(in, n->list.v[0], NULL, n->body.v[0]->type); break;
    case IR_AS2FUNC:
        for (u32 i = 0; i < n->list.n; i++) {
            struct ir *call = n->body.v[0];
            if (call->op == IR_INLCALL) {
                assign(in, n->list.v[i], call->list.v[i], NULL);
            } else {
                assign_result(in, n->list.v[i], call, i);
            }
        }
        break;
    case IR_RANGE: analyse_range(in, n); break;
    case IR_SWITCH:
        for (u32 i = 0; n->x && n->x->op == IR_TYPESW && i < n->list.n; i++) {
            struct ir *c = n->list.v[i];
            if (c->op == IR_CASE && c->name) {
                assign(in, &c->name->n, n->x->x, NULL);
            }
        }
        break;
    case IR_CLOSURE: {
        struct inline_fn *f = inline_fn_of(in, n->func);
        if (!f->analysed) {
            f->analysed = true;
            ir_do_list(&n->func->body, analyse, in);
        }
        break;
    }
    default: break;
    }
    return ir_do_children(n, analyse, in);
}

void inline_devirt_inlined(struct inliner *in, struct ir_func *fn, struct ir *call)
{
    if (!inline_fn_of(in, fn)->analysed) {
        return; /* nobody has asked yet */
    }
    ir_do_list(&call->init, analyse, in);
    ir_do_list(&call->body, analyse, in);
    union map_val *first = map_get(&in->calls, key(call));
    if (!first) {
        return;
    }
    for (struct devirt_ref *r = first->p; r; r = r->next) {
        struct devirt_var *v = var_of(in, r->var);
        vec_at(&v->v, r->index).node = call->list.v[r->result];
    }
    map_del(&in->calls, key(call));
}

/* ---- concrete types ---- */

/* concreteType1's answer for what is nil, or comes from the variable asked about itself. */
static struct type no_type;

static struct type *concrete_type(struct inliner *in, struct ir *n);

/* The compiler compares addresses: types with names have one each, and so have pointers to them, but struct literals that
 * embed a type with methods are different ones each time they are written. */
static bool same_type(struct type *x, struct type *y)
{
    x = type_unalias(x);
    y = type_unalias(y);
    if (x->kind == TYPE_POINTER && y->kind == TYPE_POINTER) {
        return same_type(as_pointer(x)->elem, as_pointer(y)->elem);
    }
    return x == y || (x->kind != TYPE_STRUCT && type_identical(x, y));
}

static struct type *concrete_type_of_var(struct inliner *in, struct ir_name *n)
{
    struct type *all = NULL;

    n = ir_canonical(n);
    if (n->class != IR_AUTO || !n->curfn || (n->flags & IR_NAME_ADDRTAKEN)) {
        return NULL;
    }
    struct devirt_var *v = var_of(in, n);
    if (v->seen == in->question) {
        return &no_type;
    }
    v->seen = in->question;
    struct inline_fn *f = inline_fn_of(in, n->curfn);
    if (!f->analysed) {
        f->analysed = true;
        ir_do_list(&n->curfn->body, analyse, in);
    }
    for (size_t i = 0; i < v->v.n; i++) {
        const struct devirt_assign *a = &v->v.v[i];
        struct type *t = a->node ? concrete_type(in, a->node) : a->type;
        if (t == &no_type) {
            continue;
        }
        if (!t || (all && !same_type(all, t))) {
            return NULL;
        }
        all = t;
    }
    return all ? all : &no_type;
}

static struct type *concrete_type(struct inliner *in, struct ir *n)
{
    for (;;) {
        if (!n->type || !ir_is_interface(n->type)) {
            return n->type;
        }
        switch (n->op) {
        case IR_CONVNOP:
        case IR_CONVIFACE:
        case IR_PAREN:
        case IR_DOTTYPE:
        case IR_DOTTYPE2: n = n->x; break;
        case IR_INLCALL: n = n->list.v[0]; break;
        case IR_NAME: return concrete_type_of_var(in, ir_as_name(n));
        default: return NULL;
        }
    }
}

/* Has t all methods of iface?  If not, the call can only panic. */
static bool implements(struct ir_unit *u, struct type *t, struct type *iface)
{
    struct type *under = type_under(iface);
    struct type_set *set = under->kind == TYPE_INTERFACE ? type_set_of(as_interface(under)) : NULL;

    for (u32 i = 0; set && i < set->n_methods; i++) {
        struct obj *want = set->methods[i];
        struct obj *have = lookup_field_or_method(u->arena, t, false, want->pkg, want->name, NULL);
        if (!have || have->kind != OBJ_FUNC || !shape_identical(have->type, want->type)) {
            return false;
        }
        const struct obj *recv = as_signature(have->type)->recv;
        if (recv && shape_within(recv->type) && !ir_is_interface(recv->type)) {
            return false; /* it takes a dictionary besides */
        }
    }
    return true;
}

/* The dynamic type of x, as far as it is known; NULL. */
static struct type *dynamic_type(struct inliner *in, struct ir *x)
{
    if (in->u->profile->concrete_types) {
        in->question++;
        struct type *t = concrete_type(in, x);
        return t && t != &no_type && implements(in->u, t, x->type) ? t : NULL;
    }
    struct ir *v = inline_static_value(in->u, x);
    return v->op == IR_CONVIFACE && !ir_is_interface(v->x->type) ? v->x->type : NULL;
}

/* ---- the direct call ---- */

/* An implicit step from x: to a field, to what a pointer points to, or to an address. */
static struct ir *step(struct ir_unit *u, enum ir_op op, struct ir *x, struct type *type)
{
    struct ir *n = ir_new(u, op, x->pos, x->inl, type);
    n->x = x;
    n->flags = IR_IMPLICIT;
    return n;
}

static struct ir *field(struct ir_unit *u, struct ir *x, u32 index)
{
    bool pointer;
    struct type *t = type_deref(type_unalias(x->type), &pointer);
    struct obj *f = as_struct(type_under(t))->fields[index];
    struct ir *n = step(u, pointer ? IR_DOTPTR : IR_DOT, x, f->type);

    n->num = index;
    n->sel = f;
    return n;
}

/* x as a method with this receiver wants it (typecheck, Lookdot). */
static struct ir *as_receiver(struct ir_unit *u, struct ir *x, struct type *recv)
{
    bool have, want;
    struct type *t = type_deref(type_unalias(x->type), &have);

    type_deref(type_unalias(recv), &want);
    if (have == want) {
        return x;
    }
    if (want) {
        return step(u, IR_ADDR, x, type_new_pointer(u->arena, x->type));
    }
    return step(u, IR_DEREF, x, t);
}

/* The signature of a method expression: the receiver comes first. */
static struct type *method_expr_type(struct ir_unit *u, struct type_signature *s, struct type *recv)
{
    struct obj **vars = ARENA_ARRAY(u->arena, struct obj *, s->params->n + 1);
    struct obj *first = ARENA_NEW(u->arena, struct obj);

    *first = s->recv ? *s->recv : (struct obj){.kind = OBJ_VAR, .var = VAR_PARAM};
    first->type = recv;
    vars[0] = first;
    if (s->params->n) {
        memcpy(vars + 1, s->params->vars, s->params->n * sizeof *vars);
    }
    struct type_tuple *params = type_new_tuple(u->arena, vars, s->params->n + 1);
    return &type_new_signature(u->arena, NULL, params, s->results, s->t.flag & TYPE_FLAG_VARIADIC)->t;
}

static void note(struct ir_unit *u, struct ir_func *fn, const struct ir *call, const char *how, struct ir *sel,
                 struct type *t)
{
    str text = ir_text(u, sel);
    struct strbuf b = {0};

    ir_write_type(&b, u, t);
    ir_note(u, NOTE_DEVIRTUALIZING, call->pos, call->inl, sel, fn, "%s %.*s to %.*s", how, STR_ARG(text),
            STR_ARG(strbuf_str(&b)));
    strbuf_release(&b);
}

static void note_shaped(struct ir_unit *u, struct ir_func *fn, struct ir *call, const char *what, struct type *t)
{
    str text = ir_text(u, call);
    struct strbuf b = {0};

    ir_write_type(&b, u, t);
    ir_note(u, NOTE_DEVIRTUALIZING, call->pos, call->inl, call, fn, "cannot devirtualize %.*s: shaped %s %.*s",
            STR_ARG(text), what, STR_ARG(strbuf_str(&b)));
    strbuf_release(&b);
}

/* Replaces call's function x.m by m of x.(t). */
static bool redirect(struct ir_unit *u, struct ir_func *fn, struct ir *call, struct type *t)
{
    struct ir *sel = call->x;
    struct selection s;
    struct obj *m = lookup_field_or_method(u->arena, t, false, sel->sel->pkg, sel->sel->name, &s);

    if (!m || m->kind != OBJ_FUNC) {
        return false;
    }
    bool new = u->profile->concrete_types;
    struct ir *x = ir_new(u, IR_DOTTYPE, new ? call->pos : sel->pos, new ? call->inl : sel->inl, t);
    x->x = sel->x;
    for (u32 i = 0; i + 1 < s.n_path; i++) {
        x = field(u, x, s.path[i]);
    }
    if (ir_is_interface(x->type)) {
        note(u, fn, call, "partially devirtualizing", sel, t);
        struct ir *to = ir_new(u, IR_DOTINTER, sel->pos, sel->inl, m->type);
        to->x = x;
        to->sel = m;
        call->x = to;
        return true;
    }
    note(u, fn, call, "devirtualizing", sel, t);
    struct type_signature *sig = as_signature(type_under(m->type));
    struct ir_func *target = shape_method_of(u, x->type, m);
    x = as_receiver(u, x, sig->recv->type);

    struct ir *to = ir_new(u, IR_METHEXPR, sel->pos, sel->inl, method_expr_type(u, sig, x->type));
    to->x = ir_new(u, IR_TYPE, sel->pos, sel->inl, x->type);
    to->sel = m;
    to->func = target ? target : lower_func_of(u, m);
    struct ir_list args = {0};
    ir_push(u, &args, x);
    ir_append(u, &args, &call->list);
    call->op = IR_CALLFUNC;
    call->x = to;
    call->list = args;
    return true;
}

bool inline_devirt_call(struct inliner *in, struct ir_func *fn, struct ir *call)
{
    struct ir_unit *u = in->u;

    if (call->op != IR_CALLINTER || ((call->flags & IR_GODEFER) && u->profile->unified)) {
        return false;
    }
    struct ir *x = call->x->x;
    struct type *t = dynamic_type(in, x);
    if (!t) {
        return false;
    }
    if (u->profile->unified) {
        if (shape_is(t)) {
            return false;
        }
        if (shape_within(t)) {
            note_shaped(u, fn, call, "receiver", t);
            return false;
        }
        if (shape_within(x->type)) {
            note_shaped(u, fn, call, "interface", x->type);
            return false;
        }
    }
    return redirect(u, fn, call, t);
}
