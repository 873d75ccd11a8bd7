/* cell.c: see cell.h and access.h. */
#include <stddef.h>

#include "access.h"
#include "flags.h"
#include "shadow.h"
#include "stack.h"

enum { UNIT = 8, UNITS = 1u << 30, SCAN_ALWAYS = 16 };

#define CELL_UNITS(n) ((offsetof(struct cell, entry) + (n) * sizeof(struct entry) + UNIT - 1) / UNIT)

struct arena cells;
enum { BIG = CELL_SIZES - 1 }; /* the pool of big ones */
static struct pool pools[CELL_SIZES] = {
    {.arena = &cells, .stride = CELL_UNITS(ENTRIES_SMALL)},
    {.arena = &cells, .stride = CELL_UNITS(ENTRIES_MIDDLE)},
    {.arena = &cells, .stride = CELL_UNITS(ENTRIES_LARGE)},
    {.arena = &cells, .stride = CELL_UNITS(ENTRIES_MAX)},
    {.arena = &cells, .stride = sizeof(struct cell) / UNIT},
};

/* Which pool a cell of so many entries is from. */
static u32 size_of(u32 count)
{
    return count <= ENTRIES_SMALL ? 0 : count <= ENTRIES_MIDDLE ? 1 : count <= ENTRIES_LARGE ? 2 : 3;
}

static u32 pool_of(u32 id)
{
    return id & CELL_BIG ? BIG : size_of(cell_count(cell_at(id)));
}

int cell_init(void)
{
    return arena_init(&cells, "shadow cells", UNIT, UNITS);
}

void cell_drain(struct proc *p)
{
    for (u32 i = 0; i < CELL_SIZES; i++) {
        pool_drain(&pools[i], &p->cells[i], 0);
    }
}

/* ---- cells come and go ---- */

void cell_free(struct proc *p, u32 id)
{
    struct cell *c = cell_at(id);
    u32 size = pool_of(id);

    /* A reader that still holds the id must not take the cell for one of its own. */
    atomic_store_relaxed(&c->fast, 0);
    for (u32 k = 0; id & CELL_BIG && k < ACCESS_KINDS; k++) {
        mem_free(c->set[k].slot, c->set[k].cap * sizeof(struct entry));
    }
    pool_put(&pools[size], &p->cells[size], id & CELL_INDEX);
}

/* Readers load fast, fast_bytes and fast again (cell_is_fast): no two of these stores may change
 * places. */
static void cell_set_fast(struct cell *c, u64 fast, u32 bytes)
{
    if (atomic_load_relaxed(&c->fast) != 0) {
        atomic_store_relaxed(&c->fast, 0);
    }
    atomic_store(&c->fast_bytes, (u16)bytes);
    atomic_store(&c->fast, fast);
}

/* Around changes of the entries, which only one thread makes at a time. */
static void entries_open(struct cell *c)
{
    atomic_store_relaxed(&c->version, c->version | 1);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static void entries_close(struct cell *c)
{
    atomic_store(&c->version, (u16)(c->version + 1));
}

int cell_covers(u32 id, const struct thr *t, u8 kind, u8 mask, u32 *version)
{
    const struct cell *c = cell_at(id);
    u64 key = atomic_load_relaxed(&t->key);
    u8 need = mask;

    *version = atomic_load(&c->version);
    if (*version & 1 || id & CELL_BIG || cell_count(c) > ENTRIES_MAX) {
        return 0;
    }

    u32 n = cell_count(c);

    for (u32 i = 0; i < n && need != 0; i++) {
        const struct entry *x = &c->entry[i];

        if (atomic_load_relaxed(&x->g) == (u32)(key >> 33) && atomic_load_relaxed(&x->epoch) == key_epoch(key) &&
            access_covers(atomic_load_relaxed(&x->kind), kind)) {
            need &= (u8)~atomic_load_relaxed(&x->mask);
        }
    }
    for (u32 i = 0; i < n && need == 0; i++) {
        const struct entry *x = &c->entry[i];
        u32 g = atomic_load_relaxed(&x->g), epoch = atomic_load_relaxed(&x->epoch);

        if (g != (u32)(key >> 33) && atomic_load_relaxed(&x->mask) & mask &&
            access_conflicts(atomic_load_relaxed(&x->kind), kind) && !thr_knows(t, g, epoch)) {
            need = mask;
        }
    }
    return need == 0;
}

/* Is cell.fast the key of an atomic write? */
static int fast_is_atomic(u64 fast)
{
    return fast != 0 && !(fast & 1);
}

/* What cell.fast_bytes says of an access. */
static u32 fast_bytes(const struct entry *e)
{
    return e->kind & ACCESS_ATOMIC ? 0 : e->mask | (e->kind & ACCESS_WRITE ? (u32)e->mask << 8 : 0);
}

static u8 kinds_of(const struct entry *e, u32 count)
{
    u32 kinds = 0;

    for (u32 i = 0; i < count; i++) {
        kinds |= 1u << e[i].kind;
    }
    return (u8)kinds;
}

static void entries_say(struct cell *c, u32 count, u32 kinds)
{
    atomic_store_relaxed(&c->entry[0].count, (u8)count);
    atomic_store_relaxed(&c->entry[0].kinds, (u8)kinds);
}

static void entries_set(struct cell *c, const struct entry *e, u32 count)
{
    entries_open(c);
    for (u32 i = 0; i < count; i++) {
        entry_put(&c->entry[i], &e[i]);
    }
    entries_say(c, count, kinds_of(e, count));
    entries_close(c);
}

/* A cell with these entries and one reference; 0 when memory ran out. */
static u32 cell_new(struct proc *p, u64 fast, u32 bytes, const struct entry *e, u32 count)
{
    u32 size = size_of(count), id = pool_get(&pools[size], &p->cells[size]);

    if (id != 0) {
        struct cell *c = cell_at(id);

        atomic_store_relaxed(&c->refs, 1); /* before anything is read: then new memory takes one page fault, not two */
        entries_set(c, e, count);
        cell_set_fast(c, fast, bytes);
    }
    return id;
}

/* ---- relations between accesses ---- */

u32 entry_stack(const struct entry *e)
{
    return e->pc == 0 ? e->stack
                      : stack_push(e->stack, (uptr)&record_anchor + (uptr)(sptr)e->pc);
}

static u32 access_stack(struct access *a)
{
    if (a->stack == 0) {
        a->stack = entry_stack(&a->e);
    }
    return a->stack;
}

static void found(struct access *a, const struct entry *x)
{
    u32 now = access_stack(a), before = entry_stack(x);

    if (report_known(now, before)) {
        return;
    }
    for (u32 i = 0; i < a->races; i++) {
        if (a->race[i].before_stack == before && a->race[i].addr == a->addr) {
            return;
        }
    }
    if (a->races == RACES_MAX) {
        a->more = 1;
        return;
    }
    a->race[a->races++] = (struct race){
        .addr = a->addr,
        .now = a->e,
        .before = *x,
        .now_stack = now,
        .before_stack = before,
        .known = thr_known(a->t, x->g),
    };
}

/* Is x needless once the access under way is recorded?  It happened before, and whatever conflicts
   with it conflicts with the new one.  If every pair of stacks is wanted, only an access by the
   same goroutine at the same stack takes another's place. */
static int supersedes(struct access *a, const struct entry *x)
{
    if (flags.all_pairs &&
        (x->g != a->e.g || x->kind != a->e.kind ||
         ((x->stack != a->e.stack || x->pc != a->e.pc) && entry_stack(x) != access_stack(a)))) {
        return 0;
    }
    return access_ordered(a, x->g, x->epoch) && access_covers(a->e.kind, x->kind);
}

u8 access_meet(struct access *a, const struct entry *x, u8 *need)
{
    if (!access_ordered(a, x->g, x->epoch)) {
        if ((x->mask & a->e.mask) && access_conflicts(x->kind, a->e.kind)) {
            found(a, x);
        }
        return x->mask;
    }
    if (x->g == a->e.g && x->epoch == a->e.epoch && access_covers(x->kind, a->e.kind) &&
        (!flags.all_pairs || supersedes(a, x))) {
        *need &= (u8)~x->mask;
    }
    return supersedes(a, x) ? x->mask & (u8)~a->e.mask : x->mask;
}

/* ---- big cells ---- */

/* One in so many accesses looks at all that a big cell has. */
enum { LOOKS = 64 };

static u32 set_hash(u32 g, u32 cap)
{
    return (g * 0x9e3779b1u >> 7) & (cap - 1);
}

/* Only sets that are worth it keep account of their stacks; a set becomes one by a rebuild. */
static int set_notes(const struct set *s)
{
    return s->cap > SCAN_ALWAYS * 2;
}

static void set_note_stack(struct set *s, u32 stack)
{
    u32 i = 0;

    while (i < s->stack_count && i < SET_STACKS && s->stack[i] != stack) {
        i++;
    }
    if (i == s->stack_count && i < SET_STACKS) {
        s->stack[i] = stack;
        s->stack_count++;
    } else if (i == SET_STACKS) {
        s->stack_count = STACKS_MANY;
    }
}

/* Would a race of this access with any entry be one that was reported before?  Thousands of
   goroutines that race with the same code must not cost thousands of comparisons each. */
static int set_known(const struct set *s, u32 stack)
{
    for (u32 i = 0; i < s->stack_count; i++) {
        if (i == SET_STACKS || !report_known(s->stack[i], stack)) {
            return 0;
        }
    }
    return 1;
}

static void set_put(struct set *s, const struct entry *e)
{
    u32 i = set_hash(e->g, s->cap);

    if (set_notes(s)) {
        set_note_stack(s, entry_stack(e));
    }

    while (s->slot[i].mask != 0) {
        i = (i + 1) & (s->cap - 1);
    }
    s->slot[i] = *e;
    s->count++;
}

/* Gives the set a table for `more` further entries; drops what access a (or NULL) makes
   needless. */
static int set_rebuild(struct set *s, struct access *a, u32 more)
{
    struct set old = *s;
    u32 kept = 0;

    for (u32 i = 0; i < old.cap; i++) {
        struct entry *x = &old.slot[i];

        if (a && x->mask && supersedes(a, x)) {
            x->mask &= (u8)~a->e.mask;
        }
        kept += x->mask != 0;
    }

    u32 cap = 4;

    while (cap < (kept + more) * 2) {
        cap *= 2;
    }
    s->slot = mem_alloc(cap * sizeof *s->slot);
    if (!s->slot) {
        *s = old;
        return -1;
    }
    for (uptr at = 0; at < cap * sizeof *s->slot; at += 4096) {
        ((volatile u8 *)s->slot)[at] = 0; /* see shadow_wake (shadow.h) */
    }
    s->cap = cap;
    s->count = 0;
    s->stack_count = 0;
    for (u32 i = 0; i < old.cap; i++) {
        if (old.slot[i].mask != 0) {
            set_put(s, &old.slot[i]);
        }
    }
    mem_free(old.slot, old.cap * sizeof *old.slot);
    return 0;
}

/* The slot of a set for the access: of an entry of its goroutine's that it replaces entirely, or a free one; NULL if there is no room. */
static struct entry *set_place(const struct set *s, struct access *a)
{
    u32 i = s->cap != 0 ? set_hash(a->e.g, s->cap) : 0;

    for (; s->cap != 0 && s->slot[i].mask != 0; i = (i + 1) & (s->cap - 1)) {
        struct entry *x = &s->slot[i];

        if (x->g == a->e.g && (x->mask & (u8)~a->e.mask) == 0 && supersedes(a, x)) {
            return x;
        }
    }
    return (s->count + 1) * 4 <= s->cap * 3 ? &s->slot[i] : NULL;
}

static void set_fill(struct set *s, struct access *a, struct entry *place)
{
    s->count += place->mask == 0;
    *place = a->e;
    if (set_notes(s)) {
        set_note_stack(s, access_stack(a));
    }
}

static int set_add(struct set *s, struct access *a)
{
    struct entry *place = set_place(s, a);

    if (place) {
        set_fill(s, a, place);
        return 0;
    }
    if (set_rebuild(s, a, s->count / 2 + 1) != 0) {
        return -1;
    }
    set_put(s, &a->e);
    return 0;
}

/* The word's lock is held. */
static u32 big_access(struct access *a, struct cell *c)
{
    struct set *sets = c->set;
    u8 need = a->e.mask;
    u32 left = 0, drops[ACCESS_KINDS] = {0};

    for (u8 k = 0; k < ACCESS_KINDS; k++) {
        struct set *s = &sets[k];

        /* Atomic writes race with no atomic access, but end the time of those that happened before: now and then that is looked for. */
        if ((access_conflicts(a->e.kind, k) || a->e.kind == ACCESS_WRITE || (a->e.kind & ACCESS_WRITE && a->e.epoch % LOOKS == 0)) &&
            !(set_notes(s) && access_conflicts(a->e.kind, k) && set_known(s, access_stack(a)))) {
            for (u32 i = 0; i < s->cap; i++) {
                if (s->slot[i].mask != 0) {
                    drops[k] += access_meet(a, &s->slot[i], &need) == 0;
                }
            }
        } else if (access_covers(k, a->e.kind) && s->cap != 0) {
            for (u32 i = set_hash(a->e.g, s->cap); s->slot[i].mask != 0;
                 i = (i + 1) & (s->cap - 1)) {
                if (s->slot[i].g == a->e.g) {
                    access_meet(a, &s->slot[i], &need);
                }
            }
        }
    }
    if (need == 0) {
        return CELL_SAME; /* and what the access would replace stays: nothing comes in its place */
    }
    for (u32 k = 0; k < ACCESS_KINDS; k++) {
        struct set *s = &sets[k];

        /* a write usually ends a time of sharing: give the memory back then */
        if (drops[k] * 2 > s->count && set_rebuild(s, a, 0) != 0) {
            return CELL_SAME;
        }
        left += s->count;
    }
    if (left < ENTRIES_MIDDLE) {
        struct entry e[ENTRIES_MIDDLE];
        u32 n = 0;

        e[n++] = a->e;
        for (u32 k = 0; k < ACCESS_KINDS; k++) {
            for (u32 i = 0; i < sets[k].cap; i++) {
                struct entry x = sets[k].slot[i];

                if (x.mask != 0 && (x.mask = access_meet(a, &x, &need)) != 0) {
                    e[n++] = x;
                }
            }
        }

        a->left = e[0].mask;
        return n == 1 ? CELL_ALONE : cell_new(a->p, a->fast, a->bytes, e, n);
    }
    atomic_store_relaxed(&c->entry[0].kinds, (u8)(c->entry[0].kinds | 1u << a->e.kind));
    if (set_add(&sets[a->e.kind], a) == 0) {
        cell_set_fast(c, a->fast, a->bytes);
    }
    return CELL_SAME;
}

int cell_read_big(struct access *a, u32 id)
{
    struct cell *c = cell_at(id);
    struct set *mine = &c->set[a->e.kind];
    u32 bytes = a->fast == 0 ? 0 : fast_bytes(&a->e);
    u8 need = a->e.mask;

    for (u8 k = 0; k < ACCESS_KINDS; k++) {
        const struct set *s = &c->set[k];

        if (!(c->entry[0].kinds >> k & 1) || s->count == 0) {
            continue;
        }
        if (access_conflicts(a->e.kind, k)) {
            if (s->cap > SCAN_ALWAYS) {
                return 0;
            }
            for (u32 i = 0; i < s->cap; i++) {
                const struct entry *x = &s->slot[i];

                if (x->mask & a->e.mask && !access_ordered(a, x->g, x->epoch)) {
                    return 0;
                }
            }
        }
        if (access_covers(k, a->e.kind)) {
            for (u32 i = set_hash(a->e.g, s->cap); s->slot[i].mask != 0; i = (i + 1) & (s->cap - 1)) {
                need &= s->slot[i].g == a->e.g && s->slot[i].epoch == a->e.epoch ? (u8)~s->slot[i].mask : FULL;
            }
        }
    }
    if (need != 0) {
        struct entry *place = set_place(mine, a);

        if (!place) {
            return 0;
        }
        set_fill(mine, a, place);
        atomic_store_relaxed(&c->entry[0].kinds, (u8)(c->entry[0].kinds | 1u << a->e.kind));
    }
    cell_set_fast(c, a->fast, bytes | (a->fast != 0 && c->fast == a->fast ? c->fast_bytes : 0));
    return 1;
}

static u32 big_new(struct proc *p, u64 fast, u32 bytes, const struct entry *e, u32 count)
{
    u32 id = pool_get(&pools[BIG], &p->cells[BIG]);

    if (id == 0) {
        return 0;
    }

    struct cell *c = cell_at(id);

    entries_open(c);
    c->refs = 1;
    c->entry[0].kinds = kinds_of(e, count);
    entries_close(c);
    memset(c->set, 0, sizeof c->set);
    for (u32 i = 0; i < count; i++) {
        struct set *s = &c->set[e[i].kind];

        if ((s->count + 1) * 2 > s->cap && set_rebuild(s, NULL, s->count + 1) != 0) {
            break;
        }
        set_put(s, &e[i]);
    }
    cell_set_fast(c, fast, bytes);
    return id | CELL_BIG;
}

/* ---- cells with a few ---- */

/* Gives a cell that only this locked word names new contents, if they fit it as they fit a new
   one. */
static int cell_reuse(struct cell *c, u64 fast, u32 bytes, const struct entry *e, u32 count)
{
    if (atomic_load(&c->refs) != 1 || count > ENTRIES_MAX ||
        size_of(count) != size_of(cell_count(c))) {
        return 0;
    }
    entries_set(c, e, count);
    cell_set_fast(c, fast, bytes);
    return 1;
}

/* The entries after an access that meets old[0..n); e has room for n + 1.  Returns how many, 0 if
 * the access adds nothing. */
static u32 entries_access(struct access *a, const struct entry *old, u32 n, struct entry *e)
{
    u8 need = a->e.mask;
    u32 count = 1;

    e[0] = a->e;
    for (u32 i = 0; i < n; i++) {
        struct entry x = old[i];

        x.mask = access_meet(a, &x, &need);
        if (x.mask != 0 && x.stack == e[0].stack && x.pc == e[0].pc && x.g == e[0].g &&
            x.epoch == e[0].epoch && x.kind == e[0].kind) {
            e[0].mask |= x.mask; /* a loop over the bytes of a word */
        } else if (x.mask != 0) {
            e[count++] = x;
        }
    }
    return need == 0 ? 0 : count;
}

u32 cell_access(struct access *a, u32 id)
{
    struct cell *c = cell_at(id);
    struct entry e[ENTRIES_MAX + 1];

    /* The bytes that t has accessed since another goroutine's latest access to the word, this one
       included: only those may go unchecked, for an access that comes after another's may race with
       it although an earlier one of the same goroutine covers it. */
    a->bytes = a->fast == 0 ? 0 : fast_bytes(&a->e);
    if (a->fast != 0 && atomic_load_relaxed(&c->fast) == a->fast) {
        a->bytes |= c->fast_bytes;
    }
    if (id & CELL_BIG) {
        return big_access(a, c);
    }

    u32 n = entries_access(a, c->entry, cell_count(c), e);

    if (n == 0) {
        if (a->fast != 0 && atomic_load_relaxed(&c->refs) == 1) {
            cell_set_fast(c, a->fast, a->bytes); /* all that others did since was looked at now */
        }
        return CELL_SAME;
    }
    a->left = e[0].mask;
    if (n == 1) {
        return CELL_ALONE;
    }
    if (n > ENTRIES_LARGE && atomic_load(&c->refs) == 1) {
        return big_new(a->p, a->fast, a->bytes, e, n); /* which need not be looked through */
    }
    if (cell_reuse(c, a->fast, a->bytes, e, n)) {
        return CELL_SAME;
    }
    return n > ENTRIES_MAX ? big_new(a->p, a->fast, a->bytes, e, n)
                           : cell_new(a->p, a->fast, a->bytes, e, n);
}

/* Would the access take the place of x, if x happened before? */
static int step_takes(u8 kind, u8 mask, const struct entry *x)
{
    return access_covers(kind, x->kind) && (x->mask & (u8)~mask) == 0;
}

int cell_look(const struct access *a, u32 id, struct look *l)
{
    const struct cell *c = cell_at(id);
    u32 version = atomic_load(&c->version), n = cell_count(c), place = n, superseded = 0;
    u64 others = 0;
    u8 need = a->e.mask;

    if (id & CELL_BIG || version & 1 || n > ENTRIES_MAX) {
        return LOOK_NOT;
    }
    for (u32 i = 0; i < n; i++) {
        const struct entry x = entry_get(&c->entry[i]);

        if (x.g == a->e.g) {
            if (x.epoch == a->e.epoch && access_covers(x.kind, a->e.kind)) {
                need &= (u8)~x.mask;
            }
            if (step_takes(a->e.kind, a->e.mask, &x)) {
                superseded++;
                others |= place != n && i < 64 ? 1UL << i : 0;
                place = place != n ? place : i;
            }
        } else if (x.mask & a->e.mask && access_conflicts(x.kind, a->e.kind)) {
            if (!thr_knows(a->t, x.g, x.epoch)) {
                return LOOK_NOT;
            }
            superseded += (u32)step_takes(a->e.kind, a->e.mask, &x);
        } else if (n > ENTRIES_MIDDLE && superseded == i) { /* a crowd that is gone: looked for as long as all of it may be */
            superseded += (u32)(step_takes(a->e.kind, a->e.mask, &x) && thr_knows(a->t, x.g, x.epoch));
        }
    }
    l->place = place;
    l->others = others;
    l->version = version;
    if (need == 0) {
        return LOOK_KNOWN;
    }
    return superseded == n ? LOOK_NOT : LOOK_NEW;
}

int cell_step(const struct access *a, u32 id, const struct look *l)
{
    static const u8 room[CELL_SIZES] = {0, ENTRIES_SMALL, ENTRIES_MIDDLE, ENTRIES_LARGE, ENTRIES_MAX};
    struct cell *c = cell_at(id);

    if (atomic_load(&c->refs) != 1 || c->version != l->version) {
        return 0;
    }

    u32 n = cell_count(c), size = size_of(n), place = l->place, bytes = a->fast == 0 ? 0 : fast_bytes(&a->e);

    /* one of another goroutine that happened before, if there is none of the own */
    for (u32 i = 0; place == n && i < n; i++) {
        place = step_takes(a->e.kind, a->e.mask, &c->entry[i]) && access_ordered(a, c->entry[i].g, c->entry[i].epoch) ? i : n;
    }
    if (place == room[size + 1]) {
        return 0;
    }
    if (a->fast != 0 && atomic_load_relaxed(&c->fast) == a->fast) {
        bytes |= c->fast_bytes;
    }

    u8 kinds = (u8)(c->entry[0].kinds | 1u << a->e.kind);

    entries_open(c);
    entry_put(&c->entry[place], &a->e);
    n += place == n;
    /* What others did and the access makes needless may stay: it was there, and only takes room.  The pool that the cell
       is from must stay what size_of says. */
    for (u64 others = l->others; others != 0 && n > room[size] + 1U;) {
        u32 i = 63 - (u32)__builtin_clzl(others); /* the last one first: what moves there is none of them */

        others &= ~(1UL << i);
        n--;
        entry_put(&c->entry[i], &c->entry[n]);
        place = place == n ? i : place;
    }
    entries_say(c, n, kinds);
    entries_close(c);
    if (a->e.kind == (ACCESS_WRITE | ACCESS_ATOMIC)) {
        cell_set_fast(c, a->key, place); /* it conflicts with nothing that did not happen before: cell_look */
    } else if (a->e.kind != ACCESS_ATOMIC || !fast_is_atomic(c->fast) || l->others != 0) {
        cell_set_fast(c, a->fast, bytes);
    }
    return 1;
}

/* The entry is of this access from now on, of the same kind and bytes. */
static void entry_renew(struct entry *x, u64 key, struct spot at)
{
    atomic_store_relaxed(&x->g, (u32)(key >> 33));
    atomic_store_relaxed(&x->epoch, key_epoch(key));
    atomic_store_relaxed(&x->stack, at.stack);
    atomic_store_relaxed(&x->pc, at.pc);
}

int cell_follow(struct thr *t, u64 *word, u64 w, u8 mask, struct spot at)
{
    struct cell *c = cell_at((u32)w);
    u64 key = atomic_load_relaxed(&t->key) & ~1UL, last = atomic_load_relaxed(&c->fast);

    if (w & (WORD_LOCK | CELL_BIG) || !fast_is_atomic(last) ||
        ((last ^ key) >> 33 != 0 && !thr_knows(t, (u32)(last >> 33), key_epoch(last))) || !inside_cas(word, &w, w | WORD_LOCK)) {
        return 0;
    }

    struct entry *x = &c->entry[c->fast_bytes];
    int done = atomic_load_relaxed(&c->fast) == last && x->mask == mask && atomic_load(&c->refs) == 1;

    if (done) {
        entries_open(c);
        entry_renew(x, key, at);
        entries_close(c);
        atomic_store(&c->fast, key);
        t->dirty |= THR_ACCESS;
    }
    atomic_store(word, w); /* unlocks; pairs with word_lock */
    return done;
}

/* Out of line, so that the loop that asks it now and then has its registers. */
static NOINLINE int knows(const struct thr *t, const struct entry *x)
{
    return thr_knows(t, x->g, x->epoch);
}

int cell_again(struct thr *t, u64 *word, u64 w, u8 mask, u8 kind, struct spot at)
{
    struct cell *c = cell_at((u32)w);
    const u64 key = atomic_load_relaxed(&t->key);
    const u32 g = (u32)(key >> 33);
    u32 version;

    /* Where others come in turn, nothing is written that says nothing new. */
    if (!is_alone() && !(w & WORD_LOCK) && cell_covers((u32)w, t, kind, mask, &version) && atomic_load(word) == w &&
        cell_version((u32)w) == version) {
        return !flags.all_pairs;
    }
    if (w & (WORD_LOCK | CELL_BIG) || atomic_load_relaxed(&c->refs) != 1 || flags.all_pairs || !inside_cas(word, &w, w | WORD_LOCK)) {
        return 0;
    }

    const u64 fast = c->fast;
    const u32 n = cell_count(c);
    const u32 meets = c->entry[0].kinds & access_conflicting(kind);
    struct entry *mine = NULL;
    int others = 0, done = atomic_load(&c->refs) == 1 && n <= ENTRIES_MIDDLE; /* others: that stay */

    for (u32 i = 0; i < n && done; i++) {
        struct entry *x = &c->entry[i];

        if (x->g == g && x->kind == kind && x->mask == mask) {
            mine = x;
        } else if (x->g != g && !(meets >> x->kind & 1 && x->mask & mask)) {
            others = 1;
        } else {
            done = x->g == g || knows(t, x);
            others |= !step_takes(kind, mask, x);
        }
    }
    done = done && mine && others;
    if (done) {
        entries_open(c);
        entry_renew(mine, key, at);
        entries_close(c);
        if (kind == (ACCESS_WRITE | ACCESS_ATOMIC)) {
            cell_set_fast(c, key & ~1UL, (u32)(mine - c->entry));
        } else if (kind != ACCESS_ATOMIC) {
            cell_set_fast(c, key, fast_bytes(mine) | (fast == key ? c->fast_bytes : 0U));
        } else if (!fast_is_atomic(fast)) {
            cell_set_fast(c, 0, 0);
        }
        t->dirty |= THR_ACCESS;
    }
    atomic_store(word, w); /* unlocks; pairs with word_lock */
    return done;
}

u32 cell_atomic(struct proc *p, const struct thr *t, u8 mask, struct spot at)
{
    u64 key = atomic_load_relaxed(&t->key) & ~1UL;
    struct entry e = {.g = (u32)(key >> 33), .epoch = key_epoch(key), .stack = at.stack, .pc = at.pc, .mask = mask,
                      .kind = ACCESS_WRITE | ACCESS_ATOMIC};

    return cell_new(p, key, 0, &e, 1);
}

u32 cell_begin(struct access *a, const struct entry *old, u32 n)
{
    struct entry e[17];

    a->bytes = a->fast == 0 ? 0 : fast_bytes(&a->e);
    for (u32 i = 0; i < n && a->fast != 0; i++) {
        /* what a word itself remembers of this epoch comes after all that others did */
        a->bytes |= old[i].g == a->e.g && old[i].epoch == a->e.epoch ? fast_bytes(&old[i]) : 0;
    }
    n = entries_access(a, old, n, e);
    a->left = e[0].mask;
    if (n <= 1) {
        return n == 0 ? CELL_SAME : CELL_ALONE;
    }
    return n > ENTRIES_MAX ? big_new(a->p, a->fast, a->bytes, e, n)
                           : cell_new(a->p, a->fast, a->bytes, e, n);
}

u32 cell_alone(const struct access *a)
{
    struct entry e = a->e;

    e.mask = a->left;
    return cell_new(a->p, a->fast, a->bytes, &e, 1);
}

u32 cell_make(struct proc *p, const struct entry *e, u32 n)
{
    return n > ENTRIES_MAX ? big_new(p, 0, 0, e, n) : cell_new(p, 0, 0, e, n);
}

/* Entry x of a cell that the access only looks at. */
static u32 entry_meet(struct access *a, const struct entry *x, u32 so_far)
{
    u8 need = 0;

    if (!(x->mask & a->e.mask) || !access_conflicts(a->e.kind, x->kind)) {
        return so_far;
    }
    access_meet(a, x, &need);
    return !access_ordered(a, x->g, x->epoch) ? CELL_RACES : so_far == CELL_RACES ? so_far : CELL_BEFORE;
}

u32 cell_meet(struct access *a, u32 id)
{
    const struct cell *c = cell_at(id);
    u32 so_far = CELL_APART;

    for (u32 i = 0; !(id & CELL_BIG) && i < cell_count(c); i++) {
        so_far = entry_meet(a, &c->entry[i], so_far);
    }
    for (u32 k = 0; id & CELL_BIG && k < ACCESS_KINDS; k++) {
        const struct set *s = &c->set[k];

        if (s->count != 0 && access_conflicts(a->e.kind, (u8)k) && set_notes(s) &&
            set_known(s, access_stack(a))) {
            so_far = CELL_RACES; /* or not, but to know it would take long */
            continue;
        }
        for (u32 i = 0; i < s->cap; i++) {
            so_far = entry_meet(a, &s->slot[i], so_far);
        }
    }
    return so_far;
}

u32 cell_forget(struct proc *p, u32 id, u8 mask)
{
    struct cell *c = cell_at(id);

    if (id & CELL_BIG) {
        u32 left = 0;

        for (u32 k = 0; k < ACCESS_KINDS; k++) {
            struct set *s = &c->set[k];

            for (u32 i = 0; i < s->cap; i++) {
                s->slot[i].mask &= (u8)~mask;
            }
            if (s->cap != 0) {
                set_rebuild(s, NULL, 1);
            }
            left += s->count;
        }
        atomic_store_relaxed(&c->fast, 0);
        return left == 0 ? CELL_ALONE : CELL_SAME;
    }

    struct entry e[ENTRIES_MAX];
    u32 n = 0;

    for (u32 i = 0; i < cell_count(c); i++) {
        e[n] = c->entry[i];
        e[n].mask &= (u8)~mask;
        n += e[n].mask != 0;
    }
    return n == 0 ? CELL_ALONE : cell_new(p, 0, 0, e, n);
}
