/* print_file.c: whole files, so that reading them gives the same tree.
 *
 * Every statement ends with its line, so that the lexer puts the semicolons; comments and the
 * layout of the source are lost, directives of declarations are kept.
 */
#include "syntax/print_state.h"
#include "syntax/source.h"

static const struct ast_node *at(const struct printer *p, node n)
{
    return &p->f->nodes[n];
}

static void text(struct printer *p, const char *s)
{
    strbuf_puts(p->out, s);
}

static void tabs(struct printer *p)
{
    strbuf_put_n(p->out, '\t', p->indent);
}

/* ---- declarations ---- */

static u32 group_of(const struct printer *p, node d)
{
    switch (at(p, d)->kind) {
    case AST_IMPORT_DECL: return ast_rec(p->f, d, IMPORT_GROUP);
    case AST_TYPE_DECL: return ast_rec(p->f, d, TYPE_GROUP);
    case AST_CONST_DECL:
    case AST_VAR_DECL: return ast_rec(p->f, d, VALUE_GROUP);
    default: return 0;
    }
}

static u32 pragmas_of(const struct printer *p, node d)
{
    switch (at(p, d)->kind) {
    case AST_IMPORT_DECL: return ast_rec(p->f, d, IMPORT_PRAGMAS);
    case AST_TYPE_DECL: return ast_rec(p->f, d, TYPE_PRAGMAS);
    case AST_FUNC_DECL: return ast_rec(p->f, d, FUNC_PRAGMAS);
    default: return ast_rec(p->f, d, VALUE_PRAGMAS);
    }
}

static void pragmas(struct printer *p, node d)
{
    u32 list = pragmas_of(p, d);

    for (u32 i = 0; i < ast_list_len(p->f, list); i++) {
        const struct ast_directive *x = &p->f->directives[ast_list(p->f, list)[i]];
        size_t from = x->pos - p->f->src->base;

        strbuf_put(p->out, str_slice(p->f->src->text, from, from + x->len));
        text(p, "\n");
    }
}

static const char *keyword_of(u32 kind)
{
    switch (kind) {
    case AST_IMPORT_DECL: return "import ";
    case AST_CONST_DECL: return "const ";
    case AST_TYPE_DECL: return "type ";
    default: return "var ";
    }
}

/* Without its keyword. */
static void spec(struct printer *p, node d)
{
    const struct ast_node *x = at(p, d);

    switch (x->kind) {
    case AST_IMPORT_DECL:
        if (x->a) {
            print_node(p, x->a);
            text(p, " ");
        }
        print_node(p, ast_rec(p->f, d, IMPORT_PATH));
        break;
    case AST_TYPE_DECL: {
        u32 tparams = ast_rec(p->f, d, TYPE_TPARAMS);

        print_node(p, x->a);
        if (ast_list_len(p->f, tparams)) {
            print_params(p, tparams, '[', ',');
            text(p, "]"); /* the comma tells [P *C,] from an array */
        }
        text(p, x->flags & AST_FLAG_ALIAS ? " = " : " ");
        print_node(p, ast_rec(p->f, d, TYPE_TYPE));
        break;
    }
    default:
        print_names(p, x->a);
        if (ast_rec(p->f, d, VALUE_TYPE)) {
            text(p, " ");
            print_node(p, ast_rec(p->f, d, VALUE_TYPE));
        }
        if (ast_rec(p->f, d, VALUE_VALUES)) {
            text(p, " = ");
            print_node(p, ast_rec(p->f, d, VALUE_VALUES));
        }
        break;
    }
}

static void func_decl(struct printer *p, node d)
{
    node recv = ast_rec(p->f, d, FUNC_RECV), body = ast_rec(p->f, d, FUNC_BODY);
    u32 tparams = ast_rec(p->f, d, FUNC_TPARAMS);

    text(p, "func ");
    if (recv) {
        text(p, "(");
        print_node(p, recv);
        text(p, ") ");
    }
    print_node(p, at(p, d)->a);
    if (ast_list_len(p->f, tparams)) {
        print_params(p, tparams, '[', ']');
    }
    print_signature(p, ast_rec(p->f, d, FUNC_TYPE));
    if (body) {
        text(p, " ");
        print_block(p, body);
    }
}

/* Declarations one by one, those of a group in parentheses; each ends with its line. */
static void decls(struct printer *p, u32 list)
{
    u32 n = ast_list_len(p->f, list);
    const u32 *v = ast_list(p->f, list);

    for (u32 i = 0; i < n; i++) {
        u32 kind = at(p, v[i])->kind, group = group_of(p, v[i]);

        if (kind == AST_FUNC_DECL) {
            pragmas(p, v[i]);
            func_decl(p, v[i]);
        } else if (!group) {
            pragmas(p, v[i]);
            tabs(p);
            text(p, keyword_of(kind));
            spec(p, v[i]);
        } else {
            tabs(p);
            text(p, keyword_of(kind));
            text(p, "(\n");
            p->indent++;
            for (;; i++) {
                pragmas(p, v[i]);
                tabs(p);
                spec(p, v[i]);
                text(p, "\n");
                if (i + 1 == n || group_of(p, v[i + 1]) != group) {
                    break;
                }
            }
            p->indent--;
            tabs(p);
            text(p, ")");
        }
        text(p, "\n");
    }
}

/* ---- statements ---- */

static void stmt(struct printer *p, node s);

static void stmts(struct printer *p, u32 list)
{
    for (u32 i = 0; i < ast_list_len(p->f, list); i++) {
        stmt(p, ast_list(p->f, list)[i]);
    }
}

/* Without the end of the line. */
void print_block(struct printer *p, node block)
{
    text(p, "{\n");
    p->indent++;
    stmts(p, at(p, block)->a);
    p->indent--;
    tabs(p);
    text(p, "}");
}

static void init(struct printer *p, node s)
{
    if (s) {
        print_node(p, s);
        text(p, "; ");
    }
}

/* A chain of else-ifs in a loop: it may be long. */
static void if_stmt(struct printer *p, node s)
{
    for (;;) {
        node other = ast_rec(p->f, s, IF_ELSE);

        text(p, "if ");
        init(p, ast_rec(p->f, s, IF_INIT));
        print_node(p, at(p, s)->a);
        text(p, " ");
        print_block(p, ast_rec(p->f, s, IF_THEN));
        if (!other) {
            return;
        }
        text(p, " else ");
        if (at(p, other)->kind != AST_IF) {
            print_block(p, other);
            return;
        }
        s = other;
    }
}

static void for_stmt(struct printer *p, node s)
{
    node first = at(p, s)->a, cond = ast_rec(p->f, s, FOR_COND), post = ast_rec(p->f, s, FOR_POST);

    text(p, "for ");
    if (first && at(p, first)->kind == AST_RANGE) {
        print_node(p, first);
    } else if (first || post) {
        print_node(p, first);
        text(p, "; ");
        print_node(p, cond);
        text(p, "; ");
        print_node(p, post);
    } else {
        print_node(p, cond);
    }
    text(p, " ");
    print_block(p, ast_rec(p->f, s, FOR_BODY));
}

static void clauses(struct printer *p, u32 list)
{
    text(p, "{\n");
    for (u32 i = 0; i < ast_list_len(p->f, list); i++) {
        node c = ast_list(p->f, list)[i];

        tabs(p);
        if (at(p, c)->a) {
            text(p, "case ");
            print_node(p, at(p, c)->a);
            text(p, ":\n");
        } else {
            text(p, "default:\n");
        }
        p->indent++;
        stmts(p, ast_rec(p->f, c, CLAUSE_BODY));
        p->indent--;
    }
    tabs(p);
    text(p, "}");
}

static void stmt(struct printer *p, node s)
{
    const struct ast_node *x = at(p, s);

    if (x->kind == AST_DECL_STMT && ast_list_len(p->f, x->a)) {
        decls(p, x->a);
        return;
    }
    tabs(p);
    switch (x->kind) {
    case AST_EMPTY: text(p, ";"); break;
    case AST_LABELED:
        print_node(p, x->a);
        text(p, ":\n");
        stmt(p, x->b);
        return;
    case AST_BLOCK: print_block(p, s); break;
    case AST_DECL_STMT: text(p, "var ()"); break; /* or const (), type (): nothing was declared */
    case AST_BRANCH:
        text(p, token_text(x->op));
        if (x->a) {
            text(p, " ");
            print_node(p, x->a);
        }
        break;
    case AST_CALL_STMT:
        text(p, token_text(x->op));
        text(p, " ");
        print_node(p, x->a);
        break;
    case AST_RETURN:
        text(p, x->a ? "return " : "return");
        print_node(p, x->a);
        break;
    case AST_IF: if_stmt(p, s); break;
    case AST_FOR: for_stmt(p, s); break;
    case AST_SWITCH:
        text(p, "switch ");
        init(p, ast_rec(p->f, s, SWITCH_INIT));
        if (x->a) {
            print_node(p, x->a);
            text(p, " ");
        }
        clauses(p, ast_rec(p->f, s, SWITCH_BODY));
        break;
    case AST_SELECT:
        text(p, "select ");
        clauses(p, x->a);
        break;
    default: print_node(p, s); break;
    }
    text(p, "\n");
}

/* ---- files ---- */

void print_file(struct strbuf *out, const struct ast *f, const struct intern *names)
{
    struct printer p = {.out = out, .f = f, .names = names, .full = true};

    if (!f->package_name) {
        return;
    }
    if (f->go_version.n) {
        strbuf_printf(out, "//go:build %.*s\n\n", STR_ARG(f->go_version));
    }
    text(&p, "package ");
    print_node(&p, f->package_name);
    text(&p, "\n");
    decls(&p, f->decls);
    vec_release(&p.chain);
}
