/* report_html.c: the report as one page that loads nothing.  What is in it is there without its script too, which only
 * filters, searches and moves (report_page.js). */
#include <ctype.h>
#include <string.h>

#include "report/report.h"
#include "report/report_markup.h"

enum {
    HTML_CONTEXT = 3, /* lines of source around each place */
    HTML_MANY = 1000, /* of more findings, only the line itself; and what a finding opens to is in a comment, which costs the
                       * browser nothing until the script puts it in its place */
    HTML_OPEN = 12,   /* of up to so many findings, all are open at first */
};

struct html {
    const struct report *r;
    struct strbuf *out;
    struct arena *a;
    struct report_source *source;
    u32 context;
    bool many;
};

/* report_page.S */
extern const char report_page_css[], report_page_css_end[];
extern const char report_page_js[], report_page_js_end[];
extern const char report_page_hash[], report_page_hash_end[];

static void html_blob(struct strbuf *out, const char *from, const char *end)
{
    strbuf_put(out, (str){from, (size_t)(end - from)});
}

/* ---- text ---- */

void report_markup_text(struct strbuf *out, str s)
{
    while (s.n > 0) {
        u32 rune;
        size_t n = str_decode_rune(s, &rune);
        switch (rune) {
        case '<': strbuf_puts(out, "&lt;"); break;
        case '>': strbuf_puts(out, "&gt;"); break;
        case '&': strbuf_puts(out, "&amp;"); break;
        case '"': strbuf_puts(out, "&quot;"); break;
        case '\'': strbuf_puts(out, "&#39;"); break;
        default:
            if ((rune < 0x20 && rune != '\n' && rune != '\t') || (rune >= 0x7F && rune < 0xA0) ||
                (rune >= 0x202A && rune <= 0x202E) || (rune >= 0x2066 && rune <= 0x2069) || rune == 0xFFFE || rune == 0xFFFF) {
                rune = STR_RUNE_ERROR; /* controls, and what turns the direction of the text around it */
            }
            strbuf_put_rune(out, rune);
        }
        s = str_from(s, n);
    }
}

static void html_put(struct html *h, const char *s)
{
    strbuf_puts(h->out, s);
}

static void html_tag(struct html *h, const char *open, str text, const char *close)
{
    strbuf_puts(h->out, open);
    report_markup_text(h->out, text);
    strbuf_puts(h->out, close);
}

static void html_place(struct html *h, struct span s)
{
    html_tag(h, "<code class=\"place\">", report_place(h->r, h->a, s, (str){0}), "</code>");
}

static const char *html_family(str code)
{
    return str_has_prefix(code, STR("RACE"))    ? "race"
           : str_has_prefix(code, STR("ESC"))   ? "esc"
           : str_has_prefix(code, STR("SHARE")) ? "share"
                                                : "other";
}

static void html_code(struct html *h, str code)
{
    strbuf_printf(h->out, "<span class=\"code %s\">", html_family(code));
    html_tag(h, "", code, "</span>");
}

static bool html_shows(const struct finding *f)
{
    return f->suppressed == FINDING_SHOWN;
}

/* ---- source ---- */

static bool html_is_name(char c)
{
    return c == '_' || (c & 0x80) || isalnum((u8)c);
}

/* Of a line, the bytes that a span begins at: up to its end if that is in the line, otherwise a name.  The place of a call is
 * its parenthesis, as in the compiler's messages; then what is called. */
static void html_mark(str line, struct span s, size_t *from, size_t *end)
{
    *from = *end = s.col - 1;
    if (s.end_line == s.line && s.end_col > s.col) {
        *end = base_min(s.end_col - 1, line.n);
    } else if (line.p[*from] == '(') {
        while (*from > 0 && (html_is_name(line.p[*from - 1]) || line.p[*from - 1] == '.')) {
            --*from;
        }
    } else {
        *end += line.p[*end] == '&';
        while (*end < line.n && html_is_name(line.p[*end])) {
            ++*end;
        }
    }
    *end = *end > *from ? *end : *from + 1;
}

static void html_line(struct html *h, u32 n, str line, const struct span *hit)
{
    size_t from = 0, end = 0, tabs = 0;
    line = str_trim_right(line);
    if (hit && hit->col > 0 && hit->col <= line.n) {
        html_mark(line, *hit, &from, &end);
    }
    strbuf_printf(h->out, hit ? "<span class=\"hit\"><i>%u</i>" : "<span><i>%u</i>", n);
    for (; tabs < line.n && line.p[tabs] == '\t' && (end == 0 || tabs < from); tabs++) {
        html_put(h, "    "); /* tab stops would count the number too */
    }
    if (end > 0) {
        html_tag(h, "", str_slice(line, tabs, from), "<mark>");
        html_tag(h, "", str_slice(line, from, end), "</mark>");
        tabs = end;
    }
    html_tag(h, "", str_from(line, tabs), "</span>");
}

static void html_excerpt(struct html *h, struct span s, u32 context)
{
    str line;
    if (!report_source_line(h->source, s.file, s.line, &line)) {
        return;
    }
    html_put(h, "<div class=\"src\">");
    u32 from = s.line > context ? s.line - context : 1;
    for (u32 n = from; n <= s.line + context; n++) {
        if (!report_source_line(h->source, s.file, n, &line)) {
            break;
        }
        html_line(h, n, line, n == s.line ? &s : NULL);
    }
    html_put(h, "</div>\n");
}

/* ---- one finding ---- */

static void html_why(struct html *h, const struct finding *f)
{
    bool any = false;
    for (size_t i = 0; i < f->n_why; i++) {
        if (f->n_flows > 0 && str_has_prefix(f->why[i].text, STR("flow: "))) {
            continue; /* it is drawn */
        }
        html_put(h, any ? "" : "<ul class=\"why\">\n");
        html_tag(h, "<li>", f->why[i].text, "</li>\n");
        any = true;
    }
    html_put(h, any ? "</ul>\n" : "");
}

static void html_flows(struct html *h, const struct finding *f)
{
    for (size_t i = 0; i < f->n_flows; i++) {
        const struct finding_flow *flow = &f->flows[i];
        html_put(h, i == 0 ? "<h3>How it gets out</h3>\n<ol class=\"flow\">\n" : "<h3>And what holds it</h3>\n<ol class=\"flow\">\n");
        for (size_t k = 0; k < flow->n_steps; k++) {
            html_tag(h, "<li><code>", flow->steps[k].text, "</code> ");
            if (flow->steps[k].span.line > 0) {
                html_place(h, flow->steps[k].span);
                html_excerpt(h, flow->steps[k].span, 0);
            }
            html_put(h, "</li>\n");
        }
        html_put(h, "</ol>\n");
    }
}

static void html_places(struct html *h, const struct finding *f)
{
    struct span s = f->span;
    bool flow = f->n_flows > 0 && f->flows[0].n_steps > 0 && f->flows[0].steps[0].span.line == s.line;
    html_put(h, "<div class=\"pair\">\n");
    if (!flow && s.line > 0) {
        html_put(h, "<div><h3>Source</h3>");
        html_place(h, s);
        html_excerpt(h, s, h->context);
        html_put(h, "</div>\n");
    }
    for (size_t i = 0; i < f->n_related; i++) {
        html_tag(h, "<div><h3>", f->related[i].label, "</h3>");
        html_place(h, f->related[i].span);
        html_excerpt(h, f->related[i].span, h->context);
        html_put(h, "</div>\n");
    }
    html_put(h, "</div>\n");
}

static void html_stacks(struct html *h, const struct finding *f)
{
    if (f->n_stacks == 0) {
        return;
    }
    html_put(h, "<details class=\"more\"><summary>Stacks</summary>\n<div class=\"pair\">\n");
    for (size_t i = 0; i < f->n_stacks; i++) {
        const struct finding_stack *st = &f->stacks[i];
        html_tag(h, "<div><h3>", st->title, "</h3>\n<ol class=\"stack\">\n");
        for (size_t k = 0; k < st->n_frames; k++) {
            str func = st->frames[k].func;
            html_tag(h, "<li><code>", func.n > 0 ? func : STR("(unknown)"), "</code><br>");
            html_place(h, st->frames[k].span);
            html_put(h, "</li>\n");
        }
        html_put(h, "</ol></div>\n");
    }
    html_put(h, "</div>\n</details>\n");
}

static void html_costs(struct html *h, const struct finding *f)
{
    if (f->n_costs == 0) {
        return;
    }
    html_put(h, "<h3>Cost</h3>\n<ul class=\"why\">\n");
    for (size_t i = 0; i < f->n_costs; i++) {
        const struct finding_cost *c = &f->costs[i];
        html_tag(h, "<li>", c->subject, "");
        for (size_t k = 0; k < c->n_metrics && c->text.n == 0; k++) {
            html_tag(h, k > 0 ? ", " : ": ", report_number(h->a, c->metrics[k].value), " ");
            html_tag(h, "", c->metrics[k].name, "");
        }
        html_tag(h, c->text.n > 0 ? ": " : "", c->text, "");
        if (c->share >= 0) {
            strbuf_printf(h->out, " (%.0f %% of it)", 100 * c->share);
        }
        html_put(h, "</li>\n");
    }
    html_put(h, "</ul>\n");
}

static const char *html_verdict_family(enum finding_verdict v)
{
    return v == FINDING_VERIFIED ? "good" : v == FINDING_REFUTED ? "race" : v == FINDING_INCONCLUSIVE ? "share" : "other";
}

/* Before is the whole bar, or after if that is more. */
static void html_bar(struct html *h, double before, double after)
{
    enum { WIDTH = 100 };
    double most = before > after ? before : after;
    if (!(most > 0)) {
        return;
    }
    strbuf_printf(h->out,
                  "<svg class=\"bar\" viewBox=\"0 0 100 18\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                  "<rect class=\"was\" y=\"3\" width=\"%.1f\" height=\"12\"/><rect class=\"%s\" y=\"6\" width=\"%.1f\" "
                  "height=\"6\"/></svg>",
                  WIDTH * before / most, after > before ? "more" : "is", WIDTH * after / most);
}

static void html_delta(struct html *h, const struct finding_delta *d)
{
    html_tag(h, "<td>", d->name, "</td>");
    html_tag(h, "<td class=\"n\">", report_number(h->a, d->before), "</td>");
    html_tag(h, "<td class=\"n\"><b>", report_number(h->a, d->after), "</b></td><td>");
    html_bar(h, d->before, d->after);
    html_put(h, "</td><td class=\"n\">");
    if (d->before > 0) {
        strbuf_printf(h->out, "%+.0f %%", 100 * (d->after / d->before - 1));
    }
    if (d->low > 0 || d->high > 0) {
        strbuf_printf(h->out, " <span class=\"dim\">×%.2f to ×%.2f</span>", d->low, d->high);
    }
    html_put(h, "</td><td class=\"n dim\">");
    if (d->p >= 0 && d->n > 0) {
        str p = d->p < 0.001 ? STR("p&lt;0.001") : str_fmt(h->a, "p=%.3f", d->p);
        strbuf_printf(h->out, "%.*s n=%u", STR_ARG(p), d->n);
    }
    html_put(h, "</td>");
}

#define HTML_DELTA_HEAD \
    "<th>quantity</th><th class=\"n\">before</th><th class=\"n\">after</th><th></th><th class=\"n\">change</th><th></th>"

static void html_diff(struct html *h, str diff)
{
    str line;
    html_put(h, "<pre class=\"text\">");
    while (str_next_line(&diff, &line)) {
        bool add = str_has_prefix(line, STR("+")), del = str_has_prefix(line, STR("-"));
        html_tag(h, add ? "<span class=\"add\">" : del ? "<span class=\"del\">" : "", line, add || del ? "</span>\n" : "\n");
    }
    html_put(h, "</pre>\n");
}

static void html_fix(struct html *h, const struct finding *f)
{
    if (f->fix.title.n == 0) {
        return;
    }
    html_put(h, "<h3>Fix</h3>\n");
    html_tag(h, "<p>", f->fix.title, " ");
    strbuf_printf(h->out, "<span class=\"verdict %s\">%s</span>", html_verdict_family(f->check.verdict),
                  finding_verdict_name(f->check.verdict));
    html_tag(h, f->check.text.n > 0 ? " <span class=\"dim\">" : "", f->check.text, f->check.text.n > 0 ? "</span></p>\n" : "</p>\n");
    if (f->check.n_deltas > 0) {
        html_put(h, "<div class=\"scroll\"><table><thead><tr>" HTML_DELTA_HEAD "</tr></thead>\n");
        for (size_t i = 0; i < f->check.n_deltas; i++) {
            html_put(h, "<tr>");
            html_delta(h, &f->check.deltas[i]);
            html_put(h, "</tr>\n");
        }
        html_put(h, "</table></div>\n");
    }
    if (f->fix.diff.n > 0) {
        html_diff(h, f->fix.diff);
    }
    if (f->check.n_commands > 0) {
        html_put(h, "<details class=\"more\"><summary>How to repeat it</summary>\n<pre class=\"text\">");
        for (size_t i = 0; i < f->check.n_commands; i++) {
            html_tag(h, "", f->check.commands[i], "\n");
        }
        html_put(h, "</pre>\n</details>\n");
    }
}

static void html_finding(struct html *h, const struct finding *f, u32 id, bool open)
{
    strbuf_printf(h->out, "<details class=\"finding %s\" id=\"f%u\" data-c=\"", html_family(f->code), id);
    html_tag(h, "", f->code, "\" data-p=\"");
    html_tag(h, "", f->package, open ? "\" open><summary>" : "\"><summary>");
    html_code(h, f->code);
    html_tag(h, " <span class=\"message\">", f->message, "</span> ");
    html_place(h, f->span);
    html_put(h, h->many ? "</summary>\n<div class=\"body\"><!--\n" : "</summary>\n<div class=\"body\">\n");
    html_why(h, f);
    if (f->count > 1) {
        strbuf_printf(h->out, "<p class=\"dim\">Seen %llu times.</p>\n", (unsigned long long)f->count);
    }
    if (f->picture) {
        html_put(h, "<figure class=\"box\">\n");
        report_svg(h->r, f->picture, id, h->out);
        html_put(h, "<figcaption>Time runs downwards along each goroutine; arrows are happens-before. Nothing orders the two "
                    "filled points.</figcaption></figure>\n");
    }
    if (f->line) {
        html_put(h, "<figure class=\"box\">\n");
        report_svg_line(f->line, h->out);
        strbuf_printf(h->out, "<figcaption>A cache line of %u bytes, and who uses what of it.</figcaption></figure>\n", f->line->size);
    }
    html_costs(h, f);
    html_flows(h, f);
    html_places(h, f);
    html_fix(h, f);
    html_stacks(h, f);
    html_put(h, h->many ? "--></div>\n</details>\n" : "</div>\n</details>\n"); /* no text has a '>' in it */
}

/* ---- overview ---- */

static size_t html_count_family(const struct report *r, const char *family)
{
    size_t n = 0;
    for (size_t i = 0; i < r->findings.n; i++) {
        n += html_shows(&r->findings.v[i]) && strcmp(html_family(r->findings.v[i].code), family) == 0;
    }
    return n;
}

static void html_card(struct html *h, const char *family, size_t n, const char *text)
{
    strbuf_printf(h->out, "<li class=\"%s%s\"><b>%zu</b> %s</li>\n", family, n == 0 ? " none" : "", n, text);
}

static void html_cards(struct html *h, size_t verified)
{
    const struct report *r = h->r;
    size_t other = html_count_family(r, "other");
    html_put(h, "<ul class=\"cards\">\n");
    html_card(h, "race", html_count_family(r, "race"), "Who can see it?<br><span class=\"dim\">data races</span>");
    html_card(h, "esc", html_count_family(r, "esc"), "Where does it live?<br><span class=\"dim\">values in the heap</span>");
    html_card(h, "share", html_count_family(r, "share"), "Who shares its cache line?<br><span class=\"dim\">false sharing</span>");
    if (other > 0) {
        html_card(h, "other", other, "Other findings");
    }
    if (r->failures.n > 0) {
        html_card(h, "race", r->failures.n, "Failures<br><span class=\"dim\">of tests, for other reasons</span>");
    }
    if (verified > 0) {
        html_card(h, "good", verified, "Fixes verified<br><span class=\"dim\">built, tested, measured</span>");
    }
    html_put(h, "</ul>\n");
}

struct html_tally {
    str name;
    size_t n;
};

/* How often each code, or each package, occurs; in order of first use. */
static size_t html_tally(struct html *h, bool packages, struct html_tally **out)
{
    const struct report *r = h->r;
    size_t n = 0, last = 0;
    struct html_tally *v = ARENA_ARRAY(h->a, struct html_tally, r->findings.n);
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.v[i];
        str name = packages ? f->package : f->code;
        if (!html_shows(f) || name.n == 0) {
            continue;
        }
        if (n == 0 || !str_eq(v[last].name, name)) { /* neighbours are of one package most often */
            for (last = 0; last < n && !str_eq(v[last].name, name); last++) {
            }
        }
        if (last == n) {
            v[n++] = (struct html_tally){.name = name};
        }
        v[last].n++;
    }
    *out = v;
    return n;
}

static void html_codes(struct html *h)
{
    struct html_tally *v;
    size_t n = html_tally(h, false, &v);
    if (n == 0) {
        return;
    }
    html_put(h, "<h2>By rule</h2>\n<div class=\"scroll\"><table class=\"codes\"><thead><tr><th>code</th><th class=\"n\">findings</th>"
                "<th>rule</th></tr></thead>\n");
    for (size_t i = 0; i < n; i++) {
        const struct report_rule *rule = report_rule(v[i].name);
        strbuf_printf(h->out, "<tr class=\"%s\"><td><label><input type=\"checkbox\" checked value=\"", html_family(v[i].name));
        html_tag(h, "", v[i].name, "\">");
        html_code(h, v[i].name);
        strbuf_printf(h->out, "</label></td><td class=\"n\">%zu</td><td>", v[i].n);
        if (rule) {
            html_tag(h, "<a href=\"#rule-", v[i].name, "\">");
            html_tag(h, "", str_of(rule->summary), "</a>");
        }
        html_put(h, "</td></tr>\n");
    }
    html_put(h, "</table></div>\n");
}

static size_t html_verified(const struct report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->findings.n; i++) {
        n += html_shows(&r->findings.v[i]) && r->findings.v[i].check.verdict == FINDING_VERIFIED;
    }
    return n;
}

static void html_fixes(struct html *h)
{
    const struct report *r = h->r;
    html_put(h, "<h2>Verified fixes</h2>\n<div class=\"scroll\"><table><thead><tr><th>where</th><th>fix</th>" HTML_DELTA_HEAD
                "</tr></thead>\n");
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.v[i];
        if (!html_shows(f) || f->check.verdict != FINDING_VERIFIED) {
            continue;
        }
        size_t rows = f->check.n_deltas > 0 ? f->check.n_deltas : 1;
        strbuf_printf(h->out, "<tr><td rowspan=\"%zu\"><a href=\"#f%zu\">", rows, i + 1);
        html_place(h, f->span);
        strbuf_printf(h->out, "</a></td><td rowspan=\"%zu\">", rows);
        html_tag(h, "", f->fix.title, "</td>");
        if (f->check.n_deltas == 0) {
            html_tag(h, "<td colspan=\"6\">", f->check.text, "</td>");
        }
        for (size_t k = 0; k < f->check.n_deltas; k++) {
            html_put(h, k > 0 ? "<tr>" : "");
            html_delta(h, &f->check.deltas[k]);
            html_put(h, "</tr>\n");
        }
        html_put(h, f->check.n_deltas == 0 ? "</tr>\n" : "");
    }
    html_put(h, "</table></div>\n");
}

static void html_filter(struct html *h)
{
    struct html_tally *v;
    size_t n = html_tally(h, true, &v);
    html_put(h, "<div class=\"filter\" role=\"search\"><input id=\"search\" type=\"search\" placeholder=\"Search (/)\" "
                "aria-label=\"Search findings\"><select id=\"package\" aria-label=\"Package\"><option value=\"\">all packages</option>\n");
    for (size_t i = 0; i < n; i++) {
        html_tag(h, "<option value=\"", v[i].name, "\">");
        html_tag(h, "", v[i].name, "");
        strbuf_printf(h->out, " (%zu)</option>\n", v[i].n);
    }
    html_put(h, "</select><button id=\"toggle\" type=\"button\">Open or close all (x)</button>"
                "<output id=\"shown\" aria-live=\"polite\"></output></div>\n");
}

static void html_findings(struct html *h)
{
    const struct report *r = h->r;
    size_t n = 0;
    for (size_t i = 0; i < r->findings.n; i++) {
        n += html_shows(&r->findings.v[i]);
    }
    h->many = n > HTML_MANY;
    h->context = h->many ? 0 : HTML_CONTEXT;
    html_put(h, "<section id=\"findings\" aria-label=\"Findings\">\n<h2>Findings</h2>\n");
    if (n == 0) {
        html_put(h, "<p>None.</p>\n</section>\n");
        return;
    }
    html_filter(h);
    html_put(h, h->many ? "<noscript><p>There are so many findings that what they open to needs the page's script.</p></noscript>\n" : "");
    for (size_t i = 0; i < r->findings.n; i++) {
        if (html_shows(&r->findings.v[i])) {
            html_finding(h, &r->findings.v[i], base_u32(i + 1), n <= HTML_OPEN);
        }
    }
    html_put(h, "</section>\n");
}

/* ---- benchmarks, failures, rules ---- */

static void html_benchmark(struct html *h, const struct report_benchmark *b)
{
    html_tag(h, "<section class=\"bench\"><h3>", b->name, "</h3>\n<p class=\"metrics\">");
    for (size_t i = 0; i < b->n_metrics; i++) {
        html_tag(h, i > 0 ? " · <b>" : "<b>", report_number(h->a, b->metrics[i].value), "</b> ");
        html_tag(h, "", b->metrics[i].name, "");
    }
    html_tag(h, " <span class=\"dim\">", b->package, "</span></p>\n");
    if (b->n_sites > 0) {
        html_put(h, "<figure>\n");
        report_svg_tree(h->r, b, h->out);
        html_put(h, "<figcaption><span class=\"legend tree-a\"></span>escape analysis put it there "
                    "<span class=\"legend tree-b\"></span>the runtime allocates for the statement. Areas are bytes per "
                    "operation.</figcaption></figure>\n<details class=\"more\"><summary>Sites</summary>\n<div class=\"scroll\"><table>"
                    "<thead><tr><th class=\"n\">B/op</th><th class=\"n\">allocs/op</th><th>where</th><th>what</th></tr></thead>\n");
        for (size_t i = 0; i < b->n_sites; i++) {
            const struct report_site *s = &b->sites[i];
            html_tag(h, "<tr><td class=\"n\">", report_number(h->a, s->bytes), "</td>");
            html_tag(h, "<td class=\"n\">", report_number(h->a, s->allocs), "</td><td>");
            html_place(h, s->span);
            html_tag(h, "<br><code>", s->func, "</code></td><td>");
            if (s->code.n > 0) {
                html_code(h, s->code);
                html_put(h, " ");
            }
            html_tag(h, "<code>", s->what, "</code> ");
            html_tag(h, "", s->why, "</td></tr>\n");
        }
        html_put(h, "</table></div></details>\n");
    }
    html_put(h, "</section>\n");
}

static void html_rules(struct html *h)
{
    size_t n;
    bool any = false;
    const struct report_rule *all = report_rules(&n);
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t k = 0; k < h->r->findings.n && !used; k++) {
            used = html_shows(&h->r->findings.v[k]) && str_is(h->r->findings.v[k].code, all[i].code);
        }
        if (!used) {
            continue;
        }
        html_put(h, any ? "" : "<section id=\"rules\"><h2>Rules</h2>\n");
        any = true;
        html_tag(h, "<details class=\"rule\" id=\"rule-", str_of(all[i].code), "\"><summary>");
        html_code(h, str_of(all[i].code));
        html_tag(h, " ", str_of(all[i].summary), "</summary>\n");
        html_tag(h, "<pre class=\"text\">", str_of(all[i].text), "</pre>\n");
        html_tag(h, "<h3>Example</h3>\n<pre class=\"text\">", str_of(all[i].example), "</pre>\n");
        html_tag(h, "<h3>Cure</h3>\n<pre class=\"text\">", str_of(all[i].cure), "</pre>\n</details>\n");
    }
    html_put(h, any ? "</section>\n" : "");
}

static void html_rest(struct html *h)
{
    const struct report *r = h->r;
    for (size_t i = 0; i < r->benchmarks.n; i++) {
        html_put(h, i == 0 ? "<section id=\"benchmarks\"><h2>Benchmarks: where they allocate</h2>\n" : "");
        html_benchmark(h, &r->benchmarks.v[i]);
    }
    html_put(h, r->benchmarks.n > 0 ? "</section>\n" : "");
    for (size_t i = 0; i < r->failures.n; i++) {
        const struct report_failure *f = &r->failures.v[i];
        html_put(h, i == 0 ? "<section id=\"failures\"><h2>Failures</h2>\n" : "");
        html_tag(h, "<details class=\"finding race\" open data-c=\"\" data-p=\"\"><summary><span class=\"code race\">FAIL</span> <span class=\"message\">",
                 f->test.n > 0 ? f->test : f->package, "</span> ");
        html_tag(h, "<code class=\"place\">", f->package, "</code></summary>\n<div class=\"body\">");
        html_tag(h, "<pre class=\"text\">", f->output, "</pre></div></details>\n");
    }
    html_put(h, r->failures.n > 0 ? "</section>\n" : "");
    html_rules(h);
    for (size_t i = 0; i < r->notes.n; i++) {
        html_put(h, i == 0 ? "<section id=\"notes\"><h2>Notes</h2>\n<ul class=\"why\">\n" : "");
        html_tag(h, "<li>", r->notes.v[i], "</li>\n");
    }
    html_put(h, r->notes.n > 0 ? "</ul></section>\n" : "");
}

/* ---- the page ---- */

static bool html_only_measured(const struct report *r)
{
    return finding_count(&r->findings, FINDING_NOTE) == 0 && r->benchmarks.n > 0;
}

static void html_head(struct html *h)
{
    const struct report *r = h->r;
    str n = html_only_measured(r)
                ? report_count(h->a, r->benchmarks.n, "benchmark", "benchmarks")
                : report_count(h->a, finding_count(&r->findings, FINDING_NOTE), "finding", "findings");
    html_put(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" "
                "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-");
    html_blob(h->out, report_page_hash, report_page_hash_end);
    html_tag(h, "'\">\n<title>gomm: ", n, "</title>\n<style>\n");
    html_blob(h->out, report_page_css, report_page_css_end);
    html_tag(h, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n<h1>gomm: ", n,
             "</h1>\n");
}

static void html_run(struct html *h)
{
    const struct report *r = h->r;
    html_tag(h, "<p class=\"run\">", r->go_version, "");
    if (r->goos.n > 0) {
        html_tag(h, " ", r->goos, "/");
        html_tag(h, "", r->goarch, "");
    }
    if (r->packages.n > 0) {
        html_tag(h, " · ", report_count(h->a, r->packages.n, "package", "packages"), "");
    }
    for (size_t i = 0; i < r->phases.n; i++) {
        html_tag(h, " · ", r->phases.v[i].name, "");
        strbuf_printf(h->out, " %.1f s", r->phases.v[i].seconds);
    }
    html_tag(h, r->time.n > 0 ? " · " : "", r->time, "<br><code>");
    for (size_t i = 0; i < r->command.n; i++) {
        html_tag(h, i > 0 ? " " : "", r->command.v[i], "");
    }
    html_put(h, "</code></p>\n");
}

void report_html(const struct report *r, struct strbuf *out)
{
    struct arena_scratch scratch = arena_scratch_begin(r->arena);
    struct html h = {.r = r, .out = out, .a = scratch.arena};
    size_t verified = html_verified(r);
    h.source = report_source_new(h.a, r);
    html_head(&h);
    html_run(&h);
    bool only_measured = html_only_measured(r);
    if (!only_measured) {
        html_cards(&h, verified);
    }
    html_put(&h, "</header>\n<main>\n");
    if (verified > 0) {
        html_fixes(&h);
    }
    html_codes(&h);
    if (!only_measured) {
        html_findings(&h);
    }
    html_rest(&h);
    html_put(&h, "</main>\n<footer><p>");
    html_tag(&h, "gomm ", r->tool_version, ". ");
    html_put(&h, "<span class=\"keys\"><kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous finding, <kbd>Enter</kbd> open "
                 "or close it, <kbd>x</kbd> all of them, <kbd>Esc</kbd> out of the search.</span></p></footer>\n<script>"); /* the hash is of all between the tags */
    html_blob(out, report_page_js, report_page_js_end);
    html_put(&h, "</script>\n</body>\n</html>\n");
    report_source_free(h.source);
    arena_scratch_end(scratch);
}
