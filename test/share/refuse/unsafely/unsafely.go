// Package unsafely knows how far its counters are apart.
package unsafely

import (
	"sync/atomic"
	"unsafe"

	"refuse.test/pair"
)

// Elements counts in two of them.
func Elements(n int) (sum int64) {
	counts := make([]int64, 8)
	pair.Run(n, func() { atomic.AddInt64(&counts[2], 1) }, func() { atomic.AddInt64(&counts[3], 1) })
	for _, c := range unsafe.Slice(&counts[0], len(counts)) {
		sum += c
	}
	return sum
}

var hits, misses int64

// Variables counts in both.
func Variables(n int) int32 {
	pair.Run(n, func() { atomic.AddInt64(&hits, 1) }, func() { atomic.AddInt64(&misses, 1) })
	return *(*int32)(unsafe.Pointer((&(misses))))
}
