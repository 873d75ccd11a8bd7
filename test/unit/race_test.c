/* race_test.c: event files, and the findings that come of them. */
#include "unit.h"

#include "race/race_find.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

#define FRAME(fn, file, line) \
    "{\"fn\":\"" fn "\",\"file\":\"" file "\",\"line\":" line ",\"off\":1}"
#define ACCESS(kind, atomic, g, main, frames, by)                                                \
    "{\"kind\":\"" kind "\",\"atomic\":" atomic ",\"addr\":\"0x10\",\"size\":8,\"goroutine\":" g \
    ",\"main\":" main ",\"running\":true,\"stack\":[" frames "],\"created_by\":" by              \
    ",\"created\":[" FRAME("p.start", "/m/p.go", "3") "]}"
#define RACE(pid, a, b, object, order)                                                         \
    "{\"v\":1,\"event\":\"race\",\"pid\":" pid ",\"seq\":1,\"addr\":\"0x10\",\"accesses\":[" a \
    "," b "],\"object\":" object ",\"order\":" order "}\n"
#define ORDER "{\"access_epoch\":5,\"known_epoch\":4,\"current_epoch\":7}"

#define WRITE_7 ACCESS("write", "false", "7", "false", FRAME("p.set", "/m/p.go", "9"), "1")
#define READ_1  ACCESS("read", "false", "1", "true", FRAME("p.get", "/m/p.go", "4"), "0")

static struct race_log read_log(const char *text)
{
    struct race_log l = {.arena = &arena};

    race_log_text(&l, str_of(text));
    return l;
}

static struct finding_list find(const char *text)
{
    struct race_log l = read_log(text);
    struct finding_list f = {.arena = &arena};

    race_find(&l, STR("/m"), NULL, &f);
    race_log_release(&l);
    return f;
}

static void reading(void **state)
{
    struct race_log l = read_log("{\"v\":1,\"event\":\"start\",\"pid\":3,\"exe\":\"/x\"}\n" RACE(
        "3", WRITE_7, READ_1,
        "{\"kind\":\"global\",\"name\":\"p.v\",\"base\":\"0x10\",\"size\":8,"
        "\"offset\":0}",
        ORDER) "{\"v\":1,\"event\":\"exit\",\"pid\":3,\"races\":2,\"status\":66}\n"
               "{\"v\":1,\"event\":\"something new\",\"pid\":3}\n");

    (void)state;
    assert_int_equal(l.bad_lines, 0);
    assert_false(l.cut_off);
    assert_int_equal(l.events.n, 1);
    const struct race_event *ev = &l.events.v[0];
    assert_true(ev->access[0].write && !ev->access[1].write);
    assert_int_equal(ev->access[0].goroutine, 7);
    assert_int_equal(ev->access[0].addr, 16);
    assert_true(ev->access[1].main);
    assert_int_equal(ev->access[0].stack.n, 1);
    assert_str(ev->access[0].stack.frames[0].fn, "p.set");
    assert_int_equal(ev->object.kind, RACE_OBJECT_GLOBAL);
    assert_true(ev->has_order);
    assert_int_equal(ev->current_epoch, 7);
    assert_int_equal(l.processes.n, 1);
    assert_str(l.processes.v[0].exe, "/x");
    assert_int_equal(race_log_lost(&l), 1);
    race_log_release(&l);
}

static void damaged(void **state)
{
    static const char *const bad[] = {
        "nonsense\n",
        "{}\n",
        "[]\n",
        "{\"v\":2,\"event\":\"start\",\"pid\":1}\n",
        "{\"v\":1,\"event\":\"race\",\"pid\":-1}\n",
        "{\"v\":1,\"event\":\"race\",\"pid\":1,\"seq\":1,\"addr\":\"zz\",\"accesses\":[]}\n",
        "{\"v\":1,\"event\":\"race\",\"pid\":1,\"seq\":1,\"addr\":\"0x1\",\"accesses\":[{}]}\n",
        "{\"v\":1,\"event\":\"race\",\"pid\":1,\"seq\":1,\"addr\":\"0x1\",\"accesses\":[1,2]}\n",
        RACE("1", WRITE_7, "{\"kind\":\"look\"}", "null", ORDER),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct race_log l = read_log(bad[i]);

        if (l.bad_lines != 1 || l.events.n != 0 || l.first_bad.n == 0) {
            fail_msg("%s: %d bad lines, %d events", bad[i], (int)l.bad_lines, (int)l.events.n);
        }
        race_log_release(&l);
    }
    /* Cut anywhere, the lines before the cut are read. */
    const char *line = RACE("1", WRITE_7, READ_1, "null", ORDER);
    struct strbuf b = {0};
    for (size_t n = 1; n < strlen(line); n++) {
        strbuf_reset(&b);
        strbuf_puts(&b, line);
        strbuf_put(&b, (str){line, n});
        struct race_log l = read_log(strbuf_cstr(&b));
        assert_int_equal(l.events.n, n == strlen(line) - 1 ? 2 : 1);
        assert_true(l.cut_off);
        race_log_release(&l);
    }
    strbuf_release(&b);
    assert_true(race_log_is_events(STR("{\"v\":1,\"event\":\"start\",\"pid\":1}\n")));
    assert_false(race_log_is_events(STR("{\"schema\":\"gomm/result\"}\n")));
    assert_false(race_log_is_events(STR("")));
}

static void telling(void **state)
{
    struct finding_list l = find(RACE(
        "1", READ_1, WRITE_7,
        "{\"kind\":\"global\",\"name\":\"p.v\",\"base\":\"0x10\",\"size\":8,\"offset\":0}", ORDER));
    const struct finding *f = &l.v[0];

    (void)state;
    assert_int_equal(l.n, 1);
    assert_str(f->code, "RACE01");
    assert_int_equal(f->severity, FINDING_ERROR);
    /* The write gives the place, though it came first. */
    assert_str(f->span.file, "/m/p.go");
    assert_int_equal(f->span.line, 9);
    assert_str(f->message, "write of v by goroutine 7, read at :4 by the main goroutine");
    assert_str(f->package, "p");
    assert_str(f->object, "p.v");
    assert_str(f->why[0].text, "no happens-before: since :9 goroutine 7 released nothing that the "
                               "main goroutine has acquired");
    assert_str(f->why[1].text,
               "goroutine 7 released 2 times since then, and the main goroutine acquired none of "
               "them; the last release of goroutine 7 that the main goroutine acquired was before "
               ":9");
    assert_str(f->why[2].text, "p.v is a global variable of 8 bytes");
    assert_int_equal(f->n_stacks, 4);
    assert_str(f->stacks[0].title, "write of v by goroutine 7");
    assert_str(f->stacks[2].title, "goroutine 7 (running) was created by the main goroutine");

    l = find(RACE("1", WRITE_7, READ_1, "null", "{}"));
    assert_str(l.v[0].message, "write by goroutine 7, read at :4 by the main goroutine");
    assert_str(l.v[0].why[0].text,
               "no happens-before: nothing that was seen orders the two accesses");
    l = find(RACE(
        "1", WRITE_7, READ_1,
        "{\"kind\":\"heap\",\"base\":\"0x0\",\"size\":64,\"offset\":16,\"stack\":[" FRAME(
            "runtime.newobject", "/go/malloc.go", "1") "," FRAME("p.New", "/o/new.go", "2") "]}",
        "{\"access_epoch\":5,\"known_epoch\":0,\"current_epoch\":5}"));
    f = &l.v[0];
    assert_str(
        f->message,
        "write to a heap block of 64 bytes by goroutine 7, read at :4 by the main goroutine");
    assert_str(f->why[1].text, "the main goroutine released nothing at all since then; before that "
                               "goroutine 7 had acquired nothing from it either");
    assert_str(f->why[2].text,
               "the memory is byte 16 of a heap block of 64, allocated at /o/new.go:2 by p.New");
}

static void kinds(void **state)
{
    struct finding_list l = find(RACE(
        "1",
        ACCESS("write", "true", "8", "false",
               FRAME("sync/atomic.StoreInt64", "/go/a.s", "1") "," FRAME("p.put", "/m/q.go", "7"),
               "1"),
        READ_1, "null", ORDER));

    (void)state;
    assert_int_equal(l.v[0].span.line, 7); /* not inside the runtime */
    assert_str(l.v[0].message, "atomic write by goroutine 8, read at p.go:4 by the main goroutine");
    assert_str(l.v[0].why[0].text, "goroutine 8 writes atomically, but the main goroutine reads plainly, at p.go:4 (RACE16)");
    l = find(RACE(
        "1",
        ACCESS(
            "write", "false", "8", "false",
            FRAME("runtime.mapassign_faststr", "/go/m.go", "1") "," FRAME("p.put", "/m/q.go", "7"),
            "1"),
        ACCESS("read", "false", "9", "false",
               FRAME("runtime.mapIterNext", "/go/m.go", "1") "," FRAME("p.all", "/m/q.go", "8"),
               "1"),
        "null", ORDER));
    assert_str(l.v[0].message, "map write by goroutine 8, map iteration at :8 by goroutine 9");
    /* Without any stack. */
    l = find(RACE("1", ACCESS("write", "false", "8", "false", "", "1"), READ_1, "null", ORDER));
    assert_int_equal(l.v[0].span.line, 0);
}

static void merging(void **state)
{
    /* The same from another process with the accesses the other way round; then another kind. */
    struct finding_list l = find(RACE("1", WRITE_7, READ_1, "null", ORDER) RACE(
        "2", READ_1, WRITE_7, "null", ORDER) RACE("2", WRITE_7, WRITE_7, "null", ORDER));

    (void)state;
    assert_int_equal(l.n, 2);
    assert_int_equal(l.v[0].count + l.v[1].count, 3);
}

static void packages(void **state)
{
    (void)state;
    assert_str(race_package_of(&arena, STR("main.main")), "main");
    assert_str(race_package_of(&arena, STR("a.com/b/c.(*T).M.func1")), "a.com/b/c");
    assert_str(race_package_of(&arena, STR("gopkg.in/yaml%2ev3.F")), "gopkg.in/yaml.v3");
    assert_str(race_package_of(&arena, STR("nonsense")), "");
    assert_str(race_package_of(&arena, STR("a%2.F")), "a%2");
}

/* Marks of one lane stand in the order in which they are known to have come. */
static void pictures(void **state)
{
    struct finding_list f = find(RACE(
        "1", ACCESS("write", "false", "8", "false", FRAME("p.a", "/m/p.go", "9"), "7"),
        ACCESS("read", "false", "7", "false", FRAME("p.b", "/m/p.go", "4"), "1"), "null", ORDER));
    struct finding_picture *p = f.v[0].picture;
    size_t hot = 0;

    (void)state;
    assert_int_equal(p->n_lanes, 2);
    assert_str(p->lanes[0], "goroutine 7"); /* the previous access's */
    assert_str(p->lanes[1], "goroutine 8");
    assert_str(p->marks[0].label, "created by the main goroutine");
    assert_str(p->marks[1].label, "go statement");
    assert_str(p->marks[2].label, "starts");
    assert_int_equal(p->marks[1].lane, 0);
    assert_int_equal(p->marks[2].lane, 1);
    for (size_t i = 0; i < p->n_marks; i++) {
        hot += p->marks[i].hot;
    }
    assert_int_equal(hot, 2);
    assert_str(p->marks[p->n_marks - 1].label, "2 releases, none acquired");
    assert_true(p->edges[p->n_edges - 1].missing);
}

#define OP(kind, addr, epoch, rest, frames) \
    "{\"kind\":\"" kind "\",\"addr\":\"0x" addr "\",\"epoch\":" epoch rest ",\"stack\":[" frames "]}"
#define AFTER ",\"after\":true"
#define LOCK(addr, line)                                                                       \
    OP("rmw", addr, "3", "", FRAME("sync.(*Mutex).Lock", "/go/src/sync/mutex.go", "40") ","    \
       FRAME("p.f", "/m/p.go", line)) ","                                                      \
    OP("acquire", addr, "3", "", FRAME("internal/race.Acquire", "/go/src/internal/race/race.go", "7") "," \
       FRAME("sync.(*Mutex).Lock", "/go/src/sync/mutex.go", "41") "," FRAME("p.f", "/m/p.go", line))
#define UNLOCK(addr, line, rest) \
    OP("release", addr, "4", rest, FRAME("sync.(*Mutex).Unlock", "/go/src/sync/mutex.go", "50") "," \
       FRAME("p.f", "/m/p.go", line))
#define SIDE(complete, ops) "{\"complete\":" complete ",\"releases\":1,\"counted\":true,\"ops\":[" ops "]}"
#define SYNC(a, b) ORDER ",\"sync\":[" a "," b "]"

static bool says(const struct finding *f, const char *text)
{
    for (size_t i = 0; i < f->n_why; i++) {
        if (str_contains(f->why[i].text, str_of(text))) {
            return true;
        }
    }
    return false;
}

/* Whose locks are held follows from what was done before the access, and only from that. */
static void locks(void **state)
{
    static const struct {
        const char *now, *before, *says;
    } cases[] = {
        {SIDE("true", LOCK("10", "8")), SIDE("true", LOCK("20", "3") "," UNLOCK("20", "5", AFTER)), "(RACE11)"},
        {SIDE("true", LOCK("10", "8") "," UNLOCK("10", "8", "")),
         SIDE("true", LOCK("20", "3") "," UNLOCK("20", "5", AFTER)), "without any lock"},
        {SIDE("false", UNLOCK("10", "8", "")), SIDE("true", LOCK("20", "3") "," UNLOCK("20", "5", AFTER)), NULL},
        {SIDE("true", UNLOCK("10", "8", "")), SIDE("true", LOCK("20", "3") "," UNLOCK("20", "3", "")), NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[8192];
        snprintf(text, sizeof text, RACE("1", "%s", "%s", "null", "%s") , ACCESS("write", "false", "7", "false", FRAME("p.f", "/m/p.go", "9"), "1"),
                 ACCESS("read", "false", "1", "true", FRAME("p.f", "/m/p.go", "4"), "0"),
                 str_cstr(&arena, str_fmt(&arena, ORDER ",\"sync\":[%s,%s]", cases[i].now, cases[i].before)));
        struct finding_list f = find(text);
        assert_int_equal(f.n, 1);
        assert_true(!cases[i].says || says(&f.v[0], cases[i].says));
        assert_true(cases[i].says || !says(&f.v[0], "(RACE"));
        assert_true(says(&f.v[0], "Mutex.Unlock at :5") == (i < 3));
    }
}

/* What the one last knew of the other is told with its two operations. */
static void edges(void **state)
{
    struct finding_list f = find(RACE(
        "1", WRITE_7, READ_1, "null",
        SYNC(SIDE("true", OP("acquire", "30", "2", ",\"edge\":true,\"from\":1",
                             FRAME("runtime.chanrecv1", "/go/src/runtime/chan.go", "5") "," FRAME("p.r", "/m/p.go", "7"))),
             SIDE("true", OP("release", "30", "5", ",\"edge\":true",
                             FRAME("runtime.chansend1", "/go/src/runtime/chan.go", "5") "," FRAME("p.s", "/m/p.go", "2"))))));

    (void)state;
    assert_true(says(&f.v[0], "channel send at :2, before the access; it came by the channel receive at :7"));
    assert_true(says(&f.v[0], "released nothing at all"));
    const struct finding_picture *p = f.v[0].picture;
    size_t known = 0;
    for (size_t i = 0; i < p->n_edges; i++) {
        known += !p->edges[i].missing;
    }
    assert_int_equal(known, 2); /* and the go statement */
}

/* Damage in what is said of synchronisation costs that, not the race. */
static void damaged_sync(void **state)
{
    static const char *const bad[] = {"null", "[]", "[1,2]", "[{},{}]", "[{\"ops\":[{}],\"releases\":-1},{}]",
                                      "[{\"ops\":[{\"kind\":\"x\"},7],\"releases\":1},{\"ops\":{}}]"};

    (void)state;
    size_t stacks = find(RACE("1", WRITE_7, READ_1, "null", ORDER)).v[0].n_stacks;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct finding_list f = find(str_cstr(
            &arena, str_fmt(&arena, RACE("1", "%s", "%s", "null", "%s"), WRITE_7, READ_1,
                            str_cstr(&arena, str_fmt(&arena, ORDER ",\"sync\":%s", bad[i])))));
        assert_int_equal(f.n, 1);
        assert_int_equal(f.v[0].n_stacks, stacks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),  cmocka_unit_test(damaged), cmocka_unit_test(telling),
        cmocka_unit_test(kinds),    cmocka_unit_test(merging), cmocka_unit_test(packages),
        cmocka_unit_test(pictures), cmocka_unit_test(locks),   cmocka_unit_test(edges),
        cmocka_unit_test(damaged_sync),
    };

    return cmocka_run_group_tests_name("race", tests, NULL, release);
}
