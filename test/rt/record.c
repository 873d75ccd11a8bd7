/* record.c: rt/record.c, and a walk over all records. */
#include "../../rt/record.c"

#include <stdlib.h>

#include "rt_test.h"

static u32 *used; /* references found so far, by record */
static u32 used_len;

void rt_record_used(u32 id, u32 n)
{
    if (id == 0 || id >= records.next) {
        rt_broken("record %u lies outside of the arena", id);
    }
    if (records.next > used_len) {
        used = realloc(used, records.next * sizeof *used);
        memset(used + used_len, 0, (records.next - used_len) * sizeof *used);
        used_len = records.next;
    }
    used[id] += n;
}

void rt_check_records(const struct rt_world *w, struct rt_census *c)
{
    struct rt_marks m;

    for (u32 i = 0; i < w->proc_count; i++) {
        for (u32 k = 0; k < 1u << JOIN_LOG; k++) {
            if (w->procs[i]->join[k].to != 0) {
                rt_record_used(w->procs[i]->join[k].to, 1);
                rt_record_used(w->procs[i]->join[k].old, 1);
                rt_record_used(w->procs[i]->join[k].mine, 1);
            }
        }
    }
    rt_marks_init(&m, &records);
    rt_mark(&m, 1, 1, "never used");
    for (u32 id = 2; id < records.next; id++) {
        const struct record *r = record_at(id);
        u32 n = id < used_len ? used[id] : 0;

        if (r->key == 0) {
            if (n != 0) {
                rt_broken("record %u is free and used %u times", id, n);
            }
            continue;
        }
        rt_mark(&m, id, 1, "used");
        c->records += n != 0; /* else it is in an outbox or inbox */
        if (r->refs - r->gone != n) {
            rt_broken("record %u has %u references and counts %u - %u", id, n, r->refs, r->gone);
        }
        if (r->refs == 0 && proc_by_id(r->owner)->untaken != id) {
            rt_broken("record %u was never taken and is lost", id);
        }
    }
    rt_mark_pool(&m, &record_pool);
    for (u32 i = 0; i < w->proc_count; i++) {
        rt_mark_cache(&m, &record_pool, &w->procs[i]->records);
    }
    rt_marks_done(&m);
    free(used);
    used = NULL;
    used_len = 0;
}
