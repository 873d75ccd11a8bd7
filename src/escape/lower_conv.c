/* lower_conv.c: conversions, and expressions in places that have types.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder (writer.convertExpr, multiExpr; reader.expr's exprConvert, multiExpr),
 * typecheck (tcConv, convertOp, assignOp), ir (InitExpr). */
#include "escape/lower_expr.h"

/* ---- which operator ---- */

/* Has the type a name of its own? (types.Type.Sym) */
static bool has_name(struct type *t)
{
    t = type_unalias(t);
    return t->kind == TYPE_BASIC || t->kind == TYPE_NAMED || t->kind == TYPE_PARAM;
}

static bool is_empty_iface(struct type *under)
{
    struct type_interface *i = is_interface(under);

    return i && type_set_of(i)->n_methods == 0;
}

/* 0: none of these. (assignOp) */
static enum ir_op assign_op(struct type *src, struct type *dst)
{
    if (src == dst || shape_identical(src, dst)) {
        return IR_CONVNOP;
    }
    struct type *su = type_under(src), *du = type_under(dst);
    if (shape_identical(su, du)) {
        /* Between empty interfaces nothing is done; others need the itab of their own type. */
        if (is_empty_iface(su)) {
            return IR_CONVNOP;
        }
        if ((!has_name(src) || !has_name(dst)) && su->kind != TYPE_INTERFACE) {
            return IR_CONVNOP;
        }
        if (shape_is(src) || shape_is(dst)) {
            return IR_CONVNOP;
        }
    }
    if (du->kind == TYPE_INTERFACE) {
        return IR_CONVIFACE;
    }
    if (su->kind == TYPE_CHAN && du->kind == TYPE_CHAN && su->flag == AST_DIR_BOTH &&
        shape_identical(as_chan(su)->elem, as_chan(du)->elem) && (!has_name(src) || !has_name(dst))) {
        return IR_CONVNOP;
    }
    return IR_XXX;
}

static bool is_basic(const struct type *under, enum basic b)
{
    return under->kind == TYPE_BASIC && under->basic == b;
}

static u32 info_of(const struct type *under)
{
    return under->kind == TYPE_BASIC ? under->info : 0;
}

/* Integers of one size and kind: int is int64 on 64-bit machines, uintptr uint64 (types.SimType). */
static enum basic sim_type(const struct lower *l, const struct type *under)
{
    bool wide = l->u->prog->sizes.ptr == 8;

    switch (under->basic) {
    case BASIC_INT: return wide ? BASIC_INT64 : BASIC_INT32;
    case BASIC_UINT:
    case BASIC_UINTPTR: return wide ? BASIC_UINT64 : BASIC_UINT32;
    default: return (enum basic)under->basic;
    }
}

static enum ir_op number_op(const struct lower *l, const struct type *su, const struct type *du)
{
    return sim_type(l, su) == sim_type(l, du) ? IR_CONVNOP : IR_CONV;
}

/* From or to strings. */
static enum ir_op string_op(struct type *su, struct type *du)
{
    if (info_of(du) & INFO_STRING) {
        if (info_of(su) & INFO_INTEGER) {
            return IR_RUNESTR;
        }
        if (su->kind == TYPE_SLICE) {
            struct type *e = type_under(as_slice(su)->elem);
            return is_basic(e, BASIC_UINT8)   ? IR_BYTES2STR
                   : is_basic(e, BASIC_INT32) ? IR_RUNES2STR
                                              : IR_XXX;
        }
        return IR_XXX;
    }
    if ((info_of(su) & INFO_STRING) && du->kind == TYPE_SLICE) {
        struct type *e = type_under(as_slice(du)->elem);
        return is_basic(e, BASIC_UINT8)   ? IR_STR2BYTES
               : is_basic(e, BASIC_INT32) ? IR_STR2RUNES
                                          : IR_XXX;
    }
    return IR_XXX;
}

/* convertOp: of valid conversions only. */
static enum ir_op convert_op(const struct lower *l, struct type *src, struct type *dst)
{
    enum ir_op op = assign_op(src, dst);

    if (op != IR_XXX) {
        return op;
    }
    struct type *su = type_under(src), *du = type_under(dst);
    const u32 real = INFO_INTEGER | INFO_FLOAT;
    if ((info_of(su) & real) && (info_of(du) & real)) {
        return number_op(l, su, du);
    }
    if ((info_of(su) & INFO_COMPLEX) && (info_of(du) & INFO_COMPLEX)) {
        return number_op(l, su, du);
    }
    if ((info_of(su) & INFO_NUMERIC) && (info_of(du) & INFO_NUMERIC)) {
        return IR_CONV; /* constants */
    }
    op = string_op(su, du);
    if (op != IR_XXX) {
        return op;
    }
    if (su->kind == TYPE_SLICE && du->kind == TYPE_ARRAY) {
        return IR_SLICE2ARR;
    }
    if (su->kind == TYPE_SLICE && du->kind == TYPE_POINTER) {
        return IR_SLICE2ARRPTR;
    }
    /* Identical underlying types or bases, struct tags or not; unsafe.Pointer and what it converts to. */
    return IR_CONVNOP;
}

/* ---- conversions ---- */

static bool is_elem(struct type *t, enum basic b)
{
    t = type_unalias(t);
    return t->kind == TYPE_BASIC && t->basic == b;
}

/* []B to string where B is a byte type of somebody's own goes through []byte, and so with runes. */
static struct ir *plain_elems(struct lower *l, struct ir *x, enum ir_op op)
{
    bool bytes = op == IR_BYTES2STR;
    struct type_slice *s = is_slice(type_under(x->type));

    if (!s || is_elem(s->elem, bytes ? BASIC_UINT8 : BASIC_INT32)) {
        return x;
    }
    struct ir *n = lower_new(l, IR_CONVNOP, x->pos,
                             type_new_slice(l->u->arena, bytes ? TYPE_OF(BYTE) : TYPE_OF(RUNE)));
    n->x = x;
    return n;
}

/* typecheck.tcConv. */
struct ir *lower_convert(struct lower *l, pos at, struct type *t, struct ir *x, bool implicit)
{
    if (x->op == IR_NIL && (!x->type || is_basic(x->type, BASIC_UNTYPED_NIL))) {
        x->type = t;
    }
    enum ir_op op = convert_op(l, x->type, t);
    if (op == IR_CONVNOP) {
        /* A conversion between floats rounds: it stays. */
        struct type *su = type_under(x->type), *du = type_under(t);
        if (su->kind == TYPE_BASIC && du->kind == TYPE_BASIC && su->basic == du->basic &&
            (su->info & (INFO_FLOAT | INFO_COMPLEX))) {
            op = IR_CONV;
        }
    } else if (op == IR_STR2RUNES && x->op == IR_LITERAL) {
        return lower_runes(l, at, t, x);
    } else if (op == IR_BYTES2STR || op == IR_RUNES2STR) {
        x = plain_elems(l, x, op);
    }
    struct ir *n = lower_new(l, op, at, t);
    n->x = x;
    n->flags |= implicit ? IR_IMPLICIT : 0;
    return op == IR_CONVIFACE && l->env && !l->u->profile->unified ? shape_old_iface(l, n) : n;
}

/* reader.expr's exprConvert.  identical: the types are, before substitution. */
static struct ir *convert_read(struct lower *l, pos at, struct type *t, struct ir *x,
                               bool implicit, bool identical)
{
    struct type *dst = lower_subst(l, t);
    struct ir *n = lower_convert(l, at, dst, x, implicit);

    /* Shapes make interfaces look identical that have itabs of their own. */
    if (l->env && !identical && n->op == IR_CONVNOP && lower_kind(dst) == TYPE_INTERFACE &&
        !is_empty_iface(type_under(dst)) && (shape_within(dst) || shape_within(x->type))) {
        n->op = IR_CONVIFACE;
    }
    return n;
}

struct ir *lower_assignable(struct lower *l, struct type *t, node x)
{
    struct type *src = lower_type_raw(l, x);

    if (lower_is_old(l)) {
        return lower_old_assign(l, lower_expr(l, x), lower_subst(l, t));
    }
    if (!t || src == t || !src || type_identical(src, t) || is_basic(src, BASIC_UNTYPED_NIL)) {
        struct ir *n = lower_expr(l, x);
        if (t && n->op == IR_NIL && n->type && is_basic(n->type, BASIC_UNTYPED_NIL)) {
            n->type = lower_subst(l, t);
        }
        return n;
    }
    shape_need(l, src);
    shape_need(l, t);
    /* Places of conversions are those of what is converted. */
    return convert_read(l, lower_pos(l, x), t, lower_expr(l, x), true, false);
}

struct ir *lower_conversion(struct lower *l, node call, struct type *t, node x)
{
    struct type *src = lower_type_raw(l, x);

    shape_need(l, src);
    shape_need(l, t);
    if (lower_is_old(l)) {
        return lower_convert(l, lower_pos(l, call), lower_subst(l, t), lower_expr(l, x), false);
    }
    return convert_read(l, lower_pos(l, x), t, lower_expr(l, x), false,
                        src && type_identical(src, t));
}

/* ---- statements before expressions ---- */

static bool may_be_shared(const struct ir *n)
{
    return n->op == IR_NAME || n->op == IR_LITERAL || n->op == IR_NIL || n->op == IR_TYPE;
}

struct ir *lower_init_expr(struct lower *l, struct ir_list *init, struct ir *x)
{
    if (init->n == 0) {
        return x;
    }
    if (may_be_shared(x)) {
        struct ir *conv = lower_new(l, IR_CONVNOP, init->v[0]->pos, x->type);
        conv->x = x;
        x = conv;
    }
    ir_prepend(l->u, &x->init, init);
    return x;
}

static struct ir *declare(struct lower *l, pos at, struct ir_name *v)
{
    struct ir *dcl = lower_new(l, IR_DCL, at, NULL);
    dcl->x = &v->n;
    return dcl;
}

/* The statement that defines the copy is not the one in the list: the compiler makes two, so that the variable counts as
 * assigned again. */
struct ir_name *lower_temp_copy(struct lower *l, pos at, struct ir *x, struct ir_list *init)
{
    struct ir_name *tmp = ir_temp(l->u, l->fn, at, l->inl, x->type);

    ir_push(l->u, init, declare(l, at, tmp));
    for (int i = 0; i < 2; i++) {
        struct ir *as = lower_new(l, IR_AS, at, NULL);
        as->x = &tmp->n;
        as->y = x;
        if (i == 0) {
            ir_push(l->u, init, as);
        } else {
            as->flags |= IR_DEF;
            tmp->defn = as;
        }
    }
    return tmp;
}

/* ---- several expressions ---- */

/* The statement that takes several values apart, by what gives them (typecheck.assign). */
static enum ir_op assign_list_op(struct ir *rhs)
{
    switch (rhs->op) {
    case IR_INDEXMAP: return IR_AS2MAPR;
    case IR_RECV: return IR_AS2RECV;
    case IR_DOTTYPE: rhs->op = IR_DOTTYPE2; return IR_AS2DOTTYPE;
    case IR_DYNAMICDOTTYPE: rhs->op = IR_DYNAMICDOTTYPE2; return IR_AS2DOTTYPE;
    default: return IR_AS2FUNC;
    }
}

/* N values of one expression, through temporaries. */
static void multi_from_one(struct lower *l, pos at, node x, struct type_tuple *t,
                           struct type *(*dst)(void *ctx, u32 i), void *ctx, struct ir_list *out)
{
    struct ir *rhs = lower_expr(l, x);
    struct ir *as = lower_new(l, assign_list_op(rhs), at, NULL);
    u32 first = out->n;

    as->flags |= IR_DEF;
    ir_push(l->u, &as->body, rhs);
    for (u32 i = 0; i < t->n; i++) {
        struct type *src = t->vars[i]->type, *to = dst ? dst(ctx, i) : NULL;
        struct ir_name *tmp = ir_temp(l->u, l->fn, at, l->inl, lower_subst(l, src));
        struct ir *res = &tmp->n;
        tmp->defn = as;
        ir_push(l->u, &as->init, declare(l, at, tmp));
        ir_push(l->u, &as->list, &tmp->n);
        if (to && to != src && !type_identical(src, to)) {
            shape_need(l, src);
            shape_need(l, to);
            res = lower_convert(l, at, lower_subst(l, to), res, true);
        }
        ir_push(l->u, out, res);
    }
    struct ir_list init = {.n = 1, .cap = 1, .v = &as};
    out->v[first] = lower_init_expr(l, &init, out->v[first]);
}

void lower_multi(struct lower *l, pos at, const node *v, u32 n, struct type *(*dst)(void *ctx, u32 i),
                 void *ctx, struct ir_list *out)
{
    if (lower_is_old(l)) {
        lower_old_exprs(l, v, n, out);
        lower_old_split(l, out, &l->before);
        lower_old_convert(l, out, dst, ctx, true);
        return;
    }
    if (n == 1) {
        struct type *t = lower_type_raw(l, v[0]);
        if (t && t->kind == TYPE_TUPLE && as_tuple(t)->n > 1) {
            multi_from_one(l, at, v[0], as_tuple(t), dst, ctx, out);
            return;
        }
    }
    for (u32 i = 0; i < n; i++) {
        ir_push(l->u, out, lower_assignable(l, dst ? dst(ctx, i) : NULL, v[i]));
    }
}
