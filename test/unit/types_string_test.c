/* types_string_test.c: types as messages write them. */
#include "types_unit.h"

/* What is declared as `var x T`, and how T is written from inside its package; NULL: the same. */
static const char *const texts[][2] = {
    {"int", NULL},
    {"byte", NULL},
    {"uint8", NULL},
    {"rune", NULL},
    {"unsafe.Pointer", NULL},
    {"error", NULL},
    {"any", NULL},
    {"interface{}", NULL},
    {"[]*map[string][3]N", NULL},
    {"chan int", NULL},
    {"<-chan int", NULL},
    {"chan<- int", NULL},
    {"chan (<-chan int)", NULL},
    {"chan<- (chan int)", "chan<- chan int"},
    {"<-chan (<-chan int)", "<-chan <-chan int"},
    {"struct{}", NULL},
    {"struct{a, b int; N; *M; C q.C}", "struct{a int; b int; N; *M; C q.C}"},
    {"struct{a int `x:\"y\" \\`; B N}", "struct{a int \"x:\\\"y\\\" \\\\\"; B N}"},
    {"func()", NULL},
    {"func(int, ...string) error", NULL},
    {"func(a int, b ...string) (n int, err error)", NULL},
    {"func() (int, error)", NULL},
    {"func() (r int)", NULL},
    {"func(func(int) int) func() func()", NULL},
    {"interface{ b(); A(x int) string; error }", "interface{A(x int) string; b(); error}"},
    {"G[int]", NULL},
    {"G[*G[N]]", NULL},
    {"P[string, []N]", NULL},
    {"A", NULL},
    {"AG[int]", NULL},
    {"q.C", NULL},
    {"q.D[q.C]", NULL},
    {"func(q.C) (x, y q.C)", "func(q.C) (x q.C, y q.C)"},
};

static void all(void **state)
{
    (void)state;
    struct unit_types u;
    struct strbuf b = {0};
    unit_types_init(&u, "amd64");
    unit_types_add(&u, "example.org/q", "package q; type C int; type D[T any] []T");
    strbuf_puts(&b, "package p\n"
                    "import (\"unsafe\"; \"example.org/q\")\n"
                    "var _ q.C\n"
                    "var _ unsafe.Pointer\n"
                    "type N int\ntype M struct{}\ntype A = N\n"
                    "type G[T any] struct{}\ntype AG[T any] = G[T]\ntype P[K comparable, V any] map[K]V\n");
    for (u32 i = 0; i < ARRAY_LEN(texts); i++) {
        strbuf_printf(&b, "var x%u %s\n", i, texts[i][0]);
    }
    unit_types_add(&u, "p", strbuf_cstr(&b));
    for (u32 i = 0; i < ARRAY_LEN(texts); i++) {
        str got = type_str(&u.a, unit_type(&u, str_fmt(&u.a, "x%u", i).p), u.pkg);
        assert_str(got, texts[i][1] ? texts[i][1] : texts[i][0]);
    }
    strbuf_release(&b);
    unit_types_free(&u);
}

static str spell(struct unit_types *u, struct type *t, const struct package *own, enum type_qual q)
{
    struct strbuf b = {0};
    type_write(&b, t, own, q);
    str s = str_dup(&u->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* Names, paths, and paths where two packages of one name are about. */
static void packages(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_init(&u, "amd64");
    unit_types_add(&u, "example.org/a/q", "package q; type T int");
    unit_types_add(&u, "example.org/b/q", "package q; type T int");
    unit_types_add(&u, "p", "package p; import \"example.org/a/q\"; type T []q.T");
    struct type *t = type_under(unit_type(&u, "T"));
    assert_str(spell(&u, t, u.pkg, QUAL_NAME), "[]q.T");
    assert_str(spell(&u, t, u.pkg, QUAL_PATH), "[]example.org/a/q.T");
    assert_str(spell(&u, unit_type(&u, "T"), u.pkg, QUAL_NAME), "T");
    assert_str(spell(&u, unit_type(&u, "T"), NULL, QUAL_NAME), "p.T");
    assert_str(spell(&u, u.prog->error, NULL, QUAL_PATH), "error");
    assert_str(spell(&u, u.prog->any, NULL, QUAL_PATH), "any");
    assert_str(spell(&u, u.prog->comparable, NULL, QUAL_PATH), "comparable");
    unit_types_add(&u, "r", "package r; import (a \"example.org/a/q\"; \"example.org/b/q\"); type T struct{ x a.T; y q.T }");
    t = type_under(unit_type(&u, "T"));
    assert_str(spell(&u, t, u.pkg, QUAL_NAME), "struct{x \"example.org/a/q\".T; y \"example.org/b/q\".T}");
    assert_str(spell(&u, t, u.pkg, QUAL_SHORT), "struct{x q.T; y q.T}");
    unit_types_free(&u);
}

/* Generic types and functions, constraints, and parameters called like predeclared types. */
static void generic(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(&u, "package p\n"
                         "type C interface{ ~int | string | *float64; comparable }\n"
                         "type L[K, V comparable, W any] struct{}\n"
                         "func F[T ~[]E, E any](t T, f func(E) T) (T, []E) { return t, nil }\n"
                         "func S[int any](x int) {}\n");
    assert_str(spell(&u, type_under(unit_type(&u, "C")), u.pkg, QUAL_NAME),
               "interface{~int | string | *float64; comparable}");
    assert_str(spell(&u, unit_type(&u, "L"), u.pkg, QUAL_NAME), "L[K, V comparable, W any]");
    assert_str(spell(&u, unit_type(&u, "F"), u.pkg, QUAL_NAME),
               "func[T ~[]E, E any](t T, f func(E) T) (T, []E)");
    assert_str(spell(&u, unit_type(&u, "S"), u.pkg, QUAL_NAME),
               "func[int /* with int declared at p.go:5:8 */ any](x int /* with int declared at p.go:5:8 */)");
    struct strbuf b = {0};
    type_write_signature(&b, as_signature(unit_type(&u, "F")), u.pkg, QUAL_NAME, TYPE_WRITE_NO_NAMES);
    assert_str(strbuf_str(&b), "[T ~[]E, E any](T, func(E) T) (T, []E)");
    strbuf_release(&b);
    unit_types_free(&u);
}

/* Types without names of their own that contain themselves. */
static void cycles(void **state)
{
    (void)state;
    struct arena a = {0};
    struct type_slice *s = (struct type_slice *)(void *)type_new_slice(&a, TYPE_OF(INT));
    s->elem = type_new_pointer(&a, &s->t);
    assert_str(type_str(&a, &s->t, NULL), "[]*<cycle to *Slice>");
    assert_str(type_str(&a, TYPE_BAD, NULL), "invalid type");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all),
        cmocka_unit_test(packages),
        cmocka_unit_test(generic),
        cmocka_unit_test(cycles),
    };

    return cmocka_run_group_tests_name("types_string", tests, NULL, NULL);
}
