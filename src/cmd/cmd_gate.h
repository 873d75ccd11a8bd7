/* cmd_gate.h: which findings are shown, and which make the exit status 1: -fail, -only, -baseline, -update, -new-from-rev,
 * and //gomm:ignore in the source.
 *
 *   cmd_gate_flags → cmd_gate_check → work, cmd_gate_file, cmd_gate_looked → cmd_gate_mark → (sort) → cmd_gate_end
 *
 * Ownership: the report's arena.  Threading: the main thread.
 */
#ifndef GOMM_CMD_GATE_H
#define GOMM_CMD_GATE_H

#include "cmd/cmd.h"
#include "load/load.h"
#include "report/report.h"
#include "report/report_baseline.h"
#include "report/report_ignore.h"

struct cmd_gate {
    const char *fail, *only, *baseline, *new_from_rev;
    bool update;
    struct arena *arena;
    struct report_codes only_codes;
    struct report_ignores ignores;
    struct report_baseline known; /* what is in the baseline */
    VEC(str) looked; /* beginnings of codes whose analysis has run */
    struct strmap files; /* file → for which of looked all of it was seen: a bit each; the same shifted by 16: by a run */
};

/* Their entries for a table of flags: -fail and -only, then those of baselines. */
enum { CMD_GATE_CODE_FLAGS = 2, CMD_GATE_FLAGS = 5 };
void cmd_gate_flags(struct cmd_gate *g, struct cmd_flag *flags, size_t n);

/* Checks the values; the report gets -fail.  To be called before work begins. */
bool cmd_gate_check(struct cmd_gate *g, struct report *r, struct err *e);

/* Is anything wanted whose code begins so?  Otherwise its analysis need not run. */
bool cmd_gate_wants(const struct cmd_gate *g, const char *prefix);

/* The analysis behind codes that begin so has run. */
void cmd_gate_looked(struct cmd_gate *g, const char *prefix);
/* Its comments are looked for in the file, once. */
void cmd_gate_file(struct cmd_gate *g, str file);
/* All of the file was seen by it: by what reads source, or by a run, which may have missed something. */
void cmd_gate_saw(struct cmd_gate *g, const char *prefix, str file, bool run);

/* Reads the baseline, before there is work that would be lost without it.  -new-from-rev: the revision's findings become
 * it.  The command runs in a copy of the revision's tree, with its arguments but for what chooses output, directory and
 * baseline, and what measures costs and cures. */
bool cmd_gate_known(struct cmd_gate *g, const char *command, char *const *args, str cwd, struct err *e);

/* Is it wanted and not ignored?  Otherwise it is marked so; for who would go on to measure it. */
bool cmd_gate_passes(struct cmd_gate *g, const struct report *r, struct finding *f);
/* Suppresses what is ignored, known or not wanted, and adds what is wrong with the comments.  The findings are to be in
 * the order of the source, and stay in it. */
void cmd_gate_mark(struct cmd_gate *g, struct report *r);
/* -update: writes the baseline; otherwise nothing. */
bool cmd_gate_write(struct cmd_gate *g, struct report *r, struct err *e);
/* Drops what is not wanted; the exit status: with -update findings are none. */
int cmd_gate_end(struct cmd_gate *g, struct report *r);

#endif
