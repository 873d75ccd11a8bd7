/* gomm version. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "driver/driver_version.h"

int cmd_version(char *const *args)
{
    int status;
    int at = cmd_flags("version", NULL, 0, args, &status);
    if (at < 0) {
        return status;
    }
    if (args[at]) {
        return cmd_usage("version", "gomm version: takes no arguments");
    }
    return cmd_print(STR("gomm version " GOMM_VERSION " " DRIVER_GOOS "/" DRIVER_GOARCH "\n"))
               ? BASE_EXIT_CLEAN
               : BASE_EXIT_FAILURE;
}
