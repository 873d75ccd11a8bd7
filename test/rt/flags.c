/* flags.c: rt/flags.c, and its parsers by themselves. */
#include "../../rt/flags.c"

#include "rt_test.h"

void rt_flags_parse(char *s)
{
    parse_gorace(s);
}

void rt_flags_parse_gomm(char *s)
{
    parse_gomm(s);
}
