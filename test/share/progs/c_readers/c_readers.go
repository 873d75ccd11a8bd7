// Package c_readers is a control: a line that was written once and is read by all.
package c_readers

import "share.test/both"

// Config never changes once it is made.
type Config struct {
	base, factor int64
}

// Work computes n values by each worker.
func (c *Config) Work(n int) int64 {
	var sums [both.Workers * 16]int64
	both.Run(func(w int) {
		s := int64(0)
		for i := 0; i < n; i++ {
			if w == 0 {
				s += c.base + int64(i)
			} else {
				s += c.factor * int64(i)
			}
		}
		sums[w*16] = s
	})
	return sums[0] + sums[16]
}
