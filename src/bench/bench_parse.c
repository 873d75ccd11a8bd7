/* bench_parse.c: lines of benchmark output. */
#include "bench/bench_parse.h"

#include <math.h>

/* ---- one line of results ---- */

static bool parse_is_name(str s)
{
    u32 rune;

    if (!str_cut_prefix(&s, STR("Benchmark"))) {
        return false;
    }
    str_decode_rune(s, &rune); /* go test takes BenchmarkX and Benchmark_x, not Benchmarkx */
    return s.n == 0 || !(rune >= 'a' && rune <= 'z');
}

/* "BenchmarkX/a-b-8" → "BenchmarkX/a-b" and 8. */
static void parse_split_name(struct bench_result *r)
{
    i64 dash = str_find_last_byte(r->name, '-');
    u64 procs;

    r->base = r->name;
    r->procs = 1;
    if (dash > 0 && str_u64(str_from(r->name, (size_t)dash + 1), &procs) && procs > 0 && procs <= 1u << 20 &&
        r->name.p[dash + 1] != '0') {
        r->base = str_slice(r->name, 0, (size_t)dash);
        r->procs = (u32)procs;
    }
}

/* "123 ns/op  16 B/op": pairs to the end; false if they are none. */
static bool parse_metrics(struct arena *a, str s, struct bench_result *r)
{
    VEC(struct bench_metric) v = {0};
    str value, unit;
    double x;

    while (str_next_field(&s, &value)) {
        if (!str_f64(value, &x) || !str_next_field(&s, &unit)) {
            return false;
        }
        vec_push_in(a, &v, (struct bench_metric){str_dup(a, unit), x});
    }
    r->metrics = v.v;
    r->n_metrics = (u32)v.n;
    return v.n > 0;
}

static void parse_write_line(struct arena *a, struct bench_result *r)
{
    struct strbuf b = {0};

    strbuf_put(&b, r->name); /* which may hold anything, in what is no test binary's output */
    strbuf_printf(&b, "\t%8llu", (unsigned long long)r->n);
    for (u32 i = 0; i < r->n_metrics; i++) {
        double x = r->metrics[i].value, y = fabs(x);
        str unit = r->metrics[i].unit;
        /* As many digits as package testing prints (benchmark.go: String, MemString). */
        bool whole = (str_is(unit, "B/op") || str_is(unit, "allocs/op")) && x == nearbyint(x);
        int digits = whole ? 0 : str_is(unit, "MB/s") ? 2 : y == 0 || y >= 999.95 || !isfinite(y) ? 0 : y >= 99.995 ? 1 : y >= 9.9995 ? 2 : y >= 0.99995 ? 3 :
                     y >= 0.099995 ? 4 : y >= 0.0099995 ? 5 : y >= 0.00099995 ? 6 : 7;
        int width = whole ? 8 : str_is(unit, "MB/s") ? 7 : digits ? 11 + digits : 10;
        strbuf_printf(&b, "\t%*.*f ", width, digits, x);
        strbuf_put(&b, unit);
    }
    r->line = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
}

/* The number of iterations and the pairs behind it. */
static bool parse_numbers(struct arena *a, str s, struct bench_result *r)
{
    str n;

    return str_next_field(&s, &n) && str_u64(n, &r->n) && r->n > 0 && parse_metrics(a, s, r);
}

/* A result at the end of a line that begins with something else, which the benchmark printed: package
 * testing writes the count in eight places, and before each pair a tab. */
static bool parse_numbers_behind(struct arena *a, str s, struct bench_result *r)
{
    size_t from = s.n; /* where the pairs begin */
    i64 tab;

    while ((tab = str_find_last_byte(str_slice(s, 0, from), '\t')) >= 0) {
        str pair = str_slice(s, (size_t)tab + 1, from), value, unit, more;
        double x;
        if (!str_next_field(&pair, &value) || !str_next_field(&pair, &unit) || str_next_field(&pair, &more) ||
            !str_f64(value, &x)) {
            break;
        }
        from = (size_t)tab;
    }
    size_t digits = from;
    while (digits > 0 && s.p[digits - 1] >= '0' && s.p[digits - 1] <= '9') {
        digits--;
    }
    if (digits == from || from == s.n || (digits > 0 && s.p[digits - 1] != ' ' && from - digits < 8)) {
        return false;
    }
    return str_u64(str_slice(s, digits, from), &r->n) && r->n > 0 && parse_metrics(a, str_from(s, from), r);
}

static bool parse_finish(struct arena *a, str name, struct bench_result *r)
{
    r->name = str_dup(a, name);
    parse_split_name(r);
    parse_write_line(a, r);
    return true;
}

bool bench_parse_line(struct arena *a, str line, struct bench_result *out)
{
    str name;

    *out = (struct bench_result){0};
    return str_next_field(&line, &name) && parse_is_name(name) && parse_numbers(a, line, out) &&
           parse_finish(a, name, out);
}

/* ---- the stream ---- */

void bench_output_init(struct bench_output *o)
{
    *o = (struct bench_output){0};
}

void bench_output_release(struct bench_output *o)
{
    for (size_t i = 0; i < o->failures.n; i++) {
        strbuf_release(&o->failures.v[i].text);
    }
    vec_release(&o->results);
    vec_release(&o->failures);
    vec_release(&o->config);
    vec_release(&o->logs);
    vec_release(&o->skipped);
    strbuf_release(&o->partial);
    arena_release(&o->arena);
}

static void output_failure(struct bench_output *o, str name)
{
    vec_push(&o->failures,
             (struct bench_failure){.name = str_dup(&o->arena, name), .package = o->package});
}

static void output_failure_text(struct bench_output *o, str line)
{
    strbuf_put(&vec_last(&o->failures).text, line);
    strbuf_putc(&vec_last(&o->failures).text, '\n');
}

static void output_log(struct bench_output *o, str line)
{
    vec_push(&o->logs, str_dup(&o->arena, line));
}

static void output_result(struct bench_output *o, str name, struct bench_result *r)
{
    parse_finish(&o->arena, name, r);
    r->package = o->package;
    vec_push(&o->results, *r);
    o->running = (str){0};
    o->in = BENCH_IN_NONE;
}

/* "key: value", the key without capitals and blanks. */
static bool output_config(struct bench_output *o, str line)
{
    size_t n = 0;
    u32 rune;

    while (n < line.n && line.p[n] != ':') {
        size_t w = str_decode_rune(str_from(line, n), &rune);
        if (rune <= ' ' || (rune >= 'A' && rune <= 'Z') || (n == 0 && !(rune >= 'a' && rune <= 'z'))) {
            return false;
        }
        n += w;
    }
    if (n == 0 || n == line.n || (n + 1 < line.n && line.p[n + 1] != ' ' && line.p[n + 1] != '\t')) {
        return false;
    }
    str key = str_slice(line, 0, n), value = str_trim(str_from(line, n + 1));
    if (str_is(key, "panic")) {
        return false;
    }
    value = str_dup(&o->arena, value);
    if (str_is(key, "pkg")) {
        o->package = value;
    }
    for (size_t i = 0; i < o->config.n; i++) {
        if (str_eq(o->config.v[i].key, key)) {
            o->config.v[i].value = value;
            return true;
        }
    }
    vec_push(&o->config, (struct bench_config){str_dup(&o->arena, key), value});
    return true;
}

/* "--- FAIL: BenchmarkX-2 (0.00s)" → the name. */
static bool output_verdict(str line, str what, str *name)
{
    return str_cut_prefix(&line, what) && str_next_field(&line, name);
}

/* Lines that say what became of something.  They may be indented (of subtests), and may stand behind the name. */
static bool output_framing(struct bench_output *o, str line)
{
    str s = str_trim(line), name;

    if (output_verdict(s, STR("--- FAIL: "), &name)) {
        o->failed = true;
        o->running = (str){0};
        o->in = BENCH_IN_FAILURE;
        output_failure(o, name);
        return true;
    }
    if (output_verdict(s, STR("--- SKIP: "), &name)) {
        vec_push(&o->skipped, str_dup(&o->arena, name));
        o->running = (str){0};
        o->in = BENCH_IN_LOG;
        return true;
    }
    if (output_verdict(s, STR("--- BENCH: "), &name)) {
        o->in = BENCH_IN_LOG;
        output_log(o, s);
        return true;
    }
    return output_verdict(s, STR("--- PASS: "), &name) || str_has_prefix(s, STR("=== "));
}

static bool output_end_line(struct bench_output *o, str line)
{
    str after = line;

    if (str_is(line, "PASS") || str_has_prefix(line, STR("ok  \t"))) {
        o->passed = true;
    } else if (str_is(line, "FAIL") || str_has_prefix(line, STR("FAIL\t"))) {
        o->failed = true;
    } else if (!(str_cut_prefix(&after, STR("?   \t")) && str_contains(after, STR("[no test files]")))) {
        return false;
    }
    o->in = BENCH_IN_NONE;
    return true;
}

static bool output_panic(struct bench_output *o, str line)
{
    if (!str_has_prefix(line, STR("panic: ")) && !str_has_prefix(line, STR("fatal error: "))) {
        return false;
    }
    o->panicked = o->failed = true;
    o->in = BENCH_IN_PANIC;
    output_failure(o, o->running);
    output_failure_text(o, line);
    return true;
}

/* A benchmark that panics in its first iteration has not been named yet: its frame names it. */
static void output_panic_line(struct bench_output *o, str line)
{
    struct bench_failure *f = &vec_last(&o->failures);
    i64 dot, end;

    output_failure_text(o, line);
    end = str_find_byte(line, '(');
    if (f->name.n > 0 || end < 0 || line.p[0] == '\t') {
        return;
    }
    line = str_slice(line, 0, (size_t)end);
    dot = str_find(line, STR(".Benchmark"));
    if (dot >= 0) { /* "p.BenchmarkX", "p.BenchmarkX.func1" */
        line = str_from(line, (size_t)dot + 1);
        end = str_find_byte(line, '.');
        f->name = str_dup(&o->arena, end < 0 ? line : str_slice(line, 0, (size_t)end));
    }
}

/* What stands behind a name whose result is to come, there or on a later line. */
static void output_behind_name(struct bench_output *o, str rest)
{
    struct bench_result r = {0};
    str s = str_trim(rest);

    if (parse_numbers(&o->arena, rest, &r) || parse_numbers_behind(&o->arena, rest, &r)) {
        output_result(o, o->running, &r);
    } else if (!output_framing(o, s) && !output_panic(o, s) && s.n > 0) {
        output_log(o, s);
    }
}

static void output_line(struct bench_output *o, str line)
{
    str rest = line, name;

    /* With -v and -json of go test, framing lines begin with a mark (test2json). */
    if (line.n > 0 && line.p[0] == 0x16) {
        line = rest = str_from(line, 1);
    }
    if (o->in == BENCH_IN_PANIC && !output_end_line(o, line)) {
        output_panic_line(o, line);
        return;
    }
    if (str_next_field(&rest, &name) && name.p == line.p && parse_is_name(name)) {
        o->in = BENCH_IN_NONE;
        o->running = str_dup(&o->arena, name);
        output_behind_name(o, rest);
        return;
    }
    if (output_end_line(o, line) || output_framing(o, line) || output_panic(o, line)) {
        return;
    }
    bool indented = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
    if (o->running.n > 0) {
        output_behind_name(o, line);
    } else if (o->in == BENCH_IN_FAILURE && (indented || line.n == 0)) {
        output_failure_text(o, line);
    } else if (!output_config(o, line) && line.n > 0) {
        output_log(o, line);
    }
}

void bench_output_feed(struct bench_output *o, str piece)
{
    i64 nl;

    while ((nl = str_find_byte(piece, '\n')) >= 0) {
        strbuf_put(&o->partial, str_slice(piece, 0, (size_t)nl));
        str line = strbuf_str(&o->partial);
        str_cut_suffix(&line, STR("\r"));
        output_line(o, line);
        strbuf_reset(&o->partial);
        piece = str_from(piece, (size_t)nl + 1);
    }
    strbuf_put(&o->partial, piece);
}

void bench_output_end(struct bench_output *o)
{
    if (o->partial.n > 0) {
        bench_output_feed(o, STR("\n"));
    }
}

bool bench_result_get(const struct bench_result *r, str unit, double *out)
{
    for (u32 i = 0; i < r->n_metrics; i++) {
        if (str_eq(r->metrics[i].unit, unit)) {
            *out = r->metrics[i].value;
            return true;
        }
    }
    return false;
}

str bench_output_config(const struct bench_output *o, str key)
{
    for (size_t i = 0; i < o->config.n; i++) {
        if (str_eq(o->config.v[i].key, key)) {
            return o->config.v[i].value;
        }
    }
    return (str){0};
}
