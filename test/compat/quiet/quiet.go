// Package quiet lets the programs of test/lost put their goroutines into a fixed order without
// telling the race detector: every access here is uninstrumented and no synchronisation is used,
// so the memory model still sees the ordered goroutines as unordered.
package quiet

import (
	"os"
	"runtime"
	"strconv"
)

// A Flag passes the moment "this has happened", and no happens-before edge with it.
type Flag struct{ set bool }

//go:norace
func (f *Flag) Set() { f.set = true }

//go:norace
func (f *Flag) Wait() {
	for !f.set {
		runtime.Gosched()
	}
}

// Settle returns when at most n goroutines are left, that is when the others have really ended.
func Settle(n int) {
	for runtime.NumGoroutine() > n {
		runtime.Gosched()
	}
}

// Arg returns the program's argument number i as an integer, or otherwise.
func Arg(i, otherwise int) int {
	if len(os.Args) <= i {
		return otherwise
	}
	n, err := strconv.Atoi(os.Args[i])
	if err != nil {
		println("argument", i, "is not a number:", os.Args[i])
		os.Exit(2)
	}
	return n
}

// Word returns the program's argument number i, or otherwise.
func Word(i int, otherwise string) string {
	if len(os.Args) <= i {
		return otherwise
	}
	return os.Args[i]
}
