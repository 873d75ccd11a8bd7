/* share_test.c: events about cache lines, and what is made of them. */
#include "unit.h"

#include "share/share_find.h"
#include "share/share_predict.h"

static struct arena arena;
static struct program *prog;
static struct share_places places;

static int setup(void **state)
{
    (void)state;
    static struct intern *names;
    static struct sources *sources;
    names = intern_new();
    sources = sources_new();
    prog = program_new(names, sources, sizes_for(STR("amd64")), 26);
    share_places_init(&places, &arena, prog);
    return 0;
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

#define GO(g, first, last, n)                                                                                    \
    "{\"goroutine\":" #g ",\"main\":false,\"first_ns\":" #first ",\"last_ns\":" #last ",\"accesses\":" #n         \
    ",\"transfers\":10,\"created_by\":1,\"created\":[{\"fn\":\"p.Run\",\"file\":\"/m/p.go\",\"line\":3,\"off\":1}]}"
#define WORD(at, g, counts, moved) "{\"offset\":" #at ",\"goroutine\":" #g "," counts ",\"transfers\":" #moved "}"
#define SITE(kind, gs, n, at, locks, line)                                                                        \
    "{\"kind\":\"" kind "\",\"goroutines\":[" gs "],\"accesses\":" #n ",\"transfers\":5,\"spans\":[[" #at ",8]],"   \
    "\"locks\":[" locks "],\"stack\":[{\"fn\":\"p.f\",\"file\":\"/m/p.go\",\"line\":" #line ",\"off\":1}]}"
#define LINE(virtual, transfers, same, goroutines, words, sites, objects)                                          \
    "{\"v\":1,\"event\":\"line\",\"pid\":7,\"addr\":\"0xc000010000\",\"size\":64,\"virtual\":" virtual               \
    ",\"lives\":1,\"first_ns\":0,\"last_ns\":1000000000,\"windows\":100,\"shared_windows\":90,\"accesses\":20000,"  \
    "\"transfers\":" #transfers ",\"same_word\":" #same ",\"moves\":0,\"processors\":[],\"goroutines\":[" goroutines \
    "],\"words\":[" words "],\"sites\":[" sites "],\"objects\":[" objects "],\"folded\":0}\n"
#define HEAP(from, to, base)                                                                                      \
    "{\"from\":" #from ",\"to\":" #to ",\"object\":{\"kind\":\"heap\",\"base\":\"" base "\",\"size\":16,\"offset\":0," \
    "\"stack\":[]}}"
#define GLOBAL(from, to, name)                                                                                     \
    "{\"from\":" #from ",\"to\":" #to ",\"object\":{\"kind\":\"global\",\"name\":\"" name                             \
    "\",\"base\":\"0x1\",\"size\":8,\"offset\":0}}"
#define TWO GO(7, 0, 1000, 10000) "," GO(8, 10, 1000, 10000)
#define RMW(n)   "\"rmw\":" #n
#define READS(n) "\"read\":" #n

static struct share_case one(const char *text)
{
    struct share_log l = {.arena = &arena};
    struct share_case c;
    share_log_text(&l, str_of(text));
    assert_int_equal(l.bad_lines, 0);
    assert_int_equal(l.lines.n, 1);
    share_case_make(&places, &l.lines.v[0], &c);
    return c;
}

static void reading(void **state)
{
    struct share_log l = {.arena = &arena};

    (void)state;
    share_log_text(&l, STR("{\"v\":1,\"event\":\"start\",\"pid\":7,\"exe\":\"/x\"}\n"
                           LINE("null", 50, 5, TWO, WORD(8, 7, RMW(10000), 20), SITE("rmw", "7", 10000, 8, "\"0x10\"", 9),
                                HEAP(0, 16, "0xc000010000"))
                           "{\"v\":1,\"event\":\"share\",\"pid\":7,\"accesses\":400,\"observed\":100}\n"
                           "not json\n"
                           "{\"v\":1,\"event\":\"line\",\"pid\":7,\"addr\":\"0x0\",\"size\":63}\n"
                           "{\"v\":1,\"event\":\"line\",\"pid\":7,\"addr\":\"0x0\",\"size\":64,"
                           "\"words\":[{\"offset\":64,\"goroutine\":1}]}\n"
                           "{\"v\":1,\"event\":\"line\",\"pid\":7,\"addr\":\"0x0\",\"size\":64,\"sites\":[{\"kind\":\"read\","
                           "\"spans\":[[60,8]]}]}\n"
                           "{\"v\":9,\"event\":\"line\"}\n"));
    assert_int_equal(l.bad_lines, 5);
    assert_int_equal(l.lines.n, 1);
    const struct share_line *x = &l.lines.v[0];
    assert_int_equal(x->addr, 0xc000010000);
    assert_int_equal(x->transfers, 50);
    assert_int_equal(x->same_word, 5);
    assert_int_equal(x->n_goroutines, 2);
    assert_int_equal(x->goroutines[1].goroutine, 8);
    assert_int_equal(x->words[0].n[SHARE_RMW], 10000);
    assert_int_equal(x->sites[0].kind, SHARE_RMW);
    assert_int_equal(x->sites[0].locks[0], 0x10);
    assert_int_equal(x->sites[0].stack.frames[0].line, 9);
    assert_int_equal(x->objects[0].to, 16);
    assert_float_equal(share_log_scale(&l, 7), 4, 0);
    assert_float_equal(share_log_scale(&l, 8), 1, 0);
}

static void classes(void **state)
{
    struct share_case c;

    (void)state;
    c = one(LINE("null", 50, 0, TWO, WORD(0, 7, RMW(10000), 25) "," WORD(8, 8, RMW(10000), 25), "", HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.class, SHARE_CLASS_FALSE);
    assert_int_equal(c.shape, SHARE_SHAPE_FIELDS);
    assert_int_equal(c.n_parts, 2);
    assert_float_equal(c.avoidable, 1, 0);

    c = one(LINE("null", 50, 50, TWO, WORD(0, 7, RMW(10000), 25) "," WORD(0, 8, RMW(10000), 25), "", HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.class, SHARE_CLASS_TRUE);

    c = one(LINE("null", 50, 20, TWO,
                 WORD(0, 7, RMW(5000), 25) "," WORD(0, 8, RMW(5000), 25) "," WORD(8, 8, RMW(10000), 25), "",
                 HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.class, SHARE_CLASS_MIXED);
    assert_float_equal(c.avoidable, 0.6, 0.001);

    /* All use both, but seldom the one that the other has used. */
    c = one(LINE("null", 50, 20, TWO,
                 WORD(0, 7, RMW(5000), 12) "," WORD(0, 8, RMW(5000), 12) "," WORD(8, 7, RMW(5000), 13) "," WORD(
                     8, 8, RMW(5000), 13),
                 "", HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.class, SHARE_CLASS_MIXED);
    assert_true(c.interleaved);

    /* One round of workers after the other: no word is used by two at a time. */
    c = one(LINE("null", 50, 0, TWO "," GO(20, 2000, 3000, 9000) "," GO(21, 2000, 3000, 9000),
                 WORD(0, 7, RMW(5000), 25) "," WORD(8, 8, RMW(5000), 25) "," WORD(0, 20, RMW(5000), 9) "," WORD(
                     8, 21, RMW(5000), 9),
                 "", HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.class, SHARE_CLASS_FALSE);

    /* A glance by main at the end is none. */
    c = one(LINE("null", 50, 1, TWO "," GO(1, 0, 9000, 1),
                 WORD(0, 7, RMW(10000), 25) "," WORD(8, 8, RMW(10000), 25) "," WORD(0, 1, READS(1), 1), "",
                 HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.class, SHARE_CLASS_FALSE);

    c = one(LINE("null", 50, 0, TWO, WORD(0, 7, READS(10000), 25) "," WORD(8, 8, RMW(10000), 25), "",
                 HEAP(0, 16, "0xc000010000")));
    assert_int_equal(c.shape, SHARE_SHAPE_READ_MOSTLY);

    c = one(LINE("null", 50, 0, TWO, WORD(0, 7, RMW(10000), 25) "," WORD(16, 8, RMW(10000), 25), "",
                 HEAP(0, 16, "0xc000010000") "," HEAP(16, 32, "0xc000010010")));
    assert_int_equal(c.shape, SHARE_SHAPE_NEIGHBOURS);

    c = one(LINE("null", 50, 0, TWO, WORD(0, 7, RMW(10000), 25) "," WORD(8, 8, RMW(10000), 25), "",
                 GLOBAL(0, 8, "p.a") "," GLOBAL(8, 16, "p.b")));
    assert_int_equal(c.shape, SHARE_SHAPE_GLOBALS);
    assert_str(share_names(&arena, &c, 4), "a+0 and b+0");

    c = one(LINE("null", 0, 0, TWO, WORD(0, 7, RMW(10000), 0), "", ""));
    assert_int_equal(c.class, SHARE_CLASS_NONE);
}

static void guarded(void **state)
{
    struct share_case c;

    (void)state;
#define DATA(locks2)                                                                                               \
    LINE("null", 50, 50, TWO,                                                                                      \
         WORD(0, 7, "\"lock\":5000", 25) "," WORD(0, 8, "\"lock\":5000", 25) "," WORD(8, 7, READS(5000), 2) "," WORD( \
             8, 8, READS(5000), 2),                                                                                \
         SITE("lock", "7,8", 10000, 0, "", 4) "," SITE("write", "7,8", 9000, 8, "\"0xc000010000\"", 5) "," SITE(     \
             "write", "8", 1000, 8, locks2, 6),                                                                    \
         HEAP(0, 16, "0xc000010000"))
    c = one(DATA("\"0xc000010000\""));
    assert_int_equal(c.class, SHARE_CLASS_GUARDED);
    assert_int_equal(c.lock, 0);
    c = one(DATA(""));
    assert_int_equal(c.class, SHARE_CLASS_TRUE);
}

static void findings(void **state)
{
    struct share_seen seen[2] = {{.log = {.arena = &arena}, .package = STR("p"), .bench = STR("BenchmarkX-2")},
                                 {.log = {.arena = &arena}, .package = STR("p")}};
    struct share_findings found = {.arena = &arena};
    struct finding_list list = {.arena = &arena};
    const char *text = LINE("null", 50, 0, TWO, WORD(0, 7, RMW(10000), 25) "," WORD(8, 8, RMW(10000), 25),
                            SITE("rmw", "7", 10000, 0, "", 11) "," SITE("rmw", "8", 10000, 8, "", 12),
                            GLOBAL(0, 8, "p.a") "," GLOBAL(8, 16, "p.b"));

    (void)state;
    share_log_text(&seen[0].log, str_of(text));
    share_log_text(&seen[0].log, str_of(text));
    share_log_text(&seen[1].log, str_of(text));
    share_find(&places, seen, 2, &found);
    assert_int_equal(found.v.n, 1);
    assert_int_equal(found.v.v[0].lines, 3);
    assert_int_equal(found.v.v[0].runs.n, 2);
    struct finding *f = share_tell(&found.v.v[0], STR("/m"), &list);
    assert_str(f->code, "SHARE3");
    assert_str(f->message, "the package variables a+0 and b+0 share one 64-byte cache line");
    assert_int_equal(f->span.line, 11);
    assert_int_equal(f->line->n_cells, 2);
    assert_int_equal(f->line->cells[1].from, 8);
    assert_str(f->line->cells[1].who, "written by goroutine 8");
    assert_str(f->why[1].text, "goroutine 8 atomically changes b+0 at :12, in p.f: 10 k times");
}

/* What is told of true sharing is what is shared, not what one goroutine has beside it. */
static void true_sharing(void **state)
{
    struct share_seen seen = {.log = {.arena = &arena}, .package = STR("p")};
    struct share_findings found = {.arena = &arena};
    struct finding_list list = {.arena = &arena};

    (void)state;
    share_log_text(&seen.log,
                   STR(LINE("null", 50, 50, TWO,
                            WORD(0, 7, RMW(5000), 0) "," WORD(8, 7, RMW(5000), 25) "," WORD(8, 8, RMW(10000), 25),
                            SITE("rmw", "7", 5000, 0, "", 11) "," SITE("rmw", "7,8", 15000, 8, "", 12),
                            GLOBAL(0, 8, "p.a") "," GLOBAL(8, 16, "p.b"))));
    share_find(&places, &seen, 1, &found);
    assert_int_equal(found.v.n, 1);
    assert_int_equal(found.v.v[0].best->class, SHARE_CLASS_TRUE);
    assert_int_equal(share_first(found.v.v[0].best)->from, 8);
    struct finding *f = share_tell(&found.v.v[0], STR("/m"), &list);
    assert_str(f->code, "SHARE7");
    assert_str(f->message, "b+0 is used by several goroutines at once: true sharing, which padding does not help");
    assert_str(f->object, "b+0");
    assert_int_equal(f->span.line, 12);
}

/* An object that reflect made is allocated where reflect was asked for it. */
static void made(void **state)
{
    struct race_frame frames[] = {{.fn = STR("runtime.mallocgc"), .line = 1},
                                  {.fn = STR("reflect.unsafe_New"), .line = 2}, /* by linkname in package runtime */
                                  {.fn = STR("reflect.New"), .line = 3},
                                  {.fn = STR("p.f"), .line = 4}};
    struct race_stack s = {.frames = frames, .n = 4};

    (void)state;
    assert_int_equal(share_place_made(&s)->line, 4);
    s.n = 3;
    assert_int_equal(share_place_made(&s)->line, 2); /* nobody is known that asked */
    s.n = 1;
    assert_int_equal(share_place_made(&s)->line, 1);
    s.n = 0;
    assert_null(share_place_made(&s));
}

/* Without a time of its own nothing is predicted of a benchmark; with few accesses in an operation it is harmless,
 * which needs no measuring. */
static void predicting(void **state)
{
    struct share_seen seen = {.log = {.arena = &arena}};
    struct share_findings found = {.arena = &arena};
    struct share_prediction p;

    (void)state;
    share_log_text(&seen.log, STR(LINE("null", 50, 0, TWO, WORD(0, 7, RMW(10000), 25) "," WORD(8, 8, RMW(10000), 25), "",
                                       HEAP(0, 16, "0xc000010000"))));
    share_find(&places, &seen, 1, &found);
    assert_int_equal(found.v.n, 1);
    share_predict(&arena, &found.v.v[0].runs.v[0], &p);
    assert_int_equal(p.kind, SHARE_PREDICT_NONE);
    seen.native_ns = 1e6;
    seen.n = 10000;
    share_predict(&arena, &found.v.v[0].runs.v[0], &p);
    assert_int_equal(p.kind, SHARE_PREDICT_HARMLESS);
    assert_float_equal(p.accesses, 1, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),  cmocka_unit_test(classes),    cmocka_unit_test(guarded),
        cmocka_unit_test(findings), cmocka_unit_test(true_sharing), cmocka_unit_test(made), cmocka_unit_test(predicting),
    };
    return cmocka_run_group_tests(tests, setup, release);
}
