/* bench_run.c: go test -c, and test binaries. */
#include "bench/bench_run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "base/quoted.h"

/* ---- building ---- */

static void build_flags(struct argv *argv, const struct bench_build *b)
{
    if (b->tags.n > 0) {
        argv_pushf(argv, "-tags=%.*s", STR_ARG(b->tags));
    }
    if (b->mod.n > 0) {
        argv_pushf(argv, "-mod=%.*s", STR_ARG(b->mod));
    }
    if (b->overlay.n > 0) {
        argv_pushf(argv, "-overlay=%.*s", STR_ARG(b->overlay));
    }
    if (b->args) {
        argv_push_all(argv, b->args);
    }
}

static bool build_go(struct arena *a, const struct bench_build *b, struct argv *argv, enum proc_stream err,
                     struct proc_result *r, struct err *e)
{
    struct proc_opts o = {
        .argv = argv_get(argv),
        .env = b->env,
        .cwd = b->cwd,
        .in = PROC_NULL,
        .out = PROC_CAPTURE,
        .err = err,
        .timeout_ms = b->timeout_ms,
    };
    bool ok = proc_run(a, &o, r, e);

    argv_release(argv);
    return ok;
}

static void build_go_start(struct argv *argv, const struct bench_build *b, const char *verb)
{
    *argv = (struct argv){0};
    argv_push_str(argv, b->go.n > 0 ? b->go : STR("go"));
    argv_push(argv, verb);
}

/* Which package it is and where it lies. */
static bool build_find(struct arena *a, const struct bench_build *b, struct bench_binary *bin, str *said, struct err *e)
{
    struct argv argv;
    struct proc_result r;
    str path, dir, rest;

    if (b->dir.n > 0) {
        bin->package = str_dup(a, b->package);
        bin->dir = str_dup(a, b->dir);
        return true;
    }
    build_go_start(&argv, b, "list");
    build_flags(&argv, b);
    argv_push(&argv, "-f={{.ImportPath}}\t{{.Dir}}");
    argv_push(&argv, "--");
    argv_push_str(&argv, b->package);
    if (!build_go(a, b, &argv, PROC_CAPTURE, &r, e)) {
        return false;
    }
    if (r.status != 0) {
        *said = r.err;
        return err_set(e, "go list %.*s: %.*s", STR_ARG(b->package), STR_ARG(proc_status_text(a, &r)));
    }
    if (!str_cut(str_trim(r.out), STR("\t"), &path, &rest) || !str_next_line(&rest, &dir) || str_trim(rest).n > 0) {
        return err_set(e, "%.*s is not one package", STR_ARG(b->package));
    }
    bin->package = path;
    bin->dir = dir;
    return true;
}

enum bench_built bench_build(struct arena *a, const struct bench_build *b, const char *out, struct bench_binary *bin,
                             str *said, struct err *e)
{
    struct argv argv;
    struct proc_result r;
    struct err err;
    str here, mine, text;

    e = e ? e : &err;
    said = said ? said : &mine;
    *said = (str){0};
    *bin = (struct bench_binary){0};
    if (!build_find(a, b, bin, said, e) || !io_cwd(a, &here, e)) {
        return BENCH_BUILD_FAILED;
    }
    bin->path = path_under(a, here, str_of(out));
    if (!io_remove(bin->path.p, e)) { /* what go does not write must not be taken for its work */
        return BENCH_BUILD_FAILED;
    }
    build_go_start(&argv, b, "test");
    argv_push(&argv, "-c");
    argv_push(&argv, "-o");
    argv_push_str(&argv, bin->path);
    build_flags(&argv, b);
    argv_push_str(&argv, b->package); /* without "--" before it: for go test that ends the packages */
    if (!build_go(a, b, &argv, PROC_MERGE, &r, e)) {
        return BENCH_BUILD_FAILED;
    }
    *said = r.out;
    text = proc_status_text(a, &r);
    if (r.status != 0) {
        err_set(e, "go test -c %.*s: %.*s", STR_ARG(b->package), STR_ARG(text));
        return BENCH_BUILD_FAILED;
    }
    if (!io_exists(bin->path.p)) {
        err_set(e, "%.*s has no test files", STR_ARG(bin->package));
        return BENCH_NO_TESTS;
    }
    return BENCH_BUILT;
}

bool bench_through(struct arena *a, str exec, struct bench_binary *bin, struct err *e)
{
    str path = str_fmt(a, "%.*s.sh", STR_ARG(bin->path)), quoted;

    if (exec.n == 0) {
        return true;
    }
    str text = quoted_join(a, &bin->path, 1, &quoted, e)
                   ? str_fmt(a, "#!/bin/sh\nexec %.*s %.*s \"$@\"\n", STR_ARG(exec), STR_ARG(quoted))
                   : (str){0};
    if (text.n == 0 || !io_write_file(path.p, text, 0755, e)) {
        return err_prefix(e, "-exec: ");
    }
    bin->path = path;
    return true;
}

/* ---- running ---- */

/* Processor time that was spent by anything on the machine, in clock ticks; false: the kernel does not say. */
static bool run_machine_busy(u64 *ticks)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    str text, line, field;
    u64 v, sum = 0;
    bool ok = io_read_file(s.arena, "/proc/stat", &text, NULL) && str_next_line(&text, &line) &&
              str_next_field(&line, &field) && str_is(field, "cpu");

    /* user nice system idle iowait irq softirq steal; guest time is in user already (proc(5)) */
    for (int i = 0; ok && i < 8 && str_next_field(&line, &field); i++) {
        ok = str_u64(field, &v);
        sum += i == 3 || i == 4 ? 0 : v;
    }
    arena_scratch_end(s);
    *ticks = sum;
    return ok;
}

struct run_reader {
    const struct bench_run *r;
    struct bench_ran *out;
    struct strbuf text[2];
};

static bool run_on_output(void *ctx, int fd, str piece)
{
    struct run_reader *q = ctx;

    strbuf_put(&q->text[fd - 1], piece);
    if (fd == STDOUT_FILENO) {
        bench_output_feed(&q->out->out, piece);
        return !q->r->on_output || q->r->on_output(q->r->ctx, &q->out->out);
    }
    return true;
}

static void run_args(struct argv *argv, const struct bench_run *r)
{
    argv_push_str(argv, r->bin->path);
    argv_push(argv, "-test.run=^$");
    argv_pushf(argv, "-test.bench=%.*s", STR_ARG(r->bench.n > 0 ? r->bench : STR(".")));
    argv_pushf(argv, "-test.timeout=%.*s", STR_ARG(r->timeout.n > 0 ? r->timeout : STR("0")));
    argv_pushf(argv, "-test.count=%u", r->count > 0 ? r->count : 1);
    if (!r->no_benchmem) {
        argv_push(argv, "-test.benchmem");
    }
    if (r->benchtime.n > 0) {
        argv_pushf(argv, "-test.benchtime=%.*s", STR_ARG(r->benchtime));
    }
    if (r->cpu.n > 0) {
        argv_pushf(argv, "-test.cpu=%.*s", STR_ARG(r->cpu));
    }
    if (r->args) {
        argv_push_all(argv, r->args);
    }
}

bool bench_run(struct arena *a, const struct bench_run *r, struct bench_ran *out, struct err *e)
{
    struct run_reader q = {.r = r, .out = out};
    struct argv argv = {0};
    u64 before = 0, after = 0;

    *out = (struct bench_ran){.others = -1};
    bench_output_init(&out->out);
    run_args(&argv, r);
    struct proc_opts o = {
        .argv = argv_get(&argv),
        .env = r->env,
        .cwd = str_cstr(a, r->bin->dir),
        .in = PROC_NULL,
        .out = PROC_CAPTURE,
        .err = PROC_CAPTURE,
        .on_output = run_on_output,
        .ctx = &q,
        .timeout_ms = r->timeout_ms,
    };
    bool counted = run_machine_busy(&before);
    bool ok = proc_run(a, &o, &out->proc, e);
    if (ok) {
        counted = counted && run_machine_busy(&after);
        bench_output_end(&out->out);
        out->text = str_dup(a, strbuf_str(&q.text[0]));
        out->err = str_dup(a, strbuf_str(&q.text[1]));
        if (out->proc.status != 0) { /* a panic's text is there */
            bench_output_feed(&out->out, out->err);
            bench_output_end(&out->out);
        }
        double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);
        double others = (double)(after - before) * tick_ns - (double)(out->proc.user_ns + out->proc.sys_ns);
        /* A tick is 10 ms as a rule: of a short run it says nothing. */
        if (counted && out->proc.wall_ns > 0 && after >= before) {
            double slack = 2 * tick_ns;
            out->others = others > slack ? (others - slack) / (double)out->proc.wall_ns : 0;
        }
    }
    argv_release(&argv);
    strbuf_release(&q.text[0]);
    strbuf_release(&q.text[1]);
    return ok;
}

void bench_ran_release(struct bench_ran *r)
{
    bench_output_release(&r->out);
}
