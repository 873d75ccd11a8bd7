/* share_place.h: what bytes of memory are in the program: an object of the runtime's → variable or type → field.
 *
 * A heap block's type is looked for in the lines that allocated it (new, &T{}, make, append, variables that moved to
 * the heap) and in the lines that accessed it (x.f, x[i]); of several the one counts that fits the block's size and that
 * explains most accesses: at the offset that was touched it has the field that the accessing line speaks of.
 * A global's type is its variable's.
 *
 * Ownership: everything is in the arena given to share_places_init; the program must outlive it.
 * Threading: one thread at a time.
 */
#ifndef GOMM_SHARE_PLACE_H
#define GOMM_SHARE_PLACE_H

#include "share/share_events.h"
#include "types/types.h"

struct share_places {
    struct arena *arena;
    struct program *prog;
    struct strmap files; /* absolute path: index into where */
    VEC(struct share_file {
        struct package *pkg;
        const struct file_info *info;
    }) where;
};

void share_places_init(struct share_places *p, struct arena *a, struct program *prog);
void share_places_release(struct share_places *p);

/* The file of an absolute path, NULL if the program has none such. */
const struct share_file *share_places_file(const struct share_places *p, str path);

/* What an object of a line is. */
struct share_thing {
    const struct race_object *object;
    struct type *type;     /* of the whole, or of an element if stride is not 0; NULL: unknown */
    i64 stride;            /* bytes from element to element of what make or append has made; 0: one value */
    i64 tiny;              /* not 0: the block holds several small objects of which this is one, each in so many bytes
                            * (GOROOT/src/runtime/malloc.go, "Tiny allocator") */
    struct obj *var;       /* the variable that it is (a global, or a local one that moved to the heap), or NULL */
    struct obj *holder;    /* of a slice: the variable or field that it was made for, or NULL */
    str name;              /* how paths begin: "hits", "args", "Counters" */
    struct package *pkg;   /* whose source speaks of it; NULL: unknown */
    struct span made;      /* where it is allocated, or the variable declared */
};

/* A step from the whole to a leaf: a field of a struct, or an element (field NULL). */
struct share_step {
    struct type *in;
    struct obj *field;
    i64 index, at; /* at: where it begins in the object */
};
enum { SHARE_STEPS = 8 };

/* One byte of it. */
struct share_leaf {
    str name;           /* "Counters.A", "args[1].sx", "hits" */
    str shape;          /* the same without indices: elements of one slice have one shape */
    i64 index;          /* of the outermost element on the way; -1: none */
    struct obj *field;  /* the innermost field on the way that the program itself declares; NULL: none */
    struct type *owner; /* the struct that has it */
    struct type *type;  /* of the leaf */
    i64 at, size;       /* where the leaf begins in the object, and its bytes */
    struct span decl;   /* of field, or the object's own place */
    struct share_step steps[SHARE_STEPS]; /* from the object (of an element: from that) on; further ones are left out */
    u32 n_steps;
};

/* Of the stack of an allocation the frame that a person would call its place: neither the runtime's nor reflect's.  NULL: unknown. */
const struct race_frame *share_place_made(const struct race_stack *s);

/* Finds out what `of` (an object of the line) is. */
void share_place_thing(const struct share_places *p, const struct share_line *l, const struct share_object *of,
                       struct share_thing *out);
/* The leaf at a byte of the object. */
void share_place_leaf(const struct share_places *p, const struct share_thing *t, u64 offset, struct share_leaf *out);

#endif
