/* cmd_check_escape.h: the part of `gomm check` that runs nothing. */
#ifndef GOMM_CMD_CHECK_ESCAPE_H
#define GOMM_CMD_CHECK_ESCAPE_H

#include "cmd/cmd_gate.h"

struct cmd_check_escape {
    struct report *report;
    struct cmd_gate *gate;
    const struct load_config *config;
    const str *patterns;
    size_t n_patterns;
    bool alone; /* no tests run: nothing else says which packages there are, and what is wrong with them */
};

/* Adds what goes to the heap in the packages that match (notes), and assertions that do not hold (warnings), and a phase
 * "escape".  What cannot be loaded is a note of the report. */
void cmd_check_escape(const struct cmd_check_escape *x);

/* Makes one finding of what several values of one place are; in the order of the source. */
void cmd_check_escape_join(struct report *r);
/* Hides all but the largest of what goes to the heap and is still shown: a report of everything would bury the rest. */
void cmd_check_escape_largest(struct report *r);

#endif
