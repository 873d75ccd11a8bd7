/* act.h: activations: the frames of running functions that the shadow memory remembers.
 *
 * An activation is (the caller's activation, the pc that the function returns to): with a pc inside
 * of the function it is a full call stack.  It is made when its function first has an access
 * recorded and lives as long as the function runs or somebody names it: a cell's entry, an
 * activation that was called from it.  So the history is complete, costs no lookup, and is given
 * back when the last word that needs it is overwritten.  Id 0 is the empty stack.
 * pc and parent never change.  References are counted; ids are recycled.
 */
#ifndef GOMM_RT_ACT_H
#define GOMM_RT_ACT_H

#include "mem.h"
#include "rt_types.h"

struct proc;

struct act {
    u32 refs;
    u32 parent;
    u64 pc;
    u32 stack; /* the same as a node of the calling-context tree, once somebody asked */
};

extern struct arena acts;

int act_init(void);
void act_drain(struct cache *c);

static inline struct act *act_at(u32 id)
{
    return arena_at(&acts, id);
}

/* With one reference; takes another one on parent.  0 when memory ran out. */
u32 act_new(struct cache *c, u32 parent, u64 pc);

static inline void act_ref(u32 id)
{
    if (id != 0) {
        atomic_add(&act_at(id)->refs, 1);
    }
}

void act_free(struct cache *c, u32 id);

static inline void act_unref(struct cache *c, u32 id)
{
    if (id != 0 && atomic_sub(&act_at(id)->refs, 1) == 1) {
        act_free(c, id);
    }
}

/* The stack (stack.h) of an activation; equal for equal stacks.  The caller's reference must
   hold. */
u32 act_stack(u32 id);

#endif
