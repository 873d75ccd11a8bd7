/* diag_test.c: diag.h and term.h. */
#include "unit.h"

#include "base/diag.h"
#include "base/term.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void building(void **state)
{
    struct finding_list l = {.arena = &arena};
    struct finding *f;
    struct finding_stack *s;
    struct finding_cost *c;

    (void)state;
    f = finding_add(&l, "ESC01", FINDING_WARNING, span_at(STR("a.go"), 14, 2), "%s moves", "u");
    for (int i = 0; i < 100; i++) {
        finding_why(&l, f, span_at(STR("a.go"), (u32)i, 1), "step %d", i);
        finding_relate(&l, f, span_at(STR("b.go"), (u32)i, 1), "place %d", i);
        finding_edit(&l, f, span_at(STR("a.go"), 1, 1), STR("text"));
        finding_command(&l, f, STR("go test"));
        finding_delta(&l, f, (struct finding_delta){.name = STR("ns/op"), .n = (u32)i});
    }
    s = finding_stack(&l, f, STR("write by goroutine 7"));
    for (int i = 0; i < 10; i++) {
        finding_frame(&l, s, str_fmt(&arena, "f%d", i), span_at(STR("a.go"), (u32)i, 0));
    }
    c = finding_cost(&l, f, STR("BenchmarkX-2"));
    finding_metric(&l, c, STR("B/op"), 64);
    finding_metric(&l, c, STR("allocs/op"), 1);

    assert_int_equal(f->n_why, 100);
    for (u32 i = 0; i < 100; i++) {
        assert_str(f->why[i].text, str_fmt(&arena, "step %u", i).p);
        assert_int_equal(f->related[i].span.line, i);
        assert_int_equal(f->check.deltas[i].n, i);
    }
    assert_int_equal(f->fix.n_edits, 100);
    assert_int_equal(f->check.n_commands, 100);
    assert_int_equal(f->check.verdict, FINDING_UNVERIFIED);
    assert_str(f->stacks[0].frames[9].func, "f9");
    assert_str(f->costs[0].metrics[1].name, "allocs/op");
    assert_true(f->costs[0].share < 0);
    assert_str(f->message, "u moves");
}

static void sorting(void **state)
{
    struct finding_list l = {.arena = &arena};

    (void)state;
    for (u32 i = 0; i < 1000; i++) {
        struct finding *f =
            finding_add(&l, i % 3 ? "B" : "A", FINDING_NOTE,
                        span_at(i % 2 ? STR("x.go") : STR("a.go"), i * 7 % 11, 1), "same");

        f->count = i; /* the original place, to see stability */
    }
    finding_sort(&l);
    for (size_t i = 1; i < l.n; i++) {
        int r = finding_cmp(&l.v[i - 1], &l.v[i]);

        assert_true(r < 0 || (r == 0 && l.v[i - 1].count < l.v[i].count));
    }
    l.n = 0;
    finding_sort(&l);
    finding_add(&l, "A", FINDING_ERROR, span_at(STR("x.go"), 0, 0), "one");
    finding_sort(&l);
    assert_int_equal(finding_count(&l, FINDING_WARNING), 1);
    assert_string_equal(finding_severity_name(l.v[0].severity), "error");
    assert_string_equal(finding_verdict_name(FINDING_INCONCLUSIVE), "inconclusive");
}

static void everything(void *arg)
{
    struct arena a = {0};
    struct finding_list l = {.arena = &a};

    (void)arg;
    for (u32 i = 0; i < 200; i++) {
        struct finding *f = finding_add(&l, "A", FINDING_NOTE, span_at(STR("f"), 200 - i, 1), "m");

        finding_why(&l, f, f->span, "because %u", i);
    }
    finding_sort(&l);
    arena_release(&a);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) >= 4);
}

static void colors(void **state)
{
    enum term_color c;

    (void)state;
    assert_true(term_parse_color(STR("always"), &c) && c == TERM_COLOR_ALWAYS);
    assert_false(term_parse_color(STR("Always"), &c));
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    term_set_color(TERM_COLOR_ALWAYS);
    assert_true(term_has_color(-1));
    term_set_color(TERM_COLOR_NEVER);
    assert_false(term_has_color(1));
    term_set_color(TERM_COLOR_AUTO);
    assert_false(term_has_color(-1)); /* no terminal */
    assert_string_equal(term_style(false, TERM_RED), "");
    assert_string_equal(term_style(true, TERM_RED), "\033[31m");
}

/* A pseudo-terminal is a terminal whatever the tests run under. */
static void on_a_terminal(void **state)
{
    int fd = posix_openpt(0);

    (void)state;
    if (fd < 0) {
        skip();
    }
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    assert_true(term_is_tty(fd) && term_is_smart(fd) && term_has_color(fd));
    setenv("NO_COLOR", "1", 1);
    assert_false(term_has_color(fd));
    setenv("NO_COLOR", "", 1); /* no-color.org: only if not empty */
    assert_true(term_has_color(fd));
    setenv("TERM", "dumb", 1);
    assert_false(term_is_smart(fd));
    assert_false(term_has_color(fd));
    close(fd);
}

static void widths(void **state)
{
    (void)state;
    unsetenv("COLUMNS");
    assert_int_equal(term_width(-1), 80);
    setenv("COLUMNS", "123", 1);
    assert_int_equal(term_width(-1), 123);
    setenv("COLUMNS", "0", 1);
    assert_int_equal(term_width(-1), 80);
    assert_int_equal(term_columns(STR("abc")), 3);
    assert_int_equal(term_columns(STR("e\xCC\x81")), 1); /* e and a combining acute */
    assert_int_equal(term_columns(STR("\xE4\xB8\x96\xE7\x95\x8C")), 4); /* two wide ones */
}

static void safe_text(void **state)
{
    (void)state;
    assert_str(term_safe(&arena, STR("a\tb\nc")), "a\tb\nc");
    assert_str(term_safe(&arena, STR("\033[31mred\x7F\r")), "^[[31mred^?^M");
    assert_str(term_safe(&arena, STR("\xC2\x9B"
                                     "1m")),
               "<U+009B>1m");
    assert_str(term_safe(&arena, STR("x\xE2\x80\xAEy")), "x<U+202E>y");
    assert_str(term_safe(&arena, STR("\xC3\xA9\x80")), "\xC3\xA9\xEF\xBF\xBD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(building),         cmocka_unit_test(sorting),
        cmocka_unit_test(allocation_sweep), cmocka_unit_test(colors),
        cmocka_unit_test(on_a_terminal),    cmocka_unit_test(widths),
        cmocka_unit_test(safe_text),
    };

    return cmocka_run_group_tests_name("diag", tests, NULL, release);
}
