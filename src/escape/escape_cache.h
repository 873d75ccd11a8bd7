/* escape_cache.h: results of packages that have not changed, kept on disk.
 *
 *   escape_cache_new → load_config.plan = escape_cache_plan → load_packages → check_load → escape_new with
 *   escape_config.cache → escape_run → escape_free → escape_cache_free
 *
 * A package's key is a hash of all that its results depend on: this program, the Go version, the configuration, the
 * text of its files, the keys of what it imports.  Under that key lies an entry (escape_entry.h).  A package that has
 * one is loaded with declarations only, and with those bodies that importers may ask for: of functions that can be
 * inlined and of generic ones.  It is checked as far as that, and not analysed.
 *
 * With and without the cache everything that is printed is the same: an entry is used if all of it is right, and
 * nothing depends on whether it was.  What cannot be written is not written, silently.
 *
 * Environment: GOMM_CACHE=off: no cache; GOMM_CACHE=DIR: its place instead of the user's cache directory.
 *
 * Ownership: the cache owns the entries that it read; notes of results point into them.  Threading: one thread.
 * Several programs may use one directory at once.
 */
#ifndef GOMM_ESCAPE_ESCAPE_CACHE_H
#define GOMM_ESCAPE_ESCAPE_CACHE_H

#include "escape/escape.h"

/* The directory, made if it is not there; false: there is no cache. */
bool escape_cache_dir(struct arena *a, str *dir);

/* NULL: there is no cache.  dir: empty for escape_cache_dir's. */
struct escape_cache *escape_cache_new(const struct escape_config *c, str dir);
void escape_cache_free(struct escape_cache *c);

/* load_config.plan, plan_ctx being the cache: looks for entries. */
void escape_cache_plan(void *cache, struct load *l);

struct escape_cache_count {
    u32 pkgs, hits, unneeded, written;
};
struct escape_cache_count escape_cache_counted(const struct escape_cache *c);

/* ---- for the analysis: cache may be NULL ---- */

/* Is it known what analysing this package would say? */
bool escape_cache_has(const struct escape_cache *c, const struct load_package *p);
/* The result's notes: those of the package that the entry has. */
void escape_cache_result(struct escape *e, struct escape_result *r);
/* What is known of a declared function of such a package; others are left as they are. */
void escape_cache_func(struct escape *e, struct ir_func *fn);
/* Checks the bodies in the files that have loops over functions: such files are changed as a whole. */
void escape_cache_bodies(struct escape *e, struct package *p);
bool escape_cache_can_inline(struct escape *e, const struct obj *o);
/* Calls f for each function of other packages that was inlined in p. */
void escape_cache_inlined(struct escape *e, const struct package *p, void (*f)(void *ctx, struct obj *o), void *ctx);
/* Keeps what analysing the unit said. */
void escape_cache_store(struct escape *e, const struct ir_unit *u, const struct escape_result *r);
/* Removes entries that have not been used for long, if there are many. */
void escape_cache_trim(struct escape_cache *c);

#endif
