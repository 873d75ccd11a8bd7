/* driver_runtime.h: the race runtime that is linked into the user's program.
 *
 * One relocatable object.  The gomm binary carries its own inside (driver_blob.S); another file
 * may be named instead, for work on the runtime and for comparisons.
 *
 * Ownership: the embedded object is part of the program, others are in the arena.
 * Threading: no state.
 */
#ifndef GOMM_DRIVER_RUNTIME_H
#define GOMM_DRIVER_RUNTIME_H

#include "base/err.h"
#include "base/str.h"

struct driver_runtime {
    str object; /* the bytes of the ELF object */
    str id;     /* 32 hexadecimal digits: hash of the object and of how it is linked */
    str origin; /* "built in", or the file's name */
};

/* file NULL or empty: the one inside gomm.  Fails for a file that cannot be read and for one
 * that is no race runtime. */
bool driver_runtime_load(struct arena *a, const char *file, struct driver_runtime *out,
                         struct err *e);

#endif
