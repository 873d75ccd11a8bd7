#include "cmd/cmd_share_cure.h"

#include <string.h>

#include "share/share_predict.h"

/* Benchmarks of a finding for which a gain is predicted. */
enum { CURE_PREDICTIONS = 3, CURE_SAID = 8 };

/* ---- what it costs ---- */

static void cure_cost(struct finding_list *list, struct finding *f, const struct share_prediction *p)
{
    struct finding_cost *c = finding_cost(list, f, p->seen->bench);
    finding_metric(list, c, STR("ns/op"), p->before);
    if (p->seen->serial_ns > 0) {
        finding_metric(list, c, STR("predicted-serial-ns/op"), p->seen->serial_ns);
    }
    if (p->replay.together > 0) {
        finding_metric(list, c, STR("predicted-replayed-ns/op"), p->replay.together);
        finding_metric(list, c, STR("predicted-accesses/op"), p->accesses);
        finding_metric(list, c, STR("predicted-work/op"), p->replay.work);
    }
    c->share = -1;
    switch (p->kind) {
    case SHARE_PREDICT_GAIN:
        finding_metric(list, c, STR("predicted-ns/op"), p->after);
        finding_metric(list, c, STR("predicted-low-ns/op"), p->low);
        finding_metric(list, c, STR("predicted-high-ns/op"), p->high);
        c->text = str_fmt(list->arena, "predicted without the sharing: %.3g ns/op (%.3g to %.3g), %.2f\u00d7", p->after, p->low,
                          p->high, p->before / p->after);
        break;
    case SHARE_PREDICT_HARMLESS:
        c->text = str_fmt(list->arena, "harmless here: less than %.0f %% is to be gained", 100 * SHARE_HARMLESS);
        break;
    default: c->text = str_fmt(list->arena, "no prediction: %.*s", STR_ARG(p->why)); break;
    }
}

/* Of the run in which most is to be gained; its seen is NULL if none was measured.  *harmless: all were, and nothing is. */
static struct share_prediction cure_predict(struct cmd_share_cure *c, const struct share_found *found, struct finding_list *list,
                                            struct finding *f, bool *harmless)
{
    struct share_prediction best = {.kind = SHARE_PREDICT_NONE};
    double gain = 0;
    u32 n = 0;
    *harmless = true;
    for (size_t i = 0; i < found->runs.n; i++) {
        struct share_prediction p = {.kind = SHARE_PREDICT_NONE};
        if (n < CURE_PREDICTIONS && found->runs.v[i].seen->bench.n > 0) {
            if (c->progress) {
                str what = str_fmt(c->arena, "replaying %.*s", STR_ARG(found->runs.v[i].seen->bench));
                c->progress(c->ctx, what.p);
            }
            share_predict(c->arena, &found->runs.v[i], &p);
        }
        if (p.kind == SHARE_PREDICT_NONE) {
            *harmless = false;
            continue;
        }
        n++;
        cure_cost(list, f, &p);
        *harmless &= p.kind == SHARE_PREDICT_HARMLESS;
        double g = p.kind == SHARE_PREDICT_GAIN ? p.before / p.after : 1;
        if (!best.seen || g > gain) {
            best = p;
            gain = g;
        }
    }
    return best;
}

/* ---- does it hold ---- */

static struct fix_verifier *cure_verifier(struct cmd_share_cure *c)
{
    if (!c->verifier) {
        struct fix_verify_opts o = {.go = c->runs->go,
                                    .cwd = c->runs->report->dir,
                                    .tags = c->runs->tags,
                                    .mod = c->runs->mod,
                                    .overlay = c->runs->overlay,
                                    .no_race = true,
                                    .exec = c->runs->exec,
                                    .progress = c->progress,
                                    .ctx = c->ctx};
        c->verifier = fix_verifier_new(c->arena, &o);
    }
    return c->verifier;
}

/* In two loads of the program, so by its name. */
static bool cure_same_type(struct arena *a, struct type *x, struct type *y)
{
    return x && y && str_eq(type_str(a, x, NULL), type_str(a, y, NULL));
}

struct cure_look {
    struct cmd_share_cure *c;
    const struct share_found *found;
    const struct share_seen *seen;
    bool moved;
};

/* Do two variables of the finding lie on a line still, by their names?  Where fields were moved, any two of the same
 * struct. */
static bool cure_again(struct arena *a, const struct share_found *was, const struct share_found *is, bool moved)
{
    u32 known = 0;
    if (is->best->line->kind != SHARE_REAL || is->best->class == SHARE_CLASS_TRUE) {
        return false;
    }
    for (u32 i = 0; i < is->best->n_parts; i++) {
        const struct share_part *q = &is->best->parts[i];
        bool found = false;
        for (u32 k = 0; q->counts && k < was->best->n_parts && !found; k++) {
            const struct share_part *r = &was->best->parts[k];
            found = r->counts && (str_has_prefix(q->leaf.shape, r->leaf.shape) ||
                                  (moved && cure_same_type(a, q->leaf.owner, r->leaf.owner)));
        }
        known += found;
    }
    return known >= 2;
}

/* Observes the benchmark with the cure, and names what it sees by the changed source. */
static bool cure_look(void *ctx, const struct fix_overlay *o, str *why)
{
    struct cure_look *look = ctx;
    struct cmd_share_cure *c = look->c;
    struct load_config config = *c->config;
    struct share_findings found = {.arena = c->arena};
    struct share_places places;
    struct err e;
    struct share_seen seen;
    if (c->progress) {
        c->progress(c->ctx, "observing the cure");
    }
    config.overlay = o->json;
    struct pool *pool = pool_new(0);
    struct load *load = load_packages(&config, &look->seen->package, 1, pool, &e);
    if (!load) {
        pool_free(pool);
        *why = str_dup(c->arena, str_of(e.text));
        return false;
    }
    struct program *prog = check_load(load, pool, CHECK_FAKE_C, CHECK_FAKE_C);
    pool_free(pool);
    share_places_init(&places, c->arena, prog);
    bool ok = cmd_share_again(c->runs, look->seen, o->json, &seen);
    if (!ok) {
        *why = STR("with it the benchmark cannot be observed");
    } else {
        share_find(&places, &seen, 1, &found);
        for (size_t i = 0; i < found.v.n && ok; i++) {
            if (cure_again(c->arena, look->found, &found.v.v[i], look->moved)) {
                str names = share_names(c->arena, found.v.v[i].best, 3);
                *why = str_fmt(c->arena, "with it %.*s share a line still", STR_ARG(names));
                ok = false;
            }
        }
    }
    share_places_release(&places);
    program_free(prog);
    load_free(load);
    return ok;
}

/* "^A$/^b$" of a printed name "BenchmarkA/b-2". */
static str cure_bench(struct arena *a, str name)
{
    i64 dash = str_find_last_byte(name, '-');
    u64 procs;
    if (dash > 0 && str_u64(str_from(name, (size_t)dash + 1), &procs)) {
        name = str_slice(name, 0, (size_t)dash);
    }
    return cmd_share_exactly(a, name);
}

/* How much faster, by ns/op; 0: not measured. */
static double cure_gain(const struct fix_result *r)
{
    for (size_t i = 0; i < r->deltas.n; i++) {
        if (str_is(r->deltas.v[i].name, "ns/op") && r->deltas.v[i].after > 0) {
            return r->deltas.v[i].before / r->deltas.v[i].after;
        }
    }
    return 0;
}

/* The same bytes where they separate nothing: what they do besides. */
static void cure_control(struct cmd_share_cure *c, const struct fix_proposal *p, const struct fix_pad *pad,
                         struct fix_result *r)
{
    struct fix_result cold = {0};
    struct fix_proposal q = *p;
    fix_files files = {0};
    str why = {0};
    q.edits = &pad->cold;
    if (pad->cold.v.n == 0 || r->outcome != FIX_CONFIRMED || cure_gain(r) <= 0 ||
        !fix_verify_files(c->verifier, &pad->cold, &files, &why)) {
        return;
    }
    fix_verify_measure(c->verifier, &q, &files, &cold);
    double gain = cure_gain(r), other = cure_gain(&cold);
    if (cold.outcome == FIX_CONFIRMED && other > 0) {
        r->text = str_fmt(c->arena, "%.*s; the same bytes behind all fields: %.2g\u00d7", STR_ARG(r->text), other);
        if (other > 1 + (gain - 1) / 2) {
            r->outcome = FIX_NO_GAIN;
            r->text = str_fmt(c->arena, "%.*s, so it is not the distance that helps", STR_ARG(r->text));
        }
    } else if (cold.outcome == FIX_NO_GAIN) {
        r->text = str_fmt(c->arena, "%.*s; the same bytes behind all fields gain nothing", STR_ARG(r->text));
    }
}

/* What may cure a finding: padding, another order of fields, both with the struct's first byte apart; the cheapest first. */
enum { CURE_WAYS = 4 };
/* A way that takes no longer than that beside the fastest one is as good. */
#define CURE_AS_GOOD 1.1
struct cure_way {
    struct fix_pad pad;
    struct fix_edits edits;
    struct fix_proposal p;
    struct cure_look look;
    str packages[2];
    struct fix_result r;
    double after; /* ns/op; 0: not confirmed */
};

static void cure_try(struct cmd_share_cure *c, const struct share_found *found, const struct share_seen *seen, struct cure_way *w)
{
    w->look = (struct cure_look){.c = c, .found = found, .seen = seen, .moved = w->pad.moved};
    w->packages[0] = seen->package;
    w->packages[1] = w->pad.package;
    w->p = (struct fix_proposal){
        .title = w->pad.title,
        .edits = &w->edits,
        .package = seen->package,
        .packages = w->packages,
        .n_packages = str_eq(w->packages[0], w->packages[1]) ? 1 : 2,
        .gain = FIX_GAIN_TIME,
        .bench = cure_bench(c->arena, seen->bench),
        .look = cure_look,
        .ctx = &w->look,
    };
    fix_verify(cure_verifier(c), &w->p, &w->r);
    cure_control(c, &w->p, &w->pad, &w->r);
    for (size_t i = 0; i < w->r.deltas.n && w->r.outcome == FIX_CONFIRMED; i++) {
        w->after = str_is(w->r.deltas.v[i].name, "ns/op") ? w->r.deltas.v[i].after : w->after;
    }
}

/* One after the other, until one holds and gains what was predicted; else of those that hold the cheapest one that is as good
 * as the best; else the last that was tried is told. */
static void cure_verify(struct cmd_share_cure *c, const struct share_found *found, const struct share_prediction *p,
                        struct cure_way *ways, u32 n, struct finding_list *list, struct finding *f)
{
    double want = p->kind == SHARE_PREDICT_GAIN ? p->high * CURE_AS_GOOD : 0, best = 0;
    u32 tried = 0, chosen = 0;
    while (tried < n && !proc_interrupted()) {
        struct cure_way *w = &ways[tried++];
        cure_try(c, found, p->seen, w);
        if (w->after > 0) {
            best = best == 0 || w->after < best ? w->after : best;
            if (w->after <= want || want == 0) {
                break;
            }
        }
    }
    for (u32 i = tried; i-- > 0;) {
        chosen = best == 0 ? tried - 1 : ways[i].after > 0 && ways[i].after <= best * CURE_AS_GOOD ? i : chosen;
    }
    for (u32 i = 0; i < tried; i++) {
        struct cure_way *w = &ways[i];
        bool held = w->r.outcome == FIX_CONFIRMED;
        if (i != chosen) {
            finding_why(list, f, (struct span){0}, "also tried: %.*s (%.*s): %s%s%.*s", STR_ARG(w->pad.title), STR_ARG(w->pad.bytes),
                        held ? "" : fix_outcome_name(w->r.outcome), held ? "" : ", ", STR_ARG(w->r.text));
            continue;
        }
        if (w->pad.front && held) {
            finding_why(list, f, (struct span){0},
                        "the struct's first byte must be apart too: the compiler's check of a pointer to it for nil is a load from there");
        }
        w->r.text = str_fmt(c->arena, "%.*s; %.*s", STR_ARG(w->r.text), STR_ARG(w->pad.bytes));
        fix_result_finding(&w->p, &w->r, c->runs->report->dir, list, f);
        c->n_confirmed += held && fix_edits_join(&c->confirmed, &w->edits);
    }
}

/* The ways that there are, into v; 0: none, and why not is said. */
static u32 cure_ways(struct cmd_share_cure *c, const struct share_found *found, struct finding_list *list, struct finding *f,
                     struct cure_way *v)
{
    struct cure_way w[CURE_WAYS];
    bool is[CURE_WAYS];
    u32 n = 0;
    for (u32 i = 0; i < CURE_WAYS; i++) {
        /* 0 and 1: padding; 2 and 3: order; the latter of each with the first byte apart. */
        bool front = i % 2;
        w[i] = (struct cure_way){.edits = {.arena = c->arena}};
        is[i] = i < 2 ? fix_pad(c->places, found, c->line, front, &w[i].edits, &w[i].pad)
                      : fix_pad_order(c->places, found, c->line, front, &w[front].pad, &w[i].edits, &w[i].pad);
    }
    if (!is[0]) {
        finding_why(list, f, (struct span){0}, "%s: %.*s", w[0].pad.refused ? "no padding is offered" : "cure", STR_ARG(w[0].pad.why));
    }
    if (!is[2] && is[0] && w[2].pad.refused) {
        finding_why(list, f, (struct span){0}, "no other order of the fields is offered, which would add fewer bytes: %.*s",
                    STR_ARG(w[2].pad.why));
    }
    for (u32 i = 0; i < CURE_WAYS; i++) {
        if (!is[i]) {
            continue;
        }
        u32 k = n++;
        for (; k > 0 && v[k - 1].pad.added > w[i].pad.added; k--) {
            v[k] = v[k - 1];
        }
        v[k] = w[i];
    }
    return n;
}

/* ---- all ---- */

void cmd_share_cure(struct cmd_share_cure *c, const struct share_found *found, struct finding_list *list, struct finding *f)
{
    bool harmless = false;
    struct cure_way *ways = ARENA_ARRAY(c->arena, struct cure_way, CURE_WAYS);
    struct share_prediction prediction = {.kind = SHARE_PREDICT_NONE};
    if (found->best->line->kind != SHARE_REAL) {
        return;
    }
    if (found->best->class != SHARE_CLASS_TRUE) {
        prediction = cure_predict(c, found, list, f, &harmless);
    }
    if (harmless) {
        f->severity = FINDING_NOTE;
        return;
    }
    u32 n = cure_ways(c, found, list, f, ways);
    c->confirmed.arena = c->arena;
    if (n > 0 && c->verify && prediction.seen && !proc_interrupted()) {
        cure_verify(c, found, &prediction, ways, n, list, f);
        return;
    }
    /* Not tried: padding, which needs no proof that it pulls apart; another order only in words. */
    bool offered = false;
    for (u32 i = 0; i < n; i++) {
        struct cure_way *way = &ways[i];
        fix_files files = {0};
        str why;
        if (way->pad.moved && !offered) {
            finding_why(list, f, (struct span){0}, "to be tried with a measurement, as it adds fewer bytes: %.*s; %.*s",
                        STR_ARG(way->pad.title), STR_ARG(way->pad.bytes));
        }
        if (way->pad.moved || offered) {
            continue;
        }
        offered = true;
        if (fix_verify_files(cure_verifier(c), &way->edits, &files, &why)) {
            fix_edits_finding(&way->edits, c->runs->report->dir, &files, list, f);
            c->n_proposed += !c->verify && fix_edits_join(&c->confirmed, &way->edits);
        }
        f->fix.title = way->pad.title;
        f->check.text = str_fmt(list->arena, "%s; %.*s",
                                !c->verify ? "not tried" : "no benchmark shows this sharing, so its gain cannot be measured",
                                STR_ARG(way->pad.bytes));
    }
}

bool cmd_share_cure_end(struct cmd_share_cure *c, struct err *e)
{
    bool ok = true;
    if (c->n_confirmed + c->n_proposed > 0) {
        fix_files files = {0};
        str why = {0};
        ok = fix_verify_files(c->verifier, &c->confirmed, &files, &why) || err_set(e, "%.*s", STR_ARG(why));
        if (ok) {
            c->diff = fix_files_diff(c->arena, c->runs->report->dir, &files);
            if (c->write) {
                ok = fix_write(&files, e);
                c->written = ok;
            }
        }
    }
    fix_verifier_free(c->verifier);
    c->verifier = NULL;
    return ok;
}
