/* quoted.h: word lists as the go command writes them in GOFLAGS, CC and -toolexec.
 *
 * The rules are those of GOROOT/src/cmd/internal/quoted: words are separated by space, tab,
 * newline or carriage return; a word that begins with ' or " ends at the same quote; there
 * are no escapes, and quotes inside a word are ordinary bytes.
 *
 * Ownership: results are in the arena (split words are slices of the input).
 */
#ifndef GOMM_BASE_QUOTED_H
#define GOMM_BASE_QUOTED_H

#include "base/err.h"
#include "base/str.h"

/* The words of s: *n of them at *words. */
bool quoted_split(struct arena *a, str s, str **words, size_t *n, struct err *e);
/* A text that splits into these words; fails for a word that holds both kinds of quote. */
bool quoted_join(struct arena *a, const str *words, size_t n, str *out, struct err *e);

#endif
