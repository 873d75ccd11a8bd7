/* race_find.h: race events become findings.
 *
 * Two events are one finding if both pairs of accesses are at the same places, and of the same
 * kinds or of the same memory, whichever came first, whichever process saw them; the finding counts them
 * and tells the first, rather one of two writes.  Everything that a finding says was observed in that run: which accesses, which stacks,
 * which releases were and were not acquired.
 *
 * Ownership: findings are in the list's arena and borrow texts of the log.
 * Threading: one thread at a time.
 */
#ifndef GOMM_RACE_FIND_H
#define GOMM_RACE_FIND_H

#include "base/diag.h"
#include "race/race_events.h"
#include "race/race_source.h"

#define RACE_CODE "RACE01"

/* cwd: file names in messages are told relative to it, as the go command does.  src: where to look up what
 * stands at the places; NULL: nowhere. */
void race_find(const struct race_log *log, str cwd, struct race_source *src,
               struct finding_list *out);

/* The import path in a function's name as Go prints it ("gopkg.in/a%2eb.(*T).M"), unescaped. */
str race_package_of(struct arena *a, str func);

/* The frame that a person would call the place of the access: the innermost one outside the Go
 * runtime; NULL for an empty stack. */
const struct race_frame *race_site(const struct race_stack *s);

/* What a frame inside the Go runtime does for its caller ("map write"), or an empty text. */
str race_operation(const struct race_stack *s);

/* "goroutine 7" or "the main goroutine". */
str race_goroutine(struct arena *a, const struct race_access *acc);
str race_goroutine_n(struct arena *a, u64 n, bool is_main);

/* The space-time picture of one race; words[i]: of the deeds of ev->access[i], see race_pattern.h. */
struct race_story;
struct finding_picture *race_picture(const struct race_story *s);

#endif
