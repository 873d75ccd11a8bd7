/* identical.c: type identity (Go spec, "Type identity") and a hash that agrees with it.
 *
 * Type parameters of two generic functions are compared by their place in the lists, without renaming one
 * function's to the other's: the pairs of lists under comparison are kept on the stack. */
#include "base/hash.h"
#include "types/check.h"
#include "types/terms.h"

/* Two interfaces that are being compared further up the stack: they are identical unless a difference is found
 * elsewhere.  Only methods whose types mention the interface itself lead here again. */
struct same_pair {
    const struct type_interface *x, *y;
    const struct same_pair *up;
};

struct same_lists {
    const struct tparam_list *x, *y;
    const struct same_lists *up;
};

struct same {
    bool no_tags;
    const struct same_pair *pairs;
    const struct same_lists *lists;
};

static bool same(const struct same *s, struct type *x, struct type *y);

bool lookup_same_pkg(const struct package *a, const struct package *b)
{
    return a == b || (a && b && str_eq(a->path, b->path));
}

static bool same_field(const struct same *s, const struct type_struct *x, const struct type_struct *y, u32 i)
{
    const struct obj *f = x->fields[i], *g = y->fields[i];
    if (f->name != g->name || ((f->flags ^ g->flags) & OBJ_EMBEDDED)) {
        return false;
    }
    if (!(f->flags & OBJ_EXPORTED) && !lookup_same_pkg(f->pkg, g->pkg)) {
        return false;
    }
    if (!s->no_tags) {
        str a = x->tags ? x->tags[i] : (str){0};
        str b = y->tags ? y->tags[i] : (str){0};
        if (!str_eq(a, b)) {
            return false;
        }
    }
    return same(s, f->type, g->type);
}

static bool same_tuple(const struct same *s, const struct type_tuple *x, const struct type_tuple *y)
{
    if (x->n != y->n) {
        return false;
    }
    for (u32 i = 0; i < x->n; i++) {
        if (!same(s, x->vars[i]->type, y->vars[i]->type)) {
            return false;
        }
    }
    return true;
}

static bool same_signature(const struct same *s, const struct type_signature *x,
                           const struct type_signature *y)
{
    u32 nx = x->tparams ? x->tparams->n : 0;
    u32 ny = y->tparams ? y->tparams->n : 0;
    if (nx != ny || ((x->t.flag ^ y->t.flag) & TYPE_FLAG_VARIADIC)) {
        return false;
    }
    struct same_lists lists = {x->tparams, y->tparams, s->lists};
    struct same inner = *s;
    if (nx > 0) {
        inner.lists = &lists;
        for (u32 i = 0; i < nx; i++) {
            struct type *bx = x->tparams->v[i]->bound, *by = y->tparams->v[i]->bound;
            if (!bx || !by || !same(&inner, bx, by)) {
                return false;
            }
        }
    }
    return same_tuple(&inner, x->params, y->params) && same_tuple(&inner, x->results, y->results);
}

/* Does the term lie within one of the set?  left: the term belongs to the left side of the comparison. */
static bool same_term_within(const struct same *s, const struct type_term *t, const struct type_set *set,
                             bool left)
{
    for (u32 i = 0; i < set->n_terms; i++) {
        const struct type_term *u = &set->terms[i];
        if (t->tilde && !u->tilde) {
            continue;
        }
        struct type *tt = u->tilde ? type_under(t->type) : t->type;
        if (left ? same(s, tt, u->type) : same(s, u->type, tt)) {
            return true;
        }
    }
    return false;
}

static bool same_terms(const struct same *s, const struct type_set *x, const struct type_set *y)
{
    for (u32 i = 0; i < x->n_terms; i++) {
        if (!same_term_within(s, &x->terms[i], y, true)) {
            return false;
        }
    }
    for (u32 i = 0; i < y->n_terms; i++) {
        if (!same_term_within(s, &y->terms[i], x, false)) {
            return false;
        }
    }
    return true;
}

static bool same_interface(const struct same *s, struct type_interface *x, struct type_interface *y)
{
    struct type_set *sx = type_set_of(x), *sy = type_set_of(y);
    if (sx->n_methods != sy->n_methods || sx->all_terms != sy->all_terms ||
        sx->comparable != sy->comparable) {
        return false;
    }
    if (!sx->all_terms && !same_terms(s, sx, sy)) {
        return false;
    }
    /* Names first: they tell most interfaces apart, and cost little. */
    for (u32 i = 0; i < sx->n_methods; i++) {
        const struct obj *f = sx->methods[i], *g = sy->methods[i];
        if (f->name != g->name || (!(f->flags & OBJ_EXPORTED) && !lookup_same_pkg(f->pkg, g->pkg))) {
            return false;
        }
    }
    for (const struct same_pair *p = s->pairs; p; p = p->up) {
        if ((p->x == x && p->y == y) || (p->x == y && p->y == x)) {
            return true;
        }
    }
    struct same_pair pair = {x, y, s->pairs};
    struct same inner = *s;
    inner.pairs = &pair;
    for (u32 i = 0; i < sx->n_methods; i++) {
        if (!same(&inner, sx->methods[i]->type, sy->methods[i]->type)) {
            return false;
        }
    }
    return true;
}

static struct terms same_union_terms(struct arena *a, const struct type_union *u)
{
    VEC(struct type_term) v = {0};
    for (u32 i = 0; i < u->n; i++) {
        struct type *under = type_under(u->terms[i].type);
        if (under->kind == TYPE_INTERFACE) {
            struct type_set *set = type_set_of(as_interface(under));
            if (set->all_terms) {
                return TERMS_ALL;
            }
            for (u32 j = 0; j < set->n_terms; j++) {
                vec_push_in(a, &v, set->terms[j]);
            }
        } else if (under != TYPE_BAD) {
            vec_push_in(a, &v, u->terms[i]);
        }
    }
    return terms_normal(a, v.v, base_u32(v.n));
}

static bool same_union(const struct type_union *x, const struct type_union *y)
{
    struct arena_scratch scratch = arena_scratch_begin(NULL);
    bool yes = terms_equal(same_union_terms(scratch.arena, x), same_union_terms(scratch.arena, y));
    arena_scratch_end(scratch);
    return yes;
}

static bool same_named(const struct same *s, const struct type_named *x, const struct type_named *y)
{
    if (x->orig != y->orig || !x->targs || !y->targs || x->targs->n != y->targs->n) {
        return false;
    }
    for (u32 i = 0; i < x->targs->n; i++) {
        if (!same(s, x->targs->v[i], y->targs->v[i])) {
            return false;
        }
    }
    return true;
}

static bool same_param(const struct same *s, const struct type_param *x, const struct type_param *y)
{
    for (const struct same_lists *l = s->lists; l; l = l->up) {
        if (x->index < l->x->n && l->x->v[x->index] == x) {
            return y->index == x->index && l->y->v[y->index] == y;
        }
    }
    return false;
}

static bool same(const struct same *s, struct type *x, struct type *y)
{
    for (;;) {
        if (x->kind == TYPE_ALIAS) {
            x = type_unalias(x);
        }
        if (y->kind == TYPE_ALIAS) {
            y = type_unalias(y);
        }
        if (x == y) {
            return true;
        }
        if (x->kind != y->kind) {
            return false;
        }
        switch ((enum type_kind)x->kind) {
        case TYPE_BASIC: return x->basic == y->basic;
        case TYPE_NAMED: return same_named(s, as_named(x), as_named(y));
        case TYPE_POINTER:
            x = as_pointer(x)->elem;
            y = as_pointer(y)->elem;
            break;
        case TYPE_SLICE:
            x = as_slice(x)->elem;
            y = as_slice(y)->elem;
            break;
        case TYPE_ARRAY: {
            struct type_array *ax = as_array(x), *ay = as_array(y);
            if (ax->len != ay->len && ax->len >= 0 && ay->len >= 0) {
                return false; /* a length that is wrong fits every other */
            }
            x = ax->elem;
            y = ay->elem;
            break;
        }
        case TYPE_MAP:
            if (!same(s, as_map(x)->key, as_map(y)->key)) {
                return false;
            }
            x = as_map(x)->elem;
            y = as_map(y)->elem;
            break;
        case TYPE_CHAN:
            if (x->flag != y->flag) {
                return false;
            }
            x = as_chan(x)->elem;
            y = as_chan(y)->elem;
            break;
        case TYPE_STRUCT: {
            struct type_struct *sx = as_struct(x), *sy = as_struct(y);
            if (sx->n != sy->n) {
                return false;
            }
            for (u32 i = 0; i < sx->n; i++) {
                if (!same_field(s, sx, sy, i)) {
                    return false;
                }
            }
            return true;
        }
        case TYPE_TUPLE: return same_tuple(s, as_tuple(x), as_tuple(y));
        case TYPE_SIGNATURE: return same_signature(s, as_signature(x), as_signature(y));
        case TYPE_INTERFACE: return same_interface(s, as_interface(x), as_interface(y));
        case TYPE_UNION: return same_union(as_union(x), as_union(y));
        case TYPE_PARAM: return same_param(s, as_param(x), as_param(y));
        case TYPE_ALIAS: BUG("alias behind an alias");
        }
    }
}

bool type_identical(struct type *x, struct type *y)
{
    if (x == y) {
        return true;
    }
    struct same s = {0};
    return same(&s, x, y);
}

bool type_identical_no_tags(struct type *x, struct type *y)
{
    if (x == y) {
        return true;
    }
    struct same s = {.no_tags = true};
    return same(&s, x, y);
}

bool lookup_identical(void *ctx, struct type *x, struct type *y)
{
    (void)ctx;
    return type_identical(x, y);
}

/* ---- hash ---- */

/* Deep enough to tell types apart, and a bound for types that contain themselves. */
enum { HASH_DEPTH = 6 };

static u64 hash_mix(u64 h, u64 v)
{
    return hash_u64(h * UINT64_C(0x9E3779B97F4A7C15) + v);
}

static u64 hash_type(struct type *t, u32 depth);

static u64 hash_obj(const struct obj *o)
{
    /* Positions are unique among declarations; what is predeclared has none. */
    return o->pos ? o->pos : (u64)o->name << 32;
}

static u64 hash_tuple(u64 h, const struct type_tuple *t, u32 depth)
{
    h = hash_mix(h, t->n);
    for (u32 i = 0; i < t->n; i++) {
        h = hash_mix(h, hash_type(t->vars[i]->type, depth));
    }
    return h;
}

static u64 hash_type(struct type *t, u32 depth)
{
    if (t->kind == TYPE_ALIAS) {
        t = type_unalias(t);
    }
    u64 h = t->kind;
    if (t->kind == TYPE_BASIC) {
        return hash_mix(h, t->basic);
    }
    if (depth == 0) {
        return h;
    }
    depth--;
    switch ((enum type_kind)t->kind) {
    case TYPE_POINTER: return hash_mix(h, hash_type(as_pointer(t)->elem, depth));
    case TYPE_SLICE: return hash_mix(h, hash_type(as_slice(t)->elem, depth));
    case TYPE_ARRAY:
        h = as_array(t)->len > 0 ? hash_mix(h, (u64)as_array(t)->len) : h;
        return hash_mix(h, hash_type(as_array(t)->elem, depth));
    case TYPE_MAP:
        h = hash_mix(h, hash_type(as_map(t)->key, depth));
        return hash_mix(h, hash_type(as_map(t)->elem, depth));
    case TYPE_CHAN: return hash_mix(h + ((u64)t->flag << 8), hash_type(as_chan(t)->elem, depth));
    case TYPE_STRUCT: {
        struct type_struct *s = as_struct(t);
        h = hash_mix(h, s->n);
        for (u32 i = 0; i < s->n; i++) {
            h = hash_mix(h, s->fields[i]->name);
            h = hash_mix(h, hash_type(s->fields[i]->type, depth));
        }
        return h;
    }
    case TYPE_NAMED: {
        struct type_named *n = as_named(t);
        h = hash_mix(h, hash_obj(n->orig->obj));
        for (u32 i = 0; n->targs && i < n->targs->n; i++) {
            h = hash_mix(h, hash_type(n->targs->v[i], depth));
        }
        return h;
    }
    case TYPE_PARAM: {
        struct type_param *p = as_param(t);
        return hash_mix(hash_mix(h, p->id), hash_obj(p->obj));
    }
    case TYPE_TUPLE: return hash_tuple(h, as_tuple(t), depth);
    case TYPE_SIGNATURE: {
        struct type_signature *s = as_signature(t);
        h += (u64)(t->flag & TYPE_FLAG_VARIADIC) << 8;
        if (s->tparams && s->tparams->n > 0) {
            /* Names of its own parameters mean nothing. */
            return hash_mix(hash_mix(h, s->tparams->n), s->params->n);
        }
        return hash_tuple(hash_tuple(h, s->params, depth), s->results, depth);
    }
    /* Sets may not be known yet, and asking for them would settle them; literals are rare as arguments. */
    case TYPE_INTERFACE:
    case TYPE_UNION: return h;
    case TYPE_BASIC:
    case TYPE_ALIAS: break;
    }
    BUG("kind %u", t->kind);
}

u64 type_hash(struct type *t)
{
    return hash_type(t, HASH_DEPTH);
}
