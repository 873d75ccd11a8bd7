// Package order has the counters of two goroutines mixed up in one struct, and fields that are seldom used behind them.
package order

import "share.test/both"

// Move counts n packets that come in and, at the same time, n that go out.
func (s *Stats) Move(n int) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				s.in.Add(1)
				s.inBytes.Add(64)
			}
			return
		}
		for i := 0; i < n; i++ {
			s.out.Add(1)
			s.outBytes.Add(64)
		}
	})
}
