/* share_model.h: one shared cache line understood: which variables lie on it, who uses them, what kind of sharing it is.
 *
 *   true      every variable that counts is used by several goroutines, and written: sharing that is meant
 *   false     no variable is: each belongs to one goroutine at a time, or is only read
 *   mixed     both
 *   guarded   all accesses but the lock's own are made under one mutex: the line goes along with the lock, which is best
 *
 * A variable counts as used by two goroutines only if the times in which they were seen on the line overlap: workers of
 * one round after those of the one before share nothing.
 * Sources: Liu and Liu, "Cheetah" (CGO'16), 2.3 and 2.4, for telling true from false by counts per word.
 *
 * Ownership: everything is in the arena of the places.  Threading: one thread at a time.
 */
#ifndef GOMM_SHARE_MODEL_H
#define GOMM_SHARE_MODEL_H

#include "share/share_place.h"

enum share_class { SHARE_CLASS_NONE, SHARE_CLASS_TRUE, SHARE_CLASS_FALSE, SHARE_CLASS_MIXED, SHARE_CLASS_GUARDED };
const char *share_class_name(enum share_class c);

/* What the variables are to each other; of false and mixed sharing. */
enum share_shape {
    SHARE_SHAPE_FIELDS,      /* fields of one struct, written by different goroutines */
    SHARE_SHAPE_ELEMENTS,    /* small elements of one array or slice, one for each worker */
    SHARE_SHAPE_GLOBALS,     /* package variables that the linker put side by side */
    SHARE_SHAPE_NEIGHBOURS,  /* heap blocks that the allocator put side by side */
    SHARE_SHAPE_READ_MOSTLY, /* what some goroutines only read, beside what another one writes */
};

struct share_use {
    u64 goroutine;
    u64 n[SHARE_KINDS];
    u64 reads, writes; /* of n: locks count as both */
    u64 transfers;
    bool counts; /* not just a glance: enough accesses to matter */
};

/* A variable, or what of it lies on the line. */
struct share_part {
    u32 from, to;  /* bytes of the line */
    u32 thing;     /* index; UINT32_MAX: of no known object */
    struct share_leaf leaf;
    struct share_use *uses;
    u32 n_uses;
    u64 reads, writes, transfers; /* of the uses that count */
    bool counts; /* one of its uses does */
    bool shared; /* several goroutines use it at one time, and one of them writes */
};

struct share_case {
    const struct share_line *line;
    struct share_thing *things; /* one for each of the line's objects */
    struct share_part *parts;   /* by offset */
    u32 n_parts;
    enum share_class class;
    enum share_shape shape;
    bool interleaved; /* mixed, and all variables are used by several: but mostly another one than the one before */
    double avoidable; /* share of the transfers that padding could save, 0 .. 1 */
    u32 lock;         /* guarded: the part that is the mutex; UINT32_MAX: it lies elsewhere */
};

void share_case_make(const struct share_places *p, const struct share_line *l, struct share_case *out);

/* Whether two goroutines were on the line at one time.  0 (several) was at any time. */
bool share_case_overlap(const struct share_line *l, u64 g, u64 h);

/* The site that made most of a goroutine's accesses to a part; NULL: not known. */
const struct share_site *share_case_site(const struct share_case *c, const struct share_part *part, u64 goroutine);

#endif
