/* Operators: unary, binary, shifts, comparisons; channels' elements.
 * Behaviour and words: GOROOT/src/cmd/compile/internal/types2/expr.go. */
#include <string.h>

#include "types/check.h"

/* Where a constant operation's overflow is reported: at its operator. */
static pos op_pos(const struct checker *c, node n)
{
    if (n == 0) {
        return 0;
    }
    return check_kind(c, n) == AST_OPERATION ? check_at(c, n)->pos : at_node(c, n);
}

static bool is_comparison(enum op op)
{
    return op >= OP_EQL && op <= OP_GEQ;
}

/* Which basic types an operator takes; 0: it is none of that kind. */
static u32 operand_info(enum op op, bool unary)
{
    switch (op) {
    case OP_ADD: return unary ? INFO_NUMERIC : INFO_NUMERIC | INFO_STRING;
    case OP_SUB: return INFO_NUMERIC;
    case OP_XOR: return INFO_INTEGER;
    case OP_NOT: return unary ? INFO_BOOLEAN : 0;
    case OP_MUL:
    case OP_DIV: return unary ? 0 : INFO_NUMERIC;
    case OP_REM:
    case OP_AND:
    case OP_OR:
    case OP_AND_NOT: return unary ? 0 : INFO_INTEGER;
    case OP_AND_AND:
    case OP_OR_OR: return unary ? 0 : INFO_BOOLEAN;
    default: return 0;
    }
}

static bool defined_on(struct checker *c, struct operand *x, enum op op, bool unary)
{
    u32 info = operand_info(op, unary);
    if (info == 0) {
        check_error(c, at_operand(c, x), "invalid syntax tree: unknown operator %s", op_text(op));
        return false;
    }
    if (!type_all(x->type, info)) {
        check_error(c, at_operand(c, x), "invalid operation: operator %s not defined on %s",
                    op_text(op), s_operand(c, x));
        return false;
    }
    return true;
}

/* ---- channels ---- */

static const char *chan_cond(struct checker *c, void *ctx, struct type *t, struct type *u)
{
    bool recv = *(bool *)ctx;
    if (!u) {
        return "no specific channel type";
    }
    const char *what = NULL;
    if (u->kind != TYPE_CHAN) {
        what = "non-channel";
    } else if (recv && u->flag == AST_DIR_SEND) {
        what = "send-only channel";
    } else if (!recv && u->flag == AST_DIR_RECV) {
        what = "receive-only channel";
    }
    return what ? str_fmt(c->tmp, "%s %s", what, s_type(c, t)).p : NULL;
}

struct type *check_chan_elem(struct checker *c, pos at, struct operand *x, bool recv)
{
    const char *why;
    struct type *u = type_common(c, x->type, chan_cond, &recv, &why);
    if (u) {
        return as_chan(u)->elem;
    }
    const char *what = recv ? "receive from" : "send to";
    if (type_is_param(x->type)) {
        check_error(c, at, "invalid operation: cannot %s %s: %s", what, s_operand(c, x), why);
    } else {
        check_error(c, at, "invalid operation: cannot %s %s %s", what, why, s_operand(c, x));
    }
    return NULL;
}

/* ---- unary ---- */

static void take_address(struct checker *c, struct operand *x, node arg)
{
    if (x->mode != MODE_VAR && check_kind(c, ast_unparen(c->ast, arg)) != AST_COMPOSITE_LIT) {
        check_error(c, at_operand(c, x), "invalid operation: cannot take address of %s",
                    s_operand(c, x));
        x->mode = MODE_NONE;
        return;
    }
    x->mode = MODE_VALUE;
    x->type = type_new_pointer(c->a, x->type);
}

static void receive(struct checker *c, struct operand *x)
{
    struct type *elem = check_chan_elem(c, at_operand(c, x), x, true);
    if (!elem) {
        x->mode = MODE_NONE;
        return;
    }
    x->mode = MODE_COMMAOK;
    x->type = elem;
    c->env.has_call = true;
}

void check_unary(struct checker *c, struct operand *x, node n)
{
    const struct ast_node *e = check_at(c, n);
    enum op op = e->op;
    check_expr(c, NULL, x, e->a);
    if (x->mode == MODE_NONE) {
        return;
    }
    if (op == OP_AND) {
        take_address(c, x, e->a);
        return;
    }
    if (op == OP_RECV) {
        receive(c, x);
        return;
    }
    if (op == OP_TILDE) {
        bool integer = type_all(x->type, INFO_INTEGER);
        check_error(c, at_node(c, n), "cannot use ~ outside of interface or type constraint%s",
                    integer ? " (use ^ for bitwise complement)" : "");
        if (!integer) {
            x->mode = MODE_NONE;
            return;
        }
        op = OP_XOR;
    }
    if (!defined_on(c, x, op, true)) {
        x->mode = MODE_NONE;
        return;
    }
    if (x->mode != MODE_CONST) {
        x->mode = MODE_VALUE;
        return;
    }
    if (constant_kind(x->val) == CONST_UNKNOWN) {
        return;
    }
    u32 bits = 0;
    if (op == OP_XOR && type_is(x->type, INFO_UNSIGNED)) {
        bits = (u32)layout_size(&c->prog->sizes, type_under(x->type)) * 8;
    }
    x->val = constant_unary(c->a, op, x->val, bits);
    x->expr = n;
    check_overflow(c, x, op_pos(c, n));
}

/* ---- shifts ---- */

enum { SHIFT_MAX = 1023 - 1 + 52 }; /* enough for the smallest float64; the compiler's limit */

/* Is y a count?  *val is its value as an integer if it is constant. */
static bool shift_count(struct checker *c, struct operand *y, const struct constant **val)
{
    if (y->mode == MODE_CONST) {
        *val = constant_to_int(c->a, y->val);
        if (constant_kind(*val) == CONST_INT && constant_sign(*val) < 0) {
            check_error(c, at_operand(c, y), "invalid operation: negative shift count %s",
                        s_operand(c, y));
            return false;
        }
        if (type_untyped(y->type)) {
            check_representable(c, y, TYPE_OF(UINT));
            return y->mode != MODE_NONE;
        }
        return true; /* a typed one that is no integer is found below by its value */
    }
    if (type_all(y->type, INFO_INTEGER)) {
        return type_all(y->type, INFO_UNSIGNED) || check_allow(c, 13) ||
               check_need(c, at_operand(c, y), 13, "invalid operation: signed shift count %s",
                          s_operand(c, y));
    }
    if (type_untyped(y->type)) {
        untyped_convert(c, y, TYPE_OF(UINT));
        return y->mode != MODE_NONE;
    }
    check_error(c, at_operand(c, y), "invalid operation: shift count %s must be integer",
                s_operand(c, y));
    return false;
}

static bool not_integer(struct checker *c, struct operand *x)
{
    check_error(c, at_operand(c, x), "invalid operation: shifted operand %s must be integer",
                s_operand(c, x));
    return false;
}

/* Both are constant, xval and yval their values as integers. */
static bool const_shift(struct checker *c, struct operand *x, struct operand *y, node n, enum op op,
                        const struct constant *xval, const struct constant *yval)
{
    bool known = constant_kind(x->val) != CONST_UNKNOWN && constant_kind(y->val) != CONST_UNKNOWN;
    u64 count = 0;
    if (known &&
        (constant_kind(yval) != CONST_INT || !constant_u64(yval, &count) || count > SHIFT_MAX)) {
        check_error(c, at_operand(c, y), "invalid operation: invalid shift count %s",
                    s_operand(c, y));
        return false;
    }
    if (!type_is(x->type, INFO_INTEGER)) {
        x->type = TYPE_OF(UNTYPED_INT); /* of 2.0 << 1 */
    }
    if (!known) {
        x->val = constant_unknown();
        return true;
    }
    x->val = constant_shift(c->a, op, xval, (u32)count);
    x->expr = n;
    check_overflow(c, x, op_pos(c, n));
    return x->mode != MODE_NONE;
}

static bool shift(struct checker *c, struct operand *x, struct operand *y, node n, enum op op)
{
    const struct constant *xval = NULL, *yval = NULL;
    if (x->mode == MODE_CONST) {
        xval = constant_to_int(c->a, x->val);
    }
    bool integer = type_all(x->type, INFO_INTEGER);
    if (!integer && !(type_untyped(x->type) && xval && constant_kind(xval) == CONST_INT)) {
        return not_integer(c, x);
    }
    if (!shift_count(c, y, &yval)) {
        return false;
    }
    if (x->mode == MODE_CONST) {
        if (y->mode == MODE_CONST) {
            return const_shift(c, x, y, n, op, xval, yval);
        }
        if (type_untyped(x->type)) {
            /* Go spec, "Operators": its type is the one it would have without the shift, so the
             * rest of the check is untyped_update's. */
            x->mode = MODE_VALUE;
            return true;
        }
    }
    if (!integer) {
        return not_integer(c, x);
    }
    x->mode = MODE_VALUE;
    return true;
}

/* ---- comparisons ---- */

/* Why values of this type cannot be compared, empty if there is nothing special to say. */
static str incomparable(struct checker *c, struct type *t)
{
    switch (type_under(t)->kind) {
    case TYPE_SLICE:
    case TYPE_SIGNATURE:
    case TYPE_MAP: return str_fmt(c->tmp, "%s can only be compared to nil", type_composite_text(t));
    default: break;
    }
    str why = {0};
    type_comparable(t, true, &why, c->tmp, c->pkg);
    return why;
}

/* The operand that stands in the way of x op y, NULL if none does, and why (or empty). */
static struct operand *cannot_compare(struct checker *c, struct operand *x, struct operand *y,
                                      enum op op, str *why)
{
    if (x->type != y->type && !operand_assignable(c, x, y->type, NULL) &&
        !operand_assignable(c, y, x->type, NULL)) {
        *why =
            str_fmt(c->tmp, "mismatched types %s and %s", s_type(c, x->type), s_type(c, y->type));
        return y;
    }
    if (op != OP_EQL && op != OP_NEQ) {
        if (!type_all(x->type, INFO_ORDERED)) {
            return x;
        }
        return type_all(y->type, INFO_ORDERED) ? NULL : y;
    }
    if (x->mode == MODE_NIL || y->mode == MODE_NIL) {
        return type_has_nil(x->mode == MODE_NIL ? y->type : x->type) ? NULL : y;
    }
    if (!type_comparable(x->type, true, NULL, c->tmp, c->pkg)) {
        *why = incomparable(c, x->type);
        return x;
    }
    if (x->type != y->type && !type_comparable(y->type, true, NULL, c->tmp, c->pkg)) {
        *why = incomparable(c, y->type);
        return y;
    }
    return NULL;
}

static void comparison_error(struct checker *c, struct operand *x, struct operand *y, enum op op,
                             bool switch_case, struct operand *culprit, str why)
{
    if (why.n == 0) {
        bool x_param = type_is_param(x->type);
        if (x_param || type_is_param(y->type)) {
            culprit = x_param ? culprit : y;
            why = str_fmt(c->tmp, "type parameter %s cannot use operator %s",
                          s_type(c, culprit->type), op_text(op));
        } else {
            const char *what = type_composite_text(culprit->type);
            why = str_fmt(c->tmp, "operator %s not defined on %s", op_text(op),
                          what[0] ? what : s_type(c, culprit->type));
        }
    }
    if (switch_case) {
        /* a switch without a tag is one on true */
        const char *tag = y->expr ? s_expr(c, y->expr) : "true";
        check_error(c, at_operand(c, x), "invalid case %s in switch on %s (%s)", s_expr(c, x->expr),
                    tag, s_str(c, why));
    } else {
        check_error(c, at_operand(c, culprit), "invalid operation: %s %s %s (%s)",
                    s_expr(c, x->expr), op_text(op), s_expr(c, y->expr), s_str(c, why));
    }
}

void check_comparison(struct checker *c, struct operand *x, struct operand *y, enum op op,
                      bool switch_case)
{
    if (!type_is_valid(x->type) || !type_is_valid(y->type)) {
        x->mode = MODE_NONE;
        return;
    }
    if (switch_case) {
        op = OP_EQL;
    }
    str why = {0};
    struct operand *culprit = cannot_compare(c, x, y, op, &why);
    if (culprit) {
        comparison_error(c, x, y, op, switch_case, culprit, why);
        x->mode = MODE_NONE;
        return;
    }
    if (x->mode == MODE_CONST && y->mode == MODE_CONST) {
        bool known =
            constant_kind(x->val) != CONST_UNKNOWN && constant_kind(y->val) != CONST_UNKNOWN;
        x->val = constant_bool(known && constant_compare(c->a, op, x->val, y->val));
    } else {
        x->mode = MODE_VALUE;
        if (type_untyped(x->type)) {
            untyped_update(c, x->expr, type_default(x->type), true);
        }
        if (type_untyped(y->type)) {
            untyped_update(c, y->expr, type_default(y->type), true);
        }
    }
    x->type = TYPE_OF(UNTYPED_BOOL);
}

/* ---- binary ---- */

/* Could one of x and y, untyped, take the type of the other? */
static bool may_match(const struct operand *x, const struct operand *y)
{
    struct type *t = x->type, *u = y->type;
    if (type_all(t, INFO_NUMERIC) != type_all(u, INFO_NUMERIC)) {
        return false;
    }
    if (type_is_iface_not_param(t) || type_is_iface_not_param(u)) {
        return true;
    }
    if (type_all(t, INFO_BOOLEAN) != type_all(u, INFO_BOOLEAN) ||
        type_all(t, INFO_STRING) != type_all(u, INFO_STRING)) {
        return false;
    }
    if (x->mode == MODE_NIL) {
        return type_has_nil(u);
    }
    if (y->mode == MODE_NIL) {
        return type_has_nil(t);
    }
    return type_under(t)->kind != TYPE_POINTER && type_under(u)->kind != TYPE_POINTER;
}

void check_match_types(struct checker *c, struct operand *x, struct operand *y)
{
    if ((!type_untyped(x->type) && !type_untyped(y->type)) || !may_match(x, y)) {
        return;
    }
    untyped_convert(c, x, y->type);
    if (x->mode == MODE_NONE) {
        return;
    }
    untyped_convert(c, y, x->type);
    if (y->mode == MODE_NONE) {
        x->mode = MODE_NONE;
    }
}

static bool zero_divisor(struct checker *c, const struct operand *x, const struct operand *y)
{
    if (y->mode != MODE_CONST) {
        return false;
    }
    if ((x->mode == MODE_CONST || type_all(x->type, INFO_INTEGER)) && constant_sign(y->val) == 0) {
        return true;
    }
    if (x->mode != MODE_CONST || !type_is(x->type, INFO_COMPLEX)) {
        return false;
    }
    /* not 0, but its squares are */
    const struct constant *re = constant_real(c->a, y->val), *im = constant_imag(c->a, y->val);
    return constant_sign(constant_binary(c->a, OP_MUL, re, re, false)) == 0 &&
           constant_sign(constant_binary(c->a, OP_MUL, im, im, false)) == 0;
}

static void mismatched(struct checker *c, struct operand *x, const struct operand *y, node n,
                       node lhs, node rhs, enum op op)
{
    if (!type_is_valid(x->type) || !type_is_valid(y->type)) {
        return;
    }
    const char *t = s_type(c, x->type), *u = s_type(c, y->type);
    if (n) {
        check_error(c, at_operand(c, x), "invalid operation: %s (mismatched types %s and %s)",
                    s_expr(c, n), t, u);
    } else {
        check_error(c, at_operand(c, x),
                    "invalid operation: %s %s= %s (mismatched types %s and %s)", s_expr(c, lhs),
                    op_text(op), s_expr(c, rhs), t, u);
    }
}

/* x op y; false after an error.  n may be 0 (an assignment operation). */
static bool binary(struct checker *c, struct operand *x, struct operand *y, node n, node lhs,
                   node rhs, enum op op)
{
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (y->mode == MODE_NONE) {
        x->expr = y->expr;
        return false;
    }
    if (op == OP_SHL || op == OP_SHR) {
        return shift(c, x, y, n, op);
    }
    check_match_types(c, x, y);
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (is_comparison(op)) {
        check_comparison(c, x, y, op, false);
        return x->mode != MODE_NONE;
    }
    if (x->type != y->type && !type_identical(x->type, y->type)) {
        mismatched(c, x, y, n, lhs, rhs, op);
        return false;
    }
    if (!defined_on(c, x, op, false)) {
        return false;
    }
    if ((op == OP_DIV || op == OP_REM) && zero_divisor(c, x, y)) {
        check_error(c, at_operand(c, y), "invalid operation: division by zero");
        return false;
    }
    if (x->mode != MODE_CONST || y->mode != MODE_CONST) {
        x->mode = MODE_VALUE;
        return true;
    }
    if (constant_kind(x->val) == CONST_UNKNOWN || constant_kind(y->val) == CONST_UNKNOWN) {
        x->val = constant_unknown();
        return true;
    }
    x->val = constant_binary(c->a, op, x->val, y->val, type_is(x->type, INFO_INTEGER));
    x->expr = n;
    check_overflow(c, x, op_pos(c, n));
    return x->mode != MODE_NONE;
}

void check_binary(struct checker *c, struct operand *x, node n, node lhs, node rhs, enum op op)
{
    struct operand y;
    check_expr(c, NULL, x, lhs);
    check_expr(c, NULL, &y, rhs);
    if (!binary(c, x, &y, n, lhs, rhs, op)) {
        x->mode = MODE_NONE;
    }
}

static bool is_binary(const struct checker *c, node n)
{
    const struct ast_node *e = check_at(c, n);
    return e->kind == AST_OPERATION && e->b;
}

/* Long chains of operators lean to the left; they are no reason to recurse. */
void check_binary_chain(struct checker *c, struct operand *x, node n)
{
    node few[16], *v = few;
    size_t len = 0, cap = ARRAY_LEN(few);
    for (; is_binary(c, n); n = check_at(c, n)->a) {
        if (len == cap) {
            node *more = ARENA_ARRAY(c->tmp, node, cap * 2);
            memcpy(more, v, cap * sizeof *v);
            v = more;
            cap *= 2;
        }
        v[len++] = n;
    }
    check_expr(c, NULL, x, n);
    while (len-- > 0) {
        const struct ast_node *e = check_at(c, v[len]);
        struct operand y;
        check_expr(c, NULL, &y, e->b);
        bool ok = binary(c, x, &y, v[len], e->a, e->b, e->op);
        x->expr = v[len];
        if (!ok) {
            x->mode = MODE_NONE;
        } else if (len > 0) {
            record_typed(c, v[len], x->mode, x->type, x->mode == MODE_CONST ? x->val : NULL);
        }
    }
}
