/* pool.c: one queue, one lock.
 *
 * Tasks are coarse (a package, a file), so a single lock is never contended enough to matter,
 * and it makes the graph simple: everything about a task changes under the lock, which also
 * makes what a task did visible to those that come after it.
 */
#define _GNU_SOURCE
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/mem_block.h"
#include "base/proc_signal.h"
#include "base/vec.h"

/* A front end recurses over nested source; a generous stack is only address space. */
enum { STACK_SIZE = 64 << 20, THREADS_MAX = 256 };

struct pool_task {
    struct pool *pool;
    pool_fn *fn;
    void *arg;
    size_t waits; /* dependencies that have not ended */
    bool submitted, ended;
    VEC(struct pool_task *) after_me; /* memory in the pool's arena */
    struct pool_task *next;           /* in the queue */
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct arena tasks;
    struct pool_task *first, *last; /* ready, in order */
    size_t submitted, ended;
    u32 running;
    bool stop;
    u32 n_threads; /* without the owner */
    struct worker *workers;
};

struct worker {
    struct pool *pool;
    pthread_t thread;
    u32 number;
};

u32 pool_cpus(void)
{
    cpu_set_t set;
    long n;

    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        return (u32)CPU_COUNT(&set);
    }
    n = sysconf(_SC_NPROCESSORS_ONLN); /* more than 1024 processors */
    return n > 0 ? (u32)n : 1;
}

/* With the lock held. */
static void enqueue(struct pool *p, struct pool_task *t)
{
    t->next = NULL;
    if (p->last) {
        p->last->next = t;
    } else {
        p->first = t;
    }
    p->last = t;
    pthread_cond_signal(&p->changed);
}

/* With the lock held, which it gives up while the task runs. */
static void run_first(struct pool *p, u32 worker)
{
    struct pool_task *t = p->first;

    p->first = t->next;
    if (!p->first) {
        p->last = NULL;
    }
    p->running++;
    pthread_mutex_unlock(&p->lock);
    t->fn(t->arg, worker);
    pthread_mutex_lock(&p->lock);
    p->running--;
    p->ended++;
    t->ended = true;
    for (size_t i = 0; i < t->after_me.n; i++) {
        struct pool_task *d = t->after_me.v[i];

        if (--d->waits == 0 && d->submitted) {
            enqueue(p, d);
        }
    }
    if (p->running == 0 && !p->first) {
        pthread_cond_broadcast(&p->changed); /* the owner may return */
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->first && !p->stop) {
            pthread_cond_wait(&p->changed, &p->lock);
        }
        if (p->stop) {
            break;
        }
        run_first(p, w->number);
    }
    pthread_mutex_unlock(&p->lock);
    arena_scratch_release();
    return NULL;
}

struct pool *pool_new(u32 n)
{
    struct pool *p = mem_zalloc(sizeof(*p));
    pthread_attr_t attr;
    sigset_t old;

    n = n ? n : pool_cpus();
    n = n > THREADS_MAX ? THREADS_MAX : n;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->workers = mem_array(n, sizeof(*p->workers));
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    proc_signal_block(&old); /* workers inherit it: signals are the main thread's business */
    if (n > 1) {
        mem_block_ahead();
    }
    while (p->n_threads + 1 < n) {
        struct worker *w = &p->workers[p->n_threads];

        *w = (struct worker){.pool = p, .number = p->n_threads + 1};
        if (pthread_create(&w->thread, &attr, work, w) != 0) {
            break; /* fewer do the same work */
        }
        p->n_threads++;
    }
    proc_signal_unblock(&old);
    pthread_attr_destroy(&attr);
    return p;
}

void pool_free(struct pool *p)
{
    if (!p) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    for (u32 i = 0; i < p->n_threads; i++) {
        pthread_join(p->workers[i].thread, NULL);
    }
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    arena_release(&p->tasks);
    mem_free(p->workers);
    mem_free(p);
}

u32 pool_threads(const struct pool *p)
{
    return p->n_threads + 1;
}

struct pool_task *pool_task(struct pool *p, pool_fn *fn, void *arg)
{
    struct pool_task *t;

    pthread_mutex_lock(&p->lock);
    t = ARENA_NEW(&p->tasks, struct pool_task);
    pthread_mutex_unlock(&p->lock);
    t->pool = p;
    t->fn = fn;
    t->arg = arg;
    return t;
}

void pool_after(struct pool_task *t, struct pool_task *dep)
{
    struct pool *p = t->pool;

    BUG_IF(dep->pool != p);
    pthread_mutex_lock(&p->lock);
    BUG_IF(t->submitted);
    if (!dep->ended) {
        vec_push_in(&p->tasks, &dep->after_me, t);
        t->waits++;
    }
    pthread_mutex_unlock(&p->lock);
}

void pool_submit(struct pool_task *t)
{
    struct pool *p = t->pool;

    pthread_mutex_lock(&p->lock);
    BUG_IF(t->submitted);
    t->submitted = true;
    p->submitted++;
    if (t->waits == 0) {
        enqueue(p, t);
    }
    pthread_mutex_unlock(&p->lock);
}

bool pool_wait(struct pool *p)
{
    bool all;

    pthread_mutex_lock(&p->lock);
    while (p->first || p->running) {
        if (p->first) {
            run_first(p, 0);
        } else {
            pthread_cond_wait(&p->changed, &p->lock);
        }
    }
    all = p->ended == p->submitted;
    p->ended = p->submitted = 0;
    arena_reset(&p->tasks);
    pthread_mutex_unlock(&p->lock);
    return all;
}

struct each {
    void (*fn)(void *ctx, size_t i, u32 worker);
    void *ctx;
    size_t n;
    _Atomic size_t next;
};

static void run_each(void *arg, u32 worker)
{
    struct each *e = arg;
    size_t i;

    while ((i = atomic_fetch_add(&e->next, 1)) < e->n) {
        e->fn(e->ctx, i, worker);
    }
}

void pool_each(struct pool *p, size_t n, void (*fn)(void *ctx, size_t i, u32 worker), void *ctx)
{
    struct each e = {.fn = fn, .ctx = ctx, .n = n};
    size_t tasks = base_min(pool_threads(p), n);

    for (size_t i = 0; i < tasks; i++) {
        pool_submit(pool_task(p, run_each, &e));
    }
    pool_wait(p);
}
