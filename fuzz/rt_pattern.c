/* rt_pattern.c: suppression patterns: pattern, a newline, the name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../test/rt/rt_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *name;

    memcpy(text, data, size);
    text[size] = 0;
    name = strchr(text, '\n');
    if (name) {
        int hit;

        *name++ = 0;
        hit = rt_pattern_matches(text, name);
        /* A pattern without special characters is a substring. */
        if (!strpbrk(text, "*^$") && hit != (strstr(name, text) != NULL)) {
            abort();
        }
    }
    free(text);
    return 0;
}
