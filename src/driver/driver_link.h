/* driver_link.h: puts gomm's race runtime into a link of the go command.
 *
 * `go build -race` links one prebuilt object, the member of an archive in package runtime/race
 * (Go 1.19: race_linux_amd64.syso) or below it (newer: runtime/race/internal/amd64v1 or
 * amd64v3, race_linux.syso).  This step finds that member by what it defines, writes a copy of
 * the archive with another object in its place and an importcfg that names the copy, both into
 * the link's own work directory, and lets the real link run on them.  The archive of package
 * runtime may get other race hooks (driver_patch.h) in the same way.  Nothing else changes, so
 * every archive in the build cache stays shared with plain `go build -race`.
 *
 * Ownership: texts are in the arena.  Threading: links of one build run at once in processes
 * of their own; each writes only beside its own importcfg.
 */
#ifndef GOMM_DRIVER_LINK_H
#define GOMM_DRIVER_LINK_H

#include "base/proc.h"
#include "driver/driver_runtime.h"

/* How to link. */
struct driver_link {
    const char *tool; /* the linker */
    bool patch;       /* check before the switch of stacks, if that can be done (driver_patch.h) */
    bool verbose;     /* tell on standard error if it cannot */
};

/* The arguments of a link (without the tool's name), rewritten into *out.  Links that have no
 * race runtime in them are copied unchanged. */
bool driver_link_rewrite(struct arena *a, const struct driver_runtime *rt,
                         const struct driver_link *how, char *const *args, struct argv *out,
                         struct err *e);

/* The answer of `link -V=full` (one line) with the runtime's id in it, so that the go command
 * keeps what is linked with gomm's runtime apart from what is not.  Fails for an unknown form
 * and for versions of Go that the runtime is not made for. */
bool driver_link_version(struct arena *a, const struct driver_runtime *rt,
                         const struct driver_link *how, str answer, str *out, struct err *e);

/* The names that package runtime's archive imports from the race runtime and that the object
 * does not define, separated by ", "; empty if all are there.  *n_needed is how many it
 * imports.  Fails if the archive cannot be read. */
bool driver_link_missing(struct arena *a, str archive, str object, size_t *n_needed, str *missing,
                         struct err *e);

/* The member of the archive that is a race runtime; 1, 0 if there is none, -1 if the archive
 * is malformed. */
struct driver_ar_member;
int driver_link_find_runtime(str archive, struct driver_ar_member *out);

/* A copy of the archive with other data for that member. */
bool driver_link_replace(struct arena *a, str archive, const struct driver_ar_member *m, str object,
                         str *out, struct err *e);

#endif
