/* gomm report: shows a stored result again, what gomm bench wrote, or an event file for the first time. */
#include "base/io.h"
#include "cmd/cmd_bench.h"
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

int cmd_report(char *const *args)
{
    struct cmd_output out = {0};
    struct cmd_flag flags[CMD_OUTPUT_FLAGS + 1] = {{"v", CMD_FLAG_BOOL, &out.pictures}};
    struct err e;
    int status;
    cmd_output_flags(&out, flags + 1);
    int at = cmd_flags("report", flags, ARRAY_LEN(flags), args, &status);
    if (at < 0) {
        return status;
    }
    if (!cmd_output_check(&out, &e)) {
        return cmd_usage("report", "%s", e.text);
    }
    if (!args[at] || args[at + 1]) {
        return cmd_usage("report", "gomm report: want one file");
    }
    struct arena a = {0};
    struct report r;
    str text;
    bool ok = io_read_file(&a, args[at], &text, &e);
    if (ok) {
        ok = race_log_is_events(text) ? report_events(&a, text, &r, &e)
             : cmd_bench_is(text)     ? cmd_bench_read(&a, text, &r, &e)
                                      : report_read(&a, text, &r, &e);
        ok = ok || err_prefix(&e, "%s: ", args[at]);
    }
    if (!ok) {
        status = cmd_fail_err(&e);
    } else {
        status = cmd_output_show(&out, &r) ? r.status : BASE_EXIT_FAILURE;
    }
    arena_release(&a);
    return status;
}
