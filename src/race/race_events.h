/* race_events.h: what the runtime wrote into the event file (gomm/events.h), read back.
 *
 * The file may be cut off, may hold lines of several processes between each other, and may miss
 * lines that a full disk or a killed process cost.  Whatever can be read is used; what cannot is
 * counted, so that nobody is told less than was seen.
 *
 * Ownership: everything is in the arena of the log.  Threading: one thread at a time.
 */
#ifndef GOMM_RACE_EVENTS_H
#define GOMM_RACE_EVENTS_H

#include "base/err.h"
#include "base/jsonr.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

struct race_frame {
    str fn;   /* "pkg.F"; may be empty */
    str file; /* absolute; may be empty */
    u32 line; /* 0: unknown */
};

struct race_stack {
    struct race_frame *frames; /* innermost first, inlining expanded */
    size_t n;
};

struct race_access {
    bool write, atomic;
    bool main, running; /* the goroutine: is it main, does it still run */
    u64 addr, size;
    u64 goroutine;
    struct race_stack stack;
    u64 created_by; /* goroutine that ran the go statement; 0: unknown */
    struct race_stack created;
};

enum race_object_kind { RACE_OBJECT_UNKNOWN, RACE_OBJECT_HEAP, RACE_OBJECT_GLOBAL };

struct race_object {
    enum race_object_kind kind;
    str name; /* of a global: "pkg.v" */
    u64 base, size, offset;
    struct race_stack stack; /* of a heap block's allocation */
};

/* One operation of a goroutine: what the runtime was told (gomm/events.h, OP). */
struct race_op {
    str kind; /* "acquire", "release", ... */
    bool acquires, releases;
    u64 addr, goroutine, epoch, from;
    bool after; /* the access */
    bool edge;
    struct race_stack stack; /* the innermost frames */
};

struct race_side {
    bool present;  /* false: nothing is known */
    bool complete; /* nothing before the access is missing that might still hold */
    bool counted;  /* releases counts all after the access */
    u64 releases;
    struct race_op *ops; /* oldest first */
    size_t n;
};

struct race_event {
    u64 pid, seq, addr;
    struct race_access access[2]; /* the current one, then the previous one */
    struct race_object object;
    bool has_order;
    u64 access_epoch, known_epoch, current_epoch; /* of the previous goroutine */
    struct race_side sync[2]; /* as access */
};

struct race_process {
    u64 pid;
    str exe;
    u64 races_seen; /* race events of this process in the file */
    u64 races_told; /* what its exit event says */
    bool started, exited;
};

struct race_log {
    struct arena *arena; /* set before the first use */
    VEC(struct race_event) events;
    VEC(struct race_process) processes;
    struct map by_pid; /* pid: index into processes + 1 */
    u64 bad_lines;     /* that could not be read */
    str first_bad;     /* why the first of them could not */
    bool cut_off;      /* the last line has no end */
};

/* Adds one line; false (and counted) if it is none of ours. */
bool race_log_line(struct race_log *l, str line);
/* Adds all lines of a text. */
void race_log_text(struct race_log *l, str text);
/* The same of a file. */
bool race_log_file(struct race_log *l, const char *path, struct err *e);
void race_log_release(struct race_log *l);

/* Races that processes counted at their exit and that are not in the file. */
u64 race_log_lost(const struct race_log *l);

/* A STACK (absent: empty) and an OBJECT (null: unknown) of gomm/events.h, for other events that have such. */
bool race_events_stack(struct arena *a, struct jsonr arr, struct race_stack *out, struct err *e);
bool race_events_object(struct arena *a, struct jsonr v, struct race_object *out, struct err *e);

/* Whether a text looks like an event file: its first line is an event. */
bool race_log_is_events(str text);

#endif
