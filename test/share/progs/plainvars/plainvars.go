// Package plainvars counts in plain package variables, which the linker puts side by side.
package plainvars

import (
	"sync/atomic"

	"share.test/both"
)

var reads, writes int64 = 0, 0

// Count adds n reads and, at the same time, n writes.
func Count(n int) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				atomic.AddInt64(&reads, 1)
			}
			return
		}
		for i := 0; i < n; i++ {
			atomic.AddInt64(&writes, 1)
		}
	})
}

// Total is how many there were.
func Total() int64 { return reads + writes }
