/* fix_apply.h: changed texts where a program can be built of them: as an overlay, or in their place.
 *
 * Ownership: texts are in the arena given.  Threading: one thread at a time.
 */
#ifndef GOMM_FIX_APPLY_H
#define GOMM_FIX_APPLY_H

#include "fix/fix_edit.h"

/* For `go build -overlay` (go help build): nothing of the user's is touched. */
struct fix_overlay {
    const char *dir; /* temporary, with the new texts; NULL: none */
    str json;        /* the file that -overlay wants */
};

/* A text that is added beside the user's files, such as a benchmark. */
struct fix_extra {
    str path; /* absolute, as the go command is to see it */
    str text;
};

/* Over `base`, the JSON file of the user's own -overlay (may be empty; relative names in it are relative to dir): what it
 * says of other files goes on to hold. */
bool fix_overlay_make(struct arena *a, const fix_files *files, const struct fix_extra *extra, size_t n_extra, str base,
                      str dir, struct fix_overlay *out, struct err *e);
void fix_overlay_remove(struct fix_overlay *o); /* also a zeroed one */

/* Writes the new texts in the place of the old ones, all or none: if one cannot be written, or if a file is not what it was
 * when it was read, nothing changes.  Symbolic links stay links, modes stay. */
bool fix_write(const fix_files *files, struct err *e);

#endif
