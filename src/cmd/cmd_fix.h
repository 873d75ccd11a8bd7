/* cmd_fix.h: what `gomm fix` and `gomm check -fix` share.
 *
 * Threading: the main thread.
 */
#ifndef GOMM_CMD_FIX_H
#define GOMM_CMD_FIX_H

#include "fix/fix_find.h"

/* The package with its tests (LOAD_TEST), or its external ones (LOAD_XTEST); NULL: it has none. */
const struct package *cmd_fix_variant(const struct load *l, const struct program *prog, const struct package *p,
                                      enum load_variant variant);

#endif
