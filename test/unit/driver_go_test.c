/* driver_go_test.c: command lines of the go command, and the stream of go test -json. */
#include "unit.h"

#include "driver/driver_goflags.h"
#include "driver/driver_gotest.h"
#include "driver/driver_run.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* Words of a text as a NULL-terminated vector. */
static char **words(const char *text)
{
    str rest = str_of(text), w;
    char **v = ARENA_ARRAY(&arena, char *, strlen(text) + 1);

    for (size_t n = 0; str_next_field(&rest, &w); n++) {
        v[n] = str_cstr(&arena, w);
    }
    return v;
}

static struct driver_scan scan(enum driver_verb verb, const char *text)
{
    struct driver_scan s;
    struct err e;

    if (!driver_scan_args(&arena, verb, words(text), &s, &e)) {
        fail_msg("%s: %s", text, e.text);
    }
    return s;
}

static void kinds(void **state)
{
    (void)state;
    assert_int_equal(driver_flag_kind(DRIVER_TEST, STR("run")), DRIVER_FLAG_VALUE);
    assert_int_equal(driver_flag_kind(DRIVER_TEST, STR("test.run")), DRIVER_FLAG_VALUE);
    assert_int_equal(driver_flag_kind(DRIVER_TEST, STR("test.race")), DRIVER_FLAG_UNKNOWN);
    assert_int_equal(driver_flag_kind(DRIVER_TEST, STR("v")), DRIVER_FLAG_BOOL);
    assert_int_equal(driver_flag_kind(DRIVER_BUILD, STR("run")), DRIVER_FLAG_UNKNOWN);
    assert_int_equal(driver_flag_kind(DRIVER_BUILD, STR("test.v")), DRIVER_FLAG_UNKNOWN);
    assert_int_equal(driver_flag_kind(DRIVER_RUN, STR("exec")), DRIVER_FLAG_VALUE);
    assert_int_equal(driver_flag_kind(DRIVER_RUN, STR("o")), DRIVER_FLAG_UNKNOWN);
}

static void flags(void **state)
{
    struct driver_flag f;

    (void)state;
    assert_true(driver_flag_parse("--run=a=b", &f));
    assert_str(f.name, "run");
    assert_str(f.value, "a=b");
    assert_true(f.has_value);
    assert_true(driver_flag_parse("-x", &f));
    assert_false(f.has_value);
    assert_false(driver_flag_parse("-", &f));
    assert_false(driver_flag_parse("--", &f));
    assert_false(driver_flag_parse("---x", &f));
    assert_false(driver_flag_parse("-=x", &f));
    assert_false(driver_flag_parse("x", &f));
}

static void toolexecs(void **state)
{
    struct driver_scan s;

    (void)state;
    s = scan(DRIVER_BUILD, "-toolexec a -v -toolexec=b .");
    assert_int_equal(s.toolexec, 3);
    assert_str(s.toolexec_value, "b");
    assert_false(s.toolexec_next);
    s = scan(DRIVER_BUILD, "-v --toolexec a .");
    assert_int_equal(s.toolexec, 1);
    assert_true(s.toolexec_next);
    assert_str(s.toolexec_value, "a");
    /* A value of another flag's, an argument of the program's, of the test's. */
    assert_int_equal(scan(DRIVER_BUILD, "-o -toolexec=x .").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_RUN, ". -toolexec=x").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_BUILD, "-- -toolexec=x").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_TEST, ". -args -toolexec=x").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_TEST, ". --args -toolexec=x").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_TEST, "-run -toolexec=x .").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_BUILD, "-nosuch -toolexec=x").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_BUILD, "-toolexec").toolexec, SIZE_MAX);
    /* go test reads flags behind packages, and behind flags that it does not know. */
    assert_int_equal(scan(DRIVER_TEST, "./a ./b -toolexec=x").toolexec, 2);
    assert_int_equal(scan(DRIVER_TEST, "-mine -toolexec=x").toolexec, 1);
    assert_int_equal(scan(DRIVER_TEST, "-mine value -toolexec=x").toolexec, 2);
    assert_int_equal(scan(DRIVER_TEST, "-mine=1 positional -toolexec=x").toolexec, SIZE_MAX);
    assert_int_equal(scan(DRIVER_TEST, "./a -v positional -toolexec=x").toolexec, SIZE_MAX);
}

static void own_flags(void **state)
{
    struct driver_scan s;
    struct err e;

    (void)state;
    s = scan(DRIVER_TEST, "-C dir -gomm.runtime f -v -gomm.inherit . -run X");
    assert_int_equal(s.n_chdir, 2);
    assert_string_equal(s.chdir, "dir");
    assert_string_equal(s.runtime, "f");
    assert_true(s.inherit && s.inherit_set);
    assert_true(s.drop[2] && s.drop[3] && s.drop[5]);
    assert_false(s.drop[0] || s.drop[1] || s.drop[4] || s.drop[6] || s.drop[7]);
    s = scan(DRIVER_BUILD, "--C=d -gomm.inherit=false -gomm.runtime=stock .");
    assert_int_equal(s.n_chdir, 1);
    assert_string_equal(s.chdir, "d");
    assert_true(s.inherit_set && !s.inherit);
    assert_string_equal(s.runtime, "stock");
    assert_int_equal(scan(DRIVER_BUILD, "-v -C d").n_chdir, 0);
    assert_true(scan(DRIVER_BUILD, "-race=false").race_off);
    assert_false(scan(DRIVER_BUILD, "-race=false -race").race_off);
    assert_true(scan(DRIVER_TEST, "-v -h").help);
    assert_false(driver_scan_args(&arena, DRIVER_TEST, words("-gomm.nosuch"), &s, &e));
    assert_false(driver_scan_args(&arena, DRIVER_TEST, words("-gomm.runtime"), &s, &e));
    scan(DRIVER_TEST, "");
}

static void goflags(void **state)
{
    str v;

    (void)state;
    assert_true(driver_goflags_value(&arena, STR("-v '-toolexec=a b' -x"), STR("toolexec"), &v));
    assert_str(v, "a b");
    assert_false(driver_goflags_value(&arena, STR("-v"), STR("toolexec"), &v));
    assert_false(driver_goflags_value(&arena, STR("'-toolexec=a"), STR("toolexec"), &v));
}

static void composed(void **state)
{
    struct driver_go go = {.goflags = STR("-toolexec=theirs")};
    struct driver_choice stock = {.stock = true}, file = {.file = "/rt.o"};
    struct argv argv = {0}, env = {0};
    struct err e;
    struct driver_scan s = scan(DRIVER_TEST, "-C d . -gomm.inherit -args -race");

    (void)state;
    assert_true(driver_compose(&arena, DRIVER_TEST, &go, &file, &s,
                               words("-C d . -gomm.inherit -args -race"), &argv, &env, &e));
    static const char *const want[] = {"go", "test", "-C",    "d",    "-race",
                                       NULL, ".",    "-args", "-race"};
    assert_int_equal(argv.n, ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        if (want[i]) {
            assert_string_equal(argv.v[i], want[i]);
        }
    }
    assert_true(str_has_suffix(str_of(argv.v[5]), STR(" toolexec -runtime=/rt.o -chain=1 theirs")));
    assert_true(
        str_has_prefix(str_of(argv_getenv(&env, "GOFLAGS")), STR("-toolexec=theirs -toolexec=")));
    assert_string_equal(argv_getenv(&env, "GOMM_TOOLEXEC"), "-runtime=/rt.o -chain=1 theirs");
    argv_release(&argv);
    argv_release(&env);

    s = scan(DRIVER_BUILD, "-toolexec mine -v .");
    assert_true(driver_compose(&arena, DRIVER_BUILD, &go, &stock, &s, words("-toolexec mine -v ."),
                               &argv, &env, &e));
    assert_int_equal(argv.n, 7);
    assert_string_equal(argv.v[3], "-toolexec");
    assert_string_equal(argv.v[4], "mine");
    argv_release(&argv);
    s = scan(DRIVER_BUILD, "-toolexec mine -v .");
    assert_true(driver_compose(&arena, DRIVER_BUILD, &go, &file, &s, words("-toolexec mine -v ."),
                               &argv, &env, &e));
    assert_int_equal(argv.n, 6);
    assert_true(str_has_suffix(str_of(argv.v[3]), STR(" -chain=1 mine")));
    assert_string_equal(argv.v[4], "-v");
    argv_release(&argv);
    argv_release(&env);
}

/* ---- go test -json ---- */

static void feed(struct gotest *g, const char *text)
{
    /* Byte by byte: pieces may end anywhere. */
    for (size_t i = 0; text[i]; i++) {
        driver_gotest_feed(g, (str){text + i, 1});
    }
}

static void stream(void **state)
{
    struct gotest g;
    str own;

    (void)state;
    driver_gotest_init(&g);
    feed(&g,
         "# old build output\n"
         "{\"Action\":\"build-output\",\"ImportPath\":\"p\",\"Output\":\"new output\\n\"}\n"
         "{\"Action\":\"start\",\"Package\":\"p\"}\n"
         "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestA\"}\n"
         "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestA\",\"Output\":\"=== RUN   "
         "TestA\\n\"}\n"
         "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestA\",\"Output\":\"    "
         "a_test.go:1: own\\n\"}\n"
         "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestA\",\"Output\":\"cut\"}\n"
         "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestA\",\"Output\":\"--- FAIL: TestA "
         "(0.00s)\\n\"}\n"
         "{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"TestA\",\"Elapsed\":0}\n"
         "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestB\"}\n"
         "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"TestB\",\"Output\":\"x--- FAIL: "
         "TestB (0.00s)\\n\"}\n"
         "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestC\"}\n"
         "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"TestC\",\"Elapsed\":0}\n"
         "{\"Action\":\"fail\",\"Package\":\"p\",\"Elapsed\":1.5}\n"
         "FAIL\tq [build failed]\n"
         "{\"Action\":\"output\",\"Package\":\"r\",\"Output\":\"?   \\tr\\t[no test files]\\n\"}\n"
         "{\"Action\":\"skip\",\"Package\":\"r\",\"Elapsed\":0}\n"
         "{\"Action\":\"start\",\"Package\":\"s\"}\n"
         "FAIL");
    driver_gotest_end(&g);
    assert_str(strbuf_str(&g.said), "# old build output\nnew output\n");
    assert_int_equal(g.packages.n, 4);
    const struct gotest_package *p = &g.packages.v[0];
    assert_int_equal(p->status, GOTEST_FAIL);
    assert_true(p->seconds > 1.4 && p->seconds < 1.6);
    assert_int_equal(p->tests.n, 3);
    assert_int_equal(p->tests.v[0].status, GOTEST_FAIL);
    assert_int_equal(p->tests.v[1].status, GOTEST_FAIL); /* its result was swallowed */
    assert_int_equal(p->tests.v[2].status, GOTEST_PASS);
    own = driver_gotest_own_output(&arena, strbuf_str(&p->tests.v[0].output));
    assert_str(own, "    a_test.go:1: own\ncut\n");
    assert_true(g.packages.v[1].build_failed);
    assert_str(g.packages.v[1].path, "q");
    assert_true(g.packages.v[2].no_tests);
    assert_int_equal(g.packages.v[3].status, GOTEST_RUNNING);
    driver_gotest_release(&g);
}

static void own_output(void **state)
{
    (void)state;
    assert_str(
        driver_gotest_own_output(
            &arena, STR("=== RUN   TestX\n"
                        "first\n"
                        "\n"
                        "Heap block of size 24 at 0x00c0, accessed at byte 0, allocated at:\n"
                        "  p.f()\n"
                        "      /p.go:1 +0x1\n"
                        "==================\n"
                        "WARNING: DATA RACE\n"
                        "Write at 0x00c0 by goroutine 7:\n"
                        "==================\n"
                        "    testing.go:1: race detected during execution of test\n"
                        "second\n"
                        "==================\n"
                        "not a report\n"
                        "--- FAIL: TestX (0.00s)\n"
                        "Found 1 data race(s)\n"
                        "exit status 66\n"
                        "FAIL\tp\t0.1s\n")),
        "first\n\nsecond\n==================\nnot a report\n");
    /* A report that a killed process left unfinished. */
    assert_str(driver_gotest_own_output(&arena, STR("==================\nWARNING: DATA RACE\nWri")),
               "");
    assert_str(driver_gotest_own_output(&arena, STR("")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),     cmocka_unit_test(flags),      cmocka_unit_test(toolexecs),
        cmocka_unit_test(own_flags), cmocka_unit_test(goflags),    cmocka_unit_test(composed),
        cmocka_unit_test(stream),    cmocka_unit_test(own_output),
    };

    return cmocka_run_group_tests_name("driver_go", tests, NULL, release);
}
