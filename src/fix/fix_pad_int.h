/* fix_pad_int.h: the inside of fix_pad.h.
 *
 *   fix_pad.c         padding in structs: between fields, at the end
 *   fix_pad_order.c   fields in another order
 *   fix_pad_wrap.c    values and elements that get a struct with padding around them, and all that speaks of them
 *   fix_pad_refuse.c  structs whose layout is somebody else's business
 *
 * Threading: as fix_pad.h. */
#ifndef GOMM_FIX_PAD_INT_H
#define GOMM_FIX_PAD_INT_H

#include "fix/fix_pad.h"
#include "fix/fix_tree.h"

/* A finding at work. */
struct fix_pad_work {
    const struct share_places *p;
    struct arena *a;
    const struct share_case *c;
    u32 line;
    bool front;
    struct fix_edits *out;
    struct fix_pad *pad;
};

str fix_pad_name(const struct fix_pad_work *d, const struct obj *o);
/* No edit: why.  Always false. */
bool fix_pad_no(struct fix_pad_work *d, const char *fmt, ...) BASE_PRINTF(2, 3);

/* Bytes of padding behind `size` bytes: a line less the last word that they touch. */
u32 fix_pad_bytes(const struct fix_pad_work *d, i64 size);
/* "_ [56]byte", or "_ cpu.CacheLinePad" where the file has that. */
str fix_pad_field(const struct fix_pad_work *d, const struct fix_tree *t, i64 size);
/* Do the predeclared names of all edits mean what they say?  If not, that is why there are none. */
bool fix_pad_names_hold(struct fix_pad_work *d);
/* The goroutines of the busiest round that use a part, as a set. */
u64 fix_pad_users(const struct fix_pad_work *d, const struct share_part *q);
/* Must they come apart: have they different users, or the same that never use both at once? */
bool fix_pad_apart(const struct fix_pad_work *d, const struct share_part *x, const struct share_part *y);
/* The step at which the parts' ways part: the same struct, different fields.  -1: they never do. */
i32 fix_pad_fork(const struct share_part *x, const struct share_part *y);
/* The number of the field in the struct, UINT32_MAX: it has none such. */
u32 fix_pad_field_index(struct type *in, const struct obj *field);
/* Does a written part lie on the line of the struct's first byte, where others than its users may check for nil? */
bool fix_pad_fronted(const struct share_case *c, u32 line);
/* "Stats grows from 16 to 128 bytes" */
str fix_pad_size_words(const struct fix_pad_work *d, str name, i64 before, i64 after);

/* Where a struct type is declared. */
struct fix_pad_decl {
    struct fix_tree *tree;
    node type; /* STRUCT_TYPE */
};
bool fix_pad_find(const struct share_places *p, const struct type_named *s, struct fix_pad_decl *out, str *why);
/* The struct may be changed: it is the program's own, and nothing forbids it. */
bool fix_pad_open(struct fix_pad_work *d, struct type *t, struct type_named **n, struct fix_pad_decl *s);
/* The tree of the file in which something of the main module is declared; NULL: it is not, or in no file of a person's. */
struct fix_tree *fix_pad_tree(const struct share_places *p, u32 at, str *why);
/* The same declaration, in p or in "p [p.test]", of an instance or not. */
bool fix_pad_same(const struct obj *a, const struct obj *b);
/* "x.go:12" */
str fix_pad_at(const struct share_places *p, u32 at);

/* The package of the qualified function or type that is called ("encoding/binary", "unsafe"), and its name; empty: none. */
str fix_pad_callee(const struct share_places *p, const struct file_info *f, node call, str *name);

/* What forbids to put padding into a struct: what C, the kernel, a file or a peer knows of its layout, code that counts its
 * bytes or prints all of its fields, literals without keys in other packages, conversions.  Empty: nothing that can be seen. */
str fix_pad_forbidden(const struct share_places *p, const struct type_named *s);
/* What forbids to change its fields or their order, besides: literals without keys anywhere, tags, encoders. */
str fix_pad_ordered(const struct share_places *p, const struct type_named *s);

/* A struct as it will be, from its first byte: a field as it is (field UINT32_MAX: none), then so many bytes of padding. */
struct fix_pad_item {
    u32 field;
    i64 padding;
};
/* Stay 64-bit integers aligned for atomic operations where words have 32 bits?  If not, that is why it is refused. */
bool fix_pad_aligned(struct fix_pad_work *d, struct type_struct *st, const struct fix_pad_item *v, u32 n);

/* Literals without keys in the struct's own package: each place at which a value for a new field behind field `after`
 * (FIX_PAD_FRONT: before all) must be put.  Appends insertions of text. */
enum { FIX_PAD_FRONT = 0x7fffffff };
void fix_pad_literals(const struct share_places *p, const struct type_named *s, u32 after, str text, struct fix_edits *out);

/* The origin of an instance. */
struct type_named *fix_pad_origin(struct type *t);

/* The elements of a slice or array that is the variable or field `holder`, of type elem, each in a struct of a line. */
bool fix_pad_wrap_elements(struct fix_pad_work *d, const struct obj *holder, struct type *elem);
/* The package variables of the finding, each in a struct with padding on both sides. */
bool fix_pad_wrap_globals(struct fix_pad_work *d);

#endif
