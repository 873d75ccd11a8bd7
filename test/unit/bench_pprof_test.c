/* bench_pprof_test.c: profiles written, read back, cut off; one that Go made is read in test/bench. */
#include "unit.h"

#include "bench/bench_pprof.h"

static struct arena arena;

static struct pprof sample(void)
{
    struct pprof p = {.arena = &arena, .period = 1, .time_ns = 123456789, .period_type = {STR("space"), STR("bytes")},
                      .default_type = STR("alloc_space")};
    static u32 stack[] = {0, 1};
    static i64 values[] = {3, -1};
    static struct pprof_label label = {.key = STR_INIT("why"), .text = STR_INIT("a pointer is returned")};
    static struct pprof_line lines[] = {{0, 12, 7}, {1, 40, 0}}, outer = {1, 1 << 30, 0};

    vec_push_in(&arena, &p.types, (struct pprof_type){STR("alloc_objects"), STR("count")});
    vec_push_in(&arena, &p.types, (struct pprof_type){STR("alloc_space"), STR("bytes")});
    vec_push_in(&arena, &p.functions, (struct pprof_function){STR("m.F"), STR("m.F"), STR("/m/f.go"), 10});
    vec_push_in(&arena, &p.functions, (struct pprof_function){STR("m.G"), STR("m.G"), STR("/m/g.go"), 38});
    vec_push_in(&arena, &p.mappings, (struct pprof_mapping){.start = 0x400000, .limit = 0x500000, .file = STR("m.test"), .has_functions = true});
    vec_push_in(&arena, &p.locations, (struct pprof_location){0x401000, 0, lines, 2});
    vec_push_in(&arena, &p.locations, (struct pprof_location){UINT64_MAX, UINT32_MAX, &outer, 1});
    vec_push_in(&arena, &p.samples, (struct pprof_sample){stack, 2, values, &label, 1});
    vec_push_in(&arena, &p.comments, STR("by a test"));
    return p;
}

static void round_trip(void **state)
{
    struct pprof p = sample(), q;
    struct err e;

    (void)state;
    assert_true(bench_pprof_read(&arena, bench_pprof_write(&arena, &p), &q, &e));
    assert_int_equal(q.types.n, 2);
    assert_int_equal(bench_pprof_type_index(&q, STR("alloc_space")), 1);
    assert_int_equal(bench_pprof_type_index(&q, STR("cpu")), -1);
    assert_int_equal(q.samples.n, 1);
    const struct pprof_sample *s = &q.samples.v[0];
    assert_int_equal(s->n_locations, 2);
    assert_true(s->values[0] == 3 && s->values[1] == -1);
    assert_str(s->labels[0].key, "why");
    assert_str(s->labels[0].text, "a pointer is returned");
    const struct pprof_location *l = &q.locations.v[s->locations[0]];
    assert_int_equal(l->n_lines, 2);
    assert_int_equal(l->lines[0].line, 12);
    assert_int_equal(l->lines[0].column, 7);
    assert_str(q.functions.v[l->lines[1].function].file, "/m/g.go");
    assert_int_equal(q.functions.v[l->lines[1].function].start_line, 38);
    assert_true(q.locations.v[s->locations[1]].address == UINT64_MAX);
    assert_true(q.locations.v[s->locations[1]].mapping == UINT32_MAX);
    assert_true(q.mappings.v[0].limit == 0x500000 && q.mappings.v[0].has_functions);
    assert_str(q.default_type, "alloc_space");
    assert_str(q.comments.v[0], "by a test");
    assert_true(q.time_ns == 123456789 && q.period == 1);
}

/* Cut at any place it is an error, never a crash. */
static void damaged(void **state)
{
    struct pprof p = sample(), q;
    struct err e;
    str text = bench_pprof_write(&arena, &p);

    (void)state;
    for (size_t n = 0; n < text.n; n++) {
        assert_false(bench_pprof_read(&arena, str_slice(text, 0, n), &q, &e));
        assert_true(strlen(e.text) > 0);
    }
    assert_false(bench_pprof_read(&arena, STR("hello, this is text"), &q, &e));
    /* sample of a location that does not exist */
    assert_false(bench_pprof_read(&arena, ((str){"\x0a\x00\x32\x00\x12\x05\x0a\x01\x07\x12\x00", 11}), &q, &e));
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(damaged)};

    return cmocka_run_group_tests(tests, NULL, release);
}
