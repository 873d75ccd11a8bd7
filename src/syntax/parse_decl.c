/* parse_decl.c: import, const, type, var, func.
 *
 * Grammar: Go spec, "Declarations and scope", "Type parameter declarations", "Import declarations".
 */
#include "syntax/parse_state.h"

static node import_decl(struct parser *p, pos group)
{
    pos at = p->pos;
    u32 pragmas = parse_take_pragmas(p), rec;
    node name = 0, path;

    if (p->tok == TOK_NAME) {
        name = parse_name(p);
    } else if (p->tok == TOK_DOT) {
        name = parse_node(p, AST_NAME, 0, 0, p->pos, intern_id(p->names, STR(".")), 1);
        lex_next(p);
    }
    path = parse_literal(p);
    if (!path) {
        parse_syntax_error(p, "missing import path");
        parse_advance(p, PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RPAREN));
    } else if (!(p->nodes[path].flags & AST_FLAG_BAD) && p->nodes[path].op != LIT_STRING) {
        parse_syntax_error_at(p, p->nodes[path].pos, "import path must be a string");
        p->nodes[path].flags |= AST_FLAG_BAD;
    }
    rec = parse_record(p, 3);
    p->extra[rec + IMPORT_PATH] = path;
    p->extra[rec + IMPORT_GROUP] = group;
    p->extra[rec + IMPORT_PRAGMAS] = pragmas;
    return parse_node(p, AST_IMPORT_DECL, 0, 0, at, name, rec);
}

/* const and var. */
static node value_decl(struct parser *p, pos group, bool is_const)
{
    pos at = p->pos;
    u32 pragmas = parse_take_pragmas(p), names, rec;
    node type = 0, values = 0;

    names = parse_name_list(p, parse_name(p));
    if (is_const) {
        if (p->tok != TOK_EOF && p->tok != TOK_SEMI && p->tok != TOK_RPAREN) {
            type = parse_type_or_none(p);
            if (parse_got_assign(p)) {
                values = parse_expr_list(p);
            }
        }
    } else if (parse_got_assign(p)) {
        values = parse_expr_list(p);
    } else {
        type = parse_type(p);
        if (parse_got_assign(p)) {
            values = parse_expr_list(p);
        }
    }
    rec = parse_record(p, 4);
    p->extra[rec + VALUE_TYPE] = type;
    p->extra[rec + VALUE_VALUES] = values;
    p->extra[rec + VALUE_GROUP] = group;
    p->extra[rec + VALUE_PRAGMAS] = pragmas;
    return parse_node(p, is_const ? AST_CONST_DECL : AST_VAR_DECL, 0, 0, at, names, rec);
}

/* Can x, which was read as an expression, be the name of a type parameter and its constraint, as P
 * *C is? Only if the constraint must be a type, or force is set.  Gives the name (0: it cannot) and
 * the constraint (0: x is only a name); nodes of x are changed to what they then mean. P*[]int,
 * P([]int), P*E|~F: always.  P*E, P(E), P*E|F: with force. */
static node split_name(struct parser *p, node x, bool force, node *rest)
{
    node parent = 0, inner = x, name, constraint;
    struct ast_node *n;

    *rest = 0;
    /* Only the first term of a union can have the name before it. */
    for (n = &p->nodes[inner]; n->kind == AST_OPERATION && n->op == OP_OR && n->b;
         n = &p->nodes[inner]) {
        force = force || parse_is_type_elem(p, n->b);
        parent = inner;
        inner = n->a;
    }
    if (n->kind == AST_NAME) {
        return parent ? 0 : x;
    }
    if (n->kind == AST_OPERATION && n->op == OP_MUL && n->b && parse_kind(p, n->a) == AST_NAME) {
        constraint = n->b;
    } else if (n->kind == AST_CALL && parse_kind(p, n->a) == AST_NAME && p->extra[n->b] == 1 &&
               !(n->flags & AST_FLAG_DOTS)) {
        constraint = p->extra[n->b + 1];
    } else {
        return 0;
    }
    if (!force && !parse_is_type_elem(p, constraint)) {
        return 0;
    }
    name = n->a;
    if (n->kind == AST_CALL) {
        constraint = parse_unparen(p, constraint);
    } else {
        n->a = constraint; /* P * C is now *C */
        n->b = 0;
        constraint = inner;
    }
    if (parent) {
        p->nodes[parent].a = constraint;
    }
    *rest = parent ? x : constraint;
    return name;
}

static node type_decl(struct parser *p, pos group)
{
    pos at = p->pos, bracket;
    u32 pragmas = parse_take_pragmas(p), tparams = 0, rec;
    node name = parse_name(p), type = 0;
    u16 alias = 0;

    if (p->tok != TOK_LBRACK) {
        alias = parse_got_assign(p) ? AST_FLAG_ALIAS : 0;
        type = parse_type_or_none(p);
    } else {
        bracket = p->pos;
        lex_next(p);
        if (p->tok == TOK_NAME) {
            /* An array length or a type parameter.  Unless the name is followed by [, which begins
             * the constraint (an indexed value is no constant), it is read as an expression and
             * then looked at: a lone name before ] is a length; what could be both is a parameter
             * before a comma. */
            node x = parse_name(p), rest, pname;

            if (p->tok != TOK_LBRACK) {
                p->xnest++;
                x = parse_binary(p, parse_primary(p, x, false), 0);
                p->xnest--;
            }
            pname = split_name(p, x, p->tok == TOK_COMMA, &rest);
            if (pname && (rest || p->tok != TOK_RBRACK)) {
                tparams = parse_params(p, pname, rest, TOK_RBRACK, true, false);
                alias = parse_got_assign(p) ? AST_FLAG_ALIAS : 0;
                type = parse_type_or_none(p);
            } else {
                type = parse_array_type(p, bracket, x);
            }
        } else if (parse_got(p, TOK_RBRACK)) {
            type = parse_slice_type(p, bracket);
        } else {
            type = parse_array_type(p, bracket, 0);
        }
    }
    if (!type) {
        type = parse_bad(p);
        parse_syntax_error(p, "in type declaration");
        parse_advance(p, PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RPAREN));
    }
    rec = parse_record(p, 4);
    p->extra[rec + TYPE_TPARAMS] = tparams;
    p->extra[rec + TYPE_TYPE] = type;
    p->extra[rec + TYPE_GROUP] = group;
    p->extra[rec + TYPE_PRAGMAS] = pragmas;
    return parse_node(p, AST_TYPE_DECL, 0, alias, at, name, rec);
}

static void declare(struct parser *p, enum parse_decl_kind kind, pos group)
{
    switch (kind) {
    case PARSE_IMPORT: parse_push(p, import_decl(p, group)); break;
    case PARSE_CONST: parse_push(p, value_decl(p, group, true)); break;
    case PARSE_TYPE: parse_push(p, type_decl(p, group)); break;
    case PARSE_VAR: parse_push(p, value_decl(p, group, false)); break;
    }
}

void parse_group(struct parser *p, enum parse_decl_kind kind)
{
    pos group = p->pos;

    if (p->tok != TOK_LPAREN) {
        declare(p, kind, 0);
        return;
    }
    parse_clear_pragmas(
        p); /* before the parenthesis is read: behind it stand those of the first spec */
    lex_next(p);
    while (p->tok != TOK_EOF && p->tok != TOK_RPAREN) {
        declare(p, kind, group);
        if (!parse_separator(p, "grouped declaration", TOK_SEMI, TOK_RPAREN)) {
            return;
        }
    }
    parse_want(p, TOK_RPAREN);
}

node parse_func_decl(struct parser *p)
{
    pos at = p->pos;
    u32 pragmas = parse_take_pragmas(p), tparams = 0, rec;
    const char *context = NULL;
    node recv = 0, name, type, body = 0;
    u16 flags = 0;

    if (parse_got(p, TOK_LPAREN)) {
        u32 list = parse_params(p, 0, 0, TOK_RPAREN, false, false);

        context = "method";
        if (p->extra[list] == 0) {
            parse_error(p, p->pos, "method has no receiver");
        } else {
            recv = p->extra[list + 1];
            if (p->extra[list] > 1) {
                parse_error(p, p->pos, "method has multiple receivers");
            }
        }
    }
    if (p->tok == TOK_NAME) {
        name = parse_name(p);
        type = parse_func_type(p, context, &tparams);
    } else {
        name = parse_node(p, AST_NAME, 0, 0, p->pos, intern_id(p->names, STR("_")), 1);
        type = parse_node(p, AST_FUNC_TYPE, 0, 0, p->pos, 0, 0);
        parse_syntax_error(p, "%s", context ? "expected name" : "expected name or (");
        parse_advance(p, PARSE_SET(TOK_LBRACE) | PARSE_SET(TOK_SEMI));
    }
    if (p->tok == TOK_LBRACE) {
        if (lex_skip_known(p) || ((p->mode & PARSE_NO_BODIES) && lex_skip_body(p))) {
            flags = AST_FLAG_SKIPPED;
            lex_next(p);
        } else {
            body = parse_body(p);
        }
    }
    rec = parse_record(p, 5);
    p->extra[rec + FUNC_RECV] = recv;
    p->extra[rec + FUNC_TPARAMS] = tparams;
    p->extra[rec + FUNC_TYPE] = type;
    p->extra[rec + FUNC_BODY] = body;
    p->extra[rec + FUNC_PRAGMAS] = pragmas;
    return parse_node(p, AST_FUNC_DECL, 0, flags, at, name, rec);
}
