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
        "released afterwards, and that none of it reached the other. Where the run and the source\n"
        "show what kind of mistake it is, it names a pattern: RACE11 to RACE28.\n",
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
        "RACE11",
        "LocksDiffer",
        "race pattern: both sides hold a lock, but not the same one",
        "An Unlock happens before the Lock of the same mutex that follows it. Two mutexes know nothing of\n"
        "each other. gomm names the two as the source calls them, and where they were locked.\n",
        "func (c *C) Inc() { c.mu.Lock(); c.n++; c.mu.Unlock() }\n"
        "func (c *C) Dec() { c.other.Lock(); c.n--; c.other.Unlock() }\n",
        "Choose one mutex for the variable, use it on every path, and say so where it is declared.\n",
    },
    {
        "RACE12",
        "LockMissing",
        "race pattern: one side holds a lock, the other holds none",
        "A lock orders those who take it. gomm claims this only if it has seen all that the goroutine\n"
        "without the lock did since it began, and if the function that took the lock was still running.\n"
        "Where the lock was given back shortly before, the finding says that.\n",
        "func (c *C) Inc() { c.mu.Lock(); c.n++; c.mu.Unlock() }\n"
        "func (c *C) N() int { return c.n } // reading needs the lock too\n",
        "Take the lock around the other access as well; a method that reads is no exception.\n",
    },
    {
        "RACE13",
        "WriteUnderRLock",
        "race pattern: a variable is written by who holds a RWMutex for reading",
        "RLock lets any number of goroutines in at once; what they write is not ordered. Counters of hits\n"
        "and caches that are filled on the way are usual victims.\n",
        "func (t *T) Get(k string) V {\n"
        "\tt.mu.RLock()\n"
        "\tdefer t.mu.RUnlock()\n"
        "\tt.hits++\n"
        "\treturn t.m[k]\n"
        "}\n",
        "Use Lock where something is written, or make the counter an atomic.Int64.\n",
    },
    {
        "RACE14",
        "LockCopied",
        "race pattern: each side locks a copy of the mutex",
        "A mutex that is passed by value, as a part of a receiver or parameter, is another mutex in each\n"
        "call. go vet (copylocks) finds most of these without running anything.\n",
        "func (a Account) Add(n int) { // a copy of a.mu each time\n"
        "\ta.mu.Lock()\n"
        "\t*a.balance += n\n"
        "\ta.mu.Unlock()\n"
        "}\n",
        "Use a pointer receiver, or a pointer to the mutex's struct.\n",
    },
    {
        "RACE15",
        "DoubleChecked",
        "race pattern: double-checked locking without atomics",
        "The first check is made without the lock. It may see the pointer and not yet what it points to,\n"
        "or a half of an interface value.\n",
        "if c.v == nil { // plain\n"
        "\tc.mu.Lock()\n"
        "\tif c.v == nil {\n"
        "\t\tc.v = load()\n"
        "\t}\n"
        "\tc.mu.Unlock()\n"
        "}\n",
        "Use sync.Once, sync.OnceValue, or an atomic.Pointer for the check; or lock first: an uncontended\n"
        "Lock is cheap.\n",
    },
    {
        "RACE16",
        "MixedAtomic",
        "race pattern: atomic on one side, plain on the other",
        "An atomic operation is ordered with the atomic operations that observe its effect. A plain access\n"
        "of the same variable observes nothing.\n",
        "go func() { atomic.StoreInt32(&ready, 1) }()\n"
        "if ready == 1 { // plain\n"
        "}\n",
        "Use the types of sync/atomic (atomic.Bool, atomic.Int64, atomic.Pointer): they have no plain\n"
        "accesses.\n",
    },
    {
        "RACE17",
        "AddInside",
        "race pattern: WaitGroup.Add is called by the goroutine that is to be waited for",
        "Wait returns when the counter is zero. If the goroutine has not yet come to its Add, it is.\n",
        "go func() {\n"
        "\twg.Add(1) // too late, perhaps\n"
        "\tdefer wg.Done()\n"
        "\tresult = f()\n"
        "}()\n"
        "wg.Wait()\n",
        "Call Add before the go statement, or use WaitGroup.Go (Go 1.25).\n",
    },
    {
        "RACE18",
        "ReleasedEarly",
        "race pattern: an access after the send, close or Done that was to publish it",
        "A send happens before the receive that takes the value: what came before the send. What the sender\n"
        "does afterwards is not ordered with the receiver. The same is true of close, and of Done and Wait.\n"
        "gomm saw the send and the receive, on the same channel, and the access that came after the send.\n",
        "ch <- msg\n"
        "msg.id = 7 // the receiver has it by now\n",
        "Do it before the send. A deferred Done or close runs last and cannot be early.\n",
    },
    {
        "RACE19",
        "AcquiredLate",
        "race pattern: an access before the receive or Wait that waits for the other side",
        "Only when the receive or Wait returns is it sure that the goroutine has come so far.\n",
        "go func() { result = f(); close(done) }()\n"
        "fmt.Println(result) // too early\n"
        "<-done\n",
        "Move the access below the receive or Wait.\n",
    },
    {
        "RACE20",
        "LoopVariable",
        "race pattern: a closure captures the variable of a loop, before Go 1.22",
        "With go 1.21 or older in go.mod the variable of a for loop is one for all iterations; the loop\n"
        "goes on and changes it while the goroutine reads it.\n",
        "for _, job := range jobs {\n"
        "\tgo func() { run(job) }()\n"
        "}\n",
        "Pass it as an argument, copy it (job := job), or say go 1.22 in go.mod.\n",
    },
    {
        "RACE21",
        "CapturedError",
        "race pattern: an error variable is shared with a closure that runs in another goroutine",
        "err = f() inside of the closure assigns the err of the function around it, which goes on and\n"
        "assigns it as well. One character, :=, makes the difference.\n",
        "x, err := f()\n"
        "go func() {\n"
        "\t_, err = g() // the outer err\n"
        "}()\n"
        "y, err := h()\n",
        "Declare the goroutine's own with :=, and hand the error over by a channel or an errgroup.Group.\n",
    },
    {
        "RACE22",
        "NamedResult",
        "race pattern: a named result is shared with a closure that runs in another goroutine",
        "A return statement with a value writes the named results, though nothing in it looks like an\n"
        "assignment.\n",
        "func f() (n int) {\n"
        "\tgo func() { use(n) }()\n"
        "\treturn 20 // writes n\n"
        "}\n",
        "Give the goroutine a copy, or no name to the result.\n",
    },
    {
        "RACE23",
        "Captured",
        "race pattern: a local variable is shared with a closure that runs in another goroutine",
        "The go statement orders what came before it. After that, both sides have the same variable.\n",
        "x := 0\n"
        "go func() { x = 1 }()\n"
        "fmt.Println(x)\n",
        "Pass values as arguments, hand results over by a channel, or wait before reading.\n",
    },
    {
        "RACE24",
        "Append",
        "race pattern: several goroutines append to one slice",
        "append reads pointer, length and capacity and writes them back. At once, elements are lost or\n"
        "overwritten, and the three can be of different slices.\n",
        "for i := range jobs {\n"
        "\tgo func() { all = append(all, run(i)) }()\n"
        "}\n",
        "Guard the slice with a mutex, or make it as long as needed and let each goroutine write its own\n"
        "element.\n",
    },
    {
        "RACE25",
        "Map",
        "race pattern: a map is written while another goroutine uses it or ranges over it",
        "Each write may move everything that is in a map; other keys are no excuse. Go's runtime ends the\n"
        "program when it notices, which it does not always.\n",
        "go func() { m[\"a\"] = 1 }()\n"
        "for k := range m {\n"
        "}\n",
        "Guard every use, the whole range loop included, with one mutex; or use a sync.Map.\n",
    },
    {
        "RACE26",
        "StructCopied",
        "race pattern: a struct is copied while one of its fields is written",
        "A copy reads all fields, also those that nobody thinks of at that place.\n",
        "go func() { c.timeout = 3 }()\n"
        "mine := *c // reads timeout too\n",
        "Copy under the lock of the writers, or keep what changes out of what is copied.\n",
    },
    {
        "RACE27",
        "BusyWait",
        "race pattern: a loop waits for a plain variable to change",
        "The compiler may read the variable once and loop for ever; and a read that sees the change says\n"
        "nothing of what was written before it (https://go.dev/ref/mem, Incorrect synchronization).\n",
        "for !done {\n"
        "\truntime.Gosched()\n"
        "}\n",
        "Wait for a channel to be closed, a WaitGroup, or with an atomic.Bool if it must be a loop.\n",
    },
    {
        "RACE28",
        "Sleep",
        "race pattern: time.Sleep in place of waiting for the goroutine",
        "Sleeping orders nothing, however long. Tests that sleep are slow on good days and fail on bad ones.\n",
        "go func() { result = f() }()\n"
        "time.Sleep(time.Second)\n"
        "fmt.Println(result)\n",
        "Wait for the goroutine itself: a channel or a sync.WaitGroup.\n",
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
    {
        "ESC01",
        "ReturnedPointer",
        "escape: a pointer to a local value is returned, so the value moves to the heap",
        "A frame of the stack is gone when its function returns. What a result points to, directly or through slices,\n"
        "interfaces, closures and fields, must outlive it, so the compiler puts it in the heap: one allocation for each\n"
        "call. Where the call is inlined, the caller's frame may hold it after all: then nothing is reported there.\n",
        "func NewUser() *User {\n"
        "\tu := User{Name: \"Ada\"}\n"
        "\treturn &u // u moves to the heap\n"
        "}\n",
        "Return the value itself, if it is small or copied once; or let the caller pass the room: func (u *User) Init().\n"
        "A constructor that is small enough to be inlined costs nothing where its result does not get out of the caller.\n",
    },
    {
        "ESC02",
        "StoredLonger",
        "escape: a pointer is stored in something that lives longer",
        "A store to a global variable, through a pointer, into an element of a slice or into the elements that append\n"
        "copies: the compiler does not follow what the pointer or slice refers to, and takes it to be in the heap. What is\n"
        "stored must then be there too.\n",
        "func (r *Registry) Add(name string) {\n"
        "\tu := User{Name: name}\n"
        "\tr.users = append(r.users, &u) // u moves to the heap\n"
        "}\n",
        "Store values instead of pointers ([]User), reuse what is there already, or allocate many at once (a slice of\n"
        "values whose elements' addresses are handed out).\n",
    },
    {
        "ESC03",
        "PassedAsInterface",
        "escape: a value is passed as an interface to a function that lets it get out",
        "An interface value has a pointer to its data (pointer-shaped values are that pointer). If the callee keeps the\n"
        "interface, calls methods of it, or hands it to reflect as the fmt package does, the data must be in the heap: the\n"
        "conversion allocates, or the variable whose address was converted moves. Constants and values of one byte cost\n"
        "nothing: the runtime has them ready.\n",
        "func Log(w io.Writer, p Point) {\n"
        "\tfmt.Fprintln(w, \"at\", p) // p is copied to the heap\n"
        "}\n",
        "Format with strconv.Append… or write the parts by methods that take strings and bytes; use a typed logger; check\n"
        "whether the message is wanted before its arguments are made.\n",
    },
    {
        "ESC04",
        "CapturedByReference",
        "escape: a function literal that gets out captures a variable by reference",
        "A variable that is assigned after it was captured, or whose address is taken, or that is larger than 128 bytes, is\n"
        "captured by reference. If the function literal gets out (it is returned, stored, started as a goroutine, passed to\n"
        "a function that keeps it), the variable moves to the heap with it.\n",
        "func Sequence() func() int {\n"
        "\tn := 0\n"
        "\treturn func() int { n++; return n } // n moves to the heap\n"
        "}\n",
        "Capture a copy that is not assigned again, pass the value as an argument, or use a method of a struct instead of a\n"
        "literal.\n",
    },
    {
        "ESC05",
        "UnknownCallee",
        "escape: a pointer is passed to a function that the compiler does not know",
        "A call through an interface or a function value may run any function. The compiler takes every argument to get\n"
        "out.\n",
        "func Fill(r io.Reader) {\n"
        "\tvar buf [64]byte\n"
        "\tr.Read(buf[:]) // buf moves to the heap\n"
        "}\n",
        "Call a concrete type where there is only one; keep the buffer in a struct that lives longer and reuse it; pass the\n"
        "room in from outside.\n",
    },
    {
        "ESC06",
        "KeptByCallee",
        "escape: the function to which a pointer is passed lets it get out",
        "The callee stores its parameter somewhere that lives longer, or passes it on to something unknown: its -m line is\n"
        "\"leaking param\". Callees without a Go body do so unless //go:noescape stands before their declaration.\n",
        "var last *int\n"
        "\n"
        "func keep(p *int) { last = p }\n"
        "\n"
        "func f() {\n"
        "\tn := 1\n"
        "\tkeep(&n) // n moves to the heap\n"
        "}\n",
        "Look at the callee: gomm escape -m shows which parameters leak. Pass a copy, or change the callee to copy what it\n"
        "keeps.\n",
    },
    {
        "ESC07",
        "TooLarge",
        "escape: the value is too large for the stack",
        "Variables above 128 KB (10 MB before Go 1.23) and values made by new, make and composite literals above 64 KB go\n"
        "to the heap, whatever is done with them.\n",
        "func f() {\n"
        "\tvar table [1 << 20]byte // moves to the heap\n"
        "\tuse(table[:])\n"
        "}\n",
        "Make it once and reuse it (a package variable, a sync.Pool), or make it smaller.\n",
    },
    {
        "ESC08",
        "SizeNotConstant",
        "escape: the size is not constant",
        "make with a length or capacity that is known only when it runs: before Go 1.25 it always allocates; since then small\n"
        "ones may use a buffer of 32 bytes on the stack.\n",
        "func f(n int) {\n"
        "\tb := make([]byte, n)\n"
        "\tuse(b)\n"
        "}\n",
        "Give make a constant capacity that usually suffices: make([]byte, 0, 64); or reuse a buffer.\n",
    },
    {
        "ESC09",
        "Goroutine",
        "escape: a goroutine uses it",
        "The function that a go statement starts may run longer than the function that started it: what it captures, and its\n"
        "arguments, are in the heap.\n",
        "func f(n int) {\n"
        "\tgo func() { println(n) }()\n"
        "}\n",
        "Start fewer goroutines (workers that read from a channel), and give them what they need once.\n",
    },
    {
        "ESC10",
        "OutlivesIteration",
        "escape: a value made in a loop is held by something from before the loop",
        "There is one place on the stack for each variable and literal of a function. If what an iteration makes can still be\n"
        "referred to in the next, each needs a place of its own, and that is the heap.\n",
        "var head *node\n"
        "for i := 0; i < 3; i++ {\n"
        "\thead = &node{next: head} // each is allocated\n"
        "}\n",
        "Declare the variable before the loop and reuse it, or keep the values in one slice and refer to its elements.\n",
    },
    {
        "ESC11",
        "SentOnChannel",
        "escape: a pointer is sent on a channel",
        "Who receives it, and when, cannot be known.\n",
        "func f(ch chan *int) {\n"
        "\tn := 1\n"
        "\tch <- &n // n moves to the heap\n"
        "}\n",
        "Send values, or pointers into something that is allocated anyway.\n",
    },
    {
        "ESC12",
        "PutIntoMap",
        "escape: a pointer is put into a map",
        "Keys and values of maps lie in the heap, also of maps that stay local; what they point to must too.\n",
        "m := map[string]*User{}\n"
        "u := User{}\n"
        "m[\"ada\"] = &u // u moves to the heap\n",
        "Store values in the map, or indices into a slice.\n",
    },
    {
        "ESC13",
        "Panicked",
        "escape: panic takes it",
        "The argument of panic becomes an interface value that unwinds the stack.\n",
        "panic(fmt.Sprintf(\"bad %d\", n))\n",
        "Nothing, as a rule: it costs only when it happens.\n",
    },
    {
        "ESC14",
        "Escapes",
        "escape: the compiler cannot show that it stays",
        "None of the more particular reasons: \"flow\" shows how it gets out.\n",
        "x := make([]int, n)\n"
        "return x\n",
        "Follow the flow, and look at its last step.\n",
    },
    {
        "ESC20",
        "AssertedNoEscape",
        "//gomm:noescape: something goes to the heap where the source asserts that nothing does",
        "Above a function //gomm:noescape asserts that nothing that the function makes goes to the heap; at the end of a line,\n"
        "or on a line above one, that nothing in that line does.\n",
        "//gomm:noescape\n"
        "func f() *int {\n"
        "\tn := 1\n"
        "\treturn &n // reported\n"
        "}\n",
        "Change the code as the finding's cause asks, or take the assertion away.\n",
    },
    {
        "ESC21",
        "AssertedNoAlloc",
        "//gomm:noalloc: a function may allocate although the source asserts that it does not",
        "Above a function //gomm:noalloc asserts that a call allocates nothing, whatever it calls included. Calls of interface\n"
        "methods and function values count as allocating, since nobody knows what they do; functions without a Go body count\n"
        "as not allocating, and arguments of panic do not count.\n",
        "//gomm:noalloc\n"
        "func join(a, b string) string { return a + b } // reported\n",
        "Change what \"why\" lists, or take the assertion away.\n",
    },
    {
        "SHARE1",
        "FalseSharingFields",
        "false sharing: fields of one struct that different goroutines write lie on one cache line",
        "Caches hold lines: 64 bytes on x86-64, 128 on many arm64 processors. To write to a line a core must own it, and then no\n"
        "other core has a copy. If two cores write to one line in turn, it travels between them each time, some tens of\n"
        "nanoseconds, even if they never touch the same variable. The race detector is silent, for there is no race, and a\n"
        "profile blames the lines that count.\n"
        "\n"
        "gomm reports what it saw: the line went to and fro while both goroutines ran, and no word of it was used by both.\n"
        "How much that costs is predicted by a replay of the same accesses on this machine, and proven by a benchmark.\n",
        "type Stats struct {\n"
        "\tRequests atomic.Int64 // one goroutine\n"
        "\tFailures atomic.Int64 // another one\n"
        "}\n",
        "Put distance between them, cheapest first:\n"
        "  - move the fields apart, with what is seldom used between them;\n"
        "  - count in a local variable and add it up once;\n"
        "  - `_ [56]byte` (or golang.org/x/sys/cpu.CacheLinePad) behind each hot field.\n"
        "Pad what is hot and independent, and nothing else: padding costs memory, and cache for those who read both.  And keep\n"
        "what is written a line away from the struct's first byte: compiled code checks a pointer to it for nil by a load from\n"
        "there, before each &s.f.\n",
    },
    {
        "SHARE2",
        "FalseSharingElements",
        "false sharing: small elements of one array or slice, each used by one goroutine, lie on one cache line",
        "A slice with an element for each worker is the classical case: the elements are smaller than a line, or their size is no\n"
        "multiple of one, so that two workers write to one line.\n",
        "useLen := make([]int, workers)\n"
        "for tid := 0; tid < workers; tid++ {\n"
        "\tgo func(tid int) {\n"
        "\t\tfor range words(tid) {\n"
        "\t\t\tuseLen[tid]++\n"
        "\t\t}\n"
        "\t}(tid)\n"
        "}\n",
        "Let each worker count in a local variable and store it once at the end. Otherwise make the element a struct that ends\n"
        "in 56 bytes of padding.\n",
    },
    {
        "SHARE3",
        "FalseSharingGlobals",
        "false sharing: package variables that different goroutines write lie on one cache line",
        "The linker sorts variables by size and puts them side by side, whatever package they are from.\n",
        "var hits, misses atomic.Int64\n",
        "Make each a struct with padding on both sides; what lies beside it changes with every build.\n",
    },
    {
        "SHARE4",
        "FalseSharingNeighbours",
        "false sharing: small heap objects that different goroutines write lie on one cache line",
        "Objects of one size class lie side by side in the heap. Those that one goroutine makes in a loop, one for each worker, are\n"
        "neighbours.\n",
        "for w := range workers {\n"
        "\tworkers[w] = &worker{} // 24 bytes\n"
        "}\n",
        "End the struct in 56 bytes of padding, or let each goroutine allocate its own.\n",
    },
    {
        "SHARE5",
        "ReadMostlyBesideWriter",
        "false sharing: what many goroutines only read lies on one cache line with what another one writes",
        "Each write takes the line away from all readers; each of their next reads has to fetch it. A counter beside the fields that\n"
        "every lookup needs is the commonest real case.\n",
        "type Map struct {\n"
        "\ttable *table       // read by every Load\n"
        "\tsize  atomic.Int64 // written by every Store\n"
        "}\n",
        "Move the written field away, or put padding on both sides of it.\n",
    },
    {
        "SHARE6",
        "MixedSharing",
        "true and false sharing on one cache line",
        "One variable is used by several goroutines, and that costs what it costs; others on its line are not, and suffer with it.\n",
        "type Sums struct {\n"
        "\ttotal atomic.Int64 // everyone\n"
        "\terrs  atomic.Int64 // one goroutine\n"
        "}\n",
        "Pull the others away from it with padding. For the shared one see SHARE7.\n",
    },
    {
        "SHARE7",
        "TrueSharing",
        "several goroutines write to one variable at once",
        "That is what the program says, and no padding changes it: the line must travel because its value does. It is told because\n"
        "it is often mistaken for false sharing.\n",
        "var requests atomic.Int64 // added to by every goroutine\n",
        "If it is hot: a counter for each processor or goroutine, padded, added up when somebody asks; or counting locally and\n"
        "adding in larger steps.\n",
    },
    {
        "SHARE8",
        "LatentFalseSharing",
        "variables of different goroutines would share a cache line on other machines or at other addresses",
        "Here they lie on two lines. Where lines have 128 bytes (many arm64 processors, ppc64), where they are fetched in pairs, or\n"
        "where the object begins at another address, it is one.\n",
        "type Stats struct {\n"
        "\tRequests atomic.Int64\n"
        "\t_        [56]byte // enough for lines of 64 bytes\n"
        "\tFailures atomic.Int64\n"
        "}\n",
        "Pad for the longest line that you build for: golang.org/x/sys/cpu.CacheLinePad knows it for each GOARCH.\n",
    },
    {
        "SHARE9",
        "UnprovenFalseSharing",
        "atomics or mutexes of one struct lie on one cache line; no run has shown that it matters",
        "A hint from the source alone: the fields are made for concurrent use, are used by different functions, and lie so close\n"
        "that they share a line. Whether different goroutines use them at once only a run can show.\n",
        "type Pool struct {\n"
        "\tgets atomic.Int64\n"
        "\tputs atomic.Int64\n"
        "}\n",
        "Write a benchmark that uses both at once, and run gomm share.\n",
    },
    {
        "BENCH01",
        "AllocationsAboveDirective",
        "//gomm:allocs: a benchmark or function allocates more often than the source allows",
        "Above a benchmark //gomm:allocs N asserts that it has at most N allocs/op, in each of its sub-benchmarks too. Above another\n"
        "function it asserts that no benchmark allocates more than N times per operation in it and in what it calls.\n"
        "gomm bench measures both.\n",
        "//gomm:allocs 0\n"
        "func BenchmarkLookup(b *testing.B) { // reported if it has 1 allocs/op\n",
        "The sites below the benchmark say what allocates and why; change that, or the number.\n",
    },
    {
        "BENCH02",
        "AllocationsAboveBudget",
        "a benchmark allocates more than the budget file allows",
        "gomm bench -budget FILE compares B/op and allocs/op of each benchmark (medians) with what FILE says: one more allocation is\n"
        "too many; bytes may be 2 % and 8 bytes above, since growth of maps and pools is not the same in each run.\n"
        "-update writes what was measured.\n",
        "example.org/m/p BenchmarkLookup 0 B/op 0 allocs/op\n",
        "The sites below the benchmark say what allocates and why; change that, or run with -update if it is meant.\n",
    },
    {
        "IGN01",
        "IgnoreWithoutReason",
        "//gomm:ignore without a reason",
        "//gomm:ignore CODE[,CODE] reason: at the end of a line or above one it speaks of what is found in that line, above a\n"
        "declaration of all of it, above the package clause of the whole file. It works without a reason too; but who reads it\n"
        "later cannot tell whether it still holds.\n",
        "//gomm:ignore ESC03\n"
        "log.Println(u) // reported\n",
        "Say behind the codes why the finding is as it should be:\n"
        "  //gomm:ignore ESC03 once at start-up\n",
    },
    {
        "IGN02",
        "IgnoreUnknownCode",
        "//gomm:ignore names a code that there is not, or none",
        "A code is one that gomm explain knows, such as RACE01 or RACE12, or what several of them begin with: RACE, ESC. Several\n"
        "are separated by commas. What there is not ignores nothing.\n",
        "//gomm:ignore ESC99 once at start-up\n"
        "log.Println(u) // the comment is reported, and so is what it was to ignore\n",
        "gomm explain lists the codes.\n",
    },
    {
        "IGN03",
        "IgnoreWithoutEffect",
        "//gomm:ignore speaks of something that is not found there",
        "The analysis that finds such things has looked at all of the file and found none where the comment stands: it was cured,\n"
        "or the comment is in the wrong place. Of what only runs show (races) this is a note, and only told if all tests of the\n"
        "package ran: another run may see it. Of what the command has not looked for nothing is said.\n",
        "//gomm:ignore ESC01 returned on purpose\n"
        "func New() T { return T{} } // nothing goes to the heap any more\n",
        "Take the comment away.\n",
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
