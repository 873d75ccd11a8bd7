/* fuzz_race_events.c: an event file becomes findings, and these every kind of report. */
#include "race/race_find.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct race_log log = {.arena = &a};
    struct strbuf out = {0};
    struct report_text_opts o = {0};
    struct report r;

    report_init(&r, &a);
    race_log_text(&log, (str){(const char *)data, size});
    race_find(&log, STR("/"), NULL, &r.findings);
    report_text(&r, &o, &out);
    report_sarif(&r, &out);
    report_html(&r, &out);
    report_github(&r, (str){0}, &out);
    strbuf_release(&out);
    race_log_release(&log);
    arena_release(&a);
    return 0;
}
