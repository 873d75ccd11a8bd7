/* line_tally.h: accesses to lines that are looked at closely, counted.
 *
 * A P counts in a table of its own (tallies), so that counting makes no transfers; what has to make room there, and
 * in the end everything, is added to the line's rows.
 */
#ifndef GOMM_RT_LINE_TALLY_H
#define GOMM_RT_LINE_TALLY_H

#include "line.h"

/* Rows of no particular goroutine; those with pc 0 are of no particular call stack. */
#define ROW_OTHERS 0xffffffffu

struct row {
    u64 pc, count;
    u32 g, stack, transfers;
    u32 first, last; /* 2^20 ns since the start */
    u32 next;
    u16 locks; /* held_at */
    u8 kind, word, bytes;
};

/* 0, or -1 when memory ran out. */
int tally_init(void);

/* One access to bytes of a word of line `index`, by the thread that holds p. */
struct tally_key {
    u32 line, id, g, stack;
    u64 pc;
    u16 locks;
    u8 kind, word;
};
void tally_count(struct proc *p, const struct tally_key *k, u8 bytes, u32 transfers);

/* Adds all that Ps have counted to the rows.  Others may still count; what they do now may be lost. */
void tally_settle(void);
/* How many Ps have counted. */
u32 tally_procs(void);

const struct row *row_at(u32 index);

/* Under the lock of lines: gives the rows of l to `to`, or back. */
void rows_move(struct line *l, struct line *to);
void rows_free(struct line *l);

/* ---- locks held by goroutines ---- */

/* A lock shows itself by an atomic operation and the announcement of an acquire or a release in sync (GOROOT/src/sync,
 * internal/sync): a Mutex by both at the same address, an RWMutex by operations that are not announced themselves, and
 * an acquire of one of its semaphores. */
enum { HELD_MAX = 4 };

int held_init(void);
/* t starts. */
void held_start(const struct thr *t);
/* t did a read-modify-write operation; hidden: while the detector was to ignore synchronisation. */
void held_rmw(const struct thr *t, uptr addr, int hidden);
void held_acquire(const struct thr *t, uptr addr);
void held_release(const struct thr *t, uptr addr);

/* Those that t holds now, as a set's id; 0 is the empty one. */
u16 held_set(const struct thr *t);
/* A set's locks, 0 where there are fewer. */
const uptr *held_at(u16 set);

#endif
