/* driver_asm_test.c: the edit of Go's race_amd64.s, and what refuses it. */
#include "unit.h"

#include "driver/driver_asm.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* What the edit must find, as Go has it, and a function that is none of its business. */
static const char source[] = "#include \"go_asm.h\"\n"
                             "#define RARG0 DI\n"
                             "\n"
                             "// func runtime·raceread(addr uintptr)\n"
                             "TEXT\truntime·raceread<ABIInternal>(SB), NOSPLIT, $0-8\n"
                             "\tMOVQ\tAX, RARG1\n"
                             "\tMOVQ\t(SP), RARG2\n"
                             "\t// void __tsan_read(ThreadState *thr, void *addr, void *pc);\n"
                             "\tMOVQ\t$__tsan_read(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "\n"
                             "TEXT\truntime·RaceRead(SB), NOSPLIT, $0-8\n"
                             "\tJMP\truntime·raceread(SB)\n"
                             "TEXT\truntime·racewrite<ABIInternal>(SB), NOSPLIT, $0-8\n"
                             "\tMOVQ\tAX, RARG1\n"
                             "\tMOVQ\t(SP), RARG2\n"
                             "\tMOVQ\t$__tsan_write(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racereadrange<ABIInternal>(SB), NOSPLIT, $0-16\n"
                             "\tMOVQ\tAX, RARG1\n"
                             "\tMOVQ\tBX, RARG2\n"
                             "\tMOVQ\t(SP), RARG3\n"
                             "\tMOVQ\t$__tsan_read_range(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racewriterange<ABIInternal>(SB), NOSPLIT, $0-16\n"
                             "\tMOVQ\tAX, RARG1\n"
                             "\tMOVQ\tBX, RARG2\n"
                             "\tMOVQ\t(SP), RARG3\n"
                             "\tMOVQ\t$__tsan_write_range(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racereadpc(SB), NOSPLIT, $0-24\n"
                             "\tMOVQ\taddr+0(FP), RARG1\n"
                             "\tMOVQ\tcallpc+8(FP), RARG2\n"
                             "\tMOVQ\tpc+16(FP), RARG3\n"
                             "\tADDQ\t$1, RARG3 // pc is function start, tsan wants return address\n"
                             "\tMOVQ\t$__tsan_read_pc(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racewritepc(SB), NOSPLIT, $0-24\n"
                             "\tMOVQ\taddr+0(FP), RARG1\n"
                             "\tMOVQ\tcallpc+8(FP), RARG2\n"
                             "\tMOVQ\tpc+16(FP), RARG3\n"
                             "\tADDQ\t$1, RARG3 // pc is function start, tsan wants return address\n"
                             "\tMOVQ\t$__tsan_write_pc(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racereadrangepc1(SB), NOSPLIT, $0-24\n"
                             "\tMOVQ\taddr+0(FP), RARG1\n"
                             "\tMOVQ\tsize+8(FP), RARG2\n"
                             "\tMOVQ\tpc+16(FP), RARG3\n"
                             "\tADDQ\t$1, RARG3 // pc is function start, tsan wants return address\n"
                             "\tMOVQ\t$__tsan_read_range(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racewriterangepc1(SB), NOSPLIT, $0-24\n"
                             "\tMOVQ\taddr+0(FP), RARG1\n"
                             "\tMOVQ\tsize+8(FP), RARG2\n"
                             "\tMOVQ\tpc+16(FP), RARG3\n"
                             "\tADDQ\t$1, RARG3 // pc is function start, tsan wants return address\n"
                             "\tMOVQ\t$__tsan_write_range(SB), AX\n"
                             "\tJMP\tracecalladdr<>(SB)\n"
                             "TEXT\truntime·racefuncenter(SB), NOSPLIT, $0-8\n"
                             "\tMOVQ\tcallpc+0(FP), R11\n"
                             "\tJMP\tracefuncenter<>(SB)\n"
                             "TEXT\tracefuncenter<>(SB), NOSPLIT|NOFRAME, $0-0\n"
                             "\tMOVQ\tDX, BX\t\t// save function entry context (for closures)\n"
                             "\tMOVQ\tg_racectx(R14), RARG0\t// goroutine context\n"
                             "\tMOVQ\tR11, RARG1\n"
                             "\tMOVQ\t$__tsan_func_enter(SB), AX\n"
                             "\tCALL\tracecall<>(SB)\n"
                             "\tMOVQ\tBX, DX\t// restore function entry context\n"
                             "\tRET\n"
                             "TEXT\truntime·racefuncexit(SB), NOSPLIT, $0-0\n"
                             "\tMOVQ\tg_racectx(R14), RARG0\t// goroutine context\n"
                             "\tMOVQ\t$__tsan_func_exit(SB), AX\n"
                             "\tJMP\tracecall<>(SB)\n"
                             "TEXT\tracecall<>(SB), NOSPLIT|NOFRAME, $0-0\n"
                             "\tMOVQ\tm_g0(R13), R10\n"
                             "\tMOVQ\t(g_sched+gobuf_sp)(R10), SP\n"
                             "\tRET\n";

static str patched(str text)
{
    str out = {0};
    struct err e = {0};
    if (!driver_asm_patch(&arena, text, &out, &e)) {
        fail_msg("refused: %s", e.text);
    }
    return out;
}

static str with(const char *old, const char *new_)
{
    str text = str_of(source);
    if (!str_contains(text, str_of(old))) {
        fail_msg("the test's text has no %s", old);
    }
    return str_replace(&arena, text, str_of(old), str_of(new_));
}

/* The function of that head in an edited text, without the line after its end. */
static str function(str text, const char *head)
{
    i64 at = str_find(text, str_of(head));
    if (at < 0) {
        fail_msg("no %s", head);
    }
    text = str_from(text, (size_t)at);
    i64 end = str_find(text, STR("\n\n"));
    return end < 0 ? text : str_slice(text, 0, (size_t)end + 1);
}

static void edit(void **state)
{
    (void)state;
    str out = patched(str_of(source)), line, was, rest = out, old = str_of(source);
    size_t differ = 0;

    /* Lines stay where they are, but for ten heads. */
    while (str_next_line(&old, &was)) {
        assert_true(str_next_line(&rest, &line));
        if (!str_eq(line, was)) {
            assert_true(str_has_prefix(line, STR("TEXT\tgomm_slow_")));
            differ++;
        }
    }
    assert_int_equal(differ, 10);

    assert_str(function(out, "TEXT\tgomm_slow_read<>"),
               "TEXT\tgomm_slow_read<>(SB), NOSPLIT|NOFRAME, $0-0\n"
               "\tMOVQ\tAX, RARG1\n"
               "\tMOVQ\t(SP), RARG2\n"
               "\t// void __tsan_read(ThreadState *thr, void *addr, void *pc);\n"
               "\tMOVQ\t$__tsan_read(SB), AX\n"
               "\tJMP\tracecalladdr<>(SB)\n");
    assert_str(function(out, "TEXT\truntime·raceread<ABIInternal>"),
               "TEXT\truntime·raceread<ABIInternal>(SB), NOSPLIT|NOFRAME, $0-8\n"
               "\tMOVQ\tg_racectx(R14), DI\n"
               "\tTESTQ\tDI, DI\n"
               "\tJEQ\tslow\n"
               "\tMOVQ\tAX, CX\n"
               "\tSUBQ\tgomm_fast_ranges+gomm_HEAP_LO(SB), CX\n"
               "\tCMPQ\tCX, gomm_fast_ranges+gomm_HEAP_SIZE(SB)\n"
               "\tJCC\tdata\n"
               "\tANDQ\t$-8, CX\n"
               "\tADDQ\tgomm_fast_ranges+gomm_HEAP_WORDS(SB), CX\n"
               "found:\n"
               "\tMOVQ\t(CX), R9\n"
               "\tMOVQ\tgomm_KEY(DI), R11\n"
               "\tTESTB\t$7, AX\n"
               "\tJNE\tinside\n"
               "same:\n"
               "\tMOVQ\tR9, DX\n"
               "\tSHRQ\t$48, DX\n"
               "\tCMPB\tDX, $0xff\n"
               "\tJNE\twritten\n"
               "\tMOVQ\tR9, SI\n"
               "\tANDL\t$0xffffff, SI\n"
               "\tSHLQ\t$gomm_RECORD_LOG, SI\n"
               "\tADDQ\tgomm_fast_records(SB), SI\n"
               "\tCMPQ\tR11, (SI)\n"
               "\tJNE\twritten\n"
               "\tRET\n"
               "written:\n"
               "\tCMPL\tDX, $0xff00\n"
               "\tJCS\tword\n"
               "\tMOVQ\tR9, SI\n"
               "\tSHRQ\t$24, SI\n"
               "\tANDL\t$0xffffff, SI\n"
               "\tSHLQ\t$gomm_RECORD_LOG, SI\n"
               "\tADDQ\tgomm_fast_records(SB), SI\n"
               "\tCMPQ\tR11, (SI)\n"
               "\tJNE\tword\n"
               "\tRET\n"
               "inside:\n"
               "\tCMPQ\tR9, 8(CX)\n"
               "\tJEQ\tsame\n"
               "word:\n"
               "\tLEAQ\tgomm_slow_read<>(SB), R10\n"
               "\tJMP\tgomm_fast_read_word(SB)\n"
               "data:\n"
               "\tMOVQ\tAX, CX\n"
               "\tSUBQ\tgomm_fast_ranges+gomm_DATA_LO(SB), CX\n"
               "\tCMPQ\tCX, gomm_fast_ranges+gomm_DATA_SIZE(SB)\n"
               "\tJCC\tnowhere\n"
               "\tANDQ\t$-8, CX\n"
               "\tADDQ\tgomm_fast_ranges+gomm_DATA_WORDS(SB), CX\n"
               "\tJMP\tfound\n"
               "nowhere:\n"
               "\tCMPL\tgomm_fast_mode(SB), $0\n"
               "\tJNE\tslow\n"
               "\tRET\n"
               "slow:\n"
               "\tLEAQ\tgomm_slow_read<>(SB), R10\n"
               "\tJMP\tgomm_fast_read(SB)\n");
    assert_true(str_contains(out, STR("\n#define gomm_CALLER_DEPTH -4\n")));
    /* A read does not do for a write. */
    str write = function(out, "TEXT\truntime·racewrite<ABIInternal>");
    assert_true(str_contains(write, STR("\tSHRQ\t$48, DX\n"
                                        "\tCMPL\tDX, $0xff00\n"
                                        "\tJCS\tword\n")));
    assert_true(str_contains(write, STR("\tLEAQ\tgomm_slow_write<>(SB), R10\n"
                                        "\tJMP\tgomm_fast_write_word(SB)\n")));
    assert_str(function(out, "TEXT\truntime·racewriterange<ABIInternal>"),
               "TEXT\truntime·racewriterange<ABIInternal>(SB), NOSPLIT|NOFRAME, $0-16\n"
               "\tMOVQ\tg_racectx(R14), DI\n"
               "\tLEAQ\tgomm_slow_write_range<>(SB), R10\n"
               "\tJMP\tgomm_fast_write_range(SB)\n");
    assert_str(function(out, "TEXT\tgomm_slow_func_enter"),
               "TEXT\tgomm_slow_func_enter(SB), NOSPLIT|NOFRAME, $0-0\n"
               "\tMOVQ\tAX, R11\n"
               "\tJMP\tracefuncenter<>(SB)\n");
    assert_true(str_contains(out, STR("JMP\tgomm_fast_write_range(SB)\n")));

    str enter = driver_asm_enter(&arena);
    assert_true(str_contains(enter, STR("TEXT\truntime·racefuncexit<ABIInternal>(SB), "
                                        "NOSPLIT|NOFRAME, $0-0\n"
                                        "\tMOVQ\tg_racectx(R14), DI\n"
                                        "\tTESTQ\tDI, DI\n"
                                        "\tJEQ\tslow\n"
                                        "\tMOVQ\tgomm_TOP(DI), SI\n"
                                        "\tCMPQ\tSI, gomm_BASE(DI)\n"
                                        "\tJEQ\tslow\n"
                                        "\tMOVQ\tgomm_STACK_HI(R14), CX\n"
                                        "\tSUBQ\tBP, CX\n"
                                        "\tSUBL\t$8, CX\n"
                                        "\tCMPL\tgomm_CALLER_DEPTH(SI), CX\n"
                                        "\tJNE\tslow\n"
                                        "\tSUBQ\t$gomm_FRAME, SI\n"
                                        "\tMOVQ\tSI, gomm_TOP(DI)\n"
                                        "\tRET\n"
                                        "slow:\n"
                                        "\tLEAQ\tgomm_slow_func_exit(SB), R10\n"
                                        "\tJMP\tgomm_fast_func_exit(SB)\n")));
    for (size_t i = 0; driver_asm_entries[i]; i++) {
        str jump = str_fmt(&arena, "JMP\t%s(SB)\n", driver_asm_entries[i]);
        str at = str_fmt(&arena, "\t%s+gomm_HEAP_LO(SB),", driver_asm_entries[i]);
        str value = str_fmt(&arena, "\t%s(SB),", driver_asm_entries[i]);
        bool entry = str_contains(out, jump) || str_contains(out, at) || str_contains(out, value);
        assert_true(entry != str_contains(enter, jump));
    }
}

static void takes(void **state)
{
    (void)state;
    patched(
        with("raceread<ABIInternal>(SB), NOSPLIT,", "raceread<ABIInternal>(SB), NOSPLIT|NOFRAME,"));
    patched(with("\tMOVQ\tAX, RARG1\n", "  MOVQ   AX,  RARG1 // so\n\n"));
    patched(with("\n", "\r\n"));

    /* Lines stay as they are, to the last carriage return. */
    str text = with("\n", "\r\r\n"), out, line, was, rest = text;
    struct err e;
    assert_true(driver_asm_patch(&arena, text, &out, &e));
    while (str_next_sep(&rest, '\n', &was)) {
        assert_true(str_next_sep(&out, '\n', &line));
        assert_true(str_eq(line, was) || str_has_prefix(line, STR("TEXT\tgomm_slow_")));
    }
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new_, *why;
    } cases[] = {
        {"TEXT\truntime·raceread<", "TEXT\truntime·racered<", "no runtime·raceread<ABIInternal>"},
        {"TEXT\truntime·RaceRead(SB), NOSPLIT, $0-8\n",
         "TEXT\truntime·raceread<ABIInternal>(SB), NOSPLIT, $0-8\n", "twice"},
        {"raceread<ABIInternal>(SB), NOSPLIT, $0-8", "raceread<ABIInternal>(SB), NOSPLIT, $8-8",
         "unexpected line"},
        {"raceread<ABIInternal>(SB), NOSPLIT, $0-8", "raceread<ABIInternal>(SB), 0, $0-8",
         "unexpected line"},
        {"TEXT\truntime·RaceRead(SB), NOSPLIT, $0-8", "TEXT runtime·RaceRead(SB),NOSPLIT,$0-8",
         "unexpected line"},
        {"TEXT\truntime·RaceRead(SB)", "TEXT\truntime·racefuncenter<ABIInternal>(SB)",
         "there already"},
        {"\tMOVQ\tAX, RARG1\n", "\tMOVQ\tAX, RARG1\n\tNOP\n", "another body"},
        {"\tMOVQ\tBX, RARG2\n", "", "another body"},
        {"\tMOVQ\tBX, DX\t//", "\tMOVQ\tBX, CX\t//", "racefuncenter<>(SB) has another body"},
        {"\tMOVQ\t$__tsan_func_exit(SB), AX\n", "#ifdef X\n", "another body"},
        {"\tMOVQ\tR11, RARG1\n", "\tMOVQ\tR11, RARG1 /* x */\n", "block comment"},
        {"raceread(addr", "gomm_read(addr", "gomm_"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        str out;
        struct err e = {0};
        if (driver_asm_patch(&arena, with(cases[i].old, cases[i].new_), &out, &e)) {
            fail_msg("%s for %s: taken", cases[i].new_, cases[i].old);
        }
        if (!str_contains(str_of(e.text), str_of(cases[i].why))) {
            fail_msg("%s for %s: %s", cases[i].new_, cases[i].old, e.text);
        }
    }
    /* Cut off anywhere, no function is whole. */
    for (size_t n = 0;
         n < sizeof source - 1 - strlen("TEXT\tracecall<>(SB), NOSPLIT|NOFRAME, $0-0\n"); n += 7) {
        str out;
        struct err e;
        str cut = str_slice(str_of(source), 0, n);
        if (driver_asm_patch(&arena, cut, &out, &e)) {
            assert_true(str_contains(cut, STR("$__tsan_func_exit(SB), AX\n\tJMP\tracecall<>(SB)")));
        }
    }
}

static void offsets(void **state)
{
    (void)state;
    struct driver_asm_offset o;
    str rest = str_of(source);
    assert_true(driver_asm_next_offset(&rest, &o)); /* twice in the text, as the name is */
    assert_str(o.name, "g_racectx");
    assert_str(o.type, "g");
    assert_str(o.field, "racectx");
    assert_true(driver_asm_next_offset(&rest, &o));
    assert_true(driver_asm_next_offset(&rest, &o));
    assert_str(o.name, "m_g0");
    assert_true(driver_asm_next_offset(&rest, &o));
    assert_str(o.name, "g_sched");
    assert_true(driver_asm_next_offset(&rest, &o));
    assert_str(o.name, "gobuf_sp");
    assert_false(driver_asm_next_offset(&rest, &o));
    rest = STR("xg_a g_ _g_a ·g_a p__x racecallatomic_data g(R12)");
    assert_true(driver_asm_next_offset(&rest, &o));
    assert_str(o.name, "p__x");
    assert_str(o.field, "_x");
    assert_false(driver_asm_next_offset(&rest, &o));
}

static void import(void **state)
{
    (void)state;
    str out;
    struct err e;
    assert_true(
        driver_asm_import(&arena, STR("go object linux amd64 go1.26.8 X:a\n!\n\0goobj"), &out, &e));
    assert_true(str_has_prefix(out, STR("go object linux amd64 go1.26.8 X:a\n\n\n$$  // "
                                        "cgo\n[[\"cgo_import_static\",\"gomm_fast_read\"],[")));
    assert_true(str_has_suffix(out, STR("\"gomm_fast_call_exit\"]]\n$$\n\n!\n\0goobj")));
    assert_false(driver_asm_import(&arena, STR(""), &out, &e));
    assert_false(driver_asm_import(&arena, STR("go object linux amd64 go1.26.8\n"), &out, &e));
    assert_false(driver_asm_import(&arena, STR("go object linux\n$$\n!\n"), &out, &e));
    assert_false(driver_asm_import(&arena, STR("object\n!\n"), &out, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edit),    cmocka_unit_test(takes),  cmocka_unit_test(refuses),
        cmocka_unit_test(offsets), cmocka_unit_test(import),
    };
    return cmocka_run_group_tests_name("driver_asm", tests, NULL, release);
}
