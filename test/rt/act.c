/* act.c: rt/act.c, and a walk over all activations. */
#include "../../rt/act.c"

#include <stdlib.h>

#include "rt_test.h"

static u32 *used; /* references found so far, by activation */
static u32 used_len;

void rt_act_used(u32 id)
{
    for (; id != 0; id = act_at(id)->parent) {
        if (id >= acts.next) {
            rt_broken("activation %u lies outside of the arena", id);
        }
        if (acts.next > used_len) {
            used = realloc(used, acts.next * sizeof *used);
            memset(used + used_len, 0, (acts.next - used_len) * sizeof *used);
            used_len = acts.next;
        }
        if (used[id]++ != 0) {
            return; /* its own reference on its parent is counted already */
        }
    }
}

void rt_check_acts(const struct rt_world *w, struct rt_census *c)
{
    struct rt_marks m;

    rt_marks_init(&m, &acts);
    for (u32 id = 1; id < used_len; id++) {
        if (used[id] != 0) {
            rt_mark(&m, id, act_pool.stride, "used");
            c->acts++;
            if (act_at(id)->refs != used[id]) {
                rt_broken("activation %u has %u references and counts %u", id, used[id],
                          act_at(id)->refs);
            }
        }
    }
    rt_mark_pool(&m, &act_pool);
    for (u32 i = 0; i < w->proc_count; i++) {
        rt_mark_cache(&m, &act_pool, &w->procs[i]->acts);
    }
    rt_marks_done(&m);
    free(used);
    used = NULL;
    used_len = 0;
}
