/* rt_text.c: what the runtime reads and writes: options, suppressions, ELF files, text, JSON, and
 * whole reports.  Well-formed input is held against an expectation or a naive second
 * implementation; mangled input must be survived.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <jansson.h>

#include "../rt/rt_random.h"
#include "../rt/rt_test.h"
#include "code.h"
#include "elf.h"
#include "flags.h"
#include "stack.h"
#include "suppress.h"
#include "text.h"

/* ---- catching output and exit ---- */

static char out[1 << 16]; /* both descriptors, a NUL behind */
static size_t out_n;
static jmp_buf exit_jump;
static int exit_status;

static void on_write(int fd, const void *buf, uptr n)
{
    (void)fd;
    if (n > sizeof out - 1 - out_n) {
        n = sizeof out - 1 - out_n;
    }
    memcpy(out + out_n, buf, n);
    out_n += n;
    out[out_n] = 0;
}

static void on_exit_call(int status)
{
    exit_status = status;
    longjmp(exit_jump, 1);
}

static int set_up(void **state)
{
    (void)state;
    out_n = 0;
    out[0] = 0;
    rt_on_write = on_write;
    rt_on_exit = on_exit_call;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rt_on_write = NULL;
    rt_on_exit = NULL;
    return 0;
}

/* ---- patterns ---- */

static void test_patterns(void **state)
{
    static const struct {
        const char *pattern, *s;
        int want;
    } t[] = {
        {"", "", 1},
        {"", "main.f", 1},
        {"main.f", "main.f", 1},
        {"main.f", "x/main.foo", 1},
        {"main.f", "main.g", 0},
        {"main.f", "main.", 0},
        {"^main.f", "main.foo", 1},
        {"^main.f", "x/main.f", 0},
        {"main.f$", "x/main.f", 1},
        {"main.f$", "main.foo", 0},
        {"^main.f$", "main.f", 1},
        {"^main.f$", "main.ff", 0},
        {"^$", "", 1},
        {"^$", "a", 0},
        {"a*c", "abc", 1},
        {"a*c", "ac", 1},
        {"a*c", "ca", 0},
        {"^a*c$", "abcabc", 1},
        {"^a*c$", "abcab", 0},
        {"^a*b*c$", "aXbYbZc", 1},
        {"*", "", 1},
        {"**x", "axb", 1},
        {"a$b", "a$b", 1},
        {"*.go$", "/src/x.go", 1},
        {"*.go$", "/src/x.gox", 0},
        {"(*T).m", "p.(*T).m", 1},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(t); i++) {
        if (rt_pattern_matches(t[i].pattern, t[i].s) != t[i].want) {
            fail_msg("%s and %s: should be %d", t[i].pattern, t[i].s, t[i].want);
        }
    }
}

/* The definition, by trying everything: does p match a prefix of s? */
static int naive_here(const char *p, const char *s)
{
    if (*p == 0 || (p[0] == '$' && p[1] == 0 && *s == 0)) {
        return 1;
    }
    if (*p == '*') {
        return naive_here(p + 1, s) || (*s != 0 && naive_here(p, s + 1));
    }
    return *s != 0 && *p == *s && naive_here(p + 1, s + 1);
}

static int naive(const char *p, const char *s)
{
    if (*p == '^') {
        return naive_here(p + 1, s);
    }
    return naive_here(p, s) || (*s != 0 && naive(p, s + 1));
}

static void random_string(struct rnd *r, char *s, u32 max, const char *alphabet)
{
    u32 n = rnd_below(r, max);

    for (u32 i = 0; i < n; i++) {
        s[i] = alphabet[rnd_below(r, (u32)strlen(alphabet))];
    }
    s[n] = 0;
}

static void test_random_patterns(void **state)
{
    struct rnd r = {1};
    char p[10], s[14];

    (void)state;
    for (u32 i = 0; i < rnd_rounds(200000); i++) {
        random_string(&r, p, sizeof p, "aab**$^");
        random_string(&r, s, sizeof s, "aaabb$^");
        if (!rt_pattern_matches(p, s) != !naive(p, s)) {
            fail_msg("pattern %s, string %s", p, s);
        }
    }
    /* No exponential time. */
    assert_int_equal(rt_pattern_matches("^*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b$",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                     0);
}

/* ---- files of suppressions ---- */

static char path[] = "/tmp/rt_text.XXXXXX";

static const char *write_file(const char *text, size_t n)
{
    int fd;

    strcpy(path + sizeof path - 7, "XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
    return path;
}

/* Rules stay for good: each file has a process of its own. */
static int in_child(void (*f)(void))
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        f();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void rules_in_child(void)
{
    suppress_init(path);
    if (!suppress_any() || !suppress_matches("main.lib", "/x.go", 0) ||
        !suppress_matches("g", "/src/vendor/x.go", 0) || suppress_matches("g", "/src/x.go", 1) ||
        suppress_matches("top", "/x.go", 0) || !suppress_matches("top", "/x.go", 1) ||
        suppress_matches("deadlock", "x", 1) || suppress_matches("#no", "x", 1) ||
        !suppress_matches("last", "x", 0)) {
        _exit(1);
    }
}

static void many_in_child(void)
{
    if (setjmp(exit_jump) == 0) {
        suppress_init(path);
    } else {
        _exit(exit_status == flags.exitcode && strstr(out, "gomm: suppressions file /tmp/") ? 7
                                                                                            : 8);
    }
}

static void test_suppressions(void **state)
{
    static const char text[] = "# a comment\n\n  race:^main.lib$  \r\nrace:vendor/\nrace_top:^top\n"
                               "deadlock:deadlock\n#race:no\nrace:last";
    static char many[2000 * 8 + 1], big[(4 << 20) + 10];

    (void)state;
    write_file(text, sizeof text - 1);
    assert_int_equal(in_child(rules_in_child), 0);
    unlink(path);
    for (u32 i = 0; i < 2000; i++) {
        memcpy(many + i * 8, "race:ab\n", 8);
    }
    write_file(many, sizeof many - 1);
    assert_int_equal(WEXITSTATUS(in_child(many_in_child)), 7);
    unlink(path);
    assert_int_equal(WEXITSTATUS(in_child(many_in_child)), 7); /* no such file */
    memset(big, '\n', sizeof big);
    write_file(big, sizeof big);
    assert_int_equal(WEXITSTATUS(in_child(many_in_child)), 7);
    unlink(path);
    suppress_init(NULL);
    suppress_init("");
    assert_int_equal(suppress_any(), 0);
}

/* ---- GORACE ---- */

static char flag_text[256];

/* 0, or 1 if the parser ended the program. */
static int parse(const char *s)
{
    flags = (struct flags){
        .exitcode = 66, .atexit_sleep_ms = 1000, .strip_prefix = "", .sample = SAMPLE_ALL};
    snprintf(flag_text, sizeof flag_text, "%s", s);
    out_n = 0;
    if (setjmp(exit_jump) != 0) {
        return 1;
    }
    rt_flags_parse(flag_text);
    return 0;
}

static void test_flags(void **state)
{
    (void)state;
    assert_int_equal(parse(""), 0);
    assert_int_equal(flags.exitcode, 66);
    assert_int_equal(parse("exitcode=3 halt_on_error=1,atexit_sleep_ms=20:log_path=/a/b"), 0);
    assert_int_equal(flags.exitcode, 3);
    assert_int_equal(flags.halt_on_error, 1);
    assert_int_equal(flags.atexit_sleep_ms, 20);
    assert_string_equal(flags.log_path, "/a/b");
    assert_int_equal(parse("  log_path='/a b:c'\tstrip_path_prefix=\"x,y\" history_size=7 "), 0);
    assert_string_equal(flags.log_path, "/a b:c");
    assert_string_equal(flags.strip_prefix, "x,y");
    assert_int_equal(parse("exitcode=-1"), 0);
    assert_int_equal(flags.exitcode, -1);
    assert_int_equal(parse("halt_on_error=yes suppress_equal_stacks=no"), 0);
    assert_int_equal(flags.halt_on_error, 1);
    assert_int_equal(flags.equal_stacks, 1);
    assert_int_equal(parse("log_path='unclosed"), 0);
    assert_string_equal(flags.log_path, "unclosed");
    assert_int_equal(parse("log_path="), 0);
    assert_string_equal(flags.log_path, "");
    assert_int_equal(parse("suppressions=/s halt_on_error=true halt_on_error=false"), 0);
    assert_int_equal(flags.halt_on_error, 0);
    assert_string_equal(flags.suppressions, "/s");
    assert_int_equal(parse("no_such_option=1"), 0);
}

static void test_bad_flags(void **state)
{
    static const char *const bad[] = {
        "exitcode",        "exitcode=x",        "exitcode=", "exitcode=1x",
        "halt_on_error=2", "atexit_sleep_ms=-", "a b=1",     "x=1 y"};

    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++) {
        assert_int_equal(parse(bad[i]), 1);
        assert_int_equal(exit_status, 66);
        assert_ptr_equal(strstr(out, "gomm: GORACE: "), out);
        assert_int_equal(out[out_n - 1], '\n');
    }
    flags = (struct flags){.exitcode = 66, .strip_prefix = "", .sample = SAMPLE_ALL};
}

static int parse_gomm(const char *text)
{
    out_n = 0;
    if (setjmp(exit_jump) != 0) {
        return 1;
    }
    snprintf(flag_text, sizeof flag_text, "%s", text);
    rt_flags_parse_gomm(flag_text);
    return 0;
}

static void test_own_flags(void **state)
{
    static const struct {
        const char *text;
        u32 share;
        u64 burst;
    } good[] = {{"sample=2%", 2000, 7},
                {"sample=0.5%,burst=10ms", 500, 10000000},
                {"sample=100% burst=250us", 100000, 250000},
                {"sample=0%:burst=1.5s", 0, 1500000000},
                {"sample=0.125% burst='0.5ms'", 125, 500000},
                {"sample=99.999% burst=60s", 99999, 60000000000},
                {"burst=10us", 100000, 10000},
                {"/usr/bin/gomm", 100000, 7},
                {"./a=b", 100000, 7},
                {"", 100000, 7}};
    static const char *const bad[] = {"sample",        "sample=",          "sample=2",     "sample=x%",
                                      "sample=2%%",    "sample=101%",      "sample=-1%",   "sample=%",
                                      "sample=.1%",    "sample=0.0001%",
                                      "sample=1e9%",   "burst=10",         "burst=1us",    "burst=61s",
                                      "burst=ms",      "burst=1h",         "seed=x",       "all_pairs=1",
                                      "sample=9999999999999999999999999%", "simple=2%",    "x",
                                      "sample=2% burst=99999999999999999999s"};

    (void)state;
    for (size_t i = 0; i < LENGTH(good); i++) {
        flags.sample = SAMPLE_ALL;
        flags.sample_burst = 7;
        assert_int_equal(parse_gomm(good[i].text), 0);
        assert_int_equal(flags.sample, good[i].share);
        assert_int_equal(flags.sample_burst, good[i].burst);
    }
    assert_int_equal(parse_gomm("seed=18"), 0);
    assert_int_equal(flags.sample_seed, 18);
    for (size_t i = 0; i < LENGTH(bad); i++) {
        if (parse_gomm(bad[i]) != 1) {
            fail_msg("%s", bad[i]);
        }
        assert_int_equal(exit_status, 66);
        assert_ptr_equal(strstr(out, "gomm: GOMM: "), out);
        assert_int_equal(out[out_n - 1], '\n');
    }
    flags = (struct flags){.exitcode = 66, .strip_prefix = "", .sample = SAMPLE_ALL};
}

/* ---- text and JSON ---- */

static void test_numbers(void **state)
{
    static const u64 v[] = {0, 1, 9, 10, 4095, 0xffffffff, ~0UL, ~0UL / 10 * 10};
    char want[100];
    struct text t;

    (void)state;
    for (size_t i = 0; i < LENGTH(v); i++) {
        text_init(&t);
        text_dec(&t, v[i]);
        text_char(&t, ' ');
        text_hex(&t, v[i], 12);
        text_char(&t, ' ');
        text_hex(&t, v[i], 1);
        text_char(&t, 0);
        snprintf(want, sizeof want, "%lu %012lx %lx", v[i], v[i], v[i]);
        assert_string_equal(t.p, want);
        text_free(&t);
    }
}

static void test_growth(void **state)
{
    struct text t;
    char piece[100];

    (void)state;
    memset(piece, 'x', sizeof piece);
    text_init(&t);
    for (u32 i = 0; i < 5000; i++) {
        piece[0] = (char)('a' + i % 26);
        text_add_n(&t, piece, sizeof piece);
    }
    assert_int_equal(t.n, 500000);
    for (u32 i = 0; i < 5000; i++) {
        assert_int_equal(t.p[i * 100], 'a' + i % 26);
        assert_int_equal(t.p[i * 100 + 99], 'x');
    }
    text_free(&t);
    /* Without memory the text is cut, and says so. */
    rt_memory_left = 1;
    for (u32 i = 0; i < 20; i++) {
        text_add_n(&t, piece, sizeof piece);
    }
    rt_memory_left = 0;
    assert_int_equal(t.truncated, 1);
    assert_int_equal(t.n, sizeof t.small);
    text_free(&t);
}

static const char *json(const char *s)
{
    static char copy[4096];
    struct text t;

    text_init(&t);
    text_json(&t, s);
    assert_true(t.n < sizeof copy);
    memcpy(copy, t.p, t.n);
    copy[t.n] = 0;
    text_free(&t);
    return copy;
}

static void test_json(void **state)
{
    (void)state;
    assert_string_equal(json(""), "\"\"");
    assert_string_equal(json("a\"b\\c\n\t\x7f"), "\"a\\\"b\\\\c\\u000a\\u0009\\u007f\"");
    assert_string_equal(json("é∑𝄞"), "\"é∑𝄞\"");
    assert_string_equal(json("\xff"
                             "a\xc3"),
                        "\"\\ufffda\\ufffd\"");
    assert_string_equal(json("\xc0\x80"), "\"\\ufffd\\ufffd\"");            /* overlong */
    assert_string_equal(json("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
    assert_string_equal(json("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
    assert_string_equal(json("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"");
}

/* Whatever the bytes, a JSON reader takes it; UTF-8 comes back unchanged. */
static void test_random_json(void **state)
{
    struct rnd r = {2};

    (void)state;
    for (u32 i = 0; i < rnd_rounds(20000); i++) {
        static const u8 likely[] = {0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x9f, 0xa0, 0xbf, 0x90};
        char s[24];
        u32 n = 1 + rnd_below(&r, 20);
        json_t *back, *direct;

        for (u32 k = 0; k < n; k++) {
            s[k] = (char)(rnd_one_in(&r, 2) ? likely[rnd_below(&r, 10)] : 1 + rnd_below(&r, 255));
        }
        s[n] = 0;
        back = json_loads(json(s), JSON_DECODE_ANY, NULL);
        if (!back) {
            fail_msg("no JSON: %s", json(s));
        }
        direct = json_string(s); /* NULL if it is no UTF-8 */
        if (direct) {
            assert_string_equal(json_string_value(back), s);
            json_decref(direct);
        } else {
            assert_non_null(strstr(json(s), "\\ufffd"));
        }
        json_decref(back);
    }
}

/* ---- ELF ---- */

u64 rt_text_marker[5]; /* a symbol to be found */

static u8 *own_file(size_t *n)
{
    struct stat st;
    int fd = open("/proc/self/exe", O_RDONLY);
    u8 *p;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    *n = (size_t)st.st_size;
    p = mmap(NULL, *n, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    assert_true(p != MAP_FAILED);
    close(fd);
    return p;
}

static void test_elf(void **state)
{
    struct elf_symbol s = elf_find((uptr)&rt_text_marker[3], ELF_OBJECT);

    (void)state;
    assert_non_null(s.name);
    assert_string_equal(s.name, "rt_text_marker");
    assert_int_equal(s.size, sizeof rt_text_marker);
    assert_ptr_equal((void *)s.addr, rt_text_marker);
    s = elf_find((uptr)rt_tsan_go_start + 1, ELF_FUNC);
    assert_string_equal(s.name, "rt_tsan_go_start");
    assert_int_equal(s.addr, (uptr)rt_tsan_go_start);
    assert_null(elf_find(1, ELF_OBJECT).name);
}

static void touch(u8 *file, size_t n, struct rnd *r)
{
    rt_elf_load(file, n);
    for (u32 i = 0; i < 3; i++) {
        struct elf_symbol s = elf_find(rnd_below(r, 1 << 20), i == 0 ? ELF_FUNC : ELF_OBJECT);

        if (s.name) {
            assert_true((const u8 *)s.name >= file && (const u8 *)s.name < file + n);
            assert_true(strlen(s.name) < n);
        }
    }
}

static void test_bad_elf(void **state)
{
    size_t n;
    u8 *real = own_file(&n), *copy;
    u64 sections = *(const u64 *)(const void *)(real + 40);
    struct rnd r = {3};

    (void)state;
    /* Truncated: the end of the mapping is the end of the file. */
    copy = mmap(NULL, n + 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(copy, real, n);
    for (size_t size = 0; size < n; size += 1 + rnd_below(&r, size < 200 ? 1 : 20000)) {
        u8 *tight = malloc(size ? size : 1); /* AddressSanitizer sees what lies beyond */

        memcpy(tight, real, size);
        touch(tight, size, &r);
        free(tight);
    }
    /* Mangled: headers most of all. */
    for (u32 i = 0; i < rnd_rounds(3000); i++) {
        size_t at[8];
        u32 count = 1 + rnd_below(&r, 8);

        for (u32 k = 0; k < count; k++) {
            at[k] = rnd_one_in(&r, 2) ? rnd_below(&r, 64)
                                      : sections + rnd_below(&r, (u32)(n - sections));
            copy[at[k]] = (u8)(rnd_one_in(&r, 3) ? 0xff : rnd_below(&r, 256));
        }
        touch(copy, n, &r);
        for (u32 k = 0; k < count; k++) {
            copy[at[k]] = real[at[k]];
        }
    }
    rt_elf_load(real, n); /* for those that come after */
    munmap(copy, n + 8192);
}

/* ---- reports ---- */

static struct proc *proc;
static struct thr *main_thr;
static int names; /* Go finds names for code */

static void callback(uptr cmd, void *arg)
{
    /* runtime/race.go: symbolizeCodeContext, symbolizeDataContext */
    struct {
        u64 pc;
        const char *fn, *file;
        u64 line, off, res;
    } *code = arg;
    struct {
        u64 addr, heap, start, size;
        const char *name, *file;
        u64 line, res;
    } *data = arg;

    switch (cmd) {
    case GO_GET_PROC: *(struct proc **)arg = proc; break;
    case GO_CODE:
        if (names) {
            code->fn = code->pc < 100      ? "runtime.main"
                       : code->pc % 2 == 0 ? "main.even"
                                           : "main.o\"d";
            code->file = "/src/x\xff.go";
            code->line = code->pc;
            code->off = 16;
            code->res = 1;
        }
        break;
    case GO_DATA:
        data->heap = 1;
        data->start = data->addr & ~63UL;
        data->size = 64;
        data->res = data->addr >= HEAP_LO;
        break;
    default: break;
    }
}

static void race(uptr addr, uptr pc)
{
    struct thr *a, *b;

    rt_tsan_go_start(main_thr, &a, pc + 1);
    rt_tsan_go_start(main_thr, &b, pc + 2);
    rt_func_enter(a, 51); /* the outermost frame, which lies in the runtime */
    rt_func_enter(b, 51);
    rt_write_range(a, addr, 8, pc + 3);
    rt_read_range(b, addr + 2, 4, pc + 4);
    rt_tsan_go_end(a);
    rt_tsan_go_end(b);
}

static void test_report(void **state)
{
    static const char want[] = "Heap block of size 64 at 0x00c000001000, accessed at byte 10\n"
                               "==================\n"
                               "WARNING: DATA RACE\n"
                               "Read at 0x00c00000100a by goroutine 3:\n"
                               "  main.o\"d()\n"
                               "      /src/x\xff.go:203 +0x10\n"
                               "\n"
                               "Previous write at 0x00c000001008 by goroutine 2:\n"
                               "  main.even()\n"
                               "      /src/x\xff.go:202 +0x10\n"
                               "\n"
                               "Goroutine 3 (running) created at:\n"
                               "  main.o\"d()\n"
                               "      /src/x\xff.go:201 +0x10\n"
                               "\n"
                               "Goroutine 2 (running) created at:\n"
                               "  main.even()\n"
                               "      /src/x\xff.go:200 +0x10\n"
                               "==================\n";
    u64 count;

    (void)state;
    names = 1;
    race(HEAP_LO + 0x1008, 200);
    assert_string_equal(out, want);
    rt_tsan_report_count(&count);
    assert_int_equal(count, 1);
    out_n = 0;
    out[0] = 0;
    race(HEAP_LO + 0x1010, 200); /* the same stacks */
    assert_string_equal(out, "");
    rt_tsan_report_count(&count);
    assert_int_equal(count, 1);
}

/* Go finds no name for any pc: no frames, but a report. */
static void test_report_without_names(void **state)
{
    u64 count;

    (void)state;
    names = 0;
    race(HEAP_LO + 0x1108, 400);
    assert_non_null(strstr(out, "WARNING: DATA RACE\nRead at 0x00c00000110a by goroutine"));
    assert_non_null(strstr(out, "Previous write at 0x00c000001108 by goroutine"));
    rt_tsan_report_count(&count);
    assert_int_equal(count, 2);
}

/* A pipe that does not block, and whose reader takes its time: nothing of a report may be lost. */
static void test_slow_reader(void **state)
{
    enum { REPORT = 300000 };
    struct text t;
    int ends[2], status;
    pid_t reader;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    reader = fork();
    assert_true(reader >= 0);
    if (reader == 0) {
        static char buf[4096];
        size_t n = 0;
        ssize_t r;

        close(ends[1]);
        usleep(50000);
        while ((r = read(ends[0], buf, sizeof buf)) > 0) {
            n += (size_t)r;
        }
        _exit(n == REPORT ? 0 : 1);
    }
    close(ends[0]);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    text_init(&t);
    for (u32 i = 0; i < REPORT / 10; i++) {
        text_add(&t, "0123456789");
    }
    assert_int_equal(text_flush(&t, ends[1]), 0);
    text_free(&t);
    close(ends[1]);
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(status, 0);
}

/* Go's variables may end anywhere; here with the first byte behind a page of each table. */
static _Alignas(1 << 16) u8 globals[(1 << 16) + 1];

static void test_last_global(void **state)
{
    (void)state;
    rt_tsan_map_shadow((uptr)globals, sizeof globals);
    rt_write_range(main_thr, (uptr)globals + (1 << 16), 1, 8);
    rt_tsan_release(main_thr, (uptr)globals + (1 << 16));
    assert_non_null(shadow_range((uptr)globals));
    assert_int_not_equal(*shadow_line(shadow_range((uptr)globals), (uptr)globals + (1 << 16)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_random_patterns),
        cmocka_unit_test_setup_teardown(test_suppressions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_flags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_flags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_flags, set_up, tear_down),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_random_json),
        cmocka_unit_test(test_elf),
        cmocka_unit_test(test_bad_elf),
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_last_global),
        cmocka_unit_test_setup_teardown(test_report, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_report_without_names, set_up, tear_down),
    };

    rt_tsan_init(&main_thr, &proc, callback);
    rt_tsan_map_shadow(HEAP_LO, 1 << 16);
    rt_tsan_go_start(main_thr, &main_thr, 50); /* the first one is the context before main */
    return cmocka_run_group_tests_name("rt_text", tests, NULL, NULL);
}
