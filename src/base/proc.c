/* proc.c: starting children, reading what they say, waiting for their end. */
#define _GNU_SOURCE
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "base/proc_signal.h"

extern char **environ;

enum {
    READ_SIZE = 1 << 16,
    GRACE_MS = 2000,
    /* A grandchild that outlives the child may hold the pipes open.  What is read after the
     * child's end stops when nothing came for DRAIN_QUIET_MS, at most DRAIN_MS in all. */
    DRAIN_QUIET_MS = 300,
    DRAIN_MS = 5000,
    TICK_MS = 10, /* how often to look for the child's end without a pidfd */
};
static const size_t max_output_default = (size_t)1 << 30;

bool proc_find(struct arena *a, const char *name, const char *path, str *out, struct err *e)
{
    struct arena_scratch s;
    str rest, dir;
    bool found = false;

    if (*name == '\0') {
        return err_set(e, "empty program name");
    }
    if (strchr(name, '/')) {
        struct io_stat st;

        if (!io_stat(name, &st, e)) {
            return false;
        }
        if (!st.is_exec) {
            return err_os(e, st.is_dir ? EISDIR : EACCES, "exec %s", name);
        }
        *out = str_dup(a, str_of(name));
        return true;
    }
    if (!path) {
        path = getenv("PATH");
    }
    rest = str_of(path);
    s = arena_scratch_begin(a);
    while (!found && str_next_sep(&rest, ':', &dir)) {
        str full = dir.n ? path_join(s.arena, dir, str_of(name)) : (str){0};
        struct io_stat st;

        if (full.n && io_stat(full.p, &st, NULL) && st.is_exec) {
            *out = str_dup(a, full);
            found = true;
        }
    }
    arena_scratch_end(s);
    return found ? true : err_set(e, "exec: \"%s\": executable file not found in $PATH", name);
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

/* The descriptors of one start: what each stream of the child is, and what is ours. */
struct streams {
    int child[3];   /* what becomes 0, 1, 2; -1: stays as it is */
    int ours[3];    /* our end of a pipe, or -1 */
    bool opened[3]; /* child[i] is to be closed after the start */
};

static void close_streams(struct streams *s, bool ours_too)
{
    for (int i = 0; i < 3; i++) {
        if (s->opened[i]) {
            close_fd(&s->child[i]);
        }
        if (ours_too) {
            close_fd(&s->ours[i]);
        }
    }
}

/* A copy above the standard descriptors, so that setting one cannot overwrite another. */
static bool open_high(struct streams *s, int i, int fd, struct err *e)
{
    s->child[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (s->child[i] < 0) {
        return err_os(e, errno, "dup");
    }
    s->opened[i] = true;
    return true;
}

static bool open_stream(struct streams *s, int i, enum proc_stream kind, int fd, struct err *e)
{
    int ends[2], null;
    bool ok;

    switch (kind) {
    case PROC_INHERIT: return true;
    case PROC_FD: return open_high(s, i, fd, e);
    case PROC_MERGE: BUG_IF(i != 2); return open_high(s, i, s->child[1] >= 0 ? s->child[1] : 1, e);
    case PROC_NULL:
        null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0) {
            return err_os(e, errno, "open /dev/null");
        }
        ok = open_high(s, i, null, e);
        close(null);
        return ok;
    case PROC_CAPTURE:
        if (pipe2(ends, O_CLOEXEC) < 0) {
            return err_os(e, errno, "pipe");
        }
        /* The child reads end 0 of its input and writes end 1 of its outputs. */
        ok = open_high(s, i, ends[i == 0 ? 0 : 1], e);
        close(ends[i == 0 ? 0 : 1]);
        s->ours[i] = ends[i == 0 ? 1 : 0];
        fcntl(s->ours[i], F_SETFL, O_NONBLOCK);
        return ok;
    }
    BUG("unknown stream kind %d", (int)kind);
}

/* The environment with PWD as the child's directory, as Go's os/exec sets it: the go command
 * believes it. */
static char *const *child_env(const struct proc_opts *o, struct argv *made, struct arena *tmp)
{
    str here, dir;

    if (!o->cwd) {
        return o->env ? o->env : environ;
    }
    if (path_is_abs(str_of(o->cwd))) {
        dir = path_clean(tmp, str_of(o->cwd));
    } else if (io_cwd(tmp, &here, NULL)) {
        dir = path_join(tmp, here, str_of(o->cwd));
    } else {
        return o->env ? o->env : environ;
    }
    argv_push_all(made, o->env ? o->env : environ);
    argv_setenv(made, "PWD", dir.p);
    return argv_get(made);
}

static int spawn(const struct proc_opts *o, const char *file, char *const *env,
                 const struct streams *s, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t mask, ours;
    short flags = POSIX_SPAWN_SETSIGMASK;
    int os = posix_spawn_file_actions_init(&actions);

    if (os != 0) {
        return os;
    }
    os = posix_spawnattr_init(&attr);
    if (os != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return os;
    }
    /* The thread's mask without what we block ourselves. */
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    proc_signal_set(&ours);
    for (int sig = 1; sig < NSIG; sig++) {
        if (sigismember(&ours, sig) == 1) {
            sigdelset(&mask, sig);
        }
    }
    posix_spawnattr_setsigmask(&attr, &mask);
    if (o->own_group) {
        flags |= POSIX_SPAWN_SETPGROUP;
        posix_spawnattr_setpgroup(&attr, 0);
    }
    posix_spawnattr_setflags(&attr, flags);
    for (int i = 0; i < 3 && os == 0; i++) {
        if (s->child[i] >= 0) {
            os = posix_spawn_file_actions_adddup2(&actions, s->child[i], i);
        }
    }
    if (os == 0 && o->cwd) {
        os = posix_spawn_file_actions_addchdir_np(&actions, o->cwd);
    }
    if (os == 0) {
        os = posix_spawn(pid, file, &actions, &attr, o->argv, env);
    }
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return os;
}

static int open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    return -1;
#endif
}

/* The program's file, absolute if the child has another directory. */
static bool program(struct arena *tmp, const struct proc_opts *o, str *file, struct err *e)
{
    str here;

    if (!proc_find(tmp, o->argv[0], NULL, file, e)) {
        return false;
    }
    if (o->cwd && !path_is_abs(*file)) {
        if (!io_cwd(tmp, &here, e)) {
            return false;
        }
        *file = path_join(tmp, here, *file);
    }
    if (o->cwd && !io_is_dir(o->cwd)) {
        return err_os(e, io_exists(o->cwd) ? ENOTDIR : ENOENT, "chdir %s", o->cwd);
    }
    return true;
}

static bool start(const struct proc_opts *o, struct arena *tmp, struct proc *p, struct err *e)
{
    struct streams s = {{-1, -1, -1}, {-1, -1, -1}, {false, false, false}};
    struct argv made = {0};
    char *const *env;
    pid_t pid = 0;
    sigset_t old;
    str file;
    int os, place;

    if (!program(tmp, o, &file, e)) {
        return false;
    }
    if (!open_stream(&s, 0, o->in, o->in_fd, e) || !open_stream(&s, 1, o->out, o->out_fd, e) ||
        !open_stream(&s, 2, o->err, o->err_fd, e)) {
        close_streams(&s, true);
        return false;
    }
    env = child_env(o, &made, tmp);

    /* No signal between the start and knowing the child. */
    proc_signal_block(&old);
    place = proc_signal_reserve();
    if (place < 0) {
        os = EAGAIN;
    } else {
        os = spawn(o, file.p, env, &s, &pid);
        if (os == 0) {
            proc_signal_started(place, pid, o->own_group);
        } else {
            proc_signal_ended(place);
        }
    }
    proc_signal_unblock(&old);
    argv_release(&made);
    close_streams(&s, os != 0);
    if (os != 0) {
        return err_os(e, os, "start %s", o->argv[0]);
    }
    p->pid = pid;
    p->pidfd = open_pidfd(pid);
    p->place = place;
    p->in = s.ours[0];
    p->out = s.ours[1];
    p->err = s.ours[2];
    return true;
}

bool proc_start(const struct proc_opts *o, struct proc *p, struct err *e)
{
    struct arena_scratch s;
    bool ok;

    BUG_IF(o->argv == NULL || o->argv[0] == NULL);
    proc_init();
    *p = (struct proc){.pidfd = -1, .place = -1, .in = -1, .out = -1, .err = -1, .opts = *o};
    p->opts.own_group |= o->timeout_ms != 0;
    if (proc_interrupted() && !o->even_if_interrupted) {
        return err_set(e, "start %s: interrupted", o->argv[0]);
    }
    s = arena_scratch_begin(NULL);
    p->started_ns = base_now_ns();
    ok = start(&p->opts, s.arena, p, e);
    arena_scratch_end(s);
    p->opts.argv = p->opts.env = NULL;
    p->opts.cwd = NULL;
    return ok;
}

void proc_kill(const struct proc *p, int sig)
{
    kill(p->opts.own_group ? -p->pid : p->pid, sig);
}

/* Writes without dying of SIGPIPE if the child does not want its input. */
static ssize_t write_pipe(int fd, str s)
{
    sigset_t pipe, old, pending;
    ssize_t n;
    int os;
    bool was_pending;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &old);
    n = write(fd, s.p, s.n);
    os = errno;
    if (n < 0 && os == EPIPE && !was_pending) {
        struct timespec none = {0, 0};

        while (sigtimedwait(&pipe, NULL, &none) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = os;
    return n;
}

/* The state of one proc_wait. */
struct wait {
    struct proc *p;
    struct proc_result *r;
    struct strbuf text[2]; /* of fds 1 and 2 */
    str input;
    u64 kill_at;  /* when the next, harder signal is due; 0: none */
    bool killing; /* the first has been sent */
    bool ended;
    u64 drain_end, quiet_end;
    int status;
    struct rusage usage;
};

static void ask_to_stop(struct wait *w, int sig)
{
    u64 grace = w->p->opts.grace_ms ? w->p->opts.grace_ms : GRACE_MS;

    if (!w->killing) {
        w->killing = true;
        w->kill_at = base_now_ns() + grace * 1000000u;
        proc_kill(w->p, sig);
    }
}

static void got_output(struct wait *w, int fd, str piece)
{
    const struct proc_opts *o = &w->p->opts;
    struct strbuf *b = &w->text[fd - 1];
    size_t max = o->max_output ? o->max_output : max_output_default;

    if (o->on_output) {
        if (!w->r->stopped && !o->on_output(o->ctx, fd, piece)) {
            w->r->stopped = true;
            if (!w->ended) {
                ask_to_stop(w, SIGTERM);
            }
        }
        return;
    }
    if (piece.n > max - base_min(max, b->n)) {
        piece = str_slice(piece, 0, max - base_min(max, b->n));
        w->r->truncated = true;
    }
    strbuf_put(b, piece);
}

/* Reads what is there; closes at the end of the stream. */
static void read_output(struct wait *w, int fd, int *ours)
{
    char buf[READ_SIZE];
    ssize_t n = read(*ours, buf, sizeof(buf));

    if (n > 0) {
        got_output(w, fd, (str){buf, (size_t)n});
        w->quiet_end = base_now_ns() + DRAIN_QUIET_MS * 1000000u;
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        close_fd(ours);
    }
}

static void write_input(struct wait *w)
{
    ssize_t n = w->input.n ? write_pipe(w->p->in, w->input) : 0;

    if (n > 0) {
        w->input = str_from(w->input, (size_t)n);
    }
    if (w->input.n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        close_fd(&w->p->in);
    }
}

/* Takes the child's status if it has ended.  Its place in the table goes first: while it is
 * not reaped its number cannot belong to another process. */
static void reap(struct wait *w)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)w->p->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
        if (errno == EINTR) {
            return;
        }
    } else if (info.si_pid == 0) {
        return; /* still running */
    }
    if (w->p->opts.own_group && (w->r->timed_out || w->r->stopped)) {
        proc_kill(w->p, SIGKILL); /* what is left of its group */
    }
    proc_signal_ended(w->p->place);
    while (wait4(w->p->pid, &w->status, 0, &w->usage) < 0) {
        if (errno != EINTR) {
            w->status = 0x7F00; /* someone else reaped it: report 127 */
            break;
        }
    }
    w->ended = true;
    w->r->wall_ns = base_now_ns() - w->p->started_ns;
    w->quiet_end = base_now_ns() + DRAIN_QUIET_MS * 1000000u;
    w->drain_end = base_now_ns() + DRAIN_MS * 1000000u;
}

/* Signals that are due; then how long poll may sleep, in ms, or -1. */
static int deadlines(struct wait *w)
{
    u64 now = base_now_ns(), next = 0;

    if (w->ended) {
        next = w->quiet_end < w->drain_end ? w->quiet_end : w->drain_end;
    } else if (w->kill_at) {
        if (now >= w->kill_at) {
            if (w->killing) {
                proc_kill(w->p, SIGKILL);
                w->kill_at = 0;
            } else {
                w->r->timed_out = true;
                ask_to_stop(w, w->p->opts.timeout_sig ? w->p->opts.timeout_sig : SIGTERM);
            }
        }
        next = w->kill_at;
    }
    if (!w->ended && w->p->pidfd < 0 && (next == 0 || next > now + TICK_MS * 1000000u)) {
        next = now + TICK_MS * 1000000u;
    }
    if (next == 0) {
        return -1;
    }
    return next <= now ? 0 : (int)base_min((next - now) / 1000000u + 1, 1u << 30);
}

static bool finished(const struct wait *w)
{
    u64 now;

    if (!w->ended) {
        return false;
    }
    now = base_now_ns();
    return (w->p->out < 0 && w->p->err < 0) || now >= w->quiet_end || now >= w->drain_end;
}

static void wait_loop(struct wait *w)
{
    struct proc *p = w->p;

    while (!finished(w)) {
        struct pollfd fds[4] = {
            {p->in, POLLOUT, 0},
            {p->out, POLLIN, 0},
            {p->err, POLLIN, 0},
            {w->ended ? -1 : p->pidfd, POLLIN, 0},
        };
        int n = poll(fds, ARRAY_LEN(fds), deadlines(w)); /* negative fds are skipped */

        if (n < 0) {
            BUG_IF(errno != EINTR && errno != ENOMEM && errno != EAGAIN);
            continue;
        }
        if (fds[1].revents) {
            read_output(w, 1, &p->out);
        }
        if (fds[2].revents) {
            read_output(w, 2, &p->err);
        }
        if (fds[0].revents) {
            write_input(w);
        }
        if (!w->ended && (fds[3].revents || p->pidfd < 0)) {
            reap(w);
        }
    }
}

static u64 timeval_ns(struct timeval tv)
{
    return (u64)tv.tv_sec * 1000000000u + (u64)tv.tv_usec * 1000u;
}

bool proc_wait(struct arena *a, struct proc *p, struct proc_result *r, struct err *e)
{
    struct wait w = {.p = p, .r = r, .input = p->opts.input};

    *r = (struct proc_result){0};
    if (p->pid <= 0) {
        return err_set(e, "wait: the child was not started, or waited for already");
    }
    if (p->opts.timeout_ms) {
        w.kill_at = p->started_ns + p->opts.timeout_ms * 1000000u;
    }
    wait_loop(&w);
    close_fd(&p->in);
    close_fd(&p->out);
    close_fd(&p->err);
    close_fd(&p->pidfd);
    p->pid = 0;

    if (WIFSIGNALED(w.status)) {
        r->sig = WTERMSIG(w.status);
        r->status = 128 + r->sig;
    } else {
        r->status = WEXITSTATUS(w.status);
    }
    r->user_ns = timeval_ns(w.usage.ru_utime);
    r->sys_ns = timeval_ns(w.usage.ru_stime);
    r->max_rss_kb = (u64)w.usage.ru_maxrss;
    r->switches = (u64)w.usage.ru_nvcsw;
    r->switches_forced = (u64)w.usage.ru_nivcsw;
    r->out = str_dup(a, strbuf_str(&w.text[0]));
    r->err = str_dup(a, strbuf_str(&w.text[1]));
    strbuf_release(&w.text[0]);
    strbuf_release(&w.text[1]);
    return true;
}

bool proc_run(struct arena *a, const struct proc_opts *o, struct proc_result *r, struct err *e)
{
    struct proc p;

    *r = (struct proc_result){0};
    return proc_start(o, &p, e) && proc_wait(a, &p, r, e);
}

bool proc_exec(char *const *argv, char *const *env, const char *cwd, struct err *e)
{
    struct proc_opts o = {.argv = argv, .env = env, .cwd = cwd};
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct argv made = {0};
    char *const *full;
    str file;
    bool ok = program(s.arena, &o, &file, e);

    if (ok) {
        full = child_env(&o, &made, s.arena);
        if (cwd && chdir(cwd) < 0) {
            ok = err_os(e, errno, "chdir %s", cwd);
        } else {
            fflush(stdout);
            io_temp_remove_all();
            execve(file.p, argv, full);
            ok = err_os(e, errno, "exec %s", argv[0]);
        }
    }
    argv_release(&made);
    arena_scratch_end(s);
    return ok;
}

str proc_status_text(struct arena *a, const struct proc_result *r)
{
    if (r->timed_out) {
        return str_fmt(a, "timed out after %.1f s", (double)r->wall_ns / 1e9);
    }
    if (r->sig) {
        return str_fmt(a, "signal: %s", err_signal_text(r->sig));
    }
    return str_fmt(a, "exit status %d", r->status);
}
