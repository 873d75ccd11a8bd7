/* fix_pool.c: values that live as long as one call, and yet go to the heap. */
#include "fix/fix_pool.h"

enum { POOL_BYTES = 64 }; /* below a cache line, taking from a pool and putting back costs what allocating does */

bool fix_pool_suits(const struct fix_remark *r, const struct escape_site *s)
{
    u32 at = s->note->shown;

    if (s->free || s->inlined || (s->size >= 0 && s->size < POOL_BYTES) || at != (s->variable ? r->at : r->value)) {
        return false;
    }
    switch (s->cause) {
    case ESCAPE_INTERFACE:
    case ESCAPE_UNKNOWN:
    case ESCAPE_KEPT:
    case ESCAPE_LARGE:
    case ESCAPE_SIZE: return true;
    default: return false;
    }
}

/* A value of this type refers to nothing that it was made from: numbers, strings, which are copies, and errors. */
static bool is_own(const struct fix_tree *t, struct type *type)
{
    struct type *u = type ? type_under(type) : NULL;

    if (!u) {
        return true;
    }
    if (u->kind == TYPE_TUPLE) {
        for (u32 i = 0; i < as_tuple(u)->n; i++) {
            if (!is_own(t, as_tuple(u)->vars[i]->type)) {
                return false;
            }
        }
        return true;
    }
    return (u->kind == TYPE_BASIC && u->basic != BASIC_UNSAFE_POINTER) || type_unalias(type) == t->pkg->prog->error;
}

/* Does the call leave nothing behind that refers to what it is given, as far as its type and its place tell?  What it gives
 * may be the receiver of the next: json.NewEncoder(&b).Encode(v). */
static bool is_call_over(const struct fix_tree *t, node call)
{
    for (;;) {
        node p = t->parent[call];
        u32 kind = ast_kind(t->ast, p);
        if (kind == AST_CALL_STMT || kind == AST_EXPR_STMT) {
            return kind == AST_EXPR_STMT || ast_at(t->ast, p)->op == TOK_DEFER;
        }
        if (is_own(t, fix_type(t, call))) {
            return true;
        }
        node next = t->parent[p];
        if (kind != AST_SELECTOR || ast_kind(t->ast, next) != AST_CALL || ast_at(t->ast, next)->a != p) {
            return false;
        }
        call = next;
    }
}

static bool is_call_of_method(const struct fix_tree *t, node selector)
{
    node p = t->parent[selector];

    return ast_kind(t->ast, p) == AST_CALL && ast_at(t->ast, p)->a == selector && is_call_over(t, p);
}

/* e is handed to a call. */
static bool is_handed(const struct fix_tree *t, const struct obj *v, node e, node call)
{
    if (ast_at(t->ast, call)->a == e || fix_is_unsafe_call(t, call) || fix_is_builtin(t, call, "panic")) {
        return false;
    }
    return fix_is_appended_to(t, e, call) ? fix_is_given_to(t, call, v) : is_call_over(t, call);
}

/* Is what is done with the variable, or with a part of it, over when the statement is? */
static bool is_used_here(const struct fix_tree *t, const struct obj *v, node e)
{
    node p = t->parent[e];
    const struct ast_node *x = ast_at(t->ast, p);

    switch (x->kind) {
    case AST_PAREN: return is_used_here(t, v, p);
    case AST_OPERATION: return x->b || (x->op != OP_AND && x->op != OP_MUL) || is_used_here(t, v, p);
    case AST_SLICE: return x->a == e && is_used_here(t, v, p);
    case AST_INDEX: return x->a == e && (!fix_is_addressed(t, p) || is_used_here(t, v, p));
    case AST_SELECTOR: {
        const struct selection *s = t->f->at[p].sel;
        if (x->a != e || !s) {
            return false;
        }
        return s->kind == SELECT_FIELD ? !fix_is_addressed(t, p) || is_used_here(t, v, p) : is_call_of_method(t, p);
    }
    case AST_CALL: return is_handed(t, v, e, p);
    case AST_RANGE: return x->b == e;
    case AST_ASSIGN: return x->a == e || fix_obj(t, x->a) == v;
    default: return false;
    }
}

static bool is_for_one_call(const struct fix_tree *t, const struct obj *v, node func)
{
    struct fix_uses u = fix_uses_of(t, v);

    for (u32 i = 0; i < u.n; i++) {
        if (fix_use_of(t, u.v[i]) != FIX_USE_DECLARE && (fix_func(t, u.v[i]) != func || !is_used_here(t, v, u.v[i]))) {
            return false;
        }
    }
    return u.n > 1;
}

/* main and init run once. */
static bool runs_once(const struct fix_tree *t, node func)
{
    str name = fix_text(t, ast_at(t->ast, func)->a);

    return !ast_rec(t->ast, func, FUNC_RECV) &&
           (str_is(name, "init") || (str_is(name, "main") && str_is(t->pkg->name, "main")));
}

/* The value that is made for the variable, at its declaration: make, new, a literal or the address of one; 0: none. */
static node made_for(const struct fix_tree *t, node name, node stmt)
{
    const struct ast_node *x = ast_at(t->ast, stmt);

    if (x->kind != AST_ASSIGN || x->op != OP_DEF || x->a != name || !x->b) {
        return 0;
    }
    node value = ast_unparen(t->ast, x->b), inner = value;
    const struct ast_node *v = ast_at(t->ast, value);
    if (v->kind == AST_OPERATION && v->op == OP_AND && !v->b) {
        inner = ast_unparen(t->ast, v->a);
    }
    bool made = ast_kind(t->ast, inner) == AST_COMPOSITE_LIT || fix_is_builtin(t, value, "make") || fix_is_builtin(t, value, "new");
    return made ? value : 0;
}

static void remark(const struct fix_find *f, const struct fix_tree *t, node name, node stmt, fix_remarks *out)
{
    str text = fix_text(t, name), func = fix_text(t, ast_at(t->ast, fix_func_decl(t, stmt))->a);
    const char *in = fix_func(t, stmt) == fix_func_decl(t, stmt) ? "" : "the function literal in ";
    node value = made_for(t, name, stmt);
    struct fix_remark r = {t->pkg, t->file, ast_at(t->ast, name)->pos, value ? ast_at(t->ast, value)->pos : 0, .name = text};

    r.text = str_fmt(f->arena,
                     "last resort, not a fix: %.*s is needed for one call of %s%.*s only. A sync.Pool could keep its memory for "
                     "the next: get it, reset it, put it back, if nothing that it is handed to keeps it. Whether that pays only "
                     "your own load tells (gomm bench -compare)",
                     STR_ARG(text), in, STR_ARG(func));
    vec_push_in(f->arena, out, r);
}

static void look_at(const struct fix_find *f, const struct fix_tree *t, node n, fix_remarks *out)
{
    struct obj *v = ast_kind(t->ast, n) == AST_NAME ? info_obj(t->f, n) : NULL;

    if (!v || v->kind != OBJ_VAR || v->var != VAR_LOCAL || v->pos != ast_at(t->ast, n)->pos) {
        return;
    }
    node decl = fix_func_decl(t, n), func = fix_func(t, n), stmt = fix_stmt(t, n);
    u32 kind = stmt ? ast_kind(t->ast, stmt) : AST_NONE;
    if (decl && !runs_once(t, decl) && (kind == AST_ASSIGN || kind == AST_DECL_STMT) && is_for_one_call(t, v, func)) {
        remark(f, t, n, stmt, out);
    }
}

void fix_pool(const struct fix_find *f, fix_remarks *out)
{
    for (u32 i = 0; f->pkg->n_errors == 0 && i < f->pkg->n_files; i++) {
        struct fix_tree *t = fix_tree_new(f->arena, f->pkg, i);
        for (node n = 1; t && !t->generated && !f->pkg->src->files[i].test && n < t->ast->n_nodes; n++) {
            look_at(f, t, n, out);
        }
    }
}
