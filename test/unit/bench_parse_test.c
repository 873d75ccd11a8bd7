/* bench_parse_test.c: what test binaries print. */
#include "unit.h"

#include "bench/bench_parse.h"

static struct bench_output o;

static void read_all(const char *text, size_t step)
{
    str rest = str_of(text);

    bench_output_release(&o);
    bench_output_init(&o);
    while (rest.n > 0) {
        bench_output_feed(&o, str_slice(rest, 0, step));
        rest = str_from(rest, step);
    }
    bench_output_end(&o);
}

static double value(size_t i, const char *unit)
{
    double v = -1;

    assert_true(i < o.results.n);
    assert_true(bench_result_get(&o.results.v[i], str_of(unit), &v));
    return v;
}

static void plain(void **state)
{
    static const char text[] = "goos: linux\n"
                               "goarch: amd64\n"
                               "pkg: example.com/a/b\n"
                               "cpu: Some CPU @ 2.00GHz\n"
                               "BenchmarkSort/n=10-8         \t 1000000\t      1234 ns/op\t  12.50 MB/s\t"
                               "         0.5000 widgets/op\t      64 B/op\t       2 allocs/op\n"
                               "BenchmarkTiny                \t1000000000\t         0.2500 ns/op\n"
                               "PASS\n"
                               "ok  \texample.com/a/b\t1.234s\n";

    (void)state;
    for (size_t step = 1; step < 100; step += 7) {
        read_all(text, step);
        assert_int_equal(o.results.n, 2);
        assert_str(o.results.v[0].name, "BenchmarkSort/n=10-8");
        assert_str(o.results.v[0].base, "BenchmarkSort/n=10");
        assert_int_equal(o.results.v[0].procs, 8);
        assert_int_equal(o.results.v[0].n, 1000000);
        assert_str(o.results.v[0].package, "example.com/a/b");
        assert_int_equal(o.results.v[0].n_metrics, 5);
        assert_true(value(0, "ns/op") == 1234 && value(0, "B/op") == 64 && value(0, "widgets/op") == 0.5);
        assert_int_equal(o.results.v[1].procs, 1);
        assert_true(value(1, "ns/op") == 0.25);
        assert_str(bench_output_config(&o, STR("cpu")), "Some CPU @ 2.00GHz");
        assert_true(o.passed && !o.failed && !o.panicked);
        assert_int_equal(o.logs.n, 0);
    }
    assert_str(o.results.v[1].line, "BenchmarkTiny\t1000000000\t         0.2500 ns/op");
}

/* A benchmark that prints stands in the middle of its line. */
static void mixed(void **state)
{
    (void)state;
    read_all("BenchmarkA-2   \thello\n"
             "more 12 things\n"
             "     100\t     123 ns/op\t       0 B/op\t       0 allocs/op\n"
             "BenchmarkB-2   \tno newline     200\t      77 ns/op\n"
             "BenchmarkC-2   \t--- BENCH: BenchmarkC-2\n"
             "--- BENCH: BenchmarkB-2\n"
             "    x_test.go:12: logged\n"
             "some: output\n"
             "PASS\n",
             1000);
    assert_int_equal(o.results.n, 2);
    assert_str(o.results.v[0].name, "BenchmarkA-2");
    assert_int_equal(o.results.v[0].n, 100);
    assert_true(value(0, "ns/op") == 123);
    assert_str(o.results.v[1].name, "BenchmarkB-2");
    assert_int_equal(o.results.v[1].n, 200);
    assert_true(o.logs.n >= 4);
    assert_str(o.logs.v[0], "hello");
    assert_str(o.running, "BenchmarkC-2");
}

static void failures(void **state)
{
    (void)state;
    read_all("BenchmarkA-2   \t--- FAIL: BenchmarkA-2\n"
             "    x_test.go:12: it is wrong\n"
             "        and more\n"
             "BenchmarkB-2   \t     100\t     123 ns/op\n"
             "--- FAIL: BenchmarkC/sub\n"
             "    x_test.go:20: no\n"
             "--- SKIP: BenchmarkD\n"
             "    x_test.go:30: not here\n"
             "FAIL\n"
             "exit status 1\n"
             "FAIL\tx\t0.1s\n",
             3);
    assert_int_equal(o.results.n, 1);
    assert_int_equal(o.failures.n, 2);
    assert_str(o.failures.v[0].name, "BenchmarkA-2");
    assert_str(strbuf_str(&o.failures.v[0].text), "    x_test.go:12: it is wrong\n        and more\n");
    assert_str(o.failures.v[1].name, "BenchmarkC/sub");
    assert_int_equal(o.skipped.n, 1);
    assert_str(o.skipped.v[0], "BenchmarkD");
    assert_true(o.failed && !o.panicked && !o.passed);
}

static void panics(void **state)
{
    (void)state;
    read_all("BenchmarkA-2   \tpanic: boom\n\ngoroutine 7 [running]:\nmain.f()\n\t/x.go:3 +0x1d\nexit status 2\n", 5);
    assert_int_equal(o.failures.n, 1);
    assert_str(o.failures.v[0].name, "BenchmarkA-2");
    assert_true(o.panicked && o.failed);
    assert_true(str_contains(strbuf_str(&o.failures.v[0].text), STR("/x.go:3")));
    read_all("panic: boom\n\ngoroutine 7 [running]:\nx/p.f(0x1)\n\t/x.go:3\nx/p.BenchmarkB.func1(0x2)\n", 1000);
    assert_str(o.failures.v[0].name, "BenchmarkB");
    read_all("fatal error: all goroutines are asleep - deadlock!\n", 1000);
    assert_true(o.panicked);
    assert_int_equal(o.failures.v[0].name.n, 0);
}

static void no_results(void **state)
{
    (void)state;
    read_all("Benchmarks are fun 12 now\nBenchmarkish\nBenchmarkX 0 1 ns/op\nBenchmarkY\t10\t1 ns/op extra\n"
             "Key: no\nkey:no\n: x\nBenchmarkZ",
             1000);
    assert_int_equal(o.results.n, 0);
    assert_int_equal(o.config.n, 0);
    assert_str(o.running, "BenchmarkZ");
    read_all("", 1);
    assert_int_equal(o.results.n, 0);
}

static void lines(void **state)
{
    struct arena a = {0};
    struct bench_result r;

    (void)state;
    assert_true(bench_parse_line(&a, STR("BenchmarkX/a-b-16 5 1e3 ns/op +Inf weird/op"), &r));
    assert_str(r.base, "BenchmarkX/a-b");
    assert_int_equal(r.procs, 16);
    assert_true(r.metrics[0].value == 1000);
    assert_true(bench_parse_line(&a, STR("BenchmarkX/a-0 5 1 ns/op"), &r));
    assert_str(r.base, "BenchmarkX/a-0");
    assert_true(bench_parse_line(&a, STR("Benchmark 5 1 ns/op"), &r));
    assert_true(bench_parse_line(&a, STR("Benchmark_x 5 1 ns/op"), &r));
    assert_false(bench_parse_line(&a, STR("Benchmarkx 5 1 ns/op"), &r));
    assert_false(bench_parse_line(&a, STR("BenchmarkX 5"), &r));
    assert_false(bench_parse_line(&a, STR("BenchmarkX 5 1"), &r));
    arena_release(&a);
}

static int release(void **state)
{
    (void)state;
    bench_output_release(&o);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain),  cmocka_unit_test(mixed),      cmocka_unit_test(failures),
        cmocka_unit_test(panics), cmocka_unit_test(no_results), cmocka_unit_test(lines),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
