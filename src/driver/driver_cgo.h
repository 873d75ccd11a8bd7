/* driver_cgo.h: the Go files that cgo makes of those that import "C", for analyses that want to see what the compiler
 * sees.
 *
 * The go command runs cgo (and with it the C compiler), or finds what it made before in its build cache.  The result is an
 * overlay, as the loader takes it: each file with import "C" is replaced by what cgo made of it, and a further one
 * (_cgo_gotypes.go in positions) declares the C names.  Line directives in them lead to the user's files.
 *
 * Ownership: texts are in the arena; the overlay's directory is removed at exit.  Threading: the main thread.
 */
#ifndef GOMM_DRIVER_CGO_H
#define GOMM_DRIVER_CGO_H

#include "base/proc.h"
#include "base/str.h"

struct driver_cgo_ask {
    const char *tags, *mod; /* flags of the go command; NULL: not given */
    const char *overlay;    /* the user's own, which becomes part of the result */
    const str *packages;    /* import paths, or .go files */
    size_t n_packages;
};

struct driver_cgo {
    str overlay; /* name of the JSON file */
    str *types;  /* names of the further files, in the packages' directories */
    size_t n_types; /* 0: cgo made nothing */
};

/* False if go could not be run, or said that it fails. */
bool driver_cgo_make(struct arena *a, const struct driver_cgo_ask *q, struct driver_cgo *out, struct err *e);

/* The same in two steps, to do other things while go runs; after a start that succeeded there must be a finish. */
bool driver_cgo_start(const struct driver_cgo_ask *q, struct proc *go, struct err *e);
bool driver_cgo_finish(struct arena *a, const struct driver_cgo_ask *q, struct proc *go, struct driver_cgo *out,
                       struct err *e);

#endif
