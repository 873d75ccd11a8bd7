/* subst.c: types with their type parameters replaced (types2/subst.go).
 *
 * What does not change is shared: a type in which none of the parameters occurs is the result itself.  Named
 * types are not looked into: only their type arguments change, and the instance that results is expanded when
 * it is asked for, which is what makes recursive types end. */
#include "types/check.h"

struct subst {
    struct checker *c; /* NULL: the program's lock is held */
    struct program *p;
    struct arena *a;
    struct subst_map m;
    pos at;
    u32 depth;
    u32 steps; /* left; types can double with each line of source, too */
};

enum { SUBST_STEPS = 1 << 18 };

static struct type *subst(struct subst *s, struct type *t);

bool subst_too_large(struct checker *c, pos at, u64 size)
{
    if (size <= SUBST_PARTS) {
        return false;
    }
    if (c && !c->too_large) {
        c->too_large = true;
        check_error(c, at, "type of more than %d parts by substitution of type parameters",
                    SUBST_PARTS);
    }
    return true;
}

/* t, which has been made of parts of that size in all. */
static struct type *subst_made(struct subst *s, struct type *t, u64 parts)
{
    if (subst_too_large(s->c, s->at, parts + 1)) {
        return TYPE_BAD;
    }
    t->size = (u32)parts + 1;
    return t;
}

static u64 subst_vars_size(struct obj *const *v, u32 n)
{
    u64 size = 0;

    for (u32 i = 0; i < n; i++) {
        size += subst_size(v[i]->type);
    }
    return size;
}

struct obj *obj_clone(struct arena *a, const struct obj *o, struct type *t)
{
    struct obj *copy = arena_dup(a, o, sizeof *o);

    copy->type = t;
    copy->origin = o->origin ? o->origin : (struct obj *)(uintptr_t)o;
    copy->decl = NULL;
    copy->color = OBJ_BLACK;
    return copy;
}

static struct type *subst_param(const struct subst *s, struct type_param *p)
{
    const struct tparam_list *from = s->m.from;

    if (p->index < from->n && from->v[p->index] == p) {
        struct type *t = s->m.to[p->index];
        return t ? t : &p->t;
    }
    for (u32 i = 0; i < from->n; i++) {
        if (from->v[i] == p) {
            struct type *t = s->m.to[i];
            return t ? t : &p->t;
        }
    }
    return &p->t;
}

/* The variables or methods with their types replaced; v itself if none changes. */
static struct obj **subst_objs(struct subst *s, struct obj **v, u32 n)
{
    struct obj **out = v;

    for (u32 i = 0; i < n; i++) {
        if (!v[i]->type) {
            continue;
        }
        struct type *t = subst(s, v[i]->type);
        if (t == v[i]->type) {
            continue;
        }
        if (out == v) {
            out = arena_dup(s->a, v, n * sizeof *v);
        }
        out[i] = obj_clone(s->a, v[i], t);
    }
    return out;
}

static struct type **subst_types(struct subst *s, struct type **v, u32 n)
{
    struct type **out = v;

    for (u32 i = 0; i < n; i++) {
        struct type *t = subst(s, v[i]);
        if (t == v[i]) {
            continue;
        }
        if (out == v) {
            out = arena_dup(s->a, v, n * sizeof *v);
        }
        out[i] = t;
    }
    return out;
}

static struct type_tuple *subst_tuple(struct subst *s, struct type_tuple *t)
{
    struct obj **vars = subst_objs(s, t->vars, t->n);

    if (vars == t->vars) {
        return t;
    }
    struct type_tuple *u = type_new_tuple(s->a, vars, t->n);
    u->t.size =
        (u32)subst_vars_size(vars, t->n) + 1; /* each is limited: no overflow before SUBST_PARTS² */
    return u;
}

/* Named types' and aliases' type arguments; NULL if none changes. */
static struct type *subst_instance(struct subst *s, struct type *orig,
                                   const struct tparam_list *tparams, const struct type_list *targs)
{
    if (!tparams) {
        return NULL;
    }
    if (!targs || targs->n != tparams->n) {
        return TYPE_BAD; /* reported elsewhere */
    }
    struct type_list l = {targs->n, subst_types(s, targs->v, targs->n)};
    if (l.v == targs->v) {
        return NULL;
    }
    return instance_expand(s->c, s->p, s->at, orig, &l, s->m.gen);
}

static struct type *subst_signature(struct subst *s, struct type_signature *t)
{
    /* The receiver stays: whoever makes a method of the result gives it one.  Replacing it here would not end
       for methods of an interface, whose receiver is the interface. */
    struct type_tuple *params = subst_tuple(s, t->params), *results = subst_tuple(s, t->results);

    if (params == t->params && results == t->results) {
        return &t->t;
    }
    struct type_signature *copy = arena_dup(s->a, t, sizeof *t);
    copy->params = params;
    copy->results = results;
    copy->scope = NULL;
    return subst_made(s, &copy->t, (u64)subst_size(&params->t) + subst_size(&results->t));
}

static struct type *subst_union(struct subst *s, struct type_union *t)
{
    struct type_union *out = t;

    for (u32 i = 0; i < t->n; i++) {
        struct type *u = subst(s, t->terms[i].type);
        if (u == t->terms[i].type) {
            continue;
        }
        if (out == t) {
            out = arena_dup(s->a, t, sizeof *t);
            out->terms = arena_dup(s->a, t->terms, t->n * sizeof *t->terms);
        }
        out->terms[i].type = u;
    }
    return &out->t;
}

static struct type *subst_interface(struct subst *s, struct type_interface *t)
{
    struct obj **methods = subst_objs(s, t->methods, t->n_methods);
    struct type **embeds = subst_types(s, t->embeds, t->n_embeds);

    if (methods == t->methods && embeds == t->embeds) {
        return &t->t;
    }
    struct type_interface *copy = arena_dup(s->a, t, sizeof *t);
    copy->embeds = embeds;
    copy->set = NULL;
    copy->in_set = false;
    copy->methods = methods;
    bool own = methods != t->methods;
    for (u32 i = 0; i < t->n_methods; i++) {
        struct type_signature *sig = (struct type_signature *)(void *)methods[i]->type;
        if (sig->t.kind != TYPE_SIGNATURE || !sig->recv || sig->recv->type != &t->t) {
            continue;
        }
        if (!own) {
            copy->methods = methods = arena_dup(s->a, methods, t->n_methods * sizeof *methods);
            own = true;
        }
        if (methods[i] == t->methods[i]) {
            sig = arena_dup(s->a, sig, sizeof *sig);
            methods[i] = obj_clone(s->a, methods[i], &sig->t);
        }
        sig->recv = obj_clone(s->a, sig->recv, &copy->t);
    }
    if (s->c) {
        check_cleanup(s->c, &copy->t);
    } else {
        type_set_of(copy);
    }
    return &copy->t;
}

static struct type *subst_in(struct subst *s, struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC: break;
    case TYPE_PARAM: return subst_param(s, as_param(t));
    case TYPE_ALIAS: {
        struct type_alias *l = as_alias(t);
        struct type *u = subst_instance(s, &l->orig->t, l->orig->tparams, l->targs);
        return u ? u : t;
    }
    case TYPE_NAMED: {
        struct type_named *n = as_named(t);
        struct type *u = subst_instance(s, &n->orig->t, n->orig->tparams, n->targs);
        return u ? u : t;
    }
    case TYPE_ARRAY: {
        struct type_array *l = as_array(t);
        struct type *elem = subst(s, l->elem);
        return elem == l->elem
                   ? t
                   : subst_made(s, type_new_array(s->a, elem, l->len), subst_size(elem));
    }
    case TYPE_SLICE: {
        struct type *elem = as_slice(t)->elem, *u = subst(s, elem);
        return u == elem ? t : subst_made(s, type_new_slice(s->a, u), subst_size(u));
    }
    case TYPE_POINTER: {
        struct type *elem = as_pointer(t)->elem, *u = subst(s, elem);
        return u == elem ? t : subst_made(s, type_new_pointer(s->a, u), subst_size(u));
    }
    case TYPE_CHAN: {
        struct type *elem = as_chan(t)->elem, *u = subst(s, elem);
        return u == elem
                   ? t
                   : subst_made(s, type_new_chan(s->a, (enum ast_dir)t->flag, u), subst_size(u));
    }
    case TYPE_MAP: {
        struct type_map *m = as_map(t);
        struct type *key = subst(s, m->key), *elem = subst(s, m->elem);
        if (key == m->key && elem == m->elem) {
            return t;
        }
        return subst_made(s, type_new_map(s->a, key, elem),
                          (u64)subst_size(key) + subst_size(elem));
    }
    case TYPE_STRUCT: {
        struct type_struct *st = as_struct(t);
        struct obj **fields = subst_objs(s, st->fields, st->n);
        if (fields == st->fields) {
            return t;
        }
        struct type *u = type_new_struct(s->a, fields, st->n, st->tags);
        as_struct(u)->complete = true;
        return subst_made(s, u, subst_vars_size(fields, st->n));
    }
    case TYPE_TUPLE: return &subst_tuple(s, as_tuple(t))->t;
    case TYPE_SIGNATURE: return subst_signature(s, as_signature(t));
    case TYPE_UNION: return subst_union(s, as_union(t));
    case TYPE_INTERFACE: return subst_interface(s, as_interface(t));
    }
    return t;
}

static struct type *subst(struct subst *s, struct type *t)
{
    if (!t || s->depth > CHECK_DEPTH) {
        return TYPE_BAD; /* a part that an error has left out; or nested beyond reason */
    }
    if (t->kind == TYPE_BASIC) {
        return t;
    }
    if (s->steps == 0) {
        subst_too_large(s->c, s->at, UINT32_MAX);
        return TYPE_BAD;
    }
    s->steps--;
    s->depth++;
    struct type *u = subst_in(s, t);
    s->depth--;
    return u;
}

struct type *subst_type(struct checker *c, struct program *p, struct type *t, struct subst_map m,
                        pos at)
{
    if (!t) {
        return TYPE_BAD;
    }
    if (t->kind == TYPE_BASIC || !m.from || m.from->n == 0) {
        return t;
    }
    struct subst s = {
        .c = c, .p = p, .a = c ? c->a : p->arena, .m = m, .at = at, .steps = SUBST_STEPS};
    if (t->kind == TYPE_PARAM) {
        return subst_param(&s, as_param(t));
    }
    if (c) {
        return subst(&s, t);
    }
    program_lock(p);
    t = subst(&s, t);
    program_unlock(p);
    return t;
}
