/* proc.h: running other programs.
 *
 * A child is started with argv, environment, directory and a choice for each of its three
 * streams.  Both output streams are read at once, so a child can fill neither pipe and hang.
 *
 * Signals: from the first proc_start (or proc_init) on, SIGINT, SIGTERM, SIGHUP and SIGQUIT
 * are handled, unless they were ignored when the tool started.  While a child runs they are
 * passed on to it (one from the terminal only if the child is in another group, as it got it
 * already) and proc_interrupted() tells; the third kills the children.  With no child, and unless
 * proc_hold was called, the temporary directories are removed and the tool dies of the signal.
 *
 * Ownership: argv and environment are copied; captured text is in the given arena.
 * Threading: several threads may run children at once, at most 64 together.
 */
#ifndef GOMM_BASE_PROC_H
#define GOMM_BASE_PROC_H

#include "base/err.h"
#include "base/str.h"

/* A NULL-terminated vector of C strings, for argv and for environments; zeroed is empty. */
struct argv {
    char **v;
    size_t n, cap;
};

void argv_init(struct argv *a);
void argv_release(struct argv *a);
void argv_push(struct argv *a, const char *s);
void argv_push_str(struct argv *a, str s);
void argv_pushf(struct argv *a, const char *fmt, ...) BASE_PRINTF(2, 3);
void argv_push_all(struct argv *a, char *const *v); /* up to its NULL */
char **argv_get(struct argv *a);                    /* NULL-terminated even if empty */

/* Environments: a copy of our own to start from; later settings replace earlier ones. */
void argv_env(struct argv *env);
void argv_setenv(struct argv *env, const char *name, const char *value); /* NULL: removes */
const char *argv_getenv(const struct argv *env, const char *name);       /* NULL: not set */

enum proc_stream {
    PROC_INHERIT, /* ours */
    PROC_NULL,    /* /dev/null */
    PROC_CAPTURE, /* collected, or given to on_output */
    PROC_MERGE,   /* stderr only: to wherever stdout goes */
    PROC_FD,      /* the descriptor in *_fd */
};

struct proc_opts {
    char *const *argv; /* argv[0] is looked up in PATH unless it holds a '/' */
    char *const *env;  /* NULL: ours */
    const char *cwd;   /* NULL: ours */

    enum proc_stream in, out, err;
    int in_fd, out_fd, err_fd; /* for PROC_FD */
    str input;                 /* with in = PROC_CAPTURE: what the child reads */

    /* Called with each piece of captured output as it comes (fd 1 or 2) instead of collecting
     * it; returning false stops the child. */
    bool (*on_output)(void *ctx, int fd, str piece);
    void *ctx;
    size_t max_output; /* of each stream; what exceeds it is dropped; 0: 1 GiB */

    u64 timeout_ms;  /* 0: none.  Then the group gets timeout_sig, and SIGKILL after grace */
    int timeout_sig; /* 0: SIGTERM */
    u64 grace_ms;    /* 0: 2000 */
    bool own_group;  /* a process group of its own; implied by timeout_ms */
    bool even_if_interrupted; /* start although proc_interrupted() */
};

struct proc_result {
    int status;                         /* exit status, or 128 + signal */
    int sig;                            /* the signal it died of, or 0 */
    bool timed_out, truncated, stopped; /* stopped: on_output returned false */
    str out, err;                       /* captured; followed by a NUL */
    u64 wall_ns, user_ns, sys_ns;
    u64 max_rss_kb, switches, switches_forced; /* of the child: rusage */
};

/* A child that runs. */
struct proc {
    int pid, pidfd;
    int place;        /* in the table of children */
    int in, out, err; /* our ends, or -1 */
    u64 started_ns;
    struct proc_opts opts; /* without argv, env, cwd; input must stay until proc_wait */
};

/* Runs a child to its end.  False only if it could not be started (or waited for): a status
 * other than 0 is a result. */
bool proc_run(struct arena *a, const struct proc_opts *o, struct proc_result *r, struct err *e);

/* The same in two steps. */
bool proc_start(const struct proc_opts *o, struct proc *p, struct err *e);
bool proc_wait(struct arena *a, struct proc *p, struct proc_result *r, struct err *e);
void proc_kill(const struct proc *p, int sig); /* the group if it has its own */

/* Becomes another program; comes back only with an error.  Temporary directories are removed
 * before, since nobody could do it later. */
bool proc_exec(char *const *argv, char *const *env, const char *cwd, struct err *e);

/* Where a program is: name itself if it holds a '/', else the first executable in `path`
 * (NULL: our PATH).  Empty parts of PATH are ignored, as Go does. */
bool proc_find(struct arena *a, const char *name, const char *path, str *out, struct err *e);

/* Installs the signal handlers now. */
void proc_init(void);
/* From now on signals are only noted where no child runs, too, since there are results that must not be lost; the third ends
 * the process all the same. */
void proc_hold(void);
/* The signal that asked us to stop, or 0. */
int proc_interrupted(void);
/* Cleans up and dies of the signal, as whoever waits for us expects. */
_Noreturn void proc_die(int sig);
/* A result as the shell would say it: "exit status 2", "signal: killed". */
str proc_status_text(struct arena *a, const struct proc_result *r);

#endif
