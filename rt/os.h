/* os.h: the contract with the operating system: memory, files, waiting, exit.
 *
 * Every call is a bare system call.  Results below zero are negated errno values, as the kernel
 * returns them.  All functions may be called from any hook and from several threads at once.
 */
#ifndef GOMM_RT_OS_H
#define GOMM_RT_OS_H

#include "rt_types.h"

enum {
    OS_O_RDONLY = 0,
    OS_O_WRONLY = 1,
    OS_O_CREAT = 0100,
    OS_O_APPEND = 02000,
    OS_O_CLOEXEC = 02000000
};
enum { OS_EINTR = -4, OS_EAGAIN = -11 };

/* Address space without memory behind it; NULL if there is none. */
void *os_reserve(uptr size);
/* Backs [p, p+size) of a reservation, page aligned, with zeroed memory.  0, or an error below 0. */
int os_commit(void *p, uptr size);
/* Gives the memory of whole pages back; they read as zero afterwards. */
void os_release(void *p, uptr size);
/* Zeroed memory of its own; NULL if there is none. */
void *os_map(uptr size);
void os_unmap(void *p, uptr size);
/* Maps a file for reading; NULL on any error. */
void *os_map_file(int fd, uptr size);

int os_open(const char *path, int flags, int mode);
void os_close(int fd);
int os_mkdir(const char *path, int mode);
sptr os_read(int fd, void *buf, uptr n);
/* Writes everything; 0, or an error below 0.  What does not block and is full is waited for. */
int os_write_all(int fd, const void *buf, uptr n);
sptr os_file_size(int fd);
sptr os_readlink(const char *path, char *buf, uptr n);

int os_getpid(void);
/* After init (0, or an error below 0): all threads of the process pass a memory fence before this returns. */
int os_fences_init(void);
void os_fences(void);
void os_yield(void);
void os_sleep_ms(u64 ms);
/* Nanoseconds of a clock that never goes back. */
u64 os_time(void);
_Noreturn void os_exit(int status);

/* A lock that spins shortly and then sleeps in the kernel.  Zeroed memory is an unlocked lock. */
struct os_lock {
    u32 state; /* 0 free, 1 held, 2 held and somebody sleeps */
};
void os_lock_slow(struct os_lock *l);
void os_unlock_slow(struct os_lock *l);

static inline void os_lock(struct os_lock *l)
{
    u32 free = 0;

    if (!atomic_cas(&l->state, &free, 1)) {
        os_lock_slow(l);
    }
}

/* 0 if somebody has it. */
static inline int os_lock_try(struct os_lock *l)
{
    u32 free = 0;

    return atomic_cas(&l->state, &free, 1);
}

static inline void os_unlock(struct os_lock *l)
{
    if (atomic_xchg(&l->state, 0) == 2) {
        os_unlock_slow(l);
    }
}

/* Asks for the cache line at p, which is about to be written. */
static inline void os_fetch(const void *p)
{
    __asm__ volatile("prefetchw %0" : : "m"(*(const u8 *)p));
}

/* One step of waiting for another thread to leave a few instructions; n counts the steps. */
static inline void os_spin(u32 n)
{
    if (n % 64 != 63) {
        cpu_pause();
    } else {
        os_yield();
    }
}

#endif
