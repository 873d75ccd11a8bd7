/* precise.c: functions in the order in which they need each other, recursion, verdicts.
 *
 * A function is analysed when somebody needs its summary.  Those that need each other (found on the way, as Tarjan does it:
 * calls through closures and interfaces are known only then) are analysed again and again, beginning with summaries in
 * which nothing happens, until none changes; summaries only grow.  Each activation has phantoms of its own for what the
 * one before gave it, so that objects of different activations of one function are not mistaken for each other.
 */
#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "escape/escape_find.h"
#include "escape/flow_int.h"
#include "escape/precise_int.h"

#define X(name, verdict, words) words,
const char *const precise_cause_words[PRECISE_CAUSE_COUNT] = {PRECISE_CAUSES(X)};
#undef X
#define X(name, verdict, words) PRECISE_##verdict,
const u8 precise_cause_verdict[PRECISE_CAUSE_COUNT] = {PRECISE_CAUSES(X)};
#undef X
#define X(name, words) words,
const char *const precise_block_words[PRECISE_BLOCK_COUNT] = {PRECISE_BLOCKS(X)};
#undef X

/* ---- functions ---- */

bool precise_is_opaque(const struct ir_func *fn)
{
    if (!fn->pkg || (fn->flags & IR_FUNC_RUNTIME)) {
        return true;
    }
    str p = fn->pkg->path;
    return str_is(p, "runtime") || str_has_prefix(p, STR("internal/runtime/")) || str_has_prefix(p, STR("runtime/internal/"));
}

static bool has_body(const struct ir_func *fn)
{
    return fn->body.n > 0 && (fn->flags & IR_FUNC_LOWERED) && (fn->flags & (IR_FUNC_TOP | IR_FUNC_IMPORTED) || fn->closure);
}

static struct precise_sum *sum_get(struct precise_state *st, struct ir_func *fn, struct ir_unit *u)
{
    bool fresh;
    union map_val *v = map_put(&st->sums, (u64)(uintptr_t)fn, &fresh);

    if (fresh) {
        struct precise_sum *s = ARENA_NEW(st->arena, struct precise_sum);
        s->fn = fn;
        s->unit = u;
        if (!has_body(fn) || precise_is_opaque(fn)) {
            s->kind = SUM_TAGS;
            s->state = SUM_DONE;
        }
        map_get(&st->sums, (u64)(uintptr_t)fn)->p = s;
        return s;
    }
    return v->p;
}

/* ---- verdicts ---- */

static void put_site(struct precise_graph *g, struct precise_sum *s, u32 obj)
{
    const struct precise_obj *o = &g->objs.v[obj];
    struct precise_site *v = &s->sites[s->n_sites++];

    *v = (struct precise_site){.unit = s->unit, .fn = s->fn, .n = o->n};
    if (o->flags & PO_ESCAPED) {
        v->cause = o->why.cause;
        v->at = o->why.pos;
        v->inl = o->why.inl;
        precise_steps(g, obj, v);
    }
    v->verdict = precise_cause_verdict[v->cause];
    v->closed_world = v->verdict == PRECISE_STAYS && g->closed_world;
}

static void put_sites(struct precise_graph *g, struct precise_sum *s)
{
    u32 n = 0;

    for (u32 i = 1; i < g->objs.n; i++) {
        const struct precise_obj *o = &g->objs.v[i];
        n += precise_is_own(o) && o->n && (o->n->flags & IR_ESCAPES);
    }
    s->sites = ARENA_ARRAY(g->st->arena, struct precise_site, n);
    s->n_sites = 0;
    for (u32 i = 1; i < g->objs.n; i++) {
        const struct precise_obj *o = &g->objs.v[i];
        if (precise_is_own(o) && o->n && (o->n->flags & IR_ESCAPES)) {
            put_site(g, s, i);
        }
    }
}

static void spoil_sites(struct precise_sum *s, enum precise_cause cause)
{
    for (u32 i = 0; i < s->n_sites; i++) {
        struct precise_site *v = &s->sites[i];
        if (v->verdict != PRECISE_MUST) {
            v->verdict = PRECISE_UNKNOWN;
            v->cause = (u8)cause;
            v->n_steps = 0;
            v->closed_world = false;
        }
    }
}

/* ---- one function ---- */

static void analyse(struct precise_state *st, struct precise_sum *s)
{
    struct precise_graph *g = precise_graph_begin(st, s->unit, s->fn);

    g->sum = s;
    st->p->stats.graphs++;
    s->rounds++;
    precise_body(g);
    precise_solve(g);
    put_sites(g, s);
    if (g->over) {
        st->p->stats.limits++;
        st->changed |= s->kind != SUM_TAGS;
        s->kind = SUM_TAGS;
        spoil_sites(s, PRECISE_LIMIT_CAUSE);
    } else if (s->kind != SUM_TAGS) {
        precise_summarise(g, s);
    }
    precise_graph_end(g);
}

/* ---- components ---- */

/* A component that does not come to rest: the gc engine's tags do for all of it, and the verdicts follow from them. */
static void give_up(struct precise_state *st, struct precise_sum *head)
{
    struct precise_sum *s = st->stack;

    for (;; s = s->next) {
        s->kind = SUM_TAGS;
        s->state = SUM_DONE;
        if (s == head) {
            break;
        }
    }
    for (s = st->stack;; s = s->next) {
        analyse(st, s);
        if (s == head) {
            break;
        }
    }
}

static void finish(struct precise_state *st, struct precise_sum *head)
{
    for (;;) {
        struct precise_sum *s = st->stack;
        st->stack = s->next;
        st->n_stack--;
        s->state = SUM_DONE;
        if (s == head) {
            return;
        }
    }
}

static void iterate(struct precise_state *st, struct precise_sum *head)
{
    u32 rounds = 1;

    do {
        for (struct precise_sum *s = st->stack; s != head; s = s->next) {
            s->state = SUM_AGAIN;
        }
        st->changed = false;
        u32 low = head->index, *saved = st->low;
        st->low = &low;
        analyse(st, head);
        st->low = saved;
        rounds++;
        for (struct precise_sum *s = st->stack; s != head; s = s->next) {
            st->changed |= s->state == SUM_AGAIN; /* nobody needed it any more: then it would be out of date */
        }
    } while (st->changed && rounds < PRECISE_ROUNDS);
    if (rounds > st->p->stats.rounds) {
        st->p->stats.rounds = rounds;
    }
    if (st->changed) {
        st->p->stats.limits++;
        give_up(st, head);
    }
    finish(st, head);
    st->changed = true; /* for the component around, if there is one */
}

static void enter(struct precise_state *st, struct precise_sum *s)
{
    bool again = s->state == SUM_AGAIN;
    u32 low, *saved = st->low;

    if (!again) {
        s->index = ++st->n_stack;
        s->next = st->stack;
        st->stack = s;
        s->used = false;
    }
    low = s->index;
    st->low = &low;
    s->state = SUM_ACTIVE;
    analyse(st, s);
    st->low = saved;
    if (again) { /* the component's head sees to the end */
        s->state = SUM_ACTIVE;
        if (saved && s->index < *saved) {
            *saved = low < s->index ? low : s->index;
        } else if (saved && low < *saved) {
            *saved = low;
        }
        return;
    }
    if (low < s->index) {
        if (saved && low < *saved) {
            *saved = low;
        }
        return; /* stays active: a part of an older one's component */
    }
    if (s->used || st->stack != s) {
        iterate(st, s);
    } else {
        finish(st, s);
    }
}

struct precise_sum *precise_sum_of(struct precise_state *st, struct ir_func *fn, struct ir_unit *u)
{
    struct precise_sum *s = sum_get(st, fn, u);

    if (s->state == SUM_ACTIVE) {
        s->used = true;
        if (st->low && s->index < *st->low) {
            *st->low = s->index;
        }
    } else if (s->state != SUM_DONE) {
        enter(st, s);
    }
    return s;
}

/* ---- the program ---- */

static void run(struct precise_state *st)
{
    struct escape *e = st->e;

    for (u32 i = 0; i < e->n_results; i++) {
        struct ir_unit *u = e->results[i].unit;
        for (size_t k = 0; u && k < u->funcs.n; k++) {
            sum_get(st, u->funcs.v[k], u);
        }
    }
    for (u32 i = 0; i < e->n_results; i++) {
        struct ir_unit *u = e->results[i].unit;
        for (size_t k = 0; u && k < u->funcs.n; k++) {
            precise_sum_of(st, u->funcs.v[k], u);
        }
    }
}

static void *run_thread(void *arg)
{
    run(arg);
    arena_scratch_release();
    return NULL;
}

/* Functions are analysed within each other as deep as the program's calls go: a stack of its own. */
static void run_deep(struct precise_state *st)
{
    pthread_attr_t attr;
    pthread_t t;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, (size_t)512 << 20);
    if (pthread_create(&t, &attr, run_thread, st) == 0) {
        pthread_join(t, NULL);
    } else {
        run(st);
    }
    pthread_attr_destroy(&attr);
}

/* ---- what the runtime does itself ---- */

struct opaque {
    struct precise *p;
    struct ir_unit *u;
    struct ir_func *fn;
    VEC(struct precise_site) sites;
};

static void opaque_site(struct opaque *o, struct ir *n)
{
    if (n->flags & IR_ESCAPES) {
        vec_push_in(o->p->arena, &o->sites,
                    (struct precise_site){.unit = o->u, .fn = o->fn, .n = n, .verdict = PRECISE_UNKNOWN,
                                          .cause = PRECISE_OPAQUE_CAUSE, .at = n->pos, .inl = n->inl});
    }
}

static bool opaque_node(void *ctx, struct ir *n)
{
    if (n->op != IR_NAME) {
        opaque_site(ctx, n);
    }
    return false;
}

static void opaque_sites(struct precise *p, struct precise_sum *s)
{
    struct opaque o = {.p = p, .u = s->unit, .fn = s->fn};

    if (!has_body(s->fn)) {
        return;
    }
    for (struct ir_name *n = s->fn->dcl; n; n = n->next_dcl) {
        opaque_site(&o, &n->n);
    }
    ir_any_list(&s->fn->body, opaque_node, &o);
    s->sites = o.sites.v;
    s->n_sites = (u32)o.sites.n;
}

static void collect(struct precise_state *st)
{
    struct precise *p = st->p;
    const struct map_entry *e;
    u32 n = 0;

    for (size_t i = 0; map_next(&st->sums, &i, &e);) {
        struct precise_sum *s = e->val.p;
        if (precise_is_opaque(s->fn)) {
            opaque_sites(p, s);
        }
        p->stats.functions += s->rounds > 0;
        n += s->n_sites;
    }
    p->sites = ARENA_ARRAY(p->arena, struct precise_site, n);
    for (size_t i = 0; map_next(&st->sums, &i, &e);) { /* in the order in which they were registered: that of the units */
        const struct precise_sum *s = e->val.p;
        if (s->n_sites) {
            memcpy(p->sites + p->n_sites, s->sites, s->n_sites * sizeof *s->sites);
            p->n_sites += s->n_sites;
        }
    }
    for (u32 i = 0; i < p->n_sites; i++) {
        struct precise_site *s = &p->sites[i];
        s->free = escape_site_free(s->unit, s->n) != NULL;
        if (s->verdict == PRECISE_STAYS) {
            precise_blocked(st, s);
        }
    }
}

struct precise *precise_run(struct escape *e)
{
    struct precise *p = mem_zalloc(sizeof *p);
    struct precise_state *st;
    u64 start = base_now_ns();

    p->escape = e;
    p->arena = mem_zalloc(sizeof *p->arena);
    arena_init(p->arena);
    p->state = st = ARENA_NEW(p->arena, struct precise_state);
    st->p = p;
    st->e = e;
    st->arena = p->arena;
    run_deep(st);
    collect(st);
    p->stats.ns = base_now_ns() - start;
    return p;
}

void precise_free(struct precise *p)
{
    struct precise_state *st = p->state;

    while (st->spare) {
        struct precise_graph *g = st->spare;
        st->spare = g->next;
        precise_graph_free(g);
    }
    map_release(&st->sums);
    map_release(&st->layouts);
    map_release(&st->types);
    map_release(&st->type_ids);
    map_release(&st->targets);
    map_release(&st->by_method);
    vec_release(&st->dynamic);
    arena_release(p->arena);
    mem_free(p->arena);
    mem_free(p);
}

struct precise_totals precise_count(const struct precise *p, const struct package *pkg)
{
    struct precise_totals t = {0};

    for (u32 i = 0; i < p->n_sites; i++) {
        const struct precise_site *s = &p->sites[i];
        if (s->free || (pkg && s->unit->pkg != pkg)) {
            continue;
        }
        t.sites++;
        t.stays += s->verdict == PRECISE_STAYS;
        t.must += s->verdict == PRECISE_MUST;
        t.unknown += s->verdict == PRECISE_UNKNOWN;
        t.closed_world += s->closed_world;
        t.by_cause[s->cause]++;
        t.by_block[s->block] += s->verdict == PRECISE_STAYS;
    }
    return t;
}
