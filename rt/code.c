/* code.c: see code.h. */
#include "code.h"

#include "elf.h"
#include "shadow.h"
#include "stack.h"

void (*go_callback)(uptr cmd, void *arg);

/* runtime/race.go: symbolizeCodeContext, symbolizeDataContext. */
struct go_code {
    u64 pc;
    const char *fn, *file;
    u64 line, off, res;
};
struct go_data {
    u64 addr, heap, start, size;
    const char *name, *file;
    u64 line, res;
};
_Static_assert(sizeof(struct go_code) == 48 && sizeof(struct go_data) == 64, "Go's structs");

void code_frames(u32 stack, int skip_runtime, emit_fn *emit, void *arg)
{
    struct code last;
    u32 n = 0, emitted = 0;

    for (u32 id = stack; id != 0 && id != STACK_CUT; id = stack_at(id)->parent) {
        struct go_code c = {.pc = stack_at(id)->pc - 1};

        for (;;) {
            u64 pc = c.pc;

            c.res = 0;
            go_callback(GO_CODE, &c);
            if (c.res == 0) {
                break;
            }
            if (n > 0 && !(skip_runtime && emitted == 0 && str_has_prefix(last.fn, "runtime."))) {
                emit(arg, &last, emitted++);
            }
            last = (struct code){c.fn, c.file, c.line, c.off};
            n++;
            if (c.pc == pc) {
                break;
            }
        }
    }
    if (n > 0 && emitted == 0) {
        emit(arg, &last, 0);
    }
}

struct place place_of(uptr addr, u32 site)
{
    struct go_data d = {.addr = addr};
    const struct range *range = shadow_range(addr);
    struct place p = {.kind = PLACE_UNKNOWN};

    go_callback(GO_DATA, &d);
    if (d.res != 0 && d.heap != 0) {
        p.kind = PLACE_HEAP;
        p.base = d.start;
        p.size = d.size;
        p.site = site;
        if (site == 0 && range) {
            p.site = atomic_load_relaxed(shadow_page(range, addr)) & PAGE_SITE;
        }
    } else {
        struct elf_symbol s = elf_find(addr, ELF_OBJECT);

        if (s.name) {
            p.kind = PLACE_GLOBAL;
            p.name = s.name;
            p.base = s.addr;
            p.size = s.size;
        }
    }
    p.offset = addr - p.base;
    return p;
}
