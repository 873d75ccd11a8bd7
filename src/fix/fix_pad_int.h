/* fix_pad_int.h: what fix_pad.c and fix_pad_refuse.c share.  Threading: as fix_pad.h. */
#ifndef GOMM_FIX_PAD_INT_H
#define GOMM_FIX_PAD_INT_H

#include "fix/fix_pad.h"
#include "fix/fix_tree.h"

/* What forbids to change the layout of a struct: what C, the kernel, a file or a peer knows of it, code that counts its
 * bytes, literals without keys in other packages.  Empty: nothing that can be seen. */
str fix_pad_forbidden(const struct share_places *p, const struct type_named *s);

/* Literals without keys in the struct's own package: each place at which a value for a new field behind field `after`
 * must be put.  Appends insertions of text. */
void fix_pad_literals(const struct share_places *p, const struct type_named *s, u32 after, str text, struct fix_edits *out);

/* Where a struct type is declared. */
struct fix_pad_decl {
    struct fix_tree *tree;
    node decl, type; /* TYPE_DECL, STRUCT_TYPE */
};
bool fix_pad_find(const struct share_places *p, const struct type_named *s, struct fix_pad_decl *out, str *why);

/* The origin of an instance. */
struct type_named *fix_pad_origin(struct type *t);

#endif
