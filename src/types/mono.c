/* mono.c: instantiation that would never end, such as func f[T any]() { f[*T]() } (types2/mono.go).
 *
 * A graph: vertices are type parameters, and types declared inside generic functions, which depend on these
 * functions' parameters without saying so.  An edge src -> dst says that dst was instantiated with src, of
 * weight 0, or with a type made from src, of weight 1.  A cycle with weight needs ever larger types.  Heaviest
 * paths are found as by Bellman and Ford. */
#include "types/check.h"

struct mono_vertex {
    u32 weight; /* of the heaviest path that is known */
    u32 pre;    /* its last edge */
    u32 len;    /* its number of edges */
    struct obj *obj;
};

struct mono_edge {
    u32 dst, src, weight;
    pos at;
    struct type *type;
};

struct mono {
    VEC(struct mono_vertex) vertices;
    VEC(struct mono_edge) edges;
};

/* vertex of a type_param or type_named: index + 1; of a named type that is none: MONO_NONE. */
enum { MONO_NONE = UINT32_MAX };

static struct mono *mono_of(struct checker *c)
{
    if (!c->mono) {
        c->mono = ARENA_NEW(c->tmp, struct mono);
    }
    return c->mono;
}

static u32 mono_vertex(struct checker *c, struct obj *o)
{
    struct mono *m = mono_of(c);

    vec_push_in(c->tmp, &m->vertices, (struct mono_vertex){.obj = o});
    return (u32)m->vertices.n - 1;
}

static void mono_edge(struct checker *c, u32 dst, u32 src, u32 weight, pos at, struct type *t)
{
    vec_push_in(c->tmp, &mono_of(c)->edges, (struct mono_edge){dst, src, weight, at, t});
}

static u32 mono_param(struct checker *c, struct type_param *p)
{
    if (p->canon) {
        p = p->canon;
    }
    if (p->vertex == 0) {
        p->vertex = mono_vertex(c, p->obj) + 1;
    }
    return p->vertex - 1;
}

/* The vertex of a type that is declared where type parameters are in scope; false: it is not. */
static bool mono_local(struct checker *c, struct type_named *n, u32 *vertex)
{
    struct obj *o = n->obj;

    if (o->pkg != c->pkg || !o->parent || o->parent == c->pkg->scope) {
        return false;
    }
    if (n->vertex == 0) {
        n->vertex = MONO_NONE;
        for (struct scope *s = o->parent; s && s != c->pkg->scope; s = s->parent) {
            for (u32 i = 0; i < s->n; i++) {
                struct obj *p = s->slots[i].obj;
                if (p->kind != OBJ_TYPE || (p->flags & OBJ_IS_ALIAS) || p->pos >= o->pos ||
                    !p->type || p->type->kind != TYPE_PARAM) {
                    continue;
                }
                if (n->vertex == MONO_NONE) {
                    n->vertex = mono_vertex(c, o) + 1;
                }
                mono_edge(c, n->vertex - 1, mono_param(c, as_param(p->type)), 1, o->pos, p->type);
            }
        }
    }
    *vertex = n->vertex - 1;
    return n->vertex != MONO_NONE;
}

/* dst is instantiated with targ, of which t is a part. */
struct mono_flow {
    struct checker *c;
    struct type_param *dst;
    struct type *targ;
    pos at;
    u32 depth; /* of interfaces */
    u32 steps; /* so far */
};

/* Types whose names double with each line are not walked to their end. */
enum { MONO_DEPTH = 4, MONO_STEPS = 1 << 16 };

static void mono_walk(struct mono_flow *f, struct type *t);

static void mono_from(struct mono_flow *f, u32 src, struct type *t)
{
    u32 dst = mono_param(f->c, f->dst);
    mono_edge(f->c, dst, src, t != type_unalias(f->targ), f->at, f->targ);
}

static void mono_vars(struct mono_flow *f, const struct type_tuple *v)
{
    for (u32 i = 0; i < v->n; i++) {
        mono_walk(f, v->vars[i]->type);
    }
}

static void mono_walk(struct mono_flow *f, struct type *t)
{
    t = t ? type_unalias(t) : NULL;
    if (!t || f->steps++ >= MONO_STEPS) {
        return;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_PARAM: mono_from(f, mono_param(f->c, as_param(t)), t); break;
    case TYPE_NAMED: {
        struct type_named *n = as_named(t);
        u32 v;
        if (mono_local(f->c, n->orig, &v)) {
            mono_from(f, v, t);
        }
        for (u32 i = 0; n->targs && i < n->targs->n; i++) {
            mono_walk(f, n->targs->v[i]);
        }
        break;
    }
    case TYPE_ARRAY: mono_walk(f, as_array(t)->elem); break;
    case TYPE_SLICE: mono_walk(f, as_slice(t)->elem); break;
    case TYPE_POINTER: mono_walk(f, as_pointer(t)->elem); break;
    case TYPE_CHAN: mono_walk(f, as_chan(t)->elem); break;
    case TYPE_MAP:
        mono_walk(f, as_map(t)->key);
        mono_walk(f, as_map(t)->elem);
        break;
    case TYPE_SIGNATURE:
        mono_vars(f, as_signature(t)->params);
        mono_vars(f, as_signature(t)->results);
        break;
    case TYPE_STRUCT:
        for (u32 i = 0; i < as_struct(t)->n; i++) {
            mono_walk(f, as_struct(t)->fields[i]->type);
        }
        break;
    case TYPE_INTERFACE: {
        const struct type_set *s = type_set_of(as_interface(t));
        /* An anonymous interface can contain itself through its methods. */
        for (u32 i = 0; f->depth < MONO_DEPTH && i < s->n_methods; i++) {
            f->depth++;
            mono_walk(f, s->methods[i]->type);
            f->depth--;
        }
        break;
    }
    default: break;
    }
}

void mono_record_canon(struct checker *c, struct type_param *method, struct type_param *type)
{
    (void)c;
    method->canon = type;
}

void mono_record_instance(struct checker *c, pos at, const struct tparam_list *tparams,
                          const struct type_list *targs, const node *exprs, u32 n_exprs)
{
    for (u32 i = 0; i < tparams->n; i++) {
        struct type_param *p = tparams->v[i];
        if (p->obj->pkg != c->pkg) {
            return; /* cycles lie within a package: nothing can be instantiated with a generic type */
        }
        if (targs->v[i]->kind == TYPE_BASIC) {
            continue;
        }
        struct mono_flow f = {c, p, targs->v[i], i < n_exprs ? at_node(c, exprs[i]) : at, 0, 0};
        mono_walk(&f, f.targ);
    }
}

/* The path to v contains a cycle. */
static void mono_cycle(struct checker *c, u32 v)
{
    const struct mono *m = c->mono;
    bool *seen = ARENA_ARRAY(c->tmp, bool, m->vertices.n);
    VEC(u32) stack = {0};
    size_t first = 0;

    /* v itself may only be reached from the cycle. */
    while (!seen[v]) {
        vec_push_in(c->tmp, &stack, v);
        seen[v] = true;
        v = m->edges.v[m->vertices.v[v].pre].src;
    }
    while (stack.v[first] != v) {
        first++;
    }
    struct check_msg msg = {0};
    check_msg_add(c, &msg, m->vertices.v[v].obj->pos, "instantiation cycle:");
    for (size_t i = first; i < stack.n && msg.n < ARRAY_LEN(msg.at); i++) {
        const struct mono_edge *e = &m->edges.v[m->vertices.v[stack.v[i]].pre];
        const struct obj *o = m->vertices.v[e->dst].obj;
        check_msg_add(c, &msg, e->at, "%s %s %s", s_name(c, o),
                      o->type->kind == TYPE_PARAM ? "instantiated as"
                                                  : "implicitly parameterized by",
                      s_type(c, e->type));
    }
    check_msg_report(c, &msg);
}

void mono_report(struct checker *c)
{
    struct mono *m = c->mono;

    for (bool again = m != NULL; again;) {
        again = false;
        for (u32 i = 0; i < m->edges.n; i++) {
            const struct mono_edge *e = &m->edges.v[i];
            const struct mono_vertex *src = &m->vertices.v[e->src];
            struct mono_vertex *dst = &m->vertices.v[e->dst];
            u32 weight = src->weight + e->weight;
            if (weight <= dst->weight) {
                continue;
            }
            dst->pre = i;
            dst->len = src->len + 1;
            if (dst->len == m->vertices.n) {
                mono_cycle(c, e->dst);
                return;
            }
            dst->weight = weight;
            again = true;
        }
    }
}
