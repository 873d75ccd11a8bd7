/* line.h: which cache lines processors take from each other, and who does it (GOMM=share…).
 *
 * line       64 bytes of the program's memory, aligned
 * transfer   a line has to move to another P's cache: a write while another P has a copy, or a read of what
 *            another P wrote; caches are as large as a window is long
 * window     a stretch of time (GOMM=window=T, 1 ms); what lies in different windows did not meet (line_window)
 * life       of a line: until an object that was accessed on it goes, or another takes its place
 *
 * Two levels.  Each line has a u64 in a table as words have in shadow.h, 1/8 of the memory: who wrote last, whether others
 * have read since, and how often it went to and fro (the two-entry table of T. Liu, X. Liu, "Cheetah", CGO 2016).  That
 * costs one load for what is one goroutine's own, and writes nothing for what is only read.  A line that went to and
 * fro CONFLICTS times within windows, or whose neighbour was written by another P in NEAR windows, gets a struct
 * line, and from then on everything is counted: transfers as caches would make them, and accesses by goroutine, word,
 * kind and call stack (line_tally.h).
 *
 * Lines are shared by Ps, words are used by goroutines: transfers are between Ps, unless the same goroutine is on both
 * sides, and whether they are for the same word is seen from the words that either touched.
 *
 * Threading: a word of the table changes by compare and swap; a struct line has a lock for its state.  What comes and goes
 * (lines, their rows) is under one lock.  That a struct line became another's meanwhile shows in its address or id.
 */
#ifndef GOMM_RT_LINE_H
#define GOMM_RT_LINE_H

#include "shadow.h"

/* Not at all; without race detection; with it.  fast_amd64.S knows these. */
enum { LINE_OFF, LINE_ONLY, LINE_CHECK };
extern u32 line_mode;

/* Kinds of access: plain, atomic. */
enum { LINE_READ, LINE_WRITE, LINE_LOAD, LINE_STORE, LINE_RMW, LINE_KINDS };

enum { LINE = 1 << LINE_LOG };

/* The window that runs now, and how long the program has run, in ns. */
extern u32 line_window;
extern u64 line_now;

/* By line: see line.c. */
extern u64 *line_tables[2];

/* After flags_init and thr_init; 0, or -1 when memory ran out.  Then line_mode is set. */
int line_init(void);

/* Memory from `from` to `to` (bytes of the range, whole MAP_STEPs) can be accessed.  0, or an error below 0. */
int line_map(const struct range *r, uptr from, uptr to);

/* The processor's clock stands here: perhaps a window ends. */
void line_tick(u64 ticks);
/* A burst begins: what was before it did not meet what comes now. */
void line_burst(void);

/* Where an access is: at pc in the function at the top of the shadow stack, or in the last one of the calls that lead
 * there from it, outermost first (return addresses). */
struct line_place {
    uptr pc;
    const uptr *calls;
    u32 count;
};

/* t accesses [addr, addr + size).  Takes less than 1 KB of stack. */
void line_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind,
                 const struct line_place *at);

/* From fast_amd64.S, on the goroutine's own stack; 0: the hook must do it.  As quick_read and so on (shadow.h). */
int line_quick_read(struct thr *t, uptr addr, const struct go_g *g, uptr sp);
int line_quick_write(struct thr *t, uptr addr, const struct go_g *g, uptr sp);
int line_quick_range(struct thr *t, uptr addr, const struct go_g *g, uptr sp, uptr pc, uptr how);
int line_quick_pc(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind);

/* Has p's thread just observed an access whose check is still to be done?  Asked once. */
int line_was_seen(const struct proc *p);

/* An object comes or goes. */
void line_object(uptr addr, uptr size);

/* What lies on lines that were found on a goroutine's stack is found out now: on g0, where Go can be called. */
extern u32 line_unresolved;
void line_resolve(void);

static inline int line_on(void)
{
    return UNLIKELY(line_mode != LINE_OFF) != 0;
}

static inline int line_only(void)
{
    return UNLIKELY(line_mode == LINE_ONLY) != 0;
}

/* ---- lines that are looked at closely ---- */

enum { LINE_OBJECTS = 8, LINE_PAIRS = 8 };

struct line_object {
    uptr base, size; /* 0: not known yet */
    u32 site;        /* stack of the allocation, 0: unknown */
    u8 from, to;     /* bytes of the line, to included */
};

enum line_state { LINE_FREE, LINE_LIVE, LINE_KEPT, LINE_MERGED };

struct line {
    u32 lock;
    u32 id; /* of this life, never given again */
    uptr addr;
    /* The latest accessor, and the words it has read and written since anybody else: LAST_* in line.c.  Read without the
       lock. */
    u64 last;
    /* Of this window: Ps (mod 64) that have a copy; the latest writer, and what it has written since it fetched. */
    u64 copies;
    u32 writer_g;
    u16 writer_p;
    u8 writer_words;
    /* The accessor before the latest. */
    u8 before_reads, before_writes;
    u16 before_p;
    u32 before_g;
    /* The latest fetch was not for a word that another had touched, so far: if P pending_p touches one of pending_words,
       or writes one of pending_any, it was. */
    u16 pending_p;
    u8 pending, pending_words, pending_any;
    u8 shared;  /* this window has had a transfer */
    u8 touched; /* words, in this life */
    u8 state;
    u8 unresolved; /* objects */
    u8 edges;      /* 1: the line below is looked at too, 2: the one above */
    u8 object_count;
    u64 transfers, same, moves;
    u32 windows, shared_windows;
    u64 first, last_seen; /* ns */
    u32 lives;
    u32 rows, row_count; /* line_tally.h */
    u32 into;            /* LINE_MERGED: the line that has it all */
    u32 next_free;
    struct {
        u16 from, to; /* Ps */
        u32 count;
    } pair[LINE_PAIRS];
    struct line_object object[LINE_OBJECTS];
    /* With the line above, if that is looked at: as if both were one (EDGE_* in line.c). */
    u64 edge, edge_transfers, edge_close;
    u32 upper, upper_id;
    u32 edge_windows;
};

enum { LINES = 1 << 14 };

/* Index 0 is none. */
struct line *line_at(u32 index);
u32 line_count(void); /* indices below have been used */

struct line_stats {
    u64 dropped; /* lines that there was no room for */
    u64 tracked;
    u64 windows;
};
struct line_stats line_stats(void);

/* Held while lines and rows come and go. */
extern struct os_lock line_lock;

/* For the report: the struct that has what was counted for this one, or NULL. */
struct line *line_whole(u32 index, u32 id);

#endif
