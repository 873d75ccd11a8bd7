/* fuzz_constant.c: literals' texts and operations on them; what comes out has a text and equals
 * itself. */
#include <assert.h>

#include "types/constant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum op any[] = {OP_ADD, OP_SUB, OP_MUL, OP_DIV};
    static const enum op ints[] = {OP_DIV, OP_REM, OP_AND, OP_OR, OP_XOR, OP_AND_NOT};
    struct arena a = {0};
    str rest = {(const char *)data, size}, part;
    const struct constant *x = constant_int(&a, 1), *y;

    /* Lines: kind of literal, operator, number, text. */
    for (int n = 0; n < 50 && str_next_sep(&rest, '\n', &part); n++) {
        u32 op = part.n > 1 ? (u8)part.p[1] : 0, bits = part.n > 2 ? (u8)part.p[2] : 0;
        enum const_kind xk = constant_kind(x), yk;

        y = constant_literal(&a, str_from(part, 3), (enum lit)(part.n ? (u8)part.p[0] % 5 : 0));
        yk = constant_kind(y);
        if (xk == CONST_STRING && yk == CONST_STRING) {
            x = constant_compare(&a, OP_LSS, x, y) ? y : constant_binary(&a, OP_ADD, x, y, false);
        } else if (xk < CONST_INT || yk < CONST_INT || constant_bit_len(x) > 4096) {
            x = y;
        } else if (xk == CONST_INT && yk == CONST_INT && op % 2) {
            x = constant_shift(&a, bits % 2 ? OP_SHL : OP_SHR, x, bits);
            x = constant_binary(&a, ints[op / 2 % 6], x, y, true);
        } else {
            x = constant_binary(&a, any[op / 2 % 4], x, y, false);
        }
        constant_text(&a, x);
        constant_exact(&a, bits % 16 ? constant_to_int(&a, x) : x);
        assert(constant_kind(x) == CONST_UNKNOWN || constant_same(x, x));
    }
    arena_release(&a);
    return 0;
}
