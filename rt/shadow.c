/* shadow.c: the check of an access.  See shadow.h; the address map is in shadow_map.c, cells are in
 * cell.c. */
#include "shadow.h"

#include "access.h"
#include "alone.h"
#include "flags.h"
#include "report.h"
#include "site.h"
#include "word.h"

/* What word_step says when a word needs a cell; no word has this value. */
#define WORD_GENERAL (1ull << 63)

u64 word_lock(u64 *word)
{
    for (u32 n = 0;; n++) {
        u64 w = atomic_load_relaxed(word);

        if (!word_has_cell(w)) {
            return 0;
        }
        if (!(w & WORD_LOCK) && inside_cas(word, &w, w | WORD_LOCK)) {
            return w;
        }
        os_spin(n);
    }
}

/* ---- words without a cell ---- */

/* A word without a cell after the access, w itself if that adds nothing; or WORD_GENERAL. */
static u64 word_step(struct access *a, u64 w)
{
    u8 need = a->e.mask, left[2], older[2] = {0, 0}, was[2] = {0, 0};
    u32 slot = a->e.kind & ACCESS_WRITE, ordered = 1;
    u64 keys[2];

    for (u32 i = 0; i < 2; i++) {
        const struct record *r = record_at(word_record(w, i));
        u64 key = keys[i] = atomic_load_relaxed(&r->key);
        u8 kind = slot_kind(i, key);

        left[i] = word_bytes(w, i);
        if (left[i] == 0) {
            continue;
        }
        older[i] = was[i] = record_older(r);
        if (key >> 33 != a->e.g && !thr_knows(a->t, (u32)(key >> 33), key_epoch(key))) {
            if ((left[i] | older[i]) & a->e.mask && access_conflicts(kind, a->e.kind)) {
                return WORD_GENERAL;
            }
            ordered &= i != slot;
            continue;
        }
        if (key >> 1 == a->key >> 1 && access_covers(kind, a->e.kind)) {
            need &= (u8)~left[i];
        }
        if (access_covers(a->e.kind, kind)) {
            left[i] &= (u8)~a->e.mask;
            older[i] &= (u8)~a->e.mask;
        }
    }
    if (need == 0) {
        return w;
    }

    u32 other = !slot, mine = record_get(a->p, a->key, access_spot(a));
    u32 id[2] = {word_record(w, 0), word_record(w, 1)};

    /* the other slot keeps its record, or does not */
    if (left[other] == 0 && older[other] == 0) {
        id[other] = 0;
    } else if (left[other] == 0 || older[other] != was[other]) {
        return WORD_GENERAL;
    }
    if ((left[slot] | older[slot]) == 0) {
        id[slot] = mine;
    } else if (id[slot] != mine) {
        /* atomic and plain accesses of one slot are of different kinds */
        id[slot] = mine != 0 && ordered && !((keys[slot] ^ a->key) & 1)
                       ? record_join(a->p, id[slot], left[slot], older[slot], mine, a->e.mask)
                       : 0;
        left[slot] = keys[slot] == a->key ? left[slot] : 0;
    }
    if (id[slot] == 0) {
        return WORD_GENERAL;
    }
    left[slot] |= a->e.mask;
    return word_make(id[1], left[1], id[0], left[0]);
}

/* What a slot of the word remembers, as entries, at most 8; returns how many. */
static u32 slot_entries(u64 w, u32 slot, struct entry *e)
{
    const struct record *r = record_at(word_record(w, slot));
    u64 now = atomic_load(&r->key), spot = record_spot(r); /* pairs with record_fill */
    const struct places *at = spot_is_joined(spot) ? record_places_of(r) : NULL;
    u8 bytes = word_bytes(w, slot), older = record_older(r);
    u32 n = 0;

    for (u32 b = 0; b < 8; b++) {
        if (!((bytes | older) >> b & 1)) {
            continue;
        }

        u64 key = bytes >> b & 1 ? now : at->key[b];
        struct spot x_at = spot_of(at ? atomic_load_relaxed(&at->at[b]) : spot);
        struct entry x = {.g = (u32)(key >> 33),
                          .epoch = key_epoch(key),
                          .stack = x_at.stack,
                          .pc = x_at.pc,
                          .mask = (u8)(1 << b),
                          .kind = slot_kind(slot, key)};
        u32 i = 0;

        while (i < n && (e[i].g != x.g || e[i].epoch != x.epoch || e[i].stack != x.stack ||
                         e[i].pc != x.pc)) {
            i++;
        }
        if (i == n) {
            e[n++] = x;
        } else {
            e[i].mask |= x.mask;
        }
    }
    return n;
}

u32 word_entries(u64 w, struct entry *e)
{
    u32 n = 0;

    for (u32 slot = 0; slot < 2; slot++) {
        n += word_bytes(w, slot) != 0 ? slot_entries(w, slot, e + n) : 0;
    }
    return n;
}

/* n words were `from` and are `to`, both without a cell. */
static inline void words_stepped(struct proc *p, const u64 *word, u64 from, u64 to, uptr n)
{
    for (u32 slot = 0; slot < 2; slot++) {
        u32 was = word_record(from, slot), is = word_record(to, slot);

        if (was != is) {
            if (is != 0) {
                record_name_by(is, word, n);
            }
            if (was != 0 && is_alone()) {
                record_let_go(p, was, n);
            }
        }
    }
}

/* Pages that are touched one after the other go on like that, mostly. */
static void page_touched(const struct range *r, uptr at)
{
    const uptr page = 1UL << PAGE_LOG, in_step = (at - r->lo) % MAP_STEP;
    u32 *here = shadow_page(r, at);

    if (!(atomic_load_relaxed(here) & PAGE_TOUCHED)) {
        atomic_or(here, PAGE_TOUCHED);
        record_page_begins();
        if (in_step >= page && in_step < MAP_STEP - page && atomic_load_relaxed(here - 1) & PAGE_TOUCHED &&
            !(atomic_load_relaxed(here + 1) & PAGE_TOUCHED)) {
            shadow_wake(r, ROUND_DOWN(at, page) + page);
        }
    }
}

static void touched(const struct range *r, uptr first, uptr last)
{
    for (uptr at = first; at < last; at += 1UL << PAGE_LOG) {
        page_touched(r, at);
    }
    page_touched(r, last);
}

/* ---- memos ---- */

/* Within one epoch of one goroutine the same access turns the same word into the same word, and the
 * verdict "no race" stays true as clocks only grow; so a loop over memory that needs cells computes
 * once.  What is counted is counted by the dozen, after a few: the cells of memos are those that many share, and what only
 * a memo keeps looks shared. */

_Static_assert(MEMOS == 256, "memo_at takes 8 bits");

static struct memo *memo_at(struct proc *p, u64 w, u8 mask, int pc)
{
    u64 h = ((w ^ w >> 21) << 10 ^ (u32)pc ^ (u64)mask << 40) * 0x9e3779b97f4a7c15UL;

    return &p->memo[h >> 56];
}

/* Does the memo say what this access makes of w? */
static inline int memo_is(const struct memo *m, u64 w, u64 key, u8 mask, u8 kind, u64 spot)
{
    return m->from == w && m->to != 0 && m->key == key && m->spot == spot && m->kind == kind && m->mask == mask &&
           (word_has_cell(w) || seen_still(w, &m->seen));
}

/* Gives back what the words lost that the memo has moved. */
static void memo_settle(struct proc *p, struct memo *m)
{
    if (m->owed != 0) {
        word_drop(p, m->from, m->owed);
        m->owed = 0;
    }
}

static void memo_clear(struct proc *p, struct memo *m)
{
    if (m->to != 0) {
        m->owed += word_has_cell(m->from) ? 1 : 0;
        memo_settle(p, m);
        cell_unref(p, m->to, 1 + m->spare);
        m->to = 0;
    }
}

/* A memo keeps cells from being changed where they are, so it is made for ranges, for a word whose cell several others
   have, and when the same access meets the same word once more.  Of a few words each has its own: for these, computing is
   cheaper than what memos cost. */
enum { FEW = 4 };

static int word_is_joined(u64 w)
{
    return !word_has_cell(w) && (word_record(w, 0) | word_record(w, 1)) & RECORD_JOINED;
}

static void memo_make(struct access *a, u64 from, u32 to, uptr count)
{
    struct memo *m = memo_at(a->p, from, a->e.mask, a->e.pc);
    u32 hash = (u32)((a->key ^ (u64)(u32)a->e.pc << 20 ^ from) * 0x9e3779b97f4a7c15UL >> 32) & ~3U; /* times that it came */
    int again = m->hash == (hash | 3) ||
                (word_has_cell(from) && atomic_load_relaxed(&cell_at((u32)from)->refs) > FEW);

    m->hash = again ? hash | 3 : (m->hash & ~3U) == hash ? m->hash + 1 : hash | 1;
    if (from == 0 || flags.all_pairs || to & CELL_BIG || (word_has_cell(from) && from & CELL_BIG) || a->races != 0 ||
        (count == 1 && !again) || word_is_joined(from)) {
        return;
    }
    memo_clear(a->p, m);
    cell_ref(to, 1);
    if (word_has_cell(from)) {
        cell_ref((u32)from, 1);
    }
    *m = (struct memo){.key = a->key,
                       .from = from,
                       .to = to,
                       .spot = access_spot(a),
                       .hash = hash,
                       .kind = a->e.kind,
                       .mask = a->e.mask,
                       .step = count == 1 ? 1 : MEMO_REFS};
    if (!word_has_cell(from)) {
        seen_read(from, &m->seen);
    }
}

/* Moves words that are w on as p's memo says, up to n; returns how many. */
static uptr memo_move(struct proc *p, struct memo *m, u64 *word, uptr n, u64 w)
{
    u64 was = w;
    uptr done = 0;

    do {
        if (m->spare == 0) { /* first: another thread may move a word on as soon as it names the cell */
            m->step = m->step < MEMO_REFS ? (u8)(2 * m->step) : MEMO_REFS;
            m->spare = m->step;
            cell_ref(m->to, m->spare);
        }
        if (!inside_cas(&word[done], &was, m->to)) {
            break;
        }
        m->spare--;
        done++;
    } while (done < n);
    m->owed += (u32)done;
    if (m->owed >= m->step) {
        memo_settle(p, m);
    }
    return done;
}

static inline uptr words_memo(struct access *a, u64 *word, uptr n, u64 w)
{
    struct memo *m = memo_at(a->p, w, a->e.mask, a->e.pc);

    return memo_is(m, w, a->key, a->e.mask, a->e.kind, access_spot(a)) ? memo_move(a->p, m, word, n, w) : 0;
}

int shadow_memo(struct proc *p, struct thr *t, u64 *word, u64 w, u8 mask, u8 kind, u64 spot)
{
    struct memo *m = memo_at(p, w, mask, (int)(spot >> 32));

    if (!memo_is(m, w, atomic_load_relaxed(&t->key), mask, kind, spot) || memo_move(p, m, word, 1, w) == 0) {
        return 0;
    }
    t->dirty |= THR_ACCESS;
    return 1;
}

/* How many of the n words, which are w, could be moved on by a memo, have accesses that make this one needless, or a cell
 * of their own that has it now? */
static uptr words_known(struct access *a, u64 *word, uptr n, u64 w)
{
    if (word_has_cell(w) && w & WORD_LOCK) {
        return 0;
    }
    if (word_has_cell(w) && w & CELL_BIG) {
        u64 now = w;
        int done = !(a->e.kind & ACCESS_WRITE) && inside_cas(word, &now, w | WORD_LOCK);

        if (done) {
            done = cell_read_big(a, (u32)w);
            atomic_store(word, w); /* unlocks; pairs with word_lock */
        }
        return (uptr)done;
    }

    int single = word_has_cell(w) && cell_single((u32)w);
    uptr moved = single ? 0 : words_memo(a, word, n, w); /* memos count the cell */
    struct look look;
    int what = moved != 0 || !word_has_cell(w) ? LOOK_NOT : cell_look(a, (u32)w, &look);

    if (what == LOOK_KNOWN) {
        uptr run = words_run(word, n, w);

        return cell_version((u32)w) == look.version ? run : 0;
    }

    u64 was = w;

    if (what == LOOK_NEW && single && inside_cas(word, &was, w | WORD_LOCK)) {
        moved = (uptr)cell_step(a, (u32)w, &look);
        atomic_store(word, w); /* unlocks; pairs with word_lock */
    }
    return moved;
}

/* One access to the bytes a->e.mask of `count` words, all of them whole (FULL) if count > 1, the
 * first of which is the program's at addr.  Stops at a word that needs another cell than a memo knows;
 * returns how many are done.  Never finds a race. */
static inline uptr words_quick(struct access *a, const struct range *r, u64 *word, uptr count,
                               uptr addr, u64 key)
{
    uptr i = 0;

    while (i < count) {
        u64 w = atomic_load_relaxed(&word[i]), to;

        if (word_is_fast(w, key, a->e.kind, a->e.mask)) {
            uptr run = count == 1 ? 1 : words_run(&word[i], count - i, w);

            /* what the words named when they were read, see word_is_fast */
            i += run > 1 && !word_is_fast(w, key, a->e.kind, a->e.mask) ? 1 : run;
            continue;
        }
        if (word_has_cell(w) || (to = word_step(a, w)) == WORD_GENERAL) {
            uptr n = words_known(a, &word[i], count - i, w);

            if (n == 0) {
                break;
            }
            i += n;
            continue;
        }
        if (to == w) {
            i++;
            continue;
        }

        u64 was = w;
        uptr done = count == 1 ? (uptr)inside_cas(word, &was, to) : words_swap(&word[i], count - i, w, to);

        if (done != 0) {
            words_stepped(a->p, &word[i], w, to, done);
            if (w == 0) {
                touched(r, addr + i * 8, addr + (i + done - 1) * 8);
            }
        }
        i += done;
    }
    return i;
}

/* ---- words with a cell ---- */

void access_report(struct access *a)
{
    /* Outside of all locks: reporting takes its time and calls Go. */
    for (u32 i = 0; i < a->races; i++) {
        a->race[i].site = site_of(a->race[i].addr + (uptr)__builtin_ctz(a->race[i].now.mask));
        report_race(a->t, &a->race[i]);
    }
    a->races = 0;
    a->more = 0;
}

/* The access makes the word's record or records a cell, or leaves the access alone.  Returns 0 if
   the word has changed meanwhile. */
static int word_begin(struct access *a, u64 *word, u64 w, uptr count)
{
    struct entry old[16];
    u64 to;

    /* The entries are those of the word if it still is the same after they were read.  Until then nothing is final. */
    u32 cell = cell_begin(a, old, word_entries(w, old));

    if (cell == CELL_SAME) {
        return atomic_load(word) == w;
    }

    u32 mine = cell == CELL_ALONE ? record_get(a->p, a->key, access_spot(a)) : 0;
    u32 slot = a->e.kind & ACCESS_WRITE;

    if (cell == CELL_ALONE && mine == 0) {
        cell = cell_alone(a);
    }
    to = mine != 0 ? word_make(slot ? mine : 0, slot ? a->left : 0, slot ? 0 : mine,
                               slot ? 0 : a->left)
                   : cell;
    if (to == 0) {
        return 1; /* memory ran out */
    }
    if (mine == 0) {
        cell_ref(cell, 1); /* ours: once the word names it, others may let it go before the memo is made */
    }
    if (!inside_cas(word, &w, to)) {
        if (mine == 0) {
            cell_unref(a->p, cell, 2);
        }
        return 0;
    }
    if (mine != 0) {
        words_stepped(a->p, word, w, to, 1);
        return 1;
    }
    memo_make(a, w, cell, count);
    cell_unref(a->p, cell, 1);
    return 1;
}

/* The same for a word with a cell; it is locked meanwhile. */
static int word_continue(struct access *a, u64 *word, uptr count)
{
    u64 w = word_lock(word), to;

    if (w == 0) {
        return 0;
    }

    u32 cell = cell_access(a, (u32)w), mine = 0;

    if (cell == CELL_ALONE) {
        u32 slot = a->e.kind & ACCESS_WRITE;

        mine = record_get(a->p, a->key, access_spot(a));
        if (mine == 0) {
            cell = cell_alone(a);
        } else {
            record_name_by(mine, word, 1);
            to = word_make(slot ? mine : 0, slot ? a->left : 0, slot ? 0 : mine,
                           slot ? 0 : a->left);
        }
    }
    if (mine == 0) {
        to = cell == CELL_SAME ? w : cell;
        if (to != w) {
            memo_make(a, w, (u32)to, count);
        }
    }
    atomic_store(word, to); /* unlocks; pairs with word_lock */
    if (to != w) {
        cell_unref(a->p, (u32)w, 1);
    }
    return 1;
}

/* ---- accesses ---- */

/* As words_quick, to the end. */
static void words_access(struct access *a, const struct range *r, u64 *word, uptr count, uptr addr,
                         u64 key)
{
    for (uptr i = 0; i < count;) {
        if (!flags.all_pairs) {
            i += words_quick(a, r, word + i, count - i, addr + i * 8, key);
        }
        if (i == count) {
            break;
        }
        a->addr = addr + i * 8;

        u64 w = atomic_load_relaxed(&word[i]);
        int more;

        do {
            w = atomic_load_relaxed(&word[i]);
            if (!(word_has_cell(w) ? word_continue(a, &word[i], count)
                                   : word_begin(a, &word[i], w, count))) {
                a->races = a->more = 0; /* what was found was perhaps not there */
                more = 1;
                continue;
            }
            if (w == 0) {
                touched(r, a->addr, a->addr);
            }
            more = a->more != 0 && !rt_off && !flags.equal_stacks;
            if (a->races != 0) {
                access_report(a); /* what was reported is known then: now the rest of them */
            }
        } while (more);
        i++;
    }
}

static inline void access_init(struct access *a, struct proc *p, struct thr *t, u8 kind, uptr pc,
                               u32 stack)
{
    u64 key = atomic_load_relaxed(&t->key);

    a->p = p;
    a->t = t;
    a->races = 0;
    a->more = 0;
    a->race = NULL;
    a->stack = 0;
    a->key = kind & ACCESS_ATOMIC ? key & ~1UL : key;
    a->fast = kind & ACCESS_ATOMIC || flags.all_pairs ? 0 : key;
    a->e.g = (u32)(key >> 33);
    a->e.epoch = key_epoch(key);
    a->e.kind = kind;
    a->e.count = 0;
    access_place(a, pc, stack);
    t->dirty |= THR_ACCESS;
}

/* The bytes of [addr, addr + size) in its first word. */
static inline u8 first_bytes(uptr addr, uptr size)
{
    u32 offset = addr & 7;

    return mask_of(offset, 8 - offset < size ? 8 - offset : (u32)size);
}

static NOINLINE void access_slow(struct proc *p, struct thr *t, const struct range *r, uptr addr,
                                 uptr size, u8 kind, uptr pc, u32 stack)
{
    u64 key = atomic_load_relaxed(&t->key);
    u64 *word = &r->words[(addr - r->lo) >> 3];
    struct race race[RACES_MAX];
    struct access a;

    access_init(&a, p, t, kind, pc, stack);
    a.race = race;
    if ((addr & 7) != 0 || size < 8) {
        uptr n = 8 - (addr & 7) < size ? 8 - (addr & 7) : size;

        a.e.mask = first_bytes(addr, size);
        words_access(&a, r, word, 1, addr & ~7UL, key);
        word++;
        addr += n;
        size -= n;
    }
    if (size >= 8) {
        uptr n = size / 8;

        a.e.mask = FULL;
        words_access(&a, r, word, n, addr, key);
        word += n;
        addr += n * 8;
        size &= 7;
    }
    if (size > 0) {
        a.e.mask = mask_of(0, (u32)size);
        words_access(&a, r, word, 1, addr, key);
    }
}

/* ---- steps ---- */

/* The word was `from` and is `to`, by an access at spot that may come again.  What it lost stays named by the step. */
static void step_made(struct proc *p, struct transition *s, const u64 *word, u64 from, u64 to, u64 key, u64 spot, u8 kind, u8 mask, u32 hash)
{
    u32 other = word_record(from, !kind);

    /* Most come once. What only adds bytes names a record already, and is quickly done. */
    if (s->hash != hash || word_record(from, kind) == word_record(to, kind) || other & RECORD_JOINED) {
        s->hash = hash;
        words_stepped(p, word, from, to, 1);
        return;
    }
    record_name_by(word_record(to, kind), word, 1);
    record_name(word_record(to, kind), 1);
    *s = (struct transition){.from = word_without(from, !kind),
                             .to = word_without(to, !kind),
                             .key = key,
                             .other_key = other != 0 ? atomic_load_relaxed(&record_at(other)->key) : 0,
                             .spot = spot,
                             .hash = hash,
                             .mask = mask};
    if (other != 0 && word_record(to, !kind) == 0 && is_alone()) {
        record_let_go(p, other, 1);
    }
}

/* Does a plain access leave the record of the other slot (y, of this key) as it is, but for bytes that a write covers?  If
 * not, word_step looks at it. */
static inline int other_stays(const struct thr *t, u64 key, u64 other_key, const struct record *y, u8 other, u8 mask, u8 kind)
{
    if (other_key >> 33 != key >> 33 && !thr_knows(t, (u32)(other_key >> 33), key_epoch(other_key))) {
        return ((other | record_older(y)) & mask) == 0;
    }
    return kind == ACCESS_READ || record_older(y) == 0;
}

/* A word without a cell whose slot has other bytes of the same goroutine's, after a plain access that comes for the first
 * time: with a joined record of its own.  0: not so simple. */
static u64 word_own(struct proc *p, const struct thr *t, u64 w, u8 mask, u8 kind, u64 spot)
{
    u64 key = atomic_load_relaxed(&t->key);
    u8 bytes = word_bytes(w, kind), other = word_bytes(w, !kind);
    const struct record *x = record_at(word_record(w, kind)), *y = record_at(word_record(w, !kind));
    u64 was = atomic_load_relaxed(&x->key);
    u8 left = (u8)(bytes & ~mask), older = (u8)(record_older(x) & ~mask);

    if (bytes == 0 || (left | older) == 0 || was >> 33 != key >> 33 || !(was & 1) ||
        (other != 0 && !other_stays(t, key, atomic_load_relaxed(&y->key), y, other, mask, kind))) {
        return 0;
    }
    return word_joined(p, w, mask, kind, key, was, spot);
}

/* An access to bytes of a word that word_step has to look at, by way of p's table of transitions; 0: of one with a cell, too. */
static NOINLINE int word_transition(struct proc *p, struct thr *t, u64 *word, u8 mask, u8 kind, u64 spot)
{
    u64 key = atomic_load_relaxed(&t->key), w = atomic_load_relaxed(word), was = w, to;

    if (UNLIKELY(word_has_cell(w))) {
        return 0;
    }

    u64 from = step_from(w);
    u32 hash = step_hash(from, key, spot);
    struct transition *s = step_at(p, from, spot);
    int known = step_is(s, w, key, spot, kind, mask, record_at(word_record(w, !kind)));

    if (known) {
        to = step_to(s, w, kind);
    } else if (!step_first(p, hash) ||
               (to = word_own(p, t, w, mask, kind, spot)) == 0) {
        struct access a;

        access_init(&a, p, t, kind, spot_pc(spot), spot_of(spot).stack);
        a.e.mask = mask;
        to = word_step(&a, w);
        if (to == WORD_GENERAL) {
            return words_memo(&a, word, 1, w) != 0;
        }
        if (to == w) {
            return 1;
        }
    }
    if (!inside_cas(word, &was, to)) {
        return 0;
    }
    t->dirty |= THR_ACCESS;
    if (known) {
        words_stepped(p, word, w, to, 1);
    } else {
        step_made(p, s, word, w, to, key, spot, kind, mask, hash);
    }
    return 1;
}

/* As shadow_quick, by way of word_step and memos. */
static NOINLINE int shadow_steps(struct proc *p, struct thr *t, const struct range *r, uptr addr, uptr size, u8 kind, uptr pc,
                                 u32 stack)
{
    u64 key = atomic_load_relaxed(&t->key);
    u64 *word = &r->words[(addr - r->lo) >> 3];
    struct access a;

    access_init(&a, p, t, kind, pc, stack);
    if ((addr & 7) != 0 || size < 8) {
        uptr n = 8 - (addr & 7) < size ? 8 - (addr & 7) : size;

        a.e.mask = first_bytes(addr, size);
        if (words_quick(&a, r, word, 1, addr & ~7UL, key) == 0) {
            return 0;
        }
        if (n == size) {
            return 1;
        }
        word++;
        addr += n;
        size -= n;
    }
    if (size >= 8) {
        uptr n = size / 8;

        a.e.mask = FULL;
        if (words_quick(&a, r, word, n, addr, key) != n) {
            return 0;
        }
        word += n;
        addr += n * 8;
        size &= 7;
    }
    if (size > 0) {
        a.e.mask = mask_of(0, (u32)size);
        return words_quick(&a, r, word, 1, addr, key) != 0;
    }
    return 1;
}

/* An access to these bytes of `count` words, whole ones if it is not one, the first of which is the program's at addr, as far as
 * they are w, which has no cell.  Handles words in which it meets only accesses that it covers or has nothing to do with, the commonest;
 * returns how many are done. */
static NOINLINE uptr words_simple(struct proc *p, struct thr *t, const struct range *r, u64 *word, uptr count, u64 w, uptr addr,
                                  u8 mask, u8 kind, u64 spot)
{
    const u8 slot = kind & ACCESS_WRITE;
    u64 key = atomic_load_relaxed(&t->key) - (kind & ACCESS_ATOMIC ? 1 : 0), was = w, to;
    u8 bytes = word_bytes(w, slot), other = word_bytes(w, !slot);
    uptr done;
    struct record *x = record_at(word_record(w, slot));
    const struct record *y = record_at(word_record(w, !slot));
    u64 seen = atomic_load_relaxed(&x->key), seen_other = atomic_load_relaxed(&y->key);
    int mine = 1; /* takes the slot */

    if (other != 0 && !other_stays(t, key, seen_other, y, other, mask, slot)) {
        return 0;
    }
    /* these cover no plain ones */
    if (kind & ACCESS_ATOMIC && ((bytes != 0 && seen & 1) || (other != 0 && seen_other & 1))) {
        return 0;
    }
    if (bytes != 0 && record_says(x, key, spot)) {
        mine = 0; /* the same record, for more bytes */
    } else if (bytes != 0 && ((bytes | record_older(x)) & ~mask) != 0) {
        if ((seen ^ key) >> 33 != 0 || ((seen ^ key) & 1) || (seen != key && !is_alone()) || !record_is_joined(x) ||
            !record_is_of(x, 1) || atomic_load_relaxed(word) != w) {
            return 0;
        }
        if (seen != key) {
            record_age(x, key, bytes);
            bytes = 0;
        }
        record_place(x, spot, mask);
        mine = 0;
    } else if (bytes != 0 && seen >> 33 != key >> 33) {
        if (!thr_knows(t, (u32)(seen >> 33), key_epoch(seen))) {
            return 0;
        }
    } else if (bytes != 0 && is_alone() && !((seen ^ key) & 1) && !record_is_joined(x)) {
        u32 names = record_names(x);

        if (names <= count && record_is_of(x, names) && words_run(word, names, w) == names && record_renew(p, word_record(w, slot), key, spot)) {
            count = names;
            if (word_with(w, slot, word_record(w, slot), mask, mask) == w) {
                t->dirty |= THR_ACCESS; /* the words stay as they are */
                return count;
            }
            bytes = 0;
            mine = 0;
        }
    }
    if (mine) {
        u32 id = record_get(p, key, spot);

        if (UNLIKELY(id == 0)) {
            return 0;
        }
        to = word_with(w, slot, id, mask, mask);
    } else {
        to = word_with(w, slot, word_record(w, slot), bytes | mask, mask);
    }
    done = count == 1 ? (uptr)inside_cas(word, &was, to) : words_swap(word, count, w, to);
    if (UNLIKELY(done == 0)) {
        return 0;
    }
    t->dirty |= THR_ACCESS;
    if (!mine && UNLIKELY(record_older(x) & mask)) {
        record_older_set(x, record_older(x) & (u32)~mask);
    }
    words_stepped(p, word, w, to, done);
    if (w == 0) {
        touched(r, addr, addr + 8 * (done - 1));
    }
    return done;
}

/* How many of the words words_simple can do. */
static NOINLINE uptr shadow_simple(struct proc *p, struct thr *t, const struct range *r, uptr addr, uptr count, u8 mask, u8 kind,
                                  u64 spot)
{
    u64 *word = &r->words[(addr - r->lo) >> 3], key = atomic_load_relaxed(&t->key);
    uptr i = 0, n;

    do {
        u64 w = atomic_load_relaxed(&word[i]);

        if (word_has_cell(w)) {
            break;
        }
        if (word_is_fast(w, key, kind, mask)) {
            n = count == 1 ? 1 : words_run(&word[i], count - i, w);
            n = n > 1 && !word_is_fast(w, key, kind, mask) ? 1 : n; /* as in words_quick */
        } else {
            n = words_simple(p, t, r, &word[i], count - i, w, addr + 8 * i, mask, kind, spot);
        }
        i += n;
    } while (n != 0 && i < count);
    return i;
}

int shadow_quick(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 stack)
{
    const struct range *r = shadow_range(addr);
    int near = (int)(pc - (uptr)&record_anchor);

    if (!r || size > r->lo + r->size - addr || size == 0 || flags.all_pairs) {
        return 0;
    }
    if (UNLIKELY((uptr)&record_anchor + (uptr)(sptr)near != pc)) {
        return shadow_steps(p, t, r, addr, size, kind, pc, stack);
    }

    u64 spot = spot_make(stack, near, kind);

    while (size > 0) {
        uptr bytes = (addr & 7) != 0 && 8 - (addr & 7) < size ? 8 - (addr & 7) : size, count = 1, n;
        u8 mask = FULL;

        if ((addr & 7) != 0 || bytes < 8) {
            mask = mask_of(addr & 7, (u32)bytes);
        } else {
            count = size / 8;
            bytes = 8 * count;
        }
        n = shadow_simple(p, t, r, addr & ~7UL, count, mask, kind, spot);
        if (n == 0 && mask != FULL && !(kind & ACCESS_ATOMIC)) {
            n = (uptr)word_transition(p, t, &r->words[(addr - r->lo) >> 3], mask, kind, spot);
        }
        if (n != count) {
            return shadow_steps(p, t, r, addr + 8 * n, size - 8 * n, kind, pc, stack);
        }
        addr += bytes;
        size -= bytes;
    }
    return 1;
}

/* An access to bytes of a word with a cell. */
static NOINLINE int cell_quick(struct proc *p, struct thr *t, u64 *word, u64 w, u8 mask, u8 kind, u64 spot)
{
    struct access a;

    if (flags.all_pairs) {
        return 0;
    }
    access_init(&a, p, t, kind, spot_pc(spot), spot_of(spot).stack);
    a.e.mask = mask;
    return words_known(&a, word, 1, w) != 0;
}

/* A string, interface or slice. */
static NOINLINE int words_few(struct proc *p, struct thr *t, const struct range *r, u64 *word, u32 count, uptr addr, u8 kind, u64 spot)
{
    u64 key = atomic_load_relaxed(&t->key);

    for (u32 i = 0; i < count; i++) {
        u64 w = atomic_load_relaxed(&word[i]);

        if (word_has_cell(w)) {
            if (!cell_quick(p, t, &word[i], w, FULL, kind, spot)) {
                return 0;
            }
        } else if (!word_is_fast(w, key, kind, FULL) &&
                   !words_simple(p, t, r, &word[i], 1, w, addr + 8 * i, FULL, kind, spot) &&
                   !word_transition(p, t, &word[i], FULL, kind, spot)) {
            return 0;
        }
    }
    return 1;
}

int shadow_scalar(struct proc *p, struct thr *t, uptr addr, u32 size, u8 kind, uptr pc, u32 stack)
{
    int near = (int)(pc - (uptr)&record_anchor);

    if (UNLIKELY((uptr)&record_anchor + (uptr)(sptr)near != pc || ((addr & 7) + size > 8 && addr & 7))) {
        return shadow_quick(p, t, addr, size, kind, pc, stack);
    }

    const struct range *r = &shadow_ranges[addr - HEAP_LO >= HEAP_HI - HEAP_LO];
    u64 *word = &r->words[(addr - r->lo) >> 3];
    u64 w = atomic_load_relaxed(word), spot = spot_make(stack, near, kind);

    if (size > 8) {
        return words_few(p, t, r, word, size / 8, addr, kind, spot);
    }

    u8 mask = mask_of(addr & 7, size);

    if (UNLIKELY(word_has_cell(w))) {
        return cell_quick(p, t, word, w, mask, kind, spot);
    }
    return words_simple(p, t, r, word, 1, w, addr, mask, kind, spot) || word_transition(p, t, word, mask, kind, spot);
}

int shadow_hit(const struct thr *t, uptr addr, uptr size, u8 kind)
{
    const struct range *r = shadow_range(addr);

    if (!r || size > r->lo + r->size - addr || flags.all_pairs) {
        return 0;
    }

    const u64 *word = &r->words[(addr - r->lo) >> 3];
    const u64 *end = &r->words[(addr - r->lo + size - 1) >> 3];
    u64 key = atomic_load_relaxed(&t->key), run = atomic_load_relaxed(word);
    u32 offset = addr & 7;

    if (LIKELY(word == end)) {
        return word_is_fast(run, key, kind, mask_of(offset, (u32)size));
    }
    if (!word_is_fast(run, key, kind, mask_of(offset, 8 - offset))) {
        return 0;
    }

    /* between the first and the last word all bytes count; the first one may be said to have them all */
    u8 last = (u8)(FULL >> (7 - ((addr + size - 1) & 7)));
    u64 seen = offset == 0 ? run : 0;

    while (++word < end) {
        u64 w = atomic_load_relaxed(word);

        if (w != seen || w == 0) {
            if (!word_is_fast(w, key, kind, FULL) ||
                (seen != 0 && !word_is_fast(seen, key, kind, FULL))) {
                return 0;
            }
            seen = w;
        }
    }
    return word_is_fast(atomic_load_relaxed(end), key, kind, last) &&
           (seen == 0 || word_is_fast(seen, key, kind, FULL));
}

int shadow_atomic_hit(const struct thr *t, uptr addr, uptr size)
{
    const struct range *r = shadow_range(addr);

    if (!r || size > r->lo + r->size - addr || (addr & 7) + size > 8 || flags.all_pairs) {
        return 0;
    }

    const u64 *word = &r->words[(addr - r->lo) >> 3];
    u64 w = atomic_load_relaxed(word), key = atomic_load_relaxed(&t->key);
    u8 mask = mask_of(addr & 7, (u32)size);
    u32 version;

    if (word_has_cell(w)) {
        return !(w & WORD_LOCK) &&
               cell_covers((u32)w, t, ACCESS_READ | ACCESS_ATOMIC, mask, &version) &&
               atomic_load(word) == w && cell_version((u32)w) == version;
    }
    return word_is_fast_atomic(w, key, mask);
}

/* A word that names an atomic write to the same bytes, which happened before, and nothing else, after one by t: it gets a cell, which can change
 * hands where it stands.  Else 0. */
static int word_passed(struct proc *p, struct thr *t, u64 *word, u64 w, u8 mask, struct spot at)
{
    const struct record *r = record_at(word_record(w, 1));
    u64 key = atomic_load_relaxed(&t->key), seen = atomic_load(&r->key);

    if (word_bytes(w, 0) != 0 || word_bytes(w, 1) != mask || seen & 1 || record_is_joined(r) ||
        (seen >> 33 != key >> 33 && !thr_knows(t, (u32)(seen >> 33), key_epoch(seen)))) {
        return 0;
    }

    u32 cell = cell_atomic(p, t, mask, at);
    u64 was = w;
    int done = cell != 0 && inside_cas(word, &was, cell);

    if (done) {
        t->dirty |= THR_ACCESS;
    } else if (cell != 0) {
        cell_unref(p, cell, 1);
    }
    return done;
}

static int shadow_atomic_quick(struct proc *p, struct thr *t, const struct range *r, uptr addr, uptr size, u8 kind, uptr pc,
                               u32 stack)
{
    int near = (int)(pc - (uptr)&record_anchor);
    u8 mask = mask_of(addr & 7, (u32)size);

    if ((uptr)&record_anchor + (uptr)(sptr)near != pc || (addr & 7) + size > 8 || flags.all_pairs) {
        return 0;
    }

    u64 *word = &r->words[(addr - r->lo) >> 3], w = atomic_load_relaxed(word);

    struct spot at = {stack, near};
    u64 spot = spot_make(stack, near, kind);

    if (word_has_cell(w)) {
        return (kind & ACCESS_WRITE && cell_follow(t, word, w, mask, at)) || cell_again(t, word, w, mask, kind, at) ||
               cell_quick(p, t, word, w, mask, kind, spot);
    }
    return (kind & ACCESS_WRITE && !is_alone() && word_passed(p, t, word, w, mask, at)) ||
           shadow_simple(p, t, r, addr & ~7UL, 1, mask, kind, spot) != 0;
}

void shadow_atomic_soon(const struct range *r, uptr addr)
{
    const u64 *word = &r->words[(addr - r->lo) >> 3];

    os_fetch(word);

    u64 w = atomic_load_relaxed(word);

    if (word_has_cell(w)) {
        os_fetch(cell_at((u32)w));
    }
}

void shadow_atomic(struct proc *p, struct thr *t, const struct range *r, uptr addr, uptr size, u8 kind, uptr pc, u32 stack)
{
    if (size <= r->lo + r->size - addr && !shadow_atomic_quick(p, t, r, addr, size, kind | ACCESS_ATOMIC, pc, stack)) {
        access_slow(p, t, r, addr, size, kind | ACCESS_ATOMIC, pc, stack);
    }
}

void shadow_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc)
{
    const struct range *r = shadow_range(addr);

    if (!r || size == 0) {
        return;
    }
    if (size > r->lo + r->size - addr) {
        size = r->lo + r->size - addr;
    }
    access_slow(p, t, r, addr, size, kind, pc, thr_stack(p, t));
}

void shadow_drain(struct proc *p)
{
    for (u32 i = 0; i < MEMOS; i++) {
        memo_clear(p, &p->memo[i]);
    }
    cell_drain(p);
}
