/* rt_stress.c: the runtime under several OS threads at once.
 *
 * Each thread plays a P with goroutines of its own.  Whatever the interleaving: nothing crashes,
 * what is synchronised is never reported, of several accesses that nothing orders each pair is
 * found exactly once, and in the end every reference was counted right.
 * test/stress/test_sanitizers.sh runs this under ThreadSanitizer and AddressSanitizer too.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../rt/rt_random.h"
#include "../rt/rt_test.h"
#include "alone.h"
#include "code.h"
#include "sample.h"
#include "sync.h"

enum { THREADS = 6, GORS = 3, GLOBALS = 1 << 20, HEAP = 1 << 20 };

static _Alignas(1 << 16) u8 globals[GLOBALS];
static uptr heap; /* shadow only: nothing is behind it */
static struct proc *first_proc;
static struct thr *main_thr;
static __thread struct proc *my_proc;

/* Reports by word of the globals. */
static u32 reports[GLOBALS / 8];
static u32 heap_reports;

static void callback(uptr cmd, void *arg)
{
    if (cmd == GO_GET_PROC) {
        *(struct proc **)arg = my_proc;
    }
}

static void on_race(struct thr *t, const struct race *r)
{
    (void)t;
    if (r->addr - (uptr)globals < GLOBALS) {
        __atomic_fetch_add(&reports[(r->addr - (uptr)globals) / 8], 1, __ATOMIC_RELAXED);
    } else {
        __atomic_fetch_add(&heap_reports, 1, __ATOMIC_RELAXED);
    }
}

static int on_known(u32 stack, u32 other)
{
    (void)stack;
    (void)other;
    return 0;
}

static void check(struct rt_census *c)
{
    struct rt_span spans[] = {{heap, HEAP}, {(uptr)globals, GLOBALS}};
    struct proc *procs[] = {rt_spare_proc(), first_proc};
    struct rt_world world = {spans, 2, procs, 2};

    rt_check(&world, c);
}

static uptr word(u32 i)
{
    return (uptr)globals + i * 8UL;
}

static u32 reports_of(uptr addr)
{
    return __atomic_load_n(&reports[(addr - (uptr)globals) / 8], __ATOMIC_RELAXED);
}

/* ---- threads ---- */

struct player {
    pthread_t thread;
    u32 id;
    struct rnd r;
    struct thr *t[GORS];
    void (*play)(struct player *);
};

static void *run_player(void *arg)
{
    struct player *p = arg;

    rt_tsan_proc_create(&my_proc);
    p->play(p);
    for (u32 i = 0; i < GORS; i++) {
        rt_tsan_go_end(p->t[i]);
    }
    rt_tsan_proc_destroy(my_proc);
    return NULL;
}

/* n threads with GORS goroutines each, which nothing orders. */
static void play(u32 n, void (*f)(struct player *))
{
    struct player p[THREADS];

    memset(p, 0, sizeof p);
    for (u32 i = 0; i < n; i++) {
        p[i].id = i;
        p[i].r.state = 77 + i;
        p[i].play = f;
        for (u32 k = 0; k < GORS; k++) {
            rt_tsan_go_start(main_thr, &p[i].t[k], (uptr)&globals + i * 16 + k);
        }
    }
    for (u32 i = 0; i < n; i++) {
        assert_int_equal(pthread_create(&p[i].thread, NULL, run_player, &p[i]), 0);
    }
    for (u32 i = 0; i < n; i++) {
        pthread_join(p[i].thread, NULL);
    }
}

/* Everything that has shadow is forgotten; then nothing may be left but what main knows. */
static void clean(void)
{
    struct rt_census c;

    rt_tsan_free(heap, HEAP);
    for (uptr at = 0; at < GLOBALS; at += 4096) {
        rt_tsan_free((uptr)globals + at, 4096);
    }
    rt_tsan_proc_destroy(first_proc);
    rt_tsan_proc_create(&first_proc);
    my_proc = first_proc;
    memset(reports, 0, sizeof reports);
    check(&c);
    assert_int_equal(c.cells, 0);
    assert_int_equal(c.syncs, 0);
    assert_int_equal(c.thrs, 1);
    assert_int_equal(c.records, 0);
}

static void wait_for(u32 *counter, u32 value)
{
    for (u32 n = 0; __atomic_load_n(counter, __ATOMIC_ACQUIRE) < value; n++) {
        os_spin(n);
    }
}

/* ---- accesses at the same time ---- */

enum { ROUNDS = 4000, WIDE = 24 };

static struct {
    u32 arrived, players;
    u32 kinds; /* bit i: player i writes */
    u32 width; /* words of an access */
    u32 offset, size;
    u32 step;
    int both;
    int general; /* not by the quick ways */
} meet;

static void all_here(u32 *times)
{
    __atomic_fetch_add(&meet.arrived, 1, __ATOMIC_ACQ_REL);
    wait_for(&meet.arrived, ++*times * meet.players);
}

/* How many pairs of players, of which one at least writes. */
static u32 pairs_of(u32 players, u32 kinds)
{
    u32 readers = players - (u32)__builtin_popcount(kinds);

    return players * (players - 1) / 2 - readers * (readers - 1) / 2;
}

/* All at once access the same fresh words, in every round others. */
static void meet_player(struct player *p)
{
    u32 times = 0;

    for (u32 round = 0; round < ROUNDS; round++) {
        uptr addr = word(round * meet.step) + meet.offset;
        uptr size = meet.size != 0 ? meet.size : meet.width * 8;

        all_here(&times);
        if (meet.kinds >> p->id & 1) {
            rt_write_range(p->t[0], addr, size, 5 + p->id);
        } else {
            rt_read_range(p->t[0], addr, size, 5 + p->id);
        }
    }
}

static void meet_once(u32 players, u32 kinds, u32 width, u32 offset, u32 size)
{
    u32 pairs = pairs_of(players, kinds);

    memset(&meet, 0, sizeof meet);
    meet.players = players;
    meet.kinds = kinds;
    meet.width = width;
    meet.offset = offset;
    meet.size = size;
    meet.step = width;
    play(players, meet_player);
    for (u32 i = 0; i < ROUNDS * width; i++) {
        if (reports_of(word(i)) != pairs) {
            fail_msg("%u players, kinds %#x, width %u: %u races at word %u, must be %u", players,
                     kinds, width, reports_of(word(i)), i, pairs);
        }
    }
    clean();
}

static void test_simultaneous(void **state)
{
    (void)state;
    for (u32 n = 0; n < rnd_rounds(1); n++) {
        meet_once(2, 3, 1, 0, 0);
        meet_once(2, 1, 1, 0, 0);
        meet_once(2, 2, 1, 0, 0);
        meet_once(2, 3, 1, 3, 2);    /* some bytes */
        meet_once(2, 1, WIDE, 0, 0); /* and ranges, which go from word to word by themselves */
        meet_once(2, 3, WIDE, 0, 0);
        meet_once(3, 7, 1, 0, 0);
        meet_once(3, 5, WIDE, 0, 0);
        meet_once(3, 0, WIDE, 0, 0); /* readers alone share cells */
        meet_once(6, 0, WIDE, 0, 0);
        meet_once(4, 15, 1, 0, 0); /* more than a small cell holds */
        meet_once(6, 0x15, 1, 0, 0);
        meet_once(6, 0x3f, 1, 0, 4);
    }
}

static void access_word(struct player *p, uptr addr)
{
    u8 kind = meet.kinds >> p->id & 1 ? ACCESS_WRITE : ACCESS_READ;
    uptr pc = (uptr)&globals + 5 + p->id;

    if (meet.general || !rt_quick(my_proc, p->t[0], addr, 8, kind, pc)) {
        (kind == ACCESS_WRITE ? rt_write_range : rt_read_range)(p->t[0], addr, 8, pc);
    }
}

/* Player 0, and then player 1 if `both`, has accessed the words before, in an epoch that all others know, by the same instruction.  So the
 * others may let go of its record while it replaces it, and its id may become that of the new one.  That both of two meet each other is rare, and
 * no error: reports know pairs of stacks in either order. */
static void again_player(struct player *p)
{
    uptr sync = heap + 64;
    struct thr *t = p->t[0];
    u32 times = 0;

    rt_func_enter(t, (uptr)&globals + 3);
    for (u32 round = 0; round < ROUNDS; round++) {
        uptr addr = word(round);

        if (p->id == 0) {
            access_word(p, addr);
            rt_tsan_release(t, sync);
        }
        all_here(&times);
        if (p->id != 0) {
            rt_tsan_acquire(t, sync);
        }
        if (p->id == 1 && meet.both) {
            access_word(p, addr);
            rt_tsan_release(t, sync + 8);
        }
        all_here(&times);
        if (p->id == 0 && meet.both) {
            rt_tsan_acquire(t, sync + 8);
        }
        for (u32 n = rnd_below(&p->r, 200); n > 0; n--) {
            __asm__ volatile("" ::: "memory");
        }
        access_word(p, addr);
    }
    rt_func_exit(t);
}

static void again_once(u32 players, u32 kinds, int both, int general)
{
    u32 pairs = pairs_of(players, kinds), twice = 0;

    memset(&meet, 0, sizeof meet);
    meet.players = players;
    meet.kinds = kinds;
    meet.both = both;
    meet.general = general;
    play(players, again_player);
    for (u32 i = 0; i < ROUNDS; i++) {
        if (reports_of(word(i)) < pairs) {
            fail_msg("%u players, kinds %#x: %u races at word %u, must be %u", players, kinds, reports_of(word(i)), i, pairs);
        }
        twice += reports_of(word(i)) - pairs;
    }
    print_message("# again, %u players, kinds %#x: %u of %u races twice\n", players, kinds, twice, ROUNDS * pairs);
    clean();
}

static void test_again(void **state)
{
    (void)state;
    for (u32 n = 0; n < rnd_rounds(4); n++) {
        for (u32 kinds = 1; kinds < 4; kinds++) {
            again_once(2, kinds, 0, n & 1);
            again_once(2, kinds, 1, n & 1);
        }
        again_once(3, 2, 0, n & 1);
        again_once(3, 5, 0, n & 1);
        again_once(3, 6, 0, n & 1);
        again_once(3, 1, 1, n & 1);
    }
}

/* ---- synchronised: never a report ---- */

enum { LOCKS = 4, GUARDED = 8, TURNS = 3000 };

static pthread_mutex_t locks[LOCKS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                       PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

static u32 sampling;

/* With sampling: now and then a burst begins or ends. */
static void flip(struct player *p)
{
    if (sampling && rnd_one_in(&p->r, 300)) {
        atomic_store_relaxed(&fast_mode, rnd_one_in(&p->r, 2) ? FAST_PAUSE : FAST_BURST);
    }
}

/* sync.Mutex as Go annotates it. */
static void guarded_player(struct player *p)
{
    for (u32 i = 0; i < TURNS; i++) {
        flip(p);

        struct thr *t = p->t[rnd_below(&p->r, GORS)];
        u32 l = rnd_below(&p->r, LOCKS);
        uptr lock = word(l), data = word(64 + l * GUARDED);
        u32 n = rnd_below(&p->r, GUARDED) + 1;

        pthread_mutex_lock(&locks[l]);
        rt_tsan_acquire(t, lock);
        if (rnd_one_in(&p->r, 2)) {
            rt_write_range(t, data, n * 8 - rnd_below(&p->r, 8), 10 + l);
        } else {
            rt_read_range(t, data + rnd_below(&p->r, 8), n * 4, 20 + l);
        }
        rt_tsan_release(t, lock);
        pthread_mutex_unlock(&locks[l]);
        /* Something unsynchronised beside it, in the same line. */
        rt_write_range(t, word(64 + LOCKS * GUARDED), 8, 30);
    }
}

static void test_guarded(void **state)
{
    (void)state;
    play(THREADS, guarded_player);
    for (u32 i = 0; i < 64 + LOCKS * GUARDED; i++) {
        if (reports_of(word(i)) != 0) {
            fail_msg("%u false races at word %u", reports_of(word(i)), i);
        }
    }
    assert_true(reports_of(word(64 + LOCKS * GUARDED)) > 0);
    clean();
}

struct args64 {
    uptr addr;
    u64 a, b;
    u8 done;
};

/* A token goes round through one atomic word; who has it may use the data. */
static void token_player(struct player *p)
{
    for (u64 turn = p->id; turn < TURNS; turn += THREADS) {
        struct thr *t = p->t[turn / THREADS % GORS];
        struct args64 x = {word(0), 0, 0, 0};

        for (u32 n = 0; x.a != turn; n++) {
            rt_tsan_go_atomic64_load(t, 40, 41, &x);
            os_spin(n);
        }
        rt_write_range(t, word(8), 40, 42);
        rt_read_range(t, word(9), 20, 43);
        switch (turn % 4) {
        case 0:
            x.a = turn + 1;
            rt_tsan_go_atomic64_store(t, 40, 44, &x);
            break;
        case 1:
            x.a = 1;
            rt_tsan_go_atomic64_fetch_add(t, 40, 45, &x);
            break;
        case 2:
            x.a = turn;
            x.b = turn + 1;
            rt_tsan_go_atomic64_compare_exchange(t, 40, 46, &x);
            break;
        default: x.a = turn + 1; rt_tsan_go_atomic64_exchange(t, 40, 47, &x);
        }
    }
}

static void test_token(void **state)
{
    (void)state;
    memset(globals, 0, 64);
    play(THREADS, token_player);
    for (u32 i = 0; i < 16; i++) {
        if (reports_of(word(i)) != 0) {
            fail_msg("%u false races at word %u", reports_of(word(i)), i);
        }
    }
    clean();
}

/* ---- hearing of everything, while others learn ---- */

enum { HEARINGS = 8000, SLEEPERS = 3000 };

static struct {
    u32 ready, done;
    u32 g; /* who writes */
} hearing;

/* Does t lack something of who writes that the object has? */
static u32 lacks(const struct thr *t, const struct sync *s)
{
    u32 has = s ? clock_get(s->clock, hearing.g) : 0;

    has = s && s->source == hearing.g && has < s->source_epoch ? s->source_epoch : has;
    return has > thr_known(t, hearing.g) ? has : 0;
}

static void hears(struct thr *t, uptr addr)
{
    struct sync_line l;
    u32 epoch;

    rt_tsan_finalizer_goroutine(t);
    proc_enter(my_proc);
    sync_lock(&l, addr);
    sync_acquire_held(my_proc, t, &l);
    epoch = lacks(t, l.found);
    sync_unlock(&l);
    proc_leave(my_proc);
    if (epoch != 0) {
        rt_broken("epoch %u is known up to %u after an acquire", epoch, thr_known(t, hearing.g));
    }
}

/* A goroutine writes and passes that on to a second one, between whom and itself many sleep; another one hears of everything, and then
   of what the second one has released: it must know all of that, whenever the two have done it. */
static void hearing_player(struct player *p)
{
    struct thr *t = p->t[0], *writer = NULL, *sleeper[SLEEPERS];
    uptr first = word(0), second = word(64);

    if (p->id == 1) {
        for (u32 i = 0; i < SLEEPERS; i++) {
            rt_tsan_go_start(t, &sleeper[i], 50);
        }
        rt_tsan_go_start(t, &writer, 50); /* of all that live it is looked at first */
        hearing.g = thr_g(writer);
    }
    __atomic_fetch_add(&hearing.ready, 1, __ATOMIC_ACQ_REL);
    wait_for(&hearing.ready, 2);
    if (p->id == 0) {
        for (u32 i = 0; i < HEARINGS; i++) {
            hears(t, second);
        }
        __atomic_store_n(&hearing.done, 1, __ATOMIC_RELEASE);
        return;
    }
    while (!__atomic_load_n(&hearing.done, __ATOMIC_ACQUIRE)) {
        rt_write_range(writer, word(128), 8, 51);
        rt_tsan_release(writer, first);
        rt_tsan_acquire(t, first);
        rt_tsan_release(t, second);
        for (u32 n = rnd_below(&p->r, 3000); n > 0; n--) {
            __builtin_ia32_pause();
        }
    }
    rt_tsan_go_end(writer);
    for (u32 i = 0; i < SLEEPERS; i++) {
        rt_tsan_go_end(sleeper[i]);
    }
}

static void test_hearing(void **state)
{
    (void)state;
    memset(&hearing, 0, sizeof hearing);
    play(2, hearing_player);
    clean();
}

/* ---- everything at once ---- */

enum { STEPS = 40000, SHARED = 40 };

static void start_anew(struct player *p, u32 k)
{
    struct thr *t;

    rt_tsan_go_start(p->t[k], &t, 50);
    rt_tsan_go_end(p->t[k]);
    p->t[k] = t;
}

static void some_atomic(struct player *p, struct thr *t)
{
    struct args64 x = {word(rnd_below(&p->r, SHARED)), rnd_below(&p->r, 3), 1, 0};

    switch (rnd_below(&p->r, 4)) {
    case 0: rt_tsan_go_atomic64_load(t, 60, 61, &x); break;
    case 1: rt_tsan_go_atomic64_store(t, 60, 62, &x); break;
    case 2: rt_tsan_go_atomic64_fetch_or(t, 60, 63, &x); break;
    default: rt_tsan_go_atomic64_compare_exchange(t, 60, 64, &x);
    }
}

static void object(uptr addr, uptr size, u32 site)
{
    proc_enter(my_proc);
    shadow_malloc(my_proc, addr, size, site);
    proc_leave(my_proc);
}

static void some_memory(struct player *p, struct thr *t)
{
    /* One's own objects lie beside others' in the same lines, words and pages. */
    uptr slot = heap + rnd_below(&p->r, 200) * 48UL * THREADS + p->id * 48UL;
    uptr large = heap + HEAP / 2 + p->id * (80UL << 10);

    switch (rnd_below(&p->r, 8)) {
    case 0: object(slot, 48, 1 + rnd_below(&p->r, 20)); break;
    case 1: rt_tsan_free(slot, 48); break;
    case 2: object(slot + rnd_below(&p->r, 40), 1 + rnd_below(&p->r, 8), 0); break;
    case 3:
        if (rnd_one_in(&p->r, 20)) {
            object(large, 80 << 10, 3);
        }
        break;
    case 4: rt_tsan_release(t, slot + 8); break;
    case 5: rt_write_range(t, large + rnd_below(&p->r, 70000), 3000, 70); break;
    default: rt_write_range(t, slot, 48, 71 + rnd_below(&p->r, 4));
    }
}

/* Now and then a thread sleeps, so that others are the only one (rt/alone.h). */
static int pauses;

static void any_player(struct player *p)
{
    for (u32 i = 0; i < STEPS; i++) {
        flip(p);
        if (pauses && rnd_one_in(&p->r, 400)) {
            usleep(1 + rnd_below(&p->r, 300));
        }

        u32 k = rnd_below(&p->r, GORS);
        struct thr *t = p->t[k];
        uptr addr = word(rnd_below(&p->r, SHARED)) + rnd_below(&p->r, 8);
        uptr size = 1 + (rnd_one_in(&p->r, 8) ? rnd_below(&p->r, 100) : rnd_below(&p->r, 8));
        uptr sync = word(100 + rnd_below(&p->r, 12));

        switch (rnd_below(&p->r, 32)) {
        case 0:
        case 1: some_atomic(p, t); break;
        case 2: rt_tsan_release(t, sync); break;
        case 3: rt_tsan_release_merge(t, sync); break;
        case 4: rt_tsan_release_acquire(t, sync); break;
        case 5:
        case 6: rt_tsan_acquire(t, sync); break;
        case 7: start_anew(p, k); break;
        case 8:
        case 9:
        case 10:
        case 11: some_memory(p, t); break;
        case 12:
            if (rnd_one_in(&p->r, 200)) {
                rt_tsan_finalizer_goroutine(t);
            }
            break;
        case 13: rt_tsan_write_pc(t, addr, 80, 81); break;
        case 14:
        case 15:
        case 16: rt_write_range(t, addr, size, 82 + rnd_below(&p->r, 3)); break;
        case 17:
            /* long ranges over what others access */
            rt_read_range(t, word(0), SHARED * 8, 86);
            break;
        default: rt_read_range(t, addr, size, 88 + rnd_below(&p->r, 3));
        }
        if (i % 5000 == 4999) {
            rt_tsan_proc_destroy(my_proc);
            rt_tsan_proc_create(&my_proc);
        }
    }
}

static void test_everything(void **state)
{
    (void)state;
    for (u32 n = 0; n < rnd_rounds(1); n++) {
        play(THREADS, any_player);
        clean();
    }
}

static void test_alone(void **state)
{
    u32 before = rt_fences;

    pauses = 1;
    test_everything(state);
    pauses = 0;
    print_message("# the only thread: %u times\n", (rt_fences - before) / 2);
}

static void test_sampled(void **state)
{
    sampling = 1;
    sample_until = ~0UL; /* nobody looks at the clock */
    fast_mode = FAST_PAUSE;
    test_guarded(state);
    test_everything(state);
    sampling = 0;
    fast_mode = FAST_ALWAYS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simultaneous),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_guarded),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_hearing),
        cmocka_unit_test(test_everything), cmocka_unit_test(test_alone),
        cmocka_unit_test(test_sampled),
    };

    heap = HEAP_LO + (1 << 20);
    rt_on_race = on_race;
    rt_on_known = on_known;
    rt_tsan_init(&main_thr, &first_proc, callback);
    my_proc = first_proc;
    rt_tsan_map_shadow((uptr)globals, GLOBALS);
    rt_tsan_map_shadow(heap, HEAP);
    return cmocka_run_group_tests_name("rt_stress", tests, NULL, NULL);
}
