/* cell.h: words with a longer past.
 *
 * A cell is the set of accesses to a word that a later access may still race with.  Most words need
 * none, as one read and one write are kept in the word itself (shadow.h).  Cells are counted,
 * immutable while they are shared, and shared by words with the same past, so memory read by two
 * goroutines costs one cell, not one per word.  Access x is dropped from the set when a later access
 * y of the same bytes happens after x and conflicts with all that x conflicts with: whatever then is
 * unordered with x is unordered with y also.  Nothing else is ever dropped.  (FastTrack, PLDI 2009,
 * keeps one write and drops its unordered predecessors; we keep those.)
 *
 * A word whose set outgrows ENTRIES_MAX, or ENTRIES_LARGE if no other word has the same, has a big cell: its own,
 * mutable under the word's lock, sets hashed by goroutine.
 *
 * Ownership: a word and a memo (thread.h) hold a reference each.  Threading: whoever changes the
 * cell of a word holds the word's lock (shadow.h), which also keeps the cell from being recycled.
 */
#ifndef GOMM_RT_CELL_H
#define GOMM_RT_CELL_H

#include "alone.h"
#include "mem.h"
#include "record.h"
#include "rt_types.h"
#include "thread.h"

/* A cell's id: its index, and whether it is a big one. */
#define CELL_BIG   0x40000000u
#define CELL_INDEX 0x3fffffffu

enum { ENTRIES_SMALL = 2, ENTRIES_MIDDLE = 7, ENTRIES_LARGE = 24, ENTRIES_MAX = 127 };
enum { SET_STACKS = 5, STACKS_MANY = SET_STACKS + 1 };

struct entry {
    union {
        struct {
            u32 g, epoch;
            u32 stack; /* of the function */
            int pc;    /* in the function, from record_anchor; 0: stack is the whole */
            u8 mask;   /* bytes of the word, bit i = byte i; never 0 in a set */
            u8 kind;
            /* in the first entry: how many the cell has, and their kinds, bit by kind (perhaps others too); of a big cell the
               kinds as well */
            u8 count, kinds;
        };
        u32 part[5]; /* stored and loaded whole where others may look: see `version` */
    };
};

/* Entries of one kind hashed by goroutine; open addressing, an empty slot has mask 0. */
struct set {
    struct entry *slot;
    u32 count, cap;
    /* The different stacks among the entries; STACKS_MANY if they are more than fit. */
    u32 stack_count, stack[SET_STACKS];
};

/* fast is the thr.key of the latest access, or 0: not said.  Then fast_bytes says which bytes that goroutine
 * has read or written in that epoch (low half), and which it has written (high half), by plain
 * accesses that are entries here, since anybody else's access.  fast_amd64.S knows where both are.
 * If the latest access that was no atomic read was an atomic write, bit 0 is clear, and fast_bytes is the place of its entry: all that conflicts
 * with it happened before. */
struct cell {
    u32 refs; /* words and memos that name this cell */
    u16 fast_bytes;
    u16 version; /* odd while the entries change, for who reads them without the word's lock */
    u64 fast;
    union {
        struct entry entry[1]; /* count of them */
        struct {
            u64 head[3];                  /* of a big one: entry[0].kinds alone counts */
            struct set set[ACCESS_KINDS]; /* that of plain reads in one cache line with `fast`, most often */
        };
    };
};

_Static_assert(sizeof(struct entry) == 20, "entry");

extern struct arena cells;

int cell_init(void);
void cell_drain(struct proc *p);

static inline struct cell *cell_at(u32 id)
{
    return (struct cell *)(void *)(cells.base + (uptr)(id & CELL_INDEX) * 8);
}

static inline u32 cell_count(const struct cell *c)
{
    return atomic_load_relaxed(&c->entry[0].count);
}

static inline struct entry entry_get(const struct entry *x)
{
    struct entry e;

    for (u32 i = 0; i < LENGTH(e.part); i++) {
        e.part[i] = atomic_load_relaxed(&x->part[i]);
    }
    return e;
}

static inline void entry_put(struct entry *x, const struct entry *e)
{
    for (u32 i = 0; i < LENGTH(e->part); i++) {
        atomic_store_relaxed(&x->part[i], e->part[i]);
    }
}

void cell_free(struct proc *p, u32 id);

/* Is there one word or memo only that names it? */
static inline int cell_single(u32 id)
{
    return atomic_load_relaxed(&cell_at(id)->refs) == 1;
}

static inline void cell_ref(u32 id, u32 n)
{
    inside_add(&cell_at(id)->refs, n);
}

static inline void cell_unref(struct proc *p, u32 id, u32 n)
{
    if (inside_add(&cell_at(id)->refs, 0U - n) == n) {
        cell_free(p, id);
    }
}

/* Is key the cell's, and did its goroutine access these bytes so that another access of this kind
 * adds nothing?  The word may be locked, and the cell another one by now: only t makes cells with
 * t's key, and cells that are given back lose theirs.  So the bytes are t's if the key is there
 * before and after they were read; and if words name one cell, it must have the key still after the
 * last of them was read. */
static inline int cell_is_fast(u32 id, u64 key, u8 kind, u8 mask)
{
    const struct cell *c = cell_at(id);

    if (atomic_load(&c->fast) != key) {
        return 0;
    }

    u32 bytes = atomic_load(&c->fast_bytes);

    return (mask & ~(kind & ACCESS_WRITE ? bytes >> 8 : bytes)) == 0 &&
           atomic_load_relaxed(&c->fast) == key;
}

/* The same by the entries, in whatever order the goroutines came: does t's epoch have accesses among
 * them that make this one needless, and all others that conflict with it happened before?  True of a
 * word that names the cell afterwards, while cell_version is still *version: then it was true in
 * between.  0 if in doubt, and for big cells. */
int cell_covers(u32 id, const struct thr *t, u8 kind, u8 mask, u32 *version);

static inline u32 cell_version(u32 id)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* after what was read of the entries */
    return atomic_load_relaxed(&cell_at(id)->version);
}

/* The stack of an access (stack.h), its pc included. */
u32 entry_stack(const struct entry *e);

#endif
