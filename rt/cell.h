/* cell.h: cells: what the detector remembers of a word.
 *
 * A cell is the set of accesses to a word that a later access may still race with.  Cells are
 * counted, immutable while they are shared, and shared by words with the same past, so memory
 * filled by one loop costs one cell.  Access x is dropped from the set when a later access y of the
 * same bytes happens after x and conflicts with all that x conflicts with: whatever then is
 * unordered with x is unordered with y also.  Nothing else is ever dropped.  (FastTrack, PLDI 2009,
 * keeps one write and drops its unordered predecessors; we keep those.)
 *
 * A word whose set outgrows ENTRIES_MAX has a big cell: its own, mutable under the word's lock,
 * sets hashed by goroutine.
 *
 * Ownership: a word and a memo (thread.h) hold a reference each.  Threading: whoever changes the
 * cell of a word holds the word's lock (shadow.h), which also keeps the cell from being recycled.
 */
#ifndef GOMM_RT_CELL_H
#define GOMM_RT_CELL_H

#include "mem.h"
#include "rt_types.h"
#include "thread.h"

/* What a word holds: the index of its cell, 0 for none, and these. */
#define CELL_LOCK  0x80000000u
#define CELL_BIG   0x40000000u
#define CELL_INDEX 0x3fffffffu

/* Counts of references from which on nobody counts any more, and where they are put then. */
#define REFS_STICKY 0x80000000u
#define REFS_MIDDLE 0xc0000000u

enum { ENTRIES_MAX = 7, SET_STACKS = 5, STACKS_MANY = SET_STACKS + 1 };

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

/* 40 bytes with one entry or none, 160 with up to seven.
 *
 * fast is the thr.key of the latest access, or 0.  Then fast_bytes says which bytes that goroutine
 * has read or written in that epoch (low half), and which it has written (high half), by plain
 * accesses that are entries here, since anybody else's access. */
struct cell {
    u32 refs; /* words and memos that name this cell; from REFS_STICKY on it stays for ever */
    u32 site; /* stack of the allocation, 0 unknown */
    u64 fast;
    u16 fast_bytes;
    u16 spare;
    union {
        struct entry entry[1]; /* count of them, the latest access first */
        u32 sets[2];           /* big: where the ACCESS_KINDS sets are (cell_sets) */
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

extern struct arena cells;

int cell_init(void);

static inline struct cell *cell_at(u32 id)
{
    return arena_at(&cells, id & CELL_INDEX);
}

static inline u32 cell_count(const struct cell *c)
{
    return c->entry[0].count;
}

static inline struct set *cell_sets(const struct cell *c)
{
    return (struct set *)((uptr)c->sets[1] << 32 | c->sets[0]);
}

/* Readers load fast, fast_bytes and fast again (id_is_fast in shadow.c): no two of these stores may
 * change places. */
static inline void cell_set_fast(struct cell *c, u64 fast, u32 bytes)
{
    if (atomic_load_relaxed(&c->fast) != 0) {
        atomic_store_relaxed(&c->fast, 0);
    }
    atomic_store(&c->fast_bytes, (u16)bytes);
    atomic_store(&c->fast, fast);
}

/* Lives for ever? */
static inline int cell_stays(u32 id)
{
    return atomic_load_relaxed(&cell_at(id)->refs) >= REFS_STICKY;
}

static inline void cell_ref(u32 id, u32 n)
{
    if (id != 0 && !cell_stays(id) && atomic_add(&cell_at(id)->refs, n) + n >= REFS_STICKY) {
        /* out of reach of those that are about to take references away */
        atomic_store_relaxed(&cell_at(id)->refs, REFS_MIDDLE);
    }
}

void cell_free(struct proc *p, u32 id);

static inline void cell_unref(struct proc *p, u32 id, u32 n)
{
    if (id != 0 && !cell_stays(id) && atomic_sub(&cell_at(id)->refs, n) == n) {
        cell_free(p, id);
    }
}

/* The cell of memory allocated at `site` and not accessed yet; it lives for ever.  0 when memory
 * ran out. */
u32 cell_fresh(struct proc *p, u32 site);

/* Takes bytes out of a locked word's cell; the result has a reference for the word if it is another
 * one. */
u32 cell_forget(struct proc *p, u32 id, u8 mask);

static inline u32 word_lock(u32 *word)
{
    for (u32 n = 0;; n++) {
        u32 id = atomic_load_relaxed(word);

        if (!(id & CELL_LOCK) && atomic_cas(word, &id, id | CELL_LOCK)) {
            return id;
        }
        os_spin(n);
    }
}

/* n bytes of a word. */
static inline u8 mask_of(u32 first, u32 n)
{
    return (u8)(((1u << n) - 1) << first);
}

/* The stack of an access (stack.h); equal for equal stacks.  The entry's reference must hold. */
u32 entry_stack(const struct entry *e);

#endif
