/* quote.c: Go literals of strings and characters. */
#include "syntax/quote.h"

#include "syntax/unicode.h"

static void put_rune(struct strbuf *out, u32 r, char quote)
{
    if (r == (u8)quote || r == '\\') {
        strbuf_putc(out, '\\');
        strbuf_putc(out, (char)r);
    } else if (unicode_is_print(r)) {
        strbuf_put_rune(out, r);
    } else if (r >= '\a' && r <= '\r') {
        strbuf_putc(out, '\\');
        strbuf_putc(out, "abtnvfr"[r - '\a']);
    } else if (r < 0x80) {
        strbuf_printf(out, "\\x%02x", r);
    } else {
        strbuf_printf(out, r < 0x10000 ? "\\u%04x" : "\\U%08x", r);
    }
}

void quote_string(struct strbuf *out, str s)
{
    strbuf_putc(out, '"');
    while (s.n > 0) {
        u32 r;
        size_t width = str_decode_rune(s, &r);
        if (r == STR_RUNE_ERROR && width == 1) {
            strbuf_printf(out, "\\x%02x", (u8)s.p[0]);
        } else {
            put_rune(out, r, '"');
        }
        s = str_from(s, width);
    }
    strbuf_putc(out, '"');
}

void quote_rune(struct strbuf *out, u32 r)
{
    bool valid = r <= STR_RUNE_MAX && (r < 0xd800 || r >= 0xe000);

    strbuf_putc(out, '\'');
    put_rune(out, valid ? r : STR_RUNE_ERROR, '\'');
    strbuf_putc(out, '\'');
}
