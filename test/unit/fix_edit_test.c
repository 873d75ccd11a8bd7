/* fix_edit_test.c: edits, imports, diffs, overlays, files written together. */
#include "unit.h"

#include <sys/stat.h>

#include "base/io.h"
#include "fix/fix_apply.h"

static struct arena arena;
static struct sources *sources;

static int begin(void **state)
{
    (void)state;
    sources = sources_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    sources_free(sources);
    arena_release(&arena);
    return 0;
}

static struct source *file(const char *path, const char *text)
{
    struct err e;
    struct source *s = sources_add_text(sources, str_of(path), str_of(text), &e);

    assert_non_null(s);
    return s;
}

static pos at(const struct source *s, const char *what)
{
    i64 i = str_find(s->text, str_of(what));

    assert_true(i >= 0);
    return s->base + (u32)i;
}

static void replace(struct fix_edits *e, const struct source *s, const char *old, const char *new_)
{
    fix_edit_replace(e, s, at(s, old), at(s, old) + (u32)strlen(old), str_of(new_));
}

static void applying(void **state)
{
    struct source *b = file("b.go", "one two three\n"), *a = file("a.go", "x\n");
    struct fix_edits e = {.arena = &arena};
    fix_files files;
    struct err err;

    (void)state;
    replace(&e, b, "three", "3");
    replace(&e, b, "one", "1");
    fix_edit_insert(&e, b, at(b, "two"), STR("("));
    fix_edit_insert(&e, b, at(b, "two"), STR("["));
    fix_edit_insert(&e, b, at(b, " three"), STR(")"));
    replace(&e, a, "x", "");
    assert_true(fix_edits_apply(&e, &arena, &files, &err));
    assert_int_equal(files.n, 2);
    assert_str(files.v[0].path, "a.go");
    assert_str(files.v[0].after, "\n");
    assert_str(files.v[1].after, "1 ([two) 3\n");
    assert_str(files.v[1].before, "one two three\n");
}

static void overlapping(void **state)
{
    struct source *s = file("s.go", "abcdef\n");
    struct fix_edits x = {.arena = &arena}, y = {.arena = &arena}, z = {.arena = &arena};
    fix_files files;
    struct err err;

    (void)state;
    replace(&x, s, "bcd", "B");
    replace(&y, s, "de", "D");
    fix_edit_insert(&z, s, at(s, "e"), STR("|"));
    fix_edit_insert(&z, s, at(s, "b"), STR("|"));
    assert_true(fix_edits_overlap(&x, &y));
    assert_false(fix_edits_join(&x, &y));
    assert_int_equal(x.v.n, 1);
    assert_true(fix_edits_join(&x, &z));
    assert_true(fix_edits_apply(&x, &arena, &files, &err));
    assert_str(files.v[0].after, "a|B|ef\n");
    replace(&x, s, "d", "");
    assert_false(fix_edits_apply(&x, &arena, &files, &err));
}

static str settled(const char *text, const char *old, const char *new_, const char *add, const char *drop)
{
    struct source *s = file("i.go", text);
    struct fix_edits e = {.arena = &arena};
    fix_files files;
    struct err err;

    replace(&e, s, old, new_);
    if (add) {
        fix_edit_needs(&e, s, str_of(add));
        fix_edit_needs(&e, s, str_of(add)); /* twice is once */
    }
    if (drop) {
        fix_edit_drops(&e, s, str_of(drop));
    }
    if (!fix_edits_apply(&e, &arena, &files, &err)) {
        fail_msg("%s", err.text);
    }
    return files.v[0].after;
}

static void importing(void **state)
{
    (void)state;
    assert_str(settled("package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar s = fmt.Sprint(os.Args)\nvar t = fmt.X\n",
                       "fmt.X", "strconv.Y", "strconv", "fmt"),
               "package p\n\nimport (\n\t\"strconv\"\n\t\"fmt\"\n\t\"os\"\n)\n\nvar s = fmt.Sprint(os.Args)\nvar t = "
               "strconv.Y\n");
    assert_str(settled("package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nvar s = fmt.Sprint(os.Args)\n", "fmt.Sprint(os.Args)",
                       "os.Args", NULL, "fmt"),
               "package p\n\nimport (\n\t\"os\"\n)\n\nvar s = os.Args\n");
    assert_str(settled("package p\n\nimport \"fmt\"\n\nvar s = fmt.A\n", "fmt.A", "strconv.A", "strconv", "fmt"),
               "package p\n\nimport \"strconv\"\n\n\nvar s = strconv.A\n");
    assert_str(settled("package p\n\nimport (\n\t\"fmt\"\n)\n\nvar s = fmt.A\n", "fmt.A", "1", NULL, "fmt"),
               "package p\n\n\nvar s = 1\n");
    /* The group of std stays one when its last import goes, and comes to be where there is none. */
    assert_str(settled("package p\n\nimport (\n\t\"fmt\"\n\n\t\"x.org/x\"\n)\n\nvar s = fmt.A + x.A\n", "fmt.A", "strconv.A", "strconv", "fmt"),
               "package p\n\nimport (\n\t\"strconv\"\n\n\t\"x.org/x\"\n)\n\nvar s = strconv.A + x.A\n");
    assert_str(settled("package p\n\nimport (\n\t\"x.org/x\"\n)\n\nvar s = x.B + x.A\n", "x.B", "strconv.A", "strconv", NULL),
               "package p\n\nimport (\n\t\"strconv\"\n\n\t\"x.org/x\"\n)\n\nvar s = strconv.A + x.A\n");
    assert_str(settled("package p\n\nimport (\n\t_ \"strconv\"\n)\n\nvar s = 1\n", "1", "strconv.A", "strconv", NULL),
               "package p\n\nimport (\n\t\"strconv\"\n\t_ \"strconv\"\n)\n\nvar s = strconv.A\n");
}

static void formatting(void **state)
{
    struct source *clean = file("c.go", "package p\n\nvar a = 1\n"), *foul = file("f.go", "package p\nvar   a = 1\n");
    struct fix_edits e = {.arena = &arena};
    const char *gofmt;
    fix_files files;
    struct err err;

    (void)state;
    if (!fix_find_gofmt(&arena, (str){0}, &gofmt, &err)) {
        skip();
    }
    replace(&e, clean, "= 1", "=   2");
    replace(&e, foul, "= 1", "=   2");
    assert_true(fix_edits_apply(&e, &arena, &files, &err));
    assert_true(fix_format(&arena, gofmt, &files, &err));
    assert_str(files.v[0].after, "package p\n\nvar a = 2\n");
    assert_str(files.v[1].after, "package p\nvar   a =   2\n"); /* nobody formatted it before */
    files.v[0].after = STR("package p\n\nvar a = = 2\n");
    assert_false(fix_format(&arena, gofmt, &files, &err));
    assert_non_null(strstr(err.text, "c.go"));
}

static str diff(const char *before, const char *after)
{
    struct strbuf b = {0};

    fix_diff(&b, STR("d"), str_of(before), str_of(after));
    str s = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

#define HEAD "--- a/d\n+++ b/d\n"

static void diffs(void **state)
{
    (void)state;
    assert_str(diff("a\nb\n", "a\nb\n"), "");
    assert_str(diff("a\nb\nc\n", "a\nB\nc\n"), HEAD "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    assert_str(diff("", "a\n"), HEAD "@@ -0,0 +1 @@\n+a\n");
    assert_str(diff("a\n", ""), HEAD "@@ -1 +0,0 @@\n-a\n");
    assert_str(diff("a", "a\n"), HEAD "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
    assert_str(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\n12\n"),
               HEAD "@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n 4\n 5\n@@ -8,5 +8,4 @@\n 8\n 9\n 10\n-11\n 12\n");
}

/* Whatever the texts: applying the diff by hand gives the new one. */
static str patched(str before, str d)
{
    struct strbuf b = {0};
    str line, rest = d, old = before;
    size_t n = 0;

    while (str_next_line(&rest, &line)) {
        if (str_has_prefix(line, STR("@@ -"))) {
            u64 from = 0, count = 1;
            str spec = str_slice(line, 4, 4 + (size_t)str_find(str_from(line, 4), STR(" "))), x, y;
            str_cut(spec, STR(","), &x, &y);
            assert_true(str_u64(x, &from));
            assert_true(y.n == 0 || str_u64(y, &count));
            from -= count > 0;
            for (; n < from; n++) {
                size_t end = (size_t)str_find_byte(old, '\n') + 1;
                strbuf_put(&b, str_slice(old, 0, end));
                old = str_from(old, end);
            }
        } else if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '-') && !str_has_prefix(line, STR("---"))) {
            size_t end = (size_t)str_find_byte(old, '\n') + 1;
            assert_true(str_eq(str_slice(old, 0, end - 1), str_from(line, 1)));
            if (line.p[0] == ' ') {
                strbuf_put(&b, str_slice(old, 0, end));
            }
            old = str_from(old, end);
            n++;
        } else if (line.n > 0 && line.p[0] == '+' && !str_has_prefix(line, STR("+++"))) {
            strbuf_put(&b, str_from(line, 1));
            strbuf_putc(&b, '\n');
        }
    }
    strbuf_put(&b, old);
    str s = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static void random_diffs(void **state)
{
    u32 seed = 7;

    (void)state;
    for (int round = 0; round < 400; round++) {
        struct strbuf x = {0}, y = {0};
        for (int i = 0; i < round % 60; i++) {
            seed = seed * 1664525 + 1013904223;
            char line[3] = {(char)('a' + (seed >> 24) % 4), '\n', 0};
            u32 what = (seed >> 16) % 8;
            if (what != 0) {
                strbuf_puts(&x, line);
            }
            if (what != 1) {
                line[0] = (char)(what == 2 ? 'z' : line[0]);
                strbuf_puts(&y, line);
            }
        }
        struct strbuf d = {0};
        fix_diff(&d, STR("d"), strbuf_str(&x), strbuf_str(&y));
        str got = patched(strbuf_str(&x), strbuf_str(&d));
        assert_true(str_eq(got, strbuf_str(&y)));
        strbuf_release(&x);
        strbuf_release(&y);
        strbuf_release(&d);
    }
}

static str content(const char *path)
{
    struct err e;
    str s;

    if (!io_read_file(&arena, path, &s, &e)) {
        fail_msg("%s", e.text);
    }
    return s;
}

static void writing(void **state)
{
    const char *dir = io_temp_dir("unit-fix", NULL);
    const char *x = str_fmt(&arena, "%s/x", dir).p, *y = str_fmt(&arena, "%s/y", dir).p;
    const char *link = str_fmt(&arena, "%s/link", dir).p;
    fix_files files = {0};
    struct err e;
    struct stat st;
    str *names;
    size_t n;

    (void)state;
    assert_true(io_write_file(x, STR("old x"), 0600, &e) && io_write_file(y, STR("old y"), 0666, &e));
    assert_int_equal(chmod(x, 0640), 0);
    assert_int_equal(symlink("x", link), 0);
    vec_push_in(&arena, &files, (struct fix_file){NULL, str_of(link), STR("old x"), STR("new x")});
    vec_push_in(&arena, &files, (struct fix_file){NULL, str_of(y), STR("other y"), STR("new y")});
    assert_false(fix_write(&files, &e)); /* y is not what it was */
    assert_non_null(strstr(e.text, "has changed"));
    assert_str(content(x), "old x");
    files.v[1].before = STR("old y");
    assert_true(fix_write(&files, &e));
    assert_str(content(x), "new x");
    assert_str(content(y), "new y");
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(x, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_true(io_list_dir(&arena, dir, &names, &n, &e));
    assert_int_equal(n, 3); /* nothing is left beside them */

    /* One that is not there: the other stays. */
    files.v[0].before = STR("new x");
    files.v[0].after = STR("newer x");
    files.v[1].path = str_fmt(&arena, "%s/z", dir);
    assert_false(fix_write(&files, &e));
    assert_str(content(x), "new x");
    assert_true(io_list_dir(&arena, dir, &names, &n, &e));
    assert_int_equal(n, 3);
    io_temp_remove(dir);
}

static void overlays(void **state)
{
    const char *dir = io_temp_dir("unit-fix", NULL);
    const char *base = str_fmt(&arena, "%s/base.json", dir).p;
    fix_files files = {0};
    struct fix_extra extra = {STR("/m/x_test.go"), STR("package m\n")};
    struct fix_overlay o;
    struct err e;

    (void)state;
    assert_true(io_write_file(base, STR("{\"Replace\":{\"/m/a.go\":\"/other/a\",\"rel.go\":\"there.go\",\"/m/gone.go\":\"\"}}"),
                              0666, &e));
    vec_push_in(&arena, &files, (struct fix_file){NULL, STR("/m/a.go"), STR("old"), STR("new")});
    assert_true(fix_overlay_make(&arena, &files, &extra, 1, STR("base.json"), str_of(dir), &o, &e));
    str json = content(str_cstr(&arena, o.json));
    assert_true(str_contains(json, str_fmt(&arena, "\"/m/a.go\": \"%s/0/a.go\"", o.dir)));
    assert_true(str_contains(json, str_fmt(&arena, "\"/m/x_test.go\": \"%s/1/x_test.go\"", o.dir)));
    assert_true(str_contains(json, str_fmt(&arena, "\"%s/rel.go\": \"%s/there.go\"", dir, dir)));
    assert_true(str_contains(json, STR("\"/m/gone.go\": \"\"")));
    assert_false(str_contains(json, STR("/other/a")));
    assert_str(content(str_fmt(&arena, "%s/0/a.go", o.dir).p), "new");
    fix_overlay_remove(&o);
    fix_overlay_remove(&o);
    assert_false(fix_overlay_make(&arena, &files, NULL, 0, STR("missing.json"), str_of(dir), &o, &e));
    io_temp_remove(dir);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {TEST(applying),   TEST(overlapping),  TEST(importing), TEST(formatting),
                                       TEST(diffs),      TEST(random_diffs), TEST(writing),   TEST(overlays)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
