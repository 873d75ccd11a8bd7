/* fix_import.h: imports of a file that changes.
 *
 * Threading: any, each with texts of its own.
 */
#ifndef GOMM_FIX_IMPORT_H
#define GOMM_FIX_IMPORT_H

#include "base/err.h"
#include "types/types.h"

/* Makes the text's imports fit: with add the path is imported, by its own name; without, the import goes if nothing
 * speaks of it any more.  False if that cannot be done: the text cannot be parsed. */
bool fix_import_settle(struct arena *a, str path, str *text, str import_path, bool add, struct err *e);

/* By what name a package of std, whose name is the last part of its path, can be spoken of anywhere in a file: the one
 * under which the file imports it; its own, if that means nothing else there (then it must be added); empty: by none. */
str fix_import_name(struct arena *a, const struct package *p, const struct file_info *f, str import_path);

#endif
