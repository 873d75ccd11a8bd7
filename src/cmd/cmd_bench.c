/* gomm bench: benchmarks, and where what they allocate comes from: flags, packages, the order of things. */
#include "cmd/cmd_bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/term.h"
#include "driver/driver_goflags.h"

/* ---- flags ---- */

/* Flags of go test that would make it something else than a run of benchmarks here. */
static bool bench_is_refused(str name)
{
    static const char *const refused[] = {"c", "exec", "i", "json", "list", "n", "vet", "C", "fuzz", "work"};

    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (str_is(name, refused[i])) {
            return true;
        }
    }
    return false;
}

enum bench_flag_to { TO_BUILD, TO_FIRST, TO_ALL };

/* For the build, for the first run only (profiles, which tests to run), or for every run. */
static enum bench_flag_to bench_flag_to(str name)
{
    static const char *const first[] = {"blockprofile", "blockprofilerate", "coverprofile", "cpuprofile", "failfast",
                                        "memprofile", "memprofilerate", "mutexprofile", "mutexprofilefraction",
                                        "outputdir", "run", "shuffle", "skip", "trace", "v"};
    static const char *const all[] = {"fullpath", "parallel", "short"};

    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        if (str_is(name, first[i])) {
            return TO_FIRST;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(name, all[i])) {
            return TO_ALL;
        }
    }
    return TO_BUILD;
}

static bool bench_known_flag(struct cmd_bench *c, str name, str value, bool *taken, struct err *e)
{
    u64 n;

    *taken = true;
    if (str_is(name, "bench")) {
        c->bench = value;
    } else if (str_is(name, "benchtime")) {
        c->benchtime = value;
    } else if (str_is(name, "cpu")) {
        c->cpu = value;
    } else if (str_is(name, "timeout")) {
        c->timeout = value;
    } else if (str_is(name, "count")) {
        if (!str_u64(value, &n) || n == 0 || n > 100000) {
            return err_set(e, "invalid value \"%.*s\" for flag -count", STR_ARG(value));
        }
        c->count = (u32)n;
    } else if (!str_is(name, "benchmem")) { /* which is on */
        *taken = false;
    }
    return true;
}

int cmd_bench_flag(void *ctx, char *const *args, size_t *i, struct err *e)
{
    struct cmd_bench *c = ctx;
    struct driver_flag f;

    if (strcmp(args[*i], "--") == 0 || strcmp(args[*i], "-args") == 0 || strcmp(args[*i], "--args") == 0) {
        while (args[++*i]) {
            argv_push(&c->run_args, args[*i]);
        }
        return 1;
    }
    if (!driver_flag_parse(args[*i], &f)) {
        vec_push_in(&c->arena, &c->patterns, str_of(args[(*i)++]));
        return 1;
    }
    enum driver_flag_kind kind = driver_flag_kind(DRIVER_TEST, f.name);
    str name = f.name;
    str_cut_prefix(&name, STR("test."));
    if (kind == DRIVER_FLAG_UNKNOWN || bench_is_refused(name)) {
        return 0;
    }
    bool next = kind == DRIVER_FLAG_VALUE && !f.has_value, taken;
    if (next && !args[*i + 1]) {
        err_set(e, "flag needs an argument: -%.*s", STR_ARG(f.name));
        return -1;
    }
    str value = next ? str_of(args[*i + 1]) : f.value;
    *i += next ? 2 : 1;
    if (!bench_known_flag(c, name, value, &taken, e)) {
        return -1;
    }
    if (taken) {
        return 1;
    }
    bool with = next || f.has_value;
    enum bench_flag_to to = bench_flag_to(name);
    argv_pushf(to == TO_BUILD ? &c->build_args : to == TO_ALL ? &c->run_args : &c->first_args, "-%s%.*s%s%.*s",
               to == TO_BUILD ? "" : "test.", STR_ARG(name), with ? "=" : "", STR_ARG(value));
    c->verbose |= str_is(name, "v");
    if (str_is(name, "tags")) {
        c->load.tags = value;
    } else if (str_is(name, "mod")) {
        c->load.mod = value;
    } else if (str_is(name, "overlay")) {
        c->load.overlay = value;
    } else if (str_is(name, "race")) {
        c->load.race = true;
    }
    return 1;
}

/* 0: go on; otherwise the command ends with *status. */
static int bench_parse(struct cmd_bench *c, char *const *args, int *status)
{
    enum { OWN = 9 };
    struct cmd_flag flags[OWN + CMD_OUTPUT_FLAGS + CMD_GATE_CODE_FLAGS] = {
        {"C", CMD_FLAG_STRING, &c->chdir},          {"compare", CMD_FLAG_STRING, &c->compare},
        {"budget", CMD_FLAG_STRING, &c->budget},    {"update", CMD_FLAG_BOOL, &c->update},
        {"o", CMD_FLAG_STRING, &c->profile},        {"no-sites", CMD_FLAG_BOOL, &c->no_sites},
        {"no-gc", CMD_FLAG_BOOL, &c->no_gc},        {"why", CMD_FLAG_BOOL, &c->why},
        {"all", CMD_FLAG_BOOL, &c->all_sites},
    };
    struct err e;

    cmd_output_flags(&c->output, flags + OWN);
    cmd_gate_flags(&c->gate, flags + OWN + CMD_OUTPUT_FLAGS, CMD_GATE_CODE_FLAGS);
    if (cmd_flags_mixed("bench", flags, ARRAY_LEN(flags), args, cmd_bench_flag, c, status) < 0) {
        return -1;
    }
    if (c->update && !c->budget) {
        *status = cmd_usage("bench", "-update wants -budget FILE: that is what it writes");
        return -1;
    }
    if (!cmd_output_check(&c->output, &e) || !cmd_gate_check(&c->gate, &c->report, &e)) {
        *status = cmd_usage("bench", "%s", e.text);
        return -1;
    }
    return 0;
}

/* ---- packages ---- */

bool cmd_bench_list(struct cmd_bench *c, struct err *e)
{
    struct argv argv = {0};
    struct proc_result r;
    str line, field[4];

    argv_push_str(&argv, c->go.path);
    argv_push(&argv, "list");
    argv_push(&argv, "-e");
    argv_push_all(&argv, argv_get(&c->build_args));
    argv_push(&argv, "-f={{.ImportPath}}\t{{.Dir}}\t{{with .Module}}{{if .Main}}{{.Path}}{{end}}{{end}}\t"
                     "{{len .TestGoFiles}}{{len .XTestGoFiles}}{{with .Error}} {{.}}{{end}}");
    argv_push(&argv, "--");
    for (size_t i = 0; i < c->patterns.n; i++) {
        argv_push_str(&argv, c->patterns.v[i]);
    }
    struct proc_opts o = {.argv = argv_get(&argv), .in = PROC_NULL, .out = PROC_CAPTURE, .err = PROC_CAPTURE};
    bool ok = proc_run(&c->arena, &o, &r, e);
    argv_release(&argv);
    if (!ok) {
        return false;
    }
    fwrite(r.err.p, 1, r.err.n, stderr);
    if (r.status != 0) {
        return err_set(e, "go list: %.*s", STR_ARG(proc_status_text(&c->arena, &r)));
    }
    while (str_next_line(&r.out, &line)) {
        str rest = line;
        for (int i = 0; i < 4; i++) {
            str_cut(rest, STR("\t"), &field[i], &rest);
        }
        if (field[0].n == 0 || field[3].n == 0) {
            continue; /* the rest of an error of several lines */
        }
        struct cmd_bench_package p = {.path = field[0], .dir = field[1], .module = field[2]};
        if (str_is(field[3], "00")) {
            p.built = BENCH_NO_TESTS;
        }
        vec_push_in(&c->arena, &c->packages, p);
        str own = p.module.n > 0 ? p.module : p.path;
        bool known = false;
        for (size_t i = 0; i < c->own.n; i++) {
            known |= str_eq(c->own.v[i], own);
        }
        if (!known) {
            vec_push_in(&c->arena, &c->own, own);
        }
    }
    return c->packages.n > 0 || err_set(e, "no packages match");
}

/* ---- one package ---- */

void cmd_bench_progress(void *ctx, str what)
{
    struct cmd_bench *c = ctx;
    if (what.n == 0) {
        cmd_progress_erase(&c->progress);
        return;
    }
    cmd_progress_show(&c->progress, "%.*s", STR_ARG(what));
}

static bool bench_on_output(void *ctx, const struct bench_output *o)
{
    if (o->results.n > 0) {
        cmd_bench_progress(ctx, o->results.v[o->results.n - 1].line);
    }
    return true;
}

static void bench_reasons(struct cmd_bench *c, struct cmd_bench_package *p)
{
    p->reasons = ARENA_ARRAY(&c->arena, struct cmd_bench_reason *, p->m.n);
    for (u32 i = 0; i < p->m.n; i++) {
        const struct bench_sites *s = &p->m.v[i].sites;
        p->reasons[i] = ARENA_ARRAY(&c->arena, struct cmd_bench_reason, s->n);
        for (u32 k = 0; k < s->n; k++) {
            cmd_bench_reason(c, &s->v[k], &p->reasons[i][k]);
        }
    }
}

static void bench_measure_package(struct cmd_bench *c, struct cmd_bench_package *p, const struct bench_binary *bin,
                                  const char *tmp)
{
    struct argv first = {0};

    argv_push_all(&first, argv_get(&c->run_args));
    argv_push_all(&first, argv_get(&c->first_args));
    struct bench_measure m = {
        .run = {.bin = bin, .bench = c->bench, .benchtime = c->benchtime, .cpu = c->cpu, .count = c->count,
                .timeout = c->timeout, .args = argv_get(&first), .on_output = bench_on_output, .ctx = c},
        .args = argv_get(&c->run_args),
        .own = c->own.v,
        .n_own = (u32)c->own.n,
        .no_sites = c->no_sites,
        .no_gc = c->no_gc,
        .tmp = tmp,
        .on_step = cmd_bench_progress,
        .ctx = c,
    };
    p->ran = bench_measure(&c->arena, &m, &p->m, &p->err);
    cmd_progress_erase(&c->progress);
    argv_release(&first);
    if (p->ran) {
        c->n_benchmarks += p->m.n;
        c->failed |= p->m.ran.out.failed || (p->m.ran.proc.status != 0 && !p->m.interrupted);
        bench_reasons(c, p);
    }
}

void cmd_bench_package(struct cmd_bench *c, struct cmd_bench_package *p)
{
    struct bench_binary bin;
    const char *tmp = NULL;

    if (p->built == BENCH_NO_TESTS) {
        return;
    }
    tmp = io_temp_dir("gomm-bench-", &p->err);
    p->built = BENCH_BUILD_FAILED;
    if (tmp) {
        struct bench_build b = {.go = c->go.path, .package = p->path, .args = argv_get(&c->build_args), .dir = p->dir};
        char *out = str_cstr(&c->arena, path_join(&c->arena, str_of(tmp), STR("bench.test")));
        cmd_bench_progress(c, str_fmt(&c->arena, "building the test of %.*s", STR_ARG(p->path)));
        p->built = bench_build(&c->arena, &b, out, &bin, &p->said, &p->err);
        cmd_progress_erase(&c->progress);
    }
    if (p->built == BENCH_BUILT && !proc_interrupted()) {
        bench_measure_package(c, p, &bin, tmp);
    }
    c->broken |= p->built == BENCH_BUILD_FAILED || (p->built == BENCH_BUILT && !p->ran && !proc_interrupted());
    if (tmp) {
        io_temp_remove(tmp);
    }
}

/* ---- the command ---- */

static bool bench_prepare(struct cmd_bench *c, struct err *e)
{
    if (c->chdir && chdir(c->chdir) != 0) {
        return err_os(e, errno, "chdir %s", c->chdir);
    }
    if (!driver_go_find(&c->arena, NULL, &c->go, e)) {
        return false;
    }
    if (!c->go.asked) {
        return err_set(e, "go env: %.*s", STR_ARG(c->go.trouble));
    }
    if (c->patterns.n == 0) {
        vec_push_in(&c->arena, &c->patterns, STR("."));
    }
    cmd_output_go(&c->report, &c->go);
    c->color = term_has_color(STDOUT_FILENO);
    return io_cwd(&c->arena, &c->report.dir, e) && (!c->compare || cmd_bench_read_old(c, e)) && cmd_bench_list(c, e);
}

static bool bench_wants_text(const struct cmd_bench *c)
{
    return !c->output.json && !c->output.sarif && !c->output.github;
}

/* What goes wrong in a package is said on standard error at once, as go test does on standard output. */
static void bench_complain(const struct cmd_bench_package *p)
{
    if (p->built == BENCH_BUILD_FAILED) {
        fwrite(p->said.p, 1, p->said.n, stderr);
        fprintf(stderr, "gomm: %s\n", p->err.text);
    } else if (p->built == BENCH_BUILT && !p->ran && !proc_interrupted()) {
        fprintf(stderr, "gomm: %s\n", p->err.text);
    }
}

static bool bench_flush(struct cmd_bench *c)
{
    bool ok = cmd_print(strbuf_str(&c->out));

    strbuf_reset(&c->out);
    return ok;
}

static int bench_finish(struct cmd_bench *c)
{
    struct err e;
    bool ok = true;

    if (!cmd_bench_budgets(c, &e)) {
        cmd_fail_err(&e);
        ok = false;
    }
    if (c->profile && !cmd_bench_profile(c, &e)) {
        cmd_fail_err(&e);
        ok = false;
    }
    cmd_gate_mark(&c->gate, &c->report);
    bool exceeded = cmd_gate_end(&c->gate, &c->report) != BASE_EXIT_CLEAN;
    if (proc_interrupted()) {
        report_note(&c->report, "interrupted: this is what was measured up to then");
    }
    c->report.status = c->broken || !ok ? BASE_EXIT_FAILURE : c->failed || exceeded ? BASE_EXIT_FINDINGS : BASE_EXIT_CLEAN;
    if (c->output.json) {
        cmd_bench_json(c, &c->out);
    } else if (bench_wants_text(c)) {
        if (c->compare) {
            cmd_bench_text_compare(c);
        }
        if (finding_count(&c->report.findings, FINDING_NOTE) > 0) {
            report_text(&c->report, &(struct report_text_opts){.color = c->color, .excerpts = c->color}, &c->out);
        }
        if (c->n_benchmarks == 0 && !c->broken && !proc_interrupted()) {
            fprintf(stderr, "gomm: no benchmarks ran%s%.*s%s\n", c->bench.n ? " that match " : "", STR_ARG(c->bench),
                    c->failed ? ", something failed" : "");
        }
    }
    bool html_written;
    cmd_bench_report(c);
    ok = (c->output.sarif || c->output.github ? cmd_output_show(&c->output, &c->report)
                                              : cmd_output_files(&c->output, &c->report, &html_written)) &&
         ok;
    ok = bench_flush(c) && ok;
    return ok ? c->report.status : BASE_EXIT_FAILURE;
}

static int bench_main(struct cmd_bench *c)
{
    struct err e;
    bool head = false;

    if (!bench_prepare(c, &e)) {
        return cmd_fail_err(&e);
    }
    proc_hold();
    c->progress.on = term_is_smart(STDERR_FILENO);
    if (!c->no_sites) {
        c->escapes = cmd_bench_escapes_new(c);
    }
    for (size_t i = 0; i < c->packages.n && !proc_interrupted(); i++) {
        struct cmd_bench_package *p = &c->packages.v[i];
        cmd_bench_package(c, p);
        bench_complain(p);
        if (bench_wants_text(c)) {
            if (!head && p->ran) {
                strbuf_printf(&c->out, "goos: %.*s\ngoarch: %.*s\n", STR_ARG(c->go.goos), STR_ARG(c->go.goarch));
                head = true;
            }
            cmd_bench_text_package(c, p);
            if (!bench_flush(c)) {
                return BASE_EXIT_FAILURE;
            }
        }
    }
    return bench_finish(c);
}

void cmd_bench_release(struct cmd_bench *c)
{
    for (size_t i = 0; i < c->packages.n; i++) {
        if (c->packages.v[i].ran) {
            bench_ran_release(&c->packages.v[i].m.ran);
        }
    }
    cmd_bench_escapes_free(c->escapes);
    argv_release(&c->build_args);
    argv_release(&c->run_args);
    argv_release(&c->first_args);
    strmap_release(&c->old.series);
    strbuf_release(&c->out);
    arena_release(&c->arena);
}

int cmd_bench(char *const *args)
{
    struct cmd_bench *c = mem_zalloc(sizeof *c);
    int status;

    cmd_output_begin(&c->report, &c->arena, "bench", args);
    if (bench_parse(c, args, &status) == 0) {
        status = bench_main(c);
    }
    if (proc_interrupted()) {
        proc_die(proc_interrupted());
    }
    cmd_bench_release(c);
    mem_free(c);
    return status;
}
