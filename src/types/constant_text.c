/* constant_text.c: constants as text: short, as messages show them, and exact.
 *
 * The forms are those of String and ExactString of GOROOT/src/go/constant/value.go.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/quote.h"
#include "types/constant_repr.h"

/* ---- strings ---- */

enum { SHORT = 72 }; /* characters of a shortened string, quotes included */

static void put_shortened(struct strbuf *b, str quoted)
{
    str rest = quoted;
    u32 r;

    if (str_runes(quoted) <= SHORT) {
        strbuf_put(b, quoted);
        return;
    }
    for (int i = 0; i < SHORT - 3; i++) {
        rest = str_from(rest, str_decode_rune(rest, &r));
    }
    strbuf_put(b, str_slice(quoted, 0, quoted.n - rest.n));
    strbuf_puts(b, "...");
}

static void put_string(struct strbuf *b, const struct constant *c, bool exact)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    str text = constant_gather(s.arena, AS_STRING(c));

    if (exact) {
        quote_string(b, text);
    } else {
        struct strbuf quoted = {0};

        /* No more than that is looked at: a character has at most 4 bytes. */
        quote_string(&quoted, str_slice(text, 0, SHORT * 4 + 4));
        put_shortened(b, strbuf_str(&quoted));
        strbuf_release(&quoted);
    }
    arena_scratch_end(s);
}

/* ---- numbers ---- */

static void put_mpz(struct strbuf *b, mpz_srcptr z)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    char *text = arena_alloc_aligned(s.arena, mpz_sizeinbase(z, 10) + 2, 1);

    strbuf_puts(b, mpz_get_str(text, 10, z));
    arena_scratch_end(s);
}

static void put_int(struct strbuf *b, const struct constant *c)
{
    struct int_view v;

    if (c->repr == REPR_I64) {
        strbuf_printf(b, "%lld", (long long)AS_I64(c));
    } else {
        put_mpz(b, int_view(&v, c));
    }
}

static void put_fraction(struct strbuf *b, const struct constant *c)
{
    struct rat_view v;
    mpq_srcptr q = rat_view(&v, c);

    put_mpz(b, mpq_numref(q));
    if (mpz_cmp_ui(mpq_denref(q), 1) != 0) {
        strbuf_putc(b, '/');
        put_mpz(b, mpq_denref(q));
    }
}

/* big.Float's format p: 0x.mantissa, in [0.5, 1), p binary exponent. */
static void put_mantissa(struct strbuf *b, const struct constant *c)
{
    const struct const_float *f = AS_FLOAT(c);
    size_t at;

    if (c->n == 0) {
        strbuf_putc(b, '0');
        return;
    }
    strbuf_puts(b, c->neg ? "-0x." : "0x.");
    at = b->n;
    for (size_t i = FLOAT_LIMBS; i-- > 0;) {
        strbuf_printf(b, "%016llx", (unsigned long long)f->limb[i]);
    }
    while (b->n > at && b->p[b->n - 1] == '0') {
        strbuf_truncate(b, b->n - 1);
    }
    strbuf_printf(b, "p%s%d", f->exp >= 0 ? "+" : "", f->exp);
}

/* Go's %g: the shortest digits that read back as v.  v is finite and not 0. */
static void put_shortest(struct strbuf *b, double v)
{
    char buf[40], digits[24];
    int n = 0, exp;

    for (int prec = 0; prec < 17; prec++) {
        snprintf(buf, sizeof(buf), "%.*e", prec, v);
        if (strtod(buf, NULL) == v) {
            break;
        }
    }
    exp = atoi(strchr(buf, 'e') + 1);
    if (exp < -4 || exp >= 6) {
        /* 17 digits and an exponent of two digits at least, as C writes it too */
        strbuf_puts(b, buf);
        return;
    }
    if (v < 0) {
        strbuf_putc(b, '-');
    }
    for (const char *p = buf; *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9') {
            digits[n++] = *p;
        }
    }
    if (exp < 0) {
        strbuf_puts(b, "0.");
        strbuf_put_n(b, '0', (size_t)(-exp - 1));
    }
    for (int i = 0; i < n || i <= exp; i++) {
        strbuf_putc(b, i < n ? digits[i] : '0');
        if (i == exp && i + 1 < n) {
            strbuf_putc(b, '.');
        }
    }
}

/* Out of the range of doubles: six digits from the mantissa and a decimal exponent, by floating
 * point as value.go does it, so that the digits agree. */
static void put_far(struct strbuf *b, mpfr_srcptr f)
{
    double m = constant_nearest(mpfr_sgn(f) < 0, mpfr_custom_get_significand(f), FLOAT_LIMBS, 0,
                                false, 64);
    double d = (double)mpfr_get_exp(f) * 0.30102999566398119521;
    i64 e = (i64)d;

    m *= pow(10, d - (double)e);
    if (fabs(m) < 1 - 0.5e-6) {
        m *= 10;
        e--;
    } else if (fabs(m) >= 10) {
        m /= 10;
        e++;
    }
    strbuf_printf(b, "%.6ge%+lld", m, (long long)e);
}

static void put_float(struct strbuf *b, const struct constant *c)
{
    struct float_view v;
    mpfr_srcptr f = float_view(&v, c);
    char buf[40];
    double d;

    if (mpfr_zero_p(f)) {
        strbuf_putc(b, '0');
        return;
    }
    d = constant_nearest(mpfr_sgn(f) < 0, v.limb, FLOAT_LIMBS, mpfr_get_exp(f), false, 64);
    if (d == 0 || isinf(d)) {
        put_far(b, f);
        return;
    }
    snprintf(buf, sizeof(buf), "%.6g", d);
    if (!strchr(buf, '.') && !mpfr_integer_p(f)) {
        put_shortest(b, d); /* six digits would make it look like an integer (Go issue 56220) */
    } else {
        strbuf_puts(b, buf);
    }
}

/* ---- all ---- */

static void put(struct strbuf *b, const struct constant *c, bool exact)
{
    switch (c->repr) {
    case REPR_UNKNOWN: strbuf_puts(b, "unknown"); break;
    case REPR_BOOL: strbuf_puts(b, c->neg ? "true" : "false"); break;
    case REPR_STRING: put_string(b, c, exact); break;
    case REPR_I64:
    case REPR_BIG: put_int(b, c); break;
    case REPR_RAT:
        if (exact) {
            put_fraction(b, c);
        } else {
            put_float(b, c);
        }
        break;
    case REPR_FLOAT:
        if (exact) {
            put_mantissa(b, c);
        } else {
            put_float(b, c);
        }
        break;
    case REPR_COMPLEX:
        strbuf_putc(b, '(');
        put(b, AS_COMPLEX(c)->re, exact);
        strbuf_puts(b, " + ");
        put(b, AS_COMPLEX(c)->im, exact);
        strbuf_puts(b, "i)");
        break;
    default: BUG("kind %d", c->repr);
    }
}

static str text_of(struct arena *a, const struct constant *c, bool exact)
{
    struct strbuf b = {0};
    str s;

    put(&b, c, exact);
    s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

str constant_text(struct arena *a, const struct constant *c)
{
    return text_of(a, c, false);
}

str constant_exact(struct arena *a, const struct constant *c)
{
    return text_of(a, c, true);
}
