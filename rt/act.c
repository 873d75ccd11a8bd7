/* act.c: see act.h. */
#include "act.h"

#include "stack.h"

struct arena acts;
static struct pool act_pool = {.arena = &acts, .stride = 1};

int act_init(void)
{
    return arena_init(&acts, "activations", sizeof(struct act), 1u << 30);
}

void act_drain(struct cache *c)
{
    pool_drain(&act_pool, c, 0);
}

u32 act_new(struct cache *c, u32 parent, u64 pc)
{
    u32 id = pool_get(&act_pool, c);

    if (id != 0) {
        struct act *a = act_at(id);

        a->refs = 1;
        a->parent = parent;
        a->pc = pc;
        a->stack = 0;
        act_ref(parent);
    }
    return id;
}

/* The last reference went: so does the one on the parent, and so on. */
void act_free(struct cache *c, u32 id)
{
    do {
        u32 parent = act_at(id)->parent;

        pool_put(&act_pool, c, id);
        id = parent;
    } while (id != 0 && atomic_sub(&act_at(id)->refs, 1) == 1);
}

u32 act_stack(u32 id)
{
    u32 depth = 0, stack = 0;

    for (u32 i = id; i != 0; i = act_at(i)->parent) {
        stack = atomic_load_relaxed(&act_at(i)->stack);
        if (stack != 0) {
            break;
        }
        depth++;
    }
    if (depth == 0) {
        return stack;
    }

    u32 *path = mem_alloc(depth * sizeof *path);

    if (!path) {
        return 0;
    }
    for (u32 i = id, n = depth; n-- > 0; i = act_at(i)->parent) {
        path[n] = i;
    }
    for (u32 n = 0; n < depth; n++) {
        struct act *a = act_at(path[n]);

        stack = stack_push(stack, a->pc);
        atomic_store_relaxed(&a->stack, stack);
    }
    mem_free(path, depth * sizeof *path);
    return stack;
}
