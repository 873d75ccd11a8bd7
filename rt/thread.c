/* thread.c: see thread.h. */
#include "thread.h"

#include "alone.h"
#include "record.h"
#include "sample.h"
#include "shadow.h"
#include "stack.h"
#include "sync.h"

enum { THRS = 1u << 27, FRAMES_MIN = 16, PROCS = 1u << 16 };

static struct arena thrs;
static struct pool thr_pool = {.arena = &thrs, .stride = 1};

static struct {
    struct os_lock lock;
    struct cache thrs;
    u32 first; /* of the list of all that live */
} all;

static struct {
    struct os_lock lock;
    struct proc *idle;
    u32 count;
    struct proc *by_id[PROCS];
} procs;

int thr_init(void)
{
    return arena_init(&thrs, "goroutine contexts", sizeof(struct thr), THRS) != 0 ? -1 : goroutine_init();
}

static struct thr *thr_at(u32 index)
{
    return arena_at(&thrs, index);
}

static u64 key_make(u32 g, u32 epoch)
{
    return (u64)g << 33 | (u64)epoch << 1 | 1;
}

void thr_write_down(struct proc *p, struct thr *t)
{
    if (t->source_epoch > clock_get(t->clock, t->source)) {
        t->clock = clock_set(&p->nodes, t->clock, t->source, t->source_epoch);
    }
}

struct thr *thr_start(struct proc *p, struct thr *parent, u32 created)
{
    struct thr *t = NULL;
    u32 clock = 0, source = 0, source_epoch = 0, g;

    if (parent && parent->ignore_sync == 0) {
        source_epoch = thr_release(p, parent);
        source = thr_g(parent);
        thr_write_down(p, parent); /* there is one source */
        clock = clock_ref(parent->clock);
    }
    os_lock(&all.lock);

    u32 index = pool_get(&thr_pool, &all.thrs);

    if (index != 0 &&
        goroutine_new(&(struct goroutine){.created = created, .parent = parent ? thr_g(parent) : 0}, &g) == 0) {
        t = thr_at(index);
        memset(t, 0, sizeof *t);
        t->key = key_make(g, 1);
        t->clock = clock;
        t->source = source;
        t->source_epoch = source_epoch;
        t->next = all.first;
        if (all.first != 0) {
            thr_at(all.first)->prev = index;
        }
        all.first = index;
    }
    os_unlock(&all.lock);
    if (!t) {
        clock_unref(&p->nodes, clock);
    }
    return t;
}

void thr_end(struct proc *p, struct thr *t)
{
    u32 epoch = thr_epoch(t);

    if (sample_on()) {
        sample_end(t);
    }
    goroutine_finish(thr_g(t), epoch, t->dirty & THR_ACCESS ? epoch : epoch - 1);
    clock_unref(&p->nodes, t->clock);
    if (t->base) {
        mem_free(t->base - 1, (uptr)(t->end - t->base + 1) * sizeof *t->base);
    }
    os_lock(&all.lock);
    if (t->prev != 0) {
        thr_at(t->prev)->next = t->next;
    } else {
        all.first = t->next;
    }
    if (t->next != 0) {
        thr_at(t->next)->prev = t->prev;
    }
    pool_put(&thr_pool, &all.thrs, (u32)(t - thr_at(0)));
    os_unlock(&all.lock);
}

/* Epochs are about to overflow: t goes on under a new goroutine index, as if it had started a
   goroutine that takes over. */
static void thr_renew(struct proc *p, struct thr *t)
{
    u32 old = thr_g(t), epoch = thr_epoch(t), g;

    os_lock(&all.lock);

    struct goroutine past = goroutine_past(old);

    if (goroutine_new(&past, &g) == 0) {
        goroutine_finish(old, epoch, epoch - 1);
        atomic_store(&t->key, key_make(g, 1));
        thr_write_down(p, t);
        t->clock = clock_set(&p->nodes, t->clock, old, epoch - 1);
        t->source_epoch = 0;
        t->dirty = THR_KNOWS;
        t->since = 0;
    }
    os_unlock(&all.lock);
}

u32 thr_release(struct proc *p, struct thr *t)
{
    u32 epoch = is_alone() ? thr_release_only(t) : 0;

    if (epoch != 0) {
        return epoch;
    }
    if (t->dirty == 0) {
        return thr_epoch(t) - 1;
    }
    epoch = key_epoch(atomic_add(&t->key, 2)); /* an addition, as thr_everything may move the key on at the same time */
    t->dirty = 0;
    t->since++; /* back to 0 after many, which is fewer */
    if (UNLIKELY(epoch >= EPOCH_LAST)) {
        thr_renew(p, t);
        return thr_release(p, t);
    }
    return epoch;
}

u32 thr_hearing;

/* What there is to be learnt has been released.  If that was after its goroutine's turn, its release has seen the key
   that the turn left, so who acquires it sees thr_hearing as it was then or later: 1; or 0 again, and then all
   have had their turns, and what the learner releases from now on ends a later epoch. */
NOINLINE void thr_heard(void)
{
    os_lock(&all.lock);
    os_unlock(&all.lock);
}

void thr_everything(struct proc *p, struct thr *t)
{
    u32 clock;

    os_lock(&all.lock);
    atomic_store(&thr_hearing, 1);
    clock = clock_everything(&p->nodes, goroutine_next());
    for (u32 i = all.first; i != 0; i = thr_at(i)->next) {
        struct thr *other = thr_at(i);
        /* Ends the other's epoch, so that what it does from now on is not taken for known. */
        u64 key = other == t ? other->key - 2 : atomic_add(&other->key, 2);

        clock_lower(&p->nodes, clock, (u32)(key >> 33), key_epoch(key));
    }
    atomic_store(&thr_hearing, 0);
    os_unlock(&all.lock);
    clock_unref(&p->nodes, t->clock);
    t->clock = clock;
    t->source_epoch = 0;
    thr_news(t);
}

static NOINLINE int frames_grow(struct thr *t)
{
    uptr n = t->base ? (uptr)(t->end - t->base) + 1 : 1; /* with base[-1] */
    uptr cap = n == 1 ? FRAMES_MIN : n * 2;
    struct frame *f = mem_alloc(cap * sizeof *f);

    if (!f) {
        return -1;
    }
    if (t->base) {
        memcpy(f, t->base - 1, n * sizeof *f);
        mem_free(t->base - 1, n * sizeof *f);
    }
    t->base = f + 1;
    t->top = f + n;
    t->end = f + cap;
    return 0;
}

int thr_push(struct thr *t, uptr pc, u32 depth)
{
    if (UNLIKELY(t->top == t->end) && frames_grow(t) != 0) {
        return 0;
    }
    t->top->pc = pc;
    t->top->stack = 0;
    t->top->depth = depth;
    t->top++;
    return 1;
}

u32 proc_call(struct proc *p, u32 parent, u64 pc)
{
    u32 stack = proc_call_known(p, parent, pc);

    if (UNLIKELY(stack == 0)) {
        u32 h = proc_call_slot(parent, pc);

        stack = stack_push(parent, pc);
        p->call[h + 1] = p->call[h]; /* the older of the two goes */
        p->call[h].pc = pc;
        p->call[h].parent = parent;
        p->call[h].stack = stack;
    }
    return stack;
}

u32 thr_stack_slow(struct proc *p, struct thr *t)
{
    struct frame *f = t->top;

    while (f > t->base && f[-1].stack == 0) {
        f--;
    }

    u32 stack = f > t->base ? f[-1].stack : 0;

    for (; f < t->top; f++) {
        stack = proc_call(p, stack, f->pc);
        f->stack = stack;
    }
    return stack;
}

u32 thr_index(const struct thr *t)
{
    return (u32)(t - thr_at(0));
}

u32 thr_count(void)
{
    return goroutine_next() - 1;
}

u32 thr_created(u32 g)
{
    return goroutine_past(g).created;
}

u32 thr_parent(u32 g)
{
    return goroutine_past(g).parent;
}

u32 thr_epoch_of(u32 g)
{
    u32 epoch = goroutine_past(g).last_epoch;

    os_lock(&all.lock);
    for (u32 i = all.first; i != 0; i = thr_at(i)->next) {
        if (thr_g(thr_at(i)) == g) {
            epoch = thr_epoch(thr_at(i));
        }
    }
    os_unlock(&all.lock);
    return epoch;
}

u32 thr_name(u32 g)
{
    return goroutine_past(g).first_name;
}

void thr_each(void (*f)(const struct thr *t, void *arg), void *arg)
{
    os_lock(&all.lock);
    for (u32 i = all.first; i != 0; i = thr_at(i)->next) {
        f(thr_at(i), arg);
    }
    os_unlock(&all.lock);
}

struct proc *proc_new(void)
{
    os_lock(&procs.lock);

    struct proc *p = procs.idle;

    if (p) {
        procs.idle = p->idle;
    } else if (procs.count < PROCS && (p = mem_alloc(sizeof *p)) != NULL) {
        p->id = (u16)procs.count;
        procs.by_id[procs.count] = p;
        atomic_store(&procs.count, procs.count + 1);
    }
    os_unlock(&procs.lock);
    return p;
}

void proc_free(struct proc *p)
{
    proc_enter(p);
    shadow_drain(p);
    sync_drain(p);
    clock_drain(&p->nodes);
    record_drain(p);
    proc_leave(p);
    os_lock(&procs.lock);
    p->idle = procs.idle;
    procs.idle = p;
    os_unlock(&procs.lock);
}

struct proc *proc_by_id(u16 id)
{
    return procs.by_id[id];
}

u32 proc_count(void)
{
    return atomic_load(&procs.count);
}
