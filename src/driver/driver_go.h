/* driver_go.h: the user's own Go, found on PATH and asked once what it is.
 *
 * Ownership: texts are in the arena.  Threading: no state.
 */
#ifndef GOMM_DRIVER_GO_H
#define GOMM_DRIVER_GO_H

#include "base/err.h"
#include "base/str.h"

struct driver_go {
    str path; /* of the go command */
    /* From `go env`, asked in the directory of the work, so that a toolchain line in go.mod
     * has its say.  All empty if that failed; then `trouble` is what go said. */
    bool asked;
    str version; /* "go1.26.8" */
    str goroot, goos, goarch, goamd64, goflags, cgo_enabled, cc, gocache, gomod, gotoolchain;
    str trouble;
};

/* False only if there is no go command; the message says what to do about it. */
bool driver_go_find(struct arena *a, const char *dir, struct driver_go *go, struct err *e);

/* Whether gomm's runtime fits this Go.  What the go command will refuse by itself it is left to
 * refuse; a Go that could not be asked passes. */
bool driver_go_supported(const struct driver_go *go, struct err *e);

#endif
