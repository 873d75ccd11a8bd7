/* fix_buffer.c: a buffer on the stack for slices that are mostly small.
 *
 *   dst := make([]byte, hex.EncodedLen(n))      →     var dstBuf [256]byte
 *   ...                                               var dst []byte
 *   return string(dst)                                if n := hex.EncodedLen(n); n >= 0 && n <= len(dstBuf) {
 *                                                         dst = dstBuf[:n:n]
 *                                                     } else {
 *                                                         dst = make([]byte, n)
 *                                                     }
 *
 * Length, capacity and content are what make gives: a declaration makes a new variable, zeroed, each time that it is come to
 * (Go spec, "Variable declarations"), so no two executions share memory, and a negative number is left to make, which
 * panics.  Whether the slice leaves the function decides only where the array lives: then it is in the heap, the analysis sees
 * that, and nothing is gained.  What is certain to leave it is not proposed, nor is a slice whose elements have their address
 * taken: package unsafe may rely on how make aligns them, or keep a number for an address, which a stack that moves changes. */
#include "fix/fix_find.h"

enum { BUFFER_BYTES = 256, BUFFER_LEAST = 4 };

struct buffer {
    const struct fix_find *f;
    const struct fix_tree *t;
    node stmt, make;
    node elem;  /* as written */
    node count;
    bool empty; /* make([]T, 0, n) */
};

/* Is what is made of s here gone when the function returns, as far as can be seen, and are its elements without address? */
static bool is_kept_here(const struct fix_tree *t, const struct obj *s, node e)
{
    node p = t->parent[e];
    const struct ast_node *x = ast_at(t->ast, p);

    switch (x->kind) {
    case AST_PAREN: return is_kept_here(t, s, p);
    case AST_INDEX: return x->a == e && !fix_is_addressed(t, p);
    case AST_SLICE: return x->a == e && is_kept_here(t, s, p);
    case AST_RANGE: return x->b == e;
    case AST_OPERATION: return x->b != 0; /* s == nil */
    case AST_CALL:
        if (x->a == e || fix_is_unsafe_call(t, p)) {
            return false;
        }
        if (fix_is_appended_to(t, e, p)) {
            return fix_is_given_to(t, p, s);
        }
        /* string(s) copies; []T(s) of a named type does not. */
        return t->f->mode[x->a] != MODE_TYPE || type_under(fix_type(t, p))->kind == TYPE_BASIC;
    case AST_ASSIGN: return x->a == e || (fix_obj(t, x->a) == s && x->b == e);
    default: return false;
    }
}

static bool stays(const struct fix_tree *t, const struct obj *s, node func)
{
    struct fix_uses u = fix_uses_of(t, s);

    for (u32 i = 0; i < u.n; i++) {
        enum fix_use use = fix_use_of(t, u.v[i]);
        if (use == FIX_USE_DECLARE) {
            continue;
        }
        if (use == FIX_USE_ADDRESS || fix_func(t, u.v[i]) != func || !is_kept_here(t, s, u.v[i])) {
            return false;
        }
    }
    return u.n > 1;
}

/* T of a kind whose array is cheap to clear, and can be written again: a name. */
static u32 elements(const struct fix_tree *t, node elem)
{
    struct type *e = fix_type(t, elem);
    u32 k = ast_kind(t->ast, elem);

    if (!e || type_is_param(e) || layout_varies(e) || (k != AST_NAME && k != AST_SELECTOR)) {
        return 0;
    }
    u64 size = (u64)layout_size(&t->pkg->prog->sizes, e);
    return size > 0 && size <= BUFFER_BYTES / BUFFER_LEAST ? (u32)(BUFFER_BYTES / size) : 0;
}

/* Of type int itself, so that it can be compared with len(dstBuf), and no constant. */
static bool is_variable_int(const struct fix_tree *t, node n)
{
    struct type *type = fix_type(t, n);
    struct type *u = type ? type_unalias(type) : NULL;

    return u && u->kind == TYPE_BASIC && u->basic == BASIC_INT && !info_const(t->f, n);
}

struct mentions {
    const struct fix_tree *t;
    name_id name;
    bool found;
};

static bool mentions_visit(void *ctx, node n)
{
    struct mentions *m = ctx;
    const struct ast_node *x = ast_at(m->t->ast, n);

    m->found |= x->kind == AST_NAME && x->a == m->name;
    return !m->found;
}

/* b := make([]byte, len(b)) means an outer b, which the new text would hide: b is declared before the number is asked. */
static bool mentions_itself(const struct buffer *b)
{
    struct mentions m = {b->t, ast_at(b->t->ast, ast_at(b->t->ast, b->stmt)->a)->a, false};

    ast_walk(b->t->ast, b->make, mentions_visit, &m);
    return m.found;
}

static bool is_make(struct buffer *b)
{
    const struct fix_tree *t = b->t;
    const struct ast_node *x = ast_at(t->ast, b->stmt);
    i64 zero = 1;

    if (x->kind != AST_ASSIGN || x->op != OP_DEF || ast_kind(t->ast, x->a) != AST_NAME || !x->b ||
        !fix_is_builtin(t, x->b, "make")) {
        return false;
    }
    b->make = x->b;
    u32 list = ast_at(t->ast, b->make)->b, n = ast_list_len(t->ast, list);
    node type = ast_list(t->ast, list)[0];
    if (n < 2 || ast_kind(t->ast, type) != AST_SLICE_TYPE) {
        return false;
    }
    const struct constant *k = info_const(t->f, ast_list(t->ast, list)[1]);
    b->elem = ast_at(t->ast, type)->a;
    b->empty = n == 3 && k && constant_i64(k, &zero) && zero == 0;
    b->count = ast_list(t->ast, list)[n - 1];
    return (n == 2 || b->empty) && is_variable_int(t, b->count) && !mentions_itself(b);
}

static void propose(const struct buffer *b, u32 n)
{
    const struct fix_tree *t = b->t;
    struct arena *a = b->f->arena;
    str name = fix_text(t, ast_at(t->ast, b->stmt)->a), count = fix_text(t, b->count), elem = fix_text(t, b->elem);
    node decl = fix_func_decl(t, b->stmt);
    str array = fix_free_name(t, decl, str_fmt(a, "%.*sBuf %.*sArray", STR_ARG(name), STR_ARG(name))), in = fix_indent(t, b->stmt);
    bool never_negative = fix_is_builtin(t, b->count, "len") || fix_is_builtin(t, b->count, "cap");
    str text = fix_text(t, b->make), again = text, head = {0}, size = count;

    if (ast_kind(t->ast, b->count) != AST_NAME) {
        size = fix_free_name(t, decl, STR("size length count need"));
        head = str_fmt(a, "%.*s := %.*s; ", STR_ARG(size), STR_ARG(count));
        again = str_fmt(a, b->empty ? "make([]%.*s, 0, %.*s)" : "make([]%.*s, %.*s)", STR_ARG(elem), STR_ARG(size));
    }
    if (array.n == 0 || size.n == 0 || str_contains(text, STR("\n"))) {
        return;
    }
    struct fix_candidate *c = fix_propose(b->f, t, "buffer", b->make);
    c->title = str_fmt(a, "%.*s on the stack up to %u elements", STR_ARG(name), n);
    c->argument = STR("a slice of a new, zeroed array has the length, capacity and content of what make gives");
    c->what = str_fmt(a, "%.*s is allocated in the heap unless it is very small", STR_ARG(text));
    c->keeps = true;
    str negative = never_negative ? STR("") : str_fmt(a, "%.*s >= 0 && ", STR_ARG(size));
    fix_edit_replace(&c->edits, t->ast->src, fix_start(t, b->stmt), fix_end(t, b->stmt),
                     str_fmt(a,
                             "var %.*s [%u]%.*s\n%.*svar %.*s []%.*s\n%.*sif %.*s%.*s%.*s <= len(%.*s) {\n%.*s\t%.*s = "
                             "%.*s[:%s:%.*s]\n%.*s} else {\n%.*s\t%.*s = %.*s\n%.*s}",
                             STR_ARG(array), n, STR_ARG(elem), STR_ARG(in), STR_ARG(name), STR_ARG(elem), STR_ARG(in), STR_ARG(head),
                             STR_ARG(negative), STR_ARG(size), STR_ARG(array), STR_ARG(in), STR_ARG(name), STR_ARG(array),
                             b->empty ? "0" : str_cstr(a, size), STR_ARG(size), STR_ARG(in), STR_ARG(in), STR_ARG(name),
                             STR_ARG(again), STR_ARG(in)));
}

void fix_buffer(const struct fix_find *f, const struct fix_tree *t)
{
    for (node n = 1; n < t->ast->n_nodes; n++) {
        struct buffer b = {.f = f, .t = t, .stmt = n};
        node p = t->parent[n];
        if (!is_make(&b) || (ast_kind(t->ast, p) != AST_BLOCK && ast_kind(t->ast, p) != AST_CASE && ast_kind(t->ast, p) != AST_COMM)) {
            continue;
        }
        struct obj *s = info_obj(t->f, ast_at(t->ast, n)->a);
        u32 elems = elements(t, b.elem);
        if (s && elems > 0 && !fix_has_stmt(t, fix_func(t, n), AST_BRANCH, TOK_GOTO) && stays(t, s, fix_func(t, n))) {
            propose(&b, elems);
        }
    }
}
