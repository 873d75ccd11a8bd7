/* driver_importcfg.h: the file that tells Go's compiler and linker where packages are.
 *
 * Lines such as `packagefile runtime/race=/path/to/archive`; comments begin with # (the format
 * is read by GOROOT/src/cmd/link/internal/ld/ld.go, readImportCfg).  Lines of other kinds are
 * kept as they are.
 *
 * Ownership: slices of the text, new text in the arena.  Threading: no state.
 */
#ifndef GOMM_DRIVER_IMPORTCFG_H
#define GOMM_DRIVER_IMPORTCFG_H

#include "base/str.h"

struct driver_packagefile {
    str package, file;
};

/* Takes the next packagefile line off *rest; false at the end. */
bool driver_importcfg_next(str *rest, struct driver_packagefile *out);

/* The archive of a package, or an empty text. */
str driver_importcfg_find(str text, str package);

/* The same text with another archive for one package. */
str driver_importcfg_replace(struct arena *a, str text, str package, str file);

#endif
