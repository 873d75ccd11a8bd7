/* report_tree.h: treemaps: areas of a rectangle in proportion to numbers.
 *
 * Threading: no state.
 */
#ifndef GOMM_REPORT_TREE_H
#define GOMM_REPORT_TREE_H

#include "base/base.h"

struct report_rect {
    double x, y, w, h;
};

/* Squarified (Bruls, Huizing, van Wijk, "Squarified Treemaps", VisSym 2000): rows are filled along the shorter side for as
 * long as that makes the worst aspect ratio in the row better.  size: n numbers >= 0, the largest first; out: a rectangle for
 * each, which together fill `all`; without area where the number is 0. */
void report_tree_layout(const double *size, size_t n, struct report_rect all, struct report_rect *out);

#endif
