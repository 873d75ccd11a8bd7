/* record.c: rt/record.c, and a walk over all records. */
#include "../../rt/record.c"

#include <stdlib.h>

#include "rt_test.h"

static u8 *used; /* names found so far, by record, up to RECORD_MANY */
static u8 *cached;

static u32 ids_end(u32 id)
{
    return id & RECORD_JOINED ? RECORD_JOINED + joined.next : records.next;
}

void rt_record_used(u32 id, u32 n)
{
    if (id == 0 || id >= ids_end(id)) {
        rt_broken("record %u lies outside of the arena", id);
    }
    if (!used) {
        used = calloc(1u << RECORD_BITS, 1);
    }
    used[id] = (u8)(used[id] + n < RECORD_MANY ? used[id] + n : RECORD_MANY);
}

static void check_cache(const struct cache *c)
{
    for (u32 i = 0; i < c->count; i++) {
        u32 id = c->index[i];

        if (id == 0 || id >= ids_end(id) || cached[id]++ != 0) {
            rt_broken("record %u is in two caches", id);
        }
        if (!(ids.used[id / 64] >> id % 64 & 1)) {
            rt_broken("record %u is in a cache, and in none", id);
        }
        if (used && used[id] != 0) {
            rt_broken("record %u is in a cache, and named", id);
        }
    }
}

static void check_record(u32 id, struct rt_census *c)
{
    const struct record *r = record_at(id);
    u32 n = used ? used[id] : 0;

    if (n == 0) {
        return;
    }
    c->records++;
    if (r->key == 0 || !(ids.used[id / 64] >> id % 64 & 1)) {
        rt_broken("record %u is free and named %u times", id, n);
    }
    if (record_names(r) < n) {
        rt_broken("record %u is named %u times, and says %u", id, n, record_names(r));
    }
    if (record_is_joined(r) != (id >= RECORD_JOINED)) {
        rt_broken("record %u has spot %#lx", id, r->spot);
    }
}

void rt_check_records(const struct rt_world *w, struct rt_census *c)
{
    cached = calloc(1u << RECORD_BITS, 1);
    for (u32 i = 0; i < w->proc_count; i++) {
        for (u32 k = 0; k < 1u << JOIN_LOG; k++) {
            if (w->procs[i]->join[k].to != 0) {
                rt_record_used(w->procs[i]->join[k].to, 1);
                rt_record_used(w->procs[i]->join[k].old, 1);
                rt_record_used(w->procs[i]->join[k].mine, 1);
            }
        }
    }
    for (u32 i = 0; i < w->proc_count; i++) {
        check_cache(&w->procs[i]->records);
        check_cache(&w->procs[i]->joined);
    }
    for (u32 id = 1; id < records.next; id++) {
        check_record(id, c);
    }
    for (u32 id = RECORD_JOINED; id < RECORD_JOINED + joined.next; id++) {
        check_record(id, c);
    }
    free(used);
    free(cached);
    used = NULL;
}
