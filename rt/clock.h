/* clock.h: vector clocks as persistent trees.
 *
 * A clock maps goroutine -> epoch and says: everything that this goroutine did up to the end of
 * this epoch happened before.  It is a radix tree of fanout 32; subtrees are immutable while they
 * are shared, counted by reference, and shared between all goroutines and synchronisation objects
 * that know the same.  So a release is a copy of a u32, re-acquiring what is known costs a pointer
 * comparison, and 100,000 goroutines started by one share what it knew.
 *
 * Two words are special as children: 0 is "nothing of these goroutines", CLOCK_ALL is "everything
 * of these goroutines", and stands for subtrees whose goroutines have all finished and are known
 * to their last epoch; so a clock stays small though goroutine indices are never used again.
 *
 * Invariants: a root is 0 or a node (never CLOCK_ALL, it would claim goroutines not yet born); a
 * node of level l holds the goroutines of a range of 32^(l+1); refs >= 1 for every reachable node;
 * a node with refs == 1 reached through references of one's own may be changed in place.
 * Functions are not synchronised: a root belongs to a goroutine or to a locked object.
 */
#ifndef GOMM_RT_CLOCK_H
#define GOMM_RT_CLOCK_H

#include "mem.h"

enum { CLOCK_FAN_LOG = 5, CLOCK_FAN = 1 << CLOCK_FAN_LOG };
#define CLOCK_ALL 0xffffffffu

struct clock_node {
    u32 refs;
    u32 level;           /* 0: slots are epochs; else: slots are nodes of level - 1 */
    u32 slot[CLOCK_FAN]; /* CLOCK_ALL as an epoch: all of them */
};

extern struct arena clock_nodes;

int clock_init(void);
void clock_drain(struct cache *c);

static inline struct clock_node *clock_at(u32 id)
{
    return (struct clock_node *)(void *)clock_nodes.base + id;
}

/* The epoch of g that is known, 0 if nothing of g is. */
static inline u32 clock_get(u32 root, u32 g)
{
    if (root == 0) {
        return 0;
    }

    const struct clock_node *n = clock_at(root);
    u32 shift = n->level * CLOCK_FAN_LOG;

    if ((u64)g >> shift >= CLOCK_FAN) {
        return 0;
    }
    for (;;) {
        u32 v = n->slot[(g >> shift) & (CLOCK_FAN - 1)];

        if (shift == 0 || v == 0 || v == CLOCK_ALL) {
            return v;
        }
        n = clock_at(v);
        shift -= CLOCK_FAN_LOG;
    }
}

u32 clock_ref(u32 root);
void clock_unref(struct cache *c, u32 root);
/* Takes over the reference to root and gives one to the result.  Raises g to epoch e. */
u32 clock_set(struct cache *c, u32 root, u32 g, u32 e);
/* The least upper bound; takes over a's reference, only reads b. */
u32 clock_join(struct cache *c, u32 a, u32 b);
/* Everything that goroutines below `next` ever do.  For those that still live the caller lowers
 * that to what they did so far; the clock must still be the caller's alone. */
u32 clock_everything(struct cache *c, u32 next);
void clock_lower(struct cache *c, u32 root, u32 g, u32 e);

#endif
