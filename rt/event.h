/* event.h: lines of the event file (include/gomm/events.h).
 *
 * json_* append to a text; all but the first start with a comma.  An event is begun by json_start and ended by event_write.
 */
#ifndef GOMM_RT_EVENT_H
#define GOMM_RT_EVENT_H

#include "code.h"
#include "rt_types.h"
#include "text.h"

/* The event file; -1: none. */
extern int event_fd;

/* Opens the event file, if there is to be one, and says who writes. */
void event_init(void);

void json_start(struct text *t, const char *event);
void json_number(struct text *t, const char *name, u64 v);
void json_bool(struct text *t, const char *name, int v);
void json_addr(struct text *t, const char *name, uptr v);
/* Without the leading frames of Go's runtime, if asked. */
void json_stack(struct text *t, const char *name, u32 stack, int skip_runtime);
/* Its innermost frames: what an operation was, and where. */
void json_stack_few(struct text *t, const char *name, u32 stack);
void json_place(struct text *t, const struct place *p);

/* Writes the event and frees the text. */
void event_write(struct text *t);

#endif
