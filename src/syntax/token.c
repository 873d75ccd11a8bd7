/* token.c: texts and precedences, from the tables in token.h. */
#include "syntax/token.h"

#define X(name, text) text,
static const char *const token_texts[] = {SYNTAX_TOKENS(X)};
#undef X

#define X(name, text, prec) text,
static const char *const op_texts[] = {SYNTAX_OPERATORS(X)};
#undef X

#define X(name, text, prec) prec,
const u8 op_precs[OP_COUNT] = {SYNTAX_OPERATORS(X)};
#undef X

_Static_assert(ARRAY_LEN(token_texts) == TOK_COUNT, "a text for each token");
_Static_assert(ARRAY_LEN(op_texts) == OP_COUNT, "a text for each operator");

const char *token_text(enum token t)
{
    BUG_IF((u32)t >= TOK_COUNT);
    return token_texts[t];
}

const char *op_text(enum op op)
{
    BUG_IF((u32)op >= OP_COUNT);
    return op_texts[op];
}
