// Prog races where sampling is to see it.
//
//	prog often        two goroutines write a variable again and again, deep in recursion that began before most bursts
//	prog once N       N races: each first access at its own time, each second one long after
//	prog none         accesses of several goroutines, all of them ordered
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// The order of things that the detector must not know of.
//
//go:norace
func wait(p *int, least int) {
	for *p < least {
		runtime.Gosched()
	}
}

//go:norace
func tell(p *int, n int) { *p = n }

var (
	word   int
	cells  [][8]int
	turn   int
	buffer [512]int
)

//go:noinline
func deep(n int, end time.Time) {
	if n > 0 {
		deep(n-1, end)
		return
	}
	for time.Now().Before(end) {
		for i := 0; i < 1000; i++ {
			word = i
		}
		runtime.Gosched()
	}
}

func often() {
	end := time.Now().Add(300 * time.Millisecond)
	done := make(chan bool)
	for i := 0; i < 2; i++ {
		go func() {
			deep(20, end)
			done <- true
		}()
	}
	<-done
	<-done
}

// work is what lies between the races; all of it is seen.
//
//go:noinline
func work() {
	for i := range buffer {
		buffer[i]++
	}
}

func once(n int) {
	const later = 500
	cells = make([][8]int, n)
	done := make(chan bool)
	go func() {
		for i := 0; i < n; i++ {
			wait(&turn, i+later)
			cells[i][0] = 2
		}
		done <- true
	}()
	for i := 0; i < n+later; i++ {
		if i < n {
			cells[i][0] = 1
		}
		work()
		tell(&turn, i+1)
	}
	<-done
}

func none() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	shared := make(map[int]*[4]int)
	end := time.Now().Add(300 * time.Millisecond)
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func(g int) {
			defer wg.Done()
			for i := g; time.Now().Before(end); i++ {
				o := &[4]int{g, i} // memory that was another goroutine's
				mu.Lock()
				if old := shared[i&63]; old != nil {
					old[2]++
				}
				shared[i&63] = o
				mu.Unlock()
				if i%8 == 0 {
					inner := make(chan int, 1)
					go func() { inner <- o[0] }()
					<-inner
				}
			}
		}(g)
	}
	wg.Wait()
}

func main() {
	switch os.Args[1] {
	case "often":
		often()
	case "once":
		n, _ := strconv.Atoi(os.Args[2])
		once(n)
	case "none":
		none()
	}
	fmt.Println("done")
}
