/* sync.c: see sync.h. */
#include "sync.h"

#include "alone.h"
#include "edge.h"

enum { SYNCS = 1u << 29, KNOWN_WALK = 8 };

struct arena syncs;
static struct pool sync_pool = {.arena = &syncs, .stride = 1};

int sync_init(void)
{
    if (arena_init(&syncs, "synchronisation objects", sizeof(struct sync), SYNCS) != 0) {
        return -1;
    }
    return arena_take(&syncs, 1) != 0 ? 0 : -1; /* sync_known may look at object 0, which is none */
}

void sync_drain(struct proc *p)
{
    pool_drain(&sync_pool, &p->syncs, 0);
}

static inline u32 line_lock(u32 *line)
{
    for (u32 n = 0;; n++) {
        u32 head = atomic_load_relaxed(line);

        if (is_alone()) { /* for who looks without the lock the line is locked all the same */
            atomic_store(line, head | LINE_LOCK);
            return head;
        }
        if (!(head & LINE_LOCK) && atomic_cas(line, &head, head | LINE_LOCK)) {
            return head;
        }
        os_spin(n);
    }
}

int sync_lock(struct sync_line *l, uptr addr)
{
    l->range = shadow_range(addr);
    if (!l->range) {
        return 0;
    }
    l->addr = addr;
    l->line = shadow_line(l->range, addr);
    l->head = line_lock(l->line);
    l->found = sync_find(l->head, addr);
    return 1;
}

/* Under the line's lock. */
static void pair_set(struct sync *s, u32 g, u32 epoch)
{
    atomic_store(&s->pair, (u64)epoch << 32 | g);
}

/* The object of the line's address, made if need be; NULL when memory ran out. */
static struct sync *found_or_made(struct proc *p, struct sync_line *l)
{
    u32 index = l->found ? 0 : pool_get(&sync_pool, &p->syncs);

    if (index != 0) {
        struct sync *s = sync_at(index);

        pair_set(s, 0, 0); /* nothing is known here, for who is looking */
        s->clock = 0;
        s->source_epoch = 0;
        atomic_store_relaxed(&s->next, l->head);
        atomic_store_relaxed(&s->addr, l->addr);
        l->head = index;
        l->found = s;
        shadow_page_set(l->range, l->addr, PAGE_SYNC);
    }
    return l->found;
}

/* Is the end of g's epoch e known to who acquires there? */
static int says(const struct sync *s, u32 g, u32 e)
{
    return (g == s->g && e <= s->epoch) || (g == s->source && e <= s->source_epoch) || e <= clock_get(s->clock, g);
}

/* Does t know all that is there?  thread.h has the reasons: 1 for what one goroutine has released, 2 for what has
   a source.  Where there is neither, only the same clock is known for certain. */
static int knows(const struct thr *t, const struct sync *s)
{
    if (s->epoch != 0) {
        return s->g == thr_g(t) || thr_knows(t, s->g, s->epoch);
    }
    if (s->source_epoch != 0) {
        return s->source == thr_g(t) || thr_knows(t, s->source, s->source_epoch);
    }
    return s->clock == 0 || s->clock == t->clock;
}

/* Is all that t knows of others known to who acquires there?  So it is if t's source is (thread.h, 2), or t itself
   up to its latest news (1): then what t knows came round to the releaser. */
static int covers(const struct sync *s, const struct thr *t)
{
    return (t->source_epoch != 0 && says(s, t->source, t->source_epoch)) || says(s, thr_g(t), thr_news_epoch(t));
}

/* The rest: t knows the object's clock and source, and learns the pair.  If the object covers t, then t knows no more
   than the pair's goroutine did at the end of its epoch, and has it as source from now on. */
static void take_pair(struct proc *p, struct thr *t, const struct sync *s, int covered)
{
    if (t->source != s->g || t->source_epoch > s->epoch) {
        thr_write_down(p, t); /* there is one source */
    }
    t->source = s->g;
    t->source_epoch = s->epoch;
    if (!covered) {
        thr_write_down(p, t);
        t->source_epoch = 0;
    }
}

/* t's clock is this one from now on. */
static void clock_take(struct proc *p, struct thr *t, u32 clock)
{
    u32 old = t->clock;

    if (old != clock) {
        t->clock = clock_ref(clock);
        clock_unref(&p->nodes, old);
    }
}

/* What t does not know yet. */
static void take(struct proc *p, struct thr *t, const struct sync *s)
{
    int covered = covers(s, t);

    /* Goroutines that one has started, and that wait for one, know nothing but what it knew, apart from
       themselves: for a hundred thousand of them that is not compared node by node.  Two that wait for each other are
       each other's source, and come to have one clock. */
    if (s->source_epoch != 0 && s->source == thr_g(t) && covered && s->epoch != 0) {
        clock_take(p, t, s->clock); /* says what t's says, and what the source said: no more is known */
        t->source = s->g;
        t->source_epoch = s->epoch;
        return;
    }
    if (s->source_epoch != 0 && (s->source == thr_g(t) || thr_knows(t, s->source, s->source_epoch))) {
        take_pair(p, t, s, covered);
        return;
    }
    if (covered) {
        clock_take(p, t, s->clock);
    } else {
        thr_write_down(p, t);
        t->clock = clock_join(&p->nodes, t->clock, s->clock);
        covered = t->clock == s->clock;
    }
    t->source = s->source;
    t->source_epoch = s->source_epoch;
    if (!covered || s->epoch != 0) {
        take_pair(p, t, s, covered);
    }
}

static void learn(struct proc *p, struct thr *t, const struct sync *s)
{
    if (knows(t, s)) {
        return;
    }
    if (UNLIKELY(atomic_load_relaxed(&thr_hearing))) {
        thr_heard();
    }
    take(p, t, s);
    thr_news(t); /* a join may have changed nothing, so this errs towards ending epochs too often */
    if (UNLIKELY(edge_on)) {
        thr_write_down(p, t); /* news is what changes the clock */
    }
}

void sync_acquire_held(struct proc *p, struct thr *t, struct sync_line *l)
{
    if (l->found) {
        learn(p, t, l->found);
    }
}

static void publish(struct proc *p, struct thr *t, struct sync *s)
{
    u32 epoch = thr_release(p, t);

    if (s->clock != t->clock) {
        clock_unref(&p->nodes, s->clock);
        s->clock = clock_ref(t->clock);
    }
    s->source = t->source;
    s->source_epoch = t->source_epoch;
    pair_set(s, thr_g(t), epoch); /* which renews g, perhaps, when it ends the epoch */
}

void sync_release_held(struct proc *p, struct thr *t, struct sync_line *l)
{
    struct sync *s = found_or_made(p, l);

    if (s) {
        publish(p, t, s);
    }
}

int sync_known(const struct thr *t, uptr addr)
{
    const struct range *r = shadow_range(addr);

    if (!r) {
        return 1;
    }

    const u32 *line = shadow_line(r, addr);
    u32 head = atomic_load(line);

    if (head == 0) {
        return 1; /* nothing was ever released here */
    }

    if (head & LINE_LOCK) {
        return 0;
    }

    /* Others in the list may be given back meanwhile with what they are for, and be elsewhere then; that
       for addr not, as addr is in use.  It is recognised wherever the walk leads. */
    const struct sync *s = sync_at(head);

    for (u32 n = 0; atomic_load_relaxed(&s->addr) != addr; n++) {
        u32 next = atomic_load_relaxed(&s->next);

        if (next == 0 || n == KNOWN_WALK) {
            return next == 0 && r == &shadow_ranges[1] && atomic_load(line) == head;
        }
        s = sync_at(next);
    }

    u64 pair = atomic_load(&s->pair);
    u32 g = (u32)pair, epoch = (u32)(pair >> 32);

    return epoch != 0 && (g == thr_g(t) || thr_knows(t, g, epoch)) && atomic_load(line) == head &&
           atomic_load_relaxed(&s->addr) == addr;
}

void sync_acquire(struct proc *p, struct thr *t, uptr addr)
{
    struct sync_line l;

    if (sync_known(t, addr)) {
        return;
    }
    sync_lock(&l, addr);
    sync_acquire_held(p, t, &l);
    sync_unlock(&l);
}

void sync_release(struct proc *p, struct thr *t, uptr addr)
{
    struct sync_line l;

    if (sync_lock(&l, addr)) {
        if (!is_alone() || !sync_release_only(l.found, t)) {
            sync_release_held(p, t, &l);
        }
        sync_unlock(&l);
    }
}

void sync_release_merge(struct proc *p, struct thr *t, uptr addr)
{
    struct sync_line l;

    if (!sync_lock(&l, addr)) {
        return;
    }

    if (is_alone() && sync_own(l.found, t) && sync_release_only(l.found, t)) {
        sync_unlock(&l);
        return;
    }

    struct sync *s = found_or_made(p, &l);

    if (s && knows(t, s)) {
        publish(p, t, s); /* its clock alone is the join */
    } else if (s) {
        u32 epoch = thr_release(p, t);

        if (!covers(s, t)) {
            s->clock = clock_join(&p->nodes, s->clock, t->clock);
            s->clock = clock_set(&p->nodes, s->clock, t->source, t->source_epoch);
        }
        s->clock = clock_set(&p->nodes, s->clock, s->source, s->source_epoch);
        s->clock = clock_set(&p->nodes, s->clock, s->g, s->epoch);
        s->clock = clock_set(&p->nodes, s->clock, thr_g(t), epoch);
        s->source_epoch = 0;
        pair_set(s, 0, 0);
    }
    sync_unlock(&l);
}

void sync_release_acquire(struct proc *p, struct thr *t, uptr addr)
{
    struct sync_line l;

    if (!sync_lock(&l, addr)) {
        return;
    }

    struct sync *s = found_or_made(p, &l);

    if (s) {
        struct sync old = *s;

        s->clock = 0;
        publish(p, t, s);
        learn(p, t, &old);
        clock_unref(&p->nodes, old.clock);
    }
    sync_unlock(&l);
}

void sync_forget(struct proc *p, const struct range *r, uptr addr, uptr size)
{
    uptr end = addr + size;

    for (uptr at = ROUND_DOWN(addr, 1UL << LINE_LOG); at < end; at += 1UL << LINE_LOG) {
        u32 *line = shadow_line(r, at);

        if (atomic_load_relaxed(line) == 0) {
            continue;
        }

        u32 head = line_lock(line), *link = &head;

        while (*link != 0) {
            u32 index = *link;
            struct sync *s = sync_at(index);

            if (s->addr - addr < size) {
                *link = s->next;
                clock_unref(&p->nodes, s->clock);
                pool_put(&sync_pool, &p->syncs, index);
            } else {
                link = &s->next;
            }
        }
        atomic_store(line, head);
    }
}
