/* fix_outline.c: a constructor small enough to be inlined, so that what it makes can stay on its caller's stack.
 *
 *   func New(a A) *T {                  func New(a A) *T {
 *       t := &T{...}                        t := &T{...}
 *       long and tedious            →       newInit(t, a)
 *       return t                            return t
 *   }                                   }
 *
 *                                       func newInit(t *T, a A) {
 *                                           long and tedious
 *                                       }
 *
 * t is never assigned again and every return returns it, so New returns it after newInit has.  The statements run in
 * the same order with the same values: parameters are handed on, and what newInit changes its copies to nobody else sees: what is
 * made first neither has the address of one that is handed on nor a function literal that knows it.  No defer: it would run
 * earlier, and a recovered panic returned nil before.  No recover: it works in the deferred function itself only, not in what that
 * calls.  Nobody may ask for callers (package runtime): there is a frame more.
 * Whether New can be inlined then, and whether that keeps the value on a stack, is for the benchmarks. */
#include "fix/fix_find.h"

struct outline {
    const struct fix_find *f;
    const struct fix_tree *t;
    node func, body, alloc; /* alloc: t := &T{...} */
    struct obj *var;
    bool wrong;
};

static bool is_new(const struct fix_tree *t, node e)
{
    const struct ast_node *x = ast_at(t->ast, e);

    return (x->kind == AST_OPERATION && x->op == OP_AND && !x->b &&
            ast_kind(t->ast, ast_unparen(t->ast, x->a)) == AST_COMPOSITE_LIT) ||
           fix_is_builtin(t, e, "new");
}

static bool body_visit(void *ctx, node n)
{
    struct outline *o = ctx;
    const struct fix_tree *t = o->t;
    const struct ast_node *x = ast_at(t->ast, n);

    if (x->kind == AST_FUNC_LIT) {
        return true; /* its returns are looked at by their function */
    }
    if (x->kind == AST_RETURN && fix_func(t, n) == o->func) {
        o->wrong |= !x->a || fix_obj(t, x->a) != o->var;
    }
    o->wrong |= x->kind == AST_CALL_STMT && x->op == TOK_DEFER;
    o->wrong |= x->kind == AST_LABELED || (x->kind == AST_BRANCH && x->op == TOK_GOTO);
    if (x->kind == AST_SELECTOR || x->kind == AST_NAME) {
        struct obj *u = info_obj(t->f, n);
        o->wrong |= u && u->kind == OBJ_FUNC && u->pkg && str_is(u->pkg->path, "runtime");
        o->wrong |= u && u->kind == OBJ_BUILTIN && fix_name_is(t, u->name, "recover");
    }
    return true;
}

static bool never_assigned(const struct outline *o)
{
    struct fix_uses u = fix_uses_of(o->t, o->var);

    for (u32 i = 0; i < u.n; i++) {
        enum fix_use use = fix_use_of(o->t, u.v[i]);
        if (use == FIX_USE_ASSIGN || use == FIX_USE_ADDRESS) {
            return false;
        }
    }
    return true;
}

static bool fits(struct outline *o)
{
    const struct fix_tree *t = o->t;
    node type = ast_rec(t->ast, o->func, FUNC_TYPE);
    u32 results = ast_at(t->ast, type)->b;

    o->body = ast_rec(t->ast, o->func, FUNC_BODY);
    if (!o->body || ast_rec(t->ast, o->func, FUNC_RECV) || ast_list_len(t->ast, ast_rec(t->ast, o->func, FUNC_TPARAMS)) ||
        ast_rec(t->ast, o->func, FUNC_PRAGMAS) || ast_list_len(t->ast, results) != 1 ||
        ast_at(t->ast, ast_list(t->ast, results)[0])->a) {
        return false;
    }
    u32 list = ast_at(t->ast, o->body)->a, n = ast_list_len(t->ast, list);
    if (n < 3) {
        return false;
    }
    const struct ast_node *x = ast_at(t->ast, o->alloc = ast_list(t->ast, list)[0]);
    node last = ast_list(t->ast, list)[n - 1];
    if (x->kind != AST_ASSIGN || x->op != OP_DEF || ast_kind(t->ast, x->a) != AST_NAME || !is_new(t, x->b) ||
        ast_kind(t->ast, last) != AST_RETURN) {
        return false;
    }
    o->var = info_obj(t->f, x->a);
    struct type *result = fix_type(t, ast_at(t->ast, ast_list(t->ast, results)[0])->b);
    if (!o->var || !result || !type_identical(o->var->type, result)) {
        return false; /* an interface holds it */
    }
    ast_walk(t->ast, o->body, body_visit, o);
    return !o->wrong && never_assigned(o);
}

/* May what is made in the first statement refer to the parameter itself, or change it, rather than have its value? */
static bool alloc_refers(const struct outline *o, struct fix_uses u)
{
    for (u32 i = 0; i < u.n; i++) {
        if (fix_within(o->t, u.v[i], o->alloc) &&
            (fix_func(o->t, u.v[i]) != o->func || fix_use_of(o->t, u.v[i]) != FIX_USE_READ)) {
            return true;
        }
    }
    return false;
}

/* "a A, b B" as declared; false: a parameter without a name that can be handed on, or one of which there must not be two. */
static bool parameters(const struct outline *o, str *declared, str *names)
{
    const struct fix_tree *t = o->t;
    struct arena *a = o->f->arena;
    u32 list = ast_at(t->ast, ast_rec(t->ast, o->func, FUNC_TYPE))->a;
    struct strbuf d = {0}, n = {0};
    bool ok = true;

    for (u32 i = 0; i < ast_list_len(t->ast, list); i++) {
        const struct ast_node *field = ast_at(t->ast, ast_list(t->ast, list)[i]);
        struct obj *p = field->a ? info_obj(t->f, field->a) : NULL;
        if (!p || fix_name_is(t, p->name, "_")) {
            ok = ok && field->a == 0 ? false : ok;
            continue;
        }
        struct fix_uses u = fix_uses_of(t, p);
        bool used = false;
        for (u32 k = 0; k < u.n; k++) {
            used |= fix_within(t, u.v[k], o->body) && !fix_within(t, u.v[k], o->alloc);
        }
        if (!used) {
            continue;
        }
        ok &= !alloc_refers(o, u);
        str type = fix_text(t, field->b), name = fix_text(t, field->a);
        bool dots = ast_kind(t->ast, field->b) == AST_DOTS_TYPE;
        if (dots) {
            type = str_fmt(a, "[]%.*s", STR_ARG(fix_text(t, ast_at(t->ast, field->b)->a)));
        }
        ok &= !str_contains(type, STR("\n"));
        strbuf_printf(&d, ", %.*s %.*s", STR_ARG(name), STR_ARG(type));
        strbuf_printf(&n, ", %.*s", STR_ARG(name));
    }
    *declared = str_dup(a, strbuf_str(&d));
    *names = str_dup(a, strbuf_str(&n));
    strbuf_release(&d);
    strbuf_release(&n);
    return ok;
}

/* Edits: the statements between go into a function behind; returns there lose their value. */
static void propose(const struct outline *o)
{
    const struct fix_tree *t = o->t;
    struct arena *a = o->f->arena;
    const struct source *src = t->ast->src;
    u32 list = ast_at(t->ast, o->body)->a, n = ast_list_len(t->ast, list);
    node last = ast_list(t->ast, list)[n - 1];
    str func = intern_str(t->pkg->prog->names, ast_at(t->ast, ast_at(t->ast, o->func)->a)->a);
    str base = str_fmt(a, "%c%.*sInit", func.p[0] >= 'A' && func.p[0] <= 'Z' ? func.p[0] + 32 : func.p[0], STR_ARG(str_from(func, 1)));
    str name = fix_new_name(t, base), declared, names;
    str var = fix_text(t, ast_at(t->ast, o->alloc)->a);
    str type = fix_text(t, ast_at(t->ast, ast_list(t->ast, ast_at(t->ast, ast_rec(t->ast, o->func, FUNC_TYPE))->b)[0])->b);

    if (name.n == 0 || !parameters(o, &declared, &names)) {
        return;
    }
    struct fix_candidate *c = fix_propose(o->f, t, "outline", o->alloc);
    c->at = fix_start(t, ast_at(t->ast, o->alloc)->b);
    c->title = str_fmt(a, "%.*s does the long part, so that %.*s can be inlined", STR_ARG(name), STR_ARG(func));
    c->argument = STR("the same statements in the same order; every return returns what was made first");
    c->keeps = true; /* in the function itself; it is in inlined copies that it goes away */
    /* New's own end comes first, then the rest as the body of another function: nothing that is between is moved. */
    fix_edit_insert(&c->edits, src, fix_end(t, o->alloc),
                    str_fmt(a, "\n\t%.*s(%.*s%.*s)\n\treturn %.*s\n}\n\nfunc %.*s(%.*s %.*s%.*s) {", STR_ARG(name), STR_ARG(var),
                            STR_ARG(names), STR_ARG(var), STR_ARG(name), STR_ARG(var), STR_ARG(type), STR_ARG(declared)));
    for (node r = 1; r < t->ast->n_nodes; r++) {
        if (ast_kind(t->ast, r) != AST_RETURN || fix_func(t, r) != o->func) {
            continue;
        }
        if (r == last) {
            pos from = fix_start(t, r);
            while (from > src->base && (src->text.p[from - src->base - 1] == '\t' || src->text.p[from - src->base - 1] == ' ')) {
                from--;
            }
            fix_edit_replace(&c->edits, src, from, fix_end(t, r), (str){0});
        } else {
            fix_edit_replace(&c->edits, src, fix_start(t, r), fix_end(t, r), STR("return"));
        }
    }
}

void fix_outline(const struct fix_find *f, const struct fix_tree *t)
{
    for (node n = 1; n < t->ast->n_nodes; n++) {
        struct outline o = {.f = f, .t = t, .func = n};
        if (ast_kind(t->ast, n) == AST_FUNC_DECL && fits(&o)) {
            propose(&o);
        }
    }
}
