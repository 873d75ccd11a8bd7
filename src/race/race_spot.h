/* race_spot.h: one line of the source and what stands in it.
 *
 * Ownership: spots borrow from their race_source; texts are in the arena that is passed.
 * Threading: as race_source.h.
 */
#ifndef GOMM_RACE_SPOT_H
#define GOMM_RACE_SPOT_H

#include "base/diag.h"
#include "race/race_source.h"
#include "types/types.h"

/* A line of a file. */
struct race_spot {
    struct program *prog;
    struct package *pkg;
    const struct file_info *file;
    u32 line, from, to; /* [from, to) are the positions of its bytes */
    node func;          /* innermost function that it lies in, or 0 */
};

bool race_spot_at(struct race_source *s, str file, u32 line, struct race_spot *out);

/* Nodes of that kind that start, or whose operator stands, in the line; *at is where to go on, from 1.  0:
 * no more. */
node race_spot_next(const struct race_spot *s, u32 kind, node *at);
/* Does a node lie inside of another one? */
bool race_spot_inside(const struct race_spot *s, node inner, node outer);
str race_spot_text(struct arena *a, const struct race_spot *s, node n);
u32 race_spot_line(const struct race_spot *s, pos p);

/* X of the one call X.method() in the line, or the argument of atomic.method(&X, …); empty: none, or
 * several different ones. */
str race_spot_receiver(struct arena *a, const struct race_spot *s, str method);
/* The channel of the one send, receive or close in the line. */
str race_spot_channel(struct arena *a, const struct race_spot *s, bool send, bool close);

#endif
