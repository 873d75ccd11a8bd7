/* gomm check: runs the packages' tests under the race detector, reports what it saw, and what goes to the heap. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/term.h"
#include "cmd/cmd_check_cost.h"
#include "cmd/cmd_check_escape.h"
#include "cmd/cmd_check_share.h"
#include "cmd/cmd_check_survey.h"
#include "cmd/cmd_heap.h"
#include "cmd/cmd_output.h"
#include "cmd/cmd_progress.h"
#include "driver/driver_gotest.h"
#include "driver/driver_run.h"
#include "gomm/events.h"
#include "race/race_find.h"

/* What is allocated shows soon; a second for each benchmark, under the race detector too, would be a long time. */
#define CHECK_BENCHTIME "0.1s"

struct check {
    struct arena arena;
    struct cmd_output output;
    struct cmd_bench bench; /* with -bench or -profile */
    const char *chdir, *runtime, *patch, *profile;
    bool inherit, verbose, has_count, fix, api;
    struct argv go_args;   /* for go test: flags, packages, -args and what follows */
    struct argv load_args; /* those of the flags that go list understands */
    VEC(str) patterns;
    struct load_config load;
    struct driver_go go;
    struct gotest tests;
    struct race_log log;
    struct report report;
    struct cmd_gate gate;
    struct cmd_check_survey survey;
    struct cmd_progress progress;
    bool narrowed; /* not all tests run */
    u64 tests_since;
    int go_status;
    str go_status_text;
};

/* ---- the command line ---- */

/* Flags of go test that would take the run away from under check, or that it sets itself. */
static bool check_is_refused(str name)
{
    static const char *const refused[] = {"c", "list", "n", "i", "exec", "msan", "asan"};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (str_is(name, refused[i])) {
            return true;
        }
    }
    return false;
}

/* Flags that decide which files make up a package. */
static bool check_is_load_flag(str name)
{
    static const char *const load[] = {"tags", "mod", "modfile", "overlay"};
    for (size_t i = 0; i < ARRAY_LEN(load); i++) {
        if (str_is(name, load[i])) {
            return true;
        }
    }
    return false;
}

/* Flags with which some tests do not run, or not as usual. */
static bool check_narrows(str name)
{
    str_cut_prefix(&name, STR("test."));
    return str_is(name, "run") || str_is(name, "skip") || str_is(name, "short") || str_is(name, "failfast");
}

/* A package, a flag of go test's that is to be passed on, or the tests' own arguments. */
static int check_other(void *ctx, char *const *args, size_t *i, struct err *e)
{
    struct check *c = ctx;
    struct driver_flag f;
    if (strcmp(args[*i], "--") == 0 || strcmp(args[*i], "-args") == 0 || strcmp(args[*i], "--args") == 0) {
        argv_push(&c->go_args, "-args");
        while (args[++*i]) {
            argv_push(&c->go_args, args[*i]);
        }
        return 1;
    }
    if (!driver_flag_parse(args[*i], &f)) {
        vec_push_in(&c->arena, &c->patterns, str_of(args[*i]));
        argv_push(&c->go_args, args[(*i)++]);
        return 1;
    }
    enum driver_flag_kind kind = driver_flag_kind(DRIVER_TEST, f.name);
    if (kind == DRIVER_FLAG_UNKNOWN || check_is_refused(f.name)) {
        return 0;
    }
    size_t at = *i;
    if (!str_is(f.name, "race") && cmd_bench_flag(&c->bench, args, &at, e) < 0) {
        return -1;
    }
    if (str_is(f.name, "race")) {
        (*i)++; /* it is on anyway */
        return !f.has_value || str_is(f.value, "true") || err_set(e, "gomm check needs -race") ? 1 : -1;
    }
    c->narrowed |= check_narrows(f.name);
    c->has_count |= str_is(f.name, "count") || str_is(f.name, "test.count");
    size_t n = kind == DRIVER_FLAG_VALUE && !f.has_value ? 2 : 1;
    if (n == 2 && !args[*i + 1]) {
        err_set(e, "flag needs an argument: -%.*s", STR_ARG(f.name));
        return -1;
    }
    str value = n == 2 ? str_of(args[*i + 1]) : f.value;
    if (str_is(f.name, "tags")) {
        c->load.tags = value;
    } else if (str_is(f.name, "mod")) {
        c->load.mod = value;
    } else if (str_is(f.name, "overlay")) {
        c->load.overlay = value;
    }
    for (; n > 0; n--, (*i)++) {
        argv_push(&c->go_args, args[*i]);
        if (check_is_load_flag(f.name)) {
            argv_push(&c->load_args, args[*i]);
        }
    }
    return 1;
}

/* 0: go on; otherwise the command ends with *status. */
static int check_parse(struct check *c, char *const *args, int *status)
{
    enum { OWN_FLAGS = 8 };
    struct cmd_flag flags[OWN_FLAGS + CMD_OUTPUT_FLAGS + CMD_GATE_FLAGS] = {
        {"C", CMD_FLAG_STRING, &c->chdir},
        {"v", CMD_FLAG_BOOL, &c->verbose},
        {"gomm.runtime", CMD_FLAG_STRING, &c->runtime},
        {"gomm.patch", CMD_FLAG_STRING, &c->patch},
        {"gomm.inherit", CMD_FLAG_BOOL, &c->inherit},
        {"profile", CMD_FLAG_STRING, &c->profile},
        {"fix", CMD_FLAG_BOOL, &c->fix},
        {"api", CMD_FLAG_BOOL, &c->api},
    };
    struct err e;
    cmd_output_flags(&c->output, flags + OWN_FLAGS);
    cmd_gate_flags(&c->gate, flags + OWN_FLAGS + CMD_OUTPUT_FLAGS, CMD_GATE_FLAGS);
    if (cmd_flags_mixed("check", flags, ARRAY_LEN(flags), args, check_other, c, status) < 0) {
        return -1;
    }
    if (c->fix && !c->profile && c->bench.bench.n == 0) {
        *status = cmd_usage("check", "-fix wants -bench REGEXP or -profile FILE: what costs nothing is not worth a change");
        return -1;
    }
    if (c->api && !c->fix) {
        *status = cmd_usage("check", "-api goes with -fix");
        return -1;
    }
    c->output.pictures = c->verbose;
    if (!cmd_output_check(&c->output, &e) || !cmd_gate_check(&c->gate, &c->report, &e)) {
        *status = cmd_usage("check", "%s", e.text);
        return -1;
    }
    return 0;
}

/* ---- while the tests run ---- */

static void check_draw(struct check *c)
{
    size_t done = 0, reports = 0;
    str running = {0};
    for (size_t i = 0; i < c->tests.packages.n; i++) {
        const struct gotest_package *p = &c->tests.packages.v[i];
        done += p->status != GOTEST_RUNNING && !p->no_tests;
        reports += p->reports;
        running = p->status == GOTEST_RUNNING ? p->path : running;
    }
    struct arena_scratch s = arena_scratch_begin(&c->arena);
    str left = cmd_progress_left(s.arena, base_now_ns() - c->tests_since, done, c->survey.n_tested);
    str races = reports ? str_fmt(s.arena, " · %zu race report%s", reports, reports == 1 ? "" : "s") : (str){0};
    cmd_progress_show(&c->progress, "%s%.*s · %zu of %zu tested%.*s%.*s", running.n ? "testing " : "building", STR_ARG(running), done,
                      c->survey.n_tested, STR_ARG(races), STR_ARG(left));
    arena_scratch_end(s);
}

static bool check_on_output(void *ctx, int fd, str piece)
{
    struct check *c = ctx;
    if (fd == STDERR_FILENO) {
        cmd_progress_erase(&c->progress);
        fwrite(piece.p, 1, piece.n, stderr);
        return true;
    }
    driver_gotest_feed(&c->tests, piece);
    if (c->tests.said.n > 0 || c->tests.live.n > 0) {
        cmd_progress_erase(&c->progress);
        fwrite(c->tests.said.p, 1, c->tests.said.n, stderr);
        fwrite(c->tests.live.p, 1, c->tests.live.n, stderr);
        strbuf_reset(&c->tests.said);
        strbuf_reset(&c->tests.live);
    }
    check_draw(c);
    return true;
}

static bool check_run(struct check *c, const struct driver_choice *choice, const char *events,
                      struct err *e)
{
    struct argv args = {0}, argv = {0}, env = {0};
    struct driver_scan scan;
    struct proc_result r;
    if (!c->has_count) {
        argv_push(&args, "-count=1");
    }
    if (c->bench.bench.n > 0) {
        argv_pushf(&args, "-benchtime=%.*s", STR_ARG(c->bench.benchtime));
    }
    argv_push(&args, "-json");
    argv_push_all(&args, argv_get(&c->go_args));
    argv_env(&env);
    argv_setenv(&env, GOMM_EVENTS_ENV, events);
    if (!argv_getenv(&env, "GOMM") && cmd_gate_wants(&c->gate, "SHARE")) {
        argv_setenv(&env, "GOMM", "share=check"); /* races, and cache lines */
    }
    bool ok = driver_scan_args(&c->arena, DRIVER_TEST, argv_get(&args), &scan, e);
    scan.inherit_set |= c->inherit;
    scan.inherit |= c->inherit;
    ok = ok && driver_compose(&c->arena, DRIVER_TEST, &c->go, choice, &scan, argv_get(&args), &argv,
                              &env, e);
    c->tests_since = base_now_ns();
    check_draw(c);
    c->tests.keep_live = c->verbose;
    struct proc_opts o = {
        .argv = ok ? argv_get(&argv) : NULL,
        .env = argv_get(&env),
        .out = PROC_CAPTURE,
        .err = PROC_CAPTURE,
        .on_output = check_on_output,
        .ctx = c,
    };
    bool ran = ok && proc_run(&c->arena, &o, &r, e);
    ok = ran || (ok && proc_interrupted()); /* before they began: the rest is told of */
    if (ran) {
        driver_gotest_end(&c->tests);
        check_on_output(c, STDOUT_FILENO, (str){0});
        cmd_progress_erase(&c->progress);
        c->go_status = r.status;
        c->go_status_text = proc_status_text(&c->arena, &r);
    }
    argv_release(&args);
    argv_release(&argv);
    argv_release(&env);
    return ok;
}

/* ---- the report ---- */

static void check_failure(struct check *c, str package, str test, str output, bool raced)
{
    struct report_failure f = {.package = package, .test = test, .output = output, .raced = raced};
    vec_push_in(&c->arena, &c->report.failures, f);
}

/* The tests of one package that did not pass.  Returns how many. */
static size_t check_tests(struct check *c, const struct gotest_package *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->tests.n; i++) {
        const struct gotest_test *t = &p->tests.v[i];
        bool unfinished = t->status == GOTEST_RUNNING && p->status != GOTEST_PASS;
        if (t->status != GOTEST_FAIL && !unfinished) {
            continue;
        }
        n++;
        str own = driver_gotest_own_output(&c->arena, strbuf_str(&t->output));
        c->report.race_failures += t->raced;
        if (own.n == 0 && (t->raced || driver_gotest_sub_failed(p, t))) {
            continue; /* the findings say it all, or its subtests do */
        }
        if (own.n == 0) {
            own = unfinished ? STR("did not finish") : STR("failed without a message");
        }
        check_failure(c, p->path, t->name, own, t->raced && !unfinished);
    }
    return n;
}

static void check_package(struct check *c, const struct gotest_package *p)
{
    struct report_package rp = {.path = p->path, .seconds = p->seconds};
    if (p->build_failed) {
        rp.status = REPORT_BUILD_FAILED;
    } else if (p->no_tests) {
        rp.status = REPORT_NO_TESTS;
    } else if (p->status == GOTEST_RUNNING) {
        rp.status = REPORT_SKIPPED;
    } else {
        rp.status = p->status == GOTEST_FAIL ? REPORT_FAIL : REPORT_PASS;
    }
    vec_push_in(&c->arena, &c->report.packages, rp);
    if (rp.status != REPORT_FAIL && rp.status != REPORT_SKIPPED) {
        return;
    }
    size_t failed = check_tests(c, p);
    str own = driver_gotest_own_output(&c->arena, strbuf_str(&p->output));
    if (own.n > 0 && (failed == 0 || p->status == GOTEST_RUNNING)) {
        check_failure(c, p->path, (str){0}, own, p->reports > 0);
    } else if (failed == 0 && p->reports == 0 && rp.status == REPORT_FAIL) {
        check_failure(c, p->path, (str){0}, STR("failed outside its tests, without a message"),
                      false);
    }
}

/* Programs have no tests to show anything; a person who checks everything should know. */
static void check_note_programs(struct check *c)
{
    struct argv argv = {0};
    argv_push_str(&argv, c->go.path);
    argv_push(&argv, "list");
    argv_push(&argv, "-e");
    argv_push_all(&argv, argv_get(&c->load_args));
    argv_push(&argv, "-f={{if eq .Name \"main\"}}{{.ImportPath}}{{end}}");
    argv_push(&argv, "--");
    size_t asked = 0, n = 0;
    for (size_t i = 0; i < c->report.packages.n; i++) {
        if (c->report.packages.v[i].status == REPORT_NO_TESTS) {
            argv_push_str(&argv, c->report.packages.v[i].path);
            asked++;
        }
    }
    struct proc_opts o = {.argv = argv_get(&argv), .out = PROC_CAPTURE, .err = PROC_NULL};
    struct proc_result r;
    str line, first = {0};
    if (asked > 0 && !proc_interrupted() && proc_run(&c->arena, &o, &r, NULL) && r.status == 0) {
        while (str_next_line(&r.out, &line)) {
            if (str_trim(line).n > 0 && n++ == 0) {
                first = str_trim(line);
            }
        }
    }
    argv_release(&argv);
    if (n == 1) {
        report_note(&c->report,
                    "%.*s is a program without tests: nothing of it was run; try gomm run",
                    STR_ARG(first));
    } else if (n > 1) {
        report_note(&c->report,
                    "%.*s and %zu more are programs without tests: nothing of them was run; try "
                    "gomm run",
                    STR_ARG(first), n - 1);
    }
}

/* What is known to be missing from the event file is said, and the text that the detector
 * printed is shown in its stead. */
static void check_lost(struct check *c)
{
    struct report *r = &c->report;
    u64 lost = race_log_lost(&c->log);
    size_t printed = 0;
    for (size_t i = 0; i < c->tests.packages.n; i++) {
        printed += c->tests.packages.v[i].reports;
    }
    if (c->log.cut_off) {
        report_note(r, "the event file ends in the middle of a line: a process was killed while "
                       "it wrote, or the disk is full");
    }
    if (c->log.bad_lines > 0) {
        report_note(r, "%llu line%s of the event file could not be read (%.*s)",
                    (unsigned long long)c->log.bad_lines, c->log.bad_lines == 1 ? "" : "s",
                    STR_ARG(c->log.first_bad));
    }
    if (lost > 0) {
        report_note(r, "%llu race%s that the programs counted did not reach the event file",
                    (unsigned long long)lost, lost == 1 ? "" : "s");
    }
    if (printed <= c->log.events.n) {
        return;
    }
    report_note(r,
                "%zu race report%s printed, %zu reached the event file; the printed text is shown",
                printed, printed == 1 ? " was" : "s were", c->log.events.n);
    for (size_t i = 0; i < c->tests.packages.n; i++) {
        const struct gotest_package *p = &c->tests.packages.v[i];
        if (p->reports > 0) {
            check_failure(c, p->path, STR("(race reports as printed)"), strbuf_str(&p->report_text),
                          true);
        }
    }
}

/* What the tests showed. */
static void check_tested(struct check *c, const char *events)
{
    struct report *r = &c->report;
    struct err e;
    for (size_t i = 0; i < c->tests.packages.n; i++) {
        const struct gotest_package *p = &c->tests.packages.v[i];
        check_package(c, p);
        if (!c->narrowed && !proc_interrupted() && (p->status == GOTEST_PASS || p->status == GOTEST_FAIL) && !p->build_failed) {
            cmd_check_survey_ran(&c->survey, p->path, &c->gate);
        }
    }
    if (io_exists(events) && !race_log_file(&c->log, events, &e)) {
        report_note(r, "the event file cannot be read: %s", e.text);
    }
    if (io_exists(events) && cmd_gate_wants(&c->gate, "SHARE")) {
        cmd_gate_looked(&c->gate, "SHARE");
        cmd_check_share(r, &c->load, c->patterns.v, c->patterns.n, events);
    }
    struct race_source *src = c->log.events.n > 0 ? race_source_new(&c->load) : NULL;
    cmd_gate_looked(&c->gate, "RACE");
    race_find(&c->log, r->dir, src, &r->findings);
    finding_keep(&r->findings, 0);
    race_source_free(src);
    check_lost(c);
    check_note_programs(c);
}

/* A test of which we know only that it raced is excused with the race; whether it would have failed without, nobody
 * knows. */
static void check_note_excused(struct report *r)
{
    size_t n = 0, shown = 0;
    for (size_t i = 0; i < r->failures.n; i++) {
        n += r->failures.v[i].raced;
    }
    for (size_t i = 0; i < r->findings.n; i++) {
        shown += str_has_prefix(r->findings.v[i].code, STR("RACE")) && r->findings.v[i].suppressed == FINDING_SHOWN;
    }
    if (n > 0 && shown == 0) {
        report_note(r, "%zu test%s printed something of %s own and failed with a race that is not shown: whether %s would fail "
                       "without the race is not known",
                    n, n == 1 ? "" : "s", n == 1 ? "its" : "their", n == 1 ? "it" : "they");
    }
}

/* Is there nothing here for which go test would fail? */
static bool check_is_unexplained(const struct report *r)
{
    bool failed = r->failures.n > 0 || r->race_failures > 0;
    for (size_t i = 0; i < r->packages.n; i++) {
        failed |= r->packages.v[i].status == REPORT_FAIL || r->packages.v[i].status == REPORT_BUILD_FAILED;
    }
    return !failed;
}

static int check_report(struct check *c, const char *dir, const char *events)
{
    struct report *r = &c->report;
    struct err e;
    if (events) {
        check_tested(c, events);
    }
    io_temp_remove(dir); /* a reader of ours that goes away kills us while we print */
    finding_sort(&r->findings);
    cmd_gate_mark(&c->gate, r);
    bool ok = cmd_gate_write(&c->gate, r, &e) || cmd_fail_err(&e) == BASE_EXIT_CLEAN;
    cmd_check_escape_join(r);
    cmd_check_escape_largest(r);
    int status = cmd_gate_end(&c->gate, r);
    finding_sort_by(&r->findings, finding_cmp_weight);
    check_note_excused(r);
    if (proc_interrupted()) {
        report_note(r, "interrupted: this is what was found up to then");
    }
    /* go test failed, and nothing here says why: what it printed does. */
    if (c->go_status != 0 && (r->packages.n == 0 || (r->status == BASE_EXIT_CLEAN && check_is_unexplained(r)))) {
        report_note(r, "go test: %.*s", STR_ARG(c->go_status_text));
        r->status = status = BASE_EXIT_FAILURE;
    }
    return cmd_output_show(&c->output, r) && ok ? status : BASE_EXIT_FAILURE;
}

static bool check_prepare(struct check *c, struct driver_choice *choice, struct err *e)
{
    if (c->chdir && chdir(c->chdir) != 0) {
        return err_os(e, errno, "chdir %s", c->chdir);
    }
    if (!driver_go_find(&c->arena, NULL, &c->go, e) ||
        !driver_choose_runtime(&c->arena, c->runtime, c->patch, choice, e)) {
        return false;
    }
    if (choice->stock) {
        return err_set(e, "gomm check reads what gomm's own runtime records; with the stock "
                          "runtime use gomm test");
    }
    if (!driver_go_supported(&c->go, e)) {
        return false;
    }
    if (!c->go.asked) {
        return err_set(e, "go env: %.*s", STR_ARG(c->go.trouble));
    }
    return (!c->profile || cmd_heap_check(c->profile, e)) && io_cwd(&c->arena, &c->report.dir, e);
}

/* In a build without the race detector, and before it runs. */
static void check_cost(struct check *c)
{
    struct cmd_check_cost x = {&c->report, &c->bench, c->profile, c->fix, c->api};
    argv_release(&c->bench.first_args); /* -run and the like are for the tests */
    c->bench.go = c->go;
    c->bench.load = c->load;
    c->bench.load.race = false;
    c->bench.progress = c->progress;
    for (size_t i = 0; i < c->patterns.n; i++) {
        vec_push_in(&c->bench.arena, &c->bench.patterns, c->patterns.v[i]);
    }
    if (c->bench.benchtime.n == 0) {
        c->bench.benchtime = STR(CHECK_BENCHTIME);
    }
    cmd_check_cost(&x);
}

/* What is wanted, and no more: *events is NULL afterwards if no tests ran. */
static bool check_work(struct check *c, const struct driver_choice *choice, const char **events, struct err *e)
{
    bool runs = cmd_gate_wants(&c->gate, "RACE") || cmd_gate_wants(&c->gate, "SHARE");
    c->load.bodies_of_deps = true;
    proc_hold();
    cmd_progress_show(&c->progress, "reading the source");
    cmd_check_survey(&c->survey, &c->load, c->patterns.v, c->patterns.n, &c->gate);
    if (cmd_gate_wants(&c->gate, "ESC") || !runs) {
        cmd_check_escape(&(struct cmd_check_escape){.report = &c->report,
                                                    .gate = &c->gate,
                                                    .config = &c->load,
                                                    .patterns = c->patterns.v,
                                                    .n_patterns = c->patterns.n,
                                                    .alone = !runs});
        check_cost(c);
    }
    if (!runs) {
        *events = NULL;
        cmd_progress_erase(&c->progress);
        return true;
    }
    u64 start = base_now_ns();
    bool ok = check_run(c, choice, *events, e);
    struct report_phase tests = {STR("tests"), (double)(base_now_ns() - start) / 1e9};
    vec_push_in(&c->arena, &c->report.phases, tests);
    return ok;
}

int cmd_check(char *const *args)
{
    enum { DRAW_EVERY_NS = 100 * 1000 * 1000 };
    struct check *c = mem_zalloc(sizeof *c);
    struct driver_choice choice;
    struct err e;
    int status;
    cmd_output_begin(&c->report, &c->arena, "check", args);
    c->log.arena = &c->arena;
    driver_gotest_init(&c->tests);
    if (check_parse(c, args, &status) == 0) {
        const char *dir = NULL, *events = NULL;
        bool ok = check_prepare(c, &choice, &e) && (dir = io_temp_dir("gomm-check-", &e)) != NULL;
        if (ok) {
            events = str_cstr(&c->arena, path_join(&c->arena, str_of(dir), STR("events.jsonl")));
            c->progress = (struct cmd_progress){.on = term_is_smart(STDERR_FILENO) && !c->verbose, .every_ns = DRAW_EVERY_NS};
            cmd_output_go(&c->report, &c->go);
            if (c->patterns.n == 0) {
                vec_push_in(&c->arena, &c->patterns, STR("."));
            }
            ok = cmd_gate_known(&c->gate, "check", args, c->report.dir, &e) && check_work(c, &choice, &events, &e);
        }
        status = ok ? check_report(c, dir, events) : cmd_fail_err(&e);
    }
    if (proc_interrupted()) {
        proc_die(proc_interrupted());
    }
    cmd_check_survey_end(&c->survey);
    driver_gotest_release(&c->tests);
    race_log_release(&c->log);
    argv_release(&c->go_args);
    argv_release(&c->load_args);
    cmd_bench_release(&c->bench);
    arena_release(&c->arena);
    mem_free(c);
    return status;
}
