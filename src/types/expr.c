/* Expressions: which check belongs to which, and what an expression may be where it stands.
 * Behaviour and words: GOROOT/src/cmd/compile/internal/types2/expr.go; operators are in operator.c. */
#include "types/check.h"

/* ---- what is allowed ---- */

void check_non_generic(struct checker *c, const struct target *t, struct operand *x)
{
    if (x->mode == MODE_NONE || x->mode == MODE_NOVALUE || !x->type) {
        return;
    }
    const char *what;
    switch (x->type->kind) {
    case TYPE_ALIAS:
    case TYPE_NAMED:
        if (!type_is_generic(x->type)) {
            return;
        }
        what = "type";
        break;
    case TYPE_SIGNATURE:
        if (!as_signature(x->type)->tparams) {
            return;
        }
        if (t) {
            check_func_inst(c, t, check_at(c, x->expr)->pos, x, 0, true);
            return;
        }
        what = "function";
        break;
    default: return;
    }
    check_error(c, at_node(c, x->expr), "cannot use generic %s %s without instantiation", what,
                s_expr(c, x->expr));
    x->mode = MODE_NONE;
    x->type = TYPE_BAD;
}

/* A value of a type that is being declared, inside its declaration, where its size would be needed. */
static void check_pending(struct checker *c, struct operand *x)
{
    switch (x->type->kind) {
    case TYPE_NAMED:
    case TYPE_ALIAS:
    case TYPE_ARRAY:
    case TYPE_STRUCT: break;
    default: return;
    }
    /* Outside of declarations all types are known, and the infinite ones reported. */
    if (c->path.n && !check_finite_size(c, x->type)) {
        x->mode = MODE_NONE;
        x->type = TYPE_BAD;
    }
}

void check_exclude(struct checker *c, struct operand *x, u32 modes)
{
    if (!(modes & 1u << x->mode)) {
        return;
    }
    const char *what;
    switch (x->mode) {
    case MODE_NOVALUE:
        what = modes & 1u << MODE_TYPE ? "used as value" : "used as value or type";
        break;
    case MODE_BUILTIN: what = "must be called"; break;
    case MODE_TYPE: what = "is not an expression"; break;
    default: return;
    }
    check_error(c, at_operand(c, x), "%s %s", s_operand(c, x), what);
    x->mode = MODE_NONE;
}

void check_single_value(struct checker *c, struct operand *x)
{
    if (x->mode == MODE_VALUE && x->type->kind == TYPE_TUPLE) {
        check_error(c, at_operand(c, x), "multiple-value %s in single-value context",
                    s_operand(c, x));
        x->mode = MODE_NONE;
    }
}

enum { NO_VALUES = 1u << MODE_NOVALUE | 1u << MODE_BUILTIN | 1u << MODE_TYPE };

void check_expr(struct checker *c, const struct target *t, struct operand *x, node n)
{
    check_raw_expr(c, t, x, n, NULL, false);
    check_exclude(c, x, NO_VALUES);
    check_single_value(c, x);
}

void check_generic_expr(struct checker *c, struct operand *x, node n)
{
    check_raw_expr(c, NULL, x, n, NULL, true);
    check_exclude(c, x, NO_VALUES);
    check_single_value(c, x);
}

void check_expr_hint(struct checker *c, struct operand *x, node n, struct type *hint)
{
    check_raw_expr(c, NULL, x, n, hint, false);
    check_exclude(c, x, NO_VALUES);
    check_single_value(c, x);
}

void check_expr_or_type(struct checker *c, struct operand *x, node n, bool allow_generic)
{
    check_raw_expr(c, NULL, x, n, NULL, allow_generic);
    check_exclude(c, x, 1u << MODE_NOVALUE);
    check_single_value(c, x);
}

struct operand **check_multi_expr(struct checker *c, node n, bool allow_comma_ok, u32 *n_out,
                                  bool *comma_ok)
{
    struct operand x;
    check_raw_expr(c, NULL, &x, n, NULL, false);
    check_exclude(c, &x, NO_VALUES);
    *comma_ok = false;
    struct type_tuple *t = x.mode != MODE_NONE ? is_tuple(x.type) : NULL;
    u32 len = t ? t->n : 1;
    if (!t && allow_comma_ok &&
        (x.mode == MODE_MAPINDEX || x.mode == MODE_COMMAOK || x.mode == MODE_COMMAERR)) {
        *comma_ok = true;
        len = 2;
    }
    /* The operands lie behind the list of pointers to them. */
    struct operand **list = ARENA_ARRAY(c->tmp, struct operand *, len);
    struct operand *v = ARENA_ARRAY(c->tmp, struct operand, len);
    for (u32 i = 0; i < len; i++) {
        list[i] = &v[i];
        if (t) {
            v[i] = (struct operand){.mode = MODE_VALUE, .expr = n, .type = t->vars[i]->type};
        }
    }
    if (!t) {
        v[0] = x;
    }
    if (*comma_ok) {
        v[1] = (struct operand){
            .mode = MODE_VALUE,
            .expr = n,
            .type = x.mode == MODE_COMMAERR ? c->prog->error : TYPE_OF(UNTYPED_BOOL),
        };
    }
    *n_out = len;
    return list;
}

/* ---- type assertions ---- */

void check_type_assertion(struct checker *c, node n, struct operand *x, struct type *t,
                          bool type_switch)
{
    str why = {0};
    if (lookup_assertable(c, x->type, t, &why)) {
        return;
    }
    const char *e = s_expr(c, n), *because = s_str(c, why);
    if (type_switch) {
        check_error(c, at_node(c, n),
                    "impossible type switch case: %s\n\t%s cannot have dynamic type %s %s", e,
                    s_operand(c, x), s_type(c, t), because);
        return;
    }
    check_error(c, at_node(c, n), "impossible type assertion: %s\n\t%s does not implement %s %s", e,
                s_type(c, t), s_type(c, x->type), because);
}

static bool check_assert(struct checker *c, struct operand *x, node n)
{
    const struct ast_node *e = check_at(c, n);
    check_expr(c, NULL, x, e->a);
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (!e->b) {
        check_error(c, at_node(c, n), "invalid syntax tree: invalid use of AssertExpr");
        return false;
    }
    if (type_is_param(x->type)) {
        check_error(c, at_operand(c, x),
                    "invalid operation: cannot use type assertion on type parameter value %s",
                    s_operand(c, x));
        return false;
    }
    if (!type_is_interface(x->type)) {
        check_error(c, at_operand(c, x), "invalid operation: %s is not an interface",
                    s_operand(c, x));
        return false;
    }
    struct type *t = check_var_type(c, e->b);
    if (!type_is_valid(t)) {
        return false;
    }
    check_type_assertion(c, n, x, t, false);
    x->mode = MODE_COMMAOK;
    x->type = t;
    return true;
}

/* ---- indirection ---- */

struct pointee {
    struct checker *c;
    struct operand *x;
    struct type *elem;
};

static bool pointee_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct pointee *e = ctx;
    struct checker *c = e->c;
    struct type_pointer *p = u ? is_pointer(u) : NULL;
    if (!p) {
        check_error(c, at_operand(c, e->x), "invalid operation: cannot indirect %s",
                    s_operand(c, e->x));
        return false;
    }
    if (e->elem && !type_identical(p->elem, e->elem)) {
        check_error(c, at_operand(c, e->x),
                    "invalid operation: pointers of %s must have identical base types",
                    s_operand(c, e->x));
        return false;
    }
    e->elem = p->elem;
    return true;
}

static bool check_star(struct checker *c, struct operand *x, node arg)
{
    check_expr_or_type(c, x, arg, false);
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (x->mode == MODE_TYPE) {
        check_no_constraint(c, arg, x->type);
        x->type = type_new_pointer(c->a, x->type);
        return true;
    }
    if (x->mode == MODE_BUILTIN) {
        check_error(c, at_operand(c, x), "invalid operation: cannot indirect %s", s_operand(c, x));
        return false;
    }
    struct pointee e = {.c = c, .x = x};
    if (!type_each(x->type, pointee_each, &e)) {
        return false;
    }
    x->mode = MODE_VAR;
    x->type = e.elem;
    return true;
}

/* ---- dispatch ---- */

static bool misplaced(struct checker *c, node n, const char *what)
{
    check_error(c, at_node(c, n), "invalid syntax tree: %s", what);
    return false;
}

static bool check_operation(struct checker *c, struct operand *x, node n, enum expr_kind *kind)
{
    const struct ast_node *e = check_at(c, n);
    if (e->b) {
        check_binary_chain(c, x, n);
        return x->mode != MODE_NONE;
    }
    if (e->op == OP_MUL) {
        return check_star(c, x, e->a);
    }
    check_unary(c, x, n);
    if (e->op == OP_RECV && x->mode != MODE_NONE) {
        *kind = EXPR_STATEMENT;
    }
    return x->mode != MODE_NONE;
}

/* False after an error; x->expr is the caller's to set. */
static bool dispatch(struct checker *c, const struct target *t, struct operand *x, node n,
                     struct type *hint, enum expr_kind *kind)
{
    const struct ast_node *e = check_at(c, n);
    switch (e->kind) {
    case AST_NAME: check_ident(c, x, n, false); return x->mode != MODE_NONE;
    case AST_SELECTOR: check_selector(c, x, n, false); return x->mode != MODE_NONE;
    case AST_CALL: *kind = check_call(c, x, n); return x->mode != MODE_NONE;
    case AST_BASIC_LIT:
        if (e->flags & AST_FLAG_BAD) {
            return false;
        }
        check_basic_lit(c, x, n);
        return x->mode != MODE_NONE;
    case AST_OPERATION: return check_operation(c, x, n, kind);
    case AST_PAREN:
        /* the target of an inference is not seen through parentheses */
        *kind = check_raw_expr(c, NULL, x, e->a, NULL, false);
        return x->mode != MODE_NONE;
    case AST_INDEX:
        if (check_index_expr(c, x, n)) {
            check_func_inst(c, t, e->pos, x, n, true);
        }
        return x->mode != MODE_NONE;
    case AST_SLICE: check_slice_expr(c, x, n); return x->mode != MODE_NONE;
    case AST_COMPOSITE_LIT: check_composite_lit(c, x, n, hint); return x->mode != MODE_NONE;
    case AST_FUNC_LIT: check_func_lit(c, x, n); return x->mode != MODE_NONE;
    case AST_ASSERT: return check_assert(c, x, n);
    case AST_ARRAY_TYPE:
    case AST_SLICE_TYPE:
    case AST_STRUCT_TYPE:
    case AST_FUNC_TYPE:
    case AST_INTERFACE_TYPE:
    case AST_MAP_TYPE:
    case AST_CHAN_TYPE:
        x->mode = MODE_TYPE;
        x->type = check_type(c, n);
        return true;
    case AST_BAD: return false; /* the parser reported it */
    case AST_DOTS_TYPE: return misplaced(c, n, "invalid use of ...");
    case AST_KEY_VALUE: return misplaced(c, n, "no key:value expected");
    case AST_LIST: return misplaced(c, n, "unexpected list of expressions");
    case AST_TYPE_SWITCH:
        check_error(c, at_node(c, n), "invalid syntax tree: use of .(type) outside type switch");
        check_use(c, &e->b, 1);
        return false;
    default: BUG("expression of kind %u", e->kind);
    }
}

enum expr_kind check_raw_expr(struct checker *c, const struct target *t, struct operand *x, node n,
                              struct type *hint, bool allow_generic)
{
    x->mode = MODE_NONE;
    x->builtin = 0;
    x->expr = n;
    x->type = TYPE_BAD;
    x->val = NULL;
    if (c->depth >= CHECK_DEPTH) {
        check_error(c, at_node(c, n), "expression nested too deeply");
        return EXPR_STATEMENT;
    }
    c->depth++;
    enum expr_kind kind = EXPR_EXPRESSION;
    bool ok = dispatch(c, t, x, n, hint, &kind);
    c->depth--;
    x->expr = n;
    if (!ok) {
        x->mode = MODE_NONE;
        u32 k = check_kind(c, n);
        return k == AST_CALL || k == AST_PAREN ? kind : EXPR_STATEMENT; /* no errors that follow */
    }
    if (x->mode == MODE_NOVALUE || x->mode == MODE_BUILTIN) {
        record_typed(c, n, x->mode, NULL, NULL);
        return kind;
    }
    if (!allow_generic) {
        check_non_generic(c, t, x);
    }
    check_pending(c, x);
    record_typed(c, n, x->mode, x->type, x->mode == MODE_CONST ? x->val : NULL);
    return kind;
}
