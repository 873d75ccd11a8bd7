/* load_mod_int.h: what the load_mod*.c share; nobody else includes it.
 *
 * Ownership, threading: as load_mod.h.
 */
#ifndef GOMM_LOAD_MOD_INT_H
#define GOMM_LOAD_MOD_INT_H

#include "load/load_mod.h"

struct load_mod_replacement {
    struct load_modver to; /* version empty: a directory */
    str base;              /* that the directory is relative to */
};

/* A go.mod file of the graph. */
struct load_mod_node {
    struct load_modver mod;
    struct load_gomod gomod;
    bool loaded, ok;
    bool queued[2]; /* as pruned, as unpruned */
    struct load_trouble trouble;
};

/* Notes what concerns no single import, once. */
void load_mods_trouble(struct load_mods *m, str text, str remedy);
str load_mods_key(struct load_mods *m, str path, str version);   /* "path@version" */
str load_mods_text(struct load_mods *m, struct load_modver mod); /* the same for messages */
/* How messages call a file: relative to where we are. */
str load_mods_shown(struct load_mods *m, str path);
/* The file of that name in dir or the nearest directory above; empty if there is none. */
str load_mods_up(struct load_mods *m, str dir, str name);
/* Whether a go line asks for a newer Go than this one, which then refuses; and its words. */
bool load_mods_too_new(const struct load_mods *m, str go);
str load_mods_too_new_text(struct load_mods *m, str what, str go);
/* Whether go.sum lets us use a module version (suffix "/go.mod": its go.mod file). */
bool load_mods_has_sum(struct load_mods *m, struct load_modver v, const char *suffix);
/* What replaces a module version, or NULL. */
const struct load_mod_replacement *load_mods_replaced(struct load_mods *m, str path, str version);

/* Its directory in the module cache, which need not be there. */
str load_mods_cache_dir(struct load_mods *m, struct load_modver v);
struct load_trouble load_mods_not_cached(struct load_mods *m, struct load_modver v,
                                         const char *what);
/* The go.mod file of a module version, read once. */
struct load_mod_node *load_mods_node(struct load_mods *m, struct load_modver mod);
/* Reads the go.mod files that count and selects versions: m->selected. */
void load_mods_graph(struct load_mods *m);

#endif
