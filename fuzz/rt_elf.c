/* rt_elf.c: the program's own symbol table, from a file that may be anything. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../test/rt/rt_test.h"
#include "elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u8 *file = malloc(size + 1); /* aligned, with a guard right behind it */

    memcpy(file, data, size);
    rt_elf_load(file, size);
    for (u32 type = ELF_OBJECT; type <= ELF_FUNC; type++) {
        for (uptr addr = 0; addr < 1 << 20; addr += 0x1111) {
            struct elf_symbol s = elf_find(addr, type);

            if (s.name && (s.name < (const char *)file ||
                           s.name + strlen(s.name) >= (const char *)file + size)) {
                abort();
            }
        }
    }
    free(file);
    return 0;
}
