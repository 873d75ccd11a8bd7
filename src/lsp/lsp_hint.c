/* lsp_hint.c: textDocument/inlayHint: what goes to the heap, what stays on the stack, holes in structs. */
#include <string.h>

#include "lsp/lsp_view.h"
#include "types/layout_rows.h"

struct hints {
    const struct lsp_file *f;
    struct jsonw *w;
    struct lsp_range range;
    struct map seen; /* positions: of several notes the first counts */
};

static void hint_put(struct hints *h, struct lsp_pos at, bool before, str label, str tip)
{
    if (!lsp_ranges_meet((struct lsp_range){at, at}, h->range)) {
        return;
    }
    jsonw_object(h->w);
    lsp_put_pos(h->w, "position", at);
    jsonw_put_str(h->w, "label", label);
    jsonw_put_bool(h->w, before ? "paddingRight" : "paddingLeft", true);
    if (tip.n > 0) {
        jsonw_put_str(h->w, "tooltip", tip);
    }
    jsonw_end(h->w);
}

/* Before an expression, behind a variable. */
static void hint_place(struct hints *h, u32 place, bool variable, str label, str tip)
{
    node n = variable ? 0 : lsp_file_node(h->f, place);
    bool fresh;

    map_put(&h->seen, place, &fresh);
    if (fresh) {
        hint_put(h, variable ? lsp_file_word(h->f, place).end : lsp_file_pos(h->f, n ? ast_start(h->f->ast, n) : place), !variable,
                 label, tip);
    }
}

static bool hint_is_here(const struct hints *h, u32 place)
{
    if (place < h->f->src->base || place - h->f->src->base > h->f->src->text.n) {
        return false;
    }
    struct lsp_range r = lsp_file_word(h->f, place);
    return r.start.line >= h->range.start.line && r.start.line <= h->range.end.line;
}

static str hint_tip(const struct finding *f, struct arena *a)
{
    struct strbuf b = {0};

    strbuf_printf(&b, "%.*s %.*s", STR_ARG(f->code), STR_ARG(f->message));
    for (size_t i = 0; i < f->n_why; i++) {
        strbuf_printf(&b, "\n%.*s", STR_ARG(f->why[i].text));
    }
    str tip = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return tip;
}

static void hint_heap(struct hints *h, const struct lsp_view_sites *v)
{
    struct arena *a = h->f->view->arena;
    struct finding_list list = {.arena = a};

    for (u32 i = 0; i < v->n; i++) {
        const struct escape_site *s = &v->v[i];
        if (s->free || !hint_is_here(h, s->note->shown)) {
            continue;
        }
        const struct finding *f = escape_finding(h->f->view->escape, v->u, s, ESCAPE_SHORT, &list);
        str label = s->size > 0 ? str_fmt(a, "heap %lld B", (long long)s->size) : STR("heap");
        hint_place(h, s->note->shown, s->variable, label, hint_tip(f, a));
    }
}

/* Of what does not escape only that which would allocate if it did. */
static bool hint_would_allocate(const struct ir_note *n)
{
    if (n->kind != NOTE_STAYS || !n->node || str_has_prefix(n->text, STR("..."))) {
        return false;
    }
    switch (n->node->op) {
    case IR_PTRLIT:
    case IR_NEW:
    case IR_MAKESLICE:
    case IR_MAKEMAP:
    case IR_SLICELIT:
    case IR_MAPLIT:
    case IR_CLOSURE:
    case IR_METHVALUE:
    case IR_STR2BYTES:
    case IR_BYTES2STR:
    case IR_ADDSTR: return true;
    default: return false;
    }
}

static void hint_stack(struct hints *h, const struct lsp_view_sites *v)
{
    const struct escape_result *r = &h->f->view->escape->results[v->u->pkg->src->id];

    for (u32 i = 0; i < r->n_notes; i++) {
        const struct ir_note *n = &r->notes[i];
        if (hint_would_allocate(n) && n->shown == n->pos && hint_is_here(h, n->shown)) {
            hint_place(h, n->shown, false, STR("stack"), n->text);
        }
    }
}

/* ---- holes ---- */

/* Behind what stands in the field's line, comments not included. */
static struct lsp_pos hint_field_end(const struct hints *h, node type_list, u32 i, node field)
{
    const struct ast *f = h->f->ast;
    u32 tags = ast_at(f, type_list)->b;
    node tag = i < ast_list_len(f, tags) ? ast_list(f, tags)[i] : 0;

    return lsp_file_pos(h->f, ast_end(f, tag ? tag : ast_at(f, field)->b));
}

static void hint_struct(struct hints *h, node n)
{
    const struct ast *f = h->f->ast;
    struct arena *a = h->f->view->arena;
    struct type *t = h->f->info->at[n].type;
    struct type_struct *s = t ? is_struct(type_under(t)) : NULL;
    u32 list = ast_at(f, n)->a;

    if (!s || !lsp_sized(h->f, t) || s->n != ast_list_len(f, list) || s->n == 0) {
        return;
    }
    const struct sizes *sizes = &h->f->pkg->prog->sizes;
    i64 *off = ARENA_ARRAY(a, i64, s->n);
    i64 size = layout_size(sizes, t), holes = 0;
    layout_offsets(sizes, s, off);
    for (u32 i = 0; i < s->n; i++) {
        i64 next = i + 1 < s->n ? off[i + 1] : size;
        i64 hole = next - off[i] - layout_size(sizes, s->fields[i]->type);
        if (hole > 0) {
            holes += hole;
            str label = str_fmt(a, "%lld B padding", (long long)hole);
            str tip = str_fmt(a, "%lld bytes behind this field are not used: %s", (long long)hole,
                              i + 1 < s->n ? "the next one must be aligned" : "the size is a multiple of the alignment");
            hint_put(h, hint_field_end(h, n, i, ast_list(f, list)[i]), false, label, tip);
        }
    }
    str label = holes ? str_fmt(a, "%lld B, %lld of them padding", (long long)size, (long long)holes)
                      : str_fmt(a, "%lld B", (long long)size);
    u32 word = ast_at(f, n)->pos + (u32)strlen("struct");
    hint_put(h, lsp_file_pos(h->f, word), false, label, (str){0});
}

void lsp_hints(const struct lsp_file *f, struct lsp_range r, struct jsonw *w)
{
    struct hints h = {.f = f, .w = w, .range = r};
    const struct lsp_options *o = &f->view->server->options;

    jsonw_array(w);
    for (size_t i = 0; i < f->view->sites.n; i++) {
        const struct lsp_view_sites *v = &f->view->sites.v[i];
        if (v->u->pkg != f->pkg) {
            continue;
        }
        if (o->heap) {
            hint_heap(&h, v);
        }
        if (o->stack) {
            hint_stack(&h, v);
        }
    }
    for (node n = 1; o->padding && n < f->ast->n_nodes; n++) {
        if (ast_kind(f->ast, n) == AST_STRUCT_TYPE && f->info->at[n].type) {
            hint_struct(&h, n);
        }
    }
    jsonw_end(w);
    map_release(&h.seen);
}
