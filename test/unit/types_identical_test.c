/* types_identical_test.c: identity and hashes. */
#include "types_unit.h"

/* Variables x0, x1, ...: those of one line have identical types, those of different lines have not. */
static const char *const classes[][4] = {
    {"int"},
    {"int64"},
    {"byte", "uint8", "B"},
    {"rune", "int32"},
    {"any", "interface{}", "interface{ any }"},
    {"N"},
    {"M"},
    {"*N", "*AN"},
    {"[]int", "[](int)"},
    {"[3]int", "[1+2]int"},
    {"[4]int"},
    {"map[string]N", "map[string]AN"},
    {"map[N]string"},
    {"chan int"},
    {"<-chan int"},
    {"chan<- int"},
    {"chan<- (chan int)", "chan<- chan int"},
    {"chan (<-chan int)"},
    {"struct{}"},
    {"struct{ a int }", "struct { a int; }"},
    {"struct{ A int }"},
    {"struct{ a int `t` }"},
    {"struct{ a, b int }", "struct{ a int; b int }"},
    {"struct{ N }", "struct{ N }"},
    {"struct{ N N }"},
    {"struct{ *N }"},
    {"func()"},
    {"func(int)", "func(a int)", "func(_ int)"},
    {"func(...int)"},
    {"func([]int)"},
    {"func(int, string) (a, b error)", "func(x int, y string) (error, error)"},
    {"func(int) error"},
    {"interface{ m() }"},
    {"interface{ M() }", "I", "interface{ I }"},
    {"interface{ M(); N() int }", "interface{ N() int; M() }", "interface{ I; N() int }"},
    {"interface{ M() int }"},
    {"error"},
    {"interface{ Error() string }"},
    {"G[int]", "G[int]", "AG[int]"},
    {"G[string]"},
    {"G[byte]", "G[uint8]"},
    {"G[G[int]]", "AG[AG[int]]"},
    {"P[int, string]", "P[int, string]"},
    {"P[string, int]"},
};

static const char *const head = "package p\n"
                                "type N int\n"
                                "type M int\n"
                                "type AN = N\n"
                                "type B = byte\n"
                                "type I = interface{ M() }\n"
                                "type G[T any] struct{ x T }\n"
                                "type AG[T any] = G[T]\n"
                                "type P[K comparable, V any] map[K]V\n"
                                "type R2 interface{ m(func(R2) []R2) }\n"
                                "type R3 interface{ m(func(R3) []R3) }\n";

struct member {
    u32 class;
    struct type *t;
    const char *text;
};

static void all_pairs(void **state)
{
    (void)state;
    struct unit_types u;
    struct strbuf b = {0};
    struct member v[ARRAY_LEN(classes) * 4];
    u32 n = 0;
    strbuf_puts(&b, head);
    for (u32 i = 0; i < ARRAY_LEN(classes); i++) {
        for (u32 j = 0; j < 4 && classes[i][j]; j++) {
            strbuf_printf(&b, "var x%u %s\n", n, classes[i][j]);
            v[n++] = (struct member){i, NULL, classes[i][j]};
        }
    }
    unit_types_check(&u, strbuf_cstr(&b));
    for (u32 i = 0; i < n; i++) {
        v[i].t = unit_type(&u, str_fmt(&u.a, "x%u", i).p);
    }
    for (u32 i = 0; i < n; i++) {
        for (u32 j = 0; j < n; j++) {
            bool same = v[i].class == v[j].class;
            if (type_identical(v[i].t, v[j].t) != same) {
                fail_msg("%s and %s: want %s", v[i].text, v[j].text, same ? "identical" : "different");
            }
            if (same && type_hash(v[i].t) != type_hash(v[j].t)) {
                fail_msg("%s and %s have different hashes", v[i].text, v[j].text);
            }
        }
    }
    strbuf_release(&b);
    unit_types_free(&u);
}

/* What hashes are for: most different types have different ones. */
static void hashes_differ(void **state)
{
    (void)state;
    struct unit_types u;
    struct strbuf b = {0};
    enum { N = 200 };
    u64 h[N];
    strbuf_puts(&b, "package p\ntype G[A, B any] struct{ a A; b B }\n");
    for (u32 i = 0; i < N; i++) {
        strbuf_printf(&b, "type T%u int\n", i);
        strbuf_printf(&b, "var x%u ", i);
        switch (i % 4) {
        case 0: strbuf_printf(&b, "G[T%u, int]\n", i); break;
        case 1: strbuf_printf(&b, "[%u]int\n", i); break;
        case 2: strbuf_printf(&b, "func(T%u) T%u\n", i, i - 1); break;
        default: strbuf_printf(&b, "struct{ f%u int }\n", i); break;
        }
    }
    unit_types_check(&u, strbuf_cstr(&b));
    u32 equal = 0;
    for (u32 i = 0; i < N; i++) {
        h[i] = type_hash(unit_type(&u, str_fmt(&u.a, "x%u", i).p));
        for (u32 j = 0; j < i; j++) {
            equal += h[i] == h[j];
        }
    }
    assert_int_equal(equal, 0);
    strbuf_release(&b);
    unit_types_free(&u);
}

/* Interfaces whose methods mention themselves: the comparison ends, at their names. */
static void recursive_interfaces(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(&u, head);
    struct type *r2 = type_under(unit_type(&u, "R2")), *r3 = type_under(unit_type(&u, "R3"));
    assert_true(type_identical(r2, r2));
    assert_false(type_identical(r2, r3));
    assert_false(type_identical(unit_type(&u, "R2"), r2));
    unit_types_free(&u);
}

/* Names of type parameters do not matter, their places and constraints do. */
static void generic_functions(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(&u, "package p\n"
                         "func A[P any, Q interface{ ~[]P }](p P, q Q) Q { return q }\n"
                         "func B[X any, Y interface{ ~[]X }](a X, b Y) Y { return b }\n"
                         "func C[X any, Y interface{ ~[]Y }](a X, b Y) Y { return b }\n"
                         "func D[Y interface{ ~[]X }, X any](a X, b Y) Y { return b }\n"
                         "func E[X any, Y interface{ ~[]X }](a Y, b Y) Y { return b }\n"
                         "func F[X any](a, b X) X { return b }\n"
                         "func G[X comparable](a, b X) X { return b }\n"
                         "func H[Z any](a, b Z) Z { return b }\n");
    const char *const names[] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++) {
        for (u32 j = 0; j < ARRAY_LEN(names); j++) {
            bool same = i == j || (i < 2 && j < 2) || (i >= 5 && j >= 5 && i != 6 && j != 6);
            struct type *x = unit_type(&u, names[i]), *y = unit_type(&u, names[j]);
            if (type_identical(x, y) != same) {
                fail_msg("%s and %s: want %s", names[i], names[j], same ? "identical" : "different");
            }
            if (same) {
                assert_int_equal(type_hash(x), type_hash(y));
            }
        }
    }
    unit_types_free(&u);
}

/* Private names belong to their package. */
static void packages(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_init(&u, "amd64");
    unit_types_add(&u, "q", "package q; type S struct{ a int }; type T struct{ A int }; type I interface{ m() }");
    struct package *q = u.pkg;
    unit_types_add(&u, "p", "package p; type S struct{ a int }; type T struct{ A int `x` }; type I interface{ m() }");
    const char *const names[] = {"S", "T", "I"};
    for (u32 i = 0; i < ARRAY_LEN(names); i++) {
        struct obj *o = scope_lookup(q->scope, intern_lookup(u.names, str_of(names[i])));
        struct type *x = type_under(o->type), *y = type_under(unit_type(&u, names[i]));
        assert_false(type_identical(x, y));
        assert_int_equal(type_identical_no_tags(x, y), i == 1);
    }
    unit_types_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pairs),         cmocka_unit_test(hashes_differ),
        cmocka_unit_test(recursive_interfaces), cmocka_unit_test(generic_functions),
        cmocka_unit_test(packages),
    };

    return cmocka_run_group_tests_name("types_identical", tests, NULL, NULL);
}
