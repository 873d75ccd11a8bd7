#include "cmd/cmd_place.h"

#include <stdlib.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "syntax/print.h"
#include "types/types.h"

struct place {
    struct arena *a;
    struct load *load;
    struct program *prog;
    struct package *pkg;
    const struct file_info *file;
    struct strbuf out;
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

static const char *place_kind(const struct obj *o)
{
    switch (o->kind) {
    case OBJ_PKG: return "package";
    case OBJ_CONST: return "constant";
    case OBJ_TYPE: return "type";
    case OBJ_FUNC: return as_signature(o->type)->recv ? "method" : "function";
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
        strbuf_printf(&p->out, ", %lld byte%s", (long long)size, size == 1 ? "" : "s");
    }
}

static void place_declared(struct place *p, const struct obj *o, u32 here)
{
    struct span s = sources_span_raw(p->prog->sources, o->pos);
    if (o->pos == here) {
        return;
    }
    if (s.line == 0) {
        strbuf_puts(&p->out, ", predeclared");
    } else if (str_eq(s.file, p->file->ast->src->path)) {
        strbuf_printf(&p->out, ", declared at :%u:%u", s.line, s.col);
    } else {
        str file = o->pkg && o->pkg->src && o->pkg->src->std ? s.file : path_base(s.file);
        strbuf_printf(&p->out, ", declared at %.*s:%u:%u", STR_ARG(file), s.line, s.col);
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
            strbuf_printf(&p->out, ", at offset %lld of %.*s (%lld bytes", (long long)offset,
                          STR_ARG(of), (long long)size);
            strbuf_printf(&p->out, size > 64 ? ", cache line %lld)" : ")", (long long)offset / 64);
        }
        t = s->fields[sel->path[i]]->type;
    }
}

/* ---- one expression ---- */

static void place_object(struct place *p, const struct obj *o, struct type *t, str path)
{
    if (o->kind == OBJ_PKG) {
        path = o->imported ? o->imported->path : (str){0};
        strbuf_printf(&p->out, "package %.*s", STR_ARG(path));
        return;
    }
    strbuf_puts(&p->out, place_kind(o));
    if (path.n) {
        strbuf_printf(&p->out, " %.*s", STR_ARG(path));
    }
    if (t && o->kind != OBJ_TYPE && o->kind != OBJ_BUILTIN) {
        strbuf_putc(&p->out, ' ');
        strbuf_put(&p->out, place_type(p, t));
    }
    if (o->kind == OBJ_CONST && o->val) {
        strbuf_puts(&p->out, " = ");
        strbuf_put(&p->out, constant_text(p->a, o->val));
    }
    if (o->kind == OBJ_VAR || o->kind == OBJ_TYPE) {
        place_size(p, t);
    }
}

/* "sync/atomic.(*Int64).Add" */
static str place_func(const struct place *p, const struct obj *o)
{
    str pkg = o->pkg ? o->pkg->path : STR("builtin"), name = place_name(p, o);
    struct obj *recv = o->kind == OBJ_FUNC ? as_signature(o->type)->recv : NULL;
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
        strbuf_puts(&p->out, "conversion");
    } else if (callee) {
        str name = place_func(p, callee);
        strbuf_printf(&p->out, "call of %.*s", STR_ARG(name));
        place_declared(p, callee, 0);
    } else {
        strbuf_puts(&p->out, dynamic ? "call whose function is found at run time" : "call");
    }
    struct type *t = p->file->at[n].type;
    if (t) {
        strbuf_puts(&p->out, "; gives ");
        strbuf_put(&p->out, place_type(p, t));
        place_size(p, t);
    }
}

/* A line of the answer; false if there is nothing to say of n. */
static bool place_node(struct place *p, node n)
{
    const struct ast *f = p->file->ast;
    const struct typed *t = &p->file->at[n];
    struct obj *o = info_obj(p->file, n);
    if (!o && !t->type) {
        return false;
    }
    struct span s = sources_span_raw(p->prog->sources, ast_start(f, n));
    str text = print_expr_str(p->a, f, p->prog->names, n);
    strbuf_printf(&p->out, "  :%u:%u  %.*s  ", s.line, s.col, STR_ARG(text));
    if (ast_kind(f, n) == AST_CALL) {
        place_call(p, n);
    } else if (o) {
        struct selection *sel = ast_kind(f, n) == AST_SELECTOR ? t->sel : NULL;
        bool field = sel && sel->kind == SELECT_FIELD;
        struct type *of;
        str path = field ? query_path(p->a, p->pkg, p->file, n, &of) : (str){0};
        place_object(p, o, t->type && o->kind != OBJ_TYPE ? t->type : o->type, path);
        if (field) {
            place_field(p, sel);
        }
        place_declared(p, o, ast_at(f, n)->pos);
    } else {
        const struct constant *c = info_const(p->file, n);
        strbuf_puts(&p->out, p->file->mode[n] == MODE_TYPE ? "type " : "expression ");
        strbuf_put(&p->out, place_type(p, t->type));
        if (c) {
            strbuf_puts(&p->out, " = ");
            strbuf_put(&p->out, constant_text(p->a, c));
        }
        place_size(p, t->type);
    }
    strbuf_putc(&p->out, '\n');
    return true;
}

struct place_hit {
    u32 start, end;
    node n;
};

static int place_order(const void *x, const void *y)
{
    const struct place_hit *a = x, *b = y;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return a->end > b->end ? -1 : a->end < b->end; /* the whole before its parts */
}

/* Names that are no part of a selector, and selectors: of the line [from, to), or around `at` (0: none), and then
 * other expressions too. */
static void place_nodes(struct place *p, u32 from, u32 to, u32 at)
{
    const struct ast *f = p->file->ast;
    VEC(struct place_hit) hits = {0};
    u8 *part = ARENA_ARRAY(p->a, u8, f->n_nodes);
    for (node n = 1; n < f->n_nodes; n++) {
        if (ast_kind(f, n) == AST_SELECTOR) {
            part[ast_at(f, n)->b] = 1;
        }
    }
    for (node n = 1; n < f->n_nodes; n++) {
        u32 kind = ast_kind(f, n);
        bool name = (kind == AST_NAME && !part[n]) || kind == AST_SELECTOR || kind == AST_CALL;
        if (part[n] || (!name && (at == 0 || kind == AST_KEY_VALUE || kind == AST_LIST)) ||
            (!name && !p->file->at[n].type) || kind >= AST_IMPORT_DECL || kind == AST_FIELD) {
            continue;
        }
        struct place_hit h = {ast_start(f, n), ast_end(f, n), n};
        if (at ? h.start <= at && at < h.end : h.start >= from && h.start < to) {
            vec_push_in(p->a, &hits, h);
        }
    }
    if (hits.n > 1) {
        qsort(hits.v, hits.n, sizeof *hits.v, place_order);
    }
    size_t said = 0;
    for (size_t i = 0; i < hits.n; i++) {
        said += place_node(p, hits.v[i].n);
    }
    if (said == 0) {
        strbuf_puts(&p->out, at ? "  nothing stands here that has a type\n"
                                : "  nothing in this line has a name or a type\n");
    }
}

/* ---- finding the place ---- */

static bool place_find(struct place *p, str file)
{
    for (u32 i = 0; i < p->prog->n_pkgs; i++) {
        struct package *k = p->prog->pkgs[i];
        for (u32 j = 0; k && j < k->n_files; j++) {
            if (str_eq(k->files[j].ast->src->path, file)) {
                p->pkg = k;
                p->file = &k->files[j];
                return true;
            }
        }
    }
    return false;
}

static int place_answer(struct place *p, str shown, u32 line, u32 col)
{
    const struct source *src = p->file->ast->src;
    u32 from = sources_pos(p->prog->sources, src, line, 1);
    if (from == 0) {
        return cmd_fail("%.*s has no line %u", STR_ARG(shown), line);
    }
    str text = sources_line(p->prog->sources, from);
    u32 at = col ? from + col - 1 : 0;
    if (col > text.n + 1) {
        return cmd_fail("line %u of %.*s has no column %u", line, STR_ARG(shown), col);
    }
    strbuf_printf(&p->out, "%.*s:%u", STR_ARG(shown), line);
    if (col) {
        strbuf_printf(&p->out, ":%u", col);
    }
    node func = query_func_at(p->file, at ? at : from);
    for (u32 i = 1; !func && i < text.n; i++) { /* the line of the func keyword itself */
        func = query_func_at(p->file, from + i);
    }
    if (func) {
        strbuf_puts(&p->out, "  in ");
        strbuf_put(&p->out, query_symbol(p->a, p->pkg, p->file, func));
    } else {
        strbuf_printf(&p->out, "  in package %.*s", STR_ARG(p->pkg->path));
    }
    str trimmed = str_trim(text);
    strbuf_printf(&p->out, "\n    %.*s\n", STR_ARG(trimmed));
    place_nodes(p, from, from + (u32)text.n + 1, at);
    for (u32 i = 0; i < p->pkg->n_errors; i++) {
        struct span s = sources_span_raw(p->prog->sources, p->pkg->errors[i].pos);
        if (s.line == line && str_eq(s.file, src->path)) {
            strbuf_printf(&p->out, "  error: %.*s\n", STR_ARG(p->pkg->errors[i].text));
        }
    }
    return cmd_print(strbuf_str(&p->out)) ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}

int cmd_place(str file, u32 line, u32 col)
{
    struct arena a = {0};
    struct place p = {.a = &a};
    struct err e;
    str cwd;
    if (!io_cwd(&a, &cwd, &e)) {
        return cmd_fail_err(&e);
    }
    str path = path_under(&a, cwd, file);
    if (!io_is_file(str_cstr(&a, path))) {
        return cmd_fail("open %.*s: no such file or directory", STR_ARG(file));
    }
    str pattern = STR(".");
    struct load_config c = {.dir = path_dir(&a, path),
                            .tests = str_has_suffix(file, STR("_test.go"))};
    struct pool *pool = pool_new(0);
    int status;
    p.load = load_packages(&c, &pattern, 1, pool, &e);
    if (!p.load) {
        pool_free(pool);
        return cmd_fail_err(&e);
    }
    p.prog = check_load(p.load, pool, CHECK_FAKE_C, CHECK_FAKE_C | CHECK_NO_BODIES | CHECK_NO_INFO);
    pool_free(pool);
    if (place_find(&p, path)) {
        status = place_answer(&p, file, line, col);
    } else if (p.load->n_errors > 0) {
        status = cmd_fail("%.*s", STR_ARG(p.load->errors[0].text));
    } else {
        status =
            cmd_fail("%.*s is no Go file of the package in its directory as it is built here "
                     "(build constraints, "
                     "GOOS=%.*s, GOARCH=%.*s)",
                     STR_ARG(file), STR_ARG(p.load->config.goos), STR_ARG(p.load->config.goarch));
    }
    strbuf_release(&p.out);
    program_free(p.prog);
    load_free(p.load);
    arena_release(&a);
    return status;
}
