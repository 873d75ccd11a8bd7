/* load_version.h: versions of modules and of Go, module and import paths, as text.
 *
 * Module versions are semantic versions with a leading v (semver.org 2.0.0; go.dev/ref/mod#versions);
 * Go's own are "1.21", "1.21rc1", "1.21.3" (go.dev/doc/toolchain#version).
 *
 * Ownership: results are slices of the arguments, or in the arena.  Threading: no state.
 */
#ifndef GOMM_LOAD_VERSION_H
#define GOMM_LOAD_VERSION_H

#include "base/err.h"
#include "base/str.h"

/* v1.2.3-pre+build; also the short forms v1 and v1.2. */
bool load_semver_valid(str v);
/* -1, 0, 1; build metadata does not count.  What is no version is less than any that is one. */
int load_semver_cmp(str a, str b);
/* "v2" of v2.3.4; empty if it is none. */
str load_semver_major(str v);
/* Whether v is written out (vX.Y.Z), as go.mod wants it, +incompatible allowed. */
bool load_semver_canonical(str v);

bool load_gover_valid(str v);
int load_gover_cmp(str a, str b); /* what is no version is less than any that is one */
/* "1.21" of 1.21.3 and 1.21rc1: what language it is; empty if it is none. */
str load_gover_lang(str v);
/* The form that a go line wants; lax: *v is cut to "1.2" of "v1.2.x" where a dependency's says so. */
bool load_gover_directive(str *v, bool lax);

/* Upper case letters as !lower, the form of the module cache
 * (go.dev/ref/mod#goproxy-protocol). */
str load_escape(struct arena *a, str path);

/* As go words it: malformed import path "x y": invalid char ' '. */
bool load_check_import_path(str path, struct err *e);
/* Whether version v may stand with this module path: v0 or v1 without suffix, v2 with /v2, ... */
bool load_check_path_major(str path, str v, struct err *e);
/* No dot in the first element: a path of the standard library. */
bool load_path_is_std(str path);
/* prefix is path, or ends before one of its slashes. */
bool load_path_has_prefix(str path, str prefix);
/* ".", "..", "./x", "../x" */
bool load_path_is_local(str path);

/* The value of a Go string literal, "..." or `...`; false if it is none. */
bool load_unquote(struct arena *a, str lit, str *out);

#endif
