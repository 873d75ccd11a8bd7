/* parse_type.c: types, the fields of structs, the methods of interfaces, parameters.
 *
 * Grammar: Go spec, "Types", "Type parameter declarations"; where a type cannot be told from an
 * array length or a list of type arguments before more of it was read, see the comments.
 */
#include "syntax/parse_state.h"

static bool at_op(const struct parser *p, u8 op)
{
    return p->tok == TOK_OPERATOR && p->op == op;
}

node parse_type(struct parser *p)
{
    node t = parse_type_or_none(p);

    if (!t) {
        t = parse_bad(p);
        parse_syntax_error(p, "expected type");
        parse_advance(p, PARSE_SET(TOK_COMMA) | PARSE_SET(TOK_COLON) | PARSE_SET(TOK_SEMI) |
                             PARSE_SET(TOK_RPAREN) | PARSE_SET(TOK_RBRACK) | PARSE_SET(TOK_RBRACE));
    }
    return t;
}

static node channel_element(struct parser *p)
{
    node t = parse_type_or_none(p);

    if (!t) {
        t = parse_bad(p);
        parse_syntax_error(p, "missing channel element type");
    }
    return t;
}

static node pointer(struct parser *p, pos at, node elem)
{
    return parse_node(p, AST_OPERATION, OP_MUL, 0, at, elem, 0);
}

node parse_slice_type(struct parser *p, pos at)
{
    node elem = parse_type(p);

    return parse_node(p, AST_SLICE_TYPE, 0, 0, at, elem, 0);
}

/* Behind the [ at `at`; len: the length, if it has been read. */
node parse_array_type(struct parser *p, pos at, node len)
{
    node elem;

    if (!len && !parse_got(p, TOK_DOT_DOT_DOT)) {
        p->xnest++;
        len = parse_expr(p);
        p->xnest--;
    }
    if (p->tok == TOK_COMMA) {
        parse_syntax_error(p, "unexpected comma; expected ]");
        lex_next(p);
    }
    parse_want(p, TOK_RBRACK);
    elem = parse_type(p);
    return parse_node(p, AST_ARRAY_TYPE, 0, 0, at, len, elem);
}

node parse_type_instance(struct parser *p, node x)
{
    pos at = p->pos;
    node index;
    bool comma;

    parse_enter(p);
    parse_want(p, TOK_LBRACK);
    if (p->tok == TOK_RBRACK) {
        parse_syntax_error(p, "expected type argument list");
        index = parse_bad(p);
    } else {
        index = parse_type_list(p, true, &comma);
    }
    parse_want(p, TOK_RBRACK);
    parse_leave(p);
    return parse_node(p, AST_INDEX, 0, 0, at, x, index);
}

/* What follows a name: [n]E or []E, an array or slice, or [A, B], which makes an instance of the
 * name. */
static node array_or_instance(struct parser *p, node name)
{
    pos at = p->pos;
    bool comma;
    node n;

    parse_want(p, TOK_LBRACK);
    if (parse_got(p, TOK_RBRACK)) {
        return parse_slice_type(p, at);
    }
    n = parse_type_list(p, false, &comma);
    parse_want(p, TOK_RBRACK);
    if (!comma) {
        node elem = parse_type_or_none(p);

        if (elem) {
            return parse_node(p, AST_ARRAY_TYPE, 0, 0, at, n, elem);
        }
    }
    return parse_node(p, AST_INDEX, 0, 0, at, name, n);
}

/* ---- structs ---- */

/* The fields and tags of a struct while it is parsed: on the stack in pairs. */
static void push_field(struct parser *p, pos at, node name, node type, node tag)
{
    node f = parse_node(p, AST_FIELD, 0, 0, at, name, type);

    parse_push(p, f);
    parse_push(p, tag);
}

static void field_decl(struct parser *p)
{
    pos at = p->pos;
    node type;

    switch (p->tok) {
    case TOK_NAME: {
        node name = parse_name(p), tag;
        u32 names;

        if (p->tok == TOK_DOT || p->tok == TOK_LITERAL || p->tok == TOK_SEMI ||
            p->tok == TOK_RBRACE) {
            type = parse_qualified_name(p, name);
            push_field(p, at, 0, type, parse_literal(p));
            return;
        }
        if (p->tok != TOK_COMMA) {
            /* One name: the common case without a list. */
            if (p->tok == TOK_LBRACK) {
                type = array_or_instance(p, name);
                if (parse_kind(p, type) == AST_INDEX) {
                    push_field(p, at, 0, type, parse_literal(p)); /* embedded T[A, B] */
                    return;
                }
            } else {
                type = parse_type(p);
            }
            push_field(p, at, name, type, parse_literal(p));
            return;
        }
        names = parse_name_list(p, name);
        type = parse_type(p);
        tag = parse_literal(p);
        for (u32 i = 1; i <= p->extra[names]; i++) {
            name = p->extra[names + i];
            push_field(p, p->nodes[name].pos, name, type, tag);
        }
        return;
    }
    case TOK_STAR:
        lex_next(p);
        if (p->tok == TOK_LPAREN) {
            parse_syntax_error(p, "cannot parenthesize embedded type");
            lex_next(p);
            type = parse_qualified_name(p, 0);
            parse_got(p, TOK_RPAREN);
        } else {
            type = parse_qualified_name(p, 0);
        }
        type = pointer(p, at, type);
        push_field(p, at, 0, type, parse_literal(p));
        return;
    case TOK_LPAREN:
        parse_syntax_error(p, "cannot parenthesize embedded type");
        lex_next(p);
        if (p->tok == TOK_STAR) {
            pos star = p->pos;

            lex_next(p);
            type = pointer(p, star, parse_qualified_name(p, 0));
        } else {
            type = parse_qualified_name(p, 0);
        }
        parse_got(p, TOK_RPAREN);
        push_field(p, at, 0, type, parse_literal(p));
        return;
    default:
        parse_syntax_error(p, "expected field name or embedded type");
        parse_advance(p, PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RBRACE));
        return;
    }
}

static node struct_type(struct parser *p)
{
    pos at = p->pos;
    u32 from = p->sp, n, fields, tags = 0;
    bool tagged = false, whole = true;

    parse_want(p, TOK_STRUCT);
    parse_want(p, TOK_LBRACE);
    while (p->tok != TOK_EOF && p->tok != TOK_RBRACE) {
        field_decl(p);
        if (!parse_separator(p, "struct type", TOK_SEMI, TOK_RBRACE)) {
            whole = false;
            break;
        }
    }
    if (whole) {
        parse_want(p, TOK_RBRACE);
    }
    n = (p->sp - from) / 2;
    if (n == 0) {
        return parse_node(p, AST_STRUCT_TYPE, 0, 0, at, 0, 0);
    }
    fields = parse_record(p, n + 1);
    p->extra[fields] = n;
    for (u32 i = 0; i < n; i++) {
        p->extra[fields + 1 + i] = p->stack[from + 2 * i];
        tagged |= p->stack[from + 2 * i + 1] != 0;
    }
    if (tagged) {
        tags = parse_record(p, n + 1);
        p->extra[tags] = n;
        for (u32 i = 0; i < n; i++) {
            p->extra[tags + 1 + i] = p->stack[from + 2 * i + 1];
        }
    }
    p->sp = from;
    return parse_node(p, AST_STRUCT_TYPE, 0, 0, at, fields, tags);
}

/* ---- interfaces ---- */

static node embedded_term(struct parser *p)
{
    node t;

    if (at_op(p, OP_TILDE)) {
        pos at = p->pos;

        lex_next(p);
        t = parse_type(p);
        return parse_node(p, AST_OPERATION, OP_TILDE, 0, at, t, 0);
    }
    t = parse_type_or_none(p);
    if (!t) {
        t = parse_bad(p);
        parse_syntax_error(p, "expected ~ term or type");
        parse_advance(p, PARSE_SET(TOK_OPERATOR) | PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RPAREN) |
                             PARSE_SET(TOK_RBRACK) | PARSE_SET(TOK_RBRACE));
    }
    return t;
}

/* t | term | ..., t having been read. */
static node union_of(struct parser *p, node t)
{
    u32 links = 0;

    while (at_op(p, OP_OR)) {
        pos at = p->pos;
        node y;

        lex_next(p);
        y = embedded_term(p);
        t = parse_node(p, AST_OPERATION, OP_OR, 0, at, t, y);
        if (++links > PARSE_DEPTH) {
            parse_too_deep(p);
        }
    }
    p->chained += links > 8 ? links : 0;
    return t;
}

static node method(struct parser *p, pos at, node name)
{
    u32 tparams;
    node t = parse_func_type(p, "interface method", &tparams);

    return parse_node(p, AST_FIELD, 0, 0, at, name, t);
}

/* A method, or an embedded type that begins with a name; then *type is set and there is no field.
 */
static node method_decl(struct parser *p, node *type)
{
    pos at = p->pos, bracket;
    node name = parse_name(p);
    u32 list, n;

    if (p->tok == TOK_LPAREN) {
        return method(p, at, name);
    }
    if (p->tok != TOK_LBRACK) {
        *type = parse_qualified_name(p, name);
        return 0;
    }
    /* An embedded instance T[A, B], or a method with type parameters, which is wrong but known for
     * what it is: the list in brackets has names then. */
    bracket = p->pos;
    lex_next(p);
    if (p->tok == TOK_RBRACK) {
        pos empty = p->pos;

        lex_next(p);
        if (p->tok == TOK_LPAREN) {
            parse_error(p, empty, "empty type parameter list");
            return method(p, at, name);
        }
        parse_error(p, empty, "empty type argument list");
        *type = name;
        return 0;
    }
    list = parse_params(p, 0, 0, TOK_RBRACK, false, false);
    n = p->extra[list];
    if (n == 0) {
        if (p->tok == TOK_LPAREN) {
            return method(p, at, name);
        }
        *type = name;
        return 0;
    }
    if (p->nodes[p->extra[list + 1]].a != 0) {
        node m = method(p, at, name);

        parse_error(p, bracket, "interface method must have no type parameters");
        return m;
    }
    if (n == 1) {
        *type = p->nodes[p->extra[list + 1]].b;
    } else {
        u32 from = p->sp, types;

        for (u32 i = 1; i <= n; i++) {
            parse_push(p, p->nodes[p->extra[list + i]].b);
        }
        types = parse_list(p, from);
        *type = parse_node(p, AST_LIST, 0, 0, p->nodes[p->extra[list + 1]].pos, 0, types);
    }
    *type = parse_node(p, AST_INDEX, 0, 0, bracket, name, *type);
    return 0;
}

static node interface_type(struct parser *p)
{
    pos at = p->pos;
    u32 from = p->sp, methods;
    bool whole = true;

    parse_want(p, TOK_INTERFACE);
    parse_want(p, TOK_LBRACE);
    while (p->tok != TOK_EOF && p->tok != TOK_RBRACE) {
        pos start = p->pos;
        node type = 0, f = 0;

        if (p->tok == TOK_NAME) {
            f = method_decl(p, &type);
        } else {
            type = embedded_term(p);
        }
        if (!f) {
            type = union_of(p, type);
            f = parse_node(p, AST_FIELD, 0, 0, start, 0, type);
        }
        parse_push(p, f);
        if (!parse_separator(p, "interface type", TOK_SEMI, TOK_RBRACE)) {
            whole = false;
            break;
        }
    }
    if (whole) {
        parse_want(p, TOK_RBRACE);
    }
    methods = parse_list(p, from);
    return parse_node(p, AST_INTERFACE_TYPE, 0, 0, at, methods, 0);
}

/* ---- functions ---- */

/* A parameter while its list is parsed: name, type, or both.  Three words of the stack. */
struct param {
    pos at;
    node name, type;
};

enum { PARAM_WORDS = 3 };

/* One parameter; `name` if its name has been read already.  False after an error. */
static __attribute__((noinline)) bool param_decl(struct parser *p, node name, u8 close,
                                                 struct param *out)
{
    bool unions = close == TOK_RBRACK; /* in a list of type parameters */

    *out = (struct param){.at = name ? p->nodes[name].pos : p->pos};
    if (!name && unions && at_op(p, OP_TILDE)) {
        out->type = union_of(p, embedded_term(p));
        return true;
    }
    if (!name && p->tok == TOK_NAME) {
        name = parse_name(p);
    }
    if (name) {
        node type = 0;

        if (p->tok == TOK_LBRACK) {
            type = array_or_instance(p, name);
            out->name = parse_kind(p, type) == AST_INDEX ? 0 : name;
        } else if (p->tok == TOK_DOT) {
            type = parse_qualified_name(p, name);
        } else if (unions && at_op(p, OP_OR)) {
            type = name;
        }
        if (type) {
            out->type = unions ? union_of(p, type) : type;
            return true;
        }
        out->name = name;
    }
    if (p->tok == TOK_DOT_DOT_DOT) {
        pos at = p->pos;
        node elem;

        lex_next(p);
        elem = parse_type_or_none(p);
        if (elem) {
            out->type = parse_node(p, AST_DOTS_TYPE, 0, 0, at, elem, 0);
        } else {
            out->type = parse_bad(p);
            parse_syntax_error(p, "... is missing type");
        }
        return true;
    }
    if (unions && at_op(p, OP_TILDE)) {
        out->type = union_of(p, embedded_term(p));
        return true;
    }
    out->type = parse_type_or_none(p);
    if (unions && out->type) {
        out->type = union_of(p, out->type);
    }
    if (out->name || out->type) {
        return true;
    }
    parse_syntax_error(p, "expected %s", parse_token_string(close));
    parse_advance(p, PARSE_SET(TOK_COMMA) | PARSE_SET(close));
    return false;
}

/* The first byte of a type or expression of the unfinished tree. */
static pos start_of(struct parser *p, node x)
{
    struct ast view = {.src = p->src, .nodes = p->nodes, .extra = p->extra};

    return ast_start(&view, x);
}

/* `a, b T, c U`: from right to left, a name without a type takes the type of its neighbour. */
static __attribute__((noinline)) void distribute(struct parser *p, struct param *v, u32 n,
                                                 u32 named, u32 typed, bool names, pos end)
{
    pos bad = 0;
    node type = 0;
    const char *what = names ? "missing type parameter name" : "missing parameter name";

    for (u32 i = n; i-- > 0;) {
        if (v[i].type) {
            type = v[i].type;
            if (!v[i].name) {
                bad = start_of(p, type);
                v[i].name = parse_node(p, AST_NAME, 0, 0, bad, intern_id(p->names, STR("_")), 1);
            }
        } else if (type) {
            v[i].type = type;
        } else {
            bad = p->nodes[v[i].name].pos;
            v[i].type = parse_node(p, AST_BAD, 0, 0, bad, 0, 0);
        }
    }
    if (!bad) {
        return;
    }
    if (named == typed) {
        /* Those without a type stand at the end, or one would have been found for them. */
        parse_syntax_error_at(p, end, "%s",
                              names ? "missing type constraint" : "missing parameter type");
    } else {
        parse_syntax_error_at(p, bad, "%s%s", what,
                              names && n == 1 ? " or invalid array length" : "");
    }
}

/* What was read, n parameters on the stack from `from` on, as FIELDs.  Apart from parse_params, which calls
 * itself by way of types, to keep that one's frame small. */
static __attribute__((noinline)) u32 finish_params(struct parser *p, u32 from, u32 n, u32 named,
                                                   u32 typed, pos end, bool names, bool dots)
{
    struct param *v = (struct param *)(void *)&p->stack[from];
    bool first_dots = true;

    if (named == 0 && !names) {
        for (u32 i = 0; i < n; i++) {
            if (v[i].name) {
                v[i].type = v[i].name;
                v[i].name = 0;
            }
        }
    } else if (named != n) {
        distribute(p, v, n, named, typed, names, end);
    }
    for (u32 i = 0; i < n; i++) {
        const struct ast_node *t = &p->nodes[v[i].type];
        node field;

        if (t->kind == AST_DOTS_TYPE && (!dots || i + 1 < n)) {
            if (first_dots) {
                first_dots = false;
                parse_error(p, t->pos, "%s",
                            dots ? "can only use ... with final parameter" : "invalid use of ...");
            }
            v[i].type = p->nodes[v[i].type].a;
        }
        field = parse_node(p, AST_FIELD, 0, 0, v[i].at, v[i].name, v[i].type);
        p->stack[from + i] = field; /* v[i] has been read, and v[i+1] lies further on */
    }
    p->sp = from + n;
    return parse_list(p, from);
}

/* Parameters up to `close`, as a list of FIELD; name, type: what has been read of the first one.
 * names: all must have one (type parameters); dots: the last may have `...`. */
u32 parse_params(struct parser *p, node name, node type, u8 close, bool names, bool dots)
{
    u32 from = p->sp, n, named = 0, typed = 0;
    bool whole = true;
    pos end;

    if (name && type && p->tok == close) {
        lex_next(p);
        parse_push(p, parse_node(p, AST_FIELD, 0, 0, p->nodes[name].pos, name, type));
        return parse_list(p, from);
    }
    while (p->tok != TOK_EOF && p->tok != close) {
        struct param par;
        bool ok = true;

        if (type) {
            par = (struct param){p->nodes[name].pos, name, type};
        } else {
            ok = param_decl(p, name, close, &par);
        }
        name = type = 0;
        if (ok) {
            named += par.name && par.type;
            typed += par.type != 0;
            parse_push(p, par.at);
            parse_push(p, par.name);
            parse_push(p, par.type);
        }
        if (!parse_separator(p, "parameter list", TOK_COMMA, close)) {
            whole = false;
            break;
        }
    }
    end = p->pos;
    if (whole) {
        parse_want(p, close);
    }
    n = (p->sp - from) / PARAM_WORDS;
    if (n == 0) {
        return 0;
    }
    return finish_params(p, from, n, named, typed, end, names, dots);
}

_Static_assert(sizeof(struct param) == PARAM_WORDS * sizeof(u32), "a param is words of the stack");

static u32 results(struct parser *p)
{
    pos at;
    node t;
    u32 from;

    if (parse_got(p, TOK_LPAREN)) {
        return parse_params(p, 0, 0, TOK_RPAREN, false, false);
    }
    at = p->pos;
    t = parse_type_or_none(p);
    if (!t) {
        return 0;
    }
    from = p->sp;
    parse_push(p, parse_node(p, AST_FIELD, 0, 0, at, 0, t));
    return parse_list(p, from);
}

node parse_func_type(struct parser *p, const char *context, u32 *tparams)
{
    pos at = p->pos;
    u32 params, res;

    parse_enter(p); /* the parameters' types count as well: these frames are the largest */
    *tparams = 0;
    if (parse_got(p, TOK_LBRACK)) {
        if (context) {
            parse_syntax_error_at(p, at, "%s must have no type parameters", context);
        }
        if (p->tok == TOK_RBRACK) {
            parse_syntax_error(p, "empty type parameter list");
            lex_next(p);
        } else {
            *tparams = parse_params(p, 0, 0, TOK_RBRACK, true, false);
        }
    }
    parse_want(p, TOK_LPAREN);
    params = parse_params(p, 0, 0, TOK_RPAREN, false, true);
    res = results(p);
    parse_leave(p);
    return parse_node(p, AST_FUNC_TYPE, 0, 0, at, params, res);
}

/* ---- all types ---- */

static node type_here(struct parser *p)
{
    pos at = p->pos;
    node x, y;
    u32 tparams;
    u8 dir;

    switch (p->tok) {
    case TOK_NAME: return parse_qualified_name(p, 0);
    case TOK_STAR:
        lex_next(p);
        x = parse_type(p);
        return pointer(p, at, x);
    case TOK_ARROW:
        lex_next(p);
        parse_want(p, TOK_CHAN);
        x = channel_element(p);
        return parse_node(p, AST_CHAN_TYPE, AST_DIR_RECV, 0, at, x, 0);
    case TOK_FUNC: lex_next(p); return parse_func_type(p, "function type", &tparams);
    case TOK_LBRACK:
        lex_next(p);
        if (parse_got(p, TOK_RBRACK)) {
            return parse_slice_type(p, at);
        }
        return parse_array_type(p, at, 0);
    case TOK_CHAN:
        lex_next(p);
        dir = parse_got(p, TOK_ARROW) ? AST_DIR_SEND : AST_DIR_BOTH;
        x = channel_element(p);
        return parse_node(p, AST_CHAN_TYPE, dir, 0, at, x, 0);
    case TOK_MAP:
        lex_next(p);
        parse_want(p, TOK_LBRACK);
        x = parse_type(p);
        parse_want(p, TOK_RBRACK);
        y = parse_type(p);
        return parse_node(p, AST_MAP_TYPE, 0, 0, at, x, y);
    case TOK_STRUCT: return struct_type(p);
    case TOK_INTERFACE: return interface_type(p);
    case TOK_LPAREN: /* parentheses around types are not kept */
        lex_next(p);
        x = parse_type(p);
        parse_want(p, TOK_RPAREN);
        return x;
    default: return 0;
    }
}

/* 0 and no error if there is none. */
node parse_type_or_none(struct parser *p)
{
    node t;

    if (p->tok == TOK_NAME) {
        return parse_qualified_name(p, 0);
    }
    parse_enter(p);
    t = type_here(p);
    parse_leave(p);
    return t;
}
