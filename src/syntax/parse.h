/* parse.h: from the text of a file to its tree.
 *
 * The parser never fails: what it cannot make sense of becomes AST_BAD or is skipped, and an entry
 * in ast.errors with the compiler's words at the compiler's position
 * (GOROOT/src/cmd/compile/internal/syntax/parser.go).
 *
 * No node is higher than PARSE_DEPTH: that many links of a chain such as a+b+c+..., x.f().g()....,
 * which nest to the left, and at most PARSE_NESTING of what costs the parser stack: parentheses,
 * brackets, braces, unary operators, types within types, statements within statements (the links
 * of else if count only for the height, function types twice).  Beyond that there is an error and the rest of the
 * file is not read.
 *
 * Ownership: the tree and its arrays are in the given arena.  Threading: any number of parsers at
 * once, with an arena each; names go to one interner.
 */
#ifndef GOMM_SYNTAX_PARSE_H
#define GOMM_SYNTAX_PARSE_H

#include "syntax/ast.h"
#include "syntax/source.h"

enum { PARSE_DEPTH = 10000, PARSE_NESTING = 1000 };

enum parse_mode {
    PARSE_ALL = 0,
    PARSE_IMPORTS = 1,     /* stop after the import declarations */
    PARSE_NO_BODIES = 2,   /* bodies of top-level functions are skipped (AST_FLAG_SKIPPED) */
    PARSE_COMMENTS = 4,    /* keep comments */
    PARSE_EVERY_ERROR = 8, /* also a second syntax error in a line, which the compiler hides */
};

struct ast *parse_file(struct arena *a, struct intern *names, struct source *src, u32 mode);

/* What is known to be not wanted, in the order of the text.  Between braces, offsets of { and }: bodies of top-level
 * functions (AST_FLAG_SKIPPED) and of literals, which are empty then, and elements of composite literals, which have
 * none.  Or top-level declarations, offsets of the first one's keyword and of what follows: EMPTY nodes instead.  What
 * does not fit the text has no effect. */
struct parse_skip {
    u32 open, close;
    u32 length; /* of the array, where a literal's elements say it ([...]T{}); number of declarations */
};
struct parse_skips {
    const struct parse_skip *v;
    u32 n;
};
struct ast *parse_file_without(struct arena *a, struct intern *names, struct source *src, u32 mode,
                               struct parse_skips skips);

#endif
