// Pause tells for how long a program with a large heap stands still.
//
//	pause MB SECONDS    changes objects of 48 bytes, MB in all, at random, each under a mutex, so that others may be inside the race runtime
//
// Another goroutine locks and unlocks a mutex all the time and looks at the clock.  It prints a line "CHANGES WORST LOST": changes per second, the longest
// time between two looks in milliseconds, and how much of all time went to such of more than 10 ms, in percent.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

type object struct{ a, b, c, d, e, f int }

const long = 10 * time.Millisecond

// look returns the longest time between two looks at the clock until stop is closed, and the sum of the long ones.
func look(stop chan bool) (worst, lost time.Duration) {
	var mu sync.Mutex
	last := time.Now()
	for {
		select {
		case <-stop:
			return worst, lost
		default:
		}
		mu.Lock()
		mu.Unlock()
		now := time.Now()
		d := now.Sub(last)
		if d > worst {
			worst = d
		}
		if d > long {
			lost += d
		}
		last = now
	}
}

func change(all []*object, until time.Duration) int {
	var mu sync.Mutex
	start, count := time.Now(), 0
	for x := uint32(1); time.Since(start) < until; count += 1000 {
		for k := 0; k < 1000; k++ {
			x = x*1664525 + 1013904223
			o := all[uint64(x)*uint64(len(all))>>32]
			mu.Lock()
			o.b++
			o.c += o.b
			mu.Unlock()
		}
	}
	return count
}

func main() {
	mb, seconds := 0, 0
	if len(os.Args) == 3 {
		mb, _ = strconv.Atoi(os.Args[1])
		seconds, _ = strconv.Atoi(os.Args[2])
	}
	if mb <= 0 || seconds <= 0 {
		fmt.Fprintln(os.Stderr, "usage: pause MB SECONDS")
		os.Exit(2)
	}
	debug.SetGCPercent(-1) // its pauses are no concern here
	all := make([]*object, mb<<20/48)
	for i := range all {
		all[i] = &object{a: i}
	}
	stop, done := make(chan bool), make(chan bool)
	var worst, lost time.Duration
	go func() {
		worst, lost = look(stop)
		close(done)
	}()
	count := change(all, time.Duration(seconds)*time.Second)
	close(stop)
	<-done
	fmt.Println(count/seconds, worst.Milliseconds(), 100*lost.Seconds()/float64(seconds))
}
