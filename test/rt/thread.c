/* thread.c: rt/thread.c, and a walk over all goroutine contexts. */
#include "../../rt/thread.c"

#include "rt_test.h"

void rt_set_epoch(struct thr *t, u32 epoch)
{
    t->key = key_make(thr_g(t), epoch);
}

u32 rt_epoch_last(void)
{
    return EPOCH_LAST;
}

void rt_check_thrs(struct rt_census *c, void (*root)(u32 clock))
{
    struct rt_marks m;
    u32 prev = 0;

    rt_marks_init(&m, &thrs);
    for (u32 i = all.first; i != 0; i = thr_at(i)->next) {
        const struct thr *t = thr_at(i);

        rt_mark(&m, i, 1, "alive");
        if (t->prev != prev) {
            rt_broken("goroutine context %u: prev %u", i, t->prev);
        }
        if (goroutine_finished(thr_g(t))) {
            rt_broken("goroutine %u lives and is finished", thr_g(t));
        }
        if (clock_get(t->clock, thr_g(t)) >= thr_epoch(t)) {
            rt_broken("goroutine %u knows the end of its own epoch %u", thr_g(t), thr_epoch(t));
        }
        root(t->clock);
        c->thrs++;
        prev = i;
    }
    for (const struct proc *p = procs.idle; p; p = p->idle) { /* kept for the next P */
        c->blocks -= rt_block_size(sizeof *p);
    }
    rt_check_goroutines(c);
    rt_mark_pool(&m, &thr_pool);
    rt_mark_cache(&m, &thr_pool, &all.thrs);
    rt_marks_done(&m);
}
