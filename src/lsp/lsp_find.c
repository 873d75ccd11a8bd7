/* lsp_find.c: the findings of a file: what the analysis says now, and what a stored result said of it. */
#include "base/io.h"
#include "escape/escape_assert.h"
#include "lsp/lsp_view.h"

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

    return !escape || x->n_costs > 0 || (x->fix.n_edits > 0 && x->check.verdict == FINDING_VERIFIED);
}

/* The analysis says the same, if not all of it. */
static bool stored_is_said(const lsp_founds *out, const struct finding *x, u32 line)
{
    for (size_t i = 0; i < out->n; i++) {
        if (!out->v[i].stored && str_eq(out->v[i].f->code, x->code) && out->v[i].range.start.line + 1 == line) {
            return true;
        }
    }
    return false;
}

/* The disk's text of a file that has not changed since the result was stored; false: it has. */
static bool stored_text(const struct lsp_file *f, str path, str *text)
{
    struct arena *a = f->view->arena;
    struct io_stat st;

    return io_stat(str_cstr(a, path), &st, NULL) && st.mtime_ns <= f->view->server->stored.report.time_ns &&
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
        if (!str_eq(x->span.file, f->path) || !stored_is_news(x)) {
            continue;
        }
        if (!read) {
            if (!stored_text(f, f->path, &text)) {
                return;
            }
            old = lsp_lines_of(f->view->arena, text, f->lines.encoding);
            d = lsp_drift_of(&old, &f->lines);
            read = true;
        }
        struct span at = x->span;
        at.line = lsp_drift_line(&d, at.line);
        at.end_line = 0;
        if (at.line == 0 || (x->fix.n_edits == 0 && stored_is_said(out, x, at.line))) {
            continue;
        }
        struct lsp_range r = span_range(f, at);
        if (!range || lsp_ranges_meet(r, *range)) {
            found_add(f, out, x, r)->stored = true;
        }
    }
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
    find_stored(f, range, out);
}

/* ---- fixes ---- */

/* Where an edit of a stored result is to be made today. */
static bool fix_range(struct lsp_view *v, const struct lsp_file *of, const struct finding_edit *x, struct lsp_range *r)
{
    struct lsp_lines now = lsp_view_lines(v, x->span.file), old;
    str text;

    if (x->span.line == 0 || x->span.end_line == 0 || !stored_text(of, x->span.file, &text)) {
        return false;
    }
    old = lsp_lines_of(v->arena, text, now.encoding);
    struct lsp_drift d = lsp_drift_of(&old, &now);
    u32 from = lsp_drift_line(&d, x->span.line), to = lsp_drift_line(&d, x->span.end_line);
    if (from == 0 || to == 0 || to - from != x->span.end_line - x->span.line) {
        return false;
    }
    r->start = lsp_pos_at(&now, from, x->span.col);
    r->end = lsp_pos_at(&now, to, x->span.end_col);
    return true;
}

struct fix_file {
    str path;
    VEC(size_t) edits;
};

static void put_edits(struct lsp_view *v, const struct finding_fix *fix, const struct lsp_range *r, const struct fix_file *file,
                      struct jsonw *w)
{
    (void)v;
    jsonw_array(w);
    for (size_t i = 0; i < file->edits.n; i++) {
        size_t k = file->edits.v[i];
        jsonw_object(w);
        lsp_put_range(w, "range", r[k]);
        jsonw_put_str(w, "newText", fix->edits[k].text);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static const struct lsp_doc *fix_document(const struct lsp_view *v, str path)
{
    for (size_t i = 0; i < v->server->docs.n; i++) {
        if (str_eq(v->server->docs.v[i]->path, path)) {
            return v->server->docs.v[i];
        }
    }
    return NULL;
}

bool lsp_put_fix(const struct lsp_file *f, const struct lsp_found *found, struct jsonw *w)
{
    const struct finding_fix *fix = &found->f->fix;
    struct lsp_view *v = f->view;
    struct lsp_range *r = ARENA_ARRAY(v->arena, struct lsp_range, fix->n_edits);
    VEC(struct fix_file) files = {0};

    for (size_t i = 0; i < fix->n_edits; i++) {
        size_t k = 0;
        if (!fix_range(v, f, &fix->edits[i], &r[i])) {
            return false;
        }
        while (k < files.n && !str_eq(files.v[k].path, fix->edits[i].span.file)) {
            k++;
        }
        if (k == files.n) {
            vec_push_in(v->arena, &files, (struct fix_file){.path = fix->edits[i].span.file});
        }
        vec_push_in(v->arena, &files.v[k].edits, i);
    }
    bool versions = v->server->client.document_changes;
    jsonw_object(w);
    jsonw_key(w, versions ? "documentChanges" : "changes");
    if (versions) {
        jsonw_array(w);
    } else {
        jsonw_object(w);
    }
    for (size_t k = 0; k < files.n; k++) {
        str uri = lsp_view_uri(v, files.v[k].path);
        if (versions) {
            const struct lsp_doc *d = fix_document(v, files.v[k].path);
            jsonw_object(w);
            jsonw_key(w, "textDocument"), jsonw_object(w);
            jsonw_put_str(w, "uri", uri);
            jsonw_key(w, "version");
            if (d) {
                jsonw_int(w, d->version);
            } else {
                jsonw_null(w);
            }
            jsonw_end(w);
            jsonw_key(w, "edits");
            put_edits(v, fix, r, &files.v[k], w);
            jsonw_end(w);
        } else {
            jsonw_key_str(w, uri);
            put_edits(v, fix, r, &files.v[k], w);
        }
    }
    jsonw_end(w);
    jsonw_end(w);
    return true;
}
