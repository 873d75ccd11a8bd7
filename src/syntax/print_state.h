/* print_state.h: what print.c (expressions, types, simple statements) and print_file.c share.
 *
 * Threading: a printer is one thread's.
 */
#ifndef GOMM_SYNTAX_PRINT_STATE_H
#define GOMM_SYNTAX_PRINT_STATE_H

#include "syntax/print.h"

struct printer {
    struct strbuf *out;
    const struct ast *f;
    const struct intern *names;
    bool full;       /* everything, so that it can be read again; else the short form */
    u32 indent;      /* of full */
    ast_nodes chain; /* links of chains that nest to the left, so that they cost no recursion */
};

void print_node(struct printer *p, node n);
void print_params(struct printer *p, u32 list, char open, char close);
void print_signature(struct printer *p, node type);
void print_names(struct printer *p, u32 list);
/* In print_file.c: a block, for function literals of the full form. */
void print_block(struct printer *p, node block);

#endif
