/* rt_site.c: where small objects were allocated (rt/site.h), as Go's allocator has them: spans of objects of one size, which
 * come and go, beside a list of them.  GOMM_TEST_ROUNDS=N: N times as many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../rt/rt_random.h"
#include "../rt/rt_test.h"
#include "code.h"
#include "line.h"
#include "site.h"

enum { PAGE = 1 << PAGE_LOG, SPANS = 24, SPAN = 4 * PAGE, STACKS = 1 << 28 };

static uptr heap; /* nothing is behind it */
static struct proc *proc;
static struct {
    enum { NOTHING, STARTS, OPEN } what; /* an object or a gap that is known to be none starts here; or it depends on the page */
    u32 site;  /* 0: not known */
} want[SPANS * SPAN / 8];

static void callback(uptr cmd, void *arg)
{
    if (cmd == GO_GET_PROC) {
        *(struct proc **)arg = proc;
    }
}

static uptr word(uptr addr)
{
    return (addr - heap) / 8;
}

/* What site.h and shadow_map.c promise of an object. */
static void object(uptr addr, uptr size, u32 site)
{
    uptr from = word(ROUND_UP(addr, 8UL)), to = word(ROUND_UP(addr + size, 8UL));

    shadow_malloc(proc, addr, size, site);
    for (uptr i = from; i < to; i++) {
        want[i].what = i == from ? STARTS : NOTHING;
        want[i].site = i == from ? site : 0;
    }
    if (from < to && want[to].what == NOTHING) {
        want[to].what = line_on() && to * 8 % PAGE != 0 ? STARTS : OPEN;
    }
}

static void check_span(uptr base)
{
    uptr start = 0;

    for (uptr at = base; at < base + SPAN; at += 8) {
        uptr found, i = word(at);
        u32 site = site_find(at, &found);

        start = want[i].what == STARTS ? at : want[i].what == OPEN ? 0 : start;
        if (start == 0) {
            continue;
        }
        assert_int_equal(site, want[word(start)].site);
        if (site != 0) {
            assert_int_equal(found, start);
        }
    }
}

static u32 fine_pages(uptr base)
{
    const struct range *r = shadow_range(base);
    u32 n = 0;

    for (uptr at = base; at < base + SPAN; at += PAGE) {
        n += (*shadow_page(r, at) & PAGE_FINE) != 0;
    }
    return n;
}

/* Objects of one size class, allocated in order or here and there, freed, allocated again. */
static u32 fill(struct rnd *r, uptr base, u32 class, u32 stacks)
{
    u32 n = SPAN / class - 1, header = class > 512 && rnd_one_in(r, 2) ? 8 : 0;
    int tiny = class == 16 && rnd_one_in(r, 2);

    for (u32 i = 0; i < 2 * n; i++) {
        u32 k = i < n ? i : rnd_below(r, n);
        uptr at = base + (uptr)k * class;
        u32 site = rnd_one_in(r, 20) ? 0 : 1 + rnd_below(r, stacks);

        if (rnd_one_in(r, 4)) {
            rt_tsan_free(at, class);
            for (uptr w = word(at); w < word(at + class); w++) {
                want[w].what = w != word(at) ? NOTHING : line_on() ? STARTS : OPEN;
                want[w].site = 0;
            }
            if (want[word(at + class)].what == NOTHING) {
                want[word(at + class)].what = OPEN; /* if something was written down */
            }
        } else if (tiny) {
            object(at, 1 + rnd_below(r, 8), site);
            object(at + 8, 1 + rnd_below(r, 8), 1 + rnd_below(r, stacks));
        } else {
            u32 least = class == 32 ? 25 : class <= 16 ? class : class - 15; /* a smaller one is of another class */

            object(at + header, least + rnd_below(r, class - header - least + 1), site);
        }
    }
    check_span(base);
    return fine_pages(base);
}

static void test_spans(void **state)
{
    static const u16 classes[] = {8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 288, 576, 1152, 2688, 9472};
    struct rnd r = {.state = 3};
    u32 large_fine = 0, small_fine = 0;

    (void)state;
    for (u32 round = rnd_rounds(60); round > 0; round--) {
        line_mode = round % 2 ? LINE_OFF : LINE_CHECK; /* where they end is said for who observes cache lines */
        for (u32 s = 0; s < SPANS; s++) {
            uptr base = heap + (uptr)s * SPAN;
            u32 class = classes[rnd_below(&r, LENGTH(classes))];
            /* pairs of more than a few different stacks have no room: then one is not known */
            u32 fine = fill(&r, base, class, class < 24 ? 20 : STACKS - 1);

            small_fine += class < 32 ? fine : 0;
            large_fine += class < 32 ? 0 : fine;
        }
        /* the spans become one object, and are nothing's then */
        shadow_malloc(proc, heap, SPANS * SPAN, 5);
        assert_int_equal(fine_pages(heap), 0);
        for (uptr i = 0; i < LENGTH(want); i++) {
            want[i].what = NOTHING;
            want[i].site = 0;
        }
    }
    assert_true(small_fine > 0);
    assert_int_equal(large_fine, 0);
}

static int set_up(void **state)
{
    struct thr *t;

    (void)state;
    rt_tsan_init(&t, &proc, callback);
    heap = HEAP_LO + (64 << 20);
    rt_tsan_map_shadow(heap, SPANS * SPAN);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spans)};

    return cmocka_run_group_tests_name("rt_site", tests, set_up, NULL);
}
