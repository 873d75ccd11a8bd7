/* quick.c: accesses on the goroutine's own stack (shadow.h), where fast_amd64.S leaves off.
 *
 * What the only thread (alone.h) accesses for the first time in an epoch is mostly its own goroutine's of an earlier one, and many
 * programs do little else.  Such words are changed here, without calls and locking instructions; all others by shadow_scalar and
 * shadow_quick, which come to the same.
 *
 *   renew   a record that only this word names, in the slot of the access and covered by it, becomes the access's own
 *   take    else the word gets the P's record of this access, which other words may have as well, or a new one
 *   place   a joined record that only this word names tells of the access, too
 *   more    the word's record is that of the access already, and stands for more bytes from now on
 *   step    the word goes the way that another one went before (p->step)
 *
 * That alone.proc names this thread when it has come in means that nobody else has been inside since long before, as only it
 * sets that.  So what it read of records before is true then.
 */
#include "alone.h"
#include "current.h"
#include "meet.h"
#include "sample.h"
#include "word.h"

/* A plain access by p's thread, t's goroutine, of these bytes of a word, or of `count` equal ones, whole. */
struct quick {
    struct proc *p;
    const struct thr *t;
    u64 key; /* t's */
    u32 stack;
    int near; /* its pc, from record_anchor */
    u8 kind, mask;
    u32 count;
};

/* Did the access of this key happen before? */
static inline int quick_knows(const struct quick *q, u64 key)
{
    return (key ^ q->key) >> 33 == 0 || thr_knows(q->t, (u32)(key >> 33), key_epoch(key));
}

/* Can let_go give references to r back? */
static inline int may_let_go(const struct proc *p, const struct record *r)
{
    return r->owner == p->id && r->refs < REFS_STICKY && p->records.count < CACHE_MAX - 1;
}

/* As record_unref. */
static inline void let_go(struct proc *p, struct record *r, u32 id, u32 n)
{
    r->refs -= n;
    if (r->refs == r->gone) {
        if (UNLIKELY(r->joined)) {
            record_free(p, id);
            return;
        }
        r->key = 0;
        p->records.index[p->records.count++] = id;
    }
}

/* The record of this access, with a reference more for each word; 0: it takes more than this to get one. */
static inline __attribute__((always_inline)) u32 take(const struct quick *q, u32 *slot)
{
    struct proc *p = q->p;
    u32 id = *slot;
    struct record *r = record_at(id);

    if (!record_is(p, id, q->key, q->stack, q->near, q->kind)) {
        if (id == 0 || r->refs != 0 || r->joined || !record_is_of(p, r)) { /* else nobody took it */
            if (p->records.count == 0) {
                return 0;
            }
            id = cache_get(&records, &p->records);
            r = record_at(id);
        }
        record_fill(r, p, q->key, q->stack, q->near, q->kind, 0, 0);
        *slot = id;
    }
    if (UNLIKELY(r->refs >= REFS_STICKY - 8)) {
        return 0;
    }
    r->refs += q->count;
    return id;
}

static inline __attribute__((always_inline)) int step(const struct quick *q, u64 *word, u64 w)
{
    struct proc *p = q->p;
    const struct transition *s = step_at(p, step_from(w), q->near, q->stack);
    u32 was = word_record(w, q->kind), other = word_record(w, !q->kind), is;
    struct record *x = record_at(was), *y = record_at(other), *r;
    u64 to;

    if (!step_is(s, w, q->key, q->near, q->stack, q->kind, q->mask, y)) {
        return 0;
    }
    to = step_to(s, w);
    is = word_record(to, q->kind);
    r = record_at(is);

    int changes = is != was, drops = word_record(to, !q->kind) != other;

    if (r->refs >= REFS_STICKY - 1 || (changes && was != 0 && !may_let_go(p, x)) || (drops && !may_let_go(p, y))) {
        return 0;
    }
    atomic_store(word, to);
    r->refs += (u32)changes;
    if (changes && was != 0) {
        let_go(p, x, was, 1);
    }
    if (drops) {
        let_go(p, y, other, 1);
    }
    return 1;
}

static inline int page_untouched(const struct range *r, uptr addr)
{
    return !(atomic_load_relaxed(shadow_page(r, addr)) & PAGE_TOUCHED);
}

/* addr: of the first word, w, in r. */
static inline __attribute__((always_inline)) int lean(const struct quick *q, const struct range *r, uptr addr, u64 *word, u64 w)
{
    if (word_has_cell(w) || (w == 0 && (page_untouched(r, addr) || page_untouched(r, (addr & ~7UL) + 8 * q->count - 1)))) {
        return 0;
    }

    struct proc *p = q->p;
    const u8 kind = q->kind, mask = q->mask;
    u32 was = word_record(w, kind), other = word_record(w, !kind), is = was;
    struct record *x = record_at(was), *y = record_at(other);
    u8 bytes = word_bytes(w, kind), other_bytes = word_bytes(w, !kind);
    u64 key = x->key, to;
    int covered = ((bytes | x->older) & ~mask) == 0, single = x->owner == p->id && record_refs(x) == q->count, leaves = 0;
    int drops = kind == ACCESS_WRITE && other_bytes != 0 && (other_bytes & ~mask) == 0;

    if (!covered && !(x->joined && single) && !(key == q->key && x->stack == q->stack && x->pc == q->near && !x->joined)) {
        return step(q, word, w);
    }
    if (other_bytes != 0 && ((kind == ACCESS_WRITE && y->older != 0) || !quick_knows(q, y->key) || (drops && !may_let_go(p, y)))) {
        return 0;
    }
    if (covered) {
        u32 *slot = record_slot(p, q->stack, q->near);
        const struct record *s = record_at(*slot);

        bytes = mask;
        if (single && !x->joined && (key ^ q->key) >> 33 == 0 && key & 1 &&
            (*slot == was || (!record_is(p, *slot, q->key, q->stack, q->near, kind) && (s->refs != 0 || !record_is_of(p, s))))) {
            *slot = was; /* as record_renew */
            x->stack = q->stack;
            x->pc = q->near;
            x->generation++;
            atomic_store(&x->key, q->key);
        } else {
            leaves = was != 0;
            if ((leaves && (!(key & 1) || !quick_knows(q, key) || !may_let_go(p, x))) || (is = take(q, slot)) == 0) {
                return 0;
            }
        }
    } else {
        if (x->joined) {
            if ((key ^ q->key) >> 33 != 0 || !(key & 1)) {
                return 0;
            }
            if (key != q->key) {
                record_age(x, q->key, bytes);
                bytes = 0;
            }
            record_place(x, (struct spot){q->stack, q->near}, mask);
            x->older &= (u8)~mask;
        }
        bytes |= mask;
    }
    to = word_with(w, kind, is, bytes, mask);
    for (u32 i = 0; to != w && i < q->count; i++) {
        atomic_store(&word[i], to);
    }
    if (leaves) {
        let_go(p, x, was, q->count);
    }
    if (drops) {
        let_go(p, y, other, q->count);
    }
    return 1;
}

/* Of several words, q->mask being changed for each.  0: the rest is still to be done; doing it twice changes nothing. */
static NOINLINE int lean_words(struct quick *q, uptr addr, uptr size)
{
    const struct range *r = &shadow_ranges[addr - HEAP_LO >= HEAP_HI - HEAP_LO];
    u64 *word = &r->words[(addr - r->lo) >> 3];

    for (uptr n; size != 0; addr += n, size -= n, word++) {
        u64 w = atomic_load_relaxed(word);

        n = 8 - (addr & 7) < size ? 8 - (addr & 7) : size;
        q->mask = mask_of(addr & 7, (u32)n);
        if (!word_is_fast(w, q->key, q->kind, q->mask) && !lean(q, r, addr, word, w)) {
            return 0;
        }
    }
    return 1;
}

/* The stack of the innermost frame as far as p's table knows it; 0: it does not. */
static inline u32 stack_known(struct proc *p, const struct thr *t)
{
    u32 stack = t->top[-1].stack;

    if (UNLIKELY(stack == 0)) {
        struct frame *f = t->top;

        while (f > t->base && f[-1].stack == 0) {
            f--;
        }
        stack = f > t->base ? f[-1].stack : 0;
        do {
            stack = proc_call_known(p, stack, f->pc);
            f->stack = stack;
            f++;
        } while (f < t->top && stack != 0);
    }
    return stack;
}

/* Frames to be trimmed, or none yet? */
static inline int quick_not(const struct thr *t, const struct go_g *g, uptr sp)
{
    return rt_off || t->top == t->base || t->top[-1].depth > g->stack_hi - sp;
}

/* Tries without calls.  If that will not do, proc_enter is still to be called. */
static inline __attribute__((always_inline)) int quick(struct proc *p, struct thr *t, uptr addr, uptr size, const u8 kind, uptr pc,
                                                       u32 stack)
{
    if (UNLIKELY(!proc_enter_lean(p) || stack == 0 || sample_pause())) {
        return 0;
    }

    const struct range *r = &shadow_ranges[addr - HEAP_LO >= HEAP_HI - HEAP_LO];
    u64 *word = &r->words[(addr - r->lo) >> 3];
    uptr n = 8 - (addr & 7) < size ? 8 - (addr & 7) : size;
    u64 w = atomic_load_relaxed(word);
    struct quick q = {.p = p,
                      .t = t,
                      .key = atomic_load_relaxed(&t->key),
                      .stack = stack,
                      .near = (int)(pc - (uptr)&record_anchor),
                      .kind = kind,
                      .mask = mask_of(addr & 7, (u32)n),
                      .count = 1};

    if (UNLIKELY(size > 8) && addr % 8 == 0) { /* a string, interface or slice */
        while (n + 8 <= size && atomic_load_relaxed(&word[q.count]) == w) {
            q.count++;
            n += 8;
        }
    }
    if (UNLIKELY(!lean(&q, r, addr, word, w))) {
        return 0;
    }
    t->dirty |= THR_ACCESS;
    if (UNLIKELY(n != size)) {
        struct quick rest = q;

        rest.count = 1;
        if (!lean_words(&rest, addr + n, size - n)) {
            return 0;
        }
    }
    proc_leave_lean(p);
    return 1;
}

static NOINLINE int scalar_general(struct proc *p, struct thr *t, uptr addr, u32 size, u8 kind, uptr pc)
{
    proc_enter(p);

    int done = sample_pause() ? meet_quick(p, t, addr, size, kind) : shadow_scalar(p, t, addr, size, kind, pc, thr_stack(p, t));

    proc_leave(p);
    return done;
}

static inline __attribute__((always_inline)) int scalar(struct thr *t, uptr addr, const struct go_g *g, uptr sp, const u8 kind)
{
    uptr pc = *(const uptr *)sp;
    u32 size = width_known(pc);
    struct proc *p = current_of(g);

    if (UNLIKELY(size == 0 || !p || quick_not(t, g, sp))) {
        return 0;
    }
    if (quick(p, t, addr, size, kind, pc, stack_known(p, t))) {
        return 1;
    }
    return scalar_general(p, t, addr, size, kind, pc); /* in the place of this frame: there is little stack */
}

int quick_read(struct thr *t, uptr addr, const struct go_g *g, uptr sp)
{
    return scalar(t, addr, g, sp, ACCESS_READ);
}

int quick_write(struct thr *t, uptr addr, const struct go_g *g, uptr sp)
{
    return scalar(t, addr, g, sp, ACCESS_WRITE);
}

/* callpc: in the function that this one calls, if not 0. */
static NOINLINE int range_general(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, uptr callpc)
{
    proc_enter(p);

    int done;

    if (sample_pause()) {
        done = meet_quick(p, t, addr, size, kind);
    } else {
        u32 stack = thr_stack(p, t);

        done = shadow_quick(p, t, addr, size, kind, pc, callpc != 0 ? proc_call(p, stack, callpc) : stack);
    }
    proc_leave(p);
    return done;
}

/* Ranges of few words are as scalars. */
enum { FEW = 32 };

static int range_few(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc)
{
    const struct range *r = &shadow_ranges[addr - HEAP_LO >= HEAP_HI - HEAP_LO];
    sptr near = (sptr)(pc - (uptr)&record_anchor);
    struct quick q = {
        .p = p, .t = t, .key = atomic_load_relaxed(&t->key), .stack = stack_known(p, t), .near = (int)near, .kind = kind, .count = 1};

    if (size - 1 >= FEW || size > r->size - (addr - r->lo) || near != q.near || q.stack == 0 || !proc_enter_lean(p) ||
        sample_pause() || !lean_words(&q, addr, size)) {
        return 0;
    }
    t->dirty |= THR_ACCESS;
    proc_leave_lean(p);
    return 1;
}

int quick_range(struct thr *t, uptr addr, const struct go_g *g, uptr sp, uptr pc, uptr how)
{
    struct proc *p = current_of(g);

    if (!p || quick_not(t, g, sp)) {
        return 0;
    }
    if (range_few(p, t, addr, how >> 1, how & 1, pc)) {
        return 1;
    }
    return range_general(p, t, addr, how >> 1, how & 1, pc, 0);
}

int quick_pc(struct thr *t, uptr addr, const struct go_g *g, uptr sp, u8 kind)
{
    struct proc *p = current_of(g);
    const uptr *arg = (const uptr *)sp;

    return p && !quick_not(t, g, sp) && range_general(p, t, addr, 1, kind, arg[3] + 1, arg[2]);
}
