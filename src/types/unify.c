/* unify.c: structural unification of types (types2/unify.go).
 *
 * Inexact unification ignores what assignability ignores: a name on one of two types, channel directions,
 * and, from Go 1.21 on, the difference between an interface and what implements it.  What is found may
 * therefore still fail as an argument; that is checked afterwards. */
#include "types/unify.h"

/* Types nest less; what reaches it would not end. */
enum { UNIFY_DEPTH = 100 };

/* Pairs of interfaces being compared, innermost first: anonymous interfaces can contain themselves through
 * their methods. */
struct unify_pair {
    const struct unify_pair *up;
    const struct type_interface *x, *y;
};

static bool unify_in(struct unifier *u, struct type *x, struct type *y, u32 mode,
                     const struct unify_pair *up);

void unify_init(struct unifier *u, struct checker *c, const struct tparam_list *tparams,
                u32 *handle, struct type **types, struct type *const *targs, u32 n_targs)
{
    *u = (struct unifier){.c = c,
                          .tparams = tparams,
                          .handle = handle,
                          .types = types,
                          .interfaces = check_allow(c, 21)};
    for (u32 i = 0; i < tparams->n; i++) {
        handle[i] = i;
        types[i] = i < n_targs ? targs[i] : NULL;
    }
}

i32 tparam_index(const struct tparam_list *l, const struct type_param *p)
{
    if (p->index < l->n && l->v[p->index] == p) {
        return (i32)p->index;
    }
    for (u32 i = 0; i < l->n; i++) {
        if (l->v[i] == p) {
            return (i32)i;
        }
    }
    return -1;
}

i32 unify_bound(const struct unifier *u, struct type *t)
{
    t = type_unalias(t);
    return t->kind == TYPE_PARAM ? tparam_index(u->tparams, as_param(t)) : -1;
}

u32 unify_unknowns(const struct unifier *u)
{
    u32 n = 0;

    for (u32 i = 0; i < u->tparams->n; i++) {
        n += unify_at(u, i) == NULL;
    }
    return n;
}

/* x and y stand for the same type from now on; false if both have one already. */
static bool unify_join(struct unifier *u, u32 x, u32 y)
{
    u32 hx = u->handle[x], hy = u->handle[y];

    if (hx == hy) {
        return true;
    }
    if (u->types[hx] && u->types[hy]) {
        return false;
    }
    u32 from = u->types[hx] ? hy : hx, to = u->types[hx] ? hx : hy;
    for (u32 i = 0; i < u->tparams->n; i++) {
        if (u->handle[i] == from) {
            u->handle[i] = to;
        }
    }
    return true;
}

/* The interface that underlies t, unless t is a type parameter. */
static struct type_interface *unify_iface(struct type *t)
{
    if (type_unalias(t)->kind == TYPE_PARAM) {
        return NULL;
    }
    return is_interface(type_under(t));
}

static bool unify_is_lit(struct type *t)
{
    u32 kind = type_unalias(t)->kind;
    return kind != TYPE_NAMED && kind != TYPE_PARAM;
}

/* The bound parameter px already has type x, which is not y itself. */
static bool unify_known(struct unifier *u, u32 px, struct type *x, struct type *y, u32 mode,
                        const struct unify_pair *up)
{
    if (!unify_in(u, x, y, mode, up)) {
        return false;
    }
    struct type_interface *xi = unify_iface(x), *yi = unify_iface(y);
    bool xn = type_named_of(x) != NULL, yn = type_named_of(y) != NULL;
    if (xi && yi) {
        if (xn && yn) {
            return type_identical(x, y); /* which of the names would be right? */
        }
        if (type_set_of(xi)->n_methods != type_set_of(yi)->n_methods) {
            return false;
        }
    } else if (xi || yi) {
        return false; /* either would do: the result would depend on the order of arguments */
    }
    /* The more particular of the two is kept: a defined type, or a channel with a direction. */
    if (!(mode & UNIFY_EXACT) && !xn) {
        struct type_chan *ch = yn ? NULL : is_chan(type_under(y));
        if (yn || (ch && ch->t.flag != AST_DIR_BOTH)) {
            unify_set(u, px, y);
        }
    }
    return true;
}

static bool unify_same_terms(const struct type_set *x, const struct type_set *y)
{
    return type_set_subset(x, y) && type_set_subset(y, x);
}

/* Method i of x's set in y's. */
static struct obj *unify_find(const struct type_set *y, const struct obj *m)
{
    u32 i;
    return type_set_method(y, m->pkg, m->name, false, &i);
}

/* Two interfaces: all methods of the one with fewer are in the other; exactly: their methods are the same. */
static bool unify_ifaces(struct unifier *u, struct type_interface *x, struct type_interface *y,
                         bool exact, const struct unify_pair *up)
{
    const struct type_set *xs = type_set_of(x), *ys = type_set_of(y);

    if (xs->comparable != ys->comparable || xs->all_terms != ys->all_terms ||
        (!xs->all_terms && !unify_same_terms(xs, ys)) ||
        (exact && xs->n_methods != ys->n_methods)) {
        return false;
    }
    struct unify_pair pair = {up, x, y};
    for (const struct unify_pair *p = up; p; p = p->up) {
        if ((p->x == x && p->y == y) || (p->x == y && p->y == x)) {
            return true; /* as far as is known */
        }
    }
    if (xs->n_methods > ys->n_methods) {
        const struct type_set *s = xs;
        xs = ys;
        ys = s;
    }
    for (u32 i = 0; i < xs->n_methods; i++) {
        struct obj *m = unify_find(ys, xs->methods[i]);
        if (!m || !unify_in(u, xs->methods[i]->type, m->type, UNIFY_EXACT, &pair)) {
            return false;
        }
    }
    return true;
}

/* An interface and another type, which must have its methods. */
static bool unify_implements(struct unifier *u, struct type_interface *x, struct type *y,
                             const struct unify_pair *up)
{
    const struct type_set *xs = type_set_of(x);

    for (u32 i = 0; i < xs->n_methods; i++) {
        struct obj *m = xs->methods[i];
        struct lookup l =
            lookup_find(u->c->tmp, y, false, m->pkg, m->name, false, u->c->prog->names);
        if (l.result != LOOKUP_FOUND || l.obj->kind != OBJ_FUNC) {
            return false;
        }
        decl_object(u->c, l.obj);
        if (!l.obj->type || !unify_in(u, m->type, l.obj->type, UNIFY_EXACT, up)) {
            return false;
        }
    }
    return true;
}

static bool unify_vars(struct unifier *u, const struct type_tuple *x, const struct type_tuple *y,
                       u32 mode, const struct unify_pair *up)
{
    if (x->n != y->n) {
        return false;
    }
    for (u32 i = 0; i < x->n; i++) {
        if (!unify_in(u, x->vars[i]->type, y->vars[i]->type, mode, up)) {
            return false;
        }
    }
    return true;
}

static bool unify_structs(struct unifier *u, struct type_struct *x, struct type_struct *y, u32 mode,
                          const struct unify_pair *up)
{
    if (x->n != y->n) {
        return false;
    }
    for (u32 i = 0; i < x->n; i++) {
        const struct obj *f = x->fields[i], *g = y->fields[i];
        str tf = x->tags ? x->tags[i] : (str){0}, tg = y->tags ? y->tags[i] : (str){0};
        if (((f->flags ^ g->flags) & OBJ_EMBEDDED) || !str_eq(tf, tg) ||
            !lookup_same_id(f, g->pkg, g->name, false, u->c->prog->names) ||
            !unify_in(u, f->type, g->type, mode, up)) {
            return false;
        }
    }
    return true;
}

static bool unify_named(struct unifier *u, struct type_named *x, struct type_named *y, u32 mode,
                        const struct unify_pair *up)
{
    u32 nx = x->targs ? x->targs->n : 0, ny = y->targs ? y->targs->n : 0;

    if (nx != ny) {
        return false;
    }
    /* Arguments before origins, so that they are known for the message if the origins differ. */
    for (u32 i = 0; i < nx; i++) {
        if (!unify_in(u, x->targs->v[i], y->targs->v[i], mode, up)) {
            return false;
        }
    }
    return x->orig == y->orig;
}

/* x and y have no alias in front, are different, and bound parameters have been dealt with. */
static bool unify_structure(struct unifier *u, struct type *x, struct type *y,
                            struct type *y_written, u32 mode, const struct unify_pair *up)
{
    u32 emode = mode & UNIFY_ASSIGN ? mode | UNIFY_EXACT : mode;

    if (x->kind == TYPE_PARAM) {
        /* Not a bound one: what is known of its types is their common underlying type. */
        struct type *core = type_common(u->c, x, NULL, NULL, NULL);
        return core && unify_in(u, core, y_written, UNIFY_ASSIGN, up);
    }
    if (x->kind != y->kind) {
        return false;
    }
    switch ((enum type_kind)x->kind) {
    case TYPE_BASIC: return x->basic == y->basic;
    case TYPE_ARRAY: {
        struct type_array *a = as_array(x), *b = as_array(y);
        return (a->len < 0 || b->len < 0 || a->len == b->len) &&
               unify_in(u, a->elem, b->elem, emode, up);
    }
    case TYPE_SLICE: return unify_in(u, as_slice(x)->elem, as_slice(y)->elem, emode, up);
    case TYPE_POINTER: return unify_in(u, as_pointer(x)->elem, as_pointer(y)->elem, emode, up);
    case TYPE_STRUCT: return unify_structs(u, as_struct(x), as_struct(y), emode, up);
    case TYPE_TUPLE: return unify_vars(u, as_tuple(x), as_tuple(y), mode, up);
    case TYPE_SIGNATURE: {
        struct type_signature *a = as_signature(x), *b = as_signature(y);
        return ((a->t.flag ^ b->t.flag) & TYPE_FLAG_VARIADIC) == 0 &&
               unify_vars(u, a->params, b->params, emode, up) &&
               unify_vars(u, a->results, b->results, emode, up);
    }
    case TYPE_INTERFACE: return unify_ifaces(u, as_interface(x), as_interface(y), true, up);
    case TYPE_MAP: {
        struct type_map *a = as_map(x), *b = as_map(y);
        return unify_in(u, a->key, b->key, emode, up) && unify_in(u, a->elem, b->elem, emode, up);
    }
    case TYPE_CHAN:
        return (!(mode & UNIFY_EXACT) || x->flag == y->flag) &&
               unify_in(u, as_chan(x)->elem, as_chan(y)->elem, emode, up);
    case TYPE_NAMED: return unify_named(u, as_named(x), as_named(y), mode, up);
    default: return false;
    }
}

static bool unify_deep(struct unifier *u, struct type *x, struct type *y, u32 mode,
                       const struct unify_pair *up)
{
    /* If one of them is a defined type, let it be y; if one is a bound parameter, x. */
    if (type_named_of(x) || unify_bound(u, y) >= 0) {
        struct type *t = x;
        x = y;
        y = t;
    }
    struct type_named *ny = type_named_of(y);
    if (!(mode & UNIFY_EXACT) && ny && unify_is_lit(x) &&
        !(u->interfaces && type_is_interface(x))) {
        y = type_under(y);
        if (x == y || type_unalias(x) == y) {
            return true;
        }
    }

    i32 px = unify_bound(u, x);
    if (px >= 0) {
        i32 py = unify_bound(u, y);
        if (py >= 0) {
            return unify_join(u, (u32)px, (u32)py) ||
                   unify_in(u, unify_at(u, (u32)px), unify_at(u, (u32)py), mode, up);
        }
        struct type *t = unify_at(u, (u32)px);
        if (t) {
            return unify_known(u, (u32)px, t, y, mode, up);
        }
        unify_set(u, (u32)px, y);
        return true;
    }

    if (u->interfaces && !(mode & UNIFY_EXACT)) {
        struct type_interface *xi = unify_iface(x), *yi = unify_iface(y);
        if (xi && yi) {
            return unify_ifaces(u, xi, yi, false, up);
        }
        if (xi || yi) {
            return unify_implements(u, xi ? xi : yi, xi ? y : x, up);
        }
    }

    if (type_unalias(y)->kind == TYPE_PARAM) {
        struct type *t = x;
        x = y;
        y = t;
    }
    return unify_structure(u, type_unalias(x), type_unalias(y), y, mode, up);
}

static bool unify_in(struct unifier *u, struct type *x, struct type *y, u32 mode,
                     const struct unify_pair *up)
{
    if (x == y) {
        return true;
    }
    if (!x || !y || u->depth >= UNIFY_DEPTH) {
        return false;
    }
    struct type *ux = type_unalias(x), *uy = type_unalias(y);
    if (ux == uy) {
        return true;
    }
    if (!ux || !uy) {
        return false;
    }
    u->depth++;
    bool ok = unify_deep(u, x, y, mode, up);
    u->depth--;
    return ok;
}

bool unify(struct unifier *u, struct type *x, struct type *y, u32 mode)
{
    return unify_in(u, x, y, mode, NULL);
}
