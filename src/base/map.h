/* map.h: hash maps from u64 and from str to a u64 or a pointer.
 *
 * Iteration follows the order of insertion, so that output does not depend on hash values; a
 * key that was deleted and put again counts as new.  A zeroed map is empty and ready.
 *
 *   for (size_t i = 0; map_next(&m, &i, &e);) use(e->key, e->val.u);
 *
 * Ownership: the map owns its tables (map_release); a strmap borrows the bytes of its keys,
 * unless its `keys` arena is set: then it copies each new key there.  Pointers to values are
 * valid until the next put or delete.  Threading: one writer or many readers.
 */
#ifndef GOMM_BASE_MAP_H
#define GOMM_BASE_MAP_H

#include "base/str.h"

union map_val {
    u64 u;
    i64 i;
    void *p;
    const void *cp;
};

/* The index from hash values to entries; internal. */
struct map_index {
    u32 *slots; /* entry number + 2; 0 free, 1 deleted */
    size_t mask;
};

struct map_entry {
    u64 key;
    union map_val val;
    bool dead;
};

struct map {
    struct map_entry *entries; /* in insertion order, with dead ones between */
    size_t n_entries, cap;
    size_t n; /* live entries */
    struct map_index index;
};

struct strmap_entry {
    str key;
    u64 hash;
    union map_val val;
    bool dead;
};

struct strmap {
    struct strmap_entry *entries;
    size_t n_entries, cap;
    size_t n;
    struct map_index index;
    struct arena *keys; /* where new keys are copied; NULL: they are borrowed */
};

/* get: NULL if absent.  put: the value of that key, new ones zeroed; *fresh (may be NULL) says
 * whether it is new.  del: whether it was there. */
union map_val *map_get(const struct map *m, u64 key);
union map_val *map_put(struct map *m, u64 key, bool *fresh);
bool map_del(struct map *m, u64 key);
bool map_next(const struct map *m, size_t *i, const struct map_entry **e);
void map_reset(struct map *m); /* empty, memory kept */
void map_release(struct map *m);

union map_val *strmap_get(const struct strmap *m, str key);
union map_val *strmap_put(struct strmap *m, str key, bool *fresh);
bool strmap_del(struct strmap *m, str key);
bool strmap_next(const struct strmap *m, size_t *i, const struct strmap_entry **e);
void strmap_reset(struct strmap *m);
void strmap_release(struct strmap *m);

#endif
