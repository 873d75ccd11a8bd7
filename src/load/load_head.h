/* load_head.h: the head of a Go file: package clause and imports, without parsing the rest.
 *
 * What is needed to find packages is in the first few kilobytes of each file; the parser sees only the
 * files that are wanted in the end.  What is wrong here is left for the parser to report.
 *
 * Ownership: texts are slices of the input or in the arena.  Threading: no state.
 */
#ifndef GOMM_LOAD_HEAD_H
#define GOMM_LOAD_HEAD_H

#include "base/str.h"
#include "base/vec.h"

struct load_head_import {
    str path; /* unquoted; empty if the literal is malformed */
    u32 off;  /* of its name if it has one, else of the path, as Go gives positions of imports */
};

struct load_head {
    str package; /* empty: there is no package clause */
    u32 package_off;
    VEC(struct load_head_import) imports;
    bool cgo, embed; /* imports "C" (or cgo has made the file), imports "embed" */
    bool bad;        /* ended at a mistake */
};

/* whole: text is the whole file.  False if it is not, and more of it is needed. */
bool load_head_scan(struct arena *a, str text, bool whole, struct load_head *h);

#endif
