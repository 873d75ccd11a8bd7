/* fuzz_gomod.c: go.mod, go.work and vendor/modules.txt of any content. */
#include <stdlib.h>

#include "load/load_gomod.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct load_gomod main, lax, work;
    struct load_vendor vendor;
    str text = {(const char *)data, size};
    bool ok = load_gomod_parse(&a, text, STR("go.mod"), LOAD_GOMOD_MAIN, 26, &main);

    /* What is right for a main module is right for a dependency, and says the same there. */
    if (ok && (!load_gomod_parse(&a, text, STR("go.mod"), LOAD_GOMOD_DEPENDENCY, 26, &lax) ||
               lax.require.n != main.require.n || !str_eq(lax.module, main.module) ||
               !str_eq(lax.go, main.go))) {
        abort();
    }
    load_gomod_parse(&a, text, STR("go.mod"), LOAD_GOMOD_DEPENDENCY, 19, &lax);
    load_gomod_parse(&a, text, STR("go.work"), LOAD_GOMOD_WORK, 26, &work);
    load_vendor_parse(&a, text, &vendor);
    arena_release(&a);
    return 0;
}
