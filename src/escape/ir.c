/* ir.c: making, walking and asking IR. */
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "escape/escape.h"
#include "escape/ir.h"
#include "escape/shape.h"

#define X(name, children, text) children,
const u8 ir_children[IR_OP_COUNT] = {IR_OPS(X)};
#undef X
#define X(name, children, text) text,
const char *const ir_texts[IR_OP_COUNT] = {IR_OPS(X)};
#undef X
#define X(name, children, text) #name,
static const char *const op_names[IR_OP_COUNT] = {IR_OPS(X)};
#undef X

const char *ir_op_name(enum ir_op op)
{
    BUG_IF((u32)op >= IR_OP_COUNT);
    return op_names[op];
}

/* ---- making ---- */

static bool is_large(enum ir_op op)
{
    return ir_children[op] & (IR_HAS_Z | IR_HAS_W | IR_HAS_L | IR_HAS_B);
}

struct ir *ir_copy(struct ir_unit *u, const struct ir *n)
{
    bool large = is_large(n->op);
    struct ir *c = arena_alloc_aligned(&u->nodes, large ? IR_NODE_LARGE : IR_NODE_SMALL, IR_NODE_SMALL);

    memcpy(c, n, large ? IR_NODE_LARGE : IR_NODE_SMALL);
    c->init = (struct ir_list){0};
    ir_append(u, &c->init, &n->init);
    if (large) {
        c->list = c->body = (struct ir_list){0};
        ir_append(u, &c->list, &n->list);
        ir_append(u, &c->body, &n->body);
    }
    return c;
}

struct ir *ir_new(struct ir_unit *u, enum ir_op op, pos at, u32 inl, struct type *type)
{
    struct ir *n;

    /* Written out twice: the compiler knows the sizes. */
    if (is_large(op)) {
        n = arena_new_here(&u->nodes, IR_NODE_LARGE, IR_NODE_SMALL);
    } else {
        n = arena_new_here(&u->nodes, IR_NODE_SMALL, IR_NODE_SMALL);
    }
    n->op = (u8)op;
    n->pos = at;
    n->inl = inl;
    n->type = type;
    return n;
}

static void list_reserve(struct ir_unit *u, struct ir_list *l, u32 more)
{
    if (l->n + more <= l->cap) {
        return;
    }
    u32 cap = l->cap ? 2 * l->cap : 2;
    cap = cap < l->n + more ? l->n + more : cap;
    if (l->cap && arena_extend(u->arena, l->v + l->cap, (cap - l->cap) * sizeof *l->v)) {
        l->cap = cap;
        return;
    }
    struct ir **v = arena_alloc_here(u->arena, cap * sizeof *v, _Alignof(struct ir *));
    if (l->n) {
        memcpy(v, l->v, l->n * sizeof *v);
    }
    l->v = v;
    l->cap = cap;
}

void ir_push_slowly(struct ir_unit *u, struct ir_list *l, struct ir *n)
{
    list_reserve(u, l, 1);
    l->v[l->n++] = n;
}

void ir_append(struct ir_unit *u, struct ir_list *l, const struct ir_list *more)
{
    if (more->n == 0) {
        return;
    }
    list_reserve(u, l, more->n);
    memcpy(l->v + l->n, more->v, more->n * sizeof *l->v);
    l->n += more->n;
}

void ir_prepend(struct ir_unit *u, struct ir_list *l, const struct ir_list *before)
{
    if (before->n == 0) {
        return;
    }
    struct ir_list all = {0};
    list_reserve(u, &all, l->n + before->n);
    ir_append(u, &all, before);
    ir_append(u, &all, l);
    *l = all;
}

struct ir_name *ir_local(struct ir_unit *u, struct ir_func *fn, pos at, u32 inl, str text,
                         struct type *type)
{
    struct ir_name *n = ARENA_NEW(&u->nodes, struct ir_name);
    n->n.op = IR_NAME;
    n->n.pos = at;
    n->n.inl = inl;
    n->n.type = type;
    n->class = IR_AUTO;
    n->text = text;
    n->curfn = fn;
    if (fn->last_dcl) {
        fn->last_dcl->next_dcl = n;
    } else {
        fn->dcl = n;
    }
    fn->last_dcl = n;
    fn->n_dcl++;
    return n;
}

struct ir_name *ir_temp(struct ir_unit *u, struct ir_func *fn, pos at, u32 inl, struct type *type)
{
    u32 number = fn->n_dcl;
    struct ir_name *n = ir_local(u, fn, at, inl, STR(""), type);
    n->flags |= IR_NAME_TEMP;
    n->result = number; /* messages show it as .autotmp_<number> (typecheck/dcl.go, autotmpname) */
    return n;
}

struct ir_name *ir_canonical(struct ir_name *n)
{
    while ((n->flags & IR_NAME_CLOSUREVAR) && n->outer) {
        n = n->outer;
    }
    return n;
}

bool ir_is_blank(const struct ir *n)
{
    return n && n->op == IR_NAME &&
           (((const struct ir_name *)(const void *)n)->flags & IR_NAME_BLANK);
}

/* ---- walking ---- */

bool ir_do_list(const struct ir_list *l, bool (*f)(void *ctx, struct ir *n), void *ctx)
{
    for (u32 i = 0; i < l->n; i++) {
        if (l->v[i] && f(ctx, l->v[i])) {
            return true;
        }
    }
    return false;
}

bool ir_do_children_of(struct ir *n, bool (*f)(void *ctx, struct ir *n), void *ctx)
{
    return ir_each_child(n, f, ctx);
}

struct any {
    bool (*f)(void *ctx, struct ir *n);
    void *ctx;
};

static bool any_visit(void *ctx, struct ir *n)
{
    struct any *a = ctx;
    return a->f(a->ctx, n) || ir_each_child(n, any_visit, a);
}

bool ir_any(struct ir *n, bool (*f)(void *ctx, struct ir *n), void *ctx)
{
    struct any a = {f, ctx};
    return any_visit(&a, n);
}

bool ir_any_list(const struct ir_list *l, bool (*f)(void *ctx, struct ir *n), void *ctx)
{
    struct any a = {f, ctx};
    return ir_do_list(l, any_visit, &a);
}

void ir_edit_list(struct ir_list *l, struct ir *(*f)(void *ctx, struct ir *n), void *ctx)
{
    for (u32 i = 0; i < l->n; i++) {
        if (l->v[i]) {
            l->v[i] = f(ctx, l->v[i]);
        }
    }
}

void ir_edit_children(struct ir *n, struct ir *(*f)(void *ctx, struct ir *n), void *ctx)
{
    u32 has = ir_children[n->op];

    ir_edit_list(&n->init, f, ctx);
    if ((has & IR_HAS_X) && n->x) {
        n->x = f(ctx, n->x);
    }
    if ((has & IR_HAS_Y) && n->y) {
        n->y = f(ctx, n->y);
    }
    if ((has & IR_HAS_Z) && n->z) {
        n->z = f(ctx, n->z);
    }
    if ((has & IR_HAS_W) && n->w) {
        n->w = f(ctx, n->w);
    }
    if (n->op == IR_IF || n->op == IR_INLCALL) {
        ir_edit_list(&n->body, f, ctx);
        ir_edit_list(&n->list, f, ctx);
        return;
    }
    if (has & IR_HAS_L) {
        ir_edit_list(&n->list, f, ctx);
    }
    if (has & IR_HAS_B) {
        ir_edit_list(&n->body, f, ctx);
    }
}

/* ---- asking ---- */

struct ir *ir_outer_value(struct ir *n)
{
    for (;;) {
        switch (n->op) {
        case IR_DOT:
        case IR_PAREN:
        case IR_CONVNOP: n = n->x; continue;
        case IR_INDEX:
            if (n->x->type && type_under(n->x->type)->kind == TYPE_ARRAY) {
                n = n->x;
                continue;
            }
            return n;
        default: return n;
        }
    }
}

static void assigned(struct ir *to, const struct ir *by)
{
    if (!to) {
        return;
    }
    struct ir_name *n = ir_as_name(ir_outer_value(to));
    if (!n || n->class == IR_GLOBAL || n->class == IR_FUNC) {
        return;
    }
    n = ir_canonical(n);
    if (n->defn != by) {
        n->flags |= IR_NAME_REASSIGNED;
    }
}

void ir_has_loopvars(struct ir_func *fn)
{
    fn->flags |= IR_FUNC_LOOPVARS;
    while ((fn = fn->parent)) {
        fn->flags |= IR_FUNC_LOOPVARS_IN;
    }
}

void ir_see_assigned(const struct ir *n)
{
    switch (n->op) {
    case IR_AS:
    case IR_ASOP: assigned(n->x, n); break;
    case IR_AS2:
    case IR_AS2DOTTYPE:
    case IR_AS2FUNC:
    case IR_AS2MAPR:
    case IR_AS2RECV:
    case IR_SELRECV2:
        for (u32 i = 0; i < n->list.n; i++) {
            assigned(n->list.v[i], n);
        }
        break;
    case IR_RANGE:
        assigned(n->y, n);
        assigned(n->z, n);
        break;
    default: break;
    }
}

static bool scan_assigned(void *ctx, struct ir *n)
{
    (void)ctx;
    ir_see_assigned(n);
    return false;
}

void ir_scan_assigned(const struct ir_list *l)
{
    ir_any_list(l, scan_assigned, NULL);
}

bool ir_reassigned(struct ir_name *n)
{
    n = ir_canonical(n);
    return !n->curfn || (n->flags & (IR_NAME_ADDRTAKEN | IR_NAME_REASSIGNED));
}

/* The only value of a local variable, or NULL. */
static struct ir *only_value(struct ir_name *n)
{
    n = ir_canonical(n);
    if (n->class != IR_AUTO || !n->defn) {
        return NULL;
    }
    struct ir *rhs = NULL;
    if (n->defn->op == IR_AS) {
        rhs = n->defn->y;
    } else if (n->defn->op == IR_AS2) {
        const struct ir_list *l = &n->defn->list;
        for (u32 i = 0; i < l->n && i < n->defn->body.n; i++) {
            if (l->v[i] == &n->n) {
                rhs = n->defn->body.v[i];
                break;
            }
        }
    }
    return rhs && !ir_reassigned(n) ? rhs : NULL;
}

struct ir *ir_static_step(struct ir *n)
{
    switch (n->op) {
    case IR_CONVNOP:
    case IR_PAREN: return n->x;
    case IR_INLCALL: return n->list.n == 1 ? n->list.v[0] : NULL;
    case IR_NAME: return only_value(ir_as_name(n));
    default: return NULL;
    }
}

struct ir *ir_static_value(struct ir *n)
{
    for (struct ir *next; (next = ir_static_step(n));) {
        n = next;
    }
    return n;
}

static bool same_literal(const struct ir *x, const struct ir *y)
{
    return x->val && y->val && constant_same(x->val, y->val);
}

static bool is_numeric(struct type *t)
{
    struct type *u = type_under(t);
    return u->kind == TYPE_BASIC && (u->info & (INFO_NUMERIC | INFO_BOOLEAN));
}

bool ir_same_safe(struct ir *x, struct ir *y)
{
    while (x->op == IR_CONVNOP) {
        x = x->x;
    }
    while (y->op == IR_CONVNOP) {
        y = y->x;
    }
    if (x->op != y->op || !x->type || !y->type || !type_identical(x->type, y->type)) {
        return false;
    }
    switch (x->op) {
    case IR_NAME: return x == y;
    case IR_DOT:
    case IR_DOTPTR: return x->sel && y->sel && x->sel->name == y->sel->name && ir_same_safe(x->x, y->x);
    case IR_DEREF:
    case IR_NOT:
    case IR_BITNOT:
    case IR_PLUS:
    case IR_NEG: return ir_same_safe(x->x, y->x);
    case IR_CONV: return is_numeric(x->type) && ir_same_safe(x->x, y->x);
    case IR_INDEX:
    case IR_INDEXMAP:
    case IR_ADD:
    case IR_SUB:
    case IR_OR:
    case IR_XOR:
    case IR_MUL:
    case IR_LSH:
    case IR_RSH:
    case IR_AND:
    case IR_ANDNOT:
    case IR_DIV:
    case IR_MOD: return ir_same_safe(x->x, y->x) && ir_same_safe(x->y, y->y);
    case IR_LITERAL: return same_literal(x, y);
    case IR_NIL: return true;
    default: return false;
    }
}

struct ir_func *ir_static_callee(struct ir *n)
{
    switch (n->op) {
    case IR_METHEXPR:
    case IR_CLOSURE: return n->func;
    case IR_NAME: {
        struct ir_name *name = ir_as_name(n);
        return name->class == IR_FUNC ? name->func : NULL;
    }
    default: return NULL;
    }
}

bool ir_int_const(const struct ir *n, i64 *v)
{
    return n && n->op == IR_LITERAL && n->val && constant_i64(n->val, v);
}

bool ir_bool_const(const struct ir *n, bool *v)
{
    if (!n || n->op != IR_LITERAL || !n->val || constant_kind(n->val) != CONST_BOOL) {
        return false;
    }
    *v = constant_bool_val(n->val);
    return true;
}

bool ir_contains_closure(const struct ir_func *outer, const struct ir_func *inner)
{
    if (outer == inner || !inner->closure) {
        return false;
    }
    for (const struct ir_func *p = inner->parent; p; p = p->parent) {
        if (p == outer) {
            return true;
        }
    }
    return false;
}

/* ---- types ---- */

bool ir_has_pointers(struct ir_unit *u, struct type *t)
{
    for (;;) {
        struct type *under = type_under(t);
        switch (under->kind) {
        case TYPE_BASIC:
            return under->basic == BASIC_STRING || under->basic == BASIC_UNSAFE_POINTER ||
                   under->basic == BASIC_UNTYPED_STRING || under->basic == BASIC_UNTYPED_NIL;
        case TYPE_ARRAY: {
            struct type_array *a = as_array(under);
            if (a->len == 0) {
                return false;
            }
            t = a->elem;
            continue;
        }
        case TYPE_STRUCT:
            return layout_ptrdata(&u->prog->sizes, under) > 0;
        case TYPE_TUPLE: {
            struct type_tuple *p = as_tuple(under);
            for (u32 i = 0; i < p->n; i++) {
                if (ir_has_pointers(u, p->vars[i]->type)) {
                    return true;
                }
            }
            return false;
        }
        case TYPE_POINTER: return layout_ptrdata(&u->prog->sizes, under) > 0; /* not to what is not in the heap */
        default: return true;
        }
    }
}

bool ir_is_direct_iface(struct ir_unit *u, struct type *t)
{
    if (u->profile->direct_by_size) {
        const struct sizes *s = &u->prog->sizes;
        return layout_size(s, t) == s->ptr && layout_ptrdata(s, t) == s->ptr;
    }
    for (;;) {
        struct type *under = type_under(t);
        switch (under->kind) {
        case TYPE_POINTER: return layout_ptrdata(&u->prog->sizes, under) > 0;
        case TYPE_CHAN:
        case TYPE_MAP:
        case TYPE_SIGNATURE: return true;
        case TYPE_BASIC: return under->basic == BASIC_UNSAFE_POINTER;
        case TYPE_ARRAY:
            if (as_array(under)->len != 1) {
                return false;
            }
            t = as_array(under)->elem;
            continue;
        case TYPE_STRUCT: {
            struct type_struct *s = as_struct(under);
            if (s->n != 1) {
                return false;
            }
            t = s->fields[0]->type;
            continue;
        }
        default: return false;
        }
    }
}

bool ir_is_interface(struct type *t)
{
    return t && type_under(t)->kind == TYPE_INTERFACE;
}

bool ir_is_empty_interface(struct type *t)
{
    return ir_is_interface(t) && type_set_of(as_interface(type_under(t)))->n_methods == 0;
}

i64 ir_size(struct ir_unit *u, struct type *t)
{
    return layout_size(&u->prog->sizes, t);
}

/* ---- messages ---- */

pos ir_outermost_pos(const struct ir_unit *u, pos at, u32 inl)
{
    while (inl) {
        at = u->inl.v[inl].pos;
        inl = u->inl.v[inl].parent;
    }
    return at;
}

void ir_note(struct ir_unit *u, enum ir_note_kind kind, pos at, u32 inl,
             struct ir *about, struct ir_func *fn, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct ir_note n = {.pos = at, .inl = inl, .kind = kind, .node = about, .func = fn};
    n.text = str_vfmt(u->arena, fmt, ap);
    va_end(ap);
    vec_push(&u->notes, n);
}
