/* ast_dump.h: a tree as text, for golden tests and for looking at it.
 *
 * A line a node, children indented below it: kind, operator or name or literal, flags, and with
 * positions its line:column.  Threading: any.
 */
#ifndef GOMM_SYNTAX_AST_DUMP_H
#define GOMM_SYNTAX_AST_DUMP_H

#include "syntax/ast.h"

void ast_dump(struct strbuf *out, const struct ast *f, const struct intern *names, bool positions);
void ast_dump_node(struct strbuf *out, const struct ast *f, const struct intern *names, node n,
                   bool positions);
const char *ast_kind_name(u32 kind);

#endif
