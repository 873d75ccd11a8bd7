/* fix_tree.h: what synthesis asks of a file's tree: parents, exact ends, what is done with a variable.
 *
 * The tree's own ends (ast_end) are the compiler's, which leave closing brackets out; edits need them.
 *
 * Ownership: in the arena given.  Threading: read only, but for the arena.
 */
#ifndef GOMM_FIX_TREE_H
#define GOMM_FIX_TREE_H

#include "types/types.h"

struct fix_tree {
    struct arena *arena;
    const struct package *pkg;
    const struct file_info *f;
    const struct ast *ast;
    u32 file;     /* in pkg->files */
    node *parent; /* by node; 0: a declaration */
    bool generated; /* "Code generated ... DO NOT EDIT." (go.dev/s/generatedcode) */
};

/* NULL if the file is not one that a person wrote and that is on the disk as it was parsed (cgo's, for example). */
struct fix_tree *fix_tree_new(struct arena *a, const struct package *p, u32 file);

/* The first byte, and the one behind the last, of an expression, type, statement or block. */
pos fix_start(const struct fix_tree *t, node n);
pos fix_end(const struct fix_tree *t, node n);
str fix_text(const struct fix_tree *t, node n); /* as it is written */
str fix_range(const struct fix_tree *t, pos from, pos to);

/* The statement in a list of statements that n is, or is part of: 0 for none.  A function literal's statements are its
 * own. */
node fix_stmt(const struct fix_tree *t, node n);
node fix_func(const struct fix_tree *t, node n);     /* FUNC_DECL or FUNC_LIT around it */
node fix_func_decl(const struct fix_tree *t, node n); /* the declaration around it; 0: none */
node fix_loop(const struct fix_tree *t, node n);     /* the innermost FOR around it in its function, of which it is not the head; 0 */
bool fix_within(const struct fix_tree *t, node n, node outer);
str fix_indent(const struct fix_tree *t, node stmt); /* white space before the line that it begins */
/* Where the lines of comment begin that stand directly before a declaration; its own first byte if there are none. */
pos fix_comment_start(const struct fix_tree *t, node decl);
/* Does any comment or newline lie in the text between the two? */
bool fix_has_comment(const struct fix_tree *t, pos from, pos to);

/* The object of a NAME, through parentheses; NULL. */
struct obj *fix_obj(const struct fix_tree *t, node x);
struct type *fix_type(const struct fix_tree *t, node x);
/* Is it the call of the function `name` of the package at `path`? */
bool fix_is_call(const struct fix_tree *t, node n, const char *path, const char *name);
bool fix_is_func(const struct fix_tree *t, const struct obj *o, const char *path, const char *name);
bool fix_is_builtin(const struct fix_tree *t, node call, const char *name);
bool fix_is_unsafe_call(const struct fix_tree *t, node call); /* of package unsafe: unsafe.SliceData(s) */
/* Is x what the call appends to: append(x, ...)?  And is what a call gives assigned to v: v = append(v, ...)? */
bool fix_is_appended_to(const struct fix_tree *t, node x, node call);
bool fix_is_given_to(const struct fix_tree *t, node call, const struct obj *v);
bool fix_name_is(const struct fix_tree *t, name_id id, const char *text);

/* What is done with a local variable or parameter in the whole file. */
struct fix_uses {
    node *v; /* NAMEs, the declaration's among them, in the order of the nodes */
    u32 n;
};
struct fix_uses fix_uses_of(const struct fix_tree *t, const struct obj *o);

enum fix_use {
    FIX_USE_READ,     /* its value is taken */
    FIX_USE_DECLARE,  /* x := ..., var x, parameter, range x := */
    FIX_USE_ASSIGN,   /* x = ..., x++, x op= ..., range x = */
    FIX_USE_ADDRESS,  /* &x, or a method with a pointer receiver, or x[:] of an array */
    FIX_USE_PART,     /* x.f or x[i] of a struct or array is assigned, or has its address taken */
};
enum fix_use fix_use_of(const struct fix_tree *t, node name);
/* Is the address of x or of a part of it taken there: &x, &x.f, x[:] of an array, a method with a pointer receiver? */
bool fix_is_addressed(const struct fix_tree *t, node x);
/* A variable of this function that only it itself changes and whose address nobody has: nothing that is called can change it. */
bool fix_is_private(const struct fix_tree *t, const struct obj *o);
/* Has evaluating x no effect, and can nothing that happens beside change what it gives: constants, private variables,
 * operators and conversions of such that cannot panic? */
bool fix_is_plain(const struct fix_tree *t, node x);
/* Does x call anything (conversions, len, cap and such aside), receive, or hold a function literal? */
bool fix_has_calls(const struct fix_tree *t, node x);
/* Is there a statement of a kind, with an operation, within x: AST_BRANCH and TOK_GOTO, AST_CALL_STMT and TOK_DEFER? */
bool fix_has_stmt(const struct fix_tree *t, node x, u32 kind, u32 op);

/* The first of some names, "buf text out", that the function declared at `decl` has nowhere, nor the package; empty: none. */
str fix_free_name(const struct fix_tree *t, node decl, str names);
/* A name that no file of the program has: base, base2, ...; empty: all are taken. */
str fix_new_name(const struct fix_tree *t, str base);

#endif
