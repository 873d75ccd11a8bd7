// Package inside shares a line, and its own package writes it without field names, which is no obstacle.
package inside

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Stats is one line.
type Stats struct {
	Requests int64
	Failures int64
}

// Serve counts both at once.
func (s *Stats) Serve(n int) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&s.Requests, 1)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; i < n; i++ {
			atomic.AddInt64(&s.Failures, 1)
		}
	}()
	wg.Wait()
}

// Some has counted already.
var Some = Stats{1, 2}

// Name tells where it is, not what is in it.
func (s *Stats) Name() string { return fmt.Sprintf("%d. %T at %p", 1, s, s) }
