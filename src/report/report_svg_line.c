/* report_svg_line.c: the picture of a cache line: a ruler of bytes, a box for each variable, who uses it below. */
#include "report/report.h"
#include "report/report_markup.h"

enum {
    LINE_ROW = 64,      /* bytes of a row */
    LINE_BYTE = 13,     /* pixels of a byte */
    LINE_LEFT = 20,
    LINE_BOX = 34,      /* height of the boxes */
    LINE_ROW_HEIGHT = 72,
    LINE_TEXT = 20,     /* of a line of the legend */
};

static u32 line_x(u32 byte)
{
    return LINE_LEFT + byte % LINE_ROW * LINE_BYTE;
}

static u32 line_y(u32 byte)
{
    return 28 + byte / LINE_ROW * LINE_ROW_HEIGHT;
}

static void line_box(struct strbuf *out, const char *class, u32 from, u32 to)
{
    strbuf_printf(out, "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%d\"/>", class, line_x(from),
                  line_y(from), (to - from) * LINE_BYTE, LINE_BOX);
}

void report_svg_line(const struct finding_line *l, struct strbuf *out)
{
    u32 rows = (l->size + LINE_ROW - 1) / LINE_ROW;
    u32 legend = line_y(0) + rows * LINE_ROW_HEIGHT, height = legend + (u32)l->n_cells * LINE_TEXT + 8;
    u32 width = 2 * LINE_LEFT + LINE_ROW * LINE_BYTE;
    strbuf_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" class=\"line\" role=\"img\" "
                  "aria-label=\"cache line\">\n",
                  width, height, width);
    for (u32 at = 0; at < l->size; at += 8) {
        line_box(out, "free", at, at + 8);
        strbuf_printf(out, "<text class=\"place\" x=\"%u\" y=\"%u\">%u</text>\n", line_x(at), line_y(at) - 6, at);
    }
    for (size_t i = 0; i < l->n_cells; i++) {
        const struct finding_cell *c = &l->cells[i];
        for (u32 at = c->from; at < c->to;) {
            u32 end = (at / LINE_ROW + 1) * LINE_ROW;
            end = end < c->to ? end : c->to;
            line_box(out, c->hot ? "hotcell" : "cell", at, end);
            strbuf_printf(out, "<text class=\"%s\" x=\"%u\" y=\"%u\" text-anchor=\"middle\">%zu</text>\n",
                          c->hot ? "hot" : "label", (line_x(at) + line_x(end - 1) + LINE_BYTE) / 2,
                          line_y(at) + LINE_BOX / 2 + 5, i + 1);
            at = end;
        }
        strbuf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%u\">%zu  ", c->hot ? "hot" : "label", LINE_LEFT,
                      legend + (u32)(i + 1) * LINE_TEXT - 6, i + 1);
        report_markup_text(out, c->label);
        strbuf_puts(out, c->who.n > 0 ? ": " : "");
        report_markup_text(out, c->who);
        strbuf_puts(out, "</text>\n");
    }
    strbuf_puts(out, "</svg>\n");
}
