/* fuzz_bench_pprof.c: bytes as a profile; what is read writes and reads back with the same samples. */
#include "bench/bench_pprof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct pprof p, q;
    struct err e;

    if (bench_pprof_read(&a, (str){(const char *)data, size}, &p, &e)) {
        BUG_IF(!bench_pprof_read(&a, bench_pprof_write(&a, &p), &q, &e));
        BUG_IF(p.samples.n != q.samples.n || p.locations.n != q.locations.n || p.functions.n != q.functions.n);
        for (size_t i = 0; i < p.samples.n; i++) {
            for (size_t k = 0; k < p.types.n; k++) {
                BUG_IF(p.samples.v[i].values[k] != q.samples.v[i].values[k]);
            }
        }
    }
    arena_release(&a);
    return 0;
}
