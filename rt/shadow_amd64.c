/* shadow_amd64.c: many words at once (shadow.h): changed, two by one instruction where the processor has it; empty ones counted; and how many
 * fast_amd64.S may compare at once. */
#include <cpuid.h>

#include "alone.h"
#include "shadow.h"

enum { LINE_WORDS = 8, AHEAD = 4 * LINE_WORDS };

static int pairs; /* cmpxchg16b; all but the first processors have it */
u32 words_wide;

/* AVX2, and a kernel that keeps its registers (Intel SDM, volume 1, 14.3). */
static int has_wide(u32 features)
{
    enum { KEPT = 6 };
    u32 a, b, c, d;

    if (!(features & bit_OSXSAVE) || !(features & bit_AVX)) {
        return 0;
    }
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & KEPT) == KEPT && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

void words_swap_init(void)
{
    u32 a, b, c, d;

    if (__get_cpuid(1, &a, &b, &c, &d)) {
        pairs = (c & bit_CMPXCHG16B) != 0;
        words_wide = (u32)has_wide(c);
    }
}

static inline int swap_two(u64 *word, u64 from, u64 to)
{
    u64 low = from, high = from;
    u8 done;

    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(done), "+m"(*(u64(*)[2])(void *)word), "+a"(low), "+d"(high)
                     : "b"(to), "c"(to)
                     : "memory");
    return done;
}

uptr words_swap(u64 *word, uptr n, u64 from, u64 to)
{
    u64 was = from;
    uptr i = 0;

    if (pairs && !is_alone()) {
        if ((uptr)word & 8 && n > 2) {
            if (!inside_cas(&word[0], &was, to)) {
                return 0;
            }
            i = 1;
        }
        while (i + 2 <= n && !((uptr)&word[i] & 8) && swap_two(&word[i], from, to)) {
            i += 2;
            /* Nothing is loaded ahead of instructions that lock. */
            if ((uptr)&word[i] % (LINE_WORDS * sizeof *word) == 0 && i + AHEAD < n) {
                __builtin_prefetch(&word[i + AHEAD], 1);
            }
        }
    }
    while (i < n && inside_cas(&word[i], &was, to)) {
        i++;
    }
    return i;
}

static __attribute__((target("avx2"), no_sanitize("thread"))) uptr empty_wide(const u64 *word, uptr n)
{
    typedef long long wide __attribute__((vector_size(32), aligned(8), may_alias));
    uptr i = 0;

    for (; i + 32 <= n; i += 32) {
        const wide *at = (const wide *)(const void *)(word + i);
        wide any = (at[0] | at[1]) | (at[2] | at[3]) | ((at[4] | at[5]) | (at[6] | at[7]));

        if (!__builtin_ia32_ptestz256(any, any)) {
            break;
        }
    }
    return i;
}

uptr words_empty(const u64 *word, uptr n)
{
    uptr i = words_wide ? empty_wide(word, n) : 0;

    return i + words_run(word + i, n - i, 0);
}
