/* precise_apply.c: a callee's summary put into its caller's graph.
 *
 * Each phantom of the summary becomes a slot that holds what it stands for here: the argument's word, or what is loaded
 * through its parent's.  Stores, results, calls that are still open and escapes are constraints on these slots.
 */
#include "escape/flow_int.h"
#include "escape/precise_int.h"

struct applying {
    struct precise_graph *g;
    const struct precise_sum *s;
    const struct precise_call *c;
    u32 recv;    /* object; 0: none */
    u32 context; /* slot; 0: none */
    u32 *slots;  /* by phantom */
    struct precise_call **records;
    bool *fresh; /* by record */
};

static u32 argument(const struct applying *a, u32 i)
{
    if (a->recv) {
        if (i == 0) {
            return a->recv;
        }
        i--;
    }
    return i < a->c->n_args ? a->c->args[i] : 0;
}

static u32 new_slot(struct precise_graph *g)
{
    return precise_slot_at(g, precise_temp(g), 0);
}

/* ---- phantoms ---- */

/* What happens in the callee is shown where it happens there. */
static void escape_there(struct precise_graph *g, u32 slot, const struct precise_phantom *p)
{
    pos at = g->pos;
    u32 inl = g->inl;

    g->pos = p->pos;
    g->inl = 0;
    precise_sink(g, slot, p->cause);
    g->pos = at;
    g->inl = inl;
}

static void map_phantom(struct applying *a, u32 i)
{
    struct precise_graph *g = a->g;
    const struct precise_phantom *p = &a->s->phantoms[i];
    u32 m = a->slots[i] = new_slot(g), arg;

    switch ((enum precise_root)p->root) {
    case PR_CHILD: precise_load(g, m, a->slots[p->parent], p->off); break;
    case PR_PARAM:
        arg = argument(a, p->parent);
        if (arg) {
            precise_copy(g, m, precise_slot_at(g, arg, p->off), 0);
        }
        break;
    case PR_CONTEXT:
        if (a->context) {
            precise_copy(g, m, a->context, 0);
        }
        break;
    case PR_RECORD: {
        const struct precise_call *r = a->records[p->parent >> 8];
        if ((p->parent & 255) < r->n_results) {
            precise_copy(g, m, precise_slot_at(g, r->results[p->parent & 255], p->off), 0);
        }
        break;
    }
    }
    if (p->deep || p->collapsed) {
        precise_collapse(g, m);
    }
    if (p->deep) {
        precise_load(g, m, m, 0);
    }
    if (p->escaped) {
        escape_there(g, m, p);
    }
}

/* ---- calls that the callee left open ---- */

static void map_record(struct applying *a, u32 i)
{
    struct precise_graph *g = a->g;
    const struct precise_record *r = &a->s->records[i];
    u64 origin = (r->origin ^ (u64)r->kind) | 1;

    /* Of functions that call each other, the same call again and again. */
    for (size_t k = 1; a->s->state != SUM_DONE && k < g->calls.n; k++) {
        struct precise_call *old = g->calls.v[k];
        if (old->origin == origin && old->kind == r->kind && old->n_args == r->n_args && old->n_results == r->n_results) {
            a->records[i] = old;
            return;
        }
    }
    struct precise_call *c = a->records[i] = ARENA_NEW(&g->arena, struct precise_call);

    a->fresh[i] = true;
    c->origin = origin;
    c->kind = r->kind;
    c->level = (u8)(a->c->level + 1);
    c->pos = g->pos;
    c->inl = g->inl;
    c->fun = new_slot(g);
    c->data = r->kind == PC_METHOD ? new_slot(g) : 0;
    c->method = r->method;
    c->iface = r->iface;
    c->arg_types = r->arg_types;
    c->result_types = r->result_types;
    c->n_args = r->n_args;
    c->n_results = r->n_results;
    c->args = ARENA_ARRAY(&g->arena, u32, r->n_args + 1u);
    c->results = ARENA_ARRAY(&g->arena, u32, r->n_results + 1u);
    for (u32 k = 0; k < r->n_args; k++) {
        c->args[k] = precise_temp(g);
        if (r->arg_types[k] && precise_layout_of(g->st, r->arg_types[k])->whole) {
            precise_collapse_obj(g, c->args[k]);
        }
    }
    for (u32 k = 0; k < r->n_results; k++) {
        c->results[k] = precise_temp(g);
        if (precise_layout_of(g->st, r->result_types[k])->whole) {
            precise_collapse_obj(g, c->results[k]);
        }
    }
}

static void open_record(struct applying *a, u32 i)
{
    struct precise_graph *g = a->g;
    struct precise_call *c = a->records[i];
    u32 id = (u32)g->calls.n;

    vec_push(&g->calls, c);
    if (c->level > PRECISE_CALL_LEVELS) {
        enum precise_cause cause = c->kind == PC_FUNC ? PRECISE_FUNC_VALUE_CAUSE : PRECISE_INTERFACE_CAUSE;
        precise_unknown_call(g, c, cause);
        precise_sink(g, c->fun, cause);
    } else {
        precise_call_use(g, id);
    }
}

/* ---- effects ---- */

static u32 target_slot(struct applying *a, const struct precise_target *t)
{
    struct precise_graph *g = a->g;
    u32 s;

    switch ((enum precise_target_kind)t->kind) {
    case PT_PHANTOM:
        if (t->off == 0) {
            return a->slots[t->phantom];
        }
        s = new_slot(g);
        precise_copy(g, s, a->slots[t->phantom], t->off);
        return s;
    case PT_HEAP: return g->heap_slot;
    case PT_TYPE:
        s = new_slot(g);
        precise_add(g, s, precise_const_type(g, t->p), 0);
        return s;
    case PT_FUNC:
        s = new_slot(g);
        precise_add(g, s, precise_const_func(g, t->p), 0);
        return s;
    }
    return g->heap_slot;
}

static void effect(struct applying *a, const struct precise_effect *e)
{
    struct precise_graph *g = a->g;
    u32 t = target_slot(a, &e->target);

    switch ((enum precise_effect_kind)e->kind) {
    case PE_STORE: precise_store(g, a->slots[e->dst], e->off, t); break;
    case PE_RESULT:
        if (e->dst < a->c->n_results) {
            precise_copy(g, precise_slot_at(g, a->c->results[e->dst], e->off), t, 0);
        }
        break;
    case PE_FUN: precise_copy(g, a->records[e->dst]->fun, t, 0); break;
    case PE_DATA: precise_copy(g, a->records[e->dst]->data, t, 0); break;
    case PE_ARG: precise_copy(g, precise_slot_at(g, a->records[e->dst >> 8]->args[e->dst & 255], e->off), t, 0); break;
    }
}

static void apply_graph(struct applying *a)
{
    struct precise_graph *g = a->g;
    const struct precise_sum *s = a->s;

    a->slots = ARENA_ARRAY(&g->arena, u32, s->n_phantoms + 1u);
    a->records = ARENA_ARRAY(&g->arena, struct precise_call *, s->n_records + 1u);
    a->fresh = ARENA_ARRAY(&g->arena, bool, s->n_records + 1u);
    for (u32 i = 0; i < s->n_records; i++) {
        map_record(a, i);
    }
    for (u32 i = 0; i < s->n_phantoms; i++) {
        map_phantom(a, i);
    }
    for (u32 i = 0; i < s->n_effects; i++) {
        effect(a, &s->effects[i]);
    }
    for (u32 i = 0; i < s->n_records; i++) {
        if (a->fresh[i]) {
            open_record(a, i);
        }
    }
}

/* ---- by the gc engine's tags ---- */

/* A word of an argument.  Contents of what it points to are given up: the callee may copy them wherever it likes. */
static void apply_leaks(struct applying *a, u32 word, const struct ir_leaks *l, enum precise_cause cause)
{
    struct precise_graph *g = a->g;

    if (l->derefs[LEAK_HEAP] == 0) {
        precise_sink(g, word, cause);
        return;
    }
    u32 content = new_slot(g);
    precise_collapse(g, word);
    precise_load(g, content, word, 0);
    precise_sink(g, content, cause);
    for (u32 i = 0; i < a->c->n_results; i++) {
        bool known = i < g->u->profile->leak_results;
        if (known && l->derefs[LEAK_RESULT0 + i] != 0) {
            continue; /* not at all, or what is behind it: that is in the heap by now */
        }
        const struct precise_layout *w = precise_layout_of(g->st, a->c->result_types[i]);
        for (u32 k = 0; k < w->n; k++) {
            precise_copy(g, precise_slot_at(g, a->c->results[i], w->off[k]), word, 0);
        }
    }
}

static bool keeps_its_arguments(const struct ir_func *fn)
{
    return str_is(fn->sym, "SetFinalizer") || str_has_prefix(fn->sym, STR("AddCleanup"));
}

static void apply_tags(struct applying *a, const struct ir_func *fn)
{
    struct precise_graph *g = a->g;
    u32 n = a->c->n_args + (a->recv != 0);
    bool opaque = precise_is_opaque(fn);
    enum precise_cause cause = opaque ? PRECISE_RUNTIME_CAUSE
                               : fn->flags & IR_FUNC_HAS_BODY ? PRECISE_RECURSION_CAUSE : PRECISE_NO_BODY_CAUSE;
    /* What a closure stores in what it has captured is not in its tags. */
    bool all = !fn->tags || fn->closure || a->context || n != fn->n_recv + fn->n_params || (opaque && keeps_its_arguments(fn));

    for (u32 i = 0; i < n; i++) {
        u32 k = i - (a->recv != 0);
        struct type *t = a->recv && i == 0 ? fn->sig->recv ? fn->sig->recv->type : NULL : a->c->arg_types[k];
        if (!t) {
            continue;
        }
        const struct precise_layout *w = precise_layout_of(g->st, t);
        for (u32 j = 0; j < w->n; j++) {
            apply_leaks(a, precise_slot_at(g, argument(a, i), w->off[j]), all ? &flow_leaks_heap : &fn->tags[i], cause);
        }
    }
    if (a->context) {
        precise_sink(g, a->context, cause);
    }
    for (u32 i = 0; i < a->c->n_results; i++) {
        precise_put_heap(g, precise_direct(a->c->results[i], 0), a->c->result_types[i]);
    }
}

void precise_apply(struct precise_graph *g, struct ir_func *fn, u32 context, const struct precise_call *c, u32 recv)
{
    struct applying a = {.g = g, .c = c, .recv = recv, .context = context};
    pos at = g->pos;
    u32 inl = g->inl;

    if (c->pos) {
        g->pos = c->pos;
        g->inl = c->inl;
    }
    const struct precise_sum *s = precise_sum_of(g->st, fn, g->u);
    a.s = s;
    bool fits = c->n_args + (recv != 0) == fn->n_recv + fn->n_params;
    if (s->kind == SUM_GRAPH && fits) {
        g->closed_world |= s->closed_world;
        apply_graph(&a);
    } else if (s->kind != SUM_BOTTOM || !fits) {
        apply_tags(&a, fn);
    }
    g->pos = at;
    g->inl = inl;
}
