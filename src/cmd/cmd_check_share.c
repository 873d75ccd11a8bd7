#include "cmd/cmd_check_share.h"

#include "share/share_find.h"

void cmd_check_share(struct report *r, const struct load_config *config, const str *patterns, size_t n, const char *events)
{
    struct share_seen seen = {.log = {.arena = r->arena}};
    struct share_findings found = {.arena = r->arena};
    struct share_places places;
    struct err e;
    u64 start = base_now_ns();
    if (!share_log_file(&seen.log, events, &e) || seen.log.lines.n == 0) {
        return; /* what is wrong with the file is said of its races */
    }
    struct load_config c = *config;
    c.tests = true;
    struct pool *pool = pool_new(0);
    struct load *load = load_packages(&c, patterns, n, pool, &e);
    if (!load) {
        pool_free(pool);
        return; /* said by the static part */
    }
    struct program *prog = check_load(load, pool, CHECK_FAKE_C, CHECK_FAKE_C);
    pool_free(pool);
    share_places_init(&places, r->arena, prog);
    share_find(&places, &seen, 1, &found);
    for (size_t i = 0; i < found.v.n; i++) {
        /* What would share a line elsewhere, and what is shared on purpose, is for those who ask for it. */
        if (found.v.v[i].best->line->kind == SHARE_REAL && found.v.v[i].best->class != SHARE_CLASS_TRUE) {
            struct finding *f = share_tell(&found.v.v[i], r->dir, &r->findings);
            f->severity = FINDING_NOTE;
            finding_why(&r->findings, f, (struct span){0}, "what it costs, and whether padding helps: gomm share, with a benchmark");
        }
    }
    share_places_release(&places);
    finding_keep(&r->findings, 0);
    program_free(prog);
    load_free(load);
    struct report_phase p = {STR("lines"), (double)(base_now_ns() - start) / 1e9};
    vec_push_in(r->arena, &r->phases, p);
}
