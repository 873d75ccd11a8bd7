/* cmd_share_cure.h: what a finding of `gomm share` costs, what cures it, and whether the cure holds.
 *
 * Ownership: as cmd_share_run.h.  Threading: the main thread.
 */
#ifndef GOMM_CMD_SHARE_CURE_H
#define GOMM_CMD_SHARE_CURE_H

#include "cmd/cmd_share_run.h"
#include "fix/fix_pad.h"
#include "fix/fix_verify.h"

struct cmd_share_cure {
    struct arena *arena;
    struct cmd_share_run *runs;
    const struct share_places *places;
    const struct load_config *config; /* the program is loaded again with a cure */
    u32 line;                         /* bytes of a cache line */
    bool verify, write;
    void (*progress)(void *ctx, const char *what); /* may be NULL */
    void *ctx;
    struct fix_verifier *verifier; /* made when needed */
    struct fix_edits confirmed;    /* of all cures that held; without verifying, of all */
    str diff;                      /* of them together */
    u32 n_confirmed, n_proposed;
    bool written;
};

/* Adds costs, severity, fix and check to a finding; f was told by share_tell. */
void cmd_share_cure(struct cmd_share_cure *c, const struct share_found *found, struct finding_list *list, struct finding *f);

/* All these cures together: their diff, and with write their files.  Ends the verifier. */
bool cmd_share_cure_end(struct cmd_share_cure *c, struct err *e);

#endif
