// Package fields counts two independent things in one struct.
package fields

import "share.test/both"

// Serve counts n requests and, at the same time, n failures.
func (s *Stats) Serve(n int) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				s.Requests.Add(1)
			}
			return
		}
		for i := 0; i < n; i++ {
			s.Failures.Add(1)
		}
	})
}
