/* load.h: from package patterns to the files and imports of packages, from source.
 *
 * Finds what `go list -deps -test` would find, without running the go command: GOROOT (vendored packages of
 * std included), modules (go.mod, replace, exclude, vendor, go.work, the module cache), GOPATH mode, build
 * constraints.  Reads files and parses them; checks no types.  What is missing is an error of that package
 * (struct load_error) that names the command that fetches it; the other packages load all the same.
 *
 * Sources: `go help packages`, `go help importpath`, go.dev/ref/mod (module graph pruning, MVS, vendor),
 * GOROOT/src/go/build/build.go (constraints, file names), GOROOT/src/cmd/go/internal/load (test variants,
 * error texts).
 *
 * Ownership: everything belongs to the struct load until load_free.  Threading: load_packages uses the pool
 * that it gets; afterwards read from any thread.
 */
#ifndef GOMM_LOAD_LOAD_H
#define GOMM_LOAD_LOAD_H

#include "base/hash.h"
#include "base/pool.h"
#include "base/proc.h"
#include "syntax/parse.h"

struct load;

/* What an editor has of a file, saved or not. */
struct load_text {
    str path; /* clean and absolute */
    str text;
};

/* What a build is made for.  Zeroed texts mean: what `go env` would say here. */
struct load_config {
    str dir;    /* patterns are relative to it; empty: the current directory */
    str goroot; /* empty: found by way of the go command on PATH, or GOROOT */
    str goos, goarch;
    str tags;            /* as -tags: separated by commas or spaces */
    str mod;             /* as -mod: "", "mod", "readonly", "vendor" */
    str overlay;         /* as -overlay: a JSON file */
    const struct load_text *texts; /* what an editor has of files, over all else; borrowed until load_free */
    u32 n_texts;
    bool race;           /* the race tag */
    bool cgo_off;        /* CGO_ENABLED=0 */
    bool tests;          /* with test variants of the packages that match */
    bool bodies_of_deps; /* parse the bodies of functions of dependencies too */
    bool comments;
    char *const *env; /* NULL: ours */
    /* Who knows from earlier what is in bodies of functions: called when the files of all packages have been read and
     * none has been parsed; may set load_package.partial, unneeded, and its files' skips.  NULL: nobody. */
    void (*plan)(void *ctx, struct load *l);
    void *plan_ctx;
    /* Who has another program make files of packages that use cgo.  begin is called when all packages are known and none
     * has been read (of l, only pkgs with path, variant, matched and uses_cgo are there, variants are missing); false:
     * nothing is made.  Meanwhile the other packages are read, and without a plan parsed; then end waits, and says which
     * overlay the packages that use cgo are to be found with; empty: as they are.  NULL: nobody.  Not called for the
     * pattern "all", whose meaning would depend on what is made. */
    bool (*cgo_begin)(void *ctx, const struct load *l);
    str (*cgo_end)(void *ctx);
    void *cgo_ctx;
};

enum load_variant {
    LOAD_PLAIN, /* p */
    LOAD_TEST,  /* p with its in-package tests: "p [p.test]", also dependencies that import p */
    LOAD_XTEST, /* p_test [p.test] */
};

struct load_module {
    str path, version; /* version empty: a main module */
    str replace_path; /* not empty: it is replaced by this module or (no replace_version) directory */
    str replace_version;
    str dir;
    str go_version; /* "1.21" of its go.mod; empty: none is said, which means 1.16 */
    bool main;
};

struct load_file {
    str path; /* absolute */
    struct source *src;
    struct ast *ast;
    struct hash128 hash;       /* of its text, if there is a plan */
    struct parse_skips skips;  /* of a partial package: bodies that are not parsed */
    bool cgo;  /* imports "C" */
    bool test; /* _test.go */
    bool unsaved; /* its text is one of load_config.texts */
};

/* A mistake that concerns a package but no syntax; where is a position of an import, or 0. */
struct load_error {
    u32 pos;
    str file;     /* when there is no position */
    str text;     /* as the go command words it */
    str remedy;   /* "go get example.org/x", or empty; mostly part of the text too */
    bool warning; /* nothing is missing for it: a pattern that matches no package */
};

struct load_import {
    str path; /* as written */
    struct load_package
        *pkg; /* NULL: it could not be found, there is an error; "unsafe" and "C": none */
};

struct load_package {
    str path; /* import path; of a vendored one in std with its vendor/ prefix; "command-line-arguments" */
    str name; /* from the package clauses */
    str dir;
    u32 id; /* 0 .. n-1: dependencies have lower ids */
    enum load_variant variant;
    struct load_package *plain; /* of a variant: p itself, which need not be among pkgs
                                   (its id is then UINT32_MAX) */
    struct load_package
        *for_test;              /* of a variant: whose test it belongs to, the p of "q [p.test]" */
    struct load_module *module; /* NULL: std, or GOPATH mode */
    bool std;
    bool matched;   /* by a pattern; else a dependency */
    bool unneeded;  /* by the plan: it is partial, and nobody asks what it declares: not parsed (ast is NULL) */
    bool partial;   /* by the plan: it has no errors, and bodies that nobody will ask for are left out */
    str go_version; /* the language version of its files without one of their own: "go1.21" */
    struct load_file
        *files; /* Go files of this variant, sorted by name as the go command compiles them */
    u32 n_files;
    struct load_import *imports; /* distinct, sorted by path */
    u32 n_imports;
    bool has_asm; /* .s files: bodies may be missing (with -complete otherwise) */
    bool uses_cgo;
    str *embeds; /* patterns of //go:embed */
    u32 n_embeds;
    struct load_error *errors;
    u32 n_errors;
};

struct load {
    struct arena *arena;
    struct intern *names;
    struct sources *sources;
    struct load_config config;  /* filled in */
    str go_version;             /* of GOROOT: "go1.26.8" */
    struct load_package **pkgs; /* dependencies first */
    u32 n_pkgs;
    struct load_error *errors; /* of no package: bad patterns, broken go.mod */
    u32 n_errors;
    u64 ns_find, ns_parse; /* for -time */
};

/* NULL and *e only when nothing can be said at all (no GOROOT, bad -tags). */
struct load *load_packages(const struct load_config *c, const str *patterns, size_t n,
                           struct pool *pool, struct err *e);
void load_free(struct load *l);

/* The import of path by files of p, NULL if there is none. */
const struct load_import *load_find_import(const struct load_package *p, str path);

#endif
