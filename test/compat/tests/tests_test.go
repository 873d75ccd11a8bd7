// Tests that race and tests that do not, for what go test makes of them.
package tests

import (
	"fmt"
	"os"
	"testing"
	"time"

	"compat/quiet"
)

var x int

// race makes a race of its own: an own variable, and the caller's stack.
//
//go:noinline
func race() {
	v := new(int)
	var made, done quiet.Flag
	go func() {
		*v = 1
		made.Set()
		done.Wait()
	}()
	made.Wait()
	*v = 2
	done.Set()
}

func TestClean(t *testing.T) {
	c := make(chan int)
	go func() {
		x = 1
		close(c)
	}()
	<-c
	x = 2
}

func TestRacy(t *testing.T) {
	race() // in TestRacy
}

func TestSubtests(t *testing.T) {
	t.Run("clean", func(t *testing.T) {})
	t.Run("racy", func(t *testing.T) {
		race() // in a subtest
	})
	t.Run("clean again", func(t *testing.T) {})
	t.Run("skipped", func(t *testing.T) { t.Skip("not today") })
}

func TestParallel(t *testing.T) {
	for i := 0; i < 4; i++ {
		t.Run(fmt.Sprint("n", i), func(t *testing.T) {
			t.Parallel()
			time.Sleep(time.Millisecond)
		})
	}
}

func TestCleanup(t *testing.T) {
	t.Cleanup(func() {
		race() // in a cleanup
	})
}

func TestFatal(t *testing.T) {
	if os.Getenv("COMPAT_FATAL") != "" {
		race() // before the failure
		t.Fatal("failed by itself")
	}
}

func TestPanic(t *testing.T) {
	if os.Getenv("COMPAT_PANIC") != "" {
		race() // before the panic
		panic("by itself")
	}
}

func TestExit(t *testing.T) {
	if os.Getenv("COMPAT_EXIT") != "" {
		race() // before the exit
		os.Exit(7)
	}
}

func BenchmarkClean(b *testing.B) {
	for i := 0; i < b.N; i++ {
		x++
	}
}

func BenchmarkRacy(b *testing.B) {
	for i := 0; i < b.N; i++ {
		race() // in a benchmark
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		n := 0
		for pb.Next() {
			n++
		}
	})
}

func ExampleCovered() {
	race() // in an example
	fmt.Println("output")
	// Output: output
}
