/* fix_value.c: values where pointers were handed on.
 *
 *   func New() *T {                   func New() T {              users []*User        →  users []User
 *       u := T{...}              →        u := T{...}             append(users, &u)    →  append(users, u)
 *       return &u                         return u
 *
 * A holder is what has type *T or []*T: a variable, a field, the result of a function.  From one of them, all are gathered
 * that its values flow to or come from; everything that is done with any of them, in any file of the package and its tests,
 * must be one of these: a field is read, the whole is read (*p), a method with a value receiver is called, it is handed on to
 * another holder, appended, ranged over.  Values enter only as &u, &T{...} or new(T), where u is not used again.  So nothing
 * is changed behind any of the pointers once they exist, none is compared and none is nil: whoever has a copy sees what he
 * saw through the pointer, at any time and in any goroutine.
 *
 * Functions, variables and fields that importers see are changed only if that is asked for; methods never, since an
 * interface may want them as they are. */
#include "fix/fix_whole.h"

enum { VALUE_MAX = 256, VALUE_HOLDERS = 64 };

struct value {
    const struct fix_find *f;
    const struct fix_whole *whole;
    struct type *elem;            /* T */
    VEC(struct obj *) holders;    /* variables, fields; functions for their result */
    VEC(struct fix_edit) edits;
    struct map edited;            /* positions */
    u32 allocs;                   /* &u, &T{}, new(T) that go */
    u32 appends;                  /* that put values in now: their text is another */
    bool api;
};

static bool value_expr(struct value *v, const struct fix_tree *t, node e);
static bool slice_expr(struct value *v, const struct fix_tree *t, node e);
static bool source(struct value *v, const struct fix_tree *t, node e);

static bool is_star(struct value *v, struct type *t)
{
    struct type *u = t ? type_unalias(t) : NULL;

    return u && u->kind == TYPE_POINTER && type_identical(as_pointer(u)->elem, v->elem);
}

static bool is_stars(struct value *v, struct type *t)
{
    struct type *u = t ? type_unalias(t) : NULL;

    return u && u->kind == TYPE_SLICE && is_star(v, as_slice(u)->elem);
}

/* Takes the text away, or puts other text in its place; once. */
static void edit(struct value *v, const struct fix_tree *t, pos from, pos to, str text)
{
    bool fresh;

    map_put(&v->edited, from, &fresh);
    if (fresh) {
        struct fix_edit e = {t->ast->src, from - t->ast->src->base, to - t->ast->src->base, text};
        vec_push_in(v->f->arena, &v->edits, e);
    }
}

/* The star of *T or []*T, as a type is written. */
static bool edit_type(struct value *v, const struct fix_tree *t, node type)
{
    if (type && ast_kind(t->ast, type) == AST_SLICE_TYPE) {
        type = ast_at(t->ast, type)->a;
    }
    const struct ast_node *x = type ? ast_at(t->ast, type) : NULL;
    if (!x || x->kind != AST_OPERATION || x->op != OP_MUL || x->b) {
        return false;
    }
    edit(v, t, x->pos, x->pos + 1, (str){0});
    return true;
}

static bool hold(struct value *v, struct obj *o)
{
    if (o && o->origin && (o->kind == OBJ_VAR || o->kind == OBJ_FUNC)) {
        return false; /* of an instance */
    }
    for (size_t i = 0; i < v->holders.n; i++) {
        if (v->holders.v[i] == o) {
            return true;
        }
    }
    const struct fix_tree *t = o ? fix_whole_tree(v->whole, o) : NULL;
    if (!t || v->holders.n >= VALUE_HOLDERS || (o->kind != OBJ_VAR && o->kind != OBJ_FUNC) || t->generated) {
        return false;
    }
    if (o->kind == OBJ_VAR && ((!is_star(v, o->type) && !is_stars(v, o->type)) || o->var == VAR_PARAM ||
                               o->var == VAR_RESULT || o->var == VAR_RECV || (o->flags & OBJ_EMBEDDED))) {
        return false;
    }
    v->api |= fix_is_seen_outside(o) && !fix_is_test(t);
    vec_push_in(v->f->arena, &v->holders, o);
    return true;
}

/* Is an expression only read: neither assigned, nor counted up, nor its address taken, nor a part of it? */
static bool is_read(const struct fix_tree *t, node e)
{
    for (node p = fix_above(t, &e); p; e = p, p = fix_above(t, &e)) {
        const struct ast_node *x = ast_at(t->ast, p);
        switch (x->kind) {
        case AST_SELECTOR: {
            const struct selection *s = t->f->at[p].sel;
            if (x->a != e || !s) {
                return false;
            }
            if (s->kind == SELECT_METHOD) {
                struct type_signature *sig = s->obj->type ? is_signature(s->obj->type) : NULL;
                struct type *u = fix_type(t, e) ? type_under(fix_type(t, e)) : NULL;
                bool by_pointer = sig && sig->recv && type_under(sig->recv->type)->kind == TYPE_POINTER;
                return u && (!by_pointer || u->kind == TYPE_POINTER || u->kind == TYPE_INTERFACE);
            }
            if (s->indirect) {
                return true; /* what it points to is somebody else's */
            }
            continue;
        }
        case AST_INDEX: {
            struct type *u = fix_type(t, e) ? type_under(fix_type(t, e)) : NULL;
            if (x->a == e && u && u->kind == TYPE_ARRAY) {
                continue;
            }
            return true;
        }
        case AST_SLICE: {
            struct type *u = fix_type(t, e) ? type_under(fix_type(t, e)) : NULL;
            return u && u->kind != TYPE_ARRAY;
        }
        case AST_OPERATION: return !(x->op == OP_AND && !x->b);
        case AST_LIST:
            if (ast_kind(t->ast, t->parent[p]) == AST_ASSIGN) {
                return ast_at(t->ast, t->parent[p])->a != p;
            }
            if (ast_kind(t->ast, t->parent[p]) == AST_RANGE) {
                return ast_at(t->ast, t->parent[p])->a != p;
            }
            return true;
        case AST_ASSIGN: return x->a != e;
        case AST_RANGE: return x->a != e;
        default: return true;
        }
    }
    return false;
}

static bool is_left(const struct fix_tree *t, node assign, node e)
{
    return fix_within(t, e, ast_at(t->ast, assign)->a);
}

/* An expression of a holder's type stands on the right of =: what is on the left is one too. */
static bool handed_to(struct value *v, const struct fix_tree *t, node left)
{
    left = left ? ast_unparen(t->ast, left) : 0;
    if (!left) {
        return false;
    }
    if (ast_kind(t->ast, left) == AST_NAME && ast_at(t->ast, left)->a == t->pkg->prog->blank) {
        return true;
    }
    if (ast_kind(t->ast, left) == AST_INDEX) { /* s[i] = e */
        struct obj *o = fix_named(t, ast_at(t->ast, left)->a);
        return o && o->kind == OBJ_VAR && is_stars(v, o->type) && hold(v, o);
    }
    return hold(v, fix_named(t, left));
}

static bool returned(struct value *v, const struct fix_tree *t, node ret)
{
    node func = fix_func(t, ret);

    return ast_kind(t->ast, func) == AST_FUNC_DECL && ast_kind(t->ast, ast_at(t->ast, ret)->a) != AST_LIST &&
           hold(v, info_obj(t->f, ast_at(t->ast, func)->a));
}

/* append(s, e, f...): everything that is put in. */
static bool appended(struct value *v, const struct fix_tree *t, node call)
{
    const struct ast_node *c = ast_at(t->ast, call);
    u32 n = ast_list_len(t->ast, c->b);
    const node *args = ast_list(t->ast, c->b);

    v->appends++;
    for (u32 i = 1; i < n; i++) {
        if (!source(v, t, args[i])) {
            return false;
        }
    }
    return n >= 1 && source(v, t, args[0]);
}

/* An expression of type *T that a holder gives: may it be a T there? */
static bool value_expr(struct value *v, const struct fix_tree *t, node e)
{
    node p = fix_above(t, &e);
    const struct ast_node *x = ast_at(t->ast, p);

    switch (x->kind) {
    case AST_SELECTOR: {
        const struct selection *s = t->f->at[p].sel;
        if (x->a != e || !s) {
            return false;
        }
        if (s->kind == SELECT_METHOD) {
            struct type_signature *sig = s->obj->type ? is_signature(s->obj->type) : NULL;
            return sig && sig->recv && type_unalias(sig->recv->type)->kind != TYPE_POINTER && s->n_path <= 1 &&
                   ast_kind(t->ast, t->parent[p]) == AST_CALL && ast_at(t->ast, t->parent[p])->a == p;
        }
        return s->kind == SELECT_FIELD && is_read(t, p);
    }
    case AST_OPERATION:
        if (x->op != OP_MUL || x->b || !is_read(t, p)) {
            return false;
        }
        edit(v, t, x->pos, x->pos + 1, (str){0});
        return true;
    case AST_EXPR_STMT: return true;
    case AST_RETURN: return returned(v, t, p);
    case AST_CALL:
        return fix_is_builtin(t, p, "append") && ast_list(t->ast, x->b)[0] != e && slice_expr(v, t, p) && appended(v, t, p);
    case AST_LIST:
    case AST_ASSIGN: {
        node a = fix_list_owner(t, p);
        u32 k = ast_kind(t->ast, a);
        if (k == AST_VAR_DECL) {
            node name = fix_declared_with(t, a, e);
            return name && hold(v, info_obj(t->f, name));
        }
        return k == AST_ASSIGN && !is_left(t, a, e) && handed_to(v, t, fix_across(t, a, e));
    }
    case AST_VAR_DECL: {
        node name = fix_declared_with(t, p, e);
        return name && hold(v, info_obj(t->f, name));
    }
    default: return false;
    }
}

/* The same of type []*T. */
static bool slice_expr(struct value *v, const struct fix_tree *t, node e)
{
    node p = fix_above(t, &e);
    const struct ast_node *x = ast_at(t->ast, p);

    switch (x->kind) {
    case AST_INDEX: {
        if (x->a != e) {
            return false;
        }
        node q = t->parent[p], a = fix_list_owner(t, q);
        if (ast_kind(t->ast, a) == AST_ASSIGN && is_left(t, a, p)) {
            node r = fix_across(t, a, p);
            return ast_at(t->ast, a)->op == OP_NONE && r && source(v, t, r);
        }
        return value_expr(v, t, p);
    }
    case AST_SLICE: return x->a == e && slice_expr(v, t, p);
    case AST_RANGE: {
        node left = x->a;
        const node *lv;
        u32 n = ast_exprs(t->ast, &left, &lv);
        return x->b == e && (n < 2 || handed_to(v, t, lv[1]));
    }
    case AST_CALL:
        if (fix_is_builtin(t, p, "len") || fix_is_builtin(t, p, "cap")) {
            return true;
        }
        return fix_is_builtin(t, p, "append") && slice_expr(v, t, p) && appended(v, t, p);
    case AST_OPERATION: {
        node other = x->a == e ? x->b : x->a;
        return (x->op == OP_EQL || x->op == OP_NEQ) && other && t->f->mode[other] == MODE_NIL;
    }
    case AST_RETURN: return returned(v, t, p);
    case AST_LIST:
    case AST_ASSIGN: {
        node a = fix_list_owner(t, p);
        return ast_kind(t->ast, a) == AST_ASSIGN && !is_left(t, a, e) && handed_to(v, t, fix_across(t, a, e));
    }
    case AST_VAR_DECL: {
        node name = fix_declared_with(t, p, e);
        return name && hold(v, info_obj(t->f, name));
    }
    default: return false;
    }
}

/* u.f of a variable u: does anybody get its address, by & or as the receiver of a method? */
static bool is_part_lent(const struct fix_tree *t, node name)
{
    node q = name, r = fix_above(t, &q);

    while (r && (ast_kind(t->ast, r) == AST_SELECTOR || ast_kind(t->ast, r) == AST_INDEX)) {
        const struct selection *s = ast_kind(t->ast, r) == AST_SELECTOR ? t->f->at[r].sel : NULL;
        if (s && s->kind == SELECT_METHOD) {
            return true;
        }
        q = r;
        r = fix_above(t, &q);
    }
    return r && ast_kind(t->ast, r) == AST_OPERATION;
}

/* &u: is u a variable of this iteration that nobody uses from there on?  A goto may lead back to what stands before. */
static bool is_last_use(const struct fix_tree *t, node name)
{
    struct obj *o = info_obj(t->f, name);

    if (!o || o->kind != OBJ_VAR || o->var != VAR_LOCAL || fix_has_stmt(t, fix_func(t, name), AST_BRANCH, TOK_GOTO)) {
        return false;
    }
    struct fix_uses u = fix_uses_of(t, o);
    for (u32 i = 0; i < u.n; i++) {
        enum fix_use use = fix_use_of(t, u.v[i]);
        if (fix_func(t, u.v[i]) != fix_func(t, name) || (u.v[i] != name && use == FIX_USE_ADDRESS)) {
            return false;
        }
        if (u.v[i] != name && ast_at(t->ast, u.v[i])->pos > ast_at(t->ast, name)->pos) {
            return false;
        }
        /* u must be a new one each time that &u is come to. */
        if (use == FIX_USE_DECLARE && fix_loop(t, u.v[i]) != fix_loop(t, name)) {
            return false;
        }
        if (use == FIX_USE_PART && is_part_lent(t, u.v[i])) {
            return false;
        }
    }
    return true;
}

/* An expression that is put into a holder: a new value, or one of another holder. */
static bool source(struct value *v, const struct fix_tree *t, node e)
{
    e = ast_unparen(t->ast, e);
    const struct ast_node *x = ast_at(t->ast, e);

    switch (x->kind) {
    case AST_OPERATION: {
        if (x->op != OP_AND || x->b) {
            return false;
        }
        node y = ast_unparen(t->ast, x->a);
        u32 k = ast_kind(t->ast, y);
        if (k != AST_COMPOSITE_LIT && !(k == AST_NAME && is_last_use(t, y))) {
            return false;
        }
        v->allocs += !fix_is_test(t);
        edit(v, t, x->pos, x->pos + 1, (str){0});
        return true;
    }
    case AST_CALL: {
        if (fix_is_builtin(t, e, "append")) {
            return true; /* its first argument is looked at where it is used */
        }
        if (fix_is_builtin(t, e, "new")) {
            str type = fix_text(t, ast_list(t->ast, x->b)[0]);
            v->allocs += !fix_is_test(t);
            edit(v, t, fix_start(t, e), fix_end(t, e), str_fmt(v->f->arena, "%.*s{}", STR_ARG(type)));
            return type_under(v->elem)->kind == TYPE_STRUCT;
        }
        if (fix_is_builtin(t, e, "make")) {
            u32 n = ast_list_len(t->ast, x->b);
            i64 zero = 1;
            const struct constant *k = n > 1 ? info_const(t->f, ast_list(t->ast, x->b)[1]) : NULL;
            return k && constant_i64(k, &zero) && zero == 0 && edit_type(v, t, ast_list(t->ast, x->b)[0]);
        }
        return hold(v, query_callee(t->f, e, NULL));
    }
    case AST_COMPOSITE_LIT: { /* []*T{} */
        return is_stars(v, fix_type(t, e)) && ast_list_len(t->ast, ast_rec(t->ast, e, COMPOSITE_ELEMS)) == 0 &&
               edit_type(v, t, x->a);
    }
    case AST_SLICE: return source(v, t, x->a);
    case AST_INDEX: {
        struct obj *o = fix_named(t, x->a);
        return o && o->kind == OBJ_VAR && is_stars(v, o->type) && hold(v, o);
    }
    case AST_NAME:
        if (t->f->mode[e] == MODE_NIL) {
            return is_stars(v, fix_type(t, e));
        }
        return hold(v, fix_named(t, e));
    case AST_SELECTOR: return hold(v, fix_named(t, e));
    default: return false;
    }
}

/* ---- holders ---- */

static bool look_func(struct value *v, const struct fix_tree *t, node name)
{
    node p = t->parent[name];

    if (ast_kind(t->ast, p) == AST_FUNC_DECL && ast_at(t->ast, p)->a == name) {
        node type = ast_rec(t->ast, p, FUNC_TYPE);
        u32 results = ast_at(t->ast, type)->b;
        if (ast_rec(t->ast, p, FUNC_RECV) || ast_list_len(t->ast, ast_rec(t->ast, p, FUNC_TPARAMS)) ||
            ast_list_len(t->ast, results) != 1 || !ast_rec(t->ast, p, FUNC_BODY) ||
            ast_at(t->ast, ast_list(t->ast, results)[0])->a ||
            fix_has_stmt(t, p, AST_CALL_STMT, TOK_DEFER) || /* nil comes of a panic that is recovered from */
            !edit_type(v, t, ast_at(t->ast, ast_list(t->ast, results)[0])->b)) {
            return false;
        }
        for (node n = 1; n < t->ast->n_nodes; n++) {
            if (ast_kind(t->ast, n) == AST_RETURN && fix_func(t, n) == p && !source(v, t, ast_at(t->ast, n)->a)) {
                return false;
            }
        }
        return true;
    }
    node e = name;
    if (ast_kind(t->ast, p) == AST_SELECTOR && ast_at(t->ast, p)->b == name) {
        e = p;
        p = t->parent[p];
    }
    if (ast_kind(t->ast, p) != AST_CALL || ast_at(t->ast, p)->a != e) {
        return false;
    }
    struct type *r = fix_type(t, p);
    return is_star(v, r) ? value_expr(v, t, p) : is_stars(v, r) && slice_expr(v, t, p);
}

/* A declaration without a value: the pointer would be nil.  Nobody may see that. */
static bool is_not_read(void *ctx, const struct fix_tree *t, node name)
{
    enum fix_use use = fix_use_of(t, name);

    (void)ctx;
    return use == FIX_USE_ASSIGN || use == FIX_USE_DECLARE;
}

static bool look_decl(struct value *v, const struct fix_tree *t, struct obj *o, node name, node p)
{
    node values = ast_rec(t->ast, p, VALUE_VALUES), type = ast_rec(t->ast, p, VALUE_TYPE);
    u32 list = ast_at(t->ast, p)->a;

    if (ast_list_len(t->ast, list) != 1 || ast_list(t->ast, list)[0] != name || (type && !edit_type(v, t, type))) {
        return false;
    }
    if (values) {
        return source(v, t, values);
    }
    return is_stars(v, o->type) || fix_whole_each(v->whole, o, is_not_read, NULL);
}

/* One mention of a variable or field. */
static bool look_var(struct value *v, const struct fix_tree *t, struct obj *o, node name)
{
    node e = name, p = t->parent[name];
    bool slice = is_stars(v, o->type);

    if (ast_kind(t->ast, p) == AST_VAR_DECL) {
        return look_decl(v, t, o, name, p);
    }
    if (ast_kind(t->ast, p) == AST_FIELD) { /* a, b *T share their type */
        node type = ast_at(t->ast, p)->b;
        bool shared = (p + 1 < t->ast->n_nodes && ast_kind(t->ast, p + 1) == AST_FIELD && ast_at(t->ast, p + 1)->b == type) ||
                      (ast_kind(t->ast, p - 1) == AST_FIELD && ast_at(t->ast, p - 1)->b == type);
        return slice && !shared && edit_type(v, t, type); /* a field that is a pointer may be nil */
    }
    if (ast_kind(t->ast, p) == AST_SELECTOR && ast_at(t->ast, p)->b == name) {
        e = p;
        p = t->parent[p];
    }
    if (ast_kind(t->ast, p) == AST_KEY_VALUE && ast_at(t->ast, p)->a == name) {
        return source(v, t, ast_at(t->ast, p)->b);
    }
    node a = fix_list_owner(t, p);
    if (ast_kind(t->ast, a) == AST_ASSIGN && is_left(t, a, e) && fix_across(t, a, e)) {
        u32 op = ast_at(t->ast, a)->op;
        return (op == OP_NONE || op == OP_DEF) && source(v, t, fix_across(t, a, e));
    }
    if (ast_kind(t->ast, a) == AST_RANGE && fix_within(t, e, ast_at(t->ast, a)->a)) {
        return !slice && source(v, t, ast_at(t->ast, a)->b);
    }
    return slice ? slice_expr(v, t, e) : value_expr(v, t, e);
}

struct look {
    struct value *v;
    struct obj *o;
};

static bool look_mention(void *ctx, const struct fix_tree *t, node name)
{
    struct look *l = ctx;

    return l->o->kind == OBJ_FUNC ? look_func(l->v, t, name) : look_var(l->v, t, l->o, name);
}

static bool look_holder(struct value *v, struct obj *o)
{
    struct look l = {v, o};

    return fix_whole_each(v->whole, o, look_mention, &l);
}

static void propose_value(struct value *v, const struct fix_tree *t, node alloc)
{
    struct fix_candidate *c = fix_propose(v->f, t, "value", alloc);
    struct strbuf b = {0};

    for (size_t i = 0; i < v->holders.n; i++) {
        struct obj *o = v->holders.v[i];
        bool local = o->kind == OBJ_VAR && o->var == VAR_LOCAL;
        if (i == 0 || (!local && !fix_is_test(fix_whole_tree(v->whole, o)))) {
            strbuf_printf(&b, "%s%.*s", i > 0 ? ", " : "", STR_ARG(intern_str(v->f->pkg->prog->names, o->name)));
        }
    }
    c->title = str_fmt(v->f->arena, "%.*s by value: %.*s", STR_ARG(type_str(v->f->arena, v->elem, t->pkg)),
                       STR_ARG(strbuf_str(&b)));
    c->argument = v->api ? STR("nothing is changed behind the pointers, none is compared or nil; importers see the change")
                         : STR("nothing is changed behind the pointers, none is compared or nil");
    c->api = v->api;
    c->brings = v->appends;
    c->at = c->from = fix_start(t, fix_func_decl(t, alloc));
    c->to = fix_end(t, fix_func_decl(t, alloc));
    for (size_t i = 0; i < v->edits.n; i++) {
        const struct fix_edit *e = &v->edits.v[i];
        fix_edit_replace(&c->edits, e->src, e->src->base + e->from, e->src->base + e->to, e->text);
    }
    strbuf_release(&b);
}

static void look_from(struct value *v, const struct fix_tree *t, node alloc, struct obj *first, struct map *seen)
{
    bool ok = hold(v, first), again = false;

    for (size_t i = 0; ok && i < v->holders.n; i++) { /* grows meanwhile */
        ok = !fix_whole_is_hidden(v->whole, v->holders.v[i]) && look_holder(v, v->holders.v[i]);
    }
    for (size_t i = 0; i < v->holders.n; i++) {
        bool fresh;
        map_put(seen, (u64)(uintptr_t)v->holders.v[i], &fresh);
        again |= !fresh;
    }
    if (ok && !again && v->allocs > 0 && (!v->api || v->f->api)) {
        propose_value(v, t, alloc);
    }
}

/* &u or &T{} that is returned or appended: the holder that it goes to. */
static struct obj *goes_to(const struct fix_tree *t, node alloc)
{
    node e = alloc, p = fix_above(t, &e);
    const struct ast_node *x = ast_at(t->ast, p);

    if (x->kind == AST_RETURN) {
        node func = fix_func(t, p);
        return ast_kind(t->ast, func) == AST_FUNC_DECL ? info_obj(t->f, ast_at(t->ast, func)->a) : NULL;
    }
    if (x->kind == AST_CALL && fix_is_builtin(t, p, "append")) {
        return fix_named(t, ast_list(t->ast, x->b)[0]);
    }
    return NULL;
}

static bool is_alloc(const struct fix_tree *t, node n)
{
    const struct ast_node *x = ast_at(t->ast, n);

    return (x->kind == AST_OPERATION && x->op == OP_AND && !x->b) || fix_is_builtin(t, n, "new");
}

/* Small enough to be copied, and made to be: no locks, nothing that looks at its own address. */
static bool may_be_copied(const struct fix_tree *t, struct type *elem)
{
    struct type *u = type_under(elem);

    if (u->kind != TYPE_STRUCT || type_is_param(elem) || layout_varies(elem)) {
        return false;
    }
    struct type_struct *s = as_struct(u);
    for (u32 i = 0; i < s->n; i++) {
        struct type_named *n = type_named_of(s->fields[i]->type);
        struct obj *o = n ? named_obj(n) : NULL;
        if (o && o->pkg && (str_is(o->pkg->path, "sync") || str_is(o->pkg->path, "sync/atomic") ||
                            fix_name_is(t, o->name, "noCopy"))) {
            return false;
        }
    }
    return layout_size(&t->pkg->prog->sizes, elem) <= VALUE_MAX;
}

void fix_value(const struct fix_whole *w)
{
    struct map seen = {0};

    for (u32 i = 0; i < w->n; i++) {
        const struct fix_tree *t = w->trees[i];
        for (node a = 1; a < t->ast->n_nodes && !fix_is_test(t) && !t->generated; a++) {
            struct obj *o = is_alloc(t, a) ? goes_to(t, a) : NULL;
            struct type *p = o && fix_type(t, a) ? type_unalias(fix_type(t, a)) : NULL;
            if (!p || p->kind != TYPE_POINTER || !may_be_copied(t, as_pointer(p)->elem) ||
                map_get(&seen, (u64)(uintptr_t)o)) {
                continue;
            }
            struct value v = {.f = w->f, .whole = w, .elem = as_pointer(p)->elem};
            look_from(&v, t, a, o, &seen);
            map_put(&seen, (u64)(uintptr_t)o, NULL);
            map_release(&v.edited);
        }
    }
    map_release(&seen);
}
