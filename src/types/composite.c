/* composite.c: struct, interface and function types.
 *
 * Follows GOROOT/src/cmd/compile/internal/types2/{struct,interface,signature}.go. */
#include "types/check.h"

/* ---- sets of names ---- */

/* Few names are compared one by one. */
enum { NAMES_LINEAR = 12 };

struct names {
    struct obj **v; /* the caller's list */
    u32 n;
    struct map map;
};

/* The object of that name that is in already. */
static struct obj *names_find(struct names *s, const struct obj *o)
{
    if (s->map.n > 0) {
        union map_val *v = map_get(&s->map, o->name);
        return v ? v->p : NULL;
    }
    for (u32 i = 0; i < s->n; i++) {
        if (s->v[i]->name == o->name) {
            return s->v[i];
        }
    }
    return NULL;
}

static void names_add(struct names *s, struct obj *o)
{
    s->v[s->n++] = o;
    if (s->map.n > 0) {
        map_put(&s->map, o->name, NULL)->p = o;
    } else if (s->n > NAMES_LINEAR) {
        for (u32 i = 0; i < s->n; i++) {
            map_put(&s->map, s->v[i]->name, NULL)->p = s->v[i];
        }
    }
}

/* ---- structs ---- */

struct embedded_action {
    struct type *type;
    pos at;
};

/* Go spec, "Struct types": T or *T, where T is neither a pointer nor a type parameter, and no
 * interface behind a pointer. */
static void struct_embedded_later(struct checker *c, void *arg)
{
    struct embedded_action *a = arg;
    bool ptr;
    struct type *t = type_deref(a->type, &ptr);
    struct type *u = type_under(t);
    if (!type_is_valid(t)) {
        return;
    }
    if (u->kind == TYPE_BASIC && u->basic == BASIC_UNSAFE_POINTER) {
        check_error(c, a->at, "embedded field type cannot be unsafe.Pointer");
    } else if (u->kind == TYPE_POINTER) {
        check_error(c, a->at, "embedded field type cannot be a pointer");
    } else if (u->kind == TYPE_INTERFACE && type_is_param(t)) {
        check_error(c, a->at, "embedded field type cannot be a (pointer to a) type parameter");
    } else if (u->kind == TYPE_INTERFACE && ptr) {
        check_error(c, a->at, "embedded field type cannot be a pointer to an interface");
    }
}

static bool is_star(const struct checker *c, node x)
{
    const struct ast_node *n = check_at(c, x);
    return n->kind == AST_OPERATION && n->op == OP_MUL && !n->b;
}

/* The NAME that an embedded field is called by; 0: none. */
static node struct_embedded_name(const struct checker *c, node x)
{
    if (is_star(c, x)) {
        x = check_at(c, x)->a;
        if (is_star(c, x)) {
            return 0;
        }
    }
    for (;;) {
        const struct ast_node *n = check_at(c, x);
        switch ((enum ast_kind)n->kind) {
        case AST_NAME: return x;
        case AST_SELECTOR: return n->b;
        case AST_INDEX: x = n->a; break;
        default: return 0;
        }
    }
}

static str struct_tag(struct checker *c, node tag)
{
    if (!tag || (check_at(c, tag)->flags & AST_FLAG_BAD)) {
        return (str){0};
    }
    if (check_at(c, tag)->op == LIT_STRING) {
        const struct constant *v = constant_literal(c->a, ast_lit(c->ast, tag), LIT_STRING);
        if (constant_kind(v) == CONST_STRING) {
            return constant_string_val(c->a, v);
        }
    }
    check_error(c, at_node(c, tag), "invalid syntax tree: incorrect tag syntax: %s",
                s_const(c, constant_string(c->tmp, ast_lit(c->ast, tag))));
    return (str){0};
}

struct struct_build {
    struct names fields;
    str *tags; /* NULL: none so far */
    u32 cap;
};

/* Adds a field unless one has that name already. */
static void struct_add(struct checker *c, struct struct_build *b, node ident, name_id name, pos at,
                       struct type *type, str tag, bool embedded)
{
    struct obj *f = obj_new(c->a, OBJ_VAR, at, c->pkg, name, type, c->prog->names);
    f->var = VAR_FIELD;
    f->color = OBJ_BLACK;
    if (embedded) {
        f->flags |= OBJ_EMBEDDED;
    }
    struct obj *there = name != c->prog->blank ? names_find(&b->fields, f) : NULL;
    if (there) {
        struct check_msg m = {.n = 0};
        check_msg_add(c, &m, at, "%s redeclared", s_name(c, f));
        check_msg_other(c, &m, there);
        check_msg_report(c, &m);
        return;
    }
    if (tag.n > 0) {
        if (!b->tags) {
            b->tags = ARENA_ARRAY(c->a, str, b->cap);
        }
        b->tags[b->fields.n] = tag;
    }
    names_add(&b->fields, f);
    if (ident) {
        record_def(c, ident, f);
    }
}

void check_struct_type(struct checker *c, struct type_struct *t, node n)
{
    u32 list = check_at(c, n)->a, tags = check_at(c, n)->b;
    u32 count = ast_list_len(c->ast, list);
    struct struct_build b = {.fields = {.v = ARENA_ARRAY(c->a, struct obj *, count)}, .cap = count};
    struct type *type = NULL;
    node prev = 0;
    for (u32 i = 0; i < count; i++) {
        const struct ast_node *f = check_at(c, ast_list(c->ast, list)[i]);
        if (f->b != prev) { /* names of one list share the type's node */
            type = check_var_type(c, f->b);
            prev = f->b;
        }
        str tag = {0};
        if (tags) {
            tag = struct_tag(c, ast_list(c->ast, tags)[i]);
        }
        if (f->a) {
            const struct ast_node *name = check_at(c, f->a);
            struct_add(c, &b, f->a, name->a, name->pos, type, tag, false);
            continue;
        }
        pos at = at_node(c, f->b);
        node name = struct_embedded_name(c, f->b);
        if (!name) {
            check_error(c, at, "invalid syntax tree: invalid embedded field type %s",
                        s_expr(c, f->b));
            struct_add(c, &b, 0, c->prog->blank, at, TYPE_BAD, (str){0}, true);
            continue;
        }
        struct_add(c, &b, name, check_at(c, name)->a, check_at(c, name)->pos, type, tag, true);
        struct embedded_action *a = ARENA_NEW(c->tmp, struct embedded_action);
        a->type = type;
        a->at = at;
        check_later(c, struct_embedded_later, a);
    }
    map_release(&b.fields.map);
    t->n = b.fields.n;
    t->fields = b.fields.v;
    t->tags = b.tags;
    t->complete = true;
}

/* ---- interfaces ---- */

struct iface_action {
    struct type_interface *type;
    pos at;
};

static void iface_later(struct checker *c, void *arg)
{
    struct iface_action *a = arg;
    type_set_compute(c, a->at, a->type);
}

/* All methods and elements are there. */
static void iface_complete(struct checker *c, struct type_interface *t, pos at)
{
    t->complete = true;
    if (t->n_methods == 0 && t->n_embeds == 0) {
        t->set = universe_any_iface.set;
        return;
    }
    check_cleanup(c, &t->t);
    struct iface_action *a = ARENA_NEW(c->tmp, struct iface_action);
    a->type = t;
    a->at = at;
    check_later(c, iface_later, a);
}

/* A method as it stands in an interface; NULL after an error. */
static struct obj *iface_method(struct checker *c, struct type *recv, const struct ast_node *f)
{
    const struct ast_node *name = check_at(c, f->a);
    if (name->a == c->prog->blank) {
        check_error(c, name->pos, "methods must have a unique non-blank name");
        return NULL;
    }
    struct type *t = check_type(c, f->b);
    struct type_signature *sig = is_signature(t);
    if (!sig) {
        if (type_is_valid(t)) {
            check_error(c, at_node(c, f->b), "invalid syntax tree: %s is not a method signature",
                        s_type(c, t));
        }
        return NULL;
    }
    sig->recv = obj_new(c->a, OBJ_VAR, name->pos, c->pkg, 0, recv, c->prog->names);
    sig->recv->var = VAR_RECV;
    struct obj *m = obj_new(c->a, OBJ_FUNC, name->pos, c->pkg, name->a, &sig->t, c->prog->names);
    m->color = OBJ_BLACK;
    record_def(c, f->a, m);
    return m;
}

void check_interface_type(struct checker *c, struct type_interface *t, node n, struct obj *def)
{
    u32 list = check_at(c, n)->a, count = ast_list_len(c->ast, list), methods = 0;
    const node *v = ast_list(c->ast, list);
    for (u32 i = 0; i < count; i++) {
        methods += check_at(c, v[i])->a != 0;
    }
    t->methods = ARENA_ARRAY(c->a, struct obj *, methods);
    t->embeds = ARENA_ARRAY(c->a, struct type *, count - methods);
    t->embed_pos = ARENA_ARRAY(c->a, u32, count - methods);
    /* Messages rather name the declared type than the literal. */
    struct type *recv = def && def->type && def->type->kind == TYPE_NAMED ? def->type : &t->t;
    for (u32 i = 0; i < count; i++) {
        const struct ast_node *f = check_at(c, v[i]);
        if (f->a) {
            struct obj *m = iface_method(c, recv, f);
            if (m) {
                t->methods[t->n_methods++] = m;
            }
        } else {
            struct type *e = check_union(c, f->b);
            t->embed_pos[t->n_embeds] = at_node(c, f->b);
            t->embeds[t->n_embeds++] = e;
        }
    }
    iface_complete(c, t, check_at(c, n)->pos);
}

struct type *check_implicit_interface(struct checker *c, node x)
{
    struct type_interface *t = ARENA_NEW(c->a, struct type_interface);
    t->t.kind = TYPE_INTERFACE;
    t->t.flag = TYPE_FLAG_IMPLICIT;
    t->pkg = c->pkg;
    t->embeds = ARENA_NEW(c->a, struct type *);
    t->embed_pos = ARENA_NEW(c->a, u32);
    t->embeds[0] = check_union(c, x);
    t->embed_pos[0] = at_node(c, x);
    t->n_embeds = 1;
    iface_complete(c, t, 0);
    return &t->t;
}

/* ---- receivers ---- */

void check_unpack_recv(struct checker *c, node type, bool *ptr, node *base, node **tparams,
                       u32 *n_tparams)
{
    node x = ast_unparen(c->ast, type);
    *ptr = is_star(c, x);
    if (*ptr) {
        x = ast_unparen(c->ast, check_at(c, x)->a);
    }
    *base = x;
    if (tparams) {
        *tparams = NULL;
        *n_tparams = 0;
    }
    if (check_kind(c, x) != AST_INDEX) {
        return;
    }
    *base = check_at(c, x)->a;
    if (!tparams) {
        return;
    }
    const node *v;
    u32 n = ast_exprs(c->ast, &check_at(c, x)->b, &v);
    *tparams = ARENA_ARRAY(c->tmp, node, n);
    *n_tparams = n;
    for (u32 i = 0; i < n; i++) {
        (*tparams)[i] = v[i];
        if (check_kind(c, v[i]) != AST_NAME && check_kind(c, v[i]) != AST_BAD) {
            check_error(c, at_node(c, v[i]), "receiver type parameter %s must be an identifier",
                        s_expr(c, v[i]));
        }
    }
}

static struct type *recv_unpointer(struct type *t)
{
    while (t && t->kind == TYPE_POINTER) {
        t = as_pointer(t)->elem;
    }
    return t;
}

/* A receiver whose type has no type parameters. */
static struct type *recv_plain(struct checker *c, node type, node base)
{
    struct type *t = check_var_type(c, type);
    /* Methods of instantiated types cannot be declared, nor through an alias.  One pointer at most
       is correct, but that is said elsewhere. */
    struct type *x = recv_unpointer(t);
    for (struct type_alias *a = is_alias(x); a; a = x ? is_alias(x) : NULL) {
        x = recv_unpointer(a->rhs);
        bool generic = x && (x->kind == TYPE_NAMED   ? named_tparams(as_named(x)) != NULL
                             : x->kind == TYPE_ALIAS ? as_alias(x)->orig->tparams != NULL
                                                     : false);
        if (generic) {
            check_error(c, at_node(c, base), "cannot define new methods on instantiated type %s",
                        s_type(c, x));
            return TYPE_BAD;
        }
    }
    return t;
}

/* A type parameter that a receiver declares: also a use of it (go.dev/issue/68670). */
static struct type_param *recv_tparam(struct checker *c, node n, pos from)
{
    if (check_kind(c, n) == AST_NAME) {
        struct type_param *p = decl_declare_tparam(c, n, from);
        record_use(c, n, p->obj);
        record_typed(c, n, MODE_TYPE, &p->t, NULL);
        return p;
    }
    struct obj *o =
        obj_new(c->a, OBJ_TYPE, check_at(c, n)->pos, c->pkg, c->prog->blank, NULL, c->prog->names);
    o->color = OBJ_BLACK;
    return decl_new_tparam(c, o, TYPE_BAD);
}

/* The type of every part of a receiver's type expression. */
static void recv_record(struct checker *c, node x, struct type *t)
{
    for (;;) {
        record_typed(c, x, MODE_TYPE, t, NULL);
        if (check_kind(c, x) == AST_PAREN) {
            x = check_at(c, x)->a;
        } else if (is_star(c, x) && t->kind == TYPE_POINTER) {
            x = check_at(c, x)->a;
            t = as_pointer(t)->elem;
        } else {
            return;
        }
    }
}

/* The generic type that a receiver is of; NULL after an error. */
static struct type_named *recv_base(struct checker *c, node base)
{
    str why = {0};
    struct type *t = check_generic_type(c, base, &why);
    if (t->kind == TYPE_NAMED) {
        return as_named(t);
    }
    if (t->kind == TYPE_ALIAS && type_is_valid(t)) {
        check_error(c, at_node(c, base), "cannot define new methods on generic alias type %s",
                    s_type(c, t));
    } else if (why.n > 0) {
        check_error(c, at_node(c, base), "%s", s_str(c, why));
    }
    return NULL;
}

static struct type *recv_generic(struct checker *c, node type, node base, bool ptr,
                                 const node *tparams, u32 n, pos from,
                                 const struct tparam_list **out)
{
    /* The base first: type parameters may have its name. */
    struct type_named *t = recv_base(c, base);
    struct type_param **v = ARENA_ARRAY(c->a, struct type_param *, n);
    struct type_list *targs = ARENA_NEW(c->a, struct type_list);
    targs->n = n;
    targs->v = ARENA_ARRAY(c->a, struct type *, n);
    for (u32 i = 0; i < n; i++) {
        v[i] = recv_tparam(c, tparams[i], from);
        targs->v[i] = &v[i]->t;
    }
    *out = decl_bind_tparams(c, v, n);
    if (!t) {
        return TYPE_BAD;
    }
    const struct tparam_list *l = named_tparams(t);
    if (l->n == n) {
        /* Their bounds are those of the type's own parameters, in terms of the receiver's. */
        struct subst_map m = {.from = l, .to = targs->v};
        for (u32 i = 0; i < n; i++) {
            mono_record_canon(c, v[i], l->v[i]);
            v[i]->bound = subst_type(c, c->prog, l->v[i]->bound, m, v[i]->obj->pos);
        }
    } else {
        check_error(c, at_node(c, base),
                    "receiver declares %u type parameter%s, but receiver base type declares %u", n,
                    n == 1 ? "" : "s", l->n);
    }
    check_need(c, at_node(c, base), 18, "type instantiation");
    struct type *recv = instance_make(c, c->prog, check_at(c, type)->pos, &t->t, targs);
    record_instance(c, base, targs, recv);
    if (ptr && type_is_valid(recv)) {
        recv = type_new_pointer(c->a, recv);
    }
    recv_record(c, type, recv);
    return recv;
}

struct recv_action {
    struct obj *recv;
    pos at;
};

/* Go spec, "Method declarations": T or *T, T declared in this package, neither a pointer nor an
 * interface. */
static void recv_later(struct checker *c, void *arg)
{
    struct recv_action *a = arg;
    bool ptr;
    struct type *t = type_deref(a->recv->type, &ptr);
    struct type *x = type_unalias(t);
    if (!type_is_valid(x)) {
        return;
    }
    if (x->kind == TYPE_BASIC) {
        check_error(c, a->at, "cannot define new methods on non-local type %s", s_type(c, t));
        return;
    }
    if (x->kind != TYPE_NAMED) {
        check_error(c, a->at, "invalid receiver type %s", s_type(c, a->recv->type));
        return;
    }
    const struct obj *o = named_obj(as_named(x));
    if (o->pkg != c->pkg || str_has_prefix(check_name(c, o->name), STR("_Ctype_"))) {
        check_error(c, a->at, "cannot define new methods on non-local type %s", s_type(c, t));
        return;
    }
    struct type *u = type_under(x);
    const char *why = NULL;
    if (u->kind == TYPE_BASIC && u->basic == BASIC_UNSAFE_POINTER) {
        why = "unsafe.Pointer";
    } else if (u->kind == TYPE_POINTER || u->kind == TYPE_INTERFACE) {
        why = "pointer or interface type";
    }
    if (why) {
        check_error(c, a->at, "invalid receiver type %s (%s)", s_type(c, t), why);
    }
}

/* The receiver (which the caller declares, after the type parameters) of a FIELD. */
static struct obj *func_recv(struct checker *c, node field, pos from,
                             const struct tparam_list **rparams)
{
    node type = check_at(c, field)->b, name = check_at(c, field)->a, base, *tparams;
    bool ptr;
    u32 n;
    check_unpack_recv(c, type, &ptr, &base, &tparams, &n);
    struct type *t = n == 0 ? recv_plain(c, type, base)
                            : recv_generic(c, type, base, ptr, tparams, n, from, rparams);
    struct obj *recv = obj_new(c->a, OBJ_VAR, check_at(c, name ? name : field)->pos, c->pkg,
                               name ? check_at(c, name)->a : 0, t, c->prog->names);
    recv->var = VAR_RECV;
    recv->color = OBJ_BLACK;
    if (!name) {
        record_implicit(c, field, recv);
    }
    struct recv_action *a = ARENA_NEW(c->tmp, struct recv_action);
    a->recv = recv;
    a->at = at_node(c, base);
    check_later(c, recv_later, a);
    return recv;
}

/* ---- functions ---- */

/* Variables of a list of parameters or results, not declared yet. */
static struct type_tuple *func_params(struct checker *c, enum obj_var var, u32 list, bool *variadic)
{
    u32 n = ast_list_len(c->ast, list);
    struct obj **v = n > 0 ? ARENA_ARRAY(c->a, struct obj *, n) : NULL;
    struct type *type = NULL;
    node prev = 0, dots = 0;
    for (u32 i = 0; i < n; i++) {
        node field = ast_list(c->ast, list)[i];
        const struct ast_node *f = check_at(c, field);
        if (f->b != prev) {
            node x = prev = f->b;
            if (check_kind(c, x) == AST_DOTS_TYPE) {
                if (var == VAR_PARAM && i == n - 1) {
                    dots = x;
                } else {
                    check_error(c, at_node(c, x), "invalid syntax tree: invalid use of ...");
                }
                x = check_at(c, x)->a;
            }
            type = check_var_type(c, x);
        }
        const struct ast_node *name = check_at(c, f->a);
        v[i] = obj_new(c->a, OBJ_VAR, f->a ? name->pos : f->pos, c->pkg, f->a ? name->a : 0, type,
                       c->prog->names);
        v[i]->var = (u8)var;
        v[i]->color = OBJ_BLACK;
        if (!f->a) {
            record_implicit(c, field, v[i]);
        }
    }
    if (dots) {
        v[n - 1]->type = type_new_slice(c->a, v[n - 1]->type);
        record_typed(c, dots, MODE_TYPE, v[n - 1]->type, NULL);
        *variadic = true;
    }
    return type_new_tuple(c->a, v, n);
}

static void func_declare(struct checker *c, u32 list, const struct type_tuple *vars, pos from)
{
    for (u32 i = 0; i < vars->n; i++) {
        node name = check_at(c, ast_list(c->ast, list)[i])->a;
        if (name) {
            decl_declare(c, c->env.scope, name, vars->vars[i], from);
        }
    }
}

void check_func_type(struct checker *c, struct type_signature *sig, node recv, u32 tparams,
                     node ftype)
{
    const struct ast_node *f = check_at(c, ftype);
    pos end = ast_end(c->ast, ftype);
    struct scope *outer = c->env.scope;
    c->env.scope = scope_new(c->a, outer, f->pos, end);
    c->env.scope->is_func = true;
    record_scope(c, ftype, c->env.scope);
    sig->scope = c->env.scope;

    struct obj *r = NULL;
    const struct tparam_list *rparams = NULL;
    if (recv) {
        r = func_recv(c, recv, f->pos, &rparams);
    }
    if (ast_list_len(c->ast, tparams) > 0) {
        decl_tparams(c, tparams, &sig->tparams);
    }
    bool variadic = false, none = false;
    struct type_tuple *params = func_params(c, VAR_PARAM, f->a, &variadic);
    struct type_tuple *results = func_params(c, VAR_RESULT, f->b, &none);

    if (r && check_at(c, recv)->a) {
        decl_declare(c, c->env.scope, check_at(c, recv)->a, r, end);
    }
    func_declare(c, f->a, params, end);
    func_declare(c, f->b, results, end);

    sig->recv = r;
    sig->rparams = rparams;
    sig->params = params;
    sig->results = results;
    if (variadic) {
        sig->t.flag |= TYPE_FLAG_VARIADIC;
    }
    c->env.scope = outer;
}
