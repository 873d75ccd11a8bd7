/* cmd_layout_type.h: types as `gomm layout` takes them: net/http.Server, ./x.T, T, sync/atomic.Pointer[int].
 *
 * Behind the name a generic type has its arguments in Go's notation; in it packages may be written with their
 * import paths.
 *
 * Ownership: everything in the arena.  Threading: none.
 */
#ifndef GOMM_CMD_LAYOUT_TYPE_H
#define GOMM_CMD_LAYOUT_TYPE_H

#include "types/types.h"

/* The package (a pattern for the loader, "." if none is written), the name, and what stands in the brackets. */
void cmd_layout_split(struct arena *a, str arg, str *pkg, str *name, str *targs);

typedef VEC(str) layout_patterns;
/* The packages that type arguments name, appended. */
void cmd_layout_packages(struct arena *a, str targs, layout_patterns *out);

/* The generic type o with the arguments, of which unqualified ones are predeclared or o's package's; NULL and *why
 * if that is none. */
struct type *cmd_layout_instance(struct arena *a, struct program *p, struct obj *o, str targs, str *why);

#endif
