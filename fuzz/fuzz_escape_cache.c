/* fuzz_escape_cache.c: bytes as an entry of the disk cache, with the right sum: all that it refers to is within it. */
#include <string.h>

#include "base/mem.h"
#include "escape/escape_entry.h"

static volatile unsigned all;
static unsigned sum(const void *p, size_t n)
{
    unsigned v = 0;
    for (size_t i = 0; i < n; i++) {
        v += ((const unsigned char *)p)[i];
    }
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = mem_alloc(size + 1);
    struct hash128 key = {1, 2};
    struct escape_entry e;

    memcpy(bytes, data, size);
    if (escape_entry_seal(bytes, size) && escape_entry_read((str){bytes, size}, key, &e)) {
        for (u32 i = 0; i < e.n_funcs; i++) {
            BUG_IF(escape_entry_find(&e, e.funcs[i].file, e.funcs[i].decl) != &e.funcs[i]);
            all += sum(e.tags + ESCAPE_ENTRY_LEAKS * (size_t)e.funcs[i].tags, ESCAPE_ENTRY_LEAKS * (size_t)e.funcs[i].n_tags);
        }
        for (u32 i = 0; i < e.n_files; i++) {
            all += sum(e.skips + e.files[i].skip, sizeof *e.skips * (size_t)(e.files[i + 1].skip - e.files[i].skip));
        }
        for (u32 i = 0; i < e.n_notes; i++) {
            all += sum(e.text + e.notes[i].text, e.notes[i].n_text);
        }
    }
    mem_free(bytes);
    return 0;
}
