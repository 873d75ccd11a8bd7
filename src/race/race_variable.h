/* race_variable.h: patterns that the source shows: which variable two accesses are of, whose it is, what
 * stands around them.  See race_pattern.h.
 *
 * The functions give false when they see no such thing, or cannot see the source.
 */
#ifndef GOMM_RACE_VARIABLE_H
#define GOMM_RACE_VARIABLE_H

#include "race/race_pattern.h"

/* Is the mutex that `text` locks at site a part of a parameter or receiver that was passed by value? */
bool race_lock_is_copy(const struct race_story *s, const struct race_frame *site, str text);
/* Does the access check, as an if's condition, what is checked again inside, under a lock? */
bool race_is_double_checked(const struct race_story *s, const struct race_access *acc);
/* Does the function that acc's goroutine began with call Add of the WaitGroup whose Wait is at site? */
bool race_adds_inside(const struct race_story *s, const struct race_access *acc,
                      const struct race_frame *wait, struct span *add);

/* The one variable that both accesses are of, as the first line writes it: "n", "c.n"; empty: not known. */
str race_variable_text(const struct race_story *s);

bool race_variable_loop(const struct race_story *s, struct race_pattern *out);
/* Errors and named results that closures share. */
bool race_variable_closure(const struct race_story *s, struct race_pattern *out);
/* The same map in both lines, changed in one: where accesses inside of it are told of as memory. */
bool race_variable_map(const struct race_story *s, struct race_pattern *out);
bool race_variable_append(const struct race_story *s, struct race_pattern *out);
/* The one who started the goroutine accesses before it waits for it. */
bool race_variable_late(const struct race_story *s, struct race_pattern *out);
bool race_variable_wait(const struct race_story *s, struct race_pattern *out);
bool race_variable_sleep(const struct race_story *s, struct race_pattern *out);
bool race_variable_copy(const struct race_story *s, struct race_pattern *out);
bool race_variable_captured(const struct race_story *s, struct race_pattern *out);

#endif
