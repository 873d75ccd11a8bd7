/* harness.c: a race runtime that detects nothing and judges rt_access_size instead.
 *
 * Linked into a race build in place of the real one (run.py does that), it calls rt_access_size for
 * each new return address that reaches __tsan_read or __tsan_write, again on a sample of the later
 * visits with other addresses and frames, and writes one record per return address to the file
 * SIZE_OUT.<pid> when the program ends.
 *
 * In an "oracle" build the compiler has been changed to leave the size of the accessed type in RBX,
 * which racecall<> preserves; the record then says what the right answer is.
 */
#include "../../rt/size.h"

struct record {
    uptr pc;
    u32 answer;   /* of the first visit */
    u32 oracle;   /* RBX of the first visit; means something in oracle builds only */
    u32 is_write; /* 0 or 1 */
    u32 differs;  /* a later visit gave another answer, and both are not 0 */
    u32 late;     /* an answer of a later visit, when the first visit gave 0 */
    u32 visits;
    u32 on_stack; /* addr lies on the goroutine's own stack: no race can be there */
    u32 pad;
};

enum { TABLE = 1 << 18 };
static struct record table[TABLE];
static u32 lost; /* return addresses that found the table full */

static sptr sys(sptr nr, uptr a, uptr b, uptr c)
{
    sptr ret;
    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "0"(nr), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return ret;
}

static struct record *find(uptr pc)
{
    u64 h = pc * 0x9e3779b97f4a7c15ul >> 40;
    for (u32 i = 0; i < 256; i++) {
        struct record *r = &table[(h + i) % TABLE];
        uptr seen = __atomic_load_n(&r->pc, __ATOMIC_ACQUIRE);
        if (seen == pc) {
            return r;
        }
        if (seen == 0 &&
            __atomic_compare_exchange_n(&r->pc, &seen, pc, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            return r;
        }
        if (seen == pc) {
            return r;
        }
    }
    __atomic_fetch_add(&lost, 1, __ATOMIC_RELAXED);
    return NULL;
}

void size_harness(uptr addr, uptr pc, uptr sp, uptr oracle, int is_write, const uptr *g);
void size_harness(uptr addr, uptr pc, uptr sp, uptr oracle, int is_write, const uptr *g)
{
    struct record *r = find(pc);
    if (!r) {
        return;
    }
    u32 n = __atomic_fetch_add(&r->visits, 1, __ATOMIC_RELAXED);
    if (n >= 32 && (n & (n - 1)) != 0) {
        return;
    }
    u32 a = rt_access_size(pc, addr, sp, is_write);
    if (n == 0) {
        r->answer = a;
        r->oracle = (u32)oracle;
        r->is_write = (u32)is_write;
        r->on_stack = addr >= g[0] && addr < g[1];
    } else if (a && r->answer && a != r->answer) {
        r->differs = a;
    } else if (a && !r->answer) {
        r->late = a;
    }
}

/* The user's stack pointer is in R12 (racecall<> in runtime/race_amd64.s) and points to the return
 * address; behind the return it is 8 more.  R14 is g, which begins with the stack's bounds. */
__asm__(".globl __tsan_read, __tsan_write\n"
        "__tsan_read:  xor %r8d, %r8d\n jmp 1f\n"
        "__tsan_write: mov $1, %r8d\n"
        "1: mov %rsi, %rdi\n mov %rdx, %rsi\n lea 8(%r12), %rdx\n mov %rbx, %rcx\n"
        "mov %r14, %r9\n jmp size_harness\n");

/* ---- the rest of the runtime's interface: as little as lets the program run ---------------- */

#define API __attribute__((visibility("default")))
#define NOTHING(name)    \
    API void name(void); \
    API void name(void)  \
    {                    \
    }

static u8 context[64];

API void __tsan_init(uptr *thr, uptr *proc, void (*callback)(uptr, void *));
void __tsan_init(uptr *thr, uptr *proc, void (*callback)(uptr, void *))
{
    (void)callback;
    *thr = (uptr)context;
    *proc = (uptr)context;
}

API void __tsan_proc_create(uptr *proc);
void __tsan_proc_create(uptr *proc)
{
    *proc = (uptr)context;
}

API void __tsan_go_start(uptr parent, uptr *thr, uptr pc);
void __tsan_go_start(uptr parent, uptr *thr, uptr pc)
{
    (void)parent;
    (void)pc;
    *thr = (uptr)context;
}

API void __tsan_report_count(u64 *n);
void __tsan_report_count(u64 *n)
{
    *n = 0;
}

API void __tsan_fini(void);
void __tsan_fini(void)
{
    char name[] = SIZE_OUT ".0000000";
    u32 pid = (u32)sys(39, 0, 0, 0); /* getpid */
    for (char *p = name + sizeof name - 2; pid; pid /= 10) {
        *p-- = (char)('0' + pid % 10);
    }
    sptr fd = sys(2, (uptr)name, 0x241, 0644); /* open, O_WRONLY|O_CREAT|O_TRUNC */
    if (fd < 0) {
        return;
    }
    for (u32 i = 0; i < TABLE; i++) {
        if (table[i].pc) {
            sys(1, (uptr)fd, (uptr)&table[i], sizeof table[i]); /* write */
        }
    }
    if (lost) {
        struct record r = {0};
        r.visits = lost;
        sys(1, (uptr)fd, (uptr)&r, sizeof r);
    }
    sys(3, (uptr)fd, 0, 0); /* close */
}

NOTHING(__tsan_proc_destroy)
NOTHING(__tsan_map_shadow)
NOTHING(__tsan_finalizer_goroutine)
NOTHING(__tsan_go_end)
NOTHING(__tsan_malloc)
NOTHING(__tsan_free)
NOTHING(__tsan_acquire)
NOTHING(__tsan_release)
NOTHING(__tsan_release_acquire)
NOTHING(__tsan_release_merge)
NOTHING(__tsan_go_ignore_sync_begin)
NOTHING(__tsan_go_ignore_sync_end)
NOTHING(__tsan_read_range)
NOTHING(__tsan_write_range)
NOTHING(__tsan_read_pc)
NOTHING(__tsan_write_pc)
NOTHING(__tsan_func_enter)
NOTHING(__tsan_func_exit)

/* args: the Go call's frame: the address, then the operands and the result (facts: runtime/
 * race_amd64.s, the offsets behind "args*"). */
#define AT(T, off) (*(T *)(args + (off)))
#define ATOMICS(bits, T)                                                                       \
    API void __tsan_go_atomic##bits##_load(uptr thr, uptr cpc, uptr pc, u8 *args);             \
    void __tsan_go_atomic##bits##_load(uptr thr, uptr cpc, uptr pc, u8 *args)                  \
    {                                                                                          \
        (void)thr, (void)cpc, (void)pc;                                                        \
        AT(T, 8) = __atomic_load_n(AT(T *, 0), __ATOMIC_SEQ_CST);                              \
    }                                                                                          \
    API void __tsan_go_atomic##bits##_store(uptr thr, uptr cpc, uptr pc, u8 *args);            \
    void __tsan_go_atomic##bits##_store(uptr thr, uptr cpc, uptr pc, u8 *args)                 \
    {                                                                                          \
        (void)thr, (void)cpc, (void)pc;                                                        \
        __atomic_store_n(AT(T *, 0), AT(T, 8), __ATOMIC_SEQ_CST);                              \
    }                                                                                          \
    API void __tsan_go_atomic##bits##_compare_exchange(uptr thr, uptr cpc, uptr pc, u8 *args); \
    void __tsan_go_atomic##bits##_compare_exchange(uptr thr, uptr cpc, uptr pc, u8 *args)      \
    {                                                                                          \
        (void)thr, (void)cpc, (void)pc;                                                        \
        T old = AT(T, 8);                                                                      \
        AT(u8, 8 + 2 * sizeof(T)) = __atomic_compare_exchange_n(                               \
            AT(T *, 0), &old, AT(T, 8 + sizeof(T)), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);    \
    }
#define ATOMIC_RMW(bits, T, name, builtin)                                           \
    API void __tsan_go_atomic##bits##_##name(uptr thr, uptr cpc, uptr pc, u8 *args); \
    void __tsan_go_atomic##bits##_##name(uptr thr, uptr cpc, uptr pc, u8 *args)      \
    {                                                                                \
        (void)thr, (void)cpc, (void)pc;                                              \
        AT(T, 16) = builtin(AT(T *, 0), AT(T, 8), __ATOMIC_SEQ_CST);                 \
    }
ATOMICS(32, u32)
ATOMICS(64, u64)
ATOMIC_RMW(32, u32, exchange, __atomic_exchange_n)
ATOMIC_RMW(64, u64, exchange, __atomic_exchange_n)
ATOMIC_RMW(32, u32, fetch_add, __atomic_fetch_add)
ATOMIC_RMW(64, u64, fetch_add, __atomic_fetch_add)
ATOMIC_RMW(32, u32, fetch_and, __atomic_fetch_and)
ATOMIC_RMW(64, u64, fetch_and, __atomic_fetch_and)
ATOMIC_RMW(32, u32, fetch_or, __atomic_fetch_or)
ATOMIC_RMW(64, u64, fetch_or, __atomic_fetch_or)
