#include "share/share_predict.h"

#include <stdlib.h>

/* More than an access to a line that another processor has costs anywhere: what is less frequent than that bound allows
 * needs no replay. */
#define PREDICT_WORST_NS 150.0
enum { PREDICT_GOROUTINES = 64 };

struct predict_goroutine {
    u64 id;
    u64 accesses;
    u32 thread;
};

struct predict {
    struct arena *a;
    const struct share_case *c;
    struct predict_goroutine g[PREDICT_GOROUTINES];
    u32 n;
    double scale; /* from a count to operations of the benchmark */
    VEC(struct share_replay_item) items[SHARE_REPLAY_THREADS];
};

static u64 predict_sum(const struct share_word *w)
{
    u64 n = 0;
    for (u32 k = 0; k < SHARE_KINDS; k++) {
        n += w->n[k];
    }
    return n;
}

static int predict_cmp(const void *x, const void *y)
{
    const struct predict_goroutine *a = x, *b = y;
    if (a->accesses != b->accesses) {
        return a->accesses > b->accesses ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The goroutines that were on the line together with the busiest one, which are those of the longest round, dealt out
 * over the threads. */
static void predict_goroutines(struct predict *p)
{
    const struct share_line *l = p->c->line;
    for (u32 i = 0; i < l->n_words; i++) {
        u32 k = 0;
        while (k < p->n && p->g[k].id != l->words[i].goroutine) {
            k++;
        }
        if (k == p->n && p->n < PREDICT_GOROUTINES) {
            p->g[p->n++] = (struct predict_goroutine){.id = l->words[i].goroutine};
        }
        if (k < p->n) {
            p->g[k].accesses += predict_sum(&l->words[i]);
        }
    }
    qsort(p->g, p->n, sizeof *p->g, predict_cmp);
    u64 load[SHARE_REPLAY_THREADS] = {0};
    for (u32 i = 0; i < p->n; i++) {
        if (i > 0 && !share_case_overlap(l, p->g[0].id, p->g[i].id)) {
            p->g[i].thread = UINT32_MAX;
            continue;
        }
        p->g[i].thread = load[0] <= load[1] ? 0 : 1;
        load[p->g[i].thread] += p->g[i].accesses;
    }
}

static u32 predict_thread(const struct predict *p, u64 goroutine)
{
    for (u32 i = 0; i < p->n; i++) {
        if (p->g[i].id == goroutine) {
            return p->g[i].thread;
        }
    }
    return UINT32_MAX;
}

static const struct share_part *predict_part(const struct predict *p, u32 offset)
{
    for (u32 i = 0; i < p->c->n_parts; i++) {
        const struct share_part *q = &p->c->parts[i];
        if (offset + SHARE_WORD > q->from && offset < q->to) {
            return q;
        }
    }
    return NULL;
}

/* With the variables apart, what is shared stays shared, and each thread has a line of its own for the rest. */
static u32 predict_home(const struct predict *p, u32 offset, u32 thread)
{
    const struct share_part *q = predict_part(p, offset);
    return q && q->shared
               ? SHARE_REPLAY_THREADS + (u32)(q - p->c->parts) % (SHARE_REPLAY_HOMES - SHARE_REPLAY_THREADS)
               : thread;
}

static void predict_item(struct predict *p, u32 thread, enum share_replay_kind kind, u32 offset, u32 home, u64 n)
{
    if (n == 0) {
        return;
    }
    for (size_t i = 0; i < p->items[thread].n; i++) {
        struct share_replay_item *it = &p->items[thread].v[i];
        if (it->kind == kind && it->offset == offset && it->home == home) {
            it->per_op += (double)n * p->scale;
            return;
        }
    }
    vec_push_in(p->a, &p->items[thread],
                (struct share_replay_item){.kind = kind, .offset = offset, .home = home, .per_op = (double)n * p->scale});
}

static void predict_items(struct predict *p)
{
    const struct share_line *l = p->c->line;
    for (u32 i = 0; i < l->n_words; i++) {
        const struct share_word *w = &l->words[i];
        u32 t = predict_thread(p, w->goroutine);
        if (t == UINT32_MAX) {
            continue;
        }
        u32 offset = w->offset % 64 / SHARE_WORD * SHARE_WORD, home = predict_home(p, w->offset, t);
        u64 r = w->n[SHARE_READ] + w->n[SHARE_LOAD], wr = w->n[SHARE_WRITE], inc = r < wr ? r : wr;
        predict_item(p, t, SHARE_REPLAY_INC, offset, home, inc);
        predict_item(p, t, SHARE_REPLAY_LOAD, offset, home, r - inc);
        predict_item(p, t, SHARE_REPLAY_STORE, offset, home, wr - inc);
        predict_item(p, t, SHARE_REPLAY_XCHG, offset, home, w->n[SHARE_STORE]);
        predict_item(p, t, SHARE_REPLAY_ADD, offset, home, w->n[SHARE_RMW] + w->n[SHARE_LOCK]);
    }
}

static u64 predict_atomics(const struct share_word *w)
{
    return w->n[SHARE_LOAD] + w->n[SHARE_STORE] + w->n[SHARE_RMW] + w->n[SHARE_LOCK];
}

/* Is a word of the line in a field of that object whose operations are methods?  The innermost field that the program declares
 * is a struct only if that is of a library's type, as atomic.Int64 and sync.Mutex are. */
static bool predict_has_methods(const struct predict *p, u32 thing, u32 offset)
{
    const struct share_part *q = predict_part(p, offset);
    return q && q->thing == thing && q->leaf.field && is_struct(type_under(q->leaf.field->type));
}

/* Does what is pulled apart include the first byte of the struct from its fields?  Otherwise it stays with the first. */
static bool predict_front_moves(const struct share_case *c)
{
    return c->shape == SHARE_SHAPE_FIELDS || c->shape == SHARE_SHAPE_READ_MOSTLY;
}

static void predict_check(struct predict *p, u32 thread, const struct share_word *at, u32 first)
{
    u32 offset = at->offset % 64 / SHARE_WORD * SHARE_WORD;
    for (size_t i = 0; i < p->items[thread].n; i++) {
        struct share_replay_item *it = &p->items[thread].v[i];
        if (it->offset == offset && (it->kind == SHARE_REPLAY_ADD || it->kind == SHARE_REPLAY_XCHG)) {
            it->checks = true;
            it->check_offset = first % 64 / SHARE_WORD * SHARE_WORD;
            it->check_home = predict_front_moves(p->c) ? SHARE_REPLAY_FRONT : predict_home(p, first, thread);
        }
    }
}

/* Before it calls a method of a field, s.f.Add(1), compiled code checks s for nil: with a load of the struct's first byte, once for
 * fields that are used in turn.  No hook tells of it.  Variables and elements need no check; plain accesses, and atomic ones
 * by functions, are one themselves (GOROOT/src/cmd/compile/internal/ssa/nilcheck.go). */
static void predict_nil_checks(struct predict *p)
{
    const struct share_line *l = p->c->line;

    for (u32 i = 0; i < l->n_objects; i++) {
        const struct share_object *o = &l->objects[i];
        const struct share_thing *t = &p->c->things[i];
        bool begins = o->object.offset == 0 && t->stride == 0 && !t->var && t->type && is_struct(type_under(t->type));
        for (u32 k = 0; begins && k < p->n; k++) {
            const struct share_word *most = NULL;
            for (u32 j = 0; j < l->n_words; j++) {
                const struct share_word *w = &l->words[j];
                if (w->goroutine == p->g[k].id && predict_has_methods(p, i, w->offset) &&
                    predict_atomics(w) > (most ? predict_atomics(most) : 0)) {
                    most = w;
                }
            }
            if (most && p->g[k].thread != UINT32_MAX) {
                predict_check(p, p->g[k].thread, most, o->from);
            }
        }
    }
}

/* The threads whose goroutines come there, a bit each. */
static u32 predict_threads_of(const struct predict *p, const struct share_site *s)
{
    u32 threads = 0;
    for (u32 i = 0; i < s->n_goroutines; i++) {
        u32 t = predict_thread(p, s->goroutines[i]);
        threads |= t != UINT32_MAX ? 1u << t : 0;
    }
    return threads;
}

static bool predict_same_line(const struct share_site *x, const struct share_site *y)
{
    return x->stack.n > 0 && y->stack.n > 0 && x->stack.frames[0].line == y->stack.frames[0].line &&
           str_eq(x->stack.frames[0].file, y->stack.frames[0].file);
}

/* Do both threads access the line in the same source line? */
static bool predict_same_code(const struct predict *p)
{
    const struct share_line *l = p->c->line;
    for (u32 i = 0; i < l->n_sites; i++) {
        u32 threads = predict_threads_of(p, &l->sites[i]);
        for (u32 k = 0; k < i; k++) {
            threads |= predict_same_line(&l->sites[i], &l->sites[k]) ? predict_threads_of(p, &l->sites[k]) : 0;
        }
        if (threads == (1u << SHARE_REPLAY_THREADS) - 1) {
            return true;
        }
    }
    return false;
}

/* How the work is divided.  Threads that run the same code have the same to do, however many of their variables lie on this
 * line.  Different code has more to do where it has more accesses. */
static void predict_parts(const struct predict *p, const double accesses[SHARE_REPLAY_THREADS], double part[SHARE_REPLAY_THREADS])
{
    double all = 0;
    for (u32 t = 0; t < SHARE_REPLAY_THREADS; t++) {
        all += accesses[t];
    }
    bool even = predict_same_code(p) || all <= 0;
    for (u32 t = 0; t < SHARE_REPLAY_THREADS; t++) {
        part[t] = even ? 1.0 / SHARE_REPLAY_THREADS : accesses[t] / all;
    }
}

void share_predict(struct arena *a, const struct share_part_of *run, struct share_prediction *out)
{
    const struct share_seen *seen = run->seen;
    *out = (struct share_prediction){.seen = seen, .before = seen->native_ns};
    if (run->cases.n == 0 || seen->native_ns <= 0 || seen->n == 0) {
        return;
    }
    /* All lines of the kind are replayed as one, the busiest, with the accesses of all. */
    u64 accesses = 0;
    const struct share_case *c = &run->cases.v[0];
    for (size_t i = 0; i < run->cases.n; i++) {
        accesses += run->cases.v[i].line->accesses;
        c = run->cases.v[i].line->transfers > c->line->transfers ? &run->cases.v[i] : c;
    }
    if (c->line->kind != SHARE_REAL || (c->class != SHARE_CLASS_FALSE && c->class != SHARE_CLASS_MIXED)) {
        return;
    }
    struct predict p = {.a = a, .c = c};
    p.scale = share_log_scale(&seen->log, c->line->pid) * (double)accesses / (double)(c->line->accesses + 1) / (double)seen->n;
    predict_goroutines(&p);
    predict_items(&p);
    predict_nil_checks(&p);
    struct share_replay r = {.op_ns = seen->native_ns, .serial_ns = seen->serial_ns};
    double sum[SHARE_REPLAY_THREADS] = {0};
    for (u32 t = 0; t < SHARE_REPLAY_THREADS; t++) {
        for (size_t i = 0; i < p.items[t].n; i++) {
            sum[t] += p.items[t].v[i].per_op;
        }
        out->accesses = sum[t] > out->accesses ? sum[t] : out->accesses;
        r.items[t] = p.items[t].v;
        r.n[t] = (u32)p.items[t].n;
    }
    predict_parts(&p, sum, r.part);
    if (out->accesses * PREDICT_WORST_NS < SHARE_HARMLESS * out->before) {
        out->kind = SHARE_PREDICT_HARMLESS;
        out->after = out->low = out->high = out->before;
        return;
    }
    struct share_replayed got;
    struct err e;
    if (!share_replay(a, &r, &got, &e)) {
        out->kind = SHARE_PREDICT_UNKNOWN;
        out->why = str_dup(a, str_of(e.text));
        return;
    }
    out->replay = got;
    if (seen->serial_ns > 0) {
        /* The work is known, so the time apart is; how hard a line is fought for, the replay knows less well. */
        out->after = got.apart;
        out->low = got.apart_low;
        out->high = got.apart_high;
    } else {
        /* Only while both sides are at work is there something to be saved. */
        double both = c->line->windows > 0 ? (double)c->line->shared_windows / (double)c->line->windows : 1;
        both = both > 0.8 ? 1 : both;
        out->after = out->before * (1 - both * (1 - 1 / got.ratio));
        out->low = out->before * (1 - both * (1 - 1 / got.high));
        out->high = out->before * (1 - both * (1 - 1 / got.low));
    }
    out->after = out->after < out->before ? out->after : out->before;
    out->low = out->low < out->after ? out->low : out->after;
    out->high = out->high > out->before ? out->before : out->high > out->after ? out->high : out->after;
    out->kind = out->after > out->before * (1 - SHARE_HARMLESS) ? SHARE_PREDICT_HARMLESS : SHARE_PREDICT_GAIN;
}
