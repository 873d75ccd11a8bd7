/* cmd_bench_json.c: the document of gomm bench (doc/bench.md), written, and read back for -compare. */
#include <math.h>

#include "base/io.h"
#include "base/jsonr.h"
#include "base/jsonw.h"
#include "cmd/cmd_bench.h"

/* ---- writing ---- */

static void json_put_text(struct jsonw *w, const char *key, str s)
{
    if (s.n > 0) {
        jsonw_put_str(w, key, s);
    }
}

static void json_series(struct jsonw *w, const struct bench_measured *b)
{
    jsonw_key(w, "series");
    jsonw_array(w);
    for (u32 i = 0; i < b->n_series; i++) {
        const struct bench_series *s = &b->series[i];
        jsonw_object(w);
        jsonw_put_str(w, "unit", s->unit);
        jsonw_put_num(w, "median", s->median.median);
        jsonw_put_num(w, "low", s->median.low);
        jsonw_put_num(w, "high", s->median.high);
        jsonw_put_num(w, "confidence", s->median.confidence);
        jsonw_key(w, "values");
        jsonw_array(w);
        for (u32 k = 0; k < s->n; k++) {
            jsonw_num(w, s->v[k]);
        }
        jsonw_end(w);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_site(struct jsonw *w, const struct bench_sites *all, const struct bench_site *s,
                      const struct cmd_bench_reason *r)
{
    jsonw_object(w);
    jsonw_put_num(w, "bytes", s->bytes);
    jsonw_put_num(w, "allocs", s->allocs);
    jsonw_put_num(w, "share", all->bytes > 0 ? s->bytes / all->bytes : 0);
    if (s->own < s->n_stack) {
        jsonw_put_int(w, "own", s->own);
    }
    jsonw_key(w, "stack");
    jsonw_array(w);
    for (u32 i = 0; i < s->n_stack; i++) {
        jsonw_object(w);
        jsonw_put_str(w, "func", s->stack[i].func);
        jsonw_put_str(w, "file", s->stack[i].file);
        jsonw_put_int(w, "line", s->stack[i].line);
        jsonw_put_bool(w, "inlined", s->stack[i].inlined);
        jsonw_end(w);
    }
    jsonw_end(w);
    json_put_text(w, "what", r->what);
    json_put_text(w, "why", r->text);
    if (r->finding) {
        const struct finding *f = r->finding;
        jsonw_put_str(w, "code", f->code);
        jsonw_put_str(w, "file", f->span.file);
        jsonw_put_int(w, "line", f->span.line);
        jsonw_put_int(w, "col", f->span.col);
        jsonw_key(w, "flow");
        jsonw_array(w);
        for (size_t i = 0; i < f->n_why; i++) {
            jsonw_str(w, f->why[i].text);
        }
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_sites(struct jsonw *w, const struct bench_measured *b, const struct cmd_bench_reason *reasons)
{
    if (!b->has_sites) {
        return;
    }
    jsonw_key(w, "sites");
    jsonw_object(w);
    jsonw_put_num(w, "bytes", b->sites.bytes);
    jsonw_put_num(w, "allocs", b->sites.allocs);
    jsonw_put_num(w, "profiled_bytes", b->profiled_bytes);
    jsonw_put_num(w, "profiled_allocs", b->profiled_allocs);
    jsonw_put_int(w, "iterations", (i64)(b->sites.n2 - b->sites.n1));
    jsonw_key(w, "list");
    jsonw_array(w);
    for (u32 i = 0; i < b->sites.n; i++) {
        json_site(w, &b->sites, &b->sites.v[i], &reasons[i]);
    }
    jsonw_end(w);
    jsonw_end(w);
}

static void json_collector(struct jsonw *w, const struct bench_measured *b)
{
    if (!b->has_gc) {
        return;
    }
    jsonw_key(w, "gc");
    jsonw_object(w);
    jsonw_put_int(w, "cycles", b->gc.cycles);
    jsonw_put_num(w, "seconds", b->gc_seconds);
    jsonw_put_num(w, "processor_seconds", b->gc_cpu_seconds);
    jsonw_put_num(w, "pause_ms", b->gc.pause_ms);
    jsonw_put_num(w, "pause_max_ms", b->gc.pause_max_ms);
    jsonw_put_num(w, "collector_ms", b->gc.cpu_ms);
    jsonw_end(w);
    jsonw_key(w, "time");
    jsonw_object(w);
    jsonw_put_int(w, "samples", (i64)b->time.samples);
    jsonw_put_int(w, "allocation", (i64)b->time.allocation);
    jsonw_put_int(w, "collection", (i64)b->time.collection);
    jsonw_end(w);
}

static void json_comparison(struct cmd_bench *c, struct jsonw *w, const struct bench_measured *b)
{
    if (!c->compare) {
        return;
    }
    jsonw_key(w, "changes");
    jsonw_array(w);
    for (u32 i = 0; i < b->n_series; i++) {
        const struct bench_series *now = &b->series[i], *old = cmd_bench_old(c, b, now->unit);
        if (!old) {
            continue;
        }
        struct bench_utest u = bench_utest(old->v, old->n, now->v, now->n);
        jsonw_object(w);
        jsonw_put_str(w, "unit", now->unit);
        jsonw_put_num(w, "before", old->median.median);
        jsonw_put_num(w, "after", now->median.median);
        jsonw_put_num(w, "p", u.p);
        jsonw_put_int(w, "n_before", old->n);
        jsonw_put_int(w, "n_after", now->n);
        jsonw_put_bool(w, "proven", u.p < 1 - BENCH_CONFIDENCE);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_benchmark(struct cmd_bench *c, struct jsonw *w, const struct bench_measured *b,
                           const struct cmd_bench_reason *reasons)
{
    jsonw_object(w);
    jsonw_put_str(w, "name", b->name);
    jsonw_put_str(w, "base", b->base);
    jsonw_put_int(w, "procs", b->procs);
    jsonw_put_int(w, "iterations", (i64)b->iterations);
    jsonw_key(w, "lines");
    jsonw_array(w);
    for (u32 i = 0; i < b->n_lines; i++) {
        jsonw_str(w, b->lines[i]);
    }
    jsonw_end(w);
    json_series(w, b);
    json_sites(w, b, reasons);
    json_collector(w, b);
    json_comparison(c, w, b);
    json_put_text(w, "trouble", b->trouble);
    jsonw_end(w);
}

static void json_package(struct cmd_bench *c, struct jsonw *w, const struct cmd_bench_package *p)
{
    struct report failed;

    report_init(&failed, &c->arena);
    if (p->ran) {
        cmd_bench_failures(&failed, p->path, &p->m.ran);
    }
    jsonw_object(w);
    jsonw_put_str(w, "path", p->path);
    jsonw_put_str(w, "status", str_of(cmd_bench_status_name(p)));
    if (p->built == BENCH_BUILD_FAILED) {
        json_put_text(w, "output", p->said);
    }
    jsonw_key(w, "benchmarks");
    jsonw_array(w);
    for (u32 i = 0; p->ran && i < p->m.n; i++) {
        json_benchmark(c, w, &p->m.v[i], p->reasons[i]);
    }
    jsonw_end(w);
    jsonw_key(w, "failures");
    jsonw_array(w);
    for (size_t i = 0; i < failed.failures.n; i++) {
        jsonw_object(w);
        json_put_text(w, "name", failed.failures.v[i].test);
        jsonw_put_str(w, "output", failed.failures.v[i].output);
        jsonw_end(w);
    }
    jsonw_end(w);
    jsonw_end(w);
}

void cmd_bench_json(struct cmd_bench *c, struct strbuf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, 2);
    jsonw_object(&w);
    report_json_head(&w, &c->report, CMD_BENCH_SCHEMA, CMD_BENCH_SCHEMA_VERSION);
    jsonw_key(&w, "packages");
    jsonw_array(&w);
    for (size_t i = 0; i < c->packages.n; i++) {
        json_package(c, &w, &c->packages.v[i]);
    }
    jsonw_end(&w);
    report_json_findings(&w, &c->report);
    jsonw_key(&w, "notes");
    jsonw_array(&w);
    for (size_t i = 0; i < c->report.notes.n; i++) {
        jsonw_str(&w, c->report.notes.v[i]);
    }
    jsonw_end(&w);
    json_put_text(&w, "fail", c->report.fail);
    jsonw_put_int(&w, "status", c->report.status);
    jsonw_end(&w);
    jsonw_finish(&w);
    strbuf_putc(out, '\n');
}

/* ---- reading ---- */

static str old_key(struct cmd_bench *c, str package, str name, str unit)
{
    return str_fmt(&c->arena, "%.*s\t%.*s\t%.*s", STR_ARG(package), STR_ARG(name), STR_ARG(unit));
}

static void old_value(struct cmd_bench *c, str package, str name, str unit, double value)
{
    union map_val *at = strmap_put(&c->old.series, old_key(c, package, name, unit), NULL);
    struct bench_series *s = at->p;

    if (!s) {
        at->p = s = ARENA_NEW(&c->arena, struct bench_series);
    }
    if ((s->n & (s->n - 1)) == 0) { /* full: n is 0 or a power of two */
        double *v = ARENA_ARRAY(&c->arena, double, s->n ? 2 * (size_t)s->n : 1);
        if (s->n > 0) {
            memcpy(v, s->v, s->n * sizeof *v);
        }
        s->v = v;
    }
    s->v[s->n++] = value;
}

static bool old_document(struct cmd_bench *c, struct jsonr doc, struct err *e)
{
    str schema = jsonr_str_or(doc, "schema", (str){0});
    i64 version = jsonr_int_or(doc, "version", 0);
    struct jsonr packages;

    if (!str_is(schema, CMD_BENCH_SCHEMA)) {
        return err_set(e, "a document of schema \"%.*s\", not of gomm bench", STR_ARG(schema));
    }
    if (version != CMD_BENCH_SCHEMA_VERSION) {
        return err_set(e, "schema version %lld; this gomm reads version %d", (long long)version, CMD_BENCH_SCHEMA_VERSION);
    }
    if (!jsonr_need_array(doc, "packages", &packages, e)) {
        return false;
    }
    for (size_t i = 0; i < jsonr_len(packages); i++) {
        struct jsonr p = jsonr_at(packages, i), benchmarks = jsonr_get(p, "benchmarks");
        str path = jsonr_str_or(p, "path", (str){0});
        for (size_t k = 0; k < jsonr_len(benchmarks); k++) {
            struct jsonr b = jsonr_at(benchmarks, k), series = jsonr_get(b, "series"), lines = jsonr_get(b, "lines");
            str name = jsonr_str_or(b, "name", (str){0}), line;
            struct bench_result r;
            if (jsonr_kind(series) != JSONR_ARRAY || name.n == 0) {
                return err_set(e, "packages[%zu].benchmarks[%zu]: no name or no series", i, k);
            }
            for (size_t j = 0; j < jsonr_len(lines); j++) {
                if (jsonr_str(jsonr_at(lines, j), &line) && bench_parse_line(&c->arena, line, &r)) {
                    for (u32 m = 0; m < r.n_metrics; m++) {
                        old_value(c, path, name, r.metrics[m].unit, r.metrics[m].value);
                    }
                }
            }
        }
    }
    return true;
}

static bool old_text(struct cmd_bench *c, str text, struct err *e)
{
    struct bench_output o;

    bench_output_init(&o);
    bench_output_feed(&o, text);
    bench_output_end(&o);
    for (size_t i = 0; i < o.results.n; i++) {
        const struct bench_result *r = &o.results.v[i];
        for (u32 m = 0; m < r->n_metrics; m++) {
            old_value(c, str_dup(&c->arena, r->package), str_dup(&c->arena, r->name), r->metrics[m].unit, r->metrics[m].value);
        }
    }
    bool ok = o.results.n > 0 || err_set(e, "no benchmark results in it");
    bench_output_release(&o);
    return ok;
}

bool cmd_bench_read_old(struct cmd_bench *c, struct err *e)
{
    const struct strmap_entry *entry;
    struct jsonr doc;
    str text;
    bool ok;

    if (!io_read_file(&c->arena, c->compare, &text, e)) {
        return false;
    }
    if (str_has_prefix(str_trim(text), STR("{"))) {
        ok = jsonr_parse(text, &doc, e);
        if (ok) {
            ok = old_document(c, doc, e);
            jsonr_free(doc);
        }
    } else {
        ok = old_text(c, text, e);
    }
    for (size_t i = 0; strmap_next(&c->old.series, &i, &entry);) {
        struct bench_series *s = entry->val.p;
        s->median = bench_median(s->v, s->n, BENCH_CONFIDENCE);
    }
    return ok || err_prefix(e, "%s: ", c->compare);
}

const struct bench_series *cmd_bench_old(struct cmd_bench *c, const struct bench_measured *b, str unit)
{
    union map_val *at = strmap_get(&c->old.series, old_key(c, b->package, b->name, unit));

    if (!at) { /* text without "pkg:" lines */
        at = strmap_get(&c->old.series, old_key(c, (str){0}, b->name, unit));
    }
    return at ? at->p : NULL;
}
