/* report_json.c: the result document, written.  doc/result.md describes it. */
#include "base/jsonw.h"
#include "report/report.h"

/* Members that are unknown are left out, so that absent and empty are one thing. */
static void json_text(struct jsonw *w, const char *key, str s)
{
    if (s.n > 0) {
        jsonw_put_str(w, key, s);
    }
}

static void json_u32(struct jsonw *w, const char *key, u32 v)
{
    if (v > 0) {
        jsonw_put_int(w, key, v);
    }
}

static void json_span_members(struct jsonw *w, struct span s)
{
    json_text(w, "file", s.file);
    json_u32(w, "line", s.line);
    json_u32(w, "col", s.col);
    json_u32(w, "end_line", s.end_line);
    json_u32(w, "end_col", s.end_col);
}

static void json_steps(struct jsonw *w, const char *key, const struct finding_step *v, size_t n)
{
    if (n == 0) {
        return;
    }
    jsonw_key(w, key);
    jsonw_array(w);
    for (size_t i = 0; i < n; i++) {
        jsonw_object(w);
        jsonw_put_str(w, "text", v[i].text);
        json_span_members(w, v[i].span);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_flows(struct jsonw *w, const struct finding *f)
{
    if (f->n_flows == 0) {
        return;
    }
    jsonw_key(w, "flows");
    jsonw_array(w);
    for (size_t i = 0; i < f->n_flows; i++) {
        jsonw_object(w);
        json_steps(w, "steps", f->flows[i].steps, f->flows[i].n_steps);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_stacks(struct jsonw *w, const struct finding *f)
{
    if (f->n_stacks == 0) {
        return;
    }
    jsonw_key(w, "stacks");
    jsonw_array(w);
    for (size_t i = 0; i < f->n_stacks; i++) {
        const struct finding_stack *st = &f->stacks[i];
        jsonw_object(w);
        jsonw_put_str(w, "title", st->title);
        jsonw_key(w, "frames");
        jsonw_array(w);
        for (size_t j = 0; j < st->n_frames; j++) {
            jsonw_object(w);
            json_text(w, "func", st->frames[j].func);
            json_span_members(w, st->frames[j].span);
            jsonw_end(w);
        }
        jsonw_end(w);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_related(struct jsonw *w, const struct finding *f)
{
    if (f->n_related == 0) {
        return;
    }
    jsonw_key(w, "related");
    jsonw_array(w);
    for (size_t i = 0; i < f->n_related; i++) {
        jsonw_object(w);
        jsonw_put_str(w, "label", f->related[i].label);
        json_span_members(w, f->related[i].span);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_metrics(struct jsonw *w, const struct finding_metric *v, size_t n)
{
    jsonw_key(w, "metrics");
    jsonw_array(w);
    for (size_t i = 0; i < n; i++) {
        jsonw_object(w);
        jsonw_put_str(w, "name", v[i].name);
        jsonw_put_num(w, "value", v[i].value);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_costs(struct jsonw *w, const struct finding *f)
{
    if (f->n_costs == 0) {
        return;
    }
    jsonw_key(w, "costs");
    jsonw_array(w);
    for (size_t i = 0; i < f->n_costs; i++) {
        const struct finding_cost *c = &f->costs[i];
        jsonw_object(w);
        jsonw_put_str(w, "subject", c->subject);
        if (c->share >= 0) {
            jsonw_put_num(w, "share", c->share);
        }
        json_text(w, "text", c->text);
        json_metrics(w, c->metrics, c->n_metrics);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_check(struct jsonw *w, const struct finding_check *c)
{
    jsonw_key(w, "check");
    jsonw_object(w);
    jsonw_put_str(w, "verdict", str_of(finding_verdict_name(c->verdict)));
    json_text(w, "text", c->text);
    jsonw_key(w, "deltas");
    jsonw_array(w);
    for (size_t i = 0; i < c->n_deltas; i++) {
        const struct finding_delta *d = &c->deltas[i];
        jsonw_object(w);
        jsonw_put_str(w, "name", d->name);
        jsonw_put_num(w, "before", d->before);
        jsonw_put_num(w, "after", d->after);
        jsonw_put_num(w, "low", d->low);
        jsonw_put_num(w, "high", d->high);
        jsonw_put_num(w, "p", d->p);
        jsonw_put_int(w, "n", d->n);
        jsonw_end(w);
    }
    jsonw_end(w);
    jsonw_key(w, "commands");
    jsonw_array(w);
    for (size_t i = 0; i < c->n_commands; i++) {
        jsonw_str(w, c->commands[i]);
    }
    jsonw_end(w);
    jsonw_end(w);
}

static void json_fix(struct jsonw *w, const struct finding *f)
{
    if (f->fix.title.n == 0) {
        return;
    }
    jsonw_key(w, "fix");
    jsonw_object(w);
    jsonw_put_str(w, "title", f->fix.title);
    json_text(w, "diff", f->fix.diff);
    jsonw_key(w, "edits");
    jsonw_array(w);
    for (size_t i = 0; i < f->fix.n_edits; i++) {
        jsonw_object(w);
        json_span_members(w, f->fix.edits[i].span);
        jsonw_put_str(w, "text", f->fix.edits[i].text);
        jsonw_end(w);
    }
    jsonw_end(w);
    jsonw_end(w);
    json_check(w, &f->check);
}

static void json_picture(struct jsonw *w, const struct finding_picture *p)
{
    if (!p) {
        return;
    }
    jsonw_key(w, "picture");
    jsonw_object(w);
    jsonw_key(w, "lanes");
    jsonw_array(w);
    for (size_t i = 0; i < p->n_lanes; i++) {
        jsonw_str(w, p->lanes[i]);
    }
    jsonw_end(w);
    jsonw_key(w, "marks");
    jsonw_array(w);
    for (size_t i = 0; i < p->n_marks; i++) {
        jsonw_object(w);
        jsonw_put_int(w, "lane", p->marks[i].lane);
        jsonw_put_str(w, "label", p->marks[i].label);
        jsonw_put_bool(w, "hot", p->marks[i].hot);
        json_span_members(w, p->marks[i].span);
        jsonw_end(w);
    }
    jsonw_end(w);
    jsonw_key(w, "edges");
    jsonw_array(w);
    for (size_t i = 0; i < p->n_edges; i++) {
        jsonw_object(w);
        jsonw_put_int(w, "from", p->edges[i].from);
        jsonw_put_int(w, "to", p->edges[i].to);
        jsonw_put_bool(w, "missing", p->edges[i].missing);
        json_text(w, "label", p->edges[i].label);
        jsonw_end(w);
    }
    jsonw_end(w);
    jsonw_end(w);
}

static void json_line(struct jsonw *w, const struct finding_line *l)
{
    if (!l) {
        return;
    }
    jsonw_key(w, "cache_line");
    jsonw_object(w);
    jsonw_put_int(w, "size", l->size);
    jsonw_key(w, "cells");
    jsonw_array(w);
    for (size_t i = 0; i < l->n_cells; i++) {
        jsonw_object(w);
        jsonw_put_int(w, "from", l->cells[i].from);
        jsonw_put_int(w, "to", l->cells[i].to);
        jsonw_put_str(w, "label", l->cells[i].label);
        json_text(w, "who", l->cells[i].who);
        jsonw_put_bool(w, "hot", l->cells[i].hot);
        jsonw_end(w);
    }
    jsonw_end(w);
    jsonw_end(w);
}

static void json_suppressed(struct jsonw *w, const struct finding *f)
{
    if (f->suppressed == FINDING_SHOWN) {
        return;
    }
    jsonw_key(w, "suppressed");
    jsonw_object(w);
    jsonw_put_str(w, "by", str_of(finding_suppression_name(f->suppressed)));
    json_text(w, "reason", f->reason);
    jsonw_end(w);
}

static void json_finding(struct jsonw *w, const struct finding *f)
{
    jsonw_object(w);
    jsonw_put_str(w, "code", f->code);
    jsonw_put_str(w, "severity", str_of(finding_severity_name(f->severity)));
    jsonw_put_str(w, "message", f->message);
    json_span_members(w, f->span);
    json_text(w, "package", f->package);
    json_text(w, "object", f->object);
    json_text(w, "pattern", f->pattern);
    json_text(w, "identity", f->identity);
    json_text(w, "fingerprint", f->fingerprint);
    json_suppressed(w, f);
    jsonw_key(w, "count");
    jsonw_uint(w, f->count ? f->count : 1);
    json_steps(w, "why", f->why, f->n_why);
    json_flows(w, f);
    json_stacks(w, f);
    json_related(w, f);
    json_costs(w, f);
    json_fix(w, f);
    json_picture(w, f->picture);
    json_line(w, f->line);
    jsonw_end(w);
}

void report_json_head(struct jsonw *w, const struct report *r, const char *schema, int version)
{
    jsonw_put_str(w, "schema", str_of(schema));
    jsonw_put_int(w, "version", version);
    jsonw_key(w, "tool");
    jsonw_object(w);
    jsonw_put_str(w, "name", STR("gomm"));
    jsonw_put_str(w, "version", r->tool_version);
    jsonw_end(w);
    jsonw_key(w, "go");
    jsonw_object(w);
    jsonw_put_str(w, "version", r->go_version);
    jsonw_put_str(w, "goos", r->goos);
    jsonw_put_str(w, "goarch", r->goarch);
    jsonw_end(w);
    jsonw_put_str(w, "dir", r->dir);
    jsonw_put_str(w, "time", r->time);
    jsonw_key(w, "time_ns");
    jsonw_uint(w, r->time_ns);
    jsonw_key(w, "command");
    jsonw_array(w);
    for (size_t i = 0; i < r->command.n; i++) {
        jsonw_str(w, r->command.v[i]);
    }
    jsonw_end(w);
    jsonw_key(w, "phases");
    jsonw_array(w);
    for (size_t i = 0; i < r->phases.n; i++) {
        jsonw_object(w);
        jsonw_put_str(w, "name", r->phases.v[i].name);
        jsonw_put_num(w, "seconds", r->phases.v[i].seconds);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_packages(struct jsonw *w, const struct report *r)
{
    jsonw_key(w, "packages");
    jsonw_array(w);
    for (size_t i = 0; i < r->packages.n; i++) {
        const struct report_package *p = &r->packages.v[i];
        jsonw_object(w);
        jsonw_put_str(w, "path", p->path);
        jsonw_put_str(w, "status", str_of(report_package_status_name(p->status)));
        jsonw_put_num(w, "seconds", p->seconds);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_site(struct jsonw *w, const struct report_site *s)
{
    jsonw_object(w);
    jsonw_put_str(w, "func", s->func);
    json_span_members(w, s->span);
    jsonw_put_num(w, "bytes", s->bytes);
    jsonw_put_num(w, "allocs", s->allocs);
    json_text(w, "code", s->code);
    json_text(w, "what", s->what);
    json_text(w, "why", s->why);
    jsonw_end(w);
}

static void json_benchmarks(struct jsonw *w, const struct report *r)
{
    if (r->benchmarks.n == 0) {
        return;
    }
    jsonw_key(w, "benchmarks");
    jsonw_array(w);
    for (size_t i = 0; i < r->benchmarks.n; i++) {
        const struct report_benchmark *b = &r->benchmarks.v[i];
        jsonw_object(w);
        jsonw_put_str(w, "package", b->package);
        jsonw_put_str(w, "name", b->name);
        json_metrics(w, b->metrics, b->n_metrics);
        jsonw_put_num(w, "bytes", b->bytes);
        jsonw_key(w, "sites");
        jsonw_array(w);
        for (size_t k = 0; k < b->n_sites; k++) {
            json_site(w, &b->sites[k]);
        }
        jsonw_end(w);
        jsonw_end(w);
    }
    jsonw_end(w);
}

static void json_failures(struct jsonw *w, const struct report *r)
{
    jsonw_key(w, "failures");
    jsonw_array(w);
    for (size_t i = 0; i < r->failures.n; i++) {
        const struct report_failure *f = &r->failures.v[i];
        jsonw_object(w);
        jsonw_put_str(w, "package", f->package);
        json_text(w, "test", f->test);
        jsonw_put_str(w, "output", f->output);
        jsonw_put_bool(w, "raced", f->raced);
        jsonw_end(w);
    }
    jsonw_end(w);
}

void report_json_findings(struct jsonw *w, const struct report *r)
{
    jsonw_key(w, "findings");
    jsonw_array(w);
    for (size_t i = 0; i < r->findings.n; i++) {
        json_finding(w, &r->findings.v[i]);
    }
    jsonw_end(w);
}

void report_json(const struct report *r, struct strbuf *out)
{
    struct jsonw w;
    jsonw_init(&w, out, 2);
    jsonw_object(&w);
    report_json_head(&w, r, REPORT_SCHEMA, REPORT_SCHEMA_VERSION);
    json_packages(&w, r);
    report_json_findings(&w, r);
    json_benchmarks(&w, r);
    json_failures(&w, r);
    jsonw_key(&w, "race_failures");
    jsonw_uint(&w, r->race_failures);
    jsonw_key(&w, "notes");
    jsonw_array(&w);
    for (size_t i = 0; i < r->notes.n; i++) {
        jsonw_str(&w, r->notes.v[i]);
    }
    jsonw_end(&w);
    json_text(&w, "fail", r->fail);
    jsonw_put_int(&w, "status", r->status);
    jsonw_end(&w);
    jsonw_finish(&w);
    strbuf_putc(out, '\n');
}
