//go:build race

package hb

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rules has the cases as its methods.
type rules struct{}

// patience is how long a case may take. The slowest needs some tenths of a second.
const patience = 60 * time.Second

// What a case says about itself while it runs.
var (
	want      int    // reports that must come, or -1 for one or more
	stockMiss string // why the stock runtime gives another verdict than this case demands
	skipped   string // why the case could not be tried here
)

// reports sets how many reports the case must give. A Race case gives one unless it says otherwise.
func reports(n int) { want = n }

// someReports is for a case in which the number of reports depends on the Go version.
func someReports() { want = -1 }

// stockFails says that the stock runtime is known to give the wrong verdict.
func stockFails(why string) { stockMiss = why }

// skip says that the case cannot be tried on this system. It must return at once then.
func skip(why string) { skipped = why }

// runner is testing's own, for cases that need it.
var runner *testing.M

// TestMain takes the place of testing's own runner; see the package comment.
func TestMain(m *testing.M) {
	runner = m
	flag.Parse()
	pattern := regexp.MustCompile(flag.Lookup("test.run").Value.String())
	list := regexp.MustCompile(flag.Lookup("test.list").Value.String())
	listing := flag.Lookup("test.list").Value.String() != ""
	stock := os.Getenv("HB_STOCK") != ""

	all := reflect.ValueOf(rules{})
	passed, failed, left := 0, 0, 0
	for i := 0; i < all.NumMethod(); i++ {
		name := all.Type().Method(i).Name
		if listing {
			if list.MatchString(name) {
				fmt.Println(name)
			}
			continue
		}
		if !pattern.MatchString(name) {
			continue
		}
		why := run(name, all.Method(i).Interface().(func()))
		switch {
		case skipped != "":
			left++
			fmt.Printf("skip %s: %s\n", name, skipped)
		case why != "" && stock && stockMiss != "":
			left++
			fmt.Printf("skip %s: %s, as known of the stock runtime: %s\n", name, why, stockMiss)
		case why != "":
			failed++
			fmt.Printf("not ok %s: %s\n", name, why)
		default:
			passed++
			if testing.Verbose() {
				fmt.Printf("ok %s\n", name)
			}
		}
	}
	status := 0
	if !listing {
		fmt.Printf("%d cases passed, %d failed, %d skipped\n", passed, failed, left)
	}
	if failed != 0 {
		status = 1
	}
	// Not os.Exit: having reported races, the detector would turn status 0 into 66.
	syscall.Exit(status)
}

// run runs one case and says what is wrong with it, if anything.
func run(name string, f func()) (why string) {
	want, stockMiss, skipped = 0, "", ""
	if strings.HasPrefix(name, "TestRace") || strings.HasPrefix(name, "TestFalse") {
		want = 1
	}
	before := runtime.RaceErrors()
	done := make(chan string, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- fmt.Sprint("panic: ", v)
			}
			close(done)
		}()
		f()
	}()
	select {
	case why = <-done:
	case <-time.After(patience):
		buf := make([]byte, 1<<20)
		fmt.Printf("not ok %s: hangs\n%s\n", name, buf[:runtime.Stack(buf, true)])
		syscall.Exit(1)
	}
	got := runtime.RaceErrors() - before
	switch {
	case why != "":
		return why
	case skipped != "":
		return ""
	case got == want, want < 0 && got > 0:
		return ""
	case want < 0:
		return "no report"
	}
	return fmt.Sprintf("reports: %d, want %d", got, want)
}

// A turn is a counter that the detector does not see.
type turn struct{ n int32 }

// to sets the counter.
//
//go:norace
//go:noinline
func (t *turn) to(n int32) { t.n = n }

// at waits until the counter has reached n.
//
//go:norace
//go:noinline
func (t *turn) at(n int32) {
	for i := 0; t.n < n; i++ {
		if i < 50 {
			runtime.Gosched()
		} else {
			time.Sleep(50 * time.Microsecond)
		}
	}
}

// inTurn runs each function in a goroutine of its own, the next one when the one before has
// ended. No happens-before edge orders them: all goroutines are created before the first of the
// functions runs.
func inTurn(fs ...func()) {
	t := new(turn)
	for i, f := range fs {
		i, f := int32(i), f
		go func() {
			defer t.to(i + 1)
			t.at(i)
			f()
		}()
	}
	t.at(int32(len(fs)))
}

// together runs each function in a goroutine of its own, all at the same time, and waits for
// all of them. The functions may take turns with a turn of their own.
func together(fs ...func()) {
	ends := make([]*turn, len(fs))
	for i, f := range fs {
		f, end := f, new(turn)
		ends[i] = end
		go func() {
			defer end.to(1)
			f()
		}()
	}
	for _, end := range ends {
		end.at(1)
	}
}

// settle gives another goroutine the time to block. No verdict depends on it, only which way
// through the runtime a case takes.
func settle() {
	for i := 0; i < 20; i++ {
		runtime.Gosched()
	}
	time.Sleep(2 * time.Millisecond)
}

// pause is for loops that wait for an atomic operation of another goroutine.
func pause() { runtime.Gosched() }

// use is a read of v: its argument must be evaluated.
//
//go:noinline
func use[T any](v T) {}

// keep makes what p points to live on the heap, and keeps it there to the end: memory that is
// freed and used again would mix up the addresses of two cases. Only the goroutine of the case may
// call it.
func keep[T any](p *T) *T {
	kept = append(kept, p)
	return p
}

var kept []any
