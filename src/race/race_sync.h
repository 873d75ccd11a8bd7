/* race_sync.h: what goroutines did to synchronise before and after they raced, in Go's terms.
 *
 * The runtime tells of acquires and releases (gomm/events.h, "sync"); which function of Go's library
 * they belong to, which locks they took and which operations made an edge is worked out here, by the
 * functions on their stacks.
 *
 * Ownership: everything is in the arena that is passed and borrows texts of the log.
 */
#ifndef GOMM_RACE_SYNC_H
#define GOMM_RACE_SYNC_H

#include "base/diag.h"
#include "race/race_events.h"
#include "race/race_source.h"

enum race_verb {
    RACE_OTHER,
    RACE_LOCK,
    RACE_UNLOCK,
    RACE_RLOCK,
    RACE_RUNLOCK,
    RACE_SEND,
    RACE_RECEIVE,
    RACE_CLOSE,
    RACE_SELECT,
    RACE_DONE,
    RACE_WAIT,
    RACE_ATOMIC,
    RACE_GO,
    RACE_START,
};

/* One operation as the program wrote it. */
struct race_deed {
    enum race_verb verb;
    bool acquires, releases;
    bool after;  /* the access */
    bool edge;   /* part of what the current goroutine knew last of the previous one */
    bool own;    /* in code of the user's, not inside a package of Go's */
    u64 object;  /* address of the mutex, wait group, channel's slot, atomic value */
    u64 goroutine;                 /* RACE_GO, RACE_START */
    u64 from;                      /* who alone had released what was acquired; 0: unknown, or several */
    str call;                      /* "Mutex.Unlock", "channel send" */
    const struct race_frame *site; /* where the program says so; NULL: unknown */
};

struct race_deeds {
    struct race_deed *v; /* oldest first */
    size_t n;
    bool present, complete, counted; /* as in struct race_side */
    u64 releases;
};

struct race_deeds race_deeds_of(struct arena *a, const struct race_side *s);

/* A lock that is held at the access. */
struct race_held {
    const struct race_deed *by;
    bool shared; /* RWMutex.RLock */
};

/* Those held, oldest first; at most max. */
size_t race_held(const struct race_deeds *d, struct race_held *out, size_t max);

/* What the deed is done to, as its line says it: "c.mu", "done"; empty if that cannot be told. */
str race_deed_object(struct arena *a, struct race_source *src, const struct race_deed *d);

/* "Mutex.Unlock of c.mu at x.go:30"; near: as race_place. */
str race_deed_words(struct arena *a, struct race_source *src, str cwd, const struct race_deed *d,
                    struct span near);

/* ":12" in the file of `near`, otherwise "file.go:12"; "an unknown place" if it is one. */
str race_place(struct arena *a, str cwd, struct span s, struct span near);
struct span race_span(const struct race_frame *f);

/* Does a function belong to what carries out synchronisation, or to Go's runtime? */
bool race_in_library(str func);

#endif
