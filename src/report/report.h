/* report.h: what a run of gomm found, and its renderings.
 *
 * A struct report is the result document of doc/result.md in memory: findings, tests that failed
 * for other reasons, and the circumstances.  Analyses fill it, renderers only read it, and
 * report_read gets the same back from a stored document.
 *
 * Ownership: texts and arrays are in report.arena.  Threading: one thread at a time.
 */
#ifndef GOMM_REPORT_H
#define GOMM_REPORT_H

#include "base/diag.h"
#include "base/err.h"
#include "base/jsonr.h"
#include "base/vec.h"

#define REPORT_SCHEMA         "gomm/result"
#define REPORT_SCHEMA_VERSION 1

enum report_package_status {
    REPORT_PASS,
    REPORT_FAIL,
    REPORT_NO_TESTS,
    REPORT_BUILD_FAILED,
    REPORT_SKIPPED, /* loaded, but its tests did not run to an end */
};
const char *report_package_status_name(enum report_package_status s);
bool report_package_status_read(str name, enum report_package_status *out);

struct report_package {
    str path;
    enum report_package_status status;
    double seconds;
};

/* A test that failed and has something to say about it; test is empty if the package as a whole
 * did (a panic, os.Exit, TestMain).  If it raced, the race may be all that is wrong with it. */
struct report_failure {
    str package, test, output;
    bool raced;
};

typedef VEC(str) report_texts;

struct report_phase {
    str name; /* "tests" */
    double seconds;
};

/* A line that a benchmark allocates in. */
struct report_site {
    str func;         /* the user's own function that it is for */
    struct span span; /* where, in that function */
    str code, what, why; /* of the escape that it is, if it is one; what allocates; the reason in a line */
    double bytes, allocs; /* per operation */
};

struct report_benchmark {
    str package, name;
    struct finding_metric *metrics; /* medians: ns/op, B/op, ... */
    size_t n_metrics;
    struct report_site *sites; /* most bytes first; empty: not measured, or it allocates nothing */
    size_t n_sites;
    double bytes; /* per operation, those of sites too small to be told included */
};

struct report {
    struct arena *arena;
    str tool_version;
    str go_version, goos, goarch;
    str dir;  /* absolute: what names are told relative to */
    str time; /* RFC 3339, UTC: when the run began */
    u64 time_ns;
    report_texts command;
    VEC(struct report_phase) phases;
    VEC(struct report_package) packages;
    VEC(struct report_failure) failures;
    report_texts notes; /* what the reader must know to trust the rest */
    struct finding_list findings;
    VEC(struct report_benchmark) benchmarks;
    size_t race_failures; /* tests that failed and had races */
    int status;           /* the exit status of the run */
    str fail;             /* -fail: which findings make that 1; empty: warnings and errors */
};

/* A report that is empty but for its arena. */
void report_init(struct report *r, struct arena *a);
void report_note(struct report *r, const char *fmt, ...) BASE_PRINTF(2, 3);

/* The exit status that the content stands for.  A test that failed with a race counts as that race does. */
int report_status(const struct report *r);

struct report_text_opts {
    bool color;
    bool excerpts; /* several source lines, as on a terminal; otherwise one */
    bool pictures; /* of races, drawn with letters */
    str html;      /* the page that was written beside it, to be named at the end; or empty */
};

void report_text(const struct report *r, const struct report_text_opts *o, struct strbuf *out);
void report_json(const struct report *r, struct strbuf *out);
void report_sarif(const struct report *r, struct strbuf *out);
void report_html(const struct report *r, struct strbuf *out);
/* Workflow commands; names are relative to `workspace` if that is not empty. */
void report_github(const struct report *r, str workspace, struct strbuf *out);
/* Markdown, for $GITHUB_STEP_SUMMARY. */
void report_summary(const struct report *r, struct strbuf *out);

/* Parts of it, for other documents: the members up to "phases", and "findings". */
struct jsonw;
void report_json_head(struct jsonw *w, const struct report *r, const char *schema, int version);
void report_json_findings(struct jsonw *w, const struct report *r);

/* Reads a result document of this schema version; the second takes one that is parsed already, and leaves it to the caller. */
bool report_read(struct arena *a, str text, struct report *out, struct err *e);
bool report_read_document(struct arena *a, struct jsonr doc, struct report *out, struct err *e);

/* Of a document of ours with another schema: the members up to "phases", findings, notes, status. */
bool report_read_part(struct arena *a, struct jsonr doc, const char *schema, int version, struct report *out, struct err *e);

/* ---- parts that renderers share ---- */

/* A file's name as people see it. */
str report_file(const struct report *r, struct arena *a, str file);
/* "file.go:19:3", or ":19:3" if the file is `near`'s. */
str report_place(const struct report *r, struct arena *a, struct span s, str near);
/* Four digits that matter, no exponent. */
str report_number(struct arena *a, double v);
/* "1 finding", "3 findings", "no findings". */
str report_count(struct arena *a, size_t n, const char *singular, const char *plural);

/* The row of each mark; row is n_marks zeros.  Returns how many rows there are. */
u32 report_picture_rows(const struct finding_picture *p, u32 *row);
/* The drawing of a finding's picture with letters. */
void report_picture_text(struct arena *a, const struct finding_picture *p, bool color, struct strbuf *out);

/* The drawing of a finding's picture as an <svg> element. */
void report_svg(const struct report *r, const struct finding_picture *p, u32 id,
                struct strbuf *out);

/* That of the cache line on which the finding's variables lie. */
void report_svg_line(const struct finding_line *l, struct strbuf *out);

/* That of the sites of a benchmark. */
void report_svg_tree(const struct report *r, const struct report_benchmark *b, struct strbuf *out);

/* A rule behind a finding's code. */
struct report_rule {
    const char *code, *name, *summary;
    const char *text;    /* the rule, in paragraphs */
    const char *example; /* Go */
    const char *cure;
};
const struct report_rule *report_rule(str code);
const struct report_rule *report_rules(size_t *n);

/* Source lines, read once per file.  Nothing is shown of a file that changed after the run. */
struct report_source;
struct report_source *report_source_new(struct arena *a, const struct report *r);
/* Line n of the file; false if it is not to be had. */
bool report_source_line(struct report_source *s, str file, u32 line, str *out);
void report_source_free(struct report_source *s);

#endif
