/* syntax_source_test.c: source.h: files, lines, columns, line directives. */
#include "unit.h"

#include <pthread.h>

#include "base/io.h"
#include "syntax/source.h"

static struct source *add(struct sources *s, const char *path, const char *text)
{
    struct err e;
    struct source *f = sources_add_text(s, str_of(path), str_of(text), &e);

    assert_non_null(f);
    return f;
}

/* "file:line:col" of the first place of what. */
static void at(struct sources *s, const struct source *f, const char *what, const char *want)
{
    struct arena a = {0};
    i64 off = str_find(f->text, str_of(what));
    struct span p;

    assert_true(off >= 0);
    p = sources_span(s, f->base + (u32)off);
    assert_str(str_fmt(&a, "%.*s:%u:%u", STR_ARG(p.file), p.line, p.col), want);
    arena_release(&a);
}

static void lines_and_columns(void **state)
{
    struct sources *s = sources_new();
    struct source *empty = add(s, "empty.go", ""), *f = add(s, "f.go", "ab\n\r\n\xc3\xa9x\nlast"),
                  *g;
    struct span p;

    (void)state;
    g = add(s, "g.go", "g");
    assert_int_equal(sources_count(s), 3);
    assert_ptr_equal(sources_at(s, 1), f);
    assert_int_equal(empty->base, 1);
    assert_ptr_equal(sources_find(s, 1), empty);
    assert_null(sources_find(s, 0));
    assert_ptr_equal(sources_find(s, f->base), f);
    assert_ptr_equal(sources_find(s, f->base + (u32)f->text.n), f); /* its end */
    assert_ptr_equal(sources_find(s, g->base + 1), g);
    assert_null(sources_find(s, g->base + 2));
    at(s, f, "ab", "f.go:1:1");
    at(s, f, "b", "f.go:1:2");
    at(s, f, "\n", "f.go:1:3");
    at(s, f, "x", "f.go:3:3"); /* columns are bytes */
    at(s, f, "last", "f.go:4:1");
    p = sources_span(s, f->base + (u32)f->text.n);
    assert_int_equal(p.line, 4);
    assert_int_equal(p.col, 5);
    assert_str(sources_line(s, f->base), "ab");
    assert_str(sources_line(s, f->base + 3), "");
    assert_str(sources_line(s, f->base + (u32)f->text.n), "last");
    p = sources_span(s, 0);
    assert_int_equal(p.line, 0);
    /* Back again, for every position. */
    for (u32 i = 0; i <= f->text.n; i++) {
        p = sources_span_raw(s, f->base + i);
        assert_int_equal(sources_pos(s, f, p.line, p.col), f->base + i);
    }
    assert_int_equal(sources_pos(s, f, 1, 4), 0);
    assert_int_equal(sources_pos(s, f, 5, 1), 0);
    assert_int_equal(sources_pos(s, f, 0, 1), 0);
    assert_int_equal(sources_pos(s, f, 4, 6), 0);
    sources_free(s);
}

static void line_directives(void **state)
{
    struct sources *s = sources_new();
    struct source *f = add(s, "f.go",
                           "package p\n"
                           "aa //line no.go:1\n"
                           "//line x.go:10\n"
                           "bb\n"
                           "cc\n"
                           "//line y.go:20:5\n"
                           "dd ee\n"
                           "ff\n"
                           "gg /*line z.go:3:7*/hh\n"
                           "ii /*line :1:1*/jj\n"
                           "`\n//line raw.go:1\n`\n"
                           "kk \"/*line s.go:1:1*/\" ll '\"' //\n"
                           "//line w.go:0\n"
                           "mm\n"
                           " //line indented.go:1\n"
                           "nn /*line a.go:1\n*/ oo\r\n"
                           "//line C:\\x.go:30\r\n"
                           "pp\n");

    (void)state;
    at(s, f, "aa", "f.go:2:1");
    at(s, f, "bb", "x.go:10:0");
    at(s, f, "cc", "x.go:11:0");
    at(s, f, "dd", "y.go:20:5");
    at(s, f, "ee", "y.go:20:8");
    at(s, f, "ff", "y.go:21:1");
    at(s, f, "gg", "y.go:22:1");
    at(s, f, "hh", "z.go:3:7");
    at(s, f, "ii", "z.go:4:1");
    at(s, f, "jj", "z.go:1:1"); /* the file before */
    at(s, f, "kk", "z.go:5:1"); /* what is in strings counts for nothing */
    at(s, f, "ll", "z.go:5:24");
    at(s, f, "mm", "z.go:7:1"); /* line 0 is refused */
    at(s, f, "nn", "z.go:9:1");
    at(s, f, "oo", "z.go:10:4");
    at(s, f, "pp", "C:\\x.go:30:0");
    assert_int_equal(sources_span_raw(s, f->base + (u32)f->text.n).line, 22);
    assert_str(sources_span_raw(s, f->base + (u32)f->text.n).file, "f.go");
    sources_free(s);
}

static void files(void **state)
{
    struct sources *s = sources_new();
    struct source *f;
    struct err e;
    struct arena a = {0};
    const char *dir = io_temp_dir("gomm-source-test", NULL);
    str path = str_fmt(&a, "%s/x.go", dir), big;
    char *text = arena_alloc(&a, 100000);

    (void)state;
    memset(text, 'x', 100000);
    big = (str){text, 100000};
    assert_true(io_write_file(path.p, big, 0666, &e));
    f = sources_add_file(s, path, &e);
    assert_non_null(f);
    assert_true(str_eq(f->text, big));
    for (int i = 0; i < SOURCE_PAD; i++) {
        assert_int_equal(f->text.p[f->text.n + (size_t)i], 0);
    }
    assert_null(sources_add_file(s, str_fmt(&a, "%s/none.go", dir), &e));
    assert_str(str_of(e.text), str_fmt(&a, "open %s/none.go: no such file or directory", dir).p);
    assert_null(sources_add_file(s, str_of(dir), &e));
    assert_str(str_of(e.text), str_fmt(&a, "read %s: is a directory", dir).p);
    /* A file whose size is not known beforehand. */
    f = sources_add_file(s, STR("/proc/self/status"), &e);
    assert_non_null(f);
    assert_true(str_contains(f->text, STR("Name:")));
    assert_int_equal(sources_count(s), 2);
    sources_free(s);
    io_temp_remove(dir);
    arena_release(&a);
}

static void *add_many(void *arg)
{
    struct sources *s = arg;

    for (int i = 0; i < 500; i++) {
        struct source *f = sources_add_text(s, STR("f"), STR("a\nb\nc"), NULL);

        BUG_IF(sources_find(s, f->base + 2) != f || sources_span(s, f->base + 4).line != 3);
        for (u32 n = sources_count(s), j = n > 9 ? n - 9 : 0; j < n; j++) {
            BUG_IF(sources_span(s, sources_at(s, j)->base + 2).line != 2);
        }
    }
    return NULL;
}

static void threads(void **state)
{
    struct sources *s = sources_new();
    pthread_t t[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&t[i], NULL, add_many, s), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
    }
    assert_int_equal(sources_count(s), 2000);
    for (u32 i = 1; i < 2000; i++) {
        assert_int_equal(sources_at(s, i)->base, sources_at(s, i - 1)->base + 6);
    }
    sources_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_columns),
        cmocka_unit_test(line_directives),
        cmocka_unit_test(files),
        cmocka_unit_test(threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
