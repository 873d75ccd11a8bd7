/* ast.c: what a node spans, and its children. */
#include "syntax/ast.h"

#include "syntax/source.h"

static node last_of(const struct ast *f, u32 list)
{
    u32 n = ast_list_len(f, list);

    return n ? ast_list(f, list)[n - 1] : 0;
}

str ast_lit(const struct ast *f, node n)
{
    const struct ast_node *x = &f->nodes[n];

    BUG_IF(x->kind != AST_BASIC_LIT);
    return str_slice(f->src->text, x->pos - f->src->base, x->pos - f->src->base + (size_t)x->a);
}

pos ast_start(const struct ast *f, node n)
{
    for (;;) {
        const struct ast_node *x = &f->nodes[n];
        node first = 0;

        switch (x->kind) {
        case AST_COMPOSITE_LIT:
        case AST_KEY_VALUE:
        case AST_SELECTOR:
        case AST_INDEX:
        case AST_ASSERT:
        case AST_CALL:
        case AST_SEND:
        case AST_ASSIGN: first = x->a; break;
        case AST_TYPE_SWITCH:
        case AST_RANGE: first = x->a ? x->a : x->b; break;
        case AST_OPERATION: first = x->b ? x->a : 0; break;
        case AST_LIST: first = ast_list_len(f, x->b) ? ast_list(f, x->b)[0] : 0; break;
        default: break; /* also x[i:j], whose place is its [ for the compiler */
        }
        if (!first) {
            return x->pos;
        }
        n = first;
    }
}

pos ast_end(const struct ast *f, node n)
{
    for (;;) {
        const struct ast_node *x = &f->nodes[n];
        node last = 0;

        switch (x->kind) {
        case AST_NAME: return x->pos + x->b;
        case AST_BASIC_LIT: return x->pos + x->a;
        case AST_COMPOSITE_LIT: return ast_rec(f, n, COMPOSITE_RBRACE);
        case AST_BLOCK:
        case AST_SELECT: return x->b;
        case AST_SWITCH: return ast_rec(f, n, SWITCH_RBRACE);
        case AST_KEY_VALUE:
        case AST_FUNC_LIT:
        case AST_SELECTOR:
        case AST_INDEX:
        case AST_ASSERT:
        case AST_TYPE_SWITCH:
        case AST_ARRAY_TYPE:
        case AST_MAP_TYPE:
        case AST_LABELED:
        case AST_SEND:
        case AST_RANGE: last = x->b; break;
        case AST_PAREN:
        case AST_SLICE_TYPE:
        case AST_DOTS_TYPE:
        case AST_CHAN_TYPE:
        case AST_EXPR_STMT:
        case AST_CALL_STMT:
        case AST_BRANCH:
        case AST_RETURN: last = x->a; break;
        case AST_SLICE:
            for (u32 i = 3; i-- > 0 && !last;) {
                last = ast_rec(f, n, i);
            }
            last = last ? last : x->a;
            break;
        case AST_OPERATION: last = x->b ? x->b : x->a; break;
        case AST_CALL:
            last = last_of(f, x->b);
            last = last ? last : x->a;
            break;
        case AST_LIST: last = last_of(f, x->b); break;
        case AST_STRUCT_TYPE:
        case AST_INTERFACE_TYPE:
        case AST_DECL_STMT: last = last_of(f, x->a); break;
        case AST_FIELD: last = x->b ? x->b : x->a; break;
        case AST_FUNC_TYPE:
            last = last_of(f, x->b);
            last = last ? last : last_of(f, x->a);
            break;
        case AST_IMPORT_DECL: last = ast_rec(f, n, IMPORT_PATH); break;
        case AST_CONST_DECL:
        case AST_VAR_DECL:
            last = ast_rec(f, n, VALUE_VALUES);
            last = last ? last : ast_rec(f, n, VALUE_TYPE);
            last = last ? last : last_of(f, x->a);
            break;
        case AST_TYPE_DECL: last = ast_rec(f, n, TYPE_TYPE); break;
        case AST_FUNC_DECL:
            last = ast_rec(f, n, FUNC_BODY);
            last = last ? last : ast_rec(f, n, FUNC_TYPE);
            break;
        case AST_ASSIGN:
            if (!x->b) {
                return ast_end(f, x->a) + 2; /* ++ */
            }
            last = x->b;
            break;
        case AST_IF:
            last = ast_rec(f, n, IF_ELSE);
            last = last ? last : ast_rec(f, n, IF_THEN);
            break;
        case AST_FOR: last = ast_rec(f, n, FOR_BODY); break;
        case AST_CASE:
        case AST_COMM:
            last = last_of(f, ast_rec(f, n, CLAUSE_BODY));
            if (!last) {
                return ast_rec(f, n, CLAUSE_COLON);
            }
            break;
        default: break;
        }
        if (!last) {
            return x->pos;
        }
        n = last;
    }
}

/* ---- children ---- */

static void add(ast_nodes *v, node n)
{
    if (n) {
        vec_push(v, n);
    }
}

static void add_list(const struct ast *f, ast_nodes *v, u32 list)
{
    u32 n = ast_list_len(f, list);
    const u32 *e = ast_list(f, list);

    for (u32 i = 0; i < n; i++) {
        add(v, e[i]);
    }
}

/* Fields and, of a struct, the tags behind them; the names of a list share a tag as they share the
 * type. */
static void add_fields(const struct ast *f, ast_nodes *v, u32 fields, u32 tags)
{
    u32 n = ast_list_len(f, fields);
    const u32 *tag = tags ? ast_list(f, tags) : NULL;

    for (u32 i = 0; i < n; i++) {
        add(v, ast_list(f, fields)[i]);
        if (tag && (i + 1 == n || tag[i + 1] != tag[i])) {
            add(v, tag[i]);
        }
    }
}

/* Does the next field share this one's type?  The fields of a list of names are made one after the
 * other. */
static bool shares_type(const struct ast *f, node field)
{
    const struct ast_node *x = &f->nodes[field];

    return field + 1 < f->n_nodes && x[1].kind == AST_FIELD && x[1].b == x->b;
}

/* Children that are words a and b of the node itself: of most kinds. */
static const struct {
    u8 a, b;
} plain[AST_KIND_COUNT] = {
    [AST_KEY_VALUE] = {1, 1},   [AST_FUNC_LIT] = {1, 1},  [AST_PAREN] = {1, 0},
    [AST_SELECTOR] = {1, 1},    [AST_INDEX] = {1, 1},     [AST_ASSERT] = {1, 1},
    [AST_TYPE_SWITCH] = {1, 1}, [AST_OPERATION] = {1, 1}, [AST_ARRAY_TYPE] = {1, 1},
    [AST_SLICE_TYPE] = {1, 0},  [AST_DOTS_TYPE] = {1, 0}, [AST_MAP_TYPE] = {1, 1},
    [AST_CHAN_TYPE] = {1, 0},   [AST_LABELED] = {1, 1},   [AST_EXPR_STMT] = {1, 0},
    [AST_SEND] = {1, 1},        [AST_ASSIGN] = {1, 1},    [AST_BRANCH] = {1, 0},
    [AST_CALL_STMT] = {1, 0},   [AST_RETURN] = {1, 0},    [AST_RANGE] = {1, 1},
};

void ast_children(const struct ast *f, node n, ast_nodes *v)
{
    const struct ast_node *x = &f->nodes[n];

    if (plain[x->kind].a) {
        add(v, x->a);
        if (plain[x->kind].b) {
            add(v, x->b);
        }
        return;
    }
    switch (x->kind) {
    case AST_COMPOSITE_LIT:
        add(v, x->a);
        add_list(f, v, ast_rec(f, n, COMPOSITE_ELEMS));
        break;
    case AST_SLICE:
        add(v, x->a);
        for (u32 i = 0; i < 3; i++) {
            add(v, ast_rec(f, n, i));
        }
        break;
    case AST_CALL:
        add(v, x->a);
        add_list(f, v, x->b);
        break;
    case AST_LIST: add_list(f, v, x->b); break;
    case AST_STRUCT_TYPE: add_fields(f, v, x->a, x->b); break;
    case AST_FIELD:
        add(v, x->a);
        if (!shares_type(f, n)) {
            add(v, x->b);
        }
        break;
    case AST_FUNC_TYPE:
        add_list(f, v, x->a);
        add_list(f, v, x->b);
        break;
    case AST_IMPORT_DECL:
        add(v, x->a);
        add(v, ast_rec(f, n, IMPORT_PATH));
        break;
    case AST_CONST_DECL:
    case AST_VAR_DECL:
        add_list(f, v, x->a);
        add(v, ast_rec(f, n, VALUE_TYPE));
        add(v, ast_rec(f, n, VALUE_VALUES));
        break;
    case AST_TYPE_DECL:
        add(v, x->a);
        add_list(f, v, ast_rec(f, n, TYPE_TPARAMS));
        add(v, ast_rec(f, n, TYPE_TYPE));
        break;
    case AST_FUNC_DECL:
        add(v, ast_rec(f, n, FUNC_RECV));
        add(v, x->a);
        add_list(f, v, ast_rec(f, n, FUNC_TPARAMS));
        add(v, ast_rec(f, n, FUNC_TYPE));
        add(v, ast_rec(f, n, FUNC_BODY));
        break;
    case AST_INTERFACE_TYPE:
    case AST_BLOCK:
    case AST_DECL_STMT:
    case AST_SELECT: add_list(f, v, x->a); break;
    case AST_IF:
        add(v, ast_rec(f, n, IF_INIT));
        add(v, x->a);
        add(v, ast_rec(f, n, IF_THEN));
        add(v, ast_rec(f, n, IF_ELSE));
        break;
    case AST_FOR:
        add(v, x->a);
        add(v, ast_rec(f, n, FOR_COND));
        add(v, ast_rec(f, n, FOR_POST));
        add(v, ast_rec(f, n, FOR_BODY));
        break;
    case AST_SWITCH:
        add(v, ast_rec(f, n, SWITCH_INIT));
        add(v, x->a);
        add_list(f, v, ast_rec(f, n, SWITCH_BODY));
        break;
    case AST_CASE:
    case AST_COMM:
        add(v, x->a);
        add_list(f, v, ast_rec(f, n, CLAUSE_BODY));
        break;
    default: break;
    }
}

/* Without recursion: a chain of thousands of operators is as deep. */
void ast_walk(const struct ast *f, node n, bool (*visit)(void *ctx, node n), void *ctx)
{
    ast_nodes todo = {0};

    add(&todo, n);
    while (todo.n > 0) {
        size_t from, to;

        n = vec_pop(&todo);
        if (!visit(ctx, n)) {
            continue;
        }
        from = todo.n;
        ast_children(f, n, &todo);
        for (to = todo.n; from + 1 < to; from++) {
            node swap = todo.v[--to];

            todo.v[to] = todo.v[from];
            todo.v[from] = swap;
        }
    }
    vec_release(&todo);
}
