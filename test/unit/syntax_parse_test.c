/* syntax_parse_test.c: parse.h and ast.h: errors, modes, directives, versions, nesting, children. */
#include "unit.h"

#include <pthread.h>

#include "syntax/ast_dump.h"
#include "syntax/parse.h"

/* A file of its own for each text. */
struct parsed {
    struct sources *sources;
    struct intern *names;
    struct arena a;
    struct ast *f;
};

static struct parsed parse(str text, u32 mode)
{
    struct parsed p = {.sources = sources_new(), .names = intern_new()};
    struct source *src = sources_add_text(p.sources, STR("x.go"), text, NULL);

    p.f = parse_file(&p.a, p.names, src, mode);
    return p;
}

static void drop(struct parsed *p)
{
    sources_free(p->sources);
    intern_free(p->names);
    arena_release(&p->a);
}

/* "line:col: text" of each error, a line each. */
static str errors(struct parsed *p)
{
    struct strbuf b = {0};
    str s;

    for (u32 i = 0; i < p->f->n_errors; i++) {
        struct span at = sources_span(p->sources, p->f->errors[i].pos);

        strbuf_printf(&b, "%s%u:%u: %.*s", i ? "\n" : "", at.line, at.col,
                      STR_ARG(p->f->errors[i].text));
    }
    s = str_dup(&p->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

/* Expected texts are what go1.26 tool compile prints. */
static void messages(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"package p", ""},
        {"package p\nvar x = 1 +", "2:12: syntax error: unexpected EOF, expected expression"},
        {"x", "1:1: syntax error: package statement must be first"},
        {"package", "1:8: syntax error: unexpected EOF, expected name"},
        {"package p\nfunc f() { x := }", "2:17: syntax error: unexpected }, expected expression"},
        {"package p\nfunc f()\n{\n}",
         "3:1: syntax error: unexpected semicolon or newline before {"},
        {"package p\nfunc f() { if x := 1 {} }", "2:17: syntax error: cannot use x := 1 as value"},
        {"package p\nfunc f() { if a && b = c {} }",
         "2:22: syntax error: cannot use assignment (a && b) = c as value"},
        {"package p\nvar s = \"a\\qb\n", "2:12: unknown escape\n2:14: newline in string"},
        {"package p\nvar c = ''", "2:10: empty rune literal or unescaped '"},
        {"package p\nvar x = 0b12", "2:12: invalid digit '2' in binary literal"},
        {"package p\nvar x = 1_", "2:10: '_' must separate successive digits"},
        {"package p\nvar \xe2\x80\x9cq = 1",
         "2:5: invalid character U+201C '\xe2\x80\x9c' in identifier"},
        {"package p\nvar x = a # b",
         "2:11: invalid character U+0023 '#'\n"
         "2:13: syntax error: unexpected name b after top level declaration"},
        {"package p\nvar x\xff = 1", "2:6: invalid UTF-8 encoding"},
        {"package p\n\xef\xbb\xbfvar x = 1", "2:1: invalid BOM in the middle of the file"},
        {"package p\n/\xc3( /go:x\nfunc f()", "2:2: invalid UTF-8 encoding"},
        {"/\xc3 / text", "1:1: syntax error: package statement must be first\n"
                         "1:2: invalid UTF-8 encoding"},
        {"\xef\xbb\xbfpackage p", ""},
        {"package p /*", "1:11: comment not terminated"},
        {"package p\nimport \"a\"\nvar x int\nimport \"b\"",
         "4:1: syntax error: imports must appear before other declarations"},
        {"package p\ntype T[P any",
         "2:13: syntax error: unexpected EOF in parameter list; possibly "
         "missing comma or ]"},
        {"package p\nfunc f(a, b int, string) {}", "2:24: syntax error: missing parameter type"},
        {"package p\nfunc f(x ...int, y int) {}", "2:10: can only use ... with final parameter"},
        {"package p\n//line x:0\n", "2:10: invalid line number: 0"},
        /* The second error of a line is not shown. */
        {"package p\nfunc f() { ) ) }\nfunc g() { ] }",
         "2:12: syntax error: unexpected ), expected }\n"
         "3:12: syntax error: unexpected ], expected }"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parsed p = parse(str_of(cases[i].text), PARSE_ALL);

        assert_str(errors(&p), cases[i].want);
        drop(&p);
    }
}

/* What was found is quoted whole. */
static void nul(void **state)
{
    static const char text[] = "package p\nvar x int g\0h";
    static const char want[] = "syntax error: unexpected name g\0h after top level declaration";
    struct parsed p = parse((str){text, sizeof(text) - 1}, PARSE_ALL);
    const struct ast_error *e = &p.f->errors[0];

    (void)state;
    assert_int_equal(e->text.n, sizeof(want) - 1);
    assert_memory_equal(e->text.p, want, e->text.n);
    drop(&p);
}

static void trees(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"type T[P *C] int",
         "TYPE_DECL\n name NAME T\n type ARRAY_TYPE\n  a OPERATION *\n   a NAME P\n"
         "   b NAME C\n  b NAME int\n"},
        {"type T[P *C,] int",
         "TYPE_DECL\n name NAME T\n tparam FIELD\n  a NAME P\n  b OPERATION *\n"
         "   a NAME C\n type NAME int\n"},
        {"type T[P *C|~D] int",
         "TYPE_DECL\n name NAME T\n tparam FIELD\n  a NAME P\n  b OPERATION |\n   a OPERATION *\n"
         "    a NAME C\n   b OPERATION ~\n    a NAME D\n type NAME int\n"},
        {"type T[P any] = []P",
         "TYPE_DECL !1\n name NAME T\n tparam FIELD\n  a NAME P\n  b NAME any\n"
         " type SLICE_TYPE\n  a NAME P\n"},
        {"type T[P] int", "TYPE_DECL\n name NAME T\n type ARRAY_TYPE\n  a NAME P\n  b NAME int\n"},
        {"var a, b chan<- <-chan int = <-chan int(c)",
         "VAR_DECL\n name NAME a\n name NAME b\n type CHAN_TYPE 1\n  a CHAN_TYPE 2\n   a NAME int\n"
         " values OPERATION <-\n"}, /* the rest below */
        {"type S struct{ a, b T \"t\"; E; *p.F; G[int] }",
         "TYPE_DECL\n name NAME S\n type STRUCT_TYPE\n  FIELD\n   a NAME a\n   b NAME T\n  tag "
         "BASIC_LIT "
         "4 \"t\"\n   FIELD same type\n   NAME b\n  tag BASIC_LIT 4 \"t\"\n  FIELD\n   b NAME E\n"
         "  FIELD\n   b OPERATION *\n    a SELECTOR\n     a NAME p\n     b NAME F\n  FIELD\n   b "
         "INDEX\n"
         "    a NAME G\n    b NAME int\n"},
        {"func (r *R[T]) m(x ...int) { for range 10 {}; goto L; L: }",
         "FUNC_DECL\n recv FIELD\n  a NAME r\n  b OPERATION *\n   a INDEX\n    a NAME R\n    b "
         "NAME T\n"
         " name NAME m\n type FUNC_TYPE\n  param FIELD\n   a NAME x\n   b DOTS_TYPE\n    a NAME "
         "int\n"
         " body BLOCK\n  FOR\n   init RANGE\n    b BASIC_LIT 0 10\n   body BLOCK\n  BRANCH goto\n"
         "   a NAME L\n  LABELED\n   a NAME L\n   b EMPTY\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = {0};
        struct parsed p = parse(str_fmt(&a, "package p\n%s\n", cases[i].text), PARSE_ALL);
        struct strbuf b = {0};

        assert_str(errors(&p), "");
        ast_dump_node(&b, p.f, p.names, ast_list(p.f, p.f->decls)[0], false);
        if (!str_has_prefix(strbuf_str(&b), str_of(cases[i].want)) ||
            (i != 5 && b.n != strlen(cases[i].want))) {
            fail_msg("%s:\n%s", cases[i].text, strbuf_cstr(&b));
        }
        strbuf_release(&b);
        drop(&p);
        arena_release(&a);
    }
}

static void modes(void **state)
{
    static const char text[] = "package p // c1\n/* c2 */ import \"a\"\nimport b \"b\"\n"
                               "func f() { \"}\"; '}'; `}` // }\n/* } */ {{}} }\nvar x = 1\n"
                               "func g() { ( }\n";
    struct parsed p = parse(str_of(text), PARSE_IMPORTS);
    const struct ast_node *n;

    (void)state;
    assert_int_equal(p.f->n_errors, 0);
    assert_int_equal(ast_list_len(p.f, p.f->decls), 2);
    drop(&p);

    p = parse(str_of(text), PARSE_NO_BODIES);
    assert_int_equal(p.f->n_errors, 0); /* nobody looked */
    assert_int_equal(ast_list_len(p.f, p.f->decls), 5);
    n = ast_at(p.f, ast_list(p.f, p.f->decls)[2]);
    assert_int_equal(n->kind, AST_FUNC_DECL);
    assert_true(n->flags & AST_FLAG_SKIPPED);
    assert_int_equal(ast_rec(p.f, ast_list(p.f, p.f->decls)[2], FUNC_BODY), 0);
    drop(&p);

    p = parse(str_of(text), PARSE_COMMENTS);
    assert_int_equal(p.f->n_comments, 4);
    assert_int_equal(p.f->comments[0].len, 5);
    assert_int_equal(p.f->comments[1].len, 8);
    assert_int_equal(p.f->n_errors, 1);
    drop(&p);

    /* A body that does not end is parsed after all, for the sake of its errors. */
    p = parse(STR("package p\nfunc f() { if x { }\n"), PARSE_NO_BODIES);
    assert_str(errors(&p), "3:1: syntax error: unexpected EOF, expected }");
    drop(&p);

    p = parse(STR("package p\nfunc f() { ) ) }\n"), PARSE_EVERY_ERROR);
    assert_true(p.f->n_errors > 1);
    drop(&p);
}

static str pragmas(struct parsed *p, node d, u32 word)
{
    u32 list = ast_rec(p->f, d, word);
    str s = {0};

    for (u32 i = 0; i < ast_list_len(p->f, list); i++) {
        const struct ast_directive *x = &p->f->directives[ast_list(p->f, list)[i]];
        u32 from = x->pos - p->f->src->base;

        s = str_fmt(&p->a, "%.*s%s%.*s", STR_ARG(s), i ? " " : "",
                    STR_ARG(str_slice(p->f->src->text, from, from + x->len)));
    }
    return s;
}

static void directives(void **state)
{
    struct parsed p = parse(STR("//go:debug x=1\npackage p\n"
                                "//go:build ignored\n// no //go:a\n//go:embed x\r\nvar v string\n"
                                "//export f\n//go:noinline\n/*go:no*/\nfunc f() {\n//go:lost\n}\n"
                                "//go:b\ntype (\n//go:c\nT int\n//go:d\nU int\n)\n"
                                "//line y.go:7\n//gomm:x\nconst c = 1\n"),
                            PARSE_ALL);
    const u32 *d = ast_list(p.f, p.f->decls);

    (void)state;
    assert_str(errors(&p), "");
    assert_str(p.f->go_version, "");
    assert_str(pragmas(&p, d[0], VALUE_PRAGMAS), "//go:build ignored //go:embed x");
    assert_str(pragmas(&p, d[1], FUNC_PRAGMAS), "//export f //go:noinline");
    assert_str(pragmas(&p, d[2], TYPE_PRAGMAS), "//go:c"); /* b is before the parenthesis */
    assert_str(pragmas(&p, d[3], TYPE_PRAGMAS), "//go:d");
    assert_str(pragmas(&p, d[4], VALUE_PRAGMAS), "//gomm:x");
    drop(&p);
}

static void versions(void **state)
{
    static const char *const cases[][2] = {
        {"//go:build go1.21", "go1.21"},
        {"//go:build linux && go1.22", "go1.22"},
        {"//go:build (linux && go1.22) || (windows && go1.20)", "go1.20"},
        {"//go:build linux || go1.22", ""},
        {"//go:build !go1.22", ""},
        {"//go:build !(!go1.22 || linux)", "go1.22"},
        {"//go:build !(linux || !(go1.22))", "go1.22"},
        {"//go:build go1", "go1"},
        {"//go:build go1.21.3", ""},
        {"//go:build go1.21 &&", ""},
        {"//go:build (go1.21", ""},
        {"//go:build !!go1.21", ""},
        {"//go:buildgo1.21", ""},
        {"//go:build go1.20\n//go:build go1.21", "go1.21"},
        {"// +build go1.21", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = {0};
        struct parsed p = parse(str_fmt(&a, "%s\n\npackage p\n", cases[i][0]), PARSE_ALL);

        assert_str(p.f->go_version, cases[i][1]);
        drop(&p);
        arena_release(&a);
    }
}

/* ---- nesting ---- */

/* n times a, then b, then n times c, with text around it. */
static str nest(struct arena *a, const char *before, const char *open, u32 n, const char *middle,
                const char *close, const char *after)
{
    struct strbuf b = {0};
    str s;

    strbuf_puts(&b, before);
    for (u32 i = 0; i < n; i++) {
        strbuf_puts(&b, open);
    }
    strbuf_puts(&b, middle);
    for (u32 i = 0; i < n; i++) {
        strbuf_puts(&b, close);
    }
    strbuf_puts(&b, after);
    s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static const struct {
    const char *before, *open, *middle, *close, *after;
    u32 most; /* that are allowed */
} shapes[] = {
    {"package p; var x = ", "(", "1", ")", "", PARSE_NESTING - 10},
    {"package p; var x = ", "- ", "1", "", "", PARSE_NESTING - 10},
    {"package p; var x = ", "f(", "1", ")", "", PARSE_NESTING - 10},
    {"package p; var x = ", "a[", "1", "]", "", PARSE_NESTING - 10},
    {"package p; var x = T", "{", "1", "}", "", PARSE_NESTING - 10},
    {"package p; var x = ", "func(){_=", "1", "}", "", PARSE_NESTING / 2 - 10},
    {"package p; var x = ", "<-", "c", "", "", PARSE_NESTING - 10},
    {"package p; var x ", "[]", "int", "", "", PARSE_NESTING - 10},
    {"package p; var x ", "*", "int", "", "", PARSE_NESTING - 10},
    {"package p; var x ", "func(", "int", ")", "", PARSE_NESTING / 2 - 10},
    {"package p; var x ", "struct{f ", "int", "}", "", PARSE_NESTING - 10},
    {"package p; var x ", "interface{m(", "", ")}", "", PARSE_NESTING / 2 - 10},
    {"package p; var x ", "func() ", "int", "", "", PARSE_NESTING / 2 - 10},
    {"package p; var x ", "map[int]", "int", "", "", PARSE_NESTING - 10},
    {"package p; var x ", "chan ", "int", "", "", PARSE_NESTING - 10},
    {"package p; var x ", "T[", "int", "]", "", PARSE_NESTING - 10},
    {"package p; func f() ", "{", "", "}", "", PARSE_NESTING - 10},
    {"package p; func f() {", "if x {", "", "}", "}", PARSE_NESTING - 10},
    {"package p; func f() {", "for {", "", "}", "}", PARSE_NESTING - 10},
    {"package p; func f() {", "switch { case 1: ", "", "}", "}", PARSE_NESTING - 10},
    {"package p; func f() {", "L: ", "", "", "}", PARSE_NESTING - 10},
    {"package p; type T[P ", "interface{~", "int", "}", "] int", PARSE_NESTING - 10},
    /* Chains cost no stack, and may be longer. */
    {"package p; var x = ", "a+", "a", "", "", PARSE_DEPTH - 10},
    {"package p; var x = a", ".b", "", "", "", PARSE_DEPTH - 10},
    {"package p; var x = a", "()", "", "", "", PARSE_DEPTH - 10},
    {"package p; var x interface{ int", "|int", "", "", "}", PARSE_DEPTH - 10},
    {"package p; func f() { if x {}", " else if x {}", "", "", "}", PARSE_DEPTH - 10},
};

static bool visit(void *ctx, node n)
{
    (void)n;
    ++*(u32 *)ctx;
    return true;
}

/* Whatever the parser accepts can be walked, and it refuses before its stack ends. */
static void *nesting_thread(void *arg)
{
    u32 *bad = arg;

    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        for (int deep = 0; deep < 3; deep++) {
            u32 n = deep == 0 ? shapes[i].most : deep == 1 ? PARSE_DEPTH + 10 : 300000;
            struct arena a = {0};
            struct parsed p = parse(nest(&a, shapes[i].before, shapes[i].open, n, shapes[i].middle,
                                         shapes[i].close, shapes[i].after),
                                    PARSE_ALL);
            bool refused = p.f->n_errors == 1 &&
                           str_is(p.f->errors[0].text, "syntax error: nested too deeply");
            u32 seen = 0;

            if (deep ? !refused : p.f->n_errors != 0) {
                fprintf(stderr, "%s%s... %u: %.*s\n", shapes[i].before, shapes[i].open, n,
                        STR_ARG(errors(&p)));
                ++*bad;
            }
            for (u32 d = 0; d < ast_list_len(p.f, p.f->decls); d++) {
                ast_walk(p.f, ast_list(p.f, p.f->decls)[d], visit, &seen);
            }
            if (!deep && seen < n) {
                fprintf(stderr, "%s%s...: %u nodes\n", shapes[i].before, shapes[i].open, seen);
                ++*bad;
            }
            drop(&p);
            arena_release(&a);
        }
    }
    arena_scratch_release();
    return NULL;
}

static void nesting(void **state)
{
    /* Sanitizers make frames several times larger. */
#if defined(__SANITIZE_ADDRESS__)
    size_t size = 8 << 20;
#else
    size_t size = 512 << 10;
#endif
    pthread_attr_t attr;
    pthread_t t;
    u32 bad = 0;

    (void)state;
    pthread_attr_init(&attr);
    assert_int_equal(pthread_attr_setstacksize(&attr, size), 0);
    assert_int_equal(pthread_create(&t, &attr, nesting_thread, &bad), 0);
    pthread_join(t, NULL);
    pthread_attr_destroy(&attr);
    assert_int_equal(bad, 0);
}

/* ---- the tree's own rules ---- */

static bool in_order(void *ctx, node n)
{
    struct {
        const struct ast *f;
        pos last;
    } *c = ctx;
    u32 kind = ast_kind(c->f, n);

    /* Leaves come in the order of the source. */
    if (kind == AST_NAME || kind == AST_BASIC_LIT) {
        assert_true(c->f->nodes[n].pos > c->last);
        c->last = c->f->nodes[n].pos;
    }
    return true;
}

static void order(void **state)
{
    struct parsed p = parse(
        STR("package p\nimport q \"r\"\nconst a, b c = d, 1\ntype t[e, f g, h i] struct { j, k l "
            "\"m\"; n \"o\" }\ntype i interface { m(x, y int) (z w); ~int | string }\n"
            "func (r *R) f(a, b c, d ...e) (g, h i) {\n"
            "L:\n for k, v := range m { s[k:v:w] = T{a: b, c}; x.(t)(u...) }\n"
            " for i := 0; i < n; i++ { break L }\n"
            " if a := b; c { d++ } else if e { f <- g } else { return h, i }\n"
            " switch x := y.(type) { case map[k]v, chan w: go f(); default: defer func(a b) {}(c) "
            "}\n"
            " select { case a <- b: case c := <-d: goto L }\n var x [n]e = [...]f{}\n}\n"),
        PARSE_ALL);
    ast_nodes v = {0};
    struct {
        const struct ast *f;
        pos last;
    } c = {p.f, 0};

    (void)state;
    assert_str(errors(&p), "");
    for (node n = 1; n < p.f->n_nodes; n++) {
        vec_reset(&v);
        ast_children(p.f, n, &v);
        for (size_t i = 0; i < v.n; i++) {
            assert_true(v.v[i] < n);
        }
        assert_true(ast_start(p.f, n) <= p.f->nodes[n].pos);
        assert_true(ast_end(p.f, n) >= ast_start(p.f, n));
    }
    for (u32 i = 0; i < ast_list_len(p.f, p.f->decls); i++) {
        ast_walk(p.f, ast_list(p.f, p.f->decls)[i], in_order, &c);
    }
    vec_release(&v);
    drop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),   cmocka_unit_test(trees),    cmocka_unit_test(modes),
        cmocka_unit_test(directives), cmocka_unit_test(versions), cmocka_unit_test(nesting),
        cmocka_unit_test(order),      cmocka_unit_test(nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
