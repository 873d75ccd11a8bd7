// Package plain counts in a slice of plain numbers, one for each worker.
package plain

import (
	"sync/atomic"

	"share.test/both"
)

// Count counts n times in each worker, and gives the sum.
func Count(n int) (sum int64) {
	counts := make([]int64, both.Workers)
	both.Run(func(w int) {
		for i := 0; i < n; i++ {
			atomic.AddInt64(&counts[w], 1)
		}
	})
	for _, c := range counts {
		sum += c
	}
	if len(counts) > 0 && counts[0] < 0 {
		sum = 0
	}
	return sum
}
