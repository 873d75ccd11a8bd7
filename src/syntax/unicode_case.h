/* unicode_case.h: upper case letters, and texts that differ in case only, as Go's unicode.IsUpper
 * and strings.EqualFold see them.  Tables of Unicode 15.0, as unicode.h.  Threading: constant data.
 */
#ifndef GOMM_SYNTAX_UNICODE_CASE_H
#define GOMM_SYNTAX_UNICODE_CASE_H

#include "base/str.h"

bool unicode_is_upper(u32 r); /* category Lu */
/* The smallest code point that r is equal to under simple case folding. */
u32 unicode_fold(u32 r);
bool unicode_equal_fold(str a, str b);
/* Go spec, "Exported identifiers". */
bool unicode_is_exported(str name);

#endif
