#include "report/report_tree.h"

#include <math.h>

/* The worst aspect ratio of a row along a side, of areas that come to sum, of which these are the extremes. */
static double tree_worst(double sum, double least, double most, double side)
{
    double side2 = side * side, sum2 = sum * sum;
    return least > 0 ? fmax(side2 * most / sum2, sum2 / (side2 * least)) : INFINITY;
}

/* Lays areas out as one row along the shorter side of *free, and takes it off. */
static void tree_row(const double *area, size_t n, double sum, struct report_rect *free, struct report_rect *out)
{
    bool upright = free->w >= free->h; /* the row stands at the left; otherwise it lies at the top */
    double side = upright ? free->h : free->w, depth = side > 0 ? sum / side : 0, at = 0;

    for (size_t i = 0; i < n; i++) {
        double length = depth > 0 ? area[i] / depth : 0;
        out[i] = upright ? (struct report_rect){free->x, free->y + at, depth, length}
                         : (struct report_rect){free->x + at, free->y, length, depth};
        at += length;
    }
    if (upright) {
        free->x += depth;
        free->w = fmax(free->w - depth, 0);
    } else {
        free->y += depth;
        free->h = fmax(free->h - depth, 0);
    }
}

void report_tree_layout(const double *size, size_t n, struct report_rect all, struct report_rect *out)
{
    double total = 0;
    size_t m = 0; /* those with an area */

    for (size_t i = 0; i < n; i++) {
        out[i] = (struct report_rect){all.x, all.y, 0, 0};
        total += size[i] > 0 ? size[i] : 0;
        m += size[i] > 0;
    }
    if (!(total > 0) || !isfinite(total)) {
        return;
    }
    double scale = all.w * all.h / total;
    for (size_t i = 0; i < m; i++) {
        out[i].w = size[i] * scale; /* the area, until the row is known */
    }
    for (size_t from = 0; from < m;) {
        double side = fmin(all.w, all.h), sum = out[from].w, most = sum;
        size_t to = from + 1;
        for (; to < m; to++) {
            double next = out[to].w;
            if (tree_worst(sum + next, next, most, side) > tree_worst(sum, out[to - 1].w, most, side)) {
                break;
            }
            sum += next;
        }
        double area[64];
        if (to - from > ARRAY_LEN(area)) { /* of the smallest: they would be slivers anyway */
            to = from + ARRAY_LEN(area);
            sum = 0;
            for (size_t i = from; i < to; i++) {
                sum += out[i].w;
            }
        }
        for (size_t i = from; i < to; i++) {
            area[i - from] = out[i].w;
        }
        tree_row(area, to - from, sum, &all, out + from);
        from = to;
    }
}
