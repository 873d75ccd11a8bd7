/* elf.c: see elf.h.  Sources: System V ABI, "Object Files"; elf(5). */
#include "elf.h"

#include "mem.h"
#include "os.h"

struct header {
    u8 ident[16];
    u16 type, machine;
    u32 version;
    u64 entry, phoff, shoff;
    u32 flags;
    u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct section {
    u32 name, type;
    u64 flags, addr, offset, size;
    u32 link, info;
    u64 align, entsize;
};

struct symbol {
    u32 name;
    u8 info, other;
    u16 section;
    u64 value, size;
};

enum { SHT_SYMTAB = 2 };

static struct {
    struct os_lock lock;
    int tried;
    const struct symbol *symbols;
    uptr count;
    const char *names;
    uptr names_size;
    uptr bias; /* of a position-independent executable */
} table;

struct thr;
struct proc;
EXPORT void __tsan_init(struct thr **thr, struct proc **proc, void (*callback)(uptr, void *));

/* Everything is checked against the file's size: the file is not ours. */
static int inside(uptr offset, uptr size, uptr file)
{
    return offset <= file && size <= file - offset;
}

static void parse(const u8 *file, uptr size)
{
    const struct header *h = (const void *)file;

    if (size < sizeof *h || memcmp(h->ident, "\177ELF\2", 5) != 0 ||
        h->shentsize != sizeof(struct section) || h->shoff % 8 != 0 ||
        !inside(h->shoff, (uptr)h->shnum * sizeof(struct section), size)) {
        return;
    }

    const struct section *s = (const void *)(file + h->shoff);

    for (u32 i = 0; i < h->shnum; i++) {
        if (s[i].type != SHT_SYMTAB || s[i].link >= h->shnum || s[i].offset % 8 != 0) {
            continue;
        }

        const struct section *names = &s[s[i].link];

        if (inside(s[i].offset, s[i].size, size) && inside(names->offset, names->size, size) &&
            names->size > 0 && file[names->offset + names->size - 1] == 0) {
            table.symbols = (const void *)(file + s[i].offset);
            table.count = s[i].size / sizeof(struct symbol);
            table.names = (const char *)file + names->offset;
            table.names_size = names->size;
        }
    }
    for (uptr i = 0; i < table.count; i++) {
        const struct symbol *y = &table.symbols[i];

        if (y->name < table.names_size && str_eq(table.names + y->name, "__tsan_init")) {
            table.bias = (uptr)__tsan_init - y->value;
        }
    }
}

/* The file stays mapped: names point into it. */
static void load(void)
{
    int fd = os_open("/proc/self/exe", OS_O_RDONLY | OS_O_CLOEXEC, 0);

    if (fd < 0) {
        return;
    }

    sptr n = os_file_size(fd);
    const u8 *file = n > 0 ? os_map_file(fd, (uptr)n) : NULL;

    os_close(fd);
    if (file) {
        parse(file, (uptr)n);
    }
}

struct elf_symbol elf_find(uptr addr, u32 type)
{
    struct elf_symbol best = {NULL, 0, 0};

    os_lock(&table.lock);
    if (!table.tried) {
        table.tried = 1;
        load();
    }
    os_unlock(&table.lock);
    for (uptr i = 0; i < table.count; i++) {
        const struct symbol *y = &table.symbols[i];
        uptr start = y->value + table.bias;

        if ((y->info & 15) == type && addr - start < y->size && y->name < table.names_size &&
            (!best.name || y->size < best.size)) {
            best = (struct elf_symbol){table.names + y->name, start, y->size};
        }
    }
    return best;
}
