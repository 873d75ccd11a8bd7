/* unit.h: what the unit tests share: cmocka with the headers that it forgets, text assertions,
 * and running a piece of code in a child that may die.
 *
 * Threading: tests run one after the other.
 */
#ifndef GOMM_TEST_UNIT_H
#define GOMM_TEST_UNIT_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

#define assert_str(got, want)                                                    \
    do {                                                                         \
        str unit_got = (got);                                                    \
        const char *unit_want = (want);                                          \
                                                                                 \
        if (!str_is(unit_got, unit_want)) {                                      \
            fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(unit_got), unit_want); \
        }                                                                        \
    } while (0)

/* What became of a child process, and what it wrote to standard error. */
struct unit_child {
    int status; /* exit status, or 128 + signal */
    char err[4096];
};

/* Calls fn(arg) in a forked child, which then exits with status 0. */
static inline struct unit_child unit_fork(void (*fn)(void *arg), void *arg)
{
    struct unit_child c = {0};
    size_t n = 0;
    ssize_t got;
    int ends[2], status;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    fflush(stderr);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], 2);
        /* cmocka catches these; in here they must kill. */
        signal(SIGABRT, SIG_DFL);
        signal(SIGSEGV, SIG_DFL);
        fn(arg);
        exit(0);
    }
    close(ends[1]);
    while (n < sizeof(c.err) - 1 && (got = read(ends[0], c.err + n, sizeof(c.err) - 1 - n)) > 0) {
        n += (size_t)got;
    }
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    c.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return c;
}

struct unit_sweep {
    void (*fn)(void *arg);
    void *arg;
    size_t fail_at;
};

static inline void unit_sweep_one(void *arg)
{
    const struct unit_sweep *s = arg;

    mem_fail_at(s->fail_at);
    s->fn(s->arg);
    mem_fail_at(0);
}

/* Runs fn in children, the nth of which fails at its nth allocation, until one needs no more
 * than it gets: that one must end with status 0, each before it with status 2 and a message.
 * Returns how many allocations fn makes. */
static inline size_t unit_sweep(void (*fn)(void *arg), void *arg)
{
    struct unit_sweep s = {fn, arg, 0};

    for (;;) {
        struct unit_child c;

        s.fail_at++;
        c = unit_fork(unit_sweep_one, &s);
        if (c.status == 0) {
            return s.fail_at - 1;
        }
        if (c.status != BASE_EXIT_FAILURE || !strstr(c.err, "gomm: out of memory")) {
            fail_msg("allocation %zu: status %d, \"%s\"", s.fail_at, c.status, c.err);
        }
    }
}

#endif
