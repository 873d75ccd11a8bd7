/* fix_pad_refuse.c: structs whose layout is somebody else's business. */
#include "fix/fix_pad_int.h"

struct refuse {
    const struct share_places *p;
    const struct type_named *s;
    bool order; /* nor may the fields themselves change, or their order */
    str why;
};

struct type_named *fix_pad_origin(struct type *t)
{
    struct type_named *n = type_named_of(t);
    return n ? n->orig : NULL;
}

bool fix_pad_same(const struct obj *a, const struct obj *b)
{
    return a && b && (a == b || (a->name == b->name && a->pos != 0 && a->pos == b->pos));
}

static bool refuse_same(const struct type_named *a, const struct type_named *b)
{
    return a && b && fix_pad_same(named_obj(a), named_obj(b));
}

/* Is t the struct, or a pointer, slice or array of it, or does it hold one?  shown: what its slices and maps hold counts too. */
static bool refuse_is(const struct refuse *r, struct type *t, bool shown, u32 depth)
{
    if (!t || depth > 4) {
        return false;
    }
    if (refuse_same(fix_pad_origin(t), r->s)) {
        return true;
    }
    t = type_unalias(t);
    switch (t->kind) {
    case TYPE_POINTER: return refuse_is(r, as_pointer(t)->elem, shown, depth + 1);
    case TYPE_SLICE: return refuse_is(r, as_slice(t)->elem, shown, depth + 1);
    case TYPE_ARRAY: return refuse_is(r, as_array(t)->elem, shown, depth + 1);
    case TYPE_MAP:
        return shown && (refuse_is(r, as_map(t)->key, shown, depth + 1) || refuse_is(r, as_map(t)->elem, shown, depth + 1));
    case TYPE_NAMED: {
        struct type_struct *u = is_struct(type_under(t));
        for (u32 i = 0; u && i < u->n && depth < 3; i++) {
            struct type *ft = type_unalias(u->fields[i]->type);
            if (ft->kind != TYPE_POINTER && (shown || ft->kind != TYPE_SLICE) && refuse_is(r, ft, shown, depth + 1)) {
                return true;
            }
        }
        return false;
    }
    default: return false;
    }
}

str fix_pad_at(const struct share_places *p, u32 at)
{
    struct span s = sources_span_raw(p->prog->sources, at);
    i64 slash = str_find_last_byte(s.file, '/');
    return str_fmt(p->arena, "%.*s:%u", STR_ARG(str_from(s.file, (size_t)(slash + 1))), s.line);
}

str fix_pad_callee(const struct share_places *p, const struct file_info *f, node call, str *name)
{
    bool dynamic;
    struct obj *o = query_callee(f, call, &dynamic);
    node fun = ast_unparen(f->ast, ast_at(f->ast, call)->a);
    if (!o && ast_kind(f->ast, fun) == AST_SELECTOR) {
        o = info_obj(f, ast_at(f->ast, fun)->b); /* unsafe's are builtins, and types */
    }
    *name = o ? intern_str(p->prog->names, o->name) : (str){0};
    return o && o->pkg ? o->pkg->path : (str){0};
}

static struct type *refuse_arg(const struct share_file *f, node x)
{
    const struct ast *ast = f->info->ast;
    x = ast_unparen(ast, x);
    /* What is converted to an interface or to unsafe.Pointer is looked at as it was. */
    return f->info->at[x].type;
}

/* Packages whose functions print the fields of what they are given, or go through them: all of them, blank ones too. */
static bool refuse_prints(str pkg)
{
    static const char *const v[] = {"fmt", "log", "log/slog", "reflect", "text/template", "html/template"};
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        if (str_is(pkg, v[i])) {
            return true;
        }
    }
    return false;
}

/* Those that skip blank fields, but write the others as they stand. */
static bool refuse_encodes(str pkg)
{
    return str_is(pkg, "database/sql") || str_has_prefix(pkg, STR("encoding/"));
}

/* Is argument i taken for its methods, as the io.Writer of fmt.Fprint? */
static bool refuse_is_called(const struct share_file *f, node call, u32 i)
{
    const struct ast *ast = f->info->ast;
    struct type *fun = f->info->at[ast_unparen(ast, ast_at(ast, call)->a)].type;
    struct type_signature *sig = fun ? is_signature(type_under(fun)) : NULL;
    struct type_interface *in = sig && i < sig->params->n ? is_interface(type_under(sig->params->vars[i]->type)) : NULL;
    return in && type_set_of(in)->n_methods > 0;
}

/* The verb for operand k of a format; 0: none, or operands are counted in another way. */
static char refuse_verb(str format, u32 k)
{
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] != '%') {
            continue;
        }
        while (++i < format.n && str_find_byte(STR("+-# .0123456789"), format.p[i]) >= 0) {
        }
        if (i == format.n || format.p[i] == '*' || format.p[i] == '[') {
            return 0;
        }
        if (format.p[i] != '%' && k-- == 0) {
            return format.p[i];
        }
    }
    return 0;
}

/* Is argument i printed by %p or %T, which show nothing of what is in it? */
static bool refuse_is_named_only(const struct share_places *p, const struct share_file *f, node call, u32 i)
{
    const struct ast *ast = f->info->ast;
    const node *args = ast_list(ast, ast_at(ast, call)->b);
    struct type *fun = f->info->at[ast_unparen(ast, ast_at(ast, call)->a)].type;
    struct type_signature *sig = fun ? is_signature(type_under(fun)) : NULL;
    if (!sig || !(sig->t.flag & TYPE_FLAG_VARIADIC) || sig->params->n < 2 || i + 1 < sig->params->n || (ast_at(ast, call)->flags & AST_FLAG_DOTS)) {
        return false;
    }
    u32 format = sig->params->n - 2;
    const struct constant *c = info_const(f->info, args[format]);
    char verb = c && constant_kind(c) == CONST_STRING ? refuse_verb(constant_string_val(p->arena, c), i - format - 1) : 0;
    return verb == 'p' || verb == 'T';
}

/* reflect.ValueOf(x).Pointer(): where it is, not what is in it. */
static bool refuse_is_address(const struct share_places *p, const struct share_file *f, node call)
{
    const struct ast *ast = f->info->ast;
    for (node n = 1; n < ast->n_nodes; n++) {
        if (ast_kind(ast, n) == AST_SELECTOR && ast_at(ast, n)->a == call) {
            const struct obj *o = info_obj(f->info, ast_at(ast, n)->b);
            str name = o ? intern_str(p->prog->names, o->name) : (str){0};
            return str_is(name, "Pointer") || str_is(name, "UnsafePointer") || str_is(name, "IsNil");
        }
    }
    return false;
}

/* T(x) where either is the struct, and the other one a struct too: both must have the same fields in the same order. */
static void refuse_conversion(struct refuse *r, const struct share_file *f, node call)
{
    const struct ast *ast = f->info->ast;
    u32 list = ast_at(ast, call)->b;
    if (f->info->mode[ast_at(ast, call)->a] != MODE_TYPE || ast_list_len(ast, list) != 1) {
        return;
    }
    bool pointer;
    struct type *to = f->info->at[call].type, *from = refuse_arg(f, ast_list(ast, list)[0]);
    to = to ? type_deref(to, &pointer) : NULL;
    from = from ? type_deref(from, &pointer) : NULL;
    if (!to || !from || !is_struct(type_under(to)) || !is_struct(type_under(from))) {
        return;
    }
    if (refuse_same(fix_pad_origin(to), r->s) != refuse_same(fix_pad_origin(from), r->s)) {
        str at = fix_pad_at(r->p, ast_at(ast, call)->pos);
        r->why = str_fmt(r->p->arena, "the conversion at %.*s wants another struct with the same fields", STR_ARG(at));
    }
}

static void refuse_call(struct refuse *r, const struct share_file *f, node call)
{
    const struct ast *ast = f->info->ast;
    str name, pkg = fix_pad_callee(r->p, f->info, call, &name);
    bool is_unsafe = str_is(pkg, "unsafe"), binary = str_is(pkg, "encoding/binary"),
         sys = str_is(pkg, "syscall") || str_is(pkg, "golang.org/x/sys/unix"), shows = refuse_prints(pkg) || (r->order && refuse_encodes(pkg));
    if (!is_unsafe && !binary && !sys && !shows) {
        return;
    }
    u32 list = ast_at(ast, call)->b;
    for (u32 i = 0; i < ast_list_len(ast, list) && r->why.n == 0; i++) {
        node x = ast_list(ast, list)[i];
        bool is = refuse_is(r, refuse_arg(f, x), shows, 0) && (r->order || !shows || !refuse_is_called(f, call, i)) &&
                  !(shows && (refuse_is_named_only(r->p, f, call, i) || refuse_is_address(r->p, f, call)));
        if (!is && is_unsafe && str_is(name, "Offsetof") && ast_kind(ast, ast_unparen(ast, x)) == AST_SELECTOR) {
            is = refuse_is(r, refuse_arg(f, ast_at(ast, ast_unparen(ast, x))->a), false, 0);
        }
        if (is) {
            str at = fix_pad_at(r->p, ast_at(ast, call)->pos);
            r->why = binary ? str_fmt(r->p->arena, "encoding/binary.%.*s at %.*s makes its layout a format of files or messages",
                                      STR_ARG(name), STR_ARG(at))
                     : shows ? str_fmt(r->p->arena, "%.*s.%.*s at %.*s shows its fields as they stand", STR_ARG(pkg), STR_ARG(name),
                                       STR_ARG(at))
                             : str_fmt(r->p->arena, "%.*s.%.*s at %.*s depends on its layout", STR_ARG(pkg), STR_ARG(name),
                                       STR_ARG(at));
        }
    }
}

static void refuse_literal(struct refuse *r, const struct share_file *f, node lit)
{
    const struct ast *ast = f->info->ast;
    struct type *t = f->info->at[lit].type;
    u32 elems = ast_rec(ast, lit, COMPOSITE_ELEMS);
    const struct obj *o = named_obj(r->s);
    if (!t || !refuse_same(fix_pad_origin(t), r->s) || ast_list_len(ast, elems) == 0 || ast_rec(ast, lit, COMPOSITE_KEYED) > 0) {
        return;
    }
    str at = fix_pad_at(r->p, ast_at(ast, lit)->pos);
    if (r->order) {
        r->why = str_fmt(r->p->arena, "the literal without field names at %.*s knows its fields", STR_ARG(at));
    } else if (o->pkg != f->pkg && !(o->pkg && str_eq(o->pkg->path, f->pkg->path))) {
        r->why = str_fmt(r->p->arena, "the literal without field names at %.*s in another package would no longer compile",
                         STR_ARG(at));
    }
}

static str refuse_all(const struct share_places *p, const struct type_named *s, bool order)
{
    struct refuse r = {.p = p, .s = s, .order = order};
    for (size_t i = 0; i < p->where.n && r.why.n == 0; i++) {
        const struct share_file *f = &p->where.v[i];
        if (!f->pkg->src || f->pkg->src->std || !f->info->at) {
            continue;
        }
        const struct ast *ast = f->info->ast;
        for (u32 k = 0; k < f->pkg->src->n_files; k++) {
            const struct load_file *lf = &f->pkg->src->files[k];
            if (lf->cgo && lf->ast == ast && named_obj(s)->pkg && str_eq(named_obj(s)->pkg->path, f->pkg->path)) {
                r.why = STR("its package uses cgo, and C may know its layout");
            }
        }
        for (node n = 1; n < ast->n_nodes && r.why.n == 0; n++) {
            if (ast_kind(ast, n) == AST_CALL) {
                refuse_call(&r, f, n);
                if (r.why.n == 0) {
                    refuse_conversion(&r, f, n);
                }
            } else if (ast_kind(ast, n) == AST_COMPOSITE_LIT && !(ast_at(ast, n)->flags & AST_FLAG_SKIPPED)) {
                refuse_literal(&r, f, n);
            }
        }
    }
    return r.why;
}

str fix_pad_forbidden(const struct share_places *p, const struct type_named *s)
{
    return refuse_all(p, s, false);
}

str fix_pad_ordered(const struct share_places *p, const struct type_named *s)
{
    const struct type_struct *st = is_struct(type_under(named_obj(s)->type));
    for (u32 i = 0; st && st->tags && i < st->n; i++) {
        if (st->tags[i].n > 0) {
            return STR("a field has a tag: encoders write fields as they stand");
        }
    }
    return refuse_all(p, s, true);
}

void fix_pad_literals(const struct share_places *p, const struct type_named *s, u32 after, str text, struct fix_edits *out)
{
    for (size_t i = 0; i < p->where.n; i++) {
        const struct share_file *f = &p->where.v[i];
        const struct obj *o = named_obj(s);
        if (!f->info->at || !o->pkg || !str_eq(o->pkg->path, f->pkg->path)) {
            continue;
        }
        const struct ast *ast = f->info->ast;
        struct fix_tree *tree = NULL;
        for (node n = 1; n < ast->n_nodes; n++) {
            if (ast_kind(ast, n) != AST_COMPOSITE_LIT || ast_at(ast, n)->flags & AST_FLAG_SKIPPED) {
                continue;
            }
            struct type *t = f->info->at[n].type;
            u32 elems = ast_rec(ast, n, COMPOSITE_ELEMS);
            if (!t || !refuse_same(fix_pad_origin(t), s) || ast_rec(ast, n, COMPOSITE_KEYED) > 0 ||
                ast_list_len(ast, elems) <= (after == FIX_PAD_FRONT ? 0 : after)) {
                continue;
            }
            if (!tree) {
                for (u32 k = 0; k < f->pkg->n_files; k++) {
                    tree = &f->pkg->files[k] == f->info ? fix_tree_new(p->arena, f->pkg, k) : tree;
                }
            }
            if (tree && after == FIX_PAD_FRONT) {
                fix_edit_insert(out, ast->src, fix_start(tree, ast_list(ast, elems)[0]), str_fmt(p->arena, "%.*s, ", STR_ARG(text)));
            } else if (tree) {
                fix_edit_insert(out, ast->src, fix_end(tree, ast_list(ast, elems)[after]),
                                str_fmt(p->arena, ", %.*s", STR_ARG(text)));
            }
        }
    }
}

struct fix_tree *fix_pad_tree(const struct share_places *p, u32 at_pos, str *why)
{
    struct span at = sources_span_raw(p->prog->sources, at_pos);
    const struct share_file *f = share_places_file(p, at.file);
    if (!f || !f->pkg->src || f->pkg->src->std || (f->pkg->src->module && !f->pkg->src->module->main)) {
        *why = STR("it is declared in another module");
        return NULL;
    }
    for (u32 k = 0; k < f->pkg->n_files; k++) {
        if (&f->pkg->files[k] == f->info) {
            struct fix_tree *t = fix_tree_new(p->arena, f->pkg, k);
            if (t && !t->generated) {
                return t;
            }
        }
    }
    *why = STR("it is declared in a generated file");
    return NULL;
}

bool fix_pad_find(const struct share_places *p, const struct type_named *s, struct fix_pad_decl *out, str *why)
{
    const struct obj *o = named_obj(s);
    str name = intern_str(p->prog->names, o->name);
    out->tree = fix_pad_tree(p, o->pos, why);
    if (!out->tree) {
        str_cut_prefix(why, STR("it"));
        *why = str_fmt(p->arena, "%.*s%.*s", STR_ARG(name), STR_ARG(*why));
        return false;
    }
    const struct ast *ast = out->tree->ast;
    for (node n = 1; n < ast->n_nodes; n++) {
        if (ast_kind(ast, n) == AST_TYPE_DECL && ast_at(ast, ast_at(ast, n)->a)->pos == o->pos) {
            out->type = ast_unparen(ast, ast_rec(ast, n, TYPE_TYPE));
            if (ast_kind(ast, out->type) == AST_STRUCT_TYPE) {
                return true;
            }
        }
    }
    *why = str_fmt(p->arena, "%.*s is not declared as a struct", STR_ARG(name));
    return false;
}
