/* rt_oracle.c: see rt_oracle.h. */
#include "rt_oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct acc {
    u32 o, time, stretch; /* oracle's goroutine, and its time */
    u32 g, epoch, stack;  /* the runtime's names for it */
    u8 mask, kind;
    u8 pause; /* outside of bursts */
    u8 done; /* bytes on which a later access represents it (not thorough) */
    u32 *vc; /* what its goroutine knew then, of `vc_n` goroutines (thorough) */
    u32 vc_n;
};

struct hist {
    uptr word;
    struct acc *a;
    u32 n, cap;
    u32 site;  /* of the allocation, if an object starts here */
    uptr end;  /* of that object */
    int parts; /* of several objects: no site to be sure of */
};

struct object {
    uptr addr;
    int alive;
    struct vc vc;
};

static struct {
    struct oracle_mode mode;
    u32 ids;
    /* words by address, open addressing */
    struct hist *hist;
    u32 hist_cap, hist_count;
    struct object *object;
    u32 object_count, object_cap;
    /* reported pairs of stacks (and the word, unless dedupe) */
    struct pair {
        u32 a, b;
        uptr word;
    } * pair;
    u32 pair_cap, pair_count;
    /* the access under way */
    struct gor *g;
    uptr addr, size;
    struct acc now;
    struct race *found;
    u32 found_count, found_cap;
    u32 here; /* reports in a row for one word */
} o;

struct oracle_counts oracle_counts;

/* ---- clocks ---- */

static u32 vc_get(const struct vc *v, u32 id)
{
    return id < v->n ? v->at[id] : 0;
}

static void vc_need(struct vc *v, u32 n)
{
    if (n > v->cap) {
        v->cap = n * 2;
        v->at = realloc(v->at, v->cap * sizeof *v->at);
    }
    while (v->n < n) {
        v->at[v->n++] = 0;
    }
}

static void vc_join(struct vc *v, const struct vc *w)
{
    vc_need(v, w->n);
    for (u32 i = 0; i < w->n; i++) {
        v->at[i] = v->at[i] < w->at[i] ? w->at[i] : v->at[i];
    }
}

static void vc_set(struct vc *v, const struct vc *w)
{
    v->n = 0;
    vc_join(v, w);
}

static void tick(struct gor *g)
{
    vc_need(&g->vc, g->id + 1);
    g->vc.at[g->id] = ++g->time;
}

static void publish(struct gor *g)
{
    tick(g);
    g->stretch++;
}

void oracle_start(struct gor *g, struct gor *parent)
{
    memset(g, 0, sizeof *g);
    g->id = o.ids++;
    if (parent && parent->ignore == 0) {
        publish(parent);
        vc_set(&g->vc, &parent->vc);
    }
    tick(g);
}

void oracle_end(struct gor *g)
{
    free(g->vc.at);
    memset(&g->vc, 0, sizeof g->vc);
}

/* ---- synchronisation ---- */

static struct object *object(uptr addr, int make)
{
    struct object *unused = NULL;

    for (u32 i = 0; i < o.object_count; i++) {
        if (o.object[i].alive && o.object[i].addr == addr) {
            return &o.object[i];
        }
        if (!o.object[i].alive) {
            unused = &o.object[i];
        }
    }
    if (!make) {
        return NULL;
    }
    if (!unused) {
        if (o.object_count == o.object_cap) {
            o.object_cap = o.object_cap ? o.object_cap * 2 : 16;
            o.object = realloc(o.object, o.object_cap * sizeof *o.object);
        }
        unused = &o.object[o.object_count++];
        memset(unused, 0, sizeof *unused);
    }
    unused->addr = addr;
    unused->alive = 1;
    unused->vc.n = 0;
    return unused;
}

void oracle_acquire(struct gor *g, uptr addr)
{
    struct object *s = object(addr, 0);

    if (s) {
        vc_join(&g->vc, &s->vc);
    }
    oracle_counts.synchronised++;
}

void oracle_release(struct gor *g, uptr addr)
{
    publish(g);
    vc_set(&object(addr, 1)->vc, &g->vc);
    oracle_counts.synchronised++;
}

void oracle_release_merge(struct gor *g, uptr addr)
{
    publish(g);
    vc_join(&object(addr, 1)->vc, &g->vc);
    oracle_counts.synchronised++;
}

void oracle_release_acquire(struct gor *g, uptr addr)
{
    struct object *s = object(addr, 1);
    struct vc old = s->vc;

    publish(g);
    memset(&s->vc, 0, sizeof s->vc);
    vc_set(&s->vc, &g->vc);
    vc_join(&g->vc, &old);
    free(old.at);
    oracle_counts.synchronised++;
}

void oracle_everything(struct gor *g, struct gor *const *others, u32 count)
{
    /* Finished goroutines have published themselves: nobody's clock may lack them. */
    static struct vc all;

    vc_need(&all, o.ids);
    for (u32 i = 0; i < o.ids; i++) {
        all.at[i] = ~0u;
    }
    all.n = o.ids;
    for (u32 i = 0; i < count; i++) {
        if (others[i] != g) {
            publish(others[i]);
        }
        all.at[others[i]->id] = others[i]->time;
    }
    vc_join(&g->vc, &all);
    oracle_counts.synchronised++;
}

/* ---- memory ---- */

static struct hist *hist(uptr word)
{
    u32 i;

    if (o.hist_count * 2 >= o.hist_cap) {
        struct hist *old = o.hist;
        u32 cap = o.hist_cap;

        o.hist_cap = cap ? cap * 2 : 1024;
        o.hist = calloc(o.hist_cap, sizeof *o.hist);
        o.hist_count = 0;
        for (u32 k = 0; k < cap; k++) {
            if (old[k].word != 0) {
                *hist(old[k].word) = old[k];
            }
        }
        free(old);
    }
    i = (u32)((word * 0x9e3779b97f4a7c15UL) >> 32) & (o.hist_cap - 1);
    while (o.hist[i].word != 0 && o.hist[i].word != word) {
        i = (i + 1) & (o.hist_cap - 1);
    }
    if (o.hist[i].word == 0) {
        o.hist[i].word = word;
        o.hist_count++;
    }
    return &o.hist[i];
}

/* An address belongs to the object that starts last at or before it; SITE_UNSURE if that ends before. */
static u32 site_at(uptr word)
{
    for (uptr n = 0; n < LARGE && word - n >= HEAP_LO && word < HEAP_HI; n += 8) {
        u32 i = (u32)(((word - n) * 0x9e3779b97f4a7c15UL) >> 32) & (o.hist_cap - 1);

        while (o.hist[i].word != 0 && o.hist[i].word != word - n) {
            i = (i + 1) & (o.hist_cap - 1);
        }
        if (o.hist[i].word != 0 && o.hist[i].end != 0) {
            return word < o.hist[i].end ? o.hist[i].site : SITE_UNSURE;
        }
    }
    return 0;
}

static void forget(struct hist *h, u8 mask)
{
    u32 n = 0;

    for (u32 i = 0; i < h->n; i++) {
        h->a[i].mask &= (u8)~mask;
        if (h->a[i].mask != 0) {
            h->a[n++] = h->a[i];
        } else {
            free(h->a[i].vc);
        }
    }
    h->n = n;
}

/* The bytes of [addr, addr+size) in the word. */
static u8 bytes(uptr word, uptr addr, uptr size)
{
    u32 mask = 0;

    for (u32 i = 0; i < 8; i++) {
        mask |= (u32)(word + i - addr < size) << i;
    }
    return (u8)mask;
}

void oracle_forget(uptr addr, uptr size, u32 site)
{
    for (uptr w = addr & ~7UL; w < addr + size; w += 8) {
        u8 mask = bytes(w, addr, size);
        struct hist *h = hist(w);

        forget(h, mask);
        if (w >= addr) {
            h->site = site;
            h->end = w < addr + 8 ? addr + size : 0;
        }
        h->parts = mask != 0xff;
    }
    for (u32 i = 0; i < o.object_count; i++) {
        if (o.object[i].addr - addr < size) {
            o.object[i].alive = 0;
        }
    }
}

void oracle_init(struct oracle_mode mode)
{
    for (u32 i = 0; i < o.hist_cap; i++) {
        forget(&o.hist[i], 0xff);
        free(o.hist[i].a);
    }
    for (u32 i = 0; i < o.object_count; i++) {
        free(o.object[i].vc.at);
    }
    free(o.hist);
    free(o.object);
    free(o.pair);
    free(o.found);
    memset(&o, 0, sizeof o);
    o.mode = mode;
    o.pair_cap = 1 << 12;
    o.pair = calloc(o.pair_cap, sizeof *o.pair);
}

/* ---- reported pairs ---- */

static struct pair *pair_find(u32 a, u32 b, uptr word)
{
    struct pair p = {a < b ? a : b, a < b ? b : a, o.mode.dedupe ? 0 : word};
    u64 h = ((u64)p.a << 32 ^ (u64)p.b << 8 ^ p.word) * 0x9e3779b97f4a7c15UL;

    for (u32 i = (u32)(h >> 32);; i++) {
        struct pair *q = &o.pair[i & (o.pair_cap - 1)];

        if (q->b == 0 || (q->a == p.a && q->b == p.b && q->word == p.word)) {
            return q;
        }
    }
}

static int pair_known(u32 a, u32 b, uptr word)
{
    return pair_find(a, b, word)->b != 0;
}

static void pair_add(u32 a, u32 b, uptr word)
{
    struct pair *p = pair_find(a, b, word);

    if (p->b == 0) {
        *p = (struct pair){a < b ? a : b, a < b ? b : a, o.mode.dedupe ? 0 : word};
        o.pair_count++;
    }
    if (o.pair_count * 2 > o.pair_cap) {
        struct pair *old = o.pair;
        u32 cap = o.pair_cap;

        o.pair_cap = cap * 2;
        o.pair = calloc(o.pair_cap, sizeof *o.pair);
        for (u32 i = 0; i < cap; i++) {
            if (old[i].b != 0) {
                *pair_find(old[i].a, old[i].b, old[i].word) = old[i];
            }
        }
        free(old);
    }
}

void oracle_on_race(struct thr *t, const struct race *r)
{
    if (!o.g || t != o.g->t) {
        rt_broken("a report from a goroutine that makes no access");
    }
    if (o.found_count == o.found_cap) {
        o.found_cap = o.found_cap ? o.found_cap * 2 : 64;
        o.found = realloc(o.found, o.found_cap * sizeof *o.found);
    }
    if (!o.mode.dedupe && o.here >= 64 && o.found[o.found_count - 1].addr != r->addr) {
        rt_broken("the test's own rule was not kept: too many races over several words");
    }
    o.here = o.found_count > 0 && o.found[o.found_count - 1].addr == r->addr ? o.here + 1 : 1;
    o.found[o.found_count++] = *r;
    pair_add(r->now_stack, r->before_stack, r->addr);
    oracle_counts.reports++;
}

int oracle_on_known(u32 stack, u32 other)
{
    if (o.mode.dedupe) {
        return pair_known(stack, other, 0);
    }
    /* Every pair counts at every word.  But the runtime goes over a word again if it is full of
       races, and must not find the same ones; such an access may not have several words, as it
       cannot be told here that another one's turn has come. */
    return o.here >= 64 && pair_known(stack, other, o.found[o.found_count - 1].addr);
}

/* ---- the check ---- */

static int conflict(u8 a, u8 b)
{
    int writes = (a & ACCESS_WRITE) || (b & ACCESS_WRITE);
    int both_atomic = (a & ACCESS_ATOMIC) && (b & ACCESS_ATOMIC);

    return writes && !both_atomic;
}

static int covers(u8 y, u8 x)
{
    for (u8 k = 0; k < ACCESS_KINDS; k++) {
        if (conflict(x, k) && !conflict(y, k)) {
            return 0;
        }
    }
    return 1;
}

static int ordered(const struct acc *x, const struct gor *g)
{
    return x->o == g->id || vc_get(&g->vc, x->o) >= x->time;
}

static int same_stretch(const struct acc *x, const struct acc *y)
{
    return x->o == y->o && x->stretch == y->stretch;
}

static int before(const struct acc *x, const struct acc *y)
{
    return x->o == y->o ? x->time < y->time : x->o < y->vc_n && y->vc[x->o] >= x->time;
}

static const char *kind_name(u8 kind)
{
    static const char *const name[] = {"read", "write", "atomic read", "atomic write"};

    return name[kind];
}

/* Was (y, z) reported, or (y, w) with w representing z on this byte? */
static int reported(const struct hist *h, const struct acc *y, const struct acc *z, u8 byte)
{
    if (pair_known(y->stack, z->stack, h->word)) {
        return 1;
    }
    if (o.mode.all) {
        return 0;
    }
    for (u32 i = h->n; i-- > 0;) {
        const struct acc *w = &h->a[i];

        if (w->o == z->o && w->stretch != z->stretch) {
            break;
        }
        if (same_stretch(w, z) && (w->mask & byte) && covers(w->kind, z->kind) &&
            pair_known(y->stack, w->stack, h->word)) {
            return 1;
        }
    }
    return 0;
}

static void must_be_reported(const struct hist *h, const struct acc *x, const struct acc *z,
                             u8 byte)
{
    if (reported(h, x, z, byte)) {
        return;
    }
    for (u32 i = 0; i < h->n; i++) {
        const struct acc *y = &h->a[i];

        if (y != x && y->pause && (y->mask & byte) && covers(y->kind, x->kind) && before(x, y)) {
            return;
        }
    }
    oracle_counts.represented++;
    for (u32 i = o.mode.all ? 0 : h->n; i-- > 0;) {
        const struct acc *y = &h->a[i];

        if (y != x && (y->mask & byte) && covers(y->kind, x->kind) && !ordered(y, o.g) &&
            (same_stretch(x, y) || (o.mode.thorough && before(x, y))) && reported(h, y, z, byte)) {
            return;
        }
    }
    for (u32 i = 0; i < h->n; i++) {
        const struct acc *y = &h->a[i];

        fprintf(stderr, "# history: %s by %u, mask %#x, epoch %u, time %u, stretch %u, %s%s\n",
                kind_name(y->kind), y->g, y->mask, y->epoch, y->time, y->stretch,
                ordered(y, o.g) ? "ordered" : "not ordered", y == x ? " <- this" : "");
    }
    rt_broken(
        "race not found at %#lx, byte mask %#x: %s by %u (epoch %u, mask %#x, time %u) and now "
        "%s by %u (epoch %u, mask %#x), %u reports",
        h->word, byte, kind_name(x->kind), x->g, x->epoch, x->mask, x->time, kind_name(z->kind),
        z->g, z->epoch, z->mask, o.found_count);
}

/* What the runtime reports must be a race, bytes and all. */
static void check_report(const struct race *r)
{
    const struct hist *h = hist(r->addr);
    u8 mask = bytes(r->addr, o.addr, o.size), seen = 0;

    if (r->now.g != o.now.g || r->now.epoch != o.now.epoch || r->now.kind != o.now.kind ||
        r->now.mask != mask || r->now_stack != o.now.stack || mask == 0) {
        rt_broken("report of an access that is not the one under way: at %#lx %s by %u, mask %#x",
                  r->addr, kind_name(r->now.kind), r->now.g, r->now.mask);
    }
    for (u32 i = 0; i < h->n; i++) {
        const struct acc *y = &h->a[i];

        if (y->g == r->before.g && y->epoch == r->before.epoch && y->stack == r->before_stack &&
            y->kind == r->before.kind && !y->pause) {
            seen |= y->mask;
            if (ordered(y, o.g)) {
                rt_broken("false race at %#lx: %s by %u epoch %u happened before %s by %u", r->addr,
                          kind_name(y->kind), y->g, y->epoch, kind_name(o.now.kind), o.now.g);
            }
        }
    }
    if ((r->before.mask & mask) == 0 || (r->before.mask & (u8)~seen) != 0 ||
        !conflict(r->before.kind, r->now.kind)) {
        rt_broken("false race at %#lx: %s by %u epoch %u, mask %#x (seen %#x), and %s mask %#x",
                  r->addr, kind_name(r->before.kind), r->before.g, r->before.epoch, r->before.mask,
                  seen, kind_name(r->now.kind), mask);
    }
    if (!h->parts && r->site != site_at(h->word) && site_at(h->word) != SITE_UNSURE) {
        rt_broken("report says that %#lx was allocated at stack %u, it was %u", r->addr, r->site,
                  site_at(h->word));
    }
    if (r->known >= r->before.epoch) {
        rt_broken("report says that epoch %u is known and %u is not", r->known, r->before.epoch);
    }
}

void oracle_access(struct gor *g, uptr addr, uptr size, u8 kind, u32 stack)
{
    tick(g);
    o.g = g;
    o.addr = addr;
    o.size = size;
    o.found_count = 0;
    o.here = 0;
    o.now = (struct acc){.o = g->id,
                         .time = g->time,
                         .stretch = g->stretch,
                         .g = g->t ? thr_g(g->t) : 0,
                         .epoch = g->t ? thr_epoch(g->t) : 0,
                         .stack = stack,
                         .kind = kind,
                         .pause = fast_mode == FAST_PAUSE};
}

static void word_done(uptr word)
{
    struct hist *h = hist(word);
    struct acc z = o.now;

    z.mask = bytes(word, o.addr, o.size);
    for (u32 i = 0; i < h->n; i++) {
        struct acc *x = &h->a[i];

        if (x->pause) {
            continue;
        }

        int known = x->g == z.g || thr_knows(o.g->t, x->g, x->epoch);
        u8 race = (u8)(x->mask & z.mask & ~x->done);

        if (known != ordered(x, o.g)) {
            rt_broken("%u %s epoch %u of %u", z.g, known ? "knows" : "does not know", x->epoch,
                      x->g);
        }
        if (known) {
            if (!o.mode.thorough && !o.mode.all && covers(z.kind, x->kind)) {
                x->done |= z.mask;
            }
            continue;
        }
        if (conflict(x->kind, z.kind)) {
            for (u32 b = 0; b < 8; b++) {
                if (race >> b & 1) {
                    oracle_counts.races++;
                    must_be_reported(h, x, &z, (u8)(1u << b));
                }
            }
        }
    }
    if (o.mode.thorough) {
        z.vc_n = o.g->vc.n;
        z.vc = malloc(z.vc_n * sizeof *z.vc);
        memcpy(z.vc, o.g->vc.at, z.vc_n * sizeof *z.vc);
    }
    if (h->n == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 8;
        h->a = realloc(h->a, h->cap * sizeof *h->a);
    }
    h->a[h->n++] = z;
}

void oracle_access_done(void)
{
    if (rt_off) {
        o.g = NULL; /* memory ran out: nothing is promised but that the program goes on */
        return;
    }
    for (u32 i = 0; i < o.found_count; i++) {
        check_report(&o.found[i]);
    }
    for (uptr w = o.addr & ~7UL; w < o.addr + o.size; w += 8) {
        word_done(w);
    }
    oracle_counts.accesses++;
    o.g = NULL;
}
