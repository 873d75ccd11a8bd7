/* rt_line.c: the model of cache lines (rt/line.h), driven through Go's entry points in one thread that plays all Ps.
 *
 * Random accesses are held against a naive account of who has which line; then what makes a line worth looking at, lives,
 * limits, locks, one by one.  GOMM_TEST_ROUNDS=N: N times as many random ones.
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
#include "flags.h"
#include "line.h"
#include "line_tally.h"

enum { PROCS = 4, GLOBALS = 4 << 20, HEAP = 8 << 20 };

static _Alignas(1 << 16) u8 globals[GLOBALS];
static uptr heap; /* nothing is behind it */
static struct proc *proc[PROCS], *current;
static struct thr *thr[PROCS]; /* the goroutine that each P runs */
static struct thr *main_thr;

static void callback(uptr cmd, void *arg)
{
    if (cmd == GO_GET_PROC) {
        *(struct proc **)arg = current;
    } else if (cmd == GO_DATA) {
        ((u64 *)arg)[7] = 0; /* knows nothing */
    }
}

static uptr pc_of(u32 n)
{
    return (uptr)&globals + 16 + n;
}

/* What P i's goroutine does. */
static void access(u32 i, uptr addr, uptr size, int write, u32 pc)
{
    current = proc[i];
    if (write) {
        rt_write_range(thr[i], addr, size, pc_of(pc));
    } else {
        rt_read_range(thr[i], addr, size, pc_of(pc));
    }
}

static void rmw(u32 i, uptr addr)
{
    u64 args[16] = {addr, 0}; /* what lies behind the arguments is no frame pointer */

    args[3] = 1;
    current = proc[i];
    rt_tsan_go_atomic64_fetch_add(thr[i], pc_of(1000), pc_of(1001), args);
}

static void other_goroutine(u32 i)
{
    current = proc[i];
    rt_tsan_go_end(thr[i]);
    rt_tsan_go_start(main_thr, &thr[i], pc_of(500));
    /* a goroutine without frames has no stack; Go's have one at least */
    rt_func_enter(thr[i], pc_of(600 + i));
}

static struct line *live(uptr addr)
{
    for (u32 i = 1; i < line_count(); i++) {
        if (line_at(i)->state == LINE_LIVE && line_at(i)->addr == (addr & ~63UL)) {
            return line_at(i);
        }
    }
    return NULL;
}

/* Has it looked at closely, then begins a window. */
static struct line *watched(uptr addr)
{
    line_burst();
    for (u32 k = 0; k < 10 && !live(addr); k++) {
        access(0, addr, 8, 1, 1);
        access(1, addr, 8, 1, 2);
    }
    line_burst();
    assert_non_null(live(addr));
    return live(addr);
}

static u64 row_total(const struct line *l, u32 g, u32 word, u32 kind)
{
    u64 n = 0;

    for (u32 i = l->rows; i != 0; i = row_at(i)->next) {
        const struct row *r = row_at(i);

        if ((g == 0 || r->g == g) && (word == 8 || r->word == word) &&
            (kind == LINE_KINDS || r->kind == kind)) {
            n += r->count;
        }
    }
    return n;
}

static u64 all_of(struct line *l)
{
    tally_settle();
    return row_total(l, 0, 8, LINE_KINDS);
}

/* ---- against a naive account ---- */

/* What caches do: a set of copies, a last writer, all of one window. */
struct account {
    u32 copies, has_writer, writer;
    u64 transfers;
    u64 count[PROCS][8][2]; /* by P, word, kind */
    u64 spans[PROCS][8];    /* bytes */
};

static void account(struct account *a, u32 p, u32 first, u32 size, int write)
{
    u32 bit = 1u << p;

    if (write ? (a->copies & ~bit) != 0 : !(a->copies & bit) && a->has_writer && a->writer != p) {
        a->transfers++;
    }
    a->copies = write ? bit : a->copies | bit;
    if (write) {
        a->has_writer = 1;
        a->writer = p;
    }
    for (u32 w = first / 8; w <= (first + size - 1) / 8; w++) {
        a->count[p][w][write]++;
    }
}

static void test_account(void **state)
{
    const char *rounds = getenv("GOMM_TEST_ROUNDS");
    u32 n = 40 * (rounds ? (u32)atoi(rounds) : 1);

    (void)state;
    for (u32 round = 0; round < n; round++) {
        uptr addr = (round % 2 ? (uptr)globals : heap) + 4096 + round * 128UL % 65536;
        struct rnd r = {.state = 1 + round};
        struct line *l;
        struct account a = {0};
        u64 before[PROCS][8][2], transfers, pairs = 0;

        for (u32 i = 0; i < PROCS; i++) {
            other_goroutine(i);
        }
        l = watched(addr);
        tally_settle();
        transfers = l->transfers;
        for (u32 i = 0; i < PROCS * 16; i++) {
            before[i / 16][i / 2 % 8][i % 2] = row_total(l, thr_g(thr[i / 16]), i / 2 % 8, i % 2);
        }
        for (u32 step = 0; step < 2000; step++) {
            u32 p = rnd_below(&r, PROCS), first = rnd_below(&r, 64),
                size = 1 + rnd_below(&r, 64 - first);
            int write = rnd_one_in(&r, 3);

            if (rnd_one_in(&r, 100)) {
                line_burst();
                a.copies = a.has_writer = 0;
            }
            size = rnd_one_in(&r, 2) && first % 8 + 8 <= 64 ? 1 + size % (8 - first % 8) : size;
            account(&a, p, first, size, write);
            access(p, addr + first, size, write, rnd_below(&r, 20));
        }
        tally_settle();
        assert_ptr_equal(live(addr), l);
        assert_int_equal(l->transfers - transfers, a.transfers);
        assert_int_equal(l->moves, 0);
        assert_true(l->same <= l->transfers && l->shared_windows <= l->windows);
        for (u32 i = 0; i < LINE_PAIRS; i++) {
            assert_true(l->pair[i].count == 0 || l->pair[i].from != l->pair[i].to);
            pairs += l->pair[i].count;
        }
        assert_true(pairs <= l->transfers);
        for (u32 i = 0; i < PROCS * 16; i++) {
            u32 p = i / 16, word = i / 2 % 8, kind = i % 2;

            assert_int_equal(row_total(l, thr_g(thr[p]), word, kind) - before[p][word][kind],
                             a.count[p][word][kind]);
        }
    }
}

/* ---- what makes a line worth looking at ---- */

static void test_not_watched(void **state)
{
    uptr addr = (uptr)globals + (1 << 20);
    struct line *l;

    (void)state;
    for (u32 i = 0; i < PROCS; i++) {
        other_goroutine(i);
    }
    line_burst();
    for (u32 k = 0; k < 100;
         k++) { /* only read; one writes; others read what was written in another window */
        access(k % PROCS, addr, 8, 0, 1);
        access(1, addr + 256, 8, k % 3 == 0, 2);
        access(2, addr + 512, 8, 1, 3);
        line_burst();
        access(3, addr + 512, 8, 0, 4);
    }
    for (u32 k = 0; k < 100; k++) { /* two goroutines of one P; one goroutine of two Ps */
        access(0, addr + 768, 8, 1, 5);
        other_goroutine(0);
    }
    for (u32 k = 0; k < 100; k++) {
        struct thr *t = thr[0];

        access(0, addr + 1024, 8, 1, 6);
        thr[0] = thr[1];
        thr[1] = t;
        access(1, addr + 1024, 8, 1, 6);
        thr[1] = thr[0];
        thr[0] = t;
    }
    for (u32 k = 0; k < 100; k++) { /* they take turns, but not within a window */
        access(k % 2, addr + 1280, 8, 1, 7);
        line_burst();
    }
    for (u32 i = 0; i <= 1280; i += 256) {
        assert_null(live(addr + i));
    }
    /* as many turns as it takes, a read counts once */
    line_burst();
    for (u32 k = 0; k < 4; k++) {
        assert_null(live(addr + 2048));
        access(0, addr + 2048, 8, 1, 8);
        access(1, addr + 2096, 8, 0, 9);
        access(1, addr + 2096, 8, 0, 9);
    }
    access(0, addr + 2048, 8, 1, 8);
    l = live(addr + 2048);
    assert_non_null(l);
    assert_int_equal(l->moves, 0);
}

/* A goroutine that changes its P takes the line along. */
static void test_moves(void **state)
{
    uptr addr = (uptr)globals + (1 << 20) + 4096;
    struct line *l;
    u64 transfers;

    (void)state;
    other_goroutine(0);
    other_goroutine(1);
    l = watched(addr);
    transfers = l->transfers;
    for (u32 k = 0; k < 50; k++) {
        current = proc[k % 2];
        rt_write_range(thr[0], addr, 8, pc_of(1));
    }
    assert_int_equal(l->transfers, transfers);
    assert_int_equal(l->moves, 49);
}

/* ---- the same word? ---- */

struct step {
    u8 p, word, write;
};

static u64 same(const struct step *s, u32 n, u32 rounds, u64 *transfers)
{
    static u32 at;
    uptr addr = (uptr)globals + (2 << 20) + 128UL * at++;
    struct line *l;
    u64 before, before_transfers;

    other_goroutine(0);
    other_goroutine(1);
    l = watched(addr);
    before = l->same;
    before_transfers = l->transfers;
    for (u32 k = 0; k < n * rounds; k++) {
        access(s[k % n].p, addr + s[k % n].word * 8U, 8, s[k % n].write, k % n);
    }
    *transfers = l->transfers - before_transfers;
    return l->same - before;
}

static void test_same_word(void **state)
{
    /* x++ of one, y++ of the other; both x++; a lock's word and then data; one writes, the other reads; or something else */
    static const struct step apart[] = {{0, 0, 0}, {0, 0, 1}, {1, 3, 0}, {1, 3, 1}};
    static const struct step both[] = {{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}};
    static const struct step late[] = {{0, 1, 0}, {0, 5, 1}, {1, 2, 0}, {1, 5, 1}};
    static const struct step reader[] = {{0, 0, 1}, {1, 0, 0}};
    static const struct step beside[] = {{0, 0, 1}, {1, 1, 0}};
    u64 transfers, n;

    (void)state;
    n = same(apart, 4, 100, &transfers);
    assert_true(transfers >= 398);
    assert_int_equal(n, 0);
    n = same(both, 4, 100, &transfers);
    assert_true(transfers >= 398 && n + 4 >= transfers);
    n = same(late, 4, 100, &transfers); /* the word that both write is the second that they touch */
    assert_true(transfers >= 398 && n + 4 >= transfers);
    n = same(reader, 2, 100, &transfers);
    assert_true(transfers >= 198 && n + 2 >= transfers);
    n = same(beside, 2, 100, &transfers);
    assert_true(transfers >= 198);
    assert_int_equal(n, 0);
}

/* ---- lives ---- */

static void turns(uptr addr, u32 n)
{
    for (u32 k = 0; k < n; k++) {
        access(k % 2, addr + k % 2 * 8, 8, 1, 30 + k % 2);
    }
}

static void test_lives(void **state)
{
    uptr addr = heap + (1 << 20);
    struct line *l, *first = NULL;
    u64 all = 0;

    (void)state;
    for (u32 life = 0; life < 20; life++) {
        /* two objects that some code makes, at the same place of the line */
        shadow_malloc(proc[0], addr, 16, 7);
        line_object(addr, 16);
        line_burst();
        turns(addr, 40);
        l = live(addr);
        assert_non_null(l);
        assert_int_equal(l->object_count, 1);
        assert_int_equal(l->object[0].base, addr);
        assert_int_equal(l->object[0].site, 7);
        /* what nobody has touched may come and go */
        shadow_malloc(proc[0], addr + 32, 16, 8);
        line_object(addr + 32, 16);
        assert_ptr_equal(live(addr), l);
        assert_int_equal(l->object_count, 2);
        shadow_free(proc[0], addr + 32, 16);
        line_object(addr + 32, 16);
        assert_ptr_equal(live(addr), l);
        all += all_of(l);
        shadow_free(proc[0], addr, 16);
        line_object(addr, 16);
        assert_null(live(addr));
        first = first ? first : l;
        assert_int_equal(first->state, LINE_KEPT);
        assert_int_equal(first->lives, life + 1);
        addr += 64;
    }
    tally_settle();
    assert_int_equal(row_total(first, 0, 8, LINE_KINDS), all);
    assert_int_equal(row_total(first, 0, 0, LINE_WRITE) + row_total(first, 0, 1, LINE_WRITE), all);
    /* one that was not worth it is gone */
    shadow_malloc(proc[0], addr, 16, 7);
    line_object(addr, 16);
    line_burst();
    turns(addr, 14);
    l = live(addr);
    assert_non_null(l);
    line_object(addr, 16);
    assert_int_equal(l->state, LINE_FREE);
    assert_int_equal(first->lives, 20);
}

/* ---- two lines ---- */

static void test_edges(void **state)
{
    static const struct {
        u32 a, b; /* words, of the lower line and the upper one */
        u32 close;
    } cases[] = {{7, 0, 1}, {0, 7, 0}, {4, 3, 1}, {3, 3, 0}, {0, 0, 0}};

    (void)state;
    for (u32 i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uptr addr = heap + (2 << 20) + i * 256UL;
        struct line *l;

        for (u32 window = 0; window < 40; window++) {
            line_burst();
            for (u32 k = 0; k < 10; k++) {
                access(0, addr + cases[i].a * 8, 8, 1, 40);
                access(1, addr + 64 + cases[i].b * 8, 8, 1, 41);
            }
        }
        l = live(addr);
        assert_non_null(l);
        assert_non_null(live(addr + 64));
        assert_int_equal(l->transfers, 0);
        assert_true(l->edge_transfers > 300);
        assert_int_equal(l->edge_close != 0, cases[i].close);
        assert_ptr_equal(line_whole(l->upper, l->upper_id), live(addr + 64));
        /* the upper one goes: what was counted with it stays until the lower one does */
        line_object(addr + 64, 64);
        assert_null(live(addr + 64));
        turns(addr, 4);
        assert_non_null(line_whole(l->upper, l->upper_id));
    }
}

/* ---- limits ---- */

static void test_crowd(void **state)
{
    uptr addr = (uptr)globals + (3 << 20);
    struct line *l;
    u64 before;

    (void)state;
    l = watched(addr);
    before = all_of(l);
    for (u32 k = 0; k < 3000; k++) {
        access(k % 2, addr + k % 8 * 8, 8, k % 3 == 0, k % 100);
        other_goroutine(k % 2);
    }
    assert_int_equal(all_of(l), before + 3000);
    assert_true(l->row_count <= 192 + 8 * LINE_KINDS);
}

static void test_many_lines(void **state)
{
    uptr addr = heap + (4 << 20);
    u32 n = 20000, found = 0;

    (void)state;
    for (u32 i = 0; i < n; i++) {
        line_burst();
        turns(addr + i * 64UL, 12);
    }
    assert_true(line_count() <= LINES);
    /* those that nobody uses any more make room */
    line_now += 1000 * flags.share_window;
    for (u32 i = 0; i < 64; i++) {
        line_burst();
        turns(addr + (n + i) * 64UL, 40);
        found += live(addr + (n + i) * 64UL) != NULL;
    }
    assert_true(found > 48);
}

/* ---- locks ---- */

/* As sync does it: an atomic operation, then the announcement. */
static void lock(u32 i, u64 *mutex)
{
    rmw(i, (uptr)mutex);
    rt_tsan_acquire(thr[i], (uptr)mutex);
}

static void unlock(u32 i, u64 *mutex)
{
    rt_tsan_release(thr[i], (uptr)mutex);
    rmw(i, (uptr)mutex);
}

static u32 held(u32 i, uptr a, uptr b)
{
    const uptr *l = held_at(held_set(thr[i]));
    u32 n = 0, found = 0;

    for (u32 k = 0; k < HELD_MAX; k++) {
        n += l[k] != 0;
        found += l[k] != 0 && ((l[k] & ~1UL) == a || (l[k] & ~1UL) == b);
    }
    return n == found ? n : 99;
}

static void test_held(void **state)
{
    u64 *m = (u64 *)(void *)(globals + (1 << 20) + 8192);
    uptr a = (uptr)m, b = (uptr)(m + 1);

    (void)state;
    other_goroutine(0);
    other_goroutine(1);
    assert_int_equal(held(0, 0, 0), 0);
    lock(0, m);
    assert_int_equal(held(0, a, 0), 1);
    assert_int_equal(held(1, 0, 0), 0);
    lock(0, m + 1);
    assert_int_equal(held(0, a, b), 2);
    unlock(0, m);
    assert_int_equal(held(0, b, 0), 1);
    unlock(0, m + 1);
    assert_int_equal(held(0, 0, 0), 0);
    /* RWMutex: hidden operations at 16 and 20, semaphores at 8 and 12 */
    for (u32 reader = 0; reader < 2; reader++) {
        rt_tsan_go_ignore_sync_begin(thr[0]);
        rmw(0, a + 16);
        rt_tsan_go_ignore_sync_end(thr[0]);
        rt_tsan_acquire(thr[0], a + 12);
        if (!reader) {
            rt_tsan_acquire(thr[0], a + 8);
        }
        assert_int_equal(held(0, a, 0), 1);
        if (reader) {
            rt_tsan_release_merge(thr[0], a + 8);
        } else {
            rt_tsan_release(thr[0], a + 12);
        }
        assert_int_equal(held(0, 0, 0), 0);
    }
    /* WaitGroup: what is hidden is acquired at the same address */
    other_goroutine(0);
    rt_tsan_go_ignore_sync_begin(thr[0]);
    rmw(0, a);
    rt_tsan_go_ignore_sync_end(thr[0]);
    rt_tsan_acquire(thr[0], a);
    assert_int_equal(held(0, 0, 0), 0);
    /* more than are kept: the oldest are forgotten; and many different sets */
    for (u32 k = 0; k < 20000; k++) {
        lock(0, m + k % 1000);
        if (k % 3 == 0) {
            unlock(0, m + k % 1000);
        }
    }
    other_goroutine(0);
    assert_int_equal(held(0, 0, 0), 0);
}

static int set_up(void **state)
{
    (void)state;
    flags.share = LINE_ONLY;
    rt_tsan_init(&main_thr, &current, callback);
    rt_line_freeze();
    rt_tsan_map_shadow((uptr)globals, GLOBALS);
    heap = HEAP_LO + (64 << 20);
    rt_tsan_map_shadow(heap, HEAP);
    rt_func_enter(main_thr, pc_of(3));
    for (u32 i = 0; i < PROCS; i++) {
        proc[i] = current;
        rt_tsan_go_start(main_thr, &thr[i], pc_of(i));
        rt_func_enter(thr[i], pc_of(600 + i));
        rt_tsan_proc_create(&current);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (u32 i = 0; i < PROCS; i++) {
        rt_tsan_go_end(thr[i]);
    }
    rt_tsan_go_end(main_thr);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account),   cmocka_unit_test(test_not_watched),
        cmocka_unit_test(test_moves),     cmocka_unit_test(test_same_word),
        cmocka_unit_test(test_lives),     cmocka_unit_test(test_edges),
        cmocka_unit_test(test_crowd),     cmocka_unit_test(test_held),
        cmocka_unit_test(test_many_lines)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
