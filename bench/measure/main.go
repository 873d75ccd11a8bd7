// Measure compares Go's own race runtime with gomm's on this machine; bench/*.sh start it and
// doc/benchmarks.md explains what it prints.
//
//	measure speed  [flags]   benchmarks: plain, stock and gomm
//	measure suites [flags]   whole test suites of modules: stock and gomm
//	measure memory [flags]   programs that need much memory, and a soak
//	measure growth [flags]   operations among more and more goroutines, beside a larger and larger heap
//	measure sample [flags]   benchmarks, with gomm's runtime sampling
//	measure share  [flags]   benchmarks, with gomm's runtime observing cache lines
//	measure driver [flags]   the go command against the gomm command
//
// Exit status: 0 a result, which may be that nothing can be concluded, 1 something failed (with -strict also a bar
// that was missed), 2 no result.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// config is what all have in common.
type config struct {
	gomm     string        // the gomm under test
	source   string        // the folder bench/
	version  string        // of gomm, in words
	out      string        // results and built programs
	rounds   int           // rounds of A B B A
	maxLoad  float64       // CPUs that others may use up while we measure
	patience time.Duration // to wait for less load, and to repeat what load disturbed
	limit    time.Duration // for all measurements
	only     string        // regular expression of names
	rt       bool          // the measured programs go before all others
	strict   bool          // a missed bar is a failure
}

// A mode is what measure can be told to do.
type mode struct {
	rounds int           // default
	limit  time.Duration // default
	run    func(c config, f *modeFlags) bool
}

// modeFlags are flags that only some modes look at. All accept them, as BENCH_FLAGS goes to all.
type modeFlags struct {
	benchtime  string
	soak       float64
	goroutines int
	heap       int
}

var modes = map[string]mode{
	"speed":  {5, 6 * time.Minute, func(c config, f *modeFlags) bool { return speed(c, f.benchtime) }},
	"suites": {3, 15 * time.Minute, func(c config, f *modeFlags) bool { return suites(c) }},
	"memory": {3, 3 * time.Minute, func(c config, f *modeFlags) bool { return memory(c, f.soak) }},
	"growth": {3, 10 * time.Minute, func(c config, f *modeFlags) bool { return growth(c, f.goroutines, f.heap) }},
	"sample": {5, 6 * time.Minute, func(c config, f *modeFlags) bool { return sampling().measure(c, f.benchtime) }},
	"share":  {5, 6 * time.Minute, func(c config, f *modeFlags) bool { return sharing().measure(c, f.benchtime) }},
	"driver": {5, 1 * time.Minute, func(c config, f *modeFlags) bool { return driver(c) }},
}

func main() {
	if len(os.Args) > 3 && os.Args[1] == "keep" {
		keep(os.Args[2], os.Args[3:]) // go test -exec, see suites.go
	}
	if len(os.Args) < 2 {
		fail("usage: measure speed|suites|memory|growth|sample|share|driver [flags]")
	}
	var c config
	var f modeFlags
	mode := os.Args[1]
	def, known := modes[mode]
	if !known {
		fail("measure: no mode %q; there are speed, suites, memory, growth, sample, share and driver", mode)
	}
	flags := flag.NewFlagSet("measure "+mode, flag.ExitOnError)
	flags.StringVar(&c.gomm, "gomm", "gomm", "the gomm to measure")
	flags.StringVar(&c.source, "source", "bench", "the folder bench/ of the source tree")
	flags.StringVar(&c.out, "out", "build/bench", "folder for results and built programs")
	flags.IntVar(&c.rounds, "rounds", def.rounds, "rounds of stock gomm gomm stock, two pairs each")
	flags.Float64Var(&c.maxLoad, "maxload", 0.25, "CPUs that other programs may use up meanwhile")
	flags.DurationVar(&c.patience, "patience", time.Minute, "time to wait for less load, and to repeat what load disturbed")
	flags.DurationVar(&c.limit, "limit", def.limit, "time for all measurements; those that do not fit are left out")
	flags.StringVar(&c.only, "only", "", "measure only what matches this regular expression")
	flags.BoolVar(&c.rt, "rt", false, "give the measured programs real-time priority (chrt -r, needs root), on a machine that others use meanwhile")
	flags.BoolVar(&c.strict, "strict", false, "exit 1 if a bar is missed")
	flags.StringVar(&f.benchtime, "benchtime", "30ms", "speed, sample: -test.benchtime of each run")
	flags.Float64Var(&f.soak, "soak", 0.1, "memory: length of the soak, in 10 million goroutines and 100 million synchronisations; 0: none")
	flags.IntVar(&f.goroutines, "goroutines", 100000, "growth: the most goroutines")
	flags.IntVar(&f.heap, "heap", 4096, "growth: the largest heap, MB; less if the machine has not four times that free")
	// Words from the environment come first, so that the command line has the last one.
	words := append(strings.Fields(os.Getenv("BENCH_FLAGS")), os.Args[2:]...)
	_ = flags.Parse(words)
	if flags.NArg() > 0 {
		fail("measure %s: unexpected argument %q", mode, flags.Arg(0))
	}
	if c.rounds < 1 {
		fail("measure %s: -rounds must be at least 1", mode)
	}
	for _, p := range []*string{&c.gomm, &c.source, &c.out} {
		abs, err := filepath.Abs(*p)
		check(err)
		*p = abs
	}
	check(os.MkdirAll(c.out, 0o777))
	c.version = gommVersion(c) // first of all: a gomm that does not work is found out here

	if !def.run(c, &f) {
		os.Exit(1)
	}
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(2)
}

func check(err error) {
	if err != nil {
		fail("measure: %v", err)
	}
}
