/* layout_rows.h: a struct type as a table: fields and holes in the order of memory, cache lines, the best order of fields.
 *
 * Ownership: in the arena that is given.  Threading: none.
 */
#ifndef GOMM_TYPES_LAYOUT_ROWS_H
#define GOMM_TYPES_LAYOUT_ROWS_H

#include "types/types.h"

/* A field, or a hole (field NULL); bytes. */
struct layout_row {
    const struct obj *field;
    i64 offset, size;
    u32 depth; /* of fields of fields */
};

typedef VEC(struct layout_row) layout_rows;

/* Bytes of a cache line, as the runtime counts them (CacheLinePadSize of GOROOT/src/internal/cpu). */
u32 layout_line(str goarch);

/* The rows of a type, none if it is no struct or too large.  deep: fields of fields too.  The type must not depend on type
 * parameters (layout_varies). */
void layout_collect(const struct sizes *s, struct arena *a, layout_rows *rows, struct type *t, bool deep);
/* Bytes of the outermost struct's holes. */
i64 layout_padding(const layout_rows *rows);

/* The size with the fields in the best order; order gets their indices, room for s->n.  Empty fields come first, since one at
 * the end costs a byte; then by falling alignment, which leaves holes only at the end. */
i64 layout_best(const struct sizes *s, struct arena *a, struct type_struct *t, u32 *order);

#endif
