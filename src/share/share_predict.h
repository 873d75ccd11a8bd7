/* share_predict.h: what pulling the variables of a line apart would give a benchmark: from what was observed of it, and a
 * replay on this machine (share_replay.h).
 *
 * Ownership: texts are in the arena.  Threading: one at a time.
 */
#ifndef GOMM_SHARE_PREDICT_H
#define GOMM_SHARE_PREDICT_H

#include "share/share_find.h"
#include "share/share_replay.h"

enum share_prediction_kind {
    SHARE_PREDICT_NONE,     /* no benchmark with a time of its own, or nothing to be pulled apart */
    SHARE_PREDICT_UNKNOWN,  /* could not be measured: why says what hindered */
    SHARE_PREDICT_HARMLESS, /* less than SHARE_HARMLESS is to be gained */
    SHARE_PREDICT_GAIN,
};

/* A gain that is not worth a word. */
#define SHARE_HARMLESS 0.03

struct share_prediction {
    enum share_prediction_kind kind;
    const struct share_seen *seen;
    double before;           /* ns/op as it is */
    double after, low, high; /* ns/op with the variables apart: median, and the range */
    struct share_replayed replay; /* zeros: none was needed, or possible */
    double accesses;         /* of the line, in an operation, by the goroutine that has most */
    str why;
};

/* For one benchmark. */
void share_predict(struct arena *a, const struct share_part_of *run, struct share_prediction *out);

#endif
