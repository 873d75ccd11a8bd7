/* report_html.c: the report as one page, without scripts and without anything from elsewhere. */
#include "report/report.h"
#include "report/report_markup.h"

/* Lines of source around each place. */
enum { HTML_CONTEXT = 3 };

struct html {
    const struct report *r;
    struct strbuf *out;
    struct arena *a;
    struct report_source *source;
};

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
            if ((rune < 0x20 && rune != '\n' && rune != '\t') || rune == 0xFFFE || rune == 0xFFFF) {
                rune = STR_RUNE_ERROR;
            }
            strbuf_put_rune(out, rune);
        }
        s = str_from(s, n);
    }
}

static const char html_style[] =
    ":root{--fg:#1c1e21;--dim:#65676b;--bg:#fff;--box:#f6f7f8;--line:#d5d8dc;--bad:#b3261e;"
    "--hit:#fdecea;--edge:#2b6cb0}\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#e4e6eb;--dim:#a0a4ab;--bg:#18191a;"
    "--box:#242526;--line:#3a3b3c;--bad:#ff8a80;--hit:#4a2522;--edge:#7fb2ea}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);"
    "max-width:1000px;margin:2em auto;padding:0 1em}\n"
    "h1{font-size:1.3em}h2{font-size:1.1em;margin:2.5em 0 .3em;border-top:1px solid var(--line);"
    "padding-top:1.2em}h3{font-size:1em;margin:1.2em 0 .2em}\n"
    "code,pre{font:13px/1.45 ui-monospace,monospace}\n"
    "pre{background:var(--box);border:1px solid var(--line);border-radius:4px;padding:.5em .7em;"
    "overflow-x:auto;margin:.3em 0}\n"
    "pre .hit{background:var(--hit);display:inline-block;min-width:100%}\n"
    ".code{color:var(--bad)}.dim,.place{color:var(--dim)}\n"
    "ol.why{margin:.4em 0;padding-left:1.4em}ol.stack{list-style:none;margin:.2em 0;padding:0}"
    "ol.stack li{margin:.15em 0}\n"
    "svg{max-width:100%;height:auto;background:var(--box);border:1px solid var(--line);"
    "border-radius:4px}\n"
    "svg text{font:13px system-ui,sans-serif;fill:var(--fg)}svg .lane{font-weight:600}"
    "svg .place,svg .note{fill:var(--dim);font-size:12px}svg .hot{fill:var(--bad);"
    "font-weight:600}\n"
    "svg .life{stroke:var(--dim);stroke-width:1.5}svg .mark{fill:var(--dim)}"
    "svg .edge{stroke:var(--edge);stroke-width:1.8}svg .tip{fill:var(--edge)}\n"
    "svg line.gap{stroke:var(--bad);stroke-width:1.8;stroke-dasharray:5 5}"
    "svg text.gap{fill:var(--bad)}\n"
    "svg .free{fill:none;stroke:var(--line)}svg .cell{fill:var(--bg);stroke:var(--dim)}"
    "svg .hotcell{fill:var(--hit);stroke:var(--bad)}\n"
    "details summary{cursor:pointer}\n";

static void html_tag(struct html *h, const char *open, str text, const char *close)
{
    strbuf_puts(h->out, open);
    report_markup_text(h->out, text);
    strbuf_puts(h->out, close);
}

static void html_excerpt(struct html *h, struct span s)
{
    str line;
    if (!report_source_line(h->source, s.file, s.line, &line)) {
        return;
    }
    strbuf_puts(h->out, "<pre>");
    u32 from = s.line > HTML_CONTEXT ? s.line - HTML_CONTEXT : 1;
    for (u32 n = from; n <= s.line + HTML_CONTEXT; n++) {
        if (!report_source_line(h->source, s.file, n, &line)) {
            break;
        }
        strbuf_puts(h->out, n == s.line ? "<span class=\"hit\">" : "");
        strbuf_printf(h->out, "<span class=\"dim\">%5u</span> ", n);
        report_markup_text(h->out, str_trim_right(line));
        strbuf_puts(h->out, n == s.line ? "</span>\n" : "\n");
    }
    strbuf_puts(h->out, "</pre>\n");
}

static void html_stack(struct html *h, const struct finding_stack *st)
{
    html_tag(h, "<h3>", st->title, "</h3>\n<ol class=\"stack\">\n");
    for (size_t i = 0; i < st->n_frames; i++) {
        const struct finding_frame *f = &st->frames[i];
        html_tag(h, "<li><code>", f->func.n > 0 ? f->func : STR("(unknown)"), "()</code> ");
        html_tag(h, "<span class=\"place\">", report_place(h->r, h->a, f->span, (str){0}),
                 "</span></li>\n");
    }
    strbuf_puts(h->out, "</ol>\n");
}

static void html_finding(struct html *h, const struct finding *f, u32 id)
{
    strbuf_printf(h->out, "<h2 id=\"f%u\">", id);
    html_tag(h, "<span class=\"code\">", f->code, "</span> ");
    html_tag(h, "<code>", report_place(h->r, h->a, f->span, (str){0}), "</code></h2>\n");
    html_tag(h, "<p>", f->message, "");
    if (f->count > 1) {
        strbuf_printf(h->out, " <span class=\"dim\">(seen %llu times)</span>",
                      (unsigned long long)f->count);
    }
    strbuf_puts(h->out, "</p>\n<ol class=\"why\">\n");
    for (size_t i = 0; i < f->n_why; i++) {
        html_tag(h, "<li>", f->why[i].text, "</li>\n");
    }
    strbuf_puts(h->out, "</ol>\n");
    if (f->picture) {
        report_svg(h->r, f->picture, id, h->out);
    }
    if (f->line) {
        report_svg_line(f->line, h->out);
    }
    html_excerpt(h, f->span);
    for (size_t i = 0; i < f->n_related; i++) {
        html_tag(h, "<p>", f->related[i].label, " ");
        html_tag(h, "<code>", report_place(h->r, h->a, f->related[i].span, (str){0}),
                 "</code></p>\n");
        html_excerpt(h, f->related[i].span);
    }
    if (f->n_stacks > 0) {
        strbuf_puts(h->out, "<details><summary>Stacks</summary>\n");
        for (size_t i = 0; i < f->n_stacks; i++) {
            html_stack(h, &f->stacks[i]);
        }
        strbuf_puts(h->out, "</details>\n");
    }
}

static void html_rules(struct html *h)
{
    size_t n;
    const struct report_rule *all = report_rules(&n);
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t j = 0; j < h->r->findings.n; j++) {
            used |= str_is(h->r->findings.v[j].code, all[i].code);
        }
        if (!used) {
            continue;
        }
        html_tag(h, "<h2><span class=\"code\">", str_of(all[i].code), "</span> ");
        html_tag(h, "", str_of(all[i].summary), "</h2>\n");
        html_tag(h, "<pre>", str_of(all[i].text), "</pre>\n");
        html_tag(h, "<h3>Example</h3>\n<pre>", str_of(all[i].example), "</pre>\n");
        html_tag(h, "<h3>Cure</h3>\n<pre>", str_of(all[i].cure), "</pre>\n");
    }
}

static void html_rest(struct html *h)
{
    const struct report *r = h->r;
    for (size_t i = 0; i < r->failures.n; i++) {
        const struct report_failure *f = &r->failures.v[i];
        html_tag(h, "<h2><span class=\"code\">FAIL</span> <code>", f->package, " ");
        html_tag(h, "", f->test, "</code></h2>\n");
        html_tag(h, "<pre>", f->output, "</pre>\n");
    }
    for (size_t i = 0; i < r->notes.n; i++) {
        html_tag(h, "<p class=\"dim\">note: ", r->notes.v[i], "</p>\n");
    }
}

void report_html(const struct report *r, struct strbuf *out)
{
    struct arena_scratch scratch = arena_scratch_begin(r->arena);
    struct html h = {.r = r, .out = out, .a = scratch.arena};
    h.source = report_source_new(h.a, r);
    strbuf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" "
                     "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                     "<title>gomm</title>\n<style>\n");
    strbuf_puts(out, html_style);
    strbuf_puts(out, "</style>\n</head>\n<body>\n<h1>gomm: ");
    report_markup_text(out, report_count(h.a, finding_count(&r->findings, FINDING_NOTE), "finding", "findings"));
    strbuf_puts(out, "</h1>\n<p class=\"dim\">");
    report_markup_text(out, r->go_version);
    strbuf_puts(out, r->goos.n > 0 ? " " : "");
    report_markup_text(out, r->goos);
    strbuf_puts(out, r->goos.n > 0 ? "/" : "");
    report_markup_text(out, r->goarch);
    if (r->packages.n > 0) {
        strbuf_puts(out, " · ");
        report_markup_text(out, report_count(h.a, r->packages.n, "package", "packages"));
    }
    strbuf_puts(out, r->time.n > 0 ? " · " : "");
    report_markup_text(out, r->time);
    strbuf_puts(out, "<br><code>");
    for (size_t i = 0; i < r->command.n; i++) {
        strbuf_puts(out, i > 0 ? " " : "");
        report_markup_text(out, r->command.v[i]);
    }
    strbuf_puts(out, "</code></p>\n");
    for (size_t i = 0; i < r->findings.n; i++) {
        if (r->findings.v[i].suppressed == FINDING_SHOWN) {
            html_finding(&h, &r->findings.v[i], base_u32(i + 1));
        }
    }
    html_rest(&h);
    html_rules(&h);
    strbuf_puts(out, "</body>\n</html>\n");
    report_source_free(h.source);
    arena_scratch_end(scratch);
}
