#include "load/load_head.h"

#include <string.h>

#include "load/load_version.h"

struct scan {
    const char *p, *start, *end;
    bool ran_out; /* came to the end of the text */
    bool bad;
};

static bool ident_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (u8)c >= 0x80;
}

static bool give_up(struct scan *s)
{
    s->bad = true;
    return false;
}

static bool out(struct scan *s)
{
    s->ran_out = true;
    return give_up(s);
}

/* To the next byte that is neither space nor comment; semicolons are space here.  False at the end. */
static bool skip_space(struct scan *s)
{
    const char *q;

    for (;;) {
        if (s->p >= s->end) {
            s->ran_out = true;
            return false;
        }
        switch (*s->p) {
        case ' ':
        case '\t':
        case '\f':
        case '\r':
        case '\n':
        case ';': s->p++; continue;
        case '/': break;
        default: return true;
        }
        if (s->end - s->p < 2) {
            return out(s);
        }
        if (s->p[1] == '/') {
            q = memchr(s->p, '\n', (size_t)(s->end - s->p));
            s->p = q ? q + 1 : s->end;
        } else if (s->p[1] == '*') {
            s->p += 2;
            do {
                q = s->p < s->end ? memchr(s->p, '*', (size_t)(s->end - s->p)) : NULL;
                if (!q || q + 1 >= s->end) {
                    s->p = s->end;
                    return out(s);
                }
                s->p = q + 1;
            } while (*s->p != '/');
            s->p++;
        } else {
            return give_up(s);
        }
    }
}

static str read_ident(struct scan *s)
{
    const char *start = s->p;

    while (s->p < s->end && ident_byte(*s->p)) {
        s->p++;
    }
    if (s->p >= s->end) {
        s->ran_out = true;
    }
    return (str){start, (size_t)(s->p - start)};
}

static bool read_string(struct scan *s, str *lit)
{
    const char *start = s->p;
    char quote = *s->p;

    if (quote != '"' && quote != '`') {
        return give_up(s);
    }
    for (s->p++;; s->p++) {
        if (s->p >= s->end) {
            return out(s);
        }
        if (*s->p == quote) {
            break;
        }
        if (quote == '"' && *s->p == '\n') {
            return give_up(s);
        }
        if (quote == '"' && *s->p == '\\') {
            s->p++;
        }
    }
    s->p++;
    *lit = (str){start, (size_t)(s->p - start)};
    return true;
}

static bool read_import(struct arena *a, struct scan *s, struct load_head *h)
{
    struct load_head_import i = {.off = base_u32((u64)(s->p - s->start))};
    str lit;

    if (*s->p == '.') {
        s->p++;
        if (!skip_space(s)) {
            return give_up(s);
        }
    } else if (ident_byte(*s->p)) {
        read_ident(s);
        if (!skip_space(s)) {
            return give_up(s);
        }
    }
    if (!read_string(s, &lit)) {
        return false;
    }
    load_unquote(a, lit, &i.path);
    h->cgo = h->cgo || str_is(i.path, "C");
    h->embed = h->embed || str_is(i.path, "embed");
    vec_push_in(a, &h->imports, i);
    return true;
}

static void scan_file(struct arena *a, struct scan *s, struct load_head *h)
{
    str word;

    if (s->end - s->p >= 3 && memcmp(s->p, "\xEF\xBB\xBF", 3) == 0) {
        s->p += 3;
    }
    if (!skip_space(s)) {
        give_up(s);
        return;
    }
    word = read_ident(s);
    if (!str_is(word, "package") || !skip_space(s)) {
        give_up(s);
        return;
    }
    h->package_off = base_u32((u64)(s->p - s->start));
    h->package = read_ident(s);
    if (h->package.n == 0) {
        give_up(s);
        return;
    }
    while (!s->bad && skip_space(s)) {
        const char *before = s->p;

        word = read_ident(s);
        if (!str_is(word, "import")) {
            s->p = before;
            return;
        }
        if (!skip_space(s)) {
            give_up(s);
            return;
        }
        if (*s->p != '(') {
            if (!read_import(a, s, h)) {
                return;
            }
            continue;
        }
        for (s->p++;;) {
            if (!skip_space(s)) {
                give_up(s);
                return;
            }
            if (*s->p == ')') {
                s->p++;
                break;
            }
            if (!read_import(a, s, h)) {
                return;
            }
        }
    }
}

bool load_head_scan(struct arena *a, str text, bool whole, struct load_head *h)
{
    struct scan s = {.p = text.p, .start = text.p, .end = text.p + text.n};

    memset(h, 0, sizeof(*h));
    if (text.n == 0) {
        h->bad = true;
        return whole;
    }
    scan_file(a, &s, h);
    h->bad = s.bad;
    return whole || !s.ran_out;
}
