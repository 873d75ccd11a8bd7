/* meet.c: see meet.h. */
#include "meet.h"

#include "access.h"
#include "alone.h"
#include "flags.h"

/* Bytes of [addr, addr + size) in the word at addr, which moves on to the next word. */
static inline u8 next_bytes(uptr *addr, uptr *size)
{
    u32 first = *addr & 7;
    u32 n = 8 - first < *size ? 8 - first : (u32)*size;

    *addr += n;
    *size -= n;
    return mask_of(first, n);
}

/* ---- without a lock ---- */

/* Is there nothing in this cell that the access may race with or take the place of?  Neither a lock nor a reference
 * is needed to read one, as its memory stays a cell's.  True of a word that names it afterwards, as with cell_covers. */
static int cell_harmless(const struct thr *t, u64 w, u8 mask, u8 kind, u32 *version)
{
    const struct cell *c = cell_at((u32)w);
    u32 conflicts = access_conflicting(kind);

    *version = atomic_load(&c->version);
    if (!(atomic_load_relaxed(&c->entry[0].kinds) & conflicts)) {
        return !(*version & 1);
    }
    if (w & CELL_BIG || *version & 1 || cell_count(c) > ENTRIES_MAX) {
        return 0;
    }
    for (u32 i = 0, n = cell_count(c); i < n; i++) {
        struct entry x = entry_get(&c->entry[i]);

        /* a write takes the place of what it does not race with */
        if (x.mask & mask && conflicts >> x.kind & 1 &&
            (kind == ACCESS_WRITE || (x.g != thr_g(t) && !thr_knows(t, x.g, x.epoch)))) {
            return 0;
        }
    }
    return 1;
}

/* A word without a cell after the access; 0 if there may be a race. */
static int records_harmless(const struct thr *t, u64 w, u8 mask, u8 kind, u64 *to)
{
    u32 id[2];
    u8 left[2];

    for (u32 slot = 0; slot < 2; slot++) {
        u8 bytes = left[slot] = word_bytes(w, slot);
        u64 key = atomic_load_relaxed(&record_at(word_record(w, slot))->key);
        u8 was = slot_kind(slot, key);

        id[slot] = word_record(w, slot);
        if (bytes == 0) {
            continue;
        }

        u8 older = record_older(record_at(id[slot]));

        if (key >> 33 != thr_g(t) && !thr_knows(t, (u32)(key >> 33), key_epoch(key))) {
            if ((bytes | older) & mask && access_conflicts(was, kind)) {
                return 0;
            }
        } else if (kind & ACCESS_WRITE && access_covers(kind, was) && older == 0) {
            left[slot] &= (u8)~mask;
            id[slot] = left[slot] != 0 ? id[slot] : 0;
        }
    }
    *to = word_make(id[1], left[1], id[0], left[0]);
    return 1;
}

/* The access to these bytes of w, and of as many of the n words from `word` on as are w too. Returns for how many it is
 * done; 0: the first needs a lock or a report, or has changed. */
static uptr words_meet(const struct thr *t, u64 *word, uptr n, u64 w, u8 mask, u8 kind)
{
    u64 to, was = w;
    uptr done = 0;

    if (word_has_cell(w)) {
        u32 version;

        if (w & WORD_LOCK || !cell_harmless(t, w, mask, kind, &version)) {
            return 0;
        }
        done = words_run(word, n, w);
        return cell_version((u32)w) == version ? done : 0;
    }
    if (!records_harmless(t, w, mask, kind, &to)) {
        return 0;
    }
    if (to == w) {
        return words_run(word, n, w);
    }
    while (done < n && inside_cas(&word[done], &was, to)) {
        done++;
    }
    return done;
}

int meet_quick(const struct thr *t, uptr addr, uptr size, u8 kind)
{
    const struct range *r = shadow_range(addr);

    if (!r || size > r->lo + r->size - addr) {
        return !r;
    }
    while (size > 0) {
        u64 *word = &r->words[(addr - r->lo) >> 3];
        u64 w = atomic_load_relaxed(word);
        uptr n = (addr & 7) == 0 ? size / 8 : 0;

        if (n > 1) {
            n = w == 0 ? words_run(word, n, 0) : words_meet(t, word, n, w, FULL, kind);
            if (n == 0) {
                return 0;
            }
            addr += n * 8;
            size -= n * 8;
        } else {
            u8 mask = next_bytes(&addr, &size);

            if (w != 0 && words_meet(t, word, 1, w, mask, kind) == 0) {
                return 0;
            }
        }
    }
    return 1;
}

/* ---- with locks and reports ---- */

/* 0: the word changed meanwhile.  So for a word with a cell ... */
static int cell_met(struct access *a, u64 *word)
{
    u64 w = word_lock(word), to = w;

    if (w == 0) {
        return 0;
    }
    if (cell_meet(a, (u32)w) == CELL_BEFORE && a->e.kind == ACCESS_WRITE) {
        u32 cell = cell_forget(a->p, (u32)w, a->e.mask);

        to = cell == CELL_SAME ? w : cell == CELL_ALONE ? 0 : cell;
    }
    atomic_store(word, to); /* unlocks; pairs with word_lock */
    if (to != w) {
        cell_unref(a->p, (u32)w, 1);
    }
    return 1;
}

/* ... and so for one without. */
static int records_met(struct access *a, const u64 *word, u64 w)
{
    struct entry e[16];
    u32 n = word_entries(w, e);
    u8 need = 0;

    for (u32 i = 0; i < n; i++) {
        access_meet(a, &e[i], &need);
    }
    if (atomic_load(word) != w) {
        a->races = a->more = 0; /* what was found was perhaps not there */
        return 0;
    }
    return 1;
}

void meet_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 stack)
{
    const struct range *r = shadow_range(addr);
    u64 key = atomic_load_relaxed(&t->key);
    struct race race[RACES_MAX];
    struct access a = {.p = p,
                       .t = t,
                       .key = key,
                       .race = race,
                       .e = {.g = (u32)(key >> 33), .epoch = key_epoch(key), .kind = kind}};

    if (!r || size == 0) {
        return;
    }
    if (size > r->lo + r->size - addr) {
        size = r->lo + r->size - addr;
    }
    access_place(&a, pc, stack);
    while (size > 0) {
        u64 *word = &r->words[(addr - r->lo) >> 3];

        a.addr = addr & ~7UL;
        a.e.mask = next_bytes(&addr, &size);
        for (int more = 1; more;) {
            u64 w = atomic_load_relaxed(word);

            if (w == 0 || words_meet(t, word, 1, w, a.e.mask, kind) != 0) {
                break;
            }
            if (word_has_cell(w) ? cell_met(&a, word) : records_met(&a, word, w)) {
                more = a.more != 0 && !rt_off && !flags.equal_stacks;
                access_report(&a); /* what was reported is known then: now the rest of them */
            }
        }
    }
}
