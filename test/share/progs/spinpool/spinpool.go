// Package spinpool is the idea of Boost's spinlock_pool: a global array of small locks, of which an
// object uses the one that its address picks.
package spinpool

import (
	"runtime"
	"sync/atomic"

	"share.test/both"
)

const locks = 41

var pool [locks]spinlock

func (s *spinlock) lock() {
	for i := 0; !atomic.CompareAndSwapUint32(&s.state, 0, 1); i++ {
		if i > 100 {
			runtime.Gosched()
		}
	}
}

func (s *spinlock) unlock() {
	atomic.StoreUint32(&s.state, 0)
}

// Touch takes the lock of each worker's own object n times, and gives how often it was taken in all.
func Touch(n int) int {
	var taken [both.Workers]int
	both.Run(func(w int) {
		l, k := &pool[(9+w)%locks], 0
		for i := 0; i < n; i++ {
			l.lock()
			k++
			l.unlock()
		}
		taken[w] = k
	})
	return taken[0] + taken[1]
}
