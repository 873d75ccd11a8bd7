#include "driver/driver_runtime.h"

#include "base/hash.h"
#include "base/io.h"
#include "driver/driver_asm.h"
#include "driver/driver_elf.h"

/* Part of every id.  To be raised when the link step changes what it does with an unchanged
 * object, since go's cache of linked programs and test results is keyed by the id. */
#define RUNTIME_LINK_FORMAT 2

/* driver_blob.S */
extern const char gomm_rt_start[], gomm_rt_end[];

bool driver_runtime_load(struct arena *a, const char *file, struct driver_runtime *out,
                         struct err *e)
{
    if (file && file[0]) {
        out->origin = str_dup(a, str_of(file));
        if (!io_read_file(a, file, &out->object, e)) {
            return false;
        }
    } else {
        out->origin = STR("built in");
        out->object = (str){gomm_rt_start, (size_t)(gomm_rt_end - gomm_rt_start)};
    }
    if (!driver_elf_defines(out->object.p, out->object.n, "__tsan_init")) {
        return err_set(e,
                       "%.*s: not a race runtime (want a relocatable ELF object for x86-64 that "
                       "defines __tsan_init)",
                       STR_ARG(out->origin));
    }
    struct hash_state *h = hash_begin();
    hash_add_u64(h, RUNTIME_LINK_FORMAT);
    hash_add_u64(h, DRIVER_ASM_FORMAT);
    hash_add(h, out->object);
    out->id = hash128_hex(a, hash_end(h));
    return true;
}
