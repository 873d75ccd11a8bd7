/* cmd_check_share.h: the part of `gomm check` that tells which variables shared cache lines while the tests ran. */
#ifndef GOMM_CMD_CHECK_SHARE_H
#define GOMM_CMD_CHECK_SHARE_H

#include "load/load.h"
#include "report/report.h"

/* Adds what the event file says of cache lines (notes: what it costs only a benchmark shows, with gomm share), and a
 * phase "lines" if it says anything. */
void cmd_check_share(struct report *r, const struct load_config *config, const str *patterns, size_t n, const char *events);

#endif
