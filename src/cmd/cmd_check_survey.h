/* cmd_check_survey.h: which packages `gomm check` is about, and their files, before anything is analysed.
 *
 * Ownership: what it borrows from the load lives until cmd_check_survey_end.  Threading: the main thread.
 */
#ifndef GOMM_CMD_CHECK_SURVEY_H
#define GOMM_CMD_CHECK_SURVEY_H

#include "cmd/cmd_gate.h"

struct cmd_check_survey {
    struct load *load; /* nothing of it is parsed; NULL: it could not be loaded, and others say why */
    size_t n_tested;   /* packages with tests */
};

/* Finds the packages; the gate learns of their files. */
void cmd_check_survey(struct cmd_check_survey *s, const struct load_config *config, const str *patterns, size_t n, struct cmd_gate *g);
void cmd_check_survey_end(struct cmd_check_survey *s);

/* All tests of the package have run: the gate learns what that says of its files. */
void cmd_check_survey_ran(const struct cmd_check_survey *s, str package, struct cmd_gate *g);

#endif
