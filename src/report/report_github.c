/* report_github.c: workflow commands of GitHub Actions, which become annotations. */
#include "base/path.h"
#include "report/report.h"

/* Data and properties escape differently (actions/toolkit, core/src/command.ts). */
static void github_escape(struct strbuf *b, str s, bool property)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
            strbuf_printf(b, "%%%02X", (unsigned)(u8)c);
        } else {
            strbuf_putc(b, c);
        }
    }
}

static void github_property(struct strbuf *b, bool *any, const char *name, str value)
{
    strbuf_printf(b, "%s%s=", *any ? "," : " ", name);
    github_escape(b, value, true);
    *any = true;
}

static str github_file(const struct report *r, struct arena *a, str workspace, str file)
{
    if (workspace.n > 0 && path_is_abs(file) && path_is_below(file, workspace)) {
        return path_rel(a, workspace, file);
    }
    return report_file(r, a, file);
}

static void github_finding(const struct report *r, struct arena *a, str workspace,
                           const struct finding *f, struct strbuf *out)
{
    static const char *const level[] = {
        [FINDING_NOTE] = "notice", [FINDING_WARNING] = "warning", [FINDING_ERROR] = "error"};
    bool any = false;
    strbuf_printf(out, "::%s", level[f->severity]);
    if (f->span.file.n > 0) {
        github_property(out, &any, "file", github_file(r, a, workspace, f->span.file));
    }
    if (f->span.line > 0) {
        github_property(out, &any, "line", str_fmt(a, "%u", f->span.line));
    }
    if (f->span.col > 0) {
        github_property(out, &any, "col", str_fmt(a, "%u", f->span.col));
    }
    github_property(out, &any, "title", f->code);
    strbuf_puts(out, "::");
    github_escape(out, f->message, false);
    for (size_t i = 0; i < f->n_why; i++) {
        strbuf_puts(out, "%0A");
        github_escape(out, f->why[i].text, false);
    }
    for (size_t i = 0; i < f->n_related; i++) {
        str place = report_place(r, a, f->related[i].span, (str){0});
        strbuf_puts(out, "%0A");
        github_escape(out, f->related[i].label, false);
        strbuf_puts(out, ": ");
        github_escape(out, place, false);
    }
    strbuf_putc(out, '\n');
}

void report_github(const struct report *r, str workspace, struct strbuf *out)
{
    struct arena_scratch s = arena_scratch_begin(r->arena);
    for (size_t i = 0; i < r->findings.n; i++) {
        if (r->findings.v[i].suppressed == FINDING_SHOWN) {
            github_finding(r, s.arena, workspace, &r->findings.v[i], out);
        }
    }
    for (size_t i = 0; i < r->failures.n; i++) {
        const struct report_failure *f = &r->failures.v[i];
        bool any = false;
        strbuf_puts(out, "::error");
        github_property(out, &any, "title", STR("test failure"));
        strbuf_puts(out, "::");
        github_escape(out, f->package, false);
        strbuf_puts(out, f->test.n > 0 ? " " : "");
        github_escape(out, f->test, false);
        strbuf_puts(out, "%0A");
        github_escape(out, f->output, false);
        strbuf_putc(out, '\n');
    }
    for (size_t i = 0; i < r->notes.n; i++) {
        strbuf_puts(out, "::notice title=gomm::");
        github_escape(out, r->notes.v[i], false);
        strbuf_putc(out, '\n');
    }
    arena_scratch_end(s);
}
