/* inline_bloop.c: what the body of `for b.Loop() { … }` of a benchmark computes is kept alive.
 *
 * Behind each statement in such a loop the variables that it assigns, the results of a call, or the arguments of a call
 * without results are passed to runtime.KeepAlive, those that have no name through a temporary.  The calls are
 * IR_VARLIVE: nothing escapes by them.
 *
 * Source: GOROOT/src/cmd/compile/internal/bloop/bloop.go. */
#include "escape/inline.h"
#include "escape/lower.h"

struct bloop {
    struct ir_unit *u;
    struct ir_func *fn;
    bool inside;
};

/* The variable that an expression is a part of (getNameFromNode). */
static struct ir *name_within(struct ir *n)
{
    while (n) {
        switch (n->op) {
        case IR_NAME: return ir_as_name(n)->class == IR_FUNC ? NULL : n;
        case IR_SLICE:
        case IR_SLICE3:
        case IR_DOT:
        case IR_DOTPTR:
        case IR_CONV:
        case IR_CONVIFACE:
        case IR_CONVNOP:
        case IR_ADDR:
        case IR_INDEX:
        case IR_INDEXMAP: n = n->x; break;
        default: return NULL;
        }
    }
    return NULL;
}

static struct ir *temp(struct bloop *b, const struct ir *at, struct type *t)
{
    return &ir_temp(b->u, b->fn, at->pos, at->inl, t)->n;
}

static void declare(struct bloop *b, struct ir *stmt, struct ir *var)
{
    struct ir *d = ir_new(b->u, IR_DCL, stmt->pos, stmt->inl, NULL);
    d->x = var;
    ir_push(b->u, &stmt->init, d);
}

/* runtime.KeepAlive(unsafe.Pointer(&var)) */
static struct ir *keep_call(struct bloop *b, const struct ir *at, struct ir *var)
{
    struct ir_unit *u = b->u;
    struct ir *addr = ir_new(u, IR_ADDR, at->pos, at->inl, type_new_pointer(u->arena, var->type));
    struct ir *ptr = ir_new(u, IR_CONVNOP, at->pos, at->inl, TYPE_OF(UNSAFE_POINTER));
    struct ir *arg = ir_new(u, IR_CONVIFACE, at->pos, at->inl, u->prog->any);
    struct ir *call = ir_new(u, IR_CALLFUNC, at->pos, at->inl, NULL);

    ir_as_name(var)->flags |= IR_NAME_ADDRTAKEN; /* perhaps of a loop within */
    ir_has_loopvars(b->fn);
    ir_canonical(ir_as_name(var))->flags |= IR_NAME_ADDRTAKEN;
    addr->x = var;
    ptr->x = addr;
    arg->x = ptr;
    arg->flags |= IR_IMPLICIT;
    call->x = lower_runtime_name(u, "KeepAlive");
    call->flags |= IR_VARLIVE | IR_NOINLINE;
    ir_push(u, &call->list, arg);
    return call;
}

/* stmt, and behind it what keeps vars alive. */
static struct ir *keep(struct bloop *b, const struct ir_list *vars, struct ir *stmt)
{
    if (vars->n == 0) {
        return stmt;
    }
    struct ir *block = ir_new(b->u, IR_BLOCK, stmt->pos, stmt->inl, NULL);
    ir_push(b->u, &block->list, stmt);
    for (u32 i = 0; i < vars->n; i++) {
        if (!ir_is_blank(vars->v[i])) {
            ir_push(b->u, &block->list, keep_call(b, stmt, vars->v[i]));
        }
    }
    return block;
}

/* A dereference counts as something to keep, but nothing is made of it: only the block. */
static struct ir *keep_deref(struct bloop *b, struct ir *stmt)
{
    struct ir *block = ir_new(b->u, IR_BLOCK, stmt->pos, stmt->inl, NULL);
    ir_push(b->u, &block->list, stmt);
    return block;
}

static struct ir *keep_assigned(struct bloop *b, struct ir *stmt, struct ir *to)
{
    struct ir *name = name_within(to);
    struct ir_list one = {.n = 1, .v = &name};
    if (name) {
        return keep(b, &one, stmt);
    }
    return to->op == IR_DEREF ? keep_deref(b, stmt) : stmt;
}

static struct ir *preserve_assign(struct bloop *b, struct ir *n)
{
    if (ir_is_blank(n->x) && n->y && n->y->type) {
        n->x = temp(b, n, n->y->type);
        n->flags |= IR_DEF;
        declare(b, n, n->x);
    }
    return keep_assigned(b, n, n->x);
}

/* The type of what a _ among several gets; NULL: the compiler does not say. */
static struct type *blank_type(const struct ir *n, u32 i)
{
    if (n->body.n == 1 && n->body.v[0]->type && n->body.v[0]->type->kind == TYPE_TUPLE) {
        const struct type_tuple *t = as_tuple(n->body.v[0]->type);
        if (t->n == n->list.n) {
            return t->vars[i]->type;
        }
    }
    return n->body.n == n->list.n ? n->body.v[i]->type : NULL;
}

static struct ir *preserve_assigns(struct bloop *b, struct ir *n)
{
    struct ir_list vars = {0};
    bool deref = false;
    for (u32 i = 0; i < n->list.n; i++) {
        if (ir_is_blank(n->list.v[i])) {
            struct type *t = blank_type(n, i);
            if (!t) {
                ir_note(b->u, NOTE_OTHER, n->pos, n->inl, n, b->fn,
                        "unrecognized shape for assign list stmt for blank assignment");
                continue;
            }
            n->list.v[i] = temp(b, n, t);
            n->flags |= IR_DEF;
            declare(b, n, n->list.v[i]);
        }
        struct ir *name = name_within(n->list.v[i]);
        if (name) {
            ir_push(b->u, &vars, name);
        } else {
            deref |= n->list.v[i]->op == IR_DEREF;
        }
    }
    return vars.n || !deref ? keep(b, &vars, n) : keep_deref(b, n);
}

/* tmp := what, with its declaration. */
static struct ir *save(struct bloop *b, const struct ir *at, struct ir *what, struct ir **tmp)
{
    struct ir *as = ir_new(b->u, IR_AS, at->pos, at->inl, NULL);
    *tmp = temp(b, at, what->type);
    as->x = *tmp;
    as->y = what;
    as->flags |= IR_DEF;
    declare(b, as, *tmp);
    return as;
}

static void preserve_elements(struct bloop *b, struct ir *lit, struct ir_list *before, struct ir_list *vars)
{
    struct ir_list names = {0};
    for (u32 i = 0; i < lit->list.n; i++) {
        struct ir *e = lit->list.v[i], *name = name_within(e), *tmp;
        if (name) {
            ir_push(b->u, &names, name);
        } else if (e->type) {
            ir_push(b->u, before, save(b, e, e, &tmp));
            ir_push(b->u, vars, tmp);
            lit->list.v[i] = tmp;
        }
    }
    ir_append(b->u, vars, &names);
}

static struct ir *preserve_args(struct bloop *b, struct ir *n)
{
    struct ir_list before = {0}, vars = {0};
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir *a = n->list.v[i], *name = name_within(a), *tmp;
        if (name) {
            ir_push(b->u, &vars, name);
        } else if (a->op == IR_SLICELIT) {
            preserve_elements(b, a, &before, &vars);
        } else if (a->type) {
            ir_push(b->u, &before, save(b, n, a, &tmp));
            ir_push(b->u, &vars, tmp);
            n->list.v[i] = tmp;
        }
    }
    struct ir *stmt = n;
    if (before.n) {
        stmt = ir_new(b->u, IR_BLOCK, n->pos, n->inl, NULL);
        ir_push(b->u, &before, n);
        stmt->list = before;
    }
    return keep(b, &vars, stmt);
}

static struct ir *preserve_call(struct bloop *b, struct ir *n)
{
    struct type *t = n->x && (n->op == IR_CALLFUNC || n->op == IR_CALLINTER) ? n->x->type : NULL;
    struct type_signature *sig = t ? is_signature(type_under(t)) : NULL;
    if (!sig || sig->results->n == 0) {
        return preserve_args(b, n);
    }
    struct ir *as = ir_new(b->u, sig->results->n > 1 ? IR_AS2FUNC : IR_AS2, n->pos, n->inl, NULL);
    as->flags |= IR_DEF;
    for (u32 i = 0; i < sig->results->n; i++) {
        ir_push(b->u, &as->list, temp(b, n, sig->results->vars[i]->type));
        declare(b, as, as->list.v[i]);
    }
    ir_push(b->u, &as->body, n);
    return keep(b, &as->list, as);
}

static struct ir *preserve(struct bloop *b, struct ir *n)
{
    if (!n) {
        return n;
    }
    switch (n->op) {
    case IR_AS: return preserve_assign(b, n);
    case IR_ASOP: return keep_assigned(b, n, n->x);
    case IR_AS2:
    case IR_AS2DOTTYPE:
    case IR_AS2FUNC:
    case IR_AS2MAPR:
    case IR_AS2RECV: return preserve_assigns(b, n);
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_PRINT:
    case IR_PRINTLN:
    case IR_DELETE: return preserve_call(b, n);
    default: return n;
    }
}

static void preserve_list(struct bloop *b, struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        l->v[i] = preserve(b, l->v[i]);
    }
}

static bool is_loop(const struct ir *n)
{
    if (n->op != IR_FOR || !n->x || n->x->op != IR_CALLFUNC || n->x->x->op != IR_METHEXPR) {
        return false;
    }
    const struct ir_func *f = n->x->x->func;
    return f && f->pkg && str_is(f->pkg->path, "testing") && str_is(f->sym, "(*B).Loop");
}

static bool visit(void *ctx, struct ir *n)
{
    struct bloop *b = ctx;
    bool was = b->inside;
    b->inside |= is_loop(n);
    ir_do_children(n, visit, b);
    if (b->inside) {
        switch (n->op) {
        case IR_FOR:
        case IR_RANGE:
        case IR_CASE:
        case IR_COMM: preserve_list(b, &n->body); break;
        case IR_BLOCK: preserve_list(b, &n->list); break;
        case IR_IF:
            preserve_list(b, &n->body);
            preserve_list(b, &n->list);
            break;
        default: break;
        }
    }
    b->inside = was;
    return false;
}

bool inline_has_bloop(const struct ir_unit *u)
{
    for (u32 i = 0; u->profile->bloop && i < u->pkg->n_imports; i++) {
        if (str_is(u->pkg->imports[i]->path, "testing")) {
            return true;
        }
    }
    return false;
}

void inline_bloop(struct ir_unit *u)
{
    if (!inline_has_bloop(u)) {
        return;
    }
    for (size_t i = 0; i < u->funcs.n; i++) {
        struct bloop b = {.u = u, .fn = u->funcs.v[i]};
        ir_do_list(&b.fn->body, visit, &b);
    }
}
