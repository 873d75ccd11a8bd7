/* rt_sync.c: what goroutines know of each other (rt/sync.c, rt/thread.c), against vector clocks in plain arrays.
 *
 * Small programs at random: a few goroutines, a few addresses, some tens of operations; after each of them
 * every goroutine must know exactly the stretches of every other that it has heard of, whether its clock, its source or
 * nothing but a reference to somebody else's clock says so.  And who knows a source must know what it stands for
 * (thr.source, sync.source).  rt_exact.c asks by way of accesses; here nothing is between the question and the clocks,
 * so a hundred thousand programs take a few seconds.
 *
 * GOMM_TEST_ROUNDS=N runs N times as many; GOMM_TEST_SEED=K only program K, and says what it does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../rt/rt_random.h"
#include "../rt/rt_test.h"
#include "code.h"
#include "sync.h"

enum { PROGRAMS = 20000, LIVE = 6, GOROUTINES = 24, ADDRS = 4, STEPS = 70, MARKS = 400, HEAP = 4096 };

static _Alignas(64) u64 memory[HEAP / 8];

/* What is heard of each goroutine: how many of its marks. */
struct heard {
    u32 of[GOROUTINES];
};

struct gor {
    struct thr *t; /* NULL: it has ended */
    struct heard heard;
    u32 marks;
};

/* Something that a goroutine did, as an access would be remembered. */
struct mark {
    u32 by, number; /* the model's */
    u32 g, epoch;   /* the runtime's */
};

static struct {
    struct rnd r;
    struct proc *proc;
    struct thr *first; /* the process's first goroutine, for the test itself */
    struct gor gor[GOROUTINES];
    u32 count;
    struct heard at[ADDRS];
    u8 some[ADDRS]; /* something was released there since it was forgotten */
    struct mark mark[MARKS];
    u32 marks;
    u32 crowd; /* out of 100 go statements: with so many more, which end at once */
    u32 renew; /* the program has goroutines that run out of epochs */
    int say;
    u64 seed;
} w;

static void callback(uptr cmd, void *arg)
{
    if (cmd == GO_GET_PROC) {
        *(struct proc **)arg = w.proc;
    }
}

static uptr addr_of(u32 i)
{
    return (uptr)memory + (i < 2 ? i * 8 : i * 512); /* two of them in one line */
}

static void join(struct heard *a, const struct heard *b)
{
    for (u32 i = 0; i < GOROUTINES; i++) {
        a->of[i] = a->of[i] < b->of[i] ? b->of[i] : a->of[i];
    }
}

static u32 some_gor(void)
{
    u32 i;

    do {
        i = rnd_below(&w.r, w.count);
    } while (!w.gor[i].t);
    return i;
}

static u32 live(void)
{
    u32 n = 0;

    for (u32 i = 0; i < w.count; i++) {
        n += w.gor[i].t != NULL;
    }
    return n;
}

/* ---- what must hold ---- */

static int knows_mark(const struct thr *t, const struct mark *m)
{
    return m->g == thr_g(t) || thr_knows(t, m->g, m->epoch);
}

static int source_says(u32 source, u32 epoch, const struct mark *m)
{
    return m->g == source && m->epoch <= epoch;
}

/* Does who knows the source know the clock?  All marks that this clock knows must be known to every goroutine that
   knows the source. */
static void check_source(u32 clock, u32 source, u32 epoch, const char *whose)
{
    for (u32 k = 0; epoch != 0 && k < w.count; k++) {
        const struct thr *t = w.gor[k].t;

        if (!t || (source != thr_g(t) && !thr_knows(t, source, epoch))) {
            continue;
        }
        for (u32 i = 0; i < w.marks; i++) {
            const struct mark *m = &w.mark[i];

            if (m->epoch <= clock_get(clock, m->g) && !knows_mark(t, m)) {
                rt_broken("program %lu: %u knows the source (%u, %u) of %s, and not (%u, %u), which the clock has",
                          w.seed, k, source, epoch, whose, m->g, m->epoch);
            }
        }
    }
}

static void check(void)
{
    for (u32 k = 0; k < w.count; k++) {
        const struct gor *g = &w.gor[k];

        for (u32 i = 0; g->t && i < w.marks; i++) {
            const struct mark *m = &w.mark[i];
            int want = m->by == k || m->number < g->heard.of[m->by];

            if (knows_mark(g->t, m) != want) {
                rt_broken("program %lu: goroutine %u %s mark %u of %u (runtime: %u, epoch %u)", w.seed, k,
                          want ? "does not know" : "knows", m->number, m->by, m->g, m->epoch);
            }
            /* the report's word for it (race.known) */
            if (m->g != thr_g(g->t) && (thr_known(g->t, m->g) >= m->epoch) != want) {
                rt_broken("program %lu: thr_known of goroutine %u", w.seed, k);
            }
        }
        if (g->t) {
            check_source(g->t->clock, g->t->source, g->t->source_epoch, "a goroutine");
        }
    }
    for (u32 a = 0; a < ADDRS; a++) {
        struct sync_line l;

        sync_lock(&l, addr_of(a));

        const struct sync *s = l.found;

        if (s && !w.some[a]) {
            rt_broken("program %lu: an object where nothing was released", w.seed);
        }
        if (s) {
            check_source(s->clock, s->source, s->source_epoch, "an object");
        }
        for (u32 i = 0; s && i < w.marks; i++) {
            const struct mark *m = &w.mark[i];
            int has = m->epoch <= clock_get(s->clock, m->g) || source_says(s->source, s->source_epoch, m) ||
                      source_says(s->g, s->epoch, m);

            if (has != (m->number < w.at[a].of[m->by])) {
                rt_broken("program %lu: address %u %s mark %u of %u", w.seed, a, has ? "has" : "lacks", m->number,
                          m->by);
            }
        }
        sync_unlock(&l);
    }
}

/* ---- steps ---- */

/* What a goroutine does from now on is known to nobody. */
static void mark(u32 k)
{
    struct gor *g = &w.gor[k];

    if (w.marks < MARKS) {
        g->t->dirty |= THR_ACCESS;
        w.mark[w.marks++] = (struct mark){k, g->marks++, thr_g(g->t), thr_epoch(g->t)};
    }
}

/* All that is heard of a goroutine with what it did itself. */
static struct heard published(u32 k)
{
    struct heard h = w.gor[k].heard;

    h.of[k] = w.gor[k].marks;
    return h;
}

static void go(u32 k)
{
    u32 n = w.count;

    if (n == GOROUTINES || live() == LIVE) {
        return;
    }
    if (rnd_below(&w.r, 100) < w.crowd) {
        /* so that its index is in another leaf, or under another branch */
        for (u32 i = rnd_one_in(&w.r, 20) ? 1100 : 40; i > 0; i--) {
            struct thr *gone;

            rt_tsan_go_start(w.first, &gone, 1);
            rt_tsan_go_end(gone);
        }
    }
    memset(&w.gor[n], 0, sizeof w.gor[n]);
    w.gor[n].heard = published(k);
    rt_tsan_go_start(w.gor[k].t, &w.gor[n].t, 1);
    w.count++;
}

static void end(u32 k)
{
    if (live() > 1) {
        rt_tsan_go_end(w.gor[k].t);
        w.gor[k].t = NULL;
    }
}

static void everything(u32 k)
{
    rt_tsan_finalizer_goroutine(w.gor[k].t);
    for (u32 i = 0; i < w.count; i++) {
        w.gor[k].heard.of[i] = w.gor[i].marks;
    }
}

enum { MARK, ACQUIRE, RELEASE, MERGE, EXCHANGE, GO, END, EVERYTHING, FORGET, RENEW, KINDS };

static void run(int kind, u32 k, u32 a)
{
    struct gor *g = &w.gor[k];
    struct heard was;

    switch (kind) {
    case MARK: mark(k); break;
    case ACQUIRE:
        rt_tsan_acquire(g->t, addr_of(a));
        join(&g->heard, &w.at[a]);
        break;
    case RELEASE:
        rt_tsan_release(g->t, addr_of(a));
        w.at[a] = published(k);
        w.some[a] = 1;
        break;
    case MERGE:
        rt_tsan_release_merge(g->t, addr_of(a));
        was = published(k);
        join(&w.at[a], &was);
        w.some[a] = 1;
        break;
    case EXCHANGE:
        rt_tsan_release_acquire(g->t, addr_of(a));
        was = w.at[a];
        w.at[a] = published(k);
        join(&g->heard, &was);
        w.some[a] = 1;
        break;
    case GO: go(k); break;
    case END: end(k); break;
    case EVERYTHING: everything(k); break;
    case FORGET:
        rt_tsan_free(addr_of(a), 8);
        memset(&w.at[a], 0, sizeof w.at[a]);
        w.some[a] = 0;
        break;
    default:
        if (w.renew && thr_epoch(g->t) < rt_epoch_last() - 8) {
            rt_set_epoch(g->t, rt_epoch_last() - rnd_below(&w.r, 3));
        }
    }
    if (w.say) {
        static const char *const name[KINDS] = {"marks",    "acquires",  "releases",         "merges into",   "exchanges",
                                                "go by",    "ends",      "hears everything", "forgotten", "is renewed"};

        printf("# %s: goroutine %u, address %u\n", name[kind], k, a);
        fflush(stdout);
    }
}

static void begin(u64 seed)
{
    w.r.state = w.seed = seed;
    w.count = w.marks = 0;
    w.crowd = rnd_one_in(&w.r, 8) ? 30 : 0;
    w.renew = rnd_below(&w.r, 6) == 0;
    memset(w.some, 0, sizeof w.some);
    memset(w.at, 0, sizeof w.at);
    memset(&w.gor[0], 0, sizeof w.gor[0]);
    w.first->ignore_sync = 1; /* what it starts has heard of nothing */
    rt_tsan_go_start(w.first, &w.gor[0].t, 1);
    w.first->ignore_sync = 0;
    w.count = 1;
}

static void finish(void)
{
    for (u32 i = 0; i < w.count; i++) {
        if (w.gor[i].t) {
            rt_tsan_go_end(w.gor[i].t);
        }
    }
    for (u32 a = 0; a < ADDRS; a++) {
        rt_tsan_free(addr_of(a), 8);
    }
}

static void check_counts(void)
{
    struct rt_span span = {(uptr)memory, sizeof memory};
    struct proc *procs[] = {w.proc, rt_spare_proc()};
    struct rt_world world = {.spans = &span, .span_count = 1, .procs = procs, .proc_count = 2};
    struct rt_census c;

    rt_check(&world, &c);
}

/* out of 100, in turn by program: all kinds; few kinds, so that knowledge goes to and fro; with much that ends */
static const u8 chances[][KINDS] = {
    {20, 22, 15, 8, 10, 12, 4, 2, 3, 4},
    {25, 35, 30, 0, 0, 10, 0, 0, 0, 0},
    {20, 20, 10, 20, 15, 8, 0, 2, 3, 2},
    {15, 20, 15, 5, 5, 20, 14, 2, 2, 2},
};

static void test_programs(void **state)
{
    const char *only = getenv("GOMM_TEST_SEED");

    (void)state;
    w.say = only != NULL;
    for (u64 seed = 1; seed <= rnd_rounds(PROGRAMS); seed++) {
        const u8 *chance = chances[seed % LENGTH(chances)];

        if (only && strtoul(only, NULL, 10) != seed) {
            continue;
        }
        begin(seed);
        for (u32 s = 0; s < STEPS; s++) {
            u32 dice = rnd_below(&w.r, 100);
            int kind = 0;

            while (dice >= chance[kind]) {
                dice -= chance[kind++];
            }
            run(kind, some_gor(), rnd_below(&w.r, ADDRS));
            check();
        }
        if (seed % 1024 == 0) {
            check_counts();
        }
        finish();
    }
    check_counts();
}

/* ---- programs that went wrong once ---- */

struct op {
    int kind;
    u32 gor, addr;
};

static void script(const struct op *op, u32 n)
{
    begin(0);
    w.crowd = w.renew = 0;
    for (u32 i = 0; i < n; i++) {
        run(op[i].kind, op[i].gor, op[i].addr);
        check();
    }
    finish();
}

#define SCRIPT(...) script((const struct op[]){__VA_ARGS__}, LENGTH(((const struct op[]){__VA_ARGS__})))

/* Goroutines 1 and 2 share the clock of goroutine 0, which started them, and differ in how much of it they know: that the clocks
   are one says nothing (an object without an epoch was taken for known by it). */
static void test_same_clock(void **state)
{
    (void)state;
    SCRIPT({GO, 0, 0}, {MARK, 0, 0}, {GO, 0, 0}, {RELEASE, 2, 0}, {ACQUIRE, 1, 0});
    SCRIPT({GO, 0, 0}, {MARK, 0, 0}, {GO, 0, 0}, {EXCHANGE, 2, 0}, {EXCHANGE, 1, 0});
    SCRIPT({MARK, 0, 0}, {GO, 0, 0}, {MARK, 0, 0}, {GO, 0, 0}, {RELEASE, 2, 0}, {ACQUIRE, 1, 0});
}

/* A merge keeps what the object's source says, and what the goroutine's does. */
static void test_merge(void **state)
{
    (void)state;
    SCRIPT({MARK, 0, 0}, {GO, 0, 0}, {MARK, 0, 0}, {GO, 0, 0}, {MARK, 1, 0}, {MARK, 2, 0}, {RELEASE, 2, 0},
           {MERGE, 1, 0}, {GO, 0, 0}, {ACQUIRE, 3, 0});
    SCRIPT({MARK, 0, 0}, {GO, 0, 0}, {MARK, 0, 0}, {GO, 0, 0}, {MARK, 1, 0}, {MARK, 2, 0}, {RELEASE, 1, 0},
           {MERGE, 2, 0}, {GO, 0, 0}, {ACQUIRE, 3, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_clock),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_programs),
    };

    rt_tsan_init(&w.first, &w.proc, callback);
    rt_tsan_map_shadow((uptr)memory, sizeof memory);
    return cmocka_run_group_tests_name("rt_sync", tests, NULL, NULL);
}
