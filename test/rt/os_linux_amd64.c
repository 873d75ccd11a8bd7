/* os_linux_amd64.c: rt/os_linux_amd64.c; the kernel may be made to run out of memory. */
#define os_commit os_commit_real
#define os_map    os_map_real
#include "../../rt/os_linux_amd64.c"
#undef os_commit
#undef os_map

#include "rt_test.h"

int os_commit(void *p, uptr size);
void *os_map(uptr size);

long rt_memory_left;

static int exhausted(void)
{
    if (rt_memory_left == 0) {
        return 0;
    }
    if (rt_memory_left > 1) {
        rt_memory_left--;
        return 0;
    }
    return 1;
}

int os_commit(void *p, uptr size)
{
    return exhausted() ? -12 : os_commit_real(p, size);
}

void *os_map(uptr size)
{
    return exhausted() ? NULL : os_map_real(size);
}
