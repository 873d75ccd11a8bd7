/* gomm lsp: the language server. */
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "lsp/lsp.h"

int cmd_lsp(char *const *args)
{
    const char *tags = NULL, *result = NULL;
    bool stdio = false;
    const struct cmd_flag flags[] = {{"tags", CMD_FLAG_STRING, &tags},
                                     {"result", CMD_FLAG_STRING, &result},
                                     {"stdio", CMD_FLAG_BOOL, &stdio}};
    struct arena a = {0};
    struct err e;
    str cwd = {0};
    int status;
    int at = cmd_flags("lsp", flags, ARRAY_LEN(flags), args, &status);
    if (at < 0) {
        return status;
    }
    if (args[at]) {
        return cmd_usage("lsp", "gomm lsp: takes no arguments, got %s", args[at]);
    }
    if (isatty(STDIN_FILENO)) {
        return cmd_usage("lsp", "gomm lsp: speaks with an editor through standard input and output, and this is a terminal");
    }
    if (result && !io_cwd(&a, &cwd, &e)) {
        return cmd_fail_err(&e);
    }
    struct lsp_config c = {.version = STR(GOMM_VERSION),
                           .tags = str_of(tags),
                           .result = result ? path_under(&a, cwd, str_of(result)) : (str){0},
                           .in = STDIN_FILENO,
                           .out = STDOUT_FILENO};
    status = lsp_serve(&c);
    arena_release(&a);
    return status;
}
