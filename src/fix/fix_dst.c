/* fix_dst.c: what a function makes and returns is made by its callers.
 *
 *   func parse(s string) (*node, error) {     →     func parse(dst *node, s string) (*node, error) {
 *       ...                                             ...
 *       n := &node{text: s}                             *dst = node{text: s}
 *       ...                                             n := dst
 *       return n, nil                                   ...
 *   }                                                   return n, nil
 *                                                   }
 *   n, err := parse(s)                              n, err := parse(new(node), s)
 *
 * So it can be on the stack of a caller that does not keep it, however long the function is.  At most one of the statements that
 * make it runs in a call, once; memory that new (or make of constants) has given for this call is as fresh and as zeroed there
 * as what it stands for, and nobody else has it: it has an identity of its own for each call.  If the function does not come to make
 * it, nobody sees the caller's.
 *
 * A function that is only called, by its own package; a method whose name no interface of the package has, so that none can want
 * it as it was.  Where the callers' values go to the heap again nothing is gained, and that is measured. */
#include "fix/fix_whole.h"

enum { DST_ALLOCS = 16 };

struct dst {
    const struct fix_whole *w;
    const struct fix_tree *t;
    struct obj *func;
    node decl, result; /* the first result's type as written */
    struct type *type; /* *T or []T */
    node allocs[DST_ALLOCS];
    u32 n_allocs;
    bool defined; /* t := ..., else returned */
    i64 len, cap; /* of make; cap below 0: not given */
    str name;
    struct fix_edits edits;
    u32 calls;
    node caller;  /* of the same file, which keeps its signature; 0: none */
};

/* ---- what is made ---- */

static bool int_constant(const struct fix_tree *t, node e, i64 *out)
{
    const struct constant *k = info_const(t->f, e);

    return k && constant_i64(k, out) && *out >= 0;
}

/* make([]T, 16, 32) */
static bool make_fits(struct dst *d, node e)
{
    const struct fix_tree *t = d->t;
    u32 list = ast_at(t->ast, e)->b, n = ast_list_len(t->ast, list);
    i64 len = 0, cap = -1;

    if (!fix_is_builtin(t, e, "make") || n < 2 || !int_constant(t, ast_list(t->ast, list)[1], &len) ||
        (n > 2 && !int_constant(t, ast_list(t->ast, list)[2], &cap)) || (d->n_allocs > 0 && (len != d->len || cap != d->cap))) {
        return false;
    }
    d->len = len;
    d->cap = cap;
    return true;
}

/* &T{...}, new(T), make([]T, 16): of the result's type. */
static bool is_alloc(struct dst *d, node e)
{
    const struct fix_tree *t = d->t;
    const struct ast_node *x = ast_at(t->ast, e);

    if (!fix_type(t, e) || !type_identical(fix_type(t, e), d->type) || fix_func(t, e) != d->decl) {
        return false;
    }
    if (type_unalias(d->type)->kind == TYPE_SLICE) {
        return make_fits(d, e);
    }
    bool literal = x->kind == AST_OPERATION && x->op == OP_AND && !x->b && ast_kind(t->ast, x->a) == AST_COMPOSITE_LIT;
    return (literal && ast_at(t->ast, x->a)->a) || fix_is_builtin(t, e, "new");
}

/* The first, or only, value that a return has. */
static node first_value(const struct fix_tree *t, node ret)
{
    node list = ast_at(t->ast, ret)->a;
    const node *v;

    return ast_exprs(t->ast, &list, &v) > 0 ? v[0] : 0;
}

static bool is_returned(const struct dst *d, const struct obj *o)
{
    const struct fix_tree *t = d->t;

    for (node n = 1; n < t->ast->n_nodes; n++) {
        node v = ast_kind(t->ast, n) == AST_RETURN && fix_func(t, n) == d->decl ? first_value(t, n) : 0;
        if (v && fix_obj(t, v) == o) {
            return true;
        }
    }
    return false;
}

/* The values of a return beside the first: is it all the same when they are asked for? */
static bool others_are_plain(const struct fix_tree *t, node ret)
{
    node list = ast_at(t->ast, ret)->a;
    const node *v;
    u32 n = ast_exprs(t->ast, &list, &v);

    for (u32 i = 1; i < n; i++) {
        if (t->f->mode[v[i]] != MODE_NIL && !fix_is_plain(t, v[i])) {
            return false;
        }
    }
    return true;
}

/* One `t := ...` whose t is returned, or all that is made in returns: of those a call comes to one at most. */
static bool takes_allocs(struct dst *d)
{
    const struct fix_tree *t = d->t;
    node defined = 0;
    u32 n_defined = 0;

    for (node e = 1; e < t->ast->n_nodes; e++) {
        u32 k = ast_kind(t->ast, e);
        if ((k != AST_OPERATION && k != AST_CALL) || !fix_within(t, e, d->decl)) {
            continue;
        }
        node p = t->parent[e], owner = ast_kind(t->ast, p) == AST_LIST ? t->parent[p] : p;
        bool defines = ast_kind(t->ast, p) == AST_ASSIGN && ast_at(t->ast, p)->op == OP_DEF && ast_at(t->ast, p)->b == e &&
                       ast_kind(t->ast, ast_at(t->ast, p)->a) == AST_NAME && fix_stmt(t, p) == p && !fix_loop(t, e);
        bool returns = ast_kind(t->ast, owner) == AST_RETURN && first_value(t, owner) == e && fix_stmt(t, owner) == owner &&
                       others_are_plain(t, owner);
        if ((!defines && !returns) || !is_alloc(d, e)) {
            continue;
        }
        if (returns) {
            if (d->n_allocs == DST_ALLOCS) {
                return false;
            }
            d->allocs[d->n_allocs++] = e;
        } else if (is_returned(d, fix_obj(t, ast_at(t->ast, p)->a))) {
            defined = e;
            n_defined++;
        }
    }
    if (n_defined == 1) { /* what is made in returns besides stays as it is */
        d->allocs[0] = defined;
        d->n_allocs = 1;
        d->defined = true;
        return type_unalias(d->type)->kind != TYPE_SLICE || make_fits(d, defined);
    }
    return n_defined == 0 && d->n_allocs > 0;
}

static bool takes_function(struct dst *d)
{
    const struct fix_tree *t = d->t;
    node type = ast_rec(t->ast, d->decl, FUNC_TYPE), body = ast_rec(t->ast, d->decl, FUNC_BODY);
    u32 results = ast_at(t->ast, type)->b, params = ast_at(t->ast, type)->a;
    struct type_signature *sig = is_signature(d->func->type);

    if (!body || !sig || sig->tparams || sig->rparams || ast_rec(t->ast, d->decl, FUNC_PRAGMAS) || !ast_list_len(t->ast, results) ||
        (ast_list_len(t->ast, params) && !ast_at(t->ast, ast_list(t->ast, params)[0])->a) ||
        fix_has_stmt(t, body, AST_BRANCH, TOK_GOTO)) {
        return false;
    }
    const struct ast_node *first = ast_at(t->ast, ast_list(t->ast, results)[0]);
    d->result = first->b;
    d->type = fix_type(t, first->b);
    u32 k = d->type ? type_unalias(d->type)->kind : TYPE_BASIC;
    return !first->a && (k == TYPE_POINTER || k == TYPE_SLICE) && !layout_varies(d->type);
}

/* ---- the text ---- */

static void write_alloc(struct dst *d, node e)
{
    const struct fix_tree *t = d->t;
    const struct source *src = t->ast->src;
    const struct ast_node *x = ast_at(t->ast, e);
    node p = t->parent[e], stmt = fix_stmt(t, p), lit = x->kind == AST_OPERATION ? x->a : 0;

    if (!lit || ast_list_len(t->ast, ast_rec(t->ast, lit, COMPOSITE_ELEMS)) == 0) {
        fix_edit_replace(&d->edits, src, fix_start(t, e), fix_end(t, e), d->name);
        return;
    }
    str indent = fix_indent(t, stmt), rest = fix_range(t, fix_end(t, lit), fix_end(t, stmt));
    str var = d->defined ? fix_text(t, ast_at(t->ast, stmt)->a) : (str){0};
    fix_edit_replace(&d->edits, src, fix_start(t, stmt), fix_start(t, lit), str_fmt(t->arena, "*%.*s = ", STR_ARG(d->name)));
    fix_edit_replace(&d->edits, src, fix_end(t, lit), fix_end(t, stmt),
                     d->defined ? str_fmt(t->arena, "\n%.*s%.*s := %.*s", STR_ARG(indent), STR_ARG(var), STR_ARG(d->name))
                                : str_fmt(t->arena, "\n%.*sreturn %.*s%.*s", STR_ARG(indent), STR_ARG(d->name), STR_ARG(rest)));
}

static void write_param(struct dst *d)
{
    const struct fix_tree *t = d->t;
    node type = ast_rec(t->ast, d->decl, FUNC_TYPE);
    u32 params = ast_at(t->ast, type)->a;
    bool any = ast_list_len(t->ast, params) > 0;
    pos at = any ? fix_start(t, ast_list(t->ast, params)[0]) : ast_at(t->ast, type)->pos + 1;

    fix_edit_insert(&d->edits, t->ast->src, at,
                    str_fmt(t->arena, "%.*s %.*s%s", STR_ARG(d->name), STR_ARG(fix_text(t, d->result)), any ? ", " : ""));
}

/* new(T), as a caller writes it. */
static bool argument(struct dst *d, const struct fix_tree *t, str *out)
{
    struct type *u = type_unalias(d->type);
    str type;

    if (u->kind == TYPE_POINTER) {
        bool ok = fix_type_text(t, as_pointer(u)->elem, NULL, &type);
        *out = str_fmt(t->arena, "new(%.*s)", STR_ARG(type));
        return ok;
    }
    bool ok = fix_type_text(t, d->type, NULL, &type);
    *out = d->cap < 0 ? str_fmt(t->arena, "make(%.*s, %lld)", STR_ARG(type), (long long)d->len)
                      : str_fmt(t->arena, "make(%.*s, %lld, %lld)", STR_ARG(type), (long long)d->len, (long long)d->cap);
    return ok;
}

static bool mention(void *ctx, const struct fix_tree *t, node name)
{
    struct dst *d = ctx;
    node e = fix_spoken(t, name), p = t->parent[e];
    str text;

    if (t == d->t && name == ast_at(t->ast, d->decl)->a) {
        return true;
    }
    if (ast_kind(t->ast, p) != AST_CALL || ast_at(t->ast, p)->a != e || t->f->mode[e] == MODE_TYPE || !argument(d, t, &text)) {
        return false;
    }
    if (ast_kind(t->ast, e) == AST_SELECTOR && t->f->at[e].sel && t->f->at[e].sel->kind == SELECT_METHOD_EXPR) {
        return false; /* T.m(x) */
    }
    u32 list = ast_at(t->ast, p)->b, n = ast_list_len(t->ast, list);
    struct type *first = n == 1 ? fix_type(t, ast_list(t->ast, list)[0]) : NULL;
    if (first && first->kind == TYPE_TUPLE) {
        return false; /* f(g()) */
    }
    if (n > 0) {
        fix_edit_insert(&d->edits, t->ast->src, fix_start(t, ast_list(t->ast, list)[0]), str_fmt(t->arena, "%.*s, ", STR_ARG(text)));
    } else {
        fix_edit_insert(&d->edits, t->ast->src, fix_end(t, p) - 1, text);
    }
    node around = fix_func_decl(t, p);
    if (t == d->t && around != d->decl && !d->caller) {
        d->caller = around;
    }
    d->calls++;
    return true;
}

static void look_at(const struct fix_whole *w, const struct fix_tree *t, node decl)
{
    struct dst d = {.w = w, .t = t, .decl = decl, .func = info_obj(t->f, ast_at(t->ast, decl)->a), .edits = {.arena = w->f->arena}};
    bool method = ast_rec(t->ast, decl, FUNC_RECV), api = d.func && fix_is_seen_outside(d.func);

    if (!d.func || (api && (method || !w->f->api)) || !takes_function(&d) || !takes_allocs(&d) ||
        (method && fix_whole_in_interface(w, d.func->name)) || fix_whole_is_hidden(w, d.func)) {
        return;
    }
    d.name = fix_free_name(t, decl, STR("dst to into"));
    if (d.name.n == 0 || !fix_whole_each(w, d.func, mention, &d) || d.calls == 0) {
        return;
    }
    write_param(&d);
    for (u32 i = 0; i < d.n_allocs; i++) {
        write_alloc(&d, d.allocs[i]);
    }
    struct fix_candidate *k = fix_propose(w->f, t, "dst", d.allocs[0]);
    str name = intern_str(t->pkg->prog->names, d.func->name);
    k->title = str_fmt(t->arena, "%.*s fills what its caller has made", STR_ARG(name));
    k->argument = STR("a call makes one at most, and what the caller makes for it is as new; no function value or interface knows the function");
    k->api = api;
    k->edits = d.edits;
    k->func = d.caller;
    k->brings = d.calls;
    k->keeps = true;
}

void fix_dst(const struct fix_whole *w)
{
    fix_whole_funcs(w, look_at);
}
