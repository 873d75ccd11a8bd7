//go:build cured

package mixed

import "sync/atomic"

// Sums are three, and none on the line of its first byte, which checks for nil read.
type Sums struct {
	_     [64]byte
	total atomic.Int64
	_     [56]byte
	good  atomic.Int64
	_     [56]byte
	errs  atomic.Int64
	_     [56]byte
}
