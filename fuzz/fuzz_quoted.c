/* fuzz_quoted.c: what was split joins and splits into the same words. */
#include <stdlib.h>

#include "base/quoted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str *words, *again, joined;
    size_t n, m;
    struct err e;

    if (quoted_split(&a, (str){(const char *)data, size}, &words, &n, &e) &&
        quoted_join(&a, words, n, &joined, &e)) {
        if (!quoted_split(&a, joined, &again, &m, &e) || m != n) {
            abort();
        }
        for (size_t i = 0; i < n; i++) {
            if (!str_eq(words[i], again[i])) {
                abort();
            }
        }
    }
    arena_release(&a);
    return 0;
}
