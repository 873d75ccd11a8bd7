// Package c_separate is a control: each worker counts on a line of its own.
package c_separate

import (
	"sync/atomic"

	"share.test/both"
)

type counter struct {
	_ [64]byte
	n atomic.Int64
	_ [56]byte
}

// Count adds n to each worker's own counter.
func Count(n int) (sum int64) {
	all := make([]counter, both.Workers)
	both.Run(func(w int) {
		for i := 0; i < n; i++ {
			all[w].n.Add(1)
		}
	})
	for w := range all {
		sum += all[w].n.Load()
	}
	return sum
}
