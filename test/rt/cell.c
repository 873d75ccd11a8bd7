/* cell.c: rt/cell.c with what is known coming from the test, and a walk over all cells. */
#include "../../rt/report.h"

int (*rt_on_known)(u32 stack, u32 other);

static int on_known(u32 stack, u32 other)
{
    return rt_on_known ? rt_on_known(stack, other) : report_known(stack, other);
}

#define report_known on_known
#include "../../rt/cell.c"

#include <stdlib.h>

#include "rt_test.h"

static struct {
    struct rt_marks marks;
    u32 *refs; /* found so far, by cell */
} w;

static void check_entry(u32 id, const struct entry *e)
{
    if (e->mask == 0 || e->kind >= ACCESS_KINDS || e->epoch == 0) {
        rt_broken("cell %#x: an entry with mask %#x, kind %u, epoch %u", id, e->mask, e->kind,
                  e->epoch);
    }
}

/* The bytes that fast_bytes may promise because of an entry. */
static u32 backs_fast(const struct entry *e, u64 fast)
{
    return ((u64)e->g << 33 | (u64)e->epoch << 1 | 1) == fast ? fast_bytes(e) : 0;
}

static void check_set(u32 id, const struct set *s, u8 kind)
{
    u32 n = 0;

    for (u32 i = 0; i < s->cap; i++) {
        const struct entry *e = &s->slot[i];
        u32 at = set_hash(e->g, s->cap);

        if (e->mask == 0) {
            continue;
        }
        n++;
        check_entry(id, e);
        if (e->kind != kind) {
            rt_broken("cell %#x: kind %u among those of kind %u", id, e->kind, kind);
        }
        for (; at != i; at = (at + 1) & (s->cap - 1)) {
            if (s->slot[at].mask == 0) {
                rt_broken("cell %#x: goroutine %u's entry cannot be found", id, e->g);
            }
        }
        for (u32 k = 0; set_notes(s); k++) {
            if (k >= s->stack_count) {
                rt_broken("cell %#x: stack %u is not among the set's", id, entry_stack(e));
            }
            if (k == SET_STACKS || s->stack[k] == entry_stack(e)) {
                break;
            }
        }
    }
    if (n != s->count || (s->cap != 0 && n >= s->cap)) {
        rt_broken("cell %#x: a set of %u in %u slots counts %u", id, n, s->cap, s->count);
    }
}

static void check_cell(u32 id)
{
    const struct cell *c = cell_at(id);
    u32 backed = 0, kinds = 0;

    if (id & CELL_BIG) {
        for (u8 k = 0; k < ACCESS_KINDS; k++) {
            const struct set *s = &c->set[k];

            check_set(id, s, k);
            for (u32 i = 0; i < s->cap; i++) {
                backed |= s->slot[i].mask != 0 ? backs_fast(&s->slot[i], c->fast) : 0;
                kinds |= s->slot[i].mask != 0 ? 1u << k : 0;
            }
        }
    } else {
        if (cell_count(c) > ENTRIES_MAX) {
            rt_broken("cell %#x has %u entries", id, cell_count(c));
        }
        for (u32 i = 0; i < cell_count(c); i++) {
            check_entry(id, &c->entry[i]);
            backed |= backs_fast(&c->entry[i], c->fast);
            kinds |= 1u << c->entry[i].kind;
        }
    }
    if (kinds & ~(u32)c->entry[0].kinds) {
        rt_broken("cell %#x: entries of the kinds %#x, but it says %#x", id, kinds, c->entry[0].kinds);
    }
    if (fast_is_atomic(c->fast)) {
        const struct entry *e = &c->entry[c->fast_bytes];

        if (id & CELL_BIG || c->fast_bytes >= cell_count(c) || e->kind != (ACCESS_WRITE | ACCESS_ATOMIC) ||
            c->fast != ((u64)e->g << 33 | (u64)e->epoch << 1)) {
            rt_broken("cell %#x: fast %#lx, place %u is no atomic write", id, c->fast, c->fast_bytes);
        }
    } else if (c->fast != 0 && (c->fast_bytes & ~backed) != 0) {
        rt_broken("cell %#x: fast %#lx, bytes %#x are no accesses of the word", id, c->fast, c->fast_bytes);
    }
}

void rt_cell_used(u32 id, u32 n, struct rt_census *c)
{
    u32 index = id & CELL_INDEX;

    if (index == 0 || index >= w.marks.next) {
        rt_broken("a word or memo has cell %#x", id);
    }
    w.refs[index] += n;
    if (w.refs[index] == n) {
        rt_mark(&w.marks, index, pools[pool_of(id)].stride, "used");
        check_cell(id);
        c->cells++;
    }
}

static void check_free(u32 id)
{
    if (cell_at(id)->fast != 0) {
        rt_broken("free cell %u has a key", id);
    }
}

static void free_pool(const struct pool *p)
{
    rt_mark_pool(&w.marks, p);
    for (u32 i = 0; (i = rt_pool_next(p, i)) != 0;) {
        check_free(i);
    }
}

static void free_cache(const struct pool *p, const struct cache *c)
{
    rt_mark_cache(&w.marks, p, c);
    for (u32 i = 0; i < c->count; i++) {
        check_free(c->index[i]);
    }
}

void rt_cells_begin(void)
{
    w.refs = calloc(cells.next, sizeof(u32));
    rt_marks_init(&w.marks, &cells);
}

void rt_cells_end(const struct rt_world *world)
{
    for (u32 id = 1; id < cells.next; id++) {
        if (w.refs[id] != 0 && cell_at(id)->refs != w.refs[id]) {
            rt_broken("cell %u has %u references and counts %u", id, w.refs[id], cell_at(id)->refs);
        }
    }
    for (u32 size = 0; size < CELL_SIZES; size++) {
        free_pool(&pools[size]);
        for (u32 i = 0; i < world->proc_count; i++) {
            free_cache(&pools[size], &world->procs[i]->cells[size]);
        }
    }
    rt_marks_done(&w.marks);
    free(w.refs);
}
