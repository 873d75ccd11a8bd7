#include "cmd/cmd_share_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd_bench.h"
#include "gomm/events.h"
#include "share/share_replay.h"

/* How long a benchmark runs: as it is, and how much of that work is then done under the runtime's eyes, where it takes
 * about twenty times as long. */
#define SHARE_NATIVE_TIME "60ms"
#define SHARE_NATIVE_NS   60000000000u /* after which no other process is begun */
enum { SHARE_NATIVE_COUNT = 7, SHARE_SEEN_NS = 30 * 1000 * 1000, SHARE_MOST_RUNS = 100, SHARE_TRIES = 3, SHARE_ONE_MS = 20000 };
/* Where others have that many processors busy, both sides of a line seldom run at once. */
#define SHARE_BUSY 0.3

static void run_progress(struct cmd_share_run *r, const char *what, str package)
{
    if (r->progress) {
        r->progress(r->ctx, what, package);
    }
}

static bool run_build(struct cmd_share_run *r, str path, str dir, bool observed, struct bench_binary *bin, bool *none)
{
    struct argv args = {0};
    struct err e;
    str toolexec, said = {0};
    bool ok = true;
    if (observed) {
        ok = driver_toolexec_flag(r->arena, r->choice, (str){0}, &toolexec, &e);
        argv_push(&args, "-race");
        argv_pushf(&args, "-toolexec=%.*s", STR_ARG(toolexec));
    }
    struct bench_build b = {.go = r->go->path,
                            .package = path,
                            .dir = dir,
                            .tags = r->tags,
                            .mod = r->mod,
                            .overlay = r->overlay,
                            .args = argv_get(&args)};
    str out = path_join(r->arena, str_of(r->dir), observed ? STR("observed.test") : STR("native.test"));
    enum bench_built built = ok ? bench_build(r->arena, &b, out.p, bin, &said, &e) : BENCH_BUILD_FAILED;
    argv_release(&args);
    *none = built == BENCH_NO_TESTS;
    if (built == BENCH_BUILD_FAILED) {
        struct report_failure f = {.package = path, .output = said.n > 0 ? said : str_dup(r->arena, str_of(e.text))};
        vec_push_in(r->arena, &r->report->failures, f);
    }
    if (built == BENCH_BUILT && !bench_through(r->arena, r->exec, bin, &e)) {
        report_note(r->report, "%s", e.text);
        return false;
    }
    return built == BENCH_BUILT;
}

str cmd_share_exactly(struct arena *a, str name)
{
    struct strbuf b = {0};
    str rest = name, part;
    for (bool first = true; str_next_sep(&rest, '/', &part); first = false) {
        strbuf_puts(&b, first ? "^" : "/^");
        for (size_t i = 0; i < part.n; i++) {
            if (strchr("\\.+*?()|[]{}^$", part.p[i])) {
                strbuf_putc(&b, '\\');
            }
            strbuf_putc(&b, part.p[i]);
        }
        strbuf_putc(&b, '$');
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* One process under observation.  name is for people; n: iterations, 0: unknown.  True if it is worth while to look
 * again, longer: nothing was seen, and the machine was busy with other things. */
static bool run_observe(struct cmd_share_run *r, const struct bench_binary *bin, str package, str name, str bench,
                        str benchtime, str cpu, char *const *args, double native_ns, u64 n, bool may_repeat, bool first)
{
    struct arena *a = r->arena;
    str events = path_join(a, str_of(r->dir), STR("events.jsonl"));
    struct argv env = {0};
    struct bench_ran ran;
    struct err e;
    io_remove(events.p, NULL);
    argv_env(&env);
    argv_setenv(&env, GOMM_EVENTS_ENV, events.p);
    argv_setenv(&env, "GOMM", "share");
    struct bench_run o = {.bin = bin,
                          .bench = bench,
                          .benchtime = benchtime,
                          .cpu = cpu,
                          .no_benchmem = true,
                          .args = args,
                          .env = argv_get(&env)};
    if (!bench_run(a, &o, &ran, &e)) {
        report_note(r->report, "%.*s: %s", STR_ARG(package), e.text);
        argv_release(&env);
        return false;
    }
    argv_release(&env);
    struct share_seen seen = {
        .log = {.arena = a}, .package = package, .bench = name, .native_ns = native_ns, .n = n};
    if (io_exists(events.p) && !share_log_file(&seen.log, events.p, &e)) {
        report_note(r->report, "the event file cannot be read: %s", e.text);
    }
    if (seen.log.bad_lines > 0) {
        report_note(r->report, "%llu line%s of the event file could not be read (%.*s)",
                    (unsigned long long)seen.log.bad_lines, seen.log.bad_lines == 1 ? "" : "s",
                    STR_ARG(seen.log.first_bad));
    }
    if (n > 0 && ran.out.results.n == 1) {
        seen.n = ran.out.results.v[0].n;
    }
    r->n_benchmarks += (u32)ran.out.results.n;
    /* With one processor seen where there should be more, its goroutines never ran side by side: chance, perhaps. */
    bool chance = first && seen.log.processes.n > 0 && seen.log.processes.v[0].processors < 2 && share_replay_processors() > 1;
    bool again =
        may_repeat && seen.log.lines.n == 0 && (ran.others > SHARE_BUSY || chance) && !proc_interrupted();
    if (!again) {
        cmd_bench_failures(r->report, package, &ran);
        vec_push_in(a, &r->seen, seen);
    }
    bench_ran_release(&ran);
    return again;
}

struct run_native {
    str name, base;
    u32 procs;
    double ns;
    double each[2 * SHARE_NATIVE_COUNT]; /* in processes of their own, of which there were n */
    u32 n;
};
typedef VEC(struct run_native) run_natives;

static int run_double_cmp(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

static void run_native_add(struct arena *a, const struct bench_result *res, run_natives *out)
{
    size_t i = 0;
    double ns;
    if (!bench_result_get(res, STR("ns/op"), &ns)) {
        return;
    }
    while (i < out->n && !str_eq(out->v[i].name, res->name)) {
        i++;
    }
    if (i == out->n) {
        vec_push_in(a, out, (struct run_native){.name = str_dup(a, res->name), .base = str_dup(a, res->base), .procs = res->procs});
    }
    struct run_native *n = &out->v[i];
    if (n->n < ARRAY_LEN(n->each)) {
        n->each[n->n++] = ns;
    }
}

static double run_median(struct run_native *n)
{
    qsort(n->each, n->n, sizeof *n->each, run_double_cmp);
    return n->n > 0 ? n->each[n->n / 2] : 0;
}

/* One process with benchmarks as they are; false if it is not worth while to start another.  quiet: what fails was told
 * before.  timeout_ms 0: none. */
static bool run_process(struct cmd_share_run *r, const struct bench_binary *bin, str package, str bench, str cpu, u64 timeout_ms,
                        bool quiet, run_natives *out)
{
    struct bench_run o = {.bin = bin, .bench = bench, .benchtime = STR(SHARE_NATIVE_TIME), .cpu = cpu,
                          .no_benchmem = true, .timeout_ms = timeout_ms};
    struct bench_ran ran;
    struct err e;
    if (!bench_run(r->arena, &o, &ran, &e)) {
        if (!quiet) {
            report_note(r->report, "%.*s: %s", STR_ARG(package), e.text);
        }
        return false;
    }
    if (!quiet) {
        cmd_bench_failures(r->report, package, &ran);
    }
    for (size_t k = 0; k < ran.out.results.n; k++) {
        run_native_add(r->arena, &ran.out.results.v[k], out);
    }
    bench_ran_release(&ran);
    return true;
}

/* The benchmarks with their native time: the median of a few processes.  (What they allocate lies elsewhere in the second
 * round of a process, and so shares other lines, or none.) */
static void run_natively(struct cmd_share_run *r, const struct bench_binary *bin, str package, run_natives *out)
{
    u64 start = base_now_ns();
    for (u32 i = 0; i < SHARE_NATIVE_COUNT && !proc_interrupted(); i++) {
        if ((i > 0 && base_now_ns() - start > SHARE_NATIVE_NS) ||
            !run_process(r, bin, package, r->bench, r->cpu, 0, i > 0, out)) {
            break;
        }
    }
    for (size_t i = 0; i < out->n; i++) {
        out->v[i].ns = run_median(&out->v[i]);
    }
}

/* A benchmark in which lines are fought for: how long the work takes on one processor, where none is, and in turn with that
 * once more how long it takes on all.  What the fight costs changes from second to second, with what the host does with its
 * processors, so the median is over all of that time. */
static void run_again(struct cmd_share_run *r, const struct bench_binary *bin, str package, struct run_native *b,
                      struct share_seen *seen)
{
    str exactly = cmd_share_exactly(r->arena, b->base), cpu = str_fmt(r->arena, "%u", b->procs);
    run_natives alone = {0}, all = {0};
    u64 start = base_now_ns();
    for (u32 i = 0; i < SHARE_NATIVE_COUNT && !proc_interrupted() && base_now_ns() - start < SHARE_NATIVE_NS; i++) {
        if (!run_process(r, bin, package, exactly, STR("1"), SHARE_ONE_MS, true, &alone) ||
            !run_process(r, bin, package, exactly, cpu, SHARE_ONE_MS, true, &all)) {
            break;
        }
    }
    for (u32 i = 0; all.n == 1 && i < all.v[0].n && b->n < ARRAY_LEN(b->each); i++) {
        b->each[b->n++] = all.v[0].each[i];
    }
    seen->native_ns = run_median(b);
    seen->serial_ns = alone.n == 1 ? run_median(&alone.v[0]) : 0;
}

static void run_tests(struct cmd_share_run *r, const struct bench_binary *bin, str package)
{
    char *args[3] = {NULL};
    args[0] = str_cstr(r->arena, str_fmt(r->arena, "-test.run=%.*s", STR_ARG(r->run)));
    args[1] = str_cstr(r->arena, STR("-test.count=1"));
    run_progress(r, "observing the tests of", package);
    run_observe(r, bin, package, (str){0}, STR("^$"), (str){0}, r->cpu, args, 0, 0, false, false);
}

/* All benchmarks at once; whether there is any. */
static bool run_quick(struct cmd_share_run *r, const struct bench_binary *bin, str package)
{
    static const char *const times[SHARE_TRIES] = {"100ms", "500ms", "3s"};
    u32 n = r->n_benchmarks;
    run_progress(r, "observing", package);
    for (u32 i = 0; i < SHARE_TRIES; i++) {
        str benchtime = r->benchtime.n > 0 ? r->benchtime : str_of(times[i]);
        if (!run_observe(r, bin, package, (str){0}, r->bench, benchtime, r->cpu, NULL, 0, 0, i + 1 < SHARE_TRIES, i == 0)) {
            break;
        }
    }
    return r->n_benchmarks > n;
}

void cmd_share_package(struct cmd_share_run *r, str path, str dir)
{
    struct bench_binary native, observed;
    struct report_package rp = {.path = path, .status = REPORT_PASS};
    run_natives all = {0};
    bool none = false;
    u64 start = base_now_ns();
    run_progress(r, "building", path);
    if ((!r->quick && !run_build(r, path, dir, false, &native, &none)) || !run_build(r, path, dir, true, &observed, &none)) {
        rp.status = none ? REPORT_NO_TESTS : REPORT_BUILD_FAILED;
        vec_push_in(r->arena, &r->report->packages, rp);
        return;
    }
    size_t failures = r->report->failures.n;
    bool only_tests = r->run.n > 0 && r->bench.n == 0;
    bool any = false;
    if (r->quick && !only_tests) {
        any = run_quick(r, &observed, path);
    } else if (!only_tests) {
        run_progress(r, "measuring", path);
        run_natively(r, &native, path, &all);
        any = all.n > 0;
    }
    if (r->run.n > 0 || !any) {
        run_tests(r, &observed, path);
    }
    if (all.n > SHARE_MOST_RUNS) {
        report_note(r->report, "%.*s has %zu benchmarks; the first %d are observed, -bench chooses", STR_ARG(path), all.n,
                    SHARE_MOST_RUNS);
    }
    for (size_t i = 0; i < all.n && i < SHARE_MOST_RUNS && !proc_interrupted(); i++) {
        struct run_native *b = &all.v[i];
        double n = SHARE_SEEN_NS / (b->ns > 1e-3 ? b->ns : 1e-3);
        u64 times = n < 1 ? 1 : n > 1e8 ? 100000000 : (u64)n;
        str cpu = str_fmt(r->arena, "%u", b->procs);
        run_progress(r, "observing", b->name);
        size_t before = r->seen.n;
        for (u32 tries = 1; tries <= SHARE_TRIES; tries++, times *= 3) {
            str benchtime = r->benchtime.n > 0 ? r->benchtime : str_fmt(r->arena, "%llux", (unsigned long long)times);
            if (!run_observe(r, &observed, path, b->name, cmd_share_exactly(r->arena, b->base), benchtime, cpu, NULL, b->ns, times,
                             tries < SHARE_TRIES && r->benchtime.n == 0, tries == 1)) {
                break;
            }
        }
        if (r->seen.n > before && vec_last(&r->seen).log.lines.n > 0 && b->procs > 1) {
            run_again(r, &native, path, b, &vec_last(&r->seen));
        }
    }
    rp.seconds = (double)(base_now_ns() - start) / 1e9;
    rp.status = r->report->failures.n > failures ? REPORT_FAIL : REPORT_PASS;
    vec_push_in(r->arena, &r->report->packages, rp);
}

bool cmd_share_again(struct cmd_share_run *r, const struct share_seen *seen, str overlay, struct share_seen *out)
{
    struct bench_binary bin;
    bool none;
    str name = seen->bench, before = r->overlay;
    i64 dash = str_find_last_byte(name, '-');
    u64 procs = 1;
    if (dash > 0 && str_u64(str_from(name, (size_t)dash + 1), &procs)) {
        name = str_slice(name, 0, (size_t)dash);
    }
    size_t n = r->seen.n, failures = r->report->failures.n;
    r->overlay = overlay;
    bool ok = run_build(r, seen->package, (str){0}, true, &bin, &none);
    r->overlay = before;
    if (ok) {
        run_observe(r, &bin, seen->package, seen->bench, cmd_share_exactly(r->arena, name),
                    str_fmt(r->arena, "%llux", (unsigned long long)seen->n), str_fmt(r->arena, "%llu", (unsigned long long)procs),
                    NULL, seen->native_ns, seen->n, false, false);
    }
    /* It is no run of the program as it is. */
    ok = ok && r->seen.n > n && r->report->failures.n == failures;
    if (ok) {
        *out = vec_last(&r->seen);
    }
    r->seen.n = n;
    r->report->failures.n = failures;
    return ok;
}
