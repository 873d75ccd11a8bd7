/* syntax_print_test.c: print.h: the short form of diagnostics, the full one that can be read again. */
#include "unit.h"

#include "syntax/parse.h"
#include "syntax/print.h"

/* What gc writes for x in `var _ = x` (checked against syntax.String of Go 1.26). */
static void short_form(void **state)
{
    static const char *const cases[][2] = {
        {"a+b*c", "a + b * c"},
        {"(a+b)*-c", "(a + b) * -c"},
        {"&(T{1})", "&T{\xe2\x80\xa6}"},
        {"T{}", "T{}"},
        {"[]int{1,2}[i:j]", "[]int{\xe2\x80\xa6}[i:j]"},
        {"x[:j:k]", "x[:j:k]"},
        {"x[i:]", "x[i:]"},
        {"f(a, b...)", "f(a, b...)"},
        {"func(a, b int, c ...string) (x, y T) { return }",
         "func(a, b int, c ...string) (x, y T) {\xe2\x80\xa6}"},
        {"func() {}", "func() {}"},
        {"func() error { return nil }", "func() error {\xe2\x80\xa6}"},
        {"x.(interface{ m(); ~int | E })", "x.(interface{m(); ~int | E})"},
        {"map[string]struct{ a, b int `t`; *E; c d }(nil)",
         "map[string]struct{a, b int `t`; *E; c d}(nil)"},
        {"make(chan (<-chan int), 1)", "make(chan (<-chan int), 1)"},
        {"(chan<- int)(c)", "(chan<- int)(c)"},
        {"<-chan int(nil)", "<-chan int(nil)"},
        {"G[int, []T](x)", "G[int, []T](x)"},
        {"[...]int{}", "[...]int{}"},
        {"[n]*p.T{}", "[n]*p.T{}"},
        {"!a == ^b", "!a == ^b"},
        {"'\\n' + \"s\"", "'\\n' + \"s\""},
        {"func(int, ...T)(nil)", "func(int, ...T) nil"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sources *sources = sources_new();
        struct intern *names = intern_new();
        struct arena a = {0};
        struct source *src = sources_add_text(
            sources, STR("x.go"), str_fmt(&a, "package p; var _ = %s", cases[i][0]), NULL);
        struct ast *f = parse_file(&a, names, src, PARSE_ALL);

        assert_int_equal(f->n_errors, 0);
        assert_str(print_expr_str(&a, f, names, ast_rec(f, ast_list(f, f->decls)[0], VALUE_VALUES)),
                   cases[i][1]);
        sources_free(sources);
        intern_free(names);
        arena_release(&a);
    }
}

/* Where the full form has more than the short one. */
static void full_form(void **state)
{
    static const char *const cases[] = {
        "- -x",
        "&(p.x)",
        "f(3 ...)",
        "3 .f",
        "3 .(int)",
        "func() {\n\tswitch 3 .(type) {\n\t}\n}",
        "func() {\n\ttype _[P (a * b),] int\n}",
        "a.b",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sources *sources = sources_new();
        struct intern *names = intern_new();
        struct arena a = {0};
        struct strbuf out = {0};
        str text = str_fmt(&a, "package p\nvar _ = %s", cases[i]);
        struct ast *f =
            parse_file(&a, names, sources_add_text(sources, STR("x.go"), text, NULL), PARSE_ALL);

        assert_int_equal(f->n_errors, 0);
        print_file(&out, f, names);
        assert_str(str_trim(strbuf_str(&out)), text.p);
        strbuf_release(&out);
        sources_free(sources);
        intern_free(names);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_form),
        cmocka_unit_test(full_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
