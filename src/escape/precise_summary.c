/* precise_summary.c: what callers need to know of a function: which of the phantoms escape, what is stored in them, where
 * the results come from, and which calls are left to the callers.
 *
 * Own objects are not in it: what goes to the caller is in the heap.
 */
#include <string.h>

#include "escape/flow_int.h"
#include "escape/precise_int.h"

struct summing {
    struct precise_graph *g;
    struct precise_sum *s;
    u32 *number; /* by object: phantom + 1 */
    u64 *path;   /* by object: a hash of how it is reached */
    VEC(struct precise_effect) effects;
    VEC(struct precise_phantom) phantoms;
    VEC(u32) records; /* calls */
    u64 hash;
};

static u64 mix(u64 a, u64 b)
{
    a = (a ^ b) * UINT64_C(0x9E3779B97F4A7C15);
    return a ^ a >> 29;
}

static u64 path_of(struct summing *m, u32 obj)
{
    const struct precise_obj *o = &m->g->objs.v[obj];

    if (!m->path[obj]) {
        u64 h = mix(o->root + 1u, (u32)o->off);
        if (o->root == PR_CHILD) {
            h = mix(h, path_of(m, o->parent));
        } else if (o->root == PR_RECORD) {
            const struct precise_call *c = m->g->calls.v[o->parent >> 8];
            h = mix(mix(h, c->origin), o->parent & 255);
        } else {
            h = mix(h, o->parent);
        }
        m->path[obj] = h | 1;
    }
    return m->path[obj];
}

/* ---- which phantoms are spoken of ---- */

static void mark(struct summing *m, u32 obj)
{
    while (!(m->g->objs.v[obj].flags & PO_USED)) {
        struct precise_obj *o = &m->g->objs.v[obj];
        o->flags |= PO_USED;
        if (o->root != PR_CHILD) {
            break;
        }
        obj = o->parent;
    }
}

static void mark_slot(struct summing *m, u32 slot)
{
    const struct precise_slot *s = &m->g->slots.v[slot];

    for (u32 i = 0; i < s->n; i++) {
        u32 obj = m->g->addrs.v[s->v[i].addr].obj;
        if (m->g->objs.v[obj].kind == PK_PHANTOM) {
            mark(m, obj);
        }
    }
}

/* The child that stands for what was there before. */
static bool is_original(const struct precise_graph *g, u32 holder, u32 slot, struct precise_addr a)
{
    const struct precise_obj *o = &g->objs.v[a.obj];

    if (o->kind != PK_PHANTOM || a.off != 0) {
        return false;
    }
    if (o->flags & PO_DEEP && a.obj == holder) {
        return true;
    }
    return o->root == PR_CHILD && o->parent == holder && o->off == g->slots.v[slot].off;
}

static bool has_news(struct summing *m, u32 obj, u32 slot)
{
    const struct precise_slot *s = &m->g->slots.v[slot];

    for (u32 i = 0; i < s->n; i++) {
        if (!is_original(m->g, obj, slot, m->g->addrs.v[s->v[i].addr])) {
            return true;
        }
    }
    return false;
}

static void mark_call(struct summing *m, const struct precise_call *c)
{
    mark_slot(m, c->fun);
    if (c->kind == PC_METHOD) {
        mark_slot(m, c->data);
    }
    for (u32 i = 0; i < c->n_args; i++) {
        for (u32 s = m->g->objs.v[c->args[i]].slots; s; s = m->g->slots.v[s].next) {
            mark_slot(m, s);
        }
    }
}

static void mark_all(struct summing *m)
{
    struct precise_graph *g = m->g;

    for (u32 i = 1; i < g->objs.n; i++) {
        const struct precise_obj *o = &g->objs.v[i];
        if (o->kind == PK_PHANTOM) {
            bool by_parent = o->root == PR_CHILD && (g->objs.v[o->parent].flags & PO_ESCAPED);
            if ((o->flags & PO_ESCAPED) && !by_parent) {
                mark(m, i);
            }
            for (u32 s = o->flags & PO_ESCAPED ? 0 : o->slots; s; s = g->slots.v[s].next) {
                if (has_news(m, i, s)) {
                    mark(m, i);
                    mark_slot(m, s);
                }
            }
        } else if (o->flags & PO_RESULT) {
            for (u32 s = o->slots; s; s = g->slots.v[s].next) {
                mark_slot(m, s);
            }
        }
    }
    for (size_t i = 1; i < g->calls.n; i++) {
        if (g->calls.v[i]->flags & PC_PHANTOM) {
            g->calls.v[i]->record = (u32)m->records.n + 1;
            vec_push_in(&g->arena, &m->records, (u32)i);
            mark_call(m, g->calls.v[i]);
        }
    }
}

/* ---- phantoms ---- */

static void put_phantoms(struct summing *m)
{
    struct precise_graph *g = m->g;

    for (u32 i = 1; i < g->objs.n; i++) { /* parents come before their children */
        const struct precise_obj *o = &g->objs.v[i];
        if (o->kind != PK_PHANTOM || !(o->flags & PO_USED)) {
            continue;
        }
        struct precise_phantom p = {.root = o->root,
                                    .deep = (o->flags & PO_DEEP) != 0,
                                    .escaped = (o->flags & PO_ESCAPED) != 0,
                                    .collapsed = (o->flags & PO_COLLAPSED) != 0,
                                    .cause = o->why.cause,
                                    .parent = o->parent,
                                    .off = o->off,
                                    .pos = o->why.pos};
        if (o->root == PR_CHILD) {
            p.parent = m->number[o->parent] - 1;
        } else if (o->root == PR_RECORD) {
            p.parent = (g->calls.v[o->parent >> 8]->record - 1) << 8 | (o->parent & 255);
        }
        vec_push_in(&g->arena, &m->phantoms, p);
        m->number[i] = (u32)m->phantoms.n;
        m->hash += mix(path_of(m, i), 2u * p.escaped + p.collapsed + 17);
    }
}

/* ---- effects ---- */

static struct precise_target target_of(struct summing *m, struct precise_addr a, u64 *hash)
{
    const struct precise_obj *o = &m->g->objs.v[a.obj];

    switch ((enum precise_kind)o->kind) {
    case PK_PHANTOM:
        *hash = mix(path_of(m, a.obj), (u32)a.off);
        return (struct precise_target){.kind = PT_PHANTOM, .phantom = m->number[a.obj] - 1, .off = a.off};
    case PK_TYPE:
        *hash = mix(3, (u64)(uintptr_t)o->p);
        return (struct precise_target){.kind = PT_TYPE, .p = o->p};
    case PK_FUNC:
        *hash = mix(4, (u64)(uintptr_t)o->p);
        return (struct precise_target){.kind = PT_FUNC, .p = o->p};
    default: break;
    }
    BUG_IF(precise_is_own(o) && !(o->flags & PO_ESCAPED));
    *hash = 5;
    return (struct precise_target){.kind = PT_HEAP};
}

static void put_effects(struct summing *m, enum precise_effect_kind kind, u32 dst, i32 off, u32 slot, u64 where, u32 holder)
{
    struct precise_graph *g = m->g;
    const struct precise_slot *s = &g->slots.v[slot];
    bool heap = false;

    for (u32 i = 0; i < s->n; i++) {
        struct precise_addr a = g->addrs.v[s->v[i].addr];
        if (holder && is_original(g, holder, slot, a)) {
            continue;
        }
        if (kind == PE_FUN && g->objs.v[a.obj].kind != PK_PHANTOM) {
            continue; /* those have been called here */
        }
        u64 h;
        struct precise_effect e = {.kind = (u8)kind, .dst = dst, .off = off, .target = target_of(m, a, &h)};
        if (e.target.kind == PT_HEAP) {
            if (heap) {
                continue;
            }
            heap = true;
        }
        vec_push_in(&g->arena, &m->effects, e);
        m->hash += mix(mix(mix(where, (u32)off), kind), h);
    }
}

static void put_results(struct summing *m)
{
    struct precise_graph *g = m->g;

    for (u32 i = 0; i < g->fn->n_results; i++) {
        struct ir_name *r = flow_result(g->fn, i);
        if (!r || !r->n.loc) {
            continue;
        }
        const struct precise_obj *o = &g->objs.v[r->n.loc];
        for (u32 s = o->slots; s; s = g->slots.v[s].next) {
            put_effects(m, PE_RESULT, i, g->slots.v[s].off, s, mix(77, i), 0);
            if (o->flags & PO_COLLAPSED) {
                break;
            }
        }
    }
}

/* A result that is one slot has it at all of its offsets. */
static void spread_results(struct summing *m)
{
    struct precise_graph *g = m->g;
    size_t n = m->effects.n;

    for (u32 i = 0; i < g->fn->n_results; i++) {
        struct ir_name *r = flow_result(g->fn, i);
        if (!r || !r->n.loc || !(g->objs.v[r->n.loc].flags & PO_COLLAPSED)) {
            continue;
        }
        const struct precise_layout *l = precise_layout_of(g->st, r->n.type);
        for (size_t k = 0; k < n; k++) {
            struct precise_effect e = m->effects.v[k];
            for (u32 w = 0; e.kind == PE_RESULT && e.dst == i && w < l->n; w++) {
                if (l->off[w] != e.off) {
                    e.off = l->off[w];
                    vec_push_in(&g->arena, &m->effects, e);
                    e.off = m->effects.v[k].off;
                }
            }
        }
    }
}

static void put_call(struct summing *m, u32 record)
{
    struct precise_graph *g = m->g;
    const struct precise_call *c = g->calls.v[m->records.v[record]];
    u64 where = mix(9, c->origin);

    put_effects(m, PE_FUN, record, 0, c->fun, where, 0);
    if (c->kind == PC_METHOD) {
        put_effects(m, PE_DATA, record, 0, c->data, where, 0);
    }
    for (u32 i = 0; i < c->n_args; i++) {
        const struct precise_obj *o = &g->objs.v[c->args[i]];
        for (u32 s = o->slots; s; s = g->slots.v[s].next) {
            put_effects(m, PE_ARG, record << 8 | (i & 255), g->slots.v[s].off, s, mix(where, i), 0);
        }
    }
}

static void put_all(struct summing *m)
{
    struct precise_graph *g = m->g;

    for (u32 i = 1; i < g->objs.n; i++) {
        const struct precise_obj *o = &g->objs.v[i];
        if (o->kind != PK_PHANTOM || !(o->flags & PO_USED) || (o->flags & PO_ESCAPED)) {
            continue;
        }
        for (u32 s = o->slots; s; s = g->slots.v[s].next) {
            if (!(o->flags & PO_COLLAPSED) || g->slots.v[s].off == 0) {
                put_effects(m, PE_STORE, m->number[i] - 1, g->slots.v[s].off, s, path_of(m, i), i);
            }
        }
    }
    put_results(m);
    spread_results(m);
    for (u32 i = 0; i < m->records.n; i++) {
        put_call(m, i);
    }
}

/* ---- all of it ---- */

static void keep_records(struct summing *m)
{
    struct arena *a = m->g->st->arena;

    m->s->n_records = (u32)m->records.n;
    m->s->records = ARENA_ARRAY(a, struct precise_record, m->records.n);
    for (u32 i = 0; i < m->records.n; i++) {
        const struct precise_call *c = m->g->calls.v[m->records.v[i]];
        m->s->records[i] = (struct precise_record){.kind = c->kind,
                                                   .method = c->method,
                                                   .iface = c->iface,
                                                   .arg_types = c->arg_types,
                                                   .result_types = c->result_types,
                                                   .n_args = c->n_args,
                                                   .n_results = c->n_results,
                                                   .origin = c->origin};
    }
}

void precise_summarise(struct precise_graph *g, struct precise_sum *s)
{
    struct summing m = {.g = g, .s = s};
    struct arena *a = g->st->arena;

    m.number = ARENA_ARRAY(&g->arena, u32, g->objs.n);
    m.path = ARENA_ARRAY(&g->arena, u64, g->objs.n);
    mark_all(&m);
    put_phantoms(&m);
    put_all(&m);
    m.hash += g->closed_world;
    if (m.phantoms.n > PRECISE_PHANTOMS || m.effects.n > PRECISE_EFFECTS) {
        s->kind = SUM_TAGS; /* for good: applying it would cost more than it tells */
        g->st->changed = true;
        return;
    }
    if (s->kind == SUM_GRAPH && s->hash == m.hash) {
        return; /* as before */
    }
    g->st->changed = true;
    s->kind = SUM_GRAPH;
    s->hash = m.hash;
    s->closed_world = g->closed_world;
    s->n_phantoms = (u32)m.phantoms.n;
    s->phantoms = arena_dup(a, m.phantoms.v, m.phantoms.n * sizeof *m.phantoms.v);
    s->n_effects = (u32)m.effects.n;
    s->effects = arena_dup(a, m.effects.v, m.effects.n * sizeof *m.effects.v);
    keep_records(&m);
}
