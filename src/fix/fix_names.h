/* fix_names.h: what predeclared names mean where new text is to stand.
 *
 * A package may have a function of its own called len, a file a variable called string, a dot import a type called byte; what a
 * rule writes would then mean that.  Rules need not think of it: all texts are looked at when they are done.
 *
 * Threading: any; reads only.
 */
#ifndef GOMM_FIX_NAMES_H
#define GOMM_FIX_NAMES_H

#include "types/types.h"

/* The first predeclared name in a piece of Go that means something else in the package, or anywhere in the file; empty: all
 * mean what they say.  A name behind a dot is none; a piece may begin or end within anything but a literal or a comment. */
str fix_names_hidden(const struct package *p, const struct file_info *f, str text);

#endif
