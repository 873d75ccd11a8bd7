/* text.c: see text.h. */
#include "text.h"

#include "mem.h"
#include "os.h"

void text_init(struct text *t)
{
    t->p = t->small;
    t->n = 0;
    t->cap = sizeof t->small;
    t->truncated = 0;
}

void text_free(struct text *t)
{
    if (t->p != t->small) {
        os_unmap(t->p, t->cap);
    }
    text_init(t);
}

void text_add_n(struct text *t, const char *s, uptr n)
{
    if (n > t->cap - t->n) {
        uptr cap = ROUND_UP((t->n + n) * 2, 65536UL);
        char *p = t->truncated ? NULL : os_map(cap);

        if (!p) {
            t->truncated = 1;
            n = t->cap - t->n;
        } else {
            memcpy(p, t->p, t->n);
            if (t->p != t->small) {
                os_unmap(t->p, t->cap);
            }
            t->p = p;
            t->cap = cap;
        }
    }
    memcpy(t->p + t->n, s, n);
    t->n += n;
}

void text_add(struct text *t, const char *s)
{
    text_add_n(t, s, str_len(s));
}

void text_char(struct text *t, char c)
{
    text_add_n(t, &c, 1);
}

static void number(struct text *t, u64 v, u32 base, u32 width)
{
    char digits[20];
    u32 n = 0;

    do {
        digits[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    while (width > n) {
        text_char(t, '0');
        width--;
    }
    while (n > 0) {
        text_char(t, digits[--n]);
    }
}

void text_dec(struct text *t, u64 v)
{
    number(t, v, 10, 0);
}

void text_hex(struct text *t, u64 v, u32 width)
{
    number(t, v, 16, width);
}

/* The length of the UTF-8 sequence at s (Unicode 15, table 3-7), 0 if there is none. */
static u32 utf8_length(const char *s)
{
    const u8 *c = (const u8 *)s;
    u32 n = c[0] < 0x80   ? 1
            : c[0] < 0xc2 ? 0
            : c[0] < 0xe0 ? 2
            : c[0] < 0xf0 ? 3
            : c[0] < 0xf5 ? 4
                          : 0;

    for (u32 i = 1; i < n; i++) {
        if ((c[i] & 0xc0) != 0x80) { /* the end of the string, too */
            return 0;
        }
    }
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f)) {
        return 0; /* overlong, a surrogate, beyond the last code point */
    }
    return n;
}

void text_json(struct text *t, const char *s)
{
    text_char(t, '"');
    while (*s) {
        u8 c = (u8)*s;
        u32 n = utf8_length(s);

        if (c == '"' || c == '\\') {
            text_char(t, '\\');
            text_char(t, (char)c);
        } else if (c < 0x20 || c == 0x7f) {
            text_add(t, "\\u");
            text_hex(t, c, 4);
        } else if (n == 0) {
            text_add(t, "\\ufffd"); /* file names may be any bytes, JSON may not */
        } else {
            text_add_n(t, s, n);
        }
        s += n != 0 ? n : 1;
    }
    text_char(t, '"');
}

int text_flush(struct text *t, int fd)
{
    int r = os_write_all(fd, t->p, t->n);

    t->n = 0;
    return r;
}
