// Package mixed has a counter that all workers add to, and beside it one that belongs to one of them.
package mixed

import "share.test/both"

// Work adds n to the total by each worker, and to errs by the second one only.
func (s *Sums) Work(n int) {
	both.Run(func(w int) {
		for i := 0; i < n; i++ {
			if i%4 == 0 {
				s.total.Add(1)
			}
			if w == 1 {
				s.errs.Add(1)
			} else {
				s.good.Add(1)
			}
		}
	})
}
