// Package c_rare is a control: two goroutines write to one line, but one of them so seldom that it costs nothing.
package c_rare

import (
	"sync/atomic"

	"share.test/both"
)

// Progress is on one line.
type Progress struct {
	done, logged atomic.Int64
}

// Work counts n in done and, in another goroutine that computes meanwhile, once in 100,000 rounds in logged.
func (p *Progress) Work(n int) (x uint64) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				p.done.Add(1)
			}
			return
		}
		h := uint64(1)
		for i := 0; i < n; i++ {
			h = h*6364136223846793005 + 1442695040888963407
			h ^= h >> 29
			if i%100000 == 0 {
				p.logged.Add(1)
			}
		}
		x = h
	})
	return x
}
