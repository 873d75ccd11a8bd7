/* line_held.c: which locks goroutines hold; see line_tally.h. */
#include "line_tally.h"

struct held {
    uptr rmw; /* the latest read-modify-write operation, RMW_HIDDEN: hidden */
    uptr lock[HELD_MAX];
    u32 count;
    u16 set;
};

#define RMW_HIDDEN 1UL
/* In lock[]: an RWMutex. */
#define LOCK_RW 1UL

/* Sets, hashed; more than fit have no id and count as empty. */
enum { SETS_LOG = 14, SET_PROBES = 8 };

struct lockset {
    uptr lock[HELD_MAX];
};

/* By goroutine context (thr_index), committed in pieces. */
enum { PIECE_LOG = 16, THRS_LOG = 27 };

static struct held *table;
static u8 pieces[1u << (THRS_LOG - PIECE_LOG)];
static struct lockset *sets;
static struct os_lock held_lock;

int held_init(void)
{
    table = os_reserve(sizeof *table << THRS_LOG);
    sets = os_map(sizeof *sets << SETS_LOG);
    return table && sets ? 0 : -1;
}

/* NULL: no memory for it. */
static struct held *held_of(const struct thr *t)
{
    u32 i = thr_index(t);

    return LIKELY(atomic_load(&pieces[i >> PIECE_LOG])) ? &table[i] : NULL;
}

void held_start(const struct thr *t)
{
    u32 piece = thr_index(t) >> PIECE_LOG;

    if (UNLIKELY(!atomic_load(&pieces[piece]))) {
        os_lock(&held_lock);
        if (!pieces[piece] &&
            os_commit(&table[(uptr)piece << PIECE_LOG], sizeof *table << PIECE_LOG) == 0) {
            atomic_store(&pieces[piece], 1);
        }
        os_unlock(&held_lock);
    }

    struct held *h = held_of(t);

    if (h) {
        *h = (struct held){0};
    }
}

static int set_is(const struct lockset *s, const uptr *lock)
{
    return memcmp(s->lock, lock, sizeof s->lock) == 0;
}

/* The set of h's locks. */
static u16 set_find(const struct held *h)
{
    u64 hash = 0;
    u16 found = 0;

    if (h->count == 0) {
        return 0;
    }
    for (u32 i = 0; i < HELD_MAX; i++) {
        hash = ((hash ^ h->lock[i]) * 0x9e3779b97f4a7c15UL) ^ hash >> 31;
    }
    hash *= 0x9e3779b97f4a7c15UL;
    for (u32 n = 0; n < SET_PROBES && found == 0; n++) {
        u32 i = ((u32)(hash >> (64 - SETS_LOG)) + n) & ((1u << SETS_LOG) - 1);
        struct lockset *s = &sets[i];

        if (i == 0) {
            continue; /* the empty one's */
        }
        if (atomic_load(&s->lock[0]) == 0) {
            os_lock(&held_lock);
            if (s->lock[0] == 0) {
                for (u32 k = HELD_MAX; k-- > 0;) {
                    atomic_store(&s->lock[k], h->lock[k]); /* the first one last */
                }
            }
            os_unlock(&held_lock);
        }
        found = set_is(s, h->lock) ? (u16)i : 0;
    }
    return found;
}

static int holds(const struct held *h, uptr lock)
{
    for (u32 i = 0; i < h->count; i++) {
        if (h->lock[i] == lock) {
            return 1;
        }
    }
    return 0;
}

static void push(struct held *h, uptr lock)
{
    if (holds(h, lock)) {
        return;
    }
    if (h->count == HELD_MAX) { /* the oldest one is forgotten */
        h->count--;
        memmove(&h->lock[0], &h->lock[1], (HELD_MAX - 1) * sizeof h->lock[0]);
    }
    h->lock[h->count++] = lock;
    h->set = set_find(h);
}

void held_rmw(const struct thr *t, uptr addr, int hidden)
{
    struct held *h = held_of(t);

    if (h) {
        h->rmw = addr | (hidden ? RMW_HIDDEN : 0);
    }
}

/* struct RWMutex (Go 1.19 to 1.26): where its fields lie.  Whoever locks has changed a count before, hidden, and acquires at
 * readerSem, then, to write, at writerSem; Unlock releases at readerSem, RUnlock at writerSem. */
enum { RW_WRITER_SEM = 8, RW_READER_SEM = 12, RW_READER_COUNT = 16, RW_READER_WAIT = 20 };

void held_acquire(const struct thr *t, uptr addr)
{
    struct held *h = held_of(t);

    if (!h) {
        return;
    }

    uptr hidden = h->rmw & ~RMW_HIDDEN, rw = addr - RW_READER_SEM;

    if (h->rmw == addr) {
        push(h, addr);
    } else if (h->rmw & RMW_HIDDEN &&
               (hidden == rw + RW_READER_COUNT || hidden == rw + RW_READER_WAIT) &&
               !holds(h, (addr - RW_WRITER_SEM) | LOCK_RW)) {
        push(h, rw | LOCK_RW);
    }
}

void held_release(const struct thr *t, uptr addr)
{
    struct held *h = held_of(t);
    u32 n = 0;

    if (!h || h->count == 0) {
        return;
    }
    for (u32 i = 0; i < h->count; i++) {
        uptr lock = h->lock[i];

        if (lock != addr && lock != ((addr - RW_READER_SEM) | LOCK_RW) &&
            lock != ((addr - RW_WRITER_SEM) | LOCK_RW)) {
            h->lock[n++] = lock;
        }
    }
    if (n < h->count) {
        memset(&h->lock[n], 0, (HELD_MAX - n) * sizeof h->lock[0]);
        h->count = n;
        h->set = set_find(h);
    }
}

u16 held_set(const struct thr *t)
{
    const struct held *h = held_of(t);

    return h ? h->set : 0;
}

const uptr *held_at(u16 set)
{
    return sets[set].lock;
}
