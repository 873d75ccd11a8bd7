/* cmd_bench_budget.c: how much may be allocated: //gomm:allocs in the source, and a file of budgets.
 *
 * The file has a line for each benchmark: package, name without the number of processors, bytes, "B/op", allocations,
 * "allocs/op", between blanks; # begins a comment. */
#include <math.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd_bench.h"

static const char budget_head[] = "# gomm bench budget 1: package, benchmark, B/op, allocs/op; made by gomm bench -budget FILE -update\n";

/* ---- directives ---- */

struct budget_directive {
    u64 allocs;
    str package, file, func; /* func: its name, of a benchmark */
    u32 from, to, at;        /* lines of the function, and of the directive */
    bool benchmark;
};

/* "//gomm:allocs 3 why" → 3. */
static bool budget_text(str line, u64 *n, bool *wrong)
{
    str field;

    line = str_trim(line);
    if (!str_cut_prefix(&line, STR("//gomm:allocs"))) {
        return false;
    }
    *wrong = (line.n > 0 && line.p[0] != ' ' && line.p[0] != '\t') || !str_next_field(&line, &field) || !str_u64(field, n);
    return true;
}

/* "func (t *T) Name[" → "Name"; of methods empty, since no benchmark is one. */
static str budget_func_name(str line)
{
    size_t n = 0;

    if (!str_cut_prefix(&line, STR("func ")) || line.n == 0 || line.p[0] == '(') {
        return (str){0};
    }
    while (n < line.n && line.p[n] != '(' && line.p[n] != '[' && line.p[n] != ' ') {
        n++;
    }
    return str_slice(line, 0, n);
}

struct budget {
    struct cmd_bench *c;
    struct finding_list *out;
};

static struct span budget_span(const struct budget_directive *d)
{
    return span_at(d->file, d->at, 1);
}

/* A function declaration reaches from its line to the first line after it that is a closing brace in the first column:
 * gofmt writes it so, or all of it in one line. */
static void budget_extent(str rest, str line, struct budget_directive *d)
{
    str next;

    d->to = d->from;
    if (str_has_suffix(str_trim(line), STR("}")) && str_contains(line, STR("{"))) {
        return;
    }
    while (str_next_line(&rest, &next)) {
        d->to++;
        if (str_has_prefix(next, STR("}"))) {
            return;
        }
    }
}

static void budget_exceeded(struct budget *b, const struct budget_directive *d, const struct cmd_bench_package *p, u32 i, double allocs,
                            const char *where)
{
    const struct bench_measured *m = &p->m.v[i];
    struct finding *f = finding_add(b->out, "BENCH01", FINDING_WARNING, span_at(d->file, d->from, 1),
                                    "%.*s allocates %.4g times per operation%s, //gomm:allocs allows %llu", STR_ARG(m->name), allocs,
                                    where, (unsigned long long)d->allocs);
    f->package = p->path;
    f->object = d->func;
    for (u32 k = 0; k < m->sites.n && k < 5; k++) {
        const struct bench_site *s = &m->sites.v[k];
        const struct cmd_bench_reason *r = &p->reasons[i][k];
        const struct bench_frame *at = &s->stack[s->own < s->n_stack ? s->own : 0];
        finding_why(b->out, f, span_at(at->file, at->line, 0), "%.4g allocs, %.4g B at %.*s:%u%s%.*s%s%.*s", s->allocs, s->bytes,
                    STR_ARG(cmd_bench_file(b->c, at->file)), at->line, r->what.n ? "  " : "", STR_ARG(r->what),
                    r->text.n ? ": " : "", STR_ARG(r->text));
    }
    struct finding_cost *cost = finding_cost(b->out, f, m->name);
    finding_metric(b->out, cost, STR("allocs/op"), allocs);
    finding_relate(b->out, f, budget_span(d), "allowed here");
}

static bool budget_is_benchmark(const struct budget_directive *d, const struct bench_measured *m)
{
    str rest = m->base;

    return str_cut_prefix(&rest, d->func) && (rest.n == 0 || rest.p[0] == '/');
}

static void budget_check_directive(struct budget *b, const struct budget_directive *d)
{
    for (size_t i = 0; i < b->c->packages.n; i++) {
        const struct cmd_bench_package *p = &b->c->packages.v[i];
        for (u32 k = 0; p->ran && k < p->m.n; k++) {
            const struct bench_measured *m = &p->m.v[k];
            const struct bench_series *s = bench_measured_series(m, STR("allocs/op"));
            double bytes = 0, allocs = 0;
            if (d->benchmark) {
                if (str_eq(p->path, d->package) && budget_is_benchmark(d, m) && s && s->median.median > (double)d->allocs) {
                    budget_exceeded(b, d, p, k, s->median.median, "");
                }
            } else if (m->sites.n2 > 0) {
                bench_sites_below(&m->few, m->sites.n1, &m->profile, m->sites.n2, d->file, d->from, d->to, &bytes, &allocs);
                if (allocs > (double)d->allocs + 0.01) { /* what happens once in a hundred operations is growth */
                    budget_exceeded(b, d, p, k, allocs, str_cstr(&b->c->arena, str_fmt(&b->c->arena, " in %.*s", STR_ARG(d->func))));
                }
            }
        }
    }
}

static void budget_directives_of(struct budget *b, const struct cmd_bench_package *p, str file)
{
    struct arena *a = &b->c->arena;
    struct budget_directive d = {.package = p->path, .file = file};
    str text, rest, line;
    bool waits = false, wrong;

    if (!io_read_file(a, str_cstr(a, file), &text, NULL) || !str_contains(text, STR("//gomm:allocs"))) {
        return;
    }
    rest = text;
    for (u32 n = 1; str_next_line(&rest, &line); n++) {
        if (str_has_prefix(line, STR("//gomm:allocs")) && budget_text(line, &d.allocs, &wrong)) {
            d.at = n;
            waits = !wrong;
            if (wrong) {
                finding_add(b->out, "BENCH01", FINDING_WARNING, span_at(file, n, 1), "//gomm:allocs wants a number: //gomm:allocs 0");
            }
        } else if (waits && str_has_prefix(line, STR("func "))) {
            d.from = n;
            d.func = budget_func_name(line);
            d.benchmark = str_has_prefix(d.func, STR("Benchmark")) && str_has_suffix(file, STR("_test.go"));
            budget_extent(rest, line, &d);
            if (d.func.n == 0) {
                d.func = str_trim(str_slice(line, 0, 60));
            }
            budget_check_directive(b, &d);
            waits = false;
        } else if (waits && !str_has_prefix(line, STR("//"))) {
            waits = false;
            finding_add(b->out, "BENCH01", FINDING_WARNING, span_at(file, d.at, 1), "//gomm:allocs stands above no function");
        }
    }
}

static void budget_directives(struct budget *b)
{
    struct arena *a = &b->c->arena;
    str *names;
    size_t n;

    for (size_t i = 0; i < b->c->packages.n; i++) {
        const struct cmd_bench_package *p = &b->c->packages.v[i];
        if (p->dir.n == 0 || !io_list_dir(a, str_cstr(a, p->dir), &names, &n, NULL)) {
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            if (str_has_suffix(names[k], STR(".go"))) {
                cmd_gate_file(&b->c->gate, path_join(a, p->dir, names[k]));
                budget_directives_of(b, p, path_join(a, p->dir, names[k]));
            }
        }
    }
}

/* ---- the file ---- */

static bool budget_write(struct cmd_bench *c, struct err *e)
{
    struct strbuf b = {0};

    strbuf_puts(&b, budget_head);
    for (size_t i = 0; i < c->packages.n; i++) {
        const struct cmd_bench_package *p = &c->packages.v[i];
        str last = {0};
        for (u32 k = 0; p->ran && k < p->m.n; k++) {
            const struct bench_measured *m = &p->m.v[k];
            const struct bench_series *bytes = bench_measured_series(m, STR("B/op")), *allocs = bench_measured_series(m, STR("allocs/op"));
            if (bytes && allocs && !str_eq(m->base, last)) { /* of several -cpu the first */
                strbuf_printf(&b, "%.*s %.*s %.0f B/op %.0f allocs/op\n", STR_ARG(p->path), STR_ARG(m->base), ceil(bytes->median.median),
                              ceil(allocs->median.median));
                last = m->base;
            }
        }
    }
    bool ok = io_write_file(c->budget, strbuf_str(&b), 0644, e);
    strbuf_release(&b);
    return ok;
}

static void budget_check_line(struct budget *b, str file, u32 line, str package, str name, double bytes, double allocs)
{
    for (size_t i = 0; i < b->c->packages.n; i++) {
        const struct cmd_bench_package *p = &b->c->packages.v[i];
        for (u32 k = 0; p->ran && str_eq(p->path, package) && k < p->m.n; k++) {
            const struct bench_measured *m = &p->m.v[k];
            const struct bench_series *mb = bench_measured_series(m, STR("B/op")), *ma = bench_measured_series(m, STR("allocs/op"));
            if (!str_eq(m->base, name) || !mb || !ma ||
                (ma->median.median <= allocs && mb->median.median <= fmax(bytes * 1.02, bytes + 8))) {
                continue;
            }
            struct finding *f = finding_add(b->out, "BENCH02", FINDING_WARNING, span_at(file, line, 1),
                                            "%.*s: %.4g B/op, %.4g allocs/op; the budget is %.4g B/op, %.4g allocs/op", STR_ARG(m->name),
                                            mb->median.median, ma->median.median, bytes, allocs);
            f->package = p->path;
            f->object = m->base;
            struct finding_cost *cost = finding_cost(b->out, f, m->name);
            finding_metric(b->out, cost, STR("B/op"), mb->median.median);
            finding_metric(b->out, cost, STR("allocs/op"), ma->median.median);
        }
    }
}

static bool budget_read(struct budget *b, struct err *e)
{
    struct arena *a = &b->c->arena;
    str text, line, f[6], field;
    double bytes, allocs;

    if (!io_read_file(a, b->c->budget, &text, e)) {
        return false;
    }
    for (u32 n = 1; str_next_line(&text, &line); n++) {
        u32 k = 0;
        while (str_next_field(&line, &field) && field.p[0] != '#') {
            if (k < ARRAY_LEN(f)) {
                f[k] = field;
            }
            k++;
        }
        if (k == 0) {
            continue;
        }
        if (k != 6 || !str_f64(f[2], &bytes) || !str_is(f[3], "B/op") || !str_f64(f[4], &allocs) || !str_is(f[5], "allocs/op")) {
            return err_set(e, "%s:%u: want: package benchmark N B/op N allocs/op", b->c->budget, n);
        }
        budget_check_line(b, str_of(b->c->budget), n, f[0], f[1], bytes, allocs);
    }
    return true;
}

bool cmd_bench_budgets(struct cmd_bench *c, struct err *e)
{
    struct budget b = {c, &c->report.findings};

    budget_directives(&b);
    if (!c->budget) {
        return true;
    }
    return c->update ? budget_write(c, e) : budget_read(&b, e);
}
