/* stack.h: call stacks as nodes of one calling-context tree.
 *
 * A node is (caller's node, pc), so equal stacks have equal ids and a stack costs 4 bytes wherever
 * it is remembered, for as long as the program runs: this is the detector's unlimited history.
 * Node 0 is the empty stack.  Nodes are never changed and never freed.
 *
 * Recursion that branches has no end of different stacks.  When there are stack_limit of them, what
 * would be a new one starts again below STACK_CUT, and keeps its innermost CUT_DEPTH calls: reports
 * then show those.
 */
#ifndef GOMM_RT_STACK_H
#define GOMM_RT_STACK_H

#include "mem.h"

struct stack_node {
    u64 pc; /* return address, as Go passes it */
    u32 parent;
    u32 next; /* in the hash chain */
};

/* The node below which stacks start that are not kept whole; its pc is 0. */
enum { STACK_CUT = 1 };

extern u32 stack_limit; /* nodes; tests lower it */

int stack_init(void);

/* The id of `parent` with pc on top; 0 when memory ran out. */
u32 stack_push(u32 parent, uptr pc);

const struct stack_node *stack_at(u32 id);

#endif
