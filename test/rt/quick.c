/* quick.c: rt/quick.c, called with what the hook finds, and the hook itself. */
#include "../../rt/quick.c"

#include "../../rt/flags.h"
#include "rt_test.h"

int rt_quick(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc)
{
    sptr near = (sptr)(pc - (uptr)&record_anchor);

    if (!p || rt_off || flags.all_pairs || size == 0) {
        return 0;
    }
    if (size > 24 || (size > 8 && size % 8 != 0) || near != (int)near) { /* no scalar, or a plugin's */
        return (t->top != t->base ? range_longer : range_general)(p, t, addr, size, kind, pc, 0);
    }
    thr_stack(p, t);
    return (t->top != t->base ? scalar_longer : scalar_general)(p, t, addr, (u32)size, kind, pc);
}

int rt_quick_pc(struct proc *p, struct thr *t, uptr addr, u8 kind, uptr callpc, uptr pc)
{
    if (!p || rt_off || flags.all_pairs || t->top == t->base) {
        return 0;
    }
    thr_stack(p, t);
    return range_longer(p, t, addr, 1, kind, pc, callpc);
}

/* What the entries of fast_amd64.S say is theirs, on this stack; to `pc`, where "jmp *%rbp" stands, they return as to Go's code. */
__asm__(".text\n"
        "rt_hook_call:\n" /* (entry, t, addr, size, g, pc) */
        "	push %rbp\n"
        "	push %rbx\n"
        "	push %r12\n"
        "	push %r13\n"
        "	push %r14\n"
        "	push %r15\n"
        "	push %rsi\n"
        "	push %rdx\n"
        "	mov %rdi, %r11\n"
        "	mov %rsi, %rdi\n"
        "	mov %rdx, %rax\n"
        "	mov %rcx, %rbx\n"
        "	mov %r8, %r14\n"
        "	lea 1f(%rip), %rbp\n"
        "	lea 2f(%rip), %r10\n"
        "	push %r9\n"
        "	jmp *%r11\n"
        "2:	add $8, %rsp\n" /* not done: all is as it was */
        "	cmp %rax, (%rsp)\n"
        "	jne 4f\n"
        "	cmp %rdi, 8(%rsp)\n"
        "	jne 4f\n"
        "	xor %eax, %eax\n"
        "	jmp 3f\n"
        "1:	mov $1, %eax\n"
        "3:	add $16, %rsp\n"
        "	pop %r15\n"
        "	pop %r14\n"
        "	pop %r13\n"
        "	pop %r12\n"
        "	pop %rbx\n"
        "	pop %rbp\n"
        "	ret\n"
        "4:	ud2\n");

extern const char gomm_fast_read[], gomm_fast_write[], gomm_fast_read_range[], gomm_fast_write_range[];
int rt_hook_call(const char *entry, struct thr *t, uptr addr, uptr size, const void *g, uptr pc);

/* Of strings, interfaces and slices the entry takes all words for accessed in this epoch if the first one was. */
static int is_scalar(const struct thr *t, uptr addr, uptr size, u8 kind)
{
    const struct range *r = range_of(addr);

    return size <= 8 || ((size == 16 || size == 24) && addr % 8 == 0 &&
                         !word_is_fast(r->words[(addr - r->lo) >> 3], t->key, kind, FULL));
}

/* As Go has them, for current_of. */
static struct {
    struct proc *proc;
} held;
static const struct {
    const void *p, *nextp, *oldp;
} m = {.p = &held};
static __thread struct {
    struct go_g g;
    const void *m;
} g;
static __thread const void *current; /* current_g looks here */

void rt_hold(struct proc *p)
{
    uptr fs;

    __asm__("movq %%fs:0, %0" : "=r"(fs));
    held.proc = p;
    g.m = &m;
    current = &g;
    current_at = p ? (struct current_thunk){.tls = (sptr)((uptr)&current - fs), .m = sizeof g.g} : (struct current_thunk){.tls = 0};
}

int rt_hook(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc)
{
    struct current_thunk before = current_at;
    u8 *width = width_at(pc);
    int done;

    g.g = (struct go_g){.stack_lo = (uptr)&before - (64 << 10), .stack_hi = (uptr)&before + (1UL << 40)};
    rt_hold(p);
    if (width && is_scalar(t, addr, size, kind)) {
        *width = (u8)size;
        done = rt_hook_call(kind == ACCESS_WRITE ? gomm_fast_write : gomm_fast_read, t, addr, 1, &g, pc);
    } else {
        done = rt_hook_call(kind == ACCESS_WRITE ? gomm_fast_write_range : gomm_fast_read_range, t, addr, size, &g, pc);
    }
    current_at = before;
    return done;
}
