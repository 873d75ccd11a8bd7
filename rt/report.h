/* report.h: races become text for people and events for gomm.
 *
 * The text is the stock runtime's, which tools parse; what gomm knows beyond it (where the memory
 * comes from) stands before the opening bar, so that the text between the bars is the same.
 */
#ifndef GOMM_RT_REPORT_H
#define GOMM_RT_REPORT_H

#include "cell.h"
#include "rt_types.h"
#include "thread.h"

struct race {
    uptr addr;                /* of the word */
    struct entry now, before; /* the later and the earlier access */
    u32 now_stack, before_stack;
    u32 known; /* epoch of before.g that now's goroutine had acquired */
    u32 site;  /* stack of the allocation, 0 unknown */
};

/* Was a race between these two stacks reported (or suppressed) already? */
int report_known(u32 stack, u32 other);

/* Called on the goroutine t that found the race, with no lock held. */
void report_race(struct thr *t, const struct race *r);

u64 report_count(void);

/* Says how many races there were; the exit status of a program that would exit 0. */
int report_fini(void);

void report_init(void);

#endif
