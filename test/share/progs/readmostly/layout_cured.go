//go:build cured

package readmostly

import "sync/atomic"

// Table has what changes on a line of its own.
type Table struct {
	places []int64
	mask   int
	_      [64]byte
	size   atomic.Int64
	_      [56]byte
}
