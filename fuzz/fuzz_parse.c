/* fuzz_parse.c: any text is parsed; what was parsed without error is printed and read as the same tree. */
#include <stdlib.h>

#include "syntax/ast_dump.h"
#include "syntax/parse.h"
#include "syntax/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf printed = {0}, dump = {0}, again = {0};
    struct sources *sources = sources_new();
    struct intern *names = intern_new();
    struct arena a = {0};
    str text = {(const char *)data, size};
    struct source *src = sources_add_text(sources, STR("x.go"), text, NULL);
    struct ast *f = parse_file(&a, names, src, PARSE_COMMENTS | PARSE_EVERY_ERROR), *g;

    ast_dump(&dump, f, names, true);
    for (node n = 1; n < f->n_nodes; n++) {
        /* A name that is missing at the end counts as one byte. */
        if (!sources_find(sources, ast_start(f, n)) || ast_end(f, n) > src->base + size + 1) {
            abort();
        }
    }
    if (f->n_errors == 0) {
        print_file(&printed, f, names);
        src = sources_add_text(sources, STR("y.go"), strbuf_str(&printed), NULL);
        g = parse_file(&a, names, src, PARSE_ALL);
        strbuf_reset(&dump);
        ast_dump(&dump, f, names, false);
        ast_dump(&again, g, names, false);
        if (g->n_errors || !str_eq(strbuf_str(&dump), strbuf_str(&again))) {
            abort();
        }
    }
    strbuf_release(&printed), strbuf_release(&dump), strbuf_release(&again);
    arena_release(&a), intern_free(names), sources_free(sources);
    return 0;
}
