/* path.h: file names as text, with '/' as separator; nothing here looks at the disk.
 *
 * Ownership: results are in the arena or slices of the argument.
 */
#ifndef GOMM_BASE_PATH_H
#define GOMM_BASE_PATH_H

#include "base/str.h"

/* As Go's filepath: Clean, Join, Base, Dir, Ext, IsAbs. */
str path_clean(struct arena *a, str p);
str path_join(struct arena *a, str dir, str name); /* cleaned; an absolute name is still appended */
str path_base(str p);
str path_dir(struct arena *a, str p);
str path_ext(str p); /* with its dot, or empty */
bool path_is_abs(str p);

/* p if absolute, otherwise below dir; cleaned. */
str path_under(struct arena *a, str dir, str p);
/* p relative to dir when that is shorter, as the go command shows names; both absolute. */
str path_short(struct arena *a, str dir, str p);
/* p relative to dir, with as many .. as it takes; both absolute and cleaned. */
str path_rel(struct arena *a, str dir, str p);
/* Whether p is dir or below it; both cleaned. */
bool path_is_below(str p, str dir);

#endif
