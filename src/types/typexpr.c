/* typexpr.c: names, and expressions that denote types.
 *
 * Follows GOROOT/src/cmd/compile/internal/types2/typexpr.go.  Checks that need types to be complete
 * are delayed there for every type; here only where the answer is not known at once. */
#include "types/check.h"

/* ---- names ---- */

static const char *ident_kind(const struct obj *o)
{
    switch ((enum obj_kind)o->kind) {
    case OBJ_PKG: return "package name";
    case OBJ_CONST: return "constant";
    case OBJ_TYPE:
        return o->flags & OBJ_IS_ALIAS                  ? "type alias"
               : o->type && o->type->kind == TYPE_PARAM ? "type parameter"
                                                        : "defined type";
    case OBJ_VAR: {
        static const char *const of[] = {
            [VAR_PACKAGE] = "package-level variable",
            [VAR_LOCAL] = "local variable",
            [VAR_RECV] = "receiver",
            [VAR_PARAM] = "parameter",
            [VAR_RESULT] = "result variable",
            [VAR_FIELD] = "struct field",
        };
        return of[o->var];
    }
    case OBJ_FUNC:
        return o->type && o->type->kind == TYPE_SIGNATURE && as_signature(o->type)->recv
                   ? "method"
                   : "function";
    case OBJ_LABEL: return "label";
    case OBJ_BUILTIN: return "built-in function";
    case OBJ_NIL: return "untyped nil";
    }
    return "unknown symbol";
}

/* A name of a dot import: the import is used. */
static void ident_dot_import(struct checker *c, const struct obj *o, const struct scope *at)
{
    if (c->dot_imports.n == 0 || at != c->f->scope) {
        return;
    }
    union map_val *v = map_get(&c->dot_imports, (u64)c->env.file << 32 | o->name);
    if (v) {
        ((struct obj *)v->p)->flags |= OBJ_USED;
    }
}

void check_ident(struct checker *c, struct operand *x, node n, bool want_type)
{
    x->mode = MODE_NONE;
    x->expr = n;
    const struct ast_node *at = check_at(c, n);
    struct scope *scope = NULL;
    struct obj *o = check_lookup(c, at->a, &scope);
    if (!o) {
        if (at->a == c->prog->blank) {
            check_error(c, at->pos, "cannot use _ as value or type");
        } else {
            check_error(c, at->pos, "undefined: %s", s_str(c, check_name(c, at->a)));
        }
        return;
    }
    if (!check_allow(c, 18) && (o->type == c->prog->any || o->type == c->prog->comparable) &&
        !o->pkg && !check_need(c, at->pos, 18, "predeclared %s", s_str(c, check_name(c, at->a)))) {
        return;
    }
    record_use(c, n, o);
    bool is_type = o->kind == OBJ_TYPE;
    if (want_type && !is_type) {
        check_error(c, at->pos, "%s (%s) is not a type", s_name(c, o), ident_kind(o));
        if (o->kind == OBJ_VAR && o->pkg == c->pkg) {
            o->flags |= OBJ_USED; /* enough was said about it */
        }
        return;
    }
    /* Where a type is wanted, one that is being declared may close a cycle.  Elsewhere the message
       that it is a type or not is better than that of a cycle. */
    if (!o->type || (is_type && want_type && o->pkg == c->pkg)) {
        decl_object(c, o);
    }
    struct type *t = o->type;
    BUG_IF(!t);
    if (o->pkg != c->pkg && o->pkg) {
        ident_dot_import(c, o, scope);
    }
    switch ((enum obj_kind)o->kind) {
    case OBJ_TYPE: x->mode = MODE_TYPE; break;
    case OBJ_VAR:
        if (o->pkg == c->pkg && !(o->flags & OBJ_USED)) {
            o->flags |= OBJ_USED;
        }
        decl_depends(c, o);
        if (t == TYPE_BAD) {
            return;
        }
        x->mode = MODE_VAR;
        break;
    case OBJ_FUNC:
        decl_depends(c, o);
        x->mode = MODE_VALUE;
        break;
    case OBJ_CONST:
        decl_depends(c, o);
        if (!type_is_valid(t)) {
            return;
        }
        x->val = o->val;
        if (o == c->prog->iota) {
            if (!c->env.iota) {
                check_error(c, at->pos, "cannot use iota outside constant declaration");
                return;
            }
            x->val = c->env.iota;
        }
        x->mode = MODE_CONST;
        break;
    case OBJ_BUILTIN:
        x->mode = MODE_BUILTIN;
        x->builtin = (u8)o->builtin;
        break;
    case OBJ_NIL: x->mode = MODE_NIL; break;
    case OBJ_PKG:
        check_error(c, at->pos, "use of package %s not in selector", s_name(c, o));
        return;
    case OBJ_LABEL: BUG("label in a scope of values");
    }
    x->type = t;
}

/* ---- types of variables ---- */

struct type_action {
    node n;
    struct type *type;
};

static void type_later(struct checker *c, void (*fn)(struct checker *c, void *arg), node n,
                       struct type *t)
{
    struct type_action *a = ARENA_NEW(c->tmp, struct type_action);
    a->n = n;
    a->type = t;
    check_later(c, fn, a);
}

static void type_var_later(struct checker *c, void *arg)
{
    struct type_action *a = arg;
    struct type_interface *i = is_interface(type_under(a->type));
    if (!i) {
        return;
    }
    pos at = at_node(c, a->n);
    struct type_set *s = type_set_compute(c, at, i);
    if (!type_set_is_methods_only(s)) {
        check_error_soft(c, at,
                         s->comparable ? "cannot use type %s outside a type constraint: "
                                         "interface is (or embeds) comparable"
                                       : "cannot use type %s outside a type constraint: "
                                         "interface contains type constraints",
                         s_type(c, a->type));
    }
}

/* Is it clear already that t is no constraint interface? */
static bool type_var_is_plain(struct type *t)
{
    if (t->kind == TYPE_ALIAS) {
        t = as_alias(t)->actual;
        if (!t) {
            return false;
        }
    }
    if (t->kind == TYPE_NAMED) {
        struct type_named *n = as_named(t);
        /* Pairs with the release store of named.c. */
        if (!(__atomic_load_n(&n->state, __ATOMIC_ACQUIRE) & NAMED_UNDER)) {
            return false;
        }
        t = n->underlying;
    }
    if (t->kind != TYPE_INTERFACE) {
        return true;
    }
    struct type_set *s = __atomic_load_n(&as_interface(t)->set, __ATOMIC_ACQUIRE);
    return s && type_set_is_methods_only(s);
}

void check_no_constraint(struct checker *c, node n, struct type *t)
{
    if (!type_var_is_plain(t)) {
        type_later(c, type_var_later, n, t);
    }
}

struct type *check_var_type(struct checker *c, node n)
{
    struct type *t = check_declared_type(c, n, NULL);
    check_no_constraint(c, n, t);
    return t;
}

/* ---- literals ---- */

static struct type *type_array_of(struct checker *c, node n)
{
    const struct ast_node *at = check_at(c, n);
    i64 len = -1;
    if (at->a) {
        len = check_array_length(c, at->a);
    } else {
        check_error(c, at->pos, "invalid use of [...] array (outside a composite literal)");
    }
    struct type *elem = check_var_type(c, check_at(c, n)->b);
    return len >= 0 ? type_new_array(c->a, elem, len) : TYPE_BAD;
}

static void type_map_later(struct checker *c, void *arg)
{
    struct type_action *a = arg;
    if (!type_comparable(a->type, true, NULL, c->tmp, c->pkg)) {
        check_error(c, at_node(c, a->n), "invalid map key type %s%s", s_type(c, a->type),
                    type_is_param(a->type) ? " (missing comparable constraint)" : "");
    }
}

static struct type *type_map_of(struct checker *c, node n)
{
    node key_expr = check_at(c, n)->a;
    struct type *key = check_var_type(c, key_expr);
    struct type *elem = check_var_type(c, check_at(c, n)->b);
    if (key->kind != TYPE_BASIC && key->kind != TYPE_POINTER && key->kind != TYPE_CHAN) {
        type_later(c, type_map_later, key_expr, key);
    }
    return type_new_map(c->a, key, elem);
}

static struct type *type_func_of(struct checker *c, node n)
{
    struct type_tuple *none = type_new_tuple(c->a, NULL, 0);
    struct type_signature *sig = type_new_signature(c->a, NULL, none, none, false);
    check_func_type(c, sig, 0, 0, n);
    return &sig->t;
}

/* A name or selector that should be a type. */
static struct type *type_of_operand(struct checker *c, const struct operand *x)
{
    switch (x->mode) {
    case MODE_TYPE: return x->type;
    case MODE_NONE: break;
    case MODE_NOVALUE: check_error(c, at_operand(c, x), "%s used as type", s_operand(c, x)); break;
    default: check_error(c, at_operand(c, x), "%s is not a type", s_operand(c, x)); break;
    }
    return TYPE_BAD;
}

static struct type *type_not(struct checker *c, node n)
{
    check_error(c, at_node(c, n), "%s is not a type", s_expr(c, n));
    check_use(c, &n, 1);
    return TYPE_BAD;
}

/* ---- instances ---- */

struct type_instance_action {
    node x;
    node index; /* the arguments, perhaps a LIST */
    const struct type_list *targs;
    struct type *inst;
};

static void type_instance_later(struct checker *c, void *arg)
{
    struct type_instance_action *a = arg;
    record_instance(c, a->x, a->targs, a->inst);
    struct type_named *n = is_named(a->inst);
    struct type_alias *alias = is_alias(a->inst);
    const struct tparam_list *tparams = n ? named_tparams(n) : alias ? alias->orig->tparams : NULL;
    name_id name = n ? named_obj(n)->name : alias ? alias->orig->obj->name : 0;
    pos at = check_at(c, a->x)->pos;
    if (!tparams || !instance_check_count(c, at, check_name(c, name), tparams->n, a->targs->n)) {
        return;
    }
    const node *exprs;
    u32 n_exprs = ast_exprs(c->ast, &a->index, &exprs);
    str why = {0};
    i32 bad = instance_verify(c, at, tparams, a->targs, &why);
    if (bad >= 0) {
        if ((u32)bad < n_exprs) {
            at = at_node(c, exprs[bad]);
        }
        check_error_soft(c, at, "%s", s_str(c, why));
        return;
    }
    mono_record_instance(c, at, tparams, a->targs, exprs, n_exprs);
}

void check_not_generic(struct checker *c, node n, str why)
{
    node x = check_at(c, n)->a, index = check_at(c, n)->b;
    const node *exprs;
    u32 n_exprs = ast_exprs(c->ast, &index, &exprs);
    struct strbuf b = {0};
    for (u32 i = 0; i < n_exprs; i++) {
        strbuf_printf(&b, "%s%s", i > 0 ? ", " : "", s_expr(c, exprs[i]));
    }
    check_error(c, at_node(c, x), "invalid operation: %s[%s] (%.*s)", s_expr(c, x), strbuf_cstr(&b),
                STR_ARG(why));
    strbuf_release(&b);
}

static struct type *type_instance_of(struct checker *c, node n)
{
    node x = check_at(c, n)->a, index = check_at(c, n)->b;
    const node *exprs;
    u32 n_exprs = ast_exprs(c->ast, &index, &exprs);
    str why = {0};
    struct type *orig = check_generic_type(c, x, &why);
    if (why.n > 0) {
        check_not_generic(c, n, why);
    }
    if (!type_is_valid(orig)) {
        return orig;
    }
    struct type_list *targs = ARENA_NEW(c->a, struct type_list);
    *targs = check_type_list(c, exprs, n_exprs);
    if (!targs->v) {
        return TYPE_BAD;
    }
    struct type *inst = instance_make(c, c->prog, check_at(c, x)->pos, orig, targs);
    if (!type_is_valid(inst) && inst->kind == TYPE_BASIC) {
        return TYPE_BAD;
    }
    struct type_instance_action *a = ARENA_NEW(c->tmp, struct type_instance_action);
    *a = (struct type_instance_action){.x = x, .index = index, .targs = targs, .inst = inst};
    check_later(c, type_instance_later, a);
    return inst;
}

/* ---- any type ---- */

static struct type *type_operation(struct checker *c, node n)
{
    const struct ast_node *at = check_at(c, n);
    if (at->op != OP_MUL || at->b) {
        return type_not(c, n);
    }
    struct type *elem = check_var_type(c, at->a);
    /* A pointer to something invalid is of no use, and would only bring further errors. */
    return type_is_valid(elem) ? type_new_pointer(c->a, elem) : TYPE_BAD;
}

static struct type *type_expr(struct checker *c, node n, struct obj *def)
{
    const struct ast_node *at = check_at(c, n);
    struct operand x = {.mode = MODE_NONE};
    switch ((enum ast_kind)at->kind) {
    case AST_NONE:
    case AST_BAD: return TYPE_BAD; /* the parser has reported it */
    case AST_NAME: check_ident(c, &x, n, true); return type_of_operand(c, &x);
    case AST_SELECTOR: check_selector(c, &x, n, true); return type_of_operand(c, &x);
    case AST_INDEX:
        check_need(c, at_node(c, n), 18, "type instantiation");
        return type_instance_of(c, n);
    case AST_PAREN: return check_declared_type(c, at->a, def);
    case AST_ARRAY_TYPE: return type_array_of(c, n);
    case AST_SLICE_TYPE: return type_new_slice(c->a, check_var_type(c, at->a));
    case AST_DOTS_TYPE:
        check_error(c, at->pos, "invalid syntax tree: invalid use of ...");
        return TYPE_BAD;
    case AST_STRUCT_TYPE: {
        struct type_struct *s = as_struct(type_new_struct(c->a, NULL, 0, NULL));
        s->complete = false;
        check_struct_type(c, s, n);
        return &s->t;
    }
    case AST_OPERATION: return type_operation(c, n);
    case AST_FUNC_TYPE: return type_func_of(c, n);
    case AST_INTERFACE_TYPE: {
        struct type_interface *i = ARENA_NEW(c->a, struct type_interface);
        i->t.kind = TYPE_INTERFACE;
        i->pkg = c->pkg;
        check_interface_type(c, i, n, def);
        return &i->t;
    }
    case AST_MAP_TYPE: return type_map_of(c, n);
    case AST_CHAN_TYPE: return type_new_chan(c->a, (enum ast_dir)at->op, check_var_type(c, at->a));
    default: return type_not(c, n);
    }
}

static struct type *type_expr_bounded(struct checker *c, node n, struct obj *def)
{
    if (c->depth >= CHECK_DEPTH) {
        check_error(c, at_node(c, n), "type expression nested too deeply");
        return TYPE_BAD;
    }
    c->depth++;
    struct type *t = type_expr(c, n, def);
    c->depth--;
    return t;
}

struct type *check_declared_type(struct checker *c, node n, struct obj *def)
{
    struct type *t = type_expr_bounded(c, n, def);
    if ((t->kind == TYPE_NAMED || t->kind == TYPE_ALIAS) && type_is_generic(t)) {
        check_error(c, at_node(c, n), "cannot use generic type %s without instantiation",
                    s_type(c, t));
        t = TYPE_BAD;
    }
    record_typed(c, n, MODE_TYPE, t, NULL);
    return t;
}

struct type *check_type(struct checker *c, node n)
{
    return check_declared_type(c, n, NULL);
}

struct type *check_generic_type(struct checker *c, node n, str *why)
{
    struct type *t = type_expr_bounded(c, n, NULL);
    if (type_is_valid(t) && !type_is_generic(t)) {
        if (why) {
            *why = str_fmt(c->tmp, "%s is not a generic type", s_type(c, t));
        }
        t = TYPE_BAD;
    }
    record_typed(c, n, MODE_TYPE, t, NULL);
    return t;
}

struct type_list check_type_list(struct checker *c, const node *v, u32 n)
{
    struct type_list l = {.n = n, .v = ARENA_ARRAY(c->a, struct type *, n)};
    bool valid = true;
    for (u32 i = 0; i < n; i++) {
        l.v[i] = check_var_type(c, v[i]);
        valid = valid && type_is_valid(l.v[i]);
    }
    return valid ? l : (struct type_list){.n = 0, .v = NULL};
}

/* ---- array lengths ---- */

i64 check_array_length(struct checker *c, node n)
{
    const struct ast_node *at = check_at(c, n);
    if (at->kind == AST_NAME) {
        /* Perhaps it was meant as a type parameter. */
        struct obj *o = check_lookup(c, at->a, NULL);
        const char *name = o && o->kind == OBJ_CONST ? NULL : s_str(c, check_name(c, at->a));
        if (!o) {
            check_error(c, at->pos, "undefined array length %s or missing type constraint", name);
            return -1;
        }
        if (name) {
            check_error(c, at->pos, "invalid array length %s", name);
            return -1;
        }
    }
    struct operand x = {.mode = MODE_NONE};
    check_expr(c, NULL, &x, n);
    if (x.mode != MODE_CONST) {
        if (x.mode != MODE_NONE) {
            check_error(c, at_operand(c, &x), "array length %s must be constant", s_operand(c, &x));
        }
        return -1;
    }
    bool integer = type_is(x.type, INFO_INTEGER);
    if (integer || type_is_untyped(x.type)) {
        const struct constant *v = constant_to_int(c->tmp, x.val);
        i64 len;
        if (constant_kind(v) == CONST_INT && const_representable(c, v, TYPE_OF(INT), NULL) &&
            constant_i64(v, &len) && len >= 0) {
            return len;
        }
    }
    check_error(c, at_operand(c, &x),
                integer ? "invalid array length %s" : "array length %s must be integer",
                s_operand(c, &x));
    return -1;
}
