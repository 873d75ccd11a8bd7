#include "cmd/cmd_gate.h"

#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd_output.h"

/* ---- the command line ---- */

void cmd_gate_flags(struct cmd_gate *g, struct cmd_flag *flags, size_t n)
{
    const struct cmd_flag all[CMD_GATE_FLAGS] = {
        {"fail", CMD_FLAG_STRING, &g->fail},
        {"only", CMD_FLAG_STRING, &g->only},
        {"baseline", CMD_FLAG_STRING, &g->baseline},
        {"update", CMD_FLAG_BOOL, &g->update},
        {"new-from-rev", CMD_FLAG_STRING, &g->new_from_rev},
    };
    memcpy(flags, all, n * sizeof *all);
}

bool cmd_gate_check(struct cmd_gate *g, struct report *r, struct err *e)
{
    struct report_codes codes;
    g->arena = r->arena;
    g->ignores.arena = r->arena;
    g->files.keys = r->arena;
    if (g->only && !report_codes_parse(g->arena, str_of(g->only), false, &g->only_codes, e)) {
        return err_prefix(e, "invalid value \"%s\" for flag -only: ", g->only);
    }
    if (g->fail && !report_codes_parse(g->arena, str_of(g->fail), true, &codes, e)) {
        return err_prefix(e, "invalid value \"%s\" for flag -fail: ", g->fail);
    }
    r->fail = str_of(g->fail);
    if (g->update && !g->baseline) {
        return err_set(e, "-update wants -baseline FILE: that is what it writes");
    }
    if (g->baseline && g->new_from_rev) {
        return err_set(e, "-baseline and -new-from-rev exclude each other");
    }
    return true;
}

bool cmd_gate_wants(const struct cmd_gate *g, const char *prefix)
{
    return report_codes_family(&g->only_codes, str_of(prefix));
}

/* ---- what was looked at ---- */

enum { GATE_LOOKED = 16 }; /* analyses at most */

static size_t gate_class(const struct cmd_gate *g, str code)
{
    size_t i = 0;
    while (i < g->looked.n && !str_has_prefix(code, g->looked.v[i]) && !str_has_prefix(g->looked.v[i], code)) {
        i++;
    }
    return i;
}

void cmd_gate_looked(struct cmd_gate *g, const char *prefix)
{
    if (gate_class(g, str_of(prefix)) == g->looked.n) {
        BUG_IF(g->looked.n == GATE_LOOKED);
        vec_push_in(g->arena, &g->looked, str_of(prefix));
    }
}

void cmd_gate_file(struct cmd_gate *g, str file)
{
    bool fresh;
    strmap_put(&g->files, file, &fresh);
    if (fresh) {
        report_ignores_file(&g->ignores, file);
    }
}

void cmd_gate_saw(struct cmd_gate *g, const char *prefix, str file, bool run)
{
    cmd_gate_looked(g, prefix);
    cmd_gate_file(g, file);
    size_t bit = gate_class(g, str_of(prefix)) + (run ? GATE_LOOKED : 0);
    strmap_put(&g->files, file, NULL)->u |= (u64)1 << bit;
}

static enum report_looked gate_how(void *ctx, str file, const struct report_code_item *code)
{
    const struct cmd_gate *g = ctx;
    union map_val *v = strmap_get(&g->files, file);
    size_t bit = gate_class(g, code->code);
    if (!v || bit == g->looked.n) {
        return REPORT_NOT_LOOKED;
    }
    return v->u & (u64)1 << bit                 ? REPORT_LOOKED
           : v->u & (u64)1 << (bit + GATE_LOOKED) ? REPORT_RAN
                                                  : REPORT_NOT_LOOKED;
}

static bool gate_has_looked(void *ctx, str class)
{
    const struct cmd_gate *g = ctx;
    return str_has_prefix(class, STR("IGN")) || gate_class(g, class) < g->looked.n;
}

/* ---- findings ---- */

bool cmd_gate_passes(struct cmd_gate *g, const struct report *r, struct finding *f)
{
    report_ignores_finding(&g->ignores, r->dir, f);
    if (g->only && !report_codes_match(&g->only_codes, f)) {
        f->suppressed = FINDING_HIDDEN;
    }
    return f->suppressed == FINDING_SHOWN;
}

void cmd_gate_mark(struct cmd_gate *g, struct report *r)
{
    struct finding_list *l = &r->findings;
    size_t n = l->n;
    for (size_t i = 0; i < n; i++) {
        cmd_gate_passes(g, r, &l->v[i]);
    }
    report_ignores_check(&g->ignores, l, gate_how, g);
    for (size_t i = n; i < l->n; i++) {
        cmd_gate_passes(g, r, &l->v[i]); /* -only alone: nothing ignores what is said of a comment */
    }
    finding_identify(l);
    if (g->baseline && !g->update) {
        report_baseline_apply(&g->known, l);
    }
}

bool cmd_gate_write(struct cmd_gate *g, struct report *r, struct err *e)
{
    struct report_baseline old = {0};
    if (!g->update) {
        return true;
    }
    bool ok = (!io_exists(g->baseline) || report_baseline_read(g->arena, g->baseline, &old, e)) &&
              report_baseline_write(g->baseline, &r->findings, &old, gate_has_looked, g, e);
    report_baseline_release(&old);
    return ok;
}

int cmd_gate_end(struct cmd_gate *g, struct report *r)
{
    r->status = report_status(r); /* first: a test that failed with a race that is not wanted does not count either */
    finding_drop_hidden(&r->findings);
    strmap_release(&g->files);
    report_baseline_release(&g->known);
    return g->update && r->status == BASE_EXIT_FINDINGS ? BASE_EXIT_CLEAN : r->status;
}

/* ---- a revision as the baseline ---- */

static bool gate_run(struct cmd_gate *g, struct argv *argv, const char *cwd, char *const *env, struct proc_result *r, struct err *e)
{
    struct proc_opts o = {.argv = argv_get(argv), .env = env, .cwd = cwd, .out = PROC_CAPTURE, .err = PROC_CAPTURE, .in = PROC_NULL};
    bool ok = proc_run(g->arena, &o, r, e);
    if (ok && r->status != 0) {
        str said = str_trim(r->err);
        ok = err_set(e, "-new-from-rev: git %s: %.*s", argv_get(argv)[1],
                     STR_ARG(said.n ? said : STR("it failed without a word")));
    }
    argv_release(argv);
    return ok;
}

/* The files of the revision, as a checkout has them; neither the user's index nor work tree is touched.  (git archive
 * would leave out what .gitattributes marks export-ignore, which often is the tests.) */
static bool gate_checkout(struct cmd_gate *g, const char *top, str index, str tree, struct err *e)
{
    struct argv env = {0}, read = {0}, out = {0};
    struct proc_result r;
    argv_env(&env);
    argv_setenv(&env, "GIT_INDEX_FILE", str_cstr(g->arena, index));
    argv_push(&read, "git");
    argv_push(&read, "read-tree");
    argv_push(&read, g->new_from_rev);
    argv_push(&out, "git");
    argv_push(&out, "checkout-index");
    argv_push(&out, "--all");
    argv_pushf(&out, "--prefix=%.*s/", STR_ARG(tree));
    bool ok = gate_run(g, &read, top, argv_get(&env), &r, e);
    ok = ok ? gate_run(g, &out, top, argv_get(&env), &r, e) : (argv_release(&out), false);
    argv_release(&env);
    return ok;
}

/* Without the flags that are not for the run in the other tree: what output there is, the directory, and what measures
 * costs and cures, which no baseline has. */
static void gate_arguments(const char *command, char *const *args, struct argv *out)
{
    enum { OWN_FLAGS = 6 };
    struct cmd_output output = {0};
    struct cmd_gate gate = {0};
    const char *text;
    bool choice;
    struct cmd_flag flags[OWN_FLAGS + CMD_OUTPUT_FLAGS + CMD_GATE_FLAGS] = {
        {"C", CMD_FLAG_STRING, &text}, {"profile", CMD_FLAG_STRING, &text}, {"fix", CMD_FLAG_BOOL, &choice},
        {"api", CMD_FLAG_BOOL, &choice}, {"w", CMD_FLAG_BOOL, &choice}, {"verify", CMD_FLAG_BOOL, &choice},
    };
    cmd_output_flags(&output, flags + OWN_FLAGS);
    cmd_gate_flags(&gate, flags + OWN_FLAGS + CMD_OUTPUT_FLAGS, CMD_GATE_FLAGS);
    if (strcmp(command, "share") == 0) {
        argv_push(out, "-quick");
    }
    bool rest = false; /* what is behind -args is the tests' own */
    for (size_t i = 0; args[i];) {
        rest |= strcmp(args[i], "--") == 0 || strcmp(args[i], "-args") == 0 || strcmp(args[i], "--args") == 0;
        if (rest || cmd_flag_take(flags, ARRAY_LEN(flags), args, &i, NULL) <= 0) {
            argv_push(out, args[i++]);
        }
    }
    if (gate.only) {
        argv_push(out, "-only");
        argv_push(out, gate.only);
    }
}

static bool gate_revision(struct cmd_gate *g, const char *command, char *const *args, str cwd, struct err *e)
{
    struct proc_result r;
    const char *dir = str_cstr(g->arena, cwd), *tmp;
    struct argv top_args = {0}, self = {0}, theirs = {0};
    argv_push(&top_args, "git");
    argv_push(&top_args, "rev-parse");
    argv_push(&top_args, "--show-toplevel");
    if (!gate_run(g, &top_args, dir, NULL, &r, e) || (tmp = io_temp_dir("gomm-revision-", e)) == NULL) {
        return false;
    }
    str top = str_dup(g->arena, str_trim(r.out)), tree = path_join(g->arena, str_of(tmp), STR("tree"));
    str file = path_join(g->arena, str_of(tmp), STR("baseline"));
    if (!gate_checkout(g, str_cstr(g->arena, top), path_join(g->arena, str_of(tmp), STR("index")), tree, e)) {
        return false;
    }
    str real = cwd;
    io_real_path(g->arena, dir, &real, NULL);
    str inside = path_is_below(real, top) && real.n > top.n ? str_from(real, top.n + 1) : (str){0};
    argv_push(&self, "/proc/self/exe");
    argv_push(&self, command);
    argv_push(&self, "-C");
    argv_push_str(&self, inside.n ? path_join(g->arena, tree, inside) : tree);
    argv_push(&self, "-baseline");
    argv_push_str(&self, file);
    argv_push(&self, "-update");
    gate_arguments(command, args, &theirs);
    argv_push_all(&self, argv_get(&theirs));
    struct proc_opts o = {.argv = argv_get(&self), .out = PROC_CAPTURE, .err = PROC_CAPTURE, .in = PROC_NULL};
    bool ok = proc_run(g->arena, &o, &r, e);
    argv_release(&theirs);
    argv_release(&self);
    if (ok && !io_exists(str_cstr(g->arena, file))) {
        str said = str_trim(r.err);
        ok = err_set(e, "-new-from-rev %s: that revision cannot be analysed: %.*s", g->new_from_rev, STR_ARG(said));
    }
    g->baseline = ok ? str_cstr(g->arena, file) : NULL;
    return ok;
}

bool cmd_gate_known(struct cmd_gate *g, const char *command, char *const *args, str cwd, struct err *e)
{
    if (g->new_from_rev && !gate_revision(g, command, args, cwd, e)) {
        return false;
    }
    return !g->baseline || g->update || report_baseline_read(g->arena, g->baseline, &g->known, e);
}
