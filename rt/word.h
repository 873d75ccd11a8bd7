/* word.h: words without a cell (shadow.h), as the checks look at them and change them. */
#ifndef GOMM_RT_WORD_H
#define GOMM_RT_WORD_H

#include "record.h"
#include "shadow.h"

/* Does the record in this slot stand for an access to these bytes by the goroutine of this key? */
static inline int slot_is(u64 w, u32 slot, u64 key, u8 mask)
{
    return (mask & ~word_bytes(w, slot)) == 0 &&
           atomic_load_relaxed(&record_at(word_record(w, slot))->key) == key;
}

/* Has the goroutine whose key this is accessed these bytes already, in this epoch, so that the
 * access adds nothing?  Only its thread makes records and cells with its key, so what the word named
 * when it was read has this key now only if it had it then. */
static inline int word_is_fast(u64 w, u64 key, u8 kind, u8 mask)
{
    return slot_is(w, 1, key, mask) || (!(kind & ACCESS_WRITE) && slot_is(w, 0, key, mask)) ||
           (word_has_cell(w) && cell_is_fast((u32)w, key, kind, mask));
}

/* The same of an atomic access, which one of either kind makes superfluous; cells not. */
static inline int word_is_fast_atomic(u64 w, u64 key, u8 mask)
{
    for (u32 slot = 0; slot < 2; slot++) {
        if ((mask & ~word_bytes(w, slot)) == 0 && atomic_load_relaxed(&record_at(word_record(w, slot))->key) >> 1 == key >> 1) {
            return 1;
        }
    }
    return 0;
}

/* w with this record for these bytes in the slot of a plain access, which covers reads if it is a write. */
static inline __attribute__((always_inline)) u64 word_with(u64 w, u8 kind, u32 record, u8 bytes, u8 mask)
{
    const u32 field = 24U * kind, field_bytes = 48U + 8U * kind;
    u64 to = (w & ~(0xffffffUL << field | 0xffUL << field_bytes)) | (u64)record << field | (u64)bytes << field_bytes;

    if (kind == ACCESS_WRITE) {
        to &= ~((u64)mask << 48);
        if (word_bytes(to, 0) == 0) {
            to &= ~0xffffffUL;
        }
    }
    return to;
}

/* w with a joined record of its own: for these bytes of mine, of this key, for others of what the slot's record, whose key is `was`, told of
 * them.  0: there is none. */
static inline u64 word_joined(struct proc *p, u64 w, u8 mask, u8 kind, u64 key, u64 was, u64 spot)
{
    u32 old = word_record(w, kind);
    u8 left = (u8)(word_bytes(w, kind) & ~mask), older = (u8)(record_older(record_at(old)) & ~mask);
    u32 to = record_join_one(p, old, left, older, key, spot, mask);

    return to == 0 ? 0 : word_with(w, kind, to, was == key ? left | mask : mask, mask);
}

/* w without the id of a slot's record. */
static inline u64 word_without(u64 w, u32 slot)
{
    return w & ~(0xffffffUL << 24 * slot);
}

/* w with what its records tell of in their places, unless they are joined: ids change, as long as no step counts them. */
static inline u64 step_from(u64 w)
{
    u64 from = w;

    for (u32 slot = 0; slot < 2; slot++) {
        const struct record *r = record_at(word_record(w, slot));

        if (word_bytes(w, slot) != 0 && !record_is_joined(r)) {
            from = word_without(from, slot) ^ record_spot(r) << slot;
        }
    }
    return from;
}

static inline struct transition *step_at(struct proc *p, u64 from, u64 spot)
{
    u64 h = (from ^ from >> 24 ^ spot << 32 ^ spot >> 32) * 0x9e3779b97f4a7c15UL;

    return &p->step[h >> (64 - STEPS_LOG)];
}

/* Is it the transition of w by this access?  other: the record in the other slot. */
static inline int step_is(const struct transition *s, u64 w, u64 key, u64 spot, u8 kind, u8 mask, const struct record *other)
{
    return s->from == word_without(w, !kind) && s->key == key && s->spot == spot && s->to != 0 && s->mask == mask &&
           s->other_key == (word_bytes(w, !kind) != 0 ? atomic_load_relaxed(&other->key) : 0) &&
           !record_is_joined(other);
}

static inline u32 step_hash(u64 from, u64 key, u64 spot)
{
    return (u32)((from ^ key << 7 ^ spot >> 32) * 0x9e3779b97f4a7c15UL >> 32);
}

/* Does this transition come for the first time, as far as is remembered? */
static inline int step_first(struct proc *p, u32 hash)
{
    u32 *at = &p->stepped[hash & ((1u << STEPPED_LOG) - 1)];
    int first = *at != hash;

    *at = hash;
    return first;
}

static inline u64 step_to(const struct transition *s, u64 w, u8 kind)
{
    return s->to | (word_bytes(s->to, !kind) != 0 ? w ^ word_without(w, !kind) : 0);
}

#endif
