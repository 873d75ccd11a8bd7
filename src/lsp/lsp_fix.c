/* lsp_fix.c: the fix of a stored finding as edits of the texts of today. */
#include "base/io.h"
#include "base/path.h"
#include "lsp/lsp_patch.h"
#include "lsp/lsp_view.h"

struct fix_edit {
    str path;
    struct lsp_range range;
    str text;
};

struct fix {
    struct lsp_view *v;
    struct arena *a;
    VEC(struct fix_edit) edits;
    VEC(str) files; /* of edits, each once */
};

/* The lines of a file today, and where those of the stored result are among them; false: it was saved since. */
static bool fix_lines(struct fix *x, str path, struct lsp_lines *old, struct lsp_lines *now, struct lsp_drift *d)
{
    str text;

    if (!lsp_stored_text(x->v, path, &text)) {
        return false;
    }
    *now = lsp_view_lines(x->v, path);
    *old = lsp_lines_of(x->a, text, now->encoding);
    *d = lsp_drift_of(old, now);
    return true;
}

static void fix_add(struct fix *x, struct fix_edit e)
{
    vec_push_in(x->a, &x->edits, e);
    for (size_t i = 0; i < x->files.n; i++) {
        if (str_eq(x->files.v[i], e.path)) {
            return;
        }
    }
    vec_push_in(x->a, &x->files, e.path);
}

/* Lines that are all there still, and nothing between them. */
static bool fix_block(const struct lsp_drift *d, u32 line, u32 n, u32 *to)
{
    *to = lsp_drift_line(d, line);
    if (n == 0 && *to == 0) { /* before a line that has changed: behind the one above it */
        *to = line == 1 ? 1 : lsp_drift_line(d, line - 1) + 1;
        return *to > 1 || line == 1;
    }
    for (u32 i = 0; i < n; i++) {
        u32 at = lsp_drift_line(d, line + i);
        if (at == 0 || at != *to + i) {
            return false;
        }
    }
    return *to != 0;
}

static bool fix_patch(struct fix *x, const struct lsp_patch *p)
{
    struct lsp_lines old, now;
    struct lsp_drift d;
    str path = path_under(x->a, x->v->server->stored.report.dir, p->file), rest = p->before;
    u32 to;

    if (!fix_lines(x, path, &old, &now, &d) || !fix_block(&d, p->line, p->n, &to)) {
        return false;
    }
    for (u32 i = 0; i < p->n; i++) {
        str line;
        if (!str_next_sep(&rest, '\n', &line) || !str_eq(line, lsp_line(&now, to - 1 + i))) {
            return false;
        }
    }
    struct lsp_range r = {{to - 1, 0}, {to - 1 + p->n, 0}};
    if (r.end.line >= now.n) { /* behind the end there is no line to begin */
        return false;
    }
    fix_add(x, (struct fix_edit){path, r, p->text});
    return true;
}

static bool fix_span(struct fix *x, const struct finding_edit *e)
{
    struct lsp_lines old, now;
    struct lsp_drift d;
    u32 to;

    if (e->span.line == 0 || e->span.end_line < e->span.line || !fix_lines(x, e->span.file, &old, &now, &d) ||
        !fix_block(&d, e->span.line, e->span.end_line - e->span.line + 1, &to)) {
        return false;
    }
    struct lsp_range r = {lsp_pos_at(&now, to, e->span.col), lsp_pos_at(&now, to + e->span.end_line - e->span.line, e->span.end_col)};
    fix_add(x, (struct fix_edit){e->span.file, r, e->text});
    return true;
}

/* The diff is the whole of it, imports and what gofmt does included; a finding from elsewhere may have edits only. */
static bool fix_read(struct fix *x, const struct finding_fix *f)
{
    lsp_patches patches = {0};

    if (f->diff.n > 0) {
        bool ok = lsp_patch_read(x->a, f->diff, &patches);
        for (size_t i = 0; i < patches.n && ok; i++) {
            ok = fix_patch(x, &patches.v[i]);
        }
        return ok;
    }
    for (size_t i = 0; i < f->n_edits; i++) {
        if (!fix_span(x, &f->edits[i])) {
            return false;
        }
    }
    return f->n_edits > 0;
}

static void put_edits(const struct fix *x, str path, struct jsonw *w)
{
    jsonw_array(w);
    for (size_t i = 0; i < x->edits.n; i++) {
        if (str_eq(x->edits.v[i].path, path)) {
            jsonw_object(w);
            lsp_put_range(w, "range", x->edits.v[i].range);
            jsonw_put_str(w, "newText", x->edits.v[i].text);
            jsonw_end(w);
        }
    }
    jsonw_end(w);
}

static void put_version(const struct fix *x, str path, struct jsonw *w)
{
    const struct lsp_server *s = x->v->server;

    jsonw_key(w, "version");
    for (size_t i = 0; i < s->docs.n; i++) {
        if (str_eq(s->docs.v[i]->path, path)) {
            jsonw_int(w, s->docs.v[i]->version);
            return;
        }
    }
    jsonw_null(w);
}

bool lsp_put_fix(const struct lsp_file *f, const struct lsp_found *found, const char *key, struct jsonw *w)
{
    struct fix x = {.v = f->view, .a = f->view->arena};
    bool versions = f->view->server->client.document_changes;

    if (!fix_read(&x, &found->f->fix)) {
        return false;
    }
    jsonw_key(w, key), jsonw_object(w);
    jsonw_key(w, versions ? "documentChanges" : "changes");
    if (versions) {
        jsonw_array(w);
    } else {
        jsonw_object(w);
    }
    for (size_t i = 0; i < x.files.n; i++) {
        str uri = lsp_view_uri(f->view, x.files.v[i]);
        if (versions) {
            jsonw_object(w);
            jsonw_key(w, "textDocument"), jsonw_object(w);
            jsonw_put_str(w, "uri", uri);
            put_version(&x, x.files.v[i], w);
            jsonw_end(w);
            jsonw_key(w, "edits");
        } else {
            jsonw_key_str(w, uri);
        }
        put_edits(&x, x.files.v[i], w);
        if (versions) {
            jsonw_end(w);
        }
    }
    jsonw_end(w);
    jsonw_end(w);
    return true;
}
