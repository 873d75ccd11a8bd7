/* intern.c: open hash tables that readers search without a lock, and pages of strings by id.
 *
 * The hash says in which of several parts a string belongs, so that threads that add strings seldom wait for each other.
 * A slot is written once, under its part's lock: its key first, its id last with a release store that pairs with the
 * acquire load in find().  A full table is copied into one of twice the size, which is published in the same way; the old
 * ones stay until intern_free, because someone may still be reading there (and will look again under the lock if it does
 * not find its string).  Page k holds the strings of 1024 << k ids, never moves, and is published with a release store
 * that pairs with the acquire load in intern_str; the string of an id is written before the id is.
 */
#define _GNU_SOURCE /* PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP */
#include "base/intern.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "base/mem_block.h"

enum { PAGE_BITS = 10, PAGES = 32 - PAGE_BITS + 1, FIRST = 128, PART_BITS = 4, PARTS = 1 << PART_BITS };

struct slot {
    struct intern_key key;
    _Atomic u32 id; /* 0: the slot is free */
    u32 n;          /* length, at most UINT32_MAX */
};

struct table {
    struct table *older;
    size_t size; /* of this block of memory */
    size_t mask;
    struct slot slots[];
};

struct part {
    _Atomic(struct table *) table;
    pthread_mutex_t lock; /* for adding: a matter of moments, so who finds it taken spins */
    struct arena strings;
    size_t n;
    char pad_[64]; /* parts do not share lines */
};

struct intern {
    struct part parts[PARTS];
    _Atomic(str *) pages[PAGES];
    u64 serial;
    char pad_[64];
    _Atomic u32 count; /* of ids that were given out */
};

static struct part *part_of(struct intern *in, struct intern_key key)
{
    return &in->parts[intern_hash(key) >> (64 - PART_BITS)];
}

/* Page and place of an id: page k begins at id 1024 * (2^k - 1). */
static size_t page_of(u32 id, size_t *place)
{
    u64 shifted = (u64)id + (1u << PAGE_BITS);
    size_t top = 63 - (size_t)__builtin_clzll(shifted);

    *place = (size_t)(shifted - ((u64)1 << top));
    return top - PAGE_BITS;
}

static void set_str(struct intern *in, u32 id, str s)
{
    size_t place, k = page_of(id, &place);
    str *page = atomic_load_explicit(&in->pages[k], memory_order_acquire);

    if (!page) {
        str *made = mem_array((size_t)1 << (PAGE_BITS + k), sizeof(*page));
        if (atomic_compare_exchange_strong(&in->pages[k], &page, made)) {
            page = made;
        } else {
            mem_free(made); /* another thread was first: page is its */
        }
    }
    page[place] = s;
}

static struct table *new_table(size_t slots, struct table *older)
{
    size_t size = sizeof(struct table) + slots * sizeof(struct slot);
    struct table *t = mem_block_alloc(&size);

    memset(t, 0, size);
    t->older = older;
    t->size = size;
    t->mask = slots - 1;
    return t;
}

struct intern *intern_new(void)
{
    static _Atomic u64 serials;
    struct intern *in = mem_zalloc(sizeof(*in));

    for (size_t i = 0; i < PARTS; i++) {
        in->parts[i].lock = (pthread_mutex_t)PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
        atomic_store(&in->parts[i].table, new_table(FIRST, NULL));
    }
    set_str(in, 0, STR(""));
    atomic_store(&in->count, 1);
    in->serial = 1 + atomic_fetch_add(&serials, 1);
    return in;
}

void intern_free(struct intern *in)
{
    struct table *older;

    if (!in) {
        return;
    }
    for (size_t i = 0; i < PARTS; i++) {
        for (struct table *t = atomic_load(&in->parts[i].table); t; t = older) {
            older = t->older;
            mem_block_free(t, t->size);
        }
        arena_release(&in->parts[i].strings);
        pthread_mutex_destroy(&in->parts[i].lock);
    }
    for (size_t i = 0; i < PAGES; i++) {
        mem_free(atomic_load(&in->pages[i]));
    }
    mem_free(in);
}

/* The slot of s, or the free one where it would be. */
static struct slot *find(const struct intern *in, struct table *t, str s, struct intern_key key,
                         u32 *id)
{
    for (size_t i = intern_hash(key) & t->mask;; i = (i + 1) & t->mask) {
        struct slot *slot = &t->slots[i];

        *id = atomic_load_explicit(&slot->id, memory_order_acquire);
        if (*id == 0) {
            return slot;
        }
        if (slot->key.head == key.head && slot->key.tail == key.tail && slot->n == s.n) {
            /* A short key is the string, but for NULs in it, which look like its end. */
            if (s.n <= 16 || memcmp(intern_str(in, *id).p, s.p, s.n) == 0) {
                return slot;
            }
        }
    }
}

static void set_slot(struct slot *slot, struct intern_key key, size_t n, u32 id)
{
    slot->key = key;
    slot->n = (u32)n;
    atomic_store_explicit(&slot->id, id, memory_order_release);
}

static struct table *grow(struct part *p, struct table *t)
{
    struct table *bigger = new_table((t->mask + 1) * 2, t);

    for (size_t i = 0; i <= t->mask; i++) {
        struct slot *slot = &t->slots[i];
        u32 id = atomic_load_explicit(&slot->id, memory_order_relaxed);

        if (id) {
            size_t j = intern_hash(slot->key) & bigger->mask;

            while (atomic_load_explicit(&bigger->slots[j].id, memory_order_relaxed)) {
                j = (j + 1) & bigger->mask;
            }
            set_slot(&bigger->slots[j], slot->key, slot->n, id);
        }
    }
    atomic_store_explicit(&p->table, bigger, memory_order_release);
    return bigger;
}

u32 intern_id_of_key(struct intern *in, str s, struct intern_key key)
{
    struct part *p = part_of(in, key);
    struct slot *slot;
    struct table *t;
    u32 id;

    find(in, atomic_load_explicit(&p->table, memory_order_acquire), s, key, &id);
    if (id) {
        return id;
    }
    pthread_mutex_lock(&p->lock);
    t = atomic_load_explicit(&p->table, memory_order_relaxed);
    slot = find(in, t, s, key, &id);
    if (!id) {
        id = atomic_fetch_add_explicit(&in->count, 1, memory_order_relaxed);
        BUG_IF(id == UINT32_MAX || s.n > UINT32_MAX);
        if (++p->n >= (t->mask + 1) / 3 * 2) {
            u32 none;

            t = grow(p, t);
            slot = find(in, t, s, key, &none);
        }
        set_str(in, id, str_dup(&p->strings, s));
        set_slot(slot, key, s.n, id);
    }
    pthread_mutex_unlock(&p->lock);
    return id;
}

/* The key of a string behind which nothing may be read. */
static struct intern_key key_of(str s)
{
    char buf[16] = {0};

    if (s.n >= 8) {
        return intern_key(s.p, s.n);
    }
    memcpy(buf, s.p, s.n);
    return intern_key(buf, s.n);
}

u32 intern_id(struct intern *in, str s)
{
    return s.n ? intern_id_of_key(in, s, key_of(s)) : 0;
}

u32 intern_lookup(struct intern *in, str s)
{
    u32 id = 0;

    if (s.n) {
        struct intern_key key = key_of(s);
        find(in, atomic_load_explicit(&part_of(in, key)->table, memory_order_acquire), s, key, &id);
    }
    return id;
}

str intern_str(const struct intern *in, u32 id)
{
    size_t place, k = page_of(id, &place);
    str *page = atomic_load_explicit(&in->pages[k], memory_order_acquire);

    BUG_IF(page == NULL || id >= atomic_load_explicit(&in->count, memory_order_relaxed));
    return page[place];
}

u32 intern_count(const struct intern *in)
{
    return atomic_load_explicit(&in->count, memory_order_relaxed);
}

u64 intern_serial(const struct intern *in)
{
    return in->serial;
}
