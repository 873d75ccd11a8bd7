/* eval_constant.c: evaluates the expressions that generate.go wrote to its standard output, and
 * prints each whose result is not go/constant's.
 *
 * Reads standard input; the form of a line is in generate.go.  The last line is "N expressions, N
 * different"; exit status 1 if there is a difference, 2 if a line is not understood.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/vec.h"
#include "types/constant.h"

struct machine {
    struct arena *a;
    VEC(const struct constant *) stack;
    bool hash_differs; /* equal values with unequal hashes */
};

static const struct constant *pop(struct machine *m)
{
    return vec_pop(&m->stack);
}

_Noreturn static void bad(str what)
{
    fprintf(stderr, "eval_constant: not understood: %.*s\n", STR_ARG(what));
    exit(2);
}

static const struct constant *round_to(struct machine *m, const struct constant *x, u32 bits)
{
    const struct constant *out;

    return constant_round_float(m->a, x, bits, &out) ? out : constant_unknown();
}

static bool compare(struct machine *m, enum op op, const struct constant *x,
                    const struct constant *y)
{
    enum const_kind xk = constant_kind(x), yk = constant_kind(y);
    bool result = constant_compare(m->a, op, x, y);

    if (xk != CONST_UNKNOWN && yk != CONST_UNKNOWN) {
        bool same = constant_same(x, y);

        m->hash_differs |= same != constant_compare(m->a, OP_EQL, x, y) ||
                           (same && constant_hash(x) != constant_hash(y));
    }
    return result;
}

/* A word that is no literal; its operands are on the stack. */
static const struct constant *operate(struct machine *m, str word)
{
    static const struct {
        const char *word;
        enum op op;
        char kind;
    } ops[] = {
        {"u+", OP_ADD, 'u'},     {"u-", OP_SUB, 'u'},     {"u!", OP_NOT, 'u'},
        {"+", OP_ADD, 'b'},      {"-", OP_SUB, 'b'},      {"*", OP_MUL, 'b'},
        {"/", OP_DIV, 'b'},      {"//", OP_DIV, 'i'},     {"%", OP_REM, 'b'},
        {"&", OP_AND, 'b'},      {"|", OP_OR, 'b'},       {"^", OP_XOR, 'b'},
        {"&^", OP_AND_NOT, 'b'}, {"&&", OP_AND_AND, 'b'}, {"||", OP_OR_OR, 'b'},
        {"==", OP_EQL, 'c'},     {"!=", OP_NEQ, 'c'},     {"<", OP_LSS, 'c'},
        {"<=", OP_LEQ, 'c'},     {">", OP_GTR, 'c'},      {">=", OP_GEQ, 'c'},
    };
    static const struct {
        const char *word;
        const struct constant *(*fn)(struct arena *a, const struct constant *c);
    } conversions[] = {
        {"toint", constant_to_int},
        {"tofloat", constant_to_float},
        {"tocomplex", constant_to_complex},
        {"real", constant_real},
        {"imag", constant_imag},
        {"mkimag", constant_make_imag},
    };
    const struct constant *x, *y;
    str rest = word;
    u64 n;

    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (!str_is(word, ops[i].word)) {
            continue;
        }
        y = pop(m);
        if (ops[i].kind == 'u') {
            return constant_unary(m->a, ops[i].op, y, 0);
        }
        x = pop(m);
        if (ops[i].kind == 'c') {
            return constant_bool(compare(m, ops[i].op, x, y));
        }
        return constant_binary(m->a, ops[i].op, x, y, ops[i].kind == 'i');
    }
    for (size_t i = 0; i < ARRAY_LEN(conversions); i++) {
        if (str_is(word, conversions[i].word)) {
            return conversions[i].fn(m->a, pop(m));
        }
    }
    if (str_is(word, "true") || str_is(word, "false")) {
        return constant_bool(str_is(word, "true"));
    }
    if (str_cut_prefix(&rest, STR("round")) && str_u64(rest, &n)) {
        return round_to(m, pop(m), (u32)n);
    }
    if (str_cut_prefix(&rest, STR("u^")) && str_u64(rest, &n)) {
        return constant_unary(m->a, OP_XOR, pop(m), (u32)n);
    }
    if ((str_cut_prefix(&rest, STR("<<")) || str_cut_prefix(&rest, STR(">>"))) &&
        str_u64(rest, &n)) {
        return constant_shift(m->a, word.p[0] == '<' ? OP_SHL : OP_SHR, pop(m), (u32)n);
    }
    if (word.n && word.p[0] == 'I') {
        i64 v;

        if (str_i64(str_from(word, 1), &v)) {
            return constant_int(m->a, v);
        }
    }
    if (word.n && word.p[0] == 'U' && str_u64(str_from(word, 1), &n)) {
        return constant_uint(m->a, n);
    }
    if (word.n && word.p[0] == 'D' && str_hex(str_from(word, 1), &n)) {
        double v;

        memcpy(&v, &n, sizeof(v));
        return constant_float(m->a, v);
    }
    bad(word);
}

static const struct constant *evaluate(struct machine *m, str expr)
{
    static const char kinds[] = "ifmrs"; /* in the order of enum lit */
    str word, len, rest;
    u64 n;

    vec_reset(&m->stack);
    while (expr.n) {
        const char *kind = strchr(kinds, expr.p[0]);
        const struct constant *c;

        if (kind && str_cut(str_from(expr, 1), STR(":"), &len, &rest) && str_u64(len, &n)) {
            if (n > rest.n) {
                bad(expr);
            }
            c = constant_literal(m->a, str_slice(rest, 0, n), (enum lit)(kind - kinds));
            expr = str_from(rest, n);
            str_cut_prefix(&expr, STR(" "));
        } else {
            str_cut(expr, STR(" "), &word, &rest);
            c = operate(m, word);
            expr = rest;
        }
        vec_push(&m->stack, c);
    }
    if (m->stack.n != 1) {
        bad(STR("an expression with operands left"));
    }
    return m->stack.v[0];
}

static u64 bits_of(double v)
{
    u64 bits;

    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

/* As report of generate.go. */
static str describe(struct machine *m, const struct constant *c, bool old_text)
{
    enum const_kind kind = constant_kind(c);
    struct strbuf b = {0};
    str s;

    strbuf_printf(&b, "%d\t", kind);
    strbuf_put(&b, old_text ? STR("?") : constant_text(m->a, c));
    strbuf_putc(&b, '\t');
    strbuf_put(&b, constant_exact(m->a, c));
    strbuf_putc(&b, '\t');
    if (kind == CONST_INT) {
        i64 i = 0;
        u64 u = 0;
        bool is_i = constant_i64(c, &i), is_u = constant_u64(c, &u);
        u32 fits = 0;

        for (u32 k = 0; k < 4; k++) {
            fits |= (u32)constant_fits(c, 8U << k, true) << (2 * k);
            fits |= (u32)constant_fits(c, 8U << k, false) << (2 * k + 1);
        }
        strbuf_printf(&b, "%lld %s %llu %s %u %u ", (long long)(is_i ? i : 0),
                      is_i ? "true" : "false", (unsigned long long)(is_u ? u : 0),
                      is_u ? "true" : "false", constant_bit_len(c), fits);
    }
    if (kind == CONST_INT || kind == CONST_FLOAT) {
        const struct constant *r = round_to(m, c, 32);
        double v = constant_f64(c);
        double f = constant_kind(r) == CONST_UNKNOWN ? copysign(INFINITY, v) : constant_f64(r);

        if (f == 0 && constant_sign(c) < 0) {
            f = -0.0; /* which no constant is, but go/constant's accessor gives */
        }
        strbuf_printf(&b, "%d %016llx %016llx", constant_sign(c), (unsigned long long)bits_of(v),
                      (unsigned long long)bits_of(f));
    }
    if (kind == CONST_STRING) {
        strbuf_printf(&b, "%zu", constant_string_len(c));
        if (constant_string_val(m->a, c).n != constant_string_len(c)) {
            strbuf_puts(&b, " (but the text has another length)");
        }
    }
    s = str_dup(m->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

int main(void)
{
    struct arena arena = {0};
    struct machine m = {.a = &arena};
    char *line = NULL;
    size_t cap = 0, n = 0, different = 0;
    ssize_t len;

    while ((len = getline(&line, &cap, stdin)) > 0) {
        str text = {line, (size_t)len}, expr, want, got;

        str_cut_suffix(&text, STR("\n"));
        if (!str_cut(text, STR("\t"), &expr, &want)) {
            bad(text);
        }
        m.hash_differs = false;
        got = describe(&m, evaluate(&m, expr), str_contains(want, STR("\t?\t")));
        if (!str_eq(got, want) || m.hash_differs) {
            different++;
            printf("%.*s\n  want %.*s\n  got  %.*s%s\n", STR_ARG(expr), STR_ARG(want), STR_ARG(got),
                   m.hash_differs ? "\n  constant_same or constant_hash is wrong" : "");
        }
        n++;
        arena_reset(&arena);
    }
    printf("%zu expressions, %zu different\n", n, different);
    free(line);
    vec_release(&m.stack);
    arena_release(&arena);
    arena_scratch_release();
    return different || n == 0;
}
