/* fix_verify.h: does a change hold what it promises?  For `gomm fix` and `gomm share`.
 *
 *   fix_verifier_new → for each proposal: fix_verify → fix_result_finding
 *
 * A proposal is a set of edits.  Nothing of it is written where the user's files are: the go command sees it as an
 * overlay.  It is built and vetted, its packages' tests must have the outcomes that they had before, with the race
 * runtime too, and the benchmarks are run in turns before and after (bench/bench_run.h), with a control of each binary
 * against itself.  What is known of the state before is found once for each package.
 *
 * The steps can be taken one by one too, where many proposals share them.
 *
 * Ownership: texts of results are in the verifier's arena, which is the caller's.  Threading: one thread; nothing else
 * should run meanwhile.  Ctrl-C ends what runs: the result is then inconclusive and says so.
 */
#ifndef GOMM_FIX_VERIFY_H
#define GOMM_FIX_VERIFY_H

#include "base/proc.h"
#include "bench/bench_run.h"
#include "driver/driver_go.h"
#include "fix/fix_apply.h"

struct fix_verify_opts {
    const struct driver_go *go;
    str cwd;                /* where the go command runs, absolute */
    str tags, mod, overlay; /* the user's flags; empty: not given */
    bool short_tests;       /* -short */
    bool no_race;           /* not under the race runtime */
    str bench;              /* regexp of benchmarks; empty: all */
    str exec;               /* by way of which benchmarks are started (bench_through); empty: directly */
    u32 pairs;              /* of runs before and after; 0: 10 */
    u64 run_ms;             /* how long one run of a benchmark should take; 0: 50 */
    u64 timeout_ms;         /* of the tests of one package, of all benchmarks of one once; 0: two minutes */
    void (*progress)(void *ctx, const char *what); /* "testing p"; may be NULL */
    void *ctx;
};

/* By which measure a change is to pay. */
enum fix_gain {
    FIX_GAIN_TIME,   /* ns/op */
    FIX_GAIN_ALLOCS, /* allocs/op or B/op, without more time */
};

struct fix_proposal {
    str title;                 /* "return User by value" */
    const struct fix_edits *edits;
    str package;               /* import path: where benchmarks are */
    const str *packages;       /* whose tests must go on to pass; NULL: package alone */
    size_t n_packages;
    enum fix_gain gain;
    str bench;                 /* regexp of the benchmarks that matter; empty: those of the options */
    const struct fix_extra *extra; /* files that are there before and after, such as a benchmark made for this; n 0: none */
    size_t n_extra;
    /* Another look at the changed program, whose overlay it is; false: it is not as wanted, *why says what.  NULL: none. */
    bool (*look)(void *ctx, const struct fix_overlay *o, str *why);
    void *ctx;
};

enum fix_outcome {
    FIX_CONFIRMED,    /* built, tested, and measured to pay */
    FIX_NO_GAIN,      /* measured, and nothing is gained */
    FIX_UNMEASURED,   /* built and tested; no benchmark shows a difference that could be its own */
    FIX_INCONCLUSIVE, /* the machine was too busy, or it was interrupted */
    FIX_FAILED,       /* does not build, or changes the outcome of a test */
};
const char *fix_outcome_name(enum fix_outcome o); /* "confirmed", "no gain", ... */

struct fix_result {
    enum fix_outcome outcome;
    str text; /* one line: what was gained, or why not */
    VEC(struct finding_delta) deltas; /* of the benchmark that shows it best: name "ns/op", "B/op", "allocs/op" */
    str benchmark;                    /* that one's name */
    VEC(str) commands;                /* how to repeat it; the overlay stands there as fix.json */
    str diff;
    fix_files files; /* as they are to be written */
};

struct fix_verifier;
struct fix_verifier *fix_verifier_new(struct arena *a, const struct fix_verify_opts *o);
void fix_verifier_free(struct fix_verifier *v); /* removes its temporary files */

/* All of it. */
void fix_verify(struct fix_verifier *v, const struct fix_proposal *p, struct fix_result *out);
/* Into a finding: its check, and with the edits its fix. */
void fix_result_finding(const struct fix_proposal *p, const struct fix_result *r, str dir, struct finding_list *list,
                        struct finding *f);

/* ---- the steps ---- */

/* The files as they would be, formatted; false: the edits give no Go. */
bool fix_verify_files(struct fix_verifier *v, const struct fix_edits *e, fix_files *out, str *why);
/* Does it build and pass vet, with its tests, as it did before? */
bool fix_verify_build(struct fix_verifier *v, const str *packages, size_t n, const struct fix_overlay *o, str *why);
/* The packages of a module that import a package, by way of others or in their tests; a package that imports none in the
 * module is not among them. */
bool fix_verify_importers(struct fix_verifier *v, str module, str package, str **out, u32 *n, str *why);
/* Have the tests of these packages the same outcome as before?  With race: under gomm's race runtime.  If not, both are
 * run once more before that is said.  *why then names a test. */
bool fix_verify_tests(struct fix_verifier *v, const str *packages, size_t n, const struct fix_overlay *o, bool race,
                      str *why);
/* Benchmarks before and after; fills outcome, text, deltas, benchmark.  Never FIX_CONFIRMED without gain. */
void fix_verify_measure(struct fix_verifier *v, const struct fix_proposal *p, const fix_files *files,
                        struct fix_result *out);
/* The benchmarks that allocate less with these files: most first, each once.  What p says of benchmarks and files that are
 * added holds; its edits are not looked at.  False: *why there are none to be had (or none of before the change). */
bool fix_verify_probe(struct fix_verifier *v, const struct fix_proposal *p, const fix_files *files, str **names, u32 *n,
                      str *why);
/* How to repeat it by hand. */
void fix_verify_commands(struct fix_verifier *v, const struct fix_proposal *p, struct fix_result *out);
/* What the installed compiler says of values in the heap: with -gcflags=-m the messages "... escapes to heap" and "moved to
 * heap: ..." of the package's files, sorted; NULL o: before the change.  False: it does not build. */
struct fix_message {
    str file; /* base name */
    u32 line, col;
    str text;
};
bool fix_verify_messages(struct fix_verifier *v, str package, const struct fix_overlay *o, struct fix_message **out, u32 *n,
                         str *why);

#endif
