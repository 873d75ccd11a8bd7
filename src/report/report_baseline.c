#include "report/report_baseline.h"

#include <stdlib.h>

#include "base/io.h"
#include "base/path.h"

static const char baseline_head[] =
    "# gomm baseline 2: code, what it is about, how often; written with -baseline FILE -update, see gomm help check\n";

/* ---- reading ---- */

/* "identity\tcount"; false: it is not that. */
static bool baseline_line(str line, str *identity, u64 *count)
{
    i64 tab = str_find_last_byte(line, '\t');
    if (tab < 0 || !str_u64(str_trim(str_from(line, (size_t)tab + 1)), count)) {
        return false;
    }
    *identity = str_slice(line, 0, (size_t)tab);
    return true;
}

bool report_baseline_read(struct arena *a, const char *file, struct report_baseline *out, struct err *e)
{
    str text, line, identity;
    u64 count;
    *out = (struct report_baseline){.arena = a};
    if (!io_read_file(a, file, &text, e)) {
        return false;
    }
    for (u32 n = 1; str_next_line(&text, &line); n++) {
        if (str_trim(line).n == 0 || line.p[0] == '#') {
            continue;
        }
        if (!baseline_line(line, &identity, &count)) {
            return err_set(e, "%s:%u: not a line of a baseline; make it anew with -update", file, n);
        }
        vec_push_in(a, &out->lines, line);
        strmap_put(&out->left, identity, NULL)->u += count;
    }
    return true;
}

void report_baseline_release(struct report_baseline *b)
{
    strmap_release(&b->left);
}

/* ---- applying ---- */

/* Is it found by runs, of which no two need to see the same? */
static bool baseline_is_measured(str identity)
{
    return str_has_prefix(identity, STR("RACE")) || str_has_prefix(identity, STR("SHARE")) ||
           str_has_prefix(identity, STR("BENCH"));
}

void report_baseline_apply(struct report_baseline *b, struct finding_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct finding *f = &l->v[i];
        union map_val *v = f->suppressed == FINDING_SHOWN ? strmap_get(&b->left, f->identity) : NULL;
        if (v && v->u > 0) {
            v->u -= !baseline_is_measured(f->identity);
            f->suppressed = FINDING_KNOWN;
            f->reason = STR("it is in the baseline");
        }
    }
}

/* ---- writing ---- */

static int baseline_cmp(const void *x, const void *y)
{
    const str *a = x, *b = y;
    return str_cmp(*a, *b);
}

bool report_baseline_write(const char *file, const struct finding_list *l, const struct report_baseline *old,
                           bool (*looked)(void *ctx, str class), void *ctx, struct err *e)
{
    struct arena_scratch s = arena_scratch_begin(l->arena);
    VEC(str) keys = {0}, lines = {0};
    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].suppressed == FINDING_SHOWN || l->v[i].suppressed == FINDING_KNOWN) {
            vec_push_in(s.arena, &keys, l->v[i].identity);
        }
    }
    if (keys.n) {
        qsort(keys.v, keys.n, sizeof *keys.v, baseline_cmp);
    }
    for (size_t i = 0, j; i < keys.n; i = j) {
        for (j = i + 1; j < keys.n && str_eq(keys.v[i], keys.v[j]); j++) {
        }
        vec_push_in(s.arena, &lines, str_fmt(s.arena, "%.*s\t%zu", STR_ARG(keys.v[i]), j - i));
    }
    for (size_t i = 0; old && i < old->lines.n; i++) {
        str class, rest;
        str_cut(old->lines.v[i], STR("\t"), &class, &rest);
        if (!looked(ctx, class)) {
            vec_push_in(s.arena, &lines, old->lines.v[i]);
        }
    }
    if (lines.n) {
        qsort(lines.v, lines.n, sizeof *lines.v, baseline_cmp);
    }
    struct strbuf out = {0};
    strbuf_puts(&out, baseline_head);
    for (size_t i = 0; i < lines.n; i++) {
        strbuf_printf(&out, "%.*s\n", STR_ARG(lines.v[i]));
    }
    bool ok = io_write_file(file, strbuf_str(&out), 0644, e);
    strbuf_release(&out);
    arena_scratch_end(s);
    return ok;
}
