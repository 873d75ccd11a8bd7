/* share_find.h: shared cache lines become findings.
 *
 * Lines of one kind are one finding: the same variables (elements of one slice without their index) in the same relation,
 * however many lines, processes and benchmarks saw them; the one with the most transfers is told.
 *
 * Ownership: findings and texts are in the list's arena.  Threading: one thread at a time.
 */
#ifndef GOMM_SHARE_FIND_H
#define GOMM_SHARE_FIND_H

#include "base/diag.h"
#include "share/share_model.h"

#define SHARE_CODE_FIELDS      "SHARE1"
#define SHARE_CODE_ELEMENTS    "SHARE2"
#define SHARE_CODE_GLOBALS     "SHARE3"
#define SHARE_CODE_NEIGHBOURS  "SHARE4"
#define SHARE_CODE_READ_MOSTLY "SHARE5"
#define SHARE_CODE_MIXED       "SHARE6"
#define SHARE_CODE_TRUE        "SHARE7"
#define SHARE_CODE_LATENT      "SHARE8"
#define SHARE_CODE_STATIC      "SHARE9"

/* What one run saw: of a benchmark, or of a package's tests. */
struct share_seen {
    struct share_log log;
    str package;
    str bench;        /* "BenchmarkX-2"; empty: tests */
    double native_ns; /* ns/op without instrumentation; 0: unknown */
    double serial_ns; /* the same with GOMAXPROCS=1; 0: unknown */
    u64 n;            /* iterations that the log counts over; 0: unknown */
};

/* A finding's share in one run. */
struct share_part_of {
    const struct share_seen *seen;
    VEC(struct share_case) cases; /* with the same variables, most transfers first */
};

struct share_found {
    const char *code;
    str key;
    struct share_case *best; /* the case that is told */
    VEC(struct share_part_of) runs;
    u64 lines;      /* cases in all runs */
    u64 transfers;  /* of all of them */
    double rate;    /* transfers per second of the best one, while it was looked at */
};

struct share_findings {
    struct arena *arena; /* set before the first use */
    VEC(struct share_found) v; /* most transfers first */
    u64 guarded; /* lines that go along with their lock */
};

/* Groups the lines of all runs. */
void share_find(const struct share_places *p, const struct share_seen *seen, size_t n, struct share_findings *out);

/* The finding's words: message, place, why, picture.  cwd: what file names are told relative to. */
struct finding *share_tell(const struct share_found *f, str cwd, struct finding_list *out);

/* Is one of the variables that count declared outside of std?  One that is not known may be. */
bool share_is_own(const struct share_case *c);

/* The first part that the finding is about, one that is written if any is; NULL: none. */
const struct share_part *share_first(const struct share_case *c);

/* "A, B and C", with at most `most` names: the variables that a case is about.  For elements one name for each element. */
str share_names(struct arena *a, const struct share_case *c, u32 most);

#endif
