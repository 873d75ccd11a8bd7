/* lsp_stored.c: a result that `gomm check -o` or another command has stored, and lines that move under it. */
#include "base/io.h"
#include "lsp/lsp_int.h"

static bool stored_stat(str path, struct io_stat *st)
{
    struct arena_scratch t = arena_scratch_begin(NULL);
    bool is = io_stat(str_cstr(t.arena, path), st, NULL) && st->is_file;

    arena_scratch_end(t);
    return is;
}

bool lsp_stored_refresh(struct lsp_server *s)
{
    struct lsp_stored *t = &s->stored;
    struct io_stat st = {0};
    struct err e = {0};
    str text;
    bool there = t->path.n > 0 && stored_stat(t->path, &st);

    if (!there && !t->there) {
        return false;
    }
    if (there && t->there && st.mtime_ns == t->mtime_ns) {
        return false;
    }
    arena_release(&t->arena);
    t->there = there && io_read_file(&t->arena, str_cstr(&t->arena, t->path), &text, &e) &&
               report_read(&t->arena, text, &t->report, &e);
    if (t->there && t->report.time_ns == 0) { /* of a command that runs nothing */
        t->report.time_ns = st.mtime_ns;
    }
    if (there && !t->there) {
        struct arena_scratch a = arena_scratch_begin(NULL);
        lsp_log(s, 2, str_fmt(a.arena, "gomm: %.*s: %s", STR_ARG(t->path), e.text));
        arena_scratch_end(a);
    }
    t->mtime_ns = there ? st.mtime_ns : 0;
    return true;
}

struct lsp_drift lsp_drift_of(const struct lsp_lines *old, const struct lsp_lines *now)
{
    struct lsp_drift d = {.old_n = old->n, .new_n = now->n};
    u32 most = old->n < now->n ? old->n : now->n;

    while (d.same_head < most && str_eq(lsp_line(old, d.same_head), lsp_line(now, d.same_head))) {
        d.same_head++;
    }
    while (d.same_tail < most - d.same_head &&
           str_eq(lsp_line(old, old->n - 1 - d.same_tail), lsp_line(now, now->n - 1 - d.same_tail))) {
        d.same_tail++;
    }
    return d;
}

u32 lsp_drift_line(const struct lsp_drift *d, u32 line)
{
    if (line == 0 || line > d->old_n) {
        return 0;
    }
    if (line <= d->same_head) {
        return line;
    }
    return line > d->old_n - d->same_tail ? line + d->new_n - d->old_n : 0;
}
