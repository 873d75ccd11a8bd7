/* report_sarif.c: SARIF 2.1.0 (OASIS standard), for code-scanning services and editors.  Numbers in comments are its sections. */
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
    bool suppressions; /* some result is suppressed */
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
        jsonw_key(s->w, "region");
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

/* ---- code flows (3.36 to 3.38) ---- */

static void sarif_step(struct sarif *s, struct span span, str text, const char *importance)
{
    jsonw_object(s->w);
    jsonw_key(s->w, "location");
    sarif_location(s, span, text, (str){0});
    jsonw_put_str(s->w, "importance", str_of(importance));
    jsonw_end(s->w);
}

/* ids are unique within a code flow (3.37.2): what has the name of one before it has none. */
static void sarif_thread_begin(struct sarif *s, str id)
{
    jsonw_object(s->w);
    if (id.n > 0) {
        jsonw_put_str(s->w, "id", id);
    }
    jsonw_key(s->w, "locations");
    jsonw_array(s->w);
}

static void sarif_thread_end(struct sarif *s)
{
    jsonw_end(s->w);
    jsonw_end(s->w);
}

/* Of a race: each goroutine of its picture is a thread. */
static void sarif_picture(struct sarif *s, const struct finding_picture *p)
{
    for (u32 lane = 0; lane < p->n_lanes; lane++) {
        bool any = false;
        str id = p->lanes[lane];
        for (u32 k = 0; k < lane; k++) {
            id = str_eq(p->lanes[k], p->lanes[lane]) ? (str){0} : id;
        }
        for (size_t i = 0; i < p->n_marks; i++) {
            const struct finding_mark *m = &p->marks[i];
            if (m->lane != lane) {
                continue;
            }
            if (!any) {
                sarif_thread_begin(s, id);
                any = true;
            }
            sarif_step(s, m->span, m->label, m->hot ? "essential" : "important");
        }
        if (any) {
            sarif_thread_end(s);
        }
    }
}

/* Of a race without a picture: each stack, from the outermost call inwards. */
static void sarif_stack_threads(struct sarif *s, const struct finding *f)
{
    for (size_t i = 0; i < f->n_stacks; i++) {
        const struct finding_stack *st = &f->stacks[i];
        str id = st->title;
        if (st->n_frames == 0) {
            continue;
        }
        for (size_t k = 0; k < i; k++) {
            id = str_eq(f->stacks[k].title, st->title) ? (str){0} : id;
        }
        sarif_thread_begin(s, id);
        for (size_t j = st->n_frames; j-- > 0;) {
            sarif_step(s, st->frames[j].span, st->frames[j].func, j == 0 ? "essential" : "unimportant");
        }
        sarif_thread_end(s);
    }
}

static bool sarif_has_frames(const struct finding *f)
{
    for (size_t i = 0; i < f->n_stacks; i++) {
        if (f->stacks[i].n_frames > 0) {
            return true;
        }
    }
    return false;
}

static void sarif_flow_begin(struct sarif *s)
{
    jsonw_object(s->w);
    jsonw_key(s->w, "threadFlows");
    jsonw_array(s->w);
}

static void sarif_flow_end(struct sarif *s)
{
    jsonw_end(s->w);
    jsonw_end(s->w);
}

static void sarif_flows(struct sarif *s, const struct finding *f)
{
    bool picture = f->picture && f->picture->n_marks > 0;
    if (f->n_flows == 0 && !picture && !sarif_has_frames(f)) {
        return;
    }
    jsonw_key(s->w, "codeFlows");
    jsonw_array(s->w);
    if (picture || sarif_has_frames(f)) {
        sarif_flow_begin(s);
        if (picture) {
            sarif_picture(s, f->picture);
        } else {
            sarif_stack_threads(s, f);
        }
        sarif_flow_end(s);
    }
    for (size_t i = 0; i < f->n_flows; i++) {
        const struct finding_flow *flow = &f->flows[i];
        if (flow->n_steps == 0) {
            continue;
        }
        sarif_flow_begin(s);
        sarif_thread_begin(s, (str){0});
        for (size_t j = 0; j < flow->n_steps; j++) {
            bool end = j == 0 || j + 1 == flow->n_steps;
            sarif_step(s, flow->steps[j].span, flow->steps[j].text, end ? "essential" : "important");
        }
        sarif_thread_end(s);
        sarif_flow_end(s);
    }
    jsonw_end(s->w);
}

/* ---- fixes (3.55 to 3.57) ---- */

/* Edits can be given only if all of their columns can be converted. */
static bool sarif_can_fix(struct sarif *s, const struct finding *f)
{
    if (f->check.verdict != FINDING_VERIFIED || f->fix.n_edits == 0) {
        return false;
    }
    for (size_t i = 0; i < f->fix.n_edits; i++) {
        struct span e = f->fix.edits[i].span;
        if (sarif_column(s, e.file, e.line, e.col) == 0 || sarif_column(s, e.file, e.end_line, e.end_col) == 0) {
            return false;
        }
    }
    return true;
}

static void sarif_replacement(struct sarif *s, const struct finding_edit *e)
{
    jsonw_object(s->w);
    jsonw_key(s->w, "deletedRegion");
    sarif_region(s, e->span);
    if (e->text.n > 0) {
        jsonw_key(s->w, "insertedContent");
        jsonw_object(s->w);
        jsonw_put_str(s->w, "text", e->text);
        jsonw_end(s->w);
    }
    jsonw_end(s->w);
}

static void sarif_fixes(struct sarif *s, const struct finding *f)
{
    if (!sarif_can_fix(s, f)) {
        return;
    }
    jsonw_key(s->w, "fixes");
    jsonw_array(s->w);
    jsonw_object(s->w);
    sarif_message(s, "description",
                  str_fmt(s->a, "%.*s (verified: %.*s)", STR_ARG(f->fix.title), STR_ARG(f->check.text)));
    jsonw_key(s->w, "artifactChanges");
    jsonw_array(s->w);
    for (size_t i = 0; i < f->fix.n_edits; i++) {
        str file = f->fix.edits[i].span.file;
        bool told = false;
        for (size_t k = 0; k < i; k++) {
            told |= str_eq(f->fix.edits[k].span.file, file);
        }
        if (told) {
            continue;
        }
        jsonw_object(s->w);
        sarif_artifact(s, file);
        jsonw_key(s->w, "replacements");
        jsonw_array(s->w);
        for (size_t k = i; k < f->fix.n_edits; k++) {
            if (str_eq(f->fix.edits[k].span.file, file)) {
                sarif_replacement(s, &f->fix.edits[k]);
            }
        }
        jsonw_end(s->w);
        jsonw_end(s->w);
    }
    jsonw_end(s->w);
    jsonw_end(s->w);
    jsonw_end(s->w);
}

/* ---- results ---- */

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

/* What a //gomm:ignore or the baseline speaks of is still a result.  If one of a run has such a list, all of it must have
 * one, be it empty (3.27.23). */
static void sarif_suppressions(struct sarif *s, const struct finding *f)
{
    if (!s->suppressions) {
        return;
    }
    jsonw_key(s->w, "suppressions");
    jsonw_array(s->w);
    if (f->suppressed != FINDING_SHOWN) {
        jsonw_object(s->w);
        jsonw_put_str(s->w, "kind", f->suppressed == FINDING_IGNORED ? STR("inSource") : STR("external"));
        if (f->reason.n > 0) {
            jsonw_put_str(s->w, "justification", f->reason);
        }
        jsonw_end(s->w);
    }
    jsonw_end(s->w);
}

static void sarif_result(struct sarif *s, const struct finding *f, size_t rule)
{
    struct strbuf b = {0};
    jsonw_object(s->w);
    jsonw_put_str(s->w, "ruleId", f->code);
    jsonw_put_int(s->w, "ruleIndex", (i64)rule);
    jsonw_put_str(s->w, "level", str_of(finding_severity_name(f->severity))); /* 3.27.10 has the same names */
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
    if (f->n_stacks > 0) {
        sarif_stacks(s, f);
    }
    sarif_flows(s, f);
    sarif_fixes(s, f);
    jsonw_put_int(s->w, "occurrenceCount", f->count ? (i64)f->count : 1);
    if (f->fingerprint.n > 0) {
        jsonw_key(s->w, "partialFingerprints");
        jsonw_object(s->w);
        jsonw_put_str(s->w, "gomm/v2", f->fingerprint);
        jsonw_end(s->w);
    }
    sarif_suppressions(s, f);
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

/* What stands on the public web about the subject of a code; NULL: nothing, its help is all (comments to gomm). */
static const char *sarif_help_uri(str code)
{
    static const struct {
        const char *family, *uri;
    } all[] = {
        {"RACE", "https://go.dev/ref/mem"},
        {"ESC", "https://go.dev/doc/gc-guide#Where_Go_Values_Live"},
        {"SHARE", "https://docs.kernel.org/kernel-hacking/false-sharing.html"},
        {"BENCH", "https://pkg.go.dev/testing#hdr-Benchmarks"},
        {"TYPE", "https://go.dev/ref/spec"},
        {"SYNTAX", "https://go.dev/ref/spec"},
        {"LOAD", "https://go.dev/ref/mod"},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_has_prefix(code, str_of(all[i].family))) {
            return all[i].uri;
        }
    }
    return NULL;
}

/* text, and the same with headings and the example for viewers of Markdown (3.12). */
static void sarif_help(struct sarif *s, const struct report_rule *rule)
{
    jsonw_key(s->w, "help");
    jsonw_object(s->w);
    jsonw_put_str(s->w, "text", str_fmt(s->a, "%s\nCure: %s", rule->text, rule->cure));
    jsonw_put_str(s->w, "markdown",
                  str_fmt(s->a, "%s\n**Example**\n\n```go\n%s```\n\n**Cure**\n\n%s", rule->text, rule->example,
                          rule->cure));
    jsonw_end(s->w);
}

static void sarif_rule(struct sarif *s, str code)
{
    const struct report_rule *rule = report_rule(code);
    const char *uri = sarif_help_uri(code);
    jsonw_object(s->w);
    jsonw_put_str(s->w, "id", code);
    if (rule) {
        jsonw_put_str(s->w, "name", str_of(rule->name));
        sarif_message(s, "shortDescription", str_of(rule->summary));
        sarif_message(s, "fullDescription", str_of(rule->text));
        sarif_help(s, rule);
    }
    if (uri) {
        jsonw_put_str(s->w, "helpUri", str_of(uri));
    }
    jsonw_end(s->w);
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
        sarif_rule(s, codes[i]);
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
        jsonw_put_str(s->w, "level", STR("warning")); /* "error" would say that gomm failed (3.20.21) */
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
    for (size_t i = 0; i < r->findings.n; i++) {
        s.suppressions |= r->findings.v[i].suppressed != FINDING_SHOWN;
    }
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
