/* shadow_map.c: the address map, and objects that come and go.  See shadow.h. */
#include "cell.h"
#include "shadow.h"
#include "sync.h"

/* Of the program's memory.  No entry of a table stands for more. */
#define MAP_STEP (1UL << 16)

struct range shadow_ranges[2];

/* ---- tables ---- */

static int range_init(struct range *r, uptr lo, uptr size)
{
    r->lo = lo;
    r->words = os_reserve(size / 2);
    r->lines = os_reserve(size >> (LINE_LOG - 2));
    r->pages = os_reserve(ROUND_UP(size >> (PAGE_LOG - 2), 4096UL));
    if (!r->words || !r->lines || !r->pages) {
        return -1;
    }
    r->size = size; /* last: makes the range visible */
    return 0;
}

int shadow_init(void)
{
    return cell_init() == 0 ? range_init(&shadow_ranges[0], HEAP_LO, HEAP_HI - HEAP_LO) : -1;
}

static int commit(void *table, uptr from, uptr to)
{
    u8 *first = (u8 *)table + ROUND_DOWN(from, 4096UL);
    u8 *last = (u8 *)table + ROUND_UP(to, 4096UL);

    return os_commit(first, (uptr)(last - first));
}

void shadow_map(uptr addr, uptr size)
{
    struct range *r = shadow_range(addr);

    if (!r) {
        r = &shadow_ranges[1];
        if (r->size != 0) {
            return; /* Go has one data range; hooks do not pass addresses outside of it */
        }

        uptr lo = ROUND_DOWN(addr, MAP_STEP);

        if (range_init(r, lo, ROUND_UP(addr + size - lo, MAP_STEP)) != 0) {
            rt_exhausted("the shadow of global variables");
            return;
        }
    }

    /* Whole steps: the last word may be a part of one, its line and page are parts most often. */
    uptr from = ROUND_DOWN(addr - r->lo, MAP_STEP), to = ROUND_UP(addr - r->lo + size, MAP_STEP);

    if (to > r->size || commit(r->words, from / 2, to / 2) != 0 ||
        commit(r->lines, from >> (LINE_LOG - 2), to >> (LINE_LOG - 2)) != 0 ||
        commit(r->pages, from >> (PAGE_LOG - 2), to >> (PAGE_LOG - 2)) != 0) {
        rt_exhausted("the shadow of the heap");
    }
}

/* ---- objects come and go ---- */

static void word_forget(struct proc *p, u32 *word, u8 mask)
{
    u32 id = word_lock(word);
    u32 to = cell_forget(p, id, mask);

    atomic_store(word, to);
    if (to != id) {
        cell_unref(p, id, 1);
    }
}

/* Gives whole words a cell that lives for ever, or 0. */
static void words_set(struct proc *p, u32 *word, uptr count, u32 to)
{
    u32 last = 0, run = 0;

    for (uptr i = 0; i < count; i++) {
        u32 id = atomic_load_relaxed(&word[i]);

        if (id == to) {
            continue;
        }
        if (id == 0 || (!(id & (CELL_BIG | CELL_LOCK)) && cell_stays(id))) {
            /* Nobody has a right to this memory now; a wild access would lose a count at most. */
            atomic_store_relaxed(&word[i], to);
            continue;
        }
        id = word_lock(&word[i]);
        atomic_store(&word[i], to);
        if (id != last) {
            if (run != 0) {
                cell_unref(p, last, run);
            }
            last = id;
            run = 0;
        }
        run++;
    }
    if (run != 0) {
        cell_unref(p, last, run);
    }
}

/* Whole pages: skips those never touched, and gives the memory of the others back. */
static void pages_clear(struct proc *p, const struct range *r, uptr addr, uptr size, u32 site)
{
    uptr end = addr + size;

    while (addr < end) {
        uptr next = ROUND_DOWN(addr, 1UL << PAGE_LOG) + (1UL << PAGE_LOG);
        uptr stop = next < end ? next : end;
        u32 *page = shadow_page(r, addr);
        u32 page_flags = atomic_load_relaxed(page);

        if (page_flags & PAGE_TOUCHED) {
            u32 *word = &r->words[(addr - r->lo) >> 3];

            words_set(p, word, (stop - addr) / 8, 0);
            if (stop - addr == 1UL << PAGE_LOG) {
                os_release(word, (1UL << PAGE_LOG) / 2);
                page_flags &= ~PAGE_TOUCHED;
            }
        }
        if (page_flags & PAGE_SYNC) {
            sync_forget(p, r, addr, stop - addr);
            if (stop - addr == 1UL << PAGE_LOG) {
                page_flags &= ~PAGE_SYNC;
            }
        }
        atomic_store_relaxed(page, (page_flags & ~PAGE_SITE) | site);
        addr = stop;
    }
}

static void object_set(struct proc *p, uptr addr, uptr size, u32 site, int fresh)
{
    const struct range *r = shadow_range(addr);

    if (!r || size == 0 || size > r->lo + r->size - addr) {
        return;
    }
    if (size >= LARGE) {
        pages_clear(p, r, addr, ROUND_UP(size, 8UL), site);
        return;
    }
    if (atomic_load_relaxed(shadow_page(r, addr)) & PAGE_SYNC ||
        atomic_load_relaxed(shadow_page(r, addr + size - 1)) & PAGE_SYNC ||
        size > 1UL << PAGE_LOG) {
        sync_forget(p, r, addr, size);
    }

    u32 to = fresh && site != 0 ? cell_fresh(p, site) : 0;
    u32 *word = &r->words[(addr - r->lo) >> 3];
    u32 offset = addr & 7;

    if (to != 0) {
        for (uptr at = addr; at < addr + size; at += 1UL << PAGE_LOG) {
            shadow_page_set(r, at, PAGE_TOUCHED);
        }
        shadow_page_set(r, addr + size - 1, PAGE_TOUCHED);
    }
    /* The tiny allocator (runtime/malloc.go) puts several objects into a word. */
    if (offset != 0) {
        u32 n = 8 - offset < size ? 8 - offset : (u32)size;

        word_forget(p, word, mask_of(offset, n));
        word++;
        size -= n;
    }
    words_set(p, word, size / 8, to);
    word += size / 8;
    if (size & 7) {
        if (atomic_load_relaxed(word) == 0) {
            atomic_store_relaxed(word, to);
        } else {
            word_forget(p, word, mask_of(0, size & 7));
        }
    }
}

void shadow_malloc(struct proc *p, uptr addr, uptr size, u32 site)
{
    object_set(p, addr, size, site, 1);
}

void shadow_free(struct proc *p, uptr addr, uptr size)
{
    object_set(p, addr, size, 0, 0);
}
