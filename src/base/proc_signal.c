/* proc_signal.c: the signal handlers of proc.h. */
#include "base/proc_signal.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/proc.h"

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* 0: free, PLACE_TAKEN: reserved; a pid, or the negated pid of a group's leader, otherwise:
 * what kill(2) wants. */
enum { PLACE_TAKEN = INT32_MAX };
static _Atomic int children[PROC_SIGNAL_CHILDREN];
static _Atomic int interrupted;
static _Atomic bool held;
static _Atomic int times;

void proc_signal_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < ARRAY_LEN(handled); i++) {
        sigaddset(set, handled[i]);
    }
}

void proc_signal_block(sigset_t *old)
{
    sigset_t set;

    proc_signal_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, old);
}

void proc_signal_unblock(const sigset_t *old)
{
    pthread_sigmask(SIG_SETMASK, old, NULL);
}

int proc_signal_reserve(void)
{
    for (int i = 0; i < PROC_SIGNAL_CHILDREN; i++) {
        int free = 0;

        if (atomic_compare_exchange_strong(&children[i], &free, PLACE_TAKEN)) {
            return i;
        }
    }
    return -1;
}

void proc_signal_started(int place, int pid, bool own_group)
{
    atomic_store(&children[place], own_group ? -pid : pid);
}

void proc_signal_ended(int place)
{
    atomic_store(&children[place], 0);
}

/* Returns whether any child runs. */
static bool send_children(int sig, bool groups_only)
{
    bool any = false;

    for (size_t i = 0; i < PROC_SIGNAL_CHILDREN; i++) {
        int pid = atomic_load(&children[i]);

        if (pid == 0 || pid == PLACE_TAKEN) {
            continue;
        }
        any = true;
        if (pid < 0 || !groups_only) {
            kill(pid, sig);
        }
    }
    return any;
}

void proc_signal_kill_children(void)
{
    send_children(SIGKILL, false);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    int saved = errno, none = 0;
    bool from_terminal = info->si_code == SI_KERNEL;
    bool last = atomic_fetch_add(&times, 1) >= 2;
    bool any;

    (void)context;
    atomic_compare_exchange_strong(&interrupted, &none, sig);
    any = send_children(last ? SIGKILL : sig, from_terminal && !last);
    if (!any && (last || !atomic_load(&held))) {
        proc_die(sig);
    }
    errno = saved;
}

static void install(void)
{
    for (size_t i = 0; i < ARRAY_LEN(handled); i++) {
        struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
        struct sigaction old;

        proc_signal_set(&sa.sa_mask);
        /* nohup and shells' background jobs ignore some on purpose. */
        if (sigaction(handled[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            sigaction(handled[i], &sa, NULL);
        }
    }
}

void proc_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, install);
}

void proc_hold(void)
{
    proc_init();
    atomic_store(&held, true);
}

int proc_interrupted(void)
{
    return atomic_load(&interrupted);
}

_Noreturn void proc_die(int sig)
{
    sigset_t set;

    base_last_rites();
    signal(sig, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, sig);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(sig);
    _exit(128 + sig);
}
