/* shadow_map.c: the address map, and objects that come and go.  See shadow.h. */
#include "access.h"
#include "alone.h"
#include "flags.h"
#include "line.h"
#include "sample.h"
#include "shadow.h"
#include "site.h"
#include "sync.h"

struct range shadow_ranges[2];
struct fast_range shadow_fast[2];
static uptr mapped[2]; /* no memory of the range behind it has tables */

/* ---- tables ---- */

static int range_init(struct range *r, uptr lo, uptr size)
{
    r->lo = lo;
    r->words = os_reserve(size + 4096 + (1UL << PAGE_LOG));
    r->lines = os_reserve(size >> (LINE_LOG - 2));
    r->pages = os_reserve(ROUND_UP(size >> (PAGE_LOG - 2), 4096UL));
    r->steps = os_map(ROUND_UP(size / MAP_STEP, 4096UL));
    if (!r->words || !r->lines || !r->pages || !r->steps) {
        return -1;
    }
    r->words = (u64 *)ROUND_UP((uptr)r->words, 1UL << PAGE_LOG); /* a page's bytes of record_naming are whole u64 */
    shadow_fast[r - shadow_ranges].lo = lo;
    shadow_fast[r - shadow_ranges].words = r->words;
    r->size = size; /* last: makes the range visible */
    return 0;
}

int shadow_init(void)
{
    struct range *heap = &shadow_ranges[0];

    alone_init();
    words_swap_init();
    heap->sites = os_reserve((HEAP_HI - HEAP_LO) >> (SITE_LOG - 2));
    heap->sites_upper = os_reserve((HEAP_HI - HEAP_LO) >> (SITE_LOG - 2));
    if (!heap->sites || !heap->sites_upper || cell_init() != 0 || record_init() != 0 || site_init() != 0) {
        return -1;
    }
    return range_init(heap, HEAP_LO, HEAP_HI - HEAP_LO);
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

    /* Two words more than the memory has, as Go's assembly and fast_amd64.S may look at three.  Whole steps: the last word may
       be a part of one, its line and page are parts most often. */
    uptr from = ROUND_DOWN(addr - r->lo, MAP_STEP), to = ROUND_UP(addr - r->lo + size, MAP_STEP);

    if (to > r->size || commit(r->words, from, to + 16) != 0 ||
        (r->sites && (commit(r->sites, from >> (SITE_LOG - 2), to >> (SITE_LOG - 2)) != 0 ||
                      commit(r->sites_upper, from >> (SITE_LOG - 2), to >> (SITE_LOG - 2)) != 0)) ||
        commit(r->lines, from >> (LINE_LOG - 2), to >> (LINE_LOG - 2)) != 0 ||
        commit(r->pages, from >> (PAGE_LOG - 2), to >> (PAGE_LOG - 2)) != 0 ||
        (line_on() && line_map(r, from, to) != 0)) {
        rt_exhausted("the shadow of the heap");
        return;
    }

    for (uptr step = from / MAP_STEP; step < to / MAP_STEP; step++) {
        atomic_store_relaxed(&r->steps[step], 1);
    }

    if (mapped[r - shadow_ranges] < to) {
        atomic_store(&mapped[r - shadow_ranges], to);
    }

    struct fast_range *fast = &shadow_fast[r - shadow_ranges];

    if (flags.all_pairs) {
        fast_mode = FAST_NEVER; /* no access is like one before */
        return;
    }
    if (sample_on()) {
        sample_ranges[r - shadow_ranges].lo = fast->lo;
        sample_ranges[r - shadow_ranges].words = fast->words;
        fast = &sample_ranges[r - shadow_ranges];
    }
    if (fast->size < to) {
        atomic_store(&fast->size, to);
    }
}

/* ---- objects come and go ---- */

/* Objects from this size on give the memory of their words back. */
enum { RELEASE = 1 << 20 };

/* Does the word, which has no cell, tell nothing of these bytes? */
static int word_tells_nothing(u64 w, u8 mask)
{
    u8 older = record_older(record_at(word_record(w, 0))) | record_older(record_at(word_record(w, 1)));

    return ((word_bytes(w, 0) | word_bytes(w, 1) | older) & mask) == 0;
}

static void word_forget(struct proc *p, u64 *word, u8 mask)
{
    for (;;) {
        u64 w = atomic_load_relaxed(word), to = 0;

        if (w == 0 || (!word_has_cell(w) && word_tells_nothing(w, mask) && atomic_load(word) == w)) {
            return;
        }
        if (!word_has_cell(w)) {
            struct entry e[16];
            u32 n = word_entries(w, e), kept = 0;
            u64 was = w;

            for (u32 i = 0; i < n; i++) {
                e[i].mask &= (u8)~mask;
                if (e[i].mask != 0) {
                    e[kept++] = e[i];
                }
            }
            to = kept != 0 ? cell_make(p, e, kept) : 0;
            if (inside_cas(word, &was, to)) {
                return;
            }
            if (to != 0) {
                cell_unref(p, (u32)to, 1);
            }
            continue;
        }
        w = word_lock(word);
        if (w == 0) {
            continue;
        }

        u32 cell = cell_forget(p, (u32)w, mask);

        to = cell == CELL_SAME ? w : cell == CELL_ALONE ? 0 : cell;
        atomic_store(word, to);
        if (to != w) {
            cell_unref(p, (u32)w, 1);
        }
        return;
    }
}

enum { SHORT = 16 };

/* Whole words, from the i-th on, SHORT or the first that is not 0. */
static NOINLINE void words_clear_from(struct proc *p, u64 *word, uptr i, uptr count)
{
    if (i == SHORT) { /* a goroutine's stack, most often */
        i += words_empty(&word[i], count - i);
    }
    while (i < count) {
        u64 w = atomic_load_relaxed(&word[i]);

        if (w == 0) {
            i += words_empty(&word[i], count - i);
            continue;
        }
        while (word_has_cell(w)) {
            w = word_lock(&word[i]);
            if (w != 0) {
                atomic_store(&word[i], 0);
                word_drop(p, w, 1);
            }
            w = atomic_load_relaxed(&word[i]);
        }
        atomic_store_relaxed(&word[i], 0);
        i++;
    }
}

/* Whole words.  Nobody has a right to this memory now, so words without a cell need no care. */
static inline void words_clear(struct proc *p, u64 *word, uptr count)
{
    uptr i = 0;

    while (i < count && i < SHORT && atomic_load_relaxed(&word[i]) == 0) {
        i++;
    }
    if (i < count) {
        words_clear_from(p, word, i, count);
    }
}

/* All of the memory, in which others may have bytes of the first and the last word: the tiny allocator (runtime/malloc.go) puts several
 * objects into one. */
static inline void words_forget(struct proc *p, const struct range *r, uptr addr, uptr size)
{
    u64 *word = &r->words[(addr - r->lo) >> 3];
    u32 offset = addr & 7;

    if (UNLIKELY(offset != 0)) {
        u32 n = 8 - offset < size ? 8 - offset : (u32)size;

        word_forget(p, word, mask_of(offset, n));
        word++;
        size -= n;
    }
    words_clear(p, word, size / 8);
    word += size / 8;
    if (UNLIKELY((size & 7) != 0)) {
        word_forget(p, word, mask_of(0, size & 7));
    }
}

/* The same of pages that were touched; others need not even be looked at. */
static void pages_forget(struct proc *p, const struct range *r, uptr addr, uptr size)
{
    for (uptr end = addr + size, next; addr < end; addr = next) {
        next = ROUND_DOWN(addr, 1UL << PAGE_LOG) + (1UL << PAGE_LOG);
        next = next < end ? next : end;
        if (atomic_load_relaxed(shadow_page(r, addr)) & PAGE_TOUCHED) {
            words_forget(p, r, addr, next - addr);
        }
    }
}

/* Whole pages: skips those never touched. What is not large gives no memory back: it would be faulted
 * in again soon, which costs more than clearing it. */
static void pages_clear(struct proc *p, const struct range *r, uptr addr, uptr size, u32 site)
{
    uptr begin = ROUND_UP(addr, 1UL << PAGE_LOG), end = addr + size;
    int touched = 0;

    while (addr < end) {
        uptr next = ROUND_DOWN(addr, 1UL << PAGE_LOG) + (1UL << PAGE_LOG);
        uptr stop = next < end ? next : end;
        u32 *page = shadow_page(r, addr);
        u32 page_flags = atomic_load_relaxed(page);

        if (page_flags & PAGE_TOUCHED) {
            u64 *word = &r->words[(addr - r->lo) >> 3];

            words_clear(p, word, (stop - addr) / 8);
            touched = 1;
            if (stop - addr == 1UL << PAGE_LOG) {
                page_flags &= ~PAGE_TOUCHED;
            }
        }
        if (page_flags & PAGE_SYNC) {
            sync_forget(p, r, addr, stop - addr);
            if (stop - addr == 1UL << PAGE_LOG) {
                page_flags &= ~PAGE_SYNC;
            }
        }
        if (page_flags & PAGE_SMALL) {
            site_set(r, addr, stop - addr, 0);
            if (stop - addr == 1UL << PAGE_LOG) {
                page_flags &= ~(PAGE_SMALL | PAGE_FINE);
            }
        }
        atomic_store_relaxed(page, (page_flags & ~PAGE_SITE) | site);
        addr = stop;
    }
    end = ROUND_DOWN(end, 1UL << PAGE_LOG);
    if (touched && size >= RELEASE && begin < end) {
        os_release(&r->words[(begin - r->lo) >> 3], end - begin);
    }
}

/* Is there an object in these pages, as far as the table of sites says? */
static int pages_small(const struct range *r, uptr from, uptr to)
{
    u32 some = 0;

    for (uptr at = ROUND_DOWN(from, 1UL << PAGE_LOG); at < to; at += 1UL << PAGE_LOG) {
        some |= atomic_load_relaxed(shadow_page(r, at));
    }
    return (some & PAGE_SMALL) != 0;
}

void shadow_wake(const struct range *r, uptr page)
{
    u64 *word = &r->words[(page - r->lo) >> 3];

    for (u32 i = 0; i < (1u << PAGE_LOG) / 8; i += 4096 / 8) {
        atomic_or(&word[i], 0);
    }
}

/* The pages are to have an object from `from` to `to`: what comes before it is none so far. */
static void pages_begin(const struct range *r, uptr from, uptr to)
{
    for (uptr at = ROUND_DOWN(from, 1UL << PAGE_LOG); at < to; at += 1UL << PAGE_LOG) {
        if (!(atomic_load_relaxed(shadow_page(r, at)) & PAGE_SMALL)) {
            shadow_wake(r, at);
            atomic_or(&r->sites[(at - r->lo) >> SITE_LOG], 0);
            if (at < from) {
                site_set(r, at, from - at, SITE_UNKNOWN);
            }
            shadow_page_set(r, at, PAGE_SMALL);
        }
    }
}

/* The memory is an object allocated at this site (0: unknown), or none. */
static void object_set(struct proc *p, uptr addr, uptr size, int object, u32 site)
{
    const struct range *r = shadow_range(addr);

    if (!r || size == 0 || size > r->lo + r->size - addr) {
        return;
    }
    if (size >= LARGE) {
        pages_clear(p, r, addr, ROUND_UP(size, 8UL), site);
        if (r->sites) {
            pages_begin(r, addr, addr + 16);
            site_set(r, addr, 16, SITE_UNKNOWN); /* as for a small one: it starts here */
        }
        return;
    }
    if (atomic_load_relaxed(shadow_page(r, addr)) & PAGE_SYNC ||
        atomic_load_relaxed(shadow_page(r, addr + size - 1)) & PAGE_SYNC ||
        size > 1UL << PAGE_LOG) {
        sync_forget(p, r, addr, size);
    }

    /* Where there never was one, as in stacks of goroutines, that is not written down. */
    if (r->sites) {
        /* what starts inside of a word belongs to whoever starts the word, as far as sites go */
        uptr from = ROUND_UP(addr, 8UL), to = ROUND_UP(addr + size, 8UL);

        if (from < to && (object || pages_small(r, from, to))) {
            pages_begin(r, from, to);
            site_set(r, from, to - from, site != 0 ? site : SITE_UNKNOWN);
            site_end(r, to);
            for (uptr at = ROUND_DOWN(to - 1, 1UL << PAGE_LOG); at > from; at -= 1UL << PAGE_LOG) {
                if (atomic_load_relaxed(shadow_page(r, at)) & PAGE_SITE) {
                    __atomic_fetch_and(shadow_page(r, at), ~PAGE_SITE, __ATOMIC_RELAXED);
                }
            }
        }
    }
    pages_forget(p, r, addr, size);
}

void shadow_malloc(struct proc *p, uptr addr, uptr size, u32 site)
{
    /* What comes behind it in its last word is no object: the tiny allocator gives out words from their beginning on. */
    uptr from = ROUND_UP(addr, 8UL), to = ROUND_UP(addr + size, 8UL);
    const struct range *r = &shadow_ranges[0];
    int simple = size - 1 < LARGE && addr - r->lo < r->size && (addr ^ (to - 1)) >> PAGE_LOG == 0;
    u32 page = simple ? atomic_load_relaxed(shadow_page(r, addr)) : 0;

    if (UNLIKELY((page & (PAGE_SITE | PAGE_SMALL)) != PAGE_SMALL)) {
        object_set(p, addr, to - addr, 1, site);
        return;
    }
    if (page & PAGE_SYNC) {
        sync_forget(p, r, addr, to - addr);
    }
    if (from < to) { /* as object_set */
        if (!(page & PAGE_FINE) && ((from | to) & ((1UL << SITE_LOG) - 1)) == 0) {
            site_set_units(r, from - r->lo, to - from, site);
        } else {
            site_set(r, from, to - from, site != 0 ? site : SITE_UNKNOWN);
        }
        if (line_on()) {
            site_end(r, to);
        }
    }
    if (page & PAGE_TOUCHED) {
        words_forget(p, r, addr, to - addr); /* most often there is nothing: they were cleared when the memory became free */
    }
}

void shadow_none(struct proc *p, uptr addr, uptr size)
{
    object_set(p, addr, size, 0, 0);
}

/* Objects up to this size are nearly all there are. */
enum { SMALL = 1024 };

void shadow_free(struct proc *p, uptr addr, uptr size)
{
    const struct range *r = &shadow_ranges[0];
    uptr at = addr - r->lo, n = size / 8, i = 0;

    if (UNLIKELY(size - 1 >= SMALL || ((at | size) & 7) != 0 || at >= r->size || (at ^ (at + size - 1)) >> PAGE_LOG != 0 || line_on())) {
        shadow_none(p, addr, size);
        return;
    }

    u32 page = atomic_load_relaxed(shadow_page(r, addr));

    if (page & PAGE_TOUCHED) {
        u64 *word = &r->words[at >> 3];

        for (u64 w; i < n && !word_has_cell(w = atomic_load_relaxed(&word[i])); i++) {
            if (w != 0) {
                atomic_store_relaxed(&word[i], 0);
            }
        }
        if (UNLIKELY(i < n)) {
            words_clear(p, word + i, n - i);
        }
    }
    if (page & PAGE_SYNC) {
        sync_forget(p, r, addr, size);
    }
    if (page & PAGE_FINE && ((at | size) & 15) != 0) { /* else one that comes beside it would make a pair with it */
        site_set(r, addr, size, SITE_UNKNOWN);
    }
}

/* ---- sweeping ---- */

/* Of a page of memory: its words, and what record_naming says of them, eight lines in a u64. */
enum { PAGE_WORDS = (1 << PAGE_LOG) / 8, LINE_WORDS = (1 << NAMING_LINE_LOG) / 8, PAGE_NAMING = PAGE_WORDS / LINE_WORDS / 8 };
/* Lines that are fetched while those before them are looked at: they are in no cache. */
enum { AHEAD = 16 };

struct marking {
    u64 *marks, *more; /* more: or NULL */
    const u64 *ahead[AHEAD];
    u32 next;
};

static void mark(u64 *marks, u32 id)
{
    marks[id / 64] |= 1UL << id % 64;
}

static void words_mark(const struct marking *m, const u64 *word, uptr n)
{
    u64 last = 0;

    for (uptr i = 0; i < n; i++) {
        u64 w = atomic_load_relaxed(&word[i]);

        if (w == last || word_has_cell(w)) {
            continue;
        }
        for (u32 slot = 0; slot < 2; slot++) { /* perhaps 0, none */
            mark(m->marks, word_record(w, slot));
            if (m->more) {
                mark(m->more, word_record(w, slot));
            }
        }
        last = w;
    }
}

static void line_mark(struct marking *m, const u64 *line)
{
    const u64 **slot = &m->ahead[m->next++ % AHEAD], *before = *slot;

    os_fetch(line);
    *slot = line;
    if (before) {
        words_mark(m, before, LINE_WORDS);
    }
}

/* The words of the first page from *at on that was touched, and *at behind it; NULL: there are no more. */
static u64 *page_next(struct shadow_place *at)
{
    const uptr page = 1UL << PAGE_LOG;

    for (; at->range < LENGTH(shadow_ranges); at->range++, at->offset = 0) {
        const struct range *r = &shadow_ranges[at->range];
        uptr end = atomic_load(&mapped[at->range]);

        while (at->offset < end) {
            uptr here = at->offset;
            int is_mapped = atomic_load_relaxed(&r->steps[here / MAP_STEP]);

            at->offset += is_mapped ? page : MAP_STEP;
            if (is_mapped && atomic_load_relaxed(&r->pages[here >> PAGE_LOG]) & PAGE_TOUCHED) {
                return &r->words[here >> 3];
            }
        }
    }
    return NULL;
}

static u64 *page_naming(const u64 *word)
{
    return (u64 *)(void *)record_naming_at(word);
}

uptr shadow_mark(u64 *marks, u64 *more)
{
    struct marking m = {.marks = marks, .more = more};
    struct shadow_place at = {0, 0};
    uptr words = 0;

    for (const u64 *word; (word = page_next(&at)) != NULL; words += PAGE_WORDS) {
        const u64 *naming = page_naming(word);

        for (u32 i = 0; i < PAGE_NAMING; i++) {
            for (u64 left = naming[i]; left != 0;) {
                u32 line = (u32)__builtin_ctzl(left) / 8;

                line_mark(&m, word + (i * 8 + line) * LINE_WORDS);
                left &= ~(0xffUL << 8 * line);
            }
        }
    }
    for (u32 i = 0; i < AHEAD; i++) {
        if (m.ahead[i]) {
            words_mark(&m, m.ahead[i], LINE_WORDS);
        }
    }
    /* not before, as lines share bytes */
    at = (struct shadow_place){0, 0};
    for (const u64 *word; (word = page_next(&at)) != NULL;) {
        for (u64 *naming = page_naming(word), *end = naming + PAGE_NAMING; naming < end; naming++) {
            if (*naming != 0) {
                *naming = 0;
            }
        }
    }
    return words;
}

int shadow_mark_some(struct shadow_place *at, u64 *marks, uptr words)
{
    const struct marking m = {.marks = marks};

    for (uptr n = 0; n < words; n += PAGE_WORDS) {
        const u64 *word = page_next(at);

        if (!word) {
            return 0;
        }
        words_mark(&m, word, PAGE_WORDS);
    }
    return 1;
}
