/* report_ignore.h: //gomm:ignore CODE[,CODE] reason.
 *
 * At the end of a line, or above one, it speaks of what is found in that line; above a declaration (in its doc comment)
 * of all of it; above the package clause of the file.  What is found there with such a code (report_codes.h) stays in
 * the result, but is not shown and does not count.  A race is found at both of its accesses.
 *
 * The comments themselves are looked after: IGN01 without a reason, IGN02 a code that there is not, IGN03 nothing was
 * found there that it could speak of.
 *
 * Ownership: the arena given.  Threading: one thread.
 */
#ifndef GOMM_REPORT_IGNORE_H
#define GOMM_REPORT_IGNORE_H

#include "report/report_codes.h"
#include "syntax/parse.h"

struct report_ignore {
    str text;         /* the comment */
    struct span at;   /* of it */
    u32 from, to;     /* lines of at.file that it speaks of; 0: none */
    str reason;
    VEC(struct report_code_item) codes;
    VEC(bool) used;   /* of codes */
    VEC(str) unknown; /* codes that there are not */
};

struct report_ignores {
    struct arena *arena;
    VEC(struct report_ignore) v;
};

/* Notes the comments of a file; it is read. */
void report_ignores_file(struct report_ignores *ig, str file);
/* The same of one that is in memory. */
void report_ignores_parsed(struct report_ignores *ig, struct sources *sources, const struct ast *f);

/* Suppresses a finding of which they speak; dir: the directory to which names of files are relative. */
void report_ignores_finding(struct report_ignores *ig, str dir, struct finding *f);

enum report_looked {
    REPORT_NOT_LOOKED, /* nothing can be said */
    REPORT_RAN,        /* a run has not shown it; another one may */
    REPORT_LOOKED,     /* it would have been found */
};

/* Adds findings about the comments.  looked: has what makes findings of such codes looked at all of the file? */
void report_ignores_check(const struct report_ignores *ig, struct finding_list *l,
                          enum report_looked (*looked)(void *ctx, str file, const struct report_code_item *code), void *ctx);

#endif
