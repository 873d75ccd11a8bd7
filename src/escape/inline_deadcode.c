/* inline_deadcode.c: Go 1.19 drops branches and cases that constants decide in a pass of its own, before it inlines; newer
 * compilers do not lower them (lower_stmt.c).
 *
 * Whose address is taken is found out after that, so what stood in dead code does not count.
 *
 * Source: src/cmd/compile/internal/deadcode/deadcode.go of Go 1.19; gc/main.go there; typecheck/subr.go,
 * ComputeAddrtaken. */
#include "escape/inline.h"

struct deadcode {
    struct ir_unit *u;
    bool dropped; /* something that was more than a name or constant */
};

static void clear(struct deadcode *d, struct ir_list *l)
{
    d->dropped |= l->n > 0;
    *l = (struct ir_list){0};
}

/* Conditions of constants and && or ||. */
static struct ir *decide(struct deadcode *d, struct ir *n)
{
    bool b;
    if (n->op != IR_ANDAND && n->op != IR_OROR) {
        return n;
    }
    n->x = decide(d, n->x);
    n->y = decide(d, n->y);
    if (!ir_bool_const(n->x, &b)) {
        return n;
    }
    d->dropped = true;
    return b == (n->op == IR_ANDAND) ? n->y : n->x;
}

/* Nothing behind the if is reached. */
static bool edit_if(struct deadcode *d, struct ir *n)
{
    bool b;
    n->x = decide(d, n->x);
    if (!ir_bool_const(n->x, &b)) {
        return false;
    }
    clear(d, b ? &n->list : &n->body);
    const struct ir_list *rest = b ? &n->body : &n->list;
    if (rest->n == 0) {
        return false;
    }
    enum ir_op last = (enum ir_op)rest->v[rest->n - 1]->op;
    return last == IR_RETURN || last == IR_TAILCALL || last == IR_PANIC;
}

static bool falls_through(const struct ir *clause)
{
    for (u32 i = 0; i < clause->body.n; i++) {
        if (clause->body.v[i]->op == IR_FALL) {
            return true;
        }
    }
    return false;
}

static void choose(struct deadcode *d, struct ir *sw, struct ir *clause)
{
    d->dropped = true;
    sw->list.n = 0;
    if (clause) {
        ir_push(d->u, &sw->list, clause);
    }
}

/* A switch of constants has one case. */
static void edit_switch(struct deadcode *d, struct ir *n)
{
    const struct constant *tag = constant_bool(true);
    struct ir *otherwise = NULL;
    if (n->x) {
        if (n->x->op != IR_LITERAL) {
            return;
        }
        tag = n->x->val;
    }
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir *clause = n->list.v[i];
        if (clause->list.n == 0) {
            otherwise = clause;
        }
        for (u32 k = 0; k < clause->list.n; k++) {
            struct ir *c = clause->list.v[k];
            if (c->op != IR_LITERAL) {
                return;
            }
            if (constant_same(tag, c->val)) {
                if (!falls_through(clause)) {
                    clause->list = (struct ir_list){0};
                    ir_push(d->u, &clause->list, c);
                    choose(d, n, clause);
                }
                return;
            }
        }
    }
    if (!otherwise || !falls_through(otherwise)) {
        choose(d, n, otherwise);
    }
}

static void edit_stmts(struct deadcode *d, struct ir_list *l)
{
    u32 behind_labels = 0;
    for (u32 i = 0; i < l->n; i++) {
        if (l->v[i]->op == IR_LABEL) {
            behind_labels = i + 1;
        }
    }
    for (u32 i = 0; i < l->n; i++) {
        struct ir *n = l->v[i];
        bool cut = n->op == IR_IF && edit_if(d, n) && i + 1 > behind_labels;
        if (n->op == IR_SWITCH && !(n->x && n->x->op == IR_TYPESW)) {
            edit_switch(d, n);
        }
        edit_stmts(d, &n->init);
        switch (n->op) {
        case IR_BLOCK: edit_stmts(d, &n->list); break;
        case IR_FOR:
        case IR_RANGE: edit_stmts(d, &n->body); break;
        case IR_IF:
            edit_stmts(d, &n->body);
            edit_stmts(d, &n->list);
            break;
        case IR_SELECT:
        case IR_SWITCH:
            for (u32 k = 0; k < n->list.n; k++) {
                edit_stmts(d, &n->list.v[k]->body);
            }
            break;
        default: break;
        }
        if (cut) {
            d->dropped |= i + 1 < l->n;
            l->n = i + 1;
            return;
        }
    }
}

/* Statements that do nothing. */
static bool is_empty(const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        const struct ir *n = l->v[i];
        bool b;
        if (n->init.n || !n->x || !ir_bool_const(n->x, &b) ||
            !(n->op == IR_IF ? n->body.n == 0 && n->list.n == 0 : n->op == IR_FOR && !b)) {
            return false;
        }
    }
    return l->n > 0;
}

/* ---- whose address is taken ---- */

static bool forget_addr(void *ctx, struct ir *n)
{
    struct ir_name *v = n->op == IR_ADDR ? ir_as_name(ir_outer_value(n->x)) : NULL;
    (void)ctx;
    if (v) {
        v->flags &= (u16)~IR_NAME_ADDRTAKEN;
        ir_canonical(v)->flags &= (u16)~IR_NAME_ADDRTAKEN;
    }
    return false;
}

static bool mark_addr(void *ctx, struct ir *n)
{
    struct ir_name *v = n->op == IR_ADDR ? ir_as_name(ir_outer_value(n->x)) : NULL;
    (void)ctx;
    if (v) {
        v->flags |= IR_NAME_ADDRTAKEN;
        ir_canonical(v)->flags |= IR_NAME_ADDRTAKEN;
    }
    return false;
}

static void edit_func(struct deadcode *d, struct ir_func *fn)
{
    edit_stmts(d, &fn->body);
    if (is_empty(&fn->body)) {
        fn->body = (struct ir_list){0};
        ir_push(d->u, &fn->body, ir_new(d->u, IR_BLOCK, fn->pos, 0, NULL));
    }
}

static bool edit_closure(void *ctx, struct ir *n)
{
    if (n->op == IR_CLOSURE) {
        edit_func(ctx, n->func);
        ir_any_list(&n->func->body, edit_closure, ctx);
    }
    return false;
}

static bool mark_addr_in_closures(void *ctx, struct ir *n)
{
    if (n->op == IR_CLOSURE) {
        for (struct ir_name *v = n->func->dcl; v; v = v->next_dcl) {
            v->flags &= (u16)~IR_NAME_ADDRTAKEN;
        }
        ir_any_list(&n->func->body, mark_addr_in_closures, ctx);
    }
    return mark_addr(ctx, n);
}

void inline_deadcode_inlined(struct ir_unit *u, struct ir_func *fn)
{
    struct deadcode d = {.u = u};

    if (!u->profile->deadcode) {
        return;
    }
    edit_func(&d, fn);
    ir_any_list(&fn->body, edit_closure, &d);
    if (d.dropped) {
        for (struct ir_name *v = fn->dcl; v; v = v->next_dcl) {
            v->flags &= (u16)~IR_NAME_ADDRTAKEN;
        }
        ir_any_list(&fn->body, mark_addr_in_closures, NULL);
    }
}

void inline_deadcode(struct ir_unit *u)
{
    struct deadcode d = {.u = u};
    if (!u->profile->deadcode) {
        return;
    }
    for (size_t i = 0; i < u->funcs.n; i++) {
        edit_func(&d, u->funcs.v[i]);
    }
    if (!d.dropped) {
        return;
    }
    for (size_t i = 0; i < u->funcs.n; i++) {
        for (struct ir_name *v = u->funcs.v[i]->dcl; v; v = v->next_dcl) {
            v->flags &= (u16)~IR_NAME_ADDRTAKEN;
        }
        ir_any_list(&u->funcs.v[i]->body, forget_addr, NULL);
    }
    for (size_t i = 0; i < u->funcs.n; i++) {
        ir_any_list(&u->funcs.v[i]->body, mark_addr, NULL);
    }
}
