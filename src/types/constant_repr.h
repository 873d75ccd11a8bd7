/* constant_repr.h: what a struct constant is made of; for constant*.c only.
 *
 * Representations in the order in which operands are matched, that of
 * GOROOT/src/go/constant/value.go (func ord): the smaller of two operands is converted to the
 * representation of the larger.
 *
 *   REPR_I64      an integer that fits 64 bits; always this one if it does
 *   REPR_BIG      any other integer
 *   REPR_RAT      a fraction in lowest terms, denominator above 0
 *   REPR_FLOAT    0, or 512 bits of mantissa and an exponent; what comes of one is one
 *   REPR_COMPLEX  two of the four above, each in a representation of its own
 *
 * Limbs are GMP's, lowest first, and lie behind the struct in the arena.  Views let GMP and MPFR
 * read them in place: a view must not be moved, needs no release, and is never written to.
 *
 * Threading: GMP's and MPFR's state is per thread.
 */
#ifndef GOMM_TYPES_CONSTANT_REPR_H
#define GOMM_TYPES_CONSTANT_REPR_H

#include <gmp.h>
#include <mpfr.h>

#include "types/constant.h"

_Static_assert(GMP_NUMB_BITS == 64 && sizeof(mp_limb_t) == 8, "limbs of 64 bits, no nails");

enum repr {
    REPR_UNKNOWN,
    REPR_BOOL,
    REPR_STRING,
    REPR_I64,
    REPR_BIG,
    REPR_RAT,
    REPR_FLOAT,
    REPR_COMPLEX
};

enum {
    FLOAT_PREC = 512, /* value.go: prec */
    FLOAT_LIMBS = FLOAT_PREC / 64,
    FRACTION_BITS = 4 << 10, /* value.go: maxExp; larger parts or exponents make a float */
};

/* Range of exponents of math/big's floats (0.5 <= mantissa < 1), as MPFR counts them too. */
#define FLOAT_EXP_MIN ((i64)INT32_MIN)
#define FLOAT_EXP_MAX ((i64)INT32_MAX)

struct constant {
    u8 repr;
    bool neg; /* REPR_BIG, _RAT, _FLOAT: below 0; REPR_BOOL: the value */
    u32 n; /* limbs: REPR_BIG, of the numerator of REPR_RAT; REPR_FLOAT: 0 exactly if the value is 0
            */
};

struct const_i64 {
    struct constant c;
    i64 v;
};

struct const_big {
    struct constant c;
    mp_limb_t limb[];
};

struct const_rat {
    struct constant c;
    u32 d; /* limbs of the denominator, which follow the numerator's */
    mp_limb_t limb[];
};

struct const_float {
    struct constant c;
    i32 exp;
    mp_limb_t limb[FLOAT_LIMBS]; /* the highest bit of the last is set */
};

struct const_complex {
    struct constant c;
    const struct constant *re, *im;
};

/* A leaf (p), or the concatenation of two (left, right). */
struct const_string {
    struct constant c;
    size_t len;
    const char *p;
    const struct const_string *left, *right;
};

#define AS_I64(x)     (((const struct const_i64 *)(const void *)(x))->v)
#define AS_BIG(x)     ((const struct const_big *)(const void *)(x))
#define AS_RAT(x)     ((const struct const_rat *)(const void *)(x))
#define AS_FLOAT(x)   ((const struct const_float *)(const void *)(x))
#define AS_COMPLEX(x) ((const struct const_complex *)(const void *)(x))
#define AS_STRING(x)  ((const struct const_string *)(const void *)(x))

/* An integer as GMP reads it. */
struct int_view {
    mpz_t z;
    mp_limb_t limb; /* of a REPR_I64 */
};
mpz_srcptr int_view(struct int_view *v, const struct constant *c);

/* A fraction, or an integer as one. */
struct rat_view {
    mpq_t q;
    struct int_view num;
    mp_limb_t one;
};
mpq_srcptr rat_view(struct rat_view *v, const struct constant *c);

/* 512 bits of MPFR's, readable and writable: a result, or any real number rounded to that. */
struct float_view {
    mpfr_t f;
    mp_limb_t limb[FLOAT_LIMBS];
};
mpfr_ptr float_init(struct float_view *v);
mpfr_srcptr float_view(struct float_view *v, const struct constant *c);
/* After an operation with MPFR's return value `inexact`: beyond math/big's exponents a value
 * becomes infinite or 0, as it does there. */
void float_limit(mpfr_ptr f, int inexact);

/* Results: copied to the arena in their normal form. */
const struct constant *constant_of_mpz(struct arena *a, mpz_srcptr z);
const struct constant *constant_of_mpq(struct arena *a, mpq_srcptr q);   /* makeRat of value.go */
const struct constant *constant_fraction(struct arena *a, mpq_srcptr q); /* whatever its size */
const struct constant *constant_of_mpfr(struct arena *a, mpfr_srcptr f); /* infinite: unknown */
/* Unknown if a part is. */
const struct constant *constant_complex(struct arena *a, const struct constant *re,
                                        const struct constant *im);

/* The double or float (bits: 64, 32) nearest to 0.m * 2^exp, m being n limbs whose highest is not 0
 * and of which leading zero bits do not count; sticky: the value is a little larger than that. */
double constant_nearest(bool neg, const mp_limb_t *m, size_t n, i64 exp, bool sticky, u32 bits);
/* Float64Val and Float32Val of value.go. */
double constant_to_double(const struct constant *c, u32 bits);

/* The bytes of a string constant, gathered in the arena unless they lie together already. */
str constant_gather(struct arena *a, const struct const_string *s);

#endif
