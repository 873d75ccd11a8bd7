/* ast.h: the syntax tree of one file: flat arrays, nodes known by 32-bit ids.
 *
 * Glossary
 *   node     index into ast.nodes; 0 is "none", whatever the kind expected.  A node is 16 bytes:
 * kind, operator, flags, position, and two words a and b whose meaning the table below gives. list
 * index into ast.extra of a count followed by that many nodes; list 0 is the empty one. record
 * index into ast.extra of a fixed number of words, for nodes with more than two children. pos a
 * byte of the source of all files of a program: the file's base (source.h) plus the offset in the
 * file, so that a u32 names file, line and column.  0 is unknown.
 *
 * The tree has the shape, and the nodes the positions, of the compiler's own
 * (GOROOT/src/cmd/compile/internal/syntax/nodes.go), because messages and escape diagnostics are to
 * stand where the compiler's stand.  Children have lower ids than their parents.
 *
 * Ownership: all arrays are in the tree's arena.  Threading: built by one thread, then read by any;
 * the type checker's results lie in arrays of their own (types/), indexed by node.
 */
#ifndef GOMM_SYNTAX_AST_H
#define GOMM_SYNTAX_AST_H

#include "base/intern.h"
#include "base/vec.h"
#include "syntax/token.h"

typedef u32 node;
typedef u32 pos;
typedef u32 name_id; /* of the program's interner; 0 is no name */

/* "left, right" are names of children; [x] may be 0; {…} is a record, in this order.
 * Positions are those of the compiler's nodes, not always the first byte: a binary operation's is
 * its operator, an assignment's is the place of its =; ast_start gives the first byte. */
#define AST_KINDS(X)                                                                               \
    X(NONE)                                                                                        \
    /* expressions */                                                                              \
    X(BAD)           /* could not be parsed */                                                     \
    X(NAME)          /* a: name_id; b: its length in bytes */                                      \
    X(BASIC_LIT)     /* op: enum lit; a: length of its text at pos; AST_BAD: malformed */          \
    X(COMPOSITE_LIT) /* a: [type]; b: {elements list, number of keyed elements, pos of }}; */      \
                     /* AST_SKIPPED: they were not parsed, the number is the length of [...]T */   \
    X(KEY_VALUE)     /* a: key, b: value */                                                        \
    X(FUNC_LIT)      /* a: FUNC_TYPE, b: BLOCK */                                                  \
    X(PAREN)         /* a: x */                                                                    \
    X(SELECTOR)      /* a: x, b: NAME */                                                           \
    X(INDEX)         /* a: x, b: index or type argument, or a LIST of them */                      \
    X(SLICE)         /* a: x, b: {[low], [high], [max]}; AST_FULL: x[::] */                        \
    X(ASSERT)        /* a: x, b: type */                                                           \
    X(TYPE_SWITCH)   /* a: [NAME] of x := y.(type), b: y */                                        \
    X(OPERATION)     /* op; a: x, b: [y]; without y unary, where MUL is *x and AND is &x */        \
    X(CALL)          /* a: function or type, b: list; AST_DOTS: the last has ... */                \
    X(LIST)          /* b: list; `a, b` where one expression might stand */                        \
    X(ARRAY_TYPE)    /* a: [length], none for [...]; b: element */                                 \
    X(SLICE_TYPE)    /* a: element */                                                              \
    X(DOTS_TYPE)     /* a: element of ...T */                                                      \
    X(STRUCT_TYPE)   /* a: list of FIELD; b: list of BASIC_LIT tags, 0 or as long, 0 where none */ \
    X(FIELD)         /* a: [NAME]; b: type, shared by the names of a list.  Fields, parameters, */ \
                     /* results, type parameters; methods (FUNC_TYPE) and embedded elements */     \
    X(INTERFACE_TYPE) /* a: list of FIELD */                                                       \
    X(FUNC_TYPE)      /* a: list of parameters, b: list of results */                              \
    X(MAP_TYPE)       /* a: key, b: element */                                                     \
    X(CHAN_TYPE)      /* op: enum ast_dir; a: element */                                           \
    /* declarations; the group of a parenthesised one is the pos of its parenthesis, else 0 */     \
    X(IMPORT_DECL) /* a: [NAME], . and _ included; b: {[BASIC_LIT], group, pragmas} */             \
    X(CONST_DECL)  /* a: list of NAME; b: {[type], [values], group, pragmas} */                    \
    X(TYPE_DECL)   /* a: NAME; b: {list of type parameters, type, group, pragmas}; AST_ALIAS */    \
    X(VAR_DECL)    /* as CONST_DECL */                                                             \
    X(FUNC_DECL) /* a: NAME; b: {[FIELD] receiver, list of type parameters, FUNC_TYPE, [BLOCK],*/  \
                 /* pragmas}; AST_SKIPPED: it has a body that was not parsed */                    \
    /* statements */                                                                               \
    X(EMPTY)                                                                                       \
    X(LABELED)   /* a: NAME, b: statement */                                                       \
    X(BLOCK)     /* a: list; b: pos of } */                                                        \
    X(EXPR_STMT) /* a: x */                                                                        \
    X(SEND)      /* a: channel, b: value */                                                        \
    X(DECL_STMT) /* a: list of declarations */                                                     \
    X(ASSIGN)    /* op: DEF for :=, NONE for =, else op=; a: left; b: [right], none for ++, -- */  \
    X(BRANCH)    /* op: enum token (break, continue, fallthrough, goto); a: [NAME] */              \
    X(CALL_STMT) /* op: enum token (go, defer); a: call, any expression in wrong programs; b: 0 */ \
    X(RETURN)    /* a: [results], perhaps a LIST */                                                \
    X(IF)        /* a: [condition]; b: {[init], BLOCK, [else]} */                                  \
    X(FOR)       /* a: [init] or RANGE; b: {[condition], [post], BLOCK} */                         \
    X(SWITCH)    /* a: [tag] or TYPE_SWITCH; b: {[init], list of CASE, pos of }} */                \
    X(SELECT)    /* a: list of COMM; b: pos of } */                                                \
    X(RANGE)     /* a: [left]; b: x; AST_DEF: := */                                                \
    X(CASE)      /* a: [cases], perhaps a LIST, none: default; b: {body list, pos of :} */         \
    X(COMM)      /* a: [statement], none: default; b: {body list, pos of :} */

enum ast_kind {
#define X(name) AST_##name,
    AST_KINDS(X)
#undef X
        AST_KIND_COUNT
};

enum {
    AST_FLAG_BAD = 1,
    AST_FLAG_FULL = 1,
    AST_FLAG_DOTS = 1,
    AST_FLAG_ALIAS = 1,
    AST_FLAG_SKIPPED = 1,
    AST_FLAG_DEF = 1,
    /* FUNC_LIT, in trees that escape/rangefunc.c has made only: the body of a loop over a function.  Its FUNC_TYPE is
     * empty, the type that is known of it counts. */
    AST_FLAG_RANGE_BODY = 1,
};

enum ast_dir { AST_DIR_BOTH, AST_DIR_SEND, AST_DIR_RECV };

struct ast_node {
    u8 kind; /* enum ast_kind */
    u8 op;
    u16 flags;
    pos pos;
    u32 a, b;
};
_Static_assert(sizeof(struct ast_node) == 16, "compact");

struct ast_comment {
    pos pos;
    u32 len; /* with its // or slashes and stars, without the newline */
};

/* A //go:, //export, //extern or //line comment (also //gomm:).  pragmas of a declaration is a list
   of indices into ast.directives: those between the declaration before and this one, as the
   compiler attaches them. */
struct ast_directive {
    pos pos; /* of the // */
    u32 len;
};

struct ast_error {
    pos pos;
    str text; /* with "syntax error: " where the compiler prints it */
};

struct source;

struct ast {
    struct source *src;
    struct ast_node *nodes; /* nodes[0] is AST_NONE */
    u32 n_nodes;
    u32 *extra; /* extra[0] is 0: the empty list */
    u32 n_extra;

    pos package_pos; /* of the package clause; 0: there is none */
    node package_name;
    u32 decls; /* list */
    pos eof;
    str go_version; /* "go1.21" by a //go:build line, or empty; slice of the source */

    struct ast_comment *comments; /* when asked for */
    u32 n_comments;
    struct ast_directive *directives;
    u32 n_directives;
    struct ast_error *errors; /* in the order of the source, at most one syntax error a line */
    u32 n_errors;
};

static inline const struct ast_node *ast_at(const struct ast *f, node n)
{
    return &f->nodes[n];
}

static inline u32 ast_kind(const struct ast *f, node n)
{
    return f->nodes[n].kind;
}

/* Word i of the record of n's b. */
static inline u32 ast_rec(const struct ast *f, node n, u32 i)
{
    return f->extra[f->nodes[n].b + i];
}

static inline u32 ast_list_len(const struct ast *f, u32 list)
{
    return f->extra[list];
}

static inline const u32 *ast_list(const struct ast *f, u32 list)
{
    return &f->extra[list + 1];
}

/* Names for words of records. */
enum { COMPOSITE_ELEMS, COMPOSITE_KEYED, COMPOSITE_RBRACE };
enum { IMPORT_PATH, IMPORT_GROUP, IMPORT_PRAGMAS };
enum { VALUE_TYPE, VALUE_VALUES, VALUE_GROUP, VALUE_PRAGMAS }; /* CONST_DECL, VAR_DECL */
enum { TYPE_TPARAMS, TYPE_TYPE, TYPE_GROUP, TYPE_PRAGMAS };
enum { FUNC_RECV, FUNC_TPARAMS, FUNC_TYPE, FUNC_BODY, FUNC_PRAGMAS };
enum { IF_INIT, IF_THEN, IF_ELSE };
enum { FOR_COND, FOR_POST, FOR_BODY };
enum { SWITCH_INIT, SWITCH_BODY, SWITCH_RBRACE };
enum { CLAUSE_BODY, CLAUSE_COLON };

/* The expression, or the elements of the LIST, that stand at n: their number, and a pointer to them
 * that is valid while *n is (it may point at n itself). */
static inline u32 ast_exprs(const struct ast *f, const node *n, const node **v)
{
    if (*n == 0) {
        *v = NULL;
        return 0;
    }
    if (f->nodes[*n].kind == AST_LIST) {
        *v = ast_list(f, f->nodes[*n].b);
        return ast_list_len(f, f->nodes[*n].b);
    }
    *v = n;
    return 1;
}

/* x without parentheses around it. */
static inline node ast_unparen(const struct ast *f, node x)
{
    while (f->nodes[x].kind == AST_PAREN) {
        x = f->nodes[x].a;
    }
    return x;
}

/* The first and the last byte + 1 of what n spans, as the compiler's StartPos and EndPos say
 * (GOROOT/src/cmd/compile/internal/syntax/positions.go). */
pos ast_start(const struct ast *f, node n);
pos ast_end(const struct ast *f, node n);

/* The text of a BASIC_LIT. */
str ast_lit(const struct ast *f, node n);

/* Calls visit for n and, where it returns true, for n's children in the order of the source. */
void ast_walk(const struct ast *f, node n, bool (*visit)(void *ctx, node n), void *ctx);
/* n's children in the order of the source, appended to *v (FIELDs of one list share their type: it
   is given with the last of them only, where it stands). */
typedef VEC(node) ast_nodes;
void ast_children(const struct ast *f, node n, ast_nodes *v);

#endif
