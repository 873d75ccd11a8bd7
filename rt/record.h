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
 * Counting.  A record belongs to the proc that made it; only the thread that holds that proc
 * changes refs, without atomics.  Others who let go of references count in gone.  It is free when
 * both are equal: its owner sees that when it lets go itself, and is told (outbox to inbox) when
 * somebody else let go last.  (After biased reference counting, Choi et al., PACT 2018.)  If both
 * happen at once each may think that the other one is last, and 32 bytes are lost.
 *
 * Stale readers.  Ids are recycled.  Whoever finds a record through a word reads key and generation
 * before it changes the word and again after it (shadow.c, seen_still); who remembers an id without
 * counting it remembers both.
 */
#ifndef GOMM_RT_RECORD_H
#define GOMM_RT_RECORD_H

#include "mem.h"
#include "rt_types.h"
#include "thread.h"

/* Kinds of access, bits. */
enum { ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_ATOMIC = 2, ACCESS_KINDS = 4 };

enum { RECORD_BITS = 24 };

/* fast_amd64.S knows the size, and that key comes first. */
struct record {
    u64 key;   /* thr.key of the access, with bit 0 clear if it was atomic; 0: the record is free */
    union {
        struct {
            u32 stack; /* of the function (stack.h); joined: index of a struct places */
            int pc;    /* in the function, from record_anchor; 0: stack is all of it */
        };
        u64 spot; /* both, as spot_make */
    };
    u32 refs, gone;
    union {
        struct {
            u16 owner; /* proc.id */
            u8 kind;
            u8 joined;
        };
        u32 sort; /* all three, as sort_make */
    };
    u8 older; /* bytes of older accesses; only if joined */
    u8 spare;
    u16 generation; /* of the id: tells records of one key apart that had it one after the other */
};

/* A place in the code.  Those of joined records are loaded and stored whole. */
struct spot {
    u32 stack;
    int pc;
} __attribute__((aligned(8)));

/* By byte. */
struct places {
    u64 key[8]; /* of older accesses */
    struct spot at[8];
};

_Static_assert(sizeof(struct record) == 32, "shift by 5 in fast_amd64.S");

/* Code of the program lies within 2 GiB of this, but for plugins. */
extern const char record_anchor;

extern struct arena records __asm__("gomm_fast_records");
extern struct arena record_places;

int record_init(void);

static inline struct record *record_at(u32 id)
{
    return (struct record *)(void *)records.base + id;
}

/* Where a record tells of, by byte; NULL if it is not joined (or not any more, by now). */
static inline const struct places *record_places_of(const struct record *r)
{
    u32 index = atomic_load_relaxed(&r->stack);

    return atomic_load_relaxed(&r->joined) && index < atomic_load_relaxed(&record_places.next)
               ? arena_at(&record_places, index)
               : NULL;
}

/* stack and pc at once. */
static inline u64 spot_make(u32 stack, int pc)
{
    return (u64)(u32)pc << 32 | stack;
}

static inline struct spot spot_of(u64 spot)
{
    return (struct spot){(u32)spot, (int)(spot >> 32)};
}

static inline u64 record_spot(const struct record *r)
{
    return atomic_load_relaxed(&r->spot);
}

/* Whose record it is, of which kind, and whether it is joined, at once. */
static inline u32 sort_make(const struct proc *p, u8 kind)
{
    return p->id | (u32)kind << 16; /* not joined */
}

static inline u32 record_sort(const struct record *r)
{
    return atomic_load_relaxed(&r->sort);
}

/* What others may look at while it changes (see seen_still): loaded and stored whole. */
static inline u16 record_owner(const struct record *r)
{
    return atomic_load_relaxed(&r->owner);
}

static inline int record_is_joined(const struct record *r)
{
    return atomic_load_relaxed(&r->joined);
}

static inline u8 record_older(const struct record *r)
{
    return atomic_load_relaxed(&r->older);
}

/* The id stands for another access from now on. */
static inline void record_another(struct record *r)
{
    atomic_store(&r->generation, (u16)(r->generation + 1));
}

static inline void record_older_set(struct record *r, u32 bytes)
{
    atomic_store_relaxed(&r->older, (u8)bytes);
}

/* What record_new makes of a free record; its key comes last, the generation before it: see seen_still (shadow.h). */
static inline void record_fill(struct record *r, const struct proc *p, u64 key, u32 stack, int pc, u8 kind, u8 joined, u8 older)
{
    atomic_store_relaxed(&r->spot, spot_make(stack, pc)); /* before anything is read: then new memory takes one page fault, not two */
    record_another(r);
    atomic_store_relaxed(&r->gone, 0);
    atomic_store_relaxed(&r->sort, sort_make(p, kind) | (u32)joined << 24);
    atomic_store_relaxed(&r->older, older);
    atomic_store_relaxed(&r->refs, 0);
    atomic_store(&r->key, key);
}

void record_free(struct proc *p, u32 id);
void record_collect(struct proc *p);
u32 record_new(struct proc *p, u64 key, u32 stack, int pc, u8 kind, u8 joined, u8 older);
void record_unref_slow(struct proc *p, u32 id, uptr n);

/* Counts from which on a record stays for ever, and where they are put then. */
#define REFS_STICKY 0x80000000u
#define REFS_MIDDLE 0xc0000000u

/* p's table (proc.recent) finds the record of an access again without counting it: what it says must still be so.  The tag tells other
 * places in the code and other epochs apart, mostly: records of these are in no cache any more. */
static inline struct recent *record_slot(struct proc *p, u64 spot)
{
    return &p->recent[spot * 0x9e3779b97f4a7c15UL >> (64 - RECENT_LOG)];
}

static inline u32 recent_tag(u64 key, u64 spot)
{
    return (u32)(spot * 0x9e3779b97f4a7c15UL) ^ (u32)key;
}

/* Is it a record of p's, and not free?  Of one that is not free the owner stays what it is until its owner frees it, so the key is
 * looked at first: between the two a free one may become another proc's. */
static inline int record_is_of(const struct proc *p, const struct record *r)
{
    return atomic_load(&r->key) != 0 && record_owner(r) == p->id;
}

/* The record of this access of p's, if the entry of its place in the code names it. */
static inline int recent_is(const struct proc *p, const struct recent *e, u64 key, u64 spot, u8 kind)
{
    const struct record *r = record_at(e->id);

    return e->tag == recent_tag(key, spot) && atomic_load_relaxed(&r->key) == key && record_spot(r) == spot && record_sort(r) == sort_make(p, kind);
}

/* What record_get made last is free again if nobody took it. */
static inline void record_untake(struct proc *p)
{
    const struct record *r = record_at(p->untaken);

    if (UNLIKELY(p->untaken != 0 && record_is_of(p, r) && r->refs == 0 && !record_is_joined(r))) {
        record_free(p, p->untaken);
    }
}

/* The record of this access; it stays at least until the next call, and for good with record_ref.  Here
 * alone records that others gave back last become free, so ids stay what they are until then.  0:
 * there are no more. */
static inline u32 record_get(struct proc *p, u64 key, u32 stack, int pc, u8 kind)
{
    u64 spot = spot_make(stack, pc);
    struct recent *e = record_slot(p, spot);

    if (LIKELY(recent_is(p, e, key, spot, kind))) {
        return e->id;
    }
    if (UNLIKELY(p->records.count == 0 && atomic_load_relaxed(&p->in_count) != 0)) {
        record_collect(p);
    }
    record_untake(p);
    p->untaken = record_new(p, key, stack, pc, kind, 0, 0);
    *e = (struct recent){p->untaken, recent_tag(key, spot)};
    return e->id;
}

/* For a record that record_get(p) or record_join(p) gave. */
static inline void record_ref(struct proc *p, u32 id, uptr n)
{
    struct record *r = record_at(id);
    uptr refs = atomic_load_relaxed(&r->refs) + n;

    atomic_store_relaxed(&r->refs, refs >= REFS_STICKY ? REFS_MIDDLE : (u32)refs);
    if (UNLIKELY(refs == atomic_load_relaxed(&r->gone))) {
        record_free(p, id); /* others have replaced it in the words since */
    }
}

static inline void record_unref(struct proc *p, u32 id, uptr n)
{
    struct record *r = record_at(id);
    u32 refs = atomic_load_relaxed(&r->refs) - (u32)n;

    if (UNLIKELY(record_owner(r) != p->id || refs >= REFS_STICKY - (u32)n)) {
        record_unref_slow(p, id, n);
        return;
    }
    atomic_store_relaxed(&r->refs, refs);
    if (refs == atomic_load_relaxed(&r->gone)) {
        record_free(p, id);
    }
}

/* The record of old for these of its bytes and older ones, and of mine, which record_get(p) gave just
 * now, for others; to be taken with record_ref or given to record_refuse.  Both are of one kind, old
 * happened before mine or has its key.  0: there is none. */
u32 record_join(struct proc *p, u32 old, u8 old_bytes, u8 older, u32 mine, u8 mine_bytes);

/* A new one, for a single word: it has this key and kind and tells of mine for these bytes.  Else as record_join. */
u32 record_join_one(struct proc *p, u32 old, u8 old_bytes, u8 older, u64 key, u8 kind, struct spot mine, u8 mine_bytes);

/* How many references a record of p's has.  If 1, it is that of a word which names it afterwards. */
static inline u32 record_refs(const struct record *r)
{
    return atomic_load_relaxed(&r->refs) - atomic_load(&r->gone);
}

static inline int record_is_single(const struct proc *p, const struct record *r)
{
    return record_owner(r) == p->id && record_refs(r) == 1;
}

/* For the only thread (alone.h), and a record of p's that is not joined and that nothing names but the words about to change: it
 * is from now on another one of the same goroutine and kind, as if record_get had made it in its place; 0 if there is one already. */
static inline int record_renew(struct proc *p, u32 id, u64 key, u32 stack, int pc)
{
    struct record *r = record_at(id);
    u64 spot = spot_make(stack, pc);
    struct recent *e = record_slot(p, spot);

    if (recent_is(p, e, key, spot, r->kind)) {
        return 0;
    }
    *e = (struct recent){id, recent_tag(key, spot)};
    atomic_store_relaxed(&r->spot, spot);
    record_another(r);
    atomic_store(&r->key, key);
    return 1;
}

/* What a single joined record tells of these bytes is now mine, in the same epoch; doc/runtime.md, "What compare and swap gives",
 * says why that is right while others read it. */
static inline void record_place(struct record *r, struct spot mine, u8 bytes)
{
    struct places *at = arena_at(&record_places, r->stack);

    for (u32 left = bytes; left != 0; left &= left - 1) {
        __atomic_store(&at->at[__builtin_ctz(left)], &mine, __ATOMIC_RELAXED);
    }
}

/* For the only thread: such a record moves on to another epoch of its goroutine, `bytes` being those that it stands for so far. */
static inline void record_age(struct record *r, u64 key, u8 bytes)
{
    struct places *at = arena_at(&record_places, r->stack);

    for (u32 left = bytes; left != 0; left &= left - 1) {
        at->key[__builtin_ctz(left)] = r->key;
    }
    record_older_set(r, r->older | bytes);
    record_another(r);
    atomic_store(&r->key, key);
}

/* What record_get or record_join gave was not used after all. */
void record_refuse(struct proc *p, u32 id);

/* Gives back what p keeps. */
void record_drain(struct proc *p);

#endif
