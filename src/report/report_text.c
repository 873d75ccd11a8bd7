/* report_text.c: the report as people read it in a terminal or a log. */
#include "base/term.h"
#include "report/report.h"

/* Lines of context above and below, on a terminal. */
enum { TEXT_CONTEXT = 2 };

struct text {
    const struct report *r;
    const struct report_text_opts *o;
    struct strbuf *out;
    struct arena *a; /* scratch */
    struct report_source *source;
};

static void text_style(struct text *t, enum term_style s)
{
    strbuf_puts(t->out, term_style(t->o->color, s));
}

static void text_styled(struct text *t, enum term_style style, str s)
{
    text_style(t, style);
    strbuf_put(t->out, term_safe(t->a, s));
    text_style(t, TERM_PLAIN);
}

static void text_seconds(struct text *t, double s)
{
    if (s < 0.1) {
        strbuf_printf(t->out, "%.0f ms", s * 1e3);
    } else {
        strbuf_printf(t->out, "%.1f s", s);
    }
}

static void text_header(struct text *t)
{
    const struct report *r = t->r;
    if (r->go_version.n > 0) {
        strbuf_printf(t->out, "gomm: %.*s %.*s/%.*s", STR_ARG(r->go_version), STR_ARG(r->goos),
                      STR_ARG(r->goarch));
    } else {
        strbuf_puts(t->out, "gomm: what programs reported");
    }
    if (r->packages.n > 0) {
        str n = report_count(t->a, r->packages.n, "package", "packages");
        strbuf_printf(t->out, " · %.*s", STR_ARG(n));
    }
    for (size_t i = 0; i < r->phases.n; i++) {
        strbuf_printf(t->out, " · %.*s ", STR_ARG(r->phases.v[i].name));
        text_seconds(t, r->phases.v[i].seconds);
    }
    strbuf_putc(t->out, '\n');
}

/* "       why   text", the label only in front of the first line. */
static void text_field(struct text *t, const char *label, bool first, str s)
{
    text_style(t, TERM_DIM);
    strbuf_printf(t->out, "       %-6s", first ? label : "");
    text_style(t, TERM_PLAIN);
    strbuf_put(t->out, term_safe(t->a, s));
    strbuf_putc(t->out, '\n');
}

static void text_caret(struct text *t, str line, u32 col)
{
    strbuf_puts(t->out, "                     ");
    for (size_t i = 0; i + 1 < col && i < line.n; i++) {
        strbuf_putc(t->out, line.p[i] == '\t' ? '\t' : ' ');
    }
    text_styled(t, TERM_GREEN, STR("^"));
    strbuf_putc(t->out, '\n');
}

static void text_excerpt(struct text *t, struct span s)
{
    u32 context = t->o->excerpts ? TEXT_CONTEXT : 0;
    u32 from = s.line > context ? s.line - context : 1;
    str line;
    if (!report_source_line(t->source, s.file, s.line, &line)) {
        return;
    }
    for (u32 n = from; n <= s.line + context; n++) {
        if (!report_source_line(t->source, s.file, n, &line)) {
            break;
        }
        bool here = n == s.line;
        strbuf_puts(t->out, "           ");
        text_styled(t, here ? TERM_BOLD : TERM_DIM,
                    str_fmt(t->a, "%s %5u | ", here ? ">" : " ", n));
        text_styled(t, here ? TERM_BOLD : TERM_DIM, str_trim_right(line));
        strbuf_putc(t->out, '\n');
        if (here && s.col > 0) {
            text_caret(t, line, s.col);
        }
    }
}

/* The source goes under the frame that the finding, or one of its related places, is at. */
static bool text_is_site(const struct finding *f, struct span s)
{
    if (s.line == 0) {
        return false;
    }
    if (str_eq(f->span.file, s.file) && f->span.line == s.line) {
        return true;
    }
    for (size_t i = 0; i < f->n_related; i++) {
        if (str_eq(f->related[i].span.file, s.file) && f->related[i].span.line == s.line) {
            return true;
        }
    }
    return false;
}

/* How many of a stack's outermost frames only show how `go test` runs tests. */
static size_t text_harness_frames(const struct finding_stack *st)
{
    size_t n = 0;
    while (n < st->n_frames) {
        const struct finding_frame *f = &st->frames[st->n_frames - 1 - n];
        if (!str_has_prefix(f->func, STR("testing.")) &&
            !str_has_suffix(f->span.file, STR("_testmain.go"))) {
            break;
        }
        n++;
    }
    return n;
}

static void text_stack(struct text *t, const struct finding *f, const struct finding_stack *st)
{
    size_t harness = text_harness_frames(st);
    size_t n = harness > 1 ? st->n_frames - harness : st->n_frames;
    strbuf_puts(t->out, "       ");
    text_styled(t, TERM_BOLD, st->title);
    strbuf_putc(t->out, '\n');
    bool shown = false;
    for (size_t i = 0; i < n; i++) {
        const struct finding_frame *fr = &st->frames[i];
        strbuf_puts(t->out, "         ");
        strbuf_put(t->out, term_safe(t->a, fr->func.n > 0 ? fr->func : STR("(unknown)")));
        strbuf_puts(t->out, "()\n             ");
        strbuf_put(t->out, term_safe(t->a, report_place(t->r, t->a, fr->span, (str){0})));
        strbuf_putc(t->out, '\n');
        if (!shown && text_is_site(f, fr->span)) {
            text_excerpt(t, fr->span);
            shown = true;
        }
    }
    if (n < st->n_frames) {
        text_styled(t, TERM_DIM,
                    str_fmt(t->a, "         (%zu frames of package testing)", harness));
        strbuf_putc(t->out, '\n');
    }
}

/* A letter for each cell, and what it stands for. */
static char text_cell_letter(const struct finding_line *l, size_t i)
{
    return l->n_cells > 26 ? '#' : (char)('A' + i);
}

static void text_line(struct text *t, const struct finding_line *l)
{
    enum { WORD = 8, ROW = 64 };
    for (u32 row = 0; row < l->size; row += ROW) {
        struct strbuf b = {0};
        for (u32 at = row; at < l->size && at < row + ROW; at++) {
            char c = '.';
            for (size_t i = 0; i < l->n_cells; i++) {
                c = at >= l->cells[i].from && at < l->cells[i].to ? text_cell_letter(l, i) : c;
            }
            strbuf_puts(&b, at > row && at % WORD == 0 ? " " : "");
            strbuf_putc(&b, c);
        }
        text_field(t, "line", row == 0, strbuf_str(&b));
        strbuf_release(&b);
    }
    for (size_t i = 0; i < l->n_cells; i++) {
        const struct finding_cell *c = &l->cells[i];
        str s = str_fmt(t->a, "%c  bytes %u-%u  %.*s", text_cell_letter(l, i), c->from, c->to - 1, STR_ARG(c->label));
        if (c->who.n > 0) {
            s = str_fmt(t->a, "%.*s, %.*s", STR_ARG(s), STR_ARG(c->who));
        }
        text_field(t, "line", false, s);
    }
}

static void text_costs(struct text *t, const struct finding *f)
{
    for (size_t i = 0; i < f->n_costs; i++) {
        const struct finding_cost *c = &f->costs[i];
        struct strbuf b = {0};
        strbuf_put(&b, c->subject);
        for (size_t j = 0; j < c->n_metrics; j++) {
            if (str_has_prefix(c->metrics[j].name, STR("predicted-")) ||
                str_has_prefix(c->metrics[j].name, STR("alloc_"))) {
                continue; /* the text has it */
            }
            strbuf_printf(&b, "  %.4g %.*s", c->metrics[j].value, STR_ARG(c->metrics[j].name));
        }
        if (c->share >= 0 && c->text.n == 0) {
            strbuf_printf(&b, " (%.0f %% of this benchmark)", c->share * 100);
        }
        if (c->text.n > 0) {
            strbuf_printf(&b, "%s%.*s", b.n > 0 ? "  " : "", STR_ARG(c->text));
        }
        text_field(t, "cost", i == 0, strbuf_str(&b));
        strbuf_release(&b);
    }
}

/* A fix is shown as such only with a verdict behind it. */
static void text_fix(struct text *t, const struct finding *f)
{
    if (f->fix.title.n == 0) {
        return;
    }
    str s =
        str_fmt(t->a, "%.*s    %s", STR_ARG(f->fix.title), finding_verdict_name(f->check.verdict));
    if (f->check.text.n > 0) {
        s = str_fmt(t->a, "%.*s: %.*s", STR_ARG(s), STR_ARG(f->check.text));
    }
    text_field(t, "fix", true, s);
}

static void text_finding(struct text *t, const struct finding *f)
{
    static const enum term_style style[] = {
        [FINDING_NOTE] = TERM_CYAN, [FINDING_WARNING] = TERM_YELLOW, [FINDING_ERROR] = TERM_RED};
    strbuf_putc(t->out, '\n');
    text_styled(t, style[f->severity], str_fmt(t->a, "%-6.*s", STR_ARG(f->code)));
    strbuf_putc(t->out, ' ');
    text_styled(t, TERM_BOLD, report_place(t->r, t->a, f->span, (str){0}));
    strbuf_puts(t->out, "  ");
    strbuf_put(t->out, term_safe(t->a, f->message));
    strbuf_putc(t->out, '\n');
    for (size_t i = 0; i < f->n_why; i++) {
        text_field(t, "why", i == 0, f->why[i].text);
    }
    if (f->line) {
        text_line(t, f->line);
    }
    if (f->picture && t->o->pictures) {
        report_picture_text(t->a, f->picture, t->o->color, t->out);
    }
    text_costs(t, f);
    text_fix(t, f);
    if (f->count > 1) {
        text_field(t, "seen", true, str_fmt(t->a, "%llu times", (unsigned long long)f->count));
    }
    for (size_t i = 0; i < f->n_stacks; i++) {
        text_stack(t, f, &f->stacks[i]);
    }
}

static void text_benchmark(struct text *t, const struct report_benchmark *b)
{
    enum { SITES = 10 };
    text_styled(t, TERM_BOLD, b->name);
    for (size_t i = 0; i < b->n_metrics; i++) {
        strbuf_printf(t->out, "  %.*s %.*s", STR_ARG(report_number(t->a, b->metrics[i].value)),
                      STR_ARG(term_safe(t->a, b->metrics[i].name)));
    }
    strbuf_putc(t->out, '\n');
    for (size_t i = 0; i < b->n_sites && i < SITES; i++) {
        const struct report_site *s = &b->sites[i];
        strbuf_printf(t->out, "       %9.*s B  %3.0f %%  %.*s  %.*s", STR_ARG(report_number(t->a, s->bytes)),
                      b->bytes > 0 ? 100 * s->bytes / b->bytes : 0,
                      STR_ARG(term_safe(t->a, report_place(t->r, t->a, s->span, (str){0}))),
                      STR_ARG(term_safe(t->a, s->func)));
        if (s->what.n > 0) {
            strbuf_printf(t->out, "  %.*s%s%.*s", STR_ARG(s->code), s->code.n > 0 ? " " : "",
                          STR_ARG(term_safe(t->a, s->what)));
        }
        strbuf_putc(t->out, '\n');
    }
    if (b->n_sites > SITES) {
        strbuf_printf(t->out, "       and %zu more sites\n", b->n_sites - SITES);
    }
}

static void text_failures(struct text *t)
{
    const struct report *r = t->r;
    for (size_t i = 0; i < r->failures.n; i++) {
        const struct report_failure *f = &r->failures.v[i];
        strbuf_putc(t->out, '\n');
        text_styled(t, TERM_RED, STR("FAIL  "));
        strbuf_putc(t->out, ' ');
        text_styled(t, TERM_BOLD, f->package);
        if (f->test.n > 0) {
            strbuf_putc(t->out, ' ');
            text_styled(t, TERM_BOLD, f->test);
        }
        if (f->raced) {
            strbuf_puts(t->out, "  (had a race; what it printed itself:)");
        }
        strbuf_putc(t->out, '\n');
        str rest = f->output, line;
        while (str_next_line(&rest, &line)) {
            strbuf_puts(t->out, "       ");
            strbuf_put(t->out, term_safe(t->a, line));
            strbuf_putc(t->out, '\n');
        }
    }
}

static void text_verified(struct text *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->r->findings.n; i++) {
        const struct finding *f = &t->r->findings.v[i];
        n += f->suppressed == FINDING_SHOWN && f->fix.title.n > 0 && f->check.verdict == FINDING_VERIFIED;
    }
    if (n > 0) {
        strbuf_printf(t->out, ", %.*s verified", STR_ARG(report_count(t->a, n, "fix", "fixes")));
    }
}

static void text_suppressed(struct text *t)
{
    size_t ignored = finding_count_suppressed(&t->r->findings, FINDING_IGNORED);
    size_t known = finding_count_suppressed(&t->r->findings, FINDING_KNOWN);
    if (ignored > 0) {
        strbuf_printf(t->out, ", %zu ignored", ignored);
    }
    if (known > 0) {
        strbuf_printf(t->out, ", %zu in the baseline", known);
    }
}

static void text_summary(struct text *t)
{
    const struct report *r = t->r;
    str n = report_count(t->a, finding_count(&r->findings, FINDING_NOTE), "finding", "findings");
    strbuf_put(t->out, n);
    text_verified(t);
    text_suppressed(t);
    if (r->race_failures > 0) {
        str tests = report_count(t->a, r->race_failures, "test", "tests");
        strbuf_printf(t->out, "; %.*s failed with a race", STR_ARG(tests));
    }
    size_t broken = 0, others = 0;
    for (size_t i = 0; i < r->failures.n; i++) {
        others += !r->failures.v[i].raced;
    }
    if (others > 0) {
        str f = report_count(t->a, others, "failure", "failures");
        strbuf_printf(t->out, "; %.*s of other kinds", STR_ARG(f));
    }
    for (size_t i = 0; i < r->packages.n; i++) {
        broken += r->packages.v[i].status == REPORT_BUILD_FAILED;
    }
    if (broken > 0) {
        str p = report_count(t->a, broken, "package", "packages");
        strbuf_printf(t->out, "; %.*s could not be built", STR_ARG(p));
    }
    if (t->o->html.n > 0) {
        strbuf_printf(t->out, ". Pictures: %.*s", STR_ARG(t->o->html));
    }
    strbuf_putc(t->out, '\n');
}

void report_text(const struct report *r, const struct report_text_opts *o, struct strbuf *out)
{
    struct arena_scratch s = arena_scratch_begin(r->arena);
    struct text t = {.r = r, .o = o, .out = out, .a = s.arena};
    t.source = report_source_new(s.arena, r);
    text_header(&t);
    for (size_t i = 0; i < r->findings.n; i++) {
        if (r->findings.v[i].suppressed == FINDING_SHOWN) {
            text_finding(&t, &r->findings.v[i]);
        }
    }
    for (size_t i = 0; i < r->benchmarks.n; i++) {
        text_benchmark(&t, &r->benchmarks.v[i]);
    }
    text_failures(&t);
    strbuf_putc(out, '\n');
    for (size_t i = 0; i < r->notes.n; i++) {
        text_styled(&t, TERM_DIM, STR("note: "));
        strbuf_put(out, term_safe(t.a, r->notes.v[i]));
        strbuf_putc(out, '\n');
    }
    text_summary(&t);
    report_source_free(t.source);
    arena_scratch_end(s);
}
