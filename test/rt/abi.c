/* abi.c: rt/abi.c, and a goroutine to call hooks from. */
#include "../../rt/abi.c"

/* What rt_test.h declares; it gives some entry points simpler types than this file. */
void rt_read_range(struct thr *t, uptr addr, uptr size, uptr pc);
void rt_write_range(struct thr *t, uptr addr, uptr size, uptr pc);
void rt_func_enter(struct thr *t, uptr pc);
void rt_func_exit(struct thr *t);

/* Its stack lies where no pointer leads, so that no hook reads it; no word of it is a racectx. */
static const struct {
    struct go_g g;
    uptr rest[126];
} nobody = {.g = {.stack_lo = 1 << 20, .stack_hi = 1 << 21}};

void rt_read_range(struct thr *t, uptr addr, uptr size, uptr pc)
{
    hook_read_range(t, addr, size, pc, nobody.g.stack_lo, &nobody.g);
}

void rt_write_range(struct thr *t, uptr addr, uptr size, uptr pc)
{
    hook_write_range(t, addr, size, pc, nobody.g.stack_lo, &nobody.g);
}

void rt_func_enter(struct thr *t, uptr pc)
{
    hook_func_enter(t, pc, &nobody.g, 0, 0);
}

void rt_func_exit(struct thr *t)
{
    hook_func_exit(t, &nobody.g, 0, 0);
}

void rt_tsan_acquire(struct thr *t, uptr addr);
void rt_tsan_acquire(struct thr *t, uptr addr)
{
    hook_acquire(t, addr);
}

void rt_tsan_release(struct thr *t, uptr addr);
void rt_tsan_release(struct thr *t, uptr addr)
{
    hook_release(t, addr);
}

void rt_tsan_release_merge(struct thr *t, uptr addr);
void rt_tsan_release_merge(struct thr *t, uptr addr)
{
    hook_release_merge(t, addr);
}

void rt_tsan_release_acquire(struct thr *t, uptr addr);
void rt_tsan_release_acquire(struct thr *t, uptr addr)
{
    hook_release_acquire(t, addr);
}
