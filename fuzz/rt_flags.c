/* rt_flags.c: GORACE, and behind a first byte that is odd, GOMM. */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../test/rt/rt_test.h"
#include "flags.h"

static jmp_buf stopped;

static void on_exit_call(int status)
{
    (void)status;
    longjmp(stopped, 1);
}

static void on_write(int fd, const void *buf, uptr n)
{
    if (fd != 2 || n == 0 || ((const char *)buf)[n - 1] != '\n') {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *volatile text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = 0;
    rt_on_exit = on_exit_call;
    rt_on_write = on_write;
    if (setjmp(stopped) == 0) {
        if (text[0] & 1) {
            rt_flags_parse_gomm(text + 1);
        } else {
            rt_flags_parse(text);
        }
    }
    if (flags.sample > SAMPLE_ALL) {
        abort();
    }
    flags = (struct flags){.exitcode = 66, .strip_prefix = "", .sample = SAMPLE_ALL};
    free(text);
    return 0;
}
