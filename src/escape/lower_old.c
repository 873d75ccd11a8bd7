/* lower_old.c: what the compiler before unified IR does in other ways (Go 1.19).
 *
 * It makes nodes of expressions first and converts operands when all of them are there; what it adds stands at base.Pos,
 * which every expression that is no constant sets when it is begun, and some conversions for a while.  Calls of several
 * results need temporaries only where they are arguments or results.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder/{expr,stmt,helpers,transform}.go of Go 1.19, typecheck (HasUniquePos,
 * RewriteMultiValueCall). */
#include "escape/lower_expr.h"

/* ---- conversions ---- */

/* transform.go's assignconvfn and Assignop. */
struct ir *lower_old_assign(struct lower *l, struct ir *n, struct type *t)
{
    if (!t || !n->type || n->type == t || type_identical(n->type, t)) {
        return n;
    }
    struct ir *conv = lower_convert(l, l->base_pos, t, n, true);
    if (l->env && conv->op == IR_CONVNOP && lower_kind(t) == TYPE_INTERFACE && shape_identical(n->type, t)) {
        conv->op = IR_CONVIFACE;
    }
    return conv;
}

static bool has_unique_pos(const struct ir *n)
{
    return n->op != IR_NAME && n->pos != 0;
}

void lower_old_convert(struct lower *l, struct ir_list *v, struct type *(*dst)(void *ctx, u32 i), void *ctx, bool places)
{
    pos was = l->base_pos;

    for (u32 i = 0; i < v->n; i++) {
        struct type *t = dst ? dst(ctx, i) : NULL;
        if (places && has_unique_pos(v->v[i])) {
            l->base_pos = v->v[i]->pos;
        }
        if (t) {
            v->v[i] = lower_old_assign(l, v->v[i], lower_subst(l, t));
        }
    }
    l->base_pos = was;
}

void lower_old_exprs(struct lower *l, const node *v, u32 n, struct ir_list *out)
{
    for (u32 i = 0; i < n; i++) {
        ir_push(l->u, out, lower_expr(l, v[i]));
    }
}

void lower_old_split(struct lower *l, struct ir_list *v, struct ir_list *init)
{
    if (v->n != 1 || !v->v[0]->type || v->v[0]->type->kind != TYPE_TUPLE) {
        return;
    }
    struct ir_unit *u = l->u;
    struct type_tuple *t = as_tuple(v->v[0]->type);
    struct ir *as = lower_new(l, IR_AS2FUNC, l->base_pos, NULL);
    ir_push(u, &as->body, v->v[0]);
    v->n = 0;
    for (u32 i = 0; i < t->n; i++) {
        struct ir_name *tmp = ir_temp(u, l->fn, l->base_pos, l->inl, t->vars[i]->type);
        struct ir *dcl = lower_unary(l, IR_DCL, l->base_pos, NULL, &tmp->n);
        ir_push(u, &as->init, dcl);
        ir_push(u, &as->list, &tmp->n);
        ir_push(u, v, &tmp->n);
    }
    ir_push(u, init, as);
}

/* transformCompare: of an interface and a value there is no conversion, unless the value is huge. */
void lower_old_compare(struct lower *l, struct ir *cmp)
{
    struct type *x = cmp->x->type, *y = cmp->y->type;

    if ((cmp->op != IR_EQ && cmp->op != IR_NE) || !x || !y || shape_identical(x, y)) {
        return;
    }
    bool x_iface = lower_kind(x) == TYPE_INTERFACE, y_iface = lower_kind(y) == TYPE_INTERFACE;
    bool to_y = y_iface && (!x_iface || lower_assignable_to(x, y));
    if (x_iface == y_iface && !x_iface) {
        to_y = lower_assignable_to(x, y);
    }
    struct ir **side = to_y ? &cmp->x : &cmp->y;
    struct type *from = (*side)->type, *to = to_y ? y : x;
    if ((l->env && shape_within(from)) || x_iface == y_iface || ir_size(l->u, from) >= 1 << 16) {
        *side = lower_convert(l, l->base_pos, to, *side, false);
    }
}

/* ---- composite literals ---- */

/* transformCompLit; at: where each element's conversion stands. */
void lower_old_elems(struct lower *l, struct ir *lit, const pos *at)
{
    struct type *u = type_under(lit->type);
    pos was = l->base_pos;

    for (u32 i = 0; i < lit->list.n; i++) {
        struct ir **el = &lit->list.v[i];
        l->base_pos = at[i];
        switch (u->kind) {
        case TYPE_STRUCT: (*el)->x = lower_old_assign(l, (*el)->x, as_struct(u)->fields[(*el)->num]->type); break;
        case TYPE_MAP:
            (*el)->x = lower_old_assign(l, (*el)->x, as_map(u)->key);
            (*el)->y = lower_old_assign(l, (*el)->y, as_map(u)->elem);
            break;
        default: {
            struct type *elem = u->kind == TYPE_ARRAY ? as_array(u)->elem : as_slice(u)->elem;
            if ((*el)->op == IR_KEY) {
                el = &(*el)->y;
            }
            *el = lower_old_assign(l, *el, elem);
            break;
        }
        }
    }
    l->base_pos = was;
}
