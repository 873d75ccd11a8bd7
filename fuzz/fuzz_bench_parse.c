/* fuzz_bench_parse.c: benchmark output in pieces of any size; a result's own line reads back as the same result. */
#include "bench/bench_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bench_output o;
    struct arena a = {0};
    str rest = {(const char *)data, size};
    size_t step = size > 0 ? data[0] % 64u + 1 : 1;

    bench_output_init(&o);
    while (rest.n > 0) {
        bench_output_feed(&o, str_slice(rest, 0, step));
        rest = str_from(rest, step);
    }
    bench_output_end(&o);
    for (size_t i = 0; i < o.results.n; i++) {
        struct bench_result *r = &o.results.v[i], again;
        BUG_IF(!bench_parse_line(&a, r->line, &again));
        BUG_IF(!str_eq(again.name, r->name) || again.n != r->n || again.n_metrics != r->n_metrics);
    }
    bench_output_release(&o);
    arena_release(&a);
    return 0;
}
