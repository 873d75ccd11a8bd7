// Package handed counts in plain numbers, and hands on the slice that they are in.
package handed

import (
	"sync"
	"sync/atomic"
)

func sum(v []int64) (n int64) {
	for _, x := range v {
		n += x
	}
	return n
}

// Count counts n times in two goroutines.
func Count(n int) int64 {
	var wg sync.WaitGroup
	counts := make([]int64, 2)
	wg.Add(2)
	for w := 0; w < 2; w++ {
		go func(w int) {
			defer wg.Done()
			for i := 0; i < n; i++ {
				atomic.AddInt64(&counts[w], 1)
			}
		}(w)
	}
	wg.Wait()
	return sum(counts)
}

// Reads and Writes are everybody's.
var Reads, Writes int64

// Both counts both at once.
func Both(n int) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&Reads, 1)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&Writes, 1)
		}
	}()
	wg.Wait()
}

// Old and New have the same fields, for now.
type Old struct{ A, B int64 }

// New can be made of an Old.
type New struct{ A, B int64 }

// Convert makes one of the other.
func Convert(o *Old) New { return New(*o) }

// Serve counts both at once.
func (s *New) Serve(n int) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&s.A, 1)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&s.B, 1)
		}
	}()
	wg.Wait()
}
