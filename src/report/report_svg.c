/* report_svg.c: the space-time picture of a finding.
 *
 * Each goroutine is a vertical line, time runs downwards along it; arrows are happens-before
 * edges.  Heights mean nothing but that order: a mark lies below what is known to come before it,
 * and the two accesses, which nothing orders, stand side by side. */
#include "base/path.h"
#include "report/report.h"
#include "report/report_markup.h"

enum {
    SVG_LANE_WIDTH = 340,
    SVG_ROW_HEIGHT = 64,
    SVG_TOP = 56,
    SVG_MARGIN = 90,    /* beside the outer lanes, at least */
    SVG_CHAR_WIDTH = 7, /* of a label's characters, on the safe side */
};

struct svg {
    const struct finding_picture *p;
    struct strbuf *out;
    struct arena *a;
    u32 *row; /* per mark */
    u32 rows;
    u32 left, right; /* room for labels beside the outer lanes */
};

static u32 svg_x(const struct svg *s, u32 lane)
{
    return s->left + lane * SVG_LANE_WIDTH;
}

/* "ex02.go:14": the directory is in the text beside the picture. */
static str svg_place(struct svg *s, struct span span)
{
    return str_fmt(s->a, "%.*s:%u", STR_ARG(path_base(span.file)), span.line);
}

static void svg_margins(struct svg *s)
{
    s->left = s->right = SVG_MARGIN;
    for (size_t i = 0; i < s->p->n_marks; i++) {
        const struct finding_mark *m = &s->p->marks[i];
        size_t n = base_max(str_runes(m->label), m->span.line ? svg_place(s, m->span).n : 0);
        u32 want = (u32)base_min(n, 80) * SVG_CHAR_WIDTH + 24;
        u32 *side = m->lane == 0 ? &s->left : &s->right;
        *side = want > *side ? want : *side;
    }
}

static u32 svg_y(u32 row)
{
    return SVG_TOP + 36 + row * SVG_ROW_HEIGHT;
}

static void svg_lanes(struct svg *s)
{
    for (u32 i = 0; i < s->p->n_lanes; i++) {
        strbuf_printf(s->out, "<text class=\"lane\" x=\"%u\" y=\"%d\" text-anchor=\"middle\">",
                      svg_x(s, i), SVG_TOP - 24);
        report_markup_text(s->out, s->p->lanes[i]);
        strbuf_printf(s->out,
                      "</text><line class=\"life\" x1=\"%u\" y1=\"%d\" x2=\"%u\" y2=\"%u\"/>\n",
                      svg_x(s, i), SVG_TOP - 8, svg_x(s, i), svg_y(s->rows) - 20);
    }
}

static void svg_edge(struct svg *s, const struct finding_edge *e, u32 id)
{
    const struct finding_mark *m1 = &s->p->marks[e->from], *m2 = &s->p->marks[e->to];
    u32 x1 = svg_x(s, m1->lane), y1 = svg_y(s->row[e->from]);
    u32 x2 = svg_x(s, m2->lane), y2 = svg_y(s->row[e->to]);
    u32 gap = e->missing ? 14 : 8;
    u32 from = x1 < x2 ? x1 + gap : x1 - gap, to = x1 < x2 ? x2 - gap : x2 + gap;
    strbuf_printf(s->out, "<line class=\"%s\" x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\"",
                  e->missing ? "gap" : "edge", from, y1, to, y2);
    if (!e->missing) {
        strbuf_printf(s->out, " marker-end=\"url(#arrow%u)\"", id);
    }
    strbuf_printf(s->out, "/><text class=\"%s\" x=\"%u\" y=\"%u\" text-anchor=\"middle\">",
                  e->missing ? "gap" : "note", (x1 + x2) / 2, (y1 + y2) / 2 - 8);
    report_markup_text(s->out, e->label);
    strbuf_puts(s->out, "</text>\n");
}

/* Labels stand outside: left of the first lane, right of the others. */
static void svg_mark(struct svg *s, const struct finding_mark *m, u32 row)
{
    bool left = m->lane == 0;
    u32 x = svg_x(s, m->lane), y = svg_y(row);
    strbuf_printf(s->out, "<circle class=\"%s\" cx=\"%u\" cy=\"%u\" r=\"%d\"/>",
                  m->hot ? "hot" : "mark", x, y, m->hot ? 8 : 5);
    strbuf_printf(s->out, "<text class=\"%s\" x=\"%u\" y=\"%u\" text-anchor=\"%s\">",
                  m->hot ? "hot" : "label", left ? x - 16 : x + 16, y - 2, left ? "end" : "start");
    report_markup_text(s->out, m->label);
    strbuf_puts(s->out, "</text>");
    if (m->span.line > 0) {
        strbuf_printf(s->out, "<text class=\"place\" x=\"%u\" y=\"%u\" text-anchor=\"%s\">",
                      left ? x - 16 : x + 16, y + 13, left ? "end" : "start");
        report_markup_text(s->out, svg_place(s, m->span));
        strbuf_puts(s->out, "</text>");
    }
    strbuf_putc(s->out, '\n');
}

void report_svg(const struct report *r, const struct finding_picture *p, u32 id, struct strbuf *out)
{
    if (p->n_lanes == 0 || p->n_lanes > 64) {
        return;
    }
    struct arena_scratch scratch = arena_scratch_begin(r->arena);
    struct svg s = {.p = p, .out = out, .a = scratch.arena};
    s.row = ARENA_ARRAY(s.a, u32, p->n_marks);
    s.rows = report_picture_rows(p, s.row);
    svg_margins(&s);
    u32 width = svg_x(&s, (u32)p->n_lanes - 1) + s.right, height = svg_y(s.rows);
    strbuf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" "
                  "role=\"img\" aria-label=\"space-time picture\">\n"
                  "<defs><marker id=\"arrow%u\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" "
                  "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                  "<path class=\"tip\" d=\"M0 0L10 5L0 10z\"/></marker></defs>\n",
                  width, height, width, id);
    svg_lanes(&s);
    for (size_t i = 0; i < p->n_edges; i++) {
        svg_edge(&s, &p->edges[i], id);
    }
    for (size_t i = 0; i < p->n_marks; i++) {
        svg_mark(&s, &p->marks[i], s.row[i]);
    }
    strbuf_puts(out, "</svg>\n");
    arena_scratch_end(scratch);
}
