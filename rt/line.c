/* line.c: see line.h. */
#include "line.h"

#include "flags.h"
#include "line_tally.h"
#include "site.h"

u32 line_mode;
u32 line_window = 1;
u64 line_now;
u32 line_unresolved;
struct os_lock line_lock;

/* ---- the table of all lines ---- */

/* What stands there, once somebody has written:
 *   63       62   61-58   57-54       53-44   43-32    31            30-0
 *   0             near    conflicts   P       window   readers       goroutine    that wrote last
 *   1                                                  index of a struct line
 * readers: others have read since, on other Ps and in the same window.  Short fields hold the low bits. */
#define WORD_LINE    (1UL << 63)
#define WORD_READERS (1UL << 31)
#define WORD_G       0x7fffffffUL
enum { WORD_WINDOW_AT = 32, WORD_P_AT = 44, WORD_CONFLICTS_AT = 54, WORD_NEAR_AT = 58 };
enum { WORD_WINDOW = 0xfff, WORD_P = 0x3ff, WORD_COUNT = 0xf };
/* How often before a line is looked at closely. */
enum { CONFLICTS = 8, NEAR = 8 };

/* fast_amd64.S knows these. */
_Static_assert(WORD_READERS == 1U << 31 && WORD_WINDOW_AT == 32 && WORD_WINDOW == 0xfff && WORD_P_AT == 44 && LINE == 64,
               "words of lines");

/* The tables of the heap and of globals. */
u64 *line_tables[2];

static struct arena line_arena;

static struct {
    u32 free; /* list of structs by next_free */
    u32 hand; /* where to look for one that is worth the least */
    u32 next_id;
    u64 dropped, tracked;
    u32 kept[512]; /* by what lay on them: lines of past lives */
} lines;

static struct {
    struct os_lock lock;
    u64 began, since; /* the window's start; ns */
    u64 due;          /* by the processor's clock, when to look at the other one */
} clock;

/* About 20 us. */
enum { TICKS = 50000 };

/* As many transfers make a line worth keeping. */
enum { WORTH = 16 };

struct line *line_at(u32 index)
{
    return arena_at(&line_arena, index);
}

u32 line_count(void)
{
    return line_arena.next;
}

struct line_stats line_stats(void)
{
    return (struct line_stats){lines.dropped, lines.tracked, line_window - 1};
}

int line_init(void)
{
    if (flags.share == LINE_OFF) {
        return 0;
    }
    if (arena_init(&line_arena, "shared cache lines", sizeof(struct line), LINES) != 0 ||
        tally_init() != 0 || held_init() != 0) {
        return -1;
    }
    line_tables[0] = os_reserve((HEAP_HI - HEAP_LO) >> (LINE_LOG - 3));
    clock.began = clock.since = os_time();
    line_mode = flags.share;
    return line_tables[0] ? 0 : -1;
}

int line_map(const struct range *r, uptr from, uptr to)
{
    u64 **table = &line_tables[r - shadow_ranges];

    if (!*table) {
        *table = os_reserve(ROUND_UP(r->size >> (LINE_LOG - 3), 4096UL));
    }
    if (!*table) {
        return -1;
    }

    /* and the lines beside it, which are looked at with them */
    uptr end = ROUND_UP(r->size >> (LINE_LOG - 3), 4096UL);

    from >>= LINE_LOG - 3;
    to >>= LINE_LOG - 3;
    from = from > 8 ? ROUND_DOWN(from - 8, 4096UL) : 0;
    to = ROUND_UP(to + 8, 4096UL);
    return os_commit((u8 *)*table + from, (to < end ? to : end) - from);
}

/* NULL: outside of what is looked at. */
static u64 *word_of(uptr addr)
{
    const struct range *r = shadow_range(addr);

    return r && line_tables[r - shadow_ranges] ? &line_tables[r - shadow_ranges][(addr - r->lo) >> LINE_LOG]
                                          : NULL;
}

/* The line below (-1) or above (1) the one at addr; 0: nothing there. */
static u64 word_beside(uptr addr, int where)
{
    uptr beside = addr + (uptr)((sptr)where * LINE);
    const struct range *r = shadow_range(addr);

    return r && beside - r->lo < r->size ? atomic_load_relaxed(word_of(beside)) : 0;
}

/* ---- time ---- */

void line_burst(void)
{
    atomic_store_relaxed(&line_window, line_window + 1);
}

void line_tick(u64 ticks)
{
    if (ticks < atomic_load_relaxed(&clock.due) || !os_lock_try(&clock.lock)) {
        return;
    }

    u64 now = os_time();

    atomic_store_relaxed(&clock.due, ticks + TICKS);
    atomic_store_relaxed(&line_now, now - clock.began);
    if (now - clock.since >= flags.share_window) {
        clock.since = now;
        line_burst();
    }
    os_unlock(&clock.lock);
}

/* ---- the state of a line ---- */

/* struct line, last:
 *   63-44    43-32   31-16       15-8    7-0
 *   window   P       goroutine   reads   writes      words, by the latest accessor since it is that */
enum { LAST_READS_AT = 8, LAST_WHO_AT = 16, LAST_P_AT = 32, LAST_WINDOW_AT = 44 };

/* struct line, edge: who accessed either of the two lines latest, 4: wrote, 3-0: which of the 16 words. */
enum { EDGE_WROTE = 16, EDGE_WORD = 15 };

enum { NOBODY = 0xffff };
#define GONE 0xffffffffu

static u64 last_who(u32 g, u16 p)
{
    return (u64)(atomic_load_relaxed(&line_window) & 0xfffff) << LAST_WINDOW_AT |
           (u64)(p & 0xfff) << LAST_P_AT | (u64)(g & 0xffff) << LAST_WHO_AT;
}

static void spin_lock(u32 *lock)
{
    for (u32 n = 0, free = 0; !atomic_cas(lock, &free, 1); free = 0) {
        os_spin(n++);
    }
}

static void spin_unlock(u32 *lock)
{
    atomic_store(lock, 0);
}

static void pair_count(struct line *l, u16 from, u16 to, u32 n)
{
    for (u32 i = 0; i < LINE_PAIRS; i++) {
        if (l->pair[i].count == 0 || (l->pair[i].from == from && l->pair[i].to == to)) {
            l->pair[i].from = from;
            l->pair[i].to = to;
            l->pair[i].count += n;
            return;
        }
    }
}

/* The line has to come to P p, for this access. 0: it comes with its goroutine. */
static u32 fetch(struct line *l, u32 g, u16 p, u8 mask, int write)
{
    int wrote = l->writer_p != NOBODY && l->writer_p != p,
        before = l->before_p != NOBODY && l->before_p != p;
    u8 theirs = (u8)((wrote ? l->writer_words : 0) | (before ? l->before_writes : 0));
    u8 any = (u8)(theirs | (before ? l->before_reads : 0));
    u16 from = write && before ? l->before_p : wrote ? l->writer_p : before ? l->before_p : NOBODY;
    u32 other = write && before ? l->before_g : wrote ? l->writer_g : before ? l->before_g : ~g;

    if ((u16)other == (u16)g) {
        l->moves++;
        return 0;
    }
    l->transfers++;
    if (from != NOBODY) {
        pair_count(l, from, p, 1);
    }
    if (!l->shared) {
        l->shared = 1;
        l->shared_windows++;
    }
    if (mask & theirs || (write && mask & any)) {
        l->same += 1 + (u32)(l->pending &&
                             l->pending_p == p); /* what was read first is for the same then */
        l->pending = 0;
    } else {
        l->pending = 1;
        l->pending_p = p;
        l->pending_words = theirs;
        l->pending_any = any;
    }
    return 1;
}

/* An access that may change the state of the line. Returns whether it made a transfer, or GONE. */
static u32 change(struct line *l, uptr addr, u32 g, u16 p, u8 mask, int write)
{
    u64 me = last_who(g, p), bit = 1UL << (p & 63);
    u32 fetched = 0;

    spin_lock(&l->lock);
    if (l->addr != addr || l->state != LINE_LIVE) {
        spin_unlock(&l->lock);
        return GONE;
    }

    u64 last = l->last;

    if ((last ^ me) >> LAST_WINDOW_AT != 0) {
        l->copies = 0;
        l->writer_p = l->before_p = NOBODY;
        l->writer_words = l->before_reads = l->before_writes = 0;
        l->pending = l->shared = 0;
        l->windows++;
        l->last_seen = atomic_load_relaxed(&line_now);
        last = me;
    } else if ((last ^ me) >> LAST_WHO_AT != 0) {
        l->before_p = (u16)(last >> LAST_P_AT & 0xfff);
        l->before_g = (u32)(last >> LAST_WHO_AT & 0xffff);
        l->before_reads = (u8)(last >> LAST_READS_AT);
        l->before_writes = (u8)last;
        last = me;
    }
    if (write ? (l->copies & ~bit) != 0
              : !(l->copies & bit) && l->writer_p != NOBODY && l->writer_p != p) {
        fetched = fetch(l, g, p, mask, write);
    } else if (l->pending && l->pending_p == p &&
               (mask & l->pending_words || (write && mask & l->pending_any))) {
        l->pending = 0;
        l->same++;
    }
    l->copies = write ? bit : l->copies | bit;
    if (write) {
        if (l->writer_p != p || l->writer_g != g) {
            l->writer_p = p;
            l->writer_g = g;
            l->writer_words = 0;
        }
        l->writer_words |= mask;
    }
    l->touched |= mask;
    atomic_store_relaxed(&l->last, last | (write ? mask : (u64)mask << LAST_READS_AT));
    spin_unlock(&l->lock);
    return fetched;
}

/* An access to a word, 0 to 15, of the line l or the one above it. */
static void edge_seen(struct line *l, u32 g, u16 p, u32 word, int write)
{
    u64 me = last_who(g, p), edge = atomic_load_relaxed(&l->edge);
    u64 wrote = write ? EDGE_WROTE : 0;

    if ((edge ^ me) >> LAST_WHO_AT == 0 && (edge & EDGE_WORD) == word && (edge & wrote) == wrote) {
        return;
    }
    spin_lock(&l->lock);
    edge = l->edge;

    u32 other = (u32)(edge & EDGE_WORD);
    int meets = (edge ^ me) >> LAST_WINDOW_AT == 0 &&
                (edge >> LAST_P_AT ^ me >> LAST_P_AT) << 52 != 0 &&
                (edge >> LAST_WHO_AT ^ me >> LAST_WHO_AT) << 48 != 0;

    if (meets && (write || edge & EDGE_WROTE) && (other < 8) != (word < 8)) {
        l->edge_transfers++;
        l->edge_close += (other < word ? word - other : other - word) < 8;
    }
    if ((edge ^ me) >> LAST_WHO_AT != 0) {
        edge = me;
    }
    atomic_store_relaxed(&l->edge, (edge & ~(u64)EDGE_WORD) | wrote | word);
    spin_unlock(&l->lock);
}

static void edges_seen(struct line *l, uptr addr, u32 g, u16 p, u8 mask, int write)
{
    u64 below = l->edges & 1 ? word_beside(addr, -1) : 0;

    for (u32 m = mask; m != 0; m &= m - 1) {
        u32 word = (u32)__builtin_ctz(m);

        if (below & WORD_LINE) {
            edge_seen(line_at((u32)below), g, p, word + 8, write);
        }
        if (l->edges & 2) {
            edge_seen(l, g, p, word, write);
        }
    }
}

/* ---- lives ---- */

/* Looks up what lies on the line, as far as our own tables tell; the rest is found out by line_resolve. */
static void capture(struct line *l)
{
    const struct range *r = shadow_range(l->addr);

    l->object_count = 0;
    if (!r || !r->sites) {
        return;
    }
    for (u8 at = 0; at < LINE; at += 8) {
        uptr base = 0;
        u32 site = site_find(l->addr + at, &base), n = l->object_count;

        if (site == 0) {
            continue;
        }
        if (n > 0 && l->object[n - 1].base == base) {
            l->object[n - 1].to = (u8)(at + 8);
        } else {
            l->object[n] =
                (struct line_object){.base = base, .site = site, .from = at, .to = (u8)(at + 8)};
            l->object_count++;
        }
    }
    l->unresolved = 1;
    atomic_store_relaxed(&line_unresolved, 1);
}

static struct line *beside(const struct line *l, int where)
{
    u64 w = word_beside(l->addr, where);

    return w & WORD_LINE ? line_at((u32)w) : NULL;
}

static u64 worth(const struct line *l)
{
    const struct line *below = beside(l, -1);

    return l->transfers + l->edge_transfers + (below ? below->edge_transfers : 0);
}

static void line_free(struct line *l)
{
    rows_free(l);
    l->state = LINE_FREE;
    l->next_free = lines.free;
    lines.free = (u32)(l - line_at(0));
}

/* Nothing is attributed to the line any more.  Under line_lock. */
static void detach(struct line *l)
{
    u64 *word = word_of(l->addr);
    struct line *below = beside(l, -1), *above = beside(l, 1);

    if (below) {
        below->edges &= (u8)~2u;
    }
    if (above) {
        above->edges &= (u8)~1u;
    }
    spin_lock(&l->lock);
    l->state = LINE_KEPT;
    atomic_store_relaxed(word, 0);
    spin_unlock(&l->lock);
}

/* A struct for a new life; 0: all are of use.  Under line_lock. */
static u32 line_take(void)
{
    u32 index = lines.free;

    if (index != 0) {
        lines.free = line_at(index)->next_free;
        return index;
    }
    index = arena_take(&line_arena, 1);
    for (u32 n = 0; index == 0 && n < 256; n++) {
        lines.hand = lines.hand % (LINES - 1) + 1;

        struct line *l = line_at(lines.hand);

        if (l->state == LINE_MERGED) {
            index = lines.hand;
        } else if (l->state == LINE_LIVE && worth(l) < WORTH &&
                   line_now - l->last_seen > 64 * flags.share_window) {
            detach(l);
            rows_free(l);
            l->state = LINE_FREE;
            index = lines.hand;
        }
    }
    return index;
}

/* The line at addr, whose word is w, is to be looked at closely. Returns its word. */
static NOINLINE u64 promote(u64 *word, u64 w, uptr addr)
{
    os_lock(&line_lock);

    u32 index = line_take();
    u64 to = WORD_LINE | index;

    if (index == 0) {
        lines.dropped++;
        to = w & ~((u64)WORD_COUNT << WORD_CONFLICTS_AT | (u64)WORD_COUNT << WORD_NEAR_AT);
        w = atomic_cas(word, &w, to) ? to : w;
        os_unlock(&line_lock);
        return w;
    }

    struct line *l = line_at(index), *below, *above;

    spin_lock(&l->lock); /* who comes by what the word was before waits, and goes */
    memset((u8 *)l + sizeof l->lock, 0, sizeof *l - sizeof l->lock);
    l->id = ++lines.next_id;
    l->addr = addr;
    l->state = LINE_LIVE;
    l->lives = 1;
    l->writer_p = l->before_p = NOBODY;
    l->first = l->last_seen = atomic_load_relaxed(&line_now);
    spin_unlock(&l->lock);
    if (!atomic_cas(word, &w, to)) {
        line_free(l);
        os_unlock(&line_lock);
        return w;
    }
    lines.tracked++;
    capture(l);
    below = beside(l, -1);
    above = beside(l, 1);
    if (below) {
        below->edges |= 2;
        below->upper = index;
        below->upper_id = l->id;
        l->edges |= 1;
    }
    if (above) {
        above->edges |= 1;
        l->edges |= 2;
        l->upper = (u32)(above - line_at(0));
        l->upper_id = above->id;
    }
    os_unlock(&line_lock);
    return to;
}

/* By what objects' touched words lie where: the same for lines that the same piece of code makes. 0: nothing is known. */
static u64 likeness(const struct line *l)
{
    u64 h = 0;

    for (u32 i = 0; i < l->object_count; i++) {
        const struct line_object *o = &l->object[i];
        u32 words = (0xffu << o->from / 8) & (0xffu >> (8 - o->to / 8));

        if (l->touched & words && o->site != 0) {
            h = (h ^ o->site ^ (o->base - l->addr) << 32) * 0x9e3779b97f4a7c15UL;
            h ^= h >> 29;
        }
    }
    return h;
}

static void merge(struct line *l, struct line *to)
{
    to->transfers += l->transfers;
    to->same += l->same;
    to->moves += l->moves;
    to->windows += l->windows;
    to->shared_windows += l->shared_windows;
    to->edge_transfers += l->edge_transfers;
    to->edge_close += l->edge_close;
    to->last_seen = l->last_seen;
    to->lives += l->lives;
    if (to->upper == 0) {
        to->upper = l->upper;
        to->upper_id = l->upper_id;
    }
    for (u32 i = 0; i < LINE_PAIRS && l->pair[i].count != 0; i++) {
        pair_count(to, l->pair[i].from, l->pair[i].to, l->pair[i].count);
    }
    rows_move(l, to);
    l->state = LINE_MERGED;
    l->into = (u32)(to - line_at(0));
}

/* What is known of the line stays, if it is worth it, as that of a past life. */
static void life_end(struct line *l)
{
    u64 enough = worth(l), like = likeness(l);
    u32 *kept = &lines.kept[like >> 55];

    _Static_assert(LENGTH(lines.kept) == 512, "9 bits");
    detach(l);
    if (enough < WORTH) {
        line_free(l);
        return;
    }
    if (like == 0) {
        return;
    }
    if (*kept != 0 && line_at(*kept)->state == LINE_KEPT && likeness(line_at(*kept)) == like) {
        merge(l, line_at(*kept));
    } else {
        *kept = (u32)(l - line_at(0));
    }
}

struct line *line_whole(u32 index, u32 id)
{
    struct line *l = line_at(index);

    if (index == 0 || l->id != id) {
        return NULL;
    }
    while (l->state == LINE_MERGED) {
        l = line_at(l->into);
    }
    return l->state == LINE_FREE ? NULL : l;
}

void line_object(uptr addr, uptr size)
{
    const struct range *r = shadow_range(addr);

    if (!r || size == 0 || size > r->lo + r->size - addr) {
        return;
    }

    u64 *word = word_of(addr);

    for (uptr at = ROUND_DOWN(addr, (uptr)LINE); word && at < addr + size; at += LINE, word++) {
        u64 w = atomic_load_relaxed(word);

        if (LIKELY(!(w & WORD_LINE))) {
            if (w != 0) {
                atomic_cas(word, &w, 0);
            }
            continue;
        }
        os_lock(&line_lock);
        w = atomic_load_relaxed(word);
        if (w & WORD_LINE) {
            struct line *l = line_at((u32)w);
            u32 first = at < addr ? (u32)(addr - at) / 8 : 0;
            u32 end = addr + size < at + LINE ? (u32)(addr + size - at + 7) / 8 : 8;

            if (l->touched & (0xffu << first) & (0xffu >> (8 - end))) {
                life_end(l);
            } else {
                capture(l);
            }
        }
        os_unlock(&line_lock);
    }
}

/* ---- accesses ---- */

/* Is there nothing to note of this access to a line whose word is w? */
static inline int word_quiet(u64 w, u32 g, int write)
{
    u64 window = (u64)(atomic_load_relaxed(&line_window) & WORD_WINDOW) << WORD_WINDOW_AT;
    u64 low = (1UL << WORD_P_AT) - 1;

    if (write) {
        return (w & (WORD_LINE | low)) == (window | g);
    }
    return w == 0 ||
           (!(w & WORD_LINE) && (w & WORD_READERS || (w & WORD_G) == g ||
                                 ((w ^ window) & (u64)WORD_WINDOW << WORD_WINDOW_AT) != 0));
}

/* Does another P's goroutine write the line with this word, in this window? */
static int word_is_theirs(u64 w, u32 g, u16 p)
{
    u32 window = atomic_load_relaxed(&line_window);

    if (w & WORD_LINE) {
        u64 last = atomic_load_relaxed(&line_at((u32)w)->last);

        return last >> LAST_WINDOW_AT == (window & 0xfffff) &&
               (last >> LAST_P_AT & 0xfff) != (p & 0xfffu) &&
               (last >> LAST_WHO_AT & 0xffff) != (g & 0xffff);
    }
    return w != 0 && (w >> WORD_WINDOW_AT & WORD_WINDOW) == (window & WORD_WINDOW) &&
           (w >> WORD_P_AT & WORD_P) != (p & WORD_P) && (w & WORD_G) != g;
}

/* Notes an access to a line that is not looked at closely yet. Returns its word. */
static NOINLINE u64 word_note(u64 *word, uptr addr, u32 g, u16 p, int write)
{
    u64 w = atomic_load_relaxed(word);

    for (;;) {
        u32 window = atomic_load_relaxed(&line_window) & WORD_WINDOW;
        u32 conflicts = (u32)(w >> WORD_CONFLICTS_AT & WORD_COUNT),
            near = (u32)(w >> WORD_NEAR_AT & WORD_COUNT);
        int now = w != 0 && (w >> WORD_WINDOW_AT & WORD_WINDOW) == window;
        int other = (w & WORD_G) != g && (w >> WORD_P_AT & WORD_P) != (p & WORD_P);
        u64 to;

        if (w & WORD_LINE) {
            return w;
        }
        if (write) {
            conflicts += now && (other || w & WORD_READERS);
            if (!now) {
                near += word_is_theirs(word_beside(addr, -1), g, p) ||
                        word_is_theirs(word_beside(addr, 1), g, p);
            }
            to = (u64)(p & WORD_P) << WORD_P_AT | (u64)window << WORD_WINDOW_AT | g;
        } else {
            if (!now || !other || w & WORD_READERS) {
                return w;
            }
            conflicts++;
            to = (w & ((1UL << WORD_CONFLICTS_AT) - 1)) | WORD_READERS;
        }
        if (conflicts >= CONFLICTS) {
            return promote(word, w, addr);
        }
        if (near >= NEAR) {
            for (int where = -1; where <= 1; where += 2) {
                u64 other_line = word_beside(addr, where);

                if (!(other_line & WORD_LINE) && word_is_theirs(other_line, g, p)) {
                    promote(word + where, other_line, addr + (uptr)((sptr)where * LINE));
                }
            }
            return promote(word, w, addr);
        }
        to |= (u64)conflicts << WORD_CONFLICTS_AT | (u64)near << WORD_NEAR_AT;
        if (atomic_cas(word, &w, to)) {
            return to;
        }
    }
}

/* An access to these bytes, from `first` on, of a line that is looked at closely. */
static void line_seen(const struct tally_key *key, struct proc *p, struct line *l, uptr addr,
                      u32 first, u32 size, int write)
{
    u32 from = first / 8, to = (first + size - 1) / 8;
    u8 mask = (u8)((0xffu << from) & (0xffu >> (7 - to)));
    u64 last = atomic_load_relaxed(&l->last);
    u8 known = (u8)(write ? last : last | last >> LAST_READS_AT);
    struct tally_key k = *key;
    u32 fetched = 0;

    k.id = atomic_load_relaxed(&l->id);
    if ((last ^ last_who(k.g, p->id)) >> LAST_WHO_AT != 0 || mask & ~known) {
        fetched = change(l, addr, k.g, p->id, mask, write);
        if (fetched == GONE) {
            return;
        }
    }
    if (UNLIKELY(l->edges != 0)) {
        edges_seen(l, addr, k.g, p->id, mask, write);
    }
    for (u32 word = from; word <= to; word++) {
        u32 a = word == from ? first & 7 : 0, b = word == to ? (first + size - 1) & 7 : 7;

        k.word = (u8)word;
        tally_count(p, &k, mask_of(a, b - a + 1), fetched);
        fetched = 0;
    }
}

void line_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind,
                 const struct line_place *at)
{
    const struct range *r = shadow_range(addr);
    int write = kind == LINE_WRITE || kind == LINE_STORE || kind == LINE_RMW, placed = 0;
    struct tally_key k = {.g = thr_g(t), .kind = kind, .pc = at->pc};

    if (!r || size == 0 || size > r->lo + r->size - addr) {
        return;
    }

    u64 *word = word_of(addr);

    if (!word) {
        return;
    }
    for (uptr line = ROUND_DOWN(addr, (uptr)LINE), end = addr + size; line < end;
         line += LINE, word++) {
        u64 w = atomic_load_relaxed(word);

        if (word_quiet(w, k.g, write)) {
            continue;
        }
        w = word_note(word, line, k.g, p->id, write);
        if (!(w & WORD_LINE)) {
            continue;
        }
        if (!placed) {
            k.stack = thr_stack(p, t);
            for (u32 i = 0; i < at->count; i++) {
                k.stack = proc_call(p, k.stack, at->calls[i]);
            }
            k.locks = held_set(t);
            placed = 1;
        }

        uptr from = line < addr ? addr : line, to = line + LINE < end ? line + LINE : end;

        k.line = (u32)w;
        line_seen(&k, p, line_at(k.line), line, (u32)(from - line), (u32)(to - from), write);
    }
}
