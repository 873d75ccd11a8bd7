/* rt_current.c: whose proc a hook uses: Go's thunk as the runtime reads it, in each form that linkers
 * leave it in, and in forms that it is not in; then threads with a P, without one, in a system call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../rt/rt_test.h"
#include "code.h"
#include "current.h"

/* racecallbackthunk as assembled; what follows the return is no part of it. */
enum { ROOM = 64 };

/* Go 1.19, linked as an executable: offsets 0x30, 0xd0, 0x60. */
static const u8 executable[] = {
    0x48, 0x83, 0xff, 0x00,                               /* cmp $0,%rdi */
    0x75, 0x1c,                                           /* jne */
    0x64, 0x48, 0x8b, 0x3c, 0x25, 0xf8, 0xff, 0xff, 0xff, /* mov %fs:-8,%rdi */
    0x48, 0x8b, 0x7f, 0x30,                               /* mov 0x30(%rdi),%rdi */
    0x48, 0x8b, 0xbf, 0xd0, 0x00, 0x00, 0x00,             /* mov 0xd0(%rdi),%rdi */
    0x48, 0x8b, 0x7f, 0x60,                               /* mov 0x60(%rdi),%rdi */
    0x48, 0x89, 0x3e,                                     /* mov %rdi,(%rsi) */
    0xc3,
};
/* Which of its bytes are numbers: any will do. */
static const u8 numbers[] = {5, 11, 12, 13, 14, 18, 22, 23, 24, 25, 29};

/* -buildmode=c-archive: the linker knew the offset from FS. */
static const u8 archive[] = {
    0x48, 0x83, 0xff, 0x00, 0x75, 0x1e, 0x48, 0xc7, 0xc7, 0xe0, 0xff, 0xff, 0xff, /* mov $-32,%rdi */
    0x64, 0x48, 0x8b, 0x3f, /* mov %fs:(%rdi),%rdi */
    0x48, 0x8b, 0x7f, 0x30, 0x48, 0x8b, 0xbf, 0xd0, 0x00, 0x00, 0x00, 0x48, 0x8b, 0x7f,
    0x58, 0x48, 0x89, 0x3e, 0xc3,
};

/* -buildmode=c-shared: the offset is in the offset table, here 40 bytes behind the code's start. */
static const u8 shared[ROOM] =
    {
        0x48,    0x83,        0xff, 0x00, 0x75, 0x1e, 0x48, 0x8b, 0x3d,
        40 - 13, 0x00,        0x00, 0x00, /* mov 27(%rip),%rdi */
        0x64,    0x48,        0x8b, 0x3f, /* mov %fs:(%rdi),%rdi */
        0x48,    0x8b,        0x7f, 0x30, 0x48, 0x8b, 0xbf, 0xd0, 0x00,
        0x00,    0x00,        0x48, 0x8b, 0x7f, 0x58, 0x48, 0x89, 0x3e,
        0xc3,    [40] = 0xd0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* -304 */
};

static struct rt_thunk read(const u8 *code, uptr n)
{
    _Alignas(8) u8 room[ROOM];

    memset(room, 0xcc, sizeof room);
    memcpy(room, code, n);
    return rt_read_thunk(room);
}

static void is(struct rt_thunk t, sptr tls, u32 m, u32 p, u32 proc)
{
    assert_int_equal(t.tls, tls);
    assert_int_equal(t.m, m);
    assert_int_equal(t.p, p);
    assert_int_equal(t.proc, proc);
}

static void test_known(void **state)
{
    (void)state;
    is(read(executable, sizeof executable), -8, 0x30, 0xd0, 0x60);
    is(read(archive, sizeof archive), -32, 0x30, 0xd0, 0x58);
    is(read(shared, sizeof shared), -304, 0x30, 0xd0, 0x58);
}

/* Each byte of the code in turn is each other one.  What is a thunk still has other numbers, or
   differs in bits that the processor passes over. */
static void test_unknown(void **state)
{
    u32 refused = 0, taken = 0;

    (void)state;
    for (u32 i = 0; i < sizeof executable; i++) {
        for (u32 v = 0; v < 256; v++) {
            u8 code[sizeof executable];
            int number = 0, idle;
            struct rt_thunk t;

            memcpy(code, executable, sizeof code);
            if (v == code[i]) {
                continue;
            }
            code[i] = (u8)v;
            t = read(code, sizeof code);
            if (t.tls == 0) {
                is(t, 0, 0, 0, 0);
                refused++;
                continue;
            }
            taken++;
            for (u32 k = 0; k < sizeof numbers; k++) {
                number |= numbers[k] == i;
            }
            /* bits of REX that extend no register here; the scale of no index */
            idle = (executable[i] == 0x48 && v == 0x4a) || (i == 0 && (v & ~6u) == 0x48) ||
                   (i == 7 && (v & ~3u) == 0x48) || (i == 10 && (v & 0x3f) == 0x25);
            if (!number && !idle) {
                fail_msg("byte %u may be %#x", i, v);
            }
        }
    }
    assert_true(refused > 5000);
    assert_true(taken > 1000);
}

static void test_not_ours(void **state)
{
    u8 code[ROOM];
    /* offsets that no struct of Go's has: an error in reading, so nothing is to be done with it */
    static const u8 far[] = {0x00, 0x10, 0x00, 0x00}, negative[] = {0xd0, 0xff, 0xff, 0xff};

    (void)state;
    memcpy(code, executable, sizeof executable);
    memcpy(code + 22, far, 4);
    is(read(code, sizeof executable), 0, 0, 0, 0);
    memcpy(code + 22, negative, 4);
    is(read(code, sizeof executable), 0, 0, 0, 0);
    /* no TLS lies at FS itself */
    memcpy(code, executable, sizeof executable);
    memset(code + 11, 0, 4);
    is(read(code, sizeof executable), 0, 0, 0, 0);
    /* the second step of two is missing, or goes elsewhere */
    memcpy(code, archive, sizeof archive);
    memmove(code + 13, code + 17, sizeof archive - 17);
    is(read(code, sizeof archive - 4), 0, 0, 0, 0);
    memcpy(code, shared, sizeof shared);
    code[13] = 0x65; /* GS */
    is(read(code, sizeof shared), 0, 0, 0, 0);
    code[13] = 0x64;
    code[16] = 0x3e; /* %fs:(%rsi) */
    is(read(code, sizeof shared), 0, 0, 0, 0);
    /* cut off */
    for (uptr n = 0; n < sizeof executable; n++) {
        is(read(executable, n), 0, 0, 0, 0);
    }
    memset(code, 0x90, sizeof code);
    is(read(code, sizeof code), 0, 0, 0, 0);
}

/* ---- a thread with and without a P ---- */

static struct {
    u64 before[26];
    u64 p, next_p, old_p;
} m;
static struct {
    u64 before[12];
    struct proc *proc;
} p;
static struct {
    u64 before[6];
    void *m;
} g;

_Static_assert(offsetof(__typeof__(g), m) == 0x30 && offsetof(__typeof__(m), p) == 0xd0 &&
                   offsetof(__typeof__(p), proc) == 0x60,
               "as in the code above");

static __thread void *tls_g;

static struct proc first, spare, other;
static u32 asked;

static void callback(uptr cmd, void *arg)
{
    assert_int_equal(cmd, GO_GET_PROC);
    *(struct proc **)arg = &other;
    asked++;
}

static void enters(struct proc *want)
{
    struct proc *got = current_enter();

    assert_ptr_equal(got, want);
    assert_int_equal(rt_spare_is_locked(), want == &spare);
    current_leave(got);
    assert_false(rt_spare_is_locked());
}

static void test_enter(void **state)
{
    static _Alignas(8) u8 code[ROOM];
    uptr fs;
    int tls;

    (void)state;
    __asm__("movq %%fs:0, %0" : "=r"(fs));
    tls = (int)((uptr)&tls_g - fs);
    memcpy(code, executable, sizeof executable);
    memcpy(code + 11, &tls, sizeof tls);
    current_init((void (*)(uptr, void *))(uptr)code, &spare);

    tls_g = &g;
    g.m = &m;
    m.p = (u64)&p;
    p.proc = &first;
    enters(&first);
    m.next_p = 1; /* which does not matter */
    enters(&first);
    m.old_p = (u64)&p; /* in a system call, the P still there: it is not ours alone */
    enters(&spare);
    m.p = 0;
    enters(&spare);
    m.old_p = 0; /* and on the way out of it */
    enters(&spare);
    m.p = (u64)&p;
    p.proc = NULL; /* memory ran out when the P was made */
    enters(NULL);
    p.proc = &first;
    enters(&first);

    tls_g = NULL; /* no g at all */
    assert_ptr_equal(current_any(), &spare);
    assert_true(rt_spare_is_locked());
    current_leave(&spare);
    assert_false(rt_spare_is_locked());
    tls_g = &g;
    assert_ptr_equal(current_any(), &first);
    assert_false(rt_spare_is_locked());
    current_leave(&first);
    g.m = NULL;
    assert_ptr_equal(current_any(), &spare);
    current_leave(&spare);
}

/* Code that is not as we know it is called. */
static void test_called(void **state)
{
    (void)state;
    current_init(callback, &spare);
    asked = 0;
    enters(&other);
    enters(&other);
    assert_int_equal(asked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),    cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_not_ours), cmocka_unit_test(test_enter),
        cmocka_unit_test(test_called),
    };

    return cmocka_run_group_tests_name("rt_current", tests, NULL, NULL);
}
