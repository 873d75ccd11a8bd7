/* token.h: Go's tokens and operators, from one table.
 *
 * The grouping follows what the parser asks: binary operators come as TOK_OPERATOR (but `*`,
 * TOK_STAR, which is also unary) with operator and precedence beside the token, `op=` as
 * TOK_ASSIGN_OP, ++ and -- as TOK_INC_OP.  Source: Go spec, "Lexical elements".
 */
#ifndef GOMM_SYNTAX_TOKEN_H
#define GOMM_SYNTAX_TOKEN_H

#include "base/str.h"

/* name, text in messages */
#define SYNTAX_TOKENS(X)          \
    X(EOF, "EOF")                 \
    X(NAME, "name")               \
    X(LITERAL, "literal")         \
    X(OPERATOR, "op")             \
    X(ASSIGN_OP, "op=")           \
    X(INC_OP, "opop")             \
    X(ASSIGN, "=")                \
    X(DEFINE, ":=")               \
    X(ARROW, "<-")                \
    X(STAR, "*")                  \
    X(LPAREN, "(")                \
    X(LBRACK, "[")                \
    X(LBRACE, "{")                \
    X(RPAREN, ")")                \
    X(RBRACK, "]")                \
    X(RBRACE, "}")                \
    X(COMMA, ",")                 \
    X(SEMI, ";")                  \
    X(COLON, ":")                 \
    X(DOT, ".")                   \
    X(DOT_DOT_DOT, "...")         \
    X(BREAK, "break")             \
    X(CASE, "case")               \
    X(CHAN, "chan")               \
    X(CONST, "const")             \
    X(CONTINUE, "continue")       \
    X(DEFAULT, "default")         \
    X(DEFER, "defer")             \
    X(ELSE, "else")               \
    X(FALLTHROUGH, "fallthrough") \
    X(FOR, "for")                 \
    X(FUNC, "func")               \
    X(GO, "go")                   \
    X(GOTO, "goto")               \
    X(IF, "if")                   \
    X(IMPORT, "import")           \
    X(INTERFACE, "interface")     \
    X(MAP, "map")                 \
    X(PACKAGE, "package")         \
    X(RANGE, "range")             \
    X(RETURN, "return")           \
    X(SELECT, "select")           \
    X(STRUCT, "struct")           \
    X(SWITCH, "switch")           \
    X(TYPE, "type")               \
    X(VAR, "var")

enum token {
#define X(name, text) TOK_##name,
    SYNTAX_TOKENS(X)
#undef X
        TOK_COUNT
};
_Static_assert(TOK_COUNT <= 64, "sets of tokens are u64");

/* Precedences of binary operators; unary ones bind tighter. */
enum { PREC_NONE, PREC_OR_OR, PREC_AND_AND, PREC_CMP, PREC_ADD, PREC_MUL };

/* name, text, precedence */
#define SYNTAX_OPERATORS(X)        \
    X(NONE, "", PREC_NONE)         \
    X(DEF, ":", PREC_NONE)         \
    X(NOT, "!", PREC_NONE)         \
    X(RECV, "<-", PREC_NONE)       \
    X(TILDE, "~", PREC_NONE)       \
    X(OR_OR, "||", PREC_OR_OR)     \
    X(AND_AND, "&&", PREC_AND_AND) \
    X(EQL, "==", PREC_CMP)         \
    X(NEQ, "!=", PREC_CMP)         \
    X(LSS, "<", PREC_CMP)          \
    X(LEQ, "<=", PREC_CMP)         \
    X(GTR, ">", PREC_CMP)          \
    X(GEQ, ">=", PREC_CMP)         \
    X(ADD, "+", PREC_ADD)          \
    X(SUB, "-", PREC_ADD)          \
    X(OR, "|", PREC_ADD)           \
    X(XOR, "^", PREC_ADD)          \
    X(MUL, "*", PREC_MUL)          \
    X(DIV, "/", PREC_MUL)          \
    X(REM, "%", PREC_MUL)          \
    X(AND, "&", PREC_MUL)          \
    X(AND_NOT, "&^", PREC_MUL)     \
    X(SHL, "<<", PREC_MUL)         \
    X(SHR, ">>", PREC_MUL)

enum op {
#define X(name, text, prec) OP_##name,
    SYNTAX_OPERATORS(X)
#undef X
        OP_COUNT
};

enum lit { LIT_INT, LIT_FLOAT, LIT_IMAG, LIT_RUNE, LIT_STRING };

const char *token_text(enum token t); /* as in messages: "(", "name", "break" */
const char *op_text(enum op op);
extern const u8 op_precs[OP_COUNT]; /* of operators between operands; PREC_NONE of others */

#endif
