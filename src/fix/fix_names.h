/* fix_names.h: names in texts: what predeclared ones mean where new text is to stand, and where a name is spoken of that no tree
 * has.
 *
 * A package may have a function of its own called len, a file a variable called string, a dot import a type called byte; what a
 * rule writes would then mean that.  Rules need not think of it: all texts are looked at when they are done.
 *
 * Threading: any; no state.
 */
#ifndef GOMM_FIX_NAMES_H
#define GOMM_FIX_NAMES_H

#include "types/types.h"

/* The first predeclared name in a piece of Go that means something else in the package, or anywhere in the file; empty: all
 * mean what they say.  A name behind a dot is none; a piece may begin or end within anything but a literal or a comment. */
str fix_names_hidden(const struct package *p, const struct file_info *f, str text);

/* A type as it is written, of basic types, names, pointers, slices, arrays, maps and the empty interface; put_named writes a
 * name, as it is spoken where the text is to stand.  False: it cannot be written so, or put_named said so. */
bool fix_put_type(struct strbuf *b, struct type *t, bool (*put_named)(void *ctx, struct strbuf *b, struct type_named *n), void *ctx);

/* A letter or digit, as the language has them; all beyond ASCII are taken for letters. */
bool fix_is_word(char c);

/* Is the name in the text, as a word of Go or of assembly? */
bool fix_mentions(str text, str name);

/* Is it in a Go or assembly file of the directory that is not known: not part of this build?  *file then: which one (or the
 * directory, if it cannot be read). */
bool fix_mentioned_in(struct arena *a, str dir, str name, bool (*known)(const void *ctx, str path), const void *ctx, str *file);

#endif
