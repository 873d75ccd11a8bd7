/* elf.h: names of global variables and functions from the running program's own symbol table
 * (/proc/self/exe).  Used in reports and at exit only.
 */
#ifndef GOMM_RT_ELF_H
#define GOMM_RT_ELF_H

#include "rt_types.h"

struct elf_symbol {
    const char *name; /* NULL: not found, or the program was stripped */
    uptr addr, size;
};

enum { ELF_OBJECT = 1, ELF_FUNC = 2 };

/* The symbol of this type that holds addr. */
struct elf_symbol elf_find(uptr addr, u32 type);

#endif
