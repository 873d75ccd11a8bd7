/* parse_state.h: the parser's inside: its state, and what its files offer each other.
 *
 *   lex.c          characters to tokens; lex_literal.c: literals and their errors
 *   parse.c        a file from start to end, lists, names, growing arrays
 *   parse_error.c  messages, the order and choice of errors
 *   parse_decl.c   declarations; parse_type.c: types, parameters; parse_expr.c; parse_stmt.c
 *   parse_build.c  the language version of a //go:build line
 *
 * Grammar, error texts, error positions and recovery follow
 * GOROOT/src/cmd/compile/internal/syntax/{scanner,parser}.go of Go 1.26.
 *
 * Ownership: a parser lives while parse_file runs; its arrays lie in scratch memory and are copied
 * to the tree's arena at the end.  Threading: one thread a parser.
 */
#ifndef GOMM_SYNTAX_PARSE_STATE_H
#define GOMM_SYNTAX_PARSE_STATE_H

#include "syntax/parse.h"

/* What a TOK_SEMI was in the text. */
enum lex_semi { LEX_SEMICOLON, LEX_NEWLINE, LEX_EOF };

typedef VEC(struct ast_comment) parse_comments;
typedef VEC(struct ast_directive) parse_directives;
typedef VEC(struct ast_error) parse_errors;

/* More errors than anyone wants to see are counted only, so that rubbish does not fill the memory. */
enum { PARSE_ERRORS = 1000 };

struct parser {
    /* The current token. */
    u8 tok;      /* enum token */
    u8 op;       /* enum op, of TOK_OPERATOR, TOK_STAR, TOK_ASSIGN_OP, TOK_INC_OP */
    u8 prec;     /* of a binary operator; 0 for every other token */
    u8 lit;      /* enum lit of TOK_LITERAL, enum lex_semi of TOK_SEMI */
    bool bad;    /* of TOK_LITERAL: it is malformed */
    bool nlsemi; /* a newline after this token is a semicolon */
    pos pos;
    u32 len;      /* bytes of a name or literal */
    name_id name; /* of TOK_NAME */

    /* The text; text[n] is 0, and SOURCE_PAD bytes behind it may be read. */
    const u8 *at; /* behind the token */
    const u8 *text, *end;
    pos base;

    /* The tree as it grows. */
    struct ast_node *nodes;
    u32 n_nodes, cap_nodes;
    u32 n_extra, cap_extra;
    u32 *extra;
    u32 *stack; /* elements of lists that are still open */
    u32 sp, cap_stack;

    i32 xnest; /* depth in expressions, -1 in the header of a statement: is T{ a literal? */
    u32 fnest; /* depth in functions: where to go on after an error */
    u32 depth; /* nesting, at most PARSE_NESTING */
    u32 deepest;
    u32 chained; /* links of long chains such as a+b+c+..., which nest to the left */
    u32 pending; /* first directive that belongs to no declaration yet */
    bool too_deep;
    bool top;    /* before the package clause */

    struct arena *a, *tmp;
    struct intern *names;
    struct source *src;
    u32 mode;
    struct parse_skips skips; /* those that are still to come */
    u32 errcnt; /* also of those that are not kept */
    struct {
        pos from, to; /* the line of the last syntax error, and of the last other one; to 0: none */
        str text;
    } last_syntax, last_other;
    str go_version;
    parse_comments comments;
    parse_directives directives;
    parse_errors errors;
};

/* ---- lex.c ---- */

void lex_start(struct parser *p);
void lex_next(struct parser *p);
/* With the current token the { of a body: goes to its }, which becomes the current token, without
 * looking at what lies between.  False, and nothing done, if there is none. */
bool lex_skip_body(struct parser *p);
/* The same where p->skips says that the body ends; false: it says nothing of this one. */
bool lex_skip_known(struct parser *p);
/* At the keyword of a declaration: goes on behind those that p->skips says are not wanted; how many they are. */
u32 lex_skip_declarations(struct parser *p);
/* Nothing more comes. */
void lex_stop(struct parser *p);
/* Width of the UTF-8 sequence at s (which a NUL ends), 0 if it is none, and its character. */
u32 lex_rune(const u8 *s, u32 *rune);
/* From s on over bytes that are no characters (NUL, bad UTF-8, BOM), with an error for each. */
const u8 *lex_junk(struct parser *p, const u8 *s);

/* ---- lex_literal.c: p->at is behind what is given; they set the token ---- */

void lex_number(struct parser *p, const u8 *start, bool point);
void lex_rune_literal(struct parser *p, const u8 *start);
void lex_string(struct parser *p, const u8 *start);
void lex_raw_string(struct parser *p, const u8 *start);

static inline pos lex_pos(const struct parser *p, const u8 *s)
{
    return p->base + (u32)(s - p->text);
}

static inline const u8 *lex_at(const struct parser *p, pos at)
{
    return p->text + (at - p->base);
}

/* ---- parse.c ---- */

void parse_grow_nodes(struct parser *p);
void parse_grow_stack(struct parser *p);
void parse_grow_extra(struct parser *p, u32 more);

static inline node parse_node(struct parser *p, u8 kind, u8 op, u16 flags, pos at, u32 a, u32 b)
{
    u32 n = p->n_nodes;

    if (__builtin_expect(n == p->cap_nodes, 0)) {
        parse_grow_nodes(p);
    }
    p->nodes[n] = (struct ast_node){kind, op, flags, at, a, b};
    p->n_nodes = n + 1;
    return n;
}

static inline u32 parse_kind(const struct parser *p, node n)
{
    return p->nodes[n].kind;
}

/* A list is pushed element by element, and made of all that was pushed since sp was `from`. */
static inline void parse_push(struct parser *p, u32 v)
{
    if (__builtin_expect(p->sp == p->cap_stack, 0)) {
        parse_grow_stack(p);
    }
    p->stack[p->sp++] = v;
}

u32 parse_list(struct parser *p, u32 from);
/* n words of extra, to be filled in at once. */
static inline u32 parse_record(struct parser *p, u32 n)
{
    u32 at = p->n_extra;

    if (__builtin_expect(p->cap_extra - at < n, 0)) {
        parse_grow_extra(p, n);
    }
    p->n_extra = at + n;
    return at;
}

static inline bool parse_got(struct parser *p, u8 tok)
{
    if (p->tok != tok) {
        return false;
    }
    lex_next(p);
    return true;
}

void parse_missing(struct parser *p, u8 tok);
static inline void parse_want(struct parser *p, u8 tok)
{
    if (__builtin_expect(p->tok == tok, 1)) {
        lex_next(p);
    } else {
        parse_missing(p, tok);
    }
}

bool parse_got_assign(struct parser *p);
#define PARSE_SET(tok) ((u64)1 << (tok))
/* Skips to a token of the set (or, in functions, one that begins a statement); one token if the set
 * is empty. */
void parse_advance(struct parser *p, u64 set);
/* What follows an element of a list that ends with `close`: false if the list cannot be continued.
 */
bool parse_no_separator(struct parser *p, const char *context, u8 sep, u8 close);
static inline bool parse_separator(struct parser *p, const char *context, u8 sep, u8 close)
{
    if (p->tok == sep) {
        lex_next(p);
        return true;
    }
    return p->tok == close || parse_no_separator(p, context, sep, close);
}

node parse_name(struct parser *p);
/* The comma-separated names that begin with `first`, as a list. */
u32 parse_name_list(struct parser *p, node first);
node parse_qualified_name(struct parser *p, node name);
node parse_literal(struct parser *p); /* or 0 */
node parse_bad(struct parser *p);

/* Around whatever can contain itself.  When too deep, it reports that and makes the text end here.
 */
void parse_too_deep(struct parser *p);
static inline void parse_enter(struct parser *p)
{
    if (__builtin_expect(++p->depth > p->deepest, 0)) {
        p->deepest = p->depth;
        if (p->depth > PARSE_NESTING) {
            parse_too_deep(p);
        }
    }
}

static inline void parse_leave(struct parser *p)
{
    p->depth--;
}

/* Notes the directive [s, e). */
void parse_directive(struct parser *p, const u8 *s, const u8 *e);
/* The directives since the last declaration, as a list for the one that begins. */
u32 parse_take_pragmas(struct parser *p);
/* Those that no declaration can take. */
void parse_drop_pragmas(struct parser *p);
static inline void parse_clear_pragmas(struct parser *p)
{
    if (__builtin_expect(p->pending != p->directives.n, 0)) {
        parse_drop_pragmas(p);
    }
}

/* ---- parse_error.c ---- */

/* The message as it is, and one that says what was found instead if it begins with "expected ", "in
 * ", "at " or "after ". */
void parse_error(struct parser *p, pos at, const char *fmt, ...) BASE_PRINTF(3, 4) BASE_COLD;
void parse_syntax_error_at(struct parser *p, pos at, const char *fmt, ...) BASE_PRINTF(3, 4) BASE_COLD;
#define parse_syntax_error(p, ...) parse_syntax_error_at((p), (p)->pos, __VA_ARGS__)
/* As %q and %#U of Go's fmt. */
struct parse_rune {
    char text[24];
};
struct parse_rune parse_quote_rune(u32 r);
struct parse_rune parse_show_rune(u32 r);
const char *parse_token_string(u8 tok);
/* The short form of a node of the unfinished tree. */
str parse_show(struct parser *p, node n);

/* ---- parse_decl.c, parse_type.c, parse_expr.c, parse_stmt.c ---- */

enum parse_decl_kind { PARSE_IMPORT, PARSE_CONST, PARSE_TYPE, PARSE_VAR };
/* Pushes the declarations of `import x` or `import ( ... )`, the keyword having been read. */
void parse_group(struct parser *p, enum parse_decl_kind kind);
node parse_func_decl(struct parser *p);

node parse_type(struct parser *p);
node parse_type_or_none(struct parser *p);
node parse_array_type(struct parser *p, pos at, node len);
node parse_slice_type(struct parser *p, pos at);
node parse_type_instance(struct parser *p, node x);
/* context: NULL where type parameters are allowed. */
node parse_func_type(struct parser *p, const char *context, u32 *tparams);
u32 parse_params(struct parser *p, node name, node type, u8 close, bool names, bool dots);

node parse_expr(struct parser *p);
node parse_binary(struct parser *p, node x, u32 prec);
node parse_primary(struct parser *p, node x, bool keep_parens);
node parse_expr_list(struct parser *p);
node parse_type_list(struct parser *p, bool strict, bool *comma);
node parse_unparen(const struct parser *p, node x);
/* Must it be a type or a union (is_type_elem), can it only be a value (is_value)? */
bool parse_is_type_elem(const struct parser *p, node x);
bool parse_is_value(const struct parser *p, node x);

node parse_body(struct parser *p); /* of a function */
node parse_block(struct parser *p, const char *context);

/* ---- parse_build.c ---- */

/* The Go version that a //go:build line demands: 21 for go1.21; -1 if none, or the line is
 * malformed. */
int parse_build_version(str line);

#endif
