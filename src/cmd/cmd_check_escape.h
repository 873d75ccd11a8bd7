/* cmd_check_escape.h: the part of `gomm check` that runs nothing. */
#ifndef GOMM_CMD_CHECK_ESCAPE_H
#define GOMM_CMD_CHECK_ESCAPE_H

#include "load/load.h"
#include "report/report.h"

/* Adds what goes to the heap in the packages that match (notes; the largest of many), and assertions that do not hold
 * (warnings), and a phase "escape".  What cannot be loaded is a note of the report. */
void cmd_check_escape(struct report *r, const struct load_config *config, const str *patterns, size_t n);

#endif
