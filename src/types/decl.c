/* decl.c: declarations, when they are first asked for; cycles among them; declaration statements.
 *
 * Follows GOROOT/src/cmd/compile/internal/types2/decl.go.  An object is white until somebody asks
 * for its type, grey while its declaration is on c->path, then black; asking for a grey one closes
 * a cycle, which may or may not be allowed. */
#include "types/decl.h"

/* ---- names ---- */

void decl_declare(struct checker *c, struct scope *s, node name, struct obj *o, pos from)
{
    if (o->name != c->prog->blank) {
        struct obj *there = scope_insert(c->a, s, o);
        if (there) {
            struct check_msg m = {.n = 0};
            check_msg_add(c, &m, o->pos, "%s redeclared in this block", s_name(c, o));
            check_msg_other(c, &m, there);
            check_msg_report(c, &m);
            return;
        }
        o->scope_pos = from;
    }
    if (name) {
        record_def(c, name, o);
    }
}

void decl_depends(struct checker *c, struct obj *o)
{
    struct decl *user = c->env.decl;
    if (!user || !o->decl || o->pkg != c->pkg) {
        return;
    }
    if (o->decl->n_lhs <= 1) { /* otherwise it stands for several objects */
        if (o->decl->last_user == user) {
            return;
        }
        o->decl->last_user = user;
    }
    vec_push_in(c->tmp, &user->deps, o);
}

/* ---- cycles ---- */

static const char *cycle_name(struct checker *c, const struct obj *o)
{
    if (!o->pkg || o->pkg == c->pkg) {
        return s_name(c, o);
    }
    /* Through type arguments a cycle may lead into another package. */
    return s_str(c, str_fmt(c->tmp, "%.*s.%s", STR_ARG(o->pkg->name), s_name(c, o)));
}

void decl_cycle_error(struct checker *c, struct obj **cycle, u32 n, u32 start)
{
    struct obj *o = cycle[start];
    bool is_type = o->kind == OBJ_TYPE;
    if (is_type && o->type && o->type->kind == TYPE_ALIAS) {
        as_alias(o->type)->rhs = TYPE_BAD; /* so that nothing else complains of it */
    }
    const char *name = cycle_name(c, o);
    if (n == 1) {
        check_error(c, o->pos,
                    is_type ? "invalid recursive type: %s refers to itself"
                            : "invalid cycle in declaration: %s refers to itself",
                    name);
        return;
    }
    struct check_msg m = {.n = 0};
    check_msg_add(c, &m, o->pos,
                  is_type ? "invalid recursive type %s" : "invalid cycle in declaration of %s",
                  name);
    for (u32 i = 0; i < n; i++) {
        struct obj *next = cycle[(start + i + 1) % n];
        check_msg_add(c, &m, o->pos, "%s refers to %s", cycle_name(c, o), cycle_name(c, next));
        o = next;
    }
    check_msg_report(c, &m);
}

u32 decl_first_in_source(struct obj *const *v, u32 n)
{
    u32 first = 0;
    for (u32 i = 1; i < n; i++) {
        /* Objects of the package have an order; positions of different files have none. */
        bool ordered = v[i]->order != 0 && v[first]->order != 0;
        if (ordered ? v[i]->order < v[first]->order : v[i]->pos < v[first]->pos) {
            first = i;
        }
    }
    return first;
}

/* types2's TypeName.IsAlias, also of what an error has made invalid. */
static bool decl_is_alias(const struct obj *o)
{
    struct type *t = o->type;
    if (!t) {
        return false;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_NAMED: return as_named(t)->obj != o;
    case TYPE_PARAM: return as_param(t)->obj != o;
    default: return true;
    }
}

/* Is the cycle from grey o to the end of the path allowed?  Reports it if not. */
static bool decl_valid_cycle(struct checker *c, const struct obj *o)
{
    size_t start = c->path.n;
    while (start > 0 && c->path.v[start - 1] != o) {
        start--;
    }
    BUG_IF(start == 0);
    start--;
    struct obj **cycle = &c->path.v[start];
    u32 n = base_u32(c->path.n - start);
    u32 values = 0, types = 0;
    for (u32 i = 0; i < n; i++) {
        const struct obj *k = cycle[i];
        if (k->kind == OBJ_CONST || k->kind == OBJ_VAR) {
            values++;
        } else if (k->kind == OBJ_TYPE) {
            /* A cycle through a type parameter list is fine (go.dev/issue/68162). */
            if (c->env.in_tparams && k->type && type_is_generic(k->type)) {
                return true;
            }
            types += !decl_is_alias(k);
        }
    }
    /* Among values only: initialisation order will tell.  Among types only: one of them must be a
       definition, or aliases would expand for ever. */
    if (values == n || (values == 0 && types > 0)) {
        return true;
    }
    decl_cycle_error(c, cycle, n, decl_first_in_source(cycle, n));
    return false;
}

static void decl_grey(struct checker *c, struct obj *o)
{
    bool valid = decl_valid_cycle(c, o);
    switch ((enum obj_kind)o->kind) {
    case OBJ_CONST:
    case OBJ_VAR:
        if (!valid || !o->type) {
            o->type = TYPE_BAD;
        }
        break;
    case OBJ_TYPE:
        if (!valid) {
            o->type = TYPE_BAD;
        }
        break;
    default: break; /* a function keeps its signature, which is empty so far */
    }
}

static void decl_push(struct checker *c, struct obj *o)
{
    o->color = OBJ_GREY;
    vec_push_in(c->tmp, &c->path, o);
}

static void decl_pop(struct checker *c)
{
    vec_pop(&c->path)->color = OBJ_BLACK;
}

/* ---- constants and variables ---- */

static void decl_const(struct checker *c, struct obj *o, node type, node init, bool inherited)
{
    const struct constant *iota = c->env.iota;
    pos errpos = c->env.errpos;
    c->env.iota = o->val;
    c->env.errpos = 0;
    o->val = constant_unknown();
    if (type) {
        struct type *t = check_type(c, type);
        if (!type_is(t, INFO_CONST)) {
            if (type_is_valid(type_under(t))) {
                check_error(c, at_node(c, type), "invalid constant type %s", s_type(c, t));
            }
            o->type = TYPE_BAD;
            goto done;
        }
        o->type = t;
    }
    struct operand x = {.mode = MODE_NONE};
    if (init) {
        if (inherited) {
            /* The expression stands elsewhere: errors are this constant's. */
            c->env.errpos = o->pos;
        }
        check_expr(c, NULL, &x, init);
    }
    assign_init_const(c, o, &x);
done:
    c->env.iota = iota;
    c->env.errpos = errpos;
}

/* lhs: the variables that share init, if they are several. */
static void decl_var(struct checker *c, struct obj *o, struct obj **lhs, u32 n_lhs, node type,
                     node init)
{
    if (type) {
        o->type = check_var_type(c, type);
    }
    if (!init) {
        if (!type) {
            o->type = TYPE_BAD; /* reported already: as many values as names are needed */
        }
        return;
    }
    if (type && (c->flags & CHECK_PARTIAL) && !c->env.sig) { /* a package's: of its value nobody asks */
        for (u32 i = 0; i < n_lhs; i++) {
            lhs[i]->type = o->type;
        }
        return;
    }
    if (!lhs || n_lhs == 1) {
        struct operand x = {.mode = MODE_NONE};
        struct target t = {.desc = NULL};
        if (o->type) {
            t.sig = is_signature(type_under(o->type));
        }
        if (t.sig) {
            t.desc = s_name(c, o);
        }
        check_expr(c, t.sig ? &t : NULL, &x, init);
        assign_init_var(c, o, &x, "variable declaration");
        return;
    }
    if (type) {
        for (u32 i = 0; i < n_lhs; i++) {
            lhs[i]->type = o->type;
        }
    }
    assign_init_vars(c, lhs, n_lhs, &init, 1, 0);
}

/* ---- types ---- */

struct decl_type_action {
    struct obj *obj;
    struct type *rhs;
    node type;
    bool version_error;
};

static void decl_type_later(struct checker *c, void *arg)
{
    struct decl_type_action *a = arg;
    struct type_named *n = a->obj->type ? type_named_of(a->obj->type) : NULL;
    if (n) {
        check_valid_type(c, n);
    }
    if (!a->version_error && a->rhs && type_is_imported_constraint(c, a->rhs)) {
        check_need(c, at_node(c, a->type), 18, "using type constraint %s", s_type(c, a->rhs));
    }
}

/* The scope of a declaration's type parameters becomes the current one. */
static void decl_open_scope(struct checker *c, node n)
{
    struct scope *s = scope_new(c->a, c->env.scope, check_at(c, n)->pos, ast_end(c->ast, n));
    record_scope(c, n, s);
    c->env.scope = s;
}

static bool decl_has_tparam(const struct tparam_list *l, const struct type *t)
{
    for (u32 i = 0; l && i < l->n; i++) {
        if (&l->v[i]->t == t) {
            return true;
        }
    }
    return false;
}

static void decl_alias(struct checker *c, struct obj *o, node n, struct decl_type_action *later)
{
    u32 tparams = ast_rec(c->ast, n, TYPE_TPARAMS);
    node type = ast_rec(c->ast, n, TYPE_TYPE);
    bool generic = ast_list_len(c->ast, tparams) > 0;
    /* The highest version first, so that one change of go.mod is enough. */
    later->version_error = (generic && !check_need(c, at_node(c, ast_list(c->ast, tparams)[0]), 23,
                                                   "generic type alias")) ||
                           !check_need(c, at_node(c, n), 9, "type alias");
    struct type_alias *a = alias_new(c, o, NULL);
    if (generic) {
        decl_open_scope(c, n);
        decl_tparams(c, tparams, &a->tparams);
    }
    struct type *rhs = check_declared_type(c, type, o);
    later->rhs = rhs;
    a->rhs = rhs;
    if (rhs->kind == TYPE_PARAM && decl_has_tparam(a->tparams, rhs)) {
        check_error(c, at_node(c, type),
                    "cannot use type parameter declared in alias declaration as RHS");
        a->rhs = TYPE_BAD;
    }
}

static void decl_named(struct checker *c, struct obj *o, node n, struct decl_type_action *later)
{
    u32 tparams = ast_rec(c->ast, n, TYPE_TPARAMS);
    node type = ast_rec(c->ast, n, TYPE_TYPE);
    struct type_named *t = named_new(c, o, NULL);
    if (ast_list_len(c->ast, tparams) > 0) {
        later->version_error =
            !check_need(c, at_node(c, ast_list(c->ast, tparams)[0]), 18, "type parameter");
        decl_open_scope(c, n);
        decl_tparams(c, tparams, &t->tparams);
    }
    struct type *rhs = check_declared_type(c, type, o);
    later->rhs = rhs;
    t->rhs = rhs;
    if (type_is_param(rhs)) {
        check_error(c, at_node(c, type), "cannot use a type parameter as RHS in type declaration");
        t->rhs = TYPE_BAD;
    }
}

static void decl_type(struct checker *c, struct obj *o, node n)
{
    struct decl_type_action *later = ARENA_NEW(c->tmp, struct decl_type_action);
    later->obj = o;
    later->type = ast_rec(c->ast, n, TYPE_TYPE);
    check_later(c, decl_type_later, later);
    struct scope *scope = c->env.scope;
    if (check_at(c, n)->flags & AST_FLAG_ALIAS) {
        decl_alias(c, o, n, later);
    } else {
        decl_named(c, o, n, later);
    }
    c->env.scope = scope;
}

/* ---- type parameters ---- */

struct type_param *decl_new_tparam(struct checker *c, struct obj *o, struct type *bound)
{
    enum { BLOCK = 1024 };
    if (c->next_tparam % BLOCK == 0) {
        c->next_tparam = __atomic_fetch_add(&c->prog->next_tparam, BLOCK, __ATOMIC_RELAXED) + 1;
    }
    struct type_param *p = ARENA_NEW(c->a, struct type_param);
    p->t.kind = TYPE_PARAM;
    p->id = c->next_tparam++;
    p->obj = o;
    p->bound = bound;
    if (!o->type) {
        o->type = &p->t;
    }
    check_cleanup(c, &p->t);
    return p;
}

struct type_param *decl_declare_tparam(struct checker *c, node name, pos from)
{
    const struct ast_node *n = check_at(c, name);
    struct obj *o = obj_new(c->a, OBJ_TYPE, n->pos, c->pkg, n->a, NULL, c->prog->names);
    o->color = OBJ_BLACK;
    struct type_param *p = decl_new_tparam(c, o, TYPE_BAD);
    decl_declare(c, c->env.scope, name, o, from);
    return p;
}

const struct tparam_list *decl_bind_tparams(struct checker *c, struct type_param **v, u32 n)
{
    if (n == 0) {
        return NULL;
    }
    struct tparam_list *l = ARENA_NEW(c->a, struct tparam_list);
    l->n = n;
    l->v = v;
    for (u32 i = 0; i < n; i++) {
        v[i]->index = i;
    }
    return l;
}

/* A constraint: ~T and A|B stand for an interface around them. */
static struct type *decl_bound(struct checker *c, node x)
{
    const struct ast_node *n = check_at(c, x);
    if (n->kind == AST_OPERATION && (n->op == OP_TILDE || n->op == OP_OR)) {
        return check_implicit_interface(c, x);
    }
    return check_type(c, x);
}

void decl_tparams(struct checker *c, u32 list, const struct tparam_list **dst)
{
    u32 n = ast_list_len(c->ast, list);
    const node *fields = ast_list(c->ast, list);
    struct type_param **v = ARENA_ARRAY(c->a, struct type_param *, n);
    for (u32 i = 0; i < n; i++) {
        v[i] = decl_declare_tparam(c, check_at(c, fields[i])->a, check_at(c, fields[0])->pos);
    }
    *dst = decl_bind_tparams(c, v, n);

    bool outer = c->env.in_tparams;
    c->env.in_tparams = true;
    struct type *bound = NULL;
    node prev = 0;
    for (u32 i = 0; i < n; i++) {
        node x = check_at(c, fields[i])->b;
        if (i == 0 || x != prev) {
            bound = decl_bound(c, x);
            if (type_is_param(bound)) {
                check_error(c, at_node(c, x), "cannot use a type parameter as constraint");
                bound = TYPE_BAD;
            }
        }
        prev = x;
        v[i]->bound = bound;
    }
    c->env.in_tparams = outer;
}

/* ---- methods ---- */

/* Go spec, "Method declarations": fields and methods of a type have different names. */
static void decl_fields_later(struct checker *c, void *arg)
{
    struct type_named *t = arg;
    struct type_struct *s = is_struct(type_under(&t->t));
    if (!s || s->n == 0 || t->n_methods == 0) {
        return;
    }
    struct map names = {0};
    for (u32 i = 0; i < t->n_methods; i++) {
        map_put(&names, t->methods[i]->name, NULL)->p = t->methods[i];
    }
    for (u32 i = 0; i < s->n; i++) {
        struct obj *f = s->fields[i];
        union map_val *m = f->name != c->prog->blank ? map_get(&names, f->name) : NULL;
        if (m) {
            struct check_msg msg = {.n = 0};
            check_msg_add(c, &msg, ((struct obj *)m->p)->pos,
                          "field and method with the same name %s", s_name(c, f));
            check_msg_other(c, &msg, f);
            check_msg_report(c, &msg);
        }
    }
    map_release(&names);
}

/* Gives a declared type its methods, whose signatures are looked at later. */
static void decl_methods(struct checker *c, struct obj *o)
{
    union map_val *v = map_get(&c->methods, (uintptr_t)o);
    if (!v || !v->p) {
        return;
    }
    struct method_list *l = v->p;
    v->p = NULL;
    struct type_named *base = o->type ? type_named_of(o->type) : NULL;
    if (base) {
        check_later(c, decl_fields_later, base);
    }
    struct map seen = {0};
    for (size_t i = 0; i < l->n; i++) {
        struct obj *m = l->v[i];
        bool fresh;
        union map_val *there = map_put(&seen, m->name, &fresh);
        if (!fresh) {
            check_error(c, m->pos, "method %s.%s already declared at %s", s_name(c, o),
                        s_name(c, m), s_pos(c, ((struct obj *)there->p)->pos));
            continue;
        }
        there->p = m;
        if (base) {
            named_add_method(c, base, m);
        }
    }
    map_release(&seen);
}

/* ---- functions ---- */

static void decl_body_later(struct checker *c, void *arg)
{
    struct obj *o = arg;
    check_func_body(c, o->decl, check_name(c, o->name), as_signature(o->type),
                    ast_rec(c->ast, o->decl->fdecl, FUNC_BODY), NULL);
}

static void decl_func(struct checker *c, struct obj *o, struct decl *d)
{
    struct type_tuple *none = type_new_tuple(c->a, NULL, 0);
    struct type_signature *sig = type_new_signature(c->a, NULL, none, none, false);
    o->type = &sig->t; /* so that a cycle finds something */
    node n = d->fdecl;
    u32 tparams = ast_rec(c->ast, n, FUNC_TPARAMS);
    check_func_type(c, sig, ast_rec(c->ast, n, FUNC_RECV), tparams, ast_rec(c->ast, n, FUNC_TYPE));
    sig->scope->pos = check_at(c, n)->pos;
    sig->scope->end = ast_end(c->ast, n);
    node body = ast_rec(c->ast, n, FUNC_BODY);
    if (!body && !(check_at(c, n)->flags & AST_FLAG_SKIPPED) && ast_list_len(c->ast, tparams) > 0) {
        check_error_soft(c, at_node(c, n), "generic function is missing function body");
    }
    if (body && (c->flags & CHECK_PARTIAL)) {
        d->body_later = true;
    } else if (body && !(c->flags & CHECK_NO_BODIES)) {
        check_later(c, decl_body_later, o);
    }
}

void decl_body(struct checker *c, struct obj *o)
{
    struct decl *d = o->decl;

    c->env = (struct env){.file = d->file};
    check_enter_file(c, d->file);
    decl_body_later(c, o);
    d->deps.v = NULL; /* nobody asks what it depends on, and it is in c->tmp */
    d->deps.n = d->deps.cap = 0;
}

/* ---- on demand ---- */

static void decl_white(struct checker *c, struct obj *o)
{
    struct decl *d = o->decl;
    BUG_IF(!d);
    struct env saved = c->env;
    c->env = (struct env){.file = d->file};
    check_enter_file(c, d->file);
    switch ((enum obj_kind)o->kind) {
    case OBJ_CONST:
        c->env.decl = d; /* what it refers to is its dependency */
        decl_const(c, o, d->type, d->init, d->inherited);
        break;
    case OBJ_VAR:
        c->env.decl = d;
        decl_var(c, o, d->lhs, d->n_lhs, d->type, d->init);
        break;
    case OBJ_TYPE:
        decl_type(c, o, d->tdecl);
        decl_methods(c, o);
        break;
    case OBJ_FUNC: decl_func(c, o, d); break;
    default: BUG("object of kind %u", o->kind);
    }
    check_set_env(c, &saved);
}

/* Each declaration needs the next: more of them than the stack can hold. */
static void decl_too_deep(struct checker *c, struct obj *o)
{
    check_error(c, o->pos, "declaration of %s nested too deeply", s_name(c, o));
    if (o->kind == OBJ_FUNC) {
        struct type_tuple *none = type_new_tuple(c->a, NULL, 0);
        o->type = &type_new_signature(c->a, NULL, none, none, false)->t;
        as_signature(o->type)->scope = scope_new(c->a, c->pkg->scope, o->pos, o->pos);
    } else {
        o->type = TYPE_BAD;
    }
    o->color = OBJ_BLACK;
}

void decl_object(struct checker *c, struct obj *o)
{
    if (o->color == OBJ_GREY) {
        decl_grey(c, o);
        return;
    }
    if (o->type) {
        return;
    }
    if (c->depth >= CHECK_DEPTH) {
        decl_too_deep(c, o);
        return;
    }
    c->depth++;
    decl_push(c, o);
    decl_white(c, o);
    decl_pop(c);
    c->depth--;
}

/* ---- lists of declarations ---- */

struct const_spec decl_const_spec(struct checker *c, struct const_group *g, node n, u32 index)
{
    pos paren = ast_rec(c->ast, n, VALUE_GROUP);
    node type = ast_rec(c->ast, n, VALUE_TYPE), values = ast_rec(c->ast, n, VALUE_VALUES);
    if (g->first < 0 || paren == 0 || g->paren != paren) {
        *g = (struct const_group){.first = index, .paren = paren};
    }
    struct const_spec s = {.iota = index - g->first};
    if (type || values) {
        g->last = n;
        g->last_values = values;
    } else {
        s.inherited = g->last != 0;
    }
    if (g->last) {
        s.type = ast_rec(c->ast, g->last, VALUE_TYPE);
        s.n_values = ast_exprs(c->ast, &g->last_values, &s.values);
    }
    return s;
}

void decl_arity(struct checker *c, node n, const node *values, u32 n_values, bool inherited)
{
    bool is_const = check_kind(c, n) == AST_CONST_DECL;
    u32 names = ast_list_len(c->ast, check_at(c, n)->a);
    if (names < n_values) {
        node extra = values[names];
        if (inherited) {
            check_error(c, check_at(c, n)->pos, "extra init expr at %s",
                        s_pos(c, check_at(c, extra)->pos));
        } else {
            check_error(c, at_node(c, extra), "extra init expr %s", s_expr(c, extra));
        }
    } else if (names > n_values && (is_const || n_values != 1)) {
        /* A single value may be a call that gives several. */
        node name = ast_list(c->ast, check_at(c, n)->a)[n_values];
        check_error(c, check_at(c, name)->pos, "missing init expr for %s",
                    s_str(c, check_name(c, check_at(c, name)->a)));
    }
}

static struct obj *decl_local(struct checker *c, enum obj_kind kind, node name)
{
    const struct ast_node *n = check_at(c, name);
    return obj_new(c->a, kind, n->pos, c->pkg, n->a, NULL, c->prog->names);
}

/* Names become visible behind their declaration; function literals in it are checked before. */
static void decl_stmt_declare(struct checker *c, node n, struct obj **lhs, size_t top)
{
    check_run_delayed(c, top);
    const node *names = ast_list(c->ast, check_at(c, n)->a);
    u32 n_names = ast_list_len(c->ast, check_at(c, n)->a);
    pos from = ast_end(c->ast, n);
    for (u32 i = 0; i < n_names; i++) {
        lhs[i]->color = OBJ_BLACK;
        decl_declare(c, c->env.scope, names[i], lhs[i], from);
    }
}

static void decl_stmt_const(struct checker *c, struct const_group *g, node n, u32 index)
{
    size_t top = c->delayed.n;
    struct const_spec s = decl_const_spec(c, g, n, index);
    const node *names = ast_list(c->ast, check_at(c, n)->a);
    u32 n_names = ast_list_len(c->ast, check_at(c, n)->a);
    const struct constant *iota = constant_int(c->a, s.iota);
    struct obj **lhs = ARENA_ARRAY(c->tmp, struct obj *, n_names);
    for (u32 i = 0; i < n_names; i++) {
        lhs[i] = decl_local(c, OBJ_CONST, names[i]);
        lhs[i]->val = iota;
        decl_const(c, lhs[i], s.type, i < s.n_values ? s.values[i] : 0, s.inherited);
    }
    decl_arity(c, n, s.values, s.n_values, s.inherited);
    decl_stmt_declare(c, n, lhs, top);
}

static void decl_stmt_var(struct checker *c, node n)
{
    size_t top = c->delayed.n;
    const node *names = ast_list(c->ast, check_at(c, n)->a);
    u32 n_names = ast_list_len(c->ast, check_at(c, n)->a);
    node type = ast_rec(c->ast, n, VALUE_TYPE), init = ast_rec(c->ast, n, VALUE_VALUES);
    const node *values;
    u32 n_values = ast_exprs(c->ast, &init, &values);
    struct obj **lhs = ARENA_ARRAY(c->tmp, struct obj *, n_names);
    for (u32 i = 0; i < n_names; i++) {
        lhs[i] = decl_local(c, OBJ_VAR, names[i]);
        lhs[i]->var = VAR_LOCAL;
    }
    for (u32 i = 0; i < n_names; i++) {
        bool call = n_values == 1 && n_names != 1;
        decl_var(c, lhs[i], call ? lhs : NULL, call ? n_names : 0, type,
                 call           ? values[0]
                 : i < n_values ? values[i]
                                : 0);
        if (n_values == 1) {
            break; /* it has given all of them their types */
        }
    }
    if (!type || n_values > 0) {
        decl_arity(c, n, values, n_values, false);
    }
    decl_stmt_declare(c, n, lhs, top);
}

void decl_stmt(struct checker *c, u32 list)
{
    const node *v = ast_list(c->ast, list);
    u32 n = ast_list_len(c->ast, list);
    struct const_group g = {.first = -1};
    for (u32 i = 0; i < n; i++) {
        if (check_kind(c, v[i]) != AST_CONST_DECL) {
            g.first = -1;
        }
        switch ((enum ast_kind)check_kind(c, v[i])) {
        case AST_CONST_DECL: decl_stmt_const(c, &g, v[i], i); break;
        case AST_VAR_DECL: decl_stmt_var(c, v[i]); break;
        case AST_TYPE_DECL: {
            node name = check_at(c, v[i])->a;
            struct obj *o = decl_local(c, OBJ_TYPE, name);
            if (check_at(c, v[i])->flags & AST_FLAG_ALIAS) {
                o->flags |= OBJ_IS_ALIAS;
            }
            decl_declare(c, c->env.scope, name, o, o->pos);
            decl_push(c, o);
            decl_type(c, o, v[i]);
            decl_pop(c);
            break;
        }
        default: break;
        }
    }
}
