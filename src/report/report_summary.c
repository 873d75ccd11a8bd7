/* report_summary.c: the report as Markdown, for the page that GitHub Actions shows of a step. */
#include "report/report.h"

/* A step may write 1 MiB; what is read is less. */
enum { SUMMARY_FINDINGS = 50, SUMMARY_FAILURES = 20, SUMMARY_OUTPUT = 4000 };

/* As text, whatever it holds: what means something in Markdown or HTML becomes a numeric entity, which means itself
 * (CommonMark 0.31, 2.5), and a line break a space, as rows of tables end there. */
static void summary_text(struct strbuf *out, str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++) {
        u8 c = (u8)s.p[i];
        if (c == '\n' && lines) {
            strbuf_putc(out, '\n');
        } else if (c < ' ' || c == 127) {
            strbuf_putc(out, ' ');
        } else if (strchr("\\`*_[]<>&|~#@$!:{}\"'", c)) {
            strbuf_printf(out, "&#%u;", c);
        } else {
            strbuf_putc(out, (char)c);
        }
    }
}

static void summary_between(struct strbuf *out, const char *open, str s, const char *close)
{
    strbuf_puts(out, open);
    summary_text(out, s, false);
    strbuf_puts(out, close);
}

static void summary_head(const struct report *r, struct arena *a, struct strbuf *out)
{
    str n = report_count(a, finding_count(&r->findings, FINDING_NOTE), "finding", "findings");
    summary_between(out, "## gomm: ", n, "\n\n");
    summary_between(out, "", r->go_version, " ");
    summary_between(out, "", r->goos, "/");
    summary_between(out, "", r->goarch, "");
    if (r->packages.n > 0) {
        summary_between(out, " · ", report_count(a, r->packages.n, "package", "packages"), "");
    }
    for (size_t i = 0; i < r->phases.n; i++) {
        summary_between(out, " · ", r->phases.v[i].name, "");
        strbuf_printf(out, " %.1f s", r->phases.v[i].seconds);
    }
    strbuf_puts(out, "\n\n");
}

static void summary_finding(const struct report *r, struct arena *a, const struct finding *f, struct strbuf *out)
{
    summary_between(out, "| ", f->code, " | <code>");
    summary_between(out, "", report_place(r, a, f->span, (str){0}), "</code> | ");
    summary_between(out, "", f->message, "");
    if (f->n_why > 0) {
        summary_between(out, "<br>", f->why[0].text, "");
    }
    if (f->fix.title.n > 0) {
        summary_between(out, "<br>fix: ", f->fix.title, " (");
        strbuf_printf(out, "%s)", finding_verdict_name(f->check.verdict));
    }
    strbuf_puts(out, " |\n");
}

static void summary_findings(const struct report *r, struct arena *a, struct strbuf *out)
{
    size_t shown = 0, n = finding_count(&r->findings, FINDING_NOTE);
    for (size_t i = 0; i < r->findings.n && shown < SUMMARY_FINDINGS; i++) {
        if (r->findings.v[i].suppressed == FINDING_SHOWN) {
            strbuf_puts(out, shown++ == 0 ? "| code | where | what |\n|---|---|---|\n" : "");
            summary_finding(r, a, &r->findings.v[i], out);
        }
    }
    if (shown < n) {
        strbuf_printf(out, "\n%zu more are not listed here; `gomm report` shows all of a stored result.\n", n - shown);
    }
    strbuf_puts(out, shown > 0 ? "\n" : "");
}

static void summary_fixes(const struct report *r, struct arena *a, struct strbuf *out)
{
    bool any = false;
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.v[i];
        bool shown = f->suppressed == FINDING_SHOWN && f->check.verdict == FINDING_VERIFIED;
        for (size_t k = 0; shown && k < f->check.n_deltas; k++) {
            const struct finding_delta *d = &f->check.deltas[k];
            strbuf_puts(out, any ? "" : "### Verified fixes\n\n| where | fix | | before | after |\n|---|---|---|---:|---:|\n");
            any = true;
            summary_between(out, "| <code>", report_place(r, a, f->span, (str){0}), "</code> | ");
            summary_between(out, "", f->fix.title, " | ");
            summary_between(out, "", d->name, " | ");
            summary_between(out, "", report_number(a, d->before), " | ");
            summary_between(out, "", report_number(a, d->after), " |\n");
        }
    }
    strbuf_puts(out, any ? "\n" : "");
}

static void summary_rest(const struct report *r, struct strbuf *out)
{
    for (size_t i = 0; i < r->failures.n && i < SUMMARY_FAILURES; i++) {
        const struct report_failure *f = &r->failures.v[i];
        bool cut = f->output.n > SUMMARY_OUTPUT;
        summary_between(out, "<details><summary>FAIL ", f->package, " ");
        summary_between(out, "", f->test, "</summary>\n\n<pre>");
        summary_text(out, cut ? str_slice(f->output, 0, SUMMARY_OUTPUT) : f->output, true);
        strbuf_puts(out, cut ? "…</pre>\n\n</details>\n\n" : "</pre>\n\n</details>\n\n");
    }
    if (r->failures.n > SUMMARY_FAILURES) {
        strbuf_printf(out, "%zu more failures are not listed here.\n\n", r->failures.n - SUMMARY_FAILURES);
    }
    for (size_t i = 0; i < r->notes.n; i++) {
        summary_between(out, "- ", r->notes.v[i], "\n");
    }
}

void report_summary(const struct report *r, struct strbuf *out)
{
    struct arena_scratch s = arena_scratch_begin(r->arena);
    summary_head(r, s.arena, out);
    summary_findings(r, s.arena, out);
    summary_fixes(r, s.arena, out);
    summary_rest(r, out);
    strbuf_putc(out, '\n');
    arena_scratch_end(s);
}
