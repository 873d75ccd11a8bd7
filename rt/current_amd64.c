/* current_amd64.c: see current.h. */
#include "current.h"

#include "alone.h"
#include "os.h"
#include "x86.h"

struct current_thunk current_at;
static void (*go_proc)(uptr cmd, void *arg);

static struct {
    struct os_lock lock;
    struct proc *proc;
} spare;

enum { RSI = 6, RDI = 7 };
enum {
    CMP_IMM8 = 0x83,
    CMP = 7,
    JNE = 0x75,
    MOV_LOAD = 0x8b,
    MOV_STORE = 0x89,
    MOV_IMM = 0xc7,
    RET = 0xc3
};

/* One instruction of the thunk. */
struct step {
    struct rt_x86 in;
    uptr next; /* where the following one starts */
    int fs;    /* relative to FS */
};

static int decode(struct step *s, uptr pc, uptr limit)
{
    u32 len = rt_x86_decode(&s->in, pc, limit);

    s->next = pc + len;
    s->fs = s->in.segment && *(const u8 *)pc == 0x64;
    return len != 0 && s->in.map == RT_X86_ONE && s->in.segment == s->fs && !s->in.lock &&
           !s->in.addr32;
}

/* Does it move 8 bytes between RDI and disp(base)? */
static int moves_rdi(const struct step *s, u8 op, u8 base, int fs)
{
    return s->in.op == op && s->in.wide && s->in.is_mem && s->in.reg == RDI && s->in.base == base &&
           s->in.index == RT_X86_NOREG && s->fs == fs;
}

static int is_imm(const struct step *s, u8 op, u8 group)
{
    return s->in.op == op && s->in.wide && !s->in.is_mem && (s->in.reg & 7) == group &&
           s->in.rm == RDI;
}

/* mov %fs:tls,%rdi, in two steps in code for shared libraries: the offset comes from the offset
 * table, mov got(%rip),%rdi, or a linker that knew it made that mov $tls,%rdi; then mov
 * %fs:(%rdi),%rdi. 0: neither. */
static sptr tls_of_g(struct step *s, uptr pc, uptr limit)
{
    const sptr *got = NULL;
    sptr tls = 0;

    if (!decode(s, pc, limit)) {
        return 0;
    }
    if (moves_rdi(s, MOV_LOAD, RT_X86_NOREG, 1)) {
        return s->in.disp;
    }
    if (is_imm(s, MOV_IMM, 0)) {
        tls = s->in.imm;
    } else if (moves_rdi(s, MOV_LOAD, RT_X86_RIP, 0)) {
        got = (const sptr *)(s->next + (uptr)s->in.disp);
    } else {
        return 0;
    }
    if (!decode(s, s->next, limit) || !moves_rdi(s, MOV_LOAD, RDI, 1) || s->in.disp != 0) {
        return 0;
    }
    return got ? *got : tls;
}

/* cmp $0,%rdi; jne rest; g into %rdi; mov m(%rdi),%rdi; mov p(%rdi),%rdi; mov proc(%rdi),%rdi;
 * mov %rdi,(%rsi); ret.  All zero if the code is another one. */
static struct current_thunk read_thunk(uptr pc)
{
    const struct current_thunk unknown = {0};
    uptr limit = pc + 64;
    struct current_thunk t;
    u32 *const offset[] = {&t.m, &t.p, &t.proc};
    struct step s;

    if (!decode(&s, pc, limit) || !is_imm(&s, CMP_IMM8, CMP) || s.in.imm != 0) {
        return unknown;
    }
    if (!decode(&s, s.next, limit) || s.in.op != JNE) {
        return unknown;
    }
    t.tls = tls_of_g(&s, s.next, limit);
    if (t.tls == 0) {
        return unknown;
    }
    for (u32 i = 0; i < LENGTH(offset); i++) {
        if (!decode(&s, s.next, limit) || !moves_rdi(&s, MOV_LOAD, RDI, 0) ||
            (u64)s.in.disp >= 4096) {
            return unknown;
        }
        *offset[i] = (u32)s.in.disp;
    }
    if (!decode(&s, s.next, limit) || !moves_rdi(&s, MOV_STORE, RSI, 0) || s.in.disp != 0) {
        return unknown;
    }
    return decode(&s, s.next, limit) && s.in.op == RET ? t : unknown;
}

void current_init(void (*callback)(uptr cmd, void *arg), struct proc *p)
{
    go_proc = callback;
    spare.proc = p;
    current_at = read_thunk((uptr)callback);
}

static struct proc *spare_enter(void)
{
    os_lock(&spare.lock);
    proc_enter(spare.proc);
    return spare.proc;
}

/* NULL: the thread has no g, or none that is easily had. */
static const u8 *current_m(void)
{
    const u8 *g = current_at.tls != 0 ? current_g() : NULL;

    return g ? *(const u8 *const *)(g + current_at.m) : NULL;
}

const void *current_held(const struct proc *p)
{
    const u8 *m = current_m();

    return m && current_quick() == p ? *(const void *const *)(m + current_at.p) : NULL;
}

struct proc *current_any(void)
{
    struct proc *p = current_m() ? current_quick() : NULL;

    if (!p) {
        return spare_enter();
    }
    proc_enter(p);
    return p;
}

struct proc *current_enter(void)
{
    struct proc *p = NULL;

    if (UNLIKELY(current_at.tls == 0)) {
        go_proc(0, &p);
        if (p) {
            proc_enter(p);
        }
        return p;
    }

    const u8 *m = *(const u8 *const *)(current_g() + current_at.m);
    const u8 *held = *(const u8 *const *)(m + current_at.p);

    if (UNLIKELY(!held || *(const uptr *)(m + current_at.p + OLDP_BEHIND_P) != 0)) {
        return spare_enter(); /* as in current_of */
    }
    p = *(struct proc *const *)(held + current_at.proc);
    if (LIKELY(p != NULL)) {
        proc_enter(p);
    }
    return p;
}

void current_leave(struct proc *p)
{
    if (LIKELY(p != NULL)) {
        proc_leave(p);
    }
    if (UNLIKELY(p == spare.proc)) {
        os_unlock(&spare.lock);
    }
}
