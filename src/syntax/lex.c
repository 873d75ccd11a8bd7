/* lex.c: characters to tokens.
 *
 * Names are found 16 bytes at a time, and known by the 64-bit words that they consist of: a cache
 * of this thread, one entry a slot, gives the id of a name or the token of a keyword with one
 * comparison; only what it does not hold is looked up among the keywords and in the interner.
 *
 * Reading goes up to SOURCE_PAD bytes beyond the end of the text, never further.
 */
#include <string.h>

#include "syntax/parse_state.h"
#include "syntax/unicode.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "names are compared as little-endian words");

/* ---- character classes ---- */

enum { WHITE = 1, START = 2, PART = 4, INVALID = 8 /* begins no token */ };

#define L (START | PART)
#define D PART
#define I INVALID
static const u8 classes[256] = {
    [' '] = WHITE, ['\t'] = WHITE, ['\r'] = WHITE, ['0'] = D,  ['1'] = D,  ['2'] = D,  ['3'] = D,
    ['4'] = D,     ['5'] = D,      ['6'] = D,      ['7'] = D,  ['8'] = D,  ['9'] = D,  ['_'] = L,
    ['a'] = L,     ['b'] = L,      ['c'] = L,      ['d'] = L,  ['e'] = L,  ['f'] = L,  ['g'] = L,
    ['h'] = L,     ['i'] = L,      ['j'] = L,      ['k'] = L,  ['l'] = L,  ['m'] = L,  ['n'] = L,
    ['o'] = L,     ['p'] = L,      ['q'] = L,      ['r'] = L,  ['s'] = L,  ['t'] = L,  ['u'] = L,
    ['v'] = L,     ['w'] = L,      ['x'] = L,      ['y'] = L,  ['z'] = L,  ['A'] = L,  ['B'] = L,
    ['C'] = L,     ['D'] = L,      ['E'] = L,      ['F'] = L,  ['G'] = L,  ['H'] = L,  ['I'] = L,
    ['J'] = L,     ['K'] = L,      ['L'] = L,      ['M'] = L,  ['N'] = L,  ['O'] = L,  ['P'] = L,
    ['Q'] = L,     ['R'] = L,      ['S'] = L,      ['T'] = L,  ['U'] = L,  ['V'] = L,  ['W'] = L,
    [0x1] = I,     [0x2] = I,      [0x3] = I,      [0x4] = I,  [0x5] = I,  [0x6] = I,  [0x7] = I,
    [0x8] = I,     [0xb] = I,      [0xc] = I,      [0xe] = I,  [0xf] = I,  [0x10] = I, [0x11] = I,
    [0x12] = I,    [0x13] = I,     [0x14] = I,     [0x15] = I, [0x16] = I, [0x17] = I, [0x18] = I,
    [0x19] = I,    [0x1a] = I,     [0x1b] = I,     [0x1c] = I, [0x1d] = I, [0x1e] = I, [0x1f] = I,
    [0x23] = I,    [0x24] = I,     [0x3f] = I,     [0x40] = I, [0x5c] = I, [0x7f] = I, ['X'] = L,
    ['Y'] = L,     ['Z'] = L,
};
#undef L
#undef D
#undef I

/* The length of the run of ASCII letters, digits and _ at s. */
static inline size_t name_length(const u8 *s)
{
    size_t n = 0;

#if defined(__SSE2__)
    for (;; n += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + n));
        /* c - low <u count, by signed comparison. */
        __m128i alpha = _mm_cmplt_epi8(
            _mm_add_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8((char)(128 - 'a'))),
            _mm_set1_epi8(-128 + 26));
        __m128i digit = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8((char)(128 - '0'))),
                                       _mm_set1_epi8(-128 + 10));
        __m128i under = _mm_cmpeq_epi8(v, _mm_set1_epi8('_'));
        u32 part = (u32)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(alpha, digit), under));

        if (part != 0xFFFF) {
            return n + (size_t)__builtin_ctz(~part);
        }
    }
#else
    while (classes[s[n]] & PART) {
        n++;
    }
    return n;
#endif
}

static inline const u8 *skip_white(const u8 *s, bool newlines)
{
#if defined(__SSE2__)
    for (;; s += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
        __m128i white = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')),
                                     _mm_cmpeq_epi8(v, _mm_set1_epi8('\t')));
        u32 mask;

        white = _mm_or_si128(white, _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
        white = _mm_or_si128(white, _mm_cmpeq_epi8(v, _mm_set1_epi8(newlines ? '\n' : ' ')));
        mask = (u32)_mm_movemask_epi8(white);
        if (mask != 0xFFFF) {
            return s + __builtin_ctz(~mask);
        }
    }
#else
    while ((classes[*s] & WHITE) || (newlines && *s == '\n')) {
        s++;
    }
    return s;
#endif
}

/* The first c at s or behind, or the first byte that is 0 or no ASCII. */
static inline const u8 *find_byte(const u8 *s, char c)
{
#if defined(__SSE2__)
    for (;; s += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)),
                                   _mm_cmpeq_epi8(v, _mm_setzero_si128()));
        u32 mask = (u32)_mm_movemask_epi8(_mm_or_si128(hit, v));

        if (mask) {
            return s + __builtin_ctz(mask);
        }
    }
#else
    while (*s != (u8)c && (u8)(*s - 1) < 0x7F) {
        s++;
    }
    return s;
#endif
}

/* ---- characters beyond ASCII ---- */

u32 lex_rune(const u8 *s, u32 *rune)
{
    u32 c = s[0];

    if (c < 0x80) {
        *rune = c;
        return 1;
    }
    if (c >= 0xC2 && c < 0xE0 && (s[1] & 0xC0) == 0x80) {
        *rune = (c & 0x1F) << 6 | (s[1] & 0x3F);
        return 2;
    }
    if ((c & 0xF0) == 0xE0 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) {
        u32 r = (c & 0xF) << 12 | (u32)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);

        *rune = r;
        return r >= 0x800 && (r < 0xD800 || r >= 0xE000) ? 3 : 0;
    }
    if (c >= 0xF0 && c < 0xF5 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80 &&
        (s[3] & 0xC0) == 0x80) {
        u32 r = (c & 7) << 18 | (u32)(s[1] & 0x3F) << 12 | (u32)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);

        *rune = r;
        return r >= 0x10000 && r <= STR_RUNE_MAX ? 4 : 0;
    }
    return 0;
}

const u8 *lex_junk(struct parser *p, const u8 *s)
{
    for (;;) {
        u32 r, n;

        if (*s == 0) {
            if (s >= p->end) {
                return s;
            }
            parse_error(p, lex_pos(p, s), "invalid NUL character");
            s++;
            continue;
        }
        if (*s < 0x80) {
            return s;
        }
        n = lex_rune(s, &r);
        if (n == 0) {
            parse_error(p, lex_pos(p, s), "invalid UTF-8 encoding");
            s++;
        } else if (r == 0xFEFF) {
            if (s > p->text) {
                parse_error(p, lex_pos(p, s), "invalid BOM in the middle of the file");
            }
            s += n;
        } else {
            return s;
        }
    }
}

/* ---- names and keywords ---- */

struct known {
    struct intern_key key;
    u32 id;
    u16 n; /* length; above 16 the text has to be compared */
    u8 tok;
    bool nlsemi;
};

enum { KNOWN_BITS = 12, KNOWN = 1 << KNOWN_BITS };

/* Filled by the parsers of this thread, valid for one interner. */
static _Thread_local struct {
    u64 serial;
    struct known v[KNOWN];
} known;

static u8 keyword(const u8 *s, size_t n)
{
    /* Place by first two characters and length; no two keywords share one. */
    static const u8 places[64] = {
        [1] = TOK_IMPORT,       [3] = TOK_MAP,        [8] = TOK_BREAK,   [12] = TOK_VAR,
        [13] = TOK_IF,          [15] = TOK_CONTINUE,  [18] = TOK_FUNC,   [20] = TOK_RANGE,
        [22] = TOK_DEFER,       [23] = TOK_INTERFACE, [27] = TOK_CHAN,   [30] = TOK_PACKAGE,
        [34] = TOK_DEFAULT,     [39] = TOK_STRUCT,    [42] = TOK_RETURN, [43] = TOK_SELECT,
        [44] = TOK_FALLTHROUGH, [45] = TOK_ELSE,      [47] = TOK_GO,     [48] = TOK_TYPE,
        [51] = TOK_SWITCH,      [52] = TOK_FOR,       [59] = TOK_GOTO,   [61] = TOK_CONST,
        [63] = TOK_CASE,
    };
    u8 tok;
    const char *text;

    if (n < 2 || n > 11) {
        return TOK_NAME;
    }
    tok = places[(s[0] + 4u * s[1] + 6u * n) & 63];
    if (tok == 0) {
        return TOK_NAME;
    }
    text = token_text(tok);
    return strlen(text) == n && memcmp(text, s, n) == 0 ? tok : TOK_NAME;
}

static inline void take_known(struct parser *p, const struct known *k, const u8 *s, size_t n)
{
    p->at = s + n;
    p->len = (u32)n;
    p->name = k->id;
    p->tok = k->tok;
    p->nlsemi = k->nlsemi;
}

/* A name that is not at its place in the cache, or too long for its key to say that it is. */
static __attribute__((noinline)) void learn_name(struct parser *p, const u8 *s, size_t n)
{
    struct intern_key key = intern_key((const char *)s, n);
    struct known *k = &known.v[intern_hash(key) & (KNOWN - 1)];

    if (k->key.head == key.head && k->key.tail == key.tail) {
        str text = intern_str(p->names, k->id);

        if (text.n == n && memcmp(text.p, s, n) == 0) {
            take_known(p, k, s, n);
            return;
        }
    }
    k->key = key;
    k->n = (u16)base_min(n, UINT16_MAX);
    k->tok = keyword(s, n);
    if (k->tok == TOK_NAME) {
        k->id = intern_id_of_key(p->names, (str){(const char *)s, n}, key);
        k->nlsemi = true;
    } else {
        k->id = 0;
        k->nlsemi = k->tok == TOK_BREAK || k->tok == TOK_CONTINUE || k->tok == TOK_FALLTHROUGH ||
                    k->tok == TOK_RETURN;
    }
    take_known(p, k, s, n);
}

/* The name of n > 0 bytes at s. */
static inline void set_name(struct parser *p, const u8 *s, size_t n)
{
    if (__builtin_expect(n <= 16, 1)) {
        struct intern_key key = intern_key((const char *)s, n);
        const struct known *k = &known.v[intern_hash(key) & (KNOWN - 1)];

        if (__builtin_expect(k->key.head == key.head && k->key.tail == key.tail && k->n <= 16, 1)) {
            take_known(p, k, s, n);
            return;
        }
    }
    learn_name(p, s, n);
}

/* A name with characters beyond ASCII, or bytes that are none, from `s` on; it begins at start. */
static __attribute__((noinline)) void wide_name(struct parser *p, const u8 *start, const u8 *s)
{
    for (;;) {
        u32 r, n;

        s = lex_junk(p, s);
        n = lex_rune(s, &r);
        if (r < 0x80 ? (classes[r] & PART) != 0 : unicode_is_letter(r)) {
            /* part of it */
        } else if (r >= 0x80 && unicode_is_digit(r)) {
            if (s == start) {
                parse_error(p, lex_pos(p, s), "identifier cannot begin with digit %s",
                            parse_show_rune(r).text);
            }
        } else if (r >= 0x80) {
            parse_error(p, lex_pos(p, s), "invalid character %s in identifier",
                        parse_show_rune(r).text);
        } else {
            break;
        }
        s += n;
    }
    p->tok = TOK_NAME;
    p->nlsemi = true;
    p->len = (u32)(s - start);
    p->name = intern_id(p->names, (str){(const char *)start, p->len});
    p->at = s;
}

/* ---- comments ---- */

static bool starts(const u8 *s, const char *prefix)
{
    return strncmp((const char *)s, prefix, strlen(prefix)) == 0;
}

/* A comment [s, e) that may be a directive: the caller saw that the character behind // is one with
 * which they begin. */
static void directive(struct parser *p, const u8 *s, const u8 *e)
{
    const u8 *t = s + 2;

    if (e > s && e[-1] == '\r') {
        e--;
    }
    if (!starts(t, "go:") && !starts(t, "gomm:") && !starts(t, "export ") &&
        !starts(t, "extern ") && !(starts(t, "line ") && (s == p->text || s[-1] == '\n'))) {
        return;
    }
    if (p->top && starts(t, "go:build")) {
        int v = parse_build_version((str){(const char *)s, (size_t)(e - s)});

        if (v > 0) {
            p->go_version = str_fmt(p->a, "go1.%d", v);
        } else if (v == 0) {
            p->go_version = STR("go1");
        }
    }
    parse_directive(p, s, e);
}

/* Behind the //; returns the place of the newline or the end. */
static const u8 *line_comment(struct parser *p, const u8 *start)
{
    const u8 *s = find_byte(start + 2, '\n');

    while (__builtin_expect(*s != '\n', 0)) {
        if (s >= p->end) {
            break;
        }
        s = lex_junk(p, s);
        if (*s >= 0x80) {
            u32 r;

            s += lex_rune(s, &r);
        }
        s = find_byte(s, '\n');
    }
    if (start[2] == 'g' || start[2] == 'l' || start[2] == 'e') {
        directive(p, start, s);
    }
    if (p->mode & PARSE_COMMENTS) {
        vec_push_in(p->tmp, &p->comments,
                    (struct ast_comment){lex_pos(p, start), (u32)(s - start)});
    }
    return s;
}

/* From its slash and star on; returns the place behind it. */
static const u8 *block_comment(struct parser *p, const u8 *start, bool *newline)
{
    const u8 *s = start + 2;

    for (;;) {
        s = find_byte(s, '*');
        if (*s == '*') {
            s = lex_junk(p, s + 1);
            if (*s == '/') {
                s++;
                break;
            }
        } else if (s >= p->end) {
            parse_error(p, lex_pos(p, start), "comment not terminated");
            *newline = memchr(start, '\n', (size_t)(s - start)) != NULL;
            return s;
        } else {
            s = lex_junk(p, s);
            if (*s >= 0x80) {
                u32 r;

                s += lex_rune(s, &r);
            }
        }
    }
    *newline = memchr(start, '\n', (size_t)(s - start)) != NULL;
    if (start[2] == 'l' && starts(start + 2, "line ")) {
        parse_directive(p, start, s);
    }
    if (p->mode & PARSE_COMMENTS) {
        vec_push_in(p->tmp, &p->comments,
                    (struct ast_comment){lex_pos(p, start), (u32)(s - start)});
    }
    return s;
}

/* ---- tokens ---- */

static inline void set_op(struct parser *p, u8 tok, u8 op, const u8 *at)
{
    p->tok = tok;
    p->op = op;
    p->prec = tok == TOK_OPERATOR || tok == TOK_STAR ? op_precs[op] : PREC_NONE;
    p->at = at;
}

/* An operator that may be followed by =. */
static inline void set_assign_op(struct parser *p, u8 op, const u8 *at)
{
    if (*at == '=') {
        set_op(p, TOK_ASSIGN_OP, op, at + 1);
    } else {
        set_op(p, TOK_OPERATOR, op, at);
    }
}

static inline void set_semi(struct parser *p, u8 what, const u8 *at)
{
    p->tok = TOK_SEMI;
    p->lit = what;
    p->at = at;
}

/* A comment, or bytes that begin no token: goes behind them, and all others that follow, to the next
 * token.  Apart from lex_next so that this one, which is called for every token, needs no stack. */
static __attribute__((noinline)) void next_after(struct parser *p, const u8 *s, bool nlsemi)
{
    u32 r;

    for (;; s = skip_white(s, !nlsemi)) {
        if (*s == '/' && s[1] == '/') {
            s = line_comment(p, s);
        } else if (*s == '/' && s[1] == '*') {
            bool newline;

            p->pos = lex_pos(p, s);
            s = block_comment(p, s, &newline);
            if (newline && nlsemi) {
                set_semi(p, LEX_NEWLINE, s);
                return;
            }
        } else if (classes[*s] & INVALID) {
            if (p->errors.n < PARSE_ERRORS) { /* saves making the text */
                parse_error(p, lex_pos(p, s), "invalid character %s", parse_show_rune(*s).text);
            }
            s++;
        } else if ((*s == 0 && s < p->end) ||
                   (*s >= 0x80 && (lex_rune(s, &r) == 0 || r == 0xFEFF))) {
            s = lex_junk(p, s);
        } else {
            break;
        }
    }
    p->at = s;
    p->nlsemi = nlsemi;
    lex_next(p); /* comes here no more */
}

void lex_next(struct parser *p)
{
    const u8 *s = p->at;
    bool nlsemi = p->nlsemi;

    p->nlsemi = false;
    p->op = OP_NONE;
    p->prec = PREC_NONE;
    if (*s <= ' ') {
        if (*s == ' ' && s[1] > ' ') {
            s++;
        } else {
            s = skip_white(s, !nlsemi);
        }
    }
    p->pos = lex_pos(p, s);
    if (classes[*s] & START) {
        size_t n = name_length(s);

        if (__builtin_expect((i8)s[n] > 0, 1)) {
            set_name(p, s, n);
        } else if (s[n] == 0 && s + n >= p->end) {
            set_name(p, s, n);
        } else {
            wide_name(p, s, s + n);
        }
        return;
    }
    switch (*s) {
    case 0:
        if (s < p->end) {
            next_after(p, s, nlsemi);
            return;
        }
        p->at = s;
        if (nlsemi) {
            p->tok = TOK_SEMI;
            p->lit = LEX_EOF;
        } else {
            p->tok = TOK_EOF;
        }
        return;
    case '\n': set_semi(p, LEX_NEWLINE, s + 1); return;
    case ';': set_semi(p, LEX_SEMICOLON, s + 1); return;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': lex_number(p, s, false); return;
    case '"': lex_string(p, s); return;
    case '`': lex_raw_string(p, s); return;
    case '\'': lex_rune_literal(p, s); return;
    case '(':
        p->tok = TOK_LPAREN;
        p->at = s + 1;
        return;
    case '[':
        p->tok = TOK_LBRACK;
        p->at = s + 1;
        return;
    case '{':
        p->tok = TOK_LBRACE;
        p->at = s + 1;
        return;
    case ',':
        p->tok = TOK_COMMA;
        p->at = s + 1;
        return;
    case ')':
        p->tok = TOK_RPAREN;
        p->nlsemi = true;
        p->at = s + 1;
        return;
    case ']':
        p->tok = TOK_RBRACK;
        p->nlsemi = true;
        p->at = s + 1;
        return;
    case '}':
        p->tok = TOK_RBRACE;
        p->nlsemi = true;
        p->at = s + 1;
        return;
    case ':':
        p->tok = s[1] == '=' ? TOK_DEFINE : TOK_COLON;
        p->at = s + 1 + (s[1] == '=');
        return;
    case '.':
        if ((u8)(s[1] - '0') < 10) {
            lex_number(p, s, true);
        } else if (s[1] == '.' && s[2] == '.') {
            p->tok = TOK_DOT_DOT_DOT;
            p->at = s + 3;
        } else {
            p->tok = TOK_DOT;
            p->at = s + 1;
        }
        return;
    case '+':
    case '-': {
        u8 op = *s == '+' ? OP_ADD : OP_SUB;

        if (s[1] == *s) {
            set_op(p, TOK_INC_OP, op, s + 2);
            p->nlsemi = true;
        } else {
            set_assign_op(p, op, s + 1);
        }
        return;
    }
    case '*':
        if (s[1] == '=') {
            set_op(p, TOK_ASSIGN_OP, OP_MUL, s + 2);
        } else {
            set_op(p, TOK_STAR, OP_MUL, s + 1);
        }
        return;
    case '/':
        if (s[1] == '/' || s[1] == '*') {
            next_after(p, s, nlsemi);
            return;
        }
        set_assign_op(p, OP_DIV, s + 1);
        return;
    case '%': set_assign_op(p, OP_REM, s + 1); return;
    case '&':
        if (s[1] == '&') {
            set_op(p, TOK_OPERATOR, OP_AND_AND, s + 2);
        } else if (s[1] == '^') {
            set_assign_op(p, OP_AND_NOT, s + 2);
        } else {
            set_assign_op(p, OP_AND, s + 1);
        }
        return;
    case '|':
        if (s[1] == '|') {
            set_op(p, TOK_OPERATOR, OP_OR_OR, s + 2);
        } else {
            set_assign_op(p, OP_OR, s + 1);
        }
        return;
    case '^': set_assign_op(p, OP_XOR, s + 1); return;
    case '<':
        if (s[1] == '=') {
            set_op(p, TOK_OPERATOR, OP_LEQ, s + 2);
        } else if (s[1] == '<') {
            set_assign_op(p, OP_SHL, s + 2);
        } else if (s[1] == '-') {
            p->tok = TOK_ARROW;
            p->at = s + 2;
        } else {
            set_op(p, TOK_OPERATOR, OP_LSS, s + 1);
        }
        return;
    case '>':
        if (s[1] == '=') {
            set_op(p, TOK_OPERATOR, OP_GEQ, s + 2);
        } else if (s[1] == '>') {
            set_assign_op(p, OP_SHR, s + 2);
        } else {
            set_op(p, TOK_OPERATOR, OP_GTR, s + 1);
        }
        return;
    case '=':
        if (s[1] == '=') {
            set_op(p, TOK_OPERATOR, OP_EQL, s + 2);
        } else {
            p->tok = TOK_ASSIGN;
            p->at = s + 1;
        }
        return;
    case '!':
        if (s[1] == '=') {
            set_op(p, TOK_OPERATOR, OP_NEQ, s + 2);
        } else {
            set_op(p, TOK_OPERATOR, OP_NOT, s + 1);
        }
        return;
    case '~': set_op(p, TOK_OPERATOR, OP_TILDE, s + 1); return;
    default: {
        u32 r;

        if (*s < 0x80 || lex_rune(s, &r) == 0 || r == 0xFEFF) {
            next_after(p, s, nlsemi);
        } else {
            wide_name(p, s, s);
        }
        return;
    }
    }
}

void lex_stop(struct parser *p)
{
    p->at = p->end;
    p->pos = lex_pos(p, p->end);
    p->tok = TOK_EOF;
    p->op = OP_NONE;
    p->prec = PREC_NONE;
    p->nlsemi = false;
}

/* The first {, }, quote, slash or NUL at s or behind. */
static inline const u8 *find_structure(const u8 *s)
{
#if defined(__SSE2__)
    for (;; s += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('{')),
                                   _mm_cmpeq_epi8(v, _mm_set1_epi8('}')));
        u32 mask;

        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('`')));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('\'')));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('/')));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_setzero_si128()));
        mask = (u32)_mm_movemask_epi8(hit);
        if (mask) {
            return s + __builtin_ctz(mask);
        }
    }
#else
    while (*s != '{' && *s != '}' && *s != '"' && *s != '`' && *s != '\'' && *s != '/' && *s != 0) {
        s++;
    }
    return s;
#endif
}

/* The } at s becomes the current token. */
static void end_body(struct parser *p, const u8 *s)
{
    p->tok = TOK_RBRACE;
    p->pos = lex_pos(p, s);
    p->at = s + 1;
    p->nlsemi = true;
    p->op = OP_NONE;
    p->prec = PREC_NONE;
}

bool lex_skip_known(struct parser *p)
{
    struct parse_skips *k = &p->skips;
    u32 open = p->pos - p->base, end = (u32)(p->end - p->text);

    while (k->n && k->v->open < open) {
        k->v++;
        k->n--;
    }
    if (k->n == 0 || k->v->open != open || k->v->close <= open || k->v->close >= end || p->text[k->v->close] != '}') {
        return false;
    }
    end_body(p, p->text + k->v->close);
    return true;
}

u32 lex_skip_declarations(struct parser *p)
{
    struct parse_skips *k = &p->skips;
    u32 open = p->pos - p->base, end = (u32)(p->end - p->text), n;

    while (k->n && k->v->open < open) {
        k->v++;
        k->n--;
    }
    if (k->n == 0 || k->v->open != open || k->v->close <= open || k->v->close > end || k->v->length > end) {
        return 0;
    }
    n = k->v->length;
    p->at = p->text + k->v->close;
    p->nlsemi = false;
    return n;
}

bool lex_skip_body(struct parser *p)
{
    const u8 *s = p->at;
    u32 open = 1;

    for (;; s++) {
        s = find_structure(s);
        switch (*s) {
        case '{': open++; break;
        case '}':
            if (--open == 0) {
                end_body(p, s);
                return true;
            }
            break;
        case '"':
            for (s++; *s != '"'; s++) {
                s += *s == '\\';
                if (*s == '\n' || *s == 0) {
                    return false;
                }
            }
            break;
        case '\'':
            for (s++; *s != '\''; s++) {
                s += *s == '\\';
                if (*s == '\n' || *s == 0) {
                    return false;
                }
            }
            break;
        case '`':
            s = memchr(s + 1, '`', (size_t)(p->end - (s + 1)));
            if (!s) {
                return false;
            }
            break;
        case '/':
            if (s[1] == '/') {
                s = memchr(s, '\n', (size_t)(p->end - s));
                if (!s) {
                    return false;
                }
            } else if (s[1] == '*') {
                const u8 *e = s + 2;

                while ((e = memchr(e, '*', (size_t)(p->end - e))) != NULL && e[1] != '/') {
                    e++;
                }
                if (!e) {
                    return false;
                }
                s = e + 1;
            }
            break;
        case 0: return false;
        default: break;
        }
    }
}

void lex_start(struct parser *p)
{
    u64 serial = intern_serial(p->names);

    if (known.serial != serial) {
        memset(known.v, 0, sizeof(known.v));
        known.serial = serial;
    }
    p->at = p->text;
    if (*p->at == 0 && p->at < p->end) {
        /* As the compiler says it of a file's first byte. */
        parse_error(p, p->base, "invalid character U+0000");
        p->at++;
    }
    p->at = lex_junk(p, p->at);
    p->nlsemi = false;
}
