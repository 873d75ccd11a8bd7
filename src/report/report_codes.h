/* report_codes.h: lists of codes, as -fail, -only and //gomm:ignore have them.
 *
 * A list is separated by commas.  An item is a code (RACE01, and of patterns RACE12), or what several codes begin with
 * (RACE, ESC); a ! before it takes those out of the rest.  Where severities are allowed, note, warning and error stand
 * for that or worse, none for nothing.  Capitals or not is the same.
 *
 * Ownership: the arena given.  Threading: a list is only read.
 */
#ifndef GOMM_REPORT_CODES_H
#define GOMM_REPORT_CODES_H

#include "base/diag.h"
#include "base/err.h"
#include "base/vec.h"

struct report_code_item {
    str code; /* capitals; empty: a severity */
    bool exact; /* there is a rule of that name: it stands for nothing longer */
    bool out; /* with a ! */
    enum finding_severity severity;
};

struct report_codes {
    bool none; /* matches nothing */
    VEC(struct report_code_item) items;
};

/* An empty list is an error: what should it mean? */
bool report_codes_parse(struct arena *a, str text, bool severities, struct report_codes *out, struct err *e);

/* One item that is a code; false with *e if no rule has such a code. */
bool report_code_parse(struct arena *a, str text, struct report_code_item *out, struct err *e);
bool report_code_covers(const struct report_code_item *item, str code);

bool report_codes_match(const struct report_codes *c, const struct finding *f);
/* Could a code that begins so match?  A list without items matches everything. */
bool report_codes_family(const struct report_codes *c, str prefix);

#endif
