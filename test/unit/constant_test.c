/* constant_test.c: constant.h. */
#include "unit.h"

#include <math.h>
#include <pthread.h>

#include "types/constant.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    arena_scratch_release();
    return 0;
}

static const struct constant *lit(const char *text)
{
    size_t n = strlen(text);
    enum lit kind = LIT_INT;

    if (text[0] == '\'') {
        kind = LIT_RUNE;
    } else if (text[0] == '"' || text[0] == '`') {
        kind = LIT_STRING;
    } else if (text[n - 1] == 'i') {
        kind = LIT_IMAG;
    } else if (strpbrk(text, ".pP") || (!strpbrk(text, "xX") && strpbrk(text, "eE"))) {
        kind = LIT_FLOAT;
    }
    return constant_literal(&arena, str_of(text), kind);
}

static const struct constant *bin(const char *x, enum op op, const char *y)
{
    return constant_binary(&arena, op, lit(x), lit(y), false);
}

#define assert_exact(c, want) assert_str(constant_exact(&arena, (c)), (want))
#define assert_text(c, want)  assert_str(constant_text(&arena, (c)), (want))
#define assert_unknown(c)     assert_int_equal(constant_kind(c), CONST_UNKNOWN)

static void integers(void **state)
{
    const struct constant *c;
    i64 i;
    u64 u;

    (void)state;
    assert_exact(lit("0"), "0");
    assert_exact(lit("0x_FF"), "255");
    assert_exact(lit("0b101"), "5");
    assert_exact(lit("0o17"), "15");
    assert_exact(lit("017"), "15");
    assert_exact(lit("1_000_000"), "1000000");
    assert_exact(lit("18446744073709551616"), "18446744073709551616");
    assert_exact(bin("9223372036854775807", OP_ADD, "1"), "9223372036854775808");
    assert_exact(bin("4294967296", OP_MUL, "4294967296"), "18446744073709551616");
    assert_exact(bin("18446744073709551616", OP_SUB, "18446744073709551615"), "1");
    assert_exact(bin("7", OP_DIV, "2"), "7/2");
    assert_exact(constant_binary(&arena, OP_DIV, constant_int(&arena, -7), lit("2"), true), "-3");
    assert_exact(constant_binary(&arena, OP_REM, constant_int(&arena, -7), lit("2"), true), "-1");
    assert_exact(constant_unary(&arena, OP_SUB, constant_int(&arena, INT64_MIN), 0),
                 "9223372036854775808");
    assert_exact(constant_unary(&arena, OP_SUB, lit("9223372036854775808"), 0),
                 "-9223372036854775808");
    assert_exact(constant_unary(&arena, OP_XOR, lit("0"), 0), "-1");
    assert_exact(constant_unary(&arena, OP_XOR, lit("1"), 8), "254");
    assert_exact(constant_unary(&arena, OP_XOR, lit("0"), 64), "18446744073709551615");

    c = constant_unary(&arena, OP_SUB, lit("9223372036854775808"), 0);
    assert_true(constant_i64(c, &i)); /* back among the small ones */
    assert_true(i == INT64_MIN);
    assert_int_equal(constant_bit_len(c), 64);
    assert_false(constant_u64(c, &u));
    assert_true(constant_u64(constant_uint(&arena, UINT64_MAX), &u));
    assert_true(u == UINT64_MAX);
    assert_false(constant_i64(lit("9223372036854775808"), &i));
    assert_false(constant_i64(lit("1.5"), &i));
}

static void widths(void **state)
{
    (void)state;
    assert_true(constant_fits(lit("127"), 8, true));
    assert_false(constant_fits(lit("128"), 8, true));
    assert_true(constant_fits(constant_int(&arena, -128), 8, true));
    assert_false(constant_fits(constant_int(&arena, -129), 8, true));
    assert_false(constant_fits(constant_int(&arena, -1), 8, false));
    assert_true(constant_fits(lit("255"), 8, false));
    assert_false(constant_fits(lit("256"), 8, false));
    assert_true(constant_fits(constant_int(&arena, INT64_MIN), 64, true));
    assert_false(constant_fits(lit("9223372036854775808"), 64, true));
    assert_true(constant_fits(lit("18446744073709551615"), 64, false));
    assert_false(constant_fits(lit("18446744073709551616"), 64, false));
    assert_false(constant_fits(lit("1.0"), 8, true)); /* a float; constant_to_int first */
}

static void shifts(void **state)
{
    const struct constant *c = constant_shift(&arena, OP_SHL, lit("1"), 4095);

    (void)state;
    assert_int_equal(constant_bit_len(c), 4096);
    assert_exact(constant_shift(&arena, OP_SHR, c, 4095), "1");
    assert_exact(constant_shift(&arena, OP_SHL, lit("1"), 63), "9223372036854775808");
    assert_exact(constant_shift(&arena, OP_SHL, constant_int(&arena, -1), 63),
                 "-9223372036854775808");
    assert_exact(constant_shift(&arena, OP_SHR, constant_int(&arena, -5), 1), "-3");
    assert_exact(constant_shift(&arena, OP_SHR, constant_int(&arena, -5), 1000), "-1");
    assert_exact(constant_shift(&arena, OP_SHL, lit("0"), UINT32_MAX), "0");
    assert_exact(constant_shift(&arena, OP_SHR, c, UINT32_MAX), "0");
    assert_unknown(constant_shift(&arena, OP_SHL, lit("1"), UINT32_MAX));
    assert_int_equal(constant_bit_len(constant_shift(&arena, OP_SHL, lit("1"), CONST_BITS_MAX - 1)),
                     CONST_BITS_MAX);
    assert_unknown(constant_shift(&arena, OP_SHL, lit("1"), CONST_BITS_MAX));
}

static void floats(void **state)
{
    (void)state;
    assert_exact(lit("0.1"), "1/10");
    assert_exact(lit("1.0"), "1");
    assert_int_equal(constant_kind(lit("1.0")), CONST_FLOAT);
    assert_exact(lit("0x1p-2"), "1/4");
    assert_exact(lit("0x.8p1"), "1");
    assert_exact(bin("0.1", OP_ADD, "0.2"), "3/10");
    assert_exact(bin("1", OP_DIV, "3.0"), "1/3");
    assert_text(lit("3.14159265"), "3.14159");
    assert_text(lit("1000000.5"), "1.0000005e+06"); /* not 1e+06 */
    assert_text(lit("123456.75"), "123456.75");
    assert_text(lit("1e-7"), "1e-07");
    assert_text(lit("1e5000"), "1e+5000");
    assert_text(lit("-2.5e-5000"), "-2.5e-5000");
    assert_text(constant_unary(&arena, OP_SUB, lit("1e5000"), 0), "-1e+5000");
    assert_exact(lit("0x1p5000"), "0x.8p+5001");
    assert_exact(bin("0x1p5000", OP_SUB, "0x1p5000"), "0");
    assert_exact(bin("0x1p5000", OP_ADD, "1"), "0x.8p+5001"); /* 512 bits */
    assert_exact(bin("0x1p5000", OP_DIV, "0x1p5000"), "0x.8p+1");
    assert_exact(constant_to_int(&arena, bin("0x1p5000", OP_DIV, "0x1p5000")), "1");
}

/* Huge and tiny exponents neither take memory nor time, and end as math/big's do. */
static void exponents(void **state)
{
    size_t before = arena_used(&arena);

    (void)state;
    assert_unknown(lit("1e1000000000"));
    assert_unknown(lit("1e9223372036854775807"));
    assert_unknown(lit("1e9223372036854775808"));
    assert_unknown(lit("1e99999999999999999999999"));
    assert_exact(lit("1e-1000000000"), "0");
    assert_unknown(lit("1e-99999999999999999999999"));
    assert_exact(lit("0e9223372036854775807"), "0");
    assert_unknown(lit("0x1p2147483647"));
    assert_exact(lit("0x1p2147483646"), "0x.8p+2147483647");
    assert_exact(lit("0x1p-2147483649"), "0x.8p-2147483648");
    assert_unknown(lit("0x1p-2147483650"));
    assert_unknown(bin("0x1p2147483646", OP_MUL, "2.0"));
    assert_unknown(bin("0x1p2147483646", OP_ADD, "0x1p2147483646"));
    assert_exact(bin("0x1p-2147483649", OP_DIV, "2.0"), "0");
    assert_exact(bin("0x1p2147483646", OP_ADD, "0x1p-2147483649"), "0x.8p+2147483647");
    assert_unknown(constant_to_int(&arena, lit("1e100000")));
    assert_true(arena_used(&arena) - before < 64 * 1024);
}

static const struct constant *rounded(const char *text, u32 bits)
{
    const struct constant *out;

    return constant_round_float(&arena, lit(text), bits, &out) ? out : NULL;
}

static void rounding(void **state)
{
    const struct constant *third;

    (void)state;
    assert_exact(rounded("0.1", 64), "3602879701896397/36028797018963968");
    assert_exact(rounded("0.1", 32), "13421773/134217728");
    assert_null(rounded("1e309", 64));
    assert_null(rounded("1e39", 32));
    assert_null(
        rounded("0x1.ffffffp127", 32)); /* half a unit above the largest: to even, infinite */
    assert_non_null(rounded("0x1.fffffefffp127", 32));
    assert_true(constant_f64(lit("4.9e-324")) > 0);
    assert_true(constant_f64(lit("0x1p-1075")) == 0); /* half the smallest: to even */
    assert_true(constant_f64(lit("0x1.00001p-1075")) == 0x1p-1074);
    assert_true(constant_f64(lit("0x3p-1075")) == 0x1p-1073);
    assert_exact(rounded("0x1p-150", 32), "0");
    assert_exact(rounded("1e-50000", 64), "0");
    third = bin("1.0", OP_DIV, "3.0");
    assert_true(constant_f64(third) == 1.0 / 3.0);
    assert_true(constant_f64(lit("0x1.00000000000008p0")) == 1);
    assert_true(constant_f64(lit("0x1.00000000000008000000000000000000000001p0")) > 1);
    assert_true(isinf(constant_f64(lit("1e400"))));
    assert_unknown(constant_float(&arena, INFINITY));
    assert_unknown(constant_float(&arena, NAN));
    assert_exact(constant_float(&arena, -0.0), "0");
    assert_int_equal(constant_sign(constant_float(&arena, -0.0)), 0);
    assert_exact(constant_float(&arena, 0x1p64), "18446744073709551616");
    assert_exact(constant_float(&arena, -0x1p-65), "-1/36893488147419103232");
}

static void complexes(void **state)
{
    const struct constant *c = bin("1", OP_ADD, "2i");

    (void)state;
    assert_exact(c, "(1 + 2i)");
    assert_exact(constant_binary(&arena, OP_MUL, c, c, false), "(-3 + 4i)");
    assert_exact(constant_binary(&arena, OP_DIV, c, c, false), "(1 + 0i)");
    assert_exact(constant_unary(&arena, OP_SUB, c, 0), "(-1 + -2i)");
    assert_exact(constant_to_int(&arena, constant_binary(&arena, OP_SUB, c, lit("2i"), false)),
                 "1");
    assert_unknown(constant_to_float(&arena, c));
    assert_exact(constant_imag(&arena, lit("3")), "0");
    assert_exact(constant_make_imag(&arena, lit("3")), "(0 + 3i)");
    assert_exact(lit("0123i"), "(0 + 123i)"); /* decimal, for old code's sake */
    assert_false(constant_compare(&arena, OP_EQL, c, lit("1")));
    assert_true(constant_compare(&arena, OP_EQL, lit("0i"), lit("0")));
    assert_unknown(constant_binary(&arena, OP_DIV, c, lit("0i"), false));
}

static void strings(void **state)
{
    const struct constant *c, *d;
    struct strbuf want = {0};

    (void)state;
    assert_str(constant_string_val(&arena, lit("\"a\\n\\x41\\101\\u00e9\\\"\"")), "a\nAA\u00e9\"");
    assert_str(constant_string_val(&arena, lit("`a\\n\r\n`")), "a\\n\n");
    assert_str(constant_string_val(&arena, lit("\"\xff\"")), "\xef\xbf\xbd");
    assert_exact(lit("\"\\xff\\x00\\t\\u200b\\U000e0001\""), "\"\\xff\\x00\\t\\u200b\\U000e0001\"");
    assert_exact(lit("'\\''"), "39");
    assert_exact(lit("'\\U0010ffff'"), "1114111");
    assert_text(lit("\"0123456789012345678901234567890123456789012345678901234567890123456789\""),
                "\"0123456789012345678901234567890123456789012345678901234567890123456789\"");
    assert_text(lit("\"01234567890123456789012345678901234567890123456789012345678901234567890\""),
                "\"01234567890123456789012345678901234567890123456789012345678901234567...");

    /* 100,000 pieces, leaning to either side. */
    c = d = constant_string(&arena, STR(""));
    for (int i = 0; i < 100000; i++) {
        const struct constant *piece = constant_string(&arena, str_fmt(&arena, "%d,", i));

        c = constant_binary(&arena, OP_ADD, c, piece, false);
        strbuf_printf(&want, "%d,", i);
    }
    for (int i = 99999; i >= 0; i--) {
        const struct constant *piece = constant_string(&arena, str_fmt(&arena, "%d,", i));

        d = constant_binary(&arena, OP_ADD, piece, d, false);
    }
    assert_true(str_eq(constant_string_val(&arena, c), strbuf_str(&want)));
    assert_int_equal(constant_string_len(c), want.n);
    assert_true(constant_same(c, d));
    assert_true(constant_hash(c) == constant_hash(d));
    assert_true(constant_compare(&arena, OP_LEQ, c, d));
    assert_false(constant_compare(&arena, OP_LSS, c, d));
    strbuf_release(&want);
}

static void malformed(void **state)
{
    static const char *const texts[] = {
        "0x",        "0b2",           "08",    "1__0", "1_",      "_1x",      "0x1p",     "1e",
        "1e+",       "1e1_",          "1e_1",  "1._5", "1_.5",    ".",        ".e1",      "0x.p1",
        "1.2.3",     "1p2.5",         "''",    "'",    "'''",     "'\\'",     "'\\x4'",   "'\\400'",
        "'\\ud800'", "'\\U00110000'", "'\\q'", "\"",   "\"\\'\"", "\"a\nb\"", "\"\\x4\"", "\"\\\"",
        "\"a\"b\"",  "`a``b`",        "\"a`",  "0xg",  "12a",     "1.5ei",    "0xi",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (constant_kind(lit(texts[i])) != CONST_UNKNOWN) {
            fail_msg("%s is taken for %.*s", texts[i],
                     STR_ARG(constant_exact(&arena, lit(texts[i]))));
        }
    }
    for (enum lit kind = LIT_INT; kind <= LIT_STRING; kind++) {
        assert_unknown(constant_literal(&arena, (str){0}, kind));
        assert_unknown(constant_literal(&arena, (str){"\0i", 2}, kind));
    }
}

static void unknowns(void **state)
{
    const struct constant *u = constant_unknown(), *one = lit("1");

    (void)state;
    assert_unknown(constant_binary(&arena, OP_ADD, u, one, false));
    assert_unknown(constant_binary(&arena, OP_ADD, lit("\"x\""), u, false));
    assert_unknown(constant_unary(&arena, OP_SUB, u, 0));
    assert_unknown(constant_shift(&arena, OP_SHL, u, 3));
    assert_false(constant_compare(&arena, OP_EQL, u, u));
    assert_false(constant_same(u, u));
    assert_int_equal(constant_sign(u), 1);
    assert_text(u, "unknown");
    assert_unknown(constant_binary(&arena, OP_DIV, one, lit("0"), true));
    assert_unknown(constant_binary(&arena, OP_REM, one, lit("0"), true));
    assert_unknown(constant_binary(&arena, OP_DIV, lit("1.5"), lit("0.0"), false));
    assert_unknown(constant_binary(&arena, OP_DIV, lit("1e5000"), lit("0"), false));
    assert_unknown(constant_make_imag(&arena, u));
    assert_unknown(constant_to_int(&arena, lit("\"x\"")));
    assert_unknown(constant_to_int(&arena, lit("1.5")));
}

static void keys(void **state)
{
    const struct constant *one = lit("1"), *fl = bin("0x1p5000", OP_DIV, "0x1p5000");
    const struct constant *same[] = {one, lit("1.0"), fl, bin("1", OP_ADD, "0i"), lit("0x1p0")};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        assert_true(constant_same(one, same[i]));
        assert_true(constant_same(same[i], one));
        assert_true(constant_hash(one) == constant_hash(same[i]));
    }
    assert_false(constant_same(one, lit("2")));
    assert_false(constant_same(one, lit("1i")));
    assert_false(constant_same(one, constant_bool(true)));
    assert_false(constant_same(lit("\"1\""), one));
    assert_false(constant_same(lit("\"ab\""), lit("\"ac\"")));
    assert_true(constant_same(constant_bool(true), constant_bool(true)));
    assert_true(constant_same(lit("18446744073709551616"), lit("0x1p64")));
    assert_true(constant_hash(lit("18446744073709551616")) == constant_hash(lit("0x1p64")));
}

/* Everything that GMP and MPFR allocate, run out of memory at each request in turn. */
static void work(void *arg)
{
    struct arena a = {0};
    const struct constant *x = constant_literal(&a, STR("1e300"), LIT_FLOAT);
    const struct constant *y = constant_literal(&a, STR("1e4000"), LIT_FLOAT);
    const struct constant *z = constant_shift(&a, OP_SHL, constant_int(&a, 3), 400);

    (void)arg;
    x = constant_binary(&a, OP_ADD, constant_binary(&a, OP_DIV, x, z, false), y, false);
    z = constant_binary(&a, OP_MUL, z, z, false);
    constant_exact(&a, constant_binary(&a, OP_REM, z, constant_int(&a, 1000), true));
    constant_exact(&a, x);
    constant_f64(constant_literal(&a, STR("0.1"), LIT_FLOAT));
    arena_release(&a);
    arena_scratch_release();
}

static void memory(void **state)
{
    (void)state;
    arena_scratch_release(); /* or the children inherit room */
    assert_true(unit_sweep(work, NULL) > 20);
}

static void *thread(void *arg)
{
    struct arena a = {0};
    const struct constant *x = constant_literal(&a, STR("1e5000"), LIT_FLOAT), *sum = x;

    for (int i = 0; i < 200; i++) {
        sum = constant_binary(&a, OP_ADD, sum, x, false);
    }
    *(bool *)arg = str_is(constant_text(&a, sum), "2.01e+5002");
    arena_release(&a);
    arena_scratch_release();
    return NULL;
}

/* Exponent ranges are set per thread, and nothing is left behind when one ends. */
static void threads(void **state)
{
    pthread_t ids[4];
    bool ok[4] = {0};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&ids[i], NULL, thread, &ok[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(ids[i], NULL);
        assert_true(ok[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),  cmocka_unit_test(widths),    cmocka_unit_test(shifts),
        cmocka_unit_test(floats),    cmocka_unit_test(exponents), cmocka_unit_test(rounding),
        cmocka_unit_test(complexes), cmocka_unit_test(strings),   cmocka_unit_test(malformed),
        cmocka_unit_test(unknowns),  cmocka_unit_test(keys),      cmocka_unit_test(memory),
        cmocka_unit_test(threads),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
