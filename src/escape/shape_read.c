/* shape_read.c: which instances a package has: those that its code calls, and all methods of the instantiated types that
 * the compiler comes across.
 *
 * The compiler reads what a package imports lazily: an object when something refers to it, with the types that it
 * mentions, a type with its underlying type and the signatures of its methods, and so on.  Each instantiated type that
 * it meets on the way has its methods compiled, once for the arguments and once for their shapes, in every package anew.
 * A dictionary brings in the types that it has words for.
 * Source: GOROOT/src/cmd/compile/internal/noder/reader.go (typIdx, objIdx, method, dictNameOf, needWrapper),
 * noder/writer.go (what is written of a body), noder/unified.go (readBodies).
 */
#include "escape/inline_int.h"
#include "escape/shape_int.h"
#include "types/check.h"

/* In shape_unit.read: where a type has been met. */
#define READ_HERE     ((void *)1)
#define READ_IMPORTED ((void *)2)

/* ---- types in which there is nothing to find ---- */

struct plain {
    struct shape_memo seen;
    VEC(struct type_named *) found;
    struct arena *arena;
};

static bool plain_type(struct plain *p, struct type *t);

static bool plain_tuple(struct plain *p, const struct type_tuple *t)
{
    for (u32 i = 0; i < t->n; i++) {
        if (!plain_type(p, t->vars[i]->type)) {
            return false;
        }
    }
    return true;
}

static bool plain_signature(struct plain *p, const struct type_signature *s)
{
    return plain_tuple(p, s->params) && plain_tuple(p, s->results);
}

/* anon: as in read_struct. */
static bool plain_struct(struct plain *p, const struct type_struct *s, bool anon)
{
    for (u32 i = 0; i < s->n; i++) {
        if (!plain_type(p, s->fields[i]->type) || (anon && (s->fields[i]->flags & OBJ_EMBEDDED))) {
            return false;
        }
    }
    return true;
}

static bool plain_interface(struct plain *p, const struct type_interface *t)
{
    for (u32 i = 0; i < t->n_methods; i++) {
        if (!plain_type(p, t->methods[i]->type)) {
            return false;
        }
    }
    for (u32 i = 0; i < t->n_embeds; i++) {
        if (!plain_type(p, t->embeds[i])) {
            return false;
        }
    }
    return true;
}

static bool plain_declared(struct plain *p, struct type_named *n)
{
    struct type *under = type_under(&n->t);

    if (!(under->kind == TYPE_STRUCT ? plain_struct(p, as_struct(under), false) : plain_type(p, under))) {
        return false;
    }
    for (u32 i = 0; i < n->n_methods; i++) {
        struct obj *m = n->methods[i];
        if (m && m->type && m->type->kind == TYPE_SIGNATURE && !plain_signature(p, as_signature(m->type))) {
            return false;
        }
    }
    return true;
}

static void plain_mark(struct type_named *n, u8 flag)
{
    __atomic_fetch_or(&n->t.flag, flag, __ATOMIC_RELAXED);
}

/* One that is being looked at counts as plain: where it is not, none of those is that leads to it from itself. */
static bool plain_named(struct plain *p, struct type_named *n)
{
    if (n->t.flag & (TYPE_FLAG_PLAIN | TYPE_FLAG_FANCY)) {
        return n->t.flag & TYPE_FLAG_PLAIN;
    }
    if (n->targs || n->tparams || shape_is(&n->t)) {
        return false;
    }
    void **seen = shape_memo_put(p->arena, &p->seen, n);
    if (*seen) {
        return true;
    }
    *seen = n;
    vec_push_in(p->arena, &p->found, n);
    bool plain = plain_declared(p, n);
    if (!plain) {
        plain_mark(n, TYPE_FLAG_FANCY);
    }
    return plain;
}

static bool plain_type(struct plain *p, struct type *t)
{
    if (!t) {
        return true;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC:
    case TYPE_UNION: return true;
    case TYPE_PARAM: return false;
    case TYPE_NAMED: return plain_named(p, as_named(t));
    case TYPE_ALIAS: return plain_type(p, type_unalias(t));
    case TYPE_ARRAY: return plain_type(p, as_array(t)->elem);
    case TYPE_SLICE: return plain_type(p, as_slice(t)->elem);
    case TYPE_POINTER: return plain_type(p, as_pointer(t)->elem);
    case TYPE_CHAN: return plain_type(p, as_chan(t)->elem);
    case TYPE_MAP: return plain_type(p, as_map(t)->key) && plain_type(p, as_map(t)->elem);
    case TYPE_TUPLE: return plain_tuple(p, as_tuple(t));
    case TYPE_SIGNATURE: return plain_signature(p, as_signature(t));
    case TYPE_STRUCT: return plain_struct(p, as_struct(t), true);
    case TYPE_INTERFACE: return plain_interface(p, as_interface(t));
    }
    return false;
}

/* Would reading t, which another package declares, find no instance and no type that may need wrappers?  So it is of most
 * types, for all packages that import them: what they consist of need not be walked for each. */
static bool is_plain(struct type *t)
{
    if (t->kind == TYPE_NAMED && (t->flag & (TYPE_FLAG_PLAIN | TYPE_FLAG_FANCY))) {
        return t->flag & TYPE_FLAG_PLAIN;
    }
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct plain p = {.arena = s.arena};
    bool plain = plain_type(&p, t);
    for (size_t i = 0; plain && i < p.found.n; i++) {
        plain_mark(p.found.v[i], TYPE_FLAG_PLAIN);
    }
    arena_scratch_end(s);
    return plain;
}

/* ---- types ---- */

static void read_tuple(struct ir_unit *u, const struct type_tuple *t)
{
    for (u32 i = 0; i < t->n; i++) {
        shape_read_type(u, t->vars[i]->type);
    }
}

static void read_signature(struct ir_unit *u, const struct type_signature *s)
{
    read_tuple(u, s->params);
    read_tuple(u, s->results);
}

/* reader.needWrapper. */
static void need_wrapper(struct ir_unit *u, struct type *t)
{
    struct shape_unit *su = shape_unit_of(u);
    void **at = shape_memo_put(u->arena, &su->wrap_of, t);
    bool have = su->imported && !shape_within(t); /* shaped types stand in generic bodies only */

    if (*at) {
        su->wraps.v[(uintptr_t)*at - 1].have |= have;
        return;
    }
    u64 h = t->kind == TYPE_STRUCT ? type_hash(t) : 0;
    for (size_t i = 0; h && i < su->wraps.n; i++) {
        struct shape_wrap *w = &su->wraps.v[i];
        if (w->hash == h && type_identical(w->type, t)) {
            w->have |= have;
            *at = (void *)(uintptr_t)(i + 1);
            return;
        }
    }
    vec_push_in(u->arena, &su->wraps, (struct shape_wrap){t, h, have});
    *at = (void *)(uintptr_t)su->wraps.n;
}

void shape_read_wraps(struct ir_unit *u)
{
    struct shape_unit *su = shape_unit_of(u);

    for (size_t i = 0; i < su->wraps.n; i++) {
        if (!su->wraps.v[i].have) {
            vec_push(&u->wrap, su->wraps.v[i].type);
        }
    }
}

/* anon: it is not the underlying type of one that has a name. */
static void read_struct(struct ir_unit *u, struct type_struct *s, bool anon)
{
    bool embeds = false;

    for (u32 i = 0; i < s->n; i++) {
        shape_read_type(u, s->fields[i]->type);
        embeds |= (s->fields[i]->flags & OBJ_EMBEDDED) != 0;
    }
    if (embeds && anon) {
        need_wrapper(u, &s->t);
    }
}

static void read_interface(struct ir_unit *u, const struct type_interface *t)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct obj **methods = t->methods;

    if (t->n_methods > 1) { /* in the checker they are in the order of the source, in the compiler's sorted */
        methods = arena_dup(s.arena, t->methods, t->n_methods * sizeof *methods);
        type_methods_sort(methods, t->n_methods, u->prog->names);
    }
    for (u32 i = 0; i < t->n_methods; i++) {
        shape_read_type(u, methods[i]->type);
    }
    arena_scratch_end(s);
    for (u32 i = 0; i < t->n_embeds; i++) {
        shape_read_type(u, t->embeds[i]);
    }
}

/* The underlying type of a named one: its own methods are the named type's business. */
static void read_under(struct ir_unit *u, struct type *t)
{
    struct type *under = type_under(t);

    if (under->kind == TYPE_STRUCT) {
        read_struct(u, as_struct(under), false);
    } else {
        shape_read_type(u, under);
    }
}

/* Is this the first time that the object is read?  It may mention itself. */
static bool read_first(struct ir_unit *u, const struct type_named *n)
{
    void **seen = shape_memo_put(u->arena, &shape_unit_of(u)->objects, n);
    bool first = !*seen;

    *seen = READ_HERE;
    return first;
}

/* Only its own package makes the wrappers of a type that is no instance. */
static void need_own_wrapper(struct ir_unit *u, struct type_named *n)
{
    if (n->obj->pkg == u->pkg && type_under(&n->t)->kind != TYPE_INTERFACE) {
        need_wrapper(u, &n->t);
    }
}

void shape_queue_func(struct ir_unit *u, struct ir_func *fn)
{
    void **seen = shape_memo_put(u->arena, &shape_unit_of(u)->objects, fn);

    if (!*seen) {
        *seen = READ_HERE;
        vec_push(&u->todo, fn);
    }
}

/* A function that is declared in the package, and no instance of one. */
static void queue_declared(struct ir_unit *u, struct obj *o)
{
    if (o->pkg != u->pkg || o->name == u->prog->blank || !u->profile->unified || shape_tparams(o)) {
        return;
    }
    struct ir_func *fn = lower_func_of(u, o);
    if (fn && fn->src.decl) {
        shape_queue_func(u, fn);
    }
}

static void read_declared(struct ir_unit *u, struct type_named *n)
{
    struct shape_unit *su = shape_unit_of(u);
    bool imported = su->imported;

    if (n->tparams || !read_first(u, n)) {
        return;
    }
    su->imported = n->obj->pkg != u->pkg;
    read_under(u, &n->t);
    for (u32 i = 0; i < n->n_methods; i++) {
        struct obj *m = n->methods[i];
        if (m && m->type && m->type->kind == TYPE_SIGNATURE) {
            const struct type_signature *s = as_signature(m->type);
            if (s->recv && s->recv->type) {
                shape_read_type(u, s->recv->type);
            }
            read_signature(u, s);
            queue_declared(u, m);
        }
    }
    need_own_wrapper(u, n);
    su->imported = imported;
}

/* Before unified IR: shaped methods and their dictionaries (stencil.go, instantiateMethods). */
static void read_old_instance(struct ir_unit *u, struct type_named *n)
{
    for (u32 i = 0; i < n->targs->n; i++) {
        shape_read_type(u, n->targs->v[i]);
    }
    read_under(u, &n->t);
    for (u32 i = 0; i < n->orig->n_methods; i++) {
        const struct tparam_list *l = shape_tparams(n->orig->methods[i]);
        if (l && l->n == n->targs->n) {
            struct shape_inst *w = shape_inst_get(u, n->orig->methods[i], n->targs->v, l->n, false);
            shape_inst_shaped(u, w);
            shape_use_dict(u, n->orig->methods[i], n->targs->v, l->n);
            read_signature(u, w->fn->sig);
        }
    }
}

/* c stands for all instances of equal arguments. */
static void read_instance(struct ir_unit *u, struct type_named *c)
{
    struct shape_unit *su = shape_unit_of(u);
    bool shaped = shape_within(&c->t), imported = su->imported;

    if (!read_first(u, c)) {
        return;
    }
    if (!u->profile->unified) {
        if (!shaped) {
            read_old_instance(u, c);
        }
        return;
    }
    const struct shape_named *own = shape_memo_get(&su->by_type, c);
    struct type **args = own && own->given ? own->given : c->targs->v;
    for (u32 i = 0; i < c->targs->n; i++) {
        shape_read_type(u, args[i]);
    }
    su->imported = false;
    read_under(u, &c->t);
    if (!shaped) {
        vec_push_in(u->arena, &su->later, c);
    }
    for (u32 i = 0; i < c->orig->n_methods; i++) {
        const struct tparam_list *l = shape_tparams(c->orig->methods[i]);
        if (l && l->n == c->targs->n) {
            struct shape_inst *inst = shape_inst_as_is(u, c->orig->methods[i], c, shaped);
            shape_read_type(u, inst->fn->sig->recv->type);
            read_signature(u, inst->fn->sig);
            shape_queue(u, inst);
        }
    }
    if (!shaped && type_under(&c->t)->kind != TYPE_INTERFACE) {
        need_wrapper(u, &c->t);
    }
    su->imported = imported;
}

static void read_named(struct ir_unit *u, struct type_named *n)
{
    if (shape_is(&n->t)) {
        if (type_under(&n->t)->kind == TYPE_STRUCT) {
            need_wrapper(u, &n->t); /* it may have promoted methods */
        }
        return;
    }
    if (!n->targs) {
        read_declared(u, n);
        need_own_wrapper(u, n);
        return;
    }
    if (!n->orig->tparams || n->orig->tparams->n != n->targs->n) { /* local to an instance, whose arguments come first */
        if (read_first(u, n)) {
            read_under(u, &n->t);
        }
        need_wrapper(u, &n->t);
        return;
    }
    if (shape_is_derived(u, &n->t) || shape_is_endless(n->obj, n->targs->v, n->targs->n)) {
        return;
    }
    /* Shaped ones are the unit's own, one for equal arguments. */
    struct type *t = shape_memo_get(&shape_unit_of(u)->by_type, n)
                         ? &n->t
                         : shape_instantiate(u, n->orig, n->targs->v, n->targs->n);
    struct type_named *c = t ? type_named_of(t) : NULL;
    if (c) {
        read_instance(u, c);
        if (type_under(&c->t)->kind != TYPE_INTERFACE) {
            need_wrapper(u, &c->t);
        }
    }
}

void shape_read_type(struct ir_unit *u, struct type *t)
{
    struct shape_unit *su = shape_unit_of(u);
    const struct type **recent = &(su->imported ? su->recent_imported : su->recent)[((uintptr_t)t >> 4) % SHAPE_RECENT];
    if (!t || (*recent == t && !su->plain) || t->kind == TYPE_BASIC || t->kind == TYPE_PARAM) {
        return;
    }
    su->plain = su->plain && is_plain(t);
    if (*recent == t) {
        return;
    }
    if (t->kind == TYPE_NAMED && as_named(t)->obj->pkg != u->pkg && is_plain(t)) {
        *recent = t;
        return;
    }
    void *seen = shape_memo_get(&su->read, t);
    if (seen == READ_IMPORTED || (seen && !su->imported)) {
        *recent = t;
        return;
    }
    /* What an imported package mentions, that package has made wrappers for, though it may be read here too. */
    seen = su->imported ? READ_IMPORTED : READ_HERE;
    if (t->kind == TYPE_NAMED) { /* it is known when it is done, but nothing in it is read again */
        read_named(u, as_named(t));
        *shape_memo_put(u->arena, &su->read, t) = seen;
        return;
    }
    *shape_memo_put(u->arena, &su->read, t) = seen;
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC:
    case TYPE_PARAM:
    case TYPE_NAMED:
    case TYPE_UNION: break;
    case TYPE_ALIAS: shape_read_type(u, type_unalias(t)); break;
    case TYPE_ARRAY: shape_read_type(u, as_array(t)->elem); break;
    case TYPE_SLICE: shape_read_type(u, as_slice(t)->elem); break;
    case TYPE_POINTER: shape_read_type(u, as_pointer(t)->elem); break;
    case TYPE_CHAN: shape_read_type(u, as_chan(t)->elem); break;
    case TYPE_MAP:
        shape_read_type(u, as_map(t)->key);
        shape_read_type(u, as_map(t)->elem);
        break;
    case TYPE_TUPLE: read_tuple(u, as_tuple(t)); break;
    case TYPE_SIGNATURE: read_signature(u, as_signature(t)); break;
    case TYPE_STRUCT: read_struct(u, as_struct(t), true); break;
    case TYPE_INTERFACE: read_interface(u, as_interface(t)); break;
    }
}

/* ---- bodies ---- */

/* An instance, as callee or value: of a function its object, of a method those of the receiver's type. */
static void read_inst(struct ir_unit *u, struct shape_inst *inst)
{
    const struct type_signature *s = inst->fn->sig;
    struct type **args = inst->given ? inst->given : inst->targs;

    for (u32 i = 0; i < inst->n; i++) {
        shape_read_type(u, args[i]);
    }
    if (s->recv) {
        shape_read_type(u, s->recv->type);
    }
    read_signature(u, s);
    shape_queue(u, inst);
}

/* A wrapper and what it calls, with the dictionary (reader.funcInst). */
static void read_wrapper(struct ir_unit *u, struct shape_inst *wrapper)
{
    read_inst(u, wrapper);
    read_inst(u, shape_inst_shaped(u, wrapper));
    shape_use_dict(u, wrapper->generic, wrapper->targs, wrapper->n);
}

static void read_func(struct ir_unit *u, const struct ir_func *fn)
{
    if (fn && (fn->flags & IR_FUNC_INSTANCE)) {
        struct shape_inst *inst = shape_inst_of(u, fn);
        shape_unit_of(u)->plain = false;
        if (inst->is_shaped) {
            read_inst(u, inst);
        } else {
            read_wrapper(u, inst);
        }
    }
}

/* It marks what is assigned on the way, as all bodies come here when they are new. */
static void read_node(struct ir_unit *u, struct ir *n)
{
    if (n->op == IR_CALLFUNC) { /* the dictionary says for which arguments it is */
        for (u32 i = 0; i < n->list.n && i < 2; i++) {
            if (n->list.v[i]->op == IR_ADDR && n->list.v[i]->func) {
                if (n->type) {
                    shape_read_type(u, n->type);
                }
                read_func(u, n->list.v[i]->func);
                break;
            }
        }
    }
    if (n->op == IR_METHEXPR || n->op == IR_METHVALUE) {
        read_func(u, n->func);
    }
    if (!n->type) {
        ir_see_assigned(n); /* a statement */
        return;
    }
    if (n->type->kind == TYPE_BASIC) {
        return;
    }
    if (n->op == IR_CLOSURE) { /* its body is read where it stands */
        read_signature(u, n->func->sig);
        shape_read_list(u, &n->func->body);
        return;
    }
    if (n->op == IR_NAME) {
        const struct ir_name *name = ir_as_name(n);
        if (name->class == IR_FUNC) {
            read_func(u, name->func);
        }
        if (name->obj && (name->class == IR_FUNC || name->class == IR_GLOBAL)) {
            struct shape_unit *su = shape_unit_of(u);
            bool imported = su->imported;
            su->imported = name->obj->pkg != u->pkg && !(name->func && name->func->env);
            shape_read_type(u, n->type);
            su->imported = imported;
            if (name->class == IR_FUNC && name->obj->kind == OBJ_FUNC && !as_signature(name->obj->type)->recv) {
                queue_declared(u, name->obj);
            }
            return;
        }
    }
    shape_read_type(u, n->type);
}

static void read_body(struct ir_unit *u, struct ir_func *fn);

static bool read_tree(void *ctx, struct ir *n)
{
    read_node(ctx, n);
    return ir_each_child(n, read_tree, ctx);
}

/* The same, and what inline_scan looks for in a new body: one walk less. */
static bool read_and_scan(void *ctx, struct ir *n)
{
    struct inline_scan *s = ctx;
    struct ir_unit *u = s->u;

    if (n->flags & IR_CALLSITE) {
        return read_tree(u, n);
    }
    inline_scan_before(s, n);
    if (n->op == IR_CLOSURE && n->type && n->type->kind != TYPE_BASIC) {
        read_signature(u, n->func->sig);
        read_body(u, n->func);
    } else {
        read_node(u, n);
    }
    if (n->op == IR_TAILCALL && n->x) {
        n->x->flags |= IR_NOINLINE;
        read_node(u, n->x);
        return ir_each_child(n->x, read_and_scan, s);
    }
    ir_each_child(n, read_and_scan, s);
    inline_scan_behind(s, n);
    return false;
}

static void read_body(struct ir_unit *u, struct ir_func *fn)
{
    struct inline_scan s = inline_scan_begin(u, fn);

    if (s.f->scanned) {
        shape_read_list(u, &fn->body);
    } else {
        ir_do_list(&fn->body, read_and_scan, &s);
        s.f->scanned = true;
    }
}

/* Would bodies stay as they are until they are scanned? */
static bool stays(struct ir_unit *u)
{
    struct shape_unit *su = shape_unit_of(u);

    if (su->stays == 0) {
        bool yes = u->profile->inline_interleaved && !u->profile->deadcode && !inline_has_bloop(u);
        su->stays = yes ? 1 : 2;
    }
    return su->stays == 1;
}

void shape_read_list(struct ir_unit *u, const struct ir_list *l)
{
    ir_do_list(l, read_tree, u);
}

/* scan: the function is new, not what becomes part of another one. */
static void read_function(struct ir_unit *u, struct ir_func *fn, bool scan)
{
    struct shape_unit *su = shape_unit_of(u);

    if (fn->closure) {
        return;
    }
    su->imported = fn->src.pkg && fn->src.pkg != u->pkg && !fn->env;
    if (!(fn->flags & IR_FUNC_INSTANCE) && fn->sig->recv) {
        shape_read_type(u, fn->sig->recv->type);
    }
    read_signature(u, fn->sig);
    if (scan && stays(u)) {
        read_body(u, fn);
    } else {
        shape_read_list(u, &fn->body);
    }
    su->imported = false;
}

void shape_read_func(struct ir_unit *u, struct ir_func *fn)
{
    read_function(u, fn, true);
}

void shape_read_inlined(struct ir_unit *u, struct ir_func *callee, struct ir_func *body)
{
    if (callee->flags & IR_FUNC_PLAIN) {
        return;
    }
    struct shape_unit *su = shape_unit_of(u);
    void **seen = shape_memo_put(u->arena, &su->inlined, callee);
    if (!*seen) {
        *seen = u;
        su->plain = (callee->flags & IR_FUNC_IMPORTED) && callee->pkg != u->pkg && !callee->env && !callee->synthetic;
        read_function(u, body, false);
        callee->flags |= su->plain ? IR_FUNC_PLAIN : 0;
        su->plain = false;
    }
}

/* ---- dictionaries ---- */

struct shape_dict *shape_dict_of(struct ir_unit *u, const struct obj *generic)
{
    const struct obj *owner = generic;
    bool ptr;

    if (as_signature(generic->type)->recv) {
        const struct type_named *n = shape_receiver(generic, &ptr);
        owner = n ? named_obj(n) : generic;
    }
    void **v = shape_memo_put(u->arena, &shape_unit_of(u)->dicts, owner);
    if (!*v) {
        *v = ARENA_NEW(u->arena, struct shape_dict);
    }
    return *v;
}

void shape_need(struct lower *l, struct type *t)
{
    const struct shape_env *env = l->env;

    if (!env || !env->shaped || !t || !shape_is_derived(l->u, t)) {
        return;
    }
    void **seen = shape_memo_put(l->u->arena, &env->dict->seen, t);
    if (!*seen) {
        *seen = t;
        vec_push_in(l->u->arena, &env->dict->uses, (struct shape_use){.params = env->params, .type = t});
        shape_unit_of(l->u)->dict_news++;
    }
}

void shape_need_dict(struct lower *l, struct obj *generic, const struct type_list *targs)
{
    const struct shape_env *env = l->env;

    if (!env || !env->shaped) {
        return;
    }
    void **seen = shape_memo_put(l->u->arena, &env->dict->seen, targs);
    if (!*seen) {
        *seen = (void *)(uintptr_t)targs;
        vec_push_in(l->u->arena, &env->dict->uses,
                    (struct shape_use){.params = env->params, .generic = generic, .targs = targs});
        shape_unit_of(l->u)->dict_news++;
    }
}

static bool dict_same(const struct shape_dict_inst *d, struct type *const *targs)
{
    for (u32 i = 0; i < d->n; i++) {
        if (!type_identical(d->targs[i], targs[i])) {
            return false;
        }
    }
    return true;
}

void shape_use_dict(struct ir_unit *u, const struct obj *generic, struct type *const *targs, u32 n)
{
    struct shape_unit *su = shape_unit_of(u);
    struct shape_dict *dict = shape_dict_of(u, generic);
    u64 h = (u64)(uintptr_t)dict;

    if (shape_is_endless(generic, targs, n)) {
        return;
    }
    if (!u->profile->unified) { /* its format is an instance's (stencil.go, getDictionarySym) */
        shape_inst_get(u, (struct obj *)(uintptr_t)generic, targs, n, true);
    }

    for (u32 i = 0; i < n; i++) {
        h = (h ^ type_hash(targs[i])) * UINT64_C(0x9e3779b97f4a7c15);
    }
    void **first = shape_memo_put(u->arena, &su->dict_insts, (void *)(uintptr_t)(h | 1));
    for (const struct shape_dict_inst *d = *first; d; d = d->next) {
        if (d->dict == dict && d->n == n && dict_same(d, targs)) {
            return;
        }
    }
    struct shape_dict_inst *d = ARENA_NEW(u->arena, struct shape_dict_inst);
    d->next = *first;
    d->dict = dict;
    d->n = n;
    d->targs = arena_dup(u->arena, targs, n * sizeof *targs);
    *first = d;
    vec_push_in(u->arena, &su->all_dicts, d);
    su->dict_news++;
}

static const struct shape_env *dict_env(struct ir_unit *u, struct shape_dict_inst *d, struct type_param **params)
{
    for (size_t i = 0; i < d->envs.n; i++) {
        if (d->envs.v[i]->params == params) {
            return d->envs.v[i];
        }
    }
    struct shape_env *env = ARENA_NEW(u->arena, struct shape_env);
    *env = (struct shape_env){.n = d->n, .n_func = d->n, .params = params, .args = d->targs, .dict = d->dict};
    env->memo = ARENA_NEW(u->arena, struct shape_memo);
    vec_push_in(u->arena, &d->envs, env);
    return env;
}

/* Reads what has been asked of a dictionary since the last time. */
static bool read_dict(struct ir_unit *u, struct shape_dict_inst *d)
{
    bool any = d->done < d->dict->uses.n;

    while (d->done < d->dict->uses.n) {
        struct shape_use use = d->dict->uses.v[d->done++];
        const struct shape_env *env = dict_env(u, d, use.params);
        if (use.type) {
            shape_read_type(u, shape_subst(u, env, use.type));
            continue;
        }
        struct arena_scratch s = arena_scratch_begin(u->arena);
        struct type **v = ARENA_ARRAY(s.arena, struct type *, use.targs->n);
        for (u32 i = 0; i < use.targs->n; i++) {
            v[i] = shape_subst(u, env, use.targs->v[i]);
            shape_read_type(u, v[i]);
        }
        shape_use_dict(u, use.generic, v, use.targs->n);
        arena_scratch_end(s);
    }
    return any;
}

bool shape_read_more(struct ir_unit *u)
{
    struct shape_unit *su = u->shape;

    if (!su) {
        return false;
    }
    if (su->later.n) {
        struct type_named *n = vec_pop(&su->later);
        const struct type_list *l = n->targs;
        struct arena_scratch s = arena_scratch_begin(u->arena);
        struct type **v = ARENA_ARRAY(s.arena, struct type *, l->n);
        for (u32 i = 0; i < l->n; i++) {
            v[i] = shape_of(u, l->v[i], n->orig->tparams->v[i]);
        }
        struct type *t = shape_instantiate(u, n->orig, v, l->n);
        if (t && type_named_of(t)) {
            read_instance(u, type_named_of(t));
        }
        arena_scratch_end(s);
        return true;
    }
    bool any = false;
    while (su->fresh.n) { /* nothing has spoken of them, but they are there */
        struct shape_inst *inst = vec_pop(&su->fresh);
        any |= !inst->queued;
        shape_queue(u, inst);
    }
    if (su->dict_read != su->dict_news) {
        su->dict_read = su->dict_news;
        for (size_t i = 0; i < su->all_dicts.n; i++) {
            any |= read_dict(u, su->all_dicts.v[i]);
        }
    }
    return any;
}

/* ---- the package ---- */

/* Generic functions and types are not, nor are constraints (writer.pkgDecl). */
static bool is_compiled(const struct ir_unit *u, const struct obj *o)
{
    if (o->name == u->prog->blank && (o->kind == OBJ_FUNC || (o->kind == OBJ_TYPE && u->profile->unified))) {
        return false;
    }
    if (o->kind == OBJ_FUNC && o->type->kind == TYPE_SIGNATURE) {
        return !as_signature(o->type)->tparams && !as_signature(o->type)->rparams;
    }
    if (o->kind != OBJ_TYPE) {
        return true;
    }
    struct type *under = type_under(o->type);
    if (type_is_generic(o->type)) {
        return false;
    }
    if (under->kind != TYPE_INTERFACE) {
        return true;
    }
    const struct type_set *s = type_set_of(as_interface(under));
    return s->all_terms && !s->comparable;
}

static void read_object(struct ir_unit *u, struct obj *o)
{
    if (o->kind == OBJ_TYPE && o->type->kind == TYPE_NAMED) {
        read_declared(u, as_named(o->type));
    } else if (o->kind == OBJ_FUNC && o->type->kind == TYPE_SIGNATURE) {
        const struct type_signature *s = as_signature(o->type);
        bool ptr;
        if (s->recv && s->recv->type) { /* methods come with their types */
            shape_read_type(u, type_deref(type_unalias(s->recv->type), &ptr));
            return;
        }
        read_signature(u, s);
        queue_declared(u, o);
    } else {
        shape_read_type(u, o->type);
    }
}

void shape_read_package(struct ir_unit *u)
{
    struct package *p = u->pkg;

    for (u32 i = 0; i < p->n_files; i++) {
        const struct file_info *f = &p->files[i];
        const u32 *decls = f->at ? ast_list(f->ast, f->ast->decls) : NULL;
        for (u32 j = 0; decls && j < ast_list_len(f->ast, f->ast->decls); j++) {
            const struct ast_node *d = ast_at(f->ast, decls[j]);
            if (d->kind == AST_IMPORT_DECL) {
                continue;
            }
            node one = d->a;
            const node *v = &one;
            u32 n = 1;
            if (d->kind == AST_VAR_DECL || d->kind == AST_CONST_DECL) {
                v = ast_list(f->ast, d->a);
                n = ast_list_len(f->ast, d->a);
            }
            for (u32 k = 0; k < n; k++) {
                struct obj *o = info_obj(f, v[k]);
                if (o && o->type && is_compiled(u, o)) {
                    read_object(u, o);
                }
            }
        }
    }
}
