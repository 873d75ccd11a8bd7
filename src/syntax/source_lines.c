/* source_lines.c: a pass over a file's text for its newlines and, only if it has any, for line
 * directives.
 *
 * Directives: Go compiler documentation (cmd/compile, "Compiler Directives"), and for corner cases
 * GOROOT/src/cmd/compile/internal/syntax/{parser,pos}.go.
 */
#include "syntax/source_lines.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "base/vec.h"

enum { LINE_MAX_ = 1 << 30 }; /* larger numbers are refused */

/* ---- one directive ---- */

/* A number behind the last colon: *at is its offset (0: there is no colon); false if it is no
 * number. */
static bool trailing_number(str text, size_t *at, u64 *n)
{
    i64 colon = str_find_last_byte(text, ':');

    *at = (size_t)(colon + 1);
    *n = 0;
    return colon >= 0 && str_u64(str_from(text, *at), n);
}

enum source_line_error source_parse_line(str text, struct source_directive *d, bool *keep_file,
                                         size_t *at)
{
    size_t first, second;
    u64 n, m;
    bool ok = trailing_number(text, &first, &n);

    *keep_file = false;
    *at = first;
    if (first == 0) {
        return SOURCE_LINE_NONE;
    }
    if (!ok) {
        return SOURCE_LINE_BAD;
    }
    if (trailing_number(str_slice(text, 0, first - 1), &second, &m)) {
        if (n == 0 || n > LINE_MAX_) {
            return SOURCE_LINE_BAD_COL;
        }
        d->to_col = (u32)n;
        n = m;
        first = second;
        *at = first;
        *keep_file = first == 1;
    } else {
        d->to_col = 0;
    }
    if (n == 0 || n > LINE_MAX_) {
        return SOURCE_LINE_BAD;
    }
    d->to_line = (u32)n;
    d->file = str_slice(text, 0, first - 1);
    return SOURCE_LINE_OK;
}

/* ---- all of a file ---- */

typedef VEC(struct source_directive) directives;

/* The comment at `from` of f, with its text up to `to` and `len` bytes long in all. */
static void comment(const struct source *f, const struct source_lines *l, directives *v,
                    size_t from, size_t to, size_t len)
{
    str text = str_slice(f->text, from + 2, to);
    struct source_directive d = {0};
    bool keep;
    size_t at;

    if (!str_cut_prefix(&text, STR("line ")) ||
        source_parse_line(text, &d, &keep, &at) != SOURCE_LINE_OK) {
        return;
    }
    if (keep) {
        d.file = v->n ? vec_last(v).file : f->path;
    }
    /* From the next line on, or from behind the comment on: that counts in the comment's first line, as
     * for the compiler, even if it has several. */
    d.line = source_line(l, (u32)from);
    d.col = (u32)(from - l->starts[d.line - 1] + len + 1);
    if (f->text.p[from + 1] == '/') {
        d.line++;
        d.col = 1;
    }
    vec_push(v, d);
}

/* Behind a literal that begins at i; literals in which newlines are wrong end there. */
static size_t skip_literal(str t, size_t i)
{
    char quote = t.p[i++];

    while (i < t.n && t.p[i] != quote) {
        if (quote != '`') {
            if (t.p[i] == '\n') {
                return i;
            }
            i += t.p[i] == '\\';
        }
        i++;
    }
    return base_min(i + 1, t.n);
}

static void find_directives(const struct source *f, const struct source_lines *l, directives *v)
{
    str t = f->text;

    for (size_t i = 0; i < t.n;) {
        if (t.p[i] == '"' || t.p[i] == '`' || t.p[i] == '\'') {
            i = skip_literal(t, i);
        } else if (t.p[i] == '/' && t.p[i + 1] == '/') {
            const char *e = memchr(t.p + i, '\n', t.n - i);
            size_t end = e ? (size_t)(e - t.p) : t.n;

            if (i == 0 || t.p[i - 1] == '\n') {
                comment(f, l, v, i, t.p[end - 1] == '\r' ? end - 1 : end, end - i);
            }
            i = end;
        } else if (t.p[i] == '/' && t.p[i + 1] == '*') {
            i64 close = str_find(str_from(t, i + 2), STR("*/"));
            size_t end = close < 0 ? t.n : i + 2 + (size_t)close;

            if (close >= 0) {
                comment(f, l, v, i, end, end + 2 - i);
            }
            i = close < 0 ? t.n : end + 2;
        } else {
            i++;
        }
    }
}

/* Of the 16 bytes from p on: which are newlines, and at which may a line directive begin?  Reads two bytes more. */
struct marks {
    u32 newlines, comments;
};

#if defined(__SSE2__)
static struct marks marks_at(const char *p)
{
    __m128i x = _mm_loadu_si128((const void *)p), y = _mm_loadu_si128((const void *)(p + 1)),
            z = _mm_loadu_si128((const void *)(p + 2)), slash = _mm_set1_epi8('/');
    __m128i second = _mm_or_si128(_mm_cmpeq_epi8(y, slash), _mm_cmpeq_epi8(y, _mm_set1_epi8('*')));
    __m128i third = _mm_and_si128(second, _mm_cmpeq_epi8(z, _mm_set1_epi8('l')));

    return (struct marks){(u32)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('\n'))),
                          (u32)_mm_movemask_epi8(_mm_and_si128(third, _mm_cmpeq_epi8(x, slash)))};
}
#else
static struct marks marks_at(const char *p)
{
    struct marks m = {0};

    for (u32 i = 0; i < 16; i++) {
        m.newlines |= (u32)(p[i] == '\n') << i;
        m.comments |= (u32)(p[i] == '/' && (p[i + 1] == '/' || p[i + 1] == '*') && p[i + 2] == 'l') << i;
    }
    return m;
}
#endif

/* Where lines begin; true: a comment begins with "line ".  Behind the text are zeros (SOURCE_PAD). */
static bool find_lines(str t, struct source_lines *l)
{
    size_t cap = t.n / 16 + 32; /* lines are longer as a rule */
    bool any = false;

    l->starts = mem_array(cap, sizeof(*l->starts));
    l->starts[l->n++] = 0;
    for (size_t i = 0; i < t.n; i += 16) {
        struct marks m = marks_at(t.p + i);

        if (cap - l->n < 16) {
            cap *= 2;
            l->starts = mem_resize(l->starts, cap, sizeof(*l->starts));
        }
        for (; m.newlines; m.newlines &= m.newlines - 1) {
            l->starts[l->n++] = (u32)(i + (u32)__builtin_ctz(m.newlines)) + 1;
        }
        for (; m.comments; m.comments &= m.comments - 1) {
            const char *p = t.p + i + __builtin_ctz(m.comments) + 2;
            any = any || memcmp(p, "line ", 5) == 0;
        }
    }
    return any;
}

struct source_lines *source_lines_new(const struct source *f)
{
    struct source_lines *l = mem_zalloc(sizeof(*l));

    if (find_lines(f->text, l)) {
        directives v = {0};

        find_directives(f, l, &v);
        l->directives = v.v;
        l->n_directives = (u32)v.n;
    }
    return l;
}

void source_lines_free(struct source_lines *l)
{
    if (l) {
        mem_free(l->starts);
        mem_free(l->directives);
        mem_free(l);
    }
}

u32 source_line(const struct source_lines *l, u32 offset)
{
    u32 lo = 0, hi = l->n;

    while (hi - lo > 1) {
        u32 mid = lo + (hi - lo) / 2;

        if (l->starts[mid] <= offset) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo + 1;
}

void source_apply_directives(const struct source_lines *l, struct span *span)
{
    const struct source_directive *d = NULL;

    for (u32 lo = 0, hi = l->n_directives; lo < hi;) {
        u32 mid = lo + (hi - lo) / 2;
        const struct source_directive *m = &l->directives[mid];

        if (m->line < span->line || (m->line == span->line && m->col <= span->col)) {
            d = m;
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (!d) {
        return;
    }
    if (d->to_col == 0) {
        span->col = 0;
    } else if (d->line == span->line) {
        /* The compiler's columns end there, those of the file too (cmd/internal/src/pos.go, colMax). */
        enum { COL_MAX = 255 };
        span->col = d->to_col + (u32)(base_min(span->col, COL_MAX) - base_min(d->col, COL_MAX));
    }
    span->line = d->to_line + (span->line - d->line);
    span->file = d->file;
}
