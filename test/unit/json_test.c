/* json_test.c: jsonr.h and jsonw.h. */
#include "unit.h"

#include <math.h>

#include "base/jsonr.h"
#include "base/jsonw.h"

static struct jsonr parse(const char *text)
{
    struct jsonr doc;
    struct err e;

    if (!jsonr_parse(str_of(text), &doc, &e)) {
        fail_msg("%s: %s", text, e.text);
    }
    return doc;
}

static void reading(void **state)
{
    struct jsonr d = parse("{\"s\":\"a\\u0000b\",\"n\":-3,\"f\":2.5,\"t\":true,\"z\":null,"
                           "\"a\":[1,\"x\",{}],\"o\":{\"k\":7},\"w\":1e3}");
    struct jsonr a, o;
    struct err e;
    str s;
    i64 i;
    u32 u;
    double f;
    bool b;

    (void)state;
    assert_true(jsonr_need_str(d, "s", &s, &e));
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "a\0b", 3);
    assert_true(jsonr_need_int(d, "n", &i, &e) && i == -3);
    assert_true(jsonr_need_int(d, "w", &i, &e) && i == 1000);
    assert_true(jsonr_need_num(d, "f", &f, &e) && f > 2.4 && f < 2.6);
    assert_true(jsonr_need_bool(d, "t", &b, &e) && b);
    assert_true(jsonr_need_array(d, "a", &a, &e));
    assert_int_equal(jsonr_len(a), 3);
    assert_int_equal(jsonr_kind(jsonr_at(a, 1)), JSONR_STRING);
    assert_int_equal(jsonr_kind(jsonr_at(a, 3)), JSONR_ABSENT);
    assert_true(jsonr_need_object(d, "o", &o, &e));
    assert_true(jsonr_need_u32(o, "k", &u, &e) && u == 7);
    assert_int_equal(jsonr_kind(jsonr_get(d, "z")), JSONR_NULL);
    assert_int_equal(jsonr_kind(jsonr_get(jsonr_get(d, "nope"), "deeper")), JSONR_ABSENT);
    assert_str(jsonr_str_or(d, "nope", STR("dflt")), "dflt");
    assert_str(jsonr_str_or(d, "z", STR("dflt")), "dflt");
    assert_int_equal(jsonr_int_or(d, "f", 9), 9);
    assert_true(jsonr_bool_or(d, "z", true));
    jsonr_free(d);
}

static void members_in_order(void **state)
{
    struct jsonr d = parse("{\"z\":1,\"a\":2,\"m\":3}"), v;
    struct strbuf b = {0};
    str key;

    (void)state;
    for (void *it = NULL; jsonr_next_member(d, &it, &key, &v);) {
        strbuf_put(&b, key);
    }
    assert_string_equal(strbuf_cstr(&b), "zam");
    strbuf_release(&b);
    jsonr_free(d);
}

static void wrong_kinds(void **state)
{
    struct jsonr d = parse("{\"s\":1,\"n\":\"x\",\"f\":1.5,\"big\":4294967296,\"neg\":-1}");
    struct jsonr v, list = parse("[1]");
    struct err e;
    str s;
    i64 i;
    u32 u;

    (void)state;
    assert_false(jsonr_need_str(d, "s", &s, &e));
    assert_string_equal(e.text, "s: want a string, got a number");
    assert_false(jsonr_need_int(d, "n", &i, &e));
    assert_string_equal(e.text, "n: want a whole number, got a string");
    assert_false(jsonr_need_int(d, "f", &i, &e));
    assert_string_equal(e.text, "f: want a whole number, got 1.5");
    assert_false(jsonr_need_u32(d, "big", &u, &e));
    assert_string_equal(e.text, "big: 4294967296 is out of range");
    assert_false(jsonr_need_u32(d, "neg", &u, &e));
    assert_false(jsonr_need_array(d, "nope", &v, &e));
    assert_string_equal(e.text, "nope: want an array, got nothing");
    assert_false(jsonr_need_str(list, "s", &s, &e));
    assert_string_equal(e.text, "s: want a member of an object, got an array");
    assert_false(jsonr_need_str(list, "s", &s, NULL));
    jsonr_free(d);
    jsonr_free(list);
}

static void bad_text(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":}",
        "{\"a\" 1}",
        "{a:1}",
        "\"abc",
        "\"\\x\"",
        "\"\\ud800\"",
        "nul",
        "1 2",
        "[1}",
        "\"\x80\"",
        "\"\xED\xA0\x80\"",
        "01",
        "1e999",
        "99999999999999999999999",
        "\"a\nb\"",
        "\xEF\xBB\xBF{}",
        "{\"a\":1}x",
    };
    struct jsonr doc;
    struct err e;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        memset(&e, 0, sizeof(e));
        if (jsonr_parse(str_of(bad[i]), &doc, &e)) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_true(str_has_prefix(str_of(e.text), STR("bad JSON")));
        assert_null(strchr(e.text, '\n'));
    }
    assert_false(jsonr_parse(STR("{\n  \"a\": tru\n}"), &doc, &e));
    assert_true(str_has_prefix(str_of(e.text), STR("bad JSON at line 2, column ")));
    assert_false(jsonr_parse(STR("\"a\0\""), &doc, NULL));
}

static void deep_nesting(void **state)
{
    enum { DEEP = 1000000 };
    char *text = mem_alloc(DEEP);
    struct jsonr doc;
    struct err e;

    (void)state;
    memset(text, '[', DEEP);
    assert_false(jsonr_parse((str){text, DEEP}, &doc, &e)); /* an error, not a crash */
    for (size_t i = 0; i < DEEP; i += 5) {
        memcpy(text + i, "{\"a\":", 5);
    }
    assert_false(jsonr_parse((str){text, DEEP}, &doc, &e));
    mem_free(text);
}

static void streams(void **state)
{
    str rest = STR("{\"a\":1}\n{\"a\":2}{\"a\":3}\n\n [4] \n"), before;
    struct jsonr doc;
    struct err e;

    (void)state;
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(jsonr_next_doc(&rest, &doc, &e), 1);
        assert_int_equal(jsonr_int_or(doc, "a", 0), i);
        jsonr_free(doc);
    }
    assert_int_equal(jsonr_next_doc(&rest, &doc, &e), 1);
    assert_int_equal(jsonr_len(doc), 1);
    jsonr_free(doc);
    assert_int_equal(jsonr_next_doc(&rest, &doc, &e), 0);

    rest = STR("{\"a\":1}\n{\"a\":"); /* a writer that was killed */
    assert_int_equal(jsonr_next_doc(&rest, &doc, &e), 1);
    jsonr_free(doc);
    before = rest;
    assert_int_equal(jsonr_next_doc(&rest, &doc, &e), -1);
    assert_true(str_eq(before, STR("\n{\"a\":")) || str_eq(rest, STR("{\"a\":")));
}

static void write_sample(struct jsonw *w)
{
    jsonw_object(w);
    jsonw_put_str(w, "s", STR("q\" b\\ \n\t\x01 <&> \x80 \xE2\x80\xA8 \xC3\xA9"));
    jsonw_key(w, "a");
    jsonw_array(w);
    jsonw_int(w, INT64_MIN);
    jsonw_uint(w, UINT64_MAX);
    jsonw_num(w, 0.1);
    jsonw_num(w, NAN);
    jsonw_bool(w, true);
    jsonw_null(w);
    jsonw_object(w);
    jsonw_end(w);
    jsonw_end(w);
    jsonw_put_bool(w, "b", false);
    jsonw_put_int(w, "i", -1);
    jsonw_put_num(w, "n", 2);
    jsonw_end(w);
}

static void writing(void **state)
{
    struct strbuf b = {0};
    struct jsonw w;

    (void)state;
    jsonw_init(&w, &b, 0);
    write_sample(&w);
    assert_true(jsonw_finish(&w));
    assert_string_equal(strbuf_cstr(&b),
                        "{\"s\":\"q\\\" b\\\\ \\n\\t\\u0001 \\u003c\\u0026\\u003e \xEF\xBF\xBD "
                        "\\u2028 \xC3\xA9\",\"a\":[-9223372036854775808,18446744073709551615,0.1,"
                        "null,true,null,{}],\"b\":false,\"i\":-1,\"n\":2}");
    strbuf_reset(&b);
    jsonw_init(&w, &b, 2);
    jsonw_object(&w);
    jsonw_key(&w, "a");
    jsonw_array(&w);
    jsonw_int(&w, 1);
    jsonw_int(&w, 2);
    jsonw_end(&w);
    jsonw_key(&w, "e");
    jsonw_array(&w);
    jsonw_end(&w);
    jsonw_end(&w);
    jsonw_finish(&w);
    assert_string_equal(strbuf_cstr(&b), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}\n");
    strbuf_release(&b);
}

/* Whatever bytes go in: what comes out is read back, as the same text where it was UTF-8. */
static void round_trip(void **state)
{
    struct strbuf b = {0};
    u64 random = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        struct jsonw w;
        struct jsonr doc;
        struct err e;
        str in, out;

        for (size_t i = 0; i < sizeof(bytes); i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(random >> (round % 2 ? 56 : 57)); /* half of them ASCII only */
        }
        in = (str){bytes, (size_t)round % sizeof(bytes)};
        strbuf_reset(&b);
        jsonw_init(&w, &b, 0);
        jsonw_object(&w);
        jsonw_put_str(&w, "k", in);
        jsonw_end(&w);
        jsonw_finish(&w);
        if (!jsonr_parse(strbuf_str(&b), &doc, &e)) {
            fail_msg("%s: %s", strbuf_cstr(&b), e.text);
        }
        assert_true(jsonr_need_str(doc, "k", &out, &e));
        assert_true(str_is_utf8(out));
        if (str_is_utf8(in)) {
            assert_true(str_eq(in, out));
        } else {
            assert_int_equal(str_runes(in), str_runes(out));
        }
        jsonr_free(doc);
    }
    strbuf_release(&b);
}

static void numbers_round_trip(void **state)
{
    static const double values[] = {0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, -0.0, 6.4e-9};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct strbuf b = {0};
        struct jsonw w;
        double back;

        jsonw_init(&w, &b, 0);
        jsonw_num(&w, values[i]);
        assert_true(str_f64(strbuf_str(&b), &back));
        assert_memory_equal(&back, &values[i], sizeof(back));
        strbuf_release(&b);
    }
}

static void to_file(void **state)
{
    struct strbuf b = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    FILE *full = fopen("/dev/full", "w");
    struct jsonw w;

    (void)state;
    jsonw_init(&w, &b, 0);
    jsonw_to_file(&w, f);
    jsonw_array(&w);
    for (int i = 0; i < 100000; i++) {
        jsonw_int(&w, i);
        assert_true(b.n < 200000); /* in pieces */
    }
    jsonw_end(&w);
    assert_true(jsonw_finish(&w));
    fclose(f);
    assert_int_equal(size, 10 + 180 + 2700 + 36000 + 450000 + 99999 + 2);
    assert_memory_equal(text + size - 6, "99999]", 6);
    free(text);

    if (full) {
        jsonw_init(&w, &b, 0);
        jsonw_to_file(&w, full);
        jsonw_str(&w, STR("x"));
        assert_false(jsonw_finish(&w)); /* no space left on device */
        fclose(full);
    }
    strbuf_release(&b);
}

static void value_without_key(void *arg)
{
    struct strbuf b = {0};
    struct jsonw w;

    (void)arg;
    jsonw_init(&w, &b, 0);
    jsonw_object(&w);
    jsonw_int(&w, 1);
}

static void not_closed(void *arg)
{
    struct strbuf b = {0};
    struct jsonw w;

    (void)arg;
    jsonw_init(&w, &b, 0);
    jsonw_array(&w);
    jsonw_finish(&w);
}

static void key_in_array(void *arg)
{
    struct strbuf b = {0};
    struct jsonw w;

    (void)arg;
    jsonw_init(&w, &b, 0);
    jsonw_array(&w);
    jsonw_key(&w, "k");
}

static void misuse_is_a_bug(void **state)
{
    (void)state;
    assert_int_equal(unit_fork(value_without_key, NULL).status, 128 + SIGABRT);
    assert_int_equal(unit_fork(not_closed, NULL).status, 128 + SIGABRT);
    assert_int_equal(unit_fork(key_in_array, NULL).status, 128 + SIGABRT);
}

static void everything(void *arg)
{
    struct strbuf b = {0};
    struct jsonw w;
    struct jsonr doc;
    struct err e;

    (void)arg;
    jsonw_init(&w, &b, 2);
    write_sample(&w);
    jsonw_finish(&w);
    strbuf_reset(&b);
    strbuf_puts(&b, "{\"a\":[1,2.5,\"text\",{\"b\":null}],\"c\":\"a longer text than one piece\"}");
    if (!jsonr_parse(strbuf_str(&b), &doc, &e)) {
        exit(3);
    }
    jsonr_free(doc);
    strbuf_release(&b);
}

/* jansson's own allocations are ours too, so they end the same way. */
static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),
        cmocka_unit_test(members_in_order),
        cmocka_unit_test(wrong_kinds),
        cmocka_unit_test(bad_text),
        cmocka_unit_test(deep_nesting),
        cmocka_unit_test(streams),
        cmocka_unit_test(writing),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(numbers_round_trip),
        cmocka_unit_test(to_file),
        cmocka_unit_test(misuse_is_a_bug),
        cmocka_unit_test(allocation_sweep),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
