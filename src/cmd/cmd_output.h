/* cmd_output.h: the flags by which `gomm check` and `gomm report` choose how to show a report.
 *
 * Threading: the main thread.
 */
#ifndef GOMM_CMD_OUTPUT_H
#define GOMM_CMD_OUTPUT_H

#include "cmd/cmd.h"
#include "driver/driver_go.h"
#include "driver/driver_version.h"
#include "report/report.h"

struct cmd_output {
    bool text, json, sarif, github;
    bool pictures; /* -v: in the text too; not one of the flags here */
    const char *html; /* a file */
    const char *store;
    const char *color;
};

/* Their entries for a table of flags; the table's size. */
enum { CMD_OUTPUT_FLAGS = 7 };
void cmd_output_flags(struct cmd_output *o, struct cmd_flag flags[CMD_OUTPUT_FLAGS]);

/* Checks the choice, before work begins on something that cannot be shown. */
bool cmd_output_check(const struct cmd_output *o, struct err *e);

/* An empty report of a command that begins now: the time, gomm, the command line. */
void cmd_output_begin(struct report *r, struct arena *a, const char *command, char *const *args);
/* The Go that was found. */
void cmd_output_go(struct report *r, const struct driver_go *go);

/* Shows the report as chosen, and writes the files.  Whatever can be written is written: false,
 * after messages, if not all could. */
bool cmd_output_show(const struct cmd_output *o, const struct report *r);

/* The files alone. */
bool cmd_output_files(const struct cmd_output *o, const struct report *r, bool *html_written);

#endif
