/* race_source.h: the source around the places that a race report names, parsed and checked.
 *
 * A directory is loaded when something in it is asked for the first time; what cannot be loaded, was not
 * built from these files or lies in Go's own tree is not there, and nothing is said of it.  race_spot.h
 * asks.
 *
 * Ownership: a race_source owns what was loaded.  A NULL race_source has nothing.
 * Threading: one thread at a time.
 */
#ifndef GOMM_RACE_SOURCE_H
#define GOMM_RACE_SOURCE_H

#include "load/load.h"

struct race_source;

/* config: tags, mod and so on; NULL: none. */
struct race_source *race_source_new(const struct load_config *config);
void race_source_free(struct race_source *s);

#endif
