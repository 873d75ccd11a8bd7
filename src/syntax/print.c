/* print.c: expressions and types in one line.
 *
 * The short form is what GOROOT/src/cmd/compile/internal/syntax/printer.go writes for String(x):
 * bodies of functions and elements of literals as …, all else as in the source with spaces as by
 * gofmt's simplest rules (one around every binary operator).
 *
 * The full form differs only where the short one could not be read again: the tree has no
 * parentheses around the operand of &, and no space keeps - -x or 3 .f apart.
 */
#include "syntax/print.h"

#include "syntax/print_state.h"

static void puts_(struct printer *p, const char *s)
{
    strbuf_puts(p->out, s);
}

static const struct ast_node *at(const struct printer *p, node n)
{
    return &p->f->nodes[n];
}

static void print_list(struct printer *p, u32 list)
{
    for (u32 i = 0; i < ast_list_len(p->f, list); i++) {
        if (i > 0) {
            puts_(p, ", ");
        }
        print_node(p, ast_list(p->f, list)[i]);
    }
}

void print_names(struct printer *p, u32 list)
{
    print_list(p, list);
}

/* ---- types ---- */

/* Do the fields a and b, neighbours, stand in one list of names? */
static bool same_list(const struct printer *p, node a, node b)
{
    return at(p, a)->a && at(p, b)->a && at(p, a)->b == at(p, b)->b;
}

static void fields(struct printer *p, u32 list, u32 tags)
{
    u32 n = ast_list_len(p->f, list);
    const u32 *v = ast_list(p->f, list);

    for (u32 i = 0; i < n; i++) {
        node tag = tags ? ast_list(p->f, tags)[i] : 0;

        if (at(p, v[i])->a) {
            print_node(p, at(p, v[i])->a);
            if (i + 1 < n && same_list(p, v[i], v[i + 1])) {
                puts_(p, ", ");
                continue;
            }
            puts_(p, " ");
        }
        print_node(p, at(p, v[i])->b);
        if (tag) {
            puts_(p, " ");
            print_node(p, tag);
        }
        if (i + 1 < n) {
            puts_(p, "; ");
        }
    }
}

static void methods(struct printer *p, u32 list)
{
    for (u32 i = 0; i < ast_list_len(p->f, list); i++) {
        const struct ast_node *m = at(p, ast_list(p->f, list)[i]);

        if (i > 0) {
            puts_(p, "; ");
        }
        if (m->a) {
            print_node(p, m->a);
            print_signature(p, m->b);
        } else {
            print_node(p, m->b);
        }
    }
}

/* What cannot stand for a constraint as it is. */
static bool is_expression(const struct ast_node *x)
{
    switch (x->kind) {
    case AST_OPERATION: return x->b || (x->op != OP_MUL && x->op != OP_TILDE);
    case AST_BASIC_LIT:
    case AST_COMPOSITE_LIT:
    case AST_FUNC_LIT:
    case AST_SLICE:
    case AST_ASSERT:
    case AST_CALL: return true;
    default: return false;
    }
}

void print_params(struct printer *p, u32 list, char open, char close)
{
    u32 n = ast_list_len(p->f, list);
    const u32 *v = ast_list(p->f, list);

    strbuf_putc(p->out, open);
    for (u32 i = 0; i < n; i++) {
        const struct ast_node *x = at(p, v[i]);

        if (i > 0) {
            puts_(p, ", ");
        }
        if (x->a) {
            print_node(p, x->a);
            if (i + 1 < n && same_list(p, v[i], v[i + 1])) {
                continue;
            }
            puts_(p, " ");
        }
        /* The tree has no parentheses around the first constraint of type T[P (a * b),]. */
        bool parens = p->full && i == 0 && close == ',' && is_expression(at(p, x->b));
        puts_(p, parens ? "(" : "");
        print_node(p, x->b);
        puts_(p, parens ? ")" : "");
    }
    strbuf_putc(p->out, close);
}

void print_signature(struct printer *p, node type)
{
    u32 results = at(p, type)->b;

    print_params(p, at(p, type)->a, '(', ')');
    if (ast_list_len(p->f, results) == 0) {
        return;
    }
    puts_(p, " ");
    if (ast_list_len(p->f, results) == 1 && !at(p, ast_list(p->f, results)[0])->a) {
        print_node(p, at(p, ast_list(p->f, results)[0])->b);
    } else {
        print_params(p, results, '(', ')');
    }
}

static void channel(struct printer *p, const struct ast_node *x)
{
    bool parens = x->op == AST_DIR_BOTH && at(p, x->a)->kind == AST_CHAN_TYPE &&
                  at(p, x->a)->op == AST_DIR_RECV; /* chan (<-chan T) */

    puts_(p, x->op == AST_DIR_RECV ? "<-chan " : x->op == AST_DIR_SEND ? "chan<- " : "chan ");
    puts_(p, parens ? "(" : "");
    print_node(p, x->a);
    puts_(p, parens ? ")" : "");
}

/* ---- expressions ---- */

static bool is_binary(const struct ast_node *x)
{
    return x->kind == AST_OPERATION && x->b;
}

static bool is_postfix(const struct ast_node *x)
{
    return x->kind == AST_SELECTOR || x->kind == AST_INDEX || x->kind == AST_SLICE ||
           x->kind == AST_ASSERT || x->kind == AST_CALL;
}

/* What begins with a dot, behind x: 3.f would be the number 3. and more. */
static void print_dot(struct printer *p, node x, const char *text)
{
    puts_(p, p->full && at(p, x)->kind == AST_BASIC_LIT ? " " : "");
    puts_(p, text);
}

/* What stands behind the left operand of x. */
static void print_link(struct printer *p, node n)
{
    const struct ast_node *x = at(p, n);

    switch (x->kind) {
    case AST_OPERATION:
        puts_(p, " ");
        puts_(p, op_text(x->op));
        puts_(p, " ");
        print_node(p, x->b);
        break;
    case AST_SELECTOR:
        print_dot(p, x->a, ".");
        print_node(p, x->b);
        break;
    case AST_INDEX:
        puts_(p, "[");
        print_node(p, x->b);
        puts_(p, "]");
        break;
    case AST_SLICE:
        puts_(p, "[");
        for (u32 i = 0; i < 3; i++) {
            node index = ast_rec(p->f, n, i);

            if (i == 1 || (i == 2 && index)) {
                puts_(p, ":");
            }
            if (index) {
                print_node(p, index);
            }
        }
        puts_(p, "]");
        break;
    case AST_ASSERT:
        print_dot(p, x->a, ".(");
        print_node(p, x->b);
        puts_(p, ")");
        break;
    case AST_CALL:
        puts_(p, "(");
        print_list(p, x->b);
        if (x->flags & AST_FLAG_DOTS) {
            puts_(p, p->full ? " ..." : "..."); /* 3... would be the number 3. and more */
        }
        puts_(p, ")");
        break;
    default: BUG("kind %u", x->kind);
    }
}

/* From the innermost left operand outwards. */
static void print_chain(struct printer *p, node n, bool (*links)(const struct ast_node *x))
{
    size_t from = p->chain.n;

    for (; links(at(p, n)); n = at(p, n)->a) {
        vec_push(&p->chain, n);
    }
    print_node(p, n);
    while (p->chain.n > from) {
        print_link(p, vec_pop(&p->chain));
    }
}

static void unary(struct printer *p, const struct ast_node *x)
{
    const struct ast_node *y = at(p, x->a);
    bool parens = p->full && x->op == OP_AND && y->kind != AST_NAME;

    puts_(p, op_text(x->op));
    if (parens) {
        puts_(p, "(");
    } else if (p->full && y->kind == AST_OPERATION) {
        puts_(p, " ");
    }
    print_node(p, x->a);
    puts_(p, parens ? ")" : "");
}

static void composite(struct printer *p, node n)
{
    u32 elems = ast_rec(p->f, n, COMPOSITE_ELEMS);

    if (at(p, n)->a) {
        print_node(p, at(p, n)->a);
    }
    puts_(p, "{");
    if (p->full) {
        print_list(p, elems);
    } else if (ast_list_len(p->f, elems)) {
        puts_(p, "…");
    }
    puts_(p, "}");
}

static void func_lit(struct printer *p, const struct ast_node *x)
{
    print_node(p, x->a);
    puts_(p, " ");
    if (p->full) {
        print_block(p, x->b);
    } else {
        puts_(p, ast_list_len(p->f, at(p, x->b)->a) ? "{…}" : "{}");
    }
}

static void assign(struct printer *p, const struct ast_node *x)
{
    print_node(p, x->a);
    if (!x->b) {
        puts_(p, op_text(x->op));
        puts_(p, op_text(x->op));
        return;
    }
    puts_(p, " ");
    puts_(p, op_text(x->op));
    puts_(p, "= ");
    print_node(p, x->b);
}

static void print_type(struct printer *p, const struct ast_node *x)
{
    switch (x->kind) {
    case AST_ARRAY_TYPE:
        puts_(p, "[");
        if (x->a) {
            print_node(p, x->a);
        } else {
            puts_(p, "...");
        }
        puts_(p, "]");
        print_node(p, x->b);
        break;
    case AST_SLICE_TYPE:
        puts_(p, "[]");
        print_node(p, x->a);
        break;
    case AST_DOTS_TYPE:
        puts_(p, "...");
        print_node(p, x->a);
        break;
    case AST_STRUCT_TYPE:
        puts_(p, "struct{");
        fields(p, x->a, x->b);
        puts_(p, "}");
        break;
    case AST_INTERFACE_TYPE:
        puts_(p, "interface{");
        methods(p, x->a);
        puts_(p, "}");
        break;
    case AST_MAP_TYPE:
        puts_(p, "map[");
        print_node(p, x->a);
        puts_(p, "]");
        print_node(p, x->b);
        break;
    case AST_CHAN_TYPE: channel(p, x); break;
    case AST_FIELD:
        if (x->a) {
            print_node(p, x->a);
            puts_(p, " ");
        }
        print_node(p, x->b);
        break;
    default: BUG("kind %u is not printed in a line", x->kind);
    }
}

void print_node(struct printer *p, node n)
{
    const struct ast_node *x = at(p, n);

    switch (x->kind) {
    case AST_NONE: break;
    case AST_BAD: puts_(p, "<bad expr>"); break;
    case AST_NAME: strbuf_put(p->out, intern_str(p->names, x->a)); break;
    case AST_BASIC_LIT: strbuf_put(p->out, ast_lit(p->f, n)); break;
    case AST_COMPOSITE_LIT: composite(p, n); break;
    case AST_KEY_VALUE:
        print_node(p, x->a);
        puts_(p, ": ");
        print_node(p, x->b);
        break;
    case AST_FUNC_LIT: func_lit(p, x); break;
    case AST_PAREN:
        puts_(p, "(");
        print_node(p, x->a);
        puts_(p, ")");
        break;
    case AST_SELECTOR:
    case AST_INDEX:
    case AST_SLICE:
    case AST_ASSERT:
    case AST_CALL: print_chain(p, n, is_postfix); break;
    case AST_TYPE_SWITCH:
        if (x->a) {
            print_node(p, x->a);
            puts_(p, " := ");
        }
        print_node(p, x->b);
        print_dot(p, x->b, ".(type)");
        break;
    case AST_OPERATION:
        if (x->b) {
            print_chain(p, n, is_binary);
        } else {
            unary(p, x);
        }
        break;
    case AST_LIST: print_list(p, x->b); break;
    case AST_FUNC_TYPE:
        puts_(p, "func");
        print_signature(p, n);
        break;
    case AST_EXPR_STMT: print_node(p, x->a); break;
    case AST_SEND:
        print_node(p, x->a);
        puts_(p, " <- ");
        print_node(p, x->b);
        break;
    case AST_ASSIGN: assign(p, x); break;
    case AST_RANGE:
        if (x->a) {
            print_node(p, x->a);
            puts_(p, x->flags & AST_FLAG_DEF ? " := " : " = ");
        }
        puts_(p, "range ");
        print_node(p, x->b);
        break;
    default: print_type(p, x); break;
    }
}

void print_expr(struct strbuf *out, const struct ast *f, const struct intern *names, node x)
{
    struct printer p = {.out = out, .f = f, .names = names};

    print_node(&p, x);
    vec_release(&p.chain);
}

str print_expr_str(struct arena *a, const struct ast *f, const struct intern *names, node x)
{
    struct strbuf b = {0};
    str s;

    print_expr(&b, f, names, x);
    s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}
