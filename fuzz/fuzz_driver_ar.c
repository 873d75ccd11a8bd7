/* fuzz_driver_ar.c: archives and the ELF objects in them; a replaced member is found again. */
#include <stdlib.h>
#include <string.h>

#include "driver/driver_ar.h"
#include "driver/driver_elf.h"
#include "driver/driver_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t object[] = "replaced";
    struct arena a = {0};
    struct driver_ar ar;
    struct driver_ar_member m, again;
    str text = {(const char *)data, size}, out, missing;
    size_t n, i = 0;

    driver_elf_defines(data, size, "__tsan_init");
    driver_link_missing(&a, text, text, &n, &missing, NULL);
    if (driver_ar_open(&ar, data, size) == 0) {
        for (; driver_ar_next(&ar, &m) > 0; i++) {
            driver_elf_defines(m.data, m.size, "__tsan_init");
            if (i < 8 &&
                driver_link_replace(&a, text, &m, (str){(const char *)object, 8}, &out, NULL)) {
                struct driver_ar copy = {(const uint8_t *)out.p, out.n, m.header_at};
                if (driver_ar_next(&copy, &again) != 1 || again.size != 8 ||
                    memcmp(again.data, object, 8) != 0 || strcmp(again.name, m.name) != 0) {
                    abort();
                }
            }
        }
    }
    arena_release(&a);
    return 0;
}
