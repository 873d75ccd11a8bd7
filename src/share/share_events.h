/* share_events.h: what the runtime said of shared cache lines: the `line` and `share` events of gomm/events.h, in memory.
 *
 * Bad lines are counted, never fatal.  An offset, and a span's end, is never beyond the line's size.
 *
 * Ownership: everything is in the log's arena; nothing points into the text that was read.
 * Threading: one thread at a time.
 */
#ifndef GOMM_SHARE_EVENTS_H
#define GOMM_SHARE_EVENTS_H

#include "race/race_events.h"

enum { SHARE_WORD = 8, SHARE_LINE_MAX = 256 };

enum share_kind { SHARE_READ, SHARE_WRITE, SHARE_LOAD, SHARE_STORE, SHARE_RMW, SHARE_LOCK, SHARE_KINDS };
const char *share_kind_name(enum share_kind k); /* "read", "write", ... as in the event */

enum share_virtual { SHARE_REAL, SHARE_PAIR, SHARE_SHIFT };

struct share_word {
    u32 offset; /* of the line, a multiple of SHARE_WORD from its first word */
    u64 goroutine;
    u64 n[SHARE_KINDS];
    u64 transfers;
};

struct share_span {
    u32 offset, size;
};

struct share_site {
    enum share_kind kind;
    u64 *goroutines;
    u32 n_goroutines;
    u64 accesses, transfers;
    struct share_span *spans;
    u32 n_spans;
    u64 *locks; /* addresses of mutexes held at each access */
    u32 n_locks;
    struct race_stack stack;
};

struct share_goroutine {
    u64 goroutine; /* 0: all that are not kept apart */
    bool main;
    u64 first_ns, last_ns, accesses, transfers, created_by;
    struct race_stack created;
};

/* What lies at [from, to) of the line. */
struct share_object {
    u32 from, to;
    struct race_object object; /* its offset is that of the byte at `from` */
};

struct share_line {
    u64 pid, addr;
    u32 size;
    enum share_virtual kind;
    u64 lives, first_ns, last_ns, windows, shared_windows, accesses, transfers, same_word, moves, folded;
    struct share_goroutine *goroutines;
    u32 n_goroutines;
    struct share_word *words;
    u32 n_words;
    struct share_site *sites;
    u32 n_sites;
    struct share_object *objects;
    u32 n_objects;
};

/* One process as a whole. */
struct share_process {
    u64 pid, ns, observed_ns, accesses, observed, window_ns, windows, processors, goroutines, lines, reported, dropped;
};

struct share_log {
    struct arena *arena; /* set before the first use */
    VEC(struct share_line) lines;
    VEC(struct share_process) processes;
    u64 bad_lines;
    str first_bad; /* why the first of them could not be read */
};

/* Adds all lines of a text; events of other kinds are passed over. */
void share_log_text(struct share_log *l, str text);
bool share_log_file(struct share_log *l, const char *path, struct err *e);

/* By what the counts of that process have to be multiplied: 1 without sampling. */
double share_log_scale(const struct share_log *l, u64 pid);

#endif
