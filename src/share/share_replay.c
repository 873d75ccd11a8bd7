#define _GNU_SOURCE /* sched_setaffinity */
#include "share/share_replay.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

/* CPU_SETSIZE processors of the mask; beyond them nobody is asked. */
static u32 replay_processors(int v[SHARE_REPLAY_THREADS])
{
    unsigned long mask[1024 / (8 * sizeof(unsigned long))] = {0};
    u32 n = 0;
    if (sched_getaffinity(0, sizeof mask, (void *)mask) != 0) {
        return 1;
    }
    for (int i = 0; i < 1024; i++) {
        if (mask[(size_t)i / (8 * sizeof *mask)] >> ((size_t)i % (8 * sizeof *mask)) & 1) {
            if (n < SHARE_REPLAY_THREADS && v) {
                v[n] = i;
            }
            n++;
        }
    }
    return n;
}

u32 share_replay_processors(void)
{
    return replay_processors(NULL);
}

#if defined(__x86_64__)

enum {
    REPLAY_ACCESSES = 96,        /* of the busier thread in one tape, about */
    REPLAY_CHUNKS = 1500,        /* tapes that a thread runs and times, one by one, in a round */
    REPLAY_ROUNDS = 7,
    REPLAY_TRIALS = 9,           /* halvings to find the work */
    REPLAY_APART = 256,          /* bytes between homes: more than any prefetcher takes for a neighbour */
    REPLAY_CODE = 1 << 16,
    REPLAY_MULTIPLY = 3,         /* cycles from its operand to its result (Intel since Nehalem, AMD since Zen) */
    REPLAY_INLINE = 160,         /* cycles of work up to which there is no loop, */
    REPLAY_BODY = 10,            /* and multiplications in the body of a longer one */
    REPLAY_MOST = 40000,         /* chunks of a round that can be timed */
    REPLAY_LEAST = 100,          /* that must be undisturbed */
};
/* A round is given up after that. */
#define REPLAY_ROUND_NS 60e6
/* And the whole, on a busy machine. */
#define REPLAY_ALL_NS 10e9

/* ---- code ---- */

struct replay_code {
    u8 *p;
    size_t n;
};

static void code_put(struct replay_code *c, const void *bytes, size_t n)
{
    if (c->n + n <= REPLAY_CODE) {
        memcpy(c->p + c->n, bytes, n);
    }
    c->n += n;
}

static void code_access(struct replay_code *c, enum share_replay_kind kind, u32 disp)
{
    /* With rdi as base and a displacement of 32 bits: Intel SDM vol. 2, MOV, ADD, XCHG, XADD. */
    static const u8 load[] = {0x48, 0x8B, 0x87}, store[] = {0x48, 0x89, 0x97}, inc[] = {0x48, 0x83, 0x87},
                    xchg[] = {0x48, 0x87, 0x97}, add[] = {0xF0, 0x48, 0x0F, 0xC1, 0x97}, one[] = {1};
    switch (kind) {
    case SHARE_REPLAY_LOAD: code_put(c, load, sizeof load); break;
    case SHARE_REPLAY_STORE: code_put(c, store, sizeof store); break;
    case SHARE_REPLAY_INC: code_put(c, inc, sizeof inc); break;
    case SHARE_REPLAY_XCHG: code_put(c, xchg, sizeof xchg); break;
    default: code_put(c, add, sizeof add); break;
    }
    code_put(c, &disp, 4);
    if (kind == SHARE_REPLAY_INC) {
        code_put(c, one, 1);
    }
}

/* Work of about n cycles: a chain of operations that wait for each other (not additions, which newer processors do while they
 * rename registers).  There are no short loops, the last round of which is guessed right in one process and wrong in the next. */
static void code_work(struct replay_code *c, u64 n)
{
    static const u8 step[] = {0x49, 0xF7, 0xD0};           /* not r8 */
    static const u8 multiply[] = {0x4D, 0x0F, 0xAF, 0xC0}; /* imul r8, r8 */
    static const u8 mov[] = {0xB9}, dec_jnz[] = {0xFF, 0xC9, 0x75};
    const u64 body = REPLAY_BODY * REPLAY_MULTIPLY;
    if (n > REPLAY_INLINE) {
        u32 count = n / body > 100000000 ? 100000000 : (u32)(n / body);
        code_put(c, mov, sizeof mov); /* ecx = count */
        code_put(c, &count, 4);
        for (u32 i = 0; i < REPLAY_BODY; i++) {
            code_put(c, multiply, sizeof multiply);
        }
        u8 back = (u8)(0 - (REPLAY_BODY * sizeof multiply + 4));
        code_put(c, dec_jnz, sizeof dec_jnz);
        code_put(c, &back, 1);
        n %= body;
    }
    for (; n >= REPLAY_MULTIPLY; n -= REPLAY_MULTIPLY) {
        code_put(c, multiply, sizeof multiply);
    }
    for (; n > 0; n--) {
        code_put(c, step, sizeof step);
    }
}

/* The accesses of `ops` operations, each kind spread evenly, with work between them.  False: too long. */
static bool code_tape(struct arena *a, u8 *mem, const struct share_replay_item *items, u32 n, double ops, double work,
                      bool apart)
{
    struct replay_code c = {.p = mem};
    static const u8 head[] = {0x31, 0xD2, 0x45, 0x31, 0xC0}, ret[] = {0xC3}; /* edx = 0, r8d = 0 */
    double total = 0, owed = 0, *due = ARENA_ARRAY(a, double, n ? n : 1);
    for (u32 i = 0; i < n; i++) {
        total += items[i].per_op * ops;
    }
    u64 steps = (u64)(total + 0.5);
    steps = steps > 0 ? steps : 1;
    code_put(&c, head, sizeof head);
    for (u64 s = 0; s < steps; s++) {
        u32 best = 0;
        for (u32 i = 0; i < n; i++) {
            due[i] += items[i].per_op * ops / (double)steps;
            best = due[i] > due[best] ? i : best;
        }
        if (n > 0 && total >= 0.5) {
            due[best] -= 1;
            const struct share_replay_item *it = &items[best];
            if (it->checks) {
                code_access(&c, SHARE_REPLAY_LOAD, it->check_offset + (apart ? (it->check_home + 1) * REPLAY_APART : 0));
            }
            code_access(&c, it->kind, it->offset + (apart ? (it->home + 1) * REPLAY_APART : 0));
        }
        owed += work * ops / (double)steps;
        u64 now = (u64)owed;
        code_work(&c, now);
        owed -= (double)now;
    }
    code_put(&c, ret, sizeof ret);
    return c.n <= REPLAY_CODE;
}

/* ---- running ---- */

/* Threads' own lie lines apart: what the one counts in must not be on a line that the other one reads, of all places. */
struct replay_thread {
    _Alignas(REPLAY_APART) pthread_t id;
    int cpu;
    u8 *code;
    char *memory;
    u64 *at; /* time stamps: of the start, and of the end of each chunk */
    u32 n;
    _Atomic int *ready, *done;
    bool alone;
    u64 limit; /* cycles */
};

static void *replay_main(void *arg)
{
    struct replay_thread *t = arg;
    unsigned long mask[1024 / (8 * sizeof(unsigned long))] = {0};
    void (*run)(void *memory);
    memcpy(&run, &t->code, sizeof run);
    mask[(size_t)t->cpu / (8 * sizeof *mask)] = 1ul << ((size_t)t->cpu % (8 * sizeof *mask));
    sched_setaffinity(0, sizeof mask, (void *)mask);
    /* Where that is allowed, nobody else gets the processor for these few milliseconds; where not, more rounds are lost. */
    sched_setscheduler(0, SCHED_RR, &(struct sched_param){.sched_priority = 1});
    int wanted = t->alone ? 1 : SHARE_REPLAY_THREADS;
    atomic_fetch_add(t->ready, 1);
    u64 start = __rdtsc();
    while (atomic_load_explicit(t->ready, memory_order_relaxed) < wanted) {
        if (__rdtsc() - start > t->limit) {
            break;
        }
    }
    start = __rdtsc();
    void *memory = t->memory;
    u64 *at = t->at;
    u32 n = 0;
    at[0] = start;
    while (n < REPLAY_MOST) {
        run(memory);
        at[++n] = __rdtsc();
        if (n == REPLAY_CHUNKS) {
            atomic_fetch_add(t->done, 1);
        }
        /* Until all have enough: who is done first goes on disturbing the other. */
        if ((n >= REPLAY_CHUNKS && atomic_load_explicit(t->done, memory_order_relaxed) >= wanted) || at[n] - start > t->limit) {
            break;
        }
    }
    t->n = n;
    return NULL;
}

static int replay_u64_cmp(const void *x, const void *y)
{
    u64 a = *(const u64 *)x, b = *(const u64 *)y;
    return a < b ? -1 : a > b;
}

/* Above that a chunk was interrupted: several times the median, and longer than any wait for a line. */
static u64 replay_cut(struct arena *a, const struct replay_thread *t)
{
    struct arena_scratch s = arena_scratch_begin(a);
    u64 *d = ARENA_ARRAY(s.arena, u64, t->n + 1);
    for (u32 i = 0; i < t->n; i++) {
        d[i] = t->at[i + 1] - t->at[i];
    }
    qsort(d, t->n, sizeof *d, replay_u64_cmp);
    u64 cut = t->n > 0 ? d[t->n / 2] * 6 + 20000 : 0;
    arena_scratch_end(s);
    return cut;
}

/* The mean cycles of t's chunks that lie within undisturbed stretches of `with` (NULL: alone); 0: too few. */
static double replay_mean(struct arena *a, const struct replay_thread *t, const struct replay_thread *with)
{
    u64 cut = replay_cut(a, t), other = with ? replay_cut(a, with) : 0;
    double sum = 0;
    u32 n = 0, k = 0;
    for (u32 i = 8; i < t->n; i++) { /* the first are cold */
        u64 from = t->at[i], to = t->at[i + 1];
        bool good = to - from <= cut;
        if (with) {
            while (k < with->n && with->at[k + 1] <= from) {
                k++;
            }
            good &= with->at[0] <= from && with->n > 0 && with->at[with->n] >= to;
            for (u32 j = k; good && j < with->n && with->at[j] < to; j++) {
                good = with->at[j + 1] - with->at[j] <= other;
            }
        }
        if (good) {
            sum += (double)(to - from);
            n++;
        }
    }
    return n >= REPLAY_LEAST ? sum / n : 0;
}

struct replay {
    struct arena *a;
    const struct share_replay *r;
    double ops;    /* in a tape */
    double cycles; /* of a nanosecond */
    u64 began_ns;
    char *memory;
    u8 *code[SHARE_REPLAY_THREADS];
    int cpu[SHARE_REPLAY_THREADS];
    u64 *at[SHARE_REPLAY_THREADS];
};

/* Cycles of a tape for each thread; which: a bit for each thread that runs.  False: disturbed. */
static bool replay_round(struct replay *p, u32 which, double out[SHARE_REPLAY_THREADS])
{
    struct replay_thread t[SHARE_REPLAY_THREADS];
    _Alignas(REPLAY_APART) _Atomic int ready = 0, done = 0; /* written at the beginning and at the end only */
    u32 started = 0;
    memset(p->memory, 0, (SHARE_REPLAY_HOMES + 2) * REPLAY_APART);
    for (u32 i = 0; i < SHARE_REPLAY_THREADS; i++) {
        if (!(which >> i & 1)) {
            continue;
        }
        t[i] = (struct replay_thread){.cpu = p->cpu[i],
                                      .code = p->code[i],
                                      .memory = p->memory,
                                      .at = p->at[i],
                                      .ready = &ready,
                                      .done = &done,
                                      .alone = which != 3,
                                      .limit = (u64)(REPLAY_ROUND_NS * p->cycles)};
        if (pthread_create(&t[i].id, NULL, replay_main, &t[i]) == 0) {
            started |= 1u << i;
        }
    }
    for (u32 i = 0; i < SHARE_REPLAY_THREADS; i++) {
        if (started >> i & 1) {
            pthread_join(t[i].id, NULL);
        }
    }
    bool ok = started == which;
    for (u32 i = 0; i < SHARE_REPLAY_THREADS && ok; i++) {
        out[i] = 0;
        if (which >> i & 1) {
            out[i] = replay_mean(p->a, &t[i], which == 3 ? &t[1 - i] : NULL);
            ok = out[i] > 0;
        }
    }
    return ok;
}

static int replay_double_cmp(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

/* Cycles of an operation of the benchmark, in which both threads have to do their part: who is done first leaves the
 * other one alone.  One value for each undisturbed round; their number. */
static u32 replay_measure(struct replay *p, double work, bool apart, u32 rounds, double *v)
{
    u32 n = 0;
    for (u32 i = 0; i < SHARE_REPLAY_THREADS; i++) {
        if (!code_tape(p->a, p->code[i], p->r->items[i], p->r->n[i], p->ops, work * p->r->part[i], apart)) {
            return 0;
        }
    }
    for (u32 tries = 0; n < rounds && tries < 12 * rounds && (double)(base_now_ns() - p->began_ns) < REPLAY_ALL_NS; tries++) {
        double both[2], first[2], second[2];
        if (!replay_round(p, 3, both)) {
            continue;
        }
        double fast = both[0] < both[1] ? both[0] : both[1], slow = both[0] + both[1] - fast, t = fast;
        if (slow > fast * 1.02) {
            u32 who = both[0] > both[1] ? 0 : 1;
            double *alone = who == 0 ? first : second;
            if (!replay_round(p, 1u << who, alone)) {
                continue;
            }
            t = fast + (1 - fast / slow) * alone[who];
        }
        v[n++] = t / p->ops;
    }
    qsort(v, n, sizeof *v, replay_double_cmp);
    return n;
}

/* Cycles of an operation of both threads, one after the other, with the variables on one line as the benchmark has them. */
static u32 replay_measure_serial(struct replay *p, double work, u32 rounds, double *v)
{
    u32 n = 0;
    for (u32 i = 0; i < SHARE_REPLAY_THREADS; i++) {
        if (!code_tape(p->a, p->code[i], p->r->items[i], p->r->n[i], p->ops, work * p->r->part[i], false)) {
            return 0;
        }
    }
    for (u32 tries = 0; n < rounds && tries < 12 * rounds && (double)(base_now_ns() - p->began_ns) < REPLAY_ALL_NS; tries++) {
        double first[2], second[2];
        if (replay_round(p, 1, first) && replay_round(p, 2, second)) {
            v[n++] = (first[0] + second[1]) / p->ops;
        }
    }
    qsort(v, n, sizeof *v, replay_double_cmp);
    return n;
}

/* The same, or side by side. */
static u32 replay_trial(struct replay *p, double work, u32 rounds, double *v)
{
    return p->r->serial_ns > 0 ? replay_measure_serial(p, work, rounds, v) : replay_measure(p, work, false, rounds, v);
}

/* Time stamps of a nanosecond. */
static double replay_cycles(void)
{
    u64 ns = base_now_ns(), c = __rdtsc(), now;
    while ((now = base_now_ns()) - ns < 2000000) {
    }
    return (double)(__rdtsc() - c) / (double)(now - ns);
}

/* Of a trial's rounds: alone, whatever disturbs makes it slower; side by side it may do either. */
static double replay_pick(const struct replay *p, const double *v, u32 n)
{
    return v[p->r->serial_ns > 0 ? 0 : n / 2];
}

static bool replay_find(struct replay *p, struct share_replayed *out, struct err *e)
{
    static const char busy[] = "the machine is too busy to measure what sharing a line costs";
    double v[REPLAY_ROUNDS], w[REPLAY_ROUNDS], want = (p->r->serial_ns > 0 ? p->r->serial_ns : p->r->op_ns) * p->cycles;
    /* A processor's cycles may be shorter than the time stamp's, and the two threads run side by side in one case. */
    double low = 0, high = 2 * want, scale = 1;
    u32 n = replay_trial(p, 0, 3, v);
    if (n == 0) {
        return err_set(e, "%s", busy);
    }
    double bare = replay_pick(p, v, n);
    out->bare = bare >= want;
    if (out->bare && p->r->serial_ns > 0) {
        scale = want / bare; /* the benchmark's own accesses take less: everywhere, then */
    }
    if (!out->bare) {
        for (u32 i = 0; i < REPLAY_TRIALS; i++) {
            double mid = (low + high) / 2;
            n = replay_trial(p, mid, 3, v);
            if (n == 0) {
                return err_set(e, "%s", busy);
            }
            if (replay_pick(p, v, n) < want) {
                low = mid;
            } else {
                high = mid;
            }
        }
    } else {
        high = 0;
    }
    out->work = (low + high) / 2;
    n = replay_measure(p, out->work, false, REPLAY_ROUNDS, v);
    u32 m = replay_measure(p, out->work, true, REPLAY_ROUNDS, w);
    if (n < 3 || m < 3) {
        return err_set(e, "%s", busy);
    }
    out->together = v[n / 2] / p->cycles;
    out->apart = scale * w[m / 2] / p->cycles;
    out->apart_low = scale * w[m / 4] / p->cycles;
    out->apart_high = scale * w[m - 1 - m / 4] / p->cycles;
    out->ratio = v[n / 2] / w[m / 2];
    out->low = v[n / 4] / w[m - 1 - m / 4];
    out->high = v[n - 1 - n / 4] / w[m / 4];
    return true;
}

bool share_replay(struct arena *a, const struct share_replay *r, struct share_replayed *out, struct err *e)
{
    struct arena_scratch s = arena_scratch_begin(a);
    struct replay p = {.a = s.arena, .r = r};
    double most = 0;
    *out = (struct share_replayed){0};
    if (replay_processors(p.cpu) < SHARE_REPLAY_THREADS) {
        arena_scratch_end(s);
        return err_set(e, "on one processor no line is shared");
    }
    for (u32 i = 0; i < SHARE_REPLAY_THREADS; i++) {
        double sum = 0;
        for (u32 k = 0; k < r->n[i]; k++) {
            sum += r->items[i][k].per_op;
        }
        most = sum > most ? sum : most;
    }
    p.began_ns = base_now_ns();
    p.cycles = replay_cycles();
    p.ops = most > 0 ? REPLAY_ACCESSES / most : 0;
    /* A tape of more than a quarter of a millisecond would seldom be left alone. */
    bool ok = most > 0 && r->op_ns > 0 && p.ops * r->op_ns < 250e3;
    if (!ok) {
        err_set(e, "too few accesses in an operation to be replayed");
    }
    char *map = NULL;
    size_t size = SHARE_REPLAY_THREADS * REPLAY_CODE;
    if (ok) {
        map = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ok = map != MAP_FAILED || err_set(e, "no memory for machine code is to be had");
    }
    if (ok) {
        p.memory = arena_alloc_aligned(s.arena, (SHARE_REPLAY_HOMES + 2) * REPLAY_APART, 4096);
        for (u32 i = 0; i < SHARE_REPLAY_THREADS; i++) {
            p.code[i] = (u8 *)map + i * REPLAY_CODE;
            p.at[i] = ARENA_ARRAY(s.arena, u64, REPLAY_MOST + 2);
        }
        ok = replay_find(&p, out, e);
        munmap(map, size);
    }
    arena_scratch_end(s);
    return ok;
}

#else

bool share_replay(struct arena *a, const struct share_replay *r, struct share_replayed *out, struct err *e)
{
    (void)a, (void)r;
    *out = (struct share_replayed){0};
    return err_set(e, "what sharing a line costs is measured on x86-64 only");
}

#endif
