/* flow_expr.c: where the values of expressions go (escape/expr.go).
 *
 * All of an expression is visited always, for the closures and calls within, also if its value goes nowhere.
 */
#include "escape/flow_int.h"

void flow_expr(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    if (n) {
        if (n->init.n) {
            flow_stmts(e, &n->init);
        }
        flow_expr_skip_init(e, k, n);
    }
}

void flow_discard(struct flow_fn *e, struct ir *n)
{
    flow_expr(e, FLOW_DISCARD, n);
}

void flow_discards(struct flow_fn *e, const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        flow_discard(e, l->v[i]);
    }
}

static bool has_array(struct type *t)
{
    return t && type_under(t)->kind == TYPE_ARRAY;
}

static bool has_basic(struct type *t, enum basic basic)
{
    if (!t) {
        return false;
    }
    struct type *u = type_under(t);
    return u->kind == TYPE_BASIC && u->basic == basic;
}

static void conversion(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    if (has_basic(n->type, BASIC_UNSAFE_POINTER) && has_basic(n->x->type, BASIC_UINTPTR)) {
        flow_unsafe_value(e, k, n->x);
    } else {
        flow_expr(e, k, n->x);
    }
}

static struct ir *literal_element(struct ir *n)
{
    return n->op == IR_KEY ? n->y : n;
}

static void elements(struct flow_fn *e, struct flow_hole k, struct ir *n, const char *why)
{
    for (u32 i = 0; i < n->list.n; i++) {
        flow_expr(e, flow_hole_note(e->b, k, n, why), literal_element(n->list.v[i]));
    }
}

static void struct_literal(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir *f = n->list.v[i];
        flow_expr(e, flow_hole_note(e->b, k, n, "struct literal element"), f->op == IR_STRUCTKEY ? f->x : f);
    }
}

/* Keys and elements of maps are in the heap always. */
static void map_literal(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    flow_spill(e, k, n);
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir *kv = n->list.v[i];
        flow_assign_heap(e, kv->x, "map literal key", n);
        flow_assign_heap(e, kv->y, "map literal value", n);
    }
}

/* x.m as a value: x goes into the closure and to m's receiver.  Who calls it is not known: results go to the heap. */
static void method_value(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    struct flow_hole results[LEAK_RESULT0 + 7], ks[2];

    ks[1] = flow_spill(e, k, n);
    for (size_t i = 0; i < ARRAY_LEN(results); i++) {
        results[i] = flow_hole_of(FLOW_HEAP_LOC);
    }
    ks[0] = flow_tag_hole(e, results, n->func, 0);
    flow_expr(e, flow_hole_tee(e, ks, 2), n->x);
}

static void closure(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    struct flow_batch *b = e->b;
    struct ir_func *fn = n->func;

    vec_push(&b->closures, (struct flow_closure){flow_spill(e, k, n), n});
    if (!ir_is_closure(b->u, fn)) {
        return;
    }
    for (u32 i = 0; i < fn->n_cvars; i++) {
        struct flow_loc *l = flow_loc_at(b, flow_old_loc(b, fn->cvars[i]));
        if (!(l->flags & FLOW_CAPTURED)) {
            l->flags |= FLOW_CAPTURED;
            /* What was assigned before, in the same loop, is no matter to a closure made now. */
            if (l->depth == e->depth) {
                l->flags &= (u8)~FLOW_REASSIGNED;
            }
        }
    }
    if (fn->esc_state == IR_ESC_UNKNOWN) { /* not of this batch: of a wrapper that was made late */
        for (struct ir_name *d = fn->dcl; d; d = d->next_dcl) {
            if (d->n.loc == 0) {
                flow_new_loc(b, fn, 1, &d->n, true);
            }
        }
    }
    flow_walk_func(b, fn);
}

void flow_expr_skip_init(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    struct flow_batch *b = e->b;

    if (k.derefs >= 0 && k.dst != FLOW_BLANK_LOC && n->type && !type_is_untyped(n->type) &&
        !flow_has_pointers(b, n->type)) {
        k.dst = FLOW_BLANK_LOC;
    }
    switch (n->op) {
    case IR_LITERAL:
    case IR_NIL:
    case IR_GETG:
    case IR_GETCALLERSP:
    case IR_TYPE:
    case IR_METHEXPR:
    case IR_LINKSYMOFFSET:
    case IR_DYNAMICTYPE: break;
    case IR_NAME: {
        struct ir_name *name = ir_as_name(n);
        if (name->class != IR_FUNC && name->class != IR_GLOBAL) {
            flow_add(b, k, flow_old_loc(b, name));
        }
        break;
    }
    case IR_PLUS:
    case IR_NEG:
    case IR_BITNOT:
    case IR_NOT:
    case IR_RECV: flow_discard(e, n->x); break;
    case IR_ADD:
    case IR_SUB:
    case IR_OR:
    case IR_XOR:
    case IR_MUL:
    case IR_DIV:
    case IR_MOD:
    case IR_LSH:
    case IR_RSH:
    case IR_AND:
    case IR_ANDNOT:
    case IR_EQ:
    case IR_NE:
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE:
    case IR_ANDAND:
    case IR_OROR:
    case IR_INDEXMAP:
        flow_discard(e, n->x);
        flow_discard(e, n->y);
        break;
    case IR_ADDR: flow_expr(e, flow_hole_addr(b, k, n, "address-of"), n->x); break;
    case IR_DEREF: flow_expr(e, flow_hole_deref(b, k, n, "indirection"), n->x); break;
    case IR_DOT:
    case IR_DOTINTER: flow_expr(e, flow_hole_note(b, k, n, "dot"), n->x); break;
    case IR_DOTPTR: flow_expr(e, flow_hole_deref(b, k, n, "dot of pointer"), n->x); break;
    case IR_DOTTYPE:
    case IR_DOTTYPE2:
    case IR_DYNAMICDOTTYPE:
    case IR_DYNAMICDOTTYPE2: flow_expr(e, flow_hole_dot_type(b, k, n->type, n, "dot"), n->x); break;
    case IR_INDEX:
        flow_expr(e,
                  has_array(n->x->type) ? flow_hole_note(b, k, n, "fixed-array-index-of")
                                       : flow_hole_deref(b, k, n, "dot of pointer"),
                  n->x);
        flow_discard(e, n->y);
        break;
    case IR_SLICE:
    case IR_SLICEARR:
    case IR_SLICE3:
    case IR_SLICE3ARR:
    case IR_SLICESTR:
        flow_expr(e, flow_hole_note(b, k, n, "slice"), n->x);
        flow_discard(e, n->y);
        flow_discard(e, n->z);
        flow_discard(e, n->w);
        break;
    case IR_CONV:
    case IR_CONVNOP: conversion(e, k, n); break;
    case IR_CONVIFACE:
        if (!ir_is_interface(n->x->type) && !ir_is_direct_iface(b->u, n->x->type)) {
            k = flow_spill(e, k, n);
        }
        flow_expr(e, flow_hole_note(b, k, n, "interface-converted"), n->x);
        break;
    case IR_MAKEFACE: flow_expr(e, k, n->y); break; /* x, the type word, points to what is static */
    case IR_PAREN:
    case IR_ITAB:
    case IR_IDATA:
    case IR_SPTR:
    case IR_SLICE2ARRPTR: flow_expr(e, k, n->x); break;
    case IR_SLICE2ARR: flow_expr(e, flow_hole_deref(b, k, n, "slice-to-array"), n->x); break;
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_INLCALL:
    case IR_LEN:
    case IR_CAP:
    case IR_MIN:
    case IR_MAX:
    case IR_COMPLEX:
    case IR_REAL:
    case IR_IMAG:
    case IR_APPEND:
    case IR_COPY:
    case IR_RECOVER:
    case IR_UNSAFEADD:
    case IR_UNSAFESLICE:
    case IR_UNSAFESTRING:
    case IR_UNSAFESTRINGDATA:
    case IR_UNSAFESLICEDATA: flow_call(e, &k, n); break;
    case IR_NEW: flow_spill(e, k, n); break;
    case IR_MAKESLICE:
        flow_spill(e, k, n);
        flow_discard(e, n->x);
        flow_discard(e, n->y);
        break;
    case IR_MAKECHAN: flow_discard(e, n->x); break;
    case IR_MAKEMAP:
    case IR_RUNES2STR:
    case IR_BYTES2STR:
    case IR_STR2RUNES:
    case IR_STR2BYTES:
    case IR_RUNESTR:
        flow_spill(e, k, n);
        flow_discard(e, n->x);
        break;
    case IR_METHVALUE: method_value(e, k, n); break;
    case IR_PTRLIT: flow_expr(e, flow_spill(e, k, n), n->x); break;
    case IR_ARRAYLIT: elements(e, k, n, "array literal element"); break;
    case IR_SLICELIT: elements(e, flow_spill(e, k, n), n, "slice-literal-element"); break;
    case IR_STRUCTLIT: struct_literal(e, k, n); break;
    case IR_MAPLIT: map_literal(e, k, n); break;
    case IR_CLOSURE: closure(e, k, n); break;
    case IR_ADDSTR: /* the runtime copies its arguments */
        flow_spill(e, k, n);
        flow_discards(e, &n->list);
        break;
    default: BUG("unexpected expression %s", ir_op_name(n->op));
    }
}

void flow_unsafe_value(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    if (!n) {
        return;
    }
    flow_stmts(e, &n->init);
    switch (n->op) {
    case IR_CONV:
    case IR_CONVNOP:
        flow_expr(e, has_basic(n->x->type, BASIC_UNSAFE_POINTER) ? k : FLOW_DISCARD, n->x);
        break;
    case IR_DOTPTR:
        flow_expr(e,
                  flow_is_reflect_data(e->b, n) ? flow_hole_deref(e->b, k, n, "reflect.Header.Data") : FLOW_DISCARD,
                  n->x);
        break;
    case IR_PLUS:
    case IR_NEG:
    case IR_BITNOT: flow_unsafe_value(e, k, n->x); break;
    case IR_ADD:
    case IR_SUB:
    case IR_OR:
    case IR_XOR:
    case IR_MUL:
    case IR_DIV:
    case IR_MOD:
    case IR_AND:
    case IR_ANDNOT:
        flow_unsafe_value(e, k, n->x);
        flow_unsafe_value(e, k, n->y);
        break;
    case IR_LSH:
    case IR_RSH:
        flow_unsafe_value(e, k, n->x);
        flow_discard(e, n->y); /* its type may be any integer */
        break;
    default: flow_expr_skip_init(e, FLOW_DISCARD, n);
    }
}
