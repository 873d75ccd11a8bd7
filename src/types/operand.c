/* Operands: how messages describe them, and what they may be assigned to.
 * Behaviour and words: GOROOT/src/cmd/compile/internal/types2/operand.go, under.go. */
#include "types/check.h"

/* ---- text ---- */

static const char *mode_text(u32 mode)
{
    static const char *const text[] = {
        [MODE_NONE] = "invalid operand",
        [MODE_NOVALUE] = "no value",
        [MODE_BUILTIN] = "built-in",
        [MODE_TYPE] = "type",
        [MODE_CONST] = "constant",
        [MODE_VAR] = "variable",
        [MODE_MAPINDEX] = "map index expression",
        [MODE_VALUE] = "value",
        [MODE_NIL] = "nil",
        [MODE_COMMAOK] = "comma, ok expression",
        [MODE_COMMAERR] = "comma, error expression",
        [MODE_CGOFUNC] = "cgo function",
    };
    return text[mode];
}

const char *type_composite_text(struct type *t)
{
    switch (type_under(t)->kind) {
    case TYPE_ARRAY: return "array";
    case TYPE_SLICE: return "slice";
    case TYPE_STRUCT: return "struct";
    case TYPE_POINTER: return "pointer";
    case TYPE_SIGNATURE: return "func";
    case TYPE_INTERFACE: return "interface";
    case TYPE_MAP: return "map";
    case TYPE_CHAN: return "chan";
    case TYPE_TUPLE: return "tuple";
    case TYPE_UNION: return "union";
    default: return "";
    }
}

/* " of type T", with what a name hides: the kind of a named type, the constraint of a parameter. */
static void put_type(struct checker *c, struct strbuf *b, struct type *t)
{
    if (!type_is_valid(t)) {
        strbuf_puts(b, " with invalid type");
        return;
    }
    strbuf_puts(b, " of ");
    if (type_is_generic(t)) {
        strbuf_puts(b, "generic ");
    }
    struct type_param *p = is_param(type_unalias(t));
    if (!p && (t->kind == TYPE_ALIAS || t->kind == TYPE_NAMED)) {
        const char *what = type_composite_text(t);
        struct type *u = type_under(t);
        bool pointer = u->kind == TYPE_BASIC && u->basic == BASIC_UNSAFE_POINTER;

        /* A basic type by its bare name: Pointer, not unsafe.Pointer. */
        strbuf_printf(b, "%s ", what[0] ? what : pointer ? "Pointer" : s_type(c, u));
    }
    strbuf_printf(b, "type %s", s_type(c, t));
    if (!p) {
        return;
    }
    strbuf_printf(b, " constrained by %s", s_type(c, p->bound));
    if (type_has_empty_set(t)) {
        strbuf_puts(b, " with empty type set");
    }
}

static const char *nil_text(struct checker *c, const struct operand *x)
{
    if (!x->type || x->type == TYPE_BAD) {
        return "nil (with invalid type)";
    }
    if (x->type == TYPE_OF(UNTYPED_NIL)) {
        return "nil";
    }
    return str_fmt(c->tmp, "nil (of type %s)", s_type(c, x->type)).p;
}

const char *s_operand(struct checker *c, const struct operand *x)
{
    if (x->mode == MODE_NIL) {
        return nil_text(c, x);
    }
    const char *expr = "";
    if (x->expr) {
        expr = s_expr(c, x->expr);
    } else if (x->mode == MODE_BUILTIN) {
        expr = builtin_table[x->builtin].name;
    } else if (x->mode == MODE_TYPE) {
        expr = s_type(c, x->type);
    } else if (x->mode == MODE_CONST) {
        expr = s_const(c, x->val);
    }
    struct strbuf b;
    strbuf_init(&b);
    if (expr[0]) {
        strbuf_printf(&b, "%s (", expr);
    }
    bool typed = x->mode >= MODE_CONST && x->type;
    if (typed && type_untyped(x->type)) {
        strbuf_printf(&b, "%s ", s_type(c, x->type));
        typed = false;
    }
    strbuf_puts(&b, mode_text(x->mode));
    if (x->mode == MODE_CONST) {
        const char *val = s_const(c, x->val);
        if (!str_eq(str_of(val), str_of(expr))) {
            strbuf_printf(&b, " %s", val);
        }
    }
    if (typed) {
        put_type(c, &b, x->type);
    }
    if (expr[0]) {
        strbuf_putc(&b, ')');
    }
    const char *text = str_cstr(c->tmp, strbuf_str(&b));
    strbuf_release(&b);
    return text;
}

bool operand_is_nil(const struct operand *x)
{
    return x->mode == MODE_NIL;
}

/* ---- common underlying types ---- */

struct common {
    struct checker *c;
    type_cond *cond;
    void *ctx;
    struct type *type, *under; /* so far */
    bool asked;                /* somebody wants the reason */
    const char *why;
};

/* No: because of what fmt says of m->type and t. */
static bool BASE_PRINTF(3, 0) common_no(struct common *m, struct type *t, const char *fmt)
{
    if (m->asked) {
        struct strbuf b = {0};
        strbuf_printf(&b, fmt, s_type(m->c, m->type), s_type(m->c, t));
        m->why = s_str(m->c, strbuf_str(&b));
        strbuf_release(&b);
    }
    return false;
}

static bool common_step(void *ctx, struct type *t, struct type *u)
{
    struct common *m = ctx;
    struct checker *c = m->c;
    const char *why = m->cond ? m->cond(c, m->ctx, t, u) : NULL;
    if (why || !u) {
        m->why = why ? why : "no specific type";
        return false;
    }
    if (!m->under) {
        m->type = t;
        m->under = u;
        return true;
    }
    struct type_chan *x = is_chan(m->under), *y = is_chan(u);
    if (x && y) {
        if (!type_identical(x->elem, y->elem)) {
            return common_no(m, t, "channels %s and %s have different element types");
        }
        if (x->t.flag == y->t.flag) {
            return true;
        }
        if (x->t.flag == AST_DIR_BOTH) {
            m->type = t;
            m->under = u;
        } else if (y->t.flag != AST_DIR_BOTH) {
            return common_no(m, t, "channels %s and %s have conflicting directions");
        }
        return true;
    }
    if (!type_identical(m->under, u)) {
        return common_no(m, t, "%s and %s have different underlying types");
    }
    return true;
}

struct type *type_common(struct checker *c, struct type *t, type_cond *cond, void *ctx,
                         const char **why)
{
    struct common m = {.c = c, .cond = cond, .ctx = ctx};
    m.asked = why != NULL;
    bool ok = type_each(t, common_step, &m);
    if (why) {
        *why = m.why;
    }
    return ok ? m.under : NULL;
}

/* ---- assignability ---- */

/* A type parameter on one side: what is asked of each type of its set. */
struct each {
    struct checker *c;
    const struct operand *x;
    struct type *param; /* whose set it is */
    struct type *other; /* the type on the other side as it was written */
    str *why;
    bool ok;
};

static bool represented(void *ctx, struct type *t, struct type *u)
{
    (void)u;
    struct each *e = ctx;
    struct operand x = *e->x;
    enum untyped_fail code;
    const struct constant *val;
    return t && untyped_implicit(e->c, &x, t, &val, &code);
}

void operand_why(struct checker *c, str *why, const char *fmt, ...)
{
    if (!why) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    str text = str_vfmt(c->tmp, fmt, ap);
    va_end(ap);
    *why = why->n ? str_fmt(c->tmp, "%.*s\n\t%.*s", STR_ARG(text), STR_ARG(*why)) : text;
}

static bool to_each(void *ctx, struct type *t, struct type *u)
{
    (void)u;
    struct each *e = ctx;
    struct operand x = *e->x;
    e->ok = t && operand_assignable(e->c, &x, t, e->why);
    if (!e->ok && t) {
        operand_why(e->c, e->why, "cannot assign %s to %s (in %s)", s_type(e->c, x.type),
                    s_type(e->c, t), s_type(e->c, e->param));
    }
    return e->ok;
}

static bool from_each(void *ctx, struct type *t, struct type *u)
{
    (void)u;
    struct each *e = ctx;
    struct operand x = *e->x;
    x.type = t;
    e->ok = t && operand_assignable(e->c, &x, e->other, e->why);
    if (!e->ok && t) {
        operand_why(e->c, e->why, "cannot assign %s (in %s) to %s", s_type(e->c, t),
                    s_type(e->c, e->param), s_type(e->c, e->other));
    }
    return e->ok;
}

static bool pointer_to_interface(struct type *under)
{
    struct type_pointer *p = is_pointer(under);
    return p && type_is_interface(p->elem);
}

static bool assignable_untyped(struct checker *c, struct operand *x, struct type *t)
{
    if (t->kind == TYPE_PARAM) {
        struct each e = {.c = c, .x = x};
        return type_each(t, represented, &e);
    }
    enum untyped_fail code;
    const struct constant *val;
    return untyped_implicit(c, x, t, &val, &code) != NULL;
}

/* Go spec, "Assignability". */
bool operand_assignable(struct checker *c, struct operand *x, struct type *t, str *why)
{
    if (x->type == t || x->mode == MODE_NONE || !type_is_valid(t)) {
        return true;
    }
    struct type *written = t;
    struct type *v = type_unalias(x->type);
    t = type_unalias(t);
    if (type_identical(v, t)) {
        return true;
    }
    if (type_untyped(v)) {
        return assignable_untyped(c, x, t);
    }
    bool v_param = v->kind == TYPE_PARAM, t_param = t->kind == TYPE_PARAM;
    struct type *vu = type_under(v), *tu = type_under(t);
    bool v_named = type_has_name(v), t_named = type_has_name(t);
    if ((!v_named || !t_named) && !v_param && !t_param && type_identical(vu, tu)) {
        return true;
    }
    /* Of interfaces that contain each other the set that is asked for first is the larger; the compiler asks
       for v's. */
    if (vu->kind == TYPE_INTERFACE && tu->kind == TYPE_INTERFACE) {
        type_set_of(as_interface(vu));
    }
    if ((tu->kind == TYPE_INTERFACE && !t_param) || pointer_to_interface(tu)) {
        if (check_implements(c, v, t, false, why)) {
            return true;
        }
        if (!v_param) {
            return false;
        }
        if (why) {
            *why = (str){0};
        }
    }
    if (vu->kind == TYPE_INTERFACE && !v_param && check_implements(c, t, v, false, NULL)) {
        if (why) {
            *why = STR("need type assertion");
        }
        return false;
    }
    if (vu->kind == TYPE_CHAN && vu->flag == AST_DIR_BOTH && tu->kind == TYPE_CHAN &&
        type_identical(as_chan(vu)->elem, as_chan(tu)->elem)) {
        return !v_named || !t_named;
    }
    struct each e = {.c = c, .x = x, .why = why};
    if (t_param && !v_named) {
        e.param = t;
        type_each(t, to_each, &e);
    } else if (v_param && !t_named) {
        e.param = v;
        e.other = written;
        type_each(v, from_each, &e);
    }
    return e.ok;
}
