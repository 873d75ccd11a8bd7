/* rt_json.c: any bytes as a JSON string. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct text t;
    json_t *back;

    memcpy(text, data, size);
    text[size] = 0;
    text_init(&t);
    text_json(&t, text);
    back = json_loadb(t.p, t.n, JSON_DECODE_ANY, NULL);
    if (!back) {
        abort();
    }
    json_decref(back);
    text_free(&t);
    free(text);
    return 0;
}
