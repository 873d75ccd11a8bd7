/* lsp_test.c: lsp_frame.h, lsp_text.h, and lines that move under a stored result. */
#include "unit.h"

#include "lsp/lsp_int.h"
#include "lsp/lsp_patch.h"

static struct arena arena;

/* ---- messages ---- */

/* What comes of bytes in pieces of a length: B(body), X for a header that makes no sense, L for a message too large. */
static str frames(const char *bytes, size_t piece)
{
    struct lsp_frames f = {0};
    struct strbuf b = {0};
    str in = str_of(bytes), body;

    for (; in.n > 0; in = str_from(in, piece)) {
        lsp_frames_put(&f, str_slice(in, 0, piece));
        for (enum lsp_frame k; (k = lsp_frames_next(&f, &body)) != LSP_FRAME_NONE;) {
            if (k == LSP_FRAME_BODY) {
                strbuf_printf(&b, "B(%.*s)", STR_ARG(body));
            } else {
                strbuf_putc(&b, k == LSP_FRAME_BAD ? 'X' : 'L');
            }
        }
    }
    if (lsp_frames_pending(&f)) {
        strbuf_putc(&b, '+');
    }
    str out = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    lsp_frames_release(&f);
    return out;
}

static void messages(void **state)
{
    static const struct {
        const char *bytes, *want;
    } all[] = {
        {"Content-Length: 2\r\n\r\n{}", "B({})"},
        {"Content-Length: 0\r\n\r\nContent-Length: 1\r\n\r\nx", "B()B(x)"},
        {"Content-Type: a\r\ncontent-LENGTH:3 \r\n\r\nabc", "B(abc)"},
        {"Content-Length: 3\n\nabc\n\n\nContent-Length: 1\r\n\r\nx", "B(abc)B(x)"},
        {"Content-Length: -3\r\n\r\nContent-Length: 1\r\n\r\nx", "XB(x)"},
        {"Content-Length: 99999999999999999999\r\n\r\nContent-Length: 1\r\n\r\nx", "XB(x)"},
        {"garbage\r\n\r\nContent-Length: 1\r\n\r\nx", "XB(x)"},
        {"garbage\r\nContent-Length: 1\r\n\r\nx", "B(x)"},
        {"Content-Length: 5\r\n\r\nabc", "+"},
        {"Content-Len", "+"},
        {"Content-Length: 999999999999\r\n\r\nabc", "L+"},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        for (size_t piece = 1; piece < 80; piece++) {
            assert_str(frames(all[i].bytes, piece), all[i].want);
        }
    }
    /* Without any end of a line it is not kept for ever. */
    char *junk = arena_alloc(&arena, 3 * LSP_HEADER_MAX);
    memset(junk, 'x', 3 * LSP_HEADER_MAX);
    junk[3 * LSP_HEADER_MAX - 1] = 0;
    assert_true(str_has_prefix(frames(junk, 1000), STR("X")));
}

/* ---- URIs ---- */

static void uris(void **state)
{
    static const struct {
        const char *uri, *path; /* NULL: none */
    } all[] = {
        {"file:///a/b.go", "/a/b.go"},          {"file:///a%20b/%c3%A4.go", "/a b/\xc3\xa4.go"},
        {"file://localhost/a/../b.go", "/b.go"}, {"file:///a%2", "/a%2"},
        {"file:///a%zz", "/a%zz"},              {"file:///a%00b", NULL},
        {"untitled:x", NULL},                   {"file://", NULL},
        {"", NULL},
    };
    str path;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        assert_int_equal(lsp_uri_path(&arena, str_of(all[i].uri), &path), all[i].path != NULL);
        if (all[i].path) {
            assert_str(path, all[i].path);
            assert_true(lsp_uri_path(&arena, lsp_path_uri(&arena, path), &path));
            assert_str(path, all[i].path);
        }
    }
    assert_str(lsp_path_uri(&arena, STR("/a b/c#d.go")), "file:///a%20b/c%23d.go");
}

/* ---- positions ---- */

static void positions(void **state)
{
    str text = STR("ab\r\n\xc3\xa4x\xf0\x9f\x98\x80y\n\rend");
    struct lsp_lines utf16 = lsp_lines_of(&arena, text, LSP_UTF16), utf8 = lsp_lines_of(&arena, text, LSP_UTF8);

    (void)state;
    assert_int_equal(utf16.n, 4);
    assert_str(lsp_line(&utf16, 1), "\xc3\xa4x\xf0\x9f\x98\x80y");
    assert_str(lsp_line(&utf16, 3), "end");
    assert_str(lsp_line(&utf16, 4), "");
    for (size_t i = 0; i <= text.n; i++) {
        struct lsp_pos p = lsp_pos_of(&utf8, i);
        if (i != 3 && i != 4 + 9) { /* between and behind what ends a line there is no place of its own */
            assert_int_equal(lsp_offset(&utf8, p), i);
        }
    }
    struct lsp_pos behind = lsp_pos_of(&utf16, 4 + 2 + 1 + 4);
    assert_int_equal(behind.line, 1);
    assert_int_equal(behind.character, 4);
    assert_int_equal(lsp_offset(&utf16, behind), 11);
    assert_int_equal(lsp_offset(&utf16, (struct lsp_pos){1, 3}), 7); /* in the middle of a pair: before it */
    assert_int_equal(lsp_offset(&utf16, (struct lsp_pos){0, 99}), 2);
    assert_int_equal(lsp_offset(&utf16, (struct lsp_pos){99, 0}), text.n);
    assert_int_equal(lsp_pos_at(&utf16, 2, 4).character, 2);
    assert_int_equal(lsp_pos_at(&utf8, 2, 4).character, 3);
    assert_int_equal(lsp_pos_at(&utf8, 0, 0).line, 0);
}

static void changes(void **state)
{
    static const struct {
        const char *json, *want; /* NULL: they make no sense */
    } all[] = {
        {"[{\"text\":\"x\"}]", "x"},
        {"[{\"range\":{\"start\":{\"line\":1,\"character\":1},\"end\":{\"line\":1,\"character\":3}},\"text\":\"\"}]", "a\nbe\n"},
        {"[{\"range\":{\"start\":{\"line\":0,\"character\":1},\"end\":{\"line\":1,\"character\":0}},\"text\":\"--\"},"
         "{\"range\":{\"start\":{\"line\":0,\"character\":0},\"end\":{\"line\":0,\"character\":2}},\"text\":\"\xc3\xa4\"}]",
         "\xc3\xa4-bcde\n"},
        {"[{\"range\":{\"start\":{\"line\":9,\"character\":9},\"end\":{\"line\":9,\"character\":10}},\"text\":\"end\"}]", "a\nbcde\nend"},
        {"[{\"range\":{\"start\":{\"line\":1,\"character\":3},\"end\":{\"line\":1,\"character\":0}},\"text\":\"x\"}]", NULL},
        {"[{}]", NULL},
        {"[]", "a\nbcde\n"},
        {"{}", "a\nbcde\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct strbuf text = {0};
        struct jsonr doc;
        strbuf_puts(&text, "a\nbcde\n");
        assert_true(jsonr_parse(str_of(all[i].json), &doc, NULL));
        assert_int_equal(lsp_text_change(&text, doc, LSP_UTF16), all[i].want != NULL);
        if (all[i].want) {
            assert_str(strbuf_str(&text), all[i].want);
        }
        strbuf_release(&text);
        jsonr_free(doc);
    }
}

/* ---- lines that move ---- */

static void drift(void **state)
{
    static const struct {
        const char *old, *now;
        u32 to[6]; /* of lines 1 … */
    } all[] = {
        {"a\nb\nc", "a\nb\nc", {1, 2, 3, 0}},   {"a\nb\nc", "x\na\nb\nc", {2, 3, 4, 0}},
        {"a\nb\nc", "a\nc", {1, 0, 2, 0}},      {"a\nb\nc", "a\nx\ny\nc", {1, 0, 4, 0}},
        {"a\na\na", "a\na", {1, 2, 0, 0}},      {"a\nb", "", {0, 0, 0}},
        {"", "a\n", {2, 0}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct lsp_lines old = lsp_lines_of(&arena, str_of(all[i].old), LSP_UTF8);
        struct lsp_lines now = lsp_lines_of(&arena, str_of(all[i].now), LSP_UTF8);
        struct lsp_drift d = lsp_drift_of(&old, &now);
        for (u32 k = 0; k <= old.n; k++) {
            assert_int_equal(lsp_drift_line(&d, k + 1), all[i].to[k]);
        }
        assert_int_equal(lsp_drift_line(&d, 0), 0);
    }
}

/* "file:line+n=text" of each. */
static void patches(void **state)
{
    static const struct {
        const char *diff, *want; /* NULL: none */
    } all[] = {
        {"--- a/x.go\n+++ b/x.go\n@@ -1,4 +1,5 @@\n a\n-b\n+B\n+C\n c\n d\n", "x.go:2+1=B\nC\n"},
        {"--- a/x.go\n+++ b/x.go\n@@ -1,2 +1,3 @@\n a\n+b\n c\n@@ -9,2 +10 @@ func F\n-y\n z\n--- a/d/y.go\n+++ b/d/y.go\n@@ -3 +3 @@\n"
         "-p\n+q\n",
         "x.go:2+0=b\nx.go:9+1=d/y.go:3+1=q\n"},
        {"--- a/x.go\n+++ b/x.go\n@@ -1,3 +1,3 @@\n-a\n+A\n b\n-c\n+C\n", "x.go:1+1=A\nx.go:3+1=C\n"},
        {"--- a/x.go\n+++ b/x.go\n@@ -2,0 +3 @@\n+n\n", "x.go:3+0=n\n"},
        {"--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-a\n+A\n\\ No newline at end of file\n", NULL},
        {"--- a/x.go\n+++ b/x.go\n@@ -1,2 +1 @@\n-a\n+A\n", NULL},
        {"--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n-a\n+A\n+B\n", NULL},
        {"--- /dev/null\n+++ b/x.go\n@@ -0,0 +1 @@\n+A\n", NULL},
        {"@@ -1 +1 @@\n-a\n+A\n", NULL},
        {"--- a/x.go\n@@ -99999999999 +1 @@\n", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        lsp_patches v = {0};
        struct strbuf b = {0};
        bool ok = lsp_patch_read(&arena, str_of(all[i].diff), &v);
        for (size_t k = 0; k < v.n; k++) {
            strbuf_printf(&b, "%.*s:%u+%u=%.*s", STR_ARG(v.v[k].file), v.v[k].line, v.v[k].n, STR_ARG(v.v[k].text));
        }
        if (all[i].want) {
            assert_true(ok);
            assert_str(strbuf_str(&b), all[i].want);
        } else if (ok) {
            fail_msg("%s was taken", all[i].diff);
        }
        strbuf_release(&b);
    }
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages), cmocka_unit_test(uris),  cmocka_unit_test(positions),
        cmocka_unit_test(changes),  cmocka_unit_test(drift),    cmocka_unit_test(patches),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
