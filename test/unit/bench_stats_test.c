/* bench_stats_test.c: medians, intervals and tests, against published values and against counting it all out. */
#include "unit.h"

#include <math.h>

#include "bench/bench_stats.h"

#define near(got, want) assert_true(fabs((got) - (want)) < 5e-5)

static void medians(void **state)
{
    double v[20];

    (void)state;
    for (int i = 0; i < 20; i++) {
        v[i] = (i * 7 + 3) % 20 + 1; /* 1 .. 20 in some order */
    }
    /* Confidence of order statistics: Hahn and Meeker, Statistical Intervals, table of 95 % intervals of the median. */
    struct bench_median m = bench_median(v, 20, 0.95);
    near(m.median, 10.5);
    near(m.low, 6);
    near(m.high, 15);
    near(m.confidence, 0.95861);
    double ten[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
    m = bench_median(ten, 10, 0.95);
    near(m.low, 2);
    near(m.high, 9);
    near(m.confidence, 0.97852);
    m = bench_median(ten, 6, 0.95);
    near(m.low, 5);
    near(m.high, 10);
    near(m.confidence, 0.96875);
    m = bench_median(ten, 5, 0.95); /* too few */
    near(m.confidence, 0.9375);
    near(m.low, 6);
    m = bench_median(ten, 1, 0.95);
    near(m.median, 10);
    near(m.confidence, 0);
    m = bench_median(ten, 0, 0.95);
    assert_true(isnan(m.median) && isnan(m.low) && m.n == 0);
}

/* Hollander and Wolfe, Nonparametric Statistical Methods (1973): p. 69 and p. 29. */
static void published(void **state)
{
    static const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    static const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct bench_utest u = bench_utest(x, ARRAY_LEN(x), y, ARRAY_LEN(y));

    (void)state;
    near(u.u, 35);
    near(u.p, 0.25441);
    assert_true(u.exact);
    u = bench_utest(y, ARRAY_LEN(y), x, ARRAY_LEN(x));
    near(u.u, 15);
    near(u.p, 0.25441);

    static const double first[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double second[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double d[ARRAY_LEN(first)];
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        d[i] = first[i] - second[i];
    }
    near(bench_signed_rank(d, ARRAY_LEN(d)), 0.0390625);
}

/* p of the U test by looking at every way to deal the values. */
static double counted(const double *all, unsigned n, unsigned nx, double u_got)
{
    double low = 0, high = 0, total = 0;

    for (unsigned set = 0; set < 1u << n; set++) {
        double u = 0;
        if ((unsigned)__builtin_popcount(set) != nx) {
            continue;
        }
        for (unsigned i = 0; i < n; i++) {
            for (unsigned j = 0; j < n; j++) {
                if ((set >> i & 1) && !(set >> j & 1)) {
                    u += all[i] > all[j] ? 1 : all[i] == all[j] ? 0.5 : 0;
                }
            }
        }
        total++;
        low += u <= u_got;
        high += u >= u_got;
    }
    return fmin(1, 2 * fmin(low, high) / total);
}

static void ties(void **state)
{
    unsigned seed = 12345;

    (void)state;
    for (int round = 0; round < 200; round++) {
        double all[11];
        unsigned n = 2 + (unsigned)round % 10, nx;
        for (unsigned i = 0; i < n; i++) {
            seed = seed * 1103515245u + 12345u;
            all[i] = seed >> 16 & 3;
        }
        nx = 1 + (seed >> 20) % (n - 1);
        struct bench_utest u = bench_utest(all, nx, all + nx, n - nx);
        near(u.p, counted(all, n, nx, u.u));
    }
    double same[] = {4, 4, 4, 4, 4, 4};
    near(bench_utest(same, 3, same + 3, 3).p, 1);
    near(bench_utest(same, 0, same, 3).p, 1);
}

/* Where both are at home the approximation agrees with the exact value. */
static void large(void **state)
{
    static double x[60], y[60];

    (void)state;
    for (int i = 0; i < 60; i++) {
        x[i] = i * 37 % 60;
        y[i] = i * 37 % 60 + 7.5;
    }
    struct bench_utest few = bench_utest(x, 50, y, 50), many = bench_utest(x, 51, y, 51);
    assert_true(few.exact && !many.exact);
    assert_true(fabs(few.p - many.p) < 0.02);
    double d[51];
    for (int i = 0; i < 51; i++) {
        d[i] = i % 3 ? i + 1 : -i - 1;
    }
    assert_true(fabs(bench_signed_rank(d, 50) - bench_signed_rank(d, 51)) < 0.02);
    for (int i = 0; i < 51; i++) {
        d[i] = 0;
    }
    near(bench_signed_rank(d, 51), 1);
}

static void pairs(void **state)
{
    double a[12], b[12];

    (void)state;
    for (int i = 0; i < 12; i++) {
        a[i] = 100 + 40 * (i % 5); /* the machine's speed changes, the ratio stays */
        b[i] = a[i] * (0.8 + 0.001 * i);
    }
    struct bench_paired p = bench_paired(a, b, 12, 0.95);
    near(p.ratio.median, 0.8055);
    near(p.ratio.low, 0.802);
    near(p.ratio.high, 0.809);
    near(p.p, 2.0 / 4096);
    assert_true(p.p_u > 0.05);
    assert_int_equal(p.left_out, 0);
    b[3] = 0;
    p = bench_paired(a, b, 12, 0.95);
    assert_int_equal(p.left_out, 1);
    assert_int_equal(p.ratio.n, 11);
}

static void geomeans(void **state)
{
    double v[] = {1, 10, 100, 0};

    (void)state;
    near(bench_geomean(v, 3), 10);
    assert_true(isnan(bench_geomean(v, 4)));
    assert_true(isnan(bench_geomean(v, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians), cmocka_unit_test(published), cmocka_unit_test(ties),
        cmocka_unit_test(large),   cmocka_unit_test(pairs),     cmocka_unit_test(geomeans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
