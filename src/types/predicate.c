/* predicate.c: what can be said of one type (GOROOT/src/cmd/compile/internal/types2/predicates.go). */
#include "types/check.h"

bool type_is(struct type *t, u32 info)
{
    if (t->kind != TYPE_BASIC) {
        t = type_unalias(t);
        if (t->kind == TYPE_PARAM) {
            return false; /* without a look at its constraint */
        }
        t = type_under(t);
    }
    return t->kind == TYPE_BASIC && (t->info & info) != 0;
}

bool type_all(struct type *t, u32 info)
{
    t = type_unalias(t);
    if (t->kind != TYPE_PARAM) {
        return type_is(t, info);
    }
    struct type_set *s = type_set_of(type_param_iface(as_param(t)));
    if (!type_set_has_terms(s)) {
        return false;
    }
    for (u32 i = 0; i < s->n_terms; i++) {
        if (!type_is(s->terms[i].type, info)) {
            return false;
        }
    }
    return true;
}

bool type_is_interface(struct type *t)
{
    t = type_unalias(t);
    return t->kind == TYPE_PARAM || type_under(t)->kind == TYPE_INTERFACE;
}

bool type_is_iface_not_param(struct type *t)
{
    t = type_unalias(t);
    return t->kind != TYPE_PARAM && type_under(t)->kind == TYPE_INTERFACE;
}

bool type_is_generic(struct type *t)
{
    if (t->kind == TYPE_ALIAS) {
        struct type_alias *a = as_alias(t);
        if (a->tparams && !a->targs) {
            return true;
        }
        t = type_unalias(t);
    }
    if (t->kind != TYPE_NAMED) {
        return false;
    }
    struct type_named *n = as_named(t);
    return !n->targs && n->tparams && n->tparams->n > 0;
}

bool type_has_name(struct type *t)
{
    t = type_unalias(t);
    return t->kind == TYPE_BASIC || t->kind == TYPE_NAMED || t->kind == TYPE_PARAM;
}

bool type_is_valid(struct type *t)
{
    return t != TYPE_BAD && (t->kind != TYPE_ALIAS || type_unalias(t) != TYPE_BAD);
}

bool type_has_empty_set(struct type *t)
{
    t = type_unalias(t);
    if (t->kind != TYPE_PARAM || !as_param(t)->bound) {
        return false;
    }
    struct type *bound = type_unalias(as_param(t)->bound);
    if (bound->kind == TYPE_NAMED) {
        /* A declaration under way is not to be forced here. */
        struct type_named *n = as_named(bound);
        if (!(__atomic_load_n(&n->state, __ATOMIC_ACQUIRE) & NAMED_UNDER)) {
            return false;
        }
        bound = n->underlying;
    }
    if (!bound || bound->kind != TYPE_INTERFACE) {
        return false;
    }
    struct type_set *s = __atomic_load_n(&as_interface(bound)->set, __ATOMIC_ACQUIRE);
    return s && type_set_is_empty(s);
}

bool type_is_imported_constraint(const struct checker *c, struct type *t)
{
    struct type_named *n = type_named_of(t);
    if (!n || n->obj->pkg == c->pkg || !n->obj->pkg) {
        return false;
    }
    struct type *under = type_under(t);
    return under->kind == TYPE_INTERFACE &&
           !type_set_is_methods_only(type_set_of(as_interface(under)));
}

static bool type_nil_each(void *ctx, struct type *t, struct type *under)
{
    (void)ctx;
    (void)t;
    return under && type_has_nil(under);
}

bool type_has_nil(struct type *t)
{
    struct type *actual = type_unalias(t);
    if (actual->kind == TYPE_PARAM) {
        return type_each(actual, type_nil_each, NULL);
    }
    struct type *under = type_under(actual);
    switch (under->kind) {
    case TYPE_BASIC: return under->basic == BASIC_UNSAFE_POINTER;
    case TYPE_SLICE:
    case TYPE_POINTER:
    case TYPE_SIGNATURE:
    case TYPE_MAP:
    case TYPE_CHAN:
    case TYPE_INTERFACE: return true;
    default: return false;
    }
}

/* ---- comparable types ---- */

/* The structs and interfaces that a question has led through: each is asked once. */
struct comparable_state {
    struct type *small[16];
    u32 n, depth;
    struct map rest; /* those that small has no room for */
    str *why;
    struct arena *why_arena;
    const struct package *own;
};

static bool comparable_visit(struct comparable_state *s, struct type *t)
{
    for (u32 i = 0; i < s->n; i++) {
        if (s->small[i] == t) {
            return false;
        }
    }
    if (s->n < ARRAY_LEN(s->small)) {
        s->small[s->n++] = t;
        return true;
    }
    bool fresh;
    map_put(&s->rest, (u64)(uintptr_t)t, &fresh);
    return fresh;
}

static bool comparable_ask(struct comparable_state *s, struct type *t, bool dynamic);

static bool comparable_set(struct comparable_state *s, struct type_set *set)
{
    if (set->all_terms) {
        return set->comparable;
    }
    if (set->n_terms == 0) {
        return false;
    }
    for (u32 i = 0; i < set->n_terms; i++) {
        if (!comparable_ask(s, set->terms[i].type, false)) {
            return false;
        }
    }
    return true;
}

static bool comparable_type(struct comparable_state *s, struct type *t, bool dynamic)
{
    struct type *actual = type_unalias(t);
    struct type *under = type_under(actual);
    switch (under->kind) {
    case TYPE_BASIC:
        /* What is wrong anyway is called comparable, so that no error follows from it. */
        return under->basic != BASIC_UNTYPED_NIL;
    case TYPE_POINTER:
    case TYPE_CHAN: return true;
    case TYPE_STRUCT: {
        struct type_struct *st = as_struct(under);
        if (!comparable_visit(s, actual)) {
            return true;
        }
        for (u32 i = 0; i < st->n; i++) {
            if (!comparable_ask(s, st->fields[i]->type, dynamic)) {
                if (s->why) {
                    str name = type_str(s->why_arena, st->fields[i]->type, s->own);
                    *s->why = str_fmt(s->why_arena, "struct containing %.*s cannot be compared",
                                      STR_ARG(name));
                }
                return false;
            }
        }
        return true;
    }
    case TYPE_ARRAY:
        if (comparable_ask(s, as_array(under)->elem, dynamic)) {
            return true;
        }
        if (s->why) {
            str name = type_str(s->why_arena, t, s->own);
            *s->why = str_fmt(s->why_arena, "%.*s cannot be compared", STR_ARG(name));
        }
        return false;
    case TYPE_INTERFACE: {
        if (dynamic && actual->kind != TYPE_PARAM) {
            return true;
        }
        if (!comparable_visit(s, actual)) {
            return true;
        }
        struct type_set *set = type_set_of(as_interface(under));
        if (comparable_set(s, set)) {
            return true;
        }
        if (s->why) {
            *s->why = type_set_is_empty(set) ? STR("empty type set")
                                             : STR("incomparable types in type set");
        }
        return false;
    }
    default:
        if (s->why) {
            *s->why = (str){0};
        }
        return false;
    }
}

static bool comparable_ask(struct comparable_state *s, struct type *t, bool dynamic)
{
    if (t->kind == TYPE_BASIC) {
        return t->basic != BASIC_UNTYPED_NIL;
    }
    if (s->depth >= CHECK_DEPTH) {
        return true; /* no program that compiles nests so deep */
    }
    s->depth++;
    bool yes = comparable_type(s, t, dynamic);
    s->depth--;
    return yes;
}

bool type_comparable(struct type *t, bool dynamic, str *why, struct arena *a,
                     const struct package *own)
{
    if (why) {
        *why = (str){0};
    }
    if (t->kind == TYPE_BASIC) {
        return t->basic != BASIC_UNTYPED_NIL;
    }
    struct comparable_state s; /* without clearing s.small */
    s.n = s.depth = 0;
    s.rest = (struct map){0};
    s.why = why;
    s.why_arena = a;
    s.own = own;
    bool yes = comparable_ask(&s, t, dynamic);
    map_release(&s.rest);
    return yes;
}
