#include "driver/driver_gotest.h"

#include "base/jsonr.h"

#define GOTEST_RACE_LINE "race detected during execution of test"
#define GOTEST_RULE      "=================="

/* Of reports in the text only as many are kept as anybody would read. */
#define GOTEST_REPORTS_KEPT (256u << 10)

void driver_gotest_init(struct gotest *g)
{
    *g = (struct gotest){0};
}

void driver_gotest_release(struct gotest *g)
{
    for (size_t i = 0; i < g->packages.n; i++) {
        struct gotest_package *p = &g->packages.v[i];
        for (size_t j = 0; j < p->tests.n; j++) {
            strbuf_release(&p->tests.v[j].output);
        }
        strmap_release(&p->by_name);
        strbuf_release(&p->output);
        strbuf_release(&p->report_text);
    }
    strmap_release(&g->by_path);
    strbuf_release(&g->line);
    strbuf_release(&g->said);
    strbuf_release(&g->live);
    arena_release(&g->arena);
}

static struct gotest_package *gotest_package(struct gotest *g, str path)
{
    union map_val *at = strmap_get(&g->by_path, path);
    if (!at) {
        path = str_dup(&g->arena, path);
        at = strmap_put(&g->by_path, path, NULL);
        at->u = g->packages.n;
        vec_push_in(&g->arena, &g->packages, (struct gotest_package){.path = path});
    }
    return &vec_at(&g->packages, at->u);
}

static struct gotest_test *gotest_test(struct gotest *g, struct gotest_package *p, str name)
{
    union map_val *at = strmap_get(&p->by_name, name);
    if (!at) {
        name = str_dup(&g->arena, name);
        at = strmap_put(&p->by_name, name, NULL);
        at->u = p->tests.n;
        vec_push_in(&g->arena, &p->tests, (struct gotest_test){.name = name});
    }
    return &vec_at(&p->tests, at->u);
}

/* Takes what gomm's runtime prints in front of a report about the memory (rt/report.c): a line,
 * and for a heap block the stack of its allocation. */
static void gotest_skip_place(str *rest)
{
    str from = *rest, line;
    if (!str_next_line(&from, &line) || !str_contains(line, STR(", accessed at byte ")) ||
        (!str_has_prefix(line, STR("Heap block of size ")) &&
         !str_has_prefix(line, STR("Global variable ")))) {
        return;
    }
    do {
        *rest = from;
    } while (str_next_line(&from, &line) && str_has_prefix(line, STR("  ")));
}

/* Everything from a line of = to the next, with the warning behind the first. */
static bool gotest_take_report(str *rest, str *report)
{
    str from = *rest, line;
    gotest_skip_place(&from);
    if (!str_next_line(&from, &line) || !str_is(line, GOTEST_RULE)) {
        return false;
    }
    if (!str_next_line(&from, &line) || !str_is(line, "WARNING: DATA RACE")) {
        return false;
    }
    while (str_next_line(&from, &line)) {
        if (str_is(line, GOTEST_RULE)) {
            break;
        }
    }
    *report = str_slice(*rest, 0, (size_t)(rest->n - from.n));
    *rest = from;
    return true;
}

static void gotest_keep_reports(struct gotest_package *p, str output)
{
    str rest = output, line, report;
    while (rest.n > 0 && p->report_text.n < GOTEST_REPORTS_KEPT) {
        if (gotest_take_report(&rest, &report)) {
            strbuf_put(&p->report_text, report);
        } else {
            str_next_line(&rest, &line);
        }
    }
}

static void gotest_output(struct gotest *g, struct gotest_package *p, struct gotest_test *t,
                          str text)
{
    str trimmed = str_trim(text);
    struct strbuf *to = t ? &t->output : &p->output;
    if (to->n > 0 && to->p[to->n - 1] != '\n' && str_has_prefix(trimmed, STR("--- "))) {
        strbuf_putc(to, '\n'); /* the test printed without a newline */
    }
    strbuf_put(to, text);
    if (str_is(trimmed, "WARNING: DATA RACE")) {
        p->reports++;
    }
    if (t && str_has_suffix(trimmed, STR(GOTEST_RACE_LINE))) {
        t->raced = true;
    }
    if (!t && str_has_suffix(trimmed, STR("[no test files]"))) {
        p->no_tests = true;
    }
    if (!t && str_has_prefix(trimmed, STR("ok")) && str_contains(trimmed, STR("\t(cached)"))) {
        p->cached = true;
    }
    if (!t && (str_has_suffix(trimmed, STR("[build failed]")) ||
               str_has_suffix(trimmed, STR("[setup failed]")))) {
        p->build_failed = true;
    }
    if (g->keep_live) {
        strbuf_put(&g->live, text);
    }
}

static bool gotest_status_of(str action, enum gotest_status *out)
{
    static const struct {
        str action;
        enum gotest_status status;
    } table[] = {{STR_INIT("pass"), GOTEST_PASS},
                 {STR_INIT("fail"), GOTEST_FAIL},
                 {STR_INIT("skip"), GOTEST_SKIP}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_eq(action, table[i].action)) {
            *out = table[i].status;
            return true;
        }
    }
    return false;
}

static void gotest_finish_test(struct gotest_package *p, struct gotest_test *t,
                               enum gotest_status status)
{
    /* With -count or -cpu a test runs several times under one name: a failure stays one. */
    if (t->status != GOTEST_FAIL) {
        t->status = status;
    }
    if (t->status != GOTEST_FAIL) {
        gotest_keep_reports(p, strbuf_str(&t->output));
        strbuf_release(&t->output);
    }
}

static void gotest_finish_package(struct gotest_package *p, enum gotest_status status,
                                  double seconds)
{
    p->status = status;
    p->seconds = seconds;
    gotest_keep_reports(p, strbuf_str(&p->output));
    for (size_t i = 0; i < p->tests.n; i++) {
        struct gotest_test *t = &p->tests.v[i];
        gotest_keep_reports(p, strbuf_str(&t->output));
        /* Its result was swallowed by output without a newline. */
        if (t->status == GOTEST_RUNNING &&
            str_contains(strbuf_str(&t->output), STR("--- FAIL: "))) {
            t->status = GOTEST_FAIL;
        }
    }
}

static void gotest_event(struct gotest *g, struct jsonr ev)
{
    str action = jsonr_str_or(ev, "Action", (str){0});
    str path = jsonr_str_or(ev, "Package", (str){0}), name = jsonr_str_or(ev, "Test", (str){0});
    enum gotest_status status;
    if (str_is(action, "build-output")) {
        strbuf_put(&g->said, jsonr_str_or(ev, "Output", (str){0}));
        return;
    }
    if (path.n == 0) {
        return; /* build-fail and the like: the package's own event follows */
    }
    struct gotest_package *p = gotest_package(g, path);
    struct gotest_test *t = name.n > 0 ? gotest_test(g, p, name) : NULL;
    if (str_is(action, "output")) {
        gotest_output(g, p, t, jsonr_str_or(ev, "Output", (str){0}));
    } else if (str_is(action, "run") && t) {
        t->status = t->status == GOTEST_FAIL ? GOTEST_FAIL : GOTEST_RUNNING;
    } else if (gotest_status_of(action, &status)) {
        if (t) {
            gotest_finish_test(p, t, status);
        } else {
            p->build_failed |= jsonr_kind(jsonr_get(ev, "FailedBuild")) == JSONR_STRING;
            gotest_finish_package(p, status, jsonr_num_or(ev, "Elapsed", 0));
        }
    }
}

/* "FAIL\tn/bad [build failed]": how Go before 1.24 says that there will be no events. */
static bool gotest_build_failed(struct gotest *g, str line)
{
    str rest = line;
    if (!str_cut_prefix(&rest, STR("FAIL\t")) || !(str_cut_suffix(&rest, STR(" [build failed]")) ||
                                                   str_cut_suffix(&rest, STR(" [setup failed]")))) {
        return false;
    }
    struct gotest_package *p = gotest_package(g, str_trim(rest));
    p->build_failed = true;
    p->status = GOTEST_FAIL;
    return true;
}

static void gotest_line(struct gotest *g, str line)
{
    struct jsonr doc;
    if (line.n > 0 && line.p[0] == '{' && jsonr_parse(line, &doc, NULL)) {
        gotest_event(g, doc);
        jsonr_free(doc);
        return;
    }
    if (gotest_build_failed(g, line) || str_is(line, "FAIL")) {
        return;
    }
    strbuf_put(&g->said, line);
    strbuf_putc(&g->said, '\n');
}

void driver_gotest_feed(struct gotest *g, str piece)
{
    while (piece.n > 0) {
        i64 nl = str_find_byte(piece, '\n');
        if (nl < 0) {
            strbuf_put(&g->line, piece);
            return;
        }
        strbuf_put(&g->line, str_slice(piece, 0, (size_t)nl));
        gotest_line(g, strbuf_str(&g->line));
        strbuf_reset(&g->line);
        piece = str_from(piece, (size_t)nl + 1);
    }
}

void driver_gotest_end(struct gotest *g)
{
    if (g->line.n > 0) {
        gotest_line(g, strbuf_str(&g->line));
        strbuf_reset(&g->line);
    }
    for (size_t i = 0; i < g->packages.n; i++) {
        if (g->packages.v[i].status == GOTEST_RUNNING) {
            gotest_finish_package(&g->packages.v[i], GOTEST_RUNNING, 0);
        }
    }
}

/* Lines that testing and go test put around a test's own. */
static bool gotest_is_frame(str line)
{
    static const str prefixes[] = {
        STR_INIT("=== RUN"),      STR_INIT("=== PAUSE"),  STR_INIT("=== CONT"),
        STR_INIT("=== NAME"),     STR_INIT("--- FAIL: "), STR_INIT("--- PASS: "),
        STR_INIT("--- SKIP: "),   STR_INIT("FAIL\t"),     STR_INIT("ok  \t"),
        STR_INIT("exit status "), STR_INIT("coverage: "),
    };
    str l = str_trim(line);
    if (l.n == 0 || str_is(l, "FAIL") || str_is(l, "PASS") ||
        str_has_suffix(l, STR(GOTEST_RACE_LINE))) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        if (str_has_prefix(l, prefixes[i])) {
            return true;
        }
    }
    return str_has_prefix(l, STR("Found ")) && str_has_suffix(l, STR(" data race(s)"));
}

str driver_gotest_own_output(struct arena *a, str output)
{
    struct strbuf b = {0};
    str line, report;
    bool blank = false; /* blank lines count only between others */
    while (output.n > 0) {
        if (gotest_take_report(&output, &report)) {
            continue;
        }
        str_next_line(&output, &line);
        if (str_trim(line).n == 0) {
            blank = b.n > 0;
        } else if (!gotest_is_frame(line)) {
            strbuf_puts(&b, blank ? "\n" : "");
            strbuf_put(&b, str_trim_right(line));
            strbuf_putc(&b, '\n');
            blank = false;
        }
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

bool driver_gotest_sub_failed(const struct gotest_package *p, const struct gotest_test *t)
{
    for (size_t i = 0; i < p->tests.n; i++) {
        str name = p->tests.v[i].name;
        if (p->tests.v[i].status == GOTEST_FAIL && str_cut_prefix(&name, t->name) &&
            str_has_prefix(name, STR("/"))) {
            return true;
        }
    }
    return false;
}
