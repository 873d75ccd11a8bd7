// Package heapobj gives each worker an object of its own, and the allocator puts them side by side.
package heapobj

import (
	"sync/atomic"

	"share.test/both"
)

// Pool makes three counters. A line may end between any two of them, but not behind each.
func Pool() []*counter {
	all := make([]*counter, 3)
	for i := range all {
		all[i] = &counter{name: "worker"}
	}
	return all
}

// Count adds n to the first and third counter in one goroutine, and twice to the second one in another.
func Count(all []*counter, n int) {
	both.Run(func(w int) {
		c, d := all[w], all[2-w]
		for i := 0; i < n; i++ {
			atomic.AddInt64(&c.n, 1)
			atomic.AddInt64(&d.n, 1)
		}
	})
}
