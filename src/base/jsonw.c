/* jsonw.c: JSON as a stream; the state is the kind of each open level. */
#include "base/jsonw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL_OBJECT = 1, LEVEL_ARRAY = 2 };
enum { FLUSH_AT = 1 << 16 };

void jsonw_init(struct jsonw *w, struct strbuf *out, u32 indent)
{
    *w = (struct jsonw){.out = out, .indent = indent};
}

void jsonw_to_file(struct jsonw *w, FILE *f)
{
    w->file = f;
}

static void flush(struct jsonw *w)
{
    if (w->file && w->out->n) {
        w->failed |= fwrite(w->out->p, 1, w->out->n, w->file) != w->out->n;
        strbuf_reset(w->out);
    }
}

bool jsonw_finish(struct jsonw *w)
{
    BUG_IF(w->depth != 0);
    if (w->indent && w->any[0]) {
        strbuf_putc(w->out, '\n');
    }
    flush(w);
    if (w->file) {
        w->failed |= fflush(w->file) != 0;
    }
    return !w->failed;
}

static void new_line(struct jsonw *w)
{
    if (w->indent) {
        strbuf_putc(w->out, '\n');
        strbuf_put_n(w->out, ' ', (size_t)w->depth * w->indent);
    }
}

/* What must stand before a member: a comma and a line break. */
static void separate(struct jsonw *w)
{
    if (w->any[w->depth]) {
        strbuf_putc(w->out, ',');
    }
    w->any[w->depth] = true;
    new_line(w);
}

/* What must stand before a value. */
static void before_value(struct jsonw *w)
{
    if (w->file && w->out->n >= FLUSH_AT) {
        flush(w);
    }
    if (w->depth == 0) {
        BUG_IF(w->any[0]); /* a second document: see jsonw_line */
        w->any[0] = true;
    } else if (w->kind[w->depth] == LEVEL_OBJECT) {
        BUG_IF(!w->key_done);
        w->key_done = false;
    } else {
        separate(w);
    }
}

static void put_escaped(struct strbuf *b, str s)
{
    strbuf_putc(b, '"');
    while (s.n > 0) {
        size_t plain = 0;
        u32 rune = 0;
        size_t width;

        while (plain < s.n && s.p[plain] >= ' ' && s.p[plain] < 0x7F &&
               !strchr("\"\\<>&", s.p[plain])) {
            plain++;
        }
        strbuf_put(b, str_slice(s, 0, plain));
        s = str_from(s, plain);
        if (s.n == 0) {
            break;
        }
        width = str_decode_rune(s, &rune);
        s = str_from(s, width);
        switch (rune) {
        case '"': strbuf_puts(b, "\\\""); break;
        case '\\': strbuf_puts(b, "\\\\"); break;
        case '\n': strbuf_puts(b, "\\n"); break;
        case '\r': strbuf_puts(b, "\\r"); break;
        case '\t': strbuf_puts(b, "\\t"); break;
        default:
            if (rune < ' ' || rune == 0x7F || rune == '<' || rune == '>' || rune == '&' ||
                rune == 0x2028 || rune == 0x2029) {
                strbuf_printf(b, "\\u%04x", rune);
            } else {
                strbuf_put_rune(b, rune);
            }
        }
    }
    strbuf_putc(b, '"');
}

static void open_level(struct jsonw *w, u8 kind, char c)
{
    before_value(w);
    BUG_IF(w->depth + 1 >= JSONW_DEPTH);
    w->depth++;
    w->kind[w->depth] = kind;
    w->any[w->depth] = false;
    strbuf_putc(w->out, c);
}

void jsonw_object(struct jsonw *w)
{
    open_level(w, LEVEL_OBJECT, '{');
}

void jsonw_array(struct jsonw *w)
{
    open_level(w, LEVEL_ARRAY, '[');
}

void jsonw_end(struct jsonw *w)
{
    u8 kind;
    bool any;

    BUG_IF(w->depth == 0 || w->key_done);
    kind = w->kind[w->depth];
    any = w->any[w->depth];
    w->depth--;
    if (any) {
        new_line(w);
    }
    strbuf_putc(w->out, kind == LEVEL_OBJECT ? '}' : ']');
}

void jsonw_key_str(struct jsonw *w, str key)
{
    BUG_IF(w->depth == 0 || w->kind[w->depth] != LEVEL_OBJECT || w->key_done);
    separate(w);
    put_escaped(w->out, key);
    strbuf_puts(w->out, w->indent ? ": " : ":");
    w->key_done = true;
}

void jsonw_key(struct jsonw *w, const char *key)
{
    jsonw_key_str(w, str_of(key));
}

void jsonw_str(struct jsonw *w, str s)
{
    before_value(w);
    put_escaped(w->out, s);
}

void jsonw_int(struct jsonw *w, i64 v)
{
    before_value(w);
    strbuf_printf(w->out, "%lld", (long long)v);
}

void jsonw_uint(struct jsonw *w, u64 v)
{
    before_value(w);
    strbuf_printf(w->out, "%llu", (unsigned long long)v);
}

void jsonw_num(struct jsonw *w, double v)
{
    char text[40];

    before_value(w);
    if (!isfinite(v)) {
        strbuf_puts(w->out, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (digits == 17 || !(strtod(text, NULL) < v || strtod(text, NULL) > v)) {
            break;
        }
    }
    strbuf_puts(w->out, text);
}

void jsonw_bool(struct jsonw *w, bool v)
{
    before_value(w);
    strbuf_puts(w->out, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
    before_value(w);
    strbuf_puts(w->out, "null");
}

void jsonw_line(struct jsonw *w)
{
    BUG_IF(w->depth != 0);
    strbuf_putc(w->out, '\n');
    w->any[0] = false;
    flush(w);
}

void jsonw_put_str(struct jsonw *w, const char *key, str s)
{
    jsonw_key(w, key);
    jsonw_str(w, s);
}

void jsonw_put_int(struct jsonw *w, const char *key, i64 v)
{
    jsonw_key(w, key);
    jsonw_int(w, v);
}

void jsonw_put_num(struct jsonw *w, const char *key, double v)
{
    jsonw_key(w, key);
    jsonw_num(w, v);
}

void jsonw_put_bool(struct jsonw *w, const char *key, bool v)
{
    jsonw_key(w, key);
    jsonw_bool(w, v);
}
