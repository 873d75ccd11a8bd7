/* flow_stmt.c: statements and assignments (escape/stmt.go, assign.go). */
#include "escape/flow_int.h"

/* ---- labels ---- */

enum { LABEL_UNSEEN, LABEL_ONCE, LABEL_LOOPS };

/* A jump to a label that stands before it makes a loop (escape.walkFunc).  Labels stand in statement lists only, and
 * jumps do not leave the body, so expressions need not be looked at. */
static void scan_stmt(struct ir *n)
{
    if (!n) {
        return;
    }
    switch (n->op) {
    case IR_LABEL:
        if (n->label) {
            n->label->state = LABEL_ONCE;
        }
        break;
    case IR_GOTO:
        if (n->label && n->label->state == LABEL_ONCE) {
            n->label->state = LABEL_LOOPS;
        }
        break;
    case IR_BLOCK:
    case IR_SELECT:
    case IR_SWITCH: flow_scan_labels(&n->list); break;
    case IR_IF:
        flow_scan_labels(&n->body);
        flow_scan_labels(&n->list);
        break;
    case IR_FOR:
    case IR_RANGE:
    case IR_CASE:
    case IR_COMM: flow_scan_labels(&n->body); break;
    default: break;
    }
}

void flow_scan_labels(const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        scan_stmt(l->v[i]);
    }
}

/* ---- assignments ---- */

static void mutate(struct flow_fn *e, struct ir *n)
{
    flow_expr(e, flow_hole_of(e->b->p->mutator_callee ? FLOW_MUTATOR_LOC : FLOW_BLANK_LOC), n);
}

struct flow_hole flow_addr(struct flow_fn *e, struct ir *n)
{
    struct flow_hole heap = flow_hole_of(FLOW_HEAP_LOC);

    if (!n || ir_is_blank(n)) {
        return FLOW_DISCARD;
    }
    switch (n->op) {
    case IR_NAME: {
        struct ir_name *name = ir_as_name(n);
        return name->class == IR_GLOBAL ? heap : flow_hole_of(flow_old_loc(e->b, name));
    }
    case IR_NIL: /* what stands for a name of C */
    case IR_LINKSYMOFFSET: return heap;
    case IR_PAREN:
    case IR_DOT: return flow_addr(e, n->x);
    case IR_INDEX:
        flow_discard(e, n->y);
        if (n->x->type && type_under(n->x->type)->kind == TYPE_ARRAY) {
            return flow_addr(e, n->x);
        }
        mutate(e, n->x);
        return heap;
    case IR_DEREF:
    case IR_DOTPTR:
        if (e->b->p->mutator_callee) {
            mutate(e, n->x);
        } else {
            flow_discard(e, n); /* the same, but for what precedes n itself */
        }
        return heap;
    case IR_INDEXMAP:
        flow_discard(e, n->x);
        flow_assign_heap(e, n->y, "key of map put", n);
        return heap;
    default: BUG("unexpected destination %s", ir_op_name(n->op));
    }
}

void flow_assign_heap(struct flow_fn *e, struct ir *src, const char *why, struct ir *where)
{
    flow_expr(e, flow_hole_note(e->b, flow_hole_of(FLOW_HEAP_LOC), where, why), src);
}

/* The places behind ks have been assigned to, unless `where` is the one statement that declares them. */
static void reassigned(struct flow_fn *e, const struct flow_hole *ks, u32 n, struct ir *where)
{
    if (where->op == IR_AS && !where->y) {
        struct ir_name *dst = ir_as_name(where->x);
        if (dst && !dst->defn) {
            return; /* var x T: its zero value */
        }
    }
    for (u32 i = 0; i < n; i++) {
        struct flow_loc *l = flow_loc_at(e->b, ks[i].dst);
        struct ir_name *name = ir_as_name(l->n);
        /* A range statement assigns each time. */
        if (name && name->defn == where && where->op != IR_RANGE) {
            continue;
        }
        l->flags |= FLOW_REASSIGNED;
    }
}

enum { SMALL = 6 };

/* Room for the holes of n destinations: on the caller's stack while they are few. */
static struct flow_hole *hole_array(struct flow_fn *e, struct flow_hole *small, u32 n)
{
    return n <= SMALL ? small : ARENA_ARRAY(e->b->u->arena, struct flow_hole, n);
}

/* dst = src; src NULL: a zero value, or what another one of the statement's sources stands for. */
static void assign_one(struct flow_fn *e, struct flow_hole k, struct ir *dst, struct ir *src, const char *why,
                       struct ir *where)
{
    if (dst && dst->op == IR_DOTPTR && flow_is_reflect_data(e->b, dst)) {
        flow_unsafe_value(e, flow_hole_note(e->b, flow_hole_of(FLOW_HEAP_LOC), where, why), src);
        return;
    }
    if (dst && src && flow_is_self_assign(dst, src)) {
        flow_note(e->b->u, NOTE_SELF_ASSIGN, where, e->fn);
        k = FLOW_DISCARD;
    }
    if (src) {
        flow_expr(e, flow_hole_note(e->b, k, where, why), src);
    }
}

static void assign(struct flow_fn *e, struct ir *n)
{
    struct flow_hole k = flow_addr(e, n->x);
    assign_one(e, k, n->x, n->y, "assign", n);
    reassigned(e, &k, 1, n);
}

static void assign_list(struct flow_fn *e, const struct ir_list *dst, const struct ir_list *src, const char *why,
                        struct ir *where)
{
    struct flow_hole small[SMALL], *ks = hole_array(e, small, dst->n);

    for (u32 i = 0; i < dst->n; i++) {
        ks[i] = flow_addr(e, dst->v[i]);
    }
    for (u32 i = 0; i < dst->n; i++) {
        assign_one(e, ks[i], dst->v[i], i < src->n ? src->v[i] : NULL, why, where);
    }
    reassigned(e, ks, dst->n, where);
}

static void assign_call(struct flow_fn *e, struct ir *n)
{
    struct flow_hole small[SMALL], *ks = hole_array(e, small, n->list.n);
    struct ir *call = n->body.v[0];

    flow_stmts(e, &call->init);
    for (u32 i = 0; i < n->list.n; i++) {
        ks[i] = flow_addr(e, n->list.v[i]);
    }
    flow_call(e, ks, call);
    reassigned(e, ks, n->list.n, n);
}

static void return_stmt(struct flow_fn *e, struct ir *n)
{
    u32 n_results = e->fn->n_results;
    struct flow_hole small[SMALL], *ks = hole_array(e, small, n_results);

    for (u32 i = 0; i < n_results; i++) {
        struct ir_name *r = flow_result(e->fn, i);
        ks[i] = r ? flow_hole_of(flow_old_loc(e->b, r)) : FLOW_DISCARD;
    }
    for (u32 i = 0; i < n_results; i++) {
        struct ir_name *r = flow_result(e->fn, i);
        assign_one(e, ks[i], r ? &r->n : NULL, i < n->list.n ? n->list.v[i] : NULL, "return", n);
    }
    reassigned(e, ks, n_results, n);
}

/* ---- statements ---- */

static struct flow_hole declare(struct flow_fn *e, struct ir_name *n)
{
    u32 l = flow_old_loc(e->b, n);
    flow_loc_at(e->b, l)->depth = e->depth;
    return flow_hole_of(l);
}

static void range_stmt(struct flow_fn *e, struct ir *n)
{
    struct flow_batch *b = e->b;
    struct flow_hole ks[2];

    /* x is evaluated outside of the loop, and stays until its end. */
    u32 tmp = flow_new_loc(b, e->fn, e->depth, NULL, true);
    flow_expr(e, flow_hole_of(tmp), n->x);

    e->depth++;
    ks[0] = flow_addr(e, n->y);
    ks[1] = flow_addr(e, n->z);
    bool array = n->x->type && type_under(n->x->type)->kind == TYPE_ARRAY;
    flow_add(b, array ? flow_hole_note(b, ks[1], n, "range") : flow_hole_deref(b, ks[1], n, "range-deref"), tmp);
    reassigned(e, ks, 2, n);
    flow_block(e, &n->body);
    e->depth--;
}

/* The variable of each case is a variable of its own, declared nowhere else. */
static void type_switch_guard(struct flow_fn *e, struct ir *n)
{
    struct ir *guard = n->x;
    struct flow_hole small[SMALL], *ks = hole_array(e, small, n->list.n);
    u32 n_ks = 0;

    if (guard->flags & IR_DEF) {
        for (u32 i = 0; i < n->list.n; i++) {
            struct ir *c = n->list.v[i];
            struct ir_name *v = c->name;
            if (!v) {
                continue;
            }
            struct flow_hole k = declare(e, v);
            if (flow_has_pointers(e->b, v->n.type)) {
                ks[n_ks++] = flow_hole_dot_type(e->b, k, v->n.type, c, "switch case");
            }
        }
    }
    flow_expr(e, flow_hole_tee(e, ks, n_ks), guard->x);
}

static void switch_stmt(struct flow_fn *e, struct ir *n)
{
    if (n->x && n->x->op == IR_TYPESW) {
        type_switch_guard(e, n);
    } else {
        flow_discard(e, n->x);
    }
    for (u32 i = 0; i < n->list.n; i++) {
        flow_discards(e, &n->list.v[i]->list);
        flow_block(e, &n->list.v[i]->body);
    }
}

static void select_stmt(struct flow_fn *e, struct ir *n)
{
    for (u32 i = 0; i < n->list.n; i++) {
        flow_stmt(e, n->list.v[i]->x);
        flow_block(e, &n->list.v[i]->body);
    }
}

static void for_stmt(struct flow_fn *e, struct ir *n)
{
    e->depth++;
    flow_discard(e, n->x);
    flow_stmt(e, n->y);
    flow_block(e, &n->body);
    e->depth--;
}

void flow_stmt(struct flow_fn *e, struct ir *n)
{
    if (!n) {
        return;
    }
    if (n->init.n) {
        flow_stmts(e, &n->init);
    }
    switch (n->op) {
    case IR_NIL: /* a call of C */
    case IR_DCLTYPE:
    case IR_FALL:
    case IR_INLMARK:
    case IR_BREAK:
    case IR_CONTINUE:
    case IR_GOTO: break;
    case IR_BLOCK: flow_stmts(e, &n->list); break;
    case IR_DCL:
        if (!ir_is_blank(n->x)) {
            declare(e, ir_as_name(n->x)); /* the loop that it is in */
        }
        break;
    case IR_LABEL:
        if (n->label && n->label->state == LABEL_LOOPS) {
            e->depth++;
        }
        break;
    case IR_IF:
        flow_discard(e, n->x);
        flow_block(e, &n->body);
        flow_block(e, &n->list);
        break;
    case IR_CHECKNIL: flow_discard(e, n->x); break;
    case IR_FOR: for_stmt(e, n); break;
    case IR_RANGE: range_stmt(e, n); break;
    case IR_SWITCH: switch_stmt(e, n); break;
    case IR_SELECT: select_stmt(e, n); break;
    case IR_RECV: flow_expr_skip_init(e, FLOW_DISCARD, n); break;
    case IR_SEND:
        flow_discard(e, n->x);
        flow_assign_heap(e, n->y, "send", n);
        break;
    case IR_AS:
    case IR_ASOP: assign(e, n); break;
    case IR_AS2: assign_list(e, &n->list, &n->body, "assign-pair", n); break;
    case IR_AS2DOTTYPE: assign_list(e, &n->list, &n->body, "assign-pair-dot-type", n); break;
    case IR_AS2MAPR: assign_list(e, &n->list, &n->body, "assign-pair-mapr", n); break;
    case IR_AS2RECV:
    case IR_SELRECV2: assign_list(e, &n->list, &n->body, "assign-pair-receive", n); break;
    case IR_AS2FUNC: assign_call(e, n); break;
    case IR_RETURN: return_stmt(e, n); break;
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_INLCALL:
    case IR_CLEAR:
    case IR_CLOSE:
    case IR_COPY:
    case IR_DELETE:
    case IR_PANIC:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_RECOVER: flow_call(e, NULL, n); break;
    case IR_GO:
    case IR_DEFER: flow_go_defer(e, n); break;
    case IR_TAILCALL: flow_call(e, NULL, n->x); break;
    default: BUG("unexpected statement %s", ir_op_name(n->op));
    }
}

void flow_stmts(struct flow_fn *e, const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        flow_stmt(e, l->v[i]);
    }
}

void flow_block(struct flow_fn *e, const struct ir_list *l)
{
    i32 depth = e->depth;
    flow_stmts(e, l);
    e->depth = depth;
}
