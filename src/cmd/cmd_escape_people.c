/* gomm escape without -m: what goes to the heap, for people: by function, with size, cause and way; or as a report. */
#include <unistd.h>

#include "base/path.h"
#include "base/term.h"
#include "cmd/cmd_escape.h"
#include "cmd/cmd_output.h"
#include "escape/escape_assert.h"

struct people_site {
    struct ir_unit *u;
    struct escape_site site;
    size_t finding; /* of the report, until it is sorted */
    u32 pkg;        /* load_package.id */
};

struct people {
    struct cmd_escape *c;
    bool color;
    VEC(struct people_site) sites;
    size_t n_sites, n_free;
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
static void put_function(struct people *p, struct ir_unit *u, const struct people_site *v, u32 n)
{
    struct arena *a = &p->c->arena;
    struct strbuf *out = &p->c->out;
    const struct ir_func *fn = v[0].site.fn;
    i64 bytes = 0;
    bool open = false;
    u32 count = 0;

    for (u32 i = 0; i < n; i++) {
        if (v[i].site.free) {
            continue;
        }
        count++;
        bytes += v[i].site.size > 0 ? v[i].site.size : 0;
        open |= v[i].site.size < 0;
    }
    p->bytes += bytes;
    strbuf_putc(out, '\n');
    put_style(p, TERM_BOLD);
    bool init = fn && (fn->flags & IR_FUNC_PKGINIT);
    str name = !fn ? STR("?") : init ? STR("package variables") : ir_func_text(u, fn);
    strbuf_put(out, term_safe(a, name));
    put_style(p, TERM_PLAIN);
    struct span at = v[0].site.span;
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

static void put_site(struct people *p, const struct people_site *v)
{
    struct arena *a = &p->c->arena;
    struct strbuf *out = &p->c->out;
    const struct escape_site *s = &v->site;
    const struct finding *f = &p->c->report.findings.v[v->finding];

    strbuf_puts(out, "  ");
    put_style(p, s->free ? TERM_DIM : TERM_CYAN);
    strbuf_put(out, f->code);
    put_style(p, TERM_PLAIN);
    strbuf_printf(out, "  %u:%u  %.*s  ", s->span.line, s->span.col, STR_ARG(term_safe(a, escape_plain(a, s->what))));
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

/* What is found in one package: sites [from, to). */
static void put_package(struct people *p, const struct load_package *lp, size_t from, size_t to)
{
    strbuf_printf(&p->c->out, "%s# %.*s\n", p->c->out.n ? "\n" : "", STR_ARG(cmd_show_title(&p->c->show, lp)));
    for (size_t i = from, j; i < to; i = j) {
        for (j = i + 1; j < to && p->sites.v[j].site.fn == p->sites.v[i].site.fn; j++) {
        }
        put_function(p, p->sites.v[i].u, p->sites.v + i, (u32)(j - i));
        for (size_t k = i; k < j; k++) {
            put_site(p, &p->sites.v[k]);
        }
    }
}

/* ---- findings ---- */

static void people_unit(struct people *p, const struct load_package *lp)
{
    struct cmd_escape *c = p->c;
    struct finding_list *out = &c->report.findings;
    struct ir_unit *u = c->escape->results[lp->id].unit;
    struct escape_site *v;
    u32 n;

    if (!u) {
        return;
    }
    escape_sites(c->escape, u, &c->arena, &v, &n);
    for (u32 k = 0; k < n; k++) {
        p->n_free += v[k].free != NULL;
        if (!v[k].free || (c->all && !c->gate.baseline)) { /* what costs nothing is shown only on demand */
            vec_push_in(&c->arena, &p->sites, (struct people_site){u, v[k], out->n, lp->id});
            escape_finding(c->escape, u, &v[k], c->why ? ESCAPE_WHOLE : ESCAPE_SHORT, out);
        }
    }
    escape_assertions(c->escape, u, v, n, out);
    for (u32 k = 0; lp->matched && k < lp->n_files && cmd_escape_compiles(c, lp); k++) {
        cmd_gate_saw(&c->gate, "ESC", lp->files[k].path, false);
    }
}

/* What is new in the heap is worth a warning to who asks for it. */
static void people_new(struct people *p)
{
    for (size_t i = 0; i < p->sites.n; i++) {
        struct finding *f = &p->c->report.findings.v[p->sites.v[i].finding];
        if (f->suppressed == FINDING_SHOWN) {
            f->severity = FINDING_WARNING;
            f->message = str_fmt(&p->c->arena, "new: %.*s", STR_ARG(f->message));
        }
    }
}

/* In the order of the source, with what is not to be shown marked. */
static void people_findings(struct people *p)
{
    struct cmd_escape *c = p->c;

    c->report.dir = c->cwd;
    cmd_gate_looked(&c->gate, "ESC");
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        if (cmd_escape_wanted(c, c->load->pkgs[i])) {
            people_unit(p, c->load->pkgs[i]);
        }
    }
    cmd_gate_mark(&c->gate, &c->report);
    if (c->gate.baseline && !c->gate.update) {
        people_new(p);
    }
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

/* Sites that are not ignored, nor of another kind than is wanted. */
static void keep_shown(struct people *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->sites.n; i++) {
        if (p->c->report.findings.v[p->sites.v[i].finding].suppressed == FINDING_SHOWN) {
            p->n_sites += p->sites.v[i].site.free == NULL;
            p->sites.v[n++] = p->sites.v[i];
        }
    }
    p->sites.n = n;
}

int cmd_escape_text(struct cmd_escape *c)
{
    struct people p = {.c = c, .color = term_has_color(STDOUT_FILENO)};
    struct finding_list *all = &c->report.findings;
    bool first = true;

    people_findings(&p);
    keep_shown(&p);
    for (size_t i = 0, j; i < p.sites.n && !c->gate.baseline; i = j) {
        for (j = i + 1; j < p.sites.n && p.sites.v[j].pkg == p.sites.v[i].pkg; j++) {
        }
        put_package(&p, c->load->pkgs[p.sites.v[i].pkg], i, j);
    }
    if (!c->gate.baseline) {
        put_total(&p);
    }
    int status = cmd_gate_end(&c->gate, &c->report);
    finding_sort(all);
    for (size_t i = 0; i < all->n; i++) {
        if (all->v[i].severity > FINDING_NOTE && all->v[i].suppressed == FINDING_SHOWN) {
            strbuf_puts(&c->out, first && c->out.n ? "\n" : "");
            put_warning(&p, &all->v[i]);
            first = false;
        }
    }
    return c->bad_packages > 0 ? BASE_EXIT_FINDINGS : status;
}

/* ---- as a report ---- */

int cmd_escape_report(struct cmd_escape *c)
{
    struct people p = {.c = c};
    struct report *r = &c->report;
    struct err e;

    r->go_version = c->load->go_version;
    r->goos = c->load->config.goos;
    r->goarch = c->load->config.goarch;
    people_findings(&p);
    if (!cmd_gate_write(&c->gate, r, &e)) {
        return cmd_fail_err(&e);
    }
    if (c->gate.update) {
        return BASE_EXIT_CLEAN;
    }
    int status = cmd_gate_end(&c->gate, r);
    finding_sort(&r->findings);
    if (c->bad_packages > 0) {
        report_note(r, "%u package%s with errors: run gomm typecheck", c->bad_packages,
                    c->bad_packages == 1 ? "" : "s");
        status = status > BASE_EXIT_FINDINGS ? status : BASE_EXIT_FINDINGS;
    }
    r->status = status;
    return cmd_output_show(&c->output, r) ? status : BASE_EXIT_FAILURE;
}
