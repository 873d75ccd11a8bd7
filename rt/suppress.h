/* suppress.h: races that the user does not want to see (GORACE=suppressions=FILE).
 *
 * Lines are `race:PATTERN` (any frame of either stack) or `race_top:PATTERN` (the accessing frame);
 * # starts a comment.  A pattern matches a part of the function or file name; `*` stands for
 * anything, ^ and $ bind it to the ends.  Other kinds of lines are passed over.
 */
#ifndef GOMM_RT_SUPPRESS_H
#define GOMM_RT_SUPPRESS_H

#include "rt_types.h"

/* path may be NULL.  A file that cannot be read ends the program, as with the stock runtime. */
void suppress_init(const char *path);
int suppress_any(void);
int suppress_matches(const char *fn, const char *file, int top);

#endif
