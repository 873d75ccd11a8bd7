// Growth measures a few operations in a program that has grown.
//
//	growth goroutines N    N live goroutines, all blocked, all of which used what is measured
//	growth heap N          N MB of live memory, all of it touched
//
// It prints a line "NS OPERATION" for each.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	n := 0
	if len(os.Args) == 3 {
		n, _ = strconv.Atoi(os.Args[2])
	}
	switch {
	case n > 0 && os.Args[1] == "goroutines":
		live(n)
		common()
	case n > 0 && os.Args[1] == "heap":
		words := touch(n)
		// What is measured is not the collector, which has more to do in a larger heap under any runtime.
		debug.SetGCPercent(-1)
		common()
		places(words)
	default:
		fmt.Fprintln(os.Stderr, "usage: growth goroutines|heap N")
		os.Exit(2)
	}
}

var (
	mu      sync.Mutex
	guarded int
	counter int64
	words   = new([1024]int)
	kept    *[8]int
	sum     int
)

// live starts n goroutines that stay. Each has synchronised with all before it, so that what is known of them is in
// the clocks of the mutex and of this goroutine.
func live(n int) {
	forever := make(chan bool)
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func(i int) {
			mu.Lock()
			guarded++
			mu.Unlock()
			atomic.AddInt64(&counter, 1)
			wg.Done()
			<-forever
			words[i&1023] = i
		}(i)
	}
	wg.Wait()
}

// touch makes a heap and writes a word of each cache line.
func touch(mb int) []int {
	heap := make([]int, mb<<17)
	for i := 0; i < len(heap); i += 8 {
		heap[i] = i
	}
	return heap
}

// measure prints the median over batches of the time of one operation; f does n of them.
func measure(name string, f func(n int)) {
	n, took := 1, time.Duration(0)
	for took < 3*time.Millisecond {
		n *= 2
		began := time.Now()
		f(n)
		took = time.Since(began)
	}
	n *= 2
	var ns []float64
	for i := 0; i < 7; i++ {
		began := time.Now()
		f(n)
		ns = append(ns, float64(time.Since(began).Nanoseconds())/float64(n))
	}
	sort.Float64s(ns)
	fmt.Printf("%.3f %s\n", ns[len(ns)/2], name)
}

func common() {
	measure("write of a word", func(n int) {
		p := words
		for i := 0; i < n; i++ {
			p[i&1023] = i
		}
	})
	measure("atomic add", func(n int) {
		for i := 0; i < n; i++ {
			atomic.AddInt64(&counter, 1)
		}
	})
	measure("mutex pair", func(n int) {
		for i := 0; i < n; i++ {
			mu.Lock()
			guarded++
			mu.Unlock()
		}
	})
	locks := new([1024]sync.Mutex)
	measure("mutex pair, 1024 in turn", func(n int) {
		for i := 0; i < n; i++ {
			l := &locks[i&1023]
			l.Lock()
			guarded++
			l.Unlock()
		}
	})
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
	}()
	measure("channel ping-pong", func(n int) {
		for i := 0; i < n; i++ {
			ping <- i
			sum += <-pong
		}
	})
	close(ping)
	done := make(chan bool)
	measure("go and wait", func(n int) {
		for i := 0; i < n; i++ {
			go func() { done <- true }()
			<-done
		}
	})
	measure("new 64 bytes", func(n int) {
		for i := 0; i < n; i++ {
			kept = new([8]int)
			kept[0] = i
		}
	})
}

// places are accesses all over the heap, where processors miss their caches under any runtime.
func places(heap []int) {
	state := uint64(1)
	random := func(n int) int { // xorshift64*, Vigna, 2016
		state ^= state >> 12
		state ^= state << 25
		state ^= state >> 27
		return int(state * 2685821657736338717 >> 33 * uint64(n) >> 31)
	}
	measure("write at random", func(n int) {
		for i := 0; i < n; i++ {
			heap[random(len(heap))] = i
		}
	})
	measure("word of a random page", func(n int) {
		for i := 0; i < n; {
			page := heap[random(len(heap)>>9)<<9:][:512]
			for j := 0; j < len(page) && i < n; j++ {
				page[j] = i
				i++
			}
		}
	})
}
