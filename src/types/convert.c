/* Conversions T(x).  Behaviour and words: GOROOT/src/cmd/compile/internal/types2/conversions.go. */
#include "types/check.h"

static bool is_basic(struct type *under, enum basic b)
{
    return under->kind == TYPE_BASIC && under->basic == b;
}

static bool is_bytes_or_runes(struct type *under)
{
    struct type_slice *s = is_slice(under);
    if (!s) {
        return false;
    }
    struct type *e = type_under(s->elem);
    return is_basic(e, BASIC_UINT8) || is_basic(e, BASIC_INT32);
}

static bool has_info(struct type *under, u32 info)
{
    return under->kind == TYPE_BASIC && (under->info & info);
}

/* ---- of constants ---- */

/* Is the constant x one of a type with this underlying type; *val (may be NULL) as which value. */
static bool const_converts(struct checker *c, const struct operand *x, struct type *under,
                           const struct constant **val)
{
    if (under->kind != TYPE_BASIC) {
        return false;
    }
    if (const_representable(c, x->val, under, val)) {
        return true;
    }
    if (!type_is(x->type, INFO_INTEGER) || !(under->info & INFO_STRING)) {
        return false;
    }
    if (val) {
        u64 rune;
        if (!constant_u64(x->val, &rune) || rune > STR_RUNE_MAX) {
            rune = STR_RUNE_ERROR;
        }
        char utf8[4];
        size_t n = str_encode_rune(utf8, (u32)rune);
        *val = constant_string(c->a, str_dup(c->a, (str){utf8, n}));
    }
    return true;
}

struct each {
    struct checker *c;
    const struct operand *x;
    struct type *v, *t; /* the parameters, or the other side as it was written */
    str *why;
};

static bool const_to_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct each *e = ctx;
    struct checker *c = e->c;
    if (!u) {
        *e->why = str_fmt(c->tmp, "%s does not contain specific types", s_type(c, e->t));
        return false;
    }
    if (type_is(e->x->type, INFO_STRING) && is_bytes_or_runes(u)) {
        return true;
    }
    if (const_converts(c, e->x, u, NULL)) {
        return true;
    }
    if (type_is(e->x->type, INFO_INTEGER) && has_info(u, INFO_INTEGER)) {
        *e->why = str_fmt(c->tmp, "constant %s overflows %s (in %s)", s_const(c, e->x->val),
                          s_type(c, u), s_type(c, e->t));
    } else {
        *e->why = str_fmt(c->tmp, "cannot convert %s to type %s (in %s)", s_operand(c, e->x),
                          s_type(c, u), s_type(c, e->t));
    }
    return false;
}

/* The type that the operand of a conversion to t had all along. */
static struct type *final_type(const struct operand *arg, u32 mode, struct type *t)
{
    if (arg->type == TYPE_OF(UNTYPED_NIL)) {
        return t;
    }
    if (type_is_iface_not_param(t) || (arg->mode == MODE_CONST && !type_is(t, INFO_CONST))) {
        return type_default(arg->type);
    }
    if (mode == MODE_CONST && (arg->type->info & INFO_INTEGER) && type_all(t, INFO_STRING)) {
        return arg->type;
    }
    return t;
}

void check_conversion(struct checker *c, struct operand *x, struct type *t)
{
    const struct operand arg = *x;
    bool ok = false;
    str why = {0};
    if (x->mode == MODE_CONST && type_is(t, INFO_CONST)) {
        ok = const_converts(c, &arg, type_under(t), &x->val);
        if (!ok && type_is(x->type, INFO_INTEGER) && type_is(t, INFO_INTEGER)) {
            check_error(c, at_operand(c, x), "constant %s overflows %s", s_const(c, x->val),
                        s_type(c, t));
            x->mode = MODE_NONE;
            return;
        }
    } else if (x->mode == MODE_CONST && type_is_param(t)) {
        struct each e = {.c = c, .x = &arg, .t = t, .why = &why};
        ok = type_each(t, const_to_each, &e);
        x->mode = MODE_VALUE; /* values of a type parameter are never constant */
    } else if (operand_convertible(c, x, t, &why)) {
        ok = true;
        x->mode = MODE_VALUE;
    }
    if (!ok) {
        check_error(c, at_operand(c, x), "cannot convert %s to type %s%s%s", s_operand(c, x),
                    s_type(c, t), why.n ? ": " : "", s_str(c, why));
        x->mode = MODE_NONE;
        return;
    }
    if (type_untyped(x->type)) {
        untyped_update(c, x->expr, final_type(&arg, x->mode, t), true);
    }
    x->type = t;
}

/* ---- of values ---- */

static bool slice_to_array(struct checker *c, struct type *vu, struct type *tu, str *why, bool *ok)
{
    struct type_slice *s = is_slice(vu);
    if (!s) {
        return false;
    }
    struct type_array *a = is_array(tu);
    u32 minor = 20;
    const char *what = "conversion of slice to array requires go1.20 or later";
    if (tu->kind == TYPE_POINTER) {
        a = is_array(type_under(as_pointer(tu)->elem));
        minor = 17;
        what = "conversion of slice to array pointer requires go1.17 or later";
    }
    if (!a || !type_identical(s->elem, a->elem)) {
        return false;
    }
    *ok = check_allow(c, minor);
    if (!*ok && why) {
        *why = str_of(what);
    }
    return true;
}

static bool to_each(void *ctx, struct type *t, struct type *u)
{
    (void)u;
    struct each *e = ctx;
    struct operand x = *e->x;
    bool ok = t && operand_convertible(e->c, &x, t, e->why);
    if (ok || !t) {
        return ok;
    }
    struct checker *c = e->c;
    if (e->v) {
        operand_why(c, e->why, "cannot convert %s (in %s) to type %s (in %s)",
                    s_type(c, e->x->type), s_type(c, e->v), s_type(c, t), s_type(c, e->t));
    } else {
        operand_why(c, e->why, "cannot convert %s to type %s (in %s)", s_type(c, e->x->type),
                    s_type(c, t), s_type(c, e->t));
    }
    return false;
}

static bool from_each(void *ctx, struct type *v, struct type *u)
{
    (void)u;
    struct each *e = ctx;
    if (!v) {
        return false;
    }
    struct checker *c = e->c;
    struct operand x = *e->x;
    x.type = v;
    if (type_is_param(e->t)) {
        struct each inner = *e;
        inner.x = &x;
        return type_each(e->t, to_each, &inner);
    }
    if (operand_convertible(c, &x, e->t, e->why)) {
        return true;
    }
    operand_why(c, e->why, "cannot convert %s (in %s) to type %s", s_type(c, v), s_type(c, e->v),
                s_type(c, e->t));
    return false;
}

static bool pointers_to_same(struct type *v, struct type *t)
{
    struct type_pointer *p = is_pointer(v), *q = is_pointer(t);
    return p && q && !type_is_param(p->elem) && !type_is_param(q->elem) &&
           type_identical_no_tags(type_under(p->elem), type_under(q->elem));
}

static bool unsafe_pair(struct type *p, struct type *other)
{
    return is_basic(p, BASIC_UNSAFE_POINTER) &&
           (other->kind == TYPE_POINTER || is_basic(other, BASIC_UINTPTR));
}

/* Go spec, "Conversions". */
bool operand_convertible(struct checker *c, struct operand *x, struct type *t, str *why)
{
    struct type *v = type_unalias(x->type), *written = t;
    t = type_unalias(t);
    struct type *vu = type_under(v), *tu = type_under(t);
    if (has_info(vu, INFO_INTEGER | INFO_FLOAT) && has_info(tu, INFO_INTEGER | INFO_FLOAT) &&
        !type_untyped(vu)) {
        return true; /* most of them */
    }
    if (operand_assignable(c, x, written, why)) {
        return true;
    }
    bool v_param = v->kind == TYPE_PARAM, t_param = t->kind == TYPE_PARAM;
    if (!v_param && !t_param && type_identical_no_tags(vu, tu)) {
        return true;
    }
    if (pointers_to_same(v, t)) {
        return true;
    }
    const u32 real = INFO_INTEGER | INFO_FLOAT;
    if ((has_info(vu, real) && has_info(tu, real)) ||
        (has_info(vu, INFO_COMPLEX) && has_info(tu, INFO_COMPLEX)) ||
        ((has_info(vu, INFO_INTEGER) || is_bytes_or_runes(vu)) && has_info(tu, INFO_STRING)) ||
        (has_info(vu, INFO_STRING) && is_bytes_or_runes(tu)) || unsafe_pair(tu, vu) ||
        unsafe_pair(vu, tu)) {
        return true;
    }
    bool ok;
    if (slice_to_array(c, vu, tu, why, &ok)) {
        return ok;
    }
    if (!v_param && !t_param) {
        return false;
    }
    struct each e = {
        .c = c, .x = x, .v = v_param ? v : NULL, .t = t_param ? t : written, .why = why};
    return type_each(v_param ? v : t, v_param ? from_each : to_each, &e);
}
