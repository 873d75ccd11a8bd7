/* gomm build, run and test: the go command's, with gomm's race runtime linked in. */
#include "cmd/cmd.h"
#include "driver/driver_run.h"

int cmd_build(char *const *args)
{
    return driver_become_go(DRIVER_BUILD, args);
}

int cmd_run(char *const *args)
{
    return driver_become_go(DRIVER_RUN, args);
}

int cmd_test(char *const *args)
{
    return driver_become_go(DRIVER_TEST, args);
}
