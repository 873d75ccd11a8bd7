/* base.c: the end of the road for a broken invariant. */
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/io.h"
#include "base/proc_signal.h"

void base_last_rites(void)
{
    proc_signal_kill_children();
    io_temp_remove_all();
}

_Noreturn void base_bug(const char *file, int line, const char *func, const char *fmt, ...)
{
    va_list ap;

    fflush(stdout);
    fprintf(stderr, "gomm: BUG: %s:%d: %s: ", file, line, func);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputs("\nThis is a mistake in gomm, not in your program; please report it.\n", stderr);
    fflush(stderr);
    base_last_rites();
    abort();
}

u64 base_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}
