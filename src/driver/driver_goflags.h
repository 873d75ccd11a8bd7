/* driver_goflags.h: the flags of `go build`, `go run` and `go test`, as far as gomm must know them.
 *
 * To pass everything on untouched and still find a -toolexec among it, one must know which flags
 * take a value.  The names are those of Go 1.19 to 1.26 (GOROOT/src/cmd/go/internal/work/build.go,
 * test/testflag.go, run/run.go); what is on no list is treated as the go command treats it.
 *
 * Ownership: everything points into the arguments.  Threading: no state.
 */
#ifndef GOMM_DRIVER_GOFLAGS_H
#define GOMM_DRIVER_GOFLAGS_H

#include "base/err.h"
#include "base/str.h"

enum driver_verb { DRIVER_BUILD, DRIVER_RUN, DRIVER_TEST };

const char *driver_verb_name(enum driver_verb verb);

enum driver_flag_kind { DRIVER_FLAG_UNKNOWN, DRIVER_FLAG_BOOL, DRIVER_FLAG_VALUE };

/* name is without dashes. */
enum driver_flag_kind driver_flag_kind(enum driver_verb verb, str name);

/* The i-th flag of the go command's, NULL behind the last; those of other verbs are left out by *kind, unknown. */
const char *driver_flag_at(enum driver_verb verb, size_t i, enum driver_flag_kind *kind);

/* One argument as a flag: -name, --name, -name=value.  False if it is none ("-", "x", "--"). */
struct driver_flag {
    str name, value;
    bool has_value;
};
bool driver_flag_parse(const char *arg, struct driver_flag *f);

/* What gomm wants to know about a command line. */
struct driver_scan {
    size_t n_chdir;     /* leading arguments that are -C: 0, 1 or 2 */
    const char *chdir;  /* their directory, or NULL */
    bool *drop;         /* per argument: gomm's own, not for go */
    size_t toolexec;    /* index of the last -toolexec, or SIZE_MAX */
    bool toolexec_next; /* its value is the next argument */
    str toolexec_value;
    bool race_off;             /* the last -race says false */
    bool help;                 /* -h or -help: go prints a usage message */
    bool verbose;              /* -v */
    const char *runtime;       /* -gomm.runtime, or NULL */
    const char *patch;         /* -gomm.patch, or NULL */
    bool inherit, inherit_set; /* -gomm.inherit */
};

/* args ends in NULL.  Fails for a gomm flag that does not exist or lacks its value. */
bool driver_scan_args(struct arena *a, enum driver_verb verb, char *const *args,
                      struct driver_scan *out, struct err *e);

/* The value of the last -name=value in a GOFLAGS text; false if there is none or the text
 * cannot be split. */
bool driver_goflags_value(struct arena *a, str goflags, str name, str *out);

#endif
