/* intern.h: each distinct string once, known by a 32-bit id.
 *
 * Id 0 is the empty string.  Ids are given out in the order of first use; with several threads
 * that order is not the same in each run, so compare ids for equality and sort by text.
 *
 * Ownership: the interner copies each new string into its own memory, which lives until
 * intern_free.  Threading: intern_id and intern_str from any number of threads at once.
 */
#ifndef GOMM_BASE_INTERN_H
#define GOMM_BASE_INTERN_H

#include "base/str.h"

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *in);
u32 intern_id(struct intern *in, str s);
/* The string of an id that this interner gave out, followed by a NUL. */
str intern_str(const struct intern *in, u32 id);
/* The id of s if it is interned already, otherwise 0. */
u32 intern_lookup(struct intern *in, str s);
u32 intern_count(const struct intern *in); /* ids 0 .. count-1 exist */
/* A number that no other interner of this process has or had, never 0: for caches of ids. */
u64 intern_serial(const struct intern *in);

#endif
