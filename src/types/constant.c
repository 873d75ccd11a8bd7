/* constant.c: making constants, looking into them, converting between their kinds.
 *
 * The rules are those of GOROOT/src/go/constant/value.go, rounding included; constant_op.c has the
 * operations, constant_text.c literals and printing.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "types/constant_repr.h"

/* GMP's and MPFR's own memory comes from where all of the tool's does, so that it runs out in the
 * same way.  Before main, because it must not change while a number is alive. */
static void *gmp_alloc(size_t n)
{
    return mem_alloc(n);
}

static void *gmp_realloc(void *p, size_t old, size_t n)
{
    (void)old;
    return mem_resize(p, n, 1);
}

static void gmp_free(void *p, size_t n)
{
    (void)n;
    mem_free(p);
}

__attribute__((constructor)) static void gmp_memory(void)
{
    mp_set_memory_functions(gmp_alloc, gmp_realloc, gmp_free);
}

/* ---- views ---- */

mpz_srcptr int_view(struct int_view *v, const struct constant *c)
{
    if (c->repr == REPR_I64) {
        i64 i = AS_I64(c);

        v->limb = i < 0 ? -(u64)i : (u64)i;
        return mpz_roinit_n(v->z, &v->limb, i < 0 ? -1 : 1);
    }
    BUG_IF(c->repr != REPR_BIG);
    return mpz_roinit_n(v->z, AS_BIG(c)->limb, c->neg ? -(mp_size_t)c->n : (mp_size_t)c->n);
}

mpq_srcptr rat_view(struct rat_view *v, const struct constant *c)
{
    if (c->repr == REPR_RAT) {
        const struct const_rat *r = AS_RAT(c);

        mpz_roinit_n(mpq_numref(v->q), r->limb, c->neg ? -(mp_size_t)c->n : (mp_size_t)c->n);
        mpz_roinit_n(mpq_denref(v->q), r->limb + c->n, (mp_size_t)r->d);
        return v->q;
    }
    *mpq_numref(v->q) = *int_view(&v->num, c);
    v->one = 1;
    mpz_roinit_n(mpq_denref(v->q), &v->one, 1);
    return v->q;
}

mpfr_ptr float_init(struct float_view *v)
{
    /* Wide enough for every intermediate result; float_limit then applies Go's range. */
    mpfr_set_emin(-((mpfr_exp_t)1 << 40));
    mpfr_set_emax((mpfr_exp_t)1 << 40);
    mpfr_custom_init(v->limb, FLOAT_PREC);
    mpfr_custom_init_set(v->f, MPFR_ZERO_KIND, 0, FLOAT_PREC, v->limb);
    return v->f;
}

mpfr_srcptr float_view(struct float_view *v, const struct constant *c)
{
    struct rat_view q;

    float_init(v);
    switch (c->repr) {
    case REPR_I64:
    case REPR_BIG: mpfr_set_z(v->f, int_view(&q.num, c), MPFR_RNDN); break;
    case REPR_RAT: mpfr_set_q(v->f, rat_view(&q, c), MPFR_RNDN); break;
    case REPR_FLOAT:
        if (c->n) {
            memcpy(v->limb, AS_FLOAT(c)->limb, sizeof(v->limb));
            mpfr_custom_init_set(v->f, c->neg ? -MPFR_REGULAR_KIND : MPFR_REGULAR_KIND,
                                 AS_FLOAT(c)->exp, FLOAT_PREC, v->limb);
        }
        break;
    default: BUG("no number: %d", c->repr);
    }
    return v->f;
}

void float_limit(mpfr_ptr f, int inexact)
{
    mpfr_exp_t e;

    if (!mpfr_regular_p(f)) {
        return;
    }
    e = mpfr_get_exp(f);
    /* math/big looks at the exponent before it rounds: a number just below the smallest power of
     * two becomes 0 although it rounds up to it. */
    if (e == FLOAT_EXP_MIN && inexact != 0 && (inexact > 0) == (mpfr_sgn(f) > 0) &&
        mpfr_min_prec(f) == 1) {
        e--;
    }
    if (e > FLOAT_EXP_MAX) {
        mpfr_set_inf(f, mpfr_sgn(f));
    } else if (e < FLOAT_EXP_MIN) {
        mpfr_set_zero(f, 1);
    }
}

/* ---- results ---- */

const struct constant *constant_unknown(void)
{
    static const struct constant unknown = {.repr = REPR_UNKNOWN};

    return &unknown;
}

const struct constant *constant_bool(bool b)
{
    static const struct constant values[2] = {{.repr = REPR_BOOL},
                                              {.repr = REPR_BOOL, .neg = true}};

    return &values[b];
}

const struct constant *constant_int(struct arena *a, i64 v)
{
    struct const_i64 *c = arena_alloc_aligned(a, sizeof(*c), _Alignof(struct const_i64));

    c->c = (struct constant){.repr = REPR_I64};
    c->v = v;
    return &c->c;
}

static struct const_big *new_big(struct arena *a, bool neg, size_t n)
{
    struct const_big *c =
        arena_alloc_aligned(a, sizeof(*c) + n * sizeof(mp_limb_t), _Alignof(struct const_big));

    c->c = (struct constant){.repr = REPR_BIG, .neg = neg, .n = base_u32(n)};
    return c;
}

const struct constant *constant_uint(struct arena *a, u64 v)
{
    struct const_big *c;

    if (v <= INT64_MAX) {
        return constant_int(a, (i64)v);
    }
    c = new_big(a, false, 1);
    c->limb[0] = v;
    return &c->c;
}

const struct constant *constant_of_mpz(struct arena *a, mpz_srcptr z)
{
    size_t n = mpz_size(z);
    bool neg = mpz_sgn(z) < 0;
    struct const_big *c;

    if (n <= 1) {
        u64 m = n ? mpz_getlimbn(z, 0) : 0;

        if (m <= (u64)INT64_MAX + neg) {
            return constant_int(a, neg ? (i64)(0 - m) : (i64)m);
        }
    }
    c = new_big(a, neg, n);
    memcpy(c->limb, mpz_limbs_read(z), n * sizeof(mp_limb_t));
    return &c->c;
}

static struct const_rat *new_rat(struct arena *a, bool neg, size_t n, size_t d)
{
    struct const_rat *c = arena_alloc_aligned(a, sizeof(*c) + (n + d) * sizeof(mp_limb_t),
                                              _Alignof(struct const_rat));

    c->c = (struct constant){.repr = REPR_RAT, .neg = neg, .n = base_u32(n)};
    c->d = base_u32(d);
    return c;
}

const struct constant *constant_fraction(struct arena *a, mpq_srcptr q)
{
    size_t n = mpz_size(mpq_numref(q)), d = mpz_size(mpq_denref(q));
    struct const_rat *c = new_rat(a, mpq_sgn(q) < 0, n, d);

    memcpy(c->limb, mpz_limbs_read(mpq_numref(q)), n * sizeof(mp_limb_t));
    memcpy(c->limb + n, mpz_limbs_read(mpq_denref(q)), d * sizeof(mp_limb_t));
    return &c->c;
}

static bool small_int(mpz_srcptr z)
{
    return mpz_sizeinbase(z, 2) < FRACTION_BITS;
}

const struct constant *constant_of_mpq(struct arena *a, mpq_srcptr q)
{
    struct float_view v;

    if (small_int(mpq_numref(q)) && small_int(mpq_denref(q))) {
        return constant_fraction(a, q);
    }
    float_init(&v);
    mpfr_set_q(v.f, q, MPFR_RNDN);
    return constant_of_mpfr(a, v.f);
}

const struct constant *constant_of_mpfr(struct arena *a, mpfr_srcptr f)
{
    static const struct const_float zero = {.c = {.repr = REPR_FLOAT}};
    struct const_float *c;

    if (mpfr_zero_p(f)) {
        return &zero.c;
    }
    if (!mpfr_regular_p(f)) {
        return constant_unknown();
    }
    c = ARENA_NEW(a, struct const_float);
    c->c = (struct constant){.repr = REPR_FLOAT, .neg = mpfr_sgn(f) < 0, .n = FLOAT_LIMBS};
    c->exp = (i32)mpfr_get_exp(f);
    memcpy(c->limb, mpfr_custom_get_significand(f), sizeof(c->limb));
    return &c->c;
}

/* The limbs of m * 2^shift; their number. */
static size_t shifted(mp_limb_t *limb, u64 m, u32 shift)
{
    size_t n = shift / 64;

    memset(limb, 0, n * sizeof(mp_limb_t));
    shift %= 64;
    limb[n++] = m << shift;
    if (shift && m >> (64 - shift)) {
        limb[n++] = m >> (64 - shift);
    }
    return n;
}

const struct constant *constant_float(struct arena *a, double v)
{
    enum { MAX = DBL_MAX_EXP / 64 + 2 };
    mp_limb_t num[MAX], den[MAX];
    struct const_rat *c;
    size_t n, d;
    int exp;
    u64 m;

    if (!isfinite(v)) {
        return constant_unknown();
    }
    m = (u64)ldexp(frexp(fabs(v), &exp), DBL_MANT_DIG);
    if (m == 0) {
        n = 0;
        d = shifted(den, 1, 0);
    } else {
        int zeros = __builtin_ctzll(m);

        m >>= zeros;
        exp += zeros - DBL_MANT_DIG;
        n = shifted(num, m, exp > 0 ? (u32)exp : 0);
        d = shifted(den, 1, exp < 0 ? (u32)-exp : 0);
    }
    c = new_rat(a, m && v < 0, n, d);
    memcpy(c->limb, num, n * sizeof(mp_limb_t));
    memcpy(c->limb + n, den, d * sizeof(mp_limb_t));
    return &c->c;
}

const struct constant *constant_string(struct arena *a, str bytes)
{
    struct const_string *c = ARENA_NEW(a, struct const_string);

    c->c.repr = REPR_STRING;
    c->p = bytes.p;
    c->len = bytes.n;
    return &c->c;
}

const struct constant *constant_complex(struct arena *a, const struct constant *re,
                                        const struct constant *im)
{
    struct const_complex *c;

    if (re->repr == REPR_UNKNOWN || im->repr == REPR_UNKNOWN) {
        return constant_unknown();
    }
    c = ARENA_NEW(a, struct const_complex);
    c->c.repr = REPR_COMPLEX;
    c->re = re;
    c->im = im;
    return &c->c;
}

/* ---- accessors ---- */

enum const_kind constant_kind(const struct constant *c)
{
    static const u8 kinds[] = {
        [REPR_UNKNOWN] = CONST_UNKNOWN, [REPR_BOOL] = CONST_BOOL,
        [REPR_STRING] = CONST_STRING,   [REPR_I64] = CONST_INT,
        [REPR_BIG] = CONST_INT,         [REPR_RAT] = CONST_FLOAT,
        [REPR_FLOAT] = CONST_FLOAT,     [REPR_COMPLEX] = CONST_COMPLEX,
    };

    return (enum const_kind)kinds[c->repr];
}

bool constant_bool_val(const struct constant *c)
{
    return c->repr == REPR_BOOL && c->neg;
}

size_t constant_string_len(const struct constant *c)
{
    return c->repr == REPR_STRING ? AS_STRING(c)->len : 0;
}

str constant_string_val(struct arena *a, const struct constant *c)
{
    return c->repr == REPR_STRING ? constant_gather(a, AS_STRING(c)) : (str){0};
}

str constant_gather(struct arena *a, const struct const_string *s)
{
    VEC(const struct const_string *) left = {0};
    size_t len = s->len;
    char *text, *end;

    if (!s->left) {
        return (str){s->p, len};
    }
    text = arena_alloc_aligned(a, len, 1);
    end = text + len;
    /* From the end: a + b + c … leans to the left, and then the stack stays short. */
    vec_push(&left, s);
    while (left.n) {
        s = vec_pop(&left);
        for (; s->left; s = s->right) {
            vec_push(&left, s->left);
        }
        end -= s->len;
        if (s->len) {
            memcpy(end, s->p, s->len);
        }
    }
    vec_release(&left);
    BUG_IF(end != text);
    return (str){text, len};
}

bool constant_i64(const struct constant *c, i64 *out)
{
    if (c->repr != REPR_I64) {
        return false;
    }
    *out = AS_I64(c);
    return true;
}

bool constant_u64(const struct constant *c, u64 *out)
{
    if (c->repr == REPR_I64) {
        *out = (u64)AS_I64(c);
        return AS_I64(c) >= 0;
    }
    if (c->repr != REPR_BIG || c->neg || c->n > 1) {
        return false;
    }
    *out = AS_BIG(c)->limb[0];
    return true;
}

int constant_sign(const struct constant *c)
{
    switch (c->repr) {
    case REPR_I64: return (AS_I64(c) > 0) - (AS_I64(c) < 0);
    case REPR_BIG:
    case REPR_RAT:
    case REPR_FLOAT: return c->n == 0 ? 0 : c->neg ? -1 : 1;
    case REPR_COMPLEX: return constant_sign(AS_COMPLEX(c)->re) | constant_sign(AS_COMPLEX(c)->im);
    default: return 1; /* no division by zero is reported because of an unknown value */
    }
}

static u32 bits_of(const mp_limb_t *limb, size_t n)
{
    return n ? base_u32(n * 64 - (u32)__builtin_clzll(limb[n - 1])) : 0;
}

u32 constant_bit_len(const struct constant *c)
{
    if (c->repr == REPR_I64) {
        i64 v = AS_I64(c);
        u64 m = v < 0 ? -(u64)v : (u64)v;

        return m ? 64 - (u32)__builtin_clzll(m) : 0;
    }
    return c->repr == REPR_BIG ? bits_of(AS_BIG(c)->limb, c->n) : 0;
}

bool constant_fits(const struct constant *c, u32 bits, bool is_signed)
{
    u32 n = constant_bit_len(c);

    if (constant_kind(c) != CONST_INT) {
        return false;
    }
    if (constant_sign(c) >= 0) {
        return n <= bits - is_signed;
    }
    /* -2^(bits-1) has as many bits as the type, and no lower number fits. */
    return is_signed &&
           (n < bits || (n == bits && c->repr == REPR_I64 &&
                         AS_I64(c) == (bits == 64 ? INT64_MIN : -((i64)1 << (bits - 1)))));
}

/* ---- rounding ---- */

double constant_nearest(bool neg, const mp_limb_t *m, size_t n, i64 exp, bool sticky, u32 bits)
{
    int keep = bits == 32 ? FLT_MANT_DIG : DBL_MANT_DIG;
    i64 min = bits == 32 ? FLT_MIN_EXP : DBL_MIN_EXP, max = bits == 32 ? FLT_MAX_EXP : DBL_MAX_EXP;
    u32 zeros = (u32)__builtin_clzll(m[n - 1]);
    u64 top = m[n - 1] << zeros, kept, rest, half = (u64)1 << 63;
    double v;

    if (n > 1 && zeros) {
        top |= m[n - 2] >> (64 - zeros);
        sticky |= m[n - 2] << zeros != 0;
    } else if (n > 1) {
        sticky |= m[n - 2] != 0;
    }
    for (size_t i = 0; i + 2 < n && !sticky; i++) {
        sticky = m[i] != 0;
    }
    if (exp > max) {
        return neg ? -INFINITY : INFINITY;
    }
    if (exp < min) { /* denormal: fewer bits */
        if (min - exp > keep) {
            return neg ? -0.0 : 0.0;
        }
        keep -= (int)(min - exp);
    }
    kept = keep ? top >> (64 - keep) : 0;
    rest = top << keep;
    kept += rest > half || (rest == half && (sticky || (kept & 1)));
    v = ldexp((double)kept, (int)exp - keep);
    if (bits == 32 && v > (double)FLT_MAX) {
        v = INFINITY;
    }
    return neg ? -v : v;
}

static double nearest_rat(mpq_srcptr q, u32 bits)
{
    i64 n = (i64)mpz_sizeinbase(mpq_numref(q), 2), d = (i64)mpz_sizeinbase(mpq_denref(q), 2);
    i64 shift = 66 - (n - d);
    mpz_t num, den, quo;
    double v;

    if (mpq_sgn(q) == 0) {
        return 0;
    }
    /* A quotient of 66 or 67 bits, and whether there is a remainder, decide every rounding. */
    mpz_init(num);
    mpz_init(den);
    mpz_init(quo);
    mpz_abs(num, mpq_numref(q));
    mpz_set(den, mpq_denref(q));
    if (shift > 0) {
        mpz_mul_2exp(num, num, (mp_bitcnt_t)shift);
    } else {
        mpz_mul_2exp(den, den, (mp_bitcnt_t)-shift);
    }
    mpz_tdiv_qr(quo, num, num, den);
    v = constant_nearest(mpq_sgn(q) < 0, mpz_limbs_read(quo), mpz_size(quo),
                         (i64)mpz_sizeinbase(quo, 2) - shift, mpz_sgn(num) != 0, bits);
    mpz_clear(num);
    mpz_clear(den);
    mpz_clear(quo);
    return v;
}

double constant_to_double(const struct constant *c, u32 bits)
{
    switch (c->repr) {
    case REPR_UNKNOWN: return 0;
    case REPR_I64: return bits == 32 ? (double)(float)AS_I64(c) : (double)AS_I64(c);
    case REPR_BIG: {
        struct float_view v;

        /* Rounded to 512 bits first, as value.go does. */
        float_view(&v, c);
        return constant_nearest(c->neg, v.limb, FLOAT_LIMBS, mpfr_get_exp(v.f), false, bits);
    }
    case REPR_RAT: {
        struct rat_view q;

        return nearest_rat(rat_view(&q, c), bits);
    }
    case REPR_FLOAT:
        if (c->n == 0) {
            return 0;
        }
        if (AS_FLOAT(c)->exp == INT32_MIN) { /* math/big's exponent - 1 wraps (float.go, Float64) */
            return c->neg ? -INFINITY : INFINITY;
        }
        return constant_nearest(c->neg, AS_FLOAT(c)->limb, FLOAT_LIMBS, AS_FLOAT(c)->exp, false,
                                bits);
    default: BUG("no real number: %d", c->repr);
    }
}

double constant_f64(const struct constant *c)
{
    return constant_to_double(c, 64);
}

bool constant_round_float(struct arena *a, const struct constant *c, u32 bits,
                          const struct constant **out)
{
    double v;

    if (c->repr == REPR_UNKNOWN) {
        *out = c;
        return true;
    }
    v = constant_to_double(c, bits);
    if (isinf(v)) {
        return false;
    }
    *out = constant_float(a, v);
    return true;
}

/* ---- conversions ---- */

const struct constant *constant_real(struct arena *a, const struct constant *c)
{
    (void)a;
    return c->repr == REPR_COMPLEX ? AS_COMPLEX(c)->re : c;
}

const struct constant *constant_imag(struct arena *a, const struct constant *c)
{
    switch (c->repr) {
    case REPR_UNKNOWN: return c;
    case REPR_COMPLEX: return AS_COMPLEX(c)->im;
    default: return constant_int(a, 0);
    }
}

const struct constant *constant_make_imag(struct arena *a, const struct constant *c)
{
    return constant_complex(a, constant_int(a, 0), c);
}

/* An integer although rounding may have moved it a little: the float itself, or it with the last
 * four of its bits rounded down or up (value.go, ToInt). */
static const struct constant *float_to_int(struct arena *a, const struct constant *c)
{
    static const mpfr_rnd_t modes[] = {MPFR_RNDZ, MPFR_RNDA};
    const struct constant *result = NULL;
    struct float_view v, near;
    mpfr_srcptr f = float_view(&v, c);
    mpz_t z;

    if (c->n && (AS_FLOAT(c)->exp <= -FRACTION_BITS || AS_FLOAT(c)->exp >= FRACTION_BITS)) {
        return constant_unknown();
    }
    if (!mpfr_integer_p(f)) {
        bool found = false;

        mpfr_custom_init(near.limb, FLOAT_PREC - 4);
        mpfr_custom_init_set(near.f, MPFR_ZERO_KIND, 0, FLOAT_PREC - 4, near.limb);
        for (size_t i = 0; i < ARRAY_LEN(modes) && !found; i++) {
            mpfr_set(near.f, f, modes[i]);
            found = mpfr_integer_p(near.f);
        }
        if (!found) {
            return constant_unknown();
        }
        f = near.f;
    }
    mpz_init(z);
    mpfr_get_z(z, f, MPFR_RNDZ);
    result = constant_of_mpz(a, z);
    mpz_clear(z);
    return result;
}

const struct constant *constant_to_int(struct arena *a, const struct constant *c)
{
    switch (c->repr) {
    case REPR_I64:
    case REPR_BIG: return c;
    case REPR_RAT: {
        struct rat_view v;
        mpq_srcptr q = rat_view(&v, c);

        return mpz_cmp_ui(mpq_denref(q), 1) == 0 ? constant_of_mpz(a, mpq_numref(q))
                                                 : constant_unknown();
    }
    case REPR_FLOAT: return float_to_int(a, c);
    case REPR_COMPLEX: {
        const struct constant *re = constant_to_float(a, c);

        return re->repr == REPR_UNKNOWN ? re : constant_to_int(a, re);
    }
    default: return constant_unknown();
    }
}

const struct constant *constant_to_float(struct arena *a, const struct constant *c)
{
    switch (c->repr) {
    case REPR_I64:
    case REPR_BIG: {
        struct rat_view q;

        return constant_of_mpq(a, rat_view(&q, c));
    }
    case REPR_RAT:
    case REPR_FLOAT: return c;
    case REPR_COMPLEX:
        if (constant_sign(AS_COMPLEX(c)->im) == 0) {
            return constant_to_float(a, AS_COMPLEX(c)->re);
        }
        return constant_unknown();
    default: return constant_unknown();
    }
}

const struct constant *constant_to_complex(struct arena *a, const struct constant *c)
{
    switch (c->repr) {
    case REPR_I64:
    case REPR_BIG:
    case REPR_RAT:
    case REPR_FLOAT: return constant_complex(a, c, constant_int(a, 0));
    case REPR_COMPLEX: return c;
    default: return constant_unknown();
    }
}
