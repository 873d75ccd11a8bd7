/* typeset.c: the set of types that an interface stands for (GOROOT/src/cmd/compile/internal/types2/typeset.go).
 *
 * A set is computed once.  While the interface's package is being checked that happens in its thread and its
 * arena; afterwards under the program's lock, in the program's arena. */
#include "types/check.h"
#include "types/terms.h"

#include <string.h>

/* Of interface{}, and of one that is not complete yet: what follows from that is reported elsewhere. */
static struct type_set top_set = {.all_terms = true};

bool type_set_is_empty(const struct type_set *s)
{
    return !s->all_terms && s->n_terms == 0;
}

bool type_set_has_terms(const struct type_set *s)
{
    return !s->all_terms && s->n_terms > 0;
}

bool type_set_is_methods_only(const struct type_set *s)
{
    return s->all_terms && !s->comparable;
}

bool type_set_is_comparable(struct type_set *s)
{
    if (s->all_terms) {
        return s->comparable;
    }
    for (u32 i = 0; i < s->n_terms; i++) {
        if (!type_comparable(s->terms[i].type, false, NULL, NULL, NULL)) {
            return false;
        }
    }
    return s->n_terms > 0;
}

static struct terms set_terms(const struct type_set *s)
{
    return (struct terms){.v = s->terms, .n = s->n_terms, .all = s->all_terms};
}

bool type_set_subset(const struct type_set *x, const struct type_set *y)
{
    return terms_subset(set_terms(x), set_terms(y));
}

bool type_set_includes(const struct type_set *s, struct type *t)
{
    return terms_includes(set_terms(s), t);
}

struct obj *type_set_method(const struct type_set *s, const struct package *pkg, name_id name,
                            bool fold, u32 *index)
{
    const struct intern *names = NULL;
    for (u32 i = 0; i < s->n_methods; i++) {
        struct obj *m = s->methods[i];
        if (m->name != name && !fold) {
            continue;
        }
        if (fold && !names) {
            const struct package *any = m->pkg ? m->pkg : pkg;
            names = any ? any->prog->names : NULL;
        }
        if (lookup_same_id(m, pkg, name, fold && names, names)) {
            if (index) {
                *index = i;
            }
            return m;
        }
    }
    return NULL;
}

/* ---- methods ---- */

int type_method_cmp(const struct obj *a, const struct obj *b, const struct intern *names)
{
    if ((a->flags ^ b->flags) & OBJ_EXPORTED) {
        return a->flags & OBJ_EXPORTED ? -1 : 1;
    }
    if (a->name != b->name) {
        return str_cmp(intern_str(names, a->name), intern_str(names, b->name));
    }
    if ((a->flags & OBJ_EXPORTED) || a->pkg == b->pkg) {
        return 0;
    }
    if (!a->pkg || !b->pkg) {
        return a->pkg ? 1 : -1;
    }
    return str_cmp(a->pkg->path, b->pkg->path);
}

/* A merge sort: method lists come in nearly sorted pieces, and are short. */
void type_methods_sort(struct obj **v, u32 n, const struct intern *names)
{
    if (n <= 12) {
        for (u32 i = 1; i < n; i++) {
            struct obj *m = v[i];
            u32 j = i;
            for (; j > 0 && type_method_cmp(m, v[j - 1], names) < 0; j--) {
                v[j] = v[j - 1];
            }
            v[j] = m;
        }
        return;
    }
    u32 half = n / 2;
    type_methods_sort(v, half, names);
    type_methods_sort(v + half, n - half, names);
    struct arena_scratch scratch = arena_scratch_begin(NULL);
    struct obj **left = ARENA_ARRAY(scratch.arena, struct obj *, half);
    memcpy(left, v, half * sizeof(*v));
    for (u32 i = 0, j = half, k = 0; i < half; k++) {
        if (j < n && type_method_cmp(v[j], left[i], names) < 0) {
            v[k] = v[j++];
        } else {
            v[k] = left[i++];
        }
    }
    arena_scratch_end(scratch);
}

struct set_method {
    struct obj *m;
    pos at; /* of the method, or of what it is embedded by */
};

/* A computation under way. */
struct set_build {
    struct checker *c; /* NULL: nothing is reported */
    struct arena *a;   /* of the result */
    struct arena *tmp;
    const struct intern *names;
    VEC(struct set_method) methods;
    struct map index; /* name -> first method + 1 in methods, from SET_LINEAR methods on */
};

enum { SET_LINEAR = 32 };

static struct set_method *set_find(struct set_build *b, const struct obj *m)
{
    if (b->index.n > 0) {
        /* Private methods of one name from several packages are rare: then all are looked at. */
        const union map_val *v = map_get(&b->index, m->name);
        if (!v) {
            return NULL;
        }
        if (m->flags & OBJ_EXPORTED) {
            return &b->methods.v[v->u];
        }
    }
    for (size_t i = 0; i < b->methods.n; i++) {
        const struct obj *o = b->methods.v[i].m;
        if (o->name == m->name && ((m->flags & OBJ_EXPORTED) || lookup_same_pkg(o->pkg, m->pkg))) {
            return &b->methods.v[i];
        }
    }
    return NULL;
}

struct set_dup {
    struct obj *m, *other;
    pos at, other_at;
};

static void set_report_dup(struct checker *c, const struct set_dup *d)
{
    struct check_msg msg = {0};
    const char *name = s_name(c, d->m);
    check_msg_add(c, &msg, d->at, "duplicate method %s", name);
    check_msg_add(c, &msg, d->other_at, "other declaration of method %s", name);
    check_msg_report(c, &msg);
}

/* Once all types are known. */
static void set_check_dup(struct checker *c, void *arg)
{
    const struct set_dup *d = arg;
    if ((d->at && !check_allow(c, 14)) || !type_identical(d->m->type, d->other->type)) {
        set_report_dup(c, d);
    }
}

static void set_add_method(struct set_build *b, pos at, struct obj *m, bool explicit)
{
    struct set_method *there = set_find(b, m);
    if (!there) {
        vec_push_in(b->tmp, &b->methods, (struct set_method){m, at});
        if (b->methods.n == SET_LINEAR) {
            for (size_t i = 0; i < b->methods.n; i++) {
                bool fresh;
                union map_val *v = map_put(&b->index, b->methods.v[i].m->name, &fresh);
                if (fresh) {
                    v->u = i;
                }
            }
        } else if (b->methods.n > SET_LINEAR) {
            bool fresh;
            union map_val *v = map_put(&b->index, m->name, &fresh);
            if (fresh) {
                v->u = b->methods.n - 1;
            }
        }
        return;
    }
    if (!b->c || (there->m == m && !explicit && check_allow(b->c, 14))) {
        return;
    }
    struct set_dup d = {m, there->m, at, there->at};
    if (explicit) {
        set_report_dup(b->c, &d);
    } else {
        check_later(b->c, set_check_dup, arena_dup(b->c->tmp, &d, sizeof(d)));
    }
}

/* ---- terms ---- */

/* The most terms of a union: all that is done with them is quadratic. */
enum { SET_TERMS_MAX = TYPE_UNION_MAX };

/* x cut to what y has as well; comparable is meant where a list is that of all types. */
static struct terms set_intersect(struct set_build *b, struct terms x, bool x_comp, struct terms y,
                                  bool y_comp, bool *comp)
{
    struct terms r = terms_intersect(b->tmp, x, y);
    *comp = x_comp || y_comp;
    if (*comp && !r.all) {
        struct type_term *kept = ARENA_ARRAY(b->tmp, struct type_term, r.n);
        u32 n = 0;
        for (u32 i = 0; i < r.n; i++) {
            if (type_comparable(r.v[i].type, false, NULL, NULL, NULL)) {
                kept[n++] = r.v[i];
            }
        }
        r = (struct terms){.v = kept, .n = n};
        *comp = false;
    }
    return r;
}

/* The terms of a union; false: there are too many, which is reported. */
static bool set_union_terms(struct set_build *b, pos at, struct type_union *u, struct terms *out)
{
    struct terms all = {0};
    for (u32 i = 0; i < u->n; i++) {
        struct type_term *t = &u->terms[i];
        struct type *under = type_under(t->type);
        struct terms one = {.v = t, .n = 1};
        if (under->kind == TYPE_INTERFACE) {
            one = set_terms(type_set_compute(b->c, at, as_interface(under)));
        } else if (under == TYPE_BAD) {
            continue;
        } else if (t->tilde && !type_identical(t->type, under)) {
            one.n = 0; /* no type has that one below it */
        }
        all = terms_union(b->tmp, all, one);
        if (!all.all && all.n > SET_TERMS_MAX) {
            if (b->c) {
                check_error(b->c, at,
                            "cannot handle more than %d union terms (implementation limitation)",
                            SET_TERMS_MAX);
            }
            return false;
        }
    }
    *out = all;
    return true;
}

/* What the i-th embedded element contributes; false: it is left out because of an error. */
static bool set_embedded(struct set_build *b, struct type_interface *t, u32 i, struct terms *terms,
                         bool *comp)
{
    struct type *e = t->embeds[i];
    pos at = t->embed_pos ? t->embed_pos[i] : 0;
    struct type *under = type_under(e);
    bool versions = at && b->c; /* what is imported was checked where it stands */
    *comp = false;
    switch (under->kind) {
    case TYPE_INTERFACE: {
        struct type_set *s = type_set_compute(b->c, at, as_interface(under));
        if (versions && !check_allow(b->c, 18) && type_is_imported_constraint(b->c, e) &&
            !check_need(b->c, at, 18, "embedding constraint interface %s", s_type(b->c, e))) {
            return false;
        }
        *comp = s->comparable;
        for (u32 j = 0; j < s->n_methods; j++) {
            set_add_method(b, at, s->methods[j], false);
        }
        *terms = set_terms(s);
        return true;
    }
    case TYPE_UNION:
        if (versions && !check_allow(b->c, 18) &&
            !check_need(b->c, at, 18, "embedding interface element %s", s_type(b->c, under))) {
            return false;
        }
        return set_union_terms(b, at, as_union(under), terms);
    default:
        if (under == TYPE_BAD) {
            return false;
        }
        if (versions && !check_allow(b->c, 18) &&
            !check_need(b->c, at, 18, "embedding non-interface type %s", s_type(b->c, e))) {
            return false;
        }
        struct type_term *one = ARENA_NEW(b->tmp, struct type_term);
        one->type = e;
        *terms = (struct terms){.v = one, .n = 1};
        return true;
    }
}

static struct type_set *set_build(struct checker *c, struct arena *a, const struct intern *names,
                                  struct type_interface *t)
{
    struct arena_scratch scratch = arena_scratch_begin(a);
    struct set_build b = {.c = c, .a = a, .tmp = scratch.arena, .names = names};
    for (u32 i = 0; i < t->n_methods; i++) {
        set_add_method(&b, t->methods[i]->pos, t->methods[i], true);
    }
    struct terms all = TERMS_ALL;
    bool comparable = false;
    for (u32 i = 0; i < t->n_embeds; i++) {
        struct terms terms;
        bool comp;
        if (set_embedded(&b, t, i, &terms, &comp)) {
            all = set_intersect(&b, all, comparable, terms, comp, &comparable);
        }
    }
    struct type_set *s = ARENA_NEW(a, struct type_set);
    s->comparable = comparable;
    s->all_terms = all.all;
    if (!all.all && all.n > 0) {
        s->terms = arena_dup(a, all.v, all.n * sizeof(*all.v));
        s->n_terms = all.n;
    }
    if (b.methods.n > 0) {
        s->n_methods = base_u32(b.methods.n);
        s->methods = ARENA_ARRAY(a, struct obj *, b.methods.n);
        for (u32 i = 0; i < s->n_methods; i++) {
            s->methods[i] = b.methods.v[i].m;
        }
        type_methods_sort(s->methods, s->n_methods, names);
    }
    map_release(&b.index);
    arena_scratch_end(scratch);
    return s;
}

struct type_set *type_set_compute(struct checker *c, pos at, struct type_interface *t)
{
    struct type_set *s = __atomic_load_n(&t->set, __ATOMIC_ACQUIRE);
    if (s) {
        return s;
    }
    if (!t->complete) {
        return &top_set;
    }
    if (t->n_methods == 0 && t->n_embeds == 0) {
        __atomic_store_n(&t->set, &top_set, __ATOMIC_RELEASE);
        return &top_set;
    }
    (void)at; /* each element has a position of its own */
    /* Predeclared interfaces get their sets when they are made. */
    BUG_IF(!t->pkg);
    struct program *prog = t->pkg->prog;
    bool shared = t->pkg->complete;
    if (shared) {
        program_lock(prog);
        s = t->set;
    }
    struct checker *check = shared ? NULL : c ? c : t->pkg->check;
    if (!s && (t->in_set || (check && check->depth >= CHECK_DEPTH))) {
        /* It contains itself, which is reported as an invalid recursive type, or nests without end. */
        s = &top_set;
    } else if (!s) {
        t->in_set = true;
        if (check) {
            check->depth++;
        }
        s = set_build(check, shared ? prog->arena : t->pkg->arena, prog->names, t);
        if (check) {
            check->depth--;
        }
        t->in_set = false;
        /* Pairs with the acquire above and in type_set_of. */
        __atomic_store_n(&t->set, s, __ATOMIC_RELEASE);
    }
    if (shared) {
        program_unlock(prog);
    }
    return s;
}

struct type_set *type_set_of(struct type_interface *t)
{
    struct type_set *s = __atomic_load_n(&t->set, __ATOMIC_ACQUIRE);
    return s ? s : type_set_compute(NULL, 0, t);
}
