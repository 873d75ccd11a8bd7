// Package exported has variables that are everybody's.
package exported

import (
	"sync/atomic"

	"refuse.test/pair"
)

// Hits and Misses have methods.
var Hits, Misses atomic.Int64

// Count counts both at once.
func Count(n int) {
	pair.Run(n, func() { Hits.Add(1) }, func() { Misses.Add(1) })
}
