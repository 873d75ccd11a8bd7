/* cmd_bench_report.c: benchmarks as a report shows them: of this run, or of a document of gomm bench. */
#include "base/jsonr.h"
#include "cmd/cmd_bench.h"

/* A package's status is one of a report's, or this. */
#define BENCH_INTERRUPTED "interrupted"

static enum report_package_status package_status(const struct cmd_bench_package *p)
{
    bool failed = p->ran && (p->m.ran.out.failed || p->m.ran.proc.status != 0);

    return p->built == BENCH_NO_TESTS       ? REPORT_NO_TESTS
           : p->built == BENCH_BUILD_FAILED ? REPORT_BUILD_FAILED
           : !p->ran || p->m.interrupted    ? REPORT_SKIPPED
           : failed                         ? REPORT_FAIL
                                            : REPORT_PASS;
}

const char *cmd_bench_status_name(const struct cmd_bench_package *p)
{
    enum report_package_status s = package_status(p);

    return s == REPORT_SKIPPED ? BENCH_INTERRUPTED : report_package_status_name(s);
}

void cmd_bench_failures(struct report *r, str package, const struct bench_ran *ran)
{
    for (size_t i = 0; i < ran->out.failures.n; i++) {
        const struct bench_failure *f = &ran->out.failures.v[i];
        struct report_failure rf = {.package = package,
                                    .test = str_dup(r->arena, f->name),
                                    .output = str_dup(r->arena, strbuf_str(&f->text))};
        vec_push_in(r->arena, &r->failures, rf);
    }
    /* A bad -bench, os.Exit: what it printed says why. */
    if (ran->proc.status != 0 && ran->out.failures.n == 0 && !proc_interrupted()) {
        str said = str_trim(ran->err).n > 0 ? ran->err : proc_status_text(r->arena, &ran->proc);
        struct report_failure rf = {.package = package, .output = str_dup(r->arena, str_trim(said))};
        vec_push_in(r->arena, &r->failures, rf);
    }
}

void cmd_bench_report(struct cmd_bench *c)
{
    struct arena *a = &c->arena;

    for (size_t i = 0; i < c->packages.n; i++) {
        const struct cmd_bench_package *p = &c->packages.v[i];
        vec_push_in(a, &c->report.packages, (struct report_package){.path = p->path, .status = package_status(p)});
        if (p->ran) {
            cmd_bench_failures(&c->report, p->path, &p->m.ran);
        }
        for (u32 k = 0; p->ran && k < p->m.n; k++) {
            const struct bench_measured *m = &p->m.v[k];
            struct report_benchmark b = {.package = p->path, .name = m->name, .bytes = m->sites.bytes};
            b.n_metrics = m->n_series;
            b.metrics = ARENA_ARRAY(a, struct finding_metric, m->n_series);
            for (u32 j = 0; j < m->n_series; j++) {
                b.metrics[j] = (struct finding_metric){m->series[j].unit, m->series[j].median.median};
            }
            b.n_sites = m->has_sites ? m->sites.n : 0;
            b.sites = ARENA_ARRAY(a, struct report_site, b.n_sites);
            for (size_t j = 0; j < b.n_sites; j++) {
                const struct bench_site *s = &m->sites.v[j];
                const struct cmd_bench_reason *r = &p->reasons[k][j];
                const struct bench_frame *f = &s->stack[s->own < s->n_stack ? s->own : 0];
                b.sites[j] = (struct report_site){
                    .func = f->func,
                    .span = span_at(f->file, f->line, 0),
                    .code = r->finding ? r->finding->code : (str){0},
                    .what = r->what,
                    .why = r->text,
                    .bytes = s->bytes,
                    .allocs = s->allocs,
                };
            }
            vec_push_in(a, &c->report.benchmarks, b);
        }
    }
}

static str read_text(struct arena *a, struct jsonr v, const char *key)
{
    return str_dup(a, jsonr_str_or(v, key, (str){0}));
}

static struct report_site read_site(struct arena *a, struct jsonr v)
{
    struct jsonr stack = jsonr_get(v, "stack");
    i64 own = jsonr_int_or(v, "own", 0);
    struct jsonr frame = jsonr_at(stack, own > 0 && (size_t)own < jsonr_len(stack) ? (size_t)own : 0);
    i64 line = jsonr_int_or(frame, "line", 0);

    return (struct report_site){
        .func = read_text(a, frame, "func"),
        .span = span_at(read_text(a, frame, "file"), line > 0 && line <= UINT32_MAX ? (u32)line : 0, 0),
        .code = read_text(a, v, "code"),
        .what = read_text(a, v, "what"),
        .why = read_text(a, v, "why"),
        .bytes = jsonr_num_or(v, "bytes", 0),
        .allocs = jsonr_num_or(v, "allocs", 0),
    };
}

static struct report_benchmark read_benchmark(struct arena *a, struct jsonr v, str package)
{
    struct jsonr series = jsonr_get(v, "series"), sites = jsonr_get(v, "sites"), list = jsonr_get(sites, "list");
    struct report_benchmark b = {
        .package = package,
        .name = read_text(a, v, "name"),
        .bytes = jsonr_num_or(sites, "bytes", 0),
        .n_metrics = jsonr_len(series),
        .n_sites = jsonr_len(list),
    };

    b.metrics = ARENA_ARRAY(a, struct finding_metric, b.n_metrics);
    for (size_t i = 0; i < b.n_metrics; i++) {
        struct jsonr s = jsonr_at(series, i);
        b.metrics[i] = (struct finding_metric){read_text(a, s, "unit"), jsonr_num_or(s, "median", 0)};
    }
    b.sites = ARENA_ARRAY(a, struct report_site, b.n_sites);
    for (size_t i = 0; i < b.n_sites; i++) {
        b.sites[i] = read_site(a, jsonr_at(list, i));
    }
    return b;
}

bool cmd_bench_is(struct jsonr doc)
{
    return str_is(jsonr_str_or(doc, "schema", (str){0}), CMD_BENCH_SCHEMA);
}

static bool read_package(struct arena *a, struct jsonr v, str path, struct report *out, struct err *e)
{
    struct jsonr failures = jsonr_get(v, "failures");
    struct report_package p = {.path = path, .status = REPORT_SKIPPED};
    str status = jsonr_str_or(v, "status", (str){0});

    if (!str_is(status, BENCH_INTERRUPTED) && !report_package_status_read(status, &p.status)) {
        return err_set(e, "status: unknown: %.*s", STR_ARG(status));
    }
    vec_push_in(a, &out->packages, p);
    for (size_t i = 0; i < jsonr_len(failures); i++) {
        struct jsonr f = jsonr_at(failures, i);
        struct report_failure rf = {.package = path, .test = read_text(a, f, "name"), .output = read_text(a, f, "output")};
        vec_push_in(a, &out->failures, rf);
    }
    return true;
}

bool cmd_bench_read(struct arena *a, struct jsonr doc, struct report *out, struct err *e)
{
    struct jsonr packages = jsonr_get(doc, "packages");

    if (!report_read_part(a, doc, CMD_BENCH_SCHEMA, CMD_BENCH_SCHEMA_VERSION, out, e)) {
        return false;
    }
    for (size_t i = 0; i < jsonr_len(packages); i++) {
        struct jsonr p = jsonr_at(packages, i), benchmarks = jsonr_get(p, "benchmarks");
        str path = read_text(a, p, "path");
        if (!read_package(a, p, path, out, e)) {
            return err_prefix(e, "packages[%zu].", i);
        }
        for (size_t k = 0; k < jsonr_len(benchmarks); k++) {
            vec_push_in(a, &out->benchmarks, read_benchmark(a, jsonr_at(benchmarks, k), path));
        }
    }
    return true;
}
