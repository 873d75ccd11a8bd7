/* fix_verify_int.h: what the files of the verifier share.
 *
 * Threading: as fix_verify.h.
 */
#ifndef GOMM_FIX_VERIFY_INT_H
#define GOMM_FIX_VERIFY_INT_H

#include "base/map.h"
#include "fix/fix_verify.h"

struct fix_verifier {
    struct arena *arena;
    struct fix_verify_opts o;
    const char *gofmt;     /* NULL: not looked for yet */
    const char *dir;       /* temporary: test binaries; NULL: not made yet */
    u32 n_binaries;
    struct strmap outcomes; /* "race pkg" → struct fix_outcomes *, before the change */
    struct strmap binaries; /* package and texts that are added → struct bench_binary *, before the change */
    struct strmap vetted;   /* package → whether it built and passed vet before */
};

void fix_verify_say(struct fix_verifier *v, const char *fmt, ...) BASE_PRINTF(2, 3);
/* The go command with the user's flags; overlay: instead of the user's own; NULL: that one. */
void fix_verify_go(struct fix_verifier *v, const char *verb, const struct fix_overlay *o, struct argv *argv);
/* Runs that where the user's go command would run, with no input, ten minutes at most, and releases argv; false: it did not run. */
bool fix_verify_command(struct fix_verifier *v, struct argv *argv, enum proc_stream out, enum proc_stream err,
                        struct proc_result *r, struct err *e);
u64 fix_verify_timeout(const struct fix_verifier *v);
/* The first lines of what a command said, for a message. */
str fix_verify_first_line(struct arena *a, str said);

#endif
