/* stack.c: the calling-context tree, hash-consed.
 *
 * Lookups take no lock.  Insertion and growth of the hash table hold one; growth moves nodes to
 * other chains while readers walk them, which at worst makes a reader miss, and a miss is repeated
 * under the lock.
 */
#include "stack.h"

enum { NODES = 1u << 27, BUCKETS = 1u << 14, CUT_DEPTH = 8 };

u32 stack_limit = 1u << 25;

static struct arena nodes;
static struct pool node_pool = {.arena = &nodes, .stride = 1};
static struct cache node_cache; /* under lock */
static struct os_lock lock;
static struct {
    u32 *head;
    u32 mask;
} table; /* replaced by a larger one; old ones stay readable */
static u32 count;

int stack_init(void)
{
    if (arena_init(&nodes, "call stacks", sizeof(struct stack_node), NODES) != 0) {
        return -1;
    }
    table.head = os_map(BUCKETS * sizeof(u32));
    table.mask = BUCKETS - 1;
    return table.head && arena_take(&nodes, 1) == STACK_CUT ? 0 : -1;
}

const struct stack_node *stack_at(u32 id)
{
    return arena_at(&nodes, id);
}

/* Nodes that are made one after the other are looked for one after the other, again and again: so they lie side by side.  A
 * function makes some dozens of calls; what has no parent, or none but STACK_CUT, can be any call of the program. */
static u32 hash(u32 parent, uptr pc)
{
    u64 h = pc * 0x9e3779b97f4a7c15UL;

    return parent + (u32)(h >> (parent > STACK_CUT ? 64 - 6 : 32));
}

static u32 find(u32 first, u32 parent, uptr pc)
{
    for (u32 id = first; id != 0;) {
        const struct stack_node *n = stack_at(id);

        if (n->pc == pc && n->parent == parent) {
            return id;
        }
        id = atomic_load(&n->next);
    }
    return 0;
}

static void grow(void)
{
    u32 size = (table.mask + 1) * 2;
    u32 *head = os_map(size * sizeof(u32));

    if (!head) {
        return; /* longer chains */
    }
    for (u32 b = 0; b <= table.mask; b++) {
        for (u32 id = table.head[b], next; id != 0; id = next) {
            struct stack_node *n = arena_at(&nodes, id);
            u32 *to = &head[hash(n->parent, n->pc) & (size - 1)];

            next = n->next;
            atomic_store(&n->next, *to);
            *to = id;
        }
    }
    /* A reader that pairs the old mask with the new table, or the other way round, stays inside
       the table: masks only grow and are published last. */
    atomic_store(&table.head, head);
    atomic_store(&table.mask, size - 1);
}

/* Is it a stack that starts below STACK_CUT, with room for another call? */
static int cut_has_room(u32 id)
{
    for (u32 n = 0; n < CUT_DEPTH && id != 0; n++) {
        if (id == STACK_CUT) {
            return 1;
        }
        id = stack_at(id)->parent;
    }
    return 0;
}

/* Is it the node that comes next?  Mostly it is, as stacks that are new are asked for whole: then there is nothing to look up. */
static int follows(u32 parent, uptr pc)
{
    const struct stack_node *n = stack_at(parent + 1);

    return parent + 1 < atomic_load_relaxed(&nodes.next) && atomic_load_relaxed(&n->pc) == pc && atomic_load_relaxed(&n->parent) == parent;
}

u32 stack_push(u32 parent, uptr pc)
{
    if (follows(parent, pc)) {
        return parent + 1;
    }

    u32 h = hash(parent, pc);
    u32 mask = atomic_load(&table.mask);
    u32 *head = atomic_load(&table.head);
    u32 id = find(atomic_load(&head[h & mask]), parent, pc);

    if (LIKELY(id != 0)) {
        return id;
    }
    if (UNLIKELY(atomic_load_relaxed(&count) >= stack_limit) && !cut_has_room(parent)) {
        return stack_push(STACK_CUT, pc);
    }
    os_lock(&lock);
    id = find(table.head[h & table.mask], parent, pc);
    if (id == 0) {
        if (count > table.mask) {
            grow();
        }
        id = pool_get(&node_pool, &node_cache);
        if (id != 0) {
            struct stack_node *n = arena_at(&nodes, id);
            u32 *at = &table.head[h & table.mask];

            atomic_store_relaxed(&n->pc, pc); /* see follows */
            atomic_store_relaxed(&n->parent, parent);
            n->next = *at;
            atomic_store(at, id); /* pairs with the acquiring loads above */
            atomic_store_relaxed(&count, count + 1);
        }
    }
    os_unlock(&lock);
    return id;
}
