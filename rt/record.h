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
    u32 stack; /* of the function (stack.h); joined: index of a struct places */
    int pc;    /* in the function, from record_anchor; 0: stack is all of it */
    u32 refs, gone;
    u16 owner; /* proc.id */
    u8 kind;
    u8 joined;
    u8 older; /* bytes of older accesses; only if joined */
    u8 spare;
    u16 generation; /* of the id: tells records of one key apart that had it one after the other */
};

/* By byte. */
struct places {
    u64 key[8]; /* of older accesses */
    struct {
        u32 stack;
        int pc;
    } at[8];
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

void record_free(struct proc *p, u32 id);
void record_collect(struct proc *p);
u32 record_new(struct proc *p, u64 key, u32 stack, int pc, u8 kind, u8 joined, u32 refs);
void record_unref_slow(struct proc *p, u32 id, uptr n);

/* Counts from which on a record stays for ever, and where they are put then. */
#define REFS_STICKY 0x80000000u
#define REFS_MIDDLE 0xc0000000u

/* The record of this access; it stays at least until the next call, and for good with record_ref.  Here
 * alone records that others gave back last become free, so ids stay what they are until then.  0:
 * there are no more.  p's table finds it again without counting it: what it says must still be so. */
static inline u32 record_get(struct proc *p, u64 key, u32 stack, int pc, u8 kind)
{
    u64 h = ((u64)stack << 32 ^ (u32)pc) * 0x9e3779b97f4a7c15UL;
    u32 *slot = &p->recent[h >> (64 - RECENT_LOG)], id = *slot;
    const struct record *r = record_at(id);

    if (LIKELY(r->key == key && r->stack == stack && r->pc == pc && r->kind == kind && !r->joined &&
               r->owner == p->id)) {
        return id;
    }
    if (UNLIKELY(p->records.count == 0 && atomic_load_relaxed(&p->in_count) != 0)) {
        record_collect(p);
    }
    if (UNLIKELY(id != 0 && r->key != 0 && r->refs == 0 && r->owner == p->id)) {
        record_free(p, id); /* nobody took it */
    }
    return *slot = record_new(p, key, stack, pc, kind, 0, 0);
}

/* For a record that record_get(p) or record_join(p) gave. */
static inline void record_ref(struct proc *p, u32 id, uptr n)
{
    struct record *r = record_at(id);
    uptr refs = r->refs + n;

    atomic_store_relaxed(&r->refs, refs >= REFS_STICKY ? REFS_MIDDLE : (u32)refs);
    if (UNLIKELY(refs == atomic_load_relaxed(&r->gone))) {
        record_free(p, id); /* others have replaced it in the words since */
    }
}

static inline void record_unref(struct proc *p, u32 id, uptr n)
{
    struct record *r = record_at(id);
    u32 refs = atomic_load_relaxed(&r->refs) - (u32)n;

    if (UNLIKELY(r->owner != p->id || refs >= REFS_STICKY - (u32)n)) {
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

/* What record_get or record_join gave was not used after all. */
void record_refuse(struct proc *p, u32 id);

/* Gives back what p keeps. */
void record_drain(struct proc *p);

#endif
