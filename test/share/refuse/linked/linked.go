// Package linked has variables of which another package speaks.
package linked

import (
	"sync/atomic"

	"refuse.test/pair"
)

var hits, misses int64

// Count counts both at once.
func Count(n int) {
	pair.Run(n, func() { atomic.AddInt64(&hits, 1) }, func() { atomic.AddInt64(&misses, 1) })
}
