/* fuzz_types.c: any package is checked, mistakes and all; every error has a place and a text; the types of
 * what was checked can be written. */
#include <stdlib.h>

#include "types/types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sources *sources = sources_new();
    struct intern *names = intern_new();
    struct arena a = {0};
    struct strbuf text = {0};
    struct source *src =
        sources_add_text(sources, STR("x.go"), (str){(const char *)data, size}, NULL);
    struct ast *f = parse_file(&a, names, src, PARSE_ALL);
    struct program *p = program_new(names, sources, sizes_for(STR("amd64")), 26);
    struct package *k = check_package(p, STR("x"), &f, 1, 0, CHECK_COMPLETE, NULL, NULL);

    for (u32 i = 0; i < k->n_errors; i++) {
        if (k->errors[i].text.n == 0 || k->errors[i].pos > src->base + size) {
            abort();
        }
    }
    for (u32 i = 0; i < k->n_files; i++) {
        for (node n = 1; n < f->n_nodes; n++) {
            if (k->files[i].at[n].type) {
                strbuf_reset(&text);
                type_write(&text, k->files[i].at[n].type, k, QUAL_NAME);
            }
        }
    }
    strbuf_release(&text);
    program_free(p);
    arena_release(&a), intern_free(names), sources_free(sources);
    return 0;
}
