package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	tests["goexit"] = func(int) {
		var wg sync.WaitGroup
		total := 0
		var mu sync.Mutex
		for i := 0; i < 200; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				defer func() {
					mu.Lock()
					total += i
					mu.Unlock()
				}()
				descend(i%40, runtime.Goexit)
			}(i)
		}
		wg.Wait()
		check(total == 199*200/2, "%d", total)
	}
	tests["panics"] = func(int) {
		caught := 0
		for i := 0; i < 5000; i++ {
			func() {
				defer func() {
					if recover() == "bottom" {
						caught++
					}
				}()
				descend(i%100, func() { panic("bottom") })
			}()
		}
		check(caught == 5000, "%d", caught)
	}
	tests["nested-panics"] = func(int) {
		caught := 0
		for i := 0; i < 500; i++ {
			func() {
				defer func() {
					if recover() == "second" {
						caught++
					}
				}()
				defer func() {
					descend(i%30, func() { panic("second") })
				}()
				descend(i%100, func() { panic("first") })
			}()
		}
		check(caught == 500, "%d", caught)
	}
	tests["nil-dereference"] = func(int) {
		caught := 0
		for i := 0; i < 1000; i++ {
			func() {
				defer func() {
					if e, ok := recover().(runtime.Error); ok && e.Error() == "runtime error: invalid memory address or nil pointer dereference" {
						caught++
					}
				}()
				var p *struct{ a, b [16]int }
				switch i % 4 { // as an access, a range, an array element, and by a callee
				case 0:
					p.b[3] = i
				case 1:
					q := *p
					keep(q.a[1])
				case 2:
					keep(p.a[i%16])
				case 3:
					copyAll(p)
				}
			}()
		}
		check(caught == 1000, "%d", caught)
	}
	tests["lock-os-thread"] = func(int) {
		var wg sync.WaitGroup
		c := make(chan int)
		for i := 0; i < 50; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				runtime.LockOSThread()
				if i := <-c; i%2 == 0 {
					runtime.UnlockOSThread()
				} // else the thread ends with the goroutine
			}()
		}
		for i := 0; i < 50; i++ {
			c <- i
		}
		wg.Wait()
	}
	tests["deep-recursion"] = func(n int) {
		check(depth(orDefault(n, 1000000)) == orDefault(n, 1000000), "depth")
		done := make(chan int)
		go func() { done <- depth(orDefault(n, 1000000)) }()
		check(<-done == orDefault(n, 1000000), "depth in a goroutine")
	}
	tests["stack-growth"] = func(int) {
		var wg sync.WaitGroup
		for i := 0; i < 100; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				x := 1
				p := &x
				check(frames(200, p) == 201, "frames")
				runtime.GC()
			}()
		}
		wg.Wait()
	}
	tests["blocked"] = func(n int) { // N goroutines blocked at once
		n = orDefault(n, 100000)
		gate := make(chan int)
		var wg sync.WaitGroup
		wg.Add(n)
		for i := 0; i < n; i++ {
			go func() {
				<-gate
				wg.Done()
			}()
		}
		close(gate)
		wg.Wait()
	}
	tests["running"] = func(n int) { // N goroutines, each doing a little of everything
		n = orDefault(n, 100000)
		var mu sync.Mutex
		var sum int64
		c := make(chan int, 100)
		var wg sync.WaitGroup
		seen := map[int]int{}
		for i := 0; i < n; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				v := make([]int, 16)
				v[i%16] = i
				atomic.AddInt64(&sum, int64(v[i%16]))
				c <- i
				mu.Lock()
				seen[<-c%100]++
				mu.Unlock()
			}(i)
		}
		wg.Wait()
		check(sum == int64(n)*int64(n-1)/2, "%d", sum)
	}
	tests["one-after-another"] = func(n int) {
		n = orDefault(n, 100000)
		x := 0
		for i := 0; i < n; i++ {
			done := make(chan int)
			go func() {
				x++
				close(done)
			}()
			<-done
		}
		check(x == n, "%d", x)
	}
	tests["procs"] = func(int) {
		for _, p := range []int{1, 64, 2, 33, 7, 1, 16} {
			runtime.GOMAXPROCS(p)
			var mu sync.RWMutex
			m := map[int]int{}
			var wg sync.WaitGroup
			for i := 0; i < 2*p+2; i++ {
				wg.Add(1)
				go func(i int) {
					defer wg.Done()
					for j := 0; j < 50; j++ {
						mu.Lock()
						m[j] += i
						mu.Unlock()
						mu.RLock()
						keep(m[i])
						mu.RUnlock()
						runtime.Gosched()
					}
				}(i)
			}
			wg.Wait()
		}
	}
	tests["timers"] = func(int) {
		var n int64
		var wg sync.WaitGroup
		wg.Add(200)
		for i := 0; i < 200; i++ {
			time.AfterFunc(time.Duration(i%7)*time.Millisecond, func() {
				atomic.AddInt64(&n, 1)
				wg.Done()
			})
		}
		wg.Wait()
		tick := time.NewTicker(time.Millisecond)
		for i := 0; i < 5; i++ {
			<-tick.C
		}
		tick.Stop()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		defer cancel()
		<-ctx.Done()
		t := time.NewTimer(time.Hour)
		check(t.Stop(), "stop")
		t.Reset(time.Millisecond)
		<-t.C
		fmt.Println("timers", n)
	}
	tests["cond"] = func(int) {
		var mu sync.Mutex
		c := sync.NewCond(&mu)
		turn := 0
		var wg sync.WaitGroup
		for i := 0; i < 20; i++ {
			wg.Add(1)
			go func(i int) {
				defer wg.Done()
				mu.Lock()
				for turn != i {
					c.Wait()
				}
				turn++
				c.Broadcast()
				mu.Unlock()
			}(i)
		}
		wg.Wait()
		check(turn == 20, "%d", turn)
	}
}

var kept int64

//go:norace
func keep(n int) { kept = int64(n) }

//go:noinline
func copyAll(p *struct{ a, b [16]int }) { p.a = p.b }

//go:noinline
func descend(n int, f func()) {
	if n%5 == 0 {
		defer keep(n)
	}
	if n == 0 {
		f()
		return
	}
	descend(n-1, f)
}

//go:noinline
func depth(n int) int {
	if n == 0 {
		return 0
	}
	return depth(n-1) + 1
}

//go:noinline
func frames(n int, p *int) int {
	var big [1024]byte
	big[n] = byte(n)
	if n == 0 {
		return *p
	}
	*p++
	r := frames(n-1, p)
	check(big[n] == byte(n), "frame %d was overwritten", n)
	return r
}
