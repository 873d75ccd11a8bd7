/* quick.c: accesses on the goroutine's own stack (shadow.h), where fast_amd64.S leaves off.
 *
 * What the only thread (alone.h) accesses for the first time in an epoch is mostly its own goroutine's of an earlier one, and many
 * programs do little else.  Such words are changed here, without calls and locking instructions.  Where others may be inside, the commonest
 * are changed here too, by compare and swap (shared).  All others are left to shadow_scalar and shadow_quick, which come to the same.  The macro
 * "change" in change_amd64.inc has the first four of these ways itself, as far as they need no walk down the clock.
 *
 *   renew   a record that only this word names, in the slot of the access and covered by it, becomes the access's own
 *   take    else the word gets the P's record of this access, which other words may have as well, or a new one
 *   place   a joined record that only this word names tells of the access, too
 *   more    the word's record is that of the access already, and stands for more bytes from now on
 *   step    the word goes the way that another one went before (p->step)
 *   join    it gets a joined record of its own
 *
 * What take or step made of a word is looked up for others that are the same, in assembly, before all that (p->repeat, "repeat" in fast_amd64.S).
 *
 * Words with cells are not so simple, but what their goroutine does again is frequent (met_again).
 *
 * That alone.proc names this thread when it has come in means that nobody else has been inside since long before, as only it
 * sets that.  So what it read of records before is true then.
 */
#include "access.h"
#include "alone.h"
#include "current.h"
#include "flags.h"
#include "meet.h"
#include "sample.h"
#include "word.h"

/* Ways in which a word changes: not here; done; as another word before it, or with a joined record, if at all (step). */
enum { NOT, DONE, STEP };

/* Did the access of this key happen before one of t's, whose key is `key`?  If not far, only what p has at hand is said.  What a
 * goroutine knows it knows for good, and its index is never another's. */
static inline __attribute__((always_inline)) int knows(struct proc *p, const struct thr *t, u64 key, u64 of, const int far)
{
    if ((of ^ key) >> 33 == 0 || (p->knower == key >> 33 && (of ^ p->known) >> 33 == 0 && of <= p->known)) {
        return 1;
    }
    if (far) {
        u32 g = (u32)(of >> 33), until = thr_known(t, g);

        if (key_epoch(of) <= until) {
            p->knower = (u32)(key >> 33);
            p->known = (u64)g << 33 | (u64)until << 1 | 1;
            return 1;
        }
    }
    return 0;
}

/* What `count` words, which are w, do not name as `to`. */
static inline __attribute__((always_inline)) void let_go(struct proc *p, u64 w, u64 to, u32 count)
{
    for (u32 slot = 0; slot < 2; slot++) {
        u32 was = word_record(w, slot);

        if (was != 0 && was != word_record(to, slot)) {
            record_let_go(p, was, count);
        }
    }
}

static inline const struct range *range_of(uptr addr)
{
    return &shadow_ranges[addr - HEAP_LO >= HEAP_HI - HEAP_LO];
}

static inline int page_untouched(const struct range *r, const u64 *word)
{
    return !(atomic_load_relaxed(&r->pages[(uptr)(word - r->words) >> (PAGE_LOG - 3)]) & PAGE_TOUCHED);
}

/* An access of this kind by p's thread, t's goroutine, at `spot` (spot_make), of these bytes of a word of r, or of `count` equal ones,
 * whole: from w to what it makes of them.  An atomic one is about atomic ones only, as it covers no plain one. */
static inline __attribute__((always_inline)) int lean(struct proc *p, const struct thr *t, const struct range *r, u64 *word, u64 w,
                                                      u8 mask, u64 spot, const u8 how, const u32 count, const int far)
{
    const u8 kind = how & ACCESS_WRITE, atomic = (how & ACCESS_ATOMIC) != 0;
    const u64 key = atomic_load_relaxed(&t->key) - atomic;
    u32 was = word_record(w, kind), other = word_record(w, !kind), is = was;
    struct record *x = record_at(was);
    const struct record *y = record_at(other);
    u8 bytes = word_bytes(w, kind), others = word_bytes(w, !kind);

    if (others != 0) {
        if ((kind == ACCESS_WRITE && record_older(y) != 0) || (atomic && y->key & 1) || !knows(p, t, key, y->key, far)) {
            return NOT;
        }
    } else if (bytes == 0 && (w != 0 || page_untouched(r, word) || (count > 1 && page_untouched(r, word + count - 1)))) {
        return NOT; /* a cell, or memory that is accessed for the first time */
    }

    int covered = ((bytes | record_older(x)) & ~mask) == 0, own = (x->key ^ key) >> 33 == 0 && ((x->key ^ key) & 1) == 0;
    int single = record_is_of(x, count);

    if (record_spot(x) == spot && (x->key == key || (covered && single && own))) {
        bytes |= mask; /* the same instruction again */
        if (x->key != key) {
            atomic_store(&x->key, key);
        }
    } else if (covered) {
        if (single && own && !record_is_joined(x) && record_renew(p, was, key, spot)) {
            is = was;
        } else {
            if (was != 0 && ((x->key ^ key) & 1 || !knows(p, t, key, x->key, far))) {
                return NOT;
            }
            is = record_get(p, key, spot);
            if (UNLIKELY(is == 0)) {
                return NOT;
            }
            record_name_by(is, word, count);
        }
        bytes = mask;
    } else if (record_is_joined(x) && single) {
        if (!own) {
            return NOT;
        }
        if (x->key != key) {
            record_age(x, key, bytes);
            bytes = 0;
        }
        record_place(x, spot, mask);
        record_older_set(x, record_older(x) & (u32)~mask);
        bytes |= mask;
    } else {
        return STEP;
    }

    u64 to = word_with(w, kind, is, bytes, mask);

    for (u32 i = 0; to != w && i < count; i++) {
        atomic_store(&word[i], to);
    }
    let_go(p, w, to, count);
    return DONE;
}

/* Other bytes of the word are of other accesses of this goroutine's, and the transition s comes for the first time: it gets a joined
 * record of its own, as by word_own in shadow.c. */
static NOINLINE int join(struct proc *p, const struct thr *t, u64 *word, u64 w, u8 mask, u64 spot, u8 kind, u64 from, struct transition *s)
{
    u64 key = atomic_load_relaxed(&t->key);
    u32 other = word_record(w, !kind);
    const struct record *x = record_at(word_record(w, kind)), *y = record_at(other);

    if (word_bytes(w, kind) == 0 || (x->key ^ key) >> 33 != 0 || !(x->key & 1) ||
        (other != 0 && ((kind == ACCESS_WRITE && record_older(y) != 0) || !knows(p, t, key, y->key, 1)))) {
        return NOT;
    }

    u32 hash = step_hash(from, key, spot);
    u64 to = step_first(p, hash) ? word_joined(p, w, mask, kind, key, x->key, spot) : 0;

    if (to == 0) {
        return NOT;
    }
    s->hash = hash; /* as step_made */
    record_name_by(word_record(to, kind), word, 1);
    atomic_store(word, to);
    let_go(p, w, to, 1);
    return DONE;
}

/* The word goes the way that another one went before, if one did. */
static inline __attribute__((always_inline)) int step(struct proc *p, const struct thr *t, u64 *word, u64 w, u8 mask, u64 spot, const u8 kind)
{
    u64 from = step_from(w);
    struct transition *s = step_at(p, from, spot);

    if (!step_is(s, w, atomic_load_relaxed(&t->key), spot, kind, mask, record_at(word_record(w, !kind)))) {
        return join(p, t, word, w, mask, spot, kind, from, s);
    }

    u64 to = step_to(s, w, kind);

    atomic_store(word, to);
    if (word_record(to, kind) != word_record(w, kind)) {
        record_name_by(word_record(to, kind), word, 1);
    }
    let_go(p, w, to, 1);
    return DONE;
}

static NOINLINE int step_word(struct proc *p, const struct thr *t, u64 *word, u8 mask, u64 spot, u8 kind)
{
    u64 w = atomic_load_relaxed(word);

    return (kind == ACCESS_WRITE ? step(p, t, word, w, mask, spot, ACCESS_WRITE) : step(p, t, word, w, mask, spot, ACCESS_READ)) == DONE;
}

/* What others than the goroutine have to do with, or went the same way before. */
static NOINLINE int lean_word(struct proc *p, const struct thr *t, u64 *word, u8 mask, u64 spot, u8 kind, u32 count)
{
    const struct range *r = &shadow_ranges[(uptr)(word - shadow_ranges[0].words) >= (HEAP_HI - HEAP_LO) >> 3];
    u64 w = atomic_load_relaxed(word);
    int how = kind == ACCESS_WRITE ? lean(p, t, r, word, w, mask, spot, ACCESS_WRITE, count, 1)
                                   : lean(p, t, r, word, w, mask, spot, ACCESS_READ, count, 1);

    return how == DONE || (how == STEP && step_word(p, t, word, mask, spot, kind));
}

/* One word is all that an access of this key was to: it was `from`, and is `to`.  What one word alone names has no use for others. */
static void repeat_set(struct proc *p, u64 from, u64 to, u64 key, u64 spot, uptr addr)
{
    u32 id[] = {word_record(to, 0), word_record(to, 1), word_record(from, 0), word_record(from, 1)};

    for (u32 i = 0; i < LENGTH(id); i++) {
        if (record_names(record_at(id[i])) < 2) {
            return;
        }
    }
    for (u32 i = 0; i < LENGTH(id); i++) {
        record_name(id[i], RECORD_MANY);
    }
    /* fast_amd64.S knows where */
    p->repeat[(word_record(from, spot & RECORD_WRITE ? 1 : 0) ^ (u32)(spot >> 32)) % REPEATS] =
        (struct repeat){from, to, spot | (addr & 7) * RECORD_NAMED, key};
}

static inline __attribute__((always_inline)) int quick_atomic(struct proc *p, struct thr *t, const struct range *r, uptr addr, u32 size,
                                                              uptr pc, u32 stack, const u8 how)
{
    sptr near = (sptr)(pc - (uptr)&record_anchor);
    u32 offset = addr & 7;

    if (near != (int)near || offset + size > 8 || flags.all_pairs) {
        return 0;
    }

    u64 *word = &r->words[(addr - r->lo) >> 3];

    if (lean(p, t, r, word, atomic_load_relaxed(word), mask_of(offset, size), spot_make(stack, (int)near, how), how, 1, 1) != DONE) {
        return 0;
    }
    t->dirty |= THR_ACCESS;
    return 1;
}

int quick_atomic_read(struct proc *p, struct thr *t, const struct range *r, uptr addr, u32 size, uptr pc, u32 stack)
{
    return quick_atomic(p, t, r, addr, size, pc, stack, ACCESS_READ | ACCESS_ATOMIC);
}

int quick_atomic_write(struct proc *p, struct thr *t, const struct range *r, uptr addr, u32 size, uptr pc, u32 stack)
{
    return quick_atomic(p, t, r, addr, size, pc, stack, ACCESS_WRITE | ACCESS_ATOMIC);
}

/* Ranges that a u64 has a bit for each byte of, from the beginning of their first word on. */
enum { FEW = 56 }; /* fast_amd64.S, too */

static inline u64 mask_few(uptr addr, uptr size)
{
    return ((1UL << size) - 1) << (addr & 7);
}

/* 0: some of it is still to be done; doing it twice changes nothing. */
static inline __attribute__((always_inline)) int few_lean(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr,
                                                          const u8 kind)
{
    const struct range *r = range_of(addr);

    for (u32 count; mask != 0; word += count, mask >>= 8 * count) {
        u64 w = atomic_load_relaxed(word);
        u8 bytes = (u8)mask;

        count = 1;
        if (word_is_fast(w, atomic_load_relaxed(&t->key), kind, bytes)) {
            continue;
        }
        if (UNLIKELY(word_has_cell(w))) {
            return 0;
        }
        while (bytes == FULL && (mask >> 8 * count & FULL) == FULL && atomic_load_relaxed(&word[count]) == w) {
            count++;
        }

        int how = lean(p, t, r, word, w, bytes, spot, kind, count, 0);

        if (how != DONE && !(how == STEP ? step_word(p, t, word, bytes, spot, kind) : lean_word(p, t, word, bytes, spot, kind, count))) {
            return 0;
        }
    }
    t->dirty |= THR_ACCESS;
    proc_leave_lean(p);
    return 1;
}

static NOINLINE int few_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return few_lean(p, t, word, mask, spot, addr, ACCESS_READ);
}

static NOINLINE int few_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return few_lean(p, t, word, mask, spot, addr, ACCESS_WRITE);
}

static inline u32 size_of(u64 mask)
{
    return (u32)(64 - __builtin_clzl(mask) - __builtin_ctzl(mask));
}

/* ---- among other threads ---- */

/* The same of one word if others may be inside: as words_simple in shadow.c, which says why.  0: not so simple, or the word has changed. */
static inline __attribute__((always_inline)) int shared(struct proc *p, const struct thr *t, const struct range *r, u64 *word, u64 w, u8 mask,
                                                        u64 spot, const u8 kind)
{
    const u64 key = atomic_load_relaxed(&t->key);
    u32 was = word_record(w, kind), is = was;
    struct record *x = record_at(was);
    const struct record *y = record_at(word_record(w, !kind));
    u8 bytes = word_bytes(w, kind), left = mask;
    u64 now = w, seen = atomic_load_relaxed(&x->key);

    if (word_bytes(w, !kind) != 0) {
        if ((kind == ACCESS_WRITE && record_older(y) != 0) || !knows(p, t, key, atomic_load_relaxed(&y->key), 1)) {
            return 0;
        }
    } else if (w == 0 && page_untouched(r, word)) {
        return 0;
    }
    if (seen == key && record_spot(x) == spot) {
        left = bytes | mask; /* the same instruction again */
    } else if (((bytes | record_older(x)) & ~mask) == 0) {
        if (bytes != 0 && !knows(p, t, key, seen, 1)) {
            return 0;
        }
        is = record_get(p, key, spot);
        if (UNLIKELY(is == 0)) {
            return 0;
        }
    } else if (seen == key && record_is_joined(x) && record_is_of(x, 1) && atomic_load_relaxed(word) == w) {
        record_place(x, spot, mask);
        left = bytes | mask;
    } else {
        return 0;
    }

    if (UNLIKELY(!atomic_cas(word, &now, word_with(w, kind, is, left, mask)))) {
        return 0;
    }
    if (is != was) {
        record_name_by(is, word, 1);
    } else if (UNLIKELY(record_older(x) & mask)) {
        record_older_set(x, record_older(x) & (u32)~mask);
    }
    return 1;
}

/* A word with a cell as the same access before, in place or by way of p's memos: what more words name has no place of its own. */
static inline int cell_met(struct proc *p, struct thr *t, u64 *word, u64 w, u8 mask, u64 spot, u8 kind)
{
    if (cell_single((u32)w)) {
        return cell_again(t, word, w, mask, kind, spot_of(spot)) || shadow_memo(p, t, word, w, mask, kind, spot);
    }
    return shadow_memo(p, t, word, w, mask, kind, spot) || cell_again(t, word, w, mask, kind, spot_of(spot));
}

/* As few_lean, of p's thread, which is inside. */
static inline __attribute__((always_inline)) int few_shared(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr,
                                                            const u8 kind)
{
    const struct range *r = range_of(addr);

    if (UNLIKELY(flags.all_pairs)) {
        return 0;
    }
    for (; mask != 0; word++, mask >>= 8) {
        u64 w = atomic_load_relaxed(word);

        if (word_is_fast(w, atomic_load_relaxed(&t->key), kind, (u8)mask)) {
            continue;
        }
        if (word_has_cell(w) ? !cell_met(p, t, word, w, (u8)mask, spot, kind)
                             : !shared(p, t, r, word, w, (u8)mask, spot, kind) && !shadow_memo(p, t, word, w, (u8)mask, kind, spot)) {
            return 0;
        }
    }
    t->dirty |= THR_ACCESS;
    return 1;
}

static NOINLINE int shared_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return few_shared(p, t, word, mask, spot, addr, ACCESS_READ);
}

static NOINLINE int shared_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return few_shared(p, t, word, mask, spot, addr, ACCESS_WRITE);
}

int quick_shared_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    int done = shared_read(p, t, word, mask, spot, addr) || shadow_scalar(p, t, addr, size_of(mask), ACCESS_READ, spot_pc(spot), spot_of(spot).stack);

    proc_leave(p);
    return done;
}

int quick_shared_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    int done = shared_write(p, t, word, mask, spot, addr) || shadow_scalar(p, t, addr, size_of(mask), ACCESS_WRITE, spot_pc(spot), spot_of(spot).stack);

    proc_leave(p);
    return done;
}

/* Frames to be trimmed, or none yet? */
static inline int quick_not(const struct thr *t, const struct go_g *g, uptr sp)
{
    return rt_off || t->top == t->base || t->top[-1].depth > g->stack_hi - sp;
}

static NOINLINE int scalar_general(struct proc *p, struct thr *t, uptr addr, u32 size, u8 kind, uptr pc)
{
    proc_enter(p);

    int done = sample_pause() ? meet_quick(t, addr, size, kind) : shadow_scalar(p, t, addr, size, kind, pc, thr_stack(p, t));

    proc_leave(p);
    return done;
}

/* What the goroutine's own word alone does not answer: other widths, stacks that nobody asked for yet. */
static NOINLINE int scalar_longer(struct proc *p, struct thr *t, uptr addr, u32 size, u8 kind, uptr pc)
{
    u32 stack = thr_stack_known(p, t);

    if (LIKELY(stack != 0 && !sample_pause())) {
        const struct range *r = range_of(addr);
        u64 *word = &r->words[(addr - r->lo) >> 3], mask = mask_few(addr, size), spot = spot_make(stack, (int)(pc - (uptr)&record_anchor), kind);

        if (proc_enter_lean(p)) {
            if (kind == ACCESS_WRITE ? few_write(p, t, word, mask, spot, addr) : few_read(p, t, word, mask, spot, addr)) {
                return 1;
            }
        } else {
            proc_enter(p);
            return kind == ACCESS_WRITE ? quick_shared_write(p, t, word, mask, spot, addr) : quick_shared_read(p, t, word, mask, spot, addr);
        }
    }
    return scalar_general(p, t, addr, size, kind, pc); /* in the place of this frame: there is little stack */
}

/* A word with a cell, or of another goroutine's that does not know: as the same access before.  The only thread leaves then. */
static NOINLINE int met_again(struct proc *p, struct thr *t, u64 *word, u64 w, u8 mask, u64 spot, u8 kind)
{
    atomic_store_relaxed(&alone.inside, 1);

    int done = word_has_cell(w) ? cell_met(p, t, word, w, mask, spot, kind) : shadow_memo(p, t, word, w, mask, kind, spot);

    atomic_store_relaxed(&alone.inside, 0);
    if (done) {
        proc_leave_lean(p);
    }
    return done;
}

/* For the only thread, which is inside. */
static inline __attribute__((always_inline)) int scalar_lean(struct proc *p, struct thr *t, u64 *word, u32 mask, u64 spot, uptr addr,
                                                             const u8 kind)
{
    u64 w = atomic_load_relaxed(word);
    const struct record *x = record_at(word_record(w, kind));
    int how;

    if (UNLIKELY(word_has_cell(w))) {
        if (met_again(p, t, word, w, (u8)mask, spot, kind)) {
            return 1;
        }
        return scalar_general(p, t, addr, size_of(mask), kind, spot_pc(spot)); /* in the place of this frame */
    }
    if ((word_bytes(w, kind) & ~mask) != 0 &&
        (record_is_joined(x) ? !record_is_of(x, 1) : !record_says(x, atomic_load_relaxed(&t->key), spot))) {
        how = STEP; /* no need to ask all that lean does */
    } else {
        how = lean(p, t, range_of(addr), word, w, (u8)mask, spot, kind, 1, 0);
    }
    if (how == NOT && word_bytes(w, kind) != 0 && met_again(p, t, word, w, (u8)mask, spot, kind)) {
        return 1;
    }
    if (how == DONE ||
        (how == STEP ? step_word(p, t, word, (u8)mask, spot, kind) : lean_word(p, t, word, (u8)mask, spot, kind, 1))) {
        t->dirty |= THR_ACCESS;
        if (how == STEP) {
            repeat_set(p, w, atomic_load_relaxed(word), atomic_load_relaxed(&t->key), spot, addr);
        }
        proc_leave_lean(p);
        return 1;
    }
    return scalar_general(p, t, addr, size_of(mask), kind, spot_pc(spot));
}

int quick_lean_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return scalar_lean(p, t, word, (u32)mask, spot, addr, ACCESS_READ);
}

int quick_lean_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return scalar_lean(p, t, word, (u32)mask, spot, addr, ACCESS_WRITE);
}

static inline int scalar(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind)
{
    struct proc *p = current_of(g);
    uptr pc = *(const uptr *)sp;
    u32 size = width_known(pc);

    return size != 0 && p && !quick_not(t, g, sp) && scalar_longer(p, t, addr, size, kind, pc);
}

int quick_read(struct thr *t, uptr addr, const struct go_g *g, uptr sp)
{
    return scalar(t, addr, g, sp, ACCESS_READ);
}

int quick_write(struct thr *t, uptr addr, const struct go_g *g, uptr sp)
{
    return scalar(t, addr, g, sp, ACCESS_WRITE);
}

/* callpc: in the function that this one calls, if not 0. */
static NOINLINE int range_general(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, uptr callpc)
{
    proc_enter(p);

    int done;

    if (sample_pause()) {
        done = meet_quick(t, addr, size, kind);
    } else {
        u32 stack = thr_stack(p, t);

        done = shadow_quick(p, t, addr, size, kind, pc, callpc != 0 ? proc_call(p, stack, callpc) : stack);
    }
    proc_leave(p);
    return done;
}

/* The same of some words, as a hook of strings and the like or of ranges has them. */
static inline int few_general(struct proc *p, struct thr *t, u64 mask, u64 spot, uptr addr, u8 kind)
{
    u32 size = size_of(mask);

    return size <= 24 && size % 8 == 0 && addr % 8 == 0 ? scalar_general(p, t, addr, size, kind, spot_pc(spot))
                                                        : range_general(p, t, addr, size, kind, spot_pc(spot), 0);
}

int quick_few_read(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return few_read(p, t, word, mask, spot, addr) || few_general(p, t, mask, spot, addr, ACCESS_READ);
}

int quick_few_write(struct proc *p, struct thr *t, u64 *word, u64 mask, u64 spot, uptr addr)
{
    return few_write(p, t, word, mask, spot, addr) || few_general(p, t, mask, spot, addr, ACCESS_WRITE);
}

/* Ranges of few words are as scalars. */
static int range_longer(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, uptr callpc)
{
    const struct range *r = range_of(addr);
    sptr near = (sptr)(pc - (uptr)&record_anchor);
    u32 stack = thr_stack_known(p, t);

    if (callpc != 0 && stack != 0) {
        stack = proc_call_known(p, stack, callpc);
    }

    if (size - 1 >= FEW || size > r->size - (addr - r->lo) || near != (int)near || stack == 0 || sample_pause()) {
        return range_general(p, t, addr, size, kind, pc, callpc);
    }

    u64 *word = &r->words[(addr - r->lo) >> 3], mask = mask_few(addr, size), spot = spot_make(stack, (int)near, kind);

    if (proc_enter_lean(p)) {
        return (kind == ACCESS_WRITE ? few_write(p, t, word, mask, spot, addr) : few_read(p, t, word, mask, spot, addr)) ||
               range_general(p, t, addr, size, kind, pc, callpc);
    }
    proc_enter(p);

    int done = (kind == ACCESS_WRITE ? shared_write(p, t, word, mask, spot, addr) : shared_read(p, t, word, mask, spot, addr)) ||
               shadow_quick(p, t, addr, size, kind, pc, stack);

    proc_leave(p);
    return done;
}

int quick_range(struct thr *t, uptr addr, const struct go_g *g, uptr sp, uptr pc, uptr how)
{
    struct proc *p = current_of(g);

    return p && !quick_not(t, g, sp) && range_longer(p, t, addr, how >> 1, how & 1, pc, 0);
}

int quick_pc(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind)
{
    struct proc *p = current_of(g);
    const uptr *arg = (const uptr *)sp;

    return p && !quick_not(t, g, sp) && range_longer(p, t, addr, 1, kind, arg[3] + 1, arg[2]);
}
