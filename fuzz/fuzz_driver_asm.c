/* fuzz_driver_asm.c: texts for the edit of race_amd64.s; what it makes keeps all lines, and is not taken again. */
#include <stdint.h>
#include <stdlib.h>

#include "driver/driver_asm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    str text = {(const char *)data, size}, out, again, line, rest = text;
    struct driver_asm_offset o;
    struct err e;

    while (driver_asm_next_offset(&rest, &o)) {
        if (o.name.n != o.type.n + 1 + o.field.n) {
            abort();
        }
    }
    if (driver_asm_patch(&a, text, &out, &e)) {
        if (driver_asm_patch(&a, out, &again, &e)) {
            abort();
        }
        for (rest = text; str_next_line(&rest, &line);) {
            str was = line;
            if (!str_next_line(&out, &line) ||
                (!str_eq(line, was) && !str_has_prefix(line, STR("TEXT\tgomm_slow_")))) {
                abort();
            }
        }
    }
    if (driver_asm_import(&a, text, &out, &e) && out.n <= size) {
        abort();
    }
    arena_release(&a);
    return 0;
}
