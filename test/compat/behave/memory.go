package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
)

type tree struct {
	left, right *tree
	n           int
}

func build(depth int) *tree {
	if depth == 0 {
		return &tree{n: 1}
	}
	return &tree{left: build(depth - 1), right: build(depth - 1)}
}

func (t *tree) sum() int {
	if t.left == nil {
		return t.n
	}
	t.n++
	return t.left.sum() + t.right.sum()
}

func init() {
	// Memory that one goroutine gave up is written by another after a collection: nothing orders
	// the two but the allocator, so a detector that does not forget reports here what is no race.
	tests["reuse"] = func(n int) {
		var wg sync.WaitGroup
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := 0; i < orDefault(n, 60); i++ {
					check(build(10).sum() == 1024, "sum")
					v := make([]int, 1000+i)
					for j := range v {
						v[j] = j
					}
					s := strings.Repeat("ab", 100+i)
					b := bytes.Split([]byte(s), []byte("b"))
					check(len(b) == 101+i, "split")
					tiny := new(int16)
					*tiny = 1
					if i%10 == 0 {
						runtime.GC()
					}
				}
			}()
		}
		wg.Wait()
	}
	tests["stack-reuse"] = func(int) {
		// The stacks of goroutines that ended become those of others.
		for i := 0; i < 200; i++ {
			var wg sync.WaitGroup
			for g := 0; g < 20; g++ {
				wg.Add(1)
				go func(g int) {
					defer wg.Done()
					var a [300]int
					for j := range a {
						a[j] = g
					}
					share(&a)
				}(g)
			}
			wg.Wait()
		}
	}
	tests["pool"] = func(int) {
		p := sync.Pool{New: func() interface{} { return new([64]int) }}
		var wg sync.WaitGroup
		for g := 0; g < 8; g++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := 0; i < 3000; i++ {
					v := p.Get().(*[64]int)
					for j := range v {
						v[j]++
					}
					p.Put(v)
					if i%500 == 0 {
						runtime.GC()
					}
				}
			}()
		}
		wg.Wait()
	}
	tests["finalizers"] = func(int) {
		const n = 1000
		done := make(chan int, n)
		for i := 0; i < n; i++ {
			t := &tree{n: i}
			t.left = &tree{n: i}
			runtime.SetFinalizer(t, func(t *tree) {
				t.n++ // after everything that was done with it
				done <- t.left.n
			})
			t.n++
		}
		sum, got := 0, 0
		for try := 0; try < 50 && got < n-1; try++ {
			runtime.GC()
			for more := true; more && got < n-1; {
				select {
				case i := <-done:
					sum += i
					got++
				default:
					more = false
					runtime.Gosched()
				}
			}
		}
		check(got >= n-1, "%d finalizers ran", got)
	}
	tests["sparse"] = func(int) { // 1 GB, of which one byte per 64 KB is touched
		v := make([]byte, 1<<30)
		var wg sync.WaitGroup
		for g := 0; g < 2; g++ {
			wg.Add(1)
			go func(g int) {
				defer wg.Done()
				for i := g << 16; i < len(v); i += 2 << 16 {
					v[i]++
				}
			}(g)
		}
		wg.Wait()
		n := 0
		for i := 0; i < len(v); i += 1 << 16 {
			n += int(v[i])
		}
		check(n == 1<<14, "%d", n)
	}
	tests["big-ranges"] = func(int) {
		v, w := make([]byte, 64<<20), make([]byte, 64<<20)
		v[12345678] = 7
		for i := 0; i < 3; i++ {
			done := make(chan int)
			go func() {
				copy(w, v)
				copy(v[1:], w)
				close(done)
			}()
			<-done
			check(bytes.IndexByte(v, 7) == 12345678+i+1, "shift %d", i)
		}
	}
	tests["mmap"] = func(int) { // memory that Go did not allocate
		m, err := syscall.Mmap(-1, 0, 1<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		must(err)
		var wg sync.WaitGroup
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func(g int) {
				defer wg.Done()
				for i := g; i < len(m); i += 4 {
					m[i] = byte(i)
				}
			}(g)
		}
		wg.Wait()
		copy(m[1:], m)
		check(m[4097] == 0, "%d", m[4097])
		must(syscall.Munmap(m))
	}
	tests["collector"] = func(int) { // small heaps, frequent collections, freed memory given back
		debug.SetGCPercent(5)
		var keep [16]*tree
		for i := 0; i < 100; i++ {
			keep[i%16] = build(9)
			if i%20 == 0 {
				debug.FreeOSMemory()
			}
		}
		for _, t := range keep {
			check(t.sum() == 512, "sum")
		}
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		check(s.NumGC > 5, "%d collections", s.NumGC)
	}
	tests["maps"] = func(int) {
		m := map[string][]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for g := 0; g < 4; g++ {
			wg.Add(1)
			go func(g int) {
				defer wg.Done()
				for i := 0; i < 3000; i++ {
					mu.Lock()
					k := fmt.Sprint(i)
					m[k] = append(m[k], g)
					if i%7 == 0 {
						delete(m, fmt.Sprint(i/2))
					}
					mu.Unlock()
				}
			}(g)
		}
		wg.Wait()
		n := 0
		for range m {
			n++
		}
		check(n == len(m) && n > 1000, "%d", n)
	}
}

var shared *[300]int
var sharedMu sync.Mutex

func share(a *[300]int) {
	sharedMu.Lock()
	shared = a
	sharedMu.Unlock()
}
