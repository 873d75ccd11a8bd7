/* constant_op.c: operators on constants.
 *
 * As in GOROOT/src/go/constant/value.go each operation first brings both operands to one
 * representation (constant_repr.h gives their order).  Integers of 64 bits, nearly all there are,
 * never reach GMP.
 */
#include <string.h>

#include "base/hash.h"
#include "types/constant_repr.h"

/* ---- unary ---- */

static const struct constant *negate(struct arena *a, const struct constant *x)
{
    switch (x->repr) {
    case REPR_I64:
        if (AS_I64(x) != INT64_MIN) {
            return constant_int(a, -AS_I64(x));
        }
        return constant_uint(a, (u64)1 << 63);
    case REPR_BIG: {
        struct int_view v;
        mpz_t z;

        /* Not only another sign: -2^63 fits 64 bits. */
        int_view(&v, x);
        mpz_roinit_n(z, mpz_limbs_read(v.z), x->neg ? (mp_size_t)x->n : -(mp_size_t)x->n);
        return constant_of_mpz(a, z);
    }
    case REPR_RAT: {
        /* A literal's fraction may be larger than a result's may. */
        struct rat_view v;

        rat_view(&v, x);
        mpz_roinit_n(mpq_numref(v.q), AS_RAT(x)->limb, x->neg ? (mp_size_t)x->n : -(mp_size_t)x->n);
        return constant_of_mpq(a, v.q);
    }
    case REPR_FLOAT: {
        struct const_float *c;

        if (x->n == 0) {
            return x;
        }
        c = arena_alloc_aligned(a, sizeof(*c), _Alignof(struct const_float));
        *c = *AS_FLOAT(x);
        c->c.neg = !x->neg;
        return &c->c;
    }
    case REPR_COMPLEX:
        return constant_complex(a, negate(a, AS_COMPLEX(x)->re), negate(a, AS_COMPLEX(x)->im));
    default: BUG("-: no number: %d", x->repr);
    }
}

static const struct constant *complement(struct arena *a, const struct constant *x, u32 bits)
{
    const struct constant *result;
    struct int_view v;
    mpz_t z;

    if (x->repr == REPR_I64 && bits < 64) {
        i64 r = ~AS_I64(x);

        return constant_int(a, bits ? r & (((i64)1 << bits) - 1) : r);
    }
    mpz_init(z);
    mpz_com(z, int_view(&v, x));
    if (bits) {
        mpz_fdiv_r_2exp(z, z, bits);
    }
    result = constant_of_mpz(a, z);
    mpz_clear(z);
    return result;
}

const struct constant *constant_unary(struct arena *a, enum op op, const struct constant *x,
                                      u32 bits)
{
    enum const_kind kind = constant_kind(x);

    if (kind == CONST_UNKNOWN) {
        return x;
    }
    if (op == OP_ADD && kind >= CONST_INT) {
        return x;
    }
    if (op == OP_SUB && kind >= CONST_INT) {
        return negate(a, x);
    }
    if (op == OP_XOR && kind == CONST_INT) {
        return complement(a, x, bits);
    }
    if (op == OP_NOT && kind == CONST_BOOL) {
        return constant_bool(!x->neg);
    }
    BUG("unary %s of kind %d", op_text(op), kind);
}

/* ---- binary ---- */

/* false: GMP must do it.  The result of MinInt64 / -1 wraps, as value.go's does. */
static bool small_binary(struct arena *a, enum op op, i64 x, i64 y, bool int_div,
                         const struct constant **out)
{
    i64 r = 0;

    switch (op) {
    case OP_ADD:
        if (__builtin_add_overflow(x, y, &r)) {
            return false;
        }
        break;
    case OP_SUB:
        if (__builtin_sub_overflow(x, y, &r)) {
            return false;
        }
        break;
    case OP_MUL:
        if (__builtin_mul_overflow(x, y, &r)) {
            return false;
        }
        break;
    case OP_DIV:
        if (!int_div) {
            return false;
        }
        r = y == -1 ? (i64)(0 - (u64)x) : x / y;
        break;
    case OP_REM: r = y == -1 ? 0 : x % y; break;
    case OP_AND: r = x & y; break;
    case OP_OR: r = x | y; break;
    case OP_XOR: r = x ^ y; break;
    case OP_AND_NOT: r = x & ~y; break;
    default: BUG("%s of integers", op_text(op));
    }
    *out = constant_int(a, r);
    return true;
}

static const struct constant *int_quotient(struct arena *a, mpz_srcptr x, mpz_srcptr y)
{
    const struct constant *result;
    mpq_t q;

    mpq_init(q);
    mpz_set(mpq_numref(q), x);
    mpz_set(mpq_denref(q), y);
    mpq_canonicalize(q);
    result = constant_of_mpq(a, q);
    mpq_clear(q);
    return result;
}

static const struct constant *int_binary(struct arena *a, enum op op, const struct constant *x,
                                         const struct constant *y, bool int_div)
{
    const struct constant *result;
    struct int_view xv, yv;
    mpz_srcptr xz, yz;
    mpz_t z;

    if ((op == OP_DIV || op == OP_REM) && constant_sign(y) == 0) {
        return constant_unknown();
    }
    if (x->repr == REPR_I64 && y->repr == REPR_I64 &&
        small_binary(a, op, AS_I64(x), AS_I64(y), int_div, &result)) {
        return result;
    }
    xz = int_view(&xv, x);
    yz = int_view(&yv, y);
    if (op == OP_DIV && !int_div) {
        return int_quotient(a, xz, yz);
    }
    mpz_init(z);
    switch (op) {
    case OP_ADD: mpz_add(z, xz, yz); break;
    case OP_SUB: mpz_sub(z, xz, yz); break;
    case OP_MUL: mpz_mul(z, xz, yz); break;
    case OP_DIV: mpz_tdiv_q(z, xz, yz); break;
    case OP_REM: mpz_tdiv_r(z, xz, yz); break;
    case OP_AND: mpz_and(z, xz, yz); break;
    case OP_OR: mpz_ior(z, xz, yz); break;
    case OP_XOR: mpz_xor(z, xz, yz); break;
    case OP_AND_NOT:
        mpz_com(z, yz);
        mpz_and(z, xz, z);
        break;
    default: BUG("%s of integers", op_text(op));
    }
    result = constant_of_mpz(a, z);
    mpz_clear(z);
    return result;
}

static const struct constant *rat_binary(struct arena *a, enum op op, const struct constant *x,
                                         const struct constant *y)
{
    const struct constant *result;
    struct rat_view xv, yv;
    mpq_srcptr xq = rat_view(&xv, x), yq = rat_view(&yv, y);
    mpq_t q;

    if (op == OP_DIV && mpq_sgn(yq) == 0) {
        return constant_unknown();
    }
    mpq_init(q);
    switch (op) {
    case OP_ADD: mpq_add(q, xq, yq); break;
    case OP_SUB: mpq_sub(q, xq, yq); break;
    case OP_MUL: mpq_mul(q, xq, yq); break;
    case OP_DIV: mpq_div(q, xq, yq); break;
    default: BUG("%s of fractions", op_text(op));
    }
    result = constant_of_mpq(a, q);
    mpq_clear(q);
    return result;
}

static const struct constant *float_binary(struct arena *a, enum op op, const struct constant *x,
                                           const struct constant *y)
{
    struct float_view xv, yv, v;
    mpfr_srcptr xf = float_view(&xv, x), yf = float_view(&yv, y);
    mpfr_ptr f = float_init(&v);
    int inexact;

    switch (op) {
    case OP_ADD: inexact = mpfr_add(f, xf, yf, MPFR_RNDN); break;
    case OP_SUB: inexact = mpfr_sub(f, xf, yf, MPFR_RNDN); break;
    case OP_MUL: inexact = mpfr_mul(f, xf, yf, MPFR_RNDN); break;
    case OP_DIV: inexact = mpfr_div(f, xf, yf, MPFR_RNDN); break;
    default: BUG("%s of floats", op_text(op));
    }
    float_limit(f, inexact);
    return constant_of_mpfr(a, f);
}

static const struct constant *complex_binary(struct arena *arena, enum op op,
                                             const struct constant *x, const struct constant *y)
{
    const struct const_complex *xc = AS_COMPLEX(constant_to_complex(arena, x));
    const struct const_complex *yc = AS_COMPLEX(constant_to_complex(arena, y));
    const struct constant *a = xc->re, *b = xc->im, *c = yc->re, *d = yc->im;

#define DO(x, op, y) constant_binary(arena, (op), (x), (y), false)
    switch (op) {
    case OP_ADD:
    case OP_SUB: return constant_complex(arena, DO(a, op, c), DO(b, op, d));
    case OP_MUL:
        /* (a + bi)(c + di) = ac - bd + (bc + ad)i */
        return constant_complex(arena, DO(DO(a, OP_MUL, c), OP_SUB, DO(b, OP_MUL, d)),
                                DO(DO(b, OP_MUL, c), OP_ADD, DO(a, OP_MUL, d)));
    case OP_DIV: {
        /* (a + bi)/(c + di) = (ac + bd)/s + (bc - ad)i/s, where s = cc + dd */
        const struct constant *s = DO(DO(c, OP_MUL, c), OP_ADD, DO(d, OP_MUL, d));
        const struct constant *re = DO(DO(a, OP_MUL, c), OP_ADD, DO(b, OP_MUL, d));
        const struct constant *im = DO(DO(b, OP_MUL, c), OP_SUB, DO(a, OP_MUL, d));

        return constant_complex(arena, DO(re, OP_DIV, s), DO(im, OP_DIV, s));
    }
    default: BUG("%s of complex numbers", op_text(op));
    }
#undef DO
}

static const struct constant *concat(struct arena *a, const struct constant *x,
                                     const struct constant *y)
{
    enum { FLAT = 64 }; /* copying less than this is cheaper than another node */
    const struct const_string *l = AS_STRING(x), *r = AS_STRING(y);
    struct const_string *c;

    if (l->len == 0 || r->len == 0) {
        return l->len ? x : y;
    }
    c = ARENA_NEW(a, struct const_string);
    c->c.repr = REPR_STRING;
    if (!base_add(l->len, r->len, &c->len)) {
        BUG("string of %zu + %zu bytes", l->len, r->len);
    }
    if (c->len <= FLAT && !l->left && !r->left) {
        char *text = arena_alloc_aligned(a, c->len, 1);

        memcpy(text, l->p, l->len);
        memcpy(text + l->len, r->p, r->len);
        c->p = text;
    } else {
        c->left = l;
        c->right = r;
    }
    return &c->c;
}

/* The representation that both are brought to; REPR_UNKNOWN if either is unknown. */
static enum repr match(const struct constant *x, const struct constant *y)
{
    if (x->repr == REPR_UNKNOWN || y->repr == REPR_UNKNOWN) {
        return REPR_UNKNOWN;
    }
    if (x->repr != y->repr && (x->repr <= REPR_STRING || y->repr <= REPR_STRING)) {
        BUG("operands of kinds %d and %d", constant_kind(x), constant_kind(y));
    }
    return (enum repr)(x->repr > y->repr ? x->repr : y->repr);
}

const struct constant *constant_binary(struct arena *a, enum op op, const struct constant *x,
                                       const struct constant *y, bool int_div)
{
    switch (match(x, y)) {
    case REPR_UNKNOWN: return constant_unknown();
    case REPR_BOOL:
        BUG_IF(op != OP_AND_AND && op != OP_OR_OR);
        return constant_bool(op == OP_AND_AND ? x->neg && y->neg : x->neg || y->neg);
    case REPR_STRING: BUG_IF(op != OP_ADD); return concat(a, x, y);
    case REPR_I64:
    case REPR_BIG: return int_binary(a, op, x, y, int_div);
    case REPR_RAT: return rat_binary(a, op, x, y);
    case REPR_FLOAT: return float_binary(a, op, x, y);
    case REPR_COMPLEX: return complex_binary(a, op, x, y);
    }
    BUG("kind %d", x->repr);
}

const struct constant *constant_shift(struct arena *a, enum op op, const struct constant *x, u32 n)
{
    const struct constant *result;
    struct int_view v;
    mpz_t z;

    if (x->repr == REPR_UNKNOWN || n == 0) {
        return x;
    }
    BUG_IF(constant_kind(x) != CONST_INT || (op != OP_SHL && op != OP_SHR));
    if (x->repr == REPR_I64) {
        i64 i = AS_I64(x);

        if (op == OP_SHR) {
            return constant_int(a, n > 63 ? (i < 0 ? -1 : 0) : i >> n);
        }
        if (i == 0) {
            return x;
        }
        if (n < 63 && i >= -((i64)1 << (63 - n)) && i < (i64)1 << (63 - n)) {
            return constant_int(a, (i64)((u64)i << n));
        }
    }
    if (op == OP_SHL && (u64)n + constant_bit_len(x) > CONST_BITS_MAX) {
        return constant_unknown();
    }
    mpz_init(z);
    if (op == OP_SHL) {
        mpz_mul_2exp(z, int_view(&v, x), n);
    } else {
        mpz_fdiv_q_2exp(z, int_view(&v, x), n);
    }
    result = constant_of_mpz(a, z);
    mpz_clear(z);
    return result;
}

/* ---- comparison ---- */

static bool holds(int cmp, enum op op)
{
    switch (op) {
    case OP_EQL: return cmp == 0;
    case OP_NEQ: return cmp != 0;
    case OP_LSS: return cmp < 0;
    case OP_LEQ: return cmp <= 0;
    case OP_GTR: return cmp > 0;
    case OP_GEQ: return cmp >= 0;
    default: BUG("%s compares nothing", op_text(op));
    }
}

static int compare_real(enum repr repr, const struct constant *x, const struct constant *y)
{
    switch (repr) {
    case REPR_I64: return (AS_I64(x) > AS_I64(y)) - (AS_I64(x) < AS_I64(y));
    case REPR_BIG: {
        struct int_view xv, yv;

        return mpz_cmp(int_view(&xv, x), int_view(&yv, y));
    }
    case REPR_RAT: {
        struct rat_view xv, yv;

        return mpq_cmp(rat_view(&xv, x), rat_view(&yv, y));
    }
    default: {
        struct float_view xv, yv;
        mpfr_srcptr xf = float_view(&xv, x);

        return mpfr_cmp(xf, float_view(&yv, y));
    }
    }
}

static int compare_strings(const struct arena *avoid, const struct constant *x,
                           const struct constant *y)
{
    struct arena_scratch s = arena_scratch_begin(avoid);
    int cmp =
        str_cmp(constant_gather(s.arena, AS_STRING(x)), constant_gather(s.arena, AS_STRING(y)));

    arena_scratch_end(s);
    return cmp;
}

bool constant_compare(struct arena *a, enum op op, const struct constant *x,
                      const struct constant *y)
{
    enum repr repr = match(x, y);

    switch (repr) {
    case REPR_UNKNOWN: return false;
    case REPR_BOOL: BUG_IF(op != OP_EQL && op != OP_NEQ); return holds(x->neg != y->neg, op);
    case REPR_STRING: return holds(compare_strings(a, x, y), op);
    case REPR_COMPLEX: {
        bool equal = constant_compare(a, OP_EQL, constant_real(a, x), constant_real(a, y)) &&
                     constant_compare(a, OP_EQL, constant_imag(a, x), constant_imag(a, y));

        BUG_IF(op != OP_EQL && op != OP_NEQ);
        return holds(!equal, op);
    }
    default: return holds(compare_real(repr, x, y), op);
    }
}

/* ---- as keys ---- */

static const struct constant *real_part(const struct constant *c)
{
    return c->repr == REPR_COMPLEX ? AS_COMPLEX(c)->re : c;
}

bool constant_same(const struct constant *x, const struct constant *y)
{
    static const struct const_i64 zero = {.c = {.repr = REPR_I64}};
    const struct constant *xi, *yi;

    if ((x->repr != y->repr && (x->repr <= REPR_STRING || y->repr <= REPR_STRING)) ||
        x->repr == REPR_UNKNOWN) {
        return false;
    }
    if (x->repr == REPR_BOOL) {
        return x->neg == y->neg;
    }
    if (x->repr == REPR_STRING) {
        return AS_STRING(x)->len == AS_STRING(y)->len && compare_strings(NULL, x, y) == 0;
    }
    if (x->repr != REPR_COMPLEX && y->repr != REPR_COMPLEX) {
        return compare_real(match(x, y), x, y) == 0;
    }
    xi = x->repr == REPR_COMPLEX ? AS_COMPLEX(x)->im : &zero.c;
    yi = y->repr == REPR_COMPLEX ? AS_COMPLEX(y)->im : &zero.c;
    x = real_part(x);
    y = real_part(y);
    return compare_real(match(x, y), x, y) == 0 && compare_real(match(xi, yi), xi, yi) == 0;
}

/* Of the first 512 bits, because compare_real looks at no more where one of two is a float, and of
 * no more than a double has of them. */
static u64 hash_real(const struct constant *c)
{
    double v;
    u64 bits;

    if (c->repr == REPR_I64) {
        v = (double)AS_I64(c);
    } else {
        struct float_view f;

        float_view(&f, c);
        v = mpfr_zero_p(f.f)
                ? 0
                : constant_nearest(c->neg, f.limb, FLOAT_LIMBS, mpfr_get_exp(f.f), false, 64);
    }
    memcpy(&bits, &v, sizeof(bits));
    return hash_u64(bits);
}

u64 constant_hash(const struct constant *c)
{
    switch (c->repr) {
    case REPR_UNKNOWN: return 0;
    case REPR_BOOL: return hash_u64(c->neg);
    case REPR_STRING: {
        struct arena_scratch s = arena_scratch_begin(NULL);
        u64 h = hash_str(constant_gather(s.arena, AS_STRING(c)));

        arena_scratch_end(s);
        return h;
    }
    case REPR_COMPLEX: {
        u64 h = hash_real(AS_COMPLEX(c)->re);

        return constant_sign(AS_COMPLEX(c)->im) == 0 ? h : h * 31 + hash_real(AS_COMPLEX(c)->im);
    }
    default: return hash_real(c);
    }
}
