/* fix_prealloc.c: room for what a loop will append, made at once.
 *
 *   var s []T                         var s []T
 *   ...                          →    ...
 *   for _, x := range xs {            if n := len(xs); n > 0 {
 *       s = append(s, f(x))               s = make([]T, 0, n)
 *   }                                 }
 *                                     for ...
 *
 *   s := []T{}, make([]T, 0)     →    s := make([]T, 0, len(xs))
 *   m := make(map[K]V), K{}      →    m := make(map[K]V, len(xs))
 *
 * s is a local variable that nothing touches between its declaration and the loop, and that the loop only appends to:
 * once in each iteration, as a statement of its own, with no way past it but a return (which cannot hold s).  So s has
 * the same length and elements at each place where anybody sees it.  It is nil where it was nil: without an iteration
 * nothing is appended, and the condition says whether there is one.  Capacities differ, which the language leaves open
 * (Go spec, "Appending to and copying slices").
 *
 * No loop that counts up to a number and may return early: the number may be one that an attacker chose. */
#include "fix/fix_find.h"

struct prealloc {
    const struct fix_find *f;
    const struct fix_tree *t;
    struct obj *var;
    node decl, loop; /* statements of one list */
    node type;       /* []T as written; 0: of a literal or make: those */
    u32 per;         /* elements appended in each iteration */
    bool map, nil, adjacent;
};

/* ---- the loop ---- */

struct exits {
    const struct fix_tree *t;
    node loop;
    bool away, returns; /* past the append, or out of the loop, other than by return */
};

/* Does a break or continue mean a statement around it that is within the loop's body? */
static bool is_inner(const struct exits *x, node branch)
{
    u32 op = ast_at(x->t->ast, branch)->op;

    for (node p = x->t->parent[branch]; p && p != x->loop; p = x->t->parent[p]) {
        u32 k = ast_kind(x->t->ast, p);
        if (k == AST_FOR || (op == TOK_BREAK && (k == AST_SWITCH || k == AST_SELECT))) {
            return true;
        }
    }
    return false;
}

static bool exits_visit(void *ctx, node n)
{
    struct exits *x = ctx;
    const struct ast_node *a = ast_at(x->t->ast, n);

    switch (a->kind) {
    case AST_FUNC_LIT: return false;
    case AST_RETURN: x->returns = true; break;
    case AST_LABELED: x->away = true; break;
    case AST_BRANCH: x->away |= a->op != TOK_FALLTHROUGH && (a->op == TOK_GOTO || a->a || !is_inner(x, n)); break;
    default: break;
    }
    return true;
}

/* s = append(s, a, b): 2; else 0. */
static u32 is_append(const struct fix_tree *t, node stmt, const struct obj *s)
{
    const struct ast_node *x = ast_at(t->ast, stmt);

    if (x->kind != AST_ASSIGN || x->op != OP_NONE || !x->b || fix_obj(t, x->a) != s || !fix_is_builtin(t, x->b, "append") ||
        (ast_at(t->ast, x->b)->flags & AST_FLAG_DOTS)) {
        return 0;
    }
    u32 list = ast_at(t->ast, x->b)->b, n = ast_list_len(t->ast, list);
    return n >= 2 && fix_obj(t, ast_list(t->ast, list)[0]) == s ? n - 1 : 0;
}

/* m[k] = v */
static u32 is_put(const struct fix_tree *t, node stmt, const struct obj *m)
{
    const struct ast_node *x = ast_at(t->ast, stmt);

    return x->kind == AST_ASSIGN && x->op == OP_NONE && x->b && ast_kind(t->ast, x->a) == AST_INDEX &&
           fix_obj(t, ast_at(t->ast, x->a)->a) == m;
}

/* How much is added in each iteration; 0 if the loop is not of the kind. */
static u32 loop_adds(const struct prealloc *p, struct exits *x)
{
    const struct fix_tree *t = p->t;
    node body = ast_rec(t->ast, p->loop, FOR_BODY);
    u32 list = ast_at(t->ast, body)->a, adds = 0, statements = 0, uses = 0;

    for (u32 i = 0; i < ast_list_len(t->ast, list); i++) {
        node s = ast_list(t->ast, list)[i];
        u32 n = p->map ? is_put(t, s, p->var) : is_append(t, s, p->var);
        adds += n;
        statements += n > 0;
    }
    struct fix_uses u = fix_uses_of(t, p->var);
    for (u32 i = 0; i < u.n; i++) {
        uses += fix_within(t, u.v[i], p->loop);
    }
    *x = (struct exits){.t = t, .loop = p->loop};
    ast_walk(t->ast, body, exits_visit, x);
    return adds > 0 && !x->away && uses == statements * (p->map ? 1 : 2) ? adds : 0;
}

/* ---- the number of iterations ---- */

/* A name or a path of fields: what can be asked twice. */
static bool is_path(const struct fix_tree *t, node x)
{
    for (;; x = ast_at(t->ast, x)->a) {
        u32 k = ast_kind(t->ast, x);
        if (k == AST_NAME) {
            struct obj *o = info_obj(t->f, x);
            return o && o->kind == OBJ_VAR;
        }
        const struct selection *s = k == AST_SELECTOR ? t->f->at[x].sel : NULL;
        if (!s || (s->kind != SELECT_FIELD && s->kind != SELECT_QUALIFIED)) {
            return false;
        }
        if (s->kind == SELECT_QUALIFIED) {
            return s->obj->kind == OBJ_VAR;
        }
    }
}

/* Is x something whose len is the number of iterations of a range over it? */
static bool has_length(const struct fix_tree *t, node x)
{
    struct type *u = fix_type(t, x) ? type_under(fix_type(t, x)) : NULL;

    if (!u || type_is_param(fix_type(t, x))) {
        return false;
    }
    if (u->kind == TYPE_POINTER) {
        return type_under(as_pointer(u)->elem)->kind == TYPE_ARRAY;
    }
    return u->kind == TYPE_SLICE || u->kind == TYPE_ARRAY || u->kind == TYPE_MAP;
}

/* for i := 0; i < n; i++ whose i is changed by nothing else: n. */
static node counts_to(const struct fix_tree *t, node loop)
{
    node init = ast_at(t->ast, loop)->a, cond = ast_rec(t->ast, loop, FOR_COND), post = ast_rec(t->ast, loop, FOR_POST);
    i64 zero = 1;

    if (!init || !cond || !post || ast_kind(t->ast, init) != AST_ASSIGN || ast_at(t->ast, init)->op != OP_DEF ||
        ast_kind(t->ast, post) != AST_ASSIGN || ast_at(t->ast, post)->op != OP_ADD || ast_at(t->ast, post)->b ||
        ast_kind(t->ast, cond) != AST_OPERATION || ast_at(t->ast, cond)->op != OP_LSS) {
        return 0;
    }
    struct obj *i = fix_obj(t, ast_at(t->ast, init)->a);
    const struct constant *k = info_const(t->f, ast_at(t->ast, init)->b);
    if (!i || !fix_is_private(t, i) || !k || !constant_i64(k, &zero) || zero != 0 ||
        fix_obj(t, ast_at(t->ast, post)->a) != i || fix_obj(t, ast_at(t->ast, cond)->a) != i) {
        return 0;
    }
    struct fix_uses u = fix_uses_of(t, i);
    for (u32 k2 = 0; k2 < u.n; k2++) {
        if (fix_use_of(t, u.v[k2]) == FIX_USE_ASSIGN && !fix_within(t, u.v[k2], post)) {
            return 0;
        }
    }
    return ast_at(t->ast, cond)->b;
}

/* len(x) whose x can be asked again. */
static bool is_len(const struct fix_tree *t, node n)
{
    return fix_is_builtin(t, n, "len") && ast_list_len(t->ast, ast_at(t->ast, n)->b) == 1 &&
           is_path(t, ast_unparen(t->ast, ast_list(t->ast, ast_at(t->ast, n)->b)[0]));
}

/* Of type int or one made of it, constants among them. */
static bool is_int_kind(const struct fix_tree *t, node n)
{
    struct type *type = fix_type(t, n);

    return type && !type_is_param(type) && type_under(type)->kind == TYPE_BASIC && type_under(type)->basic == BASIC_INT;
}

/* The number as an expression, empty if it is not to be had; *safe: it is never negative and costs nothing to ask. */
static str loop_count(const struct prealloc *p, const struct exits *x, bool *safe, node *about)
{
    const struct fix_tree *t = p->t;
    node head = ast_at(t->ast, p->loop)->a, n = 0;
    i64 k;

    *safe = true;
    if (head && ast_kind(t->ast, head) == AST_RANGE) {
        node over = ast_unparen(t->ast, ast_at(t->ast, head)->b);
        if (has_length(t, over) && is_path(t, over)) {
            *about = over;
            return str_fmt(t->arena, "len(%.*s)", STR_ARG(fix_text(t, over)));
        }
        n = is_int_kind(t, over) ? over : 0;
    } else {
        n = counts_to(t, p->loop);
    }
    if (!n || x->returns) {
        return (str){0};
    }
    *about = n;
    if (is_len(t, n)) {
        return fix_text(t, n);
    }
    const struct constant *c = info_const(t->f, n);
    if (c && constant_i64(c, &k) && k > 0 && k <= 1 << 16) {
        return fix_text(t, n);
    }
    *safe = false;
    return !c && is_int_kind(t, n) && is_path(t, n) ? fix_text(t, n) : (str){0};
}

/* ---- declarations ---- */

/* var s []T, s := []T{}, s := make([]T, 0), m := map[K]V{}, m := make(map[K]V): fills var, type, nil, map. */
static bool is_decl(struct prealloc *p, node stmt)
{
    const struct fix_tree *t = p->t;
    const struct ast_node *x = ast_at(t->ast, stmt);
    node name, value = 0;

    if (x->kind == AST_DECL_STMT) {
        if (ast_list_len(t->ast, x->a) != 1) {
            return false;
        }
        node d = ast_list(t->ast, x->a)[0];
        if (ast_kind(t->ast, d) != AST_VAR_DECL || ast_list_len(t->ast, ast_at(t->ast, d)->a) != 1 ||
            ast_rec(t->ast, d, VALUE_VALUES) || ast_rec(t->ast, d, VALUE_GROUP)) {
            return false;
        }
        name = ast_list(t->ast, ast_at(t->ast, d)->a)[0];
        p->type = ast_rec(t->ast, d, VALUE_TYPE);
        p->nil = true;
    } else if (x->kind == AST_ASSIGN && x->op == OP_DEF && x->b && ast_kind(t->ast, x->a) == AST_NAME) {
        name = x->a;
        value = x->b;
        p->nil = false;
    } else {
        return false;
    }
    p->var = info_obj(t->f, name);
    if (!p->var || p->var->kind != OBJ_VAR || !p->var->type || type_is_param(p->var->type)) {
        return false;
    }
    struct type *u = type_under(p->var->type);
    p->map = u->kind == TYPE_MAP;
    if (u->kind != TYPE_SLICE && !(p->map && value)) {
        return false;
    }
    if (value && ast_kind(t->ast, value) == AST_COMPOSITE_LIT) {
        p->type = ast_at(t->ast, value)->a;
        return p->type && ast_list_len(t->ast, ast_rec(t->ast, value, COMPOSITE_ELEMS)) == 0;
    }
    if (value) {
        i64 zero = 1;
        u32 list = ast_at(t->ast, value)->b;
        if (!fix_is_builtin(t, value, "make") || ast_list_len(t->ast, list) != (p->map ? 1u : 2u)) {
            return false;
        }
        p->type = ast_list(t->ast, list)[0];
        const struct constant *k = p->map ? NULL : info_const(t->f, ast_list(t->ast, list)[1]);
        return p->map || (k && constant_i64(k, &zero) && zero == 0);
    }
    return p->type != 0;
}

static bool untouched_between(const struct prealloc *p)
{
    pos from = fix_end(p->t, p->decl), to = fix_start(p->t, p->loop);
    struct fix_uses u = fix_uses_of(p->t, p->var);

    for (u32 i = 0; i < u.n; i++) {
        pos at = ast_at(p->t->ast, u.v[i])->pos;
        if ((at >= from && at < to) || fix_use_of(p->t, u.v[i]) == FIX_USE_ADDRESS ||
            fix_func(p->t, u.v[i]) != fix_func(p->t, p->loop)) { /* a deferred function would see it after a panic */
            return false;
        }
    }
    return fix_is_private(p->t, p->var) || p->map;
}

/* Can the number be asked where s is declared?  The variable in it must be there and not change until the loop. */
static bool known_at_decl(const struct prealloc *p, node about)
{
    if (p->adjacent) {
        return true;
    }
    if (info_const(p->t->f, about)) {
        return true;
    }
    node x = fix_is_builtin(p->t, about, "len") ? ast_list(p->t->ast, ast_at(p->t->ast, about)->b)[0] : about;
    struct obj *o = fix_obj(p->t, x);
    if (!o || !fix_is_private(p->t, o)) {
        return false;
    }
    pos from = fix_start(p->t, p->decl), to = fix_start(p->t, p->loop);
    struct fix_uses u = fix_uses_of(p->t, o);
    for (u32 i = 0; i < u.n; i++) {
        pos at = ast_at(p->t->ast, u.v[i])->pos;
        enum fix_use use = fix_use_of(p->t, u.v[i]);
        if (at >= from && at < to && (use == FIX_USE_DECLARE || use == FIX_USE_ASSIGN)) {
            return false;
        }
    }
    return o->pos < from;
}

/* ---- the proposal ---- */

static str times(struct arena *a, u32 n, str count)
{
    return n == 1 ? count : str_fmt(a, "%u*%.*s", n, STR_ARG(count));
}

static void propose(const struct prealloc *p, str count, bool safe, node about)
{
    const struct fix_tree *t = p->t;
    struct arena *a = p->f->arena;
    const struct source *src = t->ast->src;
    str type = fix_text(t, p->type), indent = fix_indent(t, p->loop);
    str name = intern_str(t->pkg->prog->names, p->var->name), text;
    const struct ast_node *d = ast_at(t->ast, p->decl);

    if (!p->nil && (!safe || !known_at_decl(p, about))) {
        return;
    }
    struct fix_candidate *c = fix_propose(p->f, t, "prealloc", p->loop);
    c->brings = 1;
    c->keeps = true;
    c->title = str_fmt(a, "%.*s with room for %.*s", STR_ARG(name), STR_ARG(times(a, p->per, count)));
    c->argument = STR("the loop adds to it once in each iteration and nobody else sees it before; it is nil where it was nil");
    if (p->map) {
        text = str_fmt(a, "make(%.*s, %.*s)", STR_ARG(type), STR_ARG(count));
        fix_edit_replace(&c->edits, src, fix_start(t, d->b), fix_end(t, d->b), text);
    } else if (!p->nil) {
        text = str_fmt(a, "make(%.*s, 0, %.*s)", STR_ARG(type), STR_ARG(times(a, p->per, count)));
        fix_edit_replace(&c->edits, src, fix_start(t, d->b), fix_end(t, d->b), text);
    } else {
        text = str_fmt(a, "if %.*s > 0 {\n%.*s\t%.*s = make(%.*s, 0, %.*s)\n%.*s}\n%.*s", STR_ARG(count), STR_ARG(indent),
                       STR_ARG(name), STR_ARG(type), STR_ARG(times(a, p->per, count)), STR_ARG(indent), STR_ARG(indent));
        fix_edit_insert(&c->edits, src, fix_start(t, p->loop), text);
    }
}

/* func f(xs []T) (s []T): a result is nil at first too.  A return within the loop would show it, and so would a panic that a
 * deferred function recovers from: the caller has what s is then. */
static void look_at_results(const struct fix_find *f, const struct fix_tree *t, node func)
{
    node body = ast_rec(t->ast, func, FUNC_BODY), type = ast_rec(t->ast, func, FUNC_TYPE);
    u32 results = ast_at(t->ast, type)->b, list = body ? ast_at(t->ast, body)->a : 0;

    if (body && fix_has_stmt(t, body, AST_CALL_STMT, TOK_DEFER)) {
        return;
    }
    for (u32 r = 0; r < ast_list_len(t->ast, results); r++) {
        node field = ast_list(t->ast, results)[r], name = ast_at(t->ast, field)->a;
        struct prealloc p = {.f = f, .t = t, .decl = field, .type = ast_at(t->ast, field)->b, .nil = true};
        p.var = name ? info_obj(t->f, name) : NULL;
        if (!p.var || !p.var->type || type_is_param(p.var->type) || type_under(p.var->type)->kind != TYPE_SLICE) {
            continue;
        }
        for (u32 i = 0; i < ast_list_len(t->ast, list); i++) {
            struct exits x;
            node about = 0;
            bool safe;
            p.loop = ast_list(t->ast, list)[i];
            if (ast_kind(t->ast, p.loop) == AST_LABELED) {
                break;
            }
            if (ast_kind(t->ast, p.loop) != AST_FOR || (p.per = loop_adds(&p, &x)) == 0 || x.returns) {
                continue;
            }
            str count = loop_count(&p, &x, &safe, &about);
            if (count.n > 0 && untouched_between(&p)) {
                propose(&p, count, safe, about);
            }
            break;
        }
    }
}

static void look_at(const struct fix_find *f, const struct fix_tree *t, const u32 *list, u32 n, u32 at)
{
    struct prealloc p = {.f = f, .t = t, .decl = list[at]};

    if (!is_decl(&p, p.decl)) {
        return;
    }
    for (u32 i = at + 1; i < n; i++) {
        struct exits x;
        node about = 0;
        bool safe;
        if (ast_kind(t->ast, list[i]) == AST_LABELED) { /* which a goto may come back to */
            return;
        }
        if (ast_kind(t->ast, list[i]) != AST_FOR) {
            continue;
        }
        p.loop = list[i];
        p.adjacent = i == at + 1;
        if ((p.per = loop_adds(&p, &x)) == 0) {
            continue;
        }
        str count = loop_count(&p, &x, &safe, &about);
        if (count.n > 0 && untouched_between(&p)) {
            propose(&p, count, safe, about);
        }
        return;
    }
}

void fix_prealloc(const struct fix_find *f, const struct fix_tree *t)
{
    for (node n = 1; n < t->ast->n_nodes; n++) {
        u32 k = ast_kind(t->ast, n);
        if (k == AST_FUNC_DECL) {
            look_at_results(f, t, n);
        }
        u32 list = k == AST_BLOCK                      ? ast_at(t->ast, n)->a
                   : k == AST_CASE || k == AST_COMM ? ast_rec(t->ast, n, CLAUSE_BODY)
                                                       : 0;
        u32 len = list ? ast_list_len(t->ast, list) : 0;
        for (u32 i = 0; i + 1 < len; i++) {
            look_at(f, t, ast_list(t->ast, list), len, i);
        }
    }
}
