/* cmd_progress.h: one line on standard error that says what is being done, where it can be redrawn.
 *
 * Threading: the main thread.
 */
#ifndef GOMM_CMD_PROGRESS_H
#define GOMM_CMD_PROGRESS_H

#include "base/str.h"

struct cmd_progress {
    bool on;      /* standard error is a terminal that can, and nothing else is written there */
    u64 every_ns; /* not drawn more often */
    u64 drawn_ns; /* when; 0: there is none */
};

void cmd_progress_show(struct cmd_progress *p, const char *fmt, ...) BASE_PRINTF(2, 3);
/* Takes the line away, before something else is written. */
void cmd_progress_erase(struct cmd_progress *p);

/* " · about 40 s left", by what the first `done` of `total` things took; empty while that says nothing. */
str cmd_progress_left(struct arena *a, u64 elapsed_ns, size_t done, size_t total);

#endif
