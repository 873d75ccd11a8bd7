/* instance.c: generic types and functions with type arguments; what satisfies a constraint or implements an
 * interface (types2/instantiate.go, context.go).
 *
 * Instances of equal arguments are one, as far as a package made them or as they were made after their
 * packages were complete; others are equal by type_identical.  Since an instance of a named type is expanded
 * lazily and finds itself again inside, recursion ends by itself; where each expansion needs a larger instance
 * (type T[P any] struct { *T[[]P] }), it ends at INSTANCE_GENERATIONS. */
#include "base/hash.h"
#include "types/check.h"
#include "types/terms.h"

/* Expansions of expansions: sensible programs need a handful.  Where they also branch, the number of instances
 * beyond INSTANCE_DEEP is what ends them. */
enum { INSTANCE_GENERATIONS = 100, INSTANCE_DEEP = 6, INSTANCE_DEEP_MAX = 3000 };

/* An entry of checker.instances or program.instances, by hash. */
struct instance {
    struct instance *next;
    struct type *orig;
    const struct type_list *targs;
    struct type *type;
};

/* ---- the table ---- */

static u64 instance_mix(u64 h, u64 v)
{
    return (h ^ v) * 0x9e3779b97f4a7c15u + (h >> 29);
}

/* Equal for identical types.  Looks at *budget parts at most, since arguments of runaway instances are large. */
static u64 instance_hash_type(struct type *t, u32 *budget)
{
    t = t ? type_unalias(t) : NULL;
    if (!t) {
        return 0;
    }
    u64 h = t->kind;
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC: return instance_mix(h, t->basic);
    case TYPE_PARAM: return instance_mix(h, (u64)(uintptr_t)t);
    default: break;
    }
    if (*budget == 0) {
        return h;
    }
    --*budget;
    switch ((enum type_kind)t->kind) {
    case TYPE_NAMED: {
        struct type_named *n = as_named(t);
        h = instance_mix(h, (u64)(uintptr_t)n->orig);
        for (u32 i = 0; n->targs && i < n->targs->n; i++) {
            h = instance_mix(h, instance_hash_type(n->targs->v[i], budget));
        }
        return h;
    }
    case TYPE_ARRAY: return instance_mix(h, instance_hash_type(as_array(t)->elem, budget));
    case TYPE_SLICE: return instance_mix(h, instance_hash_type(as_slice(t)->elem, budget));
    case TYPE_POINTER: return instance_mix(h, instance_hash_type(as_pointer(t)->elem, budget));
    case TYPE_CHAN: return instance_mix(h + t->flag, instance_hash_type(as_chan(t)->elem, budget));
    case TYPE_MAP:
        h = instance_mix(h, instance_hash_type(as_map(t)->key, budget));
        return instance_mix(h, instance_hash_type(as_map(t)->elem, budget));
    case TYPE_STRUCT: {
        struct type_struct *s = as_struct(t);
        h = instance_mix(h, s->n);
        for (u32 i = 0; i < s->n && i < 4; i++) {
            h = instance_mix(h, s->fields[i]->name);
        }
        return h;
    }
    case TYPE_SIGNATURE: {
        struct type_signature *s = as_signature(t);
        h = instance_mix(h, s->params->n);
        h = instance_mix(h, s->results->n);
        for (u32 i = 0; i < s->params->n && i < 4; i++) {
            h = instance_mix(h, instance_hash_type(s->params->vars[i]->type, budget));
        }
        return h;
    }
    default: return h; /* interfaces: methods may come from embedded ones */
    }
}

static u64 instance_hash(const struct type *orig, const struct type_list *targs)
{
    u64 h = (u64)(uintptr_t)orig;

    for (u32 i = 0; i < targs->n; i++) {
        u32 budget = 24;
        h = instance_mix(h, instance_hash_type(targs->v[i], &budget));
    }
    return h;
}

static bool instance_same(const struct type_list *x, const struct type_list *y)
{
    for (u32 i = 0; i < x->n; i++) {
        if (x->v[i] != y->v[i] && !type_identical(x->v[i], y->v[i])) {
            return false;
        }
    }
    return true;
}

static struct type *instance_lookup(const struct map *table, u64 hash, const struct type *orig,
                                    const struct type_list *targs)
{
    const union map_val *v = map_get(table, hash);

    for (const struct instance *i = v ? v->cp : NULL; i; i = i->next) {
        if (i->orig == orig && i->targs->n == targs->n && instance_same(i->targs, targs)) {
            return i->type;
        }
    }
    return NULL;
}

static void instance_enter(struct arena *a, struct map *table, u64 hash, struct type *orig,
                           const struct type_list *targs, struct type *t)
{
    union map_val *v = map_put(table, hash, NULL);
    struct instance *i = ARENA_NEW(a, struct instance);

    *i = (struct instance){.next = v->p, .orig = orig, .targs = targs, .type = t};
    v->p = i;
}

/* ---- making instances ---- */

static const struct type_list *instance_copy(struct arena *a, const struct type_list *l)
{
    struct type_list *copy = ARENA_NEW(a, struct type_list);

    copy->n = l->n;
    copy->v = arena_dup(a, l->v, l->n * sizeof *l->v);
    return copy;
}

static struct obj *instance_obj(struct arena *a, const struct obj *orig, pos at, struct type *t)
{
    struct obj *o = arena_dup(a, orig, sizeof *orig);

    o->type = t;
    o->pos = at;
    o->color = OBJ_BLACK;
    o->decl = NULL;
    return o;
}

static bool instance_too_deep(struct checker *c, struct program *p, pos at, u32 gen)
{
    if (gen < INSTANCE_DEEP) {
        return false;
    }
    u32 *deep = c ? &c->deep_instances : &p->deep_instances;
    if (gen < INSTANCE_GENERATIONS && *deep < INSTANCE_DEEP_MAX) {
        (*deep)++;
        return false;
    }
    if (c && *deep <= INSTANCE_DEEP_MAX) {
        *deep = INSTANCE_DEEP_MAX + 1; /* it is said once */
        check_error(c, at, "instantiation cycle");
    }
    return true;
}

static struct type *instance_new_named(struct checker *c, struct arena *a, pos at,
                                       struct type_named *orig, const struct type_list *targs,
                                       u32 gen)
{
    struct type_named *n = ARENA_NEW(a, struct type_named);

    n->t.kind = TYPE_NAMED;
    n->state = NAMED_UNPACKED;
    n->orig = orig;
    n->targs = targs;
    n->check = c;
    n->gen = gen;
    n->obj = instance_obj(a, orig->obj, at, &n->t);
    if (c) {
        check_cleanup(c, &n->t);
    }
    return &n->t;
}

static struct type *instance_new_alias(struct checker *c, struct program *p, struct arena *a,
                                       pos at, struct type_alias *orig,
                                       const struct type_list *targs, u32 gen)
{
    struct type_alias *t = ARENA_NEW(a, struct type_alias);

    t->t.kind = TYPE_ALIAS;
    t->orig = orig;
    t->tparams = orig->tparams;
    t->targs = targs;
    t->obj = instance_obj(a, orig->obj, at, &t->t);
    struct subst_map m = {.from = orig->tparams, .to = targs->v, .gen = gen};
    t->rhs = orig->rhs ? subst_type(c, p, orig->rhs, m, at) : TYPE_BAD;
    if (c) {
        check_cleanup(c, &t->t);
    } else {
        type_unalias(&t->t);
    }
    return &t->t;
}

static struct type *instance_new_signature(struct checker *c, struct program *p, struct arena *a,
                                           pos at, struct type_signature *orig,
                                           const struct type_list *targs)
{
    struct subst_map m = {.from = orig->tparams, .to = targs->v};
    struct type *t = subst_type(c, p, &orig->t, m, at);
    if (t->kind != TYPE_SIGNATURE) {
        return TYPE_BAD; /* too large */
    }
    struct type_signature *sig =
        t == &orig->t ? arena_dup(a, orig, sizeof *orig) : (struct type_signature *)(void *)t;

    sig->tparams = NULL;
    sig->scope = NULL;
    return &sig->t;
}

bool instance_check_count(struct checker *c, pos at, str name, u32 want, u32 got)
{
    if (want == got) {
        return true;
    }
    check_error(c, at, "%s type arguments for type %.*s: have %u, want %u",
                got < want ? "not enough" : "too many", STR_ARG(name), got, want);
    return false;
}

struct type *instance_expand(struct checker *c, struct program *p, pos at, struct type *orig,
                             const struct type_list *targs, u32 gen)
{
    struct map *table = c ? &c->instances : &p->instances;
    struct arena *a = c ? c->a : p->arena;
    u64 hash = instance_hash(orig, targs);
    struct type *t = instance_lookup(table, hash, orig, targs);

    if (t) {
        return t;
    }
    if (orig->kind == TYPE_ALIAS) {
        struct type_alias *o = as_alias(orig);
        u32 want = o->tparams ? o->tparams->n : 0;
        if (want != targs->n) {
            if (c) {
                instance_check_count(c, at, check_name(c, o->obj->name), want, targs->n);
            }
            return TYPE_BAD;
        }
    }
    u64 size = 1;
    for (u32 i = 0; i < targs->n; i++) {
        size += subst_size(targs->v[i]);
    }
    if (instance_too_deep(c, p, at, gen) || subst_too_large(c, at, size)) {
        return TYPE_BAD;
    }
    targs = instance_copy(a, targs);
    switch ((enum type_kind)orig->kind) {
    case TYPE_NAMED: t = instance_new_named(c, a, at, as_named(orig), targs, gen + 1); break;
    case TYPE_ALIAS: t = instance_new_alias(c, p, a, at, as_alias(orig), targs, gen + 1); break;
    case TYPE_SIGNATURE: t = instance_new_signature(c, p, a, at, as_signature(orig), targs); break;
    default: BUG("type kind %u is never generic", orig->kind);
    }
    if (orig->kind == TYPE_NAMED) {
        t->size = (u32)size;
    }
    instance_enter(c ? c->tmp : p->arena, table, hash, orig, targs, t);
    return t;
}

struct type *instance_make(struct checker *c, struct program *p, pos at, struct type *orig,
                           const struct type_list *targs)
{
    if (c) {
        return instance_expand(c, p, at, orig, targs, 0);
    }
    program_lock(p);
    struct type *t = instance_expand(NULL, p, at, orig, targs, 0);
    program_unlock(p);
    return t;
}

/* ---- constraints ---- */

i32 instance_verify(struct checker *c, pos at, const struct tparam_list *tparams,
                    const struct type_list *targs, str *why)
{
    struct subst_map m = {.from = tparams, .to = targs->v};

    for (u32 i = 0; i < tparams->n; i++) {
        struct type_interface *iface = type_param_iface(tparams->v[i]);
        if (iface->n_methods == 0 && iface->n_embeds == 0 && iface->set && iface->set->all_terms &&
            !iface->set->comparable) {
            continue; /* any */
        }
        struct type *bound = subst_type(c, c->prog, tparams->v[i]->bound, m, at);
        if (!check_implements(c, targs->v[i], bound, true, why)) {
            return (i32)i;
        }
    }
    return -1;
}

/* Is `type` mentioned in an element of t, whether it is in t's set or not? */
static bool instance_mentions(struct type *t, struct type *type, u32 depth)
{
    if (depth > 100) {
        return false;
    }
    if (t->kind == TYPE_INTERFACE) {
        struct type_interface *i = as_interface(t);
        for (u32 k = 0; k < i->n_embeds; k++) {
            if (instance_mentions(i->embeds[k], type, depth + 1)) {
                return true;
            }
        }
        return false;
    }
    if (t->kind == TYPE_UNION) {
        struct type_union *u = as_union(t);
        for (u32 k = 0; k < u->n; k++) {
            if (instance_mentions(u->terms[k].type, type, depth + 1)) {
                return true;
            }
        }
        return false;
    }
    return type_identical(t, type);
}

static const char *instance_terms(struct checker *c, const struct type_set *s)
{
    struct strbuf b = {0};

    for (u32 i = 0; i < s->n_terms; i++) {
        strbuf_puts(&b, i ? " | " : "");
        strbuf_puts(&b, s->terms[i].tilde ? "~" : "");
        type_write(&b, s->terms[i].type, NULL, QUAL_PATH);
    }
    const char *text = str_cstr(c->tmp, strbuf_str(&b));
    strbuf_release(&b);
    return text;
}

/* v, whose underlying type is vu, is no interface: is it one of the types of t's set ts? */
static bool instance_in_terms(struct checker *c, struct type *v, struct type *t,
                              struct type_interface *ti, const struct type_set *ts,
                              const char *verb, str *why)
{
    struct type *alt = NULL;

    for (u32 i = 0; i < ts->n_terms; i++) {
        struct type_term term = ts->terms[i];
        if (term_includes(&term, v)) {
            return true;
        }
        if (!alt && !term.tilde && type_identical(term.type, type_under(term.type))) {
            term.tilde = true;
            if (term_includes(&term, v)) {
                alt = term.type;
            }
        }
    }
    if (!why) {
        return false;
    }
    const char *vs = s_type(c, v), *tn = s_type(c, t), *detail;
    if (alt) {
        detail = str_fmt(c->tmp, "possibly missing ~ for %s in %s", s_type(c, alt), tn).p;
    } else if (instance_mentions(&ti->t, v, 0)) {
        detail =
            str_fmt(c->tmp, "%s mentions %s, but %s is not in the type set of %s", tn, vs, vs, tn)
                .p;
    } else {
        detail = str_fmt(c->tmp, "%s missing in %s", vs, instance_terms(c, ts)).p;
    }
    *why = str_fmt(c->tmp, "%s does not %s %s (%s)", vs, verb, tn, detail);
    return false;
}

static bool instance_comparable(struct checker *c, struct type *v, struct type_set *ts,
                                bool constraint, const char *verb, str *why)
{
    if (!type_set_is_comparable(ts) || type_comparable(v, false, NULL, c->tmp, c->pkg)) {
        return true;
    }
    /* An ordinary interface satisfies comparable since Go 1.20, though it does not implement it. */
    bool dynamic = constraint && type_comparable(v, true, NULL, c->tmp, c->pkg);
    if (dynamic && check_allow(c, 20)) {
        return true;
    }
    if (why) {
        *why = dynamic ? str_fmt(c->tmp, "%s to %s comparable requires go1.20 or later",
                                 s_type(c, v), verb)
                       : str_fmt(c->tmp, "%s does not %s comparable", s_type(c, v), verb);
    }
    return false;
}

bool check_implements(struct checker *c, struct type *v, struct type *t, bool constraint, str *why)
{
    struct type *vu = type_under(v), *tu = type_under(t);
    const char *verb = constraint ? "satisfy" : "implement";

    if (vu == TYPE_BAD || tu == TYPE_BAD) {
        return true; /* an error was reported */
    }
    if (vu->kind == TYPE_POINTER && type_under(as_pointer(vu)->elem) == TYPE_BAD) {
        return true;
    }
    if (tu->kind != TYPE_INTERFACE) {
        if (why) {
            bool ptr = tu->kind == TYPE_POINTER && type_is_interface(as_pointer(tu)->elem);
            *why =
                ptr ? str_fmt(c->tmp,
                              "%s does not %s %s (type %s is pointer to interface, not interface)",
                              s_type(c, v), verb, s_type(c, t), s_type(c, t))
                    : str_fmt(c->tmp, "%s does not %s %s (%s is not an interface)", s_type(c, v),
                              verb, s_type(c, t), s_type(c, t));
        }
        return false;
    }
    struct type_interface *ti = as_interface(tu);
    struct type_set *ts = type_set_of(ti);
    if (ts->all_terms && !ts->comparable && ts->n_methods == 0) {
        return true; /* the empty interface */
    }
    struct type_set *vs = vu->kind == TYPE_INTERFACE ? type_set_of(as_interface(vu)) : NULL;
    if (vs && type_set_is_empty(vs)) {
        return true; /* a subset of every set */
    }
    if (type_set_is_empty(ts)) {
        if (why) {
            *why = str_fmt(c->tmp, "cannot %s %s (empty type set)", verb, s_type(c, t));
        }
        return false;
    }
    str cause = {0};
    if (ts->n_methods != 0 &&
        !lookup_has_all_methods(c, v, t, true, lookup_identical, NULL, why ? &cause : NULL)) {
        if (why) {
            *why = str_fmt(c->tmp, "%s does not %s %s %.*s", s_type(c, v), verb, s_type(c, t),
                           STR_ARG(cause));
        }
        return false;
    }
    if (type_set_has_terms(ts)) {
        if (vs) {
            if (!type_set_subset(vs, ts)) {
                if (why) {
                    *why = str_fmt(c->tmp, "%s does not %s %s", s_type(c, v), verb, s_type(c, t));
                }
                return false;
            }
        } else if (!instance_in_terms(c, v, t, ti, ts, verb, why)) {
            return false;
        }
    }
    return instance_comparable(c, v, ts, constraint, verb, why);
}
