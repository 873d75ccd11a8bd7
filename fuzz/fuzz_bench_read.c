/* fuzz_bench_read.c: a document of gomm bench that is read is a report that writes itself, and is read again. */
#include <stdlib.h>

#include "cmd/cmd_bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct strbuf b = {0};
    struct report r, again;
    struct jsonr doc;

    if (jsonr_parse((str){(const char *)data, size}, &doc, NULL)) {
        if (cmd_bench_read(&a, doc, &r, NULL)) {
            report_json(&r, &b);
            if (!report_read(&a, strbuf_str(&b), &again, NULL)) {
                abort();
            }
            report_html(&r, &b);
            r.status = report_status(&r);
        }
        jsonr_free(doc);
    }
    strbuf_release(&b);
    arena_release(&a);
    return 0;
}
