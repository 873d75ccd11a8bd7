/* fix_import.c: imports are added and dropped on the text that the edits have made, parsed again. */
#include "fix/fix_import.h"

#include "base/path.h"
#include "syntax/parse.h"

/* An import path without its quotes. */
static str import_text(const struct ast *f, node decl)
{
    node lit = ast_rec(f, decl, IMPORT_PATH);
    str s = lit ? ast_lit(f, lit) : (str){0};

    return s.n >= 2 ? str_slice(s, 1, s.n - 1) : (str){0};
}

static str import_name_text(const struct ast *f, node name)
{
    const struct ast_node *n = ast_at(f, name);

    return str_slice(f->src->text, n->pos - f->src->base, n->pos - f->src->base + n->b);
}

/* The import of a path by a name that can be spoken; 0: none. */
static node import_find(const struct ast *f, str path)
{
    u32 n = ast_list_len(f, f->decls);

    for (u32 i = 0; i < n; i++) {
        node d = ast_list(f, f->decls)[i];
        if (ast_kind(f, d) == AST_IMPORT_DECL && str_eq(import_text(f, d), path)) {
            node name = ast_at(f, d)->a;
            str text = name ? import_name_text(f, name) : (str){0};
            if (!str_is(text, "_") && !str_is(text, ".")) {
                return d;
            }
        }
    }
    return 0;
}

struct import_use {
    const struct ast *f;
    str name;
    bool found;
};

static bool import_visit(void *ctx, node n)
{
    struct import_use *u = ctx;

    if (ast_kind(u->f, n) == AST_SELECTOR) {
        node x = ast_at(u->f, n)->a;
        u->found |= ast_kind(u->f, x) == AST_NAME && str_eq(import_name_text(u->f, x), u->name);
    }
    return !u->found;
}

static bool import_is_used(const struct ast *f, str name)
{
    struct import_use u = {f, name, false};
    u32 n = ast_list_len(f, f->decls);

    for (u32 i = 0; i < n && !u.found; i++) {
        ast_walk(f, ast_list(f, f->decls)[i], import_visit, &u);
    }
    return u.found;
}

/* The line around a place, with its newline. */
static void line_around(str text, u32 at, u32 *from, u32 *to)
{
    for (*from = at; *from > 0 && text.p[*from - 1] != '\n'; (*from)--) {
    }
    for (*to = at; *to < text.n && text.p[*to] != '\n'; (*to)++) {
    }
    *to += *to < text.n;
}

static str text_without(struct arena *a, str text, u32 from, u32 to)
{
    return str_fmt(a, "%.*s%.*s", STR_ARG(str_slice(text, 0, from)), STR_ARG(str_from(text, to)));
}

static str text_with(struct arena *a, str text, u32 at, str more)
{
    return str_fmt(a, "%.*s%.*s%.*s", STR_ARG(str_slice(text, 0, at)), STR_ARG(more), STR_ARG(str_from(text, at)));
}

/* How many imports stand in the parentheses at group. */
static u32 import_group_len(const struct ast *f, u32 group)
{
    u32 n = 0;

    for (u32 i = 0; i < ast_list_len(f, f->decls); i++) {
        node d = ast_list(f, f->decls)[i];
        n += ast_kind(f, d) == AST_IMPORT_DECL && ast_rec(f, d, IMPORT_GROUP) == group;
    }
    return n;
}

/* Takes the whole declaration, or its line within parentheses. */
static str import_drop(struct arena *a, const struct ast *f, node d)
{
    str text = f->src->text;
    u32 group = ast_rec(f, d, IMPORT_GROUP), from, to;

    line_around(text, ast_at(f, ast_rec(f, d, IMPORT_PATH))->pos - f->src->base, &from, &to);
    if (group != 0 && import_group_len(f, group) == 1) {
        u32 open, unused;
        line_around(text, group - f->src->base, &open, &unused);
        i64 close = str_find_byte(str_from(text, to), ')');
        line_around(text, to + (close > 0 ? (u32)close : 0), &unused, &to);
        from = open;
    }
    return text_without(a, text, from, to);
}

/* In the first parenthesised declaration, beside an import of std if there is one; else as a declaration of its own. */
static str import_add(struct arena *a, const struct ast *f, str path)
{
    str text = f->src->text;
    u32 from, to;

    for (u32 i = 0; i < ast_list_len(f, f->decls); i++) {
        node d = ast_list(f, f->decls)[i];
        if (ast_kind(f, d) != AST_IMPORT_DECL || ast_rec(f, d, IMPORT_GROUP) == 0) {
            continue;
        }
        str other = import_text(f, d);
        i64 slash = str_find_byte(other, '/');
        str head = str_slice(other, 0, slash < 0 ? other.n : (size_t)slash);
        if (str_is(other, "C") || str_find_byte(head, '.') >= 0) {
            continue;
        }
        u32 at = ast_at(f, ast_rec(f, d, IMPORT_PATH))->pos - f->src->base;
        line_around(text, at, &from, &to);
        if (ast_rec(f, d, IMPORT_GROUP) - f->src->base >= from) { /* import ("a"): not on a line of its own */
            continue;
        }
        return text_with(a, text, from, str_fmt(a, "\t\"%.*s\"\n", STR_ARG(path)));
    }
    for (u32 i = 0; i < ast_list_len(f, f->decls); i++) { /* none of std: before the first, as a group of its own */
        node d = ast_list(f, f->decls)[i];
        u32 group = ast_kind(f, d) == AST_IMPORT_DECL ? ast_rec(f, d, IMPORT_GROUP) : 0;
        line_around(text, group ? group - f->src->base : 0, &from, &to);
        if (group && str_is(str_trim_right(str_slice(text, group - f->src->base, to)), "(")) {
            return text_with(a, text, to, str_fmt(a, "\t\"%.*s\"\n\n", STR_ARG(path)));
        }
    }
    line_around(text, ast_at(f, f->package_name)->pos - f->src->base, &from, &to);
    return text_with(a, text, to, str_fmt(a, "\nimport \"%.*s\"\n", STR_ARG(path)));
}

bool fix_import_settle(struct arena *a, str path, str *text, str import_path, bool add, struct err *e)
{
    struct sources *sources = sources_new();
    struct intern *names = intern_new();
    struct source *src = sources_add_text(sources, path, *text, e);
    struct ast *f = src ? parse_file(a, names, src, PARSE_ALL) : NULL;
    bool ok = f && (f->n_errors == 0 || err_set(e, "%.*s: %.*s", STR_ARG(path), STR_ARG(f->errors[0].text)));

    if (ok) {
        node d = import_find(f, import_path);
        node name = d ? ast_at(f, d)->a : 0;
        str spoken = name ? import_name_text(f, name) : path_base(import_path);
        if (add && !d) {
            *text = import_add(a, f, import_path);
        } else if (!add && d && !import_is_used(f, spoken)) {
            *text = import_drop(a, f, d);
        }
    }
    sources_free(sources);
    intern_free(names);
    return ok;
}

str fix_import_name(struct arena *a, const struct package *p, const struct file_info *f, str import_path)
{
    node d = import_find(f->ast, import_path);
    str name = d && ast_at(f->ast, d)->a ? import_name_text(f->ast, ast_at(f->ast, d)->a) : path_base(import_path);
    name_id id = intern_lookup(p->prog->names, name);

    if (scope_lookup(p->scope, id)) {
        return (str){0};
    }
    for (node n = 1; n < f->ast->n_nodes; n++) {
        const struct ast_node *x = ast_at(f->ast, n);
        struct obj *o = x->kind == AST_NAME && x->a == id ? info_obj(f, n) : NULL;
        if (o && o->kind != OBJ_PKG && !(o->kind == OBJ_VAR && o->var == VAR_FIELD)) {
            bool method = o->kind == OBJ_FUNC && o->type && is_signature(o->type) && is_signature(o->type)->recv;
            if (!method) {
                return (str){0};
            }
        }
    }
    struct obj *own = f->scope ? scope_lookup(f->scope, id) : NULL;
    if (own && (own->kind != OBJ_PKG || !own->imported || !str_eq(own->imported->path, import_path))) {
        return (str){0};
    }
    return str_dup(a, name);
}
