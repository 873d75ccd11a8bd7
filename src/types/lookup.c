/* lookup.c: fields and methods by name, through embedded fields (Go spec, "Selectors";
 * GOROOT/src/cmd/compile/internal/types2/lookup.go). */
#include "syntax/unicode_case.h"
#include "types/check.h"

bool lookup_same_id(const struct obj *o, const struct package *pkg, name_id name, bool fold,
                    const struct intern *names)
{
    if (o->name == name) {
        return fold || (o->flags & OBJ_EXPORTED) || lookup_same_pkg(o->pkg, pkg);
    }
    return fold && unicode_equal_fold(intern_str(names, o->name), intern_str(names, name));
}

static bool lookup_is_blank(const struct intern *names, name_id name)
{
    return names && str_eq(intern_str(names, name), STR("_"));
}

i32 lookup_field(const struct type_struct *s, const struct package *pkg, name_id name, bool fold,
                 const struct intern *names)
{
    for (u32 i = 0; i < s->n; i++) {
        if ((fold || s->fields[i]->name == name) &&
            lookup_same_id(s->fields[i], pkg, name, fold, names)) {
            return lookup_is_blank(names, name) ? -1 : (i32)i;
        }
    }
    return -1;
}

/* Before a method's signature is there, what was seen of its declaration says whether it has a pointer
 * receiver. */
static bool lookup_ptr_recv(const struct obj *f)
{
    if (f->type && f->type->kind == TYPE_SIGNATURE) {
        struct type_signature *sig = as_signature(f->type);
        if (sig->recv && sig->recv->type) {
            return type_unalias(sig->recv->type)->kind == TYPE_POINTER;
        }
    }
    return (f->flags & OBJ_PTR_RECV) != 0;
}

/* ---- the search, level by level ---- */

/* A type at some depth of embedding. */
struct embedded {
    struct type *type; /* no pointer */
    u32 up, index;     /* the entry whose field it is, and which one */
    u32 depth;
    bool indirect; /* a pointer was followed on the way */
    bool multiple; /* it occurs more than once at its depth */
};

enum { LOOKUP_SMALL = 16 };

struct search {
    struct arena *tmp;
    const struct package *pkg;
    name_id name;
    bool fold;
    const struct intern *names;
    struct embedded *v; /* of all depths so far; v[0] is where it begins */
    u32 n, cap;
    struct embedded small[LOOKUP_SMALL];
    /* what was found at the present depth */
    struct obj *obj;
    u32 at, last; /* entry, and index in it */
    bool collision;
};

static void search_add(struct search *s, struct embedded e)
{
    if (s->n == s->cap) {
        struct embedded *more = ARENA_ARRAY(s->tmp, struct embedded, (size_t)s->cap * 2);
        for (u32 i = 0; i < s->n; i++) {
            more[i] = s->v[i];
        }
        s->v = more;
        s->cap *= 2;
    }
    s->v[s->n++] = e;
}

static bool search_same_type(struct type *x, struct type *y)
{
    x = type_unalias(x);
    y = type_unalias(y);
    if (x == y) {
        return true;
    }
    /* Declared types are the same only if they are one; instances need a look. */
    return x->kind == y->kind && (x->kind != TYPE_NAMED || as_named(x)->targs) &&
           type_identical(x, y);
}

/* A named type of a shallower depth hides itself here. */
static bool search_seen(const struct search *s, u32 at)
{
    const struct embedded *e = &s->v[at];
    for (u32 i = 0; i < at && s->v[i].depth < e->depth; i++) {
        if (search_same_type(s->v[i].type, e->type)) {
            return true;
        }
    }
    return false;
}

static void search_found(struct search *s, struct obj *o, u32 at, u32 index)
{
    s->collision = s->obj || s->v[at].multiple;
    s->obj = o;
    s->at = at;
    s->last = index;
}

/* Fields of one depth that have the same type become one entry that cannot be selected through. */
static void search_push(struct search *s, u32 from, struct embedded e)
{
    for (u32 i = from; i < s->n; i++) {
        if (search_same_type(s->v[i].type, e.type)) {
            s->v[i].multiple = true;
            return;
        }
    }
    search_add(s, e);
}

/* Looks at one entry; embedded fields are added at next. */
static void search_entry(struct search *s, u32 at, u32 next)
{
    struct type *t = type_unalias(s->v[at].type);
    u32 index;
    if (t->kind == TYPE_NAMED) {
        if (at > 0 && search_seen(s, at)) {
            return;
        }
        struct obj *m = named_find_method(as_named(t), s->pkg, s->name, s->fold, s->names, &index);
        if (m) {
            search_found(s, m, at, index);
            return;
        }
    }
    struct type *under = type_under(t);
    if (under->kind == TYPE_INTERFACE) {
        struct obj *m =
            type_set_method(type_set_of(as_interface(under)), s->pkg, s->name, s->fold, &index);
        if (m) {
            search_found(s, m, at, index);
        }
        return;
    }
    if (under->kind != TYPE_STRUCT) {
        return;
    }
    struct type_struct *st = as_struct(under);
    for (u32 i = 0; i < st->n && !s->collision; i++) {
        struct obj *f = st->fields[i];
        if ((s->fold || f->name == s->name) &&
            lookup_same_id(f, s->pkg, s->name, s->fold, s->names)) {
            search_found(s, f, at, i);
            continue;
        }
        /* Once there is a match no deeper level can matter. */
        if ((f->flags & OBJ_EMBEDDED) && !s->obj) {
            bool ptr;
            struct type *ft = type_deref(f->type, &ptr);
            struct embedded e = {
                ft, at, i, s->v[at].depth + 1, s->v[at].indirect || ptr, s->v[at].multiple};
            search_push(s, next, e);
        }
    }
}

/* The path to what was found: indices of fields from the outside in, then s->last. */
static void search_path(const struct search *s, struct arena *a, struct lookup *out)
{
    out->n_path = s->v[s->at].depth + 1;
    out->path = ARENA_ARRAY(a, u32, out->n_path);
    u32 i = out->n_path - 1;
    out->path[i] = s->last;
    for (u32 at = s->at; i > 0; at = s->v[at].up) {
        out->path[--i] = s->v[at].index;
    }
}

/* The search itself: t may be a pointer, but not a named one. */
static struct lookup lookup_in(struct arena *a, struct type *t, bool addressable,
                               const struct package *pkg, name_id name, bool fold,
                               const struct intern *names)
{
    struct lookup r = {.result = LOOKUP_NONE};
    if (lookup_is_blank(names, name)) {
        return r;
    }
    bool ptr;
    t = type_deref(t, &ptr);
    /* A pointer to an interface has no methods; and a named pointer type must not be looked through here. */
    if (ptr && type_is_interface(t)) {
        return r;
    }
    struct arena_scratch scratch = arena_scratch_begin(a);
    struct search s; /* without clearing s.small: this is called for each selector */
    s.tmp = scratch.arena;
    s.pkg = pkg;
    s.name = name;
    s.fold = fold;
    s.names = names;
    s.v = s.small;
    s.n = 0;
    s.cap = LOOKUP_SMALL;
    s.obj = NULL;
    s.at = s.last = 0;
    s.collision = false;
    search_add(&s, (struct embedded){.type = t, .indirect = ptr});
    for (u32 from = 0; from < s.n && !s.obj;) {
        u32 end = s.n;
        for (u32 i = from; i < end && !s.collision; i++) {
            search_entry(&s, i, end);
        }
        from = end;
    }
    if (s.collision) {
        r.result = LOOKUP_AMBIGUOUS;
        search_path(&s, a, &r);
    } else if (s.obj) {
        r.indirect = s.v[s.at].indirect;
        if (s.obj->kind == OBJ_FUNC && !r.indirect && !addressable && lookup_ptr_recv(s.obj)) {
            r.result = LOOKUP_NOT_ADDRESSABLE;
            r.indirect = true;
        } else {
            r.result = LOOKUP_FOUND;
            r.obj = s.obj;
            search_path(&s, a, &r);
        }
    }
    arena_scratch_end(scratch);
    return r;
}

struct lookup lookup_find(struct arena *a, struct type *t, bool addressable,
                          const struct package *pkg, name_id name, bool fold_case,
                          const struct intern *names)
{
    /* Go issue 8590: a named pointer type has the fields of what it points to, but not its methods. */
    struct type_named *n = type_named_of(t);
    if (n) {
        struct type *under = type_under(&n->t);
        if (under->kind == TYPE_POINTER) {
            struct lookup r = lookup_in(a, under, false, pkg, name, fold_case, names);
            if (r.result == LOOKUP_FOUND && r.obj->kind == OBJ_FUNC) {
                return (struct lookup){.result = LOOKUP_NONE};
            }
            return r;
        }
    }
    return lookup_in(a, t, addressable, pkg, name, fold_case, names);
}

struct obj *lookup_field_or_method(struct arena *a, struct type *t, bool addressable,
                                   const struct package *pkg, name_id name, struct selection *out)
{
    const struct intern *names = pkg ? pkg->prog->names : NULL;
    struct lookup r = lookup_find(a, t, addressable, pkg, name, false, names);
    if (r.result != LOOKUP_FOUND) {
        return NULL;
    }
    if (out) {
        *out = (struct selection){.kind = r.obj->kind == OBJ_FUNC ? SELECT_METHOD : SELECT_FIELD,
                                  .indirect = r.indirect,
                                  .recv = t,
                                  .obj = r.obj,
                                  .n_path = r.n_path,
                                  .path = r.path};
    }
    return r.obj;
}

/* ---- methods that are missing ---- */

enum missing {
    MISSING_NONE,
    MISSING_NOT_FOUND,
    MISSING_WRONG_NAME,
    MISSING_UNEXPORTED,
    MISSING_WRONG_SIG,
    MISSING_AMBIGUOUS,
    MISSING_PTR_RECV,
    MISSING_FIELD,
};

/* The type that a pointer to an interface or to a type parameter points to, or NULL. */
static struct type *lookup_iface_ptr(struct type *t)
{
    struct type *under = type_under(t);
    if (under->kind != TYPE_POINTER) {
        return NULL;
    }
    struct type *elem = as_pointer(under)->elem;
    return type_is_interface(elem) ? elem : NULL;
}

str lookup_iface_ptr_error(struct checker *c, struct type *t)
{
    struct type *elem = lookup_iface_ptr(t);
    if (!elem) {
        return (str){0};
    }
    return str_fmt(c->tmp,
                   type_is_param(elem) ? "type %s is pointer to type parameter, not type parameter"
                                       : "type %s is pointer to interface, not interface",
                   s_type(c, t));
}

/* Name and signature, without the parameters' names. */
static str lookup_func_str(struct checker *c, const struct obj *f, bool full)
{
    struct strbuf b = {0};
    strbuf_put(&b, check_name(c, f->name));
    if (f->type && f->type->kind == TYPE_SIGNATURE) {
        type_write_signature(&b, as_signature(f->type), full ? NULL : c->pkg,
                             full ? QUAL_PATH : QUAL_NAME,
                             TYPE_WRITE_NO_NAMES | (full ? TYPE_WRITE_PKG : 0));
    }
    str s = str_dup(c->tmp, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static str lookup_missing_why(struct checker *c, enum missing state, struct type *v, struct type *t,
                              struct obj *m, struct obj *f)
{
    const char *name = s_name(c, m);
    if (f && f->kind == OBJ_FUNC) {
        decl_object(c, f); /* its signature is printed */
    }
    switch (state) {
    case MISSING_NOT_FOUND: {
        str why = lookup_iface_ptr(v) ? lookup_iface_ptr_error(c, v) : lookup_iface_ptr_error(c, t);
        return why.n ? str_fmt(c->tmp, "(%.*s)", STR_ARG(why))
                     : str_fmt(c->tmp, "(missing method %s)", name);
    }
    case MISSING_WRONG_NAME: {
        str have = lookup_func_str(c, f, false), want = lookup_func_str(c, m, false);
        return str_fmt(c->tmp, "(missing method %s)\n\t\thave %.*s\n\t\twant %.*s", name,
                       STR_ARG(have), STR_ARG(want));
    }
    case MISSING_UNEXPORTED: return str_fmt(c->tmp, "(unexported method %s)", name);
    case MISSING_WRONG_SIG: {
        str have = lookup_func_str(c, f, false), want = lookup_func_str(c, m, false);
        if (str_eq(have, want)) {
            have = lookup_func_str(c, f, true);
            want = lookup_func_str(c, m, true);
        }
        if (str_eq(have, want)) {
            return str_fmt(c->tmp, "(wrong type for method %s)", name);
        }
        return str_fmt(c->tmp, "(wrong type for method %s)\n\t\thave %.*s\n\t\twant %.*s", name,
                       STR_ARG(have), STR_ARG(want));
    }
    case MISSING_AMBIGUOUS:
        return str_fmt(c->tmp, "(ambiguous selector %s.%s)", s_type(c, v), name);
    case MISSING_PTR_RECV: return str_fmt(c->tmp, "(method %s has pointer receiver)", name);
    case MISSING_FIELD:
        return str_fmt(c->tmp, "(%s.%s is a field, not a method)", s_type(c, v), name);
    case MISSING_NONE: break;
    }
    BUG("nothing is missing");
}

/* Method m of an interface, looked for in v, which is none; *found: what is there in its place. */
static enum missing lookup_missing_in(struct checker *c, struct type *v, struct obj *m,
                                      bool (*equivalent)(void *ctx, struct type *x, struct type *y),
                                      void *ctx, struct obj **found)
{
    const struct intern *names = c->prog->names;
    struct lookup r = lookup_in(c->tmp, v, false, m->pkg, m->name, false, names);
    switch (r.result) {
    case LOOKUP_AMBIGUOUS: return MISSING_AMBIGUOUS;
    case LOOKUP_NOT_ADDRESSABLE: return MISSING_PTR_RECV;
    case LOOKUP_NONE:
        r = lookup_in(c->tmp, v, false, m->pkg, m->name, true, names);
        if (r.result != LOOKUP_FOUND || r.obj->kind != OBJ_FUNC) {
            return MISSING_NOT_FOUND;
        }
        *found = r.obj;
        /* The same name was not found: it belongs to another package. */
        return r.obj->name == m->name ? MISSING_UNEXPORTED : MISSING_WRONG_NAME;
    case LOOKUP_FOUND: break;
    }
    if (r.obj->kind != OBJ_FUNC) {
        return MISSING_FIELD;
    }
    *found = r.obj;
    decl_object(c, r.obj);
    return equivalent(ctx, r.obj->type, m->type) ? MISSING_NONE : MISSING_WRONG_SIG;
}

struct obj *lookup_missing_method(struct checker *c, struct type *v, struct type *t, bool is_static,
                                  bool (*equivalent)(void *ctx, struct type *x, struct type *y),
                                  void *ctx, str *why, bool *wrong_type)
{
    if (wrong_type) {
        *wrong_type = false;
    }
    struct type_set *want = type_set_of(as_interface(type_under(t)));
    struct type *under = want->n_methods ? type_under(v) : NULL;
    struct type_set *have =
        under && under->kind == TYPE_INTERFACE ? type_set_of(as_interface(under)) : NULL;
    for (u32 i = 0; i < want->n_methods; i++) {
        struct obj *m = want->methods[i], *f = NULL;
        enum missing state = MISSING_NONE;
        if (have) {
            f = type_set_method(have, m->pkg, m->name, false, NULL);
            if (!f) {
                /* A value of v may have more methods than v. */
                state = is_static ? MISSING_NOT_FOUND : MISSING_NONE;
            } else if (f != m && !equivalent(ctx, f->type, m->type)) {
                state = MISSING_WRONG_SIG;
            }
        } else {
            state = lookup_missing_in(c, v, m, equivalent, ctx, &f);
        }
        if (state != MISSING_NONE) {
            if (why) {
                *why = lookup_missing_why(c, state, v, t, m, f);
            }
            if (wrong_type) {
                *wrong_type = state == MISSING_WRONG_SIG || state == MISSING_PTR_RECV;
            }
            return m;
        }
    }
    return NULL;
}

/* The struct that t is or points to, or NULL. */
static struct type_struct *lookup_struct(struct type *t)
{
    struct type *under = type_under(t);
    if (under->kind == TYPE_POINTER) {
        under = type_under(as_pointer(under)->elem);
    }
    return is_struct(under);
}

/* Has t an embedded field, at whatever depth, whose type is not known?  It may have any method. */
static bool lookup_has_bad_embedded(struct type *t)
{
    struct arena_scratch scratch = arena_scratch_begin(NULL);
    VEC(struct type_struct *)
    met = {0}; /* each once; those from `next` on are still to be looked at */
    struct map seen = {0};
    bool bad = false;
    struct type_struct *s = lookup_struct(t);
    for (size_t next = 0; s; s = next < met.n ? met.v[next++] : NULL) {
        for (u32 i = 0; i < s->n && !bad; i++) {
            if (!(s->fields[i]->flags & OBJ_EMBEDDED)) {
                continue;
            }
            bad = !type_is_valid(s->fields[i]->type);
            struct type_struct *e = lookup_struct(s->fields[i]->type);
            bool fresh = false;
            if (e) {
                map_put(&seen, (u64)(uintptr_t)e, &fresh);
            }
            if (fresh) {
                vec_push_in(scratch.arena, &met, e);
            }
        }
        if (bad) {
            break;
        }
    }
    map_release(&seen);
    arena_scratch_end(scratch);
    return bad;
}

bool lookup_has_all_methods(struct checker *c, struct type *v, struct type *t, bool is_static,
                            bool (*equivalent)(void *ctx, struct type *x, struct type *y),
                            void *ctx, str *why)
{
    if (!type_is_valid(v)) {
        return true;
    }
    return !lookup_missing_method(c, v, t, is_static, equivalent, ctx, why, NULL) ||
           lookup_has_bad_embedded(v);
}

bool lookup_assertable(struct checker *c, struct type *v, struct type *t, str *why)
{
    /* x.(T) with an interface T asks at run time. */
    return type_is_interface(t) ||
           lookup_has_all_methods(c, t, v, false, lookup_identical, NULL, why);
}
