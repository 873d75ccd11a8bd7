/* fix_closure.c: a struct with a method in the place of a function literal that is returned.
 *
 *   func Count(n int) func() int {        →     func Count(n int) CountFunc { return CountFunc{n: n} }
 *       return func() int {
 *           n++                                 type CountFunc struct{ n int }
 *           return n                            func (c *CountFunc) Call() int { c.n++; return c.n }
 *       }
 *   }
 *   next := Count(3)                            next := Count(3)
 *   next()                                      next.Call()
 *
 * What the literal captures by reference is in the heap, and so is the literal; as fields of a struct they are where the
 * variable is that holds it.  A function value is a reference, a struct is not: so each variable that holds one must get it
 * from a call of its own, must only be called, and never be handed on, compared or nil when it is called.  Then there is one
 * holder for each call of Count, as there is one set of captured variables.
 *
 * The captured variables have no other name when Count has returned: no address of theirs is taken anywhere, no other literal
 * knows them.  A holder that is assigned again forgets the old struct, as it forgot the old literal; that nobody may be within
 * the old one then, the literal of such a holder calls nothing and waits for nothing, so that it cannot be assigned meanwhile
 * but by a data race that was one before. */
#include <stdlib.h>

#include "fix/fix_names.h"
#include "fix/fix_whole.h"

enum { CLOSURE_BYTES = 256, CLOSURE_VARS = 16, CLOSURE_HOLDERS = 64 };

struct closure {
    const struct fix_whole *w;
    const struct fix_tree *t;
    struct obj *func;
    node decl, lit;
    struct obj *vars[CLOSURE_VARS];
    u32 n_vars;
    VEC(struct obj *) holders;
    struct fix_edits edits;
    str type, method, recv;
    bool plain; /* the literal calls nothing and waits for nothing */
    bool wrong, api;
    u32 calls;
};

/* ---- the literal ---- */

static bool is_inside(const struct fix_tree *t, const struct obj *o, node n)
{
    return o->pos >= fix_start(t, n) && o->pos < fix_end(t, n);
}

static bool is_variable_here(const struct obj *o)
{
    return o->kind == OBJ_VAR && (o->var == VAR_LOCAL || o->var == VAR_PARAM);
}

static void capture(struct closure *c, struct obj *o)
{
    for (u32 i = 0; i < c->n_vars; i++) {
        if (c->vars[i] == o) {
            return;
        }
    }
    if (c->n_vars == CLOSURE_VARS) {
        c->wrong = true;
    } else {
        c->vars[c->n_vars++] = o;
    }
}

/* What the literal speaks of must mean the same outside of the function, but for variables, which become fields. */
static bool lit_visit(void *ctx, node n)
{
    struct closure *c = ctx;
    const struct fix_tree *t = c->t;
    const struct ast_node *x = ast_at(t->ast, n);

    c->wrong |= x->kind == AST_FUNC_LIT && n != c->lit;
    c->plain &= x->kind != AST_SEND && x->kind != AST_SELECT && x->kind != AST_CALL_STMT;
    if (x->kind == AST_RANGE) {
        struct type *u = fix_type(t, x->b) ? type_under(fix_type(t, x->b)) : NULL;
        c->plain &= u && (u->kind == TYPE_SLICE || u->kind == TYPE_ARRAY || u->kind == TYPE_MAP || u->kind == TYPE_BASIC);
    }
    struct obj *o = x->kind == AST_NAME ? info_obj(t->f, n) : NULL;
    if (!o) {
        return true;
    }
    c->wrong |= o->kind == OBJ_FUNC && o->pkg && str_is(o->pkg->path, "runtime"); /* which knows the names of functions */
    if (!is_inside(t, o, c->decl) || is_inside(t, o, c->lit) || (o->kind == OBJ_FUNC && o == c->func)) {
        return true;
    }
    if (is_variable_here(o)) {
        capture(c, o);
    } else {
        c->wrong = true; /* a constant or type of the function's own */
    }
    return true;
}

/* The function's last statement, and only return: return func... */
static bool takes_literal(struct closure *c)
{
    const struct fix_tree *t = c->t;
    node body = ast_rec(t->ast, c->decl, FUNC_BODY), type = ast_rec(t->ast, c->decl, FUNC_TYPE);
    u32 results = ast_at(t->ast, type)->b, list = body ? ast_at(t->ast, body)->a : 0, n = ast_list_len(t->ast, list);

    if (n == 0 || ast_rec(t->ast, c->decl, FUNC_RECV) || ast_list_len(t->ast, ast_rec(t->ast, c->decl, FUNC_TPARAMS)) ||
        ast_rec(t->ast, c->decl, FUNC_PRAGMAS) || ast_list_len(t->ast, results) != 1) {
        return false;
    }
    const struct ast_node *result = ast_at(t->ast, ast_list(t->ast, results)[0]), *last = ast_at(t->ast, ast_list(t->ast, list)[n - 1]);
    if (result->a || ast_kind(t->ast, result->b) != AST_FUNC_TYPE || last->kind != AST_RETURN ||
        ast_kind(t->ast, last->a) != AST_FUNC_LIT || fix_has_stmt(t, body, AST_CALL_STMT, TOK_DEFER)) {
        return false;
    }
    c->lit = last->a;
    for (node k = c->decl; k > 0; k--) { /* children have lower numbers */
        u32 kind = ast_kind(t->ast, k);
        if ((kind == AST_FUNC_LIT && k != c->lit && fix_within(t, k, c->decl)) ||
            (kind == AST_RETURN && fix_func(t, k) == c->decl && ast_at(t->ast, k)->a != c->lit)) {
            return false;
        }
    }
    return true;
}

/* Small enough, nameable, and known by no address. */
static bool vars_fit(struct closure *c)
{
    i64 bytes = 0;

    for (u32 i = 0; i < c->n_vars; i++) {
        struct obj *o = c->vars[i];
        struct fix_uses u = fix_uses_of(c->t, o);
        if (layout_varies(o->type) || fix_name_is(c->t, o->name, "Call") || fix_name_is(c->t, o->name, "call")) {
            return false;
        }
        bytes += layout_size(&c->t->pkg->prog->sizes, o->type);
        for (u32 k = 0; k < u.n; k++) {
            if (fix_is_addressed(c->t, u.v[k])) {
                return false;
            }
        }
    }
    return c->n_vars > 0 && bytes <= CLOSURE_BYTES;
}

/* ---- the holders ---- */

static bool is_test_only(const struct closure *c, const struct obj *o)
{
    const struct fix_tree *t = fix_whole_tree(c->w, o);

    return t && fix_is_test(t);
}

static bool hold(struct closure *c, struct obj *o)
{
    const struct fix_tree *t = o ? fix_whole_tree(c->w, o) : NULL;

    for (size_t i = 0; i < c->holders.n; i++) {
        if (c->holders.v[i] == o) {
            return true;
        }
    }
    if (!t || t->generated || o->kind != OBJ_VAR || (o->var != VAR_LOCAL && o->var != VAR_PACKAGE) || c->holders.n == CLOSURE_HOLDERS) {
        return false;
    }
    c->api |= fix_is_seen_outside(o) && !is_test_only(c, o);
    vec_push_in(c->w->f->arena, &c->holders, o);
    return true;
}

/* A call of the function: x := f(), x = f(), var x = f() as statements. */
static bool func_mention(void *ctx, const struct fix_tree *t, node name)
{
    struct closure *c = ctx;
    node e = fix_spoken(t, name), p = t->parent[e];

    if (name == ast_at(c->t->ast, c->decl)->a && t == c->t) {
        return true;
    }
    if (ast_kind(t->ast, p) != AST_CALL || ast_at(t->ast, p)->a != e) {
        return false;
    }
    c->calls++;
    node call = p, a = fix_list_owner(t, t->parent[call]);
    node to = 0;
    if (ast_kind(t->ast, a) == AST_VAR_DECL) {
        to = ast_kind(t->ast, t->parent[a]) == AST_DECL_STMT ? fix_declared_with(t, a, call) : 0;
    } else if (ast_kind(t->ast, a) == AST_ASSIGN && fix_stmt(t, a) == a) {
        u32 op = ast_at(t->ast, a)->op;
        to = op == OP_NONE || op == OP_DEF ? fix_across(t, a, call) : 0;
    }
    return to && hold(c, fix_named(t, to));
}

/* Is there an assignment of o before the statement of x, in its list or one around it in the same function? */
static bool is_assigned_before(const struct fix_tree *t, const struct obj *o, node x)
{
    struct fix_uses u = fix_uses_of(t, o);

    if (!fix_func(t, x) || fix_has_stmt(t, fix_func(t, x), AST_BRANCH, TOK_GOTO)) {
        return false;
    }
    for (u32 i = 0; i < u.n; i++) {
        node e = fix_spoken(t, u.v[i]), a = fix_list_owner(t, t->parent[e]);
        if (fix_func(t, u.v[i]) != fix_func(t, x) || ast_kind(t->ast, a) != AST_ASSIGN || !fix_within(t, e, ast_at(t->ast, a)->a) ||
            fix_stmt(t, a) != a) {
            continue;
        }
        /* It stands in a list that x, or what x is in, stands in further down. */
        for (node s = fix_stmt(t, x); s; s = fix_stmt(t, t->parent[s])) {
            if (t->parent[s] == t->parent[a] && fix_start(t, s) > fix_start(t, a)) {
                return true;
            }
        }
    }
    return false;
}

struct holder {
    struct closure *c;
    struct obj *o;
    node func;    /* that declares it; 0: the package */
    u32 set;      /* how often it gets a value, at most */
    bool shared;  /* known to a function literal, or to the whole package */
    bool initial; /* it has its first value where it is declared */
};

static bool is_ours(const struct closure *c, const struct fix_tree *t, node value)
{
    return value && ast_kind(t->ast, value) == AST_CALL && query_callee(t->f, value, NULL) == c->func;
}

static bool declaration(struct holder *h, const struct fix_tree *t, node name, node decl)
{
    node type = ast_rec(t->ast, decl, VALUE_TYPE), values = ast_rec(t->ast, decl, VALUE_VALUES);

    if (type) {
        if (ast_list_len(t->ast, ast_at(t->ast, decl)->a) != 1 || ast_kind(t->ast, type) != AST_FUNC_TYPE) {
            return false;
        }
        fix_edit_replace(&h->c->edits, t->ast->src, fix_start(t, type), fix_end(t, type), h->c->type);
    }
    h->func = fix_func(t, name);
    h->shared |= !h->func;
    h->set += values != 0;
    h->initial |= values != 0;
    return !values || is_ours(h->c, t, fix_declared_with(t, decl, name));
}

/* Where it gets its values. */
static bool holder_set(void *ctx, const struct fix_tree *t, node name)
{
    struct holder *h = ctx;
    node e = fix_spoken(t, name), p = t->parent[e], a = fix_list_owner(t, p);

    if (ast_kind(t->ast, p) == AST_VAR_DECL && ast_at(t->ast, name)->pos == h->o->pos) {
        return declaration(h, t, name, p);
    }
    if (ast_kind(t->ast, a) != AST_ASSIGN || !fix_within(t, e, ast_at(t->ast, a)->a)) {
        return true;
    }
    bool declares = ast_at(t->ast, a)->op == OP_DEF && h->o->pos == ast_at(t->ast, name)->pos;
    h->set += declares ? 1 : 2; /* in a loop, perhaps */
    h->initial |= declares;
    h->func = declares ? fix_func(t, name) : h->func;
    return is_ours(h->c, t, fix_across(t, a, e)) && fix_stmt(t, a) == a;
}

/* Where it is called, and that this is all. */
static bool holder_call(void *ctx, const struct fix_tree *t, node name)
{
    struct holder *h = ctx;
    node e = fix_spoken(t, name), p = t->parent[e], a = fix_list_owner(t, p);

    h->shared |= fix_func(t, name) != h->func;
    if (ast_kind(t->ast, p) == AST_VAR_DECL || (ast_kind(t->ast, a) == AST_ASSIGN && fix_within(t, e, ast_at(t->ast, a)->a))) {
        return ast_kind(t->ast, p) != AST_VAR_DECL || ast_at(t->ast, name)->pos == h->o->pos;
    }
    if (ast_kind(t->ast, p) != AST_CALL || ast_at(t->ast, p)->a != e || ast_kind(t->ast, t->parent[p]) == AST_CALL_STMT) {
        return false;
    }
    u32 args = ast_at(t->ast, p)->b;
    for (u32 i = 0; h->set > 1 && i < ast_list_len(t->ast, args); i++) {
        if (fix_has_calls(t, ast_list(t->ast, args)[i])) {
            return false; /* which may assign it: the old function is called then, and the new struct's method */
        }
    }
    fix_edit_insert(&h->c->edits, t->ast->src, fix_end(t, e), str_fmt(h->c->w->f->arena, ".%.*s", STR_ARG(h->c->method)));
    return h->initial || is_assigned_before(t, h->o, name);
}

static bool look_holder(struct closure *c, struct obj *o)
{
    struct holder h = {.c = c, .o = o};

    return !fix_whole_is_hidden(c->w, o) && fix_whole_each(c->w, o, holder_set, &h) && fix_whole_each(c->w, o, holder_call, &h) &&
           (c->plain || h.set <= 1 || !h.shared);
}

/* ---- the text ---- */

static int by_place(const void *x, const void *y)
{
    const pos *a = x, *b = y;

    return *a < *b ? -1 : *a > *b;
}

/* The literal's body with its variables as fields. */
static str method_body(const struct closure *c)
{
    const struct fix_tree *t = c->t;
    node block = ast_at(t->ast, c->lit)->b;
    pos at = fix_start(t, block), end = fix_end(t, block);
    VEC(pos) v = {0};
    struct strbuf b = {0};

    for (u32 i = 0; i < c->n_vars; i++) {
        struct fix_uses u = fix_uses_of(t, c->vars[i]);
        for (u32 k = 0; k < u.n; k++) {
            if (fix_within(t, u.v[k], block)) {
                vec_push_in(t->arena, &v, ast_at(t->ast, u.v[k])->pos);
            }
        }
    }
    if (v.n > 1) {
        qsort(v.v, v.n, sizeof *v.v, by_place);
    }
    for (size_t i = 0; i < v.n; i++) {
        strbuf_printf(&b, "%.*s%.*s.", STR_ARG(fix_range(t, at, v.v[i])), STR_ARG(c->recv));
        at = v.v[i];
    }
    strbuf_put(&b, fix_range(t, at, end));
    str s = str_dup(t->arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static bool give_names(struct closure *c)
{
    static const char *const recvs[] = {"f", "c", "s", "x", "self"};
    const struct fix_tree *t = c->t;
    str name = intern_str(t->pkg->prog->names, c->func->name), text = fix_text(t, c->lit);

    c->method = c->func->flags & OBJ_EXPORTED ? STR("Call") : STR("call");
    c->type = fix_new_name(t, str_fmt(t->arena, "%.*sFunc", STR_ARG(name)));
    for (size_t i = 0; i < ARRAY_LEN(recvs) && c->recv.n == 0; i++) {
        c->recv = fix_mentions(text, str_of(recvs[i])) ? (str){0} : str_of(recvs[i]);
    }
    return c->type.n > 0 && c->recv.n > 0;
}

/* The type and its method, behind the function; the literal of the type in the place of the function's. */
static bool write(struct closure *c)
{
    const struct fix_tree *t = c->t;
    const struct source *src = t->ast->src;
    node type = ast_rec(t->ast, c->decl, FUNC_TYPE), result = ast_at(t->ast, ast_list(t->ast, ast_at(t->ast, type)->b)[0])->b;
    node lit_type = ast_at(t->ast, c->lit)->a;
    str name = intern_str(t->pkg->prog->names, c->func->name), head = fix_range(t, ast_at(t->ast, lit_type)->pos, fix_end(t, lit_type));
    struct strbuf fields = {0}, values = {0};
    bool ok = true;

    for (u32 i = 0; i < c->n_vars && ok; i++) {
        str var = intern_str(t->pkg->prog->names, c->vars[i]->name), text;
        ok = fix_type_text(t, c->vars[i]->type, &c->edits, &text);
        strbuf_printf(&fields, "\t%.*s %.*s\n", STR_ARG(var), STR_ARG(text));
        strbuf_printf(&values, "%s%.*s: %.*s", i > 0 ? ", " : "", STR_ARG(var), STR_ARG(var));
    }
    if (ok) {
        fix_edit_replace(&c->edits, src, fix_start(t, result), fix_end(t, result), c->type);
        fix_edit_replace(&c->edits, src, fix_start(t, c->lit), fix_end(t, c->lit),
                         str_fmt(t->arena, "%.*s{%.*s}", STR_ARG(c->type), STR_ARG(strbuf_str(&values))));
        fix_edit_insert(&c->edits, src, fix_end(t, c->decl),
                        str_fmt(t->arena,
                                "\n\n// A %.*s is what %.*s returns: a function, with the variables that are its own.\ntype %.*s struct "
                                "{\n%.*s}\n\n// %.*s is the function.\nfunc (%.*s *%.*s) %.*s%.*s %.*s",
                                STR_ARG(c->type), STR_ARG(name), STR_ARG(c->type), STR_ARG(strbuf_str(&fields)), STR_ARG(c->method),
                                STR_ARG(c->recv), STR_ARG(c->type), STR_ARG(c->method), STR_ARG(head), STR_ARG(method_body(c))));
    }
    strbuf_release(&fields);
    strbuf_release(&values);
    return ok;
}

static void propose(const struct closure *c)
{
    const struct fix_tree *t = c->t;
    struct fix_candidate *k = fix_propose(c->w->f, t, "closure", c->lit);

    k->title = str_fmt(t->arena, "%.*s, a struct with a method, instead of a function literal", STR_ARG(c->type));
    k->argument = STR("each variable that holds one has its own, is only called, and has a value then; nobody else knows what was captured");
    k->api = c->api;
    k->edits = c->edits;
    k->func = 0;
    k->from = fix_start(t, c->decl);
    k->to = fix_end(t, c->decl);
}

static void look_at(const struct fix_whole *w, const struct fix_tree *t, node decl)
{
    struct closure c = {.w = w, .t = t, .decl = decl, .func = info_obj(t->f, ast_at(t->ast, decl)->a), .plain = true,
                        .edits = {.arena = w->f->arena}};

    if (!c.func || !takes_literal(&c)) {
        return;
    }
    ast_walk(t->ast, c.lit, lit_visit, &c);
    c.plain &= !fix_has_calls(t, ast_at(t->ast, c.lit)->b);
    c.api = fix_is_seen_outside(c.func);
    if (c.wrong || (c.api && !w->f->api) || !vars_fit(&c) || fix_whole_is_hidden(w, c.func) || !give_names(&c) ||
        !fix_whole_each(w, c.func, func_mention, &c) || c.calls == 0) {
        return;
    }
    for (size_t i = 0; i < c.holders.n; i++) {
        if (!look_holder(&c, c.holders.v[i])) {
            return;
        }
    }
    if ((!c.api || w->f->api) && write(&c)) {
        propose(&c);
    }
}

void fix_closure(const struct fix_whole *w)
{
    fix_whole_funcs(w, look_at);
}
