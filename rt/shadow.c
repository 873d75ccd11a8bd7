/* shadow.c: cells, and the check of an access.  See shadow.h and cell.h; the address map is in
 * shadow_map.c. */
#include "shadow.h"

#include "cell.h"
#include "flags.h"
#include "report.h"
#include "stack.h"

enum { UNIT = 8, UNITS = 1u << 30, SMALL = 40, LARGE_CELL = 160, RACES_MAX = 64, SCAN_ALWAYS = 16 };
_Static_assert(sizeof(struct cell) + (ENTRIES_MAX - 1) * sizeof(struct entry) <= LARGE_CELL,
               "large");

#define RUN_MAX 0x10000000u
#define FULL    0xffu

struct arena cells;
static struct pool small_pool = {.arena = &cells, .stride = SMALL / UNIT};
static struct pool large_pool = {.arena = &cells, .stride = LARGE_CELL / UNIT};
static struct arena site_cells; /* u32 by stack id: the cell of fresh memory allocated there */
static struct os_lock site_lock;

int cell_init(void)
{
    if (arena_init(&cells, "shadow cells", UNIT, UNITS) != 0) {
        return -1;
    }
    return arena_init(&site_cells, "allocation sites", sizeof(u32), 1u << 28);
}

/* ---- cells come and go ---- */

static void sets_free(struct proc *p, struct set *sets)
{
    for (u32 k = 0; k < ACCESS_KINDS; k++) {
        for (u32 i = 0; i < sets[k].cap; i++) {
            if (sets[k].slot[i].mask != 0) {
                act_unref(&p->acts, sets[k].slot[i].act);
            }
        }
        mem_free(sets[k].slot, sets[k].cap * sizeof(struct entry));
    }
    mem_free(sets, ACCESS_KINDS * sizeof *sets);
}

void cell_free(struct proc *p, u32 id)
{
    struct cell *c = cell_at(id);

    /* A reader that still holds the id must not take the cell for one of its own. */
    atomic_store_relaxed(&c->fast, 0);
    if (id & CELL_BIG) {
        sets_free(p, cell_sets(c));
        pool_put(&small_pool, &p->small, id & CELL_INDEX);
        return;
    }
    for (u32 i = 0; i < cell_count(c); i++) {
        act_unref(&p->acts, c->entry[i].act);
    }
    if (cell_count(c) > 1) {
        pool_put(&large_pool, &p->large, id);
    } else {
        pool_put(&small_pool, &p->small, id);
    }
}

/* What cell.fast_bytes says of an access. */
static u32 fast_bytes(const struct entry *e)
{
    return e->kind & ACCESS_ATOMIC ? 0 : e->mask | (e->kind & ACCESS_WRITE ? (u32)e->mask << 8 : 0);
}

/* A cell with these entries and one reference; 0 when memory ran out. */
static u32 cell_new(struct proc *p, u32 site, u64 fast, u32 bytes, const struct entry *e, u32 count)
{
    u32 id = count > 1 ? pool_get(&large_pool, &p->large) : pool_get(&small_pool, &p->small);

    if (id != 0) {
        struct cell *c = cell_at(id);

        for (u32 i = 0; i < count; i++) {
            c->entry[i] = e[i];
            act_ref(e[i].act);
        }
        c->entry[0].count = (u8)count;
        c->site = site;
        c->refs = 1;
        cell_set_fast(c, fast, bytes);
    }
    return id;
}

u32 cell_fresh(struct proc *p, u32 site)
{
    u32 *slot = arena_at(&site_cells, site);
    uptr need = ((uptr)site + 1) * sizeof(u32);

    if (UNLIKELY(need > atomic_load(&site_cells.committed))) {
        os_lock(&site_lock);

        uptr from = site_cells.committed, to = ROUND_UP(need, 1UL << 18);

        if (need > from && os_commit(site_cells.base + from, to - from) == 0) {
            atomic_store(&site_cells.committed, to);
        }
        os_unlock(&site_lock);
        if (need > site_cells.committed) {
            rt_exhausted(site_cells.what);
            return 0;
        }
    }

    u32 id = atomic_load(slot);

    if (LIKELY(id != 0)) {
        return id;
    }
    id = cell_new(p, site, 0, 0, NULL, 0);
    if (id != 0) {
        u32 none = 0;

        cell_at(id)->refs = REFS_STICKY;
        if (!atomic_cas(slot, &none, id)) {
            pool_put(&small_pool, &p->small, id);
            return none;
        }
    }
    return id;
}

/* ---- relations between accesses ---- */

/* Code of the program lies within 2 GiB of this, but for plugins. */
static const char shadow_anchor = 0;

u32 entry_stack(const struct entry *e)
{
    u32 stack = act_stack(e->act);

    return e->pc == 0 ? stack : stack_push(stack, (uptr)&shadow_anchor + (uptr)(sptr)e->pc);
}

static int conflicts(u8 a, u8 b)
{
    return ((a | b) & ACCESS_WRITE) && !(a & b & ACCESS_ATOMIC);
}

/* Does y conflict with everything that x conflicts with? */
static int covers(u8 y, u8 x)
{
    /* bit x of element y; kinds: read, write, atomic read, atomic write */
    static const u8 table[ACCESS_KINDS] = {0x5, 0xf, 0x4, 0xc};

    return table[y] >> x & 1;
}

/* An access under way. */
struct access {
    struct proc *p;
    struct thr *t;
    uptr addr; /* of the word */
    struct entry e;
    u64 fast;  /* of the cell that has it first: t's key, or 0 */
    u32 bytes; /* and its fast_bytes, see access_bytes */
    u32 site;
    u32 stack;       /* of e, 0: not asked for yet */
    u32 races, more; /* more: than fit */
    struct race race[RACES_MAX];
};

static int ordered(const struct access *a, const struct entry *x)
{
    return x->g == a->e.g || thr_knows(a->t, x->g, x->epoch);
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
        .known = clock_get(a->t->clock, x->g),
        .site = a->site,
    };
}

/* Is x needless once the access under way is recorded?  It happened before, and whatever conflicts
   with it conflicts with the new one.  If every pair of stacks is wanted, only an access by the
   same goroutine at the same stack takes another's place. */
static int supersedes(struct access *a, const struct entry *x)
{
    if (flags.all_pairs &&
        (x->g != a->e.g || x->kind != a->e.kind ||
         ((x->act != a->e.act || x->pc != a->e.pc) && entry_stack(x) != access_stack(a)))) {
        return 0;
    }
    return ordered(a, x) && covers(a->e.kind, x->kind);
}

/* Looks at one remembered access: reports a race with it, takes from *need the bytes for which the
   new access adds nothing, and returns the bytes for which x must be kept. */
static u8 meet(struct access *a, const struct entry *x, u8 *need)
{
    if (!ordered(a, x)) {
        if ((x->mask & a->e.mask) && conflicts(x->kind, a->e.kind)) {
            found(a, x);
        }
        return x->mask;
    }
    if (x->g == a->e.g && x->epoch == a->e.epoch && covers(x->kind, a->e.kind) &&
        (!flags.all_pairs || supersedes(a, x))) {
        *need &= (u8)~x->mask;
    }
    return supersedes(a, x) ? x->mask & (u8)~a->e.mask : x->mask;
}

/* ---- big cells ---- */

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
static int set_rebuild(struct proc *p, struct set *s, struct access *a, u32 more)
{
    struct set old = *s;
    u32 kept = 0;

    for (u32 i = 0; i < old.cap; i++) {
        struct entry *x = &old.slot[i];

        if (a && x->mask && supersedes(a, x)) {
            x->mask &= (u8)~a->e.mask;
            if (x->mask == 0) {
                act_unref(&p->acts, x->act);
            }
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

static int set_add(struct set *s, struct access *a)
{
    /* One of our own that is replaced entirely? */
    for (u32 i = s->cap ? set_hash(a->e.g, s->cap) : 0; s->cap && s->slot[i].mask != 0;
         i = (i + 1) & (s->cap - 1)) {
        struct entry *x = &s->slot[i];

        if (x->g == a->e.g && (x->mask & (u8)~a->e.mask) == 0 && supersedes(a, x)) {
            act_unref(&a->p->acts, x->act);
            act_ref(a->e.act);
            *x = a->e;
            if (set_notes(s)) {
                set_note_stack(s, access_stack(a));
            }
            return 0;
        }
    }
    if ((s->count + 1) * 4 > s->cap * 3 && set_rebuild(a->p, s, a, s->count / 2 + 1) != 0) {
        return -1;
    }
    act_ref(a->e.act);
    set_put(s, &a->e);
    return 0;
}

/* The word's lock is held. */
static u32 big_access(struct access *a, u32 id)
{
    struct cell *c = cell_at(id);
    struct set *sets = cell_sets(c);
    u8 need = a->e.mask;
    u32 left = 0, drops[ACCESS_KINDS] = {0};

    for (u8 k = 0; k < ACCESS_KINDS; k++) {
        struct set *s = &sets[k];

        if ((conflicts(a->e.kind, k) || a->e.kind == ACCESS_WRITE) &&
            !(set_notes(s) && set_known(s, access_stack(a)))) {
            for (u32 i = 0; i < s->cap; i++) {
                if (s->slot[i].mask != 0) {
                    drops[k] += meet(a, &s->slot[i], &need) == 0;
                }
            }
        } else if (covers(k, a->e.kind) && s->cap != 0) {
            for (u32 i = set_hash(a->e.g, s->cap); s->slot[i].mask != 0;
                 i = (i + 1) & (s->cap - 1)) {
                if (s->slot[i].g == a->e.g) {
                    meet(a, &s->slot[i], &need);
                }
            }
        }
    }
    if (need == 0) {
        return id; /* and what the access would replace stays: nothing comes in its place */
    }
    for (u32 k = 0; k < ACCESS_KINDS; k++) {
        struct set *s = &sets[k];

        /* a write usually ends a time of sharing: give the memory back then */
        if (drops[k] * 2 > s->count && set_rebuild(a->p, s, a, 0) != 0) {
            return id;
        }
        left += s->count;
    }
    if (left < ENTRIES_MAX) {
        struct entry e[ENTRIES_MAX];
        u32 n = 0;

        e[n++] = a->e;
        for (u32 k = 0; k < ACCESS_KINDS; k++) {
            for (u32 i = 0; i < sets[k].cap; i++) {
                struct entry x = sets[k].slot[i];

                if (x.mask != 0 && (x.mask = meet(a, &x, &need)) != 0) {
                    e[n++] = x;
                }
            }
        }

        u32 to = cell_new(a->p, c->site, a->fast, a->bytes, e, n);

        return to == 0 ? id : to;
    }
    if (set_add(&sets[a->e.kind], a) == 0) {
        cell_set_fast(c, a->fast, a->bytes);
    }
    return id;
}

static u32 big_new(struct proc *p, u32 site, u64 fast, u32 bytes, const struct entry *e, u32 count)
{
    struct set *sets = mem_alloc(ACCESS_KINDS * sizeof *sets);
    u32 id = sets ? pool_get(&small_pool, &p->small) : 0;

    if (id == 0) {
        mem_free(sets, ACCESS_KINDS * sizeof *sets);
        return 0;
    }

    struct cell *c = cell_at(id);

    c->refs = 1;
    c->site = site;
    c->sets[0] = (u32)(uptr)sets;
    c->sets[1] = (u32)((uptr)sets >> 32);
    for (u32 i = 0; i < count; i++) {
        struct set *s = &sets[e[i].kind];

        if ((s->count + 1) * 2 > s->cap && set_rebuild(p, s, NULL, s->count + 1) != 0) {
            break;
        }
        act_ref(e[i].act);
        set_put(s, &e[i]);
    }
    cell_set_fast(c, fast, bytes);
    return id | CELL_BIG;
}

/* ---- one word ---- */

/* Gives a cell that only this locked word names new contents, if they fit it as they fit a new
   one. */
static int cell_reuse(struct proc *p, struct cell *c, u64 fast, u32 bytes, const struct entry *e,
                      u32 count)
{
    u32 old = cell_count(c);

    if (atomic_load(&c->refs) != 1 || count > ENTRIES_MAX || (count > 1) != (old > 1)) {
        return 0;
    }
    if (count != 1 || old != 1 || e[0].act != c->entry[0].act) {
        for (u32 i = 0; i < count; i++) {
            act_ref(e[i].act);
        }
        for (u32 i = 0; i < old; i++) {
            act_unref(&p->acts, c->entry[i].act);
        }
    }
    for (u32 i = 0; i < count; i++) {
        c->entry[i] = e[i];
    }
    c->entry[0].count = (u8)count;
    cell_set_fast(c, fast, bytes);
    return 1;
}

/* The bytes that t has accessed since another goroutine's latest access to the word, this one
 * included: only those may go unchecked, for an access that comes after another's may race with it
 * although an earlier one of the same goroutine covers it. */
static u32 access_bytes(const struct access *a, u32 id)
{
    const struct cell *c = cell_at(id);
    int mine = id != 0 && atomic_load_relaxed(&c->fast) == a->fast;

    return a->fast == 0 ? 0 : fast_bytes(&a->e) | (mine ? c->fast_bytes : 0u);
}

/* The cell after the access, with a reference for the word if it is another one.  The word is
   locked, or its cell is kept by somebody else. */
static u32 cell_access(struct access *a, u32 id)
{
    struct entry e[ENTRIES_MAX + 1];
    u32 n = 1;
    u8 need = a->e.mask;

    a->bytes = access_bytes(a, id);
    if (id & CELL_BIG) {
        a->site = cell_at(id)->site;
        return big_access(a, id);
    }
    e[0] = a->e;
    if (id != 0) {
        const struct cell *c = cell_at(id);

        a->site = c->site;
        for (u32 i = 0; i < cell_count(c); i++) {
            struct entry x = c->entry[i];

            x.mask = meet(a, &x, &need);
            if (x.mask != 0 && x.act == e[0].act && x.pc == e[0].pc && x.g == e[0].g &&
                x.epoch == e[0].epoch && x.kind == e[0].kind) {
                e[0].mask |= x.mask; /* a loop over the bytes of a word */
            } else if (x.mask != 0) {
                e[n++] = x;
            }
        }
    } else {
        a->site = 0;
    }
    if (need == 0) {
        return id;
    }

    if (id != 0 && cell_reuse(a->p, cell_at(id), a->fast, a->bytes, e, n)) {
        return id;
    }

    u32 to = n > ENTRIES_MAX ? big_new(a->p, a->site, a->fast, a->bytes, e, n)
                             : cell_new(a->p, a->site, a->fast, a->bytes, e, n);

    return to == 0 ? id : to;
}

u32 cell_forget(struct proc *p, u32 id, u8 mask)
{
    struct cell *c = cell_at(id);

    if (id == 0) {
        return 0;
    }
    if (id & CELL_BIG) {
        for (u32 k = 0; k < ACCESS_KINDS; k++) {
            struct set *s = &cell_sets(c)[k];

            for (u32 i = 0; i < s->cap; i++) {
                struct entry *x = &s->slot[i];

                if (x->mask != 0 && (x->mask &= (u8)~mask) == 0) {
                    act_unref(&p->acts, x->act);
                }
            }
            if (s->cap != 0) {
                set_rebuild(p, s, NULL, 1);
            }
        }
        atomic_store_relaxed(&c->fast, 0);
        return id;
    }

    struct entry e[ENTRIES_MAX];
    u32 n = 0;

    for (u32 i = 0; i < cell_count(c); i++) {
        e[n] = c->entry[i];
        e[n].mask &= (u8)~mask;
        n += e[n].mask != 0;
    }
    return n == 0 ? 0 : cell_new(p, c->site, 0, 0, e, n);
}

/* ---- accesses ---- */

/* Has the goroutine whose key this is accessed these bytes already, in this epoch, so that the
 * access adds nothing?  The word may be locked, and the cell another one by now: only t makes cells
 * with t's key, and cells that are given back lose theirs.  So the bytes are t's if the key is there
 * before and after they were read; and if words name one cell, it must have the key still after the
 * last of them was read. */
static int id_is_fast(u32 id, u64 key, u8 kind, u8 mask)
{
    const struct cell *c = cell_at(id);

    if ((id & CELL_INDEX) == 0 || atomic_load(&c->fast) != key) {
        return 0;
    }

    u32 bytes = atomic_load(&c->fast_bytes);

    return (mask & ~(kind & ACCESS_WRITE ? bytes >> 8 : bytes)) == 0 &&
           atomic_load_relaxed(&c->fast) == key;
}

static struct memo *memo_at(struct proc *p, u32 id, u64 pc, u8 mask)
{
    u64 h = ((u64)id << 20 ^ pc ^ (u64)mask << 40) * 0x9e3779b97f4a7c15UL;

    return &p->memo[h >> 56];
}

_Static_assert(MEMOS == 256, "memo_at takes 8 bits");

static int memo_is(const struct memo *m, const struct access *a, u32 id, u64 key, u64 pc)
{
    return m->from == id && m->to != 0 && m->key == key && m->pc == pc && m->act == a->e.act &&
           m->kind == a->e.kind && m->mask == a->e.mask;
}

static void memo_clear(struct proc *p, struct memo *m)
{
    if (m->to != 0) {
        cell_unref(p, m->from, 1);
        cell_unref(p, m->to, 1);
        m->to = 0;
    }
}

/* A memo keeps cells from being reused, so it is made for ranges, and for a scalar access when the
   same one meets the same cell a second time. */
static int memo_pays(struct memo *m, uptr count, u32 to, u32 id, u64 key, u64 pc)
{
    u32 seen = (u32)((key ^ pc << 20 ^ id) * 0x9e3779b97f4a7c15UL >> 32);
    int again = m->seen == seen;

    m->seen = seen;
    return count > 1 || (again && (to != id || id == 0));
}

static void reports(struct access *a)
{
    /* Outside of all locks: reporting takes its time and calls Go. */
    for (u32 i = 0; i < a->races; i++) {
        report_race(a->t, &a->race[i]);
    }
    a->races = 0;
    a->more = 0;
}

/* One access to the bytes `mask` of up to `count` words from `word` on, all of them whole (FULL)
 * if count > 1.  key, pc and the activation identify the access for the memo: within one epoch of
 * one goroutine the same access turns the same cell into the same cell, and the verdict "no race"
 * stays true as clocks only grow; so a loop over memory computes once. */
static void words_access(struct access *a, const struct range *r, u32 *word, uptr count, u64 key,
                         u64 pc)
{
    for (uptr i = 0; i < count;) {
        u32 id = atomic_load_relaxed(&word[i]);

        if (id_is_fast(id, key, a->e.kind, a->e.mask)) {
            uptr first = i++;

            while (i < count && atomic_load_relaxed(&word[i]) == id) {
                i++;
            }
            if (i > first + 1 && !id_is_fast(id, key, a->e.kind, a->e.mask)) {
                i = first + 1;
            }
            continue;
        }

        struct memo *m = memo_at(a->p, id, pc, a->e.mask);

        if (!(id & (CELL_LOCK | CELL_BIG)) && memo_is(m, a, id, key, pc)) {
            /* Count first: another thread may move a word on as soon as it names the cell. */
            uptr run = 1;

            while (i + run < count && run < RUN_MAX && atomic_load_relaxed(&word[i + run]) == id) {
                run++;
            }
            if (m->to == id) {
                i += run;
                continue;
            }
            cell_ref(m->to, (u32)run);

            u32 done = 0, was = id;

            while (done < run && atomic_cas(&word[i + done], &was, m->to)) {
                done++;
            }
            if (done < run) {
                cell_unref(a->p, m->to, (u32)run - done);
            }
            cell_unref(a->p, id, done);
            if (id == 0 && done != 0) {
                uptr first = a->addr + i * 8, last = first + (done - 1) * 8;

                for (uptr at = first; at < last; at += 1UL << PAGE_LOG) {
                    shadow_page_set(r, at, PAGE_TOUCHED);
                }
                shadow_page_set(r, last, PAGE_TOUCHED);
            }
            i += done;
            if (done < run && !(was & CELL_LOCK) && done != 0) {
                continue;
            }
            if (done == run) {
                continue;
            }
        }

        uptr base = a->addr;

        a->addr = base + i * 8;
    again:
        id = word_lock(&word[i]);

        u32 to = cell_access(a, id);

        m = memo_at(a->p, id, pc, a->e.mask);
        if (!((to | id) & CELL_BIG) && a->races == 0 && memo_pays(m, count, to, id, key, pc)) {
            memo_clear(a->p, m);
            cell_ref(to, 1);
            cell_ref(id, 1);
            *m = (struct memo){.seen = m->seen,
                               .key = key,
                               .pc = pc,
                               .from = id,
                               .to = to,
                               .act = a->e.act,
                               .kind = a->e.kind,
                               .mask = a->e.mask};
        }
        atomic_store(&word[i], to); /* unlocks; pairs with word_lock */
        if (to != id) {
            cell_unref(a->p, id, 1);
            if (id == 0) {
                shadow_page_set(r, a->addr, PAGE_TOUCHED);
            }
        }
        if (a->races != 0) {
            int more = a->more != 0;

            reports(a);
            if (more && !rt_off && !flags.equal_stacks) {
                goto again; /* what was reported is known now: the rest of them */
            }
        }
        a->addr = base;
        i++;
    }
}

static NOINLINE void access_slow(struct proc *p, struct thr *t, const struct range *r, uptr addr,
                                 uptr size, u8 kind, uptr pc, u32 act)
{
    u64 key = atomic_load_relaxed(&t->key);
    struct access a;
    sptr near = (sptr)(pc - (uptr)&shadow_anchor);
    u32 leaf = 0;

    a.p = p;
    a.t = t;
    a.races = 0;
    a.more = 0;
    a.site = 0;
    a.stack = 0;
    a.fast = kind & ACCESS_ATOMIC || flags.all_pairs ? 0 : key;
    a.e = (struct entry){
        .g = (u32)(key >> 33), .epoch = key_epoch(key), .act = act, .pc = (int)near, .kind = kind};
    if (UNLIKELY(near != a.e.pc)) { /* a plugin's code, far away */
        leaf = act_new(&p->acts, a.e.act, pc);
        a.e.act = leaf;
        a.e.pc = 0;
    }
    t->dirty |= THR_ACCESS;

    u32 *word = &r->words[(addr - r->lo) >> 3];
    u32 offset = addr & 7;

    a.addr = addr & ~7UL;
    if (offset != 0 || size < 8) {
        u32 n = 8 - offset < size ? 8 - offset : (u32)size;

        a.e.mask = mask_of(offset, n);
        words_access(&a, r, word, 1, key, pc);
        word++;
        a.addr += 8;
        size -= n;
    }
    if (size >= 8) {
        uptr n = size / 8;

        a.e.mask = FULL;
        words_access(&a, r, word, n, key, pc);
        word += n;
        a.addr += n * 8;
        size &= 7;
    }
    if (size > 0) {
        a.e.mask = mask_of(0, (u32)size);
        words_access(&a, r, word, 1, key, pc);
    }
    act_unref(&p->acts, leaf);
}

int shadow_hit(const struct thr *t, uptr addr, uptr size, u8 kind)
{
    const struct range *r = shadow_range(addr);

    if (!r || size > r->lo + r->size - addr) {
        return 0;
    }

    const u32 *word = &r->words[(addr - r->lo) >> 3];
    const u32 *end = &r->words[(addr - r->lo + size - 1) >> 3];
    u64 key = atomic_load_relaxed(&t->key);
    u32 offset = addr & 7, run = atomic_load_relaxed(word);

    if (LIKELY(word == end)) {
        return id_is_fast(run, key, kind, mask_of(offset, (u32)size));
    }
    if (!id_is_fast(run, key, kind, mask_of(offset, 8 - offset))) {
        return 0;
    }

    /* between the first and the last word all bytes count; the first one's cell may be said to have them all */
    u8 last = (u8)(FULL >> (7 - ((addr + size - 1) & 7)));
    u32 seen = offset == 0 ? run : 0;

    while (++word < end) {
        u32 id = atomic_load_relaxed(word);

        if (id != seen || id == 0) {
            if (!id_is_fast(id, key, kind, FULL) ||
                (seen != 0 && !id_is_fast(seen, key, kind, FULL))) {
                return 0;
            }
            seen = id;
        }
    }
    return id_is_fast(atomic_load_relaxed(end), key, kind, last) &&
           (seen == 0 || id_is_fast(seen, key, kind, FULL));
}

void shadow_atomic(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 act)
{
    const struct range *r = shadow_range(addr);

    if (r && size <= r->lo + r->size - addr) {
        access_slow(p, t, r, addr, size, kind | ACCESS_ATOMIC, pc, act);
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
    access_slow(p, t, r, addr, size, kind, pc, thr_act(p, t));
}

void shadow_drain(struct proc *p)
{
    for (u32 i = 0; i < MEMOS; i++) {
        memo_clear(p, &p->memo[i]);
    }
    pool_drain(&small_pool, &p->small, 0);
    pool_drain(&large_pool, &p->large, 0);
}
