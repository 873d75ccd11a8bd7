/* parse_error.c: the parser's messages.
 *
 * What is said of an unexpected token, and which errors are not shown (a second syntax error in a
 * line, follow-ups at the end of the file), follows
 * GOROOT/src/cmd/compile/internal/syntax/parser.go and
 * GOROOT/src/cmd/compile/internal/base/print.go.
 */
#include <string.h>

#include "syntax/parse_state.h"
#include "syntax/print.h"
#include "syntax/unicode.h"

str parse_quote_rune(struct arena *a, u32 r)
{
    static const char escapes[] = "\aa\bb\ff\nn\rr\tt\vv\\\\''";
    char buf[4];

    for (size_t i = 0; i + 1 < sizeof(escapes); i += 2) {
        if ((u32)(u8)escapes[i] == r) {
            return str_fmt(a, "'\\%c'", escapes[i + 1]);
        }
    }
    if (unicode_is_print(r)) {
        size_t n = str_encode_rune(buf, r);

        return str_fmt(a, "'%.*s'", (int)n, buf);
    }
    return r < 0x80      ? str_fmt(a, "'\\x%02x'", r)
           : r < 0x10000 ? str_fmt(a, "'\\u%04x'", r)
                         : str_fmt(a, "'\\U%08x'", r);
}

str parse_show_rune(struct arena *a, u32 r)
{
    char buf[4];

    if (r <= STR_RUNE_MAX && unicode_is_print(r)) {
        size_t n = str_encode_rune(buf, r);

        return str_fmt(a, "U+%04X '%.*s'", r, (int)n, buf);
    }
    return str_fmt(a, "U+%04X", r);
}

static bool same_line(const struct parser *p, pos a, pos b)
{
    pos lo = a < b ? a : b, hi = a < b ? b : a;

    return memchr(lex_at(p, lo), '\n', hi - lo) == NULL;
}

static void add_error(struct parser *p, pos at, str text)
{
    p->errcnt++;
    if (str_has_prefix(text, STR("syntax error")) && !(p->mode & PARSE_EVERY_ERROR)) {
        if (p->last_syntax_error && same_line(p, p->last_syntax_error, at)) {
            return;
        }
        p->last_syntax_error = at;
    }
    vec_push_in(p->tmp, &p->errors, (struct ast_error){at, text});
}

void parse_error(struct parser *p, pos at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_error(p, at, str_vfmt(p->a, fmt, ap));
    va_end(ap);
}

const char *parse_token_string(u8 tok)
{
#define X(name, text) "keyword " text,
    static const char *const texts[] = {SYNTAX_TOKENS(X)};
#undef X

    if (tok == TOK_COMMA) {
        return "comma";
    }
    if (tok == TOK_SEMI) {
        return "semicolon or newline";
    }
    return tok >= TOK_BREAK ? texts[tok] : token_text(tok);
}

/* The current token, as it is called in messages. */
static str found(struct parser *p)
{
    static const char *const semis[] = {"semicolon", "newline", "EOF"};
    str text = {(const char *)lex_at(p, p->pos), p->len};

    switch (p->tok) {
    case TOK_NAME: return str_fmt(p->tmp, "name %.*s", STR_ARG(text));
    case TOK_LITERAL: return str_fmt(p->tmp, "literal %.*s", STR_ARG(text));
    case TOK_SEMI: return str_of(semis[p->lit]);
    case TOK_OPERATOR: return str_of(op_text(p->op));
    case TOK_ASSIGN_OP: return str_fmt(p->tmp, "%s=", op_text(p->op));
    case TOK_INC_OP: return str_fmt(p->tmp, "%s%s", op_text(p->op), op_text(p->op));
    default: return str_of(parse_token_string(p->tok));
    }
}

void parse_syntax_error_at(struct parser *p, pos at, const char *fmt, ...)
{
    const char *link = NULL;
    va_list ap;
    str text;

    if (p->tok == TOK_EOF && p->errcnt > 0) {
        return; /* a consequence of what was reported */
    }
    va_start(ap, fmt);
    text = str_vfmt(p->tmp, fmt, ap);
    va_end(ap);
    if (text.n == 0) {
        link = "";
    } else if (str_has_prefix(text, STR("in ")) || str_has_prefix(text, STR("at ")) ||
               str_has_prefix(text, STR("after "))) {
        link = " ";
    } else if (str_has_prefix(text, STR("expected "))) {
        link = ", ";
    }
    if (link) {
        add_error(p, at,
                  str_fmt(p->a, "syntax error: unexpected %.*s%s%.*s", STR_ARG(found(p)), link,
                          STR_ARG(text)));
    } else {
        add_error(p, at, str_fmt(p->a, "syntax error: %.*s", STR_ARG(text)));
    }
}

str parse_show(struct parser *p, node n)
{
    struct ast view = {.src = p->src, .nodes = p->nodes, .n_nodes = p->n_nodes};

    view.extra = p->extra;
    view.n_extra = p->n_extra;
    return print_expr_str(p->tmp, &view, p->names, n);
}
