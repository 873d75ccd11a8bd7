/* race_picture.c: what is known of the order of two goroutines' deeds, for a drawing.
 *
 * Known are, of each goroutine: that its creation came before its access; of the previous one: the
 * last release that the other acquired (before the access), and that the releases since the
 * access were not acquired.  Nothing else is drawn. */
#include "base/vec.h"
#include "race/race_find.h"

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

struct finding_picture *race_picture(struct arena *a, const struct race_event *ev)
{
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
    /* If it created the other, the go statement is one of the releases that count here, and
     * whether it is the last cannot be told. */
    if (ev->has_order && ev->known_epoch > 0 && acc[1]->created_by != acc[0]->goroutine) {
        u32 rel = draw_mark(&d, 0, NULL, false, STR("last release that was acquired"));
        u32 acq = draw_mark(&d, 1, NULL, false, STR("acquires it"));
        draw_edge(&d, rel, acq, false, STR("happens before"));
    }
    u32 prev = draw_mark(&d, 0, &acc[0]->stack, true, draw_deed(a, acc[0]));
    u32 cur = draw_mark(&d, 1, &acc[1]->stack, true, draw_deed(a, acc[1]));
    draw_edge(&d, prev, cur, true, STR("no happens-before"));
    if (ev->has_order && ev->current_epoch > ev->access_epoch) {
        u64 n = ev->current_epoch - ev->access_epoch;
        draw_mark(
            &d, 0, NULL, false,
            str_fmt(a, "%llu release%s, none acquired", (unsigned long long)n, n == 1 ? "" : "s"));
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
