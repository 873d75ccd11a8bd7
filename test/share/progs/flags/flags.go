// Package flags has a worker that is told when to stop by a flag beside the counter of another.
package flags

import "share.test/both"

// Work has one worker publish n times how far it is, and another ask n times whether to stop, four
// times each.
func (j *Job) Work(n int) (asked int) {
	both.Run(func(w int) {
		if w == 0 {
			for i := 0; i < n; i++ {
				j.done.Store(int64(i))
			}
			return
		}
		k := 0
		for i := 0; i < 4*n; i++ {
			if j.stop.Load() {
				break
			}
			k++
		}
		asked = k
	})
	return asked
}
