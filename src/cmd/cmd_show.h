/* cmd_show.h: how commands on the front end name files, places and packages: as the go command does.
 *
 * Ownership: texts are in the arena or the load's.  Threading: the main thread.
 */
#ifndef GOMM_CMD_SHOW_H
#define GOMM_CMD_SHOW_H

#include "load/load.h"

struct cmd_show {
    struct arena *arena;
    str cwd;
    const struct load *load;
};

/* Below the current directory ./x, otherwise relative if that is shorter. */
str cmd_show_file(const struct cmd_show *s, str file);
/* "file:line:col: ", without the column where the compiler does not know it. */
void cmd_show_span(const struct cmd_show *s, struct strbuf *out, struct span at);
/* "p", "p [q.test]". */
str cmd_show_title(const struct cmd_show *s, const struct load_package *p);
/* Is what is to be said of it said of another package: p of "p [p.test]", which has the same files? */
bool cmd_show_repeated(const struct cmd_show *s, const struct load_package *p);
/* For -time, on standard error: a phase with its time, with lines read (but for "find") and peak memory. */
void cmd_show_time(const struct cmd_show *s, const char *phase, double ms);

#endif
