/* resolve.c: what a package declares: its objects, its files' imports, methods to their types.
 *
 * Follows GOROOT/src/cmd/compile/internal/types2/resolver.go.  c->methods: name of a base type
 * (struct obj *) -> struct method_list *; c->dot_imports: file << 32 | name -> the OBJ_PKG through
 * which the file got that name. */
#include <string.h>

#include "base/path.h"
#include "syntax/unicode.h"
#include "types/decl.h"

struct resolve_method {
    struct obj *obj;
    name_id recv; /* name of the receiver's type */
    bool ptr;
};

struct resolve {
    struct checker *c;
    name_id init, main;
    bool is_main; /* package main */
    VEC(struct resolve_method) methods;
    VEC(struct package *) imports;
    struct map imported; /* package -> in imports */
    struct strmap fakes; /* path -> package that could not be had */
    struct const_group group;
};

static struct decl *resolve_decl(struct checker *c)
{
    struct decl *d = ARENA_NEW(c->a, struct decl);
    d->file = c->env.file;
    return d;
}

static void resolve_add(struct checker *c, struct obj *o, struct decl *d)
{
    o->decl = d;
    o->order = ++c->order;
    vec_push_in(c->tmp, &c->objs, o);
}

/* Puts an object that is no function into the package's scope. */
static void resolve_declare(struct resolve *r, node name, struct obj *o, struct decl *d)
{
    struct checker *c = r->c;
    /* Go spec, "Program initialization and execution". */
    if (o->name == r->init) {
        check_error(c, o->pos, "cannot declare init - must be func");
        return;
    }
    if (o->name == r->main && r->is_main) {
        check_error(c, o->pos, "cannot declare main - must be func");
        return;
    }
    decl_declare(c, c->pkg->scope, name, o, 0);
    resolve_add(c, o, d);
}

static struct obj *resolve_obj(struct checker *c, enum obj_kind kind, node name)
{
    const struct ast_node *n = check_at(c, name);
    return obj_new(c->a, kind, n->pos, c->pkg, n->a, NULL, c->prog->names);
}

/* ---- imports ---- */

struct package *resolve_fake_package(struct program *p, str path)
{
    struct package *k = ARENA_NEW(p->arena, struct package);
    k->prog = p;
    k->path = str_dup(p->arena, path);
    k->arena = p->arena;
    k->scope = scope_new(p->arena, p->universe, 0, 0);
    k->fake = k->complete = true;

    /* The name that the package most likely has: the last element, but no version. */
    str name = k->path;
    str_cut_suffix(&name, STR("/"));
    i64 slash = str_find_last_byte(name, '/');
    str last = slash >= 0 ? str_from(name, (size_t)slash + 1) : name;
    u64 version;
    if (slash > 0 && last.n > 1 && last.p[0] == 'v' && str_u64(str_from(last, 1), &version)) {
        name.n = (size_t)slash;
        slash = str_find_last_byte(name, '/');
        last = slash >= 0 ? str_from(name, (size_t)slash + 1) : name;
    }
    i64 dot = str_find(last, STR(".v"));
    if (dot > 0) {
        last.n = (size_t)dot;
    }
    k->name = last;
    return k;
}

/* The path of an import declaration; false after an error. */
static bool resolve_path(struct checker *c, node lit, str *path)
{
    static const char illegal[] = "!\"#$%&'()*,:;<=>?[\\]^{|}`";
    const struct constant *v = constant_literal(c->tmp, ast_lit(c->ast, lit), LIT_STRING);
    pos at = check_at(c, lit)->pos;
    if (constant_kind(v) != CONST_STRING) {
        check_error(c, at, "invalid import path (invalid syntax)");
        return false;
    }
    *path = constant_string_val(c->tmp, v);
    if (path->n == 0) {
        check_error(c, at, "invalid import path (empty string)");
        return false;
    }
    for (str rest = *path; rest.n > 0;) {
        u32 rune;
        size_t w = str_decode_rune(rest, &rune);
        if (rune == ' ' || rune == STR_RUNE_ERROR || !unicode_is_print(rune) ||
            (rune < 0x80 && strchr(illegal, (int)rune))) {
            if (unicode_is_print(rune)) {
                char utf8[4];
                check_error(c, at, "invalid import path (invalid character U+%04X '%.*s')", rune,
                            (int)str_encode_rune(utf8, rune), utf8);
            } else {
                check_error(c, at, "invalid import path (invalid character U+%04X)", rune);
            }
            return false;
        }
        rest = str_from(rest, w);
    }
    return true;
}

/* Why a path leads nowhere, as the compiler words it (cmd/compile/internal/noder/import.go). */
static const char *resolve_why(struct checker *c, str path)
{
    str clean = path_clean(c->tmp, path);
    if (path.p[0] == '/') {
        return "import path cannot be absolute path";
    }
    if (!str_eq(clean, path) && !str_has_prefix(path, STR("./"))) {
        return s_str(c, str_fmt(c->tmp, "non-canonical import path \"%.*s\" (should be \"%.*s\")",
                                STR_ARG(path), STR_ARG(clean)));
    }
    return "file not found";
}

static struct package *resolve_package(struct resolve *r, pos at, str path)
{
    struct checker *c = r->c;
    if (str_is(path, "unsafe")) {
        return c->prog->unsafe;
    }
    union map_val *known = strmap_get(&r->fakes, path);
    if (known) {
        return known->p;
    }
    bool is_c = (c->flags & CHECK_FAKE_C) && str_is(path, "C");
    struct package *p = is_c || !c->find ? NULL : c->find(c->find_ctx, path);
    if (p) {
        return p;
    }
    if (!is_c) {
        check_error(c, at, "could not import %.*s (%s)", STR_ARG(path), resolve_why(c, path));
    }
    program_lock(c->prog);
    p = resolve_fake_package(c->prog, path);
    program_unlock(c->prog);
    strmap_put(&r->fakes, p->path, NULL)->p = p;
    return p;
}

/* The exported names of a package become the file's own. */
static void resolve_dot_import(struct checker *c, node local, struct obj *pkg)
{
    const struct scope *from = pkg->imported->scope;
    for (u32 i = 0; i < from->n; i++) {
        struct obj *o = from->slots[i].obj;
        if (!(o->flags & OBJ_EXPORTED)) {
            continue;
        }
        struct obj *there = scope_insert(c->a, c->f->scope, o);
        if (there) {
            struct check_msg m = {.n = 0};
            check_msg_add(c, &m, at_node(c, local), "%s redeclared in this block",
                          s_name(c, there));
            check_msg_other(c, &m, there);
            check_msg_report(c, &m);
        } else {
            map_put(&c->dot_imports, (u64)c->env.file << 32 | o->name, NULL)->p = pkg;
        }
    }
}

static void resolve_import(struct resolve *r, node n)
{
    struct checker *c = r->c;
    node lit = ast_rec(c->ast, n, IMPORT_PATH), local = check_at(c, n)->a;
    str path;
    if (!lit || (check_at(c, lit)->flags & AST_FLAG_BAD) || !resolve_path(c, lit, &path)) {
        return;
    }
    struct package *imp = resolve_package(r, check_at(c, lit)->pos, path);
    name_id name = local ? check_at(c, local)->a : intern_id(c->prog->names, imp->name);
    if (local && str_is(path, "C")) {
        check_error(c, check_at(c, local)->pos, "cannot rename import \"C\"");
        return;
    }
    if (name == r->init) {
        check_error(c, at_node(c, n), "cannot import package as init - init must be a func");
        return;
    }
    bool fresh;
    map_put(&r->imported, (uintptr_t)imp, &fresh);
    if (fresh) {
        vec_push_in(c->tmp, &r->imports, imp);
    }
    struct obj *o =
        obj_new(c->a, OBJ_PKG, check_at(c, n)->pos, c->pkg, name, TYPE_BAD, c->prog->names);
    o->imported = imp;
    o->color = OBJ_BLACK;
    if (local) {
        record_def(c, local, o);
    } else {
        record_implicit(c, n, o);
    }
    c->has_fake = c->has_fake || imp->fake || imp->tainted;
    if (imp->fake) {
        o->flags |= OBJ_USED; /* uses cannot be told from mistakes */
    }
    vec_push_in(c->tmp, &c->imports, o);
    if (str_is(check_name(c, name), ".")) {
        resolve_dot_import(c, local, o);
    } else {
        decl_declare(c, c->f->scope, 0, o, 0);
    }
}

void resolve_unused_imports(struct checker *c)
{
    for (size_t i = 0; i < c->imports.n; i++) {
        struct obj *o = c->imports.v[i];
        if (o->name == c->prog->blank || (o->flags & OBJ_USED)) {
            continue;
        }
        str path = o->imported->path, name = check_name(c, o->name);
        i64 slash = str_find_last_byte(path, '/');
        str last = slash >= 0 ? str_from(path, (size_t)slash + 1) : path;
        /* A name that the path does not show is said. */
        if (name.n == 0 || str_is(name, ".") || str_eq(name, last)) {
            check_error_soft(c, o->pos, "\"%.*s\" imported and not used", STR_ARG(path));
        } else {
            check_error_soft(c, o->pos, "\"%.*s\" imported as %.*s and not used", STR_ARG(path),
                             STR_ARG(name));
        }
    }
}

/* ---- declarations ---- */

static void resolve_const(struct resolve *r, node n, u32 index)
{
    struct checker *c = r->c;
    struct const_spec s = decl_const_spec(c, &r->group, n, index);
    const node *names = ast_list(c->ast, check_at(c, n)->a);
    u32 n_names = ast_list_len(c->ast, check_at(c, n)->a);
    const struct constant *iota = constant_int(c->a, s.iota);
    for (u32 i = 0; i < n_names; i++) {
        struct decl *d = resolve_decl(c);
        d->type = s.type;
        d->init = i < s.n_values ? s.values[i] : 0;
        d->inherited = s.inherited;
        d->iota = iota;
        struct obj *o = resolve_obj(c, OBJ_CONST, names[i]);
        o->val = iota;
        resolve_declare(r, names[i], o, d);
    }
    decl_arity(c, n, s.values, s.n_values, s.inherited);
}

static void resolve_var(struct resolve *r, node n)
{
    struct checker *c = r->c;
    const node *names = ast_list(c->ast, check_at(c, n)->a);
    u32 n_names = ast_list_len(c->ast, check_at(c, n)->a);
    node type = ast_rec(c->ast, n, VALUE_TYPE), init = ast_rec(c->ast, n, VALUE_VALUES);
    const node *values;
    u32 n_values = ast_exprs(c->ast, &init, &values);
    struct obj **lhs = ARENA_ARRAY(c->a, struct obj *, n_names);
    /* One value for all of them (or none): they share a declaration, so that each depends on what
       the value depends on. */
    struct decl *shared = NULL;
    if (!init || check_kind(c, init) != AST_LIST) {
        shared = resolve_decl(c);
        shared->lhs = lhs;
        shared->n_lhs = n_names;
        shared->type = type;
        shared->init = init;
    }
    for (u32 i = 0; i < n_names; i++) {
        lhs[i] = resolve_obj(c, OBJ_VAR, names[i]);
        lhs[i]->var = VAR_PACKAGE;
        struct decl *d = shared;
        if (!d) {
            d = resolve_decl(c);
            d->type = type;
            d->init = i < n_values ? values[i] : 0;
        }
        resolve_declare(r, names[i], lhs[i], d);
    }
    if (!type || n_values > 0) {
        decl_arity(c, n, values, n_values, false);
    }
}

static void resolve_type(struct resolve *r, node n)
{
    struct checker *c = r->c;
    struct decl *d = resolve_decl(c);
    node name = check_at(c, n)->a;
    d->tdecl = n;
    struct obj *o = resolve_obj(c, OBJ_TYPE, name);
    if (check_at(c, n)->flags & AST_FLAG_ALIAS) {
        o->flags |= OBJ_IS_ALIAS;
    }
    resolve_declare(r, name, o, d);
}

/* func main, func init: no type parameters, no parameters, no results; true if there was an error
 * about type parameters. */
static bool resolve_special_func(struct checker *c, node n, struct obj *o)
{
    u32 tparams = ast_rec(c->ast, n, FUNC_TPARAMS);
    const struct ast_node *type = check_at(c, ast_rec(c->ast, n, FUNC_TYPE));
    bool wrong = ast_list_len(c->ast, tparams) > 0;
    if (wrong) {
        check_error_soft(c, at_node(c, ast_list(c->ast, tparams)[0]),
                         "func %s must have no type parameters", s_name(c, o));
    }
    if (ast_list_len(c->ast, type->a) > 0 || ast_list_len(c->ast, type->b) > 0) {
        check_error_soft(c, o->pos, "func %s must have no arguments and no return values",
                         s_name(c, o));
    }
    return wrong;
}

static void resolve_func(struct resolve *r, node n)
{
    struct checker *c = r->c;
    node name = check_at(c, n)->a, recv = ast_rec(c->ast, n, FUNC_RECV);
    u32 tparams = ast_rec(c->ast, n, FUNC_TPARAMS);
    struct obj *o = resolve_obj(c, OBJ_FUNC, name);
    bool wrong = false;
    if (recv) {
        /* A method of something that is no type name is checked like a function; a method named _
           is never found. */
        bool ptr;
        node base;
        check_unpack_recv(c, check_at(c, recv)->b, &ptr, &base, NULL, NULL);
        if (check_kind(c, base) == AST_NAME && o->name != c->prog->blank) {
            vec_push_in(c->tmp, &r->methods, (struct resolve_method){o, check_at(c, base)->a, ptr});
        }
        record_def(c, name, o);
    } else {
        if (o->name == r->init || (o->name == r->main && r->is_main)) {
            wrong = resolve_special_func(c, n, o);
        }
        if (o->name == r->init) { /* invisible */
            o->parent = c->pkg->scope;
            record_def(c, name, o);
            if (!ast_rec(c->ast, n, FUNC_BODY) && !(check_at(c, n)->flags & AST_FLAG_SKIPPED)) {
                check_error_soft(c, o->pos, "func init must have a body");
            }
        } else {
            decl_declare(c, c->pkg->scope, name, o, 0);
        }
    }
    if (!wrong && ast_list_len(c->ast, tparams) > 0) {
        check_need(c, at_node(c, ast_list(c->ast, tparams)[0]), 18, "type parameter");
    }
    struct decl *d = resolve_decl(c);
    d->fdecl = n;
    resolve_add(c, o, d);
}

/* Names of a file's imports must not be the package's too. */
static void resolve_conflicts(struct checker *c)
{
    for (u32 i = 0; i < c->pkg->n_files; i++) {
        const struct scope *s = c->pkg->files[i].scope;
        for (u32 k = 0; k < s->n; k++) {
            struct obj *o = s->slots[k].obj;
            struct obj *there = scope_lookup(c->pkg->scope, s->slots[k].name);
            if (!there) {
                continue;
            }
            bool is_pkg = o->kind == OBJ_PKG;
            const struct package *p = is_pkg ? o->imported : o->pkg;
            struct check_msg m = {.n = 0};
            check_msg_add(c, &m, there->pos,
                          "%s already declared through %s of package %.*s (\"%.*s\")",
                          s_name(c, there), is_pkg ? "import" : "dot-import", STR_ARG(p->name),
                          STR_ARG(p->path));
            check_msg_other(c, &m, o);
            check_msg_report(c, &m);
        }
    }
}

/* ---- methods ---- */

/* The declared type that a receiver's type name leads to, through aliases that are not generic, of
 * which one may be a pointer; NULL: none of this package. */
static struct obj *resolve_base(struct checker *c, name_id name, bool *ptr)
{
    struct obj *seen = NULL; /* moved on at powers of two: a cycle of aliases comes back to it */
    for (u32 steps = 1;; steps++) {
        struct obj *o = scope_lookup(c->pkg->scope, name);
        if (!o || o->kind != OBJ_TYPE || o == seen) {
            return NULL;
        }
        if ((steps & (steps - 1)) == 0) {
            seen = o;
        }
        const struct ast *f = c->pkg->files[o->decl->file].ast;
        node n = o->decl->tdecl;
        if (!(ast_at(f, n)->flags & AST_FLAG_ALIAS)) {
            return o;
        }
        if (ast_list_len(f, ast_rec(f, n, TYPE_TPARAMS)) > 0) {
            return NULL;
        }
        node type = ast_unparen(f, ast_rec(f, n, TYPE_TYPE));
        const struct ast_node *t = ast_at(f, type);
        if (t->kind == AST_OPERATION && t->op == OP_MUL && !t->b) {
            if (*ptr) {
                return NULL;
            }
            *ptr = true;
            t = ast_at(f, ast_unparen(f, t->a));
        }
        if (t->kind != AST_NAME) {
            return NULL;
        }
        name = t->a;
    }
}

static void resolve_methods(struct resolve *r)
{
    struct checker *c = r->c;
    for (size_t i = 0; i < r->methods.n; i++) {
        struct resolve_method *m = &r->methods.v[i];
        bool ptr = m->ptr;
        struct obj *base = resolve_base(c, m->recv, &ptr);
        if (!base) {
            continue;
        }
        if (ptr) {
            m->obj->flags |= OBJ_PTR_RECV;
        }
        m->obj->flags |= OBJ_HAS_PTR_RECV_SET;
        union map_val *v = map_put(&c->methods, (uintptr_t)base, NULL);
        if (!v->p) {
            v->p = ARENA_NEW(c->tmp, struct method_list);
        }
        struct method_list *l = v->p;
        vec_push_in(c->tmp, l, m->obj);
    }
}

/* ---- all ---- */

static void resolve_file(struct resolve *r)
{
    struct checker *c = r->c;
    const struct ast *f = c->ast;
    if (f->package_name) {
        record_def(c, f->package_name, NULL);
    }
    const node *decls = ast_list(f, f->decls);
    u32 n = ast_list_len(f, f->decls);
    r->group = (struct const_group){.first = -1};
    for (u32 i = 0; i < n; i++) {
        if (check_kind(c, decls[i]) != AST_CONST_DECL) {
            r->group.first = -1;
        }
        switch ((enum ast_kind)check_kind(c, decls[i])) {
        case AST_IMPORT_DECL: resolve_import(r, decls[i]); break;
        case AST_CONST_DECL: resolve_const(r, decls[i], i); break;
        case AST_VAR_DECL: resolve_var(r, decls[i]); break;
        case AST_TYPE_DECL: resolve_type(r, decls[i]); break;
        case AST_FUNC_DECL: resolve_func(r, decls[i]); break;
        default: break; /* what the parser could not make sense of */
        }
    }
}

void resolve_collect(struct checker *c)
{
    struct resolve r = {
        .c = c,
        .init = intern_id(c->prog->names, STR("init")),
        .main = intern_id(c->prog->names, STR("main")),
        .is_main = str_is(c->pkg->name, "main"),
    };
    for (u32 i = 0; i < c->pkg->n_files; i++) {
        check_enter_file(c, i);
        resolve_file(&r);
    }
    resolve_conflicts(c);
    resolve_methods(&r);
    struct package *p = c->pkg;
    p->n_imports = base_u32(r.imports.n);
    p->imports = arena_dup(c->a, r.imports.v, r.imports.n * sizeof *r.imports.v);
    map_release(&r.imported);
    strmap_release(&r.fakes);
}

/* Types first, aliases among them last, so that what is behind an alias is mostly known when it is
 * used. */
void resolve_objects(struct checker *c)
{
    enum { TYPES, ALIASES, OTHERS, PHASES };
    for (int phase = TYPES; phase < PHASES; phase++) {
        for (size_t i = 0; i < c->objs.n; i++) {
            struct obj *o = c->objs.v[i];
            int of = o->kind != OBJ_TYPE ? OTHERS : o->flags & OBJ_IS_ALIAS ? ALIASES : TYPES;
            if (of == phase) {
                decl_object(c, o);
            }
        }
    }
    map_reset(&c->methods);
}
