/* rt_size.c: the width of an access from the code behind its hook (rt/size.c, rt/x86.c).
 *
 * The code is written here as assembly and never run: rt_access_size reads it as it would read the
 * user's program, with an array for the user's stack.  How it fares on what Go's compilers really
 * emit is the subject of test/size.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "size.h"
#include "x86.h"

/* Code at a name of its own; "ud2" stops whoever runs past its end. */
#define CODE(name, text)                                                                       \
    extern const u8 name[] __asm__("rt_size_" #name);                                          \
    __asm__(".pushsection .text\n.balign 16\n.globl rt_size_" #name "\n.hidden rt_size_" #name \
            "\nrt_size_" #name ":\n\t" text "\n\tud2\n.popsection")

/* What the frame holds: 16(%rsp) the object's address, 24(%rsp) an index, 32(%rsp) the address of
 * something else, 40(%rsp) a number. */
enum { FRAME = 512 };
static u64 frame[FRAME];
static _Alignas(64) u8 object[256];
static u8 other[256];
u8 size_test_global[64] __attribute__((visibility("hidden")));
u32 size_test_barrier __attribute__((visibility("hidden")));

static void set_frame(void)
{
    for (u32 i = 0; i < FRAME; i++) {
        frame[i] = 0x1111111111111111ul * (i % 16);
    }
    frame[2] = (uptr)object;
    frame[3] = 5;
    frame[4] = (uptr)other;
    frame[5] = 100;
}

static u32 size_at(const u8 *code, uptr addr, int is_write)
{
    set_frame();
    return rt_access_size((uptr)code, addr, (uptr)frame, is_write);
}

static u32 load(const u8 *code, u32 offset)
{
    return size_at(code, (uptr)object + offset, 0);
}

static u32 store(const u8 *code, u32 offset)
{
    return size_at(code, (uptr)object + offset, 1);
}

/* ---- one access each ----------------------------------------------------------------------- */

CODE(ld1, "mov 16(%rsp), %rcx\n movzbl 3(%rcx), %eax");
CODE(ld1s, "mov 16(%rsp), %rcx\n movsbq 3(%rcx), %rax");
CODE(ld2, "mov 16(%rsp), %r11\n movzwl 3(%r11), %eax");
CODE(ld2s, "mov 16(%rsp), %r12\n movswq 3(%r12), %r15");
CODE(ld4, "mov 16(%rsp), %r13\n mov 3(%r13), %eax");
CODE(ld4s, "mov 16(%rsp), %rbp\n movslq 3(%rbp), %rax");
CODE(ld8, "mov 16(%rsp), %rcx\n mov 3(%rcx), %r9");
CODE(ldss, "mov 16(%rsp), %rcx\n movss 3(%rcx), %xmm3");
CODE(ldsd, "mov 16(%rsp), %rcx\n movsd 3(%rcx), %xmm11");
CODE(ldups, "mov 16(%rsp), %rcx\n movups 3(%rcx), %xmm1");
CODE(ldq, "mov 16(%rsp), %rcx\n movq 3(%rcx), %xmm1");
CODE(ldd, "mov 16(%rsp), %rcx\n movd 3(%rcx), %xmm1");
CODE(cmp1, "mov 16(%rsp), %rcx\n cmpb $7, 3(%rcx)");
CODE(cmp2, "mov 16(%rsp), %rcx\n cmpw $777, 3(%rcx)");
CODE(cmp4, "mov 16(%rsp), %rcx\n cmpl $7, 3(%rcx)");
CODE(cmp8, "mov 16(%rsp), %rcx\n cmpq $77777, 3(%rcx)");
CODE(add8, "mov 16(%rsp), %rcx\n add 3(%rcx), %rdx");
CODE(and4, "mov 16(%rsp), %rcx\n and 3(%rcx), %edx");
CODE(addsd, "mov 16(%rsp), %rcx\n addsd 3(%rcx), %xmm0");
CODE(mulss, "mov 16(%rsp), %rcx\n mulss 3(%rcx), %xmm0");
CODE(cvtsi, "mov 16(%rsp), %rcx\n cvtsi2sdq 3(%rcx), %xmm0");
CODE(cvtsil, "mov 16(%rsp), %rcx\n cvtsi2sdl 3(%rcx), %xmm0");
CODE(cvtss, "mov 16(%rsp), %rcx\n cvtss2sd 3(%rcx), %xmm0");
CODE(cvtt, "mov 16(%rsp), %rcx\n cvttsd2si 3(%rcx), %rax");
CODE(ucomi, "mov 16(%rsp), %rcx\n ucomisd 3(%rcx), %xmm0");
CODE(sqrt_sd, "mov 16(%rsp), %rcx\n sqrtsd 3(%rcx), %xmm0");
CODE(cmov, "mov 16(%rsp), %rcx\n cmovne 3(%rcx), %rax");
CODE(btimm, "mov 16(%rsp), %rcx\n btl $3, 3(%rcx)");
CODE(popc, "mov 16(%rsp), %rcx\n popcnt 3(%rcx), %rax");
CODE(imul, "mov 16(%rsp), %rcx\n imul $24, 3(%rcx), %rax");
CODE(divq, "mov 16(%rsp), %rcx\n divq 3(%rcx)");
CODE(movbe4, "mov 16(%rsp), %rcx\n movbe 3(%rcx), %eax");
CODE(shlx, "mov 16(%rsp), %rcx\n shlx %rax, 3(%rcx), %rdx");
CODE(andn, "mov 16(%rsp), %rcx\n andn 3(%rcx), %edx, %eax");
CODE(fma_sd, "mov 16(%rsp), %rcx\n vfmadd231sd 3(%rcx), %xmm1, %xmm2");
CODE(vmovups, "mov 16(%rsp), %rcx\n vmovups 3(%rcx), %xmm1");

CODE(st1, "mov 16(%rsp), %rcx\n mov %al, 3(%rcx)");
CODE(st1x, "mov 16(%rsp), %rcx\n mov %sil, 3(%rcx)");
CODE(st2, "mov 16(%rsp), %rcx\n mov %r9w, 3(%rcx)");
CODE(st4, "mov 16(%rsp), %rcx\n mov %eax, 3(%rcx)");
CODE(st8, "mov 16(%rsp), %rcx\n mov %rdx, 3(%rcx)");
CODE(sti1, "mov 16(%rsp), %rcx\n movb $1, 3(%rcx)");
CODE(sti2, "mov 16(%rsp), %rcx\n movw $0x1234, 3(%rcx)");
CODE(sti4, "mov 16(%rsp), %rcx\n movl $1, 3(%rcx)");
CODE(sti8, "mov 16(%rsp), %rcx\n movq $1, 3(%rcx)");
CODE(stss, "mov 16(%rsp), %rcx\n movss %xmm3, 3(%rcx)");
CODE(stsd, "mov 16(%rsp), %rcx\n movsd %xmm3, 3(%rcx)");
CODE(stups, "mov 16(%rsp), %rcx\n movups %xmm15, 3(%rcx)");
CODE(stq, "mov 16(%rsp), %rcx\n movq %xmm1, 3(%rcx)");
CODE(setcc, "mov 16(%rsp), %rcx\n setne 3(%rcx)");
CODE(movbe8, "mov 16(%rsp), %rcx\n movbe %rax, 3(%rcx)");

static void loads(void **state)
{
    static const struct {
        const char *name;
        const u8 *code;
        u32 want;
    } cases[] = {
        {"movzbl", ld1, 1},       {"movsbq", ld1s, 1},        {"movzwl", ld2, 2},
        {"movswq", ld2s, 2},      {"mov 4", ld4, 4},          {"movslq", ld4s, 4},
        {"mov 8", ld8, 8},        {"movss", ldss, 4},         {"movsd", ldsd, 8},
        {"movups", ldups, 16},    {"movq xmm", ldq, 8},       {"movd xmm", ldd, 4},
        {"cmpb", cmp1, 1},        {"cmpw", cmp2, 2},          {"cmpl", cmp4, 4},
        {"cmpq", cmp8, 8},        {"add r, m", add8, 8},      {"and r, m", and4, 4},
        {"addsd", addsd, 8},      {"mulss", mulss, 4},        {"cvtsi2sdq", cvtsi, 8},
        {"cvtsi2sdl", cvtsil, 4}, {"cvtss2sd", cvtss, 4},     {"cvttsd2si", cvtt, 8},
        {"ucomisd", ucomi, 8},    {"sqrtsd", sqrt_sd, 8},     {"cmovne", cmov, 8},
        {"bt imm", btimm, 4},     {"popcnt", popc, 8},        {"imul imm", imul, 8},
        {"div", divq, 8},         {"movbe", movbe4, 4},       {"shlx", shlx, 8},
        {"andn", andn, 4},        {"vfmadd231sd", fma_sd, 8}, {"vmovups", vmovups, 16},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        u32 got = load(cases[i].code, 3);
        if (got != cases[i].want) {
            fail_msg("%s: %u, want %u", cases[i].name, got, cases[i].want);
        }
        /* neither a store, nor at another address */
        assert_int_equal(store(cases[i].code, 3), 0);
        assert_int_equal(load(cases[i].code, 4), 0);
    }
}

static void stores(void **state)
{
    static const struct {
        const char *name;
        const u8 *code;
        u32 want;
    } cases[] = {
        {"mov 1", st1, 1},      {"mov sil", st1x, 1},   {"mov 2", st2, 2},
        {"mov 4", st4, 4},      {"mov 8", st8, 8},      {"mov imm 1", sti1, 1},
        {"mov imm 2", sti2, 2}, {"mov imm 4", sti4, 4}, {"mov imm 8", sti8, 8},
        {"movss", stss, 4},     {"movsd", stsd, 8},     {"movups", stups, 16},
        {"movq xmm", stq, 8},   {"setcc", setcc, 1},    {"movbe", movbe8, 8},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        u32 got = store(cases[i].code, 3);
        if (got != cases[i].want) {
            fail_msg("%s: %u, want %u", cases[i].name, got, cases[i].want);
        }
        assert_int_equal(load(cases[i].code, 3), 0);
        assert_int_equal(store(cases[i].code, 2), 0);
    }
}

CODE(inc8, "mov 16(%rsp), %rcx\n incq 8(%rcx)");
CODE(orb, "mov 16(%rsp), %rcx\n orb $4, 8(%rcx)");
CODE(xadd, "mov 16(%rsp), %rcx\n lock xadd %edx, 8(%rcx)");
CODE(xchg, "mov 16(%rsp), %rcx\n xchg %rdx, 8(%rcx)");
CODE(cmpx, "mov 16(%rsp), %rcx\n lock cmpxchg %edx, 8(%rcx)");
CODE(bts, "mov 16(%rsp), %rcx\n btsq $40, 8(%rcx)");
CODE(shl, "mov 16(%rsp), %rcx\n shlq $3, 8(%rcx)");
CODE(neg, "mov 16(%rsp), %rcx\n negl 8(%rcx)");

static void reads_and_writes(void **state)
{
    static const struct {
        const u8 *code;
        u32 want;
    } cases[] = {{inc8, 8}, {orb, 1}, {xadd, 4}, {xchg, 8},
                 {cmpx, 4}, {bts, 8}, {shl, 8},  {neg, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(load(cases[i].code, 8), cases[i].want);
        assert_int_equal(store(cases[i].code, 8), cases[i].want);
    }
}

/* ---- addresses ------------------------------------------------------------------------------- */

CODE(indexed, "mov 16(%rsp), %rcx\n mov 24(%rsp), %rdx\n mov (%rcx,%rdx,8), %rax");
CODE(indexed1, "mov 24(%rsp), %r12\n mov 16(%rsp), %r13\n movzbl (%r13,%r12,1), %eax");
CODE(lea,
     "mov 16(%rsp), %rcx\n lea 32(%rcx), %rdx\n mov %rdx, %rsi\n add $8, %rsi\n mov %eax, (%rsi)");
CODE(shifted, "mov 24(%rsp), %rdx\n shl $4, %rdx\n add 16(%rsp), %rdx\n mov %rax, (%rdx)");
CODE(scaled, "mov 24(%rsp), %rdx\n imul $24, %rdx, %rdx\n mov 16(%rsp), %rcx\n add %rdx, %rcx\n"
             "incl %edx\n mov %al, (%rcx)");
CODE(negidx, "mov 16(%rsp), %rcx\n mov $-2, %rax\n neg %rax\n mov %eax, (%rcx,%rax,4)");
CODE(zeroidx, "mov 16(%rsp), %rcx\n xor %edx, %edx\n sub %esi, %esi\n mov %ax, 6(%rcx,%rdx,2)");
CODE(respilled, "mov 16(%rsp), %rcx\n mov %rcx, 80(%rsp)\n movq $3, 88(%rsp)\n xor %ecx, %ecx\n"
                "mov 80(%rsp), %rdi\n mov 88(%rsp), %rbx\n mov %eax, (%rdi,%rbx,4)");
CODE(narrow32,
     "movabs $0x100000008, %rdx\n mov %edx, %edx\n mov 16(%rsp), %rcx\n mov %eax, (%rcx,%rdx)");
CODE(abs64,
     "mov $size_test_global - ., %eax\n lea size_test_global+8(%rip), %rcx\n mov %eax, (%rcx)");
CODE(riprel, "movl $7, size_test_global+16(%rip)");
CODE(riprelb, "testb $2, size_test_global+20(%rip)");
CODE(pushpop, "mov 16(%rsp), %rcx\n push %rcx\n push %rax\n pop %rdx\n pop %rsi\n mov %ax, (%rsi)");
CODE(spmoved, "sub $32, %rsp\n mov 48(%rsp), %rcx\n mov %ax, (%rcx)");

static void addresses(void **state)
{
    (void)state;
    assert_int_equal(load(indexed, 40), 8);
    assert_int_equal(load(indexed, 48), 0);
    assert_int_equal(load(indexed1, 5), 1);
    assert_int_equal(store(lea, 40), 4);
    assert_int_equal(store(shifted, 80), 8);
    assert_int_equal(store(scaled, 120), 1);
    assert_int_equal(store(negidx, 8), 4);
    assert_int_equal(store(zeroidx, 6), 2);
    assert_int_equal(store(respilled, 12), 4);
    assert_int_equal(store(narrow32, 8), 4);
    assert_int_equal(size_at(riprel, (uptr)size_test_global + 16, 1), 4);
    assert_int_equal(size_at(riprel, (uptr)size_test_global + 16, 0), 0);
    assert_int_equal(size_at(riprelb, (uptr)size_test_global + 20, 0), 1);
    assert_int_equal(size_at(abs64, (uptr)size_test_global + 8, 1), 4);
    assert_int_equal(store(pushpop, 0), 2);
    assert_int_equal(store(spmoved, 0), 2);
}

/* Values that are not what they were: each of these would be a wrong answer. */
CODE(stale, "mov 16(%rsp), %rcx\n mov 32(%rsp), %rcx\n mov %eax, (%rcx)");
CODE(stale_slot, "mov 32(%rsp), %rcx\n mov %rcx, 16(%rsp)\n mov 16(%rsp), %rdx\n mov %eax, (%rdx)");
CODE(stale_half, "movl $5, 16(%rsp)\n mov 16(%rsp), %rdx\n mov %eax, (%rdx)");
CODE(stale_vec, "movups %xmm15, 8(%rsp)\n mov 16(%rsp), %rdx\n mov %eax, (%rdx)");
CODE(stale_rip, "mov 16(%rsp), %rdx\n mov %dl, %dl\n movb $1, %dh\n mov %eax, (%rdx)");
CODE(stale_div, "mov 16(%rsp), %rdx\n divq %rbx\n mov %eax, (%rdx)");
CODE(stale_cmov, "mov 16(%rsp), %rdx\n cmovne %rbx, %rdx\n mov %eax, (%rdx)");
CODE(stale_bsf, "mov 16(%rsp), %rdx\n bsf %rbx, %rdx\n mov %eax, (%rdx)");
CODE(stale_cvt, "mov 16(%rsp), %rdx\n cvttsd2si %xmm0, %rdx\n mov %eax, (%rdx)");
CODE(stale_movq, "mov 16(%rsp), %rdx\n movq %xmm0, %rdx\n mov %eax, (%rdx)");
CODE(stale_mulx, "mov 16(%rsp), %rsi\n mulx %rax, %rbx, %rsi\n mov %eax, (%rsi)");
CODE(stale_blsr, "mov 16(%rsp), %rsi\n blsr %rax, %rsi\n mov %eax, (%rsi)");
CODE(stale_xchg, "mov 16(%rsp), %rsi\n xchg %rax, %rsi\n mov %eax, (%rsi)");
CODE(stale_set, "mov 16(%rsp), %rsi\n setne %sil\n mov %eax, (%rsi)");
CODE(stale_bswap, "mov 16(%rsp), %rsi\n bswap %rsi\n mov %eax, (%rsi)");
CODE(stale_shld, "mov 16(%rsp), %rsi\n shld $3, %rax, %rsi\n mov %eax, (%rsi)");
CODE(stale_adc, "mov 16(%rsp), %rsi\n adc $0, %rsi\n mov %eax, (%rsi)");
CODE(stale_rol, "mov 16(%rsp), %rsi\n rol $64, %rsi\n mov %eax, (%rsi)");
CODE(stale_pextr, "mov 16(%rsp), %rsi\n pextrq $1, %xmm0, %rsi\n mov %eax, (%rsi)");
CODE(stale_xadd, "mov 16(%rsp), %rsi\n xadd %rsi, 64(%rsp)\n mov %eax, (%rsi)");
CODE(stale_cpuid, "mov 16(%rsp), %rbx\n cpuid\n mov %eax, (%rbx)");
CODE(stale_call, "mov 16(%rsp), %rbx\n call 1f\n1: mov %eax, (%rbx)");
CODE(stale_tls, "mov %fs:16, %rbx\n mov %eax, (%rbx)");
CODE(segment, "mov 16(%rsp), %rbx\n mov %eax, %fs:(%rbx)");
CODE(addr32, "mov 16(%rsp), %rbx\n mov %eax, (%ebx)");
CODE(half, "mov 16(%rsp), %rbx\n mov %ebx, %ebx\n mov %eax, (%rbx)");

static void forgets(void **state)
{
    static const u8 *const cases[] = {
        stale,      stale_slot, stale_half,  stale_vec,  stale_rip,   stale_div,  stale_cmov,
        stale_bsf,  stale_cvt,  stale_movq,  stale_mulx, stale_blsr,  stale_xchg, stale_set,
        stale_shld, stale_adc,  stale_bswap, stale_rol,  stale_pextr, stale_xadd, stale_cpuid,
        stale_call, stale_tls,  segment,     addr32,
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        u32 got = store(cases[i], 0);
        if (got != 0) {
            fail_msg("case %zu: %u, want 0", i, got);
        }
    }
    if ((uptr)object >> 32 != 0) {
        assert_int_equal(store(half, 0), 0);
    }
    assert_int_equal(size_at(stale, (uptr)other, 1), 4);
    assert_int_equal(size_at(stale_slot, (uptr)other, 1), 4);
}

/* ---- variables of several words ----------------------------------------------------------------
 */

CODE(str_load, "mov 16(%rsp), %rcx\n mov 16(%rcx), %rax\n mov 24(%rcx), %rbx");
CODE(str_idx, "mov 16(%rsp), %rcx\n mov 24(%rsp), %rdx\n mov (%rcx,%rdx,8), %rax\n"
              "mov 8(%rcx,%rdx,8), %rbx");
CODE(str_len, "mov 16(%rsp), %rcx\n mov 24(%rcx), %rbx");
CODE(slice_load,
     "mov 16(%rsp), %rcx\n mov 24(%rcx), %rbx\n mov 32(%rcx), %rdi\n mov 16(%rcx), %rcx");
CODE(slice_cap, "mov 16(%rsp), %rcx\n cmp 32(%rcx), %rdx");
CODE(slice_zero, "mov 16(%rsp), %rcx\n movups %xmm15, 24(%rcx)\n movq $0, 16(%rcx)");
CODE(slice_ups, "mov 16(%rsp), %rcx\n movups %xmm0, 16(%rcx)\n mov %rax, 32(%rcx)");
CODE(complex64, "mov 16(%rsp), %rcx\n movss 16(%rcx), %xmm0\n movss 20(%rcx), %xmm1");
CODE(complex128, "mov 16(%rsp), %rcx\n movsd 16(%rcx), %xmm0\n movsd 24(%rcx), %xmm1");
CODE(byte_then, "mov 16(%rsp), %rcx\n movzbl 16(%rcx), %eax\n mov 24(%rcx), %rbx");
CODE(word_then, "mov 16(%rsp), %rcx\n mov 16(%rcx), %eax\n mov 24(%rcx), %rbx");
CODE(foreign, "mov 16(%rsp), %rcx\n mov 16(%rcx), %rax\n lea 8(%rcx), %rdx\n mov 16(%rdx), %rbx");
CODE(tail_byte, "mov 16(%rsp), %rcx\n movzbl 23(%rcx), %eax");
CODE(wide_vec, "mov 16(%rsp), %rcx\n vmovdqu 16(%rcx), %ymm0");
CODE(bit_test, "mov 16(%rsp), %rcx\n btq %rax, 16(%rcx)");

static void several_words(void **state)
{
    (void)state;
    assert_int_equal(load(str_load, 16), 16);
    assert_int_equal(load(str_idx, 40), 16);
    assert_int_equal(load(str_len, 16), 16);
    assert_int_equal(load(slice_load, 16), 24);
    assert_int_equal(load(slice_cap, 16), 24);
    assert_int_equal(store(slice_zero, 16), 24);
    assert_int_equal(store(slice_ups, 16), 24);
    assert_int_equal(load(complex64, 16), 8);
    assert_int_equal(load(complex128, 16), 16);
    /* what lies behind a value of less than a word is another variable */
    assert_int_equal(load(byte_then, 16), 1);
    assert_int_equal(load(word_then, 16), 4);
    /* and so is what is reached from another base */
    assert_int_equal(load(foreign, 16), 8);
    /* a byte at offset 7 alone is no scalar's shape */
    assert_int_equal(load(tail_byte, 16), 0);
    assert_int_equal(load(wide_vec, 16), 0);
    assert_int_equal(load(bit_test, 16), 0);
}

/* ---- control
 * ------------------------------------------------------------------------------------- */

CODE(nilcheck, "mov 16(%rsp), %rcx\n testb %al, (%rcx)\n mov (%rcx), %rax");
CODE(nilonly, "mov 16(%rsp), %rcx\n testb %al, (%rcx)");
CODE(barrier119,
     "mov 16(%rsp), %rcx\n mov %rdx, 8(%rcx)\n cmpl $0, size_test_barrier(%rip)\n jne 1f\n"
     "mov 40(%rsp), %rax\n mov %rax, (%rcx)\n jmp 2f\n"
     "1: mov %rcx, %rdi\n call 2f\n2: call 1b");
CODE(barrier126,
     "cmpl $0, size_test_barrier(%rip)\n je 1f\n mov 16(%rsp), %rax\n mov (%rax), %rcx\n"
     "call 2f\n2: mov %rcx, (%r11)\n1: mov 16(%rsp), %rax\n mov %rax, (%rax)");
CODE(taken_only, "test %rax, %rax\n jne 1f\n ret\n1: mov 16(%rsp), %rcx\n mov (%rcx), %eax");
CODE(near_jcc, "test %rax, %rax\n .byte 0x0f, 0x85\n .long 1f - . - 4\n ret\n"
               "1: mov 16(%rsp), %rcx\n mov (%rcx), %eax");
CODE(forward, "jmp 1f\n ud2\n1: mov 16(%rsp), %rcx\n mov (%rcx), %eax");
CODE(either, "mov 16(%rsp), %rcx\n cmpq $5, 8(%rcx)\n jne 1f\n mov (%rcx), %rdx\n1: ret");
CODE(after_call, "mov 16(%rsp), %rcx\n call 1f\n1: mov 16(%rsp), %rcx\n mov (%rcx), %eax");
CODE(after_ret, "mov 16(%rsp), %rcx\n ret\n mov (%rcx), %eax");
CODE(after_ud2, "mov 16(%rsp), %rcx\n ud2\n mov (%rcx), %eax");
CODE(after_rep, "mov 16(%rsp), %rdi\n rep stosq\n mov 16(%rsp), %rcx\n mov (%rcx), %eax");
CODE(after_ijmp, "mov 16(%rsp), %rcx\n jmp *%rax\n mov (%rcx), %eax");
CODE(call_mem, "mov 16(%rsp), %rcx\n call *(%rcx)");
CODE(self, "1: jmp 1b");
CODE(loop, "mov 16(%rsp), %rcx\n1: dec %eax\n jne 1b\n jmp 1b");
CODE(far_jump, ".byte 0xe9\n .long 0x7ffffff0");
CODE(evex, "mov 16(%rsp), %rcx\n .byte 0x62, 0xf1, 0x7c, 0x48, 0x10, 0x01\n mov (%rcx), %eax");
CODE(nops, "nopw 0(%rax,%rax,1)\n nopl (%rcx)\n xchg %ax, %ax\n nop\n mov 16(%rsp), %rcx\n mov "
           "(%rcx), %ax");

static void control(void **state)
{
    (void)state;
    assert_int_equal(load(nilcheck, 0), 8);
    assert_int_equal(load(nilonly, 0), 0);
    assert_int_equal(store(barrier119, 0), 16);
    assert_int_equal(store(barrier126, 0), 8);
    assert_int_equal(load(taken_only, 0), 4);
    assert_int_equal(load(near_jcc, 0), 4);
    assert_int_equal(load(forward, 0), 4);
    assert_int_equal(load(either, 0), 16);
    assert_int_equal(load(after_call, 0), 0);
    assert_int_equal(load(after_ret, 0), 0);
    assert_int_equal(load(after_ud2, 0), 0);
    assert_int_equal(load(after_rep, 0), 0);
    assert_int_equal(load(after_ijmp, 0), 0);
    assert_int_equal(load(call_mem, 0), 0);
    assert_int_equal(load(self, 0), 0);
    assert_int_equal(load(loop, 0), 0);
    assert_int_equal(load(far_jump, 0), 0);
    assert_int_equal(load(evex, 0), 0);
    assert_int_equal(load(nops, 0), 2);
}

CODE(own_slot, "mov 64(%rsp), %eax\n mov 72(%rsp), %rcx");
CODE(own_zero, "lea 48(%rsp), %rcx\n mov %rcx, %rdx\n add $8, %rdx\n movups %xmm15, 8(%rdx)\n"
               "mov %rax, 64(%rsp)");
CODE(own_many, ".rept 40\n mov %rax, 200(%rsp)\n .endr\n mov 16(%rsp), %rcx\n mov %eax, (%rcx)");

/* A variable in the caller's own frame: what lies beside it are spilled registers. */
static void own_frame(void **state)
{
    (void)state;
    assert_int_equal(size_at(own_slot, (uptr)&frame[8], 0), 4);
    assert_int_equal(size_at(own_zero, (uptr)&frame[8], 1), 8);
    /* more stores into the frame than are remembered: better no answer than an old value */
    assert_int_equal(store(own_many, 0), 0);
}

/* ---- the decoder
 * ----------------------------------------------------------------------------------- */

/* Instructions of every form that matters; each ends where the next label stands. */
/* clang-format off */
#define INSNS(X) \
    X("nop") X("push %rbp") X("push %r12") X("pop %r9") X("ret") X("leave") X("cqto") \
    X("cltq") X("add %al, %bl") X("add $5, %al") X("add $5, %eax") X("add $0x12345678, %rax") \
    X("addw $0x1234, (%rcx)") X("cmpw $0x1234, %ax") X("addq $-128, (%r8)") \
    X("subq $0x12345678, 8(%rsp)") X("mov $5, %cl") X("mov $5, %r9b") X("movw $5, %cx") \
    X("mov $5, %ecx") X("movabs $0x123456789abcdef0, %r9") X("mov $-5, %rcx") \
    X("mov (%rsp), %eax") X("mov (%r12), %eax") X("mov (%r13), %eax") X("mov (%rbp), %eax") \
    X("mov 0x1000(%r13), %eax") X("mov 8(%rsp,%r12,4), %eax") \
    X("mov 0x12345678(,%rcx,8), %rdx") X("mov 0x1234(%rip), %rax") X("movb $1, 0x1234(%rip)") \
    X("movw $0x1234, (%rcx)") X("movq $1, 0x12345(%rax)") X("testb $1, %al") \
    X("testb $1, (%rcx)") X("testl $0x1234, (%rcx)") X("testw $0x1234, (%rcx)") \
    X("notl (%rcx)") X("negq %rax") X("mulq %rcx") X("idivl (%rcx)") X("shll (%rcx)") \
    X("sarq $3, (%rcx)") X("rolw $8, %cx") X("shrq %cl, %rax") X("imul $3, %rcx, %rax") \
    X("imul $0x12345, %rcx, %rax") X("imulw $0x1234, %cx, %ax") X("xchg %rax, %r8") \
    X("lock cmpxchg %rcx, (%rdx)") X("lock xaddl %ecx, (%rdx)") X("bts $3, %eax") \
    X("bt %rax, (%rcx)") X("bswap %r9") X("cmovg %rax, %rcx") X("seta (%rcx)") X("ud2") \
    X("popcnt %rax, %rcx") X("tzcnt (%rax), %rcx") X("movups (%rax), %xmm9") \
    X("movaps %xmm1, %xmm2") X("movss 4(%rax), %xmm1") X("cvtsi2sd %r9, %xmm1") \
    X("cvttss2si (%rax), %r9d") X("sqrtsd (%rax), %xmm1") X("andps %xmm1, %xmm2") \
    X("ucomiss 8(%r9), %xmm1") X("movq %xmm1, %rax") X("movq %rax, %xmm9") \
    X("movd %xmm1, (%rax)") X("pxor %xmm1, %xmm1") X("pshufd $0, %xmm1, %xmm2") \
    X("pshufb (%rax), %xmm2") X("pslldq $4, %xmm1") X("psrlq $4, %xmm1") \
    X("shufps $0, (%rax), %xmm1") X("pextrw $1, %xmm0, %eax") X("pinsrq $1, (%rax), %xmm0") \
    X("roundsd $3, (%rax), %xmm1") X("aesenc (%rax), %xmm1") X("crc32b (%rax), %ecx") \
    X("crc32q (%rax), %rcx") X("movbew (%rax), %cx") X("movbe %rcx, (%r8)") \
    X("vmovdqu (%rax), %ymm1") X("vmovdqu 8(%r8), %ymm9") X("vpshufb (%rax), %ymm1, %ymm2") \
    X("vpalignr $8, (%rax), %ymm1, %ymm2") X("vfmadd231sd (%r9), %xmm1, %xmm2") \
    X("vzeroupper") X("vpsrlq $4, %ymm1, %ymm2") X("rorx $3, (%rax), %rcx") \
    X("sarx %rax, (%rcx), %rdx") X("mulx (%rax), %rcx, %rdx") X("blsr (%rax), %rcx") \
    X("pext %rax, %rcx, %rdx") X("vinserti128 $1, (%rax), %ymm1, %ymm2") \
    X("vperm2i128 $1, %ymm1, %ymm2, %ymm3") X("prefetcht0 (%rax)") X("prefetchnta 8(%rax)") \
    X("mfence") X("pause") X("rep movsq") X("rep stosq") X("jmp *%rax") \
    X("jmp *(%rax,%rcx,8)") X("call *8(%rax)") X("rdtsc") X("cpuid") X("xgetbv") \
    X("nopw %cs:0(%rax,%rax,1)") X(".byte 0x66, 0x66, 0x0f, 0x1f, 0x44, 0, 0") \
    X("movntdq %xmm1, (%rax)") X("fldl (%rax)") X("fstpl 8(%rsp)") \
    X("mov %fs:0xfffffffffffffff8, %rcx") X("int3") X("mov %rax, (%ecx)") X("enter $8, $0") \
    X("ret $8") X("pushq $0x12345") X("pushq $1") X("pushq (%rax)") X("popq (%rax)") \
    X("shldq $3, %rax, (%rcx)") X("shrd %cl, %rax, %rcx") X("cmpxchg16b (%rax)") \
    X("movnti %rax, (%rcx)") X("adcx %rax, %rcx") X("adox (%rax), %rcx") \
    X("pmovzxbw (%rax), %xmm1") X("movhlps %xmm1, %xmm2") X("movddup (%rax), %xmm1")
/* clang-format on */

#define LEN(text) "9: " text "\n8: .pushsection .rodata\n.byte 8b - 9b\n.popsection\n"

extern const u8 insn_code[], insn_lens[], insn_lens_end[];
__asm__(".pushsection .rodata\n.globl insn_lens\n.hidden insn_lens\ninsn_lens:\n.popsection\n"
        ".pushsection .text\n.globl insn_code\n.hidden insn_code\ninsn_code:\n" INSNS(
            LEN) ".popsection\n"
                 ".pushsection .rodata\n.globl insn_lens_end\n.hidden "
                 "insn_lens_end\ninsn_lens_end: .byte 0\n"
                 ".popsection\n");

static const char *const insn_text[] = {
#define TEXT(text) text,
    INSNS(TEXT)
#undef TEXT
};

/* Two pages of which only the first can be read; bytes put at its end leave no room for reading
 * further. */
static u8 *cliff(void)
{
    static u8 *end;
    if (!end) {
        u8 *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(p, MAP_FAILED);
        assert_int_equal(mprotect(p + 4096, 4096, PROT_NONE), 0);
        end = p + 4096;
    }
    return end;
}

static void lengths(void **state)
{
    const u8 *code = insn_code;
    size_t n = sizeof insn_text / sizeof insn_text[0];

    (void)state;
    assert_int_equal(insn_lens_end - insn_lens, n);
    for (size_t i = 0; i < n; i++) {
        u32 len = insn_lens[i], got;
        struct rt_x86 in;
        u8 *at = cliff() - len;

        /* at the end of what can be read: not a byte more is asked for */
        memcpy(at, code, len);
        got = rt_x86_decode(&in, (uptr)at, (uptr)at + RT_X86_MAXLEN);
        if (got != len) {
            fail_msg("%s: length %u, want %u", insn_text[i], got, len);
        }
        assert_int_equal(in.len, len);
        /* cut short: refused */
        for (u32 k = 0; k < len; k++) {
            assert_int_equal(rt_x86_decode(&in, (uptr)at, (uptr)at + k), 0);
        }
        code += len;
    }
}

static void refused(void **state)
{
    static const u8 cases[][8] = {
        {0x06},                               /* PUSH ES */
        {0x27},                               /* DAA */
        {0x60},                               /* PUSHA */
        {0x62, 0xf1, 0x7c, 0x48, 0x10, 0x01}, /* EVEX */
        {0x9a},                               /* far CALL */
        {0xa1},                               /* moffs */
        {0xd6},                               /* SALC */
        {0xea},                               /* far JMP */
        {0x48, 0x48, 0x89, 0xc0},             /* two REX */
        {0x48, 0x66, 0x89, 0xc0},             /* REX before a prefix */
        {0x66, 0xc5, 0xf8, 0x10, 0x00},       /* 66 before VEX */
        {0xc4, 0xe4, 0x7b, 0xf0, 0xc0},       /* VEX map 4 */
        {0x8f, 0xe8, 0x78, 0xc0, 0xc0, 0x01}, /* XOP */
        {0x0f, 0x0f, 0xc0, 0x9e},             /* 3DNow! */
        {0x0f, 0x04},                         /* undefined */
    };
    u8 prefixes[32];
    struct rt_x86 in;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (rt_x86_decode(&in, (uptr)cases[i], (uptr)cases[i] + 8) != 0) {
            fail_msg("case %zu decodes", i);
        }
    }
    memset(prefixes, 0x66, sizeof prefixes);
    assert_int_equal(rt_x86_decode(&in, (uptr)prefixes, (uptr)prefixes + 32), 0);
}

/* ---- anything at all
 * ------------------------------------------------------------------------------- */

static u64 random_state = 0x2545f4914f6cdd1dul;

static u64 random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Random bytes as code, with a frame whose slots point to the object: whatever the code is, the
 * answer is one of the possible ones, it comes, and nothing is read outside of the code's
 * surroundings and the frame (beside both lies memory that cannot be read). */
static void random_code(void **state)
{
    enum { REACH = 1 << 16, PAGE = 4096, SPAN = 2 * REACH + PAGE };
    u8 *area = mmap(NULL, 2 * SPAN + 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    u8 *code = area + PAGE;
    u64 *sp = (u64 *)(void *)(code + SPAN + PAGE);
    u32 found = 0;

    (void)state;
    assert_ptr_not_equal(area, MAP_FAILED);
    assert_int_equal(mprotect(code, SPAN, PROT_READ | PROT_WRITE), 0);
    assert_int_equal(mprotect(sp, REACH + PAGE, PROT_READ | PROT_WRITE), 0);
    for (u32 round = 0; round < 20; round++) {
        static const u8 common[] = {0x48, 0x8b, 0x89, 0x8d, 0x44, 0x24,
                                    0x0f, 0xc7, 0x83, 0x74, 0xeb};
        for (u32 i = 0; i < SPAN; i++) {
            u64 r = random_next();
            code[i] = r & 0x300 ? (u8)r : common[(r >> 16) % sizeof common];
        }
        for (u32 i = 0; i < REACH / 8 + PAGE / 8; i++) {
            sp[i] = random_next() & 3 ? (uptr)object : random_next();
        }
        for (u32 i = 0; i < PAGE / 2; i++) {
            int is_write = (int)(random_next() & 1);
            u32 got = rt_access_size((uptr)code + REACH + i, (uptr)object, (uptr)sp, is_write);
            assert_true(got == 0 || got == 1 || got == 2 || got == 4 || got == 8 || got == 16 ||
                        got == 24);
            found += got != 0;
        }
    }
    assert_true(found > 0); /* else this tests less than it says */
    munmap(area, 2 * SPAN + 3 * PAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads),
        cmocka_unit_test(stores),
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(addresses),
        cmocka_unit_test(forgets),
        cmocka_unit_test(several_words),
        cmocka_unit_test(control),
        cmocka_unit_test(own_frame),
        cmocka_unit_test(lengths),
        cmocka_unit_test(refused),
        cmocka_unit_test(random_code),
    };
    return cmocka_run_group_tests_name("rt_size", tests, NULL, NULL);
}
