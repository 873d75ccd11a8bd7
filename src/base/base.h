/* base.h: what every file of the tool may assume: integer types, BUG(), checked arithmetic.
 *
 * Three kinds of trouble are kept apart throughout gomm.  A mistake of the user's becomes a
 * finding or a message (diag.h) and the work goes on.  A failure of the operating system is
 * returned (err.h).  A broken invariant of ours is a BUG(): it says where, removes the
 * temporary files and aborts.
 *
 * Threading: everything here may be called from any thread.
 */
#ifndef GOMM_BASE_BASE_H
#define GOMM_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define BASE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define BASE_UNUSED            __attribute__((unused))
/* What is called when something is wrong: the code around it is laid out for when nothing is. */
#define BASE_COLD __attribute__((cold))

/* Exit statuses of the tool; `gomm test|build|run` keep go's own instead. */
enum base_exit { BASE_EXIT_CLEAN = 0, BASE_EXIT_FINDINGS = 1, BASE_EXIT_FAILURE = 2 };

/* Reports a broken invariant on standard error and aborts. */
_Noreturn void base_bug(const char *file, int line, const char *func, const char *fmt, ...)
    BASE_PRINTF(4, 5) BASE_COLD;

#define BUG(...) base_bug(__FILE__, __LINE__, __func__, __VA_ARGS__)
#define BUG_IF(cond)                         \
    do {                                     \
        if (__builtin_expect(!!(cond), 0)) { \
            BUG("%s", #cond);                \
        }                                    \
    } while (0)

/* Checked arithmetic: true if the result is exact, and then stored in *out. */
static inline bool base_add(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static inline bool base_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

/* Narrowing that must not lose anything; a value that does not fit is a BUG(). */
static inline u32 base_u32(u64 v)
{
    BUG_IF(v > UINT32_MAX);
    return (u32)v;
}

static inline int base_int(u64 v)
{
    BUG_IF(v > INT32_MAX);
    return (int)v;
}

static inline size_t base_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t base_max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What every unplanned end does first: kills the children that run (proc.h) and removes the
 * temporary directories (io.h).  Async-signal-safe. */
void base_last_rites(void);

/* Nanoseconds of the monotonic clock. */
u64 base_now_ns(void);

#endif
