/* load_test.c: load.h on a module that is made here. */
#include "unit.h"

#include <sys/stat.h>

#include "base/io.h"
#include "base/path.h"
#include "load/load.h"

#if defined(__aarch64__)
#define ARCH "arm64"
#else
#define ARCH "amd64"
#endif

static struct arena arena;
static const char *root;

static void put(const char *name, const char *text)
{
    str path = path_join(&arena, str_of(root), str_of(name));
    struct err e;

    if (!io_make_dir(str_cstr(&arena, path_dir(&arena, path)), &e) ||
        !io_write_file(path.p, str_of(text), 0644, &e)) {
        fail_msg("%s", e.text);
    }
}

static int make_module(void **state)
{
    (void)state;
    root = io_temp_dir("load", NULL);
    if (!root) {
        return -1;
    }
    /* A GOROOT of our own, with what the module imports. */
    put("goroot/VERSION", "go1.26.8\ntime x\n");
    put("goroot/src/internal/goversion/goversion.go", "package goversion\n\nconst Version = 26\n");
    put("goroot/src/runtime/r.go", "package runtime\n");
    put("goroot/src/fmt/f.go", "package fmt\n\nimport _ \"runtime\"\n\nfunc Print() { Print() }\n");
    put("goroot/src/testing/t.go", "package testing\n");
    put("m/go.mod", "module example.org/m\n\ngo 1.21\n");
    put("m/m.go",
        "package m\n\nimport (\n\t\"fmt\"\n\n\t\"example.org/m/low\"\n)\n\nvar _ = low.X\n\n"
        "func F() { fmt.Print() }\n");
    put("m/m_test.go", "package m\n\nimport _ \"testing\"\n");
    put("m/x_test.go",
        "package m_test\n\nimport (\n\t_ \"example.org/m\"\n\t_ \"example.org/m/high\"\n)\n");
    put("m/low/low.go", "//go:build go1.18\n\npackage low\n\nvar X = 1\n");
    put("m/low/low.s", "TEXT x(SB), 0, $0\n");
    put("m/low/low_windows.go", "package low\n");
    put("m/high/high.go", "package high\n\nimport _ \"example.org/m\"\n");
    put("m/wrong/w.go", "package wrong\n\nimport (\n\t_ \"fmt\"\n\t_ \"no/such\"\n)\n");
    return 0;
}

static int remove_module(void **state)
{
    (void)state;
    io_temp_remove(root);
    arena_release(&arena);
    return 0;
}

static struct load *load_it(struct load_config *c, const char *pattern, u32 threads,
                            struct pool **pool)
{
    static char *env[] = {NULL, NULL, NULL};
    str p = str_of(pattern);
    struct err e;
    struct load *l;

    env[0] = str_cstr(&arena, str_fmt(&arena, "HOME=%s", root));
    env[1] = str_cstr(&arena, STR("GOENV=off"));
    c->env = env;
    c->dir = path_join(&arena, str_of(root), STR("m"));
    c->goroot = path_join(&arena, str_of(root), STR("goroot"));
    c->goos = STR("linux");
    c->goarch = STR("amd64");
    *pool = pool_new(threads);
    l = load_packages(c, &p, 1, *pool, &e);
    if (!l) {
        fail_msg("%s", e.text);
    }
    return l;
}

static const struct load_package *find(const struct load *l, const char *path, const char *for_test)
{
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct load_package *p = l->pkgs[i];

        if (str_is(p->path, path) &&
            (for_test ? p->for_test && str_is(p->for_test->path, for_test) : !p->for_test)) {
            return p;
        }
    }
    fail_msg("no package %s", path);
    return NULL;
}

static void packages(void **state)
{
    struct load_config c = {.tests = true};
    struct pool *pool;
    struct load *l = load_it(&c, "./...", 2, &pool);
    const struct load_package *m = find(l, "example.org/m", NULL), *low, *test, *xtest, *high, *fmt;

    (void)state;
    assert_str(l->go_version, "go1.26.8");
    assert_int_equal(l->n_errors, 0);
    for (u32 i = 0; i < l->n_pkgs; i++) {
        assert_int_equal(l->pkgs[i]->id, i);
        for (u32 j = 0; j < l->pkgs[i]->n_imports; j++) {
            const struct load_import *im = &l->pkgs[i]->imports[j];

            assert_true(!im->pkg || im->pkg->id < i);
            assert_true(j == 0 || str_cmp(im[-1].path, im->path) < 0);
            assert_ptr_equal(load_find_import(l->pkgs[i], im->path), im);
        }
    }
    assert_null(load_find_import(m, STR("nope")));
    low = find(l, "example.org/m/low", NULL);
    test = find(l, "example.org/m", "example.org/m");
    xtest = find(l, "example.org/m_test", "example.org/m");
    high = find(l, "example.org/m/high", "example.org/m");
    fmt = find(l, "fmt", NULL);
    assert_ptr_equal(load_find_import(m, STR("example.org/m/low"))->pkg, low);
    assert_ptr_equal(load_find_import(xtest, STR("example.org/m"))->pkg, test);
    assert_ptr_equal(load_find_import(xtest, STR("example.org/m/high"))->pkg, high);
    assert_ptr_equal(load_find_import(high, STR("example.org/m"))->pkg, test);
    assert_int_equal(test->variant, LOAD_TEST);
    assert_int_equal(xtest->variant, LOAD_XTEST);
    assert_ptr_equal(test->plain, m);
    assert_int_equal(m->n_files, 1);
    assert_int_equal(test->n_files, 2);
    assert_false(test->files[0].test);
    assert_true(test->files[1].test);
    /* Parsed once. */
    assert_ptr_equal(test->files[0].ast, m->files[0].ast);
    assert_int_equal(low->n_files, 1);
    assert_true(low->has_asm);
    assert_str(low->go_version, "go1.21");
    assert_str(fmt->go_version, "go1.26");
    assert_true(fmt->std && !fmt->matched && m->matched && !m->std);
    assert_str(m->module->path, "example.org/m");
    assert_true(m->module->main);
    /* Bodies of dependencies are left out. */
    for (u32 i = 0; i < fmt->files[0].ast->n_nodes; i++) {
        if (ast_kind(fmt->files[0].ast, i) == AST_FUNC_DECL) {
            assert_true(ast_at(fmt->files[0].ast, i)->flags & AST_FLAG_SKIPPED);
        }
    }
    load_free(l);
    pool_free(pool);
}

static void errors(void **state)
{
    struct load_config c = {0};
    struct pool *pool;
    struct load *l = load_it(&c, "./wrong", 1, &pool);
    const struct load_package *w = find(l, "example.org/m/wrong", NULL);
    struct span s;

    (void)state;
    assert_int_equal(w->n_errors, 1);
    assert_true(str_has_prefix(w->errors[0].text, STR("package no/such is not in std (")));
    s = sources_span(l->sources, w->errors[0].pos);
    assert_int_equal(s.line, 5);
    assert_int_equal(s.col, 2);
    assert_non_null(load_find_import(w, STR("fmt"))->pkg);
    assert_null(load_find_import(w, STR("no/such"))->pkg);
    load_free(l);
    pool_free(pool);

    l = load_it(&c, "nosuch/...", 1, &pool);
    assert_int_equal(l->n_errors, 1);
    assert_true(l->errors[0].warning);
    load_free(l);
    pool_free(pool);

    c.dir = (str){0};
    c.goroot = path_join(&arena, str_of(root), STR("m"));
    pool = pool_new(1);
    {
        struct err e;

        assert_null(load_packages(&c, NULL, 0, pool, &e));
        assert_non_null(strstr(e.text, "cannot find GOROOT directory"));
    }
    pool_free(pool);
}

static void threads_change_nothing(void **state)
{
    struct load_config c = {.tests = true};
    struct pool *p1, *p4;
    struct load *a = load_it(&c, "./...", 1, &p1), *b = load_it(&c, "./...", 4, &p4);

    (void)state;
    assert_int_equal(a->n_pkgs, b->n_pkgs);
    for (u32 i = 0; i < a->n_pkgs; i++) {
        assert_true(str_eq(a->pkgs[i]->path, b->pkgs[i]->path));
        assert_int_equal(a->pkgs[i]->variant, b->pkgs[i]->variant);
        assert_int_equal(a->pkgs[i]->n_files, b->pkgs[i]->n_files);
    }
    load_free(a);
    load_free(b);
    pool_free(p1);
    pool_free(p4);
}

static void overlay(void **state)
{
    struct load_config c = {0};
    struct pool *pool;
    struct load *l;
    const struct load_package *low;

    (void)state;
    put("over.go", "package low\n\nimport _ \"fmt\"\n");
    put("overlay.json", "{\"Replace\": {\"low/new.go\": \"../over.go\", \"low/low.go\": \"\"}}");
    c.overlay = path_join(&arena, str_of(root), STR("overlay.json"));
    l = load_it(&c, "./low", 1, &pool);
    low = find(l, "example.org/m/low", NULL);
    assert_int_equal(low->n_files, 1);
    assert_str(path_base(low->files[0].path), "new.go");
    assert_non_null(load_find_import(low, STR("fmt")));
    load_free(l);
    pool_free(pool);
}

/* What an editor has stands for the file, new files and what an overlay has taken away included. */
static void texts(void **state)
{
    struct load_text v[] = {
        {path_join(&arena, str_of(root), STR("m/low/low.go")), STR("package low\n\nimport _ \"fmt\"\n")},
        {path_join(&arena, str_of(root), STR("m/low/unsaved.go")), STR("package low\n")},
        {path_join(&arena, str_of(root), STR("m/fresh/fresh.go")), STR("package fresh\n")},
        {path_join(&arena, str_of(root), STR("m/go.mod")), STR("module example.org/other\n\ngo 1.20\n")},
    };
    struct load_config c = {.texts = v, .n_texts = ARRAY_LEN(v)};
    str patterns[] = {STR("./low"), STR("./fresh")};
    struct pool *pool = pool_new(2);
    struct err e;

    (void)state;
    c.overlay = path_join(&arena, str_of(root), STR("overlay.json")); /* takes low.go away */
    c.dir = path_join(&arena, str_of(root), STR("m"));
    c.goroot = path_join(&arena, str_of(root), STR("goroot"));
    struct load *l = load_packages(&c, patterns, 2, pool, &e);
    assert_non_null(l);
    const struct load_package *low = find(l, "example.org/other/low", NULL);
    assert_non_null(low);
    assert_str(low->go_version, "go1.20");
    assert_non_null(load_find_import(low, STR("fmt")));
    assert_true(low->n_files >= 2);
    for (u32 i = 0; i < low->n_files; i++) {
        str name = path_base(low->files[i].path);
        assert_int_equal(low->files[i].unsaved, !str_is(name, "new.go"));
    }
    assert_non_null(find(l, "example.org/other/fresh", NULL));
    load_free(l);
    pool_free(pool);
}

/* A newer Go that go.mod asks for is taken from the module cache, as go itself would. */
static void toolchain(void **state)
{
    static const char *const settings[] = {"auto", "local", "go1.30.0", "local+auto", ""};
    struct err e;
    str pattern = STR(".");
    struct pool *pool = pool_new(1);
    str go = path_join(&arena, str_of(root), STR("old/bin/go"));

    (void)state;
    put("old/bin/go", "#!/bin/sh\nexit 1\n");
    assert_int_equal(chmod(go.p, 0755), 0);
    put("old/VERSION", "go1.26.8\n");
    put("old/src/internal/goversion/goversion.go", "package goversion\n\nconst Version = 26\n");
    put("old/src/runtime/r.go", "package runtime\n");
#define NEW "cache/golang.org/toolchain@v0.0.1-go1.30.0.linux-" ARCH "/"
    put(NEW "VERSION", "go1.30.0\n");
    put(NEW "src/internal/goversion/goversion.go", "package goversion\n\nconst Version = 30\n");
    put(NEW "src/runtime/r.go", "package runtime\n");
#undef NEW
    put("newer/go.mod", "module example.org/newer\n\ngo 1.30\n");
    put("newer/n.go", "package newer\n");
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        bool switches = i != 1 && i != 4;
        char *env[] = {
            str_cstr(&arena, str_fmt(&arena, "PATH=%s/old/bin", root)),
            str_cstr(&arena, str_fmt(&arena, "GOMODCACHE=%s/cache", root)),
            str_cstr(&arena, STR("GOENV=off")),
            str_cstr(&arena, str_fmt(&arena, "GOTOOLCHAIN=%s", settings[i])),
            NULL,
        };
        struct load_config c = {.env = env, .dir = path_join(&arena, str_of(root), STR("newer"))};
        struct load *l = load_packages(&c, &pattern, 1, pool, &e);

        assert_non_null(l);
        assert_str(l->go_version, switches ? "go1.30.0" : "go1.26.8");
        assert_int_equal(l->n_errors, switches ? 0 : 1);
        if (!switches) {
            assert_str(l->errors[0].text, "go.mod requires go >= 1.30 (running go 1.26.8)");
        }
        load_free(l);
    }
    pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packages),
        cmocka_unit_test(errors),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(overlay),
        cmocka_unit_test(texts),
        cmocka_unit_test(toolchain),
    };

    return cmocka_run_group_tests_name("load", tests, make_module, remove_module);
}
