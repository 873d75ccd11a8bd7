/* race_pattern.h: what kind of mistake a race is, where the run and the source show it.
 *
 * A pattern is claimed when its evidence is there: locks and releases that the runtime saw in this run
 * (race_sync.h), and what the source says at and around the two accesses (race_source.h).  Without
 * evidence there is no pattern, and the finding says what is known of the order alone.
 *
 * The patterns are those of Chabbi and Ramanathan, "A Study of Real-World Data Races in Golang" (PLDI 2022), as
 * far as one run and the source around it can show them, and what go.dev/ref/mem warns of.
 *
 * Ownership: as race_find.h.
 */
#ifndef GOMM_RACE_PATTERN_H
#define GOMM_RACE_PATTERN_H

#include "race/race_find.h"
#include "race/race_sync.h"

/* One race while it is told; `first` is the access that gives the finding its place. */
struct race_story {
    struct arena *a;
    str cwd;
    const struct race_event *ev;
    const struct race_access *first, *second;
    struct span first_span, second_span;
    str variable; /* what both access, as the first writes it; empty: not known */
    struct race_source *src;    /* NULL: without sources */
    struct race_deeds deeds[2]; /* of the goroutines of ev->access */
};

enum race_pattern_id {
    RACE_NO_PATTERN,
    RACE_LOCKS_DIFFER,
    RACE_LOCK_MISSING,
    RACE_WRITE_UNDER_RLOCK,
    RACE_LOCK_COPIED,
    RACE_DOUBLE_CHECKED,
    RACE_MIXED_ATOMIC,
    RACE_ADD_INSIDE,
    RACE_RELEASED_EARLY,
    RACE_ACQUIRED_LATE,
    RACE_LOOP_VARIABLE,
    RACE_CAPTURED_ERROR,
    RACE_NAMED_RESULT,
    RACE_CAPTURED,
    RACE_APPEND,
    RACE_MAP,
    RACE_STRUCT_COPY,
    RACE_BUSY_WAIT,
    RACE_SLEEP,
    RACE_PATTERNS,
};

struct race_pattern {
    enum race_pattern_id id;
    str text;         /* what was seen, one sentence */
    struct span span; /* where to look */
};

/* What is the same for all races of a pattern. */
struct race_pattern_info {
    const char *code; /* of gomm explain: "RACE11" */
    const char *rule; /* of the memory model, that applies */
    const char *cure;
};

struct race_pattern race_pattern_of(const struct race_story *s);
const struct race_pattern_info *race_pattern_info(enum race_pattern_id id);

/* The deeds of the goroutine of `first` or `second`. */
const struct race_deeds *race_story_deeds(const struct race_story *s, const struct race_access *acc);

#endif
