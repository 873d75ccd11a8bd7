/* cmd_bench_escape.c: from a place in an allocation profile to the decision of escape analysis that put it into the heap.
 *
 * The profile knows file and line (no column), through which calls the code was inlined, and how large the objects are.
 * A decision has the position at which -m tells it (of inlined code: of the outermost call), its own position and mostly a
 * size.  Of several decisions in one line that one is taken whose own position and size fit best. */
#include "base/io.h"
#include "base/mem.h"
#include "cmd/cmd_bench.h"
#include "escape/escape_find.h"

struct bench_decision {
    struct ir_unit *u;
    struct escape_site site;
    struct span own; /* where it stands itself */
    i32 next_shown, next_own; /* with the same line; -1: none */
    struct finding *finding;  /* made when it is wanted */
};

struct cmd_bench_escapes {
    struct arena arena;
    struct load *load;
    struct program *prog;
    struct escape *escape;
    struct finding_list findings;
    VEC(struct bench_decision) v;
    struct strmap shown, own; /* "file:line" → first of v, plus one */
    struct strmap texts;      /* file → its text, for what is no decision */
};

static str bench_line_key(struct arena *a, str file, u32 line)
{
    return str_fmt(a, "%.*s:%u", STR_ARG(file), line);
}

static i32 bench_chain(struct cmd_bench_escapes *x, struct strmap *m, struct span s, i32 index)
{
    union map_val *at = strmap_put(m, bench_line_key(&x->arena, s.file, s.line), NULL);
    i32 next = (i32)at->u - 1;

    at->u = (u64)index + 1;
    return next;
}

static void bench_collect(struct cmd_bench_escapes *x, struct ir_unit *u)
{
    struct escape_site *v;
    u32 n;

    escape_sites(x->escape, u, &x->arena, &v, &n);
    for (u32 i = 0; i < n; i++) {
        if (v[i].free) {
            continue;
        }
        struct bench_decision d = {.u = u, .site = v[i], .own = v[i].span};
        if (v[i].n->pos != 0 && v[i].n->pos != IR_POS_NONE) {
            d.own = sources_span(x->prog->sources, v[i].n->pos);
        }
        i32 index = (i32)x->v.n;
        d.next_shown = bench_chain(x, &x->shown, d.site.span, index);
        d.next_own = bench_chain(x, &x->own, d.own, index);
        vec_push_in(&x->arena, &x->v, d);
    }
}

struct cmd_bench_escapes *cmd_bench_escapes_new(struct cmd_bench *c)
{
    struct cmd_bench_escapes *x = mem_zalloc(sizeof *x);
    struct pool *pool = pool_new(0);
    struct load_config config = c->load;
    struct escape_config analysis = {.keep_units = true, .keep_flows = true, .deps = true};
    u64 start = base_now_ns();
    struct err e;

    config.tests = true;
    config.bodies_of_deps = true;
    x->load = load_packages(&config, c->patterns.v, c->patterns.n, pool, &e);
    if (!x->load) {
        report_note(&c->report, "escape: %s", e.text);
        pool_free(pool);
        mem_free(x);
        return NULL;
    }
    x->prog = check_load(x->load, pool, 0, 0);
    pool_free(pool);
    x->escape = escape_new(x->load, x->prog, &analysis);
    escape_run(x->escape);
    x->findings.arena = &c->arena;
    for (u32 i = 0; i < x->load->n_pkgs; i++) {
        if (x->escape->results[i].unit) {
            bench_collect(x, x->escape->results[i].unit);
        }
    }
    struct report_phase phase = {STR("escape"), (double)(base_now_ns() - start) / 1e9};
    vec_push_in(&c->arena, &c->report.phases, phase);
    return x;
}

void cmd_bench_escapes_free(struct cmd_bench_escapes *x)
{
    if (!x) {
        return;
    }
    strmap_release(&x->shown);
    strmap_release(&x->own);
    strmap_release(&x->texts);
    escape_free(x->escape);
    program_free(x->prog);
    load_free(x->load);
    arena_release(&x->arena);
    mem_free(x);
}

struct load *cmd_bench_load(struct cmd_bench_escapes *x)
{
    return x->load;
}

struct program *cmd_bench_program(struct cmd_bench_escapes *x)
{
    return x->prog;
}

struct escape *cmd_bench_escape(struct cmd_bench_escapes *x)
{
    return x->escape;
}

/* ---- the decision behind a site ---- */

/* How well a decision fits: 0 not at all. */
static u32 bench_fit(const struct bench_decision *d, const struct bench_site *s)
{
    const struct bench_frame *inner = &s->stack[0];
    double size = s->allocs > 0 ? s->bytes / s->allocs : 0;
    u32 fit = 1;

    if (d->own.line == inner->line && str_eq(d->own.file, inner->file)) {
        fit += 8;
    }
    if (inner->inlined == (d->site.inlined != NULL)) {
        fit += 4;
    }
    /* Size classes waste at most an eighth, but for the smallest (runtime/sizeclasses.go). */
    if (d->site.size >= 0) {
        double want = (double)d->site.size;
        bool fits = size >= want && (size <= want * 1.15 || size <= want + 16);
        fit = fits ? fit + 6 : fit > 4 ? fit - 4 : 1;
    } else {
        fit += 2;
    }
    return fit;
}

static struct bench_decision *bench_find(struct cmd_bench_escapes *x, const struct bench_site *s)
{
    struct bench_decision *best = NULL;
    u32 best_fit = 0, outer = 0;
    struct arena_scratch t = arena_scratch_begin(NULL);

    while (outer + 1 < s->n_stack && s->stack[outer].inlined) {
        outer++;
    }
    for (int by_own = 0; by_own < 2; by_own++) {
        const struct bench_frame *f = &s->stack[by_own ? 0 : outer];
        union map_val *at = strmap_get(by_own ? &x->own : &x->shown, bench_line_key(t.arena, f->file, f->line));
        for (i32 i = at ? (i32)at->u - 1 : -1; i >= 0;) {
            struct bench_decision *d = &x->v.v[i];
            u32 fit = bench_fit(d, s);
            if (fit > best_fit) {
                best = d;
                best_fit = fit;
            }
            i = by_own ? d->next_own : d->next_shown;
        }
    }
    arena_scratch_end(t);
    /* Of another place in the line, and of another size: that is a coincidence. */
    return best_fit >= 5 ? best : NULL;
}

/* ---- what is no decision: the runtime allocates for it ---- */

static str bench_source_line(struct cmd_bench_escapes *x, str file, u32 line)
{
    bool fresh;
    union map_val *at = strmap_put(&x->texts, file, &fresh);
    str text = {0}, got = {0};

    if (fresh) {
        str *kept = ARENA_NEW(&x->arena, str);
        if (io_read_file(&x->arena, str_cstr(&x->arena, file), &text, NULL)) {
            *kept = text;
        }
        at->p = kept;
    }
    text = *(str *)at->p;
    for (u32 i = 0; i < line; i++) {
        if (!str_next_line(&text, &got)) {
            return (str){0};
        }
    }
    return str_trim(got);
}

static const struct {
    const char *sign, *what, *text;
} bench_runtime_work[] = {
    {"MakeNoZero(", "bytealg.MakeNoZero", "a buffer whose size is known when it runs"},
    {"append(", "append", "append makes room: the slice's capacity is used up"},
    {"make(chan", "make(chan)", "channels are always in the heap"},
    {"make(map", "make(map)", "the map's tables are in the heap"},
    {"make(", "make", "the length is known when it runs, and more than fits the compiler's buffer on the stack"},
    {"go ", "go", "a goroutine is started"},
    {"string(", "string(...)", "the bytes are copied into a new string"},
    {"[]byte(", "[]byte(...)", "the string is copied into a new slice"},
    {"[]rune(", "[]rune(...)", "the string is decoded into a new slice: its runes are more than fit a buffer on the stack"},
    {"] = ", "map", "the map grows"},
    {"]++", "map", "the map grows"},
    {"] += ", "map", "the map grows"},
    {" + ", "+", "a new string is made of the parts"},
    {" += ", "+=", "a new string is made of the parts"},
    {"defer ", "defer", "the deferred call is recorded in the heap: it is in a loop, or may be"},
    {"map[", "map literal", "the map's tables are in the heap"},
};

void cmd_bench_reason(struct cmd_bench *c, const struct bench_site *s, struct cmd_bench_reason *out)
{
    struct cmd_bench_escapes *x = c->escapes;

    *out = (struct cmd_bench_reason){0};
    if (!x || s->n_stack == 0) {
        return;
    }
    struct bench_decision *d = s->by.n == 0 ? bench_find(x, s) : NULL;
    if (d) {
        if (!d->finding) {
            struct finding_list list = {.arena = &c->arena};
            d->finding = escape_finding(x->escape, d->u, &d->site, c->why ? ESCAPE_WHOLE : ESCAPE_SHORT, &list);
        }
        out->finding = d->finding;
        out->own = d->own;
        out->what = str_dup(&c->arena, d->site.what);
        out->text = d->finding->n_why > 0 ? d->finding->why[0].text : d->finding->message;
        return;
    }
    if (str_has_prefix(s->by, STR("internal/runtime/maps."))) {
        out->what = STR("map");
        out->text = STR("the map's tables are in the heap, and grow");
        return;
    }
    if (str_has_prefix(s->by, STR("reflect."))) {
        out->what = s->by;
        out->text = STR("values made by reflection are in the heap");
        return;
    }
    str line = bench_source_line(x, s->stack[0].file, s->stack[0].line);
    for (size_t i = 0; i < ARRAY_LEN(bench_runtime_work); i++) {
        if (str_contains(line, str_of(bench_runtime_work[i].sign))) {
            out->what = str_of(bench_runtime_work[i].what);
            out->text = str_of(bench_runtime_work[i].text);
            return;
        }
    }
}
