/* fix_edit.c: sets of edits, and the texts that come of them. */
#include "fix/fix_edit.h"

#include <stdlib.h>

#include "base/io.h"
#include "base/path.h"
#include "base/proc.h"
#include "fix/fix_import.h"

static void edit_add(struct fix_edits *e, const struct source *src, pos from, pos to, str text)
{
    BUG_IF(from < src->base || to < from || to > src->base + src->text.n);
    struct fix_edit one = {src, from - src->base, to - src->base, str_dup(e->arena, text)};
    vec_push_in(e->arena, &e->v, one);
}

void fix_edit_replace(struct fix_edits *e, const struct source *src, pos from, pos to, str text)
{
    edit_add(e, src, from, to, text);
}

void fix_edit_insert(struct fix_edits *e, const struct source *src, pos at, str text)
{
    edit_add(e, src, at, at, text);
}

void fix_edit_needs(struct fix_edits *e, const struct source *src, str import_path)
{
    struct fix_edit_import i = {src, str_dup(e->arena, import_path), true};
    vec_push_in(e->arena, &e->imports, i);
}

void fix_edit_drops(struct fix_edits *e, const struct source *src, str import_path)
{
    struct fix_edit_import i = {src, str_dup(e->arena, import_path), false};
    vec_push_in(e->arena, &e->imports, i);
}

/* Two insertions at one place do not overlap, nor does an insertion at the edge of a replacement. */
static bool edits_meet(const struct fix_edit *a, const struct fix_edit *b)
{
    return a->src == b->src && a->from < b->to && b->from < a->to;
}

bool fix_edits_overlap(const struct fix_edits *a, const struct fix_edits *b)
{
    for (size_t i = 0; i < a->v.n; i++) {
        for (size_t j = 0; j < b->v.n; j++) {
            if (edits_meet(&a->v.v[i], &b->v.v[j])) {
                return true;
            }
        }
    }
    return false;
}

bool fix_edits_join(struct fix_edits *a, const struct fix_edits *b)
{
    if (fix_edits_overlap(a, b)) {
        return false;
    }
    for (size_t i = 0; i < b->v.n; i++) {
        vec_push_in(a->arena, &a->v, b->v.v[i]);
    }
    for (size_t i = 0; i < b->imports.n; i++) {
        vec_push_in(a->arena, &a->imports, b->imports.v[i]);
    }
    return true;
}

/* ---- texts ---- */

struct edit_order {
    const struct fix_edit *edit;
    size_t index;
};

static int edit_order_cmp(const void *x, const void *y)
{
    const struct edit_order *a = x, *b = y;

    if (a->edit->src != b->edit->src) {
        return str_cmp(a->edit->src->path, b->edit->src->path);
    }
    if (a->edit->from != b->edit->from) {
        return a->edit->from < b->edit->from ? -1 : 1;
    }
    if (a->edit->to != b->edit->to) { /* insertions before what is replaced there */
        return a->edit->to < b->edit->to ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

static struct edit_order *edits_sorted(const struct fix_edits *e, struct arena *a)
{
    struct edit_order *v = ARENA_ARRAY(a, struct edit_order, e->v.n);

    for (size_t i = 0; i < e->v.n; i++) {
        v[i] = (struct edit_order){&e->v.v[i], i};
    }
    if (e->v.n > 1) {
        qsort(v, e->v.n, sizeof *v, edit_order_cmp);
    }
    return v;
}

/* The n edits of one file. */
static bool file_apply(const struct edit_order *v, size_t n, struct arena *a, struct fix_file *out, struct err *err)
{
    const struct source *src = v[0].edit->src;
    struct strbuf b = {0};
    u32 at = 0;
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++) {
        const struct fix_edit *e = v[i].edit;
        ok = e->from >= at || err_set(err, "%.*s: two edits of byte %u", STR_ARG(src->path), e->from);
        if (ok) {
            strbuf_put(&b, str_slice(src->text, at, e->from));
            strbuf_put(&b, e->text);
            at = e->to;
        }
    }
    strbuf_put(&b, str_from(src->text, at));
    *out = (struct fix_file){src, src->path, src->text, str_dup(a, strbuf_str(&b))};
    strbuf_release(&b);
    return ok;
}

bool fix_edits_apply(const struct fix_edits *e, struct arena *a, fix_files *out, struct err *err)
{
    struct edit_order *v = edits_sorted(e, a);

    *out = (fix_files){0};
    for (size_t i = 0, j; i < e->v.n; i = j) {
        struct fix_file f;
        for (j = i + 1; j < e->v.n && v[j].edit->src == v[i].edit->src; j++) {
        }
        if (!file_apply(v + i, j - i, a, &f, err)) {
            return false;
        }
        for (size_t k = 0; k < 2 * e->imports.n; k++) { /* new ones find their place beside those that go */
            const struct fix_edit_import *m = &e->imports.v[k % e->imports.n];
            bool now = m->src == f.src && m->add == (k < e->imports.n);
            if (now && !fix_import_settle(a, f.path, &f.after, m->path, m->add, err)) {
                return false;
            }
        }
        vec_push_in(a, out, f);
    }
    return true;
}

/* ---- gofmt ---- */

bool fix_find_gofmt(struct arena *a, str goroot, const char **out, struct err *e)
{
    str found;

    if (goroot.n > 0) {
        *out = str_cstr(a, path_join(a, goroot, STR("bin/gofmt")));
        if (io_is_file(*out)) {
            return true;
        }
    }
    if (!proc_find(a, "gofmt", NULL, &found, e)) {
        return false;
    }
    *out = str_cstr(a, found);
    return true;
}

/* False with an empty *why if gofmt ran and said no. */
static bool gofmt_run(struct arena *a, const char *gofmt, str text, str *out, struct err *e)
{
    char *argv[] = {str_cstr(a, str_of(gofmt)), NULL};
    struct proc_opts o = {
        .argv = argv, .in = PROC_CAPTURE, .out = PROC_CAPTURE, .err = PROC_CAPTURE, .input = text};
    struct proc_result r;

    if (!proc_run(a, &o, &r, e)) {
        return false;
    }
    if (r.status != 0) {
        str first, rest = r.err;
        str_next_line(&rest, &first);
        return err_set(e, "gofmt: %.*s", STR_ARG(first));
    }
    *out = r.out;
    return true;
}

bool fix_format(struct arena *a, const char *gofmt, fix_files *files, struct err *e)
{
    for (size_t i = 0; i < files->n; i++) {
        struct fix_file *f = &files->v[i];
        str before, after;
        if (!gofmt_run(a, gofmt, f->after, &after, e)) {
            return err_prefix(e, "%.*s: ", STR_ARG(f->path));
        }
        if (gofmt_run(a, gofmt, f->before, &before, NULL) && str_eq(before, f->before)) {
            f->after = after;
        }
    }
    return true;
}

/* ---- as a finding's fix ---- */

str fix_files_diff(struct arena *a, str dir, const fix_files *files)
{
    struct strbuf b = {0};

    for (size_t i = 0; i < files->n; i++) {
        const struct fix_file *f = &files->v[i];
        str name = dir.n > 0 && path_is_abs(f->path) ? path_rel(a, dir, f->path) : f->path;
        fix_diff(&b, name, f->before, f->after);
    }
    str text = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return text;
}

/* Line and column of an offset; the file's own, whatever its line directives say. */
static void edit_place(str text, u32 offset, u32 *line, u32 *col)
{
    *line = 1, *col = 1;
    for (u32 i = 0; i < offset && i < text.n; i++) {
        *col = text.p[i] == '\n' ? 1 : *col + 1;
        *line += text.p[i] == '\n';
    }
}

void fix_edits_finding(const struct fix_edits *e, str dir, const fix_files *files, struct finding_list *list,
                       struct finding *f)
{
    for (size_t i = 0; i < e->v.n; i++) {
        const struct fix_edit *x = &e->v.v[i];
        struct span s = {.file = str_dup(list->arena, x->src->path)};
        edit_place(x->src->text, x->from, &s.line, &s.col);
        edit_place(x->src->text, x->to, &s.end_line, &s.end_col);
        finding_edit(list, f, s, str_dup(list->arena, x->text));
    }
    f->fix.diff = fix_files_diff(list->arena, dir, files);
}
