/* os_linux_amd64.c: rt/os_linux_amd64.c; the kernel may be made to run out of memory, and what is
 * written and the exit may be caught. */
#define os_commit    os_commit_real
#define os_map       os_map_real
#define os_write_all os_write_all_real
#define os_exit      os_exit_real
#define os_fences    os_fences_real
#include "../../rt/os_linux_amd64.c"
#undef os_commit
#undef os_map
#undef os_write_all
#undef os_exit
#undef os_fences

#include "rt_test.h"

int os_commit(void *p, uptr size);
void *os_map(uptr size);
int os_write_all(int fd, const void *buf, uptr n);
_Noreturn void os_exit(int status);
void os_fences(void);

u32 rt_fences;
long rt_memory_left;
void (*rt_on_write)(int fd, const void *buf, uptr n);
void (*rt_on_exit)(int status);

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

int os_write_all(int fd, const void *buf, uptr n)
{
    if (rt_on_write) {
        rt_on_write(fd, buf, n);
        return 0;
    }
    return os_write_all_real(fd, buf, n);
}

void os_exit(int status)
{
    if (rt_on_exit) {
        rt_on_exit(status); /* does not return */
    }
    os_exit_real(status);
}

/* Counted: threads that were the only one (rt/alone.h) begin and end with one each. */
void os_fences(void)
{
    __atomic_fetch_add(&rt_fences, 1, __ATOMIC_RELAXED);
    os_fences_real();
}
