/* types_generic_test.c: unification, inference, substitution, and instances completed after their package. */
#include "types/unify.h"
#include "types_unit.h"

static str show(struct unit_types *u, struct type *t)
{
    struct strbuf b = {0};

    if (!t) {
        return STR("?");
    }
    type_write(&b, t, u->pkg, QUAL_NAME);
    str s = str_dup(&u->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* A checker of a package that is done, for what asks one. */
static struct checker checker_of(struct unit_types *u)
{
    return (struct checker){.prog = u->prog, .pkg = u->pkg, .a = &u->a, .tmp = &u->a};
}

/* ---- unification ---- */

static void unification(void **state)
{
    (void)state;
    /* Type parameters and two types of a function; the mode; what P, Q and R are found to be, "-": they do not
       unify. */
    static const struct {
        const char *func;
        u32 mode;
        const char *want;
    } cases[] = {
        {"[P any](x P, y int)", UNIFY_EXACT, "int"},
        {"[P any](x int, y P)", UNIFY_EXACT, "int"},
        {"[P any](x int, y int)", UNIFY_EXACT, "?"},
        {"[P any](x int, y string)", UNIFY_EXACT, "-"},
        {"[P any](x byte, y uint8)", UNIFY_EXACT, "?"},
        {"[P comparable, Q any](x map[P]Q, y map[string][]int)", UNIFY_EXACT, "string []int"},
        {"[P comparable](x map[P]P, y map[string]int)", UNIFY_EXACT, "-"},
        {"[P, Q any](x func(P) Q, y func(int) bool)", UNIFY_EXACT, "int bool"},
        {"[P, Q any](x func(P, ...Q), y func(int, ...bool))", UNIFY_EXACT, "int bool"},
        {"[P any](x func(...P), y func([]int))", UNIFY_EXACT, "-"},
        {"[P any](x [3]P, y [3]int)", UNIFY_EXACT, "int"},
        {"[P any](x [3]P, y [4]int)", UNIFY_EXACT, "-"},
        {"[P any](x struct{ f P }, y struct{ f *int })", UNIFY_EXACT, "*int"},
        {"[P any](x struct{ f P }, y struct{ g *int })", UNIFY_EXACT, "-"},
        {"[P any](x struct{ f P `t` }, y struct{ f P `u` })", UNIFY_EXACT, "-"},
        {"[P any](x G[P], y G[int])", UNIFY_EXACT, "int"},
        {"[P any](x G[P], y H[int])", UNIFY_EXACT, "-"},
        {"[P any](x G[P], y struct{ v int })", UNIFY_EXACT, "-"},
        {"[P any](x G[P], y struct{ v int })", 0, "int"},
        {"[P any](x []P, y S)", UNIFY_EXACT, "-"},
        {"[P any](x []P, y S)", UNIFY_ASSIGN, "int"},
        {"[P any](x S, y []P)", UNIFY_ASSIGN, "int"},
        {"[P any](x [][]P, y []S)", UNIFY_ASSIGN, "-"},
        {"[P any](x [][]P, y []S)", 0, "int"},
        {"[P any](x chan P, y <-chan int)", UNIFY_EXACT, "-"},
        {"[P any](x chan P, y <-chan int)", UNIFY_ASSIGN, "int"},
        {"[P any](x []chan P, y []<-chan int)", UNIFY_ASSIGN, "-"},
        {"[P, Q any](x func(P, Q), y func(Q, int))", UNIFY_EXACT, "int int"},
        {"[P, Q, R any](x func(P, Q, R), y func(Q, R, P))", UNIFY_EXACT, "? ? ?"},
        {"[P any](x func(P, P), y func(S, []int))", UNIFY_EXACT, "-"},
        {"[P any](x func(P, P), y func([]int, S))", 0, "S"},
        {"[P any](x func(P, P), y func(S, []int))", 0, "S"},
        {"[P any](x func(P, P), y func(chan int, <-chan int))", 0, "<-chan int"},
        {"[P any](x interface{ M(P) }, y interface{ M(int); N() })", UNIFY_ASSIGN, "int"},
        {"[P any](x interface{ M(P) }, y interface{ M(int); N() })", UNIFY_EXACT, "-"},
        {"[P any](x interface{ M(P) }, y T)", UNIFY_ASSIGN, "int"},
        {"[P any](x interface{ M(P) }, y T)", UNIFY_EXACT, "-"},
        {"[P any](x interface{ M(P) }, y *T)", UNIFY_ASSIGN, "int"},
        {"[P any](x interface{ O(P) }, y T)", UNIFY_ASSIGN, "-"},
        {"[P any](x A[P], y A[int])", UNIFY_EXACT, "int"},
        {"[P any](x A[P], y []int)", UNIFY_EXACT, "int"},
        {"[P any](x *P, y P)", UNIFY_EXACT, "*P"}, /* infer.c cuts such cycles */
    };

    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct unit_types u;
        unit_types_init(&u, "amd64");
        unit_types_add(
            &u, "p",
            str_fmt(&u.a,
                    "package p; type S []int; type G[P any] struct{ v P }; type H[P any] "
                    "struct{ v P }; type A[P any] = []P; type T struct{}; func (T) M(int) "
                    "{}; func f%s {}",
                    cases[i].func)
                .p);
        struct type_signature *sig = as_signature(unit_type(&u, "f"));
        struct checker c = checker_of(&u);
        struct unifier un;
        u32 handle[3];
        struct type *types[3];
        unify_init(&un, &c, sig->tparams, handle, types, NULL, 0);
        bool ok = unify(&un, sig->params->vars[0]->type, sig->params->vars[1]->type, cases[i].mode);
        struct strbuf b = {0};
        for (u32 k = 0; ok && k < sig->tparams->n; k++) {
            strbuf_puts(&b, k ? " " : "");
            strbuf_put(&b, show(&u, unify_at(&un, k)));
        }
        str got = ok ? strbuf_str(&b) : STR("-");
        if (!str_is(got, cases[i].want)) {
            fail_msg("%s: %.*s, not %s", cases[i].func, STR_ARG(got), cases[i].want);
        }
        strbuf_release(&b);
        unit_types_free(&u);
    }
}

/* ---- inference ---- */

static void inference(void **state)
{
    (void)state;
    /* Declarations, a statement, and the type arguments of what it instantiates, in the order of the source. */
    static const char *const cases[][3] = {
        {"func f[T any](x ...T) {}", "f(1)", "f int"},
        {"func f[T any](x ...T) {}", "f(1, 2.5)", "f float64"},
        {"func f[T any](x ...T) {}", "f('a', 1)", "f rune"},
        {"func f[T any](x ...T) {}", "f(1, 2i, 'a')", "f complex128"},
        {"func f[T any](x ...T) {}", "var i int8; f(1, i)", "f int8"},
        {"func f[T any](x ...T) {}", "f[string]()", "f string"},
        {"func f[T any](x, y T) {}; type S []int", "f(S{}, []int{})", "f S"},
        {"func f[T any](x, y T) {}; type S []int", "f([]int{}, S{})", "f S"},
        {"func f[T any](x, y T) {}", "var p *int; f(nil, p)", "f *int"},
        {"func f[K comparable, V any](m map[K]V) {}", "f(map[string]bool{})", "f string bool"},
        {"func f[M ~map[K]V, K comparable, V any](m M) {}; type N map[int]string", "f(N{})",
         "f N int string"},
        {"func f[T, U any](x U) (t T) { return }", "_ = f[bool](1)", "f bool int"},
        {"func f[T any, P interface{ *T; Set() }]() {}; type X int; func (*X) Set() {}", "f[X]()",
         "f X *X"},
        {"func f[S ~[]E, E, R any](s S, g func(E) R) {}",
         "f([]int{}, func(int) bool { return true })", "f []int int bool"},
        {"func f[S ~[]E, E, R any](s S, g func(E) R) {}; func g[T any](x T) (y *T) { return }",
         "f([]int{}, g)", "f []int int *int; g int"},
        {"func f[T, U any](g func(T) U, h func(U) T) {}; func g[P any](P) (p P) { return }",
         "f(g, func(int) int { return 0 })", "f int int; g int"},
        {"func f[T any](x T) T { return x }", "var g func(string) string = f; _ = g", "f string"},
        {"func f[T, U any](x T) (u U) { return }", "var g func(string) int = f; _ = g",
         "f string int"},
        {"func f[T, U any](x T) (u U) { return }", "var g func(string) int = f[string]; _ = g",
         "f string int"},
        {"func f[T any](x T) T { return x }", "g := func() func(int) int { return f }; _ = g",
         "f int"},
        {"func f[A interface{ ~[]B }, B interface{ ~[]C }, C any](a A) {}", "f([][]bool{})",
         "f [][]bool []bool bool"},
        {"func f[T any](x interface{ M(T) }) {}; type X struct{}; func (X) M(bool) {}", "f(X{})",
         "f bool"},
        {"type L[T any] struct{ next *L[T] }; func f[T any](l *L[T]) {}", "f(&L[int]{})",
         "f int; L int"},
        {"func f[T any](x T, n int) { if n > 0 { f(&n, 0); f(x, 0) } }", "f(true, 1)",
         "f *int; f T; f bool"},
    };

    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct unit_types u;
        unit_types_init(&u, "amd64");
        unit_types_add(&u, "p",
                       str_fmt(&u.a, "package p; %s; func _() { %s }", cases[i][0], cases[i][1]).p);
        struct strbuf b = {0};
        const struct ast *f = u.pkg->files[0].ast;
        for (node n = 1; n < f->n_nodes; n++) {
            const union map_val *v = map_get(&u.pkg->instances, n);
            const struct instance_info *inst = v ? v->p : NULL;
            /* Of L in its own declarations there is nothing to learn. */
            if (!inst ||
                (inst->type->kind == TYPE_NAMED && inst->targs->v[0]->kind == TYPE_PARAM)) {
                continue;
            }
            strbuf_puts(&b, b.n ? "; " : "");
            strbuf_put(&b, intern_str(u.names, ast_at(f, n)->a));
            for (u32 k = 0; k < inst->targs->n; k++) {
                strbuf_putc(&b, ' ');
                strbuf_put(&b, show(&u, inst->targs->v[k]));
            }
        }
        if (!str_is(strbuf_str(&b), cases[i][2])) {
            fail_msg("%s: %s, not %s", cases[i][1], strbuf_cstr(&b), cases[i][2]);
        }
        strbuf_release(&b);
        unit_types_free(&u);
    }
}

/* ---- substitution and instances ---- */

static void substitution(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(
        &u, "package p\n"
            "type L[T any] struct { next *L[T]; val T }\n"
            "func f[P comparable, Q any](a []int, b map[P]Q, c func(P) (Q, error), d *L[Q],\n"
            "    e interface{ M(P) int }, g struct { x, y P `t` }, h chan<- [2]Q) {}");
    struct type_signature *f = as_signature(unit_type(&u, "f"));
    struct type *to[2] = {TYPE_OF(STRING), TYPE_OF(BOOL)};
    struct subst_map m = {.from = f->tparams, .to = to};
    static const char *const want[] = {
        "[]int",          "map[string]bool",          "func(string) (bool, error)",
        "*L[bool]",       "interface{M(string) int}", "struct{x string \"t\"; y string \"t\"}",
        "chan<- [2]bool",
    };

    for (u32 i = 0; i < ARRAY_LEN(want); i++) {
        struct type *t = f->params->vars[i]->type, *s = subst_type(NULL, u.prog, t, m, 0);
        assert_str(show(&u, s), want[i]);
        assert_true((s == t) == (i == 0)); /* shared exactly if nothing changes */
        assert_true(subst_type(NULL, u.prog, s, m, 0) == s);
    }
    /* What has no type stays. */
    to[0] = NULL;
    assert_str(show(&u, subst_type(NULL, u.prog, f->params->vars[1]->type, m, 0)), "map[P]bool");
    unit_types_free(&u);
}

static void instances(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_init(&u, "amd64");
    unit_types_add(
        &u, "a",
        "package a; type L[T any] struct { next *L[T]; val T }; func (l *L[T]) Push(v T) "
        "*L[T] { return l }; func (l L[T]) Val() T { return l.val }; type P[K comparable, "
        "V any] struct { L[V]; k K }; type I[T any] interface { Get(T) I[T] }");
    unit_types_add(
        &u, "b",
        "package b; import \"a\"; var X a.L[int]; var Y a.P[string, bool]; var Z a.I[int]");
    struct type *x = unit_type(&u, "X");
    unit_types_add(&u, "c",
                   "package c; import (\"a\"; \"b\"); var X a.L[int] = b.X; var _ = "
                   "b.X.Push(1).Val() + 1; var _ bool = b.Y.Val(); var _ = b.Z.Get(1).Get(2)");
    struct type *y = unit_type(&u, "X");

    /* Made by different packages, completed by nobody or by the other. */
    assert_true(type_identical(x, y));
    struct type_named *n = as_named(x);
    struct type_struct *s = as_struct(type_under(x));
    assert_true(type_under(x) == &s->t);
    assert_true(type_identical(as_pointer(s->fields[0]->type)->elem, x));
    assert_true(s->fields[1]->type == TYPE_OF(INT));
    assert_int_equal(named_n_methods(n), 2);
    for (u32 i = 0; i < 2; i++) {
        struct obj *m = named_method(n, i);
        assert_true(named_method(n, i) == m);
        assert_true(m->origin == as_named(&n->orig->t)->methods[i]);
        struct type *recv = as_signature(m->type)->recv->type;
        assert_true((recv->kind == TYPE_POINTER ? as_pointer(recv)->elem : recv) == x);
    }
    /* Equal type arguments, equal instances. */
    struct type *arg[1] = {TYPE_OF(INT)};
    struct type_list l = {1, arg};
    struct type *i1 = instance_make(NULL, u.prog, 0, &n->orig->t, &l);
    assert_true(instance_make(NULL, u.prog, 0, &n->orig->t, &l) == i1);
    assert_true(type_identical(i1, x));
    arg[0] = x;
    assert_false(type_identical(instance_make(NULL, u.prog, 0, &n->orig->t, &l), i1));
    unit_types_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unification),
        cmocka_unit_test(inference),
        cmocka_unit_test(substitution),
        cmocka_unit_test(instances),
    };
    return cmocka_run_group_tests_name("types_generic", tests, NULL, NULL);
}
