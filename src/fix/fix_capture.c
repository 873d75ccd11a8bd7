/* fix_capture.c: a copy of a variable before a function literal captures it.
 *
 *   x := a                            x := a
 *   if c {                            if c {
 *       x = b                             x = b
 *   }                            →    }
 *                                     x := x
 *   go func() { use(x) }()            go func() { use(x) }()
 *
 * The compiler captures by reference what is assigned more than once, and then the variable is in the heap
 * (GOROOT/src/cmd/compile/internal/escape, "captured by a closure").  Here every assignment comes before the literal, none
 * of them can come after it in a loop that both are in, none is in another function, and nobody has the variable's
 * address: from the literal on its value is fixed, and a copy is the same. */
#include "fix/fix_find.h"

enum { CAPTURE_BY_VALUE = 128 }; /* bytes: larger ones are captured by reference anyway */

struct capture {
    const struct fix_find *f;
    const struct fix_tree *t;
    struct obj *var;
    node func; /* that the variable belongs to */
    struct fix_uses uses;
};

/* The outermost literal within the variable's function around a use; 0: none. */
static node literal_of(const struct capture *c, node use)
{
    node lit = 0;

    for (node f = fix_func(c->t, use); f && f != c->func; f = fix_func(c->t, f)) {
        lit = f;
    }
    return lit;
}

/* Is there a loop around both, within which the variable is not declared? */
static bool share_loop(const struct capture *c, node x, node y, node decl)
{
    for (node l = fix_loop(c->t, x); l; l = fix_loop(c->t, l)) {
        if (fix_within(c->t, y, l) && !fix_within(c->t, decl, l)) {
            return true;
        }
    }
    return false;
}

struct jumps {
    const struct ast *ast;
    bool found;
};

static bool jumps_visit(void *ctx, node n)
{
    struct jumps *j = ctx;

    j->found |= ast_kind(j->ast, n) == AST_BRANCH && ast_at(j->ast, n)->op == TOK_GOTO;
    return !j->found;
}

/* Every assignment comes before the literal, once and for all. */
static bool is_settled(const struct capture *c, node lit)
{
    node decl = c->uses.v[0];

    for (u32 i = 0; i < c->uses.n; i++) {
        if (fix_use_of(c->t, c->uses.v[i]) == FIX_USE_ASSIGN &&
            (ast_at(c->t->ast, c->uses.v[i])->pos >= fix_start(c->t, lit) || share_loop(c, lit, c->uses.v[i], decl))) {
            return false;
        }
    }
    return true;
}

static void propose(const struct capture *c, const node *stmts, u32 n)
{
    const struct fix_tree *t = c->t;
    str name = intern_str(t->pkg->prog->names, c->var->name);
    struct fix_candidate *k = fix_propose(c->f, t, "capture", c->uses.v[0]);

    k->title = str_fmt(c->f->arena, "a copy of %.*s for the function literal", STR_ARG(name));
    k->argument = STR("nothing assigns it from there on, and nobody has its address");
    for (u32 i = 0; i < n; i++) {
        str text = str_fmt(c->f->arena, "%.*s := %.*s\n%.*s", STR_ARG(name), STR_ARG(name), STR_ARG(fix_indent(t, stmts[i])));
        fix_edit_insert(&k->edits, t->ast->src, fix_start(t, stmts[i]), text);
    }
}

static void look_at(struct capture *c)
{
    const struct fix_tree *t = c->t;
    VEC(node) stmts = {0};
    bool assigned = false, ok = fix_is_private(t, c->var);
    struct jumps j = {t->ast, false};

    ast_walk(t->ast, c->func, jumps_visit, &j);
    for (u32 i = 0; i < c->uses.n && ok; i++) {
        node lit = literal_of(c, c->uses.v[i]), stmt = lit ? fix_stmt(t, lit) : 0;
        assigned |= fix_use_of(t, c->uses.v[i]) == FIX_USE_ASSIGN;
        if (!lit) {
            continue;
        }
        ok = stmt && is_settled(c, lit) && fix_within(t, stmt, c->func);
        bool covered = false;
        for (size_t k = 0; k < stmts.n; k++) { /* in the same list, or within one behind it */
            covered |= fix_within(t, stmt, t->parent[stmts.v[k]]) && fix_start(t, stmt) >= fix_start(t, stmts.v[k]);
        }
        if (ok && !covered) {
            vec_push_in(c->f->arena, &stmts, stmt);
        }
        /* The declaration itself must not be the statement: x := func() { x }. */
        ok = ok && !fix_within(t, c->uses.v[0], stmt);
    }
    if (ok && assigned && !j.found && stmts.n > 0) {
        propose(c, stmts.v, (u32)stmts.n);
    }
}

void fix_capture(const struct fix_find *f, const struct fix_tree *t)
{
    for (node n = 1; n < t->ast->n_nodes && f->heap; n++) {
        const struct ast_node *x = ast_at(t->ast, n);
        struct obj *o = x->kind == AST_NAME ? info_obj(t->f, n) : NULL;
        if (!o || o->kind != OBJ_VAR || (o->var != VAR_LOCAL && o->var != VAR_PARAM) || o->pos != x->pos ||
            !map_get(f->heap, o->pos) || !o->type || type_is_param(o->type) || layout_varies(o->type) ||
            layout_size(&t->pkg->prog->sizes, o->type) > CAPTURE_BY_VALUE) {
            continue;
        }
        struct capture c = {.f = f, .t = t, .var = o, .func = fix_func(t, n), .uses = fix_uses_of(t, o)};
        /* The first use in the text is the declaration. */
        if (c.func && c.uses.n > 0 && ast_at(t->ast, c.uses.v[0])->pos == o->pos) {
            look_at(&c);
        }
    }
}
