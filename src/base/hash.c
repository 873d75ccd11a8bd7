/* hash.c: xxHash, compiled into this file only. */
#include "base/hash.h"

#include "base/mem.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

u64 hash_str(str s)
{
    return XXH3_64bits(s.n ? s.p : "", s.n);
}

u64 hash_u64(u64 v)
{
    return XXH3_64bits(&v, sizeof(v));
}

struct hash_state {
    XXH3_state_t xx;
};

/* The state holds an array that xxHash wants at 64 bytes. */
struct hash_state *hash_begin(void)
{
    size_t size = sizeof(struct hash_state) + 64 + sizeof(void *);
    char *raw = mem_alloc(size);
    uintptr_t at = ((uintptr_t)raw + sizeof(void *) + 63) & ~(uintptr_t)63;
    struct hash_state *s = (struct hash_state *)at;

    ((void **)at)[-1] = raw;
    XXH3_128bits_reset(&s->xx);
    return s;
}

void hash_add_u64(struct hash_state *s, u64 v)
{
    u8 bytes[8];

    for (int i = 0; i < 8; i++) {
        bytes[i] = (u8)(v >> (8 * i));
    }
    XXH3_128bits_update(&s->xx, bytes, sizeof(bytes));
}

void hash_add(struct hash_state *s, str piece)
{
    hash_add_u64(s, piece.n);
    XXH3_128bits_update(&s->xx, piece.n ? piece.p : "", piece.n);
}

struct hash128 hash_end(struct hash_state *s)
{
    XXH128_hash_t h = XXH3_128bits_digest(&s->xx);

    mem_free(((void **)s)[-1]);
    return (struct hash128){h.high64, h.low64};
}

str hash128_hex(struct arena *a, struct hash128 h)
{
    return str_fmt(a, "%016llx%016llx", (unsigned long long)h.hi, (unsigned long long)h.lo);
}
