/* record.c: see record.h. */
#include "record.h"

/* Counts from which on a record stays for ever, and where they are put then. */
#define REFS_STICKY 0x80000000u
#define REFS_MIDDLE 0xc0000000u

const char record_anchor = 0;

struct arena records;
static struct pool record_pool = {.arena = &records, .stride = 1, .optional = 1};

int record_init(void)
{
    return arena_init(&records, "records of accesses", sizeof(struct record), 1u << RECORD_BITS);
}

static void record_free(struct proc *p, u32 id)
{
    atomic_store_relaxed(&record_at(id)->key, 0);
    pool_put(&record_pool, &p->records, id);
}

/* Tells owners which of their records seem to be free. */
static void outbox_flush(struct proc *p)
{
    for (u32 i = 0; i < p->out_count;) {
        u16 owner = record_at(p->out[i])->owner;
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
        } while (i < p->out_count && record_at(p->out[i])->owner == owner);
        os_unlock(&q->in_lock);
    }
    p->out_count = 0;
}

static void inbox_drain(struct proc *p)
{
    os_lock(&p->in_lock);
    for (u32 i = 0; i < p->in_count; i++) {
        u32 id = p->in[i];
        const struct record *r = record_at(id);

        /* it may have got new references, been freed, and belong to others since */
        if (r->owner == p->id && r->key != 0 && r->refs == atomic_load(&r->gone)) {
            record_free(p, id);
        }
    }
    atomic_store_relaxed(&p->in_count, 0);
    os_unlock(&p->in_lock);
}

void record_ref(u32 id, uptr n)
{
    struct record *r = record_at(id);
    uptr refs = r->refs + n;

    atomic_store_relaxed(&r->refs, refs >= REFS_STICKY ? REFS_MIDDLE : (u32)refs);
}

void record_unref(struct proc *p, u32 id, uptr n)
{
    struct record *r = record_at(id);
    u32 refs = atomic_load_relaxed(&r->refs);

    if (UNLIKELY(refs >= REFS_STICKY)) {
        return;
    }
    if (LIKELY(r->owner == p->id)) {
        refs -= (u32)n;
        atomic_store_relaxed(&r->refs, refs);
        if (refs == atomic_load_relaxed(&r->gone)) {
            record_free(p, id);
        }
        return;
    }
    if (atomic_add(&r->gone, (u32)n) + (u32)n == atomic_load_relaxed(&r->refs)) {
        p->out[p->out_count++] = id;
        if (p->out_count == OUTBOX) {
            outbox_flush(p);
        }
    }
}

u32 record_get(struct proc *p, u64 key, u32 stack, int pc, u8 kind)
{
    u64 h = ((u64)stack << 32 ^ (u32)pc) * 0x9e3779b97f4a7c15UL;
    u32 *slot = &p->recent[h >> (64 - RECENT_LOG)], id = *slot;
    struct record *r = record_at(id);

    if (LIKELY(id != 0)) {
        if (r->key == key && r->stack == stack && r->pc == pc && r->kind == kind) {
            return id;
        }
        record_unref(p, id, 1);
    }
    if (p->records.count == 0 && atomic_load_relaxed(&p->in_count) != 0) {
        inbox_drain(p);
    }
    id = *slot = pool_get(&record_pool, &p->records);
    if (id != 0) {
        r = record_at(id);
        r->stack = stack;
        r->pc = pc;
        r->gone = 0;
        r->owner = p->id;
        r->kind = kind;
        r->refs = 1;
        atomic_store(&r->key, key);
    }
    return id;
}

void record_drain(struct proc *p)
{
    for (u32 i = 0; i < 1u << RECENT_LOG; i++) {
        if (p->recent[i] != 0) {
            record_unref(p, p->recent[i], 1);
            p->recent[i] = 0;
        }
    }
    outbox_flush(p);
    inbox_drain(p);
    pool_drain(&record_pool, &p->records, 0);
}
