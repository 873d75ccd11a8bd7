/* precise_type.c: where types have pointers; which types may stand behind an interface, and what their methods are. */
#include <string.h>

#include "escape/lower.h"
#include "escape/precise_int.h"
#include "escape/shape.h"
#include "types/check.h"

/* ---- layouts ---- */

typedef VEC(i32) offsets;

static void words(struct precise_state *st, struct type *t, i64 base, offsets *out)
{
    struct type *u = type_under(t);

    if (out->n > PRECISE_WORDS || base > INT32_MAX / 2) {
        return;
    }
    switch ((enum type_kind)u->kind) {
    case TYPE_BASIC:
        if (u->basic == BASIC_STRING || u->basic == BASIC_UNSAFE_POINTER || u->basic == BASIC_UNTYPED_STRING ||
            u->basic == BASIC_UNTYPED_NIL) {
            vec_push(out, (i32)base);
        }
        break;
    case TYPE_ARRAY:
        if (as_array(u)->len != 0) {
            words(st, as_array(u)->elem, base, out);
        }
        break;
    case TYPE_STRUCT: {
        struct type_struct *s = as_struct(u);
        struct arena_scratch scratch = arena_scratch_begin(NULL);
        i64 *off = ARENA_ARRAY(scratch.arena, i64, s->n + 1u);
        layout_offsets(&st->e->prog->sizes, s, off);
        for (u32 i = 0; i < s->n; i++) {
            words(st, s->fields[i]->type, base + off[i], out);
        }
        arena_scratch_end(scratch);
        break;
    }
    case TYPE_INTERFACE:
        vec_push(out, (i32)base);
        vec_push(out, (i32)base + st->e->prog->sizes.ptr);
        break;
    case TYPE_TUPLE: break;
    default: vec_push(out, (i32)base); break;
    }
}

const struct precise_layout *precise_layout_of(struct precise_state *st, struct type *t)
{
    bool fresh;
    union map_val *v = map_put(&st->layouts, (u64)(uintptr_t)t, &fresh);

    if (!fresh) {
        return v->p;
    }
    offsets o = {0};
    words(st, t, 0, &o);
    bool whole = o.n > PRECISE_WORDS;
    u32 n = whole ? 1 : (u32)o.n;
    struct precise_layout *l = arena_alloc(st->arena, sizeof *l + n * sizeof l->off[0]);
    l->n = n;
    l->whole = whole;
    for (u32 i = 0; i < n; i++) {
        l->off[i] = whole ? 0 : o.v[i];
    }
    vec_release(&o);
    map_put(&st->layouts, (u64)(uintptr_t)t, NULL)->p = l;
    return l;
}

bool precise_has_pointers(struct precise_state *st, struct type *t)
{
    return precise_layout_of(st, t)->n > 0;
}

i32 precise_field_offset(struct precise_state *st, struct type *t, u32 field)
{
    struct type_struct *s = is_struct(type_under(t));
    if (!s || field >= s->n) {
        return 0;
    }
    struct arena_scratch scratch = arena_scratch_begin(NULL);
    i64 *off = ARENA_ARRAY(scratch.arena, i64, s->n + 1u);
    layout_offsets(&st->e->prog->sizes, s, off);
    i64 o = off[field];
    arena_scratch_end(scratch);
    return o > INT32_MAX / 2 ? INT32_MAX / 2 : (i32)o;
}

/* ---- dynamic types ---- */

struct precise_type *precise_type_of(struct precise_state *st, struct type *t)
{
    bool fresh;
    union map_val *v = map_put(&st->types, (u64)(uintptr_t)t, &fresh);

    if (!fresh) {
        return v->p;
    }
    u64 h = type_hash(t) | 1;
    struct precise_type *p = NULL;
    for (u32 k = 0; k < 8; k++) { /* a few types of one hash; more are told apart by address, which only costs time */
        union map_val *w = map_put(&st->type_ids, h + k, &fresh);
        if (fresh) {
            p = ARENA_NEW(st->arena, struct precise_type);
            p->type = t;
            w->p = p;
            break;
        }
        if (type_identical(((struct precise_type *)w->p)->type, t)) {
            p = w->p;
            break;
        }
    }
    if (!p) {
        p = ARENA_NEW(st->arena, struct precise_type);
        p->type = t;
    }
    map_put(&st->types, (u64)(uintptr_t)t, NULL)->p = p;
    return p;
}

bool precise_method_of(struct precise_state *st, struct type *t, struct obj *method, struct precise_method *out)
{
    memset(out, 0, sizeof *out);
    struct obj *m = lookup_field_or_method(st->arena, t, false, method->pkg, method->name, &out->sel);
    if (!m || m->kind != OBJ_FUNC || !m->type || m->type->kind != TYPE_SIGNATURE) {
        return false;
    }
    struct type_signature *sig = as_signature(m->type);
    if (!sig->recv || ir_is_interface(sig->recv->type)) {
        return true; /* of an embedded interface */
    }
    bool ptr;
    struct type_named *n = type_named_of(type_deref(type_unalias(sig->recv->type), &ptr));
    out->ptr_recv = ptr;
    if (!n || n->targs || sig->rparams || m->origin) {
        return true; /* instances are units' own */
    }
    out->fn = lower_func_known(st->e, m);
    return true;
}

/* ---- which types there are ---- */

static void dynamic(struct precise_state *st, struct map *seen, struct type *t)
{
    bool fresh;
    struct precise_type *p = precise_type_of(st, t);

    map_put(seen, (u64)(uintptr_t)p, &fresh);
    if (fresh) {
        vec_push(&st->dynamic, p);
    }
}

struct collecting {
    struct precise_state *st;
    struct map seen;
};

static bool collect_conversion(void *ctx, struct ir *n)
{
    struct collecting *c = ctx;

    if (n->op == IR_CONVIFACE && n->x->type && !ir_is_interface(n->x->type) && !type_is_untyped(n->x->type)) {
        dynamic(c->st, &c->seen, n->x->type);
    }
    return false;
}

static void collect_file(struct collecting *c, const struct file_info *f, struct ir_unit *u)
{
    for (u32 n = 1; f->at && n < f->ast->n_nodes; n++) {
        if (ast_kind(f->ast, n) != AST_TYPE_DECL) {
            continue;
        }
        const struct obj *o = info_obj((struct file_info *)(uintptr_t)f, ast_at(f->ast, n)->a);
        if (!o || o->kind != OBJ_TYPE || !o->type || !type_named_of(o->type) || ir_is_interface(o->type)) {
            continue;
        }
        struct precise_state *st = c->st;
        dynamic(st, &c->seen, o->type);
        if (type_is_generic(o->type) || !u || shape_is_derived(u, o->type)) {
            precise_type_of(st, o->type)->open = true;
        } else {
            dynamic(st, &c->seen, type_new_pointer(st->arena, o->type));
        }
    }
}

/* Declared types and pointers to them, and what is converted to interfaces anywhere. */
void precise_collect_types(struct precise_state *st)
{
    struct collecting c = {.st = st};

    if (st->dynamic_done) {
        return;
    }
    st->dynamic_done = true;
    for (u32 i = 0; i < st->e->n_results; i++) {
        const struct escape_result *r = &st->e->results[i];
        for (u32 k = 0; r->pkg && k < r->pkg->n_files; k++) {
            collect_file(&c, &r->pkg->files[k], r->unit);
        }
        for (size_t k = 0; r->unit && k < r->unit->funcs.n; k++) {
            ir_any_list(&r->unit->funcs.v[k]->body, collect_conversion, &c);
        }
    }
    map_release(&c.seen);
}

/* Those that have methods, or may have by embedding, of a name. */
static bool names_method(struct type *t, name_id name, u32 depth)
{
    bool ptr;
    t = type_deref(t, &ptr);
    struct type_named *n = type_named_of(t);
    struct type *u = type_under(t);

    if (n) {
        n = n->orig;
        for (u32 i = 0; i < n->n_methods; i++) {
            if (n->methods[i] && n->methods[i]->name == name) {
                return true;
            }
        }
    }
    if (u->kind == TYPE_INTERFACE) {
        const struct type_set *s = type_set_of(as_interface(u));
        for (u32 i = 0; i < s->n_methods; i++) {
            if (s->methods[i]->name == name) {
                return true;
            }
        }
        return false;
    }
    if (u->kind != TYPE_STRUCT || depth > 8) {
        return false;
    }
    struct type_struct *s = as_struct(u);
    for (u32 i = 0; i < s->n; i++) {
        if ((s->fields[i]->flags & OBJ_EMBEDDED) && s->fields[i]->type && names_method(s->fields[i]->type, name, depth + 1)) {
            return true;
        }
    }
    return false;
}

typedef VEC(struct precise_type *) type_vec;

static const type_vec *types_with(struct precise_state *st, name_id name)
{
    bool fresh;

    precise_collect_types(st);
    union map_val *v = map_put(&st->by_method, name, &fresh);
    if (fresh) {
        type_vec *list = ARENA_NEW(st->arena, type_vec);
        for (size_t i = 0; i < st->dynamic.n; i++) {
            if (names_method(st->dynamic.v[i]->type, name, 0)) {
                vec_push_in(st->arena, list, st->dynamic.v[i]);
            }
        }
        v = map_get(&st->by_method, name);
        v->p = list;
    }
    return v->p;
}

static bool implements(struct precise_state *st, struct type *t, const struct type_set *s)
{
    for (u32 i = 0; i < s->n_methods; i++) {
        struct selection sel = {0};
        struct obj *m = lookup_field_or_method(st->arena, t, false, s->methods[i]->pkg, s->methods[i]->name, &sel);
        if (!m || m->kind != OBJ_FUNC || !m->type || m->type->kind != TYPE_SIGNATURE) {
            return false;
        }
    }
    return true;
}

const struct precise_targets *precise_targets_of(struct precise_state *st, struct type *iface, struct obj *method)
{
    bool fresh;
    u64 key = (u64)(uintptr_t)type_unalias(iface) * 31 + (u64)(uintptr_t)method;
    union map_val *v = map_put(&st->targets, key, &fresh);

    if (!fresh) {
        return v->p;
    }
    struct precise_targets *t = ARENA_NEW(st->arena, struct precise_targets);
    map_get(&st->targets, key)->p = t;
    t->v = ARENA_ARRAY(st->arena, struct precise_type *, PRECISE_TARGETS);
    struct type_interface *i = is_interface(type_under(iface));
    if (!i) {
        t->open = true;
        return t;
    }
    const struct type_set *set = type_set_of(i);
    const type_vec *all = types_with(st, method->name);
    for (size_t k = 0; k < all->n && !t->open; k++) {
        struct type *d = all->v[k]->type;
        struct precise_method m;
        if (all->v[k]->open) {
            t->open = true;
            break;
        }
        if (!implements(st, d, set)) {
            continue;
        }
        if (t->n == PRECISE_TARGETS || !precise_method_of(st, d, method, &m) || !m.fn) {
            t->open = true;
            break;
        }
        t->v[t->n++] = all->v[k];
    }
    return t;
}
