/* cmd_layout_type.c: reading a type from the command line. */
#include "cmd/cmd_layout_type.h"

void cmd_layout_split(struct arena *a, str arg, str *pkg, str *name, str *targs)
{
    *targs = (str){0};
    i64 open = str_find_byte(arg, '[');
    if (open > 0 && str_has_suffix(arg, STR("]"))) {
        *targs = str_slice(arg, (size_t)open + 1, arg.n - 1);
        arg = str_slice(arg, 0, (size_t)open);
    }
    i64 dot = str_find_last_byte(arg, '.'), slash = str_find_last_byte(arg, '/');
    *name = str_from(arg, (size_t)(dot + 1));
    if (dot <= slash) {
        *pkg = STR(".");
        return;
    }
    *pkg = str_slice(arg, 0, (size_t)dot);
    /* ".T" and "..T" name the directory here and the one above. */
    if (pkg->n == 0 || str_eq(*pkg, STR("."))) {
        *pkg = str_fmt(a, ".%.*s", STR_ARG(*pkg));
    }
}

/* The name at the beginning of s: everything up to punctuation that no path has. */
static str layout_take_name(str *s)
{
    size_t n = 0;
    while (n < s->n && !str_contains(STR("[]*,(){} "), (str){s->p + n, 1})) {
        n++;
    }
    str name = str_slice(*s, 0, n);
    *s = str_from(*s, n);
    return name;
}

void cmd_layout_packages(struct arena *a, str targs, layout_patterns *out)
{
    while (targs.n > 0) {
        str name = layout_take_name(&targs);
        i64 dot = str_find_last_byte(name, '.');
        if (dot > 0 && dot > str_find_last_byte(name, '/')) {
            vec_push_in(a, out, str_slice(name, 0, (size_t)dot));
        }
        targs = str_from(targs, 1);
    }
}

struct reader {
    struct arena *a;
    struct program *p;
    const struct package *own;
    str rest;
    u32 depth;
    str why; /* not empty: a mistake */
};

enum { READER_DEPTH = 100 };

static struct type *layout_read(struct reader *r);

static struct type *layout_fail(struct reader *r, str why)
{
    if (r->why.n == 0) {
        r->why = why;
    }
    return NULL;
}

static bool layout_accept(struct reader *r, str what)
{
    r->rest = str_trim(r->rest);
    return str_cut_prefix(&r->rest, what);
}

static struct type *layout_instantiate(struct reader *r, struct obj *o)
{
    VEC(struct type *) v = {0};
    do {
        struct type *t = layout_read(r);
        if (!t) {
            return NULL;
        }
        vec_push_in(r->a, &v, t);
    } while (layout_accept(r, STR(",")));
    struct type *t = type_instantiate(r->p, o->type, v.v, base_u32(v.n));
    return t ? t : layout_fail(r, STR("wrong number of type arguments"));
}

/* A predeclared type, one of the package, or with a path or the name of a package before it. */
static struct obj *layout_find(struct reader *r, str text)
{
    i64 dot = str_find_last_byte(text, '.');
    str pkg = str_slice(text, 0, dot > 0 ? (size_t)dot : 0);
    name_id name = intern_lookup(r->p->names, str_from(text, (size_t)(dot + 1)));
    if (dot <= 0) {
        struct obj *o = scope_lookup(r->own->scope, name);
        return o ? o : scope_lookup(r->p->universe, name);
    }
    for (u32 i = 0; i < r->p->n_pkgs; i++) {
        const struct package *k = r->p->pkgs[i];
        if (k && str_eq(k->path, pkg)) {
            return scope_lookup(k->scope, name);
        }
    }
    return str_eq(pkg, STR("unsafe")) ? scope_lookup(r->p->unsafe->scope, name) : NULL;
}

static struct type *layout_read_name(struct reader *r)
{
    str text = layout_take_name(&r->rest);
    if (text.n == 0) {
        return layout_fail(
            r, r->rest.n ? str_fmt(r->a, "unexpected %c in the type arguments", r->rest.p[0])
                         : STR("a type argument is missing"));
    }
    struct obj *o = layout_find(r, text);
    if (!o || o->kind != OBJ_TYPE || !o->type || !type_is_valid(o->type)) {
        return layout_fail(r, str_fmt(r->a, "%.*s is not a type", STR_ARG(text)));
    }
    bool args = layout_accept(r, STR("["));
    if (args != type_is_generic(o->type)) {
        return layout_fail(r,
                           str_fmt(r->a, args ? "%.*s is not generic" : "%.*s lacks type arguments",
                                   STR_ARG(text)));
    }
    if (!args) {
        return o->type;
    }
    struct type *t = layout_instantiate(r, o);
    return t && !layout_accept(r, STR("]")) ? layout_fail(r, STR("a ] is missing")) : t;
}

static struct type *layout_read_brackets(struct reader *r)
{
    i64 len = -1;
    if (!layout_accept(r, STR("]"))) {
        str digits = layout_take_name(&r->rest);
        if (!str_i64(digits, &len) || len < 0 || !layout_accept(r, STR("]"))) {
            return layout_fail(r, STR("an array's length must be a number"));
        }
    }
    struct type *elem = layout_read(r);
    if (!elem) {
        return NULL;
    }
    return len < 0 ? type_new_slice(r->a, elem) : type_new_array(r->a, elem, len);
}

static struct type *layout_read_map(struct reader *r)
{
    struct type *key = layout_read(r);
    if (key && !layout_accept(r, STR("]"))) {
        return layout_fail(r, STR("a ] is missing"));
    }
    struct type *elem = key ? layout_read(r) : NULL;
    return elem ? type_new_map(r->a, key, elem) : NULL;
}

static struct type *layout_read(struct reader *r)
{
    if (r->depth++ >= READER_DEPTH) {
        return layout_fail(r, STR("the type arguments are nested too deeply"));
    }
    struct type *t;
    if (layout_accept(r, STR("*"))) {
        struct type *elem = layout_read(r);
        t = elem ? type_new_pointer(r->a, elem) : NULL;
    } else if (layout_accept(r, STR("["))) {
        t = layout_read_brackets(r);
    } else if (layout_accept(r, STR("map["))) {
        t = layout_read_map(r);
    } else if (layout_accept(r, STR("chan "))) {
        struct type *elem = layout_read(r);
        t = elem ? type_new_chan(r->a, AST_DIR_BOTH, elem) : NULL;
    } else if (layout_accept(r, STR("struct{}"))) {
        t = type_new_struct(r->a, NULL, 0, NULL);
    } else if (layout_accept(r, STR("func()"))) {
        t = &type_new_signature(r->a, NULL, NULL, NULL, false)->t;
    } else {
        t = layout_read_name(r);
    }
    r->depth--;
    return t;
}

struct type *cmd_layout_instance(struct arena *a, struct program *p, struct obj *o, str targs, str *why)
{
    struct reader r = {.a = a, .p = p, .own = o->pkg, .rest = targs};
    struct type *t = layout_instantiate(&r, o);
    if (t && str_trim(r.rest).n > 0) {
        t = layout_fail(&r,
                        str_fmt(a, "unexpected %c in the type arguments", str_trim(r.rest).p[0]));
    }
    *why = r.why;
    return t;
}
