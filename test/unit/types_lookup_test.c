/* types_lookup_test.c: scopes, fields and methods by name, queries. */
#include "types/check.h"
#include "types_unit.h"

static void scopes(void **state)
{
    (void)state;
    struct arena a = {0};
    struct intern *names = intern_new();
    struct scope *root = scope_new(&a, NULL, 0, 0), *top = scope_new(&a, root, 0, 0);
    struct scope *s = scope_new(&a, top, 1, 9), *t = scope_new(&a, top, 10, 19);
    assert_null(root->child);
    assert_ptr_equal(top->child, t);
    assert_ptr_equal(t->next, s);
    struct obj *o[1000];
    for (u32 i = 0; i < ARRAY_LEN(o); i++) {
        o[i] = obj_new(&a, OBJ_VAR, i, NULL, intern_id(names, str_fmt(&a, "x%u", i)), TYPE_OF(INT), names);
        assert_null(scope_lookup(s, o[i]->name));
        assert_null(scope_insert(&a, s, o[i]));
        assert_ptr_equal(scope_insert(&a, s, o[i / 2]), o[i / 2]);
        assert_ptr_equal(o[i]->parent, s);
        for (u32 j = 0; j <= i; j += 1 + i / 10) {
            assert_ptr_equal(scope_lookup(s, o[j]->name), o[j]);
        }
    }
    assert_int_equal(s->n, ARRAY_LEN(o));
    /* A second scope does not take an object away from its first. */
    assert_null(scope_insert(&a, t, o[0]));
    assert_ptr_equal(o[0]->parent, s);
    intern_free(names);
    arena_release(&a);
}

static void exported(void **state)
{
    (void)state;
    struct arena a = {0};
    struct intern *names = intern_new();
    const char *const yes[] = {"A", "Ab", "\xc3\x84rger", "\xce\xa3", "\xd0\x96"};
    const char *const no[] = {"a", "_", "_A", "\xc3\xa4", "\xe4\xb8\x96", "\xc7\x85x" /* title case */};
    for (u32 i = 0; i < ARRAY_LEN(yes) + ARRAY_LEN(no); i++) {
        bool want = i < ARRAY_LEN(yes);
        const char *name = want ? yes[i] : no[i - ARRAY_LEN(yes)];
        struct obj *o = obj_new(&a, OBJ_VAR, 0, NULL, intern_id(names, str_of(name)), NULL, names);
        if (((o->flags & OBJ_EXPORTED) != 0) != want) {
            fail_msg("%s is%s exported", name, want ? " not" : "");
        }
    }
    intern_free(names);
    arena_release(&a);
}

static const char *const text = "package p\n"
                                "type A struct{ X, y int; _ int }\n"
                                "func (A) M() {}\n"
                                "func (*A) P() {}\n"
                                "type B struct{ A; Z int }\n"
                                "type C struct{ *A; Z int }\n"
                                "type D struct{ B; C }\n"
                                "type E struct{ D; X string }\n"
                                "type I interface{ M(); n() }\n"
                                "type J struct{ I }\n"
                                "type Q *B\n"
                                "type R struct{ *R; r int }\n"
                                "type G[T any] struct{ g T }\n"
                                "func (*G[T]) Get() (t T) { return }\n"
                                "type H struct{ G[int] }\n";

static void lookups(void **state)
{
    (void)state;
    static const struct {
        const char *type, *name;
        bool pointer, addressable;
        const char *want; /* f path or m path, with > if a pointer is on the way; ambiguous, unaddressable, - */
    } cases[] = {
        {"A", "X", false, false, "f0"},
        {"A", "y", false, false, "f1"},
        {"A", "_", false, false, "-"},
        {"A", "x", false, false, "-"},
        {"A", "M", false, false, "m0"},
        {"A", "P", false, false, "unaddressable"},
        {"A", "P", false, true, "m1"},
        {"A", "P", true, false, "m1>"},
        {"B", "X", false, false, "f0.0"},
        {"B", "P", false, false, "unaddressable"},
        {"C", "P", false, false, "m0.1>"},
        {"C", "Z", false, false, "f1"},
        {"D", "Z", false, false, "ambiguous"},
        {"D", "X", false, false, "ambiguous"},
        {"D", "A", false, false, "ambiguous"},
        {"D", "B", false, false, "f0"},
        {"E", "X", false, false, "f1"},
        {"E", "M", false, false, "ambiguous"},
        {"I", "M", false, false, "m0"},
        {"I", "n", false, false, "m1"},
        {"I", "M", true, false, "-"},
        {"J", "n", false, false, "m0.1"},
        {"Q", "X", false, false, "f0.0>"},
        {"Q", "M", false, false, "-"},
        {"R", "r", false, false, "f1"},
        {"R", "none", false, false, "-"},
        {"H", "g", false, false, "f0.0"},
        {"H", "Get", false, true, "m0.0"},
    };
    struct unit_types u;
    unit_types_check(&u, text);
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct type *t = unit_type(&u, cases[i].type);
        t = cases[i].pointer ? type_new_pointer(&u.a, t) : t;
        struct lookup r = lookup_find(&u.a, t, cases[i].addressable, u.pkg,
                                      intern_id(u.names, str_of(cases[i].name)), false, u.names);
        struct strbuf b = {0};
        if (r.result == LOOKUP_FOUND) {
            strbuf_putc(&b, r.obj->kind == OBJ_FUNC ? 'm' : 'f');
            for (u32 j = 0; j < r.n_path; j++) {
                strbuf_printf(&b, "%s%u", j ? "." : "", r.path[j]);
            }
            strbuf_puts(&b, r.indirect ? ">" : "");
        } else {
            strbuf_puts(&b, r.result == LOOKUP_NONE        ? "-"
                            : r.result == LOOKUP_AMBIGUOUS ? "ambiguous"
                                                           : "unaddressable");
        }
        if (!str_is(strbuf_str(&b), cases[i].want)) {
            fail_msg("%s.%s: got %s, want %s", cases[i].type, cases[i].name, strbuf_cstr(&b), cases[i].want);
        }
        strbuf_release(&b);
    }
    unit_types_free(&u);
}

/* Letters of either case, for hints; private names of another package, for none. */
static void other_names(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(&u, text);
    struct package *p = u.pkg;
    struct type *t = unit_type(&u, "A");
    name_id x = intern_id(u.names, STR("x")), y = intern_id(u.names, STR("y"));
    assert_int_equal(lookup_find(&u.a, t, false, p, x, true, u.names).result, LOOKUP_FOUND);
    unit_types_add(&u, "q", "package q");
    assert_int_equal(lookup_find(&u.a, t, false, u.pkg, y, false, u.names).result, LOOKUP_NONE);
    assert_int_equal(lookup_find(&u.a, t, false, u.pkg, y, true, u.names).result, LOOKUP_FOUND);
    assert_int_equal(lookup_field(as_struct(type_under(t)), p, y, false, u.names), 1);
    assert_int_equal(lookup_field(as_struct(type_under(t)), u.pkg, y, false, u.names), -1);
    unit_types_free(&u);
}

/* ---- queries ---- */

static const char *const source = "package p\n"
                                  "import \"unsafe\"\n"
                                  "type S struct{ in struct{ list []T }; E }\n"
                                  "type T struct{ n int; next *T }\n"
                                  "type E struct{ deep int }\n"
                                  "type I interface{ M() int }\n"
                                  "var pkgvar S\n"
                                  "var lit, lit2 = func() int { return 1 }(), func() int { return 2 }\n"
                                  "func (t *T) M() int { return func() int { return t.n }() }\n"
                                  "func (t T) V() {}\n"
                                  "func Gen[P any](p P) { _ = func() P { return p } }\n"
                                  "type B[P any] struct{ p P }\n"
                                  "func (b *B[P]) Set(p P) { b.p = p }\n"
                                  "func init() { _ = 1 }\n"
                                  "func init() { _ = 2 }\n"
                                  "func F(s *S, i int, in I, f func()) {\n"
                                  "\ts.in.list[i].n = 3\n"
                                  "\tpkgvar.in.list[2].next.n = s.deep\n"
                                  "\tin.M()\n"
                                  "\ts.in.list[0].M()\n"
                                  "\tf()\n"
                                  "\tGen[int](4)\n"
                                  "\tT.V(T{})\n"
                                  "\t_ = len(\"x\")\n"
                                  "\t_ = unsafe.Sizeof(i)\n"
                                  "\t_ = int64(i)\n"
                                  "\tfunc() { func() { _ = 5 }() }()\n"
                                  "\tif false { _ = func() {} }\n"
                                  "\tx := func() { for range 3 { defer func() { _ = 6 }() } }\n"
                                  "\tx()\n"
                                  "}\n";

/* The position of the i-th occurrence (from 1) of a text. */
static u32 where(const struct unit_types *u, const char *what, u32 i)
{
    const struct source *src = u->pkg->files[0].ast->src;
    const char *at = src->text.p - 1;
    while (i-- > 0) {
        at = strstr(at + 1, what);
        assert_non_null(at);
    }
    return src->base + (u32)(at - src->text.p);
}

static void nodes(void **state)
{
    (void)state;
    struct unit_types u;
    unit_types_check(&u, source);
    const struct file_info *f = &u.pkg->files[0];
    node n = query_node_at(f, where(&u, "deep\n", 1));
    assert_int_equal(ast_kind(f->ast, n), AST_NAME);
    assert_int_equal(query_node_at(f, 0), 0);
    assert_int_equal(ast_kind(f->ast, query_func_at(f, where(&u, "= 5", 1))), AST_FUNC_LIT);
    assert_int_equal(ast_kind(f->ast, query_func_at(f, where(&u, "len(", 1))), AST_FUNC_DECL);
    assert_int_equal(query_func_at(f, where(&u, "pkgvar S", 1)), 0);
    unit_types_free(&u);
}

static void symbols(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        u32 nth;
        const char *symbol;
    } cases[] = {
        {"return func() int { return t", 1, "p.(*T).M"},
        {"return t.n", 1, "p.(*T).M.func1"},
        {"V() {", 1, "p.T.V"},
        {"_ = func() P", 1, "p.Gen[...]"},
        {"return p }", 1, "p.Gen[...].func1"},
        {"b.p = p", 1, "p.(*B[...]).Set"},
        {"_ = 1", 1, "p.init.0"},
        {"_ = 2", 1, "p.init.1"},
        {"in.M()", 1, "p.F"},
        {"func() { _ = 5", 1, "p.F.func1.1"},
        {"_ = 5", 1, "p.F.func1.1"},
        {"for range 3", 1, "p.F.func2"},
        {"_ = 6", 1, "p.F.func2.1"},
        {"return 1", 1, "p.init.func1"},
        {"return 2", 1, "p.init.func2"},
    };
    struct unit_types u;
    unit_types_check(&u, source);
    const struct file_info *f = &u.pkg->files[0];
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        node n = query_func_at(f, where(&u, cases[i].at, cases[i].nth));
        assert_true(n != 0);
        assert_str(query_symbol(&u.a, u.pkg, f, n), cases[i].symbol);
    }
    unit_types_add(&u, "gopkg.in/x.v3/y.v2", "package y; func F() {}");
    assert_str(query_symbol(&u.a, u.pkg, &u.pkg->files[0], query_func_at(&u.pkg->files[0], where(&u, "F()", 1))),
               "gopkg.in/x.v3/y%2ev2.F");
    unit_types_add(&u, "example.org/cmd", "package main; func main() {}");
    assert_str(query_symbol(&u.a, u.pkg, &u.pkg->files[0], query_func_at(&u.pkg->files[0], where(&u, "main()", 1))),
               "main.main");
    unit_types_free(&u);
}

/* What go tool objdump shows of this program, of Go 1.26 and of Go 1.19; the digit is where the literal is. */
static void symbols_of_literals(void **state)
{
    (void)state;
    static const char *const program =
        "package main\n"
        "var b = func() int { return c + 1 }()\n"
        "var c = func() int { return 41 }()\n"
        "var table = []func() int{func() int { return 1 }, func() int { return func() int { return 2 }() }}\n"
        "func dead(x int) []func() int {\n"
        "	var r []func() int\n"
        "	if false { r = append(r, func() int { return 4 }) }\n"
        "	const dbg = 1\n"
        "	if dbg == 1 { r = append(r, func() int { return 5 })\n"
        "	} else { r = append(r, func() int { return 6 }) }\n"
        "	switch f := func() int { return 7 }; {\n"
        "	case x > 1: r = append(r, f, func() int { return 8 })\n"
        "	}\n"
        "	for i := func() int { return 9 }(); i < 3; i += func() int { return 10 }() {\n"
        "		r = append(r, func() int { return 11 })\n"
        "	}\n"
        "	go func() { println(x) }()\n"
        "	return r\n"
        "}\n"
        "func init() { println(func() int { return 12 }()) }\n"
        "func init() { println(func() int { return 13 }()) }\n"
        "func main() {}\n";
    static const char *const names[][3] = {
        {"return c + 1", "main.init.func2", "main.glob..func1"},
        {"return 41", "main.init.func1", "main.glob..func2"},
        {"return 1 ", "main.init.func3", "main.glob..func3"},
        {"return func", "main.init.func4", "main.glob..func4"},
        {"return 2 ", "main.init.func4.1", "main.glob..func4.1"},
        {"return 5", "main.dead.func1", "main.dead.func2"},
        {"return 7", "main.dead.func2", "main.dead.func4"},
        {"return 8", "main.dead.func3", "main.dead.func5"},
        {"return 9", "main.dead.func4", "main.dead.func6"},
        {"return 10", "main.dead.func5", "main.dead.func7"},
        {"return 11", "main.dead.func6", "main.dead.func8"},
        {"println(x)", "main.dead.func7", "main.dead.func9"},
        {"return 12", "main.init.0.func1", "main.init.0.func1"},
        {"return 13", "main.init.1.func1", "main.init.1.func1"},
    };
    for (u32 old = 0; old < 2; old++) {
        struct unit_types u;
        unit_types_init(&u, "amd64");
        u.prog->go_minor = old ? 19 : 26;
        unit_types_add(&u, "p", program);
        for (u32 i = 0; i < ARRAY_LEN(names); i++) {
            node n = query_func_at(&u.pkg->files[0], where(&u, names[i][0], 1));
            assert_str(query_symbol(&u.a, u.pkg, &u.pkg->files[0], n), names[i][1 + old]);
        }
        unit_types_free(&u);
    }
}

/* The innermost node of a kind around a position. */
static node around(const struct unit_types *u, const char *what, u32 nth, enum ast_kind kind)
{
    const struct ast *f = u->pkg->files[0].ast;
    u32 at = where(u, what, nth);
    node best = 0;
    for (node n = 1; n < f->n_nodes; n++) {
        if (f->nodes[n].kind == kind && ast_start(f, n) <= at && at < ast_end(f, n) &&
            (!best || ast_end(f, n) - ast_start(f, n) < ast_end(f, best) - ast_start(f, best))) {
            best = n;
        }
    }
    assert_true(best != 0);
    return best;
}

static void callees(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        const char *name; /* empty: none */
        bool dynamic;
    } cases[] = {
        {"in.M()", "", true},    {"].M()", "M", false},      {"f()\n", "", true},
        {"Gen[int]", "Gen", false}, {"T.V(", "V", false},    {"len(", "", false},
        {"Sizeof(", "", false},  {"int64(", "", false},      {"func() { func", "", false},
        {"x()\n", "", true},
    };
    struct unit_types u;
    unit_types_check(&u, source);
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        bool dynamic;
        struct obj *o = query_callee(&u.pkg->files[0], around(&u, cases[i].at, 1, AST_CALL), &dynamic);
        assert_str(o ? intern_str(u.names, o->name) : STR(""), cases[i].name);
        if (dynamic != cases[i].dynamic) {
            fail_msg("%s: dynamic %d", cases[i].at, dynamic);
        }
    }
    unit_types_free(&u);
}

static void paths(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {".n = 3", "p.S.in.list[i].n", "int"},
        {".next.n", "p.pkgvar.in.list[2].next", "*T"},
        {".n = s", "p.pkgvar.in.list[2].next.n", "int"},
        {".deep\n", "p.S.E.deep", "int"},
    };
    struct unit_types u;
    unit_types_check(&u, source);
    for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
        struct type *t;
        node n = around(&u, cases[i][0], 1, AST_SELECTOR);
        assert_str(query_path(&u.a, u.pkg, &u.pkg->files[0], n, &t), cases[i][1]);
        assert_str(type_str(&u.a, t, u.pkg), cases[i][2]);
    }
    unit_types_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scopes),  cmocka_unit_test(exported), cmocka_unit_test(lookups),
        cmocka_unit_test(other_names), cmocka_unit_test(nodes), cmocka_unit_test(symbols),
        cmocka_unit_test(symbols_of_literals), cmocka_unit_test(callees), cmocka_unit_test(paths),
    };

    return cmocka_run_group_tests_name("types_lookup", tests, NULL, NULL);
}
