/* lsp_hover.c: textDocument/hover: what an expression is, how its type lies in memory, where it lives and why. */
#include "escape/escape_assert.h"
#include "lsp/lsp_view.h"
#include "syntax/print.h"
#include "types/layout_rows.h"

struct hover {
    const struct lsp_file *f;
    struct arena *a;
    struct strbuf b;
    u32 from, to; /* what it is about */
    u32 at;
};

/* ---- what stands there ---- */

/* The smallest expression around the place; names of fields belong to their selectors. */
static node hover_node(const struct hover *h)
{
    const struct ast *f = h->f->ast;
    u8 *part = ARENA_ARRAY(h->a, u8, f->n_nodes);
    node found = 0;
    u32 width = UINT32_MAX;

    for (node n = 1; n < f->n_nodes; n++) {
        if (ast_kind(f, n) == AST_SELECTOR) {
            part[ast_at(f, n)->b] = 1;
        }
    }
    for (node n = 1; n < f->n_nodes; n++) {
        u32 kind = ast_kind(f, n);
        if (part[n] || kind >= AST_IMPORT_DECL || kind == AST_FIELD || kind == AST_LIST || kind == AST_KEY_VALUE) {
            continue;
        }
        u32 from = ast_start(f, n), to = ast_end(f, n);
        /* At the end of a name counts too: a cursor stands between characters. */
        bool around = from <= h->at && (h->at < to || (h->at == to && kind == AST_NAME));
        if (around && to - from < width && (h->f->info->at[n].type || info_obj(h->f->info, n))) {
            found = n;
            width = to - from;
        }
    }
    return found;
}

/* ---- layout ---- */

static struct type *hover_struct(const struct hover *h, node n)
{
    struct obj *o = info_obj(h->f->info, n);
    struct type *t = o && o->kind == OBJ_TYPE ? o->type : h->f->info->at[n].type;
    bool pointer;

    if (!t && o) {
        t = o->type;
    }
    t = t && type_is_valid(t) ? type_deref(t, &pointer) : NULL;
    return t && lsp_sized(h->f, t) && is_struct(type_under(t)) ? t : NULL;
}

static void hover_row(struct hover *h, const struct layout_row *r, u32 line, size_t wide)
{
    const struct program *p = h->f->pkg->prog;
    u64 first = (u64)r->offset / line, last = r->size > 0 ? (u64)(r->offset + r->size - 1) / line : first;
    str name = r->field ? intern_str(p->names, r->field->name) : STR("(padding)");
    str lines = first == last ? str_fmt(h->a, "%llu", (unsigned long long)first)
                              : str_fmt(h->a, "%llu-%llu", (unsigned long long)first, (unsigned long long)last);

    strbuf_printf(&h->b, "%6lld %6lld  %-5.*s %.*s", (long long)r->offset, (long long)r->size, STR_ARG(lines), STR_ARG(name));
    if (r->field) {
        strbuf_put_n(&h->b, ' ', wide - str_runes(name) + 1);
        type_write(&h->b, r->field->type, h->f->pkg, QUAL_SHORT);
    }
    strbuf_putc(&h->b, '\n');
}

static void hover_layout(struct hover *h, struct type *t)
{
    enum { ROWS = 60 };
    const struct sizes *sizes = &h->f->pkg->prog->sizes;
    u32 line = layout_line(h->f->view->load->config.goarch);
    i64 size = layout_size(sizes, t);
    layout_rows rows = {0};
    size_t wide = 0;

    layout_collect(sizes, h->a, &rows, t, false);
    for (size_t i = 0; i < rows.n; i++) {
        wide = rows.v[i].field ? base_max(wide, str_runes(intern_str(h->f->pkg->prog->names, rows.v[i].field->name))) : wide;
    }
    u64 lines = ((u64)size + line - 1) / line;
    strbuf_printf(&h->b, "\n%.*s: %lld bytes, alignment %lld, %llu cache line%s of %u bytes", STR_ARG(type_str(h->a, t, h->f->pkg)),
                  (long long)size, (long long)layout_align(sizes, t), (unsigned long long)lines, lines == 1 ? "" : "s", line);
    if (layout_padding(&rows) > 0) {
        strbuf_printf(&h->b, ", %lld bytes of padding", (long long)layout_padding(&rows));
    }
    strbuf_puts(&h->b, "\n\n```text\noffset   size  line  field\n");
    for (size_t i = 0; i < rows.n && i < ROWS; i++) {
        hover_row(h, &rows.v[i], line, wide);
    }
    if (rows.n > ROWS) {
        strbuf_printf(&h->b, "… %zu more\n", rows.n - ROWS);
    }
    strbuf_puts(&h->b, "```\n");
    struct type_struct *s = as_struct(type_under(t));
    u32 *order = ARENA_ARRAY(h->a, u32, s->n);
    i64 best = layout_best(sizes, h->a, s, order);
    if (best >= 0 && best < size) {
        strbuf_printf(&h->b, "\n%lld bytes (%lld less) in the order", (long long)best, (long long)(size - best));
        for (u32 i = 0; i < s->n; i++) {
            str name = intern_str(h->f->pkg->prog->names, s->fields[order[i]]->name);
            strbuf_printf(&h->b, "%s%.*s", i ? ", " : " ", STR_ARG(name));
        }
        strbuf_putc(&h->b, '\n');
    }
}

/* ---- where it lives ---- */

static void hover_finding(struct hover *h, const struct finding *f)
{
    const struct report_rule *r = report_rule(f->code);

    strbuf_printf(&h->b, "\n**%.*s** %.*s\n\n", STR_ARG(f->code), STR_ARG(f->message));
    for (size_t i = 0; i < f->n_why; i++) {
        strbuf_printf(&h->b, "- %.*s\n", STR_ARG(f->why[i].text));
    }
    for (size_t i = 0; i < f->n_costs; i++) {
        if (f->costs[i].text.n > 0) {
            strbuf_printf(&h->b, "- cost: %.*s\n", STR_ARG(f->costs[i].text));
        }
    }
    if (f->fix.title.n > 0 && f->check.verdict == FINDING_VERIFIED) {
        strbuf_printf(&h->b, "- fix: %.*s, verified: %.*s\n", STR_ARG(f->fix.title), STR_ARG(f->check.text));
    }
    if (r) {
        strbuf_printf(&h->b, "\n*Cure*: %s\n", r->cure);
    }
}

/* Findings at the expression; the way is told in full. */
static u32 hover_findings(struct hover *h, node n)
{
    struct lsp_range r = {lsp_file_pos(h->f, ast_start(h->f->ast, n)), lsp_file_pos(h->f, h->at)};
    lsp_founds found = {0};
    u32 said = 0;

    if (r.end.line != r.start.line) {
        r.end = r.start;
    }
    lsp_find(h->f, &r, &found);
    for (size_t i = 0; i < found.n && said < 4; i++) {
        struct lsp_range w = found.v[i].range;
        bool within = w.start.line == r.start.line && w.start.character <= r.end.character && w.end.character >= r.start.character;
        if (within) {
            hover_finding(h, found.v[i].f);
            said++;
        }
    }
    return said;
}

/* Decisions about a declared variable, wherever it is used. */
static bool hover_variable(struct hover *h, const struct obj *o)
{
    const struct escape *e = h->f->view->escape;
    struct finding_list list = {.arena = h->a};
    bool said = false;

    if (o->kind != OBJ_VAR || o->var == VAR_FIELD || o->var == VAR_PACKAGE) {
        return false;
    }
    for (size_t i = 0; i < h->f->view->sites.n; i++) {
        const struct lsp_view_sites *v = &h->f->view->sites.v[i];
        for (u32 k = 0; k < v->n && v->u->pkg == h->f->pkg; k++) {
            if (v->v[k].variable && v->v[k].n->pos == o->pos && !v->v[k].inlined) {
                hover_finding(h, escape_finding((struct escape *)(uintptr_t)e, v->u, &v->v[k], ESCAPE_WHOLE, &list));
                return true;
            }
        }
        const struct escape_result *r = &e->results[v->u->pkg->src->id];
        for (u32 k = 0; k < r->n_notes && v->u->pkg == h->f->pkg; k++) {
            const struct ir_note *n = &r->notes[k];
            bool param = n->kind == NOTE_LEAKING || n->kind == NOTE_LEAKING_CONTENT || n->kind == NOTE_LEAKING_RESULT ||
                         n->kind == NOTE_PARAM_STAYS;
            if (param && n->node && n->node->op == IR_NAME && n->node->pos == o->pos && n->inl == 0) {
                strbuf_printf(&h->b, "\n%.*s\n", STR_ARG(n->text));
                said = true;
            }
        }
    }
    if (!said && h->f->pkg->n_errors == 0 && o->pos >= h->f->src->base && o->pos - h->f->src->base <= h->f->src->text.n) {
        strbuf_puts(&h->b, "\nlives on the stack or in registers\n");
        said = true;
    }
    return said;
}

/* Values that would be allocated and are not. */
static void hover_stays(struct hover *h, node n)
{
    const struct lsp_view *v = h->f->view;

    for (size_t i = 0; i < v->sites.n; i++) {
        if (v->sites.v[i].u->pkg != h->f->pkg) {
            continue;
        }
        const struct escape_result *r = &v->escape->results[v->sites.v[i].u->pkg->src->id];
        for (u32 k = 0; k < r->n_notes; k++) {
            if (r->notes[k].kind == NOTE_STAYS && r->notes[k].inl == 0 && r->notes[k].pos == ast_at(h->f->ast, n)->pos) {
                strbuf_printf(&h->b, "\n%.*s: it is on the stack\n", STR_ARG(r->notes[k].text));
                return;
            }
        }
    }
}

void lsp_hover(const struct lsp_file *f, struct lsp_pos at, struct jsonw *w)
{
    enum { TEXT = 200 };
    struct hover h = {.f = f, .a = f->view->arena};

    h.at = f->src->base + (u32)lsp_offset(&f->lines, at);
    node n = hover_node(&h);
    if (!n) {
        jsonw_null(w);
        return;
    }
    str text = print_expr_str(h.a, f->ast, f->pkg->prog->names, n);
    if (text.n > TEXT) {
        text = str_fmt(h.a, "%.*s…", STR_ARG(str_slice(text, 0, TEXT)));
    }
    strbuf_printf(&h.b, "```go\n%.*s\n```\n\n", STR_ARG(text));
    query_describe(&h.b, h.a, f->pkg, f->info, n);
    strbuf_putc(&h.b, '\n');
    struct obj *o = info_obj(f->info, n);
    bool said = o && ast_kind(f->ast, n) == AST_NAME && hover_variable(&h, o);
    if (!said && hover_findings(&h, n) == 0) {
        hover_stays(&h, n);
    }
    struct type *s = hover_struct(&h, n);
    if (s) {
        hover_layout(&h, s);
    }
    jsonw_object(w);
    jsonw_key(w, "contents"), jsonw_object(w);
    jsonw_put_str(w, "kind", STR("markdown"));
    jsonw_put_str(w, "value", strbuf_str(&h.b));
    jsonw_end(w);
    lsp_put_range(w, "range",
                  (struct lsp_range){lsp_file_pos(f, ast_start(f->ast, n)), lsp_file_pos(f, ast_end(f->ast, n))});
    jsonw_end(w);
    strbuf_release(&h.b);
}
