/* str_test.c: str.h, quoted.h, path.h and err.h. */
#include "unit.h"

#include <errno.h>

#include "base/err.h"
#include "base/path.h"
#include "base/quoted.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void slices(void **state)
{
    str s = STR("hello, world"), none = {0};

    (void)state;
    assert_str(str_slice(s, 7, 100), "world");
    assert_str(str_slice(s, 5, 3), "");
    assert_str(str_from(none, 4), "");
    assert_true(str_eq(none, STR("")));
    assert_true(str_is(none, ""));
    assert_false(str_eq(s, STR("hello")));
    assert_int_equal(str_cmp(STR("a"), STR("b")), -1);
    assert_int_equal(str_cmp(STR("ab"), STR("a")), 1);
    assert_int_equal(str_cmp(none, STR("")), 0);
    assert_int_equal(str_cmp(STR("\xff"), STR("a")), 1); /* bytes are unsigned */
    assert_true(str_has_prefix(s, STR("hello")));
    assert_true(str_has_suffix(s, STR("world")));
    assert_false(str_has_suffix(STR("d"), STR("world")));
    assert_true(str_has_prefix(none, none));
    assert_str(str_trim(STR(" \t\r\n a b \v\f")), "a b");
    assert_str(str_trim(STR("  ")), "");
}

static void finding(void **state)
{
    str s = STR("abcabc");

    (void)state;
    assert_int_equal(str_find(s, STR("ca")), 2);
    assert_int_equal(str_find(s, STR("x")), -1);
    assert_int_equal(str_find(s, STR("")), 0);
    assert_int_equal(str_find(STR(""), STR("x")), -1);
    assert_int_equal(str_find_last(s, STR("abc")), 3);
    assert_int_equal(str_find_last(s, STR("abcabca")), -1);
    assert_int_equal(str_find_byte(s, 'c'), 2);
    assert_int_equal(str_find_last_byte(s, 'c'), 5);
    assert_int_equal(str_find_byte((str){0}, 'c'), -1);
}

static void cutting(void **state)
{
    str before, after, s = STR("go1.26.8");

    (void)state;
    assert_true(str_cut(STR("k=v=w"), STR("="), &before, &after));
    assert_str(before, "k");
    assert_str(after, "v=w");
    assert_false(str_cut(STR("kv"), STR("="), &before, &after));
    assert_str(before, "kv");
    assert_str(after, "");
    assert_true(str_cut_prefix(&s, STR("go")));
    assert_false(str_cut_prefix(&s, STR("go")));
    assert_true(str_cut_suffix(&s, STR(".8")));
    assert_str(s, "1.26");
}

/* The parts of a text, each in brackets. */
static str parts(str s, char how)
{
    struct strbuf b = {0};
    str part, r;

    while (how == '\n'  ? str_next_line(&s, &part)
           : how == ' ' ? str_next_field(&s, &part)
                        : str_next_sep(&s, how, &part)) {
        strbuf_printf(&b, "[%.*s]", STR_ARG(part));
    }
    r = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return r;
}

static void iterating(void **state)
{
    (void)state;
    assert_str(parts(STR("a\nb\r\n\nc"), '\n'), "[a][b][][c]");
    assert_str(parts(STR("a\n"), '\n'), "[a]");
    assert_str(parts(STR(""), '\n'), "");
    assert_str(parts(STR("\r\n"), '\n'), "[]");
    assert_str(parts(STR("  a\tb \n"), ' '), "[a][b]");
    assert_str(parts(STR(" "), ' '), "");
    assert_str(parts(STR(":a::b"), ':'), "[][a][][b]");
    assert_str(parts(STR("a:"), ':'), "[a]");
    assert_str(parts((str){0}, ':'), "");
}

static void copies(void **state)
{
    str list[] = {STR_INIT("a"), STR_INIT(""), STR_INIT("c")};

    (void)state;
    assert_str(str_fmt(&arena, "%d-%s", 7, "x"), "7-x");
    assert_str(str_join(&arena, list, 3, STR(", ")), "a, , c");
    assert_str(str_join(&arena, NULL, 0, STR(", ")), "");
    assert_str(str_replace(&arena, STR("aXbXX"), STR("X"), STR("--")), "a--b----");
    assert_str(str_replace(&arena, STR("abc"), STR(""), STR("--")), "abc");
    assert_int_equal(str_dup(&arena, STR("abc")).p[3], '\0');
    assert_int_equal(str_dup(&arena, (str){0}).p[0], '\0');
}

static void numbers(void **state)
{
    u64 u;
    i64 i;
    double d;

    (void)state;
    assert_true(str_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(str_u64(STR("18446744073709551616"), &u));
    assert_false(str_u64(STR(""), &u));
    assert_false(str_u64(STR("1 "), &u));
    assert_false(str_u64(STR("-1"), &u));
    assert_true(str_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_true(str_i64(STR("+9223372036854775807"), &i) && i == INT64_MAX);
    assert_false(str_i64(STR("9223372036854775808"), &i));
    assert_false(str_i64(STR("-9223372036854775809"), &i));
    assert_false(str_i64(STR("-"), &i));
    assert_false(str_i64(STR("--1"), &i));
    assert_true(str_hex(STR("0xC000012345"), &u) && u == 0xC000012345);
    assert_true(str_hex(STR("ffffffffffffffff"), &u) && u == UINT64_MAX);
    assert_false(str_hex(STR("10000000000000000"), &u));
    assert_false(str_hex(STR("0x"), &u));
    assert_false(str_hex(STR("0xg"), &u));
    assert_true(str_f64(STR("21.25"), &d) && d > 21.24 && d < 21.26);
    assert_false(str_f64(STR("21.25 "), &d));
    assert_false(str_f64(STR(" 1"), &d));
    assert_false(str_f64(STR(""), &d));
    assert_false(str_f64(STR("1\0"
                             "2"),
                         &d));
}

static void runes_round_trip(void **state)
{
    (void)state;
    for (u32 r = 0; r <= STR_RUNE_MAX; r++) {
        char buf[4];
        size_t n = str_encode_rune(buf, r);
        u32 back;

        assert_int_equal(str_decode_rune((str){buf, n}, &back), n);
        assert_int_equal(back, r >= 0xD800 && r <= 0xDFFF ? STR_RUNE_ERROR : r);
        for (size_t cut = 1; cut < n; cut++) { /* a character cut off is one bad byte */
            assert_int_equal(str_decode_rune((str){buf, cut}, &back), 1);
            assert_int_equal(back, STR_RUNE_ERROR);
        }
    }
}

static void bad_utf8(void **state)
{
    static const char *const bad[] = {
        "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF",         "\xE2\x28\xA1",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        u32 rune;

        assert_false(str_is_utf8(str_of(bad[i])));
        assert_int_equal(str_decode_rune(str_of(bad[i]), &rune), 1);
        assert_int_equal(rune, STR_RUNE_ERROR);
    }
    assert_true(str_is_utf8(STR("\xEF\xBF\xBD"))); /* U+FFFD itself is fine */
    assert_int_equal(str_runes(STR("\xE0\x9F\xBF")), 3);
    assert_int_equal(str_runes(STR("a\xC3\xA9\xF0\x9F\x98\x80")), 3);
    assert_int_equal(str_utf16_len(STR("a\xC3\xA9\xF0\x9F\x98\x80")), 4);
}

static void building(void **state)
{
    struct strbuf b = {0};

    (void)state;
    assert_string_equal(strbuf_cstr(&b), "");
    strbuf_put(&b, (str){0});
    assert_string_equal(strbuf_cstr(&b), "");
    for (int i = 0; i < 1000; i++) {
        strbuf_printf(&b, "%d,", i);
        assert_int_equal(b.p[b.n], '\0');
    }
    assert_true(str_has_suffix(strbuf_str(&b), STR("998,999,")));
    strbuf_truncate(&b, 3);
    strbuf_put_rune(&b, 0x20AC);
    strbuf_put_n(&b, '-', 3);
    strbuf_puts(&b, "x");
    strbuf_putc(&b, 'y');
    assert_string_equal(strbuf_cstr(&b), "0,1\xE2\x82\xAC---xy");
    strbuf_reset(&b);
    assert_int_equal(b.n, 0);
    assert_string_equal(strbuf_cstr(&b), "");
    strbuf_release(&b);
}

/* The words, each in brackets, or the error. */
static str split(const char *s)
{
    struct strbuf b = {0};
    struct err e;
    str *words, r;
    size_t n;

    if (!quoted_split(&arena, str_of(s), &words, &n, &e)) {
        return str_fmt(&arena, "error: %s", e.text);
    }
    for (size_t i = 0; i < n; i++) {
        strbuf_printf(&b, "[%.*s]", STR_ARG(words[i]));
    }
    r = str_dup(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return r;
}

/* Expected values: what cmd/internal/quoted.Split of Go 1.26 returns. */
static void quoted_splitting(void **state)
{
    (void)state;
    assert_str(split(""), "");
    assert_str(split(" \t\r\n"), "");
    assert_str(split("-race -tags=a,b"), "[-race][-tags=a,b]");
    assert_str(split("'-ldflags=-s -w' -v"), "[-ldflags=-s -w][-v]");
    assert_str(split("\"it's\" x"), "[it's][x]");
    assert_str(split("-ldflags='-s -w'"), "[-ldflags='-s][-w']"); /* inside a word: plain */
    assert_str(split("'a''b'c"), "[a][b][c]");
    assert_str(split("''"), "[]");
    assert_str(split("a\\ b"), "[a\\][b]"); /* no escapes */
    assert_str(split("x 'abc"), "error: unterminated ' string");
    assert_str(split("\""), "error: unterminated \" string");
}

static void quoted_joining(void **state)
{
    str words[] = {STR_INIT("a"), STR_INIT("b c"), STR_INIT("it's"), STR_INIT("\"q\""),
                   STR_INIT("")};
    str both = STR("'\""), joined, *back;
    struct err e;
    size_t n;

    (void)state;
    assert_true(quoted_join(&arena, words, ARRAY_LEN(words), &joined, &e));
    assert_str(joined, "a 'b c' \"it's\" '\"q\"' ''");
    assert_true(quoted_split(&arena, joined, &back, &n, &e));
    assert_int_equal(n, ARRAY_LEN(words));
    for (size_t i = 0; i < n; i++) {
        assert_true(str_eq(back[i], words[i]));
    }
    assert_false(quoted_join(&arena, &both, 1, &joined, &e));
    assert_non_null(strstr(e.text, "cannot be quoted"));
}

/* Expected values: Go's filepath.Clean. */
static void cleaning(void **state)
{
    static const char *const cases[][2] = {
        {"", "."},
        {"abc", "abc"},
        {"abc/", "abc"},
        {"a//b", "a/b"},
        {"a/./b", "a/b"},
        {"a/b/..", "a"},
        {"a/..", "."},
        {"a/../..", ".."},
        {"../a", "../a"},
        {"../../a/../b", "../../b"},
        {"/", "/"},
        {"//", "/"},
        {"/..", "/"},
        {"/../a", "/a"},
        {"/a/../../b", "/b"},
        {"./a", "a"},
        {"./..", ".."},
        {"a/b/../../..", ".."},
        {"..", ".."},
        {"...", "..."},
        {"a/..b", "a/..b"},
        {".", "."},
        {"/.", "/"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_str(path_clean(&arena, str_of(cases[i][0])), cases[i][1]);
    }
}

static void path_parts(void **state)
{
    (void)state;
    assert_str(path_base(STR("/a/b.go")), "b.go");
    assert_str(path_base(STR("a/")), "a");
    assert_str(path_base(STR("")), ".");
    assert_str(path_base(STR("///")), "/");
    assert_str(path_dir(&arena, STR("/a/b.go")), "/a");
    assert_str(path_dir(&arena, STR("b.go")), ".");
    assert_str(path_dir(&arena, STR("/b.go")), "/");
    assert_str(path_ext(STR("a.b/c")), "");
    assert_str(path_ext(STR("a/c_test.go")), ".go");
    assert_str(path_join(&arena, STR("/a"), STR("../b")), "/b");
    assert_str(path_join(&arena, STR(""), STR("b")), "b");
    assert_str(path_join(&arena, STR("a"), STR("")), "a");
    assert_str(path_under(&arena, STR("/m"), STR("/x/../y")), "/y");
    assert_str(path_under(&arena, STR("/m"), STR("./y")), "/m/y");
}

static void relative(void **state)
{
    static const char *const cases[][3] = {
        {"/a/b", "/a/b/c", "c"},
        {"/a/b", "/a/b", "."},
        {"/a/b", "/a/bc", "../bc"},
        {"/a/b", "/a", ".."},
        {"/a/b", "/", "../.."},
        {"/", "/a/b", "a/b"},
        {"/a/b/c", "/a/x/y", "../../x/y"},
        {"/a/bc", "/a/b", "../b"},
        {"/a", "/b", "../b"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_str(path_rel(&arena, str_of(cases[i][0]), str_of(cases[i][1])), cases[i][2]);
    }
    assert_str(path_short(&arena, STR("/home/me/m"), STR("/home/me/m/x.go")), "x.go");
    assert_str(path_short(&arena, STR("/home/me/m"), STR("/usr/x.go")), "/usr/x.go");
    assert_str(path_short(&arena, STR("/m"), STR("x.go")), "x.go");
    assert_true(path_is_below(STR("/a/b"), STR("/a")));
    assert_true(path_is_below(STR("/a"), STR("/a")));
    assert_true(path_is_below(STR("/a"), STR("/")));
    assert_false(path_is_below(STR("/ab"), STR("/a")));
}

static void errors(void **state)
{
    struct err e;
    char *copy, long_text[1200];

    (void)state;
    assert_false(err_os(&e, ENOENT, "open %s", "x.go"));
    assert_string_equal(e.text, "open x.go: no such file or directory");
    assert_int_equal(e.os, ENOENT);
    err_prefix(&e, "%s: ", "go.mod");
    assert_string_equal(e.text, "go.mod: open x.go: no such file or directory");
    assert_int_equal(e.os, ENOENT);
    err_set(&e, "bad");
    assert_int_equal(e.os, 0);
    assert_false(err_os(NULL, ENOENT, "x"));
    assert_false(err_set(NULL, "x"));
    assert_false(err_prefix(NULL, "x"));

    /* Too long a text is cut between characters. */
    for (size_t i = 0; i + 2 < sizeof(long_text); i += 2) {
        memcpy(long_text + i, "\xC3\xA9", 3);
    }
    for (int shift = 0; shift < 2; shift++) {
        err_set(&e, "%s%s", shift ? "x" : "", long_text);
        assert_true(str_is_utf8(str_of(e.text)));
        assert_true(str_has_suffix(str_of(e.text), STR("...")));
        err_prefix(&e, "before: ");
        err_os(&e, EIO, "%s", long_text);
        assert_true(str_is_utf8(str_of(e.text)));
    }
    copy = str_cstr(&arena, str_of(err_signal_text(SIGKILL)));
    assert_string_equal(copy, "killed");
}

static void everything(void *arg)
{
    struct arena a = {0};
    struct strbuf b = {0};
    str *words, joined;
    size_t n;

    (void)arg;
    for (int i = 0; i < 300; i++) {
        strbuf_printf(&b, "'word %d' ", i);
    }
    if (!quoted_split(&a, strbuf_str(&b), &words, &n, NULL) || n != 300 ||
        !quoted_join(&a, words, n, &joined, NULL)) {
        exit(3);
    }
    str_replace(&a, joined, STR("word"), STR("x"));
    path_rel(&a, STR("/a/b"), STR("/c"));
    strbuf_release(&b);
    arena_release(&a);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices),           cmocka_unit_test(finding),
        cmocka_unit_test(cutting),          cmocka_unit_test(iterating),
        cmocka_unit_test(copies),           cmocka_unit_test(numbers),
        cmocka_unit_test(runes_round_trip), cmocka_unit_test(bad_utf8),
        cmocka_unit_test(building),         cmocka_unit_test(quoted_splitting),
        cmocka_unit_test(quoted_joining),   cmocka_unit_test(cleaning),
        cmocka_unit_test(path_parts),       cmocka_unit_test(relative),
        cmocka_unit_test(errors),           cmocka_unit_test(allocation_sweep),
    };

    return cmocka_run_group_tests_name("str", tests, NULL, release);
}
