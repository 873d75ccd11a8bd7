/* rt_clock.c: vector clocks (rt/clock.c) against plain arrays.
 *
 * A few clocks live through random sequences of what the runtime does with them; an array says what
 * each must know.  Goroutines finish under way, so subtrees fold to CLOCK_ALL; indices reach over
 * the tree's levels.  Every node's reference count is checked against a walk, and at the end no
 * node may be left.
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
#include "goroutine.h"

enum { CLOCKS = 7 };

struct model {
    u32 n;      /* goroutines */
    u32 *epoch; /* of each: the last that it ended */
    u32 *last;  /* what goroutine_finish was told */
    u8 *finished;
    u32 root[CLOCKS];
    u32 *known[CLOCKS]; /* the oracle */
    struct proc *proc;  /* for its cache of nodes */
};

static u32 base; /* finished goroutines stay finished: each run takes new indices */

/* Goroutines up to base + n. */
static void start(u32 n)
{
    struct goroutine past = {.created = 1};
    u32 g;

    while (goroutine_next() < base + n) {
        assert_int_equal(goroutine_new(&past, &g), 0);
    }
}

static void check(const struct model *m, u32 k, u32 i)
{
    u32 got = clock_get(m->root[k], base + i), want = m->known[k][i];

    if (got == want || (m->finished[i] && want >= m->last[i] && got >= m->last[i])) {
        return;
    }
    fail_msg("clock %u knows epoch %u of goroutine %u + %u, should be %u (finished %u, last %u)", k,
             got, base, i, want, m->finished[i], m->last[i]);
}

static void check_all(const struct model *m)
{
    struct rt_world w = {.procs = &m->proc, .proc_count = 1};
    struct rt_census c = {0};

    for (u32 k = 0; k < CLOCKS; k++) {
        for (u32 i = 0; i < m->n; i++) {
            check(m, k, i);
        }
        /* outside of the range */
        assert_int_equal(clock_get(m->root[k], base + m->n), 0);
        assert_int_equal(clock_get(m->root[k], 0x3fffffff), 0);
        for (u32 g = 0; g < base; g += 1 + base / 97) {
            assert_true(clock_get(m->root[k], g) == 0 || clock_get(m->root[k], g) == CLOCK_ALL);
        }
    }
    rt_check_clocks(&w, &c, m->root, CLOCKS);
}

static void step_set(struct model *m, struct rnd *r)
{
    u32 k = rnd_below(r, CLOCKS), i = rnd_below(r, m->n);

    if (m->finished[i]) {
        /* somebody hears late of it */
        u32 e = m->last[i] == 0 ? 0 : 1 + rnd_below(r, m->last[i]);

        m->root[k] = clock_set(&m->proc->nodes, m->root[k], base + i, e);
        m->known[k][i] = m->known[k][i] < e ? e : m->known[k][i];
    } else {
        m->epoch[i] += 1 + (rnd_one_in(r, 8) ? rnd_below(r, 1000) : 0);
        m->root[k] = clock_set(&m->proc->nodes, m->root[k], base + i, m->epoch[i]);
        m->known[k][i] = m->epoch[i];
    }
    check(m, k, i);
}

static void step_join(struct model *m, struct rnd *r)
{
    u32 a = rnd_below(r, CLOCKS), b = rnd_below(r, CLOCKS);

    m->root[a] = clock_join(&m->proc->nodes, m->root[a], m->root[b]);
    for (u32 i = 0; i < m->n; i++) {
        if (m->known[a][i] < m->known[b][i]) {
            m->known[a][i] = m->known[b][i];
        }
    }
}

static void step_copy(struct model *m, struct rnd *r)
{
    u32 a = rnd_below(r, CLOCKS), b = rnd_below(r, CLOCKS);

    if (a != b) {
        clock_unref(&m->proc->nodes, m->root[a]);
        m->root[a] = clock_ref(m->root[b]);
        memcpy(m->known[a], m->known[b], m->n * sizeof(u32));
    }
}

static void step_drop(struct model *m, struct rnd *r)
{
    u32 k = rnd_below(r, CLOCKS);

    clock_unref(&m->proc->nodes, m->root[k]);
    m->root[k] = 0;
    memset(m->known[k], 0, m->n * sizeof(u32));
}

static void step_finish(struct model *m, struct rnd *r)
{
    u32 first = rnd_below(r, m->n), run = rnd_one_in(r, 3) ? 1 + rnd_below(r, 1100) : 1;

    if (run > 1) {
        first &= ~31u; /* whole leaves now and then */
    }
    for (u32 i = first; i < m->n && i < first + run; i++) {
        if (!m->finished[i] && !rnd_one_in(r, 500)) {
            /* one more epoch that nobody hears of, sometimes */
            m->last[i] = m->epoch[i] + (rnd_one_in(r, 20) ? 1 : 0);
            m->finished[i] = 1;
            goroutine_finish(base + i, m->last[i] + 1, m->last[i]);
            assert_true(goroutine_finished(base + i));
        }
    }
}

/* One clock hears of every goroutine, in order or not, so that what has finished can fold. */
static void step_hear(struct model *m, struct rnd *r)
{
    u32 k = rnd_below(r, CLOCKS), first = rnd_below(r, m->n), run = 1 + rnd_below(r, 1100);

    for (u32 n = 0; n < run && n < m->n; n++) {
        u32 i = (first + n) % m->n;
        u32 e = m->finished[i] ? m->last[i] : m->epoch[i];

        m->root[k] = clock_set(&m->proc->nodes, m->root[k], base + i, e);
        m->known[k][i] = m->known[k][i] < e ? e : m->known[k][i];
    }
}

static void step_everything(struct model *m, struct rnd *r)
{
    u32 k = rnd_below(r, CLOCKS);

    clock_unref(&m->proc->nodes, m->root[k]);
    m->root[k] = clock_everything(&m->proc->nodes, base + m->n);
    for (u32 i = 0; i < m->n; i++) {
        if (m->finished[i]) {
            m->known[k][i] = m->last[i];
        } else {
            clock_lower(&m->proc->nodes, m->root[k], base + i, m->epoch[i]);
            m->known[k][i] = m->epoch[i];
        }
    }
}

static void run(u64 seed, u32 n, u32 steps)
{
    struct rnd r = {seed};
    struct model m = {.n = n};
    struct rt_world w;
    struct rt_census c = {0};

    start(n);
    m.epoch = calloc(n, sizeof(u32));
    m.last = calloc(n, sizeof(u32));
    m.finished = calloc(n, 1);
    m.proc = calloc(1, sizeof *m.proc);
    for (u32 k = 0; k < CLOCKS; k++) {
        m.known[k] = calloc(n, sizeof(u32));
    }
    for (u32 s = 0; s < steps; s++) {
        switch (rnd_below(&r, 16)) {
        case 0:
        case 1:
        case 2: step_join(&m, &r); break;
        case 3: step_copy(&m, &r); break;
        case 4:
            if (rnd_one_in(&r, 4)) {
                step_drop(&m, &r);
            }
            break;
        case 5: step_finish(&m, &r); break;
        case 6: step_hear(&m, &r); break;
        case 7:
            if (rnd_one_in(&r, 8)) {
                step_everything(&m, &r);
            }
            break;
        default: step_set(&m, &r);
        }
        if (n < 100 || s % (n / 64) == 0) {
            check_all(&m);
        }
    }
    check_all(&m);
    for (u32 k = 0; k < CLOCKS; k++) {
        clock_unref(&m.proc->nodes, m.root[k]);
        m.root[k] = 0;
        free(m.known[k]);
    }
    w = (struct rt_world){.procs = &m.proc, .proc_count = 1};
    rt_check_clocks(&w, &c, m.root, CLOCKS);
    assert_int_equal(c.nodes, 0);
    clock_drain(&m.proc->nodes);
    /* The next run's indices start in the middle of a leaf, too. */
    for (u32 i = 0; i < n; i++) {
        if (!m.finished[i]) {
            goroutine_finish(base + i, 1, 0);
        }
    }
    base += n;
    free(m.epoch);
    free(m.last);
    free(m.finished);
    free(m.proc);
}

static void test_levels(void **state)
{
    static const u32 size[] = {1, 3, 31, 32, 33, 100, 300, 1000, 1100, 2100};

    (void)state;
    for (u32 round = 0; round < rnd_rounds(6); round++) {
        goroutine_recent = round % 2 != 0 ? 64 : 0; /* with goroutines long finished, and without */
        for (u32 i = 0; i < LENGTH(size); i++) {
            print_message("# seed %u, %u goroutines from %u on\n", round, size[i], base);
            run(round * 1000003 + size[i], size[i], 600);
        }
    }
}

static void test_many(void **state)
{
    (void)state;
    for (u32 round = 0; round < rnd_rounds(2); round++) {
        run(77 + round, 34000, 3000);
    }
}

/* Re-acquiring what is known must cost nothing: the same root, no new node. */
static void test_shares(void **state)
{
    struct proc *p = calloc(1, sizeof *p);
    u32 a = 0, b;

    (void)state;
    start(5000);
    for (u32 g = 0; g < 5000; g += 3) {
        a = clock_set(&p->nodes, a, base + g, 7);
    }
    b = clock_ref(a);
    assert_int_equal(clock_join(&p->nodes, b, a), a);
    b = clock_set(&p->nodes, b, base + 17, 8);
    assert_int_not_equal(a, b);
    assert_int_equal(clock_get(a, base + 17), 0);
    /* b knows all of a: joining keeps b; joining b to a gives b itself */
    assert_int_equal(clock_join(&p->nodes, b, a), b);
    assert_int_equal(clock_join(&p->nodes, a, b), b);
    assert_int_equal(clock_at(b)->refs, 2);
    clock_unref(&p->nodes, b);
    clock_unref(&p->nodes, b);
    clock_drain(&p->nodes);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_shares),
    };

    if (clock_init() != 0 || goroutine_init() != 0) {
        fputs("no address space for clocks\n", stderr);
        return 1;
    }
    return cmocka_run_group_tests_name("rt_clock", tests, NULL, NULL);
}
