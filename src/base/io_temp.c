/* io_temp.c: temporary directories that do not outlive the tool.
 *
 * They are kept in a list that only grows, as a signal handler may be walking it; `live`
 * decides who removes a directory when several want to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/proc_signal.h"

struct temp {
    struct temp *next;
    _Atomic bool live;
    pid_t owner; /* a forked child must not remove its parent's directories */
    char path[];
};

static _Atomic(struct temp *) temps;
static _Atomic bool keep_all;

static void remove_temp(struct temp *t)
{
    if (t->owner == getpid() && atomic_exchange(&t->live, false)) {
        io_remove_tree(t->path);
    }
}

void io_temp_remove_all(void)
{
    if (atomic_load(&keep_all)) {
        return;
    }
    for (struct temp *t = atomic_load(&temps); t; t = t->next) {
        remove_temp(t);
    }
}

static void at_exit(void)
{
    io_temp_remove_all();
}

static void first_use(void)
{
    atexit(at_exit);
    proc_init();
}

const char *io_temp_dir(const char *prefix, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *root = getenv("TMPDIR");
    struct temp *t;
    size_t size;
    sigset_t old;

    pthread_once(&once, first_use);
    if (!root || !*root) {
        root = "/tmp";
    }
    size = strlen(root) + strlen(prefix) + sizeof("/-XXXXXX");
    t = mem_alloc(sizeof(*t) + size);
    snprintf(t->path, size, "%s/%s-XXXXXX", root, prefix);
    t->owner = getpid();
    atomic_init(&t->live, true);

    proc_signal_block(&old); /* no signal between making it and knowing of it */
    if (!mkdtemp(t->path)) {
        int os = errno;

        proc_signal_unblock(&old);
        mem_free(t);
        err_os(e, os, "make a temporary directory in %s", root);
        return NULL;
    }
    t->next = atomic_load(&temps);
    while (!atomic_compare_exchange_weak(&temps, &t->next, t)) {}
    proc_signal_unblock(&old);
    return t->path;
}

void io_temp_remove(const char *dir)
{
    for (struct temp *t = atomic_load(&temps); t; t = t->next) {
        if (strcmp(t->path, dir) == 0) {
            remove_temp(t);
        }
    }
}

void io_temp_keep(bool keep)
{
    atomic_store(&keep_all, keep);
}
