/* fix_edit.h: changes of source texts: a set of edits over files, the texts that come of it, their diff.
 *
 * An edit replaces the bytes from .. to of a file.  Edits of one file must not overlap; insertions at one place are
 * made in the order in which they were added.  What an edit does to the file's imports is said apart (fix_edit_import),
 * because it depends on all edits that are made together: an import is added once, and dropped with its last use.
 *
 * Texts are as gofmt leaves them: a file that was formatted before is formatted afterwards (fix_format).
 *
 * Ownership: texts are in the arena that was given, or the caller's.  Threading: a set is one thread's at a time.
 */
#ifndef GOMM_FIX_EDIT_H
#define GOMM_FIX_EDIT_H

#include "base/diag.h"
#include "base/err.h"
#include "base/vec.h"
#include "syntax/ast.h"
#include "syntax/source.h"

struct fix_edit {
    const struct source *src;
    u32 from, to; /* offsets in its text; from == to inserts */
    str text;     /* may be empty */
};

/* "strconv" is needed by what was put into the file; or a use of it was taken out. */
struct fix_edit_import {
    const struct source *src;
    str path;
    bool add;
};

struct fix_edits {
    struct arena *arena; /* set before the first use */
    VEC(struct fix_edit) v;
    VEC(struct fix_edit_import) imports;
};

/* Positions as the tree has them (syntax/source.h), in one file. */
void fix_edit_replace(struct fix_edits *e, const struct source *src, pos from, pos to, str text);
void fix_edit_insert(struct fix_edits *e, const struct source *src, pos at, str text);
void fix_edit_needs(struct fix_edits *e, const struct source *src, str import_path);
void fix_edit_drops(struct fix_edits *e, const struct source *src, str import_path);
/* All edits of b to a; false, and a as it was, if any of them overlap. */
bool fix_edits_join(struct fix_edits *a, const struct fix_edits *b);
bool fix_edits_overlap(const struct fix_edits *a, const struct fix_edits *b);

/* A file whose text changes. */
struct fix_file {
    const struct source *src;
    str path;
    str before, after;
};
typedef VEC(struct fix_file) fix_files;

/* The files with their new texts, sorted by path.  False if edits overlap, or an import cannot be had: *e says which. */
bool fix_edits_apply(const struct fix_edits *e, struct arena *a, fix_files *out, struct err *err);

/* Has gofmt format the new texts of those files whose old ones it would leave as they are.  False if gofmt cannot be run or
 * takes a new text for no Go. */
bool fix_format(struct arena *a, const char *gofmt, fix_files *files, struct err *e);
/* The gofmt that belongs to a Go: in goroot/bin, else on PATH. */
bool fix_find_gofmt(struct arena *a, str goroot, const char **out, struct err *e);

/* The difference as `diff -u` writes it, with three lines around each change; nothing if there is none.  Names stand
 * behind "a/" and "b/", so that `patch -p1` and `git apply` take it.
 * Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1986. */
void fix_diff(struct strbuf *out, str name, str before, str after);
/* Of all files, named relative to dir. */
str fix_files_diff(struct arena *a, str dir, const fix_files *files);

/* The edits as parts of a finding's fix, and the fix's diff (of the formatted files). */
void fix_edits_finding(const struct fix_edits *e, str dir, const fix_files *files, struct finding_list *list,
                       struct finding *f);

#endif
