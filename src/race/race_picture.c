/* race_picture.c: what is known of the order of two goroutines' deeds, for a drawing.
 *
 * Drawn are, of each goroutine: its creation; the operations of the user's code around its access, as far
 * as they synchronise; the edge by which the current goroutine knew last of the previous one; what the
 * previous one released since, which nobody took.  Without such operations (an event file of an older
 * runtime), what the numbers of the order say. */
#include "race/race_pattern.h"

/* Of a goroutine, besides what is part of an edge: the operations last before the access, and first after
 * it. */
enum { SHOWN_BEFORE = 3, SHOWN_AFTER = 3 };

struct drawing {
    struct arena *a;
    VEC(struct finding_mark) marks;
    VEC(struct finding_edge) edges;
};

static u32 draw_mark(struct drawing *d, u32 lane, const struct race_stack *where, bool hot,
                     str label)
{
    const struct race_frame *site = where ? race_site(where) : NULL;
    struct finding_mark m = {.lane = lane, .label = label, .hot = hot};
    if (site) {
        m.span = span_at(site->file, site->line, 0);
    }
    vec_push_in(d->a, &d->marks, m);
    return base_u32(d->marks.n - 1);
}

static void draw_edge(struct drawing *d, u32 from, u32 to, bool missing, str label)
{
    vec_push_in(d->a, &d->edges,
                (struct finding_edge){.from = from, .to = to, .missing = missing, .label = label});
}

static str draw_deed(struct arena *a, const struct race_access *acc)
{
    str op = race_operation(&acc->stack);
    return op.n > 0
               ? op
               : str_fmt(a, "%s%s", acc->atomic ? "atomic " : "", acc->write ? "write" : "read");
}

/* The go statement that created lane `child`'s goroutine; on the other lane if that one ran it. */
static void draw_creation(struct drawing *d, const struct race_access *const acc[2], u32 child)
{
    const struct race_access *c = acc[child], *other = acc[1 - child];
    if (c->main || c->created.n == 0) {
        return;
    }
    if (c->created_by == other->goroutine) {
        u32 go = draw_mark(d, 1 - child, &c->created, false, STR("go statement"));
        u32 start = draw_mark(d, child, NULL, false, STR("starts"));
        draw_edge(d, go, start, false, STR("go"));
    } else {
        str by = c->created_by == 1 ? STR("created by the main goroutine")
                                    : str_fmt(d->a, "created by goroutine %llu",
                                              (unsigned long long)c->created_by);
        draw_mark(d, child, &c->created, false, c->created_by ? by : STR("created"));
    }
}

/* What the epochs alone say. */
static void draw_numbers(struct drawing *d, const struct race_event *ev)
{
    const struct race_access *const acc[2] = {&ev->access[1], &ev->access[0]};
    /* If it created the other, the go statement is one of the releases that count here, and
     * whether it is the last cannot be told. */
    if (ev->has_order && ev->known_epoch > 0 && acc[1]->created_by != acc[0]->goroutine) {
        u32 rel = draw_mark(d, 0, NULL, false, STR("last release that was acquired"));
        u32 acq = draw_mark(d, 1, NULL, false, STR("acquires it"));
        draw_edge(d, rel, acq, false, STR("happens before"));
    }
    u32 prev = draw_mark(d, 0, &acc[0]->stack, true, draw_deed(d->a, acc[0]));
    u32 cur = draw_mark(d, 1, &acc[1]->stack, true, draw_deed(d->a, acc[1]));
    draw_edge(d, prev, cur, true, STR("no happens-before"));
    if (ev->has_order && ev->current_epoch > ev->access_epoch) {
        u64 n = ev->current_epoch - ev->access_epoch;
        draw_mark(
            d, 0, NULL, false,
            str_fmt(d->a, "%llu release%s, none acquired", (unsigned long long)n, n == 1 ? "" : "s"));
    }
}

/* The i-th deed of a lane, if it is to be drawn: its mark + 1. */
static void draw_deeds(struct drawing *d, const struct race_story *s, u32 lane, bool after, u32 *mark)
{
    const struct race_deeds *deeds = &s->deeds[1 - lane];
    size_t shown = 0, left = 0;
    for (size_t i = 0; i < deeds->n; i++) {
        left += deeds->v[i].after == after && deeds->v[i].own;
    }
    for (size_t i = 0; i < deeds->n; i++) {
        const struct race_deed *x = &deeds->v[i];
        if (x->after != after) {
            continue;
        }
        bool near = x->own && (after ? shown < SHOWN_AFTER : left <= SHOWN_BEFORE);
        left -= x->own;
        shown += x->own;
        if ((near && x->verb != RACE_START) || (x->edge && x->verb != RACE_START && x->verb != RACE_GO)) {
            str object = race_deed_object(d->a, s->src, x);
            str label = object.n > 0 ? str_fmt(d->a, "%.*s %.*s", STR_ARG(x->call), STR_ARG(object)) : x->call;
            if (x->verb == RACE_GO && s->ev->access[lane].goroutine == x->goroutine) {
                continue; /* draw_creation has it */
            }
            struct finding_mark m = {.lane = lane, .label = label, .span = race_span(x->site)};
            vec_push_in(d->a, &d->marks, m);
            mark[i] = base_u32(d->marks.n);
        }
    }
}

static bool is_joined(const struct drawing *d, u32 x, u32 y)
{
    for (size_t i = 0; i < d->edges.n; i++) {
        const struct finding_edge *e = &d->edges.v[i];
        if ((e->from == x && e->to == y) || (e->from == y && e->to == x)) {
            return true;
        }
    }
    return false;
}

/* What the goroutine of `lane` acquired of the other's, where one release alone can be meant.  The two ends of
 * an unbuffered channel acquire from each other: one arrow. */
static void draw_others(struct drawing *d, const struct race_story *s, u32 *const mark[2], u32 lane)
{
    const struct race_deeds *mine = &s->deeds[1 - lane], *theirs = &s->deeds[lane];
    for (size_t i = 0; i < mine->n; i++) {
        const struct race_deed *take = &mine->v[i];
        size_t n = 0, from = 0;
        for (size_t k = 0; k < theirs->n; k++) {
            if (theirs->v[k].releases && theirs->v[k].object == take->object) {
                from = k;
                n++;
            }
        }
        if (mark[lane][i] && take->acquires && take->verb != RACE_START && n == 1 && !theirs->v[from].after &&
            take->from == s->ev->access[lane].goroutine && mark[1 - lane][from] &&
            !is_joined(d, mark[1 - lane][from] - 1, mark[lane][i] - 1)) {
            draw_edge(d, mark[1 - lane][from] - 1, mark[lane][i] - 1, false, STR("happens before"));
        }
    }
}

static void draw_sync(struct drawing *d, const struct race_story *s)
{
    const struct race_access *const acc[2] = {&s->ev->access[1], &s->ev->access[0]};
    u32 *mark[2];
    for (u32 lane = 0; lane < 2; lane++) {
        mark[lane] = ARENA_ARRAY(d->a, u32, s->deeds[1 - lane].n + 1);
        draw_deeds(d, s, lane, false, mark[lane]);
    }
    for (size_t i = 0; i < s->deeds[1].n; i++) {
        for (size_t k = 0; k < s->deeds[0].n; k++) {
            const struct race_deed *give = &s->deeds[1].v[i], *take = &s->deeds[0].v[k];
            if (give->edge && take->edge && mark[0][i] && mark[1][k]) {
                draw_edge(d, mark[0][i] - 1, mark[1][k] - 1, false, STR("happens before"));
            }
        }
    }
    draw_others(d, s, mark, 0);
    draw_others(d, s, mark, 1);
    u32 prev = draw_mark(d, 0, &acc[0]->stack, true, draw_deed(d->a, acc[0]));
    u32 cur = draw_mark(d, 1, &acc[1]->stack, true, draw_deed(d->a, acc[1]));
    draw_edge(d, prev, cur, true, STR("no happens-before"));
    for (u32 lane = 0; lane < 2; lane++) {
        draw_deeds(d, s, lane, true, mark[lane]);
    }
}

struct finding_picture *race_picture(const struct race_story *s)
{
    struct arena *a = s->a;
    const struct race_event *ev = s->ev;
    /* Lane 0 is the previous access's goroutine, lane 1 the current one's. */
    const struct race_access *const acc[2] = {&ev->access[1], &ev->access[0]};
    if (acc[0]->goroutine == acc[1]->goroutine) {
        return NULL;
    }
    struct drawing d = {.a = a};
    /* Who created the other was created before. */
    u32 elder = acc[0]->created_by == acc[1]->goroutine ? 1 : 0;
    draw_creation(&d, acc, elder);
    draw_creation(&d, acc, 1 - elder);
    if (s->deeds[0].present && s->deeds[1].present) {
        draw_sync(&d, s);
    } else {
        draw_numbers(&d, ev);
    }
    struct finding_picture *p = ARENA_NEW(a, struct finding_picture);
    p->lanes = ARENA_ARRAY(a, str, 2);
    p->lanes[0] = race_goroutine(a, acc[0]);
    p->lanes[1] = race_goroutine(a, acc[1]);
    p->n_lanes = 2;
    p->marks = d.marks.v;
    p->n_marks = d.marks.n;
    p->edges = d.edges.v;
    p->n_edges = d.edges.n;
    return p;
}
