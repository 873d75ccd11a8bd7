/* site.c: see site.h. */
#include "site.h"

/* An entry of range.sites is a unit, 32 bytes of the heap, or in pages with PAGE_FINE its lower half, and
 * range.sites_upper has the upper one:
 *
 *   31    28 27                 0
 *   starts   stack                in which words of the unit an object starts, and the stack of the last of them; what
 *                                 starts before that one is SITE_UNKNOWN, and so is the last one if the stack is 0
 *   0        index + 1            a pair: in both words of a half something starts, in the first one not SITE_UNKNOWN
 *   0        0                    no object starts here
 *
 * A page becomes fine by the first unit that would have to say more, and stays so until it is cleared as a whole: then it
 * has objects of less than 32 bytes, most likely nothing else.  So half of the table is enough for larger ones. */
enum { UNIT_WORDS = 4, SITE_STACK = (1 << SITE_STARTS) - 1 };
_Static_assert(8 * UNIT_WORDS == 1 << SITE_LOG, "a unit has an entry");

/* Pairs, hashed; more than fit are not kept. */
enum { PAIRS_LOG = 16, PAIR_PROBES = 16 };
_Static_assert(SITE_STACK < SITE_UNKNOWN, "no stack is SITE_UNKNOWN");

struct pair {
    u32 lower, upper; /* never 0 in use */
};

static struct os_lock pair_lock;
static struct pair *pairs;

int site_init(void)
{
    pairs = os_map(sizeof *pairs << PAIRS_LOG);
    return pairs ? 0 : -1;
}

/* The entry of a half with these two; only that something starts there if there is no room. */
static u32 pair_of(u32 lower, u32 upper, u32 starts)
{
    u64 h = ((u64)lower << 32 ^ upper) * 0x9e3779b97f4a7c15UL >> (64 - PAIRS_LOG);
    u32 entry = starts << SITE_STARTS;

    for (u32 n = 0; n < PAIR_PROBES; n++) {
        u64 i = (h + n) & ((1u << PAIRS_LOG) - 1);
        struct pair *at = &pairs[i];

        if (atomic_load(&at->lower) == 0) {
            os_lock(&pair_lock);
            if (at->lower == 0) {
                at->upper = upper;
                atomic_store(&at->lower, lower); /* last: pairs with the acquiring load */
            }
            os_unlock(&pair_lock);
        }
        if (at->lower == lower && at->upper == upper) {
            entry = (u32)i + 1;
            break;
        }
    }
    return entry;
}

/* ---- entries ---- */

static u32 last_of(u32 starts)
{
    return 31 - (u32)__builtin_clz(starts);
}

/* The site of what starts in this word of the unit (0 … 3) by the entry that speaks of it; 0: nothing does. */
static u32 site_in(u32 v, u32 word)
{
    u32 starts = v >> SITE_STARTS;

    if (starts == 0) {
        return v == 0 ? 0 : word & 1 ? pairs[v - 1].upper : pairs[v - 1].lower;
    }
    if (!(starts >> word & 1)) {
        return 0;
    }
    return last_of(starts) == word && (v & SITE_STACK) != 0 ? v & SITE_STACK : SITE_UNKNOWN;
}

/* Nothing starts in these words of a unit any more, but if site is not 0, what is of that site does in `word`.  0 if an
 * entry cannot say that. */
static int unit_set(u32 *entry, u32 words, u32 word, u32 site)
{
    u32 v = atomic_load_relaxed(entry), starts = (v >> SITE_STARTS) & ~words, stack = v & SITE_STACK;
    u32 own = site == SITE_UNKNOWN ? 0 : site;

    if (v >> SITE_STARTS == 0 || words >> last_of(v >> SITE_STARTS) & 1) {
        stack = 0;
    }
    if (site != 0) {
        starts |= 1u << word;

        int last = last_of(starts) == word;

        if (stack != 0 ? own != 0 || last : own != 0 && !last) {
            return 0;
        }
    }
    atomic_store(entry, starts << SITE_STARTS | stack | own);
    return 1;
}

/* The same for one word of a half; 0: nothing starts there. */
static void half_set(u32 *entry, u32 word, u32 site)
{
    u32 v = atomic_load_relaxed(entry), first = word & ~1u, sites[2] = {site_in(v, first), site_in(v, first + 1)}, starts, stack;

    sites[word & 1] = site;
    starts = (u32)(sites[0] != 0) << first | (u32)(sites[1] != 0) << (first + 1);
    stack = sites[1] != 0 ? sites[1] : sites[0];
    if (sites[1] != 0 && sites[0] != 0 && sites[0] != SITE_UNKNOWN) {
        atomic_store(entry, pair_of(sites[0], sites[1], starts));
    } else {
        atomic_store(entry, starts << SITE_STARTS | (stack == SITE_UNKNOWN ? 0 : stack));
    }
}

/* ---- the table; addresses are offsets into the range ---- */

static u32 *half_at(const struct range *r, uptr at)
{
    return (at & 16 ? r->sites_upper : r->sites) + (at >> SITE_LOG);
}

static u32 word_in_unit(uptr at)
{
    return at >> 3 & (UNIT_WORDS - 1);
}

/* Of one page. */
static int units_set(const struct range *r, uptr from, uptr to, u32 site)
{
    u32 *at = &r->sites[from >> SITE_LOG], *end = &r->sites[to >> SITE_LOG];
    u32 first = word_in_unit(from), behind = mask_of(0, word_in_unit(to)), words = ~mask_of(0, first);

    if (!unit_set(at, at == end ? words & behind : words, first, site)) {
        return 0;
    }
    while (++at < end) {
        atomic_store_relaxed(at, 0);
    }
    if (at == end && behind != 0) {
        unit_set(at, behind, 0, 0);
    }
    return 1;
}

static void halves_set(const struct range *r, uptr from, uptr to, u32 site)
{
    half_set(half_at(r, from), word_in_unit(from), site);
    for (uptr at = from + 8; at < to; at += 8) {
        if (at % 16 == 0 && to - at >= 16) {
            atomic_store_relaxed(half_at(r, at), 0);
            at += 8;
        } else {
            half_set(half_at(r, at), word_in_unit(at), 0);
        }
    }
}

/* A page becomes fine.  Its units stay as they are, and are asked for the lower halves only. */
static void page_refine(const struct range *r, uptr at)
{
    uptr first = ROUND_DOWN(at, 1UL << PAGE_LOG) >> SITE_LOG, n = 1UL << (PAGE_LOG - SITE_LOG);

    for (uptr i = first; i < first + n; i++) {
        u32 v = atomic_load_relaxed(&r->sites[i]), upper = v >> SITE_STARTS & ~mask_of(0, 2);

        atomic_store_relaxed(&r->sites_upper[i], upper << SITE_STARTS | (upper != 0 ? v & SITE_STACK : 0));
    }
    atomic_or(shadow_page(r, r->lo + at), PAGE_FINE);
}

void site_set(const struct range *r, uptr addr, uptr size, u32 site)
{
    uptr from = addr - r->lo, to = from + size;

    /* Whole units of a page, or whole halves, as most are, need no look at what there was. */
    if (LIKELY((from | to) % 16 == 0 && (from ^ (to - 1)) >> PAGE_LOG == 0 && site != 0)) {
        u32 stack = site == SITE_UNKNOWN ? 0 : site;

        if (UNLIKELY(atomic_load_relaxed(shadow_page(r, addr)) & PAGE_FINE)) {
            const uptr unit = 1UL << SITE_LOG;

            atomic_store(half_at(r, from), 1u << (SITE_STARTS + word_in_unit(from)) | stack);
            from += 16;
            site_clear(&r->sites[ROUND_UP(from, unit) >> SITE_LOG], &r->sites[ROUND_UP(to, unit) >> SITE_LOG]);
            site_clear(&r->sites_upper[from >> SITE_LOG], &r->sites_upper[to >> SITE_LOG]);
            return;
        }
        if (LIKELY((from | to) % (1UL << SITE_LOG) == 0)) {
            site_set_units(r, from, size, stack);
            return;
        }
    }
    while (from < to) {
        uptr next = ROUND_DOWN(from, 1UL << PAGE_LOG) + (1UL << PAGE_LOG), end = next < to ? next : to;
        int fine = (atomic_load_relaxed(shadow_page(r, r->lo + from)) & PAGE_FINE) != 0;

        if (fine || !units_set(r, from, end, site)) {
            if (!fine) {
                page_refine(r, from);
            }
            halves_set(r, from, end, site);
        }
        from = end;
        site = 0;
    }
}

/* What starts in the word. */
static u32 site_at(const struct range *r, uptr at)
{
    const u32 *page = shadow_page(r, r->lo + at);

    if (!(atomic_load(page) & PAGE_FINE)) {
        u32 v = atomic_load(&r->sites[at >> SITE_LOG]); /* pairs with half_set, which comes after PAGE_FINE */

        if (!(atomic_load_relaxed(page) & PAGE_FINE)) {
            return site_in(v, word_in_unit(at));
        }
    }
    return site_in(atomic_load(half_at(r, at)), word_in_unit(at));
}

void site_end(const struct range *r, uptr addr)
{
    uptr at = addr - r->lo;
    int fine = (atomic_load_relaxed(shadow_page(r, addr)) & PAGE_FINE) != 0;
    u32 *entry = fine ? half_at(r, at) : &r->sites[at >> SITE_LOG], v = atomic_load_relaxed(entry), word = word_in_unit(at);

    if (at % (1UL << PAGE_LOG) == 0 || (fine ? site_in(v, word) != 0 : (v >> (SITE_STARTS + word) & 1) != 0)) {
        return;
    }
    if (v == 0 && (fine ? word & 1 : word) == 0) {
        atomic_store(entry, 1u << (SITE_STARTS + word)); /* as below: nothing else is said there */
    } else {
        site_set(r, addr, 8, SITE_UNKNOWN);
    }
}

u32 site_find(uptr addr, uptr *base)
{
    const struct range *r = shadow_range(addr);

    *base = 0;
    if (!r || !r->sites || !(atomic_load_relaxed(shadow_page(r, addr)) & PAGE_SMALL)) {
        return 0;
    }

    uptr from = ROUND_DOWN(addr - r->lo, 8UL);

    for (uptr n = 0; n < LARGE && n <= from; n += 8) {
        uptr at = from - n;

        if (!r->steps[at / MAP_STEP]) {
            break;
        }

        u32 site = site_at(r, at);

        if (site != 0) {
            *base = r->lo + at;
            return site == SITE_UNKNOWN ? 0 : site;
        }
        if ((at & ((1UL << PAGE_LOG) - 1)) == 0 &&
            atomic_load_relaxed(shadow_page(r, r->lo + at)) & PAGE_SITE) {
            break;
        }
    }
    return 0;
}

u32 site_of(uptr addr)
{
    uptr base;

    return site_find(addr, &base);
}
