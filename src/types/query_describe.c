/* query_describe.c: what is known of an expression, in a line of words. */
#include "base/path.h"
#include "types/types.h"

struct place {
    struct arena *a;
    struct program *prog;
    const struct package *pkg;
    const struct file_info *file;
    struct strbuf *out;
};

/* ---- words for objects and types ---- */

static str place_name(const struct place *p, const struct obj *o)
{
    return intern_str(p->prog->names, o->name);
}

static str place_type(const struct place *p, struct type *t)
{
    return type_str(p->a, t, p->pkg);
}

/* NULL: a function whose declaration is wrong, or another kind of object. */
static struct type_signature *place_signature(const struct obj *o)
{
    return o->kind == OBJ_FUNC && o->type ? is_signature(o->type) : NULL;
}

static const char *place_kind(const struct obj *o)
{
    switch (o->kind) {
    case OBJ_PKG: return "package";
    case OBJ_CONST: return "constant";
    case OBJ_TYPE: return "type";
    case OBJ_FUNC: return place_signature(o) && place_signature(o)->recv ? "method" : "function";
    case OBJ_LABEL: return "label";
    case OBJ_BUILTIN: return "builtin function";
    case OBJ_NIL: return "predeclared value";
    default: break;
    }
    switch (o->var) {
    case VAR_PACKAGE: return "package variable";
    case VAR_RECV: return "receiver";
    case VAR_PARAM: return "parameter";
    case VAR_RESULT: return "result";
    case VAR_FIELD: return "field";
    default: return "local variable";
    }
}

/* "8 bytes", or nothing where a type has no size of its own. */
static void place_size(struct place *p, struct type *t)
{
    if (!t || !type_is_valid(t) || type_is_untyped(t) || t->kind == TYPE_TUPLE ||
        layout_varies(t)) {
        return;
    }
    i64 size = layout_size(&p->prog->sizes, t);
    if (size >= 0) {
        strbuf_printf(p->out, ", %lld byte%s", (long long)size, size == 1 ? "" : "s");
    }
}

static void place_declared(struct place *p, const struct obj *o, u32 here)
{
    struct span s = sources_span_raw(p->prog->sources, o->pos);
    if (o->pos == here) {
        return;
    }
    if (s.line == 0) {
        strbuf_puts(p->out, ", predeclared");
    } else if (str_eq(s.file, p->file->ast->src->path)) {
        strbuf_printf(p->out, ", declared at :%u:%u", s.line, s.col);
    } else {
        str file = o->pkg && o->pkg->src && o->pkg->src->std ? s.file : path_base(s.file);
        strbuf_printf(p->out, ", declared at %.*s:%u:%u", STR_ARG(file), s.line, s.col);
    }
}

/* Where a field lies in the struct that a selector looks into. */
static void place_field(struct place *p, const struct selection *sel)
{
    struct type *t = sel->recv;
    i64 offset = 0;

    for (u32 i = 0; i < sel->n_path; i++) {
        bool pointer;
        struct type *base = type_deref(t, &pointer);
        struct type_struct *s = is_struct(type_under(base));
        if (!s || sel->path[i] >= s->n || layout_varies(base)) {
            return;
        }
        i64 *off = ARENA_ARRAY(p->a, i64, s->n);
        layout_offsets(&p->prog->sizes, s, off);
        offset = (pointer ? 0 : offset) + off[sel->path[i]];
        if (i + 1 == sel->n_path) {
            str of = place_type(p, base);
            i64 size = layout_size(&p->prog->sizes, base);
            strbuf_printf(p->out, ", at offset %lld of %.*s (%lld bytes", (long long)offset,
                          STR_ARG(of), (long long)size);
            strbuf_printf(p->out, size > 64 ? ", cache line %lld)" : ")", (long long)offset / 64);
        }
        t = s->fields[sel->path[i]]->type;
    }
}

/* ---- one expression ---- */

static void place_object(struct place *p, const struct obj *o, struct type *t, str path)
{
    if (o->kind == OBJ_PKG) {
        path = o->imported ? o->imported->path : (str){0};
        strbuf_printf(p->out, "package %.*s", STR_ARG(path));
        return;
    }
    strbuf_puts(p->out, place_kind(o));
    if (path.n) {
        strbuf_printf(p->out, " %.*s", STR_ARG(path));
    }
    if (t && o->kind != OBJ_TYPE && o->kind != OBJ_BUILTIN) {
        strbuf_putc(p->out, ' ');
        strbuf_put(p->out, place_type(p, t));
    }
    if (o->kind == OBJ_CONST && o->val) {
        strbuf_puts(p->out, " = ");
        strbuf_put(p->out, constant_text(p->a, o->val));
    }
    if (o->kind == OBJ_VAR || o->kind == OBJ_TYPE) {
        place_size(p, t);
    }
}

/* "sync/atomic.(*Int64).Add" */
static str place_func(const struct place *p, const struct obj *o)
{
    str pkg = o->pkg ? o->pkg->path : STR("builtin"), name = place_name(p, o);
    struct type_signature *sig = place_signature(o);
    struct obj *recv = sig ? sig->recv : NULL;
    if (!recv) {
        return str_fmt(p->a, "%.*s.%.*s", STR_ARG(pkg), STR_ARG(name));
    }
    bool pointer;
    struct type_named *base = type_named_of(type_deref(recv->type, &pointer));
    str of = base ? place_name(p, named_obj(base)) : STR("interface");
    return str_fmt(p->a, pointer ? "%.*s.(*%.*s).%.*s" : "%.*s.%.*s.%.*s", STR_ARG(pkg),
                   STR_ARG(of), STR_ARG(name));
}

static void place_call(struct place *p, node n)
{
    bool dynamic = false;
    struct obj *callee = query_callee(p->file, n, &dynamic);
    node fun = ast_unparen(p->file->ast, ast_at(p->file->ast, n)->a);
    struct obj *named = info_obj(p->file, fun);
    if (!callee && named && named->kind == OBJ_BUILTIN) {
        callee = named;
    }
    if (p->file->mode[fun] == MODE_TYPE) {
        strbuf_puts(p->out, "conversion");
    } else if (callee) {
        str name = place_func(p, callee);
        strbuf_printf(p->out, "call of %.*s", STR_ARG(name));
        place_declared(p, callee, 0);
    } else {
        strbuf_puts(p->out, dynamic ? "call whose function is found at run time" : "call");
    }
    struct type *t = p->file->at[n].type;
    if (t) {
        strbuf_puts(p->out, "; gives ");
        strbuf_put(p->out, place_type(p, t));
        place_size(p, t);
    }
}

bool query_describe(struct strbuf *out, struct arena *a, const struct package *pkg, const struct file_info *file, node n)
{
    struct place v = {a, pkg->prog, pkg, file, out}, *p = &v;
    const struct typed *t = &file->at[n];
    struct obj *o = info_obj(file, n);

    if (!o && !t->type) {
        return false;
    }
    if (ast_kind(file->ast, n) == AST_CALL) {
        place_call(p, n);
    } else if (o) {
        struct selection *sel = ast_kind(file->ast, n) == AST_SELECTOR ? t->sel : NULL;
        bool field = sel && sel->kind == SELECT_FIELD;
        struct type *of;
        str path = field ? query_path(a, pkg, file, n, &of) : (str){0};
        place_object(p, o, t->type && o->kind != OBJ_TYPE ? t->type : o->type, path);
        if (field) {
            place_field(p, sel);
        }
        place_declared(p, o, ast_at(file->ast, n)->pos);
    } else {
        const struct constant *c = info_const(file, n);
        strbuf_puts(out, file->mode[n] == MODE_TYPE ? "type " : "expression ");
        strbuf_put(out, place_type(p, t->type));
        if (c) {
            strbuf_puts(out, " = ");
            strbuf_put(out, constant_text(a, c));
        }
        place_size(p, t->type);
    }
    return true;
}
