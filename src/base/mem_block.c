/* mem_block.c: powers of two from 32 KB to 1 MB, cut from regions; what is smaller or larger is malloc's.  A page that is
 * touched first costs microseconds, so that a quarter of a short analysis was waiting for memory: a thread of its own does
 * it meanwhile, if there may be several. */
#define _GNU_SOURCE /* MADV_HUGEPAGE, MADV_POPULATE_WRITE */
#include "base/mem_block.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/mem.h"

enum {
    BLOCK_MIN_LOG = 15,
    BLOCK_MAX_LOG = 20,
    BLOCK_HUGE = 2 << 20,    /* a huge page of the common architectures */
    BLOCK_STEP = 128 << 10,  /* asked for at once without huge pages */
    BLOCK_AHEAD = 2 << 20,   /* beyond what is taken, by a thread of its own */
    BLOCK_MALLOC = 8 << 20,  /* what malloc asks the system for at once */
    BLOCK_REGION = 32 << 20, /* of address space */
    BLOCK_SLOW_NS = 1500000, /* a huge page that takes longer had to be made: the next ones would too */
};

struct block {
    struct block *next;
};

/* The lock is held for a few instructions only, so who finds it taken spins: threads that sleep are slow to wake. */
static struct {
    pthread_mutex_t lock;
    struct block *free[BLOCK_MAX_LOG + 1]; /* by the logarithm of the size */
    char *at, *ready, *end;                /* the region: what is not taken yet, and how much somebody makes ready */
    _Atomic bool no_huge;
    pthread_cond_t wanted; /* for the thread that runs ahead */
    bool ahead, idle;      /* there is one; it waits */
} pool = {.lock = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP, .wanted = PTHREAD_COND_INITIALIZER};

struct block_part {
    char *from, *to;
};

static u32 block_log(size_t size)
{
    u32 log = BLOCK_MIN_LOG;

    while (((size_t)1 << log) < size) {
        log++;
    }
    return log;
}

static bool block_is_pooled(size_t size)
{
    return !ARENA_ASAN && size > (1 << BLOCK_MIN_LOG) / 2 && size <= (1 << BLOCK_MAX_LOG);
}

/* What is left of the old region is lost: less than the largest block. */
static bool block_region(void)
{
    size_t room = BLOCK_REGION + BLOCK_HUGE;
    char *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED) {
        return false;
    }
    pool.at = pool.ready = p + (-(uintptr_t)p & (BLOCK_HUGE - 1));
    pool.end = pool.at + BLOCK_REGION;
    return true;
}

/* What must be made ready for all that is taken and `more`, by who asks; the lock is held. */
static struct block_part block_claim(size_t more)
{
    struct block_part part = {pool.ready, pool.ready};
    char *to = (size_t)(pool.end - pool.at) < more ? pool.end : pool.at + more;

    while (pool.ready < to) {
        bool huge = !pool.no_huge && ((uintptr_t)pool.ready & (BLOCK_HUGE - 1)) == 0;
        pool.ready += huge ? BLOCK_HUGE : BLOCK_STEP;
    }
    part.to = pool.ready;
    return part;
}

/* Advice all of it: pages that are not made here are made when they are touched.  The lock is not held: it takes long. */
static void block_make_ready(struct block_part part)
{
    size_t n = (size_t)(part.to - part.from);
    u64 start = base_now_ns();

    if (n == 0) {
        return;
    }
    if (n >= BLOCK_HUGE && madvise(part.from, n, MADV_HUGEPAGE) != 0) {
        pool.no_huge = true;
    }
#ifdef MADV_POPULATE_WRITE
    madvise(part.from, n, MADV_POPULATE_WRITE);
#endif
    if (base_now_ns() - start > BLOCK_SLOW_NS) {
        pool.no_huge = true;
    }
}

static void *block_take(u32 log, struct block_part *part)
{
    size_t size = (size_t)1 << log;
    struct block *b = pool.free[log];

    if (b) {
        pool.free[log] = b->next;
        return b;
    }
    if ((size_t)(pool.end - pool.at) < size && !block_region()) {
        return NULL;
    }
    char *p = pool.at;
    pool.at += size;
    *part = block_claim(0);
    if (pool.idle && pool.ready - pool.at < BLOCK_AHEAD / 2) {
        pool.idle = false;
        pthread_cond_signal(&pool.wanted);
    }
    return p;
}

static void *block_run_ahead(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        struct block_part part = block_claim(BLOCK_AHEAD);
        if (part.from == part.to) {
            pool.idle = true;
            pthread_cond_wait(&pool.wanted, &pool.lock);
            continue;
        }
        pthread_mutex_unlock(&pool.lock);
        block_make_ready(part);
        pthread_mutex_lock(&pool.lock);
    }
    return NULL;
}

void mem_block_ahead(void)
{
    pthread_t t;

    pthread_mutex_lock(&pool.lock);
    bool begin = !pool.ahead;
    pool.ahead = true;
    pthread_mutex_unlock(&pool.lock);
    if (begin && pthread_create(&t, NULL, block_run_ahead, NULL) == 0) {
        pthread_detach(t);
        /* While pages are made whoever changes the address space waits: so let malloc do it seldom. */
        mallopt(M_TOP_PAD, BLOCK_MALLOC);
        mallopt(M_MMAP_THRESHOLD, BLOCK_MALLOC);
    }
}

void *mem_block_alloc(size_t *size)
{
    if (!block_is_pooled(*size)) {
        return mem_alloc(*size);
    }
    u32 log = block_log(*size);
    *size = (size_t)1 << log;
    mem_request(*size);
    struct block_part part = {0};
    pthread_mutex_lock(&pool.lock);
    void *p = block_take(log, &part);
    pthread_mutex_unlock(&pool.lock);
    if (!p) {
        mem_exhausted(*size);
    }
    block_make_ready(part);
    return p;
}

void mem_block_free(void *p, size_t size)
{
    if (!block_is_pooled(size)) {
        mem_free(p);
        return;
    }
    struct block *b = p;
    u32 log = block_log(size);
    pthread_mutex_lock(&pool.lock);
    b->next = pool.free[log];
    pool.free[log] = b;
    pthread_mutex_unlock(&pool.lock);
}
