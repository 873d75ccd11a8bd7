/* parse_stmt.c: statements.
 *
 * Grammar: Go spec, "Statements".
 */
#include "syntax/parse_state.h"

static node statement(struct parser *p);

static node expr_stmt(struct parser *p, node x)
{
    return parse_node(p, AST_EXPR_STMT, 0, 0, p->nodes[x].pos, x, 0);
}

static node range_clause(struct parser *p, node lhs, bool def)
{
    pos at = p->pos;
    node x;

    lex_next(p);
    x = parse_expr(p);
    return parse_node(p, AST_RANGE, 0, def ? AST_FLAG_DEF : 0, at, lhs, x);
}

/* lhs: what has been read of it, or 0; keyword: for, switch (which allow more), if, or 0. */
static node simple_stmt(struct parser *p, node lhs, u8 keyword)
{
    pos at;
    node rhs;
    u8 op;

    if (keyword == TOK_FOR && p->tok == TOK_RANGE) {
        return range_clause(p, 0, false);
    }
    if (!lhs) {
        lhs = parse_expr_list(p);
    }
    at = p->pos;
    if (p->tok == TOK_ASSIGN || p->tok == TOK_DEFINE) {
        op = p->tok == TOK_DEFINE ? OP_DEF : OP_NONE;
        lex_next(p);
        if (keyword == TOK_FOR && p->tok == TOK_RANGE) {
            return range_clause(p, lhs, op == OP_DEF);
        }
        rhs = parse_expr_list(p);
        if (parse_kind(p, rhs) == AST_TYPE_SWITCH && keyword == TOK_SWITCH && op == OP_DEF &&
            parse_kind(p, lhs) == AST_NAME) {
            p->nodes[rhs].a = lhs;
            return expr_stmt(p, rhs);
        }
        return parse_node(p, AST_ASSIGN, op, 0, at, lhs, rhs);
    }
    if (parse_kind(p, lhs) == AST_LIST) {
        parse_syntax_error(p, "expected := or = or comma");
        parse_advance(p, PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RBRACE));
        return expr_stmt(p, p->extra[p->nodes[lhs].b + 1]);
    }
    op = p->op;
    switch (p->tok) {
    case TOK_ASSIGN_OP:
        lex_next(p);
        rhs = parse_expr(p);
        return parse_node(p, AST_ASSIGN, op, 0, at, lhs, rhs);
    case TOK_INC_OP: lex_next(p); return parse_node(p, AST_ASSIGN, op, 0, at, lhs, 0);
    case TOK_ARROW:
        lex_next(p);
        rhs = parse_expr(p);
        return parse_node(p, AST_SEND, 0, 0, at, lhs, rhs);
    default: return expr_stmt(p, lhs);
    }
}

/* ---- blocks ---- */

static bool at_clause_end(const struct parser *p)
{
    static const u64 ends =
        PARSE_SET(TOK_EOF) | PARSE_SET(TOK_RBRACE) | PARSE_SET(TOK_CASE) | PARSE_SET(TOK_DEFAULT);

    return (ends >> p->tok & 1) != 0;
}

static u32 stmt_list(struct parser *p)
{
    u32 from = p->sp;

    while (!at_clause_end(p)) {
        node s = statement(p);

        parse_clear_pragmas(p);
        if (!s) {
            break;
        }
        parse_push(p, s);
        if (!parse_got(p, TOK_SEMI) && p->tok != TOK_RBRACE) {
            parse_syntax_error(p, "at end of statement");
            parse_advance(p, PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RBRACE) | PARSE_SET(TOK_CASE) |
                                 PARSE_SET(TOK_DEFAULT));
            parse_got(p, TOK_SEMI);
        }
    }
    return parse_list(p, from);
}

/* context: what comes before, for the message when there is no {; NULL where the { is seen. */
node parse_block(struct parser *p, const char *context)
{
    pos at = p->pos, close;
    u32 list;

    if (!parse_got(p, TOK_LBRACE)) {
        parse_syntax_error(p, "expected { after %s", context ? context : "");
        parse_advance(p, PARSE_SET(TOK_NAME) | PARSE_SET(TOK_RBRACE));
        close = p->pos;
        if (parse_got(p, TOK_RBRACE)) {
            return parse_node(p, AST_BLOCK, 0, 0, at, 0, close);
        }
    }
    list = stmt_list(p);
    close = p->pos;
    parse_want(p, TOK_RBRACE);
    return parse_node(p, AST_BLOCK, 0, 0, at, list, close);
}

node parse_body(struct parser *p)
{
    node body;

    p->fnest++;
    body = parse_block(p, NULL);
    p->fnest--;
    return body;
}

/* ---- headers of if, for, switch ---- */

struct header {
    node init, cond, post;
};

/* A statement that stands where a condition or tag should. */
static void not_a_value(struct parser *p, node s)
{
    const struct ast_node *n = &p->nodes[s];
    pos at = n->pos;
    str l, r;

    if (n->kind != AST_ASSIGN || n->op != OP_NONE) {
        parse_syntax_error_at(p, at, "cannot use %.*s as value", STR_ARG(parse_show(p, s)));
        return;
    }
    /* = was perhaps meant as ==: parentheses make it stand out. */
    l = parse_show(p, n->a);
    r = parse_show(p, n->b);
    if (parse_kind(p, n->a) == AST_OPERATION && p->nodes[n->a].b) {
        l = str_fmt(p->tmp, "(%.*s)", STR_ARG(l));
    }
    if (parse_kind(p, n->b) == AST_OPERATION && p->nodes[n->b].b) {
        r = str_fmt(p->tmp, "(%.*s)", STR_ARG(r));
    }
    parse_syntax_error_at(p, at, "cannot use assignment %.*s = %.*s as value", STR_ARG(l),
                          STR_ARG(r));
}

static void header(struct parser *p, u8 keyword, struct header *h)
{
    i32 outer = p->xnest;
    node cond = 0; /* a statement at first */
    pos semi = 0;
    u8 semi_kind = 0;

    *h = (struct header){0};
    lex_next(p);
    if (p->tok == TOK_LBRACE) {
        if (keyword == TOK_IF) {
            parse_syntax_error(p, "missing condition in if statement");
            h->cond = parse_bad(p);
        }
        return;
    }
    p->xnest = -1;
    if (p->tok != TOK_SEMI) {
        if (parse_got(p, TOK_VAR)) {
            parse_syntax_error(p, "var declaration not allowed in %s initializer",
                               token_text(keyword));
        }
        h->init = simple_stmt(p, 0, keyword);
        if (parse_kind(p, h->init) == AST_RANGE) {
            p->xnest = outer;
            return;
        }
    }
    if (p->tok == TOK_LBRACE) {
        cond = h->init;
        h->init = 0;
    } else {
        if (p->tok == TOK_SEMI) {
            semi = p->pos;
            semi_kind = p->lit;
            lex_next(p);
        } else {
            parse_want(p, TOK_LBRACE);
            if (p->tok != TOK_LBRACE) {
                parse_advance(p, PARSE_SET(TOK_LBRACE) | PARSE_SET(TOK_RBRACE));
            }
        }
        if (keyword != TOK_FOR) {
            if (p->tok != TOK_LBRACE) {
                cond = simple_stmt(p, 0, keyword);
            }
        } else if (p->tok == TOK_LBRACE) {
            parse_syntax_error(p, "expected for loop condition");
        } else {
            if (p->tok != TOK_SEMI) {
                cond = simple_stmt(p, 0, 0);
            }
            parse_want(p, TOK_SEMI);
            if (p->tok != TOK_LBRACE) {
                h->post = simple_stmt(p, 0, 0);
                if (parse_kind(p, h->post) == AST_ASSIGN && p->nodes[h->post].op == OP_DEF) {
                    parse_syntax_error_at(p, p->nodes[h->post].pos,
                                          "cannot declare in post statement of for loop");
                }
            }
        }
    }
    if (!cond) {
        if (keyword == TOK_IF && semi) {
            if (semi_kind == LEX_SEMICOLON) {
                parse_syntax_error_at(p, semi, "missing condition in if statement");
            } else {
                parse_syntax_error_at(p, semi, "unexpected %s, expected { after if clause",
                                      semi_kind == LEX_NEWLINE ? "newline" : "EOF");
            }
            h->cond = parse_node(p, AST_BAD, 0, 0, semi, 0, 0);
        }
    } else if (parse_kind(p, cond) == AST_EXPR_STMT) {
        h->cond = p->nodes[cond].a;
    } else {
        not_a_value(p, cond);
    }
    p->xnest = outer;
}

/* ---- if ---- */

/* One `if` of a chain of else-ifs, while the chain is read: four words of the stack. */
enum { LINK_POS, LINK_INIT, LINK_COND, LINK_THEN, LINK_WORDS };

/* A chain of else-ifs is read in a loop and built from its end, so that its length costs no stack.
 */
static node if_stmt(struct parser *p)
{
    u32 from = p->sp, links;
    node s = 0;

    for (;;) {
        struct header h;
        node then;

        parse_push(p, p->pos);
        header(p, TOK_IF, &h);
        parse_push(p, h.init);
        parse_push(p, h.cond);
        then = parse_block(p, "if clause");
        parse_push(p, then);
        if (!parse_got(p, TOK_ELSE)) {
            break;
        }
        if (p->tok == TOK_IF) {
            continue;
        }
        if (p->tok == TOK_LBRACE) {
            s = parse_block(p, NULL);
        } else {
            parse_syntax_error(p, "else must be followed by if or statement block");
            parse_advance(p, PARSE_SET(TOK_NAME) | PARSE_SET(TOK_RBRACE));
        }
        break;
    }
    links = (p->sp - from) / LINK_WORDS;
    p->chained += links > 8 ? links : 0;
    while (p->sp > from) {
        const u32 *link = &p->stack[p->sp -= LINK_WORDS];
        u32 rec = parse_record(p, 3);

        p->extra[rec + IF_INIT] = link[LINK_INIT];
        p->extra[rec + IF_THEN] = link[LINK_THEN];
        p->extra[rec + IF_ELSE] = s;
        s = parse_node(p, AST_IF, 0, 0, link[LINK_POS], link[LINK_COND], rec);
    }
    return s;
}

/* ---- for, switch, select ---- */

static node for_stmt(struct parser *p)
{
    pos at = p->pos;
    struct header h;
    node body;
    u32 rec;

    header(p, TOK_FOR, &h);
    body = parse_block(p, "for clause");
    rec = parse_record(p, 3);
    p->extra[rec + FOR_COND] = h.cond;
    p->extra[rec + FOR_POST] = h.post;
    p->extra[rec + FOR_BODY] = body;
    return parse_node(p, AST_FOR, 0, 0, at, h.init, rec);
}

/* A clause of a switch (AST_CASE) or select (AST_COMM). */
static node clause(struct parser *p, u8 kind)
{
    pos at = p->pos, colon;
    node what = 0;
    u32 body, rec;

    switch (p->tok) {
    case TOK_CASE:
        lex_next(p);
        what = kind == AST_CASE ? parse_expr_list(p) : simple_stmt(p, 0, 0);
        break;
    case TOK_DEFAULT: lex_next(p); break;
    default:
        parse_syntax_error(p, "expected case or default or }");
        parse_advance(p, PARSE_SET(TOK_COLON) | PARSE_SET(TOK_CASE) | PARSE_SET(TOK_DEFAULT) |
                             PARSE_SET(TOK_RBRACE));
    }
    colon = p->pos;
    parse_want(p, TOK_COLON);
    body = stmt_list(p);
    rec = parse_record(p, 2);
    p->extra[rec + CLAUSE_BODY] = body;
    p->extra[rec + CLAUSE_COLON] = colon;
    return parse_node(p, kind, 0, 0, at, what, rec);
}

/* The braces of a switch or select and what is in them; *close: the place of the }. */
static u32 clauses(struct parser *p, u8 kind, pos *close)
{
    u32 from = p->sp;

    if (!parse_got(p, TOK_LBRACE)) {
        parse_syntax_error(p, "missing { after %s clause", kind == AST_CASE ? "switch" : "select");
        parse_advance(p, PARSE_SET(TOK_CASE) | PARSE_SET(TOK_DEFAULT) | PARSE_SET(TOK_RBRACE));
    }
    while (p->tok != TOK_EOF && p->tok != TOK_RBRACE) {
        parse_push(p, clause(p, kind));
    }
    *close = p->pos;
    parse_want(p, TOK_RBRACE);
    return parse_list(p, from);
}

static node switch_stmt(struct parser *p)
{
    pos at = p->pos, close;
    struct header h;
    u32 list, rec;

    header(p, TOK_SWITCH, &h);
    list = clauses(p, AST_CASE, &close);
    rec = parse_record(p, 3);
    p->extra[rec + SWITCH_INIT] = h.init;
    p->extra[rec + SWITCH_BODY] = list;
    p->extra[rec + SWITCH_RBRACE] = close;
    return parse_node(p, AST_SWITCH, 0, 0, at, h.cond, rec);
}

static node select_stmt(struct parser *p)
{
    pos at = p->pos, close;
    u32 list;

    lex_next(p);
    list = clauses(p, AST_COMM, &close);
    return parse_node(p, AST_SELECT, 0, 0, at, list, close);
}

/* ---- the others ---- */

static node labeled(struct parser *p, node label)
{
    pos at = p->pos;
    node s;

    lex_next(p);
    if (p->tok == TOK_RBRACE) {
        s = parse_node(p, AST_EMPTY, 0, 0, p->pos, 0, 0);
    } else {
        s = statement(p);
        if (!s) {
            parse_syntax_error_at(p, at, "missing statement after label");
            return 0;
        }
    }
    return parse_node(p, AST_LABELED, 0, 0, at, label, s);
}

static node call_stmt(struct parser *p)
{
    pos at = p->pos;
    u8 tok = p->tok;
    node x, call;

    lex_next(p);
    parse_enter(p);
    x = parse_primary(p, 0, p->tok == TOK_LPAREN);
    parse_leave(p);
    call = parse_unparen(p, x);
    if (call != x) {
        parse_error(p, p->nodes[x].pos, "expression in %s must not be parenthesized",
                    token_text(tok));
    }
    return parse_node(p, AST_CALL_STMT, tok, 0, at, call, 0);
}

static node decl_stmt(struct parser *p, enum parse_decl_kind kind)
{
    pos at = p->pos;
    u32 from = p->sp;

    lex_next(p);
    parse_group(p, kind);
    return parse_node(p, AST_DECL_STMT, 0, 0, at, parse_list(p, from), 0);
}

static node branch_stmt(struct parser *p)
{
    pos at = p->pos;
    u8 tok = p->tok;
    node label = 0;

    lex_next(p);
    if (tok == TOK_GOTO || (tok != TOK_FALLTHROUGH && p->tok == TOK_NAME)) {
        label = parse_name(p);
    }
    return parse_node(p, AST_BRANCH, tok, 0, at, label, 0);
}

static node return_stmt(struct parser *p)
{
    pos at = p->pos;
    node x = 0;

    lex_next(p);
    if (p->tok != TOK_SEMI && p->tok != TOK_RBRACE) {
        x = parse_expr_list(p);
    }
    return parse_node(p, AST_RETURN, 0, 0, at, x, 0);
}

static node statement_here(struct parser *p)
{
    node x;

    switch (p->tok) {
    case TOK_NAME:
        parse_clear_pragmas(p);
        x = parse_expr_list(p);
        if (p->tok == TOK_COLON && parse_kind(p, x) == AST_NAME) {
            return labeled(p, x);
        }
        return simple_stmt(p, x, 0);
    case TOK_VAR: return decl_stmt(p, PARSE_VAR);
    case TOK_CONST: return decl_stmt(p, PARSE_CONST);
    case TOK_TYPE: return decl_stmt(p, PARSE_TYPE);
    default: break;
    }
    parse_clear_pragmas(p);
    switch (p->tok) {
    case TOK_LBRACE: return parse_block(p, NULL);
    case TOK_OPERATOR:
    case TOK_STAR:
        switch (p->op) {
        case OP_ADD:
        case OP_SUB:
        case OP_MUL:
        case OP_AND:
        case OP_XOR:
        case OP_NOT: return simple_stmt(p, 0, 0);
        default: return 0;
        }
    case TOK_LITERAL:
    case TOK_FUNC:
    case TOK_LPAREN:
    case TOK_LBRACK:
    case TOK_STRUCT:
    case TOK_MAP:
    case TOK_CHAN:
    case TOK_INTERFACE:
    case TOK_ARROW: return simple_stmt(p, 0, 0);
    case TOK_FOR: return for_stmt(p);
    case TOK_SWITCH: return switch_stmt(p);
    case TOK_SELECT: return select_stmt(p);
    case TOK_IF: return if_stmt(p);
    case TOK_FALLTHROUGH:
    case TOK_BREAK:
    case TOK_CONTINUE:
    case TOK_GOTO: return branch_stmt(p);
    case TOK_GO:
    case TOK_DEFER: return call_stmt(p);
    case TOK_RETURN: return return_stmt(p);
    case TOK_SEMI: return parse_node(p, AST_EMPTY, 0, 0, p->pos, 0, 0);
    default: return 0;
    }
}

/* 0 if none begins here. */
static node statement(struct parser *p)
{
    node s;

    parse_enter(p);
    s = statement_here(p);
    parse_leave(p);
    return s;
}
