/* rt_oracle.h: what the detector must find, computed the simple way: vector clocks as plain arrays
 * and the whole history of every word.
 *
 * The test tells the oracle each event before (oracle_races: after) it has told the runtime.  Time
 * is a counter per goroutine; access x happened before what goroutine o does now iff o's clock has
 * x's time.  A stretch is what lies between two points at which the goroutine's past becomes known
 * to others; nothing outside can order a part of it.
 *
 * Which pairs must be found.  A race is a pair of accesses to a common byte, unordered, at least
 * one a write, not both atomic.  y covers x if it conflicts with all kinds that x conflicts with.
 * On a byte, access x is represented by y if y covers x there, and x happened before y: whatever is
 * unordered with x and later than y is unordered with y, or both belong to one stretch: whatever is
 * unordered with one is unordered with both. For each race (x, z), on each byte, the runtime must
 * have reported a race (y, w) with y = x or y representing x, and w = z or w an earlier access of
 * z's stretch that represents z.  And whatever it reports must be a race.
 *
 * With sampling, an access outside of bursts is not remembered: a race (x, z) must be reported only if x was in one, and no
 * access outside of bursts took its place, that is, covers x there and x happened before it.
 *
 * Failures end the process with a message.  Threading: none.
 */
#ifndef GOMM_TEST_RT_ORACLE_H
#define GOMM_TEST_RT_ORACLE_H

#include "rt_test.h"

struct vc {
    u32 n, cap;
    u32 *at;
};

struct gor {
    struct thr *t;
    struct vc vc;
    u32 id; /* of the oracle */
    u32 time;
    u32 stretch;
    u32 ignore;   /* nesting */
    u32 depth;    /* frames */
    u32 node[64]; /* the runtime's stack id of each */
};

/* dedupe: a pair of stacks is reported once, as in earnest; else every access has its own stack and
 * every pair counts.  thorough: representation by the full relation; else it ends with the first
 * one that happened later, which costs less.  all: no representation, every pair of stacks must be
 * reported (GORACE=all_pairs=1). */
struct oracle_mode {
    u32 dedupe, thorough, all;
};

/* Forgets everything. */
void oracle_init(struct oracle_mode mode);

void oracle_start(struct gor *g, struct gor *parent);
void oracle_end(struct gor *g);
void oracle_acquire(struct gor *g, uptr addr);
void oracle_release(struct gor *g, uptr addr);
void oracle_release_merge(struct gor *g, uptr addr);
void oracle_release_acquire(struct gor *g, uptr addr);
/* others: all that live */
void oracle_everything(struct gor *g, struct gor *const *others, u32 count);
/* The memory is another object now, allocated at stack `site`, 0 unknown; or what is said of that is not checked. */
#define SITE_UNSURE 0xffffffffu
void oracle_forget(uptr addr, uptr size, u32 site);

/* Between these the runtime sees the access; reports go to oracle_on_race. */
void oracle_access(struct gor *g, uptr addr, uptr size, u8 kind, u32 stack);
void oracle_access_done(void);

void oracle_on_race(struct thr *t, const struct race *r);
int oracle_on_known(u32 stack, u32 other);

struct oracle_counts {
    u64 accesses, races, reports, represented, synchronised;
};
extern struct oracle_counts oracle_counts;

#endif
