#include "lsp/lsp_text.h"

#include <string.h>

#include "base/path.h"
#include "base/vec.h"

/* ---- URIs ---- */

static int text_hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool lsp_uri_path(struct arena *a, str uri, str *path)
{
    if (!str_cut_prefix(&uri, STR("file://"))) {
        return false;
    }
    i64 slash = str_find_byte(uri, '/');
    if (slash < 0) {
        return false;
    }
    uri = str_from(uri, (size_t)slash); /* behind the host: nothing, or localhost */
    char *p = arena_alloc(a, uri.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < uri.n; i++) {
        int hi = uri.p[i] == '%' && i + 2 < uri.n ? text_hex(uri.p[i + 1]) : -1;
        int lo = hi >= 0 ? text_hex(uri.p[i + 2]) : -1;
        if (lo >= 0) {
            i += 2;
        }
        p[n++] = lo >= 0 ? (char)(hi * 16 + lo) : uri.p[i];
        if (p[n - 1] == 0) {
            return false;
        }
    }
    *path = path_clean(a, (str){p, n});
    return true;
}

str lsp_path_uri(struct arena *a, str path)
{
    struct strbuf b = {0};

    strbuf_puts(&b, "file://");
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("/-._~@+=,", c))) {
            strbuf_putc(&b, c);
        } else {
            strbuf_printf(&b, "%%%02X", (unsigned char)c);
        }
    }
    str uri = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return uri;
}

/* ---- lines ---- */

struct lsp_lines lsp_lines_of(struct arena *a, str text, enum lsp_encoding encoding)
{
    VEC(u32) v = {0};

    vec_push_in(a, &v, 0);
    for (size_t i = 0; i < text.n; i++) {
        /* \r alone ends a line too (LSP, "Text Documents"). */
        if (text.p[i] == '\n' || (text.p[i] == '\r' && (i + 1 == text.n || text.p[i + 1] != '\n'))) {
            vec_push_in(a, &v, base_u32(i + 1));
        }
    }
    return (struct lsp_lines){text, v.v, base_u32(v.n), encoding};
}

str lsp_line(const struct lsp_lines *l, u32 line)
{
    if (line >= l->n) {
        return (str){l->text.p + l->text.n, 0};
    }
    size_t end = line + 1 < l->n ? l->starts[line + 1] : l->text.n;
    str s = str_slice(l->text, l->starts[line], end);
    while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r')) {
        s.n--;
    }
    return s;
}

/* Bytes of a line's first n characters. */
static size_t text_bytes(str line, u32 n, enum lsp_encoding encoding)
{
    size_t at = 0;

    if (encoding == LSP_UTF8) {
        return base_min(n, line.n);
    }
    while (at < line.n && n > 0) {
        u32 rune;
        size_t width = str_decode_rune(str_from(line, at), &rune);
        u32 units = rune > 0xFFFF ? 2 : 1;
        if (units > n) {
            break; /* in the middle of a pair */
        }
        n -= units;
        at += width;
    }
    return at;
}

size_t lsp_offset(const struct lsp_lines *l, struct lsp_pos p)
{
    if (p.line >= l->n) {
        return l->text.n;
    }
    return l->starts[p.line] + text_bytes(lsp_line(l, p.line), p.character, l->encoding);
}

static u32 text_characters(str s, enum lsp_encoding encoding)
{
    return base_u32(encoding == LSP_UTF8 ? s.n : str_utf16_len(s));
}

struct lsp_pos lsp_pos_of(const struct lsp_lines *l, size_t offset)
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
    str line = lsp_line(l, lo);
    size_t in = base_min(offset - l->starts[lo], line.n);
    return (struct lsp_pos){lo, text_characters(str_slice(line, 0, in), l->encoding)};
}

struct lsp_pos lsp_pos_at(const struct lsp_lines *l, u32 line, u32 col)
{
    if (line == 0) {
        return (struct lsp_pos){0};
    }
    str s = lsp_line(l, line - 1);
    return (struct lsp_pos){line - 1, text_characters(str_slice(s, 0, col > 0 ? col - 1 : 0), l->encoding)};
}

/* ---- changes ---- */

static void text_splice(struct strbuf *text, size_t from, size_t to, str with)
{
    size_t tail = text->n - to;

    strbuf_reserve(text, with.n);
    memmove(text->p + from + with.n, text->p + to, tail);
    if (with.n > 0) {
        memcpy(text->p + from, with.p, with.n);
    }
    text->n = from + with.n + tail;
    text->p[text->n] = 0;
}

bool lsp_text_change(struct strbuf *text, struct jsonr changes, enum lsp_encoding encoding)
{
    for (size_t i = 0; i < jsonr_len(changes); i++) {
        struct jsonr c = jsonr_at(changes, i), range = jsonr_get(c, "range");
        str with;
        if (!jsonr_str(jsonr_get(c, "text"), &with) || with.n > UINT32_MAX / 4 || text->n > UINT32_MAX / 4) {
            return false;
        }
        if (jsonr_kind(range) != JSONR_OBJECT) {
            strbuf_reset(text);
            strbuf_put(text, with);
            continue;
        }
        struct arena_scratch s = arena_scratch_begin(NULL);
        struct lsp_lines l = lsp_lines_of(s.arena, strbuf_str(text), encoding);
        struct lsp_range r = lsp_read_range(range);
        size_t from = lsp_offset(&l, r.start), to = lsp_offset(&l, r.end);
        arena_scratch_end(s);
        if (to < from) {
            return false;
        }
        text_splice(text, from, to, with);
    }
    return true;
}

/* ---- JSON ---- */

static u32 text_number(struct jsonr obj, const char *key)
{
    i64 n = jsonr_int_or(obj, key, 0);

    return n < 0 ? 0 : n > INT32_MAX ? INT32_MAX : (u32)n;
}

struct lsp_pos lsp_read_pos(struct jsonr pos)
{
    return (struct lsp_pos){text_number(pos, "line"), text_number(pos, "character")};
}

struct lsp_range lsp_read_range(struct jsonr range)
{
    return (struct lsp_range){lsp_read_pos(jsonr_get(range, "start")), lsp_read_pos(jsonr_get(range, "end"))};
}

void lsp_put_pos(struct jsonw *w, const char *key, struct lsp_pos p)
{
    jsonw_key(w, key), jsonw_object(w);
    jsonw_put_int(w, "line", p.line);
    jsonw_put_int(w, "character", p.character);
    jsonw_end(w);
}

void lsp_put_range(struct jsonw *w, const char *key, struct lsp_range r)
{
    jsonw_key(w, key), jsonw_object(w);
    lsp_put_pos(w, "start", r.start);
    lsp_put_pos(w, "end", r.end);
    jsonw_end(w);
}

static bool text_before(struct lsp_pos a, struct lsp_pos b)
{
    return a.line != b.line ? a.line < b.line : a.character < b.character;
}

bool lsp_ranges_meet(struct lsp_range a, struct lsp_range b)
{
    return !text_before(a.end, b.start) && !text_before(b.end, a.start);
}
