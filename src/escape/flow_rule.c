/* flow_rule.c: small rules: harmless assignments, sizes that the stack has no room for, expressions that are constant after
 * all (escape/utils.go, and rewriteWithLiterals of escape/escape.go). */
#include "escape/flow_int.h"
#include "escape/shape.h"

bool flow_has_pointers(struct flow_batch *b, struct type *t)
{
    switch (t->kind) { /* most types need no second look */
    case TYPE_BASIC: return t->basic == BASIC_STRING || t->basic == BASIC_UNSAFE_POINTER || ir_has_pointers(b->u, t);
    case TYPE_SLICE:
    case TYPE_MAP:
    case TYPE_CHAN:
    case TYPE_SIGNATURE:
    case TYPE_INTERFACE: return true;
    default: break;
    }
    struct flow_type *c = &b->types[((uintptr_t)t >> 4) % FLOW_TYPES];
    if (c->type != t) {
        c->pointers = ir_has_pointers(b->u, t);
        c->type = t;
    }
    return c->pointers;
}

/* ---- self-assignment ---- */

/* The variable p of *p and p.f, NULL otherwise. */
static struct ir *base_name(struct ir *n)
{
    return (n->op == IR_DEREF || n->op == IR_DOTPTR) && n->x->op == IR_NAME ? n->x : NULL;
}

/* b.buf = b.buf[n:m] brings no pointer into *b that was not there (isSliceSelfAssign). */
static bool is_slice_self_assign(struct ir *dst, struct ir *src)
{
    struct ir *base = base_name(dst);
    if (!base) {
        return false;
    }
    switch (src->op) {
    case IR_SLICE:
    case IR_SLICE3:
    case IR_SLICESTR: break;
    case IR_SLICEARR:
    case IR_SLICE3ARR:
        if (src->x->op == IR_ADDR) {
            return false; /* of an array that lies in *b: a pointer to *b itself */
        }
        break;
    default: return false;
    }
    return base_name(src->x) == base;
}

/* Could evaluating n change memory?  (mayAffectMemory) */
static bool may_affect_memory(const struct ir *n)
{
    for (;;) {
        switch (n->op) {
        case IR_NAME:
        case IR_LITERAL:
        case IR_NIL: return false;
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
        case IR_MOD:
        case IR_INDEX:
            if (may_affect_memory(n->x)) {
                return true;
            }
            n = n->y;
            continue;
        case IR_CONVNOP:
        case IR_CONV:
        case IR_LEN:
        case IR_CAP:
        case IR_NOT:
        case IR_BITNOT:
        case IR_PLUS:
        case IR_NEG:
        case IR_DOT:
        case IR_DOTPTR:
        case IR_DEREF: n = n->x; continue;
        default: return true;
        }
    }
}

bool flow_is_self_assign(struct ir *dst, struct ir *src)
{
    if (is_slice_self_assign(dst, src)) {
        return true;
    }
    if (dst->op != src->op) {
        return false;
    }
    switch (dst->op) {
    case IR_DOT:
    case IR_DOTPTR: return ir_same_safe(dst->x, src->x);
    case IR_INDEX:
        return !may_affect_memory(dst->y) && !may_affect_memory(src->y) && ir_same_safe(dst->x, src->x);
    default: return false;
    }
}

bool flow_is_reflect_data(struct flow_batch *b, struct ir *n)
{
    if (!n->type || n->type->kind != TYPE_BASIC || n->type->basic != BASIC_UINTPTR || !n->sel) {
        return false;
    }
    struct type *t = n->x->type;
    if (n->op == IR_DOTPTR) {
        bool pointer;
        t = type_deref(t, &pointer);
    } else if (n->op != IR_DOT) {
        return false;
    }
    struct type_named *named = type_named_of(t);
    if (!named) {
        return false;
    }
    const struct obj *o = named_obj(named);
    const struct intern *names = b->u->prog->names;
    if (!o->pkg || !str_is(o->pkg->path, "reflect") || !str_is(intern_str(names, n->sel->name), "Data")) {
        return false;
    }
    str name = intern_str(names, o->name);
    return str_is(name, "SliceHeader") || str_is(name, "StringHeader");
}

/* ---- sizes ---- */

static const char too_large[] = "too large for stack";

static bool is_larger(struct flow_batch *b, struct type *t, i64 limit)
{
    switch (t->kind) {
    case TYPE_BASIC:
    case TYPE_SLICE:
    case TYPE_POINTER:
    case TYPE_MAP:
    case TYPE_CHAN:
    case TYPE_SIGNATURE:
    case TYPE_INTERFACE: return false;
    default: break;
    }
    struct type *u = type_under(t);
    if (u->kind != TYPE_ARRAY && u->kind != TYPE_STRUCT) {
        return false;
    }
    i64 size = ir_size(b->u, u);
    return size < 0 || size > limit;
}

/* The struct that a closure is: its code and what it captures (typecheck.ClosureType), here without padding. */
static i64 closure_size(struct flow_batch *b, const struct ir_func *fn)
{
    i64 ptr = b->u->prog->sizes.ptr, size = ptr;

    for (u32 i = 0; i < fn->n_cvars; i++) {
        struct ir_name *n = ir_canonical(fn->cvars[i]);
        i64 s = n->flags & IR_NAME_BYVAL && n->n.type ? ir_size(b->u, n->n.type) : ptr;
        size += s < 0 ? 0 : s;
    }
    return size;
}

static const char *make_reason(struct flow_batch *b, struct ir *n)
{
    i64 elem = ir_size(b->u, as_slice(type_under(n->type))->elem), len;

    if (b->p->variable_make && elem == 0) {
        return "zero-sized element";
    }
    if (!ir_int_const(n->y ? n->y : n->x, &len) || len != (i32)len) {
        return b->p->variable_make ? NULL : "non-constant size";
    }
    if (elem < 0 || (elem != 0 && len > b->p->max_implicit_var / elem)) {
        return too_large;
    }
    return NULL;
}

const char *flow_heap_reason(struct flow_batch *b, struct ir *n)
{
    if (!n || !n->type) {
        return NULL;
    }
    switch (n->op) {
    case IR_NAME: {
        struct ir_name *name = ir_as_name(n);
        if (name->class == IR_PARAM || name->class == IR_RESULT) {
            return NULL; /* always on the stack */
        }
        return is_larger(b, n->type, b->p->max_stack_var) ? too_large : NULL;
    }
    case IR_NEW:
    case IR_PTRLIT:
        return is_larger(b, as_pointer(type_under(n->type))->elem, b->p->max_implicit_var) ? too_large : NULL;
    case IR_CLOSURE: return closure_size(b, n->func) > b->p->max_implicit_var ? too_large : NULL;
    case IR_METHVALUE: return is_larger(b, n->x->type, b->p->max_implicit_var - b->u->prog->sizes.ptr) ? too_large : NULL;
    case IR_MAKESLICE: return make_reason(b, n);
    default: return NULL;
    }
}

/* ---- literals ---- */

/* n's effects stay: it is assigned to a variable that nobody reads. */
static void keep_effects(struct ir_unit *u, struct ir_func *fn, struct ir *n, struct ir *of)
{
    struct ir_name *tmp = ir_temp(u, fn, of->pos, of->inl, n->type);
    struct ir *dcl = ir_new(u, IR_DCL, of->pos, of->inl, NULL), *as = ir_new(u, IR_AS, of->pos, of->inl, NULL);

    dcl->x = as->x = &tmp->n;
    as->y = n;
    tmp->defn = as;
    ir_push(u, &of->init, dcl);
    ir_push(u, &of->init, as);
}

static struct ir *literal(struct ir_unit *u, struct ir *at, struct type *type, const struct constant *val)
{
    struct ir *l = ir_new(u, IR_LITERAL, at->pos, at->inl, type);
    l->val = val;
    l->flags = IR_REWRITTEN;
    return l;
}

/* The function whose assignments ir.ReassignOracle has seen when it is asked about something in fn: the outermost one, but
 * for package initialisation (batch.reassignOracle). */
static const struct ir_func *oracle_of(const struct ir_func *fn)
{
    while (fn->parent && !(fn->parent->flags & IR_FUNC_PKGINIT)) {
        fn = fn->parent;
    }
    return fn;
}

/* Has the oracle of that function seen where a variable of fn is assigned?  Not in closures that are no part of it any more,
 * as all their calls were inlined. */
static bool is_seen(const struct ir_func *oracle, const struct ir_func *fn)
{
    return fn == oracle || ((fn->flags & IR_FUNC_REACHED) && ir_contains_closure(oracle, fn));
}

/* What n, an expression in fn, certainly is as the oracle knows it. */
static struct ir *known_value(struct ir *n, const struct ir_func *fn)
{
    const struct ir_func *oracle = oracle_of(fn);

    for (struct ir *next; (next = ir_static_step(n)); n = next) {
        const struct ir_func *of = n->op == IR_NAME ? ir_canonical(ir_as_name(n))->curfn : NULL;
        if (of && !is_seen(oracle, of)) {
            return n;
        }
    }
    return n;
}

/* make([]T, n) whose n is constant after all, or the length of a literal. */
static void rewrite_make(struct flow_batch *b, struct ir *n, struct ir_func *fn)
{
    struct ir_unit *u = b->u;
    struct ir **r = n->y ? &n->y : &n->x;

    if ((*r)->op == IR_LITERAL) {
        return;
    }
    struct ir *s = known_value(*r, fn);
    if (s->op == IR_LITERAL) {
        if (s->val && constant_kind(s->val) == CONST_INT && constant_sign(s->val) >= 0) {
            struct type *type = (*r)->type;
            keep_effects(u, fn, *r, n);
            *r = literal(u, n, type, s->val);
        }
    } else if (s->op == IR_LEN) {
        struct ir *x = known_value(s->x, fn);
        if (x->op == IR_SLICELIT) {
            keep_effects(u, fn, *r, n);
            *r = literal(u, n, TYPE_OF(INT), constant_int(u->arena, (i64)x->len));
        }
    }
}

/* Is the literal v one that a value of type t can be?  (ir.ValidTypeForConst) */
static bool is_valid_for(struct type *t, const struct ir *v)
{
    struct type *u = type_under(t), *w = v->type ? type_under(v->type) : NULL;

    return u->kind == TYPE_BASIC && w && w->kind == TYPE_BASIC &&
           (u->info & w->info & INFO_CONST) != 0;
}

/* An interface's value that is constant after all. */
static void rewrite_iface(struct flow_batch *b, struct ir *n, struct ir_func *fn)
{
    if (n->x->op == IR_LITERAL || ir_is_interface(n->x->type)) {
        return;
    }
    struct ir *v = known_value(n->x, fn);
    if (v->op == IR_LITERAL && v->val && is_valid_for(n->x->type, v)) {
        struct type *type = n->x->type;
        keep_effects(b->u, fn, n->x, n);
        n->x = literal(b->u, n, type, v->val);
    }
}

void flow_rewrite_literals(struct flow_batch *b, struct ir *n, struct ir_func *fn)
{
    if (!n || !fn) {
        return;
    }
    if (n->op == IR_MAKESLICE) {
        rewrite_make(b, n, fn);
    } else if (n->op == IR_CONVIFACE) {
        rewrite_iface(b, n, fn);
    }
}
