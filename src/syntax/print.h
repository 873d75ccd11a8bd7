/* print.h: expressions and types as the compiler's diagnostics write them
 * (GOROOT/src/cmd/compile/internal/syntax/printer.go, its short form: bodies of function literals and
 * elements of composite literals as …; all else, fields of structs and methods of interfaces too, in full).
 *
 * Ownership: texts go to the caller's buffer or arena.  Threading: any, each with a buffer of its own.
 */
#ifndef GOMM_SYNTAX_PRINT_H
#define GOMM_SYNTAX_PRINT_H

#include "syntax/ast.h"

/* One line: the short form. */
void print_expr(struct strbuf *out, const struct ast *f, const struct intern *names, node x);
str print_expr_str(struct arena *a, const struct ast *f, const struct intern *names, node x);
/* Everything, bodies included, so that reading it gives the same tree; for tests and tools. */
void print_file(struct strbuf *out, const struct ast *f, const struct intern *names);

#endif
