/* bench_stats.c: medians, their intervals, and the tests that say whether a change is one. */
#include "bench/bench_stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int stats_cmp(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

static double *stats_sorted(const double *v, size_t n)
{
    double *s = mem_array(n, sizeof *s);

    if (n > 0) {
        memcpy(s, v, n * sizeof *s);
        qsort(s, n, sizeof *s, stats_cmp);
    }
    return s;
}

/* ---- the median ---- */

static double stats_log_choose(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

/* How probable it is that exactly k of n fair coins show heads. */
static double stats_coins(size_t n, size_t k)
{
    return exp(stats_log_choose(n, k) - (double)n * log(2));
}

struct bench_median bench_median(const double *v, size_t n, double want)
{
    struct bench_median m = {.n = n, .median = NAN, .low = NAN, .high = NAN};
    double *s = stats_sorted(v, n), tail;

    if (n > 0) {
        m.median = n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
        /* The true median is outside [s[k], s[n-1-k]] if at most k values are on one side of it. */
        tail = stats_coins(n, 0);
        m.low = s[0], m.high = s[n - 1], m.confidence = fmax(0, 1 - 2 * tail);
        for (size_t k = 1; k < n / 2; k++) {
            tail += stats_coins(n, k);
            if (1 - 2 * tail < want) {
                break;
            }
            m.low = s[k], m.high = s[n - 1 - k], m.confidence = 1 - 2 * tail;
        }
    }
    mem_free(s);
    return m;
}

/* ---- Mann and Whitney ---- */

enum { UTEST_EXACT_PAIRS = 2500 };

/* Groups of equal values of both samples together. */
struct stats_ties {
    size_t *size; /* of each group, from the smallest value up */
    size_t n;
    double u2;    /* 2U of the first sample: whole, whatever the ties */
    double cubes; /* sum of t^3 - t */
};

static struct stats_ties stats_ties(const double *x, size_t nx, const double *y, size_t ny)
{
    struct stats_ties t = {.size = mem_array(nx + ny, sizeof(size_t))};
    size_t i = 0, j = 0;

    while (i < nx || j < ny) { /* both are sorted */
        double v = i < nx && (j == ny || x[i] < y[j]) ? x[i] : y[j];
        size_t in_x = 0, in_y = 0;

        for (; i < nx && x[i] == v; i++) {
            in_x++;
        }
        for (; j < ny && y[j] == v; j++) {
            in_y++;
        }
        if (in_x + in_y == 0) {
            break; /* not a number: the caller has promised otherwise */
        }
        t.u2 += (double)in_x * (2 * (double)(j - in_y) + (double)in_y);
        double size = (double)(in_x + in_y);
        t.cubes += size * size * size - size;
        t.size[t.n++] = in_x + in_y;
    }
    return t;
}

/* The tail of the distribution of 2U under the null hypothesis, given these ties: every choice of nx
 * of the nx+ny places is as probable as any other.  Group after group, ways[a][u] is in how many of
 * them, weighted by 2^-places so that nothing overflows, a places were chosen and 2U is u so far. */
static double stats_u_exact(const struct stats_ties *t, size_t nx, size_t ny)
{
    size_t width = 2 * nx * ny + 1, seen = 0;
    double *ways = mem_zalloc((nx + 1) * width * sizeof *ways), *weight = mem_array(nx + 1, sizeof *weight);
    double low = 0, high = 0, all = 0;

    ways[0] = 1;
    for (size_t g = 0; g < t->n; g++) {
        size_t size = t->size[g];
        for (size_t of = 0; of <= size && of <= nx; of++) {
            weight[of] = exp(stats_log_choose(size, of) - (double)size * log(2));
        }
        for (size_t a = base_min(nx, seen + size) + 1; a-- > 0;) {
            double *to = ways + a * width;
            for (size_t u = width; u-- > 0;) {
                double sum = 0;
                /* `of` of this group are chosen; below it lie seen - (a - of) values of the other sample. */
                for (size_t of = 0; of <= size && of <= a; of++) {
                    if (a - of > seen || seen - (a - of) > ny) {
                        continue;
                    }
                    size_t gain = of * (2 * (seen - (a - of)) + (size - of));
                    if (gain <= u) {
                        sum += ways[(a - of) * width + u - gain] * weight[of];
                    }
                }
                to[u] = sum;
            }
        }
        seen += size;
    }
    const double *end = ways + nx * width;
    for (size_t u = 0; u < width; u++) {
        all += end[u];
        low += (double)u <= t->u2 ? end[u] : 0;
        high += (double)u >= t->u2 ? end[u] : 0;
    }
    mem_free(ways);
    mem_free(weight);
    return fmin(1, 2 * fmin(low, high) / all);
}

static double stats_u_normal(const struct stats_ties *t, size_t nx, size_t ny)
{
    double a = (double)nx, b = (double)ny, n = a + b;
    double variance = a * b / 12 * (n + 1 - t->cubes / (n * (n - 1)));
    double off = fmax(0, fabs(t->u2 / 2 - a * b / 2) - 0.5);

    return variance > 0 ? fmin(1, erfc(off / sqrt(2 * variance))) : 1;
}

struct bench_utest bench_utest(const double *x, size_t nx, const double *y, size_t ny)
{
    struct bench_utest r = {.p = 1, .exact = true};

    if (nx == 0 || ny == 0) {
        return r;
    }
    double *sx = stats_sorted(x, nx), *sy = stats_sorted(y, ny);
    struct stats_ties t = stats_ties(sx, nx, sy, ny);
    r.u = t.u2 / 2;
    if (t.n > 1) {
        r.exact = nx <= UTEST_EXACT_PAIRS / ny;
        r.p = r.exact ? stats_u_exact(&t, nx, ny) : stats_u_normal(&t, nx, ny);
    }
    mem_free(t.size);
    mem_free(sx);
    mem_free(sy);
    return r;
}

/* ---- pairs ---- */

enum { SIGNED_EXACT = 50 };

static int stats_abs_cmp(const void *x, const void *y)
{
    double a = fabs(*(const double *)x), b = fabs(*(const double *)y);

    return a < b ? -1 : a > b;
}

/* Every sign is a fair coin: how probable is it that the ranks with one sign add up to at most `least`?
 * Ranks are doubled, so that the mean of two is whole. */
static double stats_signs_exact(const size_t *rank2, size_t n, size_t least)
{
    size_t total = 0;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        total += rank2[i];
    }
    double *chance = mem_zalloc((total + 1) * sizeof *chance);
    chance[0] = 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t s = total + 1; s-- > 0;) {
            chance[s] = (chance[s] + (s >= rank2[i] ? chance[s - rank2[i]] : 0)) / 2;
        }
    }
    for (size_t s = 0; s <= least; s++) {
        sum += chance[s];
    }
    mem_free(chance);
    return fmin(1, 2 * sum);
}

double bench_signed_rank(const double *d, size_t n)
{
    double *s = mem_array(n, sizeof *s), cubes = 0, p = 1;
    size_t *rank2 = mem_array(n, sizeof *rank2), m = 0, plus = 0, minus = 0;

    for (size_t i = 0; i < n; i++) {
        if (d[i] != 0) {
            s[m++] = d[i];
        }
    }
    qsort(s, m, sizeof *s, stats_abs_cmp);
    for (size_t i = 0, j; i < m; i = j) {
        for (j = i + 1; j < m && fabs(s[j]) == fabs(s[i]);) {
            j++;
        }
        double size = (double)(j - i);
        cubes += size * size * size - size;
        for (size_t k = i; k < j; k++) {
            rank2[k] = i + 1 + j; /* twice the mean of i+1 .. j */
            *(s[k] > 0 ? &plus : &minus) += rank2[k];
        }
    }
    if (m > 0 && m <= SIGNED_EXACT) {
        p = stats_signs_exact(rank2, m, base_min(plus, minus));
    } else if (m > 0) {
        double k = (double)m, variance = k * (k + 1) * (2 * k + 1) / 24 - cubes / 48;
        double off = fmax(0, fabs((double)plus / 2 - k * (k + 1) / 4) - 0.5);
        p = fmin(1, erfc(off / sqrt(2 * variance)));
    }
    mem_free(s);
    mem_free(rank2);
    return p;
}

struct bench_paired bench_paired(const double *a, const double *b, size_t n, double want)
{
    struct bench_paired r = {0};
    double *ratio = mem_array(n, sizeof *ratio), *logs = mem_array(n, sizeof *logs);
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        if (a[i] > 0 && b[i] > 0) {
            ratio[m] = b[i] / a[i];
            logs[m] = log(ratio[m]);
            m++;
        }
    }
    r.left_out = n - m;
    r.ratio = bench_median(ratio, m, want);
    r.p = bench_signed_rank(logs, m);
    r.p_u = bench_utest(a, n, b, n).p;
    mem_free(ratio);
    mem_free(logs);
    return r;
}

double bench_geomean(const double *v, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        if (!(v[i] > 0)) {
            return NAN;
        }
        sum += log(v[i]);
    }
    return n > 0 ? exp(sum / (double)n) : NAN;
}
