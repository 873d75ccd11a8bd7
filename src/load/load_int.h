/* load_int.h: what the files of the loader share; nobody else includes it.
 *
 * A load goes through these stages:
 *   patterns  → packages that are wanted (load_pattern.c)
 *   find      in waves: scan the new packages' directories in parallel, then resolve their imports, which
 *             makes new packages (load_find.c, load_resolve.c)
 *   graph     cycles, internal, test variants; the order in which dependencies come first (load_graph.c)
 *   parse     every file that is wanted, in parallel (load.c)
 *
 * Ownership: all is in loader.a or in the workers' arenas, until load_free.
 */
#ifndef GOMM_LOAD_INT_H
#define GOMM_LOAD_INT_H

#include "load/load.h"
#include "load/load_dir.h"
#include "load/load_env.h"
#include "load/load_fs.h"
#include "load/load_mod.h"

struct pkg;

/* An import of a package, before there are variants. */
struct edge {
    const struct load_dir_import *at;
    struct pkg *to; /* NULL: not found, or a pseudo-package */
};
typedef VEC(struct edge) edges;

/* A mistake whose position is known only once the file has been added to the sources. */
struct mistake {
    struct load_dir_file *file; /* NULL: none */
    u32 off;
    str text, remedy, in; /* in: a file's path, if there is no position */
};

struct pkg {
    struct load_package pub; /* first: variants and plain ones alike are known by it */
    struct load_dir *dir;
    bool cmdline, resolved, tests_resolved, in_all;
    bool missing;    /* a pattern's package that was not found: an entry for the error only */
    bool want_tests; /* test variants are wanted */
    edges imports, tests, xtests;
    VEC(struct mistake) mistakes;
    u32 mark;         /* of the walk that came here last */
    u8 color;         /* 0 new, 1 on the stack, 2 done */
    bool on_way;      /* in the walk of marks: leads to the package under test */
    struct pkg *copy; /* the variant for the test at hand */
    u32 copy_of;      /* the mark of that test */
};
typedef VEC(struct pkg *) pkgs;

struct loader {
    struct load pub;
    struct arena arena;
    struct load_env env;
    struct load_fs fs;
    struct load_mods mods;
    bool modules;
    struct pool *pool;
    struct arena *workers; /* one for each thread of the pool */
    u32 n_workers;
    struct strmap by_path;
    pkgs all;   /* in the order in which they were found */
    pkgs fresh; /* not scanned yet */
    pkgs out;   /* dependencies first, variants too */
    load_troubles errors;
    bool all_pattern;
    bool in_tests; /* it is imports of tests that are resolved */
    u32 mark;
};

/* load_toolchain.c: whether go would switch to another release that is in the module cache, and
 * where that is. */
bool load_toolchain_find(struct loader *l, str *goroot);

/* load_pattern.c */
void load_expand(struct loader *l, const str *patterns, size_t n);
/* Whether name matches a pattern with "..." in it (`go help packages`). */
bool load_pattern_matches(str pattern, str name);
/* Whether name or something below it can. */
bool load_pattern_tree(str pattern, str name);

/* load_resolve.c: the package that an import path means in files of a package (NULL: on the command line).
 * A new one is put into l->all and l->fresh. */
struct pkg *load_resolve(struct loader *l, str path, const struct pkg *from,
                         struct load_trouble *t);
struct pkg *load_add_package(struct loader *l, str path, str dir, struct load_module *mod,
                             bool std);

/* load_find.c */
void load_scan_fresh(struct loader *l);
void load_find_all(struct loader *l);
/* Looks at the directories of packages that use cgo again: there are other files in them now. */
void load_find_again(struct loader *l);
/* After both: mistakes of all packages. */
void load_find_mistakes(struct loader *l);
static inline bool load_uses_cgo(const struct pkg *p)
{
    return !p->missing && p->dir->n[LOAD_FILE_CGO] > 0;
}
void load_complain(struct loader *l, struct pkg *p, const struct load_dir_import *at, str text,
                   str remedy);
void load_error_add(struct loader *l, str text, str remedy);

/* load_graph.c */
void load_order(struct loader *l);

#endif
