/* precise_graph.c: objects, slots, and the solver: what points where.
 *
 * Inclusion constraints as in Andersen's thesis (DIKU 1994), by offset into objects as in Pearce, Kelly and Hankin (PASTE
 * 2004); each slot has a list of uses, which are applied to each addr once.  Fields of phantoms get children when they are
 * first read.
 *
 * Invariants: an addr is in slot.v once; entries below slot.done have met all uses.  An object that has escaped has sinks
 * for slots only, and each holds the heap.
 */
#include <string.h>

#include "base/mem.h"
#include "escape/precise_int.h"

/* ---- sets ---- */

static u64 mix(u64 k)
{
    k *= UINT64_C(0x9E3779B97F4A7C15);
    return k ^ k >> 32;
}

static void set_grow(struct precise_set *s)
{
    struct precise_set old = *s;
    u32 cap = old.keys ? 2 * (old.mask + 1) : 256;

    s->keys = mem_zalloc(cap * sizeof *s->keys);
    s->vals = mem_zalloc(cap * sizeof *s->vals);
    s->mask = cap - 1;
    for (u32 i = 0; old.keys && i <= old.mask; i++) {
        if (old.keys[i]) {
            u32 k = (u32)mix(old.keys[i]) & s->mask;
            while (s->keys[k]) {
                k = (k + 1) & s->mask;
            }
            s->keys[k] = old.keys[i];
            s->vals[k] = old.vals[i];
        }
    }
    mem_free(old.keys);
    mem_free(old.vals);
}

/* Keys are not 0. */
u32 *precise_set_put(struct precise_set *s, u64 key, bool *fresh)
{
    if (!s->keys || 2 * (s->n + 1) > s->mask) {
        set_grow(s);
    }
    u32 i = (u32)mix(key) & s->mask;
    while (s->keys[i] && s->keys[i] != key) {
        i = (i + 1) & s->mask;
    }
    *fresh = s->keys[i] == 0;
    if (*fresh) {
        s->keys[i] = key;
        s->vals[i] = 0;
        s->n++;
    }
    return &s->vals[i];
}

static void set_clear(struct precise_set *s)
{
    if (s->mask > 1023 && s->n < s->mask / 8) { /* most functions are small */
        mem_free(s->keys);
        mem_free(s->vals);
        *s = (struct precise_set){0};
    } else if (s->n) {
        memset(s->keys, 0, (s->mask + 1) * sizeof *s->keys);
        s->n = 0;
    }
}

static void set_release(struct precise_set *s)
{
    mem_free(s->keys);
    mem_free(s->vals);
}

/* ---- graphs ---- */

struct precise_graph *precise_graph_begin(struct precise_state *st, struct ir_unit *u, struct ir_func *fn)
{
    struct precise_graph *g = st->spare;

    if (g) {
        st->spare = g->next;
    } else {
        g = mem_zalloc(sizeof *g);
        arena_init(&g->arena);
    }
    g->st = st;
    g->u = u;
    g->fn = fn;
    g->depth = 1;
    vec_push(&g->objs, (struct precise_obj){0});
    vec_push(&g->slots, (struct precise_slot){0});
    vec_push(&g->uses, (struct precise_use){0});
    vec_push(&g->addrs, (struct precise_addr){0});
    vec_push(&g->calls, NULL);
    precise_new_obj(g, PK_HEAP, NULL, -1);
    precise_collapse_obj(g, PK_HEAP);
    u32 t = precise_temp(g);
    g->heap_slot = precise_slot_at(g, t, 0);
    precise_add_heap(g, g->heap_slot);
    return g;
}

void precise_graph_end(struct precise_graph *g)
{
    for (size_t i = 0; i < g->touched.n; i++) {
        g->touched.v[i]->loc = 0;
    }
    for (size_t i = 1; i < g->calls.n; i++) {
        vec_release(&g->calls.v[i]->targets);
    }
    vec_reset(&g->objs);
    vec_reset(&g->slots);
    vec_reset(&g->uses);
    vec_reset(&g->addrs);
    vec_reset(&g->calls);
    vec_reset(&g->queue);
    vec_reset(&g->waiting);
    g->sum = NULL;
    vec_reset(&g->touched);
    set_clear(&g->addr_ids);
    set_clear(&g->entries);
    set_clear(&g->edges);
    set_clear(&g->consts);
    arena_reset(&g->arena);
    g->context = 0;
    g->phantom_of_param = NULL;
    g->pos = 0;
    g->inl = 0;
    g->steps = 0;
    g->over = g->closed_world = false;
    g->next = g->st->spare;
    g->st->spare = g;
}

void precise_graph_free(struct precise_graph *g)
{
    vec_release(&g->objs);
    vec_release(&g->slots);
    vec_release(&g->uses);
    vec_release(&g->addrs);
    vec_release(&g->calls);
    vec_release(&g->queue);
    vec_release(&g->waiting);
    vec_release(&g->touched);
    set_release(&g->addr_ids);
    set_release(&g->entries);
    set_release(&g->edges);
    set_release(&g->consts);
    arena_release(&g->arena);
    mem_free(g);
}

/* ---- objects ---- */

u32 precise_new_obj(struct precise_graph *g, enum precise_kind kind, struct ir *n, i64 size)
{
    u32 id = (u32)g->objs.n;
    /* Variables are in no loop until their declaration says otherwise. */
    i32 depth = kind == PK_VAR ? 1 : kind == PK_SITE ? g->depth : PRECISE_NEVER;

    vec_push(&g->objs, (struct precise_obj){.kind = (u8)kind,
                                            .n = n,
                                            .size = size,
                                            .depth = depth});
    return id;
}

u32 precise_temp(struct precise_graph *g)
{
    return precise_new_obj(g, PK_TEMP, NULL, -1);
}

u32 precise_phantom(struct precise_graph *g, enum precise_root root, u32 parent, i32 off, u32 level)
{
    u32 id = precise_new_obj(g, PK_PHANTOM, NULL, -1);
    struct precise_obj *o = &g->objs.v[id];

    o->root = (u8)root;
    o->parent = parent;
    o->off = off;
    o->level = (u8)level;
    if (level > PRECISE_LEVELS) {
        o->flags |= PO_DEEP | PO_COLLAPSED;
    }
    return id;
}

static u32 constant(struct precise_graph *g, enum precise_kind kind, void *p)
{
    bool fresh;
    u32 *v = precise_set_put(&g->consts, (u64)(uintptr_t)p, &fresh);

    if (fresh) {
        u32 id = precise_new_obj(g, kind, NULL, -1);
        g->objs.v[id].p = p;
        g->objs.v[id].flags |= PO_COLLAPSED;
        *v = id;
    }
    return *v;
}

u32 precise_const_type(struct precise_graph *g, struct precise_type *t)
{
    return constant(g, PK_TYPE, t);
}

u32 precise_const_func(struct precise_graph *g, struct ir_func *fn)
{
    return constant(g, PK_FUNC, fn);
}

/* ---- slots ---- */

static void seed(struct precise_graph *g, u32 slot);

static u32 new_slot(struct precise_graph *g, u32 obj, i32 off)
{
    u32 id = (u32)g->slots.n;
    struct precise_obj *o = &g->objs.v[obj];
    struct precise_slot s = {.obj = obj, .off = off, .next = o->slots};

    if (o->kind == PK_PHANTOM) {
        s.flags = PS_OWN_SINK;
        s.cause = PRECISE_CALLER_CAUSE;
    } else if (o->flags & PO_RESULT) {
        s.flags = PS_OWN_SINK;
        s.cause = PRECISE_RETURNED_CAUSE;
    }
    vec_push(&g->slots, s);
    o->slots = id;
    if (g->slots.n > PRECISE_SLOTS) {
        g->over = true;
    }
    return id;
}

/* Contents of an object in the heap are there too, and anybody may have put something in. */
static void slot_in_heap(struct precise_graph *g, u32 slot, u8 cause, pos at, u32 inl)
{
    struct precise_slot *s = &g->slots.v[slot];
    if (!(s->flags & PS_SINK)) {
        s->flags |= PS_SINK;
        s->cause = cause;
        s->pos = at;
        s->inl = inl;
        if (g->objs.v[s->obj].kind == PK_PHANTOM) {
            seed(g, slot);
        }
        for (u32 i = 0; i < g->slots.v[slot].done; i++) {
            u32 a = g->slots.v[slot].v[i].addr;
            precise_escape(g, g->addrs.v[a].obj, cause, slot, at, inl);
        }
    }
    precise_add_heap(g, slot);
}

u32 precise_slot_at(struct precise_graph *g, u32 obj, i32 off)
{
    struct precise_obj *o = &g->objs.v[obj];

    if (o->size >= 0 && (off < 0 || off + 8 > (o->size + 7) / 8 * 8) && !(o->flags & PO_COLLAPSED)) {
        precise_collapse_obj(g, obj); /* not what its type says: unsafe code */
        o = &g->objs.v[obj];
    }
    if (o->flags & PO_COLLAPSED) {
        off = 0;
    }
    for (u32 i = o->slots; i; i = g->slots.v[i].next) {
        if (g->slots.v[i].off == off) {
            return i;
        }
    }
    u32 s = new_slot(g, obj, off);
    o = &g->objs.v[obj];
    if (o->flags & (PO_ESCAPED | PO_CONTENT)) {
        slot_in_heap(g, s, o->why.cause, o->why.pos, o->why.inl);
    }
    return s;
}

void precise_collapse_obj(struct precise_graph *g, u32 obj)
{
    struct precise_obj *o = &g->objs.v[obj];

    if (o->flags & PO_COLLAPSED) {
        return;
    }
    o->flags |= PO_COLLAPSED;
    u32 first = o->slots;
    if (!first) {
        return;
    }
    u32 zero = precise_slot_at(g, obj, 0);
    for (u32 i = first; i; i = g->slots.v[i].next) {
        if (i != zero) {
            precise_copy(g, zero, i, 0);
            precise_copy(g, i, zero, 0);
        }
    }
}

/* What was in a phantom's slot when the function was called. */
static void seed(struct precise_graph *g, u32 slot)
{
    struct precise_slot *s = &g->slots.v[slot];
    const struct precise_obj *o = &g->objs.v[s->obj];
    u32 obj = s->obj, level = o->level + 1u;
    i32 off = s->off;

    if (s->flags & PS_SEEDED) {
        return;
    }
    s->flags |= PS_SEEDED;
    u32 child = o->flags & PO_DEEP ? obj : precise_phantom(g, PR_CHILD, obj, off, level);
    precise_add(g, slot, child, 0);
}

/* ---- contents ---- */

static void enqueue(struct precise_graph *g, u32 slot)
{
    if (!g->slots.v[slot].queued) {
        g->slots.v[slot].queued = true;
        vec_push(&g->queue, slot);
    }
}

static u32 addr_id(struct precise_graph *g, u32 obj, i32 off)
{
    bool fresh;

    if (g->objs.v[obj].flags & PO_COLLAPSED) {
        off = 0;
    }
    u32 *v = precise_set_put(&g->addr_ids, (u64)obj << 32 | (u32)off, &fresh);
    if (fresh) {
        *v = (u32)g->addrs.n;
        vec_push(&g->addrs, (struct precise_addr){obj, off});
    }
    return *v;
}

static void add(struct precise_graph *g, u32 slot, u32 obj, i32 off, struct precise_entry e)
{
    bool fresh;

    e.addr = addr_id(g, obj, off);
    precise_set_put(&g->entries, (u64)slot << 32 | e.addr, &fresh);
    if (!fresh) {
        return;
    }
    struct precise_slot *s = &g->slots.v[slot];
    if (s->n == s->cap) {
        u32 cap = s->cap ? 2 * s->cap : 4;
        struct precise_entry *v = arena_alloc(&g->arena, cap * sizeof *v);
        if (s->n) {
            memcpy(v, s->v, s->n * sizeof *v);
        }
        s->v = v;
        s->cap = cap;
    }
    s->v[s->n++] = e;
    enqueue(g, slot);
}

void precise_add(struct precise_graph *g, u32 slot, u32 obj, i32 off)
{
    add(g, slot, obj, off, (struct precise_entry){.pos = g->pos, .inl = g->inl});
}

void precise_add_heap(struct precise_graph *g, u32 slot)
{
    precise_add(g, slot, PK_HEAP, 0);
}

/* ---- uses ---- */

static void apply(struct precise_graph *g, u32 slot, u32 entry, u32 use)
{
    struct precise_use u = g->uses.v[use];
    struct precise_addr a = g->addrs.v[g->slots.v[slot].v[entry].addr];
    const struct precise_obj *o = &g->objs.v[a.obj];
    pos saved = g->pos;
    u32 saved_inl = g->inl;

    if (++g->steps > PRECISE_STEPS) {
        g->over = true;
        return;
    }
    g->pos = u.pos;
    g->inl = u.inl;
    switch ((enum precise_use_kind)u.kind) {
    case PU_COPY: {
        bool fixed = o->kind == PK_HEAP || o->kind == PK_TYPE || o->kind == PK_FUNC;
        add(g, u.other, a.obj, fixed ? 0 : a.off + u.off, (struct precise_entry){.from = slot, .pos = u.pos, .inl = u.inl});
        break;
    }
    case PU_LOAD:
        if (o->kind == PK_HEAP || o->kind == PK_TYPE || o->kind == PK_FUNC) {
            precise_add_heap(g, u.other);
        } else {
            precise_copy(g, u.other, precise_slot_at(g, a.obj, a.off + u.off), 0);
        }
        break;
    case PU_STORE:
        if (o->kind == PK_HEAP || o->kind == PK_TYPE || o->kind == PK_FUNC) {
            precise_sink(g, u.other, PRECISE_HEAP_CAUSE);
        } else {
            precise_copy(g, precise_slot_at(g, a.obj, a.off + u.off), u.other, 0);
        }
        break;
    case PU_COLLAPSE: precise_collapse_obj(g, a.obj); break;
    case PU_FUNC:
    case PU_TYPE: precise_resolve(g, u.other, a.obj, a.off); break;
    }
    g->pos = saved;
    g->inl = saved_inl;
}

static void add_use(struct precise_graph *g, u32 slot, enum precise_use_kind kind, u32 other, i32 off)
{
    u32 id = (u32)g->uses.n;

    vec_push(&g->uses, (struct precise_use){.kind = (u8)kind, .next = g->slots.v[slot].uses, .other = other, .off = off,
                                            .pos = g->pos, .inl = g->inl});
    g->slots.v[slot].uses = id;
    if (g->objs.v[g->slots.v[slot].obj].kind == PK_PHANTOM) {
        seed(g, slot);
    }
    for (u32 i = 0; i < g->slots.v[slot].done && !g->over; i++) {
        apply(g, slot, i, id);
    }
}

/* Once for each (kind, other, offset): the offsets of fields are small. */
static bool is_new_use(struct precise_graph *g, u32 slot, enum precise_use_kind kind, u32 other, i32 off)
{
    bool fresh;
    u64 key = (u64)slot << 40 ^ (u64)other << 16 ^ (u64)(u32)off << 3 ^ (u64)kind;

    if (off < 0 || off >= 1 << 12 || slot >= 1u << 24 || other >= 1u << 24) {
        return true;
    }
    precise_set_put(&g->edges, key + 1, &fresh);
    return fresh;
}

void precise_copy(struct precise_graph *g, u32 dst, u32 src, i32 shift)
{
    if ((dst != src || shift) && is_new_use(g, src, PU_COPY, dst, shift)) {
        add_use(g, src, PU_COPY, dst, shift);
    }
}

void precise_load(struct precise_graph *g, u32 dst, u32 ptr, i32 off)
{
    if (is_new_use(g, ptr, PU_LOAD, dst, off)) {
        add_use(g, ptr, PU_LOAD, dst, off);
    }
}

void precise_store(struct precise_graph *g, u32 ptr, i32 off, u32 src)
{
    if (is_new_use(g, ptr, PU_STORE, src, off)) {
        add_use(g, ptr, PU_STORE, src, off);
    }
}

void precise_collapse(struct precise_graph *g, u32 slot)
{
    if (is_new_use(g, slot, PU_COLLAPSE, 0, 0)) {
        add_use(g, slot, PU_COLLAPSE, 0, 0);
    }
}

void precise_call_use(struct precise_graph *g, u32 call)
{
    const struct precise_call *c = g->calls.v[call];
    add_use(g, c->fun, c->kind == PC_FUNC ? PU_FUNC : PU_TYPE, call, 0);
}

/* ---- escape ---- */

void precise_sink(struct precise_graph *g, u32 slot, enum precise_cause cause)
{
    struct precise_slot *s = &g->slots.v[slot];

    if (s->flags & PS_SINK) {
        return;
    }
    s->flags |= PS_SINK;
    s->cause = (u8)cause;
    s->pos = g->pos;
    s->inl = g->inl;
    if (g->objs.v[s->obj].kind == PK_PHANTOM) {
        seed(g, slot);
    }
    for (u32 i = 0; i < g->slots.v[slot].done; i++) {
        precise_escape(g, g->addrs.v[g->slots.v[slot].v[i].addr].obj, cause, slot, g->pos, g->inl);
    }
}

void precise_own_sink(struct precise_graph *g, u32 slot, enum precise_cause cause)
{
    struct precise_slot *s = &g->slots.v[slot];

    if (s->flags & (PS_SINK | PS_OWN_SINK)) {
        return;
    }
    s->flags |= PS_OWN_SINK;
    s->cause = (u8)cause;
    s->pos = g->pos;
    s->inl = g->inl;
    for (u32 i = 0; i < g->slots.v[slot].done; i++) {
        u32 obj = g->addrs.v[g->slots.v[slot].v[i].addr].obj;
        if (precise_is_own(&g->objs.v[obj])) {
            precise_escape(g, obj, cause, slot, g->pos, g->inl);
        }
    }
}

void precise_escape(struct precise_graph *g, u32 obj, enum precise_cause cause, u32 slot, pos at, u32 inl)
{
    struct precise_obj *o = &g->objs.v[obj];

    if ((o->flags & PO_ESCAPED) || !(precise_is_own(o) || o->kind == PK_PHANTOM)) {
        return;
    }
    o->flags |= PO_ESCAPED;
    o->why = (struct precise_why){(u8)cause, slot, at, inl};
    for (u32 i = o->slots; i; i = g->slots.v[i].next) {
        slot_in_heap(g, i, (u8)cause, at, inl);
    }
}

/* ---- solving ---- */

/* The address of own objects must not be where it outlives them. */
static void check(struct precise_graph *g, u32 slot, u32 entry)
{
    const struct precise_slot *s = &g->slots.v[slot];
    const struct precise_entry *e = &s->v[entry];
    u32 obj = g->addrs.v[e->addr].obj;
    const struct precise_obj *o = &g->objs.v[obj], *h = &g->objs.v[s->obj];

    if (s->flags & PS_SINK) {
        precise_escape(g, obj, s->cause, slot, s->pos ? s->pos : e->pos, s->pos ? s->inl : e->inl);
    } else if (!precise_is_own(o) || (o->flags & PO_ESCAPED)) {
        return;
    } else if (s->flags & PS_OWN_SINK) {
        precise_escape(g, obj, s->cause, slot, s->pos ? s->pos : e->pos, s->pos ? s->inl : e->inl);
    } else if (precise_is_own(h) && o->depth > h->depth) {
        precise_escape(g, obj, PRECISE_LOOP_CAUSE, slot, e->pos, e->inl);
    }
}

static void drain(struct precise_graph *g)
{
    while (g->queue.n && !g->over) {
        u32 slot = vec_pop(&g->queue);
        g->slots.v[slot].queued = false;
        while (g->slots.v[slot].done < g->slots.v[slot].n && !g->over) {
            u32 entry = g->slots.v[slot].done++;
            check(g, slot, entry);
            for (u32 use = g->slots.v[slot].uses; use; use = g->uses.v[use].next) {
                apply(g, slot, entry, use);
            }
        }
    }
}

void precise_solve(struct precise_graph *g)
{
    do {
        drain(g);
    } while (!g->over && precise_wake(g));
}
