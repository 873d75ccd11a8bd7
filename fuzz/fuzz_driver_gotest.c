/* fuzz_driver_gotest.c: the stream of go test -json, in pieces of any size. */
#include "driver/driver_gotest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gotest g;
    struct arena a = {0};
    str rest = {(const char *)data, size};
    size_t step = size > 0 ? data[0] % 64u + 1 : 1;

    driver_gotest_init(&g);
    g.keep_live = size % 2 != 0;
    while (rest.n > 0) {
        driver_gotest_feed(&g, str_slice(rest, 0, step));
        rest = str_from(rest, step);
    }
    driver_gotest_end(&g);
    driver_gotest_own_output(&a, (str){(const char *)data, size});
    for (size_t i = 0; i < g.packages.n; i++) {
        for (size_t j = 0; j < g.packages.v[i].tests.n; j++) {
            driver_gotest_sub_failed(&g.packages.v[i], &g.packages.v[i].tests.v[j]);
        }
    }
    driver_gotest_release(&g);
    arena_release(&a);
    return 0;
}
