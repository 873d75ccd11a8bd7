/* edge.c: see edge.h. */
#include "edge.h"

#include "clock.h"
#include "current.h"
#include "event.h"
#include "flags.h"
#include "line.h"
#include "walk.h"

u32 edge_on;

struct edge_op {
    u64 addr;
    u32 stack;
    u32 epoch; /* that the goroutine is in afterwards; a release published the one before */
    u32 clock; /* counted; what it knows afterwards, if that is news, else 0 */
    u32 peer, peer_epoch; /* what was published there by one goroutine alone, if so; else epoch 0 */
    u32 kind;
};

enum { OPS_FEW = 12, OPS_MANY = 256, DONE_MAX = 8192 };

struct ring {
    u32 name; /* 0: nobody's */
    u32 cap;
    u64 n; /* operations in all; number i is at op[i % cap] */
    struct edge_op *op, *many;
    const struct go_g *go;
    struct ring *next;      /* of all there are */
    struct ring *next_done; /* of those whose goroutines ended, the eldest first */
    struct edge_op few[OPS_FEW];
};

static struct {
    struct os_lock lock;
    struct ring *first;
    struct ring *done, **done_end;
    u32 done_count;
} all;

void edge_init(void)
{
    all.done_end = &all.done;
    edge_on = flags.edges != FLAG_UNSET ? flags.edges : event_fd >= 0 && flags.sample == SAMPLE_ALL;
    edge_on &= !line_only(); /* no clocks then */
}

/* The frame below the outermost one has room for it (thread.h). */
static struct ring *ring_of(const struct thr *t)
{
    return t->base ? (struct ring *)t->base[-1].pc : NULL;
}

/* One that nobody uses: that of the goroutine that ended first, if many have. */
static struct ring *ring_new(void)
{
    struct ring *r = NULL;

    os_lock(&all.lock);
    if (all.done_count >= DONE_MAX) {
        r = all.done;
        all.done = r->next_done;
        all.done_count--;
        atomic_store(&r->name, 0);
    } else if ((r = mem_alloc(sizeof *r)) != NULL) {
        r->next = all.first;
        atomic_store(&all.first, r);
    }
    os_unlock(&all.lock);
    return r;
}

/* Room for one more operation; what was there before is let go of. */
static struct edge_op *ring_next(struct proc *p, struct ring *r)
{
    if (r->n == OPS_FEW && r->cap == OPS_FEW) {
        if (!r->many) {
            r->many = mem_alloc(OPS_MANY * sizeof *r->many);
        } else {
            /* Of the goroutine that had the ring before. */
            for (u32 i = 0; i < OPS_MANY; i++) {
                clock_unref(&p->nodes, r->many[i].clock);
                r->many[i].clock = 0;
            }
        }
        if (r->many) {
            memcpy(r->many, r->few, sizeof r->few);
            for (u32 i = 0; i < OPS_FEW; i++) {
                r->few[i].clock = 0; /* its count has moved too */
            }
            atomic_store(&r->op, r->many);
            atomic_store(&r->cap, OPS_MANY);
        }
    }

    struct edge_op *op = &r->op[r->n % r->cap];

    clock_unref(&p->nodes, op->clock);
    op->clock = 0;
    return op;
}

static void note(struct proc *p, const struct thr *t, enum edge_kind kind, uptr addr, u32 stack,
                 const struct edge_before *b)
{
    struct ring *r = ring_of(t);

    if (!r) {
        return;
    }

    struct edge_op *last = r->n > 0 ? &r->op[(r->n - 1) % r->cap] : NULL;

    /* A loop that waits would fill the ring. */
    if (last && last->addr == addr && last->stack == stack && last->kind == kind && stack != 0 &&
        last->epoch == thr_epoch(t) && t->clock == b->clock) {
        return;
    }

    struct edge_op *op = ring_next(p, r);

    op->addr = addr;
    op->stack = stack;
    op->epoch = thr_epoch(t);
    op->clock = t->clock != b->clock ? clock_ref(t->clock) : 0;
    op->peer = b->peer;
    op->peer_epoch = b->peer_epoch;
    op->kind = kind;
    atomic_store(&r->n, r->n + 1);
}

void edge_start(struct thr *t, const struct go_g *g)
{
    struct proc *p = current_enter();
    struct ring *r = p ? ring_new() : NULL;

    if (r) {
        for (u32 i = 0; i < OPS_FEW; i++) {
            clock_unref(&p->nodes, r->few[i].clock);
            r->few[i].clock = 0;
        }
        r->n = 0;
        r->op = r->few;
        r->cap = OPS_FEW;
        r->go = g;
        t->base[-1].pc = (uptr)r;

        struct edge_before b = {0};

        thr_write_down(p, t);
        if (t->clock != 0) {
            u32 parent = thr_parent(thr_g(t));

            b.peer = parent;
            b.peer_epoch = clock_get(t->clock, parent);
        }
        note(p, t, EDGE_START, thr_name(thr_g(t)), thr_created(thr_g(t)), &b);
        atomic_store(&r->name, thr_name(thr_g(t)));
    }
    current_leave(p);
}

void edge_end(struct thr *t)
{
    struct ring *r = ring_of(t);

    if (r) {
        os_lock(&all.lock);
        r->go = NULL;
        r->next_done = NULL;
        if (!all.done) {
            all.done_end = &all.done;
        }
        *all.done_end = r;
        all.done_end = &r->next_done;
        all.done_count++;
        os_unlock(&all.lock);
    }
}

/* An acquire separates what was accessed before from what comes after, see edge.h. */
static void separate(struct proc *p, struct thr *t)
{
    if (t->dirty & THR_ACCESS) {
        thr_release(p, t);
    }
}

void edge_go(struct proc *p, struct thr *parent, const struct thr *child, u32 stack)
{
    const struct edge_before b = {.clock = parent->clock};

    note(p, parent, EDGE_GO, thr_name(thr_g(child)), stack, &b);
}

static void look(const struct thr *t, const struct sync *s, struct edge_before *b)
{
    b->clock = t->clock;
    b->peer = s ? s->g : 0;
    b->peer_epoch = s ? s->epoch : 0;
}

void edge_sync(struct proc *p, struct thr *t, uptr addr, enum edge_kind kind, const struct go_g *g,
               uptr fp)
{
    struct edge_before b;
    struct sync_line l;
    const struct ring *r = ring_of(t);
    int own = racectx_offset != 0 &&
              *(const struct thr *const *)((const u8 *)g + racectx_offset) == t;
    u32 stack = 0;

    if (t->top != t->base) {
        stack = own ? walk_stack(p, t, g, fp) : r && r->go ? walk_stack_parked(p, t, r->go) : 0;
        stack = stack != 0 ? stack : thr_stack(p, t);
    }
    separate(p, t);
    if (!sync_lock(&l, addr)) {
        return;
    }
    look(t, l.found, &b);
    if (kind == EDGE_ACQUIRE) {
        sync_acquire_held(p, t, &l);
    }
    sync_unlock(&l);
    if (kind == EDGE_RELEASE) {
        sync_release(p, t, addr);
    } else if (kind == EDGE_MERGE) {
        sync_release_merge(p, t, addr);
    } else if (kind == EDGE_EXCHANGE) {
        sync_release_acquire(p, t, addr);
    }
    note(p, t, kind, addr, stack, &b);
}

u32 edge_atomic_stack(struct proc *p, struct thr *t, uptr callpc, uptr fp)
{
    const struct ring *r = ring_of(t);
    u32 stack = r && r->go && t->top != t->base ? walk_stack(p, t, r->go, fp) : 0;

    return proc_call(p, stack != 0 ? stack : thr_stack(p, t), callpc);
}

void edge_atomic_before(struct proc *p, struct thr *t, const struct sync_line *l,
                        struct edge_before *b)
{
    separate(p, t);
    look(t, l->found, b);
}

void edge_atomic(struct proc *p, struct thr *t, uptr addr, enum edge_kind kind,
                 const struct edge_before *b, u32 stack)
{
    note(p, t, kind, addr, stack, b);
}

/* ---- reports ---- */

enum { TOLD_BEFORE = 40, TOLD_AFTER = 12 };

/* A copy of what a ring holds; op[0] is operation number `first`. */
struct copy {
    u64 first, n;
    u32 complete; /* operation 0 is there */
    struct edge_op op[OPS_MANY];
};

static void copy_ring(struct copy *c, const struct ring *r)
{
    u64 n = atomic_load(&r->n);
    u32 cap = atomic_load(&r->cap);
    const struct edge_op *op = atomic_load(&r->op);

    c->first = n > cap ? n - cap : 0;
    c->n = 0;
    for (u64 i = c->first; i < n; i++) {
        c->op[c->n++] = op[i % cap];
    }

    /* Meanwhile its goroutine went on, perhaps: number `now` may be under way.  The first few stay where
       they are. */
    u64 now = atomic_load(&r->n);
    u64 lost = cap != OPS_FEW && now >= cap && now - cap + 1 > c->first ? now - cap + 1 - c->first : 0;

    lost = lost < c->n ? lost : c->n;
    memmove(c->op, c->op + lost, (c->n - lost) * sizeof c->op[0]);
    c->first += lost;
    c->n -= lost;
    c->complete = c->first == 0;
}

static int is_release(const struct edge_op *op)
{
    return op->kind != EDGE_ACQUIRE && op->kind != EDGE_LOAD && op->kind != EDGE_START;
}

static int is_acquire(const struct edge_op *op)
{
    return op->kind != EDGE_RELEASE && op->kind != EDGE_MERGE && op->kind != EDGE_STORE &&
           op->kind != EDGE_GO;
}

/* The operation that brought epoch `known` of g; c is of the goroutine that reports, so that its
 * clocks stay.  -1: it is not there any more. */
static sptr learned(const struct copy *c, u32 g, u32 known)
{
    for (u64 i = 0; known != 0 && i < c->n; i++) {
        if (c->op[i].clock != 0 && clock_get(c->op[i].clock, g) >= known) {
            /* The eldest there is may repeat what an elder one brought. */
            for (u64 k = 0; k < i && !c->complete; k++) {
                if (c->op[k].clock != 0) {
                    return (sptr)i;
                }
            }
            return c->complete ? (sptr)i : -1;
        }
    }
    return -1;
}

/* The release that published epoch `known`, at addr if there was one there. */
static sptr published(const struct copy *c, u32 known, const struct edge_op *by)
{
    sptr at = -1;

    for (u64 i = 0; known != 0 && i < c->n; i++) {
        if (is_release(&c->op[i]) && c->op[i].epoch - 1 == known) {
            if (by && by->addr == c->op[i].addr) {
                return (sptr)i;
            }
            at = at < 0 ? (sptr)i : at;
        }
    }
    return at;
}

/* Has an acquire no release of the same address behind it, up to `end`? */
static int is_open(const struct copy *c, u64 i, u64 end)
{
    if (!is_acquire(&c->op[i]) || c->op[i].kind == EDGE_START) {
        return 0;
    }
    for (u64 k = i + 1; k < end; k++) {
        if (c->op[k].addr == c->op[i].addr && is_release(&c->op[k])) {
            return 0;
        }
    }
    return 1;
}

static void json_op(struct text *out, const struct edge_op *op, int after, int edge, int *some)
{
    static const char *const name[] = {"acquire", "release", "merge", "exchange", "load",
                                       "store",   "rmw",     "go",    "start"};

    text_add(out, *some ? ",{\"kind\":" : "{\"kind\":");
    *some = 1;
    text_json(out, name[op->kind]);
    if (op->kind == EDGE_GO || op->kind == EDGE_START) {
        text_add(out, ",\"goroutine\":");
        text_dec(out, op->addr);
    } else {
        text_add(out, ",\"addr\":\"0x");
        text_hex(out, op->addr, 12);
        text_char(out, '"');
    }
    text_add(out, ",\"epoch\":");
    text_dec(out, op->epoch);
    text_add(out, after ? ",\"after\":true" : ",\"after\":false");
    if (edge) {
        text_add(out, ",\"edge\":true");
    }
    if (is_acquire(op) && op->peer_epoch != 0) {
        text_add(out, ",\"from\":");
        text_dec(out, thr_name(op->peer));
    }
    json_stack_few(out, "stack", op->stack);
    text_char(out, '}');
}

/* One goroutine's: those before the access in the given epoch and those after it, the latest of both
 * and the first ones after it; elder ones only if they are part of the edge or may still hold. */
static void json_side(struct text *out, const struct copy *c, u64 access, sptr edge)
{
    u64 split = 0, after = 0;
    int some = 0;

    while (split < c->n && c->op[split].epoch <= access) {
        split++;
    }
    for (u64 i = split; i < c->n; i++) {
        after += (u64)is_release(&c->op[i]);
    }
    text_add(out, "{\"complete\":");
    text_add(out, c->complete ? "true" : "false");
    text_add(out, ",\"releases\":");
    text_dec(out, after);
    text_add(out, split > 0 || c->complete ? ",\"counted\":true" : ",\"counted\":false");
    text_add(out, ",\"ops\":[");
    for (u64 i = 0; i < split; i++) {
        if (i + TOLD_BEFORE >= split || (sptr)i == edge || is_open(c, i, split)) {
            json_op(out, &c->op[i], 0, (sptr)i == edge, &some);
        }
    }
    for (u64 i = split; i < c->n; i++) {
        if (i < split + TOLD_AFTER || i + TOLD_AFTER >= c->n) {
            json_op(out, &c->op[i], 1, (sptr)i == edge, &some);
        }
    }
    text_add(out, "]}");
}

/* Under all.lock, so that it stays whose it is. */
static const struct ring *ring_by_name(u32 name)
{
    const struct ring *r = all.first;

    while (r && atomic_load(&r->name) != name) {
        r = r->next;
    }
    return r;
}

void edge_json(struct text *out, const struct thr *t, const struct race *r)
{
    struct copy *now = edge_on ? mem_alloc(2 * sizeof *now) : NULL;
    struct copy *before = now ? now + 1 : NULL;
    const struct ring *mine = ring_of(t);

    if (!now) {
        return;
    }
    os_lock(&all.lock);

    const struct ring *other = ring_by_name(thr_name(r->before.g));

    if (mine && other && mine != other) {
        copy_ring(now, mine);
        copy_ring(before, other);
    }
    os_unlock(&all.lock);
    if (now->n > 0 && before->n > 0) {
        sptr brought = learned(now, r->before.g, r->known);
        sptr gone = published(before, r->known, brought >= 0 ? &now->op[brought] : NULL);

        text_add(out, ",\"sync\":[");
        json_side(out, now, ~0UL, brought);
        text_char(out, ',');
        json_side(out, before, r->before.epoch, gone);
        text_char(out, ']');
    }
    mem_free(now, 2 * sizeof *now);
}
