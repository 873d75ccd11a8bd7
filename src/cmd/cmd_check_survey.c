#include "cmd/cmd_check_survey.h"

/* Files and imports are all that is wanted. */
static void survey_plan(void *ctx, struct load *l)
{
    (void)ctx;
    for (u32 i = 0; i < l->n_pkgs; i++) {
        l->pkgs[i]->partial = l->pkgs[i]->unneeded = true;
    }
}

/* The package that a variant is one of. */
static str survey_path(const struct load_package *p)
{
    return p->for_test ? p->for_test->path : p->path;
}

void cmd_check_survey(struct cmd_check_survey *s, const struct load_config *config, const str *patterns, size_t n, struct cmd_gate *g)
{
    struct load_config c = *config;
    struct strmap tested = {0};
    struct pool *pool = pool_new(0);
    c.tests = true;
    c.bodies_of_deps = false;
    c.plan = survey_plan;
    s->load = load_packages(&c, patterns, n, pool, NULL);
    pool_free(pool);
    for (u32 i = 0; s->load && i < s->load->n_pkgs; i++) {
        const struct load_package *p = s->load->pkgs[i];
        bool fresh = false;
        for (u32 k = 0; p->matched && k < p->n_files; k++) {
            cmd_gate_file(g, str_dup(g->arena, p->files[k].path));
        }
        if (p->matched && p->variant != LOAD_PLAIN) {
            strmap_put(&tested, survey_path(p), &fresh);
        }
        s->n_tested += fresh;
    }
    strmap_release(&tested);
}

void cmd_check_survey_end(struct cmd_check_survey *s)
{
    if (s->load) {
        load_free(s->load);
    }
    s->load = NULL;
}

void cmd_check_survey_ran(const struct cmd_check_survey *s, str package, struct cmd_gate *g)
{
    for (u32 i = 0; s->load && i < s->load->n_pkgs; i++) {
        const struct load_package *p = s->load->pkgs[i];
        for (u32 k = 0; p->matched && str_eq(survey_path(p), package) && k < p->n_files; k++) {
            cmd_gate_saw(g, "RACE", p->files[k].path, true);
        }
    }
}
