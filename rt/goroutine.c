/* goroutine.c: see goroutine.h. */
#include "goroutine.h"

#include "mem.h"
#include "os.h"

enum { BLOCK_LOG = 10, BLOCK = 1 << BLOCK_LOG, BLOCKS = 1 << 20 };

u32 goroutine_recent = 64;

struct block {
    u8 *packed; /* once it is: see pack */
    u32 finished, spare;
};

/* Block b lies at index b + 1 of each. */
static struct arena pasts; /* BLOCK times struct goroutine */
static struct arena
    ends; /* BLOCK times 0 while it is not finished, else its last epoch with an access, plus 1 */
static struct arena blocks; /* struct block */
static struct os_lock lock;
static u32 next;   /* index not given yet */
static u32 oldest; /* block that may have to be packed when it becomes old enough */

int goroutine_init(void)
{
    return arena_init(&pasts, "goroutine records", BLOCK * sizeof(struct goroutine), BLOCKS) != 0 ||
                   arena_init(&ends, "finished goroutines", BLOCK * sizeof(u32), BLOCKS) != 0 ||
                   arena_init(&blocks, "goroutine records", sizeof(struct block), BLOCKS) != 0
               ? -1
               : 0;
}

static struct block *block_of(u32 g)
{
    return arena_at(&blocks, (g >> BLOCK_LOG) + 1);
}

static struct goroutine *past(u32 g)
{
    return (struct goroutine *)arena_at(&pasts, (g >> BLOCK_LOG) + 1) + (g & (BLOCK - 1));
}

static u32 *end_of(u32 g)
{
    return (u32 *)arena_at(&ends, (g >> BLOCK_LOG) + 1) + (g & (BLOCK - 1));
}

/* ---- packing ---- */

/* A block is a sequence of runs of equal goroutines, each of five numbers, 7 bits a byte, the lowest first: how many; created
 * plus 1, or 0 if as before; parent, as difference to the one before with its sign lowest; the epoch they ended in; and how
 * many epochs before that the last one with an access was. */
struct run {
    u32 count, created, parent, end, last;
};

static u32 put(u8 *to, u32 n, u32 v)
{
    for (; v >= 0x80; v >>= 7) {
        to[n++] = (u8)(v | 0x80);
    }
    to[n] = (u8)v;
    return n + 1;
}

static const u8 *get(const u8 *from, u32 *v)
{
    u32 shift = 0;

    for (*v = 0; *from & 0x80; from++, shift += 7) {
        *v |= (u32)(*from & 0x7f) << shift;
    }
    *v |= (u32)*from << shift;
    return from + 1;
}

static u32 run_put(u8 *to, u32 n, const struct run *r, const struct run *before)
{
    u32 delta = r->parent - before->parent;

    n = put(to, n, r->count);
    n = put(to, n, r->created == before->created ? 0 : r->created + 1);
    n = put(to, n, delta << 1 ^ (u32)((int)delta >> 31));
    n = put(to, n, r->end);
    return put(to, n, r->end - r->last);
}

static const u8 *run_get(const u8 *from, struct run *r)
{
    u32 created, delta;

    from = get(from, &r->count);
    from = get(from, &created);
    from = get(from, &delta);
    from = get(from, &r->end);
    from = get(from, &r->last);
    r->last = r->end - r->last;
    r->created = created != 0 ? created - 1 : r->created;
    r->parent += delta >> 1 ^ -(delta & 1);
    return from;
}

/* 5 numbers of at most 5 bytes each: more than that, and it is not worth it. */
enum { PACKED_MAX = BLOCK * 12 };

/* Under the lock: packs the block, all of which has finished. */
static void pack(u32 b)
{
    static u8 to[PACKED_MAX + 25];
    struct run before = {0}, run = {0};
    u32 n = 0;

    for (u32 g = b << BLOCK_LOG; g < (b + 1) << BLOCK_LOG; g++) {
        const struct goroutine *x = past(g);
        u32 last = *end_of(g) - 1;

        if (x->first_name != g || n > PACKED_MAX) {
            return;
        }
        if (run.count != 0 && run.created == x->created && run.parent == x->parent &&
            run.end == x->last_epoch && run.last == last) {
            run.count++;
            continue;
        }
        if (run.count != 0) {
            n = run_put(to, n, &run, &before);
            before = run;
        }
        run = (struct run){1, x->created, x->parent, x->last_epoch, last};
    }
    n = run_put(to, n, &run, &before);

    u8 *packed = mem_alloc(n);

    if (packed) {
        memcpy(packed, to, n);
        atomic_store(&block_of(b << BLOCK_LOG)->packed, packed);
        os_release(past(b << BLOCK_LOG), BLOCK * sizeof(struct goroutine));
        os_release(end_of(b << BLOCK_LOG), BLOCK * sizeof(u32));
    }
}

/* The run of a packed block that has g, and in *left how many of it from g on. */
static const u8 *run_of(const u8 *packed, u32 g, struct run *r, u32 *left)
{
    u32 at = g & (BLOCK - 1), first = 0;

    *r = (struct run){0};
    do {
        first += r->count;
        packed = run_get(packed, r);
    } while (at - first >= r->count);
    *left = first + r->count - at;
    return packed;
}

/* ---- one by one ---- */

/* Under the lock: a new block; and an old one is old enough now.  If it has not finished, its last one will see to it. */
static int block_begin(void)
{
    u32 b = next >> BLOCK_LOG;

    if (arena_take(&pasts, 1) == 0 || arena_take(&ends, 1) == 0 || arena_take(&blocks, 1) == 0) {
        return -1;
    }
    for (; oldest + goroutine_recent < b; oldest++) {
        if (block_of(oldest << BLOCK_LOG)->finished == BLOCK) {
            pack(oldest);
        }
    }
    return 0;
}

int goroutine_new(const struct goroutine *p, u32 *g)
{
    int ok;

    os_lock(&lock);
    ok = (next & (BLOCK - 1)) != 0 || block_begin() == 0;
    if (ok) {
        *g = next;
        *past(*g) = *p;
        if (p->first_name == 0) {
            past(*g)->first_name = *g;
        }
        atomic_store_relaxed(&next, next + 1);
    }
    os_unlock(&lock);
    if (!ok) {
        rt_exhausted(pasts.what);
    }
    return ok ? 0 : -1;
}

u32 goroutine_next(void)
{
    return atomic_load_relaxed(&next);
}

void goroutine_finish(u32 g, u32 end, u32 last)
{
    os_lock(&lock);
    past(g)->last_epoch = end;
    atomic_store(end_of(g), last + 1);
    if (++block_of(g)->finished == BLOCK && g >> BLOCK_LOG < oldest) {
        pack(g >> BLOCK_LOG);
    }
    os_unlock(&lock);
}

static const u8 *packed_of(u32 g)
{
    return atomic_load(&block_of(g)->packed);
}

int goroutine_finished(u32 g)
{
    return atomic_load(end_of(g)) != 0 || packed_of(g) != NULL;
}

struct goroutine goroutine_past(u32 g)
{
    struct goroutine x = *past(g);
    const u8 *packed = packed_of(g); /* after that, as it may be packed meanwhile */
    struct run r;
    u32 left;

    if (packed) {
        run_of(packed, g, &r, &left);
        x = (struct goroutine){r.created, r.parent, g, r.end};
    }
    return x;
}

int goroutine_known(u32 first, const u32 *slot)
{
    const u8 *packed = packed_of(first);
    u32 missing = 0;

    if (UNLIKELY(packed != NULL)) {
        struct run r;
        u32 left;

        packed = run_of(packed, first, &r, &left);
        for (u32 i = 0; i < GOROUTINE_LEAF; i++, left--) {
            if (left == 0) {
                packed = run_get(packed, &r);
                left = r.count;
            }
            missing |= r.last > slot[i];
        }
        return !missing;
    }

    const u32 *end = end_of(first);

    /* Unfinished: 0 - 1 is above every epoch but CLOCK_ALL, which only finished ones have.  So are those of a block that
       is being packed. */
    for (u32 i = 0; i < GOROUTINE_LEAF; i++) {
        if (atomic_load_relaxed(&end[i]) - 1 > slot[i]) {
            return 0; /* one that lives, most often among the first */
        }
    }
    return 1;
}
