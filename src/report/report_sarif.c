/* report_sarif.c: SARIF 2.1.0 (OASIS standard), for code-scanning services and editors. */
#include "base/hash.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "report/report.h"

#define SARIF_SCHEMA \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

struct sarif {
    const struct report *r;
    struct jsonw *w;
    struct arena *a;
    struct report_source *source;
};

/* RFC 3986: everything but unreserved characters and '/' is percent-encoded. */
static str sarif_uri(struct arena *a, str path)
{
    struct strbuf b = {0};
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
        if (plain) {
            strbuf_putc(&b, c);
        } else {
            strbuf_printf(&b, "%%%02X", (unsigned)(u8)c);
        }
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static void sarif_message(struct sarif *s, const char *key, str text)
{
    jsonw_key(s->w, key);
    jsonw_object(s->w);
    jsonw_put_str(s->w, "text", text);
    jsonw_end(s->w);
}

/* Files below the run's directory are relative to it, so that results of different checkouts
 * compare; others have their absolute name. */
static void sarif_artifact(struct sarif *s, str file)
{
    jsonw_key(s->w, "artifactLocation");
    jsonw_object(s->w);
    str dir = s->r->dir;
    if (path_is_abs(file) && dir.n > 0 && path_is_below(file, dir)) {
        jsonw_put_str(s->w, "uri", sarif_uri(s->a, path_rel(s->a, dir, file)));
        jsonw_put_str(s->w, "uriBaseId", STR("SRCROOT"));
    } else if (path_is_abs(file)) {
        str uri = sarif_uri(s->a, file);
        jsonw_put_str(s->w, "uri", str_fmt(s->a, "file://%.*s", STR_ARG(uri)));
    } else {
        jsonw_put_str(s->w, "uri", sarif_uri(s->a, file));
    }
    jsonw_end(s->w);
}

/* Ours count bytes; SARIF's, as declared in columnKind, code points.  0 if the line that it takes
 * to convert them cannot be read. */
static i64 sarif_column(struct sarif *s, str file, u32 line, u32 col)
{
    str text;
    if (col == 0 || !report_source_line(s->source, file, line, &text) || col - 1 > text.n) {
        return 0;
    }
    return (i64)str_runes(str_slice(text, 0, col - 1)) + 1;
}

static void sarif_region(struct sarif *s, struct span span)
{
    i64 start = sarif_column(s, span.file, span.line, span.col);
    i64 end = sarif_column(s, span.file, span.end_line, span.end_col);
    jsonw_key(s->w, "region");
    jsonw_object(s->w);
    jsonw_put_int(s->w, "startLine", span.line);
    if (start > 0) {
        jsonw_put_int(s->w, "startColumn", start);
    }
    if (span.end_line >= span.line) {
        jsonw_put_int(s->w, "endLine", span.end_line);
        if (start > 0 && end > 0) {
            jsonw_put_int(s->w, "endColumn", end);
        }
    }
    jsonw_end(s->w);
}

static void sarif_physical(struct sarif *s, struct span span)
{
    jsonw_key(s->w, "physicalLocation");
    jsonw_object(s->w);
    sarif_artifact(s, span.file);
    if (span.line > 0) {
        sarif_region(s, span);
    }
    jsonw_end(s->w);
}

static void sarif_location(struct sarif *s, struct span span, str message, str func)
{
    jsonw_object(s->w);
    if (span.file.n > 0) {
        sarif_physical(s, span);
    }
    if (func.n > 0) {
        jsonw_key(s->w, "logicalLocations");
        jsonw_array(s->w);
        jsonw_object(s->w);
        jsonw_put_str(s->w, "fullyQualifiedName", func);
        jsonw_put_str(s->w, "kind", STR("function"));
        jsonw_end(s->w);
        jsonw_end(s->w);
    }
    if (message.n > 0) {
        sarif_message(s, "message", message);
    }
    jsonw_end(s->w);
}

static void sarif_stacks(struct sarif *s, const struct finding *f)
{
    jsonw_key(s->w, "stacks");
    jsonw_array(s->w);
    for (size_t i = 0; i < f->n_stacks; i++) {
        const struct finding_stack *st = &f->stacks[i];
        jsonw_object(s->w);
        sarif_message(s, "message", st->title);
        jsonw_key(s->w, "frames");
        jsonw_array(s->w);
        for (size_t j = 0; j < st->n_frames; j++) {
            jsonw_object(s->w);
            jsonw_key(s->w, "location");
            sarif_location(s, st->frames[j].span, (str){0}, st->frames[j].func);
            jsonw_end(s->w);
        }
        jsonw_end(s->w);
        jsonw_end(s->w);
    }
    jsonw_end(s->w);
}

/* The same finding in another run: its rule and the functions involved, without line numbers. */
static str sarif_fingerprint(struct sarif *s, const struct finding *f)
{
    struct hash_state *h = hash_begin();
    hash_add(h, f->code);
    hash_add(h, report_file(s->r, s->a, f->span.file));
    hash_add(h, f->object);
    for (size_t i = 0; i < f->n_stacks && i < 2; i++) {
        for (size_t j = 0; j < f->stacks[i].n_frames; j++) {
            hash_add(h, f->stacks[i].frames[j].func);
        }
    }
    return hash128_hex(s->a, hash_end(h));
}

static void sarif_result(struct sarif *s, const struct finding *f, size_t rule)
{
    static const char *const level[] = {
        [FINDING_NOTE] = "note", [FINDING_WARNING] = "warning", [FINDING_ERROR] = "error"};
    struct strbuf b = {0};
    jsonw_object(s->w);
    jsonw_put_str(s->w, "ruleId", f->code);
    jsonw_put_int(s->w, "ruleIndex", (i64)rule);
    jsonw_put_str(s->w, "level", str_of(level[f->severity]));
    strbuf_put(&b, f->message);
    for (size_t i = 0; i < f->n_why; i++) {
        strbuf_printf(&b, "\n%.*s", STR_ARG(f->why[i].text));
    }
    sarif_message(s, "message", strbuf_str(&b));
    strbuf_release(&b);
    jsonw_key(s->w, "locations");
    jsonw_array(s->w);
    if (f->span.file.n > 0) {
        sarif_location(s, f->span, (str){0}, (str){0});
    }
    jsonw_end(s->w);
    jsonw_key(s->w, "relatedLocations");
    jsonw_array(s->w);
    for (size_t i = 0; i < f->n_related; i++) {
        sarif_location(s, f->related[i].span, f->related[i].label, (str){0});
    }
    jsonw_end(s->w);
    sarif_stacks(s, f);
    jsonw_put_int(s->w, "occurrenceCount", f->count ? (i64)f->count : 1);
    jsonw_key(s->w, "partialFingerprints");
    jsonw_object(s->w);
    jsonw_put_str(s->w, "gomm/v1", sarif_fingerprint(s, f));
    jsonw_end(s->w);
    jsonw_end(s->w);
}

/* The codes that occur, in order of first use. */
static size_t sarif_rules(struct sarif *s, str *codes)
{
    size_t n = 0;
    for (size_t i = 0; i < s->r->findings.n; i++) {
        str code = s->r->findings.v[i].code;
        size_t j = 0;
        while (j < n && !str_eq(codes[j], code)) {
            j++;
        }
        if (j == n) {
            codes[n++] = code;
        }
    }
    return n;
}

static void sarif_tool(struct sarif *s, const str *codes, size_t n)
{
    jsonw_key(s->w, "tool");
    jsonw_object(s->w);
    jsonw_key(s->w, "driver");
    jsonw_object(s->w);
    jsonw_put_str(s->w, "name", STR("gomm"));
    jsonw_put_str(s->w, "version", s->r->tool_version);
    jsonw_key(s->w, "rules");
    jsonw_array(s->w);
    for (size_t i = 0; i < n; i++) {
        const struct report_rule *rule = report_rule(codes[i]);
        jsonw_object(s->w);
        jsonw_put_str(s->w, "id", codes[i]);
        if (rule) {
            jsonw_put_str(s->w, "name", str_of(rule->name));
            sarif_message(s, "shortDescription", str_of(rule->summary));
            sarif_message(s, "fullDescription", str_of(rule->text));
            sarif_message(s, "help", str_of(rule->cure));
        }
        jsonw_end(s->w);
    }
    jsonw_end(s->w);
    jsonw_end(s->w);
    jsonw_end(s->w);
}

static void sarif_invocation(struct sarif *s)
{
    const struct report *r = s->r;
    jsonw_key(s->w, "invocations");
    jsonw_array(s->w);
    jsonw_object(s->w);
    jsonw_put_bool(s->w, "executionSuccessful", r->status != BASE_EXIT_FAILURE);
    jsonw_put_int(s->w, "exitCode", r->status);
    if (r->time.n > 0) {
        jsonw_put_str(s->w, "startTimeUtc", r->time);
    }
    jsonw_key(s->w, "toolExecutionNotifications");
    jsonw_array(s->w);
    for (size_t i = 0; i < r->notes.n; i++) {
        jsonw_object(s->w);
        jsonw_put_str(s->w, "level", STR("note"));
        sarif_message(s, "message", r->notes.v[i]);
        jsonw_end(s->w);
    }
    for (size_t i = 0; i < r->failures.n; i++) {
        const struct report_failure *f = &r->failures.v[i];
        jsonw_object(s->w);
        jsonw_put_str(s->w, "level", STR("error"));
        sarif_message(s, "message",
                      str_fmt(s->a, "FAIL %.*s %.*s\n%.*s", STR_ARG(f->package), STR_ARG(f->test),
                              STR_ARG(f->output)));
        jsonw_end(s->w);
    }
    jsonw_end(s->w);
    jsonw_end(s->w);
    jsonw_end(s->w);
}

void report_sarif(const struct report *r, struct strbuf *out)
{
    struct jsonw w;
    struct arena_scratch scratch = arena_scratch_begin(r->arena);
    struct sarif s = {.r = r, .w = &w, .a = scratch.arena};
    s.source = report_source_new(s.a, r);
    str *codes = ARENA_ARRAY(s.a, str, r->findings.n);
    size_t n = sarif_rules(&s, codes);
    jsonw_init(&w, out, 2);
    jsonw_object(&w);
    jsonw_put_str(&w, "$schema", STR(SARIF_SCHEMA));
    jsonw_put_str(&w, "version", STR("2.1.0"));
    jsonw_key(&w, "runs");
    jsonw_array(&w);
    jsonw_object(&w);
    sarif_tool(&s, codes, n);
    sarif_invocation(&s);
    jsonw_put_str(&w, "columnKind", STR("unicodeCodePoints"));
    if (r->dir.n > 0) {
        str dir = sarif_uri(s.a, r->dir);
        jsonw_key(&w, "originalUriBaseIds");
        jsonw_object(&w);
        jsonw_key(&w, "SRCROOT");
        jsonw_object(&w);
        jsonw_put_str(
            &w, "uri",
            str_fmt(s.a, "file://%.*s%s", STR_ARG(dir), str_has_suffix(dir, STR("/")) ? "" : "/"));
        jsonw_end(&w);
        jsonw_end(&w);
    }
    jsonw_key(&w, "results");
    jsonw_array(&w);
    for (size_t i = 0; i < r->findings.n; i++) {
        const struct finding *f = &r->findings.v[i];
        size_t rule = 0;
        while (!str_eq(codes[rule], f->code)) {
            rule++;
        }
        sarif_result(&s, f, rule);
    }
    jsonw_end(&w);
    jsonw_end(&w);
    jsonw_end(&w);
    jsonw_end(&w);
    jsonw_finish(&w);
    strbuf_putc(out, '\n');
    report_source_free(s.source);
    arena_scratch_end(scratch);
}
