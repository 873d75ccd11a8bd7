/* suppress.c: rt/suppress.c, and its pattern matcher by itself. */
#include "../../rt/suppress.c"

#include "rt_test.h"

int rt_pattern_matches(const char *pattern, const char *s)
{
    return matches(pattern, s);
}
