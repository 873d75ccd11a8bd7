/* errors.c: messages: their parts, their order, and what they say of types and objects.
 *
 * Which messages are dropped and how parts are joined follows
 * GOROOT/src/cmd/compile/internal/types2/errors.go; the form of objects object.go there. */
#include "syntax/print.h"
#include "types/check.h"

/* ---- reporting ---- */

static void errors_put_pos(struct checker *c, struct strbuf *b, pos at)
{
    struct span s = sources_span(c->prog->sources, at);
    strbuf_put(b, s.file);
    strbuf_printf(b, ":%u", s.line);
    if (s.col != 0) {
        strbuf_printf(b, ":%u", s.col);
    }
}

/* An inherited initialiser stands at another constant: say which constant it is about. */
static pos check_msg_pos(const struct checker *c, const struct check_msg *m)
{
    return c->env.errpos != 0 ? c->env.errpos : m->at[0];
}

void check_msg_report(struct checker *c, struct check_msg *m)
{
    if (m->n == 0) {
        return;
    }
    /* What speaks of something invalid follows from an error that was reported before, or from what
       a package could not give. */
    if ((c->errors.n > 0 || c->has_fake) && (str_find(m->text[0], STR("invalid operand")) > 0 ||
                                             str_find(m->text[0], STR("invalid type")) > 0)) {
        vec_push_in(c->a, &c->hushed, check_msg_pos(c, m));
        m->n = 0;
        return;
    }
    str text = m->text[0];
    bool version = false;
    for (u32 i = 0; i < m->n; i++) {
        i64 at = str_find(m->text[i], STR("requires go1."));
        version |= at >= 0 && str_contains(str_from(m->text[i], (size_t)at), STR(" or later"));
    }
    if (m->n > 1 || version) {
        struct strbuf b = {0};
        strbuf_put(&b, text);
        for (u32 i = 1; i < m->n; i++) {
            strbuf_puts(&b, "\n\t");
            if (m->at[i] != 0) {
                errors_put_pos(c, &b, m->at[i]);
                strbuf_puts(&b, ": ");
            }
            strbuf_put(&b, m->text[i]);
        }
        if (version) {
            strbuf_puts(&b, check_version_remark(c));
        }
        text = strbuf_str(&b);
        text = str_dup(c->a, text);
        strbuf_release(&b);
    } else {
        text = str_dup(c->a, text);
    }
    struct type_error e = {
        .pos = check_msg_pos(c, m),
        .text = text,
        .soft = m->soft,
        .syntax = c->in_parser,
        .order = base_u32(c->errors.n),
    };
    vec_push_in(c->tmp, &c->errors, e);
    m->n = 0;
}

static void errors_add(struct checker *c, struct check_msg *m, pos at, const char *fmt, va_list ap)
    BASE_PRINTF(4, 0);

static void errors_add(struct checker *c, struct check_msg *m, pos at, const char *fmt, va_list ap)
{
    if (m->n < ARRAY_LEN(m->at)) {
        m->at[m->n] = at;
        m->text[m->n] = str_vfmt(c->tmp, fmt, ap);
        m->n++;
        return;
    }
    /* Cycles of many declarations: the last part grows, up to what somebody might read. */
    enum { MORE = 100 };
    if (m->more >= MORE) {
        return;
    }
    m->more++;
    u32 last = m->n - 1;
    struct strbuf b = {0};
    strbuf_put(&b, m->text[last]);
    strbuf_puts(&b, "\n\t");
    if (at != 0) {
        errors_put_pos(c, &b, at);
        strbuf_puts(&b, ": ");
    }
    strbuf_vprintf(&b, fmt, ap);
    m->text[last] = str_dup(c->tmp, strbuf_str(&b));
    strbuf_release(&b);
}

void check_msg_add(struct checker *c, struct check_msg *m, pos at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    errors_add(c, m, at, fmt, ap);
    va_end(ap);
}

void check_msg_other(struct checker *c, struct check_msg *m, const struct obj *o)
{
    if (o->pos != 0) {
        /* "other": the one that was seen first need not stand first. */
        check_msg_add(c, m, o->pos, "other declaration of %s", s_name(c, o));
    }
}

void check_error(struct checker *c, pos at, const char *fmt, ...)
{
    struct check_msg m = {.n = 0};
    va_list ap;
    va_start(ap, fmt);
    errors_add(c, &m, at, fmt, ap);
    va_end(ap);
    check_msg_report(c, &m);
}

void check_error_soft(struct checker *c, pos at, const char *fmt, ...)
{
    struct check_msg m = {.n = 0, .soft = true};
    va_list ap;
    va_start(ap, fmt);
    errors_add(c, &m, at, fmt, ap);
    va_end(ap);
    check_msg_report(c, &m);
}

/* ---- texts ---- */

const char *s_str(struct checker *c, str s)
{
    return str_cstr(c->tmp, s);
}

const char *s_const(struct checker *c, const struct constant *v)
{
    return s_str(c, constant_text(c->tmp, v));
}

const char *s_name(struct checker *c, const struct obj *o)
{
    return s_str(c, check_name(c, o->name));
}

const char *s_expr(struct checker *c, node x)
{
    return s_str(c, print_expr_str(c->tmp, c->ast, c->prog->names, x));
}

struct errors_seen {
    struct map pkgs, first; /* package; name -> first package with that name */
    struct map *ambiguous;
};

static void errors_mark_imports(struct checker *c, struct errors_seen *s, struct package *p)
{
    bool fresh;
    map_put(&s->pkgs, (uintptr_t)p, &fresh);
    if (!fresh) {
        return;
    }
    u32 name = intern_id(c->prog->names, p->name);
    union map_val *v = map_put(&s->first, name, &fresh);
    if (fresh) {
        v->p = p;
    } else if (!str_eq(((struct package *)v->p)->path, p->path)) {
        map_put(s->ambiguous, name, NULL)->u = 1;
    }
    for (u32 i = 0; i < p->n_imports; i++) {
        errors_mark_imports(c, s, p->imports[i]);
    }
}

/* Finds names that several of the packages reachable from here have: types are qualified by the
 * path then.  Only when a message is made at all. */
static void errors_qualify(struct checker *c)
{
    if (c->pkg->ambiguous) {
        return;
    }
    struct errors_seen s = {.ambiguous = ARENA_NEW(c->a, struct map)};
    errors_mark_imports(c, &s, c->pkg);
    map_release(&s.pkgs);
    map_release(&s.first);
    c->pkg->ambiguous = s.ambiguous;
}

static const char *errors_take(struct checker *c, struct strbuf *b)
{
    const char *text = s_str(c, strbuf_str(b));
    strbuf_release(b);
    return text;
}

const char *s_pos(struct checker *c, pos p)
{
    struct strbuf b = {0};
    errors_put_pos(c, &b, p);
    return errors_take(c, &b);
}

const char *s_type(struct checker *c, struct type *t)
{
    struct strbuf b = {0};
    errors_qualify(c);
    type_write(&b, t, c->pkg, QUAL_NAME);
    return errors_take(c, &b);
}

const char *s_types(struct checker *c, const struct type_list *l)
{
    struct strbuf b = {0};
    errors_qualify(c);
    for (u32 i = 0; i < l->n; i++) {
        if (i > 0) {
            strbuf_puts(&b, ", ");
        }
        type_write(&b, l->v[i], c->pkg, QUAL_NAME);
    }
    return errors_take(c, &b);
}

/* ---- objects ---- */

static void obj_write_package(struct checker *c, struct strbuf *b, const struct package *p)
{
    if (!p || p == c->pkg) {
        return;
    }
    if (map_get(c->pkg->ambiguous, intern_id(c->prog->names, p->name))) {
        strbuf_printf(b, "\"%.*s\".", STR_ARG(p->path));
    } else {
        strbuf_printf(b, "%.*s.", STR_ARG(p->name));
    }
}

/* A signature without its "func". */
static void obj_write_signature(struct checker *c, struct strbuf *b, struct type *sig)
{
    struct strbuf text = {0};
    type_write(&text, sig, c->pkg, QUAL_NAME);
    str s = strbuf_str(&text);
    str_cut_prefix(&s, STR("func"));
    strbuf_put(b, s);
    strbuf_release(&text);
}

static void obj_write_tparams(struct checker *c, struct strbuf *b, const struct tparam_list *l)
{
    /* A signature that has nothing else shows them between "func" and "()". */
    struct type_tuple none = {.t = {.kind = TYPE_TUPLE}};
    struct type_signature sig = {
        .t = {.kind = TYPE_SIGNATURE}, .params = &none, .results = &none, .tparams = l};
    obj_write_signature(c, b, &sig.t);
    strbuf_truncate(b, b->n - 2);
}

static void obj_write_func(struct checker *c, struct strbuf *b, const struct obj *o)
{
    struct type_signature *sig = o->type ? is_signature(o->type) : NULL;
    strbuf_puts(b, "func ");
    if (sig && sig->recv) {
        struct type *recv = sig->recv->type;
        strbuf_putc(b, '(');
        if (recv->kind == TYPE_INTERFACE) {
            strbuf_puts(b, "interface");
        } else {
            type_write(b, recv, c->pkg, QUAL_NAME);
        }
        strbuf_puts(b, ").");
    } else if (sig) {
        obj_write_package(c, b, o->pkg);
    }
    strbuf_put(b, check_name(c, o->name));
    if (sig) {
        obj_write_signature(c, b, &sig->t);
    }
}

static void obj_write_type_name(struct checker *c, struct strbuf *b, const struct obj *o)
{
    struct type *t = o->type;
    if (!t || t->kind == TYPE_BASIC) {
        return;
    }
    struct type_named *n = is_named(t);
    struct type_alias *a = is_alias(t);
    const struct tparam_list *l = n ? named_tparams(n) : a ? a->tparams : NULL;
    if (l && l->n > 0) {
        obj_write_tparams(c, b, l);
    }
    if (o->flags & OBJ_IS_ALIAS) {
        strbuf_puts(b, " =");
        t = a ? a->rhs : t;
    } else if (t->kind == TYPE_PARAM) {
        t = as_param(t)->bound;
    } else {
        t = type_under(t);
    }
    strbuf_putc(b, ' ');
    if (t == &universe_any_iface.t && o == as_alias(c->prog->any)->obj) {
        strbuf_puts(b, "interface{}");
    } else if (t) {
        type_write(b, t, c->pkg, QUAL_NAME);
    }
}

const char *s_obj(struct checker *c, const struct obj *o)
{
    errors_qualify(c);
    struct strbuf b = {0};
    str name = check_name(c, o->name);
    const char *what = "";
    struct type *type = o->type;
    switch ((enum obj_kind)o->kind) {
    case OBJ_PKG:
        strbuf_printf(&b, "package %.*s", STR_ARG(name));
        if (o->imported && o->imported->path.n > 0 && !str_eq(o->imported->path, name)) {
            strbuf_printf(&b, " (\"%.*s\")", STR_ARG(o->imported->path));
        }
        return errors_take(c, &b);
    case OBJ_FUNC: obj_write_func(c, &b, o); return errors_take(c, &b);
    case OBJ_NIL: return "nil";
    case OBJ_CONST: what = "const"; break;
    case OBJ_TYPE: what = type && type_is_param(type) ? "type parameter" : "type"; break;
    case OBJ_VAR: what = o->var == VAR_FIELD ? "field" : "var"; break;
    case OBJ_LABEL:
        what = "label";
        type = NULL;
        break;
    case OBJ_BUILTIN:
        what = "builtin";
        type = NULL;
        break;
    }
    strbuf_printf(&b, "%s ", what);
    if (o->pkg && scope_lookup(o->pkg->scope, o->name) == o) {
        obj_write_package(c, &b, o->pkg);
    }
    strbuf_put(&b, name);
    if (o->kind == OBJ_TYPE) {
        obj_write_type_name(c, &b, o);
    } else if (type) {
        strbuf_putc(&b, ' ');
        type_write(&b, type, c->pkg, QUAL_NAME);
    }
    return errors_take(c, &b);
}
