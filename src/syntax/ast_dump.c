/* ast_dump.c: what ast.h's table says of each kind, written out.
 *
 * Children that may be absent are told apart by a word in front of them, so that two trees have the
 * same dump only if they mean the same.
 */
#include "syntax/ast_dump.h"

#include <string.h>

#include "syntax/source.h"

struct dump {
    struct strbuf *out;
    const struct ast *f;
    const struct intern *names;
    bool positions;
    u32 line; /* of the last position, and where it begins: positions mostly go forward */
    size_t line_start, at;
};

const char *ast_kind_name(u32 kind)
{
#define X(name) #name,
    static const char *const kinds[] = {AST_KINDS(X)};
#undef X

    BUG_IF(kind >= AST_KIND_COUNT);
    return kinds[kind];
}

static void put_pos(struct dump *d, pos at)
{
    size_t off = at - d->f->src->base;
    const char *t = d->f->src->text.p, *nl;

    if (off < d->at) {
        d->line = 1;
        d->line_start = d->at = 0;
    }
    while ((nl = memchr(t + d->at, '\n', off - d->at)) != NULL) {
        d->line++;
        d->at = d->line_start = (size_t)(nl - t) + 1;
    }
    d->at = off;
    strbuf_printf(d->out, " @%u:%zu", d->line, off - d->line_start + 1);
}

static void dump(struct dump *d, u32 indent, const char *role, node n);

static void dump_list(struct dump *d, u32 indent, const char *role, u32 list)
{
    for (u32 i = 0; i < ast_list_len(d->f, list); i++) {
        dump(d, indent, role, ast_list(d->f, list)[i]);
    }
}

static void dump_rec(struct dump *d, u32 indent, node n, const char *const *roles)
{
    for (u32 i = 0; roles[i]; i++) {
        dump(d, indent, roles[i], ast_rec(d->f, n, i));
    }
}

static void fields(struct dump *d, u32 indent, const char *role, u32 list, u32 tags)
{
    const u32 *v = ast_list(d->f, list);

    for (u32 i = 0; i < ast_list_len(d->f, list); i++) {
        node before = i ? v[i - 1] : 0;
        const struct ast_node *x = &d->f->nodes[v[i]];

        /* The type that names share is shown with the first. */
        if (before && x->a && d->f->nodes[before].a && d->f->nodes[before].b == x->b) {
            strbuf_put_n(d->out, ' ', indent);
            strbuf_printf(d->out, "%s FIELD same type", role);
            if (d->positions) {
                put_pos(d, x->pos);
            }
            strbuf_putc(d->out, '\n');
            dump(d, indent + 1, "", x->a);
        } else {
            dump(d, indent, role, v[i]);
        }
        if (tags) {
            dump(d, indent, "tag", ast_list(d->f, tags)[i]);
        }
    }
}

static void pragmas(struct dump *d, u32 indent, u32 list)
{
    for (u32 i = 0; i < ast_list_len(d->f, list); i++) {
        const struct ast_directive *x = &d->f->directives[ast_list(d->f, list)[i]];
        size_t from = x->pos - d->f->src->base;

        strbuf_put_n(d->out, ' ', indent);
        strbuf_puts(d->out, "pragma ");
        strbuf_put(d->out, str_slice(d->f->src->text, from, from + x->len));
        strbuf_putc(d->out, '\n');
    }
}

static void head(struct dump *d, u32 indent, const char *role, node n)
{
    const struct ast_node *x = &d->f->nodes[n];

    strbuf_put_n(d->out, ' ', indent);
    if (*role) {
        strbuf_printf(d->out, "%s ", role);
    }
    strbuf_puts(d->out, ast_kind_name(x->kind));
    switch (x->kind) {
    case AST_NAME:
        strbuf_putc(d->out, ' ');
        strbuf_put(d->out, intern_str(d->names, x->a));
        break;
    case AST_BASIC_LIT:
        strbuf_printf(d->out, " %u ", x->op);
        strbuf_put(d->out, ast_lit(d->f, n));
        break;
    case AST_OPERATION:
    case AST_ASSIGN: strbuf_printf(d->out, " %s", op_text(x->op)); break;
    case AST_BRANCH:
    case AST_CALL_STMT: strbuf_printf(d->out, " %s", token_text(x->op)); break;
    case AST_CHAN_TYPE: strbuf_printf(d->out, " %u", x->op); break;
    default: break;
    }
    if (x->flags) {
        strbuf_printf(d->out, " !%u", x->flags);
    }
    if (d->positions) {
        put_pos(d, x->pos);
    }
    strbuf_putc(d->out, '\n');
}

static void dump_decl(struct dump *d, u32 indent, node n)
{
    static const char *const values[] = {"type", "values", NULL};
    const struct ast_node *x = &d->f->nodes[n];

    switch (x->kind) {
    case AST_IMPORT_DECL:
        pragmas(d, indent, ast_rec(d->f, n, IMPORT_PRAGMAS));
        dump(d, indent, "name", x->a);
        dump(d, indent, "path", ast_rec(d->f, n, IMPORT_PATH));
        break;
    case AST_TYPE_DECL:
        pragmas(d, indent, ast_rec(d->f, n, TYPE_PRAGMAS));
        dump(d, indent, "name", x->a);
        fields(d, indent, "tparam", ast_rec(d->f, n, TYPE_TPARAMS), 0);
        dump(d, indent, "type", ast_rec(d->f, n, TYPE_TYPE));
        break;
    case AST_FUNC_DECL:
        pragmas(d, indent, ast_rec(d->f, n, FUNC_PRAGMAS));
        dump(d, indent, "recv", ast_rec(d->f, n, FUNC_RECV));
        dump(d, indent, "name", x->a);
        fields(d, indent, "tparam", ast_rec(d->f, n, FUNC_TPARAMS), 0);
        dump(d, indent, "type", ast_rec(d->f, n, FUNC_TYPE));
        dump(d, indent, "body", ast_rec(d->f, n, FUNC_BODY));
        break;
    default:
        pragmas(d, indent, ast_rec(d->f, n, VALUE_PRAGMAS));
        dump_list(d, indent, "name", x->a);
        dump_rec(d, indent, n, values);
        break;
    }
}

static void dump_stmt(struct dump *d, u32 indent, node n)
{
    static const char *const ifs[] = {"init", "then", "else", NULL};
    static const char *const fors[] = {"cond", "post", "body", NULL};
    const struct ast_node *x = &d->f->nodes[n];

    switch (x->kind) {
    case AST_BLOCK: dump_list(d, indent, "", x->a); break;
    case AST_DECL_STMT: dump_list(d, indent, "", x->a); break;
    case AST_IF:
        dump(d, indent, "cond", x->a);
        dump_rec(d, indent, n, ifs);
        break;
    case AST_FOR:
        dump(d, indent, "init", x->a);
        dump_rec(d, indent, n, fors);
        break;
    case AST_SWITCH:
        dump(d, indent, "init", ast_rec(d->f, n, SWITCH_INIT));
        dump(d, indent, "tag", x->a);
        dump_list(d, indent, "", ast_rec(d->f, n, SWITCH_BODY));
        break;
    case AST_SELECT: dump_list(d, indent, "", x->a); break;
    case AST_CASE:
    case AST_COMM:
        dump(d, indent, "case", x->a);
        dump_list(d, indent, "", ast_rec(d->f, n, CLAUSE_BODY));
        break;
    default: /* the others have children a and b, of which at most one may be absent: the second */
        dump(d, indent, "a", x->a);
        dump(d, indent, "b", x->b);
        break;
    }
}

static void dump(struct dump *d, u32 indent, const char *role, node n)
{
    static const char *const slice[] = {"low", "high", "max", NULL};
    const struct ast_node *x = &d->f->nodes[n];

    if (!n) {
        return;
    }
    head(d, indent, role, n);
    indent++;
    switch (x->kind) {
    case AST_BAD:
    case AST_NAME:
    case AST_BASIC_LIT:
    case AST_EMPTY: break;
    case AST_COMPOSITE_LIT:
        dump(d, indent, "type", x->a);
        dump_list(d, indent, "", ast_rec(d->f, n, COMPOSITE_ELEMS));
        break;
    case AST_SLICE:
        dump(d, indent, "", x->a);
        dump_rec(d, indent, n, slice);
        break;
    case AST_CALL:
        dump(d, indent, "", x->a);
        dump_list(d, indent, "arg", x->b);
        break;
    case AST_LIST: dump_list(d, indent, "", x->b); break;
    case AST_STRUCT_TYPE: fields(d, indent, "", x->a, x->b); break;
    case AST_INTERFACE_TYPE: fields(d, indent, "", x->a, 0); break;
    case AST_FUNC_TYPE:
        fields(d, indent, "param", x->a, 0);
        fields(d, indent, "result", x->b, 0);
        break;
    case AST_IMPORT_DECL:
    case AST_CONST_DECL:
    case AST_TYPE_DECL:
    case AST_VAR_DECL:
    case AST_FUNC_DECL: dump_decl(d, indent, n); break;
    default: dump_stmt(d, indent, n); break;
    }
}

void ast_dump_node(struct strbuf *out, const struct ast *f, const struct intern *names, node n,
                   bool positions)
{
    struct dump d = {.out = out, .f = f, .names = names, .positions = positions, .line = 1};

    dump(&d, 0, "", n);
}

void ast_dump(struct strbuf *out, const struct ast *f, const struct intern *names, bool positions)
{
    struct dump d = {.out = out, .f = f, .names = names, .positions = positions, .line = 1};

    if (f->go_version.n) {
        strbuf_printf(out, "version %.*s\n", STR_ARG(f->go_version));
    }
    dump(&d, 0, "package", f->package_name);
    dump_list(&d, 0, "", f->decls);
}
