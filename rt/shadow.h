/* shadow.h: what the detector remembers of every word of memory.
 *
 * Address map.  The program's heap lies in [HEAP_LO, HEAP_HI) (runtime/malloc.go, "case
 * raceenabled"), its globals in one range that __tsan_map_shadow names first.  Three linear tables
 * cover both:
 *   words   u32 per 8 bytes     the word's cell (below)
 *   lines   u32 per 64 bytes    list of the synchronisation objects there (sync.h)
 *   pages   u32 per 8 KiB       PAGE_* flags, and the allocation site of large objects
 * Memory of the tables is committed with the heap and used as it is touched: 0.5 bytes a byte.
 *
 * Cells.  A cell is the set of accesses to a word that a later access may still race with.  Cells
 * are counted, immutable while they are shared, and shared by words with the same past, so memory
 * filled by one loop costs one cell.  Access x is dropped from the set when a later access y of the same bytes happens
 * after x and conflicts with all that x conflicts with: whatever then is unordered with x is
 * unordered with y also.  Nothing else is ever dropped.  (FastTrack, PLDI 2009, keeps one write and
 * drops its unordered predecessors; we keep those.)
 *
 * A word whose set outgrows ENTRIES_MAX has a big cell: its own, mutable under the word's lock,
 * sets hashed by goroutine.  The word's lock is bit CELL_LOCK of the word itself; who holds it owns
 * the word and keeps its cell from being recycled.
 */
#ifndef GOMM_RT_SHADOW_H
#define GOMM_RT_SHADOW_H

#include "rt_types.h"
#include "thread.h"

#define HEAP_LO 0x00c000000000UL
#define HEAP_HI 0x00e000000000UL

#define CELL_LOCK 0x80000000u
#define CELL_BIG 0x40000000u
#define CELL_INDEX 0x3fffffffu

#define PAGE_TOUCHED 0x80000000u /* some word of the page has or had a cell */
#define PAGE_SYNC 0x40000000u    /* some line has or had a synchronisation object */
#define PAGE_SITE 0x3fffffffu    /* stack of the allocation, of large objects */
enum { PAGE_LOG = 13, LINE_LOG = 6, LARGE = 64 << 10, ENTRIES_MAX = 7, SET_STACKS = 5,
       STACKS_MANY = SET_STACKS + 1 };

/* Kinds of access, bits. */
enum { ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_ATOMIC = 2, ACCESS_KINDS = 4 };

struct entry {
    u32 g, epoch;
    u32 act; /* the function's activation, counted */
    int pc;  /* in the function, from shadow_anchor; 0: act is the whole stack */
    u8 mask; /* bytes of the word, bit i = byte i; never 0 in a set */
    u8 kind;
    u8 count; /* in the first entry: entries in the cell */
    u8 spare;
};

/* 40 bytes with one entry or none, 160 with up to seven. */
struct cell {
    u32 refs;  /* words and memos that name this cell; from REFS_STICKY on it stays for ever */
    u32 site;  /* stack of the allocation, 0 unknown */
    u64 fast;  /* (thr.key of the latest access, lowest bit: it writes) if plain and 8 bytes; or 0 */
    union {
        struct entry entry[1]; /* count of them, the latest access first */
        struct set *sets;      /* big: ACCESS_KINDS of them */
    };
};

/* Entries of one kind hashed by goroutine; open addressing, an empty slot has mask 0. */
struct set {
    struct entry *slot;
    u32 count, cap;
    /* The different stacks among the entries; STACKS_MANY if they are more than fit. */
    u32 stack_count, stack[SET_STACKS];
};

_Static_assert(sizeof(struct entry) == 20, "entry");
_Static_assert(sizeof(struct cell) == 40, "five units of the cell arena");

/* The tables of one linear range of the program's memory. */
struct range {
    uptr lo, size; /* of the program */
    u32 *words, *lines, *pages;
};

extern struct range shadow_ranges[2]; /* heap, globals */

int shadow_init(void);
/* Go announces memory (runtime·racemapshadow). */
void shadow_map(uptr addr, uptr size);
void shadow_drain(struct proc *p);

/* The stack of an access (stack.h); equal for equal stacks.  The entry's reference must hold. */
u32 entry_stack(const struct entry *e);

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

static inline void shadow_page_set(const struct range *r, uptr addr, u32 flag)
{
    u32 *page = shadow_page(r, addr);

    if (!(atomic_load_relaxed(page) & flag)) {
        atomic_or(page, flag);
    }
}

/* Does t's epoch have plain accesses of these whole words already that make this one needless?
 * Only reads; most accesses end here. */
int shadow_hit(const struct thr *t, uptr addr, uptr size, u8 kind);

/* An atomic operation whose innermost frame is act (thr_atomic_act). */
void shadow_atomic(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 act);

/* t accesses [addr, addr+size) at pc; reports every race that this makes. */
void shadow_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc);

/* The memory is a new object, allocated at stack `site` (0: unknown): forgets all accesses. */
void shadow_malloc(struct proc *p, uptr addr, uptr size, u32 site);
void shadow_free(struct proc *p, uptr addr, uptr size);

#endif
