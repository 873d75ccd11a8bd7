/* rt_random.h: random numbers for the runtime's tests: the same seed, the same test. */
#ifndef GOMM_TEST_RT_RANDOM_H
#define GOMM_TEST_RT_RANDOM_H

#include <stdlib.h>

#include "../../rt/rt_types.h"

struct rnd {
    u64 state;
};

/* SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
 */
static inline u64 rnd(struct rnd *r)
{
    u64 z = r->state += 0x9e3779b97f4a7c15UL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

static inline u32 rnd_below(struct rnd *r, u32 n)
{
    return (u32)((rnd(r) >> 32) * n >> 32);
}

static inline int rnd_one_in(struct rnd *r, u32 n)
{
    return rnd_below(r, n) == 0;
}

/* GOMM_TEST_ROUNDS=N does N times as much as a normal run. */
static inline u32 rnd_rounds(u32 n)
{
    const char *more = getenv("GOMM_TEST_ROUNDS");
    int times = more ? atoi(more) : 1;

    return n * (u32)(times < 1 ? 1 : times);
}

#endif
