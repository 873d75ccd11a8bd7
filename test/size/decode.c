/* decode.c: holds rt/x86.c against objdump.
 *
 * Standard input is what `objdump -d -M intel --insn-width=16 PROGRAM` prints.  Each instruction's
 * bytes are decoded again; its length, the width of its memory operand (objdump says it: QWORD PTR)
 * and, for the plain moves, stores and compares, the direction must agree.  An instruction that
 * rt/x86.c refuses or whose width it leaves open is only counted: size.c gives up there.
 *
 * With DECODE_SHOW in the environment those are printed, too.
 *
 * Prints the first disagreements and a summary; the status is 0 if there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../rt/x86.h"

enum { LINE = 1024, SHOWN = 20 };

static unsigned long total, refused, open_width, compared, wrong;

static void complain(const char *line, const char *why, unsigned got, unsigned want)
{
    if (wrong++ < SHOWN) {
        printf("%s: got %u, want %u: %s", why, got, want, line);
    }
}

/* The width that the operand text names, 0 if none, -1 if one we have no name for. */
static int ptr_width(const char *operands)
{
    static const struct {
        const char *name;
        int width;
    } names[] = {{"XMMWORD PTR", 16}, {"YMMWORD PTR", 32}, {"ZMMWORD PTR", 64},
                 {"TBYTE PTR", -1},   {"FWORD PTR", -1},   {"QWORD PTR", 8},
                 {"DWORD PTR", 4},    {"BYTE PTR", 1},     {"WORD PTR", 2}};

    if (!strstr(operands, " PTR ")) {
        return strchr(operands, '[') ? -1 : 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strstr(operands, names[i].name)) {
            return names[i].width;
        }
    }
    return -1;
}

/* What a mnemonic does to a memory operand in first or later place: 1 reads, 2 writes, 3 both, 0 is
 * not judged. */
static int direction(const char *mnemonic, int first)
{
    static const char *const both[] = {"add", "sub", "and", "or",  "xor", "adc", "sbb", "inc",
                                       "dec", "neg", "not", "shl", "shr", "sar", "rol", "ror"};

    if (strncmp(mnemonic, "mov", 3) == 0 && strncmp(mnemonic, "movs ", 5) != 0) {
        return first ? 2 : 1;
    }
    if (strcmp(mnemonic, "cmp") == 0) {
        return 1;
    }
    if (strncmp(mnemonic, "set", 3) == 0) {
        return 2;
    }
    if (strcmp(mnemonic, "xchg") == 0 || strcmp(mnemonic, "xadd") == 0 ||
        strcmp(mnemonic, "cmpxchg") == 0) {
        return 3;
    }
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        if (strcmp(mnemonic, both[i]) == 0) {
            return first ? 3 : 1;
        }
    }
    return 0;
}

static void judge(const char *line, const u8 *bytes, unsigned n, const char *text)
{
    struct rt_x86 in;
    struct rt_x86_access access;
    unsigned len = rt_x86_decode(&in, (uptr)bytes, (uptr)bytes + n);
    char mnemonic[32], *end;
    const char *operands;
    int width, want;
    u32 got;

    total++;
    if (len == 0) {
        refused++;
        if (getenv("DECODE_SHOW")) {
            printf("refused: %s", line);
        }
        return;
    }
    if (len != n) {
        complain(line, "length", len, n);
        return;
    }
    for (;;) { /* prefixes stand before the mnemonic as words of their own */
        static const char *const words[] = {"lock ", "data16 ", "cs ",      "ds ",
                                            "es ",   "bnd ",    "notrack ", "rex.W "};
        size_t i = 0;

        while (i < sizeof words / sizeof words[0] &&
               strncmp(text, words[i], strlen(words[i])) != 0) {
            i++;
        }
        if (i == sizeof words / sizeof words[0]) {
            break;
        }
        text += strlen(words[i]);
    }
    operands = text + strcspn(text, " \n");
    snprintf(mnemonic, sizeof mnemonic, "%.*s", (int)(operands - text), text);
    width = ptr_width(operands);
    if (width <= 0 || strncmp(mnemonic, "nop", 3) == 0 || strncmp(mnemonic, "rep", 3) == 0 ||
        strncmp(mnemonic, "prefetch", 8) == 0) {
        return;
    }
    if (!in.has_modrm || !in.is_mem) {
        /* string, port and table instructions name memory that no ModRM does */
        if (in.map == RT_X86_ONE && memchr("\x6c\x6d\x6e\x6f\xa4\xa5\xa6\xa7\xaa\xab\xac\xad\xae"
                                           "\xaf\xd7",
                                           in.op, 15)) {
            return;
        }
        complain(line, "no memory operand", 0, (unsigned)width);
        return;
    }
    access = rt_x86_access(&in);
    if (access.read == RT_X86_UNKNOWN || access.write == RT_X86_UNKNOWN) {
        open_width++;
        if (getenv("DECODE_SHOW")) {
            printf("open: %s", line);
        }
        return;
    }
    got = access.read > access.write ? access.read : access.write;
    if (got == 0 && ((in.map == RT_X86_ONE && in.op == 0x84) || strcmp(mnemonic, "call") == 0 ||
                     strcmp(mnemonic, "jmp") == 0 || strcmp(mnemonic, "lea") == 0)) {
        return; /* a nil check, a code pointer: meant to be no access */
    }
    compared++;
    if (got != (u32)width) {
        complain(line, "width", got, (unsigned)width);
        return;
    }
    end = strchr(operands, ',');
    want = direction(mnemonic, !end || strstr(operands, " PTR ") < end);
    if (want && want != ((access.read != 0) | (access.write != 0) << 1)) {
        complain(line, "direction", (access.read != 0) | (u32)(access.write != 0) << 1,
                 (unsigned)want);
    }
}

int main(void)
{
    static char line[LINE];

    while (fgets(line, sizeof line, stdin)) {
        u8 bytes[16];
        unsigned n = 0;
        char *p = strchr(line, ':'), *end;

        /* "  401000:\t48 89 e5    \tmov    rbp,rsp" */
        if (line[0] != ' ' || !p || p[1] != '\t') {
            continue;
        }
        for (p += 2; n < sizeof bytes; n++) {
            unsigned long b = strtoul(p, &end, 16);
            if (end != p + 2) {
                break;
            }
            bytes[n] = (u8)b;
            p += 3;
        }
        p = strchr(p, '\t');
        if (n == 0 || !p || strstr(p, "(bad)") || strstr(p, ".byte")) {
            continue;
        }
        judge(line, bytes, n, p + 1);
    }
    printf("%lu instructions, %lu memory operands compared, %lu of open width, %lu refused, "
           "%lu wrong\n",
           total, compared, open_width, refused, wrong);
    return wrong || compared < 1000;
}
