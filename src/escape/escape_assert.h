/* escape_assert.h: what the source asserts: //gomm:noescape and //gomm:noalloc.
 *
 * //gomm:noescape above a function: nothing that the function makes goes to the heap.  At the end of a line, or on a line
 * of its own above one: nothing that stands in that line does.  //gomm:noalloc above a function: calling it allocates
 * nothing, whatever it calls included; what cannot be known (interface methods, function values) counts as allocating.
 *
 * Assumed not to allocate: functions without a Go body, the runtime's part of what the compiler generates for panics,
 * and arguments of panic.
 *
 * Threading: one thread; needs units that were kept.
 */
#ifndef GOMM_ESCAPE_ASSERT_H
#define GOMM_ESCAPE_ASSERT_H

#include "escape/escape_find.h"

#define ESCAPE_NOESCAPE_CODE "ESC20"
#define ESCAPE_NOALLOC_CODE  "ESC21"

/* Adds a finding (a warning) for each assertion of the unit's package that does not hold. */
void escape_assertions(struct escape *e, struct ir_unit *u, const struct escape_site *sites, u32 n,
                       struct finding_list *out);

#endif
