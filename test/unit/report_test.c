/* report_test.c: a report with everything in it, written, read back, rendered. */
#include "unit.h"

#include "base/jsonr.h"
#include "report/report.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void fill(struct report *r)
{
    struct finding_list *l = &r->findings;
    report_init(r, &arena);
    r->tool_version = STR("0");
    r->go_version = STR("go1.26");
    r->goos = STR("linux");
    r->goarch = STR("amd64");
    r->dir = STR("/nowhere");
    r->time = STR("2026-01-02T03:04:05Z");
    r->time_ns = 1;
    r->race_failures = 2;
    r->status = 1;
    vec_push_in(&arena, &r->command, STR("gomm"));
    vec_push_in(&arena, &r->phases, (struct report_phase){STR("tests"), 0.25});
    vec_push_in(&arena, &r->packages, (struct report_package){STR("p"), REPORT_FAIL, 1});
    vec_push_in(&arena, &r->failures,
                (struct report_failure){STR("p"), STR("TestX"), STR("\033[1m\xff\n"), true});
    report_note(r, "note %d", 1);
    struct finding *f = finding_add(l, "RACE01", FINDING_ERROR,
                                    (struct span){STR("/nowhere/a.go"), 3, 2, 3, 9}, "msg <&>");
    f->package = STR("p");
    f->object = STR("v");
    f->count = 4;
    finding_why(l, f, span_at(STR("/nowhere/a.go"), 4, 0), "because");
    finding_relate(l, f, span_at(STR("/else/b.go"), 5, 0), "there");
    finding_frame(l, finding_stack(l, f, STR("title")), STR("p.F"), span_at(STR("/x.go"), 1, 0));
    struct finding_cost *c = finding_cost(l, f, STR("BenchmarkX"));
    c->share = 0.5;
    finding_metric(l, c, STR("B/op"), 64);
    f->fix.title = STR("a fix");
    finding_edit(l, f, span_at(STR("/nowhere/a.go"), 1, 1), STR("new"));
    f->check.verdict = FINDING_REFUTED;
    finding_delta(l, f, (struct finding_delta){STR("ns/op"), 2, 1, 0.4, 0.6, 0.01, 12});
    finding_command(l, f, STR("go test"));
    struct finding_flow *flow = finding_flow(l, f);
    finding_flow_step(l, flow, span_at(STR("/nowhere/a.go"), 3, 2), STR("v"));
    finding_flow_step(l, flow, (struct span){0}, STR("return &v: it is returned"));
    struct report_benchmark b = {STR("p"), STR("BenchmarkX-2"), ARENA_ARRAY(&arena, struct finding_metric, 1), 1,
                                 ARENA_ARRAY(&arena, struct report_site, 2), 2, 96.5};
    b.metrics[0] = (struct finding_metric){STR("ns/op"), 12.5};
    b.sites[0] = (struct report_site){STR("p.<F>"), span_at(STR("/nowhere/a.go"), 3, 0), STR("ESC01"), STR("v"),
                                      STR("it is returned"), 64, 1};
    b.sites[1] = (struct report_site){.func = STR("p.G"), .bytes = 32, .allocs = 0.5};
    vec_push_in(&arena, &r->benchmarks, b);
    struct finding_picture *p = ARENA_NEW(&arena, struct finding_picture);
    p->n_lanes = 2;
    p->lanes = ARENA_ARRAY(&arena, str, 2);
    p->n_marks = 2;
    p->marks = ARENA_ARRAY(&arena, struct finding_mark, 2);
    p->marks[1] = (struct finding_mark){1, STR("<mark>"), span_at(STR("a.go"), 1, 0), true};
    p->n_edges = 1;
    p->edges = ARENA_ARRAY(&arena, struct finding_edge, 1);
    p->edges[0] = (struct finding_edge){0, 1, STR("gap"), true};
    f->picture = p;
    finding_add(l, "OTHER1", FINDING_NOTE, (struct span){0}, "without anything");
}

static void round_trip(void **state)
{
    struct report r, back;
    struct strbuf first = {0}, second = {0};
    struct err e;

    (void)state;
    fill(&r);
    report_json(&r, &first);
    if (!report_read(&arena, strbuf_str(&first), &back, &e)) {
        fail_msg("%s", e.text);
    }
    report_json(&back, &second);
    assert_str(strbuf_str(&second), strbuf_cstr(&first));
    assert_int_equal(back.findings.v[0].picture->edges[0].to, 1);
    assert_int_equal(back.findings.v[0].flows[0].n_steps, 2);
    assert_true(back.benchmarks.v[0].sites[1].allocs == 0.5);
    assert_int_equal(back.findings.v[0].check.verdict, FINDING_REFUTED);
    strbuf_release(&first);
    strbuf_release(&second);
}

/* Any document that is JSON is read or refused, whatever its members are. */
static void other_kinds(void **state)
{
    struct report r, back;
    struct strbuf b = {0}, out = {0};
    struct err e;

    (void)state;
    fill(&r);
    report_json(&r, &b);
    str text = strbuf_str(&b);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != ':' || text.p[i + 1] != ' ') {
            continue;
        }
        /* Each value in turn becomes a number in place of a text, and a text otherwise. */
        size_t end = i + 2;
        while (end < text.n && text.p[end] != '\n') {
            end++;
        }
        char last = text.p[end - 1];
        if (last == '{' || last == '[') {
            continue;
        }
        str mutated =
            str_fmt(&arena, "%.*s: %s%s%.*s", (int)i, text.p, text.p[i + 2] == '"' ? "-7" : "\"x\"",
                    last == ',' ? "," : "", STR_ARG(str_from(text, end)));
        if (report_read(&arena, mutated, &back, &e)) {
            struct report_text_opts o = {0};
            strbuf_reset(&out);
            report_text(&back, &o, &out);
            report_sarif(&back, &out);
            report_github(&back, (str){0}, &out);
            report_html(&back, &out);
            report_summary(&back, &out);
        }
    }
    strbuf_release(&b);
    strbuf_release(&out);
}

static void renderings(void **state)
{
    struct report r;
    struct strbuf b = {0};
    struct report_text_opts o = {0};
    struct jsonr doc;

    (void)state;
    fill(&r);
    report_text(&r, &o, &b);
    assert_true(str_contains(strbuf_str(&b), STR("RACE01 a.go:3:2  msg <&>\n")));
    assert_true(str_contains(strbuf_str(&b), STR("fix   a fix    refuted")));
    assert_true(str_contains(strbuf_str(&b), STR("seen  4 times")));
    assert_true(str_contains(strbuf_str(&b), STR("2 findings; 2 tests failed with a race\n")));
    assert_false(str_contains(strbuf_str(&b), STR("\033")));
    strbuf_reset(&b);
    report_sarif(&r, &b);
    assert_true(jsonr_parse(strbuf_str(&b), &doc, NULL));
    jsonr_free(doc);
    strbuf_reset(&b);
    report_html(&r, &b);
    assert_true(str_contains(strbuf_str(&b), STR("msg &lt;&amp;&gt;")));
    assert_true(str_contains(strbuf_str(&b), STR("&lt;mark&gt;")));
    assert_true(str_is_utf8(strbuf_str(&b)));
    assert_false(str_contains(strbuf_str(&b), STR("\033")));
    strbuf_reset(&b);
    report_github(&r, STR("/else"), &b);
    assert_true(str_contains(strbuf_str(&b), STR("::error file=a.go,line=3,col=2,title=RACE01::")));
    strbuf_release(&b);
}

/* Columns, rows and numbered arrows; a picture with a cycle, as a damaged document may have it, ends too. */
static void letters(void **state)
{
    str lanes[] = {STR("g 1"), STR("the other")};
    struct finding_mark marks[] = {
        {0, STR("send ch"), span_at(STR("/d/a.go"), 4, 0), false},
        {1, STR("receive ch"), span_at(STR("/d/a.go"), 9, 0), false},
        {0, STR("write"), span_at(STR("/d/a.go"), 5, 0), true},
        {1, STR("read"), span_at((str){0}, 0, 0), true},
    };
    struct finding_edge edges[] = {{0, 1, STR("happens before"), false}, {2, 3, STR("gap"), true}};
    struct finding_picture p = {lanes, 2, marks, 4, edges, 2};
    struct strbuf b = {0};

    (void)state;
    report_picture_text(&arena, &p, false, &b);
    assert_str(strbuf_str(&b), "         g 1                    the other\n"
                               "         ○ send ch  a.go:4 →1   │\n"
                               "         │                      ○ 1→ receive ch  a.go:9\n"
                               "         ● write  a.go:5        ● read   ╳ no happens-before\n");
    strbuf_reset(&b);
    edges[1] = (struct finding_edge){1, 0, STR("back"), false};
    report_picture_text(&arena, &p, true, &b);
    assert_true(b.n > 0);
    strbuf_release(&b);
}

static void statuses(void **state)
{
    struct report r;

    (void)state;
    report_init(&r, &arena);
    assert_int_equal(report_status(&r), BASE_EXIT_CLEAN);
    vec_push_in(&arena, &r.packages, (struct report_package){STR("p"), REPORT_PASS, 0});
    finding_add(&r.findings, "X", FINDING_NOTE, (struct span){0}, "a note");
    assert_int_equal(report_status(&r), BASE_EXIT_CLEAN);
    finding_add(&r.findings, "X", FINDING_WARNING, (struct span){0}, "a warning");
    assert_int_equal(report_status(&r), BASE_EXIT_FINDINGS);
    vec_push_in(&arena, &r.packages, (struct report_package){STR("q"), REPORT_BUILD_FAILED, 0});
    assert_int_equal(report_status(&r), BASE_EXIT_FAILURE);
}

static void everything(void *arg)
{
    struct arena a = {0};
    struct report r, back;
    struct strbuf b = {0};
    struct report_text_opts o = {0};

    (void)arg;
    fill(&r);
    report_json(&r, &b);
    report_read(&a, str_dup(&a, strbuf_str(&b)), &back, NULL);
    report_text(&back, &o, &b);
    report_sarif(&back, &b);
    report_html(&back, &b);
    report_github(&back, (str){0}, &b);
    report_summary(&back, &b);
    strbuf_release(&b);
    arena_release(&a);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) > 10);
}

/* Each rule is whole: SARIF, the page and gomm explain show all of it; a name is one word (report_rules.c). */
static void rules_whole(void **state)
{
    (void)state;
    size_t n;
    const struct report_rule *all = report_rules(&n);
    assert_true(n > 40);
    for (size_t i = 0; i < n; i++) {
        const struct report_rule *r = &all[i];
        str name = str_of(r->name), summary = str_of(r->summary), text = str_of(r->text), cure = str_of(r->cure), example = str_of(r->example);
        assert_ptr_equal(report_rule(str_of(r->code)), r); /* no code twice */
        assert_true(name.n > 0 && name.p[0] >= 'A' && name.p[0] <= 'Z');
        for (size_t k = 0; k < name.n; k++) {
            assert_true((name.p[k] >= 'A' && name.p[k] <= 'Z') || (name.p[k] >= 'a' && name.p[k] <= 'z'));
        }
        assert_true(summary.n > 0 && memchr(summary.p, '\n', summary.n) == NULL);
        assert_true(str_has_suffix(text, STR("\n")) && str_has_suffix(cure, STR("\n")) && str_has_suffix(example, STR("\n")));
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(all[k].name, r->name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),       cmocka_unit_test(other_kinds),
        cmocka_unit_test(renderings), cmocka_unit_test(letters),       cmocka_unit_test(statuses),
        cmocka_unit_test(allocation_sweep), cmocka_unit_test(rules_whole),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, release);
}
