/* load_gomod.h: go.mod, go.work and vendor/modules.txt.
 *
 * Grammar and messages: go.dev/ref/mod#go-mod-file, #workspaces, and what cmd/go accepts
 * (GOROOT/src/cmd/vendor/golang.org/x/mod/modfile).  The files of dependencies are read laxly: directives
 * that only a main module may use, or that are unknown, are passed over.
 *
 * Ownership: texts are slices of the input or in the arena.  Threading: no state.
 */
#ifndef GOMM_LOAD_GOMOD_H
#define GOMM_LOAD_GOMOD_H

#include "base/str.h"
#include "base/vec.h"

struct load_modver {
    str path, version;
};

struct load_require {
    struct load_modver mod;
    bool indirect;
};

struct load_replace {
    struct load_modver old,
        new_; /* old.version empty: of any version; new_.version empty: a directory */
};

struct load_gomod {
    str module, go, toolchain;
    VEC(struct load_require) require;
    VEC(struct load_modver) exclude;
    VEC(struct load_replace) replace;
    VEC(str) tool, ignore, use;
    VEC(str) errors; /* "go.mod:3: unknown directive: foo" */
};

enum load_gomod_kind {
    LOAD_GOMOD_MAIN,
    LOAD_GOMOD_DEPENDENCY, /* lax */
    LOAD_GOMOD_WORK,       /* go.work */
};

/* minor: of the Go whose rules hold (19 for go1.19), since directives were added over time.  name: how
 * messages call the file.  False if there are errors; what could be understood is in *m all the same. */
bool load_gomod_parse(struct arena *a, str text, str name, enum load_gomod_kind kind, u32 minor,
                      struct load_gomod *m);

/* A directory rather than a module path, on the right of a replacement. */
bool load_is_dir_path(str s);

/* vendor/modules.txt */
struct load_vendored {
    struct load_modver mod;
    struct load_modver replacement; /* path empty: none */
    bool replaced;                  /* there is a => */
    bool is_explicit, used;         /* used: it has packages */
    str go_version;
    VEC(str) packages;
};

struct load_vendor {
    VEC(struct load_vendored) mods;
    bool workspace; /* made by go work vendor */
};

void load_vendor_parse(struct arena *a, str text, struct load_vendor *v);

#endif
