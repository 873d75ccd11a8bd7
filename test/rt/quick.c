/* quick.c: rt/quick.c, called with what the hook finds. */
#include "../../rt/quick.c"

#include "../../rt/flags.h"
#include "rt_test.h"

int rt_quick(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc)
{
    sptr near = (sptr)(pc - (uptr)&record_anchor);
    u32 stack;

    if (!p || rt_off || flags.all_pairs || size == 0) {
        return 0;
    }
    if (size > 24 || (size > 8 && size % 8 != 0) || near != (int)near) { /* no scalar, or a plugin's */
        return (t->top != t->base && range_few(p, t, addr, size, kind, pc)) ||
               range_general(p, t, addr, size, kind, pc, 0);
    }
    stack = thr_stack(p, t);
    return (kind == ACCESS_WRITE ? quick(p, t, addr, size, ACCESS_WRITE, pc, stack)
                                 : quick(p, t, addr, size, ACCESS_READ, pc, stack)) ||
           scalar_general(p, t, addr, (u32)size, kind, pc);
}
