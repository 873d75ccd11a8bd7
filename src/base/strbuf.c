/* strbuf.c: the builder of str.h. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

void strbuf_init(struct strbuf *b)
{
    *b = (struct strbuf){0};
}

void strbuf_release(struct strbuf *b)
{
    mem_free(b->p);
    strbuf_init(b);
}

void strbuf_reset(struct strbuf *b)
{
    b->n = 0;
    if (b->p) {
        b->p[0] = '\0';
    }
}

/* Afterwards n + extra + 1 <= cap: the NUL always has its place. */
void strbuf_reserve(struct strbuf *b, size_t extra)
{
    size_t need;

    if (!base_add(b->n, extra, &need) || !base_add(need, 1, &need)) {
        mem_exhausted(SIZE_MAX);
    }
    if (need > b->cap) {
        b->cap = base_max(base_max(need, 64), b->cap + b->cap / 2);
        b->p = mem_resize(b->p, b->cap, 1);
        b->p[b->n] = '\0';
    }
}

void strbuf_put(struct strbuf *b, str s)
{
    strbuf_reserve(b, s.n);
    if (s.n) {
        memcpy(b->p + b->n, s.p, s.n);
    }
    b->n += s.n;
    b->p[b->n] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *c)
{
    strbuf_put(b, str_of(c));
}

void strbuf_putc(struct strbuf *b, char c)
{
    strbuf_put(b, (str){&c, 1});
}

void strbuf_put_n(struct strbuf *b, char c, size_t n)
{
    strbuf_reserve(b, n);
    memset(b->p + b->n, c, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void strbuf_put_u64(struct strbuf *b, u64 n)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    strbuf_put(b, (str){digits + at, sizeof digits - at});
}

void strbuf_put_rune(struct strbuf *b, u32 rune)
{
    char buf[4];

    strbuf_put(b, (str){buf, str_encode_rune(buf, rune)});
}

void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    BUG_IF(n < 0);
    strbuf_reserve(b, (size_t)n);
    vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
    b->n += (size_t)n;
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(b, fmt, ap);
    va_end(ap);
}

void strbuf_truncate(struct strbuf *b, size_t n)
{
    BUG_IF(n > b->n);
    b->n = n;
    if (b->p) {
        b->p[n] = '\0';
    }
}

str strbuf_str(const struct strbuf *b)
{
    return (str){b->p, b->n};
}

const char *strbuf_cstr(const struct strbuf *b)
{
    return b->p ? b->p : "";
}
