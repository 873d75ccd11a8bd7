/* rt_goroutine.c: what stays of goroutines is the same before and after their blocks are packed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../rt/rt_random.h"
#include "../rt/rt_test.h"
#include "goroutine.h"

enum { LEAF = GOROUTINE_LEAF };

struct model {
    struct goroutine past;
    u32 last;
    u8 finished;
};

static void check(const struct model *m, u32 g)
{
    struct goroutine x = goroutine_past(g);

    assert_int_equal(goroutine_finished(g), m->finished);
    assert_memory_equal(&x, &m->past, sizeof x);
}

static void check_leaf(const struct model *m, u32 first, struct rnd *r)
{
    u32 slot[LEAF], known = 1, low = rnd_below(r, LEAF);

    for (u32 i = 0; i < LEAF; i++) {
        slot[i] = m[i].last + rnd_below(r, 2);
        known &= m[i].finished;
    }
    assert_int_equal(goroutine_known(first, slot), known);
    if (m[low].last > 0) {
        slot[low] = m[low].last - 1;
        assert_int_equal(goroutine_known(first, slot), 0);
    }
}

/* n goroutines of at most `kinds` pasts each other, a few of which never finish; they do so in any order if `window` is
 * large. */
static void run(u64 seed, u32 n, u32 kinds, u32 window)
{
    struct rnd r = {seed};
    u32 base = goroutine_next(), g;

    base += -base & (LEAF - 1);
    while (goroutine_next() < base) {
        assert_int_equal(goroutine_new(&(struct goroutine){.created = 1}, &g), 0);
    }

    struct model *m = calloc(n, sizeof *m);

    for (u32 i = 0; i < n; i++) {
        m[i].past.created = rnd_below(&r, kinds) * 0x300001;
        m[i].past.parent = rnd_below(&r, kinds) == 0 ? base + i / 2 : 0;
        m[i].past.first_name = rnd_one_in(&r, 3000) ? 7 : 0;
        assert_int_equal(goroutine_new(&m[i].past, &g), 0);
        assert_int_equal(g, base + i);
        m[i].past.first_name = m[i].past.first_name != 0 ? 7 : g;

        u32 k = i < window ? rnd_below(&r, i + 1) : i - rnd_below(&r, window);

        if (!m[k].finished && !rnd_one_in(&r, 20000)) {
            u32 end = rnd_one_in(&r, 100) ? 0xf0000000u - rnd_below(&r, 9) : 1 + rnd_below(&r, kinds);

            m[k].last = end - rnd_below(&r, 2);
            m[k].past.last_epoch = end;
            m[k].finished = 1;
            goroutine_finish(base + k, end, m[k].last);
        }
        check(&m[k], base + k);
        k = rnd_below(&r, i + 1);
        check(&m[k], base + k);
    }
    for (u32 i = 0; i < n; i++) { /* the oldest blocks are old enough already */
        if (!m[i].finished && !rnd_one_in(&r, 3000)) {
            m[i].last = m[i].past.last_epoch = 3;
            m[i].finished = 1;
            goroutine_finish(base + i, 3, 3);
        }
    }
    for (u32 i = 0; i < n; i++) {
        check(&m[i], base + i);
        if (i % LEAF == 0 && i + LEAF <= n) {
            check_leaf(&m[i], base + i, &r);
        }
    }
    free(m);
}

static void test_pasts(void **state)
{
    (void)state;
    goroutine_recent = 2;
    for (u32 round = 0; round < rnd_rounds(4); round++) {
        run(round * 10 + 1, 20000, 1, 100);
        run(round * 10 + 2, 20000, 4, 5000);
        run(round * 10 + 3, 20000, 1000, 20000);
    }
}

/* A server's goroutines cost next to nothing once they have finished. */
static void test_small(void **state)
{
    struct rt_census before = {0}, after = {0};
    struct goroutine past = {.created = 12345, .parent = 1};
    u32 g;

    (void)state;
    goroutine_recent = 1;
    rt_check_goroutines(&before);
    for (u32 i = 0; i < 1000000; i++) {
        assert_int_equal(goroutine_new(&past, &g), 0);
        goroutine_finish(g, 11, 10);
    }
    rt_check_goroutines(&after);
    assert_true(before.blocks - after.blocks < 100000); /* bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pasts),
        cmocka_unit_test(test_small),
    };

    if (goroutine_init() != 0) {
        fputs("no address space for goroutines\n", stderr);
        return 1;
    }
    return cmocka_run_group_tests_name("rt_goroutine", tests, NULL, NULL);
}
