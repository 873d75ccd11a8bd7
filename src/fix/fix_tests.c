/* fix_tests.c: outcomes of tests before and after a change. */
#include <stdarg.h>
#include <stdio.h>

#include "base/io.h"
#include "base/mem.h"
#include "driver/driver_gotest.h"
#include "driver/driver_run.h"
#include "fix/fix_verify_int.h"

/* Of one package. */
struct fix_outcomes {
    bool build_failed, no_tests;
    enum gotest_status status;
    struct strmap tests; /* name → enum gotest_status */
    str said;            /* of the build */
};

static void outcomes_take(struct arena *a, const struct gotest_package *p, str said, struct fix_outcomes *out)
{
    *out = (struct fix_outcomes){.build_failed = p->build_failed, .no_tests = p->no_tests, .status = p->status};
    out->tests.keys = a;
    out->said = str_dup(a, said.n > 0 ? said : strbuf_str(&p->output));
    for (size_t i = 0; i < p->tests.n; i++) {
        strmap_put(&out->tests, p->tests.v[i].name, NULL)->u = p->tests.v[i].status;
    }
}

static bool tests_on_output(void *ctx, int fd, str piece)
{
    struct gotest *g = ctx;

    if (fd == 1) {
        driver_gotest_feed(g, piece);
    } else {
        strbuf_put(&g->said, piece);
    }
    return true;
}

/* go test -json of the package. */
static bool tests_run(struct fix_verifier *v, str package, const struct fix_overlay *o, bool race, bool again,
                      struct fix_outcomes *out, struct err *e)
{
    struct gotest g;
    struct argv argv = {0}, env = {0};
    struct driver_choice choice;
    struct proc_result r;
    str toolexec;
    bool ok = true;

    fix_verify_go(v, "test", o, &argv);
    argv_push(&argv, "-json");
    if (race) {
        argv_push(&argv, "-race");
        ok = driver_choose_runtime(v->arena, NULL, NULL, &choice, e) &&
             (choice.stock || driver_toolexec_flag(v->arena, &choice, (str){0}, &toolexec, e));
        if (ok && !choice.stock) {
            argv_pushf(&argv, "-toolexec=%.*s", STR_ARG(toolexec));
        }
    }
    if (v->o.short_tests) {
        argv_push(&argv, "-short");
    }
    if (again) {
        argv_push(&argv, "-count=1");
    }
    argv_pushf(&argv, "-timeout=%llums", (unsigned long long)fix_verify_timeout(v));
    argv_push_str(&argv, package);
    driver_gotest_init(&g);
    argv_env(&env);
    struct proc_opts po = {
        .argv = argv_get(&argv),
        .env = argv_get(&env),
        .cwd = str_cstr(v->arena, v->o.cwd),
        .in = PROC_NULL,
        .out = PROC_CAPTURE,
        .err = PROC_CAPTURE,
        .on_output = tests_on_output,
        .ctx = &g,
        .timeout_ms = 2 * fix_verify_timeout(v) + 600000, /* building first */
    };
    ok = ok && proc_run(v->arena, &po, &r, e);
    if (ok) {
        driver_gotest_end(&g);
        if (g.packages.n > 0) {
            outcomes_take(v->arena, &g.packages.v[0], strbuf_str(&g.said), out);
            out->build_failed |= r.status != 0 && out->status != GOTEST_FAIL && out->tests.n == 0;
        } else { /* Go 1.19 says nothing of a package that does not build but on its error stream */
            *out = (struct fix_outcomes){.build_failed = r.status != 0, .no_tests = r.status == 0};
            out->said = str_dup(v->arena, strbuf_str(&g.said));
        }
        if (r.timed_out) {
            ok = err_set(e, "its tests did not come to an end");
        } else if (proc_interrupted()) {
            ok = err_set(e, "interrupted");
        }
    }
    driver_gotest_release(&g);
    argv_release(&argv);
    argv_release(&env);
    return ok;
}

static bool outcome_worse(u64 before, u64 after)
{
    return (before == GOTEST_PASS || before == GOTEST_SKIP) && after != before;
}

/* Names of subtests may come of what a run does; a test that was there must be there. */
static bool outcomes_same(struct arena *a, const struct fix_outcomes *x, const struct fix_outcomes *y, str package, str *why)
{
    const struct strmap_entry *t;

    if (y->build_failed && !x->build_failed) {
        *why = str_fmt(a, "%.*s does not build: %.*s", STR_ARG(package), STR_ARG(fix_verify_first_line(a, y->said)));
        return false;
    }
    for (size_t i = 0; strmap_next(&x->tests, &i, &t);) {
        const union map_val *now = strmap_get(&y->tests, t->key);
        if (now ? outcome_worse(t->val.u, now->u) : !str_contains(t->key, STR("/")) && x->status == GOTEST_PASS) {
            *why = str_fmt(a, "%.*s: %.*s has another outcome", STR_ARG(package), STR_ARG(t->key));
            return false;
        }
    }
    if (outcome_worse(x->status, y->status) && x->no_tests == y->no_tests) {
        *why = str_fmt(a, "%.*s: its tests fail: %.*s", STR_ARG(package), STR_ARG(fix_verify_first_line(a, y->said)));
        return false;
    }
    return true;
}

static struct fix_outcomes *outcomes_before(struct fix_verifier *v, str package, bool race, struct err *e)
{
    bool fresh;
    str key = str_fmt(v->arena, "%s%.*s", race ? "race " : "", STR_ARG(package));
    union map_val *at = strmap_put(&v->outcomes, key, &fresh);

    if (fresh || !at->p) {
        struct fix_outcomes *o = ARENA_NEW(v->arena, struct fix_outcomes);
        fix_verify_say(v, "testing %.*s%s as it is", STR_ARG(package), race ? " under the race runtime" : "");
        bool ok = tests_run(v, package, NULL, race, false, o, e);
        at = strmap_put(&v->outcomes, key, NULL);
        at->p = ok ? o : NULL;
    }
    return at->p;
}

static bool tests_package(struct fix_verifier *v, str package, const struct fix_overlay *o, bool race, str *why)
{
    struct fix_outcomes after, again;
    struct err e;
    struct fix_outcomes *before = outcomes_before(v, package, race, &e);
    bool same = true;

    if (!before) {
        *why = str_dup(v->arena, str_of(e.text));
        return false;
    }
    fix_verify_say(v, "testing %.*s%s", STR_ARG(package), race ? " under the race runtime" : "");
    bool ok = tests_run(v, package, o, race, false, &after, &e);
    if (ok) {
        same = outcomes_same(v->arena, before, &after, package, why);
        strmap_release(&after.tests);
    }
    if (ok && !same && !(after.build_failed && !before->build_failed)) { /* some tests fail now and then */
        ok = tests_run(v, package, NULL, race, true, &again, &e);
        same = ok && tests_run(v, package, o, race, true, &after, &e) &&
               outcomes_same(v->arena, &again, &after, package, why);
        ok = ok && (same || why->n > 0);
        if (ok) {
            strmap_release(&again.tests);
            strmap_release(&after.tests);
        }
    }
    if (!ok) {
        *why = str_dup(v->arena, str_of(e.text));
    }
    return ok && same;
}

bool fix_verify_tests(struct fix_verifier *v, const str *packages, size_t n, const struct fix_overlay *o, bool race,
                      str *why)
{
    for (size_t i = 0; i < n; i++) {
        if (!tests_package(v, packages[i], o, race, why)) {
            return false;
        }
    }
    return true;
}

/* ---- building ---- */

static bool build_vet(struct fix_verifier *v, str package, const struct fix_overlay *o, str *said, struct err *e)
{
    struct argv argv = {0};
    struct proc_result r;

    fix_verify_go(v, "vet", o, &argv);
    argv_push_str(&argv, package);
    bool ok = fix_verify_command(v, &argv, PROC_CAPTURE, PROC_MERGE, &r, e);
    *said = ok ? r.out : (str){0};
    return ok && r.status == 0;
}

bool fix_verify_build(struct fix_verifier *v, const str *packages, size_t n, const struct fix_overlay *o, str *why)
{
    for (size_t i = 0; i < n; i++) {
        struct err e = {0};
        bool fresh;
        str said, unused;
        fix_verify_say(v, "building and vetting %.*s", STR_ARG(packages[i]));
        if (build_vet(v, packages[i], o, &said, &e)) {
            continue;
        }
        union map_val *at = strmap_put(&v->vetted, packages[i], &fresh);
        if (fresh) {
            at->u = build_vet(v, packages[i], NULL, &unused, &e);
        }
        if (at->u || e.text[0]) {
            *why = e.text[0] ? str_dup(v->arena, str_of(e.text))
                             : str_fmt(v->arena, "go vet %.*s: %.*s", STR_ARG(packages[i]),
                                       STR_ARG(fix_verify_first_line(v->arena, said)));
            return false;
        }
    }
    return true;
}

/* "path: dep dep ...": does a dependency have this path? */
static bool line_imports(str deps, str package)
{
    str word;

    while (deps.n > 0) {
        str_cut(deps, STR(" "), &word, &deps);
        if (str_eq(word, package)) {
            return true;
        }
    }
    return false;
}

bool fix_verify_importers(struct fix_verifier *v, str module, str package, str **out, u32 *n, str *why)
{
    struct argv argv = {0};
    struct proc_result r;
    struct err e = {0};
    VEC(str) found = {0};
    str line, path, deps;

    fix_verify_go(v, "list", NULL, &argv);
    argv_push(&argv, "-e");
    argv_push(&argv, "-f={{.ImportPath}}:{{range .Deps}} {{.}}{{end}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}");
    argv_pushf(&argv, "%.*s/...", STR_ARG(module));
    bool ok = fix_verify_command(v, &argv, PROC_CAPTURE, PROC_NULL, &r, &e);
    if (!ok || r.status != 0) {
        *why = STR("who else imports the package is not to be had: go list failed");
        return false;
    }
    while (str_next_line(&r.out, &line)) {
        if (str_cut(line, STR(":"), &path, &deps) && !str_eq(path, package) && line_imports(deps, package)) {
            vec_push_in(v->arena, &found, path);
        }
    }
    *out = found.v;
    *n = (u32)found.n;
    return true;
}
