/* rt_types.h: the runtime's basic types and its glossary.
 *
 * word        8 bytes of the program's memory, aligned; the shadow has one u64 per word
 * record      one access as many words remember it (record.h)
 * cell        what the detector remembers of a word when that is more than one read and one write: a
 *             set of accesses, shared by words in the same state, counted by reference (cell.h)
 * goroutine   an index, given in creation order and never given again (0: the context before main,
 *             1: main)
 * epoch       counts a goroutine's releases; (goroutine, epoch) names a stretch of its execution
 *             that nothing outside can order in part
 * clock       a map goroutine -> epoch: all that is known to have happened before (clock.h)
 * stack       the index of a node in the calling-context tree (stack.h)
 * thr, proc   the contexts that Go hands to every hook: goroutine and P (thread.h)
 *
 * The runtime lives inside the user's program.  It uses nothing but the kernel: no libc, no thread
 * local storage, no signals.  A hook runs on the g0 stack of the calling M, after what fast_amd64.S does
 * on the goroutine's own; neither can be preempted by Go, only by the kernel.
 */
#ifndef GOMM_RT_TYPES_H
#define GOMM_RT_TYPES_H

/* Declarations too: what is defined in another file of the runtime is reached without a table.
   (The unit tests build the runtime hosted, beside headers of libc.) */
#if !__STDC_HOSTED__
#pragma GCC visibility push(hidden)
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef unsigned long uptr;
typedef long sptr;

_Static_assert(sizeof(u64) == 8 && sizeof(uptr) == 8, "LP64 only");

#ifndef NULL
#define NULL ((void *)0)
#endif

#define LIKELY(x)        __builtin_expect(!!(x), 1)
#define UNLIKELY(x)      __builtin_expect(!!(x), 0)
#define NOINLINE         __attribute__((noinline))
#define EXPORT           __attribute__((visibility("default")))
#define ROUND_UP(x, a)   (((x) + ((a)-1)) & ~((a)-1))
#define ROUND_DOWN(x, a) ((x) & ~((a)-1))
#define LENGTH(a)        (sizeof(a) / sizeof((a)[0]))

#define atomic_load(p)             __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define atomic_load_relaxed(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define atomic_store(p, v)         __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define atomic_store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define atomic_add(p, v)           __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define atomic_sub(p, v)           __atomic_fetch_sub((p), (v), __ATOMIC_ACQ_REL)
#define atomic_xchg(p, v)          __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
#define atomic_or(p, v)            __atomic_fetch_or((p), (v), __ATOMIC_ACQ_REL)

/* Compare and swap; on failure *old holds what was there. */
#define atomic_cas(p, old, v) \
    __atomic_compare_exchange_n((p), (old), (v), 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)

static inline void cpu_pause(void)
{
    __asm__ volatile("pause");
}

#endif
