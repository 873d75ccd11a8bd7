/* gomm report: shows a stored result again, what gomm bench wrote, or an event file for the first time. */
#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd_bench.h"
#include "cmd/cmd_gate.h"
#include "cmd/cmd_output.h"
#include "race/race_find.h"

/* An event file, as a program built with `gomm build` leaves it. */
static bool report_events(struct arena *a, str text, struct report *r, struct err *e)
{
    struct race_log log = {.arena = a};
    report_init(r, a);
    if (!io_cwd(a, &r->dir, e)) {
        return false;
    }
    r->tool_version = STR(GOMM_VERSION);
    race_log_text(&log, text);
    struct race_source *src = log.events.n > 0 ? race_source_new(NULL) : NULL;
    race_find(&log, r->dir, src, &r->findings);
    finding_identify(&r->findings);
    race_source_free(src);
    if (log.cut_off || log.bad_lines > 0) {
        report_note(r, "%llu line%s of the event file could not be read%s",
                    (unsigned long long)log.bad_lines, log.bad_lines == 1 ? "" : "s",
                    log.cut_off ? "; its end is missing" : "");
    }
    u64 lost = race_log_lost(&log);
    if (lost > 0) {
        report_note(r, "%llu race%s that the programs counted did not reach the event file",
                    (unsigned long long)lost, lost == 1 ? "" : "s");
    }
    r->status = report_status(r);
    race_log_release(&log);
    return true;
}

static bool report_document(struct arena *a, str text, struct report *r, struct err *e)
{
    struct jsonr doc;
    if (!jsonr_parse(text, &doc, e)) {
        return false;
    }
    bool ok = cmd_bench_is(doc) ? cmd_bench_read(a, doc, r, e) : report_read_document(a, doc, r, e);
    jsonr_free(doc);
    return ok;
}

static void report_comments_of(struct cmd_gate *g, const struct report *r, struct span at)
{
    if (at.file.n > 0) {
        cmd_gate_file(g, path_is_abs(at.file) ? at.file : path_join(g->arena, r->dir, at.file));
    }
}

/* The comments of a source file count for an event file as they do for gomm check: nobody has looked for them yet. */
static void report_comments(struct cmd_gate *g, const struct report *r)
{
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.v[i];
        report_comments_of(g, r, f->span);
        for (size_t k = 0; k < f->n_related; k++) {
            report_comments_of(g, r, f->related[k].span);
        }
    }
}

/* -only, -fail and comments make another result of it, with a status of its own; but what could not be loaded or built stays
 * so. */
static void report_gate(struct cmd_gate *g, struct report *r, bool events)
{
    int before = r->status;
    if (events) {
        report_comments(g, r);
    } else if (!g->only && !g->fail) {
        return;
    }
    if (g->fail) {
        r->fail = str_of(g->fail);
    }
    cmd_gate_mark(g, r);
    cmd_gate_end(g, r);
    r->status = before == BASE_EXIT_FAILURE ? before : r->status;
}

int cmd_report(char *const *args)
{
    struct cmd_output out = {0};
    struct cmd_gate gate = {0};
    struct cmd_flag flags[1 + CMD_OUTPUT_FLAGS + CMD_GATE_CODE_FLAGS] = {{"v", CMD_FLAG_BOOL, &out.pictures}};
    struct arena a = {0};
    struct report r;
    struct err e;
    str text;
    int status;
    bool events = false;
    cmd_output_flags(&out, flags + 1);
    cmd_gate_flags(&gate, flags + 1 + CMD_OUTPUT_FLAGS, CMD_GATE_CODE_FLAGS);
    int at = cmd_flags("report", flags, ARRAY_LEN(flags), args, &status);
    if (at < 0) {
        return status;
    }
    report_init(&r, &a);
    if (!cmd_output_check(&out, &e) || !cmd_gate_check(&gate, &r, &e)) {
        status = cmd_usage("report", "%s", e.text);
    } else if (!args[at] || args[at + 1]) {
        status = cmd_usage("report", "gomm report: want one file");
    } else if (!io_read_file(&a, args[at], &text, &e)) {
        status = cmd_fail_err(&e);
    } else if (!((events = race_log_is_events(text)) ? report_events : report_document)(&a, text, &r, &e)) {
        err_prefix(&e, "%s: ", args[at]);
        status = cmd_fail_err(&e);
    } else {
        report_gate(&gate, &r, events);
        status = cmd_output_show(&out, &r) ? r.status : BASE_EXIT_FAILURE;
    }
    arena_release(&a);
    return status;
}
