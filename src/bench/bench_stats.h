/* bench_stats.h: what may be concluded from a few noisy measurements.
 *
 * Nothing is assumed of the distribution and nothing is thrown away as an outlier.  Values are
 * finite; what cannot be computed is NaN.
 *
 * Ownership: arguments are read only, results are plain values.  Threading: no state.
 */
#ifndef GOMM_BENCH_STATS_H
#define GOMM_BENCH_STATS_H

#include "base/base.h"

/* The confidence that intervals are asked for. */
#define BENCH_CONFIDENCE 0.95

/* A median and the order statistics that enclose it. */
struct bench_median {
    size_t n;
    double median;     /* NaN if n is 0 */
    double low, high;  /* of the interval */
    double confidence; /* that it holds the true median: below what was asked for if n is too small,
                        * and then low and high are the extremes (95 % needs six values) */
};

/* The narrowest symmetric interval whose confidence is at least `want`: David and Nagaraja, Order
 * Statistics, 3rd ed., 7.1. */
struct bench_median bench_median(const double *v, size_t n, double want);

/* Does one of two independent samples tend to larger values?  Mann and Whitney 1947. */
struct bench_utest {
    double u;    /* of the first sample: pairs (x, y) with x > y, those with x = y count half */
    double p;    /* two-sided; 1 if a sample is empty or all values are equal */
    bool exact;  /* else by the normal approximation, corrected for ties and continuity */
};

/* Exact, with ties as they are, while there are at most 2500 pairs. */
struct bench_utest bench_utest(const double *x, size_t nx, const double *y, size_t ny);

/* Wilcoxon's signed-rank test of the differences d (zeros are dropped, ties get the mean of their ranks):
 * two-sided p that they are symmetric about 0.  Exact for up to 50 that are not 0; then approximated. */
double bench_signed_rank(const double *d, size_t n);

/* Pairs that were measured one beside the other. */
struct bench_paired {
    struct bench_median ratio; /* of b/a; pairs with a value that is not positive are left out of it ... */
    size_t left_out;           /* ... and counted here */
    double p;                  /* signed-rank test of log b/a: 1 if no pair is left */
    double p_u;                /* the U test of the same values, unpaired, of all pairs */
};
struct bench_paired bench_paired(const double *a, const double *b, size_t n, double want);

/* NaN for no values, or if one is not positive. */
double bench_geomean(const double *v, size_t n);

#endif
