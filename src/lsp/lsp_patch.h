/* lsp_patch.h: a unified diff as replacements of whole lines.
 *
 * Ownership: in the arena given; texts are the diff's where they can be.  Threading: none.
 */
#ifndef GOMM_LSP_PATCH_H
#define GOMM_LSP_PATCH_H

#include "base/str.h"
#include "base/vec.h"

/* Lines line .. line+n-1 (from 1) become text, whose lines end in newlines; n 0: inserted before the line. */
struct lsp_patch {
    str file;   /* as it stands behind "--- a/" */
    u32 line, n;
    str before; /* what the diff says is there */
    str text;
};
typedef VEC(struct lsp_patch) lsp_patches;

/* False: it is none, or one of a file that is made or removed, or whose last line has no newline. */
bool lsp_patch_read(struct arena *a, str diff, lsp_patches *out);

#endif
