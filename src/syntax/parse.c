/* parse.c: a file from start to end, and what all productions share. */
#include "syntax/parse.h"

#include <string.h>

#include "syntax/parse_state.h"
#include "syntax/source_lines.h"

/* ---- growing arrays ---- */

static void *grow(struct parser *p, void *v, u32 n, u32 *cap, u32 more, size_t size)
{
    size_t want = base_max((size_t)*cap + *cap / 2 + 64, (size_t)n + more);
    void *bigger;

    BUG_IF(want > UINT32_MAX);
    bigger = arena_alloc(p->tmp, want * size);
    memcpy(bigger, v, n * size);
    *cap = (u32)want;
    return bigger;
}

void parse_grow_nodes(struct parser *p)
{
    p->nodes = grow(p, p->nodes, p->n_nodes, &p->cap_nodes, 1, sizeof(*p->nodes));
}

void parse_grow_stack(struct parser *p)
{
    p->stack = grow(p, p->stack, p->sp, &p->cap_stack, 1, sizeof(*p->stack));
}

void parse_grow_extra(struct parser *p, u32 more)
{
    p->extra = grow(p, p->extra, p->n_extra, &p->cap_extra, more, sizeof(*p->extra));
}

u32 parse_list(struct parser *p, u32 from)
{
    u32 n = p->sp - from, at;

    if (n == 0) {
        return 0;
    }
    at = parse_record(p, n + 1);
    p->extra[at] = n;
    if (n <= 4) { /* most are short */
        for (u32 i = 0; i < n; i++) {
            p->extra[at + 1 + i] = p->stack[from + i];
        }
    } else {
        memcpy(&p->extra[at + 1], &p->stack[from], n * sizeof(*p->stack));
    }
    p->sp = from;
    return at;
}

/* ---- what productions share ---- */

void parse_missing(struct parser *p, u8 tok)
{
    parse_syntax_error(p, "expected %s", parse_token_string(tok));
    parse_advance(p, 0);
}

bool parse_got_assign(struct parser *p)
{
    if (p->tok == TOK_DEFINE) {
        parse_syntax_error(p, "expected =");
    } else if (p->tok != TOK_ASSIGN) {
        return false;
    }
    lex_next(p);
    return true;
}

void parse_advance(struct parser *p, u64 set)
{
    static const u64 statements =
        PARSE_SET(TOK_BREAK) | PARSE_SET(TOK_CONST) | PARSE_SET(TOK_CONTINUE) |
        PARSE_SET(TOK_DEFER) | PARSE_SET(TOK_FALLTHROUGH) | PARSE_SET(TOK_FOR) | PARSE_SET(TOK_GO) |
        PARSE_SET(TOK_GOTO) | PARSE_SET(TOK_IF) | PARSE_SET(TOK_RETURN) | PARSE_SET(TOK_SELECT) |
        PARSE_SET(TOK_SWITCH) | PARSE_SET(TOK_TYPE) | PARSE_SET(TOK_VAR);

    if (set == 0) {
        if (p->tok != TOK_EOF) {
            lex_next(p);
        }
        return;
    }
    set |= PARSE_SET(TOK_EOF);
    if (p->fnest > 0) {
        set |= statements;
    }
    while (!(set >> p->tok & 1)) {
        lex_next(p);
    }
}

bool parse_no_separator(struct parser *p, const char *context, u8 sep, u8 close)
{
    parse_syntax_error(p, "in %s; possibly missing %s or %s", context, parse_token_string(sep),
                       parse_token_string(close));
    parse_advance(p, PARSE_SET(TOK_RPAREN) | PARSE_SET(TOK_RBRACK) | PARSE_SET(TOK_RBRACE));
    return p->tok == close;
}

void parse_too_deep(struct parser *p)
{
    if (!p->too_deep) {
        p->too_deep = true;
        parse_error(p, p->pos, "syntax error: nested too deeply");
        lex_stop(p);
    }
}

node parse_bad(struct parser *p)
{
    return parse_node(p, AST_BAD, 0, 0, p->pos, 0, 0);
}

static node blank_name(struct parser *p)
{
    return parse_node(p, AST_NAME, 0, 0, p->pos, intern_id(p->names, STR("_")), 1);
}

node parse_name(struct parser *p)
{
    node n;

    if (p->tok == TOK_NAME) {
        n = parse_node(p, AST_NAME, 0, 0, p->pos, p->name, p->len);
        lex_next(p);
        return n;
    }
    n = blank_name(p);
    parse_syntax_error(p, "expected name");
    parse_advance(p, 0);
    return n;
}

u32 parse_name_list(struct parser *p, node first)
{
    u32 from = p->sp;

    parse_push(p, first);
    while (parse_got(p, TOK_COMMA)) {
        parse_push(p, parse_name(p));
    }
    return parse_list(p, from);
}

node parse_qualified_name(struct parser *p, node name)
{
    node x = name;

    if (!x) {
        if (p->tok == TOK_NAME) {
            x = parse_name(p);
        } else {
            x = blank_name(p);
            parse_syntax_error(p, "expected name");
            parse_advance(p, PARSE_SET(TOK_DOT) | PARSE_SET(TOK_SEMI) | PARSE_SET(TOK_RBRACE));
        }
    }
    if (p->tok == TOK_DOT) {
        pos at = p->pos;
        node sel;

        lex_next(p);
        sel = parse_name(p);
        x = parse_node(p, AST_SELECTOR, 0, 0, at, x, sel);
    }
    if (p->tok == TOK_LBRACK) {
        x = parse_type_instance(p, x);
    }
    return x;
}

node parse_literal(struct parser *p)
{
    node n;

    if (p->tok != TOK_LITERAL) {
        return 0;
    }
    n = parse_node(p, AST_BASIC_LIT, p->lit, p->bad ? AST_FLAG_BAD : 0, p->pos, p->len, 0);
    lex_next(p);
    return n;
}

/* ---- directives ---- */

/* Positions are computed from the text when they are asked for (source.h); here only mistakes count. */
static void check_line_directive(struct parser *p, str text, pos at)
{
    struct source_directive d;
    bool keep_file;
    size_t bad;

    switch (source_parse_line(text, &d, &keep_file, &bad)) {
    case SOURCE_LINE_BAD:
        parse_error(p, at + (u32)bad, "invalid line number: %.*s", STR_ARG(str_from(text, bad)));
        break;
    case SOURCE_LINE_BAD_COL:
        parse_error(p, at + (u32)bad, "invalid column number: %.*s", STR_ARG(str_from(text, bad)));
        break;
    default: break;
    }
}

static bool is_line_directive(const u8 *s)
{
    return strncmp((const char *)s + 2, "line ", 5) == 0;
}

void parse_directive(struct parser *p, const u8 *s, const u8 *e)
{
    if (is_line_directive(s)) {
        const char *text = (const char *)s + strlen("//line ");
        const char *end = (const char *)e - (s[1] == '*' ? 2 : 0);

        check_line_directive(p, (str){text, (size_t)(end - text)}, lex_pos(p, (const u8 *)text));
    }
    vec_push_in(p->tmp, &p->directives, (struct ast_directive){lex_pos(p, s), (u32)(e - s)});
}

u32 parse_take_pragmas(struct parser *p)
{
    u32 from = p->sp;

    for (u32 i = p->pending; i < p->directives.n; i++) {
        if (!is_line_directive(lex_at(p, p->directives.v[i].pos))) {
            parse_push(p, i);
        }
    }
    p->pending = (u32)p->directives.n;
    return parse_list(p, from);
}

void parse_drop_pragmas(struct parser *p)
{
    p->pending = (u32)p->directives.n;
}

/* ---- the file ---- */

static const u64 top_level = PARSE_SET(TOK_IMPORT) | PARSE_SET(TOK_CONST) | PARSE_SET(TOK_TYPE) |
                             PARSE_SET(TOK_VAR) | PARSE_SET(TOK_FUNC);

/* Is the declaration pushed last a function without a body? */
static bool after_bodyless(const struct parser *p, u32 from)
{
    const struct ast_node *d;

    if (p->sp == from) {
        return false;
    }
    d = &p->nodes[p->stack[p->sp - 1]];
    return d->kind == AST_FUNC_DECL && p->extra[d->b + FUNC_BODY] == 0 &&
           !(d->flags & AST_FLAG_SKIPPED);
}

/* Declarations that are not wanted keep their numbers. */
static bool skip_declarations(struct parser *p)
{
    u32 n = p->skips.n ? lex_skip_declarations(p) : 0;
    pos at = p->pos;

    for (u32 i = 0; i < n; i++) {
        parse_push(p, parse_node(p, AST_EMPTY, 0, AST_FLAG_SKIPPED, at, 0, 0));
    }
    if (n > 0) {
        parse_clear_pragmas(p);
        lex_next(p);
    }
    return n > 0;
}

static void declarations(struct parser *p, struct ast *f)
{
    u32 from = p->sp;
    u8 before = TOK_IMPORT;

    while (p->tok != TOK_EOF) {
        if (p->tok == TOK_IMPORT && before != TOK_IMPORT) {
            parse_syntax_error(p, "imports must appear before other declarations");
        }
        if ((p->mode & PARSE_IMPORTS) && p->tok != TOK_IMPORT) {
            break;
        }
        if (p->tok != TOK_IMPORT && skip_declarations(p)) {
            before = TOK_FUNC;
            continue;
        }
        before = p->tok;
        switch (p->tok) {
        case TOK_IMPORT:
            lex_next(p);
            parse_group(p, PARSE_IMPORT);
            break;
        case TOK_CONST:
            lex_next(p);
            parse_group(p, PARSE_CONST);
            break;
        case TOK_TYPE:
            lex_next(p);
            parse_group(p, PARSE_TYPE);
            break;
        case TOK_VAR:
            lex_next(p);
            parse_group(p, PARSE_VAR);
            break;
        case TOK_FUNC: {
            node d;

            lex_next(p);
            d = parse_func_decl(p);
            parse_push(p, d);
            break;
        }
        default:
            if (p->tok == TOK_LBRACE && after_bodyless(p, from)) {
                parse_syntax_error(p, "unexpected semicolon or newline before {");
            } else {
                parse_syntax_error(p, "non-declaration statement outside function body");
            }
            parse_advance(p, top_level);
            continue;
        }
        /* Before the semicolon is read: behind it stand the directives of the next declaration. */
        parse_clear_pragmas(p);
        if (p->tok != TOK_EOF && !parse_got(p, TOK_SEMI)) {
            parse_syntax_error(p, "after top level declaration");
            parse_advance(p, top_level);
        }
    }
    parse_clear_pragmas(p);
    f->eof = p->pos;
    f->decls = parse_list(p, from);
}

/* What is no character behind the current token: the compiler, which reads one ahead, has seen it. */
static void read_ahead(struct parser *p)
{
    p->at = lex_junk(p, p->at);
}

static void file(struct parser *p, struct ast *f)
{
    lex_start(p);
    lex_next(p);
    read_ahead(p);
    p->top = false;
    f->eof = p->pos;
    if (p->tok != TOK_PACKAGE) {
        parse_syntax_error(p, "package statement must be first");
        return;
    }
    f->package_pos = p->pos;
    lex_next(p);
    p->pending = (u32)p->directives.n; /* the clause takes those before it */
    f->package_name = parse_name(p);
    parse_want(p, TOK_SEMI);
    read_ahead(p);
    f->eof = p->pos;
    if (p->errcnt == 0) {
        declarations(p, f);
    }
}

/* ---- height ---- */

/* Is a node higher than PARSE_DEPTH?  Chains grow to the left while they are parsed, so this can
 * only be said afterwards; children come before their parents, so that one pass is enough. */
static pos too_high(struct parser *p)
{
    struct arena_scratch s = arena_scratch_begin(p->tmp);
    struct ast view = {.nodes = p->nodes, .n_nodes = p->n_nodes, .extra = p->extra};
    u32 *height = arena_alloc(s.arena, p->n_nodes * sizeof(*height));
    ast_nodes children = {0};
    pos at = 0;

    for (node n = 1; n < p->n_nodes && !at; n++) {
        u32 h = 0;

        vec_reset(&children);
        ast_children(&view, n, &children);
        for (size_t i = 0; i < children.n; i++) {
            u32 c = height[children.v[i]];

            h = c > h ? c : h;
        }
        height[n] = h + 1;
        if (h + 1 > PARSE_DEPTH) {
            at = p->nodes[n].pos;
        }
    }
    vec_release(&children);
    arena_scratch_end(s);
    return at;
}

/* ---- parse_file ---- */

static void sort_errors(parse_errors *v)
{
    for (size_t i = 1; i < v->n; i++) {
        struct ast_error e = v->v[i];
        size_t j = i;

        for (; j > 0 && v->v[j - 1].pos > e.pos; j--) {
            v->v[j] = v->v[j - 1];
        }
        v->v[j] = e;
    }
}

struct ast *parse_file(struct arena *a, struct intern *names, struct source *src, u32 mode)
{
    return parse_file_without(a, names, src, mode, (struct parse_skips){0});
}

struct ast *parse_file_without(struct arena *a, struct intern *names, struct source *src, u32 mode,
                               struct parse_skips skips)
{
    struct arena_scratch s = arena_scratch_begin(a);
    struct ast *f = ARENA_NEW(a, struct ast);
    struct parser p = {.a = a, .tmp = s.arena, .names = names, .src = src, .mode = mode, .skips = skips};

    p.text = (const u8 *)src->text.p;
    p.end = p.text + src->text.n;
    p.base = src->base;
    p.top = true;
    /* About what ordinary code needs; more is made when it runs out. */
    p.cap_nodes = (u32)(src->text.n / 4 + 64);
    p.nodes = arena_alloc(s.arena, p.cap_nodes * sizeof(*p.nodes));
    p.nodes[0] = (struct ast_node){0};
    p.n_nodes = 1;
    p.cap_extra = (u32)(src->text.n / 4 + 64);
    p.extra = arena_alloc(s.arena, p.cap_extra * sizeof(*p.extra));
    p.extra[0] = 0;
    p.n_extra = 1;
    p.cap_stack = 1024;
    p.stack = arena_alloc(s.arena, p.cap_stack * sizeof(*p.stack));

    f->src = src;
    file(&p, f);
    if (!p.too_deep && p.chained + 20 * p.deepest > PARSE_DEPTH) {
        pos at = too_high(&p);

        if (at) {
            p.too_deep = true;
            parse_error(&p, at, "syntax error: nested too deeply");
        }
    }
    if (p.too_deep) {
        f->decls = 0; /* nobody is to climb that tree */
    }
    sort_errors(&p.errors);

    f->nodes = arena_dup(a, p.nodes, p.n_nodes * sizeof(*p.nodes));
    f->n_nodes = p.n_nodes;
    f->extra = arena_dup(a, p.extra, p.n_extra * sizeof(*p.extra));
    f->n_extra = p.n_extra;
    f->go_version = p.go_version;
    f->n_comments = (u32)p.comments.n;
    f->comments = arena_dup(a, p.comments.v, p.comments.n * sizeof(*p.comments.v));
    f->n_directives = (u32)p.directives.n;
    f->directives = arena_dup(a, p.directives.v, p.directives.n * sizeof(*p.directives.v));
    f->n_errors = (u32)p.errors.n;
    f->errors = arena_dup(a, p.errors.v, p.errors.n * sizeof(*p.errors.v));
    arena_scratch_end(s);
    return f;
}
