// Package words has 64-bit counters, for atomic operations, that must stay aligned where words have 32 bits.
package words

import (
	"sync/atomic"

	"refuse.test/pair"
)

type total struct{ n int64 }

// Narrow has one at byte 8, and would have it at 68 with 60 bytes behind in.
type Narrow struct {
	in, state uint32
	totals    [1]total
	out       uint32
}

// Count counts both at once.
func (s *Narrow) Count(n int) {
	pair.Run(n, func() { atomic.AddUint32(&s.in, 1) }, func() { atomic.AddUint32(&s.out, 1) })
	atomic.AddInt64(&s.totals[0].n, 1)
}

// Wide has one at byte 0, and would have it at 4 in another order.
type Wide struct {
	total          total
	in, state, out uint32
	labels         [16]uint32
}

// Count counts both at once.
func (s *Wide) Count(n int) {
	pair.Run(n, func() { atomic.AddUint32(&s.in, 1) }, func() { atomic.AddUint32(&s.out, 1) })
	atomic.AddInt64(&s.total.n, 1)
}

// Array has one at byte 24, and would have it at 324 if the array held structs.
type Array struct {
	state  uint32
	counts [5]uint32
	total  int64
}

// Count counts both at once.
func (s *Array) Count(n int) {
	pair.Run(n, func() { atomic.AddUint32(&s.counts[0], 1) }, func() { atomic.AddUint32(&s.counts[4], 1) })
	atomic.AddInt64(&s.total, 1)
}
