#include "fix/fix_pad.h"

#include "fix/fix_pad_int.h"

#define PAD_CPU "golang.org/x/sys/cpu"
enum { PAD_GOROUTINES = 64, PAD_PLACES = 16 };

struct pad {
    const struct share_places *p;
    struct arena *a;
    const struct share_case *c;
    u32 line;
    struct fix_edits *out;
    struct fix_pad *pad;
};

static str pad_name(const struct pad *d, const struct obj *o)
{
    return intern_str(d->p->prog->names, o->name);
}

static bool pad_no(struct pad *d, const char *fmt, ...) BASE_PRINTF(2, 3);
static bool pad_no(struct pad *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    d->pad->why = str_vfmt(d->a, fmt, ap);
    va_end(ap);
    return false;
}

/* ---- how much ---- */

/* Behind `size` bytes: a line less the last word that they touch. */
static u32 pad_bytes(const struct pad *d, i64 size)
{
    i64 last = size % SHARE_WORD ? size % SHARE_WORD : SHARE_WORD;
    return d->line - (u32)last;
}

/* "_ [56]byte", or "_ cpu.CacheLinePad" where the file has that. */
static str pad_field(const struct pad *d, const struct fix_tree *t, i64 size)
{
    const struct ast *ast = t->ast;
    const u32 *decls = ast_list(ast, ast->decls);
    for (u32 i = 0; i < ast_list_len(ast, ast->decls); i++) {
        if (ast_kind(ast, decls[i]) == AST_IMPORT_DECL && ast_rec(ast, decls[i], IMPORT_PATH) &&
            ast_at(ast, decls[i])->a == 0 && str_is(ast_lit(ast, ast_rec(ast, decls[i], IMPORT_PATH)), "\"" PAD_CPU "\"")) {
            return STR("_ cpu.CacheLinePad");
        }
    }
    return str_fmt(d->a, "_ [%u]byte", pad_bytes(d, size));
}

/* ---- into a struct's source ---- */

/* Field i of the struct as its FIELD node. */
static node pad_field_node(const struct fix_tree *t, node type, u32 i)
{
    u32 list = ast_at(t->ast, type)->a;
    return i < ast_list_len(t->ast, list) ? ast_list(t->ast, list)[i] : 0;
}

/* Behind the field's type, tag and comment: where the next line begins, or in the line where more stands in it. */
static void pad_insert_after(struct pad *d, const struct fix_tree *t, node type, u32 i, str text)
{
    const struct ast *ast = t->ast;
    node f = pad_field_node(t, type, i);
    u32 tags = ast_at(ast, type)->b;
    pos end = fix_end(t, ast_at(ast, f)->b);
    if (tags && i < ast_list_len(ast, tags) && ast_list(ast, tags)[i]) {
        end = fix_end(t, ast_list(ast, tags)[i]);
    }
    node next = pad_field_node(t, type, i + 1);
    str src = ast->src->text;
    u32 at = end - ast->src->base, k = at;
    while (k < src.n && (src.p[k] == ' ' || src.p[k] == '\t')) {
        k++;
    }
    if (k + 1 < src.n && src.p[k] == '/' && src.p[k + 1] == '/') {
        while (k < src.n && src.p[k] != '\n') {
            k++;
        }
    }
    bool own_line = k < src.n && src.p[k] == '\n' && (!next || ast_at(ast, next)->pos > end);
    if (own_line) {
        fix_edit_insert(d->out, ast->src, ast->src->base + k, str_fmt(d->a, "\n\t%.*s", STR_ARG(text)));
    } else {
        fix_edit_insert(d->out, ast->src, end, str_fmt(d->a, "; %.*s", STR_ARG(text)));
    }
}

/* The names a, b of "a, b T" must be pulled apart before something can stand between them: each gets a line. */
static bool pad_split(struct pad *d, const struct fix_tree *t, node type, u32 i, str text)
{
    const struct ast *ast = t->ast;
    node f = pad_field_node(t, type, i), next = pad_field_node(t, type, i + 1);
    if (!next || ast_at(ast, f)->b != ast_at(ast, next)->b || ast_at(ast, f)->a == 0) {
        return false;
    }
    str of = fix_text(t, ast_at(ast, f)->b);
    pos from = fix_end(t, ast_at(ast, f)->a), to = fix_start(t, ast_at(ast, next)->a);
    fix_edit_replace(d->out, ast->src, from, to, str_fmt(d->a, " %.*s\n\t%.*s\n\t", STR_ARG(of), STR_ARG(text)));
    return true;
}

static bool pad_after_field(struct pad *d, const struct fix_pad_decl *s, const struct type_named *n, u32 i, i64 size)
{
    str text = pad_field(d, s->tree, size);
    if (!pad_split(d, s->tree, s->type, i, text)) {
        pad_insert_after(d, s->tree, s->type, i, text);
    }
    fix_pad_literals(d->p, n, i, str_fmt(d->a, "%.*s{}", STR_ARG(str_from(text, 2))), d->out);
    return true;
}

/* The same bytes behind all fields. */
static void pad_cold(struct pad *d, const struct fix_pad_decl *s, struct type *in, i64 size)
{
    struct fix_edits *hot = d->out;
    d->out = &d->pad->cold;
    pad_insert_after(d, s->tree, s->type, as_struct(type_under(in))->n - 1, pad_field(d, s->tree, size));
    d->out = hot;
}

static str pad_size_words(const struct pad *d, str name, i64 before, i64 after)
{
    return str_fmt(d->a, "%.*s grows from %lld to %lld bytes", STR_ARG(name), (long long)before, (long long)after);
}

/* The struct may be changed: it is the program's own, and nothing forbids it. */
static bool pad_open(struct pad *d, struct type *t, struct type_named **n, struct fix_pad_decl *s)
{
    str why = {0};
    *n = fix_pad_origin(t);
    if (!*n) {
        return pad_no(d, "the struct has no name of its own; give it one and pad it");
    }
    if (!fix_pad_find(d->p, *n, s, &why)) {
        return pad_no(d, "%.*s", STR_ARG(why));
    }
    why = fix_pad_forbidden(d->p, *n);
    if (why.n > 0) {
        d->pad->refused = true;
        return pad_no(d, "%.*s", STR_ARG(why));
    }
    d->pad->package = s->tree->pkg->path;
    return true;
}

/* ---- who uses a part ---- */

/* The goroutines of the busiest round that use it, as a set. */
static u64 pad_users(const struct pad *d, const struct share_part *q)
{
    const struct share_line *l = d->c->line;
    u64 busiest = 0, most = 0, set = 0;
    for (u32 i = 0; i < l->n_goroutines; i++) {
        if (l->goroutines[i].accesses > most) {
            most = l->goroutines[i].accesses;
            busiest = l->goroutines[i].goroutine;
        }
    }
    for (u32 i = 0; i < l->n_goroutines && i < PAD_GOROUTINES; i++) {
        u64 g = l->goroutines[i].goroutine;
        if (!share_case_overlap(l, g, busiest)) {
            continue;
        }
        for (u32 k = 0; k < q->n_uses; k++) {
            set |= q->uses[k].goroutine == g && q->uses[k].counts ? (u64)1 << i : 0;
        }
    }
    return set;
}

/* ---- fields of a struct ---- */

/* The step at which the parts' ways part: the same struct, different fields.  -1: they never do. */
static i32 pad_fork(const struct share_part *x, const struct share_part *y)
{
    for (u32 k = 0; k < x->leaf.n_steps && k < y->leaf.n_steps; k++) {
        const struct share_step *s = &x->leaf.steps[k], *t = &y->leaf.steps[k];
        if (s->field != t->field) {
            return s->field && t->field ? (i32)k : -1;
        }
        if (!s->field && s->index != t->index) {
            return -1;
        }
    }
    return -1;
}

static u32 pad_field_index(struct type *in, const struct obj *field)
{
    struct type_struct *s = is_struct(type_under(in));
    for (u32 i = 0; s && i < s->n; i++) {
        if (s->fields[i] == field) {
            return i;
        }
    }
    return UINT32_MAX;
}

static i64 pad_field_size(const struct pad *d, struct type *in, u32 i)
{
    return layout_size(&d->p->prog->sizes, as_struct(type_under(in))->fields[i]->type);
}

struct pad_place {
    struct type *in;
    u32 field;
};

static bool pad_add_place(struct pad_place *v, u32 *n, struct pad_place at)
{
    for (u32 i = 0; i < *n; i++) {
        if (v[i].in == at.in && v[i].field == at.field) {
            return true;
        }
    }
    if (*n == PAD_PLACES) {
        return false;
    }
    v[(*n)++] = at;
    return true;
}

/* A field that nobody of them uses is left where it is: only what counts is pulled apart. */
static bool pad_fields(struct pad *d)
{
    struct pad_place at[PAD_PLACES];
    u32 n = 0;
    const struct share_part *before = NULL;
    for (u32 i = 0; i < d->c->n_parts; i++) {
        const struct share_part *q = &d->c->parts[i];
        if (!q->counts || q->leaf.n_steps == 0) {
            continue;
        }
        bool never_at_once = before && d->c->class == SHARE_CLASS_FALSE && before->shared && q->shared;
        if (before && (d->c->interleaved || never_at_once || pad_users(d, before) != pad_users(d, q))) {
            i32 k = pad_fork(before, q);
            if (k < 0) {
                return pad_no(d, "the variables are not fields of one struct");
            }
            const struct share_step *s = &before->leaf.steps[k];
            if (!pad_add_place(at, &n, (struct pad_place){s->in, pad_field_index(s->in, s->field)})) {
                return pad_no(d, "too many fields to be pulled apart");
            }
        }
        before = q;
    }
    if (n == 0) {
        return pad_no(d, "no two variables have different users");
    }
    /* What is written last keeps off whatever lies behind the struct. */
    if (before->writes > 0) {
        for (u32 k = 0; k < before->leaf.n_steps; k++) {
            if (before->leaf.steps[k].in == at[n - 1].in) {
                const struct share_step *s = &before->leaf.steps[k];
                pad_add_place(at, &n, (struct pad_place){s->in, pad_field_index(s->in, s->field)});
            }
        }
    }
    struct type_named *named = NULL;
    struct strbuf title = {0}, bytes = {0};
    for (u32 i = 0; i < n; i++) {
        struct fix_pad_decl s;
        if (!pad_open(d, at[i].in, &named, &s)) {
            strbuf_release(&title);
            strbuf_release(&bytes);
            return false;
        }
        i64 size = pad_field_size(d, at[i].in, at[i].field);
        str field = pad_name(d, as_struct(type_under(at[i].in))->fields[at[i].field]);
        pad_after_field(d, &s, named, at[i].field, size);
        pad_cold(d, &s, at[i].in, size);
        strbuf_printf(&title, "%s%u bytes of padding after %.*s", i ? (i + 1 == n ? " and " : ", ") : "", pad_bytes(d, size),
                      STR_ARG(field));
        bool last = true;
        i64 added = 0;
        for (u32 k = 0; k < n; k++) {
            last &= k <= i || at[k].in != at[i].in;
            added += at[k].in == at[i].in ? pad_bytes(d, pad_field_size(d, at[k].in, at[k].field)) : 0;
        }
        if (last) {
            i64 old = layout_size(&d->p->prog->sizes, at[i].in), align = layout_align(&d->p->prog->sizes, at[i].in);
            str words = pad_size_words(d, pad_name(d, named_obj(named)), old, (old + added + align - 1) / align * align);
            strbuf_printf(&bytes, "%s%.*s", bytes.n ? ", " : "", STR_ARG(words));
        }
    }
    d->pad->title = str_dup(d->a, strbuf_str(&title));
    d->pad->bytes = str_dup(d->a, strbuf_str(&bytes));
    strbuf_release(&title);
    strbuf_release(&bytes);
    return true;
}

/* ---- the end of a struct ---- */

static bool pad_end(struct pad *d, struct type *t)
{
    struct type_named *n;
    struct fix_pad_decl s;
    if (!pad_open(d, t, &n, &s)) {
        return false;
    }
    struct type_struct *st = as_struct(type_under(t));
    i64 size = layout_size(&d->p->prog->sizes, t);
    if (st->n == 0) {
        return pad_no(d, "it has no fields");
    }
    str field = pad_field(d, s.tree, size);
    pad_insert_after(d, s.tree, s.type, st->n - 1, field);
    fix_pad_literals(d->p, n, st->n - 1, str_fmt(d->a, "%.*s{}", STR_ARG(str_from(field, 2))), d->out);
    str name = pad_name(d, named_obj(n));
    d->pad->title = str_fmt(d->a, "%.*s%s%u bytes of padding at the end of %.*s", STR_ARG(d->pad->title),
                            d->pad->title.n ? " and " : "",
                            pad_bytes(d, size), STR_ARG(name));
    str words = pad_size_words(d, name, size, size + pad_bytes(d, size));
    d->pad->bytes = str_fmt(d->a, "%.*s%s%.*s", STR_ARG(d->pad->bytes), d->pad->bytes.n ? ", " : "", STR_ARG(words));
    return true;
}

/* ---- types of others, embedded ---- */

/* Can T be embedded so that uses go on to compile: is it named, no pointer, no interface? */
static bool pad_embeds(struct type *t)
{
    const struct type_named *n = type_named_of(t);
    u8 k = n ? type_under(t)->kind : TYPE_BASIC;
    return n && (k == TYPE_STRUCT || n->n_methods > 0 || n->orig->n_methods > 0) && k != TYPE_POINTER && k != TYPE_INTERFACE;
}

/* T becomes struct { T; _ [56]byte } where it is written: in the declaration of a field or variable. */
static bool pad_wrap(struct pad *d, const struct fix_tree *t, node type, struct type *of, bool both_sides)
{
    i64 size = layout_size(&d->p->prog->sizes, of);
    str text = fix_text(t, type), field = pad_field(d, t, size);
    str front = both_sides ? str_fmt(d->a, "_ [%u]byte\n", d->line) : (str){0};
    fix_edit_replace(d->out, t->ast->src, fix_start(t, type), fix_end(t, type),
                     str_fmt(d->a, "struct {\n%.*s%.*s\n%.*s\n}", STR_ARG(front), STR_ARG(text), STR_ARG(field)));
    return true;
}

static struct fix_tree *pad_tree_at(const struct pad *d, u32 at_pos, str *why)
{
    struct span at = sources_span_raw(d->p->prog->sources, at_pos);
    const struct share_file *f = share_places_file(d->p, at.file);
    if (!f || !f->pkg->src || f->pkg->src->std || (f->pkg->src->module && !f->pkg->src->module->main)) {
        *why = STR("it is declared in another module");
        return NULL;
    }
    for (u32 k = 0; k < f->pkg->n_files; k++) {
        if (&f->pkg->files[k] == f->info) {
            struct fix_tree *t = fix_tree_new(d->a, f->pkg, k);
            if (t && !t->generated) {
                return t;
            }
        }
    }
    *why = STR("it is declared in a generated file");
    return NULL;
}

/* The type that a declaration gives the NAME at pos, as it is written there; 0: none. */
static node pad_declared_type(const struct fix_tree *t, u32 name_pos, node *decl)
{
    const struct ast *ast = t->ast;
    for (node n = 1; n < ast->n_nodes; n++) {
        if (ast_kind(ast, n) == AST_FIELD && ast_at(ast, n)->a && ast_at(ast, ast_at(ast, n)->a)->pos == name_pos) {
            *decl = n;
            return ast_at(ast, n)->b;
        }
        if (ast_kind(ast, n) == AST_VAR_DECL) {
            u32 names = ast_at(ast, n)->a;
            for (u32 i = 0; i < ast_list_len(ast, names); i++) {
                if (ast_at(ast, ast_list(ast, names)[i])->pos == name_pos) {
                    *decl = n;
                    return ast_rec(ast, n, VALUE_TYPE);
                }
            }
        }
    }
    *decl = 0;
    return 0;
}

/* Elements of a type of another package, such as [256]sync.Mutex: of the field or variable that is the array. */
static bool pad_wrap_elements(struct pad *d, const struct share_thing *g, const struct share_part *q, struct type *elem)
{
    const struct obj *holder = g->var;
    for (u32 i = 0; i < q->leaf.n_steps && q->leaf.steps[i].field; i++) {
        holder = q->leaf.steps[i].field;
    }
    str why = {0}, of = type_str(d->a, elem, NULL);
    if (!holder) {
        return pad_no(d, "make the elements structs with %u bytes of padding each, or count in a local variable and add it up once",
                      d->line - SHARE_WORD);
    }
    if (!pad_embeds(elem)) {
        return pad_no(d, "its elements are plain %.*s: count in a local variable and add it up once, or make them structs that end in "
                         "%u bytes of padding",
                      STR_ARG(of), pad_bytes(d, layout_size(&d->p->prog->sizes, elem)));
    }
    struct fix_tree *t = pad_tree_at(d, holder->pos, &why);
    node decl = 0, type = t ? pad_declared_type(t, holder->pos, &decl) : 0;
    if (!t || !type) {
        return pad_no(d, "%.*s", STR_ARG(why.n ? why : STR("its declaration does not say its type")));
    }
    node x = ast_unparen(t->ast, type);
    u32 kind = ast_kind(t->ast, x);
    if (kind != AST_ARRAY_TYPE && kind != AST_SLICE_TYPE) {
        return pad_no(d, "the declaration of %.*s does not write the element's type", STR_ARG(pad_name(d, holder)));
    }
    node e = kind == AST_ARRAY_TYPE ? ast_at(t->ast, x)->b : ast_at(t->ast, x)->a;
    if (kind == AST_SLICE_TYPE) {
        return pad_no(d, "the elements of %.*s are %.*s, of another package: embed each in a struct that ends in %u bytes of padding",
                      STR_ARG(pad_name(d, holder)), STR_ARG(of), pad_bytes(d, layout_size(&d->p->prog->sizes, elem)));
    }
    i64 size = layout_size(&d->p->prog->sizes, elem), n = as_array(type_under(holder->type))->len;
    pad_wrap(d, t, e, elem, false);
    d->pad->package = t->pkg->path;
    d->pad->title = str_fmt(d->a, "each %.*s of %.*s embedded in a struct with %u bytes of padding", STR_ARG(of),
                            STR_ARG(pad_name(d, holder)), pad_bytes(d, size));
    d->pad->bytes = pad_size_words(d, pad_name(d, holder), n * size, n * (size + pad_bytes(d, size)));
    return true;
}

static bool pad_elements(struct pad *d, const struct share_part *first)
{
    const struct share_thing *g = &d->c->things[first->thing];
    struct type *elem = g->stride > 0 ? g->type : NULL;
    for (u32 k = 0; k < first->leaf.n_steps && !elem; k++) {
        if (!first->leaf.steps[k].field) {
            elem = as_array(type_under(first->leaf.steps[k].in))->elem;
        }
    }
    if (!elem) {
        return pad_no(d, "the type of the elements is not known");
    }
    const struct type_named *n = type_named_of(elem);
    const struct package *own = n ? named_obj(n)->pkg : NULL;
    if (type_under(elem)->kind == TYPE_STRUCT && own && own->src && !own->src->std) {
        return pad_end(d, elem);
    }
    return pad_wrap_elements(d, g, first, elem);
}

/* ---- package variables ---- */

static bool pad_globals(struct pad *d)
{
    struct strbuf title = {0};
    i64 before = 0, after = 0;
    u32 n = 0;
    for (u32 i = 0; i < d->c->n_parts; i++) {
        const struct share_part *q = &d->c->parts[i];
        const struct share_thing *g = q->thing != UINT32_MAX ? &d->c->things[q->thing] : NULL;
        bool again = false;
        for (u32 k = 0; k < i; k++) {
            again |= d->c->parts[k].thing == q->thing && d->c->parts[k].counts && d->c->parts[k].writes > 0;
        }
        if (!q->counts || q->writes == 0 || again) {
            continue;
        }
        str why = {0};
        node decl = 0, type = 0;
        struct fix_tree *t = g && g->var ? pad_tree_at(d, g->var->pos, &why) : NULL;
        type = t ? pad_declared_type(t, g->var->pos, &decl) : 0;
        bool alone = type && ast_list_len(t->ast, ast_at(t->ast, decl)->a) == 1 && !ast_rec(t->ast, decl, VALUE_VALUES);
        if (!alone || !pad_embeds(g->type)) {
            strbuf_release(&title);
            return pad_no(d, "%.*s: put each into a struct with %u bytes of padding on both sides",
                          STR_ARG(why.n     ? why
                                  : !g      ? STR("the variable is not known")
                                  : !alone  ? STR("they are declared together, or with a value")
                                            : str_fmt(d->a, "%.*s is a plain variable", STR_ARG(g->name))),
                          d->line - SHARE_WORD);
        }
        pad_wrap(d, t, type, g->type, true);
        i64 size = layout_size(&d->p->prog->sizes, g->type);
        before += size;
        after += size + d->line + pad_bytes(d, size);
        strbuf_printf(&title, "%s%.*s", n++ ? " and " : "padding on both sides of ", STR_ARG(g->name));
        d->pad->package = t->pkg->path;
    }
    if (n == 0) {
        strbuf_release(&title);
        return pad_no(d, "none of the variables is written");
    }
    d->pad->title = str_dup(d->a, strbuf_str(&title));
    d->pad->bytes = str_fmt(d->a, "%lld bytes more", (long long)(after - before));
    strbuf_release(&title);
    return true;
}

/* ---- all ---- */

static bool pad_neighbours(struct pad *d)
{
    struct type *done[2] = {NULL, NULL};
    u32 n = 0;
    for (u32 i = 0; i < d->c->n_parts; i++) {
        const struct share_part *q = &d->c->parts[i];
        const struct share_thing *g = q->thing != UINT32_MAX ? &d->c->things[q->thing] : NULL;
        if (!q->counts || q->writes == 0) {
            continue;
        }
        if (!g || !g->type || g->stride > 0) {
            return pad_no(d, "one of the objects is %.*s: let each goroutine allocate its own, or put a line between them",
                          STR_ARG(g ? g->name : STR("unknown")));
        }
        if ((n > 0 && type_identical(done[0], g->type)) || n == ARRAY_LEN(done)) {
            continue;
        }
        if (!pad_end(d, g->type)) {
            return false;
        }
        done[n++] = g->type;
    }
    return n > 0 || pad_no(d, "none of the objects is written");
}

bool fix_pad(const struct share_places *p, const struct share_found *f, u32 line, struct fix_edits *out, struct fix_pad *pad)
{
    *pad = (struct fix_pad){.cold = {.arena = out->arena}};
    struct pad d = {.p = p, .a = out->arena, .c = f->best, .line = line, .out = out, .pad = pad};
    const struct share_part *first = NULL;
    for (u32 i = 0; i < f->best->n_parts; i++) {
        const struct share_part *q = &f->best->parts[i];
        if (q->counts && (!first || (first->writes == 0 && q->writes > 0))) {
            first = q;
        }
    }
    bool ok;
    if (f->best->class == SHARE_CLASS_TRUE) {
        str names = share_names(d.a, f->best, 3);
        ok = pad_no(&d, "give each goroutine (or each processor) its own %.*s and add them up when somebody asks", STR_ARG(names));
    } else if (!first || first->thing == UINT32_MAX || !f->best->things[first->thing].type) {
        ok = pad_no(&d, "what lies there is not known");
    } else {
        switch (f->best->shape) {
        case SHARE_SHAPE_ELEMENTS: ok = pad_elements(&d, first); break;
        case SHARE_SHAPE_GLOBALS: ok = pad_globals(&d); break;
        case SHARE_SHAPE_NEIGHBOURS: ok = pad_neighbours(&d); break;
        default: ok = pad_fields(&d); break;
        }
    }
    if (!ok) {
        pad->title = (str){0};
    }
    return ok;
}
