/* cmd.h: the commands of gomm, one file each.
 *
 * A command gets the arguments behind its name, ending in NULL, and returns the exit status
 * (base.h, enum base_exit).  Messages go to standard error under the name "gomm: ", as the go
 * command's under "go: ".
 *
 * Threading: the main thread.
 */
#ifndef GOMM_CMD_H
#define GOMM_CMD_H

#include "base/err.h"
#include "base/str.h"

struct cmd {
    const char *name;
    const char *usage;   /* behind "usage: gomm " */
    const char *summary; /* one line, for the list of commands */
    int (*run)(char *const *args);
    const char *help; /* the rest of `gomm help NAME`; may be NULL */
};

extern const struct cmd cmd_list[];
extern const size_t cmd_count;
const struct cmd *cmd_lookup(str name);
/* The i-th topic of `gomm help`; NULL behind the last. */
const char *cmd_topic(size_t i);
/* The command or topic that was probably meant, or NULL. */
const char *cmd_suggest(str name);

int cmd_bench(char *const *args);
int cmd_build(char *const *args);
int cmd_check(char *const *args);
int cmd_completion(char *const *args);
int cmd_env(char *const *args);
int cmd_escape(char *const *args);
int cmd_explain(char *const *args);
int cmd_fix(char *const *args);
int cmd_help(char *const *args);
int cmd_layout(char *const *args);
int cmd_lsp(char *const *args);
int cmd_report(char *const *args);
int cmd_run(char *const *args);
int cmd_share(char *const *args);
int cmd_test(char *const *args);
int cmd_typecheck(char *const *args);
int cmd_version(char *const *args);

#define GOMM_VERSION "0.1.0"

/* ---- messages ---- */

/* "gomm: " text on standard error; returns BASE_EXIT_FAILURE. */
int cmd_fail(const char *fmt, ...) BASE_PRINTF(1, 2);
int cmd_fail_err(const struct err *e);
/* A mistake in the command line: the message as it is, then where to find help. */
int cmd_usage(const char *name, const char *fmt, ...) BASE_PRINTF(2, 3);

/* Writes to standard output; false, after a message, if that failed. */
bool cmd_print(str text);

/* ---- flags, as Go's flag package has them ---- */

enum cmd_flag_kind { CMD_FLAG_BOOL, CMD_FLAG_STRING };

struct cmd_flag {
    const char *name;
    enum cmd_flag_kind kind;
    void *to; /* bool *, const char ** */
};

/* Takes one flag at args[*i] and moves *i behind it.  1: done, 0: args[*i] is no flag or none of
 * these (*i unchanged), -1: a mistake, in *e. */
int cmd_flag_take(const struct cmd_flag *flags, size_t n, char *const *args, size_t *i,
                  struct err *e);

/* An argument that begins so makes a command print its flags, those that begin with the rest of it, instead of doing
 * anything: a line each, those with a value with a "=".  So the shells' completion learns them. */
#define CMD_ASK_FLAGS "--gomm.flags="
/* Reads all flags up to the first other argument, whose index is returned, or "--", behind which
 * it is; -1 after a message if there was a mistake, and then *status is the exit status (0 for
 * -h). */
int cmd_flags(const char *name, const struct cmd_flag *flags, size_t n, char *const *args,
              int *status);

/* The same where flags and other arguments come in any order.  `other` is called for what is none of these flags, moves *i
 * behind what it takes, and returns as cmd_flag_take.  0, or -1 as above. */
int cmd_flags_mixed(const char *name, const struct cmd_flag *flags, size_t n, char *const *args,
                    int (*other)(void *ctx, char *const *args, size_t *i, struct err *e), void *ctx, int *status);

#endif
