/* map_test.c: map.h, hash.h and intern.h. */
#include "unit.h"

#include <pthread.h>

#include "base/hash.h"
#include "base/intern.h"
#include "base/map.h"

static void put_get_delete(void **state)
{
    struct map m = {0};
    bool fresh;

    (void)state;
    assert_null(map_get(&m, 1));
    assert_false(map_del(&m, 1));
    map_put(&m, 0, &fresh)->u = 10; /* 0 is a key like any other */
    assert_true(fresh);
    map_put(&m, UINT64_MAX, NULL)->u = 20;
    assert_int_equal(map_put(&m, 0, &fresh)->u, 10);
    assert_false(fresh);
    assert_int_equal(m.n, 2);
    assert_true(map_del(&m, 0));
    assert_false(map_del(&m, 0));
    assert_null(map_get(&m, 0));
    assert_int_equal(map_get(&m, UINT64_MAX)->u, 20);
    assert_int_equal(map_put(&m, 0, &fresh)->u, 0); /* new again, and zero */
    assert_true(fresh);
    map_reset(&m);
    assert_int_equal(m.n, 0);
    assert_null(map_get(&m, UINT64_MAX));
    map_put(&m, 7, NULL)->u = 1;
    assert_int_equal(map_get(&m, 7)->u, 1);
    map_release(&m);
    assert_null(map_get(&m, 7));
}

/* Random operations against an array that is the truth. */
static void against_model(void **state)
{
    enum { KEYS = 500, STEPS = 200000 };
    static u64 value[KEYS];
    static bool there[KEYS];
    struct map m = {0};
    struct strmap sm = {0};
    struct arena keys = {0};
    u64 random = 12345;
    size_t live = 0;

    (void)state;
    sm.keys = &keys;
    for (int step = 0; step < STEPS; step++) {
        char name[32];
        size_t k;
        str key;

        random = random * 6364136223846793005u + 1442695040888963407u;
        k = (size_t)(random >> 33) % KEYS;
        snprintf(name, sizeof(name), "key %zu", k); /* the strmap must copy it */
        key = str_of(name);
        if ((random >> 60) < 7) {
            bool fresh, sfresh;

            map_put(&m, k, &fresh)->u = random;
            strmap_put(&sm, key, &sfresh)->u = random;
            assert_int_equal(fresh, !there[k]);
            assert_int_equal(sfresh, !there[k]);
            live += !there[k];
            there[k] = true;
            value[k] = random;
        } else if ((random >> 60) < 13) {
            assert_int_equal(map_del(&m, k), there[k]);
            assert_int_equal(strmap_del(&sm, key), there[k]);
            live -= there[k];
            there[k] = false;
        } else {
            union map_val *v = map_get(&m, k), *s = strmap_get(&sm, key);

            assert_int_equal(v != NULL, there[k]);
            assert_int_equal(s != NULL, there[k]);
            if (v && s) {
                assert_int_equal(v->u, value[k]);
                assert_int_equal(s->u, value[k]);
            }
        }
        assert_int_equal(m.n, live);
        assert_int_equal(sm.n, live);
    }
    /* Churn on few keys must not let the tables grow without end. */
    assert_true(m.n_entries < 8 * KEYS && m.index.mask < 16 * KEYS);
    map_release(&m);
    strmap_release(&sm);
    arena_release(&keys);
}

static void insertion_order(void **state)
{
    struct strmap m = {0};
    struct arena a = {0};
    const struct strmap_entry *e;
    size_t count = 0;
    u64 last = 0;

    (void)state;
    for (u64 i = 1; i <= 2000; i++) {
        strmap_put(&m, str_fmt(&a, "%llx", (unsigned long long)(i * 2654435761u)), NULL)->u = i;
    }
    for (u64 i = 2; i <= 2000; i += 2) {
        assert_true(strmap_del(&m, str_fmt(&a, "%llx", (unsigned long long)(i * 2654435761u))));
    }
    for (size_t i = 0; strmap_next(&m, &i, &e);) {
        assert_true(e->val.u > last && e->val.u % 2 == 1);
        last = e->val.u;
        count++;
    }
    assert_int_equal(count, 1000);
    strmap_release(&m);
    arena_release(&a);
}

static void keys_are_bytes(void **state)
{
    struct strmap m = {0};

    (void)state;
    strmap_put(&m, STR("a\0b"), NULL)->u = 1;
    strmap_put(&m, STR("a\0c"), NULL)->u = 2;
    strmap_put(&m, (str){0}, NULL)->u = 3;
    assert_int_equal(strmap_get(&m, STR("a\0b"))->u, 1);
    assert_int_equal(strmap_get(&m, STR("a\0c"))->u, 2);
    assert_int_equal(strmap_get(&m, STR(""))->u, 3);
    assert_null(strmap_get(&m, STR("a")));
    strmap_release(&m);
}

static void hash_pieces(void **state)
{
    struct arena a = {0};
    struct hash_state *s = hash_begin();
    struct hash128 x, y;

    (void)state;
    hash_add(s, STR("ab"));
    hash_add(s, STR("c"));
    x = hash_end(s);
    s = hash_begin();
    hash_add(s, STR("a"));
    hash_add(s, STR("bc"));
    y = hash_end(s);
    assert_true(x.hi != y.hi || x.lo != y.lo);
    assert_int_equal(hash128_hex(&a, x).n, 32);
    assert_str(hash128_hex(&a, (struct hash128){0x1f, 0xA}), "000000000000001f000000000000000a");
    /* XXH3_64bits of the empty input with seed 0, from xxHash's documentation of test values. */
    assert_true(hash_str((str){0}) == 0x2D06800538D394C2u);
    arena_release(&a);
}

static void interning(void **state)
{
    struct intern *in = intern_new();
    char name[16] = "x";
    u32 x;

    (void)state;
    assert_int_equal(intern_id(in, STR("")), 0);
    assert_str(intern_str(in, 0), "");
    x = intern_id(in, str_of(name));
    assert_int_not_equal(x, 0);
    name[0] = 'y'; /* the interner has its own copy */
    assert_str(intern_str(in, x), "x");
    assert_int_equal(intern_id(in, STR("x")), x);
    assert_int_equal(intern_lookup(in, STR("x")), x);
    assert_int_equal(intern_lookup(in, STR("y")), 0);
    assert_int_equal(intern_count(in), 2);
    for (u32 i = 0; i < 100000; i++) {
        snprintf(name, sizeof(name), "n%u", i);
        assert_int_equal(intern_id(in, str_of(name)), i + 2);
    }
    for (u32 i = 0; i < 100000; i++) {
        snprintf(name, sizeof(name), "n%u", i);
        assert_str(intern_str(in, i + 2), name);
    }
    intern_free(in);
    intern_free(NULL);
}

/* Texts that differ only in length, in one byte, or in NULs are not taken for each other; and lexers, which
 * make keys themselves, get the same ids. */
static void intern_keys(void **state)
{
    struct intern *in = intern_new();
    char text[64 + 16] = {0};
    u32 expected = 1;

    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        for (size_t at = 0; at <= n; at++) {
            str s = {text, n};

            memset(text, 'a', n);
            memset(text + n, 'b', 16); /* what stands behind does not count */
            if (at < n) {
                text[at] = at % 2 ? 0 : 'c';
            }
            assert_int_equal(intern_lookup(in, s), 0);
            assert_int_equal(intern_id(in, s), expected);
            assert_int_equal(intern_id_of_key(in, s, intern_key(s.p, s.n)), expected);
            assert_int_equal(intern_lookup(in, s), expected);
            assert_int_equal(intern_str(in, expected).n, n);
            expected++;
        }
    }
    intern_free(in);
}

enum { WORDS = 5000, THREADS = 8 };
struct share {
    struct intern *in;
    u32 first;
    u32 ids[WORDS];
};

static void *intern_words(void *arg)
{
    struct share *s = arg;

    for (u32 i = 0; i < WORDS; i++) {
        u32 k = (i * 7 + s->first) % WORDS; /* each thread in another order */
        char name[16];

        snprintf(name, sizeof(name), "w%u", k);
        s->ids[k] = intern_id(s->in, str_of(name));
        if (!str_is(intern_str(s->in, s->ids[k]), name)) {
            s->ids[k] = UINT32_MAX;
        }
    }
    return NULL;
}

static void interning_in_threads(void **state)
{
    static struct share shares[THREADS];
    struct intern *in = intern_new();
    pthread_t threads[THREADS];

    (void)state;
    for (u32 i = 0; i < THREADS; i++) {
        shares[i] = (struct share){.in = in, .first = i * 611};
        assert_int_equal(pthread_create(&threads[i], NULL, intern_words, &shares[i]), 0);
    }
    for (u32 i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(intern_count(in), WORDS + 1);
    for (u32 i = 1; i < THREADS; i++) {
        assert_memory_equal(shares[i].ids, shares[0].ids, sizeof(shares[0].ids));
    }
    intern_free(in);
}

static void everything(void *arg)
{
    struct intern *in = intern_new();
    struct map m = {0};
    struct strmap sm = {0};

    (void)arg;
    for (u32 i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "k%u", i);
        intern_id(in, str_of(name));
        map_put(&m, i, NULL);
        strmap_put(&sm, intern_str(in, i), NULL);
    }
    map_release(&m);
    strmap_release(&sm);
    intern_free(in);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_delete),   cmocka_unit_test(against_model),
        cmocka_unit_test(insertion_order),  cmocka_unit_test(keys_are_bytes),
        cmocka_unit_test(hash_pieces),      cmocka_unit_test(interning),
        cmocka_unit_test(intern_keys),      cmocka_unit_test(interning_in_threads),
        cmocka_unit_test(allocation_sweep),
    };

    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
