/* constant.h: exact values of Go's constant expressions.
 *
 * Semantics as go/constant's (GOROOT/src/go/constant/value.go), because the compiler's are those:
 * integers are exact; floats are exact fractions while small and binary floats of 512 bits of
 * precision beyond that; complex numbers are pairs.  GMP and MPFR do the arithmetic.
 *
 * A value is immutable.  Its kind is what it is represented as after normalisation, not its
 * type: 1.0 is kept as CONST_INT where go/constant would.  CONST_UNKNOWN is the result of every
 * operation on a value that is unknown because of an earlier error.
 *
 * Ownership: values, limbs included, lie in the arena given to the function that makes them;
 * nothing is freed singly, and no GMP or MPFR object outlives a call.  Threading: any number of
 * threads, an arena each.
 */
#ifndef GOMM_TYPES_CONSTANT_H
#define GOMM_TYPES_CONSTANT_H

#include "base/arena.h"
#include "base/str.h"
#include "syntax/token.h"

enum const_kind { CONST_UNKNOWN, CONST_BOOL, CONST_STRING, CONST_INT, CONST_FLOAT, CONST_COMPLEX };

enum { CONST_BITS_MAX = 1 << 24 };

struct constant; /* never NULL as an operand; constant_unknown() stands for what is not known */

enum const_kind constant_kind(const struct constant *c);

const struct constant *constant_unknown(void);
const struct constant *constant_bool(bool b);
const struct constant *constant_int(struct arena *a, i64 v);
const struct constant *constant_uint(struct arena *a, u64 v);
const struct constant *constant_float(struct arena *a, double v);   /* finite */
const struct constant *constant_string(struct arena *a, str bytes); /* bytes are borrowed */
/* From a literal's text (Go spec, "Integer literals" …); unknown if it is malformed or too large.
 */
const struct constant *constant_literal(struct arena *a, str text, enum lit kind);

bool constant_bool_val(const struct constant *c);
/* Concatenations are trees, so that a + b + c … is linear: the bytes are gathered, in the arena a,
 * each time that somebody asks; their number costs nothing. */
str constant_string_val(struct arena *a, const struct constant *c);
size_t constant_string_len(const struct constant *c);
/* The value if it is an integer that fits; false otherwise. */
bool constant_i64(const struct constant *c, i64 *out);
bool constant_u64(const struct constant *c, u64 *out);
double constant_f64(const struct constant *c);  /* nearest, ties to even; may be infinite */
int constant_sign(const struct constant *c);    /* -1, 0, 1; of complex: 0 only if zero */
u32 constant_bit_len(const struct constant *c); /* bits of an integer's absolute value */

const struct constant *constant_real(struct arena *a, const struct constant *c);
const struct constant *constant_imag(struct arena *a, const struct constant *c);
const struct constant *constant_make_imag(struct arena *a, const struct constant *c); /* c * i */

/* To the kind if that loses nothing, otherwise unknown. */
const struct constant *constant_to_int(struct arena *a, const struct constant *c);
const struct constant *constant_to_float(struct arena *a, const struct constant *c);
const struct constant *constant_to_complex(struct arena *a, const struct constant *c);

/* The operator must be defined for the operands' kinds; anything else is a BUG().
 * op: ADD, SUB, XOR, NOT.  bits: for XOR of an unsigned type its size in bits, otherwise 0. */
const struct constant *constant_unary(struct arena *a, enum op op, const struct constant *x,
                                      u32 bits);
/* Operands are matched to the larger kind.  DIV of integers is exact (a fraction) unless int_div.
 * Division by zero is the caller's to report; its result is unknown. */
const struct constant *constant_binary(struct arena *a, enum op op, const struct constant *x,
                                       const struct constant *y, bool int_div);
/* SHL of an integer beyond CONST_BITS_MAX bits: unknown (value.go would take the memory). */
const struct constant *constant_shift(struct arena *a, enum op op, const struct constant *x, u32 n);
bool constant_compare(struct arena *a, enum op op, const struct constant *x,
                      const struct constant *y);

/* A real number rounded to a type's precision, 32 or 64 bits, denormals included; false on
 * overflow. */
bool constant_round_float(struct arena *a, const struct constant *c, u32 bits,
                          const struct constant **out);
/* Does an integer fit? */
bool constant_fits(const struct constant *c, u32 bits, bool is_signed);

/* As messages show it (go/constant's String: strings quoted and cut after 72, floats %.6g) and
 * exactly. */
str constant_text(struct arena *a, const struct constant *c);
str constant_exact(struct arena *a, const struct constant *c);

/* The same value, for duplicate cases and map keys: 1, 1.0 and 1.0+0i are (a type tells them apart
 * if it is to), unknown values never.  And a hash that agrees with it. */
bool constant_same(const struct constant *x, const struct constant *y);
u64 constant_hash(const struct constant *c);

#endif
