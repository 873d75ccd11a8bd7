/* clock.c: see clock.h. */
#include "clock.h"

#include "alone.h"
#include "goroutine.h"

_Static_assert((int)CLOCK_FAN == (int)GOROUTINE_LEAF, "goroutine_known");

enum { NODES = 1u << 27 };

struct arena clock_nodes;
static struct pool node_pool = {.arena = &clock_nodes, .stride = 1};

int clock_init(void)
{
    return arena_init(&clock_nodes, "vector clocks", sizeof(struct clock_node), NODES);
}

void clock_drain(struct cache *c)
{
    pool_drain(&node_pool, c, 0);
}

static void node_ref(u32 id)
{
    inside_add(&clock_at(id)->refs, 1);
}

typedef u32 four __attribute__((vector_size(16), aligned(8), may_alias)); /* slots */
typedef u64 half __attribute__((vector_size(16)));
typedef int ints __attribute__((vector_size(16)));
typedef short shorts __attribute__((vector_size(16)));
typedef char chars __attribute__((vector_size(16)));

enum { FOURS = CLOCK_FAN / 4 };
_Static_assert(CLOCK_FAN == 32, "a bit for each slot");

static inline const four *fours(const struct clock_node *n)
{
    return (const four *)(const void *)n->slot;
}

/* A bit for each of sixteen slots; each is all ones or 0 (SSE2). */
static inline u32 sixteen(const ints *slots)
{
    shorts low = (shorts)__builtin_ia32_packssdw128(slots[0], slots[1]), high = (shorts)__builtin_ia32_packssdw128(slots[2], slots[3]);

    return (u32)__builtin_ia32_pmovmskb128((chars)__builtin_ia32_packsswb128(low, high));
}

/* The slots that are nodes: a bit for each. */
static u32 children(const struct clock_node *n)
{
    const four *s = fours(n), all = {CLOCK_ALL, CLOCK_ALL, CLOCK_ALL, CLOCK_ALL};
    ints none[FOURS];

    if (n->level == 0) {
        return 0;
    }
    for (u32 i = 0; i < FOURS; i++) {
        none[i] = (ints)((s[i] == 0) | (s[i] == all));
    }
    return ~(sixteen(none) | sixteen(none + 4) << 16);
}

/* The slots in which two nodes differ. */
static u32 differences(const struct clock_node *x, const struct clock_node *y)
{
    const four *a = fours(x), *b = fours(y);
    ints same[FOURS];

    for (u32 i = 0; i < FOURS; i++) {
        same[i] = (ints)(a[i] == b[i]);
    }
    return ~(sixteen(same) | sixteen(same + 4) << 16);
}

static u32 lowest(u32 bits)
{
    return (u32)__builtin_ctz(bits);
}

static int is_node(u32 level, u32 v)
{
    return level > 0 && v != 0 && v != CLOCK_ALL;
}

u32 clock_ref(u32 root)
{
    if (root != 0) {
        node_ref(root);
    }
    return root;
}

void clock_unref(struct cache *c, u32 root)
{
    if (root == 0) {
        return;
    }

    struct clock_node *n = clock_at(root);

    if (inside_add(&n->refs, 0U - 1) != 1) {
        return;
    }
    for (u32 bits = children(n); bits != 0; bits &= bits - 1) {
        clock_unref(c, n->slot[lowest(bits)]);
    }
    pool_put(&node_pool, c, root);
}

static u32 node_new(struct cache *c, u32 level)
{
    u32 id = pool_get(&node_pool, c);

    if (id != 0) {
        struct clock_node *n = clock_at(id);

        memset(n, 0, sizeof *n);
        n->refs = 1;
        n->level = level;
    }
    return id;
}

/* A node with the same slots that is ours alone; takes over the reference.  0: out of memory, and
   the reference is still the caller's. */
static u32 node_own(struct cache *c, u32 id)
{
    struct clock_node *n = clock_at(id);

    if (atomic_load(&n->refs) == 1) {
        return id;
    }

    u32 copy = pool_get(&node_pool, c);

    if (copy == 0) {
        return 0;
    }

    struct clock_node *m = clock_at(copy);

    m->refs = 1;
    m->level = n->level;
    for (u32 i = 0; i < FOURS; i++) {
        ((four *)(void *)m->slot)[i] = fours(n)[i];
    }
    for (u32 bits = children(n); bits != 0; bits &= bits - 1) {
        node_ref(n->slot[lowest(bits)]);
    }
    clock_unref(c, id);
    return copy;
}

static u32 child_first(u32 first, u32 level, u32 i)
{
    return first + (i << level * CLOCK_FAN_LOG);
}

/* Does the node know everything that its goroutines, all finished, ever did? */
static int node_complete(const struct clock_node *n, u32 first)
{
    if (n->level > 0) {
        for (u32 i = CLOCK_FAN; i-- > 0;) {
            u32 v = n->slot[i];

            if (v == 0 ||
                (v != CLOCK_ALL && !node_complete(clock_at(v), child_first(first, n->level, i)))) {
                return 0;
            }
        }
        return 1;
    }
    return goroutine_known(first, n->slot);
}

/* Replaces a complete child by CLOCK_ALL; takes over the reference. */
static u32 node_fold(struct cache *c, u32 id, u32 first)
{
    if (!node_complete(clock_at(id), first)) {
        return id;
    }
    clock_unref(c, id);
    return CLOCK_ALL;
}

/* Slot i of a node of ours has changed.  Its left neighbour's goroutines are older; most often they
   have finished only after they were last heard of, so here is the place to notice. */
static void node_fold_left(struct cache *c, struct clock_node *n, u32 first, u32 i)
{
    if (i > 0 && is_node(n->level, n->slot[i - 1])) {
        n->slot[i - 1] = node_fold(c, n->slot[i - 1], child_first(first, n->level, i - 1));
    }
}

/* Puts a node over `root`, so that its range holds more. */
static u32 node_raise(struct cache *c, u32 root)
{
    u32 id = node_new(c, clock_at(root)->level + 1);

    if (id != 0) {
        clock_at(id)->slot[0] = node_fold(c, root, 0);
    }
    return id;
}

static u32 node_set(struct cache *c, u32 id, u32 first, u32 g, u32 e)
{
    id = node_own(c, id);
    if (id == 0) {
        return 0;
    }

    struct clock_node *n = clock_at(id);
    u32 i = (g >> n->level * CLOCK_FAN_LOG) & (CLOCK_FAN - 1);

    if (n->level == 0) {
        if (n->slot[i] < e) {
            n->slot[i] = e;
        }
        return id;
    }
    if (n->slot[i] == CLOCK_ALL) {
        return id;
    }
    if (n->slot[i] == 0) {
        u32 child = node_new(c, n->level - 1);

        if (child == 0) {
            return id;
        }
        n->slot[i] = child;
    }

    u32 child = node_set(c, n->slot[i], child_first(first, n->level, i), g, e);

    if (child != 0) {
        n->slot[i] = child;
    }
    node_fold_left(c, n, first, i);
    return id;
}

u32 clock_set(struct cache *c, u32 root, u32 g, u32 e)
{
    u32 id = root;

    if (e == 0) {
        return root;
    }
    if (id == 0) {
        id = node_new(c, 0);
    }
    while (id != 0 && (u64)g >> clock_at(id)->level * CLOCK_FAN_LOG >= CLOCK_FAN) {
        u32 up = node_raise(c, id);

        if (up == 0) {
            return id;
        }
        id = up;
    }

    u32 set = id == 0 ? 0 : node_set(c, id, 0, g, e);

    return set == 0 ? id : set;
}

/* What a has and b does not, what b has and a does not; of the same level and range. */
enum { MORE_A = 1, MORE_B = 2, MORE_BOTH = MORE_A | MORE_B };

static u32 leaf_more(const struct clock_node *x, const struct clock_node *y)
{
    const four *a = fours(x), *b = fours(y);
    half more_a = {0, 0}, more_b = {0, 0};

    for (u32 i = 0; i < FOURS; i++) {
        more_a |= (half)(a[i] > b[i]);
        more_b |= (half)(b[i] > a[i]);
    }
    return ((more_a[0] | more_a[1]) != 0 ? MORE_A : 0U) | ((more_b[0] | more_b[1]) != 0 ? MORE_B : 0U);
}

static u32 node_more(u32 level, u32 a, u32 b)
{
    if (a == b) {
        return 0;
    }
    if (b == 0 || a == CLOCK_ALL) {
        return MORE_A;
    }
    if (a == 0 || b == CLOCK_ALL) {
        return MORE_B;
    }

    const struct clock_node *x = clock_at(a), *y = clock_at(b);

    if (level == 0) {
        return leaf_more(x, y);
    }

    u32 more = 0;

    for (u32 bits = differences(x, y); bits != 0 && more != MORE_BOTH; bits &= bits - 1) {
        more |= node_more(level - 1, x->slot[lowest(bits)], y->slot[lowest(bits)]);
    }
    return more;
}

static u32 node_join(struct cache *c, u32 level, u32 first, u32 a, u32 b);

/* Joins m's slots into those of n, which is ours alone. */
static void slots_join(struct cache *c, struct clock_node *n, const struct clock_node *m, u32 first)
{
    if (n->level == 0) {
        four *a = (four *)(void *)n->slot;
        const four *b = fours(m);

        for (u32 i = 0; i < FOURS; i++) {
            four more = (four)(b[i] > a[i]);

            a[i] = (a[i] & ~more) | (b[i] & more);
        }
        return;
    }
    for (u32 bits = differences(n, m); bits != 0; bits &= bits - 1) {
        u32 i = lowest(bits);

        n->slot[i] = node_join(c, n->level - 1, child_first(first, n->level, i), n->slot[i], m->slot[i]);
        node_fold_left(c, n, first, i);
    }
}

/* Same level and range; takes over a, reads b. */
static u32 node_join(struct cache *c, u32 level, u32 first, u32 a, u32 b)
{
    u32 more = node_more(level, a, b);

    if (!(more & MORE_B)) {
        return a;
    }
    if (b == CLOCK_ALL) {
        clock_unref(c, a);
        return b;
    }
    if (more == MORE_B) {
        node_ref(b);
        clock_unref(c, a);
        return b;
    }

    u32 id = node_own(c, a);

    if (id == 0) {
        return a;
    }

    slots_join(c, clock_at(id), clock_at(b), first);
    return node_fold(c, id, first);
}

/* At the root: ranges may differ, and CLOCK_ALL is not allowed. */
u32 clock_join(struct cache *c, u32 a, u32 b)
{
    if (a == b || b == 0) {
        return a;
    }
    if (a == 0) {
        return clock_ref(b);
    }
    while (clock_at(a)->level < clock_at(b)->level) {
        u32 up = node_raise(c, a);

        if (up == 0) {
            return a;
        }
        a = up;
    }

    u32 top = clock_at(a)->level, level = clock_at(b)->level;

    if (top == level) {
        u32 more = node_more(level, a, b);

        if (!(more & MORE_B)) {
            return a;
        }
        if (more == MORE_B) {
            node_ref(b);
            clock_unref(c, a);
            return b;
        }
    }

    u32 own = node_own(c, a);

    if (own == 0) {
        return a;
    }
    a = own;

    struct clock_node *n = clock_at(a);

    if (top == level) {
        slots_join(c, n, clock_at(b), 0);
        return a;
    }

    /* b's range lies within the first slot of a, of that slot's first slot, and so on */
    for (;;) {
        if (n->slot[0] == CLOCK_ALL) {
            return a;
        }
        if (n->level - 1 == level) {
            n->slot[0] = node_join(c, level, 0, n->slot[0], b);
            return a;
        }
        u32 down = n->slot[0] == 0 ? node_new(c, n->level - 1) : node_own(c, n->slot[0]);

        if (down == 0) {
            return a;
        }
        n->slot[0] = down;
        n = clock_at(down);
    }
}

u32 clock_everything(struct cache *c, u32 next)
{
    u32 level = 0;

    while ((u64)(next - 1) >> level * CLOCK_FAN_LOG >= CLOCK_FAN) {
        level++;
    }

    /* Along the right edge of the tree: slots left of the path are known, right of it not born. */
    u32 root = node_new(c, level);

    for (u32 id = root; id != 0;) {
        struct clock_node *n = clock_at(id);
        u32 i = ((next - 1) >> n->level * CLOCK_FAN_LOG) & (CLOCK_FAN - 1);

        for (u32 j = 0; j < i; j++) {
            n->slot[j] = CLOCK_ALL;
        }
        if (n->level == 0) {
            n->slot[i] = CLOCK_ALL;
            break;
        }
        id = n->slot[i] = node_new(c, n->level - 1);
    }
    return root;
}

void clock_lower(struct cache *c, u32 root, u32 g, u32 e)
{
    for (u32 id = root; id != 0;) {
        struct clock_node *n = clock_at(id);
        u32 *slot = &n->slot[(g >> n->level * CLOCK_FAN_LOG) & (CLOCK_FAN - 1)];

        if (n->level == 0) {
            *slot = e;
            return;
        }
        if (*slot == CLOCK_ALL) {
            u32 child = node_new(c, n->level - 1);

            if (child == 0) {
                return;
            }
            memset(clock_at(child)->slot, 0xff, sizeof clock_at(child)->slot);
            *slot = child;
        }
        id = *slot;
    }
}
