/* fix_find.h: proposals: changes of a package's source that take values out of the heap, each with the argument for why the
 * program goes on to mean the same (doc/fix.md has the arguments by rule).
 *
 *   fix_find of each package → candidates → verification (fix_verify.h)
 *
 * A rule is a file of its own (fix_fmt.c, ...).  It looks at the checked tree and proposes only what it can argue for;
 * what it is not sure of it leaves.  Whether a candidate pays is not its concern: that is measured.
 *
 * Ownership: in the arena given.  Threading: a package at a time.
 */
#ifndef GOMM_FIX_FIND_H
#define GOMM_FIX_FIND_H

#include "fix/fix_edit.h"
#include "fix/fix_tree.h"

struct fix_candidate {
    const char *rule;  /* "fmt", "prealloc", ...: as -rule names it */
    str title;         /* "strconv.Itoa and + instead of fmt.Sprintf" */
    str argument;      /* one line: why it means the same */
    str what;          /* what is wrong there, if no value in the heap is what it is about; empty: in general words */
    const struct package *pkg;
    u32 file;
    pos at;            /* the site */
    pos from, to;      /* the text in which what goes to the heap stands */
    bool keeps;        /* no value in the heap of this package goes away: fewer are made, or earlier, or elsewhere */
    node func;         /* FUNC_DECL around it; 0: none */
    struct fix_edits edits;
    bool api;          /* what importers see changes */
    bool identity;     /* what was two values may be one, or the other way round */
    u32 brings;        /* values in the heap that the new text has itself (one make, one string) */
};
typedef VEC(struct fix_candidate) fix_candidates;

struct fix_find {
    struct arena *arena;
    const struct package *pkg;
    const struct package *test; /* the same with its tests, and of them the external ones, whose files may have to change; NULL */
    const struct package *xtest;
    bool api;         /* also what changes the API */
    const char *rule; /* only this one; NULL: all */
    fix_candidates *out;
};

/* All candidates of a package's own files; none of generated ones, of cgo's, of tests. */
void fix_find(const struct fix_find *f);

/* A candidate at n, to be filled in; its edits have their arena. */
struct fix_candidate *fix_propose(const struct fix_find *f, const struct fix_tree *t, const char *rule, node n);

/* The rules. */
#define FIX_RULES "fmt, prealloc, hoist, buffer, outline, value, closure, append, dst or param"
bool fix_rule_exists(const char *name);
void fix_fmt(const struct fix_find *f, const struct fix_tree *t);
void fix_prealloc(const struct fix_find *f, const struct fix_tree *t);
void fix_hoist(const struct fix_find *f, const struct fix_tree *t);
void fix_buffer(const struct fix_find *f, const struct fix_tree *t);
void fix_outline(const struct fix_find *f, const struct fix_tree *t);
/* Of all files of the package, its tests and its external tests (fix_whole.h). */
struct fix_whole;
void fix_value(const struct fix_whole *w);
void fix_closure(const struct fix_whole *w);
void fix_append(const struct fix_whole *w);
void fix_dst(const struct fix_whole *w);
void fix_param(const struct fix_whole *w);

/* A benchmark that calls the candidates' functions with values made up for their parameters, sub-benchmarks
 * "BenchmarkGommFix/f/a"; empty text: none of them can be called so.  To be added to the package's directory. */
#define FIX_BENCH_FILE "gomm_fix_generated_test.go"
str fix_bench_text(struct arena *a, const struct package *pkg, const struct fix_candidate *v, u32 n);
/* The text without what stands in a line that the compiler does not take: a benchmark, or an import; empty: neither. */
str fix_bench_without(struct arena *a, str text, u32 line);
/* "f", "T.m" */
str fix_bench_function(struct arena *a, const struct package *pkg, const struct obj *o);
/* May a function be called with any values: does neither it nor anything that it calls touch files, processes, the
 * network or memory behind the language's back, nor wait for anything? */
bool fix_is_harmless(struct arena *a, struct obj *o);

#endif
