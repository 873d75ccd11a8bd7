/* flags.h: options from the environment: GORACE (go.dev/doc/articles/race_detector, "Options", and
 * those that the stock runtime takes silently), GOMM for gomm's own (sample.h, line.h; written alike, but what is not known
 * ends the program too), and GOMM_EVENTS (include/gomm/events.h).
 */
#ifndef GOMM_RT_FLAGS_H
#define GOMM_RT_FLAGS_H

#include "rt_types.h"

/* 100 % of the time: no sampling. */
enum { SAMPLE_ALL = 100000 };
#define FLAG_UNSET (~0u)

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
    u32 sample;               /* GOMM: part of the time that is checked, of SAMPLE_ALL */
    u64 sample_burst;         /* ns, at once and on average */
    u32 edges;                /* GOMM: note what goroutines do to synchronise (edge.h) */
    u64 sample_seed;          /* of the lengths; 0: another one each time */
    u32 share;                /* GOMM: LINE_* (line.h) */
    u64 share_window;         /* ns */
};

extern struct flags flags;

/* Reads the process's environment; call once.  A malformed GORACE or GOMM ends the program. */
void flags_init(void);

#endif
