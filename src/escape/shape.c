/* shape.c: types of instances: type arguments put in, and the shapes by which the compiler groups arguments.
 *
 * A shape is a named type of the pseudo package go.shape; its name is the link string of its underlying type, so that
 * equal ones of all units are one (struct shape_registry).  Substitution differs from the checker's (types/subst.c) in
 * three ways: where a type gets a shape for an argument, all its arguments become shapes; types declared in generic
 * functions become instances with the function's arguments; local aliases disappear.
 * Sources: GOROOT/src/cmd/compile/internal/noder/reader.go (shapify, objDictIdx), noder/writer.go (typIdx, namedType),
 * types/identity.go.
 */
#include "escape/ir_print.h"
#include "escape/lower.h"
#include "escape/shape_int.h"
#include "types/check.h"

static const char shape_path[] = "go.shape";

struct shape_registry {
    struct shape_registry *next;
    const struct load_package *test; /* whose test's variants: their types have the link strings of those that they replace */
    struct package pkg;
    struct shape_memo shapes; /* name_id + 1 of the link string → type_named */
};

/* Longer names are hashed (base.Debug.MaxShapeLen). */
enum { SHAPE_NAME_MAX = 500 };

/* ---- tables by address ---- */

enum { MEMO_FIRST = 16 /* entries of a table at first */, MEMO_SPARE = 128 /* larger ones are not given back */ };

static u32 memo_hash(const void *key)
{
    return (u32)((u64)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static struct shape_memo_slot *memo_slot(const struct shape_memo *m, const void *key)
{
    u32 i = memo_hash(key) & m->mask;

    while (m->v[i].key && m->v[i].key != key) {
        i = (i + 1) & m->mask;
    }
    return &m->v[i];
}

void *shape_memo_get(const struct shape_memo *m, const void *key)
{
    return m->v ? memo_slot(m, key)->val : NULL;
}

void **shape_memo_put(struct arena *a, struct shape_memo *m, const void *key)
{
    if (!m->v || 2 * (m->n + 1) > m->mask) {
        struct shape_memo old = *m;
        u32 cap = old.v ? 2 * (old.mask + 1) : MEMO_FIRST;
        m->v = ARENA_ARRAY(a, struct shape_memo_slot, cap);
        m->mask = cap - 1;
        for (u32 i = 0; old.v && i <= old.mask; i++) {
            if (old.v[i].key) {
                *memo_slot(m, old.v[i].key) = old.v[i];
            }
        }
    }
    struct shape_memo_slot *s = memo_slot(m, key);
    if (!s->key) {
        s->key = key;
        m->n++;
    }
    return &s->val;
}

void shape_memo_reuse(struct ir_unit *u, struct shape_memo *m)
{
    struct shape_unit *su = shape_unit_of(u);

    if (su->spare) {
        m->v = su->spare;
        m->mask = MEMO_FIRST - 1;
        m->n = 0;
        su->spare = m->v->val;
        m->v->val = NULL;
    }
}

void shape_memo_give_back(struct ir_unit *u, struct shape_memo *m)
{
    struct shape_unit *su = shape_unit_of(u);

    if (m->v && m->mask < MEMO_SPARE) {
        memset(m->v, 0, (m->mask + 1) * sizeof *m->v);
        for (u32 i = 0; i <= m->mask; i += MEMO_FIRST) {
            m->v[i].val = su->spare;
            su->spare = &m->v[i];
        }
    }
    *m = (struct shape_memo){0};
}

struct shape_unit *shape_unit_of(struct ir_unit *u)
{
    if (!u->shape) {
        u->shape = ARENA_NEW(u->arena, struct shape_unit);
    }
    return u->shape;
}

/* ---- what a type is made of ---- */

/* Does f say yes to one of the variables' types? */
static bool any_var(const struct type_tuple *t, bool (*f)(void *ctx, struct type *t), void *ctx)
{
    for (u32 i = 0; i < t->n; i++) {
        if (t->vars[i]->type && f(ctx, t->vars[i]->type)) {
            return true;
        }
    }
    return false;
}

static bool any_method(const struct type_interface *t, bool (*f)(void *ctx, struct type *t), void *ctx)
{
    for (u32 i = 0; i < t->n_methods; i++) {
        if (t->methods[i]->type && f(ctx, t->methods[i]->type)) {
            return true;
        }
    }
    for (u32 i = 0; i < t->n_embeds; i++) {
        if (f(ctx, t->embeds[i])) {
            return true;
        }
    }
    return false;
}

/* Does f say yes to one of t's immediate parts?  Of named types those are the type arguments. */
static bool any_part(struct type *t, bool (*f)(void *ctx, struct type *t), void *ctx)
{
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC:
    case TYPE_PARAM: return false;
    case TYPE_ALIAS: return f(ctx, type_unalias(t));
    case TYPE_ARRAY: return f(ctx, as_array(t)->elem);
    case TYPE_SLICE: return f(ctx, as_slice(t)->elem);
    case TYPE_POINTER: return f(ctx, as_pointer(t)->elem);
    case TYPE_CHAN: return f(ctx, as_chan(t)->elem);
    case TYPE_MAP: return f(ctx, as_map(t)->key) || f(ctx, as_map(t)->elem);
    case TYPE_TUPLE: return any_var(as_tuple(t), f, ctx);
    case TYPE_SIGNATURE:
        return any_var(as_signature(t)->params, f, ctx) || any_var(as_signature(t)->results, f, ctx);
    case TYPE_INTERFACE: return any_method(as_interface(t), f, ctx);
    case TYPE_STRUCT:
        for (u32 i = 0; i < as_struct(t)->n; i++) {
            if (as_struct(t)->fields[i]->type && f(ctx, as_struct(t)->fields[i]->type)) {
                return true;
            }
        }
        return false;
    case TYPE_UNION:
        for (u32 i = 0; i < as_union(t)->n; i++) {
            if (f(ctx, as_union(t)->terms[i].type)) {
                return true;
            }
        }
        return false;
    case TYPE_NAMED: {
        const struct type_list *l = as_named(t)->targs;
        for (u32 i = 0; l && i < l->n; i++) {
            if (f(ctx, l->v[i])) {
                return true;
            }
        }
        return false;
    }
    }
    return false;
}

/* A type declared inside of a generic function: the function's type parameters are its implicit ones.  n is no instance. */
static bool is_local_generic(struct ir_unit *u, struct type_named *n)
{
    const struct obj *o = n->obj;

    if (!o->pkg || o->order || !o->parent || o->parent == o->pkg->scope) {
        return false;
    }
    struct shape_unit *su = shape_unit_of(u);
    void **v = shape_memo_put(u->arena, &su->local, n);
    if (*v) {
        return *v == (void *)2;
    }
    *v = (void *)1;
    for (const struct scope *s = o->parent; s && s != o->pkg->scope; s = s->parent) {
        u32 slots = s->n;
        for (u32 i = 0; s->is_func && i < slots; i++) {
            const struct obj *p = s->slots[i].obj;
            if (p->kind == OBJ_TYPE && p->type && p->type->kind == TYPE_PARAM) {
                *v = (void *)2;
                return true;
            }
        }
    }
    return false;
}

static bool is_derived(void *ctx, struct type *t)
{
    struct ir_unit *u = ctx;

    if (t->kind == TYPE_BASIC) {
        return false;
    }
    if (t->kind == TYPE_PARAM) {
        return true;
    }
    if (t->kind == TYPE_NAMED && is_local_generic(u, as_named(t)->orig)) {
        return shape_memo_get(&shape_unit_of(u)->by_type, t) == NULL;
    }
    if (t->kind == TYPE_NAMED && !as_named(t)->targs) {
        return false;
    }
    struct shape_unit *su = shape_unit_of(u);
    void *known = shape_memo_get(&su->derived, t);
    if (!known) {
        known = any_part(t, is_derived, u) ? (void *)2 : (void *)1;
        *shape_memo_put(u->arena, &su->derived, t) = known;
    }
    return known == (void *)2;
}

bool shape_is_derived(struct ir_unit *u, struct type *t)
{
    return t && is_derived(u, t);
}

bool shape_is(struct type *t)
{
    if (t->kind != TYPE_NAMED) {
        return false;
    }
    const struct obj *o = as_named(t)->obj;
    return o->pkg && o->pkg->path.p == shape_path;
}

static bool within(void *ctx, struct type *t)
{
    return t->kind != TYPE_BASIC && (shape_is(t) || any_part(t, within, ctx));
}

bool shape_within(struct type *t)
{
    return t && within(NULL, t);
}

/* ---- shapes ---- */

/* The shape named by the link string of under and (from 0) the index of its parameter.  The program's lock is held. */
static struct type *registered_shape(struct ir_unit *u, struct type *under, i32 index)
{
    struct program *p = u->prog;
    const struct load_package *test = u->pkg->src ? u->pkg->src->for_test : NULL;
    struct shape_registry *r = u->all->shapes;

    while (r && r->test != test) {
        r = r->next;
    }
    if (!r) {
        r = ARENA_NEW(p->arena, struct shape_registry);
        r->next = u->all->shapes;
        r->test = test;
        u->all->shapes = r;
        r->pkg = (struct package){.prog = p,
                                  .path = {shape_path, sizeof shape_path - 1},
                                  .name = {shape_path, sizeof shape_path - 1},
                                  .arena = p->arena,
                                  .scope = scope_new(p->arena, NULL, 0, 0),
                                  .complete = true};
    }
    struct strbuf b = {0};
    ir_write_link_type(&b, u, under);
    if (index >= 0) {
        strbuf_printf(&b, "_%d", index);
    } else if (b.n > SHAPE_NAME_MAX) {
        u8 digest[32];
        shape_digest(b.p, b.n, digest);
        strbuf_reset(&b);
        for (u32 i = 0; i < 32; i++) {
            strbuf_printf(&b, "%02x", digest[i]);
        }
    }
    name_id name = intern_id(p->names, strbuf_str(&b));
    strbuf_release(&b);
    void **v = shape_memo_put(p->arena, &r->shapes, (void *)((uintptr_t)name + 1));
    if (!*v) {
        struct type_named *n = ARENA_NEW(p->arena, struct type_named);
        *n = (struct type_named){
            .t = {.kind = TYPE_NAMED},
            .state = NAMED_UNPACKED | NAMED_METHODS | NAMED_UNDER | NAMED_VALID,
            .orig = n,
            .rhs = under,
            .underlying = under,
        };
        n->obj = ARENA_NEW(p->arena, struct obj);
        *n->obj = (struct obj){.kind = OBJ_TYPE,
                               .color = OBJ_BLACK,
                               .name = name,
                               .pkg = &r->pkg,
                               .parent = r->pkg.scope,
                               .type = &n->t};
        *v = n;
    }
    struct type_named *n = *v;
    return &n->t;
}

static struct type *unshaped(struct ir_unit *u, struct type *t);

/* Is the constraint a basic interface: methods only? */
static bool has_basic_bound(struct type_param *p)
{
    const struct type_set *s = type_set_of(type_param_iface(p));

    return s->all_terms && !s->comparable;
}

/* Shapify of Go 1.19. */
static struct type *old_shape(struct ir_unit *u, struct type *t, struct type_param *param)
{
    struct shape_unit *su = shape_unit_of(u);
    u32 i = param->index < SHAPE_OLD_INDEX ? param->index : SHAPE_OLD_INDEX - 1;
    bool ptr = type_under(t)->kind == TYPE_POINTER && !lower_core(&param->t);
    void **memo = shape_memo_put(u->arena, ptr ? &su->old_basic[i] : &su->old_full[i], t);

    if (*memo) {
        return *memo;
    }
    struct type *under = type_under(shape_is(t) ? t : unshaped(u, t));
    if (ptr && under->kind == TYPE_POINTER) {
        struct type *elem = as_pointer(under)->elem;
        if (type_under(elem)->kind != TYPE_ARRAY && !type_is_not_in_heap(elem)) {
            under = shape_pointer_to(u, TYPE_OF(UINT8));
        }
    }
    program_lock(u->prog);
    struct type *shape = registered_shape(u, under, (i32)param->index);
    program_unlock(u->prog);
    *shape_memo_put(u->arena, ptr ? &su->old_basic[i] : &su->old_full[i], t) = shape;
    return shape;
}

struct type *shape_of(struct ir_unit *u, struct type *t, struct type_param *param)
{
    t = type_unalias(t);
    if (!u->profile->unified) {
        return old_shape(u, t, param);
    }
    struct shape_unit *su = shape_unit_of(u);
    const struct shape_named *named = t->kind == TYPE_NAMED ? shape_memo_get(&su->by_type, t) : NULL;
    if (named && named->forward) {
        return t; /* it is not known yet what shape it has */
    }
    struct type *under = type_under(t);
    if (under->kind == TYPE_INTERFACE && t->kind == TYPE_NAMED && as_named(t)->targs && shape_within(t)) {
        return t;
    }
    bool ptr = under->kind == TYPE_POINTER && has_basic_bound(param);
    struct shape_memo *memo = ptr ? &su->basic : &su->full;
    struct type *shape = shape_memo_get(memo, t);
    if (shape) {
        return shape;
    }
    shape = t;
    if (ptr) {
        struct type *elem = type_unalias(as_pointer(under)->elem);
        if (!type_is_not_in_heap(elem)) {
            if (!shape_is(elem) && shape_within(elem)) {
                under = NULL;
            } else {
                under = shape_pointer_to(u, TYPE_OF(UINT8));
            }
        }
    }
    if (under) {
        program_lock(u->prog);
        shape = registered_shape(u, under, -1);
        program_unlock(u->prog);
    }
    *shape_memo_put(u->arena, memo, t) = shape;
    return shape;
}

struct type *shape_pointer_to(struct ir_unit *u, struct type *elem)
{
    struct shape_unit *su = shape_unit_of(u);
    void **v = shape_memo_put(u->arena, &su->pointers, elem);

    if (!*v) {
        program_lock(u->prog);
        *v = type_new_pointer(u->prog->arena, elem);
        program_unlock(u->prog);
    }
    return *v;
}

/* ---- substitution ---- */

static struct type *own_type(struct ir_unit *u, struct type_named *orig, struct type_param **params, struct type **targs,
                             u32 n);

struct subst {
    struct ir_unit *u;
    const struct shape_env *env;
    struct program *p;
    struct arena *a; /* the program's, whose lock is held */
    bool unshape;    /* shapes become their underlying types */
};

static struct type *subst(struct subst *s, struct type *t);

static struct type *subst_param(const struct shape_env *env, struct type_param *p)
{
    if (p->index < env->n && env->params[p->index] == p) {
        return env->args[p->index];
    }
    for (u32 i = 0; i < env->n; i++) {
        if (env->params[i] == p) {
            return env->args[i];
        }
    }
    return &p->t;
}

/* v itself if none changes. */
static struct obj **subst_objs(struct subst *s, struct obj **v, u32 n)
{
    struct obj **out = v;

    for (u32 i = 0; i < n; i++) {
        struct type *t = v[i]->type ? subst(s, v[i]->type) : NULL;
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

    return vars == t->vars ? t : type_new_tuple(s->a, vars, t->n);
}

static struct type *subst_signature(struct subst *s, struct type_signature *t)
{
    struct type_tuple *params = subst_tuple(s, t->params), *results = subst_tuple(s, t->results);

    if (params == t->params && results == t->results) {
        return &t->t;
    }
    struct type_signature *copy = arena_dup(s->a, t, sizeof *t);
    copy->params = params;
    copy->results = results;
    copy->plain = NULL;
    return &copy->t;
}

static struct type *subst_interface(struct subst *s, struct type_interface *t)
{
    struct obj **methods = subst_objs(s, t->methods, t->n_methods);
    struct type **embeds = subst_types(s, t->embeds, t->n_embeds);

    if (methods == t->methods && embeds == t->embeds) {
        return &t->t;
    }
    struct type_interface *copy = arena_dup(s->a, t, sizeof *t);
    copy->methods = methods;
    copy->embeds = embeds;
    copy->set = NULL;
    copy->in_set = false;
    type_set_of(copy);
    return &copy->t;
}

static struct type *subst_union(struct subst *s, struct type_union *t)
{
    struct type_union *out = t;

    for (u32 i = 0; i < t->n; i++) {
        struct type *e = subst(s, t->terms[i].type);
        if (e == t->terms[i].type) {
            continue;
        }
        if (out == t) {
            out = arena_dup(s->a, t, sizeof *t);
            out->terms = arena_dup(s->a, t->terms, t->n * sizeof *t->terms);
        }
        out->terms[i].type = e;
    }
    return &out->t;
}

/* A type declared in the generic function: an instance with the function's arguments, then its own. */
static struct type *subst_local(struct subst *s, struct type_named *n)
{
    const struct shape_env *env = s->env;
    const struct tparam_list *own = n->orig->tparams;
    u32 n_own = own && n->targs ? own->n : 0, n_func = env->n_func, all = n_func + n_own;
    struct type **args = ARENA_ARRAY(s->u->arena, struct type *, all);
    struct type_param **params = ARENA_ARRAY(s->u->arena, struct type_param *, all);

    for (u32 i = 0; i < all; i++) {
        params[i] = i < n_func ? env->params[i] : own->v[i - n_func];
        args[i] = i < n_func ? env->args[i] : subst(s, n->targs->v[i - n_func]);
    }
    for (u32 i = n_func; i < all && env->shaped; i++) {
        args[i] = shape_of(s->u, args[i], params[i]);
    }
    return own_type(s->u, n->orig, params, args, all);
}

static struct type *subst_named(struct subst *s, struct type_named *n)
{
    if (s->unshape && shape_is(&n->t)) {
        return type_under(&n->t);
    }
    if (is_local_generic(s->u, n->orig)) {
        return is_derived(s->u, &n->t) ? subst_local(s, n) : &n->t;
    }
    if (!n->targs) {
        return &n->t;
    }
    const struct tparam_list *tparams = n->orig->tparams;
    if (!tparams || tparams->n != n->targs->n) {
        return &n->t;
    }
    struct type **args = subst_types(s, n->targs->v, n->targs->n);
    if (args == n->targs->v) {
        return &n->t;
    }
    struct type *t = shape_instantiate(s->u, n->orig, args, tparams->n);
    return t ? t : TYPE_BAD;
}

static struct type *subst_in(struct subst *s, struct type *t)
{
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC: break;
    case TYPE_PARAM: return subst_param(s->env, as_param(t));
    case TYPE_ALIAS: {
        struct type *actual = type_unalias(t), *r = subst(s, actual);
        return r == actual ? t : r;
    }
    case TYPE_NAMED: return subst_named(s, as_named(t));
    case TYPE_ARRAY: {
        struct type *elem = subst(s, as_array(t)->elem);
        return elem == as_array(t)->elem ? t : type_new_array(s->a, elem, as_array(t)->len);
    }
    case TYPE_SLICE: {
        struct type *elem = subst(s, as_slice(t)->elem);
        return elem == as_slice(t)->elem ? t : type_new_slice(s->a, elem);
    }
    case TYPE_POINTER: {
        struct type *elem = subst(s, as_pointer(t)->elem);
        return elem == as_pointer(t)->elem ? t : type_new_pointer(s->a, elem);
    }
    case TYPE_CHAN: {
        struct type *elem = subst(s, as_chan(t)->elem);
        return elem == as_chan(t)->elem ? t : type_new_chan(s->a, (enum ast_dir)t->flag, elem);
    }
    case TYPE_MAP: {
        struct type *key = subst(s, as_map(t)->key), *elem = subst(s, as_map(t)->elem);
        return key == as_map(t)->key && elem == as_map(t)->elem ? t : type_new_map(s->a, key, elem);
    }
    case TYPE_STRUCT: {
        struct type_struct *st = as_struct(t);
        struct obj **fields = subst_objs(s, st->fields, st->n);
        return fields == st->fields ? t : type_new_struct(s->a, fields, st->n, st->tags);
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
    if (t->kind == TYPE_BASIC) {
        return t;
    }
    if (t->kind == TYPE_PARAM) {
        return subst_param(s->env, as_param(t));
    }
    struct type *r = shape_memo_get(s->env->memo, t);
    if (!r) {
        r = subst_in(s, t);
        *shape_memo_put(s->u->arena, s->env->memo, t) = r;
    }
    return r;
}

struct type *shape_subst(struct ir_unit *u, const struct shape_env *env, struct type *t)
{
    if (!env || !t || t->kind == TYPE_BASIC) {
        return t;
    }
    if (t->kind == TYPE_PARAM) {
        return subst_param(env, as_param(t));
    }
    struct type *r = shape_memo_get(env->memo, t);
    if (r) {
        return r;
    }
    if (!is_derived(u, t)) {
        *shape_memo_put(u->arena, env->memo, t) = t;
        return t;
    }
    struct subst s = {.u = u, .env = env, .p = u->prog, .a = u->prog->arena};
    program_lock(u->prog);
    r = subst(&s, t);
    program_unlock(u->prog);
    return r;
}

/* ---- types with shapes for arguments, and local ones ---- */

/* Are there more than *ctx types around one another? */
static bool nests(void *ctx, struct type *t)
{
    u32 *room = ctx;
    if (*room == 0) {
        return true;
    }
    --*room;
    bool deep = any_part(shape_is(t) ? type_under(t) : t, nests, room);
    ++*room;
    return deep;
}

bool shape_is_endless(const struct obj *o, struct type *const *targs, u32 n)
{
    u32 room = 6; /* deeper than what people write, and few enough types where a cycle goes on in two ways */
    bool wrong = o->pkg && o->pkg->n_errors > 0;

    for (u32 i = 0; i < n && wrong; i++) {
        if (nests(&room, targs[i])) {
            return true;
        }
    }
    return false;
}

/* They are the unit's own, since what is in them depends on what is read first: while a type is being made its shape is
 * not known, and where it is an argument inside of itself it stays as it is. */
static struct type *make_own(struct ir_unit *u, struct type_named *orig, struct type_param **params,
                             struct type **targs, u32 n, bool shaped, void **slot)
{
    struct arena *a = u->prog->arena;
    struct shape_named *e = ARENA_NEW(u->arena, struct shape_named);
    struct type_named *t = ARENA_NEW(a, struct type_named);
    struct type_list *l = ARENA_NEW(a, struct type_list);

    l->n = n;
    l->v = arena_dup(a, targs, n * sizeof *targs);
    *t = (struct type_named){.t = {.kind = TYPE_NAMED}, .orig = orig, .targs = l};
    t->obj = obj_clone(a, orig->obj, &t->t);
    t->obj->origin = NULL;
    t->underlying = TYPE_BAD;
    t->state = NAMED_UNPACKED | NAMED_UNDER;
    *e = (struct shape_named){.next = *slot, .type = t, .forward = true};
    *slot = e;
    *shape_memo_put(u->arena, &u->shape->by_type, t) = e;
    if (shape_is_endless(orig->obj, targs, n)) {
        e->forward = false;
        return &t->t;
    }
    u32 own = orig->tparams ? orig->tparams->n : 0;
    struct shape_env env = {.n = n, .n_func = n - own, .params = params, .args = l->v, .shaped = shaped,
                            .memo = &(struct shape_memo){0}};
    t->underlying = t->rhs = shape_subst(u, &env, type_under(&orig->t));
    t->state = NAMED_UNPACKED | NAMED_UNDER | NAMED_VALID;
    e->forward = false;
    return &t->t;
}

static struct type *own_type(struct ir_unit *u, struct type_named *orig, struct type_param **params, struct type **targs,
                             u32 n)
{
    u64 h = (u64)(uintptr_t)orig;
    bool shaped = false;

    for (u32 i = 0; i < n; i++) {
        h = (h ^ (shape_is(targs[i]) ? (u64)(uintptr_t)targs[i] : type_hash(targs[i]))) *
            UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
        shaped |= shape_within(targs[i]);
    }
    void **slot = shape_memo_put(u->arena, &shape_unit_of(u)->named, (void *)(uintptr_t)(h | 1));
    for (const struct shape_named *e = *slot; e; e = e->next) {
        bool same_args = e->type->orig == orig;
        for (u32 i = 0; i < n && same_args; i++) {
            same_args = e->type->targs->v[i] == targs[i] || type_identical(e->type->targs->v[i], targs[i]);
        }
        if (same_args) {
            return &e->type->t;
        }
    }
    program_lock(u->prog);
    struct type *t = make_own(u, orig, params, targs, n, shaped, slot);
    program_unlock(u->prog);
    return t;
}

struct type *shape_instantiate(struct ir_unit *u, struct type_named *orig, struct type *const *targs, u32 n)
{
    const struct tparam_list *tparams = orig->tparams;
    bool shaped = false;

    if (!tparams || tparams->n != n) {
        return NULL;
    }
    for (u32 i = 0; i < n && !shaped; i++) {
        shaped = shape_within(targs[i]);
    }
    if (!shaped) {
        return type_instantiate(u->prog, &orig->t, targs, n);
    }
    struct arena_scratch s = arena_scratch_begin(u->prog->arena);
    struct type **v = ARENA_ARRAY(s.arena, struct type *, n);
    for (u32 i = 0; i < n; i++) {
        v[i] = u->profile->unified ? shape_of(u, targs[i], tparams->v[i]) : targs[i];
    }
    struct type *t = own_type(u, orig, tparams->v, v, n);
    struct shape_named *e = shape_memo_get(&u->shape->by_type, t);
    if (!e->given) {
        e->given = arena_dup(u->arena, targs, n * sizeof *targs);
    }
    arena_scratch_end(s);
    return t;
}

static struct type *unshaped(struct ir_unit *u, struct type *t)
{
    if (!shape_within(t)) {
        return t;
    }
    struct shape_env env = {.memo = &(struct shape_memo){0}};
    struct subst s = {.u = u, .env = &env, .p = u->prog, .a = u->prog->arena, .unshape = true};
    program_lock(u->prog);
    t = subst(&s, t);
    program_unlock(u->prog);
    return t;
}

/* ---- identity ---- */

/* Pairs of types that are being compared: they are the same if nothing speaks against it. */
struct same_pair {
    struct type *x, *y;
    const struct same_pair *up;
};

static bool same(struct type *x, struct type *y, const struct same_pair *up);

static bool same_tuple(const struct type_tuple *x, const struct type_tuple *y, const struct same_pair *up)
{
    for (u32 i = 0; i < x->n && i < y->n; i++) {
        if (!same(x->vars[i]->type, y->vars[i]->type, up)) {
            return false;
        }
    }
    return x->n == y->n;
}

static bool same_structs(const struct type_struct *x, const struct type_struct *y, const struct same_pair *up)
{
    if (x->n != y->n) {
        return false;
    }
    for (u32 i = 0; i < x->n; i++) {
        const struct obj *f = x->fields[i], *g = y->fields[i];
        str tag = x->tags ? x->tags[i] : (str){0}, other = y->tags ? y->tags[i] : (str){0};
        if (f->name != g->name || (!(f->flags & OBJ_EXPORTED) && f->pkg != g->pkg) ||
            ((f->flags ^ g->flags) & OBJ_EMBEDDED) || !str_eq(tag, other) || !same(f->type, g->type, up)) {
            return false;
        }
    }
    return true;
}

static bool same_interfaces(struct type_interface *x, struct type_interface *y, const struct same_pair *up)
{
    const struct type_set *s = type_set_of(x), *t = type_set_of(y);

    if (s->n_methods != t->n_methods) {
        return false;
    }
    for (u32 i = 0; i < s->n_methods; i++) {
        const struct obj *m = s->methods[i], *n = t->methods[i];
        if (m->name != n->name || (!(m->flags & OBJ_EXPORTED) && m->pkg != n->pkg) ||
            !same(m->type, n->type, up)) {
            return false;
        }
    }
    return true;
}

/* Of types without names, or of the underlying types of those with shapes. */
static bool same_parts(struct type *x, struct type *y, const struct same_pair *up)
{
    if (x->kind != y->kind) {
        return false;
    }
    switch ((enum type_kind)x->kind) {
    case TYPE_BASIC: return x->basic == y->basic;
    case TYPE_ARRAY: return as_array(x)->len == as_array(y)->len && same(as_array(x)->elem, as_array(y)->elem, up);
    case TYPE_SLICE: return same(as_slice(x)->elem, as_slice(y)->elem, up);
    case TYPE_POINTER: return same(as_pointer(x)->elem, as_pointer(y)->elem, up);
    case TYPE_CHAN: return x->flag == y->flag && same(as_chan(x)->elem, as_chan(y)->elem, up);
    case TYPE_MAP:
        return same(as_map(x)->key, as_map(y)->key, up) && same(as_map(x)->elem, as_map(y)->elem, up);
    case TYPE_STRUCT: return same_structs(as_struct(x), as_struct(y), up);
    case TYPE_TUPLE: return same_tuple(as_tuple(x), as_tuple(y), up);
    case TYPE_SIGNATURE:
        return ((x->flag ^ y->flag) & TYPE_FLAG_VARIADIC) == 0 &&
               same_tuple(as_signature(x)->params, as_signature(y)->params, up) &&
               same_tuple(as_signature(x)->results, as_signature(y)->results, up);
    case TYPE_INTERFACE: return same_interfaces(as_interface(x), as_interface(y), up);
    case TYPE_UNION:
    case TYPE_NAMED:
    case TYPE_PARAM:
    case TYPE_ALIAS: break;
    }
    return type_identical(x, y);
}

static bool same(struct type *x, struct type *y, const struct same_pair *up)
{
    x = type_unalias(x);
    y = type_unalias(y);
    if (x == y) {
        return true;
    }
    struct type *xu = type_under(x), *yu = type_under(y);
    if (xu->kind != yu->kind || x->kind == TYPE_PARAM || y->kind == TYPE_PARAM) {
        return false;
    }
    if (x->kind == TYPE_NAMED || y->kind == TYPE_NAMED) {
        if (!shape_within(x) && !shape_within(y)) {
            return type_identical(x, y);
        }
        if (xu->kind == TYPE_BASIC || xu->kind == TYPE_POINTER) {
            return xu->kind == TYPE_POINTER || xu->basic == yu->basic;
        }
    }
    for (const struct same_pair *p = up; p; p = p->up) {
        if (p->x == x && p->y == y) {
            return true;
        }
    }
    struct same_pair here = {x, y, up};
    return same_parts(xu, yu, &here);
}

bool shape_identical(struct type *x, struct type *y)
{
    return same(x, y, NULL);
}
