/* lex_literal.c: numbers, characters and strings, and what can be wrong with them.
 *
 * Source: Go spec, "Lexical elements"; which of several mistakes is reported, and where, follows
 * GOROOT/src/cmd/compile/internal/syntax/scanner.go.
 */
#include "syntax/parse_state.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static void set_literal(struct parser *p, u8 kind, const u8 *start, const u8 *end, bool bad)
{
    if ((i8)*end <= 0) {
        end = lex_junk(p, end); /* belongs to the literal, as in the compiler */
    }
    p->tok = TOK_LITERAL;
    p->lit = kind;
    p->bad = bad;
    p->nlsemi = true;
    p->len = (u32)(end - start);
    p->at = end;
}

/* ---- numbers ---- */

static bool is_digit(u8 c)
{
    return (u8)(c - '0') < 10;
}

static bool is_hex(u8 c)
{
    return is_digit(c) || (u8)((c | 0x20) - 'a') < 6;
}

/* What makes a number more than a run of digits. */
static bool goes_on(u8 c)
{
    return c == '.' || c == '_' || (c | 0x20) == 'e' || (c | 0x20) == 'p' || c == 'i';
}

static const char *base_name(u32 base)
{
    return base == 2 ? "binary" : base == 8 ? "octal" : base == 10 ? "decimal" : "hexadecimal";
}

struct digits {
    bool any, separated;
    const u8 *wrong; /* the first that is too large for the base */
};

static const u8 *digits(const u8 *s, u32 base, struct digits *d)
{
    for (;; s++) {
        if (*s == '_') {
            d->separated = true;
        } else if (base == 16 ? is_hex(*s) : is_digit(*s)) {
            d->any = true;
            if (!d->wrong && base < 10 && *s - '0' >= (int)base) {
                d->wrong = s;
            }
        } else {
            return s;
        }
    }
}

/* The first _ that does not stand between two digits (the base's prefix counts as one). */
static const u8 *bad_separator(const u8 *s, const u8 *end)
{
    bool hex = false, digit = false; /* is what stands before s a digit? */

    if (end - s >= 2 && s[0] == '0') {
        u8 c = s[1] | 0x20;

        hex = c == 'x';
        if (hex || c == 'o' || c == 'b') {
            digit = true;
            s += 2;
        }
    }
    for (const u8 *start = s; s < end; s++) {
        if (*s == '_') {
            if (!digit) {
                return s;
            }
            digit = false;
            if (s + 1 == end) {
                return s;
            }
        } else if (is_digit(*s) || (hex && is_hex(*s))) {
            digit = true;
        } else {
            if (s > start && s[-1] == '_') {
                return s - 1;
            }
            digit = false;
        }
    }
    return NULL;
}

static void any_number(struct parser *p, const u8 *start, bool point)
{
    const u8 *s = start;
    struct digits d = {0};
    u32 base = 10;
    u8 prefix = 0, kind = LIT_INT;
    bool ok = true;

    if (!point) {
        if (*s == '0') {
            prefix = s[1] | 0x20;
            if (prefix == 'x' || prefix == 'o' || prefix == 'b') {
                base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : 2;
                s += 2;
            } else {
                prefix = '0';
                base = 8;
                d.any = true;
                s++;
            }
        }
        s = digits(s, base, &d);
        if (*s == '.') {
            if (prefix == 'o' || prefix == 'b') {
                parse_error(p, lex_pos(p, s), "invalid radix point in %s literal", base_name(base));
                ok = false;
            }
            point = true;
        }
    }
    if (point) {
        kind = LIT_FLOAT;
        s = digits(s + 1, base, &d);
    }
    if (!d.any && ok) {
        parse_error(p, lex_pos(p, s), "%s literal has no digits", base_name(base));
        ok = false;
    }
    if ((*s | 0x20) == 'e' || (*s | 0x20) == 'p') {
        struct digits exp = {0};
        bool e = (*s | 0x20) == 'e';

        if (ok && e && prefix != 0 && prefix != '0') {
            parse_error(p, lex_pos(p, s), "'%c' exponent requires decimal mantissa", *s);
            ok = false;
        } else if (ok && !e && prefix != 'x') {
            parse_error(p, lex_pos(p, s), "'%c' exponent requires hexadecimal mantissa", *s);
            ok = false;
        }
        s++;
        kind = LIT_FLOAT;
        if (*s == '+' || *s == '-') {
            s++;
        }
        s = digits(s, 10, &exp);
        d.separated |= exp.separated;
        if (!exp.any && ok) {
            parse_error(p, lex_pos(p, s), "exponent has no digits");
            ok = false;
        }
    } else if (prefix == 'x' && kind == LIT_FLOAT && ok) {
        parse_error(p, lex_pos(p, s), "hexadecimal mantissa requires a 'p' exponent");
        ok = false;
    }
    if (*s == 'i') {
        kind = LIT_IMAG;
        s++;
    }
    if (kind == LIT_INT && d.wrong && ok) {
        parse_error(p, lex_pos(p, d.wrong), "invalid digit '%c' in %s literal", *d.wrong,
                    base_name(base));
        ok = false;
    }
    if (d.separated && ok) {
        const u8 *bad = bad_separator(start, s);

        if (bad) {
            parse_error(p, lex_pos(p, bad), "'_' must separate successive digits");
            ok = false;
        }
    }
    set_literal(p, kind, start, s, !ok);
}

void lex_number(struct parser *p, const u8 *start, bool point)
{
    const u8 *s = start;

    /* Most are decimal or hexadecimal integers. */
    if (!point) {
        if (*s != '0') {
            while (is_digit(*s)) {
                s++;
            }
        } else if ((s[1] | 0x20) == 'x' && is_hex(s[2])) {
            s += 3;
            while (is_hex(*s)) {
                s++;
            }
        } else if (!is_hex(s[1]) && (s[1] | 0x20) != 'o' && (s[1] | 0x20) != 'x') {
            s++;
        }
        if (s > start && !goes_on(*s)) {
            set_literal(p, LIT_INT, start, s, false);
            return;
        }
    }
    any_number(p, start, point);
}

/* ---- escapes ---- */

/* The escape whose backslash stands before *at; moves *at behind it. */
static bool escape(struct parser *p, const u8 **at, u8 quote)
{
    const u8 *s = lex_junk(p, *at);
    u32 n, base, max, x = 0;

    *at = s;
    if (*s == quote) {
        *at = s + 1;
        return true;
    }
    switch (*s) {
    case 'a':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
    case '\\': *at = s + 1; return true;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7': n = 3, base = 8, max = 255; break;
    case 'x': s++, n = 2, base = 16, max = 255; break;
    case 'u': s++, n = 4, base = 16, max = STR_RUNE_MAX; break;
    case 'U': s++, n = 8, base = 16, max = STR_RUNE_MAX; break;
    case 0: return true; /* the end, which the caller reports */
    default: parse_error(p, lex_pos(p, s), "unknown escape"); return false;
    }
    for (; n > 0; n--) {
        u32 d = base, r;

        s = lex_junk(p, s);
        *at = s;
        if (*s == 0) {
            return true;
        }
        if (is_digit(*s)) {
            d = *s - (u32)'0';
        } else if (is_hex(*s)) {
            d = (*s | 0x20u) - 'a' + 10;
        }
        if (d >= base) {
            lex_rune(s, &r);
            parse_error(p, lex_pos(p, s), "invalid character %s in %s escape",
                        parse_quote_rune(r).text, base_name(base));
            return false;
        }
        x = x * base + d;
        *at = ++s;
    }
    if (x > max && base == 8) {
        parse_error(p, lex_pos(p, s), "octal escape value %u > 255", x);
        return false;
    }
    if (x > max || (x >= 0xD800 && x < 0xE000)) {
        parse_error(p, lex_pos(p, s), "escape is invalid Unicode code point %s",
                    parse_show_rune(x).text);
        return false;
    }
    return true;
}

/* ---- quoted texts ---- */

void lex_rune_literal(struct parser *p, const u8 *start)
{
    const u8 *s = start + 1;
    bool ok = true;

    for (u32 n = 0;; n++) {
        u32 r;

        s = lex_junk(p, s);
        if (*s == '\'') {
            if (ok && n == 0) {
                parse_error(p, lex_pos(p, s), "empty rune literal or unescaped '");
                ok = false;
            } else if (ok && n != 1) {
                parse_error(p, lex_pos(p, start), "more than one character in rune literal");
                ok = false;
            }
            s++;
            break;
        }
        if (*s == '\\') {
            s++;
            if (!escape(p, &s, '\'')) {
                ok = false;
            }
            continue;
        }
        if (*s == '\n') {
            if (ok) {
                parse_error(p, lex_pos(p, s), "newline in rune literal");
                ok = false;
            }
            break;
        }
        if (*s == 0) {
            if (ok) {
                parse_error(p, lex_pos(p, start), "rune literal not terminated");
                ok = false;
            }
            break;
        }
        s += lex_rune(s, &r);
    }
    set_literal(p, LIT_RUNE, start, s, !ok);
}

/* The first ", \, newline, 0 or byte beyond ASCII. */
static inline const u8 *find_special(const u8 *s)
{
#if defined(__SSE2__)
    for (;; s += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                                   _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
        u32 mask;

        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_setzero_si128()));
        mask = (u32)_mm_movemask_epi8(_mm_or_si128(hit, v));
        if (mask) {
            return s + __builtin_ctz(mask);
        }
    }
#else
    while (*s != '"' && *s != '\\' && *s != '\n' && (u8)(*s - 1) < 0x7F) {
        s++;
    }
    return s;
#endif
}

void lex_string(struct parser *p, const u8 *start)
{
    const u8 *s = start + 1;
    bool ok = true;

    for (;;) {
        u32 r;

        s = find_special(s);
        switch (*s) {
        case '"': set_literal(p, LIT_STRING, start, s + 1, !ok); return;
        case '\\':
            /* The usual ones at once; data in strings is full of them. */
            while (*s == '\\') {
                if (s[1] == 'x' && is_hex(s[2]) && is_hex(s[3])) {
                    s += 4;
                } else if (s[1] == 'n' || s[1] == '"' || s[1] == '\\' || s[1] == 't') {
                    s += 2;
                } else {
                    s++;
                    ok &= escape(p, &s, '"');
                }
            }
            break;
        case '\n':
            parse_error(p, lex_pos(p, s), "newline in string");
            set_literal(p, LIT_STRING, start, s, true);
            return;
        case 0:
            if (s >= p->end) {
                parse_error(p, lex_pos(p, start), "string not terminated");
                set_literal(p, LIT_STRING, start, s, true);
                return;
            }
            /* fall through */
        default:
            s = lex_junk(p, s);
            if (*s >= 0x80) {
                s += lex_rune(s, &r);
            }
            break;
        }
    }
}

void lex_raw_string(struct parser *p, const u8 *start)
{
    const u8 *s = start + 1;

    for (;;) {
        u32 r;

        while (*s != '`' && (u8)(*s - 1) < 0x7F) {
            s++;
        }
        if (*s == '`') {
            set_literal(p, LIT_STRING, start, s + 1, false);
            return;
        }
        if (s >= p->end) {
            parse_error(p, lex_pos(p, start), "string not terminated");
            set_literal(p, LIT_STRING, start, s, true);
            return;
        }
        s = lex_junk(p, s);
        if (*s >= 0x80) {
            s += lex_rune(s, &r);
        }
    }
}
