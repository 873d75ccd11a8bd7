/* map.c: entries in insertion order, and an index of their numbers by linear probing.
 *
 * Every entry, dead or live, has taken one slot of the index since the last rebuild; a slot of
 * a dead one is marked and not used again.  So slots in use = n_entries, at most three
 * quarters of all, and a probe always ends at a free slot.
 */
#include "base/map.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/vec.h"

enum { SLOT_FREE = 0, SLOT_DELETED = 1, SLOT_FIRST = 2 };
enum { INDEX_MIN = 16, ENTRIES_MAX = UINT32_MAX - SLOT_FIRST };

static bool index_is_full(const struct map_index *x, size_t used)
{
    return x->slots == NULL || used + 1 > x->mask / 4 * 3;
}

/* An empty index with room for n entries and as many again. */
static void index_init(struct map_index *x, size_t n)
{
    size_t size = INDEX_MIN;

    while (size / 4 * 3 < n * 2) {
        size *= 2;
    }
    x->slots = mem_array(size, sizeof(*x->slots));
    memset(x->slots, 0, size * sizeof(*x->slots));
    x->mask = size - 1;
}

/* Puts an entry that is known to be absent. */
static void index_put(struct map_index *x, u64 hash, size_t entry)
{
    size_t i = hash & x->mask;

    while (x->slots[i] != SLOT_FREE) {
        i = (i + 1) & x->mask;
    }
    x->slots[i] = (u32)entry + SLOT_FIRST;
}

static void index_reset(struct map_index *x)
{
    if (x->slots) {
        memset(x->slots, 0, (x->mask + 1) * sizeof(*x->slots));
    }
}

/* The slot of the key, or NULL. */
static u32 *map_slot(const struct map *m, u64 key, u64 hash)
{
    if (!m->index.slots) {
        return NULL;
    }
    for (size_t i = hash & m->index.mask;; i = (i + 1) & m->index.mask) {
        u32 slot = m->index.slots[i];

        if (slot == SLOT_FREE) {
            return NULL;
        }
        if (slot >= SLOT_FIRST && m->entries[slot - SLOT_FIRST].key == key) {
            return &m->index.slots[i];
        }
    }
}

/* Drops dead entries and makes an index of the right size. */
static void map_rebuild(struct map *m)
{
    size_t kept = 0;

    for (size_t i = 0; i < m->n_entries; i++) {
        if (!m->entries[i].dead) {
            m->entries[kept++] = m->entries[i];
        }
    }
    m->n_entries = kept;
    mem_free(m->index.slots);
    m->index.slots = NULL;
    index_init(&m->index, kept + 1);
    for (size_t i = 0; i < kept; i++) {
        index_put(&m->index, hash_u64(m->entries[i].key), i);
    }
}

union map_val *map_get(const struct map *m, u64 key)
{
    u32 *slot = map_slot(m, key, hash_u64(key));

    return slot ? &m->entries[*slot - SLOT_FIRST].val : NULL;
}

union map_val *map_put(struct map *m, u64 key, bool *fresh)
{
    u64 hash = hash_u64(key);
    u32 *slot = map_slot(m, key, hash);

    if (fresh) {
        *fresh = slot == NULL;
    }
    if (slot) {
        return &m->entries[*slot - SLOT_FIRST].val;
    }
    if (index_is_full(&m->index, m->n_entries)) {
        map_rebuild(m);
    }
    BUG_IF(m->n_entries >= ENTRIES_MAX);
    m->entries = vec_grow(m->entries, m->n_entries, &m->cap, 1, sizeof(*m->entries));
    m->entries[m->n_entries] = (struct map_entry){.key = key};
    index_put(&m->index, hash, m->n_entries);
    m->n++;
    return &m->entries[m->n_entries++].val;
}

bool map_del(struct map *m, u64 key)
{
    u32 *slot = map_slot(m, key, hash_u64(key));

    if (!slot) {
        return false;
    }
    m->entries[*slot - SLOT_FIRST].dead = true;
    *slot = SLOT_DELETED;
    m->n--;
    return true;
}

bool map_next(const struct map *m, size_t *i, const struct map_entry **e)
{
    while (*i < m->n_entries && m->entries[*i].dead) {
        ++*i;
    }
    if (*i >= m->n_entries) {
        return false;
    }
    *e = &m->entries[(*i)++];
    return true;
}

void map_reset(struct map *m)
{
    m->n = m->n_entries = 0;
    index_reset(&m->index);
}

void map_release(struct map *m)
{
    mem_free(m->entries);
    mem_free(m->index.slots);
    *m = (struct map){0};
}

static u32 *strmap_slot(const struct strmap *m, str key, u64 hash)
{
    if (!m->index.slots) {
        return NULL;
    }
    for (size_t i = hash & m->index.mask;; i = (i + 1) & m->index.mask) {
        u32 slot = m->index.slots[i];

        if (slot == SLOT_FREE) {
            return NULL;
        }
        if (slot >= SLOT_FIRST) {
            const struct strmap_entry *e = &m->entries[slot - SLOT_FIRST];

            if (e->hash == hash && str_eq(e->key, key)) {
                return &m->index.slots[i];
            }
        }
    }
}

static void strmap_rebuild(struct strmap *m)
{
    size_t kept = 0;

    for (size_t i = 0; i < m->n_entries; i++) {
        if (!m->entries[i].dead) {
            m->entries[kept++] = m->entries[i];
        }
    }
    m->n_entries = kept;
    mem_free(m->index.slots);
    m->index.slots = NULL;
    index_init(&m->index, kept + 1);
    for (size_t i = 0; i < kept; i++) {
        index_put(&m->index, m->entries[i].hash, i);
    }
}

union map_val *strmap_get(const struct strmap *m, str key)
{
    u32 *slot = strmap_slot(m, key, hash_str(key));

    return slot ? &m->entries[*slot - SLOT_FIRST].val : NULL;
}

union map_val *strmap_put(struct strmap *m, str key, bool *fresh)
{
    u64 hash = hash_str(key);
    u32 *slot = strmap_slot(m, key, hash);

    if (fresh) {
        *fresh = slot == NULL;
    }
    if (slot) {
        return &m->entries[*slot - SLOT_FIRST].val;
    }
    if (index_is_full(&m->index, m->n_entries)) {
        strmap_rebuild(m);
    }
    BUG_IF(m->n_entries >= ENTRIES_MAX);
    m->entries = vec_grow(m->entries, m->n_entries, &m->cap, 1, sizeof(*m->entries));
    m->entries[m->n_entries] =
        (struct strmap_entry){.key = m->keys ? str_dup(m->keys, key) : key, .hash = hash};
    index_put(&m->index, hash, m->n_entries);
    m->n++;
    return &m->entries[m->n_entries++].val;
}

bool strmap_del(struct strmap *m, str key)
{
    u32 *slot = strmap_slot(m, key, hash_str(key));

    if (!slot) {
        return false;
    }
    m->entries[*slot - SLOT_FIRST].dead = true;
    *slot = SLOT_DELETED;
    m->n--;
    return true;
}

bool strmap_next(const struct strmap *m, size_t *i, const struct strmap_entry **e)
{
    while (*i < m->n_entries && m->entries[*i].dead) {
        ++*i;
    }
    if (*i >= m->n_entries) {
        return false;
    }
    *e = &m->entries[(*i)++];
    return true;
}

void strmap_reset(struct strmap *m)
{
    m->n = m->n_entries = 0;
    index_reset(&m->index);
}

void strmap_release(struct strmap *m)
{
    struct arena *keys = m->keys;

    mem_free(m->entries);
    mem_free(m->index.slots);
    *m = (struct strmap){.keys = keys};
}
