/* report_read.c: the result document, read back. */
#include "base/jsonr.h"
#include "report/report.h"

struct reader {
    struct arena *a;
    struct err *e;
};

static str read_text(struct reader *rd, struct jsonr obj, const char *key)
{
    return str_dup(rd->a, jsonr_str_or(obj, key, (str){0}));
}

static u32 read_u32(struct jsonr obj, const char *key)
{
    i64 v = jsonr_int_or(obj, key, 0);
    return v > 0 && v <= UINT32_MAX ? (u32)v : 0;
}

static struct span read_span(struct reader *rd, struct jsonr obj)
{
    return (struct span){
        .file = read_text(rd, obj, "file"),
        .line = read_u32(obj, "line"),
        .col = read_u32(obj, "col"),
        .end_line = read_u32(obj, "end_line"),
        .end_col = read_u32(obj, "end_col"),
    };
}

static void read_flows(struct reader *rd, struct jsonr arr, struct finding_list *l, struct finding *f)
{
    for (size_t i = 0; i < jsonr_len(arr); i++) {
        struct jsonr steps = jsonr_get(jsonr_at(arr, i), "steps");
        struct finding_flow *flow = finding_flow(l, f);
        for (size_t j = 0; j < jsonr_len(steps); j++) {
            struct jsonr s = jsonr_at(steps, j);
            finding_flow_step(l, flow, read_span(rd, s), read_text(rd, s, "text"));
        }
    }
}

static void read_stacks(struct reader *rd, struct jsonr arr, struct finding_list *l,
                        struct finding *f)
{
    for (size_t i = 0; i < jsonr_len(arr); i++) {
        struct jsonr s = jsonr_at(arr, i), frames = jsonr_get(s, "frames");
        struct finding_stack *st = finding_stack(l, f, read_text(rd, s, "title"));
        for (size_t j = 0; j < jsonr_len(frames); j++) {
            struct jsonr fr = jsonr_at(frames, j);
            finding_frame(l, st, read_text(rd, fr, "func"), read_span(rd, fr));
        }
    }
}

static void read_costs(struct reader *rd, struct jsonr arr, struct finding_list *l,
                       struct finding *f)
{
    for (size_t i = 0; i < jsonr_len(arr); i++) {
        struct jsonr c = jsonr_at(arr, i), metrics = jsonr_get(c, "metrics");
        struct finding_cost *cost = finding_cost(l, f, read_text(rd, c, "subject"));
        cost->share = jsonr_num_or(c, "share", -1);
        cost->text = read_text(rd, c, "text");
        for (size_t j = 0; j < jsonr_len(metrics); j++) {
            struct jsonr m = jsonr_at(metrics, j);
            finding_metric(l, cost, read_text(rd, m, "name"), jsonr_num_or(m, "value", 0));
        }
    }
}

static enum finding_verdict read_verdict(str s)
{
    static const enum finding_verdict all[] = {FINDING_UNVERIFIED, FINDING_VERIFIED,
                                               FINDING_REFUTED, FINDING_INCONCLUSIVE};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(s, finding_verdict_name(all[i]))) {
            return all[i];
        }
    }
    return FINDING_UNVERIFIED;
}

static void read_fix(struct reader *rd, struct jsonr obj, struct finding_list *l, struct finding *f)
{
    struct jsonr fix = jsonr_get(obj, "fix"), edits = jsonr_get(fix, "edits");
    struct jsonr check = jsonr_get(obj, "check"), deltas = jsonr_get(check, "deltas");
    f->fix.title = read_text(rd, fix, "title");
    f->fix.diff = read_text(rd, fix, "diff");
    for (size_t i = 0; i < jsonr_len(edits); i++) {
        struct jsonr e = jsonr_at(edits, i);
        finding_edit(l, f, read_span(rd, e), read_text(rd, e, "text"));
    }
    f->check.verdict = read_verdict(jsonr_str_or(check, "verdict", (str){0}));
    f->check.text = read_text(rd, check, "text");
    for (size_t i = 0; i < jsonr_len(deltas); i++) {
        struct jsonr d = jsonr_at(deltas, i);
        finding_delta(l, f,
                      (struct finding_delta){
                          .name = read_text(rd, d, "name"),
                          .before = jsonr_num_or(d, "before", 0),
                          .after = jsonr_num_or(d, "after", 0),
                          .low = jsonr_num_or(d, "low", 0),
                          .high = jsonr_num_or(d, "high", 0),
                          .p = jsonr_num_or(d, "p", -1),
                          .n = read_u32(d, "n"),
                      });
    }
    struct jsonr commands = jsonr_get(check, "commands");
    for (size_t i = 0; i < jsonr_len(commands); i++) {
        str c;
        struct jsonr wrap = jsonr_at(commands, i);
        if (jsonr_str(wrap, &c)) {
            finding_command(l, f, str_dup(rd->a, c));
        }
    }
}

/* Indices are checked: a renderer trusts them. */
static bool read_picture(struct reader *rd, struct jsonr obj, struct finding *f)
{
    if (jsonr_kind(obj) != JSONR_OBJECT) {
        return true;
    }
    struct jsonr lanes = jsonr_get(obj, "lanes"), marks = jsonr_get(obj, "marks");
    struct jsonr edges = jsonr_get(obj, "edges");
    struct finding_picture *p = ARENA_NEW(rd->a, struct finding_picture);
    p->n_lanes = jsonr_len(lanes);
    p->n_marks = jsonr_len(marks);
    p->n_edges = jsonr_len(edges);
    p->lanes = ARENA_ARRAY(rd->a, str, p->n_lanes);
    p->marks = ARENA_ARRAY(rd->a, struct finding_mark, p->n_marks);
    p->edges = ARENA_ARRAY(rd->a, struct finding_edge, p->n_edges);
    for (size_t i = 0; i < p->n_lanes; i++) {
        str s = {0};
        jsonr_str(jsonr_at(lanes, i), &s);
        p->lanes[i] = str_dup(rd->a, s);
    }
    for (size_t i = 0; i < p->n_marks; i++) {
        struct jsonr m = jsonr_at(marks, i);
        p->marks[i] = (struct finding_mark){
            .lane = read_u32(m, "lane"),
            .label = read_text(rd, m, "label"),
            .span = read_span(rd, m),
            .hot = jsonr_bool_or(m, "hot", false),
        };
        if (p->marks[i].lane >= p->n_lanes) {
            return err_set(rd->e, "picture.marks[%zu].lane: there is no lane %u", i,
                           p->marks[i].lane);
        }
    }
    for (size_t i = 0; i < p->n_edges; i++) {
        struct jsonr e = jsonr_at(edges, i);
        p->edges[i] = (struct finding_edge){
            .from = read_u32(e, "from"),
            .to = read_u32(e, "to"),
            .label = read_text(rd, e, "label"),
            .missing = jsonr_bool_or(e, "missing", false),
        };
        if (p->edges[i].from >= p->n_marks || p->edges[i].to >= p->n_marks) {
            return err_set(rd->e, "picture.edges[%zu]: there is no such mark", i);
        }
    }
    f->picture = p;
    return true;
}

/* Cells are checked: a renderer trusts them. */
static bool read_line(struct reader *rd, struct jsonr obj, struct finding *f)
{
    enum { MOST = 4096 }; /* no cache has longer lines */
    if (jsonr_kind(obj) != JSONR_OBJECT) {
        return true;
    }
    struct jsonr cells = jsonr_get(obj, "cells");
    struct finding_line *l = ARENA_NEW(rd->a, struct finding_line);
    l->size = read_u32(obj, "size");
    l->n_cells = jsonr_len(cells);
    l->cells = ARENA_ARRAY(rd->a, struct finding_cell, l->n_cells);
    if (l->size > MOST || l->n_cells > l->size) {
        return err_set(rd->e, "cache_line: a line of %u bytes with %zu cells", l->size, l->n_cells);
    }
    for (size_t i = 0; i < l->n_cells; i++) {
        struct jsonr c = jsonr_at(cells, i);
        l->cells[i] = (struct finding_cell){
            .from = read_u32(c, "from"),
            .to = read_u32(c, "to"),
            .label = read_text(rd, c, "label"),
            .who = read_text(rd, c, "who"),
            .hot = jsonr_bool_or(c, "hot", false),
        };
        if (l->cells[i].from >= l->cells[i].to || l->cells[i].to > l->size) {
            return err_set(rd->e, "cache_line.cells[%zu]: beyond the line", i);
        }
    }
    f->line = l;
    return true;
}

static bool read_severity(str s, enum finding_severity *out)
{
    static const enum finding_severity all[] = {FINDING_NOTE, FINDING_WARNING, FINDING_ERROR};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(s, finding_severity_name(all[i]))) {
            *out = all[i];
            return true;
        }
    }
    return false;
}

static void read_suppressed(struct reader *rd, struct jsonr obj, struct finding *f)
{
    static const enum finding_suppression all[] = {FINDING_IGNORED, FINDING_KNOWN};
    str by = jsonr_str_or(obj, "by", (str){0});
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_is(by, finding_suppression_name(all[i]))) {
            f->suppressed = all[i];
        }
    }
    f->reason = read_text(rd, obj, "reason");
}

static bool read_finding(struct reader *rd, struct jsonr v, struct finding_list *l)
{
    str code, message, sev;
    enum finding_severity severity;
    if (!jsonr_need_str(v, "code", &code, rd->e) ||
        !jsonr_need_str(v, "message", &message, rd->e) ||
        !jsonr_need_str(v, "severity", &sev, rd->e)) {
        return false;
    }
    if (!read_severity(sev, &severity)) {
        return err_set(rd->e, "severity: want note, warning or error, got %.*s", STR_ARG(sev));
    }
    struct finding *f =
        finding_add(l, str_cstr(rd->a, code), severity, read_span(rd, v), "%.*s", STR_ARG(message));
    f->package = read_text(rd, v, "package");
    f->object = read_text(rd, v, "object");
    f->pattern = read_text(rd, v, "pattern");
    f->identity = read_text(rd, v, "identity");
    f->fingerprint = read_text(rd, v, "fingerprint");
    read_suppressed(rd, jsonr_get(v, "suppressed"), f);
    i64 count = jsonr_int_or(v, "count", 1);
    f->count = count > 0 ? (u64)count : 1;
    struct jsonr why = jsonr_get(v, "why"), related = jsonr_get(v, "related");
    for (size_t i = 0; i < jsonr_len(why); i++) {
        str s = jsonr_str_or(jsonr_at(why, i), "text", (str){0});
        finding_why(l, f, read_span(rd, jsonr_at(why, i)), "%.*s", STR_ARG(s));
    }
    for (size_t i = 0; i < jsonr_len(related); i++) {
        str s = jsonr_str_or(jsonr_at(related, i), "label", (str){0});
        finding_relate(l, f, read_span(rd, jsonr_at(related, i)), "%.*s", STR_ARG(s));
    }
    read_flows(rd, jsonr_get(v, "flows"), l, f);
    read_stacks(rd, jsonr_get(v, "stacks"), l, f);
    read_costs(rd, jsonr_get(v, "costs"), l, f);
    read_fix(rd, v, l, f);
    return read_picture(rd, jsonr_get(v, "picture"), f) && read_line(rd, jsonr_get(v, "cache_line"), f);
}

static void read_benchmark(struct reader *rd, struct jsonr v, struct report *out)
{
    struct jsonr metrics = jsonr_get(v, "metrics"), sites = jsonr_get(v, "sites");
    struct report_benchmark b = {
        .package = read_text(rd, v, "package"),
        .name = read_text(rd, v, "name"),
        .bytes = jsonr_num_or(v, "bytes", 0),
        .n_metrics = jsonr_len(metrics),
        .n_sites = jsonr_len(sites),
    };
    b.metrics = ARENA_ARRAY(rd->a, struct finding_metric, b.n_metrics);
    b.sites = ARENA_ARRAY(rd->a, struct report_site, b.n_sites);
    for (size_t i = 0; i < b.n_metrics; i++) {
        struct jsonr m = jsonr_at(metrics, i);
        b.metrics[i] = (struct finding_metric){read_text(rd, m, "name"), jsonr_num_or(m, "value", 0)};
    }
    for (size_t i = 0; i < b.n_sites; i++) {
        struct jsonr s = jsonr_at(sites, i);
        b.sites[i] = (struct report_site){
            .func = read_text(rd, s, "func"),
            .span = read_span(rd, s),
            .code = read_text(rd, s, "code"),
            .what = read_text(rd, s, "what"),
            .why = read_text(rd, s, "why"),
            .bytes = jsonr_num_or(s, "bytes", 0),
            .allocs = jsonr_num_or(s, "allocs", 0),
        };
    }
    vec_push_in(rd->a, &out->benchmarks, b);
}

static bool read_packages(struct reader *rd, struct jsonr arr, struct report *out)
{
    for (size_t i = 0; i < jsonr_len(arr); i++) {
        struct jsonr v = jsonr_at(arr, i);
        struct report_package p = {.path = read_text(rd, v, "path"),
                                   .seconds = jsonr_num_or(v, "seconds", 0)};
        str status = jsonr_str_or(v, "status", (str){0});
        if (!report_package_status_read(status, &p.status)) {
            return err_set(rd->e, "packages[%zu].status: unknown: %.*s", i, STR_ARG(status));
        }
        vec_push_in(rd->a, &out->packages, p);
    }
    return true;
}

static void read_texts(struct reader *rd, struct jsonr arr, report_texts *out)
{
    for (size_t i = 0; i < jsonr_len(arr); i++) {
        str s = {0};
        jsonr_str(jsonr_at(arr, i), &s);
        vec_push_in(rd->a, out, str_dup(rd->a, s));
    }
}

static void read_head(struct reader *rd, struct jsonr doc, struct report *out)
{
    struct jsonr go = jsonr_get(doc, "go"), phases = jsonr_get(doc, "phases");
    out->tool_version = read_text(rd, jsonr_get(doc, "tool"), "version");
    out->go_version = read_text(rd, go, "version");
    out->goos = read_text(rd, go, "goos");
    out->goarch = read_text(rd, go, "goarch");
    out->dir = read_text(rd, doc, "dir");
    out->time = read_text(rd, doc, "time");
    out->fail = read_text(rd, doc, "fail");
    i64 t = jsonr_int_or(doc, "time_ns", 0);
    out->time_ns = t > 0 ? (u64)t : 0;
    read_texts(rd, jsonr_get(doc, "command"), &out->command);
    read_texts(rd, jsonr_get(doc, "notes"), &out->notes);
    for (size_t i = 0; i < jsonr_len(phases); i++) {
        struct report_phase p = {.name = read_text(rd, jsonr_at(phases, i), "name"),
                                 .seconds = jsonr_num_or(jsonr_at(phases, i), "seconds", 0)};
        vec_push_in(rd->a, &out->phases, p);
    }
}

static void read_rest(struct reader *rd, struct jsonr doc, struct report *out)
{
    struct jsonr arr = jsonr_get(doc, "failures"), benchmarks = jsonr_get(doc, "benchmarks");
    i64 races = jsonr_int_or(doc, "race_failures", 0);
    out->race_failures = races > 0 ? (size_t)races : 0;
    for (size_t i = 0; i < jsonr_len(arr); i++) {
        struct jsonr v = jsonr_at(arr, i);
        struct report_failure f = {read_text(rd, v, "package"), read_text(rd, v, "test"),
                                   read_text(rd, v, "output"), jsonr_bool_or(v, "raced", false)};
        vec_push_in(rd->a, &out->failures, f);
    }
    for (size_t i = 0; i < jsonr_len(benchmarks); i++) {
        read_benchmark(rd, jsonr_at(benchmarks, i), out);
    }
}

/* whole: packages, failures and benchmarks too. */
static bool read_document(struct arena *a, struct jsonr doc, const char *want, int want_version, bool whole,
                          struct report *out, struct err *e)
{
    struct jsonr findings;
    str schema;
    i64 version = 0, status = 0;
    report_init(out, a);
    struct reader rd = {.a = a, .e = e};
    bool ok =
        jsonr_need_str(doc, "schema", &schema, e) && jsonr_need_int(doc, "version", &version, e);
    if (ok && !str_is(schema, want)) {
        ok = err_set(e, "schema is %.*s, want %s", STR_ARG(schema), want);
    }
    if (ok && version != want_version) {
        ok = err_set(e, "result of schema version %lld, this gomm reads version %d",
                     (long long)version, want_version);
    }
    ok = ok && jsonr_need_array(doc, "findings", &findings, e) &&
         jsonr_need_int(doc, "status", &status, e);
    for (size_t i = 0; ok && i < jsonr_len(findings); i++) {
        ok = read_finding(&rd, jsonr_at(findings, i), &out->findings) ||
             err_prefix(e, "findings[%zu]: ", i);
    }
    ok = ok && (!whole || read_packages(&rd, jsonr_get(doc, "packages"), out));
    if (ok) {
        read_head(&rd, doc, out);
        out->status = status >= 0 && status <= 255 ? (int)status : BASE_EXIT_FAILURE;
    }
    if (ok && whole) {
        read_rest(&rd, doc, out);
    }
    return ok;
}

bool report_read_document(struct arena *a, struct jsonr doc, struct report *out, struct err *e)
{
    return read_document(a, doc, REPORT_SCHEMA, REPORT_SCHEMA_VERSION, true, out, e);
}

bool report_read(struct arena *a, str text, struct report *out, struct err *e)
{
    struct jsonr doc;
    report_init(out, a);
    if (!jsonr_parse(text, &doc, e)) {
        return false;
    }
    bool ok = report_read_document(a, doc, out, e);
    jsonr_free(doc);
    return ok;
}

bool report_read_part(struct arena *a, struct jsonr doc, const char *schema, int version, struct report *out, struct err *e)
{
    return read_document(a, doc, schema, version, false, out, e);
}
