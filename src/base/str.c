/* str.c: slices, numbers, UTF-8. */
#define _GNU_SOURCE /* memmem, memrchr */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_of(const char *c)
{
    return c ? (str){c, strlen(c)} : (str){0};
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(str a, const char *c)
{
    return str_eq(a, str_of(c));
}

int str_cmp(str a, str b)
{
    size_t n = base_min(a.n, b.n);
    int r = n ? memcmp(a.p, b.p, n) : 0;

    if (r == 0) {
        return a.n < b.n ? -1 : a.n > b.n;
    }
    return r < 0 ? -1 : 1;
}

bool str_has_prefix(str s, str prefix)
{
    return s.n >= prefix.n && str_eq((str){s.p, prefix.n}, prefix);
}

bool str_has_suffix(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

str str_slice(str s, size_t from, size_t to)
{
    to = base_min(to, s.n);
    from = base_min(from, to);
    return s.p ? (str){s.p + from, to - from} : s;
}

str str_from(str s, size_t from)
{
    return str_slice(s, from, s.n);
}

bool str_cut_prefix(str *s, str prefix)
{
    if (!str_has_prefix(*s, prefix)) {
        return false;
    }
    *s = str_from(*s, prefix.n);
    return true;
}

bool str_cut_suffix(str *s, str suffix)
{
    if (!str_has_suffix(*s, suffix)) {
        return false;
    }
    s->n -= suffix.n;
    return true;
}

str str_trim_right(str s)
{
    while (s.n > 0 && is_space(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

str str_trim(str s)
{
    s = str_trim_right(s);
    while (s.n > 0 && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

i64 str_find(str s, str what)
{
    const char *at;

    if (what.n == 0) {
        return 0;
    }
    at = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
    return at ? at - s.p : -1;
}

i64 str_find_last(str s, str what)
{
    if (what.n > s.n) {
        return -1;
    }
    for (size_t i = s.n - what.n + 1; i-- > 0;) {
        if (str_has_prefix(str_from(s, i), what)) {
            return (i64)i;
        }
    }
    return -1;
}

i64 str_find_byte(str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

    return at ? at - s.p : -1;
}

i64 str_find_last_byte(str s, char c)
{
    const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;

    return at ? at - s.p : -1;
}

bool str_contains(str s, str what)
{
    return str_find(s, what) >= 0;
}

bool str_cut(str s, str sep, str *before, str *after)
{
    i64 at = str_find(s, sep);

    if (at < 0) {
        *before = s;
        *after = (str){0};
        return false;
    }
    *before = str_slice(s, 0, (size_t)at);
    *after = str_from(s, (size_t)at + sep.n);
    return true;
}

bool str_next_line(str *rest, str *line)
{
    if (rest->n == 0) {
        return false;
    }
    if (str_cut(*rest, STR("\n"), line, rest)) {
        str_cut_suffix(line, STR("\r"));
    }
    return true;
}

bool str_next_field(str *rest, str *field)
{
    str s = *rest;
    size_t n = 0;

    while (s.n > 0 && is_space(s.p[0])) {
        s = str_from(s, 1);
    }
    while (n < s.n && !is_space(s.p[n])) {
        n++;
    }
    *field = str_slice(s, 0, n);
    *rest = str_from(s, n);
    return n > 0;
}

bool str_next_sep(str *rest, char sep, str *part)
{
    if (rest->n == 0) {
        return false;
    }
    str_cut(*rest, (str){&sep, 1}, part, rest);
    return true;
}

str str_dup(struct arena *a, str s)
{
    return (str){str_cstr(a, s), s.n};
}

char *str_cstr(struct arena *a, str s)
{
    char *copy = arena_alloc_aligned(a, s.n + 1, 1);

    if (s.n) {
        memcpy(copy, s.p, s.n);
    }
    copy[s.n] = '\0';
    return copy;
}

str str_vfmt(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    char *p;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    BUG_IF(n < 0);
    p = arena_alloc_aligned(a, (size_t)n + 1, 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (str){p, (size_t)n};
}

str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    str s;

    va_start(ap, fmt);
    s = str_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}

static char *put_str(char *to, str s)
{
    return s.n > 0 ? (char *)memcpy(to, s.p, s.n) + s.n : to;
}

str str_join(struct arena *a, const str *parts, size_t n, str sep)
{
    size_t total = 1;
    char *text, *p;

    for (size_t i = 0; i < n; i++) {
        if (!base_add(total, parts[i].n, &total) || !base_add(total, i > 0 ? sep.n : 0, &total)) {
            mem_exhausted(SIZE_MAX);
        }
    }
    text = p = arena_alloc_aligned(a, total, 1);
    for (size_t i = 0; i < n; i++) {
        p = i > 0 ? put_str(p, sep) : p;
        p = put_str(p, parts[i]);
    }
    *p = 0;
    return (str){text, total - 1};
}

str str_replace(struct arena *a, str s, str old, str new_)
{
    struct strbuf b = {0};
    str before;

    if (old.n == 0 || !str_contains(s, old)) {
        return str_dup(a, s);
    }
    while (str_cut(s, old, &before, &s)) {
        strbuf_put(&b, before);
        strbuf_put(&b, new_);
    }
    strbuf_put(&b, before);
    s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

bool str_u64(str s, u64 *out)
{
    u64 v = 0;

    if (s.n == 0) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(v, 10u, &v) ||
            __builtin_add_overflow(v, (u64)(s.p[i] - '0'), &v)) {
            return false;
        }
    }
    *out = v;
    return true;
}

bool str_i64(str s, i64 *out)
{
    bool minus = str_has_prefix(s, STR("-"));
    u64 v;

    if (!str_u64(str_from(s, minus || str_has_prefix(s, STR("+")) ? 1 : 0), &v)) {
        return false;
    }
    if (v > (u64)INT64_MAX + (minus ? 1 : 0)) {
        return false;
    }
    *out = minus ? (i64)(0 - v) : (i64)v;
    return true;
}

bool str_f64(str s, double *out)
{
    char buf[512], *end;

    if (s.n == 0 || s.n >= sizeof(buf) || is_space(s.p[0])) {
        return false;
    }
    memcpy(buf, s.p, s.n);
    buf[s.n] = '\0';
    /* The tool never calls setlocale, so the decimal separator is a point. */
    *out = strtod(buf, &end);
    return end == buf + s.n;
}

bool str_hex(str s, u64 *out)
{
    u64 v = 0;

    if (!str_cut_prefix(&s, STR("0x"))) {
        str_cut_prefix(&s, STR("0X"));
    }
    if (s.n == 0) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0 || v >> 60) {
            return false;
        }
        v = v << 4 | (u64)digit;
    }
    *out = v;
    return true;
}

/* The table of well-formed byte sequences: Unicode Standard, table 3-7. */
size_t str_decode_rune(str s, u32 *rune)
{
    const unsigned char *p = (const unsigned char *)s.p;
    unsigned char low = 0x80, high = 0xBF;
    size_t width;
    u32 r;

    *rune = STR_RUNE_ERROR;
    if (s.n == 0) {
        return 0;
    }
    if (p[0] < 0x80) {
        *rune = p[0];
        return 1;
    }
    if (p[0] < 0xC2 || p[0] > 0xF4) {
        return 1;
    }
    if (p[0] < 0xE0) {
        width = 2;
        r = p[0] & 0x1Fu;
    } else if (p[0] < 0xF0) {
        width = 3;
        r = p[0] & 0x0Fu;
        low = p[0] == 0xE0 ? 0xA0 : low;   /* overlong */
        high = p[0] == 0xED ? 0x9F : high; /* surrogates */
    } else {
        width = 4;
        r = p[0] & 0x07u;
        low = p[0] == 0xF0 ? 0x90 : low;   /* overlong */
        high = p[0] == 0xF4 ? 0x8F : high; /* beyond U+10FFFF */
    }
    if (s.n < width || p[1] < low || p[1] > high) {
        return 1;
    }
    r = r << 6 | (p[1] & 0x3Fu);
    for (size_t i = 2; i < width; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 1;
        }
        r = r << 6 | (p[i] & 0x3Fu);
    }
    *rune = r;
    return width;
}

size_t str_encode_rune(char buf[4], u32 rune)
{
    unsigned char *p = (unsigned char *)buf;

    if (rune > STR_RUNE_MAX || (rune >= 0xD800 && rune <= 0xDFFF)) {
        rune = STR_RUNE_ERROR;
    }
    if (rune < 0x80) {
        p[0] = (unsigned char)rune;
        return 1;
    }
    if (rune < 0x800) {
        p[0] = (unsigned char)(0xC0 | rune >> 6);
        p[1] = (unsigned char)(0x80 | (rune & 0x3F));
        return 2;
    }
    if (rune < 0x10000) {
        p[0] = (unsigned char)(0xE0 | rune >> 12);
        p[1] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
        p[2] = (unsigned char)(0x80 | (rune & 0x3F));
        return 3;
    }
    p[0] = (unsigned char)(0xF0 | rune >> 18);
    p[1] = (unsigned char)(0x80 | (rune >> 12 & 0x3F));
    p[2] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
    p[3] = (unsigned char)(0x80 | (rune & 0x3F));
    return 4;
}

bool str_is_utf8(str s)
{
    while (s.n > 0) {
        u32 rune;
        size_t n;
        u64 eight;

        if (s.n >= sizeof eight) {
            memcpy(&eight, s.p, sizeof eight);
            if ((eight & 0x8080808080808080) == 0) { /* ASCII, as most is */
                s = str_from(s, sizeof eight);
                continue;
            }
        }
        n = str_decode_rune(s, &rune);
        if (n == 1 && rune == STR_RUNE_ERROR) {
            return false;
        }
        s = str_from(s, n);
    }
    return true;
}

size_t str_runes(str s)
{
    size_t count = 0;

    while (s.n > 0) {
        u32 rune;

        s = str_from(s, str_decode_rune(s, &rune));
        count++;
    }
    return count;
}

size_t str_utf16_len(str s)
{
    size_t units = 0;

    while (s.n > 0) {
        u32 rune;

        s = str_from(s, str_decode_rune(s, &rune));
        units += rune >= 0x10000 ? 2 : 1;
    }
    return units;
}
