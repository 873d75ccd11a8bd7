/* gomm help [command or topic]. */
#include <string.h>

#include "cmd/cmd.h"
#include "driver/driver_version.h"

static const struct {
    const char *name, *summary, *text;
} topics[] = {
    {"environment", "environment variables",
     "gomm reads:\n"
     "  GOMM_RUNTIME   stock, or an ELF object: the race detector to link, see `gomm help test`\n"
     "  GOMM_PATCH     off: link with Go's own race hooks, see `gomm help test`\n"
     "  GOMM_INHERIT   1: go commands that a program starts use gomm's race detector too\n"
     "  GOMM_CACHE     off: nothing is kept between runs; /DIR: it is kept there, not in\n"
     "                 $XDG_CACHE_HOME/gomm or ~/.cache/gomm (doc/escape-cache.md)\n"
     "  GITHUB_WORKSPACE, GITHUB_STEP_SUMMARY   with -github: to what names are relative, and the\n"
     "                 file to which a summary is added\n"
     "  NO_COLOR       if set and not empty: no colours\n"
     "  TERM           dumb: no colours, no progress\n"
     "  COLUMNS        how wide lines are (otherwise as wide as the terminal)\n"
     "  TMPDIR         where temporary files go\n"
     "The go command's variables (go help environment) work as ever, GOFLAGS included.\n"
     "\n"
     "A program with gomm's race detector reads:\n"
     "  GORACE         as the race detector that comes with Go does:\n"
     "                 https://go.dev/doc/articles/race_detector#Options\n"
     "  GOMM           sample=1%: remember the accesses of that share of the time only, for services\n"
     "                 that run long (doc/sampling.md); burst=1ms: at once, on average\n"
     "  GOMM_EVENTS    a file to which each race is appended as a line of JSON; `gomm report`\n"
     "                 shows it\n"},
    {"exit", "exit statuses",
     "gomm test, build and run exit as the go command does: go test and go run with 1 if the\n"
     "program failed, whatever its own status; 2 for wrong usage. A program with the race\n"
     "detector inside that saw a race exits with 66 where it would have exited with 0; GORACE's\n"
     "exitcode changes that.\n"
     "\n"
     "gomm check, share, bench and report: 0 nothing found but notes, 1 findings, or tests or\n"
     "benchmarks that failed, 2 wrong usage, or packages that could not be loaded or built.\n"
     "gomm typecheck and escape: the same for errors in packages, assertions that do not hold, and\n"
     "what -compare finds.\n"
     "gomm fix: 0 nothing to change, or all of it written, 1 there are verified changes, 2 as above.\n"
     "gomm lsp: 1 if the editor went away without saying so.\n"
     "All other commands: 0, or 2 if they failed.\n"},
    {"versions", "what of Go is supported",
     "gomm's race detector is for " DRIVER_SUPPORTED_TEXT ", with cgo, as Go's own\n"
     "demands. `gomm env` tells about the Go on this machine. With other versions\n"
     "-gomm.runtime=stock runs Go's own race detector.\n"},
};

const char *cmd_topic(size_t i)
{
    return i < ARRAY_LEN(topics) ? topics[i].name : NULL;
}

static void help_list(struct strbuf *b)
{
    strbuf_puts(b, "gomm answers three questions about Go's memory with evidence: where does it live,\n"
                   "who can see it, who shares its cache line?\n"
                   "\n"
                   "Usage:\n"
                   "\n"
                   "\tgomm <command> [arguments]\n"
                   "\n"
                   "The commands are:\n"
                   "\n");
    for (size_t i = 0; i < cmd_count; i++) {
        strbuf_printf(b, "\t%-11s %s\n", cmd_list[i].name, cmd_list[i].summary);
    }
    strbuf_puts(b, "\nUse \"gomm help <command>\" for more about a command.\n"
                   "\n"
                   "Further topics:\n"
                   "\n");
    for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
        strbuf_printf(b, "\t%-11s %s\n", topics[i].name, topics[i].summary);
    }
    strbuf_puts(b, "\nUse \"gomm help <topic>\" for more about that topic.\n");
}

static bool help_one(struct strbuf *b, str name)
{
    const struct cmd *c = cmd_lookup(name);
    if (c) {
        strbuf_printf(b, "usage: gomm %s\n\n%s: %s.\n", c->usage, c->name, c->summary);
        strbuf_puts(b, c->help ? c->help : "");
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
        if (str_is(name, topics[i].name)) {
            strbuf_puts(b, topics[i].text);
            return true;
        }
    }
    return false;
}

int cmd_help(char *const *args)
{
    struct strbuf b = {0};
    if (!args[0]) {
        help_list(&b);
    } else if (args[1]) {
        return cmd_fail("help: too many arguments\nRun 'gomm help'.");
    } else if (!help_one(&b, str_of(args[0]))) {
        const char *meant = cmd_suggest(str_of(args[0]));
        return meant ? cmd_fail("help %s: unknown help topic; did you mean 'gomm help %s'?\n"
                                "Run 'gomm help'.",
                                args[0], meant)
                     : cmd_fail("help %s: unknown help topic\nRun 'gomm help'.", args[0]);
    }
    bool ok = cmd_print(strbuf_str(&b));
    strbuf_release(&b);
    return ok ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}
