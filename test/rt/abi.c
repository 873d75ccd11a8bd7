/* abi.c: rt/abi.c, and the proc that it keeps for itself. */
#include "../../rt/abi.c"

struct proc *rt_spare_proc(void); /* rt_test.h gives the entry points simpler types */

struct proc *rt_spare_proc(void)
{
    return spare.proc;
}
