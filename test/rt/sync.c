/* sync.c: rt/sync.c, and a walk over all synchronisation objects. */
#include "../../rt/sync.c"

#include "rt_test.h"

void rt_check_syncs(const struct rt_world *w, struct rt_census *c, void (*root)(u32 clock))
{
    struct rt_marks m;

    rt_marks_init(&m, &syncs);
    rt_mark(&m, 1, 1, "never used");
    for (u32 i = 0; i < w->span_count; i++) {
        const struct rt_span *span = &w->spans[i];
        const struct range *r = shadow_range(span->addr);

        for (uptr at = span->addr; at < span->addr + span->size; at += 1UL << LINE_LOG) {
            u32 head = *shadow_line(r, at);

            if (head & LINE_LOCK) {
                rt_broken("the line of %#lx is locked", at);
            }
            if (head != 0 && !(*shadow_page(r, at) & PAGE_SYNC)) {
                rt_broken("page of %#lx has a synchronisation object and no flag", at);
            }
            for (u32 id = head; id != 0; id = sync_at(id)->next) {
                const struct sync *s = sync_at(id);

                rt_mark(&m, id, 1, "in a line");
                if (ROUND_DOWN(s->addr, 1UL << LINE_LOG) != at) {
                    rt_broken("object of %#lx hangs in the line of %#lx", s->addr, at);
                }
                root(s->clock);
                c->syncs++;
            }
        }
    }
    rt_mark_pool(&m, &sync_pool);
    for (u32 i = 0; i < w->proc_count; i++) {
        rt_mark_cache(&m, &sync_pool, &w->procs[i]->syncs);
    }
    rt_marks_done(&m);
}
