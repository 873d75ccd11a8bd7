/* clock.c: rt/clock.c, and a walk over all clock nodes. */
#include "../../rt/clock.c"

#include <stdlib.h>

#include "rt_test.h"

struct walk {
    struct rt_marks marks;
    u32 *refs; /* found so far, by node */
    u32 nodes;
};

static void visit(struct walk *w, u32 id)
{
    const struct clock_node *n = clock_at(id);

    if (id >= w->marks.next) {
        rt_broken("clock node %u lies outside of the arena", id);
    }
    if (w->refs[id]++ != 0) {
        return;
    }
    rt_mark(&w->marks, id, 1, "in a clock");
    w->nodes++;
    for (u32 i = 0; n->level > 0 && i < CLOCK_FAN; i++) {
        if (is_node(n->level, n->slot[i])) {
            if (clock_at(n->slot[i])->level != n->level - 1) {
                rt_broken("clock node %u of level %u has a child of level %u", id, n->level,
                          clock_at(n->slot[i])->level);
            }
            visit(w, n->slot[i]);
        }
    }
}

void rt_check_clocks(const struct rt_world *w, struct rt_census *c, const u32 *roots, u32 count)
{
    struct walk walk = {.refs = calloc(clock_nodes.next, sizeof(u32))};

    rt_marks_init(&walk.marks, &clock_nodes);
    for (u32 i = 0; i < count; i++) {
        if (roots[i] == CLOCK_ALL) {
            rt_broken("a root knows everything for ever");
        }
        if (roots[i] != 0) {
            visit(&walk, roots[i]);
        }
    }
    for (u32 id = 1; id < clock_nodes.next; id++) {
        if (walk.refs[id] != 0 && clock_at(id)->refs != walk.refs[id]) {
            rt_broken("clock node %u has %u references and counts %u", id, walk.refs[id],
                      clock_at(id)->refs);
        }
    }
    c->nodes = walk.nodes;
    rt_mark_pool(&walk.marks, &node_pool);
    for (u32 i = 0; i < w->proc_count; i++) {
        rt_mark_cache(&walk.marks, &node_pool, &w->procs[i]->nodes);
    }
    rt_marks_done(&walk.marks);
    free(walk.refs);
}
