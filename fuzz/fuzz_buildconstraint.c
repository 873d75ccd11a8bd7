/* fuzz_buildconstraint.c: the head of a file: constraints, package clause, imports; names of files. */
#include <stdlib.h>

#include "load/load_build.h"
#include "load/load_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct load_tags tags;
    struct load_head all, part;
    struct err e;
    bool matches, value;
    str text = {(const char *)data, size}, line;

    load_tags_init(&a, &tags, STR("linux"), STR("amd64"), 26, true, STR("foo"));
    load_head_matches(&tags, text, &matches, &e);
    load_file_name_matches(&tags, text);
    load_head_scan(&a, text, true, &all);
    /* A part of the text either says that it is not enough or gives the same result. */
    for (size_t n = 0; n < size; n += size / 16 + 1) {
        if (load_head_scan(&a, str_slice(text, 0, n), false, &part) &&
            (part.imports.n != all.imports.n || part.bad != all.bad ||
             !str_eq(part.package, all.package))) {
            abort();
        }
    }
    while (str_next_line(&text, &line)) {
        load_constraint_eval(&tags, line, &value, &e);
    }
    load_tags_release(&tags);
    arena_release(&a);
    return 0;
}
