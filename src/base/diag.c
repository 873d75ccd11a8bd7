/* diag.c: building and ordering findings. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

/* Arrays inside findings have no capacity of their own: it is always the next power of two of
 * their length, so an array is full exactly when its length is 0 or a power of two. */
static void *grow(struct arena *a, void *v, size_t n, size_t size)
{
    void *bigger;
    size_t bytes;

    if (n != 0 && (n & (n - 1)) != 0) {
        return v;
    }
    if (!base_mul(n ? n * 2 : 1, size, &bytes)) {
        mem_exhausted(SIZE_MAX);
    }
    bigger = arena_alloc(a, bytes);
    if (n) {
        memcpy(bigger, v, n * size);
    }
    return bigger;
}

#define PUSH(a, v, n, ...) ((v) = grow((a), (v), (n), sizeof(*(v))), (v)[(n)++] = (__VA_ARGS__))

struct span span_at(str file, u32 line, u32 col)
{
    return (struct span){.file = file, .line = line, .col = col};
}

struct finding *finding_add(struct finding_list *l, const char *code, enum finding_severity sev,
                            struct span span, const char *fmt, ...)
{
    struct finding f = {.code = str_of(code), .severity = sev, .span = span};
    va_list ap;

    BUG_IF(l->arena == NULL);
    va_start(ap, fmt);
    f.message = str_vfmt(l->arena, fmt, ap);
    va_end(ap);
    if (l->n == l->cap) {
        size_t bytes;
        struct finding *bigger;

        l->cap = l->cap ? l->cap * 2 : 16;
        if (!base_mul(l->cap, sizeof(*l->v), &bytes)) {
            mem_exhausted(SIZE_MAX);
        }
        bigger = arena_alloc(l->arena, bytes);
        if (l->n) {
            memcpy(bigger, l->v, l->n * sizeof(*l->v));
        }
        l->v = bigger;
    }
    l->v[l->n] = f;
    return &l->v[l->n++];
}

void finding_why(struct finding_list *l, struct finding *f, struct span span, const char *fmt, ...)
{
    struct finding_step step = {.span = span};
    va_list ap;

    va_start(ap, fmt);
    step.text = str_vfmt(l->arena, fmt, ap);
    va_end(ap);
    PUSH(l->arena, f->why, f->n_why, step);
}

void finding_relate(struct finding_list *l, struct finding *f, struct span span, const char *fmt,
                    ...)
{
    struct finding_related rel = {.span = span};
    va_list ap;

    va_start(ap, fmt);
    rel.label = str_vfmt(l->arena, fmt, ap);
    va_end(ap);
    PUSH(l->arena, f->related, f->n_related, rel);
}

struct finding_flow *finding_flow(struct finding_list *l, struct finding *f)
{
    PUSH(l->arena, f->flows, f->n_flows, (struct finding_flow){0});
    return &f->flows[f->n_flows - 1];
}

void finding_flow_step(struct finding_list *l, struct finding_flow *flow, struct span span, str text)
{
    PUSH(l->arena, flow->steps, flow->n_steps, (struct finding_step){text, span});
}

struct finding_stack *finding_stack(struct finding_list *l, struct finding *f, str title)
{
    PUSH(l->arena, f->stacks, f->n_stacks, (struct finding_stack){.title = title});
    return &f->stacks[f->n_stacks - 1];
}

void finding_frame(struct finding_list *l, struct finding_stack *s, str func, struct span span)
{
    PUSH(l->arena, s->frames, s->n_frames, (struct finding_frame){func, span});
}

struct finding_cost *finding_cost(struct finding_list *l, struct finding *f, str subject)
{
    PUSH(l->arena, f->costs, f->n_costs, (struct finding_cost){.subject = subject, .share = -1});
    return &f->costs[f->n_costs - 1];
}

void finding_metric(struct finding_list *l, struct finding_cost *c, str name, double value)
{
    PUSH(l->arena, c->metrics, c->n_metrics, (struct finding_metric){name, value});
}

void finding_edit(struct finding_list *l, struct finding *f, struct span span, str text)
{
    PUSH(l->arena, f->fix.edits, f->fix.n_edits, (struct finding_edit){span, text});
}

void finding_delta(struct finding_list *l, struct finding *f, struct finding_delta d)
{
    PUSH(l->arena, f->check.deltas, f->check.n_deltas, d);
}

void finding_command(struct finding_list *l, struct finding *f, str command)
{
    PUSH(l->arena, f->check.commands, f->check.n_commands, command);
}

/* Neighbours name the same file most often. */
struct keep {
    struct arena *a;
    str from, to;
};

static void keep_str(struct keep *k, str *s)
{
    if (s->p != k->from.p || s->n != k->from.n) {
        k->from = *s;
        k->to = str_dup(k->a, *s);
    }
    *s = k->to;
}

void finding_keep(struct finding_list *l, size_t first)
{
    struct keep k = {.a = l->arena};

    for (size_t i = first; i < l->n; i++) {
        struct finding *f = &l->v[i];

        keep_str(&k, &f->span.file);
        for (size_t j = 0; j < f->n_why; j++) {
            keep_str(&k, &f->why[j].span.file);
        }
        for (size_t j = 0; j < f->n_flows; j++) {
            for (size_t m = 0; m < f->flows[j].n_steps; m++) {
                keep_str(&k, &f->flows[j].steps[m].span.file);
            }
        }
        for (size_t j = 0; j < f->n_related; j++) {
            keep_str(&k, &f->related[j].span.file);
        }
        for (size_t j = 0; j < f->n_stacks; j++) {
            for (size_t m = 0; m < f->stacks[j].n_frames; m++) {
                keep_str(&k, &f->stacks[j].frames[m].span.file);
            }
        }
        for (size_t j = 0; j < f->fix.n_edits; j++) {
            keep_str(&k, &f->fix.edits[j].span.file);
        }
        f->package = str_dup(k.a, f->package);
        f->object = str_dup(k.a, f->object);
    }
}

static int cmp_u32(u32 a, u32 b)
{
    return a < b ? -1 : a > b;
}

int finding_cmp(const struct finding *a, const struct finding *b)
{
    int r = str_cmp(a->span.file, b->span.file);

    r = r ? r : cmp_u32(a->span.line, b->span.line);
    r = r ? r : cmp_u32(a->span.col, b->span.col);
    r = r ? r : str_cmp(a->code, b->code);
    return r ? r : str_cmp(a->message, b->message);
}

double finding_heat(const struct finding *f)
{
    double heat = 0;

    for (size_t i = 0; i < f->n_costs; i++) {
        heat = f->costs[i].share > heat ? f->costs[i].share : heat;
    }
    return heat;
}

int finding_cmp_weight(const struct finding *a, const struct finding *b)
{
    double x = finding_heat(a), y = finding_heat(b);

    if (a->severity != b->severity) {
        return cmp_u32(b->severity, a->severity);
    }
    return x > y ? -1 : x < y ? 1 : finding_cmp(a, b);
}

void finding_sort(struct finding_list *l)
{
    finding_sort_by(l, finding_cmp);
}

/* A merge sort, as qsort is not stable. */
void finding_sort_by(struct finding_list *l, int (*cmp)(const struct finding *, const struct finding *))
{
    struct arena_scratch s = arena_scratch_begin(l->arena);
    struct finding *from = l->v, *to = ARENA_ARRAY(s.arena, struct finding, l->n);

    for (size_t width = 1; width < l->n; width *= 2) {
        struct finding *swap;

        for (size_t lo = 0; lo < l->n; lo += 2 * width) {
            size_t mid = base_min(lo + width, l->n), hi = base_min(lo + 2 * width, l->n);
            size_t i = lo, j = mid;

            for (size_t k = lo; k < hi; k++) {
                bool left = j == hi || (i < mid && cmp(&from[i], &from[j]) <= 0);

                to[k] = left ? from[i++] : from[j++];
            }
        }
        swap = from;
        from = to;
        to = swap;
    }
    if (from != l->v) {
        memcpy(l->v, from, l->n * sizeof(*from));
    }
    arena_scratch_end(s);
}

size_t finding_count(const struct finding_list *l, enum finding_severity at_least)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        n += l->v[i].suppressed == FINDING_SHOWN && l->v[i].severity >= at_least;
    }
    return n;
}

size_t finding_count_suppressed(const struct finding_list *l, enum finding_suppression how)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        n += l->v[i].suppressed == how;
    }
    return n;
}

/* ---- identity ---- */

/* A line of a file may have to hold it: tabs are what separates its fields, and newlines end it. */
static void identity_put(struct strbuf *b, str s)
{
    strbuf_putc(b, '\t');
    for (size_t i = 0; i < s.n; i++) {
        strbuf_putc(b, (u8)s.p[i] < ' ' ? ' ' : s.p[i]);
    }
}

str finding_identity(struct arena *a, str class, const str *fields, size_t n)
{
    struct strbuf b = {0};

    strbuf_put(&b, class);
    for (size_t i = 0; i < n; i++) {
        identity_put(&b, fields[i]);
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* Numbers in a message (goroutines, bytes, lines) differ from run to run. */
static str message_without_numbers(struct arena *a, str message)
{
    struct strbuf b = {0};

    for (size_t i = 0; i < message.n; i++) {
        char c = message.p[i];
        if (c < '0' || c > '9') {
            strbuf_putc(&b, c);
        } else if (b.n == 0 || b.p[b.n - 1] != '#') {
            strbuf_putc(&b, '#');
        }
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

void finding_identify(struct finding_list *l)
{
    struct strmap seen = {0};

    for (size_t i = 0; i < l->n; i++) {
        struct finding *f = &l->v[i];

        if (f->identity.n == 0) {
            str what = f->object.n > 0 ? f->object : message_without_numbers(l->arena, f->message);
            f->identity = finding_identity(l->arena, f->code, (str[]){f->package, what}, 2);
        }
        u64 before = strmap_put(&seen, f->identity, NULL)->u++;
        if (f->fingerprint.n == 0) {
            struct hash_state *h = hash_begin();
            hash_add(h, f->identity);
            hash_add_u64(h, before);
            f->fingerprint = hash128_hex(l->arena, hash_end(h));
        }
    }
    strmap_release(&seen);
}

void finding_drop_hidden(struct finding_list *l)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].suppressed != FINDING_HIDDEN) {
            l->v[n++] = l->v[i];
        }
    }
    l->n = n;
}

const char *finding_severity_name(enum finding_severity s)
{
    static const char *const names[] = {"note", "warning", "error"};

    BUG_IF((size_t)s >= ARRAY_LEN(names));
    return names[s];
}

const char *finding_suppression_name(enum finding_suppression s)
{
    static const char *const names[] = {"none", "ignore", "baseline", "hidden"};

    BUG_IF((size_t)s >= ARRAY_LEN(names));
    return names[s];
}

const char *finding_verdict_name(enum finding_verdict verdict)
{
    static const char *const names[] = {"unverified", "verified", "refuted", "inconclusive"};

    BUG_IF((size_t)verdict >= ARRAY_LEN(names));
    return names[verdict];
}
