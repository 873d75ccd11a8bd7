/* gomm share: runs benchmarks while the runtime looks at cache lines, and reports which variables share one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/term.h"
#include "cmd/cmd_gate.h"
#include "cmd/cmd_output.h"
#include "cmd/cmd_progress.h"
#include "cmd/cmd_share_cure.h"
#include "share/share_replay.h"
#include "share/share_static.h"
#include "types/layout_rows.h"

struct share {
    struct arena arena;
    struct cmd_output output;
    const char *chdir, *runtime, *patch, *bench, *run, *benchtime, *cpu, *tags, *mod, *overlay, *exec;
    bool write, verify, quick, statics;
    VEC(str) patterns;
    struct load_config config;
    struct driver_go go;
    struct driver_choice choice;
    struct load *load;
    struct program *prog;
    struct share_places places;
    struct cmd_share_run runs;
    struct cmd_share_cure cure;
    struct report report;
    struct cmd_progress progress;
    u64 runs_since;
    size_t n_done, n_packages; /* that are run */
    struct cmd_gate gate;
};

/* ---- the command line ---- */

static int share_package(void *ctx, char *const *args, size_t *i, struct err *e)
{
    struct share *s = ctx;
    (void)e;
    if (args[*i][0] == '-' && args[*i][1] != 0) {
        return 0;
    }
    vec_push_in(&s->arena, &s->patterns, str_of(args[(*i)++]));
    return 1;
}

static int share_parse(struct share *s, char *const *args, int *status)
{
    enum { OWN_FLAGS = 15 };
    struct cmd_flag flags[OWN_FLAGS + CMD_OUTPUT_FLAGS + CMD_GATE_FLAGS] = {
        {"C", CMD_FLAG_STRING, &s->chdir},
        {"bench", CMD_FLAG_STRING, &s->bench},
        {"run", CMD_FLAG_STRING, &s->run},
        {"benchtime", CMD_FLAG_STRING, &s->benchtime},
        {"cpu", CMD_FLAG_STRING, &s->cpu},
        {"tags", CMD_FLAG_STRING, &s->tags},
        {"mod", CMD_FLAG_STRING, &s->mod},
        {"overlay", CMD_FLAG_STRING, &s->overlay},
        {"w", CMD_FLAG_BOOL, &s->write},
        {"verify", CMD_FLAG_BOOL, &s->verify},
        {"exec", CMD_FLAG_STRING, &s->exec},
        {"quick", CMD_FLAG_BOOL, &s->quick},
        {"static", CMD_FLAG_BOOL, &s->statics},
        {"gomm.runtime", CMD_FLAG_STRING, &s->runtime},
        {"gomm.patch", CMD_FLAG_STRING, &s->patch},
    };
    struct err e;
    cmd_output_flags(&s->output, flags + OWN_FLAGS);
    cmd_gate_flags(&s->gate, flags + OWN_FLAGS + CMD_OUTPUT_FLAGS, CMD_GATE_FLAGS);
    if (cmd_flags_mixed("share", flags, ARRAY_LEN(flags), args, share_package, s, status) < 0) {
        return -1;
    }
    s->verify &= !s->quick;
    bool ok = cmd_output_check(&s->output, &e) && cmd_gate_check(&s->gate, &s->report, &e) && (!s->write || s->verify || err_set(&e, "-w writes what was verified: it goes without -verify=false and -quick"));
    if (!ok) {
        *status = cmd_usage("share", "%s", e.text);
        return -1;
    }
    return 0;
}

/* ---- progress ---- */

static void share_say(void *ctx, const char *what)
{
    struct share *s = ctx;
    cmd_progress_show(&s->progress, "%s", what);
}

static void share_progress(void *ctx, const char *what, str package)
{
    struct share *s = ctx;
    u64 now = base_now_ns();
    str left = cmd_progress_left(&s->arena, now - s->runs_since, s->n_done, s->n_packages);
    cmd_progress_show(&s->progress, "%s %.*s%.*s", what, STR_ARG(package), STR_ARG(left));
}

static void share_phase(struct share *s, const char *name, u64 since)
{
    struct report_phase p = {str_of(name), (double)(base_now_ns() - since) / 1e9};
    vec_push_in(&s->arena, &s->report.phases, p);
}

/* ---- the work ---- */

static bool share_prepare(struct share *s, struct err *e)
{
    if (s->chdir && chdir(s->chdir) != 0) {
        return err_os(e, errno, "chdir %s", s->chdir);
    }
    if (!driver_go_find(&s->arena, NULL, &s->go, e) ||
        !driver_choose_runtime(&s->arena, s->runtime, s->patch, &s->choice, e)) {
        return false;
    }
    if (s->choice.stock) {
        return err_set(e, "gomm share reads what gomm's own runtime records");
    }
    if (!driver_go_supported(&s->go, e)) {
        return false;
    }
    if (!s->go.asked) {
        return err_set(e, "go env: %.*s", STR_ARG(s->go.trouble));
    }
    return io_cwd(&s->arena, &s->report.dir, e);
}

/* From source: names, types, layout. */
static bool share_load(struct share *s, struct err *e)
{
    u64 start = base_now_ns();
    s->config = (struct load_config){.tests = true,
                                     .comments = true,
                                     .bodies_of_deps = true,
                                     .tags = str_of(s->tags),
                                     .mod = str_of(s->mod),
                                     .overlay = str_of(s->overlay)};
    struct pool *pool = pool_new(0);
    s->load = load_packages(&s->config, s->patterns.v, s->patterns.n, pool, e);
    if (s->load) {
        s->prog = check_load(s->load, pool, CHECK_FAKE_C, CHECK_FAKE_C);
        share_places_init(&s->places, &s->arena, s->prog);
    }
    pool_free(pool);
    share_phase(s, "source", start);
    return s->load != NULL;
}

static bool share_is_run(const struct load_package *p)
{
    return p->matched && p->variant == LOAD_PLAIN;
}

static void share_packages(struct share *s)
{
    u64 start = base_now_ns();
    for (u32 i = 0; i < s->load->n_errors; i++) {
        report_note(&s->report, "%.*s", STR_ARG(s->load->errors[i].text));
    }
    s->runs_since = start;
    for (u32 i = 0; i < s->load->n_pkgs; i++) {
        s->n_packages += share_is_run(s->load->pkgs[i]);
    }
    for (u32 i = 0; i < s->load->n_pkgs && !proc_interrupted(); i++) {
        if (share_is_run(s->load->pkgs[i])) {
            cmd_share_package(&s->runs, s->load->pkgs[i]->path, s->load->pkgs[i]->dir);
            s->n_done++;
        }
    }
    share_phase(s, "runs", start);
}

static void share_findings(struct share *s)
{
    struct share_findings found = {.arena = &s->arena};
    share_find(&s->places, s->runs.seen.v, s->runs.seen.n, &found);
    u64 start = base_now_ns();
    for (size_t i = 0; i < found.v.n; i++) {
        if (found.v.v[i].best->class == SHARE_CLASS_TRUE && !share_is_own(found.v.v[i].best)) {
            continue; /* the testing package's own, for example */
        }
        struct finding *f = share_tell(&found.v.v[i], s->report.dir, &s->report.findings);
        if (cmd_gate_passes(&s->gate, &s->report, f)) {
            cmd_share_cure(&s->cure, &found.v.v[i], &s->report.findings, f);
        }
    }
    if (s->statics) {
        share_static(&s->places, s->cure.line, &s->report.findings);
    }
    struct err e;
    if (!cmd_share_cure_end(&s->cure, &e)) {
        report_note(&s->report, "nothing is written: %s", e.text);
    }
    share_phase(s, "cures", start);
    if (share_replay_processors() < 2 || (s->cpu && strcmp(s->cpu, "1") == 0)) {
        report_note(&s->report, "with one processor no line is shared: nothing was to be seen");
    } else if (s->runs.seen.n == 0 && s->report.failures.n == 0) {
        report_note(&s->report, "no tests: nothing was run");
    }
    if (found.guarded > 0) {
        report_note(&s->report, "%llu line%s hold%s a mutex and what it guards: as it should be",
                    (unsigned long long)found.guarded, found.guarded == 1 ? "" : "s", found.guarded == 1 ? "s" : "");
    }
}

/* All benchmarks of a package show what they can; a choice of them, or none, nothing about the rest. */
static void share_gate_files(struct share *s)
{
    bool all = !s->bench && !s->run && !proc_interrupted() && s->report.failures.n == 0;
    cmd_gate_looked(&s->gate, "SHARE");
    for (u32 i = 0; i < s->load->n_pkgs; i++) {
        const struct load_package *p = s->load->pkgs[i];
        for (u32 k = 0; p->matched && k < p->n_files; k++) {
            cmd_gate_file(&s->gate, p->files[k].path);
            if (all) {
                cmd_gate_saw(&s->gate, "SHARE", p->files[k].path, true);
            }
        }
    }
}

static int share_finish(struct share *s)
{
    struct report *r = &s->report;
    cmd_progress_erase(&s->progress);
    if (proc_interrupted()) {
        report_note(r, "interrupted: this is what was found up to then");
    }
    finding_sort(&r->findings);
    struct err e;
    cmd_gate_mark(&s->gate, r);
    bool ok = cmd_gate_write(&s->gate, r, &e) || cmd_fail_err(&e) == BASE_EXIT_CLEAN;
    int status = cmd_gate_end(&s->gate, r);
    if (!cmd_output_show(&s->output, r) || !ok) {
        return BASE_EXIT_FAILURE;
    }
    bool text = !s->output.json && !s->output.sarif && !s->output.github;
    if (text && s->cure.diff.n > 0) {
        if (s->cure.written) {
            return cmd_print(STR("written: the verified fixes\n")) ? status : BASE_EXIT_FAILURE;
        }
        str d = str_fmt(&s->arena, "\n%.*s", STR_ARG(s->cure.diff));
        return cmd_print(d) ? status : BASE_EXIT_FAILURE;
    }
    return status;
}

int cmd_share(char *const *args)
{
    struct share *s = mem_zalloc(sizeof *s);
    struct err e;
    int status;
    s->verify = true;
    cmd_output_begin(&s->report, &s->arena, "share", args);
    if (share_parse(s, args, &status) == 0) {
        if (s->patterns.n == 0) {
            vec_push_in(&s->arena, &s->patterns, STR("."));
        }
        s->progress.on = term_is_smart(STDERR_FILENO);
        const char *dir = NULL;
        bool ok = share_prepare(s, &e) && cmd_gate_known(&s->gate, "share", args, s->report.dir, &e) && share_load(s, &e) && (dir = io_temp_dir("gomm-share-", &e)) != NULL;
        if (ok) {
            cmd_output_go(&s->report, &s->go);
            s->runs = (struct cmd_share_run){.arena = &s->arena,
                                             .report = &s->report,
                                             .go = &s->go,
                                             .choice = &s->choice,
                                             .bench = str_of(s->bench),
                                             .run = str_of(s->run),
                                             .benchtime = str_of(s->benchtime),
                                             .cpu = str_of(s->cpu),
                                             .tags = str_of(s->tags),
                                             .mod = str_of(s->mod),
                                             .overlay = str_of(s->overlay),
                                             .exec = str_of(s->exec),
                                             .quick = s->quick,
                                             .dir = dir,
                                             .progress = share_progress,
                                             .ctx = s};
            s->cure = (struct cmd_share_cure){.arena = &s->arena,
                                              .runs = &s->runs,
                                              .places = &s->places,
                                              .config = &s->config,
                                              .line = layout_line(s->go.goarch),
                                              .verify = s->verify,
                                              .write = s->write,
                                              .progress = share_say,
                                              .ctx = s};
            proc_hold();
            share_packages(s);
            share_gate_files(s);
            share_findings(s);
            io_temp_remove(dir);
        }
        status = ok ? share_finish(s) : cmd_fail_err(&e);
        if (s->load) {
            share_places_release(&s->places);
            program_free(s->prog);
            load_free(s->load);
        }
    }
    if (proc_interrupted()) {
        proc_die(proc_interrupted());
    }
    arena_release(&s->arena);
    mem_free(s);
    return status;
}
