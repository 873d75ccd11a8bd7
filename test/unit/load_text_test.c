/* load_text_test.c: load_version.h, load_gomod.h, load_build.h, load_head.h. */
#include "unit.h"

#include "load/load_build.h"
#include "load/load_env.h"
#include "load/load_gomod.h"
#include "load/load_head.h"
#include "load/load_int.h"
#include "load/load_version.h"

static int cmp(const char *a, const char *b)
{
    int c = load_semver_cmp(str_of(a), str_of(b));

    assert_int_equal(load_semver_cmp(str_of(b), str_of(a)), -c);
    return c;
}

static void module_versions(void **state)
{
    /* In rising order, by semver.org clause 11. */
    static const char *const rising[] = {
        "bad",
        "v0.0.0-20190101000000-abcdefabcdef",
        "v0.0.0-20200101000000-abcdefabcdef",
        "v0.0.1",
        "v1.0.0-alpha",
        "v1.0.0-alpha.1",
        "v1.0.0-alpha.beta",
        "v1.0.0-beta",
        "v1.0.0-beta.2",
        "v1.0.0-beta.11",
        "v1.0.0-rc.1",
        "v1.0.0",
        "v1.2.9",
        "v1.2.10",
        "v1.10.0",
        "v2.0.0+incompatible",
        "v99999999999999999999.0.0",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rising); i++) {
        for (size_t j = 0; j < ARRAY_LEN(rising); j++) {
            assert_int_equal(cmp(rising[i], rising[j]), i < j ? -1 : i > j ? 1 : 0);
        }
    }
    assert_int_equal(cmp("v1", "v1.0.0"), 0);
    assert_int_equal(cmp("v1.2.3+a", "v1.2.3+b"), 0);
    assert_true(load_semver_valid(STR("v1.2")));
    assert_false(load_semver_valid(STR("1.2.3")));
    assert_false(load_semver_valid(STR("v1.02.3")));
    assert_false(load_semver_valid(STR("v1.2.3-01")));
    assert_false(load_semver_valid(STR("v1.2.3-")));
    assert_false(load_semver_valid(STR("v1.2-a")));
    assert_false(load_semver_valid(STR("v1.2.3.4")));
    assert_true(load_semver_canonical(STR("v1.2.3")));
    assert_true(load_semver_canonical(STR("v2.0.0+incompatible")));
    assert_false(load_semver_canonical(STR("v1.2")));
    assert_str(load_semver_major(STR("v12.3.4")), "v12");
}

static void go_versions(void **state)
{
    static const char *const rising[] = {"x",      "1.3",     "1.20rc1", "1.20",
                                         "1.20.1", "1.21",    "1.21rc1", "1.21rc2",
                                         "1.21.0", "1.21.10", "1.22"};
    str v;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rising); i++) {
        for (size_t j = 0; j < ARRAY_LEN(rising); j++) {
            int c = load_gover_cmp(str_of(rising[i]), str_of(rising[j]));

            assert_int_equal(c, i < j ? -1 : i > j ? 1 : 0);
        }
    }
    assert_str(load_gover_lang(STR("1.21.3")), "1.21");
    assert_str(load_gover_lang(STR("1.22rc2")), "1.22");
    assert_str(load_gover_lang(STR("1")), "1");
    assert_str(load_gover_lang(STR("go1")), "");
    v = STR("1.21");
    assert_true(load_gover_directive(&v, false));
    v = STR("1.21.3");
    assert_true(load_gover_directive(&v, false));
    v = STR("1");
    assert_false(load_gover_directive(&v, false));
    v = STR("1.12.x");
    assert_false(load_gover_directive(&v, false));
    assert_true(load_gover_directive(&v, true));
    assert_str(v, "1.12");
}

static void paths(void **state)
{
    struct arena a = {0};
    struct err e;
    str s;

    (void)state;
    assert_str(load_escape(&a, STR("github.com/BurntSushi/toml")), "github.com/!burnt!sushi/toml");
    assert_str(load_escape(&a, STR("example.org/x")), "example.org/x");
    assert_true(load_check_import_path(STR("example.org/a-b_c~d/v2"), &e));
    assert_false(load_check_import_path(STR("a b"), &e));
    assert_string_equal(e.text, "malformed import path \"a b\": invalid char ' '");
    assert_false(load_check_import_path(STR("a//b"), &e));
    assert_string_equal(e.text, "malformed import path \"a//b\": double slash");
    assert_false(load_check_import_path(STR("a/"), &e));
    assert_false(load_check_import_path(STR("-a"), &e));
    assert_false(load_check_import_path(STR("a/../b"), &e));
    assert_string_equal(e.text, "malformed import path \"a/../b\": invalid path element \"..\"");
    assert_false(load_check_import_path(STR("a/aux.x"), &e));
    assert_false(load_check_import_path(STR("a/x~1"), &e));
    assert_true(load_check_path_major(STR("example.org/m"), STR("v1.2.3"), &e));
    assert_true(load_check_path_major(STR("example.org/m/v2"), STR("v2.2.3"), &e));
    assert_true(load_check_path_major(STR("example.org/m"), STR("v2.0.0+incompatible"), &e));
    assert_true(load_check_path_major(STR("gopkg.in/yaml.v3"), STR("v3.0.1"), &e));
    assert_false(load_check_path_major(STR("example.org/m"), STR("v2.0.0"), &e));
    assert_string_equal(e.text, "version \"v2.0.0\" invalid: should be v0 or v1, not v2");
    assert_false(load_check_path_major(STR("example.org/m/v3"), STR("v2.0.0"), &e));
    assert_true(load_path_is_std(STR("net/http")));
    assert_false(load_path_is_std(STR("example.org/x")));
    assert_true(load_path_has_prefix(STR("a/b"), STR("a")));
    assert_false(load_path_has_prefix(STR("ab"), STR("a")));
    assert_true(load_unquote(&a, STR("\"a\\tb\\x41\\u00e9\\101\""), &s));
    assert_str(s, "a\tbA\xC3\xA9"
                  "A");
    assert_true(load_unquote(&a, STR("`a\\b`"), &s));
    assert_str(s, "a\\b");
    assert_false(load_unquote(&a, STR("\"a\\q\""), &s));
    assert_false(load_unquote(&a, STR("\"a"), &s));
    assert_false(load_unquote(&a, STR("\""), &s));
    arena_release(&a);
}

static void gomod_all_directives(void **state)
{
    static const char text[] = "// Deprecated: no\n"
                               "module \"example.org/m\" // here\n"
                               "\n"
                               "go 1.24.1\n"
                               "toolchain go1.24.3\n"
                               "godebug panicnil=1\n"
                               "godebug (\n\tdefault=go1.21\n)\n"
                               "require example.org/a v1.2.3\n"
                               "require (\n"
                               "\texample.org/b/v2 v2.0.0-rc.1 // indirect\n"
                               "\n"
                               "\t// alone\n"
                               "\texample.org/c v3.0.0+incompatible //indirect; really\n"
                               ")\n"
                               "exclude example.org/a v1.2.4\n"
                               "replace example.org/a => ../a\n"
                               "replace (\n"
                               "\texample.org/b/v2 v2.0.0-rc.1 => example.net/b/v2 v2.1.0\n"
                               ")\n"
                               "retract v1.0.0\n"
                               "retract [v1.1.0, v1.1.9] // bad\n"
                               "retract (\n\tv1.2.0\n\t[v1.3.0, v1.4.0]\n)\n"
                               "tool example.org/a/cmd/x\n"
                               "ignore ./node_modules\n"
                               "ignore (\n\tstatic\n)\n"
                               "require ()";
    struct arena a = {0};
    struct load_gomod m;

    (void)state;
    if (!load_gomod_parse(&a, str_of(text), STR("go.mod"), LOAD_GOMOD_MAIN, 26, &m)) {
        fail_msg("%.*s", STR_ARG(m.errors.v[0]));
    }
    assert_str(m.module, "example.org/m");
    assert_str(m.go, "1.24.1");
    assert_str(m.toolchain, "go1.24.3");
    assert_int_equal(m.require.n, 3);
    assert_str(m.require.v[0].mod.path, "example.org/a");
    assert_false(m.require.v[0].indirect);
    assert_str(m.require.v[1].mod.version, "v2.0.0-rc.1");
    assert_true(m.require.v[1].indirect);
    assert_true(m.require.v[2].indirect);
    assert_int_equal(m.exclude.n, 1);
    assert_int_equal(m.replace.n, 2);
    assert_str(m.replace.v[0].new_.path, "../a");
    assert_str(m.replace.v[0].old.version, "");
    assert_str(m.replace.v[1].old.version, "v2.0.0-rc.1");
    assert_str(m.replace.v[1].new_.version, "v2.1.0");
    assert_int_equal(m.tool.n, 1);
    assert_int_equal(m.ignore.n, 2);
    assert_str(m.ignore.v[1], "static");
    arena_release(&a);
}

static void gomod_errors(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"modul x\n", "go.mod:1: unknown directive: modul"},
        {"module x y\n", "go.mod:1: usage: module module/path"},
        {"module x\nmodule y\n", "go.mod:2: repeated module statement"},
        {"module x\ngo 1.2.x\n", "go.mod:2: invalid go version '1.2.x': must match format 1.23.0"},
        {"go 1.20\ngo 1.21\n", "go.mod:2: repeated go statement"},
        {"require a.b/c\n", "go.mod:1: usage: require module/path v1.2.3"},
        {"require (\n\ta.b/c master\n)\n",
         "go.mod:2:2: require a.b/c: version \"master\" invalid: must be of the form v1.2.3"},
        {"require a.b/c v2.0.0\n",
         "go.mod:1: require a.b/c: version \"v2.0.0\" invalid: should be v0 or v1, not v2"},
        {"require 'x' v1.0.0\n",
         "go.mod:1: invalid quoted string: unquoted string cannot contain quote"},
        {"module \"x\n", "go.mod:1:10: unexpected newline in string"},
        {"module \"x", "go.mod:1:8: unexpected EOF in string"},
        {"/* x */\n", "go.mod:1: mod files must use // comments (not /* */ comments)"},
        {"require (\n", "go.mod:2: syntax error (unterminated block started at go.mod:1:1)"},
        {"require (\n) x\n", "go.mod:2:3: syntax error (expected newline after closing paren)"},
        {"foo (\n)\n", "go.mod:1: unknown block type: foo"},
        {"go (\n1.2\n)\n", "go.mod:1: unknown block type: go"},
        {"replace a.b/c v1.0.0\n",
         "go.mod:1: usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace "
         "module/path [v1.2.3] => ../local/directory"},
        {"replace a.b/c => d.e/f\n",
         "go.mod:1: replacement module without version must be directory path (rooted or starting "
         "with . or ..)"},
        {"replace a.b/c => d.e/f@v1.0.0\n",
         "go.mod:1: replacement module must match format 'path version', not 'path@version'"},
        {"replace a.b/c => ./f v1.0.0\n",
         "go.mod:1: replacement module directory path \"./f\" cannot have version"},
        {"toolchain 1.21\n",
         "go.mod:1: invalid toolchain version '1.21': must match format go1.23.0 or default"},
        {"retract [v1.0.0 v1.1.0]\n", "go.mod:1: expected ',' after version"},
        {"godebug x\n", "go.mod:1: usage: godebug key=value"},
        {"use ./x\n", "go.mod:1: unknown directive: use"},
        {"module \001\n", "go.mod:1:8: unexpected input character '\\x01'"},
    };
    struct arena a = {0};
    struct load_gomod m;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (load_gomod_parse(&a, str_of(cases[i].text), STR("go.mod"), LOAD_GOMOD_MAIN, 26, &m)) {
            fail_msg("no error: %s", cases[i].text);
        }
        assert_str(m.errors.v[0], cases[i].want);
    }
    /* A dependency's: unknown ones and those of main modules are passed over. */
    assert_true(
        load_gomod_parse(&a,
                         STR("module x\ngo v1.17.x\nfoo bar\nblock (\n\tx\n)\nreplace a => b\n"
                             "toolchain x\nretract what\n"),
                         STR("go.mod"), LOAD_GOMOD_DEPENDENCY, 26, &m));
    assert_str(m.go, "1.17");
    assert_int_equal(m.replace.n, 0);
    /* What Go 1.19 does not know. */
    assert_false(
        load_gomod_parse(&a, STR("toolchain go1.21.0\n"), STR("go.mod"), LOAD_GOMOD_MAIN, 19, &m));
    assert_false(load_gomod_parse(&a, STR("go 1.19.1\n"), STR("go.mod"), LOAD_GOMOD_MAIN, 19, &m));
    assert_true(load_gomod_parse(&a, STR("go 1.21\nuse (\n\t.\n\t./x\n)\nreplace a.b/c => ../d\n"),
                                 STR("go.work"), LOAD_GOMOD_WORK, 26, &m));
    assert_int_equal(m.use.n, 2);
    arena_release(&a);
}

static void vendor_list(void **state)
{
    struct arena a = {0};
    struct load_vendor v;

    (void)state;
    load_vendor_parse(
        &a,
        STR("## workspace\n# example.org/a v1.2.3\n## explicit; go 1.21\nexample.org/a\n"
            "example.org/a/x\n# example.org/b v1.0.0 => ../b\n## explicit\n"
            "# example.org/c => example.org/d v1.4.0\n# broken\n"),
        &v);
    assert_true(v.workspace);
    assert_int_equal(v.mods.n, 3);
    assert_int_equal(v.mods.v[0].packages.n, 2);
    assert_str(v.mods.v[0].go_version, "1.21");
    assert_true(v.mods.v[0].is_explicit && v.mods.v[0].used);
    assert_str(v.mods.v[1].replacement.path, "../b");
    assert_false(v.mods.v[1].used);
    assert_true(v.mods.v[2].replaced);
    assert_str(v.mods.v[2].replacement.version, "v1.4.0");
    arena_release(&a);
}

static bool holds(const struct load_tags *t, const char *line)
{
    struct err e;
    bool v = false;

    if (!load_constraint_eval(t, str_of(line), &v, &e)) {
        fail_msg("%s: %s", line, e.text);
    }
    return v;
}

static void constraints(void **state)
{
    static const struct {
        const char *line, *want;
    } bad[] = {
        {"//go:build", "unexpected end of expression"},
        {"//go:build a b", "unexpected token b"},
        {"//go:build (a", "missing close paren"},
        {"//go:build (a ||", "missing close paren"},
        {"//go:build a)", "unexpected token )"},
        {"//go:build !!a", "double negation not allowed"},
        {"//go:build a & b", "invalid syntax at &"},
        {"//go:build a-b", "invalid syntax at -"},
        {"//go:buildx", "not a build constraint"},
    };
    struct arena a = {0};
    struct load_tags t;
    struct strbuf b = {0};
    struct err e;
    bool v;

    (void)state;
    load_tags_init(&a, &t, STR("linux"), STR("amd64"), 21, true, STR("foo,bar baz"));
    assert_true(holds(&t, "//go:build linux && amd64 && cgo && gc && unix && go1.1 && go1.21"));
    assert_true(holds(&t, "//go:build foo && bar && baz"));
    assert_false(holds(&t, "//go:build go1.22 || windows || arm64 || gccgo || race"));
    assert_true(holds(&t, "//go:build !windows && (darwin || linux)"));
    assert_true(holds(&t, "//go:build windows || !(darwin || freebsd) && linux"));
    assert_true(holds(&t, "// +build windows linux,amd64"));
    assert_false(holds(&t, "// +build windows linux,!amd64"));
    assert_true(holds(&t, "//+build !windows"));
    assert_false(holds(&t, "// +build !!linux"));
    assert_false(holds(&t, "// +build"));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (load_constraint_eval(&t, str_of(bad[i].line), &v, &e)) {
            fail_msg("no error: %s", bad[i].line);
        }
        assert_string_equal(e.text, bad[i].want);
    }
    strbuf_puts(&b, "//go:build ");
    for (int i = 0; i < 100000; i++) {
        strbuf_puts(&b, "(");
    }
    assert_false(load_constraint_eval(&t, strbuf_str(&b), &v, &e));
    assert_string_equal(e.text, "build expression too large");
    strbuf_release(&b);
    load_tags_release(&t);
    load_tags_init(&a, &t, STR("ios"), STR("arm64"), 26, false, (str){0});
    assert_true(holds(&t, "//go:build darwin && ios && unix && !cgo"));
    load_tags_release(&t);
    arena_release(&a);
}

static void file_names(void **state)
{
    static const struct {
        const char *name;
        bool want;
    } cases[] = {
        {"x.go", true},
        {"linux.go", true},
        {"windows.go", true},
        {"x_linux.go", true},
        {"x_windows.go", false},
        {"x_amd64.go", true},
        {"x_arm64.go", false},
        {"x_linux_amd64.go", true},
        {"x_linux_arm64.go", false},
        {"x_windows_amd64.go", false},
        {"x_linux_test.go", true},
        {"x_windows_test.go", false},
        {"x_windows_x.go", true},
        {"x_unix.go", true},
        {"x_amd64_linux.go", true},
        {"windows_amd64.go", true},
        {"x_test.go", true},
        {"_windows.go", false},
        {"a_windows_linux.go", true},
        {"x_arm64_linux.go", true},
        {"x_linux.x_windows.go", true},
        {"x_wasip1.go", false},
        {"test.go", true},
        {"x_windows_arm64.s", false},
    };
    struct arena a = {0};
    struct load_tags t;

    (void)state;
    load_tags_init(&a, &t, STR("linux"), STR("amd64"), 26, true, (str){0});
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (load_file_name_matches(&t, str_of(cases[i].name)) != cases[i].want) {
            fail_msg("%s", cases[i].name);
        }
    }
    t.minor = 19; /* which did not know it */
    assert_true(load_file_name_matches(&t, STR("x_wasip1.go")));
    load_tags_release(&t);
    arena_release(&a);
}

static void heads(void **state)
{
    static const struct {
        const char *text;
        int want; /* 1, 0, or -1 for an error */
    } cases[] = {
        {"package x", 1},
        {"//go:build windows\n\npackage x", 0},
        {"//go:build windows\npackage x", 0},
        {"\xEF\xBB\xBF//go:build windows\n\npackage x", 0},
        {"// +build windows\n\npackage x", 0},
        {"// +build windows\npackage x", 1}, /* no blank line: a comment of the package */
        {"/* c */ //go:build windows\n\npackage x", 1},
        {"/*\n//go:build windows\n*/\n\npackage x", 1},
        {"/* c */\n//go:build windows\n\npackage x", 0},
        {"// c\n\n//go:build linux\n// +build windows\n\npackage x", 1},
        {"package x\n//go:build windows\n", 1},
        {"//go:build windows\n//go:build linux\n\npackage x", -1},
        {"//go:build (\n\npackage x", -1},
        {"// +build linux\n// +build arm64\n\npackage x", 0},
        {"// +build (\n\npackage x", 0},
    };
    struct arena a = {0};
    struct load_tags t;
    struct load_head h;

    (void)state;
    load_tags_init(&a, &t, STR("linux"), STR("amd64"), 26, true, (str){0});
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool m;
        struct err e;
        bool ok = load_head_matches(&t, str_of(cases[i].text), &m, &e);

        if ((ok ? (int)m : -1) != cases[i].want) {
            fail_msg("case %zu: %s", i, cases[i].text);
        }
    }
    load_tags_release(&t);

    assert_true(
        load_head_scan(&a,
                       STR("\xEF\xBB\xBF// c\npackage x; import \"a\"\nimport (\n\t. `b`\n\t_ "
                           "\"\\x63\" // d\n\tC \"C\"\n)\nvar s = `import \"z\"`"),
                       false, &h));
    assert_str(h.package, "x");
    assert_int_equal(h.imports.n, 4);
    assert_str(h.imports.v[1].path, "b");
    assert_str(h.imports.v[2].path, "c");
    assert_true(h.cgo && !h.embed && !h.bad);
    assert_int_equal(h.imports.v[0].off, 26);
    /* More is needed at every place before the end of the head. */
    for (size_t n = 0; n < 24; n++) {
        assert_false(load_head_scan(&a, (str){"package x\n\nimport \"a\"\nvar", n < 21 ? n : 20},
                                    false, &h));
    }
    assert_true(load_head_scan(&a, STR("package x\n\nimport \"a"), true, &h));
    assert_true(h.bad);
    assert_true(load_head_scan(&a, STR(""), true, &h));
    assert_true(h.bad);
    arena_release(&a);
}

static void patterns(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool want;
    } cases[] = {
        {"net", "net", true},
        {"net", "net/http", false},
        {"net/...", "net", true},
        {"net/...", "net/http/httptest", true},
        {"net/...", "netx", false},
        {"net...", "netx/y", true},
        {"...", "anything/at/all", true},
        {".../http", "net/http", true},
        {"a/.../c", "a/b/c", true},
        {"a/.../c", "a/x/y/c", true},
        {"a/.../c", "a/c", false},
        {"a...c...e", "abcde", true},
        {"a...c...e", "abce", true},
        {"a...c...e", "abde", false},
        {"./...", ".", true},
        {"./...", "./x", true},
        {"./...", "./vendor/x", false},
        {"./...", "./vendor", true},
        {"./vendor/...", "./vendor/x", true},
        {"./vendor/...", "./vendor", true},
        {"x/.../y", "x/vendor/y", false},
        {"x/vendor/...", "x/vendor/y", true},
        {"...", "x/vendor/y", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (load_pattern_matches(str_of(cases[i].pattern), str_of(cases[i].name)) !=
            cases[i].want) {
            fail_msg("%s against %s", cases[i].pattern, cases[i].name);
        }
    }
    assert_true(load_pattern_tree(STR("net/..."), STR("net")));
    assert_true(load_pattern_tree(STR("a/b/..."), STR("a")));
    assert_true(load_pattern_tree(STR("a/b/..."), STR("a/b/c")));
    assert_false(load_pattern_tree(STR("a/b/..."), STR("b")));
    assert_false(load_pattern_tree(STR("net"), STR("net/http")));
}

static void experiments(void **state)
{
    static const char source[] = "package buildcfg\n"
                                 "func P(goos, goarch, goexp string) {\n"
                                 "\tvar regabiSupported, regabiAlwaysOn bool\n"
                                 "\tswitch goarch {\n"
                                 "\tcase \"amd64\", \"arm64\":\n"
                                 "\t\tregabiAlwaysOn = true\n"
                                 "\t\tregabiSupported = true // yes\n"
                                 "\tcase \"s390x\":\n"
                                 "\t\tregabiSupported = true\n"
                                 "\t}\n"
                                 "\tdwarf := (goos != \"darwin\" && goos != \"aix\")\n"
                                 "\thave8 := goarch == \"386\" || goarch == \"amd64\"\n"
                                 "\tbaseline := goexperiment.Flags{\n"
                                 "\t\tRegabiArgs: regabiSupported,\n"
                                 "\t\tDwarf5:     dwarf,\n"
                                 "\t\tSpin:       have8 && !false,\n"
                                 "\t\tGreenTeaGC: true,\n"
                                 "\t\tOff: false,\n"
                                 "\t}\n\tOther: true,\n";
    struct arena a = {0};
    struct load_tags t;

    (void)state;
    load_tags_init(&a, &t, STR("linux"), STR("amd64"), 26, true, (str){0});
    load_env_experiments(&a, &t, str_of(source), (str){0});
    assert_true(load_tags_has(&t, STR("goexperiment.regabiargs")));
    assert_true(load_tags_has(&t, STR("goexperiment.dwarf5")));
    assert_true(load_tags_has(&t, STR("goexperiment.spin")));
    assert_true(load_tags_has(&t, STR("goexperiment.greenteagc")));
    assert_false(load_tags_has(&t, STR("goexperiment.off")));
    assert_false(load_tags_has(&t, STR("goexperiment.other")));
    load_tags_release(&t);
    load_tags_init(&a, &t, STR("darwin"), STR("riscv64"), 26, true, (str){0});
    load_env_experiments(&a, &t, str_of(source), STR("nogreenteagc,boringcrypto"));
    assert_false(load_tags_has(&t, STR("goexperiment.regabiargs")));
    assert_false(load_tags_has(&t, STR("goexperiment.dwarf5")));
    assert_false(load_tags_has(&t, STR("goexperiment.spin")));
    assert_false(load_tags_has(&t, STR("goexperiment.greenteagc")));
    assert_true(load_tags_has(&t, STR("boringcrypto")));
    load_tags_release(&t);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(module_versions), cmocka_unit_test(go_versions),
        cmocka_unit_test(paths),           cmocka_unit_test(gomod_all_directives),
        cmocka_unit_test(gomod_errors),    cmocka_unit_test(vendor_list),
        cmocka_unit_test(constraints),     cmocka_unit_test(file_names),
        cmocka_unit_test(heads),           cmocka_unit_test(patterns),
        cmocka_unit_test(experiments),
    };

    return cmocka_run_group_tests_name("load_text", tests, NULL, NULL);
}
