/* record.h: accesses as many words remember them.
 *
 * A record is (goroutine, epoch, kind, call stack, pc): what one instruction does again and again
 * within one epoch is one record, however many words it touches.  A word of shadow memory
 * (shadow.h) names at most one record of a read and one of a write.
 *
 * Joined records.  What several instructions of one goroutine do to the bytes of one word within one
 * epoch (fields of a struct, bytes of a text) is one record too, which says where for each byte.  It
 * may also tell of older accesses to other bytes, of the same kind and all of which happened before
 * its own: so they are ordered before whatever its own are ordered before.
 *
 * Names.  A record says how often something came to name it, up to RECORD_MANY; nobody counts down.  One that came to be named as often
 * as the words at hand name it is theirs alone, and is changed where it stands, or given back at once, by the only thread (alone.h).  Only who
 * has the record's key now, or is the only thread, counts.
 *
 * Sweeping.  Records that are not given back at once are found when there are enough of them: nobody is inside then, all words that
 * name records are looked at, and what none of them names is free (alone_due in record.c).  So as long as a thread is inside, no id that it finds
 * in a word comes to stand for another access, but by itself.  (Mark and sweep with counts of a few bits for what has one owner only: after
 * D. S. Wise, D. P. Friedman, "The one-bit reference count", BIT 17, 1977.)
 */
#ifndef GOMM_RT_RECORD_H
#define GOMM_RT_RECORD_H

#include "mem.h"
#include "rt_types.h"
#include "thread.h"

/* Kinds of access, bits. */
enum { ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_ATOMIC = 2, ACCESS_KINDS = 4 };

/* Ids from RECORD_JOINED on are those of joined records. */
enum { RECORD_BITS = 24, RECORD_JOINED = 1 << (RECORD_BITS - 1) };

/* fast_amd64.S knows the size, and that key comes first.
 * spot, of one that is not joined: the function's stack (stack.h) in bits 0 to 26, the pc in the function, from record_anchor, in bits 32 to
 * 63 (0: the stack is all of it).  Of a joined one: the bytes of older accesses in bits 0 to 7, and JOINED_PC. */
struct record {
    u64 key;  /* thr.key of the access, with bit 0 clear if it was atomic; 0: the record is free */
    u64 spot;
};

#define RECORD_STACK  0x07ffffffU
#define RECORD_NAMED  0x08000000U /* times this */
#define RECORD_NAMES  0x38000000U
#define RECORD_WRITE  0x40000000U
#define RECORD_OLDER  0xffU
#define JOINED_PC     0x80000000U
enum { RECORD_MANY = RECORD_NAMES / RECORD_NAMED };

/* A place in the code. */
struct spot {
    u32 stack;
    int pc;
} __attribute__((aligned(8)));

/* Of a joined record, by byte. */
struct places {
    u64 key[8]; /* of older accesses */
    u64 at[8];  /* as spot_make */
};

_Static_assert(sizeof(struct record) == 16, "shift by 4 in fast_amd64.S");

/* Code of the program lies within 2 GiB of this, but for plugins. */
extern const char record_anchor;

extern struct arena records __asm__("gomm_fast_records");
extern struct arena record_places; /* that of id RECORD_JOINED + i is i */

int record_init(void);

static inline struct record *record_at(u32 id)
{
    return (struct record *)(void *)records.base + id;
}

static inline u32 record_id(const struct record *r)
{
    return (u32)(r - (const struct record *)(const void *)records.base);
}

/* A place in the code and whether it writes, at once. */
static inline u64 spot_make(u32 stack, int pc, u8 kind)
{
    return (u64)(u32)pc << 32 | (kind & ACCESS_WRITE ? RECORD_WRITE : 0) | stack;
}

static inline struct spot spot_of(u64 spot)
{
    return (struct spot){(u32)spot & RECORD_STACK, (int)(spot >> 32)};
}

/* Where it is, if the function is the program's. */
static inline uptr spot_pc(u64 spot)
{
    return (uptr)&record_anchor + (uptr)((sptr)spot >> 32);
}

/* As spot_make. */
static inline u64 record_spot(const struct record *r)
{
    return atomic_load_relaxed(&r->spot) & ~(u64)RECORD_NAMES;
}

static inline int spot_is_joined(u64 spot)
{
    return spot >> 32 == JOINED_PC;
}

static inline int record_is_joined(const struct record *r)
{
    return spot_is_joined(atomic_load_relaxed(&r->spot));
}

static inline u8 record_older(const struct record *r)
{
    u64 spot = atomic_load_relaxed(&r->spot);

    return spot_is_joined(spot) ? spot & RECORD_OLDER : 0;
}

static inline void record_older_set(struct record *r, u32 bytes)
{
    atomic_store_relaxed(&r->spot, (atomic_load_relaxed(&r->spot) & ~(u64)RECORD_OLDER) | bytes);
}

/* Where a joined record tells of, by byte. */
static inline struct places *record_places_of(const struct record *r)
{
    return (struct places *)(void *)record_places.base + (record_id(r) - RECORD_JOINED);
}

/* How often something came to name it. */
static inline u32 record_names(const struct record *r)
{
    return (u32)atomic_load_relaxed(&r->spot) / RECORD_NAMED % (RECORD_MANY + 1);
}

/* Do these words (or tables) alone name it? */
static inline int record_is_of(const struct record *r, uptr words)
{
    return words < RECORD_MANY && record_names(r) == words;
}

/* A byte for each eight words, a cache line (by their address, and more than one with the same): did any of them come to name a record since
 * the last sweep?  fast_amd64.S knows the numbers. */
enum { NAMING_LINE_LOG = 6, NAMING_LOG = 26 };
extern u8 *record_naming;

static inline u8 *record_naming_at(const u64 *word)
{
    return &record_naming[(uptr)word >> NAMING_LINE_LOG & ((1u << NAMING_LOG) - 1)];
}

static inline void record_naming_set(const u64 *word)
{
    u8 *at = record_naming_at(word);

    if (!atomic_load_relaxed(at)) { /* else it stays in the caches of others */
        atomic_store_relaxed(at, 1);
    }
}

/* Some more name it: places in tables that are gone with the next sweep ... */
static inline void record_name(u32 id, uptr more)
{
    struct record *r = record_at(id);
    uptr names = record_names(r) + more;
    u64 spot = record_spot(r);

    atomic_store_relaxed(&r->spot, spot | (u64)(names < RECORD_MANY ? names : RECORD_MANY) * RECORD_NAMED);
}

/* ... or the words from this one on. */
static inline void record_name_by(u32 id, const u64 *word, uptr more)
{
    const u64 *last = word + more - 1;

    record_name(id, more);
    for (; word < last; word += (1UL << NAMING_LINE_LOG) / sizeof *word) {
        record_naming_set(word);
    }
    record_naming_set(last);
}

/* Its key comes last: whoever finds that is told the rest. */
static inline void record_fill(struct record *r, u64 key, u64 spot)
{
    atomic_store_relaxed(&r->spot, spot);
    atomic_store(&r->key, key);
}

u32 record_refill(struct proc *p);

/* Some word of a page of memory is about to name a record, and none has yet. */
void record_page_begins(void);

/* p's table (proc.recent) finds the record of an access again: what it says must still be so.  The tag tells other places in the code and
 * other epochs apart, mostly: records of these are in no cache any more. */
static inline struct recent *record_slot(struct proc *p, u64 spot)
{
    return &p->recent[spot * 0x9e3779b97f4a7c15UL >> (64 - RECENT_LOG)];
}

static inline u32 recent_tag(u64 key, u64 spot)
{
    return (u32)(spot * 0x9e3779b97f4a7c15UL) ^ (u32)key;
}

/* Is it the record of this access, and not joined? */
static inline int record_says(const struct record *r, u64 key, u64 spot)
{
    return atomic_load_relaxed(&r->key) == key && record_spot(r) == spot;
}

/* The record of this access of p's, if the entry of its place in the code names it. */
static inline int recent_is(const struct recent *e, u64 key, u64 spot)
{
    return e->tag == recent_tag(key, spot) && record_says(record_at(e->id), key, spot);
}

/* What record_get made last, if nothing named it and nobody else can: for another access of that goroutine.  0: nothing. */
static inline u32 record_untaken(struct proc *p, u64 key)
{
    const struct record *r = record_at(p->untaken);

    return p->untaken != 0 && (atomic_load_relaxed(&r->key) ^ key) >> 33 == 0 && record_names(r) == 0 ? p->untaken : 0;
}

/* The record of this access at spot (spot_make), for record_name; 0: there are no more. */
static inline u32 record_get(struct proc *p, u64 key, u64 spot)
{
    struct recent *e = record_slot(p, spot);

    if (LIKELY(recent_is(e, key, spot))) {
        return e->id;
    }

    u32 id = record_untaken(p, key);

    if (LIKELY(id == 0)) {
        id = LIKELY(p->records.count != 0) ? cache_get(&records, &p->records) : record_refill(p);
    }
    if (LIKELY(id != 0)) {
        record_fill(record_at(id), key, spot);
    }
    p->untaken = id;
    *e = (struct recent){id, recent_tag(key, spot)};
    return id;
}

/* The only thread's words, as many as these, named it, and do not any more. */
static inline void record_let_go(struct proc *p, u32 id, uptr words)
{
    struct record *r = record_at(id);
    struct cache *c = id & RECORD_JOINED ? &p->joined : &p->records;

    if (record_is_of(r, words) && c->count < CACHE_MAX) {
        atomic_store_relaxed(&r->key, 0);
        c->index[c->count++] = id;
    }
}

/* The record of old for these of its bytes and older ones, and of mine, which record_get(p) gave just
 * now, for others; for record_name.  Both are of one kind, old happened before mine or has its key.  0: there is none. */
u32 record_join(struct proc *p, u32 old, u8 old_bytes, u8 older, u32 mine, u8 mine_bytes);

/* A new one, for a single word: it has this key and tells of an access at spot for these bytes.  Else as record_join. */
u32 record_join_one(struct proc *p, u32 old, u8 old_bytes, u8 older, u64 key, u64 spot, u8 mine_bytes);

/* For the only thread, and a record that is not joined and that nothing names but the words about to change: it is from now on another one of
 * the same goroutine and kind, as if record_get had made it in its place; 0 if there is one already. */
static inline int record_renew(struct proc *p, u32 id, u64 key, u64 spot)
{
    struct record *r = record_at(id);
    struct recent *e = record_slot(p, spot);

    if (recent_is(e, key, spot)) {
        return 0;
    }
    *e = (struct recent){id, recent_tag(key, spot)};
    atomic_store_relaxed(&r->spot, (atomic_load_relaxed(&r->spot) & RECORD_NAMES) | spot);
    atomic_store(&r->key, key);
    return 1;
}

/* What a joined record of one word tells of these bytes is now at spot, in the same epoch; doc/runtime.md, "What compare and swap gives",
 * says why that is right while others read it. */
static inline void record_place(struct record *r, u64 spot, u8 bytes)
{
    struct places *at = record_places_of(r);

    for (u32 left = bytes; left != 0; left &= left - 1) {
        atomic_store_relaxed(&at->at[__builtin_ctz(left)], spot);
    }
}

/* For the only thread: such a record moves on to another epoch of its goroutine, `bytes` being those that it stands for so far. */
static inline void record_age(struct record *r, u64 key, u8 bytes)
{
    struct places *at = record_places_of(r);

    for (u32 left = bytes; left != 0; left &= left - 1) {
        at->key[__builtin_ctz(left)] = r->key;
    }
    record_older_set(r, record_older(r) | bytes);
    atomic_store(&r->key, key);
}

/* Gives back what p keeps. */
void record_drain(struct proc *p);

#endif
