/* flags.c: rt/flags.c, and its parser by itself. */
#include "../../rt/flags.c"

#include "rt_test.h"

void rt_flags_parse(char *s)
{
    parse(s);
}
