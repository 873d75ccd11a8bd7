/* errors_repeated.c: what need not be said twice. */
#include "base/mem.h"
#include "types/types.h"

static bool errors_same_line(const struct program *p, u32 x, u32 y)
{
    struct span a = sources_span_raw(p->sources, x), b = sources_span_raw(p->sources, y);

    return a.line == b.line && str_eq(a.file, b.file);
}

/* by_order: index + 1 of an error by its order. */
static bool errors_said_before(const struct package *p, const u32 *by_order, u32 i)
{
    const struct type_error *e = &p->errors[i];

    if (i > 0 && e->pos == e[-1].pos && str_eq(e->text, e[-1].text)) {
        return true;
    }
    u32 before = e->order > 0 && e->order <= p->n_errors ? by_order[e->order - 1] : 0;
    if (before == 0) {
        return false;
    }
    const struct type_error *b = &p->errors[before - 1];
    return !e->syntax && !b->syntax && str_eq(e->text, b->text) && errors_same_line(p->prog, e->pos, b->pos);
}

bool *errors_repeated(struct arena *a, const struct package *p)
{
    bool *said = ARENA_ARRAY(a, bool, p->n_errors);
    u32 *by_order = mem_array(p->n_errors + 1, sizeof *by_order);

    for (u32 i = 0; i < p->n_errors; i++) {
        if (p->errors[i].order < p->n_errors) {
            by_order[p->errors[i].order] = i + 1;
        }
    }
    for (u32 i = 0; i < p->n_errors; i++) {
        said[i] = errors_said_before(p, by_order, i);
    }
    mem_free(by_order);
    return said;
}
