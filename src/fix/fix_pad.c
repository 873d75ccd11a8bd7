#include "fix/fix_pad.h"

#include "fix/fix_names.h"
#include "fix/fix_pad_int.h"

#define PAD_CPU "golang.org/x/sys/cpu"
enum { PAD_GOROUTINES = 64, PAD_PLACES = 16 };

str fix_pad_name(const struct fix_pad_work *d, const struct obj *o)
{
    return intern_str(d->p->prog->names, o->name);
}

bool fix_pad_no(struct fix_pad_work *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    d->pad->why = str_vfmt(d->a, fmt, ap);
    va_end(ap);
    return false;
}

/* ---- how much ---- */

u32 fix_pad_bytes(const struct fix_pad_work *d, i64 size)
{
    i64 last = size % SHARE_WORD ? size % SHARE_WORD : SHARE_WORD;
    return d->line - (u32)last;
}

str fix_pad_field(const struct fix_pad_work *d, const struct fix_tree *t, i64 size)
{
    const struct ast *ast = t->ast;
    const u32 *decls = ast_list(ast, ast->decls);
    for (u32 i = 0; i < ast_list_len(ast, ast->decls); i++) {
        if (ast_kind(ast, decls[i]) == AST_IMPORT_DECL && ast_rec(ast, decls[i], IMPORT_PATH) &&
            ast_at(ast, decls[i])->a == 0 && str_is(ast_lit(ast, ast_rec(ast, decls[i], IMPORT_PATH)), "\"" PAD_CPU "\"")) {
            return STR("_ cpu.CacheLinePad");
        }
    }
    return str_fmt(d->a, "_ [%u]byte", fix_pad_bytes(d, size));
}

bool fix_pad_names_hold(struct fix_pad_work *d)
{
    for (size_t i = 0; i < d->out->v.n; i++) {
        const struct fix_edit *e = &d->out->v.v[i];
        const struct share_file *f = share_places_file(d->p, e->src->path);
        str name = f && f->info->at ? fix_names_hidden(f->pkg, f->info, e->text) : (str){0};
        if (name.n > 0) {
            return fix_pad_no(d, "%.*s, which the padding needs, is something else in its file", STR_ARG(name));
        }
    }
    return true;
}

/* ---- into a struct's source ---- */

/* Field i of the struct as its FIELD node. */
static node pad_field_node(const struct fix_tree *t, node type, u32 i)
{
    u32 list = ast_at(t->ast, type)->a;
    return i < ast_list_len(t->ast, list) ? ast_list(t->ast, list)[i] : 0;
}

/* Behind the field's type, tag and comment: where the next line begins, or in the line where more stands in it. */
static void pad_insert_after(struct fix_pad_work *d, const struct fix_tree *t, node type, u32 i, str text)
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
static bool pad_split(struct fix_pad_work *d, const struct fix_tree *t, node type, u32 i, str text)
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

static bool pad_after_field(struct fix_pad_work *d, const struct fix_pad_decl *s, const struct type_named *n, u32 i, i64 size)
{
    str text = fix_pad_field(d, s->tree, size);
    if (!pad_split(d, s->tree, s->type, i, text)) {
        pad_insert_after(d, s->tree, s->type, i, text);
    }
    fix_pad_literals(d->p, n, i, str_fmt(d->a, "%.*s{}", STR_ARG(str_from(text, 2))), d->out);
    return true;
}

bool fix_pad_fronted(const struct share_case *c, u32 line)
{
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        const struct share_thing *g = q->thing != UINT32_MAX ? &c->things[q->thing] : NULL;
        if (q->counts && q->writes > 0 && g && g->object->kind == RACE_OBJECT_HEAP && g->stride == 0 && q->leaf.at < (i64)line) {
            return true;
        }
    }
    return false;
}

/* A line before all fields. */
static void pad_before(struct fix_pad_work *d, const struct fix_pad_decl *s, const struct type_named *n)
{
    const struct ast *ast = s->tree->ast;
    str src = ast->src->text;
    u32 at = fix_start(s->tree, s->type) - ast->src->base;
    while (at < src.n && src.p[at] != '{') {
        at++;
    }
    fix_edit_insert(d->out, ast->src, ast->src->base + at + 1, str_fmt(d->a, "\n\t_ [%u]byte%s", d->line,
                                                                       at + 1 < src.n && src.p[at + 1] == '\n' ? "" : "\n"));
    fix_pad_literals(d->p, n, FIX_PAD_FRONT, str_fmt(d->a, "[%u]byte{}", d->line), d->out);
    d->pad->added += d->line;
}

/* The same bytes behind all fields. */
static void pad_cold(struct fix_pad_work *d, const struct fix_pad_decl *s, struct type *in, i64 size)
{
    struct fix_edits *hot = d->out;
    d->out = &d->pad->cold;
    pad_insert_after(d, s->tree, s->type, as_struct(type_under(in))->n - 1, fix_pad_field(d, s->tree, size));
    d->out = hot;
}

str fix_pad_size_words(const struct fix_pad_work *d, str name, i64 before, i64 after)
{
    return str_fmt(d->a, "%.*s grows from %lld to %lld bytes", STR_ARG(name), (long long)before, (long long)after);
}

bool fix_pad_open(struct fix_pad_work *d, struct type *t, struct type_named **n, struct fix_pad_decl *s)
{
    str why = {0};
    *n = fix_pad_origin(t);
    if (!*n) {
        return fix_pad_no(d, "the struct has no name of its own; give it one and pad it");
    }
    if (!fix_pad_find(d->p, *n, s, &why)) {
        return fix_pad_no(d, "%.*s", STR_ARG(why));
    }
    why = fix_pad_forbidden(d->p, *n);
    if (why.n > 0) {
        d->pad->refused = true;
        return fix_pad_no(d, "%.*s", STR_ARG(why));
    }
    d->pad->package = s->tree->pkg->path;
    return true;
}

/* ---- words of 32 bits ---- */

/* A 64-bit basic that lies at a multiple of 8 bytes, as part of t at `at`, and must do so. */
static bool pad_holds_aligned(const struct fix_pad_work *d, const struct sizes *s, struct type *t, i64 at)
{
    struct type *u = type_under(t);
    struct type_array *array = is_array(u);
    struct type_struct *st = is_struct(u);
    if (array) { /* sizes of what holds one are multiples of 4 here: the third element lies as the first does */
        return (array->len > 0 && pad_holds_aligned(d, s, array->elem, at)) ||
               (array->len > 1 && pad_holds_aligned(d, s, array->elem, at + layout_size(s, array->elem)));
    }
    i64 *off = st ? ARENA_ARRAY(d->a, i64, st->n + 1) : NULL;
    if (st) {
        layout_offsets(s, st, off);
    }
    for (u32 i = 0; st && i < st->n; i++) {
        if (pad_holds_aligned(d, s, st->fields[i]->type, at + off[i])) {
            return true;
        }
    }
    return u->kind == TYPE_BASIC && layout_size(s, t) == 8 && at % 8 == 0;
}

/* 64-bit integers that atomic operations work on must be aligned to 8 bytes, and where words have 32 bits that is up to their
 * offset (GOROOT/src/sync/atomic/doc.go, "Bugs"). */
bool fix_pad_aligned(struct fix_pad_work *d, struct type_struct *st, const struct fix_pad_item *v, u32 n)
{
    struct sizes s = sizes_for(STR("386"));
    i64 at = 0, *was = ARENA_ARRAY(d->a, i64, st->n + 1);
    layout_offsets(&s, st, was);
    for (u32 i = 0; i < n; i++) {
        if (v[i].field != UINT32_MAX) {
            const struct obj *f = st->fields[v[i].field];
            i64 align = layout_align(&s, f->type);
            at = (at + align - 1) / align * align;
            if ((at - was[v[i].field]) % 8 != 0 && pad_holds_aligned(d, &s, f->type, was[v[i].field])) {
                d->pad->refused = true;
                return fix_pad_no(d, "where words have 32 bits, %.*s would not be aligned for atomic operations",
                                  STR_ARG(fix_pad_name(d, f)));
            }
            at += layout_size(&s, f->type);
        }
        at += v[i].padding;
    }
    return true;
}

/* ---- who uses a part ---- */

u64 fix_pad_users(const struct fix_pad_work *d, const struct share_part *q)
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

bool fix_pad_apart(const struct fix_pad_work *d, const struct share_part *x, const struct share_part *y)
{
    bool never_at_once = d->c->class == SHARE_CLASS_FALSE && x->shared && y->shared;
    return d->c->interleaved || never_at_once || fix_pad_users(d, x) != fix_pad_users(d, y);
}

i32 fix_pad_fork(const struct share_part *x, const struct share_part *y)
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

/* ---- fields of a struct ---- */

u32 fix_pad_field_index(struct type *in, const struct obj *field)
{
    struct type_struct *s = is_struct(type_under(in));
    for (u32 i = 0; s && i < s->n; i++) {
        if (s->fields[i] == field) {
            return i;
        }
    }
    return UINT32_MAX;
}

static i64 pad_field_size(const struct fix_pad_work *d, struct type *in, u32 i)
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

/* The struct with its padding; front: a line before all fields too. */
static bool pad_is_aligned(struct fix_pad_work *d, struct type *in, const struct pad_place *at, u32 n, bool front)
{
    struct type_struct *st = as_struct(type_under(in));
    struct fix_pad_item *v = ARENA_ARRAY(d->a, struct fix_pad_item, st->n + 1);
    v[0] = (struct fix_pad_item){.field = UINT32_MAX, .padding = front ? d->line : 0};
    for (u32 i = 0; i < st->n; i++) {
        v[i + 1] = (struct fix_pad_item){.field = i};
        for (u32 k = 0; k < n; k++) {
            v[i + 1].padding += at[k].in == in && at[k].field == i ? fix_pad_bytes(d, pad_field_size(d, in, i)) : 0;
        }
    }
    return fix_pad_aligned(d, st, v, st->n + 1);
}

/* A field that nobody of them uses is left where it is: only what counts is pulled apart. */
static bool pad_fields(struct fix_pad_work *d)
{
    struct pad_place at[PAD_PLACES];
    u32 n = 0;
    const struct share_part *before = NULL;
    for (u32 i = 0; i < d->c->n_parts; i++) {
        const struct share_part *q = &d->c->parts[i];
        if (!q->counts || q->leaf.n_steps == 0) {
            continue;
        }
        if (before && fix_pad_apart(d, before, q)) {
            i32 k = fix_pad_fork(before, q);
            if (k < 0) {
                return fix_pad_no(d, "the variables are not fields of one struct");
            }
            const struct share_step *s = &before->leaf.steps[k];
            if (!pad_add_place(at, &n, (struct pad_place){s->in, fix_pad_field_index(s->in, s->field)})) {
                return fix_pad_no(d, "too many fields to be pulled apart");
            }
        }
        before = q;
    }
    if (n == 0) {
        return fix_pad_no(d, "no two variables have different users");
    }
    /* What is written last keeps off whatever lies behind the struct. */
    if (before->writes > 0) {
        for (u32 k = 0; k < before->leaf.n_steps; k++) {
            if (before->leaf.steps[k].in == at[n - 1].in) {
                const struct share_step *s = &before->leaf.steps[k];
                pad_add_place(at, &n, (struct pad_place){s->in, fix_pad_field_index(s->in, s->field)});
            }
        }
    }
    struct type_named *named = NULL;
    struct strbuf title = {0}, bytes = {0};
    for (u32 i = 0; i < n; i++) {
        struct fix_pad_decl s;
        if (!fix_pad_open(d, at[i].in, &named, &s) || !pad_is_aligned(d, at[i].in, at, n, d->front && at[i].in == at[0].in)) {
            strbuf_release(&title);
            strbuf_release(&bytes);
            return false;
        }
        i64 size = pad_field_size(d, at[i].in, at[i].field);
        str field = fix_pad_name(d, as_struct(type_under(at[i].in))->fields[at[i].field]);
        pad_after_field(d, &s, named, at[i].field, size);
        pad_cold(d, &s, at[i].in, size);
        if (d->front && i == 0) {
            pad_before(d, &s, named);
            strbuf_printf(&title, "%u bytes of padding before all fields, ", d->line);
        }
        strbuf_printf(&title, "%s%u bytes of padding after %.*s", i ? (i + 1 == n ? " and " : ", ") : "", fix_pad_bytes(d, size),
                      STR_ARG(field));
        bool last = true;
        i64 added = 0;
        for (u32 k = 0; k < n; k++) {
            last &= k <= i || at[k].in != at[i].in;
            added += at[k].in == at[i].in ? fix_pad_bytes(d, pad_field_size(d, at[k].in, at[k].field)) : 0;
        }
        d->pad->added += last ? added : 0;
        if (last) {
            i64 old = layout_size(&d->p->prog->sizes, at[i].in), align = layout_align(&d->p->prog->sizes, at[i].in);
            added += d->front && at[i].in == at[0].in ? d->line : 0;
            str words = fix_pad_size_words(d, fix_pad_name(d, named_obj(named)), old, (old + added + align - 1) / align * align);
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

static bool pad_end(struct fix_pad_work *d, struct type *t)
{
    struct type_named *n;
    struct fix_pad_decl s;
    if (!fix_pad_open(d, t, &n, &s)) {
        return false;
    }
    struct type_struct *st = as_struct(type_under(t));
    i64 size = layout_size(&d->p->prog->sizes, t);
    if (st->n == 0) {
        return fix_pad_no(d, "it has no fields");
    }
    str field = fix_pad_field(d, s.tree, size);
    pad_insert_after(d, s.tree, s.type, st->n - 1, field);
    fix_pad_literals(d->p, n, st->n - 1, str_fmt(d->a, "%.*s{}", STR_ARG(str_from(field, 2))), d->out);
    str name = fix_pad_name(d, named_obj(n));
    d->pad->title = str_fmt(d->a, "%.*s%s%u bytes of padding at the end of %.*s", STR_ARG(d->pad->title),
                            d->pad->title.n ? " and " : "",
                            fix_pad_bytes(d, size), STR_ARG(name));
    str words = fix_pad_size_words(d, name, size, size + fix_pad_bytes(d, size));
    d->pad->bytes = str_fmt(d->a, "%.*s%s%.*s", STR_ARG(d->pad->bytes), d->pad->bytes.n ? ", " : "", STR_ARG(words));
    d->pad->added += fix_pad_bytes(d, size);
    return true;
}

static bool pad_elements(struct fix_pad_work *d, const struct share_part *first)
{
    const struct share_thing *g = &d->c->things[first->thing];
    struct type *elem = g->stride > 0 ? g->type : NULL;
    for (u32 k = 0; k < first->leaf.n_steps && !elem; k++) {
        if (!first->leaf.steps[k].field) {
            elem = as_array(type_under(first->leaf.steps[k].in))->elem;
        }
    }
    if (!elem) {
        return fix_pad_no(d, "the type of the elements is not known");
    }
    const struct type_named *n = type_named_of(elem);
    const struct package *own = n ? named_obj(n)->pkg : NULL;
    if (type_under(elem)->kind == TYPE_STRUCT && own && own->src && !own->src->std && (!own->src->module || own->src->module->main)) {
        return pad_end(d, elem);
    }
    const struct obj *holder = g->stride > 0 ? g->holder : g->var;
    for (u32 k = 0; g->stride == 0 && k < first->leaf.n_steps && first->leaf.steps[k].field; k++) {
        holder = first->leaf.steps[k].field;
    }
    if (!holder) {
        return fix_pad_no(d, "make the elements structs with %u bytes of padding each, or count in a local variable and add it up once",
                          d->line - SHARE_WORD);
    }
    return fix_pad_wrap_elements(d, holder, elem);
}

/* ---- all ---- */

static bool pad_neighbours(struct fix_pad_work *d)
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
            return fix_pad_no(d, "one of the objects is %.*s: let each goroutine allocate its own, or put a line between them",
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
    return n > 0 || fix_pad_no(d, "none of the objects is written");
}

bool fix_pad(const struct share_places *p, const struct share_found *f, u32 line, bool front, struct fix_edits *out,
             struct fix_pad *pad)
{
    *pad = (struct fix_pad){.cold = {.arena = out->arena}, .front = front};
    struct fix_pad_work d = {.p = p, .a = out->arena, .c = f->best, .line = line, .front = front, .out = out, .pad = pad};
    enum share_shape shape = f->best->shape;
    if (front && ((shape != SHARE_SHAPE_FIELDS && shape != SHARE_SHAPE_READ_MOSTLY) || !fix_pad_fronted(f->best, line))) {
        return false;
    }
    const struct share_part *first = share_first(f->best);
    bool ok;
    if (f->best->class == SHARE_CLASS_TRUE) {
        str names = share_names(d.a, f->best, 3);
        ok = fix_pad_no(&d, "give each goroutine (or each processor) its own %.*s and add them up when somebody asks", STR_ARG(names));
    } else if (!first || first->thing == UINT32_MAX || !f->best->things[first->thing].type) {
        ok = fix_pad_no(&d, "what lies there is not known");
    } else {
        switch (shape) {
        case SHARE_SHAPE_ELEMENTS: ok = pad_elements(&d, first); break;
        case SHARE_SHAPE_GLOBALS: ok = fix_pad_wrap_globals(&d); break;
        case SHARE_SHAPE_NEIGHBOURS: ok = pad_neighbours(&d); break;
        default: ok = pad_fields(&d); break;
        }
    }
    ok = ok && fix_pad_names_hold(&d);
    if (!ok) {
        pad->title = (str){0};
    }
    return ok;
}
