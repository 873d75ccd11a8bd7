/* fuzz_json.c: bytes through the JSON reader and back through the writer. */
#include <stdlib.h>

#include "base/jsonr.h"
#include "base/jsonw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, text;
    struct strbuf out = {0};
    struct jsonr doc, back;
    struct jsonw w;
    struct err e;

    while (jsonr_next_doc(&rest, &doc, &e) == 1) {
        text = jsonr_str_or(doc, "k", (str){(const char *)data, size});
        strbuf_reset(&out);
        jsonw_init(&w, &out, 2);
        jsonw_object(&w);
        jsonw_put_str(&w, "k", text);
        jsonw_end(&w);
        jsonw_finish(&w);
        /* What the writer writes is read back, and as the same if it was UTF-8. */
        if (!jsonr_parse(strbuf_str(&out), &back, &e) ||
            (str_is_utf8(text) && !str_eq(text, jsonr_str_or(back, "k", (str){0})))) {
            abort();
        }
        jsonr_free(back);
        jsonr_free(doc);
    }
    strbuf_release(&out);
    return 0;
}
