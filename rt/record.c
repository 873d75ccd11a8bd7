/* record.c: see record.h. */
#include "record.h"

#include "alone.h"
#include "shadow.h"

const char record_anchor = 0;

struct arena records;
struct arena record_places;
static struct arena joined; /* the upper half of records */

enum { IDS = RECORD_JOINED };

u8 *record_naming;

/* So many are given at least before the next sweep, one more for so many words that there are (what is looked at of each page, but for what came to
 * name something), but not more than so many.  All of them are swept when there are twice as many as after the last time, and so many more, and one
 * more for so many words; then so many words are looked at each time. */
enum { SWEEP_LEAST = __STDC_HOSTED__ ? 1 << 10 : 1 << 16, SWEEP_WORDS = 1 << 9, SWEEP_MOST = IDS / 8, SWEEP_ALL = 64 };
enum { SWEEP_STEP = __STDC_HOSTED__ ? 1 << 11 : 1 << 21 };
/* What a joined one counts for: the new memory that it takes. */
enum { PLACES_WEIGHT = sizeof(struct places) / sizeof(struct record) };

static struct {
    struct os_lock lock;
    u64 *used;  /* a bit for each id: given since it was last free */
    u64 *young; /* and not before the last sweep, so that only words that came to name something since may name it */
    u64 *seen;  /* while all words are looked at: named by one of those before `place`, or of those that came to name something since */
    struct shadow_place place;
    u32 at[2]; /* plain, joined: index into used where the last one was found */
    u32 given; /* since the last sweep, about */
    u32 budget;
    u32 pages; /* of memory, in which some word remembers something for the first time */
    u32 live; /* after the last sweep of all */
    int all;  /* one is under way */
    int none; /* there were no more */
} ids = {.budget = SWEEP_LEAST};

/* The next 64 ids that were never given: the first one; 0: there are none. */
static u32 ids_new(struct arena *a)
{
    u32 first = a->next, got = arena_take(a, 64);

    if (first != 0 && got == 0) {
        return 0;
    }
    return a == &joined ? RECORD_JOINED + first : first;
}

int record_init(void)
{
    if (arena_init(&record_places, "records of accesses", sizeof(struct places), IDS) != 0 ||
        arena_init(&records, "records of accesses", sizeof(struct record), 2 * IDS) != 0) {
        return -1;
    }
    records.limit = IDS;
    records.next = record_places.next = 0;
    joined = records;
    joined.base = (u8 *)record_at(RECORD_JOINED);
    ids.used = os_map(2 * IDS / 8);
    ids.young = os_map(2 * IDS / 8);
    ids.seen = os_map(2 * IDS / 8);
    record_naming = os_map(1UL << NAMING_LOG);
    ids.at[1] = RECORD_JOINED / 64;
    if (!ids.used || !ids.young || !ids.seen || !record_naming) {
        return -1;
    }
    ids_new(&records);
    ids_new(&joined);
    arena_take(&record_places, 64);
    ids.used[0] = 1; /* none, which can be looked at */
    record_at(0)->spot = RECORD_NAMES;
    return records.next == 64 && joined.next == 64 && record_places.next == 64 ? 0 : -1;
}

static u32 bits_count(u64 w)
{
    w -= w >> 1 & 0x5555555555555555UL;
    w = (w & 0x3333333333333333UL) + (w >> 2 & 0x3333333333333333UL);
    return (u32)(((w + (w >> 4)) & 0x0f0f0f0f0f0f0f0fUL) * 0x0101010101010101UL >> 56);
}

/* Fills an empty cache, with neighbours: what is taken in a row is mostly used together. 0: there are no more. */
static u32 refill(struct cache *c, struct arena *a)
{
    u32 *at = &ids.at[a == &joined], first = a == &joined ? RECORD_JOINED : 0, n = 0;

    os_lock(&ids.lock);
    while (*at < (first + a->next) / 64 && ids.used[*at] == ~0UL) {
        ++*at;
    }
    if (*at == (first + a->next) / 64 && ((first != 0 && arena_take(&record_places, 64) == 0) || ids_new(a) == 0)) {
        ids.given += 1; /* there are enough then, too, some time */
        ids.none = 1;
    } else {
        u64 left = ~ids.used[*at];

        ids.used[*at] = ~0UL;
        ids.young[*at] |= left;
        n = bits_count(left);
        for (u32 i = n; i > 0; left &= left - 1) {
            c->index[--i] = *at * 64 + (u32)__builtin_ctzl(left); /* ascending when taken */
        }
        ids.given += first != 0 ? n * PLACES_WEIGHT : n;
    }
    if (ids.given >= ids.budget) {
        atomic_store_relaxed(&alone.due, 1);
    }
    os_unlock(&ids.lock);
    if (n == 0) {
        return 0;
    }
    c->count = n - 1;
    return c->index[n - 1];
}

/* What names few records, but in many words, is looked at in time, too. */
enum { SWEEP_PAGES = 1 << 12 };

void record_page_begins(void)
{
    if (atomic_add(&ids.pages, 1) % SWEEP_PAGES == SWEEP_PAGES - 1) {
        atomic_store_relaxed(&alone.due, 1);
    }
}

u32 record_refill(struct proc *p)
{
    return refill(&p->records, &records);
}

u32 record_join_one(struct proc *p, u32 old, u8 old_bytes, u8 older, u64 key, u64 spot, u8 mine_bytes)
{
    const struct record *x = record_at(old);
    u64 was = atomic_load(&x->key), old_spot = record_spot(x); /* as slot_entries in shadow.c */
    u32 to = LIKELY(p->joined.count != 0) ? cache_get(&records, &p->joined) : refill(&p->joined, &joined);

    if (to == 0) {
        return 0;
    }

    struct places *at = record_places_of(record_at(to));
    const struct places *from = spot_is_joined(old_spot) ? record_places_of(x) : NULL;

    if (from) {
        *at = *from;
    }
    for (u32 left = old_bytes, b; left != 0; left &= left - 1) {
        b = (u32)__builtin_ctz(left);
        at->key[b] = was; /* unused, if it is the new one's too */
        if (!from) {
            at->at[b] = old_spot;
        }
    }
    for (u32 left = mine_bytes; left != 0; left &= left - 1) {
        at->at[__builtin_ctz(left)] = spot;
    }
    record_fill(record_at(to), key, (u64)JOINED_PC << 32 | (spot & RECORD_WRITE) | (was == key ? older : older | old_bytes));
    return to;
}

u32 record_join(struct proc *p, u32 old, u8 old_bytes, u8 older, u32 mine, u8 mine_bytes)
{
    u64 h = ((u64)old << 40 ^ (u64)mine << 16 ^ (u32)old_bytes << 8 ^ mine_bytes) * 0x9e3779b97f4a7c15UL;
    u32 i = (u32)(h >> (64 - JOIN_LOG));

    /* older is what mine_bytes leave of old's, so need not be compared */
    if (p->join[i].old == old && p->join[i].mine == mine && p->join[i].old_bytes == old_bytes &&
        p->join[i].mine_bytes == mine_bytes && p->join[i].to != 0) {
        return p->join[i].to;
    }

    const struct record *y = record_at(mine);
    u32 to = record_join_one(p, old, old_bytes, older, y->key, record_spot(y), mine_bytes);

    if (to == 0) {
        return 0;
    }
    if (p->join[i].hash != (u32)(h >> 8) || (atomic_load_relaxed(&record_at(old)->key) ^ y->key) >> 33 != 0) {
        p->join[i].hash = (u32)(h >> 8); /* most come once */
        return to;
    }
    record_name(old, 1);
    record_name(mine, 1);
    record_name(to, 1);
    p->join[i].to = to;
    p->join[i].old = old;
    p->join[i].mine = mine;
    p->join[i].old_bytes = old_bytes;
    p->join[i].mine_bytes = mine_bytes;
    return to;
}

static void give_back(struct cache *c)
{
    for (u32 i = 0; i < c->count; i++) {
        u32 id = c->index[i], *at = &ids.at[id / RECORD_JOINED];

        ids.used[id / 64] &= ~(1UL << id % 64);
        *at = *at < id / 64 ? *at : id / 64;
    }
    c->count = 0;
}

/* What p keeps, and knows of ids. */
static void forget(struct proc *p)
{
    give_back(&p->records);
    give_back(&p->joined);
    p->untaken = 0;
    memset(p->recent, 0, sizeof p->recent);
    memset(p->join, 0, sizeof p->join);
    memset(p->step, 0, sizeof p->step);
    memset(p->repeat, 0, sizeof p->repeat);
}

static u32 used_count(u32 first, u32 n)
{
    u32 count = 0;

    for (u32 i = first / 64; i < (first + n) / 64; i++) {
        count += bits_count(ids.used[i]);
    }
    return count;
}

/* Takes back what is given if no word comes to mark it. */
static void sweep(u32 first, u32 n)
{
    for (u32 i = first / 64; i < (first + n) / 64; i++) {
        ids.used[i] &= ~ids.young[i];
        ids.young[i] = 0;
    }
}

/* All words are looked at, in steps, one in each sweep.  What they come to name meanwhile is seen in the sweeps.  (As marking beside the program does with a table of
 * pages: H.-J. Boehm, A. Demers, S. Shenker, "Mostly Parallel Garbage Collection", PLDI 1991.) */
static void all_begin(void)
{
    memset(ids.seen, 0, records.next / 8);
    memset(ids.seen + RECORD_JOINED / 64, 0, joined.next / 8);
    ids.place = (struct shadow_place){0, 0};
    ids.all = 1;
}

static void all_end(u32 first, u32 n)
{
    for (u32 i = first / 64; i < (first + n) / 64; i++) {
        ids.used[i] &= ids.seen[i];
    }
}

static u32 live_count(void)
{
    return used_count(0, records.next) + used_count(RECORD_JOINED, joined.next) * PLACES_WEIGHT;
}

/* Mostly young ones only, in the lines of words that came to name something; all of them when those that stay have become many.  (Generations, and a
 * table of pages: D. Ungar, "Generation Scavenging", 1984; P. Wilson, "Uniprocessor Garbage Collection Techniques", IWMM 1992, section 4.) */
void alone_due(struct proc *p)
{
    int stopped = alone_stop(p);

    if (stopped == 0) {
        return;
    }
    if (stopped < 0) { /* some time later */
        os_lock(&ids.lock);
        ids.given -= ids.given < ids.budget / 4 ? ids.given : ids.budget / 4;
        atomic_store_relaxed(&alone.due, 0);
        os_unlock(&ids.lock);
        return;
    }
    if (atomic_load_relaxed(&alone.due) != 0) {
        for (u32 i = 0; i < proc_count(); i++) {
            forget(proc_by_id((u16)i));
        }
        sweep(0, records.next);
        sweep(RECORD_JOINED, joined.next);
        ids.used[0] |= 1;

        uptr words = shadow_mark(ids.used, ids.all ? ids.seen : NULL), budget = SWEEP_LEAST + words / SWEEP_WORDS;

        if (!ids.all && (ids.none || live_count() / 2 > ids.live + SWEEP_LEAST + words / SWEEP_ALL)) {
            all_begin();
        }
        if (ids.all && !shadow_mark_some(&ids.place, ids.seen, SWEEP_STEP)) {
            ids.seen[0] |= 1;
            all_end(0, records.next);
            all_end(RECORD_JOINED, joined.next);
            ids.live = live_count();
            ids.all = ids.none = 0;
        }
        ids.budget = budget < SWEEP_MOST ? (u32)budget : SWEEP_MOST;
        ids.given = 0;
        ids.at[0] = 0;
        ids.at[1] = RECORD_JOINED / 64;
        atomic_store_relaxed(&alone.due, 0);
    }
    alone_go();
}

void record_drain(struct proc *p)
{
    os_lock(&ids.lock);
    forget(p);
    os_unlock(&ids.lock);
}
