/* rt_exact.c: the runtime, driven through Go's entry points with long random schedules, against the
 * oracle of test/rt/rt_oracle.h: it finds exactly the races that there are.
 *
 * Everything happens in one OS thread, each schedule in a process of its own, and is a function of
 * the schedule's number.  GOMM_TEST_ROUNDS=N runs N times as many; GOMM_TEST_SEED=K only one of
 * each plan, GOMM_TEST_PLAN=NAME those of one plan.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../rt/rt_oracle.h"
#include "../rt/rt_random.h"
#include "code.h"
#include "flags.h"
#include "sample.h"
#include "stack.h"

enum { HEAP = 384 << 10, GLOBALS = 32 << 10, LIVE_MAX = 400, PROCS = 4, SPOTS = 48, SYNCS = 12, OVER = 128 };

/* What a schedule is like. */
struct plan {
    const char *name;
    u32 seeds, steps;
    u32 live;  /* goroutines at a time */
    u32 spots; /* addresses that they use */
    struct oracle_mode mode;
    u32 burn; /* goroutines that came and went before */
    /* chances, out of 1000 per step; the rest are plain accesses of up to a word */
    u32 range, loop, again, over, atomic, lock, sync, life, memory, frame, everything, ignore, proc, burst, overflow;
    u32 sample; /* out of 1000: a burst begins or ends; 0: no sampling */
    u32 run;    /* "again": words behind the first one that an instruction comes to as well */
};

static struct {
    const struct plan *plan;
    struct rnd r;
    struct proc *proc[PROCS + 1]; /* the last one is the runtime's spare */
    u32 procs, current;
    struct gor *live[LIVE_MAX];
    u32 live_count;
    uptr spot[SPOTS];
    uptr sync[SYNCS];
    uptr heap;
    int heap_is_real; /* there is memory behind it, for atomics */
    struct {
        int known;
        struct instruction {
            uptr addr, pc;
            u32 size, write;
        } in[3];
    } again[4];
    uptr code, next_pc; /* code_map; how many places there are */
} w;

static _Alignas(1 << 16) u8 globals[GLOBALS];

static void callback(uptr cmd, void *arg)
{
    if (cmd == GO_GET_PROC) {
        *(struct proc **)arg = w.proc[w.current];
    }
}

/* ---- the schedule's material ---- */

static uptr some_pc(void)
{
    /* a plugin's code is far away */
    uptr base = rnd_one_in(&w.r, 6) ? 0x7ff000000000UL : w.code;

    return base + 8 * (w.plan->mode.dedupe ? rnd_below(&w.r, 4) : ++w.next_pc);
}

/* Where instructions stand that access at most 24 bytes, as hooks return to them; 0: there can be no such place. */
enum { CODE = (2 * 24 + 2) << 20 };

static uptr code_map(void)
{
    for (uptr at = ((uptr)&globals + (64 << 20)) & ~4095UL; at - (uptr)&globals < 400 << 20; at += CODE) {
        void *p = mmap((void *)at, CODE, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

        if (p != MAP_FAILED) {
            return (uptr)p;
        }
    }
    printf("# no place for code: the assembly is not tested\n");
    return (uptr)&globals;
}

/* The access by its hook in assembly; 0: that cannot be, or leaves it. */
static int hook(struct thr *t, uptr addr, uptr size, u8 kind, uptr pc)
{
    static const u8 jmp_rbp[] = {0xff, 0xe5};

    if (w.code == (uptr)&globals || pc - w.code >= CODE || !w.proc[w.current] || w.plan->mode.all) {
        return 0;
    }
    memcpy((void *)pc, jmp_rbp, sizeof jmp_rbp);
    return rt_hook(w.proc[w.current], t, addr, size, kind, pc);
}

static struct gor *some_gor(void)
{
    return w.live[rnd_below(&w.r, w.live_count)];
}

/* The runtime's id of g's stack with pc on top. */
static u32 stack_of(const struct gor *g, uptr pc)
{
    return stack_push(g->depth == 0 ? 0 : g->node[g->depth - 1], pc);
}

static void push(struct gor *g, uptr pc)
{
    g->node[g->depth] = stack_of(g, pc);
    g->depth++;
}

static int is_real(uptr addr)
{
    return w.heap_is_real || addr - (uptr)globals < GLOBALS;
}

static struct rt_span spans[2];

static void check_everything(struct rt_census *c)
{
    struct rt_world world = {.spans = spans, .span_count = 2, .procs = w.proc};
    struct proc *procs[PROCS + 1];

    memcpy(procs, w.proc, sizeof procs);
    procs[w.procs] = rt_spare_proc();
    world.procs = procs;
    world.proc_count = w.procs + 1;
    rt_check(&world, c);
}

/* ---- steps ---- */

static void start_gor(void)
{
    struct gor *parent = w.live_count == 0 ? NULL : some_gor(), *g = malloc(sizeof *g);

    if (w.live_count == w.plan->live) {
        free(g);
        return;
    }
    oracle_start(g, parent);
    if (parent) {
        rt_tsan_go_start(parent->t, &g->t, some_pc());
    }
    w.live[w.live_count++] = g;
    if (parent && rnd_one_in(&w.r, 2)) { /* rt/quick.c has to do with functions only */
        uptr pc = some_pc();

        push(g, pc);
        rt_func_enter(g->t, pc);
    }
}

static void end_gor(u32 i)
{
    struct gor *g = w.live[i];

    w.live[i] = w.live[--w.live_count];
    oracle_end(g);
    rt_tsan_go_end(g->t);
    free(g);
}

static void plain_at(struct gor *g, uptr addr, uptr size, int write, uptr pc)
{
    u8 kind = write ? ACCESS_WRITE : ACCESS_READ;

    if (w.plan->live > 12 && !w.plan->mode.dedupe && (addr & 7) + size > 8) {
        size = 8 - (addr & 7); /* see oracle_on_known */
    }
    if (size == 1 && rnd_one_in(&w.r, 2)) {
        /* through a wrapper of reflect or the runtime: the caller's frame comes along */
        uptr callpc = some_pc();

        push(g, callpc);
        oracle_access(g, addr, size, kind, stack_of(g, pc));
        if (rnd_one_in(&w.r, 2) || !rt_quick_pc(w.proc[w.current], g->t, addr, kind, callpc, pc)) {
            (write ? rt_tsan_write_pc : rt_tsan_read_pc)(g->t, addr, callpc, pc);
        }
        g->depth--;
    } else {
        oracle_access(g, addr, size, kind, stack_of(g, pc));
        if (!(rnd_one_in(&w.r, 2) && hook(g->t, addr, size, kind, pc)) &&
            (rnd_one_in(&w.r, 3) || !rt_quick(w.proc[w.current], g->t, addr, size, kind, pc))) {
            (write ? rt_write_range : rt_read_range)(g->t, addr, size, pc);
        }
    }
    oracle_access_done();
}

static void plain(struct gor *g, uptr addr, uptr size, int write)
{
    /* an instruction has one width, that of ranges is not asked */
    plain_at(g, addr, size, write, some_pc() + ((2 * (size > 24 ? 24 : size) + (write != 0)) << 20));
}

static void sample(void)
{
    fast_mode = fast_mode == FAST_PAUSE ? FAST_BURST : FAST_PAUSE;
}

static void scalar(void)
{
    struct gor *g = some_gor();
    uptr addr = w.spot[rnd_below(&w.r, w.plan->spots)];
    u32 size = 1u << rnd_below(&w.r, 4);

    switch (rnd_below(&w.r, 4)) {
    case 0: addr += rnd_below(&w.r, 8 / size) * size; break;
    case 1: addr += rnd_below(&w.r, 8); break; /* unaligned, into the next word perhaps */
    case 2:
        size = 1 + rnd_below(&w.r, 8);
        addr += rnd_below(&w.r, 9 - size);
        break;
    default: size = 8;
    }
    plain(g, addr, size, rnd_one_in(&w.r, 3));
}

/* The bounds of the region that addr lies in. */
static uptr region_end(uptr addr)
{
    return addr - w.heap < HEAP ? w.heap + HEAP : (uptr)globals + GLOBALS;
}

static void range(void)
{
    struct gor *g = some_gor();
    uptr addr = w.spot[rnd_below(&w.r, w.plan->spots)] + rnd_below(&w.r, 8), end;
    uptr size = 1 + rnd_below(&w.r, 64);

    if (rnd_one_in(&w.r, 50)) {
        size = 1 + rnd_below(&w.r, 20000);
    }
    addr -= rnd_one_in(&w.r, 3) && addr % 4096 > 64 ? rnd_below(&w.r, 64) : 0;
    end = region_end(addr);
    size = addr + size > end ? end - addr : size;
    plain(g, addr, size, rnd_one_in(&w.r, 3));
}

/* Instructions that go over memory, one after the other, in one epoch. */
static void loop(void)
{
    struct gor *g = some_gor();
    u32 size = 1U << rnd_below(&w.r, 5), words = 2 + rnd_below(&w.r, 10), passes = 1 + rnd_below(&w.r, 4);
    uptr first = w.spot[rnd_below(&w.r, w.plan->spots)] & ~7UL, end = region_end(first);

    while (passes-- > 0) {
        int write = rnd_one_in(&w.r, 2);
        uptr pc = some_pc() + ((2 * size + (write != 0)) << 20);
        uptr at = first + (size < 8 ? rnd_below(&w.r, 8 / size) * size : 0), stride = size > 8 ? size : 8;

        for (u32 i = 0; i < words && at + size <= end; i++, at += stride) {
            plain_at(g, at, size, write, pc);
        }
    }
}

/* A few instructions, OVER bytes or more before the end of memory. */
static struct instruction *instructions(void)
{
    u32 which = rnd_below(&w.r, LENGTH(w.again));
    struct instruction *mine = w.again[which].in;

    if (!w.again[which].known || rnd_one_in(&w.r, 40)) {
        w.again[which].known = 1;
        for (u32 i = 0; i < LENGTH(w.again[which].in); i++) {
            struct instruction *in = &mine[i];

            in->size = 1U << rnd_below(&w.r, 5);
            in->size = rnd_one_in(&w.r, 6) ? 24 : in->size;
            in->write = rnd_below(&w.r, 3) == 0;
            in->addr = (w.spot[rnd_below(&w.r, w.plan->spots)] & ~7UL) + (in->size < 8 ? rnd_below(&w.r, 8 / in->size) * in->size : 0);
            in->addr -= in->addr + OVER > region_end(in->addr) ? OVER : 0;
            in->pc = w.code + 8 * ++w.next_pc + ((2UL * in->size + in->write) << 20);
        }
    }
    return mine;
}

static void in_frame(struct gor *g)
{
    if (g->depth == 0) {
        uptr pc = some_pc();

        push(g, pc);
        rt_func_enter(g->t, pc);
    }
}

static void release_perhaps(struct gor *g)
{
    if (g->ignore == 0 && rnd_one_in(&w.r, 2)) {
        uptr addr = w.sync[rnd_below(&w.r, SYNCS)];

        rt_tsan_release(g->t, addr);
        oracle_release(g, addr);
    }
}

/* That a goroutine comes back to in one epoch after the other. */
static void again(void)
{
    struct gor *g = some_gor();
    u32 passes = 2 + rnd_below(&w.r, 6);
    struct instruction *mine = instructions();

    in_frame(g);
    while (passes-- > 0) {
        for (u32 i = 0; i < LENGTH(w.again[0].in); i++) {
            if (rnd_one_in(&w.r, 2)) {
                uptr next = 0, size = mine[i].size;

                if (rnd_one_in(&w.r, 4)) { /* words share a record, or did; or it stands for more bytes */
                    next = size < 8 && rnd_one_in(&w.r, 2) ? ((mine[i].addr ^ size) & 7) - (mine[i].addr & 7) : 8;
                }
                if (w.plan->run != 0) {
                    next += 8 * rnd_below(&w.r, w.plan->run + 1);
                }
                plain_at(g, mine[i].addr + next, size, (int)mine[i].write, mine[i].pc);
            }
        }
        release_perhaps(g);
    }
}

/* And that go over several words each time. */
static void over(void)
{
    struct gor *g = some_gor();
    u32 passes = 2 + rnd_below(&w.r, 4);
    struct instruction *mine = instructions();

    in_frame(g);
    while (passes-- > 0) {
        for (u32 i = 0; i < LENGTH(w.again[0].in); i++) {
            uptr size = mine[i].size, stride = size > 8 ? size : 8, room = rnd_one_in(&w.r, 2) ? OVER / 2 : OVER;

            if (rnd_one_in(&w.r, 3)) {
                continue;
            }
            for (uptr at = 0; at + size <= room - 16; at += stride) {
                /* now and then other bytes of a word, or one that is not as those before */
                uptr next = size < 8 && rnd_one_in(&w.r, 6) ? ((mine[i].addr ^ size) & 7) - (mine[i].addr & 7) : 0;

                if (rnd_one_in(&w.r, 20)) {
                    plain(g, (mine[i].addr & ~7UL) + at + (size < 8 ? size : size - 8), 8, rnd_one_in(&w.r, 2));
                }
                plain_at(g, mine[i].addr + at + next, size, (int)mine[i].write, mine[i].pc);
            }
        }
        release_perhaps(g);
    }
}

/* The arguments as Go lays them out. */
union args {
    struct {
        uptr addr;
        union {
            u32 v32[6];
            u64 v64[3];
            u8 v8[24];
        };
    };
    u8 bytes[32];
};

enum { LOAD, STORE, EXCHANGE, ADD, AND, OR, CAS, ATOMICS };

static void atomic_call(struct thr *t, int op, int wide, uptr callpc, uptr pc, union args *a)
{
    typedef void hook(struct thr *, uptr, uptr, void *);
    static hook *const hooks[ATOMICS][2] = {
        {rt_tsan_go_atomic32_load, rt_tsan_go_atomic64_load},
        {rt_tsan_go_atomic32_store, rt_tsan_go_atomic64_store},
        {rt_tsan_go_atomic32_exchange, rt_tsan_go_atomic64_exchange},
        {rt_tsan_go_atomic32_fetch_add, rt_tsan_go_atomic64_fetch_add},
        {rt_tsan_go_atomic32_fetch_and, rt_tsan_go_atomic64_fetch_and},
        {rt_tsan_go_atomic32_fetch_or, rt_tsan_go_atomic64_fetch_or},
        {rt_tsan_go_atomic32_compare_exchange, rt_tsan_go_atomic64_compare_exchange},
    };

    hooks[op][wide](t, callpc, pc, a);
}

static u64 peek(uptr addr, int wide)
{
    return wide ? *(u64 *)addr : *(u32 *)addr;
}

static void must(int ok, const char *what)
{
    if (!ok) {
        rt_broken("%s", what);
    }
}

static void atomic_at(struct gor *g, uptr addr, int op, int wide, uptr callpc, uptr pc)
{
    u64 operand = wide ? rnd(&w.r) : (u32)rnd(&w.r), expect = 0, was, now;
    union args a = {.addr = 0};
    int loads = op != STORE, stores = op != LOAD;
    u32 stack;

    if (!is_real(addr)) {
        return;
    }
    a.addr = addr;
    was = peek(addr, wide);
    if (op == CAS) {
        expect = rnd_one_in(&w.r, 2) ? was : ~was;
        expect = wide ? expect : (u32)expect;
        stores = expect == was;
        if (wide) {
            a.v64[0] = expect;
            a.v64[1] = operand;
        } else {
            a.v32[0] = (u32)expect;
            a.v32[1] = (u32)operand;
        }
    } else if (wide) {
        a.v64[0] = operand;
    } else {
        a.v32[0] = (u32)operand;
    }
    push(g, callpc);
    stack = stack_of(g, pc);
    g->depth--;
    if (g->ignore == 0) {
        if (loads) {
            oracle_acquire(g, addr);
        }
        oracle_access(g, addr, wide ? 8 : 4, stores ? ACCESS_ATOMIC | ACCESS_WRITE : ACCESS_ATOMIC,
                      stack);
    }
    atomic_call(g->t, op, wide, callpc, pc, &a);
    if (g->ignore == 0) {
        oracle_access_done();
        if (stores) {
            oracle_release(g, addr);
        }
    }
    now = peek(addr, wide);
    switch (op) {
    case LOAD: must((wide ? a.v64[0] : a.v32[0]) == was && now == was, "load"); break;
    case STORE: must(now == operand, "store"); break;
    case CAS:
        must(now == (stores ? operand : was) && a.bytes[wide ? 24 : 16] == stores, "cas");
        break;
    default:
        must((wide ? a.v64[1] : a.v32[2]) == was, "the old value");
        operand = op == ADD   ? was + operand
                  : op == AND ? was & operand
                  : op == OR  ? was | operand
                              : operand;
        must(now == (wide ? operand : (u32)operand), "the new value");
    }
}

static void atomic(void)
{
    struct gor *g = some_gor();
    int wide = rnd_one_in(&w.r, 2);
    uptr addr = w.spot[rnd_below(&w.r, w.plan->spots)] + (wide ? 0 : rnd_below(&w.r, 2) * 4), pc = some_pc(), callpc = some_pc();

    if (w.plan->run != 0) { /* words share the record of an instruction */
        pc = w.code + 8 * (1 + rnd_below(&w.r, 2));
        callpc = w.code;
    }
    atomic_at(g, addr, (int)rnd_below(&w.r, ATOMICS), wide, callpc, pc);
}

/* What a lock does that one goroutine takes again and again. */
static void lock(void)
{
    struct gor *g = some_gor(), *who = some_gor();
    uptr addr = w.sync[rnd_below(&w.r, SYNCS)], by = w.sync[rnd_below(&w.r, SYNCS)];
    uptr news = w.spot[rnd_below(&w.r, w.plan->spots)] & ~7UL;
    u32 passes = 2 + rnd_below(&w.r, 8);
    int wide = rnd_one_in(&w.r, 4);

    if (g->depth == 0) {
        uptr pc = some_pc();

        push(g, pc);
        rt_func_enter(g->t, pc);
    }
    while (passes-- > 0) {
        u32 which = rnd_below(&w.r, 4);

        wide ^= rnd_one_in(&w.r, 6);
        atomic_at(g, addr, (int)rnd_below(&w.r, ATOMICS), wide, w.code + 8 * (which & 1), w.code + 8 * (which >> 1));
        if (g->ignore == 0 && rnd_one_in(&w.r, 2)) {
            rt_tsan_acquire(g->t, addr);
            oracle_acquire(g, addr);
        }
        if (g->ignore == 0 && rnd_one_in(&w.r, 4)) { /* it hears of somebody's access ... */
            plain(who, news, 8, 1);
            if (who->ignore == 0) {
                rt_tsan_release(who->t, by);
                oracle_release(who, by);
            }
            rt_tsan_acquire(g->t, by);
            oracle_acquire(g, by);
        }
        if (g->ignore == 0 && rnd_one_in(&w.r, 2)) {
            int merge = rnd_one_in(&w.r, 3);

            (merge ? rt_tsan_release_merge : rt_tsan_release)(g->t, addr);
            (merge ? oracle_release_merge : oracle_release)(g, addr);
        }
    }
    if (rnd_one_in(&w.r, 2)) { /* ... and somebody else by way of it */
        who = some_gor();
        if (who->ignore == 0) {
            rt_tsan_acquire(who->t, addr);
            oracle_acquire(who, addr);
        }
        plain(who, news, 8, 1);
    }
    if (rnd_one_in(&w.r, 4)) { /* somebody looks at it, or writes to it, without the lock */
        u32 size = 4U << rnd_below(&w.r, 2);

        plain(some_gor(), addr + (size == 4 ? 4 * rnd_below(&w.r, 2) : 0), size, rnd_one_in(&w.r, 3));
    }
}

static void synchronise(void)
{
    struct gor *g = some_gor();
    /* now and then at a word that is accessed as well */
    uptr addr = rnd_one_in(&w.r, 4) ? w.spot[rnd_below(&w.r, w.plan->spots)]
                                    : w.sync[rnd_below(&w.r, SYNCS)];

    switch (rnd_below(&w.r, 6)) {
    case 0:
    case 1:
    case 2:
        rt_tsan_acquire(g->t, addr);
        if (g->ignore == 0) {
            oracle_acquire(g, addr);
        }
        break;
    case 3:
        rt_tsan_release(g->t, addr);
        if (g->ignore == 0) {
            oracle_release(g, addr);
        }
        break;
    case 4:
        rt_tsan_release_merge(g->t, addr);
        if (g->ignore == 0) {
            oracle_release_merge(g, addr);
        }
        break;
    default:
        rt_tsan_release_acquire(g->t, addr);
        if (g->ignore == 0) {
            oracle_release_acquire(g, addr);
        }
    }
}

static void remember(uptr addr, uptr size, int fresh)
{
    u32 site = !fresh ? SITE_UNSURE : rnd_one_in(&w.r, 3) ? 0 : stack_push(0, 7 + rnd_below(&w.r, 5));

    if (!fresh) {
        rt_tsan_free(addr, size);
    } else {
        if (!rt_off) {
            shadow_malloc(w.proc[w.current], addr, size, site);
        }
        size = ROUND_UP(addr + size, 8UL) - addr;
    }
    if (size >= LARGE) {
        size = ROUND_UP(size, 8UL);
        site = 0; /* the page has it */
    }
    oracle_forget(addr, size, site);
}

static void memory(void)
{
    uptr addr = w.spot[rnd_below(&w.r, w.plan->spots)];
    uptr size, end = region_end(addr);

    switch (rnd_below(&w.r, 8)) {
    case 0: /* the tiny allocator's pieces */
        addr += rnd_below(&w.r, 8);
        size = 1 + rnd_below(&w.r, 8 - (u32)(addr & 7));
        break;
    case 1:
        addr += rnd_below(&w.r, 8);
        size = 1 + rnd_below(&w.r, 15);
        break;
    case 2: /* a large object, which ends at a spot perhaps */
        size = addr - w.heap < HEAP ? addr - w.heap - (64 << 10) + rnd_below(&w.r, 9) : 0;
        if (size < LARGE || size >= HEAP) {
            size = (64 << 10) + rnd_below(&w.r, 20000);
        }
        addr = w.heap + (64 << 10);
        end = region_end(addr);
        break;
    case 3:
        addr &= ~63UL;
        size = 1 + rnd_below(&w.r, 20000);
        break;
    default: addr &= ~63UL; size = 1 + rnd_below(&w.r, 200);
    }
    size = addr + size > end ? end - addr : size;
    remember(addr, size, rnd_one_in(&w.r, 2));
}

static void frame(void)
{
    struct gor *g = some_gor();
    uptr pc = some_pc();

    if (g->depth < LENGTH(g->node) - 2 && rnd_one_in(&w.r, 2)) {
        push(g, pc);
        rt_func_enter(g->t, pc);
    } else if (g->depth > 0) {
        g->depth--;
        rt_func_exit(g->t);
    }
}

static void everything(void)
{
    struct gor *g = some_gor();

    rt_tsan_finalizer_goroutine(g->t);
    oracle_everything(g, w.live, w.live_count);
}

static void ignore(void)
{
    struct gor *g = some_gor();

    if (g->ignore < 3 && rnd_one_in(&w.r, 2)) {
        rt_tsan_go_ignore_sync_begin(g->t);
        g->ignore++;
    } else if (g->ignore > 0) {
        rt_tsan_go_ignore_sync_end(g->t);
        g->ignore--;
    }
}

/* Ps come and go. */
static void procs(void)
{
    if (w.procs < PROCS && rnd_one_in(&w.r, 2)) {
        rt_tsan_proc_create(&w.proc[w.procs]);
        w.procs++;
    } else if (w.procs > 1) {
        rt_tsan_proc_destroy(w.proc[--w.procs]);
    }
    w.current = rnd_below(&w.r, w.procs);
    rt_hold(NULL);
}

/* Many goroutines come, some do a little, all go. */
static void burst(void)
{
    u32 n = rnd_one_in(&w.r, 6) ? rnd_below(&w.r, 1200) : rnd_below(&w.r, 50);

    for (u32 i = 0; i < n && w.live_count < w.plan->live; i++) {
        u32 was = w.live_count;

        start_gor();
        if (rnd_one_in(&w.r, n > 50 ? 40 : 2)) {
            plain(w.live[was], w.spot[rnd_below(&w.r, w.plan->spots)], 8, rnd_one_in(&w.r, 4));
            if (rnd_one_in(&w.r, 2)) {
                uptr addr = w.sync[rnd_below(&w.r, SYNCS)];

                rt_tsan_release_merge(w.live[was]->t, addr);
                oracle_release_merge(w.live[was], addr);
            }
        }
        end_gor(was);
    }
}

static void overflow(void)
{
    struct gor *g = some_gor();

    if (g->t && thr_epoch(g->t) < rt_epoch_last() - 8) {
        rt_set_epoch(g->t, rt_epoch_last() - rnd_below(&w.r, 4));
    }
}

/* ---- a schedule ---- */

static void step(void)
{
    const struct plan *p = w.plan;
    const struct {
        u32 chance;
        void (*run)(void);
    } kinds[] = {
        {p->range, range}, {p->loop, loop}, {p->again, again}, {p->over, over}, {p->atomic, atomic}, {p->lock, lock}, {p->sync, synchronise}, {p->memory, memory},
        {p->frame, frame}, {p->everything, everything}, {p->ignore, ignore},    {p->proc, procs},
        {p->burst, burst}, {p->overflow, overflow},     {p->sample, sample},
    };
    u32 dice = rnd_below(&w.r, 1000);

    w.current = rnd_below(&w.r, w.procs);
    rt_hold(rnd_one_in(&w.r, 3) ? NULL : w.proc[w.current]);
    if (dice < p->life) {
        if (w.live_count > 1 && rnd_below(&w.r, w.plan->live) < w.live_count) {
            end_gor(1 + rnd_below(&w.r, w.live_count - 1));
        } else {
            start_gor();
        }
        return;
    }
    dice -= p->life;
    for (u32 i = 0; i < LENGTH(kinds); i++) {
        if (dice < kinds[i].chance) {
            kinds[i].run();
            return;
        }
        dice -= kinds[i].chance;
    }
    scalar();
}

static void set_up(const struct plan *plan, u64 seed)
{
    struct gor *first;
    struct thr *t;

    w.plan = plan;
    w.r.state = seed;
    w.heap = HEAP_LO + (1 << 20);
    w.heap_is_real =
        mmap((void *)w.heap, HEAP, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == (void *)w.heap;
    oracle_init(plan->mode);
    rt_on_race = oracle_on_race;
    rt_on_known = oracle_on_known;
    flags.all_pairs = plan->mode.all;
    flags.sample = plan->sample != 0 ? SAMPLE_ALL / 2 : SAMPLE_ALL;
    rt_tsan_init(&t, &w.proc[0], callback);
    words_wide = rnd_one_in(&w.r, 3) ? 0 : words_wide;
    sample_until = ~0UL; /* nobody looks at the clock */
    w.procs = 1;
    w.code = code_map();
    rt_tsan_map_shadow((uptr)globals, sizeof globals);
    rt_tsan_map_shadow(w.heap, HEAP);
    spans[0] = (struct rt_span){w.heap, HEAP};
    spans[1] = (struct rt_span){(uptr)globals, sizeof globals};

    /* Words around ends of lines and pages, a cluster of globals, some of the large object. */
    for (u32 i = 0; i < SPOTS; i++) {
        uptr word = (uptr)rnd_below(&w.r, 8) * 8;

        switch (rnd_below(&w.r, 5)) {
        case 0: w.spot[i] = w.heap + 8192 - 32 + word; break;
        case 1: w.spot[i] = w.heap + 512 - 32 + word; break;
        case 2: w.spot[i] = (uptr)globals + 4096 - 32 + word; break;
        case 3: w.spot[i] = w.heap + (64 << 10) + rnd_below(&w.r, 18) * 8192UL + word; break;
        default: w.spot[i] = (uptr)globals + 64 + word; break;
        }
    }
    for (u32 i = 0; i < SYNCS; i++) {
        w.sync[i] = (rnd_one_in(&w.r, 3) ? (uptr)globals : w.heap) + rnd_below(&w.r, 40) * 24;
    }
    first = calloc(1, sizeof *first);
    oracle_start(first, NULL);
    first->t = t;
    w.live[w.live_count++] = first;
    for (u32 i = 0; i < plan->burn; i++) {
        struct thr *gone;

        rt_tsan_go_start(t, &gone, 1);
        rt_tsan_go_end(gone);
    }
    if (plan->burn != 0) {
        /* they have ended epochs of the first one */
        first->stretch++;
    }
}

static void tear_down(u64 blocks)
{
    struct rt_census c;

    while (w.live_count > 0) {
        end_gor(rnd_below(&w.r, w.live_count));
    }
    rt_tsan_free(w.heap, HEAP);
    for (uptr at = 0; at < GLOBALS; at += 4096) {
        rt_tsan_free((uptr)globals + at, 4096);
    }
    check_everything(&c);
    /* What is left belongs to the procs' memos. */
    w.current = PROCS;
    rt_hold(NULL);
    w.proc[PROCS] = rt_spare_proc();
    while (w.procs > 0) {
        rt_tsan_proc_destroy(w.proc[--w.procs]);
    }
    check_everything(&c);
    if (c.cells != 0 || c.nodes != 0 || c.syncs != 0 || c.thrs != 0 || c.records != 0 ||
        c.blocks != blocks) {
        rt_broken("left at the end: %u cells, %u clock nodes, %u synchronisation objects, "
                  "%u goroutines, %u records, %ld bytes",
                  c.cells, c.nodes, c.syncs, c.thrs, c.records, (long)(c.blocks - blocks));
    }
    oracle_init((struct oracle_mode){0});
}

static void schedule(const struct plan *plan, u64 seed)
{
    struct rt_census c;
    u64 blocks;

    set_up(plan, seed);
    /* What is there for good: the spare proc. */
    check_everything(&c);
    blocks = c.blocks / 2;
    if (plan->burn == 0 && c.blocks != 2 * blocks) {
        rt_broken("two procs are not twice one");
    }
    for (u32 s = 0; s < plan->steps; s++) {
        step();
        if (s % 256 == 255) {
            check_everything(&c);
        }
    }
    tear_down(blocks);
    printf("# %s %lu: %lu accesses, %lu synchronisations, %lu races on a byte, %lu reports, %lu "
           "represented\n",
           plan->name, seed, oracle_counts.accesses, oracle_counts.synchronised,
           oracle_counts.races, oracle_counts.reports, oracle_counts.represented);
}

static const struct plan plans[] = {
    {"few", 40, 2500, 4, 4, .mode.thorough = 1, .sync = 250, .life = 30, .frame = 60, .range = 50,
     .atomic = 60, .memory = 20, .ignore = 6, .proc = 10, .everything = 2},
    {"programs", 500, 150, 6, 3, .mode.thorough = 1, .sync = 450, .life = 80, .atomic = 60,
     .memory = 10, .everything = 4, .overflow = 4},
    {"some", 20, 3000, 12, 16, .mode.thorough = 1, .sync = 300, .life = 60, .frame = 60,
     .range = 120, .atomic = 120, .memory = 40, .ignore = 6, .proc = 10, .everything = 4,
     .burst = 4},
    {"stacks", 30, 4000, 10, 8, .mode.dedupe = 1, .mode.thorough = 1, .sync = 250, .life = 60,
     .frame = 100, .range = 150, .atomic = 60, .memory = 30, .proc = 10, .everything = 3},
    {"one word", 60, 1500, 3, 1, .mode.thorough = 1, .sync = 150, .life = 8, .frame = 10},
    {"loops", 40, 1500, 4, 6, .mode.thorough = 1, .sync = 250, .life = 20, .frame = 40, .range = 20, .loop = 300,
     .atomic = 30, .memory = 10},
    {"loops of few stacks", 40, 1500, 4, 6, .mode.dedupe = 1, .mode.thorough = 1, .sync = 250, .life = 20, .frame = 40,
     .range = 20, .loop = 300, .atomic = 30, .memory = 10, .proc = 10},
    {"again and again", 150, 400, 3, 12, .mode.thorough = 1, .sync = 150, .life = 10, .frame = 4, .again = 600, .atomic = 10,
     .memory = 4},
    {"again, in runs", 150, 400, 3, 6, .mode.thorough = 1, .sync = 200, .life = 10, .frame = 4, .again = 400, .run = 3, .atomic = 150,
     .memory = 4},
    {"again, over words", 100, 400, 3, 4, .mode.thorough = 1, .sync = 200, .life = 10, .frame = 4, .over = 300, .again = 100, .run = 3,
     .memory = 4},
    {"again, few stacks", 100, 400, 3, 8, .mode.dedupe = 1, .mode.thorough = 1, .sync = 150, .life = 10, .frame = 4, .again = 600,
     .atomic = 10, .memory = 4},
    {"ordered", 20, 6000, 6, 30, .sync = 600, .life = 20, .range = 60, .atomic = 60, .memory = 10},
    {"readers", 10, 3000, 120, 2, .mode.thorough = 1, .sync = 150, .life = 200, .range = 20,
     .atomic = 20, .memory = 4, .everything = 3},
    {"all pairs", 15, 2500, 6, 6, .mode.all = 1, .sync = 250, .life = 30, .frame = 60, .range = 60,
     .atomic = 60, .memory = 20, .everything = 2},
    {"all pairs of few stacks", 15, 2500, 12, 6, .mode = {.all = 1, .dedupe = 1}, .sync = 250,
     .life = 60, .frame = 60, .range = 100, .atomic = 60, .memory = 20, .everything = 2},
    {"crowd", 4, 2500, 400, 1, .mode.dedupe = 1, .sync = 60, .life = 500, .atomic = 10},
    {"crowd, all stacks", 4, 1500, 400, 1, .sync = 60, .life = 500, .atomic = 10},
    {"atomics", 20, 4000, 8, 4, .mode.thorough = 1, .sync = 50, .life = 20, .atomic = 700,
     .memory = 10},
    {"locks", 400, 500, 4, 4, .mode.thorough = 1, .sync = 60, .life = 10, .frame = 20, .lock = 350, .again = 60, .run = 3, .atomic = 60,
     .memory = 10},
    {"overflow", 20, 3000, 8, 8, .mode.thorough = 1, .sync = 350, .life = 60, .atomic = 100,
     .range = 60, .overflow = 60, .everything = 5, .memory = 10},
    {"memory", 20, 3000, 6, 20, .sync = 200, .life = 30, .atomic = 60, .range = 150, .memory = 250,
     .proc = 10},
    {"ranges", 20, 2500, 4, 24, .mode.thorough = 1, .sync = 150, .life = 20, .range = 550,
     .memory = 120, .proc = 10},
    {"bursts", 8, 1500, 60, 8, .sync = 250, .life = 100, .range = 40, .atomic = 40, .burst = 60,
     .everything = 20, .memory = 10, .proc = 5},
    {"sampled, few", 60, 2500, 4, 4, .mode.thorough = 1, .sync = 250, .life = 30, .frame = 60,
     .range = 50, .atomic = 60, .memory = 20, .proc = 10, .everything = 2, .sample = 30},
    {"sampled, some", 30, 3000, 12, 16, .mode.thorough = 1, .sync = 300, .life = 60, .frame = 60,
     .range = 120, .atomic = 120, .memory = 40, .ignore = 6, .proc = 10, .everything = 4,
     .burst = 4, .sample = 60},
    {"sampled, readers", 20, 3000, 120, 2, .mode.thorough = 1, .sync = 250, .life = 200, .range = 20,
     .atomic = 20, .memory = 4, .everything = 10, .sample = 30},
    {"sampled, stacks", 30, 4000, 10, 8, .mode.dedupe = 1, .mode.thorough = 1, .sync = 250, .life = 60,
     .frame = 100, .range = 150, .atomic = 60, .memory = 30, .proc = 10, .everything = 3, .sample = 30},
    {"second level", 3, 2000, 20, 8, .burn = 1000, .sync = 300, .life = 100, .range = 40,
     .atomic = 40, .burst = 30, .everything = 10},
    {"third level", 2, 2000, 20, 8, .burn = 32700, .sync = 300, .life = 100, .range = 40,
     .atomic = 40, .burst = 30, .everything = 10, .overflow = 5},
};

/* The runtime begins once in a process: f(p, seed) has one of its own, for so many seconds.  Its status. */
static int in_child(void (*f)(const struct plan *, u64), const struct plan *p, u64 seed, unsigned seconds)
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL); /* cmocka catches these; in here they must kill */
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        alarm(seconds);
        f(p, seed);
        exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void run_plan(const struct plan *p)
{
    const char *only = getenv("GOMM_TEST_SEED"), *name = getenv("GOMM_TEST_PLAN");
    u32 failed = 0;

    for (u64 seed = 1; seed <= rnd_rounds(p->seeds); seed++) {
        if ((only && strtoul(only, NULL, 10) != seed) || (name && strcmp(name, p->name) != 0)) {
            continue;
        }

        int status = in_child(schedule, p, seed, 200);

        if (status != 0) {
            print_error("schedule \"%s\", seed %lu: status %#x\n", p->name, seed, (unsigned)status);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

/* ---- what is not accessed whole ---- */

/* Ranges whose words are all accessed but one. */
static void ranges_but_one(const struct plan *plan, u64 seed)
{
    enum { WORDS = 70 };
    struct gor *g;

    set_up(plan, seed);
    g = w.live[0];
    rt_func_enter(g->t, w.code + 8);
    for (u32 k = 0; k < 4 * WORDS; k++) {
        uptr addr = w.heap + 4096 + 8 * (k % 5), one = addr + 8 * (k % WORDS), size = 8 * WORDS;
        const u64 *word = &shadow_ranges[0].words[(one - shadow_ranges[0].lo) >> 3];
        u8 kind = k & 1;

        words_wide = words_wide && k < 2 * WORDS;
        rt_tsan_free(addr, size);
        rt_write_range(g->t, addr, size, w.code + 16);
        rt_tsan_free(one, 8);
        must(*word == 0, "nothing is remembered");
        if (!hook(g->t, addr, size, kind, w.code + 24)) {
            (kind == ACCESS_WRITE ? rt_write_range : rt_read_range)(g->t, addr, size, w.code + 24);
        }
        must(*word != 0, "the access is remembered");
    }
    end_gor(0);
}

/* Two words of one read, the second one of which was written in part since. */
static void pairs_but_bytes(const struct plan *plan, u64 seed)
{
    struct gor *g;

    set_up(plan, seed);
    g = w.live[0];
    rt_func_enter(g->t, w.code + 8);
    for (u32 k = 0; k < 200; k++) {
        uptr addr = w.heap + 4096 + 24 * (k % 7), pc = w.code + 16 + (32UL << 20);
        const u64 *second = &shadow_ranges[0].words[(addr + 8 - shadow_ranges[0].lo) >> 3];

        rt_tsan_free(addr, 16);
        for (u32 i = 0; i < 3; i++) {
            if (!hook(g->t, addr, 16, ACCESS_READ, pc)) {
                rt_read_range(g->t, addr, 16, pc);
            }
            must(word_bytes(*second, ACCESS_READ) == FULL, "the read is remembered");
            rt_write_range(g->t, addr + 8, 1 + k % 7, w.code + 24);
            rt_tsan_release(g->t, w.heap);
        }
    }
    end_gor(0);
}

/* Records of freed memory, plain and joined, come to stand for other accesses, those of memory that is in use do not. */
static void records_swept(const struct plan *plan, u64 seed)
{
    enum { KEPT = 64, FREED = 256 };
    struct gor *g;
    struct record was[KEPT];
    const u64 *kept;

    set_up(plan, seed);
    g = w.live[0];
    rt_func_enter(g->t, w.code + 8);
    kept = &shadow_ranges[0].words[(w.heap + 4096 - shadow_ranges[0].lo) >> 3];
    for (u32 i = 0; i < KEPT; i++) {
        rt_write_range(g->t, w.heap + 4096 + 8 * i, 8, w.code + 16 + 4 * i);
        was[i] = *record_at(word_record(kept[i], 1));
        rt_tsan_release(g->t, w.heap);
    }
    for (u32 k = 0; k < 100000; k++) {
        uptr addr = w.heap + 8192 + 8 * (k % FREED), pc = w.code + 1024 + (k % 5 << 22);

        rt_write_range(g->t, addr, 8, pc);
        if (k % 3 == 0) { /* two places in one word */
            rt_write_range(g->t, addr + 2, 3, pc + 8);
        }
        if (k % 7 == 0) {
            rt_tsan_release(g->t, w.heap);
        }
        if (k % FREED == FREED - 1) {
            rt_tsan_free(w.heap + 8192, 8 * FREED);
        }
    }
    must(records.next < 1 << 14 && record_places.next < 1 << 13, "records are used again");

    /* The first words share a record, and their page names nothing new for long; then one of them gets one, by the hook. */
    for (u32 i = 0; i < 100; i++) {
        uptr addr = w.heap + 16384 + 8 * (i % 8), pc = w.code + 32 + (32UL << 20);
        const u64 *word = &shadow_ranges[0].words[(addr - shadow_ranges[0].lo) >> 3];

        rt_write_range(g->t, w.heap + 16384, 256, w.code + 2048);
        rt_tsan_release(g->t, w.heap);
        for (u32 k = 0; k < 3000; k++) {
            if (k == 1500 && !hook(g->t, addr, 8, ACCESS_WRITE, pc)) {
                rt_write_range(g->t, addr, 8, pc);
            }
            rt_write_range(g->t, w.heap + 8192 + 8 * (k % 16), 8, w.code + 1024 + (k << 20));
            rt_tsan_release(g->t, w.heap);
            rt_tsan_free(w.heap + 8192, 128);
        }

        const struct record *r = record_at(word_record(*word, 1));

        must(record_spot(r) >> 32 == (u32)(pc - (uptr)&record_anchor), "what the hook named stays");
        rt_tsan_free(w.heap + 16384, 256);
    }
    for (u32 i = 0; i < KEPT; i++) {
        const struct record *r = record_at(word_record(kept[i], 1));

        must(r->key == was[i].key && record_spot(r) == record_spot(&was[i]), "a record that is named stays");
    }
    end_gor(0);
}

/* Writes that take enough records for some sweeps, in one epoch or many. */
static void churn(struct gor *g, int epochs)
{
    for (u32 k = 0; k < 4000; k++) {
        rt_write_range(g->t, w.heap + 8192 + 8 * (k % 16), 8, w.code + 1024 + 4 * (k % 2000));
        if (k % 64 == 63) {
            rt_tsan_free(w.heap + 8192, 128);
        }
        if (epochs) {
            rt_tsan_release(g->t, w.heap);
        }
    }
}

/* An instruction goes over words, in one epoch after the other.  What all but the first two are is looked up (proc.repeat): it stays when these name
 * it no more, and is forgotten when there was a sweep. */
static void repeats(const struct plan *plan, u64 seed)
{
    enum { LINE = 8, WORDS = 4 * LINE };
    struct gor *g;
    const u64 *word;
    uptr first;

    set_up(plan, seed);
    g = w.live[0];
    rt_func_enter(g->t, w.code + 8);
    first = w.heap + 16384;
    word = &shadow_ranges[0].words[(first - shadow_ranges[0].lo) >> 3];
    for (u32 k = 0; k < 48; k++) {
        u32 size = k % 3 == 0 ? 4 : k % 3 == 1 ? 8 : 16, step = size == 16 ? 2 : 1;
        u8 kind = k / 3 % 2;
        uptr pc = w.code + 16 + ((2UL * size + kind) << 20);
        void (*access)(struct thr *, uptr, uptr, uptr) = kind == ACCESS_WRITE ? rt_write_range : rt_read_range;

        for (u32 i = 0; i < WORDS; i += step) {
            access(g->t, first + 8 * i, size, pc);
        }
        churn(g, 1);
        for (u32 i = 0; i < WORDS; i += step) {
            u64 key = g->t->key;
            const struct record *r;

            if (i == 2 * LINE) {
                rt_tsan_free(first, 8 * LINE);
                churn(g, 1);
                r = record_at(word_record(word[LINE], kind));
                must(word_bytes(word[LINE], kind) == (size == 4 ? 0xf : FULL) && record_spot(r) >> 32 == (u32)(pc - (uptr)&record_anchor) &&
                         r->key < g->t->key,
                     "what was looked up is named");
                key = g->t->key;
            } else if (i == 3 * LINE) {
                rt_tsan_free(first, 8 * i);
                churn(g, 0);
            }
            if (!hook(g->t, first + 8 * i, size, kind, pc)) {
                access(g->t, first + 8 * i, size, pc);
            }
            r = record_at(word_record(word[i], kind));
            must(r->key == key && record_spot(r) >> 32 == (u32)(pc - (uptr)&record_anchor), "the access is remembered");
        }
        rt_tsan_free(first, 8 * WORDS);
    }
    end_gor(0);
}

/* Records that stayed through many sweeps are found too when their words name them no more: while all words are looked at, step by step, others that are
 * as old stay, and what words that were looked at already come to name. */
static void records_old(const struct plan *plan, u64 seed)
{
    enum { WORDS = 8192, ROUNDS = 24, KEPT = 97 }; /* of so many words one is kept */
    struct gor *g;
    const u64 *word;
    static struct record was[WORDS];

    set_up(plan, seed);
    g = w.live[0];
    rt_func_enter(g->t, w.code + 8);
    word = &shadow_ranges[0].words[(w.heap + 4096 - shadow_ranges[0].lo) >> 3];
    for (u32 round = 0; round < ROUNDS; round++) {
        for (u32 k = 0; k < WORDS; k++) {
            u32 i = round % 2 ? WORDS - 1 - k : k;

            if (i % KEPT == 0 && round % 8 != 0) {
                const struct record *r = record_at(word_record(word[i], 1));

                must(word_bytes(word[i], 1) == FULL && r->key == was[i].key && record_spot(r) == record_spot(&was[i]), "an old record that is named stays");
                continue;
            }
            rt_write_range(g->t, w.heap + 4096 + 8 * i, 8, w.code + 16 + 4 * (k % 1000));
            was[i] = *record_at(word_record(word[i], 1));
            if (k % 100 == 0) {
                rt_tsan_release(g->t, w.heap);
            }
        }
        for (u32 i = 0; i < WORDS; i++) {
            const struct record *r = record_at(word_record(word[i], 1));

            must(r->key == was[i].key && record_spot(r) == record_spot(&was[i]), "what a word names stays");
            if (i % KEPT != 0) {
                rt_tsan_free(w.heap + 4096 + 8 * i, 8);
            }
        }
    }
    must(records.next < 5 * WORDS, "old records are used again");
    end_gor(0);
}

/* Pages that a large object has left: what is accessed there first must be found when the next one is freed. */
static void pages_anew(const struct plan *plan, u64 seed)
{
    uptr first, size = 64 << 10;
    struct gor *g;

    set_up(plan, seed);
    g = w.live[0];
    rt_func_enter(g->t, w.code + 8);
    first = (w.heap + (1UL << PAGE_LOG) - 1) >> PAGE_LOG << PAGE_LOG;
    for (u32 k = 0; k < 2000; k++) {
        uptr addr = first + 8 * (k * 37 % (size / 8 - 3)), pc = w.code + 16 + (k % 3 << 22);
        uptr n = k % 3 == 2 ? 16 : 8; /* a word, or the words of a string */
        const u64 *word = &shadow_ranges[0].words[(addr - shadow_ranges[0].lo) >> 3];
        u8 kind = k & 1;

        if (!hook(g->t, addr, n, kind, pc)) {
            (kind == ACCESS_WRITE ? rt_write_range : rt_read_range)(g->t, addr, n, pc);
        }
        must(*word != 0, "the access is remembered");
        rt_tsan_release(g->t, w.heap);
        rt_tsan_free(first, size);
        must(*word == 0, "nothing is remembered");
    }
    end_gor(0);
}

/* Frames whose stacks nobody asked for yet, below callers that are in each other's way in the P's table (proc_call_slot). */
static void callers(const struct plan *plan, u64 seed)
{
    enum { APART = 1 << (CALLS_LOG - 3) };
    u32 caller[2], known = 0;
    struct thr *t;

    set_up(plan, seed);
    t = w.live[0]->t;
    caller[0] = caller[1] = stack_push(0, w.code);
    for (uptr i = 1; caller[1] != caller[0] + APART && i < 4 * APART; i++) {
        caller[1] = stack_push(0, w.code + i);
    }
    must(caller[1] == caller[0] + APART, "stacks are numbered one after the other");
    rt_func_enter(t, w.code + 8);
    rt_func_enter(t, w.code + 16);
    for (u32 k = 0; k < 1000; k++) {
        uptr pc = w.code + 32 + 8 * (k / 2 % 50);
        u32 of = caller[k & 1], is = stack_push(of, pc);

        if (k < 100) {
            proc_call(w.proc[w.current], of, pc);
        }
        t->top[-2].stack = of;
        t->top[-1].pc = pc;
        t->top[-1].stack = 0;
        known += (u32)hook(t, w.heap + 8 * (k % 7), 8, k / 7 & 1, w.code + 24);
        must(t->top[-1].stack == 0 || t->top[-1].stack == is, "the stack is that of the frame below with this call");
        rt_tsan_release(t, w.heap);
    }
    must(known == 0 || known > 500, "the hook knows them");
    end_gor(0);
}

static void test_parts(void **state)
{
    static void (*const parts[])(const struct plan *, u64) = {ranges_but_one, pairs_but_bytes, pages_anew, records_swept, repeats, records_old, callers};

    (void)state;
    for (u32 i = 0; i < LENGTH(parts); i++) {
        assert_int_equal(in_child(parts[i], &plans[0], 1, 200), 0);
    }
}

/* ---- memory runs out ---- */

static u32 messages;

static void on_write(int fd, const void *buf, uptr n)
{
    if (fd != 2 || n < 20 || memcmp(buf, "gomm: out of memory ", 20) != 0) {
        rt_broken("unexpected output: %.*s", (int)n, (const char *)buf);
    }
    messages++;
}

/* The kernel refuses memory from some point on.  Said once; nothing crashes, atomics still work. */
static void exhausted(const struct plan *plan, u64 seed)
{
    set_up(plan, seed);
    rt_on_write = on_write;
    rt_memory_left = 2 + (long)seed % 24;
    if (seed % 4 == 0) { /* Ps cannot be had any more: Go goes on with none */
        struct proc *p;

        rt_memory_left = 0;
        for (u32 s = 0; s < plan->steps / 4; s++) {
            step();
        }
        rt_memory_left = 1;
        for (u32 i = 0; i < 100; i++) {
            rt_tsan_proc_create(&p);
        }
        must(p == NULL && rt_off, "a hundred more Ps without memory");
        for (u32 i = 0; i <= PROCS; i++) {
            w.proc[i] = NULL;
        }
    }
    for (u32 s = 0; s < plan->steps; s++) {
        step();
    }
    while (w.live_count > 0) {
        end_gor(rnd_below(&w.r, w.live_count));
    }
    while (w.procs > 1) {
        rt_tsan_proc_destroy(w.proc[--w.procs]);
    }
    if (messages != rt_off) {
        rt_broken("said %u times that memory ran out (%u)", messages, rt_off);
    }
    fflush(NULL);
    _exit(rt_off ? 0 : 3); /* no look for leaks: what the runtime lost is lost */
}

static const struct plan scarce = {"exhausted",
                                   60,
                                   2500,
                                   30,
                                   24,
                                   .sync = 250,
                                   .life = 100,
                                   .frame = 150,
                                   .range = 100,
                                   .atomic = 100,
                                   .memory = 60,
                                   .proc = 30,
                                   .everything = 10,
                                   .burst = 20};

static void test_exhausted(void **state)
{
    const char *name = getenv("GOMM_TEST_PLAN");
    u32 off = 0;

    (void)state;
    if (name && strcmp(name, scarce.name) != 0) {
        return;
    }
    for (u64 seed = 1; seed <= rnd_rounds(scarce.seeds); seed++) {
        int status = in_child(exhausted, &scarce, seed, 100);

        if (status != 0 && status != 3 << 8) {
            fail_msg("seed %lu: status %#x", seed, (unsigned)status);
        }
        off += status == 0;
    }
    assert_true(off > rnd_rounds(scarce.seeds) / 2);
}

static void test_plan(void **state)
{
    run_plan(*state);
}

int main(void)
{
    struct CMUnitTest tests[LENGTH(plans) + 2];

    for (u32 i = 0; i < LENGTH(plans); i++) {
        tests[i] =
            (struct CMUnitTest){plans[i].name, test_plan, NULL, NULL, (void *)(uptr)&plans[i]};
    }
    tests[LENGTH(plans)] = (struct CMUnitTest)cmocka_unit_test(test_parts);
    tests[LENGTH(plans) + 1] = (struct CMUnitTest)cmocka_unit_test(test_exhausted);
    return _cmocka_run_group_tests("rt_exact", tests, LENGTH(tests), NULL, NULL);
}
