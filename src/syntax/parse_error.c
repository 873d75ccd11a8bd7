/* parse_error.c: the parser's messages.
 *
 * What is said of an unexpected token, and which errors are not shown (a second syntax error in a
 * line, follow-ups at the end of the file), follows
 * GOROOT/src/cmd/compile/internal/syntax/parser.go and
 * GOROOT/src/cmd/compile/internal/base/print.go.
 */
#include <stdio.h>
#include <string.h>

#include "syntax/parse_state.h"
#include "syntax/print.h"
#include "syntax/quote.h"
#include "syntax/unicode.h"

struct parse_rune parse_quote_rune(u32 r)
{
    struct parse_rune out;
    struct strbuf b = {0};

    quote_rune(&b, r);
    snprintf(out.text, sizeof(out.text), "%s", strbuf_cstr(&b));
    strbuf_release(&b);
    return out;
}

struct parse_rune parse_show_rune(u32 r)
{
    struct parse_rune out = {0};
    char buf[4];

    if (r <= STR_RUNE_MAX && unicode_is_print(r)) {
        snprintf(out.text, sizeof(out.text), "U+%04X '%.*s'", r, (int)str_encode_rune(buf, r), buf);
    } else {
        snprintf(out.text, sizeof(out.text), "U+%04X", r);
    }
    return out;
}

static pos line_start(const struct parser *p, pos at)
{
    const u8 *s = lex_at(p, at);

    while (s > p->text && s[-1] != '\n') {
        s--;
    }
    return lex_pos(p, s);
}

static pos line_end(const struct parser *p, pos at)
{
    const u8 *nl = memchr(lex_at(p, at), '\n', (size_t)(p->end - lex_at(p, at)));

    return nl ? lex_pos(p, nl) : lex_pos(p, p->end);
}

/* Is this one more syntax error in a line, or one too many? */
static bool unwanted(const struct parser *p, pos at, bool syntax)
{
    if (p->errors.n >= PARSE_ERRORS) {
        return true;
    }
    return syntax && !(p->mode & PARSE_EVERY_ERROR) && at >= p->last_syntax.from &&
           at <= p->last_syntax.to;
}

static void add_error(struct parser *p, pos at, bool syntax, str text)
{
    if (!(p->mode & PARSE_EVERY_ERROR)) {
        if (syntax) {
            p->last_syntax.from = line_start(p, at);
            p->last_syntax.to = line_end(p, at);
        } else if (at >= p->last_other.from && at <= p->last_other.to) {
            if (str_eq(text, p->last_other.text)) {
                return;
            }
            p->last_other.text = text;
        } else {
            p->last_other.from = line_start(p, at);
            p->last_other.to = line_end(p, at);
            p->last_other.text = text;
        }
    }
    vec_push_in(p->tmp, &p->errors, (struct ast_error){at, str_dup(p->a, text)});
}

/* The text as it is, which may begin with "syntax error: " itself. */
void parse_error(struct parser *p, pos at, const char *fmt, ...)
{
    bool syntax = strncmp(fmt, "syntax error", 12) == 0;
    va_list ap;

    p->errcnt++;
    if (!unwanted(p, at, syntax)) {
        va_start(ap, fmt);
        add_error(p, at, syntax, str_vfmt(p->tmp, fmt, ap));
        va_end(ap);
    }
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

/* The current token, as it is called in messages.  Its text may have NULs, which printf takes for an end. */
static str found(struct parser *p)
{
    static const char *const semis[] = {"semicolon", "newline", "EOF"};
    str text = {(const char *)lex_at(p, p->pos), p->len};

    switch (p->tok) {
    case TOK_NAME: return str_join(p->tmp, (str[]){STR("name"), text}, 2, STR(" "));
    case TOK_LITERAL: return str_join(p->tmp, (str[]){STR("literal"), text}, 2, STR(" "));
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
    p->errcnt++;
    if (unwanted(p, at, true)) {
        return;
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
        str parts[] = {STR("syntax error: unexpected "), found(p), str_of(link), text};

        add_error(p, at, true, str_join(p->tmp, parts, ARRAY_LEN(parts), (str){0}));
    } else {
        add_error(p, at, true, str_fmt(p->tmp, "syntax error: %.*s", STR_ARG(text)));
    }
}

str parse_show(struct parser *p, node n)
{
    struct ast view = {.src = p->src, .nodes = p->nodes, .n_nodes = p->n_nodes};

    view.extra = p->extra;
    view.n_extra = p->n_extra;
    return print_expr_str(p->tmp, &view, p->names, n);
}
