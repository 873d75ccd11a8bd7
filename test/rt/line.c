/* line.c: rt/line.c, with windows that end only when a test wants it. */
#include "../../rt/line.c"

#include "rt_test.h"

void rt_line_freeze(void)
{
    os_lock(&clock.lock);
}
