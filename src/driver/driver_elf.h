/* driver_elf.h: the global symbols of a relocatable x86-64 ELF object.
 *
 * Enough of ELF to answer "which entry points does this race runtime define?" (System V ABI,
 * chapter 4; AMD64 supplement).  Every offset is checked: the bytes come from archives that may
 * be damaged.
 *
 * Ownership: names point into the caller's bytes.  Threading: no state.
 */
#ifndef GOMM_DRIVER_ELF_H
#define GOMM_DRIVER_ELF_H

#include <stdbool.h>
#include <stddef.h>

/* Called for each global or weak symbol; name is NUL-terminated.  Return false to stop. */
typedef bool driver_elf_fn(void *arg, const char *name, bool defined);

/* Returns 0 when the symbol table was walked (or the callback stopped it), -1 if the bytes are
 * not a well-formed little-endian ELF64 x86-64 relocatable object with a symbol table. */
int driver_elf_symbols(const void *p, size_t n, driver_elf_fn *fn, void *arg);

/* Whether the object defines a global symbol of that name. */
bool driver_elf_defines(const void *p, size_t n, const char *name);

#endif
