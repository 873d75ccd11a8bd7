/* diag.h: struct finding, the one value that travels from analyses to renderers.
 *
 * A finding is data only.  Analyses and loaders make findings; renderers, fixers and the
 * language server read them.  A mistake in the user's program or command is a finding as well
 * (severity error).  What a part of a finding does not know it leaves zeroed: an empty text, a
 * NULL array, a line of 0.
 *
 * Ownership: texts and arrays belong to the arena of the list, or to something that lives as
 * long.  Threading: a list is one thread's at a time; findings are read by any.
 */
#ifndef GOMM_BASE_DIAG_H
#define GOMM_BASE_DIAG_H

#include "base/str.h"

/* Lines and columns count from 1, columns in bytes as in Go's messages; 0 is unknown.  The end
 * is exclusive, and 0 if unknown.  The file is absolute, or as the user named it. */
struct span {
    str file;
    u32 line, col;
    u32 end_line, end_col;
};

enum finding_severity { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

/* One line of the explanation; steps are read in order. */
struct finding_step {
    str text;
    struct span span; /* where to look, if anywhere */
};

/* Another place that belongs to the finding: "declared here", "written by goroutine 8". */
struct finding_related {
    str label;
    struct span span;
};

/* The way that a value takes, one step after the other: each with what stands there and what happens to it. */
struct finding_flow {
    struct finding_step *steps;
    size_t n_steps;
};

struct finding_frame {
    str func; /* as Go prints it: pkg.(*T).Method */
    struct span span;
};

/* A stack, innermost call first, under a title such as "write of ready by goroutine 7". */
struct finding_stack {
    str title;
    struct finding_frame *frames;
    size_t n_frames;
};

/* A measured quantity: 64 B/op, 1 allocs/op, 9.8 M transfers. */
struct finding_metric {
    str name; /* "B/op", "ns/op", "transfers/s" */
    double value;
};

/* Why a finding is kept but not shown, and does not count. */
enum finding_suppression {
    FINDING_SHOWN,
    FINDING_IGNORED, /* a //gomm:ignore in the source says so */
    FINDING_KNOWN,   /* it is in the baseline */
    FINDING_HIDDEN,  /* nobody asked for its code: it leaves the list before it is shown */
};

/* What the finding costs, as one benchmark or test saw it. */
struct finding_cost {
    str subject; /* "BenchmarkNewUser-2" */
    struct finding_metric *metrics;
    size_t n_metrics;
    double share; /* of the subject's total, 0 .. 1; negative if unknown */
    str text;     /* the same in words, if words say it better */
};

/* Replaces the span by text; an empty span inserts, an empty text deletes. */
struct finding_edit {
    struct span span;
    str text;
};

struct finding_fix {
    str title; /* "return User by value" */
    struct finding_edit *edits;
    size_t n_edits;
    str diff; /* unified diff, once it was made */
};

enum finding_verdict {
    FINDING_UNVERIFIED,   /* not tried: such a fix is never offered as verified */
    FINDING_VERIFIED,     /* tried, and the finding was gone or the gain was there */
    FINDING_REFUTED,      /* tried, and it did not help */
    FINDING_INCONCLUSIVE, /* tried, and the machine was too noisy to tell */
};

/* One quantity before and after the fix. */
struct finding_delta {
    str name; /* "ns/op" */
    double before, after;
    double low, high; /* confidence interval of after/before; 0, 0 if there is none */
    double p;         /* significance; negative if untested */
    u32 n;            /* pairs measured */
};

struct finding_check {
    enum finding_verdict verdict;
    str text; /* one line of summary, or why there is no verdict */
    struct finding_delta *deltas;
    size_t n_deltas;
    str *commands; /* how to repeat it */
    size_t n_commands;
};

/* A space-time picture: one lane for each goroutine, marks on it in the order in which that
 * goroutine came to them, edges between marks of different lanes.  Two marks are ordered only
 * along a lane and along edges; where they stand otherwise means nothing. */
struct finding_mark {
    u32 lane;
    str label;
    struct span span;
    bool hot; /* part of what the finding is about */
};

struct finding_edge {
    u32 from, to; /* indices of marks */
    str label;
    bool missing; /* the order that should be there and is not */
};

struct finding_picture {
    str *lanes;
    size_t n_lanes;
    struct finding_mark *marks;
    size_t n_marks;
    struct finding_edge *edges;
    size_t n_edges;
};

/* A picture of a cache line: what lies on which of its bytes, and who uses it. */
struct finding_cell {
    u32 from, to;  /* bytes of the line, to exclusive */
    str label;     /* "Counters.A" */
    str who;       /* "written by goroutine 7" */
    bool hot;      /* part of what the finding is about */
};

struct finding_line {
    u32 size;                   /* bytes */
    struct finding_cell *cells; /* by their first byte, not overlapping; what is between them is not used */
    size_t n_cells;
};

struct finding {
    str code; /* "ESC01", "RACE01", "SHARE1"; see `gomm explain` */
    enum finding_severity severity;
    str message; /* one line, no final full stop */
    struct span span;
    str package; /* import path */
    str object;  /* what it is about: a variable, field or function, if it has a name */
    str pattern; /* a code that says more exactly what kind of mistake it is: "RACE12"; or empty */
    /* What stays the same when code around it moves: "ESC\tpackage\tfunction\texpression", without lines; empty: its code,
     * package and object. */
    str identity;
    str fingerprint; /* a hash of that, and of how many of the same came before; see finding_identify */
    enum finding_suppression suppressed;
    str reason; /* of a suppression */

    struct finding_step *why;
    size_t n_why;
    struct finding_flow *flows;
    size_t n_flows;
    struct finding_stack *stacks;
    size_t n_stacks;
    struct finding_related *related;
    size_t n_related;
    struct finding_cost *costs;
    size_t n_costs;

    struct finding_fix fix;          /* title empty: none is known */
    struct finding_check check;      /* of that fix */
    struct finding_picture *picture; /* or NULL */
    struct finding_line *line;       /* or NULL */
    double weight;                   /* among those of one severity; not shown */
    u64 count;                       /* how often it was seen; 0 counts as 1 */
};

/* A list that grows; findings[i] pointers are valid until the list grows. */
struct finding_list {
    struct arena *arena; /* set before the first use: where texts and arrays go */
    struct finding *v;
    size_t n, cap;
};

/* A new finding at the end of the list; the message is formatted into the list's arena. */
struct finding *finding_add(struct finding_list *l, const char *code, enum finding_severity sev,
                            struct span span, const char *fmt, ...) BASE_PRINTF(5, 6);
/* Parts of a finding, added at the end. */
void finding_why(struct finding_list *l, struct finding *f, struct span span, const char *fmt, ...)
    BASE_PRINTF(4, 5);
void finding_relate(struct finding_list *l, struct finding *f, struct span span, const char *fmt,
                    ...) BASE_PRINTF(4, 5);
struct finding_flow *finding_flow(struct finding_list *l, struct finding *f);
void finding_flow_step(struct finding_list *l, struct finding_flow *flow, struct span span, str text);
struct finding_stack *finding_stack(struct finding_list *l, struct finding *f, str title);
void finding_frame(struct finding_list *l, struct finding_stack *s, str func, struct span span);
struct finding_cost *finding_cost(struct finding_list *l, struct finding *f, str subject);
void finding_metric(struct finding_list *l, struct finding_cost *c, str name, double value);
void finding_edit(struct finding_list *l, struct finding *f, struct span span, str text);
void finding_delta(struct finding_list *l, struct finding *f, struct finding_delta d);
void finding_command(struct finding_list *l, struct finding *f, str command);

/* Copies names of files, packages and objects of the findings from the given one on into the list's arena: whoever made
 * the findings may then go away. */
void finding_keep(struct finding_list *l, size_t first);

/* The text of an identity: a class of findings ("ESC", "RACE01") and what tells one from the others in it. */
str finding_identity(struct arena *a, str class, const str *fields, size_t n);
/* Gives each finding that has none an identity and a fingerprint.  The order of the list decides which of several with
 * one identity is the first: that of the source, so that they stay what they are. */
void finding_identify(struct finding_list *l);
/* Takes those out of the list that are hidden. */
void finding_drop_hidden(struct finding_list *l);

struct span span_at(str file, u32 line, u32 col);

/* By file, line, column, code, message: the order of reports that answer one question. */
int finding_cmp(const struct finding *a, const struct finding *b);
/* The largest share that it has of anything measured, 0 .. 1; 0: not measured. */
double finding_heat(const struct finding *f);
/* What is worse comes first; of equals what costs more. */
int finding_cmp_weight(const struct finding *a, const struct finding *b);
/* Stable; by finding_cmp. */
void finding_sort(struct finding_list *l);
void finding_sort_by(struct finding_list *l, int (*cmp)(const struct finding *, const struct finding *));
/* How many of those that are shown are of this severity or worse. */
size_t finding_count(const struct finding_list *l, enum finding_severity at_least);
/* How many are suppressed in this way. */
size_t finding_count_suppressed(const struct finding_list *l, enum finding_suppression how);
const char *finding_severity_name(enum finding_severity s);     /* "note", "warning", "error" */
const char *finding_suppression_name(enum finding_suppression s); /* "ignore", "baseline", ... */
const char *finding_verdict_name(enum finding_verdict verdict); /* "verified", ... */

#endif
