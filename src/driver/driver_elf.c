#include "driver/driver_elf.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

/* Whether count entries of the given size lie inside n bytes from offset. */
static bool elf_fits(size_t n, uint64_t offset, uint64_t count, uint64_t size)
{
    uint64_t bytes;
    return !__builtin_mul_overflow(count, size, &bytes) && offset <= n && bytes <= n - offset;
}

static bool elf_section(const uint8_t *p, const Elf64_Ehdr *eh, uint64_t index, Elf64_Shdr *out)
{
    if (index >= eh->e_shnum) {
        return false;
    }
    memcpy(out, p + eh->e_shoff + index * sizeof *out, sizeof *out);
    return true;
}

static int elf_walk(const uint8_t *p, size_t n, const Elf64_Shdr *symtab, const Elf64_Shdr *strtab,
                    driver_elf_fn *fn, void *arg)
{
    if (symtab->sh_entsize != sizeof(Elf64_Sym) ||
        !elf_fits(n, symtab->sh_offset, symtab->sh_size, 1) ||
        !elf_fits(n, strtab->sh_offset, strtab->sh_size, 1)) {
        return -1;
    }
    const char *names = (const char *)p + strtab->sh_offset;
    uint64_t count = symtab->sh_size / sizeof(Elf64_Sym);
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Sym sym;
        memcpy(&sym, p + symtab->sh_offset + i * sizeof sym, sizeof sym);
        unsigned bind = ELF64_ST_BIND(sym.st_info);
        if (bind != STB_GLOBAL && bind != STB_WEAK) {
            continue;
        }
        if (sym.st_name >= strtab->sh_size ||
            !memchr(names + sym.st_name, 0, strtab->sh_size - sym.st_name)) {
            return -1;
        }
        if (!fn(arg, names + sym.st_name, sym.st_shndx != SHN_UNDEF)) {
            return 0;
        }
    }
    return 0;
}

int driver_elf_symbols(const void *data, size_t n, driver_elf_fn *fn, void *arg)
{
    const uint8_t *p = data;
    Elf64_Ehdr eh;
    if (n < sizeof eh) {
        return -1;
    }
    memcpy(&eh, p, sizeof eh);
    if (memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
        eh.e_ident[EI_DATA] != ELFDATA2LSB || eh.e_type != ET_REL || eh.e_machine != EM_X86_64 ||
        eh.e_shentsize != sizeof(Elf64_Shdr) ||
        !elf_fits(n, eh.e_shoff, eh.e_shnum, sizeof(Elf64_Shdr))) {
        return -1;
    }
    for (uint64_t i = 0; i < eh.e_shnum; i++) {
        Elf64_Shdr symtab, strtab;
        if (!elf_section(p, &eh, i, &symtab) || symtab.sh_type != SHT_SYMTAB) {
            continue;
        }
        if (!elf_section(p, &eh, symtab.sh_link, &strtab)) {
            return -1;
        }
        return elf_walk(p, n, &symtab, &strtab, fn, arg);
    }
    return -1;
}

struct elf_search {
    const char *name;
    bool found;
};

static bool elf_match(void *arg, const char *name, bool defined)
{
    struct elf_search *s = arg;
    s->found = defined && strcmp(name, s->name) == 0;
    return !s->found;
}

bool driver_elf_defines(const void *p, size_t n, const char *name)
{
    struct elf_search s = {.name = name};
    return driver_elf_symbols(p, n, elf_match, &s) == 0 && s.found;
}
