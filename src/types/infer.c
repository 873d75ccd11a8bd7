/* infer.c: type arguments that a call or assignment of a generic function leaves out (types2/infer.go;
 * Go spec, "Type inference").
 *
 * Typed arguments are unified with their parameters' types, then type parameters with their constraints, as long
 * as that finds more; what is still unknown takes the default type of its untyped arguments.  Types found may
 * contain other parameters, which are replaced in the end. */
#include "types/unify.h"

struct infer {
    struct checker *c;
    struct unifier u;
    const struct tparam_list *tparams;
    struct type *const *targs;
    u32 n_targs;
    struct type_tuple *params;
    struct operand *const *args;
    u32 n_args;
    const char *reverse;
    pos at;
    struct check_msg *m;
};

/* ---- does a type contain one of the type parameters? ---- */

/* A bound for types whose names double with each line. */
enum { INFER_STEPS = 1 << 18 };

struct infer_walk {
    const struct tparam_list *l;
    u32 steps;
};

struct infer_seen {
    const struct infer_seen *up;
    const struct type *t;
};

static bool infer_contains(struct infer_walk *w, struct type *t, const struct infer_seen *up);

static bool infer_contains_vars(struct infer_walk *w, const struct type_tuple *v,
                                const struct infer_seen *up)
{
    for (u32 i = 0; i < v->n; i++) {
        if (infer_contains(w, v->vars[i]->type, up)) {
            return true;
        }
    }
    return false;
}

static bool infer_contains_iface(struct infer_walk *w, struct type_interface *t,
                                 const struct infer_seen *up)
{
    /* Through the methods of what it embeds, an interface can contain itself. */
    for (const struct infer_seen *s = up; s; s = s->up) {
        if (s->t == &t->t) {
            return false;
        }
    }
    struct infer_seen seen = {up, &t->t};
    const struct type_set *s = type_set_of(t);
    for (u32 i = 0; i < s->n_methods; i++) {
        if (infer_contains(w, s->methods[i]->type, &seen)) {
            return true;
        }
    }
    for (u32 i = 0; i < s->n_terms; i++) {
        if (!infer_contains(w, s->terms[i].type, &seen)) {
            return false;
        }
    }
    return s->n_terms != 0;
}

static bool infer_contains(struct infer_walk *w, struct type *t, const struct infer_seen *up)
{
    t = t ? type_unalias(t) : NULL;
    if (!t || w->steps++ >= INFER_STEPS) {
        return false;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_PARAM: return tparam_index(w->l, as_param(t)) >= 0;
    case TYPE_ARRAY: return infer_contains(w, as_array(t)->elem, up);
    case TYPE_SLICE: return infer_contains(w, as_slice(t)->elem, up);
    case TYPE_POINTER: return infer_contains(w, as_pointer(t)->elem, up);
    case TYPE_CHAN: return infer_contains(w, as_chan(t)->elem, up);
    case TYPE_MAP:
        return infer_contains(w, as_map(t)->key, up) || infer_contains(w, as_map(t)->elem, up);
    case TYPE_STRUCT: {
        struct type_struct *s = as_struct(t);
        for (u32 i = 0; i < s->n; i++) {
            if (infer_contains(w, s->fields[i]->type, up)) {
                return true;
            }
        }
        return false;
    }
    case TYPE_TUPLE: return infer_contains_vars(w, as_tuple(t), up);
    case TYPE_SIGNATURE: {
        struct type_signature *s = as_signature(t);
        return infer_contains_vars(w, s->params, up) || infer_contains_vars(w, s->results, up);
    }
    case TYPE_INTERFACE: return infer_contains_iface(w, as_interface(t), up);
    case TYPE_NAMED: {
        const struct type_list *targs = as_named(t)->targs;
        for (u32 i = 0; targs && i < targs->n; i++) {
            if (infer_contains(w, targs->v[i], up)) {
                return true;
            }
        }
        return false;
    }
    default: return false;
    }
}

bool infer_is_parameterized(const struct tparam_list *tparams, struct type *t)
{
    struct infer_walk w = {tparams, 0};
    return infer_contains(&w, t, NULL);
}

/* ---- renaming ---- */

const struct tparam_list *infer_rename(struct checker *c, const struct tparam_list *tparams,
                                       struct type **t)
{
    u32 n = tparams->n;
    struct tparam_list *l = ARENA_NEW(c->a, struct tparam_list);
    struct type **to = ARENA_ARRAY(c->tmp, struct type *, n);

    l->n = n;
    l->v = ARENA_ARRAY(c->a, struct type_param *, n);
    for (u32 i = 0; i < n; i++) {
        struct type_param *old = tparams->v[i], *p = arena_dup(c->a, old, sizeof *old);
        /* The bound is an interface from here on: a later one would belong to the old parameter's package. */
        type_param_iface(old);
        p->obj = arena_dup(c->a, old->obj, sizeof *old->obj);
        p->obj->type = &p->t;
        p->vertex = 0;
        l->v[i] = p;
        to[i] = &p->t;
    }
    struct subst_map m = {.from = tparams, .to = to};
    for (u32 i = 0; i < n; i++) {
        l->v[i]->bound = subst_type(c, c->prog, tparams->v[i]->bound, m, 0);
    }
    *t = subst_type(c, c->prog, *t, m, 0);
    return l;
}

/* ---- messages ---- */

/* "P", "P and Q", "P, Q, and R" */
static const char *infer_names(struct checker *c, const struct tparam_list *l)
{
    struct strbuf b = {0};

    for (u32 i = 0; i < l->n; i++) {
        if (i != 0) {
            strbuf_puts(&b, i + 1 < l->n ? ", " : l->n == 2 ? " and " : ", and ");
        }
        strbuf_put(&b, check_name(c, l->v[i]->obj->name));
    }
    const char *text = str_cstr(c->tmp, strbuf_str(&b));
    strbuf_release(&b);
    return text;
}

static struct type **infer_known(struct infer *in)
{
    struct type **v = ARENA_ARRAY(in->c->tmp, struct type *, in->tparams->n);

    for (u32 i = 0; i < in->tparams->n; i++) {
        v[i] = unify_at(&in->u, i);
    }
    return v;
}

/* Parameter type par and argument type t do not match. */
static void infer_mismatch(struct infer *in, struct type *par, struct type *t,
                           const struct operand *arg)
{
    struct checker *c = in->c;
    struct type **known = infer_known(in);
    const char *x = in->reverse ? in->reverse : s_expr(c, arg->expr);
    /* In place of a function that is assigned the compiler has a name, at that expression's own position. */
    pos at = in->reverse && arg->expr ? check_at(c, arg->expr)->pos : at_operand(c, arg);
    bool none = true;

    for (u32 i = 0; i < in->tparams->n; i++) {
        none = none && !known[i];
    }
    if (none) {
        check_msg_add(c, in->m, at, "type %s of %s does not match %s (cannot infer %s)",
                      s_type(c, t), x, s_type(c, par), infer_names(c, in->tparams));
        return;
    }
    struct subst_map m = {.from = in->tparams, .to = known};
    struct type *inferred = subst_type(c, c->prog, par, m, at);
    if (inferred == par) {
        check_msg_add(c, in->m, at, "type %s of %s does not match %s", s_type(c, t), x,
                      s_type(c, par));
    } else if (in->reverse) {
        check_msg_add(c, in->m, at, "inferred type %s for %s does not match type %s of %s",
                      s_type(c, inferred), s_type(c, par), s_type(c, t), x);
    } else {
        check_msg_add(c, in->m, at, "type %s of %s does not match inferred type %s for %s",
                      s_type(c, t), x, s_type(c, inferred), s_type(c, par));
    }
}

/* ---- the steps ---- */

/* From typed arguments.  untyped[] gets the indices of untyped ones whose parameter is a type parameter. */
static bool infer_from_args(struct infer *in, u32 *untyped, u32 *n_untyped)
{
    *n_untyped = 0;
    for (u32 i = 0; i < in->n_args; i++) {
        const struct operand *arg = in->args[i];
        struct type *par = in->params->vars[i]->type;
        if (!infer_is_parameterized(in->tparams, par) &&
            !infer_is_parameterized(in->tparams, arg->type)) {
            continue;
        }
        if (!type_untyped(arg->type)) {
            if (!unify(&in->u, par, arg->type, UNIFY_ASSIGN)) {
                infer_mismatch(in, par, arg->type, arg);
                return false;
            }
        } else if (par->kind == TYPE_PARAM && !operand_is_nil(arg)) {
            /* Default types are basic, so that only a type parameter itself can become one. */
            untyped[(*n_untyped)++] = i;
        }
    }
    return true;
}

/* The only type of p's constraint (*single), or the common underlying type, with a tilde if one of the terms has
   one; type NULL: neither. */
static struct type_term infer_core(struct checker *c, struct type_param *p, bool *single)
{
    const struct type_set *s = type_set_of(type_param_iface(p));

    *single = false;
    if (s->all_terms || s->n_terms == 0) {
        return (struct type_term){0};
    }
    if (s->n_terms == 1) {
        *single = true;
        return s->terms[0];
    }
    struct type_term core = {.type = type_common(c, &p->t, NULL, NULL, NULL)};
    for (u32 i = 0; i < s->n_terms; i++) {
        core.tilde = core.tilde || s->terms[i].tilde;
    }
    return core;
}

static bool infer_equivalent(void *ctx, struct type *x, struct type *y)
{
    return unify(ctx, x, y, UNIFY_EXACT);
}

static bool infer_from_constraint(struct infer *in, u32 i)
{
    struct checker *c = in->c;
    struct type_param *p = in->tparams->v[i];
    struct type *t = unify_at(&in->u, i);
    struct type_interface *iface = type_param_iface(p);
    const struct type_set *set = type_set_of(iface);

    if (set->all_terms && set->n_methods == 0) {
        return true;
    }
    bool single;
    struct type_term core = infer_core(c, p, &single);
    if (core.type && t) {
        /* With a tilde it is t's underlying type that must match, which inexact unification looks at. */
        if (!unify(&in->u, t, core.type, 0)) {
            check_msg_add(c, in->m, in->at, "%s (type %s) does not satisfy %s", s_type(c, &p->t),
                          s_type(c, t), s_type(c, p->bound));
            return false;
        }
    } else if (core.type && single && !core.tilde) {
        unify_set(&in->u, i, core.type);
    }
    /* While t contains parameters its methods are not final. */
    if (t && set->n_methods != 0 && !infer_is_parameterized(in->tparams, t)) {
        str why = {0};
        if (!lookup_has_all_methods(c, t, &iface->t, true, infer_equivalent, &in->u, &why)) {
            check_msg_add(c, in->m, in->at, "%s (type %s) does not satisfy %s %.*s",
                          s_type(c, &p->t), s_type(c, t), s_type(c, p->bound), STR_ARG(why));
            return false;
        }
    }
    return true;
}

static bool infer_from_constraints(struct infer *in)
{
    /* Each round but the last finds the type of a parameter at least. */
    for (;;) {
        u32 unknowns = unify_unknowns(&in->u);
        for (u32 i = 0; i < in->tparams->n; i++) {
            if (!infer_from_constraint(in, i)) {
                return false;
            }
        }
        if (unify_unknowns(&in->u) == unknowns) {
            return true;
        }
    }
}

/* The later of two untyped numeric types; NULL if they differ otherwise. */
static struct type *infer_max(struct type *x, struct type *y)
{
    if (x == y) {
        return x;
    }
    if ((x->info & INFO_NUMERIC) && (y->info & INFO_NUMERIC)) {
        return x->basic > y->basic ? x : y;
    }
    return NULL;
}

static bool infer_from_untyped(struct infer *in, const u32 *untyped, u32 n)
{
    struct checker *c = in->c;
    struct type **max = n ? ARENA_ARRAY(c->tmp, struct type *, in->tparams->n) : NULL;

    for (u32 k = 0; k < n; k++) {
        struct type *par = in->params->vars[untyped[k]]->type;
        const struct operand *arg = in->args[untyped[k]];
        i32 i = tparam_index(in->tparams, as_param(par));
        if (i < 0 || unify_at(&in->u, (u32)i)) {
            continue;
        }
        struct type *m = max[i] ? infer_max(max[i], arg->type) : arg->type;
        if (!m) {
            check_msg_add(c, in->m, at_operand(c, arg),
                          "mismatched types %s and %s (cannot infer %s)", s_type(c, max[i]),
                          s_type(c, arg->type), s_type(c, par));
            return false;
        }
        max[i] = m;
    }
    for (u32 i = 0; n && i < in->tparams->n; i++) {
        if (max[i]) {
            unify_set(&in->u, i, type_default(max[i]));
        }
    }
    return true;
}

/* ---- putting what was inferred into what was inferred ---- */

/* The search for parameters whose inferred type leads back to them: depth first, by parameter. */
struct infer_cut {
    const struct tparam_list *l;
    struct type **inferred;
    u8 *color; /* by parameter: enum obj_color */
    u32 steps;
};

static void infer_cut_in(struct infer_cut *w, struct type *t, const struct infer_seen *up);

/* A cycle's last parameter is taken for not inferred. */
static void infer_cut_param(struct infer_cut *w, u32 p)
{
    if (w->color[p] == OBJ_GREY) {
        w->inferred[p] = NULL;
    } else if (w->color[p] == OBJ_WHITE) {
        w->color[p] = OBJ_GREY;
        infer_cut_in(w, w->inferred[p], NULL);
        w->color[p] = OBJ_BLACK;
    }
}

static void infer_cut_vars(struct infer_cut *w, const struct type_tuple *v,
                           const struct infer_seen *up)
{
    for (u32 i = 0; i < v->n; i++) {
        infer_cut_in(w, v->vars[i]->type, up);
    }
}

static void infer_cut_iface(struct infer_cut *w, const struct type_interface *t,
                            const struct infer_seen *up)
{
    for (const struct infer_seen *s = up; s; s = s->up) {
        if (s->t == &t->t) {
            return;
        }
    }
    struct infer_seen seen = {up, &t->t};
    for (u32 i = 0; i < t->n_methods; i++) {
        infer_cut_in(w, t->methods[i]->type, &seen);
    }
    for (u32 i = 0; i < t->n_embeds; i++) {
        infer_cut_in(w, t->embeds[i], &seen);
    }
}

static void infer_cut_in(struct infer_cut *w, struct type *t, const struct infer_seen *up)
{
    t = t ? type_unalias(t) : NULL;
    if (!t || t->kind == TYPE_BASIC || w->steps++ >= INFER_STEPS) {
        return;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_PARAM: {
        i32 p = tparam_index(w->l, as_param(t));
        if (p >= 0) {
            infer_cut_param(w, (u32)p);
        }
        break;
    }
    case TYPE_ARRAY: infer_cut_in(w, as_array(t)->elem, up); break;
    case TYPE_SLICE: infer_cut_in(w, as_slice(t)->elem, up); break;
    case TYPE_POINTER: infer_cut_in(w, as_pointer(t)->elem, up); break;
    case TYPE_CHAN: infer_cut_in(w, as_chan(t)->elem, up); break;
    case TYPE_MAP:
        infer_cut_in(w, as_map(t)->key, up);
        infer_cut_in(w, as_map(t)->elem, up);
        break;
    case TYPE_STRUCT:
        for (u32 i = 0; i < as_struct(t)->n; i++) {
            infer_cut_in(w, as_struct(t)->fields[i]->type, up);
        }
        break;
    case TYPE_SIGNATURE:
        infer_cut_vars(w, as_signature(t)->params, up);
        infer_cut_vars(w, as_signature(t)->results, up);
        break;
    case TYPE_UNION:
        for (u32 i = 0; i < as_union(t)->n; i++) {
            infer_cut_in(w, as_union(t)->terms[i].type, up);
        }
        break;
    case TYPE_INTERFACE: infer_cut_iface(w, as_interface(t), up); break;
    case TYPE_NAMED: {
        const struct type_list *targs = as_named(t)->targs;
        for (u32 i = 0; targs && i < targs->n; i++) {
            infer_cut_in(w, targs->v[i], up);
        }
        break;
    }
    default: break;
    }
}

static void infer_simplify(struct infer *in, struct type **inferred)
{
    const struct tparam_list *l = in->tparams;
    struct checker *c = in->c;
    bool dirty = false;

    for (u32 i = 0; i < l->n; i++) {
        dirty = dirty || (inferred[i] && !(i < in->n_targs && in->targs[i]) &&
                          infer_is_parameterized(l, inferred[i]));
    }
    if (!dirty) {
        return;
    }
    struct infer_cut cut = {l, inferred, ARENA_ARRAY(c->tmp, u8, l->n), 0};
    for (u32 i = 0; i < l->n; i++) {
        infer_cut_param(&cut, i);
    }
    while (dirty) {
        struct subst_map m = {.from = l, .to = inferred};
        dirty = false;
        for (u32 i = 0; i < l->n; i++) {
            if (!inferred[i] || (i < in->n_targs && in->targs[i])) {
                continue;
            }
            struct type *t = subst_type(c, c->prog, inferred[i], m, in->at);
            if (t == inferred[i]) {
                continue;
            }
            /* A generic function's type all of whose parameters are known is not generic any more. */
            struct type_signature *sig = is_signature(t);
            if (sig && sig->tparams && !infer_is_parameterized(l, t)) {
                sig = arena_dup(c->a, sig, sizeof *sig);
                sig->tparams = NULL;
                t = &sig->t;
            }
            inferred[i] = t;
            dirty = true;
        }
    }
}

static const struct type_list *infer_run(struct infer *in, u32 *untyped)
{
    struct checker *c = in->c;
    u32 n = in->tparams->n, n_untyped;

    if (!infer_from_args(in, untyped, &n_untyped) || !infer_from_constraints(in) ||
        !infer_from_untyped(in, untyped, n_untyped)) {
        return NULL;
    }
    struct type_list *out = ARENA_NEW(c->a, struct type_list);
    out->n = n;
    out->v = ARENA_ARRAY(c->a, struct type *, n);
    for (u32 i = 0; i < n; i++) {
        out->v[i] = unify_at(&in->u, i);
    }
    infer_simplify(in, out->v);
    for (u32 i = 0; i < n; i++) {
        if (!out->v[i] || infer_is_parameterized(in->tparams, out->v[i])) {
            const struct obj *o = in->tparams->v[i]->obj;
            check_msg_add(c, in->m, in->at, "cannot infer %s (declared at %s)", s_name(c, o),
                          s_pos(c, o->pos));
            return NULL;
        }
    }
    return out;
}

const struct type_list *infer_types(struct checker *c, pos at, const struct tparam_list *tparams,
                                    struct type *const *targs, u32 n_targs,
                                    struct type_tuple *params, struct operand *const *args,
                                    u32 n_args, const char *reverse, struct check_msg *m)
{
    u32 n = tparams->n, given = 0;

    BUG_IF(n == 0 || n_targs > n || params->n != n_args);
    for (u32 i = 0; i < n_targs; i++) {
        given += targs[i] != NULL;
    }
    if (given == n) {
        struct type_list *l = ARENA_NEW(c->a, struct type_list);
        *l = (struct type_list){n, arena_dup(c->a, targs, n * sizeof *targs)};
        return l;
    }
    for (u32 i = 0; i < n_args; i++) {
        if (args[i]->mode == MODE_NONE) {
            return NULL; /* reported; no more about it here */
        }
    }
    struct infer in = {.c = c,
                       .tparams = tparams,
                       .targs = targs,
                       .n_targs = n_targs,
                       .params = params,
                       .args = args,
                       .n_args = n_args,
                       .reverse = reverse,
                       .at = at,
                       .m = m};
    if (given != 0 && n_args != 0) {
        /* What is known is put in first: such parameters follow the rules of assignment. */
        struct type **full = ARENA_ARRAY(c->tmp, struct type *, n);
        for (u32 i = 0; i < n_targs; i++) {
            full[i] = targs[i];
        }
        struct subst_map map = {.from = tparams, .to = full};
        in.params = as_tuple(subst_type(c, c->prog, &params->t, map, 0));
    }
    u32 handle[8], untyped[16];
    struct type *types[8];
    bool small = n <= ARRAY_LEN(handle);
    unify_init(&in.u, c, tparams, small ? handle : ARENA_ARRAY(c->tmp, u32, n),
               small ? types : ARENA_ARRAY(c->tmp, struct type *, n), targs, n_targs);
    return infer_run(&in,
                     n_args <= ARRAY_LEN(untyped) ? untyped : ARENA_ARRAY(c->tmp, u32, n_args));
}
