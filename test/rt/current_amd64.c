/* current_amd64.c: rt/current_amd64.c, the proc that it keeps for threads without a P, and its reading
 * of Go's thunk by itself. */
#include "../../rt/current_amd64.c"

#include "rt_test.h"

struct proc *rt_spare_proc(void)
{
    return spare.proc;
}

struct rt_thunk rt_read_thunk(const u8 *code)
{
    struct current_thunk t = read_thunk((uptr)code);

    return (struct rt_thunk){t.tls, t.m, t.p, t.proc};
}

int rt_spare_is_locked(void)
{
    return atomic_load(&spare.lock.state) != 0;
}
