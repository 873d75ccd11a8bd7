/* os_linux_amd64.c: system calls of Linux on x86-64 (numbers: asm/unistd_64.h). */
#include "os.h"

enum {
    SYS_read = 0,
    SYS_write = 1,
    SYS_open = 2,
    SYS_close = 3,
    SYS_lseek = 8,
    SYS_mmap = 9,
    SYS_mprotect = 10,
    SYS_munmap = 11,
    SYS_sched_yield = 24,
    SYS_madvise = 28,
    SYS_nanosleep = 35,
    SYS_getpid = 39,
    SYS_mkdir = 83,
    SYS_readlink = 89,
    SYS_futex = 202,
    SYS_clock_gettime = 228,
    SYS_exit_group = 231,
    SYS_membarrier = 324,
};
enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2 };
enum { MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000 };
enum { MADV_DONTNEED = 4 };
enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };
enum { SEEK_SET = 0, SEEK_END = 2 };
enum { CLOCK_MONOTONIC = 1 };
enum { MEMBARRIER_PRIVATE_EXPEDITED = 8, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED = 16 };

static sptr sys6(sptr nr, uptr a, uptr b, uptr c, uptr d, uptr e, uptr f)
{
    sptr ret;
    register uptr r10 __asm__("r10") = d;
    register uptr r8 __asm__("r8") = e;
    register uptr r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}

static sptr sys3(sptr nr, uptr a, uptr b, uptr c)
{
    return sys6(nr, a, b, c, 0, 0, 0);
}

static void *map(uptr size, uptr prot, uptr flags, int fd)
{
    sptr r = sys6(SYS_mmap, 0, size, prot, flags, (uptr)(sptr)fd, 0);

    return r < 0 && r > -4096 ? NULL : (void *)r;
}

void *os_reserve(uptr size)
{
    return map(size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

int os_commit(void *p, uptr size)
{
    return (int)sys3(SYS_mprotect, (uptr)p, size, PROT_READ | PROT_WRITE);
}

void os_release(void *p, uptr size)
{
    sys3(SYS_madvise, (uptr)p, size, MADV_DONTNEED);
}

void *os_map(uptr size)
{
    return map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void os_unmap(void *p, uptr size)
{
    sys3(SYS_munmap, (uptr)p, size, 0);
}

void *os_map_file(int fd, uptr size)
{
    return map(size, PROT_READ, MAP_PRIVATE, fd);
}

int os_open(const char *path, int flags, int mode)
{
    return (int)sys3(SYS_open, (uptr)path, (uptr)flags, (uptr)mode);
}

void os_close(int fd)
{
    sys3(SYS_close, (uptr)fd, 0, 0);
}

int os_mkdir(const char *path, int mode)
{
    return (int)sys3(SYS_mkdir, (uptr)path, (uptr)mode, 0);
}

sptr os_read(int fd, void *buf, uptr n)
{
    sptr r;

    do {
        r = sys3(SYS_read, (uptr)fd, (uptr)buf, n);
    } while (r == OS_EINTR);
    return r;
}

int os_write_all(int fd, const void *buf, uptr n)
{
    enum { PATIENCE_MS = 10000 };
    const char *p = buf;
    u32 waited = 0;

    while (n > 0) {
        sptr r = sys3(SYS_write, (uptr)fd, (uptr)p, n);

        if (r == OS_EINTR) {
            continue;
        }
        if (r == OS_EAGAIN && waited++ < PATIENCE_MS) {
            os_sleep_ms(1);
            continue;
        }
        if (r <= 0) {
            return r < 0 ? (int)r : -5; /* EIO */
        }
        p += r;
        n -= (uptr)r;
    }
    return 0;
}

sptr os_file_size(int fd)
{
    return sys3(SYS_lseek, (uptr)fd, 0, SEEK_END);
}

sptr os_readlink(const char *path, char *buf, uptr n)
{
    return sys3(SYS_readlink, (uptr)path, (uptr)buf, n);
}

int os_getpid(void)
{
    return (int)sys3(SYS_getpid, 0, 0, 0);
}

int os_fences_init(void)
{
    return (int)sys3(SYS_membarrier, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

void os_fences(void)
{
    sys3(SYS_membarrier, MEMBARRIER_PRIVATE_EXPEDITED, 0, 0);
}

void os_yield(void)
{
    sys3(SYS_sched_yield, 0, 0, 0);
}

void os_sleep_ms(u64 ms)
{
    struct {
        u64 sec, nsec;
    } t = {ms / 1000, ms % 1000 * 1000000}, rest;

    while (sys3(SYS_nanosleep, (uptr)&t, (uptr)&rest, 0) == OS_EINTR) {
        t = rest;
    }
}

u64 os_time(void)
{
    struct {
        u64 sec, nsec;
    } t = {0, 0};

    sys3(SYS_clock_gettime, CLOCK_MONOTONIC, (uptr)&t, 0);
    return t.sec * 1000000000 + t.nsec;
}

void os_exit(int status)
{
    for (;;) {
        sys3(SYS_exit_group, (uptr)status, 0, 0);
    }
}

/* The three-state futex mutex of U. Drepper, "Futexes are tricky", section 5. */
void os_lock_slow(struct os_lock *l)
{
    for (u32 n = 0; n < 100; n++) {
        u32 free = 0;

        if (atomic_load_relaxed(&l->state) == 0 && atomic_cas(&l->state, &free, 1)) {
            return;
        }
        cpu_pause();
    }
    while (atomic_xchg(&l->state, 2) != 0) {
        sys6(SYS_futex, (uptr)&l->state, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0);
    }
}

void os_unlock_slow(struct os_lock *l)
{
    sys3(SYS_futex, (uptr)&l->state, FUTEX_WAKE_PRIVATE, 1);
}
