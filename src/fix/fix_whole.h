/* fix_whole.h: what rules ask that change more than one place: of all files of a package, its tests and its external tests.
 *
 * Ownership: in the arena of the search.  Threading: as fix_find.h.
 */
#ifndef GOMM_FIX_WHOLE_H
#define GOMM_FIX_WHOLE_H

#include "fix/fix_find.h"

struct fix_whole {
    const struct fix_find *f;
    struct fix_tree *const *trees; /* of the package with its tests, whose objects these are; then of the external tests */
    u32 n;
};

bool fix_is_test(const struct fix_tree *t);
/* Can other packages speak of it?  Fields and variables as well as functions. */
bool fix_is_seen_outside(const struct obj *o);
/* Which of the trees declares it; NULL: none, it is not ours to change. */
const struct fix_tree *fix_whole_tree(const struct fix_whole *w, const struct obj *o);
/* May something speak of it that no tree has: the linker, assembly, a file that is not part of this build? */
bool fix_whole_is_hidden(const struct fix_whole *w, const struct obj *o);

/* Has an interface of the package a method of this name?  If not, and if it is not exported, a method of that name is called
 * by none. */
bool fix_whole_in_interface(const struct fix_whole *w, name_id name);

/* Calls visit for each mention of it in any tree, its declaration among them; false as soon as visit says so, or a mention is in
 * generated text. */
bool fix_whole_each(const struct fix_whole *w, const struct obj *o, bool (*visit)(void *ctx, const struct fix_tree *t, node name),
                    void *ctx);

/* Calls look for each declaration of a function or method that is neither a test's nor generated. */
void fix_whole_funcs(const struct fix_whole *w, void (*look)(const struct fix_whole *w, const struct fix_tree *t, node decl));

/* The variable, field or function that an expression names; NULL. */
struct obj *fix_named(const struct fix_tree *t, node e);
/* The parent without parentheses; *e becomes what stands in it. */
node fix_above(const struct fix_tree *t, node *e);
/* A name as it is spoken: x of p.x is p.x. */
node fix_spoken(const struct fix_tree *t, node name);
/* What stands on the other side of an assignment, of left[i] right[i].  0: nothing that fits. */
node fix_across(const struct fix_tree *t, node assign, node e);
/* The ASSIGN or VAR_DECL of a list. */
node fix_list_owner(const struct fix_tree *t, node p);
/* var x, y = e, f: the name that a value is for, or the value of a name; 0: none. */
node fix_declared_with(const struct fix_tree *t, node decl, node e);

/* How a type is written at the top level of a file; false: it cannot be.  What it needs that the file does not import is
 * added, if it is a package of std. */
bool fix_type_text(const struct fix_tree *t, struct type *type, struct fix_edits *e, str *out);

#endif
