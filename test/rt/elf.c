/* elf.c: rt/elf.c over files of the test's own.  The symbol from which it takes the program's bias
 * has another name here (hosted.h), which is all that it compares names for. */
#include "../../rt/mem.h"

#define str_eq(a, b) str_eq(a, "rt_tsan_init")
#include "../../rt/elf.c"
#undef str_eq

#include "rt_test.h"

void rt_elf_load(const u8 *file, uptr size)
{
    memset(&table, 0, sizeof table);
    table.tried = 1;
    parse(file, size);
}
