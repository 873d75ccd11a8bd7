#include "lsp/lsp_patch.h"

struct patch_reader {
    struct arena *a;
    lsp_patches *out;
    str file;
    u32 line;         /* of the old text, that comes next */
    u32 old, fresh;   /* lines of the hunk that are still to come */
    struct strbuf before, text;
    u32 from, n;      /* the run of changed lines at hand */
    bool changes;
};

static void patch_flush(struct patch_reader *r)
{
    if (!r->changes) {
        return;
    }
    vec_push_in(r->a, r->out,
                (struct lsp_patch){r->file, r->from, r->n, str_dup(r->a, strbuf_str(&r->before)),
                                   str_dup(r->a, strbuf_str(&r->text))});
    strbuf_reset(&r->before);
    strbuf_reset(&r->text);
    r->n = 0;
    r->changes = false;
}

static bool patch_number(str *s, u32 *n)
{
    u64 v;
    size_t digits = 0;

    while (digits < s->n && s->p[digits] >= '0' && s->p[digits] <= '9') {
        digits++;
    }
    if (!str_u64(str_slice(*s, 0, digits), &v) || v > INT32_MAX) {
        return false;
    }
    *s = str_from(*s, digits);
    *n = (u32)v;
    return true;
}

/* "12,3": the first line and how many. */
static bool patch_range(str *s, u32 *line, u32 *n)
{
    *n = 1;
    return patch_number(s, line) && (!str_cut_prefix(s, STR(",")) || patch_number(s, n));
}

/* "@@ -12,3 +12,4 @@" */
static bool patch_hunk(struct patch_reader *r, str line)
{
    u32 to;

    if (!str_cut_prefix(&line, STR("@@ -")) || !patch_range(&line, &r->line, &r->old) || !str_cut_prefix(&line, STR(" +")) ||
        !patch_range(&line, &to, &r->fresh)) {
        return false;
    }
    r->line += r->old == 0; /* then it is the line before */
    return r->line > 0 && r->file.n > 0;
}

static bool patch_line(struct patch_reader *r, str line)
{
    char what = line.n > 0 ? line.p[0] : ' '; /* an empty line that lost its space */
    str text = str_from(line, 1);

    if (what == ' ' && r->old > 0 && r->fresh > 0) {
        patch_flush(r);
        r->old--, r->fresh--, r->line++;
        return true;
    }
    if ((what != '-' || r->old == 0) && (what != '+' || r->fresh == 0)) {
        return false;
    }
    if (!r->changes) {
        r->changes = true;
        r->from = r->line;
    }
    struct strbuf *to = what == '-' ? &r->before : &r->text;
    strbuf_put(to, text);
    strbuf_putc(to, '\n');
    if (what == '-') {
        r->old--, r->line++, r->n++;
    } else {
        r->fresh--;
    }
    return true;
}

static bool patch_read(struct patch_reader *r, str diff)
{
    for (str line; str_next_sep(&diff, '\n', &line);) {
        if (r->old > 0 || r->fresh > 0) {
            if (!patch_line(r, line)) {
                return false;
            }
            continue;
        }
        patch_flush(r);
        if (str_has_prefix(line, STR("@@"))) {
            if (!patch_hunk(r, line)) {
                return false;
            }
        } else if (str_has_prefix(line, STR("--- "))) {
            line = str_from(line, 4);
            if (!str_cut_prefix(&line, STR("a/"))) {
                return false;
            }
            r->file = line;
        } else if (line.n > 0 && (line.p[0] == '\\' || line.p[0] == '-' || line.p[0] == ' ' ||
                                  (line.p[0] == '+' && !str_has_prefix(line, STR("+++ "))))) {
            return false;
        }
    }
    patch_flush(r);
    return r->old == 0 && r->fresh == 0 && r->out->n > 0;
}

bool lsp_patch_read(struct arena *a, str diff, lsp_patches *out)
{
    struct patch_reader r = {.a = a, .out = out};
    bool ok = patch_read(&r, diff);

    strbuf_release(&r.before);
    strbuf_release(&r.text);
    return ok;
}
