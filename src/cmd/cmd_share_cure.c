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

/* The run in which most is to be gained; NULL: none that was measured.  *harmless: all were, and nothing is. */
static const struct share_seen *cure_predict(struct cmd_share_cure *c, const struct share_found *found,
                                             struct finding_list *list, struct finding *f, bool *harmless)
{
    const struct share_seen *best = NULL;
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
        if (!best || g > gain) {
            best = p.seen;
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

struct cure_look {
    struct cmd_share_cure *c;
    const struct share_found *found;
    const struct share_seen *seen;
};

/* Do two variables of the finding lie on a line still, by their names? */
static bool cure_again(const struct share_found *was, const struct share_found *is)
{
    u32 known = 0;
    if (is->best->line->kind != SHARE_REAL || is->best->class == SHARE_CLASS_TRUE) {
        return false;
    }
    for (u32 i = 0; i < is->best->n_parts; i++) {
        const struct share_part *q = &is->best->parts[i];
        bool found = false;
        for (u32 k = 0; q->counts && k < was->best->n_parts && !found; k++) {
            found = was->best->parts[k].counts && str_has_prefix(q->leaf.shape, was->best->parts[k].leaf.shape);
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
            if (cure_again(look->found, &found.v.v[i])) {
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

static void cure_verify(struct cmd_share_cure *c, const struct share_found *found, const struct share_seen *seen,
                        const struct fix_pad *pad, struct fix_edits *edits, struct finding_list *list, struct finding *f)
{
    struct cure_look look = {.c = c, .found = found, .seen = seen};
    struct fix_result r;
    str packages[2] = {seen->package, pad->package};
    struct fix_proposal p = {
        .title = pad->title,
        .edits = edits,
        .package = seen->package,
        .packages = packages,
        .n_packages = str_eq(packages[0], packages[1]) ? 1 : 2,
        .gain = FIX_GAIN_TIME,
        .bench = cure_bench(c->arena, seen->bench),
        .look = cure_look,
        .ctx = &look,
    };
    fix_verify(cure_verifier(c), &p, &r);
    cure_control(c, &p, pad, &r);
    r.text = str_fmt(c->arena, "%.*s; %.*s", STR_ARG(r.text), STR_ARG(pad->bytes));
    fix_result_finding(&p, &r, c->runs->report->dir, list, f);
    if (r.outcome == FIX_CONFIRMED && fix_edits_join(&c->confirmed, edits)) {
        c->n_confirmed++;
    }
}

/* ---- all ---- */

void cmd_share_cure(struct cmd_share_cure *c, const struct share_found *found, struct finding_list *list, struct finding *f)
{
    bool harmless = false;
    struct fix_pad pad;
    struct fix_edits *edits = ARENA_NEW(c->arena, struct fix_edits);
    const struct share_seen *seen = NULL;
    edits->arena = c->arena;
    if (found->best->line->kind != SHARE_REAL) {
        return;
    }
    if (found->best->class != SHARE_CLASS_TRUE) {
        seen = cure_predict(c, found, list, f, &harmless);
    }
    if (harmless) {
        f->severity = FINDING_NOTE;
        return;
    }
    if (!fix_pad(c->places, found, c->line, edits, &pad)) {
        finding_why(list, f, (struct span){0}, "%s: %.*s", pad.refused ? "no padding is offered" : "cure", STR_ARG(pad.why));
        return;
    }
    c->confirmed.arena = c->arena;
    if (!c->verify || !seen || proc_interrupted()) {
        fix_files files = {0};
        str why;
        if (fix_verify_files(cure_verifier(c), edits, &files, &why)) {
            fix_edits_finding(edits, c->runs->report->dir, &files, list, f);
            c->n_proposed += !c->verify && fix_edits_join(&c->confirmed, edits);
        }
        f->fix.title = pad.title;
        f->check.text = str_fmt(list->arena, "%s; %.*s",
                                !c->verify ? "not tried" : "no benchmark shows this sharing, so its gain cannot be measured",
                                STR_ARG(pad.bytes));
        return;
    }
    cure_verify(c, found, seen, &pad, edits, list, f);
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
