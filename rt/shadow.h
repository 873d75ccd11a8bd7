/* shadow.h: what the detector remembers of every word of memory.
 *
 * Address map.  The program's heap lies in [HEAP_LO, HEAP_HI) (runtime/malloc.go, "case
 * raceenabled"), its globals in one range that __tsan_map_shadow names first.  Three linear tables
 * cover both:
 *   words   u32 per 8 bytes     the word's cell (cell.h)
 *   lines   u32 per 64 bytes    list of the synchronisation objects there (sync.h)
 *   pages   u32 per 8 KiB       PAGE_* flags, and the allocation site of large objects
 * Memory of the tables is committed with the heap and used as it is touched: 0.5 bytes a byte.
 *
 * A word's lock is bit CELL_LOCK of the word itself; who holds it owns the word and keeps its cell
 * (cell.h) from being recycled.
 */
#ifndef GOMM_RT_SHADOW_H
#define GOMM_RT_SHADOW_H

#include "cell.h"
#include "rt_types.h"
#include "thread.h"

#define HEAP_LO 0x00c000000000UL
#define HEAP_HI 0x00e000000000UL

#define PAGE_TOUCHED 0x80000000u /* some word of the page has or had a cell */
#define PAGE_SYNC    0x40000000u /* some line has or had a synchronisation object */
#define PAGE_SITE    0x3fffffffu /* stack of the allocation, of large objects */
enum { PAGE_LOG = 13, LINE_LOG = 6, LARGE = 64 << 10 };

/* The tables of one linear range of the program's memory. */
struct range {
    uptr lo, size; /* of the program */
    u32 *words, *lines, *pages;
};

extern struct range shadow_ranges[2]; /* heap, globals */

int shadow_init(void);
/* Go announces memory (runtime·racemapshadow). */
void shadow_map(uptr addr, uptr size);
void shadow_drain(struct proc *p);

/* The range that holds addr, or NULL. */
static inline struct range *shadow_range(uptr addr)
{
    for (u32 i = 0; i < 2; i++) {
        if (addr - shadow_ranges[i].lo < shadow_ranges[i].size) {
            return &shadow_ranges[i];
        }
    }
    return NULL;
}

static inline u32 *shadow_page(const struct range *r, uptr addr)
{
    return &r->pages[(addr - r->lo) >> PAGE_LOG];
}

static inline u32 *shadow_line(const struct range *r, uptr addr)
{
    return &r->lines[(addr - r->lo) >> LINE_LOG];
}

static inline void shadow_page_set(const struct range *r, uptr addr, u32 flag)
{
    u32 *page = shadow_page(r, addr);

    if (!(atomic_load_relaxed(page) & flag)) {
        atomic_or(page, flag);
    }
}

/* Does t's epoch have plain accesses of these whole words already that make this one needless?
 * Only reads; most accesses end here. */
int shadow_hit(const struct thr *t, uptr addr, uptr size, u8 kind);

/* An atomic operation whose innermost frame is act (thr_atomic_act). */
void shadow_atomic(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc, u32 act);

/* t accesses [addr, addr+size) at pc; reports every race that this makes. */
void shadow_access(struct proc *p, struct thr *t, uptr addr, uptr size, u8 kind, uptr pc);

/* The memory is a new object, allocated at stack `site` (0: unknown): forgets all accesses. */
void shadow_malloc(struct proc *p, uptr addr, uptr size, u32 site);
void shadow_free(struct proc *p, uptr addr, uptr size);

#endif
