/* precise_stmt.c: statements to constraints.  Depths of loops are counted as flow_stmt.c does. */
#include "escape/flow_int.h"
#include "escape/precise_int.h"

static void stmt(struct precise_graph *g, struct ir *n);

static void block(struct precise_graph *g, const struct ir_list *l)
{
    i32 depth = g->depth;
    precise_stmts(g, l);
    g->depth = depth;
}

static void declare(struct precise_graph *g, struct ir_name *n)
{
    if (n && !(n->flags & (IR_NAME_BLANK | IR_NAME_CLOSUREVAR)) && n->curfn == g->fn && n->class != IR_GLOBAL) {
        u32 o = precise_var(g, n);
        g->objs.v[o].depth = g->depth;
    }
}

/* ---- assignments ---- */

static bool is_string(struct type *t)
{
    return t && (type_under(t)->info & INFO_STRING) && type_under(t)->kind == TYPE_BASIC;
}

static void assign_one(struct precise_graph *g, struct precise_place dst, struct ir *lhs, struct ir *rhs)
{
    struct flow_batch rules = {.u = g->u, .p = g->u->profile};

    if (!rhs) {
        return;
    }
    if (lhs && (lhs->op == IR_DOTPTR || lhs->op == IR_DOT) && flow_is_reflect_data(&rules, lhs)) {
        precise_unsafe_value(g, precise_heap(PRECISE_UNSAFE_CAUSE), rhs); /* a pointer in the shape of a number */
        return;
    }
    precise_eval(g, dst, rhs);
}

static void assign_lists(struct precise_graph *g, const struct ir_list *dst, const struct ir_list *src)
{
    for (u32 i = 0; i < dst->n; i++) {
        struct precise_place p = precise_destination(g, dst->v[i]);
        assign_one(g, p, dst->v[i], i < src->n ? src->v[i] : NULL);
    }
}

static void assign_call(struct precise_graph *g, struct ir *n)
{
    struct ir *call = n->body.v[0];
    struct precise_place *dst = ARENA_ARRAY(&g->arena, struct precise_place, n->list.n + 1u);

    for (u32 i = 0; i < n->list.n; i++) {
        dst[i] = precise_destination(g, n->list.v[i]);
    }
    precise_stmts(g, &call->init);
    precise_call(g, dst, call);
}

/* v, ok = x.(T), m[k], <-c: the first is the value. */
static void assign_ok(struct precise_graph *g, struct ir *n)
{
    struct ir *x = n->body.v[0];
    struct precise_place dst = n->list.n ? precise_destination(g, n->list.v[0]) : PRECISE_NOWHERE;
    struct type *t = n->list.n && n->list.v[0] && !ir_is_blank(n->list.v[0]) ? n->list.v[0]->type : NULL;

    if (n->list.n > 1) {
        precise_destination(g, n->list.v[1]);
    }
    if (n->op == IR_AS2DOTTYPE) {
        precise_stmts(g, &x->init);
        struct type *want = x->type && x->type->kind == TYPE_TUPLE ? as_tuple(x->type)->vars[0]->type : x->type;
        if (want && precise_has_pointers(g->st, want)) {
            precise_from_interface(g, dst, x->x, want);
        } else {
            precise_discard(g, x->x);
        }
        return;
    }
    precise_discard(g, x);
    if (t) {
        precise_put_heap(g, dst, t);
    }
}

static void returns(struct precise_graph *g, struct ir *n)
{
    const struct ir_func *fn = g->fn;

    for (u32 i = 0; i < fn->n_results && i < n->list.n; i++) {
        struct ir_name *r = flow_result(fn, i);
        precise_eval(g, r ? precise_destination(g, &r->n) : PRECISE_NOWHERE, n->list.v[i]);
    }
}

/* ---- loops and branches ---- */

static void range(struct precise_graph *g, struct ir *n)
{
    struct type *t = n->x->type ? type_under(n->x->type) : NULL;
    struct precise_place x = {0};

    if (t && t->kind == TYPE_ARRAY) {
        x = precise_place_of(g, n->x);
    } else if (t && (t->kind == TYPE_SLICE || t->kind == TYPE_POINTER)) {
        x = (struct precise_place){.kind = PP_BEHIND, .at = precise_value(g, n->x, 0)};
    } else {
        precise_discard(g, n->x);
        x = precise_heap(PRECISE_HEAP_CAUSE);
    }
    g->depth++;
    struct precise_place key = precise_destination(g, n->y), value = precise_destination(g, n->z);
    if (n->y && n->y->type && !ir_is_blank(n->y)) {
        precise_put_heap(g, key, n->y->type);
    }
    if (n->z && n->z->type && !ir_is_blank(n->z) && precise_has_pointers(g->st, n->z->type)) {
        struct type *elem = n->z->type;
        if (t && t->kind == TYPE_POINTER) {
            t = type_under(as_pointer(t)->elem);
        }
        if (t && t->kind == TYPE_ARRAY) {
            elem = as_array(t)->elem;
        } else if (t && t->kind == TYPE_SLICE) {
            elem = as_slice(t)->elem;
        }
        precise_copy_value(g, value, x, elem);
    }
    block(g, &n->body);
    g->depth--;
}

static void for_loop(struct precise_graph *g, struct ir *n)
{
    g->depth++;
    precise_discard(g, n->x);
    stmt(g, n->y);
    block(g, &n->body);
    g->depth--;
}

static void type_switch(struct precise_graph *g, struct ir *n)
{
    struct ir *guard = n->x;

    precise_stmts(g, &guard->init);
    bool used = false;
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir_name *v = n->list.v[i]->name;
        if (!(guard->flags & IR_DEF) || !v) {
            continue;
        }
        declare(g, v);
        if (v->n.type && precise_has_pointers(g->st, v->n.type)) {
            used = true;
            precise_from_interface(g, precise_direct(precise_var(g, v), 0), guard->x, v->n.type);
        }
    }
    if (!used) {
        precise_discard(g, guard->x);
    }
}

static void switch_stmt(struct precise_graph *g, struct ir *n)
{
    if (n->x && n->x->op == IR_TYPESW) {
        type_switch(g, n);
    } else {
        precise_discard(g, n->x);
    }
    for (u32 i = 0; i < n->list.n; i++) {
        const struct ir *c = n->list.v[i];
        precise_stmts(g, &c->init);
        for (u32 k = 0; k < c->list.n; k++) {
            precise_discard(g, c->list.v[k]);
        }
        block(g, &c->body);
    }
}

static void select_stmt(struct precise_graph *g, struct ir *n)
{
    for (u32 i = 0; i < n->list.n; i++) {
        stmt(g, n->list.v[i]->x);
        block(g, &n->list.v[i]->body);
    }
}

/* ---- all of them ---- */

static void stmt_skip_init(struct precise_graph *g, struct ir *n)
{
    switch (n->op) {
    case IR_DCLTYPE:
    case IR_FALL:
    case IR_INLMARK:
    case IR_BREAK:
    case IR_CONTINUE:
    case IR_GOTO: break;
    case IR_BLOCK: precise_stmts(g, &n->list); break;
    case IR_DCL: declare(g, ir_as_name(n->x)); break;
    case IR_LABEL:
        if (n->label && n->label->state == 2) { /* LABEL_LOOPS: the gc engine has seen to it */
            g->depth++;
        }
        break;
    case IR_IF:
        precise_discard(g, n->x);
        block(g, &n->body);
        block(g, &n->list);
        break;
    case IR_CHECKNIL: precise_discard(g, n->x); break;
    case IR_FOR: for_loop(g, n); break;
    case IR_RANGE: range(g, n); break;
    case IR_SWITCH: switch_stmt(g, n); break;
    case IR_SELECT: select_stmt(g, n); break;
    case IR_SEND:
        precise_discard(g, n->x);
        precise_eval(g, precise_heap(PRECISE_CHANNEL_CAUSE), n->y);
        break;
    case IR_AS: {
        struct precise_place p = precise_destination(g, n->x);
        assign_one(g, p, n->x, n->y);
        break;
    }
    case IR_ASOP: {
        struct precise_place p = precise_destination(g, n->x);
        precise_discard(g, n->y);
        if (is_string(n->x->type)) {
            precise_put_heap(g, p, n->x->type);
        }
        break;
    }
    case IR_AS2: assign_lists(g, &n->list, &n->body); break;
    case IR_AS2DOTTYPE:
    case IR_AS2MAPR:
    case IR_AS2RECV:
    case IR_SELRECV2: assign_ok(g, n); break;
    case IR_AS2FUNC: assign_call(g, n); break;
    case IR_RETURN: returns(g, n); break;
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_INLCALL: precise_call(g, NULL, n); break;
    case IR_GO:
    case IR_DEFER: precise_go_defer(g, n); break;
    case IR_TAILCALL: precise_call(g, NULL, n->x); break;
    case IR_RECV:
    case IR_CLEAR:
    case IR_CLOSE:
    case IR_COPY:
    case IR_DELETE:
    case IR_PANIC:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_RECOVER: {
        struct ir_list init = n->init;
        n->init = (struct ir_list){0}; /* walked */
        precise_discard(g, n);
        n->init = init;
        break;
    }
    default: g->over = true; /* of code with errors: nothing is said of the function */
    }
}

static void stmt(struct precise_graph *g, struct ir *n)
{
    if (!n || g->over) {
        return;
    }
    precise_stmts(g, &n->init);
    if (n->pos) {
        g->pos = n->pos;
        g->inl = n->inl;
    }
    stmt_skip_init(g, n);
}

void precise_stmts(struct precise_graph *g, const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        stmt(g, l->v[i]);
    }
}

/* ---- functions ---- */

/* A parameter holds what the caller gave: phantoms, one for each word. */
static void parameter(struct precise_graph *g, struct ir_name *n, u32 i)
{
    u32 v = precise_var(g, n);

    g->objs.v[v].depth = 1;
    const struct precise_layout *l = precise_layout_of(g->st, n->n.type);
    for (u32 k = 0; k < l->n; k++) {
        u32 p = precise_phantom(g, PR_PARAM, i, l->off[k], 1);
        precise_add(g, precise_slot_at(g, v, l->off[k]), p, 0);
    }
}

void precise_body(struct precise_graph *g)
{
    struct ir_func *fn = g->fn;
    u32 n_in = fn->n_recv + fn->n_params;

    g->pos = fn->pos;
    if (fn->n_cvars) {
        g->context = precise_phantom(g, PR_CONTEXT, 0, 0, 0);
    }
    for (u32 i = 0; fn->params && i < n_in; i++) {
        if (fn->params[i] && fn->params[i]->n.type) {
            parameter(g, fn->params[i], i);
        }
    }
    for (u32 i = 0; i < fn->n_results; i++) {
        struct ir_name *r = flow_result(fn, i);
        if (r) {
            u32 o = precise_var(g, r);
            g->objs.v[o].flags |= PO_RESULT;
            g->objs.v[o].depth = 1;
        }
    }
    g->depth = 1;
    block(g, &fn->body);
}
