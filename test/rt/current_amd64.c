/* current_amd64.c: rt/current_amd64.c, and the proc that it keeps for threads without a P. */
#include "../../rt/current_amd64.c"

#include "rt_test.h"

struct proc *rt_spare_proc(void)
{
    return spare.proc;
}
