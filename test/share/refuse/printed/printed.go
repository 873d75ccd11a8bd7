// Package printed has fields that could stand in another order, but for what prints them.
package printed

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Stats mixes up what two goroutines write.
type Stats struct {
	In, Out, InBytes, OutBytes int64
	Labels                     [8]int64
}

// Serve counts both at once.
func (s *Stats) Serve(n int) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&s.In, 1)
			atomic.AddInt64(&s.InBytes, 1)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&s.Out, 1)
			atomic.AddInt64(&s.OutBytes, 1)
		}
	}()
	wg.Wait()
}

func (s *Stats) String() string { return fmt.Sprintf("%v", *s) }
