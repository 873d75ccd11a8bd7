/* report_picture.c: the space-time picture as rows: for report_svg.c, and in letters for terminals.
 *
 * A column is a goroutine, a row a step; a mark lies below what is known to come before it, and what a missing
 * edge joins stands in one row. */
#include "base/path.h"
#include "base/term.h"
#include "report/report.h"

enum { PICTURE_MAX_ROUNDS = 64, PICTURE_WIDEST = 46 };

/* Rows by longest path: below the mark before it on its lane, below where its edges come from;
 * marks that a missing edge joins get one row.  A picture with a cycle (of a damaged document)
 * ends with whatever the last round gave. */
u32 report_picture_rows(const struct finding_picture *p, u32 *row)
{
    bool changed = true;
    u32 rows = 0;
    for (u32 round = 0; changed && round < PICTURE_MAX_ROUNDS; round++) {
        changed = false;
        for (size_t i = 0; i < p->n_marks; i++) {
            u32 want = row[i];
            for (size_t j = 0; j < i; j++) {
                if (p->marks[j].lane == p->marks[i].lane && row[j] + 1 > want) {
                    want = row[j] + 1;
                }
            }
            for (size_t k = 0; k < p->n_edges; k++) {
                const struct finding_edge *e = &p->edges[k];
                if (e->to == i && !e->missing && row[e->from] + 1 > want) {
                    want = row[e->from] + 1;
                }
                if (e->missing && (e->to == i || e->from == i)) {
                    u32 other = row[e->to == i ? e->from : e->to];
                    want = other > want ? other : want;
                }
            }
            changed |= want != row[i];
            row[i] = want;
        }
    }
    for (size_t i = 0; i < p->n_marks; i++) {
        rows = row[i] + 1 > rows ? row[i] + 1 : rows;
    }
    return rows;
}

/* ---- in letters ---- */

struct letters {
    const struct finding_picture *p;
    struct arena *a;
    struct strbuf *out;
    bool color;
    u32 *row;
    u32 *width; /* of a lane */
};

/* "o Mutex.Unlock c.mu :13 →1": edges are told by numbers, at both their ends. */
static str letters_mark(const struct letters *l, size_t i)
{
    const struct finding_mark *m = &l->p->marks[i];
    struct strbuf b = {0};
    strbuf_puts(&b, m->hot ? "● " : "○ ");
    for (size_t k = 0, n = 0; k < l->p->n_edges; k++) {
        n += !l->p->edges[k].missing;
        if (l->p->edges[k].to == i && !l->p->edges[k].missing) {
            strbuf_printf(&b, "%zu→ ", n);
        }
    }
    strbuf_put(&b, m->label);
    if (m->span.line > 0) {
        str file = path_base(m->span.file);
        strbuf_printf(&b, "  %.*s:%u", STR_ARG(file), m->span.line);
    }
    for (size_t k = 0, n = 0; k < l->p->n_edges; k++) {
        n += !l->p->edges[k].missing;
        if (l->p->edges[k].from == i && !l->p->edges[k].missing) {
            strbuf_printf(&b, " →%zu", n);
        }
    }
    str s = term_safe(l->a, str_dup(l->a, strbuf_str(&b)));
    strbuf_release(&b);
    return s;
}

static void letters_cell(const struct letters *l, u32 lane, str s, enum term_style style)
{
    bool last = lane + 1 == l->p->n_lanes;
    u32 n = term_columns(s);
    strbuf_puts(l->out, term_style(l->color, style));
    strbuf_put(l->out, s);
    strbuf_puts(l->out, term_style(l->color, TERM_PLAIN));
    strbuf_put_n(l->out, ' ', last ? 0 : n < l->width[lane] ? l->width[lane] - n : 1);
}

static void letters_row(const struct letters *l, u32 row)
{
    bool missing = false;
    strbuf_puts(l->out, "         ");
    for (u32 lane = 0; lane < l->p->n_lanes; lane++) {
        size_t at = l->p->n_marks;
        for (size_t i = 0; i < l->p->n_marks; i++) {
            at = l->p->marks[i].lane == lane && l->row[i] == row ? i : at;
        }
        if (at == l->p->n_marks) {
            letters_cell(l, lane, STR("│"), TERM_DIM);
            continue;
        }
        for (size_t k = 0; k < l->p->n_edges; k++) {
            missing |= l->p->edges[k].missing && l->p->edges[k].from == at;
        }
        letters_cell(l, lane, letters_mark(l, at), l->p->marks[at].hot ? TERM_RED : TERM_PLAIN);
    }
    if (missing) {
        strbuf_puts(l->out, term_style(l->color, TERM_RED));
        strbuf_puts(l->out, "   ╳ no happens-before");
        strbuf_puts(l->out, term_style(l->color, TERM_PLAIN));
    }
    while (l->out->n > 0 && l->out->p[l->out->n - 1] == ' ') {
        strbuf_truncate(l->out, l->out->n - 1);
    }
    strbuf_putc(l->out, '\n');
}

void report_picture_text(struct arena *a, const struct finding_picture *p, bool color, struct strbuf *out)
{
    if (p->n_lanes == 0 || p->n_lanes > 64) {
        return;
    }
    struct letters l = {.p = p, .a = a, .out = out, .color = color};
    l.row = ARENA_ARRAY(a, u32, p->n_marks + 1);
    l.width = ARENA_ARRAY(a, u32, p->n_lanes);
    u32 rows = report_picture_rows(p, l.row);
    for (u32 lane = 0; lane < p->n_lanes; lane++) {
        l.width[lane] = term_columns(p->lanes[lane]) + 3;
    }
    for (size_t i = 0; i < p->n_marks; i++) {
        u32 n = (u32)base_min(term_columns(letters_mark(&l, i)), PICTURE_WIDEST) + 3;
        u32 *w = &l.width[p->marks[i].lane];
        *w = n > *w ? n : *w;
    }
    strbuf_puts(out, "         ");
    for (u32 lane = 0; lane < p->n_lanes; lane++) {
        letters_cell(&l, lane, term_safe(a, p->lanes[lane]), TERM_BOLD);
    }
    strbuf_putc(out, '\n');
    for (u32 row = 0; row < rows; row++) {
        letters_row(&l, row);
    }
}
