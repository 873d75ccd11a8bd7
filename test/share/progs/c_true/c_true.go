// Package c_true is a control: all workers add to one counter, which is sharing and no accident.
package c_true

import (
	"sync/atomic"

	"share.test/both"
)

// Counter is used by all.
type Counter struct {
	n atomic.Int64
}

// Count adds n by each worker.
func (c *Counter) Count(n int) {
	both.Run(func(int) {
		for i := 0; i < n; i++ {
			c.n.Add(1)
		}
	})
}
