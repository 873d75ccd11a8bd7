/* driver_patch.h: an object of package runtime with other race hooks, for the link step.
 *
 * Takes the member race_amd64.o of the archive of package runtime that is being linked, and makes one in its
 * place from GOROOT's runtime/race_amd64.s as driver_asm.h edits it, with the assembler beside the linker; and
 * an object for the end of package main's archive.
 *
 * What the text needs of go_asm.h, offsets of fields, comes from gomm's own front end, which takes milliseconds where
 * the compiler takes seconds.  That this is right for the runtime being linked, whatever flags, experiments,
 * tags and overlays it was compiled with, is proved each time: the unedited text, assembled the same
 * way, must give the member that is there, byte by byte.
 *
 * The result is kept in gomm's cache directory under a hash of member and text.  That it cannot be made is kept too.
 *
 * Ownership: texts are in the arena.  Threading: links of one build run at once in processes of their own.
 */
#ifndef GOMM_DRIVER_PATCH_H
#define GOMM_DRIVER_PATCH_H

#include "base/err.h"
#include "base/str.h"

/* What a link needs: the linker, its work directory, where files may be left, and the two archives. */
struct driver_patch {
    const char *linker;
    str dir, runtime, main;
};

/* The archives of the packages runtime and main with the objects in them.  False: it cannot be done, and *e says
 * why. */
bool driver_patch_archives(struct arena *a, const struct driver_patch *p, str *runtime, str *main,
                           struct err *e);

/* Whether a race runtime has what the patched hooks call. */
bool driver_patch_fits(str object);

#endif
