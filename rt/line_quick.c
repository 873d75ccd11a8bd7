/* line_quick.c: observing accesses on the goroutine's own stack (line.h, fast_amd64.S). */
#include "alone.h"
#include "current.h"
#include "line.h"
#include "sample.h"

/* Procs whose thread has observed an access and leaves the rest of it to the hook, which comes next on that thread. */
static u8 seen[1 << 16];

int line_was_seen(const struct proc *p)
{
    int was = p && seen[p->id];

    if (was) {
        seen[p->id] = 0;
    }
    return was;
}

/* Without a P nothing is observed, with frames to be trimmed the hook does it. */
static inline int not_here(const struct proc *p, const struct thr *t, const struct go_g *g, uptr sp)
{
    return !p || rt_off || t->top == t->base || t->top[-1].depth > g->stack_hi - sp;
}

/* done: the check has been. */
static int observed(struct proc *p, struct thr *t, int done)
{
    if (!done) {
        seen[p->id] = 1;
    } else if (UNLIKELY(t->ticks < 0)) {
        sample_tick(t);
    }
    return done;
}

/* callpc: in the function that this one calls, if not 0. */
static int checked(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, uptr callpc)
{
    if (shadow_hit(t, addr, size, kind)) {
        return 1;
    }
    proc_enter(p);

    u32 stack = thr_stack(p, t);
    int done = shadow_quick(p, t, addr, size, kind, pc, callpc != 0 ? proc_call(p, stack, callpc) : stack);

    proc_leave(p);
    return done;
}

static int scalar(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind)
{
    uptr pc = *(const uptr *)sp;
    u32 size = width_known(pc);
    struct proc *p = current_of(g);

    if (size == 0 || not_here(p, t, g, sp)) {
        return 0;
    }
    t->ticks--;
    line_access(p, t, addr, size, kind, &(struct line_place){.pc = pc});
    if (line_only()) {
        return observed(p, t, 1);
    }
    return observed(p, t, checked(p, t, addr, size, kind, pc, 0));
}

_Static_assert((int)LINE_READ == ACCESS_READ && (int)LINE_WRITE == ACCESS_WRITE,
               "the same for plain accesses");

int line_quick_read(struct thr *t, uptr addr, const struct go_g *g, uptr sp)
{
    return scalar(t, addr, g, sp, LINE_READ);
}

int line_quick_write(struct thr *t, uptr addr, const struct go_g *g, uptr sp)
{
    return scalar(t, addr, g, sp, LINE_WRITE);
}

int line_quick_range(struct thr *t, uptr addr, const struct go_g *g, uptr sp, uptr pc, uptr how)
{
    struct proc *p = current_of(g);
    uptr size = how >> 1;
    u8 kind = how & 1;

    if (not_here(p, t, g, sp)) {
        return 0;
    }
    t->ticks -= (int)(1 + (size >> 8 & 0xffffff));
    line_access(p, t, addr, size, kind, &(struct line_place){.pc = pc});
    if (line_only()) {
        return observed(p, t, 1);
    }
    return observed(p, t, size != 0 && checked(p, t, addr, size, kind, pc, 0));
}

int line_quick_pc(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind)
{
    struct proc *p = current_of(g);
    const uptr *arg = (const uptr *)sp;

    if (not_here(p, t, g, sp)) {
        return 0;
    }
    t->ticks--;
    line_access(p, t, addr, 1, kind,
                &(struct line_place){.pc = arg[3] + 1, .calls = &arg[2], .count = arg[2] != 0});
    if (line_only()) {
        return observed(p, t, 1);
    }
    return observed(p, t, checked(p, t, addr, 1, kind, arg[3] + 1, arg[2]));
}
