/* type.c: making types, and what stands behind a name: aliases, underlying types, the types of a type
 * parameter's set. */
#include "types/check.h"


/* BYTE and RUNE are UINT8 and INT32 that messages write differently. */
#define TYPE_BASIC_KIND(B) ((B) == BASIC_BYTE ? BASIC_UINT8 : (B) == BASIC_RUNE ? BASIC_INT32 : (B))

struct type basic_types[BASIC_COUNT] = {
#define X(name, text, what) \
    {.kind = TYPE_BASIC, .basic = TYPE_BASIC_KIND(BASIC_##name), .info = (what)},
    TYPE_BASICS(X)
#undef X
};

struct type *type_new_array(struct arena *a, struct type *elem, i64 len)
{
    struct type_array *t = ARENA_NEW(a, struct type_array);
    t->t.kind = TYPE_ARRAY;
    t->elem = elem;
    t->len = len;
    return &t->t;
}

struct type *type_new_slice(struct arena *a, struct type *elem)
{
    struct type_slice *t = ARENA_NEW(a, struct type_slice);
    t->t.kind = TYPE_SLICE;
    t->elem = elem;
    return &t->t;
}

struct type *type_new_pointer(struct arena *a, struct type *elem)
{
    struct type_pointer *t = ARENA_NEW(a, struct type_pointer);
    t->t.kind = TYPE_POINTER;
    t->elem = elem;
    return &t->t;
}

struct type *type_new_map(struct arena *a, struct type *key, struct type *elem)
{
    struct type_map *t = ARENA_NEW(a, struct type_map);
    t->t.kind = TYPE_MAP;
    t->key = key;
    t->elem = elem;
    return &t->t;
}

struct type *type_new_chan(struct arena *a, enum ast_dir dir, struct type *elem)
{
    struct type_chan *t = ARENA_NEW(a, struct type_chan);
    t->t.kind = TYPE_CHAN;
    t->t.flag = (u8)dir;
    t->elem = elem;
    return &t->t;
}

struct type *type_new_struct(struct arena *a, struct obj **fields, u32 n, str *tags)
{
    struct type_struct *t = ARENA_NEW(a, struct type_struct);
    t->t.kind = TYPE_STRUCT;
    t->n = n;
    t->fields = fields;
    t->tags = tags;
    t->complete = true;
    return &t->t;
}

struct type_tuple *type_new_tuple(struct arena *a, struct obj **vars, u32 n)
{
    struct type_tuple *t = ARENA_NEW(a, struct type_tuple);
    t->t.kind = TYPE_TUPLE;
    t->n = n;
    t->vars = vars;
    return t;
}

struct type_signature *type_new_signature(struct arena *a, struct obj *recv, struct type_tuple *params,
                                          struct type_tuple *results, bool variadic)
{
    struct type_signature *t = ARENA_NEW(a, struct type_signature);
    t->t.kind = TYPE_SIGNATURE;
    t->t.flag = variadic ? TYPE_FLAG_VARIADIC : 0;
    t->recv = recv;
    t->params = params ? params : type_new_tuple(a, NULL, 0);
    t->results = results ? results : type_new_tuple(a, NULL, 0);
    return t;
}

/* ---- behind names ---- */

struct type *type_unalias_slowly(struct type *t)
{
    struct type_alias *first = NULL;
    while (t->kind == TYPE_ALIAS) {
        struct type_alias *alias = (struct type_alias *)(void *)t;
        struct type *actual = __atomic_load_n(&alias->actual, __ATOMIC_RELAXED);
        if (actual) {
            t = actual;
            break;
        }
        if (!first) {
            first = alias;
        }
        t = alias->rhs;
        if (!t) {
            return TYPE_BAD; /* still being declared */
        }
    }
    /* Any thread that gets here stores the same; an alias that refers to an error may change yet. */
    if (first && t != TYPE_BAD) {
        __atomic_store_n(&first->actual, t, __ATOMIC_RELAXED);
    }
    return t;
}

struct type_named *type_named_of(struct type *t)
{
    if (t->kind == TYPE_ALIAS) {
        t = type_unalias(t);
    }
    return is_named(t);
}

struct type *type_under_slowly(struct type *t)
{
    if (t->kind == TYPE_ALIAS) {
        t = type_unalias(t);
    }
    if (t->kind == TYPE_NAMED) {
        struct type_named *n = (struct type_named *)(void *)t;
        /* Pairs with the release in named_resolve. */
        if (!(__atomic_load_n(&n->state, __ATOMIC_ACQUIRE) & NAMED_UNDER)) {
            named_resolve(n);
        }
        return n->underlying ? n->underlying : TYPE_BAD;
    }
    if (t->kind == TYPE_PARAM) {
        return &type_param_iface((struct type_param *)(void *)t)->t;
    }
    return t;
}

/* interface{ bound } for a bound that is no interface. */
static struct type_interface *type_wrap_bound(struct arena *a, struct type_param *p, struct type *bound)
{
    struct type_interface *i = ARENA_NEW(a, struct type_interface);
    i->t.kind = TYPE_INTERFACE;
    i->t.flag = TYPE_FLAG_IMPLICIT;
    i->n_embeds = 1;
    i->embeds = ARENA_ARRAY(a, struct type *, 1);
    i->embeds[0] = bound;
    i->complete = true;
    i->pkg = p->obj->pkg;
    return i;
}

/* A constraint that is wrong, which is reported elsewhere, counts as any. */
struct type_interface *type_param_iface(struct type_param *p)
{
    struct type *bound = __atomic_load_n(&p->bound, __ATOMIC_ACQUIRE);
    if (!bound) {
        return &universe_any_iface;
    }
    if (bound->kind == TYPE_INTERFACE) {
        return (struct type_interface *)(void *)bound;
    }
    struct type *actual = type_unalias(bound);
    if (actual->kind == TYPE_PARAM) {
        return &universe_any_iface; /* an error, reported with the declaration */
    }
    struct type *under = type_under(actual);
    if (under == TYPE_BAD) {
        return &universe_any_iface;
    }
    if (under->kind == TYPE_INTERFACE) {
        return as_interface(under);
    }
    struct package *pkg = p->obj->pkg;
    BUG_IF(!pkg);
    if (!pkg->complete) {
        struct type_interface *i = type_wrap_bound(pkg->arena, p, bound);
        p->bound = &i->t;
        return i;
    }
    program_lock(pkg->prog);
    bound = p->bound;
    if (bound->kind != TYPE_INTERFACE) {
        bound = &type_wrap_bound(pkg->prog->arena, p, bound)->t;
        __atomic_store_n(&p->bound, bound, __ATOMIC_RELEASE);
    }
    program_unlock(pkg->prog);
    return as_interface(bound);
}

struct type *type_deref(struct type *t, bool *was_pointer)
{
    struct type *p = type_unalias(t);
    bool is = p->kind == TYPE_POINTER;
    if (was_pointer) {
        *was_pointer = is;
    }
    if (!is) {
        return t;
    }
    struct type *elem = as_pointer(p)->elem;
    return elem ? elem : TYPE_BAD;
}

struct type *type_instantiate(struct program *p, struct type *generic, struct type *const *targs, u32 n)
{
    const struct tparam_list *l = generic->kind == TYPE_ALIAS ? as_alias(generic)->tparams : NULL;
    if (!l) {
        struct type_named *named = type_named_of(generic);
        l = named ? named_tparams(named) : NULL;
    }
    if (!l || l->n != n) {
        return NULL;
    }
    program_lock(p);
    struct type_list *list = ARENA_NEW(p->arena, struct type_list);
    list->n = n;
    list->v = arena_dup(p->arena, targs, n * sizeof(struct type *));
    struct type *t = instance_make(NULL, p, 0, generic, list);
    program_unlock(p);
    return t;
}

struct type *type_default(struct type *t)
{
    if (t->kind != TYPE_BASIC) {
        return t;
    }
    switch (t->basic) {
    case BASIC_UNTYPED_BOOL: return TYPE_OF(BOOL);
    case BASIC_UNTYPED_INT: return TYPE_OF(INT);
    case BASIC_UNTYPED_RUNE: return TYPE_OF(RUNE);
    case BASIC_UNTYPED_FLOAT: return TYPE_OF(FLOAT64);
    case BASIC_UNTYPED_COMPLEX: return TYPE_OF(COMPLEX128);
    case BASIC_UNTYPED_STRING: return TYPE_OF(STRING);
    default: return t;
    }
}

/* ---- the types of a set ---- */

bool type_each(struct type *t, bool (*f)(void *ctx, struct type *t, struct type *under), void *ctx)
{
    struct type *actual = type_unalias(t);
    if (actual->kind != TYPE_PARAM) {
        return f(ctx, t, type_under(actual));
    }
    struct type_set *s = type_set_of(type_param_iface(as_param(actual)));
    if (!type_set_has_terms(s)) {
        return f(ctx, NULL, NULL);
    }
    for (u32 i = 0; i < s->n_terms; i++) {
        struct type_term *term = &s->terms[i];
        struct type *under = type_unalias(term->type);
        /* The type behind a ~ is its own underlying type. */
        if (!term->tilde) {
            under = type_under(under);
        }
        if (!f(ctx, term->type, under)) {
            return false;
        }
    }
    return true;
}
