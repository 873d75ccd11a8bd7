/* fuzz_path.c: cleaning twice is cleaning once, and a relative path leads back. */
#include <stdlib.h>

#include "base/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str p = {(const char *)data, size}, clean, dir, file, first, second;

    clean = path_clean(&a, p);
    if (!str_eq(clean, path_clean(&a, clean))) {
        abort();
    }
    str_cut(p, STR("\n"), &first, &second);
    dir = path_join(&a, STR("/"), first);
    file = path_join(&a, STR("/"), second);
    if (!str_eq(file, path_join(&a, dir, path_rel(&a, dir, file)))) {
        abort();
    }
    arena_release(&a);
    return 0;
}
