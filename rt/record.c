/* record.c: see record.h. */
#include "record.h"

const char record_anchor = 0;

struct arena records;
struct arena record_places;
static struct pool places_pool = {.arena = &record_places, .stride = 1, .optional = 1};
static struct pool record_pool = {.arena = &records, .stride = 1, .optional = 1};

int record_init(void)
{
    if (arena_init(&record_places, "records of accesses", sizeof(struct places), 1u << RECORD_BITS) != 0) {
        return -1;
    }
    if (arena_init(&records, "records of accesses", sizeof(struct record), 1u << RECORD_BITS) != 0) {
        return -1;
    }
    return arena_take(&records, 1) != 0 ? 0 : -1; /* so that record 0, none, can be looked at */
}

void record_free(struct proc *p, u32 id)
{
    struct record *r = record_at(id);

    atomic_store_relaxed(&r->key, 0);
    if (record_is_joined(r)) {
        pool_put(&places_pool, &p->places, r->stack);
    }
    pool_put(&record_pool, &p->records, id);
}

/* Tells owners which of their records seem to be free. */
static void outbox_flush(struct proc *p)
{
    for (u32 i = 0; i < p->out_count;) {
        u16 owner = record_owner(record_at(p->out[i]));
        struct proc *q = proc_by_id(owner);

        os_lock(&q->in_lock);
        do {
            if (q->in_count == q->in_cap) {
                u32 cap = q->in_cap == 0 ? OUTBOX : q->in_cap * 2;
                u32 *in = mem_alloc(cap * sizeof *in);

                if (in) {
                    memcpy(in, q->in, q->in_count * sizeof *in);
                    mem_free(q->in, q->in_cap * sizeof *in);
                    q->in = in;
                    q->in_cap = cap;
                }
            }
            if (q->in_count < q->in_cap) { /* else it is lost */
                q->in[q->in_count] = p->out[i];
                atomic_store_relaxed(&q->in_count, q->in_count + 1);
            }
            i++;
        } while (i < p->out_count && record_owner(record_at(p->out[i])) == owner);
        os_unlock(&q->in_lock);
    }
    p->out_count = 0;
}

void record_collect(struct proc *p)
{
    os_lock(&p->in_lock);
    for (u32 i = 0; i < p->in_count; i++) {
        u32 id = p->in[i];
        const struct record *r = record_at(id);

        /* It may have got new references, been freed, and belong to others since.  A new one that
           nobody has taken yet has refs 0, and gone 0. */
        if (record_is_of(p, r) && r->refs != 0 && r->refs == atomic_load(&r->gone)) {
            record_free(p, id);
        }
    }
    atomic_store_relaxed(&p->in_count, 0);
    os_unlock(&p->in_lock);
}

void record_unref_slow(struct proc *p, u32 id, uptr n)
{
    struct record *r = record_at(id);

    if (atomic_load_relaxed(&r->refs) >= REFS_STICKY) {
        return;
    }
    if (atomic_add(&r->gone, (u32)n) + (u32)n == atomic_load_relaxed(&r->refs)) {
        p->out[p->out_count++] = id;
        if (p->out_count == OUTBOX) {
            outbox_flush(p);
        }
    }
}

u32 record_new(struct proc *p, u64 key, u32 stack, int pc, u8 kind, u8 joined, u8 older)
{
    u32 id = pool_get(&record_pool, &p->records);

    if (id != 0) {
        record_fill(record_at(id), p, key, stack, pc, kind, joined, older);
    }
    return id;
}

static void join_clear(struct proc *p, u32 i)
{
    if (p->join[i].to != 0) {
        record_unref(p, p->join[i].old, 1);
        record_unref(p, p->join[i].mine, 1);
        record_unref(p, p->join[i].to, 1);
        p->join[i].to = 0;
    }
}

u32 record_join_one(struct proc *p, u32 old, u8 old_bytes, u8 older, u64 key, u8 kind, struct spot mine, u8 mine_bytes)
{
    const struct record *x = record_at(old);
    u64 was = atomic_load(&x->key), old_spot = record_spot(x);
    u32 index = pool_get(&places_pool, &p->places), to;

    if (index == 0) {
        return 0;
    }

    struct places *at = arena_at(&record_places, index);
    const struct places *from = record_places_of(x);

    if (from) {
        *at = *from;
    }
    for (u32 left = old_bytes, b; left != 0; left &= left - 1) {
        b = (u32)__builtin_ctz(left);
        at->key[b] = was; /* unused, if it is the new one's too */
        if (!from) {
            at->at[b] = spot_of(old_spot);
        }
    }
    for (u32 left = mine_bytes; left != 0; left &= left - 1) {
        at->at[__builtin_ctz(left)] = mine;
    }
    to = record_new(p, key, index, 0, kind, 1, was == key ? older : older | old_bytes); /* last: its key says that all is there */
    if (to == 0) {
        pool_put(&places_pool, &p->places, index);
    } else if (UNLIKELY(atomic_load(&x->key) != was)) { /* others took the word's, and it is free already */
        record_free(p, to);
        to = 0;
    }
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
    u32 to = record_join_one(p, old, old_bytes, older, y->key, y->kind, spot_of(y->spot), mine_bytes);

    if (to == 0) {
        return 0;
    }
    if (p->join[i].hash != (u32)(h >> 8) || record_owner(record_at(old)) != p->id) {
        p->join[i].hash = (u32)(h >> 8); /* most come once */
        return to;
    }
    record_ref(p, old, 1); /* before the old entry is cleared: it may have the last reference */
    record_ref(p, mine, 1);
    record_ref(p, to, 1);
    join_clear(p, i);
    p->join[i].to = to;
    p->join[i].old = old;
    p->join[i].mine = mine;
    p->join[i].old_bytes = old_bytes;
    p->join[i].mine_bytes = mine_bytes;
    return to;
}

void record_refuse(struct proc *p, u32 id)
{
    const struct record *r = record_at(id);

    if (id != 0 && record_is_of(p, r) && r->refs == 0 && atomic_load_relaxed(&r->gone) == 0) {
        record_free(p, id);
    }
}

void record_drain(struct proc *p)
{
    record_untake(p);
    p->untaken = 0;
    for (u32 i = 0; i < 1u << JOIN_LOG; i++) {
        join_clear(p, i);
    }
    outbox_flush(p);
    record_collect(p);
    pool_drain(&places_pool, &p->places, 0);
    pool_drain(&record_pool, &p->records, 0);
}
