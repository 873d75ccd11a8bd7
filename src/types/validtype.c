/* validtype.c: types that contain themselves (GOROOT/src/cmd/compile/internal/types2/validtype.go, cycles.go).
 *
 * Three questions are asked at three times: a chain of names that never meets a type literal (before any type
 * is checked), a size that is needed while declarations are still under way, and, when all types are known,
 * a type whose memory, or whose type set, would contain itself. */
#include "types/check.h"

/* ---- memory that contains itself ---- */

/* Types that contain each other, the innermost first: S for the fields of struct S.  For a type argument the
 * list is that of the place where the instance was written, since the argument stands there. */
struct valid_nest {
    struct type_named *t;
    const struct valid_nest *up;
    u32 id; /* unique in the walk; the outermost place, which is none, has 0 */
};

/* Most instances, and most types, that one walk looks at: those of types that double with each line have no end
 * otherwise. */
enum { VALID_INSTANCES = 1 << 14, VALID_STEPS = 1 << 20 };

struct valid {
    struct checker *c;
    VEC(struct type_named *) path; /* all named types on the way, for the message */
    u32 depth, ids, steps;
    /* What was found valid at its place: an instance that occurs twice in a struct is walked once. */
    struct map done;
};

static bool valid_walk(struct valid *v, struct type *t, const struct valid_nest *nest);

/* t contains itself: reports the way from t to t. */
static void valid_report(struct valid *v, struct type_named *t)
{
    /* The type is made invalid, so that the cycle is reported once. */
    t->orig->rhs = TYPE_BAD;
    u32 start = 0;
    while (start < v->path.n && !type_identical(&v->path.v[start]->t, &t->t)) {
        start++;
    }
    BUG_IF(start == v->path.n);
    u32 n = base_u32(v->path.n) - start;
    struct obj **cycle = ARENA_ARRAY(v->c->tmp, struct obj *, n);
    for (u32 i = 0; i < n; i++) {
        cycle[i] = v->path.v[start + i]->obj;
    }
    decl_cycle_error(v->c, cycle, n, 0);
}

static bool valid_named(struct valid *v, struct type_named *t, const struct valid_nest *nest)
{
    struct type_named *orig = t->orig;
    bool plain = t == orig && !(orig->tparams && orig->tparams->n > 0);
    if (plain) {
        /* Whatever contains a type that is not generic: that type's own walk meets all that it contains.
         * Other packages are done with theirs. */
        if ((__atomic_load_n(&t->state, __ATOMIC_RELAXED) & NAMED_VALID) ||
            t->obj->pkg != v->c->pkg) {
            return true;
        }
    }
    for (const struct valid_nest *n = nest; n; n = n->up) {
        if (n->t == t || (n->t->orig == orig && type_identical(&n->t->t, &t->t))) {
            valid_report(v, t);
            return false;
        }
    }
    if (!orig->rhs || v->ids >= VALID_INSTANCES) {
        return true;
    }
    u64 place = (u64)(nest ? nest->id : 0) << 47 | ((u64)(uintptr_t)t & ((UINT64_C(1) << 47) - 1));
    if (!plain && map_get(&v->done, place)) {
        return true;
    }
    struct valid_nest here = {t, nest, ++v->ids};
    vec_push(&v->path, t);
    bool ok = valid_walk(v, orig->rhs, &here);
    (void)vec_pop(&v->path);
    if (ok && plain) {
        __atomic_fetch_or(&t->state, NAMED_VALID, __ATOMIC_RELEASE);
    } else if (ok) {
        map_put(&v->done, place, NULL);
    }
    return ok;
}

/* A parameter of the type that contains it stands for that type's argument. */
static bool valid_param(struct valid *v, struct type_param *p, const struct valid_nest *nest)
{
    if (!nest || !nest->t->targs) {
        return true;
    }
    const struct tparam_list *l = nest->t->orig->tparams;
    if (!l || p->index >= l->n || l->v[p->index] != p || p->index >= nest->t->targs->n) {
        return true; /* of a function around */
    }
    return valid_walk(v, nest->t->targs->v[p->index], nest->up);
}

static bool valid_type(struct valid *v, struct type *t, const struct valid_nest *nest)
{
    switch (t->kind) {
    case TYPE_ARRAY: return valid_walk(v, as_array(t)->elem, nest);
    case TYPE_STRUCT: {
        struct type_struct *s = as_struct(t);
        for (u32 i = 0; i < s->n; i++) {
            if (!valid_walk(v, s->fields[i]->type, nest)) {
                return false;
            }
        }
        return true;
    }
    case TYPE_UNION: {
        struct type_union *u = as_union(t);
        for (u32 i = 0; i < u->n; i++) {
            if (!valid_walk(v, u->terms[i].type, nest)) {
                return false;
            }
        }
        return true;
    }
    case TYPE_INTERFACE: {
        struct type_interface *i = as_interface(t);
        for (u32 j = 0; j < i->n_embeds; j++) {
            if (!valid_walk(v, i->embeds[j], nest)) {
                return false;
            }
        }
        return true;
    }
    case TYPE_NAMED: return valid_named(v, as_named(t), nest);
    case TYPE_PARAM: return valid_param(v, as_param(t), nest);
    default: return true;
    }
}

static bool valid_walk(struct valid *v, struct type *t, const struct valid_nest *nest)
{
    t = type_unalias(t);
    if (t->kind == TYPE_BASIC || v->depth >= CHECK_DEPTH || v->steps++ >= VALID_STEPS) {
        return true;
    }
    v->depth++;
    bool ok = valid_type(v, t, nest);
    v->depth--;
    return ok;
}

void check_valid_type(struct checker *c, struct type_named *t)
{
    struct valid v = {.c = c};
    valid_walk(&v, &t->t, NULL);
    vec_release(&v.path);
    map_release(&v.done);
}

/* ---- sizes that are needed early ---- */

static bool finite_walk(struct checker *c, struct type *t, u32 *steps);

static bool finite_named(struct checker *c, struct type_named *t, u32 *steps)
{
    u32 state = __atomic_load_n(&t->state, __ATOMIC_RELAXED);
    if (state & (NAMED_FINITE | NAMED_INFINITE)) {
        return (state & NAMED_FINITE) != 0;
    }
    if (t == t->orig && t->obj->pkg != c->pkg) {
        return true;
    }
    for (u32 i = 0; i < c->path.n; i++) {
        if (c->path.v[i] == t->obj) {
            u32 n = base_u32(c->path.n) - i;
            decl_cycle_error(c, &c->path.v[i], n, decl_first_in_source(&c->path.v[i], n));
            return false;
        }
    }
    if (!t->rhs) {
        return true;
    }
    vec_push_in(c->tmp, &c->path, t->obj);
    bool finite = finite_walk(c, t->rhs, steps);
    (void)vec_pop(&c->path);
    __atomic_fetch_or(&t->state, finite ? NAMED_FINITE : NAMED_INFINITE, __ATOMIC_RELEASE);
    return finite;
}

static bool finite_walk(struct checker *c, struct type *t, u32 *steps)
{
    t = type_unalias(t);
    /* What nests deeper has no layout either. */
    if (t->kind == TYPE_BASIC || c->depth >= CHECK_DEPTH || (*steps)++ >= VALID_STEPS) {
        return true;
    }
    bool finite = true;
    c->depth++;
    if (t->kind == TYPE_NAMED) {
        finite = finite_named(c, as_named(t), steps);
    } else if (t->kind == TYPE_ARRAY) {
        finite = finite_walk(c, as_array(t)->elem, steps);
    } else if (t->kind == TYPE_STRUCT) {
        struct type_struct *s = as_struct(t);
        for (u32 i = 0; i < s->n && finite; i++) {
            finite = finite_walk(c, s->fields[i]->type, steps);
        }
    }
    c->depth--;
    return finite;
}

bool check_finite_size(struct checker *c, struct type *t)
{
    u32 steps = 0;
    return finite_walk(c, t, &steps);
}

/* ---- names that lead to themselves ---- */

/* The type name that o's declaration gives as its right side, NULL: anything else, or of another scope. */
static struct obj *cycle_next(struct checker *c, const struct obj *o)
{
    const struct decl *d = o->decl;
    if (!d || !d->tdecl) {
        return NULL;
    }
    const struct ast *f = c->pkg->files[d->file].ast;
    node rhs = ast_rec(f, d->tdecl, TYPE_TYPE);
    if (ast_kind(f, rhs) != AST_NAME) {
        return NULL;
    }
    struct obj *next = scope_lookup(c->pkg->scope, ast_at(f, rhs)->a);
    return next && next->kind == OBJ_TYPE ? next : NULL;
}

void check_direct_cycles(struct checker *c)
{
    /* By object: 0 not seen, else 1 + place in the path while on it, UINT64_MAX when done. */
    struct map seen = {0};
    VEC(struct obj *) path = {0};
    for (u32 i = 0; i < c->objs.n; i++) {
        if (c->objs.v[i]->kind != OBJ_TYPE) {
            continue;
        }
        vec_reset(&path);
        for (struct obj *o = c->objs.v[i]; o; o = cycle_next(c, o)) {
            union map_val *at = map_put(&seen, (u64)(uintptr_t)o, NULL);
            if (at->u == UINT64_MAX) {
                break;
            }
            if (at->u != 0) {
                o->type = TYPE_BAD;
                u32 n = base_u32(path.n - (at->u - 1));
                struct obj **cycle = &path.v[at->u - 1];
                decl_cycle_error(c, cycle, n, decl_first_in_source(cycle, n));
                break;
            }
            vec_push(&path, o);
            at->u = path.n;
        }
        for (u32 j = 0; j < path.n; j++) {
            map_put(&seen, (u64)(uintptr_t)path.v[j], NULL)->u = UINT64_MAX;
        }
    }
    vec_release(&path);
    map_release(&seen);
}
