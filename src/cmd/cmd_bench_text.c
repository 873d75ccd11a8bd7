/* cmd_bench_text.c: gomm bench for people, in a form that benchstat reads too: it takes lines that begin with Benchmark or
 * are "key: value", and all that is said beside them is indented. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/path.h"
#include "base/term.h"
#include "cmd/cmd_bench.h"

static void put_style(struct cmd_bench *c, enum term_style s)
{
    strbuf_puts(&c->out, term_style(c->color, s));
}

str cmd_bench_file(struct cmd_bench *c, str file)
{
    struct arena *a = &c->arena;

    if (path_is_below(file, c->report.dir)) {
        return path_short(a, c->report.dir, file);
    }
    str root = path_join(a, c->go.goroot, STR("src"));
    if (path_is_below(file, root)) { /* as in the import path of its package */
        return path_rel(a, root, file);
    }
    i64 mod = str_find_last(file, STR("/pkg/mod/"));
    return mod >= 0 ? str_from(file, (size_t)mod + 9) : file;
}

/* "p.(*T).F" of "example.org/m/p.(*T).F". */
static str short_func(str func)
{
    i64 bracket = str_find_byte(func, '['), slash = str_find_last_byte(bracket >= 0 ? str_slice(func, 0, (size_t)bracket) : func, '/');

    return str_from(func, (size_t)(slash + 1));
}

static void put_series(struct cmd_bench *c, const struct bench_measured *b)
{
    struct arena *a = &c->arena;

    if (b->n_lines < 2) {
        return;
    }
    put_style(c, TERM_DIM);
    strbuf_puts(&c->out, "    median  ");
    put_style(c, TERM_PLAIN);
    for (u32 i = 0; i < b->n_series; i++) {
        const struct bench_series *s = &b->series[i];
        strbuf_printf(&c->out, "%s%.*s %.*s", i > 0 ? "  " : "", STR_ARG(report_number(a, s->median.median)), STR_ARG(s->unit));
        if (s->median.low != s->median.high) {
            strbuf_printf(&c->out, " (%.*s to %.*s)", STR_ARG(report_number(a, s->median.low)), STR_ARG(report_number(a, s->median.high)));
        }
    }
    strbuf_printf(&c->out, "  %u runs", b->series[0].n);
    if (b->series[0].median.confidence < BENCH_CONFIDENCE) {
        strbuf_puts(&c->out, ", too few for an interval of 95 %: it takes 6");
    }
    strbuf_putc(&c->out, '\n');
}

/* Without -why in a line or two. */
static void put_text(struct cmd_bench *c, str text)
{
    enum { TEXT_MAX = 160 };
    struct arena *a = &c->arena;
    size_t n = TEXT_MAX;

    if (c->why || text.n <= TEXT_MAX) {
        strbuf_put(&c->out, term_safe(a, text));
        return;
    }
    while (n > 0 && ((u8)text.p[n] & 0xC0) == 0x80) { /* not within a character */
        n--;
    }
    strbuf_put(&c->out, term_safe(a, str_slice(text, 0, n)));
    strbuf_puts(&c->out, "…");
}

static void put_reason(struct cmd_bench *c, const struct bench_site *s, const struct cmd_bench_reason *r)
{
    const struct finding *f = r->finding;

    if (r->what.n == 0 && s->own == 0) {
        return;
    }
    strbuf_puts(&c->out, "            ");
    put_style(c, TERM_CYAN);
    if (f) {
        strbuf_put(&c->out, f->code);
        strbuf_puts(&c->out, "  ");
    }
    put_style(c, TERM_PLAIN);
    put_text(c, r->what);
    if (r->what.n > 0) {
        strbuf_puts(&c->out, ": ");
    }
    put_text(c, r->text);
    if (s->own > 0) { /* in what the user's code calls */
        strbuf_printf(&c->out, "%s in %.*s (%.*s:%u)", r->what.n > 0 ? "," : "", STR_ARG(short_func(s->stack[0].func)),
                      STR_ARG(cmd_bench_file(c, s->stack[0].file)), s->stack[0].line);
    }
    strbuf_putc(&c->out, '\n');
    bool told = false;
    for (size_t i = 1; f && i < f->n_why && !told; i++) {
        str text = f->why[i].text;
        bool flow = str_has_prefix(text, STR("flow: "));
        if (!c->why && !flow) {
            continue; /* where it stands is told already */
        }
        told = !c->why; /* one way will do */
        put_style(c, TERM_DIM);
        strbuf_puts(&c->out, "                   ");
        put_text(c, text);
        put_style(c, TERM_PLAIN);
        strbuf_putc(&c->out, '\n');
    }
}

static void put_site(struct cmd_bench *c, const struct bench_sites *all, const struct bench_site *s,
                     const struct cmd_bench_reason *r)
{
    struct arena *a = &c->arena;
    const struct bench_frame *f = &s->stack[s->own < s->n_stack ? s->own : 0];

    strbuf_printf(&c->out, "    %9.*s B  %7.*s allocs  %3.0f %%  ", STR_ARG(report_number(a, s->bytes)), STR_ARG(report_number(a, s->allocs)),
                  all->bytes > 0 ? 100 * s->bytes / all->bytes : 0);
    put_style(c, TERM_BOLD);
    strbuf_printf(&c->out, "%.*s:%u", STR_ARG(cmd_bench_file(c, f->file)), f->line);
    put_style(c, TERM_PLAIN);
    strbuf_printf(&c->out, "  %.*s\n", STR_ARG(term_safe(a, short_func(f->func))));
    put_reason(c, s, r);
}

/* Where the sum of the sites is not B/op, it is said. */
static void put_sum(struct cmd_bench *c, const struct bench_measured *b)
{
    struct arena *a = &c->arena;
    const struct bench_series *bytes = bench_measured_series(b, STR("B/op")), *allocs = bench_measured_series(b, STR("allocs/op"));

    if (!bytes || !allocs || b->sites.n2 == 0) {
        return;
    }
    double want = bytes->median.median, got = b->sites.bytes;
    if (fabs(got - want) > fmax(want * 0.02, 1)) {
        strbuf_printf(&c->out, "    sites come to %.*s B of %.*s B/op", STR_ARG(report_number(a, got)), STR_ARG(report_number(a, want)));
        if (fabs(got - b->profiled_bytes) <= fmax(b->profiled_bytes * 0.02, 1)) {
            strbuf_printf(&c->out, ": what an operation allocates depends on how many there are (%llu here)",
                          (unsigned long long)b->sites.n2);
        } else if (got > want) {
            strbuf_puts(&c->out, ": some is allocated while the benchmark's timer is stopped");
        }
        strbuf_putc(&c->out, '\n');
    }
    double shared = allocs->median.median - b->sites.allocs;
    if (shared > fmax(0.02 * allocs->median.median, 0.5)) {
        strbuf_printf(&c->out, "    %9s    %7.*s allocs         of less than 16 B without pointers, in blocks that others began\n", "",
                      STR_ARG(report_number(a, shared)));
    }
}

static void put_sites(struct cmd_bench *c, const struct bench_measured *b, const struct cmd_bench_reason *reasons)
{
    enum { SITES_SHOWN = 10 };
    u32 n = c->all_sites || b->sites.n <= SITES_SHOWN + 1 ? b->sites.n : SITES_SHOWN;
    double rest = 0;

    for (u32 i = 0; i < b->sites.n; i++) {
        if (i < n) {
            put_site(c, &b->sites, &b->sites.v[i], &reasons[i]);
        } else {
            rest += b->sites.v[i].bytes;
        }
    }
    if (n < b->sites.n) {
        strbuf_printf(&c->out, "    %9.*s B  at %u more sites: -all shows them\n", STR_ARG(report_number(&c->arena, rest)), b->sites.n - n);
    }
    put_sum(c, b);
}

static void put_collector(struct cmd_bench *c, const struct bench_measured *b)
{
    struct arena *a = &c->arena;
    const struct bench_time *t = &b->time;

    if (!b->has_gc) {
        return;
    }
    /* The runtime takes a clock for processor time: on a busy machine that is more than it had. */
    strbuf_printf(&c->out, "    gc      %.*s cycles/s, %.1f %% of the processors, pauses %.2f %% of the time, the longest %.*s µs\n",
                  STR_ARG(report_number(a, b->gc.cycles / fmax(b->gc_seconds, 1e-9))),
                  100 * b->gc.cpu_ms / 1e3 / fmax(b->gc_seconds * b->procs, 1e-9),
                  100 * b->gc.pause_ms / 1e3 / fmax(b->gc_seconds, 1e-9), STR_ARG(report_number(a, round(b->gc.pause_max_ms * 1e3))));
    if (t->samples >= 10) {
        double n = (double)t->samples;
        double share = (double)(t->allocation + t->collection) / n;
        strbuf_printf(&c->out, "    time    %.0f %% is allocation: %.0f %% allocating, %.0f %% collecting (±%.0f, %llu samples)\n",
                      100 * share, 100 * (double)t->allocation / n, 100 * (double)t->collection / n,
                      100 * 1.96 * sqrt(share * (1 - share) / n), (unsigned long long)t->samples);
    }
}

static void put_failures(struct cmd_bench *c, const struct bench_output *o, const struct bench_measurements *m)
{
    for (size_t i = 0; i < o->failures.n; i++) {
        str text = strbuf_str(&o->failures.v[i].text), line, name = o->failures.v[i].name;
        u32 n = 0;
        put_style(c, TERM_RED);
        strbuf_printf(&c->out, "--- FAIL: %.*s", STR_ARG(name.n > 0 ? name : STR("(outside of benchmarks)")));
        put_style(c, TERM_PLAIN);
        strbuf_putc(&c->out, '\n');
        while (str_next_line(&text, &line) && n++ < 40) {
            strbuf_puts(&c->out, "    ");
            strbuf_put(&c->out, term_safe(&c->arena, line));
            strbuf_putc(&c->out, '\n');
        }
    }
    if (m->ran.proc.status != 0 && !m->interrupted && !o->failed) {
        str err = str_trim(m->ran.err);
        strbuf_printf(&c->out, "FAIL: %.*s%s%.*s\n", STR_ARG(proc_status_text(&c->arena, &m->ran.proc)), err.n ? "\n" : "",
                      STR_ARG(err));
    }
}

void cmd_bench_text_package(struct cmd_bench *c, const struct cmd_bench_package *p)
{
    struct bench_output *o = (struct bench_output *)(uintptr_t)&p->m.ran.out;

    if (!p->ran || (p->m.n == 0 && o->failures.n == 0 && p->m.ran.proc.status == 0)) {
        return;
    }
    str cpu = bench_output_config(o, STR("cpu"));
    strbuf_printf(&c->out, "pkg: %.*s\n", STR_ARG(p->path));
    if (cpu.n > 0) {
        strbuf_printf(&c->out, "cpu: %.*s\n", STR_ARG(cpu));
    }
    for (u32 i = 0; i < p->m.n; i++) {
        const struct bench_measured *b = &p->m.v[i];
        for (u32 k = 0; k < b->n_lines; k++) {
            strbuf_put(&c->out, term_safe(&c->arena, b->lines[k]));
            strbuf_putc(&c->out, '\n');
        }
        put_series(c, b);
        put_sites(c, b, p->reasons[i]);
        put_collector(c, b);
        if (b->trouble.n > 0) {
            strbuf_printf(&c->out, "    not measured: %.*s\n", STR_ARG(term_safe(&c->arena, b->trouble)));
        }
    }
    for (size_t i = 0; i < o->logs.n && c->verbose; i++) {
        strbuf_printf(&c->out, "    log     %.*s\n", STR_ARG(term_safe(&c->arena, o->logs.v[i])));
    }
    put_failures(c, o, &p->m);
}

/* ---- -compare ---- */

static void put_change(struct cmd_bench *c, const struct bench_series *old, const struct bench_series *now)
{
    struct arena *a = &c->arena;
    struct bench_utest u = bench_utest(old->v, old->n, now->v, now->n);
    double before = old->median.median, after = now->median.median;
    bool proven = u.p < 1 - BENCH_CONFIDENCE;

    /* One value is all there is of a count that does not vary: of B/op and allocs/op equality is told as such. */
    strbuf_printf(&c->out, "  %12.*s  %12.*s  ", STR_ARG(report_number(a, before)), STR_ARG(report_number(a, after)));
    if (!proven) {
        strbuf_printf(&c->out, "%9s", "~");
    } else if (before > 0) {
        put_style(c, after < before ? TERM_GREEN : TERM_RED);
        strbuf_printf(&c->out, "%+8.2f%%", 100 * (after / before - 1));
        put_style(c, TERM_PLAIN);
    } else {
        strbuf_printf(&c->out, "%9s", "new");
    }
    strbuf_printf(&c->out, "  (p=%.3f n=%u+%u)\n", u.p, old->n, now->n);
}

void cmd_bench_text_compare(struct cmd_bench *c)
{
    static const char *const units[] = {"ns/op", "B/op", "allocs/op"};
    struct arena *a = &c->arena;
    u32 few = 0;

    for (size_t k = 0; k < ARRAY_LEN(units); k++) {
        VEC(double) ratios = {0};
        bool head = false;
        for (size_t i = 0; i < c->packages.n; i++) {
            const struct cmd_bench_package *p = &c->packages.v[i];
            for (u32 j = 0; p->ran && j < p->m.n; j++) {
                const struct bench_measured *b = &p->m.v[j];
                const struct bench_series *now = bench_measured_series(b, str_of(units[k]));
                const struct bench_series *old = now ? cmd_bench_old(c, b, str_of(units[k])) : NULL;
                if (!old) {
                    continue;
                }
                if (!head) {
                    strbuf_printf(&c->out, "\n  %-44s  %12s  %12s  %9s\n", units[k], "old", "new", "change");
                    head = true;
                }
                strbuf_printf(&c->out, "  %-44.*s", STR_ARG(str_from(b->name, 9)));
                put_change(c, old, now);
                few += old->n < 4 || now->n < 4;
                double r = now->median.median / old->median.median;
                if (old->median.median > 0 && r > 0) {
                    vec_push_in(a, &ratios, r);
                }
            }
        }
        if (ratios.n > 1) {
            strbuf_printf(&c->out, "  %-44s  %12s  %12s  %+8.2f%%\n", "geometric mean", "", "",
                          100 * (bench_geomean(ratios.v, ratios.n) - 1));
        }
    }
    if (few > 0) {
        strbuf_puts(&c->out, "  with fewer than 4 values on each side nothing can be proven: run both with -count=10\n");
    }
}
