//go:build !cured

package readmostly

import "sync/atomic"

// Table is 40 bytes; places and mask never change.
type Table struct {
	places []int64
	mask   int
	size   atomic.Int64
}
