/* fix_run.h: the candidates of a package through verification: what they have in common is done once.
 *
 *   all together: build, vet, tests; if that fails, the ones that are to blame are found by halves
 *   each one:     benchmarks, the package's and made ones; the compiler's decisions, by gomm and by the compiler
 *   again:        those that did not go together with others, with what was confirmed up to then
 *   all that were confirmed together: tests, and tests under the race runtime
 *
 * Ownership: in the arena given.  Threading: as fix_verify.h.
 */
#ifndef GOMM_FIX_RUN_H
#define GOMM_FIX_RUN_H

#include "escape/escape_find.h"
#include "fix/fix_find.h"
#include "fix/fix_verify.h"

struct fix_run {
    struct arena *arena;
    struct fix_verifier *verifier;
    const struct fix_verify_opts *opts;
    struct escape *escape; /* of the program as it is, with keep_units */
    struct pool *pool;
    bool no_benchmarks;      /* only build and test */
    bool no_made_benchmarks; /* only the package's own */
    struct strmap elsewhere; /* set by fix_run_engine for fix_run_compiler: messages about what is inlined from other packages */
};

struct fix_done {
    const struct fix_candidate *c;
    struct fix_result result;
};

/* done[n] belongs to candidates[n].  *files: those that change if all confirmed ones are taken. */
void fix_run_release(struct fix_run *r);
void fix_run_package(struct fix_run *r, const struct package *p, const fix_candidates *candidates, struct fix_done *done,
                     fix_files *files);

/* Does the compiler's analysis, as gomm does it, on the overlay have nothing new in the heap but what the candidate brings,
 * and something less?  *why if not. */
bool fix_run_engine(struct fix_run *r, const struct fix_candidate *c, const struct fix_overlay *o, str *why);
/* The same by the messages of the installed compiler; after fix_run_engine. */
bool fix_run_compiler(struct fix_run *r, const struct fix_candidate *c, const struct fix_overlay *o, str *why);

#endif
