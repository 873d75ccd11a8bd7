/* fix_pad_order.c: a struct's fields in another order, so that those of different users are a line apart with less padding, or
 * with none:
 *
 *   hits   atomic.Int64 // by one          hits   atomic.Int64
 *   misses atomic.Int64 // by another  →   name   string        // used seldom: 56 bytes of such fields do what
 *   name   string                          labels [5]int64      // padding would do
 *   labels [5]int64                        misses atomic.Int64
 *
 * Fields of the same users come together, so that as few gaps as possible are to be filled; gaps are filled with the fields
 * that nobody was seen to use, and only what is missing then is padding.  That those are really seldom used nothing proves
 * but the new look at the changed program and the measurement; so without them this is not proposed.
 *
 * The distance is that of padding (fix_pad.h): from the last word of one to the first of the next a line, wherever the struct
 * begins. */
#include "fix/fix_pad_int.h"

enum { ORDER_FIELDS = 64 };

struct order_field {
    const struct obj *field;
    const struct share_part *part; /* of those that count the first; NULL: seldom used */
    bool written;
    u32 group; /* of those used: 1 ... */
    bool placed;
};

struct order {
    struct fix_pad_work *d;
    struct type *in;
    struct type_struct *st;
    struct order_field f[ORDER_FIELDS];
    u32 groups;
    struct fix_pad_item out[2 * ORDER_FIELDS];
    u32 n_out;
    i64 at; /* where the last one ends */
};

/* ---- who uses which field ---- */

/* The struct in which the parts' ways part, the same for all; false: there is none. */
static bool order_struct(struct order *o)
{
    const struct share_case *c = o->d->c;
    i32 step = -1;
    for (u32 i = 0; i < c->n_parts; i++) {
        for (u32 k = 0; k < i; k++) {
            const struct share_part *x = &c->parts[k], *y = &c->parts[i];
            i32 at = x->counts && y->counts ? fix_pad_fork(x, y) : -1;
            if (at < 0) {
                continue;
            }
            struct type *in = x->leaf.steps[at].in;
            if (step >= 0 && (at != step || in != o->in)) {
                return false;
            }
            step = at;
            o->in = in;
        }
    }
    if (step < 0) {
        return false;
    }
    o->st = as_struct(type_under(o->in));
    if (o->st->n > ORDER_FIELDS) {
        return false;
    }
    for (u32 i = 0; i < o->st->n; i++) {
        o->f[i] = (struct order_field){.field = o->st->fields[i]};
    }
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        if (!q->counts) {
            continue;
        }
        u32 k = q->leaf.n_steps > (u32)step ? fix_pad_field_index(o->in, q->leaf.steps[step].field) : UINT32_MAX;
        if (k == UINT32_MAX) {
            return false;
        }
        o->f[k].part = o->f[k].part ? o->f[k].part : q;
        o->f[k].written |= q->writes > 0;
    }
    return true;
}

/* What is only read may stand together; what is written, with what has the same users. */
static void order_group(struct order *o)
{
    for (u32 i = 0; i < o->st->n; i++) {
        struct order_field *f = &o->f[i];
        for (u32 k = 0; f->part && k < i && f->group == 0; k++) {
            const struct order_field *g = &o->f[k];
            bool together = g->part && ((!f->written && !g->written) || !fix_pad_apart(o->d, f->part, g->part));
            f->group = together ? g->group : 0;
        }
        if (f->part && f->group == 0) {
            f->group = ++o->groups;
        }
    }
}

/* ---- the new order ---- */

static i64 order_align(const struct order *o, i64 at, u32 field)
{
    i64 align = layout_align(&o->d->p->prog->sizes, o->f[field].field->type);
    return (at + align - 1) / align * align;
}

static void order_put(struct order *o, u32 field)
{
    o->f[field].placed = true;
    o->at = order_align(o, o->at, field) + layout_size(&o->d->p->prog->sizes, o->f[field].field->type);
    o->out[o->n_out++] = (struct fix_pad_item){.field = field};
}

/* After a group, or the struct's first byte: seldom used fields, in their order, until the next one can begin; padding for what
 * they do not fill. */
static void order_gap(struct order *o, u32 next)
{
    i64 want = (o->at > 0 ? (o->at - 1) / SHARE_WORD * SHARE_WORD : 0) + o->d->line;
    for (u32 i = 0; i < o->st->n && order_align(o, o->at, next) < want; i++) {
        if (!o->f[i].part && !o->f[i].placed) {
            order_put(o, i);
        }
    }
    if (order_align(o, o->at, next) < want) {
        o->out[o->n_out++] = (struct fix_pad_item){.field = UINT32_MAX, .padding = want - o->at};
        o->at = want;
    }
}

/* Is it just padding? */
static bool order_is_old(const struct order *o)
{
    u32 next = 0;
    for (u32 i = 0; i < o->n_out; i++) {
        if (o->out[i].field != UINT32_MAX && o->out[i].field != next++) {
            return false;
        }
    }
    return true;
}

/* Bytes of the struct in the new order. */
static i64 order_fields(struct order *o)
{
    const struct sizes *s = &o->d->p->prog->sizes;
    for (u32 i = 0; i < o->st->n; i++) { /* structs{}, noCopy: nothing stands between them and the beginning */
        if (!o->f[i].part && layout_size(s, o->f[i].field->type) == 0) {
            order_put(o, i);
        }
    }
    for (u32 g = 1; g <= o->groups; g++) {
        for (u32 i = 0, first = 1; i < o->st->n; i++) {
            if (o->f[i].group == g) {
                if (first && (g > 1 || o->d->front)) {
                    order_gap(o, i);
                }
                order_put(o, i);
                first = 0;
            }
        }
    }
    for (u32 i = 0; i < o->st->n; i++) {
        if (!o->f[i].placed) {
            order_put(o, i);
        }
    }
    i64 align = layout_align(s, o->in);
    return (o->at + align - 1) / align * align;
}

/* ---- the source ---- */

/* A declaration of fields, "a, b T", with the comments that belong to it. */
struct order_decl {
    u32 first, n; /* fields */
    pos from, to; /* from its first name to the end of its type or tag */
    str before;   /* comment lines */
    str behind;   /* a comment in the same line */
};

static str order_trim_semicolon(str s)
{
    s = str_trim(s);
    while (s.n > 0 && s.p[0] == ';') {
        s = str_trim(str_from(s, 1));
    }
    return s;
}

static u32 order_decls(const struct fix_pad_decl *s, pos open, struct order_decl *v, str *rest)
{
    const struct ast *ast = s->tree->ast;
    u32 list = ast_at(ast, s->type)->a, tags = ast_at(ast, s->type)->b, n = ast_list_len(ast, list), n_decls = 0;
    pos at = open;
    for (u32 i = 0; i < n;) {
        node f = ast_list(ast, list)[i];
        struct order_decl *d = &v[n_decls++];
        *d = (struct order_decl){.first = i, .from = fix_start(s->tree, ast_at(ast, f)->a ? ast_at(ast, f)->a : ast_at(ast, f)->b)};
        for (; i < n && (i == d->first || (ast_at(ast, f)->a && ast_at(ast, ast_list(ast, list)[i])->b == ast_at(ast, f)->b)); i++) {
            d->n++;
        }
        node tag = tags && i - 1 < ast_list_len(ast, tags) ? ast_list(ast, tags)[i - 1] : 0;
        d->to = tag ? fix_end(s->tree, tag) : fix_end(s->tree, ast_at(ast, f)->b);
        d->before = order_trim_semicolon(fix_range(s->tree, at, d->from));
        str line = fix_range(s->tree, d->to, fix_end(s->tree, s->type) - 1);
        i64 newline = str_find_byte(line, '\n');
        line = newline < 0 ? (str){0} : str_slice(line, 0, (size_t)newline);
        d->behind = order_trim_semicolon(line);
        at = d->to;
        if (d->behind.n > 0 && str_has_prefix(d->behind, STR("//"))) {
            at += (pos)line.n;
        } else {
            d->behind = (str){0};
        }
    }
    *rest = order_trim_semicolon(fix_range(s->tree, at, fix_end(s->tree, s->type) - 1));
    return n_decls;
}

static void order_text(const struct order *o, const struct fix_pad_decl *s, struct strbuf *b, const struct order_decl *v, u32 n, u32 *i)
{
    const struct ast *ast = s->tree->ast;
    u32 field = o->out[*i].field, k = 0;
    while (k + 1 < n && v[k + 1].first <= field) {
        k++;
    }
    const struct order_decl *d = &v[k];
    u32 together = 0;
    while (*i + together < o->n_out && together < d->n && o->out[*i + together].field == d->first + together) {
        together++;
    }
    if (field == d->first && d->before.n > 0) {
        strbuf_printf(b, "\t%.*s\n", STR_ARG(d->before));
    }
    if (together == d->n) {
        strbuf_printf(b, "\t%.*s", STR_ARG(fix_range(s->tree, d->from, d->to)));
        *i += together - 1;
    } else {
        node f = ast_list(ast, ast_at(ast, s->type)->a)[field];
        strbuf_printf(b, "\t%.*s %.*s", STR_ARG(fix_text(s->tree, ast_at(ast, f)->a)),
                      STR_ARG(fix_range(s->tree, fix_start(s->tree, ast_at(ast, f)->b), d->to)));
    }
    if (field == d->first && d->behind.n > 0) {
        strbuf_printf(b, " %.*s", STR_ARG(d->behind));
    }
    strbuf_putc(b, '\n');
}

static bool order_edit(struct order *o, const struct fix_pad_decl *s)
{
    const struct ast *ast = s->tree->ast;
    struct order_decl *v = ARENA_ARRAY(o->d->a, struct order_decl, o->st->n + 1);
    str text = fix_text(s->tree, s->type), rest;
    i64 brace = str_find_byte(text, '{');
    if (brace < 0 || ast_list_len(ast, ast_at(ast, s->type)->a) != o->st->n || str_contains(text, STR("/*"))) {
        return false; /* what a comment inside belongs to cannot be told */
    }
    pos open = fix_start(s->tree, s->type) + (pos)brace + 1, close = fix_end(s->tree, s->type) - 1;
    u32 n = order_decls(s, open, v, &rest);
    struct strbuf b = {0};
    strbuf_putc(&b, '\n');
    for (u32 i = 0; i < o->n_out; i++) {
        if (o->out[i].field == UINT32_MAX) {
            strbuf_printf(&b, "\t_ [%lld]byte\n", (long long)o->out[i].padding);
        } else {
            order_text(o, s, &b, v, n, &i);
        }
    }
    if (rest.n > 0) {
        strbuf_printf(&b, "\t%.*s\n", STR_ARG(rest));
    }
    fix_edit_replace(o->d->out, ast->src, open, close, str_dup(o->d->a, strbuf_str(&b)));
    strbuf_release(&b);
    return true;
}

/* ---- all ---- */

/* "Hits, Name, Misses": what stands between the used fields, and they themselves, in the new order. */
static str order_names(const struct order *o)
{
    struct strbuf b = {0};
    for (u32 i = 0; i < o->n_out; i++) {
        if (o->out[i].field == UINT32_MAX) {
            strbuf_printf(&b, "%s%lld bytes of padding", b.n ? ", " : "", (long long)o->out[i].padding);
        } else {
            strbuf_printf(&b, "%s%.*s", b.n ? ", " : "", STR_ARG(fix_pad_name(o->d, o->f[o->out[i].field].field)));
        }
    }
    str s = str_dup(o->d->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

bool fix_pad_order(const struct share_places *p, const struct share_found *f, u32 line, bool front, const struct fix_pad *padded,
                   struct fix_edits *out, struct fix_pad *pad)
{
    *pad = (struct fix_pad){.cold = {.arena = out->arena}, .moved = true, .front = front};
    struct fix_pad_work d = {.p = p, .a = out->arena, .c = f->best, .line = line, .front = front, .out = out, .pad = pad};
    struct order *o = ARENA_NEW(d.a, struct order);
    o->d = &d;
    if (f->best->class == SHARE_CLASS_TRUE || (f->best->shape != SHARE_SHAPE_FIELDS && f->best->shape != SHARE_SHAPE_READ_MOSTLY) ||
        (front && !fix_pad_fronted(f->best, line)) || !order_struct(o)) {
        return false;
    }
    order_group(o);
    if (o->groups < 2 || layout_varies(o->in)) {
        return false;
    }
    i64 before = layout_size(&p->prog->sizes, o->in), after = order_fields(o);
    pad->added = after - before;
    if ((padded->title.n > 0 && pad->added >= padded->added) || order_is_old(o)) {
        return false;
    }
    struct type_named *named;
    struct fix_pad_decl s = {0};
    if (!fix_pad_open(&d, o->in, &named, &s)) {
        return false;
    }
    str why = fix_pad_ordered(p, named);
    if (why.n > 0) {
        pad->refused = true;
        return fix_pad_no(&d, "%.*s", STR_ARG(why));
    }
    if (!fix_pad_aligned(&d, o->st, o->out, o->n_out)) {
        return false;
    }
    if (!order_edit(o, &s) || !fix_pad_names_hold(&d)) {
        return false;
    }
    str name = fix_pad_name(&d, named_obj(named)), names = order_names(o);
    pad->title = str_fmt(d.a, "another order of %.*s's fields: %.*s", STR_ARG(name), STR_ARG(names));
    pad->bytes = pad->added > 0    ? fix_pad_size_words(&d, name, before, after)
                 : pad->added == 0 ? str_fmt(d.a, "%.*s keeps its %lld bytes", STR_ARG(name), (long long)before)
                                   : str_fmt(d.a, "%.*s shrinks from %lld to %lld bytes", STR_ARG(name), (long long)before, (long long)after);
    return true;
}
