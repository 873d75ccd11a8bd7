/* shadow.c: rt/shadow.c with its reports going to the test, and a walk over words and memos. */
#include "../../rt/report.h"

void (*rt_on_race)(struct thr *t, const struct race *r);

static void on_race(struct thr *t, const struct race *r)
{
    if (rt_on_race) {
        rt_on_race(t, r);
    } else {
        report_race(t, r);
    }
}

#define report_race on_race
#include "../../rt/shadow.c"

#include "rt_test.h"

static void check_memo(const struct memo *m, struct rt_census *c)
{
    if (m->to != 0) {
        rt_cell_used(m->to, 1 + m->spare, c);
        if (word_has_cell(m->from)) {
            rt_cell_used((u32)m->from, 1 + m->owed, c);
        }
    }
}

void rt_check_words(const struct rt_world *world, struct rt_census *c)
{
    rt_cells_begin();
    for (u32 i = 0; i < world->span_count; i++) {
        const struct rt_span *span = &world->spans[i];
        const struct range *r = shadow_range(span->addr);

        for (uptr at = span->addr; at < span->addr + span->size; at += 8) {
            u64 w = r->words[(at - r->lo) >> 3];

            if (w == 0) {
                continue;
            }
            if (!(*shadow_page(r, at) & PAGE_TOUCHED)) {
                rt_broken("word %#lx has a past and its page no flag", at);
            }
            if (word_has_cell(w)) {
                if (w >> 32 != 0 || w & WORD_LOCK) {
                    rt_broken("word %#lx is %#lx", at, w);
                }
                rt_cell_used((u32)w, 1, c);
                continue;
            }
            for (u32 slot = 0; slot < 2; slot++) {
                const struct record *rec = record_at(word_record(w, slot));

                if ((word_bytes(w, slot) == 0) != (word_record(w, slot) == 0)) {
                    rt_broken("word %#lx is %#lx", at, w);
                }
                if (word_bytes(w, slot) != 0) {
                    rt_record_used(word_record(w, slot), 1);
                    if (((rec->spot & RECORD_WRITE) != 0) != slot) {
                        rt_broken("word %#lx: slot %u, spot %#lx", at, slot, rec->spot);
                    }
                }
            }
        }
    }
    for (u32 i = 0; i < world->proc_count; i++) {
        for (u32 k = 0; k < MEMOS; k++) {
            check_memo(&world->procs[i]->memo[k], c);
        }
        for (u32 k = 0; k < 1u << STEPS_LOG; k++) {
            const struct transition *s = &world->procs[i]->step[k];

            for (u32 slot = 0; slot < 2 && s->to != 0; slot++) {
                u32 was = word_record(s->from, slot), is = word_record(s->to, slot);

                if (was != is && was != 0) {
                    rt_record_used(was, 1);
                }
                if (was != is && is != 0) {
                    rt_record_used(is, 1);
                }
            }
        }
    }
    rt_cells_end(world);
}
