/* fix_diff.c: the difference of two texts, line by line (Myers' greedy algorithm), in unified form. */
#include "fix/fix_edit.h"

/* More differences than that, and what lies between the first and the last changed line counts as changed. */
enum { DIFF_MAX = 2000, DIFF_CONTEXT = 3 };

typedef VEC(str) diff_lines;

/* Lines with their newlines. */
static void diff_split(struct arena *a, str text, diff_lines *out)
{
    while (text.n > 0) {
        i64 end = str_find_byte(text, '\n');
        size_t n = end < 0 ? text.n : (size_t)end + 1;
        vec_push_in(a, out, str_slice(text, 0, n));
        text = str_from(text, n);
    }
}

/* What becomes of lines: x of the old text and y of the new one are kept, or one of them goes or comes. */
enum diff_kind { DIFF_KEEP, DIFF_OUT, DIFF_IN };

struct diff_step {
    enum diff_kind kind;
    str line;
};

struct diff {
    struct arena *a;
    diff_lines x, y;
    VEC(struct diff_step) steps;
};

static void diff_put(struct diff *d, enum diff_kind kind, str line)
{
    vec_push_in(d->a, &d->steps, (struct diff_step){kind, line});
}

/* The steps between (x0, y0) and (x1, y1), last to first, by the furthest points that were reached with 0, 1, ...
 * differences. */
static void diff_trace(struct diff *d, i64 *const *v, i64 last, size_t x0, size_t y0, i64 n, i64 m)
{
    i64 x = n, y = m;
    size_t from = d->steps.n;

    for (i64 c = last; c >= 0; c--) {
        const i64 *before = c > 0 ? v[c - 1] + c - 1 : NULL; /* before[k] is diagonal k */
        i64 k = x - y, px = 0, py = 0;
        if (c > 0) {
            bool down = k == -c || (k != c && before[k - 1] < before[k + 1]);
            i64 pk = down ? k + 1 : k - 1;
            px = before[pk];
            py = px - pk;
        }
        i64 sx = c == 0 ? 0 : px + (k > px - py), sy = sx - k;
        for (; x > sx; x--, y--) {
            diff_put(d, DIFF_KEEP, d->x.v[x0 + (size_t)x - 1]);
        }
        if (c > 0 && sx > px) {
            diff_put(d, DIFF_OUT, d->x.v[x0 + (size_t)px]);
        } else if (c > 0) {
            diff_put(d, DIFF_IN, d->y.v[y0 + (size_t)sy - 1]);
        }
        x = px, y = py;
    }
    for (size_t i = from, j = d->steps.n; i + 1 < j; i++) {
        struct diff_step t = d->steps.v[i];
        d->steps.v[i] = d->steps.v[--j];
        d->steps.v[j] = t;
    }
}

/* n lines from x0 become m lines from y0. */
static void diff_middle(struct diff *d, size_t x0, size_t y0, i64 n, i64 m)
{
    i64 max = n + m < DIFF_MAX ? n + m : DIFF_MAX;
    i64 **v = ARENA_ARRAY(d->a, i64 *, (size_t)max + 1);

    for (i64 c = 0; c <= max; c++) {
        i64 *now = ARENA_ARRAY(d->a, i64, (size_t)(2 * c + 1)) + c;
        const i64 *before = c > 0 ? v[c - 1] + c - 1 : NULL;
        v[c] = now - c;
        for (i64 k = -c; k <= c; k += 2) {
            bool down = k == -c || (k != c && before && before[k - 1] < before[k + 1]);
            i64 x = c == 0 ? 0 : down ? before[k + 1] : before[k - 1] + 1, y = x - k;
            while (x < n && y < m && str_eq(d->x.v[x0 + (size_t)x], d->y.v[y0 + (size_t)y])) {
                x++, y++;
            }
            now[k] = x;
            if (x >= n && y >= m) {
                diff_trace(d, v, c, x0, y0, n, m);
                return;
            }
        }
    }
    for (i64 i = 0; i < n; i++) {
        diff_put(d, DIFF_OUT, d->x.v[x0 + (size_t)i]);
    }
    for (i64 i = 0; i < m; i++) {
        diff_put(d, DIFF_IN, d->y.v[y0 + (size_t)i]);
    }
}

static void diff_find(struct diff *d)
{
    size_t head = 0, tail = 0, least = base_min(d->x.n, d->y.n);

    while (head < least && str_eq(d->x.v[head], d->y.v[head])) {
        diff_put(d, DIFF_KEEP, d->x.v[head++]);
    }
    while (tail < least - head && str_eq(d->x.v[d->x.n - 1 - tail], d->y.v[d->y.n - 1 - tail])) {
        tail++;
    }
    diff_middle(d, head, head, (i64)(d->x.n - head - tail), (i64)(d->y.n - head - tail));
    for (; tail > 0; tail--) {
        diff_put(d, DIFF_KEEP, d->x.v[d->x.n - tail]);
    }
}

/* "12,5", "12", and of no lines the line before. */
static void diff_range(struct strbuf *out, size_t from, size_t n)
{
    strbuf_put_u64(out, n == 0 ? from : from + 1);
    if (n != 1) {
        strbuf_putc(out, ',');
        strbuf_put_u64(out, n);
    }
}

/* The steps from .. to, of which the first stands at lines x and y. */
static void diff_hunk(struct strbuf *out, const struct diff *d, size_t from, size_t to, size_t x, size_t y)
{
    size_t nx = 0, ny = 0;

    for (size_t i = from; i < to; i++) {
        nx += d->steps.v[i].kind != DIFF_IN;
        ny += d->steps.v[i].kind != DIFF_OUT;
    }
    strbuf_puts(out, "@@ -");
    diff_range(out, x, nx);
    strbuf_puts(out, " +");
    diff_range(out, y, ny);
    strbuf_puts(out, " @@\n");
    for (size_t i = from; i < to; i++) {
        str line = d->steps.v[i].line;
        strbuf_putc(out, " -+"[d->steps.v[i].kind]);
        strbuf_put(out, line);
        if (!str_has_suffix(line, STR("\n"))) {
            strbuf_puts(out, "\n\\ No newline at end of file\n");
        }
    }
}

static void diff_write(struct strbuf *out, const struct diff *d)
{
    size_t x = 0, y = 0, at = 0; /* lines before step at */

    for (size_t i = 0; i < d->steps.n;) {
        if (d->steps.v[i].kind == DIFF_KEEP) {
            i++;
            continue;
        }
        size_t from = i > at + DIFF_CONTEXT ? i - DIFF_CONTEXT : at, to = i, kept = 0;
        for (; at < from; at++, x++, y++) {
        }
        for (; to < d->steps.n && kept <= 2 * DIFF_CONTEXT; to++) {
            kept = d->steps.v[to].kind == DIFF_KEEP ? kept + 1 : 0;
        }
        to -= kept > DIFF_CONTEXT ? kept - DIFF_CONTEXT : 0;
        diff_hunk(out, d, from, to, x, y);
        for (; at < to; at++) {
            x += d->steps.v[at].kind != DIFF_IN;
            y += d->steps.v[at].kind != DIFF_OUT;
        }
        i = to;
    }
}

void fix_diff(struct strbuf *out, str name, str before, str after)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct diff d = {.a = s.arena};

    if (!str_eq(before, after)) {
        diff_split(s.arena, before, &d.x);
        diff_split(s.arena, after, &d.y);
        diff_find(&d);
        strbuf_printf(out, "--- a/%.*s\n+++ b/%.*s\n", STR_ARG(name), STR_ARG(name));
        diff_write(out, &d);
    }
    arena_scratch_end(s);
}
