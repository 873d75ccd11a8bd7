/* intern.c: a hash table in stripes, and pages of strings by id.
 *
 * A string's stripe is chosen by its hash; each stripe has a lock, a table and the arena that
 * holds its strings.  Ids come from one counter.  Page k holds the strings of 1024 << k ids,
 * never moves, and is published with a release store that pairs with the acquire load in
 * intern_str; the string of an id is written before the id is handed out, and whoever got the
 * id from another thread synchronised with it then.
 */
#include "base/intern.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

enum { STRIPES = 16, PAGE_BITS = 10, PAGES = 32 - PAGE_BITS + 1 };

struct stripe {
    pthread_mutex_t lock;
    struct arena strings;
    struct strmap ids;
};

struct intern {
    struct stripe stripes[STRIPES];
    _Atomic u32 count;
    _Atomic(str *) pages[PAGES];
    pthread_mutex_t page_lock;
    u64 serial;
};

/* Page and place of an id: page k begins at id 1024 * (2^k - 1). */
static size_t page_of(u32 id, size_t *place)
{
    u64 shifted = (u64)id + (1u << PAGE_BITS);
    size_t top = 63 - (size_t)__builtin_clzll(shifted);

    *place = (size_t)(shifted - ((u64)1 << top));
    return top - PAGE_BITS;
}

static str *page_for(struct intern *in, size_t k)
{
    str *page = atomic_load_explicit(&in->pages[k], memory_order_acquire);

    if (page) {
        return page;
    }
    pthread_mutex_lock(&in->page_lock);
    page = atomic_load_explicit(&in->pages[k], memory_order_relaxed);
    if (!page) {
        page = mem_array((size_t)1 << (PAGE_BITS + k), sizeof(*page));
        atomic_store_explicit(&in->pages[k], page, memory_order_release);
    }
    pthread_mutex_unlock(&in->page_lock);
    return page;
}

struct intern *intern_new(void)
{
    static _Atomic u64 serials;
    struct intern *in = mem_zalloc(sizeof(*in));
    size_t place;

    for (size_t i = 0; i < STRIPES; i++) {
        pthread_mutex_init(&in->stripes[i].lock, NULL);
        in->stripes[i].ids.keys = &in->stripes[i].strings;
    }
    pthread_mutex_init(&in->page_lock, NULL);
    page_for(in, page_of(0, &place))[0] = STR("");
    atomic_store(&in->count, 1);
    in->serial = 1 + atomic_fetch_add(&serials, 1);
    return in;
}

void intern_free(struct intern *in)
{
    if (!in) {
        return;
    }
    for (size_t i = 0; i < STRIPES; i++) {
        strmap_release(&in->stripes[i].ids);
        arena_release(&in->stripes[i].strings);
        pthread_mutex_destroy(&in->stripes[i].lock);
    }
    for (size_t i = 0; i < PAGES; i++) {
        mem_free(atomic_load(&in->pages[i]));
    }
    pthread_mutex_destroy(&in->page_lock);
    mem_free(in);
}

static struct stripe *stripe_of(struct intern *in, str s)
{
    /* The table inside uses the low bits of the same hash. */
    return &in->stripes[hash_str(s) >> 60 & (STRIPES - 1)];
}

u32 intern_id(struct intern *in, str s)
{
    struct stripe *st;
    union map_val *val;
    bool fresh;
    u32 id;

    if (s.n == 0) {
        return 0;
    }
    st = stripe_of(in, s);
    pthread_mutex_lock(&st->lock);
    val = strmap_put(&st->ids, s, &fresh);
    if (fresh) {
        size_t place, k;

        id = atomic_fetch_add_explicit(&in->count, 1, memory_order_relaxed);
        BUG_IF(id == UINT32_MAX);
        val->u = id;
        k = page_of(id, &place);
        /* The key just put is the last entry, and its bytes are the arena's copy. */
        page_for(in, k)[place] = st->ids.entries[st->ids.n_entries - 1].key;
    }
    id = (u32)val->u;
    pthread_mutex_unlock(&st->lock);
    return id;
}

u32 intern_lookup(struct intern *in, str s)
{
    struct stripe *st = stripe_of(in, s);
    union map_val *val;
    u32 id;

    pthread_mutex_lock(&st->lock);
    val = strmap_get(&st->ids, s);
    id = val ? (u32)val->u : 0;
    pthread_mutex_unlock(&st->lock);
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
