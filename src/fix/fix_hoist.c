/* fix_hoist.c: what is the same each time is made once, for the package.
 *
 *   func f(s string) bool {                          var fRegexp = regexp.MustCompile(`a+`)
 *       return regexp.MustCompile(`a+`)...      →
 *                                                    func f(s string) bool { return fRegexp... }
 *
 * regexp.MustCompile and strings.NewReplacer of constants give values that are never changed by their methods (but
 * Longest), and that goroutines may use at the same time, as their documentation says; here nothing but methods is asked of
 * them.  They are made when the program starts instead, once.  What the call would panic with, the program's start
 * panics with: the tests show that.
 *
 * errors.New of a constant gives another pointer each time: afterwards two calls give the same error, which == shows.  Only
 * if changes that importers see are asked for. */
#include "fix/fix_find.h"

struct hoist {
    const struct fix_find *f;
    const struct fix_tree *t;
    node call, func;
    const char *suffix; /* of the new name: "Regexp" */
    str prefix;         /* before the function's name; empty: none */
};

static bool all_constant(const struct fix_tree *t, node call)
{
    const struct ast_node *c = ast_at(t->ast, call);
    u32 n = ast_list_len(t->ast, c->b);

    for (u32 i = 0; i < n; i++) {
        node a = ast_list(t->ast, c->b)[i];
        const struct constant *k = info_const(t->f, a);
        if (!k || constant_kind(k) != CONST_STRING) {
            return false;
        }
        /* A constant of the function is not there outside. */
        struct obj *o = fix_obj(t, a);
        if (ast_kind(t->ast, a) != AST_BASIC_LIT && !(o && o->parent == o->pkg->scope)) {
            return false;
        }
    }
    return n > 0 && !(c->flags & AST_FLAG_DOTS);
}

/* Is only a method called on it, one that changes nothing? */
static bool only_asked(const struct fix_tree *t, node e)
{
    node p = t->parent[e];

    if (ast_kind(t->ast, p) != AST_SELECTOR || ast_at(t->ast, p)->a != e || ast_kind(t->ast, t->parent[p]) != AST_CALL ||
        ast_at(t->ast, t->parent[p])->a != p) {
        return false;
    }
    struct obj *m = info_obj(t->f, p);
    return m && m->kind == OBJ_FUNC && !fix_name_is(t, m->name, "Longest") && !fix_name_is(t, m->name, "UnmarshalText");
}

/* x := call, and x only asked: the same. */
static bool value_only_asked(const struct fix_tree *t, node call)
{
    node p = t->parent[call];
    const struct ast_node *x = ast_at(t->ast, p);

    if (only_asked(t, call)) {
        return true;
    }
    struct obj *o = x->kind == AST_ASSIGN && x->op == OP_DEF && x->b == call ? fix_obj(t, x->a) : NULL;
    if (!o || !fix_is_private(t, o)) {
        return false;
    }
    struct fix_uses u = fix_uses_of(t, o);
    for (u32 i = 0; i < u.n; i++) {
        enum fix_use use = fix_use_of(t, u.v[i]);
        if (use != FIX_USE_DECLARE && !only_asked(t, u.v[i])) {
            return false;
        }
    }
    return true;
}

/* A name that the package and the file do not have. */
static str new_name(const struct hoist *h)
{
    const struct fix_tree *t = h->t;
    struct arena *a = h->f->arena;
    str func = intern_str(t->pkg->prog->names, ast_at(t->ast, ast_at(t->ast, h->func)->a)->a);

    for (int k = 1; k < 100; k++) {
        str name;
        if (h->prefix.n > 0) {
            name = str_fmt(a, "%.*s%c%.*s%s", STR_ARG(h->prefix), func.p[0] >= 'a' && func.p[0] <= 'z' ? func.p[0] - 32 : func.p[0],
                           STR_ARG(str_from(func, 1)), h->suffix);
        } else {
            name = str_fmt(a, "%c%.*s%s", func.p[0] >= 'A' && func.p[0] <= 'Z' ? func.p[0] + 32 : func.p[0],
                           STR_ARG(str_from(func, 1)), h->suffix);
        }
        if (k > 1) {
            name = str_fmt(a, "%.*s%d", STR_ARG(name), k);
        }
        /* Never seen by the interner: no file of the program has it. */
        bool given = false;
        for (size_t i = 0; i < h->f->out->n; i++) {
            given |= str_contains(h->f->out->v[i].title, str_fmt(a, "%.*s:", STR_ARG(name)));
        }
        if (!given && (intern_lookup(t->pkg->prog->names, name) == 0)) {
            return name;
        }
    }
    return (str){0};
}

static void propose(const struct hoist *h, const char *callee, bool identity)
{
    const struct fix_tree *t = h->t;
    str name = new_name(h), text = fix_text(t, h->call);
    const struct source *src = t->ast->src;
    struct arena *a = h->f->arena;

    if (name.n == 0 || str_contains(text, STR("\n"))) {
        return;
    }
    struct fix_candidate *c = fix_propose(h->f, t, "hoist", h->call);
    c->title = str_fmt(a, "%.*s: %s once, for the package", STR_ARG(name), callee);
    c->argument = identity ? STR("nothing changes an error; two calls give the same one afterwards, which == shows")
                           : STR("nothing changes it, and goroutines may share it");
    c->api = c->identity = identity;
    c->keeps = true; /* it is made when the program starts */
    c->brings = 1;
    fix_edit_replace(&c->edits, src, fix_start(t, h->call), fix_end(t, h->call), name);
    fix_edit_insert(&c->edits, src, fix_comment_start(t, h->func), str_fmt(a, "var %.*s = %.*s\n\n", STR_ARG(name), STR_ARG(text)));
}

/* The statement or expression that e is a part of, or one of. */
static node list_above(const struct fix_tree *t, node e)
{
    node p = t->parent[e];

    return ast_kind(t->ast, p) == AST_LIST ? t->parent[p] : p;
}

void fix_hoist(const struct fix_find *f, const struct fix_tree *t)
{
    static const struct {
        const char *path, *name, *callee, *prefix, *suffix;
        bool identity;
    } calls[] = {
        {"regexp", "MustCompile", "regexp.MustCompile", "", "Regexp", false},
        {"strings", "NewReplacer", "strings.NewReplacer", "", "Replacer", false},
        {"errors", "New", "errors.New", "err", "", true},
    };

    for (node n = 1; n < t->ast->n_nodes; n++) {
        struct obj *o = ast_kind(t->ast, n) == AST_CALL ? query_callee(t->f, n, NULL) : NULL;
        for (size_t i = 0; o && o->pkg && i < ARRAY_LEN(calls); i++) {
            if (!fix_is_func(t, o, calls[i].path, calls[i].name) || str_is(t->pkg->path, calls[i].path) ||
                (calls[i].identity && !f->api)) {
                continue;
            }
            struct hoist h = {.f = f, .t = t, .call = n, .func = fix_func_decl(t, n), .suffix = calls[i].suffix,
                              .prefix = str_of(calls[i].prefix)};
            /* init runs once, and a function of type parameters is no better place. */
            str func = h.func ? intern_str(t->pkg->prog->names, ast_at(t->ast, ast_at(t->ast, h.func)->a)->a) : (str){0};
            if (!h.func || str_is(func, "init") || str_is(func, "main") || str_is(func, "_") || !all_constant(t, n) ||
                (!calls[i].identity && !value_only_asked(t, n)) ||
                (calls[i].identity && ast_kind(t->ast, list_above(t, n)) != AST_RETURN)) {
                continue;
            }
            propose(&h, calls[i].callee, calls[i].identity);
        }
    }
}
