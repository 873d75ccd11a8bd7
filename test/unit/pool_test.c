/* pool_test.c: pool.h. */
#include "unit.h"

#include <stdatomic.h>

#include "base/pool.h"

static const u32 thread_counts[] = {1, 2, 4, 9};

enum { NODES = 2000 };
struct node {
    struct node *deps[3];
    _Atomic bool done;
    bool ordered; /* every dependency was done when it ran */
    u64 sum;      /* 1 + the sums of the dependencies: plain memory, made visible by the pool */
};

static void visit(void *arg, u32 worker)
{
    struct node *n = arg;

    (void)worker;
    n->ordered = true;
    n->sum = 1;
    for (size_t i = 0; i < ARRAY_LEN(n->deps); i++) {
        if (n->deps[i]) {
            n->ordered &= atomic_load_explicit(&n->deps[i]->done, memory_order_relaxed);
            n->sum += n->deps[i]->sum % 1000;
        }
    }
    atomic_store_explicit(&n->done, true, memory_order_relaxed);
}

static void graphs(void **state)
{
    static struct node nodes[NODES];
    static struct pool_task *tasks[NODES];
    u64 want = 0;

    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        struct pool *p = pool_new(thread_counts[t]);

        for (int round = 0; round < 3; round++) {
            u64 random = 7;

            memset(nodes, 0, sizeof(nodes));
            for (size_t i = 0; i < NODES; i++) {
                tasks[i] = pool_task(p, visit, &nodes[i]);
                for (size_t d = 0; d < ARRAY_LEN(nodes[i].deps) && i > 0; d++) {
                    random = random * 6364136223846793005u + 1442695040888963407u;
                    nodes[i].deps[d] = &nodes[(random >> 33) % i];
                    pool_after(tasks[i], tasks[(random >> 33) % i]);
                }
            }
            for (size_t i = NODES; i-- > 0;) { /* the last first: none is ready at once */
                pool_submit(tasks[i]);
            }
            assert_true(pool_wait(p));
            for (size_t i = 0; i < NODES; i++) {
                assert_true(nodes[i].done && nodes[i].ordered);
            }
            want = want ? want : nodes[NODES - 1].sum;
            assert_int_equal(nodes[NODES - 1].sum, want);
        }
        pool_free(p);
    }
}

static _Atomic u64 calls;

static void bump(void *arg, u32 worker)
{
    (void)arg;
    (void)worker;
    calls++;
}

static void cycles_are_noticed(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        struct pool *p = pool_new(thread_counts[t]);
        struct pool_task *a = pool_task(p, bump, NULL), *b = pool_task(p, bump, NULL);
        struct pool_task *c = pool_task(p, bump, NULL), *never = pool_task(p, bump, NULL);

        calls = 0;
        pool_after(a, b);
        pool_after(b, a);
        pool_submit(a);
        pool_submit(b);
        pool_submit(c);
        assert_false(pool_wait(p));
        assert_int_equal(calls, 1);

        a = pool_task(p, bump, NULL);
        never = pool_task(p, bump, NULL);
        pool_after(a, never); /* never submitted */
        pool_submit(a);
        assert_false(pool_wait(p));

        pool_submit(pool_task(p, bump, NULL)); /* the pool is as good as new */
        assert_true(pool_wait(p));
        assert_int_equal(calls, 2);
        pool_free(p);
    }
}

struct tree {
    struct pool *pool;
    int depth;
    struct tree *children;
};

/* Tasks that make tasks. */
static void split(void *arg, u32 worker)
{
    struct tree *t = arg;

    (void)worker;
    calls++;
    for (int i = 0; i < 2 && t->depth > 0; i++) {
        t->children[i] = (struct tree){t->pool, t->depth - 1, mem_array(2, sizeof(*t))};
        pool_submit(pool_task(t->pool, split, &t->children[i]));
    }
}

static void free_tree(struct tree *t)
{
    for (int i = 0; i < 2 && t->depth > 0; i++) {
        free_tree(&t->children[i]);
    }
    mem_free(t->children);
}

static void tasks_make_tasks(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        struct pool *p = pool_new(thread_counts[t]);
        struct tree root = {p, 9, mem_array(2, sizeof(root))};

        calls = 0;
        pool_submit(pool_task(p, split, &root));
        assert_true(pool_wait(p));
        assert_int_equal(calls, 1023);
        pool_free(p);
        free_tree(&root);
    }
}

static u32 seen[10000];
static u32 max_worker;

static void each(void *ctx, size_t i, u32 worker)
{
    assert_ptr_equal(ctx, seen);
    seen[i]++;
    if (worker > max_worker) {
        max_worker = worker;
    }
}

static void every_index_once(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        struct pool *p = pool_new(thread_counts[t]);

        memset(seen, 0, sizeof(seen));
        max_worker = 0;
        pool_each(p, ARRAY_LEN(seen), each, seen);
        pool_each(p, 0, each, seen);
        for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
            assert_int_equal(seen[i], 1);
        }
        assert_true(max_worker < pool_threads(p));
        assert_true(pool_threads(p) <= thread_counts[t]);
        pool_free(p);
    }
}

static void one_thread_in_order(void **state)
{
    static struct node nodes[3];
    struct pool *p = pool_new(1);

    (void)state;
    /* With one thread nothing runs before pool_wait, and then in the order of becoming ready. */
    calls = 0;
    pool_submit(pool_task(p, bump, NULL));
    usleep(20000);
    assert_int_equal(calls, 0);
    assert_true(pool_wait(p));
    assert_int_equal(calls, 1);
    memset(nodes, 0, sizeof(nodes));
    nodes[1].deps[0] = &nodes[0];
    nodes[2].deps[0] = &nodes[1];
    for (size_t i = 0; i < 3; i++) {
        pool_submit(pool_task(p, visit, &nodes[i]));
    }
    assert_true(pool_wait(p));
    assert_true(nodes[1].ordered && nodes[2].ordered);
    pool_free(p);
}

static void empty_pool(void **state)
{
    struct pool *p = pool_new(0);

    (void)state;
    assert_int_equal(pool_threads(p), pool_cpus());
    assert_true(pool_wait(p));
    pool_free(p);
    pool_free(NULL);
}

static void everything(void *arg)
{
    struct pool *p = pool_new(3);
    struct pool_task *first = pool_task(p, bump, NULL);

    (void)arg;
    for (int i = 0; i < 100; i++) {
        struct pool_task *t = pool_task(p, bump, NULL);

        pool_after(t, first);
        pool_submit(t);
    }
    pool_submit(first);
    if (!pool_wait(p)) {
        exit(3);
    }
    pool_free(p);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs),
        cmocka_unit_test(cycles_are_noticed),
        cmocka_unit_test(tasks_make_tasks),
        cmocka_unit_test(every_index_once),
        cmocka_unit_test(one_thread_in_order),
        cmocka_unit_test(empty_pool),
        cmocka_unit_test(allocation_sweep),
    };

    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
