/* cmd_bench.h: the parts of `gomm bench`: what was asked for, what was measured, one function for each output.
 *
 * Threading: the main thread.
 */
#ifndef GOMM_CMD_BENCH_H
#define GOMM_CMD_BENCH_H

#include "base/map.h"
#include "base/vec.h"
#include "bench/bench_measure.h"
#include "cmd/cmd_gate.h"
#include "cmd/cmd_output.h"
#include "cmd/cmd_progress.h"
#include "driver/driver_go.h"
#include "load/load.h"

#define CMD_BENCH_SCHEMA         "gomm/bench"
#define CMD_BENCH_SCHEMA_VERSION 1

/* Why a site allocates, as far as it is known. */
struct cmd_bench_reason {
    const struct finding *finding; /* of "Escape"; NULL: the compiler took no decision there */
    str what;                      /* "&User{...}", "append"; empty: nothing is known */
    str text;                      /* in a line */
    struct span own;               /* where it stands itself; what finding tells of is the outermost call, if it was inlined */
};

struct cmd_bench_package {
    str path, dir, module; /* module empty: std, or GOPATH mode */
    enum bench_built built;
    str said;              /* of the build */
    struct err err;
    bool ran;
    struct bench_measurements m;
    struct cmd_bench_reason **reasons; /* [benchmark][site] */
};

/* What was measured earlier, by benchmark and unit. */
struct cmd_bench_old {
    struct strmap series; /* "package\tname\tunit" → struct bench_series */
};

struct cmd_bench_escapes;

struct cmd_bench {
    struct arena arena;
    struct load_config load;
    struct driver_go go;
    struct cmd_output output;
    const char *chdir, *compare, *budget, *profile;
    bool update, no_sites, no_gc, why, all_sites;
    struct argv build_args, run_args, first_args; /* of go test -c and go list; of each run; of the first one */
    str bench, benchtime, cpu, timeout;
    u32 count;
    bool verbose;
    VEC(str) patterns;
    VEC(struct cmd_bench_package) packages;
    VEC(str) own; /* import paths */
    struct cmd_bench_escapes *escapes;
    struct cmd_gate gate; /* for budgets */
    struct cmd_progress progress;
    struct report report; /* budgets that were exceeded, failures */
    struct cmd_bench_old old;
    struct strbuf out;
    bool color, failed, broken; /* failed: a benchmark did; broken: a build did */
    u32 n_benchmarks;
};

/* cmd_bench_escape.c: analyses the packages and all that they import.  NULL if that cannot be. */
struct cmd_bench_escapes *cmd_bench_escapes_new(struct cmd_bench *c);
void cmd_bench_escapes_free(struct cmd_bench_escapes *x);
struct load *cmd_bench_load(struct cmd_bench_escapes *x);
struct program *cmd_bench_program(struct cmd_bench_escapes *x);
struct escape *cmd_bench_escape(struct cmd_bench_escapes *x); /* with units and flows, of dependencies and tests too */
void cmd_bench_reason(struct cmd_bench *c, const struct bench_site *s, struct cmd_bench_reason *out);

/* cmd_bench.c, for gomm check too.
 *
 * A package, a flag of go test's, or the tests' own arguments: a cmd_flags_mixed callback. */
int cmd_bench_flag(void *ctx, char *const *args, size_t *i, struct err *e);
/* Which packages have tests at all, where they lie, and to which modules they belong. */
bool cmd_bench_list(struct cmd_bench *c, struct err *e);
/* Builds and runs the benchmarks of one of them. */
void cmd_bench_package(struct cmd_bench *c, struct cmd_bench_package *p);
void cmd_bench_release(struct cmd_bench *c);
/* On a terminal; empty: the line is wiped out. */
void cmd_bench_progress(void *ctx, str what);

/* cmd_bench_text.c */
void cmd_bench_text_package(struct cmd_bench *c, const struct cmd_bench_package *p);
void cmd_bench_text_compare(struct cmd_bench *c);
str cmd_bench_file(struct cmd_bench *c, str file); /* as people see it */

/* cmd_bench_json.c */
void cmd_bench_json(struct cmd_bench *c, struct strbuf *out);
/* Reads c->compare: a document of ours, or what go test -bench printed. */
bool cmd_bench_read_old(struct cmd_bench *c, struct err *e);
/* Old values of a benchmark's unit; NULL if there are none. */
const struct bench_series *cmd_bench_old(struct cmd_bench *c, const struct bench_measured *b, str unit);

/* cmd_bench_report.c: packages, what was measured and what failed, into the report. */
void cmd_bench_report(struct cmd_bench *c);
/* The failures of a process alone, for gomm share too. */
void cmd_bench_failures(struct report *r, str package, const struct bench_ran *ran);
/* The document that cmd_bench_json writes, parsed, as a report; it stays the caller's. */
bool cmd_bench_is(struct jsonr doc);
bool cmd_bench_read(struct arena *a, struct jsonr doc, struct report *out, struct err *e);
/* "pass", "build failed", …: as the document has it. */
const char *cmd_bench_status_name(const struct cmd_bench_package *p);

/* cmd_bench_budget.c: adds a finding for each budget that is exceeded; with -update writes the file. */
bool cmd_bench_budgets(struct cmd_bench *c, struct err *e);

/* cmd_bench_profile.c: writes c->profile. */
bool cmd_bench_profile(struct cmd_bench *c, struct err *e);

#endif
