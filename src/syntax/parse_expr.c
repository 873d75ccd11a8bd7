/* parse_expr.c: expressions.
 *
 * Grammar: Go spec, "Expressions".  Parentheses are nodes; those of types and of the operand of &
 * are not kept, as in the compiler's tree.
 */
#include "syntax/parse_state.h"

node parse_unparen(const struct parser *p, node x)
{
    while (parse_kind(p, x) == AST_PAREN) {
        x = p->nodes[x].a;
    }
    return x;
}

bool parse_is_type_elem(const struct parser *p, node x)
{
    for (;;) {
        const struct ast_node *n = &p->nodes[x];

        switch (n->kind) {
        case AST_ARRAY_TYPE:
        case AST_STRUCT_TYPE:
        case AST_FUNC_TYPE:
        case AST_INTERFACE_TYPE:
        case AST_SLICE_TYPE:
        case AST_MAP_TYPE:
        case AST_CHAN_TYPE: return true;
        case AST_OPERATION:
            /* The right side of a chain is the short one. */
            if (n->op == OP_TILDE || (n->b && parse_is_type_elem(p, n->b))) {
                return true;
            }
            x = n->a;
            break;
        case AST_PAREN: x = n->a; break;
        default: return false;
        }
    }
}

bool parse_is_value(const struct parser *p, node x)
{
    for (;;) {
        const struct ast_node *n = &p->nodes[x];

        switch (n->kind) {
        case AST_BASIC_LIT:
        case AST_COMPOSITE_LIT:
        case AST_FUNC_LIT:
        case AST_SLICE:
        case AST_ASSERT:
        case AST_TYPE_SWITCH:
        case AST_CALL: return true;
        case AST_OPERATION: return n->op != OP_MUL || n->b != 0;
        case AST_INDEX:
            if (parse_is_value(p, n->b)) {
                return true;
            }
            x = n->a;
            break;
        case AST_PAREN: x = n->a; break;
        default: return false;
        }
    }
}

/* ---- lists ---- */

node parse_expr_list(struct parser *p)
{
    node x = parse_expr(p);
    u32 from;

    if (p->tok != TOK_COMMA) {
        return x;
    }
    from = p->sp;
    parse_push(p, x);
    while (parse_got(p, TOK_COMMA)) {
        parse_push(p, parse_expr(p));
    }
    return parse_node(p, AST_LIST, 0, 0, p->nodes[x].pos, 0, parse_list(p, from));
}

/* Types (the first may be an expression unless strict), with an optional comma at the end; *comma:
 * there was one, anywhere. */
node parse_type_list(struct parser *p, bool strict, bool *comma)
{
    u32 from;
    node x;

    p->xnest++;
    x = strict ? parse_type(p) : parse_expr(p);
    *comma = p->tok == TOK_COMMA;
    if (*comma) {
        from = p->sp;
        parse_push(p, x);
        while (parse_got(p, TOK_COMMA)) {
            node t = parse_type_or_none(p);

            if (!t) {
                break;
            }
            parse_push(p, t);
        }
        if (p->sp - from > 1) {
            x = parse_node(p, AST_LIST, 0, 0, p->nodes[x].pos, 0, parse_list(p, from));
        } else {
            p->sp = from;
        }
    }
    p->xnest--;
    return x;
}

/* ---- composite literals ---- */

static node literal_value(struct parser *p, node type);

static node element(struct parser *p)
{
    node x;

    if (p->tok != TOK_LBRACE) {
        return parse_expr(p);
    }
    parse_enter(p);
    x = literal_value(p, 0);
    parse_leave(p);
    return x;
}

static node literal_value(struct parser *p, node type)
{
    pos at = p->pos, close;
    u32 from = p->sp, keyed = 0, elems, rec;
    bool whole = true, skipped;

    p->xnest++;
    skipped = lex_skip_known(p);
    if (skipped) {
        keyed = p->skips.v->length;
    } else {
        parse_want(p, TOK_LBRACE);
    }
    while (p->tok != TOK_EOF && p->tok != TOK_RBRACE) {
        node x = element(p);

        if (p->tok == TOK_COLON) {
            pos colon = p->pos;
            node value;

            lex_next(p);
            value = element(p);
            x = parse_node(p, AST_KEY_VALUE, 0, 0, colon, x, value);
            keyed++;
        }
        parse_push(p, x);
        if (!parse_separator(p, "composite literal", TOK_COMMA, TOK_RBRACE)) {
            whole = false;
            break;
        }
    }
    close = p->pos;
    if (whole) {
        parse_want(p, TOK_RBRACE);
    }
    p->xnest--;
    elems = parse_list(p, from);
    rec = parse_record(p, 3);
    p->extra[rec + COMPOSITE_ELEMS] = elems;
    p->extra[rec + COMPOSITE_KEYED] = keyed;
    p->extra[rec + COMPOSITE_RBRACE] = close;
    return parse_node(p, AST_COMPOSITE_LIT, 0, skipped ? AST_FLAG_SKIPPED : 0, at, type, rec);
}

/* Does the { behind x begin a literal of type x?  In the header of a statement (xnest < 0) it
 * begins the block behind a name. */
static bool literal_follows(const struct parser *p, node x)
{
    switch (parse_kind(p, x)) {
    case AST_NAME:
    case AST_SELECTOR: return p->xnest >= 0;
    case AST_INDEX: return p->xnest >= 0 && !parse_is_value(p, x);
    case AST_ARRAY_TYPE:
    case AST_SLICE_TYPE:
    case AST_STRUCT_TYPE:
    case AST_MAP_TYPE: return true;
    default: return false;
    }
}

/* ---- primary expressions ---- */

static node func_operand(struct parser *p)
{
    pos at = p->pos;
    u32 tparams;
    node type, body;

    lex_next(p);
    type = parse_func_type(p, "function type", &tparams);
    if (p->tok != TOK_LBRACE) {
        return type;
    }
    pos open = p->pos;
    if (lex_skip_known(p)) {
        body = parse_node(p, AST_BLOCK, 0, 0, open, 0, p->pos);
        lex_next(p);
        return parse_node(p, AST_FUNC_LIT, 0, 0, at, type, body);
    }
    p->xnest++;
    body = parse_body(p);
    p->xnest--;
    return parse_node(p, AST_FUNC_LIT, 0, 0, at, type, body);
}

static node paren_operand(struct parser *p, bool keep)
{
    pos at = p->pos;
    node x;

    lex_next(p);
    p->xnest++;
    x = parse_expr(p);
    p->xnest--;
    parse_want(p, TOK_RPAREN);
    /* Before a { they are kept so that (T){ can be reported. */
    if (keep || p->tok == TOK_LBRACE) {
        x = parse_node(p, AST_PAREN, 0, 0, at, x, 0);
    }
    return x;
}

static node operand(struct parser *p, bool keep_parens)
{
    node x;

    switch (p->tok) {
    case TOK_NAME: return parse_name(p);
    case TOK_LITERAL: return parse_literal(p);
    case TOK_LPAREN: return paren_operand(p, keep_parens);
    case TOK_FUNC: return func_operand(p);
    case TOK_LBRACK:
    case TOK_CHAN:
    case TOK_MAP:
    case TOK_STRUCT:
    case TOK_INTERFACE: return parse_type(p);
    default:
        x = parse_bad(p);
        parse_syntax_error(p, "expected expression");
        parse_advance(p, PARSE_SET(TOK_RPAREN) | PARSE_SET(TOK_RBRACK) | PARSE_SET(TOK_RBRACE));
        return x;
    }
}

static node selector(struct parser *p, node x)
{
    pos at = p->pos;
    node y;

    lex_next(p);
    if (p->tok == TOK_NAME) {
        y = parse_name(p);
        return parse_node(p, AST_SELECTOR, 0, 0, at, x, y);
    }
    if (p->tok == TOK_LPAREN) {
        lex_next(p);
        if (parse_got(p, TOK_TYPE)) {
            x = parse_node(p, AST_TYPE_SWITCH, 0, 0, at, 0, x);
        } else {
            y = parse_type(p);
            x = parse_node(p, AST_ASSERT, 0, 0, at, x, y);
        }
        parse_want(p, TOK_RPAREN);
        return x;
    }
    parse_syntax_error(p, "expected name or (");
    parse_advance(p, PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RPAREN));
    return x;
}

static node index_or_slice(struct parser *p, node x)
{
    pos at = p->pos;
    node i = 0, j = 0, k = 0;
    bool comma = false;
    u16 flags = 0;
    u32 rec;

    lex_next(p);
    if (p->tok != TOK_COLON) {
        if (p->tok == TOK_RBRACK) {
            parse_syntax_error(p, "expected operand");
            i = parse_bad(p);
        } else {
            i = parse_type_list(p, false, &comma);
        }
        if (comma || p->tok == TOK_RBRACK) {
            parse_want(p, TOK_RBRACK);
            return parse_node(p, AST_INDEX, 0, 0, at, x, i);
        }
    }
    if (!parse_got(p, TOK_COLON)) {
        parse_syntax_error(p, "expected comma, : or ]");
        parse_advance(p, PARSE_SET(TOK_COMMA) | PARSE_SET(TOK_COLON) | PARSE_SET(TOK_RBRACK));
    }
    p->xnest++;
    if (p->tok != TOK_COLON && p->tok != TOK_RBRACK) {
        j = parse_expr(p);
    }
    if (p->tok == TOK_COLON) {
        flags = AST_FLAG_FULL;
        if (!j) {
            parse_error(p, p->pos, "middle index required in 3-index slice");
            j = parse_bad(p);
        }
        lex_next(p);
        if (p->tok != TOK_RBRACK) {
            k = parse_expr(p);
        } else {
            parse_error(p, p->pos, "final index required in 3-index slice");
            k = parse_bad(p);
        }
    }
    p->xnest--;
    parse_want(p, TOK_RBRACK);
    rec = parse_record(p, 3);
    p->extra[rec] = i;
    p->extra[rec + 1] = j;
    p->extra[rec + 2] = k;
    return parse_node(p, AST_SLICE, 0, flags, at, x, rec);
}

static node call(struct parser *p, node x)
{
    pos at = p->pos;
    u32 from = p->sp;
    bool dots = false, whole = true;

    lex_next(p);
    p->xnest++;
    while (p->tok != TOK_EOF && p->tok != TOK_RPAREN && !dots) {
        parse_push(p, parse_expr(p));
        dots = parse_got(p, TOK_DOT_DOT_DOT);
        if (!parse_separator(p, "argument list", TOK_COMMA, TOK_RPAREN)) {
            whole = false;
            break;
        }
    }
    if (whole) {
        parse_want(p, TOK_RPAREN);
    }
    p->xnest--;
    return parse_node(p, AST_CALL, 0, dots ? AST_FLAG_DOTS : 0, at, x, parse_list(p, from));
}

/* x: what has been read of it, or 0. */
node parse_primary(struct parser *p, node x, bool keep_parens)
{
    u32 links = 0;

    if (!x) {
        x = operand(p, keep_parens);
    }
    for (;; links++) {
        if (links > PARSE_DEPTH) {
            parse_too_deep(p);
        }
        switch (p->tok) {
        case TOK_DOT: x = selector(p, x); break;
        case TOK_LBRACK: x = index_or_slice(p, x); break;
        case TOK_LPAREN: x = call(p, x); break;
        case TOK_LBRACE: {
            node t = parse_unparen(p, x);

            if (literal_follows(p, t)) {
                if (t != x) {
                    parse_syntax_error(p, "cannot parenthesize type in composite literal");
                }
                x = literal_value(p, x);
                break;
            }
        }
            /* fall through */
        default: p->chained += links > 8 ? links : 0; return x;
        }
    }
}

/* ---- operators ---- */

/* May the operand that was read go on? */
static inline bool has_suffix(const struct parser *p)
{
    static const u64 suffixes =
        PARSE_SET(TOK_DOT) | PARSE_SET(TOK_LPAREN) | PARSE_SET(TOK_LBRACK) | PARSE_SET(TOK_LBRACE);

    return (suffixes >> p->tok & 1) != 0;
}

/* <-x, whose x turned out to be a channel type: what was read as <-(chan T) is the type <-chan T,
 * and
 * <-(chan<- T) is <-chan (<-T), on and on. */
static node receive_type(struct parser *p, node x)
{
    u8 dir = AST_DIR_SEND;
    node t = x;

    while (dir == AST_DIR_SEND && parse_kind(p, t) == AST_CHAN_TYPE) {
        dir = p->nodes[t].op;
        if (dir == AST_DIR_RECV) {
            parse_syntax_error(p, "unexpected <-, expected chan");
        }
        p->nodes[t].op = AST_DIR_RECV;
        t = p->nodes[t].a;
    }
    if (dir == AST_DIR_SEND) {
        parse_syntax_error(p, "unexpected %.*s, expected chan", STR_ARG(parse_show(p, t)));
    }
    return x;
}

static node unary(struct parser *p)
{
    pos at = p->pos;
    node x;
    u8 op;

    if (p->tok == TOK_NAME) {
        x = parse_name(p);
        return has_suffix(p) ? parse_primary(p, x, true) : x;
    }
    if (p->tok == TOK_OPERATOR || p->tok == TOK_STAR) {
        op = p->op;
        switch (op) {
        case OP_MUL:
        case OP_ADD:
        case OP_SUB:
        case OP_NOT:
        case OP_XOR:
        case OP_TILDE:
        case OP_AND:
            lex_next(p);
            parse_enter(p);
            x = unary(p);
            parse_leave(p);
            if (op == OP_AND) {
                x = parse_unparen(p, x); /* &(T{}) */
            }
            return parse_node(p, AST_OPERATION, op, 0, at, x, 0);
        default: break;
        }
    } else if (p->tok == TOK_ARROW) {
        lex_next(p);
        parse_enter(p);
        x = unary(p);
        parse_leave(p);
        if (parse_kind(p, x) == AST_CHAN_TYPE) {
            return receive_type(p, x);
        }
        return parse_node(p, AST_OPERATION, OP_RECV, 0, at, x, 0);
    }
    return parse_primary(p, 0, true);
}

/* Operators that bind tighter than prec; x: the left operand, or 0. */
node parse_binary(struct parser *p, node x, u32 prec)
{
    u32 links = 0;

    if (!x) {
        x = unary(p);
    }
    while (p->prec > prec) {
        pos at = p->pos;
        u8 op = p->op, tighter = p->prec;
        node y;

        lex_next(p);
        y = parse_binary(p, 0, tighter);
        x = parse_node(p, AST_OPERATION, op, 0, at, x, y);
        if (++links > PARSE_DEPTH) {
            parse_too_deep(p);
        }
    }
    p->chained += links > 8 ? links : 0;
    return x;
}

node parse_expr(struct parser *p)
{
    node x;

    /* Many are a lone name or literal. */
    if (p->tok == TOK_NAME || p->tok == TOK_LITERAL) {
        x = p->tok == TOK_NAME ? parse_name(p) : parse_literal(p);
        if (!has_suffix(p) && p->prec == PREC_NONE) {
            return x;
        }
        parse_enter(p);
        x = parse_binary(p, has_suffix(p) ? parse_primary(p, x, true) : x, 0);
    } else {
        parse_enter(p);
        x = parse_binary(p, 0, 0);
    }
    parse_leave(p);
    return x;
}
