/* lower_builtin.c: calls of builtin functions, unsafe's included.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder (writer.expr, reader.expr), typecheck/func.go (tcAppend … tcUnsafeSlice);
 * what arguments are converted to says types2/builtins.go, which records a signature for each call. */
#include "escape/lower_expr.h"
#include "types/check.h"

struct builtin_args {
    u32 id;
    struct type *first, *rest; /* of the first argument and the others; NULL: any */
};

static struct type *arg_type(void *ctx, u32 i)
{
    const struct builtin_args *a = ctx;
    return i == 0 ? a->first : a->rest;
}

/* interface{}, complete: nobody writes to it. */
static struct type_set all_types = {.all_terms = true};
static struct type_interface empty_iface = {
    .t = {.kind = TYPE_INTERFACE}, .complete = true, .set = &all_types};

/* The type of the first argument, which may be one of several values of a call. */
static struct type *first_type(struct lower *l, node x)
{
    struct type *t = lower_type_raw(l, x);
    return t && t->kind == TYPE_TUPLE ? as_tuple(t)->vars[0]->type : t;
}

static bool find_string(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    if (u && u->kind == TYPE_BASIC && (u->info & INFO_STRING)) {
        *(bool *)ctx = true;
    }
    return true;
}

/* append(x, y...) of a string, or of a type parameter that may be one: y stays what it is, but for its default type. */
static struct type *dots_type(struct lower *l, node y, struct type *elem)
{
    struct type *t = lower_type_raw(l, y);
    bool string = false;

    type_each(t, find_string, &string);
    return string ? type_default(t) : type_new_slice(l->u->arena, elem);
}

static void find_arg_types(struct lower *l, struct builtin_args *a, const node *v, u32 n, bool dots)
{
    struct type *core;

    switch (a->id) {
    case BUILTIN_APPEND:
        core = lower_core(first_type(l, v[0]));
        a->rest = core && core->kind == TYPE_SLICE ? as_slice(core)->elem : TYPE_OF(BYTE);
        if (dots && n > 1) {
            a->rest = dots_type(l, v[1], a->rest);
        }
        break;
    case BUILTIN_COPY:
        if (n > 1 && lower_type_raw(l, v[1]) == TYPE_OF(UNTYPED_STRING)) {
            a->rest = TYPE_OF(STRING);
        }
        break;
    case BUILTIN_DELETE:
        core = lower_core(first_type(l, v[0]));
        a->rest = core && core->kind == TYPE_MAP ? as_map(core)->key : NULL;
        break;
    case BUILTIN_PANIC: a->first = &empty_iface.t; break;
    default: break;
    }
}

/* ---- make, new, sizes ---- */

static struct ir *call_make(struct lower *l, node call, const node *v, u32 n)
{
    pos at = lower_pos(l, call);
    struct ir *m = lower_new(l, IR_MAKESLICE, at, lower_type_of(l, call));
    struct ir *len = n > 1 ? lower_expr(l, v[1]) : NULL;

    switch (lower_kind(m->type)) {
    case TYPE_SLICE: m->y = n > 2 ? lower_expr(l, v[2]) : NULL; break;
    case TYPE_MAP: m->op = IR_MAKEMAP; break;
    default: m->op = IR_MAKECHAN; break;
    }
    m->x = len ? len : lower_int(l, at, 0);
    return m;
}

static struct ir *call_new(struct lower *l, node call, node arg)
{
    pos at = lower_pos(l, call);
    struct type *t = lower_type_of(l, call);

    if (l->file->mode[arg] == MODE_TYPE) {
        return lower_unary(l, IR_NEW, at, t,
                           lower_type_expr(l, lower_pos(l, arg), NULL, lower_type_raw(l, arg)));
    }
    /* new(x) is tmp := x; &tmp */
    struct ir_list init = {0};
    struct ir_name *tmp = lower_temp_copy(l, at, lower_expr(l, arg), &init);
    struct ir *p = lower_addr(l, at, &tmp->n, false);
    p->type = t;
    p->init = init;
    return p;
}

/* Sizes that depend on type parameters. */
static struct ir *call_size(struct lower *l, node call, u32 id, node arg)
{
    const struct sizes *s = &l->u->prog->sizes;
    i64 v = 0;

    if (id == BUILTIN_OFFSETOF) {
        node sel = ast_unparen(l->ast, arg);
        const struct selection *f = l->file->at[sel].sel;
        bool was_ptr;
        struct type *t = type_deref(type_under(lower_type_of(l, ast_at(l->ast, sel)->a)), &was_ptr);
        for (u32 i = 0; i < f->n_path; i++) {
            struct type_struct *in = as_struct(type_under(t));
            i64 *off = ARENA_ARRAY(l->u->arena, i64, in->n);
            layout_offsets(s, in, off);
            v += off[f->path[i]];
            t = in->fields[f->path[i]]->type;
        }
    } else {
        struct type *t = lower_type_of(l, arg);
        v = id == BUILTIN_SIZEOF ? layout_size(s, t) : layout_align(s, t);
    }
    return lower_literal(l, lower_pos(l, call), TYPE_OF(UINTPTR), constant_int(l->u->arena, v));
}

/* ---- the others ---- */

static const u8 unary_ops[BUILTIN_COUNT] = {
    [BUILTIN_CAP] = IR_CAP,     [BUILTIN_CLEAR] = IR_CLEAR,
    [BUILTIN_CLOSE] = IR_CLOSE, [BUILTIN_IMAG] = IR_IMAG,
    [BUILTIN_LEN] = IR_LEN,     [BUILTIN_PANIC] = IR_PANIC,
    [BUILTIN_REAL] = IR_REAL,   [BUILTIN_SLICE_DATA] = IR_UNSAFESLICEDATA,
    [BUILTIN_STRING_DATA] = IR_UNSAFESTRINGDATA,
};

static const u8 binary_ops[BUILTIN_COUNT] = {
    [BUILTIN_ADD] = IR_UNSAFEADD,      [BUILTIN_COMPLEX] = IR_COMPLEX,
    [BUILTIN_COPY] = IR_COPY,          [BUILTIN_SLICE] = IR_UNSAFESLICE,
    [BUILTIN_STRING] = IR_UNSAFESTRING,
};

static const u8 list_ops[BUILTIN_COUNT] = {
    [BUILTIN_APPEND] = IR_APPEND, [BUILTIN_DELETE] = IR_DELETE,   [BUILTIN_MAX] = IR_MAX,
    [BUILTIN_MIN] = IR_MIN,       [BUILTIN_PRINT] = IR_PRINT,     [BUILTIN_PRINTLN] = IR_PRINTLN,
    [BUILTIN_RECOVER] = IR_RECOVER,
};

/* The slice behind append(x, y...) needs no conversion to x's type. */
static void append_dots(struct ir *n)
{
    struct ir *y = n->list.v[1];

    if (y->op == IR_CONVNOP && (y->flags & IR_IMPLICIT)) {
        n->list.v[1] = y->x;
    }
}

/* Before unified IR: a slice that is appended takes the other's underlying type; len looks through pointers. */
static void old_args(struct lower *l, u32 id, const node *v, u32 n, bool dots, struct builtin_args *a,
                     struct ir_list *args, struct ir_list *init)
{
    lower_old_exprs(l, v, n, args);
    if (!dots) {
        lower_old_split(l, args, init);
    }
    if (id == BUILTIN_COPY) {
        return;
    }
    if (id == BUILTIN_APPEND && dots && args->n > 1) {
        if (lower_kind(args->v[1]->type) == TYPE_SLICE) {
            args->v[1] = lower_old_assign(l, args->v[1], type_under(args->v[0]->type));
        }
        return;
    }
    lower_old_convert(l, args, arg_type, a, false);
    struct ir *x = args->n ? args->v[0] : NULL;
    if ((id == BUILTIN_LEN || id == BUILTIN_CAP) && lower_kind(x->type) == TYPE_POINTER) {
        args->v[0] = lower_deref(l, l->base_pos, x, true);
    }
}

static struct ir *call_others(struct lower *l, node call, u32 id, const node *v, u32 n, bool dots)
{
    pos at = lower_pos(l, call);
    struct builtin_args a = {.id = id};
    struct ir_list args = {0};
    struct type *t = l->file->mode[call] == MODE_NOVALUE ? NULL : lower_type_of(l, call);

    if (id == BUILTIN_COPY) {
        t = TYPE_OF(INT);
    }
    find_arg_types(l, &a, v, n, dots);
    struct ir_list init = {0};
    if (lower_is_old(l)) {
        old_args(l, id, v, n, dots, &a, &args, &init);
    } else {
        lower_multi(l, at, v, n, arg_type, &a, &args);
    }
    if (unary_ops[id]) {
        struct ir *b = lower_unary(l, (enum ir_op)unary_ops[id], at, t, args.v[0]);
        b->init = init;
        return b;
    }
    if (binary_ops[id]) {
        struct ir *b = lower_unary(l, (enum ir_op)binary_ops[id], at, t, args.v[0]);
        b->y = args.v[1];
        b->init = init;
        return b;
    }
    BUG_IF(!list_ops[id]);
    struct ir *c = lower_new(l, (enum ir_op)list_ops[id], at, t);
    c->list = args;
    c->init = init;
    if (id == BUILTIN_APPEND && dots && args.n > 1) {
        c->flags |= IR_DDD;
        if (!lower_is_old(l)) {
            append_dots(c);
        }
    }
    return c;
}

struct ir *lower_builtin(struct lower *l, node call, u32 id)
{
    const struct ast_node *e = ast_at(l->ast, call);
    const node *v = ast_list(l->ast, e->b);
    u32 n = ast_list_len(l->ast, e->b);

    switch (id) {
    case BUILTIN_MAKE: return call_make(l, call, v, n);
    case BUILTIN_NEW: return call_new(l, call, v[0]);
    case BUILTIN_SIZEOF:
    case BUILTIN_ALIGNOF:
    case BUILTIN_OFFSETOF: return call_size(l, call, id, v[0]);
    default: return call_others(l, call, id, v, n, (e->flags & AST_FLAG_DOTS) != 0);
    }
}
