/* abi.c: the entry points that Go calls.  Their names and arguments are the stock runtime's
 * (llvm tsan/go/tsan_go.cpp; GOROOT/src/runtime/race.go and race_amd64.s are the other side).
 */
#include <gomm/fast.h>
#include <stddef.h>

#include "alone.h"
#include "clock.h"
#include "code.h"
#include "current.h"
#include "edge.h"
#include "elf.h"
#include "flags.h"
#include "line.h"
#include "line_report.h"
#include "line_tally.h"
#include "meet.h"
#include "only.h"
#include "record.h"
#include "report.h"
#include "sample.h"
#include "shadow.h"
#include "size.h"
#include "stack.h"
#include "sync.h"
#include "thread.h"
#include "walk.h"

EXPORT void exit(int status) __attribute__((weak));

u8 *widths;

/* Set by fast_amd64.S: hooks come there first, so what they are called for is not fast. */
extern u32 fast_patched;

/* What Go's assembly and fast_amd64.S know. */
_Static_assert(offsetof(struct thr, key) == GOMM_FAST_KEY &&
                   offsetof(struct thr, top) == GOMM_FAST_TOP &&
                   offsetof(struct thr, end) == GOMM_FAST_END &&
                   offsetof(struct thr, base) == GOMM_FAST_BASE,
               "gomm/fast.h");
_Static_assert(sizeof(struct frame) == GOMM_FAST_FRAME &&
                   offsetof(struct frame, pc) == GOMM_FAST_FRAME_PC &&
                   offsetof(struct frame, stack) == GOMM_FAST_FRAME_STACK &&
                   offsetof(struct frame, depth) == GOMM_FAST_FRAME_DEPTH,
               "gomm/fast.h");
_Static_assert(offsetof(struct fast_range, lo) == GOMM_FAST_LO &&
                   offsetof(struct fast_range, size) == GOMM_FAST_SIZE &&
                   offsetof(struct fast_range, words) == GOMM_FAST_WORDS &&
                   sizeof(struct fast_range) == GOMM_FAST_RANGE && FAST_ALWAYS == 0,
               "gomm/fast.h");
_Static_assert(sizeof(struct record) == 1 << GOMM_FAST_RECORD_LOG &&
                   offsetof(struct record, key) == 0 && RECORD_BITS == 24,
               "gomm/fast.h");

/* What fast_amd64.S knows besides. */
_Static_assert(offsetof(struct thr, ticks) == 32 && SAMPLE_TICKS == 1024 && SAMPLE_STRIPES == 64 &&
                   sizeof(struct sample_given) == 64,
               "THR_TICKS");
_Static_assert(offsetof(struct cell, fast_bytes) == 4 && offsetof(struct cell, entry[0].kinds) == 35 &&
                   offsetof(struct cell, fast) == 8,
               "CELL_*");
_Static_assert(offsetof(struct cell, refs) == 0 && offsetof(struct cell, version) == 6 && offsetof(struct cell, entry) == 16 &&
                   sizeof(struct entry) == 20 && offsetof(struct entry, epoch) == 4 && offsetof(struct entry, stack) == 8 &&
                   offsetof(struct entry, pc) == 12 && offsetof(struct entry, mask) == 16 && CELL_BIG == 0x40000000u &&
                   WORD_LOCK == 0x80000000u,
               "CELL_*, ENTRY_*");
_Static_assert(WIDTHS_REACH == 1UL << 29, "WIDTHS_REACH");
_Static_assert(offsetof(struct proc, id) == 0 && offsetof(struct proc, inside) == 4 && offsetof(struct proc, calls) == 8 &&
                   offsetof(struct proc, knower) == 20 && offsetof(struct proc, known) == 24 &&
                   offsetof(struct proc, call) == 30784 && offsetof(struct proc, recent) == 2096 && sizeof(struct recent) == 8 &&
                   offsetof(struct recent, tag) == 4 && RECENT_LOG == 10 && sizeof((struct proc *)0)->call[0] == 16 &&
                   offsetof(struct proc, call[0].parent) - offsetof(struct proc, call) == 8 &&
                   offsetof(struct proc, call[0].stack) - offsetof(struct proc, call) == 12 && CALLS_LOG == 14,
               "PROC_*, CALL_*");
_Static_assert(offsetof(struct proc, repeat) == 292928 && sizeof(struct repeat) == 32 && REPEATS == 256 && offsetof(struct repeat, to) == 8 &&
                   offsetof(struct repeat, way) == 16 && offsetof(struct repeat, key) == 24,
               "REPEAT_*");
_Static_assert(offsetof(struct thr, dirty) == 40 && THR_ACCESS == 1, "THR_DIRTY");
_Static_assert(offsetof(struct record, spot) == 8 && RECORD_NAMED == 1u << 27 && RECORD_NAMES == 7u << 27 && RECORD_WRITE == 1u << 30 &&
                   JOINED_PC == 1u << 31 && RECORD_JOINED == 1 << 23 && RECORD_OLDER == 0xff,
               "RECORD_*");
_Static_assert(NAMING_LINE_LOG == 6 && NAMING_LOG == 26, "NAMING_*");
_Static_assert(offsetof(struct proc, records) == 1064 && offsetof(struct cache, count) == 0 && offsetof(struct cache, index) == 4 &&
                   CACHE_MAX == 128 && CACHE_AHEAD == 3,
               "PROC_RECORDS");
_Static_assert(offsetof(struct proc, joined) == 1580, "PROC_JOINED");
_Static_assert(ALONE_CALLS == (__STDC_HOSTED__ ? 16 : 1024), "ALONE_CALLS");
_Static_assert(sizeof(struct range) == 64 && offsetof(struct range, words) == 16 && offsetof(struct range, pages) == 48 &&
                   HEAP_HI - HEAP_LO == 1UL << 37 && PAGE_LOG == 13 && PAGE_TOUCHED == 1u << 31,
               "SHADOW_RANGE");
_Static_assert(sizeof(struct places) == 1 << 7 && offsetof(struct places, at) == 64, "PLACES_AT");
_Static_assert(offsetof(struct alone, proc) == 64 && offsetof(struct alone, held) == 72, "ALONE_*");
_Static_assert(offsetof(struct current_thunk, m) == 8 && offsetof(struct current_thunk, p) == 12 &&
                   offsetof(struct current_thunk, proc) == 16 && OLDP_BEHIND_P == 16,
               "AT_*");
_Static_assert(offsetof(struct go_g, stack_hi) == 8, "STACK_HI");
_Static_assert((int)LINE_OFF == 0 && (int)LINE_CHECK == 2, "LINE_*");
_Static_assert(FAST_NEVER == 1 && FAST_PAUSE == 2 && FAST_BURST == 3, "FAST_*");
_Static_assert((1 << ACCESS_WRITE | 1 << (ACCESS_WRITE | ACCESS_ATOMIC)) == 10, "KINDS_WRITE");
_Static_assert(offsetof(struct arena, base) == 0, "records, cells, syncs");
_Static_assert(offsetof(struct thr, clock) == 36 && offsetof(struct thr, since) == 42 && offsetof(struct thr, ignore_sync) == 44 &&
                   offsetof(struct thr, source) == 56 && offsetof(struct thr, source_epoch) == 60 && EPOCH_LAST == 0xf0000000u,
               "THR_*");
_Static_assert(sizeof(struct sync) == 32 && offsetof(struct sync, addr) == 0 && offsetof(struct sync, next) == 8 &&
                   offsetof(struct sync, clock) == 12 && offsetof(struct sync, pair) == 16 && offsetof(struct sync, epoch) == 20 &&
                   offsetof(struct sync, source) == 24 && offsetof(struct sync, source_epoch) == 28 && LINE_LOCK == 0x80000000u,
               "SYNC_*");
_Static_assert(offsetof(struct range, lo) == 0 && offsetof(struct range, size) == 8 && offsetof(struct range, lines) == 40, "RANGE_*");
_Static_assert(offsetof(struct flags, all_pairs) == 16 && offsetof(struct current_thunk, tls) == 0, "FLAGS_ALL_PAIRS");

/* ---- life of the process ---- */

static struct thr *start(struct proc *p, struct thr *parent, u32 created)
{
    struct thr *t = thr_start(p, parent, created);

    if (line_on() && t) {
        held_start(t);
        t->ignore_sync += (u32)line_only(); /* no clocks then */
    }
    return t;
}

EXPORT void __tsan_init(struct thr **thr, struct proc **proc, void (*callback)(uptr, void *));
EXPORT void __tsan_init(struct thr **thr, struct proc **proc, void (*callback)(uptr, void *))
{
    go_callback = callback;
    flags_init();
    sample_init();

    struct proc *p = NULL;
    struct thr *t = NULL;

    if (thr_init() == 0 && clock_init() == 0 && stack_init() == 0 && sync_init() == 0 &&
        shadow_init() == 0 && line_init() == 0) {
        widths = os_map(2 * WIDTHS_REACH / 4);
        struct proc *spare = widths ? proc_new() : NULL;

        current_init(callback, spare);
        p = spare ? proc_new() : NULL;
        t = p ? start(p, NULL, 0) : NULL;
    }
    if (!t) {
        static const char why[] =
            "gomm: the race detector needs about 260 GB of address space (not memory), which this "
            "process may not have; lift the limit (ulimit -v unlimited) and run again\n";

        os_write_all(2, why, sizeof why - 1);
        os_exit(flags.exitcode != 0 ? flags.exitcode : 1);
    }
    report_init();
    edge_init();
    *thr = t;
    *proc = p;
}

/* Goroutines of Go's runtime itself (garbage collector, finalizers) run no code of the user's that
   could still race. */
static void find_user(const struct thr *t, void *arg)
{
    u32 *found = arg;
    u32 g = thr_g(t), created = thr_created(g);

    if (*found || thr_name(g) <= 1 || created == 0) {
        return;
    }

    struct elf_symbol s = elf_find(stack_at(created)->pc - 1, ELF_FUNC);

    *found = !s.name || !str_has_prefix(s.name, "runtime.");
}

EXPORT void __tsan_fini(void);
EXPORT void __tsan_fini(void)
{
    u32 running = 0;

    if (line_on()) {
        line_report();
    }
    if (flags.atexit_sleep_ms != 0 && !line_only()) {
        thr_each(find_user, &running);
        if (running || flags.sleep_asked) {
            os_sleep_ms(flags.atexit_sleep_ms);
        }
    }

    int status = report_fini();

    /* libc's exit where there is one: C code of the program may have registered handlers. */
    if (exit) {
        exit(status);
    }
    os_exit(status);
}

EXPORT void __tsan_proc_create(struct proc **proc);
EXPORT void __tsan_proc_create(struct proc **proc)
{
    *proc = proc_new();
}

EXPORT void __tsan_proc_destroy(struct proc *p);
EXPORT void __tsan_proc_destroy(struct proc *p)
{
    if (p) {
        alone_held_end();
        proc_free(p);
    }
}

EXPORT void __tsan_map_shadow(uptr addr, uptr size);
EXPORT void __tsan_map_shadow(uptr addr, uptr size)
{
    shadow_map(addr, size);
}

EXPORT void __tsan_report_count(u64 *count);
EXPORT void __tsan_report_count(u64 *count)
{
    *count = report_count();
}

/* ---- goroutines ---- */

EXPORT void __tsan_go_start(struct thr *parent, struct thr **thr, uptr pc);
EXPORT void __tsan_go_start(struct thr *parent, struct thr **thr, uptr pc)
{
    struct proc *p = current_enter();
    u32 stack = stack_push(p && parent ? thr_stack(p, parent) : 0, pc);

    *thr = p ? start(p, parent, stack) : NULL;
    if (UNLIKELY(edge_on) && parent && *thr) {
        edge_go(p, parent, *thr, stack);
    }
    current_leave(p);
}

EXPORT void __tsan_go_end(struct thr *t);
EXPORT void __tsan_go_end(struct thr *t)
{
    struct proc *p = current_enter();

    if (t && p) {
        if (UNLIKELY(edge_on)) {
            edge_end(t);
        }
        thr_end(p, t);
    }
    current_leave(p);
}

EXPORT void __tsan_go_ignore_sync_begin(struct thr *t);
EXPORT void __tsan_go_ignore_sync_begin(struct thr *t)
{
    if (t) {
        t->ignore_sync++;
    }
}

EXPORT void __tsan_go_ignore_sync_end(struct thr *t);
EXPORT void __tsan_go_ignore_sync_end(struct thr *t)
{
    if (t) {
        t->ignore_sync--;
    }
}

EXPORT void __tsan_finalizer_goroutine(struct thr *t);
EXPORT void __tsan_finalizer_goroutine(struct thr *t)
{
    struct proc *p = current_enter();

    if (t && p && !rt_off && !line_only()) {
        thr_everything(p, t);
    }
    current_leave(p);
}

/* Where the function that returns to pc keeps its return address: the distance from the end of the
 * goroutine's stack.  The hook is called from the function itself or from a wrapper, either of
 * which may have a frame pointer or (Go 1.19) no frame at all, so the return address lies in one of
 * the first frames of the frame-pointer chain, right above a wrapper's frame, or above one or two
 * return addresses at SP.  0: not found. */
enum { SPOTS = 5 };

static void frame_spots(const struct go_g *g, uptr fp, uptr sp, uptr at[SPOTS])
{
    uptr end = g->stack_hi - 16;

    at[3] = sp + 16;
    at[4] = sp + 8;
    at[0] = at[1] = at[2] = at[4];
    if (fp - g->stack_lo < end - g->stack_lo && fp % 8 == 0) {
        uptr caller = *(const uptr *)fp;

        at[0] = fp + 8;
        at[2] = fp + 16;
        at[1] = caller - g->stack_lo < end - g->stack_lo && caller % 8 == 0 ? caller + 8 : at[2];
    }
}

static u32 frame_depth(const struct go_g *g, uptr fp, uptr sp, uptr pc)
{
    uptr at[SPOTS];

    frame_spots(g, fp, sp, at);
    for (u32 i = 0; i < SPOTS; i++) {
        if (at[i] - g->stack_lo < g->stack_hi - 8 - g->stack_lo && *(const uptr *)at[i] == pc) {
            return (u32)(g->stack_hi - at[i]);
        }
    }
    return 0;
}

void hook_func_enter(struct thr *t, uptr pc, const struct go_g *g, uptr fp, uptr sp);
void hook_func_enter(struct thr *t, uptr pc, const struct go_g *g, uptr fp, uptr sp)
{
    if (!t) {
        return;
    }
    if (UNLIKELY(t->top == t->end) && atomic_load_relaxed(&racectx_offset) == 0) {
        walk_find_racectx(t, g);
    }

    u32 depth = frame_depth(g, fp, sp, pc);

    /* Frames that lie where this one lies now are gone: a panic was recovered, and then a function
       returns without coming to its exit hook, as do all between it and the panic. */
    while (depth != 0 && t->top > t->base && UNLIKELY(t->top[-1].depth >= depth)) {
        t->top--;
    }

    int first = t->base == NULL;

    if (thr_push(t, pc, depth) && UNLIKELY(first && edge_on)) {
        edge_start(t, g);
    }
}

void hook_func_exit(struct thr *t, const struct go_g *g, uptr fp, uptr sp);
void hook_func_exit(struct thr *t, const struct go_g *g, uptr fp, uptr sp)
{
    if (!t || t->top == t->base) {
        return;
    }

    struct frame *f = t->top - 1;

    if (LIKELY(f->depth == 0 || f->depth == frame_depth(g, fp, sp, f->pc))) {
        t->top = f;
        return;
    }
    /* Above the frame that we stand in are frames that a panic left behind. */
    uptr at[SPOTS];
    u32 least = ~0u;

    frame_spots(g, fp, sp, at);
    for (u32 i = 0; i < SPOTS; i++) {
        least = g->stack_hi - at[i] < least ? (u32)(g->stack_hi - at[i]) : least;
    }
    /* Depths only fall on the way down to the outermost one. */
    for (struct frame *x = f; x-- > t->base && (x->depth == 0 || x->depth >= least);) {
        if (x->depth != 0 && x->depth == frame_depth(g, fp, sp, x->pc)) {
            t->top = x;
            return;
        }
    }
    t->top = f;
}

/* ---- memory accesses ---- */

/* With sampling, takes this much off what t may do before it looks at the clock.  Is the process outside of a burst? */
static int in_pause(struct thr *t, int ticks)
{
    if (!sample_on()) {
        return 0;
    }
    t->ticks -= ticks;
    if (t->ticks < 0) {
        sample_tick(t);
    }
    return sample_pause();
}

/* fast_amd64.S has counted what comes from there. */
static int range_ticks(uptr size)
{
    return fast_patched ? 0 : (int)(1 + (size >> 8 & 0xffffff));
}

/* With GOMM=share…, outside of pauses: observes what has not been on the goroutine's stack.  Then, is that all there is to
 * do?  Whoever holds no P makes no transfers that could be told; the first proc is that of these. */
static int observe(struct thr *t, uptr addr, uptr size, u8 kind, const struct line_place *at)
{
    struct proc *p = current_enter();

    if (p && p->id != 0 && !line_was_seen(p)) {
        line_access(p, t, addr, size, kind, at);
    }
    current_leave(p);
    if (atomic_load_relaxed(&line_unresolved)) {
        line_resolve();
    }
    return line_only();
}

/* Called from callpc, or if that is 0, in the function at the top of the shadow stack. */
static void meet(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, uptr callpc)
{
    if (!meet_quick(t, addr, size, kind)) {
        u32 stack = thr_stack(p, t);

        meet_access(p, t, addr, size, kind, pc, callpc != 0 ? proc_call(p, stack, callpc) : stack);
    }
}

static void access(struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, int pause)
{
    struct proc *p = current_enter();

    if (pause) {
        meet(p, t, addr, size, kind, pc, 0);
    } else {
        shadow_access(p, t, addr, size, kind, pc);
    }
    current_leave(p);
}

/* The width of the scalar access at pc. */
static u32 width(uptr pc, uptr addr, uptr sp, int write)
{
    static u64 far[1024]; /* pc << 8 | width, of what has no place in widths */
    u8 *near = width_at(pc);
    u64 *slot = &far[pc * 0x9e3779b97f4a7c15UL >> 54], known = atomic_load_relaxed(slot);
    u32 size = near ? atomic_load_relaxed(near) : known >> 8 == pc ? (u8)known : 0;

    if (LIKELY(size != 0)) {
        return size;
    }
    size = rt_access_size(pc, addr, sp, write);
    size = size != 0 ? size : 1;
    if (near) {
        atomic_store_relaxed(near, (u8)size);
    } else {
        atomic_store_relaxed(slot, pc << 8 | size);
    }
    return size;
}

/* Takes frames off that lie below SP: after a recovered panic the function that recovers may return
 * without its exit hook, and an access can follow before the next function is entered. */
static void trim(struct thr *t, const struct go_g *g, uptr sp)
{
    while (t->top > t->base && UNLIKELY(t->top[-1].depth > g->stack_hi - sp)) {
        t->top--;
    }
}

static void scalar(struct thr *t, uptr addr, uptr pc, uptr sp, const struct go_g *g, u8 kind)
{
    int pause = t && in_pause(t, range_ticks(0));

    if (!t || rt_off || (pause && (line_only() || meet_nothing(addr)))) {
        return;
    }
    if (line_on() && !pause) {
        trim(t, g, sp);
        if (observe(t, addr, width(pc, addr, sp + 8, kind), kind, &(struct line_place){.pc = pc})) {
            return;
        }
    }
    /* An aligned scalar does not leave its word, but for strings and interfaces, whose second word
       is accessed with the first: no need to know the width. */
    if (!pause && !fast_patched && (addr & 7) == 0 && shadow_hit(t, addr, 8, kind)) {
        return;
    }
    /* sp is racecall's: above it lies the return address into the user's code */
    uptr size = width(pc, addr, sp + 8, kind);

    if (pause || fast_patched || !shadow_hit(t, addr, size, kind)) {
        trim(t, g, sp);
        access(t, addr, size, kind, pc, pause);
    }
}

void hook_read(struct thr *t, uptr addr, uptr pc, uptr sp, const struct go_g *g);
void hook_read(struct thr *t, uptr addr, uptr pc, uptr sp, const struct go_g *g)
{
    scalar(t, addr, pc, sp, g, ACCESS_READ);
}

void hook_write(struct thr *t, uptr addr, uptr pc, uptr sp, const struct go_g *g);
void hook_write(struct thr *t, uptr addr, uptr pc, uptr sp, const struct go_g *g)
{
    scalar(t, addr, pc, sp, g, ACCESS_WRITE);
}

/* Is there nothing to do for this range? */
static int range_done(const struct thr *t, uptr addr, uptr size, u8 kind, int pause)
{
    return size == 0 || (!pause && !fast_patched && shadow_hit(t, addr, size, kind)) || rt_off;
}

static void range(struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, uptr sp, const struct go_g *g)
{
    int pause = t && in_pause(t, range_ticks(size));

    if (line_on() && t && !rt_off && !pause) {
        trim(t, g, sp);
        observe(t, addr, size, kind, &(struct line_place){.pc = pc});
    }
    if (t && !line_only() && !range_done(t, addr, size, kind, pause)) {
        trim(t, g, sp);
        access(t, addr, size, kind, pc, pause);
    }
}

void hook_read_range(struct thr *t, uptr addr, uptr size, uptr pc, uptr sp, const struct go_g *g);
void hook_read_range(struct thr *t, uptr addr, uptr size, uptr pc, uptr sp, const struct go_g *g)
{
    range(t, addr, size, ACCESS_READ, pc, sp, g);
}

void hook_write_range(struct thr *t, uptr addr, uptr size, uptr pc, uptr sp, const struct go_g *g);
void hook_write_range(struct thr *t, uptr addr, uptr size, uptr pc, uptr sp, const struct go_g *g)
{
    range(t, addr, size, ACCESS_WRITE, pc, sp, g);
}

/* ---- by Go's runtime ---- */

/* An access by Go's runtime on behalf of the function that called it from callpc (0: not said).
 * runtime·raceReadObjectPC gives no width for what is no array or struct; its first byte it is. */
static void access_pc(struct thr *t, uptr addr, uptr callpc, uptr pc, u8 kind)
{
    int pause = t && in_pause(t, range_ticks(1));

    if (line_on() && t && !rt_off && !pause) {
        observe(t, addr, 1, kind, &(struct line_place){.pc = pc, .calls = &callpc, .count = callpc != 0});
    }
    if (!t || line_only() || range_done(t, addr, 1, kind, pause)) {
        return;
    }

    struct proc *p = current_enter();

    if (pause) {
        meet(p, t, addr, 1, kind, pc, callpc);
    } else {
        int pushed = callpc != 0 && thr_push(t, callpc, 0);

        shadow_access(p, t, addr, 1, kind, pc);
        t->top -= pushed;
    }
    current_leave(p);
}

EXPORT void __tsan_read_pc(struct thr *t, uptr addr, uptr callpc, uptr pc);
EXPORT void __tsan_read_pc(struct thr *t, uptr addr, uptr callpc, uptr pc)
{
    access_pc(t, addr, callpc, pc, ACCESS_READ);
}

EXPORT void __tsan_write_pc(struct thr *t, uptr addr, uptr callpc, uptr pc);
EXPORT void __tsan_write_pc(struct thr *t, uptr addr, uptr callpc, uptr pc)
{
    access_pc(t, addr, callpc, pc, ACCESS_WRITE);
}

void hook_malloc(const struct go_g *g, uptr fp, uptr addr, uptr size);
void hook_malloc(const struct go_g *g, uptr fp, uptr addr, uptr size)
{
    struct thr *t = NULL;

    if (rt_off) {
        return;
    }
    if (racectx_offset != 0) {
        t = *(struct thr *const *)((const u8 *)g + racectx_offset);
    }
    /* without t: on g0, a stack or the program's first objects; there may be no P, nor a g */
    struct proc *p = t ? current_of(g) : NULL;

    if (LIKELY(p != NULL)) {
        proc_enter(p);
    } else {
        p = t ? current_enter() : current_any();
    }
    if (LIKELY(t != NULL)) {
        shadow_malloc(p, addr, size, walk_stack(p, t, g, fp));
    } else {
        shadow_none(p, addr, size); /* nobody's object */
    }
    if (line_on()) {
        line_object(addr, size);
    }
    current_leave(p);
}

EXPORT void __tsan_free(uptr addr, uptr size);
EXPORT void __tsan_free(uptr addr, uptr size)
{
    struct proc *p = rt_off ? NULL : current_enter();

    if (p) {
        shadow_free(p, addr, size);
        if (line_on()) {
            line_object(addr, size);
        }
    }
    current_leave(p);
}

/* ---- synchronisation ---- */

/* NULL: synchronisation is ignored now.  current_leave takes it back. */
static struct proc *sync_proc(const struct thr *t)
{
    return t && t->ignore_sync == 0 && !rt_off ? current_enter() : NULL;
}

#define SYNC_HOOK(name, done, held)                     \
    static NOINLINE void name(struct thr *t, uptr addr) \
    {                                                   \
        struct proc *p = sync_proc(t);                  \
        if (line_on() && t) {                           \
            held(t, addr);                              \
        }                                               \
        if (p) {                                        \
            sync_##name(p, t, addr);                    \
        }                                               \
        current_leave(p);                               \
    }                                                   \
    void hook_##name(struct thr *t, uptr addr);         \
    void hook_##name(struct thr *t, uptr addr)          \
    {                                                   \
        if (UNLIKELY(!(done))) {                        \
            name(t, addr);                              \
        }                                               \
    }

/* A channel's slot is no lock. */
static void held_nothing(const struct thr *t, uptr addr)
{
    (void)t;
    (void)addr;
}

SYNC_HOOK(acquire, only_acquire(t, addr), held_acquire)
SYNC_HOOK(release, only_release(t, addr, 0), held_release)
SYNC_HOOK(release_merge, only_release(t, addr, 1), held_release)
SYNC_HOOK(release_acquire, 0, held_nothing)

/* Instead of these, when it is noted what goroutines do (edge.h).  g, fp: as abi_amd64.S finds them. */
void hook_edge(struct thr *t, uptr addr, const struct go_g *g, uptr fp, u32 kind);
void hook_edge(struct thr *t, uptr addr, const struct go_g *g, uptr fp, u32 kind)
{
    struct proc *p = sync_proc(t);

    if (line_on() && t && kind == EDGE_ACQUIRE) {
        held_acquire(t, addr);
    } else if (line_on() && t && kind != EDGE_EXCHANGE) {
        held_release(t, addr);
    }
    if (p) {
        edge_sync(p, t, addr, (enum edge_kind)kind, g, fp);
    }
    current_leave(p);
}

/* Atomics (go.dev/ref/mem, "Atomic Values"): an operation that observes another's effect happens
 * after it.  A load acquires; a store releases, and replaces what was published, as later loads
 * observe it alone; a read-modify-write does both; a compare-and-swap that fails is a load.  The
 * operation, its clocks and its access are one step under the lock of the address's line, so clocks
 * follow the order of the operations.  The access is checked after the acquire: what the operation
 * has just observed happened before it. */
enum { ATOMIC_LOAD, ATOMIC_STORE, ATOMIC_RMW };

struct atomic_call {
    struct proc *p; /* NULL: only do the operation */
    struct thr *t;
    uptr addr, pc, callpc;
    u32 size, stack;
    int pause;
    struct sync_line line;
    struct edge_before before;
};

/* frame: of the hook, which has the caller's frame pointer. */
static NOINLINE void atomic_begin(struct atomic_call *c, struct thr *t, uptr callpc, uptr pc, uptr addr, u32 size, const void *frame)
{
    c->p = sync_proc(t);
    c->t = t;
    c->addr = addr;
    c->pc = pc;
    c->callpc = callpc;
    c->size = size;
    c->stack = 0;
    if (!c->p) {
        return;
    }
    c->pause = in_pause(t, 1);
    if (UNLIKELY(edge_on)) {
        c->stack = edge_atomic_stack(c->p, t, callpc, *(const uptr *)frame);
    } else if (!c->pause) {
        c->stack = proc_call(c->p, thr_stack(c->p, t), callpc);
    }
    if (!sync_lock(&c->line, c->addr)) {
        current_leave(c->p);
        c->p = NULL;
    } else if (!is_alone()) {
        os_fetch((const void *)addr);
        shadow_atomic_soon(c->line.range, addr);
    }
}

/* For the only thread: checks the access; 0: it is still to be checked. */
static inline int atomic_quick(struct atomic_call *c, const u32 what)
{
    return is_alone() && (what == ATOMIC_LOAD ? quick_atomic_read(c->p, c->t, c->line.range, c->addr, c->size, c->pc, c->stack)
                                              : quick_atomic_write(c->p, c->t, c->line.range, c->addr, c->size, c->pc, c->stack));
}

static inline __attribute__((always_inline)) void atomic_end_as(struct atomic_call *c, const u32 what)
{
    struct proc *p = c->p;
    struct thr *t = c->t;

    if (UNLIKELY(!p)) {
        return;
    }
    if (UNLIKELY(edge_on)) {
        edge_atomic_before(p, t, &c->line, &c->before);
    }
    if (what != ATOMIC_STORE && !sync_own(c->line.found, t)) {
        sync_acquire_held(p, t, &c->line);
    }

    u8 kind = what == ATOMIC_LOAD ? ACCESS_READ : ACCESS_WRITE;

    if (UNLIKELY(c->pause)) {
        meet(p, t, c->addr, c->size, kind | ACCESS_ATOMIC, c->pc, c->callpc);
    } else if (!atomic_quick(c, what)) {
        shadow_atomic(p, t, c->line.range, c->addr, c->size, kind, c->pc, c->stack);
    }
    if (what != ATOMIC_LOAD && !(is_alone() && sync_release_only(c->line.found, t))) {
        sync_release_held(p, t, &c->line);
    }
    if (UNLIKELY(edge_on)) {
        edge_atomic(p, t, c->addr, EDGE_LOAD + (enum edge_kind)what, &c->before, c->stack);
    }
    sync_unlock(&c->line);
    current_leave(p);
}

static NOINLINE void atomic_end_load(struct atomic_call *c)
{
    atomic_end_as(c, ATOMIC_LOAD);
}

static NOINLINE void atomic_end_store(struct atomic_call *c)
{
    atomic_end_as(c, ATOMIC_STORE);
}

static NOINLINE void atomic_end_rmw(struct atomic_call *c)
{
    atomic_end_as(c, ATOMIC_RMW);
}

/* atomic_amd64.S: the only thread, which is inside, has locked the line for a comparison that found another value. */
static void atomic_failed(struct thr *t, uptr callpc, uptr pc, uptr addr, u32 size)
{
    struct proc *p = current_quick();
    struct atomic_call c = {.p = p, .t = t, .addr = addr, .pc = pc, .callpc = callpc, .size = size,
                            .stack = proc_call(p, thr_stack(p, t), callpc)};

    atomic_store_relaxed(&alone.inside, 1);
    sync_locked(&c.line, addr);
    atomic_end_load(&c);
}

void atomic32_failed(struct thr *t, uptr callpc, uptr pc, const uptr *args);
void atomic32_failed(struct thr *t, uptr callpc, uptr pc, const uptr *args)
{
    atomic_failed(t, callpc, pc, args[0], 4);
}

void atomic64_failed(struct thr *t, uptr callpc, uptr pc, const uptr *args);
void atomic64_failed(struct thr *t, uptr callpc, uptr pc, const uptr *args)
{
    atomic_failed(t, callpc, pc, args[0], 8);
}

/* thr_stack_known, for assembly. */
u32 only_stack(struct proc *p, const struct thr *t);
u32 only_stack(struct proc *p, const struct thr *t)
{
    return thr_stack_known(p, t);
}

/* A load that has nothing to learn, and that only.h leaves. */
static NOINLINE int atomic_load_quick(struct thr *t, uptr callpc, uptr pc, uptr addr, u32 size)
{
    if (sample_pause()) {
        return meet_nothing(addr);
    }
    if (shadow_atomic_hit(t, addr, size)) {
        return 1;
    }
    if (edge_on || sample_on()) {
        return 0;
    }

    struct proc *p = current_enter();
    int done = p && shadow_quick(p, t, addr, size, ACCESS_READ | ACCESS_ATOMIC, pc,
                                 proc_call(p, thr_stack(p, t), callpc));

    current_leave(p);
    return done;
}

/* After a load: is there nothing to learn from what it may have observed, and is it remembered already, or now?  The
 * one who stored that value published before it let the line go, so it is seen here if it was
 * observed. */
static inline int atomic_load_known(struct thr *t, uptr callpc, uptr pc, uptr addr, u32 size)
{
    const struct range *r = t && t->ignore_sync == 0 && !rt_off ? shadow_range(addr) : NULL;

    return r && (sync_mine(t, r, addr) || sync_known(t, addr)) &&
           (only_read(t, r, callpc, pc, addr, size) || atomic_load_quick(t, callpc, pc, addr, size));
}

/* With nothing to observe, is an operation all that is to be done? */
static inline int atomic_ignored(const struct thr *t)
{
    return t && t->ignore_sync != 0 && !line_on();
}

/* Between the function at the top of the shadow stack and sync/atomic's in assembly there may be others that announce
 * themselves to nobody: a wrapper of the compiler's for the other calling convention, which keeps the function that used
 * it out of sight; functions that only call it.  Frame pointers lead from one to the other, from fp on.  Returns how many
 * there are, without the wrapper, outermost first. */
enum { BETWEEN = 4 };

static u32 calls_between(const struct thr *t, uptr fp, uptr calls[BETWEEN])
{
    uptr until = t->top > t->base ? t->top[-1].pc : 0, ret[BETWEEN];
    u32 n = 0;

    while (n < BETWEEN) {
        const uptr *frame = (const uptr *)fp;

        if (frame[1] == until) {
            break;
        }
        if (frame[0] % 8 != 0 || frame[0] - fp > 64 << 10) {
            return 0; /* no frame pointer */
        }
        ret[n++] = frame[1];
        fp = frame[0];
    }
    for (u32 i = 0; i < n; i++) {
        calls[i] = ret[n - 1 - i];
    }
    return n;
}

/* With GOMM=share…: an atomic operation is about to be done, whose arguments and result take `room` bytes.  The wrapper that
 * passed them has its caller's frame pointer behind them. */
static NOINLINE void observe_atomic(struct thr *t, uptr callpc, uptr pc, const void *args, u32 room, u32 size, u8 kind)
{
    uptr calls[BETWEEN], addr = *(const uptr *)args;
    struct line_place at = {.pc = pc, .calls = calls};

    if (!t || rt_off) {
        return;
    }
    if (kind == LINE_RMW) {
        held_rmw(t, addr, t->ignore_sync > (u32)line_only());
    }
    /* the detector counts it too, where it looks at it */
    if (in_pause(t, line_only() || t->ignore_sync != 0)) {
        return;
    }
    at.count = calls_between(t, (uptr)args + room, calls);
    if (at.count == 0) {
        calls[0] = callpc;
        at.count = 1;
    }
    observe(t, addr, size, kind, &at);
}

#define OBSERVE_ATOMIC(bits, kind, room)                              \
    if (line_on()) {                                                  \
        observe_atomic(t, callpc, pc, x, room, (bits) / 8, (kind)); \
    }

/* The arguments as Go's assembly lays them out: the address, then operands, then the result. */
#define ATOMIC_LOAD_OP(bits)                                                                             \
    struct args##bits {                                                                                  \
        u##bits *addr;                                                                                   \
        u##bits a;                                                                                       \
    };                                                                                                   \
    EXPORT void __tsan_go_atomic##bits##_load(struct thr *, uptr, uptr, struct args##bits *);            \
    EXPORT void __tsan_go_atomic##bits##_load(struct thr *t, uptr callpc, uptr pc, struct args##bits *x) \
    {                                                                                                    \
        OBSERVE_ATOMIC(bits, LINE_LOAD, 16)                                                              \
        struct atomic_call c;                                                                            \
        u##bits v = __atomic_load_n(x->addr, __ATOMIC_SEQ_CST);                                          \
        if (atomic_ignored(t) || atomic_load_known(t, callpc, pc, (uptr)x->addr, bits / 8)) {            \
            x->a = v;                                                                                    \
            return;                                                                                      \
        }                                                                                                \
        atomic_begin(&c, t, callpc, pc, (uptr)x->addr, bits / 8, __builtin_frame_address(0));            \
        x->a = __atomic_load_n(x->addr, __ATOMIC_SEQ_CST);                                               \
        atomic_end_load(&c);                                                                             \
    }

/* atomic_amd64.S comes here with what it leaves.  do_it: the operation at addr, which tells whether it has written. */
#define ATOMIC_WRITE_OP(bits, name, what, room, end, do_it)                                                    \
    void atomic##bits##_##name(struct thr *t, uptr callpc, uptr pc, u8 *x);                                    \
    void atomic##bits##_##name(struct thr *t, uptr callpc, uptr pc, u8 *x)                                     \
    {                                                                                                          \
        u##bits *addr = *(u##bits **)(void *)x, *args = (u##bits *)(void *)(x + 8);                            \
        if (atomic_ignored(t)) {                                                                               \
            (void)do_it;                                                                                       \
            return;                                                                                            \
        }                                                                                                      \
        OBSERVE_ATOMIC(bits, what, room)                                                                       \
        struct atomic_call c;                                                                                  \
        atomic_begin(&c, t, callpc, pc, (uptr)addr, bits / 8, __builtin_frame_address(0));                     \
        (do_it ? end : atomic_end_load)(&c);                                                                   \
    }

#define ATOMIC_STORE_OP(bits)                                          \
    ATOMIC_WRITE_OP(bits, store, LINE_STORE, 16, atomic_end_store,     \
                    (__atomic_store_n(addr, args[0], __ATOMIC_SEQ_CST), 1))

#define ATOMIC_RMW_OP(bits, name, op)                       \
    ATOMIC_WRITE_OP(bits, name, LINE_RMW, 24, atomic_end_rmw, \
                    (*(u##bits *)(void *)(x + 16) = op(addr, args[0], __ATOMIC_SEQ_CST), 1))

/* old, new right behind it, the result byte behind both */
#define ATOMIC_CAS_OP(bits)                                                                              \
    ATOMIC_WRITE_OP(bits, compare_exchange, LINE_RMW, 8 + bits / 4 + 8, atomic_end_rmw,                  \
                    (x[8 + bits / 4] = __atomic_compare_exchange_n(addr, &(u##bits){args[0]}, args[1], 0, \
                                                                   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)))

ATOMIC_LOAD_OP(32)
ATOMIC_LOAD_OP(64)
ATOMIC_STORE_OP(32)
ATOMIC_STORE_OP(64)
ATOMIC_RMW_OP(32, exchange, __atomic_exchange_n)
ATOMIC_RMW_OP(64, exchange, __atomic_exchange_n)
ATOMIC_RMW_OP(32, fetch_add, __atomic_fetch_add)
ATOMIC_RMW_OP(64, fetch_add, __atomic_fetch_add)
ATOMIC_RMW_OP(32, fetch_and, __atomic_fetch_and)
ATOMIC_RMW_OP(64, fetch_and, __atomic_fetch_and)
ATOMIC_RMW_OP(32, fetch_or, __atomic_fetch_or)
ATOMIC_RMW_OP(64, fetch_or, __atomic_fetch_or)
ATOMIC_CAS_OP(32)
ATOMIC_CAS_OP(64)
