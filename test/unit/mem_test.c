/* mem_test.c: base.h, mem.h, arena.h and vec.h. */
#include "unit.h"

#include <sys/mman.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/vec.h"

static void exhaust(void *arg)
{
    (void)arg;
    mem_fail_at(2);
    mem_free(mem_alloc(1));
    mem_free(mem_alloc(123456));
}

static void exhausted_exits_2(void **state)
{
    struct unit_child c = unit_fork(exhaust, NULL);

    (void)state;
    assert_int_equal(c.status, 2);
    assert_string_equal(c.err, "gomm: out of memory: could not get 123456 bytes\n");
}

static void overflow(void *arg)
{
    size_t n = *(size_t *)arg;

    mem_free(mem_array(n, 16));
}

static void array_overflow(void **state)
{
    size_t n = SIZE_MAX / 16 + 1;
    struct unit_child c = unit_fork(overflow, &n);

    (void)state;
    assert_int_equal(c.status, 2);
    assert_non_null(strstr(c.err, "exceeds the address space"));
}

static void arena_overflow_in(void *arg)
{
    struct arena a = {0};

    arena_array(&a, *(size_t *)arg, 8, 8);
}

static void arena_overflows(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 8, SIZE_MAX / 8 + 1};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        size_t n = sizes[i];
        struct unit_child c = unit_fork(arena_overflow_in, &n);

        assert_int_equal(c.status, 2);
        assert_non_null(strstr(c.err, "out of memory"));
    }
}

static void zero_sizes(void **state)
{
    struct arena a = {0};
    void *p = mem_alloc(0), *q = mem_zalloc(0);

    (void)state;
    assert_non_null(p);
    assert_non_null(q);
    assert_ptr_not_equal(p, q);
    p = mem_resize(p, 0, 8);
    assert_non_null(p);
    mem_free(p);
    mem_free(q);
    mem_free(NULL);
    assert_non_null(arena_alloc(&a, 0));
    arena_release(&a);
}

static void arena_alignment(void **state)
{
    struct arena a = {0};

    (void)state;
    for (size_t align = 1; align <= 4096; align *= 2) {
        for (size_t size = 0; size < 40; size++) {
            char *p = arena_alloc_aligned(&a, size, align);

            assert_int_equal((uintptr_t)p % align, 0);
            memset(p, 0xA5, size);
        }
    }
    assert_int_equal((uintptr_t)arena_alloc(&a, 3) % 16, 0);
    arena_release(&a);
}

/* Every allocation keeps its contents, whatever comes after it. */
static void arena_keeps(void **state)
{
    enum { N = 3000 };
    struct arena a = {0};
    u8 **p = ARENA_ARRAY(&a, u8 *, N);

    (void)state;
    for (size_t i = 0; i < N; i++) {
        p[i] = ARENA_ARRAY(&a, u8, i % 700);
        for (size_t k = 0; k < i % 700; k++) {
            assert_int_equal(p[i][k], 0);
        }
        memset(p[i], (int)(i & 255), i % 700);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < i % 700; k++) {
            assert_int_equal(p[i][k], i & 255);
        }
    }
    arena_release(&a);
}

static void arena_large(void **state)
{
    struct arena a = {0};
    char *small = arena_alloc(&a, 10), *large = arena_alloc(&a, 10 << 20);

    (void)state;
    memcpy(small, "before", 7);
    memset(large, 'x', 10 << 20);
    assert_string_equal(small, "before");
    arena_reset(&a); /* does not hold on to 10 MB */
    assert_int_equal(arena_used(&a), 0);
    assert_null(a.chunk);
    arena_release(&a);
}

static void arena_marks(void **state)
{
    struct arena a = {0};
    struct arena_mark empty = arena_mark(&a), m;
    char *kept;
    size_t used;

    (void)state;
    kept = arena_alloc(&a, 100);
    memset(kept, 'k', 100);
    m = arena_mark(&a);
    used = arena_used(&a);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            memset(arena_alloc(&a, 1000), round, 1000);
        }
        assert_true(arena_used(&a) >= used + 100000);
        arena_rewind(&a, m);
        assert_int_equal(arena_used(&a), used);
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(kept[i], 'k');
    }
    arena_rewind(&a, empty);
    assert_int_equal(arena_used(&a), 0);
    arena_alloc(&a, 1);
    arena_release(&a);
}

static void rewind_foreign(void *arg)
{
    struct arena a = {0}, b = {0};

    (void)arg;
    arena_alloc(&b, 1);
    arena_rewind(&a, arena_mark(&b));
}

static void foreign_mark_is_a_bug(void **state)
{
    struct unit_child c = unit_fork(rewind_foreign, NULL);

    (void)state;
    assert_int_equal(c.status, 128 + SIGABRT);
    assert_non_null(strstr(c.err, "gomm: BUG: "));
    assert_non_null(strstr(c.err, "arena.c:"));
}

/* A result made in the caller's scratch arena survives the callee's own scratch use. */
static const char *nested(struct arena *out, int depth)
{
    struct arena_scratch s = arena_scratch_begin(out);
    char *tmp = arena_alloc(s.arena, 5000);
    const char *r;

    assert_ptr_not_equal(s.arena, out);
    memset(tmp, depth, 5000);
    r = depth == 0 ? str_cstr(out, STR("result")) : nested(s.arena, depth - 1);
    r = str_cstr(out, str_of(r));
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(tmp[i], depth);
    }
    arena_scratch_end(s);
    return r;
}

static void scratch_arenas(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_string_equal(nested(&a, 20), "result");
    arena_release(&a);
    arena_scratch_release();
}

static void vectors(void **state)
{
    VEC(u64) v = {0};
    struct arena a = {0};
    VEC(struct span_like {
        str s;
        int x;
    })
    w = {0};

    (void)state;
    for (u64 i = 0; i < 10000; i++) {
        vec_push(&v, i * i);
    }
    assert_int_equal(v.n, 10000);
    for (u64 i = 0; i < 10000; i++) {
        assert_int_equal(vec_at(&v, i), i * i);
    }
    assert_int_equal(vec_last(&v), 9999u * 9999u);
    assert_int_equal(vec_pop(&v), 9999u * 9999u);
    assert_int_equal(v.n, 9999);
    vec_reset(&v);
    assert_int_equal(vec_extend(&v, 3)[2], 0);
    assert_int_equal(v.n, 3);
    vec_release(&v);
    assert_null(v.v);

    for (int i = 0; i < 100; i++) {
        vec_push_in(&a, &w, (struct span_like){STR("x"), i});
    }
    assert_int_equal(w.v[99].x, 99);
    assert_int_equal(w.v[0].x, 0);
    arena_release(&a);
}

static void index_beyond(void *arg)
{
    VEC(int) v = {0};

    (void)arg;
    vec_push(&v, 1);
    vec_at(&v, v.n) = 2;
}

static void pop_empty(void *arg)
{
    VEC(int) v = {0};

    (void)arg;
    (void)vec_pop(&v);
}

static void bad_indices_are_bugs(void **state)
{
    (void)state;
    assert_int_equal(unit_fork(index_beyond, NULL).status, 128 + SIGABRT);
    assert_int_equal(unit_fork(pop_empty, NULL).status, 128 + SIGABRT);
}

static void checked_arithmetic(void **state)
{
    size_t r;

    (void)state;
    assert_true(base_add(SIZE_MAX - 1, 1, &r));
    assert_int_equal(r, SIZE_MAX);
    assert_false(base_add(SIZE_MAX, 1, &r));
    assert_true(base_mul(1u << 31, 1u << 31, &r));
    assert_false(base_mul(SIZE_MAX / 2, 3, &r));
    assert_int_equal(base_u32(UINT32_MAX), UINT32_MAX);
}

/* A bug must not leave files behind either. */
static void bug_with_temp(void *arg)
{
    const char *dir = io_temp_dir("gomm-unit", NULL);

    memcpy(arg, dir, strlen(dir) + 1);
    BUG("on purpose");
}

static void exhausted_with_temp(void *arg)
{
    const char *dir = io_temp_dir("gomm-unit", NULL);

    memcpy(arg, dir, strlen(dir) + 1);
    mem_fail_at(1);
    mem_free(mem_alloc(1));
}

static void ends_clean_up(void **state)
{
    /* shared with the child */
    char *dir = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_int_equal(unit_fork(bug_with_temp, dir).status, 128 + SIGABRT);
    assert_true(dir[0] == '/' && !io_exists(dir));
    assert_int_equal(unit_fork(exhausted_with_temp, dir).status, 2);
    assert_true(dir[0] == '/' && !io_exists(dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exhausted_exits_2),
        cmocka_unit_test(array_overflow),
        cmocka_unit_test(arena_overflows),
        cmocka_unit_test(zero_sizes),
        cmocka_unit_test(arena_alignment),
        cmocka_unit_test(arena_keeps),
        cmocka_unit_test(arena_large),
        cmocka_unit_test(arena_marks),
        cmocka_unit_test(scratch_arenas),
        cmocka_unit_test(foreign_mark_is_a_bug),
        cmocka_unit_test(vectors),
        cmocka_unit_test(bad_indices_are_bugs),
        cmocka_unit_test(checked_arithmetic),
        cmocka_unit_test(ends_clean_up),
    };

    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
