/* rt_stack.c: call stacks: equal ones have one id, a P's table knows the same ones, and there is an end to how many are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../rt/rt_random.h"
#include "stack.h"
#include "thread.h"

enum { LIMIT = 5000, PC = 0x400000 };

/* Its calls from the innermost one on, at most n; 1 if it is whole. */
static int calls(u32 id, u64 *pc, u32 *n)
{
    u32 count = 0;

    for (; id != 0 && id != STACK_CUT; id = stack_at(id)->parent) {
        assert_true(count < *n);
        pc[count++] = stack_at(id)->pc;
    }
    *n = count;
    return id == 0;
}

static void test_limit(void **state)
{
    struct rnd r = {.state = 7};
    u32 highest = 0, cut = 0;

    (void)state;
    assert_int_equal(stack_init(), 0);
    stack_limit = LIMIT;

    u32 first = stack_push(stack_push(0, PC), PC + 1);

    /* as a function that calls itself from two places */
    for (u32 i = 0; i < 200000; i++) {
        u64 want[64], got[64];
        u32 depth = 1 + rnd_below(&r, 60), id = 0, n = 64;

        for (u32 k = 0; k < depth; k++) {
            want[k] = PC + rnd_below(&r, 2);
            id = stack_push(id, want[k]);
        }

        int whole = calls(id, got, &n);

        assert_true(whole ? n == depth : n >= 1 && n <= 9);
        for (u32 k = 0; k < n; k++) {
            assert_int_equal(got[k], want[depth - 1 - k]);
        }
        highest = id > highest ? id : highest;
        cut += !whole;
    }
    assert_true(cut > 100000);
    assert_true(highest < LIMIT + 1200); /* those below the cut: 2 + 4 + ... + 2^9, and a step of the pool */
    assert_int_equal(stack_push(stack_push(0, PC), PC + 1), first);
}

/* Callers whose calls are in each other's way in the table: those of one number in PARENTS. */
static void test_table(void **state)
{
    enum { PARENTS = 1 << (CALLS_LOG - 3), CALLERS = 3 * PARENTS, NEAR = 64, ROUNDS = 200000 };
    static struct proc p;
    static u32 caller[CALLERS];
    struct rnd r = {.state = 8};
    u32 limit = stack_limit, known = 0;

    (void)state;
    stack_limit = LIMIT + CALLERS * 8;
    for (u32 i = 0; i < CALLERS; i++) {
        caller[i] = stack_push(0, PC + 4096 + i);
    }
    for (u32 round = 0; round < ROUNDS; round++) {
        u32 parent = caller[rnd_one_in(&r, 4) ? rnd_below(&r, CALLERS) : rnd_below(&r, NEAR) + PARENTS * rnd_below(&r, 2)];
        u64 pc = PC + rnd_below(&r, 4);
        u32 is = stack_push(parent, pc), says = proc_call_known(&p, parent, pc);

        assert_true(says == 0 || says == is);
        known += says != 0;
        assert_int_equal(proc_call(&p, parent, pc), is);
        assert_int_equal(proc_call_known(&p, parent, pc), is);
    }
    assert_true(known > ROUNDS / 4 && known < ROUNDS);
    stack_limit = limit;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limit), cmocka_unit_test(test_table)};

    return cmocka_run_group_tests_name("rt_stack", tests, NULL, NULL);
}
