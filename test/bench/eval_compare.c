/* eval_compare.c DIR PACKAGE OVERLAY BENCH BENCHTIME PAIRS: builds the package as it is and with the overlay,
 * runs both in turns, and prints a line for each benchmark and unit: name, unit, medians, verdict. */
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "bench/bench_run.h"

static int failed(const char *what, const struct err *e, str said)
{
    printf("%s: %s\n%.*s", what, e->text, STR_ARG(said));
    return 1;
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    struct bench_binary bin[2];
    struct bench_compared c;
    struct err e;
    str said;

    if (argc != 7) {
        return 2;
    }
    const char *tmp = io_temp_dir("gomm-eval-", &e);
    for (int i = 0; i < 2; i++) {
        struct bench_build b = {.cwd = argv[1], .package = str_of(argv[2]), .overlay = str_of(i ? argv[3] : "")};
        char *out = str_cstr(&a, str_fmt(&a, "%s/%d.test", tmp, i));
        enum bench_built built = bench_build(&a, &b, out, &bin[i], &said, &e);
        if (built != BENCH_BUILT) {
            return failed(built == BENCH_NO_TESTS ? "no tests" : "build failed", &e, said);
        }
        printf("built %.*s in %.*s\n", STR_ARG(bin[i].package), STR_ARG(bin[i].dir));
    }
    struct bench_run run = {.bench = str_of(argv[4]), .benchtime = str_of(argv[5]), .timeout_ms = 60000};
    struct bench_compare_opts o = {.a = run, .b = run, .pairs = (u32)atoi(argv[6]), .max_others = -1, .max_forced = -1};
    o.a.bin = &bin[0];
    o.b.bin = &bin[1];
    if (!bench_compare(&a, &o, &c, &e)) {
        return failed("run failed", &e, (str){0});
    }
    for (u32 i = 0; i < c.n; i++) {
        const struct bench_delta *d = &c.v[i];
        printf("%.*s %.*s %g %g n=%u p=%.4f %s\n", STR_ARG(d->name), STR_ARG(d->unit), d->before.median, d->after.median,
               d->n, d->paired.p, bench_verdict_name(d->verdict));
    }
    printf("pairs %u disturbed %u%s\n", c.tried, c.disturbed, c.interrupted ? " interrupted" : "");
    if (c.trouble.n > 0) {
        printf("trouble %.*s\n", STR_ARG(c.trouble));
    }
    arena_release(&a);
    return 0;
}
