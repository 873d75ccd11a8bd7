/* lsp_find.c: the findings of a file: what the analysis says now, and what a stored result said of it. */
#include "base/io.h"
#include "escape/escape_assert.h"
#include "lsp/lsp_view.h"
#include "report/report_ignore.h"

/* ---- now ---- */

static struct lsp_found *found_add(const struct lsp_file *f, lsp_founds *out, struct finding *x, struct lsp_range r)
{
    vec_push_in(f->view->arena, out, (struct lsp_found){.f = x, .range = r});
    return &vec_last(out);
}

/* Of a span, whose end may be unknown. */
static struct lsp_range span_range(const struct lsp_file *f, struct span s)
{
    u32 place = sources_pos(f->view->load->sources, f->src, s.line, s.col ? s.col : 1);
    struct lsp_range r = place ? lsp_file_extent(f, place) : (struct lsp_range){0};

    if (place && s.end_line) {
        r.start = lsp_pos_at(&f->lines, s.line, s.col);
        r.end = lsp_pos_at(&f->lines, s.end_line, s.end_col);
    }
    return r;
}

static void find_sites(const struct lsp_file *f, const struct lsp_range *range, const struct lsp_view_sites *v,
                       lsp_founds *out)
{
    struct finding_list list = {.arena = f->view->arena};

    for (u32 i = 0; i < v->n; i++) {
        u32 place = v->v[i].note->shown;
        if (v->v[i].free || place < f->src->base || place - f->src->base > f->src->text.n) {
            continue;
        }
        struct lsp_range r = lsp_file_extent(f, place);
        if (range && !lsp_ranges_meet(r, *range)) {
            continue;
        }
        struct finding *x = ARENA_NEW(f->view->arena, struct finding);
        *x = *escape_finding(f->view->escape, v->u, &v->v[i], ESCAPE_WHOLE, &list);
        struct lsp_found *n = found_add(f, out, x, r);
        n->u = v->u;
        n->site = &v->v[i];
    }
}

static void find_assertions(const struct lsp_file *f, const struct lsp_range *range, const struct lsp_view_sites *v,
                            lsp_founds *out)
{
    struct finding_list list = {.arena = f->view->arena};

    escape_assertions(f->view->escape, v->u, v->v, v->n, &list);
    for (size_t i = 0; i < list.n; i++) {
        if (!str_eq(list.v[i].span.file, f->path)) {
            continue;
        }
        struct lsp_range r = span_range(f, list.v[i].span);
        if (!range || lsp_ranges_meet(r, *range)) {
            found_add(f, out, &list.v[i], r);
        }
    }
}

/* ---- then ---- */

static bool stored_is_news(const struct finding *x)
{
    bool escape = str_has_prefix(x->code, STR("ESC"));

    return !escape || x->n_costs > 0 || (x->fix.title.n > 0 && x->check.verdict == FINDING_VERIFIED);
}

/* What the analysis says the same of gets what it does not know. */
static bool stored_joins(const lsp_founds *out, const struct finding *x, u32 line)
{
    for (size_t i = 0; i < out->n; i++) {
        struct finding *f = out->v[i].f;
        if (out->v[i].site && str_eq(f->code, x->code) && str_eq(f->object, x->object) && out->v[i].range.start.line + 1 == line) {
            f->fix = x->fix;
            f->check = x->check;
            f->costs = x->costs;
            f->n_costs = x->n_costs;
            return true;
        }
    }
    return false;
}

bool lsp_stored_text(struct lsp_view *v, str path, str *text)
{
    struct arena *a = v->arena;
    struct io_stat st;

    return io_stat(str_cstr(a, path), &st, NULL) && st.mtime_ns <= v->server->stored.report.time_ns &&
           io_read_file(a, str_cstr(a, path), text, NULL);
}

static void find_stored(const struct lsp_file *f, const struct lsp_range *range, lsp_founds *out)
{
    const struct lsp_stored *s = &f->view->server->stored;
    struct lsp_lines old;
    struct lsp_drift d;
    str text;
    bool read = false;

    for (size_t i = 0; s->there && i < s->report.findings.n; i++) {
        struct finding *x = &s->report.findings.v[i];
        if (!str_eq(x->span.file, f->path) || x->suppressed != FINDING_SHOWN || !stored_is_news(x)) {
            continue;
        }
        if (!read) {
            if (!lsp_stored_text(f->view, f->path, &text)) {
                return;
            }
            old = lsp_lines_of(f->view->arena, text, f->lines.encoding);
            d = lsp_drift_of(&old, &f->lines);
            read = true;
        }
        struct span at = x->span;
        at.line = lsp_drift_line(&d, at.line);
        at.end_line = 0;
        if (at.line == 0 || stored_joins(out, x, at.line)) {
            continue;
        }
        struct lsp_range r = span_range(f, at);
        if (!range || lsp_ranges_meet(r, *range)) {
            found_add(f, out, x, r)->stored = true;
        }
    }
}

/* What a //gomm:ignore in the text speaks of is not shown. */
static void find_ignored(const struct lsp_file *f, lsp_founds *out)
{
    struct report_ignores ig = {.arena = f->view->arena};
    size_t n = 0;

    report_ignores_parsed(&ig, f->view->load->sources, f->ast);
    for (size_t i = 0; i < out->n; i++) {
        report_ignores_finding(&ig, (str){0}, out->v[i].f);
        if (out->v[i].f->suppressed == FINDING_SHOWN) {
            out->v[n++] = out->v[i];
        }
    }
    out->n = n;
}

void lsp_find(const struct lsp_file *f, const struct lsp_range *range, lsp_founds *out)
{
    for (size_t i = 0; f->lp && i < f->view->sites.n; i++) {
        if (f->view->sites.v[i].u->pkg == f->pkg) {
            find_assertions(f, range, &f->view->sites.v[i], out);
            if (f->view->server->options.escapes) {
                find_sites(f, range, &f->view->sites.v[i], out);
            }
        }
    }
    find_ignored(f, out); /* stored findings know by themselves, and their lines may be others by now */
    find_stored(f, range, out);
}

