/* access.h: an access under way, and what it makes of a cell.
 *
 * Threading: an access is its thread's own.  Who calls cell_access or cell_forget on a cell holds the
 * word's lock or a reference of its own.
 */
#ifndef GOMM_RT_ACCESS_H
#define GOMM_RT_ACCESS_H

#include "cell.h"
#include "report.h"

enum { RACES_MAX = 64 };

struct access {
    struct proc *p;
    struct thr *t;
    uptr addr; /* of the word */
    struct entry e;
    u64 key;         /* of its record */
    u64 fast;        /* of the cell that has it first: t's key, or 0 */
    u32 bytes;       /* and that cell's fast_bytes */
    u8 left;         /* with CELL_ALONE: the bytes that the word remembers of it */
    u32 stack;       /* of e, 0: not asked for yet */
    u32 races, more; /* more: than fit */
    struct race *race; /* room for RACES_MAX */
};

/* Where the access is: at pc in the function at the top of `stack`. */
static inline void access_place(struct access *a, uptr pc, u32 stack)
{
    sptr near = (sptr)(pc - (uptr)&record_anchor);

    a->e.stack = stack;
    a->e.pc = (int)near;
    if (UNLIKELY(near != a->e.pc)) { /* a plugin's code, far away */
        a->e.stack = proc_call(a->p, stack, pc);
        a->e.pc = 0;
    }
}

static inline u64 access_spot(const struct access *a)
{
    return spot_make(a->e.stack, a->e.pc, a->e.kind);
}

/* Reports the races that were noted, and forgets them.  No lock may be held: it takes its time and calls Go. */
void access_report(struct access *a);

static inline int access_conflicts(u8 a, u8 b)
{
    return ((a | b) & ACCESS_WRITE) && !(a & b & ACCESS_ATOMIC);
}

/* The kinds that conflict with this one, bit by kind. */
static inline u32 access_conflicting(u8 kind)
{
    return 0x32fau >> (4 * kind) & 0xf;
}

/* Does y conflict with everything that x conflicts with? */
static inline int access_covers(u8 y, u8 x)
{
    /* four bits for each y; kinds: read, write, atomic read, atomic write */
    return 0xc4f5u >> (4 * y + x) & 1;
}

static inline int access_ordered(const struct access *a, u32 g, u32 epoch)
{
    return g == a->e.g || thr_knows(a->t, g, epoch);
}

/* Looks at one remembered access: notes a race with it, takes from *need the bytes for which the
 * new access adds nothing, and returns the bytes for which x must be kept. */
u8 access_meet(struct access *a, const struct entry *x, u8 *need);

/* What a word of cell id is after the access: CELL_SAME; CELL_ALONE, if the access alone is left
 * (CELL_SAME too, when memory ran out); or another cell with a reference.  The cell itself may have
 * changed. */
enum { CELL_SAME = 0, CELL_ALONE = CELL_INDEX };
u32 cell_access(struct access *a, u32 id);
/* What an access would make of a cell, looked at without the word's lock: NOT: it may race with something, or leave no more
 * than a word can say; KNOWN: nothing; NEW: an entry takes a place.  It is so if the word names the cell afterwards and
 * cell_version is still that of *l. */
enum { LOOK_NOT, LOOK_KNOWN, LOOK_NEW };
struct look {
    u32 version;
    u32 place;  /* the entry of the goroutine that the new one replaces; none: their number */
    u64 others; /* more that it does, bit by place, of the first 64 */
};
int cell_look(const struct access *a, u32 id, struct look *l);
/* Then, of a locked word: changes the cell where it stands, if nobody has meanwhile and no other word or memo has it; else
 * 0. */
int cell_step(const struct access *a, u32 id, const struct look *l);
/* A read of a locked word with a big cell, if it races with nothing and there is room for it; else 0. */
int cell_read_big(struct access *a, u32 id);
/* An atomic write by t to bytes of a word, w, with a cell: takes the place of the latest access, if that was an atomic write to the same bytes which
 * happened before, and no other word or memo has the cell.  All that conflicts with it happened before that one (cell.h), so nothing else is looked
 * at.  Else 0. */
int cell_follow(struct thr *t, u64 *word, u64 w, u8 mask, struct spot at);
/* An access by t to these bytes of a word, w, with a cell, which has an entry of t's of the same kind and bytes: the new one takes its place, if all that
 * conflicts with it happened before and no other word or memo has the cell; or nothing, if that says all already.  Else 0, also if nothing but
 * the new one need be left. */
int cell_again(struct thr *t, u64 *word, u64 w, u8 mask, u8 kind, struct spot at);
/* A cell with such an access alone; 0 when memory ran out. */
u32 cell_atomic(struct proc *p, const struct thr *t, u8 mask, struct spot at);
/* As cell_access, for a word without a cell that remembers old[0..n), n <= 16. */
u32 cell_begin(struct access *a, const struct entry *old, u32 n);

/* Looks at what a locked word's cell has, as access_meet; it stays as it is.  Does the access conflict with nothing, only
 * with what happened before, or perhaps with more? */
enum { CELL_APART, CELL_BEFORE, CELL_RACES };
u32 cell_meet(struct access *a, u32 id);

/* A cell with what CELL_ALONE left; 0 when memory ran out. */
u32 cell_alone(const struct access *a);

/* A cell with these entries, n > 0; 0 when memory ran out. */
u32 cell_make(struct proc *p, const struct entry *e, u32 n);

/* Takes bytes out of a locked word's cell: CELL_SAME, CELL_ALONE if nothing is left, or a cell. */
u32 cell_forget(struct proc *p, u32 id, u8 mask);

#endif
