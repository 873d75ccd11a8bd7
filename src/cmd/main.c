/* main.c: gomm's entry: finds the command and runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "driver/driver_toolexec.h"

int main(int argc, char **argv)
{
    /* First of all, since each compile and link of a build comes through here. */
    if (argc >= 2 && strcmp(argv[1], "toolexec") == 0) {
        return driver_toolexec(argv + 2);
    }
    if (argc < 2) {
        char *const none[] = {NULL};
        cmd_help(none);
        return BASE_EXIT_FAILURE;
    }
    const char *name = argv[1];
    if (strcmp(name, "-h") == 0 || strcmp(name, "-help") == 0 || strcmp(name, "--help") == 0) {
        name = "help";
    } else if (strcmp(name, "-version") == 0 || strcmp(name, "--version") == 0) {
        name = "version";
    }
    const struct cmd *c = cmd_lookup(str_of(name));
    if (c) {
        return c->run(argv + 2);
    }
    if (getenv(DRIVER_TOOLEXEC_ENV)) {
        return driver_toolexec_inherited(argv + 1);
    }
    const char *meant = cmd_suggest(str_of(name));
    fprintf(stderr, "gomm %s: unknown command\n", name);
    if (meant) {
        fprintf(stderr, "Did you mean 'gomm %s'?\n", meant);
    }
    fprintf(stderr, "Run 'gomm help' for usage.\n");
    return BASE_EXIT_FAILURE;
}
