/* str.h: text as slices, and a builder.
 *
 * A str is a pointer and a length; it owns nothing, need not end in NUL and may hold any
 * bytes.  A zeroed str is the empty string.  A strbuf owns a growing buffer that is always
 * followed by a NUL; a zeroed strbuf is ready for use.
 *
 * Threading: values; a strbuf is one thread's at a time.
 */
#ifndef GOMM_BASE_STR_H
#define GOMM_BASE_STR_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/base.h"

typedef struct str {
    const char *p;
    size_t n;
} str;

/* A literal as a str, as an expression and as an initialiser. */
#define STR(lit) ((str){"" lit "", sizeof(lit) - 1})
#define STR_INIT(lit)              \
    {                              \
        "" lit "", sizeof(lit) - 1 \
    }
/* For printf's "%.*s". */
#define STR_ARG(s) (int)((s).n > INT32_MAX ? INT32_MAX : (s).n), ((s).n ? (s).p : "")

str str_of(const char *c); /* NULL gives the empty string */
bool str_eq(str a, str b);
bool str_is(str a, const char *c); /* equal to a C string */
int str_cmp(str a, str b);         /* bytewise, shorter first; -1, 0, 1 */
bool str_has_prefix(str s, str prefix);
bool str_has_suffix(str s, str suffix);
str str_slice(str s, size_t from, size_t to); /* both ends are clamped to the length */
str str_from(str s, size_t from);
/* Without the prefix or suffix if it has it; and whether it had. */
bool str_cut_prefix(str *s, str prefix);
bool str_cut_suffix(str *s, str suffix);
str str_trim(str s); /* ASCII white space off both ends */
str str_trim_right(str s);

/* Positions, or -1. */
i64 str_find(str s, str what);
i64 str_find_last(str s, str what);
i64 str_find_byte(str s, char c);
i64 str_find_last_byte(str s, char c);
bool str_contains(str s, str what);

/* Splits at the first sep: true if there is one.  Otherwise *before is s and *after empty. */
bool str_cut(str s, str sep, str *before, str *after);

/* Takes the next part off *rest; false when nothing is left.
 *   str rest = s, part;
 *   while (str_next_line(&rest, &part)) ...
 * Lines end in \n or \r\n or the end of the text; fields are separated by ASCII white space;
 * parts end in sep or the end of the text, so a separator at the very end adds no empty part
 * (where that matters, use str_cut). */
bool str_next_line(str *rest, str *line);
bool str_next_field(str *rest, str *field);
bool str_next_sep(str *rest, char sep, str *part);

/* Copies: into an arena, always followed by a NUL. */
str str_dup(struct arena *a, str s);
char *str_cstr(struct arena *a, str s);
str str_fmt(struct arena *a, const char *fmt, ...) BASE_PRINTF(2, 3);
str str_vfmt(struct arena *a, const char *fmt, va_list ap) BASE_PRINTF(2, 0);
str str_join(struct arena *a, const str *parts, size_t n, str sep);
str str_replace(struct arena *a, str s, str old, str new_);

/* Numbers: the whole text must be one, in range, decimal without spaces. */
bool str_u64(str s, u64 *out);
bool str_i64(str s, i64 *out);
bool str_f64(str s, double *out);
bool str_hex(str s, u64 *out); /* hexadecimal, with or without 0x */

/* UTF-8 as Go decodes it: an invalid byte is U+FFFD of width 1. */
enum { STR_RUNE_ERROR = 0xFFFD, STR_RUNE_MAX = 0x10FFFF };
size_t str_decode_rune(str s, u32 *rune);      /* width; 0 only for the empty string */
size_t str_encode_rune(char buf[4], u32 rune); /* width; an invalid rune becomes U+FFFD */
bool str_is_utf8(str s);
size_t str_runes(str s);
size_t str_utf16_len(str s); /* code units, as the language server protocol counts columns */

struct strbuf {
    char *p;
    size_t n, cap;
};

void strbuf_init(struct strbuf *b);
void strbuf_release(struct strbuf *b);
void strbuf_reset(struct strbuf *b); /* empty, memory kept */
void strbuf_reserve(struct strbuf *b, size_t extra);
void strbuf_put(struct strbuf *b, str s);
void strbuf_puts(struct strbuf *b, const char *c);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_put_n(struct strbuf *b, char c, size_t n); /* c, n times */
void strbuf_put_u64(struct strbuf *b, u64 n);          /* decimal */
void strbuf_put_rune(struct strbuf *b, u32 rune);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) BASE_PRINTF(2, 3);
void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap) BASE_PRINTF(2, 0);
void strbuf_truncate(struct strbuf *b, size_t n);

/* What was built so far; valid until the next change of the buffer. */
str strbuf_str(const struct strbuf *b);
const char *strbuf_cstr(const struct strbuf *b);

#endif
