/* flow_graph.c: places, holes and the edges between them (escape/graph.go). */
#include "escape/flow_int.h"

u32 flow_new_loc(struct flow_batch *b, struct ir_func *fn, i32 depth, struct ir *n, bool persists)
{
    struct flow_loc l = {.n = n, .fn = fn, .depth = depth};
    u32 id = (u32)b->locs.n;
    struct ir_name *name = ir_as_name(n);

    l.attrs = persists ? FLOW_PERSISTS : 0;
    if (name) {
        BUG_IF(name->n.loc != 0);
        name->n.loc = id;
        if (name->class == IR_PARAM) {
            l.flags = FLOW_PARAM;
            l.leaks = (u32)b->leaks.n;
            vec_push(&b->leaks, flow_no_leaks);
        } else if (name->class == IR_RESULT) {
            l.flags = FLOW_RESULT;
        }
    }
    vec_push(&b->locs, l);
    return id;
}

u32 flow_old_loc(struct flow_batch *b, struct ir_name *n)
{
    struct ir_name *c = ir_canonical(n);
    if (__builtin_expect(c->n.loc == 0, 0)) {
        BUG("%.*s of %.*s has no place", STR_ARG(c->text), STR_ARG(c->curfn ? c->curfn->sym : STR("no function")));
    }
    return vec_index(c->n.loc, b->locs.n) ? c->n.loc : 0;
}

struct flow_hole flow_hole_note(struct flow_batch *b, struct flow_hole k, struct ir *where, const char *why)
{
    if (b->keep) {
        struct flow_reason *r = ARENA_NEW(b->u->arena, struct flow_reason);
        *r = (struct flow_reason){.next = k.reasons, .where = where, .why = why};
        k.reasons = r;
    }
    return k;
}

struct flow_hole flow_hole_shift(struct flow_hole k, i32 delta)
{
    i32 d = k.derefs + delta;
    BUG_IF(d < -1);
    k.derefs = (i16)(d > INT16_MAX ? INT16_MAX : d);
    k.addrtaken = delta < 0;
    return k;
}

struct flow_hole flow_hole_deref(struct flow_batch *b, struct flow_hole k, struct ir *where, const char *why)
{
    return flow_hole_note(b, flow_hole_shift(k, 1), where, why);
}

struct flow_hole flow_hole_addr(struct flow_batch *b, struct flow_hole k, struct ir *where, const char *why)
{
    return flow_hole_note(b, flow_hole_shift(k, -1), where, why);
}

struct flow_hole flow_hole_dot_type(struct flow_batch *b, struct flow_hole k, struct type *t, struct ir *where,
                                    const char *why)
{
    /* What does not fit the interface's data word lies behind it. */
    if (!ir_is_interface(t) && !ir_is_direct_iface(b->u, t)) {
        k = flow_hole_shift(k, 1);
    }
    return flow_hole_note(b, k, where, why);
}

struct flow_hole flow_hole_tee(struct flow_fn *e, const struct flow_hole *ks, u32 n)
{
    if (n == 0) {
        return FLOW_DISCARD;
    }
    if (n == 1) {
        return ks[0];
    }
    u32 tmp = flow_new_loc(e->b, e->fn, e->depth, NULL, false);
    for (u32 i = 0; i < n; i++) {
        BUG_IF(ks[i].derefs < 0); /* k = &x and k = &tmp, tmp = x are not the same */
        flow_add(e->b, ks[i], tmp);
    }
    return flow_hole_of(tmp);
}

struct flow_hole flow_hole_later(struct flow_fn *e, struct flow_hole k)
{
    u32 tmp = flow_new_loc(e->b, e->fn, e->depth, NULL, true);
    flow_add(e->b, k, tmp);
    return flow_hole_of(tmp);
}

struct flow_hole flow_spill(struct flow_fn *e, struct flow_hole k, struct ir *n)
{
    u32 l = flow_new_loc(e->b, e->fn, e->depth, n, false);
    flow_add(e->b, flow_hole_addr(e->b, k, n, "spill"), l);
    return flow_hole_of(l);
}

void flow_add(struct flow_batch *b, struct flow_hole k, u32 src)
{
    struct flow_loc *s = flow_loc_at(b, src);

    if (k.addrtaken) {
        s->flags |= FLOW_ADDRTAKEN;
    }
    if (k.dst == FLOW_BLANK_LOC || (k.dst == src && k.derefs >= 0)) {
        return;
    }
    if ((flow_loc_at(b, k.dst)->attrs & FLOW_ESCAPES) && k.derefs < 0) {
        if (b->keep) {
            flow_log_direct(b, k.dst, src, k.derefs, k.reasons);
        }
        s->attrs |= b->p->mutator_callee ? FLOW_ALL_ATTRS : FLOW_ESCAPES;
        return;
    }
    vec_push(&b->arcs, (struct flow_arc){k.dst, {src, k.derefs}});
    if (b->keep) {
        vec_push(&b->arc_reasons, k.reasons);
    }
}
