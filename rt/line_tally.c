/* line_tally.c: see line_tally.h. */
#include "line_tally.h"

/* ---- what a P counts ---- */

struct tally {
    u32 line; /* last to be set, first to be cleared: 0 is an empty entry */
    u32 id, g, stack;
    u64 pc, count;
    u32 transfers;
    u32 first, last;
    u16 locks;
    u8 kind, word, bytes;
};

enum { TALLIES_LOG = 11, PROCS_MAX = 1 << 16 };

/* By proc; made when it counts for the first time. */
static struct tally *tallies[PROCS_MAX];

/* ---- rows ---- */

enum { ROWS = 1 << 17, ROWS_PLACED = 128, ROWS_MAX = 192 };

static struct arena row_arena;
static u32 row_free_list;

int tally_init(void)
{
    return arena_init(&row_arena, "accesses to shared cache lines", sizeof(struct row), ROWS);
}

static struct row *row_ptr(u32 index)
{
    return arena_at(&row_arena, index);
}

const struct row *row_at(u32 index)
{
    return row_ptr(index);
}

static struct row *row_take(struct line *l)
{
    u32 index = row_free_list;

    if (index != 0) {
        row_free_list = row_ptr(index)->next;
    } else {
        index = arena_take(&row_arena, 1);
    }
    if (index == 0) {
        return NULL;
    }
    memset(row_ptr(index), 0, sizeof(struct row));
    row_ptr(index)->next = l->rows;
    l->rows = index;
    l->row_count++;
    return row_ptr(index);
}

static void row_sum(struct row *to, const struct row *r)
{
    to->count += r->count;
    to->transfers += r->transfers;
    to->bytes |= r->bytes;
    to->first = r->first < to->first ? r->first : to->first;
    to->last = r->last > to->last ? r->last : to->last;
}

static struct row *row_find(const struct line *l, const struct row *r)
{
    for (u32 i = l->rows; i != 0; i = row_ptr(i)->next) {
        struct row *x = row_ptr(i);

        if (x->pc == r->pc && x->g == r->g && x->stack == r->stack && x->word == r->word &&
            x->kind == r->kind && x->locks == r->locks) {
            return x;
        }
    }
    return NULL;
}

/* Adds r to the rows of l, if there are too many to one that says less. */
static void row_add(struct line *l, struct row r)
{
    struct row *to = row_find(l, &r);

    if (!to && l->row_count >= ROWS_PLACED) {
        r.pc = 0;
        r.stack = 0;
        r.locks = 0;
        to = row_find(l, &r);
        if (!to && l->row_count >= ROWS_MAX) {
            r.g = ROW_OTHERS; /* as many of these as there are words and kinds */
            to = row_find(l, &r);
        }
    }
    if (to) {
        row_sum(to, &r);
        return;
    }
    to = row_take(l);
    if (to) {
        r.next = to->next;
        *to = r;
    }
}

void rows_free(struct line *l)
{
    for (u32 i = l->rows, next; i != 0; i = next) {
        next = row_ptr(i)->next;
        row_ptr(i)->next = row_free_list;
        row_free_list = i;
    }
    l->rows = 0;
    l->row_count = 0;
}

void rows_move(struct line *l, struct line *to)
{
    for (u32 i = l->rows; i != 0; i = row_ptr(i)->next) {
        row_add(to, *row_ptr(i));
    }
    rows_free(l);
}

/* ---- counting ---- */

/* Under line_lock. */
static void tally_add(const struct tally *a, u32 index)
{
    struct line *l = line_whole(index, a->id);

    if (l && a->count != 0) {
        row_add(l, (struct row){.pc = a->pc,
                                .count = a->count,
                                .g = a->g,
                                .stack = a->stack,
                                .transfers = a->transfers,
                                .first = a->first,
                                .last = a->last,
                                .locks = a->locks,
                                .kind = a->kind,
                                .word = a->word,
                                .bytes = a->bytes});
    }
}

static int tally_is(const struct tally *a, const struct tally_key *k)
{
    return a->line == k->line && a->id == k->id && a->pc == k->pc && a->g == k->g &&
           a->stack == k->stack && a->word == k->word && a->kind == k->kind && a->locks == k->locks;
}

static NOINLINE void tally_replace(struct tally *a, const struct tally_key *k)
{
    u32 index = a->line;

    if (index != 0) {
        os_lock(&line_lock);
        atomic_store_relaxed(&a->line, 0);
        tally_add(a, index);
        os_unlock(&line_lock);
    }
    a->id = k->id;
    a->g = k->g;
    a->stack = k->stack;
    a->pc = k->pc;
    a->locks = k->locks;
    a->kind = k->kind;
    a->word = k->word;
    a->bytes = 0;
    a->transfers = 0;
    a->first = (u32)(atomic_load_relaxed(&line_now) >> 20);
    atomic_store_relaxed(&a->count, 0);
    atomic_store(&a->line, k->line); /* last: pairs with tally_settle */
}

void tally_count(struct proc *p, const struct tally_key *k, u8 bytes, u32 transfers)
{
    struct tally *table = tallies[p->id];

    if (UNLIKELY(!table)) {
        table = os_map(sizeof *table << TALLIES_LOG);
        if (!table) {
            return;
        }
        atomic_store(&tallies[p->id], table);
    }

    u64 h = (k->pc ^ (u64)k->stack << 20 ^ (u64)k->line << 40 ^ (u64)k->g << 13 ^
             (u64)k->word << 52 ^ (u64)k->kind << 60) *
            0x9e3779b97f4a7c15UL;
    struct tally *a = &table[h >> (64 - TALLIES_LOG)];

    if (UNLIKELY(!tally_is(a, k))) {
        struct tally *b = &table[h >> (64 - TALLIES_LOG) ^ 1];

        if (tally_is(b, k)) {
            a = b;
        } else {
            a = a->count > b->count ? b : a;
            tally_replace(a, k);
        }
    }
    atomic_store_relaxed(&a->count, a->count + 1);
    a->bytes |= bytes;
    a->transfers += transfers;
    a->last = (u32)(atomic_load_relaxed(&line_now) >> 20);
}

void tally_settle(void)
{
    os_lock(&line_lock);
    for (u32 i = 0; i < PROCS_MAX; i++) {
        struct tally *table = atomic_load(&tallies[i]);

        for (u32 j = 0; table && j < 1u << TALLIES_LOG; j++) {
            struct tally *a = &table[j];
            u32 line = atomic_load(&a->line);
            struct tally copy = *a;

            if (line != 0 && atomic_load(&a->line) == line) {
                tally_add(&copy, line);
                atomic_store_relaxed(&a->count, 0);
                a->transfers = 0;
            }
        }
    }
    os_unlock(&line_lock);
}

u32 tally_procs(void)
{
    u32 n = 0;

    for (u32 i = 0; i < PROCS_MAX; i++) {
        n += atomic_load_relaxed(&tallies[i]) != NULL;
    }
    return n;
}
