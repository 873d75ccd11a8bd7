/* report_svg_tree.c: what a benchmark allocates, as a treemap: an area for each site, by bytes per operation. */
#include "base/path.h"
#include "report/report.h"
#include "report/report_markup.h"
#include "report/report_tree.h"

enum {
    TREE_WIDTH = 1000,
    TREE_HEIGHT = 220,
    TREE_SINGLE = 90, /* of one area alone */
    TREE_PAD = 8,
    TREE_LINE = 17, /* between lines of text */
    TREE_SITES = 200, /* of more, the rest is one area */
};

/* Widths of letters are not known here; 0.6 em is wide for a proportional font. */
static size_t tree_fits(double width, double per_char)
{
    return width > 2 * TREE_PAD ? (size_t)((width - 2 * TREE_PAD) / per_char) : 0;
}

static void tree_text(struct strbuf *out, const char *class, double x, double y, str s, size_t fits)
{
    size_t n = str_runes(s);
    if (fits < 4 || n == 0) {
        return;
    }
    strbuf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    if (n > fits) { /* the end tells more than the beginning: of paths, of functions */
        strbuf_puts(out, "…");
        size_t drop = n - fits + 1;
        while (drop-- > 0 && s.n > 0) {
            u32 rune;
            s = str_from(s, str_decode_rune(s, &rune));
        }
    }
    report_markup_text(out, s);
    strbuf_puts(out, "</text>");
}

static const char *tree_class(const struct report_site *s)
{
    return !s ? "tree-c" : s->code.n > 0 ? "tree-a" : "tree-b";
}

static void tree_area(const struct report *r, struct arena *a, const struct report_benchmark *b, const struct report_site *s,
                      double bytes, struct report_rect at, struct strbuf *out)
{
    str size = str_fmt(a, "%.*s B  %.0f %%", STR_ARG(report_number(a, bytes)), b->bytes > 0 ? 100 * bytes / b->bytes : 0);
    str place = s ? report_place(r, a, s->span, (str){0}) : STR("other sites");
    if (s && path_is_abs(place)) {
        place = path_base(place);
    }
    i64 slash = s ? str_find_last_byte(s->func, '/') : -1;
    str func = s ? str_from(s->func, (size_t)(slash + 1)) : (str){0};
    str what = s ? str_fmt(a, "%.*s%s%.*s", STR_ARG(s->code), s->code.n > 0 ? " " : "", STR_ARG(s->what)) : (str){0};

    strbuf_printf(out, "<g><rect class=\"tree %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/><title>",
                  tree_class(s), at.x, at.y, at.w, at.h);
    report_markup_text(out, str_fmt(a, "%.*s\n%.*s\n%.*s\n%.*s%s%.*s", STR_ARG(size), STR_ARG(place), STR_ARG(func),
                                    STR_ARG(what), s && s->why.n > 0 ? ": " : "", STR_ARG(s ? s->why : (str){0})));
    strbuf_puts(out, "</title>");
    str lines[] = {size, place, func, what};
    double y = at.y + TREE_LINE + 2;
    for (size_t i = 0; i < ARRAY_LEN(lines) && y < at.y + at.h - 4; i++, y += TREE_LINE) {
        tree_text(out, i == 0 ? "size" : "small", at.x + TREE_PAD, y, lines[i], tree_fits(at.w, i == 0 ? 7.4 : 6.6));
    }
    strbuf_puts(out, "</g>\n");
}

void report_svg_tree(const struct report *r, const struct report_benchmark *b, struct strbuf *out)
{
    struct arena_scratch s = arena_scratch_begin(r->arena);
    size_t n = base_min(b->n_sites, TREE_SITES);
    double *size = ARENA_ARRAY(s.arena, double, n + 1), told = 0;
    struct report_rect *at = ARENA_ARRAY(s.arena, struct report_rect, n + 1);

    for (size_t i = 0; i < n; i++) {
        size[i] = b->sites[i].bytes;
        told += size[i];
        if (i > 0 && size[i] > size[i - 1]) { /* a document that somebody wrote: the layout wants them in order */
            size[i] = size[i - 1];
        }
    }
    size[n] = b->bytes - told > 0.01 * b->bytes ? b->bytes - told : 0;
    if (n > 0 && size[n] > size[n - 1]) { /* the rest stands last, and as an area of its own if it is small enough to */
        size[n] = size[n - 1];
    }
    int height = n == 1 && !(size[1] > 0) ? TREE_SINGLE : TREE_HEIGHT;
    report_tree_layout(size, n + 1, (struct report_rect){1, 1, TREE_WIDTH - 2, height - 2}, at);
    strbuf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"100%%\" role=\"img\" "
                       "aria-label=\"allocation sites by bytes per operation; the table has the same in words\">\n",
                  TREE_WIDTH, height);
    for (size_t i = 0; i <= n; i++) {
        if (at[i].w > 0 && at[i].h > 0) {
            tree_area(r, s.arena, b, i < n ? &b->sites[i] : NULL, i < n ? b->sites[i].bytes : b->bytes - told, at[i], out);
        }
    }
    strbuf_puts(out, "</svg>\n");
    arena_scratch_end(s);
}
