/* flags.h: options from the environment: GORACE (go.dev/doc/articles/race_detector, "Options", and
 * those that the stock runtime takes silently), and GOMM_EVENTS (include/gomm/events.h).
 */
#ifndef GOMM_RT_FLAGS_H
#define GOMM_RT_FLAGS_H

#include "rt_types.h"

struct flags {
    int exitcode;             /* of a program that would exit 0, had it no race */
    u32 halt_on_error;        /* exit after the first report */
    u32 equal_stacks;         /* suppress_equal_stacks=0: report a pair of stacks again ... */
    u32 equal_addresses;      /* ... suppress_equal_addresses=0: even at the same address */
    u32 all_pairs;            /* gomm's own: every pair of stacks, see cell.h; slow */
    u32 sleep_asked;          /* atexit_sleep_ms was given: it holds whatever still runs */
    u64 atexit_sleep_ms;      /* goroutines that still run at exit may still race */
    const char *log_path;     /* NULL or "stderr", "stdout", or a file to which .pid is appended */
    const char *strip_prefix; /* removed from the file names in reports */
    const char *suppressions; /* file */
    const char *events;       /* file */
};

extern struct flags flags;

/* Reads the process's environment; call once.  A malformed GORACE ends the program. */
void flags_init(void);

#endif
