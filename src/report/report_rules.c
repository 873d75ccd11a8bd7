/* report_rules.c: the rule behind each code, for `gomm explain`, SARIF and the page. */
#include "report/report.h"

static const struct report_rule rules[] = {
    {
        "RACE01",
        "DataRace",
        "data race: two goroutines access the same memory, one of them writes, nothing orders them",
        "Two accesses to the same memory by different goroutines, of which at least one is a "
        "write\n"
        "and at least one is not atomic, must be ordered: one must happen before the other. The "
        "Go\n"
        "memory model (https://go.dev/ref/mem) says what orders: a go statement before the\n"
        "goroutine it starts, a send before the receive that takes the value, the close of a\n"
        "channel before a receive that sees it closed, an Unlock before the Lock that follows it,\n"
        "Done before the Wait that it ends, an atomic operation before one that observes its\n"
        "effect, and so on. Time does not order, nor does time.Sleep, nor the order in which "
        "lines\n"
        "are printed.\n"
        "\n"
        "Without that order the compiler and the processor may reorder, tear, repeat or drop the\n"
        "accesses; the reader may see the old value forever, a half of each, or a pointer to\n"
        "something not yet written. No race is benign.\n"
        "\n"
        "gomm reports a race only if it saw both accesses in one run and no chain of such edges\n"
        "between them. \"why\" says what was missing: what the goroutine of the first access\n"
        "released afterwards, and that none of it reached the other.\n",
        "var ready bool\n"
        "var msg string\n"
        "\n"
        "func main() {\n"
        "\tgo func() {\n"
        "\t\tmsg = \"hello\"\n"
        "\t\tready = true // a write that nobody is told of\n"
        "\t}()\n"
        "\tfor !ready { // a read that waits for nothing\n"
        "\t}\n"
        "\tfmt.Println(msg)\n"
        "}\n",
        "Make one access happen before the other. Say so with what is at hand:\n"
        "  - hand the value over through a channel, or close a channel when it is ready;\n"
        "  - hold the same mutex around both accesses;\n"
        "  - wait for the goroutine (sync.WaitGroup, errgroup) before reading what it wrote;\n"
        "  - for a single word, sync/atomic on all sides: one plain access spoils it;\n"
        "  - or give each goroutine its own copy.\n",
    },
    {
        "TYPE01",
        "TypeError",
        "the package does not compile: a rule of the language other than its grammar is broken",
        "The Go specification (https://go.dev/ref/spec) says what names mean, which types\n"
        "expressions have and what may be done with them. The message is the one that the "
        "compiler\n"
        "of the installed Go prints; further lines name other places that belong to it.\n",
        "var n int = \"seven\" // a string is no int\n",
        "Change what the message speaks of. If it says \"requires go1.N or later\", the go line "
        "in\n"
        "go.mod or a //go:build line asks for an older language.\n",
    },
    {
        "SYNTAX01",
        "SyntaxError",
        "the package does not compile: a file cannot be parsed",
        "What stands there is not in the grammar of the Go specification, or the parser of the\n"
        "compiler finds another mistake: a label that is not used, a break outside of a loop, a\n"
        "misplaced //go: directive. Where there are syntax errors, types are not checked.\n",
        "func f( {\n}\n",
        "Correct the first one first: others may follow from it.\n",
    },
    {
        "LOAD01",
        "LoadError",
        "a package, or one that it imports, cannot be found or read",
        "gomm looks for packages where the go command does: in the module, in what go.mod "
        "requires\n"
        "(in the module cache, a vendor directory or a replacement), in GOROOT. It fetches "
        "nothing.\n",
        "import \"example.org/not/required\"\n",
        "Run the command that the message names, usually go get or go mod download.\n",
    },
};

const struct report_rule *report_rules(size_t *n)
{
    *n = ARRAY_LEN(rules);
    return rules;
}

const struct report_rule *report_rule(str code)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (str_is(code, rules[i].code)) {
            return &rules[i];
        }
    }
    return NULL;
}
