/* gomm escape without -m: what goes to the heap, for people: by function, with size, cause and way; or as a report. */
#include <unistd.h>

#include "base/path.h"
#include "base/term.h"
#include "cmd/cmd_escape.h"
#include "cmd/cmd_output.h"
#include "escape/escape_assert.h"

struct people {
    struct cmd_escape *c;
    bool color;
    size_t n_sites, n_free, n_packages;
    i64 bytes; /* of those whose size is known */
};

static void put_style(struct people *p, enum term_style s)
{
    strbuf_puts(&p->c->out, term_style(p->color, s));
}

static str size_text(struct arena *a, i64 size)
{
    if (size < 0) {
        return STR("size known when it runs");
    }
    if (size >= 10 * 1024) {
        return str_fmt(a, "%.1f KB", (double)size / 1024);
    }
    return str_fmt(a, "%lld B", (long long)size);
}

/* "func NewUser  x.go:12  2 values, 88 B" */
static void put_function(struct people *p, struct ir_unit *u, const struct escape_site *v, u32 n)
{
    struct arena *a = &p->c->arena;
    struct strbuf *out = &p->c->out;
    const struct ir_func *fn = v[0].fn;
    i64 bytes = 0;
    bool open = false;
    u32 count = 0;

    for (u32 i = 0; i < n; i++) {
        if (v[i].free) {
            continue;
        }
        count++;
        bytes += v[i].size > 0 ? v[i].size : 0;
        open |= v[i].size < 0;
    }
    p->bytes += bytes;
    strbuf_putc(out, '\n');
    put_style(p, TERM_BOLD);
    bool init = fn && (fn->flags & IR_FUNC_PKGINIT);
    str name = !fn ? STR("?") : init ? STR("package variables") : ir_func_text(u, fn);
    strbuf_put(out, term_safe(a, name));
    put_style(p, TERM_PLAIN);
    struct span at = v[0].span;
    if (fn && fn->pos && !init) {
        at = sources_span(p->c->load->sources, fn->pos);
    }
    strbuf_printf(out, "  %.*s:%u  %u value%s", STR_ARG(cmd_show_file(&p->c->show, at.file)), at.line, count,
                  count == 1 ? "" : "s");
    if (bytes > 0) {
        strbuf_printf(out, ", %.*s%s", STR_ARG(size_text(a, bytes)), open ? " and more" : "");
    }
    strbuf_putc(out, '\n');
}

/* The reasons of a finding, so far in. */
static void put_why(struct people *p, const struct finding *f, int indent)
{
    struct strbuf *out = &p->c->out;

    for (size_t i = 0; i < f->n_why; i++) {
        put_style(p, TERM_DIM);
        strbuf_printf(out, "%*s%-5s", indent, "", i == 0 ? "why" : "");
        put_style(p, TERM_PLAIN);
        strbuf_put(out, term_safe(&p->c->arena, f->why[i].text));
        strbuf_putc(out, '\n');
    }
}

static void put_site(struct people *p, struct ir_unit *u, const struct escape_site *s)
{
    struct arena *a = &p->c->arena;
    struct strbuf *out = &p->c->out;
    struct finding_list list = {.arena = a};
    struct finding *f =
        escape_finding(p->c->escape, u, s, p->c->why ? ESCAPE_WHOLE : ESCAPE_SHORT, &list);

    strbuf_puts(out, "  ");
    put_style(p, s->free ? TERM_DIM : TERM_CYAN);
    strbuf_put(out, f->code);
    put_style(p, TERM_PLAIN);
    strbuf_printf(out, "  %u:%u  %.*s  ", s->span.line, s->span.col, STR_ARG(term_safe(a, s->what)));
    put_style(p, TERM_DIM);
    if (s->free) {
        strbuf_printf(out, "costs nothing: %s", s->free);
    } else {
        strbuf_put(out, size_text(a, s->size));
    }
    put_style(p, TERM_PLAIN);
    strbuf_putc(out, '\n');
    put_why(p, f, 9);
}

static void put_package(struct people *p, const struct load_package *lp)
{
    struct cmd_escape *c = p->c;
    struct ir_unit *u = c->escape->results[lp->id].unit;
    struct escape_site *v;
    u32 n;

    if (!u) {
        return;
    }
    escape_sites(c->escape, u, &c->arena, &v, &n);
    u32 kept = 0;
    for (u32 i = 0; i < n; i++) { /* what costs nothing is shown only on demand */
        p->n_free += v[i].free != NULL;
        p->n_sites += v[i].free == NULL;
        if (!v[i].free || c->all) {
            v[kept++] = v[i];
        }
    }
    if (kept > 0) {
        p->n_packages++;
        strbuf_printf(&c->out, "%s# %.*s\n", c->out.n ? "\n" : "", STR_ARG(cmd_show_title(&c->show, lp)));
    }
    for (u32 i = 0, j; i < kept; i = j) {
        for (j = i + 1; j < kept && v[j].fn == v[i].fn; j++) {
        }
        put_function(p, u, v + i, j - i);
        for (u32 k = i; k < j; k++) {
            put_site(p, u, &v[k]);
        }
    }
}

/* ---- what is wrong: assertions that do not hold, and what is new ---- */

static void people_assertions(struct cmd_escape *c, struct finding_list *out)
{
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        struct ir_unit *u = c->escape->results[i].unit;
        struct escape_site *v;
        u32 n;
        if (u && cmd_escape_wanted(c, c->load->pkgs[i])) {
            escape_sites(c->escape, u, &c->arena, &v, &n);
            escape_assertions(c->escape, u, v, n, out);
        }
    }
}

/* Warnings only. */
static bool people_warnings(struct cmd_escape *c, struct finding_list *out, struct err *e)
{
    people_assertions(c, out);
    bool ok = !c->baseline || cmd_escape_baseline_compare(c, out, e);
    finding_sort(out);
    return ok;
}

static void put_warning(struct people *p, const struct finding *f)
{
    struct arena *a = &p->c->arena;
    struct strbuf *out = &p->c->out;

    put_style(p, TERM_YELLOW);
    strbuf_put(out, f->code);
    put_style(p, TERM_PLAIN);
    strbuf_printf(out, "  %.*s:%u:%u  %.*s\n", STR_ARG(cmd_show_file(&p->c->show, f->span.file)), f->span.line, f->span.col,
                  STR_ARG(term_safe(a, f->message)));
    put_why(p, f, 7);
}

static int text_status(const struct cmd_escape *c, size_t n_warnings)
{
    return c->bad_packages > 0 || n_warnings > 0 ? BASE_EXIT_FINDINGS : BASE_EXIT_CLEAN;
}

static void put_total(struct people *p)
{
    struct cmd_escape *c = p->c;

    strbuf_printf(&c->out, "%s%zu value%s in the heap", c->out.n ? "\n" : "", p->n_sites, p->n_sites == 1 ? "" : "s");
    if (p->bytes > 0) {
        strbuf_printf(&c->out, ", %.*s each time all of them are made once", STR_ARG(size_text(&c->arena, p->bytes)));
    }
    if (p->n_free > 0) {
        strbuf_printf(&c->out, "; %zu more escape%s but cost%s nothing%s", p->n_free, p->n_free == 1 ? "s" : "",
                      p->n_free == 1 ? "s" : "", c->all ? "" : " (-all shows them)");
    }
    strbuf_putc(&c->out, '\n');
}

int cmd_escape_text(struct cmd_escape *c)
{
    struct people p = {.c = c, .color = term_has_color(STDOUT_FILENO)};
    struct finding_list warnings = {.arena = &c->arena};
    struct err e;

    for (u32 i = 0; i < c->load->n_pkgs && !c->baseline; i++) {
        if (cmd_escape_wanted(c, c->load->pkgs[i])) {
            put_package(&p, c->load->pkgs[i]);
        }
    }
    if (!people_warnings(c, &warnings, &e)) {
        return cmd_fail_err(&e);
    }
    if (!c->baseline) {
        put_total(&p);
    }
    for (size_t i = 0; i < warnings.n; i++) {
        strbuf_puts(&c->out, i == 0 && c->out.n ? "\n" : "");
        put_warning(&p, &warnings.v[i]);
    }
    return text_status(c, warnings.n);
}

/* ---- as a report ---- */

bool cmd_escape_findings(struct cmd_escape *c, struct finding_list *out, struct err *e)
{
    for (u32 i = 0; i < c->load->n_pkgs && !c->baseline; i++) {
        const struct load_package *lp = c->load->pkgs[i];
        struct ir_unit *u = c->escape->results[lp->id].unit;
        struct escape_site *v;
        u32 n;
        if (!u || !cmd_escape_wanted(c, lp)) {
            continue;
        }
        escape_sites(c->escape, u, &c->arena, &v, &n);
        for (u32 k = 0; k < n; k++) {
            if (!v[k].free || c->all) {
                escape_finding(c->escape, u, &v[k], c->why ? ESCAPE_WHOLE : ESCAPE_SHORT, out);
            }
        }
    }
    return people_warnings(c, out, e);
}

int cmd_escape_report(struct cmd_escape *c)
{
    struct report *r = &c->report;

    r->go_version = c->load->go_version;
    r->goos = c->load->config.goos;
    r->goarch = c->load->config.goarch;
    r->dir = c->cwd;
    struct err e;
    if (!cmd_escape_findings(c, &r->findings, &e)) {
        return cmd_fail_err(&e);
    }
    int status = report_status(r);
    if (c->bad_packages > 0) {
        report_note(r, "%u package%s with errors: run gomm typecheck", c->bad_packages,
                    c->bad_packages == 1 ? "" : "s");
        status = status > BASE_EXIT_FINDINGS ? status : BASE_EXIT_FINDINGS;
    }
    r->status = status;
    return cmd_output_show(&c->output, r) ? status : BASE_EXIT_FAILURE;
}
