/* unicode.h: which characters are letters, digits, printable, as Go asks.
 *
 * The tables are those of Unicode 15.0, which Go 1.21 to 1.26 use; older versions of Go know
 * fewer letters.  Threading: constant data.
 */
#ifndef GOMM_SYNTAX_UNICODE_H
#define GOMM_SYNTAX_UNICODE_H

#include "base/base.h"

bool unicode_is_letter(u32 r); /* category L; _ is none */
bool unicode_is_digit(u32 r);  /* category Nd */
/* Categories L, M, N, P, S and the ASCII space: what %q and %#U show as they are. */
bool unicode_is_print(u32 r);

#endif
