/* walk.c: see walk.h. */
#include "walk.h"

#include "stack.h"

uptr racectx_offset;

void walk_find_racectx(const struct thr *t, const struct go_g *g)
{
    const uptr *word = (const uptr *)(const void *)g;
    uptr found = 0;

    for (uptr i = 2; i < 128; i++) {
        if (word[i] == (uptr)t) {
            if (found != 0) {
                return; /* not unique: another goroutine will tell */
            }
            found = i;
        }
    }
    atomic_store_relaxed(&racectx_offset, found * 8);
}

static u32 site_slot(u64 hash)
{
    _Static_assert(SITES == 1024, "10 bits");
    return (u32)(hash >> 54);
}

/* The stack of t's innermost frames, and of n calls in them, outermost last, whose hash this is. */
static NOINLINE u32 walk_up(struct proc *p, const struct thr *t, u64 hash, const uptr *ret, u32 n)
{
    enum { FRAMES = 8 + 1 }; /* one for the outermost, which reports leave out */
    const struct frame *from = t->top - t->base > FRAMES ? t->top - FRAMES : t->base;

    for (const struct frame *f = from; f < t->top; f++) {
        hash = ((hash ^ hash >> 32) ^ f->pc) * 0x9e3779b97f4a7c15UL;
    }

    u32 i = site_slot(hash);

    if (p->site[i].hash != hash) {
        u32 stack = 0;

        for (const struct frame *f = from; f < t->top; f++) {
            stack = stack_push(stack, f->pc);
        }
        while (n > 0) {
            stack = stack_push(stack, ret[--n]);
        }
        p->site[i].hash = hash;
        p->site[i].stack = stack;
    }
    return p->site[i].stack;
}

u32 walk_stack(struct proc *p, const struct thr *t, const struct go_g *g, uptr fp)
{
    enum { DEEP = 24 };
    uptr ret[DEEP];
    u32 n = 0;

    if (t->top == t->base) {
        return 0;
    }

    const uptr until = t->top[-1].pc, low = g->stack_lo, size = g->stack_hi - low - 8;
    u64 hash = 0;

    for (;;) {
        if (n == DEEP || fp - low >= size || fp % 8 != 0) {
            return 0;
        }

        const uptr *f = (const uptr *)fp;

        if (f[1] == until) {
            break;
        }
        ret[n++] = f[1];
        hash = (hash ^ f[1]) * 0x9e3779b97f4a7c15UL;
        if (f[0] <= fp) {
            return 0;
        }
        fp = f[0];
    }

    /* Frames below are told by the stack of the innermost one, if it was asked for: they are not looked at one by one. */
    if (t->top[-1].stack != 0) {
        u64 all = ((hash ^ hash >> 32) ^ t->top[-1].stack) * 0x9e3779b97f4a7c15UL;
        u32 i = site_slot(all);

        if (p->site[i].hash != all) {
            u32 stack = walk_up(p, t, hash, ret, n);

            p->site[i].hash = all;
            p->site[i].stack = stack;
        }
        return p->site[i].stack;
    }
    return walk_up(p, t, hash, ret, n);
}

u32 walk_stack_parked(struct proc *p, const struct thr *t, const struct go_g *g)
{
    /* runtime2.go: g.sched is {sp, pc, g, ctxt, lr, bp}, until Go 1.24 with ret before lr. */
    enum { SCHED = 7, SCHED_G = SCHED + 2, SCHED_BP = SCHED + 5 };
    const uptr *word = (const uptr *)(const void *)g;

    if (word[SCHED_G] != (uptr)g) {
        return 0;
    }
    for (u32 i = 0; i < 2; i++) {
        uptr fp = word[SCHED_BP + i];
        u32 stack = fp >= word[SCHED] ? walk_stack(p, t, g, fp) : 0;

        if (stack != 0) {
            return stack;
        }
    }
    return 0;
}
