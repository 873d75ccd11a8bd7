#include "driver/driver_asm.h"

#include <string.h>

#include "gomm/fast.h"

const char *const driver_asm_entries[] = {"gomm_fast_read",
                                          "gomm_fast_write",
                                          "gomm_fast_read_word",
                                          "gomm_fast_write_word",
                                          "gomm_fast_ranges",
                                          "gomm_fast_records",
                                          "gomm_fast_mode",
                                          "gomm_fast_read_range",
                                          "gomm_fast_write_range",
                                          "gomm_fast_func_enter",
                                          "gomm_fast_func_exit",
                                          "gomm_fast_read_pc",
                                          "gomm_fast_write_pc",
                                          "gomm_fast_read_range_pc",
                                          "gomm_fast_write_range_pc",
                                          "gomm_fast_call_enter",
                                          "gomm_fast_call_exit",
                                          NULL};

/* ---- what must be there ---- */

/* A function of the text: what stands between TEXT and its flags, behind them, and below, without comments and
 * with one blank where there are some.  renamed: what its name becomes; NULL: it stays. */
struct asm_func {
    const char *name, *frame, *body, *renamed;
};

#define ASM_RANGE(hook)                                                          \
    "MOVQ AX, RARG1\nMOVQ BX, RARG2\nMOVQ (SP), RARG3\nMOVQ $" hook "(SB), AX\n" \
    "JMP racecalladdr<>(SB)\n"
#define ASM_SCALAR(hook) \
    "MOVQ AX, RARG1\nMOVQ (SP), RARG2\nMOVQ $" hook "(SB), AX\nJMP racecalladdr<>(SB)\n"
#define ASM_PC(second, hook)                                                                \
    "MOVQ addr+0(FP), RARG1\nMOVQ " second "+8(FP), RARG2\nMOVQ pc+16(FP), RARG3\n"         \
    "ADDQ $1, RARG3\nMOVQ $" hook "(SB), AX\nJMP racecalladdr<>(SB)\n"

static const struct asm_func asm_funcs[] = {
    {"runtime·raceread<ABIInternal>(SB)", "$0-8", ASM_SCALAR("__tsan_read"), "gomm_slow_read<>"},
    {"runtime·racewrite<ABIInternal>(SB)", "$0-8", ASM_SCALAR("__tsan_write"), "gomm_slow_write<>"},
    {"runtime·racereadrange<ABIInternal>(SB)", "$0-16", ASM_RANGE("__tsan_read_range"),
     "gomm_slow_read_range<>"},
    {"runtime·racewriterange<ABIInternal>(SB)", "$0-16", ASM_RANGE("__tsan_write_range"),
     "gomm_slow_write_range<>"},
    {"runtime·racereadpc(SB)", "$0-24", ASM_PC("callpc", "__tsan_read_pc"), "gomm_slow_read_pc<>"},
    {"runtime·racewritepc(SB)", "$0-24", ASM_PC("callpc", "__tsan_write_pc"),
     "gomm_slow_write_pc<>"},
    {"runtime·racereadrangepc1(SB)", "$0-24", ASM_PC("size", "__tsan_read_range"),
     "gomm_slow_read_range_pc<>"},
    {"runtime·racewriterangepc1(SB)", "$0-24", ASM_PC("size", "__tsan_write_range"),
     "gomm_slow_write_range_pc<>"},
    {"runtime·racefuncenter(SB)", "$0-8", "MOVQ callpc+0(FP), R11\nJMP racefuncenter<>(SB)\n",
     "gomm_slow_call_enter<>"},
    {"racefuncenter<>(SB)", "$0-0",
     "MOVQ DX, BX\nMOVQ g_racectx(R14), RARG0\nMOVQ R11, RARG1\nMOVQ $__tsan_func_enter(SB), AX\n"
     "CALL racecall<>(SB)\nMOVQ BX, DX\nRET\n",
     NULL},
    {"runtime·racefuncexit(SB)", "$0-0",
     "MOVQ g_racectx(R14), RARG0\nMOVQ $__tsan_func_exit(SB), AX\nJMP racecall<>(SB)\n",
     "gomm_slow_func_exit"},
};

/* ---- what is added ---- */

/* Larger than the compiler's wrapper, see driver_asm.h; it is never executed. */
#define ASM_PAD_QUADS 32

struct asm_entry {
    const char *name, *frame, *slow, *fast; /* name with its ABI */
    void (*look)(struct strbuf *, const struct asm_entry *);
};

/* Numbers of gomm/fast.h by the names that they have in the text. */
static const struct {
    const char *name;
    int value;
} asm_numbers[] = {
    {"gomm_KEY", GOMM_FAST_KEY},
    {"gomm_TOP", GOMM_FAST_TOP},
    {"gomm_END", GOMM_FAST_END},
    {"gomm_BASE", GOMM_FAST_BASE},
    {"gomm_FRAME", GOMM_FAST_FRAME},
    {"gomm_PC", GOMM_FAST_FRAME_PC},
    {"gomm_STACK", GOMM_FAST_FRAME_STACK},
    {"gomm_DEPTH", GOMM_FAST_FRAME_DEPTH},
    {"gomm_CALLER_DEPTH", GOMM_FAST_FRAME_DEPTH - GOMM_FAST_FRAME},
    {"gomm_HEAP_LO", GOMM_FAST_LO},
    {"gomm_HEAP_SIZE", GOMM_FAST_SIZE},
    {"gomm_HEAP_WORDS", GOMM_FAST_WORDS},
    {"gomm_DATA_LO", GOMM_FAST_RANGE + GOMM_FAST_LO},
    {"gomm_DATA_SIZE", GOMM_FAST_RANGE + GOMM_FAST_SIZE},
    {"gomm_DATA_WORDS", GOMM_FAST_RANGE + GOMM_FAST_WORDS},
    {"gomm_RECORD_LOG", GOMM_FAST_RECORD_LOG},
    {"gomm_STACK_HI", 8}, /* struct g begins with its stack, lo and hi */
};

static void asm_put_numbers(struct strbuf *b)
{
    for (size_t i = 0; i < ARRAY_LEN(asm_numbers); i++) {
        strbuf_printf(b, "#define %s %d\n", asm_numbers[i].name, asm_numbers[i].value);
    }
}

/* Where the full hook is, for what the race runtime leaves. */
static void asm_put_slow(struct strbuf *b, const struct asm_entry *n)
{
    strbuf_printf(b, "\tLEAQ\t%s(SB), R10\n", n->slow);
}

/* To `other` unless the record in a slot of word R9 has the key R11.  Clobbers SI. */
static void asm_put_slot(struct strbuf *b, bool write, const char *other)
{
    strbuf_puts(b, "\tMOVQ\tR9, SI\n");
    if (write) {
        strbuf_puts(b, "\tSHRQ\t$24, SI\n");
    }
    strbuf_printf(b,
                  "\tANDL\t$0xffffff, SI\n"
                  "\tSHLQ\t$gomm_RECORD_LOG, SI\n"
                  "\tADDQ\tgomm_fast_records(SB), SI\n"
                  "\tCMPQ\tR11, (SI)\n"
                  "\tJNE\t%s\n"
                  "\tRET\n",
                  other);
}

/* How gomm_fast_read and gomm_fast_write begin, for words whose bytes are all of one access: nothing is called, and of
 * what is not aligned the width need not be known if the next word says the same, since what has more than eight bytes
 * is aligned.  All else goes on in the race runtime, at gomm_fast_read_word with what is known by then. */
static void asm_put_scalar(struct strbuf *b, const struct asm_entry *n, bool write)
{
    strbuf_puts(b, "\tTESTQ\tDI, DI\n"
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
                   "\tSHRQ\t$48, DX\n");
    if (!write) {
        strbuf_puts(b, "\tCMPB\tDX, $0xff\n"
                       "\tJNE\twritten\n");
        asm_put_slot(b, false, "written");
        strbuf_puts(b, "written:\n");
    }
    strbuf_puts(b, "\tCMPL\tDX, $0xff00\n"
                   "\tJCS\tword\n");
    asm_put_slot(b, true, "word");
    strbuf_puts(b, "inside:\n"
                   "\tCMPQ\tR9, 8(CX)\n"
                   "\tJEQ\tsame\n"
                   "word:\n");
    asm_put_slow(b, n);
    strbuf_printf(b,
                  "\tJMP\t%s_word(SB)\n"
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
                  "slow:\n",
                  n->fast);
}

static void asm_put_read(struct strbuf *b, const struct asm_entry *n)
{
    asm_put_scalar(b, n, false);
}

static void asm_put_write(struct strbuf *b, const struct asm_entry *n)
{
    asm_put_scalar(b, n, true);
}

/* What gomm_fast_func_enter and gomm_fast_func_exit are. */
static void asm_put_func_enter(struct strbuf *b, const struct asm_entry *n)
{
    (void)n;
    strbuf_puts(b, "\tTESTQ\tDI, DI\n"
                   "\tJEQ\tslow\n"
                   "\tCMPQ\tAX, 8(BP)\n"
                   "\tJNE\tslow\n"
                   "\tMOVQ\tgomm_TOP(DI), SI\n"
                   "\tCMPQ\tSI, gomm_END(DI)\n"
                   "\tJEQ\tslow\n"
                   "\tMOVQ\tgomm_STACK_HI(R14), CX\n"
                   "\tSUBQ\tBP, CX\n"
                   "\tSUBL\t$8, CX\n"
                   "\tCMPL\tgomm_CALLER_DEPTH(SI), CX\n"
                   "\tJCC\tslow\n"
                   "\tMOVQ\tAX, gomm_PC(SI)\n"
                   "\tMOVL\t$0, gomm_STACK(SI)\n"
                   "\tMOVL\tCX, gomm_DEPTH(SI)\n"
                   "\tADDQ\t$gomm_FRAME, SI\n"
                   "\tMOVQ\tSI, gomm_TOP(DI)\n"
                   "\tRET\n"
                   "slow:\n");
}

static void asm_put_func_exit(struct strbuf *b, const struct asm_entry *n)
{
    (void)n;
    strbuf_puts(b, "\tTESTQ\tDI, DI\n"
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
                   "slow:\n");
}

static const struct asm_entry asm_accesses[] = {
    {"raceread<ABIInternal>", "$0-8", "gomm_slow_read<>", "gomm_fast_read", asm_put_read},
    {"racewrite<ABIInternal>", "$0-8", "gomm_slow_write<>", "gomm_fast_write", asm_put_write},
    {"racereadrange<ABIInternal>", "$0-16", "gomm_slow_read_range<>", "gomm_fast_read_range", NULL},
    {"racewriterange<ABIInternal>", "$0-16", "gomm_slow_write_range<>", "gomm_fast_write_range",
     NULL},
    {"racereadpc", "$0-24", "gomm_slow_read_pc<>", "gomm_fast_read_pc", NULL},
    {"racewritepc", "$0-24", "gomm_slow_write_pc<>", "gomm_fast_write_pc", NULL},
    {"racereadrangepc1", "$0-24", "gomm_slow_read_range_pc<>", "gomm_fast_read_range_pc", NULL},
    {"racewriterangepc1", "$0-24", "gomm_slow_write_range_pc<>", "gomm_fast_write_range_pc", NULL},
    {"racefuncenter", "$0-8", "gomm_slow_call_enter<>", "gomm_fast_call_enter", NULL},
    {"racefuncexit", "$0-0", "gomm_slow_func_exit", "gomm_fast_call_exit", NULL},
};

static const struct asm_entry asm_enters[] = {
    {"racefuncenter<ABIInternal>", "$0-8", "gomm_slow_func_enter", "gomm_fast_func_enter",
     asm_put_func_enter},
    {"racefuncexit<ABIInternal>", "$0-0", "gomm_slow_func_exit", "gomm_fast_func_exit",
     asm_put_func_exit},
};

static void asm_put_entry(struct strbuf *b, const struct asm_entry *n)
{
    strbuf_printf(b,
                  "\nTEXT\truntime·%s(SB), NOSPLIT|NOFRAME, %s\n"
                  "\tMOVQ\tg_racectx(R14), DI\n",
                  n->name, n->frame);
    if (n->look) {
        n->look(b, n);
    }
    asm_put_slow(b, n);
    strbuf_printf(b, "\tJMP\t%s(SB)\n", n->fast);
}

static void asm_add(struct strbuf *b)
{
    strbuf_puts(b, "\n// Added by gomm.\n\n");
    asm_put_numbers(b);
    strbuf_puts(b, "\nTEXT\tgomm_slow_func_enter(SB), NOSPLIT|NOFRAME, $0-0\n"
                   "\tMOVQ\tAX, R11\n"
                   "\tJMP\tracefuncenter<>(SB)\n");
    for (size_t i = 0; i < ARRAY_LEN(asm_accesses); i++) {
        asm_put_entry(b, &asm_accesses[i]);
    }
}

str driver_asm_enter(struct arena *a)
{
    struct strbuf b = {0};
    strbuf_puts(&b, "#include \"go_asm.h\"\n#include \"textflag.h\"\n");
    asm_put_numbers(&b);
    for (size_t i = 0; i < ARRAY_LEN(asm_enters); i++) {
        asm_put_entry(&b, &asm_enters[i]);
        for (int k = 0; k < ASM_PAD_QUADS; k++) {
            strbuf_puts(&b, "\tQUAD\t$0xcccccccccccccccc\n");
        }
    }
    str out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return out;
}

/* ---- reading ---- */

static bool asm_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A line without comment and outer blanks, inner ones as one. */
static void asm_words(str line, struct strbuf *b)
{
    i64 comment = str_find(line, STR("//"));
    line = str_trim(comment < 0 ? line : str_slice(line, 0, (size_t)comment));
    for (size_t i = 0; i < line.n; i++) {
        if (!asm_is_blank(line.p[i])) {
            strbuf_putc(b, line.p[i]);
        } else if (!asm_is_blank(line.p[i - 1])) {
            strbuf_putc(b, ' ');
        }
    }
}

/* "TEXT name, flags, frame": true if the words of a line are that. */
static bool asm_head(str words, str *name, str *flags, str *frame)
{
    str rest;
    return str_cut_prefix(&words, STR("TEXT ")) && str_cut(words, STR(", "), name, &rest) &&
           str_cut(rest, STR(", "), flags, frame);
}

static const struct asm_func *asm_find(str name, size_t *index)
{
    for (size_t i = 0; i < ARRAY_LEN(asm_funcs); i++) {
        if (str_is(name, asm_funcs[i].name)) {
            *index = i;
            return &asm_funcs[i];
        }
    }
    return NULL;
}

/* One pass over the text: where it is, what it has found, what comes out. */
struct asm_pass {
    const struct asm_func *in; /* the function whose body is read, if it is one of asm_funcs */
    struct strbuf body;
    u32 seen; /* a bit for each of asm_funcs */
    struct strbuf out;
};

static bool asm_close(struct asm_pass *p, struct err *e)
{
    if (p->in && !str_is(strbuf_str(&p->body), p->in->body)) {
        return err_set(e, "%s has another body than expected", p->in->name);
    }
    p->in = NULL;
    strbuf_reset(&p->body);
    return true;
}

static bool asm_open(struct asm_pass *p, str line, str words, struct err *e)
{
    str name, flags, frame;
    size_t index = 0;
    if (!asm_head(words, &name, &flags, &frame)) {
        return err_set(e, "unexpected line: %.*s", STR_ARG(words));
    }
    if (str_is(name, "runtime·racefuncenter<ABIInternal>(SB)") ||
        str_is(name, "runtime·racefuncexit<ABIInternal>(SB)")) {
        return err_set(e, "%.*s is there already", STR_ARG(name));
    }
    p->in = asm_find(name, &index);
    if (!p->in) {
        strbuf_put(&p->out, line);
        return true;
    }
    if (p->seen & 1u << index) {
        return err_set(e, "%.*s is there twice", STR_ARG(name));
    }
    p->seen |= 1u << index;
    if (!str_is(frame, p->in->frame) ||
        (!str_is(flags, "NOSPLIT") && !str_is(flags, "NOSPLIT|NOFRAME"))) {
        return err_set(e, "unexpected line: %.*s", STR_ARG(words));
    }
    if (p->in->renamed) {
        strbuf_printf(&p->out, "TEXT\t%s(SB), NOSPLIT|NOFRAME, $0-0", p->in->renamed);
    } else {
        strbuf_put(&p->out, line);
    }
    return true;
}

static bool asm_lines(struct asm_pass *p, str source, struct err *e)
{
    struct strbuf words = {0};
    str line;
    bool ok = true;
    while (ok && str_next_sep(&source, '\n', &line)) { /* a carriage return stays in its line */
        strbuf_reset(&words);
        asm_words(line, &words);
        str w = strbuf_str(&words);
        if (str_has_prefix(w, STR("TEXT"))) {
            ok = asm_close(p, e) && asm_open(p, line, w, e);
        } else {
            strbuf_put(&p->out, line);
            if (p->in && w.n > 0) {
                strbuf_put(&p->body, w);
                strbuf_putc(&p->body, '\n');
            }
        }
        strbuf_putc(&p->out, '\n');
    }
    strbuf_release(&words);
    return ok && asm_close(p, e);
}

bool driver_asm_patch(struct arena *a, str source, str *out, struct err *e)
{
    if (str_contains(source, STR("gomm_")) || str_contains(source, STR("/*"))) {
        return err_set(e, "unexpected text: gomm_ or a block comment");
    }
    struct asm_pass p = {0};
    bool ok = asm_lines(&p, source, e);
    for (size_t i = 0; ok && i < ARRAY_LEN(asm_funcs); i++) {
        ok = p.seen & 1u << i || err_set(e, "no %s", asm_funcs[i].name);
    }
    if (ok) {
        asm_add(&p.out);
        *out = str_dup(a, strbuf_str(&p.out));
    }
    strbuf_release(&p.body);
    strbuf_release(&p.out);
    return ok;
}

/* ---- names of offsets ---- */

static bool asm_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

bool driver_asm_next_offset(str *rest, struct driver_asm_offset *out)
{
    static const char *const types[] = {"g", "m", "p", "gobuf"};
    while (rest->n > 0) {
        size_t n = 0;
        while (n < rest->n && asm_is_word(rest->p[n])) {
            n++;
        }
        out->name = str_slice(*rest, 0, n);
        *rest = str_from(*rest, n > 0 ? n : 1);
        if (!str_cut(out->name, STR("_"), &out->type, &out->field) || out->field.n == 0) {
            continue;
        }
        for (size_t i = 0; i < ARRAY_LEN(types); i++) {
            if (str_is(out->type, types[i])) {
                return true;
            }
        }
    }
    return false;
}

/* ---- objects ---- */

/* An object begins with a line "go object OS ARCH VERSION ..."; then there may be sections between lines that begin
 * with $$; a line "!" ends that (cmd/link/internal/ld/lib.go, ldobj; go.go, ldpkg).  The assembler writes no
 * sections. */
bool driver_asm_import(struct arena *a, str object, str *out, struct err *e)
{
    i64 head = str_find(object, STR("\n!\n"));
    if (!str_has_prefix(object, STR("go object ")) || head < 0 ||
        memchr(object.p, '\n', (size_t)head)) {
        return err_set(e, "the assembler's output begins in an unknown way");
    }
    struct strbuf b = {0};
    strbuf_reserve(&b, object.n + 512);
    strbuf_put(&b, str_slice(object, 0, (size_t)head));
    strbuf_puts(&b, "\n\n\n$$  // cgo\n[");
    for (size_t i = 0; driver_asm_entries[i]; i++) {
        strbuf_printf(&b, "%s[\"cgo_import_static\",\"%s\"]", i ? "," : "", driver_asm_entries[i]);
    }
    strbuf_puts(&b, "]\n$$\n");
    strbuf_put(&b, str_from(object, (size_t)head));
    *out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return true;
}
