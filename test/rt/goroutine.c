/* goroutine.c: rt/goroutine.c, and what its packed blocks take. */
#include "../../rt/goroutine.c"

#include "rt_test.h"

void rt_check_goroutines(struct rt_census *c)
{
    for (u32 b = 0; b << BLOCK_LOG < next; b++) {
        const u8 *from = packed_of(b << BLOCK_LOG), *at = from;
        struct run r = {0};
        u32 count = 0;

        if (!from) {
            continue;
        }
        while (count < BLOCK) {
            at = run_get(at, &r);
            count += r.count;
        }
        if (count != BLOCK) {
            rt_broken("block %u of goroutines has %u", b, count);
        }
        c->blocks -= rt_block_size((uptr)(at - from));
    }
}
