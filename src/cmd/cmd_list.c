/* cmd_list.c: the table of commands, with what `gomm help` says of each. */
#include <string.h>

#include "cmd/cmd.h"

#define HELP_GO(verb)                                                                              \
    "\nIt takes exactly the flags and arguments of `go " verb "` and behaves as `go " verb         \
    " -race`\n"                                                                                    \
    "does, output and exit codes included (`go help " verb "` lists them). Only the object that\n" \
    "is linked in as race detector is gomm's. GOROOT is not changed, and compiled packages are\n"  \
    "shared with plain `go " verb " -race` through go's build cache.\n"                            \
    "\n"                                                                                           \
    "Flags of gomm's own, anywhere among go's:\n"                                                  \
    "  -gomm.runtime=stock   link Go's own race detector (also: GOMM_RUNTIME=stock)\n"             \
    "  -gomm.runtime=FILE    link the race detector in FILE, an ELF object\n"                      \
    "  -gomm.patch=off       leave Go's own hooks, which are slower (also: GOMM_PATCH=off)\n"       \
    "  -gomm.inherit         go commands that the program starts use gomm's race detector too,\n"  \
    "                        through GOFLAGS (also: GOMM_INHERIT=1)\n"

const struct cmd cmd_list[] = {
    {"check", "check [flags] [packages]", "data races in the packages' tests, and what goes to the heap", cmd_check,
     "\n  gomm check ./...\n"
     "\nCheck runs the tests of the packages (default: the one in the current directory) with\n"
     "gomm's race detector and prints each data race that was observed as a finding: both\n"
     "accesses with their stacks, what the memory is, which happens-before edge is missing, and\n"
     "what kind of mistake it is where the run and the source show that (doc/races.md).\n"
     "The same race in several tests or packages is one finding with a count. A test that fails\n"
     "for another reason is shown as `go test` shows it. Tests run anew each time. Without running\n"
     "anything it finds which values go to the heap; the largest are shown, as notes.\n"
     "\n"
     "Output (default -text):\n"
     "  -text         for people\n"
     "  -json         one result document, see doc/result.md\n"
     "  -sarif        SARIF 2.1.0\n"
     "  -github       workflow commands of GitHub Actions, and a summary in $GITHUB_STEP_SUMMARY\n"
     "  -html=FILE    a page that needs nothing else, with a picture of each race, beside one of\n"
     "                the above\n"
     "  -o FILE       stores the result document too, for `gomm report` and `gomm explain`\n"
     "  -color=WHEN   auto, always or never\n"
     "  -v            what the tests print, and in the text a picture of each race\n"
     "\n"
     "Which findings count (the same in gomm escape and gomm share; gomm report has the first two):\n"
     "  -only LIST    only these codes, as RACE,ESC or RACE12; !ESC07 takes out. What only others need\n"
     "                does not run: -only ESC runs no tests\n"
     "  -fail LIST    which make the exit status 1: codes, or note, warning (the default), error, none\n"
     "  -baseline FILE      only what is not in the file; with -update the file is written\n"
     "  -new-from-rev REV   only what was not in that revision of the git repository\n"
     "  //gomm:ignore CODE[,CODE] reason   in the source: nothing of that in the line, the next one,\n"
     "                      the declaration or file above which it stands (gomm explain IGN01)\n"
     "\n"
     "What escapes cost:\n"
     "  -bench REGEXP  runs these benchmarks too, and tells beside each escape what it has of their B/op\n"
     "                 and allocs/op; what costs most comes first. -benchtime is 0.1s if it is not given\n"
     "  -profile FILE  the same by a heap profile of a running program (net/http/pprof's heap or allocs)\n"
     "  -fix           tries what gomm fix would change about those, and shows what was verified; with\n"
     "                 -api also changes of what importers see\n"
     "\n"
     "Flags of `go test` that make sense here are passed on: -run, -skip, -count, -short, -tags,\n"
     "-mod, -C, -timeout, -cpu, -p, -parallel, -bench, -fuzz, -cover, -vet, -ldflags,\n"
     "-toolexec and so on. What follows -args, or --, goes to the tests untouched.\n"
     "-gomm.runtime=FILE, -gomm.patch=off and -gomm.inherit are as in `gomm help test`.\n"
     "\n"
     "Exit status: 0 nothing found but notes, 1 findings or failed tests, 2 wrong usage, or packages\n"
     "that could not be loaded or built.\n"},
    {"completion", "completion bash|zsh|fish", "what a shell needs to complete gomm's command lines", cmd_completion,
     "\nCompletion prints a script for the shell, which asks gomm for commands, flags, topics and codes.\n"
     "\n"
     "  bash   source <(gomm completion bash)      in ~/.bashrc\n"
     "  zsh    source <(gomm completion zsh)       in ~/.zshrc, after compinit\n"
     "  fish   gomm completion fish | source       in ~/.config/fish/config.fish\n"
     "\n"
     "`make install` puts them where these shells look by themselves.\n"},
    {"bench", "bench [flags] [packages]", "benchmarks, and which lines allocate what, and why", cmd_bench,
     "\nBench runs the benchmarks of the packages (default: the one in the current directory) as\n"
     "`go test -run=^$ -bench=. -benchmem` does and prints the same lines, which benchstat reads.\n"
     "Under each one, indented, it says where the bytes of B/op are allocated, how often, and\n"
     "why that is in the heap; what the garbage collector does; and how much of the time\n"
     "allocation is. That comes from further runs, so that the first one is not disturbed.\n"
     "\n"
     "  -bench REGEXP  which benchmarks (default: all)\n"
     "  -count N       values of each; with 6 or more the median has an interval\n"
     "  -why           the whole way on which a value gets to the heap\n"
     "  -all           all sites, not the ten largest\n"
     "  -no-sites      no profiles of allocations: faster\n"
     "  -no-gc         nothing of collector and processor time: faster\n"
     "  -compare FILE  changes since FILE, which gomm bench -json or go test -bench wrote: by the\n"
     "                 U test, ~ where nothing is proven\n"
     "  -budget FILE   B/op and allocs/op above those in FILE are findings; -update writes FILE\n"
     "  -o FILE        the sites as a profile of pprof, with the reasons as labels\n"
     "  -json          one document, see doc/bench.md\n"
     "  -html=FILE     a page with the sites of each benchmark as a treemap\n"
     "  -sarif, -github, -color   as in `gomm help check`, of budgets\n"
     "\n"
     "  -only LIST, -fail LIST   of budgets, as in gomm check\n"
     "\n"
     "A comment //gomm:allocs N right above a benchmark or function is a budget too.\n"
     "Other flags of `go test` are passed on: -benchtime, -cpu, -run, -short, -timeout, -tags,\n"
     "-race, -gcflags, -cpuprofile and so on. What follows -args, or --, goes to the binary.\n"
     "\n"
     "Exit status: 0 all is well, 1 findings or failed benchmarks, 2 wrong usage, or packages\n"
     "that could not be loaded or built.\n"},
    {"test", "test [go test's flags and arguments]", "go test -race with gomm's race detector",
     cmd_test, HELP_GO("test")},
    {"build", "build [go build's flags and arguments]", "go build -race with gomm's race detector",
     cmd_build, HELP_GO("build") "\nA program that was built so needs no gomm to run.\n"},
    {"run", "run [go run's flags and arguments]", "go run -race with gomm's race detector", cmd_run,
     HELP_GO("run")},
    {"share", "share [flags] [packages]", "false sharing in the packages' benchmarks and tests", cmd_share,
     "\nShare runs the benchmarks of the packages (default: the one in the current directory) twice: as they\n"
     "are, and with gomm's runtime looking at cache lines. It prints which variables of different\n"
     "goroutines lie on one line that went from processor to processor: fields, elements, package\n"
     "variables or heap objects, with the bytes, the goroutines and the places that use them. A package\n"
     "without benchmarks has its tests observed.\n"
     "\n"
     "What the sharing costs is predicted by a replay of the accesses on this machine. Where padding helps,\n"
     "it is tried: built, tested, observed again, and measured beside the code as it is. The verified\n"
     "changes are printed as a diff.\n"
     "\n"
     "  -w              writes the verified changes\n"
     "  -verify=false   proposes without trying\n"
     "  -quick          only finds: nothing is measured, predicted or tried\n"
     "  -static         also atomics and mutexes that lie on one line by the source alone (unproven)\n"
     "  -bench REGEXP   the benchmarks (default: all)\n"
     "  -run REGEXP     tests too; without -bench only these\n"
     "  -benchtime T    how long benchmarks run while they are observed, 100x or 1s (default: chosen)\n"
     "  -cpu LIST       values of GOMAXPROCS\n"
     "  -exec PROGRAM   starts benchmarks by way of it, as in go test: 'chrt -r 1'\n"
     "  -tags LIST, -mod MODE, -overlay FILE, -C DIR   as in the go command\n"
     "  -only, -fail, -baseline FILE, -update, -new-from-rev REV   as in `gomm help check`\n"
     "  -json, -sarif, -github, -html=FILE, -o FILE, -color=WHEN   as in `gomm help check`\n"
     "\n"
     "Exit status: 0 nothing found, 1 findings or failed tests, 2 wrong usage, or packages that could not\n"
     "be loaded or built.\n"},
    {"typecheck", "typecheck [flags] [packages]", "the errors that the compiler would report",
     cmd_typecheck,
     "\nTypecheck loads the packages (default: the one in the current directory) from source, checks\n"
     "them and prints the errors that the compiler would print, in its words and order, under a line\n"
     "\"# import/path\" for each package that has some. It compiles nothing and does not run the go\n"
     "command where the module cache holds what is needed. Of dependencies only the declarations\n"
     "are read.\n"
     "\n"
     "  -test         the packages' tests too\n"
     "  -deps         bodies of functions of dependencies too\n"
     "  -e            all errors: not only the ten of a package that are found first\n"
     "  -all          -e, and type errors of packages with syntax errors too\n"
     "  -time         lines, time and memory of each phase, on standard error\n"
     "  -p N          use N threads (default: one for each processor)\n"
     "  -tags LIST, -mod MODE, -overlay FILE, -race, -C DIR   as in the go command\n"
     "  -json, -sarif, -github, -html=FILE, -o FILE, -color=WHEN   as in `gomm help check`\n"
     "\n"
     "Exit status: 0 no errors, 1 errors in packages, 2 wrong usage, or packages that could not be\n"
     "loaded.\n"},
    {"escape", "escape [flags] [packages or .go files]", "which values go to the heap", cmd_escape,
     "\nEscape decides as the Go compiler does which variables and values must be in the heap, without\n"
     "compiling: escape analysis and inlining of the Go that is installed, from source. It prints\n"
     "what goes to the heap in the packages (default: the one in the current directory), by function,\n"
     "with the cause, the size, and the way on which an address gets out.\n"
     "\n"
     "  -why          the whole way, a line for each step\n"
     "  -all          also what escapes but costs nothing: constants, values without size ...\n"
     "  -baseline FILE      only what is not in the file, and exit status 1 if there is something;\n"
     "                      with -update the file is written\n"
     "  -new-from-rev REV   the same against a revision of the git repository\n"
     "  -only LIST, -fail LIST, and //gomm:ignore in the source, as in gomm check\n"
     "  -json -sarif -github -html=FILE -o FILE -color   output, as in gomm check\n"
     "\n"
     "  -precise      what of it could stay on the stack, and what keeps the compiler from seeing that;\n"
     "                with -all why the rest cannot, with -why the way\n"
     "  -m            all that `go build -gcflags=-m` prints of escapes and inlining, in its words\n"
     "                and order\n"
     "  -l            without inlining, as -gcflags=-l\n"
     "  -compare      compile too and print each decision on which gomm and the compiler differ;\n"
     "                the last line is \"agreement: P % (N of M)\": N decisions that both make, M\n"
     "                that either makes. Inlining is counted apart\n"
     "  -against FILE compare with what the compiler printed before, under -m, in this directory\n"
     "  -go VERSION   decide as the compiler of that version (1.19, 1.26) does\n"
     "  -deps         packages that the named ones import too, as -gcflags=all=-m\n"
     "  -test         the packages' tests too\n"
     "  -v            with -compare: the rate of each package\n"
     "  -time         lines, time and memory of each phase, on standard error\n"
     "  -j N          use N threads (default: one for each processor)\n"
     "  -tags LIST, -mod MODE, -overlay FILE, -C DIR   as in the go command\n"
     "\n"
     "The source may assert: //gomm:noescape at the end of a line, on a line above one, or above a\n"
     "function (nothing there goes to the heap), //gomm:noalloc above a function (a call allocates\n"
     "nothing). What does not hold is reported, and the exit status is 1.\n"
     "\n"
     "Packages that do not compile get decisions too, but for the functions with errors.\n"
     "\n"
     "Exit status: 0; 1 if an assertion does not hold, something is new, packages have errors, or gomm\n"
     "and the compiler differ; 2 wrong usage, or\n"
     "packages that could not be loaded.\n"},
    {"fix", "fix [flags] [packages]", "proposes changes that allocate less, verifies each", cmd_fix,
     "\nFix looks for values that go to the heap and need not, and for changes of the source that keep\n"
     "them out of it and the program's meaning as it is (doc/fix.md says why for each rule). Each is\n"
     "verified before it is shown: the package builds, vets and passes its tests as before, under the\n"
     "race runtime too; benchmarks of before and after, run in turns, allocate less; neither gomm's\n"
     "analysis nor the compiler's messages (-m) have anything new in the heap. Nothing of yours is\n"
     "touched meanwhile. Without a benchmark that reaches a change one is made that calls the function,\n"
     "if that can do no harm.\n"
     "\n"
     "  -d            print the verified changes as a patch (the default)\n"
     "  -w            write them to the files: all or none\n"
     "  -n            only say what would be tried\n"
     "  -all          also what did not hold or was not measured, and where a sync.Pool might help\n"
     "  -api          also changes of what importers see: functions that return values, not pointers\n"
     "  -rule NAME    only one kind of change: fmt, prealloc, hoist, buffer, outline, value, closure, append, dst or param\n"
     "  -bench REGEXP only these benchmarks; none: only build and test\n"
     "  -profile FILE only places that a heap profile of a running program knows, the hottest first\n"
     "  -own          only benchmarks that are there: make none\n"
     "  -pairs N      runs of a benchmark before and after (default 10)\n"
     "  -short        tests with -short\n"
     "  -race=false   no tests under the race runtime\n"
     "  -v            what is being done, on standard error\n"
     "  -tags LIST, -mod MODE, -overlay FILE, -C DIR   as in the go command\n"
     "  -text, -json, -sarif, -github, -html=FILE, -o FILE, -color=WHEN   as in `gomm help check`\n"
     "\n"
     "Exit status: 0 nothing found, or all of it written; 1 there are verified changes; 2 wrong usage,\n"
     "or packages that could not be loaded.\n"},
    {"explain", "explain [-from FILE] CODE | file:line[:col]",
     "the rule behind a finding, or what is known of a place", cmd_explain,
     "\nOf a code such as RACE01 it tells the rule, an example and the cure. Of a place it tells\n"
     "what stands there: types, sizes, offsets of fields, callees; file:line:col takes what is\n"
     "around that column. With -from FILE, as written by `gomm check -o FILE`, it tells what that\n"
     "result says of the place.\n"},
    {"lsp", "lsp [-tags LIST] [-result FILE]", "the language server for editors", cmd_lsp,
     "\nAn editor starts it and speaks with it on standard input and output, in the Language Server\n"
     "Protocol 3.17. While one types it shows, for the package of each open file:\n"
     "  errors            as `gomm typecheck` says them\n"
     "  what goes to the heap, with the way on which it gets there, and `//gomm:noescape` and\n"
     "                    `//gomm:noalloc` that do not hold\n"
     "  under the cursor  type, size, layout with cache lines, where a value lives and why\n"
     "  in the text       heap and stack, sizes, padding\n"
     "  quick fixes       those of a stored result that were verified; what a code means\n"
     "\n"
     "Results of a run, as `gomm check` and `gomm fix` with -o gomm.json store them, are shown too, as\n"
     "long as the file has not been saved since: gomm.json in the workspace's first directory, or\n"
     "-result FILE.\n"
     "\n"
     "  -tags LIST    build tags\n"
     "  -result FILE  the stored result\n"
     "  -stdio        what it does anyway; some editors say so\n"
     "\n"
     "Set up for VS Code, Neovim and Emacs, and settings: doc/editor.md.\n"
     "\n"
     "Exit status: 0 after shutdown and exit, 1 if the editor went away without, 2 wrong usage.\n"},
    {"layout", "layout [flags] package.Type...", "offsets, padding and cache lines of types", cmd_layout,
     "\nLayout tells how the compiler lays a type out: size and alignment, each field with offset,\n"
     "size and cache line, the padding between them, which words hold pointers, and a shorter\n"
     "order of the fields if there is one. The package is an import path or a directory\n"
     "(./x.T); without one it is the package here. A generic type needs its arguments:\n"
     "'sync/atomic.Pointer[net/http.Server]'.\n"
     "\n"
     "  -all          fields of fields too\n"
     "  -arch=GOARCH  lay out for another architecture\n"
     "  -packages     the arguments are packages: a line for each struct type that they declare\n"
     "  -tags=LIST    build tags\n"
     "  -json         one JSON document\n"},
    {"report", "report [flags] result.json", "show a stored result again", cmd_report,
     "\nReport renders a result that `gomm check -o FILE` stored, or the document of\n"
     "`gomm bench -json`. It also takes an event file, as a program built with `gomm build`\n"
     "writes it when GOMM_EVENTS=FILE is in its environment.\n"
     "\n"
     "  -text, -json, -sarif, -github, -html=FILE, -o FILE, -color=WHEN   as in `gomm help check`\n"
     "  -v   a picture of each race in the text\n"
     "  -only LIST, -fail LIST   as in `gomm help check`: of what the result holds, and instead of the -fail\n"
     "       that it was made with\n"
     "\n"
     "Exit status: as `gomm check` would have it for that result.\n"},
    {"env", "env [-json]", "the Go that was found and what of it is supported", cmd_env, NULL},
    {"version", "version", "the version of gomm", cmd_version, NULL},
    {"help", "help [command or topic]", "this text, or more about a command", cmd_help, NULL},
};

const size_t cmd_count = ARRAY_LEN(cmd_list);

const struct cmd *cmd_lookup(str name)
{
    for (size_t i = 0; i < cmd_count; i++) {
        if (str_is(name, cmd_list[i].name)) {
            return &cmd_list[i];
        }
    }
    return NULL;
}

/* The edit distance of Damerau and Levenshtein with adjacent swaps (optimal string alignment);
 * rows of the table, since names are short. */
static size_t suggest_distance(str a, str b)
{
    enum { LONGEST = 32 };
    size_t row[3][LONGEST + 1];
    if (a.n > LONGEST || b.n > LONGEST) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.n; j++) {
        row[0][j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t *cur = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
        cur[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = base_min(up[j], cur[j - 1]) + 1;
            best = base_min(best, up[j - 1] + (a.p[i - 1] != b.p[j - 1]));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1]) {
                best = base_min(best, up2[j - 2] + 1);
            }
            cur[j] = best;
        }
    }
    return row[a.n % 3][b.n];
}

const char *cmd_suggest(str name)
{
    const char *best = NULL;
    size_t least = 3; /* more than two slips is another word */
    for (size_t i = 0; i < cmd_count; i++) {
        str c = str_of(cmd_list[i].name);
        size_t d = name.n >= 2 && str_has_prefix(c, name) ? 1 : suggest_distance(name, c);
        if (d < least && d < c.n) {
            least = d;
            best = cmd_list[i].name;
        }
    }
    return best;
}
