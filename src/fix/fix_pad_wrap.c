/* fix_pad_wrap.c: values that get a struct with padding around them, and all that speaks of them.
 *
 *   var hits int64              →  var hits struct { _ [64]byte; n int64; _ [56]byte }      hits++       →  hits.n++
 *   counts := make([]int64, w)  →  make([]struct { n int64; _ [56]byte }, w)                counts[i]++  →  counts[i].n++
 *   locks [256]sync.Mutex       →  [256]struct { sync.Mutex; _ [56]byte }                   locks[i].Lock(), as before
 *
 * Only where all uses can be seen, so of no parameters, and of nothing that is exported; and where all of them are simple: of
 * a slice or array as a whole, those that do not hand it on; of a value all but those that package unsafe is handed, as x.n can
 * do what x could, except for having its neighbours behind it.  (A pointer that gets to package unsafe by way of a variable
 * is not followed.)
 *
 * Two package variables need padding on both sides: the linker puts variables of one size side by side, so that a third one
 * between them in the source lies elsewhere (GOROOT/src/cmd/link/internal/ld/data.go, dodataSect). */
#include "fix/fix_names.h"
#include "fix/fix_pad_int.h"

#include "base/io.h"
#include "base/path.h"

struct wrap_type {
    struct fix_tree *t;
    node n; /* the element's or variable's type, as it is written */
};

struct wrap {
    struct fix_pad_work *d;
    const struct obj *o; /* the variable or field */
    struct type *of;     /* what gets the struct around it */
    str field;           /* by which it is reached; of an embedded one its type's name */
    bool embedded;       /* methods and fields are there still */
    VEC(struct wrap_type) types;
};

/* ---- what it is called ---- */

/* Of another package's type, uses of its methods and fields stay as they are. */
static void wrap_name(struct wrap *w)
{
    const struct type_named *n = type_named_of(w->of);
    const struct obj *o = n ? named_obj(n) : NULL;
    u8 kind = type_under(w->of)->kind;
    w->embedded = o && o->pkg && !fix_pad_same(o, w->o) && kind != TYPE_POINTER && kind != TYPE_INTERFACE && n->orig == n &&
                  (kind == TYPE_STRUCT || n->n_methods > 0) && !str_eq(o->pkg->path, w->o->pkg->path);
    w->field = w->embedded ? fix_pad_name(w->d, o) : kind == TYPE_BASIC && type_under(w->of)->info & INFO_NUMERIC ? STR("n") : STR("v");
}

/* ---- one value ---- */

/* What x is part of, parentheses aside, and in *in the x with them. */
static node wrap_outer(const struct fix_tree *t, node x, node *in)
{
    node p = t->parent[x];
    for (*in = x; p && ast_kind(t->ast, p) == AST_PAREN; p = t->parent[p]) {
        *in = p;
    }
    return p;
}

/* Does package unsafe get x, or its address: unsafe.Slice(&x, n)? */
static bool wrap_is_unsafe(const struct wrap *w, const struct fix_tree *t, node x)
{
    const struct ast *ast = t->ast;
    node in, p = wrap_outer(t, x, &in);
    if (p && ast_kind(ast, p) == AST_OPERATION && ast_at(ast, p)->op == OP_AND && !ast_at(ast, p)->b) {
        p = wrap_outer(t, p, &in);
    }
    while (p && ast_kind(ast, p) == AST_LIST) {
        p = t->parent[p];
    }
    str name;
    return p && ast_kind(ast, p) == AST_CALL && ast_at(ast, p)->a != in && str_is(fix_pad_callee(w->d->p, t->f, p, &name), "unsafe");
}

/* x → x.n */
static bool wrap_value(struct wrap *w, const struct fix_tree *t, node x)
{
    node in, p = wrap_outer(t, x, &in);
    if (wrap_is_unsafe(w, t, x)) {
        str at = fix_pad_at(w->d->p, ast_at(t->ast, x)->pos);
        w->d->pad->refused = true;
        return fix_pad_no(w->d, "%.*s is handed to package unsafe at %.*s", STR_ARG(fix_pad_name(w->d, w->o)), STR_ARG(at));
    }
    if (!w->embedded || !p || ast_kind(t->ast, p) != AST_SELECTOR || ast_at(t->ast, p)->a != in) {
        fix_edit_insert(w->d->out, t->ast->src, fix_end(t, x), str_fmt(w->d->a, ".%.*s", STR_ARG(w->field)));
    }
    return true;
}

/* ---- slices and arrays as a whole ---- */

static bool wrap_refuse(struct wrap *w, const struct fix_tree *t, node x, const char *what)
{
    str name = fix_pad_name(w->d, w->o), at = fix_pad_at(w->d->p, ast_at(t->ast, x)->pos), of = type_str(w->d->a, w->of, w->o->pkg);
    return fix_pad_no(w->d,
                      "the elements of %.*s are %.*s, and it %s at %.*s: count in a local variable and add it up once, or make "
                      "them structs that end in %u bytes of padding",
                      STR_ARG(name), STR_ARG(of), what, STR_ARG(at), fix_pad_bytes(w->d, layout_size(&w->d->p->prog->sizes, w->of)));
}

/* []T or [n]T where it is written. */
static bool wrap_written(struct wrap *w, struct fix_tree *t, node type, node x)
{
    type = type ? ast_unparen(t->ast, type) : 0;
    u32 kind = type ? ast_kind(t->ast, type) : AST_NONE;
    if (kind != AST_ARRAY_TYPE && kind != AST_SLICE_TYPE) {
        return wrap_refuse(w, t, x, "has a type with another name");
    }
    struct wrap_type at = {t, kind == AST_ARRAY_TYPE ? ast_at(t->ast, type)->b : ast_at(t->ast, type)->a};
    vec_push_in(w->d->a, &w->types, at);
    return true;
}

/* What it is set to: nil, make([]T, n), []T{...}. */
static bool wrap_made(struct wrap *w, struct fix_tree *t, node e)
{
    e = ast_unparen(t->ast, e);
    struct obj *o = fix_obj(t, e);
    if (o && o->kind == OBJ_NIL) {
        return true;
    }
    if (fix_is_builtin(t, e, "make")) {
        return wrap_written(w, t, ast_list(t->ast, ast_at(t->ast, e)->b)[0], e);
    }
    if (ast_kind(t->ast, e) != AST_COMPOSITE_LIT || ast_at(t->ast, e)->flags & AST_FLAG_SKIPPED) {
        return wrap_refuse(w, t, e, "gets its elements from elsewhere");
    }
    u32 elems = ast_rec(t->ast, e, COMPOSITE_ELEMS);
    for (u32 i = 0; i < ast_list_len(t->ast, elems); i++) {
        node v = ast_list(t->ast, elems)[i];
        v = ast_kind(t->ast, v) == AST_KEY_VALUE ? ast_at(t->ast, v)->b : v;
        if (ast_kind(t->ast, v) == AST_COMPOSITE_LIT && !ast_at(t->ast, v)->a) {
            return wrap_refuse(w, t, v, "has elements without a type");
        }
        fix_edit_insert(w->d->out, t->ast->src, fix_start(t, v), str_fmt(w->d->a, "{%.*s: ", STR_ARG(w->field)));
        fix_edit_insert(w->d->out, t->ast->src, fix_end(t, v), STR("}"));
    }
    return wrap_written(w, t, ast_at(t->ast, e)->a, e);
}

/* for i, v := range x: v is a struct then. */
static bool wrap_range(struct wrap *w, const struct fix_tree *t, node range)
{
    node left = ast_at(t->ast, range)->a;
    const node *v;
    u32 n = ast_exprs(t->ast, &left, &v);
    struct obj *o = n == 2 ? fix_obj(t, v[1]) : NULL;
    if (n < 2 || (ast_kind(t->ast, v[1]) == AST_NAME && ast_at(t->ast, v[1])->a == w->d->p->prog->blank)) {
        return true;
    }
    if (!o || !(ast_at(t->ast, range)->flags & AST_FLAG_DEF)) {
        return wrap_refuse(w, t, range, "is ranged over");
    }
    struct fix_uses u = fix_uses_of(t, o);
    for (u32 i = 0; i < u.n; i++) {
        if (u.v[i] != v[1] && !wrap_value(w, t, u.v[i])) {
            return false;
        }
    }
    return true;
}

/* What stands on the other side of x in an assignment; 0: nothing that belongs to it alone. */
static node wrap_assigned(const struct fix_tree *t, node x, node p)
{
    node assign = ast_kind(t->ast, p) == AST_LIST ? t->parent[p] : p;
    if (!assign || ast_kind(t->ast, assign) != AST_ASSIGN) {
        return 0;
    }
    node left = ast_at(t->ast, assign)->a, right = ast_at(t->ast, assign)->b;
    u8 op = ast_at(t->ast, assign)->op;
    const node *l, *r;
    u32 n = ast_exprs(t->ast, &left, &l), m = ast_exprs(t->ast, &right, &r);
    for (u32 i = 0; i < n && n == m && (op == OP_DEF || op == OP_NONE); i++) {
        if (l[i] == x) {
            return r[i];
        }
    }
    return 0;
}

/* The FIELD shares its type with others: "a, b []int64". */
static bool wrap_shared_type(const struct fix_tree *t, node field)
{
    for (node n = 1; n < t->ast->n_nodes; n++) {
        if (n != field && ast_kind(t->ast, n) == AST_FIELD && ast_at(t->ast, n)->b == ast_at(t->ast, field)->b) {
            return true;
        }
    }
    return false;
}

static bool wrap_whole(struct wrap *w, struct fix_tree *t, node x)
{
    const struct ast *ast = t->ast;
    node p = wrap_outer(t, x, &x);
    const struct ast_node *n = ast_at(ast, p);
    switch (p ? n->kind : AST_NONE) {
    case AST_INDEX:
        if (n->a == x) {
            return wrap_value(w, t, p);
        }
        break;
    case AST_CALL:
        if (n->a != x && (fix_is_builtin(t, p, "len") || fix_is_builtin(t, p, "cap") || fix_is_builtin(t, p, "clear"))) {
            return true;
        }
        break;
    case AST_RANGE:
        if (n->b == x) {
            return wrap_range(w, t, p);
        }
        break;
    case AST_OPERATION: {
        node other = n->a == x ? n->b : n->a;
        struct obj *o = other ? fix_obj(t, other) : NULL;
        if (o && o->kind == OBJ_NIL) {
            return true;
        }
        break;
    }
    case AST_LIST:
    case AST_ASSIGN: {
        node e = wrap_assigned(t, x, p);
        if (e) {
            return wrap_made(w, t, e);
        }
        break;
    }
    case AST_KEY_VALUE:
        if (n->a == x && w->o->var == VAR_FIELD) {
            return wrap_made(w, t, n->b);
        }
        break;
    case AST_VAR_DECL: {
        node type = ast_rec(ast, p, VALUE_TYPE), values = ast_rec(ast, p, VALUE_VALUES);
        if (ast_list_len(ast, n->a) != 1 || ast_list(ast, n->a)[0] != x) {
            return wrap_refuse(w, t, x, "is declared together with others");
        }
        return (!type || wrap_written(w, t, type, x)) && (!values || wrap_made(w, t, values));
    }
    case AST_FIELD:
        if (w->o->var != VAR_FIELD) {
            return wrap_refuse(w, t, x, "is a parameter");
        }
        if (n->a == x && wrap_shared_type(t, p)) {
            return wrap_refuse(w, t, x, "is declared together with others");
        }
        return wrap_written(w, t, n->b, x);
    default: break;
    }
    return wrap_refuse(w, t, x, "is used as a whole");
}

/* ---- where it is spoken of ---- */

static bool wrap_known(const void *ctx, str path)
{
    const struct wrap *w = ctx;

    return share_places_file(w->d->p, path) != NULL;
}

/* What speaks of it and cannot be seen: assembly, go:linkname, files for other systems. */
static bool wrap_hidden(struct wrap *w, const struct fix_tree *t)
{
    const struct load_package *src = t->pkg->src;
    str name = fix_pad_name(w->d, w->o), file;
    if (w->o->var != VAR_PACKAGE && w->o->var != VAR_FIELD) {
        return true;
    }
    if (w->o->flags & OBJ_EXPORTED && !str_is(t->pkg->name, "main")) {
        return fix_pad_no(w->d, "%.*s is exported, and other modules may speak of it: put it into a struct with %u bytes of padding",
                          STR_ARG(name), w->d->line - SHARE_WORD);
    }
    if (fix_mentioned_in(w->d->a, src->dir, name, wrap_known, w, &file)) {
        return fix_pad_no(w->d, "%.*s, which is %s, may speak of %.*s", STR_ARG(file),
                          str_has_suffix(file, STR(".s")) ? "assembly" : "not part of this build", STR_ARG(name));
    }
    return true;
}

/* "path.name" as symbols have it: a dot of the path's last element is %2e (GOROOT/src/cmd/internal/objabi, PathToPrefix). */
static str wrap_symbol(const struct wrap *w, bool escaped)
{
    str path = str_is(w->o->pkg->name, "main") ? STR("main") : w->o->pkg->path;
    i64 slash = str_find_last_byte(path, '/');
    struct strbuf b = {0};
    for (size_t i = 0; i < path.n; i++) {
        bool dot = escaped && path.p[i] == '.' && (i64)i > slash;
        strbuf_printf(&b, "%.*s", STR_ARG(dot ? STR("%2e") : str_slice(path, i, i + 1)));
    }
    strbuf_printf(&b, ".%.*s", STR_ARG(fix_pad_name(w->d, w->o)));
    str s = str_dup(w->d->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* Does a go:linkname of the file speak of it: by its name in its own package, by its symbol anywhere? */
static bool wrap_is_linked(const struct wrap *w, const struct ast *ast, bool own)
{
    str name = own ? fix_pad_name(w->d, w->o) : wrap_symbol(w, false), escaped = wrap_symbol(w, true);
    for (u32 i = 0; i < ast->n_directives && w->o->var == VAR_PACKAGE; i++) {
        str text = str_slice(ast->src->text, ast->directives[i].pos - ast->src->base,
                             ast->directives[i].pos - ast->src->base + ast->directives[i].len);
        if (str_contains(text, STR("go:linkname")) && (fix_mentions(text, name) || fix_mentions(text, escaped))) {
            return true;
        }
    }
    return false;
}

/* Calls `use` for all that speaks of it. */
static bool wrap_uses(struct wrap *w, bool (*use)(struct wrap *w, struct fix_tree *t, node x))
{
    for (size_t i = 0; i < w->d->p->where.n; i++) {
        const struct share_file *f = &w->d->p->where.v[i];
        const struct ast *ast = f->info->ast;
        struct fix_tree *t = NULL;
        if (f->pkg->src && !f->pkg->src->std && wrap_is_linked(w, ast, str_eq(f->pkg->path, w->o->pkg->path))) {
            return fix_pad_no(w->d, "go:linkname makes %.*s known elsewhere", STR_ARG(fix_pad_name(w->d, w->o)));
        }
        if (!f->info->at || !f->pkg->src || f->pkg->src->std) {
            continue;
        }
        for (node n = 1; n < ast->n_nodes; n++) {
            if (ast_kind(ast, n) != AST_NAME || ast_at(ast, n)->a != w->o->name || !fix_pad_same(info_obj(f->info, n), w->o)) {
                continue;
            }
            for (u32 k = 0; !t && k < f->pkg->n_files; k++) {
                t = &f->pkg->files[k] == f->info ? fix_tree_new(w->d->a, f->pkg, k) : NULL;
            }
            if (!t || t->generated) {
                str at = fix_pad_at(w->d->p, ast_at(ast, n)->pos);
                return fix_pad_no(w->d, "it is used at %.*s, in a file that is generated", STR_ARG(at));
            }
            node p = t->parent[n];
            bool selected = p && ast_kind(ast, p) == AST_SELECTOR && ast_at(ast, p)->b == n;
            if (!use(w, t, selected ? p : n)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- the struct ---- */

/* "struct { _ [64]byte; n int64; _ [56]byte }" */
static str wrap_struct(const struct wrap *w, const struct fix_tree *t, str type, bool both_sides)
{
    str front = both_sides ? str_fmt(w->d->a, "_ [%u]byte\n", w->d->line) : (str){0};
    str name = w->embedded ? (str){0} : str_fmt(w->d->a, "%.*s ", STR_ARG(w->field));
    str pad = fix_pad_field(w->d, t, layout_size(&w->d->p->prog->sizes, w->of));
    return str_fmt(w->d->a, "struct {\n%.*s%.*s%.*s\n%.*s\n}", STR_ARG(front), STR_ARG(name), STR_ARG(type), STR_ARG(pad));
}

/* A name for it that no file of the package speaks of. */
static str wrap_new_name(const struct wrap *w, const struct package *p, str type)
{
    struct strbuf b = {0};
    strbuf_puts(&b, "padded");
    for (size_t i = 0, first = 1; i < type.n; i++) {
        char c = type.p[i];
        if (fix_is_word(c)) {
            strbuf_putc(&b, first && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        }
        first = !fix_is_word(c);
    }
    for (bool taken = true; taken;) {
        taken = false;
        for (u32 i = 0; i < p->n_files; i++) {
            taken |= fix_mentions(p->files[i].ast->src->text, strbuf_str(&b));
        }
        if (taken) {
            strbuf_putc(&b, 'X');
        }
    }
    str s = str_dup(w->d->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* Can the type's text be written at the end of the file too: is it of no function's own? */
static bool wrap_is_global(struct type *t)
{
    const struct type_named *n = type_named_of(t);
    const struct obj *o = n ? named_obj(n) : NULL;
    return t->kind == TYPE_BASIC || (o && (!o->pkg || o->parent == o->pkg->scope));
}

/* Where there is one place for the type it stands there; of several it gets a name, behind all else in the file. */
static bool wrap_types(struct wrap *w)
{
    if (w->types.n == 0) {
        return fix_pad_no(w->d, "the type of %.*s is written nowhere", STR_ARG(fix_pad_name(w->d, w->o)));
    }
    struct wrap_type *first = &w->types.v[0];
    str of = fix_text(first->t, first->n), text = wrap_struct(w, first->t, of, false);
    if (w->types.n > 1) {
        if (!wrap_is_global(w->of)) {
            return fix_pad_no(w->d, "its type %.*s is written in several places", STR_ARG(of));
        }
        struct source *src = first->t->ast->src;
        str name = wrap_new_name(w, first->t->pkg, of);
        str end = str_fmt(w->d->a, "%s\n// %.*s has a cache line of its own.\ntype %.*s %.*s\n",
                          str_has_suffix(src->text, STR("\n")) ? "" : "\n", STR_ARG(name), STR_ARG(name), STR_ARG(text));
        fix_edit_insert(w->d->out, src, src->base + (u32)src->text.n, end);
        text = name;
    }
    for (size_t i = 0; i < w->types.n; i++) {
        const struct wrap_type *at = &w->types.v[i];
        fix_edit_replace(w->d->out, at->t->ast->src, fix_start(at->t, at->n), fix_end(at->t, at->n), text);
    }
    return true;
}

/* The struct whose field it is must be free to change; an array in it, to grow by so many bytes. */
static bool wrap_field_owner(struct wrap *w, const struct fix_tree *t, i64 added)
{
    for (node n = 1; n < t->ast->n_nodes && w->o->var == VAR_FIELD; n++) {
        if (ast_kind(t->ast, n) != AST_FIELD || !ast_at(t->ast, n)->a || ast_at(t->ast, ast_at(t->ast, n)->a)->pos != w->o->pos) {
            continue;
        }
        node type = t->parent[n];
        node decl = type ? t->parent[type] : 0;
        struct obj *o = decl && ast_kind(t->ast, decl) == AST_TYPE_DECL ? info_obj(t->f, ast_at(t->ast, decl)->a) : NULL;
        struct type_named *named = o && o->type ? fix_pad_origin(o->type) : NULL;
        if (!named) {
            return fix_pad_no(w->d, "the struct of %.*s has no name", STR_ARG(fix_pad_name(w->d, w->o)));
        }
        str why = fix_pad_ordered(w->d->p, named);
        if (why.n > 0) {
            w->d->pad->refused = true;
            return fix_pad_no(w->d, "%.*s", STR_ARG(why));
        }
        struct type_struct *st = as_struct(type_under(o->type));
        struct fix_pad_item *v = ARENA_ARRAY(w->d->a, struct fix_pad_item, st->n + 1);
        for (u32 i = 0; i < st->n; i++) {
            v[i] = (struct fix_pad_item){.field = i, .padding = fix_pad_same(st->fields[i], w->o) ? added : 0};
        }
        return layout_varies(o->type) || fix_pad_aligned(w->d, st, v, st->n);
    }
    return true;
}

bool fix_pad_wrap_elements(struct fix_pad_work *d, const struct obj *holder, struct type *elem)
{
    struct wrap w = {.d = d, .o = holder, .of = elem};
    str why = {0}, name = fix_pad_name(d, holder);
    struct fix_tree *t = fix_pad_tree(d->p, holder->pos, &why);
    if (!t) {
        return fix_pad_no(d, "%.*s", STR_ARG(why));
    }
    wrap_name(&w);
    d->pad->package = t->pkg->path;
    i64 size = layout_size(&d->p->prog->sizes, elem), more = fix_pad_bytes(d, size);
    struct type_array *array = is_array(type_under(holder->type));
    i64 n = array ? array->len : 1;
    if (!wrap_hidden(&w, t) || !wrap_field_owner(&w, t, array ? n * more : 0) || !wrap_uses(&w, wrap_whole) || !wrap_types(&w)) {
        return false;
    }
    str of = type_str(d->a, elem, NULL);
    d->pad->title = str_fmt(d->a, "each %.*s of %.*s %s a struct with %lld bytes of padding", STR_ARG(of), STR_ARG(name),
                            w.embedded ? "embedded in" : "a field of", (long long)more);
    d->pad->added = n * more;
    d->pad->bytes = fix_pad_size_words(d, array ? name : str_fmt(d->a, "each element of %.*s", STR_ARG(name)), n * size, n * (size + more));
    return true;
}

/* ---- package variables ---- */

/* A VAR_DECL with its variables, each by itself: those that are wrapped and the others. */
static bool wrap_declaration(struct wrap *v, u32 n, struct fix_tree *t, node decl)
{
    const struct ast *ast = t->ast;
    struct fix_pad_work *d = v[0].d;
    u32 names = ast_at(ast, decl)->a, n_names = ast_list_len(ast, names), n_values;
    node type = ast_rec(ast, decl, VALUE_TYPE), values = ast_rec(ast, decl, VALUE_VALUES);
    const node *value;
    n_values = ast_exprs(ast, &values, &value);
    pos from = fix_start(t, ast_list(ast, names)[0]), to = fix_end(t, decl);
    if ((n_values > 0 && n_values != n_names) || (n_names > 1 && fix_has_comment(t, from, to))) {
        return fix_pad_no(d, "%.*s gets its value together with others: put each into a struct with %u bytes of padding on both sides",
                          STR_ARG(fix_pad_name(d, v[0].o)), d->line - SHARE_WORD);
    }
    if (n_names == 1 && n_values == 0) {
        fix_edit_replace(d->out, ast->src, fix_start(t, type), fix_end(t, type), wrap_struct(&v[0], t, fix_text(t, type), true));
        return true;
    }
    struct strbuf b = {0};
    for (u32 i = 0; i < n_names; i++) {
        node name = ast_list(ast, names)[i];
        const struct wrap *w = NULL;
        for (u32 k = 0; k < n; k++) {
            w = ast_at(ast, name)->pos == v[k].o->pos ? &v[k] : w;
        }
        str of = type ? fix_text(t, type) : (str){0};
        if (w && !type) {
            /* What is not written can be said of what has one name everywhere. */
            const struct type_named *named = type_named_of(w->of);
            if (w->of->kind != TYPE_BASIC && !(named && named_obj(named)->pkg == w->o->pkg && named->orig == named)) {
                strbuf_release(&b);
                return fix_pad_no(d, "the type of %.*s is not written", STR_ARG(fix_pad_name(d, w->o)));
            }
            of = type_str(d->a, w->of, w->o->pkg);
        }
        strbuf_printf(&b, "%s%.*s", i == 0 ? "" : ast_rec(ast, decl, VALUE_GROUP) ? "\n" : "\nvar ", STR_ARG(fix_text(t, name)));
        if (w) {
            str s = wrap_struct(w, t, of, true);
            strbuf_printf(&b, "%s%.*s", n_values ? " = " : " ", STR_ARG(s));
            if (n_values) {
                strbuf_printf(&b, "{%.*s: %.*s}", STR_ARG(w->field), STR_ARG(fix_text(t, value[i])));
            }
        } else {
            strbuf_printf(&b, " %.*s%s%.*s", STR_ARG(of), n_values ? " = " : "", STR_ARG(n_values ? fix_text(t, value[i]) : (str){0}));
        }
    }
    fix_edit_replace(d->out, ast->src, from, to, str_dup(d->a, strbuf_str(&b)));
    strbuf_release(&b);
    return true;
}

static bool wrap_global_use(struct wrap *w, struct fix_tree *t, node x)
{
    return ast_kind(t->ast, t->parent[x]) == AST_VAR_DECL && ast_at(t->ast, x)->pos == w->o->pos ? true : wrap_value(w, t, x);
}

/* The declaration of a package variable. */
static node wrap_find(const struct fix_tree *t, const struct obj *o)
{
    for (node n = 1; n < t->ast->n_nodes; n++) {
        if (ast_kind(t->ast, n) == AST_NAME && ast_at(t->ast, n)->pos == o->pos) {
            node p = t->parent[n];
            return p && ast_kind(t->ast, p) == AST_VAR_DECL ? p : 0;
        }
    }
    return 0;
}

enum { WRAP_GLOBALS = 8 };

bool fix_pad_wrap_globals(struct fix_pad_work *d)
{
    struct wrap v[WRAP_GLOBALS];
    struct fix_tree *t[WRAP_GLOBALS];
    node decl[WRAP_GLOBALS];
    struct strbuf title = {0};
    u32 n = 0;
    for (u32 i = 0; i < d->c->n_parts; i++) {
        const struct share_part *q = &d->c->parts[i];
        const struct share_thing *g = q->thing != UINT32_MAX ? &d->c->things[q->thing] : NULL;
        bool again = false;
        for (u32 k = 0; g && k < n; k++) {
            again |= v[k].o == g->var;
        }
        if (!q->counts || q->writes == 0 || again) {
            continue;
        }
        str why = {0};
        if (!g || !g->var || n == WRAP_GLOBALS) {
            return fix_pad_no(d, "one of the variables is not known");
        }
        v[n] = (struct wrap){.d = d, .o = g->var, .of = g->type};
        t[n] = fix_pad_tree(d->p, g->var->pos, &why);
        decl[n] = t[n] ? wrap_find(t[n], g->var) : 0;
        if (!decl[n]) {
            return fix_pad_no(d, "%.*s: put each into a struct with %u bytes of padding on both sides",
                              STR_ARG(why.n ? why : STR("its declaration is not known")), d->line - SHARE_WORD);
        }
        wrap_name(&v[n]);
        n++;
    }
    if (n == 0) {
        return fix_pad_no(d, "none of the variables is written");
    }
    strbuf_puts(&title, "padding on both sides of ");
    for (u32 i = 0; i < n; i++) {
        struct wrap together[WRAP_GLOBALS];
        u32 m = 0;
        bool done = false;
        for (u32 k = 0; k < n; k++) {
            if (t[k]->ast == t[i]->ast && decl[k] == decl[i]) {
                done |= k < i;
                together[m++] = v[k];
            }
        }
        if (!wrap_hidden(&v[i], t[i]) || !wrap_uses(&v[i], wrap_global_use) ||
            (!done && !wrap_declaration(together, m, t[i], decl[i]))) {
            strbuf_release(&title);
            return false;
        }
        d->pad->added += d->line + fix_pad_bytes(d, layout_size(&d->p->prog->sizes, v[i].of));
        d->pad->package = t[i]->pkg->path;
        strbuf_printf(&title, "%s%.*s", i == 0 ? "" : i + 1 == n ? " and " : ", ", STR_ARG(fix_pad_name(d, v[i].o)));
    }
    d->pad->title = str_dup(d->a, strbuf_str(&title));
    d->pad->bytes = str_fmt(d->a, "%lld bytes more", (long long)d->pad->added);
    strbuf_release(&title);
    return true;
}
