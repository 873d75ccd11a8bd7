//go:build !cured

package globals

import "sync/atomic"

var (
	hits   atomic.Int64
	misses atomic.Int64
)
