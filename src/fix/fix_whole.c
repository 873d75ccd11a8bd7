/* fix_whole.c: objects over all files of a package. */
#include "fix/fix_whole.h"

#include "fix/fix_import.h"
#include "fix/fix_names.h"

bool fix_is_test(const struct fix_tree *t)
{
    return str_has_suffix(t->ast->src->path, STR("_test.go"));
}

bool fix_is_seen_outside(const struct obj *o)
{
    bool main = o->pkg && str_is(o->pkg->name, "main");

    return (o->flags & OBJ_EXPORTED) && !main && (o->kind == OBJ_FUNC || o->var == VAR_PACKAGE || o->var == VAR_FIELD);
}

const struct fix_tree *fix_whole_tree(const struct fix_whole *w, const struct obj *o)
{
    for (u32 i = 0; i < w->n; i++) {
        const struct source *s = w->trees[i]->ast->src;
        if (o->pos >= s->base && o->pos <= s->base + s->text.n) {
            return w->trees[i];
        }
    }
    return NULL;
}

/* ---- who else speaks of it ---- */

static bool is_tree(const void *ctx, str path)
{
    const struct fix_whole *w = ctx;

    for (u32 i = 0; i < w->n; i++) {
        if (str_eq(w->trees[i]->ast->src->path, path)) {
            return true;
        }
    }
    return false;
}

bool fix_whole_is_hidden(const struct fix_whole *w, const struct obj *o)
{
    str name = intern_str(w->f->pkg->prog->names, o->name), file;

    if (o->kind == OBJ_VAR && o->var == VAR_LOCAL) {
        return false;
    }
    for (u32 i = 0; i < w->n; i++) {
        const struct ast *f = w->trees[i]->ast;
        for (u32 k = 0; k < f->n_directives; k++) {
            str d = str_slice(f->src->text, f->directives[k].pos - f->src->base,
                              f->directives[k].pos - f->src->base + f->directives[k].len);
            if ((str_has_prefix(d, STR("//go:linkname")) || str_has_prefix(d, STR("//export"))) && fix_mentions(d, name)) {
                return true;
            }
        }
    }
    return fix_mentioned_in(w->f->arena, w->f->pkg->src->dir, name, is_tree, w, &file);
}

bool fix_whole_in_interface(const struct fix_whole *w, name_id name)
{
    for (u32 i = 0; i < w->n; i++) {
        const struct ast *f = w->trees[i]->ast;
        for (node n = 1; n < f->n_nodes; n++) {
            u32 list = ast_kind(f, n) == AST_INTERFACE_TYPE ? ast_at(f, n)->a : 0;
            for (u32 k = 0; k < ast_list_len(f, list); k++) {
                node m = ast_at(f, ast_list(f, list)[k])->a;
                if (m && ast_at(f, m)->a == name) {
                    return true;
                }
            }
        }
    }
    return false;
}

bool fix_whole_each(const struct fix_whole *w, const struct obj *o, bool (*visit)(void *ctx, const struct fix_tree *t, node name),
                    void *ctx)
{
    for (u32 i = 0; i < w->n; i++) {
        const struct fix_tree *t = w->trees[i];
        struct fix_uses u = fix_uses_of(t, o);
        for (u32 k = 0; k < u.n; k++) {
            if (t->generated || !visit(ctx, t, u.v[k])) {
                return false;
            }
        }
    }
    return true;
}

void fix_whole_funcs(const struct fix_whole *w, void (*look)(const struct fix_whole *w, const struct fix_tree *t, node decl))
{
    for (u32 i = 0; i < w->n; i++) {
        const struct fix_tree *t = w->trees[i];
        for (u32 k = 0; k < ast_list_len(t->ast, t->ast->decls) && !fix_is_test(t) && !t->generated; k++) {
            node d = ast_list(t->ast, t->ast->decls)[k];
            if (ast_kind(t->ast, d) == AST_FUNC_DECL) {
                look(w, t, d);
            }
        }
    }
}

/* ---- places ---- */

struct obj *fix_named(const struct fix_tree *t, node e)
{
    e = ast_unparen(t->ast, e);
    u32 k = ast_kind(t->ast, e);

    if (k == AST_NAME) {
        return info_obj(t->f, e);
    }
    if (k == AST_SELECTOR) {
        const struct selection *s = t->f->at[e].sel;
        return s && (s->kind == SELECT_FIELD || s->kind == SELECT_QUALIFIED) ? info_obj(t->f, e) : NULL;
    }
    return NULL;
}

node fix_above(const struct fix_tree *t, node *e)
{
    node p = t->parent[*e];

    while (p && ast_kind(t->ast, p) == AST_PAREN) {
        *e = p;
        p = t->parent[p];
    }
    return p;
}

node fix_spoken(const struct fix_tree *t, node name)
{
    node p = t->parent[name];

    return p && ast_kind(t->ast, p) == AST_SELECTOR && ast_at(t->ast, p)->b == name ? p : name;
}

node fix_across(const struct fix_tree *t, node assign, node e)
{
    const struct ast_node *x = ast_at(t->ast, assign);
    node l = x->a, r = x->b;
    const node *lv, *rv;
    u32 ln = ast_exprs(t->ast, &l, &lv), rn = ast_exprs(t->ast, &r, &rv);

    if (ln != rn) {
        return 0;
    }
    for (u32 i = 0; i < ln; i++) {
        if (lv[i] == e) {
            return rv[i];
        }
        if (rv[i] == e) {
            return lv[i];
        }
    }
    return 0;
}

node fix_list_owner(const struct fix_tree *t, node p)
{
    return ast_kind(t->ast, p) == AST_LIST ? t->parent[p] : p;
}

node fix_declared_with(const struct fix_tree *t, node decl, node e)
{
    node values = ast_rec(t->ast, decl, VALUE_VALUES);
    const node *v, *names = ast_list(t->ast, ast_at(t->ast, decl)->a);
    u32 n = ast_exprs(t->ast, &values, &v);

    for (u32 i = 0; i < n && n == ast_list_len(t->ast, ast_at(t->ast, decl)->a); i++) {
        if (v[i] == e || names[i] == e) {
            return v[i] == e ? names[i] : v[i];
        }
    }
    return 0;
}

/* ---- types as text ---- */

struct type_put {
    const struct fix_tree *t;
    struct fix_edits *e;
};

static bool put_named(void *ctx, struct strbuf *b, struct type_named *n)
{
    const struct type_put *p = ctx;
    const struct fix_tree *t = p->t;
    const struct obj *o = named_obj(n);
    str name = intern_str(t->pkg->prog->names, o->name);

    if (n->targs || named_tparams(n) || (o->pkg && o->parent != o->pkg->scope)) {
        return false; /* instances are seldom, and a function's own types have no name outside */
    }
    if (!o->pkg || str_eq(o->pkg->path, t->pkg->path)) {
        strbuf_put(b, name);
        return !o->pkg || o->pkg->scope == t->pkg->scope || o->pkg == t->pkg;
    }
    if (!(o->flags & OBJ_EXPORTED)) {
        return false;
    }
    for (u32 i = 0; i < ast_list_len(t->ast, t->ast->decls); i++) {
        node d = ast_list(t->ast, t->ast->decls)[i];
        struct obj *imported = ast_kind(t->ast, d) != AST_IMPORT_DECL ? NULL : t->f->at[d].obj;
        if (imported && imported->kind == OBJ_PKG && imported->imported == o->pkg) {
            str spoken = intern_str(t->pkg->prog->names, imported->name);
            strbuf_printf(b, "%.*s.%.*s", STR_ARG(spoken), STR_ARG(name));
            return !str_is(spoken, "_") && !str_is(spoken, ".");
        }
    }
    str std = o->pkg->src && o->pkg->src->std ? fix_import_name(t->arena, t->pkg, t->f, o->pkg->path) : (str){0};
    if (std.n > 0 && p->e && str_eq(std, o->pkg->name)) {
        strbuf_printf(b, "%.*s.%.*s", STR_ARG(std), STR_ARG(name));
        fix_edit_needs(p->e, t->ast->src, o->pkg->path);
        return true;
    }
    return false;
}

bool fix_type_text(const struct fix_tree *t, struct type *type, struct fix_edits *e, str *out)
{
    struct strbuf b = {0};
    struct type_put p = {t, e};
    bool ok = fix_put_type(&b, type, put_named, &p);

    *out = str_dup(t->arena, strbuf_str(&b));
    strbuf_release(&b);
    return ok;
}
