// Memory does one thing that costs a race runtime memory, and says what it took.
//
//	memory WORKLOAD N
//
// It prints "start SECONDS" (until all of it is there), "total SECONDS" and "peak BYTES", the
// largest resident set that the process ever had, the race runtime's own memory included. soak prints
// before that lines "sample DONE BYTES", what is resident when DONE of its N are.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gomm.dev/bench/proc"
)

var workloads = map[string]func(n int, started func()){
	"goroutines": goroutines,
	"sequential": sequential,
	"heap":       heap,
	"shared":     shared,
	"decode":     decode,
	"mutexes":    mutexes,
	"recursion":  recursion,
	"objects":    objects,
	"soak":       soak,
}

func main() {
	if len(os.Args) != 3 || workloads[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: memory WORKLOAD N")
		os.Exit(2)
	}
	n, err := strconv.Atoi(os.Args[2])
	if err != nil || n < 1 {
		fmt.Fprintln(os.Stderr, "memory: N must be a positive number")
		os.Exit(2)
	}
	began := time.Now()
	var start time.Duration
	workloads[os.Args[1]](n, func() { start = time.Since(began) })
	fmt.Printf("start %.3f\ntotal %.3f\npeak %d\n", start.Seconds(), time.Since(began).Seconds(), peak())
}

// peak is VmHWM: of this program alone, where rusage knows its parent's too.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		if len(f) == 3 && f[0] == "VmHWM:" {
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// goroutines: n at once, all blocked on one channel.
func goroutines(n int, started func()) {
	counts := make([]int, n)
	ready, gate, done := make(chan bool, 1024), make(chan bool), make(chan int, 1024)
	for i := 0; i < n; i++ {
		go func(p *int) {
			*p++
			ready <- true
			<-gate
			*p++
			done <- *p
		}(&counts[i])
		if i >= 1024 {
			<-ready
		}
	}
	for i := 0; i < n && i < 1024; i++ {
		<-ready
	}
	started()
	close(gate)
	sum := 0
	for i := 0; i < n; i++ {
		sum += <-done
	}
	if sum != 2*n {
		panic(sum)
	}
}

// sequential: n goroutines, one after the other.
func sequential(n int, started func()) {
	started()
	count := 0
	done := make(chan bool)
	for i := 0; i < n; i++ {
		go func() {
			count++
			done <- true
		}()
		<-done
	}
	if count != n {
		panic(count)
	}
}

// heap: n MB, each word written once.
func heap(n int, started func()) {
	words := make([]uint64, n<<17)
	for i := range words {
		words[i] = uint64(i)
	}
	started()
	runtime.KeepAlive(words)
}

// shared: n MB, each word written once and then read by four goroutines.
func shared(n int, started func()) {
	words := make([]uint64, n<<17)
	for i := range words {
		words[i] = uint64(i)
	}
	started()
	var wg sync.WaitGroup
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sum := uint64(0)
			for _, w := range words {
				sum += w
			}
			if want := uint64(len(words)) * uint64(len(words)-1) / 2; sum != want {
				panic(sum)
			}
		}()
	}
	wg.Wait()
}

// mutexes: n of them, each with a value, locked by one goroutine and then by another.
func mutexes(n int, started func()) {
	locked := make([]struct {
		sync.Mutex
		n int
	}, n)
	pass := func() {
		for i := range locked {
			l := &locked[i]
			l.Lock()
			l.n++
			l.Unlock()
		}
	}
	pass()
	started()
	done := make(chan bool)
	go func() {
		pass()
		done <- true
	}()
	<-done
	if locked[n-1].n != 2 {
		panic(locked[n-1].n)
	}
}

var touched int

//go:noinline
func descend(n int) int {
	touched++
	if n == 0 {
		return 0
	}
	return 1 + descend(n-1)
}

// recursion: n deep, once to grow the stack and once more.
func recursion(n int, started func()) {
	first := descend(n)
	started()
	if descend(n) != n || first != n {
		panic(first)
	}
}

// decode: n MB, each byte of a word read at a place of its own, as decoders and hashes do.
func decode(n int, started func()) {
	bytes := make([]byte, n<<20)
	for i := range bytes {
		bytes[i] = 1
	}
	started()
	sum := 0
	for b := bytes; len(b) >= 8; b = b[8:] {
		sum += int(b[0])
		sum += int(b[1])
		sum += int(b[2])
		sum += int(b[3])
		sum += int(b[4])
		sum += int(b[5])
		sum += int(b[6])
		sum += int(b[7])
	}
	if sum != len(bytes) {
		panic(sum)
	}
}

// object is small, as most that programs have: 48 bytes.
type object struct {
	next *object
	data [5]int
}

// objects: n MB of them in lists, each word written.
func objects(n int, started func()) {
	var lists [64]*object
	count := n << 20 / 48
	for i := 0; i < count; i++ {
		o := &object{next: lists[i&63]}
		for j := range o.data {
			o.data[j] = i
		}
		lists[i&63] = o
	}
	started()
	for _, o := range lists {
		for ; o != nil; o = o.next {
			count--
		}
	}
	if count != 0 {
		panic(count)
	}
}

// soak: n goroutines in turn, ten synchronisations in each, on things that stay; what each of them allocates and
// writes goes when it goes. A program like this needs no more memory after a day than after a minute.
func soak(n int, started func()) {
	started()
	var (
		mu      sync.Mutex
		rw      sync.RWMutex
		total   int64
		guarded [64]int
		seen    int
	)
	queue := make(chan *object, 1)
	done := make(chan bool)
	const samples = 40
	for i := 0; i < n; i++ {
		if i*samples/n != (i-1)*samples/n || i == 0 {
			fmt.Printf("sample %d %d\n", i, proc.Resident("self"))
		}
		go func(i int) {
			o := &object{}
			o.data[0] = i
			mu.Lock()
			guarded[i&63]++
			mu.Unlock()
			rw.RLock()
			seen := guarded[63] >= 0
			rw.RUnlock()
			atomic.AddInt64(&total, 1)
			queue <- o
			o = <-queue
			if atomic.LoadInt64(&total) != int64(i)+1 || o.data[0] != i {
				panic(o.data)
			}
			done <- seen // two more: its start and this
		}(i)
		if <-done {
			seen++
		}
	}
	fmt.Printf("sample %d %d\n", n, proc.Resident("self"))
	if seen != n || total != int64(n) {
		panic(total)
	}
}
