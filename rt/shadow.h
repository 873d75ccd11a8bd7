/* shadow.h: what the detector remembers of every word of memory.
 *
 * Address map.  The program's heap lies in [HEAP_LO, HEAP_HI) (runtime/malloc.go, "case
 * raceenabled"), its globals in one range that __tsan_map_shadow names first.  Linear tables
 * cover both:
 *   words   u64 per 8 bytes     the word's past, see below
 *   sites   u32 per 32 bytes    where the small object was allocated that starts there; where there are too
 *                               many for that, another u32 in sites_upper (site.c)
 *   lines   u32 per 64 bytes    list of the synchronisation objects there (sync.h)
 *   pages   u32 per 8 KiB       PAGE_* flags, and the allocation site of large objects
 * Memory of the tables is committed with the heap and used as it is touched.
 *
 * A word is 0, or the latest write and the latest read, or names a cell:
 *
 *   63    56 55    48 47                    24 23                     0
 *   wbytes   rbytes   record of the write      record of the read
 *   0        0        WORD_LOCK, CELL_BIG and index of a cell (cell.h)
 *
 * wbytes, rbytes: bytes of the word, bit i = byte i, that the record stands for; 0: no such record,
 * and the field is 0.  Kinds: a record's kind says whether the access was atomic.  Two records
 * never race with each other, or there is a cell.  So if a record has the key that the goroutine
 * has now, nobody else has accessed these bytes since in a way that conflicts with it: who would,
 * was unordered with it, as what orders ends the epoch.
 *
 * A word without a cell is changed by compare and swap.  A cell is locked with WORD_LOCK: who holds
 * it owns the word and keeps its cell from being recycled.
 */
#ifndef GOMM_RT_SHADOW_H
#define GOMM_RT_SHADOW_H

#include "cell.h"
#include "rt_types.h"
#include "thread.h"

#define HEAP_LO 0x00c000000000UL
#define HEAP_HI 0x00e000000000UL

#define PAGE_TOUCHED 0x80000000u /* some word of the page is or was not 0 */
#define PAGE_SYNC    0x40000000u /* some line has or had a synchronisation object */
#define PAGE_FINE    0x20000000u /* the page's sites are in two tables */
#define PAGE_SMALL   0x10000000u /* some 32 bytes have or had an entry in sites */
#define PAGE_SITE    0x0fffffffu /* stack of the allocation, of large objects */
/* Tables are committed for this much of the program's memory at a time. */
#define MAP_STEP (1UL << 16)
enum { PAGE_LOG = 13, LINE_LOG = 6, SITE_LOG = 5, LARGE = 64 << 10 };

#define WORD_LOCK 0x80000000u

static inline int word_has_cell(u64 w)
{
    return w != 0 && w >> 48 == 0;
}

static inline u64 word_make(u32 write, u8 wbytes, u32 read, u8 rbytes)
{
    return (u64)wbytes << 56 | (u64)rbytes << 48 | (u64)write << 24 | read;
}

/* The record of slot 0, the read, or 1, the write, and its bytes. */
static inline u32 word_record(u64 w, u32 slot)
{
    return (u32)(w >> 24 * slot) & ((1u << RECORD_BITS) - 1);
}

static inline u8 word_bytes(u64 w, u32 slot)
{
    return (u8)(w >> (48 + 8 * slot));
}

/* The tables of one linear range of the program's memory. */
struct range {
    uptr lo, size; /* of the program */
    u64 *words;
    u32 *sites, *sites_upper, *lines, *pages;
    u8 *steps; /* per MAP_STEP: has it tables? */
};

extern struct range shadow_ranges[2]; /* heap, globals */

int shadow_init(void);
/* Go announces memory (runtime·racemapshadow). */
void shadow_map(uptr addr, uptr size);
void shadow_drain(struct proc *p);

/* The range that holds addr, or NULL. */
static inline struct range *shadow_range(uptr addr)
{
    for (u32 i = 0; i < 2; i++) {
        if (addr - shadow_ranges[i].lo < shadow_ranges[i].size) {
            return &shadow_ranges[i];
        }
    }
    return NULL;
}

static inline u32 *shadow_page(const struct range *r, uptr addr)
{
    return &r->pages[(addr - r->lo) >> PAGE_LOG];
}

static inline u32 *shadow_line(const struct range *r, uptr addr)
{
    return &r->lines[(addr - r->lo) >> LINE_LOG];
}

/* Words of this page will be written soon.  What is only read of new memory is the kernel's page of zeros, which takes another fault, and an
 * interrupt for the other processors, when it is written. */
void shadow_wake(const struct range *r, uptr page);

static inline void shadow_page_set(const struct range *r, uptr addr, u32 flag)
{
    u32 *page = shadow_page(r, addr);

    if (!(atomic_load_relaxed(page) & flag)) {
        atomic_or(page, flag);
    }
}

/* Where fast_amd64.S and Go's assembly look (gomm/fast.h, thus the names): words of [lo, lo + size), as far as Go
 * has announced memory. */
struct fast_range {
    uptr lo, size;
    u64 *words;
};
extern struct fast_range shadow_fast[2] __asm__("gomm_fast_ranges");
/* Whether it does: for what it finds; not at all, and what it finds nowhere goes to the hook too; or with
 * sampling (sample.h) outside of bursts and in one. */
enum { FAST_ALWAYS, FAST_NEVER, FAST_PAUSE, FAST_BURST, FAST_MODES };
extern u32 fast_mode __asm__("gomm_fast_mode");

/* All bytes of a word. */
#define FULL 0xffu

/* n bytes of a word. */
static inline u8 mask_of(u32 first, u32 n)
{
    return (u8)(((1u << n) - 1) << first);
}

/* Locks a word that names a cell; 0 if it does not, any more. */
u64 word_lock(u64 *word);

/* How many of the n words from word on are w.  Others may store to them meanwhile: halves of vectors are loaded whole (doc/runtime.md, "What is
 * assumed"), which ThreadSanitizer has no way to be told. */
static inline __attribute__((no_sanitize("thread"))) uptr words_run(const u64 *word, uptr n, u64 w)
{
    typedef u32 pair __attribute__((vector_size(16), aligned(8), may_alias)); /* of words */
    typedef u64 bits __attribute__((vector_size(16)));
    const bits two = {w, w};
    const pair want = (pair)two;
    uptr i = 0;

    for (; i + 8 <= n; i += 8) {
        const pair *at = (const pair *)(const void *)(word + i);
        bits same = (bits)(at[0] == want) & (bits)(at[1] == want) & (bits)(at[2] == want) &
                    (bits)(at[3] == want);

        if ((same[0] & same[1]) != ~0UL) {
            break;
        }
    }
    while (i < n && atomic_load_relaxed(&word[i]) == w) {
        i++;
    }
    return i;
}

/* words_run of 0, for many. */
uptr words_empty(const u64 *word, uptr n);

/* Makes n words from word on `to` as long as they are `from`, each at one moment (or two of them); returns how many. */
uptr words_swap(u64 *word, uptr n, u64 from, u64 to);
void words_swap_init(void);
/* May fast_amd64.S use AVX2? */
extern u32 words_wide;

static inline void seen_read(u64 w, struct seen *s)
{
    for (u32 slot = 0; slot < 2; slot++) {
        const struct record *r = record_at(word_record(w, slot));

        s->key[slot] = word_bytes(w, slot) != 0 ? atomic_load(&r->key) : 0;
        s->spot[slot] = word_bytes(w, slot) != 0 ? record_spot(r) : 0;
    }
}

/* Are the records of w what was seen?  None of them is joined. */
static inline int seen_still(u64 w, const struct seen *s)
{
    for (u32 slot = 0; slot < 2; slot++) {
        if (word_bytes(w, slot) != 0 && !record_says(record_at(word_record(w, slot)), s->key[slot], s->spot[slot])) {
            return 0;
        }
    }
    return 1;
}

/* The kind of what a slot's record with this key stands for. */
static inline u8 slot_kind(u32 slot, u64 key)
{
    return (u8)(slot | (key & 1 ? 0 : ACCESS_ATOMIC));
}

/* What a word without a cell remembers: how many entries, at most 16. */
u32 word_entries(u64 w, struct entry *e);

/* n words that were w name nothing of it any more: counts its cell down. */
static inline void word_drop(struct proc *p, u64 w, uptr n)
{
    if (word_has_cell(w)) {
        cell_unref(p, (u32)w, (u32)n);
    }
}

/* A place in the words of both ranges: the beginning of a page of memory. */
struct shadow_place {
    u32 range;
    uptr offset;
};

/* Marks, by id, the records that the words name that came to name one (record_naming, which is cleared), and perhaps others; twice, if `more` is not
 * NULL. Returns how many words there are in pages that were touched.  Nobody is inside. */
uptr shadow_mark(u64 *marks, u64 *more);
/* The same for all words from a place on, about so many; 0: there are no more. */
int shadow_mark_some(struct shadow_place *at, u64 *marks, uptr words);

/* Does t's epoch have plain accesses of these bytes already that make this one needless?
 * Only reads; most accesses end here. */
int shadow_hit(const struct thr *t, uptr addr, uptr size, u8 kind);

/* A plain access to these bytes of a word, w, as far as p remembers what the same one has made of another word that was w. */
int shadow_memo(struct proc *p, struct thr *t, u64 *word, u64 w, u8 mask, u8 kind, u64 spot);

/* Has t's epoch an access that makes an atomic load of these bytes needless? */
int shadow_atomic_hit(const struct thr *t, uptr addr, uptr size);

/* shadow_atomic will be called: fetches what several goroutines change in turn, all at once. */
void shadow_atomic_soon(const struct range *r, uptr addr);

/* An atomic operation, called at pc in the function at the top of `stack`. */
void shadow_atomic(struct proc *p, struct thr *t, const struct range *r, uptr addr, uptr size, u8 kind, uptr pc, u32 stack);

/* The same as shadow_access if that needs no cell and finds no race; 0 if it does or may, and then
 * it is still to be done.  Takes less than 1.5 KB of stack. */
int shadow_quick(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 stack);

/* The same for a scalar access, in whose place come strings, interfaces and slices too (size.h). */
int shadow_scalar(struct proc *p, struct thr *t, uptr addr, u32 size, u8 kind, uptr pc, u32 stack);

/* Widths of scalar accesses, filled once, by where the hook returns to: a byte for four bytes of code, as calls are longer, so
 * those of one function lie together.  Not of code further from record_anchor than WIDTHS_REACH (plugins).  fast_amd64.S
 * looks here too. */
extern u8 *widths;
#define WIDTHS_REACH (1UL << 29)

/* Where that of pc stands, or NULL. */
static inline u8 *width_at(uptr pc)
{
    uptr i = pc - ((uptr)&record_anchor - WIDTHS_REACH);

    return LIKELY(i < 2 * WIDTHS_REACH) ? &widths[i / 4] : NULL;
}

/* What widths says of pc; 0: nothing. */
static inline u32 width_known(uptr pc)
{
    const u8 *at = width_at(pc);

    return at ? atomic_load_relaxed(at) : 0;
}

/* quick.c.  From fast_amd64.S, on the goroutine's own stack, for accesses that are not fast; 0: the hook must
 * do it.  sp is the hook's, where the return address stands. */
int quick_read(struct thr *t, uptr addr, const struct go_g *g, uptr sp);
int quick_write(struct thr *t, uptr addr, const struct go_g *g, uptr sp);
/* The same for a plain access to these bytes of a word by p's thread, which is the only one and inside (alone.h), at `spot` (record.h);
 * and of some words, a byte of mask for each. */
int quick_lean_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr);
int quick_lean_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr);
int quick_few_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr);
int quick_few_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr);
/* The same of a scalar by p's thread, which is inside, perhaps with others; it leaves. */
int quick_shared_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr);
int quick_shared_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr);
/* An atomic access by p's thread, which is the only one and inside; 0: it is still to be checked (shadow_atomic). */
int quick_atomic_read(struct proc *p, struct thr *t, const struct range *r, uptr addr, u32 size, uptr pc, u32 stack);
int quick_atomic_write(struct proc *p, struct thr *t, const struct range *r, uptr addr, u32 size, uptr pc, u32 stack);
/* how: 2 * size + kind */
int quick_range(struct thr *t, uptr addr, const struct go_g *g, uptr sp, uptr pc, uptr how);
/* One byte, by Go's runtime for a function: its return address and the pc less 1 stand above sp. */
int quick_pc(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind);

/* t accesses [addr, addr+size) at pc; reports every race that this makes. */
void shadow_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc);

/* The memory is a new object, allocated at stack `site` (0: unknown): forgets all accesses. */
void shadow_malloc(struct proc *p, uptr addr, uptr size, u32 site);
/* The object is gone.  The table of sites may keep it until another one is there, unless cache lines are observed. */
void shadow_free(struct proc *p, uptr addr, uptr size);
/* The memory is no object of the program's. */
void shadow_none(struct proc *p, uptr addr, uptr size);

#endif
