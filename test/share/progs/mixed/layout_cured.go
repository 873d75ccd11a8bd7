//go:build cured

package mixed

import "sync/atomic"

// Sums are three.
type Sums struct {
	total atomic.Int64
	_     [56]byte
	good  atomic.Int64
	_     [56]byte
	errs  atomic.Int64
	_     [56]byte
}
