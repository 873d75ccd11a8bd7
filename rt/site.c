/* site.c: see site.h. */
#include "site.h"

/* What stands in range.sites for the 16 bytes in which objects start: 0 no object does; or the stack
 * of the one that does, SITE_UNKNOWN if unknown, with SITE_UPPER if it starts in the upper half; or
 * SITE_PAIR and the index of a pair, if two do. */
#define SITE_UPPER 0x80000000u
#define SITE_PAIR  0x40000000u
#define SITE_STACK 0x3fffffffu

/* Pairs, hashed; more than fit are not kept. */
enum { PAIRS_LOG = 16, PAIR_PROBES = 16 };

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

/* Where this pair stands, as an entry of range.sites. */
static u32 pair_of(u32 lower, u32 upper)
{
    u64 h = ((u64)lower << 32 ^ upper) * 0x9e3779b97f4a7c15UL >> (64 - PAIRS_LOG);
    u32 entry = SITE_UNKNOWN;

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
            entry = SITE_PAIR | (u32)i;
            break;
        }
    }
    return entry;
}

/* The site of what starts in this half (0 or 1) by what stands there; 0: nothing does. */
static u32 site_in(u32 v, u32 upper)
{
    if (v & SITE_PAIR) {
        const struct pair *at = &pairs[v & SITE_STACK];

        return upper ? at->upper : at->lower;
    }
    return v != 0 && !(v & SITE_UPPER) == !upper ? v & SITE_STACK : 0;
}

/* v with this site in this half; 0: nothing starts there. */
static u32 site_with(u32 v, u32 upper, u32 site)
{
    u32 other = site_in(v, !upper);

    if (other != 0 && site != 0) {
        return upper ? pair_of(other, site) : pair_of(site, other);
    }
    if (site != 0) {
        return site | (upper ? SITE_UPPER : 0);
    }
    return other == 0 ? 0 : other | (upper ? 0 : SITE_UPPER);
}

void site_set(const struct range *r, uptr addr, uptr size, u32 site)
{
    uptr from = addr - r->lo, to = from + size;
    u32 *at = &r->sites[from >> SITE_LOG], *end = &r->sites[to >> SITE_LOG];

    if (from & 8) {
        *at = site_with(*at, 1, site);
        at++;
    } else if (at < end) {
        *at++ = site;
    } else {
        *at = site_with(*at, 0, site);
        return;
    }
    while (at < end) {
        *at++ = 0;
    }
    if (at == end && (to & 15) >= 8) {
        *at = site_with(*at, 0, 0);
    }
}

int site_starts(const struct range *r, uptr addr)
{
    return site_in(r->sites[(addr - r->lo) >> SITE_LOG], addr >> 3 & 1) != 0;
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

        u32 site = site_in(r->sites[at >> SITE_LOG], at >> 3 & 1);

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
