/* Untyped values: which type they take, whether a constant fits it, and the second walk over an expression once
 * its type is known.
 *
 * There is no table of untyped expressions: an expression is one while the type recorded for its node is
 * untyped.  A constant operation's operands are left as they are, because they never become values.
 * Behaviour and words: GOROOT/src/cmd/compile/internal/types2/const.go, expr.go. */
#include <string.h>

#include "types/check.h"

enum { CONST_BITS = 512 }; /* of untyped integers */

/* ---- representation ---- */

/* Bits of a basic type's integer, or of a float (of one part of a complex number); 0: any. */
static u32 basic_bits(const struct checker *c, u32 basic)
{
    switch (basic) {
    case BASIC_INT:
    case BASIC_UINT:
    case BASIC_UINTPTR: return 8u * c->prog->sizes.ptr;
    case BASIC_INT8:
    case BASIC_UINT8: return 8;
    case BASIC_INT16:
    case BASIC_UINT16: return 16;
    case BASIC_INT32:
    case BASIC_UINT32:
    case BASIC_FLOAT32:
    case BASIC_COMPLEX64: return 32;
    case BASIC_INT64:
    case BASIC_UINT64:
    case BASIC_FLOAT64:
    case BASIC_COMPLEX128: return 64;
    default: return 0;
    }
}

static bool fits_float(struct checker *c, const struct constant *v, u32 bits,
                       const struct constant **rounded)
{
    v = constant_to_float(c->a, v);
    if (constant_kind(v) != CONST_FLOAT) {
        return false;
    }
    const struct constant *r;
    if (bits == 0) {
        return true;
    }
    if (!constant_round_float(c->a, v, bits, &r)) {
        return false;
    }
    if (rounded) {
        *rounded = r;
    }
    return true;
}

static bool fits_complex(struct checker *c, const struct constant *v, u32 bits,
                         const struct constant **rounded)
{
    v = constant_to_complex(c->a, v);
    if (constant_kind(v) != CONST_COMPLEX) {
        return false;
    }
    if (bits == 0) {
        return true;
    }
    const struct constant *re, *im;
    if (!constant_round_float(c->a, constant_real(c->a, v), bits, &re) ||
        !constant_round_float(c->a, constant_imag(c->a, v), bits, &im)) {
        return false;
    }
    if (rounded) {
        *rounded = constant_binary(c->a, OP_ADD, re, constant_make_imag(c->a, im), false);
    }
    return true;
}

bool const_representable(struct checker *c, const struct constant *v, struct type *basic,
                         const struct constant **rounded)
{
    enum const_kind kind = constant_kind(v);
    if (kind == CONST_UNKNOWN) {
        return true; /* the error was reported */
    }
    if (basic->info & INFO_INTEGER) {
        if (kind != CONST_INT) {
            v = constant_to_int(c->a, v);
            if (constant_kind(v) != CONST_INT) {
                return false;
            }
        }
        if (rounded) {
            *rounded = v;
        }
        u32 bits = basic_bits(c, basic->basic);
        return bits == 0 || constant_fits(v, bits, !(basic->info & INFO_UNSIGNED));
    }
    if (basic->info & INFO_STRING) {
        return kind == CONST_STRING;
    }
    if (basic->info & INFO_BOOLEAN) {
        return kind == CONST_BOOL;
    }
    if (kind == CONST_STRING || kind == CONST_BOOL) {
        return false;
    }
    if (basic->info & INFO_FLOAT) {
        return fits_float(c, v, basic_bits(c, basic->basic), rounded);
    }
    return (basic->info & INFO_COMPLEX) && fits_complex(c, v, basic_bits(c, basic->basic), rounded);
}

/* x's constant as the basic type holds it. */
static enum untyped_fail represent(struct checker *c, struct operand *x, struct type *basic,
                                   const struct constant **val)
{
    *val = x->val;
    if (const_representable(c, x->val, basic, val)) {
        return UNTYPED_OK;
    }
    if (type_is(x->type, INFO_NUMERIC) && (basic->info & INFO_NUMERIC)) {
        return !type_is(x->type, INFO_INTEGER) && (basic->info & INFO_INTEGER) ? UNTYPED_TRUNCATED
                                                                               : UNTYPED_OVERFLOW;
    }
    return UNTYPED_MISMATCH;
}

void untyped_invalid_conversion(struct checker *c, enum untyped_fail code, struct operand *x,
                                struct type *target)
{
    const char *from = s_operand(c, x), *to = s_type(c, target);
    if (code == UNTYPED_TRUNCATED) {
        check_error(c, at_operand(c, x), "%s truncated to %s", from, to);
    } else if (code == UNTYPED_OVERFLOW) {
        check_error(c, at_operand(c, x), "%s overflows %s", from, to);
    } else {
        check_error(c, at_operand(c, x), "cannot convert %s to type %s", from, to);
    }
}

void check_representable(struct checker *c, struct operand *x, struct type *basic)
{
    const struct constant *val;
    enum untyped_fail code = represent(c, x, basic, &val);
    if (code != UNTYPED_OK) {
        untyped_invalid_conversion(c, code, x, basic);
        x->mode = MODE_NONE;
        return;
    }
    x->val = val;
}

/* What an operation that may overflow is called, with a space behind it. */
static const char *op_name(const struct checker *c, node n)
{
    if (n == 0 || check_kind(c, n) != AST_OPERATION) {
        return "";
    }
    const struct ast_node *e = check_at(c, n);
    if (!e->b) {
        return e->op == OP_XOR ? "bitwise complement " : "";
    }
    switch (e->op) {
    case OP_ADD: return "addition ";
    case OP_SUB: return "subtraction ";
    case OP_XOR: return "bitwise XOR ";
    case OP_MUL: return "multiplication ";
    case OP_SHL: return "shift ";
    default: return "";
    }
}

void check_overflow(struct checker *c, struct operand *x, pos op_pos)
{
    enum const_kind kind = constant_kind(x->val);
    if (kind == CONST_UNKNOWN) {
        check_error(c, op_pos, "constant result is not representable");
        return;
    }
    if (!type_untyped(x->type)) {
        check_representable(c, x, type_under(x->type));
        return;
    }
    if (kind == CONST_INT && constant_bit_len(x->val) > CONST_BITS) {
        check_error(c, op_pos, "constant %soverflow", op_name(c, x->expr));
        x->val = constant_unknown();
    }
}

/* ---- implicit conversion ---- */

/* Of two untyped types the one that holds both: int, rune, float, complex in this order; NULL if there is none. */
static struct type *larger(struct type *x, struct type *y)
{
    if (x == y) {
        return x;
    }
    if ((x->info & INFO_NUMERIC) && (y->info & INFO_NUMERIC)) {
        return x->basic > y->basic ? x : y;
    }
    return NULL;
}

struct each {
    struct checker *c;
    const struct operand *x;
};

static bool takes_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct each *e = ctx;
    struct operand x = *e->x;
    const struct constant *val;
    enum untyped_fail code;
    return u && untyped_implicit(e->c, &x, u, &val, &code);
}

static bool empty_interface(struct type_interface *i)
{
    if (i->complete && i->n_methods == 0 && i->n_embeds == 0 && !(i->set && i->set->comparable)) {
        return true; /* comparable has nothing written in it either */
    }
    const struct type_set *s = type_set_of(i);
    return s->all_terms && !s->comparable && s->n_methods == 0;
}

/* Can a value that is no constant (a comparison, a shift whose type is not known yet) become a basic type? */
static bool value_takes(const struct type *from, const struct type *to)
{
    if (from->info & INFO_BOOLEAN) {
        return to->info & INFO_BOOLEAN;
    }
    if (from->info & INFO_NUMERIC) {
        return to->info & INFO_NUMERIC;
    }
    return (from->info & INFO_STRING) && (to->info & INFO_STRING);
}

struct type *untyped_implicit(struct checker *c, struct operand *x, struct type *target,
                              const struct constant **val, enum untyped_fail *code)
{
    *val = NULL;
    *code = UNTYPED_OK;
    if (x->mode == MODE_NONE || !type_untyped(x->type) || !type_is_valid(target)) {
        return x->type;
    }
    if (type_untyped(target)) {
        struct type *t = larger(x->type, target);
        *code = t ? UNTYPED_OK : UNTYPED_MISMATCH;
        return t;
    }
    if (x->mode == MODE_NIL) {
        if (type_has_nil(target)) {
            return target;
        }
        *code = UNTYPED_NO_NIL;
        return NULL;
    }
    struct type *u = type_under(target);
    if (u->kind == TYPE_BASIC) {
        if (x->mode == MODE_CONST) {
            *code = represent(c, x, u, val);
            if (*code != UNTYPED_OK) {
                *val = NULL;
                return NULL;
            }
            return target;
        }
        if (value_takes(x->type, u)) {
            return target;
        }
    } else if (type_is_param(target)) {
        struct each e = {c, x};
        if (type_each(target, takes_each, &e)) {
            return target;
        }
    } else if (u->kind == TYPE_INTERFACE && empty_interface(as_interface(u))) {
        return type_default(x->type);
    }
    *code = UNTYPED_MISMATCH;
    return NULL;
}

/* untyped_convert without the walk: false after an error. */
static bool convert(struct checker *c, struct operand *x, struct type *target, struct type **to,
                    const struct constant **val)
{
    enum untyped_fail code;
    *to = untyped_implicit(c, x, target, val, &code);
    if (code == UNTYPED_OK) {
        return true;
    }
    untyped_invalid_conversion(c, code, x, type_is_param(target) ? target : type_under(target));
    x->mode = MODE_NONE;
    return false;
}

static bool node_untyped(const struct checker *c, node n)
{
    const struct type *t = c->f->at[n].type;
    return t && type_untyped(t);
}

void untyped_update_val(struct checker *c, node n, const struct constant *val)
{
    u32 kind = check_kind(c, n);
    if (n && node_untyped(c, n) && kind != AST_NAME && kind != AST_SELECTOR) {
        c->f->at[n].val = val;
    }
}

void untyped_convert(struct checker *c, struct operand *x, struct type *target)
{
    if (!type_untyped(x->type)) {
        return;
    }
    struct type *to;
    const struct constant *val;
    if (!convert(c, x, target, &to, &val)) {
        return;
    }
    if (val) {
        x->val = val;
        untyped_update_val(c, x->expr, val);
    }
    if (to != x->type) {
        x->type = to;
        untyped_update(c, x->expr, to, false);
    }
}

/* ---- the walk ---- */

/* The constant that an untyped expression was found to be, NULL: none. */
static const struct constant *node_const(const struct checker *c, node n)
{
    if (c->f->mode[n] != MODE_CONST) {
        return NULL;
    }
    const struct typed *r = &c->f->at[n];
    const struct obj *o;
    switch (check_kind(c, n)) {
    case AST_NAME: o = r->obj; break;
    case AST_SELECTOR: o = r->sel ? r->sel->obj : NULL; break;
    default: return r->val ? r->val : constant_unknown();
    }
    const struct constant *val = o && o->kind == OBJ_CONST ? o->val : NULL;
    if (o == c->prog->iota) {
        val = c->env.iota;
    }
    return val ? val : constant_unknown();
}

/* The operand on the left whose type follows n's; 0: none. */
static node follower(const struct checker *c, node n, bool constant)
{
    const struct ast_node *e = check_at(c, n);
    if (e->kind == AST_PAREN) {
        return e->a;
    }
    if (e->kind != AST_OPERATION || constant) {
        return 0;
    }
    switch (e->op) {
    case OP_EQL:
    case OP_NEQ:
    case OP_LSS:
    case OP_LEQ:
    case OP_GTR:
    case OP_GEQ: return 0; /* their operands are final */
    default: return e->a;
    }
}

static bool is_shift(const struct checker *c, node n)
{
    const struct ast_node *e = check_at(c, n);
    return e->kind == AST_OPERATION && (e->op == OP_SHL || e->op == OP_SHR);
}

/* Gives n itself its type; shifted: it is the left operand of a shift that is not constant. */
static void settle(struct checker *c, node n, struct type *t, bool final, bool shifted)
{
    struct typed *r = &c->f->at[n];
    if (!final && type_untyped(t)) {
        r->type = t;
        return;
    }
    const struct constant *val = node_const(c, n);
    struct operand x = {.mode = c->f->mode[n], .expr = n, .type = r->type, .val = val};
    r->type = t;
    if (shifted && val && !type_all(t, INFO_INTEGER)) {
        check_error(c, at_node(c, n),
                    "invalid operation: shifted operand %s (type %s) must be integer", s_expr(c, n),
                    s_type(c, t));
        return;
    }
    struct type *to;
    const struct constant *rounded;
    if (val && !convert(c, &x, t, &to, &rounded)) {
        return;
    }
    record_typed(c, n, c->f->mode[n], t, val);
}

/* Long chains of operators lean to the left: they are walked without recursion. */
void untyped_update(struct checker *c, node n, struct type *t, bool final)
{
    node few[32], *v = few;
    size_t len = 0, cap = ARRAY_LEN(few);
    while (n && node_untyped(c, n)) {
        if (len == cap) {
            node *more = ARENA_ARRAY(c->tmp, node, cap * 2);
            memcpy(more, v, cap * sizeof *v);
            v = more;
            cap *= 2;
        }
        v[len++] = n;
        n = follower(c, n, c->f->mode[n] == MODE_CONST);
    }
    while (len-- > 0) {
        n = v[len];
        const struct ast_node *e = check_at(c, n);
        if (e->kind == AST_OPERATION && e->b && !is_shift(c, n) &&
            follower(c, n, c->f->mode[n] == MODE_CONST)) {
            untyped_update(c, e->b, t, final);
        }
        settle(c, n, t, final, len > 0 && is_shift(c, v[len - 1]));
    }
}
