/* selector.c: x.f: qualified identifiers, fields, method values and expressions (types2/call.go, selection.go,
 * errsupport.go); and evaluation for the sake of errors and uses only. */
#include "syntax/unicode_case.h"
#include "types/check.h"

/* ---- qualified identifiers ---- */

/* The first exported name of p in alphabetical order that is name but for upper and lower case. */
static const struct obj *qualified_similar(struct checker *c, const struct package *p, name_id name)
{
    const struct obj *best = NULL;

    for (u32 i = 0; i < p->scope->n; i++) {
        const struct obj *o = p->scope->slots[i].obj;
        if (!(o->flags & OBJ_EXPORTED) ||
            !unicode_equal_fold(check_name(c, o->name), check_name(c, name))) {
            continue;
        }
        if (!best || str_cmp(check_name(c, o->name), check_name(c, best->name)) < 0) {
            best = o;
        }
    }
    return best;
}

/* Name sel of package p, as an operand; false if there is none. */
static bool qualified(struct checker *c, struct operand *x, node n, struct package *p)
{
    node sel = check_at(c, n)->b;
    name_id name = check_at(c, sel)->a;
    struct obj *o = p->scope ? scope_lookup(p->scope, name) : NULL;

    if (!o) {
        if (p->fake) {
            return false; /* nothing is known of it */
        }
        const struct obj *other = qualified_similar(c, p, name);
        if (other) {
            check_error(c, at_node(c, sel), "undefined: %s (but have %s)", s_expr(c, n),
                        s_name(c, other));
        } else {
            check_error(c, at_node(c, sel), "undefined: %s", s_expr(c, n));
        }
        return false;
    }
    if (!(o->flags & OBJ_EXPORTED)) {
        check_error(c, at_node(c, sel), "name %s not exported by package %s",
                    s_str(c, check_name(c, name)), s_str(c, p->name));
    }
    record_selection(c, n, SELECT_QUALIFIED, NULL, o, NULL, 0, false);
    x->type = o->type ? o->type : TYPE_BAD;
    switch ((enum obj_kind)o->kind) {
    case OBJ_CONST:
        x->mode = MODE_CONST;
        x->val = o->val ? o->val : constant_unknown();
        return true;
    case OBJ_TYPE: x->mode = MODE_TYPE; return true;
    case OBJ_VAR: x->mode = MODE_VAR; return true;
    case OBJ_FUNC: x->mode = MODE_VALUE; return true;
    case OBJ_BUILTIN:
        x->mode = MODE_BUILTIN;
        x->builtin = (u8)o->builtin;
        return true;
    default: return false;
    }
}

/* ---- what is wrong ---- */

static str name_tail(str s)
{
    u32 rune;
    return str_from(s, str_decode_rune(s, &rune));
}

const char *check_lookup_error(struct checker *c, struct type *t, name_id sel,
                               const struct obj *alt, bool in_literal)
{
    enum { MISSING, MISSPELLED, UNEXPORTED, INACCESSIBLE } e = MISSING;
    str want = check_name(c, sel), have = alt ? check_name(c, alt->name) : (str){0};

    if (alt) {
        bool same_tail = str_eq(name_tail(want), name_tail(have));
        if (alt->pkg == c->pkg) {
            e = MISSPELLED;
        } else if (unicode_is_exported(want)) {
            e = unicode_is_exported(have) ? MISSPELLED : same_tail ? UNEXPORTED : MISSING;
        } else if (unicode_is_exported(have)) {
            e = same_tail ? MISSPELLED : MISSING;
        } else if (alt->name == sel) {
            e = INACCESSIBLE;
        }
    }
    const char *ts = s_type(c, t), *ws = s_str(c, want), *hs = s_str(c, have);
    const char *what = !alt                    ? "object"
                       : alt->kind == OBJ_VAR  ? "field"
                       : alt->kind == OBJ_FUNC ? "method"
                                               : "object";
    struct arena *a = c->tmp;
    switch (e) {
    case MISSING:
        return in_literal ? str_fmt(a, "unknown field %s in struct literal of type %s", ws, ts).p
                          : str_fmt(a, "type %s has no field or method %s", ts, ws).p;
    case MISSPELLED:
        return in_literal
                   ? str_fmt(a, "unknown field %s in struct literal of type %s, but does have %s",
                             ws, ts, hs)
                         .p
                   : str_fmt(a, "type %s has no field or method %s, but does have %s %s", ts, ws,
                             what, hs)
                         .p;
    case UNEXPORTED:
        return in_literal
                   ? str_fmt(a,
                             "unknown field %s in struct literal of type %s, but does have "
                             "unexported %s",
                             ws, ts, hs)
                         .p
                   : str_fmt(a, "type %s has no field or method %s, but does have unexported %s %s",
                             ts, ws, what, hs)
                         .p;
    case INACCESSIBLE:
        return in_literal
                   ? str_fmt(a, "cannot refer to unexported field %s in struct literal of type %s",
                             hs, ts)
                         .p
                   : str_fmt(a, "cannot refer to unexported %s %s", what, hs).p;
    }
    return "";
}

static void selector_missing(struct checker *c, const struct operand *x, node n,
                             const struct lookup *l)
{
    node sel = check_at(c, n)->b;
    name_id id = check_at(c, sel)->a;
    const char *name = s_str(c, check_name(c, id));
    pos at = at_node(c, sel);

    if (type_under(x->type) == TYPE_BAD) {
        return; /* go.dev/issue/49541: reported */
    }
    if (l->result == LOOKUP_AMBIGUOUS) {
        check_error(c, at, "ambiguous selector %s.%s", s_expr(c, x->expr), name);
        return;
    }
    if (l->result == LOOKUP_NOT_ADDRESSABLE) {
        const char *t = s_type(c, x->type);
        if (x->mode == MODE_TYPE) {
            check_error(c, at, "invalid method expression %s.%s (needs pointer receiver (*%s).%s)",
                        t, name, t, name);
        } else {
            check_error(c, at, "cannot call pointer method %s on %s", name, t);
        }
        return;
    }
    str ptr = lookup_iface_ptr_error(c, x->type);
    const char *why;
    if (ptr.n != 0) {
        why = s_str(c, ptr);
    } else {
        struct lookup alt =
            lookup_find(c->tmp, x->type, x->mode == MODE_VAR, c->pkg, id, true, c->prog->names);
        why =
            check_lookup_error(c, x->type, id, alt.result == LOOKUP_FOUND ? alt.obj : NULL, false);
    }
    check_error(c, at, "%s.%s undefined (%s)", s_expr(c, x->expr), name, why);
}

/* ---- selectors ---- */

/* T.m: a function whose first parameter is the receiver. */
static bool method_expr(struct checker *c, struct operand *x, node n, const struct lookup *l)
{
    node sel = check_at(c, n)->b;
    struct obj *m = l->obj;

    if (m->kind != OBJ_FUNC) {
        const char *name = s_str(c, check_name(c, check_at(c, sel)->a));
        check_error(c, at_node(c, sel), "%s.%s undefined (type %s has no method %s)",
                    s_expr(c, x->expr), name, s_type(c, x->type), name);
        return false;
    }
    record_selection(c, n, SELECT_METHOD_EXPR, x->type, m, l->path, l->n_path, l->indirect);
    struct type_signature *sig = m->type ? is_signature(m->type) : NULL;
    if (!sig || !sig->recv) {
        check_error(c, at_node(c, n), "illegal cycle in method declaration");
        return false;
    }
    struct type_tuple *p = sig->params;
    struct obj **vars = ARENA_ARRAY(c->a, struct obj *, p->n + 1);
    /* With a name exactly if the others have one. */
    name_id name = 0;
    if (p->n > 0 && p->vars[0]->name != 0) {
        name = sig->recv->name ? sig->recv->name : c->prog->blank;
    }
    vars[0] = obj_new(c->a, OBJ_VAR, sig->recv->pos, sig->recv->pkg, name, x->type, c->prog->names);
    vars[0]->var = VAR_PARAM;
    for (u32 i = 0; i < p->n; i++) {
        vars[i + 1] = p->vars[i];
    }
    struct type_signature *f =
        type_new_signature(c->a, NULL, type_new_tuple(c->a, vars, p->n + 1), sig->results,
                           (sig->t.flag & TYPE_FLAG_VARIADIC) != 0);
    f->tparams = sig->tparams;
    x->mode = MODE_VALUE;
    x->type = &f->t;
    decl_depends(c, m);
    return true;
}

/* A method's signature without its receiver.  It is kept: methods are called often.  Other packages' threads may be
 * keeping theirs at the same time; any will do. */
static struct type_signature *method_plain(struct checker *c, struct type_signature *sig)
{
    struct type_signature *p = __atomic_load_n(&sig->plain, __ATOMIC_ACQUIRE); /* pairs with below */

    /* A signature that began as a copy of another has the other's. */
    if (!p || p->params != sig->params || p->results != sig->results) {
        p = ARENA_NEW(c->a, struct type_signature);
        p->t = sig->t;
        p->params = sig->params;
        p->results = sig->results;
        p->tparams = sig->tparams;
        p->rparams = sig->rparams;
        p->scope = sig->scope;
        __atomic_store_n(&sig->plain, p, __ATOMIC_RELEASE);
    }
    return p;
}

/* x.m without its receiver. */
static bool method_value(struct checker *c, struct operand *x, node n, const struct lookup *l)
{
    struct obj *m = l->obj;
    struct type_signature *sig = m->type ? is_signature(m->type) : NULL;

    record_selection(c, n, SELECT_METHOD, x->type, m, l->path, l->n_path, l->indirect);
    if (!sig) {
        return false;
    }
    if (sig->recv) {
        sig = method_plain(c, sig);
    }
    x->mode = MODE_VALUE;
    x->type = &sig->t;
    decl_depends(c, m);
    return true;
}

static bool selector_in(struct checker *c, struct operand *x, node n, bool want_type)
{
    const struct ast_node *e = check_at(c, n);

    if (check_kind(c, e->a) == AST_NAME) {
        struct obj *o = check_lookup(c, check_at(c, e->a)->a, NULL);
        if (o && o->kind == OBJ_PKG) {
            record_use(c, e->a, o);
            o->flags |= OBJ_USED;
            return qualified(c, x, n, o->imported);
        }
    }
    check_expr_or_type(c, x, e->a, false);
    if (x->mode == MODE_BUILTIN) {
        check_error(c, e->pos, "invalid use of %s in selector expression", s_operand(c, x));
        return false;
    }
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (want_type) {
        /* What follows is never a type (go.dev/issue/57522). */
        check_error(c, at_node(c, e->b), "%s is not a type", s_expr(c, n));
        return false;
    }
    name_id name = check_at(c, e->b)->a;
    struct lookup l =
        lookup_find(c->tmp, x->type, x->mode == MODE_VAR, c->pkg, name, false, c->prog->names);
    if (l.result != LOOKUP_FOUND) {
        selector_missing(c, x, n, &l);
        return false;
    }
    if (l.obj->kind == OBJ_FUNC) {
        decl_object(c, l.obj); /* methods may not have a signature yet */
    }
    if (x->mode == MODE_TYPE) {
        return method_expr(c, x, n, &l);
    }
    if (l.obj->kind == OBJ_FUNC) {
        return method_value(c, x, n, &l);
    }
    record_selection(c, n, SELECT_FIELD, x->type, l.obj, l.path, l.n_path, l.indirect);
    x->mode = x->mode == MODE_VAR || l.indirect ? MODE_VAR : MODE_VALUE;
    x->type = l.obj->type ? l.obj->type : TYPE_BAD;
    return true;
}

void check_selector(struct checker *c, struct operand *x, node n, bool want_type)
{
    if (!selector_in(c, x, n, want_type)) {
        x->mode = MODE_NONE;
        x->type = TYPE_BAD;
    }
    x->expr = n;
}

/* ---- uses ---- */

static bool use_one(struct checker *c, node n, bool lhs)
{
    struct operand x = {.mode = MODE_VALUE, .expr = n, .type = TYPE_BAD};

    if (n == 0) {
        return true;
    }
    node in = ast_unparen(c->ast, n);
    const struct ast_node *e = check_at(c, in);
    switch (e->kind) {
    case AST_NAME: {
        if (e->a == c->prog->blank) {
            return true;
        }
        /* Assignment is no use of a variable. */
        struct obj *o = lhs ? check_lookup(c, e->a, NULL) : NULL;
        bool var = o && o->kind == OBJ_VAR && o->pkg == c->pkg, used = var && (o->flags & OBJ_USED);
        check_expr_or_type(c, &x, in, true);
        if (var && !used) {
            o->flags &= (u8)~OBJ_USED;
        }
        break;
    }
    case AST_LIST: {
        u32 k = ast_list_len(c->ast, e->b);
        const node *v = ast_list(c->ast, e->b);
        return lhs ? check_use_lhs(c, v, k) : check_use(c, v, k);
    }
    default: check_raw_expr(c, NULL, &x, n, NULL, true); break;
    }
    return x.mode != MODE_NONE;
}

static bool use_all(struct checker *c, const node *v, u32 n, bool lhs)
{
    bool ok = true;

    for (u32 i = 0; i < n; i++) {
        ok = use_one(c, v[i], lhs) && ok;
    }
    return ok;
}

bool check_use(struct checker *c, const node *v, u32 n)
{
    return use_all(c, v, n, false);
}

bool check_use_lhs(struct checker *c, const node *v, u32 n)
{
    return use_all(c, v, n, true);
}
