/* share_replay.h: what sharing a line costs on this machine: the accesses of a benchmark, and nothing else, replayed by
 * two native threads, with the variables on one line and apart.
 *
 * The machine itself is the model: no table of costs knows how store buffers, prefetchers and the fight for a line act
 * together.  Each thread gets a piece of machine code with its accesses of some operations of the benchmark, in the
 * observed numbers, and work between them.  How much work is found by trial: as much as makes the threads, one after the
 * other, take as long as the benchmark does on one processor, where no line is fought for; or if that is not known, as
 * makes them take as long side by side as the benchmark does (which says less: while a line is waited for, work costs
 * nothing).  With that, the variables are pulled apart, and the time is what the cure should give.
 *
 * Both threads are pinned to processors of their own; only stretches count in which neither was off its processor,
 * so that a busy machine makes it inconclusive rather than wrong.
 *
 * Ownership: plain values; memory and threads end before the functions return.  Threading: one replay at a time.
 */
#ifndef GOMM_SHARE_REPLAY_H
#define GOMM_SHARE_REPLAY_H

#include "base/arena.h"
#include "base/err.h"

enum share_replay_kind { SHARE_REPLAY_LOAD, SHARE_REPLAY_STORE, SHARE_REPLAY_INC, SHARE_REPLAY_XCHG, SHARE_REPLAY_ADD };

/* Accesses of one thread to one word. */
struct share_replay_item {
    enum share_replay_kind kind;
    u32 offset;    /* of the line */
    u32 home;      /* with the variables apart: which line it is on then */
    double per_op; /* how often in one operation of the benchmark */
    bool checks;   /* before each, a word is loaded, which need not be its own */
    u32 check_offset, check_home;
};

enum {
    SHARE_REPLAY_THREADS = 2,
    SHARE_REPLAY_HOMES = 32,
    SHARE_REPLAY_FRONT = SHARE_REPLAY_HOMES, /* a home for what nobody writes */
};

struct share_replay {
    struct share_replay_item *items[SHARE_REPLAY_THREADS];
    u32 n[SHARE_REPLAY_THREADS];
    double part[SHARE_REPLAY_THREADS]; /* of the work of an operation; their sum is 1 */
    double op_ns;     /* what an operation of the benchmark takes */
    double serial_ns; /* the same on one processor; 0: unknown */
};

struct share_replayed {
    double together, apart;      /* ns of an operation, in the replay: medians of the rounds */
    double apart_low, apart_high; /* and the quartiles of the latter */
    double ratio, low, high;     /* together / apart */
    double work;             /* cycles of work in an operation that were found, of both threads */
    bool bare;               /* even without work the replay took longer than the benchmark did */
};

/* False if this machine cannot tell: one processor, not x86-64, or too busy; *e says which. */
bool share_replay(struct arena *a, const struct share_replay *r, struct share_replayed *out, struct err *e);

/* Processors that threads of ours may run on. */
u32 share_replay_processors(void);

#endif
