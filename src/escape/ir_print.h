/* ir_print.h: what ir_print.c and ir_print_type.c share, and what names of instances are made of.  See ir.h for the
 * entries that everybody uses.
 */
#ifndef GOMM_ESCAPE_IR_PRINT_H
#define GOMM_ESCAPE_IR_PRINT_H

#include "escape/ir.h"
#include "escape/profile.h"

/* "p." before names of other packages than the unit's; nothing otherwise. */
void ir_write_pkg(struct strbuf *out, struct ir_unit *u, const struct package *p);
void ir_write_pkg_name(struct strbuf *out, struct ir_unit *u, const struct package *p);
/* The path that the compiler was given with -p. */
str ir_link_path(const struct package *p);
/* As types.Type.LinkString writes a type: by paths, without aliases; identical types alike. */
void ir_write_link_type(struct strbuf *out, struct ir_unit *u, struct type *t);
/* "[int,string]" behind the names of instances (readerDict.mangle); the first `implicits` arguments, of the function
 * around a local type, end in a semicolon. */
void ir_write_targs(struct strbuf *out, struct ir_unit *u, struct type *const *targs, u32 n, u32 implicits);
/* Does the compiler know the type by a symbol: is it named, or predeclared? */
bool ir_type_has_sym(struct ir_unit *u, struct type *t);
/* The number that tells types declared in functions apart, counted through the package (noder/writer.go, typegen);
 * 0: it is not known. */
u32 ir_local_type_number(struct ir_unit *u, const struct obj *o);

#endif
