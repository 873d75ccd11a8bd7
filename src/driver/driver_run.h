/* driver_run.h: go build, go run and go test with gomm's race runtime.
 *
 * Ownership: texts are in the arena, command lines in their argv.  Threading: no state.
 */
#ifndef GOMM_DRIVER_RUN_H
#define GOMM_DRIVER_RUN_H

#include "base/proc.h"
#include "driver/driver_go.h"
#include "driver/driver_goflags.h"

/* Which runtime to link: of the flag -gomm.runtime and the variable GOMM_RUNTIME (the flag
 * wins) "stock" is Go's own, empty or "gomm" the one inside gomm, anything else a file.  And
 * whether with patched hooks (driver_patch.h): -gomm.patch and GOMM_PATCH are "on" or "off". */
struct driver_choice {
    bool stock;
    const char *file; /* absolute; NULL: built in */
    bool unpatched;
    bool verbose; /* for the caller to set: the link step says why there is no patch */
};
bool driver_choose_runtime(struct arena *a, const char *runtime, const char *patch,
                           struct driver_choice *out, struct err *e);

/* The value of -toolexec that has go run its tools through this gomm, followed by the user's
 * own -toolexec program (may be empty). */
bool driver_toolexec_flag(struct arena *a, const struct driver_choice *c, str users, str *out,
                          struct err *e);

/* The command line and environment of go for `gomm VERB args...`. */
bool driver_compose(struct arena *a, enum driver_verb verb, const struct driver_go *go,
                    const struct driver_choice *choice, const struct driver_scan *scan,
                    char *const *args, struct argv *argv, struct argv *env, struct err *e);

/* gomm build, run, test: becomes the go command.  Comes back with an exit status only if that
 * failed, after a message. */
int driver_become_go(enum driver_verb verb, char *const *args);

#endif
