/* types_set_test.c: terms, their algebra, and the type sets of interfaces. */
#include "types/check.h"
#include "types/terms.h"
#include "types_unit.h"

/* Lists of terms are written as texts: "int|~string", "all", "" for none. */
static struct terms parse(struct unit_types *u, str text)
{
    if (str_eq(text, STR("all"))) {
        return TERMS_ALL;
    }
    VEC(struct type_term) v = {0};
    str part;
    while (str_next_sep(&text, '|', &part)) {
        bool tilde = str_cut_prefix(&part, STR("~"));
        struct obj *o = scope_lookup(u->prog->universe, intern_lookup(u->names, part));
        o = o ? o : scope_lookup(u->pkg->scope, intern_lookup(u->names, part));
        assert_non_null(o);
        vec_push_in(&u->a, &v, (struct type_term){o->type, tilde});
    }
    return (struct terms){.v = v.v, .n = (u32)v.n};
}

static str show(struct unit_types *u, struct terms t)
{
    if (t.all) {
        return STR("all");
    }
    struct strbuf b = {0};
    for (u32 i = 0; i < t.n; i++) {
        strbuf_printf(&b, "%s%s", i ? "|" : "", t.v[i].tilde ? "~" : "");
        type_write(&b, t.v[i].type, u->pkg, QUAL_NAME);
    }
    str s = str_dup(&u->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static const char *const head = "package p; type N int; type M int; type S string";

static void unions(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"", "", ""},
        {"all", "", "all"},
        {"", "all", "all"},
        {"all", "int", "all"},
        {"int", "", "int"},
        {"int", "int", "int"},
        {"int", "string", "int|string"},
        {"int", "~int", "~int"},
        {"~int", "int", "~int"},
        {"N", "~int", "~int"},
        {"~int", "N|M", "~int"},
        {"N|M", "~int", "~int"},
        {"N|int|S", "~int", "~int|S"},
        {"N", "M", "N|M"},
        {"int|string", "~string|bool", "int|~string|bool"},
        {"byte", "uint8", "byte"},
    };
    struct unit_types u;
    unit_types_check(&u, head);
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct terms x = parse(&u, str_of(cases[i][0])), y = parse(&u, str_of(cases[i][1]));
        struct terms r = terms_union(&u.a, x, y);
        assert_str(show(&u, r), cases[i][2]);
        assert_true(terms_subset(x, r) && terms_subset(y, r));
        assert_true(terms_equal(r, terms_union(&u.a, y, x)));
    }
    unit_types_free(&u);
}

static void intersections(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"", "", ""},
        {"all", "", ""},
        {"all", "all", "all"},
        {"all", "int|string", "int|string"},
        {"int", "string", ""},
        {"int", "~int", "int"},
        {"~int", "N", "N"},
        {"~int|~string", "N|S|bool", "N|S"},
        {"~int", "~int|string", "~int"},
        {"N|M", "M", "M"},
        {"int|N|M|string", "~int", "int|N|M"},
    };
    struct unit_types u;
    unit_types_check(&u, head);
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct terms x = parse(&u, str_of(cases[i][0])), y = parse(&u, str_of(cases[i][1]));
        struct terms r = terms_intersect(&u.a, x, y);
        assert_str(show(&u, r), cases[i][2]);
        assert_true(terms_subset(r, x) && terms_subset(r, y));
        assert_true(terms_equal(r, terms_intersect(&u.a, y, x)));
    }
    unit_types_free(&u);
}

/* Against sets of single types: each list stands for those of a few types that it includes. */
static void algebra(void **state)
{
    (void)state;
    static const char *const atoms[] = {"int", "~int", "N", "M", "string", "~string", "S", "bool"};
    static const char *const points[] = {"int", "N", "M", "string", "S", "bool", "uint"};
    struct unit_types u;
    unit_types_check(&u, head);
    for (u32 i = 0; i < 1u << ARRAY_LEN(atoms); i += 3) {
        for (u32 j = 0; j < 1u << ARRAY_LEN(atoms); j += 7) {
            struct terms v[2];
            for (u32 k = 0; k < 2; k++) {
                struct strbuf b = {0};
                for (u32 m = 0; m < ARRAY_LEN(atoms); m++) {
                    if ((k ? j : i) >> m & 1) {
                        strbuf_printf(&b, "%s%s", b.n ? "|" : "", atoms[m]);
                    }
                }
                v[k] = parse(&u, strbuf_str(&b));
                v[k] = terms_normal(&u.a, v[k].v, v[k].n);
                strbuf_release(&b);
            }
            struct terms sum = terms_union(&u.a, v[0], v[1]), both = terms_intersect(&u.a, v[0], v[1]);
            bool within = true;
            for (u32 p = 0; p < ARRAY_LEN(points); p++) {
                struct type *t = parse(&u, str_of(points[p])).v[0].type;
                bool in[2] = {terms_includes(v[0], t), terms_includes(v[1], t)};
                assert_int_equal(terms_includes(sum, t), in[0] || in[1]);
                assert_int_equal(terms_includes(both, t), in[0] && in[1]);
                within &= !in[0] || in[1];
            }
            /* ~int has more members than these points: only one direction holds. */
            assert_true(!terms_subset(v[0], v[1]) || within);
            for (u32 x = 0; x < sum.n; x++) {
                for (u32 y = 0; y < x; y++) {
                    assert_true(term_disjoint(&sum.v[x], &sum.v[y]));
                }
            }
        }
    }
    unit_types_free(&u);
}

static struct type_set *set_of(struct unit_types *u, const char *name)
{
    return type_set_of(as_interface(type_under(unit_type(u, name))));
}

static str show_set(struct unit_types *u, const struct type_set *s)
{
    struct strbuf b = {0};
    for (u32 i = 0; i < s->n_methods; i++) {
        str name = intern_str(u->names, s->methods[i]->name);
        strbuf_printf(&b, "%.*s ", STR_ARG(name));
    }
    strbuf_puts(&b, s->comparable ? "comparable " : "");
    strbuf_put(&b, show(u, (struct terms){.v = s->terms, .n = s->n_terms, .all = s->all_terms}));
    str r = str_dup(&u->a, strbuf_str(&b));
    strbuf_release(&b);
    return r;
}

static void interfaces(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"interface{}", "all"},
        {"any", "all"},
        {"interface{ b(); a(); B(); A() }", "A B a b all"},
        {"interface{ error; String() string }", "Error String all"},
        {"interface{ comparable }", "comparable all"},
        {"interface{ comparable; m() }", "m comparable all"},
        {"interface{ int }", "int"},
        {"interface{ ~int | ~string }", "~int|~string"},
        {"interface{ int | string; string | bool }", "string"},
        {"interface{ int; string }", ""},
        {"interface{ ~int; N }", "N"},
        {"interface{ ~int; m() }", "m ~int"},
        {"interface{ comparable; []int | string }", "string"},
        {"interface{ comparable; []int }", ""},
        {"interface{ string | []int; comparable }", "string"},
        {"interface{ int | any }", "all"},
        {"interface{ C; D }", "~int"},
        {"interface{ C | D }", "~int|~string|bool"},
        {"interface{ int | E }", "int"},
        {"interface{ I; J }", "m all"},
        {"interface{ struct{ f func() } ; comparable }", ""},
        {"interface{ struct{ f any } ; comparable }", ""},
    };
    struct unit_types u;
    struct strbuf b = {0};
    strbuf_printf(&b, "%s\n", head);
    strbuf_puts(&b, "type C interface{ ~int | ~string }\n"
                    "type D interface{ ~int | bool }\n"
                    "type E interface{ int; bool }\n"
                    "type I interface{ m() }\n"
                    "type J interface{ m() }\n");
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        strbuf_printf(&b, "type X%u %s\n", i, cases[i][0]);
    }
    unit_types_check(&u, strbuf_cstr(&b));
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct type_set *s = set_of(&u, str_fmt(&u.a, "X%u", i).p);
        assert_str(show_set(&u, s), cases[i][1]);
        assert_int_equal(type_set_is_empty(s), cases[i][1][0] == 0);
        assert_ptr_equal(s, set_of(&u, str_fmt(&u.a, "X%u", i).p));
    }
    assert_true(type_set_subset(set_of(&u, "E"), set_of(&u, "C")));
    assert_false(type_set_subset(set_of(&u, "D"), set_of(&u, "C")));
    assert_true(type_set_includes(set_of(&u, "C"), unit_type(&u, "N")));
    assert_false(type_set_includes(set_of(&u, "D"), unit_type(&u, "S")));
    strbuf_release(&b);
    unit_types_free(&u);
}

/* What holds of all types of a set. */
static void all_of_set(void **state)
{
    (void)state;
    static const struct {
        const char *constraint;
        bool ordered;
    } cases[] = {
        {"any", false},
        {"int", true},
        {"~int | ~string", true},
        {"N | M", true},
        {"string | S", true},
        {"[]byte", false},
        {"[]byte | string", false},
        {"string | []int", false},
        {"chan int | <-chan int", false},
        {"~[]E", false},
    };
    struct unit_types u;
    struct strbuf b = {0};
    strbuf_printf(&b, "%s\n", head);
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        strbuf_printf(&b, "func F%u[T interface{ %s }, E any]() {}\n", i, cases[i].constraint);
    }
    unit_types_check(&u, strbuf_cstr(&b));
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct type_signature *s = as_signature(unit_type(&u, str_fmt(&u.a, "F%u", i).p));
        struct type *t = &s->tparams->v[0]->t;
        assert_int_equal(type_all(t, INFO_ORDERED), cases[i].ordered);
        assert_false(type_is(t, INFO_ORDERED));
        assert_true(type_is_interface(t) && !type_is_iface_not_param(t));
    }
    strbuf_release(&b);
    unit_types_free(&u);
}

static void comparable(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        bool dynamic, strict;
        const char *why;
    } cases[] = {
        {"int", true, true, ""},
        {"*[]int", true, true, ""},
        {"chan []int", true, true, ""},
        {"[]int", false, false, ""},
        {"map[int]int", false, false, ""},
        {"func()", false, false, ""},
        {"any", true, false, ""},
        {"[2]any", true, false, ""},
        {"[2][]int", false, false, "[2][]int cannot be compared"},
        {"struct{ a int; b string }", true, true, ""},
        {"struct{ a any }", true, false, ""},
        {"struct{ a int; b []T }", false, false, "struct containing []T cannot be compared"},
        {"T", false, false, "struct containing func() cannot be compared"},
        {"R", true, true, ""},
    };
    struct unit_types u;
    struct strbuf b = {0};
    strbuf_puts(&b, "package p\ntype T struct{ x int; f func() }\ntype R struct{ next *R; a [2]*R }\n");
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        strbuf_printf(&b, "var x%u %s\n", i, cases[i].type);
    }
    unit_types_check(&u, strbuf_cstr(&b));
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct type *t = unit_type(&u, str_fmt(&u.a, "x%u", i).p);
        str why;
        assert_int_equal(type_comparable(t, true, &why, &u.a, u.pkg), cases[i].dynamic);
        assert_str(why, cases[i].why);
        assert_int_equal(type_comparable(t, false, NULL, NULL, NULL), cases[i].strict);
    }
    strbuf_release(&b);
    unit_types_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unions),     cmocka_unit_test(intersections), cmocka_unit_test(algebra),
        cmocka_unit_test(interfaces), cmocka_unit_test(all_of_set),    cmocka_unit_test(comparable),
    };

    return cmocka_run_group_tests_name("types_set", tests, NULL, NULL);
}
