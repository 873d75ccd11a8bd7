/* precise_why.c: the way from a site to where it must be in the heap; and of those that could stay, what kept the compiler
 * from seeing it. */
#include <string.h>

#include "escape/flow.h"
#include "escape/precise_int.h"

enum { MAX_STEPS = 24 };

static u32 entry_of(const struct precise_graph *g, u32 slot, u32 obj)
{
    const struct precise_slot *s = &g->slots.v[slot];

    for (u32 i = 0; i < s->n; i++) {
        if (g->addrs.v[s->v[i].addr].obj == obj) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* From the slot where it was found back to where its address was taken. */
void precise_steps(struct precise_graph *g, u32 obj, struct precise_site *s)
{
    struct precise_step v[MAX_STEPS];
    u32 n = 0, slot = g->objs.v[obj].why.slot;
    const struct precise_obj *h = &g->objs.v[g->slots.v[slot].obj];

    if (!slot) {
        return;
    }
    if (precise_is_own(h)) {
        s->holder = h->n;
    }
    while (slot && n < MAX_STEPS) {
        u32 e = entry_of(g, slot, obj);
        if (e == UINT32_MAX) {
            break;
        }
        const struct precise_entry *x = &g->slots.v[slot].v[e];
        h = &g->objs.v[g->slots.v[slot].obj];
        struct ir *holder = precise_is_own(h) ? h->n : NULL;
        if (x->pos && (n == 0 || v[n - 1].pos != x->pos || v[n - 1].holder != holder)) {
            v[n++] = (struct precise_step){x->pos, x->inl, holder};
        }
        slot = x->from;
    }
    s->n_steps = n;
    s->steps = ARENA_ARRAY(g->st->arena, struct precise_step, n);
    for (u32 i = 0; i < n; i++) {
        s->steps[i] = v[n - 1 - i];
    }
}

/* ---- what blocks the compiler ---- */

static bool is_store(const struct ir *n)
{
    return n && (n->op == IR_DEREF || n->op == IR_DOTPTR || n->op == IR_INDEX);
}

static bool stores_through_pointer(const struct ir *stmt)
{
    switch (stmt->op) {
    case IR_AS: {
        const struct ir *x = stmt->x;
        while (x && (x->op == IR_DOT || x->op == IR_PAREN)) {
            x = x->x;
        }
        return is_store(x);
    }
    case IR_AS2:
    case IR_AS2FUNC:
    case IR_AS2DOTTYPE:
    case IR_AS2MAPR:
    case IR_AS2RECV: {
        for (u32 i = 0; i < stmt->list.n; i++) {
            if (is_store(stmt->list.v[i])) {
                return true;
            }
        }
        return false;
    }
    default: return false;
    }
}

static enum precise_block by_call(const struct ir *call)
{
    if (call->op == IR_CALLINTER) {
        return PRECISE_BLOCK_METHOD;
    }
    if (call->op == IR_COPY) {
        return PRECISE_BLOCK_COPY;
    }
    if (call->op != IR_CALLFUNC) {
        return PRECISE_BLOCK_OTHER;
    }
    return ir_static_callee(ir_static_value(call->x)) ? PRECISE_BLOCK_CALLEE : PRECISE_BLOCK_FUNC;
}

/* The last step of the compiler's way: into the heap, or into what it thinks lives longer. */
static enum precise_block by_step(const struct flow_why *w, const struct flow_step *step, struct precise_site *s)
{
    enum precise_block b = w->root.kind == FLOW_HEAP ? PRECISE_BLOCK_OTHER : PRECISE_BLOCK_FIELDS;

    for (const struct flow_reason *r = step->reasons; r; r = r->next) {
        if (!r->where) {
            continue;
        }
        if (r->where->op == IR_NAME ? s->at == 0 : true) {
            s->at = r->where->pos;
            s->inl = r->where->inl;
        }
        if (strcmp(r->why, "call parameter") == 0 || strncmp(r->why, "copied", 6) == 0) {
            return by_call(r->where);
        }
        if (strncmp(r->why, "assign", 6) == 0 && stores_through_pointer(r->where)) {
            return PRECISE_BLOCK_STORE;
        }
        if (strncmp(r->why, "captured", 8) == 0) {
            b = PRECISE_BLOCK_CLOSURE;
        }
        if (strcmp(r->why, "slice-literal-element") == 0 || strcmp(r->why, "spill") == 0) {
            continue;
        }
    }
    return b;
}

void precise_blocked(struct precise_state *st, struct precise_site *s)
{
    (void)st;
    s->block = PRECISE_BLOCK_OTHER;
    if (!s->unit->flows) {
        return;
    }
    const struct flow_why *w = flow_why_heap(s->unit, s->n);
    if (!w || w->n_steps == 0) {
        return;
    }
    const struct flow_step *last = &w->steps[w->n_steps - 1];
    if (w->root.kind == FLOW_NAME || w->root.kind == FLOW_STORAGE) {
        /* a place that is in the heap itself, or lives longer */
        bool escapes = w->root.n && (w->root.n->flags & IR_ESCAPES);
        enum precise_block b = by_step(w, last, s);
        s->block = (u8)(escapes && b == PRECISE_BLOCK_FIELDS ? PRECISE_BLOCK_HOLDER : b);
        return;
    }
    s->block = (u8)by_step(w, last, s);
}
