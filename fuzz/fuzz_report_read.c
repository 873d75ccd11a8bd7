/* fuzz_report_read.c: a result document that is read writes itself again, and stays the same. */
#include <stdlib.h>

#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct strbuf first = {0}, second = {0};
    struct report r, again;

    if (report_read(&a, (str){(const char *)data, size}, &r, NULL)) {
        report_json(&r, &first);
        if (!report_read(&a, strbuf_str(&first), &again, NULL)) {
            abort();
        }
        report_json(&again, &second);
        if (!str_eq(strbuf_str(&first), strbuf_str(&second))) {
            abort();
        }
        report_html(&r, &first);
    }
    strbuf_release(&first);
    strbuf_release(&second);
    arena_release(&a);
    return 0;
}
