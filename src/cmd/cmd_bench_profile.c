/* cmd_bench_profile.c: gomm bench -o: all sites as a profile of pprof, with why they allocate as labels. */
#include <math.h>

#include "base/io.h"
#include "base/map.h"
#include "cmd/cmd_bench.h"

/* Values are whole numbers there: a site may allocate once in many operations. */
enum { PROFILE_OPERATIONS = 1000 };

struct profile_writer {
    struct cmd_bench *c;
    struct pprof p;
    struct strmap functions, locations;
};

static u32 profile_function(struct profile_writer *w, const struct bench_frame *f)
{
    struct arena *a = &w->c->arena;
    bool fresh;
    union map_val *at = strmap_put(&w->functions, str_fmt(a, "%.*s\t%.*s", STR_ARG(f->func), STR_ARG(f->file)), &fresh);

    if (fresh) {
        at->u = w->p.functions.n;
        vec_push_in(a, &w->p.functions, (struct pprof_function){f->func, f->func, f->file, 0});
    }
    return (u32)at->u;
}

static u32 profile_location(struct profile_writer *w, const struct bench_frame *f)
{
    struct arena *a = &w->c->arena;
    u32 function = profile_function(w, f);
    bool fresh;
    union map_val *at = strmap_put(&w->locations, str_fmt(a, "%u:%u", function, f->line), &fresh);

    if (fresh) {
        struct pprof_line *line = ARENA_NEW(a, struct pprof_line);
        *line = (struct pprof_line){function, f->line, 0};
        at->u = w->p.locations.n;
        vec_push_in(a, &w->p.locations, (struct pprof_location){at->u + 1, 0, line, 1});
    }
    return (u32)at->u;
}

static void profile_label(struct pprof_sample *s, const char *key, str text)
{
    if (text.n > 0) {
        s->labels[s->n_labels++] = (struct pprof_label){.key = str_of(key), .text = text};
    }
}

/* The stack as far as the site tells it, and the benchmark at its root. */
static void profile_site(struct profile_writer *w, const struct bench_measured *b, const struct bench_site *s,
                         const struct cmd_bench_reason *r)
{
    struct arena *a = &w->c->arena;
    struct bench_frame root = {.func = str_fmt(a, "%.*s.%.*s", STR_ARG(b->package), STR_ARG(b->name))};
    struct pprof_sample m = {.locations = ARENA_ARRAY(a, u32, (size_t)s->n_stack + 1), .values = ARENA_ARRAY(a, i64, 2)};

    for (u32 i = 0; i < s->n_stack; i++) {
        m.locations[m.n_locations++] = profile_location(w, &s->stack[i]);
    }
    m.locations[m.n_locations++] = profile_location(w, &root);
    m.values[0] = (i64)llround(s->allocs * PROFILE_OPERATIONS);
    m.values[1] = (i64)llround(s->bytes * PROFILE_OPERATIONS);
    m.labels = ARENA_ARRAY(a, struct pprof_label, 4);
    profile_label(&m, "benchmark", b->name);
    profile_label(&m, "escape", r->finding ? r->finding->code : (str){0});
    profile_label(&m, "what", r->what);
    profile_label(&m, "why", r->text);
    vec_push_in(a, &w->p.samples, m);
}

bool cmd_bench_profile(struct cmd_bench *c, struct err *e)
{
    struct arena *a = &c->arena;
    struct profile_writer w = {.c = c, .p = {.arena = a, .period_type = {STR("space"), STR("bytes")}, .period = 1,
                                             .time_ns = (i64)c->report.time_ns, .default_type = STR("alloc_space")}};

    vec_push_in(a, &w.p.types, (struct pprof_type){STR("alloc_objects"), STR("count")});
    vec_push_in(a, &w.p.types, (struct pprof_type){STR("alloc_space"), STR("bytes")});
    vec_push_in(a, &w.p.comments, str_fmt(a, "gomm bench: of %d operations of each benchmark", PROFILE_OPERATIONS));
    vec_push_in(a, &w.p.mappings, (struct pprof_mapping){.limit = UINT64_MAX, .has_functions = true, .has_filenames = true,
                                                         .has_line_numbers = true, .has_inline_frames = true});
    for (size_t i = 0; i < c->packages.n; i++) {
        const struct cmd_bench_package *p = &c->packages.v[i];
        for (u32 k = 0; p->ran && k < p->m.n; k++) {
            for (u32 j = 0; j < p->m.v[k].sites.n; j++) {
                profile_site(&w, &p->m.v[k], &p->m.v[k].sites.v[j], &p->reasons[k][j]);
            }
        }
    }
    strmap_release(&w.functions);
    strmap_release(&w.locations);
    return io_write_file(c->profile, bench_pprof_write(a, &w.p), 0644, e);
}
