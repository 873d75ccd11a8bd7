/* fix_param.c: a concrete or generic parameter in the place of an interface.
 *
 *   func put(w io.Writer, n int) {         →     func put(w *bytes.Buffer, n int) {
 *       b := make([]byte, 8)                         ...
 *       ...
 *       w.Write(b)
 *   }
 *
 *   func sum(s source) int {               →     func sum[T source](s T) int {
 *
 * What goes to a method that is not known goes to the heap, and so does a value that is no pointer when it becomes an
 * interface.  If all callers pass one concrete type, the parameter can have it; if they pass several, it can be a type
 * parameter, which saves the conversions only: the methods of a shape are called by way of a dictionary.
 *
 * Nothing but methods is asked of the parameter (or, if it is a pointer, it is handed on as an interface, and is the same
 * there): it is not compared, asserted, switched on, assigned, ranged over.  Its value is never a nil interface, since a concrete
 * type is passed.  The method that is called is the type's own, with a receiver of the type itself, so that the call does
 * what the call by the interface did, for nil pointers too. */
#include "fix/fix_whole.h"

struct param {
    const struct fix_whole *w;
    const struct fix_tree *t;
    struct obj *func, *var;
    node decl, field;
    u32 index;
    struct type *concrete; /* the first that was passed */
    bool several, value;   /* more than one type; one of them is no pointer */
    bool handed_on, plain; /* plain: somebody who is no test passes it */
    u32 calls;
    node caller; /* of the same file; 0: none */
    struct fix_edits edits;
};

/* ---- in the function ---- */

/* f(x) where f's parameter is an interface and not one that is inferred. */
static bool is_handed_on(const struct fix_tree *t, node call, node arg)
{
    const struct ast_node *c = ast_at(t->ast, call);
    struct obj *callee = query_callee(t->f, call, NULL);
    struct type *f = fix_type(t, ast_unparen(t->ast, c->a));
    struct type_signature *sig = f && t->f->mode[c->a] != MODE_TYPE ? is_signature(type_under(f)) : NULL;

    if (!sig || sig->tparams || (c->flags & AST_FLAG_DOTS) || (callee && (callee->origin || is_signature(callee->type)->tparams))) {
        return false;
    }
    for (u32 i = 0; i < ast_list_len(t->ast, c->b); i++) {
        if (ast_list(t->ast, c->b)[i] == arg) {
            bool rest = (sig->t.flag & TYPE_FLAG_VARIADIC) && i + 1 >= sig->params->n;
            struct type *p = sig->params->vars[rest ? sig->params->n - 1 : i]->type;
            struct type *u = rest ? type_under(p) : p;
            return type_is_iface_not_param(rest && u->kind == TYPE_SLICE ? as_slice(u)->elem : u);
        }
    }
    return false;
}

static bool used_fits(struct param *p)
{
    const struct fix_tree *t = p->t;
    struct fix_uses u = fix_uses_of(t, p->var);

    for (u32 i = 0; i < u.n; i++) {
        node e = u.v[i], q = fix_above(t, &e);
        const struct ast_node *x = ast_at(t->ast, q);
        if (x->kind == AST_FIELD) {
            continue;
        }
        const struct selection *s = x->kind == AST_SELECTOR && x->a == e ? t->f->at[q].sel : NULL;
        bool called = s && s->kind == SELECT_METHOD && ast_kind(t->ast, t->parent[q]) == AST_CALL && ast_at(t->ast, t->parent[q])->a == q;
        bool handed = x->kind == AST_CALL && x->a != e && is_handed_on(t, q, e);
        p->handed_on |= handed;
        if (!called && !handed) {
            return false;
        }
    }
    return u.n > 1;
}

/* The methods that are called are the type's own, with its very self as receiver. */
static bool methods_fit(struct param *p)
{
    const struct fix_tree *t = p->t;
    struct fix_uses u = fix_uses_of(t, p->var);
    bool pointer = type_unalias(p->concrete)->kind == TYPE_POINTER;

    for (u32 i = 0; i < u.n; i++) {
        node e = u.v[i], q = fix_above(t, &e);
        if (ast_kind(t->ast, q) != AST_SELECTOR) {
            continue;
        }
        struct selection s;
        struct obj *m = lookup_field_or_method(t->arena, p->concrete, false, t->pkg, ast_at(t->ast, ast_at(t->ast, q)->b)->a, &s);
        struct type_signature *sig = m && m->kind == OBJ_FUNC ? is_signature(m->type) : NULL;
        if (!sig || !sig->recv || s.n_path != 1 || (type_under(sig->recv->type)->kind == TYPE_POINTER) != pointer) {
            return false;
        }
    }
    return true;
}

/* ---- its callers ---- */

static bool mention(void *ctx, const struct fix_tree *t, node name)
{
    struct param *p = ctx;
    node e = fix_spoken(t, name), call = t->parent[e];

    if (t == p->t && name == ast_at(t->ast, p->decl)->a) {
        return true;
    }
    bool expression = ast_kind(t->ast, e) == AST_SELECTOR && t->f->at[e].sel && t->f->at[e].sel->kind == SELECT_METHOD_EXPR;
    if (ast_kind(t->ast, call) != AST_CALL || ast_at(t->ast, call)->a != e || expression) {
        return false;
    }
    u32 list = ast_at(t->ast, call)->b;
    if (ast_list_len(t->ast, list) <= p->index || ast_list_len(t->ast, list) < is_signature(p->func->type)->params->n) {
        return false; /* f(g()) */
    }
    node arg = ast_list(t->ast, list)[p->index];
    struct type *type = fix_type(t, arg);
    if (t == p->t && fix_obj(t, arg) == p->var) {
        return true; /* it calls itself */
    }
    if (!type || type_is_interface(type) || type_is_untyped(type) || type_is_param(type) || info_const(t->f, arg)) {
        return false;
    }
    p->several |= p->concrete && !type_identical(p->concrete, type);
    p->concrete = p->concrete ? p->concrete : type;
    u32 k = type_under(type)->kind;
    p->value |= k != TYPE_POINTER && k != TYPE_MAP && k != TYPE_CHAN && k != TYPE_SIGNATURE;
    p->plain |= !fix_is_test(t);
    node around = fix_func_decl(t, call);
    p->caller = t == p->t && around != p->decl && !p->caller ? around : p->caller;
    p->calls++;
    return true;
}

/* ---- the proposal ---- */

static struct fix_candidate *propose(struct param *p, str title, const char *argument)
{
    const struct fix_tree *t = p->t;
    struct fix_candidate *k = fix_propose(p->w->f, t, "param", p->field);
    struct type_named *n = type_named_of(p->var->type);

    if (n && named_obj(n)->pkg && named_obj(n)->pkg != t->pkg) {
        fix_edit_drops(&p->edits, t->ast->src, named_obj(n)->pkg->path);
    }
    k->title = title;
    k->argument = str_of(argument);
    k->what = str_fmt(t->arena, "%.*s is an interface: what goes to its methods may go to the heap",
                      STR_ARG(intern_str(t->pkg->prog->names, p->var->name)));
    k->api = fix_is_seen_outside(p->func);
    k->edits = p->edits;
    k->func = p->caller;
    return k;
}

static void propose_concrete(struct param *p)
{
    const struct fix_tree *t = p->t;
    node type = ast_at(t->ast, p->field)->b;
    str text;

    if (!p->plain || !methods_fit(p) || !fix_type_text(t, p->concrete, &p->edits, &text)) {
        return;
    }
    fix_edit_replace(&p->edits, t->ast->src, fix_start(t, type), fix_end(t, type), text);
    str was = ast_kind(t->ast, type) == AST_INTERFACE_TYPE ? STR("an interface") : fix_text(t, type);
    propose(p, str_fmt(t->arena, "%.*s: %.*s instead of %.*s", STR_ARG(intern_str(t->pkg->prog->names, p->var->name)), STR_ARG(text),
                       STR_ARG(was)),
            "all callers pass that type; nothing but its methods is asked of it");
}

static void propose_generic(struct param *p)
{
    const struct fix_tree *t = p->t;
    node type = ast_at(t->ast, p->field)->b, body = ast_rec(t->ast, p->decl, FUNC_BODY);
    str name = fix_free_name(t, p->decl, STR("T V W")), text = fix_text(t, type);
    bool old = t->f->version != 0 && t->f->version < 18;

    for (node n = 1; n < t->ast->n_nodes; n++) { /* go1.19 has no types in functions with type parameters */
        if (ast_kind(t->ast, n) == AST_TYPE_DECL && fix_within(t, n, body)) {
            return;
        }
    }
    if (old || name.n == 0 || !type_named_of(p->var->type)) {
        return;
    }
    fix_edit_insert(&p->edits, t->ast->src, fix_end(t, ast_at(t->ast, p->decl)->a),
                    str_fmt(t->arena, "[%.*s %.*s]", STR_ARG(name), STR_ARG(text)));
    fix_edit_replace(&p->edits, t->ast->src, fix_start(t, type), fix_end(t, type), name);
    propose(p, str_fmt(t->arena, "%.*s: a type parameter instead of %.*s",
                       STR_ARG(intern_str(t->pkg->prog->names, p->func->name)), STR_ARG(text)),
            "nothing but its methods is asked of it, and each caller passes a type that has them");
}

static void look_at_param(const struct fix_whole *w, const struct fix_tree *t, node decl, struct obj *func, u32 index)
{
    u32 list = ast_at(t->ast, ast_rec(t->ast, decl, FUNC_TYPE))->a, n = ast_list_len(t->ast, list);
    struct param p = {.w = w, .t = t, .func = func, .decl = decl, .index = index, .edits = {.arena = w->f->arena}};

    p.field = ast_list(t->ast, list)[index];
    node type = ast_at(t->ast, p.field)->b, name = ast_at(t->ast, p.field)->a;
    bool shared = (index > 0 && ast_at(t->ast, ast_list(t->ast, list)[index - 1])->b == type) ||
                  (index + 1 < n && ast_at(t->ast, ast_list(t->ast, list)[index + 1])->b == type);
    p.var = name ? info_obj(t->f, name) : NULL;
    if (!p.var || shared || ast_kind(t->ast, type) == AST_DOTS_TYPE || !p.var->type || !type_is_iface_not_param(p.var->type) ||
        !used_fits(&p) || !fix_whole_each(w, func, mention, &p) || p.calls == 0) {
        return;
    }
    if (!p.several && (!p.handed_on || type_unalias(p.concrete)->kind == TYPE_POINTER)) {
        propose_concrete(&p);
    } else if (p.several && p.value && !p.handed_on && !ast_rec(t->ast, decl, FUNC_RECV)) {
        propose_generic(&p);
    }
}

static void look_at(const struct fix_whole *w, const struct fix_tree *t, node decl)
{
    struct obj *func = info_obj(t->f, ast_at(t->ast, decl)->a);
    struct type_signature *sig = func && func->type ? is_signature(func->type) : NULL;
    bool method = ast_rec(t->ast, decl, FUNC_RECV), api = func && fix_is_seen_outside(func);
    u32 n = ast_list_len(t->ast, ast_at(t->ast, ast_rec(t->ast, decl, FUNC_TYPE))->a), interfaces = 0;

    for (u32 i = 0; sig && i < sig->params->n; i++) {
        interfaces += type_is_iface_not_param(sig->params->vars[i]->type);
    }
    if (interfaces == 0 || sig->params->n != n || sig->tparams || sig->rparams || !ast_rec(t->ast, decl, FUNC_BODY) ||
        ast_rec(t->ast, decl, FUNC_PRAGMAS) || (api && (method || !w->f->api)) ||
        (method && fix_whole_in_interface(w, func->name)) || fix_whole_is_hidden(w, func)) {
        return;
    }
    for (u32 i = 0; i < n; i++) {
        look_at_param(w, t, decl, func, i);
    }
}

void fix_param(const struct fix_whole *w)
{
    fix_whole_funcs(w, look_at);
}
