/* rt_test.h: the runtime as its tests see it: Go's entry points under their hosted names
 * (hosted.h), hooks into what the runtime does, and walkers over its private structures.
 *
 * test/rt/X.c stands in for rt/X.c: it includes that source and adds what needs to look inside.
 * Ownership: as in rt/.  Threading: walkers need all other threads to be outside of the runtime.
 */
#ifndef GOMM_TEST_RT_TEST_H
#define GOMM_TEST_RT_TEST_H

#include "../../rt/report.h"
#include "../../rt/shadow.h"
#include "../../rt/thread.h"

/* ---- Go's entry points ---- */

void rt_tsan_init(struct thr **thr, struct proc **proc, void (*callback)(uptr, void *));
void rt_tsan_fini(void);
void rt_tsan_proc_create(struct proc **proc);
void rt_tsan_proc_destroy(struct proc *p);
void rt_tsan_map_shadow(uptr addr, uptr size);
void rt_tsan_report_count(u64 *count);
void rt_tsan_go_start(struct thr *parent, struct thr **thr, uptr pc);
void rt_tsan_go_end(struct thr *t);
void rt_tsan_go_ignore_sync_begin(struct thr *t);
void rt_tsan_go_ignore_sync_end(struct thr *t);
void rt_tsan_finalizer_goroutine(struct thr *t);
void rt_tsan_free(uptr addr, uptr size);
void rt_tsan_acquire(struct thr *t, uptr addr);
void rt_tsan_release(struct thr *t, uptr addr);
void rt_tsan_release_merge(struct thr *t, uptr addr);
void rt_tsan_release_acquire(struct thr *t, uptr addr);
void rt_tsan_read_pc(struct thr *t, uptr addr, uptr callpc, uptr pc);
void rt_tsan_write_pc(struct thr *t, uptr addr, uptr callpc, uptr pc);

/* What those in assembly call, with the goroutine, its frame pointer and SP. */
struct go_g;
void hook_func_enter(struct thr *t, uptr pc, const struct go_g *g, uptr fp, uptr sp);
void hook_func_exit(struct thr *t, const struct go_g *g, uptr fp, uptr sp);
void hook_read_range(struct thr *t, uptr addr, uptr size, uptr pc, uptr sp, const struct go_g *g);
void hook_write_range(struct thr *t, uptr addr, uptr size, uptr pc, uptr sp, const struct go_g *g);
void hook_malloc(const struct go_g *g, uptr fp, uptr addr, uptr size);

/* The same for a goroutine whose stack is not looked at. */
void rt_read_range(struct thr *t, uptr addr, uptr size, uptr pc);
void rt_write_range(struct thr *t, uptr addr, uptr size, uptr pc);
void rt_func_enter(struct thr *t, uptr pc);
void rt_func_exit(struct thr *t);

#define RT_ATOMIC(bits, name) \
    void rt_tsan_go_atomic##bits##_##name(struct thr *t, uptr callpc, uptr pc, void *args);
RT_ATOMIC(32, load)
RT_ATOMIC(64, load)
RT_ATOMIC(32, store)
RT_ATOMIC(64, store)
RT_ATOMIC(32, exchange)
RT_ATOMIC(64, exchange)
RT_ATOMIC(32, fetch_add)
RT_ATOMIC(64, fetch_add)
RT_ATOMIC(32, fetch_and)
RT_ATOMIC(64, fetch_and)
RT_ATOMIC(32, fetch_or)
RT_ATOMIC(64, fetch_or)
RT_ATOMIC(32, compare_exchange)
RT_ATOMIC(64, compare_exchange)
#undef RT_ATOMIC

/* What fast_amd64.S calls on the goroutine's own stack; 0: it is still to be done. */
int rt_quick(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc);
/* The same of one byte, in a function that the one at the top calls at callpc. */
int rt_quick_pc(struct proc *p, struct thr *t, uptr addr, u8 kind, uptr callpc, uptr pc);
/* From now on the calling thread's g leads to p, as in Go; NULL: only the callback does, as where Go's thunk is not known. */
void rt_hold(struct proc *p);
/* The same by the entries of fast_amd64.S themselves.  At pc "jmp *%rbp" stands, which are two bytes. */
int rt_hook(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc);

/* ---- hooks ---- */

/* If set, called in place of report_race and report_known. */
extern void (*rt_on_race)(struct thr *t, const struct race *r);
extern int (*rt_on_known)(u32 stack, u32 other);

/* Moves t to a later epoch of its own, as if it had released in between. */
void rt_set_epoch(struct thr *t, u32 epoch);
/* Epochs from here on make a goroutine go on under a new index. */
u32 rt_epoch_last(void);

/* If above 1, counts down with each request to the kernel for memory; at 1 all of them fail.  0:
 * off. */
extern long rt_memory_left;
/* Calls of os_fences. */
extern u32 rt_fences;

/* If set, called for what the runtime writes, and in place of its exit; the latter may not return. */
extern void (*rt_on_write)(int fd, const void *buf, uptr n);
extern void (*rt_on_exit)(int status);

/* The proc that the runtime keeps for hooks without a P. */
struct proc *rt_spare_proc(void);
int rt_spare_is_locked(void);

/* Windows (rt/line.h) end by line_burst only from now on, and line_now stands still. */
void rt_line_freeze(void);

/* ---- walkers ---- */

struct rt_span {
    uptr addr, size;
};

/* Where the walkers look: all memory with shadow in use, and all procs (rt_spare_proc's too). */
struct rt_world {
    const struct rt_span *spans;
    u32 span_count;
    struct proc *const *procs;
    u32 proc_count;
};

struct rt_census {
    u32 cells, nodes, syncs, thrs, records; /* in use */
    u64 blocks; /* bytes that mem_alloc gave and mem_free did not get back */
};

/* Check that every object is either free, exactly once, or in use with as many references as its
 * count says, and the invariants of each.  On a violation: a message to standard error, abort(). */
void rt_check(const struct rt_world *w, struct rt_census *c);

void rt_check_words(const struct rt_world *w, struct rt_census *c);
/* Between begin and end, counts a reference to a cell. */
void rt_cells_begin(void);
void rt_cell_used(u32 id, u32 n, struct rt_census *c);
void rt_cells_end(const struct rt_world *w);
void rt_check_clocks(const struct rt_world *w, struct rt_census *c, const u32 *roots, u32 count);
void rt_check_syncs(const struct rt_world *w, struct rt_census *c, void (*root)(u32 clock));
/* What mem_alloc counts for a block. */
u64 rt_block_size(uptr size);
void rt_check_thrs(struct rt_census *c, void (*root)(u32 clock));
/* Takes what packed goroutines take from c->blocks. */
void rt_check_goroutines(struct rt_census *c);
/* Counts n references of words to a record; rt_check_records comes when all have been counted. */
void rt_record_used(u32 id, u32 n);
void rt_check_records(const struct rt_world *w, struct rt_census *c);

/* For the walkers: a mark for each unit of an arena. */
struct rt_marks {
    const char *what;
    u8 *mark;
    u32 next;
};
void rt_marks_init(struct rt_marks *m, const struct arena *a);
void rt_mark(struct rt_marks *m, u32 index, u32 units, const char *as);
/* The free object of p behind this one (0: the first); 0: there is none. */
u32 rt_pool_next(const struct pool *p, u32 index);
void rt_mark_pool(struct rt_marks *m, const struct pool *p);
void rt_mark_cache(struct rt_marks *m, const struct pool *p, const struct cache *c);
/* Every unit from 1 on must be marked. */
void rt_marks_done(struct rt_marks *m);

_Noreturn void rt_broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- parsers, by themselves ---- */

int rt_pattern_matches(const char *pattern, const char *s);
/* Cuts the text in place, sets `flags`. */
void rt_flags_parse(char *s);
void rt_flags_parse_gomm(char *s);
/* current.h: what the code of Go's thunk says; all 0 if it is not one. */
struct rt_thunk {
    sptr tls;
    u32 m, p, proc;
};
struct rt_thunk rt_read_thunk(const u8 *code);
/* As elf_find, in a file that is in memory, 8-byte aligned. */
struct elf_symbol;
void rt_elf_load(const u8 *file, uptr size);

#endif
