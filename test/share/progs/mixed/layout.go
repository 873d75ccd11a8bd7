//go:build !cured

package mixed

import "sync/atomic"

// Sums are on one line: 32 bytes never lie on two.
type Sums struct {
	total atomic.Int64
	good  atomic.Int64
	errs  atomic.Int64
	since int64
}
