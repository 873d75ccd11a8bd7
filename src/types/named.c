/* named.c: named types, aliases and type parameters: what is known of them, and completing it when it
 * is asked for (types2/named.go, alias.go, typeparam.go).
 *
 * A declared type is complete when its package is checked.  An instance gets its underlying type and its
 * methods when somebody asks: while its package is checked by that thread, without a lock, into the
 * package's arena; later by any thread under the program's lock, into the program's arena.  named.check says
 * which.  What was completed is published by a release store (of state, of a method), so that asking again
 * costs an acquire load. */
#include "types/check.h"

/* In named.state, besides what types.h says: its underlying type is being found by this thread. */
enum { NAMED_BUSY = 1u << 31 };

static inline u32 named_state(const struct type_named *n)
{
    return __atomic_load_n(&n->state, __ATOMIC_ACQUIRE); /* pairs with named_set */
}

static inline void named_set(struct type_named *n, u32 bits)
{
    __atomic_fetch_or(&n->state, bits, __ATOMIC_RELEASE);
}

struct type_named *named_new(struct checker *c, struct obj *o, struct type *rhs)
{
    struct type_named *n = ARENA_NEW(c->a, struct type_named);

    n->t.kind = TYPE_NAMED;
    n->state = NAMED_UNPACKED | NAMED_METHODS;
    n->obj = o;
    n->orig = n;
    n->rhs = rhs;
    n->check = c;
    if (!o->type) {
        o->type = &n->t;
    }
    check_cleanup(c, &n->t);
    return n;
}

struct type_alias *alias_new(struct checker *c, struct obj *o, struct type *rhs)
{
    struct type_alias *t = ARENA_NEW(c->a, struct type_alias);

    t->t.kind = TYPE_ALIAS;
    t->obj = o;
    t->orig = t;
    t->rhs = rhs;
    if (!o->type) {
        o->type = &t->t;
    }
    check_cleanup(c, &t->t);
    return t;
}

struct obj *named_obj(const struct type_named *n)
{
    return n->orig->obj;
}

const struct tparam_list *named_tparams(struct type_named *n)
{
    return n->orig->tparams;
}

/* ---- underlying types ---- */

/* Interface methods whose receiver is `old` get `new_` as their receiver. */
static struct obj **named_iface_methods(struct arena *a, struct obj **methods, u32 n,
                                        struct type *old, struct type *new_)
{
    struct obj **out = methods;

    for (u32 i = 0; i < n; i++) {
        struct type_signature *sig = (struct type_signature *)(void *)methods[i]->type;

        if (!sig || sig->t.kind != TYPE_SIGNATURE || !sig->recv || sig->recv->type != old) {
            continue;
        }
        if (out == methods) {
            out = arena_dup(a, methods, n * sizeof *methods);
        }
        struct type_signature *copy = arena_dup(a, sig, sizeof *sig);
        copy->recv = obj_clone(a, sig->recv, new_);
        out[i] = obj_clone(a, methods[i], &copy->t);
    }
    return out;
}

/* The right side of n's declaration with the instance's type arguments; NULL while the declaration has none. */
static struct type *named_expand(struct checker *c, struct program *p, struct type_named *n)
{
    struct type_named *orig = n->orig;
    struct type *rhs = orig->rhs;

    if (!orig->tparams || orig->tparams->n != n->targs->n) {
        return TYPE_BAD; /* reported where it is written */
    }
    if (!rhs) {
        return NULL;
    }
    struct subst_map m = {.from = orig->tparams, .to = n->targs->v, .gen = n->gen};
    struct type *t = subst_type(c, p, rhs, m, n->obj->pos);
    if (t->kind != TYPE_INTERFACE) {
        return t;
    }
    struct type_interface *i = as_interface(t);
    struct arena *a = c ? c->a : p->arena;
    struct obj **methods = named_iface_methods(a, i->methods, i->n_methods, &orig->t, &n->t);
    if (methods == i->methods) {
        return t;
    }
    if (t == rhs) {
        /* Nothing in it depends on the type parameters, but the receivers do. */
        i = arena_dup(a, i, sizeof *i);
        i->t.flag &= (u8)~TYPE_FLAG_IMPLICIT;
        i->in_set = false;
        if (c) {
            check_cleanup(c, &i->t);
        }
    }
    i->methods = methods;
    i->set = NULL;
    if (!c) {
        type_set_of(i);
    }
    return &i->t;
}

/* No chain of declarations is that long, but `type T[P any] T[[]P]` never ends. */
enum { NAMED_CHAIN = 500 };

static void named_resolve_in(struct checker *c, struct program *p, struct type_named *n)
{
    VEC(struct type_named *) path = {0};
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct type *u = NULL;
    struct type *t = &n->t;
    bool final = true;

    while (!u) {
        t = type_unalias(t);
        if (!t) {
            final = false;
            break;
        }
        if (t->kind != TYPE_NAMED) {
            u = t;
            break;
        }
        struct type_named *m = as_named(t);
        if (!(m->state & NAMED_UNDER) && !m->check && c) {
            named_resolve(m); /* another package's */
        }
        if (m->state & NAMED_UNDER) {
            u = m->underlying;
            break;
        }
        if ((m->state & NAMED_BUSY) || path.n == NAMED_CHAIN) {
            u = TYPE_BAD;
            final = path.n == NAMED_CHAIN;
            break;
        }
        named_set(m, NAMED_BUSY);
        vec_push_in(s.arena, &path, m);
        if (m->targs && !m->rhs) {
            m->rhs = named_expand(c, p, m);
        }
        t = m->rhs;
        if (!t) {
            final = false; /* the declaration is still being checked */
            break;
        }
    }
    if (!u || u->kind == TYPE_PARAM) {
        u = TYPE_BAD; /* reported where it is declared */
    }
    for (size_t i = 0; i < path.n; i++) {
        struct type_named *m = path.v[i];
        __atomic_fetch_and(&m->state, ~(u32)NAMED_BUSY, __ATOMIC_RELAXED);
        m->underlying = u;
        if (final) {
            named_set(m, NAMED_UNDER);
        }
    }
    arena_scratch_end(s);
}

void named_resolve(struct type_named *n)
{
    if (named_state(n) & NAMED_UNDER) {
        return;
    }
    struct package *pkg = n->obj->pkg;
    if (n->check) {
        named_resolve_in(n->check, n->check->prog, n);
        return;
    }
    program_lock(pkg->prog);
    if (!(n->state & NAMED_UNDER)) {
        named_resolve_in(NULL, pkg->prog, n);
    }
    program_unlock(pkg->prog);
}

/* ---- methods ---- */

void named_add_method(struct checker *c, struct type_named *n, struct obj *m)
{
    BUG_IF(n->targs != NULL);
    for (u32 i = 0; i < n->n_methods; i++) {
        if (n->methods[i]->name == m->name) {
            return;
        }
    }
    if ((n->n_methods & (n->n_methods - 1)) == 0) { /* 0, 1, 2, 4 …: full */
        struct obj **v = ARENA_ARRAY(c->a, struct obj *, n->n_methods ? 2 * n->n_methods : 1);
        for (u32 i = 0; i < n->n_methods; i++) {
            v[i] = n->methods[i];
        }
        n->methods = v;
    }
    n->methods[n->n_methods++] = m;
}

u32 named_n_methods(struct type_named *n)
{
    return n->orig->n_methods;
}

/* Method i of an instance; *known: it stays that. */
static struct obj *named_expand_method(struct checker *c, struct program *p, struct type_named *n,
                                       u32 i, bool *known)
{
    struct obj *m = n->orig->methods[i];

    *known = false;
    if (c) {
        decl_object(c, m);
    }
    if (!m->type || m->type->kind != TYPE_SIGNATURE) {
        return m;
    }
    struct type_signature *sig = as_signature(m->type);
    if (!sig->recv || !sig->recv->type) {
        return m; /* its own declaration is under way */
    }
    *known = true;
    struct type *base = type_unalias(sig->recv->type);
    bool ptr = base->kind == TYPE_POINTER;
    if (ptr) {
        base = type_unalias(as_pointer(base)->elem);
    }
    if (base == &n->t) {
        return m; /* n is the type as the method's receiver writes it */
    }
    struct type *t = &sig->t;
    if (sig->rparams && sig->rparams->n == n->targs->n) {
        struct subst_map map = {.from = sig->rparams, .to = n->targs->v, .gen = n->gen};
        t = subst_type(c, p, t, map, m->pos);
        t = t->kind == TYPE_SIGNATURE ? t : &sig->t; /* too large: reported */
    }
    struct arena *a = c ? c->a : p->arena;
    struct type_signature *copy =
        t == &sig->t ? arena_dup(a, sig, sizeof *sig) : (struct type_signature *)(void *)t;
    struct type *recv = m->flags & OBJ_PTR_RECV || ptr ? type_new_pointer(a, &n->t) : &n->t;
    copy->recv = obj_clone(a, sig->recv, recv);
    return obj_clone(a, m, &copy->t);
}

struct obj *named_method(struct type_named *n, u32 i)
{
    if (!n->targs) {
        return n->methods[i];
    }
    /* Both loads pair with the release stores below. */
    struct obj **methods = __atomic_load_n(&n->methods, __ATOMIC_ACQUIRE);
    if (methods && (!n->check || i < n->n_methods)) {
        struct obj *m = __atomic_load_n(&methods[i], __ATOMIC_ACQUIRE);
        if (m) {
            return m;
        }
    }
    struct checker *c = n->check;
    struct program *p = n->obj->pkg->prog;
    if (!c) {
        program_lock(p);
    }
    struct type_named *orig = n->orig;
    methods = n->methods;
    if (n->n_methods < orig->n_methods) {
        /* Once the declaration is complete, this happens at most once: without a checker nothing is moved. */
        struct obj **v = ARENA_ARRAY(c ? c->a : p->arena, struct obj *, orig->n_methods);
        for (u32 k = 0; k < n->n_methods; k++) {
            v[k] = methods[k];
        }
        n->n_methods = orig->n_methods;
        __atomic_store_n(&n->methods, v, __ATOMIC_RELEASE);
        methods = v;
    }
    struct obj *m = methods[i];
    if (!m) {
        bool known;
        m = named_expand_method(c, p, n, i, &known);
        if (known && n->methods[i]) {
            m = n->methods[i]; /* expanding it has asked for it */
        } else if (known) {
            __atomic_store_n(&n->methods[i], m, __ATOMIC_RELEASE);
        }
    }
    if (!c) {
        program_unlock(p);
    }
    return m;
}

struct obj *named_find_method(struct type_named *n, const struct package *pkg, name_id name,
                              bool fold, const struct intern *names, u32 *index)
{
    struct type_named *orig = n->orig;

    for (u32 i = 0; i < orig->n_methods; i++) {
        const struct obj *m = orig->methods[i];
        if (fold ? lookup_same_id(m, pkg, name, true, names)
                 : m->name == name &&
                       (m->flags & OBJ_EXPORTED || lookup_same_pkg(orig->obj->pkg, pkg))) {
            *index = i;
            return named_method(n, i);
        }
    }
    return NULL;
}

/* ---- the end of a package ---- */

void types_finish(struct checker *c)
{
    /* Completing one may put others in. */
    for (size_t i = 0; i < c->cleanup.n; i++) {
        struct type *t = c->cleanup.v[i];
        switch (t->kind) {
        case TYPE_NAMED:
            if (!as_named(t)->targs) {
                named_resolve(as_named(t));
            }
            break;
        case TYPE_ALIAS: type_unalias(t); break;
        case TYPE_PARAM: type_set_of(type_param_iface(as_param(t))); break;
        case TYPE_INTERFACE: type_set_of(as_interface(t)); break;
        default: break;
        }
    }
    for (size_t i = 0; i < c->cleanup.n; i++) {
        struct type *t = c->cleanup.v[i];
        if (t->kind == TYPE_NAMED) {
            struct type_named *n = as_named(t);
            if (!n->targs && !(n->state & NAMED_UNDER)) {
                /* A declaration that an error has left without a right side. */
                n->underlying = TYPE_BAD;
                named_set(n, NAMED_UNDER);
            }
            n->check = NULL;
        }
    }
}
