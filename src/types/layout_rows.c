#include "types/layout_rows.h"

#include <stdlib.h>

u32 layout_line(str goarch)
{
    static const struct {
        const char *name;
        u32 line;
    } other[] = {{"arm", 32},    {"arm64", 128},   {"mips", 32},     {"mipsle", 32}, {"mips64", 32},
                 {"ppc64", 128}, {"ppc64le", 128}, {"mips64le", 32}, {"s390x", 256}};

    for (size_t i = 0; i < ARRAY_LEN(other); i++) {
        if (str_is(goarch, other[i].name)) {
            return other[i].line;
        }
    }
    return 64;
}

struct layout_collector {
    const struct sizes *sizes;
    struct arena *a;
    layout_rows *rows;
    bool deep;
};

static void layout_hole(struct layout_collector *c, i64 from, i64 to, u32 depth)
{
    if (to > from) {
        vec_push_in(c->a, c->rows, (struct layout_row){NULL, from, to - from, depth});
    }
}

static void layout_collect_at(struct layout_collector *c, struct type *t, i64 base, u32 depth)
{
    struct type_struct *s = is_struct(type_under(t));

    if (!s || s->n == 0) {
        return;
    }
    i64 *off = ARENA_ARRAY(c->a, i64, s->n);
    layout_offsets(c->sizes, s, off);
    i64 end = base;
    for (u32 i = 0; i < s->n; i++) {
        i64 at = base + off[i], size = layout_size(c->sizes, s->fields[i]->type);
        layout_hole(c, end, at, depth);
        vec_push_in(c->a, c->rows, (struct layout_row){s->fields[i], at, size, depth});
        if (c->deep && depth < 64) {
            layout_collect_at(c, s->fields[i]->type, at, depth + 1);
        }
        end = at + size;
    }
    layout_hole(c, end, base + layout_size(c->sizes, t), depth);
}

void layout_collect(const struct sizes *s, struct arena *a, layout_rows *rows, struct type *t, bool deep)
{
    if (layout_size(s, t) >= 0) {
        layout_collect_at(&(struct layout_collector){s, a, rows, deep}, t, 0, 0);
    }
}

i64 layout_padding(const layout_rows *rows)
{
    i64 sum = 0;

    for (size_t i = 0; i < rows->n; i++) {
        sum += !rows->v[i].field && rows->v[i].depth == 0 ? rows->v[i].size : 0;
    }
    return sum;
}

/* ---- a better order ---- */

struct layout_key {
    i64 size, align;
    u32 index;
};

static int layout_key_cmp(const void *x, const void *y)
{
    const struct layout_key *a = x, *b = y;

    if ((a->size == 0) != (b->size == 0)) {
        return a->size == 0 ? -1 : 1;
    }
    if (a->align != b->align) {
        return a->align > b->align ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

i64 layout_best(const struct sizes *s, struct arena *a, struct type_struct *t, u32 *order)
{
    struct layout_key *keys = ARENA_ARRAY(a, struct layout_key, t->n);
    struct obj **fields = ARENA_ARRAY(a, struct obj *, t->n);

    for (u32 i = 0; i < t->n; i++) {
        struct type *f = t->fields[i]->type;
        keys[i] = (struct layout_key){layout_size(s, f), layout_align(s, f), i};
    }
    if (t->n > 1) {
        qsort(keys, t->n, sizeof *keys, layout_key_cmp);
    }
    for (u32 i = 0; i < t->n; i++) {
        order[i] = keys[i].index;
        fields[i] = t->fields[order[i]];
    }
    return layout_size(s, type_new_struct(a, fields, t->n, NULL));
}
