/* load_dir.h: what a directory holds for the build at hand: its package's files, imports and mistakes.
 *
 * Rules: GOROOT/src/go/build/build.go, (*Context).Import.
 *
 * Ownership: results in the arena that is given.  Threading: any number of directories at once, an arena
 * each; the listing must have been read before.
 */
#ifndef GOMM_LOAD_DIR_H
#define GOMM_LOAD_DIR_H

#include "base/hash.h"
#include "load/load_build.h"
#include "load/load_fs.h"
#include "load/load_head.h"
#include "syntax/parse.h"

enum load_file_kind {
    LOAD_FILE_GO,
    LOAD_FILE_CGO,
    LOAD_FILE_TEST,
    LOAD_FILE_XTEST,
    LOAD_FILE_IGNORED, /* Go, but not for this build */
    LOAD_FILE_OTHER,   /* C, assembly, ... that is for this build */
};
enum { LOAD_FILE_KINDS = LOAD_FILE_OTHER + 1 };

struct load_dir_file {
    str name;
    enum load_file_kind kind;
    struct load_head head; /* of Go files that are not ignored */
    str text; /* of files of the package itself: as source_read gives it */
    /* Filled in by whoever wants the file parsed. */
    struct source *src;
    struct ast *ast;
    struct hash128 hash;
    struct parse_skips skips;
    u32 users;   /* packages that it is a file of */
    u32 idlers;   /* of these, those that are not needed */
    u32 skippers; /* of these, those that are partial, with the same skips */
    bool wanted, bodies;
};

/* An import by some of the files: where it comes first. */
struct load_dir_import {
    str path;
    u32 file, off;
};
typedef VEC(struct load_dir_import) load_dir_imports;

struct load_dir {
    str dir;
    bool scanned, exists;
    str package; /* its name */
    VEC(struct load_dir_file) files;
    u32 n[LOAD_FILE_KINDS];
    bool has_asm;
    /* By .go and cgo files, by in-package tests, by tests of package p_test; sorted by path. */
    load_dir_imports imports, test_imports, xtest_imports;
    str error; /* the first mistake, as go/build words it */
    u32 error_file, error_off;
    bool error_placed;                        /* file and offset are known */
    str c_files, cxx_files, m_files, f_files; /* names, by spaces */
};

/* files: NULL for all, or the names that alone are looked at, without constraints by name or tags (.go files
 * on the command line).  tests: false: where there are other files tests are counted, not looked into. */
void load_dir_scan(struct arena *a, const struct load_fs *fs, const struct load_tags *tags,
                   bool cgo, bool tests, const struct load_fs_dir *listing, const str *files,
                   size_t n_files, struct load_dir *d);

/* No Go files that this build could use, tests included. */
static inline bool load_dir_empty(const struct load_dir *d)
{
    return d->n[LOAD_FILE_GO] + d->n[LOAD_FILE_CGO] + d->n[LOAD_FILE_TEST] +
               d->n[LOAD_FILE_XTEST] ==
           0;
}

/* "no Go files in DIR", or why the ones that are there do not count. */
str load_dir_no_go(struct arena *a, const struct load_dir *d);

#endif
