/* load_mod.h: modules: which there are, in what version, and in whose directory a package lies.
 *
 * Minimal version selection over the go.mod files of the module cache, with the graph pruned as
 * go.dev/ref/mod#graph-pruning says: where the main module's go line is 1.17 or later, its own
 * requirements are enough until an import is found in none of them.
 *
 * Ownership: everything is in the arena of load_mods_init.  Threading: one thread.
 */
#ifndef GOMM_LOAD_MOD_H
#define GOMM_LOAD_MOD_H

#include "base/vec.h"
#include "load/load.h"
#include "load/load_env.h"
#include "load/load_fs.h"
#include "load/load_gomod.h"

struct load_main {
    str path, root, file; /* file: its go.mod */
    struct load_gomod gomod;
    struct load_module *module;
    bool in_goroot; /* std or cmd itself */
};

/* A text as the go command words it, and what to do about it. */
struct load_trouble {
    str text, remedy;
};
typedef VEC(struct load_trouble) load_troubles;

enum load_mod_mode { LOAD_MOD_READONLY, LOAD_MOD_MOD, LOAD_MOD_VENDOR };

struct load_mods {
    struct arena *a;
    const struct load_env *env;
    struct load_fs *fs;
    load_troubles errors; /* of no import: a broken go.mod, missing go.mod files, ... */

    VEC(struct load_main) mains; /* several in a workspace, none outside of modules */
    str work_file;               /* go.work, or empty */
    struct load_gomod work;
    enum load_mod_mode mode;
    str mode_why; /* for messages: why a vendor directory counts or not, if nobody chose the mode */
    bool pruned; /* the main module's go line is 1.17 or later */
    str vendor_dir;
    struct load_vendor vendor;

    struct strmap work_replace; /* of go.work; as the next */
    struct strmap replace;      /* "path@version", "path@" → struct load_mod_replacement */
    struct strmap exclude;      /* "path@version" */
    struct strmap roots;        /* path → struct load_modver: what the main module requires */
    struct strmap nodes; /* "path@version" → struct load_mod_node: go.mod files that were read */
    struct strmap selected; /* path → struct load_modver; with the graph only */
    bool graph_done;
    struct strmap modules;     /* "path@version" → struct load_module */
    struct strmap vendor_pkgs; /* package → struct load_vendored */
    struct strmap sums;        /* "path version" of go.sum; with needs_sums only */
    bool needs_sums;           /* what is not in go.sum is not used, as with -mod=readonly */
    struct strmap ignored;     /* module root → its ignore patterns, struct load_gomod */
};

/* Reads go.work and go.mod, beginning at env->cwd.  What is wrong there is in errors. */
void load_mods_init(struct load_mods *m, struct arena *a, const struct load_env *env,
                    struct load_fs *fs);
void load_mods_release(struct load_mods *m);

/* The package of that import path: its module (NULL: std) and directory; what is wrong otherwise. */
struct load_place {
    struct load_module *module;
    str dir;
    bool std;
    bool implicit; /* of a module that the main module does not require itself, though it should */
};
/* by: who imports it, for messages; NULL: nobody. */
struct load_importer {
    str path, version; /* version of its module */
    bool test;
};
bool load_mods_find(struct load_mods *m, str path, const struct load_importer *by,
                    struct load_place *place, struct load_trouble *t);

/* All modules of the build, main ones first. */
typedef VEC(struct load_module *) load_modules;
void load_mods_list(struct load_mods *m, load_modules *out);
/* Where the files of a module are.  False with *t if it is not there. */
bool load_mods_fetch(struct load_mods *m, struct load_module *mod, struct load_trouble *t);

/* The import path of a directory in a main module, the vendor directory, GOROOT or the module cache. */
bool load_mods_path_of_dir(struct load_mods *m, str dir, str *path, struct load_trouble *t);

/* Whether the ignore lines of the module at root keep patterns out of that directory below it. */
bool load_mods_ignores(struct load_mods *m, str root, str dir);

const struct load_main *load_mods_main_of(const struct load_mods *m, str module_path);
/* Whether patterns may not look into this directory, since it is another module. */
bool load_is_std_package(struct load_fs *fs, const struct load_env *env, str path, str *dir);

#endif
