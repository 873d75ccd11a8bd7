/* constant_literal.c: constants from the text of literals.
 *
 * What is accepted, and with what precision a float is read, is what GOROOT/src/go/constant makes
 * of GOROOT/src/math/big (natconv.go, floatconv.go, ratconv.go) and strconv.Unquote: floats with an
 * exponent within limits become exact fractions, others are multiplied up from powers of 5 of 576
 * bits and rounded to 512.
 */
#include <math.h>
#include <string.h>

#include "base/vec.h"
#include "types/constant_repr.h"

/* ---- numbers ---- */

/* A number taken apart: digits * base^-fraction * (2 or 10)^exp. */
struct number {
    bool neg;
    u32 base;
    const char *digits; /* NUL-terminated, without separators and prefix */
    size_t n;
    i64 fraction;
    i64 exp;
    bool exp2; /* exponent with p */
};

static u32 digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (u32)(c - '0');
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (u32)(c - 'a') + 10 : 99;
}

/* Underscores must stand between digits, or between prefix and digit. */
struct separators {
    char before; /* '0' after a digit, '_' after a separator, '.' otherwise */
    bool bad;
};

static void separator(struct separators *s)
{
    s->bad |= s->before != '0';
    s->before = '_';
}

static bool scan_exponent(str text, struct number *num)
{
    struct separators sep = {'.', false};
    bool neg = false, any = false;
    size_t i = 1;

    num->exp2 = text.p[0] == 'p' || text.p[0] == 'P';
    if (i < text.n && (text.p[i] == '+' || text.p[i] == '-')) {
        neg = text.p[i++] == '-';
    }
    for (; i < text.n; i++) {
        if (text.p[i] == '_') {
            separator(&sep);
        } else if (text.p[i] >= '0' && text.p[i] <= '9') {
            /* As a negative number, whose range is larger. */
            if (__builtin_mul_overflow(num->exp, 10, &num->exp) ||
                __builtin_sub_overflow(num->exp, text.p[i] - '0', &num->exp)) {
                return false;
            }
            sep.before = '0';
            any = true;
        } else {
            return false;
        }
    }
    if (!neg) {
        if (num->exp == INT64_MIN) {
            return false;
        }
        num->exp = -num->exp;
    }
    return any && !sep.bad && sep.before != '_';
}

static bool scan_number(struct arena *a, str text, bool is_float, struct number *num)
{
    struct separators sep = {'.', false};
    bool octal = false, point = false;
    char *digits = arena_alloc_aligned(a, text.n + 1, 1);
    size_t i = 0, count = 0;

    *num = (struct number){.base = 10, .digits = digits};
    if (i < text.n && (text.p[i] == '+' || text.p[i] == '-')) {
        num->neg = text.p[i++] == '-';
    }
    if (i < text.n && text.p[i] == '0') {
        char prefix = (char)(++i < text.n ? text.p[i] | 0x20 : 0);

        sep.before = '0';
        num->base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
        if (num->base != 10) {
            i++;
        } else if (i < text.n && !is_float) {
            num->base = 8;
            octal = true;
        } else {
            count = 1;
        }
    }
    for (; i < text.n; i++) {
        char c = text.p[i];

        if (c == '_') {
            separator(&sep);
        } else if (c == '.' && is_float && !point) {
            sep.bad |= sep.before == '_';
            sep.before = '.';
            point = true;
        } else if (digit_value(c) < num->base) {
            digits[num->n++] = c;
            num->fraction += point;
            sep.before = '0';
        } else {
            break;
        }
    }
    digits[num->n] = 0;
    if (sep.bad || sep.before == '_') {
        return false;
    }
    count += num->n;
    if (count == 0 && !octal) {
        return false;
    }
    if (i == text.n) {
        return true;
    }
    return is_float && strchr("eEpP", text.p[i]) && text.p[i] &&
           scan_exponent(str_from(text, i), num);
}

/* Most are a few decimal or hexadecimal digits and nothing else. */
static bool short_int(str text, i64 *out)
{
    enum { DECIMAL_MAX = 18, HEX_MAX = 2 + 15 };
    bool hex = text.n > 2 && text.p[0] == '0' && (text.p[1] | 0x20) == 'x';
    i64 v = 0;

    if (text.n == 0 || text.n > (hex ? HEX_MAX : DECIMAL_MAX) || (!hex && text.n > 1 && text.p[0] == '0')) {
        return false;
    }
    for (size_t i = hex ? 2 : 0; i < text.n; i++) {
        u32 d = digit_value(text.p[i]);
        if (d >= (hex ? 16u : 10u)) {
            return false;
        }
        v = v * (hex ? 16 : 10) + d;
    }
    *out = v;
    return true;
}

static const struct constant *int_literal(struct arena *a, str text)
{
    i64 known;
    if (short_int(text, &known)) {
        return constant_int(a, known);
    }
    struct arena_scratch s = arena_scratch_begin(a);
    const struct constant *result = constant_unknown();
    struct number num;
    u64 v = 0;
    size_t i = 0;
    mpz_t z;

    if (scan_number(s.arena, text, false, &num)) {
        while (i < num.n && !__builtin_mul_overflow(v, num.base, &v) &&
               !__builtin_add_overflow(v, digit_value(num.digits[i]), &v)) {
            i++;
        }
        if (i == num.n && (!num.neg || v <= INT64_MAX)) {
            result = num.neg ? constant_int(a, -(i64)v) : constant_uint(a, v);
        } else {
            mpz_init(z);
            BUG_IF(mpz_set_str(z, num.digits, (int)num.base) != 0);
            if (num.neg) {
                mpz_neg(z, z);
            }
            result = constant_of_mpz(a, z);
            mpz_clear(z);
        }
    }
    arena_scratch_end(s);
    return result;
}

/* 5^n to about 576 bits, in the order of multiplications of floatconv.go (pow5), so that the last
 * bits agree. */
static void pow5(mpfr_ptr p, u64 n)
{
    enum { EXACT = 27 }; /* 5^27 < 2^64 */
    u64 low = n < EXACT ? n : EXACT, v = 1;
    mpfr_t f;

    for (u64 i = 0; i < low; i++) {
        v *= 5;
    }
    mpfr_set_uj(p, v, MPFR_RNDN);
    mpfr_init2(f, mpfr_get_prec(p) + 64);
    mpfr_set_ui(f, 5, MPFR_RNDN);
    for (n -= low; n; n >>= 1) {
        if (n & 1) {
            float_limit(p, mpfr_mul(p, p, f, MPFR_RNDN));
        }
        float_limit(f, mpfr_mul(f, f, f, MPFR_RNDN));
    }
    mpfr_clear(f);
}

/* mant * 2^exp2 * 5^exp5 to 512 bits. */
static void float_of(mpfr_ptr f, mpz_srcptr mant, i64 exp2, i64 exp5)
{
    mpfr_t m, p;

    if (exp5 == 0) {
        float_limit(f, mpfr_set_z_2exp(f, mant, exp2, MPFR_RNDN));
        return;
    }
    mpfr_init2(m, (mpfr_prec_t)base_max(mpz_sizeinbase(mant, 2), MPFR_PREC_MIN));
    mpfr_init2(p, FLOAT_PREC + 64);
    mpfr_set_z_2exp(m, mant, exp2, MPFR_RNDN);
    pow5(p, exp5 < 0 ? -(u64)exp5 : (u64)exp5);
    float_limit(f, exp5 < 0 ? mpfr_div(f, m, p, MPFR_RNDN) : mpfr_mul(f, m, p, MPFR_RNDN));
    mpfr_clear(m);
    mpfr_clear(p);
}

/* mant * 2^exp2 * 5^exp5 as a fraction; false if math/big does not make one of such exponents. */
static bool fraction_of(struct arena *a, mpz_srcptr mant, i64 exp2, i64 exp5,
                        const struct constant **out)
{
    u64 n5 = exp5 < 0 ? -(u64)exp5 : (u64)exp5;
    mpq_t q;

    if (n5 > 1000000 || exp2 < -10000000 || exp2 > 10000000) {
        return false;
    }
    mpq_init(q);
    if (exp5 < 0) {
        mpz_ui_pow_ui(mpq_denref(q), 5, n5);
        mpz_set(mpq_numref(q), mant);
    } else {
        mpz_ui_pow_ui(mpq_numref(q), 5, n5);
        mpz_mul(mpq_numref(q), mpq_numref(q), mant);
    }
    if (exp2 < 0) {
        mpz_mul_2exp(mpq_denref(q), mpq_denref(q), (mp_bitcnt_t)-exp2);
    } else {
        mpz_mul_2exp(mpq_numref(q), mpq_numref(q), (mp_bitcnt_t)exp2);
    }
    mpq_canonicalize(q);
    *out = constant_fraction(a, q);
    mpq_clear(q);
    return true;
}

/* The value of a mantissa that is not 0. */
static const struct constant *scaled(struct arena *a, const struct number *num, mpz_srcptr mant)
{
    static const u8 bits_of_digit[] = {[2] = 1, [8] = 3, [16] = 4, [10] = 1};
    const struct constant *result;
    i64 exp2 = -num->fraction * bits_of_digit[num->base];
    i64 exp5 = num->base == 10 ? -num->fraction : 0;
    i64 bits = (i64)mpz_sizeinbase(mant, 2);
    struct float_view v;
    double size;

    if (__builtin_add_overflow(exp2, num->exp, &exp2) ||
        (!num->exp2 && __builtin_add_overflow(exp5, num->exp, &exp5)) ||
        exp2 < FLOAT_EXP_MIN - bits || exp2 > FLOAT_EXP_MAX - bits) {
        return constant_unknown();
    }
    /* Whether it becomes a fraction depends on the float's exponent; mostly that is clear without.
     */
    size = (double)bits + (double)exp2 + (double)exp5 * log2(5);
    if (fabs(size) < FRACTION_BITS - 8 && fraction_of(a, mant, exp2, exp5, &result)) {
        return result;
    }
    float_init(&v);
    float_of(v.f, mant, exp2, exp5);
    if (mpfr_zero_p(v.f)) {
        return constant_float(a, 0);
    }
    if (mpfr_regular_p(v.f) && mpfr_get_exp(v.f) > -FRACTION_BITS &&
        mpfr_get_exp(v.f) < FRACTION_BITS && fraction_of(a, mant, exp2, exp5, &result)) {
        return result;
    }
    return constant_of_mpfr(a, v.f);
}

static const struct constant *float_literal(struct arena *a, str text)
{
    struct arena_scratch s = arena_scratch_begin(a);
    const struct constant *result = constant_unknown();
    struct number num;
    mpz_t mant;

    if (scan_number(s.arena, text, true, &num)) {
        mpz_init(mant);
        if (num.n) {
            BUG_IF(mpz_set_str(mant, num.digits, (int)num.base) != 0);
        }
        if (num.neg) {
            mpz_neg(mant, mant);
        }
        result = mpz_sgn(mant) ? scaled(a, &num, mant) : constant_float(a, 0);
        mpz_clear(mant);
    }
    arena_scratch_end(s);
    return result;
}

/* ---- characters and strings ---- */

/* Takes one character, or escape, off *rest (Go spec, "Rune literals"; strconv.UnquoteChar).
 * *is_byte: it stands for a byte of the value, not for a code point. */
static bool take_char(str *rest, char quote, u32 *out, bool *is_byte)
{
    static const char letters[] = "abfnrtv\\", values[] = "\a\b\f\n\r\t\v\\";
    const char *letter;
    u32 base = 16, n, v = 0;
    size_t width;
    char c;

    *is_byte = false;
    if (rest->n == 0 || rest->p[0] == quote) {
        return false;
    }
    if (rest->p[0] != '\\') {
        width = str_decode_rune(*rest, out);
        *rest = str_from(*rest, width);
        return true;
    }
    if (rest->n < 2) {
        return false;
    }
    c = rest->p[1];
    *rest = str_from(*rest, 2);
    if (c && (letter = strchr(letters, c))) {
        *out = (u32)values[letter - letters];
        return true;
    }
    if (c == quote) {
        *out = (u32)c;
        return true;
    }
    n = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (n == 0) {
        if (c < '0' || c > '7') {
            return false;
        }
        base = 8;
        n = 2;
        v = (u32)(c - '0');
    }
    if (rest->n < n) {
        return false;
    }
    for (u32 i = 0; i < n; i++) {
        u32 d = digit_value(rest->p[i]);

        if (d >= base) {
            return false;
        }
        v = v * base + d; /* eight hexadecimal digits fit */
    }
    *rest = str_from(*rest, n);
    *out = v;
    *is_byte = c != 'u' && c != 'U';
    return *is_byte ? v <= 255 : v <= STR_RUNE_MAX && (v < 0xD800 || v > 0xDFFF);
}

static const struct constant *rune_literal(struct arena *a, str text)
{
    str rest = str_slice(text, 1, text.n ? text.n - 1 : 0);
    bool is_byte;
    u32 v;

    if (text.n < 2 || !take_char(&rest, '\'', &v, &is_byte)) {
        return constant_unknown();
    }
    return constant_int(a, v);
}

/* `...`: as it stands, without carriage returns. */
static const struct constant *raw_string(struct arena *a, str text)
{
    char *bytes;
    size_t n = 0;

    if (str_find_byte(text, '`') >= 0) {
        return constant_unknown();
    }
    if (str_find_byte(text, '\r') < 0) {
        return constant_string(a, text);
    }
    bytes = arena_alloc_aligned(a, text.n, 1);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '\r') {
            bytes[n++] = text.p[i];
        }
    }
    return constant_string(a, (str){bytes, n});
}

/* Takes what stands for itself: valid UTF-8 up to a backslash. */
static void take_plain(str *rest, char quote, struct strbuf *b)
{
    i64 n = str_find_byte(*rest, '\\');
    str plain = n < 0 ? *rest : str_slice(*rest, 0, (size_t)n);

    if (plain.n > 0 && str_find_byte(plain, quote) < 0 && str_is_utf8(plain)) {
        strbuf_put(b, plain);
        *rest = str_from(*rest, plain.n);
    }
}

static const struct constant *string_literal(struct arena *a, str text)
{
    const struct constant *result;
    struct strbuf b = {0};
    str rest;
    u32 v;
    bool is_byte;
    char quote = text.n ? text.p[0] : 0;

    if (text.n < 2 || text.p[text.n - 1] != quote || (quote != '"' && quote != '`')) {
        return constant_unknown();
    }
    rest = str_slice(text, 1, text.n - 1);
    if (quote == '`') {
        return raw_string(a, rest);
    }
    if (str_find_byte(rest, '\n') >= 0) {
        return constant_unknown();
    }
    if (str_find_byte(rest, '\\') < 0 && str_find_byte(rest, '"') < 0 && str_is_utf8(rest)) {
        return constant_string(a, rest);
    }
    strbuf_init(&b);
    while (rest.n) {
        take_plain(&rest, quote, &b);
        if (rest.n == 0) {
            break;
        }
        if (!take_char(&rest, quote, &v, &is_byte)) {
            strbuf_release(&b);
            return constant_unknown();
        }
        if (is_byte) {
            strbuf_putc(&b, (char)v);
        } else {
            strbuf_put_rune(&b, v);
        }
    }
    result = constant_string(a, str_dup(a, strbuf_str(&b)));
    strbuf_release(&b);
    return result;
}

const struct constant *constant_literal(struct arena *a, str text, enum lit kind)
{
    const struct constant *c;

    switch (kind) {
    case LIT_INT: return int_literal(a, text);
    case LIT_FLOAT: return float_literal(a, text);
    case LIT_IMAG:
        if (!str_cut_suffix(&text, STR("i"))) {
            return constant_unknown();
        }
        c = float_literal(a, text);
        return constant_complex(a, constant_int(a, 0), c);
    case LIT_RUNE: return rune_literal(a, text);
    case LIT_STRING: return string_literal(a, text);
    }
    BUG("kind of literal %d", kind);
}
